//! Where people are not covered, who they are, and why.

use super::Coverage;
use super::cause::{Cause, Why, causes};
use super::cells::lived_in;
use super::coverage::most_people;
use super::stretch::{Stretch, stretches};
use crate::place::{AssetIdx, GroupIdx, IdVec, PatchIdx, Place, Standard};
use crate::stats::{Weighted, quantile};
use crate::units::{Metres, Seconds, Share};
use geo::MultiPolygon;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Stretches of a place where people are not covered, the one with most residents first.
#[derive(Debug, Clone, PartialEq)]
pub struct Gaps {
    /// The gaps. Every uncovered resident is in exactly one.
    pub gaps: Vec<Gap>,
}

/// A connected stretch of uncovered dwelling positions within one patch.
#[derive(Debug, Clone, PartialEq)]
pub struct Gap {
    /// Stable name: the patch's key (`outside-patches` where there is none) and a number, from the most
    /// residents to the fewest.
    pub key: String,
    /// The patch; `None` where there are no patches or people live outside all of them.
    pub patch: Option<PatchIdx>,
    /// Indices into the place's positions, ascending.
    pub positions: Vec<usize>,
    /// The cause of each of them.
    pub why: Vec<Cause>,
    /// The ground nearest to those positions, clipped to the patch: valid, anticlockwise, and sharing no
    /// ground with another gap. Empty only when the positions lie outside the shape of their patch.
    pub shape: MultiPolygon<f64>,
    /// Residents.
    pub residents: f64,
    /// Members of each group; `None` where its table does not reach here.
    pub by_group: IdVec<GroupIdx, Option<f64>>,
    /// The cause for most residents.
    pub cause: Cause,
    /// Residents under each cause, most first.
    pub causes: Vec<(Cause, f64)>,
    /// The middle resident's walk at the place's walking speed, or time by bus; `None` when there is no way.
    pub median: Option<Seconds>,
    /// The middle resident's straight line to the nearest qualifying asset; `None` when there is none.
    pub straight_line: Option<Metres>,
    /// The qualifying asset that is nearest for most residents: on foot, or as the crow flies for those
    /// who have no way. `None` when no asset qualifies.
    pub nearest: Option<AssetIdx>,
    /// Share of residents who live in the most deprived fifth of zones, among those in zones the index
    /// covers; `None` where it covers none.
    pub deprived: Option<Share>,
    /// Names of the streets people live on here, most residents first.
    pub streets: Vec<String>,
}

impl Gaps {
    /// The same with other numbers for the assets.
    #[must_use]
    pub fn renumbered(&self, number: impl Fn(AssetIdx) -> AssetIdx) -> Self {
        let gap = |gap: &Gap| Gap { nearest: gap.nearest.map(&number), ..gap.clone() };
        Self { gaps: self.gaps.iter().map(gap).collect() }
    }
}

/// Where are people not covered, who are they, and why?
///
/// *Method.* A gap is a connected stretch, within one patch, of dwelling positions whose residents are not
/// covered at the place's walking speed. Two uncovered positions are joined when the ground nearest to one
/// touches the ground nearest to the other (Voronoi cells of all inhabited positions, cut at 100 m, or
/// further where positions stand wide apart), they are in the same patch, and the walk between them is not
/// a long way round. So a covered street between two uncovered estates separates them, and so does a river.
///
/// The cause of a position is the first that applies, from the cheapest to mend to the dearest: *planned*,
/// it would be covered if what is decided were open; *hours*, if opening hours were no matter; *access*, if
/// steps were no matter (*hours* where both stand in the way, *planned* where a planned asset also lacks
/// one of them); *severance*, an asset would be in reach by a walk as direct as walks usually are in this
/// place, and the walk is at least half as long again as that, or there is none; *distance*, otherwise.
/// The cause of a gap is that of most of its residents.
///
/// * `coverage`: the coverage of this place by this standard.
///
/// By bus and on foot a position is uncovered where fewer than half of the departures keep the standard, and between
/// *access* and *severance* comes *timetable*: at another time of the day, or on another day of the week, one would be
/// there in time.
///
/// The gap with most residents first. The residents of all gaps and the covered sum to the place's, to the
/// last bit, however few a gap has (on foot; by bus somebody may be covered in part). *Limits.* A group that walks more slowly can be uncovered outside every
/// gap: that is in its own coverage, not here.
///
/// # Panics
/// When `coverage` is of another place.
#[must_use]
pub fn gaps(place: &Place, standard: &Standard, coverage: &Coverage) -> Gaps {
    let uncovered: Vec<usize> = (0..place.positions.len())
        .filter(|&i| lived_in(&place.positions[i]))
        .filter(|&i| !coverage.keeps(place, i))
        .collect();
    let why: BTreeMap<usize, Why> =
        uncovered.iter().copied().zip(causes(place, standard, coverage, &uncovered)).collect();
    let stretches = stretches(place, &uncovered);
    let mut gaps: Vec<Gap> = stretches.into_iter().map(|stretch| gap(place, coverage, &why, stretch)).collect();
    gaps.sort_by(|a, b| most_residents_first(place, a, b));
    name(place, &mut gaps);
    Gaps { gaps }
}

