//! The sections of `place.toml` that set rules: what "covered" means, and how small counts are protected.

use super::OneOrMany;
use schemars::JsonSchema;
use serde::Deserialize;

/// `[[standards]]`
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StandardSection {
    /// Name in links: lower case letters, digits and hyphens.
    pub key: String,
    /// Name for people; made from the rest when absent.
    pub title: Option<String>,
    /// Kinds of asset that satisfy it.
    pub kinds: OneOrMany,
    /// How long the walk may be.
    pub within_minutes: f64,
    /// Open at this time or later (`"17:00"`), on at least one of `days`.
    pub open_after: Option<String>,
    /// Days looked at for `open_after`: `["Mo", "Tu", …]`; Monday to Friday when absent.
    #[schemars(extend("default" = ["Mo", "Tu", "We", "Th", "Fr"]))]
    pub days: Option<Vec<String>>,
    /// The entrance must be step-free.
    #[serde(default)]
    pub step_free: bool,
    /// The day asked about; the place's date when absent.
    pub date: Option<String>,
}

/// `[disclosure]`
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DisclosureSection {
    /// Counts below this are hidden.
    #[schemars(extend("default" = 10))]
    pub threshold: u32,
    /// Other counts are rounded to a multiple of this.
    #[schemars(extend("default" = 5))]
    pub rounding: u32,
    /// Directory of the releases published before (`*.json`, oldest first by name), as `patchwork audit
    /// --keep` writes them; what they hid stays hidden.
    pub releases: Option<String>,
}

impl Default for DisclosureSection {
    fn default() -> Self {
        Self { threshold: 10, rounding: 5, releases: None }
    }
}
