//! JSON: GeoJSON in all its shapes, one feature per line, and plain records such as 360Giving's.
//!
//! Features are taken out one by one while the file is parsed, so that a layer needs the room of its
//! geometry, not several times that.

use super::frame::{self, Claim};
use super::rows::{Builder, TooLarge};
use super::{Issues, Source, Table, esri, overpass, referral, text, topo, words};
use crate::crs::Crs;
use crate::place::{Code, Issue};
use geo::{Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};

/// Reads GeoJSON or records in JSON.
pub(super) fn read(source: &Source<'_>, bytes: Vec<u8>, issues: &mut Issues) -> Result<Table, Issue> {
    let text = text::decode(source, bytes, issues);
    // Text sequences (RFC 8142) begin every feature with a record separator.
    let text = if text.contains('\u{1e}') { text.replace('\u{1e}', " ") } else { text };
    let mut rows = Rows { layer: source.options.layer.map(str::to_owned), ..Rows::default() };
    let mut parser = serde_json::Deserializer::from_str(&text);
    let mut documents = 0_u64;
    loop {
        let read = Document(&mut rows).deserialize(&mut parser);
        if rows.too_large {
            return Err(source.too_large(TooLarge));
        }
        read.map_err(|error| malformed(source, &error, documents, &rows))?;
        if let Some((code, problem, remedy)) = rows.refused.take() {
            return Err(source.error(code, problem, remedy));
        }
        documents += 1;
        if parser.end().is_ok() {
            break;
        }
    }
    frame::report_unreadable(source, &rows.unreadable, issues);
    issues.extend(rows.partial.take().map(|why| part_of(source, &why, rows.count)));
    let shapes = if rows.features {
        let claim = match (rows.is_esri, rows.crs.as_ref()) {
            (true, _) => esri::claim(rows.reference.as_ref()),
            (false, said) => said.map_or(Claim::Says(Crs::LonLat), claim),
        };
        Some(frame::shapes(source, claim, std::mem::take(&mut rows.geometries), |row| row as u64 + 1, issues)?)
    } else {
        None
    };
    Ok(source.table(rows.builder, shapes, issues))
}

/// The file says of itself that there is more.
fn part_of(source: &Source<'_>, why: &str, count: u64) -> Issue {
    source.warning(
        Code::FileIsAPart,
        format!("The file is only a part: it holds {count} features or records and {why}"),
        "Services send a page at a time, often 1,000 or 2,000; fetch every page, or the whole as one download, as in \
         ogr2ogr all.geojson \"…/query?where=1=1&outFields=*&f=geojson\"",
    )
}

/// Why a page is not all there is, by the words services put beside their features; `None` when none says so.
fn partial(members: &Map<String, Value>, held: u64) -> Option<String> {
    let truth = |value: &Value| {
        value == &Value::Bool(true) || value.as_str().is_some_and(|text| text.eq_ignore_ascii_case("true"))
    };
    let whole = |value: &Value| value.as_u64().or_else(|| value.as_str()?.trim().parse().ok());
    let places = [Some(members)].into_iter().chain(
        ["properties", "result", "meta", "metadata", "pagination", "paging", "context", "search:metadata"]
            .iter()
            .map(|name| members.get(*name).and_then(Value::as_object)),
    );
    for place in places.flatten() {
        if place.get("exceededTransferLimit").is_some_and(truth) {
            return Some("says exceededTransferLimit: the service stopped at its limit".to_owned());
        }
        let returned = place.get("numberReturned").or_else(|| place.get("returned")).and_then(whole).unwrap_or(held);
        for total in [
            "numberMatched",
            "totalFeatures",
            "total_count",
            "totalCount",
            "totalItems",
            "totalElements",
            "total_items",
            "matched",
            "total",
        ] {
            if let Some(all) = place.get(total).and_then(whole).filter(|all| *all > returned.max(held)) {
                return Some(format!("says {total}: {all}"));
            }
        }
        for next in ["next", "nextPage", "next_page", "nextLink", "@odata.nextLink"] {
            let there = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty()) || value.is_object();
            if place.get(next).is_some_and(there) {
                return Some(format!("names a following page ({next})"));
            }
        }
        if place.get("last") == Some(&Value::Bool(false))
            && place.get("totalPages").and_then(whole).is_some_and(|n| n > 1)
        {
            return Some("is not the last page (last: false)".to_owned());
        }
    }
    let links = members.get("links").or_else(|| members.get("_links"));
    let is_next = |link: &Value| link.get("rel").and_then(Value::as_str) == Some("next");
    let next = match links {
        Some(Value::Array(links)) => links.iter().any(is_next),
        Some(Value::Object(links)) => links.get("next").is_some_and(|next| !next.is_null()),
        _ => false,
    };
    next.then(|| "links to a following page (rel=next)".to_owned())
}

