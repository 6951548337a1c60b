//! Which streets lack what? Every stretch once, with all the standards it falls short of.

use super::gaps::{most_first, streets};
use super::{Cause, Coverage, Gaps};
use crate::place::{PatchIdx, Place};
use crate::units::Seconds;
use std::collections::BTreeMap;

/// A stretch that falls short of the same standards, in the same gaps of each.
#[derive(Debug, Clone, PartialEq)]
pub struct Missing {
    /// The patch; `None` outside all of them.
    pub patch: Option<PatchIdx>,
    /// Residents.
    pub residents: f64,
    /// Names of the streets of which most uncovered residents live here rather than in another stretch of the
    /// patch, most residents first: so no street is named twice.
    pub streets: Vec<String>,
    /// The street most of these residents live on, where [`Missing::streets`] is empty because other stretches of the
    /// patch have more of each.
    pub part_of: Option<String>,
    /// What is lacking, in the order of the place's standards.
    pub lacks: Vec<Lack>,
}

/// A standard that a stretch falls short of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lack {
    /// Its number in the place's list.
    pub standard: usize,
    /// The cause for most residents of the stretch.
    pub cause: Cause,
    /// The middle resident's walk, or time by bus; `None` when there is no way.
    pub median: Option<Seconds>,
}

/// Which streets lack what?
///
/// *Method.* The gaps of the standards overlap: where there is no library there may be no hub either. Here uncovered
/// dwelling positions are put together that lie in the same gap of each standard they fall short of, so every
/// uncovered resident is in one stretch alone, and the residents of all stretches that lack a standard are those of
/// its gaps. Cause and walk are those of the stretch, not of the whole gap.
///
/// * `measured`: coverage and gaps of each standard of the place, in its order.
///
/// The stretch with most residents first; of equals, by patch and then by what they lack.
///
/// # Panics
/// When they are of another place.
#[must_use]
pub fn missing(place: &Place, measured: &[(&Coverage, &Gaps)]) -> Vec<Missing> {
    let mut lacks: BTreeMap<usize, Vec<(usize, usize, Cause)>> = BTreeMap::new();
    for (standard, (_, gaps)) in measured.iter().enumerate() {
        for (number, gap) in gaps.gaps.iter().enumerate() {
            for (&position, &cause) in gap.positions.iter().zip(&gap.why) {
                lacks.entry(position).or_default().push((standard, number, cause));
            }
        }
    }
    let mut stretches: BTreeMap<(Option<PatchIdx>, Vec<(usize, usize)>), Vec<usize>> = BTreeMap::new();
    for (&position, own) in &lacks {
        let gaps = own.iter().map(|(standard, number, _)| (*standard, *number)).collect();
        stretches.entry((place.positions[position].patch, gaps)).or_default().push(position);
    }
    let main = main_stretches(place, &stretches);
    let mut found: Vec<Missing> = stretches
        .into_iter()
        .enumerate()
        .map(|(at, ((patch, gaps), positions))| {
            let all = streets(place, &positions);
            let own = |name: &&String| main.get(&(patch, name.as_str())).is_some_and(|(_, stretch)| *stretch == at);
            let named: Vec<String> = all.iter().filter(own).cloned().collect();
            let lack = |(standard, _): (usize, usize)| {
                let walks = measured[standard].0;
                of_stretch(place, standard, walks, &positions, &lacks)
            };
            Missing {
                patch,
                residents: positions.iter().map(|i| place.positions[*i].residents).sum(),
                part_of: if named.is_empty() { all.into_iter().next() } else { None },
                streets: named,
                lacks: gaps.into_iter().map(lack).collect(),
            }
        })
        .collect();
    // The order they come in, by patch and gaps, decides between equals.
    found.sort_by(|a, b| b.residents.total_cmp(&a.residents));
    found
}

/// For each street of each patch the stretch in which most of its uncovered residents live, and how many; of equals
/// the first.
fn main_stretches<'p, K>(
    place: &'p Place,
    stretches: &BTreeMap<(Option<PatchIdx>, K), Vec<usize>>,
) -> BTreeMap<(Option<PatchIdx>, &'p str), (f64, usize)> {
    let mut main: BTreeMap<(Option<PatchIdx>, &str), (f64, usize)> = BTreeMap::new();
    let Some(network) = &place.streets else { return main };
    for (at, ((patch, _), positions)) in stretches.iter().enumerate() {
        let mut here: BTreeMap<&str, f64> = BTreeMap::new();
        for position in positions.iter().map(|&i| &place.positions[i]) {
            if let Some(name) = position.snap.and_then(|snap| network.street(snap.edge).name) {
                *here.entry(name).or_default() += position.residents;
            }
        }
        for (name, residents) in here {
            let best = main.entry((*patch, name)).or_insert((residents, at));
            if residents > best.0 {
                *best = (residents, at);
            }
        }
    }
    main
}

fn of_stretch(
    place: &Place,
    standard: usize,
    coverage: &Coverage,
    positions: &[usize],
    lacks: &BTreeMap<usize, Vec<(usize, usize, Cause)>>,
) -> Lack {
    let mut causes: BTreeMap<Cause, f64> = BTreeMap::new();
    for position in positions {
        let residents = place.positions[*position].residents;
        let own = lacks.get(position).into_iter().flatten().find(|(other, _, _)| *other == standard);
        if let Some((_, _, cause)) = own {
            *causes.entry(*cause).or_default() += residents;
        }
    }
    Lack {
        standard,
        cause: most_first(causes).first().map_or(Cause::Distance, |(cause, _)| *cause),
        median: coverage.times(place, positions, [0.5])[0],
    }
}
