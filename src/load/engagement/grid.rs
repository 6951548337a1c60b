//! Which area a point is in, for very many points: a grid over the areas, with the exact test only where
//! a cell has a boundary in it.

use geo::{BoundingRect, LineString, MultiPolygon};
use rayon::prelude::*;

/// Cells for each area. With more, fewer points need the exact test and the grid outgrows the caches; 256
/// is a judgement: another number changes the time and no answer.
const CELLS_PER_AREA: f64 = 256.0;
/// Fewest and most cells: the most is 64 MB.
const CELLS: (f64, f64) = (4096.0, 16_777_216.0);

const EMPTY: u32 = u32::MAX;
const LISTED: u32 = 1 << 31;

/// One line of a boundary that crosses a row of the grid, from its lower end up.
#[derive(Debug, Clone, Copy)]
struct Edge {
    low: f64,
    high: f64,
    x: f64,
    slope: f64,
}

/// The rows of the grid that an area's boundary crosses, and which edges cross each.
#[derive(Debug)]
struct Bands {
    first_row: usize,
    /// One more than there are rows.
    starts: Vec<u32>,
    edges: Vec<Edge>,
}

/// Areas laid under a grid.
///
/// A point exactly on a boundary between two areas belongs to one of them, always the same: the test is
/// half-open, and an edge that two areas share gives both the same arithmetic, so areas that tile the
/// ground give every point to exactly one. Of areas that overlap, the first in order has the point.
#[derive(Debug)]
pub struct AreaGrid {
    origin: (f64, f64),
    per_unit: (f64, f64),
    size: (usize, usize),
    cells: Vec<u32>,
    /// For each listed cell: how many areas, then the areas; the top bit says that it covers the cell.
    lists: Vec<u32>,
    bands: Vec<Bands>,
}

impl AreaGrid {
    /// Lays the grid. Areas without a shape contain nothing.
    #[must_use]
    pub fn new(shapes: &[Option<&MultiPolygon<f64>>]) -> Self {
        let boxes = shapes.iter().flatten().filter_map(|shape| shape.bounding_rect());
        let all = boxes.reduce(|a, b| {
            let (low, high) = (a.min(), b.min());
            let min = (low.x.min(high.x), low.y.min(high.y));
            geo::Rect::new(min, (a.max().x.max(b.max().x), a.max().y.max(b.max().y)))
        });
        let Some(all) = all else {
            return Self {
                origin: (0.0, 0.0),
                per_unit: (0.0, 0.0),
                size: (0, 0),
                cells: Vec::new(),
                lists: Vec::new(),
                bands: Vec::new(),
            };
        };
        let wanted = (shapes.len() as f64 * CELLS_PER_AREA).clamp(CELLS.0, CELLS.1);
        let (width, height) = (all.width().max(f64::MIN_POSITIVE), all.height().max(f64::MIN_POSITIVE));
        let across = (wanted * width / height).sqrt().clamp(1.0, wanted).floor();
        let up = (wanted / across).clamp(1.0, wanted).floor();
        let mut grid = Self {
            origin: (all.min().x, all.min().y),
            per_unit: (across / width, up / height),
            size: (across as usize + 1, up as usize + 1),
            cells: Vec::new(),
            lists: Vec::new(),
            bands: Vec::new(),
        };
        let made: Vec<(Bands, Vec<(u32, u32)>)> =
            shapes.par_iter().enumerate().map(|(area, shape)| grid.trace(area as u32, *shape)).collect();
        let mut marks = Vec::with_capacity(made.iter().map(|(_, marks)| marks.len()).sum());
        for (bands, here) in made {
            grid.bands.push(bands);
            marks.extend(here);
        }
        marks.par_sort_unstable();
        grid.fill(&marks);
        grid
    }

    /// The area that has the point in it: its place in the list given to [`AreaGrid::new`].
    #[must_use]
    pub fn area_of(&self, x: f64, y: f64) -> Option<usize> {
        let column = (x - self.origin.0) * self.per_unit.0;
        let row = (y - self.origin.1) * self.per_unit.1;
        // Also false for what is not a number.
        if !(column >= 0.0 && row >= 0.0 && column < self.size.0 as f64 && row < self.size.1 as f64) {
            return None;
        }
        let (column, row) = (column as usize, row as usize);
        let cell = *self.cells.get(row * self.size.0 + column)?;
        if cell & LISTED == 0 {
            return Some(cell as usize);
        }
        if cell == EMPTY {
            return None;
        }
        let at = (cell & !LISTED) as usize;
        let n = *self.lists.get(at)? as usize;
        let listed = self.lists.get(at + 1..at + 1 + n)?;
        listed
            .iter()
            .find(|&&area| area & LISTED != 0 || self.contains(area, row, x, y))
            .map(|a| (a & !LISTED) as usize)
    }

