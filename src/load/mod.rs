//! Files become a [`Place`] here, and everything wrong with them becomes an [`Issue`].
//!
//! Nothing is lost silently: a row that cannot be used is an issue that names file, row, field, what is
//! wrong and what to do. An error is returned only when no place can be made at all.
//!
//! `settings` reads `place.toml` into a `manifest`; [`crate::read`] reads any file of rows or of OpenStreetMap; the other modules each make one part of the place, and `assemble` puts them together.

mod again;
mod areas;
mod assemble;
mod assets;
mod base_map;
pub mod candidates;
pub mod costs;
pub mod cube;
mod deprivation;
mod desk;
#[doc(hidden)]
pub mod doors;
mod earlier;
mod fence;
mod dwellings;
pub mod engagement;
mod grants;
mod ground;
mod groups;
mod headers;
mod lines;
mod locator;
mod lookup;
mod manifest;
mod memory;
mod numerals;
mod points;
mod postcodes;
mod ranking;
mod records;
pub mod recognise;
mod releases;
mod settings;
mod shapes;
mod standards;
pub mod streets;
mod themes;
pub mod transit;
mod trial;
pub mod units;
mod words;
mod zones;

pub use lines::{PlanShapes, read_shapes};
pub use manifest::{Manifest, StreetsSection, schema};
pub use memory::Memory;
pub use trial::{AssetList, ReadTable, asset_list, read_table, table_of};

pub use crate::place::Issues;

use crate::place::{Cube, Issue, Meaning, Place, UnderstoodTable, Words};
use std::path::Path;

/// What came of reading a place directory.
#[derive(Debug)]
pub struct Loaded {
    /// The place, unless an issue of severity `Error` made that impossible.
    pub place: Option<Place>,
    /// What could be made of the files in spite of errors, for those who mend them to see what is fine already; nothing
    /// where there is a place, or too little for one. Its figures are not to be used.
    pub draft: Option<Place>,
    /// Everything found: a wrong reference system before what follows from it, then the worst first, then by file and
    /// row.
    pub issues: Vec<Issue>,
    /// How each table of residents was understood, in the order it was read.
    pub tables: Vec<UnderstoodTable>,
}

/// Tells whoever waits which step begins, in words such as "Reading streets".
pub type Steps<'a> = &'a (dyn Fn(&str) + Sync);

/// Reads the place that `dir/place.toml` describes. A path there may begin with an environment variable.
#[must_use]
pub fn load(dir: &Path, steps: Steps<'_>) -> Loaded {
    load_with(dir, &|name| std::env::var(name).ok(), steps)
}

/// As [`load`], for a server whose operator did not write `place.toml` himself: a file outside the place's directory
/// is refused unless it lies below what an environment variable of the operator's (`PATCHWORK_…`) names.
#[must_use]
pub fn load_inside(dir: &Path, steps: Steps<'_>) -> Loaded {
    loaded(dir, &|name| std::env::var(name).ok(), steps, true, Wanted::default()).0
}

/// As [`load_inside`], where much the same place was read before: what rests on nothing that differs is taken over, and
/// comes out as if it had been read again.
#[must_use]
pub fn load_again(dir: &Path, memory: &Memory, steps: Steps<'_>) -> Loaded {
    let wanted = Wanted { memory: Some(memory), ..Wanted::default() };
    loaded(dir, &|name| std::env::var(name).ok(), steps, true, wanted).0
}

/// As [`load`], with somebody else's environment: for tests, and for a server whose environment is not
/// the user's.
#[must_use]
pub fn load_with(dir: &Path, variables: &(dyn Fn(&str) -> Option<String> + Sync), steps: Steps<'_>) -> Loaded {
    loaded(dir, variables, steps, false, Wanted::default()).0
}

/// As [`load`], and what the place's engagement records come to, as a cube; nothing where the place cannot be used.
#[must_use]
pub fn count(dir: &Path, steps: Steps<'_>) -> (Loaded, Option<Cube>) {
    let wanted = Wanted { cube: Some(Cube::default()), words: None, memory: None };
    let (loaded, cube, _) = loaded(dir, &|name| std::env::var(name).ok(), steps, false, wanted);
    (loaded, cube)
}

/// What words of engagement records mean in a place, for another engine to count them; its own records and cubes are not
/// read. Nothing where the place cannot be used.
#[must_use]
pub fn lookup(dir: &Path, words: Vec<Words>, steps: Steps<'_>) -> (Loaded, Option<Vec<Meaning>>) {
    let wanted = Wanted { cube: None, words: Some(words), memory: None };
    let (loaded, _, meanings) = loaded(dir, &|name| std::env::var(name).ok(), steps, false, wanted);
    let usable = loaded.place.is_some();
    (loaded, usable.then_some(meanings))
}

/// What is asked for beside the place.
#[derive(Default)]
struct Wanted<'a> {
    cube: Option<Cube>,
    words: Option<Vec<Words>>,
    memory: Option<&'a Memory>,
}

fn loaded(
    dir: &Path,
    variables: &(dyn Fn(&str) -> Option<String> + Sync),
    steps: Steps<'_>,
    is_fenced: bool,
    wanted: Wanted<'_>,
) -> (Loaded, Option<Cube>, Vec<Meaning>) {
    // Where `dir` is a link that somebody turns to a newer place meanwhile, all files still come from one.
    let resolved = dir.canonicalize();
    let dir = resolved.as_deref().unwrap_or(dir);
    match settings::read(dir) {
        Ok(manifest) => {
            let mut desk = desk::Desk::new(dir, variables, steps, is_fenced);
            desk.cube = wanted.cube;
            desk.words = wanted.words;
            desk.memory = wanted.memory;
            let parts = assemble::parts(&mut desk, &manifest);
            let tables = std::mem::take(&mut desk.understood);
            let (cube, meanings) = (desk.cube.take(), std::mem::take(&mut desk.meanings));
            let (sources, issues) = desk.close();
            let usable = !issues.any_error();
            let made = parts.map(|parts| assemble::place(&manifest, parts, sources));
            let (place, draft) = if usable { (made, None) } else { (None, made) };
            let cube = cube.filter(|_| usable);
            (Loaded { place, draft, issues: issues.into_sorted(), tables }, cube, meanings)
        }
        Err(issues) => (Loaded { place: None, draft: None, issues, tables: Vec::new() }, None, Vec::new()),
    }
}
