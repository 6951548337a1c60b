use super::*;
use crate::crs::Xy;
use geo::MultiPolygon;

fn town() -> Gazetteer {
    let zone = |key: &str| Boundary { key: key.into(), name: None, row: 0, shape: None, centre: Xy::default() };
    let patch = |key: &str, name: &str| Patch { key: key.into(), name: name.into(), shape: MultiPolygon(Vec::new()) };
    let zones = [zone("Z1"), zone("Z2"), zone("Z3")];
    Gazetteer::new("Trafford", &zones, &[patch("W1", "Old Trafford"), patch("W2", "Sale Moor")], false)
}

fn names(text: &str) -> Vec<String> {
    town().in_text(text).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn a_place_is_named_after_a_word_such_as_in_and_only_whole() {
    assert_eq!(names("A warm room in Old Trafford, three days a week"), ["Old Trafford"]);
    assert_eq!(names("Youth work across Sale Moor and Old Trafford."), ["Sale Moor", "Old Trafford"]);
    assert_eq!(names("Work in the Sale Moor area"), ["Sale Moor"]);
    assert_eq!(names("Grant to Old Trafford Wellbeing Centre"), Vec::<String>::new());
    assert_eq!(names("The old trafford way of things"), Vec::<String>::new());
    assert_eq!(names("People in Trafford"), ["Trafford"]);
}

#[test]
fn codes_of_zones_and_patches_are_known_and_countries_are_wider_than_a_town() {
    let town = town();
    assert_eq!(town.code(" z2 "), Coded::Here(Area::Zones(vec![ZoneIdx::from_usize(1)])));
    assert_eq!(town.code("W1"), Coded::Here(Area::Patch(PatchIdx::from_usize(0))));
    assert_eq!(town.code("E92000001"), Coded::Wider(Area::Whole));
    assert_eq!(town.code("E08000001"), Coded::Unknown);
}

#[test]
fn a_name_that_two_areas_of_like_size_have_means_neither() {
    let mut town = town();
    let zones = |from: usize, n: usize| Area::Zones((from..from + n).map(ZoneIdx::from_usize).collect());
    town.name("Abbey", zones(0, 2), 2);
    town.name("Abbey", zones(4, 3), 3);
    assert_eq!(town.named("Abbey"), None);
    town.name("Bradford", zones(0, 2), 2);
    town.name("Bradford", zones(10, 20), 20);
    assert_eq!(town.named("bradford"), Some(&zones(10, 20)));
}

#[test]
fn a_name_that_two_patches_have_is_neither_and_the_name_of_the_place_is_the_place() {
    let zone = |key: &str| Boundary { key: key.into(), name: None, row: 0, shape: None, centre: Xy::default() };
    let patch = |key: &str, name: &str| Patch { key: key.into(), name: name.into(), shape: MultiPolygon(Vec::new()) };
    let zones = [zone("E01000001"), zone("E01000002")];
    let patches = [
        patch("W1", "Alexandra"),
        patch("W2", "alexandra "),
        patch("W3", "Sale"),
        patch("W4", "St. Mark's"),
        patch("W5", "St Mark's"),
    ];
    let mut town = Gazetteer::new("Sale", &zones, &patches, false);
    for name in ["Alexandra", "ALEXANDRA", "St Mark's"] {
        assert_eq!((town.named(name), town.is_of_several(name)), (None, true), "{name}");
    }
    assert_eq!(town.named("Sale"), Some(&Area::Whole));
    assert!(town.in_text("A youth club in Alexandra").is_empty());
    assert_eq!(town.of_several_in_text("A youth club in Alexandra, for all"), ["Alexandra"]);
    // A third area of the name changes nothing.
    town.name("Alexandra", Area::Zones(vec![ZoneIdx::from_usize(0)]), 1);
    assert_eq!(town.named("Alexandra"), None);
}

#[test]
fn a_country_is_around_this_place_only_when_the_place_is_in_it() {
    let zone = |key: &str| Boundary { key: key.into(), name: None, row: 0, shape: None, centre: Xy::default() };
    let zones = [zone("W01000001"), zone("E01000002")];
    let border = Gazetteer::new("Border", &zones, &[], true);
    assert_eq!(border.code("S92000003"), Coded::Unknown);
    assert_eq!(border.code("E92000001"), Coded::Wider(Area::Zones(vec![ZoneIdx::from_usize(1)])));
    assert_eq!(border.code("K04000001"), Coded::Wider(Area::Whole));
    assert_eq!(border.code("gb"), Coded::Wider(Area::Whole));
}
