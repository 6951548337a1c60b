//! Anybody's units and edges become a [`Problem`] of districting.
//!
//! The file holds numbers apart by spaces: a first line `units edges parts lower upper`, then the weight of each unit,
//! a line each, then an edge a line, as two units counted from 0. Blank lines and what stands behind `#` are left out.

use crate::place::{Code, Issue, Where};
use crate::region::{Adjacency, Objective, Problem};
use std::path::Path;

/// What was read, and what was noticed.
#[derive(Debug)]
pub struct UnitsFile {
    /// Units, edges, parts and bounds of the file; the objective is cut edges.
    pub problem: Problem,
    /// Loops and repeated edges that were left out.
    pub issues: Vec<Issue>,
}

/// The parts of today, as they are called in their file.
#[derive(Debug)]
pub struct TodayFile {
    /// The part of each unit, as an index into the names; nothing where the line says `-`.
    pub parts: Vec<Option<u32>>,
    /// The names: whole numbers in their order, then words in theirs.
    pub names: Vec<String>,
}

/// A file's lines with their numbers, less blanks and comments.
struct Lines {
    file: String,
    lines: Vec<(u64, String)>,
}

impl Lines {
    fn read(path: &Path) -> Result<Self, Issue> {
        let file = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|error| {
            let at = Where::file(&*file);
            Issue::error(
                Code::FileUnreadable,
                at,
                format!("The file cannot be read: {error}"),
                "Check the name and rights",
            )
        })?;
        let Ok(text) = String::from_utf8(bytes) else {
            let remedy = "Save it as plain text with numbers apart by spaces";
            return Err(Issue::error(Code::FileKind, Where::file(file), "This is no text file", remedy));
        };
        let text = text.trim_start_matches('\u{feff}');
        let lines = text
            .lines()
            .zip(1_u64..)
            .map(|(line, number)| (number, line.split('#').next().unwrap_or_default().trim().to_owned()))
            .filter(|(_, line)| !line.is_empty())
            .collect();
        Ok(Self { file, lines })
    }

    fn fault(&self, row: u64, field: &str, problem: impl Into<String>, remedy: &str) -> Issue {
        Issue::error(Code::BadUnits, Where::file(&*self.file).row(row).field(field), problem, remedy)
    }

    fn last_row(&self) -> u64 {
        self.lines.last().map_or(1, |(row, _)| *row)
    }

    /// A number of a line.
    fn number(&self, row: u64, field: &str, word: &str) -> Result<f64, Issue> {
        let number = word.parse::<f64>().ok().filter(|number| number.is_finite());
        number.ok_or_else(|| {
            let problem = format!("“{word}” is no number");
            self.fault(row, field, problem, "Write plain numbers with a decimal point and no thousands separator")
        })
    }

    /// A whole number of a line, from 0.
    fn whole(&self, row: u64, field: &str, word: &str) -> Result<usize, Issue> {
        word.parse::<usize>().map_err(|_| {
            self.fault(row, field, format!("“{word}” is no whole number from 0"), "Write digits only, such as 42")
        })
    }
}

/// Most units and edges a file may announce.
const MOST: usize = 20_000_000;

/// Reads units, edges and bounds.
///
/// # Errors
/// The first thing because of which no problem can be made of the file.
pub fn read_units(path: &Path) -> Result<UnitsFile, Issue> {
    let lines = Lines::read(path)?;
    let header = "The first line is: units edges parts lower upper";
    let Some((row, first)) = lines.lines.first() else {
        return Err(lines.fault(1, "header", "The file is empty", header));
    };
    let words: Vec<&str> = first.split_whitespace().collect();
    let [units, edges, parts, lower, upper] = words[..] else {
        let problem = format!("The first line has {} values, not 5", words.len());
        return Err(lines.fault(*row, "header", problem, header));
    };
    let n_units = lines.whole(*row, "units", units)?;
    let n_edges = lines.whole(*row, "edges", edges)?;
    let parts = lines.whole(*row, "parts", parts)?;
    let (lower, upper) = (lines.number(*row, "lower", lower)?, lines.number(*row, "upper", upper)?);
    let body = &lines.lines[1..];
    if n_units > MOST || n_edges > MOST || body.len() != n_units + n_edges {
        let problem =
            format!("the first line announces {n_units} units and {n_edges} edges, but {} lines follow it", body.len());
        let remedy = "Give one line for each weight and each edge, or put the first line right";
        return Err(lines.fault(lines.last_row(), "header", problem, remedy));
    }
    let mut weights = Vec::with_capacity(n_units);
    for (row, line) in &body[..n_units] {
        let mut words = line.split_whitespace();
        let weight = lines.number(*row, "weight", words.next().unwrap_or_default())?;
        if words.next().is_some() {
            let problem = format!("Unit {} has more than one value", weights.len());
            return Err(lines.fault(
                *row,
                "weight",
                problem,
                "Write a weight a line; edges begin after the last weight",
            ));
        }
        if weight < 0.0 {
            let problem = format!("Unit {} weighs {weight}", weights.len());
            return Err(lines.fault(*row, "weight", problem, "Weights are numbers from 0"));
        }
        weights.push(weight);
    }
    let mut pairs = Vec::with_capacity(n_edges);
    let mut issues = Vec::new();
    let (mut loops, mut first_loop) = (0_usize, 0);
    for (row, line) in &body[n_units..] {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [a, b] = words[..] else {
            let problem = format!("An edge has {} values, not 2", words.len());
            return Err(lines.fault(*row, "edge", problem, "Write the two units that are neighbours, such as 0 1"));
        };
        let (a, b) = (lines.whole(*row, "edge", a)?, lines.whole(*row, "edge", b)?);
        if a.max(b) >= n_units {
            let problem = format!("The edge {a} {b} names a unit that is not there");
            let remedy = format!("Units are counted from 0, so the last is {}", n_units.saturating_sub(1));
            return Err(lines.fault(*row, "edge", problem, &remedy));
        }
        if a == b {
            (loops, first_loop) = (loops + 1, if loops == 0 { *row } else { first_loop });
        }
        pairs.push([a as u32, b as u32]);
    }
    let adjacency = Adjacency::new(n_units, &pairs);
    let at = |row: u64| Where::file(&*lines.file).row(row).field("edge");
    if loops > 0 {
        let problem = format!("Edges from a unit to itself: {loops}");
        issues.push(Issue::warning(
            Code::EdgeLoop,
            at(first_loop),
            problem,
            "They were left out; nothing need be done",
        ));
    }
    let repeated = pairs.len() - loops - adjacency.edges().len();
    if repeated > 0 {
        let problem = format!("Edges that are there more than once: {repeated}");
        issues.push(Issue::warning(Code::RowRepeated, at(lines.last_row()), problem, "Each counts once"));
    }
    let mut problem = Problem::balanced(weights, &[], parts, 0.0);
    problem.adjacency = adjacency;
    (problem.lower, problem.upper) = (lower, upper);
    problem.objective = Objective::CUT_EDGES;
    Ok(UnitsFile { problem, issues })
}

