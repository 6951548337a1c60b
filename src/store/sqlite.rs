//! The lists in one SQLite file. All writing is done by one thread, a transaction at a time; reading by others beside it.

use super::keeper::{AuditRow, Draft, DraftState, Entry, InForce, Keeper, Scenario, ScenarioRevision, Version, now};
use super::may::Actor;
use super::rows::{self, current, sql};
use super::{StoreError, Stored, audit, hashed, schema, secret};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior, params};
use std::path::{Path, PathBuf};
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
        Ok(Self { path: path.to_owned(), writer, reader: Mutex::new(reader) })
    }

    /// Does the work as one transaction, and returns when it is on the disk.
    pub(super) fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Stored<T> + Send + 'static,
    ) -> Stored<T> {
        let (done, wait) = channel();
        let gone = || StoreError::Refused("The store's writer has ended; start the program again".to_owned());
        let job: Work = Box::new(move |db| {
            let _ = done.send(transacted(db, work));
        });
        self.writer.send(job).map_err(|_| gone())?;
        wait.recv().map_err(|_| gone())?
    }

    pub(super) fn read<T>(&self, work: impl FnOnce(&Connection) -> Stored<T>) -> Stored<T> {
        let mut db = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        // One transaction, so that what is read in several steps is of one moment.
        let tx = db.transaction()?;
        work(&tx)
    }
}

