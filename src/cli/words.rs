//! Numbers and tables for people.

/// `216000` as `216,000`; halves away from zero.
pub fn whole(number: f64) -> String {
    let digits = format!("{:.0}", number.abs());
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0.0 && digits != "0" {
        text.push('-');
    }
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 zone`, `2 zones`.
pub fn count(number: usize, one: &str, many: &str) -> String {
    format!("{} {}", whole(number as f64), if number == 1 { one } else { many })
}

/// Columns padded to line up: the first to the left, the others to the right.
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |c: usize| rows.iter().filter_map(|row| row.get(c)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (c, cell) in row.iter().enumerate() {
            let pad = " ".repeat(widths[c].saturating_sub(cell.chars().count()));
            let gap = if c == 0 { "" } else { "  " };
            line.push_str(&if c == 0 { format!("{gap}{cell}{pad}") } else { format!("{gap}{pad}{cell}") });
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_told_apart() {
        assert_eq!(whole(216_000.4), "216,000");
        assert_eq!(whole(999.0), "999");
        assert_eq!(whole(-1_234.0), "-1,234");
        assert_eq!(whole(-0.2), "0");
    }

    #[test]
    fn columns_line_up() {
        let rows = vec![vec!["Patch".into(), "n".into()], vec!["A".into(), "1,000".into()]];
        assert_eq!(table(&rows), "Patch      n\nA      1,000\n");
    }
}
