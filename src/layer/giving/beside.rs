use super::found;
use super::patches::{Row as Given, add_names, add_per_resident, cold};
use crate::disclose::Cell;
use crate::disclose::tabulate;
use crate::layer::catalog::{Context, Entry, Make};
use crate::layer::column::{Columns, Table};
use crate::layer::credits::{GIVING, MET, PEOPLE, WALKS};
use crate::layer::field::{ends, said as words};
use crate::layer::reach::decimals;
use crate::layer::{field, patches, round};
use crate::measure::Covered;
use crate::measure::Engaged;
use crate::measure::reach::{Flag, Reach};
use crate::place::{Idx, PatchIdx};

const PER_1000: &str = "people per 1,000 residents";

/// The line of the catalogue.
pub(in crate::layer) const ENTRY: Entry = Entry {
    id: "giving-beside",
    subject: "giving",
    measure: "giving",
    asks: None,
    title: "Giving beside need, coverage and reach",
    description: "What each patch was given beside how deprived it is, how many of its residents each standard leaves \
                  out, and how many people are met there: money where nobody is met, and the other way round. Counts \
                  of people met are those of reach: small ones are hidden and the others rounded before anything \
                  else is done with them.",
    method: "giving-beside",
    roles: &[GIVING, PEOPLE, WALKS, MET],
    walks: true,
    make: Make::Once(table),
};

/// Money of each patch beside its need, whom its standards leave out, and whom anybody meets there.
fn table(context: &Context<'_>) -> Option<Table> {
    let (_, reached) = found(context)?;
    if context.answers.is_empty() && context.engaged.is_none() {
        return None;
    }
    let place = context.place;
    let deprived = patches::deprived_shares(place);
    let rows = || place.patches.enumerate().map(|(idx, patch)| (patch, &reached.patches[idx], deprived[idx]));
    let mut given = Columns::<Given<'_>>::new();
    add_names(&mut given);
    add_per_resident(reached.place.years(), &mut given);
    given.add(
        field::text(
            "cold_spot",
            "Cold spot",
            "As in giving: likely, possible or unlikely; null where it cannot be told",
        ),
        |(_, here, _)| field::words(cold(here)),
    );
    given.add(
        field::number(
            "deprived_share",
            "Share in the most deprived fifth",
            "Share of residents whose zone is in deciles 1 and 2 of the index of deprivation",
            Some(field::SHARE),
        ),
        |(.., deprived)| round::share(*deprived),
    );
    let mut table = given.table(rows(), |(patch, ..)| (patch.key.clone(), Some(patch.shape.clone().into())));
    let mut others = Columns::<Beside>::new();
    add_left_out(context, &mut others);
    let met = context.engaged.map(|engaged| everybody(context, engaged));
    if met.is_some() {
        add_met(&mut others);
    }
    let beside = place.patches.indices().map(|patch| {
        let own = met.as_ref().and_then(|met| met.get(patch.index())).copied();
        let (met, reach) = own.unwrap_or((Cell::Hidden, Reach::default()));
        Beside { patch, cold: cold(&reached.patches[patch]), met, reach }
    });
    table.beside(others.table(beside, |row| (place.patches[row.patch].key.clone(), None)));
    Some(table)
}

/// What stands beside the money of a patch.
struct Beside {
    patch: PatchIdx,
    cold: Option<&'static str>,
    met: Cell,
    reach: Reach,
}

fn add_left_out<'a>(context: &Context<'a>, columns: &mut Columns<'a, Beside>) {
    for answer in context.answers {
        let (key, title) = (&answer.standard.key, &answer.standard.title);
        let here = move |row: &Beside| answer.coverage.patches.as_slice().get(row.patch.index());
        columns.add(
            field::people(
                "uncovered_residents",
                "Residents left out",
                "Residents whose walk does not keep the standard",
            )
            .of_standard(key, title),
            move |row| round::known_people(here(row).map(|covered| covered.residents - covered.covered)),
        );
        columns.add(
            field::number(
                "uncovered_share",
                "Share left out",
                "Share of residents whose walk does not keep the standard",
                Some(field::SHARE),
            )
            .of_standard(key, title),
            move |row| decimals(here(row).and_then(Covered::share).map(|share| 1.0 - share.get()), 4),
        );
    }
}

