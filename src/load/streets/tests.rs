use super::*;
use crate::crs::{LonLat, Xy};
use crate::network::{Search, StreetClass};
use crate::place::Severity;
use crate::units::Metres;
use std::path::PathBuf;

/// A drawn world in OpenStreetMap's XML: nodes on a grid of a thousandth of a degree in Newport.
pub(super) struct World {
    nodes: String,
    ways: String,
}

impl World {
    pub(super) fn new(nodes: &[(i64, f64, f64, &str)]) -> Self {
        let node = |&(id, east, north, tags): &(i64, f64, f64, &str)| {
            let (lon, lat) = (-3.0 + east / 1000.0, 51.58 + north / 1000.0);
            format!("<node id=\"{id}\" lon=\"{lon}\" lat=\"{lat}\">{}</node>\n", Self::tags(tags))
        };
        Self { nodes: nodes.iter().map(node).collect(), ways: String::new() }
    }

    pub(super) fn way(mut self, id: i64, nodes: &[i64], tags: &str) -> Self {
        let refs: String = nodes.iter().map(|node| format!("<nd ref=\"{node}\"/>")).collect();
        self.ways += &format!("<way id=\"{id}\">{refs}{}</way>\n", Self::tags(tags));
        self
    }

    pub(super) fn relation(mut self, id: i64, ways: &[i64], tags: &str) -> Self {
        let members: String =
            ways.iter().map(|way| format!("<member type=\"way\" ref=\"{way}\" role=\"outer\"/>")).collect();
        self.ways += &format!("<relation id=\"{id}\">{members}{}</relation>\n", Self::tags(tags));
        self
    }

    fn tags(tags: &str) -> String {
        let tag = |tag: &str| tag.split_once('=').map(|(k, v)| format!("<tag k=\"{k}\" v=\"{v}\"/>"));
        tags.split(' ').filter_map(tag).collect()
    }

    pub(super) fn xml(&self) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<osm version=\"0.6\">\n{}{}</osm>\n",
            self.nodes, self.ways
        )
    }

    pub(super) fn read(&self) -> (Streets, Vec<Issue>) {
        let (streets, issues) = read_text("world.osm", self.xml().as_bytes());
        (streets.expect("the drawn world can be read"), issues)
    }
}

pub(super) fn at(east: f64, north: f64) -> Xy {
    let point = LonLat::new(-3.0 + east / 1000.0, 51.58 + north / 1000.0).expect("a point in Newport");
    Plane::british_national_grid().to_xy(point).expect("Newport is on the grid")
}

pub(super) fn read_text(name: &str, content: &[u8]) -> (Result<Streets, Issue>, Vec<Issue>) {
    let dir = tempfile::tempdir().expect("a directory for the test");
    let path = dir.path().join(name);
    std::fs::write(&path, content).expect("the test may write");
    read_path(&path, "")
}

pub(super) fn read_path(path: &Path, more: &str) -> (Result<Streets, Issue>, Vec<Issue>) {
    let shown = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
    let section: StreetsSection = toml::from_str(&format!("file = '{shown}'\n{more}")).expect("a section");
    let mut issues = Issues::default();
    let plane = Plane::british_national_grid();
    let streets = load_streets(&section, &[(path, &shown)], &plane, &mut issues, &|_| ());
    (streets, issues.into_sorted())
}

fn shared(file: &str) -> PathBuf {
    let root = std::env::var_os("PATCHWORK_SHARED").filter(|root| !root.is_empty());
    root.map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from).join("data").join(file)
}

pub(super) fn walk(streets: &Streets, from: Xy, to: Xy) -> Option<f64> {
    let snap = |at| streets.network.snap(at, Metres::new(500.0)).expect("a street is near");
    Search::new(&streets.network).nearest(&[snap(from)], &[snap(to)], None)[0].map(|nearest| nearest.distance.get())
}

pub(super) fn codes(issues: &[Issue]) -> Vec<&str> {
    issues.iter().map(|issue| issue.code.word()).collect()
}

