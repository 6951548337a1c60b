//! Whom does each door serve, and on what ground?

use super::cells::{Sites, lived_in};
use super::stretch::without_crumbs;
use super::walk::{Door, nearest_door};
use crate::place::{AssetIdx, GroupIdx, IdVec, Place, Within};
use crate::units::Seconds;
use geo::{MultiPolygon, Polygon, unary_union};
use rayon::prelude::*;
use std::collections::BTreeSet;

/// Those who live nearer to a door than to any other and reach it in time.
#[derive(Debug, Clone, PartialEq)]
pub struct Catchment {
    /// The door.
    pub door: AssetIdx,
    /// Residents.
    pub residents: f64,
    /// Members of each group, wherever they live here; `None` where the group's table reaches nobody here.
    pub by_group: IdVec<GroupIdx, Option<f64>>,
    /// The ground nearest to where they live.
    pub ground: MultiPolygon<f64>,
}

/// Whom do some doors serve, on what ground, when all of `doors` are open?
///
/// *Method.* Each dwelling position belongs to the door with the shortest walk (of equals the first), if that walk
/// keeps within the limit at the place's walking speed. The ground of a catchment is that of its positions: Voronoi
/// cells cut at 100 m, or further where positions stand wide apart, as for [`gaps`](super::gaps()), laid together.
///
/// * `doors`: everything that is open.
/// * `of`: the doors whose catchments are wanted, by their numbers.
///
/// One answer for each of `of`, in order. *Limits.* People do not always go to the nearest; a group that walks more
/// slowly is counted with everybody else here.
#[must_use]
pub fn catchments(place: &Place, within: Seconds, doors: &[Door], of: &[AssetIdx]) -> Vec<Catchment> {
    let everywhere: Vec<usize> = (0..place.positions.len()).collect();
    let walks = nearest_door(place, &everywhere, doors, None);
    let sites = Sites::of(place);
    let served = |door: AssetIdx| {
        let in_time = |walk: &super::Walk| walk.asset == door && Some(place.speed.time(walk.length)).within(within);
        let positions = walks.iter().enumerate().filter(move |(_, walk)| walk.as_ref().is_some_and(in_time));
        positions.map(|(position, _)| position).filter(|&i| lived_in(&place.positions[i])).collect::<Vec<usize>>()
    };
    of.par_iter().map(|&door| catchment(place, &sites, door, &served(door))).collect()
}

fn catchment(place: &Place, sites: &Sites, door: AssetIdx, positions: &[usize]) -> Catchment {
    let members: BTreeSet<usize> = positions.iter().filter_map(|&i| sites.at(place.positions[i].at)).collect();
    let cells: Vec<Polygon<f64>> = members.iter().map(|&site| sites.cell_among(site, &members).ground).collect();
    let mut by_group: IdVec<GroupIdx, Option<f64>> = place.groups.iter().map(|_| None).collect();
    for position in positions.iter().map(|&i| &place.positions[i]) {
        for (group, count) in place.groups.indices().zip(&place.zones[position.zone].residents.by_group) {
            if let Some(count) = *count {
                *by_group[group].get_or_insert_default() += place.people_at(position, count);
            }
        }
    }
    Catchment {
        door,
        residents: positions.iter().map(|&i| place.positions[i].residents).sum(),
        by_group,
        ground: without_crumbs(unary_union(&cells)),
    }
}
