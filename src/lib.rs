//! Patchwork: who can walk to what, where coverage has gaps and why, and where hubs should go.
//!
//! Files come in once ([`read`]), are checked ([`load`]), and become one immutable [`place::Place`]. A [`measure`] says what
//! is true of the place; a plan says what could change. A [`layer`] is the only form in which an answer
//! leaves the house, with its unit, method and source; [`query`] chooses of it, [`export`] and [`report`] write it for
//! programs and for paper. A snapshot is a place with its layers, built
//! whole and swapped whole; HTTP only reads snapshots.
//!
//! The modules below are in reading order, and each imports only those above it in rank; the test
//! `tests/it/house.rs` says the ranks and proves it.

pub mod memory;
pub mod text;
pub mod units;
pub mod crs;
pub mod pack;
pub mod stats;
pub mod network;
pub mod transit;
pub mod locate;
pub mod region;
pub mod place;
pub mod store;
pub mod read;
pub mod load;
pub mod synth;
pub mod disclose;
pub mod measure;
pub mod plan;
pub mod layer;
pub mod query;
pub mod export;
pub mod report;
pub mod snapshot;
pub mod edit;
pub mod http;
pub mod config;
pub mod cli;
#[cfg(test)]
#[path = "../tests/it/real_files.rs"]
mod real_files;
