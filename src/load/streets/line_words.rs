//! What a line is, by the words of a layer that did not come out of OpenStreetMap.

use crate::load::words::{plain, some_of};
use crate::network::StreetClass;
use crate::place::{Code, Issue, Where};
use crate::read::Table;
use std::collections::{BTreeMap, BTreeSet};

/// Titles under which layers keep what a street is for, the most telling first.
const CLASS_TITLES: [&str; 9] = [
    "highway",
    "fclass",
    "road_function",
    "function",
    "road_type",
    "road_classification",
    "class",
    "form_of_way",
    "type",
];

/// Titles under which layers say whether a street is there and in use.
const STATE_TITLES: [&str; 6] =
    ["operational_state", "street_state", "road_status", "road_state", "status", "operationalstate"];

/// What the words of a line say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// A street of this class.
    Street(StreetClass),
    /// Nobody walks there.
    Motorway,
    /// A river, a railway, a boundary; `true` for what nobody crosses either.
    NoStreet(&'static str, bool),
    /// Not there, or not yet.
    NotInUse,
}

/// Which columns say what lines are.
#[derive(Debug)]
pub(super) struct WordColumns {
    class: Option<usize>,
    state: Option<usize>,
}

impl WordColumns {
    /// The columns of a layer, and whether it holds several kinds of line of which nothing says which are streets.
    ///
    /// `exclude` is what `place.toml` leaves out: who does that by a column has answered the question about it.
    pub(super) fn of(table: &Table, exclude: &[(usize, Vec<&str>)], shown: &str) -> Result<Self, Issue> {
        // Joined tables put their name before the title, and Shapefiles cut it.
        let joined = || {
            let titles: Vec<String> = table.titles().iter().map(|title| plain(title)).collect();
            titles.iter().position(|title| ["roadtyp", "roadclas", "roadfunc"].iter().any(|part| title.contains(part)))
        };
        let class = CLASS_TITLES.iter().find_map(|title| table.column(title)).or_else(joined);
        let state = STATE_TITLES.iter().find_map(|title| table.column(title));
        let columns = Self { class, state };
        match columns.unclear(table, exclude) {
            Some((column, streets_or_not)) => Err(question(table, column, &streets_or_not, shown)),
            None => Ok(columns),
        }
    }

    /// A column in which some lines are no streets and others are not known to be, and the words in it.
    fn unclear(&self, table: &Table, exclude: &[(usize, Vec<&str>)]) -> Option<(usize, Vec<String>)> {
        let is_answered = |column: usize| exclude.iter().any(|(excluded, _)| *excluded == column);
        let rows = || (0..table.rows()).filter(|&row| !is_excluded(table, exclude, row));
        let words = |column: usize| -> BTreeMap<String, usize> {
            let mut words = BTreeMap::new();
            for row in rows() {
                *words.entry(table.text(column, row).unwrap_or_default().to_owned()).or_insert(0) += 1;
            }
            words
        };
        if let Some(class) = self.class {
            let words = words(class);
            if words.keys().any(|word| matches!(said(word), Said::NoStreet(..))) {
                let unknown = words.keys().any(|word| is_unknown(word));
                return (unknown && !is_answered(class)).then(|| (class, words.into_keys().collect()));
            }
        }
        /// A column of kinds has few of them.
        const MOST_KINDS: usize = 40;
        (0..table.titles().len()).filter(|&column| !is_answered(column)).find_map(|column| {
            let mut seen = BTreeSet::new();
            for row in rows() {
                seen.insert(table.text(column, row).unwrap_or_default());
                if seen.len() > MOST_KINDS {
                    return None;
                }
            }
            let is_mixed = seen.len() > 1 && seen.iter().any(|word| is_exactly_no_street(word));
            is_mixed.then(|| (column, seen.into_iter().map(str::to_owned).collect()))
        })
    }

    /// What is said of a row.
    pub(super) fn said(&self, table: &Table, row: usize) -> Said {
        let text = |column: Option<usize>| column.and_then(|column| table.text(column, row)).unwrap_or_default();
        if is_not_in_use(text(self.state)) {
            return Said::NotInUse;
        }
        said(text(self.class))
    }
}

