//! Linked releases: what was published before. What was hidden stays hidden, and what was shown is known.
//!
//! Each release told the truth of its day. A reader takes it that the same ground (the same homes, groups and
//! quarters) has the same count in every release, which holds but where a record came late, was corrected or
//! deleted. Where releases contradict each other so, the older one gives way, cell by cell and as little as can be,
//! so that there is always a world in which all the rest is true.

use super::ground::{Ground, Unprotectable};
use super::linear::{Lp, Outcome, Row};
use super::lines::{lines_of, may_be_nought};
use super::proof::{TOLERANCE, without};
use super::published::Published;
use super::system::System;
use super::tabulate::Tables;
use super::{Cell, Release};

/// Keeps hidden what an earlier release hid, until so many have come in since that nobody can tell what
/// there was: the count is at least twice the threshold of that release, less one.
///
/// A count that grew from 9 to 11 by late records would otherwise tell, by being shown, what it was.
pub(super) fn keep_hidden(ground: &mut Ground, tables: &Tables, earlier: &[Release]) {
    let places = ground.system.places[tables.tables.len()..].to_vec();
    let published = earlier.iter().rev().flat_map(|release| &release.tables);
    for (table, places) in published.zip(places).filter(|(table, _)| !table.is_latent) {
        let threshold = table.policy.threshold;
        let until = threshold.saturating_mul(2).saturating_sub(1);
        for (place, _) in places.into_iter().zip(&table.cells).filter(|(_, cell)| **cell == Cell::Hidden) {
            if !ground.is_published[place] {
                ground.is_linked[place] |= table.is_people;
            } else if (1..until).contains(&ground.people[place]) {
                ground.is_hidden[place] = true;
            }
            ground.threshold[place] = ground.threshold[place].max(threshold);
        }
    }
}

/// What a reader knows of a cell from one release.
pub(super) type Ends = (f64, f64);

/// A hidden count that may be nought.
pub(super) const HIDDEN_NOUGHT: Ends = (0.0, f64::INFINITY);

/// What releases say of each cell by itself: of every cell a list, in the order of the releases, the newest first. `places`
/// begins with those of the first table of the first release.
pub(super) fn said<'a>(
    releases: impl Iterator<Item = &'a Release>,
    places: &[Vec<usize>],
    cells: usize,
) -> Vec<Vec<Ends>> {
    let mut said = vec![Vec::new(); cells];
    let mut next = 0;
    for release in releases {
        let own = &places[next..next + release.tables.len()];
        next += release.tables.len();
        let told = || release.tables.iter().zip(own).filter(|(table, _)| !table.is_latent);
        let lines = lines_of(told().map(|(table, places)| (table.dimensions.as_slice(), places.as_slice())));
        let (mut is_shown, mut is_nought) = (vec![false; cells], vec![false; cells]);
        for (table, places) in told() {
            for (&place, cell) in places.iter().zip(&table.cells) {
                is_shown[place] |= matches!(cell, Cell::Shown(_) | Cell::Low);
                is_nought[place] |= *cell == Cell::Zero;
            }
        }
        let may = may_be_nought(&lines, &is_shown, &is_nought);
        let mut ends: Vec<Option<Ends>> = vec![None; cells];
        for (table, places) in told() {
            for (&place, &cell) in places.iter().zip(&table.cells) {
                let told = match table.policy.range(cell, table.is_people) {
                    Some((least, most)) => (least as f64, most as f64),
                    None => (if may[place] { 0.0 } else { 1.0 }, f64::INFINITY),
                };
                let own = ends[place].get_or_insert((0.0, f64::INFINITY));
                *own = (own.0.max(told.0), own.1.min(told.1));
            }
        }
        for (said, ends) in said.iter_mut().zip(ends) {
            said.extend(ends);
        }
    }
    said.iter_mut().for_each(|said| keep_noughts(said));
    said
}

