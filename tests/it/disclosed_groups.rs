//! What groups tell of each other: crossed ones of those they are crossed of, and those met before of those met again.

use crate::http_attack_town::loaded;
use patchwork::disclose::{self, Cell, Published, audit};
use std::fmt::Write as _;
use std::path::Path;

const PLACE: &str = "[place]\nname = \"Toy\"\ndate = \"2024-09-30\"\ncrs = \"EPSG:27700\"\n\n[patches]\nfile = \"patches.geojson\"\n\n\
    [zones]\nfile = \"zones.geojson\"\n\n[disclosure]\nrounding = 1\n";
const AGE: &str = "\n[[groups]]\nfile = \"age.csv\"\ndimension = \"age\"\nzone = \"zone\"\n";
const CROSSED: &str = "\n[[groups]]\nfile = \"disability.csv\"\ndimension = \"disability\"\nzone = \"zone\"\nresidents = false\n\
    [groups.groups]\ndisabled = \"Disabled\"\nable = \"Able\"\n\n\
    [[groups]]\nfile = \"both.csv\"\ndimension = \"both\"\nzone = \"zone\"\nresidents = false\n\
    [groups.groups]\nyoung_disabled = \"Young, Disabled\"\nyoung_able = \"Young, Able\"\n\
    old_disabled = \"Old, Disabled\"\nold_able = \"Old, Able\"\n";
const ANSWERS: &str = "[engagement.groups.both]\n\"Young, Disabled\" = \"young_disabled\"\n\"Young, Able\" = \"young_able\"\n\
    \"Old, Disabled\" = \"old_disabled\"\n\"Old, Able\" = \"old_able\"\n";

/// One record: the person, the month, the age and whether disabled.
type Met = (usize, u32, &'static str, &'static str);

/// A place of two patches, of the first of which records are.
fn written(dir: &Path, is_crossed: bool, met: &[Met]) {
    let write = |name: &str, text: &str| std::fs::write(dir.join(name), text).expect("written");
    let features = |key: &str| -> Vec<String> {
        let one = |at: usize| {
            let (west, east) = (400_000 + at * 1000, 401_000 + at * 1000);
            format!(
                "{{\"type\":\"Feature\",\"properties\":{{\"code\":\"{key}{at}\",\"name\":\"{key}{at}\"}},\"geometry\":{{\"type\":\
                 \"Polygon\",\"coordinates\":[[[{west},400000],[{east},400000],[{east},401000],[{west},401000],[{west},400000]]]}}}}"
            )
        };
        (0..2).map(one).collect()
    };
    let crs = "\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"EPSG:27700\"}}";
    for (name, key) in [("patches.geojson", "P"), ("zones.geojson", "Z")] {
        let features = features(key).join(",");
        write(name, &format!("{{\"type\":\"FeatureCollection\",{crs},\"features\":[{features}]}}"));
    }
    write("age.csv", "zone,Young,Old\nZ0,500,500\nZ1,500,500\n");
    write("disability.csv", "zone,Disabled,Able\nZ0,300,700\nZ1,300,700\n");
    let both = "zone,\"Young, Disabled\",\"Young, Able\",\"Old, Disabled\",\"Old, Able\"\nZ0,100,400,200,300\nZ1,100,400,200,300\n";
    write("both.csv", both);
    let mut records = "id,date,zone,person_key,age,disability,themes,activity\n".to_owned();
    for (n, (person, month, age, disability)) in met.iter().enumerate() {
        let _ = writeln!(records, "r{n},2024-{month:02}-25,Z0,k{person},{age},{disability},buses,session");
    }
    write("met.csv", &records);
    let groups = if is_crossed { CROSSED } else { "" };
    let of = "dimensions = { age = \"age\", disability = \"disability\", both = [\"age\", \"disability\"] }\n";
    let of = if is_crossed { format!("{of}{ANSWERS}") } else { String::new() };
    write("place.toml", &format!("{PLACE}{AGE}{groups}\n[[engagement]]\nfile = \"met.csv\"\n{of}"));
}

