//! People in a database: who there is.

use super::db::{Db, Engine, Row, now, values};
use super::may::{Actor, Role};
use super::password::Password;
use super::people::{Invited, People, Person, is_fit};
use super::{StoreError, Stored, audit, secret};
use chrono::{DateTime, Utc};

pub(super) const PERSON: &str = "person.id, person.subject, person.name, person.role, person.patches, person.is_active, person.password IS NOT NULL, \
     person.made, person.seen";

pub(super) fn person(row: &Row) -> Stored<Person> {
    Ok(Person {
        id: row.text(0)?,
        subject: row.text(1)?,
        name: row.text(2)?,
        // What is unclear may the least.
        role: Role::named(&row.text(3)?).unwrap_or(Role::Viewer),
        patches: row.maybe_text(4)?.map(|text| text.lines().map(str::to_owned).collect()),
        is_active: row.truth(5)?,
        has_password: row.truth(6)?,
        made: row.time(7)?,
        seen: row.maybe_time(8)?,
    })
}

/// A name as it is compared with others: both databases make A to Z small, and nothing else.
fn small(name: &str) -> String {
    name.to_ascii_lowercase()
}

/// Whoever this says, of all people.
fn found(db: &dyn Db, which: &str, value: &str) -> Stored<Option<Person>> {
    db.row(&format!("SELECT {PERSON} FROM person WHERE {which}"), values![value])?.as_ref().map(person).transpose()
}

pub(super) fn of(db: &dyn Db, id: &str) -> Stored<Person> {
    found(db, "id = ?1", id)?.ok_or_else(|| StoreError::Missing("There is no such person".to_owned()))
}

fn lines(patches: Option<&[String]>) -> Option<String> {
    patches.map(|keys| keys.join("\n"))
}

fn described(role: Role, patches: Option<&[String]>) -> String {
    match patches {
        None => role.word().to_owned(),
        Some(keys) => format!("{}, patches {}", role.word(), keys.join(", ")),
    }
}

/// No stay, token or invitation of theirs is left.
fn out(tx: &dyn Db, id: &str) -> Stored<()> {
    for table in ["session", "token", "invitation"] {
        tx.execute(&format!("DELETE FROM {table} WHERE person = ?1"), values![id])?;
    }
    Ok(())
}

/// Whoever is the last active owner with an account stays one: the operator's link is for emergencies.
fn not_the_last(tx: &dyn Db, before: &Person) -> Stored<()> {
    let others =
        tx.number("SELECT count(*) FROM person WHERE role = 'owner' AND is_active AND id != ?1", values![&before.id])?;
    if before.role == Role::Owner && before.is_active && others == 0 {
        return Err(StoreError::Refused(
            "This is the only owner with an account. Make somebody else an owner first".to_owned(),
        ));
    }
    Ok(())
}

fn invite_to(tx: &dyn Db, id: &str, (key_hash, until): (&str, DateTime<Utc>)) -> Stored<()> {
    tx.execute("DELETE FROM invitation WHERE person = ?1", values![id])?;
    tx.execute("INSERT INTO invitation (key_hash, person, until) VALUES (?1, ?2, ?3)", values![key_hash, id, until])?;
    Ok(())
}

const TAKEN: &str = "Somebody here has this name already, or had it; use another";

fn taken(error: StoreError) -> StoreError {
    match error {
        StoreError::Twice(_) => StoreError::Refused(TAKEN.to_owned()),
        other => other,
    }
}

/// Whether somebody who is no longer here had this name: what they did is still theirs in the audit.
fn was_somebody(tx: &dyn Db, name: &str) -> Stored<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM audit WHERE action = 'erase person' AND lower(object) = ?1)";
    Ok(tx.number(sql, values![small(name)])? != 0)
}

impl<E: Engine> People for E {
    fn people(&self) -> Stored<Vec<Person>> {
        self.read(|db| {
            let all = db.rows(&format!("SELECT {PERSON} FROM person ORDER BY lower(name), name"), &[])?;
            all.iter().map(person).collect()
        })
    }

    fn person(&self, id: &str) -> Stored<Person> {
        self.read(|db| of(db, id))
    }

