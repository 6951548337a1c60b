//! Cutting lines and rings to a tile and its buffer, in whole units.

use super::grid::{BUFFER, EXTENT};

/// A corner in units of a tile.
pub(super) type Unit = [i64; 2];

const LOW: i64 = -BUFFER;
const HIGH: i64 = EXTENT as i64 + BUFFER;

/// Whether a corner is drawn with the tile.
pub(super) fn inside(at: Unit) -> bool {
    at.iter().all(|unit| (LOW..=HIGH).contains(unit))
}

/// One side of the tile with its buffer: an axis, a limit, and whether the limit is the upper one.
type Side = (usize, i64, bool);

const SIDES: [Side; 4] = [(0, LOW, false), (0, HIGH, true), (1, LOW, false), (1, HIGH, true)];

fn keeps((axis, limit, upper): Side, at: Unit) -> bool {
    if upper { at[axis] <= limit } else { at[axis] >= limit }
}

/// Where an edge crosses a side. The edge is taken in the direction in which it reads smaller, so that
/// both neighbours along it get the same corner.
fn crossing((axis, limit, _): Side, a: Unit, b: Unit) -> Unit {
    let (a, b) = if a <= b { (a, b) } else { (b, a) };
    let other = 1 - axis;
    let along = i128::from(b[axis] - a[axis]);
    let across = i128::from(b[other] - a[other]) * i128::from(limit - a[axis]);
    let (across, along) = if along < 0 { (-across, -along) } else { (across, along) };
    let step = (2 * across + along).div_euclid(2 * along);
    let mut at = [0; 2];
    at[axis] = limit;
    at[other] = a[other] + step as i64;
    at
}

/// The part of a ring within the tile and its buffer (Sutherland and Hodgman 1974); a ring does not
/// repeat its first corner. Empty when nothing is left.
pub(super) fn ring(mut ring: Vec<Unit>) -> Vec<Unit> {
    if ring.iter().all(|at| inside(*at)) {
        return ring;
    }
    for side in SIDES {
        let mut kept = Vec::with_capacity(ring.len() + 4);
        for (i, at) in ring.iter().enumerate() {
            let before = ring[(i + ring.len() - 1) % ring.len()];
            if keeps(side, before) != keeps(side, *at) {
                kept.push(crossing(side, before, *at));
            }
            if keeps(side, *at) {
                kept.push(*at);
            }
        }
        ring = kept;
    }
    ring
}

/// The parts of a line within the tile and its buffer.
pub(super) fn line(line: Vec<Unit>) -> Vec<Vec<Unit>> {
    let mut parts = vec![line];
    for side in SIDES {
        if parts.iter().flatten().all(|at| keeps(side, *at)) {
            continue;
        }
        parts = parts.iter().flat_map(|part| cut(part, side)).collect();
    }
    parts
}

fn cut(line: &[Unit], side: Side) -> Vec<Vec<Unit>> {
    let mut parts = Vec::new();
    let mut part = Vec::new();
    for (i, at) in line.iter().enumerate() {
        let before = if i > 0 { line[i - 1] } else { *at };
        match (keeps(side, before), keeps(side, *at)) {
            (true, true) => part.push(*at),
            (true, false) => {
                part.push(crossing(side, before, *at));
                parts.push(std::mem::take(&mut part));
            }
            (false, true) => part = vec![crossing(side, before, *at), *at],
            (false, false) => {}
        }
    }
    parts.push(part);
    parts.retain(|part| part.len() > 1);
    parts
}
