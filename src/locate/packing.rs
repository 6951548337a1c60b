//! Whether so many sites can be chosen no two of which exclude each other.
//!
//! Sites that exclude each other are joined; wanted is an independent set of a given size. At each node of the
//! search the sites left are parted into sets within which everybody excludes everybody: at most one of each set can
//! be chosen, so fewer sets than sites wanted end the node, and only sites beyond the first sets need be tried (the
//! colour bound of Tomita and Seki 2003, on bits as San Segundo, Rodríguez-Losada and Jiménez 2011).

/// Sites of a list, one bit each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    fn none(n: usize) -> Self {
        Self(vec![0; n.div_ceil(64)])
    }

    fn all(n: usize) -> Self {
        let mut bits = Self(vec![u64::MAX; n.div_ceil(64)]);
        if let Some(last) = bits.0.last_mut().filter(|_| !n.is_multiple_of(64)) {
            *last = (1 << (n % 64)) - 1;
        }
        bits
    }

    fn set(&mut self, at: usize) {
        self.0[at / 64] |= 1 << (at % 64);
    }

    fn clear(&mut self, at: usize) {
        self.0[at / 64] &= !(1 << (at % 64));
    }

    fn has(&self, at: usize) -> bool {
        self.0[at / 64] >> (at % 64) & 1 == 1
    }

    fn first(&self) -> Option<usize> {
        let word = self.0.iter().position(|&word| word != 0)?;
        Some(word * 64 + self.0[word].trailing_zeros() as usize)
    }

    fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    fn keep(&mut self, of: &Self) {
        self.0.iter_mut().zip(&of.0).for_each(|(a, b)| *a &= b);
    }

    fn remove(&mut self, what: &Self) {
        self.0.iter_mut().zip(&what.0).for_each(|(a, b)| *a &= !b);
    }

    fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().enumerate().flat_map(|(word, &bits)| {
            std::iter::successors(Some(bits), |bits| Some(bits & bits.wrapping_sub(1)))
                .take_while(|bits| *bits != 0)
                .map(move |bits| word * 64 + bits.trailing_zeros() as usize)
        })
    }
}

/// Which sites exclude which.
pub(super) struct Conflicts {
    near: Vec<Bits>,
}

/// What a search came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Packed {
    /// So many sites, in order.
    Yes(Vec<usize>),
    /// There are none.
    No,
    /// The search was stopped.
    Unknown,
}

impl Conflicts {
    pub(super) fn new(n_sites: usize, pairs: impl Iterator<Item = (usize, usize)>) -> Self {
        let mut near = vec![Bits::none(n_sites); n_sites];
        for (a, b) in pairs {
            near[a].set(b);
            near[b].set(a);
        }
        Self { near }
    }

    /// Gathers pairs that exclude each other into sets within which all do, each pair in at least one of them;
    /// nothing when stopped.
    pub(super) fn cliques(&self, stop: &dyn Fn() -> bool) -> Option<Vec<Vec<usize>>> {
        let mut left = self.near.clone();
        let mut cliques = Vec::new();
        for a in 0..self.near.len() {
            while let Some(b) = left[a].first() {
                if stop() {
                    return None;
                }
                let mut clique = vec![a, b];
                let mut open = self.near[a].clone();
                open.keep(&self.near[b]);
                while let Some(next) = open.first() {
                    clique.push(next);
                    open.keep(&self.near[next]);
                }
                for &x in &clique {
                    clique.iter().for_each(|&y| left[x].clear(y));
                }
                clique.sort_unstable();
                cliques.push(clique);
            }
        }
        Some(cliques)
    }

    /// Looks for `count` sites that hold all of `required`, none of `shut`, and no two that exclude each other, in
    /// at most so many nodes.
    pub(super) fn pack(
        &self,
        count: usize,
        required: &[usize],
        shut: impl Fn(usize) -> bool,
        most_nodes: usize,
        stop: &dyn Fn() -> bool,
    ) -> Packed {
        let mut left = Bits::all(self.near.len());
        (0..self.near.len()).filter(|&site| shut(site)).for_each(|site| left.clear(site));
        for (at, &site) in required.iter().enumerate() {
            if required[..at].iter().any(|&other| self.near[site].has(other)) {
                return Packed::No;
            }
            left.clear(site);
            left.remove(&self.near[site]);
        }
        let mut search = Search { near: &self.near, chosen: required.to_vec(), count, nodes: 0, most_nodes, stop };
        let answer = search.node(left);
        match answer {
            Some(true) => {
                search.chosen.sort_unstable();
                Packed::Yes(search.chosen)
            }
            Some(false) => Packed::No,
            None => Packed::Unknown,
        }
    }
}

