//! Which column of an asset file is which fact.

use crate::load::desk::nearest;
use crate::load::headers;
use crate::load::manifest::AssetsSection;
use crate::load::words::plain;
use crate::place::{Code, Issue, Where};
use crate::read::Table;
use std::collections::HashSet;

/// The columns of an asset file.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub(super) key: Option<usize>,
    pub(super) name: Option<usize>,
    pub(super) kind: Option<usize>,
    pub(super) status: Option<usize>,
    pub(super) opens_on: Option<usize>,
    pub(super) closes_on: Option<usize>,
    pub(super) opening_hours: Option<usize>,
    /// Monday first.
    pub(super) days: [Option<usize>; 7],
    pub(super) capacity: Option<usize>,
    pub(super) step_free: Option<usize>,
    pub(super) last_checked: Option<usize>,
    pub(super) address: Vec<usize>,
    pub(super) postcode: Option<usize>,
    /// Columns of notes, which may say that it is shut.
    pub(super) notes: Vec<usize>,
}

const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Facts and the titles that are recognised for them, compared by letters and digits.
const FACTS: &[(&str, &[&str])] = &[
    (
        "name",
        &[
            "name",
            "title",
            "assetname",
            "libraryname",
            "propertyname",
            "sitename",
            "organisationname",
            "distname",
            "pharmacyname",
            "commonname",
            "communityhub",
            "hub",
            "hubname",
            "venue",
            "venuename",
            "centrename",
            "schoolname",
            "servicename",
            "facilityname",
            "buildingname",
            "community_hub",
        ],
    ),
    (
        "status",
        &[
            "status",
            "assetstatus",
            "operationalstatus",
            "organisationstatus",
            "openstatus",
            "establishmentstatusname",
            "establishmentstatus",
            "registrationstatus",
            "locationstatus",
            "businessstatus",
            "currentstatus",
            "openingstatus",
            "openclosed",
            "openorclosed",
            "charityregistrationstatus",
            "companystatus",
        ],
    ),
    (
        "opens_on",
        &["openson", "openingdate", "opendate", "dateopened", "openedon", "yearopened", "opened", "startdate"],
    ),
    (
        "closes_on",
        &[
            "closeson",
            "closingdate",
            "closedate",
            "dateclosed",
            "closedon",
            "yearclosed",
            "closuredate",
            "closed",
            "enddate",
        ],
    ),
    ("opening_hours", &["openinghours", "openingtimes", "opening", "hours", "openhours", "timesopen"]),
    ("capacity", &["capacity", "places", "seats", "maxcapacity"]),
    (
        "step_free",
        &[
            "stepfree",
            "wheelchair",
            "stepfreeaccess",
            "wheelchairaccess",
            "wheelchairaccessible",
            "accessible",
            "levelaccess",
        ],
    ),
    (
        "last_checked",
        &["lastchecked", "checkdate", "checked", "lastverified", "verifiedon", "assureddate", "surveydate"],
    ),
    ("address", &["address", "fulladdress", "streetaddress", "siteaddress"]),
    ("postcode", &["postcode", "postalcode", "pcds", "pcd", "postcodes", "sitepostcode"]),
];

/// Titles of keys. The first two are keys by their name; the others only when their values differ.
const KEYS: &[&str] = &[
    "key",
    "id",
    "assetid",
    "assetkey",
    "ref",
    "reference",
    "assetcode",
    "uprn",
    "uniquepropertyreferencenumber",
    "uniquereferencenumber",
    "urn",
    "osmid",
    "atcocode",
    "cqcid",
    "odscode",
    "organisationcode",
    "organisationdataservicecode",
    "organisationid",
    "siteid",
    "libraryid",
    "placeid",
    "globalid",
];

pub(super) const KINDS: &[&str] =
    &["kind", "category", "type", "assettype", "kindofasset", "classification", "classifica", "typeofasset"];

/// Titles of notes in words.
const NOTES: &[&str] = &[
    "notes",
    "note",
    "comments",
    "comment",
    "remarks",
    "description",
    "additionalinformation",
    "additionalinfo",
    "furtherinformation",
    "information",
    "details",
    "statusnotes",
    "closurenotes",
];

const ADDRESS_PARTS: &[&str] =
    &["address1", "address2", "address3", "streetnumber", "streetname", "street", "posttown", "town", "city"];

