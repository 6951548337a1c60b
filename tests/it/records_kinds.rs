//! Records: the faults that real files have, kind by kind: each is understood or told.

use patchwork::load::{Loaded, load};
use patchwork::place::{Basis, Place};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// Two zones of 100 and 50 residents, and these records under these sections.
fn town(dir: &Path, date: &str, sections: &str, files: &[(&str, String)]) -> Loaded {
    let feature = |nth: usize, key: &str, residents: usize| {
        let (w, e) = (-1.0 + 0.01 * nth as f64, -0.99 + 0.01 * nth as f64);
        let ring = json!([[[w, 52.0], [e, 52.0], [e, 52.01], [w, 52.01], [w, 52.0]]]);
        json!({"type": "Feature", "geometry": {"type": "Polygon", "coordinates": ring},
            "properties": {"code": key, "name": key, "residents": residents}})
    };
    let layer = |features: Vec<Value>| json!({"type": "FeatureCollection", "features": features}).to_string();
    let write = |name: &str, text: &str| fs::write(dir.join(name), text).expect("written");
    write("zones.geojson", &layer(vec![feature(0, "Z0", 100), feature(1, "Z1", 50)]));
    write("patches.geojson", &layer(vec![feature(0, "P0", 0), feature(1, "P1", 0)]));
    write("groups.csv", "code,Asian,Black,White,Other\nZ0,20,20,50,10\nZ1,10,10,25,5\n");
    for (name, text) in files {
        write(name, text);
    }
    let place = format!(
        "[place]\nname = \"Recordtown\"\n{date}[patches]\nfile = \"patches.geojson\"\nkey = \"code\"\n\
         [zones]\nfile = \"zones.geojson\"\nkey = \"code\"\nresidents = \"residents\"\n\
         [[groups]]\nfile = \"groups.csv\"\ndimension = \"ethnic_group\"\nresidents = false\n\
         [disclosure]\nthreshold = 1\nrounding = 1\n{sections}"
    );
    write("place.toml", &place);
    load(dir, &|_| {})
}

const ONE: &str = "[[engagement]]\nfile = \"records.csv\"\n";
const DATE: &str = "date = \"2024-06-30\"\n";

/// Rows of these days, each of somebody else.
fn days(days: &[&str]) -> String {
    let row = |(nth, day): (usize, &&str)| format!("{nth},{day},conversation,Z0,k{nth},Asian,housing\n");
    let rows: String = days.iter().enumerate().map(row).collect();
    format!("id,date,activity,zone,person,ethnicity,themes\n{rows}")
}

fn usual() -> Vec<&'static str> {
    ["2023-11-02", "2024-01-15", "2024-02-20", "2024-04-02", "2024-05-30"].repeat(8)
}

fn codes(loaded: &Loaded) -> Vec<&'static str> {
    loaded.issues.iter().map(|issue| issue.code.word()).collect()
}

fn met(place: &Place) -> f64 {
    place.engagement.met.iter().filter(|cell| cell.quarter.is_none()).map(|cell| cell.count.people).sum()
}

#[test]
fn one_record_ahead_of_time_empties_no_quarter() {
    for (date, slip, told) in [
        (DATE, "2025-06-03", true),
        (DATE, "2042-01-15", true),
        (DATE, "15/01/2124", true),
        (DATE, "2024-07-01", true),
        ("", "2025-06-03", true),
        ("", "2042-05-30", true),
        (DATE, "2024-06-30", false),
        ("", "2024-07-15", false),
    ] {
        let tmp = tempfile::tempdir().expect("a directory");
        let rows = [usual(), vec![slip]].concat();
        let loaded = town(tmp.path(), date, ONE, &[("records.csv", days(&rows))]);
        assert_eq!(codes(&loaded).contains(&"record-ahead"), told, "{date} {slip}: {:?}", codes(&loaded));
        let engagement = loaded.place.expect("usable").engagement;
        let file = &engagement.files[0];
        assert_eq!(file.rows, file.used + file.repeated + file.without_day + file.cut + file.nowhere());
        assert_eq!((file.used, file.without_day), if told { (40, 1) } else { (41, 0) }, "{date} {slip}");
        let last = engagement.days.expect("days").1.to_string();
        assert!(!told || last == "2024-05-30", "{last}");
    }
}

