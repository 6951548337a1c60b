//! A drawing of straight lines: convex cells, cut again and again by chords from side to side.
//!
//! Every line knows all the nodes on it, so that the cells on its two sides share each of them, and a
//! street that ends on a line joins it. Nothing here is bent; [`super::field::Warp`] does that at the end.

use crate::crs::Xy;

/// A point where lines meet, or where a line bends.
pub(super) type NodeId = usize;
/// A line from one side of a cell to another.
pub(super) type ChordId = usize;

/// What keeps walkers out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Barrier {
    /// Water.
    River,
    /// Rails.
    Railway,
    /// A fast dual carriageway.
    Bypass,
}

/// How important a street is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// Between towns.
    Primary,
    /// Between districts.
    Secondary,
    /// Between neighbourhoods.
    Tertiary,
    /// To the front door.
    Local,
}

impl Class {
    /// Whether shops stand along it.
    pub(super) fn has_shops(self) -> bool {
        self <= Self::Tertiary
    }
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// The edge of the land.
    Coast,
    /// The edge of a river, railway or bypass.
    Edge(Barrier),
    /// A street.
    Street(Class),
    /// A street over or under a barrier.
    Bridge(Class, Barrier),
}

/// A straight line with the nodes on it.
#[derive(Debug, Clone)]
pub(super) struct Chord {
    /// What it is.
    pub line: Line,
    /// The road it is a piece of; a road has one name.
    pub road: usize,
    /// The lines it ends on.
    pub ends_on: [Option<ChordId>; 2],
    /// Distance from its start, and node, in order.
    pub stations: Vec<(f64, NodeId)>,
}

/// A piece of a line that is a side of a cell, from corner to corner, anticlockwise around the cell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Side {
    chord: ChordId,
    from: (f64, NodeId),
    to: (f64, NodeId),
}

/// A convex piece of ground.
#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    sides: Vec<Side>,
}

/// All nodes and lines.
#[derive(Debug, Clone, Default)]
pub(super) struct Sheet {
    /// Where each node is.
    pub nodes: Vec<Xy>,
    /// The lines.
    pub chords: Vec<Chord>,
}

/// A straight line without ends: through a point, along a unit vector.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ray {
    /// A point on it.
    pub through: Xy,
    /// Its direction, of length 1.
    pub along: Xy,
}

impl Ray {
    /// A line with this heading in radians, anticlockwise from east.
    pub(super) fn heading(through: Xy, heading: f64) -> Self {
        Self { through, along: Xy::new(heading.cos(), heading.sin()) }
    }

    /// How far left of the line a point is, in metres.
    pub(super) fn left(&self, p: Xy) -> f64 {
        self.along.x * (p.y - self.through.y) - self.along.y * (p.x - self.through.x)
    }

    /// How far along the line a point is, in metres.
    pub(super) fn ahead(&self, p: Xy) -> f64 {
        self.along.x * (p.x - self.through.x) + self.along.y * (p.y - self.through.y)
    }

    /// The line moved to its left by some metres.
    pub(super) fn moved_left(&self, by: f64) -> Self {
        Self { through: Xy::new(self.through.x - by * self.along.y, self.through.y + by * self.along.x), ..*self }
    }
}

/// A cut that would pass a junction by less than this goes through it: no town has two corners of
/// streets twelve metres apart on the same side.
const SNAP: f64 = 12.0;

impl Sheet {
    /// A new cell with these corners, anticlockwise and convex; its sides are coast.
    pub(super) fn cell(&mut self, corners: &[Xy]) -> Cell {
        let first = self.nodes.len();
        self.nodes.extend_from_slice(corners);
        let n = corners.len();
        let sides =
            (0..n).map(|i| self.chord_between(first + i, first + (i + 1) % n, Line::Coast, 0, [None; 2])).collect();
        Cell { sides }
    }

    /// A line between two nodes that is not the side of any cell.
    pub(super) fn chord_between(
        &mut self,
        a: NodeId,
        b: NodeId,
        line: Line,
        road: usize,
        ends_on: [Option<ChordId>; 2],
    ) -> Side {
        let length = self.nodes[a].distance(self.nodes[b]).get();
        self.chords.push(Chord { line, road, ends_on, stations: vec![(0.0, a), (length, b)] });
        Side { chord: self.chords.len() - 1, from: (0.0, a), to: (length, b) }
    }

