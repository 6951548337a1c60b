use super::{EarlierIdx, IdVec};
use chrono::NaiveDate;
use geo::MultiPolygon;

/// A coordinator's area, of about 12,000 residents.
#[derive(Debug, Clone, PartialEq)]
pub struct Patch {
    /// Stable name, as in the file.
    pub key: String,
    /// Name for people.
    pub name: String,
    /// The area, valid and in metres on the place's plane; outer rings anticlockwise.
    pub shape: MultiPolygon<f64>,
}

/// The patches of an earlier time.
#[derive(Debug, Clone, PartialEq)]
pub struct EarlierPatches {
    /// What they are called.
    pub title: String,
    /// The first day they were in force, where it is known.
    pub from: Option<NaiveDate>,
    /// The last.
    pub until: NaiveDate,
    /// The patches, sorted by key.
    pub patches: IdVec<EarlierIdx, Patch>,
    /// The patch of then of each of the place's positions.
    pub of_position: Vec<Option<EarlierIdx>>,
}

impl EarlierPatches {
    /// Of sets sorted by time, which was in force on a day; `None` when today's were, or nobody says which.
    #[must_use]
    pub fn on(sets: &[Self], day: NaiveDate) -> Option<usize> {
        let at = sets.iter().position(|set| day <= set.until)?;
        sets[at].from.is_none_or(|from| from <= day).then_some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_day_has_the_patches_that_were_in_force() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let set = |from: Option<&str>, until: &str| EarlierPatches {
            title: until.to_owned(),
            from: from.map(day),
            until: day(until),
            patches: IdVec::new(),
            of_position: Vec::new(),
        };
        let sets =
            [set(Some("2015-01-01"), "2018-05-02"), set(Some("2018-06-01"), "2022-03-31"), set(None, "2024-03-31")];
        for (asked, found) in [
            ("2014-12-31", None),
            ("2015-01-01", Some(0)),
            ("2018-05-02", Some(0)),
            ("2018-05-15", None),
            ("2018-06-01", Some(1)),
            ("2022-04-01", Some(2)),
            ("2024-03-31", Some(2)),
            ("2024-04-01", None),
        ] {
            assert_eq!(EarlierPatches::on(&sets, day(asked)), found, "{asked}");
        }
        assert_eq!(EarlierPatches::on(&[], day("2020-01-01")), None);
    }
}
