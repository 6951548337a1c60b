//! How often somebody may try a password: an address that fails again and again waits ever longer; a name that is tried
//! from everywhere is answered slowly, and never locked, so that nobody can lock somebody else out.
//!
//! It is counted in the database, so that it is one count for all replicas and outlives a restart. An attempt counts as
//! failed when it begins, and is taken back where it was right: a hundred at once are a hundred.

use super::db::{Db, Engine, now, values};
use super::{Stored, hashed};
use chrono::{DateTime, Utc};
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

/// Failures of an address that cost nothing: a password mistyped, a key of capitals.
const FREE: u64 = 5;
/// The longest wait of an address.
const LONGEST: Duration = Duration::from_secs(300);
/// Failures of a name, from anywhere, after which its answers are slow.
const PATIENT: u64 = 10;
/// How slow.
const SLOW: Duration = Duration::from_secs(2);
/// After so long everything is forgotten.
const FORGOTTEN: chrono::Duration = chrono::Duration::hours(1);
/// Addresses and names that are remembered; the oldest give way.
const MOST: u64 = 50_000;
/// Hexadecimal digits of a name's hash: a million names are told apart, and a password that was typed where the name
/// should be cannot be found again by trying all that people use.
const OF_NAME: usize = 5;

/// What becomes of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It is looked at after so long.
    After(Duration),
    /// It is not looked at: come back after so long.
    Refused(Duration),
}

/// What a database must keep of attempts to come in.
#[allow(clippy::missing_errors_doc, reason = "the database may fail in every one")]
pub trait Attempts {
    /// What becomes of an attempt of this address at this name; without a name, at what nobody can guess. Where it is
    /// looked at, it counts as failed from now on.
    fn attempt(&self, address: Option<IpAddr>, name: &str) -> Stored<Turn>;
    /// It was none: nothing could be looked at, or what was asked was right.
    fn excuse(&self, address: Option<IpAddr>, name: &str) -> Stored<()>;
    /// Somebody came in: their address is no stranger's. The name stays slow where others try it.
    fn came_in(&self, address: Option<IpAddr>, name: &str) -> Stored<()>;
}

fn of_address(address: IpAddr) -> String {
    // One customer has 2^64 addresses of IPv6.
    let network = match address {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        IpAddr::V4(_) => address,
    };
    format!("address {}", hashed(&network.to_string()))
}

fn of_name(name: &str) -> String {
    format!("name {}", hashed(&name.to_lowercase()).get(..OF_NAME).unwrap_or_default())
}

/// Whoever is counted, address first.
fn both(address: Option<IpAddr>, name: &str) -> Vec<String> {
    address.map(of_address).into_iter().chain((!name.is_empty()).then(|| of_name(name))).collect()
}

fn turn(db: &dyn Db, address: Option<IpAddr>, name: &str, at: DateTime<Utc>) -> Stored<Turn> {
    let known = |who: &str| {
        let found =
            db.row("SELECT failed, at FROM attempt WHERE who = ?1 AND at > ?2", values![who, at - FORGOTTEN])?;
        found.map(|row| Stored::Ok((row.whole(0)?, row.time(1)?))).transpose()
    };
    if let Some((failed, last)) = address.map_or(Ok(None), |address| known(&of_address(address)))?
        && failed > FREE
    {
        let wait = Duration::from_secs(1 << (failed - FREE).min(9)).min(LONGEST);
        let left = wait.saturating_sub((at - last).to_std().unwrap_or_default());
        if !left.is_zero() {
            return Ok(Turn::Refused(left));
        }
    }
    let is_tired = !name.is_empty() && known(&of_name(name))?.is_some_and(|(failed, _)| failed >= PATIENT);
    Ok(Turn::After(if is_tired { SLOW } else { Duration::ZERO }))
}

/// Counts an attempt, and forgets what is old, or too much.
fn count(tx: &dyn Db, who: &[String], at: DateTime<Utc>, most: u64) -> Stored<()> {
    tx.execute("DELETE FROM attempt WHERE at <= ?1", values![at - FORGOTTEN])?;
    for who in who {
        tx.execute(
            "INSERT INTO attempt (who, failed, at) VALUES (?1, 1, ?2)
             ON CONFLICT (who) DO UPDATE SET failed = attempt.failed + 1, at = excluded.at",
            values![who, at],
        )?;
    }
    tx.execute(
        "DELETE FROM attempt WHERE who IN (SELECT who FROM attempt ORDER BY at DESC, who LIMIT ?1 OFFSET ?2)",
        values![most, most],
    )?;
    Ok(())
}

fn take_back(tx: &dyn Db, who: &str) -> Stored<()> {
    tx.execute("UPDATE attempt SET failed = failed - 1 WHERE who = ?1", values![who])?;
    tx.execute("DELETE FROM attempt WHERE who = ?1 AND failed < 1", values![who])?;
    Ok(())
}

impl<E: Engine> Attempts for E {
    fn attempt(&self, address: Option<IpAddr>, name: &str) -> Stored<Turn> {
        attempted(self, address, name, now())
    }

    fn excuse(&self, address: Option<IpAddr>, name: &str) -> Stored<()> {
        let who = both(address, name);
        self.write(move |tx| who.iter().try_for_each(|who| take_back(tx, who)))
    }

    fn came_in(&self, address: Option<IpAddr>, name: &str) -> Stored<()> {
        let (address, name) = (address.map(of_address), (!name.is_empty()).then(|| of_name(name)));
        self.write(move |tx| {
            if let Some(address) = address {
                tx.execute("DELETE FROM attempt WHERE who = ?1", values![&address])?;
            }
            name.map_or(Ok(()), |name| take_back(tx, &name))
        })
    }
}

