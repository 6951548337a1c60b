//! The house test: reads the source tree and proves what ARCHITECTURE.md promises of it.
//!
//! If a rule turns out wrong, change it here, with its reason.

use patchwork::place::{Code, Severity};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A module imports only modules of a lower rank.
const RANKS: [(&str, u8); 30] = [
    ("memory", 0),
    ("text", 0),
    ("units", 0),
    ("crs", 1),
    ("pack", 1),
    ("stats", 1),
    ("network", 2),
    ("transit", 2),
    ("locate", 3),
    ("store", 3),
    ("place", 3),
    // Above `locate`, whose watch and solver it uses.
    ("region", 4),
    ("read", 4),
    ("load", 5),
    ("synth", 5),
    ("measure", 6),
    ("plan", 7),
    ("disclose", 5),
    ("layer", 8),
    ("query", 9),
    ("export", 9),
    ("report", 9),
    ("snapshot", 10),
    // Loads, compares and publishes drafts of `store`.
    ("edit", 11),
    ("http", 12),
    ("config", 13),
    ("cli", 14),
    ("lib", 15),
    ("main", 16),
    ("patchwork", 15),
];

struct File {
    path: String,
    module: String,
    /// Source with comments and the test module taken out; strings stay.
    code: String,
    /// Source as it stands, less its tests.
    text: String,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(dir: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(dir).expect("readable").map(|e| e.expect("entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

fn house() -> Vec<File> {
    let src = root().join("src");
    let mut paths = Vec::new();
    rust_files(&src, &mut paths);
    paths
        .iter()
        .filter(|path| !path.file_stem().is_some_and(|s| s.to_string_lossy().ends_with("tests")))
        .filter(|path| !path.components().any(|part| part.as_os_str() == "tests"))
        .map(|path| {
            let inside = path.strip_prefix(&src).expect("below src").to_string_lossy().replace('\\', "/");
            let module = inside.split('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned();
            let text = fs::read_to_string(path).expect("readable");
            let text = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
            let code = text
                .lines()
                .map(|line| if line.trim_start().starts_with("//") { "" } else { line })
                .collect::<Vec<_>>()
                .join("\n");
            File { path: inside, module, code, text }
        })
        .collect()
}

/// Every place where one of `words` stands in the files that `of` picks.
fn found(of: impl Fn(&File) -> bool, text: impl Fn(&File) -> &str, words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for file in house().iter().filter(|f| of(f)) {
        for (i, line) in text(file).lines().enumerate() {
            for word in words.iter().filter(|w| line.contains(**w)) {
                found.push(format!("src/{}:{} says {word}", file.path, i + 1));
            }
        }
    }
    found
}

fn none(found: &[String]) {
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn imports_only_go_down() {
    let ranks: BTreeMap<&str, u8> = RANKS.into_iter().collect();
    let mut wrong = Vec::new();
    for file in house().iter().filter(|f| f.module != "lib" && f.module != "main") {
        let own = ranks.get(file.module.as_str());
        let own = own.unwrap_or_else(|| panic!("src/{} has no rank in tests/it/house.rs", file.path));
        for (i, line) in file.code.lines().enumerate() {
            for part in line.split("crate::").skip(1) {
                let names = if let Some(list) = part.strip_prefix('{') { list } else { part };
                let name: String = names.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                match ranks.get(name.as_str()) {
                    Some(rank) if name != file.module && rank >= own => {
                        wrong.push(format!("src/{}:{} imports {name}, which is not below it", file.path, i + 1));
                    }
                    Some(_) => {}
                    None => wrong.push(format!("src/{}:{} imports {name:?}, which has no rank", file.path, i + 1)),
                }
            }
        }
    }
    none(&wrong);
}

#[test]
fn async_lives_in_http_and_the_command_that_starts_it() {
    // `store/postgres.rs` drives its library, which has no other form, on a thread of its own and waits for it, with
    // `store/tls.rs` between.
    let driven = ["cli/serve.rs", "store/postgres.rs", "store/tls.rs"];
    let outside = |f: &File| f.module != "http" && !driven.contains(&f.path.as_str());
    none(&found(outside, |f| &f.code, &["async ", "tokio::", "axum::", ".await"]));
}

#[test]
fn only_the_edges_write_json() {
    let inside = |f: &File| !["layer", "export", "report", "http", "config"].contains(&f.module.as_str());
    none(&found(inside, |f| &f.code, &["Serialize"]));
}

#[test]
fn the_core_opens_no_file() {
    let core =
        ["units", "crs", "stats", "network", "transit", "locate", "region", "place", "measure", "plan", "disclose"];
    let inside = |f: &File| core.contains(&f.module.as_str());
    none(&found(inside, |f| &f.code, &["std::fs", "File::open", "std::io", "std::env", "std::net"]));
}

#[test]
fn methods_know_nothing_of_what_they_are_used_for() {
    let methods = |f: &File| ["network", "transit", "locate", "region", "stats"].contains(&f.module.as_str());
    let words = ["patch", "asset", "grant", "engagement", "Patch", "Asset", "Grant", "Engagement"];
    let said = found(methods, |f| &f.text, &words);
    none(&said.into_iter().filter(|line| !line.contains("dispatch")).collect::<Vec<_>>());
}

#[test]
fn polars_stays_with_the_files() {
    let outside = |f: &File| !["read", "export"].contains(&f.module.as_str());
    none(&found(outside, |f| &f.code, &["polars"]));
}

#[test]
fn nothing_unwraps_or_prints() {
    let outside = |f: &File| f.module != "cli";
    none(&found(outside, |f| &f.code, &[".unwrap()", "println!", "print!(", "dbg!", "todo!", "unimplemented!"]));
    none(&found(|f| f.module == "cli", |f| &f.code, &[".unwrap()", "dbg!", "todo!", "unimplemented!"]));
}

/// The numbers of exact tables are private to `disclose`, so the compiler sees to those. What records were counted into
/// while they were read stands in the place, and is read by whoever counts and by `disclose::tabulate`.
#[test]
fn exact_counts_of_people_are_read_by_disclose_alone() {
    let outside = |f: &File| !["disclose", "place", "load", "synth"].contains(&f.module.as_str());
    let counts =
        [".first_met", ".how_often", ".took_charge", ".raised_by", ".contributors", ".venues", "engagement.met"];
    none(&found(outside, |f| &f.code, &counts));
    let tables = house().into_iter().find(|f| f.path == "disclose/tabulate/tables.rs").expect("the exact tables");
    for reader in ["fn exact(", "fn exact_contributors("] {
        assert!(tables.code.contains(&format!("pub(in crate::disclose) {reader}")), "{reader} is open to others");
    }
}

#[test]
fn only_the_interruption_of_the_solver_and_the_calls_about_memory_are_unsafe() {
    // Every form the language has; `'unsafe-inline'` is a word of a page's content policy.
    let forms = ["unsafe ", "unsafe{", "unsafe(", "unsafe_"];
    none(&found(|f| !["locate/interrupt.rs", "memory.rs"].contains(&f.path.as_str()), |f| &f.code, &forms));
}

#[test]
fn no_file_is_too_long_to_read() {
    let mut paths = Vec::new();
    rust_files(&root().join("src"), &mut paths);
    let long: Vec<String> = paths
        .iter()
        .map(|path| (path, fs::read_to_string(path).expect("readable").lines().count()))
        .filter(|(_, lines)| *lines > 500)
        .map(|(path, lines)| format!("{} has {lines} lines", path.display()))
        .collect();
    none(&long);
}

/// Strings in double quotation marks of a line.
fn strings(line: &str) -> impl Iterator<Item = &str> {
    line.split('"').skip(1).step_by(2)
}

#[test]
fn every_kind_of_layer_is_in_the_registry_once_and_explained() {
    let methods = fs::read_to_string(root().join("METHODS.md")).expect("METHODS.md");
    let mut wrong = Vec::new();
    let mut ids = std::collections::BTreeSet::new();
    let mut asked = std::collections::BTreeSet::new();
    for entry in patchwork::layer::CATALOGUE {
        if !ids.insert(entry.id) {
            wrong.push(format!("two kinds of layer are called {}", entry.id));
        }
        if entry.asks.is_some() && !asked.insert(entry.measure) {
            wrong.push(format!("two layers have the line of help of {}", entry.measure));
        }
        if !methods.contains(&format!("<a id=\"{}\"></a>", entry.method)) {
            wrong.push(format!("METHODS.md has no paragraph {}", entry.method));
        }
        if !entry.description.ends_with('.') {
            wrong.push(format!("the description of {} is no sentence", entry.id));
        }
    }
    none(&wrong);
}

#[test]
fn nobody_takes_the_name_of_a_layer_apart() {
    let words =
        ["layer.id.split", "layer.id.starts_with(", "layer.id.strip_prefix(", "layer.id.ends_with(", "each.id.split"];
    none(&found(
        |f| ["layer", "query", "export", "report", "snapshot", "http", "cli"].contains(&f.module.as_str()),
        |f| &f.code,
        &words,
    ));
}

/// The names of properties stand in `layer` alone, which says what each is; whoever reads a layer goes by roles.
#[test]
fn no_property_is_named_outside_the_layers() {
    let mut names = std::collections::BTreeSet::new();
    for file in house().iter().filter(|f| f.module == "layer") {
        for call in file.code.split("field::").skip(1) {
            let Some((_, rest)) = call.split_once('(') else { continue };
            let Some(name) = rest.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next()) else {
                continue;
            };
            // A name of one word may be a word of something else.
            if name.contains('_') {
                names.insert(name.to_owned());
            }
        }
    }
    assert!(names.len() > 60, "only {} names of properties were found", names.len());
    let mut wrong = Vec::new();
    for file in house().iter().filter(|f| ["snapshot", "cli", "http"].contains(&f.module.as_str())) {
        // What a process or an editor is given has names of its own.
        if file.path == "http/process/coverage.rs" || file.path.starts_with("http/edit/") {
            continue;
        }
        for (i, line) in file.code.lines().enumerate() {
            for name in strings(line).filter(|word| names.contains(*word)) {
                wrong.push(format!("src/{}:{} names the property {name}", file.path, i + 1));
            }
        }
    }
    none(&wrong);
}

#[test]
fn the_page_reads_roles_and_no_prose() {
    let mut paths = Vec::new();
    let mut folders = vec![root().join("web/src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("readable") {
            let path = entry.expect("entry").path();
            if path.is_dir() { folders.push(path) } else { paths.push(path) }
        }
    }
    let words =
        ["description.includes", "description?.includes", "description ?? \"\")", "title?.replace(", "title.replace("];
    let mut wrong = Vec::new();
    for path in &paths {
        let text = fs::read_to_string(path).unwrap_or_default();
        for word in words.iter().filter(|word| text.contains(**word)) {
            wrong.push(format!("{} reads meaning out of words: {word}", path.display()));
        }
    }
    assert!(paths.len() > 20, "the page has only {} files", paths.len());
    none(&wrong);
}

#[test]
fn every_layer_has_its_paragraph_in_methods() {
    let methods = fs::read_to_string(root().join("METHODS.md")).expect("METHODS.md");
    let mut anchors = Vec::new();
    for file in house().iter().filter(|f| f.module == "layer") {
        for line in file.code.lines() {
            if let Some((_, rest)) = line.split_once("method: \"") {
                anchors.extend(rest.split('"').next().map(ToOwned::to_owned));
            }
        }
    }
    assert!(!anchors.is_empty(), "no layer names its paragraph of METHODS.md");
    let missing: Vec<String> = anchors
        .into_iter()
        .filter(|anchor| !methods.contains(&format!("<a id=\"{anchor}\"></a>")))
        .map(|anchor| format!("METHODS.md has no paragraph {anchor}"))
        .collect();
    none(&missing);
}

#[test]
fn the_tree_names_no_machine_and_no_registry() {
    let words = [
        ["crates", ".io/"].concat(),
        ["pypi", ".org"].concat(),
        ["npm", "js"].concat(),
        ["debian", ".org"].concat(),
        ["/", "work/"].concat(),
    ];
    let mut wrong = Vec::new();
    let mut look = |path: &Path| {
        if let Ok(text) = fs::read_to_string(path) {
            for word in words.iter().filter(|w| text.contains(w.as_str())) {
                wrong.push(format!("{} says {word}", path.display()));
            }
        }
    };
    let mut paths = Vec::new();
    for dir in ["src", "tests", "benches", "examples"] {
        let dir = root().join(dir);
        if dir.is_dir() {
            rust_files(&dir, &mut paths);
        }
    }
    for name in [
        "README.md",
        "ARCHITECTURE.md",
        "METHODS.md",
        "GLOSSARY.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "Makefile",
        "Cargo.toml",
    ] {
        paths.push(root().join(name));
    }
    paths.iter().for_each(|path| look(path));
    none(&wrong);
}

#[test]
fn every_issue_is_of_a_kind_in_the_registry_and_as_bad_as_it_says() {
    let house = house();
    let all: String = house.iter().filter(|file| file.path != "place/code.rs").map(|file| file.text.as_str()).collect();
    for code in Code::ALL {
        let used = uses_of(&all, &format!("Code::{code:?}"));
        assert!(!used.is_empty(), "no issue is {code}: take it out of the registry");
        for before in used {
            // Only where the severity stands right before the code; helpers that pass a code on are few.
            let severity = match before.trim_end().trim_end_matches('(').rsplit(['.', ':', ' ']).next() {
                Some("error" | "ask") => Severity::Error,
                Some("warning" | "warn") => Severity::Warning,
                Some("note") => Severity::Note,
                _ => continue,
            };
            assert!(code.severities().contains(&severity), "{code} is not registered as {severity:?}");
        }
    }
}

/// What stands before each use of a name, which is not the beginning of a longer one.
fn uses_of<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let longer = |at: usize| text[at + name.len()..].starts_with(|c: char| c.is_ascii_alphanumeric());
    text.match_indices(name).filter(|(at, _)| !longer(*at)).map(|(at, _)| &text[..at]).collect()
}

#[test]
fn sentences_about_files_begin_as_sentences_do() {
    let mut lower = Vec::new();
    for file in house().iter().filter(|file| ["read", "load"].contains(&file.module.as_str())) {
        for (at, _) in file.code.match_indices("Code::") {
            let mut rest = file.code[at..].split_once(',').map_or("", |(_, rest)| rest);
            rest = rest.trim_start().trim_start_matches("format!(").trim_start();
            let Some(text) = rest.strip_prefix('"') else { continue };
            // A name alone is a field.
            let sentence = text.split('"').next().unwrap_or_default();
            if sentence.contains(' ')
                && sentence.starts_with(|c: char| c.is_lowercase())
                && !sentence.starts_with("place.toml")
            {
                lower.push(format!("{}: {}", file.path, text.lines().next().unwrap_or_default()));
            }
        }
    }
    none(&lower);
}

/// Names that more than one public type has. Give one of them a name of its own, and take it off; nothing is added.
const NAMED_TWICE: [&str; 26] = [
    "Answer",
    "Brief",
    "Cell",
    "Coordinates",
    "Count",
    "Effort",
    "Entry",
    "Finding",
    "Group",
    "Met",
    "Missing",
    "Objective",
    "Options",
    "People",
    "Plan",
    "Problem",
    "Progress",
    "Purpose",
    "Reach",
    "Recount",
    "Role",
    "Solution",
    "Status",
    "Stop",
    "Table",
    "Unsolved",
];

#[test]
fn the_name_of_a_public_type_means_one_thing() {
    let mut of: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in house() {
        for line in file.code.lines() {
            let Some((kind, rest)) = line.strip_prefix("pub ").and_then(|rest| rest.split_once(' ')) else { continue };
            if ["struct", "enum", "trait", "type"].contains(&kind) {
                let name = rest.chars().take_while(|c| c.is_alphanumeric()).collect();
                of.entry(name).or_default().push(file.path.clone());
            }
        }
    }
    assert!(of.len() > 200, "only {} public types were found", of.len());
    let twice = of.into_iter().filter(|(name, files)| files.len() > 1 && !NAMED_TWICE.contains(&name.as_str()));
    none(&twice.map(|(name, files)| format!("{name} is a type of {}", files.join(" and of "))).collect::<Vec<_>>());
}
