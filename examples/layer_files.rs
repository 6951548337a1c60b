//! Writes a small made-up map in every format that is offered for download, and a few of its tiles, so
//! that `tests/clients/test_files.py` can open them with the programs people use.
//!
//! `cargo run --example layer_files -- FOLDER`

use geo::{Coord, Geometry, LineString, Point, Polygon};
use patchwork::crs::{Plane, Xy};
use patchwork::export::tile::{self, TileId, TileLayer};
use patchwork::export::{self, Coordinates, JsonFg};
use patchwork::layer::{Credits, Feature, Field, FieldKind, Layer, LayerId, Role, Value};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

fn main() -> anyhow::Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "layer_files".to_owned()));
    fs::create_dir_all(&folder)?;
    let plane = Plane::british_national_grid();
    let layers = [zones(), hubs(), streets()];
    for layer in &layers {
        write(layer, &plane, &folder)?;
    }
    let prepared: Vec<TileLayer> = layers.iter().map(|layer| TileLayer::new(layer, &plane)).collect();
    let drawn: Vec<(&Layer, &TileLayer)> = layers.iter().zip(&prepared).collect();
    tile::archive("Toytown", "A made-up town", &drawn, File::create(folder.join("map.pmtiles"))?, &|_| true)?;
    let about = tile::tilejson("Toytown", "A made-up town", &drawn, "https://example.org/tiles/{z}/{x}/{y}".to_owned());
    fs::write(folder.join("tilejson.json"), serde_json::to_vec_pretty(&about)?)?;
    fs::write(folder.join("scheme.json"), serde_json::to_vec_pretty(&tile::web_mercator_quad())?)?;
    tiles(&drawn, &plane, &folder.join("tiles"))
}

fn write(layer: &Layer, plane: &Plane, folder: &Path) -> anyhow::Result<()> {
    let path = |extension: &str| folder.join(format!("{}.{extension}", layer.id));
    fs::write(path("xlsx"), export::xlsx(layer, plane)?)?;
    let geopackage = path("gpkg");
    if geopackage.exists() {
        fs::remove_file(&geopackage)?;
    }
    export::geopackage(layer, plane, &geopackage)?;
    export::geoparquet(layer, plane, &path("parquet"))?;
    for (name, coordinates) in [("degrees.fgb", Coordinates::Degrees), ("metres.fgb", Coordinates::Metres)] {
        export::flatgeobuf(layer, layer.features.iter(), plane, coordinates, File::create(path(name))?)?;
    }
    JsonFg { layer, plane, with_degrees: true }.write(&mut File::create(path("jsonfg.json"))?)?;
    Ok(())
}

/// The tiles over the middle of the town, as `z-x-y.mvt`.
fn tiles(drawn: &[(&Layer, &TileLayer)], plane: &Plane, folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    let Some(middle) = plane.to_lonlat(Xy::new(331_050.0, 189_050.0)) else {
        anyhow::bail!("the town lies off the plane");
    };
    for limits in tile::limits([middle.lon, middle.lat, middle.lon, middle.lat], 0..=tile::MAX_ZOOM) {
        let zoom: u8 = limits.tile_matrix.parse()?;
        if let Some(at) = TileId::new(zoom, limits.min_tile_col, limits.min_tile_row) {
            let name = at.to_string().replace('/', "-");
            fs::write(folder.join(format!("{name}.mvt")), tile::tile(drawn, at)?)?;
        }
    }
    Ok(())
}

