//! Which columns of a table are everybody, which are groups of people, and which are neither.
//!
//! Arithmetic over the whole table first (sums, percentages, constants), words second. Where the two
//! disagree, or neither decides, it is a question: the place is not usable while residents rest on a guess.
//! `shares` tells percentages from counts, `parts` finds what is a part of what, `choose` picks the
//! breakdown.

use super::categories::{self, Unknown};
use super::choose;
use super::label::Label;
use super::reading::{Reading, Said, State, Understanding};
use super::sums::Columns;
use crate::place::Why;
use std::collections::BTreeSet;

/// How a table whose columns or categories have these names and counts is understood.
///
/// # Errors
/// The name of a category in `place.toml` that the table does not have.
pub(super) fn understand(
    said: Said<'_>,
    names: &[String],
    counts: &[Vec<Option<f64>>],
    percentages: &[usize],
) -> Result<Understanding, Unknown> {
    let cleaned = categories::clean_all(names);
    let asked = categories::asked_groups(said.groups, names, &cleaned)?;
    let mut labels: Vec<Label> = cleaned.iter().map(|name| Label::read(name)).collect();
    for &column in percentages {
        labels[column].not_people = Some(Why::Share);
    }
    let mut reading = Reading {
        said,
        names,
        labels,
        counts,
        columns: Columns::new(counts.iter().map(Vec::as_slice)),
        state: vec![State::Open; names.len()],
        named: asked.iter().flat_map(|made| made.members.iter().copied()).collect(),
        out: Understanding::default(),
        cleaned,
    };
    reading.leave_out()?;
    reading.by_words();
    reading.constants();
    reading.shares();
    reading.years();
    reading.totals();
    reading.parts();
    choose::breakdown(&mut reading);
    reading.empties();
    let Reading { state, mut out, .. } = reading;
    out.left = state
        .iter()
        .enumerate()
        .filter_map(|(i, state)| match state {
            State::Left(why) => Some((i, *why)),
            _ => None,
        })
        .collect();
    if !asked.is_empty() {
        let used: BTreeSet<usize> = asked.iter().flat_map(|made| made.members.iter().copied()).collect();
        out.left.retain(|(i, why)| !used.contains(i) || *why == Why::Asked);
        out.plan.groups = asked;
        // Who names both the groups and everybody has answered every question of which is which.
        if said.total.is_some() {
            out.questions.retain(|question| question.code == "percentages");
        }
    }
    Ok(out)
}

#[cfg(test)]
#[path = "understand_tests.rs"]
mod tests;
