//! Where a record is: the patch or patches a person may live in.

mod named;

use super::grid::AreaGrid;
use crate::crs::{Crs, Xy};
use crate::load::areas::Area;
use crate::load::locator::{Locator, SLIVER_M};
use crate::load::manifest::PatchNames;
use crate::load::postcodes::{self, Postcodes};
use crate::load::words::{key_form, plain};
use crate::place::{Asset, AssetIdx, EarlierPatches, IdVec, Idx, Patch, PatchIdx, Position, Span, ZoneIdx};
use chrono::NaiveDate;
use geo::{MapCoords, MultiPolygon};
use rustc_hash::{FxHashMap, FxHasher};
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

/// A place that records can be at, as a number: see [`Wheres::parts`].
pub(super) type Spot = u32;

/// Parts of a spot: which patch, and which share of its people.
pub(super) type Parts = Vec<(Option<PatchIdx>, f64)>;

/// What the place has that records can be placed by.
pub(in crate::load) struct Ground<'a> {
    /// The day the place describes.
    pub(in crate::load) date: Option<chrono::NaiveDate>,
    /// Its zones.
    pub(in crate::load) zones: &'a [Area],
    /// Finds zones.
    pub(in crate::load) locator: &'a Locator<'a>,
    /// Its patches.
    pub(in crate::load) patches: &'a [Patch],
    /// The patches of earlier times.
    pub(in crate::load) earlier: &'a [EarlierPatches],
    /// Where people live.
    pub(in crate::load) positions: &'a [Position],
    /// Which positions are in each zone.
    pub(in crate::load) zone_positions: &'a IdVec<ZoneIdx, Range<usize>>,
    /// Its assets.
    pub(in crate::load) assets: &'a [Asset],
    /// The plane.
    pub(in crate::load) plane: &'a crate::crs::Plane,
    /// The place has no patches of its own: everywhere is in the one.
    pub(in crate::load) one_patch: bool,
}

const NO_LOCATION: &str = "its location is neither a patch, a zone, a district nor outside";
const NO_PATCH: &str = "its patch is none of the place's";

/// Every reason why a record is nowhere, for cubes, which tell them by their words.
pub(super) const NOWHERE: [&str; 14] = [
    "its coordinates cannot be read",
    "its coordinates are noughts",
    "its coordinates are metres of a system that the file does not name; set crs",
    "it says no place",
    NO_PATCH,
    "its zone is none of the place's",
    "the place has no postcode file",
    "its postcode district is not in the postcode file",
    "its postcode district lies outside the place",
    "its postcode is not in the postcode file",
    "its postcode cannot be read",
    "it lies outside the place",
    NO_LOCATION,
    "a cube does not say why",
];

/// Where a record is, or why nobody knows.
pub(super) type Found = Result<Spot, &'static str>;

/// Answers where, remembering what was asked.
pub(super) struct Wheres<'a> {
    ground: &'a Ground<'a>,
    patch_locator: Locator<'a>,
    patch_grid: AreaGrid,
    parts: Vec<Parts>,
    by_parts: BTreeMap<Vec<(Option<PatchIdx>, u64)>, Spot>,
    zone_spots: Vec<Spot>,
    zones: FxHashMap<String, usize>,
    patches: FxHashMap<String, Spot>,
    /// The same of each earlier time.
    patches_then: Vec<FxHashMap<String, Spot>>,
    assets: FxHashMap<String, (AssetIdx, Spot)>,
    postcodes: Option<Arc<Postcodes>>,
    districts: OnceCell<FxHashMap<String, Parts>>,
    postcode_spots: FxHashMap<Box<str>, Found>,
    district_names: FxHashMap<Spot, String>,
    degrees: OnceCell<AreaGrid>,
    metres: OnceCell<AreaGrid>,
}

/// Postcodes remembered; beyond, the memory is emptied and filled again.
const MOST_POSTCODES: usize = 2_000_000;

