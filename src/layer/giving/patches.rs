use super::{
    POUNDS, POUNDS_A_YEAR, cold_word, found, money_fields, money_values, per_year, pounds, range_fields, range_word,
};
use crate::layer::catalog::{Context, Table};
use crate::layer::{Feature, Field, Value, field, round};
use crate::measure::giving::{PatchGiving, Sizes};
use crate::place::Evidence;
use crate::units::Share;

/// What each patch was given, with ranges, and whether it is a cold spot.
pub(in crate::layer) fn table(context: &Context<'_>) -> Option<Table> {
    let (_, reached) = found(context)?;
    let years = reached.place.years();
    let deprived = crate::layer::patches::deprived_shares(context.place);
    let features = context
        .place
        .patches
        .enumerate()
        .map(|(idx, patch)| {
            let mut values = vec![Value::Text(patch.key.clone()), Value::Text(patch.name.clone())];
            values.extend(patch_values(&reached.patches[idx], years));
            values.push(round::share(deprived[idx]));
            Feature { id: patch.key.clone(), geometry: Some(patch.shape.clone().into()), values }
        })
        .collect();
    Some(Table { fields: fields(), features })
}

fn fields() -> Vec<Field> {
    let pounds = Some(POUNDS);
    let mut fields = vec![
        field::text("patch_id", "Patch", "Stable name of the patch"),
        field::text("name", "Name", "Name of the patch"),
        field::residents(),
    ];
    fields.extend(money_fields());
    fields.extend([
        field::number("money_low", "Money, lower end", "Lower end of the 90 % range of the draws", pounds),
        field::number("money_high", "Money, upper end", "Upper end of the 90 % range of the draws", pounds),
    ]);
    fields.extend(range_fields(
        "money_per_resident_year",
        "Money per resident and year",
        "Money ÷ residents ÷ the years from the first planned day of all grants to the last",
        Some(POUNDS_A_YEAR),
    ));
    fields.extend(range_fields(
        "money_for_need_year",
        "Money for need and year",
        "As money per resident and year, each resident counting from 1.5 in the most deprived tenth to 0.5 in the least",
        Some(POUNDS_A_YEAR),
    ));
    fields.push(field::text("range_word", "Range", "How wide the range is: narrow, wide or very wide"));
    fields.extend(Evidence::ALL.map(|level| {
        let name =
            if level == Evidence::Office { "money_office_only".to_owned() } else { format!("money_{}", level.word()) };
        field::number(
            &name,
            &format!("Money by {}", evidence_title(level)),
            "Part of the money with this evidence",
            pounds,
        )
    }));
    fields.extend(size_fields());
    fields.extend([
        field::text("top_funder_name", "Largest funder", "Who gave most of the money here"),
        field::number("top_funder_share", "Share of the largest funder", "Share of the money here", Some(field::SHARE)),
        field::number(
            "funder_hhi",
            "Dependence on funders",
            "Sum of squared shares of the funders: 1 is one funder",
            Some(field::SHARE),
        ),
        field::number(
            "lowest_fifth_probability",
            "Probability: lowest fifth",
            "Probability that the patch is in the lowest fifth of money for need",
            Some(field::SHARE),
        ),
        field::number(
            "cold_spot_probability",
            "Probability: cold spot",
            "Probability that it is, and has less than half of what the place gives for the same need",
            Some(field::SHARE),
        ),
        field::text(
            "cold_spot",
            "Cold spot",
            "likely from 0.9, possible from 0.5, else unlikely; null where the range is too wide to tell",
        ),
        field::integer(
            "local_recipients",
            "Local organisations funded",
            "Funded organisations with their office here",
            Some("organisations"),
        ),
        field::integer(
            "local_organisations",
            "Local organisations",
            "Organisations with their office here, where a list was given",
            Some("organisations"),
        ),
        field::boolean(
            "never_funded",
            "Never funded",
            "No organisation with its office here was ever funded, in these files",
        ),
        field::number(
            "deprived_share",
            "Share in the most deprived fifth",
            "Share of residents whose zone is in deciles 1 and 2 of the index of deprivation",
            Some(field::SHARE),
        ),
    ]);
    fields
}

