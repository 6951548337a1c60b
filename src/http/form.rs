//! The parameters of `items`, read and checked.

use super::crs;
use super::problem::Problem;
use super::request::Ask;
use crate::crs::Plane;
use crate::export::csv::Style;
use crate::layer::{Field, FieldKind, Layer, Value};
use crate::query::{Condition, Filter, FilterError, Language, Order, Selection};
use crate::snapshot::{BoxCoords, Coords, Wanted};
use chrono::{DateTime, NaiveDate};
use geo::{Coord, Rect};

/// Features on a page when nobody says how many. QGIS asks for 1,000, people read 100.
pub(super) const LIMIT_DEFAULT: usize = 100;
/// Features on the largest page; who asks for more gets this many and a link to the next.
pub(super) const LIMIT_MAXIMUM: usize = 10_000;

/// Parameters of every `items` besides the properties of its collection.
pub(super) const PARAMETERS: [&str; 17] = [
    "limit",
    "offset",
    "bbox",
    "bbox-crs",
    "datetime",
    "crs",
    "filter",
    "filter-lang",
    "filter-crs",
    "sortby",
    "properties",
    "skipGeometry",
    "profile",
    "download",
    "wkt",
    "bom",
    "f",
];

/// What is asked of a collection.
#[derive(Debug)]
pub(super) struct Form {
    /// Features on the page; `None` when nobody said.
    pub(super) limit: Option<usize>,
    /// Features before the page.
    pub(super) offset: usize,
    /// Coordinates to send.
    pub(super) coords: Coords,
    /// Features wanted.
    pub(super) wanted: Wanted,
    /// A condition that features must satisfy.
    pub(super) filter: Option<Filter>,
    /// The order they come in, if not that of the layer.
    pub(super) order: Option<Order>,
    /// Properties to show, if not all.
    pub(super) selection: Option<Selection>,
    /// Whether features come with their shapes.
    pub(super) shapes: bool,
    /// The kind of GeoJSON.
    pub(super) profile: Profile,
    /// All features as a file, instead of a page of them.
    pub(super) download: bool,
    /// What a table has besides values.
    pub(super) style: Style,
}

/// A kind of GeoJSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Profile {
    /// RFC 7946.
    Plain,
    /// JSON-FG: shapes in metres, with the name of their reference system.
    JsonFg,
    /// JSON-FG with shapes in degrees as well, for readers that know GeoJSON only.
    JsonFgPlus,
}

impl Form {
    /// Reads the query.
    pub(super) fn read(ask: &Ask, layer: &Layer, plane: &Plane) -> Result<Self, Problem> {
        let names = layer.fields.iter().map(|field| field.name.as_str());
        let known: Vec<&str> = PARAMETERS.into_iter().filter(|name| *name != "f").chain(names).collect();
        ask.only(&known)?;
        let box_coords = crs::named("bbox-crs", ask.get("bbox-crs"), plane)?;
        if let Some(datetime) = ask.get("datetime") {
            // The plus of a zone is no space.
            check_datetime(ask.with_plus("datetime").unwrap_or(datetime))?;
            check_whose_time(layer)?;
        }
        let word = |name: &str| ask.get(name).map_or(Ok(false), |word| truth(name, word));
        let boxes = ask.get("bbox").map(|bbox| read_boxes(bbox, box_coords)).transpose()?;
        Ok(Self {
            limit: ask.get("limit").map(read_limit).transpose()?,
            offset: ask.get("offset").map_or(Ok(0), |offset| whole("offset", offset))?,
            coords: crs::named("crs", ask.get("crs"), plane)?,
            wanted: Wanted { boxes, values: read_values(ask, &layer.fields)? },
            filter: read_filter(ask, layer, plane)?,
            order: ask.get("sortby").map(|names| Order::parse(names, layer)).transpose().map_err(refused)?,
            selection: ask
                .get("properties")
                .map(|names| Selection::parse(names, layer))
                .transpose()
                .map_err(refused)?,
            shapes: !word("skipGeometry")?,
            profile: read_profile(ask, plane)?,
            download: word("download")?,
            style: Style { bom: word("bom")?, wkt: word("wkt")? },
        })
    }
}

/// The condition in `filter`, for shapes in `filter-crs`.
fn read_filter(ask: &Ask, layer: &Layer, plane: &Plane) -> Result<Option<Filter>, Problem> {
    let coords = crs::named("filter-crs", ask.get("filter-crs"), plane)?;
    let language = match ask.get("filter-lang") {
        None | Some("cql2-text") => Language::Text,
        Some("cql2-json") => Language::Json,
        Some(other) => {
            return Err(Problem::bad_request(format!("filter-lang is {other:?}; it can be cql2-text or cql2-json.")));
        }
    };
    let Some(words) = ask.get("filter") else { return Ok(None) };
    let condition = Condition::parse(words, language).map_err(refused)?;
    condition.bind(layer, crs::of_filter(coords, plane)).map(Some).map_err(refused)
}

