//! Links, in bodies and in headers.

use super::format::{Format, Offer};
use super::request::Ask;
use serde::Serialize;

/// A link.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Link {
    pub(super) href: String,
    pub(super) rel: &'static str,
    #[serde(rename = "type")]
    pub(super) media: String,
    pub(super) title: String,
}

impl Link {
    /// A link to a representation.
    pub(super) fn new(href: String, rel: &'static str, media: &str, title: impl Into<String>) -> Self {
        Self { href, rel, media: media.to_owned(), title: title.into() }
    }
}

/// `self` for the representation sent, and `alternate` for each other one.
pub(super) fn this(ask: &Ask, sent: Offer, offers: &[Offer]) -> Vec<Link> {
    let mut links = vec![Link::new(ask.here(&[]), "self", sent.media, "This document")];
    for offer in offers.iter().filter(|offer| offer.format != sent.format) {
        let href = ask.here(&[("f", Some(offer.format.word().to_owned()))]);
        links.push(Link::new(href, "alternate", offer.media, format!("This document as {}", name(offer.format))));
    }
    links
}

/// What people call the format.
pub(super) const fn name(format: Format) -> &'static str {
    match format {
        Format::Json => "JSON",
        Format::Html => "a page",
        Format::Csv => "a table (CSV)",
    }
}

/// Links as the value of a `Link` header.
pub(super) fn header(links: &[Link]) -> String {
    let each = links.iter().map(|link| format!("<{}>; rel=\"{}\"; type=\"{}\"", link.href, link.rel, link.media));
    each.collect::<Vec<_>>().join(", ")
}
