//! Late records: who reads the newest release beside the earlier ones, and takes it that no record came late, may bound an
//! old count closely, and be right by chance.

use super::attack::Attack;
use super::audit::{Finding, Silence, attacked};
use super::ground::{Ground, Unprotectable, publish};
use super::lines::{self, Line, hide_all};
use super::linked::Reading;
use super::published::Found;
use super::tabulate::Tables;
use super::withhold::withhold_of;
use super::{Clues, Release};
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

/// So many times a little more is hidden before everything is.
const ROUNDS: usize = 24;

/// So many times it is tried whether less of what was hidden at once helps as well.
const TRIES: usize = 16;

/// The reader of what would be published now and of all earlier releases.
struct Reader<'a> {
    tables: &'a Tables,
    earlier: &'a [Release],
    number: HashMap<String, usize>,
    silence: Option<Silence>,
    /// What it found.
    clues: Clues,
}

impl Reader<'_> {
    fn newest(&self, ground: &Ground) -> Release {
        let tables = publish(self.tables, ground);
        Release { policy: ground.policy, tables, told_before: 0, clues: Found::default() }
    }

    /// Which of the counts asked for are exposed, and what is taken for true.
    fn exposed(
        &mut self,
        ground: &Ground,
        is_asked: impl Fn(usize) -> bool,
    ) -> Result<(Vec<Finding>, Reading), Unprotectable> {
        let newest = self.newest(ground);
        let mut attack = Attack::new(&newest, self.earlier, std::mem::take(&mut self.clues))?;
        let is_asked = |name: &str| self.number.get(name).is_some_and(|&cell| is_asked(cell));
        let found = attacked(&mut attack, &newest, &ground.policy, false, is_asked)?.exposed;
        self.clues = attack.clues;
        Ok((found, attack.reading))
    }

    /// Parts what the earlier releases tell by themselves, such as a nought that is none any more, from what the newest adds.
    fn told(&mut self, ground: &Ground, found: Vec<Finding>) -> Result<(Vec<Finding>, Vec<Finding>), Unprotectable> {
        let silence = match self.silence.take() {
            Some(silence) => silence,
            None => Silence::of(&self.newest(ground), self.earlier)?,
        };
        self.silence.insert(silence).told(found)
    }

    /// How many of these counts the newest release exposes.
    fn exposed_of(&mut self, ground: &Ground, cells: &BTreeSet<usize>) -> Result<usize, Unprotectable> {
        let (found, _) = self.exposed(ground, |cell| cells.contains(&cell))?;
        Ok(self.told(ground, found)?.1.len())
    }

    /// Of what is hidden now and was not before, only as much as keeps these counts from being exposed: part after part,
    /// smaller and smaller, is shown again where that exposes none, large counts first. Whether anything is.
    fn keep_what_helps(
        &mut self,
        ground: &mut Ground,
        lines: &[Line],
        exposed: &BTreeSet<usize>,
        before: &[bool],
    ) -> Result<bool, Unprotectable> {
        // Noughts are hidden with the counts beside them.
        let is_added = |cell: &usize| ground.is_hidden[*cell] && !before[*cell] && ground.exact[*cell] > 0;
        let mut kept: Vec<usize> = (0..before.len()).filter(is_added).collect();
        kept.sort_by_key(|&cell| (Reverse(ground.exact[cell]), cell));
        let (all, mut at, mut size) = (kept.len(), 0, kept.len().div_ceil(2));
        for _ in 0..TRIES {
            if at >= kept.len() {
                (at, size) = (0, size.div_ceil(2).min(kept.len().div_ceil(2)));
            }
            let mut fewer = kept.clone();
            fewer.drain(at..kept.len().min(at + size));
            hide_only(ground, lines, before, &fewer);
            if self.exposed_of(ground, exposed)? == 0 {
                kept = fewer
            } else {
                at += size
            }
            if kept.is_empty() || (size == 1 && at >= kept.len()) {
                break;
            }
        }
        hide_only(ground, lines, before, &kept);
        Ok(kept.len() < all)
    }

    fn cell(&self, name: &str) -> Option<usize> {
        self.number.get(name).copied()
    }
}

/// Hides these cells beside what was hidden before, and what must be hidden with them.
fn hide_only(ground: &mut Ground, lines: &[Line], before: &[bool], cells: &[usize]) {
    ground.is_hidden.copy_from_slice(before);
    cells.iter().for_each(|&cell| ground.is_hidden[cell] = true);
    lines::hide_noughts(ground, lines);
    lines::note_noughts(ground, lines);
}

