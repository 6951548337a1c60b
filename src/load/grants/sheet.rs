//! Grants in a table with the standard's titles, single (`Beneficiary Location:Name`) or indexed
//! (`Beneficiary Location:0:Name`).

use super::raw::{Raw, Regrant, Spot};
use crate::load::words::plain;
use crate::read::Table;
use std::collections::BTreeMap;

/// Facts that `place.toml` may give another column, and the standard's title of each.
const FACTS: [(&str, &str); 19] = [
    ("id", "Identifier"),
    ("title", "Title"),
    ("description", "Description"),
    ("currency", "Currency"),
    ("amount", "Amount Awarded"),
    ("award_date", "Award Date"),
    ("start_date", "Planned Dates:Start Date"),
    ("end_date", "Planned Dates:End Date"),
    ("months", "Planned Dates:Duration (months)"),
    ("modified", "Last modified"),
    ("regrant", "Regrant Type"),
    ("funder_id", "Funding Org:Identifier"),
    ("funder", "Funding Org:Name"),
    ("recipient_id", "Recipient Org:Identifier"),
    ("recipient", "Recipient Org:Name"),
    ("postcode", "Recipient Org:Postal Code"),
    ("individual", "Recipient Ind:Identifier"),
    ("programme", "Grant Programme:Title"),
    ("scope", "Location Scope"),
];

/// Which column holds what.
pub(super) struct Columns {
    facts: BTreeMap<&'static str, usize>,
    /// Any column about a person who received a grant.
    people: Vec<usize>,
    beneficiaries: Vec<Place>,
    deliveries: Vec<Place>,
    offices: Vec<Place>,
    recipients: Vec<usize>,
}

/// The columns of one location.
#[derive(Default)]
struct Place {
    name: Option<usize>,
    lat: Option<usize>,
    lon: Option<usize>,
    code: Option<usize>,
    kind: Option<usize>,
}

impl Columns {
    /// Finds the columns by the standard's titles, or by those that `place.toml` gives.
    pub(super) fn of(table: &Table, given: &BTreeMap<String, String>) -> Self {
        let titles = table.titles();
        let mut facts = BTreeMap::new();
        for (fact, title) in FACTS {
            let asked = given.get(fact).and_then(|title| table.column(title));
            let single = titles.iter().position(|own| plain(own) == plain(title));
            let indexed = || titles.iter().position(|own| without_index(own) == (plain(title), 0));
            if let Some(column) = asked.or(single).or_else(indexed) {
                facts.insert(fact, column);
            }
        }
        let starts = |column: &usize, with: &str| titles.get(*column).is_some_and(|own| plain(own).starts_with(with));
        let all = || 0..titles.len();
        Self {
            facts,
            people: all().filter(|c| starts(c, "recipientind") && !starts(c, "recipientindividualsdetails")).collect(),
            beneficiaries: places(&titles, "beneficiarylocation"),
            deliveries: places(&titles, "deliverylocation"),
            offices: places(&titles, "recipientorglocation"),
            recipients: all()
                .filter(|c| titles.get(*c).is_some_and(|own| without_index(own).0 == "recipientorgidentifier"))
                .collect(),
        }
    }

    /// Whether the table is about grants at all: it has amounts.
    pub(super) fn has_amounts(&self) -> bool {
        self.facts.contains_key("amount")
    }

    /// The grant of a row.
    pub(super) fn raw(&self, table: &Table, row: usize) -> Raw {
        let fact = |name: &str| self.facts.get(name).and_then(|column| table.text(*column, row)).map(str::to_owned);
        let any = |columns: &[usize]| columns.iter().filter(|column| table.text(**column, row).is_some()).count();
        let individual = any(&self.people) > 0 || fact("individual").is_some();
        let spots = |places: &[Place]| -> Vec<Spot> {
            let spot = |place: &Place| {
                let cell = |column: Option<usize>| column.and_then(|c| table.text(c, row)).map(str::to_owned);
                Spot {
                    name: cell(place.name),
                    lat: cell(place.lat),
                    lon: cell(place.lon),
                    code: cell(place.code),
                    kind: cell(place.kind),
                    postcode: None,
                }
            };
            places.iter().map(spot).filter(|spot| !spot.is_empty()).collect()
        };
        Raw {
            row: table.line(row),
            id: fact("id"),
            title: fact("title").filter(|_| !individual),
            description: fact("description").filter(|_| !individual),
            currency: fact("currency"),
            amount: fact("amount"),
            awarded: fact("award_date"),
            from: fact("start_date"),
            to: fact("end_date"),
            months: fact("months"),
            modified: fact("modified"),
            individual,
            regrant: Regrant::of(fact("regrant").as_deref()),
            funder_id: fact("funder_id"),
            funder: fact("funder"),
            recipient_id: fact("recipient_id").filter(|_| !individual),
            recipient: fact("recipient").filter(|_| !individual),
            postcode: fact("postcode").filter(|_| !individual),
            recipients: any(&self.recipients),
            programme: fact("programme"),
            scope: fact("scope"),
            beneficiaries: spots(&self.beneficiaries),
            deliveries: spots(&self.deliveries),
            offices: spots(&self.offices),
        }
    }
}

/// The names of facts that `place.toml` may give a column.
pub(super) fn facts() -> impl Iterator<Item = &'static str> {
    FACTS.iter().map(|(fact, _)| *fact)
}

/// A title without its index, compared by letters, and the index: `A:1:B` is (`ab`, 1).
fn without_index(title: &str) -> (String, usize) {
    let mut index = 0;
    let mut words = String::new();
    for part in title.split([':', '/']) {
        match part.trim().parse::<usize>() {
            Ok(number) => index = number,
            Err(_) => words.push_str(&plain(part)),
        }
    }
    (words, index)
}

/// The locations whose titles begin so, by index.
fn places(titles: &[&str], stem: &str) -> Vec<Place> {
    let mut found: BTreeMap<usize, Place> = BTreeMap::new();
    for (column, title) in titles.iter().enumerate() {
        let (words, index) = without_index(title);
        let Some(rest) = words.strip_prefix(stem) else { continue };
        let place = found.entry(index).or_default();
        let slot = match rest {
            "name" => &mut place.name,
            "latitude" => &mut place.lat,
            "longitude" => &mut place.lon,
            "geographiccode" | "geocode" => &mut place.code,
            "geographiccodetype" | "geocodetype" => &mut place.kind,
            _ => continue,
        };
        slot.get_or_insert(column);
    }
    found.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indexed_titles_are_told_from_single_ones() {
        assert_eq!(
            without_index("Beneficiary Location:1:Geographic Code"),
            ("beneficiarylocationgeographiccode".into(), 1)
        );
        assert_eq!(without_index("Award Date"), ("awarddate".into(), 0));
        let titles = ["Beneficiary Location:0:Name", "Beneficiary Location:1:Name", "Beneficiary Location:1:Latitude"];
        assert_eq!(places(&titles, "beneficiarylocation").len(), 2);
    }
}
