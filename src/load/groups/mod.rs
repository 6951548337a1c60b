//! Residents by group per zone, from tables wide and long, and from the boundary file itself.

mod ages;
mod alone;
mod breakdown;
mod by_age;
mod categories;
mod choose;
mod doubts;
mod family;
mod label;
mod made;
mod parts;
mod reading;
mod rows;
mod shares;
mod sums;
mod tally;
mod told;
mod understand;
mod vocabulary;

use super::areas::{self, Area};
use super::desk::{Ask, Desk};
use super::headers;
use super::lookup::Lookup;
use super::manifest::{GroupsSection, Provenance, ZonesSection};
use super::words::{counted, figure, key_form, slug, some_of, spoken};
use crate::place::{Code, Group, Issue, People, Where, estimate};
use crate::read::{Cell, Options, Table};
use crate::units::WalkingSpeed;
use categories::{Plan, Unknown};
use reading::{Said, Understanding};
use std::collections::{HashMap, HashSet};
use tally::Tally;

/// Residents of every zone, in the order of the zones.
#[derive(Debug, Clone, Default)]
pub(super) struct Counted {
    /// The groups, in the order of `place.toml`.
    pub(super) groups: Vec<Group>,
    /// For each group, its members in each zone; `None` where unknown.
    pub(super) members: Vec<Vec<Option<f64>>>,
    /// Everybody in each zone; `None` where unknown.
    pub(super) totals: Vec<Option<f64>>,
}

/// Reads who lives in the zones.
pub(super) fn read(
    desk: &mut Desk<'_>,
    zones: &[Area],
    zone_table: &Table,
    zone_section: &ZonesSection,
    sections: &[GroupsSection],
) -> Counted {
    let mut counted = Counted { totals: vec![None; zones.len()], ..Counted::default() };
    let from_zones = read_properties(desk, &mut counted, zones, zone_table, zone_section);
    let chosen = sections.iter().position(|section| section.residents == Some(true)).or_else(|| {
        let first = sections.iter().position(|section| section.residents != Some(false));
        if from_zones { None } else { first }
    });
    // The table with the residents comes first: later lookups share by the residents known.
    let order = chosen.into_iter().chain((0..sections.len()).filter(|i| Some(*i) != chosen));
    let mut read: Vec<Option<Vec<(Group, Vec<Option<f64>>)>>> = sections.iter().map(|_| None).collect();
    for i in order {
        let known = counted.totals.clone();
        let is_residents = Some(i) == chosen;
        let Some((groups, totals)) = read_section(desk, &sections[i], zones, &known, is_residents) else { continue };
        if Some(i) == chosen {
            counted.totals = totals;
        } else {
            compare_totals(desk, &sections[i].file, &counted.totals, &totals);
        }
        read[i] = Some(groups);
    }
    let mut taken: HashSet<String> = counted.groups.iter().map(|group| group.key.clone()).collect();
    for (mut group, members) in read.into_iter().flatten().flatten() {
        group.key = unused(&group.key, &group.dimension, &taken);
        taken.insert(group.key.clone());
        counted.groups.push(group);
        counted.members.push(members);
    }
    note_without_residents(desk, zones, &counted.totals, chosen.is_some() || from_zones, zone_table);
    counted
}

/// A key that no other group has.
fn unused(key: &str, dimension: &str, taken: &HashSet<String>) -> String {
    let first = if key.is_empty() { slug(dimension, '_') } else { key.to_owned() };
    let second = format!("{}_{first}", slug(dimension, '_'));
    let numbered = (2..).map(|n| format!("{second}_{n}"));
    let mut candidates = [first, second.clone()].into_iter().chain(numbered);
    candidates.find(|key| !taken.contains(key)).unwrap_or(second)
}

