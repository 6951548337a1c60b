//! What is taken over from the place that is served is what would have been worked out again.

use patchwork::load::{Loaded, Memory, load_again, load_inside};
use patchwork::place::{Issue, Place};
use patchwork::snapshot::Snapshot;
use patchwork::synth::{DemoOptions, write_demo};
use std::fs;
use std::path::Path;
use std::sync::Mutex;

fn usable(loaded: Loaded) -> (Place, Vec<Issue>) {
    (loaded.place.unwrap_or_else(|| panic!("{:?}", loaded.issues)), loaded.issues)
}

fn read(dir: &Path) -> (Place, Vec<Issue>) {
    usable(load_inside(dir, &|_| {}))
}

/// Reads with what was read before, compares all that is known with a place that is read alone, and tells the steps.
fn read_again(dir: &Path, memory: &Memory, what: &str) -> (Place, Vec<Issue>, Vec<String>) {
    let steps = Mutex::new(Vec::new());
    let again = load_again(dir, memory, &|step| steps.lock().expect("no panic").push(step.to_owned()));
    let alone = load_inside(dir, &|_| {});
    assert_eq!(again.issues, alone.issues, "{what}");
    assert_eq!(again.tables, alone.tables, "{what}");
    let ((again, issues), (alone, _)) = (usable(again), usable(alone));
    let bytes = |place: &Place| format!("{place:?}");
    assert!(bytes(&again) == bytes(&alone), "{what}: something of the place differs");
    (again, issues, steps.into_inner().expect("no panic"))
}

fn change(dir: &Path, file: &str, from: &str, to: &str) {
    let path = dir.join(file);
    let text = fs::read_to_string(&path).expect("a text");
    assert!(text.contains(from), "{file} has no {from}");
    fs::write(path, text.replacen(from, to, 1)).expect("written");
}

/// One more line at the end of a file.
fn more(dir: &Path, file: &str, line: &str) {
    let path = dir.join(file);
    let text = fs::read_to_string(&path).expect("a text");
    fs::write(path, format!("{}\n{line}\n", text.trim_end())).expect("written");
}

fn without_line(dir: &Path, file: &str, nth: usize) {
    let path = dir.join(file);
    let text = fs::read_to_string(&path).expect("a text");
    let lines: Vec<&str> = text.lines().enumerate().filter(|(line, _)| *line != nth).map(|(_, line)| line).collect();
    fs::write(path, lines.join("\n") + "\n").expect("written");
}

