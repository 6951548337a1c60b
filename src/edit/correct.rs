//! A correction of one asset, by a short form: closed, its hours, step-free, "I checked this today". It is a change of
//! the cells of its own row in its own list, so that the list stays the one truth.

use super::Editing;
use crate::load::{AssetList, asset_list};
use crate::store::{Actor, Draft, Entry, StoreError, Stored};
use std::fs::File;
use std::io::Read;

/// Bytes of a list that can be corrected in place.
const LIMIT: u64 = 64 * 1024 * 1024;

/// What somebody says of an asset; `None` where they say nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Correction {
    /// `open`, `closed` or `planned`.
    pub status: Option<String>,
    /// Opening hours, as people write them.
    pub hours: Option<String>,
    /// Whether one can get in without a step.
    pub step_free: Option<bool>,
    /// The day on which somebody looked.
    pub checked: Option<String>,
}

impl Editing {
    /// Writes a correction of the asset of this name and kind into a draft.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where no list, or more than one row, is about it, or its list is no plain CSV.
    pub fn correct(
        &self,
        actor: &Actor,
        draft: &Draft,
        (name, kind): (&str, &str),
        what: &Correction,
    ) -> Stored<Draft> {
        let toml = self.toml(draft)?;
        let view = self.workspace().view(&draft.files)?;
        let mut found: Vec<(AssetList, u64)> = Vec::new();
        for file in lists(&toml, kind)? {
            let Ok(list) = asset_list(&view.join(&file), &file) else { continue };
            let rows: Vec<u64> =
                list.rows.iter().filter(|(_, own)| own.as_deref() == Some(name)).map(|(line, _)| *line).collect();
            found.extend(rows.into_iter().map(|line| (list.clone(), line)));
        }
        let [(list, line)] = found.as_slice() else {
            let why = if found.is_empty() {
                format!(
                    "No list of the place has a row of its own called {name}; it may come out of OpenStreetMap, which is corrected there"
                )
            } else {
                format!("{} rows are called {name}, so it is not clear which is meant", found.len())
            };
            return Err(StoreError::Refused(format!("{why}. Nothing was changed; bring a corrected list instead")));
        };
        let Some(entry) = draft.files.iter().find(|file| file.name == list.file) else {
            return Err(StoreError::Refused(format!("{} is not a file of this place", list.file)));
        };
        let mut bytes = Vec::new();
        File::take(self.workspace().files.read(&entry.hash)?, LIMIT).read_to_end(&mut bytes)?;
        let text = corrected(&bytes, list, *line, what)?;
        let kept = self.workspace().files.put(&mut text.as_slice(), 2 * LIMIT)?;
        let changed = Entry::new(&list.file, kept, actor, &format!("{name} corrected"));
        let changes = [(list.file.clone(), Some(changed))];
        self.workspace().keeper().change_draft(actor, &draft.id, draft.revision, &changes)
    }
}

/// The files of `place.toml` that may have assets of this kind.
fn lists(toml: &str, kind: &str) -> Stored<Vec<String>> {
    let parsed: toml::Value =
        toml::from_str(toml).map_err(|error| StoreError::Refused(format!("place.toml: {error}")))?;
    let sections = parsed.get("assets").and_then(toml::Value::as_array).cloned().unwrap_or_default();
    let word = |section: &toml::Value, key: &str| section.get(key).and_then(toml::Value::as_str).map(ToOwned::to_owned);
    let fits = |section: &toml::Value| word(section, "kind").is_none_or(|own| own == kind);
    let mut files: Vec<String> =
        sections.iter().filter(|section| fits(section)).filter_map(|s| word(s, "file")).collect();
    files.sort();
    files.dedup();
    Ok(files)
}

