//! `place.toml`, key by key. This file is the contract: a key that is not here is an error that names
//! the nearest one that is. Paths are relative to the directory of `place.toml` and may begin with an
//! environment variable, as in `${PATCHWORK_SHARED}/data/newport/lsoa_2021.fgb`.

use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

mod patches;
mod rules;
mod transit;

/// The JSON Schema of `place.toml`, by which editors complete and check it while it is written.
#[must_use]
pub fn schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(Manifest).to_value();
    schema["title"] = "place.toml of Patchwork".into();
    schema
}

pub use patches::{EarlierSection, PatchNames, PatchesSection};
pub use rules::{DisclosureSection, GroupWords, RELEASES, StandardSection};
pub use transit::TransitSection;

/// The whole of `place.toml`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Name and settings of the place.
    pub place: PlaceSection,
    /// Coordinators' areas. Without it, the whole place is one patch.
    pub patches: Option<PatchesSection>,
    /// Small areas with residents.
    pub zones: ZonesSection,
    /// Tables of residents by group.
    #[serde(default)]
    pub groups: Vec<GroupsSection>,
    /// An index of deprivation by zone.
    pub deprivation: Option<DeprivationSection>,
    /// Streets to walk. Without it, walks are straight lines times `detour_factor`, and say so.
    pub streets: Option<StreetsSection>,
    /// Timetables of buses, trains and ferries.
    #[serde(default)]
    pub transit: Vec<TransitSection>,
    /// Things to reach.
    #[serde(default)]
    pub assets: Vec<AssetsSection>,
    /// Engagement records: who was met.
    #[serde(default)]
    pub engagement: Vec<EngagementSection>,
    /// Kinds of asset that answer a theme: theme → one kind or several.
    #[serde(default)]
    pub themes: BTreeMap<String, OneOrMany>,
    /// Grants in the 360Giving standard.
    #[serde(default)]
    pub grants: Vec<RecordsSection>,
    /// What helps to say where grants benefit somebody.
    #[serde(default)]
    pub giving: GivingSection,
    /// What "covered" means.
    #[serde(default)]
    pub standards: Vec<StandardSection>,
    /// Protection of small counts.
    #[serde(default)]
    pub disclosure: DisclosureSection,
}

/// `[place]`: what the place is called, and what holds for all of it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceSection {
    /// Name for people.
    pub name: String,
    /// Short name for links; made from `name` when absent.
    pub key: Option<String>,
    /// The place is invented.
    #[serde(default)]
    pub made_up: bool,
    /// A sentence shown wherever the place is shown.
    pub notice: Option<String>,
    /// Whom readers tell that something is wrong: an e-mail address, a telephone number or a sentence.
    pub contact: Option<String>,
    /// Address of the tiles of a map to draw below the answers, with `{z}`, `{x}` and `{y}` where their numbers go;
    /// readers' browsers fetch them from there.
    pub base_map: Option<String>,
    /// The words that the owner of that map asks for.
    pub base_map_credit: Option<String>,
    /// The day the data describe (`2024-06-30`).
    pub date: Option<String>,
    /// Plane to measure on, `EPSG:27700` or a UTM zone such as `EPSG:32722`; chosen from the zones when absent.
    pub crs: Option<String>,
    /// Walking speed of residents, 4.8 when absent.
    #[schemars(extend("default" = 4.8))]
    pub walking_speed_kmh: Option<f64>,
    /// Walk ÷ straight line where there are no streets, 1.3 when absent.
    #[schemars(extend("default" = 1.3))]
    pub detour_factor: Option<f64>,
    /// A postcode file (Code-Point Open, ONSPD, NSPL or any with postcode and coordinates), for tables
    /// that have postcodes and no coordinates.
    pub postcodes: Option<String>,
}

/// Words about a file that any section may give.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// Name of the data for people.
    pub title: Option<String>,
    /// Licence, as the publisher names it.
    pub licence: Option<String>,
    /// The words the licence asks for.
    pub attribution: Option<String>,
    /// The day the data describe.
    pub date: Option<String>,
}