fn question(table: &Table, column: usize, words: &[String], shown: &str) -> Issue {
    let title = table.titles().get(column).copied().unwrap_or_default().to_owned();
    let named: Vec<&str> = words.iter().map(|word| if word.is_empty() { "(blank)" } else { word }).collect();
    let no: Vec<String> = words
        .iter()
        .filter(|word| matches!(said(word), Said::NoStreet(..)) || is_exactly_no_street(word))
        .map(|word| format!("\"{word}\""))
        .collect();
    let problem = format!(
        "The layer holds several kinds of line, and nothing says for certain which of them are streets: {}",
        some_of(&named)
    );
    let remedy = format!(
        "Say under [streets] which are none: exclude = {{ \"{title}\" = [{}] }}, with every other that is no street; all \
         that is not excluded is walked",
        no.join(", ")
    );
    Issue::error(Code::StreetKindsUnclear, Where::file(shown).field(title), problem, remedy)
}

/// What a street is for, by the words of OS Open Roads or a council. Words that are not understood make a street
/// with homes.
pub(super) fn said(words: &str) -> Said {
    let form = plain(words);
    let words = words.to_lowercase().replace(['_', '-'], " ");
    let has = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    if is_not_in_use(&words) {
        return Said::NotInUse;
    }
    if has(&["motorway"]) || matches!(words.as_str(), "m" | "mo") {
        return Said::Motorway;
    }
    if let Some((what, divides)) = no_street(&form).filter(|_| !is_walk(&words)) {
        return Said::NoStreet(what, divides);
    }
    let is_main = has(&["primary", "secondary", "tertiary", "trunk", "a road", "b road", "main", "distributor"])
        || matches!(words.as_str(), "a" | "b");
    Said::Street(if has(&["steps", "stair"]) {
        StreetClass::Steps
    } else if is_walk(&words) {
        StreetClass::Path
    } else if has(&["service", "restricted", "secondary access", "private", "parking"]) {
        StreetClass::Service
    } else if is_main {
        StreetClass::Main
    } else {
        StreetClass::Residential
    })
}

fn is_walk(words: &str) -> bool {
    let on_rails = words.split_whitespace().any(|word| word.starts_with("rail") || word.starts_with("tram"));
    ["foot", "path", "pedestrian", "cycle", "bridleway", "alley", "trail"].iter().any(|part| words.contains(part))
        || (words.contains("track") && !on_rails)
}

fn is_not_in_use(words: &str) -> bool {
    let form = plain(words);
    ["proposed", "planned", "underconstruction", "construction", "prospective", "notbuilt", "dismantled", "abandoned"]
        .iter()
        .any(|start| form.starts_with(start))
        || ["permanentlyclosed", "closed", "stoppedup", "disused"].contains(&form.as_str())
}

/// Words for lines that are no streets, what they are, and whether nobody crosses them.
const NO_STREETS: [(&[&str], &str, bool); 7] = [
    (&["river", "canal"], "water", true),
    (
        &["waterway", "watercourse", "stream", "brook", "drain", "ditch", "water", "culvert", "coastline", "shoreline"],
        "water",
        false,
    ),
    (&["rail", "railway", "railroad", "lightrail", "railwayline", "heavyrail", "mainline"], "railway", true),
    (&["tram", "tramway", "tramline", "metro", "monorail", "funicular", "undergroundrailway"], "railway", false),
    (&["boundary", "border", "parish", "wardboundary", "districtboundary", "adminboundary"], "boundary", false),
    (&["fence", "wall", "hedge", "barrier", "kerb", "building"], "wall or fence", false),
    (
        &["ferry", "ferryroute", "contour", "pipeline", "powerline", "runway", "taxiway", "cable", "sewer"],
        "other",
        false,
    ),
];

