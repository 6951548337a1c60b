//! Every table and layer of the real data, with row counts taken by other programs (Python's csv, json and
//! sqlite3, pyarrow, the header of the FlatGeobuf).

use super::*;

/// File, layer, rows.
#[rustfmt::skip]
const FILES: [(&str, &str, usize); 104] = [
    ("barking_dagenham/lsoa_2021.geojson", "", 115),
    ("barking_dagenham/oa_2011.geojson", "", 553),
    ("barking_dagenham/roads.gpkg", "roads", 4902),
    ("barking_dagenham/wards_2022.geojson", "", 19),
    ("barking_dagenham/wards_2024.geojson", "", 19),
    ("edinburgh/age_gender21_dz11.csv", "", 146_496),
    ("edinburgh/disability22_dz11_scot.csv", "", 20_928),
    ("edinburgh/dz_2011.geojson", "", 597),
    ("edinburgh/ethnicity21_dz11.csv", "", 174_475),
    ("edinburgh/imd2020_scotland_dz11.csv", "", 6976),
    ("edinburgh/population21_dz11.csv", "", 6976),
    ("edinburgh/wards_2022.geojson", "", 17),
    ("cql2/expected_counts.csv", "", 139),
    ("cql2/ne110m4cql2.gpkg", "ne_110m_admin_0_countries", 177),
    ("cql2/ne110m4cql2.gpkg", "ne_110m_populated_places_simple", 243),
    ("cql2/ne110m4cql2.gpkg", "ne_110m_rivers_lake_centerlines", 13),
    ("grants/360g_lloyds_bank_foundation_4116.json", "", 4116),
    ("grants/360g_wolfson_379_messy.json", "", 379),
    ("haringey/assets.geojson", "", 166),
    ("haringey/codepoint_open_2014_n.csv", "", 17_461),
    ("haringey/fixmystreet_lsoa_month.csv", "", 4656),
    ("haringey/library_isochrones_ors.geojson", "", 54),
    ("haringey/lsoa_2011.geojson", "", 145),
    ("haringey/lsoa_2021.fgb", "", 147),
    ("haringey/oa_2011_population.geojson", "", 753),
    ("haringey/roads_27700.gpkg", "roads_27700", 7682),
    ("haringey/wards_2011.geojson", "", 19),
    ("haringey/wards_2024.gpkg", "wards_2024", 21),
    ("isle_of_wight/assets.geojson", "", 72),
    ("isle_of_wight/library_isochrones_ors.geojson", "", 36),
    ("isle_of_wight/lsoa21.geojson", "", 89),
    ("isle_of_wight/oa11.geojson", "", 466),
    ("national/GPPractices.csv", "", 8288),
    ("national/Pharmacy.csv", "", 11_799),
    ("national/cni2023_england_lsoa21.csv", "", 33_755),
    ("national/england_libraries_ace2023_enhanced_geocoded.csv", "", 3539),
    ("national/england_libraries_ace2023_raw.csv", "", 3487),
    ("national/ew_disability21_lsoa21_ew_long.csv", "", 71_344),
    ("national/ew_ethnicity21_lsoa21_long.csv", "", 178_360),
    ("national/ew_household_deprivation21_lsoa21_long.csv", "", 178_360),
    ("national/ew_lsoa21_simplified.fgb", "", 35_672),
    ("national/ew_population20_lsoa11_single_year_age.csv", "", 34_753),
    ("national/imd2019_england_lsoa11.csv", "", 32_844),
    ("national/imd2019_wales_lsoa11.csv", "", 1909),
    ("national/imd2025_england_lsoa21.csv", "", 33_755),
    ("national/lookup_lsoa11_lsoa21_ltla22.csv", "", 35_795),
    ("national/lookup_lsoa21_ward24_ltla24.csv", "", 35_672),
    ("national/uk_ltla24_simplified.fgb", "", 361),
    ("national/wales_libraries.csv", "", 265),
    ("newport/codepoint_open_2014_np.csv", "", 13_473),
    ("newport/fixmystreet_lsoa_month.csv", "", 2249),
    ("newport/lsoa_2011.geojson", "", 95),
    ("newport/lsoa_2021.fgb", "", 100),
    ("newport/msoa_2011.geojson", "", 20),
    ("newport/oa_2011_population.geojson", "", 475),
    ("newport/wards_2011.geojson", "", 20),
    ("newport/wards_2024.geojson", "", 21),
    ("porto_alegre/poa_hexgrid.csv", "", 1227),
    ("porto_alegre/poa_points_of_interest.csv", "", 15),
    ("records/codepoint_open_2014_ne.csv", "", 32_717),
    ("records/fms_lsoa_month_category9_all_2007_2021.parquet", "", 1_282_418),
    ("records/librarieswest_members_by_lsoa_2011.csv", "", 13_004),
    ("records/library_event_attendance.csv", "", 2078),
    ("records/library_events.csv", "", 2485),
    ("records/london_points_2020.csv", "", 31_578),
    ("records/newcastle_libraries.csv", "", 13),
    ("records/newcastle_library_members_2016.csv", "", 80_752),
    ("records/newcastle_lsoa_2011.geojson", "", 175),
    ("records/trafford_road_casualties_2019_2024.csv", "", 1431),
    ("trafford/assets/sports_clubs.geojson", "", 137),
    ("trafford/assets/trafford_allotments.geojson", "", 35),
    ("trafford/assets/trafford_bus_stops.geojson", "", 1025),
    ("trafford/assets/trafford_care_homes.geojson", "", 56),
    ("trafford/assets/trafford_childrens_centres.geojson", "", 2),
    ("trafford/assets/trafford_community_hubs.geojson", "", 6),
    ("trafford/assets/trafford_food_banks.geojson", "", 7),
    ("trafford/assets/trafford_general_practices.geojson", "", 26),
    ("trafford/assets/trafford_jobcentreplus.geojson", "", 2),
    ("trafford/assets/trafford_land_and_building_assets.csv", "", 608),
    ("trafford/assets/trafford_leisure_centres.geojson", "", 9),
    ("trafford/assets/trafford_libraries.geojson", "", 13),
    ("trafford/assets/trafford_mental_health_services.geojson", "", 60),
    ("trafford/assets/trafford_pharmacies.geojson", "", 57),
    ("trafford/assets/trafford_places_of_worship.geojson", "", 118),
    ("trafford/assets/trafford_post_offices.geojson", "", 27),
    ("trafford/assets/trafford_schools_and_colleges.geojson", "", 103),
    ("trafford/census2021_oa/2021_car_van_availability_oa_trafford.csv", "", 2952),
    ("trafford/census2021_oa/2021_disability_oa_trafford.csv", "", 2952),
    ("trafford/census2021_oa/2021_population_by_5_year_age_bands_oa_trafford.csv", "", 13_284),
    ("trafford/census2021_oa/2021_population_by_sex_oa_trafford.csv", "", 2214),
    ("trafford/census2021_oa/2021_population_english_proficiency_oa_trafford.csv", "", 3690),
    ("trafford/census2021_oa/2021_population_ethnic_group_oa_trafford.csv", "", 14_022),
    ("trafford/census2021_oa/2021_unpaid_care_oa_trafford.csv", "", 4428),
    ("trafford/fixmystreet_lsoa_month.csv", "", 3782),
    ("trafford/library_isochrones_ors.geojson", "", 66),
    ("trafford/localities_2023.geojson", "", 4),
    ("trafford/lsoa21_generalised.geojson", "", 139),
    ("trafford/mye2024_lsoa21_by_age_sex.csv", "", 417),
    ("trafford/mye2024_oa21_by_age_sex.csv", "", 2214),
    ("trafford/oa21.geojson", "", 738),
    ("trafford/postcodes_2014.csv", "", 6604),
    ("trafford/trafford_council_vs_grants_360g.csv", "", 555),
    ("trafford/trafford_council_vs_grants_360g.json", "", 555),
    ("trafford/wards23.geojson", "", 21),
];