/// Residents and groups that the boundary file has as properties; whether it has the residents.
fn read_properties(
    desk: &mut Desk<'_>,
    counted: &mut Counted,
    zones: &[Area],
    table: &Table,
    section: &ZonesSection,
) -> bool {
    let mut column = |title: &str, field: &str| match headers::named(table, title, field) {
        Ok(column) => Some(column),
        Err(issue) => {
            desk.issues.push(issue);
            None
        }
    };
    let residents = section.residents.as_deref().and_then(|title| column(title, "residents"));
    let groups: Vec<(&String, &String, usize)> =
        section.groups.iter().filter_map(|(key, title)| Some((key, title, column(title, "groups")?))).collect();
    let mut count = |column: usize| -> Vec<Option<f64>> {
        let mut unknown: Vec<&str> = Vec::new();
        let values = zones
            .iter()
            .map(|zone| match table.number(column, zone.row) {
                Cell::Number(n) if (0.0..1e10).contains(&n) => Some(People::round(n)),
                _ => {
                    unknown.push(&zone.key);
                    None
                }
            })
            .collect();
        if !unknown.is_empty() {
            let at = Where::file(table.file()).field(table.titles()[column]);
            let problem =
                format!("{} no usable count: {}", counted_zones(unknown.len(), "has", "have"), some_of(&unknown));
            desk.issues.push(Issue::warning(Code::UnknownCount, at, problem, "It is taken as unknown, not as zero"));
        }
        values
    };
    if let Some(column) = residents {
        counted.totals = count(column);
    }
    for (key, title, column) in groups {
        counted.members.push(count(column));
        counted.groups.push(Group {
            key: slug(key, '_'),
            label: spoken(title),
            dimension: "group".to_owned(),
            dimension_label: "Group".to_owned(),
            speed: None,
        });
    }
    residents.is_some()
}

fn counted_zones(n: usize, one: &str, many: &str) -> String {
    if n == 1 { format!("1 zone {one}") } else { format!("{n} zones {many}") }
}

type GroupCounts = Vec<(Group, Vec<Option<f64>>)>;

/// The groups of one table, and everybody, per zone of the place.
fn read_section(
    desk: &mut Desk<'_>,
    section: &GroupsSection,
    zones: &[Area],
    known: &[Option<f64>],
    is_residents: bool,
) -> Option<(GroupCounts, Vec<Option<f64>>)> {
    // A file may well hold several dimensions; the same section twice makes the same groups.
    let what = GroupsSection { file: String::new(), residents: None, source: Provenance::default(), ..section.clone() };
    if desk.named_twice("groups", &section.file, &format!("{what:?}")) {
        return None;
    }
    let options = Options { layer: section.sheet.as_deref(), ..Options::default() };
    let table = desk.table(Ask { role: "groups", written: &section.file, options, about: &section.source })?;
    let ours = areas::by_key(zones);
    let lookup = match &section.lookup {
        Some(asked) => Some(Lookup::read(desk, asked, &ours)?),
        None => None,
    };
    let keys = match &lookup {
        Some(lookup) => lookup.sources.iter().cloned().enumerate().map(|(i, key)| (key, i)).collect(),
        None => ours,
    };
    let mut tally = tally::read(&table, section, &keys, &mut desk.issues)?;
    note_coverage(desk, &table, &tally, &keys, section.lookup.is_some());
    let said = Said {
        dimension: &section.dimension,
        total: section.total.as_deref(),
        leave_out: &section.leave_out,
        year: section.year,
        groups: &section.groups,
        residents: is_residents,
        wide: tally.long.is_none(),
    };
    let understanding = match understand::understand(said, &tally.labels, &tally.counts, &tally.percentages) {
        Ok(understanding) => understanding,
        Err(unknown) => {
            desk.issues.push(unknown_category(&table, &unknown, &tally));
            return None;
        }
    };
    let left: Vec<usize> = understanding.left.iter().map(|(column, _)| *column).collect();
    tally.doubts.forget(&left);
    std::mem::take(&mut tally.doubts).report(&table, &mut desk.issues);
    if total_beside(section, &table, &tally) {
        let at = Where::file(table.file()).field("total");
        let problem = format!(
            "\"{}\" is a column beside the counts, not a category",
            section.total.as_deref().unwrap_or_default()
        );
        desk.issues.push(Issue::note(Code::TotalColumn, at, problem, "Everybody is the sum of the categories instead"));
    }
    let mut understood = told::of(section, &tally, &understanding, is_residents);
    tell(desk, &section.file, &understanding);
    let stop = !understanding.questions.is_empty();
    let counts = match &lookup {
        Some(lookup) => tally.counts.iter().map(|counts| lookup.spread(counts, known)).collect(),
        None => tally.counts,
    };
    let totals = everybody(&understanding.plan, &counts, zones.len());
    let groups = make_groups(desk, section, understanding.plan, &counts, zones.len());
    told::finish(&mut understood, &groups, &totals, zones.len());
    desk.understood.push(understood);
    (!stop).then_some((groups, totals))
}

/// Everybody and the groups of one table, by key, for a place that takes its residents from it.
pub(super) fn read_one(
    desk: &mut Desk<'_>,
    section: &GroupsSection,
    zones: &[Area],
) -> Option<(Vec<Option<f64>>, Vec<(String, Vec<Option<f64>>)>)> {
    let (groups, totals) = read_section(desk, section, zones, &vec![None; zones.len()], true)?;
    Some((totals, groups.into_iter().map(|(group, members)| (group.key, members)).collect()))
}

