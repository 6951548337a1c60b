//! What a standard may ask for beyond the nearest asset: several of them, room in them, and being there week after week.

use super::Fault;
use crate::load::manifest::StandardSection;
use crate::place::{Asset, AssetStatus, Code, Issue, Issues, Opening, Over, PlaceUnit, PlacesAsked, Standard, Where};
use chrono::{Datelike, Days, NaiveDate, Weekday};

/// The days of a week.
pub(super) const EVERY_DAY: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

/// More assets than that nobody asks for within a walk.
const MOST_ASSETS: u32 = 9;

/// More room than a place for everybody, ten times over, is a slip of the pen.
const MOST_PLACES: f64 = 10_000.0;

/// The longest time looked over: two years.
const MOST_DAYS: u32 = 731;

const OVER: &str = "Write it as \"4 weeks\", \"28 days\" or \"1 day\"";

pub(super) struct More {
    pub(super) nth: usize,
    pub(super) places: Option<PlacesAsked>,
    pub(super) over: Option<Over>,
}

/// What a section says of it.
pub(super) fn read(section: &StandardSection, (date, days): (NaiveDate, &[Weekday])) -> Result<More, Fault> {
    let nth = section.nth.unwrap_or(1);
    if !(1..=MOST_ASSETS).contains(&nth) {
        let remedy = format!("Write a number from 1 to {MOST_ASSETS}; 2 asks for the second nearest");
        return Err(("nth", format!("{nth} assets within reach cannot be meant"), remedy));
    }
    let places = places(section)?;
    let over = section.over.as_deref().map(|written| over(written, date, days, section.days.is_some())).transpose()?;
    let on_foot = [
        ("nth", nth > 1),
        ("places_per_1000", section.places_per_1000.is_some()),
        ("place_hours_per_1000", section.place_hours_per_1000.is_some()),
        ("over", over.is_some()),
    ];
    if let Some((field, _)) = on_foot.iter().find(|(_, said)| *said && section.by.as_deref() == Some("walk+transit")) {
        let problem = format!("{field} is worked out on foot, and the standard is by bus as well");
        return Err((field, problem, format!("Write a standard with by = \"walk\" for it, or leave {field} out")));
    }
    if places.is_some() && over.is_some() {
        let problem = "Room is not worked out for each week or day by itself".to_owned();
        let remedy =
            "Write two standards: one with over, and one that asks for room, in place-hours where hours differ";
        return Err(("over", problem, remedy.to_owned()));
    }
    Ok(More { nth: nth as usize, places, over })
}

fn places(section: &StandardSection) -> Result<Option<PlacesAsked>, Fault> {
    let said = [
        ("places_per_1000", section.places_per_1000, PlaceUnit::Places),
        ("place_hours_per_1000", section.place_hours_per_1000, PlaceUnit::PlaceHours),
    ];
    let mut said = said.into_iter().filter_map(|(field, asked, unit)| Some((field, asked?, unit)));
    let Some((field, per_1000, unit)) = said.next() else { return Ok(None) };
    if said.next().is_some() {
        let problem = "Both places_per_1000 and place_hours_per_1000 are said".to_owned();
        return Err(("place_hours_per_1000", problem, "Leave one of them out, or write two standards".to_owned()));
    }
    let most = if unit == PlaceUnit::Places { MOST_PLACES } else { MOST_PLACES * 168.0 };
    if per_1000 > 0.0 && per_1000 <= most {
        return Ok(Some(PlacesAsked { per_1000, unit }));
    }
    let remedy = format!("Write a number above 0 and at most {most}");
    Err((field, format!("{per_1000} {} for 1,000 residents cannot be meant", unit.words()), remedy))
}

