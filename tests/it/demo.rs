//! The made-up borough is what it says it is, at any size.

use patchwork::crs::{LonLat, Plane, Xy};
use patchwork::load::{Manifest, load};
use patchwork::synth::{CountryOptions, DemoError, DemoOptions, DemoReport, write_country, write_demo};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

fn write(dir: &Path, residents: u64, seed: u64) -> DemoReport {
    write_demo(dir, &DemoOptions { residents, seed }, &|_| {}).expect("a demo is written")
}

fn bytes(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(dir).expect("readable").map(|e| e.expect("readable"));
    entries.map(|e| (e.file_name().to_string_lossy().into_owned(), fs::read(e.path()).expect("readable"))).collect()
}

#[test]
fn the_same_seed_writes_the_same_bytes_and_another_does_not() {
    let tmp = tempfile::tempdir().expect("a directory");
    let [a, b, c] = ["a", "b", "c"].map(|name| tmp.path().join(name));
    write(&a, 12_000, 5);
    write(&b, 12_000, 5);
    write(&c, 12_000, 6);
    let (a, b, c) = (bytes(&a), bytes(&b), bytes(&c));
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    for (name, content) in &a {
        assert!(b[name] == *content, "{name} differs between two runs");
    }
    assert_ne!(a["streets.osm"], c["streets.osm"]);
}

#[test]
fn every_table_sums_to_the_residents_at_every_size() {
    let tmp = tempfile::tempdir().expect("a directory");
    for (residents, patches) in [(500, 1), (3_000, 1), (12_000, 1), (216_000, 18)] {
        let dir = tmp.path().join(residents.to_string());
        let report = write(&dir, residents, 2);
        assert_eq!((report.residents, report.patches), (residents, patches));
        let mut table = csv::Reader::from_path(dir.join("census-ethnic-group-made-up.csv")).expect("a table");
        let titles = table.headers().expect("titles").clone();
        let broad: Vec<usize> = (4..titles.len()).filter(|&i| titles[i].matches(": ").count() == 1).collect();
        assert_eq!(broad.len(), 5);
        let mut sum = 0;
        for row in table.records() {
            let row = row.expect("a row");
            let count = |i: usize| row[i].parse::<u64>().expect("a count");
            assert_eq!(broad.iter().map(|&i| count(i)).sum::<u64>(), count(3));
            assert_eq!((4..titles.len()).filter(|i| !broad.contains(i)).map(count).sum::<u64>(), count(3));
            sum += count(3);
        }
        assert_eq!(sum, residents);
        let mut table = csv::Reader::from_path(dir.join("census-disability-made-up.csv")).expect("a table");
        let people: f64 = table.records().map(|r| r.expect("a row")[4].parse::<f64>().expect("a count")).sum();
        assert!(
            (people / residents as f64 - 1.0).abs() < 0.35 / report.zones as f64 + 0.7 / (residents as f64 / 500.0),
            "{people}"
        );
        assert!(
            report.cut_off_nodes * 200 < report.street_nodes,
            "{} of {} nodes are cut off",
            report.cut_off_nodes,
            report.street_nodes
        );
    }
}

/// The nodes and ways of an OSM XML file, read with nothing of the program.
struct Map {
    nodes: BTreeMap<u64, Xy>,
    ways: Vec<(Vec<u64>, BTreeMap<String, String>)>,
}

fn read_map(path: &Path) -> Map {
    let text = fs::read_to_string(path).expect("a street file");
    let field = |line: &str, name: &str| {
        let (_, rest) = line.split_once(&format!(" {name}=\"")).expect("the attribute");
        rest.split_once('"').expect("a closing quote").0.to_owned()
    };
    let plane = Plane::british_national_grid();
    let mut map = Map { nodes: BTreeMap::new(), ways: Vec::new() };
    let mut in_way = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with("<node") {
            let degrees = |name| field(line, name).parse::<f64>().expect("degrees");
            let at = LonLat::new(degrees("lon"), degrees("lat")).expect("on the globe");
            map.nodes.insert(field(line, "id").parse().expect("an id"), plane.to_xy(at).expect("inside OSTN15"));
        } else if line.starts_with("<way") {
            in_way = true;
            map.ways.push((Vec::new(), BTreeMap::new()));
        } else if line.starts_with("<nd") {
            map.ways.last_mut().expect("a way").0.push(field(line, "ref").parse().expect("an id"));
        } else if line.starts_with("<tag") && in_way {
            map.ways.last_mut().expect("a way").1.insert(field(line, "k"), field(line, "v"));
        }
    }
    map
}

