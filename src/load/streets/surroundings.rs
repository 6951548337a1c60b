//! What people know a place by, out of an OpenStreetMap file: water, parks, railways, stations and the names of
//! neighbourhoods. It is drawn, and nothing is measured with it.

use super::rules::{divides, name};
use crate::crs::Xy;
use crate::place::{Scenery, Surrounding};
use crate::read::osm::{Kind, Tags};
use geo::{Area, Geometry, LineString, MultiPolygon, Point, Polygon};
use std::collections::HashMap;

/// What an element is to whoever looks at the map.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sight {
    what: Scenery,
    name: Option<String>,
}

impl Sight {
    /// Whether it is an area, and not the line of one.
    pub(super) const fn is_area(&self) -> bool {
        matches!(self.what, Scenery::Water | Scenery::Green)
    }
}

/// Square metres below which an area helps nobody to find their way: half a football pitch. Ponds and flower beds
/// would be most of the layer.
const SMALLEST: f64 = 3000.0;

fn sight(tags: &Tags<'_>, what: Scenery) -> Sight {
    Sight { what, name: name(tags).map(str::to_owned) }
}

/// An area, by its tags.
pub(super) fn area(tags: &Tags<'_>) -> Option<Sight> {
    let tag = |key| tags.get(key);
    let is_water = matches!(tag("natural"), Some("water" | "bay" | "strait"))
        || matches!(tag("waterway"), Some("riverbank" | "dock"))
        || matches!(tag("landuse"), Some("reservoir" | "basin"));
    let is_green = matches!(tag("leisure"), Some("park" | "nature_reserve" | "common" | "golf_course" | "garden"))
        || matches!(tag("landuse"), Some("forest" | "cemetery" | "recreation_ground" | "village_green" | "allotments"))
        || matches!(tag("natural"), Some("wood" | "heath" | "beach" | "scrub"));
    match (is_water, is_green) {
        (true, _) => Some(sight(tags, Scenery::Water)),
        (_, true) => Some(sight(tags, Scenery::Green)),
        _ => None,
    }
}

/// A line, by its tags: above ground, and such as one cannot step over.
pub(super) fn line(tags: &Tags<'_>) -> Option<Sight> {
    if !divides(tags) {
        return None;
    }
    if tags.get("railway").is_some() {
        return Some(sight(tags, Scenery::Railway));
    }
    let is_water = tags.get("waterway").is_some() || tags.get("natural").is_some();
    is_water.then(|| sight(tags, Scenery::Waterway))
}

/// A spot, by its tags; one without a name is none.
pub(super) fn spot(tags: &Tags<'_>) -> Option<Sight> {
    let is_place = matches!(
        tags.get("place"),
        Some("city" | "town" | "village" | "suburb" | "quarter" | "neighbourhood" | "hamlet" | "borough" | "locality")
    );
    let what = match tags.get("railway") {
        Some("station" | "halt") => Scenery::Station,
        _ if is_place => Scenery::Settlement,
        _ => return None,
    };
    Some(sight(tags, what)).filter(|sight| sight.name.is_some())
}

/// The element with its shape; `None` where it has none that is worth drawing.
pub(super) fn drawn(sight: &Sight, (kind, id): (Kind, i64), shape: Option<Geometry<f64>>) -> Option<Surrounding> {
    let key = format!("{}/{id}", kind.word());
    Some(Surrounding { key, what: sight.what, name: sight.name.clone(), shape: shape? })
}

/// A spot as a shape.
pub(super) fn at(at: Xy) -> Geometry<f64> {
    Point::new(at.x, at.y).into()
}

/// A line as a shape.
pub(super) fn along(points: Vec<Xy>) -> Option<Geometry<f64>> {
    (points.len() > 1).then(|| points.into_iter().collect::<LineString<f64>>().into())
}

/// An area from its outlines and the islands in it; `None` where no outline closes, or it is small.
pub(super) fn within(outer: Vec<Vec<Xy>>, inner: Vec<Vec<Xy>>) -> Option<Geometry<f64>> {
    let ring = |line: Vec<Xy>| line.into_iter().collect::<LineString<f64>>();
    let mut parts: Vec<Polygon<f64>> = outer.into_iter().map(|line| Polygon::new(ring(line), Vec::new())).collect();
    for island in inner.into_iter().map(ring) {
        let inside = island.0.first().map(|&first| Point::from(first));
        let part = inside.and_then(|at| parts.iter_mut().find(|part| geo::Contains::contains(&**part, &at)));
        if let Some(part) = part {
            part.interiors_push(island);
        }
    }
    parts.retain(|part| part.unsigned_area() > 0.0);
    let area: f64 = parts.iter().map(Area::unsigned_area).sum();
    match parts.as_slice() {
        _ if area < SMALLEST => None,
        [one] => Some(one.clone().into()),
        _ => Some(MultiPolygon::new(parts).into()),
    }
}