#[test]
fn a_named_street_of_two_ways_is_as_long_as_on_the_ground() {
    // 1──2──3, and 2–4 to the north
    let (streets, issues) = World::new(&[(1, 0.0, 0.0, ""), (2, 2.0, 0.0, ""), (3, 4.0, 0.0, ""), (4, 2.0, 2.0, "")])
        .way(10, &[1, 2, 3], "highway=residential name=Commercial&#32;Street")
        .way(11, &[2, 4], "highway=steps")
        .read();
    assert_eq!((streets.network.n_nodes(), streets.network.n_streets()), (4, 3));
    assert_eq!(codes(&issues), Vec::<&str>::new());
    let named: Vec<_> = streets.network.streets().filter_map(|street| street.name).collect();
    assert_eq!(named, vec!["Commercial Street"; 2]);
    assert!(streets.network.streets().any(|street| street.class == StreetClass::Steps));
    let expected = at(0.0, 0.0).distance(at(2.0, 0.0)).get() + at(2.0, 0.0).distance(at(2.0, 2.0)).get();
    let found = walk(&streets, at(0.0, 0.0), at(2.0, 2.0)).expect("there is a way");
    assert!((found - expected).abs() < 0.001, "{found} {expected}");
}

#[test]
fn a_bend_that_is_no_junction_is_no_node() {
    let (streets, _) = World::new(&[(1, 0.0, 0.0, ""), (2, 2.0, 0.0, ""), (3, 2.0, 2.0, "")])
        .way(10, &[1, 2, 3], "highway=footway")
        .read();
    assert_eq!((streets.network.n_nodes(), streets.network.n_streets()), (2, 1));
}

#[test]
fn a_bridge_over_a_street_is_no_way_down_to_it() {
    let nodes = [(1, -3.0, 0.0), (2, 3.0, 0.0), (3, 0.0, -3.0), (4, 0.0, 3.0), (5, 0.0, -1.0), (6, 0.0, 1.0)];
    let (streets, _) = World::new(&nodes.map(|(id, east, north)| (id, east, north, "")))
        .way(10, &[1, 2], "highway=primary")
        .way(11, &[3, 5], "highway=footway")
        .way(12, &[5, 6], "highway=footway bridge=yes layer=1")
        .way(13, &[6, 4], "highway=footway")
        .read();
    assert_eq!(walk(&streets, at(-2.0, 0.0), at(0.0, 2.0)), None);
    assert!(walk(&streets, at(0.0, -2.0), at(0.0, 2.0)).is_some());
}

#[test]
fn a_locked_gate_cuts_a_street_in_two_and_an_open_one_does_not() {
    for (gate, passes) in [("barrier=gate access=private", false), ("barrier=gate", true)] {
        let (streets, _) = World::new(&[(1, 0.0, 0.0, ""), (2, 4.0, 0.0, gate), (3, 8.0, 0.0, "")])
            .way(10, &[1, 2, 3], "highway=residential")
            .read();
        assert_eq!(walk(&streets, at(1.0, 0.0), at(7.0, 0.0)).is_some(), passes, "{gate}");
    }
}

#[test]
fn private_ways_and_motorways_are_left_out_and_counted() {
    let (streets, issues) = World::new(&[(1, 0.0, 0.0, ""), (2, 2.0, 0.0, ""), (3, 4.0, 0.0, "")])
        .way(10, &[1, 2], "highway=residential")
        .way(11, &[2, 3], "highway=service access=private")
        .way(12, &[1, 3], "highway=motorway")
        .way(13, &[1, 3], "highway=construction")
        .way(14, &[1, 3], "route=ferry foot=yes")
        .read();
    assert_eq!(streets.network.n_streets(), 1);
    assert_eq!(codes(&issues), vec!["streets-closed"]);
    assert!(issues[0].problem.starts_with("2 ways"));
}

#[test]
fn a_way_that_leaves_the_file_is_used_as_far_as_it_goes() {
    let (streets, issues) = World::new(&[(1, 0.0, 0.0, ""), (2, 2.0, 0.0, ""), (4, 6.0, 0.0, ""), (5, 8.0, 0.0, "")])
        .way(10, &[1, 2, 3, 4, 5, 6], "highway=residential")
        .read();
    assert_eq!(streets.network.n_streets(), 2);
    assert_eq!(codes(&issues), vec!["street-nodes-missing"]);
    assert_eq!(issues[0].problem, "1 streets lead out of the file: 2 of their nodes are not in it");
}

