//! The only form in which an answer leaves the house: features with named, described properties, and
//! the unit, method, source, licence and date of each layer. The only place that knows a property's
//! public name.

pub mod catalog;
pub mod closure;
pub mod giving;
pub mod hubs;
pub mod hubs_ground;
pub mod plan_patches;
pub mod marker;
pub mod shape;
pub mod table;
pub mod totals;
pub mod nearby;
pub mod rounds;
pub mod what_if;

mod asked;
mod assets;
mod column;
mod coverage;
mod credits;
mod evidence;
pub(crate) mod field;
mod gaps;
mod id;
mod main_patch;
mod moved_homes;
mod over_the_day;
mod pack;
mod patch_changes;
mod patches;
mod reach;
mod room;
pub(crate) mod round;
mod streets;
mod surroundings;
mod themes;
mod value;
mod zones;

pub use catalog::{Answer, Findings, build, coverage_layer, engagement_layers, gaps_layer, giving_layers, room_layer};
pub use column::{GroupRole, Is, Role};
pub(crate) use evidence::MARKS;
pub use id::{About, LayerId};
pub use marker::Marker;
pub use value::{json_value, marker, plain};

use chrono::NaiveDate;
use geo::Geometry;

/// Every kind of layer, in the order they are listed: the one registry of what is measured. The snapshot, the catalogue,
/// `patchwork measure` and the house test go through it; a new measure adds its line here.
pub static CATALOGUE: &[catalog::Entry] = &[
    patches::ENTRY,
    patch_changes::ENTRY,
    zones::ENTRY,
    assets::ENTRY,
    streets::ENTRY,
    surroundings::ENTRY,
    coverage::ENTRY,
    gaps::ENTRY,
    room::ENTRY,
    over_the_day::ENTRY,
    reach::ENTRY,
    themes::ENTRY,
    evidence::ENTRY,
    moved_homes::ENTRY,
    giving::GRANTS,
    giving::PATCHES,
    giving::ZONES,
    giving::NEED,
    giving::TOTAL,
    giving::BESIDE,
];

/// A collection of features about one question.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// Which it is; as text its name in links: `patches`, `coverage-hub-15`.
    pub id: LayerId,
    /// Name for people.
    pub title: String,
    /// The question it answers and how, in two or three sentences.
    pub description: String,
    /// Paragraph of METHODS.md, as an anchor: `coverage`.
    pub method: &'static str,
    /// Where the data came from.
    pub credits: Credits,
    /// What each property is.
    pub fields: Vec<Field>,
    /// The features, sorted by id.
    pub features: Vec<Feature>,
}

impl Layer {
    /// Whether it is a table: it has features and none of them has a shape, so there is nothing to draw.
    /// A layer that happens to be empty may have shapes tomorrow and counts as one to draw.
    #[must_use]
    pub fn is_table(&self) -> bool {
        !self.features.is_empty() && self.features.iter().all(|feature| feature.geometry.is_none())
    }
}

/// Source, licence and date of a layer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Credits {
    /// Titles of the sources.
    pub sources: Vec<String>,
    /// Licences of the sources, each once.
    pub licences: Vec<String>,
    /// The words the licences ask for, each once.
    pub attributions: Vec<String>,
    /// The day the data describe.
    pub date: Option<NaiveDate>,
    /// What every reader must know: made up, stand-ins, straight lines instead of streets.
    pub notices: Vec<String>,
    /// How much was hidden and rounded to protect people, in a sentence; none where nothing was.
    pub protection: Option<String>,
}

/// A property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Public name; ends in its unit where it has one and the name alone would not tell.
    pub name: String,
    /// Name for people.
    pub title: String,
    /// What it is, in a sentence.
    pub description: String,
    /// What its values are.
    pub kind: FieldKind,
    /// Unit in words: `residents`, `minutes`, `metres`, `share from 0 to 1`.
    pub unit: Option<&'static str>,
    /// What it is to whoever reads it.
    pub role: Role,
}

/// What the values of a property are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Words.
    Text,
    /// Whole numbers.
    Integer,
    /// Numbers.
    Number,
    /// True or false.
    Boolean,
    /// A day.
    Date,
}

/// A feature: one value for each field of its layer, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// Stable name, unique in the layer.
    pub id: String,
    /// Where it is, in metres on the place's plane; `None` when it has no place on the map.
    pub geometry: Option<Geometry<f64>>,
    /// Values, as many as the layer has fields.
    pub values: Vec<Value>,
}

/// The value of a property.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Not known, or not reachable: never a number that stands for it.
    Null,
    /// Not there, and why.
    Marked(Marker),
    /// Words.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
    /// True or false.
    Boolean(bool),
    /// A day.
    Date(NaiveDate),
}
