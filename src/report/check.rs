//! What `patchwork check` and the issues page say of a place: its contents in lines, and as JSON.

use super::understood;
use crate::load::Loaded;
use crate::place::{AssetStatus, Giving, Issue, Opening, Place, RecordSet, Transit};
use crate::text::whole as thousands;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What is in a place, as lines of (name, words), in reading order.
#[must_use]
pub fn summary(place: &Place) -> Vec<(&'static str, String)> {
    let n = |count: usize| thousands(count as f64);
    let of = |count: usize, one: &str, many: &str| format!("{} {}", n(count), if count == 1 { one } else { many });
    let mut lines = vec![
        (
            "residents",
            format!(
                "{} in {} and {}, living at {}{}",
                thousands(place.residents()),
                of(place.zones.len(), "zone", "zones"),
                of(place.patches.len(), "patch", "patches"),
                of(place.positions.len(), "position", "positions"),
                unknown(place).map_or_else(String::new, |words| format!("; {words}"))
            ),
        ),
        ("groups", groups(place)),
        ("plane", format!("{} (EPSG:{})", place.plane.name(), place.plane.epsg())),
        ("streets", streets(place)),
        ("assets", assets(place)),
    ];
    lines.extend(place.transit.as_ref().map(|transit| ("timetables", timetables(transit))));
    let deprived = place.zones.iter().filter(|zone| zone.deprivation.is_some()).count();
    if deprived > 0 {
        lines.push(("deprivation", format!("{} of {} zones", n(deprived), n(place.zones.len()))));
    }
    lines.extend(place.giving.as_ref().map(|giving| ("grants", grants(giving))));
    if !place.engagement.files.is_empty() {
        lines.push(("engagement", engagement(place)));
    }
    let standards: Vec<String> = place.standards.iter().map(|s| format!("{} ({})", s.title, s.key)).collect();
    lines.push(("standards", if standards.is_empty() { "none".to_owned() } else { standards.join("; ") }));
    lines
}

/// What the timetables hold, and of which days they know.
fn timetables(transit: &Transit) -> String {
    let days = transit.timetable.days();
    let when = days.first().zip(days.last()).map_or_else(
        || "on no day".to_owned(),
        |(first, last)| format!("on {} days from {first} to {last}", thousands(days.len() as f64)),
    );
    let near = transit.stops.iter().filter(|stop| stop.snap.is_some()).count();
    format!(
        "{} trips, running {when}; {} stops, {} of them near a street of the place",
        thousands(transit.timetable.trips.len() as f64),
        thousands(transit.stops.len() as f64),
        thousands(near as f64)
    )
}

/// The keys of the groups of each dimension, each as `key (label)`.
#[must_use]
pub fn group_keys(place: &Place) -> Vec<(&str, String)> {
    let mut keys: Vec<(&str, String)> = Vec::new();
    for group in &place.groups {
        let word =
            if group.key == group.label { group.key.clone() } else { format!("{} ({})", group.key, group.label) };
        match keys.iter_mut().find(|(dimension, _)| *dimension == group.dimension) {
            Some((_, words)) => *words += &format!(", {word}"),
            None => keys.push((&group.dimension, word)),
        }
    }
    keys
}

/// What is not known of the residents, in words.
#[must_use]
pub fn unknown(place: &Place) -> Option<String> {
    place.unknown_residents().map(|(zones, about)| {
        let (noun, verb) = if zones == 1 { ("zone", "is") } else { ("zones", "are") };
        format!(
            "the residents of {} {noun} {verb} unknown, about {} people (an estimate)",
            thousands(zones as f64),
            thousands((about / 10.0).round() * 10.0)
        )
    })
}

