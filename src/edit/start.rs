//! The first version of a place out of a heap of files: they are recognised, `place.toml` is drafted, and what could not
//! be told is asked. `patchwork init` in a workspace.

use super::{Editing, Report, refused};
use crate::load::recognise::{self, Drafted, Said};
use crate::read::has_more_rows;
use crate::store::{Actor, Draft, Entry, StoreError, Stored, is_name};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// Bytes of all files of a heap, unpacked.
const LIMIT: u64 = 1024 * 1024 * 1024;
/// Files of a heap.
const MOST: usize = 400;
/// Bytes of a `place.toml` that is written by hand.
const TOML_LIMIT: usize = 512 * 1024;
/// Heaps whose recognition is kept in memory.
pub(super) const KEPT: usize = 16;

/// A heap of files: what the place is to be called, what was said of its files, and what was made of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Heap {
    draft: String,
    name: String,
    said: Vec<Said>,
    drafted: Option<Arc<Drafted>>,
}

impl Editing {
    /// Begins a draft with a heap of files. What is packed in a zip is unpacked; `place.toml` is drafted when the draft
    /// is checked, unless there is one among the files.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where there is nothing to begin with, or too much.
    pub fn start(&self, actor: &Actor, name: &str, heap: Vec<(String, File)>) -> Stored<Draft> {
        let mut entries: Vec<(String, Option<Entry>)> = Vec::new();
        let mut left = LIMIT;
        for (given, file) in heap {
            if given.to_lowercase().ends_with(".zip") && !is_timetable(&file) {
                self.unpack(actor, &given, file, &mut left, &mut entries)?;
            } else {
                let base = given.rsplit(['/', '\\']).next().unwrap_or_default();
                self.keep_one(actor, base, &mut { file }, &mut left, &mut entries)?;
            }
        }
        if entries.is_empty() {
            return Err(StoreError::Refused("Choose the files of the place, or a zip with them".to_owned()));
        }
        let keeper = self.workspace().keeper();
        let draft = keeper.open_draft(actor, &format!("First version of {name}"))?;
        let draft = keeper.change_draft(actor, &draft.id, draft.revision, &entries)?;
        self.remember(Heap { draft: draft.id.clone(), name: name.to_owned(), ..Heap::default() });
        self.progress(&draft)?;
        Ok(draft)
    }

    fn unpack(
        &self,
        actor: &Actor,
        given: &str,
        file: File,
        left: &mut u64,
        entries: &mut Vec<(String, Option<Entry>)>,
    ) -> Stored<()> {
        let damaged = |error: &dyn std::fmt::Display| {
            StoreError::Refused(format!(
                "{given} cannot be unpacked: {error}. Pack the files once more, or choose them one by one"
            ))
        };
        let mut zip = zip::ZipArchive::new(file).map_err(|error| damaged(&error))?;
        let names: Vec<(usize, String)> = (0..zip.len())
            .filter_map(|n| {
                let entry = zip.by_index_raw(n).ok()?;
                let name = entry.enclosed_name()?.to_string_lossy().replace('\\', "/");
                let hidden =
                    name.split('/').any(|part| part.starts_with('.') || part == "__MACOSX" || part == "Thumbs.db");
                (entry.is_file() && !hidden).then_some((n, name))
            })
            .collect();
        // A folder that was packed is the place; its name is no part of the names of its files.
        let folder = names.first().and_then(|(_, name)| name.split_once('/')).map(|(folder, _)| format!("{folder}/"));
        let folder = folder.filter(|folder| names.iter().all(|(_, name)| name.starts_with(folder))).unwrap_or_default();
        for (n, name) in names {
            let mut entry = zip.by_index(n).map_err(|error| damaged(&error))?;
            self.keep_one(actor, &name[folder.len()..], &mut entry, left, entries).map_err(|error| match error {
                StoreError::Io(error) => damaged(&error),
                error => error,
            })?;
        }
        Ok(())
    }

    fn keep_one(
        &self,
        actor: &Actor,
        given: &str,
        bytes: &mut dyn Read,
        left: &mut u64,
        entries: &mut Vec<(String, Option<Entry>)>,
    ) -> Stored<()> {
        if entries.len() >= MOST {
            return Err(StoreError::Refused(format!(
                "There are more than {MOST} files; leave out what is not of this place"
            )));
        }
        let name = plain(given);
        if !is_name(&name) {
            return Err(StoreError::Refused(format!("A file called {given:?} cannot be kept; give it another name")));
        }
        let name = free(&name, entries);
        let kept = self.workspace().files.put(bytes, *left).map_err(|error| match error {
            StoreError::Refused(_) => StoreError::Refused(format!(
                "The files are more than {} MB unpacked; leave out what is not of this place",
                LIMIT / 1024 / 1024
            )),
            error => error,
        })?;
        let most = super::bring::ROWS_OF_A_COUNTRY;
        if has_more_rows(&mut self.workspace().files.read(&kept.hash)?, given, most)? {
            return Err(super::bring::too_long(given, most));
        }
        *left -= kept.bytes.min(*left);
        entries.push((name.clone(), Some(Entry::new(&name, kept, actor, "First version"))));
        Ok(())
    }

