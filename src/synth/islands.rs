//! Streets that nothing else reaches: found, and joined to the rest by a path along the railway,
//! bypass or shore beside them.

use super::sheet::{Barrier, Line};
use super::streets::StreetMap;
use super::town::Town;

/// Opens paths along closed lines until every street can be walked to, or no line is left that helps.
pub(super) fn join(town: &Town, map: &mut StreetMap) {
    let mut tried = vec![false; town.sheet.chords.len()];
    for _ in 0..4 {
        let mut sets = Sets::of(map);
        let main = sets.largest();
        let mut opened = false;
        for (c, chord) in town.sheet.chords.iter().enumerate() {
            if !matches!(chord.line, Line::Coast | Line::Edge(Barrier::Railway | Barrier::Bypass)) {
                continue;
            }
            let on_streets: Vec<usize> = chord.stations.iter().map(|s| s.1).filter(|n| sets.walked[*n]).collect();
            let cut_off = on_streets.iter().any(|n| sets.root(*n) != main);
            if cut_off && on_streets.len() > 1 && !tried[c] {
                tried[c] = true;
                map.add_side_path(town, chord);
                for pair in on_streets.windows(2) {
                    sets.unite(pair[0], pair[1]);
                }
                opened = true;
            }
        }
        if !opened {
            return;
        }
    }
}

/// Which nodes hang together (union by size with path halving).
struct Sets {
    parent: Vec<usize>,
    size: Vec<usize>,
    walked: Vec<bool>,
}

impl Sets {
    fn of(map: &StreetMap) -> Self {
        let n = map.points.len();
        let mut sets = Self { parent: (0..n).collect(), size: vec![1; n], walked: vec![false; n] };
        for way in map.ways.iter().filter(|w| w.walkable) {
            for pair in way.nodes.windows(2) {
                sets.walked[pair[0]] = true;
                sets.walked[pair[1]] = true;
                sets.unite(pair[0], pair[1]);
            }
        }
        sets
    }

    fn root(&mut self, mut node: usize) -> usize {
        while self.parent[node] != node {
            self.parent[node] = self.parent[self.parent[node]];
            node = self.parent[node];
        }
        node
    }

    fn unite(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        if a != b {
            let (small, large) = if self.size[a] < self.size[b] { (a, b) } else { (b, a) };
            self.parent[small] = large;
            self.size[large] += self.size[small];
        }
    }

    fn largest(&mut self) -> usize {
        let n = self.parent.len();
        let node = (0..n).max_by_key(|&i| (self.size[i], std::cmp::Reverse(i))).unwrap_or(0);
        self.root(node)
    }
}

/// How many nodes of walkable streets are not joined to the rest.
pub(super) fn cut_off(map: &StreetMap) -> usize {
    let mut sets = Sets::of(map);
    let main = sets.largest();
    (0..map.points.len()).filter(|&n| sets.walked[n] && sets.root(n) != main).count()
}
