use super::catalog::{Context, Table};
use super::engaged::Engaged;
use super::reach::{decimals, shown};
use super::{Feature, Field, Value, field, marker};
use crate::disclose::Cell;
use crate::measure::counts;
use crate::place::{Activity, Idx, PatchIdx};

/// The marks: field, title, and what is counted as evidence of each.
pub(super) const MARKS: [(&str, &str, &str); 6] = [
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

/// What there is of each mark of a mobilised community, by patch: never one score.
pub(super) fn table(context: &Context<'_>) -> Table {
    let Some(engaged) = context.engaged else { return Table { fields: fields(), features: Vec::new() } };
    let place = context.place;
    let features = place
        .patches
        .enumerate()
        .map(|(patch, about)| {
            let row = patch.index() + 1;
            let mut values = vec![Value::Text(about.key.clone()), Value::Text(about.name.clone())];
            for cell in marks(engaged, row) {
                values.push(shown(cell));
                values.push(Value::Text(word(cell).to_owned()));
            }
            values.extend(reported(engaged, patch));
            Feature { id: about.key.clone(), geometry: Some(geo::Geometry::MultiPolygon(about.shape.clone())), values }
        })
        .collect();
    Table { fields: fields(), features }
}

/// Name, title, meaning and unit of what projects report, in the order of [`reported`].
fn reported_fields() -> Vec<(&'static str, &'static str, String, &'static str)> {
    const YEAR: &str = "in the last four whole quarters";
    let mut fields = vec![
        ("people", "People met", "People met in the whole time".to_owned(), "people"),
        ("attendances", "Attendances", format!("People in all records, {YEAR}"), "people"),
        ("hours", "Hours", format!("Hours of all records, {YEAR}"), "hours"),
    ];
    fields.extend(REPORTED.iter().map(|(name, title, _)| (*name, *title, format!("Records, {YEAR}"), "records")));
    let ratio = format!("New connections of sessions ÷ sessions, {YEAR}; not applicable without sessions");
    fields.push((PER_SESSION, "New connections per session", ratio, "connections per session"));
    fields
}

fn fields() -> Vec<Field> {
    let mut fields = vec![
        field::text("patch_id", "Patch", "Stable name of the patch"),
        field::text("patch_name", "Name of the patch", "Name for people"),
    ];
    for (name, title, what) in MARKS {
        fields.push(field::integer(name, title, what, Some("as described")));
        fields.push(field::text(
            &format!("{name}_status"),
            &format!("{title}: status"),
            "shown; no evidence recorded; confidential: hidden to protect people ([c] in CSV); low",
        ));
    }
    for (name, title, what, unit) in reported_fields() {
        fields.push(if name == PER_SESSION {
            field::number(name, title, &what, Some(unit))
        } else {
            field::integer(name, title, &what, Some(unit))
        });
        fields.push(field::text(
            &format!("{name}_status"),
            &format!("{title}: status"),
            "shown; zero; confidential: hidden to protect people ([c] in CSV); low; not applicable ([z] in CSV)",
        ));
    }
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

/// Each with its status.
fn reported(engaged: &Engaged, patch: PatchIdx) -> Vec<Value> {
    let row = patch.index() + 1;
    let mut cells = vec![
        engaged.everybody().map_or(Cell::Hidden, |table| table.cell(&[row, 0, 0])),
        amount(engaged, "attendances", row, None),
        amount(engaged, "hours", row, None),
    ];
    cells.extend(REPORTED.iter().map(|(_, _, activity)| amount(engaged, "records", row, Some(*activity))));
    let with_status = |cell: Cell| [shown(cell), Value::Text(cell.status().to_owned())];
    let mut values: Vec<Value> = cells.into_iter().flat_map(with_status).collect();
    let [sessions, made] = ["records", "connections"].map(|table| amount(engaged, table, row, Some(Activity::Session)));
    let (ratio, status) = match (sessions, made.value()) {
        (Cell::Zero, _) => (None, marker::NOT_APPLICABLE_STATUS),
        (Cell::Shown(sessions), Some(made)) if sessions > 0 => (Some(made as f64 / sessions as f64), "shown"),
        (Cell::Shown(_), None) => (None, made.status()),
        _ => (None, Cell::Hidden.status()),
    };
    values.extend([decimals(ratio, 2), Value::Text(status.to_owned())]);
    values
}
