//! The four example places, from the files as they were published.

use crate::support::{example, shared};
use patchwork::place::{Issue, Place, Severity};
use std::collections::BTreeMap;

/// What holds for every place: positions sum to zones, zones to the place, groups to known counts.
fn holds_together(place: &Place) {
    for (idx, zone) in place.zones.enumerate() {
        let here: f64 = place.positions_of(idx).iter().map(|position| position.residents).sum();
        assert_eq!(here, zone.residents.total, "{}", zone.key);
        assert_eq!(zone.residents.by_group.len(), place.groups.len());
    }
    assert!(place.zones.as_slice().windows(2).all(|pair| pair[0].key < pair[1].key));
    assert!(place.assets.as_slice().windows(2).all(|pair| pair[0].key < pair[1].key));
    assert!(place.sources.iter().all(|source| source.digest.len() == 64));
}

fn group_total(place: &Place, key: &str) -> f64 {
    let group = place.groups.enumerate().find(|(_, group)| group.key == key).map(|(idx, _)| idx).expect("the group");
    place.zones.iter().filter_map(|zone| zone.residents.by_group[group]).sum()
}

fn kinds(place: &Place) -> BTreeMap<&str, usize> {
    let mut kinds = BTreeMap::new();
    for asset in &place.assets {
        *kinds.entry(asset.kind.as_str()).or_default() += 1;
    }
    kinds
}

fn no_errors(issues: &[Issue]) {
    assert!(issues.iter().all(|issue| issue.severity != Severity::Error), "{issues:#?}");
}

/// Sums a column of a comma-separated file without any of our code.
fn column_sum(path: &str, title: &str) -> f64 {
    let mut reader = csv::Reader::from_path(shared().join(path)).expect("the file");
    let column = reader.headers().expect("titles").iter().position(|own| own == title).expect("the column");
    reader.records().map(|row| row.expect("a row")[column].parse::<f64>().expect("a number")).sum()
}

#[test]
fn newport_has_every_resident_of_its_census_table() {
    if crate::real_files::real_files().is_none() {
        return;
    }
    let (place, issues) = example("newport");
    no_errors(&issues);
    holds_together(&place);
    assert_eq!(place.residents(), 159_569.0);
    assert_eq!((place.zones.len(), place.patches.len()), (100, 21));
    let ethnic: f64 =
        ["asian", "black", "mixed", "white", "other_ethnic_group"].iter().map(|key| group_total(&place, key)).sum();
    assert_eq!(ethnic, 159_569.0);
    assert!(kinds(&place)["library"] >= 3 && kinds(&place)["high_street"] >= 1, "{:?}", kinds(&place));
    assert!(place.streets.is_some());
    assert!(place.zones.iter().filter(|zone| zone.deprivation.is_some()).count() >= 95);
}

#[test]
fn haringey_has_every_resident_of_its_census_table() {
    if crate::real_files::real_files().is_none() {
        return;
    }
    let (place, issues) = example("haringey");
    no_errors(&issues);
    holds_together(&place);
    assert_eq!(place.residents(), 264_227.0);
    assert_eq!((place.zones.len(), place.patches.len()), (147, 21));
    assert!(place.zones.iter().all(|zone| zone.deprivation.is_some()));
    assert_eq!(kinds(&place)["library"], 10);
}

#[test]
fn trafford_has_every_resident_of_its_own_tables() {
    if crate::real_files::real_files().is_none() {
        return;
    }
    let (place, issues) = example("trafford");
    no_errors(&issues);
    holds_together(&place);
    let folder = "data/trafford/census2021_oa";
    assert_eq!(
        place.residents(),
        column_sum(&format!("{folder}/2021_population_ethnic_group_oa_trafford.csv"), "value")
    );
    let ages: f64 =
        ["aged_0_14", "aged_15_64", "aged_65_84", "aged_85_over"].iter().map(|key| group_total(&place, key)).sum();
    assert_eq!(ages, column_sum(&format!("{folder}/2021_population_by_5_year_age_bands_oa_trafford.csv"), "value"));
    let disability: f64 = ["disabled", "not_disabled"].iter().map(|key| group_total(&place, key)).sum();
    assert_eq!(disability, column_sum(&format!("{folder}/2021_disability_oa_trafford.csv"), "value"));
    assert_eq!(kinds(&place)["community_hub"], 6);
    assert_eq!(kinds(&place)["food_bank"], 7);
    assert!(place.streets.is_none());
    assert_eq!(place.grants[0].records, 555);
    assert!(issues.iter().any(|issue| issue.code == "no-streets"));
}

#[test]
fn porto_alegre_lies_on_its_own_plane_with_everybody_in_a_hexagon() {
    if crate::real_files::real_files().is_none() {
        return;
    }
    let (place, issues) = example("porto_alegre");
    no_errors(&issues);
    holds_together(&place);
    assert_eq!(place.plane.epsg(), 32722);
    assert_eq!(place.residents(), column_sum("data/porto_alegre/poa_hexgrid.csv", "population"));
    assert_eq!(place.residents(), 812_935.0);
    assert_eq!(place.zones.len(), 1_227);
    assert!(place.zones.iter().all(|zone| zone.shape.is_some()));
    assert_eq!(place.patches.len(), 1);
    assert_eq!((kinds(&place)["school"], kinds(&place)["health_post"]), (177, 117));
}