/// `[zones]`: boundaries, or a table of H3 cells or centres.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ZonesSection {
    /// Any map layer of boundaries (`docs/files.md`); or CSV, XLSX, Parquet of H3 cells or centres.
    pub file: String,
    /// Layer of a GeoPackage or sheet of a workbook.
    pub layer: Option<String>,
    /// Property with the key.
    pub key: Option<String>,
    /// Property with the name.
    pub name: Option<String>,
    /// Property with the residents, when the boundary file has them.
    pub residents: Option<String>,
    /// Groups the boundary file has as properties: group key → property.
    #[serde(default)]
    pub groups: BTreeMap<String, String>,
    /// Reference system, when the file does not say or says it wrong.
    pub crs: Option<String>,
    /// Where people live inside a zone.
    #[serde(default)]
    pub dwellings: DwellingsSection,
    /// About the file.
    #[serde(default)]
    pub source: Provenance,
}

/// `[zones.dwellings]`: the first that is given is used, in this order; zones it does not reach fall
/// through to the next, and last to their centre.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DwellingsSection {
    /// Address or building points: any layer, or a table with coordinates.
    pub points: Option<WeightedPoints>,
    /// Smaller areas with counts and centres, such as output areas.
    pub smaller_areas: Option<WeightedPoints>,
    /// Spread along residential streets inside the zone (default true when there are streets).
    pub streets: Option<bool>,
}

/// Points with weights.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WeightedPoints {
    /// Any layer or table.
    pub file: String,
    /// Layer or sheet.
    pub layer: Option<String>,
    /// Property with the weight; every point weighs the same when absent.
    pub weight: Option<String>,
    /// Property with the longitude or easting, when it is not the geometry.
    pub x: Option<String>,
    /// Property with the latitude or northing, when it is not the geometry.
    pub y: Option<String>,
    /// Reference system of `x` and `y` or of the geometry.
    pub crs: Option<String>,
    /// About the file.
    #[serde(default)]
    pub source: Provenance,
}

/// `[[groups]]`: a table of residents by group, wide or long.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupsSection {
    /// CSV, XLSX or Parquet.
    pub file: String,
    /// Sheet of a workbook.
    pub sheet: Option<String>,
    /// What the groups are parts of: `ethnic_group`, `age`, `disability`.
    pub dimension: String,
    /// Name of the dimension for people.
    pub label: Option<String>,
    /// Column with the zone key; recognised when absent.
    pub zone: Option<String>,
    /// Long tables: column with the category.
    pub category: Option<String>,
    /// Long tables: column with the count.
    pub count: Option<String>,
    /// Keep only rows where a column has this value, such as `{ sex = "Persons", geography = "OA" }`.
    #[serde(default, rename = "where")]
    pub only: BTreeMap<String, String>,
    /// Which categories (long) or columns (wide) make which group: key → one or several of them, each
    /// counted once. Recognised for the census tables, or every category its own group, when absent.
    #[serde(default)]
    pub groups: BTreeMap<String, OneOrMany>,
    /// Labels for people: key → label.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Category or column with everybody; recognised when absent, else the sum of the groups.
    pub total: Option<String>,
    /// Columns or categories that are not to be counted: not people, or the same people again.
    #[serde(default)]
    pub leave_out: Vec<String>,
    /// The year to take, where columns of several years stand side by side.
    pub year: Option<i32>,
    /// The sign before decimals, `"."` or `","`, where the numbers of the file leave it open.
    pub decimal: Option<String>,
    /// Take the zones' residents from this table. The first table when no table says so.
    pub residents: Option<bool>,
    /// Walking speed of a group, where it differs: key → km/h.
    #[serde(default)]
    pub walking_speed_kmh: BTreeMap<String, f64>,
    /// Bring the table from other zones to these.
    pub lookup: Option<LookupSection>,
    /// About the file.
    #[serde(default)]
    pub source: Provenance,
}

/// One string, or a list of them.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum OneOrMany {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

/// A table that says which old zone is which new one. An old zone that became several is shared among
/// them by `weight`, or by the residents already known, or equally; nobody is lost.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LookupSection {
    /// CSV, XLSX or Parquet.
    pub file: String,
    /// Column with the table's zone.
    pub from: String,
    /// Column with this place's zone.
    pub to: String,
    /// Column with the share or weight of the pair.
    pub weight: Option<String>,
}

