//! `/collections` and `/collections/{collection}`: what there is, and what each is.

use super::crs;
use super::download;
use super::format::{CSV, FGB, Format, GEOJSON, GPKG, HTML, JSON, Offer, PARQUET, SCHEMA, XLSX};
use super::links::{self, Link};
use super::page;
use super::problem::Problem;
use super::reply::Reply;
use super::request::Ask;
use super::text;
use super::tilesets::TILESETS_REL;
use crate::layer::totals::Totals;
use crate::layer::{FieldKind, Layer, catalog, table};
use crate::place::{Basis, Place};
use crate::snapshot::{Collection, Snapshot};
use serde_json::{Value, json};

const OFFERS: [Offer; 2] = [JSON, HTML];

/// Files of a whole layer, with how each is asked for.
const DOWNLOADS: [(Offer, &str); 6] = [
    (GEOJSON, "f=json&download=true"),
    (CSV, "f=csv&bom=true"),
    (XLSX, "f=xlsx"),
    (GPKG, "f=gpkg"),
    (FGB, "f=fgb"),
    (PARQUET, "f=parquet"),
];

pub(super) const SCHEMA_REL: &str = "http://www.opengis.net/def/rel/ogc/1.0/schema";
pub(super) const QUERYABLES_REL: &str = "http://www.opengis.net/def/rel/ogc/1.0/queryables";

/// Answers with the list of collections.
pub(super) fn list(ask: &Ask) -> Result<Reply, Problem> {
    let snapshot = ask.snapshot()?;
    ask.only(&[])?;
    ask.told(&OFFERS, |offer, links| {
        let described: Vec<Value> =
            snapshot.layers().iter().map(|each| describe(ask, snapshot, each, self_links(ask, each))).collect();
        Ok(match offer.format {
            Format::Html => page::reply("collections.html", ask, snapshot, None, json!({ "collections": described }))?,
            _ => Reply::json(
                offer,
                &json!({"links": links, "crs": crs::all(&snapshot.place.plane), "collections": described}),
            ),
        })
    })
}

/// Answers with one collection.
pub(super) fn one(ask: &Ask) -> Result<Reply, Problem> {
    let (snapshot, collection) = (ask.snapshot()?, ask.collection()?);
    ask.only(&[])?;
    ask.told(&OFFERS, |offer, links| {
    let described = describe(ask, snapshot, collection, links.clone());
    Ok(match offer.format {
        Format::Html => {
            let columns = table::columns(&collection.layer);
            let href = ask.url(&path(&collection.layer));
            let files = DOWNLOADS
                .map(|(offer, query)| json!({"name": download::name(offer), "href": format!("{href}/items?{query}")}));
            let page = json!({"downloads": files, "collection": described, "columns": columns, "items_path": format!("{}/items", path(&collection.layer))});
            page::reply("collection.html", ask, snapshot, Some(&collection.layer), page)?
        }
        _ => Reply::json(offer, &described),
    })
    })
}

/// The path of a layer's collection.
pub(super) fn path(layer: &Layer) -> String {
    format!("/collections/{}", text::encode(&layer.id))
}

fn self_links(ask: &Ask, collection: &Collection) -> Vec<Link> {
    let href = ask.url(&path(&collection.layer));
    vec![
        Link::new(href.clone(), "self", JSON.media, "This collection"),
        Link::new(format!("{href}?f=html"), "alternate", HTML.media, "This collection as a page"),
    ]
}

