//! From what was counted to the rows of a cube, and back: see `docs/cube.md`.

use super::reader::Noticed;
use super::record::{FIRST_YEAR, Record, day_of};
use super::tally::{ANY_THEME, Tally};
use super::wheres::{NOWHERE, Wheres};
use super::written::is_short;
use crate::place::{
    Answer, Asset, AssetIdx, COUNTED, Crossing, Cube, CubeKey, CubeSums, Group, GroupIdx, Idx, Quarter, RecordFile,
};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a cube calls an answer that is none of the place's groups.
pub(super) const UNMATCHED: &str = "unmatched";

/// The keys by which a cube names things of the place.
pub(super) struct Names<'n> {
    pub(super) dimensions: &'n [String],
    pub(super) crossings: &'n [Crossing],
    pub(super) groups: &'n [Group],
    pub(super) assets: &'n [Asset],
}

/// Adds what was counted to a cube.
pub(super) fn fill(cube: &mut Cube, tally: &Tally, wheres: &Wheres<'_>, names: &Names<'_>) {
    cube.dimensions = names.dimensions.to_vec();
    cube.crossed = crossed(names);
    let Some(atoms) = &tally.atoms else { return };
    let group = |answer: &Answer| match answer {
        Answer::Group(group) => names.groups.get(group.index()).map(|group| Arc::from(group.key.as_str())),
        Answer::Unmatched => Some(Arc::from(UNMATCHED)),
        Answer::NotRecorded => None,
    };
    let combinations: Vec<Arc<[Option<Arc<str>>]>> =
        tally.combinations().iter().map(|answers| answers.iter().map(group).collect()).collect();
    let words = tally.themes();
    let themes: FxHashMap<u32, Option<Arc<str>>> = atoms
        .themes
        .iter()
        .map(|(themes, number)| {
            let mut own: Vec<&str> =
                themes.iter().filter_map(|theme| words.get(usize::from(*theme))).map(String::as_str).collect();
            own.sort_unstable();
            (*number, (!own.is_empty()).then(|| Arc::from(own.join(";"))))
        })
        .collect();
    let outcome: Arc<str> = COUNTED.into();
    let mut spots: FxHashMap<u32, Arc<str>> = FxHashMap::default();
    let mut assets: FxHashMap<AssetIdx, Arc<str>> = FxHashMap::default();
    for (atom, sums) in &atoms.rows {
        let location = spots.entry(atom.spot).or_insert_with(|| wheres.name(atom.spot).into()).clone();
        let asset = atom.asset.and_then(|asset| {
            let key = names.assets.get(asset.index())?.key.as_str();
            Some(assets.entry(asset).or_insert_with(|| key.into()).clone())
        });
        let key = CubeKey {
            outcome: outcome.clone(),
            location: Some(location),
            quarter: Some(quarter(atom.quarter)),
            activity: Some(atom.activity),
            asset,
            themes: themes.get(&atom.themes).cloned().flatten(),
            answers: combinations.get(atom.combination as usize).cloned().unwrap_or_else(|| Arc::from([])),
            person: atom.person,
        };
        let [people, hours, connections] = sums.amounts.map(|amount| amount as u64);
        let days = day_of(sums.first).zip(day_of(sums.last));
        cube.add(
            key,
            &CubeSums { records: sums.records, people, largest: sums.largest as u64, hours, connections, days },
        );
    }
}

/// Adds the rows of a file that were not counted to a cube.
pub(super) fn refusals(cube: &mut Cube, noticed: &Noticed, dimensions: usize) {
    let mut counts: BTreeMap<&str, u64> = noticed.nowhere.iter().map(|(why, seen)| (*why, seen.count)).collect();
    for (outcome, of) in OUTCOMES {
        *counts.entry(outcome).or_default() += of(noticed).count;
    }
    for (outcome, records) in counts.into_iter().filter(|(_, records)| *records > 0) {
        let key = CubeKey {
            outcome: outcome.into(),
            location: None,
            quarter: None,
            activity: None,
            asset: None,
            themes: None,
            answers: vec![None; dimensions].into(),
            person: None,
        };
        cube.add(key, &CubeSums::refused(records));
    }
}

type Of = fn(&Noticed) -> &super::reader::Seen;

/// Outcomes beside the reasons why a record is nowhere.
const OUTCOMES: [(&str, Of); 5] = [
    (WITHOUT_DAY, |noticed| &noticed.without_day),
    (AHEAD, |noticed| &noticed.ahead),
    (COPIED, |noticed| &noticed.copied),
    (REPEATED, |noticed| &noticed.repeated),
    (CUT, |noticed| &noticed.cut),
];

pub(super) const WITHOUT_DAY: &str = "without a day that can be read";
pub(super) const AHEAD: &str = "dated after the day the records can reach";
const COPIED: &str = "in a file read before";
pub(super) const REPEATED: &str = "repeated";
const CUT: &str = "cut off";

fn quarter(number: u16) -> Quarter {
    Quarter { year: FIRST_YEAR + i32::from(number / 4), quarter: (number % 4 + 1) as u8 }
}

