//! One record of people who were met, by a short form: a row more in a table that the place keeps for such records.

use super::Editing;
use crate::store::{Actor, Draft, Entry, StoreError, Stored};
use std::io::Read;

/// The table that short forms are kept in.
const FILE: &str = "records-by-form.csv";
/// Its columns, which the loader knows by their titles.
const TITLES: [&str; 6] = ["record_id", "date", "activity", "patch", "people", "themes"];
/// Bytes of the table: a hundred thousand records.
const LIMIT: u64 = 16 * 1024 * 1024;

/// What somebody says of a time they met people. There is no field for names, on purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Met {
    /// The day, as `2024-06-30`.
    pub date: String,
    /// What it was.
    pub activity: String,
    /// Key of the patch.
    pub patch: String,
    /// How many people.
    pub people: u32,
    /// What they raised, with semicolons between.
    pub themes: String,
}

/// Whether several people write into this file, so that it is nobody's own.
#[must_use]
pub fn is_shared(name: &str) -> bool {
    name == FILE || name == "place.toml"
}

impl Editing {
    /// Adds a record to a draft.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where the record is not complete or the table is full.
    pub fn add_record(&self, actor: &Actor, draft: &Draft, met: &Met) -> Stored<Draft> {
        let day = chrono::NaiveDate::parse_from_str(&met.date, "%Y-%m-%d");
        let day = day.map_err(|_| StoreError::Refused("The day must be a date, such as 2024-06-30".to_owned()))?;
        if met.people == 0 || met.people > 10_000 {
            return Err(StoreError::Refused("The number of people must be from 1 to 10,000".to_owned()));
        }
        let old = draft.files.iter().find(|file| file.name == FILE);
        let mut text = String::new();
        if let Some(entry) = old {
            self.workspace().files.read(&entry.hash)?.read_to_string(&mut text)?;
        }
        let mut out = csv::Writer::from_writer(text.into_bytes());
        let failed = |error: csv::Error| StoreError::Refused(format!("The record cannot be written: {error}"));
        if old.is_none() {
            out.write_record(TITLES).map_err(failed)?;
        }
        let id = crate::store::secret()?;
        let people = met.people.to_string();
        let row = [&id[..12], &day.to_string(), &met.activity, &met.patch, &people, &met.themes];
        out.write_record(row).map_err(failed)?;
        let text = out.into_inner().map_err(|error| StoreError::Refused(error.to_string()))?;
        let kept = self.workspace().files.put(&mut text.as_slice(), LIMIT)?;
        let mut changes = vec![(FILE.to_owned(), Some(Entry::new(FILE, kept, actor, &draft.why)))];
        if old.is_none() {
            let toml = self.toml(draft)?;
            let section = format!("\n# Records brought by the short form.\n[[engagement]]\nfile = \"{FILE}\"\n");
            changes.push(self.told(actor, draft, &format!("{}\n{section}", toml.trim_end()))?);
        }
        self.workspace().keeper().change_draft(actor, &draft.id, draft.revision, &changes)
    }
}
