use super::catalog::{Answer, Context, Entry, Make};
use super::column::{Columns, Table};
use super::credits::{PEOPLE, WALKS};
use super::field::said;
use super::{Value, asked, field, round};
use crate::measure::Room;
use crate::place::{GroupIdx, IdVec, Idx, Patch, PatchIdx, Place, PlacesAsked};
use crate::units::{Share, SquareMetres};
use geo::{Area, Contains};

/// A patch and who lives there.
type Row<'a> = (PatchIdx, &'a Patch, &'a PatchPeople);

/// The line of the catalogue.
pub(super) const ENTRY: Entry = Entry {
    id: "patches",
    subject: "patches",
    measure: "patches",
    asks: None,
    title: "Patches",
    description: "Coordinators' areas: who lives there, and how many of them each standard covers. \
                  Zones that straddle patches are split by where their people live.",
    method: "where-people-live",
    roles: &[PEOPLE, WALKS],
    walks: true,
    make: Make::Once(|context| Some(table(context))),
};

/// Coordinators' areas, who lives there, and how many of them each standard covers.
fn table(context: &Context<'_>) -> Table {
    let place = context.place;
    let people = people_by_patch(place);
    let unknown = unknown_zones(place);
    let room: Vec<Option<Room>> =
        context.answers.iter().map(|answer| answer.coverage.ratios.as_ref().map(|ratios| ratios.room(place))).collect();
    let mut columns = Columns::<Row<'_>>::new();
    columns.add(field::patch_id("Stable name of the patch"), |(_, patch, _)| said(&patch.key));
    columns.add(field::name("name", "Name", "Name of the patch"), |(_, patch, _)| said(&patch.name));
    columns.add(field::residents(), |(.., here)| round::people(here.residents));
    columns.add(field::number("area_km2", "Area", "Area of the patch", Some("square kilometres")), |(_, patch, _)| {
        round::km2(SquareMetres::new(patch.shape.unsigned_area()))
    });
    columns.add(
        field::number(
            "deprived_share",
            "Share in the most deprived fifth",
            "Share of residents whose zone is in deciles 1 and 2 of the index of deprivation, of those whose zone is in the index",
            Some(field::SHARE),
        ),
        |(.., here)| round::share(Share::of(here.deprived, here.ranked)),
    );
    if let Some(unknown) = unknown {
        columns.add(
            field::integer(
                "zones_unknown",
                "Zones without a known number of residents",
                "Zones whose middle lies in the patch and whose residents are unknown: they are in none of its numbers",
                None,
            ),
            move |(index, ..)| Value::Integer(unknown[*index] as i64),
        );
    }
    let lives_here = field::people("residents", "Residents", "Members of the group who live here");
    columns.by_group(place, &lives_here, |(.., here), group| field::group(&here.by_group, group));
    for (answer, room) in context.answers.iter().zip(&room) {
        of_standard(place, (answer, room.as_ref()), &mut columns);
        if let (Some(room), Some(asked)) = (room, answer.standard.places) {
            of_room(answer, room, asked, &mut columns);
        }
    }
    let rows = place.patches.enumerate().zip(&people).map(|((index, patch), here)| (index, patch, here));
    columns.table(rows, |(_, patch, _)| (patch.key.clone(), Some(patch.shape.clone().into())))
}

