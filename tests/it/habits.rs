//! Habits of the repository that a reader relies on: links lead somewhere, dependencies are used and allowed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Files below these folders with one of these endings, less what is built or fetched.
fn files(folders: &[&str], endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = folders.iter().map(|folder| root().join(folder)).collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.expect("an entry").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir()
                && !["target", "node_modules", "dist", "book", "corpus", "artifacts"].contains(&name.as_str())
            {
                folders.push(path);
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn documents() -> Vec<PathBuf> {
    let at_the_top = fs::read_dir(root()).expect("readable").map(|entry| entry.expect("an entry").path());
    let at_the_top = at_the_top.filter(|path| path.extension().is_some_and(|ending| ending == "md"));
    at_the_top.chain(files(&["docs", "fuzz", "deploy", "notebooks", "examples"], &[".md"])).collect()
}

/// The anchors of a document's headings, as GitHub and mdBook make them.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter_map(|line| line.strip_prefix('#')).map(|line| line.trim_start_matches('#'));
    let anchor = |heading: &str| -> String {
        let kept = heading.trim().to_lowercase().replace(' ', "-");
        kept.chars().filter(|c| c.is_alphanumeric() || *c == '-' || *c == '_').collect()
    };
    let named = text.lines().filter_map(|line| line.strip_prefix("<a id=\"")?.split('"').next());
    headings.map(anchor).chain(named.map(str::to_owned)).collect()
}

#[test]
fn every_link_in_the_documents_leads_somewhere() {
    let mut dead = Vec::new();
    for document in documents() {
        let text = fs::read_to_string(&document).expect("readable");
        let shown = document.strip_prefix(root()).unwrap_or(&document).display().to_string();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let path = if file.is_empty() { document.clone() } else { document.with_file_name("").join(file) };
            // The pages of the manual that are made when it is built lie where `make docs` puts them.
            if !path.exists() {
                dead.push(format!("{shown}: {target}"));
            } else if !anchor.is_empty() && path.extension().is_some_and(|ending| ending == "md") {
                let there = anchors(&fs::read_to_string(&path).expect("readable"));
                if !there.contains(anchor) {
                    dead.push(format!("{shown}: {target} (no such heading)"));
                }
            }
        }
        // Paths in running text: `tests/it/house.rs`, docs/speed.md.
        let part_of_a_path = |c: char| c.is_alphanumeric() || "/._-*{},<>$…".contains(c);
        for word in text.split(|c: char| !part_of_a_path(c)) {
            let word = word.trim_end_matches(['.', ',', '/']);
            let ours = ["src/", "docs/", "tests/", "benches/", "fuzz/", "deploy/", "tools/", ".ci/", "notebooks/"];
            let whole = !word.contains(['*', '{', '<', '$', '…', ',']) && !word.starts_with("fuzz/corpus");
            if whole && ours.iter().any(|folder| word.starts_with(folder)) && !root().join(word).exists() {
                dead.push(format!("{shown}: {word}"));
            }
        }
    }
    assert!(dead.is_empty(), "{}", dead.join("\n"));
}

#[test]
fn every_dependency_is_used() {
    let manifest: toml::Table = fs::read_to_string(root().join("Cargo.toml")).expect("readable").parse().expect("TOML");
    let sources = files(&["src", "tests", "benches", "examples"], &[".rs"]);
    let code: String = sources.iter().map(|path| fs::read_to_string(path).expect("readable")).collect();
    let unused: Vec<&String> = ["dependencies", "dev-dependencies"]
        .iter()
        .filter_map(|section| manifest.get(*section)?.as_table())
        .flat_map(|section| section.keys())
        .filter(|name| {
            let name = name.replace('-', "_");
            // Named for its features, which axum uses.
            name != "tower" && !code.contains(&format!("{name}::")) && !code.contains(&format!("use {name};"))
        })
        .collect();
    assert!(unused.is_empty(), "in Cargo.toml and nowhere in the code: {unused:?}");
}

#[test]
fn every_dependency_may_be_passed_on() {
    let policy: toml::Table = fs::read_to_string(root().join("deny.toml")).expect("readable").parse().expect("TOML");
    let licences = &policy["licenses"];
    let allowed: BTreeSet<&str> =
        licences["allow"].as_array().expect("a list").iter().filter_map(toml::Value::as_str).collect();
    let exempt: BTreeSet<&str> = licences["exceptions"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|exception| exception["crate"].as_str())
        .collect();
    let asked = std::process::Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--offline", "--format-version", "1", "--filter-platform", host().as_str()])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    if !asked.status.success() {
        let why = String::from_utf8_lossy(&asked.stderr).lines().next().unwrap_or_default().to_owned();
        crate::real_files::left_out(&format!("the licences of dependencies: cargo metadata said: {why}"));
        return;
    }
    let found: serde_json::Value = serde_json::from_slice(&asked.stdout).expect("JSON");
    let mut refused = Vec::new();
    for package in found["packages"].as_array().expect("packages") {
        let name = package["name"].as_str().unwrap_or_default();
        let licence = package["license"].as_str().unwrap_or_default();
        if name != "patchwork" && !exempt.contains(name) && !allows(licence, &allowed) {
            refused.push(format!("{name}: {licence:?}"));
        }
    }
    assert!(refused.is_empty(), "deny.toml does not allow:\n{}", refused.join("\n"));
}

/// Whether a licence expression can be met: of parts joined by OR one, of parts joined by AND each.
fn allows(expression: &str, allowed: &BTreeSet<&str>) -> bool {
    let plain = expression.replace('/', " OR ");
    let plain = plain.trim();
    let split = |word: &str| -> Option<Vec<String>> {
        let (mut depth, mut parts, mut part) = (0, Vec::new(), Vec::new());
        for token in plain.replace('(', " ( ").replace(')', " ) ").split_whitespace() {
            depth += i32::from(token == "(") - i32::from(token == ")");
            if token == word && depth == 0 {
                parts.push(std::mem::take(&mut part).join(" "));
            } else {
                part.push(token.to_owned());
            }
        }
        parts.push(part.join(" "));
        (parts.len() > 1).then_some(parts)
    };
    if let Some(parts) = split("OR") {
        return parts.iter().any(|part| allows(part, allowed));
    }
    if let Some(parts) = split("AND") {
        return parts.iter().all(|part| allows(part, allowed));
    }
    match plain.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        Some(inner) => allows(inner, allowed),
        None => allowed.contains(plain),
    }
}

#[test]
fn licence_expressions_are_read_as_spdx_means_them() {
    let allowed = BTreeSet::from(["MIT", "Apache-2.0", "ISC"]);
    for met in ["MIT", "MIT/GPL-2.0", "GPL-2.0 OR (ISC AND MIT)", "(MIT OR GPL-2.0) AND ISC"] {
        assert!(allows(met, &allowed), "{met}");
    }
    for refused in ["", "GPL-2.0", "MIT AND GPL-2.0", "(MIT AND GPL-2.0) OR GPL-3.0"] {
        assert!(!allows(refused, &allowed), "{refused}");
    }
}

/// The machine's own target, so that crates for other systems are not asked for.
fn host() -> String {
    let said = std::process::Command::new("rustc").arg("-vV").output().map(|said| said.stdout).unwrap_or_default();
    let said = String::from_utf8_lossy(&said).into_owned();
    said.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or("x86_64-unknown-linux-gnu").to_owned()
}