#[test]
fn records_mostly_later_than_the_place_make_its_date_old_and_count() {
    let tmp = tempfile::tempdir().expect("a directory");
    let loaded = town(tmp.path(), "date = \"2021-03-21\"\n", ONE, &[("records.csv", days(&usual()))]);
    assert!(codes(&loaded).contains(&"records-after-date") && !codes(&loaded).contains(&"record-ahead"));
    assert_eq!(met(&loaded.place.expect("usable")), 40.0);
}

#[test]
fn the_same_records_in_two_sections_or_two_files_count_once() {
    // Without ids and keys, so that nothing but the words tells rows apart.
    let row = |nth: usize| {
        let ethnicity = ["Asian", "White", "Black"][nth % 3];
        format!("2024-{:02}-{:02},conversation,Z0,{ethnicity}\n", nth % 6 + 1, nth % 28 + 1)
    };
    let rows: String = (0..40).map(row).collect();
    let bare = format!("date,activity,zone,ethnicity\n{rows}");
    let longer = format!("{bare}2024-06-02,conversation,Z1,White\n");
    let turned: String = bare.lines().map(|line| line.split(',').rev().collect::<Vec<_>>().join(",") + "\n").collect();
    for (second, told, counted) in [
        ("records.csv", "file-named-twice", 40.0),
        ("./records.csv", "file-named-twice", 40.0),
        ("copy.csv", "file-named-twice", 40.0),
        ("longer.csv", "record-in-two-files", 41.0),
        ("turned.csv", "record-in-two-files", 40.0),
    ] {
        let tmp = tempfile::tempdir().expect("a directory");
        let sections = format!("{ONE}[[engagement]]\nfile = \"{second}\"\n");
        let files = [
            ("records.csv", bare.clone()),
            ("copy.csv", bare.clone()),
            ("longer.csv", longer.clone()),
            ("turned.csv", turned.clone()),
        ];
        let loaded = town(tmp.path(), DATE, &sections, &files);
        assert!(codes(&loaded).contains(&told), "{second}: {:?}", codes(&loaded));
        assert_eq!(met(&loaded.place.expect("usable")), counted, "{second}");
    }
    // Two files that share a row or two are two files.
    let tmp = tempfile::tempdir().expect("a directory");
    let other = format!(
        "date,activity,zone,ethnicity\n{}2024-03-01,event,Z1,Asian\n2024-03-02,event,Z1,Asian\n2024-03-03,event,Z1,Asian\n",
        row(0)
    );
    let sections = format!("{ONE}[[engagement]]\nfile = \"other.csv\"\n");
    let loaded = town(tmp.path(), DATE, &sections, &[("records.csv", bare), ("other.csv", other)]);
    assert!(codes(&loaded).contains(&"records-overlap"), "{:?}", codes(&loaded));
    assert_eq!(met(&loaded.place.expect("usable")), 44.0);
}

#[test]
fn rows_without_a_key_among_keyed_ones_are_told_with_what_they_cost() {
    let week = "When,What,Badge of whom we met,zone\n2024-05-01,chat,7,Z0\n2024-05-02,chat,8,Z0\n";
    let some = days(&usual()).replace(",k3,", ",,").replace(",k4,", ",,");
    let tmp = tempfile::tempdir().expect("a directory");
    let sections = format!("{ONE}[[engagement]]\nfile = \"week.csv\"\n");
    let loaded = town(tmp.path(), DATE, &sections, &[("records.csv", some), ("week.csv", week.to_owned())]);
    let told: Vec<&patchwork::place::Issue> =
        loaded.issues.iter().filter(|issue| issue.code == "records-without-person").collect();
    assert_eq!(told.len(), 2, "{:?}", codes(&loaded));
    assert!(told[0].problem.starts_with("2 rows of this file met nobody"), "{}", told[0].problem);
    assert!(told[1].problem.starts_with("All 2 rows of this file met nobody"), "{}", told[1].problem);
    assert!(told[1].remedy.contains("Badge of whom we met"), "{}", told[1].remedy);
    let place = loaded.place.expect("usable");
    assert_eq!((place.engagement.basis, met(&place)), (Basis::People, 38.0));
}

