//! One vector tile, under the addresses of OGC API – Tiles (zoom, row, column) and under the one that map
//! libraries write (zoom, x, y).

use super::format::{MVT, Offer};
use super::problem::Problem;
use super::reply::Reply;
use super::request::Ask;
use super::tilesets::{QUAD, TileSet, no_such_scheme};
use crate::export::tile::{TileId, tile};
use axum::http::{HeaderName, header};

const OFFERS: [Offer; 1] = [MVT];

/// Tells clients that there is nothing to wait for.
const HINT: HeaderName = HeaderName::from_static("oatiles-hint");

/// `/collections/{collection}/tiles/{scheme}/{z}/{row}/{col}`.
pub(super) fn of_collection(ask: &Ask) -> Result<Reply, Problem> {
    if ask.param("scheme") != QUAD {
        return Err(no_such_scheme(ask.param("scheme")));
    }
    ask.only(&[])?;
    answer(ask, &TileSet::of(ask.snapshot()?, ask.collection()?)?, ["z", "col", "row"])
}

/// `/tiles/WebMercatorQuad/{z}/{row}/{col}` with all collections or some, and `/tiles/{collection}/{z}/{x}/{y}`.
pub(super) fn of_source(ask: &Ask) -> Result<Reply, Problem> {
    if ask.param("source") == QUAD {
        ask.only(&["collections"])?;
        answer(ask, &TileSet::chosen(ask)?, ["z", "third", "second"])
    } else {
        ask.only(&[])?;
        answer(
            ask,
            &TileSet::of(ask.snapshot()?, ask.collection_named(ask.param("source"))?)?,
            ["z", "second", "third"],
        )
    }
}

fn answer(ask: &Ask, set: &TileSet<'_>, names: [&str; 3]) -> Result<Reply, Problem> {
    let offer = ask.choose(&OFFERS)?;
    let numbers = names.map(|name| ask.param(name));
    let at = read(numbers).ok_or_else(|| {
        Problem::not_found(format!(
            "There is no tile {}. The zoom is a whole number from 0 to 20; rows and columns begin at 0 in the north-west, \
             and there are two to the power of the zoom of each.",
            numbers.join("/")
        ))
    })?;
    if let Some(reply) = ask.unchanged(offer)? {
        return Ok(reply);
    }
    let drawn = tile(&set.layers(), at).map_err(|error| {
        tracing::error!(%error, "a tile could not be written");
        Problem::our_fault()
    })?;
    let reply = if drawn.is_empty() { Reply::empty().with(HINT, "empty") } else { Reply::new(offer.media, drawn) };
    let links = format!("<{}>; rel=\"http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector\"", ask.url(&set.path));
    Ok(reply.tagged(&ask.etag(offer)?).with(header::LINK, links))
}

fn read([zoom, x, y]: [&str; 3]) -> Option<TileId> {
    let whole = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_digit());
    if [zoom, x, y].into_iter().all(whole) {
        TileId::new(zoom.parse().ok()?, x.parse().ok()?, y.parse().ok()?)
    } else {
        None
    }
}
