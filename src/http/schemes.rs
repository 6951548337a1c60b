//! `/tileMatrixSets`: the tiling schemes, of which there is one.

use super::format::{Format, HTML, JSON, Offer};
use super::links::{self, Link};
use super::page;
use super::problem::Problem;
use super::reply::Reply;
use super::request::Ask;
use super::tilesets::{QUAD, no_such_scheme};
use crate::layer::tile::web_mercator_quad;
use axum::http::header;
use serde_json::json;

const OFFERS: [Offer; 2] = [JSON, HTML];

/// Answers with the list.
pub(super) fn list(ask: &Ask) -> Result<Reply, Problem> {
    let snapshot = ask.snapshot()?;
    ask.only(&[])?;
    let offer = ask.choose(&OFFERS)?;
    if let Some(reply) = ask.unchanged(offer)? {
        return Ok(reply);
    }
    let links = links::this(ask, offer, &OFFERS);
    let scheme = web_mercator_quad();
    let href = ask.url(&format!("/tileMatrixSets/{QUAD}"));
    let entry = json!({
        "id": scheme.id,
        "title": scheme.title,
        "uri": scheme.uri,
        "crs": scheme.crs,
        "links": [
            Link::new(href.clone(), "self", JSON.media, scheme.title),
            Link::new(href.clone(), "item", JSON.media, scheme.title),
            Link::new(format!("{href}?f=html"), "alternate", HTML.media, "This tiling scheme as a page"),
        ],
    });
    let reply = match offer.format {
        Format::Html => page::reply("schemes.html", ask, snapshot, None, json!({"schemes": [entry]}))?,
        _ => Reply::json(offer, &json!({"links": links, "tileMatrixSets": [entry]})),
    };
    Ok(reply.tagged(&ask.etag(offer)?).with(header::LINK, links::header(&links)))
}

/// Answers with one scheme.
pub(super) fn one(ask: &Ask) -> Result<Reply, Problem> {
    let snapshot = ask.snapshot()?;
    if ask.param("scheme") != QUAD {
        return Err(no_such_scheme(ask.param("scheme")));
    }
    ask.only(&[])?;
    let offer = ask.choose(&OFFERS)?;
    if let Some(reply) = ask.unchanged(offer)? {
        return Ok(reply);
    }
    let scheme = web_mercator_quad();
    let reply = match offer.format {
        Format::Html => page::reply("scheme.html", ask, snapshot, None, json!({ "scheme": scheme }))?,
        _ => Reply::json(offer, &json!(scheme)),
    };
    let links = links::this(ask, offer, &OFFERS);
    Ok(reply.tagged(&ask.etag(offer)?).with(header::LINK, links::header(&links)))
}
