use super::catalog::{Context, Table};
use super::engaged::Engaged;
use super::reach::{decimals, shown};
use super::{Feature, Field, Value, field};
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
    let year = "in the last four whole quarters; null where of too few people to show";
    fields.push(field::integer("people", "People met", "People met in the whole time", Some("people")));
    fields.push(field::integer(
        "attendances",
        "Attendances",
        &format!("People in all records, {year}"),
        Some("people"),
    ));
    fields.push(field::integer("hours", "Hours", &format!("Hours of all records, {year}"), Some("hours")));
    for (name, title, _) in REPORTED {
        fields.push(field::integer(name, title, &format!("Records, {year}"), Some("records")));
    }
    fields.push(field::number(
        "connections_per_session",
        "New connections per session",
        &format!("New connections of sessions ÷ sessions, {year}"),
        Some("connections per session"),
    ));
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
    let one = |name: &str| engaged.protected.table(name).map_or(Cell::Zero, |table| table.cell(&[row]));
    [
        work("records", &[Activity::Introduction1, Activity::Introduction2, Activity::Conversation]),
        if themes == 0 { Cell::Zero } else { Cell::Shown(themes) },
        work("records", &[Activity::Project, Activity::Enterprise]),
        one(counts::LEADERS),
        one(counts::VENUES),
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
    engaged.protected.table(table).map_or(Cell::Hidden, |table| table.cell(&[row, at]))
}

fn word(cell: Cell) -> &'static str {
    match cell {
        Cell::Zero => "no evidence recorded",
        other => other.status(),
    }
}

fn reported(engaged: &Engaged, patch: PatchIdx) -> Vec<Value> {
    let row = patch.index() + 1;
    let mut values = vec![
        shown(engaged.everybody().map_or(Cell::Hidden, |table| table.cell(&[row, 0, 0]))),
        shown(amount(engaged, "attendances", row, None)),
        shown(amount(engaged, "hours", row, None)),
    ];
    values.extend(REPORTED.iter().map(|(_, _, activity)| shown(amount(engaged, "records", row, Some(*activity)))));
    let of_sessions = |table: &str| amount(engaged, table, row, Some(Activity::Session)).value().map(|n| n as f64);
    let per_session = of_sessions("connections").zip(of_sessions("records")).filter(|(_, n)| *n > 0.0);
    values.push(decimals(per_session.map(|(connections, sessions)| connections / sessions), 2));
    values
}
