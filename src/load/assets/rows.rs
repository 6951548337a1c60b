//! Assets out of a table or a map layer.

use super::Scene;
use super::columns::Columns;
use super::draft::{Draft, HOURS_REMEDY, Notice, Noticed};
use super::kinds::{Kind, Words};
use super::when::earlier;
use crate::crs::Xy;
use crate::load::desk::{Ask, Desk};
use crate::load::manifest::{AssetsSection, OneOrMany};
use crate::load::points::{self, Found, Reader};
use crate::load::postcodes::Postcodes;
use crate::load::words::{plain, some_of};
use crate::load::{Issues, headers};
use crate::place::{AssetStatus, Code, Issue, Opening, Where};
use crate::read::hours::{self, Understood};
use crate::read::{Cell, Options, Table, YesNo, parse_excel_date, parse_flag};
use chrono::NaiveDate;

/// Rows that cannot be placed are told one by one up to this many, and more of them together: a national
/// register without coordinates would bury everything else.
const MOST_TOLD: usize = 5;

/// The same for opening hours that cannot be understood: a register that says "AM only" says it
/// thousands of times.
const MOST_HOURS_TOLD: usize = 3;

/// The assets of a file that are in or near the place.
pub(super) fn read(desk: &mut Desk<'_>, file: &str, section: &AssetsSection, scene: &Scene<'_>) -> Vec<Draft> {
    let options = Options { layer: section.layer.as_deref(), crs: section.crs.as_deref(), ..Options::default() };
    let Some(table) = desk.table(Ask { role: "assets", written: file, options, about: &section.source }) else {
        return Vec::new();
    };
    match prepare(&table, section, scene) {
        Ok((columns, reader, kept)) => {
            let postcodes = needs_postcodes(&reader, &columns, &kept)
                .then(|| scene.postcodes(desk, section.postcodes.as_ref()))
                .flatten();
            let rows = Rows {
                table: &table,
                columns,
                reader,
                words: Words::of(section),
                postcodes,
                scene,
                hours_told: std::cell::Cell::new(0),
                status_tells: false,
            }
            .with_status_told(&kept);
            rows.drafts(&kept, &mut desk.issues)
        }
        Err(issue) => {
            desk.issues.push(issue);
            Vec::new()
        }
    }
}

type Prepared<'t> = (Columns, Reader<'t>, Vec<usize>);

fn prepare<'t>(table: &'t Table, section: &AssetsSection, scene: &Scene<'t>) -> Result<Prepared<'t>, Issue> {
    let columns = Columns::of(table, section)?;
    if columns.kind.is_none() && section.kind.is_none() {
        return Err(headers::unrecognised(table, "kind_field"));
    }
    let named = points::Columns {
        x: section.columns.get("x").map(String::as_str),
        y: section.columns.get("y").map(String::as_str),
    };
    let reader = Reader::new(table, named, section.crs.as_deref(), scene.plane)?;
    let mut conditions = Vec::new();
    for (title, values) in &section.only {
        let values: Vec<String> = match values {
            OneOrMany::One(value) => vec![plain(value)],
            OneOrMany::Many(values) => values.iter().map(|value| plain(value)).collect(),
        };
        conditions.push((headers::named(table, title, "where")?, values));
    }
    let keeps = |row: &usize| {
        conditions.iter().all(|(column, values)| {
            let own = plain(table.text(*column, *row).unwrap_or_default());
            values.contains(&own)
        })
    };
    Ok((columns, reader, (0..table.rows()).filter(keeps).collect()))
}

fn needs_postcodes(reader: &Reader<'_>, columns: &Columns, kept: &[usize]) -> bool {
    columns.postcode.is_some()
        && kept.iter().any(|row| matches!(reader.find(*row, None), Found::Absent | Found::Nowhere))
}

/// The rows of an asset file.
pub(super) struct Rows<'t> {
    pub(super) table: &'t Table,
    pub(super) columns: Columns,
    reader: Reader<'t>,
    words: Words,
    postcodes: Option<std::sync::Arc<Postcodes>>,
    pub(super) scene: &'t Scene<'t>,
    hours_told: std::cell::Cell<usize>,
    /// Whether the column of statuses is about use: any word in it is understood.
    pub(super) status_tells: bool,
}

