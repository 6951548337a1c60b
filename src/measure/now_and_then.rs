//! In which share of the weeks or days is something there that can be walked to?

use super::journeys::{InTime, Often};
use super::qualify::comes;
use super::walk::{Door, Site, Walk, in_time, nearest_door, nth_nearest};
use crate::place::{Over, Place, Standard};
use crate::units::WalkingSpeed;

/// In how many of the weeks or days of `over` can one walk in time to what is there then, from each dwelling position?
///
/// *Method.* For each week or day the assets that are there ([`comes`]), and the walks to the nearest of them as on any
/// other day; weeks in which the same assets are there are worked out once. A door behind which nothing is known is
/// there in each.
pub(super) fn served(place: &Place, standard: &Standard, over: &Over, sites: &[Site<'_>]) -> Often {
    let there: Vec<Option<Vec<bool>>> = sites
        .iter()
        .map(|site| site.asset.map_or(Some(vec![true; over.periods.len()]), |own| comes(own, standard, over)))
        .collect();
    let mut different: Vec<(Vec<bool>, u32)> = Vec::new();
    for period in 0..over.periods.len() {
        let open: Vec<bool> = there.iter().map(|own| own.as_ref().is_some_and(|own| own[period])).collect();
        match different.iter_mut().find(|(known, _)| *known == open) {
            Some((_, count)) => *count += 1,
            None => different.push((open, 1)),
        }
    }
    let mut speeds: Vec<WalkingSpeed> = vec![place.speed];
    for speed in place.groups.iter().filter_map(|group| group.speed) {
        if !speeds.contains(&speed) {
            speeds.push(speed);
        }
    }
    let mut paces: Vec<(WalkingSpeed, Vec<InTime>)> =
        speeds.into_iter().map(|speed| (speed, vec![InTime::default(); place.positions.len()])).collect();
    for (open, count) in different {
        let doors: Vec<Door> = sites.iter().zip(open).filter(|(_, open)| *open).map(|(site, _)| site.door).collect();
        let walks = walks(place, standard, &doors);
        for (speed, kept) in &mut paces {
            for (kept, walk) in kept.iter_mut().zip(&walks) {
                kept.in_time += if in_time(*walk, *speed, standard.within) { count } else { 0 };
            }
        }
    }
    Often::counted(over.periods.len(), paces)
}

/// The walk from each dwelling position to the nearest of some doors, or to the second nearest where the standard asks for
/// two.
pub(super) fn walks(place: &Place, standard: &Standard, doors: &[Door]) -> Vec<Option<Walk>> {
    if standard.nth > 1 {
        return nth_nearest(place, doors, standard.nth, place.speed.distance(standard.within));
    }
    let everywhere: Vec<usize> = (0..place.positions.len()).collect();
    nearest_door(place, &everywhere, doors, None)
}
