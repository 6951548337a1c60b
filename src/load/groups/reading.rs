//! A table while it is understood: what is known of each column, what is asked, and what came of it.

use super::categories::{self, Plan, Unknown};
use super::label::{Family, Label};
use super::sums::Columns;
use crate::load::manifest::OneOrMany;
use crate::load::words::{figure, some_of};
use crate::place::{Code, Why};
use std::collections::{BTreeMap, BTreeSet};

/// What `place.toml` says of a table.
#[derive(Clone, Copy)]
pub(super) struct Said<'a> {
    /// What the groups are parts of.
    pub(super) dimension: &'a str,
    /// The category that is everybody.
    pub(super) total: Option<&'a str>,
    /// Columns or categories that are not to be counted.
    pub(super) leave_out: &'a [String],
    /// The year to take where the table has several.
    pub(super) year: Option<i32>,
    /// Which categories make which group.
    pub(super) groups: &'a BTreeMap<String, OneOrMany>,
    /// Whether the zones' residents come from this table.
    pub(super) residents: bool,
    /// Whether each count is a column of its own.
    pub(super) wide: bool,
}

/// How a table is understood.
#[derive(Debug, Default)]
pub(super) struct Understanding {
    /// Groups, total and parts.
    pub(super) plan: Plan,
    /// What was left out, and why, in the order of the file.
    pub(super) left: Vec<(usize, Why)>,
    /// What must be asked before the table can be used.
    pub(super) questions: Vec<Remark>,
    /// What should be known.
    pub(super) warnings: Vec<Remark>,
}

/// Something to say about a table: a stable name, what is so, and what to do.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Remark {
    pub(super) code: Code,
    pub(super) problem: String,
    pub(super) remedy: String,
}

impl Remark {
    pub(super) fn new(code: Code, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { code, problem: problem.into(), remedy: remedy.into() }
    }
}

/// What a column is taken for so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Counts of some people.
    Open,
    /// Everybody.
    Total,
    /// Not counted.
    Left(Why),
}

/// A table while it is being understood.
pub(super) struct Reading<'a> {
    pub(super) said: Said<'a>,
    pub(super) names: &'a [String],
    /// Names without the title of the table and the measure.
    pub(super) cleaned: Vec<String>,
    pub(super) labels: Vec<Label>,
    pub(super) counts: &'a [Vec<Option<f64>>],
    pub(super) columns: Columns,
    pub(super) state: Vec<State>,
    /// The columns that `groups` in `place.toml` names.
    pub(super) named: BTreeSet<usize>,
    pub(super) out: Understanding,
}

