//! Opening hours: OpenStreetMap's `opening_hours` words, checked; common English ones, translated.

mod english;

use crate::place::Opening;
use chrono::{Days, NaiveDate, NaiveTime};
use opening_hours::{OpeningHours, RuleKind};

/// Days in the order of the week, as OpenStreetMap writes them.
const DAYS: [&str; 7] = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];

/// Longest cell that is taken for opening hours, in bytes: OpenStreetMap allows 255, and a timetable for every day with
/// its breaks has some hundreds. What is longer is prose, and reading it as hours would take seconds.
const LONGEST: usize = 2_000;

/// What a cell of opening hours says, and how it was understood.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Understood {
    /// The cell follows the syntax.
    AsWritten(Opening),
    /// It was translated from English.
    Translated(Opening),
    /// It could not be understood.
    Not(Opening),
}

/// Reads one cell.
pub(crate) fn read(words: &str) -> Understood {
    let words = words.trim();
    if words.is_empty() {
        return Understood::AsWritten(Opening::Unknown);
    }
    if words.len() > LONGEST {
        return Understood::Not(Opening::Unreadable(words.to_owned()));
    }
    if is_valid(words) {
        return Understood::AsWritten(Opening::Hours(words.to_owned()));
    }
    match english::translate(words).filter(|hours| is_valid(hours)) {
        Some(hours) => Understood::Translated(Opening::Hours(hours)),
        None => Understood::Not(Opening::Unreadable(words.to_owned())),
    }
}

/// Whether words follow the `opening_hours` syntax.
fn is_valid(words: &str) -> bool {
    words.parse::<OpeningHours>().is_ok()
}

/// Whether hours that can be read say that nobody gets in on any day of the year from `day` on: `off`, `Mo-Su closed`.
pub(crate) fn never_open(words: &str, day: NaiveDate) -> bool {
    let lower = words.to_lowercase();
    // Whoever names a time or a date says more than never; looking through a year is slow.
    if words.len() > LONGEST
        || lower.replace("24/7", "").contains(|c: char| c.is_ascii_digit())
        || !(lower.contains("off") || lower.contains("closed"))
    {
        return false;
    }
    // "PH off" alone leaves every other day unsaid.
    if lower.split(';').all(|rule| ["ph", "sh"].iter().any(|holiday| rule.trim().starts_with(holiday))) {
        return false;
    }
    let Some(end) = day.checked_add_days(Days::new(366)) else { return false };
    let (start, end) = (day.and_time(NaiveTime::MIN), end.and_time(NaiveTime::MIN));
    words
        .parse::<OpeningHours>()
        .is_ok_and(|hours| hours.iter_range(start, end).all(|stretch| stretch.kind == RuleKind::Closed))
}

