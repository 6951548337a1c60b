//! From which zoom each corner of a boundary is drawn: the method of Visvalingam and Whyatt (1993), on
//! the stretches between junctions rather than on whole rings.
//!
//! A junction is a corner where boundaries meet or part: two rings that pass it have different
//! neighbours there. Junctions are always drawn. The stretch between two of them is walked in one
//! direction whichever ring it belongs to, and gives the same answer to both, so neighbours that shared
//! every corner before still share every corner that is left.

use super::grid::{MAX_ZOOM, Spot};
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

/// A corner is drawn from the zoom at which the triangle it makes with its neighbours covers this many
/// square units of a tile. 32 is half a pixel of a tile drawn 512 wide: nobody sees what is left out,
/// and country-wide tiles lose nine corners in ten. Half as much makes tiles a third larger for no
/// visible gain; four times as much, and curves become angular.
const SEEN: u128 = 32;

/// A line or ring with the zoom from which each corner is drawn. A ring does not repeat its first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Thinned {
    pub(super) at: Vec<Spot>,
    pub(super) from_zoom: Vec<u8>,
}

/// Where boundaries meet or part, each corner in one of the parts.
#[derive(Debug)]
pub(super) struct Junctions([Corners; PARTS]);

/// So many cores can note corners side by side.
const PARTS: usize = 4;

/// The corners of one part of the plane.
#[derive(Debug)]
pub(super) struct Corners {
    part: usize,
    passed: HashMap<Spot, Passed>,
}

const fn part_of(at: Spot) -> usize {
    (at[0] ^ at[1]) as usize % PARTS
}

#[derive(Debug)]
struct Passed {
    between: [Spot; 2],
    junction: bool,
}

impl Corners {
    /// Notes a ring, without repetition of its first corner.
    pub(super) fn ring(&mut self, ring: &[Spot]) {
        for (i, at) in ring.iter().enumerate() {
            let before = ring[(i + ring.len() - 1) % ring.len()];
            let after = ring[(i + 1) % ring.len()];
            self.pass(*at, before, after);
        }
    }

    /// Notes a line: its ends are junctions.
    pub(super) fn line(&mut self, line: &[Spot]) {
        for window in line.windows(3) {
            self.pass(window[1], window[0], window[2]);
        }
        for end in [line.first(), line.last()].into_iter().flatten().filter(|end| part_of(**end) == self.part) {
            self.passed.entry(*end).or_insert(Passed { between: [*end; 2], junction: true }).junction = true;
        }
    }

    fn pass(&mut self, at: Spot, before: Spot, after: Spot) {
        if part_of(at) != self.part {
            return;
        }
        let between = if before <= after { [before, after] } else { [after, before] };
        let passed = self.passed.entry(at).or_insert(Passed { between, junction: false });
        passed.junction |= passed.between != between;
    }
}

impl Junctions {
    /// The junctions of all rings and lines, which `note` notes once for each part.
    pub(super) fn of(note: impl Fn(&mut Corners) + Sync + Send) -> Self {
        let mut parts: [Corners; PARTS] = std::array::from_fn(|part| Corners { part, passed: HashMap::new() });
        parts.par_iter_mut().for_each(note);
        Self(parts)
    }

    fn is(&self, at: Spot) -> bool {
        self.0[part_of(at)].passed.get(&at).is_some_and(|passed| passed.junction)
    }

    /// A ring with the zooms of its corners; it may begin at another corner than before.
    pub(super) fn thin_ring(&self, mut ring: Vec<Spot>) -> Thinned {
        let first = ring.iter().position(|at| self.is(*at));
        let first = first.or_else(|| (0..ring.len()).min_by_key(|i| ring[*i])).unwrap_or(0);
        ring.rotate_left(first);
        if let Some(start) = ring.first().copied() {
            ring.push(start);
        }
        let mut from_zoom = self.thin(&ring);
        ring.pop();
        from_zoom.pop();
        Thinned { at: ring, from_zoom }
    }

    /// A line with the zooms of its corners.
    pub(super) fn thin_line(&self, line: Vec<Spot>) -> Thinned {
        Thinned { from_zoom: self.thin(&line), at: line }
    }

    /// Zooms of a path that begins and ends at corners that are always drawn.
    fn thin(&self, path: &[Spot]) -> Vec<u8> {
        let mut zooms = vec![0; path.len()];
        let mut start = 0;
        for end in 1..path.len() {
            if end + 1 == path.len() || self.is(path[end]) {
                stretch(&path[start..=end], &mut zooms[start..=end]);
                start = end;
            }
        }
        zooms
    }
}

/// Zooms of a stretch between two junctions, walked in the direction in which it reads smaller.
fn stretch(path: &[Spot], zooms: &mut [u8]) {
    if path.iter().le(path.iter().rev()) {
        weigh(path, zooms);
    } else {
        let turned: Vec<Spot> = path.iter().rev().copied().collect();
        weigh(&turned, zooms);
        zooms.reverse();
    }
}

/// Takes away the corner that makes the smallest triangle with its neighbours, again and again, and
/// notes how large the triangle was. A ring keeps three corners at every zoom; a stretch keeps its last
/// corner two zooms longer than the rest, so that a zone between only two junctions keeps some width.
fn weigh(path: &[Spot], zooms: &mut [u8]) {
    let last = path.len() - 1;
    if last < 2 {
        return;
    }
    let closed = path[0] == path[last];
    let mut neighbours: Vec<[usize; 2]> = (0..path.len()).map(|i| [i.saturating_sub(1), (i + 1).min(last)]).collect();
    // What each corner's triangle measures now; an entry of the heap that says otherwise is out of date.
    let mut areas: Vec<u128> = vec![GONE; path.len()];
    let mut heap = BinaryHeap::with_capacity(path.len());
    for i in 1..last {
        areas[i] = triangle(path[i - 1], path[i], path[i + 1]);
        heap.push(Reverse((areas[i], i)));
    }
    let (mut left, mut largest) = (last - 1, 0);
    while let Some(Reverse((area, i))) = heap.pop() {
        if areas[i] != area {
            continue;
        }
        largest = area.max(largest);
        let zoom = match (closed, left) {
            (true, 1 | 2) => 0,
            (false, 1) => zoom_of(largest).saturating_sub(2),
            _ => zoom_of(largest),
        };
        left -= 1;
        let [before, after] = neighbours[i];
        neighbours[before][1] = after;
        neighbours[after][0] = before;
        areas[i] = GONE;
        zooms[i] = zoom;
        for side in [before, after] {
            if side != 0 && side != last {
                let [a, b] = neighbours[side];
                areas[side] = triangle(path[a], path[side], path[b]);
                heap.push(Reverse((areas[side], side)));
            }
        }
    }
}

/// The area of a corner that was taken away.
const GONE: u128 = u128::MAX;

/// Twice the area of a triangle, in square steps.
fn triangle(a: Spot, b: Spot, c: Spot) -> u128 {
    let side = |from: Spot, to: Spot, axis: usize| i128::from(to[axis]) - i128::from(from[axis]);
    (side(a, b, 0) * side(a, c, 1) - side(a, b, 1) * side(a, c, 0)).unsigned_abs()
}

/// The first zoom at which a triangle of this size is seen; at the deepest all are.
fn zoom_of(twice_area: u128) -> u8 {
    (0..MAX_ZOOM).find(|z| twice_area >= (2 * SEEN) << (2 * (20 - u32::from(*z)))).unwrap_or(MAX_ZOOM)
}