/// Puts what was asked and what should be known among the issues.
fn tell(desk: &mut Desk<'_>, file: &str, understanding: &Understanding) {
    for question in &understanding.questions {
        let issue = Issue::error(question.code, Where::file(file), &question.problem, &question.remedy);
        desk.issues.push(issue);
    }
    for warning in &understanding.warnings {
        let issue = Issue::warning(warning.code, Where::file(file), &warning.problem, &warning.remedy);
        desk.issues.push(issue);
    }
}

/// Whether `total` names a column of a long table rather than a category.
fn total_beside(section: &GroupsSection, table: &Table, tally: &Tally) -> bool {
    tally.long.is_some()
        && section
            .total
            .as_deref()
            .is_some_and(|total| table.column(total).is_some() && !tally.labels.iter().any(|label| label == total))
}

fn unknown_category(table: &Table, unknown: &Unknown, tally: &Tally) -> Issue {
    let at = Where::file(table.file()).field("groups");
    let problem = format!("place.toml asks for the category \"{}\", which the file does not have", unknown.0);
    let labels = tally.labels.iter().map(|label| categories::clean(label)).collect::<Vec<_>>().join("; ");
    Issue::error(Code::CategoryMissing, at, problem, format!("Its categories are: {labels}"))
}

/// Everybody in each zone: the total where it is known, else the sum of the parts.
fn everybody(plan: &Plan, counts: &[Vec<Option<f64>>], n_zones: usize) -> Vec<Option<f64>> {
    (0..n_zones)
        .map(|zone| plan.total.and_then(|total| counts[total][zone]).or_else(|| sum(&plan.whole, counts, zone)))
        .collect()
}

/// The sum of some categories in a zone; unknown when one of them is.
fn sum(members: &[usize], counts: &[Vec<Option<f64>>], zone: usize) -> Option<f64> {
    if members.is_empty() {
        return None;
    }
    members.iter().map(|&category| counts[category][zone]).sum()
}

fn make_groups(
    desk: &mut Desk<'_>,
    section: &GroupsSection,
    plan: Plan,
    counts: &[Vec<Option<f64>>],
    n_zones: usize,
) -> GroupCounts {
    let mut speeds: HashMap<&str, f64> =
        section.walking_speed_kmh.iter().map(|(key, speed)| (key.as_str(), *speed)).collect();
    let dimension_label = section.label.clone().unwrap_or_else(|| spoken(&section.dimension));
    let mut made = Vec::new();
    for part in plan.groups {
        let key = part.key.unwrap_or_else(|| slug(&part.label, '_'));
        let speed = speeds.remove(key.as_str()).and_then(|speed| {
            let usable = WalkingSpeed::from_km_per_h(speed);
            if usable.is_none() {
                let at = Where::file("place.toml").field("walking_speed_kmh").key(&key);
                let problem = format!("A walking speed of {speed} km/h is not possible");
                desk.issues.push(Issue::error(
                    Code::SpeedImpossible,
                    at,
                    problem,
                    "Write a number above 0 and at most 20",
                ));
            }
            usable
        });
        let label = section.labels.get(&key).cloned().unwrap_or(part.label);
        let members = (0..n_zones).map(|zone| sum(&part.members, counts, zone)).collect();
        let dimension = section.dimension.clone();
        made.push((Group { key, label, dimension, dimension_label: dimension_label.clone(), speed }, members));
    }
    let mut left: Vec<&str> = speeds.into_keys().chain(section.labels.keys().map(String::as_str)).collect();
    left.retain(|key| !made.iter().any(|(group, _)| group.key == *key));
    left.sort_unstable();
    for key in left {
        let known: Vec<&str> = made.iter().map(|(group, _)| group.key.as_str()).collect();
        let at = Where::file("place.toml").field("groups").key(key);
        let problem =
            format!("place.toml gives a label or a speed to the group \"{key}\", which {} does not have", section.file);
        desk.issues.push(Issue::warning(
            Code::GroupUnknown,
            at,
            problem,
            format!("The groups are {}", some_of(&known)),
        ));
    }
    made
}

