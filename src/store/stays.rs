//! Who is in, in a database: links, stays and tokens; and who may see what.

use super::accounts::{PERSON, of, person};
use super::db::{Engine, Row, now, values};
use super::may::{Actor, Role};
use super::people::{Known, Stays, Token, VOUCHED_DAYS, Visibility};
use super::{StoreError, Stored, audit, secret};
use chrono::{DateTime, Utc};

/// Name of the setting of how long records are kept.
const RECORD_DAYS: &str = "record days";

impl<E: Engine> Stays for E {
    fn writes(&self) -> u64 {
        Engine::writes(self)
    }

    fn new_link(&self, role: Role, key_hash: &str, until: DateTime<Utc>) -> Stored<()> {
        let key_hash = key_hash.to_owned();
        self.write(move |tx| {
            tx.execute("DELETE FROM link WHERE role = ?1", values![role.word()])?;
            tx.execute(
                "INSERT INTO link (key_hash, role, until) VALUES (?1, ?2, ?3)",
                values![&key_hash, role.word(), until],
            )?;
            audit::note(tx, "operator", "new link", role.word(), &format!("until {}", until.to_rfc3339()))
        })
    }

    fn enter(&self, key_hash: &str, token_hash: &str, until: DateTime<Utc>) -> Stored<Known> {
        let (key_hash, token_hash) = (key_hash.to_owned(), token_hash.to_owned());
        self.write(move |tx| {
            let seen = now();
            let found = tx.row("SELECT role FROM link WHERE key_hash = ?1 AND until > ?2", values![&key_hash, seen])?;
            let role = found.map(|row| row.text(0)).transpose()?;
            let role = role.as_deref().and_then(Role::named).ok_or_else(|| {
                StoreError::Refused(
                    "This link is not valid any more; the program prints a new one when it starts".to_owned(),
                )
            })?;
            tx.execute("DELETE FROM session WHERE until <= ?1", values![seen])?;
            let actor = Actor::new(role.word(), role);
            tx.execute(
                "INSERT INTO session (token_hash, who, role, until, seen) VALUES (?1, ?2, ?3, ?4, ?5)",
                values![&token_hash, &actor.name, role.word(), until, seen],
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
            tx.execute("DELETE FROM session WHERE until <= ?1", values![seen])?;
            if let Some(before) = before {
                tx.execute("DELETE FROM session WHERE token_hash = ?1", values![&before])?;
            }
            tx.execute(
                "INSERT INTO session (token_hash, who, role, until, seen, person) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                values![&token_hash, &person.name, person.role.word(), until, seen, &id],
            )?;
            tx.execute("UPDATE person SET seen = ?1 WHERE id = ?2", values![seen, &id])?;
            audit::note(tx, &person.name, "sign in", person.role.word(), &how)?;
            Ok(Known { actor: person.actor(), until, seen, reads_only: false })
        })
    }

    fn stay(&self, token_hash: &str, idle: DateTime<Utc>) -> Stored<Option<Known>> {
        self.read(|db| {
            let found = db.row(
                "SELECT who, role, until, seen, person FROM session WHERE token_hash = ?1 AND until > ?2 AND seen > ?3",
                values![token_hash, now(), idle],
            )?;
            let Some(row) = found else { return Ok(None) };
            // What somebody with an account is, is read anew each time: a change of role holds at once.
            let actor = match row.maybe_text(4)? {
                Some(id) => Some(of(db, &id)?).filter(|person| person.is_active).map(|person| person.actor()),
                None => Role::named(&row.text(1)?).map(|role| Actor::new(&row.text(0).unwrap_or_default(), role)),
            };
            let (until, seen) = (row.time(2)?, row.time(3)?);
            Ok(actor.map(|actor| Known { actor, until, seen, reads_only: false }))
        })
    }

    fn seen(&self, token_hash: &str) -> Stored<()> {
        let token_hash = token_hash.to_owned();
        self.write(move |tx| {
            tx.execute("UPDATE session SET seen = ?1 WHERE token_hash = ?2", values![now(), &token_hash])?;
            Ok(())
        })
    }

    fn leave(&self, token_hash: &str) -> Stored<()> {
        let token_hash = token_hash.to_owned();
        self.write(move |tx| {
            tx.execute("DELETE FROM session WHERE token_hash = ?1", values![&token_hash])?;
            Ok(())
        })
    }

    fn leave_everywhere(&self, actor: &Actor, id: &str, but: Option<&str>) -> Stored<usize> {
        let (actor, id, but) = (actor.clone(), id.to_owned(), but.map(str::to_owned));
        self.write(move |tx| {
            let ended = tx.execute(
                "DELETE FROM session WHERE person = ?1 AND token_hash != coalesce(?2, '')",
                values![&id, but.as_deref()],
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
                values![&id, &hash, &person, &label, may_write, made, until],
            )?;
            let what = if may_write { "reads and writes" } else { "reads" };
            let detail = format!("{label}; {what}, until {}", until.format("%Y-%m-%d"));
            audit::note(tx, &actor.name, "new token", &id, &detail)?;
            Ok(Token { id, label, may_write, made, until, seen: None })
        })
    }

    fn tokens(&self, person: &str) -> Stored<Vec<Token>> {
        self.read(|db| {
            let found = db.rows(
                "SELECT id, label, may_write, made, until, seen FROM token WHERE person = ?1 ORDER BY made DESC, id",
                values![person],
            )?;
            let read = |row: &Row| {
                Ok(Token {
                    id: row.text(0)?,
                    label: row.text(1)?,
                    may_write: row.truth(2)?,
                    made: row.time(3)?,
                    until: row.time(4)?,
                    seen: row.maybe_time(5)?,
                })
            };
            found.iter().map(read).collect()
        })
    }

    fn end_token(&self, actor: &Actor, person: &str, id: &str) -> Stored<()> {
        let (actor, person, id) = (actor.clone(), person.to_owned(), id.to_owned());
        self.write(move |tx| {
            let ended = tx.execute("DELETE FROM token WHERE id = ?1 AND person = ?2", values![&id, &person])?;
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
            let read = |row: Row| {
                Ok(Known {
                    actor: person(&row)?.actor(),
                    until: row.time(9)?,
                    seen: row.maybe_time(11)?.unwrap_or_default(),
                    reads_only: !row.truth(10)?,
                })
            };
            let vouched = now - chrono::Duration::days(VOUCHED_DAYS);
            db.row(&query, values![hash, now, vouched])?.map(read).transpose()
        })
    }

    fn token_seen(&self, hash: &str) -> Stored<()> {
        let hash = hash.to_owned();
        self.write(move |tx| {
            tx.execute("UPDATE token SET seen = ?1 WHERE hash = ?2", values![now(), &hash])?;
            Ok(())
        })
    }

    fn visibility(&self) -> Stored<Visibility> {
        self.read(|db| {
            let rows = db.rows("SELECT name, value FROM setting ORDER BY name", &[])?;
            let rows = rows.iter().map(|row| Ok((row.text(0)?, row.text(1)?))).collect::<Stored<_>>()?;
            Ok(Visibility::read(rows))
        })
    }

    fn set_visibility(&self, actor: &Actor, visibility: &Visibility) -> Stored<()> {
        let (actor, rows) = (actor.clone(), visibility.rows());
        self.write(move |tx| {
            tx.execute("DELETE FROM setting WHERE name = 'see' OR name = 'files' OR name LIKE 'see %'", &[])?;
            for (name, value) in &rows {
                tx.execute("INSERT INTO setting (name, value) VALUES (?1, ?2)", values![name, value])?;
            }
            let words: Vec<String> = rows.iter().map(|(name, value)| format!("{name}: {value}")).collect();
            audit::note(tx, &actor.name, "who may see what", "place", &words.join("; "))
        })
    }

    fn record_days(&self) -> Stored<Option<u32>> {
        self.read(|db| {
            let found = db.row("SELECT value FROM setting WHERE name = ?1", values![RECORD_DAYS])?;
            let words = found.map(|row| row.text(0)).transpose()?;
            Ok(words.and_then(|words| words.parse().ok()))
        })
    }

    fn set_record_days(&self, actor: &Actor, days: Option<u32>) -> Stored<()> {
        let actor = actor.clone();
        self.write(move |tx| {
            tx.execute("DELETE FROM setting WHERE name = ?1", values![RECORD_DAYS])?;
            if let Some(days) = days {
                tx.execute(
                    "INSERT INTO setting (name, value) VALUES (?1, ?2)",
                    values![RECORD_DAYS, &days.to_string()],
                )?;
            }
            let words = days.map_or_else(|| "until they are erased".to_owned(), |days| format!("{days} days"));
            audit::note(tx, &actor.name, "how long records are kept", "records", &words)
        })
    }
}