fn crossed(names: &Names<'_>) -> String {
    let name = |i: usize| names.dimensions.get(i).map_or("", String::as_str);
    let one = |crossing: &Crossing| {
        let margins: Vec<&str> = crossing.margins.iter().map(|i| name(*i)).collect();
        format!("{}:{}", name(crossing.dimension), margins.join(","))
    };
    names.crossings.iter().map(one).collect::<Vec<_>>().join(";")
}

/// The crossings that a cube tells, of these dimensions.
pub(super) fn crossings(cube: &Cube, dimensions: &[String]) -> Vec<Crossing> {
    let place = |name: &str| dimensions.iter().position(|own| own == name);
    let one = |words: &str| {
        let (own, margins) = words.split_once(':')?;
        let margins: Vec<usize> = margins.split(',').filter_map(place).collect();
        Some(Crossing { dimension: place(own)?, margins, together: Vec::new() })
            .filter(|crossing| !crossing.margins.is_empty())
    };
    cube.crossed.split(';').filter_map(one).collect()
}

/// Counts the rows of a cube as if its records were read.
pub(super) fn count(
    cube: &Cube,
    file: &mut RecordFile,
    noticed: &mut Noticed,
    (wheres, tally): (&mut Wheres<'_>, &mut Tally),
    names: &Names<'_>,
) {
    let assets: FxHashMap<&str, AssetIdx> =
        names.assets.iter().enumerate().map(|(i, asset)| (asset.key.as_str(), AssetIdx::from_usize(i))).collect();
    let groups: FxHashMap<(&str, &str), GroupIdx> = names
        .groups
        .iter()
        .enumerate()
        .map(|(i, group)| ((group.dimension.as_str(), group.key.as_str()), GroupIdx::from_usize(i)))
        .collect();
    let columns: Vec<Option<usize>> =
        names.dimensions.iter().map(|name| cube.dimensions.iter().position(|own| own == name)).collect();
    for (line, (key, sums)) in (1..).zip(&cube.rows) {
        file.rows += sums.records;
        let mut nowhere = |why: &'static str, words: &str| {
            noticed.nowhere.entry(why).or_default().add_many(sums.records, line, words);
        };
        let (Some(location), Some(activity), Some((first, day))) = (&key.location, key.activity, sums.days) else {
            match &*key.outcome {
                WITHOUT_DAY => noticed.without_day.add_many(sums.records, line, ""),
                AHEAD => noticed.ahead.add_many(sums.records, line, ""),
                COPIED => noticed.copied.add_many(sums.records, line, ""),
                REPEATED => noticed.repeated.add_many(sums.records, line, ""),
                CUT => noticed.cut.add_many(sums.records, line, ""),
                why => nowhere(NOWHERE.into_iter().find(|own| *own == why).unwrap_or("a cube does not say why"), ""),
            }
            continue;
        };
        let spot = match wheres.by_name(location) {
            Ok(spot) => spot,
            Err(why) => {
                nowhere(why, location);
                continue;
            }
        };
        let asset = key.asset.as_deref().and_then(|asset| assets.get(asset).copied());
        if let (Some(words), None) = (&key.asset, asset) {
            noticed.unknown_asset.add_many(sums.records, line, words);
        }
        let mut answer =
            |dimension: &String, column: Option<usize>| match column.and_then(|at| key.answers.get(at)?.as_deref()) {
                None => Answer::NotRecorded,
                Some(words) => match groups.get(&(dimension.as_str(), words)) {
                    Some(group) => Answer::Group(*group),
                    None => {
                        let seen = noticed.unmatched.entry(dimension.clone()).or_default();
                        seen.add_many(sums.records, line, if words == UNMATCHED { "" } else { words });
                        Answer::Unmatched
                    }
                },
            };
        let answers: Vec<Answer> =
            names.dimensions.iter().zip(&columns).map(|(dimension, column)| answer(dimension, *column)).collect();
        let mut themes = Vec::new();
        for words in key.themes.iter().flat_map(|themes| themes.split(';')) {
            match if is_short(words) { tally.theme(words) } else { None } {
                Some(theme) if theme != ANY_THEME => themes.push(theme),
                _ => noticed.long_themes.add_many(sums.records, line, ""),
            }
        }
        let exact = wheres.is_exact(spot);
        file.used += sums.records;
        if !exact {
            file.spread += sums.records;
            noticed.spread.add_many(sums.records, line, "");
        }
        let [people, largest, hours, connections] =
            [sums.people, sums.largest, sums.hours, sums.connections].map(|amount| amount as f64);
        let tie = wheres.tie(spot);
        let (records, person, answers, themes) = (sums.records, key.person, &answers, &themes);
        tally.add(&Record {
            records,
            first,
            day,
            spot,
            tie,
            exact,
            activity,
            asset,
            person,
            people,
            largest,
            hours,
            connections,
            answers,
            themes,
        });
    }
    file.repeated = noticed.repeated.count + noticed.copied.count;
    file.without_day = noticed.without_day.count + noticed.ahead.count;
    file.cut = noticed.cut.count;
    file.nowhere = noticed.nowhere.iter().map(|(why, seen)| (*why, seen.count)).collect();
}
