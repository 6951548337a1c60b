//! What was awarded, and in which currency.

use super::raw::Raw;
use super::rows::Sheet;
use crate::place::Aside;
use crate::read::Cell;
use std::collections::BTreeMap;

/// What a row was awarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Money {
    pub(super) pence: i64,
    /// Nothing says in which currency.
    pub(super) assumed: bool,
}

/// Why a row is set aside.
pub(super) struct Refused {
    pub(super) why: Aside,
    pub(super) pence: i64,
    pub(super) problem: String,
    pub(super) remedy: &'static str,
}

/// An amount as people write it.
#[derive(Debug, PartialEq, Eq)]
struct Written {
    pence: i64,
    /// The currency of the sign or code before or behind it.
    currency: Option<String>,
}

/// The currency that words mean; nothing where they name none.
///
/// `£`, `Pounds`, `gbp ` and `UKP` are GBP. A dollar sign is taken for the United States': whichever dollars they
/// are, they are not pounds.
fn currency_of(words: &str) -> Option<String> {
    let bare: String =
        words.chars().filter(|c| c.is_alphanumeric() || matches!(c, '£' | '€' | '$' | '¥')).collect::<String>();
    let lower = bare.to_lowercase();
    Some(match lower.as_str() {
        "" | "na" | "none" | "null" | "nil" | "unknown" | "notstated" | "notknown" | "tbc" | "x" | "0" => return None,
        "£" | "gbp" | "gbp£" | "£gbp" | "ukp" | "stg" | "sterling" | "£sterling" | "poundsterling"
        | "poundssterling" | "pound" | "pounds" | "britishpound" | "britishpounds" | "ukpounds" | "ukpound"
        | "gbpounds" | "£s" => "GBP".into(),
        "€" | "eur" | "eur€" | "€eur" | "euro" | "euros" => "EUR".into(),
        "$" | "usd" | "us$" | "usd$" | "$us" | "$usd" | "dollar" | "dollars" | "usdollar" | "usdollars" => "USD".into(),
        _ => bare.to_uppercase(),
    })
}

/// The words of an amount: what stands before the first digit, the number, and what stands behind the last.
fn parts(text: &str) -> Option<(&str, &str, &str)> {
    let first = text.find(|c: char| c.is_ascii_digit())?;
    let first = if text[..first].ends_with('.') { first - 1 } else { first };
    let last = text.rfind(|c: char| c.is_ascii_digit())? + 1;
    let last = if text[last..].starts_with('.') { last + 1 } else { last };
    Some((&text[..first], &text[first..last], &text[last..]))
}

/// Pence of an amount as written; fractions of a penny are rounded, halves to the even penny.
fn written(text: &str) -> Option<Written> {
    /// A thousand million pounds: more is a slip of the pen.
    const MOST: f64 = 1e11;
    let (before, number, behind) = parts(text.trim())?;
    let is_minus = |c: char| matches!(c, '-' | '−');
    let negative = before.contains(is_minus);
    let word = |text: &str| -> Option<Option<String>> {
        let text = text.trim_matches(|c: char| c.is_whitespace() || is_minus(c) || c == '+');
        let known = text.is_empty() || currency_of(text).is_some_and(|code| is_code(&code));
        known.then(|| currency_of(text))
    };
    let (before, behind) = (word(before)?, if behind.contains(is_minus) { return None } else { word(behind)? });
    let currency = match (before, behind) {
        (Some(one), Some(other)) if one != other => return None,
        (one, other) => one.or(other),
    };
    if is_grouped_by_points(number) {
        return None;
    }
    match Cell::parse(number) {
        Cell::Number(amount) if (amount * 100.0).abs() <= MOST => {
            let pence = (amount * 100.0).round_ties_even() as i64;
            Some(Written { pence: if negative { -pence } else { pence }, currency })
        }
        _ => None,
    }
}

/// Whether a code has the form of those of ISO 4217.
fn is_code(code: &str) -> bool {
    code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase())
}

/// `1.000` or `12.500`, which is twelve and a half to some and twelve thousand five hundred to others; no amount is
/// written with three decimals of which the last is a nought.
fn is_grouped_by_points(number: &str) -> bool {
    let mut groups = number.split('.');
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    (1..=3).contains(&first.len())
        && !rest.is_empty()
        && rest.iter().all(|group| group.len() == 3 && group.bytes().all(|b| b.is_ascii_digit()))
        && (rest.len() > 1 || rest.first().is_some_and(|group| group.ends_with('0')))
}

/// The currency of the answers: what `[giving]` says, else that of most rows, else of two the one of this country.
/// The second is `true` where as many rows are in one as in another, and nothing decides between them.
pub(super) fn main_currency(sheets: &[Sheet], asked: Option<&str>, british: bool) -> (String, bool) {
    if let Some(code) = asked.and_then(currency_of) {
        return (code, false);
    }
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for raw in sheets.iter().flat_map(|sheet| &sheet.rows) {
        let sign = || written(raw.amount.as_deref()?)?.currency;
        if let Some(code) = raw.currency.as_deref().and_then(currency_of).or_else(sign) {
            *counts.entry(code).or_default() += 1;
        }
    }
    let most = counts.values().copied().max().unwrap_or(0);
    let first: Vec<&String> = counts.iter().filter(|(_, n)| **n == most).map(|(code, _)| code).collect();
    match first.as_slice() {
        [] => ("GBP".to_owned(), false),
        [one] => ((*one).clone(), false),
        several if british && several.iter().any(|code| *code == "GBP") => ("GBP".to_owned(), false),
        [one, ..] => ((*one).clone(), true),
    }
}