impl<'a> Wheres<'a> {
    /// Prepares the place.
    pub(super) fn new(ground: &'a Ground<'a>) -> Self {
        let mut own = Self {
            ground,
            patch_locator: Locator::new(ground.patches.iter().map(|patch| Some(&patch.shape))),
            patch_grid: AreaGrid::new(&ground.patches.iter().map(|patch| Some(&patch.shape)).collect::<Vec<_>>()),
            parts: Vec::new(),
            by_parts: BTreeMap::new(),
            zone_spots: Vec::new(),
            zones: FxHashMap::default(),
            patches: FxHashMap::default(),
            patches_then: Vec::new(),
            assets: FxHashMap::default(),
            postcodes: None,
            districts: OnceCell::new(),
            postcode_spots: FxHashMap::default(),
            district_names: FxHashMap::default(),
            degrees: OnceCell::new(),
            metres: OnceCell::new(),
        };
        for (zone, run) in ground.zone_positions.enumerate() {
            let mut shares: BTreeMap<Option<PatchIdx>, f64> = BTreeMap::new();
            for position in ground.positions.get(run.clone()).unwrap_or_default() {
                let Span { from, to } = position.span;
                *shares.entry(position.patch).or_default() += to - from;
            }
            if shares.is_empty() {
                let centre = ground.zones.get(zone.index()).and_then(|area| own.patch_at(area.centre));
                shares.insert(centre, 1.0);
            }
            let spot = own.spot(shares.into_iter().collect());
            own.zone_spots.push(spot);
            if let Some(area) = ground.zones.get(zone.index()) {
                own.zones.insert(key_form(&area.key), zone.index());
            }
        }
        for (i, patch) in ground.patches.iter().enumerate() {
            let spot = own.spot(vec![(Some(PatchIdx::from_usize(i)), 1.0)]);
            own.patches.insert(plain(&patch.name), spot);
        }
        for (i, patch) in ground.patches.iter().enumerate() {
            let spot = own.spot(vec![(Some(PatchIdx::from_usize(i)), 1.0)]);
            own.patches.insert(plain(&patch.key), spot);
        }
        own.patches_then = ground.earlier.iter().map(|set| own.spots_then(set)).collect();
        for (i, asset) in ground.assets.iter().enumerate() {
            let spot = own.exactly(own.patch_at(asset.at));
            own.assets.entry(plain(&asset.name)).or_insert((AssetIdx::from_usize(i), spot));
        }
        for (i, asset) in ground.assets.iter().enumerate() {
            let spot = own.exactly(own.patch_at(asset.at));
            own.assets.insert(plain(&asset.key), (AssetIdx::from_usize(i), spot));
        }
        own
    }

    /// Uses these postcodes from now on.
    pub(super) fn use_postcodes(&mut self, postcodes: Option<Arc<Postcodes>>) {
        self.postcodes = postcodes;
        self.districts = OnceCell::new();
        self.postcode_spots.clear();
    }

    /// The patches of a spot with their shares. Less than 1 together where some of it lies outside the place.
    pub(super) fn parts(&self, spot: Spot) -> &[(Option<PatchIdx>, f64)] {
        self.parts.get(spot as usize).map_or(&[], Vec::as_slice)
    }

    /// Whether a spot is one patch for certain.
    pub(super) fn is_exact(&self, spot: Spot) -> bool {
        matches!(self.parts(spot), [(_, share)] if *share >= 1.0)
    }

    /// Which of two spots comes first, by what they are and not by when they first occurred.
    pub(super) fn order(&self, a: Spot, b: Spot) -> std::cmp::Ordering {
        let form = |spot: Spot| self.parts(spot).iter().map(|(patch, share)| (*patch, share.to_bits()));
        if a == b { std::cmp::Ordering::Equal } else { form(a).cmp(form(b)) }
    }

    /// A number that says which of two spots is taken where one day tells both, by what they are.
    pub(super) fn tie(&self, spot: Spot) -> u32 {
        match self.parts(spot) {
            [(patch, share)] if *share >= 1.0 => patch.map_or(0, |patch| patch.index() as u32 + 1),
            parts => {
                let mut hasher = FxHasher::default();
                parts.iter().for_each(|(patch, share)| (*patch, share.to_bits()).hash(&mut hasher));
                (hasher.finish() >> 32) as u32
            }
        }
    }

    fn exactly(&mut self, patch: Option<PatchIdx>) -> Spot {
        self.spot(vec![(patch, 1.0)])
    }

