//! Who is in, in SQLite: links, stays and tokens; and who may see what.

use super::keeper::now;
use super::may::{Actor, Role};
use super::people::{Known, Stays, Token, VOUCHED_DAYS, Visibility};
use super::people_sqlite::{PERSON, of, person};
use super::rows::time;
use super::sqlite::Sqlite;
use super::{StoreError, Stored, audit, secret};
use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Row, params};

impl Stays for Sqlite {
    fn new_link(&self, role: Role, key_hash: &str, until: DateTime<Utc>) -> Stored<()> {
        let key_hash = key_hash.to_owned();
        self.write(move |tx| {
            tx.execute("DELETE FROM link WHERE role = ?1", [role.word()])?;
            tx.execute(
                "INSERT INTO link (key_hash, role, until) VALUES (?1, ?2, ?3)",
                params![key_hash, role.word(), until.timestamp_millis()],
            )?;
            audit::note(tx, "operator", "new link", role.word(), &format!("until {}", until.to_rfc3339()))
        })
    }

    fn enter(&self, key_hash: &str, token_hash: &str, until: DateTime<Utc>) -> Stored<Known> {
        let (key_hash, token_hash) = (key_hash.to_owned(), token_hash.to_owned());
        self.write(move |tx| {
            let seen = now();
            let now = seen.timestamp_millis();
            let role: Option<String> = tx
                .query_row("SELECT role FROM link WHERE key_hash = ?1 AND until > ?2", params![key_hash, now], |row| {
                    row.get(0)
                })
                .optional()?;
            let role = role.as_deref().and_then(Role::named).ok_or_else(|| {
                StoreError::Refused(
                    "This link is not valid any more; the program prints a new one when it starts".to_owned(),
                )
            })?;
            tx.execute("DELETE FROM session WHERE until <= ?1", [now])?;
            let actor = Actor::new(role.word(), role);
            tx.execute(
                "INSERT INTO session (token_hash, who, role, until, seen) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![token_hash, actor.name, role.word(), until.timestamp_millis(), now],
            )?;
            audit::note(tx, &actor.name, "sign in", role.word(), "by the link")?;
            Ok(Known { actor, until, seen, reads_only: false })
        })
    }

