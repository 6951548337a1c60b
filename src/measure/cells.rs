//! The ground nearest to each inhabited point: its Voronoi cell, cut at a radius.

use crate::crs::Xy;
use crate::place::{Place, Position};
use crate::stats::{Weighted, quantile};
use geo::{Coord, LineString, Polygon};
use rstar::RTree;
use rstar::primitives::GeomWithData;

/// How far the ground of a dwelling position reaches at least, where no neighbour ends it earlier.
///
/// A judgement: 100 m is a block of houses with its gardens, so that homes on two sides of a street, or of
/// a small park, are one stretch, and homes 200 m apart are not. A smaller radius breaks gaps into more and
/// smaller pieces, a larger one paints fields; the residents counted do not change.
const RADIUS_AT_LEAST: f64 = 100.0;

/// How far it reaches at most, however far apart positions are.
const RADIUS_AT_MOST: f64 = 500.0;

/// Radius ÷ usual distance to the next position, where positions stand wide apart (one for each output
/// area, say): 1.5 joins neighbours in an uneven grid and leaves a hole where one is missing.
const RADIUS_PER_SPACING: f64 = 1.5;

/// Corners of the round cut: within 2 % of a circle.
const CORNERS: usize = 16;

/// Cells that share less than a millimetre of border only meet at a corner.
const SHARED_BORDER: f64 = 0.001;

/// The different points where somebody lives, sorted west to east and south to north.
pub(super) struct Sites {
    points: Vec<Xy>,
    tree: RTree<GeomWithData<[f64; 2], usize>>,
    radius: f64,
}

/// The ground nearest to a site: convex, anticlockwise.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cell {
    pub(super) ground: Polygon<f64>,
    /// Sites whose cells have a stretch of border in common with this one, in ascending order.
    pub(super) touching: Vec<usize>,
}

impl Sites {
    /// The sites of a place: positions at one point are one site, positions without residents are none.
    pub(super) fn of(place: &Place) -> Self {
        let mut points: Vec<Xy> = place.positions.iter().filter(|p| lived_in(p)).map(|p| p.at).collect();
        points.sort_unstable_by(west_to_east);
        points.dedup();
        let tree = RTree::bulk_load(points.iter().enumerate().map(|(i, p)| GeomWithData::new([p.x, p.y], i)).collect());
        let radius = (RADIUS_PER_SPACING * spacing(&points, &tree)).clamp(RADIUS_AT_LEAST, RADIUS_AT_MOST);
        Self { points, tree, radius }
    }

    /// How far the ground of a site may reach.
    pub(super) const fn radius(&self) -> f64 {
        self.radius
    }

    /// The site at a point.
    pub(super) fn at(&self, point: Xy) -> Option<usize> {
        self.points.binary_search_by(|site| west_to_east(site, &point)).ok()
    }

    /// The ground nearest to a site and at most the radius away from it.
    ///
    /// The round cut is trimmed by the line half way to each neighbour, nearest first, until no further
    /// neighbour can reach it. Worked out around the site, so that far from the origin no digits are lost.
    pub(super) fn cell(&self, site: usize) -> Cell {
        let centre = self.points[site];
        let mut ring = round_cut(self.radius);
        for (found, squared) in self.tree.nearest_neighbor_iter_with_distance_2(&[centre.x, centre.y]) {
            let furthest = ring.iter().map(|c| c.x * c.x + c.y * c.y).fold(0.0, f64::max);
            if squared > 4.0 * furthest {
                break;
            }
            if found.data != site {
                let neighbour = self.points[found.data];
                ring = trim(&ring, (neighbour.x - centre.x, neighbour.y - centre.y), found.data);
            }
        }
        Cell { ground: ground(&ring, centre), touching: touching(&ring) }
    }
}

/// Whether somebody lives at a position.
pub(super) fn lived_in(position: &Position) -> bool {
    position.residents > 0.0
}

fn west_to_east(a: &Xy, b: &Xy) -> std::cmp::Ordering {
    a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y))
}

/// The usual distance from a site to the next: the median of about 2,000 sites spread over the place.
fn spacing(points: &[Xy], tree: &RTree<GeomWithData<[f64; 2], usize>>) -> f64 {
    let every = points.len().div_ceil(2000).max(1);
    let next = |p: &Xy| tree.nearest_neighbor_iter_with_distance_2(&[p.x, p.y]).nth(1).map(|(_, squared)| squared.sqrt());
    let distances: Vec<Weighted> = points.iter().step_by(every).filter_map(next).map(|d| (Some(d), 1.0)).collect();
    quantile(&distances, 0.5).unwrap_or(0.0)
}

/// A corner of a cell, relative to its site, and the site beyond the side that begins here.
#[derive(Clone, Copy)]
struct Corner {
    x: f64,
    y: f64,
    beyond: Option<usize>,
}

fn round_cut(radius: f64) -> Vec<Corner> {
    let corner = |i: usize| {
        let (y, x) = (std::f64::consts::TAU * i as f64 / CORNERS as f64).sin_cos();
        Corner { x: radius * x, y: radius * y, beyond: None }
    };
    (0..CORNERS).map(corner).collect()
}

/// The part of a convex ring that is nearer to its site than to a neighbour `(dx, dy)` away.
fn trim(ring: &[Corner], (dx, dy): (f64, f64), neighbour: usize) -> Vec<Corner> {
    let half = (dx * dx + dy * dy) / 2.0;
    let past = |c: &Corner| c.x * dx + c.y * dy - half;
    let mut kept = Vec::with_capacity(ring.len() + 1);
    for (a, b) in ring.iter().zip(ring.iter().cycle().skip(1)) {
        let (pa, pb) = (past(a), past(b));
        let crossing = || {
            let t = pa / (pa - pb);
            (a.x + t * (b.x - a.x), a.y + t * (b.y - a.y))
        };
        if pa <= 0.0 {
            kept.push(*a);
            if pb > 0.0 {
                let (x, y) = crossing();
                kept.push(Corner { x, y, beyond: Some(neighbour) });
            }
        } else if pb <= 0.0 {
            let (x, y) = crossing();
            kept.push(Corner { x, y, beyond: a.beyond });
        }
    }
    kept
}

fn touching(ring: &[Corner]) -> Vec<usize> {
    let sides = ring.iter().zip(ring.iter().cycle().skip(1));
    let shared = sides.filter(|(a, b)| (b.x - a.x).hypot(b.y - a.y) >= SHARED_BORDER);
    let mut sites: Vec<usize> = shared.filter_map(|(a, _)| a.beyond).collect();
    sites.sort_unstable();
    sites.dedup();
    sites
}

fn ground(ring: &[Corner], centre: Xy) -> Polygon<f64> {
    let mut corners: Vec<Coord<f64>> = ring.iter().map(|c| Coord { x: centre.x + c.x, y: centre.y + c.y }).collect();
    corners.dedup();
    Polygon::new(LineString::new(corners), Vec::new())
}

#[cfg(test)]
#[path = "cells_tests.rs"]
mod tests;
