use super::areas::year;
use super::*;
use std::fs;

const WARDS: &str = r#"{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"wd24_code":"E05000001","wd24_name":"North"},"geometry":{"type":"Polygon","coordinates":[[[0,51],[0.02,51],[0.02,51.02],[0,51.02],[0,51]]]}}]}"#;

fn square(code: &str, n: usize) -> String {
    let (w, e) = (n as f64 * 0.005, (n + 1) as f64 * 0.005);
    format!(
        r#"{{"type":"Feature","properties":{{"LSOA21CD":"{code}","LSOA21NM":"Z {n}"}},"geometry":{{"type":"Polygon","coordinates":[[[{w},51],[{e},51],[{e},51.01],[{w},51.01],[{w},51]]]}}}}"#
    )
}

fn codes() -> Vec<String> {
    (1..=4).map(|n| format!("E0100000{n}")).collect()
}

fn zones() -> String {
    let squares: Vec<String> = codes().iter().enumerate().map(|(n, code)| square(code, n)).collect();
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, squares.join(","))
}

fn table(head: &str, row: impl Fn(usize, &str) -> String) -> String {
    let rows: Vec<String> = codes().iter().enumerate().map(|(n, code)| row(n, code)).collect();
    format!("{head}\n{}\n", rows.join("\n"))
}

fn heap() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    let put = |name: &str, text: &str| {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    };
    put("boundaries/lsoa.geojson", &zones());
    put("wards_2024.geojson", WARDS);
    put(
        "census/ethnic_group.csv",
        &table("LSOA21CD,White,Asian,All usual residents", |n, code| {
            format!("{code},{},{},{}", 700 + n, 300, 1000 + n)
        }),
    );
    put(
        "imd.csv",
        &table(
            "LSOA code (2021),Index of Multiple Deprivation (IMD) Rank,Index of Multiple Deprivation (IMD) Decile",
            |n, code| format!("{code},{},{}", n * 900 + 5, n + 1),
        ),
    );
    put("our libraries.csv", "name,latitude,longitude,opening hours\nCentral,51.005,0.004,Mo-Fr 09:00-17:00\n");
    put("contacts.csv", "Date,Activity,Ward,How many\n2024-05-01,Walk,E05000001,5\n");
    put(
        "grants.csv",
        "Identifier,Title,Currency,Amount Awarded,Award Date,Recipient Org:Name\n360G-a-1,Choir,GBP,100,2024-01-02,Choir\n",
    );
    put("postcodes.csv", "postcode,easting,northing\nCB1 1AA,540000,130000\nCB1 1AB,540100,130100\n");
    put("old_new.csv", "lsoa11_code,lsoa21_code\nE01000001,E01000001\nE01000009,E01000002\n");
    put("letter.pdf", "%PDF-1.4");
    dir
}

fn purpose_of(dir: &tempfile::TempDir, name: &str) -> Purpose {
    recognise(&dir.path().join(name), name).purpose
}

#[test]
fn every_file_of_a_heap_is_told_by_what_is_in_it() {
    let dir = heap();
    assert_eq!(purpose_of(&dir, "boundaries/lsoa.geojson"), Purpose::Boundaries);
    assert_eq!(purpose_of(&dir, "wards_2024.geojson"), Purpose::Boundaries);
    assert_eq!(purpose_of(&dir, "census/ethnic_group.csv"), Purpose::Groups("ethnic_group".to_owned()));
    assert_eq!(purpose_of(&dir, "imd.csv"), Purpose::Deprivation);
    assert_eq!(purpose_of(&dir, "our libraries.csv"), Purpose::Assets("library".to_owned()));
    assert_eq!(purpose_of(&dir, "contacts.csv"), Purpose::Engagement);
    assert_eq!(purpose_of(&dir, "grants.csv"), Purpose::Grants);
    assert_eq!(purpose_of(&dir, "postcodes.csv"), Purpose::Postcodes);
    assert_eq!(purpose_of(&dir, "old_new.csv"), Purpose::Lookup("lsoa11_code".to_owned(), "lsoa21_code".to_owned()));
    assert!(matches!(purpose_of(&dir, "letter.pdf"), Purpose::Unknown(_)));
}

#[test]
fn a_heap_of_downloads_becomes_a_place_that_loads() {
    let dir = heap();
    let drafted = draft(dir.path(), "Northtown", &|_| {}).expect("drafted");
    assert!(drafted.is_usable, "{}\n{:#?}", drafted.toml, drafted.questions);
    write(dir.path(), &drafted.toml).expect("written");
    let loaded = crate::load::load(dir.path(), &|_| {});
    let place = loaded.place.expect("a place");
    assert_eq!((place.name.as_str(), place.zones.len(), place.patches.len()), ("Northtown", 4, 1));
    assert_eq!(place.residents(), 4006.0);
    assert_eq!(place.assets.len(), 1);
    assert_eq!(place.standards[0].key, "library-15");
    assert!(place.giving.is_some() && !place.engagement.files.is_empty());
    let what: Vec<&str> = drafted.missing.iter().map(|missing| missing.what).collect();
    assert_eq!(what, ["streets"]);
    assert!(drafted.toml.contains("letter.pdf"), "{}", drafted.toml);
}

