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

#[test]
fn edinburgh_has_everybody_of_scotlands_tables_once() {
    if crate::real_files::real_files().is_none() {
        return;
    }
    let (place, issues) = example("edinburgh");
    no_errors(&issues);
    holds_together(&place);
    // Added up from the publisher's tables by another program, over the 597 data zones of the city.
    assert_eq!(place.residents(), 514_512.0);
    assert_eq!((place.zones.len(), place.patches.len()), (597, 17));
    let sum = |keys: &[&str]| keys.iter().map(|key| group_total(&place, key)).sum::<f64>();
    assert_eq!(sum(&["aged_0_15"]), 22_010.0 + 23_863.0 + 24_472.0 + 4_637.0);
    assert_eq!(sum(&["aged_0_15", "aged_16_64", "aged_65_over"]), 514_474.0);
    assert_eq!((sum(&["female"]), sum(&["male"])), (265_610.0, 248_909.0));
    let ethnic = ["white", "mixed", "asian", "african", "caribbean_or_black", "other_ethnic_group"];
    assert_eq!(ethnic.map(|key| sum(&[key])), [436_743.0, 12_889.0, 44_102.0, 9_496.0, 1_415.0, 9_960.0]);
    let limited = ["limited_a_lot", "limited_a_little", "not_limited"];
    assert_eq!(limited.map(|key| sum(&[key])), [39_222.0, 61_307.0, 413_991.0]);
    assert!(place.zones.iter().all(|zone| zone.deprivation.is_some()));
}

#[test]
fn barking_and_dagenham_has_every_resident_of_its_census_table() {
    if crate::real_files::real_files().is_none() {
        return;
    }
    let (place, issues) = example("barking_and_dagenham");
    no_errors(&issues);
    holds_together(&place);
    assert_eq!(place.residents(), 218_868.0);
    assert_eq!((place.zones.len(), place.patches.len()), (115, 19));
    let ethnic = ["asian", "black", "mixed", "white", "other_ethnic_group"];
    assert_eq!(ethnic.map(|key| group_total(&place, key)), [56_588.0, 46_814.0, 9_321.0, 98_261.0, 7_884.0]);
    assert_eq!(["disabled", "not_disabled"].map(|key| group_total(&place, key)), [28_994.0, 189_882.0]);
    assert!(place.zones.iter().all(|zone| zone.deprivation.is_some()));
    assert_eq!(kinds(&place)["library"], 6);
    assert!(place.streets.is_some());
}

#[test]
fn ballyloch_is_understood_as_the_publishers_of_northern_ireland_lay_it_out() {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/places/ballyloch");
    let (place, issues) = example("ballyloch");
    no_errors(&issues);
    holds_together(&place);
    let sum = |file: &str, category: Option<&str>| -> f64 {
        let mut reader = csv::Reader::from_path(dir.join(file)).expect("the file");
        let rows = reader.records().map(|row| row.expect("a row"));
        // Ages are said in our own words; their numbers are the publisher's.
        let numbers = |words: &str| {
            words.split(|c: char| !c.is_ascii_digit()).map(str::to_owned).filter(|n| !n.is_empty()).collect::<Vec<_>>()
        };
        let same =
            |own: &str, theirs: &str| own == theirs || (!numbers(own).is_empty() && numbers(own) == numbers(theirs));
        let ours = rows.filter(|row| row[0].starts_with("N200090") && category.is_none_or(|own| same(own, &row[3])));
        ours.map(|row| row[4].parse::<f64>().expect("a count")).sum()
    };
    assert_eq!(place.residents(), sum("census-2021-dz-age.csv", None));
    assert_eq!((place.zones.len(), place.patches.len()), (12, 2));
    for dimension in ["age", "ethnic_group", "disability"] {
        let file = match dimension {
            "age" => "census-2021-dz-age.csv",
            "ethnic_group" => "census-2021-dz-ethnic-group.csv",
            _ => "census-2021-dz-health.csv",
        };
        for group in place.groups.iter().filter(|group| group.dimension == dimension) {
            assert_eq!(group_total(&place, &group.key), sum(file, Some(&group.label)), "{}", group.label);
        }
        let whole: f64 = place
            .groups
            .iter()
            .filter(|group| group.dimension == dimension)
            .map(|group| group_total(&place, &group.key))
            .sum();
        assert_eq!(whole, place.residents(), "{dimension}");
    }
    // NIMDM 2017 ranks 890 super output areas: ranks 37, 402 and 745, row by row from the south.
    let deciles: Vec<_> = place.zones.iter().map(|zone| zone.deprivation.as_ref().expect("a decile").decile).collect();
    assert_eq!(deciles, [[1; 4], [5; 4], [9; 4]].concat());
    // Irish Grid, in the boundaries and in the postcode directory alike.
    assert_eq!(place.assets.len(), 3);
    let hub = place.assets.iter().find(|asset| asset.name == "East Shore Hub").expect("the hub");
    let zone = place.zones.iter().find(|zone| zone.key == "N20009011").expect("the zone");
    let (east, north) = (hub.at.x - zone.centre.x, hub.at.y - zone.centre.y);
    assert!(east.hypot(north) < 400.0, "{east} m, {north} m");
}
