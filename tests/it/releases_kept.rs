//! What is published of people met is kept, and what could not be protected is said.

use crate::http_attack_town::{loaded, town, write_town};
use crate::http_operations::Program;
use crate::http_server::Server;
use patchwork::disclose::{self, audit};
use patchwork::measure::Engaged;
use std::path::Path;

fn kept(dir: &Path) -> Vec<String> {
    let files = std::fs::read_dir(dir.join("releases")).map_or_else(|_| Vec::new(), |files| files.flatten().collect());
    files.into_iter().map(|file| file.file_name().to_string_lossy().into_owned()).collect()
}

/// The town, whose releases are to be kept.
fn keeping(dir: &Path, until: usize) {
    write_town(dir, until);
    let file = dir.join("place.toml");
    let place = std::fs::read_to_string(&file).expect("read");
    std::fs::write(&file, format!("{place}\n[disclosure]\nkeep = true\n")).expect("written");
}

#[test]
fn what_is_served_is_kept_and_the_next_release_is_protected_together_with_it() {
    let dir = tempfile::tempdir().expect("a directory");
    keeping(dir.path(), 6);
    drop(Program::serving_in(dir.path()));
    let first = kept(dir.path());
    assert_eq!(first.len(), 1, "{first:?}");
    assert!(Path::new(&first[0]).extension().is_some_and(|ending| ending == "json"), "whole, or not at all");
    keeping(dir.path(), 9);
    let place = loaded(dir.path());
    let mut releases = disclose::earlier(&place).expect("a release");
    assert_eq!(releases.len(), 1);
    releases.push(Engaged::of(&place).expect("protected").expect("there are records").protected);
    let found = audit(&releases, &disclose::policy(&place)).expect("audited");
    assert!(found.exposed.is_empty(), "{:#?}", found.exposed);
    drop(Program::serving_in(dir.path()));
    assert_eq!(kept(dir.path()).len(), 2);
}

#[test]
fn where_nothing_is_to_be_kept_nothing_is_written() {
    let dir = tempfile::tempdir().expect("a directory");
    write_town(dir.path(), 6);
    drop(Program::serving_in(dir.path()));
    assert_eq!(kept(dir.path()), Vec::<String>::new());
}

#[test]
fn records_that_could_not_be_protected_are_said_where_their_layers_would_be() {
    let mut place = town(6);
    place.disclosure.earlier.push(("q1.json".to_owned(), "{}".to_owned()));
    let server = Server::of(place);
    let said = "the counts could not be protected";
    assert!(server.get("/?f=json").text().contains(said));
    assert!(server.get("/readyz").text().contains(said));
    let page = server.get("/review/P0");
    assert!(page.text().contains(said) && !page.text().contains("There are no engagement records"));
    assert_eq!(server.get("/collections/reach-sex").status, 404);
    let public = server.get("/-/issues?f=json");
    assert!(public.text().contains("not-protected") && !public.text().contains("q1.json"));
    let server = Server::of(town(6));
    assert!(!server.get("/?f=json").text().contains(said), "nothing is said where nothing is wrong");
}

#[test]
fn a_release_that_says_nothing_of_its_ground_is_told() {
    let dir = tempfile::tempdir().expect("a directory");
    write_town(dir.path(), 6);
    std::fs::create_dir(dir.path().join("releases")).expect("made");
    let old = r#"{"form":"patchwork-release-1","threshold":10,"rounding":5,"told_before":0,"tables":[]}"#;
    std::fs::write(dir.path().join("releases/q1.json"), old).expect("written");
    let loaded = patchwork::load::load_with(dir.path(), &|_| None, &|_| {});
    let told: Vec<&str> = loaded.issues.iter().map(|issue| issue.code.word()).collect();
    assert!(told.contains(&"release-without-ground"), "{told:?}");
}

#[test]
fn every_group_of_a_dimension_is_listed_met_or_not() {
    let mut place = town(6);
    let dimension = place.engagement.dimensions.first().expect("a dimension").clone();
    let mut nobody = place.groups.iter().find(|group| group.dimension == dimension).expect("a group").clone();
    nobody.key = "nobody_of_it".to_owned();
    place.groups.push(nobody);
    let release = disclose::of_place(&place).expect("protected").expect("there are records");
    let table = release.table(&format!("reach-{dimension}")).expect("the table");
    let listed: Vec<&str> = table.dimensions[1].categories.iter().map(|one| one.key.as_str()).collect();
    assert!(listed.contains(&"nobody_of_it") && listed.contains(&"not_recorded"), "{listed:?}");
}
