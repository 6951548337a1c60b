//! Which properties an answer shows.

use super::{FilterError, field_index, unknown_property};
use crate::layer::{Feature, Field, Layer, Value};

/// Some of a layer's properties, in the layer's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    kept: Vec<usize>,
}

impl Selection {
    /// Reads names with commas in between, as in `properties=name,residents`. `id` and the geometry
    /// always come along and may be named. Nothing at all keeps no property.
    ///
    /// # Errors
    /// When the layer has no such property.
    pub fn parse(names: &str, layer: &Layer) -> Result<Self, FilterError> {
        let mut kept = Vec::new();
        for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            match field_index(layer, name) {
                Some(index) => kept.push(index),
                None if name == "id" || super::expr::GEOMETRY_NAMES.contains(&name) => {}
                None => return Err(unknown_property(layer, name)),
            }
        }
        kept.sort_unstable();
        kept.dedup();
        Ok(Self { kept })
    }

    /// What the kept properties are.
    #[must_use]
    pub fn fields(&self, layer: &Layer) -> Vec<Field> {
        self.kept.iter().filter_map(|index| layer.fields.get(*index)).cloned().collect()
    }

    /// The feature's values of the kept properties.
    #[must_use]
    pub fn values(&self, feature: &Feature) -> Vec<Value> {
        self.kept.iter().filter_map(|index| feature.values.get(*index)).cloned().collect()
    }
}
