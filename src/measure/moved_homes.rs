//! What of a change of people met comes of homes that moved: figures that were published on patches as they were,
//! beside those of the same quarter on today's.

use super::engaged::{Engaged, count};
use super::patch_changes::goes_on_as;
use super::reach::Count;
use crate::disclose::{self, Published, Release};
use crate::place::{PatchIdx, Place};

/// A quarter of a patch whose ground has changed since it was published.
#[derive(Debug, Clone, PartialEq)]
pub struct MovedHomes {
    /// The patch of today.
    pub patch: PatchIdx,
    /// Key of the patch that goes on as it.
    pub then: String,
    /// Key and words of the quarter.
    pub quarter: (String, String),
    /// What was published then; `None` where it was hidden.
    pub met_then: Option<Count>,
    /// What is published now, on today's patch; `None` where it is hidden.
    pub met: Option<Count>,
}

impl MovedHomes {
    /// How many more are counted on today's patch than on that of then, from the least to the most it can be.
    #[must_use]
    pub fn difference(&self) -> Option<Count> {
        let (now, then) = (self.met?, self.met_then?);
        Some(Count { shown: now.shown - then.shown, least: now.least - then.most, most: now.most - then.least })
    }

    /// What may be said of it, in a word.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self.difference() {
            None => "confidential",
            Some(by) if by.least > 0.0 || by.most < 0.0 => "moved_homes",
            Some(_) => "no_difference",
        }
    }
}

/// How many people were met in a quarter, on the patches as they were when it was published and on today's?
///
/// *Method.* Of the newest kept release in which a patch of an earlier time stands on other ground (other homes) than the
/// patch that goes on from it, each quarter that is told apart still is set beside today's figure for that quarter. Both
/// are published figures, so their difference tells nothing that they do not tell. It comes of homes that moved, and of
/// records that came late or were mended.
#[must_use]
pub fn moved_homes(place: &Place, engaged: &Engaged) -> Vec<MovedHomes> {
    let Some(now) = engaged.everybody() else { return Vec::new() };
    let Ok(releases) = disclose::earlier(place) else { return Vec::new() };
    let mut found: Vec<MovedHomes> = Vec::new();
    for release in releases.iter().rev() {
        let Some(then) = everybody(release) else { continue };
        for set in place.earlier_patches.iter().rev() {
            let goes_on = goes_on_as(place, set);
            for (earlier, patch) in set.patches.enumerate() {
                let Some(today) = goes_on[earlier] else { continue };
                if !found.iter().any(|row| row.patch == today) {
                    found.extend(quarters(place, (then, &patch.key), (now, today)));
                }
            }
        }
    }
    found.sort_by(|a, b| (a.patch, &a.quarter.0).cmp(&(b.patch, &b.quarter.0)));
    found
}

fn everybody(release: &Release) -> Option<&Published> {
    release.tables.iter().find(|table| table.name.starts_with("reach-") && table.dimensions.len() == 3)
}

fn quarters(place: &Place, (then, key): (&Published, &str), (now, patch): (&Published, PatchIdx)) -> Vec<MovedHomes> {
    let ([patches_then, _, periods_then], [patches, _, periods]) = (&then.dimensions[..], &now.dimensions[..]) else {
        return Vec::new();
    };
    let rows = patches_then.find(key).zip(patches.find(&place.patches[patch].key));
    let Some((row_then, row)) = rows.filter(|(then, now)| {
        let (then, now) = (&patches_then.categories[*then].atoms, &patches.categories[*now].atoms);
        !then.is_empty() && then != now
    }) else {
        return Vec::new();
    };
    let of = |(column, period): (usize, &crate::disclose::Category)| {
        let column_then = periods_then.find(&period.key)?;
        Some(MovedHomes {
            patch,
            then: key.to_owned(),
            quarter: (period.key.clone(), period.label.clone()),
            met_then: count(then, &[row_then, 0, column_then]),
            met: count(now, &[row, 0, column]),
        })
    };
    periods.categories.iter().enumerate().skip(1).filter_map(of).collect()
}
