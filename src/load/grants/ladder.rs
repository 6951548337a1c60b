//! Where a grant benefits somebody: the strongest evidence there is, and how strong that is.
//!
//! The rungs, from the top: a beneficiary's point, the code of an area, the location of delivery, a
//! place of this place that the words name, and last the recipient's postcode. An office says where post
//! is sent; maps of grants by office put a region's money into one street.

use super::gazetteer::{Coded, Gazetteer};
use super::offices::{Closeness, Offices};
use super::raw::{Raw, Regrant, Spot};
use crate::crs::{Plane, Xy};
use crate::load::locator::{Locator, SLIVER_M};
use crate::load::points::{self, Found};
use crate::place::{Area, Benefit, Evidence, Idx, Office, Part, Unplaced, ZoneIdx};
use crate::read::Cell;
use std::borrow::Cow;
use std::collections::HashMap;

/// How far an office may be from a ward or town whose name its grant bears. Of 4,116 grants over England and Wales,
/// 24 bear the name of a ward elsewhere (Trowbridge is a town in Wiltshire and a ward of Cardiff); the nearest of those
/// pairs lie 45 km apart, and groups seldom work further away than 25 km. At 100 km most of the 24 would be misplaced;
/// at 5 km, groups with an office in the next town would be placed by that office only.
const NEAR_M: f64 = 25_000.0;

/// An area of more zones than this is no ward or town: counties, countries. The largest town of one name that is no
/// local authority has some hundred LSOAs.
const MOST_ZONES_OF_A_TOWN: usize = 200;

/// What a grant is held against.
pub(super) struct Ladder<'a> {
    pub(super) gazetteer: &'a Gazetteer,
    pub(super) offices: &'a Offices,
    pub(super) locator: &'a Locator<'a>,
    pub(super) plane: &'a Plane,
    /// The patch most of a zone's residents live in.
    pub(super) patch_of: &'a [Option<crate::place::PatchIdx>],
    /// Middles of zones, for places whose zones have no areas.
    pub(super) centres: &'a [Xy],
    /// The middle of the place.
    pub(super) middle: Option<Xy>,
}

/// The areas that grants name, each once.
#[derive(Debug, Default)]
pub(super) struct Areas {
    known: HashMap<Area, usize>,
    list: Vec<Area>,
}

impl Areas {
    fn index(&mut self, area: Area) -> usize {
        if let Some(index) = self.known.get(&area) {
            return *index;
        }
        self.list.push(area.clone());
        self.known.insert(area, self.list.len() - 1);
        self.list.len() - 1
    }

    /// All of them.
    pub(super) fn into_list(self) -> Vec<Area> {
        self.list
    }
}

/// What one location says.
enum Said {
    Here(Area, Evidence, String, Option<Xy>),
    /// An area of which this place is only a part, and the part.
    Around(Area),
    Not(Unplaced),
    Nothing,
}

/// Where the recipient is.
pub(super) enum Seat {
    /// In a zone of this place.
    Here(Office),
    /// Known, and not in this place.
    Elsewhere,
    /// Not known.
    Unknown,
}

