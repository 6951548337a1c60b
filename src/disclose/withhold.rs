//! Hides, until nothing can be worked out from the sums, or from those around some counts.

use super::around::{Around, is_world};
use super::ground::{Ground, Unprotectable};
use super::proof::Proof;
use super::{Clues, lines, repair};
use std::collections::BTreeSet;

/// Hides further cells until nothing can be worked out from the sums. The counts that cannot be had, whatever is hidden,
/// how many they are, and what was found on the way.
pub(super) fn withhold(
    ground: &mut Ground,
    lines: &[lines::Line],
) -> Result<(BTreeSet<usize>, usize, Clues), Unprotectable> {
    ground.note_large();
    let mut proof = Proof::of(ground);
    let around = around(ground);
    let (mut told, mut has_tried_again) = (0, false);
    loop {
        loop {
            lines::hide_noughts(ground, lines);
            lines::note_noughts(ground, lines);
            let exposed = proof.exposed(ground)?;
            if exposed.is_empty() {
                break;
            }
            told += repair::repair(ground, &mut proof, &around, lines, exposed)?;
        }
        // What was given up may have become possible by what was hidden for others.
        let is_last = std::mem::replace(&mut has_tried_again, true);
        if is_last || !proof.try_again() {
            return Ok((proof.lost, told, proof.clues));
        }
        told = 0;
    }
}

/// Hides further cells for some counts that a reader bounds too closely. Those of them that cannot be had.
pub(super) fn withhold_of(
    ground: &mut Ground,
    lines: &[lines::Line],
    cells: &[usize],
) -> Result<BTreeSet<usize>, Unprotectable> {
    let mut proof = Proof::of(ground);
    let goals = proof.open(ground, cells);
    repair::repair(ground, &mut proof, &around(ground), lines, goals)?;
    lines::hide_noughts(ground, lines);
    lines::note_noughts(ground, lines);
    Ok(proof.lost)
}

/// What is near what. Cells only an earlier release had are counted nowhere, and what stands for them may not meet the
/// rules.
fn around(ground: &Ground) -> Around {
    let has_world = is_world(&ground.value, &ground.system.rows(), |cell| ground.bounds(cell));
    Around::of(&ground.system.rules, ground.exact.len(), has_world)
}