/// What one release hid stays hidden, noughts too: a count that a release hides may be nought where one before it hid it so,
/// and none before it told it to be nought, whatever its own lines say. `said` is what releases say of a cell, the newest
/// first.
fn keep_noughts(said: &mut [Ends]) {
    let (mut is_kept, mut is_told) = (false, false);
    for own in said.iter_mut().rev() {
        if is_kept && !is_told && own.1.is_infinite() {
            *own = HIDDEN_NOUGHT;
        }
        is_kept |= *own == HIDDEN_NOUGHT;
        is_told |= *own == (0.0, 0.0);
    }
}

/// What a reader makes of the newest release beside the earlier ones.
pub(super) struct Reading {
    /// What the newest says of each cell by itself.
    pub(super) now: Vec<Ends>,
    /// Far above anything shown: a count that can be so large is not limited.
    pub(super) limit: f64,
    /// What they take for true of the earlier ones; `None` where the rules leave no world.
    pub(super) agreed: Option<Agreed>,
}

/// What a reader makes of a release beside the earlier ones, who takes it that no record came late wherever
/// the releases do not contradict each other. `places` begins with those of the newest.
pub(super) fn read(
    newest: &Release,
    earlier: &[Release],
    places: &[Vec<usize>],
    cells: usize,
    rows: &[Row],
) -> Result<Reading, Unprotectable> {
    let (own, old) = places.split_at(newest.tables.len());
    let now = said(std::iter::once(newest), own, cells);
    let mut now: Vec<Ends> =
        now.into_iter().map(|said| said.first().copied().unwrap_or((0.0, f64::INFINITY))).collect();
    let mut before = said(earlier.iter().rev(), old, cells);
    let all = now.iter().chain(before.iter().flatten());
    let limit = all.map(|ends| ends.1).filter(|most| most.is_finite()).fold(1e4, f64::max) * 4.0;
    for cell in own.iter().zip(&newest.tables).flat_map(|(places, table)| hidden_cells(places, table)) {
        if before[cell].contains(&HIDDEN_NOUGHT) {
            now[cell].0 = 0.0;
        }
        // A nought of an earlier release that is hidden now is none any more: a record came late.
        if before[cell].contains(&(0.0, 0.0)) {
            before[cell].retain(|said| *said != (0.0, 0.0));
            now[cell].0 = now[cell].0.max(1.0);
        }
    }
    now.iter_mut().for_each(|ends| ends.1 = ends.1.min(limit));
    let agreed = if earlier.is_empty() { None } else { agree(&now, &before, rows)? };
    Ok(Reading { now, limit, agreed })
}

/// The hidden cells of a table whose cells stand so.
pub(super) fn hidden_cells(places: &[usize], table: &Published) -> Vec<usize> {
    let all = places.iter().zip(&table.cells).filter(|_| !table.is_latent);
    all.filter(|(_, cell)| **cell == Cell::Hidden).map(|(&place, _)| place).collect()
}

/// Takes what earlier releases told as known of today's counts too, wherever today's counts bear it out.
///
/// Cells that are not counted now (everybody met *up to then*) get a count that agrees with the rest as nearly as
/// any.
pub(super) fn reconcile(ground: &mut Ground, earlier: &[Release], first: usize) -> Result<(), Unprotectable> {
    if earlier.is_empty() {
        return Ok(());
    }
    let n = ground.exact.len();
    for cell in 0..n {
        ground.is_linked[cell] = ground.system.is_difference[cell];
    }
    let said = said(earlier.iter().rev(), &ground.system.places[first..], n);
    for (kept, said) in ground.kept_nought.iter_mut().zip(&said) {
        *kept = said.contains(&HIDDEN_NOUGHT) && !said.contains(&(0.0, 0.0));
    }
    for cell in (0..n).filter(|&cell| ground.is_published[cell]) {
        let own = unless_contradicted((0.0, f64::INFINITY), &said[cell]).0;
        ground.is_stale[cell] = !(own.0..=own.1).contains(&ground.value[cell]);
    }
    let now: Vec<Ends> = (0..n)
        .map(|c| if ground.is_new[c] { (ground.value[c], ground.value[c]) } else { (0.0, f64::INFINITY) })
        .collect();
    let Some(agreed) = agree(&now, &said, &ground.system.rows())? else {
        unlink(&mut ground.system, |cell| ground.is_new[cell]);
        return Ok(());
    };
    for (cell, value) in agreed.values.into_iter().enumerate() {
        if !ground.is_new[cell] {
            ground.value[cell] = value;
            ground.exact[cell] = value.round().max(0.0) as u64;
            ground.people[cell] = ground.exact[cell];
        }
    }
    ground.told = agreed.told;
    ground.is_late = agreed.is_late;
    Ok(())
}

