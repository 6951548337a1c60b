//! What there is in tiles: lists of tile sets, each tile set, and TileJSON (OGC 20-057, TileJSON 3.0.0).

use super::format::{Format, HTML, JSON, MVT, Offer};
use super::links::Link;
use super::problem::Problem;
use super::reply::Reply;
use super::request::Ask;
use super::{crs, page, schema, text};
use crate::export::tile::{self, MAX_ZOOM, TileLayer, limits, tilejson};
use crate::layer::{FieldKind, Layer};
use crate::snapshot::{Collection, Snapshot};
use geo::HasDimensions;
use geo::dimensions::Dimensions;
use serde_json::{Map, Value, json};

const OFFERS: [Offer; 2] = [JSON, HTML];

/// The only tiling scheme: the one all map libraries draw.
pub(super) const QUAD: &str = "WebMercatorQuad";

pub(super) const TILESETS_REL: &str = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector";
const SCHEME_REL: &str = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme";
const DATA_REL: &str = "http://www.opengis.net/def/rel/ogc/1.0/geodata";
const TILEJSON_REL: &str = "describedby";

/// Tiles of one collection, or of several at once.
pub(super) struct TileSet<'a> {
    /// Where its list stands: `/tiles` or `/collections/{id}/tiles`.
    pub(super) path: String,
    title: String,
    description: String,
    collections: Vec<&'a Collection>,
    snapshot: &'a Snapshot,
    /// Which collections were chosen, as it stands in links; empty when all are in.
    query: String,
}

impl<'a> TileSet<'a> {
    /// Tiles of one collection.
    pub(super) fn of(snapshot: &'a Snapshot, collection: &'a Collection) -> Result<Self, Problem> {
        let layer = &collection.layer;
        if layer.is_table() {
            return Err(Problem::not_found(format!("{:?} is a table without shapes and has no tiles.", layer.id)));
        }
        Ok(Self {
            path: format!("{}/tiles", super::collection::path(layer)),
            title: layer.title.clone(),
            description: layer.description.clone(),
            collections: vec![collection],
            snapshot,
            query: String::new(),
        })
    }

    /// Tiles of all collections, or of those that `collections` names.
    pub(super) fn chosen(ask: &'a Ask) -> Result<Self, Problem> {
        let snapshot = ask.snapshot()?;
        let (collections, query) = match ask.get("collections") {
            None => (snapshot.drawn().collect(), String::new()),
            Some(names) => {
                let names: Vec<&str> = names.split(',').map(str::trim).collect();
                for name in &names {
                    if !snapshot.drawn().any(|each| each.layer.id.as_str() == *name) {
                        let known: Vec<&str> = snapshot.drawn().map(|each| each.layer.id.as_str()).collect();
                        let known = known.join(", ");
                        return Err(Problem::bad_request(format!(
                            "collections names {name:?}, which is not among {known}. Name some of these with commas in between."
                        )));
                    }
                }
                let chosen = snapshot.drawn().filter(|each| names.contains(&each.layer.id.as_str()));
                (chosen.collect(), format!("?collections={}", text::encode_value(&names.join(","))))
            }
        };
        Ok(Self {
            path: "/tiles".to_owned(),
            title: snapshot.place.name.clone(),
            description: super::landing::description(snapshot),
            collections,
            snapshot,
            query,
        })
    }

    /// The layers with what tiles are cut from.
    pub(super) fn layers(&self) -> Vec<(&'a Layer, &'a TileLayer)> {
        let plane = &self.snapshot.place.plane;
        self.collections.iter().map(|each| (&each.layer, each.tiles(plane))).collect()
    }

    /// The address of tiles, with names to fill in.
    fn template(&self, ask: &Ask) -> Link {
        let set = ask.url(&format!("{}/{QUAD}", self.path));
        let tile = format!("{set}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}{}", self.query);
        Link::template(tile, "item", MVT.media, "A vector tile")
    }

    /// What else is said of the tiles.
    fn about(&self, ask: &Ask) -> Vec<Link> {
        let set = ask.url(&format!("{}/{QUAD}", self.path));
        vec![
            Link::new(
                format!("{set}/tilejson.json{}", self.query),
                TILEJSON_REL,
                JSON.media,
                "The same for map libraries (TileJSON 3)",
            ),
            Link::new(ask.url(&format!("/tileMatrixSets/{QUAD}")), SCHEME_REL, JSON.media, "The tiling scheme"),
        ]
    }

