//! Words and numbers as people write them in files: titles, keys, counts.

/// Letters and digits only, in lower case: `LSOA code (2021)` and `lsoa_code_2021` are the same title.
pub(super) fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A name for links and columns: lower case ASCII letters and digits, runs of anything else as one
/// `separator`.
pub(super) fn slug(text: &str, separator: char) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match fold(c) {
            Some(letters) => out.push_str(letters),
            None if c.is_ascii_alphanumeric() => out.push(c),
            None if matches!(c, '\'' | '’') => {}
            None => {
                if !out.is_empty() && !out.ends_with(separator) {
                    out.push(separator);
                }
            }
        }
    }
    while out.ends_with(separator) {
        out.pop();
    }
    out
}

/// The plain letters of an accented one, so that "Tŷ Cymru" and "São José" keep their shape.
fn fold(c: char) -> Option<&'static str> {
    Some(match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => "a",
        'ç' => "c",
        'è' | 'é' | 'ê' | 'ë' => "e",
        'ì' | 'í' | 'î' | 'ï' => "i",
        'ñ' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' => "o",
        'ù' | 'ú' | 'û' | 'ü' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'ß' => "ss",
        'æ' => "ae",
        _ => return None,
    })
}

/// The form in which keys are compared: trimmed and in upper case.
pub(super) fn key_form(key: &str) -> String {
    key.trim().to_uppercase()
}

/// `community_hub` as people say it: "Community hub".
pub(super) fn spoken(kind: &str) -> String {
    let letters = ["gp", "nhs", "cab", "ymca"];
    let word = |word: &str| if letters.contains(&word) { word.to_uppercase() } else { word.to_owned() };
    let mut words = kind.split(['_', '-']).map(word).collect::<Vec<_>>().join(" ");
    if let Some(first) = words.get(0..1).map(str::to_uppercase) {
        words.replace_range(0..1, &first);
    }
    words
}

/// Words as a text of TOML.
pub(super) fn quoted(words: &str) -> String {
    toml::Value::String(words.to_owned()).to_string()
}

/// The first so many of a list, and how many more there are.
pub(super) fn listed(items: impl Iterator<Item = String>, most: usize) -> String {
    let items: Vec<String> = items.collect();
    let shown = items.iter().take(most).map(String::as_str).collect::<Vec<_>>().join(", ");
    match items.len().saturating_sub(most) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// The first ten of a list in quotes, and how many more there are.
pub(super) fn some_of<T: AsRef<str>>(items: &[T]) -> String {
    listed(items.iter().map(|item| format!("\"{}\"", item.as_ref())), 10)
}

pub(super) use crate::text::counted;

/// A number without needless decimals, thousands set off by commas.
pub(super) fn figure(value: f64) -> String {
    let rounded = (value * 10.0).round() / 10.0;
    let (whole, tenth) = (rounded.abs().trunc(), (rounded.abs().fract() * 10.0).round());
    let digits = format!("{whole:.0}");
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    if tenth > 0.0 {
        out.push_str(&format!(".{tenth:.0}"));
    }
    if rounded < 0.0 { format!("-{out}") } else { out }
}

/// The year that words stand for, when they are a bare year.
pub(super) fn year(text: &str) -> Option<i32> {
    let year: f64 = text.trim().parse().ok()?;
    ((1700.0..=2200.0).contains(&year) && year.fract() == 0.0).then_some(year as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_compared_by_letters_and_digits() {
        assert_eq!(plain("LSOA code (2021)"), "lsoacode2021");
        assert_eq!(plain("\u{feff}Postcode "), "postcode");
    }

    #[test]
    fn names_become_links() {
        assert_eq!(slug("Asian, Asian British or Asian Welsh", '_'), "asian_asian_british_or_asian_welsh");
        assert_eq!(slug("St John's  Hall!", '-'), "st-johns-hall");
        assert_eq!(slug("Tŷ-du", '-'), "ty-du");
    }

    #[test]
    fn figures_are_grouped_in_thousands() {
        assert_eq!(figure(159_569.0), "159,569");
        assert_eq!(figure(0.5), "0.5");
        assert_eq!(figure(-1_234.0), "-1,234");
    }
}
