//! Words and numbers for people, each thing once: thousands, columns that line up, capital letters, the nearest name,
//! and what a word must become before it may stand in HTML.

/// How far apart two numbers are as they are shown, whole: so that whoever subtracts one from the other on the page finds what
/// is said of them.
#[must_use]
pub fn shown_apart(one: f64, other: f64) -> f64 {
    one.round() - other.round()
}

/// A whole number with commas between thousands: `216,043`, `−1,000`.
#[must_use]
pub fn thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        out.push('−');
    }
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The nearest whole number with commas between thousands; halves go to the even neighbour.
#[must_use]
pub fn whole(number: f64) -> String {
    thousands(number.round_ties_even() as i64)
}

/// A share with one decimal: `38.4%`.
#[must_use]
pub fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

/// Columns padded to line up: the first to the left, the others to the right.
#[must_use]
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |c: usize| rows.iter().filter_map(|row| row.get(c)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (c, cell) in row.iter().enumerate() {
            let pad = " ".repeat(widths[c].saturating_sub(cell.chars().count()));
            line.push_str(&if c == 0 { format!("{cell}{pad}") } else { format!("  {pad}{cell}") });
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Words as the beginning of a sentence.
#[must_use]
pub fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Words that go on a sentence.
#[must_use]
pub fn lower_first(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// A count with its noun: `1 row`, `3 rows`.
#[must_use]
pub fn counted(n: usize, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

/// Words as they may stand in HTML, between tags or in an attribute between double quotation marks.
#[must_use]
pub fn escaped(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The known name most like the one that was written, by Jaro and Winkler's similarity; none that is less like it than
/// `least` (from 0, anything, to 1, the same). Of equals the first by the alphabet.
#[must_use]
pub fn nearest<'n>(wanted: &str, known: impl Iterator<Item = &'n str>, least: f64) -> Option<&'n str> {
    let wanted = wanted.to_lowercase();
    known
        .map(|name| (strsim::jaro_winkler(&wanted, &name.to_lowercase()), name))
        .filter(|(likeness, _)| *likeness > least)
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1)))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_told_apart() {
        assert_eq!(whole(216_000.4), "216,000");
        assert_eq!(whole(999.0), "999");
        assert_eq!(whole(-1_234.0), "−1,234");
        assert_eq!(whole(-0.2), "0");
        assert_eq!(whole(2.5), "2", "as layers round");
        assert_eq!(thousands(i64::MIN), "−9,223,372,036,854,775,808");
    }

    #[test]
    fn columns_line_up() {
        let rows = vec![vec!["Patch".into(), "n".into()], vec!["A".into(), "1,000".into()]];
        assert_eq!(table(&rows), "Patch      n\nA      1,000\n");
    }

    #[test]
    fn the_nearest_name_is_a_slip_of_the_pen_or_none() {
        let known = ["library", "hub", "food_bank"];
        assert_eq!(nearest("Libary", known.into_iter(), 0.75), Some("library"));
        assert_eq!(nearest("zzz", known.into_iter(), 0.75), None);
        assert_eq!(nearest("b", ["b2", "b1"].into_iter(), 0.0), Some("b1"), "equals by the alphabet");
    }

    #[test]
    fn words_cannot_end_the_attribute_or_the_element_they_stand_in() {
        assert_eq!(escaped("<b title=\"x\">A & B</b>"), "&lt;b title=&quot;x&quot;&gt;A &amp; B&lt;/b&gt;");
    }

    #[test]
    fn a_sentence_begins_with_a_capital_in_any_alphabet() {
        assert_eq!((capital("ŷ a"), lower_first("Ŷ A"), capital("")), ("Ŷ a".into(), "ŷ A".into(), String::new()));
    }
}
