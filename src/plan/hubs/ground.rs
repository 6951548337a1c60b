//! Who could walk to which site, and how long it takes.

use super::brief::{Brief, Keep, Objective, Unplanned};
use super::sites::{Site, sites};
use crate::locate::Watch;
use crate::measure::Door;
use crate::network::{Snap, Targets, matrix};
use crate::place::{AssetIdx, Idx, Place};
use crate::units::{Metres, Seconds, WalkingSpeed};
use rayon::prelude::*;
use std::sync::Arc;

/// How much faster than usual people walk in the boldest run; see `stability`.
pub(super) const PACE_RANGE: f64 = 0.1;

/// Every walk that can matter, from where people live to the sites.
pub(super) struct Ground<'a> {
    pub(super) place: &'a Place,
    pub(super) brief: &'a Brief,
    /// Who waits, and may give up.
    pub(super) watch: &'a Watch,
    /// Today's hubs, then the candidates.
    pub(super) sites: Arc<Vec<Site>>,
    pub(super) n_today: usize,
    /// For each dwelling position, the sites within reach and the walk to each.
    pub(super) walks: Arc<Vec<Vec<(u32, Metres)>>>,
}

impl<'a> Ground<'a> {
    pub(super) fn survey(place: &'a Place, brief: &'a Brief, watch: &'a Watch) -> Result<Self, Unplanned> {
        let (sites, n_today) = sites(place, brief)?;
        let reach = fastest(place).distance(reach_of(brief)) * (1.0 / (1.0 - PACE_RANGE) + 1e-6);
        let by_site = if place.streets.is_some() {
            along_streets(place, &sites, reach, watch)
        } else {
            straight(place, &sites, reach)
        };
        let mut walks = vec![Vec::new(); place.positions.len()];
        for (site, row) in (0u32..).zip(by_site) {
            for (position, length) in row {
                walks[position].push((site, length));
            }
        }
        Ok(Self { place, brief, watch, sites: Arc::new(sites), n_today, walks: Arc::new(walks) })
    }

    /// Refuses candidates none of which anybody could walk to: in the sea, beyond a river, off the streets.
    pub(super) fn check_reach(&self) -> Result<(), Unplanned> {
        let is_new = |(site, _): &(u32, Metres)| *site as usize >= self.n_today;
        if self.walks.iter().any(|walks| walks.iter().any(is_new)) {
            return Ok(());
        }
        Err(Unplanned::Wrong(format!(
            "none of the {} candidates is within {} of anybody: they lie too far from where people live, or from any \
             street; move them, or allow a longer walk",
            self.sites.len() - self.n_today,
            self.brief.walk()
        )))
    }

    /// The same walks under another brief, which must not need longer ones.
    pub(super) fn with<'b>(&self, brief: &'b Brief) -> Ground<'b>
    where
        'a: 'b,
    {
        let (sites, walks) = (Arc::clone(&self.sites), Arc::clone(&self.walks));
        Ground { place: self.place, brief, watch: self.watch, sites, n_today: self.n_today, walks }
    }

    /// Whether a site stays open whatever is chosen.
    pub(super) fn stays(&self, site: usize) -> bool {
        site < self.n_today && self.brief.keep == Keep::Existing
    }

    /// The sites that may be chosen.
    pub(super) fn choice(&self) -> std::ops::Range<usize> {
        match self.brief.keep {
            Keep::Existing => self.n_today..self.sites.len(),
            Keep::Free => 0..self.sites.len(),
        }
    }

    /// The doors of these sites. Those that are no assets are numbered after the place's assets.
    pub(super) fn doors(&self, sites: &[usize]) -> Vec<Door> {
        let number = |site: usize| {
            self.sites[site].asset.unwrap_or_else(|| AssetIdx::from_usize(self.place.assets.len() + site))
        };
        sites.iter().map(|&s| Door { asset: number(s), at: self.sites[s].at, snap: self.sites[s].snap }).collect()
    }
}

/// The longest walk that counts for anything.
fn reach_of(brief: &Brief) -> Seconds {
    match brief.objective {
        Objective::Walking => brief.longest(),
        Objective::Coverage | Objective::WorstOff | Objective::Deprivation => brief.standard.within,
    }
}

fn fastest(place: &Place) -> WalkingSpeed {
    let own = place.groups.iter().filter_map(|group| group.speed);
    own.fold(place.speed, |fastest, speed| if speed > fastest { speed } else { fastest })
}

/// Sites walked from between two looks at whether anybody still waits.
const AT_A_TIME: usize = 32;

fn along_streets(place: &Place, sites: &[Site], reach: Metres, watch: &Watch) -> Vec<Vec<(usize, Metres)>> {
    let Some(streets) = &place.streets else { return vec![Vec::new(); sites.len()] };
    let (homes, snaps): (Vec<usize>, Vec<Snap>) =
        place.positions.iter().enumerate().filter_map(|(i, position)| Some((i, position.snap?))).unzip();
    let (joined, doors): (Vec<usize>, Vec<Snap>) =
        sites.iter().enumerate().filter_map(|(i, site)| Some((i, site.snap?))).unzip();
    let mut rows = vec![Vec::new(); sites.len()];
    let targets = Targets::new(streets, &snaps);
    for (joined, doors) in joined.chunks(AT_A_TIME).zip(doors.chunks(AT_A_TIME)) {
        if watch.is_cancelled() {
            break;
        }
        for (&site, row) in joined.iter().zip(matrix(streets, doors, &targets, reach)) {
            rows[site] = row.into_iter().map(|(target, length)| (homes[target], length)).collect();
        }
    }
    rows
}

fn straight(place: &Place, sites: &[Site], reach: Metres) -> Vec<Vec<(usize, Metres)>> {
    sites
        .par_iter()
        .map(|site| {
            let walks = place.positions.iter().map(|position| position.at.distance(site.at) * place.detour);
            walks.enumerate().filter(|(_, walk)| *walk <= reach).collect()
        })
        .collect()
}
