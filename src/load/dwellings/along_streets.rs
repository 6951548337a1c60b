//! Homes spread along the streets of a zone.

use super::Spot;
use crate::crs::Xy;
use crate::load::areas::Area;
use crate::load::locator::Locator;
use crate::network::{Street, StreetClass, StreetNetwork};
use geo::LineString;
use rayon::prelude::*;
use rstar::RTree;
use rstar::primitives::Line;

/// One dwelling position stands for about this much street: four or five terraced houses a side. A
/// walk is wrong by at most half of it, ten seconds; halving it doubles positions and search time for
/// no gain that shows in minutes.
const SPACING_M: f64 = 25.0;

/// With more positions than this they stand wider apart, so that what is kept and worked out grows no further: a nation has
/// about so many, some 100 m apart, and its walks are wrong by at most 40 seconds where a borough's are by ten.
const MOST: f64 = 1_000_000.0;

/// Streets often run along the border of two zones, and outlines simplified for the web cross and
/// re-cross them. Pieces shorter than this are left out: they are noise of the outline, not homes.
const SHORTEST_PIECE_M: f64 = 5.0;

/// The kinds of street people live on, in the order they are tried: a zone with none of the first kind
/// takes the second, and so on.
const TIERS: usize = 3;

fn tier(class: StreetClass) -> Option<usize> {
    match class {
        StreetClass::Residential => Some(0),
        StreetClass::Main => Some(1),
        StreetClass::Path => Some(2),
        StreetClass::Service | StreetClass::Steps => None,
    }
}

/// Spots along the streets inside each wanted zone; every metre weighs the same. Zones without a
/// street get none.
pub(super) fn spots(network: &StreetNetwork, zones: &[Area], locator: &Locator<'_>, wanted: &[bool]) -> Vec<Vec<Spot>> {
    let borders = borders(zones);
    let streets: Vec<(usize, Street<'_>)> =
        // Nobody lives in a tunnel or on a bridge.
        network.streets().filter(|street| !street.is_passage).filter_map(|street| Some((tier(street.class)?, street))).collect();
    let pieces: Vec<(usize, usize, Run)> = streets
        .par_iter()
        .flat_map_iter(|(tier, street)| {
            runs(street.shape, &borders, locator)
                .into_iter()
                .filter(|(zone, run)| wanted[*zone] && length(run) >= SHORTEST_PIECE_M)
                .map(|(zone, run)| (zone, *tier, run))
        })
        .collect();
    let mut by_tier: Vec<[Vec<Run>; TIERS]> = vec![Default::default(); zones.len()];
    for (zone, tier, run) in pieces {
        by_tier[zone][tier].push(run);
    }
    let lived_on: Vec<Vec<Run>> =
        by_tier.into_iter().map(|tiers| tiers.into_iter().find(|runs| !runs.is_empty()).unwrap_or_default()).collect();
    let apart = spacing(lived_on.iter().flatten().map(length).sum());
    lived_on.into_par_iter().map(|runs| runs.iter().flat_map(|run| sample(run, apart)).collect()).collect()
}

/// How far apart positions stand along so much street.
fn spacing(length: f64) -> f64 {
    (length / MOST).max(SPACING_M)
}

fn length(run: &Run) -> f64 {
    run.iter().map(|(a, b)| a.distance(*b).get()).sum()
}

/// All edges of all zones, filed by where they are.
fn borders(zones: &[Area]) -> RTree<Line<[f64; 2]>> {
    let rings = zones
        .iter()
        .filter_map(|zone| zone.shape.as_ref())
        .flat_map(|shape| &shape.0)
        .flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()));
    let lines =
        rings.flat_map(LineString::lines).map(|line| Line::new([line.start.x, line.start.y], [line.end.x, line.end.y]));
    RTree::bulk_load(lines.collect())
}

type Run = Vec<(Xy, Xy)>;

/// The stretches of a street within one zone each.
fn runs(shape: &[Xy], borders: &RTree<Line<[f64; 2]>>, locator: &Locator<'_>) -> Vec<(usize, Run)> {
    let mut runs: Vec<(usize, Run)> = Vec::new();
    let mut last: Option<usize> = None;
    for pair in shape.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let mut cuts = crossings(a, b, borders);
        cuts.push(1.0);
        let mut from = 0.0;
        for to in cuts {
            let zone = locator.containing(along(a, b, (from + to) / 2.0));
            let piece = (along(a, b, from), along(a, b, to));
            match (zone, runs.last_mut()) {
                (Some(zone), Some((open, run))) if last == Some(zone) && *open == zone => run.push(piece),
                (Some(zone), _) => runs.push((zone, vec![piece])),
                (None, _) => {}
            }
            last = zone;
            from = to;
        }
    }
    runs
}

