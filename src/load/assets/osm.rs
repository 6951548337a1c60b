//! Assets out of OpenStreetMap tags.

use super::Scene;
use super::draft::{Draft, Notice, Noticed};
use super::kinds::Filters;
use super::rows::step_free;
use super::status::{self, Reading};
use super::when::{Period, earlier};
use crate::load::Issues;
use crate::load::manifest::AssetsSection;
use crate::load::streets::{OsmFeature, open_by};
use crate::place::{AssetStatus, Code, Issue, Opening, Where};
use crate::read::hours::{self, Understood};
use crate::read::parse_date;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// The things that satisfy a section's filters, in or near the place.
pub(super) fn read(
    file: &str,
    features: &[OsmFeature],
    section: &AssetsSection,
    scene: &Scene<'_>,
    issues: &mut Issues,
) -> Vec<Draft> {
    let filters = match Filters::of(section) {
        Ok(filters) => filters,
        Err(filter) => {
            let at = Where::file("place.toml").field("kinds");
            let problem = format!("\"{filter}\" is not a filter on OpenStreetMap tags");
            issues.push(Issue::error(
                Code::FilterUnreadable,
                at,
                problem,
                "Write it as \"amenity=library\", \"shop=*\", or two joined by \"&\"",
            ));
            return Vec::new();
        }
    };
    let mut noticed = Noticed::default();
    let mut private: BTreeMap<String, usize> = BTreeMap::new();
    let drafts: Vec<Draft> = features
        .iter()
        .filter_map(|feature| {
            let kind = filters.kind(&feature.tags)?;
            if scene.is_far(feature.at) {
                noticed.note(Notice::Far, "", 0, "");
                return None;
            }
            if is_private(&feature.tags) {
                *private.entry(kind.to_owned()).or_insert(0) += 1;
                return None;
            }
            Some(draft(file, feature, kind, scene.date, &mut noticed, issues))
        })
        .collect();
    noticed.report(file, issues);
    tell_of_private(file, &private, issues);
    drafts
}

/// Whether the public is kept out. Schools and nurseries are private grounds that those who belong there go to.
fn is_private(tags: &BTreeMap<String, String>) -> bool {
    const OF_THEIR_OWN: [&str; 5] = ["school", "kindergarten", "childcare", "college", "university"];
    let is_school = tags.get("amenity").is_some_and(|what| OF_THEIR_OWN.contains(&what.as_str()));
    !is_school && tags.get("access").and_then(|access| open_by(access)) == Some(false)
}

fn tell_of_private(file: &str, private: &BTreeMap<String, usize>, issues: &mut Issues) {
    if private.is_empty() {
        return;
    }
    let told: Vec<String> = private.iter().map(|(kind, n)| format!("{n} {kind}")).collect();
    let problem = format!("Things that are private or closed to the public were left out: {}", told.join(", "));
    let remedy = "Nothing to do, unless the public may go there: then the access tag should say so";
    issues.push(Issue::note(Code::AssetsPrivate, Where::file(file).field("access"), problem, remedy));
}

/// What the tags say of use on a day.
fn use_of(feature: &OsmFeature, today: NaiveDate, noticed: &mut Noticed) -> Reading {
    const GONE: [&str; 6] = ["disused", "abandoned", "demolished", "removed", "razed", "closed"];
    const TO_COME: [&str; 3] = ["planned", "proposed", "construction"];
    let tag = |key: &str| feature.tags.get(key).map(String::as_str);
    let is = |key: &&str| tag(key) == Some("yes");
    let found = if let Some(key) = GONE.iter().find(|key| is(key)) {
        Some((Reading::of(AssetStatus::Closed), *key, "yes"))
    } else if let Some(key) = TO_COME.iter().find(|key| is(key)) {
        Some((Reading::of(AssetStatus::Planned), *key, "yes"))
    } else if tag("building") == Some("construction") {
        Some((Reading::of(AssetStatus::Planned), "building", "construction"))
    } else {
        let by_status = ["operational_status", "status"].iter().find_map(|key| {
            let words = tag(key)?;
            Some((status::of(words, today)?, *key, words))
        });
        let in_words = || {
            ["name", "opening_hours", "description"].iter().find_map(|key| {
                let words = tag(key)?;
                let said = if *key == "name" { status::in_name(words, today) } else { status::in_notes(words, today) };
                Some((said?, *key, words))
            })
        };
        by_status.filter(|(reading, ..)| *reading != Reading::of(AssetStatus::Open)).or_else(in_words)
    };
    let Some((reading, key, words)) = found else { return Reading::of(AssetStatus::Open) };
    let name = feature.name.as_deref().unwrap_or(&feature.id);
    noticed.note(reading.doubt.notice().unwrap_or(Notice::SaidInWords), key, 0, &format!("{name}: {key}={words}"));
    reading
}

