//! Which ways of OpenStreetMap may be walked, what kind of street they are, and what cannot be crossed.
//!
//! After the defaults for people on foot on the wiki page "OSM tags for routing/Access restrictions"
//! (the worldwide table, with Great Britain's where it differs), and the page "Key:access" for the order
//! of keys: `foot` decides; without it `access` does; without either the kind of way does. Where the wiki
//! leaves a choice, what OSRM, GraphHopper and Valhalla do on foot decides.
//!
//! | tag | on foot |
//! |---|---|
//! | `highway=trunk primary secondary tertiary` and their links | yes: a main street |
//! | `highway=residential living_street unclassified road` | yes: homes stand along it |
//! | `highway=service` | yes: drives, alleys, car parks |
//! | `highway=footway path pedestrian cycleway bridleway track elevator platform` | yes: a path |
//! | `man_made=pier`, `railway=platform` | yes: a path, as in all three routers |
//! | `highway=steps`, moving stairs (`conveying`) with them | yes: steps |
//! | `highway=motorway motorway_link`, `motorroad=yes` | no, unless `foot` says otherwise |
//! | `highway=construction proposed corridor raceway busway …`, any other value | no |
//! | `construction=` anything but `no minor widening`; `proposed planned demolished removed razed impassable=yes` | no: not there, or not yet |
//! | `indoor=yes` and its other values but `no` | no: such passages are open only when the building is |
//! | `foot=no private use_sidepath` and the like | no |
//! | `access=no private` and the like, and `foot` does not say otherwise | no |
//! | a list of values (`private;delivery`) | no, if every value in it says no |
//! | `area=yes` (squares), and multipolygons with the tags of a street | their outline |
//! | `oneway`, `oneway:foot`, `sidewalk`, conditional access | not looked at |
//! | ferries (`route=ferry`) | no: a timetable decides, not a walk |
//! | `barrier` on a node with `foot` or `access` of `no` or `private` | nobody passes |
//! | `barrier` that is `locked=yes`, or a wall, fence, hedge or ditch, and neither `foot` nor `access` lets anybody in | nobody passes |
//! | any other `barrier` on a node | everybody passes |

use crate::network::StreetClass;
use crate::read::osm::Tags;

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
    let Some(class) = class(tags) else {
        let way = motorway(tags);
        return if way != OnFoot::NotAStreet && is_not_there(tags) { OnFoot::NotAStreet } else { way };
    };
    if is_not_there(tags) || is_yes(tags, "indoor") {
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
    const SOLID: [&str; 8] =
        ["wall", "fence", "hedge", "ditch", "retaining_wall", "city_wall", "guard_rail", "wire_fence"];
    let Some(barrier) = tags.get("barrier") else { return false };
    let shut = tags.get("locked") == Some("yes") || SOLID.contains(&barrier);
    access(tags).map_or(shut, |open| !open)
}

/// Is this a line that nobody crosses from a door to a street: a river or canal, a railway, a motorway, all of them
/// above ground and on it?
///
/// Streams and ditches are stepped over, trams run in the street, and one passes below a viaduct.
pub(super) fn divides(tags: &Tags<'_>) -> bool {
    let water = matches!(tags.get("waterway"), Some("river" | "canal" | "tidal_channel" | "fairway"))
        || tags.get("natural") == Some("coastline");
    let rails = matches!(tags.get("railway"), Some("rail" | "light_rail" | "subway" | "narrow_gauge" | "preserved"));
    let road =
        matches!(tags.get("highway"), Some("motorway" | "motorway_link")) || tags.get("motorroad") == Some("yes");
    // Most ways are none of these, and need no more questions.
    if !(water || rails || road) {
        return false;
    }
    let elsewhere = ["tunnel", "bridge", "covered"].iter().any(|key| is_yes(tags, key))
        || tags.get("location").is_some_and(|place| matches!(place, "underground" | "overhead" | "overground"))
        || is_not_there(tags);
    !elsewhere && !matches!(on_foot(tags), OnFoot::Yes(_))
}

/// Is this street met only at its ends, since it runs below ground, above it or under cover?
pub(super) fn is_apart(tags: &Tags<'_>) -> bool {
    let tunnel = is_yes(tags, "tunnel") && tags.get("tunnel") != Some("building_passage");
    tunnel || is_yes(tags, "bridge") || tags.get("covered") == Some("yes")
}