/// The collection as JSON: the same words in the list and on its own.
fn describe(ask: &Ask, snapshot: &Snapshot, collection: &Collection, mut links: Vec<Link>) -> Value {
    let layer = &collection.layer;
    let href = ask.url(&path(layer));
    for (offer, query) in [(GEOJSON, ""), (HTML, "?f=html"), (CSV, "?f=csv"), (FGB, "?f=fgb")] {
        let title = format!("{} as {}", layer.title, links::name(offer.format));
        links.push(Link::new(format!("{href}/items{query}"), "items", offer.media, title));
    }
    for (offer, query) in DOWNLOADS {
        let title = format!("All of {} as {}", layer.title, download::name(offer));
        links.push(Link::new(format!("{href}/items?{query}"), "enclosure", offer.media, title));
    }
    let title = format!("All of {} as JSON-FG, in metres", layer.title);
    links.push(Link::new(
        format!("{href}/items?f=json&profile=jsonfg&download=true"),
        "enclosure",
        GEOJSON.media,
        title,
    ));
    links.push(Link::new(format!("{href}/schema"), SCHEMA_REL, SCHEMA.media, "What each property is"));
    links.push(Link::new(format!("{href}/queryables"), QUERYABLES_REL, SCHEMA.media, "What items can be filtered by"));
    if !layer.is_table() {
        links.push(Link::new(format!("{href}/tiles"), TILESETS_REL, JSON.media, "Vector tiles"));
    }
    for licence in &layer.credits.licences {
        if let Some(address) = licence_address(licence) {
            links.push(Link::new(address.to_owned(), "license", HTML.media, licence.as_str()));
        }
    }
    let mut described = json!({
        "id": layer.id,
        "x-patchwork-kind": layer.id.kind(),
        "x-patchwork-about": layer.id.about(),
        "title": layer.title,
        "description": description(layer),
        "keywords": keywords(snapshot, layer),
        "attribution": layer.credits.attributions.join("; "),
        "notices": layer.credits.notices,
        "sources": layer.credits.sources,
        "license": layer.credits.licences.join("; "),
        "method": super::docs::method(ask, layer.method),
        "itemType": "feature",
        "itemCount": collection.len(),
        "extent": extent(collection),
        "crs": crs::all(&snapshot.place.plane),
        "storageCrs": crs::plane_uri(&snapshot.place.plane),
        "links": links,
    });
    if let Some(members) = described.as_object_mut() {
        if let Some(found) = totals(snapshot, layer) {
            members.insert("standard".to_owned(), json!(found.standard));
            members.insert("totals".to_owned(), json!(found.totals));
            members.insert("walking_speeds_kmh".to_owned(), speeds(&snapshot.place));
        }
        members.insert("x-patchwork-counts".to_owned(), counts(&snapshot.place, layer));
        members.retain(|_, value| !value.is_null() && *value != json!("") && *value != json!([]));
    }
    described
}

/// What a layer of the records counts: people, each once, or attendances, where the records cannot tell people apart.
fn counts(place: &Place, layer: &Layer) -> Value {
    match (layer.id.kind(), place.engagement.basis) {
        ("reach", Basis::People) => json!("people"),
        ("reach", Basis::Attendances) => json!("attendances"),
        _ => Value::Null,
    }
}

/// Groups that are assumed to walk at a speed of their own, and everybody else's; nothing where nobody does.
fn speeds(place: &Place) -> Value {
    let own = place.groups.iter().filter_map(|group| Some((group.key.clone(), json!(group.speed?.km_per_h()))));
    let mut speeds: serde_json::Map<String, Value> = own.collect();
    if speeds.is_empty() {
        return Value::Null;
    }
    speeds.insert("everybody_else".to_owned(), json!(place.speed.km_per_h()));
    Value::Object(speeds)
}

/// The standard that the layer is about, with what is true of the whole place.
fn totals<'a>(snapshot: &'a Snapshot, layer: &Layer) -> Option<&'a Totals> {
    let key = layer.id.standard()?;
    snapshot.totals.iter().find(|totals| totals.standard.key == key)
}

/// What the layer is, and what every reader must know, for clients that show only this.
fn description(layer: &Layer) -> String {
    let notices = layer.credits.notices.iter().map(|notice| format!(" {notice}"));
    std::iter::once(layer.description.clone()).chain(notices).collect()
}

fn keywords(snapshot: &Snapshot, layer: &Layer) -> Vec<String> {
    vec![snapshot.place.name.clone(), catalog::subject(&layer.id).to_owned(), "walking access".to_owned()]
}

fn extent(collection: &Collection) -> Value {
    let Some(rect) = collection.extent() else { return Value::Null };
    let mut extent = json!({
        "spatial": {"bbox": [[rect.min().x, rect.min().y, rect.max().x, rect.max().y]], "crs": crs::CRS84},
    });
    // Features with dates of their own are not of that day, and are not asked for by `datetime`.
    let dated = collection.layer.fields.iter().any(|field| field.kind == FieldKind::Date);
    if let (false, Some(day), Some(members)) = (dated, collection.layer.credits.date, extent.as_object_mut()) {
        let interval = json!([[format!("{day}T00:00:00Z"), format!("{day}T23:59:59Z")]]);
        let trs = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian";
        members.insert("temporal".to_owned(), json!({"interval": interval, "trs": trs}));
    }
    extent
}

/// Where the words of a well-known licence stand.
fn licence_address(licence: &str) -> Option<&'static str> {
    let known = [
        (
            &["OGL", "Open Government Licence"][..],
            "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
        ),
        (&["ODbL", "Open Database License"], "https://opendatacommons.org/licenses/odbl/1-0/"),
        (&["CC0"], "https://creativecommons.org/publicdomain/zero/1.0/"),
        (&["CC BY-SA 4", "CC-BY-SA-4"], "https://creativecommons.org/licenses/by-sa/4.0/"),
        (&["CC BY 4", "CC-BY-4"], "https://creativecommons.org/licenses/by/4.0/"),
    ];
    known.iter().find(|(names, _)| names.iter().any(|name| licence.contains(name))).map(|(_, address)| *address)
}