impl Columns {
    /// The columns that `place.toml` names, and for every other fact the one that is recognised.
    pub(super) fn of(table: &Table, section: &AssetsSection) -> Result<Self, Issue> {
        check_facts(section)?;
        let named = |fact: &str| section.columns.get(fact).map(|title| headers::named(table, title, fact)).transpose();
        let fact = |fact: &str| -> Result<Option<usize>, Issue> {
            let titles = FACTS.iter().find(|(name, _)| *name == fact).map_or(&[][..], |(_, titles)| titles);
            Ok(named(fact)?.or_else(|| headers::any_of(table, titles)))
        };
        let kind = match (&section.kind_field, &section.kind) {
            (Some(title), _) => Some(headers::named(table, title, "kind_field")?),
            (None, None) => headers::any_of(table, KINDS),
            (None, Some(_)) => None,
        };
        let address = match fact("address")? {
            Some(column) => vec![column],
            None => ADDRESS_PARTS.iter().filter_map(|title| headers::any_of(table, &[title])).collect(),
        };
        let mut days = [None; 7];
        for (day, name) in DAYS.iter().enumerate() {
            days[day] = named(name)?.or_else(|| day_column(table, name));
        }
        Ok(Self {
            key: named("key")?.or_else(|| key_column(table)),
            name: fact("name")?.or_else(|| other_name(table)),
            kind,
            status: fact("status")?.or_else(|| other_status(table)),
            opens_on: fact("opens_on")?,
            closes_on: fact("closes_on")?,
            opening_hours: match named("opening_hours")? {
                Some(column) => Some(column),
                None => fact("opening_hours")?.filter(|column| !counts_hours(table, *column)),
            },
            days,
            capacity: fact("capacity")?,
            step_free: fact("step_free")?,
            last_checked: fact("last_checked")?,
            address,
            postcode: fact("postcode")?,
            notes: NOTES.iter().filter_map(|title| headers::any_of(table, &[title])).collect(),
        })
    }
}

/// Every fact named in `columns` must be one that an asset has.
fn check_facts(section: &AssetsSection) -> Result<(), Issue> {
    let known: Vec<&str> = FACTS.iter().map(|(fact, _)| *fact).chain(["key", "x", "y"]).chain(DAYS).collect();
    for fact in section.columns.keys() {
        if !known.contains(&fact.as_str()) {
            let hint = nearest(fact, known.iter().copied())
                .map_or_else(String::new, |near| format!("Did you mean \"{near}\"? "));
            let at = Where::file("place.toml").field(format!("columns.{fact}"));
            let problem = format!("An asset has no fact \"{fact}\"");
            return Err(Issue::error(
                Code::FactUnknown,
                at,
                problem,
                format!("{hint}Known facts: {}", known.join(", ")),
            ));
        }
    }
    Ok(())
}

fn key_column(table: &Table) -> Option<usize> {
    if let Some(column) = headers::any_of(table, &KEYS[..2]) {
        return Some(column);
    }
    KEYS[2..].iter().filter_map(|title| headers::any_of(table, &[title])).find(|&column| {
        let values: Vec<&str> = (0..table.rows()).filter_map(|row| table.text(column, row)).collect();
        let distinct: HashSet<&str> = values.iter().copied().collect();
        !values.is_empty() && distinct.len() == values.len() && values.len() * 10 >= table.rows() * 9
    })
}

/// A column such as `Library name` that names the asset, not its area, owner or street.
fn other_name(table: &Table) -> Option<usize> {
    const NOT: &[&str] = &[
        "area", "la", "lad", "ward", "street", "parent", "org", "borough", "district", "file", "user", "local",
        "county",
    ];
    table.titles().iter().position(|title| {
        let form = plain(title);
        form.strip_suffix("name").is_some_and(|stem| !NOT.iter().any(|not| stem.starts_with(not)))
    })
}

/// Whether a column titled `hours` counts how many there are in a week.
fn counts_hours(table: &Table, column: usize) -> bool {
    let cells = || (0..table.rows()).filter_map(|row| table.text(column, row));
    let numbers = cells().filter(|cell| cell.parse::<f64>().is_ok()).count();
    numbers > 0 && numbers * 2 >= cells().count()
}

/// A column such as `School status` whose words are mostly those of use.
fn other_status(table: &Table) -> Option<usize> {
    let day = chrono::NaiveDate::default();
    const OF_USE: &[&str] = &["open", "isopen", "active", "isactive", "inuse", "operational", "currentlyopen"];
    let titles: Vec<String> = table.titles().iter().map(|title| plain(title)).collect();
    let may = |column: &usize| titles[*column].contains("status") || OF_USE.contains(&titles[*column].as_str());
    (0..titles.len()).filter(may).find(|&column| {
        let words: HashSet<&str> = (0..table.rows()).filter_map(|row| table.text(column, row)).collect();
        let known = words.iter().filter(|word| word.parse::<f64>().is_err() && super::status::of(word, day).is_some());
        let known = known.count();
        known > 0 && known * 2 >= words.len()
    })
}

/// `opening_hours_monday`, `Monday opening times`, `monday`.
fn day_column(table: &Table, day: &str) -> Option<usize> {
    table.titles().iter().position(|title| {
        let form = plain(title);
        let rest = form.strip_prefix(day).or_else(|| form.strip_suffix(day));
        rest.is_some_and(|rest| {
            matches!(rest, "" | "openinghours" | "openingtimes" | "hours" | "opening" | "times" | "open")
        })
    })
}
