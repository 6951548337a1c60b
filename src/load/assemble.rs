//! Puts a place together from its parts.

use super::areas::{self, Area, Wanted};
use super::assets::{self, Scene};
use super::desk::{Ask, Desk};
use super::dwellings::{self, Ground};
use super::groups::{self, Counted};
use super::locator::Locator;
use super::manifest::Manifest;
use super::streets::{of_place as streets, tell_of_islands};
use super::transit::of_place as transit;
use super::words::{slug, some_of};
use super::{base_map, deprivation, earlier, engagement, grants, releases, shapes, standards, themes, zones};
use crate::crs::{Plane, Xy};
use crate::network::StreetNetwork;
use crate::place::{
    Asset, BaseMap, Code, Deprivation, Disclosure, EarlierPatches, Engagement, Giving, Group, IdVec, Idx, Issue, Patch,
    Place, Position, RecordSet, Residents, Source, Standard, Surrounding, Transit, Where, Zone, ZoneIdx,
};
use crate::read::{Options, Table};
use crate::units::{Metres, WalkingSpeed};
use chrono::NaiveDate;
use geo::{BoundingRect, MultiPolygon};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

/// A point further than this from every street is not joined to one, unless `place.toml` says otherwise.
/// Farms stand a few hundred metres from the road; beyond that the street is missing from the file. Set
/// too high, people step over rivers to the next street; too low, farms count as cut off.
const MAX_OFF_STREET_M: f64 = 500.0;

/// How much longer a walk is than the straight line, where there are no streets to measure it: ratios
/// of 1.2 to 1.4 are found in towns; 1.3 is the usual planning figure. A place cut by a river or a
/// railway is served worse than this says, which is why streets should be given.
const DETOUR: f64 = 1.3;

/// All parts of a place.
pub(super) struct Parts {
    plane: Plane,
    patches: Vec<Patch>,
    earlier: Vec<EarlierPatches>,
    zones: Vec<Area>,
    counted: Counted,
    deprivation: Vec<Option<Deprivation>>,
    settled: (Vec<Position>, IdVec<ZoneIdx, Range<usize>>),
    assets: Vec<Asset>,
    streets: Option<StreetNetwork>,
    surroundings: Vec<Surrounding>,
    transit: Option<Transit>,
    standards: Vec<Standard>,
    engagement: Engagement,
    theme_answers: BTreeMap<String, Vec<String>>,
    disclosure: Disclosure,
    grants: (Vec<RecordSet>, Option<Giving>),
    date: Option<NaiveDate>,
    speed: WalkingSpeed,
    detour: f64,
    postcodes: Vec<(String, Xy)>,
    base_map: Option<BaseMap>,
}