    /// Cuts a cell along a line: the piece left of it, and the piece right. `None` when the line does
    /// not pass properly through the cell.
    #[expect(clippy::many_single_char_names, reason = "geometry, in the letters of its formulas")]
    pub(super) fn split(&mut self, cell: &Cell, ray: Ray, line: Line, road: usize) -> Option<(Cell, Cell)> {
        let offsets: Vec<f64> = cell.sides.iter().map(|side| snapped(ray.left(self.nodes[side.from.1]))).collect();
        let n = offsets.len();
        let crossings = (0..n).filter(|&i| offsets[i] == 0.0 || offsets[i] * offsets[(i + 1) % n] < 0.0).count();
        let both = offsets.iter().any(|&d| d > 0.0) && offsets.iter().any(|&d| d < 0.0);
        if crossings != 2 || !both {
            return None;
        }
        let mut ring = Vec::with_capacity(n + 2);
        let mut hits = Vec::with_capacity(2);
        for (i, side) in cell.sides.iter().enumerate() {
            let (a, b) = (offsets[i], offsets[(i + 1) % n]);
            if a == 0.0 {
                hits.push((ring.len(), side.from.1, side.chord));
            }
            if a * b < 0.0 {
                let station = self.station(side, a / (a - b));
                ring.push(Side { to: station, ..*side });
                hits.push((ring.len(), station.1, side.chord));
                ring.push(Side { from: station, ..*side });
            } else {
                ring.push(*side);
            }
        }
        let [(i, a, on_a), (j, b, on_b)] = <[_; 2]>::try_from(hits).ok()?;
        let forth = self.chord_between(a, b, line, road, [Some(on_a), Some(on_b)]);
        let back = Side { from: forth.to, to: forth.from, ..forth };
        let mut one = Cell { sides: ring[i..j].to_vec() };
        one.sides.push(back);
        let mut other = Cell { sides: ring[j..].iter().chain(&ring[..i]).copied().collect() };
        other.sides.push(forth);
        Some(if ray.left(self.centroid(&one)) > 0.0 { (one, other) } else { (other, one) })
    }

    /// The node a fraction of the way along a side: one that is already near, or a new one.
    fn station(&mut self, side: &Side, fraction: f64) -> (f64, NodeId) {
        let t = side.from.0 + fraction * (side.to.0 - side.from.0);
        let (low, high) = (side.from.0.min(side.to.0), side.from.0.max(side.to.0));
        let chord = &mut self.chords[side.chord];
        let at = chord.stations.partition_point(|s| s.0 < t);
        let near = |s: &&(f64, NodeId)| (s.0 - t).abs() < SNAP && s.0 > low && s.0 < high;
        let before = at.checked_sub(1).and_then(|i| chord.stations.get(i)).filter(near);
        let after = chord.stations.get(at).filter(near);
        let nearest = match (before, after) {
            (Some(b), Some(a)) => Some(if t - b.0 <= a.0 - t { *b } else { *a }),
            (one, other) => one.or(other).copied(),
        };
        if let Some(node) = nearest {
            return node;
        }
        let (a, b) = (self.nodes[side.from.1], self.nodes[side.to.1]);
        self.nodes.push(Xy::new(a.x + fraction * (b.x - a.x), a.y + fraction * (b.y - a.y)));
        let node = (t, self.nodes.len() - 1);
        chord.stations.insert(at, node);
        node
    }

    /// Adds a node wherever a line runs further than `gap` metres without one.
    pub(super) fn add_bends(&mut self, gap: f64) {
        for chord in &mut self.chords {
            let mut stations = Vec::with_capacity(chord.stations.len() * 3);
            for pair in chord.stations.windows(2) {
                let [(t0, a), (t1, b)] = [pair[0], pair[1]];
                stations.push((t0, a));
                let parts = ((t1 - t0) / gap).ceil().max(1.0) as usize;
                let (from, to) = (self.nodes[a], self.nodes[b]);
                for k in 1..parts {
                    let f = k as f64 / parts as f64;
                    self.nodes.push(Xy::new(from.x + f * (to.x - from.x), from.y + f * (to.y - from.y)));
                    stations.push((t0 + f * (t1 - t0), self.nodes.len() - 1));
                }
            }
            stations.extend(chord.stations.last());
            chord.stations = stations;
        }
    }

