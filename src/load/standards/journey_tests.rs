use super::super::read as standards;
use super::*;
use crate::load::transit::of_place::Running;
use crate::place::Transit;
use crate::transit::{Service, Trip};

fn june(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2024, 6, day).expect("a day")
}

/// Read with a timetable that runs on 3 to 7 and 10 to 14 June 2024, for a place whose date is Wednesday 5 June.
fn check(extra: &str) -> (Vec<Standard>, Vec<Issue>) {
    let text = format!("key = \"by-bus\"\nkinds = \"library\"\nwithin_minutes = 45\n{extra}");
    let section: StandardSection = toml::from_str(&text).expect("a section");
    let days: BTreeSet<NaiveDate> = (3..=7).chain(10..=14).map(june).collect();
    let mut transit = Transit::default();
    transit.timetable.services.push(Service { days: days.clone() });
    transit.timetable.trips.push(Trip { service: 0, step_free: false, calls: Vec::new() });
    let running = [Running { file: "buses.zip".to_owned(), days }];
    let given = Given { assets: &[], date: june(5), transit: Some(&transit), running: &running };
    let mut issues = Issues::default();
    let read = standards(&[section], &given, &mut issues);
    (read, issues.into_sorted().into_iter().filter(|issue| issue.code != "kind-missing").collect())
}

fn by_bus(extra: &str) -> (Vec<Standard>, Vec<Issue>) {
    check(&format!("by = \"walk+transit\"\n{extra}"))
}

#[test]
fn windows_are_read_as_people_write_them() {
    for (words, days) in [
        ("09:30-11:30", vec![5]),
        ("9:30 \u{2013} 11:30", vec![5]),
        ("09:30 to 11:30", vec![5]),
        ("Tu 09:30-11:30", vec![4]),
        ("Tuesdays 09:30-11:30", vec![4]),
        ("weekday 09:30\u{2013}11:30", vec![3, 4, 5, 6, 7]),
        ("Mo-Fr 09:30-11:30", vec![3, 4, 5, 6, 7]),
        ("Mo, We 09:30-11:30", vec![3, 5]),
    ] {
        let (standards, issues) = by_bus(&format!("window = \"{words}\""));
        assert_eq!(issues, [], "{words}");
        let journey = standards[0].transit.as_ref().expect("a journey");
        assert_eq!(journey.days, days.iter().map(|day| june(*day)).collect::<Vec<_>>(), "{words}");
        assert_eq!((journey.from, journey.to), (34_200, 41_400), "{words}");
        assert_eq!(journey.departures(), 120 * days.len());
    }
    let (standards, _) = by_bus("window = \"Tu 23:30-25:00\"");
    assert_eq!(standards[0].transit.as_ref().map(|journey| journey.to), Some(90_000), "into the night");
}

#[test]
fn a_time_to_be_there_stands_in_place_of_a_window() {
    for (words, days) in [("10:00", vec![5]), ("Tu 10:00", vec![4]), ("Mo-Fr 10:00", vec![3, 4, 5, 6, 7])] {
        let (standards, issues) = by_bus(&format!("arrive_by = \"{words}\""));
        assert_eq!(issues, [], "{words}");
        let journey = standards[0].transit.as_ref().expect("a journey");
        assert_eq!((journey.arrive_by, journey.from, journey.departures()), (Some(36_000), 21_600, days.len()));
        assert_eq!(journey.days, days.iter().map(|day| june(*day)).collect::<Vec<_>>(), "{words}");
        assert_eq!(journey.window(), "there by 10:00");
    }
}

