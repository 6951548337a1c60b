//! Layers as vector tiles (Mapbox Vector Tile 2.1 on the Web Mercator square), one at a time for a map
//! on a page and all at once as a PMTiles archive.
//!
//! A layer is prepared once: its shapes go onto the whole-number grid of the square, and every corner
//! gets the zoom from which it is drawn. The stretch of boundary that two neighbours share is thinned
//! once for both, so neighbours stay neighbours at every zoom, with no gap and no overlap between them.
//! A tile is then made from the features near it only. The same layer gives the same bytes.

mod archive;
mod clip;
mod draw;
mod grid;
mod prepare;
mod thin;
mod tilejson;

pub use archive::{ArchiveError, Archived, archive};
pub use grid::{MAX_ZOOM, TileId, TileMatrix, TileMatrixLimits, TileMatrixSet, limits, web_mercator_quad};
pub use prepare::TileLayer;
pub use tilejson::{TileJson, VectorLayer, tilejson};

use crate::layer::Layer;

/// What media type a tile has.
pub const MEDIA_TYPE: &str = "application/vnd.mapbox-vector-tile";

/// Why a tile could not be written.
#[derive(Debug, thiserror::Error)]
#[error("tile {tile} cannot be written: {problem}")]
pub struct TileError {
    tile: TileId,
    problem: String,
}

/// The tile with these layers in it. No bytes at all when none has anything there: the tile is then in
/// range but empty.
///
/// Each feature has its place in the layer, counted from 1, as its number, and its name as the property
/// `id`, which is what MapLibre's `promoteId` wants. Properties that are null are left out, and dates
/// are text.
///
/// # Errors
/// When two layers have the same id.
pub fn tile(layers: &[(&Layer, &TileLayer)], at: TileId) -> Result<Vec<u8>, TileError> {
    let wrong = |problem: mvt::Error| TileError { tile: at, problem: problem.to_string() };
    let mut tile = mvt::Tile::new(grid::EXTENT);
    for (layer, prepared) in layers {
        let drawn = prepared.draw(layer, at, tile.create_layer(&layer.id)).map_err(wrong)?;
        if let Some(drawn) = drawn {
            tile.add_layer(drawn).map_err(wrong)?;
        }
    }
    if tile.num_layers() == 0 {
        return Ok(Vec::new());
    }
    tile.to_bytes().map_err(wrong)
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod decode;
#[cfg(test)]
#[path = "tile_tests.rs"]
mod tests;