/// What became of the rows of engagement records: used and set aside sum to all.
fn engagement(place: &Place) -> String {
    let met = &place.engagement;
    let all = |of: fn(&crate::place::RecordFile) -> u64| met.files.iter().map(of).sum::<u64>() as f64;
    let mut words = format!(
        "{} records in {} files: {} counted",
        thousands(met.rows() as f64),
        met.files.len(),
        thousands(met.used() as f64)
    );
    let aside = [
        (all(|file| file.repeated), "repeated"),
        (all(|file| file.without_day), "without a day"),
        (all(crate::place::RecordFile::nowhere), "placed nowhere"),
        (all(|file| file.cut), "cut off"),
    ];
    for (rows, why) in aside.into_iter().filter(|(rows, _)| *rows > 0.0) {
        words += &format!(", {} {why}", thousands(rows));
    }
    words
}

/// What was loaded of the grants and how it could be placed: rows and money reconcile.
fn grants(giving: &Giving) -> String {
    let all = || giving.files.iter();
    let money: i64 = giving.grants.iter().map(|grant| grant.pence).sum();
    let parts = || giving.grants.iter().flat_map(|grant| &grant.parts);
    let placed: i64 = parts().filter(|part| part.benefit.is_ok()).map(|part| part.pence).sum();
    let pounds = |pence: i64| format!("{} {}.{:02}", giving.currency, thousands((pence / 100) as f64), pence % 100);
    let aside: u64 = all().flat_map(|file| &file.aside).map(|(_, tally)| tally.grants).sum();
    format!(
        "{} rows in {} files: {} loaded with {}, {} to individuals, {} set aside; {} placed, {} not",
        thousands(all().map(|file| file.rows).sum::<u64>() as f64),
        giving.files.len(),
        thousands(giving.grants.len() as f64),
        pounds(money),
        thousands(giving.individuals.grants as f64),
        thousands(aside as f64),
        pounds(placed),
        pounds(money - placed)
    )
}

fn groups(place: &Place) -> String {
    if place.groups.is_empty() {
        return "none".to_owned();
    }
    let mut by_dimension: Vec<(&str, usize)> = Vec::new();
    for group in &place.groups {
        match by_dimension.iter_mut().find(|(name, _)| *name == group.dimension_label) {
            Some((_, count)) => *count += 1,
            None => by_dimension.push((&group.dimension_label, 1)),
        }
    }
    let words: Vec<String> = by_dimension.iter().map(|(name, count)| format!("{name} ({count})")).collect();
    words.join(", ")
}

fn streets(place: &Place) -> String {
    match &place.streets {
        None => format!("none: walks are straight lines times {}", place.detour),
        Some(streets) => format!(
            "{} stretches between {} junctions, {} km",
            thousands(streets.n_streets() as f64),
            thousands(streets.n_nodes() as f64),
            thousands(streets.length().get() / 1000.0)
        ),
    }
}

fn assets(place: &Place) -> String {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for asset in &place.assets {
        *kinds.entry(&asset.kind).or_default() += 1;
    }
    let mut kinds: Vec<(&str, usize)> = kinds.into_iter().collect();
    kinds.sort_by_key(|(kind, count)| (std::cmp::Reverse(*count), *kind));
    let shown: Vec<String> = kinds.iter().take(12).map(|(kind, count)| format!("{kind} {count}")).collect();
    let more = if kinds.len() > 12 { format!(", and {} more kinds", kinds.len() - 12) } else { String::new() };
    let open = place.assets.iter().filter(|a| a.status == AssetStatus::Open).count();
    let hours = place.assets.iter().filter(|a| matches!(a.opening, Opening::Hours(_))).count();
    let total = place.assets.len();
    if total == 0 {
        return "none".to_owned();
    }
    format!(
        "{}: {}{more}; {} open, {} with opening hours",
        thousands(total as f64),
        shown.join(", "),
        thousands(open as f64),
        thousands(hours as f64)
    )
}

