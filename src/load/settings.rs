//! Reads `place.toml`, and says in plain words which line is wrong and how to mend it.

use super::desk::nearest;
use super::manifest::Manifest;
use crate::place::{Code, Issue, Where};
use std::io::Read;
use std::path::Path;

/// What `dir/place.toml` says.
///
/// # Errors
/// An issue for each wrong line that can be told before the first is mended: it names the line and the
/// key, and the nearest known key where one is unknown.
pub(super) fn read(dir: &Path) -> Result<Manifest, Vec<Issue>> {
    let at = || Where::file("place.toml");
    if !dir.is_dir() {
        let problem = format!("There is no directory \"{}\"", dir.display());
        return Err(vec![Issue::error(Code::PlaceMissing, at(), problem, "Give the directory that holds place.toml")]);
    }
    let bytes = short(&dir.join("place.toml")).map_err(|error| {
        let problem = match error.kind() {
            std::io::ErrorKind::NotFound => format!("The directory \"{}\" has no place.toml", dir.display()),
            _ => format!("place.toml cannot be read: {error}"),
        };
        let remedy = "Write one that names the place's files; `patchwork demo DIR` makes a whole place to learn from";
        vec![Issue::error(Code::PlaceMissing, at(), problem, remedy)]
    })?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let line = 1 + error.as_bytes()[..error.utf8_error().valid_up_to()].iter().filter(|b| **b == b'\n').count();
        let remedy = "Save the file as UTF-8";
        vec![Issue::error(Code::SettingsEncoding, at().row(line as u64), "place.toml is not UTF-8 text", remedy)]
    })?;
    parse(&text)
}

/// Wrong lines that are told at once. Each is found by reading the whole text again.
const MOST_TOLD: usize = 50;

/// Longest `place.toml` that is read, in bytes.
const LONGEST: u64 = 4 << 20;

