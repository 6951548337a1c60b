//! The part of the page about what changed since the last quarter.

use super::boundary::boundary;
use super::met;
use crate::place::{Basis, Place, reading_order};
use crate::report::rows::Rows;

/// The last whole quarter beside the one before and beside the same quarter a year before, which has the same season;
/// which groups and themes changed beyond chance. Nothing where the place has no records.
pub(super) fn changed(
    place: &Place,
    dimensions: &[Rows<'_>],
    themes: Option<&Rows<'_>>,
    (changes, moved): (Option<&Rows<'_>>, Option<&Rows<'_>>),
    patch: &str,
) -> String {
    let Some(rows) = dimensions.first() else { return String::new() };
    let here = rows.find(&[("patch_id", patch), ("group", "all")]);
    let Some(&ever) = here.iter().find(|row| rows.is(**row, "period", "all")) else { return String::new() };
    let quarters: Vec<usize> = here.into_iter().filter(|row| !rows.is(*row, "period", "all")).collect();
    let mut said: Vec<String> = Vec::new();
    match quarters.as_slice() {
        [] => said.push("The records do not reach to the end of a quarter yet.".to_owned()),
        [last] => {
            said.push(format!("{}.", how_many(place, rows, *last)));
            said.push(
                "It is the first whole quarter in the records: what changed can be said after the next.".to_owned(),
            );
        }
        [.., before, last] => {
            if [*last, *before].into_iter().all(|row| rows.is(row, "status", "confidential")) {
                let [last, before] = [*last, *before].map(|row| rows.text(row, "period_name"));
                said.push(format!("How many were met in {last} and in {before} is hidden, to protect people."));
            } else {
                said.push(format!("{}; {}.", how_many(place, rows, *last), beside(place, rows, *before)));
                said.extend(against_a_year_before(place, rows, &quarters, ever));
            }
            said.extend(of_groups(place, dimensions, patch));
        }
    }
    if let Some(first) = quarters.last().and_then(|last| rows.number(*last, "first_time_share")) {
        said.push(format!("{:.0}&nbsp;% of those met in the quarter had not been met before.", first * 100.0));
    }
    if let Some(top) = rows.number(ever, "top_tenth_share") {
        said.push(format!(
            "The tenth of people met most often had at least {:.0}&nbsp;% of all contacts in the whole time.",
            top * 100.0
        ));
    }
    for (word, title) in [("rising", "more"), ("falling", "less")] {
        let Some(rows) = themes else { continue };
        let found = rows.find(&[("patch_id", patch), ("dimension", "all"), ("rising", word)]);
        let words: Vec<String> = found.into_iter().map(|row| rows.text(row, "theme")).collect();
        if !words.is_empty() {
            said.push(format!(
                "Raised {title} in the last four quarters than in the four before: {}.",
                words.join("; ")
            ));
        }
    }
    said.extend(boundary(place, changes, moved, patch));
    let list: String = said.iter().map(|one| format!("<li>{one}</li>")).collect();
    format!("<h2>What changed since the last quarter</h2><ul>{list}</ul>")
}

/// "240 people were met in January to March 2025".
fn how_many(place: &Place, rows: &Rows<'_>, row: usize) -> String {
    let period = rows.text(row, "period_name");
    match (rows.number(row, "met"), place.engagement.basis) {
        (Some(0.0), _) => format!("Nobody was met in {period}"),
        (None, _) if rows.is(row, "status", "low") => format!("A few were met in {period}"),
        (None, _) => format!("How many were met in {period} is hidden, to protect people"),
        (Some(_), Basis::People) => format!("{} people were met in {period}", rows.text(row, "met")),
        (Some(_), Basis::Attendances) => format!("{} attendances in {period}", rows.text(row, "met")),
    }
}

/// "230 in October to December 2024", in the middle of a sentence.
fn beside(place: &Place, rows: &Rows<'_>, row: usize) -> String {
    match rows.number(row, "met") {
        Some(count) if count > 0.0 => format!("{} in {}", rows.text(row, "met"), rows.text(row, "period_name")),
        _ => {
            let words = how_many(place, rows, row);
            words.chars().take(1).flat_map(char::to_lowercase).chain(words.chars().skip(1)).collect()
        }
    }
}

fn against_a_year_before(place: &Place, rows: &Rows<'_>, quarters: &[usize], ever: usize) -> Option<String> {
    let before = *quarters.iter().rev().nth(4)?;
    let Some((ratio, low, high)) = trend(rows, ever) else {
        return Some(format!("A year before, in the same season: {}.", beside(place, rows, before)));
    };
    let words = match (low > 1.0, high < 1.0) {
        (true, _) => "more than chance would have it",
        (_, true) => "fewer than chance would have it",
        _ => "no change beyond chance",
    };
    Some(format!(
        "A year before, in the same season: {}. That is {ratio:.2} times as many now ({low:.2} to {high:.2}): {words}.",
        beside(place, rows, before)
    ))
}

fn trend(rows: &Rows<'_>, row: usize) -> Option<(f64, f64, f64)> {
    Some((rows.number(row, "trend")?, rows.number(row, "trend_low")?, rows.number(row, "trend_high")?))
}

/// The groups that changed beyond chance on the same quarter a year before.
fn of_groups(place: &Place, dimensions: &[Rows<'_>], patch: &str) -> Option<String> {
    let mut words = Vec::new();
    let mut compared = 0;
    let places = reading_order(place.groups.as_slice());
    for rows in dimensions {
        let mut here = rows.find(&[("patch_id", patch), ("period", "all")]);
        here.sort_by_key(|row| met::place_in_list(place, &places, rows, *row));
        for row in here {
            let is_group = place.groups.iter().any(|group| rows.is(row, "group", &group.key));
            let Some((ratio, low, high)) = trend(rows, row).filter(|_| is_group) else { continue };
            compared += 1;
            if low > 1.0 || high < 1.0 {
                words.push(format!("{} {ratio:.2} times ({low:.2} to {high:.2})", rows.text(row, "group_name")));
            }
        }
    }
    match (compared, words.as_slice()) {
        (0, _) => None,
        (_, []) => Some(format!(
            "None of the {compared} groups that can be compared with a year before changed beyond chance."
        )),
        _ => Some(format!(
            "Of {compared} groups that can be compared with a year before these changed, though one in twenty does by \
             chance: {}.",
            words.join("; ")
        )),
    }
}
