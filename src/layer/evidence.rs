use super::catalog::{Context, Entry, Make};
use super::column::{Columns, Table};
use super::credits::{MET, PEOPLE};
use super::engaged::Engaged;
use super::field::said;
use super::reach::decimals;
use super::{Field, Is, Marker, Value, field};
use crate::disclose::Cell;
use crate::measure::counts;
use crate::place::{Activity, Idx, Patch};

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

/// What projects report: field, title, activity, and which table.
const REPORTED: [(&str, &str, Activity); 6] = [
    ("sessions", "Sessions", Activity::Session),
    ("events", "Events", Activity::Event),
    ("conversations", "Conversations", Activity::Conversation),
    ("memberships", "Memberships", Activity::Membership),
    ("projects", "Work on projects", Activity::Project),
    ("enterprises", "Work on enterprises", Activity::Enterprise),
];

/// The one that is a ratio.
const PER_SESSION: &str = "connections_per_session";

/// What is recorded of one patch.
struct Row<'a> {
    patch: &'a Patch,
    marks: [Cell; 6],
    reported: Vec<Cell>,
    per_session: Result<f64, Marker>,
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
    let rows = context.place.patches.enumerate().map(|(index, patch)| {
        let at = index.index() + 1;
        Row { patch, marks: marks(engaged, at), reported: reported(engaged, at), per_session: per_session(engaged, at) }
    });
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
        columns.add(field, move |row| counted(row.marks[at]));
        let words = "shown; no evidence recorded; confidential: hidden to protect people ([c] in CSV); low";
        columns.add(status(name, title, words), move |row| said(word(row.marks[at])));
    }
    let words = "shown; zero; confidential: hidden to protect people ([c] in CSV); low; not applicable ([z] in CSV)";
    for (at, (name, title, what, unit)) in reported_fields().into_iter().enumerate() {
        let of = move |row: &Row<'a>| row.reported.get(at).copied().unwrap_or(Cell::Hidden);
        columns.add(field::integer(name, title, &what, Some(unit)), move |row| counted(of(row)));
        columns.add(status(name, title, words), move |row| said(of(row).status()));
    }
    let title = "New connections per session";
    let what = format!("New connections of sessions ÷ sessions, {YEAR}; not applicable without sessions");
    columns.add(field::rate(PER_SESSION, title, &what, "connections per session"), |row| match row.per_session {
        Ok(ratio) => decimals(Some(ratio), 2),
        Err(marker) => Value::Marked(marker),
    });
    columns
        .add(status(PER_SESSION, title, words), |row| said(row.per_session.map_or_else(Marker::status, |_| "shown")));
    columns
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

/// Name, title, meaning and unit of what projects report, in the order of [`reported`].
fn reported_fields() -> Vec<(&'static str, &'static str, String, &'static str)> {
    let mut fields = vec![
        ("people", "People met", "People met in the whole time".to_owned(), "people"),
        ("attendances", "Attendances", format!("People in all records, {YEAR}"), "people"),
        ("hours", "Hours", format!("Hours of all records, {YEAR}"), "hours"),
    ];
    fields.extend(REPORTED.iter().map(|(name, title, _)| (*name, *title, format!("Records, {YEAR}"), "records")));
    fields
}

/// The counts of the six marks, protected.
pub(super) fn marks(engaged: &Engaged, row: usize) -> [Cell; 6] {
    let work = |table: &str, activities: &[Activity]| {
        sum(activities.iter().map(|one| amount(engaged, table, row, Some(*one))))
    };
    let themes = engaged.protected.table(counts::THEMES).map_or(0, |table| {
        let n = table.dimensions.get(1).map_or(0, |themes| themes.categories.len());
        (1..n).filter(|theme| matches!(table.cell(&[row, *theme, 0]), Cell::Shown(_))).count() as u64
    });
    let one = |name: &str, at: &[usize]| engaged.protected.table(name).map_or(Cell::Zero, |table| table.cell(at));
    [
        work("records", &[Activity::Introduction1, Activity::Introduction2, Activity::Conversation]),
        if themes == 0 { Cell::Zero } else { Cell::Shown(themes) },
        work("records", &[Activity::Project, Activity::Enterprise]),
        one(counts::LEADERS, &[row, 1, 0]),
        one(counts::VENUES, &[row, 0]),
        amount(engaged, "connections", row, None),
    ]
}

/// The sum of what is shown; hidden where none of it is.
fn sum(cells: impl Iterator<Item = Cell>) -> Cell {
    cells.fold(Cell::Zero, |sum, cell| match (sum, cell) {
        (Cell::Shown(a), Cell::Shown(b)) => Cell::Shown(a + b),
        (Cell::Shown(a), _) | (_, Cell::Shown(a)) => Cell::Shown(a),
        (Cell::Zero, other) => other,
        (other, _) => other,
    })
}

fn amount(engaged: &Engaged, table: &str, row: usize, activity: Option<Activity>) -> Cell {
    let at = activity.map_or(0, |one| Activity::ALL.iter().position(|own| *own == one).map_or(0, |at| at + 1));
    engaged.protected.table(table).map_or(Cell::Hidden, |table| table.cell(&[row, at, 0]))
}

fn word(cell: Cell) -> &'static str {
    match cell {
        Cell::Zero => "no evidence recorded",
        other => other.status(),
    }
}

/// What projects report of the patch in this row of the tables.
fn reported(engaged: &Engaged, row: usize) -> Vec<Cell> {
    let mut cells = vec![
        engaged.everybody().map_or(Cell::Hidden, |table| table.cell(&[row, 0, 0])),
        amount(engaged, "attendances", row, None),
        amount(engaged, "hours", row, None),
    ];
    cells.extend(REPORTED.iter().map(|(_, _, activity)| amount(engaged, "records", row, Some(*activity))));
    cells
}

/// New connections of a session, or why there is no such number.
fn per_session(engaged: &Engaged, row: usize) -> Result<f64, Marker> {
    let [sessions, made] = ["records", "connections"].map(|table| amount(engaged, table, row, Some(Activity::Session)));
    match (sessions, made) {
        (Cell::Zero, _) => Err(Marker::NotApplicable),
        (Cell::Shown(sessions), Cell::Low) if sessions > 0 => Err(Marker::Low),
        (Cell::Shown(sessions), made) if sessions > 0 => {
            made.value().map(|made| made as f64 / sessions as f64).ok_or(Marker::Confidential)
        }
        _ => Err(Marker::Confidential),
    }
}
