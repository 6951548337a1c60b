//! The section of `place.toml` that names a timetable.

use super::Provenance;
use schemars::JsonSchema;
use serde::Deserialize;

/// `[[transit]]`: a timetable in the GTFS format.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TransitSection {
    /// A `.zip`, or a directory with `stops.txt` and the others.
    pub file: String,
    /// About the file.
    #[serde(default)]
    pub source: Provenance,
}
