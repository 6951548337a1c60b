use super::catalog::{Context, Table};
use super::engaged::{Engaged, count};
use super::{Feature, Field, Value, field};
use crate::disclose::Cell;
use crate::measure::near::{members_near, standing};
use crate::measure::reach::{Reach, trend};
use crate::place::{Basis, GroupIdx, Idx, PatchIdx};
use crate::stats::Interval;

const PEOPLE: &str = "people";
const PER_1000: &str = "people per 1,000 residents";
const RATIO: &str = "ratio, 1 is parity";

/// Each group of each patch in each period: how many were met and at what rate; flags, and who lives near, for the
/// whole time: with a family of tests for each quarter, chance alone would flag somebody in some quarter or other.
pub(super) fn table(context: &Context<'_>, dimension: &str) -> Table {
    let Some(engaged) = context.engaged else { return Table { fields: Vec::new(), features: Vec::new() } };
    let features = features(context, engaged, dimension).unwrap_or_default();
    Table { fields: fields(context), features }
}

fn pair(name: &str, title: &str, description: &str, unit: &'static str) -> [Field; 2] {
    [("low", "from"), ("high", "to")].map(|(end, word)| {
        field::number(&format!("{name}_{end}"), &format!("{title}, {word}"), description, Some(unit))
    })
}

fn fields(context: &Context<'_>) -> Vec<Field> {
    let counted = match context.place.engagement.basis {
        Basis::People => "People met, each counted once, by where they live",
        Basis::Attendances => "Attendances: the records cannot tell people apart, so who came twice counts twice",
    };
    let mut fields = vec![
        field::text("reach_id", "Row", "Patch, group and period"),
        field::text("patch_id", "Patch", "Patch where the people live; `all` is the whole place, `outside` no patch"),
        field::text("patch_name", "Name of the patch", "Name for people"),
        field::text("group", "Group", "Key of the group; `all` is everybody, `not_recorded` nobody wrote it down"),
        field::text("group_name", "Name of the group", "Name for people"),
        field::text("period", "Period", "`all` the whole time, or a quarter such as 2024-q2"),
        field::text("period_name", "Name of the period", "From when to when"),
        field::integer("residents", "Residents", "Members of the group who live in the patch", Some(field::RESIDENTS)),
        field::integer("met", "Met", counted, Some(PEOPLE)),
        field::text(
            "status",
            "Status of the count",
            "shown; confidential: hidden, with everything that rests on it ([c] in CSV); low: rounds to nothing",
        ),
        field::number("rate", "Rate", "Met per 1,000 residents of the group", Some(PER_1000)),
    ];
    fields.extend(pair("rate", "Rate at 95 %", "Garwood's exact interval of the rate", PER_1000));
    fields.push(field::number(
        "pooled_rate",
        "Pooled rate",
        "The rate, drawn towards that of the group in the other patches the more, the fewer people there are",
        Some(PER_1000),
    ));
    fields.extend(pair("pooled_rate", "Pooled rate at 95 %", "Interval of the pooled rate", PER_1000));
    fields.push(field::number(
        "ratio",
        "Representation",
        "Share of those met ÷ share of residents, among those whose group was recorded; 1 is parity",
        Some(RATIO),
    ));
    fields.extend(pair("ratio", "Representation at 95 %", "Clopper and Pearson's exact interval", RATIO));
    fields.extend(pair(
        "ratio_bound",
        "Representation if all were recorded",
        "If none, or all, of those not recorded were of the group",
        RATIO,
    ));
    fields.push(field::integer(
        "to_meet",
        "Still to meet",
        "People of the group still to be met so that its share of those met is its share of residents",
        Some(PEOPLE),
    ));
    fields.push(field::number(
        "not_recorded_share",
        "Share not recorded",
        "Share of those met in the patch of whom nobody recorded the group",
        Some(field::SHARE),
    ));
    fields.push(field::text(
        "flag",
        "Flag",
        "Met less or more than everybody else in the place beyond chance, in the whole time; at most one flag in twenty is chance",
    ));
    fields.push(field::number(
        "q",
        "q",
        "Smallest false discovery rate at which this would be flagged",
        Some(field::SHARE),
    ));
    fields.push(field::integer(
        "near_residents",
        "Residents near",
        "Members of the group within 15 minutes' walk of a place where people are met; null where the records name none",
        Some(field::RESIDENTS),
    ));
    fields.push(field::text("standing", "Standing", "too far, near but unreached, or reached"));
    fields.push(field::number(
        "trend",
        "Trend",
        "People met in the quarter ÷ in the same quarter a year before; of the last whole quarter on the rows of the whole time",
        Some("ratio, 1 is no change"),
    ));
    fields.extend(pair("trend", "Trend at 95 %", "Exact interval of the trend", "ratio, 1 is no change"));
    fields.push(field::number(
        "first_time_share",
        "Met for the first time",
        "Share of everybody met in the patch and quarter who had not been met before",
        Some(field::SHARE),
    ));
    fields.push(field::number(
        "top_tenth_share",
        "Share of the tenth met most",
        "Share of all contacts in the patch that are with the tenth of people met most often",
        Some(field::SHARE),
    ));
    fields.push(field::number(
        "gini",
        "Gini",
        "Gini coefficient of contacts over people: 0 all alike",
        Some("from 0 to 1"),
    ));
    fields
}

