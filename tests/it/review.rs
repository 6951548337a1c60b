//! The page about a patch: what a coordinator reads on it.

use crate::support::Toy;
use patchwork::layer::{Layer, review};
use patchwork::snapshot::Snapshot;
use std::fmt::Write as _;

/// A page of ward A of a place without hubs, where twice as many are met in the last quarter as the year before.
fn page() -> String {
    let ages = "zone,Aged 16 to 24 years,Aged 4 years and under,Aged 5 to 15 years\n\
                A1,500,200,300\nA2,500,200,300\nB1,500,200,300\nB2,500,200,300\n";
    let mut records = "date,zone,age\n".to_owned();
    for quarter in 0..6 {
        let (year, month) = (2023 + quarter / 4, quarter % 4 * 3 + 1);
        for n in 0..if quarter == 5 { 200 } else { 100 } {
            let age = ["0-4", "5-15", "16-24"][n % 3];
            let _ = writeln!(records, "{year}-{month:02}-{:02},A1,{age}\n{year}-{month:02}-05,B1,{age}", n % 28 + 1);
        }
    }
    records.push_str("2024-06-29,A2,5-15\n");
    let toy = Toy::new().with("residents.csv", ages).with("met.csv", &records);
    let settings = std::fs::read_to_string(toy.dir().join("place.toml")).expect("settings");
    let toy = toy.with("place.toml", &settings.replace("\"ethnic_group\"", "\"age\"\nlabel = \"Age\"")).and(
        "\n[[engagement]]\nfile = \"met.csv\"\n\n\
         [[standards]]\nkey = \"hub-15\"\ntitle = \"A hub near\"\nkinds = \"hub\"\nwithin_minutes = 15\n\n\
         [[standards]]\nkey = \"hub-late\"\ntitle = \"A hub in the evening\"\nkinds = \"hub\"\nwithin_minutes = 15\nopen_after = \"17:00\"\n",
    );
    let snapshot = Snapshot::build(toy.place().0, Vec::new());
    let layers: Vec<&Layer> = snapshot.layers().iter().map(|collection| &collection.layer).collect();
    review::page(&snapshot.place, &layers, "A").expect("a page")
}

#[test]
fn the_page_of_a_patch_reads_from_the_youngest_names_a_gap_once_and_says_what_changed() {
    let page = page();
    let at = |words: &str| page.find(words).unwrap_or_else(|| panic!("no {words:?} in {page}"));
    assert!(at("Aged 0 to 4") < at("Aged 5 to 15") && at("Aged 5 to 15") < at("Aged 16 to 24"));
    let row = page.split("<tr>").find(|row| row.contains("A hub near: ")).expect("the gap");
    assert!(row.contains("A hub in the evening: "), "one stretch, both standards: {row}");
    assert_eq!(page.matches("A hub in the evening: ").count(), 1);
    let changed = &page[at("What changed since the last quarter")..at("Who is met")];
    assert!(changed.contains("200 people met in April to June 2024, 100 in the quarter before"), "{changed}");
    assert!(changed.contains("more (2.00 times"), "{changed}");
    let in_changed = |words: &str| changed.find(words).unwrap_or_else(|| panic!("no {words:?} in {changed}"));
    assert!(in_changed("Of 3 groups that can be compared, these changed: Aged 0 to 4") < in_changed("Aged 16 to 24"));
}
