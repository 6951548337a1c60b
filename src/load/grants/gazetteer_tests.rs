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
    assert_eq!(town.code("E92000001"), Coded::Wider);
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
