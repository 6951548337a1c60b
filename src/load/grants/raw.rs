//! A grant as a file states it, before anything is believed: the fields of the 360Giving standard that
//! the measures need, and no others. Names of people are among those that are never taken.

use crate::load::words::plain;
use serde_json::Value;

/// A grant as the file states it. Every field is text as it stood there, or nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Raw {
    /// The row as a person counts it.
    pub(super) row: u64,
    pub(super) id: Option<String>,
    pub(super) title: Option<String>,
    pub(super) description: Option<String>,
    pub(super) currency: Option<String>,
    pub(super) amount: Option<String>,
    pub(super) awarded: Option<String>,
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
    pub(super) months: Option<String>,
    pub(super) modified: Option<String>,
    /// It went to a person or a family.
    pub(super) individual: bool,
    /// Whether it goes on to others as grants of their own.
    pub(super) regrant: Regrant,
    pub(super) funder_id: Option<String>,
    pub(super) funder: Option<String>,
    pub(super) recipient_id: Option<String>,
    pub(super) recipient: Option<String>,
    pub(super) postcode: Option<String>,
    /// How many recipients it names.
    pub(super) recipients: usize,
    pub(super) programme: Option<String>,
    pub(super) scope: Option<String>,
    pub(super) beneficiaries: Vec<Spot>,
    pub(super) deliveries: Vec<Spot>,
    /// Locations of the recipient itself.
    pub(super) offices: Vec<Spot>,
}

/// Whether a grant goes on to others as grants of their own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Regrant {
    /// It stays with its recipient.
    #[default]
    No,
    /// By a code of the standard, or in words.
    Yes,
    /// It says something that is neither a code nor a no.
    Unclear(String),
}

impl Regrant {
    /// What a cell says.
    pub(super) fn of(words: Option<&str>) -> Self {
        let Some(words) = words else { return Self::No };
        let form = plain(words);
        if matches!(
            form.as_str(),
            "no" | "n" | "not" | "false" | "f" | "0" | "00" | "none" | "na" | "nil" | "null" | "x" | ""
        ) || ["not", "unknown", "noregrant", "nonregrant", "noneof"].iter().any(|start| form.starts_with(start))
        {
            return Self::No;
        }
        let code = form.strip_prefix("frg").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        let says = ["regrant", "pool", "endow", "match", "intermedia", "delegat", "fiscal", "onward"];
        let yes = matches!(form.as_str(), "yes" | "y" | "true" | "t" | "1");
        if code || yes || says.iter().any(|word| form.contains(word)) {
            Self::Yes
        } else {
            Self::Unclear(words.trim().to_owned())
        }
    }
}

/// A location as the file states it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) name: Option<String>,
    pub(super) lat: Option<String>,
    pub(super) lon: Option<String>,
    pub(super) code: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) postcode: Option<String>,
}

impl Spot {
    /// Whether it says nothing.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self { kind: self.kind.clone(), ..Self::default() }
    }
}

/// The grant of a package.
pub(super) fn from_json(row: u64, grant: &Value) -> Raw {
    let funder = first(grant, "fundingOrganization");
    let recipient = first(grant, "recipientOrganization");
    let planned = first(grant, "plannedDates");
    let programme = first(grant, "grantProgramme");
    let individual = !first(grant, "recipientIndividual").is_null();
    let id_of = |org: &Value| text(org, "id");
    Raw {
        row,
        id: text(grant, "id"),
        title: text(grant, "title").filter(|_| !individual),
        description: text(grant, "description").filter(|_| !individual),
        currency: text(grant, "currency"),
        amount: text(grant, "amountAwarded"),
        awarded: text(grant, "awardDate"),
        from: text(planned, "startDate"),
        to: text(planned, "endDate"),
        months: text(planned, "duration"),
        modified: text(grant, "dateModified"),
        individual,
        regrant: Regrant::of(
            text(grant, "regrantType")
                .or_else(|| text(grant, "fundingType").filter(|kind| is_regrant(kind)))
                .as_deref(),
        ),
        funder_id: id_of(funder),
        funder: text(funder, "name"),
        recipient_id: id_of(recipient),
        recipient: text(recipient, "name"),
        postcode: text(recipient, "postalCode"),
        recipients: many(grant, "recipientOrganization").len(),
        programme: text(programme, "title").or_else(|| text(programme, "code")),
        scope: text(grant, "locationScope"),
        beneficiaries: spots(grant, "beneficiaryLocation"),
        deliveries: spots(grant, "deliveryLocation"),
        offices: spots(recipient, "location"),
    }
}