    fn begin_stay(
        &self,
        id: &str,
        how: &str,
        token_hash: &str,
        before: Option<&str>,
        until: DateTime<Utc>,
    ) -> Stored<Known> {
        let (id, how, token_hash) = (id.to_owned(), how.to_owned(), token_hash.to_owned());
        let before = before.map(str::to_owned);
        self.write(move |tx| {
            let person = of(tx, &id)?;
            if !person.is_active {
                return Err(StoreError::Refused("This account is closed".to_owned()));
            }
            let seen = now();
            tx.execute("DELETE FROM session WHERE until <= ?1", [seen.timestamp_millis()])?;
            if let Some(before) = before {
                tx.execute("DELETE FROM session WHERE token_hash = ?1", [before])?;
            }
            tx.execute(
                "INSERT INTO session (token_hash, who, role, until, seen, person) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    token_hash,
                    person.name,
                    person.role.word(),
                    until.timestamp_millis(),
                    seen.timestamp_millis(),
                    id
                ],
            )?;
            tx.execute("UPDATE person SET seen = ?1 WHERE id = ?2", params![seen.timestamp_millis(), id])?;
            audit::note(tx, &person.name, "sign in", person.role.word(), &how)?;
            Ok(Known { actor: person.actor(), until, seen, reads_only: false })
        })
    }

    fn stay(&self, token_hash: &str, idle: DateTime<Utc>) -> Stored<Option<Known>> {
        let now = now().timestamp_millis();
        self.read(|db| {
            let found: Option<(String, String, i64, i64, Option<String>)> = db
                .prepare_cached(
                    "SELECT who, role, until, seen, person FROM session
                     WHERE token_hash = ?1 AND until > ?2 AND seen > ?3",
                )?
                .query_row(params![token_hash, now, idle.timestamp_millis()], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
                })
                .optional()?;
            let Some((who, role, until, seen, id)) = found else { return Ok(None) };
            // What somebody with an account is, is read anew each time: a change of role holds at once.
            let actor = match id {
                Some(id) => Some(of(db, &id)?).filter(|person| person.is_active).map(|person| person.actor()),
                None => Role::named(&role).map(|role| Actor::new(&who, role)),
            };
            Ok(actor.map(|actor| Known { actor, until: time(until), seen: time(seen), reads_only: false }))
        })
    }

    fn seen(&self, token_hash: &str) -> Stored<()> {
        let token_hash = token_hash.to_owned();
        self.write(move |tx| {
            let now = now().timestamp_millis();
            tx.execute("UPDATE session SET seen = ?1 WHERE token_hash = ?2", params![now, token_hash])?;
            Ok(())
        })
    }

    fn leave(&self, token_hash: &str) -> Stored<()> {
        let token_hash = token_hash.to_owned();
        self.write(move |tx| {
            tx.execute("DELETE FROM session WHERE token_hash = ?1", [token_hash])?;
            Ok(())
        })
    }

    fn leave_everywhere(&self, actor: &Actor, id: &str, but: Option<&str>) -> Stored<usize> {
        let (actor, id, but) = (actor.clone(), id.to_owned(), but.map(str::to_owned));
        self.write(move |tx| {
            let ended = tx.execute(
                "DELETE FROM session WHERE person = ?1 AND token_hash != coalesce(?2, '')",
                params![id, but],
            )?;
            audit::note(tx, &actor.name, "sign out everywhere", &of(tx, &id)?.name, &format!("{ended} stays"))?;
            Ok(ended)
        })
    }

    fn new_token(
        &self,
        actor: &Actor,
        person: &str,
        label: &str,
        may_write: bool,
        hash: &str,
        until: DateTime<Utc>,
    ) -> Stored<Token> {
        let (actor, person, label, hash) = (actor.clone(), person.to_owned(), label.to_owned(), hash.to_owned());
        let id: String = secret()?.chars().take(16).collect();
        self.write(move |tx| {
            let made = now();
            tx.execute(
                "INSERT INTO token (id, hash, person, label, may_write, made, until) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![id, hash, person, label, may_write, made.timestamp_millis(), until.timestamp_millis()],
            )?;
            let what = if may_write { "reads and writes" } else { "reads" };
            let detail = format!("{label}; {what}, until {}", until.format("%Y-%m-%d"));
            audit::note(tx, &actor.name, "new token", &id, &detail)?;
            Ok(Token { id, label, may_write, made, until, seen: None })
        })
    }

    fn tokens(&self, person: &str) -> Stored<Vec<Token>> {
        self.read(|db| {
            let mut found = db.prepare_cached(
                "SELECT id, label, may_write, made, until, seen FROM token WHERE person = ?1 ORDER BY made DESC, id",
            )?;
            let all = found.query_map([person], |row| {
                Ok(Token {
                    id: row.get(0)?,
                    label: row.get(1)?,
                    may_write: row.get(2)?,
                    made: time(row.get(3)?),
                    until: time(row.get(4)?),
                    seen: row.get::<_, Option<i64>>(5)?.map(time),
                })
            })?;
            Ok(all.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn end_token(&self, actor: &Actor, person: &str, id: &str) -> Stored<()> {
        let (actor, person, id) = (actor.clone(), person.to_owned(), id.to_owned());
        self.write(move |tx| {
            let ended = tx.execute("DELETE FROM token WHERE id = ?1 AND person = ?2", params![id, person])?;
            if ended == 0 {
                return Err(StoreError::Missing("There is no such token".to_owned()));
            }
            audit::note(tx, &actor.name, "end token", &id, "")
        })
    }

    fn by_token(&self, hash: &str) -> Stored<Option<Known>> {
        let now = now();
        self.read(|db| {
            let query = format!(
                "SELECT {PERSON}, token.until, token.may_write, token.seen FROM token
                 JOIN person ON person.id = token.person
                 WHERE token.hash = ?1 AND token.until > ?2 AND person.is_active
                 AND (person.subject LIKE 'local:%' OR person.seen > ?3)"
            );
            let read = |row: &Row<'_>| {
                let seen: Option<i64> = row.get(11)?;
                Ok(Known {
                    actor: person(row)?.actor(),
                    until: time(row.get(9)?),
                    seen: time(seen.unwrap_or(0)),
                    reads_only: !row.get::<_, bool>(10)?,
                })
            };
            let mut found = db.prepare_cached(&query)?;
            let vouched = now - chrono::Duration::days(VOUCHED_DAYS);
            let both = params![hash, now.timestamp_millis(), vouched.timestamp_millis()];
            Ok(found.query_row(both, read).optional()?)
        })
    }

    fn token_seen(&self, hash: &str) -> Stored<()> {
        let hash = hash.to_owned();
        self.write(move |tx| {
            tx.execute("UPDATE token SET seen = ?1 WHERE hash = ?2", params![now().timestamp_millis(), hash])?;
            Ok(())
        })
    }

    fn visibility(&self) -> Stored<Visibility> {
        self.read(|db| {
            let mut found = db.prepare("SELECT name, value FROM setting")?;
            let rows = found.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(Visibility::read(rows.collect::<rusqlite::Result<_>>()?))
        })
    }

    fn set_visibility(&self, actor: &Actor, visibility: &Visibility) -> Stored<()> {
        let (actor, rows) = (actor.clone(), visibility.rows());
        self.write(move |tx| {
            tx.execute("DELETE FROM setting WHERE name = 'see' OR name = 'files' OR name LIKE 'see %'", [])?;
            for (name, value) in &rows {
                tx.execute("INSERT INTO setting (name, value) VALUES (?1, ?2)", [name, value])?;
            }
            let words: Vec<String> = rows.iter().map(|(name, value)| format!("{name}: {value}")).collect();
            audit::note(tx, &actor.name, "who may see what", "place", &words.join("; "))
        })
    }
}