fn along(a: Xy, b: Xy, share: f64) -> Xy {
    Xy::new(a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share)
}

/// Where, from 0 to 1, the way from `a` to `b` crosses a border, in order.
fn crossings(a: Xy, b: Xy, borders: &RTree<Line<[f64; 2]>>) -> Vec<f64> {
    let reach = rstar::AABB::from_corners([a.x, a.y], [b.x, b.y]);
    let (rx, ry) = (b.x - a.x, b.y - a.y);
    let mut cuts: Vec<f64> = borders
        .locate_in_envelope_intersecting(&reach)
        .filter_map(|line| {
            let (sx, sy) = (line.to[0] - line.from[0], line.to[1] - line.from[1]);
            let (qx, qy) = (line.from[0] - a.x, line.from[1] - a.y);
            let across = rx * sy - ry * sx;
            let t = (qx * sy - qy * sx) / across;
            let u = (qx * ry - qy * rx) / across;
            (across != 0.0 && t > 0.0 && t < 1.0 && (0.0..=1.0).contains(&u)).then_some(t)
        })
        .collect();
    cuts.sort_by(f64::total_cmp);
    cuts.dedup();
    cuts
}

/// Spots at even distances along a run, about `apart` metres from each other.
fn sample(run: &Run, apart: f64) -> Vec<Spot> {
    let length = length(run);
    let n = (length / apart).round().max(1.0);
    let step = length / n;
    let mut spots = Vec::with_capacity(n as usize);
    let (mut walked, mut next) = (0.0, step / 2.0);
    for (a, b) in run {
        let piece = a.distance(*b).get();
        while next <= walked + piece && spots.len() < n as usize {
            let share = if piece > 0.0 { (next - walked) / piece } else { 0.0 };
            spots.push(Spot { at: along(*a, *b, share), weight: step });
            next += step;
        }
        walked += piece;
    }
    spots
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{MultiPolygon, polygon};

    fn zone(key: &str, x: f64) -> Area {
        let shape = MultiPolygon(vec![
            polygon![(x: x, y: 0.0), (x: x + 100.0, y: 0.0), (x: x + 100.0, y: 100.0), (x: x, y: 100.0)],
        ]);
        Area { key: key.to_owned(), name: None, row: 0, shape: Some(shape), centre: Xy::new(x + 50.0, 50.0) }
    }

    #[test]
    fn a_street_through_two_zones_is_cut_at_their_border() {
        let zones = [zone("a", 0.0), zone("b", 100.0)];
        let locator = Locator::new(zones.iter().map(|z| z.shape.as_ref()));
        let street = [Xy::new(-50.0, 50.0), Xy::new(60.0, 50.0), Xy::new(250.0, 50.0)];
        let runs = runs(&street, &borders(&zones), &locator);
        let lengths: Vec<(usize, f64)> =
            runs.iter().map(|(zone, run)| (*zone, run.iter().map(|(a, b)| a.distance(*b).get()).sum())).collect();
        assert_eq!(lengths, [(0, 100.0), (1, 100.0)]);
        let spots = sample(&runs[0].1, SPACING_M);
        assert_eq!(spots.iter().map(|s| s.at.x).collect::<Vec<_>>(), [12.5, 37.5, 62.5, 87.5]);
        assert_eq!(spots.iter().map(|s| s.weight).sum::<f64>(), 100.0);
    }

    #[test]
    fn homes_stand_wider_apart_where_there_is_a_nations_worth_of_street_and_weigh_as_much() {
        assert_eq!((spacing(1_500_000.0), spacing(25_000_000.0)), (25.0, 25.0));
        assert_eq!(spacing(100_000_000.0), 100.0);
        let run = vec![(Xy::new(0.0, 0.0), Xy::new(400.0, 0.0))];
        let spots = sample(&run, 100.0);
        assert_eq!(
            spots.iter().map(|spot| (spot.at.x, spot.weight)).collect::<Vec<_>>(),
            [50.0, 150.0, 250.0, 350.0].map(|x| (x, 100.0))
        );
    }

    #[test]
    fn a_street_that_leaves_and_returns_makes_two_runs_and_scraps_are_dropped() {
        let zones = [zone("a", 0.0)];
        let locator = Locator::new(zones.iter().map(|z| z.shape.as_ref()));
        let street = [Xy::new(10.0, 50.0), Xy::new(10.0, 140.0), Xy::new(40.0, 140.0), Xy::new(40.0, 97.0)];
        let runs = runs(&street, &borders(&zones), &locator);
        assert_eq!(runs.len(), 2);
        assert_eq!(sample(&runs[0].1, SPACING_M).len(), 2);
        assert!(length(&runs[1].1) < SHORTEST_PIECE_M, "3 m of street is noise");
    }
}
