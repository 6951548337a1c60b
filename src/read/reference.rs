//! What a file's words for its reference system mean: well-known text of both generations, as the OGC and as
//! Esri write it, PROJJSON, and the names people use.
//!
//! A code of the EPSG register is believed first. Without one, the projection's own numbers say which grid it
//! is, since names are free: `TM65_Irish_Grid`, `Irish Grid` and `OSi` are one. A name is asked last. A system
//! that none of them tells is unknown, and its name is said.

use super::frame::Claim;
use super::titles::plain;
use crate::crs::Crs;
use serde_json::Value;

/// Brackets inside brackets deeper than this are damage.
const DEEPEST: usize = 32;

/// The system in well-known text.
pub(super) fn well_known_text(text: &str) -> Claim {
    let mut reader = Reader { text };
    match reader.node(0) {
        Some(node) => said(&described(&node)),
        None => Claim::named(text.trim()),
    }
}

/// The system in PROJJSON.
pub(super) fn projjson(crs: &Value) -> Claim {
    if let Value::String(name) = crs {
        return Claim::named(name);
    }
    let inner = crs.get("source_crs").or_else(|| crs.get("components")?.get(0));
    said(&of_json(inner.unwrap_or(crs)))
}

/// The system people mean by a name that is not a code.
pub(super) fn by_name(name: &str) -> Option<Crs> {
    let plain = plain(name);
    let code = match plain.as_str() {
        _ if plain.contains("britishnationalgrid") => 27700,
        _ if plain.contains("irishtransversemercator") => 2157,
        _ if plain.contains("tm75") && plain.contains("irish") => 29903,
        _ if plain.contains("osni") && plain.contains("irish") => 29901,
        "irishgrid" | "irishnationalgrid" => 29902,
        _ if plain.contains("tm65") && plain.contains("irish") => 29902,
        "gcswgs1984" | "wgs84" | "wgs1984" | "gcsetrs1989" | "etrs89" | "etrs1989" | "gcsetrf1989" | "gcsirenet95"
        | "irenet95" | "wgs84crs84" => 4326,
        "wgs1984webmercatorauxiliarysphere" | "wgs84pseudomercator" | "webmercator" => 3857,
        _ => return utm(&plain).and_then(Crs::from_epsg),
    };
    Crs::from_epsg(code)
}

/// The code of a UTM zone by name: `wgs1984utmzone22s`, `etrs89utmzone30n`.
fn utm(plain: &str) -> Option<u32> {
    let (datum, zone) = plain.split_once("utmzone")?;
    let european = matches!(datum, "etrs89" | "etrs1989");
    if !european && !matches!(datum, "wgs84" | "wgs1984") {
        return None;
    }
    let (number, south) = match zone.strip_suffix('s') {
        Some(number) => (number, true),
        None => (zone.strip_suffix('n')?, false),
    };
    utm_code(number.parse().ok()?, south, european)
}

fn utm_code(zone: u32, south: bool, european: bool) -> Option<u32> {
    match (european, south) {
        (true, false) => (28..=38).contains(&zone).then_some(25800 + zone),
        (true, true) => None,
        (false, _) => (1..=60).contains(&zone).then_some(if south { 32700 } else { 32600 } + zone),
    }
}

/// What is written of a system, whatever it is written in.
#[derive(Debug, Default)]
struct Described {
    name: String,
    authority: String,
    code: String,
    projected: bool,
    geographic: bool,
    method: String,
    parameters: Vec<(String, f64)>,
    datum: String,
    semi_major: Option<f64>,
    flattening: Option<f64>,
    shift: Option<Vec<f64>>,
    metres_per_unit: Option<f64>,
}

/// Datums that Patchwork can bring to WGS84 by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Datum {
    /// WGS84, ETRS89 and those within about a metre of them.
    World,
    /// OSGB36.
    Britain,
    /// TM65 and TM75 on Airy's modified ellipsoid.
    Ireland,
    /// OSNI 1952, on Airy's ellipsoid.
    NorthernIreland,
}

impl Described {
    fn datum(&self) -> Option<Datum> {
        let name = plain(&self.datum);
        let any = |words: &[&str]| words.iter().any(|word| name.contains(word));
        let axis = |metres: f64| self.semi_major.is_some_and(|own| (own - metres).abs() < 0.01);
        if any(&["osgb", "ordnancesurveyofgreatbritain"]) {
            Some(Datum::Britain)
        } else if any(&["osni"]) {
            Some(Datum::NorthernIreland)
        } else if any(&["tm65", "tm75", "ireland1965", "geodeticdatumof1965"]) || axis(6_377_340.189) {
            Some(Datum::Ireland)
        } else if any(&[
            "wgs84",
            "wgs1984",
            "worldgeodeticsystem1984",
            "etrs",
            "etrf",
            "terrestrialreference",
            "irenet",
        ]) || axis(6_378_137.0)
        {
            Some(Datum::World)
        } else {
            None
        }
    }