/// The bytes of the list with the cells of one row changed; a fact that the list has no column for gets one.
fn corrected(bytes: &[u8], list: &AssetList, line: u64, what: &Correction) -> Stored<Vec<u8>> {
    let refused = |why: &str| {
        StoreError::Refused(format!(
            "{} cannot be corrected here: {why}. Correct it in your own program, and bring it",
            list.file
        ))
    };
    let text = std::str::from_utf8(bytes).map_err(|_| refused("it is no CSV of UTF-8 text"))?;
    let (mark, text) = text.strip_prefix('\u{feff}').map_or(("", text), |rest| ("\u{feff}", rest));
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut rows: Vec<(u64, Vec<String>)> = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|_| refused("it is no plain CSV"))?;
        let at = record.position().map_or(0, csv::Position::line);
        rows.push((at, record.iter().map(ToOwned::to_owned).collect()));
    }
    let is_head = |cells: &[String]| cells.iter().map(|cell| cell.trim()).eq(list.titles.iter().map(String::as_str));
    let head = rows
        .iter()
        .position(|(_, cells)| is_head(cells))
        .ok_or_else(|| refused("its titles do not stand in one line"))?;
    let row = rows.iter().position(|(at, _)| *at == line).ok_or_else(|| refused("its rows cannot be told apart"))?;
    let step_free = what.step_free.map(|yes| if yes { "yes" } else { "no" }.to_owned());
    let cells = [
        (list.status, "status", &what.status),
        (list.opening_hours, "opening_hours", &what.hours),
        (list.step_free, "step_free", &step_free),
        (list.last_checked, "last_checked", &what.checked),
    ];
    if what.hours.is_some() && list.has_days {
        return Err(refused("it has a column for each day of the week"));
    }
    for (column, title, value) in cells {
        let Some(value) = value else { continue };
        let column = column.unwrap_or_else(|| {
            rows[head].1.push(title.to_owned());
            rows[head].1.len() - 1
        });
        let own = &mut rows[row].1;
        own.resize(own.len().max(column + 1), String::new());
        own[column] = value.clone();
    }
    let mut out = csv::WriterBuilder::new().flexible(true).from_writer(mark.as_bytes().to_vec());
    for (_, cells) in &rows {
        out.write_record(cells).map_err(|_| refused("it cannot be written"))?;
    }
    out.into_inner().map_err(|_| refused("it cannot be written"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(titles: &[&str]) -> AssetList {
        let at = |title: &str| titles.iter().position(|own| *own == title);
        AssetList {
            file: "hubs.csv".to_owned(),
            titles: titles.iter().map(|title| (*title).to_owned()).collect(),
            status: at("status"),
            opening_hours: at("hours"),
            step_free: at("step_free"),
            last_checked: at("last_checked"),
            has_days: false,
            rows: Vec::new(),
        }
    }

    #[test]
    fn only_the_cells_that_somebody_speaks_of_change() {
        let text = "\u{feff}name,status,hours\n\"A, the first\",open,9-5\nB,open,\n";
        let what = Correction {
            status: Some("closed".to_owned()),
            checked: Some("2024-06-30".to_owned()),
            ..Correction::default()
        };
        let changed = corrected(text.as_bytes(), &list(&["name", "status", "hours"]), 2, &what).expect("corrected");
        let expected = "\u{feff}name,status,hours,last_checked\n\"A, the first\",closed,9-5,2024-06-30\nB,open,\n";
        assert_eq!(String::from_utf8(changed).expect("text"), expected);
    }

    #[test]
    fn a_row_after_one_of_several_lines_is_found() {
        let text = "name,status\n\"A\nof two lines\",open\nB,open\n";
        let what = Correction { status: Some("closed".to_owned()), ..Correction::default() };
        let changed = corrected(text.as_bytes(), &list(&["name", "status"]), 4, &what).expect("corrected");
        assert!(String::from_utf8(changed).expect("text").ends_with("B,closed\n"));
    }

    #[test]
    fn what_is_no_plain_csv_is_refused_in_words() {
        let what = Correction { status: Some("closed".to_owned()), ..Correction::default() };
        for bytes in [b"PK\x03\x04\xff".as_slice(), b"name;status\nA;open\n", b""] {
            assert!(matches!(corrected(bytes, &list(&["name", "status"]), 2, &what), Err(StoreError::Refused(_))));
        }
    }
}