/// A sentence of the filter's, as one of ours.
fn refused(error: FilterError) -> Problem {
    let words = error.to_string();
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let end = if words.ends_with(['.', '?']) { "" } else { "." };
    Problem::bad_request(format!("{first}{}{end}", letters.as_str()))
}

/// The profile that `profile` names, by its short name or its address.
pub(super) fn read_profile(ask: &Ask, plane: &Plane) -> Result<Profile, Problem> {
    let Some(name) = ask.get("profile") else { return Ok(Profile::Plain) };
    let profile = match name.strip_prefix("http://www.opengis.net/def/profile/ogc/0/").unwrap_or(name) {
        "rfc7946" => return Ok(Profile::Plain),
        "jsonfg" => Profile::JsonFg,
        "jsonfg-plus" => Profile::JsonFgPlus,
        _ => {
            return Err(Problem::bad_request(format!(
                "profile is {name:?}; it can be rfc7946, jsonfg or jsonfg-plus."
            )));
        }
    };
    let own = crs::plane_uri(plane);
    if ask.get("crs").is_some_and(|crs| crs != own) {
        return Err(Problem::bad_request(format!(
            "profile {name} has its shapes in {own}. Leave crs out, or leave profile out."
        )));
    }
    Ok(profile)
}

fn read_limit(limit: &str) -> Result<usize, Problem> {
    match whole("limit", limit)? {
        0 => Err(Problem::bad_request("limit is 0; it must be at least 1.")),
        limit => Ok(limit.min(LIMIT_MAXIMUM)),
    }
}

/// A number so large that it cannot be held is as good as the largest.
fn whole(name: &str, number: &str) -> Result<usize, Problem> {
    if number.is_empty() || !number.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(Problem::bad_request(format!("{name} is {number:?}; it must be a whole number such as 100.")));
    }
    Ok(number.parse().unwrap_or(usize::MAX))
}

fn truth(name: &str, word: &str) -> Result<bool, Problem> {
    boolean(word).ok_or_else(|| Problem::bad_request(format!("{name} is {word:?}; it must be true or false.")))
}

/// `true` as OGC writes it, and as GDAL (`1`), R (`TRUE`) and Python (`True`) do.
fn boolean(word: &str) -> Option<bool> {
    match word {
        "true" | "TRUE" | "True" | "1" => Some(true),
        "false" | "FALSE" | "False" | "0" => Some(false),
        _ => None,
    }
}

fn read_boxes(bbox: &str, coords: Coords) -> Result<(Vec<Rect<f64>>, BoxCoords), Problem> {
    let wrong = |why: &str| {
        Problem::bad_request(format!(
            "bbox is {bbox:?}: {why}. It must be four numbers (or six, with heights): the lower corner, then the upper one."
        ))
    };
    let numbers: Vec<f64> = bbox
        .split(',')
        .map(|number| number.trim().parse::<f64>().ok().filter(|number| number.is_finite()))
        .collect::<Option<_>>()
        .ok_or_else(|| wrong("one of its parts is not a number"))?;
    let (mut low, mut high) = match numbers[..] {
        [a, b, c, d] | [a, b, _, c, d, _] => ((a, b), (c, d)),
        _ => return Err(wrong("it has another number of parts")),
    };
    let (boxes, swap) = crs::of_box(coords);
    if swap {
        (low, high) = ((low.1, low.0), (high.1, high.0));
    }
    if low.1 > high.1 {
        return Err(wrong("its lower corner lies above its upper one"));
    }
    let rect = |west: f64, east: f64| Rect::new(Coord { x: west, y: low.1 }, Coord { x: east, y: high.1 });
    let rects = match (low.0 <= high.0, boxes) {
        (true, _) => vec![rect(low.0, high.0)],
        // West of the box is east of it: it reaches across the antimeridian.
        (false, BoxCoords::Globe) => vec![rect(low.0, 180.0_f64.max(low.0)), rect((-180.0_f64).min(high.0), high.0)],
        (false, BoxCoords::Plane) => return Err(wrong("its left corner lies right of its right one")),
    };
    Ok((rects, boxes))
}

