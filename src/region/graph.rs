//! Which units are neighbours, as arrays.

/// An undirected graph over units 0 to n - 1. Loops and repeated edges are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjacency {
    edges: Vec<[u32; 2]>,
    starts: Vec<u32>,
    /// Neighbour and edge, unit by unit.
    arcs: Vec<(u32, u32)>,
}

impl Adjacency {
    /// The graph of these edges, whose ends must be below `n_units`; others are left out.
    #[must_use]
    pub fn new(n_units: usize, edges: &[[u32; 2]]) -> Self {
        let mut edges: Vec<[u32; 2]> = edges
            .iter()
            .map(|&[a, b]| [a.min(b), a.max(b)])
            .filter(|&[a, b]| a != b && (b as usize) < n_units)
            .collect();
        edges.sort_unstable();
        edges.dedup();
        let mut starts = vec![0_u32; n_units + 1];
        for &[a, b] in &edges {
            starts[a as usize + 1] += 1;
            starts[b as usize + 1] += 1;
        }
        for i in 0..n_units {
            starts[i + 1] += starts[i];
        }
        let mut next = starts.clone();
        let mut arcs = vec![(0, 0); 2 * edges.len()];
        for (e, &[a, b]) in edges.iter().enumerate() {
            for (from, to) in [(a, b), (b, a)] {
                arcs[next[from as usize] as usize] = (to, e as u32);
                next[from as usize] += 1;
            }
        }
        Self { edges, starts, arcs }
    }

    /// How many units there are.
    #[must_use]
    pub fn n_units(&self) -> usize {
        self.starts.len() - 1
    }

    /// The edges, each once, the lower end first, sorted.
    #[must_use]
    pub fn edges(&self) -> &[[u32; 2]] {
        &self.edges
    }

    /// The neighbours of a unit, each with the index of the edge to it.
    #[must_use]
    pub fn arcs(&self, unit: usize) -> &[(u32, u32)] {
        &self.arcs[self.starts[unit] as usize..self.starts[unit + 1] as usize]
    }

    /// The connected pieces of the units that `is_in` picks, each in ascending order, the one with the lowest unit
    /// first.
    pub fn pieces(&self, is_in: impl Fn(usize) -> bool) -> Vec<Vec<u32>> {
        let mut seen = vec![false; self.n_units()];
        let mut pieces = Vec::new();
        for root in 0..self.n_units() {
            if seen[root] || !is_in(root) {
                continue;
            }
            seen[root] = true;
            let mut piece = vec![root as u32];
            let mut at = 0;
            while at < piece.len() {
                for &(to, _) in self.arcs(piece[at] as usize) {
                    if !seen[to as usize] && is_in(to as usize) {
                        seen[to as usize] = true;
                        piece.push(to);
                    }
                }
                at += 1;
            }
            piece.sort_unstable();
            pieces.push(piece);
        }
        pieces
    }

    /// Whether the units that `is_in` picks hang together; none at all do not.
    pub fn is_connected(&self, is_in: impl Fn(usize) -> bool) -> bool {
        self.pieces(is_in).len() == 1
    }
}