    fn remember(&self, heap: Heap) {
        let mut state = self.state();
        state.heaps.retain(|known| known.draft != heap.draft);
        state.heaps.push_back(heap);
        while state.heaps.len() > KEPT {
            state.heaps.pop_front();
        }
    }

    fn heap(&self, draft: &str) -> Option<Heap> {
        self.state().heaps.iter().find(|heap| heap.draft == draft).cloned()
    }

    /// What was made of the files of a draft that began with a heap; forgotten when the program ends.
    #[must_use]
    pub fn drafted(&self, draft: &str) -> Option<Arc<Drafted>> {
        self.heap(draft)?.drafted
    }

    /// Takes answers about the files of a draft: `place.toml` is drafted anew with them.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where somebody changed the draft meanwhile.
    pub fn answer(&self, actor: &Actor, draft: &Draft, said: Vec<Said>) -> Stored<Draft> {
        let heap = self.heap(&draft.id).ok_or_else(|| {
            StoreError::Refused("The program was started anew since; write the answer into place.toml below".to_owned())
        })?;
        let changes = [("place.toml".to_owned(), None)];
        let next = self.workspace().keeper().change_draft(actor, &draft.id, draft.revision, &changes)?;
        self.remember(Heap { said, drafted: None, ..heap });
        self.progress(&next)?;
        Ok(next)
    }

    /// Takes another text of `place.toml`.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where it is too long; [`StoreError::Stale`] where somebody changed the draft meanwhile.
    pub fn write_toml(&self, actor: &Actor, draft: &Draft, toml: &str) -> Stored<Draft> {
        if toml.len() > TOML_LIMIT {
            return Err(StoreError::Refused(format!("place.toml has more than {} kB", TOML_LIMIT / 1024)));
        }
        let change = self.told(actor, draft, &toml.replace("\r\n", "\n"))?;
        let next = self.workspace().keeper().change_draft(actor, &draft.id, draft.revision, &[change])?;
        self.progress(&next)?;
        Ok(next)
    }

    /// Drafts `place.toml` of a draft that has none. The draft goes on to its next state, which is checked as any is.
    pub(super) fn draft_toml(&self, key: &(String, u64), draft: &Draft, view: &Path) -> Stored<Report> {
        let heap = self.heap(&draft.id).unwrap_or_else(|| {
            let name = draft.why.strip_prefix("First version of ").unwrap_or("A place").to_owned();
            Heap { draft: draft.id.clone(), name, ..Heap::default() }
        });
        let steps = |step: &str| self.tell(key, super::Progress::Running(step.to_owned()));
        let drafted = recognise::draft_as(view, &heap.name, &heap.said, &steps)?;
        let by = Actor::new(&draft.who, crate::store::Role::Coordinator);
        let change = self.told(&by, draft, &drafted.toml)?;
        let next = self.workspace().keeper().change_draft(&by, &draft.id, draft.revision, &[change])?;
        self.remember(Heap { drafted: Some(Arc::new(drafted)), ..heap });
        self.progress(&next)?;
        Ok(refused(String::new()))
    }
}

/// Whether a zip is a timetable (GTFS), which stays packed.
fn is_timetable(file: &File) -> bool {
    let names = file.try_clone().ok().and_then(|file| zip::ZipArchive::new(file).ok());
    names.is_some_and(|zip| ["stops.txt", "trips.txt"].iter().all(|name| zip.index_for_name(name).is_some()))
}

/// The name of a file without what cannot stand in one.
fn plain(given: &str) -> String {
    let parts = given.split('/').map(|part| {
        let odd = |c: char| c.is_control() || matches!(c, '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|');
        part.trim().trim_start_matches('.').replace(odd, "_")
    });
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
}

fn free(name: &str, entries: &[(String, Option<Entry>)]) -> String {
    let taken = |name: &str| entries.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
    let (stem, ending) = name.rsplit_once('.').map_or((name, String::new()), |(stem, end)| (stem, format!(".{end}")));
    let names = (1..=MOST + 1).map(|n| if n == 1 { name.to_owned() } else { format!("{stem}-{n}{ending}") });
    names.into_iter().find(|name| !taken(name)).unwrap_or_else(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_a_heap_are_kept_below_its_folder() {
        for (given, kept) in [
            ("census/age.csv", "census/age.csv"),
            ("a: b/.hidden?.csv", "a_ b/hidden_.csv"),
            ("//x//y.csv", "x/y.csv"),
            ("../../etc/passwd", "etc/passwd"),
        ] {
            assert_eq!(plain(given), kept);
            assert!(is_name(&plain(given)), "{given}");
        }
    }

    #[test]
    fn two_files_of_one_name_are_both_kept() {
        let kept = crate::store::Kept { hash: String::new(), bytes: 0 };
        let entry = Entry::new("a.csv", kept, &Actor::anonymous(), "");
        let entries = [("a.csv".to_owned(), Some(entry.clone())), ("a-2.csv".to_owned(), Some(entry))];
        assert_eq!(free("A.csv", &entries), "A-3.csv");
        assert_eq!(free("b.csv", &entries), "b.csv");
    }
}