/// How many of the patch's residents the standard covers, and how far they walk.
fn of_standard<'a>(
    place: &Place,
    (answer, room): (&'a Answer<'_>, Option<&'a Room>),
    columns: &mut Columns<'a, Row<'a>>,
) {
    let (key, title) = (&answer.standard.key, &answer.standard.title);
    let by_bus = answer.standard.transit.is_some();
    let says = |by_bus_words: &str, on_foot: String| if by_bus { by_bus_words.to_owned() } else { on_foot };
    let here = move |row: &Row<'_>| answer.coverage.patches.as_slice().get(row.0.index());
    columns.add(
        field::people(
            "covered_residents",
            "Residents covered",
            &says(
                "Residents times the share of departures by which each is there in time, by bus and on foot",
                asked::covered(answer.standard, "Residents"),
            ),
        )
        .of_standard(key, title),
        move |row| round::known_people(here(row).map(|covered| covered.covered)),
    );
    columns.add(
        field::number(
            "covered_share",
            "Share covered",
            &says(
                "Share of departures by which residents are there in time, by bus and on foot, over all residents",
                asked::covered(answer.standard, "Share of residents")
                    + if room.is_some() { super::room::SHARE_UNKNOWN } else { "" },
            ),
            Some(field::SHARE),
        )
        .of_standard(key, title),
        move |row| {
            let room = room.and_then(|room| room.patches.as_slice().get(row.0.index()));
            here(row).map_or(Value::Null, |covered| super::room::share(covered, room))
        },
    );
    columns.add(
        field::number(
            "minutes_median",
            if by_bus { "Middle journey" } else { "Middle walk" },
            &says(
                "Door to door by bus and on foot for the resident in the middle: the time that half the departures do not \
                 exceed; null when half of them do not arrive",
                "Walk of the resident in the middle; null when that resident has no way at all".to_owned(),
            ),
            Some(field::MINUTES),
        )
        .of_standard(key, title),
        move |row| round::minutes(here(row).and_then(|covered| covered.median)),
    );
    let who = says(
        "Members of the group times the share of departures by which each is there in time",
        asked::covered(answer.standard, "Members of the group"),
    );
    let covered = field::people("covered", "Covered", &who).of_standard(key, title);
    columns.by_group(place, &covered, move |row, group| {
        field::group(&here(row)?.by_group, group).map(|group| group.covered)
    });
}

/// How much room falls to the patch's residents, where the standard asks for room.
fn of_room<'a>(answer: &'a Answer<'_>, room: &'a Room, asked: PlacesAsked, columns: &mut Columns<'a, Row<'a>>) {
    let (key, title) = (&answer.standard.key, &answer.standard.title);
    let here = move |row: &Row<'_>| room.patches.as_slice().get(row.0.index());
    columns.add(super::room::ratio_field(asked).of_standard(key, title), move |row| {
        here(row).map_or(Value::Null, super::room::ratio_value)
    });
    columns.add(super::room::unknown_field().of_standard(key, title), move |row| {
        round::known_people(here(row).map(|here| here.unknown))
    });
}

/// For each patch, how many of its zones have no known number of residents; `None` where all are known.
fn unknown_zones(place: &Place) -> Option<IdVec<PatchIdx, usize>> {
    place.unknown_residents()?;
    let inside = |patch: &crate::place::Patch| {
        let here = |zone: &&crate::place::Zone| patch.shape.contains(&geo::Point::from(geo::Coord::from(zone.centre)));
        place.zones.iter().filter(|zone| zone.residents.unknown).filter(here).count()
    };
    Some(place.patches.iter().map(inside).collect())
}

/// Who lives in a patch, by where the people of its zones live.
struct PatchPeople {
    residents: f64,
    /// Residents whose zone is in the index of deprivation.
    ranked: f64,
    /// Residents whose zone is in its most deprived fifth.
    deprived: f64,
    by_group: IdVec<GroupIdx, Option<f64>>,
}

/// For each patch, the share of its residents whose zone is in the most deprived fifth, of those whose
/// zone is in the index.
pub(super) fn deprived_shares(place: &Place) -> IdVec<PatchIdx, Option<Share>> {
    people_by_patch(place).iter().map(|here| Share::of(here.deprived, here.ranked)).collect()
}

fn people_by_patch(place: &Place) -> IdVec<PatchIdx, PatchPeople> {
    let nobody = || PatchPeople {
        residents: 0.0,
        ranked: 0.0,
        deprived: 0.0,
        by_group: place.groups.iter().map(|_| None).collect(),
    };
    let mut patches: IdVec<PatchIdx, PatchPeople> = place.patches.iter().map(|_| nobody()).collect();
    for position in &place.positions {
        let Some(patch) = position.patch else { continue };
        let (zone, here) = (&place.zones[position.zone], &mut patches[patch]);
        here.residents += position.residents;
        if let Some(deprivation) = zone.deprivation {
            here.ranked += position.residents;
            here.deprived += if deprivation.in_most_deprived_fifth() { position.residents } else { 0.0 };
        }
        for (group, count) in zone.residents.by_group.enumerate() {
            if let Some(count) = count {
                *here.by_group[group].get_or_insert(0.0) += place.people_at(position, *count);
            }
        }
    }
    patches
}
