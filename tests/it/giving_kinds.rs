//! Giving: the faults that real files of grants have, kind by kind. Each is understood or told, and no figure is wrong
//! in silence.

use crate::giving::{TITLES, given, reached, reconcile, row, town, town_of};
use patchwork::load::Loaded;
use patchwork::place::{Place, Unplaced};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

const CODE: &str = "Beneficiary Location:0:Geographic Code";
const SECOND: &str = "Beneficiary Location:1:Geographic Code";
const LAT: &str = "Beneficiary Location:0:Latitude";
const LON: &str = "Beneficiary Location:0:Longitude";
const NAME: &str = "Beneficiary Location:0:Name";

fn dir() -> tempfile::TempDir {
    tempfile::tempdir().expect("a directory")
}

fn codes(loaded: &Loaded) -> Vec<&'static str> {
    loaded.issues.iter().map(|issue| issue.code.word()).collect()
}

/// Pounds of each patch by key: spread and surely here.
fn by_patch(place: &Place) -> Vec<(String, f64, f64)> {
    let reached = reached(place);
    reconcile(place, &reached);
    let money = |n: i64| n as f64 / 100.0;
    let one = |(patch, here): (&patchwork::place::Patch, &patchwork::measure::giving::PatchGiving)| {
        (patch.key.clone(), money(here.money.spread()), money(here.money.sure))
    };
    let mut all: Vec<_> = place.patches.iter().zip(reached.patches.iter()).map(one).collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

fn pounds(dir: &Path, rows: &[String]) -> Vec<(String, f64, f64)> {
    by_patch(&town(dir, &rows.concat()).place.expect("usable"))
}

fn expect(west: (f64, f64), east: (f64, f64)) -> Vec<(String, f64, f64)> {
    vec![("P1".to_owned(), west.0, west.1), ("P2".to_owned(), east.0, east.1)]
}

/// Changes a file of the town that was written before.
fn change(dir: &Path, file: &str, edit: impl FnOnce(&mut Value)) {
    let path = dir.join(file);
    let mut value: Value = serde_json::from_str(&fs::read_to_string(&path).expect("read")).expect("JSON");
    edit(&mut value);
    fs::write(path, value.to_string()).expect("written");
}

fn again(dir: &Path) -> Loaded {
    patchwork::load::load(dir, &|_| {})
}

#[test]
fn a_name_that_two_patches_have_places_nothing_and_is_told() {
    let tmp = dir();
    let rows = [
        row("G1", "100", &[(NAME, "Alexandra")]),
        row("G2", "60", &[("Description", "A youth club in Alexandra"), ("Recipient Org:Postal Code", "ZQ1 1AA")]),
        row("G3", "30", &[("Title", "Lunches across ALEXANDRA"), ("Recipient Org:Postal Code", "ZQ1 2BB")]),
        row("G4", "10", &[("Description", "A youth club in Alexandra"), (CODE, "P2")]),
    ];
    town(tmp.path(), &rows.concat());
    change(tmp.path(), "patches.geojson", |patches| {
        patches["features"][0]["properties"]["name"] = json!("Alexandra");
        patches["features"][1]["properties"]["name"] = json!("alexandra");
    });
    let loaded = again(tmp.path());
    assert!(codes(&loaded).contains(&"grant-name-of-several"), "{:?}", codes(&loaded));
    let place = loaded.place.expect("usable");
    assert_eq!(reached(&place).place.unplaced[Unplaced::Nowhere as usize], 10_000);
    // What only an office places may be anywhere: half and half, and sure of neither.
    assert_eq!(by_patch(&place), expect((45.0, 0.0), (55.0, 10.0)));
}

#[test]
fn of_two_versions_of_a_day_the_later_hour_holds_and_without_one_the_doubt_is_told() {
    for (one, other, open) in [
        ("2024-06-01T09:00:00Z", "2024-06-01T17:00:00Z", false),
        ("2024-06-01 09:00", "2024-06-01 17:00", false),
        ("2024-06-01T17:30:00+01:00", "2024-06-01T17:00:00Z", false),
        ("01/06/2024 9:00 am", "01/06/2024 5:00 pm", false),
        ("2024-05-31T23:00:00Z", "2024-06-01", false),
        ("2024-06-01", "2024-06-01", true),
        ("2024-06-01", "2024-06-01T17:00:00Z", true),
    ] {
        let tmp = dir();
        let rows = [
            row("G1", "9000", &[("Last modified", one), (CODE, "Z0")]),
            row("g1", "4000", &[("Last modified", other), (CODE, "Z0")]),
        ];
        let loaded = town(tmp.path(), &rows.concat());
        let doubt = loaded.issues.iter().any(|issue| issue.problem.contains("nothing says which is the later"));
        assert_eq!(doubt, open, "{one} {other}");
        if !open {
            assert_eq!(given(&loaded.place.expect("usable")).grants[0].pence, 400_000, "{one} {other}");
        }
    }
}

#[test]
fn a_neighbourhood_its_district_and_its_country_are_one_place_said_three_times() {
    let cases: [(&[(&str, &str)], (f64, f64), (f64, f64)); 7] = [
        (&[(CODE, "Z0"), (SECOND, "E06000099")], (90.0, 90.0), (0.0, 0.0)),
        (&[(CODE, "E92000001"), (SECOND, "Z0")], (90.0, 90.0), (0.0, 0.0)),
        (&[(CODE, "P2"), (SECOND, "Z3")], (0.0, 0.0), (90.0, 90.0)),
        (&[(CODE, "K02000001"), (SECOND, "E06000099")], (45.0, 0.0), (45.0, 0.0)),
        (&[(CODE, "Z0"), (SECOND, "Z0")], (90.0, 90.0), (0.0, 0.0)),
        (&[(LAT, "52.005"), (LON, "-0.965"), (SECOND, "P2")], (0.0, 0.0), (90.0, 90.0)),
        (&[(CODE, "Z0"), (SECOND, "Z3")], (45.0, 45.0), (45.0, 45.0)),
    ];
    for (cells, west, east) in cases {
        let tmp = dir();
        assert_eq!(pounds(tmp.path(), &[row("G1", "90", cells)]), expect(west, east), "{cells:?}");
    }
    // A place elsewhere is another location, and keeps its share.
    let tmp = dir();
    let loaded = town(tmp.path(), &row("G1", "90", &[(CODE, "Z0"), (SECOND, "S12000033")]));
    assert_eq!(by_patch(&loaded.place.expect("usable")), expect((45.0, 45.0), (0.0, 0.0)));
}

#[test]
fn money_of_ground_where_nobody_lives_is_money_of_its_patch() {
    for (zones, code, west, east) in [
        (&[0_usize][..], "Z0", (90.0, 90.0), (0.0, 0.0)),
        (&[0, 1], "Z0", (90.0, 90.0), (0.0, 0.0)),
        (&[0, 1], "P1", (90.0, 90.0), (0.0, 0.0)),
        (&[0, 1, 2], "Z2", (0.0, 0.0), (90.0, 90.0)),
        (&[0, 1, 2, 3], "E06000099", (45.0, 0.0), (45.0, 0.0)),
    ] {
        let tmp = dir();
        town(tmp.path(), &row("G1", "90", &[(CODE, code)]));
        change(tmp.path(), "zones.geojson", |value| {
            for zone in zones {
                value["features"][*zone]["properties"]["residents"] = json!(0);
            }
        });
        let loaded = again(tmp.path());
        let Some(place) = loaded.place else {
            assert_eq!(zones.len(), 4, "{:?}", loaded.issues);
            continue;
        };
        assert_eq!(by_patch(&place), expect(west, east), "{code} with nobody in {zones:?}");
    }
    // An empty zone that two patches share is shared by its ground.
    let tmp = dir();
    town(tmp.path(), &row("G1", "90", &[(CODE, "Z1")]));
    change(tmp.path(), "zones.geojson", |value| value["features"][1]["properties"]["residents"] = json!(0));
    change(tmp.path(), "patches.geojson", |value| {
        let square = |w: f64, e: f64| json!([[[w, 52.0], [e, 52.0], [e, 52.01], [w, 52.01], [w, 52.0]]]);
        value["features"][0]["geometry"]["coordinates"] = square(-1.0, -0.987_5);
        value["features"][1]["geometry"]["coordinates"] = square(-0.987_5, -0.96);
    });
    let found = by_patch(&again(tmp.path()).place.expect("usable"));
    assert!((found[0].1 - 22.5).abs() < 0.05 && found[0].2 == 0.0 && found[1].2 == 0.0, "{found:?}");
}

#[test]
fn coordinates_the_wrong_way_round_are_read_and_told_and_those_that_are_none_are_told() {
    for (lat, lon, told) in [
        ("-0.965", "52.005", Some("axes-swapped")),
        ("52.005", "-0.965", None),
        ("52.005", "", Some("point-nowhere")),
        ("52.005N", "0.965W", Some("point-nowhere")),
        ("952.005", "-0.965", Some("point-nowhere")),
        ("0", "0", None),
    ] {
        let tmp = dir();
        let loaded = town(tmp.path(), &row("G1", "90", &[(LAT, lat), (LON, lon), (CODE, "P2")]));
        let points: Vec<&str> =
            codes(&loaded).into_iter().filter(|code| ["axes-swapped", "point-nowhere"].contains(code)).collect();
        assert_eq!(points, told.into_iter().collect::<Vec<_>>(), "{lat} {lon}");
        assert_eq!(by_patch(&loaded.place.expect("usable")), expect((0.0, 0.0), (90.0, 90.0)), "{lat} {lon}");
    }
}

#[test]
fn an_outline_over_two_patches_is_shared_by_its_people_and_sure_of_neither() {
    let outline = |dir: &Path, w: f64, e: f64| {
        let ring = json!([[[w, 52.0], [e, 52.0], [e, 52.01], [w, 52.01], [w, 52.0]]]);
        let ward = json!({"type": "Feature", "properties": {"WD20CD": "E05000001", "WD20NM": "Gamma"},
            "geometry": {"type": "Polygon", "coordinates": ring}});
        fs::write(dir.join("wards.geojson"), json!({"type": "FeatureCollection", "features": [ward]}).to_string())
            .expect("written");
        let text = format!("{TITLES}\n{}", row("G1", "1000", &[(CODE, "E05000001")]));
        fs::write(dir.join("grants.csv"), text).expect("written");
        let sections = "[[grants]]\nfile = \"grants.csv\"\n[[giving.outlines]]\nfile = \"wards.geojson\"\n";
        by_patch(&town_of(dir, sections).place.expect("usable"))
    };
    for (w, e, west, east) in [
        (-0.984, -0.976, 500.0, 500.0),  // 40 % of a zone in each
        (-0.99, -0.976, 714.29, 285.71), // a zone of one and 40 % of one of the other
        (-1.0, -0.977, 869.57, 130.43),  // the whole of one patch and 30 % of a zone of the other
        (-0.982, -0.97, 166.67, 833.33), // a fifth of a zone of one and a whole one of the other
        (-0.99, -0.97, 500.0, 500.0),    // whole zones of both
    ] {
        let tmp = dir();
        let found = outline(tmp.path(), w, e);
        let near = |a: f64, b: f64| (a - b).abs() < 1.0;
        assert!(near(found[0].1, west) && near(found[1].1, east), "{w} to {e}: {found:?}");
        assert_eq!((found[0].2, found[1].2), (0.0, 0.0), "{w} to {e}");
    }
    // A border drawn anew by a few metres is no second patch.
    let tmp = dir();
    assert_eq!(outline(tmp.path(), -1.0, -0.979_9), expect((1000.0, 1000.0), (0.0, 0.0)));
}

#[test]
fn one_slip_in_a_date_turns_no_yearly_figure() {
    let usual = |n: usize| row(&format!("G{n}"), "100", &[(CODE, "Z0"), ("Award Date", "2024-02-01")]);
    let all = |one: &[(&str, &str)]| {
        let mut rows: Vec<String> = (0..6).map(usual).collect();
        rows.push(row("H1", "100", &[&[(CODE, "Z0")], one].concat()));
        rows.concat()
    };
    for one in [
        &[("Award Date", "1994-02-01")][..],
        &[("Award Date", "2042-02-01")],
        &[("Award Date", "1924-02-01")],
        &[("Award Date", "2204-02-01")],
        &[("Award Date", "2024-02-01"), ("Planned Dates:End Date", "2044-01-31")],
        &[("Award Date", "2024-02-01"), ("Planned Dates:Start Date", "2004-02-01")],
    ] {
        let tmp = dir();
        let loaded = town(tmp.path(), &all(one));
        assert!(
            codes(&loaded).iter().any(|code| matches!(*code, "grant-days-apart" | "grant-date-odd")),
            "{one:?}: {:?}",
            codes(&loaded)
        );
        let place = loaded.place.expect("usable");
        let years = reached(&place).place.years().expect("a period");
        assert!((years - 1.0).abs() < 0.01, "{one:?}: {years}");
        assert_eq!(given(&place).grants.len(), 7, "its money is counted");
    }
}

#[test]
fn a_file_named_twice_or_copied_is_counted_once() {
    for sections in [
        "[[grants]]\nfile = \"grants.csv\"\n[[grants]]\nfile = \"grants.csv\"\n",
        "[[grants]]\nfile = \"grants.csv\"\n[[grants]]\nfile = \"./grants.csv\"\n",
        "[[grants]]\nfile = \"grants.csv\"\n[[grants]]\nfile = \"copy.csv\"\n",
        "[[grants]]\nfile = \"grants.csv\"\n[[grants]]\nfile = \"more.csv\"\n",
    ] {
        let tmp = dir();
        let rows = [row("", "100", &[(CODE, "Z0")]), row("G2", "60", &[(CODE, "Z3")])].concat();
        fs::write(tmp.path().join("grants.csv"), format!("{TITLES}\n{rows}")).expect("written");
        fs::write(tmp.path().join("copy.csv"), format!("{TITLES}\n{rows}")).expect("written");
        let more = format!("{TITLES}\n{}{rows}", row("G9", "40", &[(CODE, "Z0")]));
        fs::write(tmp.path().join("more.csv"), more).expect("written");
        let loaded = town_of(tmp.path(), sections);
        let told = if sections.contains("more") { "grant-repeated" } else { "file-named-twice" };
        assert!(codes(&loaded).contains(&told), "{sections}: {:?}", codes(&loaded));
        let west = if sections.contains("more") { 140.0 } else { 100.0 };
        assert_eq!(by_patch(&loaded.place.expect("usable")), expect((west, west), (60.0, 60.0)), "{sections}");
    }
}

#[test]
fn grants_without_identifiers_that_say_the_same_are_told_and_counted() {
    let tmp = dir();
    let same = row("", "100", &[(CODE, "Z0")]);
    let loaded = town(tmp.path(), &[same.clone(), row("", "90", &[(CODE, "Z0")]), same.clone(), same].concat());
    let told = loaded.issues.iter().find(|issue| issue.code == "grants-alike").expect("told");
    assert!(told.problem.contains("3 grants") && told.problem.contains("row 4, 5"), "{}", told.problem);
    assert_eq!(by_patch(&loaded.place.expect("usable")), expect((390.0, 390.0), (0.0, 0.0)));
}

#[test]
fn regrants_are_those_that_say_so() {
    for (words, stays) in [
        ("", true),
        ("No", true),
        ("FALSE", true),
        ("-", true),
        ("0", true),
        ("FRG020", false),
        ("yes", false),
        ("?!maybe", false),
    ] {
        let tmp = dir();
        let loaded = town(tmp.path(), &row("G1", "90", &[(CODE, "Z0"), ("Regrant Type", words)]));
        assert_eq!(codes(&loaded).contains(&"grant-regrant-unclear"), words == "?!maybe");
        let west = if stays { 90.0 } else { 0.0 };
        assert_eq!(by_patch(&loaded.place.expect("usable")), expect((west, west), (0.0, 0.0)), "{words}");
    }
}

#[test]
fn money_in_another_currency_is_set_aside_whatever_says_so() {
    let tmp = dir();
    let rows = [
        row("G1", "1000", &[(CODE, "Z0"), ("Currency", "£")]),
        row("G2", "£700", &[(CODE, "Z0"), ("Currency", "")]),
        row("G3", "$400", &[(CODE, "Z0")]),
        row("G4", "200 EUR", &[(CODE, "Z0"), ("Currency", "")]),
        row("G5", "300", &[(CODE, "Z0"), ("Currency", "Euros")]),
    ];
    let loaded = town(tmp.path(), &rows.concat());
    assert_eq!(codes(&loaded).iter().filter(|code| **code == "grant-other-currency").count(), 3);
    assert_eq!(by_patch(&loaded.place.expect("usable")), expect((1700.0, 1700.0), (0.0, 0.0)));
}
