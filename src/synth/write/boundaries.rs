//! Patches as a GeoPackage in metres, zones as GeoJSON in degrees.

use super::super::borough::Borough;
use super::super::patches::{outlines, turning};
use super::{Fault, Placed, file};
use crate::crs::Xy;
use rusqlite::{Connection, params};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

type Rings = Vec<Vec<Xy>>;

/// Writes the patches; one reaches a few metres into its neighbour.
pub(super) fn write_patches(borough: &Borough, placed: &Placed, path: &Path) -> rusqlite::Result<Vec<Fault>> {
    let outlines = outlines(&borough.town, &borough.patches);
    let mut shapes: Vec<Vec<Rings>> = outlines.iter().map(|rings| polygons(rings, placed)).collect();
    let mut faults = Vec::new();
    if let Some(patch) = (borough.patches.count > 2).then_some(1) {
        let corner = shared_corner(&outlines, patch).map(|node| placed.grid[node]);
        if corner.zip(shapes.get_mut(patch)).is_some_and(|(corner, shape)| push_out(corner, shape, 18.0)) {
            faults.push(Fault {
                file: file::PATCHES,
                place: format!("`{}`", borough.patch_key(patch)),
                wrong: "one corner reaches about 18 m beyond its boundary, into its neighbour".to_owned(),
                expect: "`patch-slivers`: two patches overlap a little; each resident still counts once",
            });
        }
    }
    let mut db = Connection::open(path)?;
    db.execute_batch(SCHEMA)?;
    let write = db.transaction()?;
    let mut extent = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
    for (patch, shape) in shapes.iter().enumerate() {
        let bounds = bounds(shape);
        extent =
            [extent[0].min(bounds[0]), extent[1].min(bounds[1]), extent[2].max(bounds[2]), extent[3].max(bounds[3])];
        write.execute(
            "INSERT INTO patches (geom, patch_code, patch_name, coordinator, drawn, made_up) VALUES (?, ?, ?, ?, '1998-04-01', 'yes')",
            params![
                blob(shape, bounds),
                borough.patch_key(patch),
                borough.patch_name(patch),
                format!("Coordinator {}", patch + 1)
            ],
        )?;
    }
    write.execute(
        "INSERT INTO gpkg_contents VALUES ('patches', 'features', 'Patches (made up)', 'Areas of coordinators in a made-up borough', '2025-03-31T00:00:00.000Z', ?, ?, ?, ?, 27700)",
        params![extent[0], extent[1], extent[2], extent[3]],
    )?;
    write.execute("INSERT INTO gpkg_geometry_columns VALUES ('patches', 'geom', 'MULTIPOLYGON', 27700, 0, 0)", [])?;
    write.commit()?;
    db.close().map_err(|(_, e)| e)?;
    Ok(faults)
}

const SCHEMA: &str = r#"
PRAGMA application_id = 0x47504B47;
PRAGMA user_version = 10300;
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
INSERT INTO gpkg_spatial_ref_sys VALUES
  ('Undefined cartesian SRS', -1, 'NONE', -1, 'undefined', 'undefined Cartesian coordinate reference system'),
  ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', 'undefined geographic coordinate reference system'),
  ('WGS 84 geodetic', 4326, 'EPSG', 4326, 'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4326"]]', 'longitude and latitude'),
  ('OSGB36 / British National Grid', 27700, 'EPSG', 27700, 'PROJCS["OSGB36 / British National Grid",GEOGCS["OSGB36",DATUM["Ordnance_Survey_of_Great_Britain_1936",SPHEROID["Airy 1830",6377563.396,299.3249646,AUTHORITY["EPSG","7001"]],AUTHORITY["EPSG","6277"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4277"]],PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",49],PARAMETER["central_meridian",-2],PARAMETER["scale_factor",0.9996012717],PARAMETER["false_easting",400000],PARAMETER["false_northing",-100000],UNIT["metre",1,AUTHORITY["EPSG","9001"]],AXIS["Easting",EAST],AXIS["Northing",NORTH],AUTHORITY["EPSG","27700"]]', 'British National Grid');
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '', last_change DATETIME NOT NULL, min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE,
  srs_id INTEGER, CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL, CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
CREATE TABLE patches (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom MULTIPOLYGON, patch_code TEXT, patch_name TEXT,
  coordinator TEXT, drawn DATE, made_up TEXT);
"#;

/// Rings of nodes as polygons: every outer ring with the holes inside it.
fn polygons(rings: &[Vec<usize>], placed: &Placed) -> Vec<Rings> {
    let located = rings.iter().map(|ring| ring.iter().map(|&n| placed.grid[n]).collect::<Vec<Xy>>());
    let (outer, holes): (Vec<_>, Vec<_>) = located.partition(|ring| turning(ring) > 0.0);
    let mut shapes: Vec<Rings> = outer.into_iter().map(|ring| vec![ring]).collect();
    for hole in holes {
        let Some(&p) = hole.first() else { continue };
        if let Some(shape) = shapes.iter_mut().find(|shape| inside(p, &shape[0])) {
            shape.push(hole);
        }
    }
    shapes
}

