//! Which area a point is in, for very many points: a grid over the areas, finer where boundaries run, so
//! that most cells have one answer or one line between two, and the exact test is left for the rest.

mod build;
mod level;
mod refine;

use std::ops::Range;

/// A cell that no area touches.
const EMPTY: u32 = u32::MAX;
/// A cell that one edge divides: the rest is the place of its [`Split`].
const SPLIT: u32 = 1 << 30;
/// A cell that needs the whole test: the rest is a place in `lists`.
const LIST: u32 = 1 << 31;
/// What remains of a cell without those marks. One without any is the area that has all of the cell.
const REST: u32 = SPLIT - 1;

/// Marks an area in a list that has the whole cell.
const COVERS: u32 = 1 << 31;

/// Bits of a coarse cell that say how often it is halved.
const HALVINGS: u32 = 4;

/// Points that go through the grid together: enough that the waits for memory overlap, few enough to stay
/// in the innermost cache. From measurement: 128 to 2,048 take the same time, and no number changes an answer.
const BLOCK: usize = 512;

/// One line of a boundary, from its lower end up. A level one never crosses anything.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Edge {
    low: f64,
    high: f64,
    x: f64,
    slope: f64,
}

impl Edge {
    /// Whether the point is to the left of the edge, or of its line above and below it.
    fn left(&self, x: f64, y: f64) -> bool {
        x < self.x + (y - self.low) * self.slope
    }

    /// Whether a ray to the right of the point crosses the edge, its upper end apart.
    fn crossed_from(&self, x: f64, y: f64) -> bool {
        self.low <= y && y < self.high && self.left(x, y)
    }
}

/// The only edge in a cell, and the answers on either side of it, each an area or [`EMPTY`]. Half a cache
/// line, shared by the cells that the edge goes through.
#[derive(Debug, Clone, Copy)]
#[repr(align(32))]
struct Split {
    low: f64,
    x: f64,
    slope: f64,
    /// To the right of the edge or on it, and to the left of it.
    answers: [u32; 2],
}

/// The edges of each area by the coarse rows they reach into.
#[derive(Debug, Default)]
struct Bands {
    /// For each area its lowest row, and where that row stands in `starts`; one more at the end.
    areas: Vec<(u32, u32)>,
    /// Where the edges of a row begin; those of the row, or of the next area, end where the next begin.
    starts: Vec<u32>,
    edges: Vec<Edge>,
}

impl Bands {
    /// Where the edges of an area stand that reach into a row.
    fn range(&self, area: u32, row: usize) -> Range<usize> {
        let found = || {
            let area = area as usize;
            let (&(bottom, first), &(_, end)) = (self.areas.get(area)?, self.areas.get(area + 1)?);
            let at = first as usize + row.checked_sub(bottom as usize)?;
            let (from, to) = (self.starts.get(at)?, self.starts.get(at + 1)?);
            (at < end as usize).then_some(*from as usize..*to as usize)
        };
        found().unwrap_or_default()
    }

    /// Whether a ray to the right of the point, which is in the row, crosses the boundary an odd number of
    /// times.
    fn contain(&self, area: u32, row: usize, x: f64, y: f64) -> bool {
        let edges = self.edges.get(self.range(area, row)).unwrap_or_default();
        edges.iter().fold(false, |inside, edge| inside ^ edge.crossed_from(x, y))
    }
}

/// Areas laid under a grid.
///
/// A point exactly on a boundary between two areas belongs to one of them, always the same: the test is
/// half-open, and an edge that two areas share gives both the same arithmetic, so areas that tile the
/// ground give every point to exactly one. Of areas that overlap, the first in order has the point.
///
/// Coarse cells with a boundary in them are halved both ways until there are many cells for each edge. Then
/// most cells have one answer, or one edge that divides two ([`Split`]); those with corners of areas or
/// several edges are listed. Only a listed cell needs the whole test, and the others answer as it would:
/// with the same comparison of the same numbers.
#[derive(Debug, Default)]
pub struct AreaGrid {
    origin: (f64, f64),
    per_unit: (f64, f64),
    size: (usize, usize),
    /// For each coarse cell where its cells begin, and in the lowest bits how often it is halved.
    coarse: Vec<u32>,
    /// First an empty cell and one for each area, which the coarse cells without boundaries share.
    cells: Vec<u32>,
    splits: Vec<Split>,
    /// For each listed cell: how many areas, then the areas; the top bit says that it covers the cell.
    lists: Vec<u32>,
    bands: Bands,
}

