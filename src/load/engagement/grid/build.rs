//! Lays the grid over the areas.

use super::level::Level;
use super::refine::{Mark, Piece};
use super::{AreaGrid, Bands, COVERS, EMPTY, Edge, HALVINGS};
use geo::{BoundingRect, CoordsIter, LineString, MultiPolygon};
use rayon::prelude::*;

/// Coarse cells for each area. From measurement on the LSOAs of England and Wales, where 4 to 16 take the
/// same time to within a tenth; another number changes time and memory and no answer.
const COARSE_PER_AREA: f64 = 8.0;
/// Fewest and most coarse cells: the most is 16 MB.
const COARSE: (f64, f64) = (4096.0, 4_194_304.0);

/// Cells for each edge in a coarse cell. Half as many take a third less memory and a sixth more time, more
/// gain nothing; no number changes an answer.
const CELLS_PER_EDGE: f64 = 32.0;
/// About the most cells altogether, 64 MB: where there are more edges, each has fewer.
const MOST_CELLS: f64 = 16_777_216.0;

impl AreaGrid {
    /// Lays the grid. Areas without a shape contain nothing, nor do those with a corner that is not finite.
    #[must_use]
    pub fn new(shapes: &[Option<&MultiPolygon<f64>>]) -> Self {
        Self::laid(shapes, (shapes.len() as f64 * COARSE_PER_AREA).clamp(COARSE.0, COARSE.1))
    }

    /// A grid of about so many coarse cells.
    pub(super) fn laid(shapes: &[Option<&MultiPolygon<f64>>], wanted: f64) -> Self {
        let finite = |shape: &&MultiPolygon<f64>| shape.coords_iter().all(|at| at.x.is_finite() && at.y.is_finite());
        let shapes: Vec<_> = shapes.iter().map(|shape| shape.filter(finite)).collect();
        let boxes = shapes.iter().flatten().filter_map(|shape| shape.bounding_rect());
        let all = boxes.reduce(|a, b| {
            let (low, high) = (a.min(), b.min());
            let min = (low.x.min(high.x), low.y.min(high.y));
            geo::Rect::new(min, (a.max().x.max(b.max().x), a.max().y.max(b.max().y)))
        });
        let Some(all) = all else { return Self::default() };
        let (width, height) = (all.width().max(f64::MIN_POSITIVE), all.height().max(f64::MIN_POSITIVE));
        let across = (wanted * width / height).sqrt().clamp(1.0, wanted).floor();
        let up = (wanted / across).clamp(1.0, wanted).floor();
        let mut grid = Self {
            origin: (all.min().x, all.min().y),
            per_unit: (across / width, up / height),
            size: (across as usize + 1, up as usize + 1),
            ..Self::default()
        };
        let traced: Vec<Traced> =
            shapes.par_iter().enumerate().map(|(area, shape)| grid.trace(area as u32, *shape)).collect();
        let mut marks = Vec::with_capacity(traced.iter().map(|traced| traced.marks.len()).sum());
        let mut ends = Vec::new();
        for traced in traced {
            grid.bands.add(traced.bottom, &traced.rows, &mut ends);
            marks.extend(traced.marks);
        }
        grid.bands.close();
        // By cell, and in it by area.
        marks.par_sort_unstable_by_key(|(cell, area)| (*cell, area & !COVERS));
        grid.cells.push(EMPTY);
        grid.cells.extend(0..shapes.len() as u32);
        grid.fill(&marks, &ends);
        grid
    }