/// Asks a reader of what would be published and of all earlier releases, who takes it that no record came late
/// wherever the releases do not contradict each other, and hides further what lets them bound a count too closely: where a
/// record did come late they may be right by chance. How many counts the earlier releases tell by themselves, and what
/// it found.
///
/// The cheapest cells are hidden first, then those that tell, then more and more around them (see [`lines::hide_more`]) until
/// that helps, and of what was hidden so no more is kept than helps. Where nothing does, all of the newest is hidden.
///
/// # Errors
/// [`Unprotectable::Exposed`] where even that leaves something to be worked out.
pub(super) fn mislead(
    ground: &mut Ground,
    tables: &Tables,
    earlier: &[Release],
    lines: &[Line],
    lost: &BTreeSet<usize>,
    clues: Clues,
) -> Result<(usize, Clues), Unprotectable> {
    let number: HashMap<String, usize> = ground.system.names.iter().cloned().zip(0..).collect();
    let mut reader = Reader { tables, earlier, number, silence: None, clues };
    // What was exposed, until it is no more; then all is asked again, since what is believed may have changed.
    let mut open: Option<BTreeSet<usize>> = None;
    // What cannot be uncertain to a reader who is wrong about it, whatever is hidden at least cost.
    let mut stuck = BTreeSet::new();
    // What is exposed, and what was hidden, before more was hidden around it.
    let mut tried: Option<(BTreeSet<usize>, Vec<bool>)> = None;
    let mut times = 0;
    let was_hidden = ground.is_hidden.clone();
    loop {
        // Where no record came late only what could not be had can be exposed, and what was hidden for its sake.
        let is_asked = |cell: usize| match &open {
            Some(open) => open.contains(&cell),
            None => ground.is_late || lost.contains(&cell) || ground.is_hidden[cell] && !was_hidden[cell],
        };
        let (found, reading) = reader.exposed(ground, is_asked)?;
        if found.is_empty() {
            let is_less = match tried.take() {
                Some((narrow, before)) if times <= ROUNDS => reader.keep_what_helps(ground, lines, &narrow, &before)?,
                _ => false,
            };
            if open.take().is_none() && !is_less {
                return Ok((0, reader.clues));
            }
            continue;
        }
        let exposed: Vec<usize> = found.iter().filter_map(|finding| reader.cell(&finding.cell)).collect();
        let before = ground.is_hidden.clone();
        let narrow: Vec<usize> = exposed.iter().copied().filter(|cell| !stuck.contains(cell)).collect();
        if ground.is_late && !narrow.is_empty() {
            believe(ground, reading);
            stuck.extend(withhold_of(ground, lines, &narrow)?);
        }
        let has_hidden = before != ground.is_hidden;
        if has_hidden || open.is_some() {
            open = has_hidden.then(|| exposed.into_iter().collect());
            continue;
        }
        let narrow: BTreeSet<usize> = exposed.into_iter().collect();
        let (told, exposed) = reader.told(ground, found)?;
        if exposed.is_empty() {
            return Ok((told.len(), reader.clues));
        }
        let by = exposed.iter().flat_map(|finding| finding.by.iter().chain([&finding.cell]));
        let by: BTreeSet<usize> = by.filter_map(|name| reader.cell(name)).collect();
        let by: Vec<usize> = by.into_iter().collect();
        times += 1;
        let is_helped = times <= ROUNDS && lines::hide_more(ground, (tables, earlier, lines), &by, &narrow);
        if !is_helped && !hide_all(ground) {
            return Err(Unprotectable::Exposed { counts: exposed.len() });
        }
        lines::hide_noughts(ground, lines);
        lines::note_noughts(ground, lines);
        tried.get_or_insert_with(|| (BTreeSet::new(), before)).0.extend(&narrow);
        open = Some(narrow);
    }
}

/// Takes for true what a reader takes for true, whose cells are those of the ground: both are of the same tables.
fn believe(ground: &mut Ground, reading: Reading) {
    let Some(agreed) = reading.agreed else { return };
    let mut told = agreed.told;
    for (cell, told) in told.iter_mut().enumerate().filter(|&(cell, _)| ground.is_published[cell]) {
        if ground.is_hidden[cell] {
            told.0 = told.0.max(reading.now[cell].0);
        }
    }
    (ground.told, ground.value, ground.is_misled) = (told, agreed.values, true);
}
