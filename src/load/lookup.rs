//! From the zones of a table to the zones of the place, with nobody lost on the way.

use super::desk::{Ask, Desk};
use super::headers;
use super::manifest::{LookupSection, Provenance};
use super::words::{counted, key_form, some_of};
use crate::place::{Code, Issue, People, Span, Where};
use crate::read::{Cell, Options, Table};
use std::collections::{BTreeMap, HashMap};

/// Which zones of an older table are which zones of this place.
#[derive(Debug, Default)]
pub(super) struct Lookup {
    /// Keys of the older zones that reach this place, in compared form, sorted.
    pub(super) sources: Vec<String>,
    /// For each of them, what it became; sorted by key.
    links: Vec<Vec<Link>>,
}

/// One zone that an older zone became.
#[derive(Debug, Clone, PartialEq)]
struct Link {
    /// The zone; `None` when it lies outside this place.
    zone: Option<usize>,
    /// Share or weight of the pair, where the lookup gives it.
    weight: Option<f64>,
}

/// What a zone of the place gets from one older zone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Piece {
    /// Index into [`Lookup::sources`].
    pub(super) source: usize,
    /// Weight of the pair, where the lookup gives it.
    pub(super) weight: Option<f64>,
    /// How many zones the older zone became.
    pub(super) siblings: usize,
}

impl Lookup {
    /// Reads a lookup for a place whose zones are `zones` (compared form of the key → index).
    pub(super) fn read(desk: &mut Desk<'_>, section: &LookupSection, zones: &HashMap<String, usize>) -> Option<Self> {
        let about = Provenance::default();
        let ask = Ask { role: "lookup", written: &section.file, options: Options::default(), about: &about };
        let table = desk.table(ask)?;
        let columns = (|| {
            let from = headers::named(&table, &section.from, "from")?;
            let to = headers::named(&table, &section.to, "to")?;
            let weight = section.weight.as_deref().map(|title| headers::named(&table, title, "weight")).transpose()?;
            Ok((from, to, weight))
        })();
        let (from, to, weight) = match columns {
            Ok(columns) => columns,
            Err(issue) => {
                desk.issues.push(issue);
                return None;
            }
        };
        let lookup = Self::from_table(&table, from, to, weight, zones);
        lookup.note_unmatched(&table, &section.to, zones, desk);
        (!lookup.sources.is_empty()).then_some(lookup)
    }

    fn from_table(
        table: &Table,
        from: usize,
        to: usize,
        weight: Option<usize>,
        zones: &HashMap<String, usize>,
    ) -> Self {
        let mut pairs: BTreeMap<String, BTreeMap<String, Option<f64>>> = BTreeMap::new();
        for row in 0..table.rows() {
            let (Some(old), Some(new)) = (table.text(from, row), table.text(to, row)) else { continue };
            let weight = weight.and_then(|column| match table.number(column, row) {
                Cell::Number(weight) if weight >= 0.0 => Some(weight),
                _ => None,
            });
            pairs.entry(key_form(old)).or_default().insert(key_form(new), weight);
        }
        Self::from_pairs(pairs, zones)
    }

    fn from_pairs(pairs: BTreeMap<String, BTreeMap<String, Option<f64>>>, zones: &HashMap<String, usize>) -> Self {
        let mut lookup = Self::default();
        for (old, targets) in pairs {
            let links: Vec<Link> =
                targets.into_iter().map(|(new, weight)| Link { zone: zones.get(&new).copied(), weight }).collect();
            if links.iter().any(|link| link.zone.is_some()) {
                lookup.sources.push(old);
                lookup.links.push(links);
            }
        }
        lookup
    }

    fn note_unmatched(&self, table: &Table, to: &str, zones: &HashMap<String, usize>, desk: &mut Desk<'_>) {
        let reached: std::collections::HashSet<usize> =
            self.links.iter().flatten().filter_map(|link| link.zone).collect();
        let mut missing: Vec<&str> =
            zones.iter().filter(|(_, i)| !reached.contains(i)).map(|(key, _)| key.as_str()).collect();
        missing.sort_unstable();
        if missing.is_empty() {
            return;
        }
        let at = Where::file(table.file()).field(to);
        if self.sources.is_empty() {
            let problem = format!("No value of the column \"{to}\" is the key of a zone of this place");
            desk.issues.push(Issue::error(
                Code::LookupUnmatched,
                at,
                problem,
                "Check that `from` and `to` are the right way round",
            ));
            return;
        }
        let verb = if missing.len() == 1 { "is" } else { "are" };
        let problem = format!(
            "{} of this place {verb} not in the lookup: {}",
            counted(missing.len(), "zone", "zones"),
            some_of(&missing)
        );
        desk.issues.push(Issue::warning(
            Code::LookupUnmatched,
            at,
            problem,
            "They get nothing through it; use a complete lookup",
        ));
    }

