//! The one place where numbers are rounded: inside the house nothing is.
//!
//! Residents are parts of people inside (a zone is spread over its dwelling positions) and whole people
//! outside. Halves go to the even neighbour, because zones cut in two give many halves and rounding all
//! of them up would add people. Each number is rounded for itself, so rounded parts may differ from the
//! rounded whole by a person or two; shares come from the unrounded counts.

use super::Value;
use crate::units::{Metres, Seconds, Share, SquareMetres};

/// Whole people.
pub(crate) fn people(count: f64) -> Value {
    whole(count)
}

/// Whole people, where the count is known.
pub(crate) fn known_people(count: Option<f64>) -> Value {
    count.map_or(Value::Null, people)
}

/// A share with four decimals: a ten-thousandth of 12,000 residents is about one of them.
pub(crate) fn share(share: Option<Share>) -> Value {
    share.map_or(Value::Null, |share| decimals(share.get(), 1e4))
}

/// Minutes with one decimal: six seconds, about eight metres of walking.
pub(crate) fn minutes(time: Option<Seconds>) -> Value {
    time.map_or(Value::Null, |time| decimals(time.minutes(), 1e1))
}

/// Whole metres.
pub(crate) fn metres(length: Option<Metres>) -> Value {
    length.map_or(Value::Null, |length| whole(length.get()))
}

/// Square kilometres with three decimals: a tenth of a hectare.
pub(crate) fn km2(area: SquareMetres) -> Value {
    decimals(area.km2(), 1e3)
}

/// Pence as pounds with two decimals: a penny.
pub(crate) fn pounds(pence: f64) -> Value {
    if pence.is_finite() { Value::Number(pence.round_ties_even() / 100.0 + 0.0) } else { Value::Null }
}

/// An amount in the unit of an objective (people, seconds or a share) with four decimals.
pub(crate) fn amount(amount: f64) -> Value {
    decimals(amount, 1e4)
}

fn whole(number: f64) -> Value {
    if number.is_finite() { Value::Integer(number.round_ties_even() as i64) } else { Value::Null }
}

fn decimals(number: f64, scale: f64) -> Value {
    if number.is_finite() { Value::Number((number * scale).round_ties_even() / scale + 0.0) } else { Value::Null }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_to_the_even_neighbour_so_that_many_of_them_add_nobody() {
        let sum: i64 = [0.5, 1.5, 2.5, 3.5]
            .map(|count| match people(count) {
                Value::Integer(count) => count,
                other => panic!("{other:?}"),
            })
            .iter()
            .sum();
        assert_eq!(sum, 8);
    }

    #[test]
    fn what_is_not_known_or_not_a_number_is_null() {
        assert_eq!(minutes(None), Value::Null);
        assert_eq!(share(Share::of(1.0, 0.0)), Value::Null);
        assert_eq!(people(f64::NAN), Value::Null);
        assert_eq!(metres(Some(Metres::new(f64::INFINITY))), Value::Null);
    }

    #[test]
    fn shares_have_four_decimals_and_minutes_one() {
        assert_eq!(share(Share::of(1.0, 3.0)), Value::Number(0.3333));
        assert_eq!(minutes(Some(Seconds::new(754.0))), Value::Number(12.6));
        assert_eq!(metres(Some(Metres::new(1199.6))), Value::Integer(1200));
    }
}
