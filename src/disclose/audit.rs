//! The attack on what is published: what can anybody work out who has the tables, and nothing else?

use super::attack::Attack;
use super::ground::Unprotectable;
use super::published::{Published, Release};
use super::{Cell, Clues, Policy};
use std::collections::BTreeSet;

/// Stands for the table of a count that only several releases together tell.
const LINKED: &str = "linked releases";

/// Shown cells named in a finding.
const NAMED: usize = 6;

/// What a reader can work out of a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The table.
    pub table: String,
    /// The cell in words.
    pub cell: String,
    /// The least it can be.
    pub least: u64,
    /// The most it can be; `None` when nothing limits it.
    pub most: Option<u64>,
    /// The shown cells whose sums say so, in words; the first few.
    pub by: Vec<String>,
}

impl Finding {
    /// How far apart the ends are; `None` when nothing limits the count.
    #[must_use]
    pub fn width(&self) -> Option<u64> {
        self.most.map(|most| most.saturating_sub(self.least))
    }
}

/// What the attack found in one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableAudit {
    /// The table.
    pub table: String,
    /// Cells in all.
    pub cells: usize,
    /// Cells shown, noughts not counted.
    pub shown: usize,
    /// Cells hidden.
    pub hidden: usize,
    /// The hidden cell that can be bounded most narrowly; `None` when nothing is hidden, or it was not sought.
    pub narrowest: Option<Finding>,
}

/// What the attack found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// What was asked for.
    pub demand: Policy,
    /// How many earlier releases were used against the newest.
    pub earlier: usize,
    /// Each table of the newest release.
    pub tables: Vec<TableAudit>,
    /// Every cell that tells more than the policy allows: hidden and bounded too narrowly, or small and
    /// shown.
    pub exposed: Vec<Finding>,
    /// Cells of which the earlier releases tell as much by themselves, even if nothing were published now.
    pub told_before: Vec<Finding>,
    /// Linear programs asked.
    pub programs: usize,
}

impl Audit {
    /// Nothing found yet.
    fn of(demand: &Policy, earlier: usize) -> Self {
        Self { demand: *demand, earlier, tables: Vec::new(), exposed: Vec::new(), told_before: Vec::new(), programs: 0 }
    }
}

/// Can anybody work out a small count from these releases (the newest last)?
///
/// *Method*: of every hidden cell the least and the most are sought by linear programs over all cells,
/// given each shown count with the range of its rounding, every sum in and between the tables, and the
/// earlier releases under the assumption that no record came late (given up just where the releases contradict it).
/// Ends are then drawn in to whole numbers. Cells that some possible world has shown to be wide enough
/// are not asked again; the narrowest of each table is exact, and not sought where all releases have 20,000 cells together
/// or more. It knows nothing of how the
/// tables were made: of what was found when they were (`clues` of the newest) it sees first whether it holds for all that
/// a reader knows.
///
/// # Errors
/// When the solver does not answer, or the tables contradict themselves.
pub fn audit(releases: &[Release], demand: &Policy) -> Result<Audit, Unprotectable> {
    whole(releases, demand, true)
}

/// The same where only what is exposed has to be known: the ends of what some possible world has shown to be wide enough
/// are not sought.
///
/// # Errors
/// As [`audit`].
pub fn exposed(releases: &[Release], demand: &Policy) -> Result<Audit, Unprotectable> {
    whole(releases, demand, false)
}

fn whole(releases: &[Release], demand: &Policy, has_narrowest: bool) -> Result<Audit, Unprotectable> {
    let Some((newest, earlier)) = releases.split_last() else { return Ok(Audit::of(demand, 0)) };
    let mut found =
        attacked(&mut Attack::new(newest, earlier, newest.clues.take())?, newest, demand, has_narrowest, |_| true)?;
    found.earlier = earlier.len();
    if !earlier.is_empty() && !found.exposed.is_empty() {
        let exposed = std::mem::take(&mut found.exposed);
        (found.told_before, found.exposed) = Silence::of(newest, earlier)?.told(exposed)?;
    }
    let narrowest = found.tables.iter_mut().filter_map(|table| table.narrowest.as_mut());
    narrowest.chain(&mut found.exposed).chain(&mut found.told_before).for_each(|finding| finding.by.truncate(NAMED));
    Ok(found)
}

