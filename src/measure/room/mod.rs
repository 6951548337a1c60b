//! Is there room for those who live where a hub can be reached? Catchment ratios.

mod sums;

pub use sums::{Room, RoomHere};

use super::qualify::room;
use super::walk::{Site, pairs};
use crate::crs::Xy;
use crate::network::Snap;
use crate::place::{AssetIdx, Place, PlacesAsked, Standard, Within};
use crate::stats::{Pair, Sharing, catchment_ratios, step_decay};
use crate::units::{Metres, Seconds};

/// How much a way counts by the third of the standard's time that it takes: Luo and Qi's slow decay (Health & Place 15,
/// 2009), which they state for ways of 10, 20 and 30 minutes. A judgement: with a steeper one more of the room at a hub
/// falls to its neighbours, with none it falls to all in reach alike.
pub const DECAY: [f64; 3] = [1.0, 0.68, 0.22];

/// How much room falls to each, from both ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Ratios {
    /// What the standard asks for.
    pub asked: PlacesAsked,
    /// For each dwelling position of the place.
    pub at: Vec<Ratio>,
    /// For each asset that satisfies the standard, in order.
    pub of_assets: Vec<Provided>,
}

/// How much room falls to each resident of a dwelling position, in places (or place-hours) a head: of what is known, so
/// it is a least where `unknown`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Ratio {
    /// Each person counted in full at each asset in reach (2SFCA).
    pub two_step: f64,
    /// The same with the decay (E2SFCA).
    pub enhanced: f64,
    /// Each person shared among the assets in reach by the decay: residents times this sums to the room there is.
    pub balanced: f64,
    /// Of an asset in reach nobody knows how much room it has.
    pub unknown: bool,
}

/// An asset, and who comes to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Provided {
    /// The asset.
    pub asset: AssetIdx,
    /// Its room; `None` where nobody said.
    pub room: Option<f64>,
    /// Residents who come, each shared among the assets in reach.
    pub residents: f64,
}

impl Ratios {
    /// How much of the room at these sites falls to each resident within the standard's time on foot?
    ///
    /// *Method.* [`catchment_ratios`] in its three forms, from dwelling positions, with everybody as demand, at the place's
    /// walking speed. An asset of which nobody knows how much room it has takes its share of the people and gives nothing
    /// that is known; whoever reaches one is marked.
    #[must_use]
    pub(super) fn of(place: &Place, standard: &Standard, asked: PlacesAsked, sites: &[Site<'_>]) -> Self {
        let known = |site: &Site<'_>| site.room.or_else(|| room(site.asset?, asked.unit, standard.date));
        let rooms: Vec<Option<f64>> = sites.iter().map(known).collect();
        let (plain, decayed, reached) = ways(place, standard.within, sites);
        let demand: Vec<f64> = place.positions.iter().map(|position| position.residents).collect();
        let supply: Vec<f64> = rooms.iter().map(|room| room.unwrap_or(0.0)).collect();
        let of = |pairs, sharing| catchment_ratios(&demand, &supply, pairs, sharing);
        let two_step = of(&plain, Sharing::Whole);
        let enhanced = of(&decayed, Sharing::Whole);
        let balanced = of(&decayed, Sharing::Balanced);
        let mut at: Vec<Ratio> = (0..demand.len())
            .map(|i| Ratio {
                two_step: two_step.of_demand[i],
                enhanced: enhanced.of_demand[i],
                balanced: balanced.of_demand[i],
                unknown: false,
            })
            .collect();
        for pair in plain.iter().filter(|pair| rooms[pair.supply].is_none()) {
            at[pair.demand].unknown = true;
        }
        let mut coming = vec![0.0; sites.len()];
        for pair in &decayed {
            coming[pair.supply] += demand[pair.demand] * pair.weight / reached[pair.demand];
        }
        let of_assets = sites.iter().zip(rooms).zip(coming);
        let of_assets = of_assets.map(|((site, room), residents)| Provided { asset: site.door.asset, room, residents });
        Self { asked, at, of_assets: of_assets.collect() }
    }

    /// Whether so much room is known to fall to residents of a dwelling position as the standard asks for.
    #[must_use]
    pub fn suffices(&self, position: usize) -> bool {
        self.at.get(position).is_some_and(|ratio| ratio.balanced * 1000.0 >= self.asked.per_1000 * (1.0 - 1e-9))
    }

    /// The same with other numbers for the assets.
    pub(super) fn renumbered(&self, number: impl Fn(AssetIdx) -> AssetIdx) -> Self {
        let of_assets = self.of_assets.iter().map(|own| Provided { asset: number(own.asset), ..*own });
        Self { asked: self.asked, at: self.at.clone(), of_assets: of_assets.collect() }
    }
}

/// Every way from a position to a site within the time: with a weight of 1, with the decay, and for each position the sum
/// of its weights.
fn ways(place: &Place, within: Seconds, sites: &[Site<'_>]) -> (Vec<Pair>, Vec<Pair>, Vec<f64>) {
    let homes: Vec<(Xy, Option<Snap>)> = place.positions.iter().map(|home| (home.at, home.snap)).collect();
    let doors: Vec<(Xy, Option<Snap>)> = sites.iter().map(|site| (site.door.at, site.door.snap)).collect();
    // A metre more than the reach, so that rounding is judged in one place only.
    let reach = place.speed.distance(within) + Metres::new(1.0);
    let third = within.get() / 3.0;
    let hair = 1e-6;
    let steps = [(third + hair, DECAY[0]), (third * 2.0 + hair, DECAY[1]), (within.get() + hair, DECAY[2])];
    let (mut plain, mut decayed, mut reached) = (Vec::new(), Vec::new(), vec![0.0; homes.len()]);
    for (supply, row) in pairs(place, &doors, &homes, reach).into_iter().enumerate() {
        for (demand, walk) in row {
            let time = place.speed.time(walk);
            if Some(time).within(within) {
                let weight = step_decay(time.get(), &steps);
                plain.push(Pair { demand, supply, weight: 1.0 });
                decayed.push(Pair { demand, supply, weight });
                reached[demand] += weight;
            }
        }
    }
    (plain, decayed, reached)
}
