use super::super::tests::World;
use crate::place::Scenery;
use geo::{Area, Geometry};

#[test]
fn a_lake_in_pieces_has_its_island_cut_out_and_is_called_by_its_name() {
    let square = |first: i64, from: f64, to: f64| {
        [(first, from, from, ""), (first + 1, to, from, ""), (first + 2, to, to, ""), (first + 3, from, to, "")]
    };
    let nodes = [square(1, 0.0, 9.0), square(5, 3.0, 6.0)].concat();
    let xml = World::new(&nodes)
        .way(10, &[1, 2, 3], "")
        .way(11, &[1, 4, 3], "")
        .way(12, &[5, 6, 7, 8, 5], "")
        .way(13, &[1, 2], "highway=residential")
        .relation(20, &[10, 11, 12], "type=multipolygon natural=water name=Mill&#32;Pool")
        .xml()
        .replace("ref=\"12\" role=\"outer\"", "ref=\"12\" role=\"inner\"");
    let (streets, _) = super::super::tests::read_text("lake.osm", xml.as_bytes());
    let found = streets.expect("read").surroundings;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (found[0].key.as_str(), found[0].what, found[0].name.as_deref()),
        ("relation/20", Scenery::Water, Some("Mill Pool"))
    );
    let Geometry::Polygon(lake) = &found[0].shape else { panic!("{:?}", found[0].shape) };
    assert_eq!(lake.interiors().len(), 1);
    let whole = geo::Polygon::new(lake.exterior().clone(), Vec::new()).unsigned_area();
    let share = lake.unsigned_area() / whole;
    assert!((share - 8.0 / 9.0).abs() < 1e-3, "a ninth is island: {share}");
}

#[test]
fn parks_railways_rivers_and_names_come_with_the_streets_and_nothing_else_does() {
    let nodes = [
        (1, 0.0, 0.0, ""),
        (2, 4.0, 0.0, ""),
        (3, 4.0, 4.0, ""),
        (4, 0.0, 4.0, ""),
        (5, 1.0, 1.0, "place=suburb name=Pill"),
        (6, 2.0, 2.0, "railway=station name=Pill&#32;Halt"),
        (7, 3.0, 3.0, "place=suburb"),
        (8, 3.0, 1.0, "amenity=bench"),
    ];
    let (streets, _) = World::new(&nodes)
        .way(10, &[1, 2], "highway=residential")
        .way(11, &[1, 2, 3, 4, 1], "leisure=park name=Pill&#32;Green")
        .way(12, &[2, 3], "railway=rail")
        .way(13, &[1, 3], "waterway=river name=Ebbw")
        .way(14, &[3, 4], "railway=rail tunnel=yes")
        .way(15, &[1, 2, 3, 4, 1], "landuse=residential")
        .way(16, &[1, 4], "waterway=ditch")
        .read();
    let found: Vec<(&str, Scenery)> = streets.surroundings.iter().map(|each| (each.key.as_str(), each.what)).collect();
    let expected = [
        ("node/5", Scenery::Settlement),
        ("node/6", Scenery::Station),
        ("way/11", Scenery::Green),
        ("way/12", Scenery::Railway),
        ("way/13", Scenery::Waterway),
    ];
    assert_eq!(found, expected);
}

#[test]
fn an_outline_that_leads_out_of_the_file_is_no_area() {
    let nodes = [(1, 0.0, 0.0, ""), (2, 4.0, 0.0, ""), (3, 4.0, 4.0, "")];
    let (streets, _) = World::new(&nodes)
        .way(10, &[1, 2, 3], "")
        .way(11, &[1, 2], "highway=residential")
        .relation(20, &[10, 99], "type=multipolygon natural=water")
        .read();
    assert_eq!(streets.surroundings, []);
}
