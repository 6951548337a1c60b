use super::super::{Cell, YesNo, parse_date, parse_excel_date, parse_flag};
use chrono::NaiveDate;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

#[test]
fn numbers_are_read_as_people_write_them() {
    for (text, number) in [
        ("12", 12.0),
        ("-3.5", -3.5),
        ("−3", -3.0),
        ("+4", 4.0),
        ("1,234", 1234.0),
        ("1,234,567.5", 1_234_567.5),
        ("1 234", 1234.0),
        ("1\u{a0}234", 1234.0),
        (" 7\u{a0}", 7.0),
        ("£1,200", 1200.0),
        ("-£5", -5.0),
        ("€ 3", 3.0),
        ("1.5e3", 1500.0),
        ("1.00E+11", 1e11),
        (".5", 0.5),
        ("0801193", 801_193.0),
    ] {
        assert_eq!(Cell::parse(text), Cell::Number(number), "{text:?}");
    }
}

#[test]
fn what_means_two_things_is_no_number() {
    for text in [
        "12%",
        "(5)",
        "1,5",
        "12,34",
        "1,2345",
        "E01000001",
        "1e999",
        "inf",
        "-inf",
        "infinity",
        "0x1F",
        "1.2.3",
        "--5",
        "1_000",
        "e5",
        "12 Mill Lane",
        ",",
    ] {
        assert_eq!(Cell::parse(text), Cell::Other(text), "{text:?}");
    }
}

#[test]
fn marks_of_hidden_numbers_are_marks() {
    for text in [
        "*", "c", "[c]", "[C]", "-", "..", "…", "[x]", "[z]", "[low]", ":", "n/a", "N/A", "NULL", "nan", "NaN", "<5",
        "< 10", "–",
    ] {
        assert_eq!(Cell::parse(text), Cell::Marker(text), "{text:?}");
    }
    assert_eq!(Cell::parse(" \u{a0}"), Cell::Blank);
}

#[test]
fn dates_are_read_in_the_formats_of_council_files() {
    let june = NaiveDate::from_ymd_opt(2024, 6, 30);
    for text in [
        "2024-06-30",
        "2024-06-30T09:15:00Z",
        "2024-06-30 09:15",
        "2024/06/30",
        "30/06/2024",
        "30/6/24",
        "30-06-2024",
        "30.06.2024",
        "30/06/2024 09:15:00",
        "30 June 2024",
        "30 Jun 24",
        "30th June 2024",
        "Sunday 30th June 2024",
        "June 30, 2024",
        "30-Jun-2024",
        "20240630",
        "30 June 2024 09:15",
    ] {
        assert_eq!(parse_date(text), june, "{text:?}");
    }
    for text in
        ["", "06/30/2024", "2024", "June 2024", "31/02/2024", "soon", "2024-13-01", "1/2/3/4", "45473", "0001-01-01"]
    {
        assert_eq!(parse_date(text), None, "{text:?}");
    }
    assert_eq!(parse_excel_date("45473"), june);
    assert_eq!(parse_excel_date("45473.99"), june);
    assert_eq!(parse_excel_date("100"), None);
    assert_eq!(parse_excel_date("30/06/2024"), june);
}

#[test]
fn flags_are_read_in_their_many_words() {
    for (text, flag) in [
        ("Yes", YesNo::Yes),
        ("Y", YesNo::Yes),
        ("TRUE", YesNo::Yes),
        ("1", YesNo::Yes),
        ("Full", YesNo::Yes),
        ("no", YesNo::No),
        ("N", YesNo::No),
        ("false", YesNo::No),
        ("0", YesNo::No),
        ("limited", YesNo::Limited),
        ("Partial", YesNo::Limited),
        ("Wheelchair accessible", YesNo::Yes),
        ("step-free", YesNo::Yes),
        ("Steps", YesNo::No),
    ] {
        assert_eq!(parse_flag(text), Some(flag), "{text:?}");
    }
    assert_eq!(parse_flag("unknown"), None);
    assert_eq!(parse_flag(""), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, rng_seed: RngSeed::Fixed(2), ..ProptestConfig::default() })]

    #[test]
    fn no_text_stops_the_parsers_and_no_number_is_infinite(text in "\\PC{0,20}") {
        if let Cell::Number(number) = Cell::parse(&text) {
            prop_assert!(number.is_finite());
        }
        let _ = (parse_date(&text), parse_excel_date(&text), parse_flag(&text));
    }

    #[test]
    fn a_printed_number_is_read_back(number in -1e12..1e12_f64) {
        let printed = number.to_string();
        prop_assert_eq!(Cell::parse(&printed), Cell::Number(number));
    }

    #[test]
    fn a_day_is_read_back_in_both_orders(days in 0_i64..40_000) {
        let date = NaiveDate::from_ymd_opt(1970, 1, 1).expect("a day") + chrono::Duration::days(days);
        prop_assert_eq!(parse_date(&date.format("%Y-%m-%d").to_string()), Some(date));
        prop_assert_eq!(parse_date(&date.format("%d/%m/%Y").to_string()), Some(date));
        prop_assert_eq!(parse_date(&date.format("%-d %B %Y").to_string()), Some(date));
    }
}