/// The first and last day of use by the tags. `opening_date` is a day to come, or one that was; a month or a year is
/// its last day, unless it is over.
fn days_of(tags: &BTreeMap<String, String>, today: NaiveDate) -> (Option<NaiveDate>, Option<NaiveDate>) {
    let period = |key: &str| tags.get(key).and_then(|text| Period::named(text));
    let opens = period("opening_date").map(|period| if period.last <= today { period.first } else { period.last });
    // Most places have stood for long; only a start that is to come says anything here.
    let starts = period("start_date").filter(|period| period.first > today).map(|period| period.last);
    let ends = period("end_date").map(|period| {
        let is_day = period.first == period.last;
        if is_day || period.last < today { period.last } else { period.first.pred_opt().unwrap_or(period.first) }
    });
    (opens.or(starts), ends)
}

fn draft(
    file: &str,
    feature: &OsmFeature,
    kind: &str,
    today: NaiveDate,
    noticed: &mut Noticed,
    issues: &mut Issues,
) -> Draft {
    let tag = |key: &str| feature.tags.get(key).map(String::as_str);
    let opening = tag("opening_hours").map_or(Opening::Unknown, |words| match hours::read(words) {
        Understood::AsWritten(opening) | Understood::Translated(opening) => opening,
        Understood::Not(opening) => {
            let at = Where::file(file).field("opening_hours").key(&feature.id);
            let problem = format!("The opening hours \"{words}\" cannot be understood");
            issues.push(Issue::warning(
                Code::HoursUnreadable,
                at,
                problem,
                "Taken as unknown; correct them in OpenStreetMap",
            ));
            opening
        }
    });
    let said = use_of(feature, today, noticed);
    let never = matches!(&opening, Opening::Hours(words) if hours::never_open(words, today));
    if never {
        let name = feature.name.as_deref().unwrap_or(&feature.id);
        noticed.note(
            Notice::NeverOpen,
            "opening_hours",
            0,
            &format!("{name}: {}", opening.words().unwrap_or_default()),
        );
    }
    let (opens_on, closes_on) = days_of(&feature.tags, today);
    let checked = ["check_date:opening_hours", "check_date", "survey:date"];
    Draft {
        key: Some(feature.id.replace('/', "-")),
        name: feature.name.clone(),
        kind: kind.to_owned(),
        at: feature.at,
        status: if never { AssetStatus::Closed } else { said.status },
        opens_on: said.opens_on.or(opens_on),
        closes_on: earlier(closes_on, said.closes_on),
        opening,
        capacity: tag("capacity").and_then(|n| n.parse().ok()).filter(|n: &f64| n.is_finite() && *n >= 0.0),
        step_free: tag("wheelchair").and_then(step_free),
        last_checked: checked.iter().filter_map(|key| parse_date(tag(key)?)).max(),
        address: address(&feature.tags),
        file: file.to_owned(),
        line: 0,
    }
}

fn address(tags: &BTreeMap<String, String>) -> Option<String> {
    let tag = |key: &str| tags.get(key).map(String::as_str);
    let door = match (tag("addr:housenumber"), tag("addr:street")) {
        (Some(number), Some(street)) => Some(format!("{number} {street}")),
        (None, Some(street)) => Some(street.to_owned()),
        _ => None,
    };
    let parts: Vec<String> = door
        .into_iter()
        .chain(["addr:city", "addr:postcode"].iter().filter_map(|key| tag(key).map(str::to_owned)))
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}
