use crate::crs::Xy;
use crate::read::osm::{Kind, Tags};
use geo::{Area, Centroid, LineString, Polygon};
use std::collections::BTreeMap;

/// A thing with tags in an OpenStreetMap file: a library, a shop, a park.
#[derive(Debug, Clone, PartialEq)]
pub struct OsmFeature {
    /// `node/123`, `way/123` or `relation/123`.
    pub id: String,
    /// Its name, where it has one.
    pub name: Option<String>,
    /// The tags that say what it is, when it is open, and for whom.
    pub tags: BTreeMap<String, String>,
    /// Where it is. Of an area: its centre of gravity, which in an area with a bend may lie outside; the
    /// entrances are seldom mapped.
    pub at: Xy,
    /// The street of its address.
    pub street: Option<String>,
}

/// A thing has one of these keys.
const SAYS_WHAT: [&str; 14] = [
    "amenity",
    "club",
    "community_centre",
    "craft",
    "emergency",
    "healthcare",
    "historic",
    "landuse",
    "leisure",
    "office",
    "public_transport",
    "shop",
    "social_facility",
    "tourism",
];

/// Other keys worth keeping, each with all its subkeys (`addr:street`, `name:cy`).
const SAYS_MORE: [&str; 39] = [
    "abandoned",
    "access",
    "addr",
    "alt_name",
    "brand",
    "building",
    "capacity",
    "check_date",
    "closed",
    "construction",
    "contact",
    "demolished",
    "denomination",
    "description",
    "disused",
    "email",
    "end_date",
    "fee",
    "name",
    "opening_date",
    "opening_hours",
    "operational_status",
    "operator",
    "phone",
    "planned",
    "proposed",
    "razed",
    "ref",
    "religion",
    "removed",
    "service_times",
    "sport",
    "start_date",
    "status",
    "survey",
    "toilets",
    "website",
    "wheelchair",
    "wikidata",
];

/// Land uses that people go to. The others cover the country and are no destination.
const PLACES_TO_GO: [&str; 4] = ["allotments", "cemetery", "recreation_ground", "village_green"];

/// Whether an element is a thing in its own right.
pub(super) fn is_feature(tags: &Tags<'_>) -> bool {
    tags.iter().any(|(key, value)| match key {
        "landuse" => PLACES_TO_GO.contains(&value),
        _ => SAYS_WHAT.contains(&key),
    })
}

/// The tags to keep of a thing.
pub(super) fn kept_tags(tags: &Tags<'_>) -> BTreeMap<String, String> {
    let keep = |key: &str| {
        let stem = key.split(':').next().unwrap_or(key);
        SAYS_WHAT.contains(&stem) || SAYS_MORE.contains(&stem)
    };
    tags.iter().filter(|(key, _)| keep(key)).map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

impl OsmFeature {
    pub(super) fn new(kind: Kind, id: i64, tags: BTreeMap<String, String>, at: Xy) -> Self {
        let tag = |key: &str| tags.get(key).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        Self { id: format!("{}/{id}", kind.word()), name: tag("name"), street: tag("addr:street"), tags, at }
    }
}

/// The middle of a thing drawn as lines: the centre of gravity of the rings among them, by their areas,
/// or of the lines by their lengths where no line is a ring.
pub(super) fn middle(lines: &[Vec<Xy>]) -> Option<Xy> {
    let mut rings = (0.0, 0.0, 0.0);
    for line in lines.iter().filter(|line| line.len() >= 4 && line.first() == line.last()) {
        let ring = Polygon::new(line.iter().copied().collect::<LineString<f64>>(), Vec::new());
        let weight = ring.unsigned_area();
        if let (true, Some(centre)) = (weight > 0.0, ring.centroid()) {
            rings = (rings.0 + weight, rings.1 + weight * centre.x(), rings.2 + weight * centre.y());
        }
    }
    if rings.0 > 0.0 {
        return Some(Xy::new(rings.1 / rings.0, rings.2 / rings.0));
    }
    let lines =
        lines.iter().filter(|line| !line.is_empty()).map(|line| line.iter().copied().collect::<LineString<f64>>());
    let centre = geo::MultiLineString::new(lines.collect()).centroid()?;
    Some(Xy::new(centre.x(), centre.y()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(points: &[(f64, f64)]) -> Vec<Xy> {
        points.iter().map(|&(x, y)| Xy::new(x, y)).collect()
    }

    #[test]
    fn the_middle_of_two_buildings_is_weighed_by_their_ground() {
        let square = |x: f64, side: f64| line(&[(x, 0.0), (x + side, 0.0), (x + side, side), (x, side), (x, 0.0)]);
        assert_eq!(middle(&[square(0.0, 2.0)]), Some(Xy::new(1.0, 1.0)));
        let both = middle(&[square(0.0, 2.0), square(10.0, 2.0)]);
        assert_eq!(both, Some(Xy::new(6.0, 1.0)));
    }

    #[test]
    fn an_outline_in_pieces_has_the_middle_of_its_lines() {
        let halves = [line(&[(0.0, 0.0), (10.0, 0.0)]), line(&[(0.0, 4.0), (10.0, 4.0)])];
        assert_eq!(middle(&halves), Some(Xy::new(5.0, 2.0)));
        assert_eq!(middle(&[]), None);
    }

    #[test]
    fn only_things_people_go_to_are_features() {
        let is = |key, value| is_feature(&[(key, value)].into_iter().collect());
        assert!(is("amenity", "library") && is("landuse", "allotments") && is("shop", "bakery"));
        assert!(!is("landuse", "farmland") && !is("building", "yes") && !is("name", "Mill Lane"));
    }
}
