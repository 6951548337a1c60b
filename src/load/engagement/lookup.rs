//! What the words of records mean in this place, so that another engine can count them by joining and grouping alone:
//! see `docs/cube.md`. The meanings come from the same functions that read a record, so the rules can't differ.

use super::columns::FACTS;
use super::cube::{AHEAD, Names, UNMATCHED, WITHOUT_DAY};
use super::labels::{self, Labels};
use super::record::MILLIONTHS;
use super::wheres::{Found, Wheres};
use super::written::{day_of, is_short, themes_of};
use super::{columns::Fact, look};
use crate::load::manifest::{EngagementSection, PatchNames};
use crate::place::{Activity, Answer, Code, Idx, Issue, Issues, Meaning, Where, Words};
use crate::read::Cell;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// The meanings of these words, in order; words for a fact that nobody knows are an issue.
pub(super) fn meanings(
    words: &[Words],
    section: &EngagementSection,
    date: Option<NaiveDate>,
    wheres: &mut Wheres<'_>,
    names: &Names<'_>,
    issues: &mut Issues,
) -> Vec<Meaning> {
    let newest = newest(words, section, date);
    let activity =
        section.activity.as_deref().map_or(Activity::Other, |own| labels::activity(own, &section.activities));
    let nothing = |fact: &str, value: Option<&str>, why: Option<&str>| Meaning {
        fact: fact.to_owned(),
        words: String::new(),
        value: value.map(str::to_owned),
        place: None,
        is_exact: false,
        why: why.map(str::to_owned),
    };
    let mut meanings = vec![
        nothing("date", None, Some(WITHOUT_DAY)),
        nothing("activity", Some(activity.key()), None),
        nothing("people", Some("1000000"), None),
        nothing("hours", Some("0"), None),
        nothing("connections", Some("0"), None),
    ];
    let mut unknown: Vec<&str> = Vec::new();
    let mut depends = false;
    let known = |dimension: &str| names.groups.iter().any(|group| group.dimension == dimension);
    for one in words {
        let mut meaning = Meaning { words: one.words.clone(), ..nothing(&one.fact, None, None) };
        let text = one.words.trim();
        let fact = FACTS.iter().find(|(_, key, _)| *key == one.fact).map(|(fact, ..)| *fact);
        let dimension = one.fact.strip_prefix("group_").filter(|dimension| known(dimension));
        match (fact, dimension) {
            _ if text.is_empty() => continue,
            (_, Some(dimension)) => {
                meaning.value = match Labels::new(dimension, names.groups, &section.groups).read(text) {
                    Answer::Group(group) => names.groups.get(group.index()).map(|group| group.key.clone()),
                    Answer::Unmatched => Some(UNMATCHED.to_owned()),
                    Answer::NotRecorded => None,
                };
            }
            (Some(Fact::Date), _) => match day_of(text, section.month_first) {
                None => meaning.why = Some(WITHOUT_DAY.to_owned()),
                Some(day) if newest.is_some_and(|newest| day > newest) => meaning.why = Some(AHEAD.to_owned()),
                Some(day) => meaning.value = Some(day.to_string()),
            },
            (Some(Fact::Activity), _) => {
                meaning.value = Some(labels::activity(text, &section.activities).key().to_owned());
            }
            (Some(Fact::Asset), _) => {
                if let Some((asset, spot)) = wheres.by_asset(text) {
                    meaning.value = names.assets.get(asset.index()).map(|asset| asset.key.clone());
                    meaning.place = Some(wheres.name(spot));
                }
            }
            (Some(Fact::Zone), _) => locate(&mut meaning, wheres.by_zone(text), wheres),
            (Some(Fact::Patch), _) => {
                depends |= wheres.changed() && section.patch_names == PatchNames::Then;
                let found = wheres.by_patch(text, NaiveDate::MAX, PatchNames::Today).0;
                locate(&mut meaning, found, wheres);
            }
            (Some(Fact::Postcode | Fact::District), _) => {
                let found = wheres.by_postcode(text);
                locate(&mut meaning, found, wheres);
            }
            (Some(fact @ (Fact::People | Fact::Hours | Fact::Connections)), _) => {
                let otherwise = if fact == Fact::People { 1.0 } else { 0.0 };
                let number = match Cell::parse(text) {
                    Cell::Number(number) if (0.0..=1e9).contains(&number) => number,
                    _ => otherwise,
                };
                meaning.value = Some(format!("{:.0}", (number * MILLIONTHS).round()));
            }
            (Some(Fact::Themes), _) => {
                let mut themes: Vec<String> = themes_of(text).into_iter().filter(|theme| is_short(theme)).collect();
                themes.sort_unstable();
                themes.dedup();
                meaning.value = Some(themes.join(";")).filter(|themes| !themes.is_empty());
            }
            _ => {
                if !unknown.contains(&one.fact.as_str()) {
                    unknown.push(&one.fact);
                }
                continue;
            }
        }
        meanings.push(meaning);
    }
    if depends {
        let problem = "Which patch a name means depends on the day where there are [[patches.earlier]], and words are looked up \
                       without their day";
        let remedy = "Give the engine zones or postcodes, or write patch_names = \"today\" for records whose names were \
                      written anew since";
        issues.push(Issue::error(Code::FactUnknown, Where::file("place.toml").field("patch_names"), problem, remedy));
    }
    for fact in unknown {
        let problem = format!("Words are of \"{fact}\", which is no fact that words are looked up of");
        let remedy = "Use date, activity, asset, zone, patch, postcode, district, people, hours, connections, themes, or \
                      group_ and a dimension of [[groups]]; ids and persons are not looked up, and coordinates can't be";
        issues.push(Issue::error(Code::FactUnknown, Where::file("place.toml").field(fact), problem, remedy));
    }
    meanings
}

fn locate(meaning: &mut Meaning, found: Found, wheres: &Wheres<'_>) {
    match found {
        Ok(spot) => {
            meaning.value = Some(wheres.name(spot));
            meaning.is_exact = wheres.is_exact(spot);
        }
        Err(why) => meaning.why = Some(why.to_owned()),
    }
}

/// The last plausible day, by how many rows have each.
fn newest(words: &[Words], section: &EngagementSection, date: Option<NaiveDate>) -> Option<NaiveDate> {
    let mut days: BTreeMap<NaiveDate, (u64, usize)> = BTreeMap::new();
    for one in words.iter().filter(|one| one.fact == "date") {
        if let Some(day) = day_of(one.words.trim(), section.month_first) {
            days.entry(day).or_default().0 += one.rows;
        }
    }
    look::newest(&days, date)
}