    fn spot(&mut self, parts: Parts) -> Spot {
        let form: Vec<(Option<PatchIdx>, u64)> = parts.iter().map(|(patch, share)| (*patch, share.to_bits())).collect();
        if let Some(spot) = self.by_parts.get(&form) {
            return *spot;
        }
        let spot = self.parts.len() as Spot;
        self.parts.push(parts);
        self.by_parts.insert(form, spot);
        spot
    }

    fn patch_at(&self, at: Xy) -> Option<PatchIdx> {
        if self.ground.one_patch {
            return Some(PatchIdx::from_usize(0));
        }
        // Away from boundaries the grid knows; on them and outside the locator's rule holds.
        let patch = self.patch_grid.area_around(at.x, at.y).or_else(|| self.patch_locator.near(at, SLIVER_M));
        patch.map(PatchIdx::from_usize)
    }

    /// Whether the names of patches mean another patch on another day.
    pub(super) fn changed(&self) -> bool {
        !self.patches_then.is_empty()
    }

    /// By the key or name of a patch, on a day: of those in force then, else of today's, else of any other time, the
    /// latest first. Whether it was a patch of an earlier time is said beside.
    pub(super) fn by_patch(&self, words: &str, day: NaiveDate, names: PatchNames) -> (Found, bool) {
        let words = plain(words);
        let then = if names == PatchNames::Then { EarlierPatches::on(self.ground.earlier, day) } else { None };
        let found = |set: usize| self.patches_then.get(set).and_then(|patches| patches.get(&words)).copied();
        if let Some(spot) = then.and_then(found) {
            return (Ok(spot), true);
        }
        if let Some(spot) = self.patches.get(&words).copied() {
            return (Ok(spot), false);
        }
        let any = if names == PatchNames::Then { (0..self.patches_then.len()).rev().find_map(found) } else { None };
        (any.ok_or(NO_PATCH), any.is_some())
    }

    /// The patches of an earlier time by key and name: each is where the people of its homes live today, one today's
    /// patch for certain or shared by residents (by homes, where nobody lives in any).
    fn spots_then(&mut self, set: &EarlierPatches) -> FxHashMap<String, Spot> {
        let mut people: Vec<BTreeMap<Option<PatchIdx>, (f64, f64)>> = vec![BTreeMap::new(); set.patches.len()];
        for (position, then) in self.ground.positions.iter().zip(&set.of_position) {
            let Some(here) = then.and_then(|then| people.get_mut(then.index())) else { continue };
            let sum = here.entry(position.patch).or_default();
            *sum = (sum.0 + position.residents, sum.1 + 1.0);
        }
        let spots: Vec<Option<Spot>> = people
            .into_iter()
            .map(|shares| {
                let (all, homes) = shares.values().fold((0.0, 0.0), |sum, own| (sum.0 + own.0, sum.1 + own.1));
                let share = |own: (f64, f64)| if all > 0.0 { own.0 / all } else { own.1 / homes };
                let parts: Parts = shares.into_iter().map(|(patch, own)| (patch, share(own))).collect();
                let parts: Parts = parts.into_iter().filter(|(_, share)| *share > 0.0).collect();
                (!parts.is_empty()).then(|| self.spot(parts))
            })
            .collect();
        let mut found = FxHashMap::default();
        for words in [|patch: &Patch| plain(&patch.name), |patch: &Patch| plain(&patch.key)] {
            let named = set.patches.iter().zip(&spots).filter_map(|(patch, spot)| Some((words(patch), (*spot)?)));
            found.extend(named);
        }
        found
    }

    /// By the key of a zone.
    pub(super) fn by_zone(&self, words: &str) -> Found {
        let found = self.zones.get(words).or_else(|| self.zones.get(&key_form(words)));
        found.and_then(|zone| self.zone_spots.get(*zone)).copied().ok_or("its zone is none of the place's")
    }

    /// An asset by its key or name, and the patch it stands in.
    pub(super) fn by_asset(&self, words: &str) -> Option<(AssetIdx, Spot)> {
        self.assets.get(&plain(words)).copied()
    }

    /// By a postcode, or the district before its space.
    pub(super) fn by_postcode(&mut self, words: &str) -> Found {
        if let Some(known) = self.postcode_spots.get(words) {
            return *known;
        }
        let found = self.postcode(words);
        if self.postcode_spots.len() >= MOST_POSTCODES {
            self.postcode_spots.clear();
        }
        self.postcode_spots.insert(words.into(), found);
        found
    }

