//! The keys of demand points or sites, in an order that does not depend on the rows.

use std::cmp::Ordering;
use std::collections::HashMap;

/// Keys in order, each once.
pub(super) struct Keys {
    list: Vec<String>,
    places: HashMap<String, u32>,
}

impl Keys {
    /// Puts keys in order: numbers by size, then everything else by letter.
    pub(super) fn of<'k>(keys: impl Iterator<Item = &'k str>) -> Self {
        let mut keys: Vec<&str> = keys.collect();
        keys.sort_unstable_by(|a, b| by_number(a, b));
        keys.dedup();
        let list: Vec<String> = keys.into_iter().map(str::to_owned).collect();
        let places = list.iter().cloned().zip(0u32..).collect();
        Self { list, places }
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn find(&self, key: &str) -> Option<u32> {
        self.places.get(key).copied()
    }

    pub(super) fn key(&self, at: usize) -> &str {
        self.list.get(at).map_or("", String::as_str)
    }

    pub(super) fn into_list(self) -> Vec<String> {
        self.list
    }
}

fn by_number(a: &str, b: &str) -> Ordering {
    match (a.parse::<u64>(), b.parse::<u64>()) {
        (Ok(x), Ok(y)) => x.cmp(&y).then_with(|| a.cmp(b)),
        (Ok(_), Err(_)) => Ordering::Less,
        (Err(_), Ok(_)) => Ordering::Greater,
        (Err(_), Err(_)) => a.cmp(b),
    }
}
