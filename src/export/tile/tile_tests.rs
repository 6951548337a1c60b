use super::decode::{self, Drawn};
use super::*;
use crate::crs::{LonLat, Plane, Xy};
use crate::layer::{Credits, Feature, Field, FieldKind, Role, Value};
use geo::{Geometry, LineString, MultiPoint, Point, Polygon};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn layer(geometries: Vec<Geometry<f64>>) -> Layer {
    let field = |name: &str, kind| Field {
        name: name.into(),
        title: name.into(),
        description: String::new(),
        kind,
        unit: None,
        role: Role::default(),
    };
    let features = geometries.into_iter().enumerate().map(|(i, geometry)| Feature {
        id: format!("zone-{i:05}"),
        geometry: Some(geometry),
        values: vec![
            Value::Text(format!("Zone {i}")),
            Value::Integer(i as i64 * 10),
            if i == 0 { Value::Null } else { Value::Number(0.25) },
        ],
    });
    Layer {
        id: "zones".into(),
        title: "Zones".into(),
        description: "Small areas.".into(),
        method: "zones",
        credits: Credits { attributions: vec!["© Somebody".into()], ..Credits::default() },
        fields: vec![
            field("name", FieldKind::Text),
            field("residents", FieldKind::Integer),
            field("share", FieldKind::Number),
        ],
        features: features.collect(),
    }
}

fn plane() -> Plane {
    Plane::british_national_grid()
}

/// A tile of the layer, read back, with the rules of the format held against it.
fn drawn(layer: &Layer, at: TileId) -> Option<Drawn> {
    let prepared = TileLayer::new(layer, &plane());
    let bytes = tile(&[(layer, &prepared)], at).expect("a tile");
    assert_eq!(
        bytes,
        tile(&[(layer, &TileLayer::new(layer, &plane()))], at).expect("a tile"),
        "same layer, same bytes"
    );
    let mut layers = decode::tile(&bytes);
    assert!(layers.len() < 2);
    layers.pop()
}

fn over(xy: (f64, f64), z: u8) -> TileId {
    let lonlat = plane().to_lonlat(Xy::new(xy.0, xy.1)).expect("in Britain");
    TileId::around(grid::spot(lonlat), z)
}

fn area(ring: &[[i64; 2]]) -> i64 {
    (0..ring.len()).map(|i| (ring[i], ring[(i + 1) % ring.len()])).map(|(a, b)| a[0] * b[1] - b[0] * a[1]).sum()
}

/// Columns of zones whose common boundaries wiggle, as boundaries along streets do.
fn wiggly(columns: usize, rows: usize, size: f64, wiggle: impl Fn(usize) -> f64) -> Vec<Geometry<f64>> {
    let (west, south) = (330_000.0, 188_000.0);
    let steps = 40;
    let mut nth = 0usize;
    let mut edge = |from: (f64, f64), to: (f64, f64)| {
        nth += 1;
        (0..=steps)
            .map(|step| {
                let share = f64::from(step) / f64::from(steps);
                let off = if step == 0 || step == steps { 0.0 } else { wiggle(nth * 100 + step as usize) };
                let (dx, dy) = (to.0 - from.0, to.1 - from.1);
                geo::Coord { x: from.0 + dx * share - dy * off, y: from.1 + dy * share + dx * off }
            })
            .collect::<Vec<_>>()
    };
    let corner = |i: usize, j: usize| (west + i as f64 * size, south + j as f64 * size);
    let mut across = Vec::new();
    let mut up = Vec::new();
    for j in 0..=rows {
        for i in 0..=columns {
            across.push(edge(corner(i, j), corner(i + 1, j)));
            up.push(edge(corner(i, j), corner(i, j + 1)));
        }
    }
    let at = |i: usize, j: usize| j * (columns + 1) + i;
    let mut zones = Vec::new();
    for j in 0..rows {
        for i in 0..columns {
            let turned = |edge: &[geo::Coord<f64>]| edge.iter().rev().copied().collect::<Vec<_>>();
            let ring = [
                across[at(i, j)].clone(),
                up[at(i + 1, j)].clone(),
                turned(&across[at(i, j + 1)]),
                turned(&up[at(i, j)]),
            ];
            zones.push(Polygon::new(LineString(ring.concat()), Vec::new()).into());
        }
    }
    zones
}

