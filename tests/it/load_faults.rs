//! What is wrong with the files of a place is told with file, row, field and remedy, and nobody is lost.

use crate::support::{Toy, collection, ring, square};
use patchwork::load::load_with;
use patchwork::place::{AssetStatus, Opening, Severity};

#[test]
fn a_sound_place_loads_without_a_complaint_but_for_its_missing_streets() {
    let (place, issues) = Toy::new().place();
    assert_eq!(place.residents(), 604.0);
    assert_eq!(place.groups.iter().map(|group| group.key.as_str()).collect::<Vec<_>>(), ["asian", "white"]);
    let codes: Vec<&str> = issues.iter().map(|issue| issue.code.word()).filter(|code| *code != "dwellings").collect();
    assert_eq!(codes, ["no-streets"]);
    assert_eq!(place.positions.len(), 4);
    assert!(place.positions.iter().all(|position| position.patch.is_some()));
    assert_eq!(place.plane.epsg(), 27700);
}

#[test]
fn the_order_of_rows_changes_nothing() {
    let (place, _) = Toy::new().place();
    let shuffled = "zone,category,n\nB2,Asian,3\nA2,Asian,50\nA1,Asian,40\nB1,White,300\nA1,White,60\nB2,White,1\nB1,Asian,0\nA2,White,150\n";
    let zones: Vec<String> =
        [("B2", 3), ("A1", 0), ("B1", 2), ("A2", 1)].iter().map(|(key, i)| square(key, *i, 1)).collect();
    let (other, _) = Toy::new().with("residents.csv", shuffled).with("zones.geojson", &collection(&zones)).place();
    assert_eq!(format!("{:?}", place.zones), format!("{:?}", other.zones));
    assert_eq!(format!("{:?}", place.positions), format!("{:?}", other.positions));
}

#[test]
fn a_missing_file_and_a_variable_that_is_not_set_are_named() {
    let issue = Toy::new().and("\n[deprivation]\nfile = \"resident.csv\"\n").issue("file-missing");
    assert_eq!(issue.severity, Severity::Error);
    assert!(issue.remedy.contains("residents.csv"), "{}", issue.remedy);
    let issue = Toy::new().and("\n[deprivation]\nfile = \"${NOWHERE}/x.csv\"\n").issue("variable-unset");
    assert!(issue.problem.contains("NOWHERE"));
}

#[test]
fn a_key_that_stands_twice_is_one_zone_and_said_so() {
    let zones = [square("A1", 0, 1), square("A2", 1, 1), square("B1", 2, 1), square("B2", 3, 1), square("B2", 5, 1)];
    let toy = Toy::new().with("zones.geojson", &collection(&zones));
    let issue = toy.issue("duplicate-key");
    assert!(issue.problem.contains("2 rows (4, 5)"), "{}", issue.problem);
    let (place, _) = toy.place();
    assert_eq!((place.zones.len(), place.residents()), (4, 604.0));
    assert_eq!(place.zones.as_slice()[3].shape.as_ref().map(|shape| shape.0.len()), Some(2));
}

#[test]
fn crossed_outlines_are_repaired_and_empty_ones_left_out() {
    let tie = ring("B2", &[(-2.97, 51.58), (-2.96, 51.59), (-2.96, 51.58), (-2.97, 51.59), (-2.97, 51.58)]);
    let nothing = r#"{"type":"Feature","properties":{"code":"C1"},"geometry":null}"#.to_owned();
    let blank = square("", 6, 1);
    let point = r#"{"type":"Feature","properties":{"code":"C2"},"geometry":{"type":"Point","coordinates":[-3,51.6]}}"#
        .to_owned();
    let zones = [square("A1", 0, 1), square("A2", 1, 1), square("B1", 2, 1), tie, nothing, blank, point];
    let toy = Toy::new().with("zones.geojson", &collection(&zones));
    let issue = toy.issue("repaired-geometry");
    assert_eq!((issue.severity, issue.at.row, issue.at.key.as_deref()), (Severity::Warning, Some(4), Some("B2")));
    assert!(issue.remedy.contains("m² larger than drawn"), "{}", issue.remedy);
    assert_eq!(toy.issue("blank-key").at.row, Some(6));
    assert_eq!(toy.issue("wrong-geometry").at.key.as_deref(), Some("C2"));
    assert_eq!(toy.issue("empty-geometry").at.key.as_deref(), Some("C1"));
    assert_eq!(toy.place().0.zones.len(), 4);
}

#[test]
fn overlapping_patches_are_told_with_the_ground_they_share() {
    let toy = Toy::new().with("wards.geojson", &collection(&[square("A", 0, 3), square("B", 2, 2)]));
    let issue = toy.issue("patches-overlap");
    assert!(issue.problem.contains("\"A\" and \"B\"") && issue.problem.contains("50.0 %"), "{}", issue.problem);
}

