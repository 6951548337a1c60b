//! One file of records, row by row.

use super::columns::{Columns, Fact};
use super::labels::{self, Labels};
use super::look::{Looked, row_hash};
use super::record::{MILLIONTHS, Record};
use super::tally::{MOST_DIMENSIONS, Tally};
use super::wheres::{Found, Wheres};
use super::written::{day_of, form_of_date, is_short, themes_of};
use crate::crs::Crs;
use crate::load::grants::is_month_first;
use crate::load::manifest::EngagementSection;
use crate::place::{Activity, Answer, AssetIdx, RecordFile};
use crate::read::Cell;
use crate::read::stream::Batch;
use chrono::NaiveDate;
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

/// Rows of one kind of fault: how many, the first, and some of the words.
#[derive(Debug, Default, Clone)]
pub(super) struct Seen {
    pub(super) count: u64,
    pub(super) first: u64,
    pub(super) words: Vec<String>,
}

impl Seen {
    fn add(&mut self, line: u64, words: &str) {
        self.add_many(1, line, words);
    }

    /// Adds the records of a row of a cube.
    pub(super) fn add_many(&mut self, records: u64, line: u64, words: &str) {
        if self.count == 0 {
            self.first = line;
        }
        self.count += records;
        if self.words.len() < 5 && !words.is_empty() && !self.words.iter().any(|known| known == words) {
            self.words.push(words.to_owned());
        }
    }
}

/// What was noticed in a file, to be told at its end.
#[derive(Debug, Default)]
pub(super) struct Noticed {
    pub(super) nowhere: BTreeMap<&'static str, Seen>,
    pub(super) repeated: Seen,
    pub(super) without_day: Seen,
    /// The first row whose metres told that the file's are Irish.
    pub(super) irish: Seen,
    /// Rows dated ahead of all that is plausible.
    pub(super) ahead: Seen,
    /// Rows that stand in a file read before.
    pub(super) copied: Seen,
    /// Rows that are counted and have no key of a person.
    pub(super) unkeyed: Seen,
    /// Days that only a reading with the month first makes a day.
    pub(super) month_first: Seen,
    pub(super) cut: Seen,
    pub(super) unknown_numbers: BTreeMap<&'static str, Seen>,
    pub(super) unmatched: BTreeMap<String, Seen>,
    pub(super) other_activity: Seen,
    pub(super) unknown_asset: Seen,
    pub(super) by_venue: Seen,
    pub(super) spread: Seen,
    /// Rows that name a patch of an earlier time.
    pub(super) patch_then: Seen,
    /// Expected number of people placed outside the place by spreading.
    pub(super) elsewhere: f64,
    pub(super) long_themes: Seen,
    /// Rows that say what a row before them says, where nothing tells records apart.
    pub(super) alike: Seen,
    pub(super) date_forms: BTreeMap<&'static str, u64>,
}

/// Different rows that are remembered to notice rows alike: 16 megabytes; those beyond are not compared.
const MOST_ROWS: usize = 1_000_000;

/// Different words of a column that are remembered; beyond, the memory is emptied and filled again.
const MOST_WORDS: usize = 200_000;

/// What words were read as before.
struct Memory<T>(FxHashMap<Box<str>, T>);

impl<T: Clone> Memory<T> {
    fn new() -> Self {
        Self(FxHashMap::default())
    }

    fn get(&mut self, words: &str, read: impl FnOnce() -> T) -> T {
        if let Some(known) = self.0.get(words) {
            return known.clone();
        }
        if self.0.len() >= MOST_WORDS {
            self.0.clear();
        }
        let new = read();
        self.0.insert(words.into(), new.clone());
        new
    }
}

/// Reads the rows of one file.
pub(super) struct Reader<'a, 'w, 'g> {
    section: &'a EngagementSection,
    columns: &'a Columns,
    wheres: &'w mut Wheres<'g>,
    tally: &'w mut Tally,
    /// Which of the place's dimensions each asked one is, and its labels.
    labels: Vec<(usize, Labels<'a>)>,
    dimensions: usize,
    crs: Option<Crs>,
    /// The coordinates of a batch, not a number where they cannot be read, and the zones they are in.
    points: Vec<(f64, f64)>,
    zones: Vec<Option<u32>>,
    fixed: Option<Activity>,
    days: Memory<Option<NaiveDate>>,
    activities: Memory<Activity>,
    assets: Memory<Option<(AssetIdx, u32)>>,
    themes: Memory<Vec<u16>>,
    answers: Vec<Memory<Answer>>,
    /// Columns that are read, and what the rows say in them, as hashes; kept where no id tells records apart.
    read: Vec<usize>,
    rows: Option<FxHashSet<u64>>,
    looked: &'a Looked,
    /// Number of this file among those looked at.
    nth: usize,
    /// What came of it.
    pub(super) file: RecordFile,
    /// What was noticed.
    pub(super) noticed: Noticed,
}

