//! Answers about giving as layers: each grant, patch and zone, need against money, and the whole.

mod beside;
mod grants;
mod need;
mod patches;
mod total;
mod zones;

pub(super) use beside::ENTRY as BESIDE;
pub(super) use grants::ENTRY as GRANTS;
pub(super) use need::ENTRY as NEED;
pub(super) use patches::ENTRY as PATCHES;
pub(super) use total::ENTRY as TOTAL;
pub(super) use zones::ENTRY as ZONES;

use super::catalog::Context;
use super::column::Columns;
use super::{Field, Value, field, round};
use crate::measure::giving::{Money, Ranged};
use crate::measure::{Reached, giving};
use crate::place::Giving;
use std::fmt::Write;

const POUNDS: &str = "pounds";
const POUNDS_A_YEAR: &str = "pounds a year";

/// Grants and where they reach, when the place has grants.
fn found<'a>(context: &Context<'a>) -> Option<(&'a Giving, &'a Reached)> {
    Some((context.place.giving.as_ref()?, context.giving?))
}

/// Pence as pounds.
fn pounds(pence: i64) -> Value {
    round::pounds(pence as f64)
}

/// A sum of money by every reading, without its range.
fn add_money<'a, R: 'a>(columns: &mut Columns<'a, R>, of: fn(&R) -> &Money) {
    let field = |name, title, description| field::number(name, title, description, Some(POUNDS));
    columns
        .add(field("money", "Money", "Each grant spread by residents over the area its evidence names"), move |row| {
            pounds(of(row).spread())
        });
    columns.add(
        field(
            "money_office",
            "Money by office",
            "All of each grant where the recipient's office is, when that is in its area",
        ),
        move |row| pounds(of(row).at_office),
    );
    columns.add(
        field("money_sure", "Money, at least", "Grants better placed than by an office, whose area lies wholly here"),
        move |row| pounds(of(row).sure),
    );
    columns.add(
        field("money_possible", "Money, at most", "All of every grant whose area touches this place"),
        move |row| pounds(of(row).possible),
    );
}

/// A number and the two ends of its range, each by its own rounding.
fn add_range<'a, R: 'a>(columns: &mut Columns<'a, R>, field: Field, of: impl Fn(&R) -> [Value; 3] + Copy + 'a) {
    let ends = field::ends(
        &field.name,
        [&format!("{}, lower end", field.title), &format!("{}, upper end", field.title)],
        ["Lower end of the 90 % range of the draws", "Upper end of the 90 % range of the draws"],
        field.unit,
    );
    for (at, field) in std::iter::once(field).chain(ends).enumerate() {
        columns.add(field, move |row| of(row)[at].clone());
    }
}

/// Pounds a year for each of so many, with the range.
fn per_year(pence: Ranged, people: f64, years: Option<f64>) -> [Value; 3] {
    match years.filter(|years| *years > 0.0 && people > 0.0) {
        Some(years) => {
            let per = pence.times(1.0 / people / years);
            [per.value, per.low, per.high].map(round::pounds)
        }
        None => [Value::Null, Value::Null, Value::Null],
    }
}

/// How far a range is from saying one thing: within a fifth of the number it is narrow, within the number
/// itself wide, else very wide.
fn range_word(range: Ranged) -> &'static str {
    let width = range.high - range.low;
    if width <= 0.2 * range.value {
        "narrow"
    } else if width <= range.value {
        "wide"
    } else {
        "very wide"
    }
}

/// A probability as a word; nothing where the range is too wide for "unlikely" to mean anything.
fn cold_word(probability: f64, range: Ranged) -> Option<&'static str> {
    match probability {
        0.9.. => Some("likely"),
        0.5.. => Some("possible"),
        _ => (range_word(range) != "very wide").then_some("unlikely"),
    }
}

/// Which way money leans, and how surely.
fn need_words(need: &giving::Need) -> String {
    let index = need.index;
    let lean = if index.high < 0.0 {
        "Money leans to the more deprived neighbourhoods"
    } else if index.low > 0.0 {
        "Money leans to the less deprived neighbourhoods"
    } else {
        "Whether money leans to more or to less deprived neighbourhoods cannot be told"
    };
    format!("{lean}: concentration index {:.2}, range {:.2} to {:.2}.", index.value, index.low, index.high)
}

/// How wide the ranges are, and why.
fn range_words(reached: &Reached) -> String {
    let placed = reached.place.placed().max(1) as f64;
    let known: i64 = reached.patches.iter().map(|patch| patch.money.sure).sum();
    let share = |pence: i64| (pence as f64 / placed * 100.0).round();
    let wide = reached.patches.iter().filter(|patch| range_word(patch.pence) == "very wide").count();
    let office = reached.place.placed[crate::place::Evidence::Office as usize];
    let mut words = format!("{} % of the money that could be placed is known to one patch", share(known));
    if office > 0 {
        let _ = write!(words, ", {} % only by the postcode of an office", share(office));
    }
    let _ = write!(words, ". The range is very wide in {wide} of {} patches", reached.patches.len());
    if wide * 2 > reached.patches.len() {
        words +=
            ": the files do not say which of them the money reached, and no single number for a patch should be quoted";
    }
    words.push('.');
    words
}
