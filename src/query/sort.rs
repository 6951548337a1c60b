//! In which order features come.

use super::{FilterError, field_index, unknown_property};
use crate::layer::{Feature, Layer, Value};
use std::cmp::Ordering;

/// An order by one or more properties. Features that are alike keep the layer's order, and a feature
/// whose value is not known comes last, whichever way the property is sorted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    keys: Vec<Key>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key {
    /// `None` for the feature's id.
    field: Option<usize>,
    descending: bool,
}

impl Order {
    /// Reads names with commas in between, as in `sortby=-residents,+name`; a space before a name is a
    /// plus that the link lost.
    ///
    /// # Errors
    /// When the layer has no such property.
    pub fn parse(names: &str, layer: &Layer) -> Result<Self, FilterError> {
        let mut keys = Vec::new();
        for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let descending = name.starts_with('-');
            let name = name.trim_start_matches(['+', '-']).trim_start();
            let field = field_index(layer, name);
            if field.is_none() && name != "id" {
                return Err(unknown_property(layer, name));
            }
            keys.push(Key { field, descending });
        }
        Ok(Self { keys })
    }

    /// Puts places in a list of features in order. Places beyond the list come last.
    pub fn sort(&self, features: &[Feature], places: &mut [usize]) {
        places.sort_by(|a, b| match (features.get(*a), features.get(*b)) {
            (Some(a), Some(b)) => {
                self.keys.iter().map(|key| key.compare(a, b)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
            }
            (a, b) => b.is_some().cmp(&a.is_some()),
        });
    }
}

impl Key {
    fn compare(self, a: &Feature, b: &Feature) -> Ordering {
        let Some(field) = self.field else {
            return self.turned(a.id.cmp(&b.id));
        };
        let known = |value: Option<&'_ Value>| !matches!(value, None | Some(Value::Null | Value::Marked(_)));
        match (a.values.get(field), b.values.get(field)) {
            (Some(a), Some(b)) if known(Some(a)) && known(Some(b)) => self.turned(order(a, b)),
            (a, b) => known(b).cmp(&known(a)),
        }
    }

    fn turned(self, order: Ordering) -> Ordering {
        if self.descending { order.reverse() } else { order }
    }
}

/// Values of one property are of one kind, but for whole numbers among numbers.
fn order(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        (Value::Integer(a), Value::Integer(b)) => a.cmp(b),
        (Value::Number(a), Value::Number(b)) => a.total_cmp(b),
        (Value::Integer(a), Value::Number(b)) => (*a as f64).total_cmp(b),
        (Value::Number(a), Value::Integer(b)) => a.total_cmp(&(*b as f64)),
        (Value::Boolean(a), Value::Boolean(b)) => a.cmp(b),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        _ => Ordering::Equal,
    }
}