#[test]
fn every_form_of_the_words_for_groups_works_and_a_slip_in_a_key_names_the_keys() {
    let text = "id,date,zone,person,ethnicity\n1,2024-05-01,Z0,a,Bangladeshi\n2,2024-05-01,Z0,b,White\n";
    let files = [("records.csv", text.to_owned())];
    for form in [
        "[engagement.groups]\nBangladeshi = \"asian\"\n",
        "[engagement.groups.ethnic_group]\nBangladeshi = \"asian\"\n",
        "groups = { ethnic_group = { \"Bangladeshi\" = \"asian\" } }\n",
        "groups = { bangladeshi = \"asian\" }\n",
    ] {
        let tmp = tempfile::tempdir().expect("a directory");
        let loaded = town(tmp.path(), DATE, &format!("{ONE}{form}"), &files);
        assert!(!codes(&loaded).contains(&"group-unknown"), "{form}: {:?}", loaded.issues);
        assert!(loaded.place.is_some(), "{form}");
    }
    let tmp = tempfile::tempdir().expect("a directory");
    let loaded = town(tmp.path(), DATE, ONE, &files);
    let told = loaded.issues.iter().find(|issue| issue.code == "group-unknown").expect("told");
    assert!(told.remedy.contains("groups = { ethnic_group = { \"Bangladeshi\" = \"KEY\" } }"), "{}", told.remedy);
    assert!(told.remedy.contains("asian (Asian), black (Black)"), "{}", told.remedy);
    for (form, hint) in [
        ("groups = { ethnic_group = { \"Bangladeshi\" = \"asien\" } }\n", "did you mean \"asian\""),
        ("groups = { ethnic_group = { \"Bangladeshi\" = \"Asian\" } }\n", "did you mean \"asian\""),
        ("groups = { ethnicgroup = { \"Bangladeshi\" = \"asian\" } }\n", "did you mean ethnic_group"),
        ("groups = { \"Bangladeshi\" = \"asain\" }\n", "did you mean \"asian\""),
    ] {
        let tmp = tempfile::tempdir().expect("a directory");
        let loaded = town(tmp.path(), DATE, &format!("{ONE}{form}"), &files);
        assert!(loaded.place.is_none() && loaded.issues[0].problem.contains(hint), "{form}: {:?}", loaded.issues[0]);
        // What was fine is still there to be seen.
        assert_eq!(loaded.draft.expect("a draft").zones.len(), 2, "{form}");
    }
}

#[test]
fn words_for_no_theme_raise_none() {
    let themes = [
        "none",
        "None.",
        "n/a",
        "N/A",
        "-",
        "nil",
        "no issues raised",
        "No issues",
        "nothing raised",
        "not recorded",
        "",
        "No particular concerns reported",
        "housing; none",
        "no buses",
        "nothing to do for teenagers",
    ];
    let row = |(nth, theme): (usize, &&str)| format!("{nth},2024-05-01,Z0,k{nth},\"{theme}\"\n");
    let rows: String = themes.iter().enumerate().map(row).collect();
    let tmp = tempfile::tempdir().expect("a directory");
    let files = [("records.csv", format!("id,date,zone,person,themes\n{rows}"))];
    let place = town(tmp.path(), DATE, ONE, &files).place.expect("usable");
    assert_eq!(place.engagement.themes, ["housing", "no buses", "nothing to do for teenagers"]);
}

#[test]
fn more_met_than_live_there_is_told() {
    for (people, told) in [(60, true), (51, true), (50, false), (12, false)] {
        let rows: String = (0..people).map(|n| format!("{n},2024-05-01,Z1,k{n}\n")).collect();
        let tmp = tempfile::tempdir().expect("a directory");
        let loaded = town(tmp.path(), DATE, ONE, &[("records.csv", format!("id,date,zone,person\n{rows}"))]);
        assert_eq!(codes(&loaded).contains(&"more-met-than-residents"), told, "{people}");
    }
}