/// The days of `4 weeks` or `28 days`, week by week or day by day.
fn over(written: &str, date: NaiveDate, days: &[Weekday], said: bool) -> Result<Over, Fault> {
    let fault = |problem: String| ("over", problem, OVER.to_owned());
    let unreadable = || fault(format!("\"{written}\" is no time to look over"));
    let mut words = written.split_whitespace();
    let (Some(count), Some(unit), None) = (words.next(), words.next(), words.next()) else { return Err(unreadable()) };
    let count: u32 = count.parse().map_err(|_| unreadable())?;
    let (unit, length) = match unit.to_lowercase().as_str() {
        "week" | "weeks" => ("week", 7),
        "day" | "days" => ("day", 1),
        _ => return Err(unreadable()),
    };
    if count == 0 || count.saturating_mul(length) > MOST_DAYS {
        return Err(fault(format!("\"{written}\" is nothing, or longer than two years")));
    }
    let back = if unit == "week" { date.weekday().num_days_from_monday() } else { 0 };
    let start = date.checked_sub_days(Days::new(u64::from(back)));
    let day = |n: u32| start.and_then(|start| start.checked_add_days(Days::new(u64::from(n))));
    let counts = |day: &NaiveDate| days.contains(&day.weekday());
    let periods: Vec<Vec<NaiveDate>> = (0..count)
        .map(|n| (n * length..(n + 1) * length).filter_map(day).filter(counts).collect())
        .filter(|period: &Vec<NaiveDate>| !period.is_empty())
        .collect();
    if periods.is_empty() {
        let problem = match said {
            true => format!("None of the days asked about lies within {written} from {date}"),
            false => format!("There is no {unit} after {date}"),
        };
        return Err(fault(problem));
    }
    Ok(Over { unit, periods })
}

impl More {
    /// ", two of them, with 5 places for 1,000 residents, over 4 weeks".
    pub(super) fn title(&self) -> String {
        const COUNT: [&str; 8] = ["two", "three", "four", "five", "six", "seven", "eight", "nine"];
        let mut title = match self.nth {
            0 | 1 => String::new(),
            n => format!(", {} to choose from", COUNT.get(n - 2).unwrap_or(&"several")),
        };
        if let Some(asked) = self.places {
            title += &format!(", with {} {} for 1,000 residents", asked.per_1000, asked.unit.words());
        }
        if let Some(over) = &self.over {
            let plural = if over.periods.len() == 1 { "" } else { "s" };
            title += &format!(", over {} {}{plural}", over.periods.len(), over.unit);
        }
        title
    }
}

/// Of how many assets nobody knows how much room they have, where the standard asks for room.
pub(super) fn note_unknown_room(
    standard: &Standard,
    assets: &[Asset],
    at: &dyn Fn(&str) -> Where,
    issues: &mut Issues,
) {
    let Some(asked) = standard.places else { return };
    let in_use = |asset: &&Asset| {
        standard.kinds.contains(&asset.kind)
            && asset.status != AssetStatus::Closed
            && asset.closes_on.is_none_or(|last| last >= standard.date)
    };
    let of_kind: Vec<&Asset> = assets.iter().filter(in_use).collect();
    let lost: Vec<&Asset> = of_kind
        .iter()
        .filter(|asset| {
            let hours = asked.unit == PlaceUnit::PlaceHours && !matches!(asset.opening, Opening::Hours(_));
            asset.capacity.is_none() || hours
        })
        .copied()
        .collect();
    let Some(first) = lost.first() else { return };
    let (field, what) = match asked.unit {
        PlaceUnit::Places => ("places_per_1000", "how many places they have"),
        PlaceUnit::PlaceHours => ("place_hours_per_1000", "how many places they have, or when they are open"),
    };
    let problem = format!(
        "Of {} of the {} assets of these kinds nobody says {what}, such as {}: whoever reaches one is covered only where \
         the others have room enough",
        lost.len(),
        of_kind.len(),
        first.name
    );
    let remedy = match asked.unit {
        PlaceUnit::Places => "Give them a number in a column called capacity or places, or name it: columns.capacity",
        PlaceUnit::PlaceHours => "Give them a number in a column called capacity or places, and opening hours",
    };
    issues.push(Issue::warning(Code::CapacityUnknown, at(field), problem, remedy));
}

#[cfg(test)]
#[path = "more_tests.rs"]
mod tests;
