//! From a place to what may be published of it, and what was published before.

use super::{Policy, Protected, Unprotectable, exposed, protect, release, tabulate};
use crate::place::Place;

/// How the place protects small counts.
#[must_use]
pub fn policy(place: &Place) -> Policy {
    Policy { threshold: place.disclosure.threshold, rounding: place.disclosure.rounding }
}

/// What the place published before, oldest first.
///
/// # Errors
/// When a file is no release.
pub fn earlier(place: &Place) -> Result<Vec<Protected>, Unprotectable> {
    let read = |(file, text): &(String, String)| {
        release::read(text.as_bytes()).map_err(|why| Unprotectable::Forgotten { file: file.clone(), why })
    };
    let mut releases = place.disclosure.earlier.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    tabulate::refine(place, &mut releases);
    Ok(releases)
}

/// What may be published of the people in a place's records; `None` where it has none. Where what is published is kept,
/// it is audited first, since what is kept once cannot be taken back.
///
/// # Errors
/// When the counts cannot be protected together, or the audit finds fault with what came of it; nothing may be shown then.
pub fn of_place(place: &Place) -> Result<Option<Protected>, Unprotectable> {
    let (policy, earlier) = (policy(place), earlier(place)?);
    match protected(place, policy, &earlier)? {
        Some(now) if place.disclosure.releases.is_some() => audited(now, earlier, &policy).map(Some),
        now => Ok(now),
    }
}

/// A release of which nothing can be worked out together with the earlier ones.
fn audited(now: Protected, mut releases: Vec<Protected>, demand: &Policy) -> Result<Protected, Unprotectable> {
    releases.push(now.clone());
    match exposed(&releases, demand)?.exposed.as_slice() {
        [] => Ok(now),
        found @ [first, ..] => Err(Unprotectable::Told { counts: found.len(), cell: first.cell.clone() }),
    }
}

/// Whether the records of both places count the same people in the same way under the same rules: what was published of
/// one is then true of the other, and published again tells nobody anything new.
#[must_use]
pub fn counts_the_same(one: &Place, other: &Place) -> bool {
    policy(one) == policy(other)
        && one.earlier_patches == other.earlier_patches
        && tabulate::tables(one).tables == tabulate::tables(other).tables
}

/// The tables as they would leave without protection: for the audit, which must find fault with them.
///
/// # Errors
/// When the tables contradict each other.
pub fn unprotected(place: &Place) -> Result<Option<Protected>, Unprotectable> {
    protected(place, Policy::NONE, &[])
}

fn protected(place: &Place, policy: Policy, earlier: &[Protected]) -> Result<Option<Protected>, Unprotectable> {
    if place.engagement.is_empty() {
        return Ok(None);
    }
    let mut tables = tabulate::tables(place);
    tabulate::refine_today(place, &mut tables, earlier);
    protect(&tables, &policy, earlier).map(Some)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{POLICY, only_small_hidden, patch_by_sex, protected};
    use super::*;

    #[test]
    fn what_an_audit_finds_fault_with_is_neither_shown_nor_kept() {
        let tables = patch_by_sex([49, 1, 80, 70]);
        audited(protected(&tables), Vec::new(), &POLICY).expect("nothing can be worked out");
        let why = audited(only_small_hidden(&tables), Vec::new(), &POLICY).expect_err("one count can");
        assert_eq!(why, Unprotectable::Told { counts: 1, cell: "people, patch east, sex male".to_owned() });
    }
}
