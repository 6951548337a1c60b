//! What a plan comes to for people.

use super::brief::Aim;
use super::neighbours::Joined;
use super::rules::RulesMet;
use crate::place::{PatchIdx, Place, ZoneIdx};
use crate::region::Status;

/// A patch of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct NewPatch {
    /// Its key: that of the patch of today it goes on from, or a new one.
    pub key: String,
    /// Its name.
    pub name: String,
    /// The patch of today it goes on from.
    pub today: Option<PatchIdx>,
    /// How many zones it has.
    pub zones: usize,
    /// Who lives in it.
    pub residents: f64,
    /// What is balanced: residents, or residents weighted by need.
    pub weight: f64,
}

/// What a plan costs.
#[derive(Debug, Clone, PartialEq)]
pub struct Cost {
    /// Residents of zones that are in another patch than most of the zone is today; where today is known.
    pub moved: Option<f64>,
    /// Mean distance to the middle home of one's patch, by residents, in metres.
    pub way: f64,
    /// The same, times everybody's weight: what the method made least.
    pub way_all: f64,
    /// Pairs of neighbouring zones in two patches.
    pub parted: usize,
    /// The largest share by which an even patch misses the average.
    pub miss: f64,
}

/// A plan with its certificate.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// What it is best at.
    pub aim: Aim,
    /// Whether that is proven.
    pub status: Status,
    /// What it comes to in that.
    pub objective: f64,
    /// No plan comes to less.
    pub bound: f64,
    /// The patch of each zone that is divided.
    pub part_of: Vec<u32>,
    /// The patches.
    pub patches: Vec<NewPatch>,
    /// What it costs.
    pub cost: Cost,
    /// What else must be known.
    pub notes: Vec<String>,
}

impl Plan {
    /// Whether the tolerance is met.
    #[must_use]
    pub fn is_met(&self) -> bool {
        self.status != Status::Infeasible
    }
}

/// What a tolerance costs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// The tolerance, as a share.
    pub tolerance: f64,
    /// People moved by the best plan found, zones counted whole; none where none was found.
    pub moved: Option<f64>,
    /// No plan moves fewer.
    pub at_least: f64,
}

impl Point {
    /// Whether no plan moves fewer.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        self.moved.is_some_and(|moved| moved <= self.at_least + 1e-9 * moved.max(1.0))
    }
}

/// Plans for patches, the one asked for first.
#[derive(Debug, Clone, PartialEq)]
pub struct Plans {
    /// By which share a patch might differ from the average.
    pub tolerance: f64,
    /// The average weight of the patches that can be even.
    pub average: f64,
    /// How many those are.
    pub even: usize,
    /// Zones that weigh more than a patch may, each a patch by itself.
    pub heavy: Vec<ZoneIdx>,
    /// Keys of today's patches within which one cannot walk from every zone to every other.
    pub in_pieces: Vec<String>,
    /// Pieces joined although no walk joins them.
    pub joined: Vec<Joined>,
    /// What came of lines and of zones that stay together.
    pub kept: RulesMet,
    /// Zones outside today's patches, which stay out, and their residents.
    pub left_out: (usize, f64),
    /// Zones that today's patches divide, and the people in them who are not in the patch of most of their zone. No
    /// plan of whole zones keeps that, so they are told of apart and count as moved with their zone.
    pub divided: (usize, f64),
    /// The patch of most of each zone today.
    pub main: Vec<Option<PatchIdx>>,
    /// Patches of today, zones counted where most of their people live.
    pub today: Option<Vec<NewPatch>>,
    /// The zones that are divided.
    pub zones: Vec<ZoneIdx>,
    /// Which of them are neighbours.
    pub edges: Vec<[u32; 2]>,
    /// What each of them weighs.
    pub weights: Vec<f64>,
    /// The plans.
    pub plans: Vec<Plan>,
    /// Fewest people moved, from the widest tolerance to the narrowest; only where today's patches are mended.
    pub curve: Vec<Point>,
    /// The whole in sentences.
    pub sentences: Vec<String>,
}

impl Plans {
    /// People of a zone who are in another patch than today with a plan.
    #[must_use]
    pub fn moved(&self, place: &Place, plan: &Plan, unit: usize) -> f64 {
        moved(place, self.zones[unit], self.main[unit], &plan.patches[plan.part_of[unit] as usize])
    }
}

/// People of a zone whose patch changes.
pub(super) fn moved(place: &Place, zone: ZoneIdx, main: Option<PatchIdx>, to: &NewPatch) -> f64 {
    if main.is_some() && main != to.today { place.zones[zone].residents.total } else { 0.0 }
}
