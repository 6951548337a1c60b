//! What is counted while records are read. Nothing here grows with the records: only with the different
//! places, quarters, groups and themes in them, and with the different people.

use super::atoms::Atoms;
use super::behind::Behind;
use super::ids::IdSet;
use super::record::{FIRST_YEAR, Record, day_number, quarter};
use super::wheres::Spot;
use crate::place::{Activity, Answer, AssetIdx, Idx};
use chrono::NaiveDate;
use rustc_hash::FxHashMap;

/// Dimensions kept for each person.
pub(super) const MOST_DIMENSIONS: usize = 6;

/// A person's quarters are told apart from this year on, for 32 years.
pub(super) const PERSON_YEAR: i32 = 2000;

/// Different themes that are told apart; beyond it is no list of themes but free text.
pub(super) const MOST_THEMES: usize = 500;

/// Stands for "a theme, whichever" in counts of themes.
pub(super) const ANY_THEME: u16 = u16::MAX;

/// What is remembered of a person while reading.
#[derive(Debug, Clone, Copy)]
pub(super) struct Person {
    /// Day and spot of the last record, an exact one before a spread one of the same day.
    home: (u32, bool, u32, Spot),
    pub(super) first_day: u32,
    pub(super) times: u32,
    pub(super) in_charge: u16,
    /// A bit for each quarter from [`PERSON_YEAR`].
    pub(super) quarters: u128,
    answers: [u32; MOST_DIMENSIONS],
}

impl Person {
    /// Where the person was last said to live.
    pub(super) fn spot(&self) -> Spot {
        self.home.3
    }

    /// What was last recorded in a dimension.
    pub(super) fn answer(&self, dimension: usize) -> Answer {
        match self.answers.get(dimension).map(|packed| packed & 0xff) {
            None | Some(0) => Answer::NotRecorded,
            Some(1) => Answer::Unmatched,
            Some(group) => Answer::Group(Idx::from_usize(255 - group as usize)),
        }
    }

    fn hear(&mut self, dimension: usize, day: u32, answer: Answer) {
        let packed = match answer {
            Answer::NotRecorded => return,
            Answer::Unmatched => 1,
            // A day has 17 bits until the year 2328; the last day wins, then the first group.
            Answer::Group(group) => (day << 8) | (255 - group.index().min(253) as u32),
        };
        if let Some(own) = self.answers.get_mut(dimension) {
            *own = (*own).max(packed);
        }
    }
}

/// Sums of a kind of work; amounts in millionths.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sums {
    pub(super) records: u64,
    pub(super) attendances: f64,
    pub(super) hours: f64,
    pub(super) connections: f64,
}

/// The counts.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) ids: IdSet,
    pub(super) persons: FxHashMap<u64, Person>,
    /// Records with and without a person's key.
    pub(super) keyed: u64,
    pub(super) unkeyed: u64,
    combinations: FxHashMap<Vec<Answer>, u32>,
    /// Attendances in millionths by spot, quarter and combination.
    pub(super) attendances: FxHashMap<(Spot, u16, u32), f64>,
    pub(super) work: FxHashMap<(Spot, u16, Activity), Sums>,
    themes: FxHashMap<String, u16>,
    pub(super) raised: FxHashMap<(Spot, u16, u16), u64>,
    pub(super) raised_by: FxHashMap<(u8, Answer, u16), u64>,
    /// Who is behind the records at an asset, by quarter.
    pub(super) venues: FxHashMap<(Spot, AssetIdx, u16), Behind>,
    pub(super) behind_work: FxHashMap<(Spot, u16, Activity), Behind>,
    pub(super) behind_raised: FxHashMap<(Spot, u16, u16), Behind>,
    pub(super) behind_raised_by: FxHashMap<(u8, Answer, u16), Behind>,
    pub(super) days: Option<(NaiveDate, NaiveDate)>,
    /// The rows of a cube, where one is to be written.
    pub(super) atoms: Option<Atoms>,
}

impl Tally {
    /// Counts a record.
    pub(super) fn add(&mut self, record: &Record<'_>) {
        let quarter = quarter(record.day);
        let (first, last) = self.days.unwrap_or((record.day, record.day));
        self.days = Some((first.min(record.first), last.max(record.day)));
        let combination = self.combination(record.answers);
        if let Some(atoms) = &mut self.atoms {
            atoms.add(record, (quarter, combination));
        }
        *self.attendances.entry((record.spot, quarter, combination)).or_default() += record.people;
        let work = self.work.entry((record.spot, quarter, record.activity)).or_default();
        work.records += record.records;
        work.attendances += record.people;
        work.hours += record.hours;
        work.connections += record.connections;
        let amounts = [record.records as f64, record.people, record.hours, record.connections];
        self.behind_work.entry((record.spot, quarter, record.activity)).or_default().add(
            record.person,
            amounts,
            record.largest,
        );
        if let Some(asset) = record.asset {
            self.venues.entry((record.spot, asset, quarter)).or_default().add(record.person, amounts, record.largest);
        }
        let any = (!record.themes.is_empty()).then_some(ANY_THEME);
        for theme in record.themes.iter().copied().chain(any) {
            *self.raised.entry((record.spot, quarter, theme)).or_default() += record.records;
            self.behind_raised.entry((record.spot, quarter, theme)).or_default().add(
                record.person,
                amounts,
                record.largest,
            );
            for (dimension, answer) in record.answers.iter().enumerate() {
                *self.raised_by.entry((dimension as u8, *answer, theme)).or_default() += record.records;
                let behind = self.behind_raised_by.entry((dimension as u8, *answer, theme)).or_default();
                behind.add(record.person, amounts, record.largest);
            }
        }
        match record.person {
            Some(key) => {
                self.keyed += record.records;
                self.meet(key, record);
            }
            None => self.unkeyed += record.records,
        }
    }

