//! Counts in a table that are not plain counts.

use crate::load::Issues;
use crate::load::table::Table;
use crate::load::words::counted;
use crate::place::{Issue, Where};

/// Counts that are not plain counts, told once per file.
#[derive(Debug, Default)]
pub(super) struct Doubts {
    unknown: Vec<usize>,
    impossible: Vec<usize>,
    fractions: Vec<usize>,
}

impl Doubts {
    /// Notes a count that is suppressed, empty or not a number.
    pub(super) fn unknown(&mut self, row: usize) {
        self.unknown.push(row);
    }

    /// Notes a count that cannot be.
    pub(super) fn impossible(&mut self, row: usize) {
        self.impossible.push(row);
    }

    /// Notes a count that is not whole.
    pub(super) fn fraction(&mut self, row: usize) {
        self.fractions.push(row);
    }

    /// Tells what was noted in a file.
    pub(super) fn report(self, table: &Table, field: &str, issues: &mut Issues) {
        let at = |row: usize| {
            let at = Where::file(table.file()).row(table.line(row));
            if field.is_empty() { at } else { at.field(field) }
        };
        if let Some(&row) = self.unknown.iter().min() {
            let problem = format!(
                "{} suppressed, empty or not a number, the first here",
                counted(self.unknown.len(), "count is", "counts are")
            );
            issues.push(Issue::warning("unknown-count", at(row), problem, "They are taken as unknown, not as zero"));
        }
        if let Some(&row) = self.impossible.iter().min() {
            let problem = format!(
                "{} negative or impossibly large, the first here",
                counted(self.impossible.len(), "count is", "counts are")
            );
            issues.push(Issue::warning(
                "impossible-count",
                at(row),
                problem,
                "They are taken as unknown; mend the rows",
            ));
        }
        if let Some(&row) = self.fractions.iter().min() {
            let problem =
                format!("{} not whole, the first here", counted(self.fractions.len(), "count is", "counts are"));
            issues.push(Issue::note(
                "fractional-count",
                at(row),
                problem,
                "They are used as they are, to a millionth of a person",
            ));
        }
    }
}
