//! Which homes each patch stands for: so that patches of several releases are told apart and put together by their ground.

use super::super::Release;
use super::tables::{Dimension, Tables};
use crate::place::{EarlierIdx, Idx, PatchIdx, Place, Position};
use std::collections::{BTreeMap, BTreeSet};

/// Parts of a zone up to which every sum of them is known again: so many sums, each a number.
const MOST_PARTS: usize = 12;

/// A part of a zone that no patch divides, of today or of any earlier time that the place names.
struct Piece {
    hash: u64,
    patch: Option<PatchIdx>,
}

/// The pieces of each zone, in the order of their hashes.
fn pieces(place: &Place) -> Vec<(&str, Vec<Piece>)> {
    let then = |at: usize| place.earlier_patches.iter().map(move |set| set.of_position.get(at).copied().flatten());
    place
        .zone_positions
        .enumerate()
        .map(|(zone, run)| {
            let mut parts: BTreeMap<(Option<PatchIdx>, Vec<Option<EarlierIdx>>), u64> = BTreeMap::new();
            for at in run.clone() {
                let Some(position) = place.positions.get(at) else { continue };
                // Sums of hashes, so that the order of positions changes nothing.
                let sum = parts.entry((position.patch, then(at).collect())).or_default();
                *sum = sum.wrapping_add(hash(position));
            }
            let mut pieces: Vec<Piece> = parts.into_iter().map(|((patch, _), hash)| Piece { hash, patch }).collect();
            pieces.sort_by_key(|piece| piece.hash);
            (place.zones[zone].key.as_str(), pieces)
        })
        .collect()
}

/// FNV-1a, which is the same on every machine and in every version.
fn hash(position: &Position) -> u64 {
    let numbers = [position.at.x, position.at.y];
    let bytes = numbers.iter().flat_map(|number| ((number * 10.0).round() as i64).to_le_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn name(zone: &str, hash: u64) -> String {
    format!("{zone}{IN_PART}{hash:016x}")
}

const IN_PART: &str = " in part ";

/// The homes of each patch, and those outside: zones, or the parts of a zone that lie there.
pub(super) fn homes(place: &Place) -> (Vec<Vec<String>>, Vec<String>) {
    let mut by_patch: Vec<BTreeSet<String>> = vec![BTreeSet::new(); place.patches.len() + 1];
    for (zone, pieces) in pieces(place) {
        let is_whole = pieces.len() == 1;
        for piece in pieces {
            let patch = piece.patch.map_or(place.patches.len(), Idx::index);
            by_patch[patch].insert(if is_whole { zone.to_owned() } else { name(zone, piece.hash) });
        }
    }
    let mut outside: Vec<String> = by_patch.pop().into_iter().flatten().collect();
    outside.push("elsewhere".to_owned());
    (by_patch.into_iter().map(|homes| homes.into_iter().collect()).collect(), outside)
}

/// Says the ground of patches in earlier releases by the parts of zones that are told apart today.
///
/// A release of before the boundaries moved names a zone as a whole, or in parts as they were then. Today's release
/// names other parts of it. That the parts make up the zone is known to whoever has both maps, so it has to be known
/// here: else the homes on a sliver between two boundaries could be counted by subtraction.
pub(in crate::disclose) fn refine(place: &Place, releases: &mut [Release]) {
    let mut parts = whole_today(place, releases);
    for (zone, pieces) in pieces(place).into_iter().filter(|(_, pieces)| pieces.len() > 1) {
        let names: Vec<String> = pieces.iter().map(|piece| name(zone, piece.hash)).collect();
        if pieces.len() <= MOST_PARTS {
            for some in 1..(1_usize << pieces.len()) {
                let is_in = |at: &usize| some & (1 << at) != 0;
                let sum = (0..pieces.len()).filter(is_in).fold(0, |sum: u64, at| sum.wrapping_add(pieces[at].hash));
                let own = (0..pieces.len()).filter(is_in).map(|at| names[at].clone()).collect();
                parts.entry(name(zone, sum)).or_insert(own);
            }
        }
        parts.insert(zone.to_owned(), names);
    }
    let tables = releases.iter_mut().flat_map(|release| &mut release.tables);
    replace(tables.flat_map(|table| &mut table.dimensions), &parts);
}

/// Says the ground of today's patches by the parts in which earlier releases tell of zones that no map divides any more.
pub(in crate::disclose) fn refine_today(place: &Place, tables: &mut Tables, earlier: &[Release]) {
    let parts = whole_today(place, earlier);
    replace(tables.tables.iter_mut().flat_map(|table| &mut table.dimensions), &parts);
}

/// Zones that are whole on every map the place names, and that a release tells of in parts which make them up: of a
/// map that nobody named.
fn whole_today(place: &Place, releases: &[Release]) -> BTreeMap<String, Vec<String>> {
    let mut parts = BTreeMap::new();
    let whole: BTreeMap<&str, u64> = pieces(place)
        .iter()
        .filter(|(_, pieces)| pieces.len() == 1)
        .map(|(zone, pieces)| (*zone, pieces[0].hash))
        .collect();
    for release in releases.iter().rev() {
        let mut told: BTreeMap<&str, BTreeSet<u64>> = BTreeMap::new();
        let dimensions = release.tables.iter().flat_map(|table| &table.dimensions);
        let patches =
            dimensions.filter(|dimension| dimension.name == PATCH).flat_map(|dimension| &dimension.categories);
        for atom in patches.flat_map(|category| &category.atoms) {
            if let Some((zone, hash)) = atom.rsplit_once(IN_PART)
                && let Ok(hash) = u64::from_str_radix(hash, 16)
            {
                told.entry(zone).or_default().insert(hash);
            }
        }
        for (zone, hashes) in told {
            let sum = hashes.iter().fold(0, |sum: u64, hash| sum.wrapping_add(*hash));
            if whole.get(zone) == Some(&sum) {
                parts.entry(zone.to_owned()).or_insert_with(|| hashes.iter().map(|hash| name(zone, *hash)).collect());
            }
        }
    }
    parts
}

/// The name of the dimension of patches.
const PATCH: &str = "patch";

fn replace<'d>(dimensions: impl Iterator<Item = &'d mut Dimension>, parts: &BTreeMap<String, Vec<String>>) {
    let patches = dimensions.filter(|dimension| dimension.name == PATCH);
    for category in patches.flat_map(|dimension| &mut dimension.categories) {
        let known: BTreeSet<String> = std::mem::take(&mut category.atoms)
            .into_iter()
            .flat_map(|atom| parts.get(&atom).cloned().unwrap_or_else(|| vec![atom]))
            .collect();
        category.atoms = known.into_iter().collect();
    }
}