    /// The entry in a list of tile sets. Its links lead to JSON only and none is a template: the official test
    /// suite asks each of them for JSON as it stands.
    fn entry(&self, ask: &Ask) -> Value {
        let scheme = tile::web_mercator_quad();
        let href = ask.url(&format!("{}/{QUAD}", self.path));
        let mut links = vec![Link::new(format!("{href}{}", self.query), "self", JSON.media, "This tile set")];
        links.extend(self.about(ask));
        json!({
            "title": self.title,
            "dataType": "vector",
            "crs": scheme.crs,
            "tileMatrixSetId": scheme.id,
            "tileMatrixSetURI": scheme.uri,
            "links": links,
        })
    }

    /// The tile set in full.
    fn describe(&self, ask: &Ask, own: Vec<Link>) -> Value {
        let scheme = tile::web_mercator_quad();
        let layers = self.layers();
        let about = tilejson(&self.title, &self.description, &layers, String::new());
        let mut links = own;
        links.push(self.template(ask));
        links.extend(self.about(ask));
        for each in &self.collections {
            let href = ask.url(&super::collection::path(&each.layer));
            links.push(Link::new(href, DATA_REL, JSON.media, each.layer.title.as_str()));
        }
        let [west, south, east, north] = about.bounds;
        json!({
            "title": self.title,
            "description": self.description,
            "attribution": about.attribution,
            "dataType": "vector",
            "crs": scheme.crs,
            "tileMatrixSetId": scheme.id,
            "tileMatrixSetURI": scheme.uri,
            "tileMatrixSetLimits": limits(about.bounds, about.minzoom..=MAX_ZOOM),
            "boundingBox": {
                "lowerLeft": [west, south], "upperRight": [east, north], "crs": crs::CRS84, "orderedAxes": ["Lon", "Lat"],
            },
            "centerPoint": {
                "coordinates": [about.center[0], about.center[1]], "crs": crs::CRS84,
                "tileMatrix": format!("{:.0}", about.center[2]),
            },
            "layers": layers.iter().map(|(layer, prepared)| describe_layer(layer, prepared)).collect::<Vec<_>>(),
            "links": links,
        })
    }
}

/// The problem when another tiling scheme is asked for.
pub(super) fn no_such_scheme(name: &str) -> Problem {
    Problem::not_found(format!("There is no tiling scheme {name:?}; there is {QUAD}."))
}

fn describe_layer(layer: &Layer, prepared: &TileLayer) -> Value {
    let mut properties = Map::new();
    properties.insert("id".to_owned(), json!({"type": "string", "title": "Name of the feature"}));
    for field in &layer.fields {
        let mut about = schema::describe(field);
        if let (FieldKind::Date, Some(members)) = (field.kind, about.as_object_mut()) {
            members.insert("format".to_owned(), json!("date"));
        }
        properties.insert(field.name.clone(), about);
    }
    let mut about = json!({
        "id": layer.id,
        "title": layer.title,
        "description": layer.description,
        "dataType": "vector",
        "minTileMatrix": prepared.min_zoom().to_string(),
        "maxTileMatrix": MAX_ZOOM.to_string(),
        "propertiesSchema": {"type": "object", "properties": properties},
    });
    if let (Some(dimension), Some(members)) = (dimension(layer), about.as_object_mut()) {
        members.insert("geometryDimension".to_owned(), json!(dimension));
    }
    about
}

/// 0 for points, 1 for lines, 2 for areas; `None` when they are mixed or there are none.
fn dimension(layer: &Layer) -> Option<u8> {
    let shapes = layer.features.iter().filter_map(|feature| feature.geometry.as_ref());
    let mut dimensions = shapes.filter_map(|shape| match shape.dimensions() {
        Dimensions::Empty => None,
        Dimensions::ZeroDimensional => Some(0),
        Dimensions::OneDimensional => Some(1),
        Dimensions::TwoDimensional => Some(2),
    });
    let first = dimensions.next()?;
    dimensions.all(|other| other == first).then_some(first)
}

/// `/tiles`: the tile sets of all collections together.
pub(super) fn of_place(ask: &Ask) -> Result<Reply, Problem> {
    ask.only(&["collections"])?;
    list(ask, &TileSet::chosen(ask)?)
}

/// `/collections/{collection}/tiles`: the tile sets of a collection.
pub(super) fn of_collection(ask: &Ask) -> Result<Reply, Problem> {
    ask.only(&[])?;
    list(ask, &TileSet::of(ask.snapshot()?, ask.collection()?)?)
}