    fn parameter(&self, names: &[&str]) -> Option<f64> {
        let found = self.parameters.iter().find(|(name, _)| names.contains(&plain(name).as_str()));
        found.map(|(_, number)| *number)
    }

    /// The transverse Mercator that the numbers describe, by its code where it has one.
    fn transverse_mercator(&self) -> Option<Crs> {
        if !matches!(plain(&self.method).as_str(), "transversemercator" | "gausskruger" | "transversemercatorcomplex") {
            return None;
        }
        let lat = self.parameter(&["latitudeoforigin", "latitudeofnaturalorigin"]).unwrap_or(0.0);
        let lon = self.parameter(&["centralmeridian", "longitudeofnaturalorigin"])?;
        let scale = self.parameter(&["scalefactor", "scalefactoratnaturalorigin"]).unwrap_or(1.0);
        let east = self.parameter(&["falseeasting"]).unwrap_or(0.0);
        let north = self.parameter(&["falsenorthing"]).unwrap_or(0.0);
        let per_unit = self.metres_per_unit.unwrap_or(1.0);
        let metres = (per_unit - 1.0).abs() < 1e-9;
        let is = |wanted: [f64; 5]| {
            let close = [lat, lon, scale, east, north].iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-7);
            close && metres
        };
        let datum = self.datum();
        if is([49.0, -2.0, 0.999_601_271_7, 400_000.0, -100_000.0]) && datum != Some(Datum::World) {
            return Some(Crs::BritishNationalGrid);
        }
        if is([53.5, -8.0, 1.000_035, 200_000.0, 250_000.0]) {
            let newer = plain(&self.datum).contains("75") || plain(&self.name).contains("tm75");
            return Crs::from_epsg(if newer { 29903 } else { 29902 });
        }
        if is([53.5, -8.0, 1.0, 200_000.0, 250_000.0]) {
            return Crs::from_epsg(29901);
        }
        if is([53.5, -8.0, 0.999_82, 600_000.0, 750_000.0]) {
            return Crs::from_epsg(2157);
        }
        let zone = (lon + 183.0) / 6.0;
        if datum == Some(Datum::World)
            && zone.fract() == 0.0
            && (is([0.0, lon, 0.9996, 500_000.0, 0.0]) || is([0.0, lon, 0.9996, 500_000.0, 1e7]))
        {
            return utm_code(zone as u32, north > 0.0, false).and_then(Crs::from_epsg);
        }
        let shape = format!(
            "+proj=tmerc +lat_0={lat} +lon_0={lon} +k={scale} +x_0={} +y_0={}",
            east * per_unit,
            north * per_unit
        );
        self.built(&shape)
    }

    /// Conic and azimuthal maps of whole countries.
    fn of_a_country(&self) -> Option<Crs> {
        let lat = self.parameter(&[
            "latitudeoforigin",
            "latitudeoffalseorigin",
            "latitudeofnaturalorigin",
            "latitudeofcenter",
        ])?;
        let lon = self.parameter(&[
            "centralmeridian",
            "longitudeoffalseorigin",
            "longitudeofnaturalorigin",
            "longitudeofcenter",
        ])?;
        let east = self.parameter(&["falseeasting", "eastingatfalseorigin"]).unwrap_or(0.0);
        let north = self.parameter(&["falsenorthing", "northingatfalseorigin"]).unwrap_or(0.0);
        let per_unit = self.metres_per_unit.unwrap_or(1.0);
        let (east, north) = (east * per_unit, north * per_unit);
        let first = self.parameter(&["standardparallel1", "latitudeof1ststandardparallel"]);
        let second = self.parameter(&["standardparallel2", "latitudeof2ndstandardparallel"]);
        let shape = match (plain(&self.method).as_str(), first, second) {
            (
                "lambertconformalconic2sp" | "lambertconformalconic" | "lambertconicconformal2sp",
                Some(one),
                Some(two),
            ) => {
                format!("+proj=lcc +lat_1={one} +lat_2={two} +lat_0={lat} +lon_0={lon} +x_0={east} +y_0={north}")
            }
            ("albersconicequalarea" | "albersequalarea" | "albers", Some(one), Some(two)) => {
                format!("+proj=aea +lat_1={one} +lat_2={two} +lat_0={lat} +lon_0={lon} +x_0={east} +y_0={north}")
            }
            ("lambertazimuthalequalarea", ..) => {
                format!("+proj=laea +lat_0={lat} +lon_0={lon} +x_0={east} +y_0={north}")
            }
            _ => return None,
        };
        self.built(&shape)
    }

    /// A projection on this datum; `None` when nobody says how the datum lies to WGS84.
    fn built(&self, shape: &str) -> Option<Crs> {
        let datum = match (self.datum(), &self.shift) {
            (Some(Datum::World), _) => "+ellps=GRS80 +towgs84=0,0,0,0,0,0,0".to_owned(),
            (Some(Datum::Britain), _) => "+datum=OSGB36".to_owned(),
            (Some(Datum::Ireland), _) => "+datum=ire65".to_owned(),
            (Some(Datum::NorthernIreland), _) => {
                "+ellps=airy +towgs84=482.5,-130.6,564.6,-1.042,-0.214,-0.631,8.15".to_owned()
            }
            (None, Some(shift)) if shift.len() == 3 || shift.len() == 7 => {
                let shift: Vec<String> = shift.iter().map(f64::to_string).collect();
                format!("+a={} +rf={} +towgs84={}", self.semi_major?, self.flattening?, shift.join(","))
            }
            _ => return None,
        };
        let unit = self.metres_per_unit.filter(|unit| (unit - 1.0).abs() > 1e-12);
        let unit = unit.map_or_else(|| "+units=m".to_owned(), |unit| format!("+to_meter={unit}"));
        Crs::from_definition(&self.name, &format!("{shape} {datum} {unit} +no_defs"))
    }

    fn degrees(&self) -> Option<Crs> {
        match self.datum()? {
            Datum::World => Some(Crs::LonLat),
            Datum::Britain => Crs::from_epsg(4277),
            Datum::NorthernIreland => Crs::from_epsg(4188),
            Datum::Ireland => Crs::from_epsg(4299),
        }
    }
}