const CODE_POINT_OPEN: [&str; 10] = [
    "Postcode",
    "Positional_quality_indicator",
    "Eastings",
    "Northings",
    "Country_code",
    "NHS_regional_HA_code",
    "NHS_HA_code",
    "Admin_county_code",
    "Admin_district_code",
    "Admin_ward_code",
];

fn tried(data: &Path, file: &str, layer: &str) -> Tried {
    let titles = file.contains("codepoint").then_some(&CODE_POINT_OPEN[..]);
    let options = Options { layer: (!layer.is_empty()).then_some(layer), titles_if_none: titles, crs: None };
    read_path(&data.join(file), options)
}

#[test]
fn every_real_file_has_as_many_rows_as_other_programs_find() {
    let Some(data) = crate::real_files::real_files() else { return };
    let mut wrong = Vec::new();
    for (file, layer, rows) in FILES {
        let tried = tried(&data, file, layer);
        match &tried.table {
            Ok(table) if table.rows() == rows => {}
            Ok(table) => wrong.push(format!("{file} {layer}: {} rows, not {rows}; {:?}", table.rows(), tried.issues)),
            Err(issue) => wrong.push(format!("{file} {layer}: {issue:?}")),
        }
        if let Ok(table) = &tried.table
            && let Some(shapes) = table.shapes()
        {
            let placed = shapes.geometries.iter().flatten().count();
            assert_eq!(shapes.geometries.len(), rows, "{file}");
            assert!(placed * 100 >= rows * 95, "{file}: {placed} of {rows} have geometry");
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn no_real_table_or_layer_is_left_out() {
    let Some(data) = crate::real_files::real_files() else { return };
    let mut folders = vec![data.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            let name = path.strip_prefix(&data).expect("below the data").to_string_lossy().into_owned();
            let ending = path.extension().map(|ending| ending.to_string_lossy().into_owned()).unwrap_or_default();
            if path.is_dir() && name != "benchmarks" && name != "cql2/examples" {
                folders.push(path);
            } else if ["csv", "geojson", "json", "fgb", "gpkg", "parquet"].contains(&ending.as_str()) {
                assert!(FILES.iter().any(|(file, ..)| *file == name), "{name} is not in the list");
            }
        }
    }
}

#[test]
fn the_totals_of_real_tables_are_those_of_the_manifest() {
    let Some(data) = crate::real_files::real_files() else { return };
    let sum = |file: &str, title: &str| {
        let tried = tried(&data, file, "");
        let column = tried.table().column(title).expect("the column");
        (0..tried.table().rows()).filter_map(|row| tried.table().number(column, row).value()).sum::<f64>()
    };
    assert_eq!(sum("newport/oa_2011_population.geojson", "usual_residents_2011"), 145_736.0);
    assert_eq!(sum("haringey/oa_2011_population.geojson", "usual_residents_2011"), 254_926.0);
}

#[test]
fn real_layers_are_in_the_system_the_manifest_says() {
    let Some(data) = crate::real_files::real_files() else { return };
    let system = |file, layer| tried(&data, file, layer).table().shapes().expect("a layer").crs.name().to_owned();
    assert_eq!(system("haringey/roads_27700.gpkg", "roads_27700"), "British National Grid (EPSG:27700)");
    assert_eq!(system("haringey/wards_2024.gpkg", ""), "WGS84 longitude and latitude");
    assert_eq!(system("national/ew_lsoa21_simplified.fgb", ""), "WGS84 longitude and latitude");
}

#[test]
fn the_health_services_own_separator_is_found() {
    let Some(data) = crate::real_files::real_files() else { return };
    let practices = tried(&data, "national/GPPractices.csv", "");
    assert_eq!(practices.table().titles().len(), 15);
    assert_eq!(practices.table().column("Postcode"), Some(12));
    assert_eq!(tried(&data, "national/Pharmacy.csv", "").table().titles().len(), 22);
}
