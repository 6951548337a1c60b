//! The lists in one SQLite file. All writing is done by one thread, a transaction at a time; reading by others beside it.

use super::db::{Cell, Db, Engine, Row, Value};
use super::{StoreError, Stored, schema};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, ToSql, TransactionBehavior, params_from_iter};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How long one program waits for another that writes. A copy of a large database takes a second or two.
const PATIENCE: Duration = Duration::from_secs(30);

type Work = Box<dyn FnOnce(&mut Connection) + Send>;

/// The database.
#[derive(Debug)]
pub(super) struct Sqlite {
    path: PathBuf,
    writer: Sender<Work>,
    reader: Mutex<Connection>,
    writes: AtomicU64,
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match (&error, error.sqlite_error_code()) {
            (_, Some(rusqlite::ErrorCode::DiskFull)) => Self::Full,
            (rusqlite::Error::SqliteFailure(of, _), _)
                if matches!(
                    of.extended_code,
                    rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE | rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY
                ) =>
            {
                Self::Twice(error.to_string())
            }
            _ => Self::Database(error.to_string()),
        }
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Self::Whole(number) => ToSqlOutput::from(*number),
            Self::Truth(truth) => ToSqlOutput::from(*truth),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
        })
    }
}

fn cell(value: ValueRef<'_>) -> Stored<Cell> {
    Ok(match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(number) => Cell::Whole(number),
        ValueRef::Text(text) => Cell::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Real(_) | ValueRef::Blob(_) => {
            return Err(StoreError::Database("a value of a kind that the store never writes".to_owned()));
        }
    })
}

impl Db for Connection {
    fn rows(&self, sql: &str, values: &[Value<'_>]) -> Stored<Vec<Row>> {
        let mut statement = self.prepare_cached(sql)?;
        let columns = statement.column_count();
        let mut found = statement.query(params_from_iter(values))?;
        let mut rows = Vec::new();
        while let Some(row) = found.next()? {
            rows.push(Row((0..columns).map(|column| cell(row.get_ref(column)?)).collect::<Stored<_>>()?));
        }
        Ok(rows)
    }

    fn execute(&self, sql: &str, values: &[Value<'_>]) -> Stored<usize> {
        Ok(self.prepare_cached(sql)?.execute(params_from_iter(values))?)
    }
}

impl Sqlite {
    /// Makes the file.
    pub(super) fn create(path: &Path) -> Stored<Self> {
        Self::with(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)
    }

    /// Opens the file.
    pub(super) fn open(path: &Path) -> Stored<Self> {
        Self::with(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
    }

    fn with(path: &Path, flags: OpenFlags) -> Stored<Self> {
        let mut db = connect(path, flags)?;
        schema::migrate(&mut db)?;
        let reader = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        reader.pragma_update(None, "query_only", true)?;
        let (writer, works) = channel::<Work>();
        let thread = std::thread::Builder::new().name("store".to_owned());
        thread.spawn(move || works.into_iter().for_each(|work| work(&mut db)))?;
        Ok(Self { path: path.to_owned(), writer, reader: Mutex::new(reader), writes: AtomicU64::new(0) })
    }
}

impl Engine for Sqlite {
    fn write<T: Send + 'static>(&self, work: impl FnOnce(&dyn Db) -> Stored<T> + Send + 'static) -> Stored<T> {
        let (done, wait) = channel();
        let gone = || StoreError::Refused("The store's writer has ended; start the program again".to_owned());
        let job: Work = Box::new(move |db| {
            let _ = done.send(transacted(db, work));
        });
        self.writer.send(job).map_err(|_| gone())?;
        let done = wait.recv().map_err(|_| gone());
        self.writes.fetch_add(1, Ordering::Release);
        done?
    }

    fn writes(&self) -> u64 {
        self.writes.load(Ordering::Acquire)
    }

    fn read<T>(&self, work: impl FnOnce(&dyn Db) -> Stored<T>) -> Stored<T> {
        let mut db = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        // One transaction, so that what is read in several steps is of one moment.
        let tx = db.transaction()?;
        work(&*tx)
    }

    fn damages(&self) -> Stored<Vec<String>> {
        let db = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let first = |row: &Row| row.text(0);
        let found = db.rows("PRAGMA integrity_check", &[])?.iter().map(first).collect::<Stored<Vec<_>>>()?;
        let mut wrong: Vec<String> = found.into_iter().filter(|word| word != "ok").collect();
        let dangling = db.rows("PRAGMA foreign_key_check", &[])?.iter().map(first).collect::<Stored<Vec<_>>>()?;
        wrong.extend(dangling.into_iter().map(|table| format!("a row of {table} names what is not there")));
        Ok(wrong)
    }

    fn copy_to(&self, path: &Path) -> Stored<()> {
        // A connection of its own, so that nobody waits for the copy; it is of one moment.
        let db = connect(&self.path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        Db::execute(&db, "VACUUM INTO ?1", &[Value::from(&*path.to_string_lossy())])?;
        std::fs::File::open(path)?.sync_all()?;
        Ok(())
    }
}

/// Makes the file with its tables, and does the work as its first transaction.
pub(super) fn fill<T>(path: &Path, work: impl FnOnce(&dyn Db) -> Stored<T>) -> Stored<T> {
    let mut db = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    schema::migrate(&mut db)?;
    transacted(&mut db, work)
}

fn transacted<T>(db: &mut Connection, work: impl FnOnce(&dyn Db) -> Stored<T>) -> Stored<T> {
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let made = work(&*tx)?;
    tx.commit()?;
    Ok(made)
}

fn connect(path: &Path, flags: OpenFlags) -> Stored<Connection> {
    let db = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    db.busy_timeout(PATIENCE)?;
    db.pragma_update(None, "journal_mode", "wal")?;
    db.pragma_update(None, "synchronous", "full")?;
    db.pragma_update(None, "foreign_keys", true)?;
    db.pragma_update(None, "trusted_schema", false)?;
    Ok(db)
}