fn transacted<T>(db: &mut Connection, work: impl FnOnce(&Transaction<'_>) -> Stored<T>) -> Stored<T> {
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let made = work(&tx)?;
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

fn open_draft(db: &Connection, id: &str, revision: u64) -> Stored<Draft> {
    let draft = rows::draft(db, id)?;
    if draft.state != DraftState::Open {
        let what = if draft.state == DraftState::Published { "published" } else { "dropped" };
        return Err(StoreError::Stale(format!("This draft was {what} meanwhile; start another")));
    }
    if draft.revision != revision {
        return Err(StoreError::Stale(
            "Somebody changed this draft after you opened it. Nothing was changed; look at it again first".to_owned(),
        ));
    }
    Ok(draft)
}

fn step(tx: &Connection, id: &str) -> Stored<()> {
    tx.execute("UPDATE draft SET revision = revision + 1 WHERE id = ?1", [id])?;
    Ok(())
}

fn moved(tx: &Connection, actor: &Actor, version: u64, how: &str) -> Stored<InForce> {
    let move_n = rows::in_force(tx, 1)?.first().map_or(1, |last| last.move_n + 1);
    let (at, who, how) = (now(), actor.name.clone(), how.to_owned());
    tx.execute(
        "INSERT INTO in_force (move_n, version, at, who, how) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![sql(move_n), sql(version), at.timestamp_millis(), who, how],
    )?;
    Ok(InForce { move_n, version, at, who, how })
}

fn publish(tx: &Connection, actor: &Actor, id: &str, revision: u64, why: &str) -> Stored<Version> {
    let draft = open_draft(tx, id, revision)?;
    let now_in_force = current(tx)?;
    if draft.base != now_in_force {
        return Err(StoreError::Stale(format!(
            "Version {now_in_force} was published after this draft was begun on version {}. Bring the draft onto it \
             and look at the difference again",
            draft.base
        )));
    }
    if draft.files.iter().all(|file| file.name != "place.toml") {
        return Err(StoreError::Refused("There is no place.toml in this draft".to_owned()));
    }
    let last: i64 = tx.query_row("SELECT coalesce(max(n), 0) FROM version", [], |row| row.get(0))?;
    let n = last.unsigned_abs() + 1;
    let parent = (draft.base > 0).then_some(draft.base);
    let version =
        Version { n, parent, who: actor.name.clone(), at: now(), why: why.to_owned(), files: draft.files.clone() };
    tx.execute(
        "INSERT INTO version (n, parent, who, at, why) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![sql(n), parent.map(sql), version.who, version.at.timestamp_millis(), version.why],
    )?;
    let mut put = tx.prepare_cached(
        "INSERT INTO version_file (version, name, hash, bytes, who, at, why) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for file in &version.files {
        let at = file.at.timestamp_millis();
        put.execute(params![sql(n), file.name, file.hash, sql(file.bytes), file.who, at, file.why])?;
    }
    tx.execute("UPDATE draft SET state = 'published', revision = revision + 1 WHERE id = ?1", [id])?;
    moved(tx, actor, n, "publish")?;
    let detail = format!("draft {id}; {}", super::manifest_hash(&version.files));
    audit::note(tx, &actor.name, "publish", &format!("version {n}"), &detail)?;
    Ok(version)
}

/// What both a draft and the versions since its base changed, differently.
fn clashes(tx: &Connection, draft: &Draft, onto: u64) -> Stored<Vec<String>> {
    let hash = |files: &[Entry], name: &str| files.iter().find(|f| f.name == name).map(|f| f.hash.clone());
    let (base, now) = (rows::files(tx, draft.base)?, rows::files(tx, onto)?);
    let clash = |(name, change): &&(String, Option<Entry>)| {
        let (was, is) = (hash(&base, name), hash(&now, name));
        was != is && is != change.as_ref().map(|file| file.hash.clone())
    };
    Ok(draft.changes.iter().filter(clash).map(|(name, _)| name.clone()).collect())
}

impl Keeper for Sqlite {
    fn in_force(&self) -> Stored<Option<InForce>> {
        self.read(|db| Ok(rows::in_force(db, 1)?.into_iter().next()))
    }

    fn moves(&self, most: usize) -> Stored<Vec<InForce>> {
        self.read(|db| rows::in_force(db, most))
    }

    fn version(&self, n: u64) -> Stored<Version> {
        self.read(|db| rows::version(db, n))
    }

    fn versions(&self) -> Stored<Vec<Version>> {
        self.read(|db| {
            let mut found = db.prepare_cached("SELECT n, parent, who, at, why FROM version ORDER BY n DESC")?;
            let all = found.query_map([], rows::version_head)?.collect::<rusqlite::Result<_>>()?;
            Ok(all)
        })
    }

    fn open_draft(&self, actor: &Actor, why: &str) -> Stored<Draft> {
        let (actor, why) = (actor.clone(), why.to_owned());
        // 64 bits: a draft is not secret, its name must only be its own.
        let id: String = secret()?.chars().take(16).collect();
        self.write(move |tx| {
            let base = current(tx)?;
            tx.execute(
                "INSERT INTO draft (id, base, revision, state, who, at, why) VALUES (?1, ?2, 1, 'open', ?3, ?4, ?5)",
                params![id, sql(base), actor.name, now().timestamp_millis(), why],
            )?;
            audit::note(tx, &actor.name, "open draft", &format!("draft {id}"), &format!("on version {base}"))?;
            rows::draft(tx, &id)
        })
    }

    fn draft(&self, id: &str) -> Stored<Draft> {
        self.read(|db| rows::draft(db, id))
    }

    fn drafts(&self) -> Stored<Vec<Draft>> {
        self.read(|db| {
            let mut found = db.prepare_cached("SELECT id FROM draft WHERE state = 'open' ORDER BY at DESC, id")?;
            let ids: Vec<String> = found.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
            ids.iter().map(|id| rows::draft(db, id)).collect()
        })
    }

    fn change_draft(
        &self,
        actor: &Actor,
        id: &str,
        revision: u64,
        changes: &[(String, Option<Entry>)],
    ) -> Stored<Draft> {
        let (actor, id, changes) = (actor.clone(), id.to_owned(), changes.to_vec());
        if let Some((name, _)) = changes.iter().find(|(name, _)| !super::is_name(name)) {
            return Err(StoreError::Refused(format!("{name:?} cannot be the name of a file here")));
        }
        self.write(move |tx| {
            open_draft(tx, &id, revision)?;
            for (name, file) in &changes {
                rows::put_draft_file(tx, &id, name, file.as_ref(), &actor.name)?;
                let detail = match file {
                    Some(file) => format!("{name}: {} ({} bytes)", file.hash, file.bytes),
                    None => format!("{name}: taken out"),
                };
                audit::note(tx, &actor.name, "change draft", &format!("draft {id}"), &detail)?;
            }
            step(tx, &id)?;
            rows::draft(tx, &id)
        })
    }

    fn rebase(&self, actor: &Actor, id: &str, revision: u64) -> Stored<Draft> {
        let (actor, id) = (actor.clone(), id.to_owned());
        self.write(move |tx| {
            let draft = open_draft(tx, &id, revision)?;
            let onto = current(tx)?;
            let clashes = clashes(tx, &draft, onto)?;
            if !clashes.is_empty() {
                return Err(StoreError::Stale(format!(
                    "Version {onto} changed the same as this draft: {}. Nothing was changed and nothing is lost: fetch \
                     your file from this draft, look at what version {onto} has, and bring one that holds both",
                    clashes.join(", ")
                )));
            }
            tx.execute("UPDATE draft SET base = ?1 WHERE id = ?2", params![sql(onto), id])?;
            step(tx, &id)?;
            let detail = format!("from version {} onto {onto}", draft.base);
            audit::note(tx, &actor.name, "rebase draft", &format!("draft {id}"), &detail)?;
            rows::draft(tx, &id)
        })
    }

    fn drop_draft(&self, actor: &Actor, id: &str) -> Stored<()> {
        let (actor, id) = (actor.clone(), id.to_owned());
        self.write(move |tx| {
            let draft = rows::draft(tx, &id)?;
            open_draft(tx, &id, draft.revision)?;
            tx.execute("UPDATE draft SET state = 'dropped', revision = revision + 1 WHERE id = ?1", [&id])?;
            audit::note(tx, &actor.name, "drop draft", &format!("draft {id}"), "")
        })
    }

    fn publish(&self, actor: &Actor, id: &str, revision: u64, why: &str) -> Stored<Version> {
        let (actor, id, why) = (actor.clone(), id.to_owned(), why.to_owned());
        self.write(move |tx| publish(tx, &actor, &id, revision, &why))
    }

    fn put_in_force(&self, actor: &Actor, n: u64, seen: u64) -> Stored<InForce> {
        let actor = actor.clone();
        self.write(move |tx| {
            rows::version(tx, n)?;
            let now_in_force = current(tx)?;
            if now_in_force != seen {
                return Err(StoreError::Stale(format!(
                    "Version {now_in_force} is in force by now, not {seen}. Nothing was changed; look at the list again"
                )));
            }
            if n == seen {
                return Err(StoreError::Refused(format!("Version {n} is in force already")));
            }
            let moved = moved(tx, &actor, n, "restore")?;
            audit::note(tx, &actor.name, "restore", &format!("version {n}"), &format!("instead of version {seen}"))?;
            Ok(moved)
        })
    }

    fn save_scenario(
        &self,
        actor: &Actor,
        id: Option<(&str, u64)>,
        name: &str,
        version: u64,
        body: &str,
    ) -> Stored<Scenario> {
        let (actor, name, body) = (actor.clone(), name.to_owned(), body.to_owned());
        let id = id.map(|(id, seen)| (id.to_owned(), seen));
        let fresh: String = secret()?.chars().take(16).collect();
        self.write(move |tx| {
            let (id, n) = match id {
                Some((id, seen)) => {
                    let scenario = rows::scenario(tx, &id)?;
                    if scenario.latest.n != seen {
                        return Err(StoreError::Stale(format!(
                            "This scenario was saved again after you opened it (state {}). Nothing was changed; save \
                             yours under another name, or open the newer one",
                            scenario.latest.n
                        )));
                    }
                    tx.execute("UPDATE scenario SET name = ?1 WHERE id = ?2", params![name, id])?;
                    (id, seen + 1)
                }
                None => {
                    tx.execute(
                        "INSERT INTO scenario (id, name, who) VALUES (?1, ?2, ?3)",
                        params![fresh, name, actor.name],
                    )?;
                    (fresh, 1)
                }
            };
            tx.execute(
                "INSERT INTO scenario_revision (scenario, n, version, at, body) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![id, sql(n), sql(version), now().timestamp_millis(), body],
            )?;
            audit::note(tx, &actor.name, "save scenario", &format!("scenario {id}/{n}"), &hashed(&body))?;
            rows::scenario(tx, &id)
        })
    }

    fn scenario(&self, id: &str) -> Stored<Scenario> {
        self.read(|db| rows::scenario(db, id))
    }

    fn scenario_revision(&self, id: &str, n: u64) -> Stored<ScenarioRevision> {
        let missing = || StoreError::Missing("There is no such state of a scenario".to_owned());
        self.read(|db| {
            db.query_row(
                "SELECT n, version, at, body FROM scenario_revision WHERE scenario = ?1 AND n = ?2",
                params![id, sql(n)],
                rows::revision,
            )
            .optional()?
            .ok_or_else(missing)
        })
    }

    fn scenarios(&self) -> Stored<Vec<Scenario>> {
        self.read(|db| {
            let mut found = db.prepare_cached(
                "SELECT scenario FROM scenario_revision GROUP BY scenario ORDER BY max(at) DESC, scenario",
            )?;
            let ids: Vec<String> = found.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
            ids.iter().map(|id| rows::scenario(db, id)).collect()
        })
    }

    fn erase(&self, actor: &Actor, hash: &str, why: &str) -> Stored<()> {
        let (actor, hash, why) = (actor.clone(), hash.to_owned(), why.to_owned());
        self.write(move |tx| {
            let in_force = rows::files(tx, current(tx)?)?;
            if let Some(file) = in_force.iter().find(|file| file.hash == hash) {
                return Err(StoreError::Refused(format!(
                    "{} is a file of the version in force. Publish one without it first, then erase it",
                    file.name
                )));
            }
            tx.execute(
                "INSERT OR IGNORE INTO erased (hash, who, at, why) VALUES (?1, ?2, ?3, ?4)",
                params![hash, actor.name, now().timestamp_millis(), why],
            )?;
            audit::note(tx, &actor.name, "erase", &hash, &why)
        })
    }

    fn hashes(&self) -> Stored<Vec<(String, bool)>> {
        self.read(|db| {
            let mut found = db.prepare(
                "SELECT hash, hash IN (SELECT hash FROM erased) FROM
                 (SELECT hash FROM version_file UNION SELECT hash FROM draft_file WHERE hash IS NOT NULL) ORDER BY hash",
            )?;
            let all = found.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?;
            Ok(all)
        })
    }

    fn audit(&self, word: &str, most: usize) -> Stored<Vec<AuditRow>> {
        self.read(|db| {
            let mut found = db.prepare_cached(
                "SELECT n, at, who, action, object, detail, hash FROM audit
                 WHERE ?2 = '' OR instr(lower(who || ' ' || action || ' ' || object || ' ' || detail), lower(?2)) > 0
                 ORDER BY n DESC LIMIT ?1",
            )?;
            let all =
                found.query_map(params![sql(most as u64), word], audit::read)?.collect::<rusqlite::Result<_>>()?;
            Ok(all)
        })
    }

    fn inspect(&self) -> Stored<Vec<String>> {
        self.read(|db| {
            let mut checked = db.prepare("PRAGMA integrity_check")?;
            let found: Vec<String> = checked.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
            let mut wrong: Vec<String> = found.into_iter().filter(|word| word != "ok").collect();
            let mut keys = db.prepare("PRAGMA foreign_key_check")?;
            let dangling = keys.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
            wrong.extend(dangling.into_iter().map(|table| format!("a row of {table} names what is not there")));
            wrong.extend(audit::broken(db)?);
            let published: i64 =
                db.query_row("SELECT count(*) FROM audit WHERE action = 'publish'", [], |r| r.get(0))?;
            let versions: i64 = db.query_row("SELECT count(*) FROM version", [], |r| r.get(0))?;
            if published != versions {
                wrong.push(format!("{versions} versions, but the audit tells of {published} being published"));
            }
            Ok(wrong)
        })
    }

    fn copy_to(&self, path: &Path) -> Stored<()> {
        // A connection of its own, so that nobody waits for the copy; it is of one moment.
        let db = connect(&self.path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        db.execute("VACUUM INTO ?1", [path.to_string_lossy()])?;
        std::fs::File::open(path)?.sync_all()?;
        Ok(())
    }
}
