use super::*;
use crate::crs::Xy;
use crate::units::Seconds;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn hub() -> Asset {
    Asset {
        key: "hub".into(),
        name: "Hub".into(),
        kind: "hub".into(),
        at: Xy::new(0.0, 0.0),
        snap: None,
        status: AssetStatus::Open,
        opens_on: None,
        closes_on: None,
        opening: Opening::Unknown,
        capacity: None,
        step_free: None,
        last_checked: None,
        address: None,
    }
}

/// Wednesday 5 June 2024, in a week from Monday 3 to Sunday 9 June.
fn standard() -> Standard {
    Standard {
        key: "hub-15".into(),
        title: "A hub within 15 minutes".into(),
        kinds: vec!["hub".into(), "library".into()],
        within: Seconds::from_minutes(15.0),
        open_after: None,
        days: vec![Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri],
        step_free: false,
        date: day("2024-06-05"),
        transit: None,
        nth: 1,
        places: None,
        over: None,
    }
}

fn evening() -> Standard {
    Standard { open_after: NaiveTime::from_hms_opt(17, 0, 0), ..standard() }
}

fn with_hours(words: &str) -> Asset {
    Asset { opening: Opening::Hours(words.into()), ..hub() }
}

#[test]
fn an_open_asset_of_the_kind_qualifies_and_one_of_another_kind_never_does() {
    assert!(shortfall(&hub(), &standard()).is_none());
    let pub_ = shortfall(&Asset { kind: "pub".into(), ..hub() }, &standard());
    assert!(pub_.kind && !pub_.may_be_mended());
}

#[test]
fn a_closed_asset_never_counts_and_one_that_closes_later_still_does() {
    let closed = |asset: Asset| shortfall(&asset, &standard()).closed;
    assert!(closed(Asset { status: AssetStatus::Closed, closes_on: Some(day("2030-01-01")), ..hub() }));
    assert!(closed(Asset { closes_on: Some(day("2024-06-04")), ..hub() }));
    assert!(!closed(Asset { closes_on: Some(day("2024-06-05")), ..hub() }), "the last day is a day of use");
}

#[test]
fn a_planned_asset_counts_from_its_first_day() {
    let planned = |asset: Asset| shortfall(&asset, &standard()).planned;
    let decided = || Asset { status: AssetStatus::Planned, ..hub() };
    assert!(planned(decided()));
    assert!(planned(Asset { opens_on: Some(day("2024-06-06")), ..decided() }));
    assert!(!planned(Asset { opens_on: Some(day("2024-06-05")), ..decided() }));
    assert!(planned(Asset { opens_on: Some(day("2024-06-06")), ..hub() }), "whatever its status says");
}

#[test]
fn open_after_five_means_open_at_some_moment_later_than_five_on_one_of_the_days() {
    let late = |words: &str| shortfall(&with_hours(words), &evening()).is_none();
    assert!(late("Mo-Fr 09:00-20:00"));
    assert!(late("Th 18:30-19:00"));
    assert!(late("24/7"));
    assert!(late("Mo 20:00-02:00"));
    assert!(!late("Mo-Fr 09:00-17:00"), "it shuts at exactly five");
    assert!(!late("Sa,Su 10:00-20:00"), "not on a weekday");
    assert!(!late("Mo-Fr 09:00-17:00; We off"));
}

#[test]
fn hours_are_read_in_the_week_of_the_date() {
    let winter_only = with_hours("Oct-Mar: Mo-Fr 09:00-20:00; Apr-Sep: Mo-Fr 09:00-16:00");
    assert!(shortfall(&winter_only, &evening()).hours);
    assert!(!shortfall(&winter_only, &Standard { date: day("2024-01-10"), ..evening() }).hours);
    // Monday 3 June is in the week of Sunday 9 June, Monday 10 June is not.
    let one_monday = with_hours("2024 Jun 03 18:00-19:00");
    assert!(!shortfall(&one_monday, &Standard { date: day("2024-06-09"), ..evening() }).hours);
    assert!(shortfall(&one_monday, &Standard { date: day("2024-06-10"), ..evening() }).hours);
}

#[test]
fn public_holidays_are_left_out_of_account() {
    // Christmas Day 2024 is a Wednesday.
    let asset = with_hours("We 09:00-20:00; PH off");
    assert!(shortfall(&asset, &Standard { date: day("2024-12-25"), ..evening() }).is_none());
}

#[test]
fn hours_nobody_knows_do_not_count_and_are_told_apart() {
    let unknown = shortfall(&hub(), &evening());
    assert!(unknown.hours && unknown.hours_unknown);
    let unreadable = shortfall(&Asset { opening: Opening::Unreadable("most days".into()), ..hub() }, &evening());
    assert!(unreadable.hours && unreadable.hours_unknown);
    let shut = shortfall(&with_hours("Mo-Fr 09:00-12:00"), &evening());
    assert!(shut.hours && !shut.hours_unknown);
    let perhaps = shortfall(&with_hours("Mo-Fr 09:00-20:00 unknown"), &evening());
    assert!(perhaps.hours);
    assert!(shortfall(&hub(), &standard()).is_none(), "nobody asked for hours");
}

#[test]
fn a_standard_that_asks_for_step_free_takes_only_what_is_known_to_be() {
    let step_free = Standard { step_free: true, ..standard() };
    let access = |known: Option<bool>| shortfall(&Asset { step_free: known, ..hub() }, &step_free).access;
    assert!(!access(Some(true)));
    assert!(access(Some(false)));
    assert!(access(None));
}

#[test]
fn the_edge_of_the_calendar_is_not_the_end_of_the_program() {
    for date in [NaiveDate::MIN, NaiveDate::MAX] {
        assert!(shortfall(&with_hours("24/7"), &Standard { date, ..evening() }).hours);
    }
}
