use super::total::unplaced_title;
use super::{POUNDS, found, pounds};
use crate::layer::catalog::{Context, Table};
use crate::layer::{Feature, Field, Value, field};
use crate::measure::giving::GrantGiving;
use crate::place::{Area, Evidence, Giving, Grant, Idx, Part, Place};
use geo::{Geometry, GeometryCollection, MultiPolygon};

/// An area of more zones than this is not drawn for each grant: it would be the outline of the whole
/// borough hundreds of times over, and say nothing that the names of its patches do not.
const MOST_ZONES_DRAWN: usize = 40;

/// Patches named in a cell.
const PATCHES_NAMED: usize = 5;

/// Each grant to an organisation, with what says where it benefits somebody.
pub(in crate::layer) fn table(context: &Context<'_>) -> Option<Table> {
    let (giving, reached) = found(context)?;
    let shapes: Vec<Option<Geometry<f64>>> = giving.areas.iter().map(|area| shape(context.place, area)).collect();
    let features = giving
        .grants
        .iter()
        .zip(&reached.grants)
        .map(|(grant, landing)| feature(context, giving, grant, landing, &shapes))
        .collect();
    Some(Table { fields: fields(), features })
}

fn fields() -> Vec<Field> {
    vec![
        field::text("grant_id", "Grant", "Identifier of the grant"),
        field::text("title", "Title", "What it was for, in a line"),
        field::number("amount", "Amount", "Amount awarded", Some(POUNDS)),
        field::text("currency", "Currency", "Code of the currency"),
        field::date("award_date", "Award date", "The day it was awarded"),
        field::date("planned_from", "Planned from", "First day on which it is to be spent"),
        field::date("planned_to", "Planned to", "Last day on which it is to be spent"),
        field::boolean("period_assumed", "Period assumed", "The file does not say how long: a year is assumed"),
        field::text("funder_id", "Funder", "Identifier of the funder"),
        field::text("funder_name", "Name of the funder", "Name of the funder"),
        field::text("recipient_id", "Recipient", "Identifier of the organisation that received it"),
        field::text("recipient_name", "Name of the recipient", "Name of the organisation that received it"),
        field::text("programme", "Programme", "Programme it was made under"),
        field::text(
            "evidence",
            "Evidence",
            "What says where it benefits somebody: point, area, delivery, named, office or none",
        ),
        field::text("evidence_words", "Evidence in words", "The same in words"),
        field::integer("zones", "Zones", "Zones in the area it benefits", Some("zones")),
        field::integer("patches", "Patches", "Patches that area touches", Some("patches")),
        field::patch_id("Patch in which more than half of it lands"),
        field::text("patch_names", "Names of patches", "Patches its area touches, up to five"),
        field::text(
            "office_patch_id",
            "Patch of the office",
            "Patch the recipient has its post sent to, which is seldom where the work is",
        ),
        field::number("money_placed", "Money placed", "Part of the amount that could be placed", Some(POUNDS)),
        field::number("money_unplaced", "Money not placed", "Part of the amount that could not", Some(POUNDS)),
        field::text("unplaced_reason", "Why not placed", "Why a part could not be placed"),
    ]
}

fn feature(
    context: &Context<'_>,
    giving: &Giving,
    grant: &Grant,
    landing: &GrantGiving,
    shapes: &[Option<Geometry<f64>>],
) -> Feature {
    let day = |day: Option<chrono::NaiveDate>| day.map_or(Value::Null, Value::Date);
    let text = |words: &str| Value::Text(words.to_owned());
    let names: Vec<&str> =
        landing.patches.iter().take(PATCHES_NAMED).map(|patch| context.place.patches[*patch].name.as_str()).collect();
    let more = landing.patches.len().saturating_sub(PATCHES_NAMED);
    let names = if more > 0 { format!("{}; and {more} more", names.join("; ")) } else { names.join("; ") };
    let why = grant.parts.iter().find_map(|part| part.benefit.as_ref().err().copied());
    let values = vec![
        text(&grant.key),
        field::words(grant.title.as_deref()),
        pounds(grant.pence),
        text(&giving.currency),
        day(grant.awarded),
        day(grant.planned.map(|planned| planned.from)),
        day(grant.planned.map(|planned| planned.to)),
        grant.planned.map_or(Value::Null, |planned| Value::Boolean(planned.assumed)),
        text(&grant.funder.id),
        text(&grant.funder.name),
        text(&grant.recipient.id),
        text(&grant.recipient.name),
        field::words(grant.programme.as_deref()),
        text(grant.evidence().map_or("none", Evidence::word)),
        field::words(words(grant).as_deref()),
        Value::Integer(landing.zones as i64),
        Value::Integer(landing.patches.len() as i64),
        context.patch_key(landing.patch),
        field::words((!names.is_empty()).then_some(names.as_str())),
        context.patch_key(landing.office),
        pounds(landing.placed),
        pounds(grant.pence - landing.placed),
        why.map_or(Value::Null, |why| text(unplaced_title(why))),
    ];
    Feature { id: grant.key.clone(), geometry: geometry(grant, shapes), values }
}

/// What says where a grant benefits somebody, each once.
fn words(grant: &Grant) -> Option<String> {
    let mut said: Vec<&str> = Vec::new();
    for benefit in grant.parts.iter().filter_map(|part| part.benefit.as_ref().ok()) {
        if !said.contains(&benefit.words.as_str()) {
            said.push(&benefit.words);
        }
    }
    (!said.is_empty()).then(|| said.join("; "))
}

/// Points and areas of a grant: never an office, and nothing where an area is too large to draw.
fn geometry(grant: &Grant, shapes: &[Option<Geometry<f64>>]) -> Option<Geometry<f64>> {
    let shape = |part: &Part| {
        let benefit = part.benefit.as_ref().ok()?;
        match (benefit.at, benefit.evidence) {
            (_, Evidence::Office) => None,
            (Some(at), _) => Some(geo::Point::from(geo::Coord::from(at)).into()),
            (None, _) => shapes.get(benefit.area)?.clone(),
        }
    };
    let mut all: Vec<Geometry<f64>> = grant.parts.iter().filter_map(shape).collect();
    match all.len() {
        0 | 1 => all.pop(),
        _ => Some(Geometry::GeometryCollection(GeometryCollection(all))),
    }
}

fn shape(place: &Place, area: &Area) -> Option<Geometry<f64>> {
    match area {
        Area::Pieces(pieces) => {
            let mut zones: Vec<_> = pieces.iter().map(|piece| piece.zone).collect();
            zones.dedup();
            shape(place, &Area::Zones(zones))
        }
        Area::Patch(patch) => Some(place.patches.as_slice().get(patch.index())?.shape.clone().into()),
        Area::Zones(zones) if zones.len() <= MOST_ZONES_DRAWN => {
            let parts = zones.iter().filter_map(|zone| place.zones.as_slice().get(zone.index())?.shape.clone());
            let polygons: Vec<_> = parts.flat_map(|shape| shape.0).collect();
            (!polygons.is_empty()).then(|| MultiPolygon(polygons).into())
        }
        _ => None,
    }
}
