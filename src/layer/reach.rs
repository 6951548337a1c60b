use super::catalog::{Context, Entry, Make};
use super::column::{Column, Columns, Table};
use super::credits::{MET, PEOPLE};
use super::field::{SHARE, ends, said};
use super::{Field, Is, Value, field, round};
use crate::measure::by_group::{ALL, GroupReach, reach_by_group};
use crate::place::Basis;
use crate::stats::Interval;

const PERSONS: &str = "people";
const PER_1000: &str = "people per 1,000 residents";
const RATIO: &str = "ratio, 1 is parity";
const CHANGE: &str = "ratio, 1 is no change";

/// A row of the layer.
type Row<'a> = GroupReach<'a>;

/// The line of the catalogue.
pub(super) const ENTRY: Entry = Entry {
    id: "reach",
    subject: "reach",
    measure: "reach",
    asks: Some("Who was met and who was not, by patch and group"),
    title: "Reach",
    description: "Who was met, by patch, group and quarter, beside who lives there. Small counts are hidden and \
                  the others rounded before anything else is done with them.",
    method: "reach",
    roles: &[PEOPLE, MET],
    walks: false,
    make: Make::PerDimension(table),
};

/// Each group of each patch in each period: how many were met and at what rate; flags, and who lives near, for the
/// whole time: with a family of tests for each quarter, chance alone would flag somebody in some quarter or other.
fn table(context: &Context<'_>, dimension: &str) -> Option<Table> {
    let engaged = context.engaged?;
    let published = engaged.people(dimension)?;
    let rows = reach_by_group(context.place, engaged, dimension).unwrap_or_default();
    let columns = columns(context.place.engagement.basis);
    let mut table = columns.table(rows, |row| (id(row), context.shape_of(row.at)));
    table.features.sort_by(|a, b| a.id.cmp(&b.id));
    table.protection = Some(published.summary().sentence());
    Some(table)
}

fn columns<'a>(basis: Basis) -> Columns<'a, Row<'a>> {
    let mut columns = Columns::new();
    names(&mut columns);
    counts(basis, &mut columns);
    representation(&mut columns);
    flags(&mut columns);
    time(&mut columns);
    columns
}

fn id(row: &Row<'_>) -> String {
    format!("{}.{}.{}", row.patch.key, row.group.key, row.period.key)
}

fn names<'a>(columns: &mut Columns<'a, Row<'a>>) {
    columns.add(field::id("reach_id", "Row", "Patch, group and period"), |row| said(&id(row)));
    columns.add(field::patch_id("Patch where the people live; `all` is the whole place, `outside` no patch"), |row| {
        said(&row.patch.key)
    });
    columns.add(field::name("patch_name", "Name of the patch", "Name for people"), |row| said(&row.patch.label));
    columns.add(
        field::text("group", "Group", "Key of the group; `all` is everybody, `not_recorded` nobody wrote it down")
            .is(Is::Group),
        |row| said(&row.group.key),
    );
    columns.add(field::name("group_name", "Name of the group", "Name for people"), |row| said(&row.group.label));
    columns.add(
        field::text("period", "Period", "`all` the whole time, or a quarter such as 2024-q2").is(Is::Period),
        |row| said(&row.period.key),
    );
    columns.add(field::name("period_name", "Name of the period", "From when to when"), |row| said(&row.period.label));
}

/// A column of a number that is worked out from the count.
fn met<'c, 'a>(
    columns: &'c mut Columns<'a, Row<'a>>,
    field: Field,
    value: impl Fn(&Row<'a>) -> Value + 'a,
) -> &'c mut Column<'a, Row<'a>> {
    columns.add(field, value).rests_on(|row| row.met)
}

