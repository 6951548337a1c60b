//! Patches as they were: where their homes are today, the past counted on today's patches, and what two maps together
//! could give away.

use crate::http_server::Server;
use patchwork::disclose::{self, Release, audit};
use patchwork::layer::engagement_layers;
use patchwork::load::{Loaded, load};
use patchwork::measure::{ChangeKind, Engaged, moved_homes, patch_changes};
use patchwork::place::Place;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// Six zones in a row, of 100 residents in four homes each.
const ZONES: usize = 6;

/// A stretch of the row, in zones, as an outline.
fn stretch(key: &str, from: f64, to: f64, more: &[(&str, Value)]) -> Value {
    let (w, e) = (-1.0 + 0.01 * from, -1.0 + 0.01 * to);
    let ring = json!([[[w, 52.0], [e, 52.0], [e, 52.01], [w, 52.01], [w, 52.0]]]);
    let mut properties = json!({"code": key, "name": format!("{key} Town")});
    more.iter().for_each(|(name, value)| properties[*name] = value.clone());
    json!({"type": "Feature", "geometry": {"type": "Polygon", "coordinates": ring}, "properties": properties})
}

fn layer(features: &[Value]) -> String {
    json!({"type": "FeatureCollection", "features": features}).to_string()
}

fn patches(parts: &[(&str, f64, f64)]) -> String {
    layer(&parts.iter().map(|(key, from, to)| stretch(key, *from, *to, &[])).collect::<Vec<_>>())
}

/// The patches until March 2024; of the third zone the eastern half is in another since.
const THEN: [(&str, f64, f64); 3] = [("A", 0.0, 3.0), ("B", 3.0, 5.0), ("C", 5.0, 6.0)];
const NOW: [(&str, f64, f64); 2] = [("A", 0.0, 2.5), ("B", 2.5, 6.0)];
const EARLIER: &str = "[[patches.earlier]]\nfile = \"then.geojson\"\nkey = \"code\"\nuntil = \"2024-03-31\"\n";

/// The place with these patches, these sections and these records.
fn town(dir: &Path, now: &[(&str, f64, f64)], earlier: &str, rest: &str, records: &str) -> Loaded {
    let write = |name: &str, text: &str| fs::write(dir.join(name), text).expect("written");
    let zone = |nth: usize| stretch(&format!("Z{nth}"), nth as f64, nth as f64 + 1.0, &[("residents", json!(100))]);
    write("zones.geojson", &layer(&(0..ZONES).map(zone).collect::<Vec<_>>()));
    write("patches.geojson", &patches(now));
    write("then.geojson", &patches(&THEN));
    let mut homes = "lon,lat\n".to_owned();
    for nth in 0..ZONES * 4 {
        let _ = writeln!(homes, "{},52.005", lon(nth));
    }
    write("homes.csv", &homes);
    write("records.csv", records);
    write(
        "place.toml",
        &format!(
            "[place]\nname = \"Rowtown\"\ndate = \"2024-06-30\"\n[patches]\nfile = \"patches.geojson\"\nkey = \"code\"\n\
             {earlier}[zones]\nfile = \"zones.geojson\"\nkey = \"code\"\nresidents = \"residents\"\n\
             [zones.dwellings.points]\nfile = \"homes.csv\"\nx = \"lon\"\ny = \"lat\"\ncrs = \"EPSG:4326\"\n\
             [[engagement]]\nfile = \"records.csv\"\n{rest}"
        ),
    );
    load(dir, &|_| {})
}

/// Where the home of a number is.
fn lon(home: usize) -> f64 {
    -1.0 + 0.01 * (home as f64 + 0.5) / 4.0
}

const SHOW_ALL: &str = "[disclosure]\nthreshold = 1\nrounding = 1\n";