/// The audit of some cells, by their names, by the reader of these releases; where the narrowest need not be known, only of
/// what is exposed. What earlier releases tell by themselves is not set apart.
pub(super) fn attacked(
    attack: &mut Attack,
    newest: &Release,
    demand: &Policy,
    has_narrowest: bool,
    is_asked: impl Fn(&str) -> bool,
) -> Result<Audit, Unprotectable> {
    let has_narrowest = has_narrowest && !attack.has_very_many();
    let mut hidden: Vec<BTreeSet<usize>> =
        newest.tables.iter().enumerate().map(|(nth, table)| attack.hidden_of(nth, table)).collect();
    let mut linked = attack.linked.clone();
    hidden.iter_mut().chain([&mut linked]).for_each(|cells| cells.retain(|&cell| is_asked(attack.name(cell))));
    // What is proven not to be small need not be seen wide.
    let is_proven = |cell: usize| attack.is_proven_large(cell, demand.threshold.max(attack.threshold[cell]));
    let mut open: BTreeSet<usize> = BTreeSet::new();
    for (cells, is_people) in
        hidden.iter().zip(newest.tables.iter().map(|table| table.is_people)).chain([(&linked, true)])
    {
        open.extend(cells.iter().filter(|&&cell| has_narrowest || !is_people || !is_proven(cell)));
    }
    attack.look_around(&open, demand.least_width())?;
    let mut found = Audit::of(demand, 0);
    let mut reported = BTreeSet::new();
    for (nth, table) in newest.tables.iter().enumerate().filter(|(_, table)| !table.is_latent) {
        shown_and_small(table, demand, nth, attack, &mut reported, &mut found.exposed);
        let mut narrowest: Option<(u64, usize)> = None;
        for cell in attack.by_width(&hidden[nth]) {
            // What a possible world has shown to be wide enough can't be the narrowest any more.
            let owed = attack.threshold[cell].saturating_sub(2).max(demand.least_width());
            let enough = match narrowest {
                None if has_narrowest => u64::MAX,
                None => owed,
                Some((width, _)) => width.max(owed),
            };
            let threshold = demand.threshold.max(attack.threshold[cell]);
            let is_done = attack.width_seen(cell) >= enough
                || !has_narrowest && table.is_people && attack.is_large(cell, threshold)?
                || enough < u64::MAX && attack.is_seen_wide(cell, enough);
            if is_done {
                continue;
            }
            attack.bound(cell)?;
            let width = attack.width(cell);
            if narrowest.is_none_or(|(least, _)| width < least) {
                narrowest = Some((width, cell));
            }
            // That nobody was there is known of nobody.
            if attack.most(cell) > 0
                && width < needed(threshold, table.is_people, attack.least(cell))
                && reported.insert(cell)
            {
                found.exposed.push(attack.finding(&table.name, cell));
            }
        }
        let count = |is: fn(&Cell) -> bool| table.cells.iter().filter(|cell| is(cell)).count();
        found.tables.push(TableAudit {
            table: table.name.clone(),
            cells: table.cells.len(),
            shown: count(|cell| matches!(cell, Cell::Shown(_) | Cell::Low)),
            hidden: count(|cell| *cell == Cell::Hidden),
            narrowest: narrowest.filter(|_| has_narrowest).map(|(_, cell)| attack.finding(&table.name, cell)),
        });
    }
    for &cell in &linked {
        let threshold = demand.threshold.max(attack.threshold[cell]);
        if attack.is_large(cell, threshold)? || attack.is_seen_wide(cell, threshold.saturating_sub(2)) {
            continue;
        }
        attack.bound(cell)?;
        if attack.most(cell) > 0
            && attack.width(cell) < needed(threshold, true, attack.least(cell))
            && reported.insert(cell)
        {
            found.exposed.push(attack.finding(LINKED, cell));
        }
    }
    found.programs = attack.programs;
    Ok(found)
}

/// What earlier releases tell by themselves: what a reader could work out if nothing of the newest were published.
pub(super) struct Silence(Attack);

impl Silence {
    /// Of the newest only the shape of its tables is used.
    pub(super) fn of(newest: &Release, earlier: &[Release]) -> Result<Self, Unprotectable> {
        let mut silent = newest.clone();
        silent.tables.iter_mut().for_each(|table| table.is_latent = true);
        Attack::new(&silent, earlier, Clues::default()).map(Self)
    }

    /// Parts what the earlier releases tell from what the newest adds.
    pub(super) fn told(&mut self, exposed: Vec<Finding>) -> Result<(Vec<Finding>, Vec<Finding>), Unprotectable> {
        let attack = &mut self.0;
        let (mut told, mut left) = (Vec::new(), Vec::new());
        for finding in exposed {
            let as_much = match attack.named(&finding.cell) {
                Some(cell) => {
                    attack.bound(cell)?;
                    attack.least(cell) >= finding.least && finding.most.is_some_and(|most| attack.most(cell) <= most)
                }
                None => false,
            };
            if as_much { told.push(finding) } else { left.push(finding) }
        }
        Ok((told, left))
    }
}

/// How far apart the ends of a hidden count must be. Protection is owed to small counts (to the primary
/// suppressions, in the terms of Fischetti & Salazar-González 2001 and of Hundepool et al. 2012, chapter 4):
/// a count of people that is proven to be the threshold or more was hidden to protect others, and however
/// closely it is known nobody is given away by it. Each small count that it could give away is attacked itself.
/// An amount may be large and of few people, so that it must be uncertain whatever it is.
fn needed(threshold: u64, is_people: bool, least: u64) -> u64 {
    if is_people && least >= threshold { 0 } else { threshold.saturating_sub(2) }
}

/// Counts of people that are shown although they are small: their range lies below the threshold.
fn shown_and_small(
    table: &Published,
    demand: &Policy,
    nth: usize,
    attack: &Attack,
    reported: &mut BTreeSet<usize>,
    exposed: &mut Vec<Finding>,
) {
    for (place, cell) in table.cells.iter().enumerate().filter(|_| table.is_people) {
        let Some((least, most)) = table.policy.range(*cell, true) else { continue };
        let is_small = least >= 1 && most < demand.threshold && most - least < demand.least_width();
        let known = attack.place(nth, place);
        if is_small && reported.insert(known) {
            let (table, cell) = (table.name.clone(), attack.name(known).to_owned());
            exposed.push(Finding { table, cell, least, most: Some(most), by: vec!["it is shown".to_owned()] });
        }
    }
}