/// What a description claims.
fn said(system: &Described) -> Claim {
    let known = match plain(&system.authority).as_str() {
        "epsg" => system.code.parse().ok().and_then(Crs::from_epsg),
        "ogc" | "esri" => Crs::parse(&format!("{}:{}", system.authority, system.code)),
        _ => None,
    };
    let known = known
        .or_else(|| if system.projected { system.transverse_mercator() } else { None })
        .or_else(|| by_name(&system.name))
        .or_else(|| if system.projected { system.of_a_country() } else { None })
        .or_else(|| if system.geographic { system.degrees() } else { None });
    if let Some(crs) = known {
        return Claim::Says(crs);
    }
    let name = plain(&system.name);
    if name.is_empty() || name.starts_with("undefined") || name == "unknown" || name == "unnamed" {
        return Claim::Silent;
    }
    Claim::Unknown(system.name.clone())
}

/// One `KEYWORD[…]` of well-known text.
#[derive(Debug, Default)]
struct Node {
    keyword: String,
    words: Vec<String>,
    nodes: Vec<Node>,
}

impl Node {
    fn is(&self, keywords: &[&str]) -> bool {
        keywords.iter().any(|keyword| self.keyword.eq_ignore_ascii_case(keyword))
    }

    fn child(&self, keywords: &[&str]) -> Option<&Node> {
        self.nodes.iter().find(|node| node.is(keywords))
    }

    fn word(&self, at: usize) -> String {
        self.words.get(at).cloned().unwrap_or_default()
    }

    fn number(&self, at: usize) -> Option<f64> {
        self.words.get(at)?.parse().ok().filter(|number: &f64| number.is_finite())
    }
}

struct Reader<'t> {
    text: &'t str,
}

impl Reader<'_> {
    fn skip(&mut self) {
        self.text = self.text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    }

    /// `KEYWORD[ word, NODE[…], … ]`.
    fn node(&mut self, depth: usize) -> Option<Node> {
        self.skip();
        let end = self.text.find(['[', '('])?;
        let keyword = self.text[..end].trim();
        if depth > DEEPEST || keyword.is_empty() || !keyword.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return None;
        }
        let mut node = Node { keyword: keyword.to_owned(), ..Node::default() };
        self.text = &self.text[end + 1..];
        loop {
            self.skip();
            match self.text.chars().next()? {
                ']' | ')' => {
                    self.text = &self.text[1..];
                    return Some(node);
                }
                ',' => self.text = &self.text[1..],
                '"' => {
                    let close = self.text[1..].find('"')? + 1;
                    node.words.push(self.text[1..close].to_owned());
                    self.text = &self.text[close + 1..];
                }
                _ => {
                    let stop = self.text.find(['[', '(', ',', ']', ')', '"'])?;
                    if self.text[stop..].starts_with(['[', '(']) {
                        node.nodes.push(self.node(depth + 1)?);
                    } else {
                        node.words.push(self.text[..stop].trim().to_owned());
                        self.text = &self.text[stop..];
                    }
                }
            }
        }
    }
}