/// Whether a code is one of the standard's kinds of regrant.
fn is_regrant(kind: &str) -> bool {
    kind.trim().to_uppercase().starts_with("FRG")
}

static NOTHING: Value = Value::Null;

/// The items of a list; a single object stands for a list of one.
fn many<'v>(of: &'v Value, name: &str) -> Vec<&'v Value> {
    match of.get(name) {
        Some(Value::Array(items)) => items.iter().filter(|item| item.is_object()).collect(),
        Some(item @ Value::Object(_)) => vec![item],
        _ => Vec::new(),
    }
}

fn first<'v>(of: &'v Value, name: &str) -> &'v Value {
    many(of, name).into_iter().next().unwrap_or(&NOTHING)
}

/// A scalar as text, trimmed; nothing when empty.
fn text(of: &Value, name: &str) -> Option<String> {
    let words = match of.get(name)? {
        Value::String(words) => words.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        _ => return None,
    };
    (!words.is_empty()).then_some(words)
}

fn spots(of: &Value, name: &str) -> Vec<Spot> {
    let spot = |item: &Value| Spot {
        name: text(item, "name"),
        lat: text(item, "latitude"),
        lon: text(item, "longitude"),
        code: text(item, "geoCode"),
        kind: text(item, "geoCodeType"),
        postcode: text(item, "postalCode").or_else(|| text(item, "postcode")),
    };
    many(of, name).into_iter().map(spot).filter(|spot| !spot.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn no_word_of_a_grant_to_a_person_is_kept() {
        let grant = json!({
            "id": "360G-x-1", "title": "Grant to Ann Example", "description": "A cooker for Ann", "currency": "GBP",
            "amountAwarded": 300, "awardDate": "2024-01-02",
            "recipientIndividual": [{"id": "360G-x-ind-1", "name": "Ann Example"}],
            "fundingOrganization": [{"id": "GB-CHC-1", "name": "A Fund"}],
        });
        let raw = from_json(1, &grant);
        assert!(raw.individual);
        assert!(!format!("{raw:?}").contains("Ann"), "{raw:?}");
    }

    #[test]
    fn a_no_is_no_kind_of_regrant_however_it_is_written() {
        for words in ["No", "none", "N/A", "-", "FALSE", "0", "n", "Not a regrant", "not applicable", "Nil", "[x]", "–"]
        {
            assert_eq!(Regrant::of(Some(words)), Regrant::No, "{words}");
        }
        for words in ["FRG010", "frg030", "Yes", "TRUE", "Common regrant", "Funds pooled with others"] {
            assert_eq!(Regrant::of(Some(words)), Regrant::Yes, "{words}");
        }
        assert_eq!(Regrant::of(Some("perhaps")), Regrant::Unclear("perhaps".into()));
        assert_eq!(from_json(1, &json!({"id": "1", "regrantType": false})).regrant, Regrant::No);
    }

    #[test]
    fn a_package_gives_its_fields_whether_lists_or_single() {
        let grant = json!({
            "id": "360G-x-2", "amountAwarded": 1250.5, "currency": "GBP",
            "recipientOrganization": {"id": "GB-CHC-2", "name": "B", "postalCode": "ZQ1 1AA"},
            "beneficiaryLocation": [{"name": " "}, {"geoCode": "E05000001", "geoCodeType": "WD"}],
        });
        let raw = from_json(3, &grant);
        assert_eq!(raw.amount.as_deref(), Some("1250.5"));
        assert_eq!((raw.recipient_id.as_deref(), raw.postcode.as_deref()), (Some("GB-CHC-2"), Some("ZQ1 1AA")));
        assert_eq!(raw.beneficiaries.len(), 1);
    }
}