    /// The edges of one area by row, and the coarse cells it touches.
    fn trace(&self, area: u32, shape: Option<&MultiPolygon<f64>>) -> Traced {
        let Some((shape, around)) = shape.and_then(|shape| Some((shape, shape.bounding_rect()?))) else {
            return Traced::default();
        };
        let level = Level::new(self, 0);
        let (bottom, top) = (level.row_of(around.min().y), level.row_of(around.max().y));
        let mut rows: Vec<Vec<(Edge, f64)>> = vec![Vec::new(); top - bottom + 1];
        let mut touched: Vec<Vec<(usize, usize)>> = vec![Vec::new(); top - bottom + 1];
        for line in rings(shape).flat_map(LineString::lines) {
            let (a, b) = if line.start.y <= line.end.y { (line.start, line.end) } else { (line.end, line.start) };
            let slope = if b.y > a.y { (b.x - a.x) / (b.y - a.y) } else { 0.0 };
            let edge = Edge { low: a.y, high: b.y, x: a.x, slope };
            for row in level.row_of(a.y)..=level.row_of(b.y) {
                touched[row - bottom].push(level.reach(row, edge, b.x));
                rows[row - bottom].push((edge, b.x));
            }
        }
        let mut marks = Vec::new();
        for (i, (edges, touched)) in rows.iter().zip(&mut touched).enumerate() {
            self.mark(area, bottom + i, edges, touched, &mut marks);
        }
        Traced { bottom, rows, marks }
    }

    /// Marks the coarse cells of a row that the area touches or covers.
    fn mark(
        &self,
        area: u32,
        row: usize,
        edges: &[(Edge, f64)],
        touched: &mut [(usize, usize)],
        marks: &mut Vec<Mark>,
    ) {
        touched.sort_unstable();
        let cell = |column: usize| (row * self.size.0 + column) as u32;
        let level = Level::new(self, 0);
        let covered = |column: usize| {
            let (x, y) = level.middle(row, column);
            edges.iter().fold(false, |inside, (edge, _)| inside ^ edge.crossed_from(x, y))
        };
        let mut next = touched.first().map_or(0, |(from, _)| *from);
        for &(from, to) in touched.iter() {
            // Between two touched stretches no boundary runs, so one cell answers for all.
            if next < from && covered(next) {
                marks.extend((next..from).map(|column| (cell(column), area | COVERS)));
            }
            let start = from.max(next);
            if start <= to {
                marks.extend((start..=to).map(|column| (cell(column), area)));
                next = to + 1;
            }
        }
    }

    fn fill(&mut self, marks: &[Mark], ends: &[f64]) {
        self.coarse = vec![0; self.size.0 * self.size.1];
        let per_edge = CELLS_PER_EDGE.min(MOST_CELLS / ends.len() as f64);
        let groups: Vec<&[Mark]> = marks.chunk_by(|a, b| a.0 == b.0).collect();
        let pieces: Vec<Piece> = groups
            .par_chunks(1024)
            .map(|groups| {
                let mut piece = Piece::default();
                for marks in groups {
                    piece.lay(self, marks, ends, per_edge);
                }
                piece
            })
            .collect();
        for piece in pieces {
            self.add(piece);
        }
    }

    fn add(&mut self, mut piece: Piece) {
        piece.shift(self.splits.len() as u32, self.lists.len() as u32);
        let first = self.cells.len() as u32;
        for (cell, at, halved) in piece.coarse {
            if let Some(coarse) = self.coarse.get_mut(cell as usize) {
                *coarse = (at.map_or_else(|area| 1 + area, |at| first + at) << HALVINGS) | halved;
            }
        }
        self.cells.extend(piece.cells);
        self.splits.extend(piece.splits);
        self.lists.extend(piece.lists);
    }
}

impl Bands {
    fn add(&mut self, bottom: usize, rows: &[Vec<(Edge, f64)>], ends: &mut Vec<f64>) {
        self.areas.push((bottom as u32, self.starts.len() as u32));
        for row in rows {
            self.starts.push(self.edges.len() as u32);
            self.edges.extend(row.iter().map(|(edge, _)| *edge));
            ends.extend(row.iter().map(|(_, end)| *end));
        }
    }

    fn close(&mut self) {
        self.areas.push((0, self.starts.len() as u32));
        self.starts.push(self.edges.len() as u32);
    }
}

/// What is known of one area: its edges by coarse row, each with the x of its upper end, and the coarse
/// cells it touches.
#[derive(Default)]
struct Traced {
    bottom: usize,
    rows: Vec<Vec<(Edge, f64)>>,
    marks: Vec<Mark>,
}

fn rings(shape: &MultiPolygon<f64>) -> impl Iterator<Item = &LineString<f64>> {
    shape.iter().flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()))
}
