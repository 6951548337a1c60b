//! What is known of the people who were met: counts, never records and never persons.

use super::{AssetIdx, GroupIdx, PatchIdx};
use chrono::{Datelike, NaiveDate};
use std::collections::BTreeMap;

/// What engagement records say, counted while they were read.
///
/// No record and no key of a person is kept. Everything here is exact, so nothing of it leaves the house
/// except through `disclose`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Engagement {
    /// The files, and what became of their rows.
    pub files: Vec<RecordFile>,
    /// What the people counted are.
    pub basis: Basis,
    /// The day of the first record and of the last.
    pub days: Option<(NaiveDate, NaiveDate)>,
    /// Dimensions that the records tell and the place has residents for, in the place's order.
    pub dimensions: Vec<String>,
    /// Dimensions that are crossed of others.
    pub crossings: Vec<Crossing>,
    /// Every combination of answers that occurs: one answer for each of `dimensions`.
    pub combinations: Vec<Vec<Answer>>,
    /// How many people were met, by where they live, when, and who they are.
    pub met: Vec<Met>,
    /// How many people were met for the first time, by quarter.
    pub first_met: Vec<FirstMet>,
    /// How many people were met how often, by patch; empty where nobody can be told apart.
    pub how_often: Vec<HowOften>,
    /// What was done, by patch, quarter and activity.
    pub work: Vec<Work>,
    /// What people raised, in alphabetical order.
    pub themes: Vec<String>,
    /// How many records raised a theme, by patch and quarter.
    pub raised: Vec<Raised>,
    /// How many records raised a theme, by group.
    pub raised_by: Vec<RaisedBy>,
    /// Where things were done, by patch of the people met there.
    pub venues: Vec<Venue>,
    /// How many people each count is of.
    pub contributors: Contributors,
    /// How many people took part in two or more projects or enterprises, by patch.
    pub took_charge: Vec<(Option<PatchIdx>, f64)>,
}

impl Engagement {
    /// Rows of all files.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.files.iter().map(|file| file.rows).sum()
    }

    /// Rows counted in some answer.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.files.iter().map(|file| file.used).sum()
    }

    /// Forgets the words of themes that fewer than `least` people raise, in the whole place: they may be the words of
    /// one person, or about one. Their records stay among those that raised any theme. How many were forgotten.
    pub fn forget_rare_themes(&mut self, least: f64) -> usize {
        let of = |theme| self.contributors.raised.get(&(None, Some(theme), Window::Ever)).copied().unwrap_or(0.0);
        let people: Vec<f64> = (0..self.themes.len()).map(of).collect();
        let mut kept = 0;
        let new: Vec<Option<usize>> = people
            .iter()
            .map(|sum| {
                (*sum >= least).then(|| {
                    kept += 1;
                    kept - 1
                })
            })
            .collect();
        let moved = |theme: &mut Option<usize>| match *theme {
            None => true,
            Some(old) => {
                *theme = new.get(old).copied().flatten();
                theme.is_some()
            }
        };
        self.raised.retain_mut(|raised| moved(&mut raised.theme));
        self.raised_by.retain_mut(|raised| moved(&mut raised.theme));
        let moved = |theme: Option<usize>| match theme {
            None => Some(None),
            Some(old) => new.get(old).copied().flatten().map(Some),
        };
        let Contributors { raised, raised_by, .. } = &mut self.contributors;
        *raised = std::mem::take(raised)
            .into_iter()
            .filter_map(|((at, theme, window), people)| Some(((at, moved(theme)?, window), people)))
            .collect();
        *raised_by = std::mem::take(raised_by)
            .into_iter()
            .filter_map(|((dimension, answer, theme), people)| Some(((dimension, answer, moved(theme)?), people)))
            .collect();
        let all = self.themes.len();
        let mut stays = new.iter();
        self.themes.retain(|_| stays.next().is_some_and(Option::is_some));
        all - kept
    }

    /// Whether there is anything to measure.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.used() == 0
    }

    /// The last quarter whose records reach into its last two weeks, so that a quarter that has only begun
    /// is not compared with whole ones.
    #[must_use]
    pub fn last_whole_quarter(&self) -> Option<Quarter> {
        let (first, last) = self.days?;
        let quarter = Quarter::of(last);
        let whole = quarter.end().is_none_or(|end| (end - last).num_days() < 14);
        let quarter = if whole { quarter } else { quarter.before() };
        (quarter >= Quarter::of(first)).then_some(quarter)
    }
}

/// A dimension whose groups are crossed of those of others, such as age by sex.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crossing {
    /// A position in [`Engagement::dimensions`].
    pub dimension: usize,
    /// Positions of the dimensions that it is crossed of.
    pub margins: Vec<usize>,
    /// Groups that answers can be of together, whether or not somebody's are: one for each margin, then its own.
    pub together: Vec<Vec<Answer>>,
}

/// What the people counted are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Basis {
    /// Persons, each counted once, by a pseudonymous key.
    People,
    /// Attendances: the records have no keys, or too few, so somebody who came twice counts twice.
    #[default]
    Attendances,
}