#[test]
fn zones_outside_every_patch_keep_their_people_and_are_told() {
    let toy = Toy::new().with("wards.geojson", &collection(&[square("A", 0, 2)]));
    let issue = toy.issue("orphan-zone");
    assert!(issue.problem.contains("304 residents") && issue.problem.contains("\"B1\", \"B2\""), "{}", issue.problem);
    assert_eq!(toy.place().0.residents(), 604.0);
}

#[test]
fn a_place_without_patches_is_one_patch() {
    let settings = "[place]\nname = \"Toytown\"\n[zones]\nfile = \"zones.geojson\"\n[[groups]]\nfile = \"residents.csv\"\ndimension = \"e\"\n";
    let (place, _) = Toy::new().with("place.toml", settings).place();
    assert_eq!(place.patches.iter().map(|patch| patch.key.as_str()).collect::<Vec<_>>(), ["toytown"]);
    assert!(place.positions.iter().all(|position| position.patch.is_some()));
}

#[test]
fn rows_of_several_sexes_ask_for_a_where() {
    let wide = "area_code,sex,all_ages,0-15,16-64,65+\nA1,Persons,100,20,60,20\nA1,Females,52,10,31,11\nA2,Persons,10,2,6,2\nB1,Persons,5,1,3,1\nB2,Persons,7,1,5,1\n";
    let toy = Toy::new().with("residents.csv", wide);
    let issue = toy.issue("repeated-zone");
    assert!(issue.remedy.contains("where = { sex = \"Persons\" }"), "{}", issue.remedy);
    let (place, _) = toy.and("where = { sex = \"Persons\" }\n").place();
    assert_eq!(place.residents(), 122.0);
    assert_eq!(place.groups.len(), 3);
}

#[test]
fn suppressed_counts_are_unknown_and_not_zero() {
    let toy = Toy::new().with("residents.csv", "zone,category,n\nA1,White,60\nA1,Asian,[c]\nA2,White,150\nA2,Asian,50\nB1,White,300\nB1,Asian,0\nB2,White,1\nB2,Asian,-3\n");
    assert!(toy.issue("unknown-count").problem.starts_with("1 count is"));
    assert_eq!(toy.issue("impossible-count").at.row, Some(9));
    let (place, _) = toy.place();
    let asian = place.zones.iter().map(|zone| zone.residents.by_group.as_slice()[0]).collect::<Vec<_>>();
    assert_eq!(asian, [None, Some(50.0), Some(0.0), None]);
    assert_eq!(place.residents(), 500.0);
}

#[test]
fn zones_without_a_row_and_rows_without_a_zone_are_told() {
    let toy = Toy::new().with("residents.csv", "zone,category,n\nA1,White,60\nA1,Asian,4\nX9,White,5\nX9,Asian,5\n");
    assert!(toy.issue("zone-missing").problem.contains("\"A2\", \"B1\", \"B2\""));
    assert_eq!(toy.issue("zone-elsewhere").severity, Severity::Note);
    assert_eq!(toy.place().0.residents(), 64.0);
}

#[test]
fn a_table_on_older_zones_reaches_the_new_ones_through_a_lookup() {
    let old = "zone,category,n\nOLD1,White,100\nOLD1,Asian,1\nOLD2,White,304\nOLD2,Asian,0\n";
    let lookup = "old,new\nOLD1,A1\nOLD1,A2\nOLD2,B1\nOLD2,B2\n";
    let more = "\n[[groups]]\nfile = \"old.csv\"\ndimension = \"before\"\nlookup = { file = \"lookup.csv\", from = \"old\", to = \"new\" }\n";
    let (place, _) = Toy::new().with("old.csv", old).with("lookup.csv", lookup).and(more).place();
    let before: Vec<&str> = place.groups.iter().map(|group| group.key.as_str()).skip(2).collect();
    assert_eq!(before, ["before_asian", "before_white"]);
    let whites: f64 = place.zones.iter().filter_map(|zone| zone.residents.by_group.as_slice()[3]).sum();
    assert_eq!(whites, 404.0);
    let a1 = place.zones.as_slice()[0].residents.by_group.as_slice()[3].expect("known");
    assert!((a1 - 100.0 * 100.0 / 300.0).abs() < 1e-5, "shared by the residents known: {a1}");
}

const ASSETS: &str = "\n[[assets]]\nfile = \"assets.csv\"\nkind = \"library\"\n";

