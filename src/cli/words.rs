//! Numbers and tables for people.

pub use crate::text::{table, whole};

/// `1 zone`, `2 zones`.
pub fn count(number: usize, one: &str, many: &str) -> String {
    format!("{} {}", whole(number as f64), if number == 1 { one } else { many })
}
