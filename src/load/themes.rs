//! What would answer a theme: kinds of asset, checked against those there are.

use super::Issues;
use super::desk::nearest;
use super::manifest::OneOrMany;
use super::words::{counted, some_of};
use crate::place::{Code, Engagement, Issue, Where};
use std::collections::{BTreeMap, BTreeSet};

/// Themes that fewer records raise than a count must have to be shown are not named anywhere: words that few have used may
/// be about one of them.
pub(super) fn forget_rare(met: &mut Engagement, threshold: u64, issues: &mut Issues) {
    let forgotten = met.forget_rare_themes(threshold as f64);
    if forgotten > 0 {
        let themes = counted(forgotten, "theme is", "themes are");
        let problem = format!("{themes} raised in fewer than {threshold} records of the whole place");
        let remedy = "They are not named, and count among those that raised any theme; a short list of themes to choose \
                      from keeps them comparable";
        issues.push(Issue::note(Code::ThemeRare, Where::file("place.toml").field("[[engagement]]"), problem, remedy));
    }
}

/// Kinds of asset that answer a theme, by the theme in the form records have it in.
///
/// Told of: a kind that no asset has, because everybody then counts as having none near; a theme that no record
/// names, because nothing is then said of it; and a theme without any kind.
///
/// * `present`: kinds of the assets there are.
/// * `heard`: themes that records raise; `None` without records.
pub(super) fn answers(
    themes: &BTreeMap<String, OneOrMany>,
    present: &BTreeSet<&str>,
    heard: Option<&[String]>,
    issues: &mut Issues,
) -> BTreeMap<String, Vec<String>> {
    let mut answers = BTreeMap::new();
    for (written, answer) in themes {
        let at = || Where::file("place.toml").field(format!("[themes] \"{written}\""));
        let theme = written.trim().to_lowercase();
        let kinds = match answer {
            OneOrMany::One(kind) => vec![kind.clone()],
            OneOrMany::Many(kinds) => kinds.clone(),
        };
        if kinds.is_empty() {
            let problem = format!("No kind of asset is named that would answer \"{theme}\"");
            issues.push(Issue::warning(Code::ThemeUnanswered, at(), problem, "Name a kind, or take the line out"));
            continue;
        }
        tell_missing(&theme, &kinds, present, &at, issues);
        if let Some(heard) = heard.filter(|heard| !heard.contains(&theme)) {
            let problem = format!("Hardly any record raises the theme \"{theme}\"");
            let remedy = match nearest(&theme, heard.iter().map(String::as_str)) {
                Some(near) => format!("Did you mean \"{near}\"? Write it as the records do"),
                None if heard.is_empty() => "The records name no themes; nothing is said of this one".to_owned(),
                None => format!("Leave it, or write it as the records do; they raise {}", some_of(heard)),
            };
            issues.push(Issue::note(Code::ThemeUnheard, at(), problem, remedy));
        }
        answers.insert(theme, kinds);
    }
    answers
}

fn tell_missing(theme: &str, kinds: &[String], present: &BTreeSet<&str>, at: &dyn Fn() -> Where, issues: &mut Issues) {
    let missing: Vec<&str> = kinds.iter().map(String::as_str).filter(|kind| !present.contains(kind)).collect();
    if missing.is_empty() {
        return;
    }
    let all = if missing.len() == kinds.len() { ", so everybody counts as having none near" } else { "" };
    let problem = format!("No asset has the kind {}, which would answer \"{theme}\"{all}", some_of(&missing));
    let meant: Vec<&str> = missing.iter().filter_map(|kind| nearest(kind, present.iter().copied())).collect();
    let there: Vec<&str> = present.iter().copied().collect();
    let remedy = match (meant.as_slice(), there.as_slice()) {
        (_, []) => "There are no assets; add an [[assets]] section".to_owned(),
        ([], there) => {
            format!("Leave it if there is none in the place; else the kinds there are: {}", there.join(", "))
        }
        (meant, there) => format!("Did you mean {}? The kinds there are: {}", some_of(meant), there.join(", ")),
    };
    issues.push(Issue::warning(Code::KindMissing, at(), problem, remedy));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(issue: &Issue) -> String {
        format!("{} {}. {}", issue.at.field.as_deref().unwrap_or(""), issue.problem, issue.remedy)
    }

    fn told(settings: &str) -> (BTreeMap<String, Vec<String>>, Vec<String>) {
        let themes: BTreeMap<String, OneOrMany> = toml::from_str(settings).expect("settings");
        let kinds = BTreeSet::from(["library", "village_hall", "youth_centre"]);
        let heard = ["loneliness".to_owned(), "young people".to_owned()];
        let mut issues = Issues::default();
        let answers = answers(&themes, &kinds, Some(&heard), &mut issues);
        (answers, issues.into_sorted().iter().map(said).collect())
    }

    #[test]
    fn a_kind_that_no_asset_has_is_told_with_the_nearest_there_is() {
        let (answers, issues) = told("\"young people\" = \"youth_center\"");
        assert_eq!(answers["young people"], ["youth_center"]);
        let [issue] = issues.as_slice() else { panic!("{issues:?}") };
        for words in
            ["[themes] \"young people\"", "everybody counts as having none near", "Did you mean \"youth_centre\"?"]
        {
            assert!(issue.contains(words), "{words} in {issue}");
        }
        let (_, issues) = told("loneliness = [\"library\", \"village_hal\"]");
        assert!(issues[0].contains("village_hall") && !issues[0].contains("everybody"), "{issues:?}");
        let (_, issues) = told("loneliness = \"swimming_pool\"");
        assert!(issues[0].contains("Leave it if there is none in the place"), "{issues:?}");
    }

    #[test]
    fn a_theme_that_no_record_raises_is_told_with_the_nearest_raised() {
        let (answers, issues) = told("Lonelyness = \"library\"");
        assert_eq!(answers["lonelyness"], ["library"]);
        assert!(issues[0].contains("Did you mean \"loneliness\"?"), "{issues:?}");
        assert_eq!(told("\" Loneliness \" = \"library\"").1, Vec::<String>::new());
    }

    #[test]
    fn a_theme_without_a_kind_is_told_and_not_answered() {
        let (answers, issues) = told("loneliness = []");
        assert!(answers.is_empty());
        assert!(issues[0].contains("No kind of asset is named"), "{issues:?}");
    }
}
