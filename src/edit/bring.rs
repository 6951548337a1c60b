//! A file that somebody brings: which file of the place it is, or which section of `place.toml` it needs.

use super::Editing;
use crate::load::recognise::{self, Purpose as Known};
use crate::read::has_more_rows;
use crate::store::{Actor, Draft, Entry, StoreError, Stored, is_name};
use std::io::{Read, Seek};

/// Rows of a file that is brought: what one sheet of a workbook can hold. Counted before anything is made of it.
const ROWS: u64 = 1_048_576;
/// Rows of a file that stands for one of the place, or begins one: the postcodes of a country are fewer.
pub(super) const ROWS_OF_A_COUNTRY: u64 = 4_000_000;

/// Why a file with too many rows is not taken, and what to do.
pub(super) fn too_long(name: &str, most: u64) -> StoreError {
    StoreError::Refused(format!(
        "{name} has more than {} rows, which is the most that is taken here. Nothing was changed. Leave out what is not \
         of this place, or bring it in parts, such as a file for each quarter",
        crate::text::whole(most as f64)
    ))
}

/// What whoever brings a file says it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// To be found out.
    Auto,
    /// It stands for the file of this name.
    Replaces(String),
    /// Records of people who were met.
    Records,
    /// Grants.
    Grants,
    /// Things to reach, of this kind.
    Assets(String),
    /// Residents by this dimension.
    Groups(String),
}

/// What became of a file that was brought.
#[derive(Debug)]
pub struct Brought {
    /// The draft with it.
    pub draft: Draft,
    /// Its name there.
    pub name: String,
}

impl Editing {
    /// Puts a file into a draft, and what `place.toml` must say of it. A file of the same name, or the one that is
    /// named, is replaced; a new one gets a section of its own.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where it is not understood: nothing is changed then, and the words say what to do.
    pub fn bring(
        &self,
        actor: &Actor,
        draft: &Draft,
        given: &str,
        bytes: &mut (impl Read + Seek),
        purpose: &Purpose,
        limit: u64,
    ) -> Stored<Brought> {
        let given = plain_name(given)?;
        if self.workspace().keeper().draft(&draft.id)?.revision != draft.revision {
            let why = "Somebody changed this draft after you opened it. Nothing was changed; look at it again first";
            return Err(StoreError::Stale(why.to_owned()));
        }
        let most = if matches!(purpose, Purpose::Replaces(_)) { ROWS_OF_A_COUNTRY } else { ROWS };
        if has_more_rows(bytes, &given, most)? {
            return Err(too_long(&given, most));
        }
        let kept = self.workspace().files.put(bytes, limit)?;
        let of_draft = super::by_name(&draft.files);
        let replaced = match purpose {
            Purpose::Replaces(name) if of_draft.contains_key(name.as_str()) => Some(name.clone()),
            Purpose::Replaces(name) => {
                return Err(StoreError::Refused(format!("The place has no file {name} that this one could stand for")));
            }
            Purpose::Auto => same_name(&given, draft),
            _ => None,
        };
        let entry = |name: &str| Entry::new(name, kept.clone(), actor, &draft.why);
        if let Some(old) = replaced {
            let mut changes = Vec::new();
            // A workbook that stands for a table keeps its own ending, and place.toml is told.
            let name = if ending(&old) == ending(&given) { old.clone() } else { free(&given, draft) };
            if name != old {
                let toml = self.toml(draft)?;
                let toml = toml.replace(&format!("\"{old}\""), &format!("\"{name}\""));
                let toml = toml.replace(&format!("'{old}'"), &format!("\"{name}\""));
                changes.push((old, None));
                changes.push(self.told(actor, draft, &toml)?);
            }
            changes.push((name.clone(), Some(entry(&name))));
            let draft = self.workspace().keeper().change_draft(actor, &draft.id, draft.revision, &changes)?;
            return Ok(Brought { draft, name });
        }
        let name = free(&given, draft);
        let section = match purpose {
            Purpose::Records => section("engagement", &name, &[]),
            Purpose::Grants => section("grants", &name, &[]),
            Purpose::Assets(kind) => section("assets", &name, &[("kind", kind)]),
            Purpose::Groups(dimension) => section("groups", &name, &[("dimension", dimension)]),
            Purpose::Auto | Purpose::Replaces(_) => {
                let view = self.workspace().view(&[entry(&name)])?;
                recognised(&name, &recognise::recognise(&view.join(&name), &name).purpose)?
            }
        };
        let toml = format!("{}\n{section}", self.toml(draft)?.trim_end());
        let changes = vec![(name.clone(), Some(entry(&name))), self.told(actor, draft, &toml)?];
        let draft = self.workspace().keeper().change_draft(actor, &draft.id, draft.revision, &changes)?;
        Ok(Brought { draft, name })
    }