/// The money of a row, or why it is set aside.
pub(super) fn read(raw: &Raw, currency: &str) -> Result<Money, Refused> {
    let refuse = |why, pence, problem: String, remedy| Err(Refused { why, pence, problem, remedy });
    let Some(text) = raw.amount.as_deref() else {
        let problem = "The grant has no amount awarded".to_owned();
        return refuse(Aside::NoAmount, 0, problem, "It is set aside and counted; write the amount in pounds");
    };
    let Some(Written { pence, currency: sign }) = written(text) else {
        let problem = format!("\"{text}\" is not an amount of money");
        return refuse(
            Aside::NoAmount,
            0,
            problem,
            "It is set aside and counted; write a plain number such as 1250.00",
        );
    };
    let stated = raw.currency.as_deref().and_then(currency_of);
    if let (Some(stated), Some(sign)) = (&stated, &sign)
        && stated != sign
    {
        let problem = format!("The amount is written \"{}\" and the currency given is {stated}", text.trim());
        return refuse(Aside::Currency, 0, problem, "It is set aside and counted; mend one of the two");
    }
    let own = stated.or(sign);
    if let Some(code) = own.as_deref().filter(|code| *code != currency) {
        let problem = format!("The grant is in {code}, and money is counted in {currency}");
        return refuse(
            Aside::Currency,
            0,
            problem,
            "It is set aside and counted; nothing is converted, since the rate of the day is not known",
        );
    }
    match pence {
        0 => refuse(
            Aside::Zero,
            0,
            "The amount awarded is nought".to_owned(),
            "It is set aside and counted; give the amount, or leave out grants that were withdrawn",
        ),
        ..0 => refuse(
            Aside::Negative,
            pence,
            format!("The amount awarded, {text}, is below nought"),
            "It is set aside and counted; amend the grant that was reduced instead",
        ),
        _ => Ok(Money { pence, assumed: own.is_none() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn currencies_are_known_by_sign_word_and_code() {
        for words in ["£", "gbp ", "GBP", "Pounds", "pounds sterling", "GBP (£)", "Sterling"] {
            assert_eq!(currency_of(words).as_deref(), Some("GBP"), "{words}");
        }
        for (words, code) in [("€", "EUR"), ("Euros", "EUR"), ("US$", "USD"), ("chf", "CHF")] {
            assert_eq!(currency_of(words).as_deref(), Some(code), "{words}");
        }
        for words in ["", " ", "-", "n/a", "None"] {
            assert_eq!(currency_of(words), None, "{words}");
        }
    }

    #[test]
    fn amounts_are_read_with_the_currency_they_are_written_in() {
        for (text, pence, code) in [
            ("1250.5", 125_050, None),
            ("£1,250.50", 125_050, Some("GBP")),
            ("€200", 20_000, Some("EUR")),
            ("$ 400", 40_000, Some("USD")),
            ("GBP 1 000", 100_000, Some("GBP")),
            ("900 EUR", 90_000, Some("EUR")),
            ("-£50", -5_000, Some("GBP")),
            ("£-50", -5_000, Some("GBP")),
            ("120 pounds", 12_000, Some("GBP")),
            ("333.333", 33_333, None),
            ("1e3", 100_000, None),
        ] {
            assert_eq!(written(text), Some(Written { pence, currency: code.map(str::to_owned) }), "{text}");
        }
        for text in ["", "a lot", "1.000", "12.500", "1.250.000", "£10k", "(500)", "50-", "5 to 10", "£5 EUR", "10%"]
        {
            assert_eq!(written(text), None, "{text}");
        }
    }

    fn sheet(rows: &[(&str, &str)]) -> Vec<Sheet> {
        let raw = |(currency, amount): &(&str, &str)| Raw {
            currency: Some((*currency).to_owned()),
            amount: Some((*amount).to_owned()),
            ..Raw::default()
        };
        vec![Sheet { file: "g.csv".into(), rows: rows.iter().map(raw).collect() }]
    }

    #[test]
    fn of_as_many_in_one_currency_as_in_another_the_country_decides_or_nobody() {
        let even = sheet(&[("EUR", "700"), ("GBP", "1000")]);
        assert_eq!(main_currency(&even, None, true), ("GBP".to_owned(), false));
        assert_eq!(main_currency(&even, None, false), ("EUR".to_owned(), true));
        assert_eq!(main_currency(&even, Some("£"), false), ("GBP".to_owned(), false));
        let most = sheet(&[("EUR", "700"), ("", "€5"), ("£", "1000")]);
        assert_eq!(main_currency(&most, None, true), ("EUR".to_owned(), false));
        assert_eq!(main_currency(&sheet(&[("", "5")]), None, true), ("GBP".to_owned(), false));
    }

    #[test]
    fn an_amount_in_another_currency_than_its_column_says_is_set_aside() {
        let read = |currency: &str, amount: &str| {
            let raw = Raw {
                currency: (!currency.is_empty()).then(|| currency.to_owned()),
                amount: Some(amount.to_owned()),
                ..Raw::default()
            };
            read(&raw, "GBP").map(|money| (money.pence, money.assumed)).map_err(|refused| refused.why)
        };
        assert_eq!(read("£", "1000"), Ok((100_000, false)));
        assert_eq!(read("", "600"), Ok((60_000, true)));
        assert_eq!(read("", "£600"), Ok((60_000, false)));
        for (currency, amount) in [("GBP", "$400"), ("USD", "£300"), ("", "€200"), ("euro", "5"), ("GBP", "5 EUR")] {
            assert_eq!(read(currency, amount), Err(Aside::Currency), "{currency} {amount}");
        }
    }
}