/// A file of engagement records, and what became of its rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordFile {
    /// Path as written in `place.toml`.
    pub file: String,
    /// Rows in the file.
    pub rows: u64,
    /// Rows that are counted.
    pub used: u64,
    /// Rows that repeat a record that was counted already.
    pub repeated: u64,
    /// The last row, when the file ends in the middle of it: 0 or 1.
    pub cut: u64,
    /// Rows without a day that can be read.
    pub without_day: u64,
    /// Rows that cannot be placed, by reason.
    pub nowhere: Vec<(&'static str, u64)>,
    /// Of the rows used, those placed by a district or another coarse area: spread by residents.
    pub spread: u64,
    /// Of those, the ones that name a patch of an earlier time which today's divide.
    pub patch_then: u64,
}

impl RecordFile {
    /// Rows that cannot be placed, whatever the reason.
    #[must_use]
    pub fn nowhere(&self) -> u64 {
        self.nowhere.iter().map(|(_, rows)| rows).sum()
    }
}

/// Three months of a year. Quarters are compared with the same quarter of another year, because summer
/// is not winter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quarter {
    /// The year.
    pub year: i32,
    /// 1 to 4.
    pub quarter: u8,
}

impl Quarter {
    /// The quarter that has this day in it.
    #[must_use]
    pub fn of(day: NaiveDate) -> Self {
        Self { year: day.year(), quarter: (day.month0() / 3 + 1) as u8 }
    }

    /// The quarter before.
    #[must_use]
    pub fn before(self) -> Self {
        match self.quarter {
            2.. => Self { quarter: self.quarter - 1, ..self },
            _ => Self { year: self.year - 1, quarter: 4 },
        }
    }

    /// The same quarter a year before.
    #[must_use]
    pub fn year_before(self) -> Self {
        Self { year: self.year - 1, ..self }
    }

    /// Its last day.
    #[must_use]
    pub fn end(self) -> Option<NaiveDate> {
        let next = if self.quarter >= 4 { (self.year + 1, 1) } else { (self.year, u32::from(self.quarter) * 3 + 1) };
        NaiveDate::from_ymd_opt(next.0, next.1, 1)?.pred_opt()
    }

    /// `2024-q2`.
    #[must_use]
    pub fn key(self) -> String {
        format!("{}-q{}", self.year, self.quarter)
    }

    /// `April to June 2024`.
    #[must_use]
    pub fn words(self) -> String {
        let months = match self.quarter {
            1 => "January to March",
            2 => "April to June",
            3 => "July to September",
            _ => "October to December",
        };
        format!("{months} {}", self.year)
    }
}

/// What a record says about a person in one dimension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    /// A group of the place.
    Group(GroupIdx),
    /// Something was recorded that is none of the place's groups.
    Unmatched,
    /// Nothing was recorded, or that the person would rather not say.
    NotRecorded,
}

/// A count of people that may have been spread over patches.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Expected {
    /// How many, expected: whole where every record says in which patch the person lives.
    pub people: f64,
    /// How uncertain that is because of the spreading alone: a variance, 0 where nothing was spread.
    pub variance: f64,
}

/// How many people were met.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Met {
    /// Where they live; `None` outside every patch.
    pub patch: Option<PatchIdx>,
    /// When; `None` for the whole time, each person once.
    pub quarter: Option<Quarter>,
    /// Who: a position in [`Engagement::combinations`].
    pub combination: usize,
    /// How many.
    pub count: Expected,
}

/// How many people were met for the first time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FirstMet {
    /// Where they live.
    pub patch: Option<PatchIdx>,
    /// The quarter of their first record.
    pub quarter: Quarter,
    /// Who: a position in [`Engagement::combinations`].
    pub combination: usize,
    /// How many.
    pub people: f64,
}

/// How many people were met how often.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HowOften {
    /// Where they live.
    pub patch: Option<PatchIdx>,
    /// Times.
    pub times: u32,
    /// How many people.
    pub people: f64,
}

/// What is done with people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Activity {
    /// A first introduction: information, advice, a connection.
    Introduction1,
    /// An introduction that became walking alongside somebody.
    Introduction2,
    /// A session or group meeting.
    Session,
    /// An event.
    Event,
    /// A conversation in which somebody listened.
    Conversation,
    /// Joining something.
    Membership,
    /// Work on a project of residents.
    Project,
    /// Work on an enterprise of residents.
    Enterprise,
    /// Anything else, or nothing said.
    Other,
}

impl Activity {
    /// All of them, in order.
    pub const ALL: [Self; 9] = [
        Self::Introduction1,
        Self::Introduction2,
        Self::Session,
        Self::Event,
        Self::Conversation,
        Self::Membership,
        Self::Project,
        Self::Enterprise,
        Self::Other,
    ];

    /// Its stable name.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Introduction1 => "introduction_1",
            Self::Introduction2 => "introduction_2",
            Self::Session => "session",
            Self::Event => "event",
            Self::Conversation => "conversation",
            Self::Membership => "membership",
            Self::Project => "project",
            Self::Enterprise => "enterprise",
            Self::Other => "other",
        }
    }
}