#[test]
fn whatever_changes_the_answers_are_those_of_a_place_that_was_never_served_before() {
    let tmp = tempfile::tempdir().expect("a directory");
    let dir = tmp.path().join("demo");
    write_demo(&dir, &DemoOptions { residents: 3_000, seed: 3 }, &|_| {}).expect("a demo");
    let (place, issues) = read(&dir);
    let mut before = Snapshot::build(place, issues);
    let record = "late-1,2024-05-03,session,,P01,,,late-1,1,1.5,0,Aged 65 to 84 years,White,Not disabled under the Equality Act,Male,buses";
    let patch = before.place.patches.iter().next().expect("a patch").key.clone();
    let record = record.replace("P01", &patch);
    let library = fs::read_to_string(dir.join("assets.csv")).expect("assets");
    let library = library.lines().find(|line| line.contains(",library,")).expect("a library").to_owned();
    let closed = library.replacen(",open,", ",closed,", 1);
    let renamed = closed.replacen(' ', " New ", 1);
    let (id, rest) = library.split_once(',').expect("cells");
    // Its key sorts before all others, so that every other asset has another number.
    let first = format!("a-{id},{rest}").replacen(",library,", ",toy_library,", 1);
    type Step<'a> = (&'a str, Box<dyn Fn(&Path) + 'a>);
    let steps: Vec<Step<'_>> = vec![
        ("nothing", Box::new(|_| {})),
        ("a record", Box::new(|dir| more(dir, "engagement-2024-25.csv", &record))),
        ("a library shuts", Box::new(|dir| change(dir, "assets.csv", &library, &closed))),
        ("something of another kind, before all others", Box::new(|dir| more(dir, "assets.csv", &first))),
        ("it goes again", Box::new(|dir| change(dir, "assets.csv", &format!("{first}\n"), ""))),
        (
            "a standard asks for less",
            Box::new(|dir| change(dir, "place.toml", "within_minutes = 15", "within_minutes = 12")),
        ),
        (
            "people walk faster",
            Box::new(|dir| change(dir, "place.toml", "walking_speed_kmh = 4.8", "walking_speed_kmh = 5.1")),
        ),
        ("counts are rounded otherwise", Box::new(|dir| more(dir, "place.toml", "[disclosure]\nthreshold = 12"))),
        ("a name", Box::new(|dir| change(dir, "place.toml", "name = \"", "name = \"New "))),
        ("a library is called otherwise", Box::new(|dir| change(dir, "assets.csv", &closed, &renamed))),
        ("a grant is larger", Box::new(|dir| change(dir, "grants-made-up.csv", ",GBP,", ",GBP,1"))),
        ("a postcode goes", Box::new(|dir| without_line(dir, "postcodes-made-up.csv", 3))),
        ("an area is ranked otherwise", Box::new(|dir| without_line(dir, "deprivation-made-up.csv", 2))),
        ("a zone's people are not known", Box::new(|dir| without_line(dir, "census-ethnic-group-made-up.csv", 2))),
        (
            "a street is called otherwise",
            Box::new(|dir| change(dir, "streets.osm", "k=\"name\" v=\"", "k=\"name\" v=\"Far ")),
        ),
        ("records of last year go", Box::new(|dir| without_line(dir, "engagement-2023-24.csv", 5))),
        (
            "the patches are another file",
            Box::new(|dir| {
                fs::rename(dir.join("patches.gpkg"), dir.join("p.gpkg")).expect("renamed");
                change(dir, "place.toml", "patches.gpkg", "p.gpkg");
            }),
        ),
    ];
    let memory = Memory::default();
    let mut read_anew: Vec<(&str, Vec<String>)> = Vec::new();
    let mut taken = Vec::new();
    for (what, step) in steps {
        step(&dir);
        let (place, issues) = read(&dir);
        let anew = Snapshot::build(place, issues);
        let (place, issues, steps) = read_again(&dir, &memory, what);
        let again = Snapshot::build_after(place, issues, Some(&before));
        read_anew.push((what, steps));
        let differing: Vec<&str> = anew
            .layers()
            .iter()
            .zip(again.layers())
            .filter(|(one, other)| !one.says_the_same(other))
            .map(|(one, _)| one.layer.id.as_str())
            .collect();
        assert!(differing.is_empty(), "{what}: {differing:?}");
        assert_eq!(anew.digest(), again.digest(), "{what}");
        assert_eq!(anew.today().coverage(), again.today().coverage(), "{what}");
        assert_eq!(anew.missing(), again.missing(), "{what}");
        let shared = |one: &&std::sync::Arc<patchwork::snapshot::Collection>| {
            before.layers().iter().any(|other| std::sync::Arc::ptr_eq(one, other))
        };
        taken.push((what, again.layers().iter().filter(shared).count(), again.layers().len()));
        before = again;
    }
    // What rests on nothing that changed is not read: neither ground, records nor grants.
    let was_read = |what: &str, word: &str| {
        let (_, steps) = read_anew.iter().find(|(known, _)| *known == what).expect("a change");
        steps.iter().any(|step| step.starts_with(word))
    };
    for (what, ground, records, grants) in [
        ("nothing", true, true, true),
        ("a record", false, true, false),
        ("a library shuts", false, false, false),
        ("something of another kind, before all others", false, true, false),
        ("people walk faster", true, true, true),
        ("a standard asks for less", false, false, false),
        ("a library is called otherwise", false, true, false),
        ("a grant is larger", false, false, true),
        ("a postcode goes", false, true, true),
        ("a street is called otherwise", true, true, true),
        ("records of last year go", false, true, false),
        ("the patches are another file", true, true, true),
    ] {
        assert_eq!(was_read(what, "Reading boundaries"), ground, "{what}: ground");
        assert_eq!(was_read(what, "Reading engagement"), records, "{what}: records");
        assert_eq!(was_read(what, "Reading grants"), grants, "{what}: grants");
    }
    // Where nothing changed all is shared; where people walk faster little can be.
    assert_eq!(taken[0].1, taken[0].2, "{taken:?}");
    assert!(taken.iter().all(|(_, shared, all)| shared <= all) && taken[6].1 < taken[0].1, "{taken:?}");
}