/// Reads every file of a place; `None` when there is no ground to stand on.
pub(super) fn parts(desk: &mut Desk<'_>, manifest: &Manifest) -> Option<Parts> {
    let (speed, detour) = walking(desk, manifest);
    let date = desk.day_of(manifest.place.date.as_deref(), "date");
    desk.step("Reading boundaries");
    let (plane, zone_table, zones, patches) = boundaries(desk, manifest)?;
    desk.step("Reading residents");
    let counted = groups::read(desk, &zones, &zone_table, &manifest.zones, &manifest.groups);
    let deprivation = deprived(desk, manifest, &zones);
    let street_files = manifest.streets.as_ref().map(super::manifest::StreetsSection::shown);
    let (streets, features, surroundings) = streets(desk, manifest, &plane, detour);
    let locator = Locator::new(zones.iter().map(|zone| zone.shape.as_ref()));
    let max_off_street = max_off_street(manifest);
    desk.step("Placing residents");
    let settled = settle(
        desk,
        manifest,
        &Settling {
            zones: &zones,
            counted: &counted,
            locator: &locator,
            patches: &patches,
            plane: &plane,
            streets: streets.as_ref(),
            max_off_street,
        },
    );
    let history = manifest.patches.as_ref().map_or(&[] as &[_], |section| section.earlier.as_slice());
    let earlier = earlier::read(desk, history, &plane, &settled.0);
    desk.step("Reading assets");
    let day = date.unwrap_or_else(|| today(desk, manifest));
    let scene = Scene {
        zones: &zones,
        locator: &locator,
        plane: &plane,
        middle: middle(&zones),
        date: day,
        place: &manifest.place,
        postcodes: RefCell::new(HashMap::new()),
        streets: streets.as_ref(),
        street_file: streets.as_ref().and_then(|_| Some((street_files.as_deref()?, features.as_slice()))),
        street_file_named: manifest.streets.is_some(),
        max_off_street,
    };
    let assets = assets::read(desk, &manifest.assets, &scene);
    if let (Some(network), Some(section)) = (&streets, &manifest.streets) {
        let inside: Vec<&Asset> = assets.iter().filter(|asset| locator.near(asset.at, 0.0).is_some()).collect();
        tell_of_islands(network, &section.shown(), &plane, (&settled.0, &inside), &mut desk.issues);
    }
    desk.step("Reading timetables");
    let ground = transit::Ground { plane: &plane, streets: streets.as_ref(), max_off_street, homes: &settled.0 };
    let (transit, running) = transit::timetables(desk, &manifest.transit, &ground);
    let given = standards::Given { assets: &assets, date: day, transit: transit.as_ref(), running: &running };
    let standards = standards::read(&manifest.standards, &given, &mut desk.issues);
    let before_records = desk.issues.len();
    let mut engagement = met(desk, manifest, &scene, (&patches, &earlier, &settled, &assets, &counted.groups));
    let disclosure = releases::read(desk, &manifest.disclosure, &manifest.groups);
    more_met_than_live_there(&engagement, &patches, &settled.0, &disclosure, &mut desk.issues);
    themes::forget_rare(&mut engagement, disclosure.threshold, &mut desk.issues);
    let kinds = assets.iter().map(|asset| asset.kind.as_str()).collect();
    let heard = (!engagement.is_empty()).then_some(engagement.themes.as_slice());
    let theme_answers = themes::answers(&manifest.themes, &kinds, heard, &mut desk.issues);
    desk.issues.about_records_since(before_records);
    // Where nothing else needs the file and it is not there, nothing is said of it.
    let is_there = manifest.place.postcodes.as_ref().is_some_and(|file| desk.directory(file).is_file());
    let all = if is_there { scene.postcodes(desk, None) } else { None };
    let postcodes_here = all.map_or_else(Vec::new, |all| all.of_the_place(&locator));
    let postcodes = scene.postcodes.take();
    let mut ground = grants::Ground {
        zones: &zones,
        zone_table: &zone_table,
        residents: counted.totals.iter().map(|total| total.unwrap_or(0.0)).collect(),
        locator: &locator,
        patches: &patches,
        positions: &settled.0,
        plane: &plane,
        postcodes,
    };
    let grants = grants::read(desk, manifest, &mut ground);
    Some(Parts {
        plane,
        patches,
        earlier,
        zones,
        counted,
        deprivation,
        settled,
        assets,
        streets,
        surroundings,
        transit,
        standards,
        engagement,
        theme_answers,
        disclosure,
        grants,
        date,
        speed,
        detour,
        postcodes: postcodes_here,
        base_map: base_map::read(desk, &manifest.place),
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

fn deprived(desk: &mut Desk<'_>, manifest: &Manifest, zones: &[Area]) -> Vec<Option<Deprivation>> {
    match &manifest.deprivation {
        Some(section) => deprivation::read(desk, section, zones),
        None => vec![None; zones.len()],
    }
}

type Settled = (Vec<Position>, IdVec<ZoneIdx, Range<usize>>);

fn met(
    desk: &mut Desk<'_>,
    manifest: &Manifest,
    scene: &Scene<'_>,
    (patches, earlier, settled, assets, groups): (&[Patch], &[EarlierPatches], &Settled, &[Asset], &[Group]),
) -> Engagement {
    if manifest.engagement.is_empty() {
        return Engagement::default();
    }
    let ground = engagement::Ground {
        date: desk.day_of(manifest.place.date.as_deref(), "date"),
        zones: scene.zones,
        locator: scene.locator,
        patches,
        earlier,
        positions: &settled.0,
        zone_positions: &settled.1,
        assets,
        plane: scene.plane,
        one_patch: manifest.patches.is_none(),
    };
    engagement::read(desk, &manifest.engagement, &ground, groups, scene)
}

fn max_off_street(manifest: &Manifest) -> Metres {
    Metres::new(manifest.streets.as_ref().and_then(|section| section.max_off_street_m).unwrap_or(MAX_OFF_STREET_M))
}

fn walking(desk: &mut Desk<'_>, manifest: &Manifest) -> (WalkingSpeed, f64) {
    let mut wrong = |field: &str, problem: String, remedy: &str| {
        desk.issues.push(Issue::error(
            Code::OutOfRange,
            Where::file("place.toml").field(field.to_owned()),
            problem,
            remedy,
        ));
    };
    let asked = manifest.place.walking_speed_kmh.unwrap_or(WalkingSpeed::USUAL.km_per_h());
    let speed = WalkingSpeed::from_km_per_h(asked).unwrap_or_else(|| {
        wrong(
            "walking_speed_kmh",
            format!("A walking speed of {asked} km/h is not possible"),
            "Write a number above 0 and at most 20",
        );
        WalkingSpeed::USUAL
    });
    let detour = manifest.place.detour_factor.unwrap_or(DETOUR);
    if !(1.0..=5.0).contains(&detour) {
        wrong(
            "detour_factor",
            format!("A walk cannot be {detour} times the straight line"),
            "Write a number from 1 to 5",
        );
    }
    if let Some(off) = manifest.streets.as_ref().and_then(|s| s.max_off_street_m)
        && !(off > 0.0 && off <= 10_000.0)
    {
        wrong(
            "max_off_street_m",
            format!("{off} m is not a distance to a street"),
            "Write a number above 0 and at most 10000",
        );
    }
    (speed, detour)
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

type Boundaries = (Plane, Table, Vec<Area>, Vec<Patch>);

fn boundaries(desk: &mut Desk<'_>, manifest: &Manifest) -> Option<Boundaries> {
    let section = &manifest.zones;
    let options = Options { layer: section.layer.as_deref(), crs: section.crs.as_deref(), ..Options::default() };
    let zone_table = desk.table(Ask { role: "zones", written: &section.file, options, about: &section.source });
    let patch_table = manifest.patches.as_ref().map(|section| {
        let options = Options { layer: section.layer.as_deref(), crs: section.crs.as_deref(), ..Options::default() };
        desk.table(Ask { role: "patches", written: &section.file, options, about: &section.source })
    });
    let zone_table = zone_table?;
    let patch_table = match patch_table {
        Some(table) => Some(table?),
        None => None,
    };
    let plane = match zones::plane(&manifest.place, &zone_table, section.key.as_deref(), patch_table.as_ref()) {
        Ok(plane) => plane,
        Err(issue) => {
            desk.issues.push(issue);
            return None;
        }
    };
    let zones = zones::read(&zone_table, section, &plane, &mut desk.issues);
    if zones.is_empty() {
        let problem = "No zone could be read from this file";
        desk.issues.push(Issue::error(
            Code::NoZones,
            Where::file(&section.file),
            problem,
            "See the other issues of this file",
        ));
        return None;
    }
    areas::note_zones_twice(&section.file, &zones, &mut desk.issues);
    let patches = match (&manifest.patches, &patch_table) {
        (Some(section), Some(table)) => {
            let wanted = Wanted { key: section.key.as_deref(), name: section.name.as_deref(), noun: "patch" };
            let found = areas::read(table, wanted, &plane, &mut desk.issues);
            if found.is_empty() {
                let problem = "No patch could be read from this file";
                desk.issues.push(Issue::error(
                    Code::NoPatches,
                    Where::file(&section.file),
                    problem,
                    "See the other issues of this file",
                ));
                return None;
            }
            areas::note_overlaps(&section.file, &found, &mut desk.issues);
            found.into_iter().filter_map(patch).collect()
        }
        _ => vec![whole_place(manifest, &zones)],
    };
    Some((plane, zone_table, zones, patches))
}

fn patch(area: Area) -> Option<Patch> {
    Some(Patch { name: area.name.unwrap_or_else(|| area.key.clone()), key: area.key, shape: area.shape? })
}

/// The one patch of a place that names none: the zones together, or the box around their centres.
fn whole_place(manifest: &Manifest, zones: &[Area]) -> Patch {
    let mut shape = shapes::union_of(zones.iter().filter_map(|zone| zone.shape.as_ref()));
    if shape.0.is_empty() {
        /// Far enough round the outermost centres to show them inside.
        const MARGIN_M: f64 = 250.0;
        let centres: geo::MultiPoint<f64> =
            zones.iter().map(|zone| geo::Point::new(zone.centre.x, zone.centre.y)).collect();
        if let Some(around) = centres.bounding_rect() {
            let (low, high) = (around.min(), around.max());
            let grown = geo::Rect::new((low.x - MARGIN_M, low.y - MARGIN_M), (high.x + MARGIN_M, high.y + MARGIN_M));
            shape = MultiPolygon(vec![grown.to_polygon()]);
        }
    }
    Patch { key: place_key(manifest), name: manifest.place.name.clone(), shape }
}

fn place_key(manifest: &Manifest) -> String {
    let key = slug(manifest.place.key.as_deref().unwrap_or(&manifest.place.name), '-');
    if key.is_empty() { "place".to_owned() } else { key }
}

/// What settling needs of the other parts.
struct Settling<'a> {
    zones: &'a [Area],
    counted: &'a Counted,
    locator: &'a Locator<'a>,
    patches: &'a [Patch],
    plane: &'a Plane,
    streets: Option<&'a StreetNetwork>,
    max_off_street: Metres,
}

fn settle(
    desk: &mut Desk<'_>,
    manifest: &Manifest,
    parts: &Settling<'_>,
) -> (Vec<Position>, IdVec<ZoneIdx, Range<usize>>) {
    let totals: Vec<f64> = parts.counted.totals.iter().map(|total| total.unwrap_or(0.0)).collect();
    let patch_locator = Locator::new(parts.patches.iter().map(|patch| Some(&patch.shape)));
    let ground = Ground {
        zones: parts.zones,
        totals: &totals,
        locator: parts.locator,
        patches: &patch_locator,
        one_patch: manifest.patches.is_none(),
        plane: parts.plane,
        streets: parts.streets,
        max_off_street: parts.max_off_street,
    };
    dwellings::settle(desk, &manifest.zones.dwellings, &ground)
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
    let Parts { counted, deprivation, .. } = parts;
    let zones = parts
        .zones
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
    let (positions, zone_positions) = parts.settled;
    debug_assert_eq!(zone_positions.len(), counted.totals.len());
    debug_assert!(positions.iter().all(|p| p.zone.index() < counted.totals.len()));
    Place {
        key: place_key(manifest),
        name: manifest.place.name.clone(),
        made_up: manifest.place.made_up,
        notice: manifest.place.notice.clone(),
        contact: manifest.place.contact.clone(),
        postcodes: parts.postcodes,
        base_map: parts.base_map,
        date: parts.date,
        plane: parts.plane,
        groups: counted.groups.into(),
        patches: parts.patches.into(),
        earlier_patches: parts.earlier,
        zones,
        positions,
        zone_positions,
        assets: parts.assets.into(),
        streets: parts.streets,
        surroundings: parts.surroundings,
        transit: parts.transit,
        detour: parts.detour,
        speed: parts.speed,
        standards: parts.standards,
        engagement: parts.engagement,
        theme_answers: parts.theme_answers,
        disclosure: parts.disclosure,
        grants: parts.grants.0,
        giving: parts.grants.1,
        sources: sources.into(),
    }
}