    /// Brings a count from the older zones to this place's.
    ///
    /// An older zone that became several is shared among them by the weights of the lookup, else by the
    /// residents already known there, else equally. The parts of every older zone sum to its count to
    /// the last bit. A zone that gets a part of an unknown count is unknown.
    pub(super) fn spread(&self, counts: &[Option<f64>], residents: &[Option<f64>]) -> Vec<Option<f64>> {
        let mut sums: Vec<Option<f64>> = vec![None; residents.len()];
        let mut unknown = vec![false; residents.len()];
        for (links, count) in self.links.iter().zip(counts) {
            let spans = Span::in_proportion(&weights(links, residents));
            for (link, span) in links.iter().zip(spans) {
                match (link.zone, count) {
                    (Some(zone), Some(count)) => {
                        *sums[zone].get_or_insert(0.0) += span.of(People::round(*count));
                    }
                    (Some(zone), None) => unknown[zone] = true,
                    (None, _) => {}
                }
            }
        }
        sums.into_iter().zip(unknown).map(|(sum, unknown)| if unknown { None } else { sum }).collect()
    }

    /// For each zone of the place, the older zones it came from.
    pub(super) fn pieces(&self, n_zones: usize) -> Vec<Vec<Piece>> {
        let mut pieces = vec![Vec::new(); n_zones];
        for (source, links) in self.links.iter().enumerate() {
            for link in links {
                if let Some(zone) = link.zone {
                    pieces[zone].push(Piece { source, weight: link.weight, siblings: links.len() });
                }
            }
        }
        pieces
    }
}

fn weights(links: &[Link], residents: &[Option<f64>]) -> Vec<f64> {
    if let Some(given) = links.iter().map(|link| link.weight).collect::<Option<Vec<f64>>>()
        && given.iter().sum::<f64>() > 0.0
    {
        return given;
    }
    let known: Option<Vec<f64>> = links.iter().map(|link| residents.get(link.zone?).copied().flatten()).collect();
    known.unwrap_or_else(|| vec![1.0; links.len()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lookup(pairs: &[(&str, &str, Option<f64>)], zones: &[&str]) -> Lookup {
        let mut map: BTreeMap<String, BTreeMap<String, Option<f64>>> = BTreeMap::new();
        for (old, new, weight) in pairs {
            map.entry((*old).to_owned()).or_default().insert((*new).to_owned(), *weight);
        }
        Lookup::from_pairs(map, &zones.iter().enumerate().map(|(i, z)| ((*z).to_owned(), i)).collect())
    }

    #[test]
    fn a_split_zone_is_shared_by_the_residents_already_known() {
        let lookup = lookup(&[("OLD", "A", None), ("OLD", "B", None)], &["A", "B"]);
        assert_eq!(lookup.spread(&[Some(90.0)], &[Some(100.0), Some(200.0)]), [Some(30.0), Some(60.0)]);
        assert_eq!(lookup.spread(&[Some(90.0)], &[None, Some(200.0)]), [Some(45.0), Some(45.0)]);
        assert_eq!(lookup.spread(&[None], &[None, None]), [None, None]);
    }

    #[test]
    fn the_part_beyond_the_border_stays_there() {
        let lookup = lookup(&[("OLD", "A", Some(0.25)), ("OLD", "ELSEWHERE", Some(0.75))], &["A"]);
        assert_eq!(lookup.spread(&[Some(100.0)], &[None]), [Some(25.0)]);
    }

    #[test]
    fn merged_zones_are_summed_and_unreached_ones_unknown() {
        let lookup = lookup(&[("O1", "A", None), ("O2", "A", None)], &["A", "B"]);
        assert_eq!(lookup.spread(&[Some(10.0), Some(5.0)], &[None, None]), [Some(15.0), None]);
    }

    proptest! {
        #[test]
        fn nobody_is_lost_between_the_old_zones_and_the_new(
            links in prop::collection::vec((0usize..6, 0usize..8), 1..30),
            counts in prop::collection::vec(0u32..100_000, 6),
            known in prop::collection::vec(prop::option::of(0.0f64..5_000.0), 8),
        ) {
            let names: Vec<String> = (0..8).map(|i| format!("N{i}")).collect();
            let zones: Vec<&str> = names.iter().map(String::as_str).collect();
            let olds: Vec<String> = (0..6).map(|i| format!("O{i}")).collect();
            let pairs: Vec<(&str, &str, Option<f64>)> = links.iter().map(|(o, n)| (olds[*o].as_str(), zones[*n], None)).collect();
            let lookup = lookup(&pairs, &zones);
            let given: Vec<Option<f64>> =
                lookup.sources.iter().map(|s| Some(f64::from(counts[s[1..].parse::<usize>().expect("a digit")]))).collect();
            let out = lookup.spread(&given, &known);
            prop_assert_eq!(out.iter().flatten().sum::<f64>(), given.iter().flatten().sum::<f64>());
        }
    }
}