#[test]
fn assets_are_placed_by_degrees_grid_postcode_and_in_spite_of_swapped_columns() {
    let rows = "id,name,longitude,latitude,postcode,status,step_free,opening times,year closed\n\
        1,By degrees,-2.995,51.585,,open,yes,Mo-Fr 09:00-17:00,\n\
        2,Swapped,51.585,-2.985,,opening soon,no,,\n\
        3,By postcode,,,np19 1aa,temporarily closed,ask,,2012\n\
        4,Nowhere,,,NP19 9ZZ,,,by appointment,\n\
        5,Far away,-0.1,51.5,,,,,\n\
        2,Same key,-2.975,51.585,,,,\"Tues 11am - 2pm\",\n";
    let toy = Toy::new()
        .with("assets.csv", rows)
        .with("pc.csv", "\"NP191AA\",10,332000,188500,\"W92000004\",\"\",\"\",\"\",\"W06000022\",\"W05000847\"\n");
    let toy = toy.and(ASSETS).and("postcodes = \"pc.csv\"\n");
    for code in [
        "axes-swapped",
        "placed-by-postcode",
        "asset-nowhere",
        "asset-elsewhere",
        "duplicate-key",
        "hours-translated",
        "flag-unreadable",
    ] {
        let _ = toy.issue(code);
    }
    let (place, _) = toy.place();
    let keys: Vec<&str> = place.assets.iter().map(|asset| asset.key.as_str()).collect();
    assert_eq!(keys, ["1", "3", "library-2", "library-2-2"]);
    let by_name = |name: &str| place.assets.iter().find(|asset| asset.name == name).expect("the asset");
    assert_eq!(by_name("Swapped").status, AssetStatus::Planned);
    assert_eq!(by_name("By postcode").status, AssetStatus::Closed);
    assert_eq!(by_name("By postcode").closes_on.map(|day| day.to_string()).as_deref(), Some("2012-12-31"));
    assert_eq!(by_name("Same key").opening, Opening::Hours("Tu 11:00-14:00".to_owned()));
    assert_eq!(by_name("By degrees").step_free, Some(true));
}

#[test]
fn grid_coordinates_and_degrees_may_stand_in_one_place() {
    let toy = Toy::new().with("assets.csv", "name,easting,northing\nHall,331500,188500\n").and(ASSETS);
    let at = toy.place().0.assets.as_slice()[0].at;
    assert_eq!((at.x, at.y), (331_500.0, 188_500.0));
}

#[test]
fn a_standard_for_a_kind_that_is_not_there_lists_the_kinds_that_are() {
    let standard = "\n[[standards]]\nkey = \"hub-15\"\nkinds = [\"hub\"]\nwithin_minutes = 15\n";
    let toy = Toy::new().with("assets.csv", "name,lon,lat\nHall,-2.995,51.585\n").and(ASSETS).and(standard);
    assert!(toy.issue("kind-missing").remedy.contains("library"));
    assert_eq!(toy.place().0.standards[0].title, "Hub within 15 minutes");
}

#[test]
fn given_points_place_people_and_a_straddling_zone_is_split_by_them() {
    let points = "lon,lat,homes\n-2.999,51.585,3\n-2.991,51.585,1\n-2.5,51.585,9\n-2.975,51.585,*\n";
    let settings = crate::support::SETTINGS.replace(
        "[[groups]]",
        "[zones.dwellings]\npoints = { file = \"homes.csv\", weight = \"homes\" }\n\n[[groups]]",
    );
    let wards = [
        ring("A", &[(-3.0, 51.58), (-2.995, 51.58), (-2.995, 51.59), (-3.0, 51.59), (-3.0, 51.58)]),
        ring("B", &[(-2.995, 51.58), (-2.96, 51.58), (-2.96, 51.59), (-2.995, 51.59), (-2.995, 51.58)]),
    ];
    let toy =
        Toy::new().with("homes.csv", points).with("place.toml", &settings).with("wards.geojson", &collection(&wards));
    let (place, _) = toy.place();
    let in_a: f64 = place
        .positions
        .iter()
        .filter(|p| p.patch.is_some_and(|i| place.patches[i].key == "A"))
        .map(|p| p.residents)
        .sum();
    assert_eq!(in_a, 75.0, "three quarters of zone A1's hundred");
    assert_eq!(place.positions.iter().map(|p| p.residents).sum::<f64>(), 604.0);
    let _ = (toy.issue("point-elsewhere"), toy.issue("weight-unreadable"));
}

