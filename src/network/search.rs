//! Shortest walks from many starting points at once, up to a limit.

use super::direct::Away;
use super::edge::Weight;
use super::queue::{BucketQueue, Entry};
use super::{NodeIdx, Snap, StreetNetwork, Targets};
use crate::units::Metres;

/// The source that is nearest, and how far it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nearest {
    /// Index into the list of sources.
    pub source: usize,
    /// The walk, with the off-street parts at both ends.
    pub distance: Metres,
}

/// Shortest walks over one network. Holds the scratch space of a search: make one per thread, use it
/// for many searches.
///
/// *Method.* Dijkstra's algorithm started from all sources at once, stopped at the limit, with a bucket
/// queue. Streets are walked both ways. A label is a distance and the source it is measured from; of
/// two equal distances the one from the lower source index wins, so the answer does not depend on the
/// order of the work.
///
/// *Precision.* Each length is rounded once to a tenth of a millimetre; see the crate's methods.
#[derive(Debug)]
pub struct Search<'n> {
    network: &'n StreetNetwork,
    /// The best label of each node; empty until the first search.
    best: Vec<Label>,
    /// Nodes whose label is not [`Label::NONE`].
    touched: Vec<u32>,
    queue: BucketQueue,
    batch: Vec<Entry>,
    /// Labels the sources give to the ends of their streets, nearest first.
    seeds: Vec<(Label, u32)>,
    /// The sources by their streets.
    origins: Vec<Origin>,
}

/// A distance in the upper half and a source in the lower, so that one comparison orders both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Label(u64);

/// A source on its street.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Origin {
    edge: u32,
    source: u32,
    along: u32,
    off_street: u32,
}

impl Label {
    /// No way.
    const NONE: Self = Self(u64::MAX);

    fn new(distance: u32, source: u32) -> Self {
        Self(u64::from(distance) << 32 | u64::from(source))
    }

    fn distance(self) -> u32 {
        (self.0 >> 32) as u32
    }

    fn source(self) -> u32 {
        self.0 as u32
    }

    /// The label after `more` of walking; `None` from nowhere, or beyond the limit.
    fn after(self, more: u32, limit: u32) -> Option<Self> {
        if self == Self::NONE {
            return None;
        }
        let distance = self.distance().checked_add(more).filter(|&distance| distance <= limit)?;
        Some(Self::new(distance, self.source()))
    }

    /// The label after a street of this weight, which must not lead beyond any limit.
    fn along(self, weight: u32) -> Self {
        Self(self.0 + (u64::from(weight) << 32))
    }

    /// What it says to the outside.
    pub(super) fn nearest(self) -> Option<Nearest> {
        (self != Self::NONE)
            .then(|| Nearest { source: self.source() as usize, distance: Weight::metres(self.distance()) })
    }
}

/// The nearest source of every node of a network.
#[derive(Debug, Clone)]
pub struct NearestOfNodes(pub(super) Vec<Label>);

impl NearestOfNodes {
    /// The source nearest to a node; `None` where none is within the limit.
    #[must_use]
    pub fn of(&self, node: NodeIdx) -> Option<Nearest> {
        self.0.get(node.index()).copied().and_then(Label::nearest)
    }
}

impl<'n> Search<'n> {
    /// Scratch space for searches over this network.
    #[must_use]
    pub fn new(network: &'n StreetNetwork) -> Self {
        Self {
            network,
            best: Vec::new(),
            touched: Vec::new(),
            queue: BucketQueue::new(&network.arcs),
            batch: Vec::new(),
            seeds: Vec::new(),
            origins: Vec::new(),
        }
    }

    /// Which source is nearest to each target, and how far is the walk?
    ///
    /// The walk goes from the source to its street, along the streets, and from the street to the
    /// target; two points on one street reach each other directly along it, and two that are both away from the
    /// streets in a straight line where that is shorter and crosses no barrier. `limit` is for the whole
    /// walk and includes a walk of exactly that length. Answers are in the order of `targets`; `None`
    /// where no source is within the limit or no street leads there. Snaps must be of this network.
    pub fn nearest(&mut self, sources: &[Snap], targets: &[Snap], limit: Option<Metres>) -> Vec<Option<Nearest>> {
        self.labels_of(numbered(sources), targets, limit).into_iter().map(Label::nearest).collect()
    }