#[test]
fn nodes_off_the_plane_are_dropped_and_told_of() {
    let (streets, issues) = World::new(&[(1, 0.0, 0.0, ""), (2, 2.0, 0.0, ""), (3, 90_000.0, 0.0, "")])
        .way(10, &[1, 2, 3], "highway=residential")
        .read();
    assert_eq!(streets.network.n_streets(), 1);
    assert_eq!(codes(&issues), vec!["streets-off-plane"]);
}

#[test]
fn things_come_from_nodes_closed_ways_and_multipolygons() {
    let corners = [(1, 0.0, 0.0, ""), (2, 2.0, 0.0, ""), (3, 2.0, 2.0, ""), (4, 0.0, 2.0, "")];
    let library = (9, 1.0, 1.0, "amenity=library name=Central addr:street=Mill&#32;Lane source=survey");
    let (streets, _) = World::new(&[corners[0], corners[1], corners[2], corners[3], library])
        .way(10, &[1, 2, 3, 4, 1], "leisure=park")
        .way(11, &[1, 2, 3], "highway=residential")
        .way(12, &[3, 4, 1], "")
        .way(13, &[1, 3], "amenity=school")
        .relation(20, &[11, 12], "type=multipolygon leisure=garden wheelchair=yes")
        .read();
    let ids: Vec<&str> = streets.features.iter().map(|feature| feature.id.as_str()).collect();
    assert_eq!(ids, vec!["node/9", "way/10", "relation/20"]);
    let library = &streets.features[0];
    assert_eq!((library.name.as_deref(), library.street.as_deref()), (Some("Central"), Some("Mill Lane")));
    assert!(!library.tags.contains_key("source") && library.tags.contains_key("amenity"));
    for feature in &streets.features {
        assert!(feature.at.distance(at(1.0, 1.0)).get() < 1.0, "{feature:?}");
    }
}

#[test]
fn a_file_without_a_street_says_so() {
    let (streets, _) = read_text("world.osm", World::new(&[(1, 0.0, 0.0, "")]).xml().as_bytes());
    assert_eq!(streets.expect_err("nothing to walk").code, "no-streets");
}

#[test]
fn damaged_files_are_errors_that_say_what_to_do() {
    if crate::real_files::real_files().is_none() {
        return;
    }
    let xml = World::new(&[(1, 0.0, 0.0, ""), (2, 2.0, 0.0, "")]).way(10, &[1, 2], "highway=residential").xml();
    let pbf = std::fs::read(shared("porto_alegre/porto_alegre_poa_osm.pbf")).expect("the shared data are there");
    let cases: [(&str, &[u8]); 9] = [
        ("empty.osm.pbf", b""),
        ("empty.osm", b""),
        ("words.osm.pbf", b"this is no street file at all, but it is long enough to look like one"),
        ("words.osm", b"easting,northing\n1,2\n"),
        ("page.osm", b"<html><body>404</body></html>"),
        ("cut.osm", &xml.as_bytes()[..xml.len() / 2]),
        ("latin.osm", b"<osm><node id=\"1\" lon=\"0\" lat=\"0\"><tag k=\"name\" v=\"caf\xe9\"/></node></osm>"),
        ("cut.osm.pbf", &pbf[..pbf.len() / 2]),
        ("packed.osm.gz", b"\x1f\x8b"),
    ];
    for (name, content) in cases {
        let issue = read_text(name, content).0.expect_err(name);
        assert_eq!((issue.severity, issue.at.file.as_str()), (Severity::Error, name), "{issue:?}");
        assert!(!issue.remedy.is_empty());
    }
}

#[test]
fn newport_and_the_road_lines_of_haringey_hang_together() {
    if crate::real_files::real_files().is_none() {
        return;
    }
    let (newport, issues) = read_path(&shared("newport/newport_2023-06-13.osm.pbf"), "");
    let newport = newport.expect("Newport can be read");
    assert!(newport.network.n_streets() > 10_000);
    assert!(newport.network.islands()[0].length.get() > 0.9 * newport.network.length().get());
    assert!(newport.features.iter().filter(|feature| feature.tags.contains_key("shop")).count() > 800);
    assert_eq!(codes(&issues), vec!["streets-closed"]);

    let (haringey, issues) = read_path(&shared("haringey/roads_27700.gpkg"), "");
    let haringey = haringey.expect("Haringey can be read");
    assert!(haringey.network.islands()[0].length.get() > 0.95 * haringey.network.length().get());
    let degenerate: Vec<_> = issues.iter().filter(|issue| issue.code == "street-without-length").collect();
    assert!(!degenerate.is_empty() && degenerate.iter().all(|issue| issue.at.row.is_some()));
}

