//! Tables of residents are understood or asked about, never guessed in silence.

use crate::meaning::{self, Came};
use crate::support::Toy;

#[test]
fn tables_made_by_chance_are_read_right_or_asked_about() {
    let dir = tempfile::tempdir().expect("a directory");
    let tally = meaning::run(0..1_800, dir.path());
    let shown: Vec<String> =
        tally.wrong.iter().take(3).map(|(seed, name, got)| format!("{name} (seed {seed})\n{got}")).collect();
    assert!(tally.wrong.is_empty(), "{} wrong:\n{}", tally.wrong.len(), shown.join("\n"));
    let (right, asked) = (tally.count(true, Came::Right), tally.count(true, Came::Asked));
    assert!(asked * 100 < (right + asked) * 15, "{asked} of {} honest tables are asked about", right + asked);
    assert!(meaning::layouts::LAYOUTS.len() >= 50);
}

/// The labels of the groups of a table of the toy place.
fn labels(table: &str) -> Vec<String> {
    let (place, _) = Toy::new().with("residents.csv", table).place();
    assert!((place.residents() - 100.0).abs() < 1e-9, "{}", place.residents());
    place.groups.iter().map(|group| group.label.clone()).collect()
}

/// One row for each zone and group, with the code and the words of the group where `row` puts them.
fn coded(titles: &str, row: impl Fn(&str, &str, &str, u32) -> String) -> String {
    let rows = ["A1", "A2", "B1", "B2"]
        .iter()
        .flat_map(|zone| [("1", "White", 20), ("2", "Asian", 5)].map(|(code, words, n)| row(zone, code, words, n)));
    std::iter::once(titles.to_owned()).chain(rows).collect::<Vec<_>>().join("\n")
}

#[test]
fn beside_a_column_of_codes_the_words_are_the_groups_however_they_are_paired() {
    for (code, words) in [
        ("Ethnic Group - 5 Categories Code", "Ethnic Group - 5 Categories Label"),
        ("Ethnic group (6 categories) Code", "Ethnic group (6 categories)"),
        ("ethnic_group_code", "ethnic_group_name"),
        ("Ethnicity code", "Ethnicity description"),
    ] {
        let table =
            coded(&format!("zone,{code},{words},Count"), |zone, code, words, n| format!("{zone},{code},{words},{n}"));
        assert_eq!(labels(&table), ["Asian", "White"], "{code}");
        let table =
            coded(&format!("zone,{words},{code},Count"), |zone, code, words, n| format!("{zone},{words},{code},{n}"));
        assert_eq!(labels(&table), ["Asian", "White"], "{words} first");
    }
}

#[test]
fn codes_without_their_words_are_asked_about() {
    let table = coded("zone,Ethnic group Code,Count", |zone, code, _, n| format!("{zone},{code},{n}"));
    let issue = Toy::new().with("residents.csv", &table).issue("category-codes");
    assert!(issue.problem.contains("Ethnic group Code") && issue.remedy.contains("category ="), "{issue:?}");
}
