//! The cells of one coarse cell: which has one answer, which has one edge that divides two, and which
//! needs the whole test.
//!
//! In a cell a point can pass from in an area to out of it only over an edge that touches the cell. What
//! lies wholly to the right is crossed by the rays from every point of the cell or from none, and that
//! changes only at the height of a corner where an edge in the cell has led out to the right. If that edge
//! is taken to run on beyond its corner it is crossed there in place of what follows it, and the change is
//! made good. So in a cell with one edge and no corner, the side of the edge's line decides.

use super::level::Level;
use super::{AreaGrid, Bands, COVERS, EMPTY, Edge, LIST, REST, SPLIT, Split};
use rustc_hash::FxHashMap;

/// A coarse cell and an area in it, with [`COVERS`] where it has the whole cell.
pub(super) type Mark = (u32, u32);

/// A coarse cell is halved at most so often: 16,384 cells. A judgement; where it is too few, more cells are
/// listed and points there take longer.
const MOST_HALVINGS: u32 = 7;

/// An edge that a coarse cell has in it.
struct Side {
    edge: Edge,
    /// The x of its upper end, or of the other end if it is level.
    end: f64,
    /// The areas it bounds, by their places in the coarse cell's list; twice where it bounds one twice.
    bounds: Vec<usize>,
}

/// The areas in a coarse cell, and their edges there.
struct Ground<'a> {
    bands: &'a Bands,
    row: usize,
    /// In order; none after one that covers the cell, for it would never have a point.
    areas: Vec<u32>,
    sides: Vec<Side>,
}

impl<'a> Ground<'a> {
    fn new(grid: &'a AreaGrid, marks: &[Mark], ends: &[f64]) -> Self {
        let cell = marks.first().map_or(0, |mark| mark.0 as usize);
        let (row, column) = (cell / grid.size.0, cell % grid.size.0);
        let level = Level::new(grid, 0);
        let covering = marks.iter().position(|(_, area)| area & COVERS != 0).map_or(marks.len(), |at| at + 1);
        let areas: Vec<u32> = marks.iter().take(covering).map(|(_, area)| *area).collect();
        let mut sides: Vec<Side> = Vec::new();
        let mut known: FxHashMap<[u64; 4], usize> = FxHashMap::default();
        for (i, &area) in areas.iter().enumerate().filter(|(_, area)| **area & COVERS == 0) {
            let range = grid.bands.range(area, row);
            let edges = grid.bands.edges.get(range.clone()).unwrap_or_default();
            for (&edge, &end) in edges.iter().zip(ends.get(range).unwrap_or_default()) {
                let (from, to) = level.reach(row, edge, end);
                if (from..=to).contains(&column) {
                    let form = [edge.low, edge.high, edge.x, end].map(f64::to_bits);
                    let at = *known.entry(form).or_insert_with(|| {
                        sides.push(Side { edge, end, bounds: Vec::new() });
                        sides.len() - 1
                    });
                    sides[at].bounds.push(i);
                }
            }
        }
        Self { bands: &grid.bands, row, areas, sides }
    }

    /// Whether an area of the list has a point by the exact test.
    fn has(&self, area: u32, (x, y): (f64, f64)) -> bool {
        area & COVERS != 0 || self.bands.contain(area, self.row, x, y)
    }

    /// The first area that has a point, or [`EMPTY`].
    fn answer(&self, at: (f64, f64)) -> u32 {
        self.areas.iter().find(|area| self.has(**area, at)).map_or(EMPTY, |area| area & !COVERS)
    }

    /// The areas that a cell may have a point of, where these edges are in it.
    fn list(&self, touching: &[usize], middle: (f64, f64)) -> Vec<u32> {
        let mut list = Vec::new();
        for (i, &area) in self.areas.iter().enumerate() {
            if touching.iter().any(|side| self.sides[*side].bounds.contains(&i)) {
                list.push(area);
            } else if self.has(area, middle) {
                list.push(area | COVERS);
                break;
            }
        }
        list
    }

    /// The answers to the right and to the left of an edge, in a cell that has no other and no corner. On
    /// the side of the cell's middle they are as there; on the other, the areas that the edge bounds have
    /// turned from in to out and from out to in.
    fn answers(&self, side: &Side, middle: (f64, f64)) -> [u32; 2] {
        let left = side.edge.left(middle.0, middle.1);
        let mut answers = [EMPTY; 2];
        for (i, &area) in self.areas.iter().enumerate() {
            let has = self.has(area, middle);
            let turned = side.bounds.iter().filter(|bound| **bound == i).count() % 2 == 1;
            for (answer, there) in answers.iter_mut().zip([false, true]) {
                if *answer == EMPTY && has != (turned && there != left) {
                    *answer = area & !COVERS;
                }
            }
            if !answers.contains(&EMPTY) {
                break;
            }
        }
        answers
    }
}