#[test]
fn the_tile_of_a_place_is_the_one_everybody_else_computes() {
    // Newport station; the numbers are those of the slippy-map formula.
    let newport = grid::spot(LonLat { lon: -2.9989, lat: 51.5887 });
    assert_eq!(TileId::around(newport, 14), TileId { z: 14, x: 8055, y: 5442 });
    assert_eq!(grid::spot(LonLat { lon: 0.0, lat: 0.0 }), [1 << 31, 1 << 31]);
    let [lon, lat] = grid::place(newport);
    assert!((lon + 2.9989).abs() < 1e-6 && (lat - 51.5887).abs() < 1e-6);
    assert_eq!(grid::spot(LonLat { lon: 180.0, lat: 90.0 }), [u32::MAX, 0]);
    assert_eq!((TileId::new(3, 8, 0), TileId::new(21, 0, 0)), (None, None));
}

#[test]
fn the_tiling_scheme_is_the_registered_one() {
    let scheme = serde_json::to_value(web_mercator_quad()).expect("JSON");
    assert_eq!(scheme["tileMatrices"][0]["pointOfOrigin"][1], 20_037_508.342_789_2);
    let scale = scheme["tileMatrices"][0]["scaleDenominator"].as_f64().expect("a scale");
    assert!((scale - 559_082_264.028_717).abs() < 0.01, "{scale}");
    assert_eq!(scheme["tileMatrices"][14]["matrixWidth"], 16384);
    let limits = limits([-3.1, 51.5, -2.9, 51.6], 0..=14);
    assert_eq!((limits[0].max_tile_col, limits[14].min_tile_col, limits[14].max_tile_col), (0, 8050, 8060));
    assert!(limits[14].min_tile_row < limits[14].max_tile_row);
}

#[test]
fn a_feature_has_its_number_its_name_and_what_is_known_of_it() {
    let layer = layer(vec![
        Point::new(330_500.0, 188_500.0).into(),
        MultiPoint::from(vec![(330_500.0, 188_500.0), (330_600.0, 188_500.0)]).into(),
    ]);
    let drawn = drawn(&layer, over((330_500.0, 188_500.0), 14)).expect("features");
    assert_eq!((drawn.name.as_str(), drawn.version, drawn.extent), ("zones", 2, 4096));
    assert_eq!(drawn.features[0].id, 1);
    let properties: Vec<(&str, &str)> =
        drawn.features[0].properties.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(properties, [("id", "zone-00000"), ("name", "Zone 0"), ("residents", "0")]);
    assert_eq!(drawn.features[1].properties["share"], "0.25");
    assert_eq!(drawn.features[1].parts.len(), 2);
}

#[test]
fn a_tile_without_features_has_no_bytes() {
    let layer = layer(vec![Point::new(330_500.0, 188_500.0).into()]);
    assert_eq!(drawn(&layer, over((500_000.0, 300_000.0), 14)), None);
    assert!(drawn(&layer, over((500_000.0, 300_000.0), 3)).is_some());
}

#[test]
fn outer_rings_turn_one_way_and_holes_the_other_whichever_way_they_came() {
    let square = |x: f64, y: f64, side: f64| {
        LineString::from(vec![(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)])
    };
    let turned = |line: &LineString<f64>| LineString(line.0.iter().rev().copied().collect());
    let (outer, hole) = (square(330_000.0, 188_000.0, 900.0), square(330_300.0, 188_300.0, 300.0));
    for (outer, hole) in
        [(outer.clone(), hole.clone()), (turned(&outer), turned(&hole)), (turned(&outer), hole.clone())]
    {
        // The second polygon begins where the last ring of the first ended.
        let polygons = vec![Polygon::new(outer, vec![hole]), Polygon::new(square(330_300.0, 188_300.0, 100.0), vec![])];
        let layer = layer(vec![geo::MultiPolygon(polygons).into()]);
        let drawn = drawn(&layer, over((330_450.0, 188_450.0), 13)).expect("a polygon");
        let areas: Vec<i64> = drawn.features[0].parts.iter().map(|ring| area(ring).signum()).collect();
        assert_eq!(areas, [1, -1, 1]);
    }
}