/// What a line is that is no street, by a word that begins or ends with one of those.
fn no_street(form: &str) -> Option<(&'static str, bool)> {
    let is = |word: &&str| {
        form == *word
            || (word.len() > 3 && (form.starts_with(*word) || form.ends_with(*word)))
            || form.strip_suffix('s') == Some(*word)
    };
    // "Riverside Road" and "Railway Terrace" are streets.
    let street = ["road", "street", "lane", "way", "avenue", "drive", "close"];
    let is_street = street.iter().any(|word| form.ends_with(word))
        && !["railway", "waterway", "tramway", "railroad"].iter().any(|word| form.ends_with(word));
    if is_street {
        return None;
    }
    NO_STREETS.iter().find(|(words, ..)| words.iter().any(is)).map(|(_, what, divides)| (*what, *divides))
}

fn is_exactly_no_street(word: &str) -> bool {
    let form = plain(word);
    let form = form.as_str();
    NO_STREETS[..5]
        .iter()
        .any(|(words, ..)| words.contains(&form) || form.strip_suffix('s').is_some_and(|one| words.contains(&one)))
}

/// Whether nothing is known of what a word stands for.
fn is_unknown(word: &str) -> bool {
    const STREETS: [&str; 24] = [
        "road",
        "street",
        "lane",
        "avenue",
        "local",
        "minor",
        "carriageway",
        "roundabout",
        "slip",
        "link",
        "access",
        "residential",
        "unclassified",
        "unrestricted",
        "classified",
        "single",
        "dual",
        "link",
        "living",
        "mews",
        "square",
        "bridge",
        "subway",
        "way",
    ];
    let lower = word.to_lowercase();
    let letter = matches!(lower.as_str(), "u" | "c" | "a" | "b" | "mi");
    match said(word) {
        Said::Street(StreetClass::Residential) => !letter && !STREETS.iter().any(|part| lower.contains(part)),
        _ => false,
    }
}

/// Whether `place.toml` leaves a row out.
pub(super) fn is_excluded(table: &Table, exclude: &[(usize, Vec<&str>)], row: usize) -> bool {
    exclude.iter().any(|(column, values)| {
        let text = table.text(*column, row).map(str::trim);
        text.is_some_and(|text| values.iter().any(|value| text.eq_ignore_ascii_case(value.trim())))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_known_by_the_words_of_several_publishers() {
        let words = [
            ("A Road", Said::Street(StreetClass::Main)),
            ("Local Road", Said::Street(StreetClass::Residential)),
            ("Minor Road", Said::Street(StreetClass::Residential)),
            ("Restricted Local Access Road", Said::Street(StreetClass::Service)),
            ("Secondary Access Road", Said::Street(StreetClass::Service)),
            ("Motorway", Said::Motorway),
            ("motorway_link", Said::Motorway),
            ("footway", Said::Street(StreetClass::Path)),
            ("secondary_link", Said::Street(StreetClass::Main)),
            ("living_street", Said::Street(StreetClass::Residential)),
            ("steps", Said::Street(StreetClass::Steps)),
            ("Mi", Said::Street(StreetClass::Residential)),
            ("b", Said::Street(StreetClass::Main)),
            ("Mo", Said::Motorway),
            ("", Said::Street(StreetClass::Residential)),
        ];
        for (word, class) in words {
            assert_eq!(said(word), class, "{word}");
        }
    }

    #[test]
    fn rivers_railways_and_boundaries_are_no_streets_and_streets_named_after_them_are() {
        for word in ["River", "Tidal River", "Canal", "Railway", "Railway track", "Railroad", "rail", "Rivers"] {
            assert!(matches!(said(word), Said::NoStreet(_, true)), "{word}");
        }
        for word in ["Stream", "Ward boundary", "Tram", "Hedge", "Ferry route", "Watercourse", "Boundary"] {
            assert!(matches!(said(word), Said::NoStreet(_, false)), "{word}");
        }
        for word in [
            "Riverside path",
            "Railway Road",
            "Canal towpath",
            "Railway path",
            "Rail trail",
            "Boundary Lane",
            "Traffic Island Link",
        ] {
            assert!(matches!(said(word), Said::Street(_)), "{word}");
        }
        for word in ["Proposed road", "Under Construction", "Planned footpath", "Disused", "Abandoned railway"] {
            assert_eq!(said(word), Said::NotInUse, "{word}");
        }
    }
}
