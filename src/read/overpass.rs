//! What OpenStreetMap's Overpass service sends with `[out:json]`: nodes, ways and relations with their tags.

use super::shp;
use geo::{Coord, Geometry, LineString, Point, Polygon};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// The elements of an answer; `None` for any other document.
pub(super) fn elements(members: &Map<String, Value>) -> Option<&Vec<Value>> {
    let is_element = |element: &Value| {
        let kind = element.get("type").and_then(Value::as_str);
        matches!(kind, Some("node" | "way" | "relation" | "area" | "count" | "timeline")) && element.get("id").is_some()
    };
    let elements = members.get("elements")?.as_array()?;
    let named = members.contains_key("osm3s") || members.contains_key("generator");
    (elements.iter().all(is_element) && (named || !elements.is_empty())).then_some(elements)
}

/// An element with tags.
pub(super) struct Thing<'e> {
    /// As in `way/123`.
    pub(super) id: String,
    pub(super) tags: &'e Map<String, Value>,
    pub(super) geometry: Result<Option<Geometry<f64>>, String>,
}

/// The elements that have tags; those without are corners of others.
pub(super) fn things(elements: &[Value]) -> Vec<Thing<'_>> {
    let known = Known::of(elements);
    let thing = |element| {
        let tags = Value::get(element, "tags")?.as_object().filter(|tags| !tags.is_empty())?;
        let id = format!("{}/{}", Value::get(element, "type")?.as_str()?, Value::get(element, "id")?);
        Some(Thing { id, tags, geometry: known.geometry(element, tags) })
    };
    elements.iter().filter_map(thing).collect()
}

/// Where nodes are and which corners ways have.
struct Known<'e> {
    nodes: HashMap<i64, Coord<f64>>,
    ways: HashMap<i64, &'e Value>,
}

impl<'e> Known<'e> {
    fn of(elements: &'e [Value]) -> Self {
        let mut known = Self { nodes: HashMap::new(), ways: HashMap::new() };
        for element in elements {
            let Some(id) = element.get("id").and_then(Value::as_i64) else { continue };
            match element.get("type").and_then(Value::as_str) {
                Some("node") => known.nodes.extend(at(element).map(|at| (id, at))),
                Some("way") => {
                    known.ways.insert(id, element);
                }
                _ => {}
            }
        }
        known
    }

    fn geometry(&self, element: &Value, tags: &Map<String, Value>) -> Result<Option<Geometry<f64>>, String> {
        let centre = || element.get("center").and_then(at).map(|at| Geometry::Point(Point(at)));
        match element.get("type").and_then(Value::as_str) {
            Some("node") => Ok(at(element).map(|at| Geometry::Point(Point(at)))),
            Some("way") => {
                let corners = self.corners(element);
                if corners.len() < 2 {
                    return Ok(centre());
                }
                let line = LineString(corners);
                Ok(Some(if line.is_closed() && line.0.len() > 3 && is_area(tags) {
                    Geometry::Polygon(Polygon::new(line, Vec::new()))
                } else {
                    Geometry::LineString(line)
                }))
            }
            Some("relation") if matches!(word(tags, "type"), Some("multipolygon" | "boundary")) => {
                match self.rings(element) {
                    Some(rings) => Ok(Some(shp::polygons(rings.into_iter()))),
                    None => centre().map(Some).ok_or_else(|| {
                        "the ring of its outline is not closed; ask Overpass for it with \"out geom\"".to_owned()
                    }),
                }
            }
            _ => Ok(centre()),
        }
    }

    /// The corners of a way, its own or those of its nodes; none where some are missing.
    fn corners(&self, way: &Value) -> Vec<Coord<f64>> {
        let own = way.get("geometry").and_then(Value::as_array);
        let corners: Option<Vec<Coord<f64>>> = match own {
            Some(own) => own.iter().map(at).collect(),
            None => way
                .get("nodes")
                .and_then(Value::as_array)
                .and_then(|nodes| nodes.iter().map(|node| self.nodes.get(&node.as_i64()?).copied()).collect()),
        };
        corners.unwrap_or_default()
    }

    /// The rings of a multipolygon, with whether each is an outer one; nothing where they don't close.
    fn rings(&self, relation: &Value) -> Option<Vec<(bool, LineString<f64>)>> {
        let members = relation.get("members").and_then(Value::as_array)?;
        let lines = |inner: bool| -> Option<Vec<Vec<Coord<f64>>>> {
            let ways = members.iter().filter(|member| member.get("type").and_then(Value::as_str) == Some("way"));
            let ways = ways.filter(|way| (way.get("role").and_then(Value::as_str) == Some("inner")) == inner);
            ways.map(|way| {
                let own = self.corners(way);
                let by_id = || Some(self.corners(self.ways.get(&way.get("ref")?.as_i64()?)?));
                let corners = if own.len() < 2 { by_id()? } else { own };
                (corners.len() > 1).then_some(corners)
            })
            .collect()
        };
        let (outer, inner) = (closed(lines(false)?)?, closed(lines(true)?)?);
        if outer.is_empty() {
            return None;
        }
        Some(outer.into_iter().map(|ring| (true, ring)).chain(inner.into_iter().map(|ring| (false, ring))).collect())
    }
}

fn at(value: &Value) -> Option<Coord<f64>> {
    Some(Coord { x: value.get("lon")?.as_f64()?, y: value.get("lat")?.as_f64()? })
}

fn word<'t>(tags: &'t Map<String, Value>, key: &str) -> Option<&'t str> {
    tags.get(key).and_then(Value::as_str)
}

/// Whether a closed way is ground rather than a line that comes round to its beginning.
fn is_area(tags: &Map<String, Value>) -> bool {
    match word(tags, "area") {
        Some("yes") => true,
        Some("no") => false,
        _ => !["highway", "barrier", "waterway", "railway", "route"].iter().any(|key| tags.contains_key(*key)),
    }
}

/// Rings out of lines that meet at their ends; nothing when one is left open.
fn closed(lines: Vec<Vec<Coord<f64>>>) -> Option<Vec<LineString<f64>>> {
    let key = |at: &Coord<f64>| (at.x.to_bits(), at.y.to_bits());
    let mut ends: HashMap<(u64, u64), Vec<usize>> = HashMap::new();
    for (number, line) in lines.iter().enumerate() {
        for end in [line.first()?, line.last()?] {
            ends.entry(key(end)).or_default().push(number);
        }
    }
    let mut used = vec![false; lines.len()];
    let mut rings = Vec::new();
    for start in 0..lines.len() {
        if std::mem::replace(&mut used[start], true) {
            continue;
        }
        let mut ring = lines[start].clone();
        while ring.first() != ring.last() {
            let end = *ring.last()?;
            let waiting = ends.get_mut(&key(&end))?;
            let next = loop {
                let next = waiting.pop()?;
                if !used[next] {
                    break next;
                }
            };
            used[next] = true;
            if lines[next].first() == Some(&end) {
                ring.extend(lines[next].iter().skip(1));
            } else {
                ring.extend(lines[next].iter().rev().skip(1));
            }
        }
        rings.push(LineString(ring));
    }
    Some(rings)
}