/// `[deprivation]`: an index of deprivation by small area, such as the English or the Welsh one.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeprivationSection {
    /// CSV, XLSX or Parquet: IoD File 7 of 2019 or 2025, or any table with a decile.
    pub file: String,
    /// Sheet of a workbook.
    pub sheet: Option<String>,
    /// Name of the index for people; recognised when absent.
    pub index: Option<String>,
    /// Column with the zone key.
    pub zone: Option<String>,
    /// Column with the decile, 1 the most deprived.
    pub decile: Option<String>,
    /// Column with the rank, 1 the most deprived.
    pub rank: Option<String>,
    /// How many zones the index ranks, where the table is only a part of it and has no deciles.
    pub zones_ranked: Option<u32>,
    /// The decile of the most deprived tenth: 1, or 10 where the file counts the other way; told by its titles and
    /// numbers when absent.
    pub most_deprived: Option<u8>,
    /// Column with the score.
    pub score: Option<String>,
    /// Bring the table from other zones to these.
    pub lookup: Option<LookupSection>,
    /// About the file.
    #[serde(default)]
    pub source: Provenance,
}

/// `[streets]`: the streets and paths people walk on; without them walks are straight lines, made longer by a factor.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StreetsSection {
    /// `.osm.pbf`, `.osm`, or any line layer.
    pub file: Option<String>,
    /// Instead of `file`: several files of one form, region by region, which become one network joined at their borders.
    #[serde(default)]
    pub files: Vec<String>,
    /// Layer of a GeoPackage.
    pub layer: Option<String>,
    /// Line layers: property with the street name; recognised when absent.
    pub name: Option<String>,
    /// Line layers: reference system, when the file does not say.
    pub crs: Option<String>,
    /// Line layers: ends closer than this are one junction; 0.5 when absent.
    #[schemars(extend("default" = 0.5))]
    pub join_within_m: Option<f64>,
    /// Line layers: leave out lines where a property has one of these values, such as motorways.
    #[serde(default)]
    pub exclude: BTreeMap<String, OneOrMany>,
    /// A point further than this from every street is not joined to one; 500 when absent.
    #[schemars(extend("default" = 500))]
    pub max_off_street_m: Option<f64>,
    /// About the file.
    #[serde(default)]
    pub source: Provenance,
}

impl StreetsSection {
    /// The files that are named, in the order in which they are.
    pub(crate) fn named(&self) -> Vec<&str> {
        self.file.iter().chain(&self.files).map(String::as_str).collect()
    }

    /// The files in messages.
    pub(crate) fn shown(&self) -> String {
        self.named().join(", ")
    }
}

/// `[[assets]]`: a file of places people can go to: hubs, libraries, halls, surgeries.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssetsSection {
    /// CSV, XLSX, Parquet or any layer; the street file when `osm = true` and absent.
    pub file: Option<String>,
    /// Read the assets out of OpenStreetMap tags.
    #[serde(default)]
    pub osm: bool,
    /// Layer or sheet.
    pub layer: Option<String>,
    /// The kind of every asset in the file.
    pub kind: Option<String>,
    /// Column or property with the kind.
    pub kind_field: Option<String>,
    /// Kinds to keep, and what the file calls them: kind → values of `kind_field`, or OSM filters such
    /// as `amenity=library`. Everything else is left out. All, under the file's own names, when absent.
    #[serde(default)]
    pub kinds: BTreeMap<String, OneOrMany>,
    /// Column or property for each fact, where its name is not recognised: `key`, `name`, `status`,
    /// `opens_on`, `closes_on`, `opening_hours`, `capacity`, `step_free`, `last_checked`, `address`,
    /// `postcode`, `x`, `y`.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// Keep only rows where a column has this value.
    #[serde(default, rename = "where")]
    pub only: BTreeMap<String, OneOrMany>,
    /// Reference system of the coordinates.
    pub crs: Option<String>,
    /// A postcode file for this table, when not `[place] postcodes`.
    pub postcodes: Option<String>,
    /// OSM: also make an asset of kind `high_street` from each run of at least this many shops on one
    /// street (default 10; 0 makes none).
    #[schemars(extend("default" = 10))]
    pub high_street_shops: Option<u32>,
    /// About the file.
    #[serde(default)]
    pub source: Provenance,
}