/// The two ends of an interval; on the rows that `none` tells of there is none.
fn interval<'a>(
    columns: &mut Columns<'a, Row<'a>>,
    fields: [Field; 2],
    places: i32,
    interval: fn(&Row<'a>) -> Option<Interval>,
    none: &[fn(&Row<'a>) -> bool],
) {
    let [low, high] = fields;
    let low = met(columns, low, move |row| decimals(interval(row).map(|ends| ends.low), places));
    none.iter().for_each(|rows| {
        low.not_applicable(*rows);
    });
    let high = met(columns, high, move |row| decimals(interval(row).map(|ends| ends.high), places));
    none.iter().for_each(|rows| {
        high.not_applicable(*rows);
    });
}

fn counts<'a>(basis: Basis, columns: &mut Columns<'a, Row<'a>>) {
    let counted = match basis {
        Basis::People => "People met, each counted once, by where they live",
        Basis::Attendances => "Attendances: the records cannot tell people apart, so who came twice counts twice",
    };
    columns
        .add(field::people("residents", "Residents", "Members of the group who live in the patch"), |row: &Row<'_>| {
            round::known_people(row.members)
        })
        .not_applicable(Row::is_no_group);
    met(columns, field::integer("met", "Met", counted, Some(PERSONS)), |row| field::shown(row.met));
    columns.add(
        field::status(
            "met",
            "status",
            "Status of the count",
            "shown; confidential: hidden, with everything that rests on it ([c] in CSV); low: rounds to nothing",
        ),
        |row| said(row.met.status()),
    );
    met(columns, field::rate("rate", "Rate", "Met per 1,000 residents of the group", PER_1000), |row| {
        decimals(row.reach.rate, 1)
    })
    .not_applicable(Row::is_no_group);
    let exact = "Garwood's exact interval of the rate";
    let fields = ends("rate", ["Rate at 95 %, from", "Rate at 95 %, to"], [exact; 2], Some(PER_1000));
    interval(columns, fields, 1, |row| row.reach.rate_interval, &[Row::is_no_group]);
    let drawn = field::rate(
        "pooled_rate",
        "Pooled rate",
        "The rate, drawn towards that of the group in the other patches the more, the fewer people there are",
        PER_1000,
    );
    met(columns, drawn, |row| decimals(row.reach.pooled.map(|pooled| pooled.rate), 1)).not_applicable(Row::is_no_group);
    let titles = ["Pooled rate at 95 %, from", "Pooled rate at 95 %, to"];
    let fields = ends("pooled_rate", titles, ["Interval of the pooled rate"; 2], Some(PER_1000));
    interval(columns, fields, 1, |row| row.reach.pooled.map(|pooled| pooled.interval), &[Row::is_no_group]);
}

