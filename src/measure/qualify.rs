//! Which assets satisfy a standard, and what the others lack.

use crate::place::{Asset, AssetIdx, AssetStatus, IdVec, Opening, Place, Standard};
use chrono::{Datelike, Days, NaiveDate, NaiveTime, Weekday};
use opening_hours::{OpeningHours, RuleKind};

/// What keeps an asset from satisfying a standard; nothing set means that it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one thing that is asked of an asset")]
pub struct Shortfall {
    /// It is not of a kind the standard asks for.
    pub kind: bool,
    /// It is closed, or will have closed by the standard's date.
    pub closed: bool,
    /// It is decided and not open by the standard's date.
    pub planned: bool,
    /// It is not known to be open when it should be.
    pub hours: bool,
    /// It falls short on `hours` only because nobody said when it opens, or said it unreadably.
    pub hours_unknown: bool,
    /// It is not known to be step-free.
    pub access: bool,
}

impl Shortfall {
    /// Whether the asset satisfies the standard.
    #[must_use]
    pub const fn is_none(self) -> bool {
        self.may_be_mended() && !self.planned && !self.hours && !self.access
    }

    /// Whether the asset would satisfy the standard if it opened, opened longer or lost its step.
    #[must_use]
    pub const fn may_be_mended(self) -> bool {
        !self.kind && !self.closed
    }
}

/// Which assets satisfy a standard, and what do the others lack?
///
/// * **kind**: one of the standard's kinds.
/// * **closed**: an asset with status closed never counts, on any date; nor does one whose last day of
///   use (`closes_on`) is before the standard's date.
/// * **planned**: the first day of use (`opens_on`) is after the standard's date; or the status is
///   planned and no first day is given. A planned asset whose first day has come counts as open.
/// * **hours**, only when the standard has `open_after`: on at least one of the standard's days, in the
///   week from Monday to Sunday that holds its date, the asset is open at some moment from that time to
///   midnight. An asset that shuts at exactly that time is not open then. Hours that nobody gave, that
///   cannot be read, or that the file itself calls uncertain do not count: not known to be open.
///   Public and school holidays are left out of account: the week is an ordinary one.
/// * **access**, only when the standard asks for it: known to be step-free.
///
/// One value for each asset of the place, in its order.
#[must_use]
pub fn qualify(place: &Place, standard: &Standard) -> IdVec<AssetIdx, Shortfall> {
    place.assets.iter().map(|asset| shortfall(asset, standard)).collect()
}

/// Whether an asset, of the place or not, satisfies a standard.
#[must_use]
pub fn satisfies(asset: &Asset, standard: &Standard) -> bool {
    shortfall(asset, standard).is_none()
}

/// Whether opening hours can be read.
#[must_use]
pub fn is_readable(words: &str) -> bool {
    words.parse::<OpeningHours>().is_ok()
}

fn shortfall(asset: &Asset, standard: &Standard) -> Shortfall {
    let kind = !standard.kinds.contains(&asset.kind);
    let closed = asset.status == AssetStatus::Closed || asset.closes_on.is_some_and(|last| last < standard.date);
    let planned = match asset.opens_on {
        Some(first) => first > standard.date,
        None => asset.status == AssetStatus::Planned,
    };
    // Reading opening hours is the slow part; an asset of another kind never needs it.
    let known = if kind { Known::No } else { known_open(asset, standard) };
    Shortfall {
        kind,
        closed,
        planned,
        hours: known != Known::Yes,
        hours_unknown: known == Known::Nothing,
        access: standard.step_free && asset.step_free != Some(true),
    }
}

#[derive(PartialEq, Eq)]
enum Known {
    Yes,
    No,
    Nothing,
}

fn known_open(asset: &Asset, standard: &Standard) -> Known {
    let Some(after) = standard.open_after else { return Known::Yes };
    let Opening::Hours(words) = &asset.opening else { return Known::Nothing };
    let Ok(hours) = words.parse::<OpeningHours>() else { return Known::Nothing };
    match standard.days.iter().any(|&day| open_on(&hours, day_in_week_of(standard.date, day), after)) {
        true => Known::Yes,
        false => Known::No,
    }
}

/// The day of that name in the week, Monday to Sunday, that holds `date`.
fn day_in_week_of(date: NaiveDate, day: Weekday) -> Option<NaiveDate> {
    let monday = date.checked_sub_days(Days::new(u64::from(date.weekday().num_days_from_monday())))?;
    monday.checked_add_days(Days::new(u64::from(day.num_days_from_monday())))
}

/// Whether the doors are open at some moment of that day from `after` to midnight.
fn open_on(hours: &OpeningHours, day: Option<NaiveDate>, after: NaiveTime) -> bool {
    let Some((day, next)) = day.and_then(|day| Some((day, day.succ_opt()?))) else { return false };
    let mut stretches = hours.iter_range(day.and_time(after), next.and_time(NaiveTime::MIN));
    stretches.any(|stretch| stretch.kind == RuleKind::Open)
}

#[cfg(test)]
#[path = "qualify_tests.rs"]
mod tests;
