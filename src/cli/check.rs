//! `patchwork check`: what is there, and everything wrong with the files, with what to do about it.

use super::args::{CheckArgs, CheckFormat};
use super::progress::Progress;
use super::words::{count, whole};
use super::{Failure, print_result};
use crate::load::{self, Loaded};
use crate::measure::Engaged;
use crate::place::{Code, Disclosure, Issue, Place, Severity};
use crate::report::{check as report, understood};
use std::collections::HashMap;
use std::fmt::Write;

/// So many faults of one kind in one file are all listed; of more, the first stands for the rest, which are counted.
const LISTED: usize = 3;

/// Runs the command.
pub fn run(args: &CheckArgs, progress: &Progress) -> Result<(), Failure> {
    let mut loaded = load::load(&args.dir, &|step| progress.step(step));
    if let Some(place) = &loaded.place {
        progress.step("Protecting small counts of people met");
        if let Err(why) = Engaged::of(place) {
            loaded.issues.push(Engaged::not_protected(&why));
            loaded.issues.sort();
        }
    }
    progress.done();
    match args.format {
        CheckFormat::Json => print_result(&report::check_json(&loaded))?,
        CheckFormat::Text => print_result(&as_text(&loaded, args.all))?,
    }
    if loaded.place.is_some() { Ok(()) } else { Err(Failure::Said) }
}

fn as_text(loaded: &Loaded, all: bool) -> String {
    let mut text = String::new();
    if let Some(place) = &loaded.place {
        describe(place, &mut text);
    } else if let Some(draft) = &loaded.draft {
        describe(draft, &mut text);
        text.push_str("  This is what could be read so far; nothing is answered until the errors below are mended.\n");
    }
    let tables = understood::lines(&loaded.tables);
    if !tables.is_empty() {
        let _ = writeln!(text, "{}tables of residents", if text.is_empty() { "" } else { "\n" });
        for line in tables {
            let _ = writeln!(text, "  {line}");
        }
    }
    let of = |severity| loaded.issues.iter().filter(|issue| issue.severity == severity).count();
    let (errors, warnings, notes) = (of(Severity::Error), of(Severity::Warning), of(Severity::Note));
    if !text.is_empty() {
        text.push('\n');
    }
    let _ = writeln!(
        text,
        "{}, {}, {}",
        count(errors, "error", "errors"),
        count(warnings, "warning", "warnings"),
        count(notes, "note", "notes")
    );
    for kind in by_kind(&loaded.issues) {
        describe_issues(&kind, all, &mut text);
    }
    text.push_str(if loaded.place.is_some() {
        if loaded.issues.iter().any(|issue| issue.code == Code::NotProtected) {
            "\nThe place is usable, but nothing is shown of its engagement records.\n"
        } else {
            "\nThe place is usable.\n"
        }
    } else {
        "\nThe place is not usable until the errors are mended.\n"
    });
    text
}

/// The issues of each kind and file together, in the order in which the first of each comes.
fn by_kind(issues: &[Issue]) -> Vec<Vec<&Issue>> {
    let mut kinds: Vec<Vec<&Issue>> = Vec::new();
    let mut known: HashMap<(Severity, Code, &str), usize> = HashMap::new();
    for issue in issues {
        let nth = *known.entry((issue.severity, issue.code, &issue.at.file)).or_insert(kinds.len());
        match kinds.get_mut(nth) {
            Some(kind) => kind.push(issue),
            None => kinds.push(vec![issue]),
        }
    }
    kinds
}

fn describe_issues(kind: &[&Issue], all: bool, text: &mut String) {
    let shown = if all || kind.len() <= LISTED { kind.len() } else { 1 };
    for issue in kind.iter().take(shown) {
        let _ = writeln!(text, "\n{:<8} {}", issue.severity.word(), place_of(issue));
        let _ = writeln!(text, "         {}.", issue.problem);
        let _ = writeln!(text, "         -> {}.", issue.remedy);
    }
    if let Some(first) = kind.first().filter(|_| shown < kind.len()) {
        let _ = writeln!(
            text,
            "         ... and {} more like this in {} ({}; --all lists them)",
            whole((kind.len() - shown) as f64),
            if first.at.file.is_empty() { "place.toml" } else { &first.at.file },
            first.code
        );
    }
}