#[test]
fn a_place_that_was_written_is_never_written_over() {
    let dir = tempfile::tempdir().expect("a folder");
    write(dir.path(), "first").expect("written");
    assert_eq!(write(dir.path(), "second").expect_err("there is one").kind(), std::io::ErrorKind::AlreadyExists);
    assert_eq!(fs::read_to_string(dir.path().join("place.toml")).expect("read"), "first");
    assert_eq!(fs::read_dir(dir.path()).expect("listed").count(), 1, "nothing is left beside it");
}

#[test]
fn what_the_loader_refuses_is_asked_about_and_the_rest_stands() {
    let dir = heap();
    // Two columns could be everybody, and they differ.
    let odd = table("LSOA21CD,Aged 0 to 15,Aged 16 and over,All persons,All people", |n, code| {
        format!("{code},{},{},{},{}", 300 + n, 700, 1000 + n, 2000 + 7 * n)
    });
    fs::write(dir.path().join("age.csv"), odd).expect("a file");
    let drafted = draft(dir.path(), "Northtown", &|_| {}).expect("drafted");
    assert!(drafted.is_usable, "{}\n{:#?}", drafted.toml, drafted.questions);
    if !drafted.questions.is_empty() {
        assert!(drafted.questions.iter().all(|question| question.at.file == "age.csv"), "{:#?}", drafted.questions);
        assert!(
            drafted.toml.contains("# ASKED: ") && drafted.toml.contains("# file = \"age.csv\""),
            "{}",
            drafted.toml
        );
    }
}

#[test]
fn an_empty_folder_says_what_is_missing_and_where_it_is_found() {
    let dir = tempfile::tempdir().expect("a folder");
    let drafted = draft(dir.path(), "Nowhere", &|_| {}).expect("drafted");
    assert!(!drafted.is_usable);
    assert_eq!(drafted.missing.len(), 7);
    assert!(drafted.missing.iter().all(|missing| !missing.from.is_empty() && !missing.so.is_empty()));
}

#[test]
fn a_year_is_read_from_titles_and_names() {
    for (words, expected) in [
        ("LSOA21CD", Some(2021)),
        ("lsoa11_code", Some(2011)),
        ("wards_2024.geojson", Some(2024)),
        ("LSOA code (2021)", Some(2021)),
        ("name", None),
        ("E01000001", None),
    ] {
        assert_eq!(year(words), expected, "{words}");
    }
}

#[test]
fn the_age_in_language_is_no_age() {
    assert_eq!(names::dimension("main_language.csv", &[]), Some("language"));
    assert_eq!(names::dimension("residents_by_age.csv", &[]), Some("age"));
    assert_eq!(names::dimension("ts021-ethnic-group.csv", &[]), Some("ethnic_group"));
    assert_eq!(names::dimension("table7.csv", &["Disability".to_owned()]), Some("disability"));
    assert_eq!(names::dimension("reports.csv", &["month".to_owned(), "age".to_owned()]), None);
}

#[test]
fn assets_of_several_kinds_are_told_apart_by_their_column_and_no_kind_is_made_of_a_name_that_says_nothing() {
    let dir = heap();
    let rows =
        "name,category,latitude,longitude\nA,library,51.005,0.004\nB,GP surgery,51.004,0.003\nC,library,51.003,0.002\n";
    fs::write(dir.path().join("assets.csv"), rows).expect("a file");
    fs::write(dir.path().join("Our venues 2.csv"), rows.replace("category", "remark")).expect("a file");
    fs::write(dir.path().join("warm spaces.csv"), rows.replace("category", "remark")).expect("a file");
    let kinds = vec!["gp_surgery".to_owned(), "library".to_owned()];
    assert_eq!(purpose_of(&dir, "assets.csv"), Purpose::AssetsBy { column: "category".to_owned(), kinds });
    assert!(matches!(purpose_of(&dir, "Our venues 2.csv"), Purpose::Unknown(why) if why.contains("of which one kind")));
    // A name that says two kinds settles nothing, and codes are no kinds.
    fs::write(dir.path().join("libraries and surgeries.csv"), rows).expect("a file");
    assert!(
        matches!(purpose_of(&dir, "libraries and surgeries.csv"), Purpose::AssetsBy { kinds, .. } if kinds.len() == 2)
    );
    fs::write(dir.path().join("libraries and surgeries.csv"), rows.replace("category", "remark")).expect("a file");
    assert!(matches!(purpose_of(&dir, "libraries and surgeries.csv"), Purpose::Unknown(_)));
    fs::remove_file(dir.path().join("libraries and surgeries.csv")).expect("removed");
    let coded = rows.replace("library,", "7,").replace("GP surgery,", "12,");
    fs::write(dir.path().join("sites.csv"), coded).expect("a file");
    assert!(matches!(purpose_of(&dir, "sites.csv"), Purpose::Unknown(_)));
    fs::remove_file(dir.path().join("sites.csv")).expect("removed");
    assert_eq!(purpose_of(&dir, "warm spaces.csv"), Purpose::Assets("warm_spaces".to_owned()));

    let drafted = draft(dir.path(), "Here", &|_| {}).expect("read");
    assert!(drafted.toml.contains("file = \"assets.csv\"\nkind_field = \"category\""), "{}", drafted.toml);
    assert!(drafted.toml.contains("title = \"GP surgery within 15 minutes\""), "{}", drafted.toml);
    assert!(!drafted.toml.contains("kind = \"assets\""), "{}", drafted.toml);
}
