//! What was published before: what was hidden stays hidden, and what was shown is known.

use super::linear::{Lp, Outcome, Row};
use super::protect::{self, Ground, Unprotectable};
use super::{Cell, Release, audit};
use crate::measure::tables::Tables;
use std::collections::BTreeSet;

/// Keeps hidden what an earlier release hid, until so many have come in since that nobody can tell what
/// there was: the count is at least twice the threshold, less one.
///
/// A count that grew from 9 to 11 by late records would otherwise tell, by being shown, what it was.
pub(super) fn keep_hidden(ground: &mut Ground, tables: &Tables, earlier: &[Release]) {
    let until = ground.policy.threshold.saturating_mul(2).saturating_sub(1);
    for (places, cell) in old_cells(ground, tables.tables.len(), earlier) {
        if cell == Cell::Hidden && ground.is_new[places] && (1..until).contains(&ground.people[places]) {
            ground.is_hidden[places] = true;
        }
    }
}

/// Hides what lets a reader who takes it that no record came late (wrongly: one did) bound a count too closely:
/// the conclusion may be right by chance. When there is nothing to hide, says how many counts the earlier
/// releases tell by themselves, such as a nought that is none any more.
pub(super) fn mislead(
    ground: &mut Ground,
    tables: &Tables,
    earlier: &[Release],
) -> Result<Option<usize>, Unprotectable> {
    let newest = Release { policy: ground.policy, tables: protect::publish(tables, ground), told_before: 0 };
    let releases: Vec<Release> = earlier.iter().cloned().chain([newest]).collect();
    let found = audit(&releases, &ground.policy)?;
    let by: BTreeSet<&String> = found.exposed.iter().flat_map(|finding| &finding.by).collect();
    let mut has_hidden = false;
    for cell in (0..ground.exact.len()).filter(|&cell| by.contains(&ground.system.names[cell])).collect::<Vec<_>>() {
        let is_shown = ground.is_new[cell] && !ground.is_hidden[cell] && ground.exact[cell] > 0;
        if is_shown && ground.bounds(cell) != ground.told[cell] {
            ground.is_hidden[cell] = true;
            has_hidden = true;
        }
    }
    Ok((!has_hidden).then_some(found.exposed.len()))
}

/// Every cell of every earlier release, with what was said of it.
fn old_cells(ground: &Ground, first: usize, earlier: &[Release]) -> Vec<(usize, Cell)> {
    let tables = earlier.iter().rev().flat_map(|release| &release.tables);
    let places = ground.system.places.iter().skip(first);
    tables.zip(places).flat_map(|(table, places)| places.iter().copied().zip(table.cells.iter().copied())).collect()
}

/// Takes what earlier releases showed as known of today's counts too, wherever today's counts bear it out:
/// the reader is taken to assume that no record came late, and where that is wrong the assumption only
/// misleads them.
///
/// Cells that only an earlier release had (everybody met *up to then*) get a count that agrees with the
/// rest as nearly as any.
pub(super) fn reconcile(ground: &mut Ground, earlier: &[Release], first: usize) -> Result<(), Unprotectable> {
    let mut told = vec![(0_u64, u64::MAX); ground.exact.len()];
    let tables = earlier.iter().rev().flat_map(|release| &release.tables);
    for (table, places) in tables.zip(ground.system.places.iter().skip(first)) {
        for (&place, &cell) in places.iter().zip(&table.cells) {
            if let Some((least, most)) = table.policy.range(cell, table.is_people) {
                told[place] = (told[place].0.max(least), told[place].1.min(most));
            }
        }
    }
    let Some(likely) = likely(ground, &told)? else {
        // Nothing agrees: the categories have changed their meaning, and no sum holds across releases.
        let Ground { system, is_new, .. } = ground;
        system.rules.retain(|rule| is_new[rule.whole] && rule.parts.iter().all(|&part| is_new[part]));
        return Ok(());
    };
    for (cell, (least, most)) in told.into_iter().enumerate() {
        if !ground.is_new[cell] {
            ground.exact[cell] = likely[cell].round().max(0.0) as u64;
            ground.people[cell] = ground.exact[cell];
        }
        let (least, most) = (least as f64, if most == u64::MAX { f64::INFINITY } else { most as f64 });
        let truth = if ground.is_new[cell] { ground.exact[cell] as f64 } else { likely[cell] };
        if least - 1e-6 <= truth && truth <= most + 1e-6 {
            ground.told[cell] = (least, most);
        } else {
            ground.is_late = true;
        }
    }
    Ok(())
}

/// Today's counts, and counts of the cells that only earlier releases had that agree with them and stray
/// least from what those releases said; `None` when there are none.
fn likely(ground: &Ground, told: &[(u64, u64)]) -> Result<Option<Vec<f64>>, Unprotectable> {
    let exact: Vec<f64> = ground.exact.iter().map(|&exact| exact as f64).collect();
    let old: Vec<usize> = (0..exact.len()).filter(|&cell| !ground.is_new[cell]).collect();
    if old.is_empty() {
        return Ok(Some(exact));
    }
    let mut column = vec![None; exact.len()];
    let mut bounds = Vec::new();
    for &cell in &old {
        column[cell] = Some(bounds.len());
        bounds.push((0.0, f64::INFINITY));
    }
    let mut rows: Vec<Row> = Vec::new();
    for row in ground.system.rows() {
        let (mut terms, mut known) = (Vec::new(), 0.0);
        for (cell, factor) in row.terms {
            match column[cell] {
                Some(column) => terms.push((column, factor)),
                None => known += factor * exact[cell],
            }
        }
        if !terms.is_empty() {
            rows.push(Row { terms, least: row.least - known, most: row.most - known });
        }
    }
    let mut astray = Vec::new();
    for &cell in &old {
        let (own, (least, most)) = (column[cell].unwrap_or(0), told[cell]);
        let (below, above) = (bounds.len(), bounds.len() + 1);
        bounds.extend([(0.0, f64::INFINITY); 2]);
        astray.extend([below, above]);
        let most = if most == u64::MAX { f64::INFINITY } else { most as f64 };
        rows.push(Row { terms: vec![(own, 1.0), (below, 1.0), (above, -1.0)], least: least as f64, most });
    }
    let mut lp = Lp::new(bounds, rows);
    astray.into_iter().for_each(|column| lp.cost(column, 1.0));
    match lp.solve() {
        Outcome::Best { values, .. } => {
            let value = |(cell, &exact): (usize, &f64)| column[cell].map_or(exact, |c: usize| values[c]);
            Ok(Some(exact.iter().enumerate().map(value).collect()))
        }
        Outcome::Infeasible => Ok(None),
        Outcome::Unknown => Err(Unprotectable::Unsolved),
    }
}
