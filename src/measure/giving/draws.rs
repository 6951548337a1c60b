//! What the money may really have done: repeated draws over what is not known of where grants benefit
//! anybody.
//!
//! Each draw throws (1) how strongly each patch draws money that could go anywhere, by the gamma
//! distribution that the grants whose patch is known leave open: shape 1 + half their number there, rate 1 +
//! half their number if they had followed residents; half, because grants come in clusters (the same group
//! again, the same programme) and say less than as many separate ones would. Where nothing is known the shape is 1, so a patch may
//! get next to nothing or three times its share. (2) For each patch, how often a grant whose office is there
//! benefits it: by the beta distribution that the grants leave open of which both are known, so that a head
//! office is known by its works; anything from 0 to 1 where there is none. (3) For each grant that is not
//! known to a patch: its office, by (2), if that is in its area; else one patch of its area, by residents and
//! (1), or all of it by residents. Which of the two a grant is, nobody records, so (4) the share of the first
//! kind is thrown anew in each draw, from none to all, twice as likely to be high as low: groups meet in one place
//! more often than everywhere.

use super::need::BANDS;
use super::reach::Reach;
use crate::stats::{Chance, Step, concentration_index, curve};
use rayon::prelude::*;

/// How much a located grant says of where others go, against one that has nothing to do with any other.
/// At 1 the ranges held fewer truths of made-up boroughs than they state; at 0 they would not learn.
const HEED: f64 = 0.5;

/// A part of a grant, as the draws see it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    /// Which grant it is a part of.
    pub(super) grant: usize,
    /// Pence.
    pub(super) pence: f64,
    /// Its area.
    pub(super) area: usize,
    /// Patch and band of deprivation of its office, where that lies in the area.
    pub(super) office: Option<(usize, usize)>,
}

/// What is drawn from.
pub(super) struct Model<'a> {
    pub(super) reaches: &'a [Reach],
    /// Parts whose patch is known.
    pub(super) known: Vec<Piece>,
    /// All others.
    pub(super) open: Vec<Piece>,
    /// Patches and, last, what is outside them.
    pub(super) cells: usize,
    /// For each cell, grants whose patch is known to be this, and how many there would be by residents.
    pub(super) located: Vec<(f64, f64)>,
    /// For each cell, grants with their office there that are known to benefit it, and known to benefit another.
    pub(super) offices: Vec<(f64, f64)>,
    pub(super) grants: usize,
    /// Residents of each band.
    pub(super) band_residents: [f64; BANDS + 1],
}

/// One draw.
pub(super) struct Draw {
    /// Pence in each cell.
    pub(super) cells: Vec<f64>,
    /// The concentration curve and its index, with the grants drawn again.
    pub(super) need: Option<(Vec<f64>, f64)>,
}

