//! What a cube of records calls the places where records are, and back.

use super::{Found, NO_LOCATION, NO_PATCH, Spot, Wheres, plain};
use crate::place::{Idx, PatchIdx};

/// What a cube calls places: a patch, one of an earlier time, a zone that lies in several, a postcode district, and what lies
/// in no patch.
const PATCH: &str = "patch:";
const EARLIER: &str = "earlier:";
const ZONE: &str = "zone:";
const DISTRICT: &str = "district:";
const OUTSIDE: &str = "outside";

impl Wheres<'_> {
    /// What a spot is called in a cube: a patch or nowhere in one where that is certain, else a zone, a patch of an
    /// earlier time or a postcode district that lies in several.
    pub(in crate::load::engagement) fn name(&self, spot: Spot) -> String {
        if let [(patch, share)] = self.parts(spot)
            && share.to_bits() == 1.0_f64.to_bits()
        {
            let key = |patch: PatchIdx| self.ground.patches.get(patch.index()).map(|patch| patch.key.as_str());
            return patch.and_then(key).map_or_else(|| OUTSIDE.to_owned(), |key| format!("{PATCH}{key}"));
        }
        let zone = self.zone_spots.iter().position(|own| *own == spot).and_then(|zone| self.ground.zones.get(zone));
        if let Some(zone) = zone {
            return format!("{ZONE}{}", zone.key);
        }
        let district = || format!("{DISTRICT}{}", self.district_names.get(&spot).cloned().unwrap_or_default());
        self.name_then(spot).unwrap_or_else(district)
    }

    /// What a patch of an earlier time is called in a cube, by its last day and its key: `earlier:2024-03-31:P1`.
    fn name_then(&self, spot: Spot) -> Option<String> {
        self.ground.earlier.iter().zip(&self.patches_then).find_map(|(set, spots)| {
            let own = set.patches.iter().find(|patch| spots.get(&plain(&patch.key)) == Some(&spot))?;
            Some(format!("{EARLIER}{}:{}", set.until, own.key))
        })
    }

    /// The spot that a cube calls so.
    pub(in crate::load::engagement) fn by_name(&mut self, name: &str) -> Found {
        if name == OUTSIDE {
            return Ok(self.exactly(None));
        }
        if let Some(key) = name.strip_prefix(PATCH) {
            return self.patches.get(&plain(key)).copied().ok_or(NO_PATCH);
        }
        if let Some((until, key)) = name.strip_prefix(EARLIER).and_then(|then| then.split_once(':')) {
            let set = self.ground.earlier.iter().position(|set| set.until.to_string() == until);
            return set.and_then(|set| self.patches_then[set].get(&plain(key))).copied().ok_or(NO_PATCH);
        }
        if let Some(key) = name.strip_prefix(ZONE) {
            return self.by_zone(key);
        }
        match name.strip_prefix(DISTRICT) {
            Some(district) => self.by_postcode(district),
            None => Err(NO_LOCATION),
        }
    }
}