    /// Whether a ray to the right of the point crosses the boundary an odd number of times.
    fn contains(&self, area: u32, row: usize, x: f64, y: f64) -> bool {
        let Some(bands) = self.bands.get(area as usize) else { return false };
        let Some(band) = row.checked_sub(bands.first_row) else { return false };
        let (Some(&from), Some(&to)) = (bands.starts.get(band), bands.starts.get(band + 1)) else { return false };
        let mut inside = false;
        for edge in bands.edges.get(from as usize..to as usize).unwrap_or_default() {
            let crosses = edge.low <= y && y < edge.high && x < edge.x + (y - edge.low) * edge.slope;
            inside ^= crosses;
        }
        inside
    }

    fn row_of(&self, y: f64) -> usize {
        (((y - self.origin.1) * self.per_unit.1).max(0.0) as usize).min(self.size.1 - 1)
    }

    fn column_of(&self, x: f64) -> usize {
        (((x - self.origin.0) * self.per_unit.0).max(0.0) as usize).min(self.size.0 - 1)
    }

    /// The edges of one area by row, and the cells it touches: `(cell, area)`, the area's top bit set
    /// where it covers the whole cell.
    fn trace(&self, area: u32, shape: Option<&MultiPolygon<f64>>) -> (Bands, Vec<(u32, u32)>) {
        let nothing = Bands { first_row: 0, starts: Vec::new(), edges: Vec::new() };
        let Some((shape, around)) = shape.and_then(|shape| Some((shape, shape.bounding_rect()?))) else {
            return (nothing, Vec::new());
        };
        let (bottom, top) = (self.row_of(around.min().y), self.row_of(around.max().y));
        let mut rows: Vec<Vec<Edge>> = vec![Vec::new(); top - bottom + 1];
        let mut touched: Vec<Vec<(usize, usize)>> = vec![Vec::new(); top - bottom + 1];
        for line in rings(shape).flat_map(LineString::lines) {
            let (a, b) = if line.start.y <= line.end.y { (line.start, line.end) } else { (line.end, line.start) };
            let slope = if b.y > a.y { (b.x - a.x) / (b.y - a.y) } else { 0.0 };
            let edge = Edge { low: a.y, high: b.y, x: a.x, slope };
            for row in self.row_of(a.y)..=self.row_of(b.y) {
                let (from, to) = self.reach(row, (a.x, b.x), edge);
                touched[row - bottom].push((from, to));
                if b.y > a.y {
                    rows[row - bottom].push(edge);
                }
            }
        }
        let mut marks = Vec::new();
        for (i, (edges, touched)) in rows.iter().zip(&mut touched).enumerate() {
            self.mark(area, bottom + i, edges, touched, &mut marks);
        }
        let mut starts = Vec::with_capacity(rows.len() + 1);
        let mut edges = Vec::new();
        for row in rows {
            starts.push(edges.len() as u32);
            edges.extend(row);
        }
        starts.push(edges.len() as u32);
        (Bands { first_row: bottom, starts, edges }, marks)
    }

    /// The columns an edge touches in a row, and one more on either side against rounding.
    fn reach(&self, row: usize, (x1, x2): (f64, f64), edge: Edge) -> (usize, usize) {
        let (least, most) = (x1.min(x2), x1.max(x2));
        let (mut low, mut high) = (least, most);
        if edge.high > edge.low {
            let bottom = (self.origin.1 + row as f64 / self.per_unit.1).max(edge.low);
            let top = (self.origin.1 + (row + 1) as f64 / self.per_unit.1).min(edge.high);
            let at = |y: f64| (edge.x + (y - edge.low) * edge.slope).clamp(least, most);
            (low, high) = (at(bottom).min(at(top)), at(bottom).max(at(top)));
        }
        let hair = 1e-6 / self.per_unit.0;
        (self.column_of(low - hair), self.column_of(high + hair))
    }

    /// Marks the cells of a row that the area touches or covers.
    fn mark(&self, area: u32, row: usize, edges: &[Edge], touched: &mut [(usize, usize)], marks: &mut Vec<(u32, u32)>) {
        touched.sort_unstable();
        let cell = |column: usize| (row * self.size.0 + column) as u32;
        let middle = self.origin.1 + (row as f64 + 0.5) / self.per_unit.1;
        let mut crossings: Vec<f64> = edges
            .iter()
            .filter(|edge| edge.low <= middle && middle < edge.high)
            .map(|edge| edge.x + (middle - edge.low) * edge.slope)
            .collect();
        crossings.sort_unstable_by(f64::total_cmp);
        let covered = |column: usize| {
            let x = self.origin.0 + (column as f64 + 0.5) / self.per_unit.0;
            crossings.partition_point(|crossing| *crossing <= x) % 2 == 1
        };
        let mut next = touched.first().map_or(0, |(from, _)| *from);
        for &(from, to) in touched.iter() {
            // Between two touched stretches no boundary runs, so one cell answers for all.
            if next < from && covered(next) {
                marks.extend((next..from).map(|column| (cell(column), area | LISTED)));
            }
            let start = from.max(next);
            if start <= to {
                marks.extend((start..=to).map(|column| (cell(column), area)));
                next = to + 1;
            }
        }
    }

