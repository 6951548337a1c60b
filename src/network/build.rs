//! Nodes and streets in any order become a network in a fixed order.

use super::barriers::Barriers;
use super::edge::{Edge, Weight};
use super::estates::{Drive, Estates};
use super::graph::Arcs;
use super::islands::find_islands;
use super::order::{along_hilbert_curve, compare_lines};
use super::segments::SegmentIndex;
use super::{NodeIdx, StreetClass, StreetNetwork};
use crate::crs::Xy;
use crate::units::Metres;
use std::collections::BTreeSet;

/// A node as its [`Builder`] knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BuilderNode(u32);

/// Collects nodes and streets, and makes a network of them.
///
/// Streets meet only at nodes: two lines that cross on the map and share no node pass over each other.
#[derive(Debug, Default)]
pub struct Builder {
    nodes: Vec<Xy>,
    streets: Vec<Draft>,
    barriers: Vec<Vec<Xy>>,
    drives: Vec<Drive>,
}

#[derive(Debug)]
struct Draft {
    from: u32,
    to: u32,
    shape: Vec<Xy>,
    length: f64,
    class: StreetClass,
    is_passage: bool,
    name: Option<Box<str>>,
}

/// What became of what was given to a [`Builder`].
#[derive(Debug, Clone, PartialEq)]
pub struct BuildReport {
    /// Streets without length, or with coordinates that are not numbers; left out.
    pub degenerate: usize,
    /// Streets given twice, with the same ends, shape, class and name; kept once.
    pub duplicates: usize,
    /// Nodes at which no street ended; left out.
    pub unused_nodes: usize,
    nodes: Vec<Option<NodeIdx>>,
}

impl BuildReport {
    /// Which node of the network a node of the builder became; `None` when no street ended there.
    #[must_use]
    pub fn node(&self, node: BuilderNode) -> Option<NodeIdx> {
        self.nodes.get(node.0 as usize).copied().flatten()
    }
}

impl Builder {
    /// An empty builder.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a junction or street end. Two nodes at the same point stay two.
    pub fn node(&mut self, at: Xy) -> BuilderNode {
        self.nodes.push(at);
        BuilderNode(index(self.nodes.len() - 1))
    }

    /// Adds a street that can be walked both ways; `between` are its bends, without the two ends.
    ///
    /// A blank name is no name. Both nodes must come from this builder.
    pub fn street(
        &mut self,
        from: BuilderNode,
        to: BuilderNode,
        between: &[Xy],
        class: StreetClass,
        name: Option<&str>,
    ) {
        self.add(from, to, between, (class, false), name);
    }

    /// As [`Builder::street`], for one that is met only at its ends, since it runs below ground, above it or under
    /// cover: a tunnel, a bridge. No point snaps to it.
    pub fn passage(
        &mut self,
        from: BuilderNode,
        to: BuilderNode,
        between: &[Xy],
        class: StreetClass,
        name: Option<&str>,
    ) {
        self.add(from, to, between, (class, true), name);
    }

    /// Adds a line that no step between a point and a street crosses: a river, a railway, a motorway.
    pub fn barrier(&mut self, line: &[Xy]) {
        self.barriers.push(line.to_vec());
    }

    /// Adds a private street. Only a point beside it uses it, to get to the nearest junction with the others.
    pub fn private(&mut self, from: BuilderNode, to: BuilderNode, between: &[Xy]) {
        if let Some(shape) = self.shape(from, to, between) {
            self.drives.push(Drive { from: from.0, to: to.0, shape });
        }
    }

    fn shape(&self, from: BuilderNode, to: BuilderNode, between: &[Xy]) -> Option<Vec<Xy>> {
        let (start, end) = (self.nodes.get(from.0 as usize)?, self.nodes.get(to.0 as usize)?);
        let mut shape: Vec<Xy> = std::iter::once(start).chain(between).chain([end]).copied().collect();
        shape.dedup();
        Some(shape)
    }

    fn add(
        &mut self,
        from: BuilderNode,
        to: BuilderNode,
        between: &[Xy],
        (class, is_passage): (StreetClass, bool),
        name: Option<&str>,
    ) {
        let Some(shape) = self.shape(from, to, between) else { return };
        let length = shape.windows(2).map(|pair| pair[0].distance(pair[1]).get()).sum();
        let name = name.map(str::trim).filter(|name| !name.is_empty()).map(Into::into);
        self.streets.push(Draft { from: from.0, to: to.0, shape, length, class, is_passage, name });
    }

    /// Makes the network.
    ///
    /// Nodes are put in the order of a Hilbert curve, so that neighbours on the ground are neighbours in
    /// memory and a search stays within the processor's cache; streets follow their ends. The order in
    /// which nodes and streets were added changes nothing, save which of two nodes at the very same
    /// point comes first.
    #[must_use]
    pub fn build(self) -> (StreetNetwork, BuildReport) {
        let Self { nodes: given, mut streets, barriers, drives } = self;
        let n_given = streets.len();
        streets.retain(|street| street.length.is_finite() && street.length > 0.0);
        let degenerate = n_given - streets.len();

        let (order, renamed) = order_nodes(&given, &streets);
        let nodes: Vec<Xy> = order.iter().map(|&old| given[old as usize]).collect();
        for street in &mut streets {
            street.rename(&renamed);
        }
        streets.sort_unstable_by(Draft::compare);
        let n_kept = streets.len();
        streets.dedup_by(|a, b| Draft::compare(a, b).is_eq());
        let duplicates = n_kept - streets.len();

        let mut network = assemble(nodes, streets, &barriers);
        network.estates = Estates::new(&drives, &renamed);
        let unused_nodes = given.len() - network.n_nodes();
        let nodes = renamed.into_iter().map(|new| new.map(NodeIdx)).collect();
        (network, BuildReport { degenerate, duplicates, unused_nodes, nodes })
    }
}