    /// Every node around a cell, anticlockwise, first and last different.
    pub(super) fn ring(&self, cell: &Cell) -> Vec<NodeId> {
        let mut ring = Vec::new();
        for side in &cell.sides {
            let stations = &self.chords[side.chord].stations;
            let (low, high) = (side.from.0.min(side.to.0), side.from.0.max(side.to.0));
            let inside = &stations[stations.partition_point(|s| s.0 <= low)..stations.partition_point(|s| s.0 < high)];
            ring.push(side.from.1);
            if side.from.0 <= side.to.0 {
                ring.extend(inside.iter().map(|s| s.1));
            } else {
                ring.extend(inside.iter().rev().map(|s| s.1));
            }
        }
        ring
    }

    /// The lines a cell is bounded by, with its corners on them.
    pub(super) fn sides<'a>(&'a self, cell: &'a Cell) -> impl Iterator<Item = (ChordId, Xy, Xy)> + 'a {
        cell.sides.iter().map(|side| (side.chord, self.nodes[side.from.1], self.nodes[side.to.1]))
    }

    /// The nodes at the corners of a cell.
    pub(super) fn corners<'a>(&self, cell: &'a Cell) -> impl Iterator<Item = NodeId> + use<'a> {
        cell.sides.iter().map(|side| side.from.1)
    }

    /// Area in square metres, and middle.
    fn area_and_centroid(&self, cell: &Cell) -> (f64, Xy) {
        let Some(origin) = cell.sides.first().map(|side| self.nodes[side.from.1]) else {
            return (0.0, Xy::default());
        };
        let (mut twice, mut x, mut y) = (0.0, 0.0, 0.0);
        for side in &cell.sides {
            let (a, b) = (self.nodes[side.from.1], self.nodes[side.to.1]);
            let (ax, ay, bx, by) = (a.x - origin.x, a.y - origin.y, b.x - origin.x, b.y - origin.y);
            let cross = ax * by - bx * ay;
            twice += cross;
            x += cross * (ax + bx) / 3.0;
            y += cross * (ay + by) / 3.0;
        }
        if twice.abs() < 1e-9 {
            return (0.0, origin);
        }
        (twice / 2.0, Xy::new(origin.x + x / twice, origin.y + y / twice))
    }

    /// Area in square metres.
    pub(super) fn area(&self, cell: &Cell) -> f64 {
        self.area_and_centroid(cell).0
    }

    /// The middle of a cell.
    pub(super) fn centroid(&self, cell: &Cell) -> Xy {
        self.area_and_centroid(cell).1
    }

    /// The way a cell is long (heading in radians), its length and its width that way.
    pub(super) fn long_axis(&self, cell: &Cell) -> (f64, f64, f64) {
        let extent = |heading: f64| {
            let (cos, sin) = (heading.cos(), heading.sin());
            let along = cell.sides.iter().map(|side| self.nodes[side.from.1]).map(|p| p.x * cos + p.y * sin);
            let (low, high) = along.fold((f64::MAX, f64::MIN), |(low, high), v| (low.min(v), high.max(v)));
            high - low
        };
        // The narrowest way across a convex cell is square to one of its sides.
        let narrow = self.sides(cell).map(|(_, a, b)| (b.y - a.y).atan2(b.x - a.x) + std::f64::consts::FRAC_PI_2);
        let narrow = narrow.min_by(|a, b| extent(*a).total_cmp(&extent(*b))).unwrap_or(0.0);
        let long = narrow + std::f64::consts::FRAC_PI_2;
        (long, extent(long), extent(narrow))
    }
}

fn snapped(offset: f64) -> f64 {
    if offset.abs() < SNAP { 0.0 } else { offset }
}

#[cfg(test)]
#[path = "sheet_tests.rs"]
mod tests;
