use super::catalog::{Answer, Context, Table};
use super::{Feature, Field, Value, field, round};
use crate::measure::{Cause, Gap};

/// The causes in the order of their columns.
const CAUSES: [Cause; 5] = [Cause::Distance, Cause::Severance, Cause::Hours, Cause::Access, Cause::Planned];

/// Streets named in one gap; a longer list is for the map, not for a cell.
const STREETS_NAMED: usize = 20;

/// Stretches where people are not covered, who they are, and why.
pub(super) fn table(context: &Context<'_>, answer: &Answer<'_>) -> Table {
    let mut features: Vec<Feature> =
        answer.gaps.iter().flat_map(|gaps| &gaps.gaps).map(|gap| feature(context, gap)).collect();
    features.sort_by(|a, b| a.id.cmp(&b.id));
    Table { fields: fields(context), features }
}

fn fields(context: &Context<'_>) -> Vec<Field> {
    let mut fields = vec![
        field::text("gap_id", "Gap", "Name of the gap: its patch and a number, from the most residents to the fewest"),
        field::patch_id("Patch the gap lies in"),
        field::integer("residents", "Residents", "Residents who are not covered here", Some(field::RESIDENTS)),
        field::text("cause", "Cause", "Cause for most residents: distance, severance, hours, access or planned"),
        field::number(
            "minutes_median",
            "Middle walk",
            "Walk of the resident in the middle; null when there is no way",
            Some(field::MINUTES),
        ),
        field::integer(
            "straight_line_m",
            "Straight line",
            "Straight line of the resident in the middle to the nearest asset that satisfies the standard",
            Some(field::METRES),
        ),
        field::text("nearest_asset_id", "Nearest asset", "Asset that is nearest for most residents"),
        field::text(
            "nearest_asset_name",
            "Name of the nearest asset",
            "Name of the asset that is nearest for most residents",
        ),
        field::number(
            "deprived_share",
            "Share in the most deprived fifth",
            "Share of residents whose zone is in deciles 1 and 2 of the index of deprivation",
            Some(field::SHARE),
        ),
        field::text("streets", "Streets", "Streets people live on here, most residents first"),
    ];
    fields.extend(CAUSES.iter().map(|cause| {
        field::integer(
            &format!("cause_{}_residents", cause.word()),
            &format!("Residents by cause: {}", cause.word()),
            "Residents of the gap under this cause",
            Some(field::RESIDENTS),
        )
    }));
    fields.extend(field::by_group(
        context.place,
        "residents",
        "Residents",
        "Members of the group who are not covered here",
    ));
    fields
}

fn feature(context: &Context<'_>, gap: &Gap) -> Feature {
    let mut values = vec![
        Value::Text(gap.key.clone()),
        context.patch_key(gap.patch),
        round::people(gap.residents),
        Value::Text(gap.cause.word().to_owned()),
        round::minutes(gap.median),
        round::metres(gap.straight_line),
        context.asset_key(gap.nearest),
        context.asset_name(gap.nearest),
        round::share(gap.deprived),
        streets(&gap.streets),
    ];
    values.extend(CAUSES.iter().map(|cause| {
        round::people(gap.causes.iter().filter(|(known, _)| known == cause).map(|(_, residents)| residents).sum())
    }));
    values.extend(field::group_values(context.place, &gap.by_group, |count| count));
    let geometry = (!gap.shape.0.is_empty()).then(|| gap.shape.clone().into());
    Feature { id: gap.key.clone(), geometry, values }
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
