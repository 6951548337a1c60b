//! From a place to what may be published of it, and what was published before.

use super::{Policy, Protected, Unprotectable, protect, release, tabulate};
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

/// What may be published of the people in a place's records; `None` where it has none.
///
/// # Errors
/// When the counts cannot be protected together; nothing may be shown then.
pub fn of_place(place: &Place) -> Result<Option<Protected>, Unprotectable> {
    protected(place, policy(place), &earlier(place)?)
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
