//! The part of the page about what people raise, and the evidence of a mobilised community.

use super::{Title, table};
use crate::layer::Value;
use crate::place::Place;
use crate::report::rows::Rows;

/// Themes named on the page.
const NAMED: usize = 10;

/// `None` where no record names a theme.
pub(super) fn themes(place: &Place, rows: Option<&Rows<'_>>, patch: &str) -> String {
    const HEADING: &str = "<h2>What people raise</h2>";
    const NONE: &str = "The records name no themes yet: a column of themes says what people raised.";
    let Some(rows) = rows else { return format!("{HEADING}<p>{NONE}</p>") };
    let mut here = rows.find(&[("patch_id", patch), ("dimension", "all")]);
    if here.is_empty() {
        return format!("{HEADING}<p>{NONE}</p>");
    }
    if here.iter().all(|row| rows.number(*row, "records").is_none_or(|records| records <= 0.0)) {
        return format!(
            "{HEADING}<p>No theme was raised here often enough to be shown without giving somebody away.</p>"
        );
    }
    here.sort_by(|a, b| {
        let of = |row: &usize| rows.number(*row, "records").unwrap_or(0.0);
        of(b).total_cmp(&of(a)).then(a.cmp(b))
    });
    let lines: Vec<Vec<String>> = here
        .into_iter()
        .take(NAMED)
        .map(|at| {
            let odds = match rows.number(at, "odds_ratio") {
                Some(_) => {
                    let word =
                        if rows.is(at, "stands_out", "no") { String::new() } else { rows.text(at, "stands_out") };
                    format!("{word} {} times", rows.text(at, "odds_ratio"))
                }
                None => rows.text(at, "odds_ratio"),
            };
            vec![
                rows.text(at, "theme"),
                rows.text(at, "records"),
                odds,
                rows.text(at, "rising"),
                rows.text(at, "residents_without_answer"),
            ]
        })
        .collect();
    let titles = [
        Title::Words("Theme"),
        Title::Number("records"),
        Title::Number("beside elsewhere"),
        Title::Number("rising?"),
        Title::Number("none near"),
    ];
    let note = if place.theme_answers.is_empty() {
        "What would answer a theme is said under [themes] in place.toml."
    } else {
        "None near: residents without an open asset that answers the theme within 15 minutes’ walk; a dash where none is named for it."
    };
    format!("{HEADING}{}<p class=small>{note}</p>", table("The themes raised most", &titles, &lines))
}

pub(super) fn evidence(rows: &Rows<'_>, patch: &str) -> String {
    let Some(&at) = rows.find(&[("patch_id", patch)]).first() else { return String::new() };
    let lines: Vec<Vec<String>> = crate::layer::MARKS
        .iter()
        .map(|(name, title, what)| {
            let status = match rows.value(at, &format!("{name}_status")) {
                Value::Text(words) => words.as_str(),
                _ => "",
            };
            let shown = match status {
                "no evidence recorded" => status.to_owned(),
                "shown" => rows.text(at, name),
                _ => "not shown, to protect people".to_owned(),
            };
            vec![(*title).to_owned(), shown, (*what).to_owned()]
        })
        .collect();
    let titles = [Title::Words("Mark"), Title::Number("evidence"), Title::Words("what is counted")];
    format!(
        "<h2>Evidence of a mobilised community</h2>{}<p class=small>That nothing is recorded does not say that there is \
         nothing.</p>{}",
        table("Six marks, each for itself", &titles, &lines),
        reported(rows, at)
    )
}

/// What projects report, in a sentence.
fn reported(rows: &Rows<'_>, at: usize) -> String {
    const WHAT: [(&str, &str); 5] = [
        ("attendances", "attendances"),
        ("hours", "hours"),
        ("sessions", "sessions"),
        ("events", "events"),
        ("enterprises", "records of work on enterprises"),
    ];
    let mut words: Vec<String> = WHAT
        .iter()
        .filter(|(name, _)| rows.number(at, name) > Some(0.0))
        .map(|(name, what)| format!("{} {what}", rows.text(at, name)))
        .collect();
    if rows.number(at, "connections_per_session") > Some(0.0) {
        words.push(format!("{} new connections a session", rows.text(at, "connections_per_session")));
    }
    if words.is_empty() {
        return String::new();
    }
    format!("<p>In the last four whole quarters: {}.</p>", words.join(", "))
}