/// Everything `patchwork check` knows, as one JSON object followed by a line break.
///
/// `{usable, place: {…} | null, draft: {…} | null (what could be read in spite of errors), sources: […], tables: […], counts: {error, warning, note}, issues: […]}`; a table
/// is how a table of residents was understood ([`understood::json`]); an issue is
/// `{severity, code, file, row, field, key, problem, remedy}` with `null` for what does not apply.
#[must_use]
pub fn check_json(loaded: &Loaded) -> String {
    let count = |word: &str| loaded.issues.iter().filter(|issue| issue.severity.word() == word).count();
    let value = json!({
        "usable": loaded.place.is_some(),
        "place": loaded.place.as_ref().map(place_json),
        "draft": loaded.draft.as_ref().map(place_json),
        "sources": loaded.place.as_ref().map_or_else(Vec::new, sources_json),
        "tables": loaded.tables.iter().map(understood::json).collect::<Vec<_>>(),
        "counts": { "error": count("error"), "warning": count("warning"), "note": count("note") },
        "issues": issues_json(&loaded.issues),
    });
    format!("{value:#}\n")
}

fn place_json(place: &Place) -> Value {
    let records = |sets: &[RecordSet]| sets.iter().map(|set| set.records).sum::<u64>();
    json!({
        "key": place.key,
        "name": place.name,
        "made_up": place.made_up,
        "crs": format!("EPSG:{}", place.plane.epsg()),
        "residents": place.residents(),
        "zones_unknown": place.unknown_residents().map_or(0, |(zones, _)| zones),
        "residents_unknown_estimate": place.unknown_residents().map(|(_, about)| about.round()),
        "zones": place.zones.len(),
        "patches": place.patches.len(),
        "positions": place.positions.len(),
        "assets": place.assets.len(),
        "groups": place.groups.iter().map(|g| &g.key).collect::<Vec<_>>(),
        "group_keys": place.groups.iter().map(group_json).collect::<Vec<_>>(),
        "street_stretches": place.streets.as_ref().map(|s| s.n_streets()),
        "street_km": place.streets.as_ref().map(|s| (s.length().get() / 1000.0 * 10.0).round() / 10.0),
        "transit_trips": place.transit.as_ref().map(|t| t.timetable.trips.len()),
        "transit_stops": place.transit.as_ref().map(|t| t.stops.len()),
        "transit_first_day": place.transit.as_ref().and_then(|t| Some(t.timetable.days().first()?.to_string())),
        "transit_last_day": place.transit.as_ref().and_then(|t| Some(t.timetable.days().last()?.to_string())),
        "engagement_records": place.engagement.rows(),
        "engagement_records_used": place.engagement.used(),
        "grant_records": records(&place.grants),
        "standards": place.standards.iter().map(|s| &s.key).collect::<Vec<_>>(),
    })
}

fn group_json(group: &crate::place::Group) -> Value {
    json!({ "dimension": group.dimension, "key": group.key, "label": group.label })
}

fn sources_json(place: &Place) -> Vec<Value> {
    let source = |s: &crate::place::Source| {
        json!({
            "file": s.file, "role": s.role, "title": s.title, "licence": s.licence,
            "attribution": s.attribution, "date": s.date.map(|d| d.to_string()), "sha256": s.digest,
        })
    };
    place.sources.iter().map(source).collect()
}

/// An issue as programs read it.
#[derive(Debug, Serialize)]
pub struct IssueJson<'a> {
    severity: &'static str,
    code: &'static str,
    file: &'a str,
    row: Option<u64>,
    field: Option<&'a str>,
    key: Option<&'a str>,
    problem: &'a str,
    remedy: &'a str,
}

/// Issues as programs read them, in the order given.
#[must_use]
pub fn issues_json(issues: &[Issue]) -> Vec<IssueJson<'_>> {
    issues.iter().map(issue_json).collect()
}

fn issue_json(issue: &Issue) -> IssueJson<'_> {
    IssueJson {
        severity: issue.severity.word(),
        code: issue.code.word(),
        file: &issue.at.file,
        row: issue.at.row,
        field: issue.at.field.as_deref(),
        key: issue.at.key.as_deref(),
        problem: &issue.problem,
        remedy: &issue.remedy,
    }
}
