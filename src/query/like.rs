//! Patterns of `LIKE`: `%` stands for any letters, `_` for one, and a backslash before either for itself.

/// A pattern, ready to be compared.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    parts: Vec<Part>,
    /// The letters of a pattern `%letters%`, which most are: they are looked for at once, not letter by letter.
    within: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Part {
    Letter(char),
    One,
    Any,
}

impl Part {
    fn letter(&self) -> Option<char> {
        match self {
            Self::Letter(letter) => Some(*letter),
            Self::One | Self::Any => None,
        }
    }
}

impl Pattern {
    pub(super) fn new(text: &str) -> Self {
        let mut parts = Vec::with_capacity(text.len());
        let mut letters = text.chars();
        while let Some(letter) = letters.next() {
            parts.push(match letter {
                '%' => Part::Any,
                '_' => Part::One,
                '\\' => Part::Letter(letters.next().unwrap_or('\\')),
                other => Part::Letter(other),
            });
        }
        parts.dedup_by(|a, b| *a == Part::Any && *b == Part::Any);
        let within = match parts.as_slice() {
            [Part::Any, letters @ .., Part::Any] => letters.iter().map(Part::letter).collect(),
            _ => None,
        };
        Self { parts, within }
    }

    /// Whether the whole text is like the pattern. Goes back only to the last `%`, so the time is at
    /// most the product of both lengths.
    pub(super) fn matches(&self, text: &str) -> bool {
        match &self.within {
            Some(letters) => text.contains(letters.as_str()),
            None => self.matches_step_by_step(text),
        }
    }

    fn matches_step_by_step(&self, text: &str) -> bool {
        let (mut rest, mut part) = (text.chars(), 0);
        let mut back: Option<(std::str::Chars<'_>, usize)> = None;
        loop {
            let before = rest.clone();
            match (self.parts.get(part), rest.next()) {
                (Some(Part::Any), _) => {
                    rest = before;
                    part += 1;
                    back = Some((rest.clone(), part));
                }
                (Some(Part::One), Some(_)) => part += 1,
                (Some(Part::Letter(wanted)), Some(letter)) if *wanted == letter => part += 1,
                (None, None) => return true,
                _ => {
                    let Some((mut from, after)) = back.take() else { return false };
                    if from.next().is_none() {
                        return false;
                    }
                    rest = from.clone();
                    part = after;
                    back = Some((from, after));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn letters_looked_for_at_once_are_found_where_they_are_step_by_step(
            letters in "[ab\u{e9}]{0,3}", text in "[ab\u{e9}]{0,8}",
        ) {
            let pattern = Pattern::new(&format!("%{letters}%"));
            prop_assert_eq!(pattern.matches(&text), pattern.matches_step_by_step(&text));
        }
    }
}