/// Rows of so many people each, with the day and where they say they live: `patch`, `zone`, or the number of a home.
fn rows(groups: &[(usize, &str, &str, &str)]) -> String {
    let mut text = "id,date,activity,patch,zone,x,y,person\n".to_owned();
    let mut nth = 0;
    for (people, day, kind, place) in groups {
        for _ in 0..*people {
            nth += 1;
            let (patch, zone, x, y) = match *kind {
                "patch" => (*place, "", String::new(), ""),
                "zone" => ("", *place, String::new(), ""),
                _ => ("", "", lon(place.parse().expect("a home")).to_string(), "52.005"),
            };
            let _ = writeln!(text, "r{nth},{day},conversation,{patch},{zone},{x},{y},k{nth}");
        }
    }
    text
}

/// People met by quarter and patch.
fn met(place: &Place) -> BTreeMap<(String, String), f64> {
    let mut sums = BTreeMap::new();
    for cell in place.engagement.met.iter().filter(|cell| cell.count.people > 0.0) {
        let quarter = cell.quarter.map_or("all".to_owned(), |quarter| quarter.key());
        let patch = cell.patch.map_or("outside", |patch| &place.patches[patch].key);
        *sums.entry((quarter, patch.to_owned())).or_insert(0.0) += cell.count.people;
    }
    sums
}

fn codes(loaded: &Loaded) -> Vec<&'static str> {
    loaded.issues.iter().map(|issue| issue.code.word()).collect()
}

#[test]
fn every_home_of_an_earlier_patch_is_somewhere_today_to_the_last_resident() {
    let tmp = tempfile::tempdir().expect("a directory");
    let place = town(tmp.path(), &NOW, EARLIER, "", &rows(&[(1, "2024-05-01", "zone", "Z0")])).place.expect("usable");
    let set = &place.earlier_patches[0];
    let told: Vec<(&str, &str, f64, ChangeKind)> = patch_changes(&place)
        .iter()
        .map(|change| {
            let then = change.then.map_or("outside", |then| &set.patches[then].key);
            (then, change.now.map_or("outside", |now| &place.patches[now].key), change.residents, change.kind)
        })
        .collect();
    use ChangeKind::{Kept, Moved};
    assert_eq!(
        told,
        [("A", "A", 250.0, Kept), ("A", "B", 50.0, Moved), ("B", "B", 200.0, Kept), ("C", "B", 100.0, Moved)]
    );
    // Homes that were in no patch, and some that are in none any more.
    let edges = [("North", 0.0, 2.0), ("South", 2.0, 5.5)];
    let narrow = EARLIER.replace("then.geojson", "narrow.geojson");
    fs::write(tmp.path().join("narrow.geojson"), patches(&[("S", 1.0, 6.0)])).expect("written");
    let place = town(tmp.path(), &edges, &narrow, "", &rows(&[(1, "2024-05-01", "zone", "Z0")])).place.expect("usable");
    let told: Vec<(f64, ChangeKind)> = patch_changes(&place).iter().map(|one| (one.residents, one.kind)).collect();
    use ChangeKind::{Joined, Left};
    assert_eq!(told, [(100.0, Joined), (50.0, Left), (100.0, Moved), (350.0, Kept)]);
}

