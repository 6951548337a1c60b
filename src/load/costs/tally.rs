//! Rows with the same fault, told as one issue.

use crate::load::Issues;
use crate::load::table::Table;
use crate::load::words::counted;
use crate::place::{Issue, Where};

/// Counts rows and remembers the first.
pub(super) struct Tally<'t> {
    table: &'t Table,
    field: &'static str,
    first: Option<u64>,
    count: usize,
}

impl<'t> Tally<'t> {
    pub(super) fn new(table: &'t Table, field: &'static str) -> Self {
        Self { table, field, first: None, count: 0 }
    }

    pub(super) fn add(&mut self, row: usize) {
        self.first.get_or_insert_with(|| self.table.line(row));
        self.count += 1;
    }

    /// One warning for all of them.
    pub(super) fn report(&self, fault: &str, remedy: &str, issues: &mut Issues) {
        if let Some(first) = self.first {
            issues.push(Issue::warning(
                "cost-row",
                Where::file(self.table.file()).row(first).field(self.field),
                format!("{} {fault}; this is the first", counted(self.count, "row has", "rows have")),
                remedy,
            ));
        }
    }
}
