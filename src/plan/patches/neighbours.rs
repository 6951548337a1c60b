//! Which zones are neighbours: where one can walk from the homes of one to those of the other past no home of a third.

use super::outlines;
use crate::crs::Xy;
use crate::network::{Search, Snap, StreetNetwork};
use crate::place::{IdVec, Idx, Place, ZoneIdx};
use std::collections::BTreeSet;

/// Two pieces that no walk joins, joined all the same.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Joined {
    /// The zone of the smaller piece.
    pub zone: ZoneIdx,
    /// The nearest zone of the larger one.
    pub to: ZoneIdx,
    /// Straight distance between their nearest homes, in metres.
    pub metres: f64,
    /// Residents of the smaller piece.
    pub residents: f64,
    /// A walk joins them, across a line that no patch should lie across.
    pub by_line: bool,
}

/// Pairs of neighbouring zones, the lower first, sorted.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbours {
    /// The pairs.
    pub pairs: Vec<[ZoneIdx; 2]>,
    /// Whether the streets say so; if not, outlines do, or straight lines between homes.
    pub by_street: bool,
    /// Zones with no home near a street: outlines say whose neighbours they are, or straight lines.
    pub off_street: usize,
}

/// Which zones are neighbours?
///
/// *Method.* Every junction belongs to the zone of its nearest home by walking (the network Voronoi diagram; Okabe and
/// others 2008), and so does every stretch between homes along a street. Two zones are neighbours where their stretches
/// meet: then a walk leads from homes of one to homes of the other past no nearer home of a third. A bridge joins its
/// banks; a river, a railway or a motorway without a crossing does not, whatever the outlines say. A zone without homes
/// is where its middle is.
///
/// Without streets, and for zones whose homes are too far from any, outlines say it: zones are neighbours that share more
/// than a corner. Where outlines are not known or touch no other, straight lines do: zones are neighbours whose middles
/// have no third within the circle that they span (Gabriel and Sokal 1969).
#[must_use]
pub fn neighbours(place: &Place) -> Neighbours {
    let mut pairs = BTreeSet::new();
    let mut is_on_street = vec![false; place.zones.len()];
    if let Some(streets) = &place.streets {
        let homes: Vec<(ZoneIdx, Snap)> =
            place.positions.iter().filter_map(|position| Some((position.zone, position.snap?))).collect();
        homes.iter().for_each(|(zone, _)| is_on_street[zone.index()] = true);
        along_streets(streets, &homes, &mut pairs);
    }
    let off_street = is_on_street.iter().filter(|is_on| !**is_on).count();
    if off_street > 0 {
        let is_asked = |a: ZoneIdx, b: ZoneIdx| !(is_on_street[a.index()] && is_on_street[b.index()]);
        let touching = outlines::touching(place);
        let is_alone = outlines::alone(place, &touching);
        pairs.extend(touching.into_iter().filter(|&[a, b]| is_asked(a, b)));
        if is_alone.iter().any(|is_alone| *is_alone) {
            in_straight_lines(place, |a, b| is_asked(a, b) && (is_alone[a] || is_alone[b]), &mut pairs);
        }
    }
    Neighbours { pairs: pairs.into_iter().collect(), by_street: off_street < place.zones.len(), off_street }
}

fn ordered(a: ZoneIdx, b: ZoneIdx) -> [ZoneIdx; 2] {
    if a < b { [a, b] } else { [b, a] }
}

fn along_streets(streets: &StreetNetwork, homes: &[(ZoneIdx, Snap)], pairs: &mut BTreeSet<[ZoneIdx; 2]>) {
    let snaps: Vec<Snap> =
        homes.iter().map(|(_, snap)| Snap { off_street: crate::units::Metres::new(0.0), ..*snap }).collect();
    let of_nodes = Search::new(streets).nearest_of_nodes(&snaps, None);
    let mut on_street: Vec<Vec<(f64, ZoneIdx)>> = vec![Vec::new(); streets.n_streets()];
    for (zone, snap) in homes {
        on_street[snap.edge.index()].push((snap.along.get(), *zone));
    }
    for street in streets.streets() {
        let along = &mut on_street[street.edge.index()];
        along.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let end = |node| of_nodes.of(node).map(|nearest| homes[nearest.source].0);
        let row: Vec<ZoneIdx> =
            end(street.from).into_iter().chain(along.iter().map(|(_, zone)| *zone)).chain(end(street.to)).collect();
        for pair in row.windows(2).filter(|pair| pair[0] != pair[1]) {
            pairs.insert(ordered(pair[0], pair[1]));
        }
    }
}

/// Where the people of a zone live; its middle where nobody does.
pub(super) fn homes_of(place: &Place, zone: ZoneIdx) -> Vec<Xy> {
    let homes: Vec<Xy> = place.positions_of(zone).iter().map(|position| position.at).collect();
    if homes.is_empty() { vec![place.zones[zone].centre] } else { homes }
}