#[test]
fn what_a_tile_shows_ends_at_its_buffer() {
    let layer = layer(vec![
        LineString::from(vec![(300_000.0, 188_000.0), (360_000.0, 189_000.0)]).into(),
        Polygon::new(
            LineString::from(vec![
                (300_000.0, 180_000.0),
                (360_000.0, 180_000.0),
                (330_000.0, 200_000.0),
                (300_000.0, 180_000.0),
            ]),
            vec![],
        )
        .into(),
    ]);
    let drawn = drawn(&layer, over((330_000.0, 188_500.0), 12)).expect("features");
    assert_eq!(drawn.features.len(), 2);
    for part in drawn.features.iter().flat_map(|feature| &feature.parts) {
        assert!(part.iter().flatten().all(|unit| (-64..=4160).contains(unit)), "{part:?}");
    }
    assert_eq!(drawn.features[0].parts[0].iter().filter(|at| at[0] == -64 || at[0] == 4160).count(), 2);
}

#[test]
fn neighbours_share_every_corner_at_every_zoom_so_there_is_no_sliver_between_them() {
    let zones = wiggly(3, 3, 700.0, |n| ((n * 7919) % 97) as f64 / 97.0 * 0.03);
    let layer = layer(zones);
    let mut before = 0;
    for z in 6..=14 {
        let at = over((331_050.0, 189_050.0), z);
        let Some(drawn) = drawn(&layer, at) else { continue };
        // Each edge inside the map is walked once each way; edges on the rim and the tile's edge once.
        let mut edges = std::collections::BTreeMap::<([i64; 2], [i64; 2]), i32>::new();
        let mut corners = 0;
        let mut total = 0;
        for ring in drawn.features.iter().flat_map(|feature| &feature.parts) {
            total += area(ring);
            for i in 0..ring.len() {
                let (a, b) = (ring[i], ring[(i + 1) % ring.len()]);
                *edges.entry((a.min(b), a.max(b))).or_default() += if a < b { 1 } else { -1 };
                corners += 1;
            }
        }
        if at.z < 12 {
            // The whole map is in the tile: what is left of the edges is its rim, which encloses all areas.
            let rim: Vec<_> = edges.iter().filter(|(_, turns)| **turns != 0).collect();
            assert!(rim.iter().all(|(_, turns)| turns.abs() == 1));
            let enclosed: i64 =
                rim.iter().map(|((a, b), turns)| i64::from(**turns) * (a[0] * b[1] - b[0] * a[1])).sum();
            assert_eq!(enclosed, total, "zoom {z}");
            assert!(corners >= before, "zoom {z} has fewer corners than the one before");
            before = corners;
        }
    }
    assert!(before > 0);
}

#[test]
fn at_the_deepest_zoom_nothing_is_left_out() {
    let layer = layer(wiggly(1, 1, 300.0, |n| ((n * 31) % 17) as f64 / 17.0 * 0.1));
    let TileId { z, x, y } = over((330_150.0, 188_150.0), 14);
    let mut corners = BTreeSet::new();
    for (x, y) in (x - 1..=x + 1).flat_map(|x| (y - 1..=y + 1).map(move |y| (x, y))) {
        let Some(drawn) = drawn(&layer, TileId { z, x, y }) else { continue };
        let within =
            drawn.features[0].parts.concat().into_iter().filter(|at| at.iter().all(|unit| (0..4096).contains(unit)));
        corners.extend(within.map(|at| [at[0] + i64::from(x) * 4096, at[1] + i64::from(y) * 4096]));
    }
    assert!(corners.len() > 150, "{} of 160 corners", corners.len());
}

