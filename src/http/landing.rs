//! `/`: where everything starts. A browser gets the map page if it was built in, else a plain one.

use super::format::{Format, HTML, JSON, OPENAPI, Offer};
use super::links::Link;
use super::page;
use super::problem::Problem;
use super::process::list::{JOBS_REL, PROCESSES_REL};
use super::reply::Reply;
use super::request::Ask;
use super::{archive, web};
use crate::layer::table::count;
use crate::place::Issue;
use crate::snapshot::Snapshot;
use chrono::SecondsFormat;
use serde_json::json;

const OFFERS: [Offer; 2] = [JSON, HTML];

/// Answers with the landing page.
pub(super) fn landing(ask: &Ask) -> Result<Reply, Problem> {
    let snapshot = ask.snapshot()?;
    ask.only(&[])?;
    if ask.choose(&OFFERS)?.format == Format::Html
        && let Some(page) = web::page(ask)
    {
        return Ok(page);
    }
    ask.told(&OFFERS, |offer, links| {
        links.extend([
            Link::new(ask.url("/api"), "service-desc", OPENAPI.media, "The definition of this service (OpenAPI 3.0)"),
            Link::new(ask.url("/api?f=html"), "service-doc", HTML.media, "How to use this service"),
            Link::new(ask.url("/conformance"), "conformance", JSON.media, "Standards this service keeps"),
            Link::new(ask.url("/collections"), "data", JSON.media, "The collections"),
            Link::new(ask.url("/tiles"), super::tilesets::TILESETS_REL, JSON.media, "The map in vector tiles"),
            Link::new(
                ask.url("/tileMatrixSets"),
                "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes",
                JSON.media,
                "Tiling schemes",
            ),
            Link::new(
                ask.url(archive::PATH),
                "enclosure",
                archive::PMTILES.media,
                "The whole map as one file (PMTiles)",
            ),
            Link::new(ask.url("/processes"), PROCESSES_REL, JSON.media, "What can be worked out"),
            Link::new(ask.url("/jobs"), JOBS_REL, JSON.media, "The jobs"),
            Link::new(ask.url("/-/issues"), "related", JSON.media, "What is wrong with the files"),
        ]);
        if ask.is_edited {
            links.push(Link::new(ask.url("/drafts"), "edit", HTML.media, "Work on this place"));
        }
        Ok(match offer.format {
            Format::Html => page::reply("landing.html", ask, snapshot, None, overview(snapshot))?,
            _ => {
                let mut about = json!({
                    "title": snapshot.place.name,
                    "description": description(snapshot),
                    "attribution": page::attributions(snapshot).join("; "),
                    "notices": page::notices(snapshot),
                    "links": links,
                });
                if let (Some(members), Some(map)) = (about.as_object_mut(), &snapshot.place.base_map) {
                    members.insert("base_map".to_owned(), json!({"tiles": map.tiles, "attribution": map.credit}));
                }
                if let (Some(members), Some(contact)) = (about.as_object_mut(), &snapshot.place.contact) {
                    members.insert("contact".to_owned(), json!(contact));
                }
                Reply::json(offer, &about)
            }
        })
    })
}

/// What this service is about, in a sentence or two.
pub(super) fn description(snapshot: &Snapshot) -> String {
    let name = &snapshot.place.name;
    let notices = page::notices(snapshot).into_iter().map(|notice| format!(" {notice}"));
    let first = format!("Who can walk to what in {name}, and where the gaps are and why.");
    std::iter::once(first).chain(notices).collect()
}

/// When the snapshot was built.
pub(super) fn time(snapshot: &Snapshot) -> String {
    snapshot.built_at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn overview(snapshot: &Snapshot) -> serde_json::Value {
    let place = &snapshot.place;
    let collections: Vec<_> = snapshot
        .layers()
        .iter()
        .map(|each| {
            json!({
                "path": super::collection::path(&each.layer),
                "title": each.layer.title,
                "description": each.layer.description,
                "count": count(each.len()),
            })
        })
        .collect();
    json!({
        "residents": count(place.residents().round_ties_even() as usize),
        "patches": count(place.patches.len()),
        "zones": count(place.zones.len()),
        "assets": count(place.assets.len()),
        "collections": collections,
        "issues": count(Issue::for_everybody(&snapshot.issues).len()),
        "sources": page::sources(snapshot),
        "built": time(snapshot),
        "date": place.date.map(|day| day.format("%-d %B %Y").to_string()),
    })
}
