//! Which assets satisfy a standard, and what the others lack.

use crate::place::{Asset, AssetIdx, AssetStatus, IdVec, Opening, Over, Place, PlaceUnit, Standard};
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
/// A standard that is looked at over weeks or days ([`Standard::over`]) is satisfied by what is there in one of them; in
/// which of them is said by [`comes`].
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
    let looked_at = || standard.over.iter().flat_map(|over| over.periods.iter().flatten().copied());
    let (first, last) = (looked_at().min().unwrap_or(standard.date), looked_at().max().unwrap_or(standard.date));
    let closed = asset.status == AssetStatus::Closed || asset.closes_on.is_some_and(|end| end < first);
    let planned = match asset.opens_on {
        Some(start) => start > last,
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
    if let Some(over) = &standard.over {
        return match comes(asset, standard, over) {
            None => Known::Nothing,
            Some(there) if there.contains(&true) => Known::Yes,
            Some(_) => Known::No,
        };
    }
    let Some(after) = standard.open_after else { return Known::Yes };
    let Opening::Hours(words) = &asset.opening else { return Known::Nothing };
    let Ok(hours) = words.parse::<OpeningHours>() else { return Known::Nothing };
    match standard.days.iter().any(|&day| open_on(&hours, day_in_week_of(standard.date, day), after)) {
        true => Known::Yes,
        false => Known::No,
    }
}

/// In which of the weeks or days of `over` is an asset there: in use and open on one of their days, at some moment from
/// `open_after` where the standard has that? `None` where nobody knows: its hours cannot be read, or nobody said them and
/// the standard asks for some.
#[must_use]
pub(super) fn comes(asset: &Asset, standard: &Standard, over: &Over) -> Option<Vec<bool>> {
    let hours = match &asset.opening {
        Opening::Hours(words) => Some(words.parse::<OpeningHours>().ok()?),
        Opening::Unreadable(_) => return None,
        Opening::Unknown if standard.open_after.is_some() => return None,
        Opening::Unknown => None,
    };
    let after = standard.open_after.unwrap_or(NaiveTime::MIN);
    let is_open = |day: NaiveDate| hours.as_ref().is_none_or(|hours| open_on(hours, Some(day), after));
    Some(over.periods.iter().map(|days| days.iter().any(|day| in_use(asset, *day) && is_open(*day))).collect())
}

/// Whether an asset is there to be used on a day.
fn in_use(asset: &Asset, day: NaiveDate) -> bool {
    let opened = asset.opens_on.map_or(asset.status != AssetStatus::Planned, |first| first <= day);
    opened && asset.status != AssetStatus::Closed && asset.closes_on.is_none_or(|last| last >= day)
}

/// How much room an asset has, in the standard's unit: its places, or places times the hours in which its doors are open
/// in the week from Monday that holds the standard's date. `None` where nobody said.
#[must_use]
pub fn room(asset: &Asset, unit: PlaceUnit, date: NaiveDate) -> Option<f64> {
    let places = asset.capacity?;
    match unit {
        PlaceUnit::Places => Some(places),
        PlaceUnit::PlaceHours => Some(places * hours_a_week(asset, date)?),
    }
}

/// Hours in which the doors are open, in the week that holds `date`.
fn hours_a_week(asset: &Asset, date: NaiveDate) -> Option<f64> {
    let Opening::Hours(words) = &asset.opening else { return None };
    let hours = words.parse::<OpeningHours>().ok()?;
    let monday = day_in_week_of(date, Weekday::Mon)?;
    let next = monday.checked_add_days(Days::new(7))?;
    let open = hours
        .iter_range(monday.and_time(NaiveTime::MIN), next.and_time(NaiveTime::MIN))
        .filter(|stretch| stretch.kind == RuleKind::Open)
        .map(|stretch| (stretch.range.end - stretch.range.start).num_minutes());
    Some(open.sum::<i64>() as f64 / 60.0)
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
