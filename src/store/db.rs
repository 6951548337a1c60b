//! The seam between the lists of the store and the database that keeps them: statements with values in, rows out.
//!
//! The statements are the same for both: SQLite's numbered placeholders (`?1`, which PostgreSQL's engine writes `$1`),
//! whole numbers of 64 bits, times as milliseconds, texts ordered by their bytes. What differs is behind [`Engine`]: how
//! a transaction begins, how an error is told, the tables' types ([`super::schema`]).

use super::{StoreError, Stored};
use chrono::{DateTime, Utc};
use std::borrow::Cow;

/// This moment, as a database keeps it.
pub(super) fn now() -> DateTime<Utc> {
    let at = Utc::now();
    DateTime::from_timestamp_millis(at.timestamp_millis()).unwrap_or(at)
}

/// A value of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Null,
    Whole(i64),
    Truth(bool),
    Text(Cow<'a, str>),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<u64> for Value<'_> {
    /// The databases know signed numbers only.
    fn from(number: u64) -> Self {
        Self::Whole(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<bool> for Value<'_> {
    fn from(truth: bool) -> Self {
        Self::Truth(truth)
    }
}

impl From<DateTime<Utc>> for Value<'_> {
    fn from(at: DateTime<Utc>) -> Self {
        Self::Whole(at.timestamp_millis())
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// The values of a statement, in the order of their numbers.
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::store::db::Value::from($value)),*] };
}
pub(super) use values;

/// What stands in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    Null,
    Whole(i64),
    Text(String),
}

/// A row of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row(pub(super) Vec<Cell>);

impl Row {
    fn odd(&self, column: usize) -> StoreError {
        StoreError::Database(format!("column {column} of a row is not what it should be: {:?}", self.0.get(column)))
    }

    pub(super) fn maybe_text(&self, column: usize) -> Stored<Option<String>> {
        match self.0.get(column) {
            Some(Cell::Text(text)) => Ok(Some(text.clone())),
            Some(Cell::Null) => Ok(None),
            _ => Err(self.odd(column)),
        }
    }

    pub(super) fn text(&self, column: usize) -> Stored<String> {
        self.maybe_text(column)?.ok_or_else(|| self.odd(column))
    }

    pub(super) fn maybe_number(&self, column: usize) -> Stored<Option<i64>> {
        match self.0.get(column) {
            Some(Cell::Whole(number)) => Ok(Some(*number)),
            Some(Cell::Null) => Ok(None),
            _ => Err(self.odd(column)),
        }
    }

    pub(super) fn number(&self, column: usize) -> Stored<i64> {
        self.maybe_number(column)?.ok_or_else(|| self.odd(column))
    }

    pub(super) fn whole(&self, column: usize) -> Stored<u64> {
        Ok(self.number(column)?.unsigned_abs())
    }

    pub(super) fn truth(&self, column: usize) -> Stored<bool> {
        Ok(self.number(column)? != 0)
    }

    pub(super) fn maybe_time(&self, column: usize) -> Stored<Option<DateTime<Utc>>> {
        Ok(self.maybe_number(column)?.map(|at| DateTime::from_timestamp_millis(at).unwrap_or_default()))
    }

    pub(super) fn time(&self, column: usize) -> Stored<DateTime<Utc>> {
        Ok(DateTime::from_timestamp_millis(self.number(column)?).unwrap_or_default())
    }
}

/// A transaction of a database.
pub(super) trait Db {
    /// The rows that a statement gives.
    fn rows(&self, sql: &str, values: &[Value<'_>]) -> Stored<Vec<Row>>;

    /// Does a statement; how many rows it touched.
    fn execute(&self, sql: &str, values: &[Value<'_>]) -> Stored<usize>;

    /// The first row, if there is one.
    fn row(&self, sql: &str, values: &[Value<'_>]) -> Stored<Option<Row>> {
        Ok(self.rows(sql, values)?.into_iter().next())
    }

    /// A single number, or a truth as 0 or 1.
    fn number(&self, sql: &str, values: &[Value<'_>]) -> Stored<i64> {
        self.row(sql, values)?.map_or(Ok(0), |row| row.number(0))
    }
}

/// A database: what does the work of the lists. Whoever writes has the database for themselves, so that no two who write
/// know different things; whoever reads sees one moment.
pub(super) trait Engine: Send + Sync + std::fmt::Debug {
    /// Does the work as one transaction, and returns when it is on the disk.
    fn write<T: Send + 'static>(&self, work: impl FnOnce(&dyn Db) -> Stored<T> + Send + 'static) -> Stored<T>;

    /// Reads, as of one moment.
    fn read<T>(&self, work: impl FnOnce(&dyn Db) -> Stored<T>) -> Stored<T>;

    /// How many writes ended through this program: where it is what it was, nothing was written here.
    fn writes(&self) -> u64;

    /// What the database itself finds wrong with what it keeps, in words.
    fn damages(&self) -> Stored<Vec<String>>;

    /// Keeps every other program from publishing while what is returned lives.
    fn turn(&self) -> Stored<Box<dyn std::any::Any + Send>> {
        Ok(Box::new(()))
    }

    /// Writes a copy as a file of SQLite, as of one moment, while others write.
    fn copy_to(&self, path: &std::path::Path) -> Stored<()>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_row_has_is_read_as_what_it_is_or_refused() {
        let row = Row(vec![Cell::Null, Cell::Whole(7), Cell::Text("a".to_owned())]);
        assert_eq!((row.maybe_text(0).expect("null"), row.whole(1).expect("7")), (None, 7));
        assert_eq!((row.text(2).expect("a"), row.truth(1).expect("true")), ("a".to_owned(), true));
        for odd in [row.text(0).is_err(), row.text(1).is_err(), row.number(2).is_err(), row.number(3).is_err()] {
            assert!(odd);
        }
        assert_eq!(Value::from(None::<&str>), Value::Null);
        assert_eq!(Value::from(u64::MAX), Value::Whole(i64::MAX));
    }
}
