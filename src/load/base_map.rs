//! The map of the owner's own that is drawn below the answers: `[place] base_map`.

use super::desk::Desk;
use super::manifest::PlaceSection;
use crate::place::{BaseMap, Code, Issue, Where};

/// Reads it, where one is named.
pub(super) fn read(desk: &mut Desk<'_>, place: &PlaceSection) -> Option<BaseMap> {
    let tiles = place.base_map.as_deref()?;
    let credit = place.base_map_credit.as_deref().unwrap_or_default();
    BaseMap::of(tiles, credit)
        .map_err(|why| {
            desk.issues.push(Issue::error(
                Code::OutOfRange,
                Where::file("place.toml").field("base_map"),
                format!("The address {tiles:?} {why}"),
                "Write the address of a tile, such as https://tiles.example.gov.uk/base/{z}/{x}/{y}.png",
            ));
        })
        .ok()
}
