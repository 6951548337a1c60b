//! Counts in a table that are not plain counts.

use crate::load::Issues;
use crate::load::manifest::GroupsSection;
use crate::load::numerals::{Count, Decimal};
use crate::load::words::counted;
use crate::place::{Code, Issue, People, Where};
use crate::read::Table;
use std::collections::BTreeMap;

/// Why a count is not a plain one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Doubt {
    /// Suppressed, or empty.
    Hidden,
    /// Something that is no number.
    Odd,
    Impossible,
    Fraction,
    /// A number with a mark beside it.
    Marked,
    /// The same in a table whose groups `place.toml` names, which is read as it stands.
    MarkedInNamed,
    /// A count of no category.
    Nameless,
}

/// A doubtful cell: its column of counts (or category), where it stands, and what is wrong.
#[derive(Debug)]
struct Cell {
    of: usize,
    column: Option<usize>,
    row: usize,
    doubt: Doubt,
}

/// Counts that are not plain counts.
#[derive(Debug, Default)]
pub(super) struct Doubts {
    cells: Vec<Cell>,
    /// Whether `place.toml` names the groups: then nothing beside a number is interpreted.
    is_named: bool,
}

/// Odd cells that are told one by one before the rest are only counted.
const LISTED: usize = 12;

impl Doubts {
    /// For a table whose groups are named in `place.toml`, or found.
    pub(super) fn of(section: &GroupsSection) -> Self {
        Self { cells: Vec::new(), is_named: !section.groups.is_empty() }
    }

    /// Reads a count of a category; what is doubtful of it is noted.
    pub(super) fn read(
        &mut self,
        decimal: Decimal,
        table: &Table,
        column: usize,
        row: usize,
        of: usize,
    ) -> Option<f64> {
        let (number, doubt) = match decimal.count(table.text(column, row)) {
            Count::Plain(n) if (0.0..1e10).contains(&n) => (Some(n), (n.fract() != 0.0).then_some(Doubt::Fraction)),
            Count::Marked(n) if (0.0..1e10).contains(&n) && self.is_named => (None, Some(Doubt::MarkedInNamed)),
            Count::Marked(n) if (0.0..1e10).contains(&n) => (Some(n), Some(Doubt::Marked)),
            Count::Plain(_) | Count::Marked(_) => (None, Some(Doubt::Impossible)),
            Count::Hidden => (None, Some(Doubt::Hidden)),
            Count::Percent(_) | Count::Error | Count::Odd => (None, Some(Doubt::Odd)),
        };
        if let Some(doubt) = doubt {
            self.cells.push(Cell { of, column: Some(column), row, doubt });
        }
        number.map(People::round)
    }

    /// Notes a count without the name of its category.
    pub(super) fn nameless(&mut self, row: usize) {
        self.cells.push(Cell { of: usize::MAX, column: None, row, doubt: Doubt::Nameless });
    }

    /// Forgets what was noted of columns or categories that are not counted.
    pub(super) fn forget(&mut self, of: &[usize]) {
        self.cells.retain(|cell| !of.contains(&cell.of));
    }

    /// Tells what was noted in a file.
    pub(super) fn report(self, table: &Table, issues: &mut Issues) {
        let at = |cell: &Cell| {
            let at = Where::file(table.file()).row(table.line(cell.row));
            match cell.column.and_then(|column| table.titles().get(column).map(|title| (*title).to_owned())) {
                Some(title) => at.field(title),
                None => at,
            }
        };
        let mut by_doubt: BTreeMap<Doubt, Vec<&Cell>> = BTreeMap::new();
        for cell in &self.cells {
            by_doubt.entry(cell.doubt).or_default().push(cell);
        }
        for (doubt, mut cells) in by_doubt {
            cells.sort_by_key(|cell| (cell.row, cell.column));
            let (first, n) = (at(cells[0]), cells.len());
            let many = |one: &str, several: &str| format!("{}, the first here", counted(n, one, several));
            match doubt {
                Doubt::Hidden => issues.push(Issue::warning(
                    Code::UnknownCount,
                    first,
                    many("count is suppressed or empty", "counts are suppressed or empty"),
                    "They are taken as unknown, not as zero",
                )),
                Doubt::Odd => {
                    for cell in cells.iter().take(LISTED) {
                        let text = cell.column.and_then(|column| table.text(column, cell.row)).unwrap_or_default();
                        let problem = format!("\"{text}\" is not clearly a number");
                        let remedy = "This one count is taken as unknown, not as zero; write the number alone";
                        issues.push(Issue::warning(Code::OddCount, at(cell), problem, remedy));
                    }
                    if n > LISTED {
                        let problem = format!("{} more counts are not clearly numbers, the first here", n - LISTED);
                        let remedy = "They are taken as unknown, not as zero; write the numbers alone";
                        issues.push(Issue::warning(Code::OddCount, at(cells[LISTED]), problem, remedy));
                    }
                }
                Doubt::Impossible => issues.push(Issue::warning(
                    Code::ImpossibleCount,
                    first,
                    many("count is negative or impossibly large", "counts are negative or impossibly large"),
                    "They are taken as unknown; mend the rows",
                )),
                Doubt::Fraction => issues.push(Issue::note(
                    Code::FractionalCount,
                    first,
                    many("count is not whole", "counts are not whole"),
                    "They are used as they are, to a millionth of a person",
                )),
                Doubt::Marked => {
                    let text = cells[0].column.and_then(|column| table.text(column, cells[0].row)).unwrap_or_default();
                    let problem = format!(
                        "{}, the first here: \"{text}\"",
                        counted(n, "count has a mark beside it", "counts have a mark beside them")
                    );
                    issues.push(Issue::note(
                        Code::MarkedCount,
                        first,
                        problem,
                        "The number is used and the mark left out",
                    ));
                }
                Doubt::MarkedInNamed => {
                    let text = cells[0].column.and_then(|column| table.text(column, cells[0].row)).unwrap_or_default();
                    let problem = format!(
                        "{} of a group that place.toml names, the first here: \"{text}\"",
                        counted(n, "count has a mark beside it", "counts have a mark beside them")
                    );
                    let remedy = "It is taken as unknown, not as zero: columns named by hand are read as they stand. \
                                  Write the number alone; or leave out groups = {…}, and marks of the publisher are understood";
                    issues.push(Issue::warning(Code::MarkedCount, first, problem, remedy));
                }
                Doubt::Nameless => issues.push(Issue::warning(
                    Code::CategoryBlank,
                    first,
                    many("count has no category", "counts have no category"),
                    "They are left out; name the category on every row",
                )),
            }
        }
    }
}
