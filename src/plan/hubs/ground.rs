//! Who could walk to which site, and how long it takes.

use super::brief::{Brief, Keep, Unplanned};
use super::sites::{STREET, Site, sites};
use crate::locate::Watch;
use crate::measure::Door;
use crate::network::{Snap, Targets, matrix};
use crate::place::{AssetIdx, Idx, Place};
use crate::units::{Metres, WalkingSpeed};
use rayon::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How much faster than usual people walk in the boldest run; see `stability`.
pub(super) const PACE_RANGE: f64 = 0.1;

/// How much longer than its work the whole may take before the clock ends it: the work of all questions is at most six
/// times that of the choice, and a busy machine is let be three times as slow.
const PATIENCE: u32 = 20;

/// However little work is asked for, the clock lets a plan have this long.
const AT_LEAST: Duration = Duration::from_secs(60);

/// Said where the clock came first.
pub(super) const CUT: &str = "The machine was too busy: the clock ended a search before its work was done, so the same question may have \
                   a slightly different answer another time; what is said to be proven is.";

/// When the clock ends what is still being searched, and whether it did.
#[derive(Debug, Clone)]
pub(super) struct Deadline {
    until: Instant,
    is_missed: Arc<AtomicBool>,
}

impl Deadline {
    fn of(brief: &Brief) -> Self {
        let allowed = brief.time_limit.saturating_mul(PATIENCE).clamp(AT_LEAST, Duration::from_secs(1 << 30));
        let until = Instant::now() + allowed;
        Self { until, is_missed: Arc::default() }
    }

    /// What is left by the clock.
    pub(super) fn left(&self) -> Duration {
        self.until.saturating_duration_since(Instant::now())
    }

    /// Whether the clock has ended it; noted when it has.
    pub(super) fn is_over(&self) -> bool {
        let is_over = self.left().is_zero();
        self.note(is_over);
        is_over
    }

    /// Notes that the clock ended a search before its work was done.
    pub(super) fn note(&self, is_cut: bool) {
        if is_cut {
            self.is_missed.store(true, Ordering::Relaxed);
        }
    }

    pub(super) fn is_missed(&self) -> bool {
        self.is_missed.load(Ordering::Relaxed)
    }
}

/// Every walk that can matter, from where people live to the sites.
pub(super) struct Ground<'a> {
    pub(super) place: &'a Place,
    pub(super) brief: &'a Brief,
    /// Who waits, and may give up.
    pub(super) watch: &'a Watch,
    pub(super) deadline: Deadline,
    /// Today's hubs, then the candidates.
    pub(super) sites: Arc<Vec<Site>>,
    pub(super) n_today: usize,
    /// For each dwelling position, the sites within reach and the walk to each.
    pub(super) walks: Arc<Vec<Vec<(u32, Metres)>>>,
}

