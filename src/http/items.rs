//! `/collections/{collection}/items`: features, a page at a time, or all of them as a file.

use super::crs;
use super::download;
use super::form::{Form, LIMIT_DEFAULT, Profile};
use super::format::{CSV, FGB, Format, GEOJSON, GPKG, HTML, Offer, PARQUET, XLSX};
use super::guard::Work;
use super::links::{self, Link};
use super::page;
use super::problem::Problem;
use super::reply::Reply;
use super::request::Ask;
use super::text;
use crate::export::JsonFg;
use crate::export::geojson;
use crate::layer::{Feature, Layer, shape, table};
use crate::snapshot::{Collection, Coords, Snapshot};
use axum::http::{HeaderName, header};
use serde_json::{Map, Value, json};
use std::borrow::Cow;

const OFFERS: [Offer; 7] = [GEOJSON, HTML, CSV, XLSX, GPKG, FGB, PARQUET];

/// The offers that every page links to; the others are linked to from the collection.
const LINKED: [Offer; 3] = [GEOJSON, HTML, CSV];

/// The header that names the coordinates sent.
pub(super) const CONTENT_CRS: HeaderName = HeaderName::from_static("content-crs");
const NUMBER_MATCHED: HeaderName = HeaderName::from_static("ogc-numbermatched");
const NUMBER_RETURNED: HeaderName = HeaderName::from_static("ogc-numberreturned");

/// How much is asked for: files and conditions take long.
pub(super) fn work(ask: &Ask) -> Work {
    let page = ask.choose(&OFFERS).is_ok_and(|offer| matches!(offer.format, Format::Json | Format::Html));
    let plain = ["filter", "sortby", "download"].iter().all(|name| ask.get(name).is_none());
    if page && plain { Work::Light } else { Work::Heavy }
}

/// Answers with features.
pub(super) fn items(ask: &Ask) -> Result<Reply, Problem> {
    let (snapshot, collection) = (ask.snapshot()?, ask.collection()?);
    let form = Form::read(ask, &collection.layer, &snapshot.place.plane)?;
    let offer = ask.choose(&OFFERS)?;
    let is_page = matches!(offer.format, Format::Json | Format::Html) && ask.get("download").is_none();
    if !is_page && !ask.sees.files {
        return Err(Problem::forbidden("Whoever looks after this place lets fewer people fetch files than look."));
    }
    let coords = download::coords(ask, &form, offer, &snapshot.place.plane)?;
    if let Some(reply) = ask.unchanged(offer)? {
        return Ok(reply);
    }
    let page = Page::new(collection, &form, offer);
    let links = page.links(ask, offer);
    let reply = match offer.format {
        Format::Html => page.html(ask, snapshot, &links)?,
        Format::Json => page.json(snapshot, coords, &links),
        _ => download::file(snapshot, &page.layer(), &form, offer, coords)?,
    };
    let reply =
        if page.whole { reply.with(header::CONTENT_DISPOSITION, page.file_name(snapshot, offer)) } else { reply };
    Ok(reply
        .tagged(&ask.etag(offer)?)
        .with(CONTENT_CRS, format!("<{}>", crs::uri(coords, &snapshot.place.plane)))
        .with(NUMBER_MATCHED, page.matched.to_string())
        .with(NUMBER_RETURNED, page.len().to_string())
        .with(header::LINK, links::header(&links)))
}

/// Which features are sent.
struct Page<'a> {
    collection: &'a Collection,
    form: &'a Form,
    /// Places of the matching features in the list; `None` when all match in the list's order.
    selected: Option<Vec<usize>>,
    matched: usize,
    from: usize,
    to: usize,
    limit: usize,
    /// Whether this is a file for keeps, which follows no links and so has everything unless told otherwise.
    whole: bool,
}

