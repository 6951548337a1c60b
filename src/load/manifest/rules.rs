//! The sections of `place.toml` that set rules: what "covered" means, and how small counts are protected.

use super::OneOrMany;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// `[[standards]]`: what every resident is meant to have, such as a hub within 15 minutes' walk.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StandardSection {
    /// Name in links: lower case letters, digits and hyphens.
    pub key: String,
    /// Name for people; made from the rest when absent.
    pub title: Option<String>,
    /// Kinds of asset that satisfy it.
    pub kinds: OneOrMany,
    /// How long the walk may be; with `by = "walk+transit"` how long the journey may be from door to door, waiting
    /// included.
    pub within_minutes: f64,
    /// `"walk"`, or `"walk+transit"`: on foot or by what the `[[transit]]` timetables say, whichever is sooner.
    #[schemars(extend("default" = "walk", "enum" = ["walk", "walk+transit"]))]
    pub by: Option<String>,
    /// By transit: when people set out, such as `"09:30-11:30"` on the standard's `date`, or with days of the week that
    /// holds it: `"Tu 09:30-11:30"`, `"Mo-Fr 09:30-11:30"`. Each minute counts, the last one not.
    pub window: Option<String>,
    /// By transit, in place of `window`: by when people must be there, such as `"10:00"` or `"Tu 10:00"`. They set out as
    /// late as they can, and what they wait there counts.
    pub arrive_by: Option<String>,
    /// By transit: changes from one vehicle to another, at most; 2 when absent.
    #[schemars(extend("default" = 2))]
    pub changes: Option<u32>,
    /// By transit: no walk to a stop, from it or between two stops takes longer; 20 when absent.
    #[schemars(extend("default" = 20))]
    pub walk_minutes: Option<f64>,
    /// By transit: one must be able to be back home by then (`"13:00"`).
    pub back_by: Option<String>,
    /// By transit, with `back_by`: minutes that people stay, at least; 60 when absent.
    #[schemars(extend("default" = 60))]
    pub stay_minutes: Option<f64>,
    /// Open at this time or later (`"17:00"`), on at least one of `days`.
    pub open_after: Option<String>,
    /// Days looked at for `open_after` and `over`: `["Mo", "Tu", …]`; when absent Monday to Friday, with `over` all.
    #[schemars(extend("default" = ["Mo", "Tu", "We", "Th", "Fr"]))]
    pub days: Option<Vec<String>>,
    /// So many different assets must be within reach: 2 asks for the second nearest, so that there is a choice; 1 when
    /// absent. On foot.
    #[schemars(extend("default" = 1, "minimum" = 1, "maximum" = 9))]
    pub nth: Option<u32>,
    /// Places for 1,000 residents, at least, in the assets within reach, each resident counted once (see the method of
    /// catchment ratios). Assets say how many places they have in the column `capacity`. On foot.
    pub places_per_1000: Option<f64>,
    /// As `places_per_1000`, in places times the hours in which the doors are open in a week.
    pub place_hours_per_1000: Option<f64>,
    /// Over which time one looks at what comes now and then (a library van, a club in term time): `"4 weeks"` from the week
    /// that holds `date`, or `"28 days"` from `date` on; `"1 day"` is that day. Covered is the share of the weeks, or of the
    /// days (those of `days`, where they are given), on which an asset is there. On foot.
    pub over: Option<String>,
    /// The entrance must be step-free.
    #[serde(default)]
    pub step_free: bool,
    /// The day asked about; the place's date when absent.
    pub date: Option<String>,
}

/// Where releases are kept when nothing is said.
pub const RELEASES: &str = "releases";

/// `[disclosure]`: what is hidden of counts of people met, and by how much.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DisclosureSection {
    /// Counts below this are hidden.
    #[schemars(extend("default" = 10))]
    pub threshold: u32,
    /// Other counts are rounded to a multiple of this.
    #[schemars(extend("default" = 5))]
    pub rounding: u32,
    /// Directory of the releases published before (`*.json`, oldest first by name, dates after other names), as
    /// `patchwork serve` and `patchwork audit --keep` write them; what they hid stays hidden.
    pub releases: String,
    /// Whether `patchwork serve` keeps what it publishes there, so that no later release gives away more together
    /// with it. Each further release takes longer to protect.
    pub keep: bool,
}

impl Default for DisclosureSection {
    fn default() -> Self {
        Self { threshold: 10, rounding: 5, releases: RELEASES.to_owned(), keep: false }
    }
}

/// A group's key, or what the file calls the groups of a dimension.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum GroupWords {
    /// Words that mean one group, in whichever dimension it is.
    Key(String),
    /// A dimension's own words: words → group key.
    Words(BTreeMap<String, String>),
}