impl Ladder<'_> {
    /// The office of a grant's recipient.
    pub(super) fn seat(&self, raw: &Raw) -> Seat {
        if let Some(postcode) = raw.postcode.as_deref()
            && let Some((at, closeness)) = self.offices.find(postcode)
        {
            return match self.zone_at(at, closeness) {
                Some(zone) => Seat::Here(Office { zone, words: format!("{}{}", postcode.trim(), closeness.words()) }),
                None => Seat::Elsewhere,
            };
        }
        for spot in &raw.offices {
            match self.say(spot, Evidence::Office) {
                Said::Here(Area::Zones(zones), _, words, _) if zones.len() == 1 => {
                    if let Some(&zone) = zones.first() {
                        return Seat::Here(Office { zone, words });
                    }
                }
                Said::Not(Unplaced::Elsewhere) => return Seat::Elsewhere,
                _ => {}
            }
        }
        Seat::Unknown
    }

    fn zone_at(&self, at: Xy, closeness: Closeness) -> Option<ZoneIdx> {
        /// A sector's middle may lie in water: the nearest zone within half a kilometre is taken.
        const ROUGHLY_M: f64 = 500.0;
        let limit = if closeness == Closeness::Exact { SLIVER_M } else { ROUGHLY_M };
        self.locator.near(at, limit).map(ZoneIdx::from_usize).or_else(|| self.nearest_centre(at))
    }

    /// The zone with the nearest middle, in a place whose zones have no areas.
    fn nearest_centre(&self, at: Xy) -> Option<ZoneIdx> {
        /// Zones without areas are cells of a grid or middles of neighbourhoods, a kilometre across at most.
        const REACH_M: f64 = 1_000.0;
        if self.locator.any() {
            return None;
        }
        let near = self.centres.iter().enumerate().map(|(i, centre)| (centre.distance(at).get(), i));
        let (distance, zone) = near.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))?;
        (distance <= REACH_M).then(|| ZoneIdx::from_usize(zone))
    }

    /// The parts of a grant: one for each location it names, in equal shares, since the standard has
    /// no field for shares; else one. A neighbourhood with its district and country is one location said three times.
    pub(super) fn parts(&self, raw: &Raw, pence: i64, seat: &Seat, areas: &mut Areas) -> Vec<Part> {
        if raw.regrant != Regrant::No {
            return vec![Part { pence, benefit: Err(Unplaced::Regrant) }];
        }
        for (spots, evidence) in [(&raw.beneficiaries, Evidence::Area), (&raw.deliveries, Evidence::Delivery)] {
            let said: Vec<Said> = spots
                .iter()
                .map(|spot| self.say(spot, evidence))
                .filter(|said| !matches!(said, Said::Nothing))
                .collect();
            if !said.is_empty() {
                return split(pence, self.narrowed(raw, seat, self.innermost(said)), areas);
            }
        }
        let named = self.named(raw, seat, None);
        if !matches!(named, Said::Nothing) {
            return split(pence, vec![named], areas);
        }
        split(pence, vec![self.by_office(raw, seat)], areas)
    }

    /// What a location says by its point, else its code, else its name.
    fn say(&self, spot: &Spot, evidence: Evidence) -> Said {
        if let Some(at) = self.point(spot) {
            let by_point = if evidence == Evidence::Area { Evidence::Point } else { evidence };
            return match self.locator.near(at, SLIVER_M).map(ZoneIdx::from_usize).or_else(|| self.nearest_centre(at)) {
                Some(zone) => Said::Here(Area::Zones(vec![zone]), by_point, "a point".to_owned(), Some(at)),
                None => Said::Not(Unplaced::Elsewhere),
            };
        }
        if let Some(code) = spot.code.as_deref() {
            match self.gazetteer.code(code) {
                Coded::Here(area) => {
                    let how = if self.gazetteer.is_outlined(code) { ", by its outline" } else { "" };
                    return Said::Here(area, evidence, format!("the code {}{how}", code.trim()), None);
                }
                Coded::Wider(part) => return Said::Around(part),
                Coded::Unknown => {
                    if let Some((at, _)) = self.offices.find(code) {
                        let zone = self.locator.near(at, SLIVER_M).map(ZoneIdx::from_usize);
                        return zone.map_or(Said::Not(Unplaced::Elsewhere), |zone| {
                            Said::Here(Area::Zones(vec![zone]), evidence, format!("the postcode {}", code.trim()), None)
                        });
                    }
                }
            }
        }
        if let Some(name) = spot.name.as_deref()
            && let Some(area) = self.gazetteer.named(name)
        {
            return Said::Here(area.clone(), Evidence::Named, format!("the name \"{}\"", name.trim()), None);
        }
        if spot.code.is_some() { Said::Not(Unplaced::Elsewhere) } else { Said::Nothing }
    }

    fn point(&self, spot: &Spot) -> Option<Xy> {
        self.find(spot).xy()
    }

    /// Where the coordinates of a location are, in the order that lies near the place.
    pub(super) fn find(&self, spot: &Spot) -> Found {
        let (Some(lon), Some(lat)) = (spot.lon.as_deref(), spot.lat.as_deref()) else {
            return if spot.lon.is_some() || spot.lat.is_some() { Found::Nowhere } else { Found::Absent };
        };
        match (Cell::parse(lon), Cell::parse(lat)) {
            // The publishers' mark for "no location" is a pair of zeros.
            (Cell::Number(lon), Cell::Number(lat)) if lon == 0.0 && lat == 0.0 => Found::Absent,
            (Cell::Number(lon), Cell::Number(lat)) => points::find_pair((lon, lat), None, self.plane, self.middle),
            (Cell::Marker(_) | Cell::Blank, Cell::Marker(_) | Cell::Blank) => Found::Absent,
            _ => Found::Nowhere,
        }
    }

    /// Without what lies around another location of the same grant, and each location once.
    fn innermost(&self, said: Vec<Said>) -> Vec<Said> {
        let is_said = |nth: usize, own: &Said| {
            said.iter().enumerate().any(|(other_nth, other)| match (own, other) {
                _ if other_nth == nth => false,
                (Said::Around(own), Said::Here(other, ..)) => self.inside(other, own),
                (Said::Here(own, level, _, at), Said::Here(other, other_level, _, other_at)) => {
                    let two_points = at.is_some() && other_at.is_some() && at != other_at;
                    let same = self.inside(own, other);
                    let first = (other_level, other_nth) < (level, nth);
                    self.inside(other, own) && !two_points && (!same || first)
                }
                _ => false,
            })
        };
        let keep: Vec<bool> = said.iter().enumerate().map(|(nth, own)| !is_said(nth, own)).collect();
        said.into_iter().zip(keep).filter(|(_, keep)| *keep).map(|(said, _)| said).collect()
    }

    /// A grant coded to one area of several patches is narrowed to a place inside it that its words name:
    /// "in Old Trafford" says more than the code of Trafford does, and does not contradict it.
    fn narrowed(&self, raw: &Raw, seat: &Seat, said: Vec<Said>) -> Vec<Said> {
        let [Said::Here(outer, evidence, ..)] = said.as_slice() else { return said };
        if matches!(outer, Area::Patch(_)) || matches!(evidence, Evidence::Point) {
            return said;
        }
        match self.named(raw, seat, Some(outer)) {
            Said::Here(inner, level, words, at) if inner != *outer => vec![Said::Here(inner, level, words, at)],
            _ => said,
        }
    }

    /// Whether one area lies in another.
    fn inside(&self, inner: &Area, outer: &Area) -> bool {
        let patch_of = |zone: &ZoneIdx| self.patch_of.get(zone.index()).copied().flatten();
        match (&*of_zones(inner), &*of_zones(outer)) {
            (_, Area::Whole) => true,
            (Area::Zones(inner), Area::Zones(outer)) => inner.iter().all(|zone| outer.binary_search(zone).is_ok()),
            (Area::Zones(inner), Area::Patch(patch)) => inner.iter().all(|zone| patch_of(zone) == Some(*patch)),
            (Area::Patch(inner), Area::Patch(outer)) => inner == outer,
            (Area::Patch(inner), Area::Zones(outer)) => {
                let mut own =
                    (0..self.patch_of.len()).map(ZoneIdx::from_usize).filter(|zone| patch_of(zone) == Some(*inner));
                own.all(|zone| outer.binary_search(&zone).is_ok())
            }
            (Area::Whole | Area::Pieces(_), _) | (_, Area::Pieces(_)) => false,
        }
    }

    /// A place of this place that title or description name. Where several are named, the smallest that
    /// lies in all the others; where there is none, nobody can say.
    ///
    /// Words are not believed when the recipient is known to be elsewhere: there is more than one Hale. For the
    /// same reason a name inside a large place is believed only near the recipient's office (see [`NEAR_M`]), unless
    /// the grant is coded to an area that has it inside.
    fn named(&self, raw: &Raw, seat: &Seat, coded: Option<&Area>) -> Said {
        if matches!(seat, Seat::Elsewhere) {
            return Said::Nothing;
        }
        let texts = [raw.description.as_deref(), raw.title.as_deref()];
        let mut found: Vec<(String, Area)> =
            texts.into_iter().flatten().flat_map(|text| self.gazetteer.in_text(text)).collect();
        found.retain(|(_, area)| match coded {
            Some(outer) if *outer != Area::Whole => self.inside(area, outer),
            _ => self.is_near(area, seat),
        });
        found.sort_by(|a, b| a.1.cmp(&b.1).then_with(|| a.0.cmp(&b.0)));
        found.dedup_by(|a, b| a.1 == b.1);
        match found.iter().find(|(_, area)| found.iter().all(|(_, other)| self.inside(area, other))) {
            Some((name, area)) => Said::Here(area.clone(), Evidence::Named, format!("its words name \"{name}\""), None),
            None => Said::Nothing,
        }
    }

    /// Whether an area is near enough to the office for its name to mean it. Patches are what a place is known by,
    /// and large areas have names of their own.
    fn is_near(&self, area: &Area, seat: &Seat) -> bool {
        let area = of_zones(area);
        let Area::Zones(zones) = &*area else { return true };
        if zones.len() > MOST_ZONES_OF_A_TOWN {
            return true;
        }
        let centre = |zone: &ZoneIdx| self.centres.get(zone.index()).copied();
        let within = |from: Xy, limit: f64| zones.iter().filter_map(centre).any(|at| at.distance(from).get() <= limit);
        match seat {
            Seat::Here(office) => centre(&office.zone).is_none_or(|office| within(office, NEAR_M)),
            Seat::Unknown => self.centres.iter().all(|at| within(*at, 2.0 * NEAR_M)),
            Seat::Elsewhere => false,
        }
    }

    /// The area an office can serve, by the scope the grant states: a local area is its patch, a local
    /// authority the one it is in, and without a scope the whole place.
    fn by_office(&self, raw: &Raw, seat: &Seat) -> Said {
        let office = match seat {
            Seat::Here(office) => office,
            Seat::Elsewhere => return Said::Not(Unplaced::Elsewhere),
            Seat::Unknown => return Said::Not(Unplaced::Nowhere),
        };
        let area = match raw.scope.as_deref().map(|scope| scope.trim().to_uppercase()).as_deref() {
            Some("GLS010" | "GLS020" | "GLS030" | "GLS040") => return Said::Not(Unplaced::Wider),
            Some("GLS050") => self.gazetteer.authority(office.zone).cloned().unwrap_or(Area::Whole),
            Some("GLS060") => {
                let patch = self.patch_of.get(office.zone.index()).copied().flatten();
                patch.map_or_else(|| Area::Zones(vec![office.zone]), Area::Patch)
            }
            _ => Area::Whole,
        };
        Said::Here(area, Evidence::Office, format!("the recipient's postcode {}", office.words), None)
    }
}

/// An area as zones: of pieces, the zones they are cut from.
fn of_zones(area: &Area) -> Cow<'_, Area> {
    match area {
        Area::Pieces(pieces) => {
            let mut zones: Vec<ZoneIdx> = pieces.iter().map(|piece| piece.zone).collect();
            zones.dedup();
            Cow::Owned(Area::Zones(zones))
        }
        other => Cow::Borrowed(other),
    }
}

/// Equal shares of the money, to the penny: the first locations get the pennies that are left over.
fn split(pence: i64, said: Vec<Said>, areas: &mut Areas) -> Vec<Part> {
    let shares = crate::stats::apportion(pence, &vec![1.0; said.len()]);
    let part = |(said, pence): (Said, i64)| {
        let benefit = match said {
            Said::Here(area, evidence, words, at) => Ok(Benefit { area: areas.index(area), evidence, words, at }),
            Said::Not(why) => Err(why),
            Said::Around(_) => Err(Unplaced::Wider),
            Said::Nothing => Err(Unplaced::Nowhere),
        };
        Part { pence, benefit }
    };
    said.into_iter().zip(shares).map(part).collect()
}
