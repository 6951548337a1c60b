//! All tiles of a map as one file: PMTiles 3, which any web server that knows Range requests can host.

use super::grid::{MAX_ZOOM, TileId};
use super::prepare::TileLayer;
use super::tilejson::tilejson;
use super::{TileError, tile};
use crate::layer::Layer;
use pmtiles::{PmTilesWriter, PmtError, TileCoord, TileType};
use rayon::prelude::*;
use serde_json::json;
use std::io::{Seek, Write};

/// Why an archive could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// A tile.
    #[error(transparent)]
    Tile(#[from] TileError),
    /// Nobody waits for it any more.
    #[error("nobody waits for the PMTiles file any more")]
    GivenUp,
    /// The file, as its writer says.
    #[error("the PMTiles file cannot be written ({0}): check that its folder exists and has room")]
    File(#[from] PmtError),
    /// The file, as the system says.
    #[error("the PMTiles file cannot be written ({0}): check that its folder exists and has room")]
    System(#[from] std::io::Error),
}

/// What an archive holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Archived {
    /// Tiles with something in them.
    pub tiles: usize,
}

/// Tiles made at a time, to bound the memory they take.
const AT_A_TIME: usize = 1024;

/// Writes every tile of these layers, from zoom 0 to [`MAX_ZOOM`]. The same layers give the same bytes. `goes_on` is told
/// now and then how much is done, from 0 to 1, and says whether anybody waits for it.
///
/// # Errors
/// When two layers have the same id, `out` cannot be written to, or nobody waits for it.
pub fn archive(
    name: &str,
    description: &str,
    layers: &[(&Layer, &TileLayer)],
    out: impl Write + Seek,
    goes_on: &dyn Fn(f64) -> bool,
) -> Result<Archived, ArchiveError> {
    let about = tilejson(name, description, layers, String::new());
    let [west, south, east, north] = about.bounds;
    let metadata = json!({
        "name": about.name,
        "description": about.description,
        "attribution": about.attribution,
        "type": "overlay",
        "format": "pbf",
        "vector_layers": about.vector_layers,
    });
    let mut writer = PmTilesWriter::new(TileType::Mvt)
        .min_zoom(about.minzoom)
        .max_zoom(MAX_ZOOM)
        .bounds(west, south, east, north)
        .center(about.center[0], about.center[1])
        .center_zoom(about.center[2] as u8)
        .metadata(metadata.to_string())
        .create(out)?;
    let mut tiles = 0;
    let candidates = candidates(layers)?;
    for (nth, some) in candidates.chunks(AT_A_TIME).enumerate() {
        if !goes_on((nth * AT_A_TIME) as f64 / candidates.len() as f64) {
            return Err(ArchiveError::GivenUp);
        }
        let made: Result<Vec<Vec<u8>>, TileError> = some.par_iter().map(|(at, _)| tile(layers, *at)).collect();
        for ((_, coord), bytes) in some.iter().zip(made?) {
            tiles += usize::from(!bytes.is_empty());
            writer.add_tile(*coord, &bytes)?;
        }
    }
    writer.finalize()?;
    Ok(Archived { tiles })
}

/// The tiles into which a feature may reach, in the order of the archive.
fn candidates(layers: &[(&Layer, &TileLayer)]) -> Result<Vec<(TileId, TileCoord)>, PmtError> {
    let reached = |at: &TileId| layers.iter().any(|(_, prepared)| prepared.may_reach(*at));
    let mut zoom: Vec<TileId> = [TileId { z: 0, x: 0, y: 0 }].into_iter().filter(reached).collect();
    let mut all = Vec::new();
    while let Some(first) = zoom.first() {
        let next = if first.z < MAX_ZOOM {
            zoom.iter().flat_map(|at| at.children()).filter(reached).collect()
        } else {
            Vec::new()
        };
        all.extend(std::mem::replace(&mut zoom, next));
    }
    let mut tiles =
        all.into_iter().map(|at| Ok((at, TileCoord::new(at.z, at.x, at.y)?))).collect::<Result<Vec<_>, PmtError>>()?;
    tiles.sort_by_key(|(_, coord)| pmtiles::TileId::from(*coord));
    Ok(tiles)
}