impl Draft {
    /// Gives its ends their new names, and runs it from the lower to the higher.
    fn rename(&mut self, renamed: &[Option<u32>]) {
        let new = |old: u32| renamed[old as usize].expect("an end of a street is a node in use");
        (self.from, self.to) = (new(self.from), new(self.to));
        let backwards = self.from.cmp(&self.to).then_with(|| compare_lines(self.shape.iter(), self.shape.iter().rev()));
        if backwards.is_gt() {
            std::mem::swap(&mut self.from, &mut self.to);
            self.shape.reverse();
            self.length = self.shape.windows(2).map(|pair| pair[0].distance(pair[1]).get()).sum();
        }
    }

    fn compare(&self, other: &Self) -> std::cmp::Ordering {
        (self.from, self.to)
            .cmp(&(other.from, other.to))
            .then_with(|| self.length.total_cmp(&other.length))
            .then_with(|| (self.class, self.is_passage, &self.name).cmp(&(other.class, other.is_passage, &other.name)))
            .then_with(|| compare_lines(self.shape.iter(), other.shape.iter()))
    }
}

/// Old names in the new order, and the new name of each old one.
fn order_nodes(given: &[Xy], streets: &[Draft]) -> (Vec<u32>, Vec<Option<u32>>) {
    let mut used = vec![false; given.len()];
    for street in streets {
        used[street.from as usize] = true;
        used[street.to as usize] = true;
    }
    let in_use: Vec<u32> = (0..index(given.len())).filter(|&old| used[old as usize]).collect();
    let order = along_hilbert_curve(given, in_use);
    let mut renamed = vec![None; given.len()];
    for (new, &old) in order.iter().enumerate() {
        renamed[old as usize] = Some(index(new));
    }
    (order, renamed)
}

fn assemble(nodes: Vec<Xy>, streets: Vec<Draft>, barriers: &[Vec<Xy>]) -> StreetNetwork {
    let names: BTreeSet<&str> = streets.iter().filter_map(|street| street.name.as_deref()).collect();
    let names: Vec<Box<str>> = names.into_iter().map(Into::into).collect();
    let mut points = Vec::with_capacity(streets.iter().map(|street| street.shape.len()).sum());
    let mut edges = Vec::with_capacity(streets.len());
    for street in streets {
        let first_point = index(points.len());
        points.extend_from_slice(&street.shape);
        edges.push(Edge {
            from: street.from,
            to: street.to,
            length: street.length,
            weight: Weight::of(Metres::new(street.length)),
            class: street.class,
            is_passage: street.is_passage,
            name: street.name.and_then(|name| names.binary_search(&name).ok()).map(index),
            first_point,
            end_point: index(points.len()),
        });
    }
    let arcs = arcs(nodes.len(), &edges);
    let (node_island, islands) = find_islands(&nodes, &edges, &arcs);
    let segments = SegmentIndex::new(&edges, &points);
    let barriers = Barriers::new(barriers);
    let length = Metres::new(edges.iter().map(|edge| edge.length).sum());
    StreetNetwork {
        nodes,
        edges,
        points,
        names,
        arcs,
        node_island,
        islands,
        segments,
        barriers,
        estates: Estates::new(&[], &[]),
        length,
    }
}

fn arcs(n_nodes: usize, edges: &[Edge]) -> Arcs {
    let mut first = vec![0u32; n_nodes + 1];
    // A street that returns to its own node leads nowhere in a search, but is still met once from there.
    let ends = |edge: &Edge| std::iter::once(edge.from).chain((edge.from != edge.to).then_some(edge.to));
    for node in edges.iter().flat_map(ends) {
        first[node as usize + 1] += 1;
    }
    for i in 0..n_nodes {
        first[i + 1] += first[i];
    }
    let n_arcs = first[n_nodes] as usize;
    let (mut to, mut edge_of) = (vec![(0, 0); n_arcs], vec![0; n_arcs]);
    let mut next = first.clone();
    for (i, edge) in edges.iter().enumerate() {
        for node in ends(edge) {
            let slot = next[node as usize] as usize;
            next[node as usize] += 1;
            to[slot] = (if node == edge.from { edge.to } else { edge.from }, edge.weight);
            edge_of[slot] = index(i);
        }
    }
    let heaviest = edges.iter().map(|edge| edge.weight).max().unwrap_or(0);
    let sum: u64 = edges.iter().map(|edge| u64::from(edge.weight)).sum();
    let mean = sum.checked_div(edges.len() as u64).unwrap_or(0) as u32;
    Arcs { first, to, edge: edge_of, heaviest, mean }
}

fn index(position: usize) -> u32 {
    u32::try_from(position).expect("a network has fewer than four thousand million nodes and bends")
}

#[cfg(test)]
#[path = "build_tests.rs"]
mod tests;