fn malformed(source: &Source<'_>, error: &serde_json::Error, documents: u64, rows: &Rows) -> Issue {
    let read = match (documents, rows.count) {
        (_, 0) => String::new(),
        (_, count) => format!(" (after {count} complete features)"),
    };
    let remedy = if error.is_eof() {
        "The file is cut short; export or download it again"
    } else {
        "Mend the file there, or export it again; JSON knows no NaN, no comments and no comma after the last item"
    };
    let mut issue = source.error(Code::FileDamaged, format!("The file is not well-formed JSON: {error}{read}"), remedy);
    issue.at = issue.at.row(error.line() as u64);
    issue
}

/// The legacy `crs` member: `{"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}}`.
fn claim(crs: &Value) -> Claim {
    let property = |name| crs.get("properties").and_then(|properties| properties.get(name));
    match (property("name"), property("code"), crs) {
        (Some(Value::String(name)), ..) | (.., Value::String(name)) => Claim::named(name),
        (_, Some(code @ (Value::Number(_) | Value::String(_))), _) => Claim::named(&printed(code)),
        (.., Value::Null) => Claim::Says(Crs::LonLat),
        _ => Claim::Unknown(crs.to_string()),
    }
}

/// What has been read so far.
#[derive(Default)]
struct Rows {
    builder: Builder,
    columns: HashMap<String, usize>,
    row: Vec<String>,
    geometries: Vec<Option<Geometry<f64>>>,
    unreadable: Vec<(u64, String)>,
    crs: Option<Value>,
    /// Which object of a topology is wanted.
    layer: Option<String>,
    /// Whether features are in Esri's form, whose reference system this then is, and which attributes are moments.
    is_esri: bool,
    reference: Option<Value>,
    moments: HashSet<String>,
    /// Why nothing can be read.
    refused: Option<topo::Refusal>,
    count: u64,
    features: bool,
    too_large: bool,
    /// Why the file is not all there is, by its own word.
    partial: Option<String>,
}

impl Rows {
    fn cell(&mut self, title: &str, value: &Value) {
        let title = title.trim();
        let column = match self.columns.get(title) {
            Some(&column) => column,
            None => {
                let column = self.builder.add_column(title);
                self.columns.insert(title.to_owned(), column);
                column
            }
        };
        self.row.resize(self.row.len().max(column + 1), String::new());
        self.row[column] = printed(value);
    }

    /// Ends the row begun with [`Rows::cell`].
    fn finish_row(&mut self, geometry: Option<Geometry<f64>>) {
        self.count += 1;
        self.geometries.push(geometry);
        self.too_large |= self.builder.push(self.count, self.row.iter().map(String::as_str)).is_err();
        self.row.clear();
    }

    fn feature(&mut self, feature: &Map<String, Value>) {
        self.features = true;
        if let Some(id) = feature.get("id") {
            self.cell("id", id);
        }
        if let Some(Value::Object(properties)) = feature.get("properties") {
            for (title, value) in properties {
                self.cell(title, value);
            }
        }
        let geometry = self.readable(feature.get("geometry").unwrap_or(&Value::Null));
        self.finish_row(geometry);
    }

    fn readable(&mut self, value: &Value) -> Option<Geometry<f64>> {
        self.kept(geometry(value))
    }

    /// A geometry as it was read; one that could not be is noted.
    fn kept(&mut self, read: Result<Option<Geometry<f64>>, String>) -> Option<Geometry<f64>> {
        read.unwrap_or_else(|why| {
            self.unreadable.push((self.count + 1, why));
            None
        })
    }