    fn postcode(&mut self, words: &str) -> Found {
        let Some(postcodes) = self.postcodes.clone() else { return Err("the place has no postcode file") };
        let form = postcodes::form(words);
        if let Some(at) = postcodes.locate(&form) {
            return self.at(at);
        }
        if is_district(&form) {
            let districts = self.districts.get_or_init(|| districts(&postcodes, self.ground, &self.patch_locator));
            let parts = districts.get(&form).cloned().ok_or("its postcode district is not in the postcode file")?;
            if parts.is_empty() {
                return Err("its postcode district lies outside the place");
            }
            let spot = self.spot(parts);
            let name = self.district_names.entry(spot).or_insert_with(|| form.clone());
            if form < *name {
                name.clone_from(&form);
            }
            return Ok(spot);
        }
        Err(if form.len() >= 5 { "its postcode is not in the postcode file" } else { "its postcode cannot be read" })
    }

    /// By a point on the plane.
    fn at(&mut self, at: Xy) -> Found {
        let zone = self.ground.locator.near(at, SLIVER_M);
        let patch = self.patch_at(at);
        if zone.is_none() && (patch.is_none() || self.ground.one_patch) {
            return Err("it lies outside the place");
        }
        Ok(self.exactly(patch))
    }

    /// The zone of each of many points, to be handed to [`Wheres::by_point`].
    pub(super) fn zones(&self, points: &[(f64, f64)], crs: &Crs, zones: &mut Vec<Option<u32>>) {
        let grid = self.grid(crs);
        if self.is_native(crs) {
            return grid.areas_of(points, zones);
        }
        let nowhere = (f64::NAN, f64::NAN);
        let turned: Vec<_> = points.iter().map(|&(x, y)| self.native(x, y, crs).unwrap_or(nowhere)).collect();
        grid.areas_of(&turned, zones);
    }

    /// The zone of a point.
    pub(super) fn zone(&self, x: f64, y: f64, crs: &Crs) -> Option<u32> {
        self.native(x, y, crs).and_then(|(x, y)| self.grid(crs).area_of(x, y)).map(|zone| zone as u32)
    }

    /// The system that records are in whose file names none, told by a pair of numbers: degrees where they can be, else
    /// metres, of the British grid in Britain. Elsewhere the pair must lie in a zone when read so, as British or as Irish
    /// metres, to tell anything.
    pub(super) fn guess(&self, x: f64, y: f64) -> Option<Crs> {
        if x.abs() <= 180.0 && y.abs() <= 90.0 {
            return Some(Crs::LonLat);
        }
        if self.ground.plane.epsg() == 27_700 {
            return Some(Crs::BritishNationalGrid);
        }
        let irish = crate::load::points::irish(x, y, false);
        [Some(Crs::BritishNationalGrid), irish].into_iter().flatten().find(|crs| self.zone(x, y, crs).is_some())
    }

    /// By coordinates, and the zone that has them.
    pub(super) fn by_point(&mut self, x: f64, y: f64, crs: &Crs, zone: Option<u32>) -> Found {
        if let Some(spot) = zone.and_then(|zone| self.zone_spots.get(zone as usize)).copied()
            && self.is_exact(spot)
        {
            return Ok(spot);
        }
        match crs.to_xy(x, y, self.ground.plane) {
            Some(at) if zone.is_some() => Ok(self.exactly(self.patch_at(at))),
            Some(at) => self.at(at),
            None => Err("its coordinates cannot be read"),
        }
    }

    /// The zones under a grid in degrees or on the plane.
    fn grid(&self, crs: &Crs) -> &AreaGrid {
        match crs {
            Crs::LonLat => self.degrees.get_or_init(|| grid(self.ground, true)),
            _ => self.metres.get_or_init(|| grid(self.ground, false)),
        }
    }

    /// Whether coordinates need no conversion for their grid.
    fn is_native(&self, crs: &Crs) -> bool {
        match crs {
            Crs::LonLat => true,
            _ => self.ground.plane.epsg() == 27_700 && matches!(crs, Crs::BritishNationalGrid),
        }
    }

    fn native(&self, x: f64, y: f64, crs: &Crs) -> Option<(f64, f64)> {
        if self.is_native(crs) {
            return Some((x, y));
        }
        crs.to_xy(x, y, self.ground.plane).map(|at| (at.x, at.y))
    }
}