    fn named(&self, name: &str) -> Stored<Option<(Person, Option<Password>)>> {
        self.read(|db| {
            let sql = format!("SELECT {PERSON}, person.password FROM person WHERE lower(name) = ?1");
            let read = |row: Row| Ok((person(&row)?, row.maybe_text(9)?.map(Password)));
            db.row(&sql, values![small(name)])?.map(read).transpose()
        })
    }

    fn invite(
        &self,
        actor: &Actor,
        name: &str,
        role: Role,
        patches: Option<&[String]>,
        link: (&str, DateTime<Utc>),
    ) -> Stored<Person> {
        is_fit(name)?;
        if role == Role::Anonymous {
            return Err(StoreError::Refused("Choose a role: viewer, coordinator, editor or owner".to_owned()));
        }
        let (actor, name, patches) = (actor.clone(), name.to_owned(), patches.map(<[String]>::to_vec));
        let (key_hash, until) = (link.0.to_owned(), link.1);
        let id: String = secret()?.chars().take(16).collect();
        self.write(move |tx| {
            if was_somebody(tx, &name)? {
                return Err(StoreError::Refused(TAKEN.to_owned()));
            }
            tx.execute(
                "INSERT INTO person (id, subject, name, role, patches, is_active, made)
                 VALUES (?1, ?2, ?3, ?4, ?5, TRUE, ?6)",
                values![&id, format!("local:{id}"), &name, role.word(), lines(patches.as_deref()), now()],
            )
            .map_err(taken)?;
            invite_to(tx, &id, (&key_hash, until))?;
            audit::note(tx, &actor.name, "invite", &name, &described(role, patches.as_deref()))?;
            of(tx, &id)
        })
    }

    fn reset(&self, actor: &Actor, id: &str, link: (&str, DateTime<Utc>)) -> Stored<()> {
        let (actor, id, key_hash, until) = (actor.clone(), id.to_owned(), link.0.to_owned(), link.1);
        self.write(move |tx| {
            let person = of(tx, &id)?;
            if person.is_external() {
                return Err(StoreError::Refused(
                    "This person signs in elsewhere, and has no password here to reset".to_owned(),
                ));
            }
            out(tx, &id)?;
            tx.execute("UPDATE person SET password = NULL WHERE id = ?1", values![&id])?;
            invite_to(tx, &id, (&key_hash, until))?;
            audit::note(tx, &actor.name, "reset", &person.name, "password, stays and tokens are void")
        })
    }

    fn invited(&self, key_hash: &str) -> Stored<Option<Invited>> {
        self.read(|db| {
            let read = |row: Row| Ok(Invited { person: person(&row)?, until: row.time(9)? });
            let query = format!(
                "SELECT {PERSON}, invitation.until FROM invitation JOIN person ON person.id = invitation.person
                 WHERE invitation.key_hash = ?1 AND invitation.until > ?2 AND person.is_active"
            );
            db.row(&query, values![key_hash, now()])?.map(read).transpose()
        })
    }

    fn accept(&self, key_hash: &str, password: Password) -> Stored<Person> {
        let key_hash = key_hash.to_owned();
        self.write(move |tx| {
            let found =
                tx.row("SELECT person FROM invitation WHERE key_hash = ?1 AND until > ?2", values![&key_hash, now()])?;
            let found = found.ok_or_else(|| {
                StoreError::Refused("This link was used, or its time is over; ask an owner for another".to_owned())
            })?;
            let id = found.text(0)?;
            let person = of(tx, &id)?;
            if !person.is_active {
                return Err(StoreError::Refused("This link is not valid; ask an owner for another".to_owned()));
            }
            tx.execute("DELETE FROM invitation WHERE person = ?1", values![&id])?;
            tx.execute("UPDATE person SET password = ?1 WHERE id = ?2", values![&password.0, &id])?;
            audit::note(tx, &person.name, "set password", &person.name, "by an invitation")?;
            of(tx, &id)
        })
    }

    fn change_password(&self, actor: &Actor, id: &str, password: Password, but: Option<&str>) -> Stored<()> {
        let (actor, id, but) = (actor.clone(), id.to_owned(), but.map(str::to_owned));
        self.write(move |tx| {
            let person = of(tx, &id)?;
            if person.is_external() || !person.has_password {
                return Err(StoreError::Refused("This account has no password here".to_owned()));
            }
            tx.execute("UPDATE person SET password = ?1 WHERE id = ?2", values![&password.0, &id])?;
            tx.execute(
                "DELETE FROM session WHERE person = ?1 AND token_hash != coalesce(?2, '')",
                values![&id, but.as_deref()],
            )?;
            audit::note(tx, &actor.name, "set password", &person.name, "other stays ended")
        })
    }

