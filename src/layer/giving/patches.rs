use super::{POUNDS, POUNDS_A_YEAR, add_money, add_range, cold_word, found, per_year, pounds, range_word};
use crate::layer::catalog::{Context, Entry, Make};
use crate::layer::column::{Columns, Table};
use crate::layer::credits::{GIVING, PEOPLE};
use crate::layer::field::said;
use crate::layer::{Field, Value, field, round};
use crate::measure::giving::{PatchGiving, Sizes};
use crate::place::{Evidence, Patch};
use crate::units::Share;

/// A patch, what it was given, and how deprived it is.
pub(super) type Row<'a> = (&'a Patch, &'a PatchGiving, Option<Share>);

/// The line of the catalogue.
pub(in crate::layer) const ENTRY: Entry = Entry {
    id: "giving",
    subject: "giving",
    measure: "giving",
    asks: Some("Where money reaches, where need goes unmet, and how sure that is"),
    title: "Giving",
    description: "What each patch was given, for residents and for need, with ranges, and how probably it is a \
                  cold spot. Money is spread by residents over the area its evidence names.",
    method: "giving",
    roles: &[GIVING, PEOPLE],
    walks: false,
    make: Make::Once(table),
};

/// What each patch was given, with ranges, and whether it is a cold spot.
fn table(context: &Context<'_>) -> Option<Table> {
    let (_, reached) = found(context)?;
    let deprived = crate::layer::patches::deprived_shares(context.place);
    let mut columns = Columns::<Row<'_>>::new();
    add_names(&mut columns);
    add_amounts(reached.place.years(), &mut columns);
    add_sizes(&mut columns);
    add_judgement(&mut columns);
    columns.add(
        field::number(
            "deprived_share",
            "Share in the most deprived fifth",
            "Share of residents whose zone is in deciles 1 and 2 of the index of deprivation",
            Some(field::SHARE),
        ),
        |(.., deprived)| round::share(*deprived),
    );
    let rows = context.place.patches.enumerate().map(|(idx, patch)| (patch, &reached.patches[idx], deprived[idx]));
    Some(columns.table(rows, |(patch, ..)| (patch.key.clone(), Some(patch.shape.clone().into()))))
}

/// The patch, and who lives there.
pub(super) fn add_names<'a>(columns: &mut Columns<'a, Row<'a>>) {
    columns.add(field::patch_id("Stable name of the patch"), |(patch, ..)| said(&patch.key));
    columns.add(field::name("name", "Name", "Name of the patch"), |(patch, ..)| said(&patch.name));
    columns.add(field::residents(), |(_, here, _)| round::people(here.residents));
}

/// The range of money for each resident and year.
pub(super) fn add_per_resident<'a>(years: Option<f64>, columns: &mut Columns<'a, Row<'a>>) {
    let field = field::number(
        "money_per_resident_year",
        "Money per resident and year",
        "Money ÷ residents ÷ the years from the first planned day of all grants to the last",
        Some(POUNDS_A_YEAR),
    );
    add_range(columns, field, move |(_, here, _)| per_year(here.pence, here.residents, years));
}

fn add_amounts<'a>(years: Option<f64>, columns: &mut Columns<'a, Row<'a>>) {
    add_money(columns, |(_, here, _)| &here.money);
    let titles = ["Money, lower end", "Money, upper end"];
    let words = ["Lower end of the 90 % range of the draws", "Upper end of the 90 % range of the draws"];
    let [low, high] = field::ends("money", titles, words, Some(POUNDS));
    columns.add(low, |(_, here, _)| round::pounds(here.pence.low));
    columns.add(high, |(_, here, _)| round::pounds(here.pence.high));
    add_per_resident(years, columns);
    let field = field::number(
        "money_for_need_year",
        "Money for need and year",
        "As money per resident and year, each resident counting from 1.5 in the most deprived tenth to 0.5 in the least",
        Some(POUNDS_A_YEAR),
    );
    add_range(columns, field, move |(_, here, _)| per_year(here.pence, here.need, years));
    columns
        .add(field::text("range_word", "Range", "How wide the range is: narrow, wide or very wide"), |(_, here, _)| {
            said(range_word(here.pence))
        });
    for (at, level) in Evidence::ALL.into_iter().enumerate() {
        let title = format!("Money by {}", evidence_title(level));
        columns.add(
            field::number(&evidence_name(level), &title, "Part of the money with this evidence", Some(POUNDS)),
            move |(_, here, _)| pounds(here.money.by_evidence[at]),
        );
    }
}