    /// Which source is nearest to each node, and how far is the walk?
    ///
    /// As [`Search::nearest`], for all junctions and street ends.
    pub fn nearest_of_nodes(&mut self, sources: &[Snap], limit: Option<Metres>) -> NearestOfNodes {
        NearestOfNodes(self.labels_of_nodes(numbered(sources), limit))
    }

    /// The label of each target, from sources that bring their own numbers.
    pub(super) fn labels_of(
        &mut self,
        sources: impl IntoIterator<Item = (u32, Snap)>,
        targets: &[Snap],
        limit: Option<Metres>,
    ) -> Vec<Label> {
        let limit = limit_of(limit);
        let sources: Vec<(u32, Snap)> = sources.into_iter().collect();
        let away = Away::of(sources.iter().map(|(source, snap)| (*source as usize, *snap)));
        self.run(sources, limit);
        let label = |target: &Snap| {
            let direct =
                away.near(self.network, target).map(|(source, walk)| Label::new(Weight::of(walk), source as u32));
            let direct = direct.filter(|label| label.distance() <= limit);
            direct.chain(self.label_at(target, limit)).min().unwrap_or(Label::NONE)
        };
        targets.iter().map(label).collect()
    }

    /// The label of each node, from sources that bring their own numbers.
    pub(super) fn labels_of_nodes(
        &mut self,
        sources: impl IntoIterator<Item = (u32, Snap)>,
        limit: Option<Metres>,
    ) -> Vec<Label> {
        self.run(sources, limit_of(limit));
        self.touched.clear();
        std::mem::take(&mut self.best)
    }

    /// Which targets are within the limit of one source, and how far is each? (Its catchment.)
    ///
    /// Pairs of target index and walk, by index. This is also the quick answer to "what if there were
    /// one more source": a target's new nearest walk is the shorter of its old one and the one given here.
    pub fn within(&mut self, source: &Snap, targets: &Targets, limit: Metres) -> Vec<(usize, Metres)> {
        let limit = limit_of(Some(limit));
        self.run([(0, *source)], limit);
        let arcs = &self.network.arcs;
        let mut found = Vec::new();
        let own = source.edge.0;
        let ends_reached = self.touched.iter().flat_map(|&node| {
            let run = arcs.first[node as usize] as usize..arcs.first[node as usize + 1] as usize;
            arcs.edge[run].iter().map(move |&edge| (node, edge))
        });
        // Each street is looked at once: from its `from` end, or from the other if only that was reached.
        let streets = ends_reached.filter(|&(node, edge)| {
            let from = self.network.edges[edge as usize].from;
            edge != own && (node == from || self.best[from as usize] == Label::NONE)
        });
        for edge in streets.map(|(_, edge)| edge).chain([own]) {
            for (index, target) in targets.on(edge) {
                if let Some(label) = self.label_on(edge, target.along, target.off_street, limit) {
                    found.push((index, label.distance()));
                }
            }
        }
        let direct = targets.away.near(self.network, source).map(|(index, walk)| (index, Weight::of(walk)));
        found.extend(direct.filter(|&(_, walk)| walk <= limit));
        found.sort_unstable();
        found.dedup_by_key(|&mut (index, _)| index);
        found.into_iter().map(|(index, walk)| (index, Weight::metres(walk))).collect()
    }

    fn label_at(&self, target: &Snap, limit: u32) -> Option<Label> {
        self.label_on(target.edge.0, Weight::of(target.along), Weight::of(target.off_street), limit)
    }

    /// The best label of a point on a street: round by either end, or straight along the street.
    fn label_on(&self, edge: u32, along: u32, off_street: u32, limit: u32) -> Option<Label> {
        let street = self.network.edges.get(edge as usize)?;
        let along = along.min(street.weight);
        let by_from = self.best[street.from as usize].after(along, limit);
        let by_to = self.best[street.to as usize].after(street.weight - along, limit);
        let first = self.origins.partition_point(|origin| origin.edge < edge);
        let direct = self.origins[first..].iter().take_while(|origin| origin.edge == edge).filter_map(|origin| {
            Label::new(origin.off_street, origin.source).after(origin.along.abs_diff(along), limit)
        });
        by_from.into_iter().chain(by_to).chain(direct).min()?.after(off_street, limit)
    }

