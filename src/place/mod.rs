//! What a place is made of, as plain data: patches, zones, groups, assets, streets, and where people
//! live. No file is opened here and no JSON is written; `load` fills these types, measures read them.

mod asset;
mod base_map;
mod code;
mod cube;
mod engagement;
mod grant;
mod group;
mod ids;
mod issue;
mod issues;
mod pack;
mod patch;
mod position;
pub mod postcode;
mod source;
mod standard;
mod surrounding;
mod transit;
mod understood;
mod zone;

pub use asset::{Asset, AssetStatus, Opening};
pub use base_map::BaseMap;
pub use code::{Code, Severity};
pub use cube::{COUNTED, CUBE_VERSION, Cube, CubeKey, CubeSums, Meaning, Words};
pub use engagement::{
    Activity, Answer, Basis, Contributors, Crossing, Engagement, Expected, FirstMet, HowOften, Met, PlaceOrPatch,
    Quarter, Raised, RaisedBy, RecordFile, Venue, Window, Work,
};
pub use grant::{
    Area, Aside, Benefit, Evidence, Giving, Grant, GrantFile, Office, Organisation, Part, Piece, Planned, Tally,
    Unplaced,
};
pub use group::{Group, reading_order};
pub use ids::{AssetIdx, EarlierIdx, GroupIdx, IdVec, Idx, PatchIdx, SourceIdx, ZoneIdx};
pub use issue::{Audience, Issue, Where};
pub use issues::Issues;
pub use patch::{EarlierPatches, Patch};
pub use position::{People, Position, Span};
pub use source::{RecordSet, Source};
pub use standard::{Over, PlaceUnit, PlacesAsked, Standard, Within};
pub use surrounding::{Scenery, Surrounding};
pub use transit::{Journey, Transit, TransitStop, WayBack, clock};
pub use understood::{LeftOut, UnderstoodGroup, UnderstoodTable, Why};
pub use zone::{Deprivation, Residents, Zone, estimate};

use crate::crs::Plane;
use crate::network::StreetNetwork;
use crate::units::WalkingSpeed;
use std::ops::Range;

/// A place, checked and complete. Built once by `load`, never changed, shared by reference.
///
/// Every coordinate is in metres on `plane`. Lists are sorted by key, so that the order of rows in the
/// input files changes nothing that leaves the house.
#[derive(Debug)]
pub struct Place {
    /// Short name for links and file names: lower case letters, digits and hyphens.
    pub key: String,
    /// Name for people.
    pub name: String,
    /// The place is invented; every page and file says so.
    pub made_up: bool,
    /// A sentence shown wherever the place is shown, such as "Wards stand in for patches".
    pub notice: Option<String>,
    /// Whom readers tell that something is wrong, as the place's owner wrote it.
    pub contact: Option<String>,
    /// A map of the owner's own to draw below the answers.
    pub base_map: Option<BaseMap>,
    /// Postcodes of the place and where they are, as people write them, sorted; none where it names no postcode file.
    pub postcodes: Vec<(String, crate::crs::Xy)>,
    /// The day the data describe, from `place.toml`.
    pub date: Option<chrono::NaiveDate>,
    /// The flat sheet all coordinates are on.
    pub plane: Plane,
    /// Groups of residents, in the order `place.toml` gives them.
    pub groups: IdVec<GroupIdx, Group>,
    /// Coordinators' areas, sorted by key.
    pub patches: IdVec<PatchIdx, Patch>,
    /// The patches of earlier times, those longest ago first.
    pub earlier_patches: Vec<EarlierPatches>,
    /// Small areas, sorted by key.
    pub zones: IdVec<ZoneIdx, Zone>,
    /// Where people live: sorted by zone, the positions of a zone in one run.
    pub positions: Vec<Position>,
    /// Which run of `positions` belongs to each zone.
    pub zone_positions: IdVec<ZoneIdx, Range<usize>>,
    /// Things to reach, sorted by key.
    pub assets: IdVec<AssetIdx, Asset>,
    /// The streets; `None` where none were given and walks are straight lines times `detour`.
    pub streets: Option<std::sync::Arc<StreetNetwork>>,
    /// What people know the place by, out of its street file: for the map alone, sorted by key.
    pub surroundings: Vec<Surrounding>,
    /// What runs by timetable; `None` where none was given.
    pub transit: Option<Transit>,
    /// How much longer a walk is than the straight line, where there are no streets.
    pub detour: f64,
    /// How fast residents walk unless their group has its own speed.
    pub speed: WalkingSpeed,
    /// What "covered" means here.
    pub standards: Vec<Standard>,
    /// Who was met, counted from the engagement files.
    pub engagement: Engagement,
    /// Kinds of asset that answer a theme: theme → kinds.
    pub theme_answers: std::collections::BTreeMap<String, Vec<String>>,
    /// How small counts of people are protected.
    pub disclosure: Disclosure,
    /// Grant files, as they were read.
    pub grants: Vec<RecordSet>,
    /// Grants and where they benefit somebody; `None` where no grants were given.
    pub giving: Option<Giving>,
    /// Where the data came from, with licence and date.
    pub sources: IdVec<SourceIdx, Source>,
}