    /// The text of `place.toml` in a draft.
    ///
    /// # Errors
    /// When there is none, or it is no text.
    pub fn toml(&self, draft: &Draft) -> Stored<String> {
        let none = || StoreError::Refused("There is no place yet: import one with patchwork store import".to_owned());
        let entry = draft.files.iter().find(|file| file.name == "place.toml").ok_or_else(none)?;
        let mut text = String::new();
        self.workspace().files.read(&entry.hash)?.read_to_string(&mut text)?;
        Ok(text)
    }

    /// Another text of `place.toml`, as a change of a draft.
    pub(super) fn told(&self, actor: &Actor, draft: &Draft, toml: &str) -> Stored<(String, Option<Entry>)> {
        let kept = self.workspace().files.put(&mut toml.as_bytes(), 16 * 1024 * 1024)?;
        Ok(("place.toml".to_owned(), Some(Entry::new("place.toml", kept, actor, &draft.why))))
    }
}

/// The lines of a section of its own.
fn section(head: &str, name: &str, more: &[(&str, &str)]) -> String {
    let quoted = |words: &str| toml::Value::String(words.to_owned()).to_string();
    let lines: String = more.iter().map(|(key, value)| format!("{key} = {}\n", quoted(value))).collect();
    format!("\n[[{head}]]\nfile = {}\n{lines}", quoted(name))
}

fn recognised(name: &str, known: &Known) -> Stored<String> {
    match known {
        Known::Engagement => Ok(section("engagement", name, &[])),
        Known::Grants => Ok(section("grants", name, &[])),
        Known::Assets(kind) => Ok(section("assets", name, &[("kind", kind)])),
        Known::AssetsBy { column, .. } => Ok(section("assets", name, &[("kind_field", column)])),
        Known::Groups(dimension) => Ok(section("groups", name, &[("dimension", dimension)])),
        Known::Unknown(why) => Err(StoreError::Refused(format!(
            "It could not be told what {name} is: {why}. Nothing was changed; say under \"What is this file?\" what it is, \
             or which file it stands for"
        ))),
        other => Err(StoreError::Refused(format!(
            "{name} looks like {}. The place has one such file: say under \"What is this file?\" which file it stands \
             for, so that nothing is counted twice",
            other.words()
        ))),
    }
}

/// The name of a file as it is kept: browsers may send a path, people anything.
fn plain_name(given: &str) -> Stored<String> {
    let base = given.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let name: String = base
        .chars()
        .map(|c| if c.is_control() || matches!(c, ':' | '*' | '?' | '"' | '<' | '>' | '|') { '_' } else { c })
        .collect();
    let name = name.trim_start_matches('.').trim().to_owned();
    if is_name(&name) && name.contains('.') {
        return Ok(name);
    }
    Err(StoreError::Refused(format!(
        "A file called {given:?} cannot be kept. Give it a name with an ending, such as records.xlsx, and bring it again"
    )))
}

/// The ending of a name, in small letters.
pub(super) fn ending(name: &str) -> String {
    name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default()
}

/// The file of the place with the same name, wherever in it: last week's file in this week's state.
fn same_name(given: &str, draft: &Draft) -> Option<String> {
    let base = |name: &str| name.rsplit('/').next().unwrap_or(name).to_lowercase();
    let mut same = draft.files.iter().filter(|file| base(&file.name) == given.to_lowercase());
    let first = same.next()?;
    same.next().is_none().then(|| first.name.clone())
}

/// A name that no other file has.
fn free(given: &str, draft: &Draft) -> String {
    let taken = |name: &str| draft.files.iter().any(|file| file.name.eq_ignore_ascii_case(name));
    let (stem, ending) = given.rsplit_once('.').unwrap_or((given, "csv"));
    let names = (1..).map(|n| if n == 1 { given.to_owned() } else { format!("{stem}-{n}.{ending}") });
    names.into_iter().find(|name| !taken(name)).unwrap_or_else(|| given.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kept_as_people_give_them_unless_they_lead_elsewhere() {
        for (given, kept) in [
            ("C:\\Users\\Jean\\week 12.xlsx", "week 12.xlsx"),
            ("../../etc/passwd.csv", "passwd.csv"),
            ("...hubs.csv", "hubs.csv"),
            ("a<b>.csv", "a_b_.csv"),
        ] {
            assert_eq!(plain_name(given).expect("a name"), kept);
        }
        for given in ["", "..", "records", "/", "a\\"] {
            assert!(plain_name(given).is_err(), "{given}");
        }
    }

    #[test]
    fn a_section_is_toml_whatever_the_name() {
        let text = section("assets", "a \"b\" 'c'.csv", &[("kind", "community_hub")]);
        let read: toml::Value = toml::from_str(&text).expect("toml");
        assert_eq!(read["assets"][0]["file"].as_str(), Some("a \"b\" 'c'.csv"));
    }
}