/// What may be published of it, which nobody can work anything out of.
fn published(dir: &Path) -> Vec<Published> {
    let place = loaded(dir);
    let release = disclose::of_place(&place).expect("protected").expect("there are records");
    let found = audit(std::slice::from_ref(&release), &disclose::policy(&place)).expect("audited");
    assert!(found.exposed.is_empty(), "{:#?}", found.exposed);
    release.tables
}

fn table<'t>(tables: &'t [Published], name: &str) -> &'t Published {
    tables.iter().find(|table| table.name == name).unwrap_or_else(|| panic!("{name}"))
}

#[test]
fn that_everybody_is_in_one_group_is_not_told_by_the_groups_crossed_with_it() {
    for old_in_other_months in [0, 3] {
        let dir = tempfile::tempdir().expect("a directory");
        let mut met: Vec<Met> = (0..60).map(|n| (n, 2, "Old", if n % 3 == 0 { "Disabled" } else { "Able" })).collect();
        met.extend((0..old_in_other_months * 10).map(|n| (n, 5, "Old", if n % 3 == 0 { "Disabled" } else { "Able" })));
        written(dir.path(), true, &met);
        let tables = published(dir.path());
        for (name, rows) in [("reach", &["all", "P0"][..]), ("themes", &["all"])] {
            let (age, both) = (table(&tables, &format!("{name}-age")), table(&tables, &format!("{name}-both")));
            for row in rows {
                let at = |of: &Published, group: &str| {
                    let keys = if name == "reach" { [row, group, "all"] } else { [group, "buses", "all"] };
                    of.cell_by_key(&keys).unwrap_or_else(|| panic!("{keys:?}"))
                };
                assert_eq!(at(age, "old"), Cell::Hidden, "{name} {row}");
                let crossed = &both.dimensions[usize::from(name == "reach")].categories;
                let young = crossed.iter().map(|group| group.key.as_str()).filter(|key| key.starts_with("young"));
                let cells: Vec<Cell> = young.chain(["not_recorded"]).map(|key| at(both, key)).collect();
                assert_eq!(cells.len(), 3, "{crossed:?}");
                assert!(cells.iter().all(|cell| *cell == Cell::Hidden), "{name} {row}: {cells:?}");
            }
        }
    }
}

#[test]
fn that_nobody_left_an_answer_out_is_not_told_by_the_answers_that_were_given_together() {
    let dir = tempfile::tempdir().expect("a directory");
    let age = |n: usize| if n < 7 { "Old" } else { "Young" };
    let met: Vec<Met> = (0..13).map(|n| (n, 2, age(n), if n % 2 == 0 { "Disabled" } else { "Able" })).collect();
    written(dir.path(), true, &met);
    let place = loaded(dir.path());
    let release = disclose::of_place(&place).expect("protected").expect("there are records");
    let found = audit(&[release], &disclose::policy(&place)).expect("audited");
    for name in ["reach-age", "reach-disability"] {
        let table = found.tables.iter().find(|table| table.table == name).expect("it is there");
        let narrowest = table.narrowest.as_ref().expect("counts are hidden");
        assert!(narrowest.width().is_none_or(|width| width >= 8), "{name}: {narrowest:?}");
    }
}

