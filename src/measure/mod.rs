//! What is true of a place: functions from a [`crate::place::Place`] and a rule to an answer.

pub mod catchment;
mod cause;
mod cells;
pub mod closure;
pub mod by_group;
pub mod evidence;
pub mod coverage;
pub mod engaged;
pub mod gaps;
pub mod giving;
pub mod journeys;
pub mod missing;
mod moved_homes;
pub mod near;
pub mod nearby;
mod now_and_then;
mod patch_changes;
pub mod qualify;
pub mod reach;
pub mod room;
pub mod rounds;
mod stretch;
pub mod themes;
pub mod walk;
pub mod what_if;

pub use catchment::{Catchment, catchments};
pub use cause::Cause;
pub use closure::{Closure, Losers, closure};
pub use coverage::{
    Coverage, Covered, GroupCovered, OftenCovered, coverage, coverage_by, coverage_to, coverage_with_room,
};
pub use engaged::Engaged;
pub use gaps::{Gap, Gaps, gaps};
pub use giving::{GivingRule, Reached, giving};
pub use journeys::{ByBus, InTime, Moments, Often, Together};
pub use missing::{Lack, Missing, missing};
pub use moved_homes::{MovedHomes, moved_homes};
pub use nearby::{Nearby, nearby};
pub use patch_changes::{ChangeKind, PatchChange, goes_on_as, patch_changes};
pub use qualify::{Shortfall, qualify};
pub use room::{Provided, Ratio, Ratios, Room, RoomHere};
pub use rounds::{Stop, rounds};
pub use walk::{Door, Walk, Walking};
pub use what_if::{Edit, Today, WhatIf, what_if};