fn features(context: &Context<'_>, engaged: &Engaged, dimension: &str) -> Option<Vec<Feature>> {
    let place = context.place;
    let table = engaged.people(dimension)?;
    let [patches, answers, periods] = table.dimensions.as_slice() else { return None };
    let reached: Vec<Vec<Vec<Reach>>> =
        (0..periods.categories.len()).map(|period| engaged.reach(place, dimension, period)).collect();
    let visits = engaged.protected.table(crate::measure::counts::VISITS);
    let residents = crate::measure::reach::residents(place);
    let mut features = Vec::new();
    for (row, patch) in patches.categories.iter().enumerate() {
        let patch_idx = row.checked_sub(1).filter(|at| *at < place.patches.len()).map(PatchIdx::from_usize);
        let geometry = patch_idx.map(|patch| geo::Geometry::MultiPolygon(place.patches[patch].shape.clone()));
        for (column, answer) in answers.categories.iter().enumerate() {
            let same = |(_, g): &(GroupIdx, &crate::place::Group)| g.key == answer.key && g.dimension == dimension;
            let group = place.groups.enumerate().find(same).map(|(index, _)| index);
            let here = residents.get(row);
            let members = if column == 0 { here.map(|(all, _)| *all) } else { here.and_then(|(_, by)| by[group?]) };
            let told = !engaged.near.qualifying.is_empty();
            let near = if told && (column == 0 || group.is_some()) && (row == 0 || patch_idx.is_some()) {
                members_near(&engaged.near, patch_idx, group)
            } else {
                None
            };
            for (at, period) in periods.categories.iter().enumerate() {
                let cell = table.cell(&[row, column, at]);
                let whole = at == 0;
                let none = Reach::default();
                let reach = reached.get(at).and_then(|then| then.get(row)?.get(column)).unwrap_or(&none);
                let standing = standing(near, reach.flag).filter(|_| whole && column > 0 && row > 0);
                let of = |period: usize| count(table, &[row, column, period]);
                let last = periods.categories.len() - 1;
                let now = if whole { last } else { at };
                let change = if now >= 5 { trend(of(now), of(now - 4)) } else { None };
                let first = visits.filter(|_| column == 0).and_then(|visits| {
                    let first = visits.cell_by_key(&[&patch.key, "first", &period.key])?.value()? as f64;
                    let all = cell.value()? as f64;
                    (at > 0 && all > 0.0).then(|| (first / all).min(1.0))
                });
                let often =
                    engaged.concentration.get(row).filter(|_| whole && column == 0).copied().unwrap_or_default();
                let id = format!("{}.{}.{}", patch.key, answer.key, period.key);
                let mut values = vec![
                    Value::Text(id.clone()),
                    Value::Text(patch.key.clone()),
                    Value::Text(patch.label.clone()),
                    Value::Text(answer.key.clone()),
                    Value::Text(answer.label.clone()),
                    Value::Text(period.key.clone()),
                    Value::Text(period.label.clone()),
                    super::round::known_people(members),
                    shown(cell),
                    Value::Text(cell.status().to_owned()),
                    decimals(reach.rate, 1),
                ];
                values.extend(ends(reach.rate_interval, 1));
                values.push(decimals(reach.pooled.map(|pooled| pooled.rate), 1));
                values.extend(ends(reach.pooled.map(|pooled| pooled.interval), 1));
                values.push(decimals(reach.ratio, 2));
                values.extend(ends(reach.ratio_interval, 2));
                values.extend(ends(reach.ratio_bounds, 2));
                values.push(super::round::known_people(reach.to_meet));
                values.push(decimals(reach.not_recorded_share, 3));
                values.push(field::words(reach.flag.filter(|_| whole).map(|flag| flag.word())));
                values.push(decimals(reach.q.filter(|_| whole), 4));
                values.push(super::round::known_people(near.filter(|_| whole).map(|(_, near)| near)));
                values.push(field::words(standing.map(|standing| standing.word())));
                values.push(decimals(change.map(|(ratio, _)| ratio), 2));
                values.extend(ends(change.map(|(_, interval)| interval), 2));
                values.push(decimals(first, 2));
                values.push(decimals(often.top_tenth, 2));
                values.push(decimals(often.gini, 2));
                features.push(Feature { id, geometry: geometry.clone(), values });
            }
        }
    }
    features.sort_by(|a, b| a.id.cmp(&b.id));
    Some(features)
}

/// The count of a cell; null where it is hidden, and the status says so.
pub(super) fn shown(cell: Cell) -> Value {
    cell.value().map_or(Value::Null, |count| Value::Integer(count as i64))
}

/// A number with so many decimals, or null.
pub(super) fn decimals(number: Option<f64>, places: i32) -> Value {
    let scale = 10_f64.powi(places);
    match number {
        Some(number) if number.is_finite() => Value::Number((number * scale).round_ties_even() / scale + 0.0),
        _ => Value::Null,
    }
}

/// Both ends of an interval.
pub(super) fn ends(interval: Option<Interval>, places: i32) -> [Value; 2] {
    [decimals(interval.map(|i| i.low), places), decimals(interval.map(|i| i.high), places)]
}
