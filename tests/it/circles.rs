//! Files of the source that import each other in a circle cannot be read one after the other. There were more; the list
//! of those that are left only gets shorter.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Circles that are known. Dissolve one, and take it off the list; a test says when that is due.
const KNOWN: [&[&str]; 2] = [&["disclose/names", "disclose/system"], &["http/openapi", "http/openapi_tiles"]];

type Module = Vec<String>;

/// The code of each module, without comments and tests.
fn modules() -> BTreeMap<Module, String> {
    let src = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeMap::new();
    let mut folders = vec![src.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("readable") {
            let path = entry.expect("entry").path();
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") && !name.ends_with("tests") {
                found.extend(module(&src, &path));
            }
        }
    }
    found
}

fn module(src: &Path, path: &Path) -> Option<(Module, String)> {
    let inside = path.strip_prefix(src).expect("below src").with_extension("");
    let mut names: Module = inside.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if names.iter().any(|name| name == "tests") {
        return None;
    }
    if names.last().is_some_and(|name| name == "mod") {
        names.pop();
    }
    let text = fs::read_to_string(path).expect("readable");
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    Some((names, code.join("\n")))
}

/// A path that a module uses, from the root of the crate.
struct Use {
    /// Whether it hands on what it names.
    public: bool,
    /// Whether it names what lies below it: a folder's own file is read before the others of the folder.
    below: bool,
    path: Module,
}

fn uses(own: &Module, code: &str) -> Vec<Use> {
    let mut paths = Vec::new();
    for (at, _) in code.match_indices("use ") {
        let before = code[..at].rsplit(['\n', ';', '}']).next().unwrap_or_default().trim();
        if !(before.is_empty() || before.starts_with("pub")) {
            continue;
        }
        let Some((tree, _)) = code[at + 4..].split_once(';') else { continue };
        let mut flat = Vec::new();
        expand(tree, &Vec::new(), &mut flat);
        for path in flat {
            let below = path.first().is_none_or(|first| !["crate", "self", "super"].contains(&first.as_str()));
            let public = before.starts_with("pub");
            paths.extend(absolute(own, path).map(|path| Use { public, below, path }));
        }
    }
    paths
}

fn expand(tree: &str, before: &Module, out: &mut Vec<Module>) {
    let Some((head, rest)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap_or_default();
        let names = path.split("::").map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
        out.push(before.iter().cloned().chain(names).collect());
        return;
    };
    let mut start = before.clone();
    start.extend(head.split("::").map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()));
    let inner = rest.rsplit_once('}').map_or(rest, |(inner, _)| inner);
    let (mut depth, mut from) = (0_i32, 0);
    for (at, sign) in inner.char_indices().chain([(inner.len(), ',')]) {
        match sign {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                if !inner[from..at].trim().is_empty() {
                    expand(&inner[from..at], &start, out);
                }
                from = at + 1;
            }
            _ => {}
        }
    }
}

fn absolute(own: &Module, path: Module) -> Option<Module> {
    let ups = path.iter().take_while(|name| *name == "super").count();
    match path.first()?.as_str() {
        "crate" => Some(path[1..].to_vec()),
        "self" => Some(own.iter().cloned().chain(path[1..].iter().cloned()).collect()),
        "super" => {
            Some(own[..own.len().checked_sub(ups)?].iter().cloned().chain(path[ups..].iter().cloned()).collect())
        }
        // A module below this one, or another crate, which names nothing here.
        _ => Some(own.iter().cloned().chain(path).collect()),
    }
}

/// The module that a path names, and what it names of it.
fn target<'m>(modules: &'m BTreeMap<Module, String>, path: &[String]) -> Option<(&'m Module, usize)> {
    (1..=path.len()).rev().find_map(|n| modules.get_key_value(&path[..n]).map(|(name, _)| (name, n)))
}

/// The modules that each module imports; what another hands on is imported from where it is.
fn imports(modules: &BTreeMap<Module, String>) -> BTreeMap<&Module, BTreeSet<&Module>> {
    let mut all = BTreeMap::new();
    for (own, code) in modules {
        let mut of = BTreeSet::new();
        for Use { path, .. } in uses(own, code).into_iter().filter(|one| !one.below) {
            let Some((mut to, n)) = target(modules, &path) else { continue };
            if let Some(item) = path.get(n) {
                let handed = uses(to, &modules[to]).into_iter();
                let from = handed.filter(|one| one.public && one.path.last() == Some(item)).map(|one| one.path);
                to = from.filter_map(|path| target(modules, &path)).map(|(to, _)| to).next().unwrap_or(to);
            }
            if to != own {
                of.insert(to);
            }
        }
        all.insert(own, of);
    }
    all
}

/// All that can be reached from a module.
fn reach<'m>(imports: &BTreeMap<&'m Module, BTreeSet<&'m Module>>, from: &'m Module) -> BTreeSet<&'m Module> {
    let mut found = BTreeSet::new();
    let mut open = vec![from];
    while let Some(own) = open.pop() {
        for next in imports.get(own).into_iter().flatten() {
            if found.insert(*next) {
                open.push(next);
            }
        }
    }
    found
}

/// Files that reach each other, each circle as its imports: "a imports b".
fn circles() -> Vec<(BTreeSet<String>, Vec<String>)> {
    let modules = modules();
    let imports = imports(&modules);
    let reached: BTreeMap<&Module, BTreeSet<&Module>> = modules.keys().map(|own| (own, reach(&imports, own))).collect();
    let mut circles = BTreeMap::new();
    for (own, to) in &reached {
        let circle: BTreeSet<&Module> = to.iter().filter(|other| reached[**other].contains(own)).copied().collect();
        if circle.len() > 1 {
            let inside = |from: &&Module| imports[*from].intersection(&circle).copied().collect::<Vec<_>>();
            let arrows = circle.iter().flat_map(|from| {
                inside(from).into_iter().map(|to| format!("  {} imports {}", from.join("/"), to.join("/")))
            });
            circles.insert(circle.iter().map(|name| name.join("/")).collect(), arrows.collect());
        }
    }
    circles.into_iter().collect()
}

#[test]
fn files_import_each_other_in_no_circle_but_those_that_are_known() {
    let known: Vec<BTreeSet<String>> =
        KNOWN.iter().map(|circle| circle.iter().map(|&name| name.to_owned()).collect()).collect();
    let new: Vec<String> = circles()
        .into_iter()
        .filter(|(circle, _)| !known.iter().any(|known| circle.is_subset(known)))
        .map(|(_, arrows)| arrows.join("\n"))
        .collect();
    assert!(new.is_empty(), "these files import each other:\n{}", new.join("\n\n"));
}

#[test]
fn a_circle_that_is_dissolved_is_off_the_list() {
    let circles = circles();
    for known in KNOWN {
        let known: BTreeSet<String> = known.iter().map(|&name| name.to_owned()).collect();
        assert!(circles.iter().any(|(circle, _)| circle.is_subset(&known)), "{known:?} is no circle any more");
    }
}