impl<'a, 'w, 'g> Reader<'a, 'w, 'g> {
    /// A reader of a file with these columns; `dimensions` are all that the place and any file have.
    pub(super) fn new(
        section: &'a EngagementSection,
        columns: &'a Columns,
        wheres: &'w mut Wheres<'g>,
        tally: &'w mut Tally,
        dimensions: &[String],
        groups: &'a [crate::place::Group],
        (looked, nth): (&'a Looked, usize),
    ) -> Self {
        let labels: Vec<(usize, Labels<'a>)> = columns
            .dimensions
            .iter()
            .filter_map(|asked| {
                let at = dimensions.iter().position(|own| *own == asked.dimension)?;
                Some((at, Labels::new(&asked.dimension, groups, &section.groups)))
            })
            .collect();
        Self {
            section,
            columns,
            wheres,
            tally,
            answers: labels.iter().map(|_| Memory::new()).collect(),
            labels,
            dimensions: dimensions.len().min(MOST_DIMENSIONS),
            crs: section.crs.as_deref().and_then(Crs::parse),
            points: Vec::new(),
            zones: Vec::new(),
            fixed: section.activity.as_deref().map(|words| labels::activity(words, &section.activities)),
            days: Memory::new(),
            activities: Memory::new(),
            assets: Memory::new(),
            themes: Memory::new(),
            read: columns.used(),
            rows: columns.of(Fact::Id).is_none().then(FxHashSet::default),
            looked,
            nth,
            file: RecordFile { file: section.file.clone(), ..RecordFile::default() },
            noticed: Noticed::default(),
        }
    }

    /// For each dimension that is asked, its groups as `key (label)`.
    pub(super) fn keys(&self) -> BTreeMap<String, String> {
        self.labels.iter().map(|(_, labels)| (labels.dimension().to_owned(), labels.keys())).collect()
    }

    /// Reads a batch; the last row of the last one is left out when the file ends in the middle of it.
    pub(super) fn batch(&mut self, batch: &Batch<'_>, without_last: bool) {
        self.find_zones(batch);
        for row in 0..batch.rows {
            self.file.rows += 1;
            if without_last && row + 1 == batch.rows {
                self.file.cut += 1;
                self.noticed.cut.add(batch.line(row), "");
            } else {
                self.row(batch, row);
            }
        }
    }

    /// Finds the zones of a whole batch together. Until a row has said whether coordinates are degrees or
    /// metres, each row is looked up by itself.
    fn find_zones(&mut self, batch: &Batch<'_>) {
        self.points.clear();
        self.zones.clear();
        if let (Some(crs), Some(x), Some(y)) = (&self.crs, self.columns.of(Fact::X), self.columns.of(Fact::Y)) {
            let number = |column: usize, row: usize| batch.number(column, row).value().unwrap_or(f64::NAN);
            self.points.extend((0..batch.rows).map(|row| (number(x, row), number(y, row))));
            self.wheres.zones(&self.points, crs, &mut self.zones);
        }
    }

    /// Where the coordinates of a row are.
    fn by_point(&mut self, (row, line): (usize, u64), (x, y): (&str, &str)) -> Found {
        if let (Some(crs), Some(&(x, y)), Some(&zone)) = (&self.crs, self.points.get(row), self.zones.get(row)) {
            return if x.is_nan() || y.is_nan() {
                Err("its coordinates cannot be read")
            } else {
                self.wheres.by_point(x, y, crs, zone)
            };
        }
        let (Some(x), Some(y)) = (Cell::parse(x).value(), Cell::parse(y).value()) else {
            return Err("its coordinates cannot be read");
        };
        if self.crs.is_none() && (x, y) == (0.0, 0.0) {
            return Err("its coordinates are noughts");
        }
        let crs = match self.crs.take().or_else(|| self.wheres.guess(x, y)) {
            Some(crs) => self.crs.insert(crs),
            None => return Err("its coordinates are metres of a system that the file does not name; set crs"),
        };
        if !matches!(crs, Crs::LonLat | Crs::BritishNationalGrid) && self.section.crs.is_none() {
            self.noticed.irish.add(line, "");
        }
        let zone = self.wheres.zone(x, y, crs);
        self.wheres.by_point(x, y, crs, zone)
    }

    fn row(&mut self, batch: &Batch<'_>, row: usize) {
        let line = batch.line(row);
        let cell = |fact: Fact| self.columns.of(fact).and_then(|column| batch.text(column, row));
        let words = cell(Fact::Date).unwrap_or_default();
        let Some(day) = self.day(words) else {
            self.file.without_day += 1;
            self.noticed.without_day.add(line, words);
            if is_month_first(words) {
                self.noticed.month_first.add(line, words);
            }
            return;
        };
        if self.looked.newest.is_some_and(|newest| day > newest) {
            self.file.without_day += 1;
            self.noticed.ahead.add(line, words);
            return;
        }
        if self.looked.is_copied(self.nth, row_hash(self.columns, &|column| batch.text(column, row))) {
            self.file.repeated += 1;
            self.noticed.copied.add(line, "");
            return;
        }
        let asset_words = self.columns.of(Fact::Asset).and_then(|column| batch.text(column, row));
        let asset = asset_words.and_then(|words| {
            let wheres = &*self.wheres;
            self.assets.get(words, || wheres.by_asset(words))
        });
        let spot = match self.place(batch, row, day, asset) {
            Ok(spot) => spot,
            Err((why, words)) => {
                self.noticed.nowhere.entry(why).or_default().add(line, words);
                return;
            }
        };
        if let Some(id) = self.columns.of(Fact::Id).and_then(|column| batch.text(column, row))
            && !self.tally.ids.insert(id)
        {
            self.file.repeated += 1;
            self.noticed.repeated.add(line, id);
            return;
        }
        if let (Some(words), None) = (asset_words, asset) {
            self.noticed.unknown_asset.add(line, words);
        }
        self.notice_alike(batch, row, line);
        self.file.used += 1;
        let exact = self.wheres.is_exact(spot);
        let people = self.number(batch, row, (Fact::People, "people"), 1.0);
        if !exact {
            self.file.spread += 1;
            self.noticed.spread.add(line, "");
            let inside: f64 = self.wheres.parts(spot).iter().map(|(_, share)| share).sum();
            self.noticed.elsewhere += people * (1.0 - inside);
        }
        let answers = self.answers(batch, row, line);
        let themes = self.themes(batch, row, line);
        let millionths = |number: f64| (number * MILLIONTHS).round();
        let person = self.columns.of(Fact::Person).and_then(|c| batch.text(c, row));
        let record = Record {
            records: 1,
            first: day,
            day,
            spot,
            tie: self.wheres.tie(spot),
            exact,
            activity: self.activity(batch, row, line),
            asset: asset.map(|(asset, _)| asset),
            person: person.map(super::ids::pseudonym),
            people: millionths(people),
            largest: millionths(people),
            hours: millionths(self.number(batch, row, (Fact::Hours, "hours"), 0.0)),
            connections: millionths(self.number(batch, row, (Fact::Connections, "connections"), 0.0)),
            answers: &answers[..self.dimensions],
            themes: &themes,
        };
        if record.person.is_none() {
            self.noticed.unkeyed.add(line, "");
        }
        self.tally.add(&record);
    }

    /// Notices a row that says what a row before it says. It is counted all the same: two people may say the same.
    fn notice_alike(&mut self, batch: &Batch<'_>, row: usize, line: u64) {
        let Some(rows) = &mut self.rows else { return };
        let mut hasher = FxHasher::default();
        for &column in &self.read {
            batch.text(column, row).hash(&mut hasher);
        }
        let hash = hasher.finish();
        if rows.contains(&hash) {
            self.noticed.alike.add(line, "");
        } else if rows.len() < MOST_ROWS {
            rows.insert(hash);
        }
    }

    fn day(&mut self, words: &str) -> Option<NaiveDate> {
        let month_first = self.section.month_first;
        let forms = &mut self.noticed.date_forms;
        self.days.get(words, || {
            let day = day_of(words, month_first);
            if day.is_some() {
                *forms.entry(form_of_date(words)).or_default() += 1;
            }
            day
        })
    }

    /// The most exact place that the row tells; where the venue is all it tells, that.
    fn place<'b>(
        &mut self,
        batch: &'b Batch<'_>,
        row: usize,
        day: NaiveDate,
        asset: Option<(AssetIdx, u32)>,
    ) -> Result<u32, (&'static str, &'b str)> {
        let text = |fact: Fact| self.columns.of(fact).and_then(|column| batch.text(column, row));
        let mut spread: Option<u32> = None;
        let mut of_then: Option<u32> = None;
        let mut why: Option<(&'static str, &str)> = None;
        let mut consider = |found: Found, words: &'b str, wheres: &Wheres<'_>| match found {
            Ok(spot) if wheres.is_exact(spot) => Some(spot),
            Ok(spot) => {
                spread = spread.or(Some(spot));
                None
            }
            Err(reason) => {
                why = why.or(Some((reason, words)));
                None
            }
        };
        if let (Some(x), Some(y)) = (text(Fact::X), text(Fact::Y)) {
            let found = self.by_point((row, batch.line(row)), (x, y));
            if let Some(spot) = consider(found, x, self.wheres) {
                return Ok(spot);
            }
        }
        if let Some(words) = text(Fact::Zone) {
            let found = self.wheres.by_zone(words);
            if let Some(spot) = consider(found, words, self.wheres) {
                return Ok(spot);
            }
        }
        for fact in [Fact::Postcode, Fact::District] {
            if let Some(words) = text(fact) {
                let found = self.wheres.by_postcode(words);
                if let Some(spot) = consider(found, words, self.wheres) {
                    return Ok(spot);
                }
            }
        }
        if let Some(words) = text(Fact::Patch) {
            let (found, is_of_then) = self.wheres.by_patch(words, day, self.section.patch_names);
            if is_of_then {
                of_then = found.ok();
                self.noticed.patch_then.add(batch.line(row), words);
            }
            if let Some(spot) = consider(found, words, self.wheres) {
                return Ok(spot);
            }
        }
        if let Some(spot) = spread {
            self.file.patch_then += u64::from(of_then == Some(spot));
            return Ok(spot);
        }
        match (why, asset) {
            (None, Some((_, spot))) => {
                self.noticed.by_venue.add(batch.line(row), "");
                Ok(spot)
            }
            (Some(why), _) => Err(why),
            (None, None) => Err(("it says no place", "")),
        }
    }

    /// A number; what hides or lacks one counts as `otherwise`, and is told.
    fn number(&mut self, batch: &Batch<'_>, row: usize, (fact, name): (Fact, &'static str), otherwise: f64) -> f64 {
        let Some(column) = self.columns.of(fact) else { return otherwise };
        match batch.number(column, row) {
            Cell::Number(number) if (0.0..=1e9).contains(&number) => number,
            Cell::Blank => otherwise,
            Cell::Number(_) | Cell::Marker(_) | Cell::Other(_) => {
                let words = batch.text(column, row).unwrap_or_default();
                self.noticed.unknown_numbers.entry(name).or_default().add(batch.line(row), words);
                otherwise
            }
        }
    }

    fn answers(&mut self, batch: &Batch<'_>, row: usize, line: u64) -> [Answer; MOST_DIMENSIONS] {
        let mut answers = [Answer::NotRecorded; MOST_DIMENSIONS];
        for (i, (at, labels)) in self.labels.iter().enumerate() {
            let Some(asked) = self.columns.dimensions.get(i) else { continue };
            let joined;
            let (words, answer) = match asked.columns.as_slice() {
                [column] => {
                    let words = batch.text(*column, row).unwrap_or_default();
                    (words, self.answers[i].get(words, || labels.read(words)))
                }
                many => {
                    let parts: Vec<&str> =
                        many.iter().map(|column| batch.text(*column, row).unwrap_or_default()).collect();
                    joined = parts.join(", ");
                    (joined.as_str(), self.answers[i].get(&joined, || labels.read_crossed(&parts)))
                }
            };
            if answer == Answer::Unmatched {
                self.noticed.unmatched.entry(asked.dimension.clone()).or_default().add(line, words);
            }
            if let Some(own) = answers.get_mut(*at) {
                *own = answer;
            }
        }
        answers
    }

    fn activity(&mut self, batch: &Batch<'_>, row: usize, line: u64) -> Activity {
        let words = self.columns.of(Fact::Activity).and_then(|column| batch.text(column, row));
        let Some(words) = words else { return self.fixed.unwrap_or(Activity::Other) };
        let own = &self.section.activities;
        let found = self.activities.get(words, || labels::activity(words, own));
        if found == Activity::Other {
            self.noticed.other_activity.add(line, words);
        }
        found
    }

    fn themes(&mut self, batch: &Batch<'_>, row: usize, line: u64) -> Vec<u16> {
        let Some(words) = self.columns.of(Fact::Themes).and_then(|column| batch.text(column, row)) else {
            return Vec::new();
        };
        let (tally, noticed) = (&mut *self.tally, &mut self.noticed);
        self.themes.get(words, || {
            let mut found = Vec::new();
            for theme in themes_of(words) {
                let number = if is_short(&theme) { tally.theme(&theme) } else { None };
                match number {
                    Some(number) if !found.contains(&number) => found.push(number),
                    Some(_) => {}
                    None => noticed.long_themes.add(line, ""),
                }
            }
            found
        })
    }
}