/// Refuses a time where features have dates: each layer with dates has several, and a time does not say which is meant.
/// GDAL asks so for a condition on any of them, and believes what it gets.
fn check_whose_time(layer: &Layer) -> Result<(), Problem> {
    let dates = layer.fields.iter().filter(|field| field.kind == FieldKind::Date);
    let dates: Vec<&str> = dates.map(|field| field.name.as_str()).collect();
    let Some(first) = dates.first() else { return Ok(()) };
    Err(Problem::bad_request(format!(
        "Features here have dates ({}), and datetime does not say which is meant. Name it in a condition, such as \
         filter={first} >= DATE('2024-01-01').",
        dates.join(", ")
    )))
}

/// Where features have no time every time fits them; but a time must be one. As OGC's own test suite does, one end of a
/// period may be said by how long it lasts. GDAL leaves nothing behind the T of a day.
fn check_datetime(datetime: &str) -> Result<(), Problem> {
    let open = |half: &str| half.is_empty() || half == "..";
    let day = |half: &str| half.strip_suffix('T').unwrap_or(half).parse::<NaiveDate>();
    let instant = |half: &str| DateTime::parse_from_rfc3339(half).is_ok() || day(half).is_ok();
    let order = |half: &str| {
        let day = day(half).ok().and_then(|day| day.and_hms_opt(0, 0, 0)).map(|time| time.and_utc());
        day.or_else(|| DateTime::parse_from_rfc3339(half).ok().map(|time| time.to_utc()))
    };
    let fits = match datetime.split_once('/') {
        None => instant(datetime),
        Some((from, to)) => {
            let known = (open(from) || instant(from)) && (open(to) || instant(to)) && !(open(from) && open(to));
            let lasts = (instant(from) && is_duration(to)) || (is_duration(from) && instant(to));
            lasts || (known && order(from).zip(order(to)).is_none_or(|(from, to)| from <= to))
        }
    };
    if fits {
        return Ok(());
    }
    Err(Problem::bad_request(format!(
        "datetime is {datetime:?}; it must be a time such as 2024-06-30T12:00:00Z, or two with a slash between \
         them, the earlier first; one of the two may be \"..\"."
    )))
}

/// Whether it is a duration of ISO 8601: `P2D`, `P1Y6M`, `PT36H`, `P3W`.
fn is_duration(words: &str) -> bool {
    let Some(rest) = words.strip_prefix('P') else { return false };
    let (days, time) = rest.split_once('T').map_or((rest, None), |(days, time)| (days, Some(time)));
    let runs = |part: &str, units: &str| {
        let mut left = units.chars();
        let mut digits = 0;
        let fits = part.chars().all(|letter| match letter.is_ascii_digit() {
            true => {
                digits += 1;
                true
            }
            false => std::mem::take(&mut digits) > 0 && left.any(|unit| unit == letter),
        });
        fits && digits == 0
    };
    !rest.is_empty() && runs(days, "YMWD") && time.is_none_or(|time| !time.is_empty() && runs(time, "HMS"))
}

fn read_values(ask: &Ask, fields: &[Field]) -> Result<Vec<(usize, Vec<Value>)>, Problem> {
    let mut values = Vec::new();
    for (index, field) in fields.iter().enumerate().filter(|(_, field)| !PARAMETERS.contains(&field.name.as_str())) {
        if let Some(word) = ask.get(&field.name) {
            let value = read_value(field, word)?;
            // A plus is a space in a form and itself in GDAL's requests: either will do.
            let plus = ask.with_plus(&field.name).and_then(|word| read_value(field, word).ok());
            values.push((index, std::iter::once(value).chain(plus).collect()));
        }
    }
    Ok(values)
}

/// A day, with nothing or midnight behind its T, as GDAL writes one.
fn day_of(word: &str) -> Option<NaiveDate> {
    let (day, time) = word.split_once(['T', ' ']).unwrap_or((word, ""));
    let midnight = time.trim_end_matches('Z').trim_matches(['0', ':', '.']).is_empty();
    day.parse().ok().filter(|_| midnight)
}

fn read_value(field: &Field, word: &str) -> Result<Value, Problem> {
    let number = || word.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    let (value, wanted) = match field.kind {
        FieldKind::Text => (Some(Value::Text(word.to_owned())), "words"),
        FieldKind::Integer => {
            let whole = number().filter(|number| number.fract() == 0.0).map(|number| Value::Integer(number as i64));
            (word.trim().parse().ok().map(Value::Integer).or(whole), "a whole number")
        }
        FieldKind::Number => (number().map(Value::Number), "a number"),
        FieldKind::Boolean => (boolean(word).map(Value::Boolean), "true or false"),
        FieldKind::Date => (day_of(word).map(Value::Date), "a day such as 2024-06-30"),
    };
    value.ok_or_else(|| Problem::bad_request(format!("{} is {word:?}; it must be {wanted}.", field.name)))
}

#[cfg(test)]
#[path = "form_tests.rs"]
mod tests;
