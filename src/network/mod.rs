//! A network of streets one can walk: built once, searched often. Knows nothing of what is at its ends.
//!
//! Distances are metres along the streets; "cannot be reached" is `None`, never a large number.

mod build;
mod graph;
mod search;
mod snap;

pub use build::{Builder, BuildReport};
pub use graph::{EdgeIdx, Island, NodeIdx, Street, StreetClass, StreetNetwork};
pub use search::{Nearest, Search};
pub use snap::Snap;