#[test]
fn a_layer_of_lines_leaves_out_what_the_place_excludes() {
    if crate::real_files::real_files().is_none() {
        return;
    }
    let (all, _) = read_path(&shared("haringey/roads_27700.gpkg"), "");
    let (few, issues) =
        read_path(&shared("haringey/roads_27700.gpkg"), "exclude = { road_type = ['A', 'b'], colour = 'red' }");
    let (all, few) = (all.expect("all roads"), few.expect("the others"));
    assert!(few.network.n_streets() < all.network.n_streets());
    assert!(few.network.streets().all(|street| street.class == StreetClass::Residential));
    assert!(codes(&issues).contains(&"streets-excluded") && codes(&issues).contains(&"column-missing"));
}

#[test]
fn what_an_editor_deleted_is_gone_and_the_latest_version_counts() {
    let world = World::new(&[(1, 0.0, 0.0, ""), (2, 2.0, 0.0, ""), (3, 4.0, 0.0, ""), (4, 6.0, 0.0, "")])
        .way(10, &[1, 2], "highway=residential")
        .way(12, &[3, 4], "highway=residential");
    let way = |mark: &str, nodes: &[i64], tags: &str| {
        let refs: String = nodes.iter().map(|node| format!("<nd ref=\"{node}\"/>")).collect();
        let tags: String = if tags.is_empty() { String::new() } else { format!("<tag k=\"highway\" v=\"{tags}\"/>") };
        format!("<way id=\"11\" {mark}>{refs}{tags}</way>")
    };
    let link = |mark: &str| way(mark, &[2, 3], "footway");
    let cases = [
        (link("version=\"1\""), true),
        (link("version=\"1\" action=\"modify\""), true),
        (link("version=\"1\" action=\"delete\""), false),
        (link("version=\"1\" action='delete' visible='true'"), false),
        (link("version=\"2\" visible=\"false\""), false),
        (link("version=\"1\"") + &link("version=\"2\" visible=\"false\""), false),
        (link("version=\"2\" visible=\"false\"") + &link("version=\"1\""), false),
        (link("version=\"1\" visible=\"false\"") + &link("version=\"2\""), true),
        (link("version=\"1\"") + &way("version=\"2\"", &[2, 3], "proposed"), false),
        (way("version=\"2\"", &[2, 3], "proposed") + &link("version=\"1\""), false),
        (way("version=\"9\"", &[2, 3], "proposed") + &link("version=\"10\""), true),
        (link("version=\"1\"") + &way("version=\"2\"", &[2, 1], "footway"), false),
    ];
    for (ways, is_walked) in cases {
        let text = world.xml().replace("</osm>", &format!("{ways}</osm>"));
        let streets = read_text("world.osm", text.as_bytes()).0.expect("the drawn world can be read");
        assert_eq!(walk(&streets, at(1.0, 0.0), at(5.0, 0.0)).is_some(), is_walked, "{ways}");
    }
    let gone = world.xml().replace("<node id=\"2\"", "<node id=\"2\" action=\"delete\"");
    let streets = read_text("world.osm", gone.as_bytes()).0.expect("the other street is there");
    assert_eq!(streets.network.n_streets(), 1);
}

