//! A way of parting people that a table has, and the choice of one among several.

use super::ages::Ages;
use super::label::Family;
use super::reading::{Reading, State};
use crate::place::{Code, Why};

/// A way of parting people that a table has.
pub(super) struct Breakdown {
    /// What it parts them by, where names say so.
    pub(super) family: Option<Family>,
    /// Its columns, each person once.
    pub(super) members: Vec<usize>,
    /// For ages: how they are put together.
    pub(super) ages: Option<Ages>,
}

/// Of some breakdowns, the one that is asked for; the only one, if there is only one.
pub(super) fn pick(breakdowns: &[Breakdown], among: &[usize], wanted: Option<Family>) -> Option<usize> {
    match among {
        [one] => Some(*one),
        several => several.iter().copied().find(|at| wanted.is_some() && breakdowns[*at].family == wanted),
    }
}

/// The breakdown that is asked for, else the one with most columns.
pub(super) fn main_of(breakdowns: &[Breakdown], wanted: Option<Family>) -> usize {
    let meant = (0..breakdowns.len()).find(|at| wanted.is_some() && breakdowns[*at].family == wanted);
    let largest = (0..breakdowns.len())
        .max_by_key(|at| (breakdowns[*at].family.is_some(), breakdowns[*at].members.len(), std::cmp::Reverse(*at)));
    meant.or(largest).unwrap_or(0)
}

pub(super) fn ask_which(
    reading: &mut Reading<'_>,
    breakdowns: &mut Vec<Breakdown>,
    among: &[usize],
) -> Option<Breakdown> {
    let words: Vec<String> = among
        .iter()
        .map(|at| {
            let name = breakdowns[*at].family.map_or("others", Family::word);
            format!("by {name} ({})", reading.named_all(&breakdowns[*at].members))
        })
        .collect();
    if reading.named.is_empty() {
        let problem = format!("The table parts the same people several times: {}", words.join("; "));
        let first = breakdowns[among[0]].family.map_or("…", Family::word);
        reading.ask(
            Code::SeveralBreakdowns,
            problem,
            format!("Say which with dimension = \"{first}\", in a section for each"),
        );
    }
    let at = among[0];
    Some(take(reading, breakdowns, at, None))
}

/// Takes one breakdown and leaves the others out, with the reason.
pub(super) fn take(
    reading: &mut Reading<'_>,
    breakdowns: &mut Vec<Breakdown>,
    at: usize,
    total: Option<usize>,
) -> Breakdown {
    let chosen = breakdowns.swap_remove(at);
    let whole = match total {
        Some(total) => reading.columns.of(total).to_vec(),
        None => reading.columns.sum(&chosen.members),
    };
    for other in breakdowns.drain(..) {
        let same = reading.columns.agree(&whole, &reading.columns.sum(&other.members), other.members.len()).is_some();
        let why = if same && other.family.is_some() { Why::OtherBreakdown } else { Why::NotInTotal };
        for column in other.members {
            if reading.state[column] == State::Open && !chosen.members.contains(&column) {
                reading.leave(column, why);
            }
        }
    }
    chosen
}

/// All columns as one breakdown.
pub(super) fn merged(breakdowns: &mut Vec<Breakdown>) -> Breakdown {
    let family = breakdowns.first().and_then(|b| b.family);
    let mut ages = None;
    let mut members = Vec::new();
    for breakdown in breakdowns.drain(..) {
        members.extend(breakdown.members);
        ages = ages.or(breakdown.ages);
    }
    Breakdown { family, members, ages }
}
