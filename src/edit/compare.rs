//! What does this draft change? Counted from the two places and their layers, never from the files.

use crate::place::{Asset, AssetStatus, Place};
use crate::snapshot::Snapshot;
use crate::text::whole as thousands;
use std::collections::BTreeMap;

/// What differs between what is served and what would be.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Difference {
    /// Whether anything is served yet.
    pub is_first: bool,
    /// Counts, before and after.
    pub lines: Vec<Line>,
    /// Assets that come, go, shut, or are told of otherwise: what, and their names.
    pub assets: Vec<(&'static str, Vec<String>)>,
    /// Layers that say something else.
    pub layers: Vec<LayerChange>,
    /// How many layers stay as they are, to the last byte.
    pub same: usize,
}

/// A count, before and after.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// What is counted.
    pub what: String,
    /// What is served.
    pub before: String,
    /// What would be.
    pub after: String,
}

impl Line {
    /// Whether it changes.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.before != self.after
    }
}

/// A layer that says something else.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerChange {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Features before; `None` where there was no such layer.
    pub before: Option<usize>,
    /// Features after; `None` where there will be none.
    pub after: Option<usize>,
}

/// Compares what is served with what would be.
pub(super) fn difference(before: Option<&Snapshot>, after: &Snapshot) -> Difference {
    let mut lines: Vec<Line> = Vec::new();
    let was = before.map(counts).unwrap_or_default();
    for (what, after) in counts(after) {
        let before = was.iter().find(|(known, _)| *known == what).map_or_else(String::new, |(_, words)| words.clone());
        lines.push(Line { what, before, after });
    }
    let new: Vec<String> = lines.iter().map(|line| line.what.clone()).collect();
    let gone = was.into_iter().filter(|(what, _)| !new.contains(what));
    lines.extend(gone.map(|(what, before)| Line { what, before, after: String::new() }));
    let (layers, same) = layers(before, after);
    let assets = before.map_or_else(Vec::new, |before| assets(&before.place, &after.place));
    Difference { is_first: before.is_none(), lines, assets, layers, same }
}

/// What is counted of a place, and what each standard says of it as a whole. The records are counted by row and file,
/// for whoever has the files.
fn counts(snapshot: &Snapshot) -> Vec<(String, String)> {
    let place = &snapshot.place;
    let n = |count: usize| thousands(count as f64);
    let mut all = vec![
        ("Residents".to_owned(), thousands(place.residents())),
        ("Patches".to_owned(), n(place.patches.len())),
        ("Zones".to_owned(), n(place.zones.len())),
        ("Groups of residents".to_owned(), n(place.groups.len())),
        ("Standards".to_owned(), n(place.standards.len())),
    ];
    for each in &snapshot.totals {
        let of = |name: &str| each.totals.get(name).and_then(serde_json::Value::as_f64);
        let (Some(covered), Some(residents)) = (of("covered_residents"), of("residents")) else { continue };
        let share = of("covered_share").map_or_else(String::new, |share| format!(" ({:.1} %)", share * 100.0));
        let words = format!("{} of {}{share}", thousands(covered), thousands(residents));
        all.push((format!("Covered: {}", each.standard.title), words));
    }
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    place.assets.iter().for_each(|asset| *kinds.entry(&asset.kind).or_default() += 1);
    all.extend(kinds.into_iter().map(|(kind, count)| (format!("Assets: {}", kind.replace('_', " ")), n(count))));
    for file in &place.engagement.files {
        let words = format!("{} rows, {} counted", thousands(file.rows as f64), thousands(file.used as f64));
        all.push((format!("Records: {}", file.file), words));
    }
    if let Some(giving) = &place.giving {
        all.push(("Grants".to_owned(), n(giving.grants.len())));
        let pence: i64 = giving.files.iter().map(|file| file.loaded.pence).sum();
        all.push((format!("Money given ({})", giving.currency), thousands((pence as f64 / 100.0).round())));
    }
    all
}

fn assets(before: &Place, after: &Place) -> Vec<(&'static str, Vec<String>)> {
    let by_key = |place: &Place| -> BTreeMap<String, Asset> {
        place.assets.iter().map(|asset| (asset.key.clone(), asset.clone())).collect()
    };
    let (was, is) = (by_key(before), by_key(after));
    let name = |asset: &Asset| format!("{} ({})", asset.name, asset.kind.replace('_', " "));
    let of = |status: AssetStatus| {
        let shut = |(key, asset): (&String, &Asset)| {
            let old = was.get(key).filter(|old| old.status != asset.status && asset.status == status)?;
            Some(name(old))
        };
        is.iter().filter_map(shut).collect::<Vec<_>>()
    };
    let told = |(key, asset): (&String, &Asset)| {
        let old = was.get(key)?;
        // Where it meets the streets follows from them; that is the streets' change, not its own.
        let alike = Asset { snap: old.snap, ..asset.clone() } == *old;
        (!alike && old.status == asset.status).then(|| name(asset))
    };
    let new = is.iter().filter(|(key, _)| !was.contains_key(*key)).map(|(_, asset)| name(asset)).collect();
    let gone = was.iter().filter(|(key, _)| !is.contains_key(*key)).map(|(_, asset)| name(asset)).collect();
    let all = [
        ("New", new),
        ("No longer there", gone),
        ("Closed", of(AssetStatus::Closed)),
        ("Open again", of(AssetStatus::Open)),
        ("Planned", of(AssetStatus::Planned)),
        ("Changed in hours, place or other facts", is.iter().filter_map(told).collect()),
    ];
    all.into_iter().filter(|(_, names): &(_, Vec<String>)| !names.is_empty()).collect()
}

fn layers(before: Option<&Snapshot>, after: &Snapshot) -> (Vec<LayerChange>, usize) {
    let (mut changed, mut same) = (Vec::new(), 0);
    for each in after.layers() {
        let old = before.and_then(|before| before.collection(&each.layer.id));
        if old.is_some_and(|old| old.says_the_same(each)) {
            same += 1;
            continue;
        }
        changed.push(LayerChange {
            id: each.layer.id.to_string(),
            title: each.layer.title.clone(),
            before: old.map(|old| old.layer.features.len()),
            after: Some(each.layer.features.len()),
        });
    }
    let gone = before.into_iter().flat_map(Snapshot::layers).filter(|old| after.collection(&old.layer.id).is_none());
    changed.extend(gone.map(|old| LayerChange {
        id: old.layer.id.to_string(),
        title: old.layer.title.clone(),
        before: Some(old.layer.features.len()),
        after: None,
    }));
    (changed, same)
}