fn cross(a: Xy, b: Xy, c: Xy, d: Xy) -> bool {
    let side = |p: Xy, q: Xy, r: Xy| (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x);
    side(a, b, c) * side(a, b, d) < 0.0 && side(c, d, a) * side(c, d, b) < 0.0
}

#[test]
fn river_railway_and_bypass_are_crossed_only_by_bridges_and_tunnels() {
    let tmp = tempfile::tempdir().expect("a directory");
    let dir = tmp.path().join("demo");
    write(&dir, 100_000, 3);
    let map = read_map(&dir.join("streets.osm"));
    let segments =
        |nodes: &[u64]| -> Vec<(Xy, Xy)> { nodes.windows(2).map(|p| (map.nodes[&p[0]], map.nodes[&p[1]])).collect() };
    let walkable =
        |tags: &BTreeMap<String, String>| tags.contains_key("highway") && tags.get("foot").is_none_or(|f| f != "no");
    let is = |tags: &BTreeMap<String, String>, key: &str, value: &str| tags.get(key).is_some_and(|v| v == value);
    for (key, value) in [("waterway", "river"), ("railway", "rail"), ("highway", "trunk")] {
        let barrier: Vec<(Xy, Xy)> =
            map.ways.iter().filter(|(_, tags)| is(tags, key, value)).flat_map(|(n, _)| segments(n)).collect();
        assert!(!barrier.is_empty(), "there is a {value}");
        let mut crossings = BTreeSet::new();
        for (i, (nodes, tags)) in map.ways.iter().enumerate().filter(|(_, (_, tags))| walkable(tags)) {
            for (a, b) in segments(nodes) {
                let crosses = barrier.iter().any(|(c, d)| (c.x - a.x).abs() < 400.0 && cross(a, b, *c, *d));
                if crosses {
                    assert!(is(tags, "bridge", "yes") || is(tags, "tunnel", "yes"), "{tags:?} crosses the {value}");
                    crossings.insert(i);
                }
            }
        }
        assert!((1..=14).contains(&crossings.len()), "{} crossings of the {value}", crossings.len());
    }
}

#[test]
fn it_lies_at_sea_and_says_that_it_is_made_up() {
    let tmp = tempfile::tempdir().expect("a directory");
    let dir = tmp.path().join("demo");
    let report = write(&dir, 20_000, 4);
    let map = read_map(&dir.join("streets.osm"));
    assert_eq!(map.nodes.len(), report.street_nodes);
    for at in map.nodes.values() {
        assert!((570_000.0..630_000.0).contains(&at.x) && (450_000.0..510_000.0).contains(&at.y), "{at:?}");
    }
    let text = fs::read_to_string(dir.join("place.toml")).expect("place.toml");
    let manifest: Manifest = toml::from_str(&text).expect("place.toml is understood");
    assert!(manifest.place.made_up && manifest.place.name.contains("made up"));
    assert_eq!(manifest.standards.len(), 4);
    let mut named = vec![manifest.zones.file.clone(), manifest.patches.expect("patches").file];
    named.extend(manifest.groups.iter().map(|g| g.file.clone()));
    named.extend(manifest.engagement.iter().map(|records| records.file.clone()));
    named.extend(manifest.grants.iter().map(|records| records.file.clone()));
    named.extend(manifest.assets.iter().filter_map(|a| a.file.clone()));
    assert!(named.iter().all(|file| dir.join(file).exists()), "{named:?}");
    assert!(fs::read_to_string(dir.join("README.txt")).expect("a readme").contains("does not exist"));
}