/// Reads `x y` for each unit, a line each.
///
/// # Errors
/// The first line that is none, or a number of lines that is not the number of units.
pub fn read_coordinates(path: &Path, n_units: usize) -> Result<Vec<[f64; 2]>, Issue> {
    let lines = Lines::read(path)?;
    as_many(&lines, n_units)?;
    let mut at = Vec::with_capacity(n_units);
    for (row, line) in &lines.lines {
        let words: Vec<&str> = line.split([' ', '\t', ',', ';']).filter(|word| !word.is_empty()).collect();
        let [x, y] = words[..] else {
            let problem = format!("A line has {} values, not 2", words.len());
            return Err(lines.fault(
                *row,
                "x y",
                problem,
                "Write x and y of the unit in metres, such as 408000 287000",
            ));
        };
        at.push([lines.number(*row, "x", x)?, lines.number(*row, "y", y)?]);
    }
    Ok(at)
}

/// Reads the part each unit is in today, a line each, `-` for none.
///
/// # Errors
/// A number of lines that is not the number of units.
pub fn read_today(path: &Path, n_units: usize) -> Result<TodayFile, Issue> {
    let lines = Lines::read(path)?;
    as_many(&lines, n_units)?;
    let mut names: Vec<String> = lines.lines.iter().map(|(_, line)| line.clone()).filter(|name| name != "-").collect();
    let key = |name: &String| (name.parse::<u64>().unwrap_or(u64::MAX), name.clone());
    names.sort_by_key(key);
    names.dedup();
    let index: std::collections::HashMap<&str, u32> = names.iter().map(String::as_str).zip(0..).collect();
    let parts = lines.lines.iter().map(|(_, line)| index.get(line.as_str()).copied()).collect();
    Ok(TodayFile { parts, names })
}

fn as_many(lines: &Lines, n_units: usize) -> Result<(), Issue> {
    if lines.lines.len() == n_units {
        return Ok(());
    }
    let problem = format!("There are {} lines for {n_units} units", lines.lines.len());
    Err(lines.fault(lines.last_row(), "lines", problem, "Give a line for each unit, in the order of the units"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<UnitsFile, Issue> {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("units.txt");
        std::fs::write(&path, text).expect("written");
        read_units(&path)
    }

    #[test]
    fn a_file_of_units_is_read_as_it_stands() {
        let read = read("3 2 2 1 3\n1\n2\n# a bridge\n1\n0 1\n1 2\n").expect("read");
        assert_eq!(read.problem.weights, [1.0, 2.0, 1.0]);
        assert_eq!(read.problem.adjacency.edges(), [[0, 1], [1, 2]]);
        assert_eq!((read.problem.parts, read.problem.lower, read.problem.upper), (2, 1.0, 3.0));
        assert!(read.issues.is_empty());
    }

    #[test]
    fn a_fault_names_its_line_and_what_to_do() {
        let row = |text: &str| read(text).expect_err("faulty").at.row;
        assert_eq!(row(""), Some(1));
        assert_eq!(row("3 2 2\n"), Some(1));
        assert_eq!(row("2 1 2 1 3\n1\nx\n0 1\n"), Some(3));
        assert_eq!(row("2 1 2 1 3\n1\n-2\n0 1\n"), Some(3));
        assert_eq!(row("2 1 2 1 3\n1\n2\n0 2\n"), Some(4));
        assert_eq!(row("2 1 2 1 3\n1\n2\n0\n"), Some(4));
        assert_eq!(row("2 2 2 1 3\n1\n2\n0 1\n"), Some(4));
        assert_eq!(row("99999999999 99999999999 2 1 3\n1\n"), Some(2));
    }

    #[test]
    fn loops_and_repeated_edges_are_left_out_and_said() {
        let read = read("2 3 1 1 3\n1\n2\n0 1\n1 0\n1 1\n").expect("read");
        assert_eq!(read.problem.adjacency.edges(), [[0, 1]]);
        assert_eq!(read.issues.iter().map(|issue| issue.code).collect::<Vec<_>>(), ["edge-loop", "row-repeated"]);
    }
}