impl Model<'_> {
    /// So many draws of this seed, in order.
    pub(super) fn draws(&self, n: usize, seed: u64) -> Vec<Draw> {
        let sure = self.sure();
        (0..n as u64).into_par_iter().map(|stream| self.draw(&sure, &mut Chance::new(seed, stream))).collect()
    }

    /// What is known, in each cell.
    fn sure(&self) -> Vec<f64> {
        let mut cells = vec![0.0; self.cells];
        for piece in &self.known {
            if let Some(cell) = self.only(piece).and_then(|patch| cells.get_mut(patch)) {
                *cell += piece.pence;
            }
        }
        cells
    }

    fn only(&self, piece: &Piece) -> Option<usize> {
        self.reaches.get(piece.area)?.only_patch()
    }

    fn draw(&self, sure: &[f64], chance: &mut Chance) -> Draw {
        let pull: Vec<f64> =
            self.located.iter().map(|(here, due)| chance.gamma(1.0 + HEED * here) / (1.0 + HEED * due)).collect();
        let at_office: Vec<f64> =
            self.offices.iter().map(|(here, elsewhere)| chance.beta(1.0 + here, 1.0 + elsewhere)).collect();
        let one_patch = chance.unit().max(chance.unit());
        // The Bayesian bootstrap (Rubin 1981): which grants were made might have been otherwise.
        let again: Vec<f64> = (0..self.grants).map(|_| chance.exponential()).collect();
        let weight = |piece: &Piece| piece.pence * again.get(piece.grant).copied().unwrap_or(1.0);
        let mut cells = sure.to_vec();
        let mut bands = [0.0; BANDS + 1];
        for piece in &self.known {
            self.to_bands(piece.area, 0, weight(piece), &mut bands);
        }
        let mut running: Vec<Option<Vec<f64>>> = vec![None; self.reaches.len()];
        let mut spread: Vec<(f64, f64)> = vec![(0.0, 0.0); self.reaches.len()];
        for piece in &self.open {
            let Some(reach) = self.reaches.get(piece.area) else { continue };
            if let Some((patch, band)) = piece.office
                && chance.unit() < at_office.get(patch).copied().unwrap_or(0.5)
            {
                add(&mut cells, patch, piece.pence);
                add(&mut bands, band, weight(piece));
            } else if chance.unit() < one_patch {
                let Some(slot) = running.get_mut(piece.area) else { continue };
                let running = slot.get_or_insert_with(|| running_pull(reach, &pull));
                let nth = chance.pick(running);
                if let Some((patch, _)) = reach.patches.get(nth) {
                    add(&mut cells, *patch, piece.pence);
                    self.to_bands(piece.area, nth, weight(piece), &mut bands);
                }
            } else if let Some(sum) = spread.get_mut(piece.area) {
                sum.0 += piece.pence;
                sum.1 += weight(piece);
            }
        }
        for (area, (pence, weighted)) in spread.iter().enumerate().filter(|(_, (pence, _))| *pence > 0.0) {
            let Some(reach) = self.reaches.get(area) else { continue };
            let everybody = reach.residents();
            for (nth, (patch, residents)) in reach.patches.iter().enumerate() {
                let share = if everybody > 0.0 { residents / everybody } else { 1.0 / reach.patches.len() as f64 };
                add(&mut cells, *patch, pence * share);
                self.to_bands(area, nth, weighted * share, &mut bands);
            }
        }
        Draw { cells, need: self.need(&bands) }
    }

    /// Adds money that benefits one patch of an area to the bands of those who live there.
    fn to_bands(&self, area: usize, nth: usize, amount: f64, bands: &mut [f64; BANDS + 1]) {
        if let Some(shares) = self.reaches.get(area).and_then(|reach| reach.bands.get(nth)) {
            for (band, share) in bands.iter_mut().zip(shares) {
                *band += amount * share;
            }
        }
    }

    fn need(&self, bands: &[f64; BANDS + 1]) -> Option<(Vec<f64>, f64)> {
        let steps = steps(&self.band_residents, bands);
        let points = curve(&steps)?;
        Some((points.into_iter().map(|(_, share)| share).collect(), concentration_index(&steps)?))
    }
}

/// The tenths as steps of the concentration curve, without those the index does not cover.
pub(super) fn steps(residents: &[f64; BANDS + 1], amounts: &[f64; BANDS + 1]) -> Vec<Step> {
    let both = residents.iter().zip(amounts).take(BANDS);
    both.map(|(&people, &amount)| Step { people, amount }).collect()
}

fn running_pull(reach: &Reach, pull: &[f64]) -> Vec<f64> {
    let mut sum = 0.0;
    reach
        .patches
        .iter()
        .map(|(patch, residents)| {
            sum += residents * pull.get(*patch).copied().unwrap_or(1.0);
            sum
        })
        .collect()
}

fn add(to: &mut [f64], at: usize, amount: f64) {
    if let Some(slot) = to.get_mut(at) {
        *slot += amount;
    }
}