/// What was done in a patch in a quarter. Amounts are expected where records were spread over patches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Work {
    /// Where the people live.
    pub patch: Option<PatchIdx>,
    /// When.
    pub quarter: Quarter,
    /// What.
    pub activity: Activity,
    /// Records.
    pub records: f64,
    /// People in them: everybody counts each time.
    pub attendances: f64,
    /// Hours.
    pub hours: f64,
    /// New connections.
    pub connections: f64,
}

/// How many records raised a theme.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Raised {
    /// Where the people live.
    pub patch: Option<PatchIdx>,
    /// When.
    pub quarter: Quarter,
    /// A position in [`Engagement::themes`]; `None` for records that raised any.
    pub theme: Option<usize>,
    /// Records.
    pub records: f64,
}

/// How many records of a group raised a theme.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RaisedBy {
    /// A position in [`Engagement::dimensions`].
    pub dimension: usize,
    /// Who.
    pub answer: Answer,
    /// A position in [`Engagement::themes`]; `None` for records that raised any.
    pub theme: Option<usize>,
    /// Records.
    pub records: f64,
}

/// Records at an asset.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Venue {
    /// Where the people met there live.
    pub patch: Option<PatchIdx>,
    /// Where they were met.
    pub asset: AssetIdx,
    /// Different people met there, or fewer where one of them has most of the records.
    pub people: f64,
}

/// A patch, outside every patch, or (`None`) the whole place.
pub type PlaceOrPatch = Option<Option<PatchIdx>>;

/// Some of the time records are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Window {
    /// All of it.
    Ever,
    /// The last four whole quarters.
    LastYear,
    /// The four quarters before those.
    YearBefore,
    /// What lies before and after.
    Other,
}

/// How many different people each count of records, hours and connections is of; one where one of them gives more than
/// half of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Contributors {
    /// Of records, attendances, hours and connections of the last year, by place and activity (`None` for all).
    pub work: BTreeMap<(PlaceOrPatch, Option<Activity>), [f64; 4]>,
    /// Of records that raised a theme (`None` for any).
    pub raised: BTreeMap<(PlaceOrPatch, Option<usize>, Window), f64>,
    /// The same by dimension and answer (`None` for everybody).
    pub raised_by: BTreeMap<(usize, Option<Answer>, Option<usize>), f64>,
    /// Of venues, by place.
    pub venues: BTreeMap<PlaceOrPatch, f64>,
    /// Of each asset, in the whole place, until the end of the last whole quarter.
    pub at_asset: BTreeMap<AssetIdx, f64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).expect("a day")
    }

    #[test]
    fn quarters_follow_the_calendar() {
        let quarter = Quarter::of(day(2024, 4, 1));
        assert_eq!((quarter.key(), quarter.before().key(), quarter.year_before().key()).0, "2024-q2");
        assert_eq!(quarter.before().before(), Quarter { year: 2023, quarter: 4 });
        assert_eq!(quarter.end(), Some(day(2024, 6, 30)));
        assert_eq!(Quarter { year: 2024, quarter: 4 }.end(), Some(day(2024, 12, 31)));
    }

    #[test]
    fn a_quarter_that_has_only_begun_is_not_the_last_whole_one() {
        let until = |last| Engagement { days: Some((day(2023, 1, 5), last)), ..Engagement::default() };
        assert_eq!(until(day(2024, 3, 31)).last_whole_quarter(), Some(Quarter { year: 2024, quarter: 1 }));
        assert_eq!(until(day(2024, 2, 10)).last_whole_quarter(), Some(Quarter { year: 2023, quarter: 4 }));
        assert_eq!(until(day(2023, 2, 1)).last_whole_quarter(), None);
    }

    #[test]
    fn the_words_of_a_theme_that_few_raise_are_forgotten_and_their_records_stay() {
        let raised = |theme: Option<usize>, records: f64| Raised {
            patch: None,
            quarter: Quarter::of(day(2024, 4, 1)),
            theme,
            records,
        };
        let people = |theme: Option<usize>, people: f64| ((None, theme, Window::Ever), people);
        let raised_by = [people(Some(0), 12.0), people(Some(1), 1.0), people(Some(2), 10.0)];
        let mut met = Engagement {
            contributors: Contributors { raised: raised_by.into(), ..Contributors::default() },
            themes: ["buses", "mrs jones fell", "warmth"].map(str::to_owned).into(),
            raised: vec![raised(None, 23.0), raised(Some(0), 12.0), raised(Some(1), 1.0), raised(Some(2), 10.0)],
            ..Engagement::default()
        };
        assert_eq!(met.forget_rare_themes(10.0), 1);
        assert_eq!(met.themes, ["buses", "warmth"]);
        assert_eq!(met.raised, [raised(None, 23.0), raised(Some(0), 12.0), raised(Some(1), 10.0)]);
        assert_eq!(met.forget_rare_themes(10.0), 0);
    }
}