    /// A feature in Esri's form.
    fn esri(&mut self, attributes: &Map<String, Value>, shape: &Value) {
        (self.features, self.is_esri) = (true, true);
        if self.reference.is_none() {
            self.reference = shape.get("spatialReference").cloned();
        }
        for (title, value) in attributes {
            match self.moments.contains(title.trim()).then(|| esri::moment(value)).flatten() {
                Some(day) => self.cell(title, &Value::String(day)),
                None => self.cell(title, value),
            }
        }
        let geometry = self.kept(esri::geometry(shape));
        self.finish_row(geometry);
    }

    fn topology(&mut self, members: &Map<String, Value>) {
        self.features = true;
        let layer = self.layer.take();
        match topo::features(members, layer.as_deref()) {
            Ok(features) => {
                for feature in features {
                    if let Some(id) = feature.id {
                        self.cell("id", id);
                    }
                    for (title, value) in feature.properties.into_iter().flatten() {
                        self.cell(title, value);
                    }
                    let geometry = self.kept(feature.geometry);
                    self.finish_row(geometry);
                }
            }
            Err(refusal) => self.refused = Some(refusal),
        }
    }

    /// OpenStreetMap's elements, those with tags.
    fn overpass(&mut self, elements: &[Value]) {
        self.features = true;
        for thing in overpass::things(elements) {
            self.cell("id", &Value::String(thing.id));
            for (title, value) in thing.tags {
                if title != "id" {
                    self.cell(title, value);
                }
            }
            let geometry = self.kept(thing.geometry);
            self.finish_row(geometry);
        }
    }

    fn record(&mut self, record: &Value) {
        if let Some(rows) = record.as_object().and_then(referral::rows) {
            for row in rows {
                for (title, text) in row {
                    self.cell(title, &Value::String(text));
                }
                self.finish_row(None);
            }
            return;
        }
        match record {
            Value::Object(members) if esri::attributes(members).is_some() => {
                if let Some(attributes) = esri::attributes(members) {
                    self.esri(attributes, members.get("geometry").unwrap_or(&Value::Null));
                }
            }
            Value::Object(members) if members.get("type").is_some_and(|kind| kind == "Feature") => {
                self.feature(members);
            }
            Value::Object(members) => {
                for (title, value) in members {
                    self.cell(title, value);
                }
                self.finish_row(None);
            }
            Value::Null => {}
            other => {
                self.cell("value", other);
                self.finish_row(None);
            }
        }
    }

    /// A whole document that was not a list of features: one feature, one geometry, or an object with a
    /// list of records in it (`{"grants": […]}`), the longest if there are several.
    fn document(&mut self, members: &Map<String, Value>) {
        let kind = members.get("type").and_then(Value::as_str).unwrap_or_default();
        if kind == "Feature" {
            self.feature(members);
        } else if kind == "Topology" {
            self.topology(members);
        } else if let Some(elements) = overpass::elements(members) {
            self.overpass(elements);
        } else if members.contains_key("coordinates") || members.contains_key("geometries") {
            self.features = true;
            let geometry = self.readable(&Value::Object(members.clone()));
            self.finish_row(geometry);
        } else {
            let lists = members.values().filter_map(Value::as_array);
            let records = |list: &&Vec<Value>| !list.is_empty() && list.iter().all(Value::is_object);
            // Of several lists that of services is meant, whatever else is longer.
            let rank = |list: &&Vec<Value>| (referral::is_list(list), list.len());
            match lists.filter(records).rev().max_by_key(rank).filter(|_| referral::rows(members).is_none()) {
                Some(list) => list.iter().for_each(|record| self.record(record)),
                None => self.record(&Value::Object(members.clone())),
            }
        }
    }
}

/// A value as the text of a cell.
pub(super) fn printed(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_f64() => words::number(number.as_f64().unwrap_or(f64::NAN)),
        other => other.to_string(),
    }
}