/// Takes away every sum that joins releases.
pub(super) fn unlink(system: &mut System, is_now: impl Fn(usize) -> bool) {
    system.rules.retain(|rule| is_now(rule.whole) && rule.parts.iter().all(|&part| is_now(part)));
}

/// What was said of a cell, from the newest to the oldest, but for what contradicts what is newer, which was mended since;
/// and whether there is any such.
fn unless_contradicted(now: Ends, said: &[Ends]) -> (Ends, bool) {
    let (mut own, mut is_mended) = ((0.0, f64::INFINITY), false);
    for one in said {
        let both: Ends = (f64::max(own.0, one.0), f64::min(own.1, one.1));
        if both.0.max(now.0) <= both.1.min(now.1) {
            own = both;
        } else {
            is_mended = true;
        }
    }
    (own, is_mended)
}

/// A world in which as much as can be of what was told is true.
pub(super) struct Agreed {
    pub(super) values: Vec<f64>,
    /// What was told of each cell, as far as it holds.
    pub(super) told: Vec<Ends>,
    pub(super) is_late: bool,
}

/// Seeks the world that strays least from what earlier releases told, given what is known now; `None` where the
/// rules leave none.
pub(super) fn agree(now: &[Ends], said: &[Vec<Ends>], rows: &[Row]) -> Result<Option<Agreed>, Unprotectable> {
    let free: Ends = (0.0, f64::INFINITY);
    let mut is_late = false;
    let mut told: Vec<Ends> = Vec::with_capacity(now.len());
    for (now, said) in now.iter().zip(said) {
        let (own, is_mended) = unless_contradicted(*now, said);
        is_late |= is_mended;
        told.push(own);
    }
    let (column, mut columns, mut rows) = without(now, rows.to_vec(), |cell| {
        let (least, most) = now[cell];
        (least == most).then_some(least)
    });
    let mut astray = Vec::new();
    for (cell, &(least, most)) in told.iter().enumerate().filter(|(_, told)| **told != free) {
        let Some(own) = column[cell] else { continue };
        let (below, above) = (columns.len(), columns.len() + 1);
        columns.extend([free; 2]);
        astray.extend([below, above]);
        rows.push(Row { terms: vec![(own, 1.0), (below, 1.0), (above, -1.0)], least, most });
    }
    // Dual steps answer in a quarter of the interior-point method's time (0.6 against 2.5 s at 19,000 columns).
    let mut lp = Lp::by_steps(columns, rows);
    astray.into_iter().for_each(|column| lp.cost(column, 1.0));
    let values = match lp.solve() {
        Outcome::Best { values, .. } => values,
        Outcome::Infeasible => return Ok(None),
        Outcome::Unknown => return Err(Unprotectable::Unsolved),
    };
    let near = |value: f64| if (value - value.round()).abs() < TOLERANCE { value.round() } else { value };
    let values: Vec<f64> = column.iter().zip(now).map(|(c, now)| c.map_or(now.0, |c| near(values[c]))).collect();
    for (told, &value) in told.iter_mut().zip(&values) {
        if value < told.0 - TOLERANCE || value > told.1 + TOLERANCE {
            is_late = true;
            *told = free;
        } else {
            *told = (told.0.min(value), told.1.max(value));
        }
    }
    Ok(Some(Agreed { values, told, is_late }))
}
