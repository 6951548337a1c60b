//! The tags of OpenStreetMap in a layer of lines: one column for each tag (osmnx, QuickOSM, osmium), a column with all
//! other tags together (the `lines` layer of ogr2ogr and QGIS), Geofabrik's `fclass`, or Overture's `class`.

use super::rules;
use crate::read::Table;
use crate::read::osm::Tags;

/// The keys that rules look at; the last four are only names.
const KEYS: [&str; 27] = [
    "highway",
    "foot",
    "access",
    "indoor",
    "motorroad",
    "tunnel",
    "bridge",
    "covered",
    "location",
    "waterway",
    "natural",
    "railway",
    "man_made",
    "construction",
    "proposed",
    "planned",
    "demolished",
    "removed",
    "razed",
    "impassable",
    "route",
    "boundary",
    "barrier",
    "aeroway",
    "power",
    "name",
    "ref",
];

/// Titles under which all other tags stand together in one cell.
const BUNDLES: [&str; 3] = ["other_tags", "all_tags", "tags"];

/// Which columns carry tags.
#[derive(Debug)]
pub(super) struct TagColumns {
    keys: Vec<(&'static str, usize)>,
    bundles: Vec<usize>,
    classes: Classes,
}

/// A column with classes of its own instead of `highway`.
#[derive(Debug, Clone, Copy)]
enum Classes {
    None,
    /// Geofabrik's words, or their numbers.
    Geofabrik(usize),
    /// Overture's subtype and class.
    Overture(usize, usize),
}

impl TagColumns {
    /// The columns of a layer that came out of OpenStreetMap; `None` for any other layer.
    pub(super) fn of(table: &Table) -> Option<Self> {
        let titles = table.titles();
        let column = |wanted: &str| titles.iter().position(|title| is_title(title, wanted));
        let any = |column: usize, is: &dyn Fn(&str) -> bool| {
            (0..table.rows()).filter_map(|row| table.text(column, row)).any(is)
        };
        let bundles: Vec<usize> = BUNDLES
            .iter()
            .filter_map(|title| column(title))
            .filter(|&bundle| any(bundle, &|text| !bundled(text).is_empty()))
            .collect();
        let mut keys: Vec<(&'static str, usize)> = KEYS.iter().filter_map(|&key| Some((key, column(key)?))).collect();
        let highway = keys.iter().find(|(key, _)| *key == "highway").map(|(_, column)| *column);
        let is_highway = highway.is_some_and(|column| any(column, &|text| is_highway(&listed(text))));
        let fclass = column("fclass").filter(|&column| any(column, &|text| geofabrik(text).0 != "fclass"));
        let code = column("code").filter(|&code| {
            column("osm_id").is_some() && any(code, &|text| geofabrik(text).0 == "highway") && highway.is_none()
        });
        let overture = column("subtype").zip(column("class"));
        let overture = overture.filter(|&(subtype, _)| {
            any(subtype, &|text| text == "road") && !any(subtype, &|text| !matches!(text, "road" | "rail" | "water"))
        });
        let classes = match (is_highway, fclass.or(code), overture) {
            (true, ..) => Classes::None,
            (false, Some(column), _) => Classes::Geofabrik(column),
            (false, None, Some((subtype, class))) => Classes::Overture(subtype, class),
            (false, None, None) if !bundles.is_empty() => Classes::None,
            (false, None, None) => return None,
        };
        if !matches!(classes, Classes::None) {
            keys.retain(|(key, _)| *key != "highway");
        }
        Some(Self { keys, bundles, classes })
    }

    /// Whether the layer can say that a street is private.
    pub(super) fn tell_access(&self) -> bool {
        !self.bundles.is_empty() || self.keys.iter().any(|(key, _)| matches!(*key, "foot" | "access"))
    }

    /// Whether tags stand together in one cell, as ogr2ogr writes the lines of an extract.
    pub(super) fn are_bundled(&self) -> bool {
        !self.bundles.is_empty()
    }

    /// In how many rows the cell of tags ends in the middle of one.
    pub(super) fn cut_short(&self, table: &Table) -> usize {
        let is_cut = |text: &str| text.starts_with('"') && text.len() >= 200 && !text.ends_with('"');
        let cells =
            |bundle: &usize| (0..table.rows()).filter_map(move |row| table.text(*bundle, row)).collect::<Vec<_>>();
        self.bundles.iter().flat_map(cells).filter(|text| is_cut(text)).count()
    }

    /// The tags of a row.
    pub(super) fn tags(&self, table: &Table, row: usize) -> Tags<'static> {
        let mut tags: Vec<(String, String)> = Vec::new();
        for &(key, column) in &self.keys {
            let Some(text) = table.text(column, row).filter(|text| !is_nothing(text)) else { continue };
            let value = match key {
                // A stretch laid together of several ways is closed where one of them is.
                "foot" | "access" => closed_part(text).unwrap_or_else(|| listed(text)),
                "tunnel" | "bridge" | "covered" => match text {
                    "F" | "f" | "0" | "false" | "False" => "no".to_owned(),
                    "T" | "t" | "1" | "true" | "True" => "yes".to_owned(),
                    other => listed(other),
                },
                _ => listed(text),
            };
            tags.push((key.to_owned(), value));
        }
        let class = |column: usize| table.text(column, row).unwrap_or_default();
        match self.classes {
            Classes::None => {}
            Classes::Geofabrik(column) => {
                let (key, value) = geofabrik(class(column));
                tags.push((key.to_owned(), value.to_owned()));
            }
            Classes::Overture(subtype, column) => {
                let key = match class(subtype) {
                    "road" => "highway",
                    "rail" => "railway",
                    _ => "route",
                };
                let value = class(column);
                tags.push((key.to_owned(), if value == "unknown" { "road".to_owned() } else { value.to_owned() }));
            }
        }
        for &bundle in &self.bundles {
            for (key, value) in bundled(table.text(bundle, row).unwrap_or_default()) {
                if !tags.iter().any(|(known, _)| *known == key) {
                    tags.push((key, value));
                }
            }
        }
        let mut all = Tags::default();
        all.extend(tags);
        all
    }
}

/// What a line that is no street is, in a word for people.
pub(super) fn what(tags: &Tags<'_>) -> &'static str {
    const OTHERS: [(&str, &str); 7] = [
        ("waterway", "waterway"),
        ("railway", "railway"),
        ("boundary", "boundary"),
        ("barrier", "wall or fence"),
        ("route", "route or ferry"),
        ("power", "power line"),
        ("aeroway", "runway"),
    ];
    match tags.get("highway") {
        Some(_) => "not there or not yet",
        None => OTHERS.iter().find(|(key, _)| tags.get(key).is_some()).map_or("other", |(_, what)| what),
    }
}

/// Titles of Shapefiles are cut after ten letters.
fn is_title(title: &str, wanted: &str) -> bool {
    let title = title.trim();
    let cut = title.len() == 10 && wanted.len() > 10 && wanted.is_char_boundary(10);
    title.eq_ignore_ascii_case(wanted) || (cut && title.eq_ignore_ascii_case(&wanted[..10]))
}

fn is_nothing(text: &str) -> bool {
    matches!(text.trim().to_ascii_lowercase().as_str(), "" | "nan" | "none" | "null" | "[]")
}

fn is_highway(value: &str) -> bool {
    let tags: Tags<'_> = [("highway", value)].into_iter().collect();
    rules::on_foot(&tags) != rules::OnFoot::NotAStreet
        || matches!(value, "construction" | "proposed" | "corridor" | "raceway" | "busway" | "bus_guideway")
}

/// `['footway', 'steps']` as OpenStreetMap writes lists: `footway;steps`.
fn listed(text: &str) -> String {
    match text.trim().strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
        Some(list) => parts(list).collect::<Vec<_>>().join(";"),
        None => text.trim().to_owned(),
    }
}

fn parts(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(|part| part.trim().trim_matches(['\'', '"', ' '])).filter(|part| !part.is_empty())
}

/// The first value of a bracketed list that lets nobody in.
fn closed_part(text: &str) -> Option<String> {
    let list = text.trim().strip_prefix('[')?.strip_suffix(']')?;
    parts(list).find(|part| rules::open_by(part) == Some(false)).map(str::to_owned)
}

/// Geofabrik's word or number for a line, as a key and value of OpenStreetMap.
fn geofabrik(text: &str) -> (&'static str, &str) {
    const RAILWAYS: [&str; 10] = [
        "rail",
        "light_rail",
        "subway",
        "tram",
        "monorail",
        "narrow_gauge",
        "miniature",
        "funicular",
        "rack",
        "preserved",
    ];
    let highway = match text {
        "5111" => "motorway",
        "5112" => "trunk",
        "5113" => "primary",
        "5114" => "secondary",
        "5115" => "tertiary",
        "5121" => "unclassified",
        "5122" => "residential",
        "5123" => "living_street",
        "5124" => "pedestrian",
        "5125" => "busway",
        "5131" => "motorway_link",
        "5132" => "trunk_link",
        "5133" => "primary_link",
        "5134" => "secondary_link",
        "5135" => "tertiary_link",
        "5141" => "service",
        "5142" | "5143" | "5144" | "5145" | "5146" | "5147" => "track",
        "5151" => "bridleway",
        "5152" => "cycleway",
        "5153" => "footway",
        "5154" => "path",
        "5155" => "steps",
        "5199" | "unknown" => "road",
        "track_grade1" | "track_grade2" | "track_grade3" | "track_grade4" | "track_grade5" => "track",
        word if RAILWAYS.contains(&word) => return ("railway", word),
        "river" | "stream" | "canal" | "drain" => return ("waterway", text),
        word if is_highway(word) => word,
        word => return ("fclass", word),
    };
    ("highway", highway)
}

/// Tags in one cell: `"foot"=>"no","access"=>"private"`, or the same as JSON.
fn bundled(text: &str) -> Vec<(String, String)> {
    let text = text.trim();
    if text.starts_with('{') {
        let tags: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).unwrap_or_default();
        let said = |value: serde_json::Value| match value {
            serde_json::Value::String(text) => Some(text),
            serde_json::Value::Null => None,
            other => Some(other.to_string()),
        };
        return tags.into_iter().filter_map(|(key, value)| Some((key, said(value)?))).collect();
    }
    let mut tags = Vec::new();
    let mut rest = text;
    while let Some((key, after)) = quoted(rest) {
        let Some((value, next)) = after.trim_start().strip_prefix("=>").and_then(quoted) else { break };
        tags.push((key, value));
        rest = next.trim_start().strip_prefix(',').unwrap_or("");
    }
    tags
}