#[test]
fn a_hidden_nought_of_two_answers_that_nobody_gave_together_cannot_be_worked_out_from_the_groups_around_it() {
    let dir = tempfile::tempdir().expect("a directory");
    // Nobody young is disabled. So few were met at first that not even that was told; many more came late.
    let met = |young: usize, old: usize| -> Vec<Met> {
        let young = (0..young).map(|n| (n, 2, "Young", "Able"));
        young.chain((100..100 + old).map(|n| (n, 2, "Old", if n % 3 == 0 { "Able" } else { "Disabled" }))).collect()
    };
    written(dir.path(), true, &met(5, 3));
    let first = disclose::of_place(&loaded(dir.path())).expect("protected").expect("there are records");
    written(dir.path(), true, &met(36, 90));
    let mut place = loaded(dir.path());
    let text = String::from_utf8(disclose::release::write(&first)).expect("text");
    place.disclosure.earlier = vec![("first.json".to_owned(), text)];
    let second = disclose::of_place(&place).expect("protected").expect("there are records");
    for row in ["all", "P0"] {
        let at = |name: &str, group: &str| {
            let table = table(&second.tables, name);
            let keys = table.dimensions.iter().zip([row, group, "all"]);
            table.range(&keys.filter_map(|(dimension, key)| dimension.find(key)).collect::<Vec<_>>())
        };
        assert_eq!(at("reach-both", "young_disabled"), None, "{row}: it was hidden before");
        for (table, whole, rest) in
            [("reach-age", "young", "young_able"), ("reach-disability", "disabled", "old_disabled")]
        {
            let most = at(table, whole).zip(at("reach-both", rest)).map(|(whole, rest)| whole.1 - rest.0);
            assert!(most.is_none_or(|most| most >= 8), "{row}: at most {most:?} beside {rest}");
        }
    }
}

#[test]
fn whom_a_group_met_before_does_not_tell_how_few_of_another_were_met_again() {
    let dir = tempfile::tempdir().expect("a directory");
    // Nobody is new in the second quarter, so of the 40 met in it at most the 36 of the first are young.
    let first = (0..36).map(|n| (n, 2, "Young", "")).chain((36..48).map(|n| (n, 2, "Old", "")));
    let again = (0..32).map(|n| (n, 5, "Young", "")).chain((36..44).map(|n| (n, 5, "Old", "")));
    let new = (50..80).map(|n| (n, 9, "Young", "")).chain((80..95).map(|n| (n, 9, "Old", "")));
    written(dir.path(), false, &first.chain(again).chain(new).collect::<Vec<Met>>());
    let tables = published(dir.path());
    let (age, visits) = (table(&tables, "reach-age"), table(&tables, "visits"));
    for row in ["all", "P0"] {
        let range = |of: &Published, keys: [&str; 3]| {
            let at: Vec<usize> = of.dimensions.iter().zip(keys).filter_map(|(one, key)| one.find(key)).collect();
            of.range(&at)
        };
        assert_eq!(age.cell_by_key(&[row, "old", "2024-q2"]), Some(Cell::Hidden), "eight people");
        let least = range(age, [row, "all", "2024-q2"]).map_or(0, |(least, _)| least);
        let young = range(age, [row, "young", "2024-q1"]).map_or(1000, |(_, most)| most);
        let fresh = range(visits, [row, "first", "2024-q2"]).map_or(1000, |(_, most)| most);
        assert!(least <= young + fresh + 1, "{row}: of {least} at most {young} and {fresh} are young");
    }
}

#[test]
fn that_releases_do_not_say_their_ground_is_told_where_they_are_audited() {
    let dir = tempfile::tempdir().expect("a directory");
    let met: Vec<Met> = (0..60).map(|n| (n, 2, ["Old", "Young"][n % 2], "")).collect();
    written(dir.path(), false, &met);
    let release = disclose::of_place(&loaded(dir.path())).expect("protected").expect("there are records");
    let whole = String::from_utf8(disclose::release::write(&release)).expect("text");
    let groundless = whole.replace("\"ground\"", "\"ground of another form\"");
    for (name, text) in [("a.json", &whole), ("b.json", &whole), ("c.json", &groundless)] {
        std::fs::write(dir.path().join(name), text).expect("written");
    }
    let said = |files: [&str; 2]| {
        let program = std::process::Command::new(env!("CARGO_BIN_EXE_patchwork"));
        let done = { program }.arg("audit").args(files.map(|file| dir.path().join(file))).output().expect("run");
        String::from_utf8_lossy(&done.stderr).into_owned()
    };
    assert!(said(["c.json", "b.json"]).contains("c.json says which homes"));
    assert!(!said(["a.json", "b.json"]).contains("says which homes"));
}