    fn change_person(
        &self,
        actor: &Actor,
        id: &str,
        role: Role,
        patches: Option<&[String]>,
        is_active: bool,
    ) -> Stored<Person> {
        if role == Role::Anonymous {
            return Err(StoreError::Refused("Choose a role: viewer, coordinator, editor or owner".to_owned()));
        }
        let (actor, id, patches) = (actor.clone(), id.to_owned(), patches.map(<[String]>::to_vec));
        self.write(move |tx| {
            let before = of(tx, &id)?;
            if role != Role::Owner || !is_active {
                not_the_last(tx, &before)?;
            }
            tx.execute(
                "UPDATE person SET role = ?1, patches = ?2, is_active = ?3 WHERE id = ?4",
                values![role.word(), lines(patches.as_deref()), is_active, &id],
            )?;
            if !is_active {
                out(tx, &id)?;
            }
            let was = described(before.role, before.patches.as_deref());
            let is = described(role, patches.as_deref());
            let closed = if is_active { "" } else { "; closed" };
            audit::note(tx, &actor.name, "change person", &before.name, &format!("{was} becomes {is}{closed}"))?;
            of(tx, &id)
        })
    }

    fn erase_person(&self, actor: &Actor, id: &str) -> Stored<()> {
        let (actor, id) = (actor.clone(), id.to_owned());
        self.write(move |tx| {
            let person = of(tx, &id)?;
            not_the_last(tx, &person)?;
            out(tx, &id)?;
            tx.execute("DELETE FROM person WHERE id = ?1", values![&id])?;
            audit::note(tx, &actor.name, "erase person", &person.name, "account, password, stays and tokens")
        })
    }

    fn vouched(&self, subject: &str, name: &str, role: Role, patches: Option<&[String]>) -> Stored<Person> {
        if subject.starts_with("local:") {
            return Err(StoreError::Refused("This subject is not another provider's".to_owned()));
        }
        let (subject, patches) = (subject.to_owned(), patches.map(<[String]>::to_vec));
        let id: String = secret()?.chars().take(16).collect();
        let wished = if is_fit(name).is_ok() { name.to_owned() } else { format!("person {}", &id[..6]) };
        self.write(move |tx| {
            if let Some(known) = found(tx, "subject = ?1", &subject)? {
                if known.role != role || known.patches != patches {
                    tx.execute(
                        "UPDATE person SET role = ?1, patches = ?2 WHERE id = ?3",
                        values![role.word(), lines(patches.as_deref()), &known.id],
                    )?;
                    let was = described(known.role, known.patches.as_deref());
                    let is = described(role, patches.as_deref());
                    audit::note(tx, "provider", "change person", &known.name, &format!("{was} becomes {is}"))?;
                }
                return of(tx, &known.id);
            }
            // A name that is somebody else's is not taken over: the subject is the key, and the name only a name.
            let taken = found(tx, "lower(name) = ?1", &small(&wished))?.is_some();
            let name = if taken || was_somebody(tx, &wished)? { format!("{wished} {}", &id[..6]) } else { wished };
            tx.execute(
                "INSERT INTO person (id, subject, name, role, patches, is_active, made)
                 VALUES (?1, ?2, ?3, ?4, ?5, TRUE, ?6)",
                values![&id, &subject, &name, role.word(), lines(patches.as_deref()), now()],
            )?;
            audit::note(tx, "provider", "new person", &name, &described(role, patches.as_deref()))?;
            of(tx, &id)
        })
    }

    fn unvouched(&self, subject: &str) -> Stored<()> {
        let subject = subject.to_owned();
        self.write(move |tx| {
            let Some(known) = found(tx, "subject = ?1", &subject)?.filter(Person::is_external) else {
                return Ok(());
            };
            out(tx, &known.id)?;
            audit::note(tx, "provider", "no role any more", &known.name, "stays and tokens ended")
        })
    }
}
