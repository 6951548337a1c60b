//! What is true of a place: functions from a [`crate::place::Place`] and a rule to an answer.

pub mod catchment;
mod cause;
mod cells;
pub mod by_group;
pub mod evidence;
pub mod coverage;
pub mod engaged;
pub mod gaps;
pub mod giving;
pub mod missing;
mod moved_homes;
pub mod near;
pub mod nearby;
mod patch_changes;
pub mod qualify;
pub mod reach;
pub mod rounds;
mod stretch;
pub mod themes;
pub mod walk;
pub mod what_if;

pub use catchment::{Catchment, catchments};
pub use cause::Cause;
pub use coverage::{Coverage, Covered, GroupCovered, coverage, coverage_by};
pub use engaged::Engaged;
pub use gaps::{Gap, Gaps, gaps};
pub use giving::{GivingRule, Reached, giving};
pub use missing::{Lack, Missing, missing};
pub use moved_homes::{MovedHomes, moved_homes};
pub use nearby::{Nearby, nearby};
pub use patch_changes::{ChangeKind, PatchChange, goes_on_as, patch_changes};
pub use qualify::{Shortfall, qualify};
pub use rounds::{Stop, rounds};
pub use walk::{Door, Walk, Walking};
pub use what_if::{Edit, Today, WhatIf, what_if};