#[test]
fn quarters_before_the_change_are_counted_on_todays_patches_as_the_records_say() {
    let groups = [
        (30, "2024-02-10", "patch", "A"),
        (12, "2024-02-11", "patch", "C Town"),
        (8, "2024-02-12", "zone", "Z2"),
        (5, "2024-02-13", "home", "9"),
        (7, "2024-02-14", "home", "10"),
        (9, "2024-03-31", "patch", "b"),
        (6, "2024-04-01", "patch", "A"),
        (4, "2024-05-02", "patch", "C"),
    ];
    let tmp = tempfile::tempdir().expect("a directory");
    let loaded = town(tmp.path(), &NOW, EARLIER, SHOW_ALL, &rows(&groups));
    let note = loaded.issues.iter().find(|issue| issue.code.word() == "record-patch-then").expect("told");
    // Named by a patch of an earlier time: 30 + 12 + 9 of then, and 4 by a name that only then had.
    assert!(note.problem.starts_with("55 rows"), "{}", note.problem);
    // A recount by hand: of A 250 in 300 live in today's A, of the zone half, homes 0 to 9 are in A.
    let at = |quarter: &str, patch: &str| (quarter.to_owned(), patch.to_owned());
    let place = loaded.place.expect("usable");
    // Of C and B all live in one patch today; only A is divided.
    assert_eq!(place.engagement.files[0].patch_then, 30);
    let found = met(&place);
    let expected = BTreeMap::from([
        (at("2024-q1", "A"), 30.0 * 250.0 / 300.0 + 4.0 + 5.0),
        (at("2024-q1", "B"), 30.0 * 50.0 / 300.0 + 12.0 + 4.0 + 7.0 + 9.0),
        (at("2024-q2", "A"), 6.0),
        (at("2024-q2", "B"), 4.0),
    ]);
    for (key, people) in expected {
        assert!((found[&key] - people).abs() < 1e-9, "{key:?}: {} for {people}", found[&key]);
    }
    assert!((found[&at("all", "A")] + found[&at("all", "B")] - 81.0).abs() < 1e-9, "nobody is lost");
    // The published counts are the same, made whole.
    let engaged = Engaged::of(&place).expect("protected").expect("records");
    let table = engaged.everybody().expect("people");
    let row = |patch: &str| table.dimensions[0].find(patch).expect("a patch");
    let column = table.dimensions[2].find("2024-q1").expect("a quarter");
    assert_eq!(table.cell(&[row("A"), 0, column]).value(), Some(34));
    assert_eq!(table.cell(&[row("B"), 0, column]).value(), Some(37));
}

#[test]
fn a_file_that_was_written_anew_says_whose_names_it_has() {
    let records =
        rows(&[(30, "2024-02-10", "patch", "A"), (3, "2024-02-10", "patch", "C"), (2, "2024-05-10", "patch", "B")]);
    let tmp = tempfile::tempdir().expect("a directory");
    let rest = format!("patch_names = \"today\"\n{SHOW_ALL}");
    let loaded = town(tmp.path(), &NOW, EARLIER, &rest, &records);
    assert!(!codes(&loaded).contains(&"record-patch-then"));
    assert!(codes(&loaded).contains(&"record-nowhere"), "C is none of today's: {:?}", codes(&loaded));
    let found = met(&loaded.place.expect("usable"));
    assert_eq!(found[&("2024-q1".to_owned(), "A".to_owned())], 30.0);
    assert!(!found.contains_key(&("2024-q1".to_owned(), "B".to_owned())));
    let wrong = town(tmp.path(), &NOW, EARLIER, "patch_names = \"yesterday\"\n", &records);
    assert!(wrong.place.is_none() && wrong.issues[0].problem.contains("yesterday"), "{:?}", wrong.issues);
}

#[test]
fn earlier_patches_whose_days_make_no_sense_are_left_out_and_told() {
    let records = rows(&[(30, "2024-02-10", "zone", "Z0")]);
    let tmp = tempfile::tempdir().expect("a directory");
    let of = |days: &str| format!("[[patches.earlier]]\nfile = \"then.geojson\"\nkey = \"code\"\n{days}");
    let first = "from = \"2018-05-03\"\nuntil = \"2020-12-31\"\n";
    for (sections, kept) in [
        (of("until = \"the spring\"\n"), 0),
        (of("from = \"soon\"\nuntil = \"2024-03-31\"\n"), 0),
        (of("from = \"2024-04-01\"\nuntil = \"2024-03-31\"\n"), 0),
        (of(first) + &of("from = \"2020-12-31\"\nuntil = \"2024-03-31\"\n"), 1),
        (of(first) + &of("until = \"2020-12-31\"\n"), 1),
        (of("from = \"2019-01-01\"\nuntil = \"2024-03-31\"\n") + &of("until = \"2019-06-30\"\n"), 1),
        (of(first).replace("then", "far"), 0),
    ] {
        fs::write(tmp.path().join("far.geojson"), patches(&[("F", 60.0, 90.0)])).expect("written");
        let loaded = town(tmp.path(), &NOW, &sections, "", &records);
        assert!(codes(&loaded).contains(&"earlier-patches"), "{sections}: {:?}", codes(&loaded));
        assert_eq!(loaded.place.expect("usable").earlier_patches.len(), kept, "{sections}");
    }
    for sections in [of(first) + &of("until = \"2024-03-31\"\n"), of("until = \"2024-03-31\"\n") + &of(first)] {
        let loaded = town(tmp.path(), &NOW, &sections, "", &records);
        assert!(!codes(&loaded).contains(&"earlier-patches"), "{:?}", loaded.issues);
        let place = loaded.place.expect("usable");
        let days: Vec<String> = place.earlier_patches.iter().map(|set| set.until.to_string()).collect();
        assert_eq!(days, ["2020-12-31", "2024-03-31"], "the oldest first");
    }
    let loaded = town(tmp.path(), &NOW, &of(first).replace("then", "nowhere"), "", &records);
    assert!(codes(&loaded).contains(&"file-missing"));
    let loaded = town(tmp.path(), &NOW, &of("from = \"2018-05-03\"\n"), "", &records);
    assert!(loaded.place.is_none(), "the last day has to be said");
}