impl<'a> Ground<'a> {
    pub(super) fn survey(place: &'a Place, brief: &'a Brief, watch: &'a Watch) -> Result<Self, Unplanned> {
        let deadline = Deadline::of(brief);
        let (sites, n_today) = sites(place, brief, watch)?;
        let reach =
            fastest(place).distance(brief.objective.reach(brief.standard.within)) * (1.0 / (1.0 - PACE_RANGE) + 1e-6);
        let walker = Walker::new(place, &sites, reach);
        let candidates = sites.len() - n_today;
        // A few sites from all over say how much the whole will be, before any of it is worked out.
        let looked: Vec<usize> = (0..sites.len()).step_by(sites.len().div_ceil(SAMPLE).max(1)).collect();
        let sampled: usize = walker.rows(&looked).iter().map(Vec::len).sum();
        let expected = (sampled as f64 / looked.len().max(1) as f64 * sites.len() as f64) as u64;
        if looked.len() < sites.len() && expected > brief.most_pairs() {
            return Err(brief.too_much(expected, candidates));
        }
        let mut walks = vec![Vec::new(); place.positions.len()];
        let (mut pairs, all) = (0, sites.len());
        for first in (0..all).step_by(AT_A_TIME) {
            watch.step("Walking to every candidate", 0.08 * first as f64 / all as f64);
            if watch.is_cancelled() {
                return Err(Unplanned::Cancelled);
            }
            let some: Vec<usize> = (first..all.min(first + AT_A_TIME)).collect();
            for (site, row) in some.iter().zip(walker.rows(&some)) {
                pairs += row.len() as u64;
                for (position, length) in row {
                    walks[position].push((*site as u32, length));
                }
            }
            if pairs > brief.most_pairs() {
                return Err(brief.too_much(expected.max(pairs), candidates));
            }
        }
        Ok(Self { place, brief, watch, deadline, sites: Arc::new(sites), n_today, walks: Arc::new(walks) })
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

    /// Candidates that somebody named and to which nobody could walk in the time, while others can be walked to. Corners
    /// of streets are not named by anybody.
    pub(super) fn out_of_reach(&self) -> Vec<Site> {
        let mut reached = vec![false; self.sites.len()];
        self.walks.iter().flatten().for_each(|&(site, _)| reached[site as usize] = true);
        let named = self.sites.iter().zip(&reached).skip(self.n_today).filter(|(site, _)| site.kind != STREET);
        named.filter(|(_, is_reached)| !**is_reached).map(|(site, _)| site.clone()).collect()
    }

    /// The same walks under another brief, which must not need longer ones.
    pub(super) fn with<'b>(&self, brief: &'b Brief) -> Ground<'b>
    where
        'a: 'b,
    {
        let (sites, walks) = (Arc::clone(&self.sites), Arc::clone(&self.walks));
        let deadline = self.deadline.clone();
        Ground { place: self.place, brief, watch: self.watch, deadline, sites, n_today: self.n_today, walks }
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

fn fastest(place: &Place) -> WalkingSpeed {
    let own = place.groups.iter().filter_map(|group| group.speed);
    own.fold(place.speed, |fastest, speed| if speed > fastest { speed } else { fastest })
}

/// Sites walked from between two looks at whether anybody still waits.
const AT_A_TIME: usize = 32;

/// Sites from which one walks to know how many homes a site reaches.
const SAMPLE: usize = 32;

/// Walks from sites to where people live, along the streets or, where there are none, straight.
struct Walker<'a> {
    place: &'a Place,
    sites: &'a [Site],
    reach: Metres,
    /// Positions on the streets, and the same as targets.
    homes: Vec<usize>,
    targets: Option<Targets>,
}

impl<'a> Walker<'a> {
    fn new(place: &'a Place, sites: &'a [Site], reach: Metres) -> Self {
        let (homes, snaps): (Vec<usize>, Vec<Snap>) =
            place.positions.iter().enumerate().filter_map(|(i, position)| Some((i, position.snap?))).unzip();
        let targets = place.streets.as_ref().map(|streets| Targets::new(streets, &snaps));
        Self { place, sites, reach, homes, targets }
    }

    /// For each of these sites, the positions within reach and the walk to each.
    fn rows(&self, some: &[usize]) -> Vec<Vec<(usize, Metres)>> {
        let (Some(streets), Some(targets)) = (&self.place.streets, &self.targets) else {
            return some.par_iter().map(|&site| self.straight(&self.sites[site])).collect();
        };
        let (joined, doors): (Vec<usize>, Vec<Snap>) =
            some.iter().enumerate().filter_map(|(at, &site)| Some((at, self.sites[site].snap?))).unzip();
        let mut rows = vec![Vec::new(); some.len()];
        for (at, row) in joined.into_iter().zip(matrix(streets, &doors, targets, self.reach)) {
            rows[at] = row.into_iter().map(|(target, length)| (self.homes[target], length)).collect();
        }
        rows
    }

    fn straight(&self, site: &Site) -> Vec<(usize, Metres)> {
        let walks = self.place.positions.iter().map(|position| position.at.distance(site.at) * self.place.detour);
        walks.enumerate().filter(|(_, walk)| *walk <= self.reach).collect()
    }
}