fn inside(p: Xy, ring: &[Xy]) -> bool {
    let sides = (0..ring.len()).map(|i| (ring[i], ring[(i + 1) % ring.len()]));
    let crossed =
        sides.filter(|(a, b)| (a.y > p.y) != (b.y > p.y) && p.x < a.x + (p.y - a.y) / (b.y - a.y) * (b.x - a.x));
    crossed.count() % 2 == 1
}

/// A corner of a patch that it and the corners beside it share with other patches.
fn shared_corner(outlines: &[Vec<Vec<usize>>], patch: usize) -> Option<usize> {
    let others = outlines.iter().enumerate().filter(|(p, _)| *p != patch);
    let others: BTreeSet<usize> = others.flat_map(|(_, rings)| rings.iter().flatten().copied()).collect();
    let rings = outlines.get(patch)?.iter();
    rings.flat_map(|ring| ring.windows(3)).find(|three| three.iter().all(|n| others.contains(n))).map(|three| three[1])
}

/// Moves a corner away from its polygon.
fn push_out(corner: Xy, shape: &mut [Rings], metres: f64) -> bool {
    for ring in shape.iter_mut().flatten() {
        let Some(i) = ring.iter().position(|p| *p == corner).filter(|i| *i > 0 && i + 1 < ring.len()) else { continue };
        let (a, b) = (ring[i - 1], ring[i + 1]);
        let length = a.distance(b).get().max(1.0);
        // Rings have the polygon on their left, so outside is to the right of the way from a to b.
        ring[i] = Xy::new(corner.x + metres * (b.y - a.y) / length, corner.y - metres * (b.x - a.x) / length);
        return true;
    }
    false
}

fn bounds(shape: &[Rings]) -> [f64; 4] {
    shape.iter().flatten().flatten().fold([f64::MAX, f64::MAX, f64::MIN, f64::MIN], |b, p| {
        [b[0].min(centimetre(p.x)), b[1].min(centimetre(p.y)), b[2].max(centimetre(p.x)), b[3].max(centimetre(p.y))]
    })
}

fn centimetre(metres: f64) -> f64 {
    (metres * 100.0).round() / 100.0
}

/// A GeoPackage geometry: header with envelope, then a little-endian WKB multipolygon.
fn blob(shape: &[Rings], [west, south, east, north]: [f64; 4]) -> Vec<u8> {
    let mut out = b"GP\x00\x03".to_vec();
    out.extend(27700_i32.to_le_bytes());
    for edge in [west, east, south, north] {
        out.extend(edge.to_le_bytes());
    }
    let count = |n: usize| (n as u32).to_le_bytes();
    out.push(1);
    out.extend(6_u32.to_le_bytes());
    out.extend(count(shape.len()));
    for rings in shape {
        out.push(1);
        out.extend(3_u32.to_le_bytes());
        out.extend(count(rings.len()));
        for ring in rings {
            out.extend(count(ring.len() + 1));
            for p in ring.iter().chain(ring.first()) {
                out.extend(centimetre(p.x).to_le_bytes());
                out.extend(centimetre(p.y).to_le_bytes());
            }
        }
    }
    out
}

/// Writes the zones; the ring of one crosses itself.
pub(super) fn write_zones(borough: &Borough, placed: &Placed, path: &Path) -> io::Result<Vec<Fault>> {
    let mut out = BufWriter::new(fs::File::create(path)?);
    let crossed = borough.town.zones.len() / 3;
    let mut faults = Vec::new();
    writeln!(out, r#"{{"type":"FeatureCollection","name":"Zones_2021_made_up","features":["#)?;
    for (i, zone) in borough.town.zones.iter().enumerate() {
        let mut ring = borough.town.sheet.ring(&zone.cell);
        if i == crossed && ring.len() > 8 {
            let at = ring.len() / 2;
            ring.swap(at, at + 1);
            faults.push(Fault {
                file: file::ZONES,
                place: format!("feature {}, `{}`", i + 1, borough.zone_key(i)),
                wrong: "two neighbouring corners of the boundary are in the wrong order, so that it crosses itself"
                    .to_owned(),
                expect: "`repaired-geometry`: the outline crosses itself and was repaired",
            });
        }
        let comma = if i + 1 < borough.town.zones.len() { "," } else { "" };
        writeln!(out, "{}{comma}", feature(borough, placed, i, &ring))?;
    }
    writeln!(out, "]}}")?;
    out.flush()?;
    Ok(faults)
}

fn feature(borough: &Borough, placed: &Placed, zone: usize, ring: &[usize]) -> String {
    let mut coordinates = String::with_capacity(ring.len() * 22);
    for (i, &node) in ring.iter().chain(ring.first()).enumerate() {
        let p = placed.degrees[node];
        let comma = if i == 0 { "" } else { "," };
        // Writing to a string cannot fail.
        let _ = write!(coordinates, "{comma}[{:.6},{:.6}]", p.lon, p.lat);
    }
    let key = borough.zone_key(zone);
    let middle = borough.place(borough.town.zones[zone].middle);
    format!(
        r#"{{"type":"Feature","properties":{{"FID":{},"OA21CD":"{key}","LAD22CD":"Z06000099","LAD22NM":"{} (made up)","BNG_E":{:.0},"BNG_N":{:.0}}},"geometry":{{"type":"Polygon","coordinates":[[{coordinates}]]}}}}"#,
        zone + 1,
        borough.names.borough(),
        middle.x,
        middle.y,
    )
}
