//! `/collections/{collection}/items`: features, a page at a time.

use super::crs;
use super::form::{Form, LIMIT_DEFAULT};
use super::format::{CSV, Format, GEOJSON, HTML, Offer};
use super::links::{self, Link};
use super::page;
use super::problem::Problem;
use super::reply::Reply;
use super::request::Ask;
use super::{saved, text};
use crate::layer::{Feature, csv, table};
use crate::snapshot::{Collection, Snapshot};
use axum::http::{HeaderName, header};
use serde_json::json;

const OFFERS: [Offer; 3] = [GEOJSON, HTML, CSV];

/// The header that names the coordinates sent.
pub(super) const CONTENT_CRS: HeaderName = HeaderName::from_static("content-crs");
const NUMBER_MATCHED: HeaderName = HeaderName::from_static("ogc-numbermatched");
const NUMBER_RETURNED: HeaderName = HeaderName::from_static("ogc-numberreturned");

/// Answers with a page of features.
pub(super) fn items(ask: &Ask) -> Result<Reply, Problem> {
    let (snapshot, collection) = (ask.snapshot()?, ask.collection()?);
    let form = Form::read(ask, &collection.layer, &snapshot.place.plane)?;
    let offer = ask.choose(&OFFERS)?;
    if let Some(reply) = ask.unchanged(offer)? {
        return Ok(reply);
    }
    let page = Page::new(collection, &form, offer);
    let links = page.links(ask, collection, offer);
    let reply = match offer.format {
        Format::Csv => page.csv(snapshot, collection, &form),
        Format::Html => page.html(ask, snapshot, collection, &form, &links)?,
        _ => Reply::new(offer.media, page.json(snapshot, collection, &form, &links)),
    };
    Ok(reply
        .tagged(&ask.etag(offer)?)
        .with(CONTENT_CRS, format!("<{}>", crs::uri(form.coords, &snapshot.place.plane)))
        .with(NUMBER_MATCHED, page.matched.to_string())
        .with(NUMBER_RETURNED, page.len().to_string())
        .with(header::LINK, links::header(&links)))
}

/// Which features are on the page.
struct Page {
    /// Places of the matching features in the list; `None` when all match.
    selected: Option<Vec<usize>>,
    matched: usize,
    from: usize,
    to: usize,
    limit: usize,
}

impl Page {
    /// A table without a limit is the whole table: a spreadsheet follows no links.
    fn new(collection: &Collection, form: &Form, offer: Offer) -> Self {
        let selected = collection.select(&form.wanted);
        let matched = selected.as_ref().map_or(collection.len(), Vec::len);
        let usual = if offer.format == Format::Csv { usize::MAX } else { LIMIT_DEFAULT };
        let limit = form.limit.unwrap_or(usual);
        let from = form.offset.min(matched);
        let to = from.saturating_add(limit).min(matched);
        Self { selected, matched, from, to, limit }
    }

    fn len(&self) -> usize {
        self.to - self.from
    }

    fn places(&self) -> impl Iterator<Item = usize> + '_ {
        (self.from..self.to).filter_map(|i| match &self.selected {
            Some(selected) => selected.get(i).copied(),
            None => Some(i),
        })
    }

    fn features<'a>(&'a self, collection: &'a Collection) -> impl Iterator<Item = &'a Feature> + 'a {
        self.places().filter_map(|i| collection.layer.features.get(i))
    }

    fn links(&self, ask: &Ask, collection: &Collection, offer: Offer) -> Vec<Link> {
        let mut links = links::this(ask, offer, &OFFERS);
        let other = |offset: usize| {
            let offset = (offset > 0).then(|| offset.to_string());
            ask.here(&[("limit", Some(self.limit.to_string())), ("offset", offset)])
        };
        if self.to < self.matched {
            links.push(Link::new(other(self.to), "next", offer.media, "The next page"));
        }
        if self.from > 0 {
            links.push(Link::new(other(self.from.saturating_sub(self.limit)), "prev", offer.media, "The page before"));
        }
        let id = text::encode(&collection.layer.id);
        let href = ask.url(&format!("/collections/{id}"));
        links.push(Link::new(href, "collection", "application/json", collection.layer.title.as_str()));
        links
    }

    fn json(&self, snapshot: &Snapshot, collection: &Collection, form: &Form, links: &[Link]) -> Vec<u8> {
        let credits = &collection.layer.credits;
        let mut head = json!({
            "type": "FeatureCollection",
            "numberMatched": self.matched,
            "numberReturned": self.len(),
            "timeStamp": super::landing::time(snapshot),
            "notices": credits.notices,
            "attribution": credits.attributions.join("; "),
            "links": links,
        })
        .to_string();
        head.truncate(head.len().saturating_sub(1));
        let mut body = head.into_bytes();
        body.extend_from_slice(b",\"features\":[");
        match &self.selected {
            None => body.extend_from_slice(collection.json(self.from..self.to, form.coords)),
            Some(_) => {
                for (number, i) in self.places().enumerate() {
                    if number > 0 {
                        body.push(b',');
                    }
                    body.extend_from_slice(collection.json(i..i + 1, form.coords));
                }
            }
        }
        body.extend_from_slice(b"]}");
        body
    }

    fn csv(&self, snapshot: &Snapshot, collection: &Collection, form: &Form) -> Reply {
        let body = csv::rows(&collection.layer, self.features(collection), &snapshot.place.plane, form.bom);
        let file = format!("{}-{}.csv", snapshot.place.key, collection.layer.id);
        let disposition = saved::disposition(&file);
        Reply::new("text/csv; charset=utf-8; header=present", body).with(header::CONTENT_DISPOSITION, disposition)
    }

    fn html(
        &self,
        ask: &Ask,
        snapshot: &Snapshot,
        collection: &Collection,
        form: &Form,
        links: &[Link],
    ) -> Result<Reply, Problem> {
        let href = |rel: &str| links.iter().find(|link| link.rel == rel).map(|link| link.href.as_str());
        let asked: Vec<_> =
            ask.query.iter().filter(|(name, _)| !["f", "limit", "offset"].contains(&name.as_str())).collect();
        let page = json!({
            "table": table::table(&collection.layer, self.features(collection)),
            "matched": table::count(self.matched),
            "from": if self.len() == 0 { 0 } else { self.from + 1 },
            "to": self.to,
            "asked": asked,
            "next": href("next"),
            "prev": href("prev"),
            "json": ask.here(&[("f", Some("json".to_owned()))]),
            "csv": ask.here(&[("f", Some("csv".to_owned())), ("limit", None), ("offset", None), ("bom", Some("true".to_owned()))]),
            "crs": crs::uri(form.coords, &snapshot.place.plane),
            "items_path": format!("{}/items", super::collection::path(&collection.layer)),
        });
        page::reply("items.html", ask, snapshot, Some(&collection.layer), page)
    }
}
