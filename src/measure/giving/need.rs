//! Need: how much weight a resident has, and the tenths of a place by deprivation.

use crate::place::{Deprivation, Idx, Place, ZoneIdx};

/// Tenths of the residents.
pub(super) const BANDS: usize = 10;

/// How many residents a resident of a zone counts for when money is compared with need: from 1.5 in the
/// most deprived tenth of the index's zones to 0.5 in the least, in equal steps.
///
/// Three to one between the ends is a judgement; funders who aim at deprivation state between two and
/// five to one. With 1 throughout, the ranking would be that of money per resident; with a steeper
/// weight, deprived patches look colder. A zone the index does not cover counts 1.
#[must_use]
pub fn need_weight(deprivation: Option<&Deprivation>) -> f64 {
    deprivation.map_or(1.0, |index| 1.5 - (f64::from(index.decile.clamp(1, 10)) - 1.0) / 9.0)
}

/// The tenth of the place's residents that each zone belongs to, by deprivation.
pub(super) struct Bands {
    of_zone: Vec<u8>,
    /// Residents of each tenth; the last are those the index does not cover.
    pub(super) residents: [f64; BANDS + 1],
}

impl Bands {
    /// Zones from the most deprived to the least; each belongs to the tenth in which its middle resident
    /// stands. Zones of the same rank stand by key.
    pub(super) fn of(place: &Place) -> Self {
        let mut order: Vec<(f64, ZoneIdx)> = place
            .zones
            .enumerate()
            .filter_map(|(idx, zone)| Some((severity(zone.deprivation.as_ref()?), idx)))
            .collect();
        order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let residents = |zone: ZoneIdx| place.zones[zone].residents.total;
        let total: f64 = order.iter().map(|(_, zone)| residents(*zone)).sum();
        let mut bands = Self { of_zone: vec![BANDS as u8; place.zones.len()], residents: [0.0; BANDS + 1] };
        let mut before = 0.0;
        for (_, zone) in order {
            let here = residents(zone);
            let middle = if total > 0.0 { (before + here / 2.0) / total } else { 0.0 };
            before += here;
            if let Some(band) = bands.of_zone.get_mut(zone.index()) {
                *band = ((middle * BANDS as f64) as usize).min(BANDS - 1) as u8;
            }
        }
        for (zone, band) in bands.of_zone.iter().enumerate() {
            if let Some(sum) = bands.residents.get_mut(usize::from(*band)) {
                *sum += residents(ZoneIdx::from_usize(zone));
            }
        }
        bands
    }

    /// The band of a zone: 0 the most deprived, [`BANDS`] for a zone the index does not cover.
    pub(super) fn of_zone(&self, zone: usize) -> usize {
        self.of_zone.get(zone).map_or(BANDS, |band| usize::from(*band))
    }

    /// Whether the index covers anybody.
    pub(super) fn any(&self) -> bool {
        self.residents.iter().take(BANDS).sum::<f64>() > 0.0
    }
}

/// Where a zone stands in the order of deprivation, the most deprived lowest: by rank, else by score,
/// else by decile.
fn severity(index: &Deprivation) -> f64 {
    match (index.rank, index.score) {
        (Some(rank), _) => f64::from(rank),
        (None, Some(score)) => -score,
        (None, None) => f64::from(index.decile),
    }
}