/// A text in quotes at the start, with `\"` and `\\` inside it, and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let inside = text.trim_start().strip_prefix('"')?;
    let mut said = String::new();
    let mut letters = inside.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((said, &inside[at + 1..])),
            '\\' => said.extend(letters.next().map(|(_, letter)| letter)),
            other => said.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_in_one_cell_are_read_in_both_forms() {
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let expected = vec![pair("foot", "no"), pair("note", "the \"old\" gate, shut")];
        assert_eq!(bundled(r#""foot"=>"no","note"=>"the \"old\" gate, shut""#), expected);
        assert_eq!(bundled(r#"{"foot": "no", "note": "the \"old\" gate, shut"}"#), expected);
        assert_eq!(bundled(r#""foot" => "no""#), vec![pair("foot", "no")]);
        for text in ["", "foot=no", "\"foot\"=>", "\"foot", "{", "é\"", "\"\\"] {
            assert!(bundled(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn lists_become_lists_of_openstreetmap_and_a_closed_part_closes() {
        assert_eq!(listed("['footway', 'steps']"), "footway;steps");
        assert_eq!(listed("residential"), "residential");
        assert_eq!(closed_part("['yes', 'private']").as_deref(), Some("private"));
        assert_eq!(closed_part("private"), None);
    }

    #[test]
    fn titles_of_shapefiles_are_cut_after_ten_letters() {
        assert!(is_title("constructi", "construction") && is_title("Highway", "highway"));
        assert!(!is_title("construc", "construction"));
    }
}