/// One document of the file.
struct Document<'r>(&'r mut Rows);

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, parser: D) -> Result<(), D::Error> {
        parser.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a GeoJSON object or a list of records")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut members = Map::new();
        let mut listed = false;
        while let Some(key) = map.next_key::<String>()? {
            if key == "features" {
                // Esri's services say before the features which attributes are moments.
                self.0.moments = esri::moments(members.get("fields"));
                map.next_value_seed(FeatureList(self.0))?;
                listed = true;
            } else {
                members.insert(key, map.next_value()?);
            }
        }
        if let Some(crs) = members.remove("crs") {
            self.0.crs = Some(crs);
        }
        if let Some(reference) = members.get("spatialReference") {
            self.0.reference = Some(reference.clone());
        }
        let before = self.0.count;
        if !listed {
            self.0.document(&members);
        }
        // A single feature or record may have any word among its members.
        if listed || self.0.count > before + 1 || members.values().any(Value::is_array) {
            self.0.partial = partial(&members, self.0.count);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        take_all(self.0, list)
    }
}

/// The `features` of a collection.
struct FeatureList<'r>(&'r mut Rows);

impl<'de> DeserializeSeed<'de> for FeatureList<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, parser: D) -> Result<(), D::Error> {
        self.0.features = true;
        parser.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for FeatureList<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list of features")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        take_all(self.0, list)
    }
}

fn take_all<'de, A: SeqAccess<'de>>(rows: &mut Rows, mut list: A) -> Result<(), A::Error> {
    while let Some(item) = list.next_element::<Value>()? {
        rows.record(&item);
        if rows.too_large {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        }
    }
    Ok(())
}

/// A GeoJSON geometry; `None` for `null` and empty ones.
///
/// # Errors
/// What is wrong with it, in words: the crate for GeoJSON takes a position of one number on trust.
pub fn geometry(value: &Value) -> Result<Option<Geometry<f64>>, String> {
    if value.is_null() {
        return Ok(None);
    }
    let kind = value.get("type").and_then(Value::as_str).ok_or("it has no type")?;
    if kind == "GeometryCollection" {
        let parts = items(value.get("geometries").unwrap_or(&Value::Null))?.iter();
        let parts: Vec<_> = parts.filter_map(|part| geometry(part).transpose()).collect::<Result<_, _>>()?;
        return Ok((!parts.is_empty()).then_some(Geometry::GeometryCollection(GeometryCollection(parts))));
    }
    let at = value.get("coordinates").unwrap_or(&Value::Null);
    if items(at)?.is_empty() {
        return Ok(None);
    }
    Ok(Some(match kind {
        "Point" => Geometry::Point(Point(position(at)?)),
        "MultiPoint" => Geometry::MultiPoint(MultiPoint(each(at, |at| position(at).map(Point))?)),
        "LineString" => Geometry::LineString(line(at)?),
        "MultiLineString" => Geometry::MultiLineString(MultiLineString(each(at, line)?)),
        "Polygon" => Geometry::Polygon(polygon(at)?),
        "MultiPolygon" => Geometry::MultiPolygon(MultiPolygon(each(at, polygon)?)),
        _ => return Err(format!("its type \"{kind}\" is not one of GeoJSON's")),
    }))
}

fn items(value: &Value) -> Result<&[Value], String> {
    value.as_array().map(Vec::as_slice).ok_or_else(|| "its coordinates are not nested as its type demands".to_owned())
}

fn each<T>(value: &Value, read: impl Fn(&Value) -> Result<T, String>) -> Result<Vec<T>, String> {
    items(value)?.iter().map(read).collect()
}

/// Two numbers; a height behind them is passed over.
fn position(value: &Value) -> Result<Coord<f64>, String> {
    let number = |at: usize| value.get(at).and_then(Value::as_f64);
    match (number(0), number(1)) {
        (Some(x), Some(y)) => Ok(Coord { x, y }),
        _ => Err("a position is not a pair of numbers".to_owned()),
    }
}

fn line(value: &Value) -> Result<LineString<f64>, String> {
    each(value, position).map(LineString)
}

fn polygon(value: &Value) -> Result<Polygon<f64>, String> {
    let mut rings = each(value, line)?.into_iter();
    let outer = rings.next().unwrap_or_else(|| LineString(Vec::new()));
    Ok(Polygon::new(outer, rings.collect()))
}
