//! What a saved scenario tries, read out of the address of the map page that it keeps, and what comes of it on the data
//! of today.

use super::super::process::coverage::edits;
use super::super::text;
use crate::crs::Xy;
use crate::layer::round;
use crate::measure::what_if::Count;
use crate::measure::{Edit, WhatIf, what_if};
use crate::place::{AssetIdx, AssetStatus, Place};
use crate::snapshot::Snapshot;
use crate::units::Share;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Sites of one scenario: as many as the map page takes.
const SITES: usize = 12;

/// What a scenario tries, in the terms of a place.
#[derive(Debug)]
pub(super) struct Tried {
    /// The number of the standard that it was looked at by.
    pub(super) standard: usize,
    /// Sites that are tried: where, and what they are called.
    pub(super) sites: Vec<(Xy, String)>,
    /// Assets that are tried shut.
    pub(super) shut: Vec<AssetIdx>,
    /// What the scenario names and the place no longer has.
    pub(super) gone: Vec<String>,
    edits: Vec<Edit>,
}

/// Figures that are kept with a state of a scenario, so that it can be said later what changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Figures {
    /// The standard, by its key.
    pub(super) standard: String,
    /// Everybody, those covered without the scenario, with it, and those who lose by it.
    pub(super) residents: f64,
    pub(super) before: f64,
    pub(super) after: f64,
    pub(super) lost: f64,
    /// Share of the residents of each patch that is covered with it, by the key of the patch; null where nobody lives.
    pub(super) patches: BTreeMap<String, Option<f64>>,
}

impl Tried {
    /// Reads what follows # of an address of the map page.
    ///
    /// # Errors
    /// In words, when it tries nothing that can be counted, or the place has no longer what it rests on.
    pub(super) fn read(place: &Place, view: &str) -> Result<Self, String> {
        let mut said: BTreeMap<String, String> = BTreeMap::new();
        for pair in view.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if let (Some(name), Some(value)) = (text::decode(name, true), text::decode(value, true)) {
                said.entry(name).or_insert(value);
            }
        }
        let word = |name: &str| said.get(name).map_or("", String::as_str);
        if word("by") == "find" {
            return Err(
                "it asks for the best sites, and names none: open it on the map, choose to try them, and save that"
                    .to_owned(),
            );
        }
        let standard = match word("standard") {
            "" => 0,
            key => place
                .standards
                .iter()
                .position(|standard| standard.key == key)
                .ok_or_else(|| format!("the standard {key:?} is no longer among those of this place"))?,
        };
        let Some(own) = place.standards.get(standard) else {
            return Err("this place has no standard, so nothing can be counted".to_owned());
        };
        let (shut, gone) = shut(place, word("shut"));
        let pins: Vec<(f64, f64, String)> = word("pins").split(';').filter_map(pin).collect();
        if pins.len() > SITES {
            return Err(format!("it tries {} sites; at most {SITES} can be counted at once", pins.len()));
        }
        let add: Vec<Value> = pins
            .iter()
            .enumerate()
            .map(|(i, (lon, lat, _))| json!({"at": [lon, lat], "id": format!("site tried {}", i + 1), "kind": own.kinds.first()}))
            .collect();
        let remove: Vec<&str> = shut.iter().map(|asset| place.assets[*asset].key.as_str()).collect();
        let inputs: Map<String, Value> = [
            ("standards".to_owned(), json!([own.key])),
            ("add".to_owned(), json!(add)),
            ("remove".to_owned(), json!(remove)),
        ]
        .into_iter()
        .collect();
        let edits = edits(place, &inputs).map_err(|problem| problem.detail)?;
        let new = edits.iter().filter(|edit| edit.asset.is_none()).filter_map(|edit| edit.after.as_ref());
        let sites = new
            .zip(&pins)
            .map(|(asset, (.., name))| {
                let street =
                    || asset.snap.and_then(|snap| Some(place.streets.as_ref()?.street(snap.edge).name?.to_owned()));
                let name = if name.is_empty() {
                    street().unwrap_or_else(|| "no named street".to_owned())
                } else {
                    name.clone()
                };
                (asset.at, name)
            })
            .collect();
        Ok(Self { standard, sites, shut, gone, edits })
    }

    /// What comes of it, by a standard of the place.
    pub(super) fn answer(&self, snapshot: &Snapshot, standard: usize) -> WhatIf {
        what_if(&snapshot.place, snapshot.today(), standard, &self.edits)
    }

    /// The figures to be kept with it.
    pub(super) fn figures(&self, snapshot: &Snapshot) -> Figures {
        let place = &snapshot.place;
        let answer = self.answer(snapshot, self.standard);
        let all = answer.place.all;
        let patches =
            place.patches.enumerate().map(|(patch, about)| (about.key.clone(), share(&answer.patches[patch].all)));
        let standard = place.standards.get(self.standard).map_or_else(String::new, |standard| standard.key.clone());
        let whole = |count: f64| count.round();
        Figures {
            standard,
            residents: whole(all.residents),
            before: whole(all.before),
            after: whole(all.after),
            lost: whole(answer.lost.all),
            patches: patches.collect(),
        }
    }
}

/// The share covered with it, as layers have shares.
fn share(count: &Count) -> Option<f64> {
    match round::share(Share::of(count.after, count.residents)) {
        crate::layer::Value::Number(share) => Some(share),
        _ => None,
    }
}

/// "lon,lat" or "lon,lat,name".
fn pin(words: &str) -> Option<(f64, f64, String)> {
    let mut parts = words.splitn(3, ',');
    let [lon, lat] = [parts.next()?, parts.next()?].map(|part| part.trim().parse::<f64>().ok());
    Some((lon?, lat?, parts.next().unwrap_or_default().chars().take(200).collect()))
}

/// The assets that are tried shut, each once, and the names of those that are no longer there or no longer open.
fn shut(place: &Place, ids: &str) -> (Vec<AssetIdx>, Vec<String>) {
    let (mut shut, mut gone) = (Vec::new(), Vec::new());
    for id in ids.split(',').filter(|id| !id.is_empty()) {
        match place.assets.enumerate().find(|(_, asset)| asset.key == id) {
            Some((index, _)) if shut.contains(&index) => {}
            Some((index, asset)) => {
                if asset.status == AssetStatus::Closed {
                    gone.push(format!("{} is closed by now in any case", asset.name));
                }
                shut.push(index);
            }
            None => gone.push(format!("{id:?} is no longer among the assets")),
        }
    }
    (shut, gone)
}
