//! A fixed order for nodes and lines that depends only on where they are.

use crate::crs::Xy;
use std::cmp::Ordering;

/// The nodes `which` of `at`, in the order a Hilbert curve through their bounding square visits them.
///
/// Nodes in one cell of the curve (1/65,536 of the square's side) follow each other from west to east,
/// then from south to north.
pub(super) fn along_hilbert_curve(at: &[Xy], which: Vec<u32>) -> Vec<u32> {
    let mut low = Xy::new(f64::INFINITY, f64::INFINITY);
    let mut high = Xy::new(f64::NEG_INFINITY, f64::NEG_INFINITY);
    for &node in &which {
        let Xy { x, y } = at[node as usize];
        low = Xy::new(low.x.min(x), low.y.min(y));
        high = Xy::new(high.x.max(x), high.y.max(y));
    }
    let side = (high.x - low.x).max(high.y - low.y);
    let cells = if side > 0.0 { f64::from(u16::MAX) / side } else { 0.0 };
    let mut keyed: Vec<(u32, u32)> = which
        .into_iter()
        .map(|node| {
            let Xy { x, y } = at[node as usize];
            (hilbert(((x - low.x) * cells) as u32, ((y - low.y) * cells) as u32), node)
        })
        .collect();
    keyed.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| compare_points(&at[a.1 as usize], &at[b.1 as usize])));
    keyed.into_iter().map(|(_, node)| node).collect()
}

/// How far along the Hilbert curve of order 16 a cell lies.
fn hilbert(mut x: u32, mut y: u32) -> u32 {
    let mut far = 0;
    for level in (0..16).rev() {
        let half = 1 << level;
        let (east, north) = (u32::from(x & half > 0), u32::from(y & half > 0));
        far += ((3 * east) ^ north) << (2 * level);
        if north == 0 {
            if east == 1 {
                (x, y) = (0xFFFF - x, 0xFFFF - y);
            }
            (x, y) = (y, x);
        }
    }
    far
}

fn compare_points(a: &Xy, b: &Xy) -> Ordering {
    a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y))
}

/// Which of two lines comes first: by their first points that differ, then the shorter list.
pub(super) fn compare_lines<'a>(mut a: impl Iterator<Item = &'a Xy>, mut b: impl Iterator<Item = &'a Xy>) -> Ordering {
    loop {
        match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(p), Some(q)) => match compare_points(p, q) {
                Ordering::Equal => {}
                unequal => return unequal,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_of_the_curve_goes_to_a_neighbouring_cell() {
        // The first 4,096 steps fill a 64 by 64 corner of the square, a cell at a time.
        let mut cells: Vec<(u32, u32, u32)> =
            (0..64).flat_map(|x| (0..64).map(move |y| (hilbert(x, y), x, y))).collect();
        cells.sort_unstable();
        assert_eq!(cells.first().map(|c| c.0), Some(0));
        for (step, pair) in cells.windows(2).enumerate() {
            assert_eq!(pair[1].0 as usize, step + 1);
            assert_eq!(pair[0].1.abs_diff(pair[1].1) + pair[0].2.abs_diff(pair[1].2), 1);
        }
    }
}