/// The property of the money that a level of evidence places.
pub(super) fn evidence_name(level: Evidence) -> String {
    if level == Evidence::Office { "money_office_only".to_owned() } else { format!("money_{}", level.word()) }
}

fn add_judgement<'a>(columns: &mut Columns<'a, Row<'a>>) {
    let share = |name, title, description| field::number(name, title, description, Some(field::SHARE));
    columns.add(field::text("top_funder_name", "Largest funder", "Who gave most of the money here"), |(_, here, _)| {
        field::words(here.funders.top.as_ref().map(|(name, _)| name.as_str()))
    });
    columns.add(share("top_funder_share", "Share of the largest funder", "Share of the money here"), |(_, here, _)| {
        fraction(here.funders.top.as_ref().map(|(_, share)| *share))
    });
    columns.add(
        share("funder_hhi", "Dependence on funders", "Sum of squared shares of the funders: 1 is one funder"),
        |(_, here, _)| fraction(here.funders.hhi),
    );
    columns.add(
        share(
            "lowest_fifth_probability",
            "Probability: lowest fifth",
            "Probability that the patch is in the lowest fifth of money for need",
        ),
        |(_, here, _)| fraction(here.cold.map(|cold| cold.lowest_fifth)),
    );
    columns.add(
        share(
            "cold_spot_probability",
            "Probability: cold spot",
            "Probability that it is, and has less than half of what the place gives for the same need",
        ),
        |(_, here, _)| fraction(here.cold.map(|cold| cold.cold)),
    );
    columns.add(
        field::text(
            "cold_spot",
            "Cold spot",
            "likely from 0.9, possible from 0.5, else unlikely; null where the range is too wide to tell",
        ),
        |(_, here, _)| field::words(cold(here)),
    );
    columns.add(
        field::integer(
            "local_recipients",
            "Local organisations funded",
            "Funded organisations with their office here",
            Some("organisations"),
        ),
        |(_, here, _)| Value::Integer(here.seated as i64),
    );
    columns.add(
        field::integer(
            "local_organisations",
            "Local organisations",
            "Organisations with their office here, where a list was given",
            Some("organisations"),
        ),
        |(_, here, _)| here.organisations.map_or(Value::Null, |n| Value::Integer(n as i64)),
    );
    columns.add(
        field::boolean(
            "never_funded",
            "Never funded",
            "No organisation with its office here was ever funded, in these files",
        ),
        |(_, here, _)| Value::Boolean(here.seated == 0),
    );
}

/// How probably the patch is a cold spot, as a word.
pub(super) fn cold(here: &PatchGiving) -> Option<&'static str> {
    here.cold.and_then(|cold| cold_word(cold.cold, here.pence))
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

/// How many grants there are and how large.
fn add_sizes<'a>(columns: &mut Columns<'a, Row<'a>>) {
    for (at, field) in size_fields().into_iter().enumerate() {
        columns.add(field, move |(_, here, _)| size_values(&here.own, here.possible_grants)[at].clone());
    }
}

fn size_fields() -> [Field; 11] {
    let pounds = Some(POUNDS);
    let share = Some(field::SHARE);
    [
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

/// The values of [`size_fields`].
pub(super) fn size_values(sizes: &Sizes, possible: u64) -> [Value; 11] {
    let count = |n: u64| Value::Integer(n as i64);
    let amount = |pence: Option<f64>| pence.map_or(Value::Null, round::pounds);
    let [q1, median, q3] = sizes.quartiles;
    [
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
