use crate::crs::Xy;
use crate::units::Metres;

/// Index of a junction or street end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeIdx(pub(super) u32);

/// Index of a stretch of street between two nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EdgeIdx(pub(super) u32);

/// What a stretch of street is for; decides where people are assumed to live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StreetClass {
    /// Homes stand along it: residential, living street, unclassified in a town.
    Residential,
    /// A road that carries through traffic; some homes.
    Main,
    /// Drives, alleys, car parks.
    Service,
    /// Footways, paths, cycleways, tracks, pedestrian streets.
    Path,
    /// Steps: walkable, not step-free.
    Steps,
}

/// A stretch of street between two nodes, as somebody outside sees it.
#[derive(Debug, Clone, Copy)]
pub struct Street<'a> {
    /// Its index.
    pub edge: EdgeIdx,
    /// One end.
    pub from: NodeIdx,
    /// The other end.
    pub to: NodeIdx,
    /// Length along its bends.
    pub length: Metres,
    /// What it is for.
    pub class: StreetClass,
    /// Its name, where it has one.
    pub name: Option<&'a str>,
    /// The line from `from` to `to`, both included.
    pub shape: &'a [Xy],
}

/// A part of the network that no street joins to the rest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Island {
    /// Nodes in it.
    pub nodes: usize,
    /// Length of its streets.
    pub length: Metres,
    /// A point on it.
    pub at: Xy,
}

/// The streets of a place.
#[derive(Debug)]
pub struct StreetNetwork {}