fn list(ask: &Ask, set: &TileSet<'_>) -> Result<Reply, Problem> {
    ask.told(&OFFERS, |offer, links| {
        Ok(match offer.format {
            Format::Html => {
                let layer = of_one(ask).then(|| set.collections.first().map(|each| &each.layer)).flatten();
                let page = json!({"set": set.title, "href": ask.url(&format!("{}/{QUAD}", set.path)), "scheme": QUAD});
                page::reply("tilesets.html", ask, set.snapshot, layer, page)?
            }
            _ => Reply::json(offer, &json!({"links": links, "tilesets": [set.entry(ask)]})),
        })
    })
}

fn of_one(ask: &Ask) -> bool {
    !ask.param("collection").is_empty()
}

/// `/collections/{collection}/tiles/{scheme}`: a tile set.
pub(super) fn set_of_collection(ask: &Ask) -> Result<Reply, Problem> {
    if ask.param("scheme") != QUAD {
        return Err(no_such_scheme(ask.param("scheme")));
    }
    ask.only(&[])?;
    one(ask, &TileSet::of(ask.snapshot()?, ask.collection()?)?)
}

/// `/tiles/WebMercatorQuad`: the tile set of all collections; `/tiles/{collection}`: TileJSON.
pub(super) fn source(ask: &Ask) -> Result<Reply, Problem> {
    if ask.param("source") == QUAD {
        ask.only(&["collections"])?;
        return one(ask, &TileSet::chosen(ask)?);
    }
    json_of_source(ask)
}

fn one(ask: &Ask, set: &TileSet<'_>) -> Result<Reply, Problem> {
    ask.told(&OFFERS, |offer, links| {
        let described = set.describe(ask, links.clone());
        Ok(match offer.format {
            Format::Html => set_page(ask, set, &described)?,
            _ => Reply::json(offer, &described),
        })
    })
}

fn set_page(ask: &Ask, set: &TileSet<'_>, described: &Value) -> Result<Reply, Problem> {
    let base = ask.url(&format!("{}/{QUAD}", set.path));
    let layers = described["layers"].as_array().into_iter().flatten();
    let layers: Vec<_> =
        layers.map(|layer| (layer, schema::listed(&layer["propertiesSchema"]["properties"]))).collect();
    let page = json!({
        "set": described,
        "layers": layers,
        "tile": format!("{base}/{{z}}/{{y}}/{{x}}{}", set.query),
        "tilejson": format!("{base}/tilejson.json{}", set.query),
        "scheme": QUAD,
    });
    let layer = match set.collections[..] {
        [only] => Some(&only.layer),
        _ => None,
    };
    page::reply("tileset.html", ask, set.snapshot, layer, page)
}

/// `/collections/{collection}/tiles/{scheme}/tilejson.json`.
pub(super) fn json_of_collection(ask: &Ask) -> Result<Reply, Problem> {
    if ask.param("scheme") != QUAD {
        return Err(no_such_scheme(ask.param("scheme")));
    }
    ask.only(&[])?;
    let set = TileSet::of(ask.snapshot()?, ask.collection()?)?;
    let tiles = ask.url(&format!("{}/{QUAD}/{{z}}/{{y}}/{{x}}", set.path));
    tile_json(ask, &set, tiles)
}

/// `/tiles/{source}/tilejson.json`: the tiles of all collections, some, or one.
pub(super) fn json_of_source(ask: &Ask) -> Result<Reply, Problem> {
    if ask.param("source") == QUAD {
        ask.only(&["collections"])?;
        let set = TileSet::chosen(ask)?;
        let tiles = ask.url(&format!("/tiles/{QUAD}/{{z}}/{{y}}/{{x}}{}", set.query));
        return tile_json(ask, &set, tiles);
    }
    ask.only(&[])?;
    let collection = ask.collection_named(ask.param("source"))?;
    let tiles = ask.url(&format!("/tiles/{}/{{z}}/{{x}}/{{y}}", text::encode(&collection.layer.id)));
    tile_json(ask, &TileSet::of(ask.snapshot()?, collection)?, tiles)
}

fn tile_json(ask: &Ask, set: &TileSet<'_>, tiles: String) -> Result<Reply, Problem> {
    let offer = ask.choose(&OFFERS)?;
    if let Some(reply) = ask.unchanged(offer)? {
        return Ok(reply);
    }
    let reply = match offer.format {
        Format::Html => set_page(ask, set, &set.describe(ask, Vec::new()))?,
        _ => Reply::json(offer, &json!(tilejson(&set.title, &set.description, &set.layers(), tiles))),
    };
    Ok(reply.tagged(&ask.etag(offer)?))
}
