//! TopoJSON: outlines kept as arcs that neighbours share.

use crate::place::Code;
use geo::{Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon};
use serde_json::{Map, Value};

/// Corners that a whole file may have once its arcs are laid out: an arc that is named again and again would fill the
/// memory otherwise.
const MOST_CORNERS: usize = 50_000_000;

/// Collections inside collections deeper than this are damage, not data.
const DEEPEST: usize = 32;

/// One feature.
pub(super) struct Feature<'t> {
    pub(super) id: Option<&'t Value>,
    pub(super) properties: Option<&'t Map<String, Value>>,
    pub(super) geometry: Result<Option<Geometry<f64>>, String>,
}

/// Why nothing can be read: code, problem and remedy.
pub(super) type Refusal = (Code, String, String);

/// The features of a topology: of the object that `layer` names, or of its only one.
pub(super) fn features<'t>(members: &'t Map<String, Value>, layer: Option<&str>) -> Result<Vec<Feature<'t>>, Refusal> {
    let damaged = |why: String| {
        (
            Code::FileDamaged,
            format!("The file cannot be read as TopoJSON: {why}"),
            "Export or download it again".to_owned(),
        )
    };
    let objects = members.get("objects").and_then(Value::as_object);
    let objects = objects.ok_or_else(|| damaged("it has no objects".to_owned()))?;
    let object = chosen(objects, layer)?;
    let mut arcs = Arcs::of(members).map_err(damaged)?;
    let mut features = Vec::new();
    let geometries = match object.get("type").and_then(Value::as_str) {
        Some("GeometryCollection") => object.get("geometries").and_then(Value::as_array).map_or(&[][..], Vec::as_slice),
        _ => std::slice::from_ref(object),
    };
    for geometry in geometries {
        let read = arcs.geometry(geometry, 0);
        if arcs.laid_out > MOST_CORNERS {
            return Err(damaged(format!("its arcs make more than {MOST_CORNERS} corners")));
        }
        features.push(Feature {
            id: geometry.get("id"),
            properties: geometry.get("properties").and_then(Value::as_object),
            geometry: read,
        });
    }
    Ok(features)
}

fn chosen<'t>(objects: &'t Map<String, Value>, layer: Option<&str>) -> Result<&'t Value, Refusal> {
    let names = || objects.keys().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    match (layer, objects.len()) {
        (Some(wanted), _) => objects.get(wanted).ok_or_else(|| {
            let problem = format!("The TopoJSON has no object \"{wanted}\"");
            (Code::LayerMissing, problem, format!("Name one of its objects: {}", names()))
        }),
        (None, 1) => Ok(objects.values().next().unwrap_or(&Value::Null)),
        (None, 0) => Err((Code::LayerMissing, "The TopoJSON has no objects".to_owned(), "Export it again".to_owned())),
        (None, n) => {
            let problem = format!("The TopoJSON has {n} objects and none was named");
            Err((Code::LayerUnclear, problem, format!("Set layer to one of them: {}", names())))
        }
    }
}

#[allow(clippy::struct_field_names, reason = "arcs are what TopoJSON calls them")]
struct Arcs {
    arcs: Vec<Vec<Coord<f64>>>,
    scale: Option<([f64; 2], [f64; 2])>,
    laid_out: usize,
}

type Read<T> = Result<T, String>;

impl Arcs {
    fn of(members: &Map<String, Value>) -> Read<Self> {
        let pair = |value: Option<&Value>| Some([value?.get(0)?.as_f64()?, value?.get(1)?.as_f64()?]);
        let scale = match members.get("transform") {
            None | Some(Value::Null) => None,
            Some(transform) => {
                let both = pair(transform.get("scale")).zip(pair(transform.get("translate")));
                Some(both.ok_or_else(|| "its transform has no scale and translate".to_owned())?)
            }
        };
        let mut arcs = Vec::new();
        for arc in list(members.get("arcs").unwrap_or(&Value::Array(Vec::new())))? {
            // Where there is a transform each corner is the step from the one before.
            let (mut sum, mut corners) = (Coord { x: 0.0, y: 0.0 }, Vec::new());
            for at in list(arc)? {
                let step = position(at)?;
                corners.push(match scale {
                    None => step,
                    Some(scale) => {
                        sum = Coord { x: sum.x + step.x, y: sum.y + step.y };
                        placed(sum, scale)
                    }
                });
            }
            arcs.push(corners);
        }
        Ok(Self { arcs, scale, laid_out: 0 })
    }

