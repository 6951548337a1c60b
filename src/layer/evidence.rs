use super::catalog::{Context, Entry, Make};
use super::column::{Columns, Table};
use super::credits::{MET, PEOPLE};
use super::field::said;
use super::reach::decimals;
use super::{Field, Is, Marker, Value, field};
use crate::disclose::Cell;
use crate::measure::evidence::{PatchEvidence, PerSession, REPORTED, evidence};
use crate::place::Patch;

/// The marks: field, title, and what is counted as evidence of each.
pub(crate) const MARKS: [(&str, &str, &str); 6] = [
    ("dialogue", "Dialogue under way", "Introductions and conversations recorded in the last four whole quarters"),
    ("priorities", "Shared priorities", "Themes that were each raised often enough to be shown, in the whole time"),
    ("agenda", "Shared agenda", "Records of work on projects and enterprises in the last four whole quarters"),
    (
        "leaders",
        "Accountable leaders from within",
        "People with two or more records of work on projects or enterprises, in the whole time",
    ),
    ("assets", "Assets known and planned with", "Assets at which people of the patch were met, in the whole time"),
    ("network", "Networked with local stakeholders", "New connections made in the last four whole quarters"),
];

/// What each of [`REPORTED`] is called: field and title.
const REPORTED_AS: [(&str, &str); REPORTED.len()] = [
    ("sessions", "Sessions"),
    ("events", "Events"),
    ("conversations", "Conversations"),
    ("memberships", "Memberships"),
    ("projects", "Work on projects"),
    ("enterprises", "Work on enterprises"),
];

/// The one that is a ratio.
const PER_SESSION: &str = "connections_per_session";

/// What is recorded of one patch.
struct Row<'a> {
    patch: &'a Patch,
    found: PatchEvidence,
}

/// The line of the catalogue.
pub(super) const ENTRY: Entry = Entry {
    id: "evidence",
    subject: "evidence",
    measure: "evidence",
    asks: Some("What there is of a mobilised community in the records, by patch"),
    title: "Evidence of a mobilised community",
    description: "Six marks by patch, each as countable evidence from the records or as no evidence recorded; never \
                  added up. Small counts are hidden and the others rounded before anything else is done with them.",
    method: "evidence",
    roles: &[PEOPLE, MET],
    walks: false,
    make: Make::OfRecords(table),
};

/// What there is of each mark of a mobilised community, by patch: never one score.
fn table(context: &Context<'_>) -> Option<Table> {
    let engaged = context.engaged?;
    let rows = context.place.patches.enumerate().map(|(index, patch)| Row { patch, found: evidence(engaged, index) });
    Some(columns().table(rows, |row: &Row<'_>| {
        (row.patch.key.clone(), Some(geo::Geometry::MultiPolygon(row.patch.shape.clone())))
    }))
}

fn columns<'a>() -> Columns<'a, Row<'a>> {
    let mut columns = Columns::new();
    columns.add(field::patch_id("Stable name of the patch"), |row: &Row<'_>| said(&row.patch.key));
    columns.add(field::name("patch_name", "Name of the patch", "Name for people"), |row| said(&row.patch.name));
    for (at, (name, title, what)) in MARKS.into_iter().enumerate() {
        let field = field::integer(name, title, what, Some("as described")).is(Is::Mark);
        columns.add(field, move |row| counted(row.found.marks[at]));
        let words = "shown; no evidence recorded; confidential: hidden to protect people ([c] in CSV); low";
        columns.add(status(name, title, words), move |row| said(word(row.found.marks[at])));
    }
    let words = "shown; zero; confidential: hidden to protect people ([c] in CSV); low; not applicable ([z] in CSV)";
    for (at, (name, title, what, unit)) in reported_fields().into_iter().enumerate() {
        let of = move |row: &Row<'a>| row.found.reported.get(at).copied().unwrap_or(Cell::Hidden);
        columns.add(field::integer(name, title, &what, Some(unit)), move |row| counted(of(row)));
        columns.add(status(name, title, words), move |row| said(of(row).status()));
    }
    let title = "New connections per session";
    let what = format!("New connections of sessions ÷ sessions, {YEAR}; not applicable without sessions");
    columns.add(field::rate(PER_SESSION, title, &what, "connections per session"), |row| match per_session(row) {
        Ok(ratio) => decimals(Some(ratio), 2),
        Err(marker) => Value::Marked(marker),
    });
    columns
        .add(status(PER_SESSION, title, words), |row| said(per_session(row).map_or_else(Marker::status, |_| "shown")));
    columns
}

/// New connections of a session, or the marker in their place.
fn per_session(row: &Row<'_>) -> Result<f64, Marker> {
    match row.found.per_session {
        PerSession::Known(ratio) => Ok(ratio),
        PerSession::NotApplicable => Err(Marker::NotApplicable),
        PerSession::Low => Err(Marker::Low),
        PerSession::Confidential => Err(Marker::Confidential),
    }
}

fn status(of: &str, title: &str, words: &str) -> Field {
    field::status(of, &format!("{of}_status"), &format!("{title}: status"), words)
}

/// The count, or why it is not there.
fn counted(cell: Cell) -> Value {
    match cell {
        Cell::Hidden => Value::Marked(Marker::Confidential),
        Cell::Low => Value::Marked(Marker::Low),
        Cell::Zero | Cell::Shown(_) => field::shown(cell),
    }
}

const YEAR: &str = "in the last four whole quarters";

/// Name, title, meaning and unit of what projects report, in the order of [`PatchEvidence::reported`].
fn reported_fields() -> Vec<(&'static str, &'static str, String, &'static str)> {
    let mut fields = vec![
        ("people", "People met", "People met in the whole time".to_owned(), "people"),
        ("attendances", "Attendances", format!("People in all records, {YEAR}"), "people"),
        ("hours", "Hours", format!("Hours of all records, {YEAR}"), "hours"),
    ];
    fields.extend(REPORTED_AS.iter().map(|(name, title)| (*name, *title, format!("Records, {YEAR}"), "records")));
    fields
}

fn word(cell: Cell) -> &'static str {
    match cell {
        Cell::Zero => "no evidence recorded",
        other => other.status(),
    }
}
