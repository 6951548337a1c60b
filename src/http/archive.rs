//! `/map.pmtiles`: the whole map as one file, which any web server that knows Range requests can host.

use super::format::{Format, Offer};
use super::problem::Problem;
use super::reply::Reply;
use super::request::Ask;
use super::saved;
use crate::snapshot::{Saved, Snapshot};
use axum::http::header;
use std::sync::Arc;

const OFFERS: [Offer; 1] = [PMTILES];

pub(super) const PMTILES: Offer =
    Offer { format: Format::Pmtiles, media: "application/vnd.pmtiles", also: &["application/octet-stream"] };

/// Where the file is.
pub(super) const PATH: &str = "/map.pmtiles";

/// Answers with the file, or the part of it that `Range` names.
pub(super) fn archive(ask: &Ask) -> Result<Reply, Problem> {
    let snapshot = ask.own_snapshot()?;
    ask.only(&[])?;
    let offer = ask.choose(&OFFERS)?;
    // Strong, because parts fetched before and after a change must not be put together.
    let etag = format!("\"{}-map\"", snapshot.digest());
    if ask.knows(&etag) {
        return Ok(Reply::not_modified(&etag));
    }
    let file = match snapshot.whole_map().made() {
        Some(file) => file,
        None if snapshot.is_large() => {
            make_ahead(snapshot);
            return Err(Problem::being_made(snapshot.whole_map().seconds_left()));
        }
        None => snapshot.archive().map_err(|error| {
            tracing::error!(%error, "the map could not be written as PMTiles");
            Problem::unsaved(&error)
        })?,
    };
    let reply = saved::ranged(ask, offer.media, file, &etag)?;
    let name = format!("{}.pmtiles", snapshot.place.key);
    Ok(reply.tagged(&etag).with(header::CONTENT_DISPOSITION, saved::disposition(&name)))
}

/// Begins to make the file of a large place, unless somebody has: on one thread, so that others are answered meanwhile, and
/// only for as long as the place is served.
pub fn make_ahead(snapshot: &Arc<Snapshot>) {
    if !snapshot.is_large() || snapshot.whole_map().made().is_some() || !snapshot.whole_map().begin() {
        return;
    }
    let own = Arc::clone(snapshot);
    std::thread::spawn(move || {
        let is_served = || Arc::strong_count(&own) > 1;
        let made = match rayon::ThreadPoolBuilder::new().num_threads(1).build() {
            Ok(one) => one.install(|| own.archive_while(&is_served).map(Saved::length)),
            Err(_) => own.archive_while(&is_served).map(Saved::length),
        };
        match made {
            Ok(bytes) => tracing::info!(bytes, "the map as one file is ready"),
            Err(_) if !is_served() => {}
            Err(error) => {
                tracing::error!(%error, "the map could not be written as PMTiles");
                own.whole_map().give_up();
            }
        }
        drop(own);
        crate::memory::give_back();
    });
}
