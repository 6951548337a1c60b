use super::super::Given;
use super::*;
use crate::crs::Xy;

fn library(key: &str, capacity: Option<f64>, opening: Opening) -> Asset {
    Asset {
        key: key.into(),
        name: key.into(),
        kind: "library".into(),
        at: Xy::new(0.0, 0.0),
        snap: None,
        status: AssetStatus::Open,
        opens_on: None,
        closes_on: None,
        opening,
        capacity,
        step_free: None,
        last_checked: None,
        address: None,
    }
}

/// Wednesday 5 June 2024.
fn check(extra: &str, assets: &[Asset]) -> (Vec<Standard>, Vec<Issue>) {
    let text = format!("key = \"library\"\nkinds = \"library\"\nwithin_minutes = 15\n{extra}");
    let section: StandardSection = toml::from_str(&text).expect("a section");
    let mut issues = Issues::default();
    let date = NaiveDate::from_ymd_opt(2024, 6, 5).expect("a day");
    let given = Given { assets, date, transit: None, running: &[] };
    (super::super::read(&[section], &given, &mut issues), issues.into_sorted())
}

#[test]
fn what_is_asked_beyond_the_nearest_stands_in_the_title() {
    let here = [library("a", Some(10.0), Opening::Unknown)];
    for (extra, title) in [
        ("nth = 2", "Library within 15 minutes, two to choose from"),
        ("places_per_1000 = 2.5", "Library within 15 minutes, with 2.5 places for 1,000 residents"),
        ("over = \"4 weeks\"", "Library within 15 minutes, over 4 weeks"),
        ("over = \"1 day\"", "Library within 15 minutes, over 1 day"),
    ] {
        let (standards, issues) = check(extra, &here);
        assert_eq!((standards[0].title.as_str(), issues.len()), (title, 0), "{extra}");
    }
    assert!(check("", &here).0[0].is_plain());
}

#[test]
fn a_time_to_look_over_is_whole_weeks_from_monday_or_days_from_the_date() {
    let here = [library("a", None, Opening::Unknown)];
    let over = |extra: &str| check(extra, &here).0[0].over.clone().expect("a time");
    let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
    let weeks = over("over = \"3 weeks\"");
    assert_eq!((weeks.unit, weeks.periods.len(), weeks.periods[0].len()), ("week", 3, 7));
    assert_eq!((weeks.periods[0][0], weeks.periods[2][6]), (day("2024-06-03"), day("2024-06-23")));
    let days = over("over = \"7 days\"\ndays = [\"Mo\", \"Tu\"]");
    assert_eq!(days.periods, [[day("2024-06-10")], [day("2024-06-11")]], "only those days count");
    let tuesdays = over("over = \"2 weeks\"\ndays = [\"Tu\"]");
    assert_eq!(tuesdays.periods, [[day("2024-06-04")], [day("2024-06-11")]]);
}

#[test]
fn what_cannot_be_meant_is_refused_by_field_with_the_remedy() {
    for (extra, field) in [
        ("nth = 0", "nth"),
        ("nth = 40", "nth"),
        ("places_per_1000 = 0", "places_per_1000"),
        ("places_per_1000 = -3", "places_per_1000"),
        ("places_per_1000 = nan", "places_per_1000"),
        ("place_hours_per_1000 = inf", "place_hours_per_1000"),
        ("places_per_1000 = 3\nplace_hours_per_1000 = 3", "place_hours_per_1000"),
        ("places_per_1000 = 3\nover = \"4 weeks\"", "over"),
        ("over = \"often\"", "over"),
        ("over = \"0 weeks\"", "over"),
        ("over = \"4 months\"", "over"),
        ("over = \"4 weeks or so\"", "over"),
        ("over = \"4000000000 weeks\"", "over"),
        ("over = \"1 day\"\ndays = [\"Tu\"]", "over"),
    ] {
        let (standards, issues) = check(extra, &[library("a", Some(1.0), Opening::Unknown)]);
        assert!(standards.is_empty(), "{extra}");
        assert_eq!(issues[0].code, "standard-invalid", "{extra}");
        assert_eq!(issues[0].at.field.as_deref(), Some(field), "{extra}");
        assert!(!issues[0].remedy.is_empty());
    }
}

#[test]
fn room_that_nobody_knows_is_told_once_with_how_many() {
    let open = Opening::Hours("Mo-Fr 10:00-12:00".into());
    let here =
        [library("a", Some(0.0), Opening::Unknown), library("b", None, open.clone()), library("c", Some(5.0), open)];
    let (_, issues) = check("places_per_1000 = 1", &here);
    assert_eq!(issues.len(), 1);
    assert_eq!(issues[0].code, "capacity-unknown");
    assert!(issues[0].problem.starts_with("Of 1 of the 3 assets"), "{}: nought is known", issues[0].problem);
    let (_, issues) = check("place_hours_per_1000 = 1", &here);
    assert!(issues[0].problem.starts_with("Of 2 of the 3 assets"), "{}: hours are wanting too", issues[0].problem);
    assert!(check("places_per_1000 = 1", &here[2..]).1.is_empty());
}
