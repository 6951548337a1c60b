//! Which features satisfy a condition, in which order, and with which properties: CQL2 (OGC 21-065r2)
//! in its text and its JSON form.
//!
//! A condition is read once, bound to a layer once (names become indices, shapes come into the layer's
//! metres, mistakes become sentences), and then asked for each feature without copying anything. It
//! sees only what the layer shows: values that were withheld are null here as well, so no condition can
//! find out what they were.
//!
//! Logic has three values, as in SQL: a comparison with null is neither true nor false, and a feature
//! is kept only when the whole condition is true.

mod arrays;
mod bind;
mod cursor;
mod expr;
mod fold;
mod json;
mod lex;
mod like;
mod scalar;
mod select;
mod sort;
mod spatial;
mod temporal;
mod test;
mod text;
mod wkt;

pub use select::Selection;
pub use sort::Order;

use crate::crs::Plane;
use crate::layer::{Feature, Layer};
use expr::Expr;
use rayon::prelude::*;
use test::Test;

/// How a condition is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// `filter-lang=cql2-text`: `residents > 1000 AND name LIKE 'St%'`.
    Text,
    /// `filter-lang=cql2-json`: `{"op": ">", "args": [{"property": "residents"}, 1000]}`.
    Json,
}

/// Why a condition cannot be used. Each is a sentence for whoever wrote it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// The words are not CQL2.
    #[error("the filter cannot be read at character {at}: {problem}")]
    Syntax {
        /// Character, counted from 1.
        at: usize,
        /// What is wrong and what was expected.
        problem: String,
    },
    /// The JSON is not CQL2.
    #[error("the filter cannot be read as CQL2 JSON: {0}")]
    Json(String),
    /// There is no such property.
    #[error("there is no property {name:?}{}", nearest.as_ref().map_or(String::new(), |n| format!("; did you mean {n:?}?")))]
    UnknownProperty {
        /// The name asked for.
        name: String,
        /// The property with the most similar name.
        nearest: Option<String>,
    },
    /// The condition makes no sense for this layer.
    #[error("the filter cannot be applied: {0}")]
    Meaning(String),
}

/// Longest condition that is read, in bytes: a shape of some thousand corners, and far below what
/// would keep a processor busy.
pub const LONGEST: usize = 131_072;

/// A condition that was read but not yet bound to a layer.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition(Expr);

impl Condition {
    /// Reads a condition.
    ///
    /// # Errors
    /// When the words are longer than [`LONGEST`], nest deeper than 48 levels or are not CQL2.
    pub fn parse(words: &str, language: Language) -> Result<Self, FilterError> {
        if words.len() > LONGEST {
            return Err(FilterError::Meaning(format!("it is longer than {LONGEST} bytes")));
        }
        match language {
            Language::Text => text::parse(words),
            Language::Json => json::parse(words),
        }
        .map(Self)
    }

    /// Binds the condition to a layer. `coordinates` says what the shapes in the condition are in.
    ///
    /// # Errors
    /// When a property or function does not exist, values of different kinds are compared, or a shape
    /// lies where the layer's plane does not reach.
    pub fn bind(&self, layer: &Layer, coordinates: Coordinates<'_>) -> Result<Filter, FilterError> {
        bind::bind(&self.0, layer, coordinates).map(|test| Filter { test })
    }
}

/// What the coordinates in a condition are: the parameter `filter-crs`.
#[derive(Debug, Clone, Copy)]
pub enum Coordinates<'a> {
    /// Longitude and latitude, for features on this plane.
    Degrees(&'a Plane),
    /// Latitude and longitude (EPSG:4326), for features on this plane.
    LatLon(&'a Plane),
    /// The layer's own.
    OfLayer,
}

/// A condition that features of one layer can be asked about.
#[derive(Debug)]
pub struct Filter {
    test: Test,
}

impl Filter {
    /// Whether the feature satisfies the condition; not when that is unknown because of a null.
    #[must_use]
    pub fn accepts(&self, feature: &Feature) -> bool {
        self.test.holds(feature) == Some(true)
    }

    /// The places of the features that satisfy the condition, in the order of the list.
    #[must_use]
    pub fn places(&self, features: &[Feature]) -> Vec<usize> {
        let accepted = features.par_iter().enumerate().filter(|(_, feature)| self.accepts(feature));
        accepted.map(|(place, _)| place).collect()
    }
}

/// The property of the layer with this name.
fn field_index(layer: &Layer, name: &str) -> Option<usize> {
    layer.fields.iter().position(|field| field.name == name)
}

/// The error for a name that the layer does not have.
fn unknown_property(layer: &Layer, name: &str) -> FilterError {
    let known = layer.fields.iter().map(|field| field.name.as_str()).chain(["id", expr::GEOMETRY_NAMES[0]]);
    let nearest = crate::text::nearest(name, known, 0.6).map(str::to_owned);
    FilterError::UnknownProperty { name: name.to_owned(), nearest }
}

#[cfg(test)]
#[path = "filter_tests.rs"]
mod tests;
