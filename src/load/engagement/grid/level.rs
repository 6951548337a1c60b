//! Rows and columns of the grid at one fineness.

use super::{AreaGrid, Edge};

/// The grid at one fineness: every coarse cell halved so often.
#[derive(Clone, Copy)]
pub(super) struct Level<'a> {
    grid: &'a AreaGrid,
    per_unit: (f64, f64),
    size: (usize, usize),
    /// How far from a boundary a cell is still taken to be touched by it, against rounding: a millionth of
    /// a cell, and no less than what rounding can do to coordinates so large.
    hair: (f64, f64),
}

impl<'a> Level<'a> {
    pub(super) fn new(grid: &'a AreaGrid, halved: u32) -> Self {
        let fine = f64::from(1_u32 << halved);
        let per_unit = (grid.per_unit.0 * fine, grid.per_unit.1 * fine);
        let size = (grid.size.0 << halved, grid.size.1 << halved);
        let hair = |origin: f64, per_unit: f64, size: usize| {
            let largest = origin.abs().max((origin + size as f64 / per_unit).abs());
            1e-6 / per_unit + 64.0 * f64::EPSILON * largest
        };
        let hair = (hair(grid.origin.0, per_unit.0, size.0), hair(grid.origin.1, per_unit.1, size.1));
        Self { grid, per_unit, size, hair }
    }

    pub(super) fn row_of(&self, y: f64) -> usize {
        (((y - self.grid.origin.1) * self.per_unit.1).max(0.0) as usize).min(self.size.1 - 1)
    }

    fn column_of(&self, x: f64) -> usize {
        (((x - self.grid.origin.0) * self.per_unit.0).max(0.0) as usize).min(self.size.0 - 1)
    }

    pub(super) fn middle(&self, row: usize, column: usize) -> (f64, f64) {
        let (x, y) = self.grid.origin;
        (x + (column as f64 + 0.5) / self.per_unit.0, y + (row as f64 + 0.5) / self.per_unit.1)
    }

    /// The columns that an edge comes within a hair of in a row; `end` is the x of its upper end.
    pub(super) fn reach(&self, row: usize, edge: Edge, end: f64) -> (usize, usize) {
        let (least, most) = (edge.x.min(end), edge.x.max(end));
        let (mut low, mut high) = (least, most);
        if edge.high > edge.low {
            let border = |row: usize| self.grid.origin.1 + row as f64 / self.per_unit.1;
            let bottom = (border(row) - self.hair.1).max(edge.low);
            let top = (border(row + 1) + self.hair.1).min(edge.high);
            let at = |y: f64| (edge.x + (y - edge.low) * edge.slope).clamp(least, most);
            (low, high) = (at(bottom).min(at(top)), at(bottom).max(at(top)));
        }
        (self.column_of(low - self.hair.0), self.column_of(high + self.hair.0))
    }

    /// Whether the only edge that touches a cell goes through it. Were one of its ends in the cell, the next
    /// edge would touch it too; but one that turns back on itself has no next, and an end within a few hairs
    /// of the cell might be on either side of the border by rounding.
    pub(super) fn has_no_corner(&self, (row, column): (usize, usize), edge: Edge, end: f64) -> bool {
        let hairs = 3.0 * self.hair.0;
        let near = |x: f64, y: f64| {
            self.row_of(y) == row && (self.column_of(x - hairs)..=self.column_of(x + hairs)).contains(&column)
        };
        edge.high > edge.low && !near(edge.x, edge.low) && !near(end, edge.high)
    }
}
