//! Many searches at once, on all cores.

use super::graph::Weight;
use super::{Nearest, NearestOfNodes, Search, Snap, StreetNetwork};
use crate::units::Metres;
use rayon::prelude::*;
use std::sync::Mutex;

/// Points to be reached, filed by the street they are on.
#[derive(Debug, Clone)]
pub struct Targets {
    /// Where the run of a street begins; one more entry than streets.
    first: Vec<u32>,
    /// The targets in the order of their streets, each with its index in the list given.
    filed: Vec<(usize, Target)>,
}

/// A target on its street.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    pub along: u32,
    pub off_street: u32,
}

impl Targets {
    /// Files points of this network. A snap that is not of this network is never reached.
    #[must_use]
    pub fn new(network: &StreetNetwork, snaps: &[Snap]) -> Self {
        let mut order: Vec<usize> = (0..snaps.len()).filter(|&i| snaps[i].edge.index() < network.n_streets()).collect();
        order.sort_by_key(|&i| snaps[i].edge);
        let mut first = vec![0; network.n_streets() + 1];
        for &i in &order {
            first[snaps[i].edge.index() + 1] += 1;
        }
        for i in 1..first.len() {
            first[i] += first[i - 1];
        }
        let target = |snap: &Snap| Target { along: Weight::of(snap.along), off_street: Weight::of(snap.off_street) };
        let filed = order.into_iter().map(|i| (i, target(&snaps[i]))).collect();
        Self { first, filed }
    }

    pub(super) fn on(&self, edge: u32) -> impl Iterator<Item = (usize, Target)> + '_ {
        let run = match (self.first.get(edge as usize), self.first.get(edge as usize + 1)) {
            (Some(&first), Some(&end)) => first as usize..end as usize,
            _ => 0..0,
        };
        self.filed[run].iter().copied()
    }
}

/// For each set of sources: which of its sources is nearest to each target? See [`Search::nearest`].
///
/// The sets are searched side by side on all cores.
#[must_use]
pub fn nearest_many(
    network: &StreetNetwork,
    sets: &[&[Snap]],
    targets: &[Snap],
    limit: Option<Metres>,
) -> Vec<Vec<Option<Nearest>>> {
    side_by_side(network, sets, |search, sources| search.nearest(sources, targets, limit))
}

/// For each set of sources: which of its sources is nearest to each node? See
/// [`Search::nearest_of_nodes`].
#[must_use]
pub fn nearest_of_nodes_many(network: &StreetNetwork, sets: &[&[Snap]], limit: Option<Metres>) -> Vec<NearestOfNodes> {
    side_by_side(network, sets, |search, sources| search.nearest_of_nodes(sources, limit))
}

/// For each source: which targets are within the limit, and how far is each? See [`Search::within`].
///
/// One sparse row per source. Rows are worked out side by side on all cores.
#[must_use]
pub fn matrix(
    network: &StreetNetwork,
    sources: &[Snap],
    targets: &Targets,
    limit: Metres,
) -> Vec<Vec<(usize, Metres)>> {
    sources
        .par_iter()
        .map_init(|| Search::new(network), |search, source| search.within(source, targets, limit))
        .collect()
}

/// Runs one job per set, those with most sources first, since they reach furthest and the last to end
/// decides how long everything takes.
fn side_by_side<T: Send>(
    network: &StreetNetwork,
    sets: &[&[Snap]],
    job: impl Fn(&mut Search<'_>, &[Snap]) -> T + Sync,
) -> Vec<T> {
    let mut order: Vec<usize> = (0..sets.len()).collect();
    order.sort_by_key(|&i| (std::cmp::Reverse(sets[i].len()), i));
    let queue = Mutex::new(order.into_iter());
    let next = || queue.lock().ok().and_then(|mut queue| queue.next());
    let workers = rayon::current_num_threads().min(sets.len());
    let mut done: Vec<(usize, T)> = (0..workers)
        .into_par_iter()
        .flat_map_iter(|_| {
            let mut search = Search::new(network);
            let job = &job;
            std::iter::from_fn(move || next().map(|i| (i, job(&mut search, sets[i]))))
        })
        .collect();
    done.sort_by_key(|&(i, _)| i);
    done.into_iter().map(|(_, answer)| answer).collect()
}