    fn meet(&mut self, key: u64, record: &Record<'_>) {
        let day = day_number(record.day);
        let person = self.persons.entry(key).or_insert(Person {
            home: (0, false, 0, 0),
            first_day: u32::MAX,
            times: 0,
            in_charge: 0,
            quarters: 0,
            answers: [0; MOST_DIMENSIONS],
        });
        person.home = person.home.max((day, record.exact, record.tie, record.spot));
        person.first_day = person.first_day.min(day_number(record.first));
        person.times = person.times.saturating_add(u32::try_from(record.records).unwrap_or(u32::MAX));
        if matches!(record.activity, Activity::Project | Activity::Enterprise) {
            person.in_charge = person.in_charge.saturating_add(u16::try_from(record.records).unwrap_or(u16::MAX));
        }
        let quarter = i32::from(quarter(record.day)) - (PERSON_YEAR - FIRST_YEAR) * 4;
        if (0..128).contains(&quarter) {
            person.quarters |= 1 << quarter;
        }
        for (dimension, answer) in record.answers.iter().enumerate() {
            person.hear(dimension, day, *answer);
        }
    }

    fn combination(&mut self, answers: &[Answer]) -> u32 {
        if let Some(known) = self.combinations.get(answers) {
            return *known;
        }
        let new = self.combinations.len() as u32;
        self.combinations.insert(answers.to_vec(), new);
        new
    }

    /// The combinations, by number.
    pub(super) fn combinations(&self) -> Vec<Vec<Answer>> {
        let mut all = vec![Vec::new(); self.combinations.len()];
        for (answers, number) in &self.combinations {
            all[*number as usize].clone_from(answers);
        }
        all
    }

    /// The number of a theme; `None` when there are too many.
    pub(super) fn theme(&mut self, words: &str) -> Option<u16> {
        if let Some(known) = self.themes.get(words) {
            return Some(*known);
        }
        if self.themes.len() >= MOST_THEMES {
            return None;
        }
        let new = self.themes.len() as u16;
        self.themes.insert(words.to_owned(), new);
        Some(new)
    }

    /// The themes, by number.
    pub(super) fn themes(&self) -> Vec<String> {
        let mut all = vec![String::new(); self.themes.len()];
        for (words, number) in &self.themes {
            all[usize::from(*number)].clone_from(words);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::{MILLIONTHS, day_of};
    use super::*;
    use crate::place::GroupIdx;

    fn record(day: (i32, u32, u32), spot: Spot, answers: &[Answer]) -> Record<'_> {
        let day = NaiveDate::from_ymd_opt(day.0, day.1, day.2).expect("a day");
        Record {
            records: 1,
            first: day,
            day,
            spot,
            tie: 0,
            exact: true,
            activity: Activity::Session,
            asset: None,
            person: Some(7),
            people: MILLIONTHS,
            largest: MILLIONTHS,
            hours: 0.5 * MILLIONTHS,
            connections: 0.0,
            answers,
            themes: &[],
        }
    }

    #[test]
    fn a_person_is_where_and_who_the_last_record_says_in_any_order() {
        let (young, old) = ([Answer::Group(GroupIdx::from_usize(3))], [Answer::Group(GroupIdx::from_usize(1))]);
        let none = [Answer::NotRecorded];
        let records = [record((2024, 1, 5), 1, &young), record((2024, 6, 5), 2, &old), record((2024, 9, 5), 2, &none)];
        let count = |order: [usize; 3]| {
            let mut tally = Tally::default();
            order.into_iter().for_each(|i| tally.add(&records[i]));
            let person = tally.persons[&7];
            (person.spot(), person.answer(0), person.times, person.quarters.count_ones(), day_of(person.first_day))
        };
        let wanted = (2, old[0], 3, 3, NaiveDate::from_ymd_opt(2024, 1, 5));
        assert_eq!(count([0, 1, 2]), wanted);
        assert_eq!(count([2, 0, 1]), wanted);
    }
}
