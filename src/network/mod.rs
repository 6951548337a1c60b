//! A network of streets one can walk: built once, searched often. Knows nothing of what is at its ends.
//!
//! In reading order: [`Builder`] puts nodes and streets in a fixed order (`build`, `order`) and finds the
//! parts that hang together (`islands`); a point anywhere meets the network along a street (`snap`), which it reaches
//! without crossing what cannot be crossed (`barriers`), or by private streets to their end (`estates`);
//! [`Search`] walks from many sources at once (`search`, with its `queue`), and `many` runs several
//! searches on all cores.
//!
//! Distances are metres along the streets; "cannot be reached" is `None`, never a large number.

mod barriers;
mod build;
mod direct;
mod edge;
mod estates;
mod graph;
mod islands;
mod many;
mod order;
mod pack;
mod queue;
mod search;
mod segments;
mod snap;
mod targets;

pub use barriers::Barriers;
pub use build::{BuildReport, Builder, BuilderNode};
pub use edge::{EdgeIdx, NodeIdx, StreetClass};
pub use graph::{Island, Street, StreetNetwork};
pub use many::{matrix, nearest_many, nearest_of_nodes_many};
pub use search::{Nearest, NearestOfNodes, Search};
pub use snap::Snap;
pub use targets::Targets;
