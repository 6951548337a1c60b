//! What is there of a mobilised community in the records of a patch?

use super::Engaged;
use crate::disclose::{Cell, tabulate};
use crate::place::{Activity, Idx, PatchIdx};

/// What projects report, beside people, attendances and hours: the records of these activities.
pub const REPORTED: [Activity; 6] = [
    Activity::Session,
    Activity::Event,
    Activity::Conversation,
    Activity::Membership,
    Activity::Project,
    Activity::Enterprise,
];

/// New connections of a session, or why there is no such number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PerSession {
    /// So many, of what is shown of both.
    Known(f64),
    /// There were no sessions.
    NotApplicable,
    /// There are some connections, too few to say how many.
    Low,
    /// One of the two counts is hidden.
    Confidential,
}

/// What is recorded of one patch, as far as it may be known: never one score.
#[derive(Debug, Clone, PartialEq)]
pub struct PatchEvidence {
    /// Of each of six marks: dialogue, shared priorities, shared agenda, leaders from within, assets, connections.
    pub marks: [Cell; 6],
    /// People, attendances and hours, then the records of each of [`REPORTED`].
    pub reported: Vec<Cell>,
    /// New connections of a session.
    pub per_session: PerSession,
}

/// The evidence in one patch.
///
/// Conversations, agenda and connections are of the last four whole quarters; people, priorities, leaders and assets of
/// the whole time. A mark of several counts is the sum of those that are shown.
#[must_use]
pub fn evidence(engaged: &Engaged, patch: PatchIdx) -> PatchEvidence {
    // Row 0 is the whole place.
    let row = patch.index() + 1;
    PatchEvidence {
        marks: marks(engaged, row),
        reported: reported(engaged, row),
        per_session: per_session(engaged, row),
    }
}

/// The counts of the six marks, protected.
fn marks(engaged: &Engaged, row: usize) -> [Cell; 6] {
    let work = |table: &str, activities: &[Activity]| {
        sum(activities.iter().map(|one| amount(engaged, table, row, Some(*one))))
    };
    let themes = engaged.protected.table(tabulate::THEMES).map_or(0, |table| {
        let n = table.dimensions.get(1).map_or(0, |themes| themes.categories.len());
        (1..n).filter(|theme| matches!(table.cell(&[row, *theme, 0]), Cell::Shown(_))).count() as u64
    });
    let one = |name: &str, at: &[usize]| engaged.protected.table(name).map_or(Cell::Zero, |table| table.cell(at));
    [
        work("records", &[Activity::Introduction1, Activity::Introduction2, Activity::Conversation]),
        if themes == 0 { Cell::Zero } else { Cell::Shown(themes) },
        work("records", &[Activity::Project, Activity::Enterprise]),
        one(tabulate::LEADERS, &[row, 1, 0]),
        one(tabulate::VENUES, &[row, 0]),
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

/// What projects report of the patch in this row of the tables.
fn reported(engaged: &Engaged, row: usize) -> Vec<Cell> {
    let mut cells = vec![
        engaged.everybody().map_or(Cell::Hidden, |table| table.cell(&[row, 0, 0])),
        amount(engaged, "attendances", row, None),
        amount(engaged, "hours", row, None),
    ];
    cells.extend(REPORTED.map(|activity| amount(engaged, "records", row, Some(activity))));
    cells
}

/// New connections of a session, or why there is no such number.
fn per_session(engaged: &Engaged, row: usize) -> PerSession {
    let [sessions, made] = ["records", "connections"].map(|table| amount(engaged, table, row, Some(Activity::Session)));
    match (sessions, made) {
        (Cell::Zero, _) => PerSession::NotApplicable,
        (Cell::Shown(sessions), Cell::Low) if sessions > 0 => PerSession::Low,
        (Cell::Shown(sessions), made) if sessions > 0 => {
            made.value().map_or(PerSession::Confidential, |made| PerSession::Known(made as f64 / sessions as f64))
        }
        _ => PerSession::Confidential,
    }
}
