//! Which ways of OpenStreetMap may be walked, and what kind of street they are.
//!
//! After the defaults for people on foot on the wiki page "OSM tags for routing/Access restrictions"
//! (the worldwide table, with Great Britain's where it differs), and the page "Key:access" for the order
//! of keys: `foot` decides; without it `access` does; without either the kind of way does.
//!
//! | tag | on foot |
//! |---|---|
//! | `highway=trunk primary secondary tertiary` and their links | yes: a main street |
//! | `highway=residential living_street unclassified road` | yes: homes stand along it |
//! | `highway=service` | yes: drives, alleys, car parks |
//! | `highway=footway path pedestrian cycleway bridleway track elevator` | yes: a path |
//! | `highway=steps`, moving stairs (`conveying`) with them | yes: steps |
//! | `highway=motorway motorway_link`, `motorroad=yes` | no, unless `foot` says otherwise |
//! | `highway=construction proposed corridor platform raceway busway …`, any other value | no |
//! | `indoor=yes` and its other values but `no` | no: such passages are open only when the building is |
//! | `foot=no private use_sidepath` and the like | no |
//! | `access=no private` and the like, and `foot` does not say otherwise | no |
//! | `area=yes` (squares) | their outline |
//! | `oneway`, `oneway:foot`, `sidewalk`, conditional access | not looked at |
//! | ferries (`route=ferry`) | no: a timetable decides, not a walk |
//! | `barrier` on a node with `foot` or `access` of `no` or `private` | nobody passes |
//! | `barrier` on a node without those | everybody passes |

use super::osm_file::Tags;
use crate::network::StreetClass;

/// Whether a way may be walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OnFoot {
    /// By anybody.
    Yes(StreetClass),
    /// It is a street, but not for the public or not for people on foot.
    No,
    /// It is no street at all, or not yet one.
    NotAStreet,
}

/// May this way be walked?
pub(super) fn on_foot(tags: &Tags<'_>) -> OnFoot {
    let Some(class) = tags.get("highway").and_then(class_of) else {
        return motorway(tags);
    };
    if tags.get("indoor").is_some_and(|indoor| indoor != "no") {
        return OnFoot::NotAStreet;
    }
    match access(tags) {
        Some(false) => OnFoot::No,
        None if tags.get("motorroad") == Some("yes") => OnFoot::No,
        Some(true) | None => OnFoot::Yes(class),
    }
}

/// Does this node stop people on foot?
pub(super) fn blocks(tags: &Tags<'_>) -> bool {
    tags.get("barrier").is_some() && access(tags) == Some(false)
}

/// What a street is called: its name, or the number of the road.
pub(super) fn name<'a>(tags: &'a Tags<'_>) -> Option<&'a str> {
    tags.get("name").or_else(|| tags.get("ref"))
}

fn motorway(tags: &Tags<'_>) -> OnFoot {
    match (tags.get("highway"), tags.get("foot")) {
        (Some("motorway" | "motorway_link"), Some("yes" | "designated" | "permissive")) => {
            OnFoot::Yes(StreetClass::Main)
        }
        (Some("motorway" | "motorway_link"), _) => OnFoot::No,
        _ => OnFoot::NotAStreet,
    }
}

/// What the tags say of people on foot; `None` where they say nothing.
fn access(tags: &Tags<'_>) -> Option<bool> {
    const CLOSED: [&str; 9] =
        ["no", "private", "use_sidepath", "agricultural", "forestry", "military", "delivery", "emergency", "residents"];
    let word = tags.get("foot").or_else(|| tags.get("access"))?;
    Some(!CLOSED.contains(&word))
}

fn class_of(highway: &str) -> Option<StreetClass> {
    Some(match highway {
        "trunk" | "trunk_link" | "primary" | "primary_link" | "secondary" | "secondary_link" | "tertiary"
        | "tertiary_link" => StreetClass::Main,
        "residential" | "living_street" | "unclassified" | "road" => StreetClass::Residential,
        "service" => StreetClass::Service,
        "footway" | "path" | "pedestrian" | "cycleway" | "bridleway" | "track" | "elevator" => StreetClass::Path,
        "steps" => StreetClass::Steps,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(tags: &str) -> OnFoot {
        on_foot(&tags.split_whitespace().filter_map(|tag| tag.split_once('=')).collect())
    }

    #[test]
    fn ordinary_streets_and_paths_are_walked() {
        assert_eq!(way("highway=residential"), OnFoot::Yes(StreetClass::Residential));
        assert_eq!(way("highway=trunk"), OnFoot::Yes(StreetClass::Main));
        assert_eq!(way("highway=cycleway oneway=yes"), OnFoot::Yes(StreetClass::Path));
        assert_eq!(way("highway=steps conveying=yes"), OnFoot::Yes(StreetClass::Steps));
        assert_eq!(way("highway=pedestrian area=yes"), OnFoot::Yes(StreetClass::Path));
        assert_eq!(way("highway=primary sidewalk=separate"), OnFoot::Yes(StreetClass::Main));
    }

    #[test]
    fn the_foot_key_decides_before_the_access_key() {
        assert_eq!(way("highway=service access=private"), OnFoot::No);
        assert_eq!(way("highway=service access=private foot=yes"), OnFoot::Yes(StreetClass::Service));
        assert_eq!(way("highway=track access=no foot=permissive"), OnFoot::Yes(StreetClass::Path));
        assert_eq!(way("highway=primary foot=use_sidepath"), OnFoot::No);
        assert_eq!(way("highway=service access=customers"), OnFoot::Yes(StreetClass::Service));
    }

    #[test]
    fn motorways_are_not_walked_unless_a_sign_allows_it() {
        assert_eq!(way("highway=motorway"), OnFoot::No);
        assert_eq!(way("highway=motorway_link foot=designated"), OnFoot::Yes(StreetClass::Main));
        assert_eq!(way("highway=trunk motorroad=yes"), OnFoot::No);
        assert_eq!(way("highway=trunk motorroad=yes foot=yes"), OnFoot::Yes(StreetClass::Main));
    }

    #[test]
    fn what_is_not_yet_a_street_or_inside_a_building_is_none() {
        for tags in
            ["highway=construction", "highway=proposed", "highway=corridor", "route=ferry foot=yes", "railway=rail"]
        {
            assert_eq!(way(tags), OnFoot::NotAStreet, "{tags}");
        }
        assert_eq!(way("highway=footway indoor=yes"), OnFoot::NotAStreet);
        assert_eq!(way("highway=footway indoor=no"), OnFoot::Yes(StreetClass::Path));
    }

    #[test]
    fn a_locked_gate_stops_people_and_an_ordinary_one_does_not() {
        let node = |tags: &str| blocks(&tags.split_whitespace().filter_map(|tag| tag.split_once('=')).collect());
        assert!(node("barrier=gate access=private"));
        assert!(node("barrier=gate foot=no"));
        assert!(!node("barrier=gate access=private foot=yes"));
        assert!(!node("barrier=kissing_gate"));
        assert!(!node("highway=crossing access=private"));
    }
}