fn described(root: &Node) -> Described {
    const PROJECTED: &[&str] = &["PROJCS", "PROJCRS", "PROJECTEDCRS"];
    const GEOGRAPHIC: &[&str] = &["GEOGCS", "GEOGCRS", "GEOGRAPHICCRS", "GEODCRS", "GEODETICCRS"];
    if root.is(&["COMPD_CS", "COMPOUNDCRS"])
        && let Some(flat) = root.nodes.iter().find(|node| node.is(PROJECTED) || node.is(GEOGRAPHIC))
    {
        return described(flat);
    }
    if root.is(&["BOUNDCRS"])
        && let Some(inner) = root.child(&["SOURCECRS"]).and_then(|source| source.nodes.first())
    {
        return described(inner);
    }
    let projected = root.is(PROJECTED);
    let base = root.child(&["GEOGCS", "BASEGEOGCRS", "BASEGEODCRS"]).unwrap_or(root);
    let datum = base.child(&["DATUM", "ENSEMBLE", "TRF", "GEODETICDATUM"]);
    let ellipsoid = datum.and_then(|datum| datum.child(&["SPHEROID", "ELLIPSOID"]));
    let conversion = root.child(&["CONVERSION"]).unwrap_or(root);
    let authority = root.child(&["ID", "AUTHORITY"]);
    let parameter = |node: &Node| Some((node.word(0), node.number(1)?));
    let unit = root.child(&["UNIT", "LENGTHUNIT"]).or_else(|| {
        root.nodes.iter().filter(|node| node.is(&["AXIS"])).find_map(|axis| axis.child(&["LENGTHUNIT", "UNIT"]))
    });
    Described {
        name: root.word(0),
        authority: authority.map(|node| node.word(0)).unwrap_or_default(),
        code: authority.map(|node| node.word(1)).unwrap_or_default(),
        projected,
        geographic: root.is(GEOGRAPHIC),
        method: conversion.child(&["PROJECTION", "METHOD"]).map(|node| node.word(0)).unwrap_or_default(),
        parameters: conversion.nodes.iter().filter(|n| n.is(&["PARAMETER"])).filter_map(parameter).collect(),
        datum: datum.map(|node| node.word(0)).unwrap_or_default(),
        semi_major: ellipsoid.and_then(|node| node.number(1)),
        flattening: ellipsoid.and_then(|node| node.number(2)),
        shift: datum
            .and_then(|datum| datum.child(&["TOWGS84"]))
            .map(|node| (0..node.words.len()).filter_map(|at| node.number(at)).collect()),
        metres_per_unit: if projected { unit.and_then(|node| node.number(1)) } else { None },
    }
}

fn of_json(crs: &Value) -> Described {
    let text = |value: Option<&Value>| match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let kind = text(crs.get("type"));
    let base = crs.get("base_crs").unwrap_or(crs);
    let datum = base.get("datum").or_else(|| base.get("datum_ensemble"));
    let ellipsoid = datum.and_then(|datum| datum.get("ellipsoid"));
    let number = |value: Option<&Value>| {
        let value = value?;
        value.as_f64().or_else(|| value.get("value")?.as_f64())
    };
    let conversion = crs.get("conversion");
    let parameters = conversion.and_then(|conversion| conversion.get("parameters")).and_then(Value::as_array);
    let unit = crs.get("coordinate_system").and_then(|system| system.get("axis")?.get(0)?.get("unit"));
    let projected = kind == "ProjectedCRS";
    Described {
        name: text(crs.get("name")),
        authority: text(crs.get("id").and_then(|id| id.get("authority"))),
        code: text(crs.get("id").and_then(|id| id.get("code"))),
        projected,
        geographic: matches!(kind.as_str(), "GeographicCRS" | "GeodeticCRS"),
        method: text(conversion.and_then(|conversion| conversion.get("method")?.get("name"))),
        parameters: parameters
            .into_iter()
            .flatten()
            .filter_map(|parameter| Some((text(parameter.get("name")), number(parameter.get("value"))?)))
            .collect(),
        datum: text(datum.and_then(|datum| datum.get("name"))),
        semi_major: number(ellipsoid.and_then(|ellipsoid| ellipsoid.get("semi_major_axis"))),
        flattening: number(ellipsoid.and_then(|ellipsoid| ellipsoid.get("inverse_flattening"))),
        shift: None,
        metres_per_unit: match unit {
            Some(Value::Object(unit)) if projected => number(unit.get("conversion_factor")),
            _ => None,
        },
    }
}
