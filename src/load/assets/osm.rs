//! Assets out of OpenStreetMap tags.

use super::Scene;
use super::draft::{Draft, Notice, Noticed};
use super::kinds::Filters;
use super::rows::step_free;
use crate::load::Issues;
use crate::load::hours::{self, Understood};
use crate::load::manifest::AssetsSection;
use crate::load::streets::OsmFeature;
use crate::load::table::parse_date;
use crate::place::{AssetStatus, Issue, Opening, Where};
use std::collections::BTreeMap;

/// The things that satisfy a section's filters, in or near the place.
pub(super) fn read(file: &str, features: &[OsmFeature], section: &AssetsSection, scene: &Scene<'_>, issues: &mut Issues) -> Vec<Draft> {
    let filters = match Filters::of(section) {
        Ok(filters) => filters,
        Err(filter) => {
            let at = Where::file("place.toml").field("kinds");
            let problem = format!("\"{filter}\" is not a filter on OpenStreetMap tags");
            issues.push(Issue::error("filter-unreadable", at, problem, "Write it as \"amenity=library\", \"shop=*\", or two joined by \"&\""));
            return Vec::new();
        }
    };
    let mut noticed = Noticed::default();
    let drafts = features
        .iter()
        .filter_map(|feature| {
            let kind = filters.kind(&feature.tags)?;
            if scene.is_far(feature.at) {
                noticed.note(Notice::Far, "", 0, "");
                return None;
            }
            Some(draft(file, feature, kind, issues))
        })
        .collect();
    noticed.report(file, issues);
    drafts
}

fn draft(file: &str, feature: &OsmFeature, kind: &str, issues: &mut Issues) -> Draft {
    let tag = |key: &str| feature.tags.get(key).map(String::as_str);
    let opening = tag("opening_hours").map_or(Opening::Unknown, |words| match hours::read(words) {
        Understood::AsWritten(opening) | Understood::Translated(opening) => opening,
        Understood::Not(opening) => {
            let at = Where::file(file).field("opening_hours").key(&feature.id);
            let problem = format!("The opening hours \"{words}\" cannot be understood");
            issues.push(Issue::warning("hours-unreadable", at, problem, "Taken as unknown; correct them in OpenStreetMap"));
            opening
        }
    });
    let checked = ["check_date:opening_hours", "check_date", "survey:date"];
    Draft {
        key: Some(feature.id.replace('/', "-")),
        name: feature.name.clone(),
        kind: kind.to_owned(),
        at: feature.at,
        status: AssetStatus::Open,
        opens_on: tag("opening_date").and_then(parse_date),
        closes_on: tag("end_date").and_then(parse_date),
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
    let parts: Vec<String> = door.into_iter().chain(["addr:city", "addr:postcode"].iter().filter_map(|key| tag(key).map(str::to_owned))).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}
