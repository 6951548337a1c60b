//! The pages of docs/ that are written from the code: a test fails while one is stale.
//!
//! `make docs` writes them: it runs these tests with `PATCHWORK_WRITE_DOCS` set.

use patchwork::place::{Code, Severity};
use std::fs;
use std::path::PathBuf;

/// The page stands in docs/ as the code has it; with `PATCHWORK_WRITE_DOCS` it is put there.
fn stands(name: &str, page: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    if std::env::var_os("PATCHWORK_WRITE_DOCS").is_some() {
        fs::write(&path, page).expect("written");
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    assert!(there == page, "docs/{name} is stale: run make docs");
}

#[test]
fn the_page_of_issues_is_that_of_the_registry() {
    let mut page = String::from(
        "# Issues\n\nWhat `patchwork check`, the page and `/issues` may say of the files of a place. Each issue names the file, \
         the row and the field, what is wrong, and what was done or is to be done. The name in the first column never \
         changes: it can be searched for, counted and filtered.\n\n\
         - **error**: the place cannot be used until it is mended.\n\
         - **warning**: answers are affected, or a row was left out.\n\
         - **note**: worth knowing; mended or harmless.\n\n\
         Nothing is mended in silence, and what cannot be known is unknown, not nought.\n\n\
         | Name | How bad | What it means |\n|---|---|---|\n",
    );
    for code in Code::ALL {
        let words: Vec<&str> = code.severities().iter().map(|severity| Severity::word(*severity)).collect();
        page += &format!("| `{code}` | {} | {} |\n", words.join(" or "), code.meaning());
    }
    stands("issues.md", &page);
}
