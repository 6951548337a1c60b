//! The sections of `place.toml` about coordinators' areas: as they are, and as they were.

use super::Provenance;
use schemars::JsonSchema;
use serde::Deserialize;

/// `[patches]`: boundaries with a key and a name.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchesSection {
    /// Any map layer of boundaries (`docs/files.md`).
    pub file: String,
    /// Layer of a GeoPackage; the only one when absent.
    pub layer: Option<String>,
    /// Property with the key; recognised from its name when absent.
    pub key: Option<String>,
    /// Property with the name; recognised from its name when absent.
    pub name: Option<String>,
    /// Reference system, when the file does not say or says it wrong.
    pub crs: Option<String>,
    /// The patches as they were before, so that the past is counted on today's.
    #[serde(default)]
    pub earlier: Vec<EarlierSection>,
    /// About the file.
    #[serde(default)]
    pub source: Provenance,
}

/// `[[patches.earlier]]`: the patches of an earlier time.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EarlierSection {
    /// Any map layer of boundaries (`docs/files.md`).
    pub file: String,
    /// Layer of a GeoPackage; the only one when absent.
    pub layer: Option<String>,
    /// Property with the key; recognised from its name when absent.
    pub key: Option<String>,
    /// Property with the name; recognised from its name when absent.
    pub name: Option<String>,
    /// Reference system, when the file does not say or says it wrong.
    pub crs: Option<String>,
    /// What they are called, such as `Wards of 2018`; made from the dates when absent.
    pub title: Option<String>,
    /// The first day they were in force (`2018-05-03`); when absent, the day after those before them ended, or ever.
    pub from: Option<String>,
    /// The last day they were in force (`2024-03-31`).
    pub until: String,
    /// About the file.
    #[serde(default)]
    pub source: Provenance,
}

/// Which patches the names in a file of records are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PatchNames {
    /// Those in force on the day of the record.
    #[default]
    Then,
    /// Today's, whenever the record was made: the file was written anew since.
    Today,
}
