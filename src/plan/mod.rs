//! What could change: functions from a [`crate::place::Place`] and a brief to a proposal with its reasons.

pub mod hubs;
pub mod patches;

pub use hubs::{Brief, Proposal, Unplanned, hubs};
