//! `/tileMatrixSets`: the tiling schemes, of which there is one.

use super::format::{Format, HTML, JSON, Offer};
use super::links::Link;
use super::page;
use super::problem::Problem;
use super::reply::Reply;
use super::request::Ask;
use super::tilesets::{QUAD, no_such_scheme};
use crate::export::tile::web_mercator_quad;
use serde_json::json;

const OFFERS: [Offer; 2] = [JSON, HTML];

/// Answers with the list.
pub(super) fn list(ask: &Ask) -> Result<Reply, Problem> {
    let snapshot = ask.snapshot()?;
    ask.only(&[])?;
    ask.told(&OFFERS, |offer, links| {
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
        Ok(match offer.format {
            Format::Html => page::reply("schemes.html", ask, snapshot, None, json!({"schemes": [entry]}))?,
            _ => Reply::json(offer, &json!({"links": links, "tileMatrixSets": [entry]})),
        })
    })
}

/// Answers with one scheme.
pub(super) fn one(ask: &Ask) -> Result<Reply, Problem> {
    let snapshot = ask.snapshot()?;
    if ask.param("scheme") != QUAD {
        return Err(no_such_scheme(ask.param("scheme")));
    }
    ask.only(&[])?;
    let scheme = web_mercator_quad();
    ask.told(&OFFERS, |offer, _| {
        Ok(match offer.format {
            Format::Html => page::reply("scheme.html", ask, snapshot, None, json!({ "scheme": scheme }))?,
            _ => Reply::json(offer, &json!(scheme)),
        })
    })
}
