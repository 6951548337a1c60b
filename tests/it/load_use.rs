//! Whether an asset is in use on the day of the place, whoever says so and wherever; and whether one can walk to it.

use crate::support::Toy;
use patchwork::measure::coverage;
use patchwork::place::{Issue, Place, Severity};

const STANDARD: &str = "\n[[standards]]\nkey = \"hub-15\"\nkinds = [\"hub\"]\nwithin_minutes = 15\n";

/// The toy place on 30 June 2024 with a file of hubs: title of a column and what stands in it for one hub.
fn hub(title: &str, cell: &str) -> Toy {
    let rows = format!("name,easting,northing,{title}\nHall,331000,188500,\"{cell}\"\n");
    let toy = Toy::new().with("hubs.csv", &rows);
    toy.and("\n[[assets]]\nfile = \"hubs.csv\"\nkind = \"hub\"\n").and(STANDARD)
}

fn covered(place: &Place) -> f64 {
    coverage(place, &place.standards[0]).place.covered
}

fn told<'i>(issues: &'i [Issue], codes: &[&str]) -> Option<&'i Issue> {
    issues.iter().find(|issue| codes.contains(&issue.code.word()))
}

#[test]
fn a_hub_that_is_shut_or_to_come_covers_nobody_and_whatever_is_unclear_is_told() {
    // Title, cell, whether it counts, whether something is said about it.
    let cases = [
        ("status", "Open", true, false),
        ("status", "", true, false),
        ("status", "Open, but proposed to close", true, false),
        ("EstablishmentStatus (name)", "Proposed to open", false, false),
        ("EstablishmentStatus (name)", "Closed", false, false),
        ("Registration status", "Deregistered", false, false),
        ("School status", "Closed", false, false),
        ("Open?", "No", false, false),
        ("Open?", "Yes", true, false),
        ("active", "FALSE", false, false),
        ("status", "Opening Sept 2025", false, false),
        ("status", "Due to open 2026", false, false),
        ("status", "Opens spring 2025", false, false),
        ("status", "Open from 1/9/2025", false, false),
        ("status", "Open from 1/9/2023", true, false),
        ("status", "Closed until further notice", false, false),
        ("status", "Temporarily closed", false, false),
        ("status", "Closing 31/12/2024", true, false),
        ("status", "Opening 2024", false, true),
        ("status", "Opening Sept 2023", true, true),
        ("status", "Unknown", false, true),
        ("status", "TBC", false, true),
        ("status", "Freehold", true, true),
        ("notes", "Opening Sept 2025", false, true),
        ("notes", "Closed for refurbishment. Reopens 2025", false, true),
        ("notes", "Closed Mondays", true, false),
        ("notes", "Opened in 1987", true, false),
        ("opening hours", "Temporarily closed", false, true),
        ("opening hours", "closed", false, true),
        ("opening hours", "off", false, true),
        ("opening hours", "Mo-Su off", false, true),
        ("opening hours", "Mo-Fr 09:00-17:00; Sa,Su off", true, false),
        ("opening date", "2030", false, false),
        ("opening date", "Sept 2025", false, false),
        ("opening date", "01/09/2025", false, false),
        ("opening date", "2024", false, true),
        ("opening date", "TBC", false, true),
        ("opening date", "May 2019", true, false),
        ("year opened", "2024", true, false),
        ("year closed", "2023", false, false),
        ("closing date", "March 2024", false, false),
    ];
    for (title, cell, counts, is_told) in cases {
        let (place, issues) = hub(title, cell).place();
        assert_eq!(covered(&place) > 0.0, counts, "{title}: {cell}: {:?}", place.assets.as_slice());
        let said = [
            "status-unclear",
            "status-passed",
            "status-in-words",
            "status-unknown",
            "hours-never-open",
            "date-unreadable",
        ];
        assert_eq!(told(&issues, &said).is_some(), is_told, "{title}: {cell}: {issues:#?}");
    }
}