/// Ties are broken by patch, then from west to east and south to north.
fn most_residents_first(place: &Place, a: &Gap, b: &Gap) -> Ordering {
    let corner = |gap: &Gap| {
        let points = gap.positions.iter().map(|&i| place.positions[i].at);
        points.min_by(|p, q| p.x.total_cmp(&q.x).then(p.y.total_cmp(&q.y))).unwrap_or_default()
    };
    b.residents.total_cmp(&a.residents).then(a.patch.cmp(&b.patch)).then_with(|| {
        let (p, q) = (corner(a), corner(b));
        p.x.total_cmp(&q.x).then(p.y.total_cmp(&q.y))
    })
}

fn name(place: &Place, gaps: &mut [Gap]) {
    let mut numbers: BTreeMap<Option<PatchIdx>, usize> = BTreeMap::new();
    for gap in gaps {
        let number = numbers.entry(gap.patch).or_default();
        *number += 1;
        let patch = gap.patch.map_or("outside-patches", |patch| place.patches[patch].key.as_str());
        gap.key = format!("{patch}-{number}");
    }
}

fn gap(place: &Place, coverage: &Coverage, why: &BTreeMap<usize, Why>, stretch: Stretch) -> Gap {
    let people = |i: &usize| place.positions[*i].residents;
    let mut by_cause: BTreeMap<Cause, f64> = BTreeMap::new();
    let mut by_asset: BTreeMap<AssetIdx, f64> = BTreeMap::new();
    let mut lines: Vec<Weighted> = Vec::new();
    for i in &stretch.positions {
        let (why, walk) = (why[i], coverage.walks[*i]);
        *by_cause.entry(why.cause).or_default() += people(i);
        if let Some(asset) = walk.map(|walk| walk.asset).or(why.line.map(|line| line.asset)) {
            *by_asset.entry(asset).or_default() += people(i);
        }
        lines.push((why.line.map(|line| line.length.get()), people(i)));
    }
    let causes = most_first(by_cause);
    Gap {
        key: String::new(),
        patch: stretch.patch,
        residents: stretch.positions.iter().map(people).sum(),
        by_group: members(place, &stretch.positions),
        cause: causes.first().map_or(Cause::Distance, |(cause, _)| *cause),
        causes,
        median: coverage.times(place, &stretch.positions, [0.5])[0],
        straight_line: quantile(&lines, 0.5).map(Metres::new),
        nearest: most_people(by_asset),
        deprived: deprived(place, &stretch.positions),
        streets: streets(place, &stretch.positions),
        why: stretch.positions.iter().map(|i| why[i].cause).collect(),
        positions: stretch.positions,
        shape: stretch.shape,
    }
}

/// By count, the largest first; equals in the order of their keys.
pub(super) fn most_first<K: Ord>(counts: BTreeMap<K, f64>) -> Vec<(K, f64)> {
    let mut counts: Vec<(K, f64)> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.total_cmp(&a.1));
    counts
}

fn members(place: &Place, positions: &[usize]) -> IdVec<GroupIdx, Option<f64>> {
    let mut members: IdVec<GroupIdx, Option<f64>> = place.groups.iter().map(|_| None).collect();
    for position in positions.iter().map(|&i| &place.positions[i]) {
        for (group, count) in place.groups.indices().zip(&place.zones[position.zone].residents.by_group) {
            if let Some(count) = *count {
                *members[group].get_or_insert_default() += place.people_at(position, count);
            }
        }
    }
    members
}

fn deprived(place: &Place, positions: &[usize]) -> Option<Share> {
    let (mut most_deprived, mut known) = (0.0, 0.0);
    for position in positions.iter().map(|&i| &place.positions[i]) {
        if let Some(deprivation) = place.zones[position.zone].deprivation {
            known += position.residents;
            most_deprived += if deprivation.in_most_deprived_fifth() { position.residents } else { 0.0 };
        }
    }
    Share::of(most_deprived, known)
}

/// Names of the streets that people live on at these positions, most residents first.
pub(super) fn streets(place: &Place, positions: &[usize]) -> Vec<String> {
    let Some(network) = &place.streets else { return Vec::new() };
    let mut residents: BTreeMap<&str, f64> = BTreeMap::new();
    for position in positions.iter().map(|&i| &place.positions[i]) {
        if let Some(name) = position.snap.and_then(|snap| network.street(snap.edge).name) {
            *residents.entry(name).or_default() += position.residents;
        }
    }
    most_first(residents).into_iter().map(|(name, _)| name.to_owned()).collect()
}