    fn run(&mut self, sources: impl IntoIterator<Item = (u32, Snap)>, limit: u32) {
        self.reset();
        self.place_sources(sources, limit);
        let mut next_seed = 0;
        let mut bucket = 0;
        loop {
            if self.queue.is_empty() {
                match self.seeds.get(next_seed) {
                    Some((label, _)) => bucket = self.queue.bucket(label.distance()),
                    None => break,
                }
            }
            while let Some(&(label, node)) = self.seeds.get(next_seed) {
                if self.queue.bucket(label.distance()) > bucket {
                    break;
                }
                self.improve(node, label);
                next_seed += 1;
            }
            self.settle_bucket(bucket, limit);
            bucket += 1;
        }
    }

    /// Forgets the search before.
    fn reset(&mut self) {
        if self.best.len() < self.network.n_nodes() {
            self.best = vec![Label::NONE; self.network.n_nodes()];
        } else if self.touched.len() > self.best.len() / 8 {
            self.best.fill(Label::NONE);
        } else {
            for &node in &self.touched {
                self.best[node as usize] = Label::NONE;
            }
        }
        self.touched.clear();
    }

    fn place_sources(&mut self, sources: impl IntoIterator<Item = (u32, Snap)>, limit: u32) {
        self.seeds.clear();
        self.origins.clear();
        for (source, snap) in sources {
            let Some(street) = self.network.edges.get(snap.edge.index()) else { continue };
            let along = Weight::of(snap.along).min(street.weight);
            let off_street = Weight::of(snap.off_street);
            self.origins.push(Origin { edge: snap.edge.0, source, along, off_street });
            let start = Label::new(off_street, source);
            self.seeds.extend(start.after(along, limit).map(|label| (label, street.from)));
            self.seeds.extend(start.after(street.weight - along, limit).map(|label| (label, street.to)));
        }
        self.seeds.sort_unstable();
        self.origins.sort_unstable();
    }

    fn improve(&mut self, node: u32, label: Label) {
        let best = &mut self.best[node as usize];
        if label < *best {
            if *best == Label::NONE {
                self.touched.push(node);
            }
            *best = label;
            self.queue.push(Entry { distance: label.distance(), node });
        }
    }

    /// Walks on from every node of a bucket until the bucket stays empty.
    fn settle_bucket(&mut self, bucket: u32, limit: u32) {
        let mut batch = std::mem::take(&mut self.batch);
        let arcs = &self.network.arcs;
        loop {
            self.queue.take(bucket, &mut batch);
            if batch.is_empty() {
                break;
            }
            for entries in batch.chunks(ABREAST) {
                let mut valid = [(Label::NONE, 0, 0); ABREAST];
                let mut n_valid = 0;
                for &Entry { distance, node } in entries {
                    let label = self.best[node as usize];
                    valid[n_valid] = (label, arcs.first[node as usize], arcs.first[node as usize + 1]);
                    // Not if a shorter way was found after the entry was made.
                    n_valid += usize::from(label.distance() == distance);
                }
                for &(label, first, end) in &valid[..n_valid] {
                    let left = limit - label.distance();
                    for &(next, weight) in &arcs.to[first as usize..end as usize] {
                        if weight <= left {
                            self.improve(next, label.along(weight));
                        }
                    }
                }
            }
        }
        self.batch = batch;
    }
}

/// How many nodes are looked up together, before walking on from any of them, so that waits for memory
/// overlap. Worth a fifth of the time where sources are many and far apart; 16 or 64 do as well.
const ABREAST: usize = 32;

/// Sources with their places in the list as numbers.
fn numbered(sources: &[Snap]) -> impl Iterator<Item = (u32, Snap)> {
    (0..u32::MAX).zip(sources.iter().copied())
}

fn limit_of(limit: Option<Metres>) -> u32 {
    limit.map_or(Weight::LONGEST, |limit| Weight::of(limit).min(Weight::LONGEST))
}

#[cfg(test)]
#[path = "search_tests.rs"]
mod tests;
