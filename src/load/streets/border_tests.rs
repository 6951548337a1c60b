//! Streets that come in several files are the streets of one: cut in two and joined again, every walk is as long as before.

use super::tests::{World, at, codes, walk};
use super::*;
use crate::load::manifest::StreetsSection;
use crate::network::Search;
use geo::{Distance, Euclidean};
use proptest::prelude::*;
use serde_json::{Value, json};

/// What comes of these files, each a name and a text.
fn read(files: &[(&str, String)], more: &str) -> (Result<Streets, Issue>, Vec<Issue>) {
    let dir = tempfile::tempdir().expect("a directory for the test");
    let paths: Vec<_> = files.iter().map(|(name, _)| dir.path().join(name)).collect();
    for (path, (_, text)) in paths.iter().zip(files) {
        std::fs::write(path, text).expect("the test may write");
    }
    let section: StreetsSection = toml::from_str(more).expect("a section");
    let mut issues = Issues::default();
    let named: Vec<(&Path, &str)> = paths.iter().map(AsRef::as_ref).zip(files.iter().map(|(name, _)| *name)).collect();
    let plane = Plane::british_national_grid();
    let streets = load_streets(&section, &named, &plane, &mut issues, &|_| ());
    (streets, issues.into_sorted())
}

fn layer(lines: &[(&str, Vec<(f64, f64)>)]) -> String {
    let feature = |(name, line): &(&str, Vec<(f64, f64)>)| {
        let points: Vec<Value> = line.iter().map(|(x, y)| json!([x, y])).collect();
        json!({ "type": "Feature", "properties": { "name": name },
                "geometry": { "type": "LineString", "coordinates": points } })
    };
    let crs = json!({ "type": "name", "properties": { "name": "EPSG:27700" } });
    json!({ "type": "FeatureCollection", "crs": crs, "features": lines.iter().map(feature).collect::<Vec<_>>() })
        .to_string()
}

/// The parts of a line west of `x` and east of it, cut where it crosses.
fn cut(line: &[(f64, f64)], x: f64) -> [Vec<Vec<(f64, f64)>>; 2] {
    let mut sides: [Vec<Vec<(f64, f64)>>; 2] = [Vec::new(), Vec::new()];
    let (mut run, mut side): (Vec<(f64, f64)>, Option<usize>) = (Vec::new(), None);
    for pair in line.windows(2) {
        let ((ax, ay), (bx, by)) = (pair[0], pair[1]);
        let crosses = (ax < x && bx > x) || (ax > x && bx < x);
        let parts = if crosses {
            let at = (x, ay + (by - ay) * (x - ax) / (bx - ax));
            vec![((ax, ay), at), (at, (bx, by))]
        } else {
            vec![((ax, ay), (bx, by))]
        };
        for (from, to) in parts {
            let own = usize::from((from.0 + to.0) / 2.0 > x);
            if side != Some(own) {
                if let Some(before) = side {
                    sides[before].push(std::mem::take(&mut run));
                }
                (run, side) = (vec![from], Some(own));
            }
            run.push(to);
        }
    }
    if let Some(side) = side {
        sides[side].push(run);
    }
    sides
}

const EAST: f64 = 530_000.0;
const NORTH: f64 = 180_000.0;

/// A town of crooked streets: rows and columns that meet at shared points.
fn town(bends: &[(f64, f64)]) -> Vec<(&'static str, Vec<(f64, f64)>)> {
    let node = |i: usize, j: usize| {
        let (dx, dy) = bends[(i * 5 + j) % bends.len()];
        (EAST + 100.0 * i as f64 + dx, NORTH + 100.0 * j as f64 + dy)
    };
    let rows = (0..5).map(|j| ("Row", (0..5).map(|i| node(i, j)).collect()));
    let columns = (0..5).map(|i| ("Column", (0..5).map(|j| node(i, j)).collect()));
    rows.chain(columns).collect()
}