impl Place {
    /// Residents of the whole place.
    #[must_use]
    pub fn residents(&self) -> f64 {
        self.zones.iter().map(|zone| zone.residents.total).sum()
    }

    /// How many zones have no known number of residents, and about how many people that is; `None` when all are
    /// known. An estimate by the zones around, in no sum.
    #[must_use]
    pub fn unknown_residents(&self) -> Option<(usize, f64)> {
        let known = |zone: &Zone| (!zone.residents.unknown).then_some(zone.residents.total);
        let zones = self.zones.iter().filter(|zone| zone.residents.unknown).count();
        (zones > 0).then(|| (zones, estimate(self.zones.iter().map(|zone| (zone.centre, known(zone))))))
    }

    /// How many of `count` people of a position's zone live at that position.
    ///
    /// Rounded so that the parts of a zone sum to `count` exactly, to the last bit: see [`Span`].
    #[must_use]
    pub fn people_at(&self, position: &Position, count: f64) -> f64 {
        position.span.of(count)
    }

    /// The positions in one zone.
    #[must_use]
    pub fn positions_of(&self, zone: ZoneIdx) -> &[Position] {
        &self.positions[self.zone_positions[zone].clone()]
    }

    /// Walking speed of a group: its own, or the place's.
    #[must_use]
    pub fn speed_of(&self, group: GroupIdx) -> WalkingSpeed {
        self.groups[group].speed.unwrap_or(self.speed)
    }
}

/// How small counts of people are protected: `[disclosure]` in place.toml.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disclosure {
    /// Counts of 1 up to one less than this are hidden.
    pub threshold: u64,
    /// Other counts are rounded to the nearest multiple of this.
    pub rounding: u64,
    /// What was published before, oldest first: the name of each file, and its text.
    pub earlier: Vec<(String, String)>,
    /// Which columns or categories of its table make each group of a dimension, where `place.toml` says so.
    pub grounds: std::collections::BTreeMap<(String, String), Vec<String>>,
    /// The directory in which what is published is kept; `None` where it is not to be.
    pub releases: Option<std::path::PathBuf>,
}

impl Disclosure {
    /// What a group is made of: the columns or categories of its table, else its key alone.
    #[must_use]
    pub fn made_of(&self, dimension: &str, group: &str) -> Vec<String> {
        let own = self.grounds.get(&(dimension.to_owned(), group.to_owned()));
        own.cloned().unwrap_or_else(|| vec![group.to_owned()])
    }
}

impl Default for Disclosure {
    fn default() -> Self {
        let grounds = std::collections::BTreeMap::new();
        Self { threshold: 10, rounding: 5, earlier: Vec::new(), grounds, releases: None }
    }
}