    fn geometry(&mut self, value: &Value, depth: usize) -> Read<Option<Geometry<f64>>> {
        if depth > DEEPEST {
            return Err("its collections are nested too deeply".to_owned());
        }
        let arcs = value.get("arcs").unwrap_or(&Value::Null);
        let at = value.get("coordinates").unwrap_or(&Value::Null);
        Ok(Some(match value.get("type").and_then(Value::as_str) {
            None => return Ok(None),
            Some("Point") => Geometry::Point(Point(self.point(at)?)),
            Some("MultiPoint") => {
                let points = list(at)?.iter().map(|at| self.point(at).map(Point)).collect::<Read<_>>()?;
                Geometry::MultiPoint(MultiPoint(points))
            }
            Some("LineString") => Geometry::LineString(self.line(arcs)?),
            Some("MultiLineString") => Geometry::MultiLineString(MultiLineString(self.lines(arcs)?)),
            Some("Polygon") => Geometry::Polygon(self.polygon(arcs)?),
            Some("MultiPolygon") => {
                let parts = list(arcs)?.iter().map(|part| self.polygon(part)).collect::<Read<_>>()?;
                Geometry::MultiPolygon(MultiPolygon(parts))
            }
            Some("GeometryCollection") => {
                let mut parts = Vec::new();
                for part in list(value.get("geometries").unwrap_or(&Value::Null))? {
                    parts.extend(self.geometry(part, depth + 1)?);
                }
                Geometry::GeometryCollection(GeometryCollection(parts))
            }
            Some(other) => return Err(format!("its type \"{other}\" is not one of TopoJSON's")),
        }))
    }

    fn point(&self, value: &Value) -> Read<Coord<f64>> {
        let at = position(value)?;
        Ok(self.scale.map_or(at, |scale| placed(at, scale)))
    }

    fn polygon(&mut self, value: &Value) -> Read<Polygon<f64>> {
        let mut rings = self.lines(value)?.into_iter();
        let outer = rings.next().unwrap_or_else(|| LineString(Vec::new()));
        Ok(Polygon::new(outer, rings.collect()))
    }

    fn lines(&mut self, value: &Value) -> Read<Vec<LineString<f64>>> {
        list(value)?.iter().map(|line| self.line(line)).collect()
    }

    /// Arcs one after the other; a number below nought is an arc from its end, counted from −1.
    fn line(&mut self, value: &Value) -> Read<LineString<f64>> {
        let mut line: Vec<Coord<f64>> = Vec::new();
        for number in list(value)? {
            if self.laid_out > MOST_CORNERS {
                return Err("the file has too many corners".to_owned());
            }
            let number = number.as_i64().ok_or("an arc is not named by its number")?;
            let at = usize::try_from(if number < 0 { !number } else { number }).unwrap_or(usize::MAX);
            let arc = self.arcs.get(at).ok_or_else(|| format!("there is no arc {number}"))?;
            let skip = usize::from(!line.is_empty());
            if number < 0 {
                line.extend(arc.iter().rev().skip(skip));
            } else {
                line.extend(arc.iter().skip(skip));
            }
            self.laid_out += arc.len();
        }
        Ok(LineString(line))
    }
}

fn placed(at: Coord<f64>, (scale, translate): ([f64; 2], [f64; 2])) -> Coord<f64> {
    Coord { x: at.x * scale[0] + translate[0], y: at.y * scale[1] + translate[1] }
}

fn list(value: &Value) -> Read<&[Value]> {
    value.as_array().map(Vec::as_slice).ok_or_else(|| "it is not nested as its type demands".to_owned())
}

fn position(value: &Value) -> Read<Coord<f64>> {
    let number = |at: usize| value.get(at).and_then(Value::as_f64);
    match (number(0), number(1)) {
        (Some(x), Some(y)) => Ok(Coord { x, y }),
        _ => Err("a position is not a pair of numbers".to_owned()),
    }
}
