//! `/map.pmtiles`: the whole map as one file, which any web server that knows Range requests can host.

use super::format::{Format, Offer};
use super::problem::Problem;
use super::reply::Reply;
use super::request::Ask;
use super::saved;
use axum::http::header;

const OFFERS: [Offer; 1] = [PMTILES];

pub(super) const PMTILES: Offer =
    Offer { format: Format::Pmtiles, media: "application/vnd.pmtiles", also: &["application/octet-stream"] };

/// Where the file is.
pub(super) const PATH: &str = "/map.pmtiles";

/// Answers with the file, or the part of it that `Range` names.
pub(super) fn archive(ask: &Ask) -> Result<Reply, Problem> {
    let snapshot = ask.snapshot()?;
    ask.only(&[])?;
    let offer = ask.choose(&OFFERS)?;
    // Strong, because parts fetched before and after a change must not be put together.
    let etag = format!("\"{}-map\"", snapshot.digest());
    if ask.knows(&etag) {
        return Ok(Reply::not_modified(&etag));
    }
    let file = snapshot.archive().map_err(|error| {
        tracing::error!(%error, "the map could not be written as PMTiles");
        Problem::unsaved(&error)
    })?;
    let reply = saved::ranged(ask, offer.media, file, &etag)?;
    let name = format!("{}.pmtiles", snapshot.place.key);
    Ok(reply.tagged(&etag).with(header::CONTENT_DISPOSITION, saved::disposition(&name)))
}
