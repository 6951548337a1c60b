//! Links, in bodies and in headers.

use super::format::Format;
use serde::Serialize;

/// A link.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Link {
    pub(super) href: String,
    pub(super) rel: &'static str,
    #[serde(rename = "type")]
    pub(super) media: String,
    pub(super) title: String,
    /// Whether `href` has names in braces for which the client puts in values.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) templated: bool,
}

impl Link {
    /// A link to a representation.
    pub(super) fn new(href: String, rel: &'static str, media: &str, title: impl Into<String>) -> Self {
        Self { href, rel, media: media.to_owned(), title: title.into(), templated: false }
    }

    /// A link with names in braces.
    pub(super) fn template(href: String, rel: &'static str, media: &str, title: impl Into<String>) -> Self {
        Self { templated: true, ..Self::new(href, rel, media, title) }
    }
}

/// What people call the format.
pub(super) const fn name(format: Format) -> &'static str {
    match format {
        Format::Json => "JSON",
        Format::Html => "a page",
        Format::Csv => "a table (CSV)",
        Format::Mvt => "a vector tile",
        Format::Pmtiles => "one file (PMTiles)",
        Format::Xlsx => "a spreadsheet (XLSX)",
        Format::Gpkg => "a GeoPackage",
        Format::Fgb => "FlatGeobuf",
        Format::Parquet => "GeoParquet",
    }
}

/// Links as the value of a `Link` header.
pub(super) fn header(links: &[Link]) -> String {
    let each = links
        .iter()
        .filter(|link| !link.templated)
        .map(|link| format!("<{}>; rel=\"{}\"; type=\"{}\"", link.href, link.rel, link.media));
    each.collect::<Vec<_>>().join(", ")
}