/// The bytes of a file that is one, and short.
fn short(path: &Path) -> std::io::Result<Vec<u8>> {
    if !super::fence::is_data(path) {
        return Err(std::io::Error::other("it is a device, a pipe or part of the system"));
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST {
        return Err(std::io::Error::other(format!("it is longer than {LONGEST} bytes")));
    }
    Ok(bytes)
}

/// The settings in the text of a `place.toml`.
///
/// # Errors
/// As [`read`].
pub(super) fn parse(text: &str) -> Result<Manifest, Vec<Issue>> {
    collect(text).map_err(|mut issues| {
        issues.sort_by_key(|issue| issue.at.row);
        issues
    })
}

fn collect(text: &str) -> Result<Manifest, Vec<Issue>> {
    let mut text = text.trim_start_matches('\u{feff}').to_owned();
    let mut issues: Vec<Issue> = Vec::new();
    loop {
        let error = match toml::from_str(&text) {
            Ok(manifest) if issues.is_empty() => return Ok(manifest),
            Ok(_) => return Err(issues),
            Err(error) => error,
        };
        let issue = explain(&text, &error);
        let without = (issue.code == Code::UnknownKey).then(|| without_line(&text, issue.at.row)).flatten();
        // What follows a line that was taken out may be wrong only because the line is gone.
        if issues.is_empty() || matches!(issue.code, Code::UnknownKey | Code::WrongType) {
            issues.push(issue);
        }
        match without {
            Some(rest) if issues.len() < MOST_TOLD => text = rest,
            _ => return Err(issues),
        }
    }
}

/// The text with one line empty, so that the next unknown key can be found; `None` for the line of a
/// section, whose keys would fall to the section before it.
fn without_line(text: &str, row: Option<u64>) -> Option<String> {
    let gone = usize::try_from(row?).ok()?.checked_sub(1)?;
    let line = text.lines().nth(gone)?.trim();
    if line.is_empty() || line.starts_with('[') {
        return None;
    }
    let kept: Vec<&str> = text.lines().enumerate().map(|(i, line)| if i == gone { "" } else { line }).collect();
    Some(kept.join("\n"))
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
            Issue::error(Code::UnknownKey, at(unknown), format!("There is no key \"{unknown}\"{within}"), remedy)
        }
        Some((missing, _)) if message.starts_with("missing field") => {
            let problem = format!("The key \"{missing}\" is missing{within}");
            Issue::error(Code::MissingKey, at(missing), problem, format!("Add a line such as {missing} = …"))
        }
        _ if message.starts_with("invalid type")
            || message.contains("untagged enum")
            || message.starts_with("invalid value") =>
        {
            let problem = format!("The key \"{key}\"{within} has a value of the wrong kind");
            Issue::error(Code::WrongType, at(&key), problem, format!("Write {}", expected(message)))
        }
        _ => {
            let problem = format!("Line {line} is not TOML: {}", message.lines().next().unwrap_or("it cannot be read"));
            Issue::error(
                Code::SettingsSyntax,
                at(&key),
                problem,
                "Mend the line; text stands in quotes, lists in square brackets",
            )
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
        _ if wanted.starts_with("a sequence") => {
            "a list in square brackets; for a section, double brackets as in [[groups]]"
        }
        _ => "a table, as in { key = \"value\" }, or a section in single brackets",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Severity;

    const GOOD: &str = "[place]\nname = \"Toytown\"\n\n[zones]\nfile = \"zones.geojson\"\n";

    fn wrong(text: &str) -> Issue {
        parse(text).expect_err("wrong").remove(0)
    }

    #[test]
    fn the_shortest_place_has_a_name_and_zones() {
        let manifest = parse(GOOD).expect("good");
        assert_eq!(manifest.place.name, "Toytown");
        assert_eq!(manifest.disclosure.threshold, 10);
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line_and_the_nearest_known_one() {
        let issue = wrong(&format!("{GOOD}naem = \"x\"\n"));
        assert_eq!((issue.severity, issue.code.word(), issue.at.row), (Severity::Error, "unknown-key", Some(6)));
        assert!(issue.problem.contains("\"naem\" in [zones]"), "{}", issue.problem);
        assert!(issue.remedy.starts_with("Did you mean \"name\"?"), "{}", issue.remedy);
    }

    #[test]
    fn every_unknown_key_is_named_at_once_and_a_line_that_is_only_missed_is_not() {
        let text = "[place]\nnaem = \"x\"\nname = \"Toytown\"\ncolour = 1\n\n[zones]\nflie = \"z\"\n";
        let issues = parse(text).expect_err("wrong");
        let told: Vec<_> = issues.iter().map(|issue| (issue.code.word(), issue.at.row)).collect();
        assert_eq!(told, [("unknown-key", Some(2)), ("unknown-key", Some(4)), ("unknown-key", Some(7))]);
    }

    #[test]
    fn a_file_of_nothing_but_wrong_lines_or_of_one_thing_inside_another_ends_soon() {
        let began = std::time::Instant::now();
        let many: String = (0..100_000).map(|number| format!("k{number} = 1\n")).collect();
        assert_eq!(parse(&format!("{GOOD}{many}")).expect_err("wrong").len(), MOST_TOLD);
        assert!(began.elapsed() < std::time::Duration::from_secs(60), "{:?}", began.elapsed());
        for inside in ["a = ".to_owned() + &"[".repeat(500_000), "a = ".to_owned() + &"{a=".repeat(300_000)] {
            assert_eq!(wrong(&format!("{GOOD}{inside}\n")).code, "settings-syntax");
        }
        wrong(&format!("{GOOD}a{} = 1\n", ".a".repeat(200_000)));
    }

    #[test]
    fn an_unknown_section_is_named_too() {
        let issue = wrong(&format!("{GOOD}\n[pathces]\nfile = \"p\"\n"));
        assert_eq!(issue.code, "unknown-key");
        assert!(issue.remedy.contains("patches"), "{}", issue.remedy);
    }

    #[test]
    fn a_value_of_the_wrong_kind_names_the_key_and_what_is_wanted() {
        let standard = "\n[[standards]]\nkey = \"a\"\nkinds = [\"library\"]\nwithin_minutes = \"15\"\n";
        let issue = wrong(&format!("{GOOD}{standard}"));
        assert_eq!((issue.code.word(), issue.at.field.as_deref()), ("wrong-type", Some("within_minutes")));
        assert!(issue.remedy.contains("a number"), "{}", issue.remedy);
        let issue = wrong("[place]\nname = 5\n");
        assert!(issue.remedy.contains("text in quotes"), "{}", issue.remedy);
    }

    #[test]
    fn a_missing_key_and_broken_text_are_told_apart() {
        assert_eq!(wrong("[place]\nname = \"x\"\n[zones]\n").code, "missing-key");
        let broken = wrong("[place]\nname = \"x\n");
        assert_eq!((broken.code.word(), broken.at.row), ("settings-syntax", Some(2)));
    }

    #[test]
    fn a_directory_without_settings_says_so() {
        let dir = tempfile::tempdir().expect("a directory");
        assert_eq!(read(dir.path()).expect_err("none")[0].code, "place-missing");
        assert_eq!(read(&dir.path().join("nowhere")).expect_err("none")[0].code, "place-missing");
        std::fs::write(dir.path().join("place.toml"), b"[place]\nname = \"\xff\"").expect("written");
        assert_eq!(read(dir.path()).expect_err("bytes")[0].code, "settings-encoding");
    }
}
