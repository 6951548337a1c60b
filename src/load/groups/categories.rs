//! Which categories of a table make which group, and which of them together are everybody, each
//! person once: census tables put a total, broad groups and their details side by side.

use super::ages;
use crate::load::manifest::{GroupsSection, OneOrMany};
use crate::load::words::{plain, slug};
use std::collections::BTreeMap;

/// A group made of categories.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Made {
    /// Name in columns, where one is known; made from the label otherwise.
    pub(super) key: Option<String>,
    /// For people.
    pub(super) label: String,
    /// Indices of the categories, each once.
    pub(super) members: Vec<usize>,
}

/// How the categories of a table are put together.
#[derive(Debug, Clone, PartialEq)]
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

/// Puts the categories together as `place.toml` says, else as the census tables are made.
///
/// # Errors
/// The name of a category that the file does not have.
pub(super) fn plan(section: &GroupsSection, labels: &[String]) -> Result<Plan, Unknown> {
    let cleaned = clean_all(labels);
    let named_total = section.total.as_deref().and_then(|name| find(labels, &cleaned, name));
    let total = named_total.or_else(|| cleaned.iter().position(|label| is_total(label)));
    let parts: Vec<(usize, &str)> = cleaned
        .iter()
        .enumerate()
        .filter(|(i, label)| Some(*i) != total && !is_total(label))
        .map(|(i, label)| (i, label.as_str()))
        .collect();
    let (mut groups, whole) = recognise(section, &parts);
    if !section.groups.is_empty() {
        groups = section.groups.iter().map(|(key, names)| asked(key, names, labels, &cleaned)).collect::<Result<_, _>>()?;
    }
    Ok(Plan { groups, total, whole })
}

/// Whether a long table's total is given as a column beside the count rather than as a category.
pub(super) fn clean(label: &str) -> &str {
    let end = label.find("; measures:").or_else(|| label.find("; Measures:")).unwrap_or(label.len());
    label[..end].trim()
}

/// Labels without the measure at their end and the title of the table at their start.
fn clean_all(labels: &[String]) -> Vec<String> {
    let stripped: Vec<&str> = labels.iter().map(|label| clean(label)).collect();
    let title = stripped.first().and_then(|label| label.split_once(": ")).map(|(title, _)| title);
    let shared = title.filter(|title| {
        stripped.len() > 1 && stripped.iter().all(|label| label.split_once(": ").is_some_and(|(first, _)| first == *title))
    });
    let from = shared.map_or(0, |title| title.len() + 2);
    stripped.iter().map(|label| label[from..].trim().to_owned()).collect()
}

/// Whether a category is everybody.
pub(super) fn is_total(label: &str) -> bool {
    let form = plain(label);
    form.starts_with("total") && !form.contains("households")
        || form.starts_with("allcategories")
        || matches!(
            form.as_str(),
            "all" | "allusualresidents" | "allpersons" | "allpeople" | "allages" | "allresidents" | "persons" | "people"
                | "population" | "usualresidents" | "residents" | "everybody" | "everyone"
        )
}

fn recognise(section: &GroupsSection, parts: &[(usize, &str)]) -> (Vec<Made>, Vec<usize>) {
    let mut labels = parts.to_vec();
    if let Some(found) = ages::group(&labels) {
        return found;
    }
    labels.sort_by(|a, b| a.1.cmp(b.1));
    let has_parent = |label: &str| labels.iter().any(|(_, other)| is_child(label, other));
    let roots: Vec<(usize, &str)> = labels.iter().copied().filter(|(_, label)| !has_parent(label)).collect();
    let made = if roots.len() < labels.len() { singly(&roots) } else { by_parent(&roots).unwrap_or_else(|| singly(&roots)) };
    let whole = made.iter().flat_map(|made| made.members.iter().copied()).collect();
    (in_usual_order(&section.dimension, made), whole)
}

/// Whether `label` is a detail of `other`: `White: Irish` of `White`.
fn is_child(label: &str, other: &str) -> bool {
    label.strip_prefix(other).is_some_and(|rest| rest.starts_with(": "))
}

fn singly(labels: &[(usize, &str)]) -> Vec<Made> {
    labels.iter().map(|(i, label)| Made { key: known_key(label), label: (*label).to_owned(), members: vec![*i] }).collect()
}

