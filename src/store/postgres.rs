//! The lists in a database of PostgreSQL, which any number of replicas share.
//!
//! Whoever writes takes one lock of the database first, so that writes of all replicas come one after the other, as they
//! do on the one thread of SQLite; whoever reads sees one moment (`REPEATABLE READ`). A thread of its own serves the
//! connections; whoever asks waits for the answer, and never longer than a bound: a database that is away is told in
//! words, and asked again a second later.

use super::address::Login;
use super::db::{Cell, Db, Engine, Row, Value};
use super::tls::Tls;
use super::{StoreError, Stored, tables};
use bytes::BytesMut;
use std::collections::{HashMap, VecDeque};
use std::error::Error as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake};
use std::thread::Thread;
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio_postgres::error::SqlState;
use tokio_postgres::tls::TlsStream;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, Config, Connection, NoTls, Socket, Statement};

/// How long a connection may take to come about.
const CONNECTING: Duration = Duration::from_secs(3);
/// How long an answer may take: longer than a writer waits for the others.
const PATIENCE: Duration = Duration::from_secs(35);
/// For so long after a connection failed no other is tried, so that nobody waits for what was just found away.
const PAUSE: Duration = Duration::from_secs(1);
/// Connections of one replica at a time; PostgreSQL allows 100 of all unless it is told otherwise.
const MOST: usize = 8;

/// What every connection is told. An acknowledged write is on the disk there; a replica that hangs in the midst of a
/// write lets the others go on.
const MANNERS: &str = "
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local');
SET lock_timeout = '30s'; SET statement_timeout = '60s'; SET idle_in_transaction_session_timeout = '30s';
SET client_encoding = 'UTF8'";

/// Begins to write: nobody else does until this ends. `hashtext` gives the lock a number of our own.
const WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock(hashtext('patchwork writes'))";
/// Begins to read one moment.
const READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// Takes the turn to publish, for as long as the connection lives.
const TURN: &str = "SET idle_session_timeout = 0; SELECT pg_advisory_lock(hashtext('patchwork publishes'))";

/// The database.
pub(super) struct Postgres {
    config: Config,
    tls: Option<Tls>,
    runtime: Handle,
    /// Ends the thread that serves the connections, when this is dropped.
    _ends: tokio::sync::oneshot::Sender<()>,
    links: Arc<Links>,
    /// Held by whoever writes here, so that the others wait here and not with a connection each.
    writing: Mutex<()>,
    writes: AtomicU64,
}

impl std::fmt::Debug for Postgres {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Postgres").field("hosts", &self.config.get_hosts()).finish_non_exhaustive()
    }
}

/// Connections that are free, how many there are, and when one failed last.
#[derive(Default)]
struct Links {
    state: Mutex<(VecDeque<Link>, usize, Option<(Instant, String)>)>,
    freed: Condvar,
}

impl Links {
    fn state(&self) -> MutexGuard<'_, (VecDeque<Link>, usize, Option<(Instant, String)>)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection, and what it prepared.
struct Link {
    client: Client,
    prepared: Mutex<HashMap<String, Statement>>,
    /// Whether a statement of the transaction failed: PostgreSQL would answer COMMIT with a silent ROLLBACK.
    has_failed: AtomicBool,
    /// Whether an answer is still owed, so that nobody else may use it.
    is_lost: AtomicBool,
}

/// A connection that is in use; when it is given up it is free again, unless it is broken.
struct Held {
    link: Option<Link>,
    of: Arc<Links>,
}

impl std::ops::Deref for Held {
    type Target = Option<Link>;