fn grid(ground: &Ground<'_>, degrees: bool) -> AreaGrid {
    if !degrees {
        return AreaGrid::new(&ground.zones.iter().map(|zone| zone.shape.as_ref()).collect::<Vec<_>>());
    }
    let turned = |shape: &MultiPolygon<f64>| {
        shape.map_coords(|c| match ground.plane.to_lonlat(Xy::new(c.x, c.y)) {
            Some(at) => geo::coord! { x: at.lon, y: at.lat },
            None => geo::coord! { x: f64::NAN, y: f64::NAN },
        })
    };
    let shapes: Vec<Option<MultiPolygon<f64>>> =
        ground.zones.iter().map(|zone| zone.shape.as_ref().map(turned)).collect();
    AreaGrid::new(&shapes.iter().map(Option::as_ref).collect::<Vec<_>>())
}

/// Whether a postcode without its space is only the part before it: `NE1`, `SW1A`, `M25`.
fn is_district(form: &str) -> bool {
    let letters = form.bytes().take_while(u8::is_ascii_uppercase).count();
    let rest = &form.as_bytes()[letters..];
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let end = &rest[digits..];
    (1..=2).contains(&letters)
        && (1..=2).contains(&digits)
        && (end.is_empty() || (digits == 1 && end.len() == 1 && end[0].is_ascii_uppercase()))
}

/// Which patches the residents of each postcode district live in.
///
/// A zone's residents are shared equally among its postcodes, so a district has those of its postcodes.
/// A postcode outside every zone counts as many as one inside on average: that share of the district lives
/// elsewhere, and its records are expected there.
fn districts(postcodes: &Postcodes, ground: &Ground<'_>, patches: &Locator<'_>) -> FxHashMap<String, Parts> {
    let mut in_zone: Vec<f64> = vec![0.0; ground.zones.len()];
    let mut placed: Vec<(&str, Option<usize>, Option<PatchIdx>)> = Vec::new();
    for (code, at) in postcodes.points() {
        let Some(district) = code.get(..code.len().saturating_sub(3)).filter(|district| is_district(district)) else {
            continue;
        };
        let zone = ground.locator.near(at, SLIVER_M);
        let patch = match (zone, ground.one_patch) {
            (None, _) => None,
            (_, true) => Some(PatchIdx::from_usize(0)),
            _ => patches.near(at, SLIVER_M).map(PatchIdx::from_usize),
        };
        if let Some(zone) = zone {
            in_zone[zone] += 1.0;
        }
        placed.push((district, zone, patch));
    }
    placed.sort_unstable();
    let residents: Vec<f64> = ground
        .zone_positions
        .iter()
        .map(|run| ground.positions.get(run.clone()).unwrap_or_default().iter().map(|p| p.residents).sum())
        .collect();
    let total: f64 = (0..in_zone.len()).filter(|&zone| in_zone[zone] > 0.0).map(|zone| residents[zone]).sum();
    let usual = total / in_zone.iter().sum::<f64>().max(1.0);
    let mut districts: BTreeMap<&str, BTreeMap<Option<PatchIdx>, f64>> = BTreeMap::new();
    let mut all: BTreeMap<&str, f64> = BTreeMap::new();
    for (district, zone, patch) in placed {
        let people = zone.map_or(usual, |zone| residents[zone] / in_zone[zone]);
        *all.entry(district).or_default() += people;
        let here = districts.entry(district).or_default();
        if zone.is_some() {
            *here.entry(patch).or_default() += people;
        }
    }
    let shares = |(district, here): (&str, BTreeMap<Option<PatchIdx>, f64>)| {
        let whole = all.get(district).copied().unwrap_or(0.0);
        let parts = here.into_iter().filter(|(_, people)| *people > 0.0).map(|(patch, n)| (patch, n / whole)).collect();
        (district.to_owned(), parts)
    };
    districts.into_iter().map(shares).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_district_is_told_from_a_postcode() {
        for district in ["NE1", "M25", "SW1A", "E1W", "AB10"] {
            assert!(is_district(district), "{district}");
        }
        for other in ["NE11AA", "NE", "1", "NE123", "", "SW1A1AA", "NE1AB"] {
            assert!(!is_district(other), "{other}");
        }
    }
}
