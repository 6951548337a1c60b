//! Cold spots: how probable it is that a patch is among those with the least money for its need.

use super::draws::Draw;

/// Fewer patches than this have no lowest fifth.
const FEWEST: usize = 5;

/// A patch is cold only when it also has less than this share of what the place gives for the same need.
/// Some fifth is always the lowest, even where money follows need to the penny; half is far enough from
/// evenness to matter to a trustee. With 1, every fifth patch of an even place would be called cold.
const COLD_SHARE: f64 = 0.5;

/// What is said of a patch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cold {
    /// Probability that it is in the lowest fifth of money for its need.
    pub lowest_fifth: f64,
    /// Probability that it is, and has less than half of what the place gives for the same need.
    pub cold: f64,
}

/// For each patch, by all draws; `None` for a patch without need, and in a place of fewer than five.
///
/// Patches level at the border of the fifth share what room is left there.
pub(super) fn cold(draws: &[Draw], need: &[f64]) -> Vec<Option<Cold>> {
    let patches: Vec<usize> = (0..need.len()).filter(|p| need.get(*p).is_some_and(|n| *n > 0.0)).collect();
    if patches.len() < FEWEST || draws.is_empty() {
        return vec![None; need.len()];
    }
    let fifth = (patches.len() as f64 / 5.0).round().max(1.0) as usize;
    let mut found = vec![Cold { lowest_fifth: 0.0, cold: 0.0 }; need.len()];
    let needed: f64 = patches.iter().filter_map(|p| need.get(*p)).sum();
    for draw in draws {
        let money = |p: usize| draw.cells.get(p).copied().unwrap_or(0.0);
        let usual = patches.iter().map(|p| money(*p)).sum::<f64>() / needed;
        let mut order: Vec<(f64, usize)> =
            patches.iter().map(|&p| (need.get(p).map_or(0.0, |need| money(p) / need), p)).collect();
        order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let Some(border) = order.get(fifth - 1).map(|(value, _)| *value) else { continue };
        let below = order.iter().filter(|(value, _)| *value < border).count();
        let level = order.iter().filter(|(value, _)| *value == border).count();
        for (value, p) in order.into_iter().take_while(|(value, _)| *value <= border) {
            let in_it = if value < border { 1.0 } else { (fifth - below) as f64 / level as f64 };
            if let Some(found) = found.get_mut(p) {
                found.lowest_fifth += in_it;
                found.cold += if value < COLD_SHARE * usual { in_it } else { 0.0 };
            }
        }
    }
    let n = draws.len() as f64;
    let known = |p: usize| patches.binary_search(&p).is_ok();
    found
        .into_iter()
        .enumerate()
        .map(|(p, c)| known(p).then_some(Cold { lowest_fifth: c.lowest_fifth / n, cold: c.cold / n }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(cells: [f64; 6]) -> Draw {
        Draw { cells: cells.to_vec(), need: None }
    }

    #[test]
    fn an_even_place_has_a_lowest_fifth_and_no_cold_spot() {
        let found = cold(&[draw([9.0, 10.0, 10.0, 10.0, 10.0, 0.0])], &[1.0; 5]);
        assert_eq!(found[0], Some(Cold { lowest_fifth: 1.0, cold: 0.0 }));
        assert_eq!(found[1], Some(Cold { lowest_fifth: 0.0, cold: 0.0 }));
    }

    #[test]
    fn patches_that_are_level_share_the_room_and_a_patch_without_need_is_not_judged() {
        let found = cold(&[draw([0.0, 0.0, 10.0, 10.0, 10.0, 10.0])], &[1.0, 1.0, 1.0, 1.0, 1.0, 0.0]);
        assert_eq!(found[0], Some(Cold { lowest_fifth: 0.5, cold: 0.5 }));
        assert_eq!(found[1], found[0]);
        assert_eq!(found[5], None);
        assert_eq!(cold(&[draw([0.0; 6])], &[1.0; 4]), vec![None; 4]);
    }
}