#[test]
fn a_square_drawn_as_a_multipolygon_is_walked_like_the_closed_way() {
    let corners = [
        (1, 0.0, 0.0, ""),
        (2, 2.0, 1.0, ""),
        (3, 4.0, 0.0, ""),
        (4, 2.0, -1.0, ""),
        (5, -2.0, 0.0, ""),
        (6, 6.0, 0.0, ""),
    ];
    let streets = |world: World| world.way(10, &[5, 1], "highway=residential").way(11, &[3, 6], "highway=residential");
    let closed = streets(World::new(&corners).way(12, &[1, 2, 3, 4, 1], "highway=pedestrian area=yes"));
    let expected = walk(&closed.read().0, at(-1.0, 0.0), at(5.0, 0.0)).expect("along the outline");
    let square = |ways: &[&[i64]], tags: &str, own: &str| {
        let mut world = streets(World::new(&corners));
        let ids: Vec<i64> = (0..ways.len() as i64).map(|i| 20 + i).collect();
        for (id, nodes) in ids.iter().zip(ways) {
            world = world.way(*id, nodes, own);
        }
        walk(&world.relation(30, &ids, tags).read().0, at(-1.0, 0.0), at(5.0, 0.0))
    };
    let whole: &[&[i64]] = &[&[1, 2, 3, 4, 1]];
    let halves: &[&[i64]] = &[&[1, 2, 3], &[3, 4, 1]];
    for (ways, tags) in [
        (whole, "type=multipolygon highway=pedestrian"),
        (halves, "type=multipolygon highway=pedestrian area=yes name=Square"),
        (whole, "type=multipolygon highway=footway"),
        (whole, "type=multipolygon man_made=pier foot=yes"),
        (halves, "type=multipolygon railway=platform"),
    ] {
        let found = square(ways, tags, "").unwrap_or_else(|| panic!("{tags}"));
        assert!((found - expected).abs() < 0.001, "{tags}: {found} {expected}");
    }
    assert_eq!(square(whole, "type=multipolygon highway=pedestrian access=private", ""), None);
    assert_eq!(square(whole, "type=multipolygon highway=pedestrian", "highway=footway foot=no"), None);
    assert_eq!(square(whole, "type=multipolygon landuse=grass", ""), None);
    assert_eq!(square(whole, "type=boundary highway=pedestrian", ""), None);
}

#[test]
fn a_step_from_a_door_crosses_no_river_and_enters_no_tunnel() {
    // ─────── north bank     home stands just north of the river, nearer to the south bank
    //    ~~~~~~~~ river
    // ─────── south bank
    let world = |middle: &str, south: &str| {
        World::new(&[
            (1, 0.0, 1.0, ""),
            (2, 8.0, 1.0, ""),
            (3, 0.0, -0.5, ""),
            (4, 8.0, -0.5, ""),
            (5, -1.0, -0.2, ""),
            (6, 9.0, -0.2, ""),
        ])
        .way(10, &[1, 2], "highway=residential name=North")
        .way(11, &[3, 4], &format!("highway=residential name=South {south}"))
        .way(12, &[5, 6], middle)
        .read()
        .0
    };
    let met = |streets: &Streets| {
        let snap = streets.network.snap(at(4.0, 0.1), Metres::new(500.0)).expect("a street is near");
        streets.network.street(snap.edge).name.unwrap_or_default().to_owned()
    };
    for middle in ["waterway=river", "waterway=canal", "railway=rail", "highway=motorway", "natural=coastline"] {
        assert_eq!(met(&world(middle, "")), "North", "{middle}");
    }
    for middle in [
        "waterway=stream",
        "waterway=river tunnel=culvert",
        "railway=tram",
        "railway=rail bridge=viaduct",
        "power=line",
    ] {
        assert_eq!(met(&world(middle, "")), "South", "{middle}");
    }
    for south in ["tunnel=yes layer=-1", "bridge=yes", "covered=yes", "tunnel=culvert", "bridge=viaduct"] {
        assert_eq!(met(&world("power=line", south)), "North", "{south}");
    }
    for south in ["tunnel=building_passage", "bridge=no", "tunnel=no", "covered=arcade"] {
        assert_eq!(met(&world("power=line", south)), "South", "{south}");
    }
}