/// Many people everywhere, and three who live on the sliver that changed patch.
fn with_sliver() -> String {
    rows(&[
        (20, "2024-02-10", "home", "1"),
        (20, "2024-02-11", "home", "8"),
        (3, "2024-02-12", "home", "10"),
        (25, "2024-02-13", "home", "14"),
        (15, "2024-02-14", "home", "21"),
        (1, "2024-06-29", "home", "1"),
    ])
}

fn published(place: &Place) -> Release {
    Engaged::of(place).expect("protected").expect("records").protected
}

/// What an audit of the second map's release finds beside that of the first: where they were protected each for itself,
/// and together.
fn attacked(first: &[(&str, f64, f64)], second: &[(&str, f64, f64)], earlier: &str) -> (usize, usize) {
    let tmp = tempfile::tempdir().expect("a directory");
    let records = with_sliver();
    fs::write(tmp.path().join("split.geojson"), patches(first)).expect("written");
    let strict = "[disclosure]\nthreshold = 5\nrounding = 1\n";
    let before = published(&town(tmp.path(), first, "", strict, &records).place.expect("usable"));
    let apart = published(&town(tmp.path(), second, earlier, strict, &records).place.expect("usable"));
    fs::create_dir_all(tmp.path().join("releases")).expect("a directory");
    fs::write(tmp.path().join("releases/2024-03.json"), disclose::release::write(&before)).expect("written");
    let place = town(tmp.path(), second, earlier, strict, &records).place.expect("usable");
    let known = disclose::earlier(&place).expect("a release");
    let found = |newest: Release| {
        let releases: Vec<Release> = known.iter().cloned().chain([newest]).collect();
        audit(&releases, &disclose::policy(&place)).expect("audited").exposed.len()
    };
    (found(apart), found(published(&place)))
}

#[test]
fn what_two_maps_tell_of_a_sliver_between_them_is_found_and_protected() {
    let earlier = |file: &str| EARLIER.replace("then.geojson", file);
    // The sliver is a part of a zone: named maps, the same the other way round, and a map that nobody named.
    let split = [("A", 0.0, 2.5), ("B", 2.5, 6.0)];
    let whole = [("A", 0.0, 3.0), ("B", 3.0, 6.0)];
    for (first, second, section) in [
        (&whole, &split, earlier("then.geojson")),
        (&whole, &split, String::new()),
        (&split, &whole, earlier("split.geojson")),
        (&split, &whole, String::new()),
    ] {
        let (apart, together) = attacked(first, second, &section);
        assert!(apart > 0, "the planted leak is found: {section}");
        assert_eq!(together, 0, "{section}");
    }
}