    fn deref(&self) -> &Self::Target {
        &self.link
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut state = self.of.state();
        match self.link.take() {
            Some(link) if !link.client.is_closed() && !link.is_lost.load(Ordering::Relaxed) => {
                state.0.push_back(link);
            }
            _ => state.1 -= 1,
        }
        drop(state);
        self.of.freed.notify_one();
    }
}

/// Waits for an answer on this thread, whatever runs on it, and no longer than this.
fn wait<T>(answer: impl Future<Output = T>, limit: Duration) -> Option<T> {
    struct Waiting(Thread);
    impl Wake for Waiting {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Arc::new(Waiting(std::thread::current())).into();
    let (mut answer, until) = (std::pin::pin!(answer), Instant::now() + limit);
    loop {
        if let Poll::Ready(answer) = answer.as_mut().poll(&mut Context::from_waker(&waker)) {
            return Some(answer);
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return None;
        }
        std::thread::park_timeout(left);
    }
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(told) = error.as_db_error() else {
            let why = error.source().map_or_else(|| error.to_string(), ToString::to_string);
            let is_away = error.is_closed() || error.source().is_some_and(|source| source.is::<std::io::Error>());
            return if is_away { Self::Away(why) } else { Self::Database(format!("{error}: {why}")) };
        };
        let code = told.code();
        let away = [
            SqlState::QUERY_CANCELED,
            SqlState::T_R_SERIALIZATION_FAILURE,
            SqlState::T_R_DEADLOCK_DETECTED,
            SqlState::READ_ONLY_SQL_TRANSACTION,
            SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
        ];
        match code {
            code if *code == SqlState::UNIQUE_VIOLATION => Self::Twice(told.message().to_owned()),
            code if *code == SqlState::LOCK_NOT_AVAILABLE => {
                Self::Refused("Others are writing, and did not end in time. Nothing was changed; try again".to_owned())
            }
            code if *code == SqlState::DISK_FULL => Self::Full,
            // Of a connection, of means that ran out, of an operator who stops it.
            code if ["08", "53", "57P"].iter().any(|class| code.code().starts_with(class)) || away.contains(code) => {
                Self::Away(told.message().to_owned())
            }
            code => Self::Database(format!("{} ({})", told.message(), code.code())),
        }
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self, of: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Whole(number) if *of == Type::INT8 => number.to_sql(of, out),
            Self::Truth(truth) if *of == Type::BOOL => truth.to_sql(of, out),
            Self::Text(text) if *of == Type::TEXT => text.as_ref().to_sql(of, out),
            other => Err(format!("{other:?} is no {of}").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn cell(row: &tokio_postgres::Row, column: usize) -> Stored<Cell> {
    let of = row.columns().get(column).map_or(&Type::UNKNOWN, |column| column.type_());
    Ok(match *of {
        Type::INT8 => row.try_get::<_, Option<i64>>(column)?.map_or(Cell::Null, Cell::Whole),
        Type::BOOL => row.try_get::<_, Option<bool>>(column)?.map_or(Cell::Null, |is| Cell::Whole(is.into())),
        Type::TEXT => row.try_get::<_, Option<String>>(column)?.map_or(Cell::Null, Cell::Text),
        _ => return Err(StoreError::Database(format!("a value of a kind that the store never writes: {of}"))),
    })
}

impl Link {
    fn answer<T>(&self, answer: impl Future<Output = Result<T, tokio_postgres::Error>>) -> Stored<T> {
        let answered = wait(answer, PATIENCE).map(|answer| answer.map_err(StoreError::from));
        let answered = answered.unwrap_or_else(|| {
            self.is_lost.store(true, Ordering::Relaxed);
            Err(StoreError::Away(format!("no answer within {} seconds", PATIENCE.as_secs())))
        });
        if answered.is_err() {
            self.has_failed.store(true, Ordering::Relaxed);
        }
        answered
    }

    fn batch(&self, sql: &str) -> Stored<()> {
        self.answer(self.client.batch_execute(sql))
    }

    fn prepared(&self, sql: &str) -> Stored<Statement> {
        let mut known = self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(statement) = known.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.answer(self.client.prepare(&numbered(sql)))?;
        known.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

/// SQLite's numbered placeholders as PostgreSQL writes them. No statement of the store has a question mark elsewhere.
fn numbered(sql: &str) -> String {
    sql.replace('?', "$")
}

/// PostgreSQL keeps no text with a nought in it, and no person means one.
fn keepable(values: &[Value<'_>]) -> Stored<()> {
    match values.iter().any(|value| matches!(value, Value::Text(text) if text.contains('\0'))) {
        true => Err(StoreError::Refused("There is a character in this text that cannot be kept: a nought".to_owned())),
        false => Ok(()),
    }
}

/// Serves a connection as long as it lives.
fn served<T>(runtime: &Handle, client: Client, connection: Connection<Socket, T>) -> Client
where
    T: TlsStream + Unpin + Send + 'static,
{
    runtime.spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection to the store's database ended");
        }
    });
    client
}

impl Db for Link {
    fn rows(&self, sql: &str, values: &[Value<'_>]) -> Stored<Vec<Row>> {
        keepable(values)?;
        let statement = self.prepared(sql)?;
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
        let found = self.answer(self.client.query(&statement, &values))?;
        let read = |row: &tokio_postgres::Row| (0..row.len()).map(|column| cell(row, column)).collect::<Stored<_>>();
        found.iter().map(|row| Ok(Row(read(row)?))).collect()
    }

    fn execute(&self, sql: &str, values: &[Value<'_>]) -> Stored<usize> {
        keepable(values)?;
        let statement = self.prepared(sql)?;
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
        let touched = self.answer(self.client.execute(&statement, &values))?;
        Ok(usize::try_from(touched).unwrap_or(usize::MAX))
    }
}

impl Postgres {
    /// Makes the tables in an empty database.
    pub(super) fn create(login: Login) -> Stored<Self> {
        let made = Self::with(login)?;
        made.write(|db| match tables::step(db)? {
            Some(_) => Err(StoreError::Refused("There is a workspace in this database already".to_owned())),
            None => tables::migrate(db),
        })?;
        Ok(made)
    }

    /// Opens a database; older tables are brought up to this program's first.
    pub(super) fn open(login: Login) -> Stored<Self> {
        let opened = Self::with(login)?;
        opened.write(|db| match tables::step(db)? {
            Some(_) => tables::migrate(db),
            None => Err(StoreError::Missing(
                "There is no workspace in this database; make one with patchwork store init, or bring one with patchwork \
                 store move"
                    .to_owned(),
            )),
        })?;
        Ok(opened)
    }

    /// A database with the tables of a workspace, which are made where they are missing.
    pub(super) fn ready(login: Login) -> Stored<Self> {
        let made = Self::with(login)?;
        made.write(tables::migrate)?;
        Ok(made)
    }

    fn with(login: Login) -> Stored<Self> {
        let Login { mut config, tls } = login;
        config.connect_timeout(CONNECTING).keepalives_idle(Duration::from_secs(30)).tcp_user_timeout(PATIENCE);
        if config.get_application_name().is_none() {
            config.application_name("patchwork");
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (ends, end) = tokio::sync::oneshot::channel();
        let handle = runtime.handle().clone();
        let thread = std::thread::Builder::new().name("store".to_owned());
        thread.spawn(move || runtime.block_on(end))?;
        Ok(Self {
            config,
            tls,
            runtime: handle,
            _ends: ends,
            links: Arc::default(),
            writing: Mutex::default(),
            writes: AtomicU64::new(0),
        })
    }

    /// A connection nobody uses, or another one.
    fn link(&self) -> Stored<Held> {
        let (mut state, until) = (self.links.state(), Instant::now() + PATIENCE);
        loop {
            while let Some(link) = state.0.pop_back() {
                if !link.client.is_closed() {
                    return Ok(Held { link: Some(link), of: Arc::clone(&self.links) });
                }
                state.1 -= 1;
            }
            if let Some((_, why)) = state.2.as_ref().filter(|(when, _)| when.elapsed() < PAUSE) {
                return Err(StoreError::Away(why.clone()));
            }
            if state.1 < MOST {
                break;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(StoreError::Away("all its connections are busy".to_owned()));
            }
            state = self.links.freed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        state.1 += 1;
        drop(state);
        // From here on it is counted, and counted off again when it is given up.
        let mut held = Held { link: None, of: Arc::clone(&self.links) };
        match self.connect() {
            Ok(link) => {
                held.link = Some(link);
                Ok(held)
            }
            Err(error) => {
                if let StoreError::Away(why) = &error {
                    self.links.state().2 = Some((Instant::now(), why.clone()));
                }
                Err(error)
            }
        }
    }

    fn connect(&self) -> Stored<Link> {
        let (config, tls, runtime) = (self.config.clone(), self.tls.clone(), self.runtime.clone());
        let (done, connected) = tokio::sync::oneshot::channel();
        self.runtime.spawn(async move {
            let connected = match tls {
                Some(tls) => config.connect(tls).await.map(|(client, connection)| served(&runtime, client, connection)),
                None => config.connect(NoTls).await.map(|(client, connection)| served(&runtime, client, connection)),
            };
            let _ = done.send(connected);
        });
        let away = || StoreError::Away(format!("no connection within {} seconds", CONNECTING.as_secs()));
        // Each address of its host may take so long.
        let client = wait(connected, CONNECTING * 3).ok_or_else(away)?.map_err(|_| away())?;
        let client = client.map_err(|error| match StoreError::from(error) {
            StoreError::Database(why) => StoreError::Away(why),
            other => other,
        })?;
        let link = Link {
            client,
            prepared: Mutex::default(),
            has_failed: AtomicBool::default(),
            is_lost: AtomicBool::default(),
        };
        link.batch(MANNERS)?;
        Ok(link)
    }

    /// A connection on which a transaction has begun. One that ended while nobody used it is passed over.
    fn begun(&self, how: &str) -> Stored<Held> {
        loop {
            let held = self.link()?;
            let Some(link) = held.as_ref() else { continue };
            link.has_failed.store(false, Ordering::Relaxed);
            match link.batch(how) {
                Ok(()) => return Ok(held),
                Err(StoreError::Away(_)) if link.client.is_closed() => {}
                Err(error) => {
                    let _ = link.batch("ROLLBACK");
                    return Err(error);
                }
            }
        }
    }

    /// Does the work as one writing transaction, on this thread.
    pub(super) fn fill<T>(&self, work: impl FnOnce(&dyn Db) -> Stored<T>) -> Stored<T> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        self.transacted(WRITE, work)
    }

    fn transacted<T>(&self, how: &str, work: impl FnOnce(&dyn Db) -> Stored<T>) -> Stored<T> {
        let mut held = self.begun(how)?;
        // Taken out, so that the connection is closed, and all of this undone, if the work panics.
        let Some(link) = held.link.take() else { return Err(StoreError::Away("no connection".to_owned())) };
        let made = work(&link);
        let ended = match &made {
            Ok(_) if !link.has_failed.load(Ordering::Relaxed) => link.batch("COMMIT").map_err(|error| match error {
                StoreError::Away(why) if how == WRITE => StoreError::Unsure(why),
                other => other,
            }),
            Ok(_) => link.batch("ROLLBACK").and(Err(StoreError::Database("a statement failed".to_owned()))),
            // Where even this fails the connection is given up, and PostgreSQL undoes it.
            Err(_) => {
                if link.batch("ROLLBACK").is_err() {
                    link.is_lost.store(true, Ordering::Relaxed);
                }
                Ok(())
            }
        };
        held.link = Some(link);
        drop(held);
        let made = made?;
        ended.map(|()| made)
    }
}

impl Engine for Postgres {
    fn write<T: Send + 'static>(&self, work: impl FnOnce(&dyn Db) -> Stored<T> + Send + 'static) -> Stored<T> {
        let done = self.fill(work);
        self.writes.fetch_add(1, Ordering::Release);
        done
    }

    fn writes(&self) -> u64 {
        self.writes.load(Ordering::Acquire)
    }

    fn read<T>(&self, work: impl FnOnce(&dyn Db) -> Stored<T>) -> Stored<T> {
        self.transacted(READ, work)
    }

    fn damages(&self) -> Stored<Vec<String>> {
        // The database keeps its own order; what it can be told not to keep is asked.
        self.read(|db| {
            let mut wrong = Vec::new();
            for setting in ["fsync", "full_page_writes"] {
                let is = db.row("SELECT current_setting(?1)", &[Value::from(setting)])?.map(|row| row.text(0));
                if is.transpose()?.as_deref() == Some("off") {
                    wrong.push(format!("the database's setting {setting} is off: what is acknowledged may be lost"));
                }
            }
            Ok(wrong)
        })
    }

    fn turn(&self) -> Stored<Box<dyn std::any::Any + Send>> {
        let mut held = self.link()?;
        let Some(link) = held.link.take() else { return Err(StoreError::Away("no connection".to_owned())) };
        link.batch(TURN)?;
        // The connection ends with the turn, and the lock with the connection.
        Ok(Box::new((link.client, held)))
    }

    fn copy_to(&self, path: &std::path::Path) -> Stored<()> {
        super::transfer::to_file(self, path)
    }
}
