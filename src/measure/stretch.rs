//! Which uncovered dwelling positions lie together, and on what ground.

use super::cells::Sites;
use crate::network::{Search, Snap, StreetNetwork};
use crate::place::{PatchIdx, Place};
use crate::units::Metres;
use geo::orient::Direction;
use geo::{Area, BooleanOps, MultiPolygon, Orient, Polygon, unary_union};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// How far one may have to walk between neighbours of one stretch, as a multiple of the radius of a
/// position's ground: 500 m at the usual 100 m.
///
/// A judgement. Homes that back onto each other are seldom more than 500 m apart on foot, even where
/// both streets are dead ends; the two banks of a river, or the two sides of a railway, are, unless a
/// bridge is near. A larger multiple lets gaps cross rivers, a smaller one splits estates of dead ends.
const WALK_PER_RADIUS: f64 = 5.0;

/// Holes and crumbs smaller than this many square metres come from rounding where cells meet.
const CRUMB: f64 = 1.0;

/// A connected stretch of uncovered positions of one patch.
#[derive(Debug)]
pub(super) struct Stretch {
    pub(super) patch: Option<PatchIdx>,
    /// Indices into the place's positions, ascending.
    pub(super) positions: Vec<usize>,
    /// The ground nearest to them, clipped to the patch.
    pub(super) shape: MultiPolygon<f64>,
}

/// The uncovered positions of one patch at one site.
struct Spot {
    patch: Option<PatchIdx>,
    site: usize,
    /// Sites whose ground touches this one's.
    touching: Vec<usize>,
    positions: Vec<usize>,
    snap: Option<Snap>,
}

/// The stretches that `uncovered` positions (indices into the place's positions, where somebody lives)
/// form; each is in exactly one.
pub(super) fn stretches(place: &Place, uncovered: &[usize]) -> Vec<Stretch> {
    let sites = Sites::of(place);
    let (spots, neighbours) = spots(place, &sites, uncovered);
    let mut joined = Joined::new(spots.len());
    match &place.streets {
        Some(streets) => {
            join_on_foot(streets, Metres::new(sites.radius() * WALK_PER_RADIUS), &spots, &neighbours, &mut joined)
        }
        None => neighbours.iter().for_each(|&(a, b)| joined.join(a, b)),
    }
    let mut together: BTreeMap<usize, Vec<&Spot>> = BTreeMap::new();
    for (i, spot) in spots.iter().enumerate() {
        together.entry(joined.root(i)).or_default().push(spot);
    }
    together.into_values().collect::<Vec<_>>().into_par_iter().map(|spots| stretch(place, &sites, &spots)).collect()
}

/// The spots, and the pairs of them in one patch whose ground touches, ascending.
fn spots(place: &Place, sites: &Sites, uncovered: &[usize]) -> (Vec<Spot>, Vec<(usize, usize)>) {
    let mut at: BTreeMap<(usize, Option<PatchIdx>), Vec<usize>> = BTreeMap::new();
    for &index in uncovered {
        let position = &place.positions[index];
        if let Some(site) = sites.at(position.at) {
            at.entry((site, position.patch)).or_default().push(index);
        }
    }
    let number: BTreeMap<(usize, Option<PatchIdx>), usize> = at.keys().copied().zip(0..).collect();
    let spots: Vec<Spot> = at
        .into_par_iter()
        .map(|((site, patch), positions)| {
            let snap = positions.iter().find_map(|&p| place.positions[p].snap);
            Spot { patch, site, touching: sites.cell(site).touching, positions, snap }
        })
        .collect();
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (a, spot) in spots.iter().enumerate() {
        let touching = spot.touching.iter().filter_map(|&site| number.get(&(site, spot.patch)));
        pairs.extend(touching.map(|&b| (a.min(b), a.max(b))));
    }
    // The round cut has corners, so at its very edge one ground may reach the other and not be reached by
    // it; neighbours are those that touch both ways.
    pairs.sort_unstable();
    let mutual = pairs.chunk_by(|x, y| x == y).filter(|seen| seen.len() == 2).filter_map(|seen| seen.first());
    (spots, mutual.copied().collect())
}

