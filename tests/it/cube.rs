//! A cube of engagement records says what the records say: read instead of them, and merged of parts.

use patchwork::export;
use patchwork::layer::{Findings, catalog};
use patchwork::load::{self, count};
use patchwork::place::{Contributors, Cube, Engagement, Place};
use patchwork::synth::{DemoOptions, write_demo};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

fn usable(dir: &Path) -> Place {
    let loaded = load::load(dir, &|_| {});
    loaded.place.unwrap_or_else(|| panic!("{:#?}", loaded.issues))
}

fn counted(dir: &Path) -> Cube {
    let (loaded, cube) = count(dir, &|_| {});
    cube.unwrap_or_else(|| panic!("{:#?}", loaded.issues))
}

/// All that is published of a place but the names of its files.
fn published(place: &Place) -> Vec<(String, String)> {
    let layers = catalog::build(place, &Findings::default());
    layers.iter().map(|layer| (layer.id.to_string(), format!("{:#?}", layer.features))).collect()
}

/// Reads a cube in the place of all its records.
fn instead(dir: &Path, cube: &Cube) -> Place {
    export::cube(cube.clone(), &dir.join("cube.parquet")).expect("written");
    let text = fs::read_to_string(dir.join("place.toml")).expect("a place");
    let mut kept = String::new();
    let mut inside = false;
    for line in text.lines() {
        if line.starts_with('[') {
            inside = line.starts_with("[[engagement]]") || line.starts_with("[engagement");
        }
        if !inside {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    fs::write(dir.join("place.toml"), kept + "\n[[engagement]]\ncube = \"cube.parquet\"\n").expect("written");
    usable(dir)
}

/// What is counted, but for the files and for the bounded lists of who is behind a count, in which the order of rows
/// may decide who beyond the 64th is remembered.
fn exact(engagement: &Engagement) -> Engagement {
    Engagement { files: Vec::new(), contributors: Contributors::default(), venues: Vec::new(), ..engagement.clone() }
}

fn says_the_same(dir: &Path) {
    let records = usable(dir);
    let cube = counted(dir);
    let rows: u64 = cube.outcomes().values().sum();
    assert_eq!(rows, records.engagement.rows(), "every row has an outcome");
    let read = instead(dir, &cube);
    assert_eq!(exact(&records.engagement), exact(&read.engagement));
    assert_eq!(
        (records.engagement.rows(), records.engagement.used()),
        (read.engagement.rows(), read.engagement.used())
    );
    for (records, cube) in published(&records).into_iter().zip(published(&read)) {
        assert_eq!(records.0, cube.0);
        assert!(records.1 == cube.1, "{} differs", records.0);
    }
    assert_eq!(counted(dir), cube, "counted again, a cube is itself");
}

/// A small town with every kind of trouble in its records: straddling zones and districts, repeated ids, odd days,
/// unknown groups, people who move, and records without a key.
fn messy(dir: &Path, records: &[String]) {
    let square = |key: &str, w: f64, e: f64, residents: u32| {
        format!(
            "{{\"type\":\"Feature\",\"properties\":{{\"code\":\"{key}\",\"name\":\"{key}\",\"residents\":{residents}}},\
             \"geometry\":{{\"type\":\"Polygon\",\"coordinates\":[[[{w},52.0],[{e},52.0],[{e},52.01],[{w},52.01],[{w},52.0]]]}}}}"
        )
    };
    let layer =
        |features: &[String]| format!("{{\"type\":\"FeatureCollection\",\"features\":[{}]}}", features.join(","));
    let zones = [square("Z1", -1.0, -0.99, 900), square("Z2", -0.99, -0.97, 800), square("Z3", -0.97, -0.96, 700)];
    let patches = [square("P1", -1.0, -0.98, 0), square("P2", -0.98, -0.96, 0)];
    let dwellings = "x,y,n\n-0.995,52.005,9\n-0.985,52.005,3\n-0.975,52.005,5\n-0.965,52.005,7\n";
    let postcodes = "postcode,longitude,latitude\nAB1 1AA,-0.995,52.005\nAB1 1AB,-0.985,52.005\nAB1 1AC,-0.965,52.005\n\
                     AB1 9ZZ,-0.5,52.005\nAB2 1AA,-0.975,52.004\n";
    let write = |name: &str, text: &str| fs::write(dir.join(name), text).expect("written");
    write("zones.geojson", &layer(&zones));
    write("patches.geojson", &layer(&patches));
    write("dwellings.csv", dwellings);
    write("postcodes.csv", postcodes);
    write("groups.csv", "code,Asian,Black,White,Other\nZ1,200,200,400,100\nZ2,100,300,300,100\nZ3,300,100,200,100\n");
    write("hall.csv", "key,name,kind,x,y\nhall,The Hall,hub,-0.985,52.005\nlib,Library,library,-0.965,52.005\n");
    write(
        "records.csv",
        &format!(
            "id,date,activity,asset,zone,postcode,patch,person,people,hours,connections,ethnicity,themes\n{}",
            records.concat()
        ),
    );
    write(
        "place.toml",
        "[place]\nname = \"Messy\"\ndate = \"2024-06-30\"\npostcodes = \"postcodes.csv\"\n\
         [patches]\nfile = \"patches.geojson\"\nkey = \"code\"\n\
         [zones]\nfile = \"zones.geojson\"\nkey = \"code\"\nresidents = \"residents\"\n\
         [zones.dwellings]\npoints = { file = \"dwellings.csv\", weight = \"n\", x = \"x\", y = \"y\", crs = \"EPSG:4326\" }\n\
         [[groups]]\nfile = \"groups.csv\"\ndimension = \"ethnic_group\"\nresidents = false\n\
         [[assets]]\nfile = \"hall.csv\"\nkind_field = \"kind\"\ncrs = \"EPSG:4326\"\n\
         [[engagement]]\nfile = \"records.csv\"\n",
    );
}

fn records(n: u64) -> Vec<String> {
    let mut state = 7_u64;
    let mut pick = |of: &[&'static str]| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        of[(state >> 33) as usize % of.len()]
    };
    let mut row = |nth: u64| {
        let id = nth - u64::from(nth % 23 == 22) * 3;
        let day = pick(&[
            "2024-01-05",
            "05/02/2024",
            "45000",
            "5 March 2024",
            "2023-11-30",
            "2023-08-01",
            "2022-05-09",
            "soon",
            "2031-01-01",
        ]);
        let day = if day == "2031-01-01" && !nth.is_multiple_of(40) { "2024-06-01" } else { day };
        let activity = pick(&["session", "Drop-in", "project", "conversation", "juggling", "", "level 2"]);
        let asset = pick(&["hall", "Library", "", "elsewhere"]);
        let (zone, postcode, patch) = match nth % 7 {
            0 | 1 => (pick(&["Z1", "Z2", "Z3", "z2", "Z9"]), "", ""),
            2 => ("", pick(&["AB1 1AA", "ab11ab", "AB11AC", "AB1 9ZZ", "QQ9 9QQ", "?"]), ""),
            3 => ("", pick(&["AB1", "AB2", "AB7"]), ""),
            4 => ("", "", pick(&["P1", "P2", "P3"])),
            5 => ("Z2", "AB1", ""),
            _ => ("", "", ""),
        };
        let person =
            pick(&["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "", "q", "r"]);
        let person = if person.is_empty() { String::new() } else { format!("{person}{}", nth % 9) };
        let numbers =
            [pick(&["1", "2", "[c]", "", "30"]), pick(&["0.1", "0.3", "1.25", "x", ""]), pick(&["0", "1", "3"])];
        let ethnicity = pick(&["Asian", "black", "White", "purple", "", "Prefer not to say"]);
        let themes = pick(&["buses; warm homes", "Buses", "", "none", "litter, parks", "parks;buses"]);
        format!(
            "r{id},{day},{activity},{asset},{zone},{postcode},{patch},{person},{},{ethnicity},\"{themes}\"\n",
            numbers.join(",")
        )
    };
    (0..n).map(&mut row).collect()
}

#[test]
fn a_cube_read_instead_of_its_records_says_what_they_say_in_the_demo() {
    let tmp = tempfile::tempdir().expect("a directory");
    let dir = tmp.path().join("demo");
    write_demo(&dir, &DemoOptions { residents: 12_000, seed: 3 }, &|_| {}).expect("a demo");
    says_the_same(&dir);
}

#[test]
fn a_cube_read_instead_of_its_records_says_what_they_say_where_they_are_messy() {
    let tmp = tempfile::tempdir().expect("a directory");
    messy(tmp.path(), &records(3_000));
    let records = usable(tmp.path()).engagement;
    let file = &records.files[0];
    assert!(file.repeated > 50 && file.without_day > 100 && file.spread > 300 && file.nowhere.len() >= 6, "{file:?}");
    says_the_same(tmp.path());
}

#[test]
fn a_cube_says_what_records_say_that_name_patches_of_an_earlier_time() {
    let tmp = tempfile::tempdir().expect("a directory");
    let dir = tmp.path();
    messy(dir, &records(3_000));
    let today = fs::read_to_string(dir.join("patches.geojson")).expect("patches");
    // Until the end of 2023 the first patch reached further east, over homes that are in the second since.
    fs::write(dir.join("then.geojson"), today.replace("-0.98", "-0.97")).expect("written");
    let earlier = "[[patches.earlier]]\nfile = \"then.geojson\"\nkey = \"code\"\nuntil = \"2023-12-31\"\n[zones]";
    let settings = fs::read_to_string(dir.join("place.toml")).expect("settings");
    fs::write(dir.join("place.toml"), settings.replace("[zones]", earlier)).expect("written");
    let locations: BTreeSet<std::sync::Arc<str>> =
        counted(dir).rows.into_keys().filter_map(|key| key.location).collect();
    assert!(locations.contains("earlier:2023-12-31:P1"), "{locations:?}");
    says_the_same(dir);
}

#[test]
fn eight_parts_merged_are_the_whole_in_any_order() {
    let tmp = tempfile::tempdir().expect("a directory");
    let rows = records(4_000);
    messy(tmp.path(), &rows);
    let whole = counted(tmp.path());
    // All records of one id are in one part: a cube has no ids.
    let part = |nth: usize| -> Vec<String> {
        let of = |row: &&String| {
            row.split(',').next().and_then(|id| id[1..].parse::<usize>().ok()).is_some_and(|id| id % 8 == nth)
        };
        rows.iter().filter(of).cloned().collect()
    };
    let file = |nth: usize| tmp.path().join(format!("part-{nth}.parquet"));
    for nth in 0..8 {
        messy(tmp.path(), &part(nth));
        export::cube(counted(tmp.path()), &file(nth)).expect("written");
    }
    for order in [[0, 1, 2, 3, 4, 5, 6, 7], [7, 3, 5, 1, 0, 2, 6, 4]] {
        let mut parts = load::cube::Parts::default();
        order.into_iter().for_each(|nth| parts.read(&file(nth), "a part").expect("parts of one whole"));
        let merged = parts.whole();
        assert_eq!(merged.outcomes(), whole.outcomes());
        assert!(merged == whole, "the merged cube is the whole");
        let (one, two) = (tmp.path().join("one.parquet"), tmp.path().join("two.parquet"));
        export::cube(merged, &one).expect("written");
        export::cube(whole.clone(), &two).expect("written");
        assert_eq!(fs::read(&one).expect("read"), fs::read(&two).expect("read"), "byte for byte");
        assert!(load::cube::read(&one, "one.parquet").expect("a cube") == whole, "read as it was written");
    }
}

#[test]
fn cubes_that_tell_other_things_of_people_are_no_parts_of_one_whole() {
    let tmp = tempfile::tempdir().expect("a directory");
    let of = "outcome,location,quarter,activity,asset,themes,person,records,people,largest,hours,connections,first_day,last_day,version";
    let row = "counted,patch:P1,2024-q2,session,,,12,3,3000000,1000000,0,0,2024-04-01,2024-06-30,1";
    let written = |name: &str, titles: &str, said: &str| {
        let path = tmp.path().join(name);
        let rows = if said.is_empty() { String::new() } else { format!("{row},{said}\n") };
        fs::write(&path, format!("{of},{titles}\n{rows}")).expect("written");
        path
    };
    let first = written("first.csv", "crossed,group_age,group_sex", ",young,female");
    let merged = |second: &Path| {
        let mut parts = load::cube::Parts::default();
        parts.read(&first, "first.csv").expect("a cube");
        parts.read(second, "second.csv").map(|()| parts.whole())
    };
    assert!(merged(&written("empty.csv", "crossed,group_age,group_sex", "")).expect("nothing more").rows.len() == 1);
    for (titles, said, column) in [
        ("crossed,group_age", ",young", "group_…"),
        ("crossed,group_age,group_sex", "\"sex:age\",young,female", "crossed"),
    ] {
        let issues = merged(&written("second.csv", titles, said)).expect_err("of other things");
        assert_eq!((issues.len(), issues[0].at.field.as_deref()), (1, Some(column)), "{issues:?}");
        assert!(issues[0].problem.contains("first.csv"), "{issues:?}");
    }
}

#[test]
fn a_cube_that_breaks_its_contract_is_told_by_column_and_row() {
    let tmp = tempfile::tempdir().expect("a directory");
    let path = tmp.path().join("cube.csv");
    let titles = "version,crossed,outcome,location,quarter,activity,asset,themes,group_age,person,records,people,largest,hours,connections,first_day,last_day\n";
    let good =
        "1,,counted,patch:P1,2024-q2,session,,buses;parks,young,12,3,3000000,1000000,0,0,2024-04-01,2024-06-30\n";
    let read = |rows: &str| {
        fs::write(&path, format!("{titles}{rows}")).expect("written");
        load::cube::read(&path, "cube.csv")
    };
    assert_eq!(read(good).expect("a cube").outcomes()["counted"], 3);
    for (was, is, column) in [
        ("1,,counted", "2,,counted", "version"),
        ("counted", "", "outcome"),
        ("counted", "repeated", "location"),
        ("patch:P1", "", "location"),
        ("2024-q2", "2024-q1", "quarter"),
        ("2024-06-30", "2024-07-01", "quarter"),
        ("2024-06-30", "30/06/2024", "last_day"),
        ("session", "Session!", "activity"),
        ("buses;parks", "parks;buses", "themes"),
        (",12,", ",-12,", "person"),
        (",12,", ",2305843009213693952,", "person"),
        (",3,3000000", ",0,3000000", "records"),
        (",3000000,", ",3.5,", "people"),
        (",1000000,", ",4000000,", "largest"),
    ] {
        let issues = read(&format!("{good}{}", good.replace(was, is))).expect_err(is);
        assert_eq!((issues[0].at.row, issues[0].at.field.as_deref()), (Some(3), Some(column)), "{issues:?}");
    }
    fs::write(&path, titles.replace("largest,", "")).expect("written");
    let issues = load::cube::read(&path, "cube.csv").expect_err("no cube");
    assert!(issues[0].problem.contains("largest"), "{issues:?}");
    let many = good.replace("session", "?").repeat(40);
    let issues = read(&many).expect_err("broken");
    assert_eq!(issues.len(), 11);
    assert!(issues.iter().any(|issue| issue.problem.starts_with("30 more rows")), "{issues:?}");
}

#[test]
fn a_section_names_records_or_a_cube() {
    let tmp = tempfile::tempdir().expect("a directory");
    messy(tmp.path(), &records(60));
    let text = fs::read_to_string(tmp.path().join("place.toml")).expect("a place");
    for (section, code) in [
        ("file = \"records.csv\"\ncube = \"cube.parquet\"\n", "engagement-unclear"),
        ("", "engagement-unclear"),
        ("cube = \"cube.parquet\"\n", "file-missing"),
        ("cube = \"records.csv\"\n", "column-missing"),
    ] {
        fs::write(tmp.path().join("place.toml"), text.replace("file = \"records.csv\"\n", section)).expect("written");
        let loaded = load::load(tmp.path(), &|_| {});
        assert!(loaded.issues.iter().any(|issue| issue.code.word() == code), "{section}: {:?}", loaded.issues);
        assert!(loaded.place.is_none());
    }
}

#[test]
fn what_a_cube_names_and_the_place_has_not_is_told_and_not_guessed() {
    let tmp = tempfile::tempdir().expect("a directory");
    messy(tmp.path(), &records(400));
    let cube = counted(tmp.path());
    let before = usable(tmp.path());
    let other = |words: &str| if words == "patch:P1" { "patch:Elsewhere".into() } else { words.into() };
    let mut moved = Cube { dimensions: cube.dimensions.clone(), ..Cube::default() };
    for (mut key, sums) in cube.rows {
        key.location = key.location.as_deref().map(other);
        let martian = |answer: &Option<Arc<str>>| match answer.as_deref() {
            Some("asian") => Some("martian".into()),
            _ => answer.clone(),
        };
        key.answers = key.answers.iter().map(martian).collect();
        moved.add(key, &sums);
    }
    let place = instead(tmp.path(), &moved);
    let (was, is) = (&before.engagement.files[0], &place.engagement.files[0]);
    assert!(is.used < was.used && is.rows == was.rows);
    assert_eq!(is.rows, is.used + is.repeated + is.without_day + is.cut + is.nowhere());
}
