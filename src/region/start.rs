//! A first plan: parts grown side by side, the lightest first.

use super::dice::Dice;
use super::frame::{Frame, NONE};

/// How many parts each piece of the graph gets, so that the parts miss the bounds by as little as can be.
///
/// Pieces are not connected to one another, and no part can lie in two of them. Nothing when there are more pieces
/// than parts.
pub(super) fn shares(weights: &[f64], sizes: &[usize], parts: usize, lower: f64, upper: f64) -> Option<Vec<usize>> {
    let n = weights.len();
    if n > parts || sizes.iter().sum::<usize>() < parts {
        return None;
    }
    // least[j]: the least weight outside with j parts given out to the pieces so far, and what the last one got.
    let mut least = vec![f64::INFINITY; parts + 1];
    least[0] = 0.0;
    let mut chosen: Vec<Vec<usize>> = Vec::with_capacity(n);
    for (piece, &weight) in weights.iter().enumerate() {
        let mut next = vec![f64::INFINITY; parts + 1];
        let mut choice = vec![0; parts + 1];
        for used in 0..=parts {
            if least[used].is_infinite() {
                continue;
            }
            for count in 1..=sizes[piece].min(parts - used) {
                let (low, high) = (count as f64 * lower, count as f64 * upper);
                let miss = (low - weight).max(weight - high).max(0.0);
                // Among equals the one that comes nearest to even parts.
                let uneven = (weight / count as f64 - 0.5 * (lower + upper)).abs() * 1e-9;
                let sum = least[used] + miss + uneven;
                if sum < next[used + count] {
                    next[used + count] = sum;
                    choice[used + count] = count;
                }
            }
        }
        least = next;
        chosen.push(choice);
    }
    if least[parts].is_infinite() {
        return None;
    }
    let mut counts = vec![0; n];
    let mut left = parts;
    for piece in (0..n).rev() {
        counts[piece] = chosen[piece][left];
        left -= counts[piece];
    }
    Some(counts)
}

/// Grows a plan: in each piece as many seeds as it has parts, far from one another, then always the lightest part that
/// can grow takes the neighbour it likes best.
pub(super) fn grown(frame: &Frame<'_>, pieces: &[Vec<u32>], counts: &[usize], dice: &mut Dice) -> Vec<u32> {
    let n = frame.len();
    let mut labels = vec![NONE; n];
    let mut loads = vec![0.0; frame.problem.parts];
    let mut first = 0_u32;
    for (piece, &count) in pieces.iter().zip(counts) {
        let seeds = seeds(frame, piece, count, dice);
        let range = first..first + count as u32;
        let mut fronts: Vec<Vec<u32>> = vec![Vec::new(); count];
        for (part, &seed) in range.clone().zip(&seeds) {
            labels[seed as usize] = part;
            loads[part as usize] = frame.weights[seed as usize];
            fronts[(part - first) as usize].push(seed);
        }
        let mut left = piece.len() - seeds.len();
        while left > 0 {
            let lightest = range
                .clone()
                .filter(|part| !fronts[(part - first) as usize].is_empty())
                .min_by(|&a, &b| loads[a as usize].total_cmp(&loads[b as usize]));
            let Some(part) = lightest else { break };
            let front = &mut fronts[(part - first) as usize];
            // Oldest first keeps parts round.
            let block = front[0];
            let free: Option<u32> =
                frame.arcs(block).iter().find(|arc| arc.joins && labels[arc.to as usize] == NONE).map(|arc| arc.to);
            match free {
                Some(next) => {
                    labels[next as usize] = part;
                    loads[part as usize] += frame.weights[next as usize];
                    front.push(next);
                    left -= 1;
                }
                None => {
                    front.remove(0);
                }
            }
        }
        first += count as u32;
    }
    labels
}

/// Blocks of a piece far from one another in steps.
fn seeds(frame: &Frame<'_>, piece: &[u32], count: usize, dice: &mut Dice) -> Vec<u32> {
    let mut seeds = vec![piece[dice.below(piece.len())]];
    let mut steps = vec![u32::MAX; frame.len()];
    let mut queue = Vec::with_capacity(piece.len());
    while seeds.len() < count {
        let last = seeds[seeds.len() - 1];
        steps[last as usize] = 0;
        queue.clear();
        queue.push(last);
        let mut at = 0;
        while at < queue.len() {
            let block = queue[at];
            at += 1;
            let next = steps[block as usize] + 1;
            for arc in frame.arcs(block).iter().filter(|arc| arc.joins) {
                if steps[arc.to as usize] > next {
                    steps[arc.to as usize] = next;
                    queue.push(arc.to);
                }
            }
        }
        let farthest = piece.iter().map(|&b| steps[b as usize]).max().unwrap_or(0);
        let mut ties: Vec<u32> = piece.iter().copied().filter(|&b| steps[b as usize] == farthest).collect();
        ties.retain(|block| !seeds.contains(block));
        match ties.get(dice.below(ties.len().max(1))) {
            Some(&block) => seeds.push(block),
            None => break,
        }
    }
    seeds
}
