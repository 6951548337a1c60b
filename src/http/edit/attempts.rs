//! How often somebody may try a password: an address that fails again and again waits ever longer; a name that is tried
//! from everywhere is answered slowly, and never locked, so that nobody can lock somebody else out.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Failures of an address that cost nothing: a password mistyped, a key of capitals.
const FREE: u32 = 5;
/// The longest wait of an address.
const LONGEST: Duration = Duration::from_secs(300);
/// Failures of a name, from anywhere, after which its answers are slow.
const PATIENT: u32 = 10;
/// How slow.
const SLOW: Duration = Duration::from_secs(2);
/// After so long everything is forgotten.
const FORGOTTEN: Duration = Duration::from_secs(3600);
/// Addresses and names that are remembered: more are some megabytes.
const MOST: usize = 50_000;

/// Attempts that failed, by address and by name.
#[derive(Debug, Default)]
pub(super) struct Attempts(Mutex<HashMap<Who, (u32, Instant)>>);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Who {
    Address(IpAddr),
    Name(String),
}

/// What becomes of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// It is looked at after so long.
    After(Duration),
    /// It is not looked at: come back after so long.
    Refused(Duration),
}

impl Attempts {
    /// What becomes of an attempt of this address at this name now; without a name, at what nobody can guess.
    pub(super) fn turn(&self, address: Option<IpAddr>, name: &str, now: Instant) -> Turn {
        let failed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of = |who: Who| failed.get(&who).copied().filter(|(_, last)| now.duration_since(*last) < FORGOTTEN);
        if let Some((count, last)) = address.and_then(|address| of(Who::Address(network(address))))
            && count > FREE
        {
            let wait = Duration::from_secs(1 << (count - FREE).min(9)).min(LONGEST);
            let left = wait.saturating_sub(now.duration_since(last));
            if !left.is_zero() {
                return Turn::Refused(left);
            }
        }
        let tired = of(Who::Name(name.to_lowercase())).is_some_and(|(count, _)| count >= PATIENT);
        Turn::After(if tired { SLOW } else { Duration::ZERO })
    }

    /// An attempt failed.
    pub(super) fn failed(&self, address: Option<IpAddr>, name: &str, now: Instant) {
        let mut failed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if failed.len() >= MOST {
            failed.retain(|_, (_, last)| now.duration_since(*last) < FORGOTTEN);
            if failed.len() >= MOST {
                failed.clear();
            }
        }
        let name: String = name.to_lowercase().chars().take(64).collect();
        let both =
            [(!name.is_empty()).then_some(Who::Name(name)), address.map(|address| Who::Address(network(address)))];
        for who in both.into_iter().flatten() {
            let (count, last) = failed.entry(who).or_insert((0, now));
            *count = if now.duration_since(*last) < FORGOTTEN { count.saturating_add(1) } else { 1 };
            *last = now;
        }
    }

    /// Somebody came in: their address is no stranger's. The name stays slow where others try it.
    pub(super) fn succeeded(&self, address: Option<IpAddr>) {
        let mut failed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(address) = address {
            failed.remove(&Who::Address(network(address)));
        }
    }
}

/// One customer has 2^64 addresses of IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(std::net::Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_fails_waits_ever_longer_and_another_does_not() {
        let (attempts, now) = (Attempts::default(), Instant::now());
        let [bad, good] = [1, 2].map(|last| Some(IpAddr::from([192, 0, 2, last])));
        for n in 0..=FREE {
            assert_eq!(attempts.turn(bad, &format!("name {n}"), now), Turn::After(Duration::ZERO));
            attempts.failed(bad, &format!("name {n}"), now);
        }
        assert_eq!(attempts.turn(bad, "x", now), Turn::Refused(Duration::from_secs(2)));
        assert_eq!(attempts.turn(good, "x", now), Turn::After(Duration::ZERO));
        for _ in 0..100 {
            attempts.failed(bad, "x", now);
        }
        assert_eq!(attempts.turn(bad, "y", now), Turn::Refused(LONGEST));
        assert_eq!(attempts.turn(bad, "y", now + LONGEST), Turn::After(Duration::ZERO));
        attempts.succeeded(bad);
        assert_eq!(attempts.turn(bad, "y", now), Turn::After(Duration::ZERO));
    }

    #[test]
    fn nobody_locks_somebody_else_out_they_only_make_them_wait_two_seconds() {
        let (attempts, now) = (Attempts::default(), Instant::now());
        for n in 0..200 {
            attempts.failed(Some(IpAddr::from([198, 51, 100, n])), "Jean", now);
        }
        let own = Some(IpAddr::from([192, 0, 2, 1]));
        assert_eq!(attempts.turn(own, "jean", now), Turn::After(SLOW));
        assert_eq!(attempts.turn(own, "jean", now + FORGOTTEN), Turn::After(Duration::ZERO));
    }

    #[test]
    fn addresses_of_one_network_of_ipv6_are_one_and_what_is_remembered_is_bounded() {
        let (attempts, now) = (Attempts::default(), Instant::now());
        for n in 0..20_u16 {
            attempts.failed(Some(IpAddr::from([0x2001, 0xdb8, 0, 1, n, n, n, n])), &n.to_string(), now);
        }
        assert!(matches!(
            attempts.turn(Some(IpAddr::from([0x2001, 0xdb8, 0, 1, 9, 0, 0, 9])), "x", now),
            Turn::Refused(_)
        ));
        for n in 0..(MOST as u32 + 10) {
            attempts.failed(None, &n.to_string(), now);
        }
        assert!(attempts.0.lock().expect("held").len() <= MOST);
    }
}
