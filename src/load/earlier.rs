//! The patches as they were: `[[patches.earlier]]`.

use super::areas::{self, Wanted};
use super::desk::{Ask, Desk};
use super::locator::{Locator, SLIVER_M};
use super::manifest::EarlierSection;
use crate::crs::Plane;
use crate::place::{Code, EarlierIdx, EarlierPatches, IdVec, Idx, Issue, Patch, Position, Where};
use crate::read::{Options, parse_date};
use chrono::NaiveDate;

/// Reads the patches of earlier times, those longest ago first, with the patch of then of every position. Of times that
/// overlap neither can be told which was in force, so the later file is left out and that is told.
pub(super) fn read(
    desk: &mut Desk<'_>,
    sections: &[EarlierSection],
    plane: &Plane,
    positions: &[Position],
) -> Vec<EarlierPatches> {
    let mut found: Vec<EarlierPatches> = Vec::new();
    for section in sections {
        let Some((from, until)) = days(desk, section) else { continue };
        // One that names no first day begins when the one before it ended.
        let overlap = |set: &&EarlierPatches| {
            let later = if set.until < until { from } else { set.from };
            set.until == until || later.is_some_and(|later| later <= set.until.min(until))
        };
        if let Some(other) = found.iter().find(overlap) {
            let problem = format!("The times of {} and of \"{}\" overlap", other.title, section.file);
            desk.issues.push(unusable(
                section,
                "from",
                problem,
                "Mend the days, so that one begins the day after another ends",
            ));
            continue;
        }
        let options = Options { layer: section.layer.as_deref(), crs: section.crs.as_deref(), ..Options::default() };
        let ask = Ask { role: "earlier-patches", written: &section.file, options, about: &section.source };
        let Some(table) = desk.table(ask) else { continue };
        let wanted = Wanted { key: section.key.as_deref(), name: section.name.as_deref(), noun: "patch" };
        let read = areas::read(&table, wanted, plane, &mut desk.issues);
        areas::note_overlaps(&section.file, &read, &mut desk.issues);
        let patches: Vec<Patch> = read
            .into_iter()
            .filter_map(|area| {
                Some(Patch { name: area.name.unwrap_or_else(|| area.key.clone()), key: area.key, shape: area.shape? })
            })
            .collect();
        if patches.is_empty() {
            let problem = "No patch could be read from this file".to_owned();
            desk.issues.push(unusable(section, "file", problem, "See the other issues of this file"));
            continue;
        }
        let locator = Locator::new(patches.iter().map(|patch| Some(&patch.shape)));
        let patch = |position: &Position| locator.near(position.at, SLIVER_M).map(EarlierIdx::from_usize);
        let of_position: Vec<Option<EarlierIdx>> = positions.iter().map(patch).collect();
        let title = section.title.clone().unwrap_or_else(|| match from {
            Some(from) => format!("Patches of {from} to {until}"),
            None => format!("Patches until {until}"),
        });
        if of_position.iter().all(Option::is_none) {
            let problem = "Nobody who lives here lives in any of these patches".to_owned();
            let remedy = "Check that the file is of this place, and its reference system";
            desk.issues.push(unusable(section, "file", problem, remedy));
            continue;
        }
        found.push(EarlierPatches { title, from, until, patches: IdVec::from(patches), of_position });
    }
    found.sort_by_key(|set| set.until);
    found
}

/// The first day and the last; nothing where they make no time, and that is told.
fn days(desk: &mut Desk<'_>, section: &EarlierSection) -> Option<(Option<NaiveDate>, NaiveDate)> {
    let mut read = |written: &str, field: &'static str| {
        let day = parse_date(written);
        if day.is_none() {
            let problem = format!("\"{written}\" is not a day");
            desk.issues.push(unusable(section, field, problem, "Write it as year-month-day, such as \"2024-03-31\""));
        }
        day
    };
    let until = read(&section.until, "until")?;
    let from = match &section.from {
        Some(written) => Some(read(written, "from")?),
        None => None,
    };
    if from.is_some_and(|from| from > until) {
        let problem = format!("The patches of \"{}\" end before they begin", section.file);
        desk.issues.push(unusable(section, "until", problem, "Write the first day as from, and the last as until"));
        return None;
    }
    Some((from, until))
}

fn unusable(section: &EarlierSection, field: &str, problem: String, remedy: &str) -> Issue {
    let problem = format!("{problem}; the patches of \"{}\" are left out", section.file);
    let at = Where::file("place.toml").field(format!("[[patches.earlier]] {field}"));
    Issue::warning(Code::EarlierPatches, at, problem, remedy)
}
