//! How a table writes its numbers: with a comma or a point before decimals, settled by all of them; and
//! what marks stand beside one.
//!
//! `1.000` is a thousand in a German table and one in an English one. Nobody can say which from one cell;
//! a column says it: `1.000` beside `500` is a thousand, `12,5` has a decimal comma, `1,234,567` has none.

use crate::read::Cell;

/// The sign before decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Decimal {
    /// `1,234.5`
    #[default]
    Point,
    /// `1.234,5`
    Comma,
}

/// What the numbers of a table say of the sign before decimals.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Sign {
    /// They agree.
    As(Decimal),
    /// They may be read both ways, such as this one.
    Unclear(String),
}

/// What a cell holds when a count is wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Count {
    /// A number.
    Plain(f64),
    /// A number with a mark beside it that takes nothing from it: `1,500 [r]`, `c. 1500`, `1500†`.
    Marked(f64),
    /// A percentage.
    Percent(f64),
    /// Empty, or a mark that stands for a hidden or missing number.
    Hidden,
    /// An error of a spreadsheet, or a word for "not known".
    Error,
    /// Anything else.
    Odd,
}

impl Decimal {
    /// The sign that `place.toml` names.
    pub(super) fn named(text: &str) -> Option<Self> {
        match text.trim() {
            "." | "point" => Some(Self::Point),
            "," | "comma" => Some(Self::Comma),
            _ => None,
        }
    }

    /// Reads a cell as a count.
    pub(super) fn count(self, text: Option<&str>) -> Count {
        let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Count::Hidden };
        if let Some(number) = self.number(text) {
            return Count::Plain(number);
        }
        if matches!(Cell::parse(text), Cell::Marker(_)) {
            return Count::Hidden;
        }
        if let Some(number) = text.strip_suffix('%').and_then(|rest| self.number(rest.trim_end())) {
            return Count::Percent(number);
        }
        if is_error(text) {
            return Count::Error;
        }
        self.number(unmarked(text)).map_or(Count::Odd, Count::Marked)
    }

    /// The number that a text without marks is.
    pub(super) fn number(self, text: &str) -> Option<f64> {
        match self {
            Self::Point => Cell::parse(text).value(),
            Self::Comma => {
                let swapped: String = text
                    .chars()
                    .map(|c| match c {
                        '.' => ',',
                        ',' => '.',
                        other => other,
                    })
                    .collect();
                Cell::parse(&swapped).value()
            }
        }
    }

    /// Settles the sign from the cells of the columns of a table. `whole` says that they are counts, of
    /// which a few thousand may be written `1.500`; other numbers may have three decimals.
    pub(super) fn of<'t>(columns: impl Iterator<Item = Vec<&'t str>>, whole: bool) -> Sign {
        let mut seen = Seen::default();
        for column in columns {
            seen.add(&column);
        }
        seen.settle(whole)
    }
}

/// What was seen that speaks for one sign or the other.
#[derive(Debug, Default)]
struct Seen {
    point: usize,
    comma: usize,
    /// `1.500`, which may be either, in columns that also have numbers below a thousand without a point.
    beside_small: usize,
    /// `1.500` in columns that have nothing else.
    alone: usize,
    /// `1,500`
    comma_groups: usize,
    /// `1500`
    ungrouped: usize,
    example: Option<String>,
}

