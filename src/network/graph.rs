use super::barriers::Barriers;
use super::edge::{Edge, EdgeIdx, NodeIdx, StreetClass};
use super::estates::Estates;
use super::segments::SegmentIndex;
use crate::crs::Xy;
use crate::units::Metres;

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
    /// Whether it is met only at its ends: a tunnel, a bridge.
    pub is_passage: bool,
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

impl Island {
    /// Islands with less street than this are taken for mapping errors or yards.
    ///
    /// A judgement. Extracts of OpenStreetMap hold hundreds of loose bits: a footway not drawn through
    /// to the pavement, a court behind a private gate. Somebody who lives beside one is not cut off
    /// from the world, so [`StreetNetwork::snap`] prefers a larger island that is little further. Set
    /// too high, a true pocket of homes without a way out is joined across whatever divides it; too
    /// low, homes beside a loose path count as unreachable.
    pub const TINY: Metres = Metres::new(200.0);

    /// Whether it has less street than [`Island::TINY`].
    #[must_use]
    pub fn is_tiny(&self) -> bool {
        self.length < Self::TINY
    }
}

/// The streets of a place.
///
/// Nodes and streets have a fixed order that depends on where they are and not on the order in which
/// they were given. Built by [`super::Builder`], searched by [`super::Search`], never changed.
#[derive(Debug, PartialEq)]
pub struct StreetNetwork {
    pub(super) nodes: Vec<Xy>,
    pub(super) edges: Vec<Edge>,
    pub(super) points: Vec<Xy>,
    pub(super) names: Vec<Box<str>>,
    pub(super) arcs: Arcs,
    /// The island each node is on, as an index into `islands`.
    pub(super) node_island: Vec<u32>,
    pub(super) islands: Vec<Island>,
    pub(super) segments: SegmentIndex,
    pub(super) barriers: Barriers,
    pub(super) estates: Estates,
    pub(super) length: Metres,
}

/// Streets seen from their ends, in one run per node, for the search.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Arcs {
    /// Where the run of a node begins; one more entry than nodes.
    pub first: Vec<u32>,
    /// The node at the other end and the weight.
    pub to: Vec<(u32, u32)>,
    /// The street each arc is.
    pub edge: Vec<u32>,
    /// The heaviest weight, and the mean.
    pub heaviest: u32,
    pub mean: u32,
}

impl StreetNetwork {
    /// How many junctions and street ends there are.
    #[must_use]
    pub fn n_nodes(&self) -> usize {
        self.nodes.len()
    }

    /// How many stretches of street there are.
    #[must_use]
    pub fn n_streets(&self) -> usize {
        self.edges.len()
    }

    /// Length of all streets together.
    #[must_use]
    pub fn length(&self) -> Metres {
        self.length
    }

    /// All nodes with where they are, in their fixed order.
    #[must_use]
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = (NodeIdx, Xy)> + '_ {
        self.nodes.iter().enumerate().map(|(i, &at)| (NodeIdx(i as u32), at))
    }

    /// Where a node is.
    #[must_use]
    pub fn node_at(&self, node: NodeIdx) -> Xy {
        self.nodes[node.index()]
    }

    /// All streets, in their fixed order.
    #[must_use]
    pub fn streets(&self) -> impl ExactSizeIterator<Item = Street<'_>> + '_ {
        (0..self.edges.len()).map(|i| self.street(EdgeIdx(i as u32)))
    }

    /// One street.
    #[must_use]
    pub fn street(&self, edge: EdgeIdx) -> Street<'_> {
        let Edge { from, to, length, class, is_passage, name, .. } = self.edges[edge.index()];
        Street {
            edge,
            from: NodeIdx(from),
            to: NodeIdx(to),
            length: Metres::new(length),
            class,
            is_passage,
            name: name.and_then(|name| self.names.get(name as usize)).map(AsRef::as_ref),
            shape: self.shape(edge),
        }
    }

    /// The parts of the network that are not joined to each other, the one with most street first.
    #[must_use]
    pub fn islands(&self) -> &[Island] {
        &self.islands
    }

    /// The island a street is on, as an index into [`StreetNetwork::islands`].
    #[must_use]
    pub fn island_of(&self, edge: EdgeIdx) -> usize {
        self.node_island[self.edges[edge.index()].from as usize] as usize
    }

    pub(super) fn shape(&self, edge: EdgeIdx) -> &[Xy] {
        let Edge { first_point, end_point, .. } = self.edges[edge.index()];
        &self.points[first_point as usize..end_point as usize]
    }
}
