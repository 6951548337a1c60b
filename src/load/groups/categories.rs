//! Which categories of a table make which group, and which of them together are everybody, each
//! person once: census tables put a total, broad groups and their details side by side.

use super::label::Label;
pub(super) use super::made::Made;
use crate::load::manifest::OneOrMany;
use crate::load::words::{plain, slug};
use std::collections::BTreeMap;

/// How the categories of a table are put together.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Plan {
    /// The groups, in the order they are shown.
    pub(super) groups: Vec<Made>,
    /// The category that is everybody, if there is one.
    pub(super) total: Option<usize>,
    /// Categories that together are everybody, each person once.
    pub(super) whole: Vec<usize>,
}

/// A category that `place.toml` names and the file does not have.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Unknown(pub(super) String);

/// The groups that `place.toml` asks for.
///
/// # Errors
/// The name of a category that the file does not have.
pub(super) fn asked_groups(
    groups: &BTreeMap<String, OneOrMany>,
    labels: &[String],
    cleaned: &[String],
) -> Result<Vec<Made>, Unknown> {
    groups.iter().map(|(key, names)| asked(key, names, labels, cleaned)).collect()
}

/// A name without the measure at its end.
pub(super) fn clean(label: &str) -> &str {
    let end = label.find("; measures:").or_else(|| label.find("; Measures:")).unwrap_or(label.len());
    label[..end].trim()
}

/// Labels without the measure at their end and the title of the table at their start.
///
/// A title is what all labels share before a colon, or what many do and names a breakdown in general.
pub(super) fn clean_all(labels: &[String]) -> Vec<String> {
    let stripped: Vec<&str> = labels.iter().map(|label| clean(label)).collect();
    let title_of = |label: &str| label.split_once(": ").map(|(title, _)| title.to_owned());
    let mut titles: BTreeMap<String, usize> = BTreeMap::new();
    for title in stripped.iter().filter_map(|label| title_of(label)) {
        *titles.entry(title).or_default() += 1;
    }
    let general = |title: &str| {
        let label = Label::read(&format!("all {title}"));
        label.everybody() && label.not_people.is_none()
    };
    let shared = |title: &str, n: usize| stripped.len() > 1 && (n == stripped.len() || (n > 1 && general(title)));
    let strip = |label: &str| match title_of(label) {
        Some(title) if shared(&title, titles[&title]) => label[title.len() + 2..].trim().to_owned(),
        _ => label.to_owned(),
    };
    stripped.iter().map(|label| strip(label)).collect()
}

/// Groups of categories that part everybody: each its own, or summed to the broad group that its label names.
pub(super) fn made(dimension: &str, mut roots: Vec<(usize, String)>, details_gone: bool) -> Vec<Made> {
    roots.sort_by(|a, b| a.1.cmp(&b.1));
    let by_parent = if details_gone { None } else { by_parent(&roots) };
    in_usual_order(dimension, by_parent.unwrap_or_else(|| singly(&roots)))
}

/// Whether `label` is a detail of `other`: `White: Irish` of `White`.
pub(super) fn is_child(label: &str, other: &str) -> bool {
    label.strip_prefix(other).is_some_and(|rest| rest.starts_with(": "))
}

fn singly(labels: &[(usize, String)]) -> Vec<Made> {
    labels.iter().map(|(i, label)| Made { key: known_key(label), label: label.clone(), members: vec![*i] }).collect()
}

/// Details whose broad group is not in the file are summed to it, when every label names one.
fn by_parent(labels: &[(usize, String)]) -> Option<Vec<Made>> {
    let mut parents: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, label) in labels {
        parents.entry(label.split_once(": ")?.0).or_default().push(*index);
    }
    if parents.len() < 2 || parents.len() == labels.len() {
        return None;
    }
    Some(
        parents
            .into_iter()
            .map(|(label, members)| Made { key: known_key(label), label: label.to_owned(), members })
            .collect(),
    )
}

/// Short names for the broad groups of the 2021 census (tables TS021 and TS038).
fn known_key(label: &str) -> Option<String> {
    let form = plain(label);
    let key = match form.as_str() {
        "white" => "white",
        "otherethnicgroup" => "other_ethnic_group",
        "disabledundertheequalityact" => "disabled",
        "notdisabledundertheequalityact" => "not_disabled",
        _ if form.starts_with("asianasianbritish") => "asian",
        _ if form.starts_with("blackblackbritish") => "black",
        _ if form.starts_with("mixedormultipleethnicgroup") => "mixed",
        _ => return None,
    };
    Some(key.to_owned())
}

/// Ethnic groups in the census's own order with "Other" last; everything else by label.
fn in_usual_order(dimension: &str, mut made: Vec<Made>) -> Vec<Made> {
    if plain(dimension).contains("ethnic") {
        made.sort_by_key(|made| plain(&made.label).starts_with("other"));
    }
    made
}

/// The group that `place.toml` asks for.
fn asked(key: &str, names: &OneOrMany, labels: &[String], cleaned: &[String]) -> Result<Made, Unknown> {
    let names: Vec<&String> = match names {
        OneOrMany::One(name) => vec![name],
        OneOrMany::Many(names) => names.iter().collect(),
    };
    let mut members = Vec::new();
    for name in &names {
        match find(labels, cleaned, name) {
            Some(index) => members.push(index),
            None => {
                let children: Vec<usize> = (0..cleaned.len()).filter(|&i| is_child(&cleaned[i], clean(name))).collect();
                if children.is_empty() {
                    return Err(Unknown((*name).clone()));
                }
                members.extend(children);
            }
        }
    }
    members.sort_unstable();
    members.dedup();
    // A detail beside its broad group would be counted twice.
    let broad = members.clone();
    members.retain(|&i| !broad.iter().any(|&j| is_child(&cleaned[i], &cleaned[j])));
    let label = match names.as_slice() {
        [one] => clean(one).to_owned(),
        _ => crate::load::words::spoken(key),
    };
    Ok(Made { key: Some(slug(key, '_')), label, members })
}

/// The category with this name: as it stands, or without the parts that the census adds.
pub(super) fn find(labels: &[String], cleaned: &[String], name: &str) -> Option<usize> {
    let form = plain(name);
    labels
        .iter()
        .position(|label| plain(label) == form)
        .or_else(|| labels.iter().position(|label| plain(clean(label)) == form))
        .or_else(|| cleaned.iter().position(|label| plain(label) == form))
        .or_else(|| cleaned.iter().position(|label| plain(&shown(label)) == form))
}

/// A label without the words that say it sums something up: `White: Total` is White.
pub(super) fn shown(label: &str) -> String {
    let label = label.trim();
    let lower = label.to_ascii_lowercase();
    const ENDS: [&str; 7] = [": total", " - total", " (total)", " total", "_total", ": all", " subtotal"];
    const STARTS: [&str; 5] = ["total: ", "total ", "total_", "all: ", "subtotal "];
    let cut = ENDS.iter().find(|end| lower.ends_with(*end)).map(|end| &label[..label.len() - end.len()]);
    let cut = cut.or_else(|| STARTS.iter().find(|start| lower.starts_with(*start)).map(|start| &label[start.len()..]));
    cut.filter(|rest| !rest.trim().is_empty()).unwrap_or(label).trim().to_owned()
}
