//! The last steps for assets: names and keys for all, and a look for the same thing twice.

use super::Scene;
use super::draft::Draft;
use crate::load::Issues;
use crate::load::streets::meet;
use crate::load::words::{figure, plain, slug, spoken};
use crate::place::{Asset, Code, Issue, Where};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Two assets of one kind and name nearer than this are probably one: a building and its entrance, or
/// one place in two files. Branches of a chain on one street are seldom so near.
const SAME_PLACE_M: f64 = 50.0;

/// Gives every asset a unique key and a name, snaps it to the streets, and sorts by key.
pub(super) fn finish(mut drafts: Vec<Draft>, scene: &Scene<'_>, issues: &mut Issues) -> Vec<Asset> {
    // A fixed order, whatever the order of files and rows.
    drafts.sort_by(|a, b| {
        let place = |d: &Draft| (d.at.x.to_bits(), d.at.y.to_bits());
        (&a.kind, &a.name, &a.key, &a.address)
            .cmp(&(&b.kind, &b.name, &b.key, &b.address))
            .then(place(a).cmp(&place(b)))
    });
    note_duplicate_keys(&drafts, issues);
    note_same_place(&drafts, issues);
    let keys = keys(&drafts);
    let (streets, max_off_street) = (scene.streets, scene.max_off_street);
    let mut assets: Vec<Asset> = drafts
        .into_par_iter()
        .zip(keys)
        .map(|(draft, key)| Asset {
            key,
            name: draft.name.unwrap_or_else(|| spoken(&draft.kind)),
            snap: streets.and_then(|streets| meet(streets, draft.at, max_off_street)),
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
    note_off_street(&assets, scene, issues);
    assets
}

/// Assets that meet no street, by name, and how far the nearest is: those in a zone first.
fn note_off_street(assets: &[Asset], scene: &Scene<'_>, issues: &mut Issues) {
    let Some(streets) = scene.streets else { return };
    let is_inside = |asset: &Asset| scene.locator.near(asset.at, 0.0).is_some();
    let off = || assets.iter().filter(|asset| asset.snap.is_none());
    let (inside, outside): (Vec<&Asset>, Vec<&Asset>) = off().partition(|asset| is_inside(asset));
    let told = |assets: &[&Asset]| {
        let mut far: Vec<(f64, &str)> = assets
            .iter()
            .map(|asset| (streets.distance_to(asset.at).map_or(0.0, |m| m.get()), asset.name.as_str()))
            .collect();
        far.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        let limit = scene.max_off_street.get();
        let one = |(metres, name): &(f64, &str)| {
            let between = if *metres <= limit { ", with a river, railway or motorway between" } else { "" };
            format!("\"{name}\" ({} m{between})", figure(metres.round()))
        };
        let shown: Vec<String> = far.iter().take(10).map(one).collect();
        match far.len().saturating_sub(10) {
            0 => shown.join(", "),
            more => format!("{} and {more} more", shown.join(", ")),
        }
    };
    let limit = figure(scene.max_off_street.get());
    let at = Where::file("place.toml").field("[streets]");
    if !inside.is_empty() {
        let (noun, them) = if inside.len() == 1 { ("asset meets", "it") } else { ("assets meet", "them") };
        let problem = format!(
            "{} {noun} no street within {limit} m, and nobody can walk to {them}; the distance to the nearest street: {}",
            inside.len(),
            told(&inside)
        );
        let remedy =
            "Correct where it stands, use a street file that covers the whole place, or raise max_off_street_m";
        issues.push(Issue::warning(Code::AssetOffStreet, at.clone(), problem, remedy));
    }
    if !outside.is_empty() {
        let noun = if outside.len() == 1 { "asset outside the zones meets" } else { "assets outside the zones meet" };
        let problem = format!(
            "{} {noun} no street within {limit} m, and nobody can walk there; the distance to the nearest street: {}",
            outside.len(),
            told(&outside)
        );
        let remedy = "Use a street file that reaches a few kilometres past the place, if residents go there";
        issues.push(Issue::note(Code::AssetOffStreet, at, problem, remedy));
    }
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
        #[expect(clippy::maybe_infinite_iter, reason = "as many numbers are taken as there are rows")]
        let unique = std::iter::once(second.clone())
            .chain((2..).map(|n| format!("{second}-{n}")))
            .find(|candidate| !taken.contains(candidate))
            .unwrap_or(second);
        taken.insert(unique.clone());
        keys.push(unique);
    }
    keys
}

/// Pairs are told one by one up to this many in a file: bus stops stand in hundreds of pairs.
const MOST_PAIRS: usize = 10;

fn note_duplicate_keys(drafts: &[Draft], issues: &mut Issues) {
    let mut by_key: BTreeMap<(&str, &str), Vec<&Draft>> = BTreeMap::new();
    for draft in drafts {
        if let Some(key) = &draft.key {
            by_key.entry((&draft.file, key)).or_default().push(draft);
        }
    }
    for ((_, key), mut same) in by_key {
        // One row may be read by two sections, as two kinds.
        same.sort_by_key(|draft| draft.line);
        same.dedup_by_key(|draft| draft.line);
        if same.len() > 1 {
            let lines: Vec<String> = same.iter().map(|draft| draft.line.to_string()).collect();
            let problem = format!("{} assets have the key \"{key}\" (rows {})", same.len(), lines.join(", "));
            let remedy = "Each is kept under a key with a number behind it; give every asset its own key";
            issues.push(Issue::warning(Code::DuplicateKey, same[0].at_row().key(key), problem, remedy));
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
    let mut pairs: BTreeMap<(&str, &str), Vec<(&Draft, &Draft, f64)>> = BTreeMap::new();
    for ((kind, _), same) in &by_name {
        for (i, a) in same.iter().enumerate() {
            for b in &same[i + 1..] {
                let apart = a.at.distance(b.at).get();
                if apart <= SAME_PLACE_M {
                    pairs.entry((&a.file, kind)).or_default().push((a, b, apart));
                }
            }
        }
    }
    for ((file, kind), pairs) in pairs {
        for (a, b, apart) in pairs.iter().take(MOST_PAIRS) {
            let name = a.name.as_deref().unwrap_or_default();
            let other = if a.file == b.file && b.line > 0 { format!("row {}", b.line) } else { b.file.clone() };
            let problem =
                format!("\"{name}\" ({kind}) stands twice, {} m apart; the other is in {other}", figure(*apart));
            let remedy = "Both are kept; remove one if they are the same place";
            issues.push(Issue::warning(Code::NearDuplicate, a.at_row().key(name), problem, remedy));
        }
        if let Some(more) = pairs.len().checked_sub(MOST_PAIRS).filter(|more| *more > 0) {
            let problem = format!("{more} more pairs of kind {kind} have one name and are within 50 m of each other");
            let remedy =
                "All are kept; stops on both sides of a road are meant to be two, but a place listed twice is not";
            issues.push(Issue::warning(Code::NearDuplicate, Where::file(file), problem, remedy));
        }
    }
}