#[test]
fn the_patches_of_the_geopackage_tile_the_zones() {
    let tmp = tempfile::tempdir().expect("a directory");
    let dir = tmp.path().join("demo");
    write(&dir, 60_000, 8);
    let db = rusqlite::Connection::open(dir.join("patches.gpkg")).expect("a database");
    let id: u32 = db.query_row("PRAGMA application_id", [], |row| row.get(0)).expect("an application id");
    assert_eq!(id, u32::from_be_bytes(*b"GPKG"));
    let (patches, srs): (u32, u32) = db
        .query_row("SELECT (SELECT count(*) FROM patches), srs_id FROM gpkg_contents", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .expect("contents");
    assert_eq!((patches, srs), (5, 27700));
}

#[test]
fn another_directory_is_never_overwritten_and_an_earlier_demo_is() {
    let tmp = tempfile::tempdir().expect("a directory");
    let dir = tmp.path().join("demo");
    write(&dir, 500, 1);
    let before = bytes(&dir);
    write(&dir, 500, 2);
    assert_ne!(bytes(&dir), before);
    fs::write(dir.join("mine.txt"), "precious").expect("written");
    let refused = write_demo(&dir, &DemoOptions { residents: 500, seed: 1 }, &|_| {});
    assert!(matches!(refused, Err(DemoError::NotEmpty { ref found, .. }) if found == "mine.txt"), "{refused:?}");
    assert_eq!(fs::read_to_string(dir.join("mine.txt")).expect("still there"), "precious");
    let leftovers = fs::read_dir(tmp.path()).expect("readable").count();
    assert_eq!(leftovers, 1, "nothing is left beside the directory");
    assert!(matches!(write_demo(&dir, &DemoOptions { residents: 499, seed: 1 }, &|_| {}), Err(DemoError::Size(499))));
}

#[test]
fn it_loads_and_every_planted_fault_is_found() {
    let tmp = tempfile::tempdir().expect("a directory");
    let dir = tmp.path().join("demo");
    let report = write(&dir, 60_000, 1);
    let loaded = load(&dir, &|_| {});
    let place = loaded.place.expect("the demo is usable");
    assert_eq!(place.residents(), 60_000.0);
    assert_eq!((place.patches.len(), place.zones.len()), (report.patches, report.zones));
    let found: BTreeSet<(&str, &str)> = loaded.issues.iter().map(|i| (i.at.file.as_str(), i.code.word())).collect();
    let faults = fs::read_to_string(dir.join("FAULTS.md")).expect("a list of faults");
    let quoted = |cell: &str| cell.split('`').nth(1).expect("a word in backticks").to_owned();
    let rows: Vec<Vec<&str>> =
        faults.lines().filter(|l| l.starts_with("| `")).map(|l| l.split('|').collect()).collect();
    assert_eq!(rows.len(), report.faults);
    for row in rows {
        let (file, code) = (quoted(row[1]), quoted(row[4]));
        assert!(found.contains(&(file.as_str(), code.as_str())), "{file}: {code} was not found among {found:?}");
    }
}

#[test]
fn streets_made_up_for_a_country_are_one_network_of_regional_files_under_every_zone() {
    let tmp = tempfile::tempdir().expect("a directory");
    let place = tmp.path().join("place");
    write(&place, 6_000, 3);
    let before = load(&place, &|_| {}).place.expect("a place");
    let options = CountryOptions { nodes: 4_000, regions: 3, seed: 1 };
    let report = write_country(&before, options, &place).expect("written");
    let again = tmp.path().join("again");
    fs::create_dir(&again).expect("a directory");
    write_country(&before, options, &again).expect("written");
    for (one, other) in report.files.iter().zip(1..) {
        let other = again.join(format!("streets-{other}.osm.pbf"));
        assert_eq!(fs::read(one).expect("a file"), fs::read(other).expect("a file"), "the same bytes");
    }
    assert_eq!(report.files.len(), 3);
    assert!((1_000..8_000).contains(&report.nodes) && report.shared > 0, "{report:?}");

    let settings = place.join("place.toml");
    let files = r#"files = ["streets-1.osm.pbf", "streets-2.osm.pbf", "streets-3.osm.pbf"]"#;
    let text = fs::read_to_string(&settings).expect("text").replace(r#"file = "streets.osm""#, files);
    fs::write(&settings, text).expect("written");
    let loaded = load(&place, &|_| {});
    assert!(loaded.issues.iter().any(|issue| issue.code.word() == "street-files-joined"), "{:?}", loaded.issues);
    let after = loaded.place.expect("a place");
    let network = after.streets.as_ref().expect("streets");
    assert!(network.islands()[0].nodes as f64 > 0.95 * network.n_nodes() as f64);
    for (zone, run) in after.zone_positions.enumerate() {
        let on_street = after.positions[run.clone()].iter().any(|position| position.snap.is_some());
        assert!(on_street || after.zones[zone].residents.total == 0.0, "{}", after.zones[zone].key);
    }
}