/// Whether every end that a cut makes is more than a metre from all streets but the one that was cut there.
fn ends_are_clear(lines: &[(&str, Vec<(f64, f64)>)], border: f64) -> bool {
    let segments: Vec<geo::Line> =
        lines.iter().flat_map(|(_, line)| line.windows(2).map(|ends| geo::Line::new(ends[0], ends[1]))).collect();
    let cut = segments.iter().enumerate().filter(|(_, own)| (own.start.x < border) != (own.end.x < border));
    cut.into_iter().all(|(at, own)| {
        let share = (border - own.start.x) / own.dx();
        let end = geo::Point::new(border, own.start.y + share * own.dy());
        segments.iter().enumerate().all(|(other, line)| other == at || Euclidean.distance(&end, line) > 1.0)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn a_layer_cut_along_any_line_and_joined_again_gives_the_walks_of_the_whole(
        bends in prop::collection::vec((-30.0_f64..30.0, -30.0_f64..30.0), 25),
        x in 20.0_f64..380.0,
        whole_at_the_border in any::<bool>(),
    ) {
        let lines = town(&bends);
        // An end within half a metre of another street is on it, and so much shorter.
        prop_assume!(ends_are_clear(&lines, EAST + x));
        let mut halves: [Vec<(&str, Vec<(f64, f64)>)>; 2] = [Vec::new(), Vec::new()];
        for (name, line) in &lines {
            let sides = cut(line, EAST + x);
            if whole_at_the_border && sides.iter().all(|side| !side.is_empty()) {
                // Many publishers give what crosses the border whole to both sides.
                halves.iter_mut().for_each(|half| half.push((*name, line.clone())));
                continue;
            }
            for (half, side) in halves.iter_mut().zip(sides) {
                half.extend(side.into_iter().map(|line| (*name, line)));
            }
        }
        let (whole, _) = read(&[("all.geojson", layer(&lines))], "");
        let files = [("west.geojson", layer(&halves[0])), ("east.geojson", layer(&halves[1]))];
        prop_assume!(halves.iter().all(|half| !half.is_empty()));
        let (joined, issues) = read(&files, "");
        let (whole, joined) = (whole.expect("streets").network, joined.expect("streets").network);
        prop_assert!(codes(&issues).contains(&"street-files-joined"), "{issues:?}");
        prop_assert_eq!(joined.islands().len(), whole.islands().len());
        prop_assert!((joined.length().get() - whole.length().get()).abs() < 0.001);
        let doors: Vec<Xy> = (0..24).map(|n| Xy::new(EAST + f64::from(n * 37 % 400), NORTH + f64::from(n * 61 % 400))).collect();
        let walks = |network: &StreetNetwork| -> Vec<Option<f64>> {
            let snaps: Vec<_> = doors.iter().map(|&door| network.snap(door, Metres::new(500.0)).expect("a street")).collect();
            let mut search = Search::new(network);
            let of = |nearest: Option<crate::network::Nearest>| nearest.map(|nearest| nearest.distance.get());
            snaps.iter().flat_map(|from| search.nearest(&[*from], &snaps, None)).map(of).collect()
        };
        // Weights are whole tenths of a millimetre, so each cut may round by one; and a door opposite a cut may take the
        // street on either side of it for the nearer, where they differ by less than that: some centimetres along.
        for (a, b) in walks(&whole).into_iter().zip(walks(&joined)) {
            prop_assert!((a.expect("a way") - b.expect("a way")).abs() < 0.25, "{a:?} {b:?}");
        }
    }
}

/// What is said of ends and borders.
fn of_borders(issues: &[Issue]) -> Vec<&str> {
    let is = |code: &&str| code.starts_with("street-files") || code.starts_with("street-ends");
    codes(issues).into_iter().filter(is).collect()
}

/// 1──2──3──4 with a way to the north at 2 and at 3, and a bridge over the border.
fn drawn(nodes: &[i64], ways: &[i64]) -> World {
    let all = [
        (1, 0.0, 0.0, ""),
        (2, 2.0, 0.0, ""),
        (3, 4.0, 0.0, ""),
        (4, 6.0, 0.0, ""),
        (5, 2.0, 2.0, ""),
        (6, 4.0, 2.0, ""),
    ];
    let kept: Vec<_> = all.iter().copied().filter(|(id, ..)| nodes.contains(id)).collect();
    let refs: [(i64, &[i64], &str); 4] = [
        (10, &[1, 2, 3, 4], "highway=residential name=High"),
        (11, &[2, 5], "highway=steps"),
        (12, &[3, 6], "highway=footway"),
        (13, &[5, 6], "highway=footway tunnel=yes"),
    ];
    refs.iter()
        .filter(|(id, ..)| ways.contains(id))
        .fold(World::new(&kept), |world, (id, refs, tags)| world.way(*id, refs, tags))
}

#[test]
fn extracts_that_meet_at_a_way_are_the_one_they_were_cut_from() {
    let (whole, _) = drawn(&[1, 2, 3, 4, 5, 6], &[10, 11, 12, 13]).read();
    for (what, west, east) in [
        // As extracts are usually cut: each way whole in name, with the nodes of its own side.
        ("each side has its own nodes", drawn(&[1, 2, 5, 3], &[10, 11, 13]), drawn(&[3, 4, 6], &[10, 12, 13])),
        (
            "ways over the border are whole in both",
            drawn(&[1, 2, 3, 4, 5, 6], &[10, 11, 13]),
            drawn(&[1, 2, 3, 4, 5, 6], &[10, 12, 13]),
        ),
        ("one has everything", drawn(&[1, 2, 3, 4, 5, 6], &[10, 11, 12, 13]), drawn(&[3, 4], &[10])),
    ] {
        for files in [[&west, &east], [&east, &west]] {
            let (joined, issues) = read(&[("a.osm", files[0].xml()), ("b.osm", files[1].xml())], "");
            let joined = joined.unwrap_or_else(|issue| panic!("{what}: {issue:?}"));
            assert_eq!(joined.network, whole.network, "{what}");
            assert_eq!(codes(&issues), vec!["street-files-joined"], "{what}");
            assert_eq!(walk(&joined, at(0.0, 0.0), at(6.0, 0.0)), walk(&whole, at(0.0, 0.0), at(6.0, 0.0)));
        }
    }
}

#[test]
fn a_way_that_was_clipped_at_the_border_is_whole_again() {
    let node = [(1, 0.0, 0.0, ""), (2, 2.0, 0.0, ""), (3, 4.0, 0.0, "")];
    let west = World::new(&node[..2]).way(10, &[1, 2], "highway=residential");
    let east = World::new(&node[1..]).way(10, &[2, 3], "highway=residential");
    let (joined, issues) = read(&[("a.osm", west.xml()), ("b.osm", east.xml())], "");
    let joined = joined.expect("streets");
    assert_eq!(codes(&issues), vec!["street-files-joined"]);
    let (whole, _) = World::new(&node).way(10, &[1, 2, 3], "highway=residential").read();
    let across = |streets: &Streets| walk(streets, at(0.0, 0.0), at(4.0, 0.0)).expect("a way");
    assert!((across(&joined) - across(&whole)).abs() < 0.001);
}

#[test]
fn regions_that_lie_apart_and_files_of_two_forms_are_told() {
    let line = |x: f64| layer(&[("Street", vec![(EAST + x, NORTH), (EAST + x + 50.0, NORTH)])]);
    let (streets, issues) =
        read(&[("a.geojson", line(0.0)), ("b.geojson", line(51.0)), ("c.geojson", line(102.0))], "");
    assert_eq!(streets.expect("streets").network.islands().len(), 3);
    assert_eq!(of_borders(&issues), vec!["street-files-apart"; 3]);
    let apart = |issue: &&Issue| issue.code.word() == "street-files-apart";
    assert_eq!(issues.iter().filter(apart).nth(2).map(|issue| issue.at.file.as_str()), Some("c.geojson"));
    // Nearer than ends may be apart, they meet; the remedy that is named does what it says.
    let (streets, issues) = read(&[("a.geojson", line(0.0)), ("b.geojson", line(51.0))], "join_within_m = 1.5");
    assert_eq!(streets.expect("streets").network.islands().len(), 1);
    assert_eq!(of_borders(&issues), vec!["street-ends-joined", "street-files-joined"]);
    let world = drawn(&[1, 2, 3, 4], &[10]).xml();
    let (refused, _) = read(&[("a.osm", world), ("b.geojson", line(0.0))], "");
    assert_eq!(refused.expect_err("two forms").code.word(), "street-files-unlike");
}

#[test]
fn what_is_named_twice_or_not_at_all_is_said() {
    let said =
        |text: &str| borders::wrongly_named(&toml::from_str(text).expect("a section")).map(|issue| issue.code.word());
    assert_eq!(said("file = 'a.osm'"), None);
    assert_eq!(said("files = ['a.osm', 'b.osm']"), None);
    assert_eq!(said(""), Some("missing-key"));
    assert_eq!(said("files = []"), Some("missing-key"));
    assert_eq!(said("file = 'a.osm'\nfiles = ['b.osm']"), Some("street-files-unlike"));
    assert_eq!(said("files = ['a.osm', 'a.osm']"), Some("street-files-unlike"));
}

/// An extract in OpenStreetMap's XML as two, west of a longitude and east of it: each has its own nodes, and every way that has
/// one of them.
fn halves(text: &str, at: f64) -> [String; 2] {
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<osm version=\"0.6\">\n";
    let mut halves = [head.to_owned(), head.to_owned()];
    let value = |line: &str, key: &str| -> Option<String> {
        let (_, rest) = line.split_once(&format!(" {key}=\""))?;
        rest.split_once('"').map(|(value, _)| value.to_owned())
    };
    let (mut side_of, mut element): (std::collections::HashMap<String, usize>, Vec<&str>) = Default::default();
    for line in text.lines() {
        let opens = line.trim_start();
        if !(opens.starts_with("<node") || opens.starts_with("<way")) && element.is_empty() {
            continue;
        }
        element.push(line);
        if !(opens.starts_with("</node") || opens.starts_with("</way") || (element.len() == 1 && line.ends_with("/>")))
        {
            continue;
        }
        let whole = element.join("\n") + "\n";
        if let (Some(id), Some(lon)) = (value(element[0], "id"), value(element[0], "lon")) {
            let side = usize::from(lon.parse::<f64>().expect("a longitude") > at);
            side_of.insert(id, side);
            halves[side] += &whole;
        } else {
            let nodes = element.iter().filter_map(|line| value(line, "ref"));
            let sides: std::collections::BTreeSet<usize> = nodes.filter_map(|id| side_of.get(&id).copied()).collect();
            sides.into_iter().for_each(|side| halves[side] += &whole);
        }
        element.clear();
    }
    halves.map(|half| half + "</osm>\n")
}

#[test]
fn the_streets_of_the_demo_cut_in_two_and_joined_are_the_streets_of_the_demo() {
    let dir = tempfile::tempdir().expect("a directory");
    let demo = dir.path().join("demo");
    let options = crate::synth::DemoOptions { residents: 6_000, seed: 2 };
    crate::synth::write_demo(&demo, &options, &|_| {}).expect("a demo");
    let text = std::fs::read_to_string(demo.join("streets.osm")).expect("its streets");
    let (whole, _) = read(&[("all.osm", text.clone())], "");
    let whole = whole.expect("streets");
    let lons = || text.split(" lon=\"").skip(1).filter_map(|rest| rest.split_once('"')?.0.parse::<f64>().ok());
    let (west, east) = lons().fold((f64::MAX, f64::MIN), |(west, east), lon| (west.min(lon), east.max(lon)));
    for share in [0.3, 0.5] {
        let [a, b] = halves(&text, west + (east - west) * share);
        let (joined, issues) = read(&[("west.osm", a), ("east.osm", b)], "");
        let joined = joined.expect("streets");
        assert!(codes(&issues).contains(&"street-files-joined"), "{issues:?}");
        assert!(joined.network == whole.network, "{share}");
        let things = |streets: &Streets| {
            let mut ids: Vec<String> = streets.features.iter().map(|thing| thing.id.clone()).collect();
            ids.sort();
            ids
        };
        assert_eq!(things(&joined), things(&whole));
        assert_eq!(joined.surroundings.len(), whole.surroundings.len());
    }
}