/// Some coarse cells with their cells, whose marks count from the beginning of the piece.
#[derive(Default)]
pub(super) struct Piece {
    /// Coarse cell, where its cells begin or the one area that has all of it, and how often it is halved.
    pub(super) coarse: Vec<(u32, Result<u32, u32>, u32)>,
    pub(super) cells: Vec<u32>,
    pub(super) splits: Vec<Split>,
    pub(super) lists: Vec<u32>,
    /// The splits and lists of the coarse cell that is being laid, which its cells share.
    known_splits: FxHashMap<(usize, [u32; 2]), u32>,
    known_lists: FxHashMap<Vec<u32>, u32>,
}

impl Piece {
    /// Lays the cells of a coarse cell.
    pub(super) fn lay(&mut self, grid: &AreaGrid, marks: &[Mark], ends: &[f64], per_edge: f64) {
        let Some(&(cell, first)) = marks.first() else { return };
        if first & COVERS != 0 {
            self.coarse.push((cell, Err(first & !COVERS), 0));
            return;
        }
        let ground = Ground::new(grid, marks, ends);
        let wanted = (ground.sides.len() as f64 * per_edge).max(1.0);
        let halved = ((wanted.log2() / 2.0).round() as u32).min(MOST_HALVINGS);
        self.coarse.push((cell, Ok(self.cells.len() as u32), halved));
        self.known_splits.clear();
        self.known_lists.clear();
        let level = Level::new(grid, halved);
        let (row, column) = (cell as usize / grid.size.0, cell as usize % grid.size.0);
        let mut here: Vec<(usize, usize, usize)> = Vec::new();
        let mut touching: Vec<usize> = Vec::new();
        for row in row << halved..(row + 1) << halved {
            here.clear();
            for (i, side) in ground.sides.iter().enumerate() {
                if (level.row_of(side.edge.low)..=level.row_of(side.edge.high)).contains(&row) {
                    let (from, to) = level.reach(row, side.edge, side.end);
                    here.push((from, to, i));
                }
            }
            let mut between: Option<u32> = None;
            for column in column << halved..(column + 1) << halved {
                touching.clear();
                touching.extend(here.iter().filter(|(from, to, _)| (*from..=*to).contains(&column)).map(|h| h.2));
                let cell = if touching.is_empty() {
                    // Until the next edge one cell answers for all.
                    *between.get_or_insert_with(|| ground.answer(level.middle(row, column)))
                } else {
                    between = None;
                    self.touched(&ground, level, (row, column), &touching)
                };
                self.cells.push(cell);
            }
        }
    }

    /// A cell that edges touch.
    fn touched(&mut self, ground: &Ground<'_>, level: Level<'_>, cell: (usize, usize), touching: &[usize]) -> u32 {
        let middle = level.middle(cell.0, cell.1);
        if let [only] = touching
            && let Some(side) = ground.sides.get(*only).filter(|side| level.has_no_corner(cell, side.edge, side.end))
        {
            let answers = ground.answers(side, middle);
            if answers[0] == answers[1] {
                return answers[0];
            }
            let Edge { low, x, slope, .. } = side.edge;
            let splits = &mut self.splits;
            return *self.known_splits.entry((*only, answers)).or_insert_with(|| {
                splits.push(Split { low, x, slope, answers });
                SPLIT | (splits.len() - 1) as u32
            });
        }
        let list = ground.list(touching, middle);
        match list.as_slice() {
            [] => EMPTY,
            [area] if area & COVERS != 0 => area & !COVERS,
            _ => {
                let lists = &mut self.lists;
                *self.known_lists.entry(list).or_insert_with_key(|list| {
                    let at = lists.len() as u32;
                    lists.push(list.len() as u32);
                    lists.extend(list);
                    LIST | at
                })
            }
        }
    }

    /// Makes the marks count from the beginning of the grid, where so many splits and lists come before.
    pub(super) fn shift(&mut self, splits: u32, lists: u32) {
        for cell in &mut self.cells {
            *cell += match *cell & !REST {
                SPLIT => splits,
                LIST => lists,
                _ => 0,
            };
        }
    }
}
