//! Puts a place together from its parts.

use super::again::{ENGAGEMENT, GRANTS, GROUND, once};
use super::areas::Area;
use super::assets::{self, Scene};
use super::desk::Desk;
use super::ground::{self, Grounded};
use super::locator::Locator;
use super::manifest::{Manifest, StreetsSection};
use super::streets::tell_of_islands;
use super::transit::of_place as transit;
use super::words::some_of;
use super::{base_map, engagement, grants, releases, standards, themes};
use crate::crs::Xy;
use crate::place::{
    Asset, BaseMap, Code, Disclosure, Engagement, Giving, Idx, Issue, Patch, Place, Position, RecordSet, Residents,
    Source, Standard, Transit, Where, Zone,
};
use chrono::NaiveDate;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// All parts of a place.
pub(super) struct Parts {
    ground: Grounded,
    assets: Vec<Asset>,
    transit: Option<Transit>,
    standards: Vec<Standard>,
    engagement: Engagement,
    theme_answers: BTreeMap<String, Vec<String>>,
    disclosure: Disclosure,
    grants: (Vec<RecordSet>, Option<Giving>),
    postcodes: Vec<(String, Xy)>,
    base_map: Option<BaseMap>,
}

/// Reads every file of a place; `None` when there is no ground to stand on.
pub(super) fn parts(desk: &mut Desk<'_>, manifest: &Manifest) -> Option<Parts> {
    let read = once(desk, GROUND, || ground::asked(manifest), |desk| ground::read(desk, manifest));
    let ground = (*read).as_ref()?;
    let Grounded { plane, zones, patches, earlier, counted, settled, .. } = ground;
    let (streets, max_off_street) = (ground.streets.as_deref(), ground.max_off_street);
    let locator = Locator::new(zones.iter().map(|zone| zone.shape.as_ref()));
    let street_files = manifest.streets.as_ref().map(StreetsSection::shown);
    desk.step("Reading assets");
    let day = ground.date.unwrap_or_else(|| today(desk, manifest));
    let scene = Scene {
        zones,
        locator: &locator,
        plane,
        middle: middle(zones),
        date: day,
        place: &manifest.place,
        postcodes: RefCell::new(BTreeMap::new()),
        streets,
        street_file: streets.and_then(|_| Some((street_files.as_deref()?, ground.features.as_slice()))),
        street_file_named: manifest.streets.is_some(),
        max_off_street,
    };
    let assets = assets::read(desk, &manifest.assets, &scene);
    if let (Some(network), Some(section)) = (streets, &manifest.streets) {
        let inside: Vec<&Asset> = assets.iter().filter(|asset| locator.near(asset.at, 0.0).is_some()).collect();
        tell_of_islands(network, &section.shown(), plane, (&settled.0, &inside), &mut desk.issues);
    }
    desk.step("Reading timetables");
    let stand = transit::Ground { plane, streets, max_off_street, homes: &settled.0 };
    let (transit, running) = transit::timetables(desk, &manifest.transit, &stand);
    let given = standards::Given { assets: &assets, date: day, transit: transit.as_ref(), running: &running };
    let standards = standards::read(&manifest.standards, &given, &mut desk.issues);
    let before_records = desk.issues.len();
    let mut engagement = met(desk, manifest, &scene, ground, &assets);
    let disclosure = releases::read(desk, &manifest.disclosure, &manifest.groups);
    more_met_than_live_there(&engagement, patches, &settled.0, &disclosure, &mut desk.issues);
    themes::forget_rare(&mut engagement, disclosure.threshold, &mut desk.issues);
    let kinds = assets.iter().map(|asset| asset.kind.as_str()).collect();
    let heard = (!engagement.is_empty()).then_some(engagement.themes.as_slice());
    let theme_answers = themes::answers(&manifest.themes, &kinds, heard, &mut desk.issues);
    desk.issues.about_records_since(before_records);
    // Where nothing else needs the file and it is not there, nothing is said of it.
    let is_there = manifest.place.postcodes.as_ref().is_some_and(|file| desk.directory(file).is_file());
    let all = if is_there { scene.postcodes(desk, None) } else { None };
    let postcodes = all.map_or_else(Vec::new, |all| all.of_the_place(&locator));
    let known = scene.known();
    let asked = || format!("{:?}", (ground.serial, &manifest.grants, &manifest.giving, known));
    let grants = once(desk, GRANTS, asked, |desk| {
        let mut own = grants::Ground {
            zones,
            zone_table: ground.zone_table.as_deref(),
            residents: counted.totals.iter().map(|total| total.unwrap_or(0.0)).collect(),
            locator: &locator,
            patches,
            positions: &settled.0,
            plane,
            postcodes: scene.postcodes.take(),
        };
        grants::read(desk, manifest, &mut own)
    });
    debug_assert!(earlier.iter().all(|set| set.of_position.len() == settled.0.len()));
    drop(scene);
    drop(locator);
    Some(Parts {
        assets,
        transit,
        standards,
        engagement,
        theme_answers,
        disclosure,
        grants: Arc::unwrap_or_clone(grants),
        postcodes,
        base_map: base_map::read(desk, &manifest.place),
        ground: Arc::unwrap_or_clone(read)?,
    })
}

