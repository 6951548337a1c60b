use super::{POUNDS_A_YEAR, cold_word, found, per_year, range_fields};
use crate::disclose::Cell;
use crate::layer::catalog::{Context, Table};
use crate::layer::reach::{decimals, ends, shown};
use crate::layer::{Engaged, Feature, Field, Value, field, patches, round};
use crate::measure::giving::PatchGiving;
use crate::measure::reach::{Flag, Reach};
use crate::measure::{Covered, counts};
use crate::place::Idx;

const PER_1000: &str = "people per 1,000 residents";

/// Money of each patch beside its need, whom its standards leave out, and whom anybody meets there.
pub(in crate::layer) fn table(context: &Context<'_>) -> Option<Table> {
    let (_, reached) = found(context)?;
    if context.answers.is_empty() && context.engaged.is_none() {
        return None;
    }
    let years = reached.place.years();
    let deprived = patches::deprived_shares(context.place);
    let met = context.engaged.map(|engaged| everybody(context, engaged));
    let features = context.place.patches.enumerate().map(|(idx, patch)| {
        let here = &reached.patches[idx];
        let mut values = vec![Value::Text(patch.key.clone()), Value::Text(patch.name.clone())];
        values.push(round::people(here.residents));
        values.extend(per_year(here.pence, here.residents, years));
        values.push(field::words(cold(here)));
        values.push(round::share(deprived[idx]));
        for answer in context.answers {
            let covered = answer.coverage.patches.as_slice().get(idx.index());
            values.push(round::known_people(covered.map(|covered| covered.residents - covered.covered)));
            let share = covered.and_then(Covered::share);
            values.push(decimals(share.map(|share| 1.0 - share.get()), 4));
        }
        if let Some(met) = &met {
            let (cell, reach) = met.get(idx.index()).copied().unwrap_or((Cell::Hidden, Reach::default()));
            values.extend([shown(cell), Value::Text(cell.status().to_owned()), decimals(reach.rate, 1)]);
            values.extend(ends(reach.rate_interval, 1));
            values.push(field::words(said(cold(here), cell, reach.flag)));
        }
        Feature { id: patch.key.clone(), geometry: Some(patch.shape.clone().into()), values }
    });
    Some(Table { features: features.collect(), fields: fields(context) })
}

fn fields(context: &Context<'_>) -> Vec<Field> {
    let mut fields = vec![
        field::text("patch_id", "Patch", "Stable name of the patch"),
        field::text("name", "Name", "Name of the patch"),
        field::residents(),
    ];
    fields.extend(range_fields(
        "money_per_resident_year",
        "Money per resident and year",
        "Money ÷ residents ÷ the years from the first planned day of all grants to the last",
        Some(POUNDS_A_YEAR),
    ));
    fields.push(field::text(
        "cold_spot",
        "Cold spot",
        "As in giving: likely, possible or unlikely; null where it cannot be told",
    ));
    fields.push(field::number(
        "deprived_share",
        "Share in the most deprived fifth",
        "Share of residents whose zone is in deciles 1 and 2 of the index of deprivation",
        Some(field::SHARE),
    ));
    for answer in context.answers {
        let (key, title) = (answer.standard.key.replace('-', "_"), &answer.standard.title);
        fields.push(field::integer(
            &format!("{key}_uncovered_residents"),
            &format!("{title}: residents left out"),
            "Residents whose walk does not keep the standard",
            Some(field::RESIDENTS),
        ));
        fields.push(field::number(
            &format!("{key}_uncovered_share"),
            &format!("{title}: share left out"),
            "Share of residents whose walk does not keep the standard",
            Some(field::SHARE),
        ));
    }
    if context.engaged.is_some() {
        fields.extend(met_fields());
    }
    fields
}

fn met_fields() -> Vec<Field> {
    let rate = |name: &str, title: &str, description: &str| field::number(name, title, description, Some(PER_1000));
    let exact = "Garwood's exact interval of the rate";
    vec![
        field::integer("met", "Met", "People met in the whole time, protected as in reach", Some("people")),
        field::text(
            "met_status",
            "Status of the count",
            "shown; confidential: hidden ([c] in CSV); low: rounds to nothing",
        ),
        rate("met_per_1000", "Rate", "Met per 1,000 residents"),
        rate("met_per_1000_low", "Rate at 95 %, from", exact),
        rate("met_per_1000_high", "Rate at 95 %, to", exact),
        field::text(
            "beside",
            "Money beside people met",
            "money and people met; money but few met; people met but little money; little money and few met. Little money \
             is a likely or possible cold spot, few is fewer than in the other patches beyond chance; null where either \
             cannot be told",
        ),
    ]
}

fn cold(here: &PatchGiving) -> Option<&'static str> {
    here.cold.and_then(|cold| cold_word(cold.cold, here.pence))
}

/// Everybody met in each patch in the whole time, as published, and what that means beside the other patches.
fn everybody(context: &Context<'_>, engaged: &Engaged) -> Vec<(Cell, Reach)> {
    let Some(table) = engaged.everybody() else { return Vec::new() };
    let dimension = table.name.strip_prefix(&counts::reach("")).unwrap_or_default();
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