#[test]
fn a_word_that_is_not_known_among_statuses_that_are_is_not_open() {
    let rows = "name,easting,northing,status\nHall,331000,188500,Open\nMill,332500,188500,Zzz\n";
    let toy =
        Toy::new().with("hubs.csv", rows).and("\n[[assets]]\nfile = \"hubs.csv\"\nkind = \"hub\"\n").and(STANDARD);
    let issue = toy.issue("status-unclear");
    assert_eq!((issue.severity, issue.at.row), (Severity::Warning, Some(3)));
    assert!(issue.problem.contains("Zzz"), "{}", issue.problem);
}

/// A street of the toy place with one thing on it.
fn osm(tags: &str) -> Toy {
    let tag = |tag: &str| {
        tag.split_once('=').map(|(key, value)| format!("<tag k=\"{key}\" v=\"{}\"/>", value.replace('+', " ")))
    };
    let tags: String = tags.split(' ').filter_map(tag).collect();
    let text = format!(
        "<osm version=\"0.6\"><node id=\"1\" lon=\"-3.0\" lat=\"51.585\"/><node id=\"2\" lon=\"-2.96\" lat=\"51.585\"/>\
         <node id=\"3\" lon=\"-2.99\" lat=\"51.5851\">{tags}</node>\
         <way id=\"1\"><nd ref=\"1\"/><nd ref=\"2\"/><tag k=\"highway\" v=\"residential\"/></way></osm>"
    );
    Toy::new()
        .with("streets.osm", &text)
        .and("\n[streets]\nfile = \"streets.osm\"\n\n[[assets]]\nosm = true\n")
        .and(&STANDARD.replace("\"hub\"]", "\"library\", \"swimming_pool\", \"playground\", \"school\"]"))
}

#[test]
fn things_of_openstreetmap_that_are_private_shut_or_to_come_cover_nobody() {
    let cases = [
        ("amenity=library", true),
        ("amenity=library access=customers", true),
        ("amenity=library start_date=1901", true),
        ("amenity=library opening_date=2010", true),
        ("amenity=library opening_hours=PH+off", true),
        ("amenity=school access=private", true),
        ("leisure=swimming_pool access=private;customers", true),
        ("leisure=swimming_pool access=private", false),
        ("leisure=playground access=residents", false),
        ("amenity=library access=no", false),
        ("amenity=library disused=yes", false),
        ("amenity=library abandoned=yes", false),
        ("disused:amenity=library", false),
        ("amenity=library operational_status=closed", false),
        ("amenity=library opening_date=2030", false),
        ("amenity=library opening_date=2025-03", false),
        ("amenity=library opening_date=2024-07-01", false),
        ("amenity=library start_date=2026", false),
        ("amenity=library end_date=2019", false),
        ("amenity=library planned=yes", false),
        ("amenity=library building=construction", false),
        ("amenity=library opening_hours=off", false),
        ("amenity=library opening_hours=closed", false),
        ("amenity=library opening_hours=closed+until+further+notice", false),
        ("amenity=library name=Mill+Library+(closed)", false),
    ];
    for (tags, counts) in cases {
        let (place, issues) = osm(tags).place();
        assert_eq!(covered(&place) > 0.0, counts, "{tags}: {:?} {issues:#?}", place.assets.as_slice());
    }
    let (_, issues) = osm("leisure=swimming_pool access=private").place();
    let private = told(&issues, &["assets-private"]).expect("told");
    assert!(private.problem.contains("1 swimming_pool"), "{}", private.problem);
}

#[test]
fn an_asset_that_meets_no_street_is_named_with_its_distance() {
    let far = osm("amenity=bench").with("halls.csv", "name,lon,lat\nFar Hall,-2.99,51.5898\nNear Hall,-2.98,51.585\n");
    let far = far.and("\n[[assets]]\nfile = \"halls.csv\"\nkind = \"library\"\n");
    let issue = far.issue("asset-off-street");
    assert_eq!(issue.severity, Severity::Warning);
    assert!(issue.problem.contains("\"Far Hall\" (53") && !issue.problem.contains("Near Hall"), "{}", issue.problem);
}

