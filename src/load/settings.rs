//! Reads `place.toml`, and says in plain words which line is wrong and how to mend it.

use super::desk::nearest;
use super::manifest::Manifest;
use crate::place::{Issue, Where};
use std::path::Path;

/// What `dir/place.toml` says.
///
/// # Errors
/// One issue that names the line and the key, and the nearest known key where one is unknown.
pub(super) fn read(dir: &Path) -> Result<Manifest, Issue> {
    let at = || Where::file("place.toml");
    if !dir.is_dir() {
        let problem = format!("There is no directory \"{}\"", dir.display());
        return Err(Issue::error("place-missing", at(), problem, "Give the directory that holds place.toml"));
    }
    let bytes = std::fs::read(dir.join("place.toml")).map_err(|error| {
        let problem = match error.kind() {
            std::io::ErrorKind::NotFound => format!("The directory \"{}\" has no place.toml", dir.display()),
            _ => format!("place.toml cannot be read: {error}"),
        };
        let remedy = "Write one that names the place's files; `patchwork demo DIR` makes a whole place to learn from";
        Issue::error("place-missing", at(), problem, remedy)
    })?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let line = 1 + error.as_bytes()[..error.utf8_error().valid_up_to()].iter().filter(|b| **b == b'\n').count();
        let remedy = "Save the file as UTF-8";
        Issue::error("settings-encoding", at().row(line as u64), "place.toml is not UTF-8 text", remedy)
    })?;
    parse(&text)
}

/// The settings in the text of a `place.toml`.
///
/// # Errors
/// As [`read`].
pub(super) fn parse(text: &str) -> Result<Manifest, Issue> {
    let text = text.trim_start_matches('\u{feff}');
    toml::from_str(text).map_err(|error| explain(text, &error))
}

fn explain(text: &str, error: &toml::de::Error) -> Issue {
    let start = error.span().map_or(0, |span| span.start.min(text.len()));
    let line = 1 + text.as_bytes()[..start].iter().filter(|b| **b == b'\n').count();
    let (section, key) = around(text, line);
    let message = error.message();
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let at = |field: &str| Where::file("place.toml").row(line as u64).field(field.to_owned());
    let within = if section.is_empty() { String::new() } else { format!(" in {section}") };
    match quoted.split_first() {
        Some((unknown, known)) if message.starts_with("unknown field") => {
            let remedy = match nearest(unknown, known.iter().copied()) {
                Some(name) => format!("Did you mean \"{name}\"? Known keys here: {}", known.join(", ")),
                None => format!("Remove it or use one of the known keys here: {}", known.join(", ")),
            };
            Issue::error("unknown-key", at(unknown), format!("There is no key \"{unknown}\"{within}"), remedy)
        }
        Some((missing, _)) if message.starts_with("missing field") => {
            let problem = format!("The key \"{missing}\" is missing{within}");
            Issue::error("missing-key", at(missing), problem, format!("Add a line such as {missing} = …"))
        }
        _ if message.starts_with("invalid type") || message.contains("untagged enum") || message.starts_with("invalid value") => {
            let problem = format!("The key \"{key}\"{within} has a value of the wrong kind");
            Issue::error("wrong-type", at(&key), problem, format!("Write {}", expected(message)))
        }
        _ => {
            let problem = format!("Line {line} is not TOML: {}", message.lines().next().unwrap_or("it cannot be read"));
            Issue::error("settings-syntax", at(&key), problem, "Mend the line; text stands in quotes, lists in square brackets")
        }
    }
}

/// The section header and the key that a line stands under.
fn around(text: &str, line: usize) -> (String, String) {
    let (mut section, mut key) = (String::new(), String::new());
    for row in text.lines().take(line) {
        let row = row.trim();
        if row.starts_with('[') && row.trim_end_matches(|c: char| c != ']').ends_with(']') && !row.contains(',') {
            section = row.split('#').next().unwrap_or(row).trim().to_owned();
            key.clear();
        } else if let Some((name, _)) = row.split_once('=')
            && !name.trim().is_empty()
            && name.trim().chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '"'))
        {
            key = name.trim().trim_matches('"').to_owned();
        }
    }
    (section, key)
}

/// What kind of value a message of the parser asks for, in plain words.
fn expected(message: &str) -> &'static str {
    let wanted = message.rsplit("expected ").next().unwrap_or(message);
    match wanted {
        _ if message.contains("OneOrMany") => "text in quotes, or a list of such texts in square brackets",
        _ if wanted.starts_with("a string") => "text in quotes",
        _ if wanted.starts_with('f') => "a number, without quotes",
        _ if wanted.starts_with('u') || wanted.starts_with('i') => "a whole number, without quotes",
        _ if wanted.starts_with("a bool") => "true or false, without quotes",
        _ if wanted.starts_with("a sequence") => "a list in square brackets; for a section, double brackets as in [[groups]]",
        _ => "a table, as in { key = \"value\" }, or a section in single brackets",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Severity;

    const GOOD: &str = "[place]\nname = \"Toytown\"\n\n[zones]\nfile = \"zones.geojson\"\n";

    #[test]
    fn the_shortest_place_has_a_name_and_zones() {
        let manifest = parse(GOOD).expect("good");
        assert_eq!(manifest.place.name, "Toytown");
        assert_eq!(manifest.disclosure.threshold, 10);
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line_and_the_nearest_known_one() {
        let issue = parse(&format!("{GOOD}naem = \"x\"\n")).expect_err("unknown");
        assert_eq!((issue.severity, issue.code, issue.at.row), (Severity::Error, "unknown-key", Some(6)));
        assert!(issue.problem.contains("\"naem\" in [zones]"), "{}", issue.problem);
        assert!(issue.remedy.starts_with("Did you mean \"name\"?"), "{}", issue.remedy);
    }

    #[test]
    fn an_unknown_section_is_named_too() {
        let issue = parse(&format!("{GOOD}\n[pathces]\nfile = \"p\"\n")).expect_err("unknown");
        assert_eq!(issue.code, "unknown-key");
        assert!(issue.remedy.contains("patches"), "{}", issue.remedy);
    }

    #[test]
    fn a_value_of_the_wrong_kind_names_the_key_and_what_is_wanted() {
        let standard = "\n[[standards]]\nkey = \"a\"\nkinds = [\"library\"]\nwithin_minutes = \"15\"\n";
        let issue = parse(&format!("{GOOD}{standard}")).expect_err("wrong");
        assert_eq!((issue.code, issue.at.field.as_deref()), ("wrong-type", Some("within_minutes")));
        assert!(issue.remedy.contains("a number"), "{}", issue.remedy);
        let issue = parse("[place]\nname = 5\n").expect_err("wrong");
        assert!(issue.remedy.contains("text in quotes"), "{}", issue.remedy);
    }

    #[test]
    fn a_missing_key_and_broken_text_are_told_apart() {
        assert_eq!(parse("[place]\nname = \"x\"\n[zones]\n").expect_err("missing").code, "missing-key");
        let broken = parse("[place]\nname = \"x\n").expect_err("broken");
        assert_eq!((broken.code, broken.at.row), ("settings-syntax", Some(2)));
    }

    #[test]
    fn a_directory_without_settings_says_so() {
        let dir = tempfile::tempdir().expect("a directory");
        assert_eq!(read(dir.path()).expect_err("none").code, "place-missing");
        assert_eq!(read(&dir.path().join("nowhere")).expect_err("none").code, "place-missing");
        std::fs::write(dir.path().join("place.toml"), b"[place]\nname = \"\xff\"").expect("written");
        assert_eq!(read(dir.path()).expect_err("bytes").code, "settings-encoding");
    }
}