/// Zones of the place that a table lacks, and zones of the table that the place lacks.
fn note_coverage(desk: &mut Desk<'_>, table: &Table, tally: &Tally, keys: &HashMap<String, usize>, has_lookup: bool) {
    let mut missing: Vec<&str> =
        keys.iter().filter(|(_, slot)| !tally.seen[**slot]).map(|(key, _)| key.as_str()).collect();
    missing.sort_unstable();
    let at = Where::file(table.file());
    if !missing.is_empty() {
        let problem = format!(
            "{} not in this table: {}",
            counted(missing.len(), "zone of the place is", "zones of the place are"),
            some_of(&missing)
        );
        desk.issues.push(Issue::warning(
            Code::ZoneMissing,
            at.clone(),
            problem,
            if tally.elsewhere > 0 && !has_lookup {
                "Their residents are unknown here, which is not the same as none; if the table is on zones of another \
                 year, add lookup = { file = \"…\", from = \"…\", to = \"…\" } to its section, else use a table that has them"
            } else {
                "Their residents are unknown here, which is not the same as none; use a table that has them"
            },
        ));
    }
    if tally.elsewhere > 0 {
        let problem = format!(
            "{} not in this place",
            counted(tally.elsewhere, "area of this table is", "areas of this table are")
        );
        desk.issues.push(Issue::note(Code::ZoneElsewhere, at, problem, "Left out; nothing needs to be done"));
    }
}

/// Tells by how much another table's everybody differs: census tables are perturbed one by one.
fn compare_totals(desk: &mut Desk<'_>, file: &str, chosen: &[Option<f64>], other: &[Option<f64>]) {
    let (mut sum, mut other_sum, mut zones) = (0.0, 0.0, 0);
    for (a, b) in chosen.iter().zip(other) {
        if let (Some(a), Some(b)) = (a, b) {
            sum += a;
            other_sum += b;
            zones += usize::from(a != b);
        }
    }
    if zones > 0 {
        let problem = format!(
            "This table counts {} residents where the chosen one counts {}, and differs in {}",
            figure(other_sum),
            figure(sum),
            counted(zones, "zone", "zones")
        );
        let remedy = "Published tables are perturbed or of different dates; shares of this table's groups are of the chosen residents";
        desk.issues.push(Issue::note(Code::TotalsDiffer, Where::file(file), problem, remedy));
    }
}

fn note_without_residents(desk: &mut Desk<'_>, zones: &[Area], totals: &[Option<f64>], asked: bool, table: &Table) {
    if !asked {
        let problem = "Nothing says how many people live in the zones";
        let remedy = format!(
            "Add a [[groups]] table, or residents = \"…\" under [zones] with one of: {}",
            table.titles().join(", ")
        );
        desk.issues.push(Issue::error(
            Code::ResidentsMissing,
            Where::file("place.toml").field("[[groups]]"),
            problem,
            remedy,
        ));
        return;
    }
    let unknown: Vec<&str> =
        zones.iter().zip(totals).filter(|(_, total)| total.is_none()).map(|(zone, _)| zone.key.as_str()).collect();
    if unknown.len() == zones.len() && !zones.is_empty() {
        if desk.issues.any_error() {
            return;
        }
        let problem = "No zone has a known number of residents";
        desk.issues.push(Issue::error(
            Code::ResidentsMissing,
            Where::file("place.toml").field("[[groups]]"),
            problem,
            "Mend what is said of the tables",
        ));
    } else if !unknown.is_empty() {
        let about = estimate(zones.iter().zip(totals).map(|(zone, total)| (zone.centre, *total)));
        let problem = format!(
            "{} no known number of residents, about {} people going by the zones around (an estimate): {}",
            counted_zones(unknown.len(), "has", "have"),
            figure((about / 10.0).round() * 10.0),
            some_of(&unknown)
        );
        desk.issues.push(Issue::warning(
            Code::ResidentsUnknown,
            Where::file(table.file()),
            problem,
            "They are in no sum or share, and stand as unknown in every layer; a table on zones of another year \
             needs a lookup",
        ));
    }
}

/// The index of a key among the zones: the text as it stands, or the one code in it, as in
/// `E01000001 : Toyborough 001A`.
pub(super) fn zone_of(keys: &HashMap<String, usize>, text: &str) -> Option<usize> {
    if let Some(slot) = keys.get(text).or_else(|| keys.get(&key_form(text))) {
        return Some(*slot);
    }
    // A key inside other words must look like a code: short keys are words of their own.
    const LEAST: usize = 6;
    if text.len() <= LEAST || text.to_lowercase().contains("total") {
        return None;
    }
    let mut found = None;
    for token in text.split(|c: char| !c.is_ascii_alphanumeric()) {
        if token.len() < LEAST || !token.bytes().any(|b| b.is_ascii_digit()) {
            continue;
        }
        if let Some(slot) = keys.get(&key_form(token)) {
            if found.is_some_and(|earlier| earlier != *slot) {
                return None;
            }
            found = Some(*slot);
        }
    }
    found
}