impl Reading<'_> {
    /// The columns still taken for counts of people.
    pub(super) fn open(&self) -> Vec<usize> {
        (0..self.state.len()).filter(|i| self.state[*i] == State::Open).collect()
    }

    /// The columns taken for everybody.
    pub(super) fn all_totals(&self) -> Vec<usize> {
        (0..self.state.len()).filter(|i| self.state[*i] == State::Total).collect()
    }

    /// Leaves a column out.
    pub(super) fn leave(&mut self, column: usize, why: Why) {
        self.state[column] = State::Left(why);
    }

    /// What some columns count over all zones where they are known.
    pub(super) fn people(&self, columns: &[usize]) -> f64 {
        columns.iter().flat_map(|c| self.counts[*c].iter().flatten()).sum()
    }

    /// A column with its sum, as questions name it.
    pub(super) fn with_sum(&self, column: usize) -> String {
        format!("\"{}\" ({})", self.names[column], figure(self.people(&[column])))
    }

    /// Some columns by name.
    pub(super) fn named_all(&self, columns: &[usize]) -> String {
        some_of(&columns.iter().map(|c| self.names[*c].as_str()).collect::<Vec<_>>())
    }

    pub(super) fn ask(&mut self, code: Code, problem: impl Into<String>, remedy: impl Into<String>) {
        self.out.questions.push(Remark::new(code, problem, remedy));
    }

    pub(super) fn warn(&mut self, code: Code, problem: impl Into<String>, remedy: impl Into<String>) {
        self.out.warnings.push(Remark::new(code, problem, remedy));
    }

    /// Whether `place.toml` itself says that this column counts people.
    pub(super) fn is_asked(&self, column: usize) -> bool {
        self.named.contains(&column) || self.said.total.is_some_and(|total| self.position(total) == Some(column))
    }

    fn position(&self, name: &str) -> Option<usize> {
        categories::find(self.names, &self.cleaned, name)
    }

    pub(super) fn leave_out(&mut self) -> Result<(), Unknown> {
        for name in self.said.leave_out {
            let column = self.position(name).ok_or_else(|| Unknown(name.clone()))?;
            self.leave(column, Why::Asked);
        }
        Ok(())
    }

    /// What names say is not people; what has no numbers.
    pub(super) fn by_words(&mut self) {
        for column in self.open() {
            if let Some(why) = self.labels[column].not_people
                && !self.is_asked(column)
            {
                self.leave(column, why);
            } else if self.counts[column].iter().all(Option::is_none) {
                self.leave(column, Why::Empty);
            }
        }
    }

    /// One number in every zone that is a year; the numbers of the rows.
    pub(super) fn constants(&mut self) {
        for column in self.open() {
            let known: Vec<f64> = self.counts[column].iter().flatten().copied().collect();
            if self.is_asked(column) || known.len() < 2 || self.labels[column].family.is_some() {
                continue;
            }
            let first = known[0];
            if known.iter().all(|n| *n == first) && (1801.0..=2100.0).contains(&first) && first.fract() == 0.0 {
                self.leave(column, Why::Year);
            } else if known.len() >= 4
                && !self.labels[column].everybody()
                && (first == 0.0 || first == 1.0)
                && known.windows(2).all(|pair| pair[1] == pair[0] + 1.0)
            {
                self.leave(column, Why::Id);
            }
        }
    }

    /// Several years side by side: the one that `place.toml` names, else a question.
    pub(super) fn years(&mut self) {
        let open = self.open();
        let years: BTreeSet<i32> = open.iter().filter_map(|c| self.labels[*c].year).collect();
        if let Some(year) = self.said.year {
            if !years.contains(&year) {
                let listed: Vec<String> = years.iter().map(i32::to_string).collect();
                let problem = format!("place.toml asks for the year {year}, which no column names");
                self.ask(Code::SeveralYears, problem, format!("The years are {}", some_of(&listed)));
            }
            for column in open {
                if self.labels[column].year.is_some_and(|own| own != year) {
                    self.leave(column, Why::OtherYear);
                }
            }
            return;
        }
        if years.len() < 2 || self.answered() {
            return;
        }
        let sums: Vec<String> = years
            .iter()
            .map(|year| {
                let of: Vec<usize> = open.iter().copied().filter(|c| self.labels[*c].year == Some(*year)).collect();
                format!("{year}: {} ({})", self.named_all(&of), figure(self.people(&of)))
            })
            .collect();
        let last = years.last().copied().unwrap_or_default();
        self.ask(
            Code::SeveralYears,
            format!("The table has several years side by side: {}", sums.join("; ")),
            format!("Say which with year = {last} in its section of place.toml"),
        );
    }

    /// Whether `place.toml` names both the groups and everybody.
    pub(super) fn answered(&self) -> bool {
        self.said.total.is_some() && !self.said.groups.is_empty()
    }

    /// The columns whose names say that they are everybody.
    pub(super) fn totals(&mut self) {
        let named = self.said.total.and_then(|name| self.position(name));
        for column in self.open() {
            let says = self.labels[column].everybody()
                || self.labels[column].band == Some((0, super::ages::LAST)) && self.labels[column].sex.is_none();
            if Some(column) == named {
                self.state[column] = State::Total;
            } else if says && !self.named.contains(&column) {
                if named.is_some() {
                    self.leave(column, Why::Total);
                } else {
                    self.state[column] = State::Total;
                }
            }
        }
        // The same people twice are everybody once.
        let totals = self.all_totals();
        if let Some((&first, rest)) = totals.split_first() {
            for &other in rest {
                if self.columns.agree(self.columns.of(first), self.columns.of(other), 1).is_some() {
                    self.leave(other, Why::Total);
                }
            }
        }
        for column in self.open() {
            if self.labels[column].of_which && !self.is_asked(column) {
                self.leave(column, Why::PartOfAnother);
            }
        }
    }

    /// Columns without any number, where a group or the residents hang on them.
    pub(super) fn empties(&mut self) {
        let empty: Vec<usize> = (0..self.state.len())
            .filter(|i| self.state[*i] == State::Left(Why::Empty))
            .filter(|i| self.labels[*i].family.is_some() || self.labels[*i].everybody() || self.named.contains(i))
            .filter(|i| self.labels[*i].not_people.is_none())
            .collect();
        if empty.is_empty() || !self.said.residents || self.out.plan.total.is_some() {
            return;
        }
        let listed = self.named_all(&empty);
        self.ask(
            Code::ColumnWithoutNumbers,
            format!("There is not one number under {listed}, and no column has everybody"),
            format!(
                "If the cells are formulas, open the workbook and save it again, so that their values are kept; \
                 else write leave_out = [{listed}] in its section of place.toml"
            ),
        );
    }

    /// The breakdown that `place.toml` asks for.
    pub(super) fn wanted(&self) -> Option<Family> {
        let named: BTreeSet<Family> = self.named.iter().filter_map(|c| self.labels[*c].family).collect();
        let one = (named.len() == 1).then(|| named.first().copied()).flatten();
        one.or_else(|| Family::of_dimension(self.said.dimension))
    }
}