/// `[[engagement]]`: a file with a row for each time somebody was met.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EngagementSection {
    /// CSV, XLSX or Parquet; or nothing, where `cube` is given.
    #[serde(default)]
    pub file: String,
    /// Instead of records: a cube of them, which `patchwork count` or another engine has counted (`docs/cube.md`).
    pub cube: Option<String>,
    /// Sheet of a workbook.
    pub sheet: Option<String>,
    /// Column for each fact, where its title is not recognised: `id`, `date`, `activity`, `asset`, `patch`,
    /// `zone`, `postcode`, `district`, `x`, `y`, `person`, `people`, `hours`, `connections`, `themes`.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// Column for each dimension of groups, where its title is not recognised; of several columns the
    /// words are joined by a comma.
    #[serde(default)]
    pub dimensions: BTreeMap<String, OneOrMany>,
    /// What the file calls each group, where its words are not recognised: words → group key, or `not_recorded`;
    /// or the same under the dimension whose groups are meant: dimension → words → group key.
    #[serde(default)]
    pub groups: BTreeMap<String, GroupWords>,
    /// The activity of every record, such as `membership`, where no column says.
    pub activity: Option<String>,
    /// What the file calls each activity, where its words are not recognised: words → activity.
    #[serde(default)]
    pub activities: BTreeMap<String, String>,
    /// Dates such as 03/04/2024 have the month first. The day is first when absent.
    #[serde(default)]
    pub month_first: bool,
    /// Reference system of `x` and `y`; degrees when they look like degrees, else British National Grid.
    pub crs: Option<String>,
    /// A postcode file for these records, when not `[place] postcodes`.
    pub postcodes: Option<String>,
    /// Which patches the file's names of patches are of: `"then"`, those in force on the day of the record, see
    /// `[[patches.earlier]]`; or `"today"`, where the file was written anew since.
    #[serde(default)]
    #[schemars(with = "String", extend("default" = "then"))]
    pub patch_names: PatchNames,
    /// A CSV or Parquet file larger than this streams through memory; 128 when absent, 0 streams any.
    #[schemars(extend("default" = 128))]
    pub stream_above_mb: Option<u64>,
    /// About the file.
    #[serde(default)]
    pub source: Provenance,
}

/// `[[grants]]`: a file of grants, best in the 360Giving standard.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordsSection {
    /// CSV, XLSX, Parquet; grants also 360Giving JSON.
    pub file: String,
    /// Sheet of a workbook.
    pub sheet: Option<String>,
    /// Column for each fact, where its name is not recognised.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// About the file.
    #[serde(default)]
    pub source: Provenance,
}

/// `[giving]`: what helps to say where grants benefit somebody.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GivingSection {
    /// Currency of the answers; that of most grants when absent.
    pub currency: Option<String>,
    /// A grant of at most this many pounds is small enough for a group without a bank account or
    /// committee; 1000 when absent.
    #[schemars(extend("default" = 1000))]
    pub small_grant: Option<f64>,
    /// Tables with this place's zones in one column and the codes and names of larger or older areas in
    /// others, such as the lookups from LSOAs to wards and districts.
    #[serde(default)]
    pub lookups: Vec<AreaLookup>,
    /// Layers with the outlines of areas that grants name, such as wards as they were: each is made of the zones
    /// most of whose residents live inside.
    #[serde(default)]
    pub outlines: Vec<OutlineSection>,
    /// Further postcode files, to find recipients' offices.
    #[serde(default)]
    pub postcodes: Vec<String>,
    /// A table or layer of the organisations there are, with postcodes or coordinates.
    pub organisations: Option<OrganisationsSection>,
}

/// A table that says which areas the zones of this place are in.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AreaLookup {
    /// CSV, XLSX or Parquet.
    pub file: String,
    /// Column with this place's zone; recognised when absent.
    pub zone: Option<String>,
    /// About the file.
    #[serde(default)]
    pub source: Provenance,
}

/// A layer of areas that grants name.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OutlineSection {
    /// GeoPackage, GeoJSON, Shapefile, FlatGeobuf.
    pub file: String,
    /// Layer of a file with several.
    pub layer: Option<String>,
    /// Reference system, where the file does not say.
    pub crs: Option<String>,
    /// Column with the code; recognised when absent.
    pub key: Option<String>,
    /// Column with the name; recognised when absent.
    pub name: Option<String>,
    /// About the file.
    #[serde(default)]
    pub source: Provenance,
}

/// A list of the organisations there are.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrganisationsSection {
    /// CSV, XLSX, Parquet or any layer.
    pub file: String,
    /// Column with the postcode; recognised when absent.
    pub postcode: Option<String>,
    /// About the file.
    #[serde(default)]
    pub source: Provenance,
}
