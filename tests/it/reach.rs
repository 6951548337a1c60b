//! Engagement records: every row is used or set aside with its reason, whatever the file is like.

use patchwork::load::load_with;
use patchwork::place::{Answer, Basis, Engagement, Issue, Place};
use std::path::Path;

const PLACE: &str = "[place]\nname = \"Toy\"\ndate = \"2024-12-31\"\ncrs = \"EPSG:27700\"\npostcodes = \"postcodes.csv\"\n\n\
    [patches]\nfile = \"patches.geojson\"\n\n[zones]\nfile = \"zones.geojson\"\n\n\
    [[groups]]\nfile = \"sex.csv\"\ndimension = \"sex\"\nzone = \"zone\"\n";

fn square(key: &str, x: f64, width: f64) -> String {
    let (y, east, north) = (400_000.0, x + width, 400_100.0);
    format!(
        "{{\"type\":\"Feature\",\"properties\":{{\"code\":\"{key}\",\"name\":\"{key}\"}},\"geometry\":{{\"type\":\"Polygon\",\
         \"coordinates\":[[[{x},{y}],[{east},{y}],[{east},{north}],[{x},{north}],[{x},{y}]]]}}}}"
    )
}

fn layer(features: &[String]) -> String {
    format!(
        "{{\"type\":\"FeatureCollection\",\"crs\":{{\"type\":\"name\",\"properties\":{{\"name\":\"EPSG:27700\"}}}},\
         \"features\":[{}]}}",
        features.join(",")
    )
}

/// Two patches of a hundred metres with a zone each: 100 and 300 residents.
fn read(records: &[u8], more: &str) -> (Option<Place>, Vec<Issue>) {
    let dir = tempfile::tempdir().expect("a directory");
    let write = |name: &str, bytes: &[u8]| std::fs::write(dir.path().join(name), bytes).expect("written");
    write("patches.geojson", layer(&[square("P1", 400_000.0, 100.0), square("P2", 400_100.0, 100.0)]).as_bytes());
    write("zones.geojson", layer(&[square("Z1", 400_000.0, 100.0), square("Z2", 400_100.0, 100.0)]).as_bytes());
    write("sex.csv", b"zone,Female,Male\nZ1,50,50\nZ2,150,150\n");
    write(
        "postcodes.csv",
        b"Postcode,Easting,Northing\nAB1 1AA,400050,400050\nAB1 1AB,400150,400050\nAB2 1AA,400150,400050\nZZ9 9ZZ,500000,400050\n",
    );
    write("met.csv", records);
    write("place.toml", format!("{PLACE}\n[[engagement]]\nfile = \"met.csv\"\n{more}").as_bytes());
    let loaded = load_with(dir.path(), &|_| None, &|_| {});
    (loaded.place, loaded.issues)
}

fn used(records: &str, more: &str) -> (Engagement, Vec<Issue>) {
    let (place, issues) = read(records.as_bytes(), more);
    let place = place.unwrap_or_else(|| panic!("{issues:#?}"));
    for file in &place.engagement.files {
        let told = file.used + file.repeated + file.cut + file.without_day + file.nowhere();
        assert_eq!(told, file.rows, "used and set aside are all there is: {file:?}");
    }
    (place.engagement, issues)
}

fn has(issues: &[Issue], code: &str) -> bool {
    issues.iter().any(|issue| issue.code == code)
}

/// People of the whole time, by the patch's place in the list.
fn in_patch(met: &Engagement, patch: usize) -> f64 {
    let here = |cell: &&patchwork::place::Met| {
        cell.quarter.is_none() && cell.patch.map(patchwork::place::Idx::index) == Some(patch)
    };
    met.met.iter().filter(here).map(|cell| cell.count.people).sum()
}

#[test]
fn a_person_who_comes_again_is_one_person_and_two_attendances() {
    let (met, _) = used(
        "id,date,zone,person_key,sex,activity\n1,2024-01-05,Z1,a,Female,session\n2,2024-05-05,Z1,a,,session\n3,2024-05-06,Z2,b,M,event\n",
        "",
    );
    assert_eq!(met.basis, Basis::People);
    assert_eq!((in_patch(&met, 0), in_patch(&met, 1)), (1.0, 1.0));
    let known = |cell: &patchwork::place::Met| matches!(met.combinations[cell.combination][0], Answer::Group(_));
    assert!(met.met.iter().all(known), "what one record does not say another may: {:?}", met.combinations);
    assert_eq!(met.work.iter().map(|work| work.attendances).sum::<f64>(), 3.0);
}

#[test]
fn mixed_dates_and_days_counted_by_excel_are_read_and_nonsense_is_told() {
    let (met, issues) =
        used("date,zone\n2024-01-05,Z1\n05/02/2024,Z1\n45000,Z1\n5 March 2024,Z1\nlast week,Z1\n,Z2\n", "");
    assert_eq!((met.files[0].used, met.files[0].without_day), (4, 2));
    assert!(has(&issues, "dates-mixed") && has(&issues, "record-without-day"));
}

