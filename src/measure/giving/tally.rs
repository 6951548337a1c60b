//! Money in its places, to the penny: spread by residents, all at the office, and the least and the most
//! a place can have had.

use super::reach::{Homes, Reach};
use crate::place::{Evidence, Giving, Idx, ZoneIdx};
use crate::stats::apportion;
use std::collections::BTreeMap;

/// What one place had, in pence.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Money {
    /// Each grant spread by residents over the area its evidence names, by evidence, the strongest first.
    pub by_evidence: [i64; 5],
    /// All of each grant where the recipient's office is, when that is in its area.
    pub at_office: i64,
    /// Grants better placed than by an office, whose area lies wholly here.
    pub sure: i64,
    /// All of every grant whose area touches this place.
    pub possible: i64,
}

impl Money {
    /// Each grant spread by residents over the area its evidence names.
    #[must_use]
    pub fn spread(&self) -> i64 {
        self.by_evidence.iter().sum()
    }
}

/// Money by patch (the last is what lies outside every patch) and by zone.
pub(super) struct Tallies {
    pub(super) cells: Vec<Money>,
    pub(super) zones: Vec<Money>,
}

/// Sums the money of every place.
///
/// Grants of the same area and evidence are added up first and shared out once, by largest remainders, so
/// that patches, and zones, each sum to what was placed, to the penny.
pub(super) fn tally(giving: &Giving, reaches: &[Reach], homes: &Homes) -> Tallies {
    let mut cells = vec![Money::default(); homes.patches + 1];
    let mut zones = vec![Money::default(); homes.zones()];
    let mut by_area: BTreeMap<(usize, Evidence), i64> = BTreeMap::new();
    let mut not_at_office: BTreeMap<usize, i64> = BTreeMap::new();
    let mut at_office: BTreeMap<(ZoneIdx, Option<usize>, Option<usize>), i64> = BTreeMap::new();
    for grant in &giving.grants {
        for part in &grant.parts {
            let Ok(benefit) = &part.benefit else { continue };
            *by_area.entry((benefit.area, benefit.evidence)).or_default() += part.pence;
            let Some(reach) = reaches.get(benefit.area) else { continue };
            let office = grant.office.as_ref().filter(|office| reach.has_zone(office.zone));
            match office {
                Some(office) => {
                    let cut = reach.cut.then_some(benefit.area);
                    *at_office.entry((office.zone, reach.only_patch(), cut)).or_default() += part.pence;
                }
                None => *not_at_office.entry(benefit.area).or_default() += part.pence,
            }
        }
    }
    for ((area, evidence), pence) in by_area {
        let Some(reach) = reaches.get(area) else { continue };
        let nth = evidence as usize;
        share(pence, &reach.patches, |patch, part| with(&mut cells, patch, |m| add(&mut m.by_evidence, nth, part)));
        share(pence, &reach.zones, |zone, part| with(&mut zones, zone, |m| add(&mut m.by_evidence, nth, part)));
        let surely = evidence != Evidence::Office;
        bound(&reach.patches, surely, pence, &mut cells);
        bound(&reach.zones, surely, pence, &mut zones);
    }
    for (area, pence) in not_at_office {
        let Some(reach) = reaches.get(area) else { continue };
        share(pence, &reach.patches, |patch, part| with(&mut cells, patch, |m| m.at_office += part));
        share(pence, &reach.zones, |zone, part| with(&mut zones, zone, |m| m.at_office += part));
    }
    for ((zone, only, cut), pence) in at_office {
        with(&mut zones, zone.index(), |m| m.at_office += pence);
        let cut = cut.and_then(|area| reaches.get(area));
        let mut there = homes.zone(zone).to_vec();
        there.retain(|(patch, _)| cut.is_none_or(|reach| reach.has_patch(*patch)));
        match (only, cut) {
            (Some(patch), _) => with(&mut cells, patch, |m| m.at_office += pence),
            (None, Some(reach)) if there.is_empty() => {
                share(pence, &reach.patches, |patch, part| with(&mut cells, patch, |m| m.at_office += part));
            }
            (None, _) => share(pence, &there, |patch, part| with(&mut cells, patch, |m| m.at_office += part)),
        }
    }
    Tallies { cells, zones }
}

fn share(pence: i64, among: &[(usize, f64)], mut give: impl FnMut(usize, i64)) {
    let weights: Vec<f64> = among.iter().map(|(_, residents)| *residents).collect();
    for ((place, _), part) in among.iter().zip(apportion(pence, &weights)) {
        give(*place, part);
    }
}

fn bound(among: &[(usize, f64)], surely: bool, pence: i64, places: &mut [Money]) {
    for (place, _) in among {
        with(places, *place, |m| {
            m.possible += pence;
            m.sure += if surely && among.len() == 1 { pence } else { 0 };
        });
    }
}

fn with(places: &mut [Money], at: usize, change: impl FnOnce(&mut Money)) {
    if let Some(money) = places.get_mut(at) {
        change(money);
    }
}

fn add(parts: &mut [i64; 5], at: usize, pence: i64) {
    if let Some(part) = parts.get_mut(at) {
        *part += pence;
    }
}
