//! The page about a patch: what a coordinator reads on it.

use crate::support::Toy;
use patchwork::layer::Layer;
use patchwork::report::review;
use patchwork::snapshot::Snapshot;
use std::fmt::Write as _;

const GROUPS: &str = "zone,Aged 16 to 24 years,Aged 4 years and under,Aged 5 to 15 years\n\
                      A1,500,200,300\nA2,500,200,300\nB1,500,200,300\nB2,500,200,300\n";

const STANDARDS: &str = "\n[[standards]]\nkey = \"hub-15\"\ntitle = \"A hub near\"\nkinds = \"hub\"\nwithin_minutes = 15\n\n\
    [[standards]]\nkey = \"hub-late\"\ntitle = \"A hub in the evening\"\nkinds = \"hub\"\nwithin_minutes = 15\nopen_after = \"17:00\"\n";

/// The page of ward A of a place whose people are told by age, with these records and settings.
fn page_of(records: Option<&str>, more: &str) -> String {
    let toy = Toy::new().with("residents.csv", GROUPS).with("met.csv", records.unwrap_or_default());
    let settings = std::fs::read_to_string(toy.dir().join("place.toml")).expect("settings");
    let engagement = if records.is_some() { "\n[[engagement]]\nfile = \"met.csv\"\n" } else { "" };
    let toy = toy
        .with("place.toml", &settings.replace("\"ethnic_group\"", "\"age\"\nlabel = \"Age\""))
        .and(&format!("{engagement}{more}"));
    let snapshot = Snapshot::build(toy.place().0, Vec::new());
    let layers: Vec<&Layer> = snapshot.layers().iter().map(|collection| &collection.layer).collect();
    review::page(&snapshot.place, &layers, snapshot.missing(), "A").expect("a page")
}

/// A page of ward A of a place without hubs, where twice as many are met in the last quarter as the year before.
fn page() -> String {
    let mut records = "date,zone,age\n".to_owned();
    for quarter in 0..6 {
        let (year, month) = (2023 + quarter / 4, quarter % 4 * 3 + 1);
        for n in 0..if quarter == 5 { 200 } else { 100 } {
            let age = ["0-4", "5-15", "16-24"][n % 3];
            let _ = writeln!(records, "{year}-{month:02}-{:02},A1,{age}\n{year}-{month:02}-05,B1,{age}", n % 28 + 1);
        }
    }
    records.push_str("2024-06-29,A2,5-15\n");
    page_of(Some(&records), STANDARDS)
}

#[test]
fn the_page_of_a_patch_reads_from_the_youngest_names_a_gap_once_and_says_what_changed() {
    let page = page();
    let at = |words: &str| page.find(words).unwrap_or_else(|| panic!("no {words:?} in {page}"));
    assert!(at("Aged 0 to 4") < at("Aged 5 to 15") && at("Aged 5 to 15") < at("Aged 16 to 24"));
    let gaps = &page[at("Where something is missing")..at("What changed")];
    assert!(gaps.contains(">A hub near<") && gaps.contains(">A hub in the evening<"), "both standards: {gaps}");
    assert_eq!(gaps.matches("<th scope=row").count(), 1, "one stretch, named once: {gaps}");
    assert_eq!(gaps.matches("nothing near, no way there").count(), 2, "{gaps}");
    let changed = &page[at("What changed since the last quarter")..at("Who is met")];
    assert!(changed.contains("200 attendances in April to June 2024; 100 in January to March 2024."), "{changed}");
    assert!(changed.contains("A year before, in the same season: 100 in April to June 2023."), "{changed}");
    assert!(changed.contains("2.00 times as many now (") && changed.contains("more than chance would have it"));
    let in_changed = |words: &str| changed.find(words).unwrap_or_else(|| panic!("no {words:?} in {changed}"));
    assert!(
        in_changed("Of 3 groups that can be compared with a year before these changed") < in_changed("Aged 0 to 4")
    );
    assert!(in_changed("Aged 0 to 4") < in_changed("Aged 16 to 24"));
}

#[test]
fn a_place_without_records_or_standards_says_so_in_words_and_shows_no_empty_table() {
    let page = page_of(None, "");
    for words in ["No standard is set for this place yet", "There are no engagement records here yet"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("<table") && !page.contains("What changed"), "{page}");
}

#[test]
fn a_patch_of_whom_nobody_is_in_the_records_is_told_so() {
    let records: String = (1..=28).map(|day| format!("2024-03-{day:02},B1,5-15\n")).collect();
    let page = page_of(Some(&format!("date,zone,age\n{records}")), "");
    assert!(page.contains("Nobody who lives here is in the records yet. In the whole place 7.5 of 1,000"), "{page}");
    assert!(page.contains("Nobody was met in January to March 2024."), "{page}");
    assert!(page.contains("It is the first whole quarter in the records"), "{page}");
    assert!(page.contains("The records name no themes yet"), "{page}");
    assert!(!page.contains("<table role=table><caption>Met"), "{page}");
}

#[test]
fn a_patch_of_which_everything_is_hidden_says_why_and_gives_no_number() {
    let of = |zone: &str, days: std::ops::RangeInclusive<u32>| -> String {
        days.map(|day| format!("2024-03-{day:02},{zone},5-15,buses\n")).collect()
    };
    let page = page_of(Some(&format!("date,zone,age,themes\n{}{}", of("A1", 1..=4), of("B1", 1..=31))), "");
    assert!(page.contains("The numbers of this patch are hidden"), "{page}");
    assert!(page.contains("How many were met in January to March 2024 is hidden, to protect people."), "{page}");
    assert!(page.contains("No theme was raised here often enough to be shown"), "{page}");
    assert!(!page.contains("<caption>Met") && !page.contains(">4<"), "{page}");
}