/// Rings out of pieces of outline, each a run of nodes: pieces that share an end are joined, whichever way round they
/// were drawn, and what never closes is left out.
pub(super) fn rings(pieces: Vec<Vec<i64>>) -> Vec<Vec<i64>> {
    let mut rings = Vec::new();
    let mut open: Vec<Option<Vec<i64>>> = Vec::new();
    for piece in pieces.into_iter().filter(|piece| piece.len() > 1) {
        if piece.first() == piece.last() {
            rings.push(piece);
        } else {
            open.push(Some(piece));
        }
    }
    // Which pieces end at a node.
    let mut ends: HashMap<i64, Vec<usize>> = HashMap::new();
    for (at, piece) in open.iter().enumerate() {
        for end in piece.iter().flat_map(|piece| piece.first().into_iter().chain(piece.last())) {
            ends.entry(*end).or_default().push(at);
        }
    }
    for start in 0..open.len() {
        let Some(mut ring) = open[start].take() else { continue };
        while ring.first() != ring.last() {
            let Some(&end) = ring.last() else { break };
            let next = ends.get(&end).and_then(|at| at.iter().copied().find(|&at| open[at].is_some()));
            let Some(mut piece) = next.and_then(|at| open[at].take()) else { break };
            if piece.first() != Some(&end) {
                piece.reverse();
            }
            ring.extend(piece.into_iter().skip(1));
        }
        if ring.len() > 3 && ring.first() == ring.last() {
            rings.push(ring);
        }
    }
    rings
}

#[cfg(test)]
#[path = "surroundings_tests.rs"]
mod read_tests;

#[cfg(test)]
mod tests {
    use super::*;

    fn tags<'a>(all: &'a [(&'a str, &'a str)]) -> Tags<'a> {
        all.iter().copied().collect()
    }

    #[test]
    fn parks_and_water_are_areas_and_a_car_park_is_none() {
        let what = |all: &[(&str, &str)]| area(&tags(all)).map(|sight| sight.what);
        assert_eq!(what(&[("leisure", "park"), ("name", "Mill Green")]), Some(Scenery::Green));
        assert_eq!(what(&[("natural", "water")]), Some(Scenery::Water));
        assert_eq!(what(&[("landuse", "reservoir")]), Some(Scenery::Water));
        assert_eq!(what(&[("amenity", "parking")]), None);
        assert_eq!(what(&[("landuse", "residential")]), None);
    }

    #[test]
    fn a_line_is_drawn_where_it_is_above_ground() {
        let what = |all: &[(&str, &str)]| line(&tags(all)).map(|sight| sight.what);
        assert_eq!(what(&[("railway", "rail")]), Some(Scenery::Railway));
        assert_eq!(what(&[("railway", "rail"), ("tunnel", "yes")]), None);
        assert_eq!(what(&[("waterway", "canal")]), Some(Scenery::Waterway));
        assert_eq!(what(&[("natural", "coastline")]), Some(Scenery::Waterway));
        assert_eq!(what(&[("waterway", "ditch")]), None);
        assert_eq!(what(&[("highway", "motorway")]), None);
    }

    #[test]
    fn a_spot_without_a_name_says_nothing() {
        assert_eq!(spot(&tags(&[("place", "suburb")])), None);
        assert!(spot(&tags(&[("place", "suburb"), ("name", "Low Town")])).is_some());
        let station = spot(&tags(&[("railway", "station"), ("name", "Low Town")]));
        assert_eq!(station.map(|sight| sight.what), Some(Scenery::Station));
    }

    #[test]
    fn an_outline_in_pieces_closes_whichever_way_they_were_drawn() {
        let pieces = vec![vec![1, 2, 3], vec![1, 6, 5], vec![3, 4, 5], vec![7, 8, 9, 7], vec![10, 11]];
        let mut found = rings(pieces);
        found.sort_by_key(Vec::len);
        assert_eq!(found, [vec![7, 8, 9, 7], vec![1, 2, 3, 4, 5, 6, 1]]);
        assert_eq!(rings(vec![vec![1, 2], vec![2, 3]]), Vec::<Vec<i64>>::new());
    }

    #[test]
    fn an_island_is_no_water_and_a_pond_is_left_out() {
        let square = |x: f64, side: f64| {
            [(x, x), (x + side, x), (x + side, x + side), (x, x + side), (x, x)].map(|(x, y)| Xy::new(x, y)).to_vec()
        };
        let lake = within(vec![square(0.0, 100.0)], vec![square(10.0, 50.0)]).expect("a lake");
        assert!((lake.unsigned_area() - 7500.0).abs() < 1e-6);
        assert_eq!(within(vec![square(0.0, 20.0)], Vec::new()), None);
        assert_eq!(within(Vec::new(), vec![square(0.0, 200.0)]), None);
    }
}
