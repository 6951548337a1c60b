//! Rows of grants with their file, those that can be used, and those that are set aside.

use super::raw::Raw;
use crate::place::{Aside, Code, GrantFile, Planned, Tally, Where};
use chrono::NaiveDate;

/// A row with its file.
#[derive(Debug)]
pub(super) struct Sheet {
    /// Path as written.
    pub(super) file: String,
    /// Its rows.
    pub(super) rows: Vec<Raw>,
}

/// A grant whose money is known.
#[derive(Debug)]
pub(super) struct Clean<'r> {
    pub(super) raw: &'r Raw,
    pub(super) file: &'r str,
    pub(super) key: String,
    pub(super) pence: i64,
    pub(super) awarded: Option<NaiveDate>,
    pub(super) planned: Option<Planned>,
    /// See [`crate::place::Grant::apart`].
    pub(super) apart: bool,
}

/// Where a row stands, for messages.
pub(super) fn where_of(file: &str, raw: &Raw) -> Where {
    let at = Where::file(file).row(raw.row);
    match &raw.id {
        Some(id) => at.key(id.clone()),
        None => at,
    }
}

/// Counts a grant among those that its file has and that are not used.
pub(super) fn set_aside(files: &mut [GrantFile], nth: usize, why: Aside, pence: i64) {
    let Some(file) = files.get_mut(nth) else { return };
    match file.aside.iter_mut().find(|(known, _)| *known == why) {
        Some((_, tally)) => tally.add(pence),
        None => file.aside.push((why, Tally { grants: 1, pence })),
    }
}

/// The kind of issue for a grant that is set aside.
pub(super) const fn code_of(why: Aside) -> Code {
    match why {
        Aside::NoAmount => Code::GrantWithoutAmount,
        Aside::Zero => Code::GrantOfNought,
        Aside::Negative => Code::GrantBelowNought,
        Aside::Currency => Code::GrantOtherCurrency,
        Aside::Repeated => Code::GrantRepeated,
        Aside::Amended => Code::GrantAmended,
    }
}
