//! Who could get to which site, and how long the walk takes.

use super::brief::{Brief, Keep, Unplanned};
use super::room::Rooms;
use super::sites::{STREET, Site, sites};
use crate::locate::Watch;
use crate::measure::{ByBus, Coverage, Door, Moments, Together, coverage_by, coverage_with_room};
use crate::network::{Snap, Targets, matrix};
use crate::place::{AssetIdx, Idx, Place, Within};
use crate::units::{Metres, Seconds, WalkingSpeed};
use rayon::prelude::*;
use std::borrow::Cow;
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

/// Every way that can matter, from where people live to the sites.
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
    /// Of a standard by bus, what runs, and by which departures one is in time where; `None` on foot alone.
    by_bus: Option<Arc<(ByBus<'a>, Moments)>>,
    /// How much room sites have; `None` where the standard does not ask.
    pub(super) rooms: Option<Rooms>,
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
        let rooms = Rooms::of(place, brief, &sites[..n_today]);
        let (sites, walks) = (Arc::new(sites), Arc::new(walks));
        let mut ground = Self { place, brief, watch, deadline, sites, n_today, walks, by_bus: None, rooms };
        if let Some(by_bus) = ByBus::of(place, &brief.standard) {
            let moments = ground.ride(&by_bus)?;
            ground.by_bus = Some(Arc::new((by_bus, moments)));
        }
        Ok(ground)
    }

    /// By which departures one is in time at which site.
    fn ride(&self, by_bus: &ByBus<'_>) -> Result<Moments, Unplanned> {
        let (brief, watch, candidates) = (self.brief, self.watch, self.sites.len() - self.n_today);
        let every: Vec<usize> = (0..self.sites.len()).collect();
        let too_many = std::cell::Cell::new(None);
        let go_on = |done: f64, words: u64| {
            watch.step("Taking every bus to every candidate", 0.02 + 0.06 * done);
            if words > brief.most_pairs() {
                too_many.set(Some((words as f64 / done.max(1e-3)) as u64));
            }
            !watch.is_cancelled() && too_many.get().is_none()
        };
        let moments = by_bus.moments(&self.doors(&every), &self.walks, go_on);
        let moments = moments
            .ok_or_else(|| too_many.get().map_or(Unplanned::Cancelled, |words| brief.too_much(words, candidates)))?;
        let pairs = moments.pairs() as u64;
        if pairs > brief.most_pairs() { Err(brief.too_much(pairs, candidates)) } else { Ok(moments) }
    }

    /// Whether people come by bus as well as on foot.
    pub(super) fn is_by_bus(&self) -> bool {
        self.by_bus.is_some()
    }

    /// Pairs of a site and a position, or some departures from it, that a question is put together from.
    pub(super) fn pairs(&self) -> usize {
        self.walks.iter().map(Vec::len).sum::<usize>() + self.by_bus.as_ref().map_or(0, |by_bus| by_bus.1.pairs())
    }

    /// Who is covered by these doors: counted anew, from searches that know nothing of how sites were found.
    pub(super) fn coverage(&self, doors: &[Door]) -> Coverage {
        match (&self.by_bus, &self.rooms) {
            (Some(by_bus), _) => by_bus.0.coverage(doors),
            (None, Some(rooms)) => {
                let today = self.sites[..self.n_today].iter().map(|site| site.asset);
                let site = |door: &Door| today.clone().position(|asset| asset == Some(door.asset));
                let with_room: Vec<(Door, Option<f64>)> =
                    doors.iter().map(|door| (*door, rooms.at(site(door).unwrap_or(self.n_today)))).collect();
                coverage_with_room(self.place, &self.brief.standard, &with_room)
            }
            (None, None) => coverage_by(self.place, self.brief.standard.within, doors),
        }
    }

    /// The departures of somebody at a position who walks at a speed, with the sites they lead to in time; on foot, where
    /// they are all alike, one.
    ///
    /// * `pace`: how many times as fast as usual one walks, where that is varied; by bus it never is.
    pub(super) fn together(&self, position: usize, speed: WalkingSpeed, pace: f64) -> Cow<'_, [Together]> {
        if let Some(by_bus) = &self.by_bus {
            return Cow::Borrowed(by_bus.1.of(position, speed));
        }
        let time = |length: Metres| Seconds::new(speed.time(length).get() / pace);
        let near = self.walks[position].iter().filter(|(_, length)| self.is_near(time(*length)));
        Cow::Owned(vec![Together { share: 1.0, doors: near.map(|(site, _)| *site).collect() }])
    }

    fn is_near(&self, time: Seconds) -> bool {
        Some(time).within(self.brief.standard.within)
    }

    /// Of each position, the sites that somebody there can get to in time at the place's speed.
    fn in_time(&self) -> impl Iterator<Item = u32> + '_ {
        let of = |position| self.together(position, self.place.speed, 1.0).into_owned();
        (0..self.place.positions.len()).flat_map(of).flat_map(|these| these.doors)
    }

    /// Refuses candidates none of which anybody could walk to: in the sea, beyond a river, off the streets.
    pub(super) fn check_reach(&self) -> Result<(), Unplanned> {
        let is_new = |site: u32| site as usize >= self.n_today;
        let walked = self.walks.iter().flatten().any(|(site, _)| is_new(*site));
        if walked || (self.is_by_bus() && self.in_time().any(is_new)) {
            return Ok(());
        }
        Err(Unplanned::Wrong(format!(
            "none of the {} candidates is within {} of anybody: they lie too far from where people live, or from any \
             street; move them, or allow a longer walk",
            self.sites.len() - self.n_today,
            self.brief.walk()
        )))
    }

    /// Candidates that somebody named and to which nobody could get in the time, while others can be reached. Corners
    /// of streets are not named by anybody.
    pub(super) fn out_of_reach(&self) -> Vec<Site> {
        let mut reached = vec![false; self.sites.len()];
        self.walks.iter().flatten().for_each(|&(site, _)| reached[site as usize] = true);
        if self.is_by_bus() {
            self.in_time().for_each(|site| reached[site as usize] = true);
        }
        let named = self.sites.iter().zip(&reached).skip(self.n_today).filter(|(site, _)| site.kind != STREET);
        named.filter(|(_, is_reached)| !**is_reached).map(|(site, _)| site.clone()).collect()
    }

    /// The same walks under another brief, which must not need longer ones.
    pub(super) fn with<'b>(&self, brief: &'b Brief) -> Ground<'b>
    where
        'a: 'b,
    {
        let (sites, walks, by_bus) = (Arc::clone(&self.sites), Arc::clone(&self.walks), self.by_bus.clone());
        let deadline = self.deadline.clone();
        let (place, watch, n_today, rooms) = (self.place, self.watch, self.n_today, self.rooms.clone());
        Ground { place, brief, watch, deadline, sites, n_today, walks, by_bus, rooms }
    }

    /// Whether a site stays open whatever is chosen and is no part of the choice. Where sites have so much room and no more,
    /// it matters which of them serves whom: then those that stay are sites that must be chosen.
    pub(super) fn stays(&self, site: usize) -> bool {
        self.must_stay(site) && self.rooms.is_none()
    }

    /// Whether a site is one of today's hubs, and these stay.
    pub(super) fn must_stay(&self, site: usize) -> bool {
        site < self.n_today && self.brief.keep == Keep::Existing
    }

    /// The sites that may be chosen.
    pub(super) fn choice(&self) -> std::ops::Range<usize> {
        match self.brief.keep {
            Keep::Existing if self.rooms.is_none() => self.n_today..self.sites.len(),
            Keep::Existing | Keep::Free => 0..self.sites.len(),
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
