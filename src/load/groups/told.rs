//! The understanding of a table as it is told: by `check`, by uploads and to whoever measures.

use super::GroupCounts;
use super::reading::Understanding;
use super::tally::Tally;
use crate::load::manifest::GroupsSection;
use crate::place::{LeftOut, UnderstoodGroup, UnderstoodTable, Why};

/// What is known before the counts are brought to the zones of the place.
pub(super) fn of(
    section: &GroupsSection,
    tally: &Tally,
    understanding: &Understanding,
    is_residents: bool,
) -> UnderstoodTable {
    let sum = |column: usize| tally.counts[column].iter().flatten().sum::<f64>();
    let names = |members: &[usize]| members.iter().map(|m| tally.labels[*m].clone()).collect();
    UnderstoodTable {
        file: section.file.clone(),
        dimension: section.dimension.clone(),
        long: tally.long.is_some(),
        key: tally.key.clone(),
        category_and_count: tally.long.clone(),
        total: understanding.plan.total.map(|total| tally.labels[total].clone()),
        is_residents,
        sum: 0.0,
        groups: understanding
            .plan
            .groups
            .iter()
            .map(|made| UnderstoodGroup { key: made.label.clone(), of: names(&made.members), sum: 0.0 })
            .collect(),
        left_out: understanding
            .left
            .iter()
            .map(|(column, why)| {
                let people = (why.looks_like_people() && *why != Why::Empty)
                    || matches!(
                        why,
                        Why::Total
                            | Why::OneSex
                            | Why::OtherYear
                            | Why::OtherBreakdown
                            | Why::Asked
                            | Why::PartOfAnother
                    );
                LeftOut { name: tally.labels[*column].clone(), why: *why, sum: people.then(|| sum(*column)) }
            })
            .collect(),
        zones: tally.seen.iter().filter(|seen| **seen).count(),
        zones_missing: tally.seen.iter().filter(|seen| !**seen).count(),
        zones_unknown: 0,
        elsewhere: tally.elsewhere,
    }
}

/// Adds what the counts of the zones of the place come to.
pub(super) fn finish(table: &mut UnderstoodTable, groups: &GroupCounts, totals: &[Option<f64>], n_zones: usize) {
    for (told, (group, members)) in table.groups.iter_mut().zip(groups) {
        told.key.clone_from(&group.key);
        told.sum = members.iter().flatten().sum();
    }
    table.sum = totals.iter().flatten().sum();
    let known = totals.iter().flatten().count();
    table.zones_unknown = n_zones.saturating_sub(known + table.zones_missing);
}