impl Rows<'_> {
    fn drafts(&self, kept: &[usize], issues: &mut Issues) -> Vec<Draft> {
        let mut noticed = Noticed::default();
        let mut lost = Vec::new();
        let mut drafts = Vec::new();
        for &row in kept {
            let line = self.table.line(row);
            let word = self.text(self.columns.kind, row);
            let kind = match self.words.kind(word) {
                Kind::Is(kind) => kind,
                Kind::LeftOut => {
                    noticed.note(Notice::OtherKind, self.title(self.columns.kind), line, word.unwrap_or_default());
                    continue;
                }
                Kind::Blank => {
                    noticed.note(Notice::KindBlank, self.title(self.columns.kind), line, "");
                    continue;
                }
            };
            match self.locate(row, &mut noticed) {
                None => lost.push(row),
                Some(at) if self.scene.is_far(at) => noticed.note(Notice::Far, "", line, ""),
                Some(at) => drafts.push(self.draft(row, kind, at, &mut noticed, issues)),
            }
        }
        self.tell_lost(&lost, issues);
        noticed.report(self.table.file(), issues);
        issues.extend(self.reader.note());
        drafts
    }

    pub(super) fn text(&self, column: Option<usize>, row: usize) -> Option<&str> {
        self.table.text(column?, row)
    }

    pub(super) fn title(&self, column: Option<usize>) -> &str {
        column.and_then(|column| self.table.titles().get(column).copied()).unwrap_or_default()
    }

    fn locate(&self, row: usize, noticed: &mut Noticed) -> Option<Xy> {
        let line = self.table.line(row);
        match self.reader.find(row, Some(self.scene.middle)) {
            Found::Here(at) => Some(at),
            Found::Swapped(at) => {
                noticed.note(Notice::Swapped, "", line, "");
                Some(at)
            }
            Found::Inside(at) => {
                noticed.note(Notice::NotAPoint, "", line, "");
                Some(at)
            }
            Found::Nowhere | Found::Absent => {
                let postcode = self.text(self.columns.postcode, row)?;
                let at = self.postcodes.as_ref()?.locate(postcode)?;
                noticed.note(Notice::ByPostcode, self.title(self.columns.postcode), line, "");
                Some(at)
            }
        }
    }

    fn draft(&self, row: usize, kind: String, at: Xy, noticed: &mut Noticed, issues: &mut Issues) -> Draft {
        let columns = &self.columns;
        let (closes_on, closed) = self.closure(row, noticed);
        let opening = self.opening(row, noticed, issues);
        let (opens_on, unopened) = self.opened(row, noticed);
        let said = self.use_of(row, &opening, noticed);
        let said = unopened.filter(|_| said.status == AssetStatus::Open).unwrap_or(said);
        let never = closed || self.never_opens(row, &opening, noticed);
        Draft {
            key: self.text(columns.key, row).map(str::to_owned),
            name: self
                .text(columns.name, row)
                .filter(|name| !matches!(plain(name).as_str(), "unknown" | "na" | "none" | "unnamed"))
                .map(str::to_owned),
            kind,
            at,
            status: if never { AssetStatus::Closed } else { said.status },
            opens_on: said.opens_on.or(opens_on),
            closes_on: earlier(closes_on, said.closes_on),
            opening,
            capacity: self.capacity(row, noticed),
            step_free: self.step_free(row, noticed),
            last_checked: self.date(columns.last_checked, row, noticed),
            address: self.address(row),
            file: self.table.file().to_owned(),
            line: self.table.line(row),
        }
    }

    pub(super) fn date(&self, column: Option<usize>, row: usize, noticed: &mut Noticed) -> Option<NaiveDate> {
        let text = self.text(column, row)?;
        let date = parse_excel_date(text);
        if date.is_none() {
            noticed.note(Notice::DateUnreadable, self.title(column), self.table.line(row), text);
        }
        date
    }

    fn opening(&self, row: usize, noticed: &mut Noticed, issues: &mut Issues) -> Opening {
        let column = self.columns.opening_hours.filter(|column| self.table.text(*column, row).is_some());
        let (understood, field) = match column {
            Some(column) => (hours::read(self.table.text(column, row).unwrap_or_default()), self.title(Some(column))),
            None => {
                let cells = self.columns.days.map(|day| self.text(day, row));
                (hours::read_days(cells), self.title(self.columns.days[0]))
            }
        };
        let line = self.table.line(row);
        match understood {
            Understood::AsWritten(opening) => opening,
            Understood::Translated(opening) => {
                let words =
                    column.and_then(|column| self.table.text(column, row)).or(opening.words()).unwrap_or_default();
                noticed.note(Notice::Translated, field, line, words);
                opening
            }
            Understood::Not(opening) => {
                let words = opening.words().unwrap_or_default();
                let told = self.hours_told.get();
                self.hours_told.set(told + 1);
                if told >= MOST_HOURS_TOLD {
                    noticed.note(Notice::HoursUnreadable, field, line, "");
                    return opening;
                }
                let at = Where::file(self.table.file()).row(line).field(field);
                let problem = format!("The opening hours \"{words}\" cannot be understood");
                issues.push(Issue::warning(Code::HoursUnreadable, at, problem, HOURS_REMEDY));
                opening
            }
        }
    }

    fn capacity(&self, row: usize, noticed: &mut Noticed) -> Option<f64> {
        match self.table.number(self.columns.capacity?, row) {
            Cell::Number(n) if n >= 0.0 => Some(n),
            Cell::Blank => None,
            _ => {
                let words = self.text(self.columns.capacity, row).unwrap_or_default();
                noticed.note(Notice::NumberUnreadable, self.title(self.columns.capacity), self.table.line(row), words);
                None
            }
        }
    }

    fn step_free(&self, row: usize, noticed: &mut Noticed) -> Option<bool> {
        let text = self.text(self.columns.step_free, row)?;
        let answer = step_free(text);
        if answer.is_none() && !matches!(plain(text).as_str(), "unknown" | "notknown" | "na") {
            noticed.note(Notice::FlagUnreadable, self.title(self.columns.step_free), self.table.line(row), text);
        }
        answer
    }

    /// The address, with the postcode at its end.
    fn address(&self, row: usize) -> Option<String> {
        let mut parts: Vec<&str> =
            self.columns.address.iter().filter_map(|column| self.table.text(*column, row)).collect();
        if let Some(postcode) = self.text(self.columns.postcode, row)
            && !parts.iter().any(|part| plain(part).contains(&plain(postcode)))
        {
            parts.push(postcode);
        }
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    /// Rows without a place: one by one if they are few, else in one line, since registers of a whole country hold
    /// hundreds, most of them elsewhere.
    fn tell_lost(&self, lost: &[usize], issues: &mut Issues) {
        if lost.len() > MOST_TOLD {
            let names: Vec<&str> = lost.iter().filter_map(|&row| self.text(self.columns.name, row)).collect();
            let at = Where::file(self.table.file()).row(self.table.line(lost[0]));
            let problem = format!(
                "In {} rows, the first here, the asset has no usable coordinates and no postcode that is known: {}",
                lost.len(),
                some_of(&names)
            );
            let remedy = "They are left out; give those of this place coordinates, or a postcode and a postcode file under \
                          [place] postcodes; nothing to do for those of other places";
            issues.push(Issue::warning(Code::AssetNowhere, at, problem, remedy));
            return;
        }
        for &row in lost {
            let name = self.text(self.columns.name, row).unwrap_or("this asset");
            let at = Where::file(self.table.file()).row(self.table.line(row)).key(name);
            let problem = match (self.text(self.columns.postcode, row), &self.postcodes) {
                (Some(postcode), Some(_)) => format!(
                    "\"{name}\" has no usable coordinates, and its postcode {postcode} is not in the postcode file"
                ),
                (Some(postcode), None) => format!("\"{name}\" has no usable coordinates, only the postcode {postcode}"),
                (None, _) => format!("\"{name}\" has no usable coordinates and no postcode"),
            };
            let remedy =
                "It is left out; give it coordinates, or a postcode and a postcode file under [place] postcodes";
            issues.push(Issue::warning(Code::AssetNowhere, at, problem, remedy));
        }
    }
}

/// Whether one can get in without a step. Partial access is not step-free.
pub(super) fn step_free(text: &str) -> Option<bool> {
    match parse_flag(text)? {
        YesNo::Yes => Some(true),
        YesNo::Limited | YesNo::No => Some(false),
    }
}
