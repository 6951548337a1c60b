//! The ground of a place: its plane, its boundaries, who lives in them and where, and the streets they walk. It is read
//! first and takes the longest, and few changes of a place touch it.

use super::areas::{self, Area, Wanted};
use super::desk::{Ask, Desk};
use super::dwellings::{self, Settled};
use super::groups::{self, Counted};
use super::locator::Locator;
use super::manifest::Manifest;
use super::streets::{OsmFeature, of_place as streets};
use super::words::slug;
use super::{deprivation, earlier, shapes, zones};
use crate::crs::Plane;
use crate::network::StreetNetwork;
use crate::place::{Code, Deprivation, EarlierPatches, Issue, Patch, Surrounding, Where};
use crate::read::{Options, Table};
use crate::units::{Metres, WalkingSpeed};
use chrono::NaiveDate;
use geo::{BoundingRect, MultiPolygon};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A point further than this from every street is not joined to one, unless `place.toml` says otherwise.
/// Farms stand a few hundred metres from the road; beyond that the street is missing from the file. Set
/// too high, people step over rivers to the next street; too low, farms count as cut off.
const MAX_OFF_STREET_M: f64 = 500.0;

/// How much longer a walk is than the straight line, where there are no streets to measure it: ratios
/// of 1.2 to 1.4 are found in towns; 1.3 is the usual planning figure. A place cut by a river or a
/// railway is served worse than this says, which is why streets should be given.
const DETOUR: f64 = 1.3;

/// The ground, as it was read.
#[derive(Debug, Clone)]
pub(super) struct Grounded {
    /// A number that no other reading has in this process: what was read on this ground rests on it.
    pub(super) serial: u64,
    /// The plane.
    pub(super) plane: Plane,
    /// The rows of the zones' file, for grants that name its other columns; nothing where there are none.
    pub(super) zone_table: Option<Arc<Table>>,
    /// The zones, sorted by key.
    pub(super) zones: Vec<Area>,
    /// The patches, sorted by key.
    pub(super) patches: Vec<Patch>,
    /// Those of earlier times.
    pub(super) earlier: Vec<EarlierPatches>,
    /// Who lives in the zones.
    pub(super) counted: Counted,
    /// How deprived they are.
    pub(super) deprivation: Vec<Option<Deprivation>>,
    /// Where people live.
    pub(super) settled: Settled,
    /// The streets.
    pub(super) streets: Option<Arc<StreetNetwork>>,
    /// Things with tags in the file of streets.
    pub(super) features: Vec<OsmFeature>,
    /// What people know the place by.
    pub(super) surroundings: Vec<Surrounding>,
    /// Further than this from every street is off the network.
    pub(super) max_off_street: Metres,
    /// The day the data describe.
    pub(super) date: Option<NaiveDate>,
    /// How fast people walk.
    pub(super) speed: WalkingSpeed,
    /// How much longer a walk is than the straight line where there are no streets.
    pub(super) detour: f64,
}

/// Of everything in `place.toml`, what the ground rests on.
pub(super) fn asked(manifest: &Manifest) -> String {
    let Manifest { place, patches, zones, groups, deprivation, streets, .. } = manifest;
    format!("{:?}", (place, patches, zones, groups, deprivation, streets, manifest.grants.is_empty()))
}

/// Reads the ground; `None` where there is none to stand on.
pub(super) fn read(desk: &mut Desk<'_>, manifest: &Manifest) -> Option<Grounded> {
    static READINGS: AtomicU64 = AtomicU64::new(0);
    let (speed, detour) = walking(desk, manifest);
    let date = desk.day_of(manifest.place.date.as_deref(), "date");
    desk.step("Reading boundaries");
    let (plane, zone_table, zones, patches) = boundaries(desk, manifest)?;
    desk.step("Reading residents");
    let counted = groups::read(desk, &zones, &zone_table, &manifest.zones, &manifest.groups);
    let deprivation = deprived(desk, manifest, &zones);
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
    drop(locator);
    Some(Grounded {
        serial: READINGS.fetch_add(1, Ordering::Relaxed),
        plane,
        zone_table: (!manifest.grants.is_empty()).then(|| Arc::new(zone_table)),
        zones,
        patches,
        earlier,
        counted,
        deprivation,
        settled,
        streets: streets.map(Arc::new),
        features,
        surroundings,
        max_off_street,
        date,
        speed,
        detour,
    })
}

fn deprived(desk: &mut Desk<'_>, manifest: &Manifest, zones: &[Area]) -> Vec<Option<Deprivation>> {
    match &manifest.deprivation {
        Some(section) => deprivation::read(desk, section, zones),
        None => vec![None; zones.len()],
    }
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

pub(super) fn place_key(manifest: &Manifest) -> String {
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

fn settle(desk: &mut Desk<'_>, manifest: &Manifest, parts: &Settling<'_>) -> Settled {
    let totals: Vec<f64> = parts.counted.totals.iter().map(|total| total.unwrap_or(0.0)).collect();
    let patch_locator = Locator::new(parts.patches.iter().map(|patch| Some(&patch.shape)));
    let ground = dwellings::Ground {
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