#[test]
fn what_cannot_be_meant_is_refused_by_its_key() {
    for (extra, field) in [
        ("by = \"bus\"", "by"),
        ("by = \"walk+transit\"", "window"),
        ("by = \"walk+transit\"\nwindow = \"in the morning\"", "window"),
        ("by = \"walk+transit\"\nwindow = \"11:30-09:30\"", "window"),
        ("by = \"walk+transit\"\nwindow = \"09:30-09:30\"", "window"),
        ("by = \"walk+transit\"\nwindow = \"Xy 09:30-11:30\"", "window"),
        ("by = \"walk+transit\"\nwindow = \"09:30-99:30\"", "window"),
        ("by = \"walk+transit\"\nwindow = \"09:30-11:30\"\nchanges = 9", "changes"),
        ("by = \"walk+transit\"\nwindow = \"09:30-11:30\"\nwalk_minutes = -1", "walk_minutes"),
        ("by = \"walk+transit\"\nwindow = \"09:30-11:30\"\nback_by = \"noon\"", "back_by"),
        ("by = \"walk+transit\"\nwindow = \"09:30-11:30\"\nback_by = \"10:00\"", "back_by"),
        ("by = \"walk+transit\"\nwindow = \"09:30-11:30\"\nstay_minutes = 30", "stay_minutes"),
        ("window = \"09:30-11:30\"", "window"),
        ("arrive_by = \"10:00\"", "arrive_by"),
        ("by = \"walk+transit\"\narrive_by = \"soon\"", "arrive_by"),
        ("by = \"walk+transit\"\narrive_by = \"00:00\"", "arrive_by"),
        ("by = \"walk+transit\"\narrive_by = \"Xy 10:00\"", "arrive_by"),
        ("by = \"walk+transit\"\narrive_by = \"10:00\"\nwindow = \"09:30-11:30\"", "arrive_by"),
        ("by = \"walk+transit\"\narrive_by = \"10:00\"\nback_by = \"09:00\"", "back_by"),
        ("by = \"walk+transit\"\narrive_by = \"10:00\"\nnth = 2", "nth"),
        ("by = \"walk+transit\"\narrive_by = \"10:00\"\nover = \"4 weeks\"", "over"),
        ("by = \"walk+transit\"\narrive_by = \"10:00\"\nplaces_per_1000 = 3", "places_per_1000"),
        ("by = \"walk\"\nback_by = \"13:00\"", "back_by"),
    ] {
        let (standards, issues) = check(extra);
        assert!(standards.is_empty(), "{extra}");
        assert_eq!(
            (issues[0].code.word(), issues[0].at.field.as_deref()),
            ("standard-invalid", Some(field)),
            "{extra}"
        );
    }
}

#[test]
fn a_day_on_which_nothing_runs_is_an_error_that_names_days_on_which_something_does() {
    for (extra, day) in [
        ("window = \"09:30-11:30\"\ndate = \"2024-06-09\"", "Sun 2024-06-09"),
        ("window = \"Su 09:30-11:30\"", "Sun 2024-06-09"),
        ("window = \"Mo-Sa 09:30-11:30\"", "Sat 2024-06-08"),
        ("window = \"09:30-11:30\"\ndate = \"2026-06-09\"", "Tue 2026-06-09"),
    ] {
        let (standards, issues) = by_bus(extra);
        assert!(standards.is_empty(), "{extra}");
        assert_eq!(issues[0].code, "timetable-outside");
        assert!(issues[0].problem.contains(day), "{}", issues[0].problem);
        assert!(issues[0].remedy.contains("10 days from 2024-06-03 to 2024-06-14"), "{}", issues[0].remedy);
    }
    assert!(by_bus("window = \"Su 09:30-11:30\"").1[0].remedy.contains("Mon 2024-06-10"));
}

#[test]
fn a_title_says_by_what_and_when_and_step_free_buses_that_are_not_there_are_told() {
    let (standards, issues) = by_bus("window = \"Tu 09:30-11:30\"\nback_by = \"13:00\"\nstep_free = true");
    let title = "Library within 45 minutes by bus and on foot, Tuesday 09:30-11:30, back by 13:00, step-free";
    assert_eq!(standards[0].title, title);
    assert_eq!(issues[0].code, "timetable-step-free");
}