#[test]
fn the_page_of_a_patch_says_that_its_boundary_moved_and_that_no_change_comes_of_that() {
    let tmp = tempfile::tempdir().expect("a directory");
    let records =
        rows(&[(30, "2024-01-10", "home", "1"), (40, "2024-06-20", "home", "1"), (20, "2024-06-21", "home", "20")]);
    let page = |patches: &[(&str, f64, f64)], records: &str, patch: &str| {
        let place = town(tmp.path(), patches, EARLIER, "", records).place.expect("usable");
        Server::of(place).get(&format!("/review/{patch}")).text().to_owned()
    };
    let words = page(&NOW, &records, "A");
    assert!(
        words.contains("changed after 31 March 2024: 0 of those who live here today came in, and 50 went"),
        "{words}"
    );
    assert!(words.contains("none of these changes comes of homes that moved. Figures"), "{words}");
    assert!(page(&NOW, &records, "B").contains("150 of those who live here today came in, and 0 went"));
    let named = records
        + &rows(&[(9, "2024-02-10", "patch", "A")]).replace('r', "s").lines().skip(1).collect::<Vec<_>>().join("\n");
    assert!(page(&NOW, &named, "A").contains("are shared among today\u{2019}s by residents"));
    // Nothing is said where nothing moved, or where the records begin after it.
    assert!(!page(&THEN, &named, "A").contains("boundary of this patch changed"));
    let late = rows(&[(30, "2024-04-10", "home", "1"), (40, "2024-06-20", "home", "1")]);
    assert!(!page(&NOW, &late, "A").contains("boundary of this patch changed"));
}

#[test]
fn what_comes_of_moved_homes_is_told_from_published_figures_alone() {
    let tmp = tempfile::tempdir().expect("a directory");
    let records = with_sliver();
    let whole = [("A", 0.0, 3.0), ("B", 3.0, 6.0)];
    fs::write(tmp.path().join("whole.geojson"), patches(&whole)).expect("written");
    let earlier = EARLIER.replace("then.geojson", "whole.geojson");
    let layer = |place: &Place| {
        let layers = engagement_layers(place, &Engaged::of(place).expect("protected").expect("records"));
        layers.into_iter().find(|layer| layer.id.kind() == "moved-homes")
    };
    let before = town(tmp.path(), &whole, "", SHOW_ALL, &records).place.expect("usable");
    assert!(layer(&town(tmp.path(), &NOW, &earlier, SHOW_ALL, &records).place.expect("usable")).is_none(), "none kept");
    fs::create_dir_all(tmp.path().join("releases")).expect("a directory");
    fs::write(tmp.path().join("releases/2024-03.json"), disclose::release::write(&published(&before)))
        .expect("written");
    let place = town(tmp.path(), &NOW, &earlier, SHOW_ALL, &records).place.expect("usable");
    let found = moved_homes(&place, &Engaged::of(&place).expect("protected").expect("records"));
    let told: Vec<(&str, &str, f64, f64, &str)> = found
        .iter()
        .filter(|row| row.quarter.0 == "2024-q1")
        .map(|row| {
            let shown = |count: Option<patchwork::measure::reach::Count>| count.map_or(-1.0, |count| count.shown);
            (place.patches[row.patch].key.as_str(), row.then.as_str(), shown(row.met_then), shown(row.met), row.word())
        })
        .collect();
    assert_eq!(told, [("A", "A", 43.0, 40.0, "moved_homes"), ("B", "B", 40.0, 43.0, "moved_homes")]);
    let rows = layer(&place).expect("a layer");
    assert!(rows.features.len() >= 2 && rows.features.iter().all(|row| row.values.len() == rows.fields.len()));
    let words = Server::of(place).get("/review/A").text().to_owned();
    assert!(words.contains("43 was published then, and 40 are counted on today\u{2019}s"), "{words}");
    // Where the ground is the same nothing is said of it; where counts are hidden, that is said.
    let same = town(tmp.path(), &whole, &earlier, SHOW_ALL, &records).place.expect("usable");
    assert!(layer(&same).is_none());
    let strict = "[disclosure]\nthreshold = 30\nrounding = 5\n";
    let place = town(tmp.path(), &NOW, &earlier, strict, &records).place.expect("usable");
    let found = moved_homes(&place, &Engaged::of(&place).expect("protected").expect("records"));
    assert!(found.iter().any(|row| row.word() == "confidential"), "{found:?}");
}
