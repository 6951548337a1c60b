//! Which further cells to hide, so that hidden counts can be what the policy asks.

use super::around::Around;
use super::ground::{Ground, Unprotectable};
use super::lines::{self, Line};
use super::proof::{Goal, Proof, TOLERANCE};
use super::search::Search;
use std::collections::BTreeMap;

/// Hides what must be hidden for the `exposed` ends to be possible. Returns how many of them no hiding
/// helps, because earlier releases have told them.
pub(super) fn repair(
    ground: &mut Ground,
    proof: &mut Proof,
    around: &Around,
    lines: &[Line],
    exposed: Vec<Goal>,
) -> Result<usize, Unprotectable> {
    let mut search = Search::new(ground, around);
    let mut widened: BTreeMap<Goal, usize> = BTreeMap::new();
    let mut open = exposed;
    let mut given_up = 0;
    let mut has_looked_for_noughts = false;
    while let Some(&goal) = open.first() {
        if let Some(world) = search.cheapest(ground, goal, proof.end(ground, goal))? {
            world.hidden.iter().for_each(|&cell| ground.is_hidden[cell] = true);
            search.hide(ground, &world.hidden);
            proof.see(world.values);
            if !proof.is_met(ground, goal) {
                return Err(Unprotectable::Unsolved);
            }
        } else if note(ground, lines) {
            // What was hidden since lets others be nought.
            (search, has_looked_for_noughts) = (Search::new(ground, around), false);
        } else if !std::mem::replace(&mut has_looked_for_noughts, true) {
            // Whoever is nobody, whatever is hidden, is not asked for one by one: with moved boundaries they are hundreds.
            let never_seen = |goal: &&Goal| goal.is_most && ground.is_people[goal.cell] && !proof.is_seen(goal.cell);
            let cells: Vec<usize> = open.iter().filter(never_seen).map(|goal| goal.cell).collect();
            let noughts = if cells.len() > 1 { search.noughts(ground, cells)? } else { Vec::new() };
            for cell in noughts {
                proof.given_up.insert(Goal { cell, is_most: true });
            }
        } else {
            let cell = goal.cell;
            let farthest = search.farthest(ground, cell)?;
            let times = widened.entry(goal).or_default();
            *times += 1;
            if let Some(goals) = proof.choose(ground, cell, farthest) {
                open.retain(|goal| goal.cell != cell);
                open.extend(goals);
            } else if *times <= 3
                && farthest.1 >= 1.0
                && ground.is_people[cell]
                && widen(ground, proof, around, lines, goal)?
            {
                (search, has_looked_for_noughts) = (Search::new(ground, around), false);
            } else if let Some(goals) = proof.choose_despite(ground, cell, farthest) {
                open.retain(|goal| goal.cell != cell);
                open.extend(goals);
            } else {
                // A count that cannot be small, whatever is hidden, gives nobody away.
                let may_be_small = farthest.0 < ground.threshold[cell] as f64 && farthest.1 >= 1.0;
                if !ground.is_people[cell] || may_be_small {
                    given_up += 1;
                    proof.lost.insert(cell);
                }
                proof.given_up.insert(goal);
            }
        }
        open.retain(|goal| !proof.is_met(ground, *goal) && !proof.given_up.contains(goal));
    }
    Ok(given_up)
}

/// Makes room for a goal that no hiding of its own makes possible, because what is hidden beside a count that is shown
/// is known to be somebody. The world in which the goal is reached without that knowledge says which cells would
/// have to be nought; the counts shown in the line of each that has fewest of them are hidden. Whether that hid anything.
fn widen(
    ground: &mut Ground,
    proof: &Proof,
    around: &Around,
    lines: &[Line],
    goal: Goal,
) -> Result<bool, Unprotectable> {
    ground.is_lenient = true;
    let world = Search::new(ground, around).cheapest(ground, goal, proof.end(ground, goal));
    ground.is_lenient = false;
    let Some(world) = world? else { return Ok(false) };
    let mut has_hidden = false;
    for cell in world.hidden {
        has_hidden |= !std::mem::replace(&mut ground.is_hidden[cell], true);
    }
    let short: Vec<usize> = ground.owed().filter(|&cell| ground.is_published[cell]).collect();
    for cell in short.into_iter().filter(|&cell| world.values[cell] < 1.0 - TOLERANCE && !ground.may_be_nought[cell]) {
        for at in lines::fewest_shown_beside(ground, lines, cell) {
            ground.is_hidden[at] = true;
            has_hidden = true;
        }
    }
    Ok(note(ground, lines) || has_hidden)
}

/// Hides the noughts that must be, and notes what may be nought, now that more is hidden. Whether that changed anything.
fn note(ground: &mut Ground, lines: &[Line]) -> bool {
    let before = (ground.is_hidden.clone(), ground.may_be_nought.clone());
    lines::hide_noughts(ground, lines);
    lines::note_noughts(ground, lines);
    (&before.0, &before.1) != (&ground.is_hidden, &ground.may_be_nought)
}
