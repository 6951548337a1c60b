//! A layer, or the part of it that is asked for, as a file for spreadsheets, QGIS, ArcGIS and notebooks.

use super::crs;
use super::form::{Form, Profile};
use super::format::{Format, Offer};
use super::problem::Problem;
use super::reply::Reply;
use super::request::Ask;
use crate::crs::Plane;
use crate::export::{self, Coordinates, FileError, csv};
use crate::layer::Layer;
use crate::snapshot::{Coords, Saved, Snapshot, Unsaved};
use std::io::{BufWriter, Write};

/// The coordinates of the shapes sent: those asked for, where the format can have them.
pub(super) fn coords(ask: &Ask, form: &Form, offer: Offer, plane: &Plane) -> Result<Coords, Problem> {
    let fixed: &[Coords] = match (offer.format, form.profile) {
        (Format::Json, Profile::JsonFg | Profile::JsonFgPlus) | (Format::Gpkg, _) => &[Coords::Plane],
        (Format::Parquet, _) => &[Coords::Globe],
        (Format::Fgb, _) => &[Coords::Globe, Coords::Plane],
        _ => return Ok(form.coords),
    };
    if ask.get("crs").is_some() && !fixed.contains(&form.coords) {
        let known: Vec<String> = fixed.iter().map(|coords| crs::uri(*coords, plane)).collect();
        let (name, known) = (name(offer), known.join(" or "));
        return Err(Problem::bad_request(format!("{name} comes in {known}. Leave crs out, or choose another format.")));
    }
    let first = fixed.first().copied().unwrap_or(form.coords);
    Ok(if ask.get("crs").is_some() { form.coords } else { first })
}

/// What people call the format.
pub(super) const fn name(offer: Offer) -> &'static str {
    match offer.format {
        Format::Json => "GeoJSON",
        Format::Csv => "CSV for Excel",
        Format::Xlsx => "Excel (XLSX)",
        Format::Gpkg => "GeoPackage",
        Format::Fgb => "FlatGeobuf",
        Format::Parquet => "GeoParquet",
        Format::Html | Format::Mvt | Format::Pmtiles => "a page",
    }
}

/// The layer as a file.
pub(super) fn file(
    snapshot: &Snapshot,
    layer: &Layer,
    form: &Form,
    offer: Offer,
    coords: Coords,
) -> Result<Reply, Problem> {
    let plane = &snapshot.place.plane;
    let coordinates = if coords == Coords::Plane { Coordinates::Metres } else { Coordinates::Degrees };
    let saved = match offer.format {
        Format::Xlsx => {
            return Ok(Reply::new(offer.media, export::xlsx(layer, plane).map_err(too_much)?));
        }
        Format::Gpkg => Saved::at("layer.gpkg", |path| export::geopackage(layer, plane, path)),
        Format::Parquet => Saved::at("layer.parquet", |path| export::geoparquet(layer, plane, path)),
        Format::Fgb => Saved::by(|out| {
            let mut out = BufWriter::new(out);
            export::flatgeobuf(layer, layer.features.iter(), plane, coordinates, &mut out)?;
            out.flush().map_err(FileError::from)
        }),
        _ => {
            let rows = csv::rows(layer, layer.features.iter(), plane, form.style);
            return Ok(Reply::new("text/csv; charset=utf-8; header=present", rows));
        }
    };
    let saved = saved.map_err(fault)?;
    let all = 0..saved.length();
    Ok(Reply::file(offer.media, saved, all))
}

fn fault(error: Unsaved<FileError>) -> Problem {
    tracing::error!(%error, "a download could not be written");
    Problem::unsaved(&error)
}

/// A spreadsheet has an end, which the request can be kept within.
fn too_much(error: FileError) -> Problem {
    match error {
        FileError::Format { .. } => {
            Problem::bad_request(format!("This is too much for a spreadsheet: {error}. Ask for less, or for CSV."))
        }
        FileError::Io(_) => fault(Unsaved::Fault(error)),
    }
}