/// What a level of evidence is called.
pub(super) const fn evidence_title(level: Evidence) -> &'static str {
    match level {
        Evidence::Point => "beneficiary point",
        Evidence::Area => "area code",
        Evidence::Delivery => "delivery location",
        Evidence::Named => "named place",
        Evidence::Office => "office only",
    }
}

fn size_fields() -> Vec<Field> {
    let pounds = Some(POUNDS);
    let share = Some(field::SHARE);
    vec![
        field::integer("grants", "Grants", "Grants of which more than half lands here", Some("grants")),
        field::integer("grants_possible", "Grants, at most", "Grants whose area touches this patch", Some("grants")),
        field::integer("funders", "Funders", "Different funders of the patch's own grants", Some("funders")),
        field::integer(
            "recipients",
            "Recipients",
            "Different recipients of the patch's own grants",
            Some("organisations"),
        ),
        field::number(
            "amount_q1",
            "Grant at the lower quartile",
            "A quarter of the patch's own grants are no larger",
            pounds,
        ),
        field::number("amount_median", "Grant in the middle", "Half of the patch's own grants are no larger", pounds),
        field::number(
            "amount_q3",
            "Grant at the upper quartile",
            "Three quarters of the patch's own grants are no larger",
            pounds,
        ),
        field::integer(
            "first_time_recipients",
            "First-time recipients",
            "Recipients of the latest year who had never been funded before, in these files",
            Some("organisations"),
        ),
        field::number(
            "first_time_share",
            "Share of first-time recipients",
            "Their share of the recipients of the latest year",
            share,
        ),
        field::integer(
            "small_grants",
            "Small grants",
            "Own grants small enough for groups without a bank account or committee",
            Some("grants"),
        ),
        field::number(
            "small_money_share",
            "Share in small grants",
            "Their share of the money of the patch's own grants",
            share,
        ),
    ]
}

pub(super) fn size_values(sizes: &Sizes, possible: u64) -> Vec<Value> {
    let count = |n: u64| Value::Integer(n as i64);
    let amount = |pence: Option<f64>| pence.map_or(Value::Null, round::pounds);
    let [q1, median, q3] = sizes.quartiles;
    vec![
        count(sizes.grants),
        count(possible),
        count(sizes.funders),
        count(sizes.recipients),
        amount(q1),
        amount(median),
        amount(q3),
        count(sizes.first_time),
        round::share(Share::of(sizes.first_time as f64, sizes.lately as f64)),
        count(sizes.small),
        fraction(sizes.small_share),
    ]
}

/// A share with four decimals, or null.
pub(super) fn fraction(share: Option<f64>) -> Value {
    share.map_or(Value::Null, round::amount)
}

fn patch_values(here: &PatchGiving, years: Option<f64>) -> Vec<Value> {
    let mut values = vec![round::people(here.residents)];
    values.extend(money_values(&here.money));
    values.extend([round::pounds(here.pence.low), round::pounds(here.pence.high)]);
    values.extend(per_year(here.pence, here.residents, years));
    values.extend(per_year(here.pence, here.need, years));
    values.push(Value::Text(range_word(here.pence).to_owned()));
    values.extend(here.money.by_evidence.map(pounds));
    values.extend(size_values(&here.own, here.possible_grants));
    values.extend([
        here.funders.top.as_ref().map_or(Value::Null, |(name, _)| Value::Text(name.clone())),
        fraction(here.funders.top.as_ref().map(|(_, share)| *share)),
        fraction(here.funders.hhi),
        fraction(here.cold.map(|cold| cold.lowest_fifth)),
        fraction(here.cold.map(|cold| cold.cold)),
        here.cold.map_or(Value::Null, |cold| field::words(cold_word(cold.cold, here.pence))),
        Value::Integer(here.seated as i64),
        here.organisations.map_or(Value::Null, |n| Value::Integer(n as i64)),
        Value::Boolean(here.seated == 0),
    ]);
    values
}
