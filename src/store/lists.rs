//! The lists in a database, whichever it is: versions, drafts, scenarios, audit.

use super::db::{Db, Engine, now, values};
use super::keeper::{AuditRow, Draft, DraftState, Entry, InForce, Keeper, Scenario, ScenarioRevision, Version};
use super::may::Actor;
use super::rows::{self, current};
use super::{StoreError, Stored, audit, hashed, secret};
use chrono::{DateTime, Utc};
use std::path::Path;

fn open_draft(db: &dyn Db, id: &str, revision: u64) -> Stored<Draft> {
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

fn step(tx: &dyn Db, id: &str) -> Stored<()> {
    tx.execute("UPDATE draft SET revision = revision + 1 WHERE id = ?1", values![id])?;
    Ok(())
}

fn moved(tx: &dyn Db, actor: &Actor, version: u64, how: &str) -> Stored<InForce> {
    let move_n = rows::in_force(tx, 1)?.first().map_or(1, |last| last.move_n + 1);
    let (at, who, how) = (now(), actor.name.clone(), how.to_owned());
    tx.execute(
        "INSERT INTO in_force (move_n, version, at, who, how) VALUES (?1, ?2, ?3, ?4, ?5)",
        values![move_n, version, at, &who, &how],
    )?;
    Ok(InForce { move_n, version, at, who, how })
}

fn publish(tx: &dyn Db, actor: &Actor, id: &str, revision: u64, why: &str) -> Stored<Version> {
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
    let n = tx.number("SELECT coalesce(max(n), 0) FROM version", &[])?.unsigned_abs() + 1;
    let parent = (draft.base > 0).then_some(draft.base);
    let version =
        Version { n, parent, who: actor.name.clone(), at: now(), why: why.to_owned(), files: draft.files.clone() };
    tx.execute(
        "INSERT INTO version (n, parent, who, at, why) VALUES (?1, ?2, ?3, ?4, ?5)",
        values![n, parent, &version.who, version.at, &version.why],
    )?;
    for file in &version.files {
        tx.execute(
            "INSERT INTO version_file (version, name, hash, bytes, who, at, why) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            values![n, &file.name, &file.hash, file.bytes, &file.who, file.at, &file.why],
        )?;
    }
    tx.execute("UPDATE draft SET state = 'published', revision = revision + 1 WHERE id = ?1", values![id])?;
    moved(tx, actor, n, "publish")?;
    let detail = format!("draft {id}; {}", super::manifest_hash(&version.files));
    audit::note(tx, &actor.name, "publish", &format!("version {n}"), &detail)?;
    Ok(version)
}

/// What both a draft and the versions since its base changed, differently.
fn clashes(tx: &dyn Db, draft: &Draft, onto: u64) -> Stored<Vec<String>> {
    let hash = |files: &[Entry], name: &str| files.iter().find(|f| f.name == name).map(|f| f.hash.clone());
    let (base, now) = (rows::files(tx, draft.base)?, rows::files(tx, onto)?);
    let clash = |(name, change): &&(String, Option<Entry>)| {
        let (was, is) = (hash(&base, name), hash(&now, name));
        was != is && is != change.as_ref().map(|file| file.hash.clone())
    };
    Ok(draft.changes.iter().filter(clash).map(|(name, _)| name.clone()).collect())
}

impl<E: Engine> Keeper for E {
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
            let found = db.rows("SELECT n, parent, who, at, why FROM version ORDER BY n DESC", &[])?;
            found.iter().map(rows::version_head).collect()
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
                values![&id, base, &actor.name, now(), &why],
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
            let found = db.rows("SELECT id FROM draft WHERE state = 'open' ORDER BY at DESC, id", &[])?;
            found.iter().map(|row| rows::draft(db, &row.text(0)?)).collect()
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
            tx.execute("UPDATE draft SET base = ?1 WHERE id = ?2", values![onto, &id])?;
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
            tx.execute("UPDATE draft SET state = 'dropped', revision = revision + 1 WHERE id = ?1", values![&id])?;
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
            let gone =
                "SELECT name FROM version_file WHERE version = ?1 AND hash IN (SELECT hash FROM erased) ORDER BY name";
            if let Some(file) = tx.row(gone, values![n])? {
                let name = file.text(0)?;
                return Err(StoreError::Missing(format!("Version {n} rests on {name}, which was erased")));
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
                    tx.execute("UPDATE scenario SET name = ?1 WHERE id = ?2", values![&name, &id])?;
                    (id, seen + 1)
                }
                None => {
                    tx.execute(
                        "INSERT INTO scenario (id, name, who) VALUES (?1, ?2, ?3)",
                        values![&fresh, &name, &actor.name],
                    )?;
                    (fresh, 1)
                }
            };
            tx.execute(
                "INSERT INTO scenario_revision (scenario, n, version, at, body) VALUES (?1, ?2, ?3, ?4, ?5)",
                values![&id, n, version, now(), &body],
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
            let found = db.row(
                "SELECT n, version, at, body FROM scenario_revision WHERE scenario = ?1 AND n = ?2",
                values![id, n],
            )?;
            rows::revision(&found.ok_or_else(missing)?)
        })
    }

    fn scenarios(&self) -> Stored<Vec<Scenario>> {
        self.read(|db| {
            let found = db.rows(
                "SELECT scenario FROM scenario_revision GROUP BY scenario ORDER BY max(at) DESC, scenario",
                &[],
            )?;
            found.iter().map(|row| rows::scenario(db, &row.text(0)?)).collect()
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
                "INSERT INTO erased (hash, who, at, why) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (hash) DO NOTHING",
                values![&hash, &actor.name, now(), &why],
            )?;
            audit::note(tx, &actor.name, "erase", &hash, &why)
        })
    }

    fn hashes(&self) -> Stored<Vec<(String, bool)>> {
        self.read(|db| {
            let found = db.rows(
                "SELECT hash, hash IN (SELECT hash FROM erased) FROM
                 (SELECT hash FROM version_file UNION SELECT hash FROM draft_file WHERE hash IS NOT NULL) AS named
                 ORDER BY hash",
                &[],
            )?;
            found.iter().map(|row| Ok((row.text(0)?, row.truth(1)?))).collect()
        })
    }

    fn uploads(&self) -> Stored<Vec<(String, String, DateTime<Utc>)>> {
        self.read(|db| {
            let found = db.rows(
                "SELECT name, hash, at FROM
                 (SELECT name, hash, at FROM version_file UNION SELECT name, hash, at FROM draft_file WHERE hash IS NOT NULL)
                 AS named WHERE hash NOT IN (SELECT hash FROM erased) ORDER BY name, hash, at",
                &[],
            )?;
            found.iter().map(|row| Ok((row.text(0)?, row.text(1)?, row.time(2)?))).collect()
        })
    }

    fn audit(&self, word: &str, most: usize) -> Stored<Vec<AuditRow>> {
        let literal: String =
            word.chars().flat_map(|c| matches!(c, '%' | '_' | '\\').then_some('\\').into_iter().chain([c])).collect();
        self.read(|db| {
            let found = db.rows(
                "SELECT n, at, who, action, object, detail, hash FROM audit
                 WHERE lower(who || ' ' || action || ' ' || object || ' ' || detail) LIKE ?2 ESCAPE '\\'
                 ORDER BY n DESC LIMIT ?1",
                values![most as u64, format!("%{}%", literal.to_ascii_lowercase())],
            )?;
            found.iter().map(audit::read).collect()
        })
    }

    fn inspect(&self) -> Stored<Vec<String>> {
        let mut wrong = self.damages()?;
        self.read(|db| {
            wrong.extend(audit::broken(db)?);
            let published = db.number("SELECT count(*) FROM audit WHERE action = 'publish'", &[])?;
            let versions = db.number("SELECT count(*) FROM version", &[])?;
            if published != versions {
                wrong.push(format!("{versions} versions, but the audit tells of {published} being published"));
            }
            Ok(wrong)
        })
    }

    fn turn(&self) -> Stored<Box<dyn std::any::Any + Send>> {
        Engine::turn(self)
    }

    fn copy_to(&self, path: &Path) -> Stored<()> {
        Engine::copy_to(self, path)
    }
}