fn representation<'a>(columns: &mut Columns<'a, Row<'a>>) {
    let ratio = field::rate(
        "ratio",
        "Representation",
        "Share of those met ÷ share of residents, among those whose group was recorded; 1 is parity",
        RATIO,
    );
    let none: [fn(&Row<'a>) -> bool; 2] = [Row::is_everybody, Row::is_no_group];
    met(columns, ratio, |row| decimals(row.reach.ratio, 2))
        .not_applicable(Row::is_everybody)
        .not_applicable(Row::is_no_group);
    let titles = ["Representation at 95 %, from", "Representation at 95 %, to"];
    let fields = ends("ratio", titles, ["Clopper and Pearson's exact interval"; 2], Some(RATIO));
    interval(columns, fields, 2, |row| row.reach.ratio_interval, &none);
    let titles = ["Representation if all were recorded, from", "Representation if all were recorded, to"];
    let bounds = ["If none, or all, of those not recorded were of the group"; 2];
    let fields = ends("ratio_bound", titles, bounds, Some(RATIO)).map(|field| field.of("ratio"));
    interval(columns, fields, 2, |row| row.reach.ratio_bounds, &none);
    let to_meet = field::integer(
        "to_meet",
        "Still to meet",
        "People of the group still to be met so that its share of those met is its share of residents",
        Some(PERSONS),
    );
    met(columns, to_meet, |row| round::known_people(row.reach.to_meet))
        .not_applicable(Row::is_everybody)
        .not_applicable(Row::is_no_group);
    let not_recorded = field::number(
        "not_recorded_share",
        "Share not recorded",
        "Share of those met in the patch of whom nobody recorded the group",
        Some(SHARE),
    );
    met(columns, not_recorded, |row| decimals(row.reach.not_recorded_share, 3));
}

fn flags<'a>(columns: &mut Columns<'a, Row<'a>>) {
    let flag = field::text(
        "flag",
        "Flag",
        "Met less or more than everybody else in the place beyond chance, in the whole time; at most one flag in twenty is chance",
    );
    met(columns, flag, |row| field::words(row.reach.flag.filter(|_| !row.is_quarter()).map(|flag| flag.word())))
        .not_applicable(Row::is_quarter)
        .not_applicable(Row::is_no_group);
    let none: [fn(&Row<'a>) -> bool; 2] = [Row::is_quarter, Row::is_no_group];
    let against = field::rate(
        "against",
        "Against everybody else",
        "The rate \u{f7} that of everybody else in the place (of everybody of a patch: of the other patches), in the whole time",
        "ratio, 1 is alike",
    );
    met(columns, against, |row| decimals(row.reach.against.filter(|_| !row.is_quarter()), 2))
        .not_applicable(Row::is_quarter)
        .not_applicable(Row::is_no_group);
    let titles = ["Against everybody else, from", "Against everybody else, to"];
    let one = "Widened for all these comparisons being made at once, by the test of the flag: leaves out 1 exactly where there is one";
    let fields = ends("against", titles, [one; 2], Some("ratio, 1 is alike"));
    interval(columns, fields, 3, |row| row.reach.against_interval.filter(|_| !row.is_quarter()), &none);
    let q = field::number("q", "q", "Smallest false discovery rate at which this would be flagged", Some(SHARE));
    met(columns, q, |row| decimals(row.reach.q.filter(|_| !row.is_quarter()), 4))
        .not_applicable(Row::is_quarter)
        .not_applicable(Row::is_no_group);
    let near = field::people(
        "near_residents",
        "Residents near",
        "Members of the group within 15 minutes' walk of a place where people are met; null where the records name none",
    );
    columns
        .add(near, |row: &Row<'_>| round::known_people(row.near.filter(|_| !row.is_quarter())))
        .not_applicable(Row::is_quarter)
        .not_applicable(Row::is_no_group);
    let standing = field::text("standing", "Standing", "too far, near but unreached, or reached");
    met(columns, standing, |row| field::words(row.standing.map(|standing| standing.word())))
        .not_applicable(Row::is_quarter)
        .not_applicable(Row::is_everybody)
        .not_applicable(Row::is_no_group)
        .not_applicable(|row| row.patch.key == ALL);
}

fn time<'a>(columns: &mut Columns<'a, Row<'a>>) {
    let trend = field::rate(
        "trend",
        "Trend",
        "People met in the quarter ÷ in the same quarter a year before; of the last whole quarter on the rows of the whole time",
        CHANGE,
    );
    met(columns, trend, |row| decimals(row.trend.map(|(ratio, _)| ratio), 2));
    let titles = ["Trend at 95 %, from", "Trend at 95 %, to"];
    let fields = ends("trend", titles, ["Exact interval of the trend"; 2], Some(CHANGE));
    interval(columns, fields, 2, |row| row.trend.map(|(_, interval)| interval), &[]);
    let first = field::number(
        "first_time_share",
        "Met for the first time",
        "Share of everybody met in the patch and quarter who had not been met before",
        Some(SHARE),
    );
    met(columns, first, |row| decimals(row.first, 2))
        .not_applicable(|row| !row.is_quarter())
        .not_applicable(|row| !row.is_everybody());
    let top = field::number(
        "top_tenth_share",
        "Least share of the tenth met most",
        "Share of all contacts in the patch that are with the tenth of people met most often, at least: how often each of them came is known by classes",
        Some(SHARE),
    );
    met(columns, top, |row| decimals(row.often.top_tenth, 2))
        .not_applicable(Row::is_quarter)
        .not_applicable(|row| !row.is_everybody());
    let gini = field::rate(
        "gini",
        "Least Gini",
        "Gini coefficient of contacts over people, at least: 0 all alike",
        "from 0 to 1",
    );
    met(columns, gini, |row| decimals(row.often.gini, 2))
        .not_applicable(Row::is_quarter)
        .not_applicable(|row| !row.is_everybody());
}

/// A number with so many decimals, or null.
pub(super) fn decimals(number: Option<f64>, places: i32) -> Value {
    let scale = 10_f64.powi(places);
    match number {
        Some(number) if number.is_finite() => Value::Number((number * scale).round_ties_even() / scale + 0.0),
        _ => Value::Null,
    }
}