#[test]
fn the_month_comes_first_where_place_toml_says_so() {
    let (met, _) = used("date,zone\n03/31/2024,Z1\n", "month_first = true\n");
    assert_eq!(met.days.map(|(first, _)| first.to_string()).as_deref(), Some("2024-03-31"));
}

#[test]
fn hidden_numbers_are_told_and_count_the_least_they_can_be() {
    let (met, issues) = used("date,zone,people,hours\n2024-01-05,Z1,[c],*\n2024-01-06,Z1,7,1.5\n", "");
    assert_eq!(in_patch(&met, 0), 8.0);
    assert_eq!(issues.iter().filter(|issue| issue.code == "unknown-count" && issue.at.file == "met.csv").count(), 2);
}

#[test]
fn postcodes_are_found_however_they_are_written_and_the_others_are_placed_nowhere() {
    let (met, issues) = used(
        "date,postcode\n2024-01-05,ab11aa\n2024-01-05,AB1  1AB\n2024-01-05,QQ1 1QQ\n2024-01-05,ZZ9 9ZZ\n2024-01-05,?\n2024-01-05,\n",
        "",
    );
    assert_eq!((met.files[0].used, met.files[0].nowhere()), (2, 4));
    assert_eq!((in_patch(&met, 0), in_patch(&met, 1)), (1.0, 1.0));
    assert_eq!(issues.iter().filter(|issue| issue.code == "record-nowhere").count(), 4, "{issues:#?}");
}

#[test]
fn a_postcode_district_is_spread_by_residents_and_says_how_sure_it_is() {
    let rows: String = (0..100).map(|_| "2024-01-05,AB1\n").collect();
    let (met, issues) = used(&format!("date,postcode\n{rows}"), "");
    // AB1 has the only postcode of Z1 (100 residents) and one of the two of Z2 (half of 300).
    assert!((in_patch(&met, 0) - 40.0).abs() < 1e-9 && (in_patch(&met, 1) - 60.0).abs() < 1e-9);
    let variance: f64 = met.met.iter().filter(|cell| cell.quarter.is_none()).map(|cell| cell.count.variance).sum();
    assert!((variance - 2.0 * 100.0 * 0.4 * 0.6).abs() < 1e-9);
    assert!(has(&issues, "record-spread"));
}

#[test]
fn an_unknown_group_is_recorded_and_in_no_group_and_can_be_explained() {
    let records = "date,zone,sex\n2024-01-05,Z1,purple\n2024-01-05,Z1,Prefer not to say\n2024-01-05,Z1,F\n";
    let (met, issues) = used(records, "");
    assert!(has(&issues, "group-unknown"));
    let answers: Vec<Answer> = met.combinations.iter().map(|answers| answers[0]).collect();
    assert!(answers.contains(&Answer::Unmatched) && answers.contains(&Answer::NotRecorded));
    let (_, issues) = used(records, "[engagement.groups.sex]\npurple = \"female\"\n");
    assert!(!has(&issues, "group-unknown"));
}

#[test]
fn a_hundred_thousand_copies_of_a_record_are_counted_once() {
    let rows = "7,2024-01-05,Z1\n".repeat(100_000);
    let (met, issues) = used(&format!("id,date,zone\n{rows}"), "");
    assert_eq!((met.files[0].used, met.files[0].repeated), (1, 99_999));
    assert!(has(&issues, "record-repeated"));
}

#[test]
fn half_a_line_at_the_end_is_told_and_not_counted() {
    let (met, issues) = used("date,zone,people\n2024-01-05,Z1,1\n2024-01-06,Z", "");
    assert_eq!((met.files[0].used, met.files[0].cut), (1, 1));
    assert!(has(&issues, "row-cut"));
    let (met, _) = used("date,zone,people\n2024-01-05,Z1,1\n2024-01-06,Z1,1", "");
    assert_eq!((met.files[0].used, met.files[0].cut), (2, 0), "only the line break is missing");
}

#[test]
fn marks_of_excel_and_windows_letters_change_nothing() {
    // Twice the threshold: without keys two of them may be of one person.
    let rows = b"2024-01-05,Z1,caf\xe9\r\n".repeat(20);
    let (place, _) = read(&[b"\xef\xbb\xbfdate,zone,themes\r\n".as_slice(), &rows].concat(), "");
    let met = place.expect("a place").engagement;
    assert_eq!(met.themes, ["café"]);
}

#[test]
fn coordinates_in_degrees_and_in_metres_find_the_same_patch() {
    let (met, _) = used("date,easting,northing\n2024-01-05,400150,400050\n2024-01-05,500000,500000\n", "");
    assert_eq!((in_patch(&met, 1), met.files[0].nowhere()), (1.0, 1));
    // EPSG:27700 400150, 400050
    let (met, _) = used("date,lon,lat\n2024-01-05,-1.9994,53.4972\n", "");
    assert_eq!(in_patch(&met, 0) + in_patch(&met, 1), 1.0);
}