impl AreaGrid {
    /// The area that has the point in it: its place in the list given to [`AreaGrid::new`].
    #[must_use]
    pub fn area_of(&self, x: f64, y: f64) -> Option<usize> {
        let area = self.settled(self.cell(self.place(x, y)), x, y);
        (area != EMPTY).then_some(area as usize)
    }

    /// The area that has the point and all of the cell around it; nothing near a boundary, and nothing where
    /// no area is. For those who have a rule of their own for points on boundaries and beside areas.
    #[must_use]
    pub fn area_around(&self, x: f64, y: f64) -> Option<usize> {
        let cell = self.cell(self.place(x, y));
        (cell <= REST).then_some(cell as usize)
    }

    /// What [`AreaGrid::area_of`] says for each of many points, in a third of the time: it waits for
    /// memory once for many points. So each loop does little for a point but read from one table, and the
    /// edges are read ahead once before they are needed.
    pub fn areas_of(&self, points: &[(f64, f64)], areas: &mut Vec<Option<u32>>) {
        areas.clear();
        areas.reserve(points.len());
        let mut cells = [0; BLOCK];
        let mut open = [0; BLOCK];
        for points in points.chunks(BLOCK) {
            let cells = &mut cells[..points.len()];
            for (cell, &(x, y)) in cells.iter_mut().zip(points) {
                *cell = self.place(x, y);
            }
            let mut n = 0;
            for (i, cell) in cells.iter_mut().enumerate() {
                *cell = self.cell(*cell);
                open[n] = i;
                n += usize::from(*cell != EMPTY && *cell > REST);
            }
            let open = &open[..n];
            let ahead = open.iter().filter_map(|&i| self.splits.get((cells[i] & REST) as usize));
            std::hint::black_box(ahead.fold(0, |read, split| read ^ split.answers[0]));
            for &i in open {
                cells[i] = self.settled(cells[i], points[i].0, points[i].1);
            }
            areas.extend(cells.iter().map(|&area| (area != EMPTY).then_some(area)));
        }
    }

    /// About how many bytes the grid holds.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let Bands { areas, starts, edges } = &self.bands;
        size_of_val(&*self.coarse)
            + size_of_val(&*self.cells)
            + size_of_val(&*self.splits)
            + size_of_val(&*self.lists)
            + size_of_val(&**areas)
            + size_of_val(&**starts)
            + size_of_val(&**edges)
    }

    /// Where the cell of a point stands in `cells`: the first, an empty one, for points beside the grid.
    #[inline]
    fn place(&self, x: f64, y: f64) -> u32 {
        let across = (x - self.origin.0) * self.per_unit.0;
        let up = (y - self.origin.1) * self.per_unit.1;
        // Also false for what is not a number.
        if !(across >= 0.0 && up >= 0.0 && across < self.size.0 as f64 && up < self.size.1 as f64) {
            return 0;
        }
        let (column, row) = (across as u32, up as u32);
        let Some(&coarse) = self.coarse.get(row as usize * self.size.0 + column as usize) else { return 0 };
        let halved = coarse & ((1 << HALVINGS) - 1);
        let fine = f64::from(1_u32 << halved);
        let within = |at: f64, whole: u32| ((at - f64::from(whole)) * fine) as u32;
        (coarse >> HALVINGS) + (within(up, row) << halved) + within(across, column)
    }

    #[inline]
    fn cell(&self, place: u32) -> u32 {
        self.cells.get(place as usize).copied().unwrap_or(EMPTY)
    }

    /// The area in a cell that has the point, or [`EMPTY`].
    #[inline]
    fn settled(&self, cell: u32, x: f64, y: f64) -> u32 {
        let at = (cell & REST) as usize;
        match cell & !REST {
            SPLIT => self.splits.get(at).map_or(EMPTY, |split| {
                let left = x < split.x + (y - split.low) * split.slope;
                split.answers[usize::from(left)]
            }),
            LIST => self.listed(at, x, y).unwrap_or(EMPTY),
            _ => cell,
        }
    }

    fn listed(&self, at: usize, x: f64, y: f64) -> Option<u32> {
        let n = *self.lists.get(at)? as usize;
        let areas = self.lists.get(at + 1..at + 1 + n)?;
        let row = ((y - self.origin.1) * self.per_unit.1) as usize;
        let has = |area: u32| area & COVERS != 0 || self.bands.contain(area, row, x, y);
        areas.iter().find(|&&area| has(area)).map(|area| area & !COVERS)
    }
}

#[cfg(test)]
mod tests;