fn place_of(issue: &Issue) -> String {
    let mut words = if issue.at.file.is_empty() { "place.toml".to_owned() } else { issue.at.file.clone() };
    if let Some(row) = issue.at.row {
        let _ = write!(words, ", row {row}");
    }
    if let Some(field) = &issue.at.field {
        let _ = write!(words, ", field {field}");
    }
    if let Some(key) = &issue.at.key {
        let _ = write!(words, " ({key})");
    }
    let _ = write!(words, "  [{}]", issue.code);
    words
}

fn describe(place: &Place, text: &mut String) {
    let made_up = if place.made_up { " (made up: this place does not exist)" } else { "" };
    let _ = writeln!(text, "{}{made_up}", place.name);
    if let Some(notice) = &place.notice {
        let _ = writeln!(text, "{notice}");
    }
    for (name, value) in report::summary(place) {
        let _ = writeln!(text, "  {name:<12} {value}");
    }
    // Whoever says which group the words of a record mean needs the keys.
    if !place.engagement.files.is_empty() {
        for (dimension, keys) in report::group_keys(place) {
            let _ = writeln!(text, "  keys of {dimension}: {keys}");
        }
        let _ = writeln!(text, "  {:<12} {}", "releases", releases(&place.disclosure));
    }
}

/// Whether what was published of people met is kept, and which: without it the next release is not protected together with
/// those before.
fn releases(disclosure: &Disclosure) -> String {
    let names: Vec<&str> = disclosure.earlier.iter().map(|(name, _)| name.as_str()).collect();
    let kept = match names[..] {
        [] => "none is kept".to_owned(),
        [one] => format!("one is kept ({one}), and this is protected together with it"),
        [first, .., last] => {
            format!("{} are kept ({first} to {last}), and this is protected together with them", names.len())
        }
    };
    let next = if disclosure.releases.is_some() {
        "patchwork serve keeps what it publishes"
    } else {
        "keep = true under [disclosure] lets patchwork serve keep what it publishes"
    };
    format!("{kept}; {next}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Where;

    #[test]
    fn which_releases_are_kept_is_said() {
        let said = |earlier: &[&str], is_kept: bool| {
            let earlier = earlier.iter().map(|name| ((*name).to_owned(), String::new())).collect();
            releases(&Disclosure { earlier, releases: is_kept.then(std::path::PathBuf::new), ..Disclosure::default() })
        };
        assert!(said(&[], false).starts_with("none is kept; keep = true under [disclosure]"));
        assert!(said(&["q1.json"], true).starts_with("one is kept (q1.json), and"));
        assert!(said(&["q1.json", "q2.json", "q3.json"], true).starts_with("3 are kept (q1.json to q3.json), and"));
        assert!(said(&[], true).ends_with("; patchwork serve keeps what it publishes"));
    }

    #[test]
    fn many_equal_issues_are_one_example_and_a_count_however_they_are_mixed() {
        let issue = |code: Code, row: u64| Issue::warning(code, Where::file("a.csv").row(row), "Odd", "Mend it");
        let issues: Vec<Issue> =
            (0..147).flat_map(|row| [issue(Code::PointNowhere, row), issue(Code::BlankKey, row)]).take(150).collect();
        let kinds = by_kind(&issues);
        assert_eq!(kinds.iter().map(Vec::len).collect::<Vec<_>>(), [75, 75]);
        let mut text = String::new();
        kinds.iter().for_each(|kind| describe_issues(kind, false, &mut text));
        assert_eq!(text.matches("Mend it").count(), 2);
        assert!(text.contains("... and 74 more like this in a.csv (point-nowhere; --all lists them)"), "{text}");
        text.clear();
        kinds.iter().for_each(|kind| describe_issues(kind, true, &mut text));
        assert_eq!(text.matches("Mend it").count(), 150);
    }
}