/// Is this a street of homes that only those who live there may use?
pub(super) fn is_private_street(tags: &Tags<'_>) -> bool {
    let is_home = matches!(class(tags), Some(StreetClass::Residential)) && on_foot(tags) == OnFoot::No;
    is_home && is_for_residents(tags)
}

/// Does this node stop people who do not live behind it, and let those who do pass: the gate of an estate?
pub(super) fn is_own_gate(tags: &Tags<'_>) -> bool {
    let is_gate = tags.get("barrier").is_some_and(|barrier| {
        matches!(
            barrier,
            "gate" | "lift_gate" | "swing_gate" | "sliding_gate" | "wicket_gate" | "bollard" | "yes" | "entrance"
        )
    });
    is_gate && blocks(tags) && (is_for_residents(tags) || tags.get("locked") == Some("yes"))
}

/// Whether the word that decides who passes on foot is one that means those who belong there.
fn is_for_residents(tags: &Tags<'_>) -> bool {
    let word = ["foot", "access"].iter().find_map(|key| tags.get(key).filter(|value| open_by(value).is_some()));
    word.is_some_and(|words| {
        let mut words = words.split([';', ',', '|']).map(|word| word.trim().to_lowercase());
        words.any(|word| matches!(word.as_str(), "private" | "residents" | "permit"))
    })
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

fn is_yes(tags: &Tags<'_>, key: &str) -> bool {
    tags.get(key).is_some_and(|value| value != "no")
}

fn is_not_there(tags: &Tags<'_>) -> bool {
    const GONE: [&str; 6] = ["proposed", "planned", "demolished", "removed", "razed", "impassable"];
    let building = |value: &str| !matches!(value, "no" | "minor" | "widening");
    tags.get("construction").is_some_and(building) || GONE.iter().any(|key| tags.get(key) == Some("yes"))
}

/// What the tags say of people on foot; `None` where they say nothing.
pub(super) fn access(tags: &Tags<'_>) -> Option<bool> {
    ["foot", "access"].iter().find_map(|key| open_by(tags.get(key)?))
}

/// Whether the value of a key of access lets people in: one of a list is enough. `None` for a value that says nothing.
pub(in crate::load) fn open_by(value: &str) -> Option<bool> {
    const CLOSED: [&str; 15] = [
        "no",
        "private",
        "use_sidepath",
        "agricultural",
        "forestry",
        "military",
        "delivery",
        "emergency",
        "residents",
        "restricted",
        "permit",
        "staff",
        "employees",
        "members",
        "service",
    ];
    let mut said = None;
    for word in value.split([';', ',', '|']).map(|word| word.trim().to_lowercase()) {
        match word.as_str() {
            "" | "unknown" | "fixme" => {}
            word if CLOSED.contains(&word) => said = said.or(Some(false)),
            _ => said = Some(true),
        }
    }
    said
}

/// What kind of street it is; of a list of kinds the first, if one can walk on each.
fn class(tags: &Tags<'_>) -> Option<StreetClass> {
    match tags.get("highway") {
        Some(kinds) => {
            let classes: Option<Vec<StreetClass>> = kinds.split(';').map(|kind| class_of(kind.trim())).collect();
            classes?.first().copied()
        }
        None => {
            let is_walk = tags.get("man_made") == Some("pier") || tags.get("railway") == Some("platform");
            is_walk.then_some(StreetClass::Path)
        }
    }
}

fn class_of(highway: &str) -> Option<StreetClass> {
    Some(match highway {
        "trunk" | "trunk_link" | "primary" | "primary_link" | "secondary" | "secondary_link" | "tertiary"
        | "tertiary_link" => StreetClass::Main,
        "residential" | "living_street" | "unclassified" | "road" => StreetClass::Residential,
        "service" => StreetClass::Service,
        "footway" | "path" | "pedestrian" | "cycleway" | "bridleway" | "track" | "elevator" | "platform" => {
            StreetClass::Path
        }
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
    fn a_list_of_access_closes_a_way_when_all_of_it_does() {
        for tags in [
            "access=private;delivery",
            "access=Private",
            "foot=no;private",
            "access=no,agricultural",
            "foot=private|staff",
        ] {
            assert_eq!(way(&format!("highway=service {tags}")), OnFoot::No, "{tags}");
        }
        for tags in ["access=private;customers", "foot=yes;no", "foot=unknown access=yes", "access=destination"] {
            assert_eq!(way(&format!("highway=service {tags}")), OnFoot::Yes(StreetClass::Service), "{tags}");
        }
        assert_eq!(way("highway=service foot=unknown access=private"), OnFoot::No);
    }

    #[test]
    fn piers_and_platforms_are_paths_unless_they_are_closed() {
        for tags in [
            "man_made=pier",
            "man_made=pier foot=designated",
            "highway=platform",
            "railway=platform",
            "railway=platform foot=yes access=no",
        ] {
            assert_eq!(way(tags), OnFoot::Yes(StreetClass::Path), "{tags}");
        }
        assert_eq!(way("man_made=pier access=private"), OnFoot::No);
        assert_eq!(way("man_made=breakwater foot=yes"), OnFoot::NotAStreet);
    }

    #[test]
    fn what_is_being_built_or_is_gone_is_no_street() {
        for tags in ["construction=yes", "construction=residential", "proposed=yes", "razed=yes", "impassable=yes"] {
            assert_eq!(way(&format!("highway=residential {tags}")), OnFoot::NotAStreet, "{tags}");
        }
        for tags in ["construction=minor", "construction=no", "proposed=primary", "disused=no", "planned=no"] {
            assert_eq!(way(&format!("highway=residential {tags}")), OnFoot::Yes(StreetClass::Residential), "{tags}");
        }
        assert_eq!(way("highway=footway;steps"), OnFoot::Yes(StreetClass::Path));
        assert_eq!(way("highway=residential;proposed"), OnFoot::NotAStreet);
    }

    #[test]
    fn rivers_railways_and_motorways_on_the_ground_cannot_be_crossed() {
        let divides = |tags: &str| divides(&tags.split_whitespace().filter_map(|tag| tag.split_once('=')).collect());
        for tags in [
            "waterway=river",
            "waterway=canal",
            "railway=rail",
            "railway=subway layer=1",
            "highway=motorway",
            "highway=trunk motorroad=yes",
            "waterway=river tunnel=no",
        ] {
            assert!(divides(tags), "{tags}");
        }
        for tags in [
            "waterway=stream",
            "waterway=river tunnel=culvert",
            "railway=subway tunnel=yes",
            "railway=rail bridge=viaduct",
            "railway=tram",
            "railway=disused",
            "railway=rail proposed=yes",
            "highway=trunk",
            "highway=motorway foot=yes",
            "highway=service railway=rail",
        ] {
            assert!(!divides(tags), "{tags}");
        }
    }

    #[test]
    fn residents_use_their_own_close_and_gate() {
        let own =
            |text: &str| is_private_street(&text.split_whitespace().filter_map(|tag| tag.split_once('=')).collect());
        for text in ["access=private", "access=residents", "foot=private", "access=permit", "foot=private access=no"] {
            assert!(own(&format!("highway=residential {text}")), "{text}");
        }
        for text in ["access=no", "foot=no access=private", "access=private foot=yes", "access=military", ""] {
            assert!(!own(&format!("highway=residential {text}")), "{text}");
        }
        assert!(!own("highway=service access=private") && !own("highway=track access=private"));
        let gate = |text: &str| is_own_gate(&text.split_whitespace().filter_map(|tag| tag.split_once('=')).collect());
        assert!(gate("barrier=gate access=private") && gate("barrier=lift_gate locked=yes"));
        assert!(!gate("barrier=gate foot=no") && !gate("barrier=wall") && !gate("barrier=gate"));
    }

    #[test]
    fn a_locked_gate_stops_people_and_an_ordinary_one_does_not() {
        let node = |tags: &str| blocks(&tags.split_whitespace().filter_map(|tag| tag.split_once('=')).collect());
        assert!(node("barrier=gate access=private"));
        assert!(node("barrier=gate foot=no"));
        assert!(!node("barrier=gate access=private foot=yes"));
        assert!(node("barrier=gate locked=yes"));
        assert!(node("barrier=gate locked=yes access=unknown"));
        assert!(node("barrier=wall"));
        assert!(node("barrier=fence access=private"));
        assert!(node("barrier=hedge"));
        assert!(!node("barrier=gate locked=yes foot=yes"));
        assert!(!node("barrier=gate locked=no"));
        assert!(!node("barrier=wall foot=designated"));
        assert!(!node("barrier=bollard"));
        assert!(!node("barrier=kissing_gate"));
        assert!(!node("highway=crossing access=private"));
    }
}
