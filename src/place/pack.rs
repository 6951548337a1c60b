//! A place as bytes and back, without what only those may know who hold the records.

use super::{
    Asset, AssetIdx, AssetStatus, Audience, BaseMap, Basis, Code, Deprivation, Disclosure, EarlierIdx, EarlierPatches,
    Engagement, Group, GroupIdx, IdVec, Idx, Issue, Journey, Opening, Over, Patch, PatchIdx, Place, PlaceUnit,
    PlacesAsked, Position, RecordFile, Residents, Scenery, Severity, Source, SourceIdx, Span, Standard, Surrounding,
    Transit, TransitStop, WayBack, Where, Zone, ZoneIdx,
};
use crate::crs::{Plane, Xy};
use crate::pack::{Done, Packed, Sink, Unpacker, damaged, packed_enums, packed_structs};
use crate::transit::{Call, Service, Timetable, Trip};

packed_structs! {
    Xy { x, y }
    BaseMap { tiles, origin, credit }
    Group { key, label, dimension, dimension_label, speed }
    Patch { key, name, shape }
    EarlierPatches { title, from, until, patches, of_position }
    Zone { key, name, shape, centre, residents, deprivation }
    Residents { total, unknown, by_group }
    Deprivation { decile, rank, score }
    Position { at, zone, patch, span, residents, snap }
    Span { from, to }
    Asset {
        key, name, kind, at, snap, status, opens_on, closes_on, opening, capacity, step_free, last_checked, address,
    }
    Surrounding { key, what, name, shape }
    Transit { stops, timetable }
    TransitStop { key, name, at, snap }
    Timetable { step_free_stops, services, trips, changes }
    Service { days }
    Trip { service, step_free, calls }
    Call { stop, arrival, departure, board, alight }
    Journey { days, from, to, arrive_by, changes, walk, back }
    WayBack { by, stay }
    Standard { key, title, kinds, within, nth, open_after, days, step_free, date, places, over, transit }
    PlacesAsked { per_1000, unit }
    Over { unit, periods }
    Source { file, role, title, licence, attribution, date, digest }
    Issue { severity, code, at, problem, remedy, audience }
    Where { file, row, field, key }
}

packed_enums! {
    AssetStatus { 0 Open, 1 Planned, 2 Closed }
    Opening { 0 Unknown, 1 Hours(words), 2 Unreadable(words) }
    Scenery { 0 Water, 1 Waterway, 2 Green, 3 Railway, 4 Station, 5 Settlement }
    Severity { 0 Error, 1 Warning, 2 Note }
    Audience { 0 Everybody, 1 Operator }
    Basis { 0 People, 1 Attendances }
    PlaceUnit { 0 Places, 1 PlaceHours }
}

macro_rules! indices {
    ($($name:ident)+) => {$(
        impl Packed for $name {
            fn pack(&self, to: &mut dyn Sink) -> Done {
                (self.index() as u32).pack(to)
            }

            fn unpack(from: &mut Unpacker<'_>) -> Done<Self> {
                Ok(Self::from_usize(u32::unpack(from)? as usize))
            }
        }
    )+};
}

indices! { PatchIdx EarlierIdx ZoneIdx GroupIdx AssetIdx SourceIdx }

impl<I: Idx, T: Packed> Packed for IdVec<I, T> {
    fn pack(&self, to: &mut dyn Sink) -> Done {
        crate::pack::pack_all(self.iter(), to)
    }

    fn unpack(from: &mut Unpacker<'_>) -> Done<Self> {
        Ok(Vec::unpack(from)?.into())
    }
}

impl Packed for Code {
    fn pack(&self, to: &mut dyn Sink) -> Done {
        self.word().pack(to)
    }

    fn unpack(from: &mut Unpacker<'_>) -> Done<Self> {
        let word = String::unpack(from)?;
        Self::ALL
            .iter()
            .find(|code| code.word() == word)
            .copied()
            .ok_or_else(|| damaged("a kind of issue that is not known"))
    }
}

impl Packed for Plane {
    fn pack(&self, to: &mut dyn Sink) -> Done {
        self.epsg().pack(to)
    }

    fn unpack(from: &mut Unpacker<'_>) -> Done<Self> {
        Self::from_epsg(u32::unpack(from)?).ok_or_else(|| damaged("a plane that is not known"))
    }
}

/// How counts were protected. What was published before, and where it is kept, is for those who count.
impl Packed for Disclosure {
    fn pack(&self, to: &mut dyn Sink) -> Done {
        let Self { threshold, rounding, earlier: _, grounds, releases: _ } = self;
        threshold.pack(to)?;
        rounding.pack(to)?;
        grounds.pack(to)
    }

    fn unpack(from: &mut Unpacker<'_>) -> Done<Self> {
        let (threshold, rounding) = Packed::unpack(from)?;
        Ok(Self { threshold, rounding, earlier: Vec::new(), grounds: Packed::unpack(from)?, releases: None })
    }
}

/// Of people met nothing is written but what every page says: that there are records, of whom, since when, and by what
/// they tell people apart. No count of anything is; a file that was used is one with one row.
impl Packed for Engagement {
    fn pack(&self, to: &mut dyn Sink) -> Done {
        self.basis.pack(to)?;
        self.days.pack(to)?;
        self.dimensions.pack(to)?;
        self.files.len().pack(to)?;
        self.files.iter().try_for_each(|file| {
            file.file.pack(to)?;
            (file.used > 0, file.patch_then > 0).pack(to)
        })
    }

    fn unpack(from: &mut Unpacker<'_>) -> Done<Self> {
        let (basis, days, dimensions) = Packed::unpack(from)?;
        let files = Vec::<(String, (bool, bool))>::unpack(from)?;
        let file = |(file, (used, then)): (String, (bool, bool))| {
            let (used, patch_then) = (u64::from(used), u64::from(then));
            RecordFile { file, rows: used, used, patch_then, ..RecordFile::default() }
        };
        Ok(Self { basis, days, dimensions, files: files.into_iter().map(file).collect(), ..Self::default() })
    }
}

/// All that questions are answered from. Grants are in the layers, as far as they are shown; their rows, and what rows were
/// not used, are for those who hold the files.
impl Packed for Place {
    fn pack(&self, to: &mut dyn Sink) -> Done {
        let Self {
            key,
            name,
            made_up,
            notice,
            contact,
            base_map,
            postcodes,
            date,
            plane,
            groups,
            patches,
            earlier_patches,
            zones,
            positions,
            zone_positions,
            assets,
            streets,
            surroundings,
            transit,
            detour,
            speed,
            standards,
            engagement,
            theme_answers,
            disclosure,
            grants: _,
            giving: _,
            sources,
        } = self;
        macro_rules! all {
            ($($part:ident)+) => {$($part.pack(to)?;)+};
        }
        all! {
            key name made_up notice contact base_map postcodes date plane groups patches earlier_patches zones positions
            zone_positions assets streets surroundings transit detour speed standards engagement theme_answers disclosure
            sources
        }
        Ok(())
    }

    fn unpack(from: &mut Unpacker<'_>) -> Done<Self> {
        macro_rules! all {
            ($($part:ident)+) => {
                Self { $($part: Packed::unpack(from)?,)+ grants: Vec::new(), giving: None }
            };
        }
        // Read in the order in which they stand here.
        let place = all! {
            key name made_up notice contact base_map postcodes date plane groups patches earlier_patches zones positions
            zone_positions assets streets surroundings transit detour speed standards engagement theme_answers disclosure
            sources
        };
        Ok(place)
    }
}