    fn fill(&mut self, marks: &[(u32, u32)]) {
        self.cells = vec![EMPTY; self.size.0 * self.size.1];
        for group in marks.chunk_by(|a, b| a.0 == b.0) {
            let Some(cell) = self.cells.get_mut(group[0].0 as usize) else { continue };
            if let [(_, area)] = group
                && area & LISTED != 0
            {
                *cell = area & !LISTED;
                continue;
            }
            *cell = LISTED | self.lists.len() as u32;
            self.lists.push(group.len() as u32);
            let mut areas: Vec<u32> = group.iter().map(|(_, area)| *area).collect();
            areas.sort_unstable_by_key(|area| area & !LISTED);
            self.lists.extend(areas);
        }
    }
}

fn rings(shape: &MultiPolygon<f64>) -> impl Iterator<Item = &LineString<f64>> {
    shape.iter().flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{Contains, Point, polygon};
    use proptest::prelude::*;

    fn square(x: f64, y: f64, side: f64) -> MultiPolygon<f64> {
        MultiPolygon(vec![polygon![(x: x, y: y), (x: x + side, y: y), (x: x + side, y: y + side), (x: x, y: y + side)]])
    }

    #[test]
    fn squares_that_tile_the_ground_give_every_point_to_exactly_one() {
        let squares: Vec<_> = (0..9).map(|i| square(f64::from(i % 3), f64::from(i / 3), 1.0)).collect();
        let grid = AreaGrid::new(&squares.iter().map(Some).collect::<Vec<_>>());
        for i in 0..300 {
            for j in 0..300 {
                let (x, y) = (f64::from(i) / 100.0, f64::from(j) / 100.0);
                assert_eq!(grid.area_of(x, y), Some((x as usize) + 3 * (y as usize)), "{x} {y}");
            }
        }
        assert_eq!(grid.area_of(3.1, 1.0), None);
        assert_eq!(grid.area_of(f64::NAN, 1.0), None);
    }

    #[test]
    fn holes_and_islands_count() {
        let ring = MultiPolygon(vec![
            polygon![exterior: [(x: 0.0, y: 0.0), (x: 9.0, y: 0.0), (x: 9.0, y: 9.0), (x: 0.0, y: 9.0)],
                     interiors: [[(x: 3.0, y: 3.0), (x: 6.0, y: 3.0), (x: 6.0, y: 6.0), (x: 3.0, y: 6.0)]]],
            polygon![(x: 20.0, y: 20.0), (x: 21.0, y: 20.0), (x: 21.0, y: 21.0)],
        ]);
        let grid = AreaGrid::new(&[None, Some(&ring)]);
        assert_eq!(grid.area_of(1.0, 1.0), Some(1));
        assert_eq!(grid.area_of(4.5, 4.5), None);
        assert_eq!(grid.area_of(20.9, 20.5), Some(1));
        assert_eq!(grid.area_of(20.1, 20.5), None);
    }

    #[test]
    fn no_areas_contain_nothing() {
        assert_eq!(AreaGrid::new(&[]).area_of(0.0, 0.0), None);
        assert_eq!(AreaGrid::new(&[None]).area_of(0.0, 0.0), None);
    }

    proptest! {
        #[test]
        fn the_grid_says_what_the_exact_test_says(
            corners in prop::collection::vec((0.0f64..100.0, 0.0f64..100.0), 3..12),
            points in prop::collection::vec((-10.0f64..110.0, -10.0f64..110.0), 1..200),
        ) {
            // A star around the middle, so that it does not cross itself.
            let mut corners = corners;
            corners.sort_by(|a, b| (a.1 - 50.0).atan2(a.0 - 50.0).total_cmp(&(b.1 - 50.0).atan2(b.0 - 50.0)));
            let shape = MultiPolygon(vec![geo::Polygon::new(LineString::from(corners), vec![])]);
            let grid = AreaGrid::new(&[Some(&shape)]);
            for (x, y) in points {
                prop_assert_eq!(grid.area_of(x, y).is_some(), shape.contains(&Point::new(x, y)), "{} {}", x, y);
            }
        }
    }
}
