//! The Web Mercator square, its tiles, and what OGC API Tiles says of them (OGC 17-083r4).

use crate::crs::LonLat;
use serde::Serialize;
use std::f64::consts::PI;

/// Deepest zoom that is drawn; maps enlarge its tiles beyond. A unit of a tile is 0.6 m at the equator
/// and 0.4 m in Britain there, which is finer than the boundaries are.
pub const MAX_ZOOM: u8 = 14;

/// Deepest zoom that a tile may be asked for.
const DEEPEST: u8 = 20;

/// Units along the side of a tile.
pub(super) const EXTENT: u32 = 4096;

/// Units around a tile that are drawn as well, so that lines and rims do not break at its edge: 64 of
/// 4096, eight pixels of a tile drawn 512 wide, which is wider than the widest line on the map.
pub(super) const BUFFER: i64 = 64;

/// A position on the Web Mercator square, west to east and north to south, in 2³² steps of about a
/// centimetre.
pub(super) type Spot = [u32; 2];

/// Where a place lies on the square.
pub(super) fn spot(place: LonLat) -> Spot {
    let x = place.lon / 360.0 + 0.5;
    let sine = place.lat.to_radians().sin();
    let y = 0.5 - ((1.0 + sine) / (1.0 - sine)).ln() / (4.0 * PI);
    let step = |share: f64| (share.clamp(0.0, 1.0) * 4_294_967_296.0).round().min(4_294_967_295.0) as u32;
    [step(x), step(y)]
}

/// What place a spot is.
pub(super) fn place(spot: Spot) -> [f64; 2] {
    let [x, y] = spot.map(|step| f64::from(step) / 4_294_967_296.0);
    [x * 360.0 - 180.0, (PI * (1.0 - 2.0 * y)).sinh().atan().to_degrees()]
}

/// One tile: zoom, column from the west, row from the north.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TileId {
    pub(super) z: u8,
    pub(super) x: u32,
    pub(super) y: u32,
}

impl std::fmt::Display for TileId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}/{}", self.z, self.x, self.y)
    }
}

impl TileId {
    /// The tile; `None` when there is none of that number, or the zoom is beyond 20.
    #[must_use]
    pub fn new(z: u8, x: u32, y: u32) -> Option<Self> {
        (z <= DEEPEST && x < 1 << z && y < 1 << z).then_some(Self { z, x, y })
    }

    /// The four tiles one zoom deeper.
    pub(super) fn children(self) -> [Self; 4] {
        [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(x, y)| Self { z: self.z + 1, x: self.x * 2 + x, y: self.y * 2 + y })
    }

    /// How many bits a spot loses on its way to the units of this zoom.
    fn shift(self) -> u32 {
        u32::from(DEEPEST - self.z)
    }

    /// A spot in units of this tile, rounded on the grid of the whole zoom: the same spot lands on the
    /// same line of the grid in every tile.
    pub(super) fn units(self, spot: Spot) -> [i64; 2] {
        let shift = self.shift();
        let half = (1u64 << shift) >> 1;
        let unit =
            |step: u32, tile: u32| ((u64::from(step) + half) >> shift) as i64 - i64::from(tile) * i64::from(EXTENT);
        [unit(spot[0], self.x), unit(spot[1], self.y)]
    }

    /// West, north, east and south in steps of the square, buffer included.
    pub(super) fn envelope(self) -> [i64; 4] {
        let shift = self.shift();
        let side = i64::from(EXTENT) << shift;
        let buffer = BUFFER << shift;
        let (west, north) = (i64::from(self.x) * side, i64::from(self.y) * side);
        [west - buffer, north - buffer, west + side + buffer, north + side + buffer]
    }

    /// The tile of a zoom in which a spot lies.
    pub(super) fn around(spot: Spot, z: u8) -> Self {
        let tile = |step: u32| (u64::from(step) >> (32 - u32::from(z))) as u32;
        Self { z, x: tile(spot[0]), y: tile(spot[1]) }
    }
}

/// The tiling scheme that every layer has, as OGC API Tiles describes one.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TileMatrixSet {
    /// Name in links.
    pub id: &'static str,
    /// Name for people.
    pub title: &'static str,
    /// Its entry in the OGC register.
    pub uri: &'static str,
    /// Reference system.
    pub crs: &'static str,
    /// Which axis comes first.
    pub ordered_axes: [&'static str; 2],
    /// Its scales' entry in the OGC register.
    pub well_known_scale_set: &'static str,
    /// The zooms.
    pub tile_matrices: Vec<TileMatrix>,
}

/// A zoom of the tiling scheme.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TileMatrix {
    /// The zoom.
    pub id: String,
    /// Scale, for pixels of 0.28 mm.
    pub scale_denominator: f64,
    /// Metres to a pixel at the equator.
    pub cell_size: f64,
    /// Which corner rows and columns are counted from.
    pub corner_of_origin: &'static str,
    /// Where that corner is, in metres.
    pub point_of_origin: [f64; 2],
    /// Pixels.
    pub tile_width: u32,
    /// Pixels.
    pub tile_height: u32,
    /// Columns.
    pub matrix_width: u32,
    /// Rows.
    pub matrix_height: u32,
}

/// `WebMercatorQuad` of the OGC register, down to the deepest zoom that may be asked for.
#[must_use]
pub fn web_mercator_quad() -> TileMatrixSet {
    const HALF: f64 = 20_037_508.342_789_2;
    let matrix = |z: u8| {
        let tiles = 1u32 << z;
        let cell_size = HALF / 128.0 / f64::from(tiles);
        TileMatrix {
            id: z.to_string(),
            scale_denominator: cell_size / 0.000_28,
            cell_size,
            corner_of_origin: "topLeft",
            point_of_origin: [-HALF, HALF],
            tile_width: 256,
            tile_height: 256,
            matrix_width: tiles,
            matrix_height: tiles,
        }
    };
    TileMatrixSet {
        id: "WebMercatorQuad",
        title: "Google Maps Compatible for the World",
        uri: "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad",
        crs: "http://www.opengis.net/def/crs/EPSG/0/3857",
        ordered_axes: ["X", "Y"],
        well_known_scale_set: "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        tile_matrices: (0..=DEEPEST).map(matrix).collect(),
    }
}

/// Which tiles of a zoom a layer can have something in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TileMatrixLimits {
    /// The zoom.
    pub tile_matrix: String,
    /// First row.
    pub min_tile_row: u32,
    /// Last row.
    pub max_tile_row: u32,
    /// First column.
    pub min_tile_col: u32,
    /// Last column.
    pub max_tile_col: u32,
}

/// The tiles of each zoom that these bounds (west, south, east, north in degrees) touch.
#[must_use]
pub fn limits(bounds: [f64; 4], zooms: std::ops::RangeInclusive<u8>) -> Vec<TileMatrixLimits> {
    let [west, south, east, north] = bounds;
    let first = spot(LonLat { lon: west, lat: north });
    let last = spot(LonLat { lon: east, lat: south });
    let of_zoom = |z: u8| {
        let (first, last) = (TileId::around(first, z), TileId::around(last, z));
        TileMatrixLimits {
            tile_matrix: z.to_string(),
            min_tile_row: first.y,
            max_tile_row: last.y,
            min_tile_col: first.x,
            max_tile_col: last.x,
        }
    };
    zooms.filter(|z| *z <= DEEPEST).map(of_zoom).collect()
}