impl<'a> Page<'a> {
    fn new(collection: &'a Collection, form: &'a Form, offer: Offer) -> Self {
        let selected = select(collection, form);
        let matched = selected.as_ref().map_or(collection.len(), Vec::len);
        let whole = match offer.format {
            Format::Html => false,
            Format::Json => form.download,
            _ => true,
        };
        let limit = form.limit.unwrap_or(if whole { usize::MAX } else { LIMIT_DEFAULT });
        let from = form.offset.min(matched);
        let to = from.saturating_add(limit).min(matched);
        Self { collection, form, selected, matched, from, to, limit, whole }
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

    fn features(&self) -> impl Iterator<Item = &Feature> {
        self.places().filter_map(|i| self.collection.layer.features.get(i))
    }

    /// The layer with these features and properties alone.
    fn layer(&self) -> Cow<'a, Layer> {
        let layer = &self.collection.layer;
        let all = self.selected.is_none() && self.len() == self.collection.len();
        if all && self.form.selection.is_none() && self.form.shapes {
            return Cow::Borrowed(layer);
        }
        Cow::Owned(self.part(self.form.shapes))
    }

    /// These features and properties of the layer, with or without their shapes.
    fn part(&self, shapes: bool) -> Layer {
        let layer = &self.collection.layer;
        let selection = self.form.selection.as_ref();
        let shown = |feature: &Feature| Feature {
            id: feature.id.clone(),
            geometry: feature.geometry.clone().filter(|_| shapes),
            values: selection.map_or_else(|| feature.values.clone(), |selection| selection.values(feature)),
        };
        Layer {
            id: layer.id.clone(),
            title: layer.title.clone(),
            description: layer.description.clone(),
            method: layer.method,
            credits: layer.credits.clone(),
            fields: selection.map_or_else(|| layer.fields.clone(), |selection| selection.fields(layer)),
            features: self.features().map(shown).collect(),
        }
    }

    fn file_name(&self, snapshot: &Snapshot, offer: Offer) -> String {
        let ending = match (offer.format, self.form.profile) {
            (Format::Json, Profile::Plain) => "geojson",
            (Format::Json, _) => "fg.json",
            (format, _) => format.word(),
        };
        super::saved::disposition(&format!("{}-{}.{ending}", snapshot.place.key, self.collection.layer.id))
    }

    fn links(&self, ask: &Ask, offer: Offer) -> Vec<Link> {
        let mut links = ask.links(offer, &LINKED);
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
        let layer = &self.collection.layer;
        let href = ask.url(&format!("/collections/{}", text::encode(&layer.id)));
        links.push(Link::new(href, "collection", "application/json", layer.title.as_str()));
        links
    }

    fn json(&self, snapshot: &Snapshot, coords: Coords, links: &[Link]) -> Reply {
        let layer = &self.collection.layer;
        let mut head = if self.form.download { geojson::about(layer) } else { json!({"type": "FeatureCollection"}) };
        let own = json!({
            "numberMatched": self.matched,
            "numberReturned": self.len(),
            "timeStamp": super::landing::time(snapshot),
            "notices": layer.credits.notices,
            "attribution": layer.credits.attributions.join("; "),
            "links": links,
        });
        add(&mut head, own);
        let mut features = Vec::new();
        if self.form.profile == Profile::Plain {
            self.plain(coords, &mut features);
        } else {
            let layer = self.layer();
            let writer = writer(&layer, snapshot, self.form.profile);
            add(&mut head, Value::Object(writer.head()));
            for (number, feature) in layer.features.iter().enumerate() {
                if number > 0 {
                    features.push(b',');
                }
                features.extend_from_slice(writer.feature(feature).to_string().as_bytes());
            }
        }
        let mut body = head.to_string().into_bytes();
        body.pop();
        body.extend_from_slice(b",\"features\":[");
        body.append(&mut features);
        body.extend_from_slice(b"]}");
        Reply::new(GEOJSON.media, body)
    }