fn layer(id: &str, title: &str, features: Vec<(Option<Geometry<f64>>, [Value; 5])>) -> Layer {
    let field = |name: &str, title: &str, kind, unit| Field {
        name: name.to_owned(),
        title: title.to_owned(),
        description: format!("{title} of a made-up thing"),
        kind,
        unit,
        role: Role::default(),
    };
    Layer {
        id: LayerId::of(id.to_owned()),
        title: title.to_owned(),
        description: "Made up, to be opened by other programs.".to_owned(),
        method: "where-people-live",
        credits: Credits {
            sources: vec!["Nobody".to_owned()],
            licences: vec!["Open Government Licence v3".to_owned()],
            attributions: vec!["© Nobody".to_owned()],
            date: chrono::NaiveDate::from_ymd_opt(2024, 3, 31),
            notices: vec!["Everything here is made up.".to_owned()],
            protection: None,
        },
        fields: vec![
            field("name", "Name", FieldKind::Text, None),
            field("residents", "Residents", FieldKind::Integer, Some("residents")),
            field("share", "Share", FieldKind::Number, Some("share from 0 to 1")),
            field("rural", "Rural", FieldKind::Boolean, None),
            field("opened", "Opened", FieldKind::Date, None),
        ],
        features: features
            .into_iter()
            .enumerate()
            .map(|(i, (geometry, values))| Feature { id: format!("{id}-{i:02}"), geometry, values: values.into() })
            .collect(),
    }
}

fn values(i: usize) -> [Value; 5] {
    let day = chrono::NaiveDate::from_ymd_opt(2020, 1, 1 + (i % 28) as u32).map_or(Value::Null, Value::Date);
    [
        Value::Text(format!("Tŷ {i}")),
        Value::Integer(1000 + i as i64),
        if i == 3 { Value::Null } else { Value::Number(i as f64 / 16.0) },
        Value::Boolean(i.is_multiple_of(2)),
        day,
    ]
}

/// Sixteen zones that cover a square without a gap, their common boundaries as crooked as real ones;
/// and one zone without a place.
fn zones() -> Layer {
    let corner =
        |column: usize, row: usize| Coord { x: 330_000.0 + 500.0 * column as f64, y: 188_000.0 + 500.0 * row as f64 };
    let crooked = |from: Coord<f64>, to: Coord<f64>| -> Vec<Coord<f64>> {
        let bend = |step: i32| if step % 25 == 0 { 0.0 } else { 0.02 * f64::from(step * 37 % 11 - 5) };
        (0..25)
            .map(|step| {
                let along = to - from;
                let share = f64::from(step) / 25.0;
                Coord {
                    x: from.x + along.x * share - along.y * bend(step),
                    y: from.y + along.y * share + along.x * bend(step),
                }
            })
            .collect()
    };
    let edge = |from: Coord<f64>, to: Coord<f64>| -> Vec<Coord<f64>> {
        if (from.x, from.y) < (to.x, to.y) {
            return crooked(from, to);
        }
        let mut turned = crooked(to, from);
        turned.push(from);
        turned.reverse();
        turned.pop();
        turned
    };
    let mut features: Vec<(Option<Geometry<f64>>, [Value; 5])> = (0..16)
        .map(|i| {
            let (column, row) = (i % 4, i / 4);
            let corners =
                [corner(column, row), corner(column + 1, row), corner(column + 1, row + 1), corner(column, row + 1)];
            let sides: Vec<Coord<f64>> = (0..4).flat_map(|side| edge(corners[side], corners[(side + 1) % 4])).collect();
            (Some(Polygon::new(LineString(sides), Vec::new()).into()), values(i))
        })
        .collect();
    features.push((None, [Value::Text("nowhere".to_owned()), Value::Null, Value::Null, Value::Null, Value::Null]));
    layer("zones", "Zones", features)
}

fn hubs() -> Layer {
    let at = |i: usize| Point::new(330_250.0 + 500.0 * (i % 4) as f64, 188_250.0 + 500.0 * (i / 4) as f64);
    layer("hubs", "Hubs", (0..16).map(|i| (Some(at(i).into()), values(i))).collect())
}

fn streets() -> Layer {
    let street = |i: usize| {
        let y = 188_100.0 + 120.0 * i as f64;
        LineString::from(vec![(330_000.0, y), (331_000.0, y + 40.0), (332_000.0, y)])
    };
    layer("streets", "Streets", (0..16).map(|i| (Some(street(i).into()), values(i))).collect())
}