/// Joins neighbours unless it is a long way round from one to the other. Neighbours that both meet no
/// street are joined; one that does and one that does not are not.
fn join_on_foot(
    streets: &StreetNetwork,
    limit: Metres,
    spots: &[Spot],
    neighbours: &[(usize, usize)],
    joined: &mut Joined,
) {
    // Those on one street, or on two that meet, need no search; most are.
    for &(a, b) in neighbours {
        let near = match (spots[a].snap, spots[b].snap) {
            (Some(a), Some(b)) => same_or_next_street(streets, limit, a, b),
            (None, None) => true,
            _ => false,
        };
        if near {
            joined.join(a, b);
        }
    }
    let mut search = Search::new(streets);
    for run in neighbours.chunk_by(|x, y| x.0 == y.0) {
        let Some((a, home)) = run.first().and_then(|&(a, _)| Some((a, spots[a].snap?))) else { continue };
        let apart = run.iter().filter(|&&(_, b)| joined.root(a) != joined.root(b));
        let (others, doors): (Vec<usize>, Vec<Snap>) = apart.filter_map(|&(_, b)| Some((b, spots[b].snap?))).unzip();
        if others.is_empty() {
            continue;
        }
        for (b, found) in others.into_iter().zip(search.nearest(&[home], &doors, Some(limit))) {
            if found.is_some() {
                joined.join(a, b);
            }
        }
    }
}

fn same_or_next_street(streets: &StreetNetwork, limit: Metres, a: Snap, b: Snap) -> bool {
    let doors = a.off_street + b.off_street;
    if a.edge == b.edge {
        return doors + (a.along - b.along).max(b.along - a.along) <= limit;
    }
    let ends = |snap: Snap| {
        let street = streets.street(snap.edge);
        [(street.from, snap.along), (street.to, street.length - snap.along)]
    };
    let around = |(x, to_x): (_, Metres)| ends(b).into_iter().any(|(y, to_y)| x == y && doors + to_x + to_y <= limit);
    ends(a).into_iter().any(around)
}

fn stretch(place: &Place, sites: &Sites, spots: &[&Spot]) -> Stretch {
    let patch = spots.first().and_then(|spot| spot.patch);
    let mut positions: Vec<usize> = spots.iter().flat_map(|spot| spot.positions.iter().copied()).collect();
    positions.sort_unstable();
    let members: BTreeSet<usize> = spots.iter().map(|spot| spot.site).collect();
    let grounds: Vec<Polygon<f64>> = members.iter().map(|&site| sites.cell_among(site, &members).ground).collect();
    let ground = unary_union(&grounds);
    let clipped = match patch {
        Some(patch) => ground.intersection(&place.patches[patch].shape),
        None => ground,
    };
    Stretch { patch, positions, shape: without_crumbs(clipped) }
}

/// Without what rounding left where cells meet; the largest part always stays.
pub(super) fn without_crumbs(shape: MultiPolygon<f64>) -> MultiPolygon<f64> {
    let most = shape.iter().map(Area::unsigned_area).fold(0.0, f64::max);
    let whole = shape.into_iter().filter(|part| part.unsigned_area() >= most.min(CRUMB));
    let filled = whole.map(|part| {
        let (outside, holes) = part.into_inner();
        let holes = holes.into_iter().filter(|hole| Polygon::new(hole.clone(), Vec::new()).unsigned_area() >= CRUMB);
        Polygon::new(outside, holes.collect())
    });
    MultiPolygon::new(filled.collect()).orient(Direction::Default)
}

/// Disjoint sets with path halving.
struct Joined(Vec<usize>);

impl Joined {
    fn new(n: usize) -> Self {
        Self((0..n).collect())
    }

    fn root(&mut self, mut i: usize) -> usize {
        while self.0[i] != i {
            self.0[i] = self.0[self.0[i]];
            i = self.0[i];
        }
        i
    }

    /// The smaller root stays, so that the outcome does not hang on the order of joining.
    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a.max(b)] = a.min(b);
    }
}
