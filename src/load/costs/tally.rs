//! Rows with the same fault, told as one issue; and rows that stand twice.

use crate::load::Issues;
use crate::load::words::counted;
use crate::place::{Code, Issue, Where};
use crate::read::Table;
use std::collections::HashMap;
use std::hash::Hash;

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
                Code::CostRow,
                Where::file(self.table.file()).row(first).field(self.field),
                format!("{} {fault}; this is the first", counted(self.count, "row has", "rows have")),
                remedy,
            ));
        }
    }
}

/// Rows of which each thing may have one.
pub(super) struct Once<'t, K> {
    field: &'static str,
    noun: &'static str,
    table: &'t Table,
    first: HashMap<K, (usize, Vec<String>)>,
    again: Tally<'t>,
}

impl<'t, K: Eq + Hash> Once<'t, K> {
    pub(super) fn new(table: &'t Table, field: &'static str, noun: &'static str) -> Self {
        Self { field, noun, table, first: HashMap::new(), again: Tally::new(table, field) }
    }

    /// Whether a row is the first of its thing. A second row that says the same is counted once.
    ///
    /// # Errors
    /// When two rows of one thing say different things, since then nobody can say which holds.
    pub(super) fn is_new(&mut self, key: K, row: usize, shown: &str, said: &[Option<&str>]) -> Result<bool, Issue> {
        let said: Vec<String> = said.iter().map(|cell| cell.unwrap_or_default().trim().to_owned()).collect();
        let Some((first, before)) = self.first.get(&key) else {
            self.first.insert(key, (row, said));
            return Ok(true);
        };
        if *before == said {
            self.again.add(row);
            return Ok(false);
        }
        let words =
            |said: &[String]| said.iter().filter(|cell| !cell.is_empty()).cloned().collect::<Vec<_>>().join(", ");
        let or_blank = |words: String| if words.is_empty() { "nothing".to_owned() } else { words };
        let problem = format!(
            "The {} \"{shown}\" stands in two rows that disagree: row {} says {}, row {} says {}",
            self.noun,
            self.table.line(*first),
            or_blank(words(before)),
            self.table.line(row),
            or_blank(words(&said)),
        );
        let at = Where::file(self.table.file()).row(self.table.line(row)).field(self.field).key(shown);
        let remedy = format!("Leave one row for each {}; add up numbers that are parts of one", self.noun);
        Err(Issue::error(Code::CostRowTwice, at, problem, remedy))
    }

    /// One warning for the rows that only repeat.
    pub(super) fn report(&self, issues: &mut Issues) {
        let fault = format!("a {} that has come before, with the same numbers", self.noun);
        self.again.report(&fault, "Each is counted once; leave the others out", issues);
    }
}