#[test]
fn coordinates_looked_up_together_and_row_by_row_say_the_same() {
    // Without a stated system the first rows are looked up by themselves.
    let lookups = |records: &str, crs: &str| (used(records, ""), used(records, &format!("crs = \"{crs}\"\n")));
    let words = |i: usize| match i % 50 {
        7 => ("400050".to_owned(), "somewhere".to_owned()),
        9 => (String::new(), "400050".to_owned()),
        _ => ((399_990 + i * 7 % 220).to_string(), (399_990 + i * 13 % 120).to_string()),
    };
    let row = |i: usize| format!("{},2024-01-05,{},{}\n", i, words(i).0, words(i).1);
    let rows: String = (0..2000).map(row).collect();
    let ((singly, one), (together, other)) = lookups(&format!("id,date,easting,northing\n{rows}"), "EPSG:27700");
    assert_eq!((&singly, one.len()), (&together, other.len()));
    assert!(in_patch(&singly, 0) > 500.0 && in_patch(&singly, 1) > 500.0 && singly.files[0].nowhere() >= 80);
    let row = |i: usize| format!("{i},2024-01-05,{:.5},53.4972\n", -2.0005 + (i % 400) as f64 * 1e-5);
    let rows: String = (0..2000).map(row).collect();
    let ((singly, _), (together, _)) = lookups(&format!("id,date,lon,lat\n{rows}"), "EPSG:4326");
    assert_eq!(singly, together);
    assert!(in_patch(&singly, 0) > 100.0 && in_patch(&singly, 1) > 100.0 && singly.files[0].nowhere() > 0);
}

#[test]
fn names_of_people_are_refused_whatever_the_column_is_called() {
    for cell in ["Jo Bloggs <jo@example.org>", "07700 900123", "QQ123456C"] {
        let text = format!("date,zone,notes\n2024-01-04,Z1,fine\n2024-01-05,Z1,{cell}\n");
        let (place, issues) = read(text.as_bytes(), "");
        assert!(place.is_none(), "{cell}");
        let told = issues.iter().find(|issue| issue.code == "personal-data").expect("told");
        assert_eq!((told.at.row, told.at.field.as_deref()), (Some(3), Some("notes")), "{cell}");
        assert!(!format!("{told:?}").contains(cell), "what must not be handed on is not repeated: {told:?}");
        assert!(told.remedy.contains("Take these columns out"), "{told:?}");
    }
}

#[test]
fn the_words_of_a_theme_that_few_raise_are_named_nowhere() {
    let many = "2024-01-05,Z1,buses\n".repeat(20);
    let (met, issues) =
        used(&format!("date,zone,themes\n{many}2024-01-06,Z1,her next door\n"), "[themes]\nher = \"hall\"\n");
    assert_eq!(met.themes, ["buses"]);
    assert!(has(&issues, "theme-rare") && !format!("{issues:?}").contains("next door"), "{issues:?}");
    assert_eq!(
        met.raised.iter().filter(|raised| raised.theme.is_none()).map(|raised| raised.records).sum::<f64>(),
        21.0
    );
}

#[test]
fn the_order_of_rows_changes_nothing() {
    let mut rows: Vec<String> = (0..500)
        .map(|i| format!("{i},2024-{:02}-11,Z{},p{},{}", i % 12 + 1, i % 2 + 1, i % 90, ["F", "M", ""][i % 3]))
        .collect();
    let file = |rows: &[String]| format!("id,date,zone,person_key,sex\n{}\n", rows.join("\n"));
    let (one, _) = used(&file(&rows), "");
    rows.reverse();
    let (other, _) = used(&file(&rows), "");
    assert_eq!(one, other);
}

#[test]
fn real_memberships_known_by_district_reconcile_to_the_last_record() {
    if crate::real_files::real_files().is_none() {
        return;
    }
    let shared = crate::support::shared().to_string_lossy().into_owned();
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/places/newcastle");
    let loaded = load_with(&dir, &|name| (name == "PATCHWORK_SHARED").then(|| shared.clone()), &|_| {});
    let met = loaded.place.unwrap_or_else(|| panic!("{:#?}", loaded.issues)).engagement;
    let file = &met.files[0];
    assert_eq!(file.rows, 80_752);
    assert_eq!(file.used + file.repeated + file.cut + file.without_day + file.nowhere(), 80_752);
    assert!(file.spread > 20_000 && file.without_day >= 256, "{file:?}");
    let expected: f64 = met.met.iter().filter(|cell| cell.quarter.is_none()).map(|cell| cell.count.people).sum();
    assert!(expected < file.used as f64 && expected > 0.6 * file.used as f64, "{expected} of {}", file.used);
}
