//! `/collections/{collection}/items/{feature}`: one feature.

use super::crs;
use super::form::{self, Profile};
use super::format::{Format, GEOJSON, HTML, Offer};
use super::items::{CONTENT_CRS, writer};
use super::links::{self, Link};
use super::page;
use super::problem::Problem;
use super::reply::Reply;
use super::request::Ask;
use crate::layer::table;
use crate::snapshot::Coords;
use axum::http::header;
use serde_json::json;

const OFFERS: [Offer; 2] = [GEOJSON, HTML];

/// Answers with the feature.
pub(super) fn item(ask: &Ask) -> Result<Reply, Problem> {
    let (snapshot, collection) = (ask.snapshot()?, ask.collection()?);
    ask.only(&["crs", "profile"])?;
    let coords = crs::named("crs", ask.get("crs"), &snapshot.place.plane)?;
    let profile = form::read_profile(ask, &snapshot.place.plane)?;
    let coords = if profile == Profile::Plain { coords } else { Coords::Plane };
    let offer = ask.choose(&OFFERS)?;
    let (layer, id) = (&collection.layer, ask.param("feature"));
    let missing = || {
        let path = super::collection::path(layer);
        Problem::not_found(format!("{:?} has no feature {id:?}. {path}/items lists them all.", layer.id))
    };
    let position = collection.position(id).ok_or_else(missing)?;
    if let Some(reply) = ask.unchanged(offer)? {
        return Ok(reply);
    }
    let mut links = ask.links(offer, &OFFERS);
    links.push(Link::new(
        ask.url(&super::collection::path(layer)),
        "collection",
        "application/json",
        layer.title.as_str(),
    ));
    let reply = if offer.format == Format::Html {
        let feature = layer.features.get(position).ok_or_else(missing)?;
        let page = json!({
            "id": id,
            "table": table::table(layer, std::iter::once(feature)),
            "json": ask.here(&[("f", Some("json".to_owned()))]),
        });
        page::reply("item.html", ask, snapshot, Some(layer), page)?
    } else if profile != Profile::Plain {
        let feature = layer.features.get(position).ok_or_else(missing)?;
        let writer = writer(layer, snapshot, profile);
        let mut body = writer.feature(feature);
        if let Some(members) = body.as_object_mut() {
            let head = writer.head();
            members.extend(head.into_iter().filter(|(name, _)| ["conformsTo", "coordRefSys"].contains(&name.as_str())));
            members.insert("links".to_owned(), json!(links));
        }
        Reply::new(offer.media, body.to_string())
    } else {
        let mut body = collection.json(position..position + 1, coords).to_vec();
        body.pop();
        body.extend_from_slice(b",\"links\":");
        body.extend_from_slice(json!(links).to_string().as_bytes());
        body.push(b'}');
        Reply::new(offer.media, body)
    };
    Ok(reply
        .tagged(&ask.etag(offer)?)
        .with(CONTENT_CRS, format!("<{}>", crs::uri(coords, &snapshot.place.plane)))
        .with(header::LINK, links::header(&links)))
}