    /// The features as GeoJSON: written already when all properties and the shapes are shown.
    fn plain(&self, coords: Coords, out: &mut Vec<u8>) {
        let whole = self.form.selection.is_none() && self.form.shapes;
        if whole && self.selected.is_none() {
            out.extend_from_slice(self.collection.json(self.from..self.to, coords));
            return;
        }
        let layer = &self.collection.layer;
        let decimals = if coords == Coords::Plane { shape::METRES } else { shape::DEGREES };
        let selection = self.form.selection.as_ref();
        let fields = selection.map_or_else(|| layer.fields.clone(), |selection| selection.fields(layer));
        for (number, i) in self.places().enumerate() {
            if number > 0 {
                out.push(b',');
            }
            match layer.features.get(i) {
                Some(feature) if !whole => {
                    let values = selection.map_or_else(|| feature.values.clone(), |some| some.values(feature));
                    let feature = Feature { id: feature.id.clone(), geometry: None, values };
                    let shape = if self.form.shapes { self.collection.shape(i, coords) } else { None };
                    geojson::push_feature(out, &fields, &feature, shape.as_ref(), decimals);
                }
                _ => out.extend_from_slice(self.collection.json(i..i + 1, coords)),
            }
        }
    }

    fn html(&self, ask: &Ask, snapshot: &Snapshot, links: &[Link]) -> Result<Reply, Problem> {
        let href = |rel: &str| links.iter().find(|link| link.rel == rel).map(|link| link.href.as_str());
        let asked: Vec<_> =
            ask.query.iter().filter(|(name, _)| !["f", "limit", "offset"].contains(&name.as_str())).collect();
        let hidden: Vec<_> = asked.iter().filter(|(name, _)| !name.starts_with("filter")).collect();
        let layer = self.part(false);
        let as_file = |f: &str| {
            let style = (f == "csv").then(|| "true".to_owned());
            let download = (f == "json").then(|| "true".to_owned());
            ask.here(&[
                ("f", Some(f.to_owned())),
                ("limit", None),
                ("offset", None),
                ("bom", style),
                ("download", download),
            ])
        };
        let downloads: Vec<Value> = [GEOJSON, CSV, XLSX, GPKG, FGB, PARQUET]
            .iter()
            .map(|offer| json!({"name": download::name(*offer), "href": as_file(offer.format.word())}))
            .collect();
        let page = json!({
            "table": table::table(&layer, layer.features.iter()),
            "matched": table::count(self.matched),
            "from": if self.len() == 0 { 0 } else { self.from + 1 },
            "to": self.to,
            "asked": asked,
            "hidden": hidden,
            "filter": ask.get("filter").filter(|_| ask.get("filter-lang") != Some("cql2-json")),
            "next": href("next"),
            "prev": href("prev"),
            "json": ask.here(&[("f", Some("json".to_owned()))]),
            "downloads": downloads,
            "items_path": format!("{}/items", super::collection::path(&self.collection.layer)),
        });
        page::reply("items.html", ask, snapshot, Some(&self.collection.layer), page)
    }
}

/// Writes features as JSON-FG.
pub(super) fn writer<'a>(layer: &'a Layer, snapshot: &'a Snapshot, profile: Profile) -> JsonFg<'a> {
    JsonFg { layer, plane: &snapshot.place.plane, with_degrees: profile == Profile::JsonFgPlus }
}

fn add(to: &mut Value, members: Value) {
    if let (Some(to), Value::Object(members)) = (to.as_object_mut(), members) {
        to.extend::<Map<String, Value>>(members);
    }
}

/// The places of the features that are wanted and satisfy the condition, in the order asked for.
fn select(collection: &Collection, form: &Form) -> Option<Vec<usize>> {
    let features = &collection.layer.features;
    let mut selected = collection.select(&form.wanted);
    if let Some(filter) = &form.filter {
        let accepted = |i: &usize| features.get(*i).is_some_and(|feature| filter.accepts(feature));
        selected = Some(match selected {
            Some(some) => some.into_iter().filter(accepted).collect(),
            None => filter.places(features),
        });
    }
    if let Some(order) = &form.order {
        let mut places = selected.unwrap_or_else(|| (0..features.len()).collect());
        order.sort(features, &mut places);
        selected = Some(places);
    }
    selected
}