#[test]
fn residents_of_a_private_close_walk_along_it_and_nobody_walks_through() {
    //  6──5     the close: 2─3─4─5─6, its gate at 2 and another at 6 (7 beyond it)
    //     4
    //  1──2─3
    let world = |access: &str, gate: &str| {
        World::new(&[
            (1, 0.0, 0.0, ""),
            (2, 3.0, 0.0, gate),
            (3, 5.0, 0.0, ""),
            (4, 5.0, 2.0, ""),
            (5, 5.0, 4.0, ""),
            (7, -3.0, 0.0, ""),
        ])
        .way(10, &[7, 1, 2], "highway=residential")
        .way(11, &[2, 3, 4, 5], &format!("highway=residential {access}"))
        .read()
        .0
    };
    let home = at(5.0, 4.0);
    let length = |points: &[(f64, f64)]| -> f64 {
        points.windows(2).map(|pair| at(pair[0].0, pair[0].1).distance(at(pair[1].0, pair[1].1)).get()).sum()
    };
    let along = length(&[(5.0, 4.0), (5.0, 2.0), (5.0, 0.0), (3.0, 0.0), (0.0, 0.0)]);
    for access in ["access=private", "access=residents", "foot=private", "access=permit", ""] {
        for gate in ["", "barrier=gate access=private", "barrier=lift_gate locked=yes"] {
            if access.is_empty() && !gate.is_empty() {
                continue;
            }
            let found = walk(&world(access, gate), home, at(0.0, 0.0)).unwrap_or_else(|| panic!("{access} {gate}"));
            assert!((found - along).abs() < 0.1, "{access} {gate}: {found} {along}");
        }
    }
    // Shut to everybody: the step from the door is what is left, as before.
    for access in ["access=no", "foot=no access=private", "access=military"] {
        let found = walk(&world(access, ""), home, at(0.0, 0.0)).expect("in a straight line to the street");
        assert!(found < along - 50.0, "{access}: {found}");
    }
    let through = World::new(&[(1, 0.0, 0.0, ""), (2, 2.0, 0.0, ""), (3, 4.0, 0.0, ""), (4, 6.0, 0.0, "")])
        .way(10, &[1, 2], "highway=residential")
        .way(11, &[2, 3], "highway=residential access=private")
        .way(12, &[3, 4], "highway=residential")
        .read()
        .0;
    assert_eq!(walk(&through, at(1.0, 0.0), at(5.0, 0.0)), None);
    assert!(walk(&through, at(2.5, 0.0), at(1.0, 0.0)).is_some(), "by the nearer end");
}

#[test]
fn two_doors_far_from_the_street_and_near_each_other_need_no_street() {
    let world = |middle: &str| {
        World::new(&[(1, -9.0, 0.0, ""), (2, 9.0, 0.0, ""), (3, 0.2, 1.0, ""), (4, 0.2, 6.0, "")])
            .way(10, &[1, 2], "highway=residential")
            .way(11, &[3, 4], middle)
            .read()
            .0
    };
    let metres = |a: (f64, f64), b: (f64, f64)| at(a.0, a.1).distance(at(b.0, b.1)).get();
    let found = |middle: &str, a: (f64, f64), b: (f64, f64)| {
        walk(&world(middle), at(a.0, a.1), at(b.0, b.1)).expect("there is a way")
    };
    for (a, b) in
        [((0.0, 4.0), (0.3, 4.0)), ((0.0, 4.0), (0.0, 2.0)), ((-3.0, 4.0), (1.0, 3.9)), ((0.0, 1.0), (0.5, 1.0))]
    {
        assert!((found("power=line", a, b) - metres(a, b)).abs() < 0.01, "{a:?} {b:?}");
        assert!((found("power=line", b, a) - metres(a, b)).abs() < 0.01, "{b:?} {a:?}");
    }
    // With a river between, or so far apart that the street is as short, the street is walked.
    let (a, b) = ((0.0, 4.0), (0.3, 4.0));
    assert!(found("waterway=river", a, b) > 2.0 * metres((0.0, 4.0), (0.0, 0.0)));
    let (a, b) = ((-4.0, 0.5), (4.0, 0.5));
    assert!(found("power=line", a, b) > metres(a, b) + 1.0);
    // Neighbours on a street walk along it.
    let (a, b) = ((0.0, 0.1), (0.1, 0.1));
    assert!(found("power=line", a, b) > metres(a, b) + 10.0);
    let network = &world("power=line").network;
    let snap = |(east, north)| network.snap(at(east, north), Metres::new(500.0)).expect("a street is near");
    let targets = crate::network::Targets::new(network, &[snap((0.3, 4.0)), snap((0.0, 0.1))]);
    let within = Search::new(network).within(&snap((0.0, 4.0)), &targets, Metres::new(100.0));
    assert!(within.len() == 1 && within[0].0 == 0 && within[0].1 < Metres::new(30.0), "{within:?}");
}
