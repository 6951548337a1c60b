use super::direct::Away;
use super::edge::Weight;
use super::{Snap, StreetNetwork};

/// Points to be reached, filed by the street they are on.
#[derive(Debug, Clone)]
pub struct Targets {
    /// Where the run of a street begins; one more entry than streets.
    first: Vec<u32>,
    /// The targets in the order of their streets, each with its index in the list given.
    filed: Vec<(usize, Target)>,
    /// Those away from the streets.
    pub(super) away: Away,
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
        let away = Away::of(snaps.iter().copied().enumerate());
        Self { first, filed, away }
    }

    pub(super) fn on(&self, edge: u32) -> impl Iterator<Item = (usize, Target)> + '_ {
        let run = match (self.first.get(edge as usize), self.first.get(edge as usize + 1)) {
            (Some(&first), Some(&end)) => first as usize..end as usize,
            _ => 0..0,
        };
        self.filed[run].iter().copied()
    }
}