struct Search<'a> {
    near: &'a [Bits],
    chosen: Vec<usize>,
    count: usize,
    nodes: usize,
    most_nodes: usize,
    stop: &'a dyn Fn() -> bool,
}

/// Nodes between two looks at the clock: well under a hundredth of a second with ten thousand sites.
const NODES_AT_A_TIME: usize = 16;

impl Search<'_> {
    /// Whether the sites left can make up the number; nothing when stopped. Goes as deep as sites are wanted.
    fn node(&mut self, mut left: Bits) -> Option<bool> {
        let Some(wanted) = self.count.checked_sub(self.chosen.len()).filter(|wanted| *wanted > 0) else {
            return Some(true);
        };
        self.nodes += 1;
        if self.nodes > self.most_nodes || (self.nodes.is_multiple_of(NODES_AT_A_TIME) && (self.stop)()) {
            return None;
        }
        if left.count() < wanted {
            return Some(false);
        }
        // The last sets first: without their sites there are too few sets.
        for site in self.beyond(&left, wanted).into_iter().rev() {
            let mut rest = left.clone();
            rest.clear(site);
            rest.remove(&self.near[site]);
            self.chosen.push(site);
            match self.node(rest) {
                Some(false) => {}
                other => return other,
            }
            self.chosen.pop();
            left.clear(site);
        }
        Some(false)
    }

    /// Sites outside the first `wanted - 1` sets, in the order of the sets. At least one of them must be chosen.
    fn beyond(&self, left: &Bits, wanted: usize) -> Vec<usize> {
        let mut left = left.clone();
        for _ in 1..wanted {
            let mut open = left.clone();
            while let Some(site) = open.first() {
                open.keep(&self.near[site]);
                left.clear(site);
            }
        }
        left.iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn is_allowed(pairs: &[(usize, usize)], sites: &[usize]) -> bool {
        !pairs.iter().any(|(a, b)| sites.contains(a) && sites.contains(b))
    }

    proptest! {
        #[test]
        fn a_packing_is_found_where_trying_every_choice_finds_one(
            n in 1usize..12,
            draws in prop::collection::vec((0usize..12, 0usize..12), 0..40),
            count in 0usize..8,
            required in prop::collection::btree_set(0usize..12, 0..3),
        ) {
            let pairs: Vec<_> = draws.into_iter().filter(|(a, b)| a != b && *a < n && *b < n).collect();
            let required: Vec<usize> = required.into_iter().filter(|site| *site < n).take(count).collect();
            let conflicts = Conflicts::new(n, pairs.iter().copied());
            let choices = (0..1u32 << n).map(|bits| (0..n).filter(|j| bits >> j & 1 == 1).collect::<Vec<_>>());
            let exists = choices
                .filter(|sites| sites.len() == count && required.iter().all(|site| sites.contains(site)))
                .any(|sites| is_allowed(&pairs, &sites));
            match conflicts.pack(count, &required, |_| false, usize::MAX, &|| false) {
                Packed::Yes(sites) => {
                    prop_assert_eq!(sites.len(), count);
                    prop_assert!(required.iter().all(|site| sites.contains(site)) && is_allowed(&pairs, &sites));
                }
                answer => prop_assert!(answer == Packed::No && !exists),
            }
            let cliques = conflicts.cliques(&|| false).expect("nobody stops it");
            for &(a, b) in &pairs {
                prop_assert!(cliques.iter().any(|clique| clique.contains(&a) && clique.contains(&b)));
            }
            for clique in &cliques {
                let all = clique.iter().flat_map(|a| clique.iter().map(move |b| (*a, *b))).filter(|(a, b)| a != b);
                prop_assert!(all.into_iter().all(|(a, b)| conflicts.near[a].has(b)));
            }
        }
    }

    #[test]
    fn a_search_that_is_stopped_says_that_it_does_not_know() {
        // Forty pairs: packing 41 of 80 sites takes a search, whatever the bound, only when the pairs are hidden in
        // five-cycles, of which no two sets hold three.
        let cycles = (0..16).flat_map(|cycle| (0..5).map(move |at| (5 * cycle + at, 5 * cycle + (at + 1) % 5)));
        let conflicts = Conflicts::new(80, cycles);
        let asked = std::cell::Cell::new(0);
        let stop = || {
            asked.set(asked.get() + 1);
            asked.get() > 3
        };
        assert_eq!(conflicts.pack(33, &[], |_| false, usize::MAX, &stop), Packed::Unknown);
        assert_eq!(asked.get(), 4, "it ends at the first look that says so");
        assert!(conflicts.cliques(&|| true).is_none());
    }
}
