//! What a cell holds when a number is wanted.

/// What a cell holds when a number is wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// A finite number, with thousands separators, spaces and a currency sign understood.
    Number(f64),
    /// Empty.
    Blank,
    /// A mark that stands for a hidden or missing number: `*`, `c`, `[c]`, `-`, `..`, `[x]`, `<5`, …
    Marker(&'a str),
    /// Anything else, such as `12%` or `(5)`, which mean different things in different files.
    Other(&'a str),
}

/// Marks in the place of a number, in lower case. The letters in brackets are those of the government's
/// analysis function, the rest is what tables had before them.
const MARKERS: [&str; 33] = [
    "*", "**", "***", "c", "[c]", "(c)", "-", "--", "–", "—", ".", "..", "...", "…", ":", "x", "[x]", "z", "[z]",
    "[low]", "[u]", "n/a", "na", "[n/a]", "#n/a", "null", "nan", "none", "nil", "~", "s", "[s]", "missing",
];

impl<'a> Cell<'a> {
    /// Reads the text of a cell.
    ///
    /// A comma is a thousands separator, and only where it stands before every group of three digits:
    /// `1,234` is a number, `1,5` and `12,34` are [`Cell::Other`], because nobody can say which of two
    /// numbers they are. Not-a-number and infinities are never numbers.
    #[must_use]
    pub fn parse(text: &'a str) -> Self {
        let text = text.trim();
        if text.is_empty() {
            return Self::Blank;
        }
        if is_marker(text) {
            return Self::Marker(text);
        }
        number(text).map_or(Self::Other(text), Self::Number)
    }

    /// The number, if it is one.
    #[must_use]
    pub const fn value(self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }
}

fn is_marker(text: &str) -> bool {
    let hidden = |rest: &str| number(rest).is_some();
    text.strip_prefix('<').is_some_and(|rest| hidden(rest.trim_start()))
        || (text.len() <= 8 && MARKERS.contains(&text.to_lowercase().as_str()))
}

/// A finite number in plain or thousands notation, with or without sign, currency and exponent.
fn number(text: &str) -> Option<f64> {
    let (text, negative) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (rest.trim_start(), true),
        None => (text.strip_prefix('+').unwrap_or(text), false),
    };
    let text = text.strip_prefix(['£', '$', '€']).map_or(text, str::trim_start);
    let plain = ungrouped(text)?;
    let well_formed = plain.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && plain.bytes().all(|b| matches!(b, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
    let number: f64 = if well_formed { plain.parse().ok()? } else { return None };
    number.is_finite().then_some(if negative { -number } else { number })
}

/// The text without the separators of thousands; `None` when they do not part groups of three digits.
fn ungrouped(text: &str) -> Option<std::borrow::Cow<'_, str>> {
    let is_separator = |c: char| matches!(c, ',' | ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'' | '’');
    if !text.contains(is_separator) {
        return Some(text.into());
    }
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut groups = whole.split(is_separator);
    let first = groups.next()?;
    let digits = |group: &str| group.bytes().all(|b| b.is_ascii_digit());
    let fits = (1..=3).contains(&first.len()) && digits(first) && groups.all(|group| group.len() == 3 && digits(group));
    (fits && !rest.contains(is_separator)).then(|| (whole.replace(is_separator, "") + rest).into())
}