fn attempted(engine: &impl Engine, address: Option<IpAddr>, name: &str, at: DateTime<Utc>) -> Stored<Turn> {
    // Whoever is refused writes nothing, so that a flood of them keeps nobody from writing.
    let refused = engine.read(|db| turn(db, address, name, at))?;
    if matches!(refused, Turn::Refused(_)) {
        return Ok(refused);
    }
    let (who, name) = (both(address, name), name.to_owned());
    engine.write(move |tx| {
        let turn = turn(tx, address, &name, at)?;
        if matches!(turn, Turn::After(_)) {
            count(tx, &who, at, MOST)?;
        }
        Ok(turn)
    })
}

#[cfg(test)]
mod tests {
    use super::super::postgres::Postgres;
    use super::super::sqlite::Sqlite;
    use super::super::tests::cluster;
    use super::super::{Address, Stored};
    use super::*;

    /// Counts an attempt at some moment, by one program and the other in turn.
    type Counted<'a> = &'a dyn Fn(Option<IpAddr>, &str, DateTime<Utc>) -> Turn;

    /// A law that both databases keep, each by two programs on one workspace. The last of what it is given counts more
    /// names than so many may be remembered, and says how many are.
    fn on_both(law: impl Fn(Counted<'_>, &dyn Attempts, &dyn Fn(u64) -> u64)) {
        fn hold<E: Engine>(law: &impl Fn(Counted<'_>, &dyn Attempts, &dyn Fn(u64) -> u64), two: [E; 2]) {
            let nth = std::cell::Cell::new(0);
            let next = || &two[nth.replace(1 - nth.get())];
            let attempt = |address, name: &str, at| attempted(next(), address, name, at).expect("counted");
            let flood = |most: u64| -> u64 {
                let counted = two[0].write(move |tx| {
                    (0..most + 9).try_for_each(|n| count(tx, &[format!("name {n}")], now(), most))?;
                    tx.number("SELECT count(*) FROM attempt", &[])
                });
                counted.expect("counted").unsigned_abs()
            };
            law(&attempt, &two[1], &flood);
        }
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("lists");
        let first = Sqlite::create(&path).expect("made");
        hold(&law, [first, Sqlite::open(&path).expect("opened")]);
        let Some(cluster) = cluster::shared() else { return };
        let address: Address = cluster.database(dir.path()).parse().expect("an address");
        let open = || -> Stored<Postgres> { Postgres::ready(address.login()?) };
        hold(&law, [open().expect("made"), open().expect("opened")]);
    }

    fn at(last: u8) -> Option<IpAddr> {
        Some(IpAddr::from([192, 0, 2, last]))
    }

    #[test]
    fn an_address_that_fails_at_any_replica_waits_ever_longer_and_another_does_not() {
        on_both(|attempt, attempts, _| {
            let (now, free) = (now(), Turn::After(Duration::ZERO));
            for n in 0..=FREE {
                assert_eq!(attempt(at(1), &format!("name {n}"), now), free);
            }
            assert_eq!(attempt(at(1), "x", now), Turn::Refused(Duration::from_secs(2)));
            assert_eq!(attempt(at(2), "x", now), free);
            let mut later = now;
            for _ in 0..9 {
                later += chrono::Duration::seconds(300);
                assert!(matches!(attempt(at(1), "", later), Turn::After(_)));
            }
            assert_eq!(attempt(at(1), "y", later), Turn::Refused(LONGEST));
            attempts.came_in(at(1), "y").expect("forgotten");
            assert_eq!(attempt(at(1), "y", later), free);
        });
    }

    #[test]
    fn nobody_locks_somebody_else_out_they_only_make_them_wait_two_seconds() {
        on_both(|attempt, _, _| {
            let now = now();
            for n in 0..60 {
                attempt(Some(IpAddr::from([198, 51, 100, n])), "Jean", now);
            }
            assert_eq!(attempt(at(1), "jean", now), Turn::After(SLOW));
            assert_eq!(attempt(at(1), "Ann", now), Turn::After(Duration::ZERO));
            assert_eq!(attempt(at(1), "jean", now + FORGOTTEN), Turn::After(Duration::ZERO));
        });
    }

    #[test]
    fn whoever_comes_in_again_and_again_is_never_slow_and_what_is_excused_did_not_happen() {
        on_both(|attempt, attempts, _| {
            for _ in 0..30 {
                assert_eq!(attempt(at(1), "Ann", now()), Turn::After(Duration::ZERO));
                attempts.came_in(at(1), "ANN").expect("in");
                assert_eq!(attempt(at(2), "", now()), Turn::After(Duration::ZERO));
                attempts.excuse(at(2), "").expect("excused");
            }
        });
    }

    #[test]
    fn addresses_of_one_network_of_ipv6_are_one_and_what_is_remembered_is_bounded() {
        on_both(|attempt, _, flood| {
            let now = now();
            let of = |n: u16| Some(IpAddr::from([0x2001, 0xdb8, 0, 1, n, n, n, n]));
            for n in 0..6 {
                attempt(of(n), &n.to_string(), now);
            }
            assert!(matches!(attempt(of(99), "x", now), Turn::Refused(_)));
            assert_eq!(flood(20), 20);
        });
    }

    #[test]
    fn what_was_typed_for_a_name_cannot_be_read_again() {
        let kept = of_name("Correct Horse Battery Staple");
        assert_eq!(kept.len(), "name ".len() + OF_NAME);
        assert_eq!(kept, of_name("correct horse battery staple"));
    }
}