/// The middle of where the people of a zone live.
pub(super) fn middle(place: &Place, zone: ZoneIdx) -> [f64; 2] {
    let positions = place.positions_of(zone);
    let share = |span: crate::place::Span| span.to - span.from;
    let all: f64 = positions.iter().map(|position| share(position.span)).sum();
    if positions.is_empty() || all <= 0.0 {
        let at = homes_of(place, zone)[0];
        return [at.x, at.y];
    }
    let sum = |of: fn(Xy) -> f64| positions.iter().map(|p| share(p.span) * of(p.at)).sum::<f64>() / all;
    [sum(|at| at.x), sum(|at| at.y)]
}

/// The zone that `is_there` picks whose homes are nearest to those of these zones.
fn nearest(place: &Place, zones: &[ZoneIdx], is_there: impl Fn(ZoneIdx) -> bool) -> Option<(ZoneIdx, f64)> {
    let from: Vec<Xy> = zones.iter().flat_map(|&zone| homes_of(place, zone)).collect();
    let mut best: Option<(ZoneIdx, f64)> = None;
    for other in place.zones.indices().filter(|&zone| is_there(zone) && !zones.contains(&zone)) {
        for to in homes_of(place, other) {
            for at in &from {
                let away = (at.x - to.x).hypot(at.y - to.y);
                if best.is_none_or(|(_, least)| away < least) {
                    best = Some((other, away));
                }
            }
        }
    }
    best
}

/// Joins zones whose middles have no third within the circle that they span, of the pairs that are asked for.
fn in_straight_lines(place: &Place, is_asked: impl Fn(ZoneIdx, ZoneIdx) -> bool, pairs: &mut BTreeSet<[ZoneIdx; 2]>) {
    let at: IdVec<ZoneIdx, [f64; 2]> = place.zones.indices().map(|zone| middle(place, zone)).collect();
    let square = |a: ZoneIdx, b: ZoneIdx| (at[a][0] - at[b][0]).powi(2) + (at[a][1] - at[b][1]).powi(2);
    for a in place.zones.indices() {
        // Only the nearest few can be neighbours: beyond them some third is always between.
        let mut near: Vec<ZoneIdx> = place.zones.indices().filter(|&b| b != a).collect();
        near.sort_by(|&x, &y| square(a, x).total_cmp(&square(a, y)).then(x.cmp(&y)));
        near.truncate(24);
        for (i, &b) in near.iter().enumerate() {
            let far = square(a, b);
            if is_asked(a, b) && !near[..i].iter().any(|&c| square(a, c) + square(b, c) < far) {
                pairs.insert(ordered(a, b));
            }
        }
    }
}

/// Joins the lighter pieces of the units to what is nearest to them, until each piece could be a patch of its own.
pub(super) fn join_pieces(
    place: &Place,
    units: &[ZoneIdx],
    edges: &mut Vec<[u32; 2]>,
    is_heavy: impl Fn(f64) -> bool,
    weight: impl Fn(u32) -> f64,
) -> Vec<Joined> {
    let mut joined = Vec::new();
    loop {
        let pieces = crate::region::Adjacency::new(units.len(), edges).pieces(|_| true);
        let sum = |piece: &Vec<u32>| piece.iter().map(|&unit| weight(unit)).sum::<f64>();
        let lightest = pieces.iter().min_by(|a, b| sum(a).total_cmp(&sum(b)).then(a.cmp(b)));
        let Some(piece) = lightest.filter(|piece| pieces.len() > 1 && !is_heavy(sum(piece))) else { return joined };
        let zones: Vec<ZoneIdx> = piece.iter().map(|&unit| units[unit as usize]).collect();
        let Some((to, metres)) = nearest(place, &zones, |zone| units.binary_search(&zone).is_ok()) else {
            return joined;
        };
        let from =
            zones.iter().copied().min_by(|&a, &b| gap(place, a, to).total_cmp(&gap(place, b, to)).then(a.cmp(&b)));
        let Some(from) = from else { return joined };
        let unit = |zone: ZoneIdx| units.binary_search(&zone).unwrap_or(0) as u32;
        edges.push([unit(from), unit(to)]);
        let residents = zones.iter().map(|&zone| place.zones[zone].residents.total).sum();
        joined.push(Joined { zone: from, to, metres, residents, by_line: false });
    }
}

/// Straight distance between the nearest homes of two zones.
fn gap(place: &Place, a: ZoneIdx, b: ZoneIdx) -> f64 {
    let to = homes_of(place, b);
    let one = |at: &Xy| to.iter().map(|b| (at.x - b.x).hypot(at.y - b.y)).fold(f64::INFINITY, f64::min);
    homes_of(place, a).iter().map(one).fold(f64::INFINITY, f64::min)
}
