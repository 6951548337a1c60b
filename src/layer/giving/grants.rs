use super::total::unplaced_title;
use super::{POUNDS, found, pounds};
use crate::layer::catalog::{Context, Entry, Make};
use crate::layer::column::{Columns, Table};
use crate::layer::credits::{GIVING, PEOPLE};
use crate::layer::field::{day, said};
use crate::layer::{Value, field};
use crate::measure::giving::GrantGiving;
use crate::place::{Area, Evidence, Grant, Idx, Part, PatchIdx, Place};
use geo::{Geometry, GeometryCollection, MultiPolygon};

/// An area of more zones than this is not drawn for each grant: it would be the outline of the whole
/// borough hundreds of times over, and say nothing that the names of its patches do not.
const MOST_ZONES_DRAWN: usize = 40;

/// Patches named in a cell.
const PATCHES_NAMED: usize = 5;

type Row<'a> = (&'a Grant, &'a GrantGiving);

/// The line of the catalogue.
pub(in crate::layer) const ENTRY: Entry = Entry {
    id: "grants",
    subject: "grants",
    measure: "giving",
    asks: None,
    title: "Grants",
    description: "Each grant to an organisation, with what says where it benefits somebody. A grant known only by \
                  its recipient's office has no place on the map.",
    method: "giving",
    roles: &[GIVING, PEOPLE],
    walks: false,
    make: Make::Once(table),
};

/// Each grant to an organisation, with what says where it benefits somebody.
fn table(context: &Context<'_>) -> Option<Table> {
    let (giving, reached) = found(context)?;
    let shapes: Vec<Option<Geometry<f64>>> = giving.areas.iter().map(|area| shape(context.place, area)).collect();
    let mut columns = Columns::<Row<'_>>::new();
    columns.add(field::id("grant_id", "Grant", "Identifier of the grant"), |(grant, _)| said(&grant.key));
    columns.add(field::name("title", "Title", "What it was for, in a line"), |(grant, _)| {
        field::words(grant.title.as_deref())
    });
    columns.add(field::number("amount", "Amount", "Amount awarded", Some(POUNDS)), |(grant, _)| pounds(grant.pence));
    columns.add(field::text("currency", "Currency", "Code of the currency"), |_| said(&giving.currency));
    columns.add(field::date("award_date", "Award date", "The day it was awarded"), |(grant, _)| day(grant.awarded));
    columns.add(field::date("planned_from", "Planned from", "First day on which it is to be spent"), |(grant, _)| {
        day(grant.planned.map(|planned| planned.from))
    });
    columns.add(field::date("planned_to", "Planned to", "Last day on which it is to be spent"), |(grant, _)| {
        day(grant.planned.map(|planned| planned.to))
    });
    columns.add(
        field::boolean("period_assumed", "Period assumed", "The file does not say how long: a year is assumed"),
        |(grant, _)| grant.planned.map_or(Value::Null, |planned| Value::Boolean(planned.assumed)),
    );
    add_parties(&mut columns);
    columns.add(
        field::text(
            "evidence",
            "Evidence",
            "What says where it benefits somebody: point, area, delivery, named, office or none",
        ),
        |(grant, _)| said(grant.evidence().map_or("none", Evidence::word)),
    );
    columns.add(field::text("evidence_words", "Evidence in words", "The same in words"), |(grant, _)| {
        field::words(words(grant).as_deref())
    });
    add_landing(context, &mut columns);
    let rows = giving.grants.iter().zip(&reached.grants);
    Some(columns.table(rows, |(grant, _)| (grant.key.clone(), geometry(grant, &shapes))))
}

fn add_parties<'a>(columns: &mut Columns<'a, Row<'a>>) {
    columns.add(field::text("funder_id", "Funder", "Identifier of the funder"), |(grant, _)| said(&grant.funder.id));
    columns.add(field::name("funder_name", "Name of the funder", "Name of the funder"), |(grant, _)| {
        said(&grant.funder.name)
    });
    columns.add(
        field::text("recipient_id", "Recipient", "Identifier of the organisation that received it"),
        |(grant, _)| said(&grant.recipient.id),
    );
    columns.add(
        field::name("recipient_name", "Name of the recipient", "Name of the organisation that received it"),
        |(grant, _)| said(&grant.recipient.name),
    );
    columns.add(field::text("programme", "Programme", "Programme it was made under"), |(grant, _)| {
        field::words(grant.programme.as_deref())
    });
}

fn add_landing<'a>(context: &'a Context<'_>, columns: &mut Columns<'a, Row<'a>>) {
    columns.add(field::integer("zones", "Zones", "Zones in the area it benefits", Some("zones")), |(_, landing)| {
        Value::Integer(landing.zones as i64)
    });
    columns.add(field::integer("patches", "Patches", "Patches that area touches", Some("patches")), |(_, landing)| {
        Value::Integer(landing.patches.len() as i64)
    });
    columns.add(field::patch_id("Patch in which more than half of it lands"), |(_, landing)| {
        context.patch_key(landing.patch)
    });
    columns
        .add(field::text("patch_names", "Names of patches", "Patches its area touches, up to five"), |(_, landing)| {
            names(context.place, &landing.patches)
        });
    columns.add(
        field::text(
            "office_patch_id",
            "Patch of the office",
            "Patch the recipient has its post sent to, which is seldom where the work is",
        ),
        |(_, landing)| context.patch_key(landing.office),
    );
    columns.add(
        field::number("money_placed", "Money placed", "Part of the amount that could be placed", Some(POUNDS)),
        |(_, landing)| pounds(landing.placed),
    );
    columns.add(
        field::number("money_unplaced", "Money not placed", "Part of the amount that could not", Some(POUNDS)),
        |(grant, landing)| pounds(grant.pence - landing.placed),
    );
    columns.add(field::text("unplaced_reason", "Why not placed", "Why a part could not be placed"), |(grant, _)| {
        let why = grant.parts.iter().find_map(|part| part.benefit.as_ref().err().copied());
        field::words(why.map(unplaced_title))
    });
}

/// The patches by name, the first few of them.
fn names(place: &Place, patches: &[PatchIdx]) -> Value {
    let names: Vec<&str> =
        patches.iter().take(PATCHES_NAMED).map(|patch| place.patches[*patch].name.as_str()).collect();
    let names = match patches.len().saturating_sub(PATCHES_NAMED) {
        0 => names.join("; "),
        more => format!("{}; and {more} more", names.join("; ")),
    };
    field::words((!names.is_empty()).then_some(names.as_str()))
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