/// Reads one cell for each day, Monday first; days without a word are left out.
///
/// A cell that says that nobody knows is no word. Registers write so of libraries whose hours were not reported.
pub(crate) fn read_days(cells: [Option<&str>; 7]) -> Understood {
    let cells = cells.map(|cell| {
        let form = |cell: &str| cell.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
        match cell.map(form).as_deref() {
            Some("unknown" | "notknown" | "na" | "") => None,
            Some("naclosed") => Some("closed"),
            _ => cell,
        }
    });
    if cells.iter().all(Option::is_none) {
        return Understood::AsWritten(Opening::Unknown);
    }
    let is_prose = cells.iter().flatten().any(|cell| cell.len() > LONGEST);
    let said = || {
        let told = DAYS.iter().zip(cells).filter_map(|(day, cell)| Some(format!("{day} {}", cell?)));
        Understood::Not(Opening::Unreadable(told.collect::<Vec<_>>().join("; ")))
    };
    let mut rules: Vec<(usize, usize, String)> = Vec::new();
    for (day, cell) in cells.iter().enumerate() {
        let Some(cell) = cell else { continue };
        let times = (!is_prose).then(|| english::times_of_a_day(cell)).flatten();
        let Some(times) = times else { return said() };
        match rules.last_mut() {
            Some((_, last, same)) if *same == times && *last + 1 == day => *last = day,
            _ => rules.push((day, day, times)),
        }
    }
    let written: Vec<String> =
        rules.iter().map(|(first, last, times)| format!("{} {times}", english::span(*first, *last))).collect();
    let hours = written.join("; ");
    if is_valid(&hours) { Understood::Translated(Opening::Hours(hours)) } else { said() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(understood: Understood) -> Option<String> {
        match understood {
            Understood::AsWritten(Opening::Hours(hours)) | Understood::Translated(Opening::Hours(hours)) => Some(hours),
            _ => None,
        }
    }

    #[test]
    fn the_hours_of_a_councils_own_files_are_translated() {
        for (words, expected) in [
            ("Mon-Fri: 6:30am-10:00pm, Sat-Sun: 8:00am-6:00pm", "Mo-Fr 06:30-22:00; Sa-Su 08:00-18:00"),
            ("Tuesdays, Wednesdays and Fridays, 10am-2pm", "Tu,We,Fr 10:00-14:00"),
            ("Monday to Friday, 9.30am-4pm", "Mo-Fr 09:30-16:00"),
            (
                "Mondays, Tuesdays and Thursdays, 9.30am-4pm; Wednesdays, 9.30am-6pm; Fridays, 9.30am-1pm",
                "Mo,Tu,Th 09:30-16:00; We 09:30-18:00; Fr 09:30-13:00",
            ),
            ("Thursday 10:30am - 12:30pm", "Th 10:30-12:30"),
            ("Tues 11am - 2pm, Fri 11.30am -1.30pm", "Tu 11:00-14:00; Fr 11:30-13:30"),
            ("Monday 12noon - 2pm", "Mo 12:00-14:00"),
            ("Friday 10am - 12noon", "Fr 10:00-12:00"),
            ("Friday 2 - 4.30pm", "Fr 14:00-16:30"),
            ("Weekdays 9-5pm", "Mo-Fr 09:00-17:00"),
            ("Daily 9am to 12pm and 1pm to 5pm", "Mo-Su 09:00-12:00,13:00-17:00"),
            ("Open 24 hours", "24/7"),
            ("Mon–Sat 9:00–17:30, Sunday closed", "Mo-Sa 09:00-17:30; Su off"),
        ] {
            assert_eq!(hours(read(words)).as_deref(), Some(expected), "{words}");
        }
    }

    #[test]
    fn hours_that_mean_two_things_or_nothing_are_left_to_a_person() {
        for words in [
            "Monday to Thursdays, 9-5pm for calls; 10am-2pm for food collections and deliveries",
            "by appointment",
            "AM & PM (continuous)",
            "Friday 2-5",
            "Mon 25:00-26:00",
            "first Tuesday of the month 10am-12pm",
        ] {
            assert_eq!(read(words), Understood::Not(Opening::Unreadable(words.to_owned())), "{words}");
        }
    }

    #[test]
    fn the_syntax_of_openstreetmap_is_kept_as_it_stands() {
        let words = "Mo-Fr 09:00-17:00; PH off";
        assert_eq!(read(words), Understood::AsWritten(Opening::Hours(words.to_owned())));
        assert_eq!(read("  "), Understood::AsWritten(Opening::Unknown));
    }

    #[test]
    fn a_cell_of_any_length_is_told_from_hours_at_once() {
        let long =
            ["Mo off;".repeat(100_000), "closed ".repeat(100_000), "Mo-Su off || ".repeat(30_000), "(".repeat(100_000)];
        let began = std::time::Instant::now();
        for words in long {
            assert!(matches!(read(&words), Understood::Not(Opening::Unreadable(_))));
            let days = read_days([Some(words.as_str()); 7]);
            assert!(matches!(days, Understood::Not(_) | Understood::AsWritten(Opening::Unknown)), "no words, no hours");
            assert!(!never_open(&words, NaiveDate::from_ymd_opt(2024, 6, 30).expect("a day")));
        }
        assert!(began.elapsed() < std::time::Duration::from_secs(2), "{:?}", began.elapsed());
        let week = "Mo 09:00-12:00,13:00-17:00; Tu 09:00-12:00,13:00-17:00; We 09:00-12:00; Th 09:00-12:00,13:00-19:30; \
                    Fr 09:00-12:00; Sa[1],Sa[3] 10:00-12:00; Su off; PH off; Dec 24-Jan 2 off; Aug Mo-Fr 09:00-12:00";
        assert_eq!(read(week), Understood::AsWritten(Opening::Hours(week.to_owned())));
    }

    #[test]
    fn hours_that_never_open_are_known() {
        let day = NaiveDate::from_ymd_opt(2024, 6, 30).expect("a day");
        for words in ["off", "closed", "Mo-Su off", "Mo-Su,PH closed", "24/7 off", "off \"closed for good\""] {
            assert!(never_open(words, day), "{words}");
        }
        for words in [
            "Mo-Fr 09:00-17:00; Sa,Su off",
            "24/7",
            "PH off",
            "Mo-Fr; Sa off",
            "2024 Jan-2024 Mar off",
            "by appointment",
        ] {
            assert!(!never_open(words, day), "{words}");
        }
    }

    #[test]
    fn a_column_for_each_day_becomes_one_sentence() {
        let weekday = Some("09:00-18:00");
        let cells = [weekday, weekday, Some("09:00-12:30,13:30-18:00"), weekday, weekday, Some("CLOSED"), None];
        assert_eq!(
            hours(read_days(cells)).as_deref(),
            Some("Mo-Tu 09:00-18:00; We 09:00-12:30,13:30-18:00; Th-Fr 09:00-18:00; Sa off")
        );
        assert_eq!(read_days([None; 7]), Understood::AsWritten(Opening::Unknown));
        assert_eq!(read_days([Some("[Unknown]"); 7]), Understood::AsWritten(Opening::Unknown));
        assert_eq!(hours(read_days([Some("N/A Closed"); 7])).as_deref(), Some("Mo-Su off"));
        assert!(matches!(read_days([Some("AM Only"), None, None, None, None, None, None]), Understood::Not(_)));
    }
}