#[test]
fn engagement_with_names_of_people_is_refused() {
    let more = "\n[[engagement]]\nfile = \"met.csv\"\n\n[[grants]]\nfile = \"grants.json\"\n";
    let toy = Toy::new()
        .with("met.csv", "date,patch,Email,First name\n2024-01-01,A,a@example.org,Ann\n")
        .with("grants.json", r#"{"version":"1.4","grants":[{"id":"360G-1","title":"x"},{"id":"360G-2","title":"y"}]}"#)
        .and(more);
    let issue = toy.issue("personal-data");
    assert!(issue.problem.contains("\"Email\"") && issue.problem.contains("\"First name\""), "{}", issue.problem);
    assert_eq!(issue.severity, patchwork::place::Severity::Error);
}

#[test]
fn deprivation_is_read_by_the_titles_of_file_7_and_a_missing_zone_is_not_zero() {
    let iod = "LSOA code (2021),LSOA name (2021),Index of Multiple Deprivation (IMD) Score,Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived),Index of Multiple Deprivation (IMD) Decile (where 1 is most deprived 10% of LSO\nA1,x,50.5,12,1\nA2,x,1.5,30000,9\nB1,x,20,15000,5\n";
    let toy = Toy::new().with("iod.csv", iod).and("\n[deprivation]\nfile = \"iod.csv\"\n");
    assert!(toy.issue("deprivation-missing").problem.contains("\"B2\""));
    let (place, _) = toy.place();
    let deciles: Vec<Option<u8>> = place.zones.iter().map(|zone| zone.deprivation.map(|d| d.decile)).collect();
    assert_eq!(deciles, [Some(1), Some(9), Some(5), None]);
}

#[test]
fn an_asset_read_as_two_kinds_from_one_row_is_no_duplicate() {
    let toy = Toy::new()
        .with("assets.csv", "id,name,lon,lat\n1,Hall,-2.995,51.585\n")
        .and(ASSETS)
        .and("\n[[assets]]\nfile = \"assets.csv\"\nkind = \"hall\"\n");
    let (place, issues) = toy.place();
    assert_eq!(place.assets.iter().map(|asset| asset.key.as_str()).collect::<Vec<_>>(), ["hall-1", "library-1"]);
    assert!(issues.iter().all(|issue| issue.code != "duplicate-key"));
}

#[test]
fn the_same_place_twice_is_told() {
    let rows = "name,lon,lat\nHall,-2.995,51.585\nhall,-2.9951,51.585\nOther,-2.985,51.585\n";
    let issue = Toy::new().with("assets.csv", rows).and(ASSETS).issue("near-duplicate");
    assert!(issue.problem.contains("stands twice"), "{}", issue.problem);
}

#[test]
fn a_workbook_of_estimates_by_single_year_is_rolled_up_to_the_reported_bands() {
    let ages: Vec<String> = ["F", "M"].iter().flat_map(|sex| (0..=90).map(move |age| format!("{sex}{age}"))).collect();
    let row = |key: &str, n: usize| format!("x,x,{key},x,{},{}\n", n * 182, vec![n.to_string(); 182].join(","));
    let titles = format!("LAD 2023 Code,LAD 2023 Name,LSOA 2021 Code,LSOA 2021 Name,Total,{}\n", ages.join(","));
    let text = ["A1", "A2", "B1", "B2"].iter().enumerate().fold(titles, |text, (i, key)| text + &row(key, i + 1));
    let settings = crate::support::SETTINGS.replace("ethnic_group", "age");
    let (place, _) = Toy::new().with("place.toml", &settings).with("residents.csv", &text).place();
    let keys: Vec<&str> = place.groups.iter().map(|group| group.key.as_str()).collect();
    assert_eq!(keys, ["age_0_4", "age_5_15", "age_16_24", "age_25_44", "age_45_64", "age_65_84", "age_85_over"]);
    assert_eq!(place.residents(), 1_820.0);
    assert_eq!(place.zones.as_slice()[0].residents.by_group.as_slice()[0], Some(10.0), "five years, two sexes");
}

const MORE: &str = "zone,category,n\nA1,White,60\nA1,Asian,50\nA2,White,150\nA2,Asian,50\nB1,White,300\nB1,Asian,0\nB2,White,1\nB2,Asian,3\n";

/// People put a new version of a place into use by turning a link; a load under way must not mix the two.
#[cfg(unix)]
#[test]
fn a_link_that_is_turned_to_a_newer_place_while_it_is_read_gives_the_old_one_whole() {
    let (old, new) = (Toy::new(), Toy::new().with("residents.csv", MORE));
    let links = tempfile::tempdir().expect("a directory");
    let served = links.path().join("served");
    std::os::unix::fs::symlink(old.dir(), &served).expect("a link");
    let turned = std::sync::Once::new();
    let turn = |_: &str| {
        turned.call_once(|| {
            std::os::unix::fs::symlink(new.dir(), links.path().join("next")).expect("a link");
            std::fs::rename(links.path().join("next"), &served).expect("turned");
        });
    };
    let during = load_with(&served, &|_| None, &turn);
    assert!(turned.is_completed(), "the link was turned before the files were read");
    assert_eq!(during.place.map(|place| place.residents()), Some(604.0), "{:?}", during.issues);
    let after = load_with(&served, &|_| None, &turn);
    assert_eq!(after.place.map(|place| place.residents()), Some(614.0), "{:?}", after.issues);
}