#[test]
fn a_street_file_in_pieces_says_how_many_residents_and_which_assets_it_cuts_off() {
    let text = "<osm version=\"0.6\"><node id=\"1\" lon=\"-3.0\" lat=\"51.585\"/><node id=\"2\" lon=\"-2.98\" lat=\"51.585\"/>\
                <node id=\"3\" lon=\"-2.9795\" lat=\"51.585\"/><node id=\"4\" lon=\"-2.9699\" lat=\"51.585\"/>\
                <node id=\"5\" lon=\"-2.975\" lat=\"51.5851\"><tag k=\"amenity\" v=\"library\"/><tag k=\"name\" v=\"Cut Library\"/></node>\
                <way id=\"1\"><nd ref=\"1\"/><nd ref=\"2\"/><tag k=\"highway\" v=\"residential\"/></way>\
                <way id=\"2\"><nd ref=\"3\"/><nd ref=\"4\"/><tag k=\"highway\" v=\"residential\"/></way></osm>";
    let issue = osm("amenity=bench").with("streets.osm", text).issue("street-islands");
    assert_eq!(issue.severity, Severity::Warning);
    assert!(issue.problem.contains("residents (") && issue.problem.contains("\"Cut Library\""), "{}", issue.problem);
}

#[test]
fn a_kind_that_is_misspelt_is_recognised_and_a_standard_that_nothing_can_satisfy_is_said_to_be_one() {
    for (asked, meant) in
        [("hubs", "\"hub\""), ("Hub", "\"hub\""), ("hubb", "\"hub\""), ("hub_", "\"hub\""), ("comunity_hub", "\"hub\"")]
    {
        let toy = hub("status", "Open");
        let toy = toy.and(&STANDARD.replace("hub-15", "other").replace("[\"hub\"]", &format!("[\"{asked}\"]")));
        let issue = toy.issue("kind-missing");
        assert!(issue.problem.contains("nobody can be covered by this standard"), "{}", issue.problem);
        if asked != "comunity_hub" {
            assert!(issue.remedy.contains(&format!("Did you mean {meant}")), "{asked}: {}", issue.remedy);
        }
    }
}

#[test]
fn a_standard_about_hours_says_how_many_assets_it_loses_because_nobody_knows_them() {
    let rows = "name,easting,northing,monday opening times,tuesday opening times\nHall,331000,188500,AM & PM (with closure),Closed\n\
                Mill,332500,188500,09:00-18:00,\nBarn,331500,188500,,\nShed,331700,188500,[Unknown],[Unknown]\n";
    let toy = Toy::new().with("hubs.csv", rows).and("\n[[assets]]\nfile = \"hubs.csv\"\nkind = \"hub\"\n");
    let issue = toy.and(STANDARD).and("open_after = \"17:00\"\n").issue("hours-unknown");
    assert!(issue.problem.starts_with("3 of the 4 assets"), "{}", issue.problem);
    assert!(issue.problem.contains("AM & PM (with closure)"), "{}", issue.problem);
    // A column of how many hours there are in a week says nothing of when.
    let weekly = rows.replace(",monday", ",hours,monday").replace("188500,", "188500,37,");
    let toy = Toy::new().with("hubs.csv", &weekly).and("\n[[assets]]\nfile = \"hubs.csv\"\nkind = \"hub\"\n");
    let (place, _) = toy.place();
    assert_eq!(place.assets.iter().filter(|asset| asset.opening.words() == Some("Mo 09:00-18:00")).count(), 1);
}

#[test]
fn rows_of_other_places_are_one_line_with_their_number() {
    let rows: String = (0..40).map(|i| format!("Elsewhere {i},,,AB1 {i}CD\n")).collect();
    let toy = Toy::new().with("hubs.csv", &format!("name,easting,northing,postcode\nHall,331000,188500,\n{rows}"));
    let issue = toy.and("\n[[assets]]\nfile = \"hubs.csv\"\nkind = \"hub\"\n").issue("asset-nowhere");
    assert!(issue.problem.contains("40 rows") && issue.problem.contains("30 more"), "{}", issue.problem);
}