impl Seen {
    fn add(&mut self, column: &[&str]) {
        let (mut either, mut small) = (0, 0);
        for text in column {
            let text = unmarked(text.trim()).trim_start_matches(['-', '−', '+']);
            if !text.starts_with(|c: char| c.is_ascii_digit()) {
                continue;
            }
            let spaced: String =
                text.chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\'' | '’')).collect();
            if !spaced.chars().all(|c| c.is_ascii_digit() || c == '.' || c == ',') {
                continue;
            }
            let (dots, commas) = (spaced.matches('.').count(), spaced.matches(',').count());
            match (dots, commas) {
                (0, 0) => {
                    if spaced.len() > 3 {
                        self.ungrouped += 1;
                    } else {
                        small += 1;
                    }
                }
                (_, 0) => match (grouped(&spaced, '.'), dots) {
                    (true, 1) => {
                        either += 1;
                        self.example.get_or_insert_with(|| (*text).to_owned());
                    }
                    (true, _) => self.comma += 1,
                    (false, 1) => self.point += 1,
                    _ => {}
                },
                (0, _) => match (grouped(&spaced, ','), commas) {
                    (true, 1) => self.comma_groups += 1,
                    (true, _) => self.point += 1,
                    (false, 1) => self.comma += 1,
                    _ => {}
                },
                _ if spaced.rfind('.') < spaced.rfind(',') => self.comma += 1,
                _ => self.point += 1,
            }
        }
        if small > 0 {
            self.beside_small += either;
        } else {
            self.alone += either;
        }
    }

    fn settle(self, whole: bool) -> Sign {
        let either = self.beside_small + self.alone;
        // One odd cell, such as a slip of the pen, settles nothing.
        let comma = if self.comma == 1 && self.comma_groups + self.ungrouped > 2 { 0 } else { self.comma };
        let example = || self.example.clone().unwrap_or_default();
        if comma > 0 && self.point > 0 {
            return match (comma, self.point) {
                (c, p) if p >= 10 * c => Sign::As(Decimal::Point),
                (c, p) if c >= 10 * p => Sign::As(Decimal::Comma),
                _ => Sign::Unclear(example()),
            };
        }
        if comma > 0 {
            return Sign::As(Decimal::Comma);
        }
        if self.point > 0 || either == 0 || !whole {
            return Sign::As(Decimal::Point);
        }
        if self.beside_small > 0 && self.ungrouped == 0 && self.comma_groups == 0 {
            return Sign::As(Decimal::Comma);
        }
        Sign::Unclear(example())
    }
}

/// Whether a number is parted into groups of three digits by a sign, the first of which is not a nought.
fn grouped(text: &str, sign: char) -> bool {
    let mut groups = text.split(sign);
    let first = groups.next().unwrap_or_default();
    (1..=3).contains(&first.len()) && !first.starts_with('0') && groups.all(|group| group.len() == 3)
}

/// Errors of spreadsheets, and words for what is not known.
fn is_error(text: &str) -> bool {
    let lower = text.to_lowercase();
    const WORDS: [&str; 22] = [
        "n/k",
        "nk",
        "tbc",
        "tbd",
        "unknown",
        "not known",
        "not available",
        "unavailable",
        "pending",
        "none given",
        "?",
        "??",
        "???",
        "err",
        "error",
        "no data",
        "nodata",
        "suppressed",
        "withheld",
        "confidential",
        "not stated",
        "/",
    ];
    lower.starts_with('#') && lower.len() > 1 && !lower[1..].starts_with(|c: char| c.is_ascii_digit())
        || WORDS.contains(&lower.as_str())
}

