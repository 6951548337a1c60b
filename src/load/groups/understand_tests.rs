//! Tables as lists of columns with their counts in a few zones: what becomes of each.

use super::*;
use std::collections::BTreeMap;

type Column<'a> = (&'a str, &'a [f64]);

fn read(dimension: &str, columns: &[Column<'_>], wide: bool) -> Understanding {
    let names: Vec<String> = columns.iter().map(|(name, _)| (*name).to_owned()).collect();
    let counts: Vec<Vec<Option<f64>>> = columns.iter().map(|(_, n)| n.iter().map(|n| Some(*n)).collect()).collect();
    let groups = BTreeMap::new();
    let said = Said { dimension, total: None, leave_out: &[], year: None, groups: &groups, residents: true, wide };
    understand(said, &names, &counts, &[]).expect("nothing is named")
}

fn wide(dimension: &str, columns: &[Column<'_>]) -> Understanding {
    read(dimension, columns, true)
}

fn keys(understanding: &Understanding) -> Vec<String> {
    let slug = |label: &str| crate::load::words::slug(label, '_');
    understanding.plan.groups.iter().map(|made| made.key.clone().unwrap_or_else(|| slug(&made.label))).collect()
}

/// Everybody over all zones, and the keys of the groups; the code of the question where one is asked.
fn answer(understanding: &Understanding, columns: &[Column<'_>]) -> Result<(f64, Vec<String>), &'static str> {
    if let Some(question) = understanding.questions.first() {
        return Err(question.code.word());
    }
    let sum = |column: &usize| columns[*column].1.iter().sum::<f64>();
    let plan = &understanding.plan;
    let everybody = plan.total.map_or_else(|| plan.whole.iter().map(sum).sum(), |total| sum(&total));
    Ok((everybody, keys(understanding)))
}

fn right(dimension: &str, columns: &[Column<'_>], everybody: f64, groups: &[&str]) {
    for is_wide in [true, false] {
        let got = answer(&read(dimension, columns, is_wide), columns);
        assert_eq!(
            got,
            Ok((everybody, groups.iter().map(|g| (*g).to_owned()).collect())),
            "wide {is_wide}: {columns:?}"
        );
    }
}

fn asked(dimension: &str, columns: &[Column<'_>], code: &str) {
    assert_eq!(answer(&wide(dimension, columns), columns).err(), Some(code), "{columns:?}");
}

const ASIAN: Column<'_> = ("Asian", &[410.0, 520.0, 480.0, 90.0]);
const WHITE: Column<'_> = ("White", &[590.0, 1480.0, 1020.0, 410.0]);
const BOTH: &[f64] = &[1000.0, 2000.0, 1500.0, 500.0];

#[test]
fn the_census_table_of_ethnic_groups_gives_five_broad_groups_and_counts_nobody_twice() {
    let columns: &[Column<'_>] = &[
        ("Ethnic group: Total: All usual residents", &[100.0, 200.0, 90.0]),
        ("Ethnic group: Asian, Asian British or Asian Welsh", &[10.0, 20.0, 9.0]),
        ("Ethnic group: Asian, Asian British or Asian Welsh: Bangladeshi", &[4.0, 7.0, 2.0]),
        ("Ethnic group: Asian, Asian British or Asian Welsh: Indian", &[6.0, 13.0, 7.0]),
        ("Ethnic group: Black, Black British, Black Welsh, Caribbean or African", &[20.0, 30.0, 11.0]),
        ("Ethnic group: Mixed or Multiple ethnic groups", &[5.0, 6.0, 7.0]),
        ("Ethnic group: White", &[60.0, 130.0, 60.0]),
        ("Ethnic group: White: Irish", &[6.0, 3.0, 6.0]),
        ("Ethnic group: Other ethnic group", &[5.0, 14.0, 3.0]),
    ];
    right("ethnic_group", columns, 390.0, &["asian", "black", "mixed", "white", "other_ethnic_group"]);
}

#[test]
fn details_without_their_broad_group_are_summed_to_it() {
    let columns: &[Column<'_>] = &[
        ("Disabled under the Equality Act: Day-to-day activities limited a lot", &[10.0, 11.0]),
        ("Disabled under the Equality Act: Day-to-day activities limited a little", &[5.0, 6.0]),
        ("Not disabled under the Equality Act: No long term physical or mental health conditions", &[90.0, 80.0]),
    ];
    right("disability", columns, 202.0, &["disabled", "not_disabled"]);
}

#[test]
fn everybody_under_any_name_is_not_a_group() {
    for name in [
        "All ethnic groups",
        "Cyfanswm",
        "Total: All usual residents",
        "Persons",
        "All",
        "Town in all",
        "Pob grŵp ethnig",
        "Insgesamt",
    ] {
        right("ethnic_group", &[(name, BOTH), ASIAN, WHITE], 5000.0, &["asian", "white"]);
        right("ethnic_group", &[ASIAN, WHITE, (name, BOTH)], 5000.0, &["asian", "white"]);
    }
    let sexes: &[Column<'_>] =
        &[("Total Males", &[480.0, 900.0]), ("Total Females", &[520.0, 1100.0]), ("Total Persons", &[1000.0, 2000.0])];
    right("sex", sexes, 3000.0, &["females", "males"]);
    right(
        "sex",
        &[("All sexes", &[100.0, 100.0]), ("Female", &[60.0, 20.0]), ("Male", &[40.0, 80.0])],
        200.0,
        &["female", "male"],
    );
}

#[test]
fn what_is_not_people_is_left_out() {
    for (name, counts) in [
        ("Households", [450.0, 900.0, 700.0, 240.0]),
        ("Area (ha)", [100.0, 120.0, 90.0, 100.0]),
        ("IMD score", [22.0, 33.0, 12.0, 9.0]),
        ("Year", [2021.0; 4]),
        ("Anything", [2021.0; 4]),
        ("Median age", [34.0, 35.0, 36.0, 37.0]),
        ("OBJECTID_1", [1.0, 2.0, 3.0, 4.0]),
        ("Margin of error", [12.0, 20.0, 11.0, 9.0]),
        ("Population density", [44.0, 31.0, 20.0, 17.0]),
        ("Asian (%)", [41.0, 26.0, 32.0, 18.0]),
        ("Share of that", [41.0, 26.0, 32.0, 18.0]),
        ("Mean household income", [21.4, 26.2, 32.5, 18.1]),
    ] {
        right("ethnic_group", &[ASIAN, WHITE, (name, &counts)], 5000.0, &["asian", "white"]);
        right("ethnic_group", &[(name, &counts), ASIAN, ("Total", BOTH), WHITE], 5000.0, &["asian", "white"]);
    }
}

#[test]
fn a_column_of_which_nothing_is_known_is_settled_by_the_total_or_asked_about() {
    let visits: Column<'_> = ("Visits", &[77.0, 12.0, 140.0, 45.0]);
    asked("ethnic_group", &[ASIAN, WHITE, visits], "column-unclear");
    right("ethnic_group", &[ASIAN, WHITE, visits, ("Total", BOTH)], 5000.0, &["asian", "white"]);
    let cornish: Column<'_> = ("Cornish", &[1.0, 5.0, 3.0, 4.0]);
    let everybody: &[f64] = &[1001.0, 2005.0, 1503.0, 504.0];
    right("ethnic_group", &[("Total", everybody), ASIAN, WHITE, cornish], 5013.0, &["asian", "cornish", "white"]);
    let more: &[f64] = &[1301.0, 2402.0, 1803.0, 704.0];
    asked("ethnic_group", &[("Total", more), ASIAN, WHITE, visits], "column-unclear");
    asked("ethnic_group", &[("Total", &[900.0, 1900.0, 1400.0, 300.0]), ASIAN, WHITE], "groups-exceed-total");
}

#[test]
fn subtotals_and_of_which_count_nobody_twice() {
    let indian: Column<'_> = ("Asian: Indian", &[300.0, 400.0, 280.0, 60.0]);
    let pakistani: Column<'_> = ("Asian: Pakistani", &[110.0, 120.0, 200.0, 30.0]);
    right("ethnic_group", &[("Asian: Total", ASIAN.1), indian, pakistani, WHITE], 5000.0, &["asian", "white"]);
    right(
        "ethnic_group",
        &[("Asian", ASIAN.1), ("Indian", indian.1), ("Pakistani", pakistani.1), WHITE],
        5000.0,
        &["asian", "white"],
    );
    right(
        "ethnic_group",
        &[ASIAN, WHITE, ("of which White Irish", &[9.0, 20.0, 11.0, 5.0])],
        5000.0,
        &["asian", "white"],
    );
    let scottish: Column<'_> = ("White: White Scottish", &[400.0, 1000.0, 700.0, 300.0]);
    let stray: Column<'_> = ("Other White", &[190.0, 480.0, 320.0, 110.0]);
    right("ethnic_group", &[("White: Total", WHITE.1), scottish, stray, ASIAN], 5000.0, &["asian", "white"]);
    asked("ethnic_group", &[ASIAN, WHITE, ("white_irish", &[9.0, 20.0, 11.0, 5.0])], "part-or-beside");
    right(
        "ethnic_group",
        &[ASIAN, WHITE, ("white_irish", &[9.0, 20.0, 11.0, 5.0]), ("Total", BOTH)],
        5000.0,
        &["asian", "white"],
    );
}

#[test]
fn two_breakdowns_are_the_same_people() {
    let columns: &[Column<'_>] = &[
        ("Males", &[50.0, 40.0, 33.0]),
        ("Females", &[50.0, 60.0, 44.0]),
        ("0 to 15", &[20.0, 30.0, 17.0]),
        ("16 and over", &[80.0, 70.0, 60.0]),
    ];
    right("age", columns, 277.0, &["age_0_15", "age_16_over"]);
    right("sex", columns, 277.0, &["females", "males"]);
    asked("ethnic_group", columns, "several-breakdowns");
}

#[test]
fn years_side_by_side_are_asked_about() {
    asked(
        "sex",
        &[("Total population 2011", &[900.0, 1800.0]), ("Total population 2021", &[1000.0, 2000.0])],
        "several-years",
    );
    asked(
        "ethnic_group",
        &[("Asian 2011", ASIAN.1), ("White 2011", WHITE.1), ("Asian 2021", ASIAN.1), ("White 2021", WHITE.1)],
        "several-years",
    );
    right("ethnic_group", &[("Asian 2021", ASIAN.1), ("White 2021", WHITE.1)], 5000.0, &["asian_2021", "white_2021"]);
}

#[test]
fn ages_by_sex_and_in_any_spelling_are_counted_once() {
    let ages = |p: bool, m: bool| -> Vec<Column<'static>> {
        let mut columns: Vec<Column<'static>> = Vec::new();
        if p {
            columns.extend([("P0-15", &[200.0, 400.0][..]), ("P16-64", &[600.0, 1200.0]), ("P65+", &[200.0, 400.0])]);
        }
        if m {
            columns.extend([("M0-15", &[100.0, 150.0][..]), ("M16-64", &[300.0, 600.0]), ("M65+", &[90.0, 200.0])]);
            columns.extend([("F0-15", &[100.0, 250.0][..]), ("F16-64", &[300.0, 600.0]), ("F65+", &[110.0, 200.0])]);
        }
        columns
    };
    for (p, m) in [(true, false), (false, true), (true, true)] {
        right("age", &ages(p, m), 3000.0, &["age_0_15", "age_16_64", "age_65_over"]);
    }
    asked("age", &ages(false, true)[..3], "one-sex-only");
    let spelled: &[Column<'_>] = &[
        ("All people", &[60.0, 80.0]),
        ("0 - 14", &[20.0, 30.0]),
        ("15.0", &[10.0, 5.0]),
        ("16 and over", &[30.0, 45.0]),
    ];
    right("age", spelled, 140.0, &["age_0_14", "age_15", "age_16_over"]);
    asked(
        "age",
        &[("0 - 14", &[20.0, 30.0]), ("15th", &[10.0, 5.0]), ("16 - 64", &[30.0, 45.0]), ("65+", &[3.0, 4.0])],
        "ages-missing",
    );
    asked("age", &[("0-15", &[20.0, 30.0]), ("10-24", &[10.0, 5.0]), ("25+", &[30.0, 45.0])], "ages-overlap");
}

#[test]
fn percentages_alone_are_refused() {
    asked("ethnic_group", &[("Asian", &[40.0, 25.0, 33.3, 20.0]), ("White", &[60.0, 75.0, 66.7, 80.0])], "percentages");
    asked(
        "ethnic_group",
        &[("Total", &[100.0; 4]), ("Asian", &[40.0, 25.0, 33.3, 20.0]), ("White", &[60.0, 75.0, 66.7, 80.0])],
        "percentages",
    );
    asked("ethnic_group", &[("Asian", &[0.4, 0.25, 0.333, 0.2]), ("White", &[0.6, 0.75, 0.667, 0.8])], "percentages");
    asked("ethnic_group", &[("Asian %", &[40.0, 25.0]), ("White %", &[60.0, 75.0])], "percentages");
    asked("ethnic_group", &[("Asian", &[40.0, 25.0, 33.0, 20.0]), ("White", &[60.0, 75.0, 67.0, 80.0])], "percentages");
    asked("ethnic_group", &[("Households", &[40.0, 25.0]), ("Total households", &[60.0, 75.0])], "nobody-counted");
}
