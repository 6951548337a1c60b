//! One record as it is counted, whichever file or cube it comes from.

use super::wheres::Spot;
use crate::place::{Activity, Answer, AssetIdx};
use chrono::{Datelike, NaiveDate};

/// Amounts are counted in millionths, which are whole numbers, so that their sums are the same in any order.
pub(super) const MILLIONTHS: f64 = 1e6;

/// One record, understood; or several that say the same of one person (or of nobody known), as a row of a cube has them.
#[derive(Debug)]
pub(super) struct Record<'r> {
    /// How many.
    pub(super) records: u64,
    /// The day of the first of them.
    pub(super) first: NaiveDate,
    /// The day of the last, in the same quarter.
    pub(super) day: NaiveDate,
    pub(super) spot: Spot,
    /// Which of two places of one day is taken for a home, whatever the order of rows.
    pub(super) tie: u32,
    pub(super) exact: bool,
    pub(super) activity: Activity,
    pub(super) asset: Option<AssetIdx>,
    pub(super) person: Option<u64>,
    /// In millionths, as hours and connections.
    pub(super) people: f64,
    /// People in the largest record.
    pub(super) largest: f64,
    pub(super) hours: f64,
    pub(super) connections: f64,
    /// One for each dimension.
    pub(super) answers: &'r [Answer],
    pub(super) themes: &'r [u16],
}

/// Quarters are numbered from the first of this year.
pub(super) const FIRST_YEAR: i32 = 1900;
/// The number of a day's quarter, from the first of [`FIRST_YEAR`].
pub(super) fn quarter(day: NaiveDate) -> u16 {
    ((day.year() - FIRST_YEAR) * 4 + day.month0() as i32 / 3).clamp(0, i32::from(u16::MAX)) as u16
}

/// Days from 1 January 1900.
pub(super) fn day_number(day: NaiveDate) -> u32 {
    (day.num_days_from_ce() - 693_596).max(0) as u32 // 1 January 1900 is day 0
}

/// The day that [`day_number`] numbers so.
pub(super) fn day_of(number: u32) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(number as i32 + 693_596)
}
