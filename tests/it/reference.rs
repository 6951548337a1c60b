//! The pages of docs/ that are written from the code: a test fails while one is stale.
//!
//! `make docs` writes them: it runs these tests with `PATCHWORK_WRITE_DOCS` set.

use crate::http_server::Server;
use patchwork::place::{Code, Severity};
use patchwork::synth::{DemoOptions, write_demo_with_buses};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")
}

/// The page stands in docs/ as the code has it; with `PATCHWORK_WRITE_DOCS` it is put there.
fn stands(name: &str, page: &str) {
    let path = docs().join(name);
    if std::env::var_os("PATCHWORK_WRITE_DOCS").is_some() {
        fs::write(&path, page).expect("written");
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    assert!(there == page, "docs/{name} is stale: run make docs");
}

#[test]
fn the_page_of_issues_is_that_of_the_registry() {
    let mut page = String::from(
        "# Issues\n\nWhat `patchwork check`, the page and `/-/issues` may say of the files of a place. Each issue names the file, \
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

/// The schema of `place.toml`, and where its parts are.
struct Schema(Value);

impl Schema {
    /// What a part stands for: references followed, the `null` of an optional key left out.
    fn real<'a>(&'a self, part: &'a Value) -> &'a Value {
        if let Some(name) = part["$ref"].as_str().and_then(|to| to.strip_prefix("#/$defs/")) {
            return self.real(&self.0["$defs"][name]);
        }
        let of_several = part["anyOf"].as_array().filter(|several| several.iter().any(|one| one["type"] == "null"));
        match of_several.and_then(|several| several.iter().find(|one| one["type"] != "null")) {
            Some(one) => self.real(one),
            None => part,
        }
    }

    /// The keys of a section.
    fn keys<'a>(&'a self, part: &'a Value) -> Option<&'a Map<String, Value>> {
        self.real(part)["properties"].as_object()
    }

    /// The section that is given once, or several times.
    fn section<'a>(&'a self, part: &'a Value) -> Option<(&'a Value, bool)> {
        let real = self.real(part);
        match &real["items"] {
            Value::Null => self.keys(real).map(|_| (real, false)),
            items => self.keys(items).map(|_| (self.real(items), true)),
        }
    }

    /// The kind of value in words.
    fn words(&self, part: &Value) -> String {
        let part = self.real(part);
        let kind = match &part["type"] {
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
            kind => kind.as_str(),
        };
        match kind {
            Some("string") => "text".to_owned(),
            Some("number") => "number".to_owned(),
            Some("integer") => "whole number".to_owned(),
            Some("boolean") => "true or false".to_owned(),
            Some("array") => format!("list of {}", self.words(&part["items"])),
            Some("object") => format!("table of {}", self.words(&part["additionalProperties"])),
            _ => {
                let several = part["anyOf"].as_array().expect("a kind, or several");
                several.iter().map(|one| self.words(one)).collect::<Vec<_>>().join(", or ")
            }
        }
    }

    /// What is wrong with a value, as far as keys and kinds go.
    fn refuses(&self, part: &Value, value: &Value, at: &str) -> Option<String> {
        let real = self.real(part);
        if let Some(several) = real["anyOf"].as_array() {
            let refused = several.iter().all(|one| self.refuses(one, value, at).is_some());
            return refused.then(|| format!("{at}: {value} is none of its kinds"));
        }
        let kinds: Vec<&str> = match &real["type"] {
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
            kind => kind.as_str().into_iter().collect(),
        };
        let kind = match value {
            Value::String(_) => "string",
            Value::Bool(_) => "boolean",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
            Value::Number(number) if number.is_f64() || !kinds.contains(&"integer") => "number",
            _ => "integer",
        };
        if !kinds.contains(&kind) {
            return Some(format!("{at}: {value} is not {kinds:?}"));
        }
        match value {
            Value::Array(items) => items.iter().find_map(|item| self.refuses(&real["items"], item, at)),
            Value::Object(members) => {
                let needed = real["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
                let missing =
                    needed.filter(|key| !members.contains_key(*key)).map(|key| format!("{at}.{key} is missing"));
                let refused = |(key, value): (&String, &Value)| {
                    let at = format!("{at}.{key}");
                    match (&real["properties"][key], &real["additionalProperties"]) {
                        (Value::Null, Value::Object(_)) => self.refuses(&real["additionalProperties"], value, &at),
                        (Value::Null, _) => Some(format!("{at} is not known")),
                        (known, _) => self.refuses(known, value, &at),
                    }
                };
                missing.into_iter().next().or_else(|| members.iter().find_map(refused))
            }
            _ => None,
        }
    }
}

fn settings(path: &Path) -> Value {
    let text = fs::read_to_string(path).expect("readable");
    let read: toml::Value = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::to_value(read).expect("JSON")
}

/// A value as `place.toml` has it on one line.
fn as_toml(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(as_toml).collect::<Vec<_>>().join(", ")),
        Value::Object(members) => {
            let plain = |key: &str| key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            let member = |(key, value): (&String, &Value)| {
                let key = if plain(key) { key.clone() } else { format!("\"{key}\"") };
                format!("{key} = {}", as_toml(value))
            };
            format!("{{ {} }}", members.iter().map(member).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

/// One line of a doc comment, fit for a cell of a table.
fn cell(words: &Value) -> String {
    words.as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

/// The rows of a section, and then its own sections.
fn describe(schema: &Schema, path: &str, twice: bool, section: &Value, example: &Value, page: &mut String) {
    let heading = if twice { format!("[[{path}]]") } else { format!("[{path}]") };
    let about = cell(&section["description"]);
    // Doc comments begin with the name that stands in the heading.
    let about = about.split_once("]`").map_or(about.as_str(), |(_, rest)| rest).trim_start_matches([':', ' ']);
    let mut letters = about.chars();
    let about: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    let _ = write!(page, "\n## `{heading}`\n\n{about}\n\n");
    page.push_str("| Key | Kind | Default | Example | What it is |\n|---|---|---|---|---|\n");
    let mut below = Vec::new();
    for (key, part) in schema.keys(section).expect("a section") {
        let own = match example {
            Value::Array(items) => &items[0][key],
            other => &other[key],
        };
        let shared = (key == "source" && path != "patches") || (key == "lookup" && path != "groups");
        let smaller = key == "smaller_areas";
        if let Some((section, twice)) = schema.section(part) {
            let heading = if twice { format!("`[[{path}.{key}]]`") } else { format!("`[{path}.{key}]`") };
            let see = match key.as_str() {
                "source" if shared => ", with the keys of `[patches.source]`",
                "lookup" if shared => ", with the keys of `[groups.lookup]`",
                _ if smaller => ", with the keys of `[zones.dwellings.points]`",
                _ => "",
            };
            let _ = writeln!(page, "| `{key}` | section | | | {heading}{see}: {} |", cell(&part["description"]));
            if !shared && !smaller {
                below.push((format!("{path}.{key}"), twice, section, own));
            }
            continue;
        }
        assert!(!own.is_null(), "docs/every-key.toml has no example of {path}.{key}");
        let needed = section["required"].as_array().is_some_and(|keys| keys.iter().any(|one| one == key));
        let default = match &part["default"] {
            _ if needed => "needed".to_owned(),
            Value::Null => String::new(),
            Value::Object(none) if none.is_empty() => String::new(),
            Value::Array(none) if none.is_empty() => String::new(),
            other => format!("`{}`", as_toml(other)),
        };
        let words = cell(&part["description"]);
        assert!(!words.is_empty(), "{path}.{key} is not described");
        let _ = writeln!(page, "| `{key}` | {} | {default} | `{}` | {words} |", schema.words(part), as_toml(own));
    }
    for (path, twice, section, example) in below {
        describe(schema, &path, twice, section, example, page);
    }
}

#[test]
fn the_reference_of_place_toml_has_every_key_that_is_read_with_an_example_that_is_taken() {
    let schema = Schema(patchwork::load::schema());
    let examples = settings(&docs().join("every-key.toml"));
    let read = fs::read_to_string(docs().join("every-key.toml")).expect("readable");
    toml::from_str::<patchwork::load::Manifest>(&read).expect("every example is taken");
    assert_eq!(schema.refuses(&schema.0, &examples, "place.toml"), None);
    let mut page = String::from(
        "# place.toml\n\nEvery key there is. A place needs `[place]`, `[zones]` and something that says how many people live in \
         the zones; the rest is there when you have the file for it. Paths are relative to the folder of `place.toml`, or \
         begin with an environment variable, as in `${DATA}/wards.gpkg`. A key that is not listed here is an error that \
         names the nearest one.\n\nA section in single brackets stands once; one in double brackets may stand several times, \
         once for each file. A key without a default may be left out: what is meant is then recognised, or not used.\n\n\
         For editors that check TOML, a running Patchwork serves these keys as JSON Schema at `/docs/place.schema.json`; \
         [Set up your own place](tutorial-data.md) says how to use it.\n",
    );
    for (key, part) in schema.keys(&schema.0).expect("the sections") {
        match schema.section(part) {
            Some((section, twice)) => describe(&schema, key, twice, section, &examples[key], &mut page),
            None => {
                let _ = write!(page, "\n## `[{key}]`\n\n{}\n\n```toml\n[{key}]\n", cell(&part["description"]));
                for (name, value) in examples[key].as_object().expect("a table") {
                    let _ = writeln!(page, "{name} = {}", as_toml(value));
                }
                page.push_str("```\n");
            }
        }
    }
    stands("place-toml.md", &page);
    stands("place.schema.json", &format!("{:#}\n", schema.0));
}

#[test]
fn the_schema_takes_every_example_place_and_refuses_what_the_loader_refuses() {
    let schema = Schema(patchwork::load::schema());
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tried = 0;
    for entry in fs::read_dir(root.join("examples/places")).expect("the examples") {
        let path = entry.expect("an entry").path().join("place.toml");
        if path.is_file() {
            assert_eq!(schema.refuses(&schema.0, &settings(&path), "place.toml"), None, "{}", path.display());
            let text = fs::read_to_string(&path).expect("readable");
            assert!(text.starts_with("#:schema ../../../docs/place.schema.json\n"), "{}", path.display());
            tried += 1;
        }
    }
    assert!(tried > 5, "{tried}");
    for (wrong, why) in [
        ("[place]\nnaem = \"x\"\nname = \"x\"\n[zones]\nfile = \"z\"", "place.toml.place.naem is not known"),
        ("[place]\nname = \"x\"\n[zones]\n", "place.toml.zones.file is missing"),
        ("[place]\nname = 3\n[zones]\nfile = \"z\"", "place.toml.place.name: 3 is not [\"string\"]"),
        ("[zones]\nfile = \"z\"", "place.toml.place is missing"),
        (
            "[place]\nname = \"x\"\n[zones]\nfile = \"z\"\n[streets]\nfile = \"s\"\njoin_within_m = \"1\"",
            "join_within_m",
        ),
        ("[place]\nname = \"x\"\n[zones]\nfile = \"z\"\n[[groups]]\nfile = \"g\"", "groups.dimension is missing"),
    ] {
        assert!(toml::from_str::<patchwork::load::Manifest>(wrong).is_err(), "{wrong}");
        let read: toml::Value = toml::from_str(wrong).expect("TOML");
        let refused = schema.refuses(&schema.0, &serde_json::to_value(read).expect("JSON"), "place.toml");
        assert!(refused.as_deref().is_some_and(|said| said.contains(why)), "{wrong}: {refused:?}");
    }
}

#[test]
fn the_page_of_layers_is_that_of_the_catalogue() {
    let tmp = tempfile::tempdir().expect("a directory");
    let dir = tmp.path().join("demo");
    write_demo_with_buses(&dir, &DemoOptions { residents: 36_000, seed: 3 }, &|_| {}).expect("a demo");
    // With the patches of an earlier time, which the demo has not.
    let settings = fs::read_to_string(dir.join("place.toml")).expect("readable");
    let patches = "\n[[patches.earlier]]\nfile = \"patches.gpkg\"\nlayer = \"patches\"\nuntil = \"2024-03-31\"\n";
    fs::write(dir.join("place.toml"), settings + patches).expect("written");
    let loaded = patchwork::load::load(&dir, &|_| {});
    let server = Server::of(loaded.place.expect("usable"));
    let mut page = String::from(
        "# Layers and columns\n\nEverything Patchwork answers is a layer: a table, most with shapes on the map. Here are those of the \
         demo borough with buses, with patches of an earlier time; a place has those for which it has files, and one of a kind for each of its standards and dimensions \
         (`coverage-hub-15`, `reach-age`). Of columns that stand once for each group or standard, mostly one is listed. Where releases are kept, there is also \
         `moved-homes`, which says whose counts changed because a boundary did.\n\n\
         In CSV and XLSX, `[c]` is a count that is hidden, because it is small or a small one could be worked out from it, `[low]` one rounded to nought, `[z]` does not apply and \
         `[x]` is not known; none of them is 0.\n",
    );
    let mut seen: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let all = server.get("/collections?f=json").json();
    for layer in all["collections"].as_array().expect("the layers") {
        let id = layer["id"].as_str().expect("an id");
        let kind = ["coverage-", "gaps-", "catchment-ratios-", "over-the-day-", "reach-"]
            .iter()
            .find(|kind| id.starts_with(**kind));
        let name = match kind {
            Some(&"reach-") if seen.contains_key("reach-") => continue,
            Some(&"reach-") => "reach-DIMENSION".to_owned(),
            Some(kind) => format!("{kind}STANDARD"),
            None => id.to_owned(),
        };
        // Of a kind that was told already, only the columns that it had not.
        let known = kind.and_then(|kind| seen.get(*kind)).cloned();
        let also = [("by-bus", "by bus"), ("room", "with room"), ("van", "over weeks")];
        let also = also.iter().find(|(part, _)| known.is_some() && id.contains(part));
        if known.is_some() && also.is_none() {
            continue;
        }
        let layers_kind = kind.copied();
        let schema = server.get(&format!("/collections/{id}/schema")).json();
        let method = layer["method"].as_str().and_then(|to| to.split('#').nth(1)).unwrap_or_default();
        let description = cell(&schema["description"]);
        let description = description.split(" The standard:").next().unwrap_or_default();
        let mut rows = String::new();
        let mut groups = BTreeSet::new();
        for (column, said) in schema["properties"].as_object().expect("columns") {
            let what = cell(&said["description"]);
            let kind = said["type"].as_str().or_else(|| said["format"].as_str()).unwrap_or_default();
            let kind = kind.trim_start_matches("geometry-").replace("-or-", " or ");
            let title = cell(&said["title"]);
            // Once for each group and standard: the first stands for all.
            let of_others = [
                "hub_evening_15_",
                "hub_step_free_15_",
                "library_20_",
                "library_by_bus_30_",
                "hub_evening_by_bus_30_",
                "library_or_van_10_",
                "hub_room_15_",
            ];
            if let Some((stem, _)) = column.rsplit_once("_asian").or_else(|| column.rsplit_once("_hub-15")) {
                groups.insert(stem.to_owned());
            } else if of_others.iter().any(|own| column.starts_with(own))
                && !column.contains("hub_room_15_places")
                && !column.contains("room_unknown")
                || groups.iter().any(|stem| column.starts_with(&format!("{stem}_")) && is_of_a_group(column))
            {
                continue;
            }
            let unit = said["x-ogc-unit"].as_str().unwrap_or_default();
            let what = if what.is_empty() { title } else { what };
            if known.as_ref().is_some_and(|known| known.contains(column)) {
                continue;
            }
            let _ = writeln!(rows, "| `{column}` | {kind} | {unit} | {what} |");
        }
        let columns = schema["properties"].as_object().into_iter().flat_map(|columns| columns.keys().cloned());
        if let Some(kind) = layers_kind {
            seen.entry(kind).or_default().extend(columns);
        }
        if rows.is_empty() {
            continue;
        }
        match also {
            Some((_, also)) => {
                let _ = write!(page, "\n### {name}, {also}\n\nBesides the columns above.\n\n");
            }
            None => {
                let _ =
                    write!(page, "\n## {name}\n\n{description} [How it is worked out](../METHODS.md#{method}).\n\n");
            }
        }
        page.push_str("| Column | Kind | Unit | What it is |\n|---|---|---|---|\n");
        page.push_str(&rows);
    }
    stands("layers.md", &page);
}

/// Whether a column is about one group of the demo.
fn is_of_a_group(column: &str) -> bool {
    ["black", "mixed", "white", "other_ethnic", "disabled", "age_"].iter().any(|group| column.contains(group))
}