fn add_met(columns: &mut Columns<'_, Beside>) {
    let met = field::integer("met", "Met", "People met in the whole time, protected as in reach", Some("people"));
    columns.add(met, |row| field::shown(row.met)).rests_on(|row| row.met);
    columns.add(
        field::status(
            "met",
            "met_status",
            "Status of the count",
            "shown; confidential: hidden ([c] in CSV); low: rounds to nothing",
        ),
        |row| words(row.met.status()),
    );
    let rate = field::rate("met_per_1000", "Rate", "Met per 1,000 residents", PER_1000);
    columns.add(rate, |row| decimals(row.reach.rate, 1)).rests_on(|row| row.met);
    let exact = "Garwood's exact interval of the rate";
    let [low, high] = ends("met_per_1000", ["Rate at 95 %, from", "Rate at 95 %, to"], [exact; 2], Some(PER_1000));
    columns.add(low, |row| decimals(row.reach.rate_interval.map(|i| i.low), 1)).rests_on(|row| row.met);
    columns.add(high, |row| decimals(row.reach.rate_interval.map(|i| i.high), 1)).rests_on(|row| row.met);
    columns.add(
        field::text(
            "beside",
            "Money beside people met",
            "money and people met; money but few met; people met but little money; little money and few met. Little money \
             is a likely or possible cold spot, few is fewer than in the other patches beyond chance; null where either \
             cannot be told",
        ),
        |row| field::words(said(row.cold, row.met, row.reach.flag)),
    );
}

/// Everybody met in each patch in the whole time, as published, and what that means beside the other patches.
fn everybody(context: &Context<'_>, engaged: &Engaged) -> Vec<(Cell, Reach)> {
    let Some(table) = engaged.everybody() else { return Vec::new() };
    let dimension = table.name.strip_prefix(&tabulate::reach("")).unwrap_or_default();
    let rows = engaged.reach(context.place, dimension, 0);
    let of = |row: usize| {
        let reach = rows.get(row).and_then(|groups| groups.first()).copied().unwrap_or_default();
        (table.cell(&[row, 0, 0]), reach)
    };
    (1..=context.place.patches.len()).map(of).collect()
}

/// Money and meeting in one phrase; nothing where either cannot be told.
fn said(cold: Option<&str>, met: Cell, flag: Option<Flag>) -> Option<&'static str> {
    let little = cold? != "unlikely";
    let few = match (met, flag) {
        (Cell::Zero, _) => true,
        (Cell::Shown(_), Some(flag)) => flag == Flag::Less,
        _ => return None,
    };
    Some(match (little, few) {
        (false, false) => "money and people met",
        (false, true) => "money but few met",
        (true, false) => "people met but little money",
        (true, true) => "little money and few met",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_and_meeting_are_set_side_by_side_only_where_both_can_be_told() {
        assert_eq!(said(Some("unlikely"), Cell::Shown(40), Some(Flag::Less)), Some("money but few met"));
        assert_eq!(said(Some("unlikely"), Cell::Zero, None), Some("money but few met"), "nobody is few");
        assert_eq!(said(Some("likely"), Cell::Shown(400), Some(Flag::None)), Some("people met but little money"));
        assert_eq!(said(Some("possible"), Cell::Shown(40), Some(Flag::Less)), Some("little money and few met"));
        assert_eq!(said(Some("unlikely"), Cell::Shown(400), Some(Flag::More)), Some("money and people met"));
        assert_eq!(said(None, Cell::Shown(400), Some(Flag::None)), None, "a range too wide says nothing");
        assert_eq!(said(Some("likely"), Cell::Hidden, Some(Flag::Less)), None, "a hidden count says nothing");
    }
}
