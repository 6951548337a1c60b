//! Services as Open Referral (HSDS 3, its UK profile and the older UK form) has them: one row for each service and each
//! place where it is given, with hours in the words of OpenStreetMap.

use serde_json::{Map, Value};

/// A row: titles and text.
pub(super) type Row = Vec<(&'static str, String)>;

/// The rows of a service; `None` for any other record.
pub(super) fn rows(record: &Map<String, Value>) -> Option<Vec<Row>> {
    let at = record.get("service_at_locations").and_then(Value::as_array);
    let has = |name: &str| record.contains_key(name);
    let is_service = has("id") && has("name") && (has("organization") || has("organization_id"));
    if at.is_none() && !(is_service && (has("schedules") || has("regular_schedules") || has("assured_date"))) {
        return None;
    }
    let places: Vec<&Value> = at.into_iter().flatten().collect();
    if places.is_empty() {
        return Some(vec![row(record, None, false)]);
    }
    Some(places.iter().map(|place| row(record, Some(place), places.len() > 1)).collect())
}

/// Whether a list holds services.
pub(super) fn is_list(list: &[Value]) -> bool {
    list.first().and_then(Value::as_object).is_some_and(|first| rows(first).is_some())
}

fn row(service: &Map<String, Value>, place: Option<&Value>, several: bool) -> Row {
    let nothing = Map::new();
    let place = place.and_then(Value::as_object).unwrap_or(&nothing);
    let location = place.get("location").and_then(Value::as_object).unwrap_or(&nothing);
    let of = |members: &Map<String, Value>, name: &str| text(members.get(name));
    let own = of(service, "id");
    let id = match text(place.get("id")).is_empty() {
        false if several => format!("{own}/{}", of(place, "id")),
        _ => own,
    };
    let address = ["addresses", "physical_addresses"].iter().find_map(|name| list(location, name).first());
    let line = |names: &[&str]| {
        let address = address.and_then(Value::as_object).unwrap_or(&nothing);
        let parts = names.iter().map(|name| of(address, name)).filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join(", ")
    };
    let organisation = service.get("organization").and_then(Value::as_object).unwrap_or(&nothing);
    let hours = [place, location, service].into_iter().map(hours).find(|hours| !hours.is_empty()).unwrap_or_default();
    let cells = [
        ("id", id),
        ("name", of(service, "name")),
        ("location_name", of(location, "name")),
        ("organisation", of(organisation, "name")),
        ("category", category(service)),
        ("description", of(service, "description")),
        ("status", of(service, "status")),
        ("latitude", of(location, "latitude")),
        ("longitude", of(location, "longitude")),
        ("address", line(&["address_1", "address_2", "city"])),
        ("postcode", line(&["postal_code"])),
        ("opening_hours", hours),
        ("assured_date", of(service, "assured_date")),
        ("url", of(service, "url")),
    ];
    cells.into_iter().filter(|(_, text)| !text.is_empty()).collect()
}

fn text(value: Option<&Value>) -> String {
    value.map(super::json::printed).unwrap_or_default()
}

fn list<'m>(members: &'m Map<String, Value>, name: &str) -> &'m [Value] {
    members.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The first word that a taxonomy has for the service.
fn category(service: &Map<String, Value>) -> String {
    let term = |value: &Value| {
        let term = value.get("taxonomy_term").or_else(|| value.get("taxonomy")).unwrap_or(value);
        let name = text(term.get("name"));
        (!name.is_empty()).then_some(name)
    };
    let lists = ["attributes", "service_taxonomys", "taxonomies", "categories"];
    lists.iter().find_map(|name| list(service, name).iter().find_map(term)).unwrap_or_default()
}

/// Opening hours out of schedules, as in `Mo,We 09:00-17:00; Sa 10:00-12:00`; the publisher's own words where a schedule
/// is not a weekly one.
fn hours(of: &Map<String, Value>) -> String {
    let schedules = ["schedules", "regular_schedules", "regular_schedule"].iter().map(|name| list(of, name));
    let schedules: Vec<&Value> = schedules.flatten().collect();
    let weekly: Option<Vec<String>> = schedules.iter().map(|schedule| weekly(schedule)).collect();
    match weekly {
        Some(parts) => {
            let mut different: Vec<String> = Vec::new();
            parts.into_iter().for_each(|part| {
                if !different.contains(&part) {
                    different.push(part);
                }
            });
            different.join("; ")
        }
        None => {
            let words = |schedule: &&Value| {
                let own = text(schedule.get("description"));
                if own.is_empty() { weekly_or_raw(schedule) } else { own }
            };
            schedules.iter().map(words).collect::<Vec<_>>().join("; ")
        }
    }
}

/// A schedule that is no weekly one and has no words, told by its parts, so that it counts as not understood.
fn weekly_or_raw(schedule: &Value) -> String {
    weekly(schedule).unwrap_or_else(|| {
        let parts = ["freq", "interval", "byday", "bymonthday", "opens_at", "closes_at"];
        let parts = parts.iter().map(|name| text(schedule.get(*name))).filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join(" ")
    })
}

fn weekly(schedule: &Value) -> Option<String> {
    let word = |name: &str| text(schedule.get(name)).trim().to_owned();
    let interval = word("interval");
    let is_weekly = matches!(word("freq").to_uppercase().as_str(), "" | "WEEKLY" | "DAILY")
        && (interval.is_empty() || interval == "1")
        && word("bymonthday").is_empty()
        && word("byweekno").is_empty()
        && word("until").is_empty()
        && word("count").is_empty();
    if !is_weekly {
        return None;
    }
    let days = match (word("byday"), word("freq").to_uppercase().as_str()) {
        (days, "DAILY") if days.is_empty() => "Mo-Su".to_owned(),
        (days, _) if days.is_empty() => day(&word("weekday"))?.to_owned(),
        (days, _) => {
            days.split([',', ' ']).filter(|day| !day.is_empty()).map(day).collect::<Option<Vec<_>>>()?.join(",")
        }
    };
    let span = format!("{}-{}", time(&word("opens_at"))?, time(&word("closes_at"))?);
    let bounds = match (date(&word("valid_from")), date(&word("valid_to"))) {
        (None, None) => String::new(),
        (from, to) => format!(
            "{}-{} ",
            from.unwrap_or_else(|| "2000 Jan 01".to_owned()),
            to.unwrap_or_else(|| "2099 Dec 31".to_owned())
        ),
    };
    Some(format!("{bounds}{days} {span}"))
}

fn day(word: &str) -> Option<&'static str> {
    let lower = word.to_lowercase();
    ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"].into_iter().find(|day| {
        let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        lower == day.to_lowercase() || names.iter().any(|name| *name == lower && name.starts_with(&day.to_lowercase()))
    })
}

/// `09:00`, of `09:00:00`, `9:00` or `09:00Z`.
fn time(word: &str) -> Option<String> {
    let mut parts = word.trim_end_matches('Z').split(':');
    let (hour, minute): (u32, u32) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    (hour <= 24 && minute < 60).then(|| format!("{hour:02}:{minute:02}"))
}

fn date(word: &str) -> Option<String> {
    let day: chrono::NaiveDate = word.split('T').next()?.parse().ok()?;
    Some(day.format("%Y %b %d").to_string())
}