/// Tells of patches where more people were met than live there, as far as the published counts say it themselves.
fn more_met_than_live_there(
    engagement: &Engagement,
    patches: &[Patch],
    positions: &[Position],
    disclosure: &Disclosure,
    issues: &mut super::Issues,
) {
    let mut residents = vec![0.0; patches.len()];
    for position in positions {
        if let Some(sum) = position.patch.and_then(|patch| residents.get_mut(patch.index())) {
            *sum += position.residents;
        }
    }
    let mut met = vec![0.0; patches.len()];
    for cell in engagement.met.iter().filter(|cell| cell.quarter.is_none()) {
        if let Some(sum) = cell.patch.and_then(|patch| met.get_mut(patch.index())) {
            *sum += cell.count.people;
        }
    }
    let (threshold, rounding) = (disclosure.threshold as f64, disclosure.rounding.max(1) as f64);
    // The least that the rounded count may stand for: nothing is said that the published table does not say.
    let least = |met: f64| (met / rounding).round() * rounding - (rounding / 2.0).floor();
    let beyond: Vec<&str> = patches
        .iter()
        .zip(residents.iter().zip(&met))
        .filter(|(_, (residents, met))| **met >= threshold && least(**met) > **residents)
        .map(|(patch, _)| patch.key.as_str())
        .collect();
    let Some(file) = engagement.files.first().filter(|_| !beyond.is_empty()) else { return };
    let noun = if beyond.len() == 1 { "patch" } else { "patches" };
    let problem = format!("More people were met than live there in {} {noun}: {}", beyond.len(), some_of(&beyond));
    let remedy = if engagement.basis == crate::place::Basis::Attendances {
        "No key tells people apart, so who came twice counts twice; with a column person_key each counts once"
    } else {
        "The rate is shown as it is; check that the records are of these patches, that nobody has two keys, and that the \
         residents are of the same years"
    };
    issues.push(Issue::warning(Code::MoreMetThanResidents, Where::file(&file.file), problem, remedy));
}

/// Counts the records of people met. Of assets they rest on what those are called and where they are, and not on their
/// hours or whether they are open.
fn met(desk: &mut Desk<'_>, manifest: &Manifest, scene: &Scene<'_>, on: &Grounded, assets: &[Asset]) -> Engagement {
    if manifest.engagement.is_empty() {
        return Engagement::default();
    }
    let venues = || {
        let each = |asset: &Asset| (asset.key.clone(), asset.name.clone(), asset.at.x.to_bits(), asset.at.y.to_bits());
        assets.iter().map(each).collect::<Vec<_>>()
    };
    let asked = || format!("{:?}", (on.serial, &manifest.engagement, venues(), scene.known()));
    let counted = once(desk, ENGAGEMENT, asked, |desk| {
        let ground = engagement::Ground {
            date: desk.day_of(manifest.place.date.as_deref(), "date"),
            zones: scene.zones,
            locator: scene.locator,
            patches: &on.patches,
            earlier: &on.earlier,
            positions: &on.settled.0,
            zone_positions: &on.settled.1,
            assets,
            plane: scene.plane,
            one_patch: manifest.patches.is_none(),
        };
        engagement::read(desk, &manifest.engagement, &ground, &on.counted.groups, scene)
    });
    Arc::unwrap_or_clone(counted)
}

/// The day standards are asked for when nothing says.
fn today(desk: &mut Desk<'_>, manifest: &Manifest) -> NaiveDate {
    let today = chrono::Local::now().date_naive();
    if manifest.standards.iter().any(|standard| standard.date.is_none()) {
        let problem = format!("The place has no date; standards are asked for today, {today}");
        let at = Where::file("place.toml").field("date");
        desk.issues.push(Issue::note(
            Code::NoDate,
            at,
            problem,
            "Write date = \"…\" under [place], so that answers can be repeated",
        ));
    }
    today
}

/// The middle of the zones' centres, by the median.
fn middle(zones: &[Area]) -> Xy {
    let mut xs: Vec<f64> = zones.iter().map(|zone| zone.centre.x).collect();
    let mut ys: Vec<f64> = zones.iter().map(|zone| zone.centre.y).collect();
    xs.sort_by(f64::total_cmp);
    ys.sort_by(f64::total_cmp);
    let at = |sorted: &[f64]| sorted.get(sorted.len() / 2).copied().unwrap_or_default();
    Xy::new(at(&xs), at(&ys))
}

/// The place made of its parts.
pub(super) fn place(manifest: &Manifest, parts: Parts, sources: Vec<Source>) -> Place {
    let Grounded { counted, deprivation, zones, settled, .. } = parts.ground;
    let zones = zones
        .into_iter()
        .enumerate()
        .map(|(i, area)| Zone {
            key: area.key,
            name: area.name,
            shape: area.shape,
            centre: area.centre,
            residents: Residents {
                total: counted.totals[i].unwrap_or(0.0),
                unknown: counted.totals[i].is_none(),
                by_group: counted.members.iter().map(|members| members[i]).collect(),
            },
            deprivation: deprivation.get(i).copied().flatten(),
        })
        .collect();
    let (positions, zone_positions) = settled;
    debug_assert_eq!(zone_positions.len(), counted.totals.len());
    debug_assert!(positions.iter().all(|p| p.zone.index() < counted.totals.len()));
    Place {
        key: ground::place_key(manifest),
        name: manifest.place.name.clone(),
        made_up: manifest.place.made_up,
        notice: manifest.place.notice.clone(),
        contact: manifest.place.contact.clone(),
        postcodes: parts.postcodes,
        base_map: parts.base_map,
        date: parts.ground.date,
        plane: parts.ground.plane,
        groups: counted.groups.into(),
        patches: parts.ground.patches.into(),
        earlier_patches: parts.ground.earlier,
        zones,
        positions,
        zone_positions,
        assets: parts.assets.into(),
        streets: parts.ground.streets,
        surroundings: parts.ground.surroundings,
        transit: parts.transit,
        detour: parts.ground.detour,
        speed: parts.ground.speed,
        standards: parts.standards,
        engagement: parts.engagement,
        theme_answers: parts.theme_answers,
        disclosure: parts.disclosure,
        grants: parts.grants.0,
        giving: parts.grants.1,
        sources: sources.into(),
    }
}
