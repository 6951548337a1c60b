use super::*;

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2024, 6, 30).expect("a day")
}

/// Whether something with this status, and nothing else known of it, is in use today.
fn is_open(reading: Reading) -> bool {
    let planned = match reading.opens_on {
        Some(first) => first > today(),
        None => reading.status == AssetStatus::Planned,
    };
    reading.status != AssetStatus::Closed && !planned && reading.closes_on.is_none_or(|last| last >= today())
}

fn check(cases: &[(&str, bool)], read: impl Fn(&str) -> Option<Reading>) {
    for &(words, expected) in cases {
        let reading = read(words).unwrap_or_else(|| panic!("{words} is understood"));
        assert_eq!(is_open(reading), expected, "{words}: {reading:?}");
    }
}

#[test]
fn the_words_of_registers_are_understood() {
    check(
        &[
            ("Open", true),
            ("Visible", true),
            ("Open, but proposed to close", true),
            ("Open but proposed to close 31/8/2024", true),
            ("Proposed to open", false),
            ("Proposed closure", true),
            ("Registered", true),
            ("Deregistered", false),
            ("Inactive", false),
            ("Removed", false),
            ("CLOSED_TEMPORARILY", false),
            ("OPERATIONAL", true),
            ("Dormant", false),
            ("A", true),
            ("C", false),
            ("P", false),
            ("Opening soon", false),
            ("Temporarily closed", false),
            ("Temporary Closure", false),
            ("Not yet open", false),
            ("Under construction", false),
            ("Not open", false),
            ("Unknown", false),
            ("TBC", false),
            ("?", false),
            ("Paused", false),
            ("temp. closed", false),
            ("Under refurbishment", false),
            ("Merged", false),
            ("Pre-opening", false),
            ("Open to the public", true),
            ("Closed to the public", false),
        ],
        |words| of(words, today()),
    );
    for words in ["Sunday", "Good", "Freehold", "Grade II", "Built 1987", "1987", ""] {
        assert_eq!(of(words, today()), None, "{words}");
    }
}

#[test]
fn words_with_a_time_are_compared_with_the_day() {
    check(
        &[
            ("Opening Sept 2025", false),
            ("Opening summer 2027", false),
            ("Opens 2027", false),
            ("Due to open 2026", false),
            ("opens Spring 2026", false),
            ("Open from 1/9/2025", false),
            ("from 1/9/2025", false),
            ("Re-opening January 2025", false),
            ("Sept 2025", false),
            ("2026", false),
            ("Not open until 2026", false),
            ("Expected 2026", false),
            ("Opening in September", false),
            ("Reopened May 2023", true),
            ("Shutting March 2024", false),
            ("Closed for works, reopening 2025", false),
            ("Closed until further notice", false),
            ("Closed until March 2025", false),
            ("Closed - March 2024", false),
            ("Opening 2024", false),
            ("Opened 2019", true),
            ("Open since May 2021", true),
            ("Opened in 2024", true),
            ("Opening Sept 2023", true),
            ("Open from 1 June 2024", true),
            ("Open until 31/12/2024", true),
            ("Open until 31/12/2023", false),
            ("Closing March 2025", true),
            ("Closing March 2024", false),
            ("Closed from 1/9/2025", true),
            ("Open (closed Mondays)", true),
            ("Open Mon-Fri 9am", true),
        ],
        |words| of(words, today()),
    );
    let doubt = |words: &str| of(words, today()).map(|reading| reading.doubt);
    assert_eq!(doubt("Opening 2024"), Some(Doubt::NotInUse));
    assert_eq!(doubt("Opening Sept 2023"), Some(Doubt::Passed));
    assert_eq!(doubt("Closed until March 2024"), Some(Doubt::NotInUse));
    assert_eq!(doubt("Opening Sept 2025"), Some(Doubt::None));
}

#[test]
fn notes_say_that_something_is_shut_or_to_come_and_hours_are_not_that() {
    check(
        &[
            ("Opening Sept 2025", false),
            ("New building. Due to open 2026", false),
            ("Temporarily closed", false),
            ("Closed until further notice", false),
            ("Closed for refurbishment, re-opening spring 2025", false),
            ("Coming soon", false),
            ("This hub has closed", false),
            ("Closes 31/3/2024", false),
        ],
        |words| in_notes(words, today()),
    );
    for words in [
        "Closed Mondays",
        "Opening hours 9am-5pm",
        "Closed for lunch 12:00-13:00",
        "Opened in 1987",
        "Opening times vary",
        "Closed on bank holidays",
        "Reopened 2022 after works",
        "Step-free, opens onto the park",
        "",
    ] {
        assert_eq!(in_notes(words, today()), None, "{words}");
    }
    check(
        &[("Mill Hall (closed)", false), ("New Hub (opening 2026)", false), ("Mill Hall - CLOSED", false)],
        |words| in_name(words, today()),
    );
    for words in ["Mill Hall (Sports)", "The Close", "Open Door - Northgate", "Closes Farm"] {
        assert_eq!(in_name(words, today()), None, "{words}");
    }
}