/// Details whose broad group is not in the file are summed to it, when every label names one.
fn by_parent(labels: &[(usize, &str)]) -> Option<Vec<Made>> {
    let mut parents: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, label) in labels {
        parents.entry(label.split_once(": ")?.0).or_default().push(*index);
    }
    if parents.len() < 2 || parents.len() == labels.len() {
        return None;
    }
    Some(parents.into_iter().map(|(label, members)| Made { key: known_key(label), label: label.to_owned(), members }).collect())
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
fn find(labels: &[String], cleaned: &[String], name: &str) -> Option<usize> {
    let form = plain(name);
    labels
        .iter()
        .position(|label| plain(label) == form)
        .or_else(|| labels.iter().position(|label| plain(clean(label)) == form))
        .or_else(|| cleaned.iter().position(|label| plain(label) == form))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(dimension: &str, groups: &[(&str, &[&str])]) -> GroupsSection {
        let groups: String = groups.iter().map(|(key, names)| format!("{key} = {names:?}\n")).collect();
        toml::from_str(&format!("file = \"t.csv\"\ndimension = \"{dimension}\"\n[groups]\n{groups}")).expect("a section")
    }

    fn owned(labels: &[&str]) -> Vec<String> {
        labels.iter().map(|label| (*label).to_owned()).collect()
    }

    fn keys(plan: &Plan) -> Vec<String> {
        plan.groups.iter().map(|made| made.key.clone().unwrap_or_else(|| slug(&made.label, '_'))).collect()
    }

    #[test]
    fn the_census_table_of_ethnic_groups_gives_five_broad_groups_and_counts_nobody_twice() {
        let labels = owned(&[
            "Ethnic group: Total: All usual residents",
            "Ethnic group: Asian, Asian British or Asian Welsh",
            "Ethnic group: Asian, Asian British or Asian Welsh: Bangladeshi",
            "Ethnic group: Black, Black British, Black Welsh, Caribbean or African",
            "Ethnic group: Mixed or Multiple ethnic groups",
            "Ethnic group: White",
            "Ethnic group: White: Irish",
            "Ethnic group: Other ethnic group",
        ]);
        let plan = plan(&section("ethnic_group", &[]), &labels).expect("a plan");
        assert_eq!(keys(&plan), ["asian", "black", "mixed", "white", "other_ethnic_group"]);
        assert_eq!(plan.total, Some(0));
        let mut whole = plan.whole.clone();
        whole.sort_unstable();
        assert_eq!(whole, [1, 3, 4, 5, 7]);
    }

    #[test]
    fn details_without_their_broad_group_are_summed_to_it() {
        let labels = owned(&[
            "Disabled under the Equality Act: Day-to-day activities limited a lot",
            "Disabled under the Equality Act: Day-to-day activities limited a little",
            "Not disabled under the Equality Act: No long term physical or mental health conditions",
        ]);
        let plan = plan(&section("disability", &[]), &labels).expect("a plan");
        assert_eq!(keys(&plan), ["disabled", "not_disabled"]);
        assert_eq!(plan.groups[0].members.len(), 2);
    }

    #[test]
    fn the_measure_at_the_end_of_a_label_is_dropped() {
        let labels = owned(&["Age: Total; measures: Value", "Age: Aged 4 years and under; measures: Value", "Age: Aged 5 to 9 years; measures: Value", "Age: Aged 10 years and over; measures: Value"]);
        let plan = plan(&section("age", &[]), &labels).expect("a plan");
        assert_eq!(keys(&plan), ["age_0_4", "age_5_9", "age_10_over"]);
        assert_eq!(plan.total, Some(0));
    }

    #[test]
    fn asked_groups_may_name_details_broad_groups_or_both() {
        let labels = owned(&["White", "White: Irish", "Arab", "Roma"]);
        let asked = section("ethnic_group", &[("white", &["White", "White: Irish"]), ("others", &["Arab", "Roma"])]);
        let plan = plan(&asked, &labels).expect("a plan");
        assert_eq!(plan.groups.iter().map(|m| m.members.clone()).collect::<Vec<_>>(), [vec![2, 3], vec![0]]);
        let missing = super::plan(&section("x", &[("a", &["Martian"])]), &labels);
        assert_eq!(missing, Err(Unknown("Martian".to_owned())));
    }
}