/// Marks behind a number, and before one, that take nothing from it.
fn unmarked(text: &str) -> &str {
    const BEHIND: [&str; 22] = [
        "r",
        "p",
        "e",
        "b",
        "u",
        "est",
        "est.",
        "rev",
        "rev.",
        "revised",
        "prov",
        "prov.",
        "provisional",
        "estimated",
        "estimate",
        "approx",
        "approx.",
        "people",
        "persons",
        "residents",
        "pers",
        "ca",
    ];
    const BEFORE: [&str; 14] = [
        "~",
        "≈",
        "c.",
        "c",
        "ca.",
        "ca",
        "circa",
        "approx.",
        "approx",
        "approximately",
        "about",
        "est.",
        "est",
        "around",
    ];
    let is_sign = |c: char| matches!(c, '*' | '†' | '‡' | '§' | '¶' | '^' | '~' | '#' | '¹' | '²' | '³' | '⁴' | '⁵');
    let mut text = text.trim();
    for _ in 0..4 {
        let before = text;
        text = text.trim_end_matches(is_sign).trim_end();
        if let Some(open) = text.rfind(['[', '('])
            && text.ends_with([']', ')'])
            && open > 0
            && let Some(inside) = text.get(open + 1..text.len() - 1)
            && inside.len() <= 12
            && !inside.is_empty()
            && inside.chars().all(|c| c.is_alphabetic() || c == '.' || is_sign(c))
            && !matches!(inside.to_lowercase().as_str(), "c" | "x" | "z" | "low" | "k" | "m")
        {
            text = text[..open].trim_end();
        }
        let digits = text.rfind(|c: char| c.is_ascii_digit()).map_or(0, |at| at + 1);
        let word = text[digits..].trim().to_lowercase();
        if digits > 0 && BEHIND.contains(&word.as_str()) {
            text = &text[..digits];
        }
        let start = text.find(|c: char| c.is_ascii_digit()).unwrap_or(0);
        let word = text[..start].trim().to_lowercase();
        if start > 0 && (BEFORE.contains(&word.as_str()) || word.chars().all(|c| is_sign(c) && c != '#')) {
            text = &text[start..];
        }
        if text == before {
            break;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_beside_a_number_leaves_the_number() {
        for text in [
            "1500 [r]",
            "1,500 [p]",
            "1500*",
            "~1500",
            "c.1500",
            "c. 1500",
            "1500 est",
            "1500 †",
            "1,500†",
            "1500 p",
            "1500r",
            "1500 (r)",
            "1500 [e]",
            "≈ 1,500",
            "circa 1500",
            "1500 (est.)",
            "1500¹",
            "*1500",
            "1 500 [r]*",
            "1500 people",
        ] {
            assert_eq!(Decimal::Point.count(Some(text)), Count::Marked(1500.0), "{text}");
        }
    }

    #[test]
    fn what_is_not_clearly_the_number_is_not_taken_for_it() {
        for text in [
            "(1500)",
            "+/-1500",
            "1500.0.0",
            ">1400",
            "15OO",
            "1500-1600",
            "1500,5",
            "1500 (5)",
            "1.5k",
            "1500 or so",
            "[1500]",
        ] {
            assert_eq!(Decimal::Point.count(Some(text)), Count::Odd, "{text}");
        }
        for text in ["#REF!", "#VALUE!", "n/k", "TBC", "unknown", "#DIV/0!", "?"] {
            assert_eq!(Decimal::Point.count(Some(text)), Count::Error, "{text}");
        }
        for text in ["*", "[c]", "", "..", "<5", "-"] {
            assert_eq!(Decimal::Point.count(Some(text)), Count::Hidden, "{text}");
        }
        assert_eq!(Decimal::Point.count(Some("40.5 %")), Count::Percent(40.5));
    }

    fn settled(columns: &[&[&str]], whole: bool) -> Sign {
        Decimal::of(columns.iter().map(|column| column.to_vec()), whole)
    }

    #[test]
    fn the_whole_table_settles_what_a_point_is() {
        let german: &[&[&str]] = &[&["1.000", "2.000", "1.500", "500"], &["400", "500", "500", "100"]];
        assert_eq!(settled(german, true), Sign::As(Decimal::Comma));
        assert_eq!(Decimal::Comma.count(Some("1.000")), Count::Plain(1000.0));
        assert_eq!(settled(&[&["1,250", "0,512", "12,5"]], false), Sign::As(Decimal::Comma));
        assert_eq!(settled(&[&["1.250", "0.512", "2.000"]], false), Sign::As(Decimal::Point));
        assert_eq!(settled(&[&["1,000", "2,000", "500"]], true), Sign::As(Decimal::Point));
        assert_eq!(settled(&[&["1.234.567", "500"]], true), Sign::As(Decimal::Comma));
        assert_eq!(settled(&[&["969.0", "758.0"]], true), Sign::As(Decimal::Point));
        assert!(matches!(settled(&[&["1.000", "2.000"]], true), Sign::Unclear(_)));
        assert!(matches!(settled(&[&["1.500", "2000", "300"]], true), Sign::Unclear(_)));
        assert_eq!(settled(&[&["400", "1500,5", "1000", "2000", "3000"]], true), Sign::As(Decimal::Point));
    }
}