#[test]
fn a_layer_too_large_for_one_tile_begins_at_a_deeper_zoom() {
    let points = (0..24_000)
        .map(|i| Point::new(200_000.0 + f64::from(i % 160) * 2500.0, 100_000.0 + f64::from(i / 160) * 2500.0).into());
    let large = layer(points.collect());
    let prepared = TileLayer::new(&large, &plane());
    assert!((1..10).contains(&prepared.min_zoom()), "{}", prepared.min_zoom());
    assert_eq!(tile(&[(&large, &prepared)], TileId { z: 0, x: 0, y: 0 }).expect("a tile"), Vec::<u8>::new());
    let small = layer(vec![Point::new(330_000.0, 188_000.0).into()]);
    assert_eq!(TileLayer::new(&small, &plane()).min_zoom(), 0);
}

#[test]
fn tilejson_says_what_map_libraries_need() {
    let layer = layer(wiggly(2, 2, 700.0, |_| 0.0));
    let prepared = TileLayer::new(&layer, &plane());
    let json =
        serde_json::to_value(tilejson("Newport", "A town", &[(&layer, &prepared)], "https://x/{z}/{x}/{y}".into()))
            .expect("JSON");
    assert_eq!(json["tilejson"], "3.0.0");
    assert_eq!(json["tiles"][0], "https://x/{z}/{x}/{y}");
    assert_eq!(json["attribution"], "© Somebody");
    assert_eq!(json["vector_layers"][0]["fields"]["residents"], "residents (whole number)");
    let bounds: Vec<f64> =
        json["bounds"].as_array().expect("bounds").iter().map(|n| n.as_f64().expect("a number")).collect();
    let corner = plane().to_lonlat(Xy::new(330_000.0, 188_000.0)).expect("in Britain");
    assert!((bounds[0] - corner.lon).abs() < 1e-3 && bounds[0] < bounds[2] && bounds[1] < bounds[3]);
}

#[test]
fn an_archive_holds_every_tile_once_and_is_the_same_each_time() {
    let layer = layer(wiggly(3, 2, 700.0, |n| (n % 5) as f64 * 0.01));
    let prepared = TileLayer::new(&layer, &plane());
    let make = || {
        let mut bytes = std::io::Cursor::new(Vec::new());
        let archived = archive("Newport", "A town", &[(&layer, &prepared)], &mut bytes, &|_| true).expect("an archive");
        (archived, bytes.into_inner())
    };
    let (archived, bytes) = make();
    assert_eq!(&bytes[..8], b"PMTiles\x03");
    assert_eq!(make().1, bytes);
    let mut expected = BTreeSet::new();
    for z in 0..=MAX_ZOOM {
        for limit in limits(prepared.bounds().expect("bounds"), z..=z) {
            for (x, y) in (limit.min_tile_col.saturating_sub(1)..=limit.max_tile_col + 1)
                .flat_map(|x| (limit.min_tile_row.saturating_sub(1)..=limit.max_tile_row + 1).map(move |y| (x, y)))
            {
                let Some(at) = TileId::new(z, x, y) else { continue };
                if !tile(&[(&layer, &prepared)], at).expect("a tile").is_empty() {
                    expected.insert(at);
                }
            }
        }
    }
    assert_eq!(archived.tiles, expected.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_shapes_make_tiles_that_keep_the_rules(
        rings in prop::collection::vec(prop::collection::vec((325_000i32..335_000, 183_000i32..193_000), 3..12), 1..6),
        z in 0u8..17,
    ) {
        let mut shapes: Vec<Geometry<f64>> = Vec::new();
        for ring in &rings {
            let line = LineString::from(ring.iter().map(|(x, y)| (f64::from(*x), f64::from(*y))).collect::<Vec<_>>());
            shapes.push(line.clone().into());
            shapes.push(Polygon::new(line, vec![]).into());
        }
        let (x, y) = rings[0][0];
        if let Some(drawn) = drawn(&layer(shapes), over((f64::from(x), f64::from(y)), z)) {
            for feature in drawn.features.iter().filter(|feature| feature.kind == 3) {
                prop_assert!(area(&feature.parts[0]) > 0);
            }
        }
    }
}
