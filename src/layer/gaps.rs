use super::catalog::{Answer, Context, Entry, Make};
use super::column::{Columns, Table};
use super::credits::{PEOPLE, WALKS};
use super::field::said;
use super::{Is, Value, field, round};
use crate::measure::{Cause, Gap};

/// The causes in the order of their columns.
const CAUSES: [Cause; 7] =
    [Cause::Distance, Cause::Severance, Cause::Timetable, Cause::Capacity, Cause::Hours, Cause::Access, Cause::Planned];

/// Streets named in one gap; a longer list is for the map, not for a cell.
const STREETS_NAMED: usize = 20;

/// The line of the catalogue.
pub(super) const ENTRY: Entry = Entry {
    id: "gaps",
    subject: "gaps",
    measure: "gaps",
    asks: Some("Where people are not covered, who they are, and why"),
    title: "Gaps",
    description: "Connected stretches where residents are not covered: who they are, how far they walk, and the \
                  cause, which tells what to do.",
    method: "gaps",
    roles: &[PEOPLE, WALKS],
    walks: true,
    make: Make::PerStandard(table),
};

/// Stretches where people are not covered, who they are, and why.
fn table(context: &Context<'_>, answer: &Answer<'_>) -> Table {
    let mut columns = Columns::<&Gap>::new();
    let by_bus = answer.standard.transit.is_some();
    let with_room = answer.standard.places.is_some();
    columns.add(
        field::id("gap_id", "Gap", "Name of the gap: its patch and a number, from the most residents to the fewest"),
        |gap| said(&gap.key),
    );
    columns.add(field::patch_id("Patch the gap lies in"), |gap| context.patch_key(gap.patch));
    let who = match by_bus {
        true => "Residents here who are in time by fewer than half of the departures",
        false => "Residents who are not covered here",
    };
    columns.add(field::people("residents", "Residents", who), |gap| round::people(gap.residents));
    columns.add(
        field::text(
            "cause",
            "Cause",
            match by_bus {
                true => "Cause for most residents: distance, severance, timetable, hours, access or planned",
                false if with_room => {
                    "Cause for most residents: distance, severance, capacity, hours, access or planned"
                }
                false => "Cause for most residents: distance, severance, hours, access or planned",
            },
        )
        .is(Is::Cause),
        |gap| said(gap.cause.word()),
    );
    columns.add(
        field::number(
            "minutes_median",
            if by_bus { "Middle journey" } else { "Middle walk" },
            match by_bus {
                true => {
                    "Door to door, waiting included, for the resident in the middle: the time that half the departures do \
                     not exceed; null when half of them do not arrive"
                }
                false => "Walk of the resident in the middle; null when there is no way",
            },
            Some(field::MINUTES),
        ),
        |gap| round::minutes(gap.median),
    );
    columns.add(
        field::integer(
            "straight_line_m",
            "Straight line",
            "Straight line of the resident in the middle to the nearest asset that satisfies the standard",
            Some(field::METRES),
        ),
        |gap| round::metres(gap.straight_line),
    );
    columns.add(field::text("nearest_asset_id", "Nearest asset", "Asset that is nearest for most residents"), |gap| {
        context.asset_key(gap.nearest)
    });
    columns.add(
        field::name(
            "nearest_asset_name",
            "Name of the nearest asset",
            "Name of the asset that is nearest for most residents",
        ),
        |gap| context.asset_name(gap.nearest),
    );
    columns.add(
        field::number(
            "deprived_share",
            "Share in the most deprived fifth",
            "Share of residents whose zone is in deciles 1 and 2 of the index of deprivation",
            Some(field::SHARE),
        ),
        |gap| round::share(gap.deprived),
    );
    columns.add(field::text("streets", "Streets", "Streets people live on here, most residents first"), |gap| {
        streets(&gap.streets)
    });
    by_cause(&mut columns, by_bus, with_room);
    let residents = field::people("residents", "Residents", "Members of the group who are not covered here");
    columns.by_group(context.place, &residents, |gap, group| field::group(&gap.by_group, group));
    let gaps = answer.gaps.iter().flat_map(|gaps| &gaps.gaps);
    let mut table =
        columns.table(gaps, |gap| (gap.key.clone(), (!gap.shape.0.is_empty()).then(|| gap.shape.clone().into())));
    table.features.sort_by(|a, b| a.id.cmp(&b.id));
    table
}

/// Residents under each cause that the standard can have.
fn by_cause<'a>(columns: &mut Columns<'a, &'a Gap>, by_bus: bool, with_room: bool) {
    let may_be = |cause: &Cause| match cause {
        Cause::Timetable => by_bus,
        Cause::Capacity => with_room,
        _ => true,
    };
    for cause in CAUSES.into_iter().filter(may_be) {
        let word = cause.word();
        columns.add(
            field::people(
                &format!("cause_{word}_residents"),
                &format!("Residents by cause: {word}"),
                "Residents of the gap under this cause",
            )
            .of("residents")
            .caused_by(word),
            move |gap| {
                let here = gap.causes.iter().filter(|(known, _)| *known == cause);
                round::people(here.map(|(_, residents)| residents).sum())
            },
        );
    }
}

fn streets(names: &[String]) -> Value {
    if names.is_empty() {
        return Value::Null;
    }
    let named = names.iter().take(STREETS_NAMED).map(String::as_str).collect::<Vec<_>>().join("; ");
    match names.len().saturating_sub(STREETS_NAMED) {
        0 => Value::Text(named),
        more => Value::Text(format!("{named}; and {more} more")),
    }
}
