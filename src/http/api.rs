//! `/api`: the definition of the service, for programs and for people.

use super::format::{Format, HTML, OPENAPI, Offer};
use super::page;
use super::problem::Problem;
use super::reply::Reply;
use super::request::Ask;
use super::{form, openapi};
use serde_json::json;

const OFFERS: [Offer; 2] = [OPENAPI, HTML];

/// Answers with the definition.
pub(super) fn api(ask: &Ask) -> Result<Reply, Problem> {
    let snapshot = ask.snapshot()?;
    ask.only(&[])?;
    let offer = ask.choose(&OFFERS)?;
    if let Some(reply) = ask.unchanged(offer)? {
        return Ok(reply);
    }
    let reply = match offer.format {
        Format::Html => {
            let first = snapshot.layers().first();
            let page = json!({
                "base": ask.base,
                "example": first.map(|each| super::collection::path(&each.layer)),
                "example_id": first.map(|each| each.layer.id.as_str()),
                "plane": super::crs::plane_uri(&snapshot.place.plane),
                "plane_name": snapshot.place.plane.name(),
                "default": form::LIMIT_DEFAULT,
                "maximum": form::LIMIT_MAXIMUM,
            });
            page::reply("api.html", ask, snapshot, None, page)?
        }
        _ => Reply::json(offer, &openapi::document(ask, snapshot)),
    };
    Ok(reply.tagged(&ask.etag(offer)?))
}
