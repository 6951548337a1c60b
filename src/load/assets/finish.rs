//! The last steps for assets: names and keys for all, and a look for the same thing twice.

use super::draft::Draft;
use crate::load::Issues;
use crate::load::words::{figure, plain, slug, spoken};
use crate::network::StreetNetwork;
use crate::place::{Asset, Issue};
use crate::units::Metres;
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Two assets of one kind and name nearer than this are probably one: a building and its entrance, or
/// one place in two files. Branches of a chain on one street are seldom so near.
const SAME_PLACE_M: f64 = 50.0;

/// Gives every asset a unique key and a name, snaps it to the streets, and sorts by key.
pub(super) fn finish(
    mut drafts: Vec<Draft>,
    streets: Option<&StreetNetwork>,
    max_off_street: Metres,
    issues: &mut Issues,
) -> Vec<Asset> {
    // A fixed order, whatever the order of files and rows.
    drafts.sort_by(|a, b| {
        let place = |d: &Draft| (d.at.x.to_bits(), d.at.y.to_bits());
        (&a.kind, &a.name, &a.key, &a.address).cmp(&(&b.kind, &b.name, &b.key, &b.address)).then(place(a).cmp(&place(b)))
    });
    note_duplicate_keys(&drafts, issues);
    note_same_place(&drafts, issues);
    let keys = keys(&drafts);
    let mut assets: Vec<Asset> = drafts
        .into_par_iter()
        .zip(keys)
        .map(|(draft, key)| Asset {
            key,
            name: draft.name.unwrap_or_else(|| spoken(&draft.kind)),
            snap: streets.and_then(|streets| streets.snap(draft.at, max_off_street)),
            kind: draft.kind,
            at: draft.at,
            status: draft.status,
            opens_on: draft.opens_on,
            closes_on: draft.closes_on,
            opening: draft.opening,
            capacity: draft.capacity,
            step_free: draft.step_free,
            last_checked: draft.last_checked,
            address: draft.address,
        })
        .collect();
    assets.sort_by(|a, b| a.key.cmp(&b.key));
    assets
}

/// A unique key for each: the file's own, else kind and name; with the kind before it where two files
/// use the same, and a number behind it where that is not enough.
fn keys(drafts: &[Draft]) -> Vec<String> {
    let first = |draft: &Draft| {
        let name = draft.name.as_deref().unwrap_or_default();
        let own = draft.key.as_deref().map(|key| slug(key, '-')).filter(|key| !key.is_empty());
        own.unwrap_or_else(|| slug(&format!("{} {name}", draft.kind), '-'))
    };
    let firsts: Vec<String> = drafts.iter().map(first).collect();
    let mut uses: HashMap<&str, usize> = HashMap::new();
    for key in &firsts {
        *uses.entry(key).or_default() += 1;
    }
    let mut taken: HashSet<String> = firsts.iter().filter(|key| uses[key.as_str()] == 1).cloned().collect();
    let mut keys = Vec::with_capacity(drafts.len());
    for (draft, key) in drafts.iter().zip(&firsts) {
        if uses[key.as_str()] == 1 {
            keys.push(key.clone());
            continue;
        }
        let kind = slug(&draft.kind, '-');
        let second = if key.starts_with(&kind) { key.clone() } else { format!("{kind}-{key}") };
        let unique = std::iter::once(second.clone())
            .chain((2..).map(|n| format!("{second}-{n}")))
            .find(|candidate| !taken.contains(candidate))
            .unwrap_or(second);
        taken.insert(unique.clone());
        keys.push(unique);
    }
    keys
}

fn note_duplicate_keys(drafts: &[Draft], issues: &mut Issues) {
    let mut by_key: BTreeMap<(&str, &str), Vec<&Draft>> = BTreeMap::new();
    for draft in drafts {
        if let Some(key) = &draft.key {
            by_key.entry((&draft.file, key)).or_default().push(draft);
        }
    }
    for ((_, key), mut same) in by_key {
        if same.len() > 1 {
            same.sort_by_key(|draft| draft.line);
            let lines: Vec<String> = same.iter().map(|draft| draft.line.to_string()).collect();
            let problem = format!("{} assets have the key \"{key}\" (rows {})", same.len(), lines.join(", "));
            let remedy = "Each is kept under a key with a number behind it; give every asset its own key";
            issues.push(Issue::warning("duplicate-key", same[0].at_row().key(key), problem, remedy));
        }
    }
}

fn note_same_place(drafts: &[Draft], issues: &mut Issues) {
    let mut by_name: BTreeMap<(&str, String), Vec<&Draft>> = BTreeMap::new();
    for draft in drafts {
        if let Some(name) = &draft.name {
            by_name.entry((&draft.kind, plain(name))).or_default().push(draft);
        }
    }
    for ((kind, _), same) in by_name {
        for (i, a) in same.iter().enumerate() {
            for b in &same[i + 1..] {
                let apart = a.at.distance(b.at).get();
                if apart <= SAME_PLACE_M {
                    let name = a.name.as_deref().unwrap_or_default();
                    let other = if a.file == b.file && b.line > 0 { format!("row {}", b.line) } else { b.file.clone() };
                    let problem = format!("\"{name}\" ({kind}) stands twice, {} m apart; the other is in {other}", figure(apart));
                    let remedy = "Both are kept; remove one if they are the same place";
                    issues.push(Issue::warning("near-duplicate", a.at_row().key(name), problem, remedy));
                }
            }
        }
    }
}
