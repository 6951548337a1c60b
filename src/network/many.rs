//! Many searches at once, on all cores.

use super::search::Label;
use super::{Nearest, NearestOfNodes, Search, Snap, StreetNetwork, Targets};
use crate::units::Metres;
use rayon::prelude::*;
use std::sync::Mutex;

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
    let labels = side_by_side(network, &shares(sets, limit), sets.len(), |search, share| {
        search.labels_of(share.sources.iter().copied(), targets, limit)
    });
    labels.into_iter().map(|labels| labels.into_iter().map(Label::nearest).collect()).collect()
}

/// For each set of sources: which of its sources is nearest to each node? See
/// [`Search::nearest_of_nodes`].
#[must_use]
pub fn nearest_of_nodes_many(network: &StreetNetwork, sets: &[&[Snap]], limit: Option<Metres>) -> Vec<NearestOfNodes> {
    let labels = side_by_side(network, &shares(sets, limit), sets.len(), |search, share| {
        search.labels_of_nodes(share.sources.iter().copied(), limit)
    });
    labels.into_iter().map(NearestOfNodes).collect()
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

/// Sources of one set for one search, with their numbers in the set.
struct Share {
    set: usize,
    sources: Vec<(u32, Snap)>,
}

/// The searches to make, those with most sources first, since they reach furthest and the last to end
/// decides how long everything takes.
///
/// A set that would keep one core busy while the others wait is cut into one share per core, by where
/// its sources are: with a limit, shares that lie apart hardly walk the same streets twice.
fn shares(sets: &[&[Snap]], limit: Option<Metres>) -> Vec<Share> {
    let cores = rayon::current_num_threads();
    let all: usize = sets.iter().map(|sources| sources.len()).sum();
    let mut shares = Vec::new();
    for (set, sources) in sets.iter().enumerate() {
        let mut sources: Vec<(u32, Snap)> = (0..u32::MAX).zip(sources.iter().copied()).collect();
        let is_large = limit.is_some() && sources.len() > 32 * cores && sources.len() * cores > all;
        let size = if is_large { sources.len().div_ceil(cores) } else { sources.len().max(1) };
        if is_large {
            // Streets are in the order of a curve through the place.
            sources.sort_by_key(|(_, snap)| snap.edge);
        }
        shares.extend(sources.chunks(size).map(|part| Share { set, sources: part.to_vec() }));
        if sources.is_empty() {
            shares.push(Share { set, sources });
        }
    }
    shares.sort_by_key(|share| (std::cmp::Reverse(share.sources.len()), share.set));
    shares
}

/// Searches for each share on the next free core, and lays the shares of a set together: the lesser of
/// two labels is the nearer source.
fn side_by_side(
    network: &StreetNetwork,
    shares: &[Share],
    n_sets: usize,
    job: impl Fn(&mut Search<'_>, &Share) -> Vec<Label> + Sync,
) -> Vec<Vec<Label>> {
    let queue = Mutex::new(shares.iter());
    let next = || queue.lock().ok().and_then(|mut queue| queue.next());
    let workers = rayon::current_num_threads().min(shares.len());
    let done: Vec<(usize, Vec<Label>)> = (0..workers)
        .into_par_iter()
        .with_max_len(1)
        .flat_map_iter(|_| {
            let mut search = Search::new(network);
            let (job, next) = (&job, &next);
            std::iter::from_fn(move || next().map(|share| (share.set, job(&mut search, share))))
        })
        .collect();
    let mut answers: Vec<Vec<Label>> = vec![Vec::new(); n_sets];
    for (set, labels) in done {
        if answers[set].is_empty() {
            answers[set] = labels;
        } else {
            for (best, label) in answers[set].iter_mut().zip(labels) {
                *best = label.min(*best);
            }
        }
    }
    answers
}
