//! A start from the parts of today: kept wherever they hang together.

use super::dice::Dice;
use super::frame::{Frame, NONE};
use super::problem::Problem;
use std::collections::BTreeMap;

/// Labels near those of today: each part keeps its heaviest connected piece, and what is left joins the neighbour that
/// it touches most. Nothing when a part would be empty, or nothing is known of today.
pub(super) fn from_today(frame: &Frame<'_>, dice: &mut Dice) -> Option<Vec<u32>> {
    let problem = frame.problem;
    let today = problem.today.as_ref()?;
    let n = frame.len();
    // A block is where most of its weight is; one that is fixed is where it must be.
    let mut labels: Vec<u32> = (0..n)
        .map(|block| {
            if frame.fixed[block] != NONE {
                return frame.fixed[block];
            }
            let mut votes: Vec<(u32, f64)> = Vec::new();
            for &unit in &frame.members[block] {
                if let Some(part) = today[unit as usize] {
                    match votes.iter_mut().find(|(own, _)| *own == part) {
                        Some(vote) => vote.1 += problem.weights[unit as usize],
                        None => votes.push((part, problem.weights[unit as usize])),
                    }
                }
            }
            votes.into_iter().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0))).map_or(NONE, |(part, _)| part)
        })
        .collect();
    for part in 0..problem.parts as u32 {
        let pieces = pieces_of(frame, &labels, part);
        let weight = |piece: &Vec<u32>| piece.iter().map(|&b| frame.weights[b as usize]).sum::<f64>();
        let keep = (0..pieces.len()).max_by(|&a, &b| weight(&pieces[a]).total_cmp(&weight(&pieces[b])).then(b.cmp(&a)));
        for (at, piece) in pieces.iter().enumerate() {
            if Some(at) != keep {
                piece.iter().for_each(|&block| labels[block as usize] = NONE);
            }
        }
    }
    loop {
        let mut is_changed = false;
        for block in 0..n as u32 {
            if labels[block as usize] != NONE {
                continue;
            }
            let near: Vec<u32> = frame
                .arcs(block)
                .iter()
                .filter(|arc| arc.joins && labels[arc.to as usize] != NONE)
                .map(|arc| labels[arc.to as usize])
                .collect();
            if !near.is_empty() {
                labels[block as usize] = near[dice.below(near.len())];
                is_changed = true;
            }
        }
        if !is_changed {
            break;
        }
    }
    let mut is_there = vec![false; problem.parts];
    for &label in &labels {
        if label == NONE {
            return None;
        }
        is_there[label as usize] = true;
    }
    for part in (0..problem.parts as u32).filter(|&part| !is_there[part as usize]) {
        found_new(frame, &mut labels, part)?;
    }
    Some(labels)
}

/// The same parts under the numbers of today's that they share most weight with (greedily, the largest share first), where
/// that moves less: a search that was cut short may have found good parts under each other's names.
pub(super) fn named_as_today(problem: &Problem, parts: Vec<u32>) -> Vec<u32> {
    let Some(today) = problem.today.as_ref().filter(|_| problem.objective.moved > 0.0 && problem.fixed.is_empty())
    else {
        return parts;
    };
    let mut shared: BTreeMap<(u32, u32), f64> = BTreeMap::new();
    for (unit, &part) in parts.iter().enumerate() {
        if let Some(now) = today[unit] {
            *shared.entry((part, now)).or_default() += problem.weights[unit];
        }
    }
    let kept = |name: &dyn Fn(u32) -> u32| {
        shared.iter().filter(|((part, now), _)| name(*part) == *now).map(|(_, weight)| weight).sum::<f64>()
    };
    let mut order: Vec<((u32, u32), f64)> = shared.iter().map(|(pair, weight)| (*pair, *weight)).collect();
    order.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let mut names = vec![NONE; problem.parts];
    let mut is_taken = vec![false; problem.parts];
    for ((part, now), _) in order {
        if names[part as usize] == NONE && !is_taken[now as usize] {
            names[part as usize] = now;
            is_taken[now as usize] = true;
        }
    }
    let mut free = (0..problem.parts as u32).filter(|now| !is_taken[*now as usize]);
    for name in names.iter_mut().filter(|name| **name == NONE) {
        *name = free.next().unwrap_or_default();
    }
    if kept(&|part| names[part as usize]) <= kept(&|part| part) {
        return parts;
    }
    parts.into_iter().map(|part| names[part as usize]).collect()
}

/// Begins a part that is not there yet: with a block of the heaviest part that can spare it.
fn found_new(frame: &Frame<'_>, labels: &mut [u32], part: u32) -> Option<()> {
    let mut loads = vec![0.0; frame.problem.parts];
    for (block, &label) in labels.iter().enumerate() {
        loads[label as usize] += frame.weights[block];
    }
    let mut order: Vec<u32> = (0..frame.problem.parts as u32).collect();
    order.sort_by(|&a, &b| loads[b as usize].total_cmp(&loads[a as usize]).then(a.cmp(&b)));
    for from in order {
        let members: Vec<u32> = (0..labels.len() as u32).filter(|&b| labels[b as usize] == from).collect();
        for &block in members.iter().filter(|&&block| members.len() > 1 && frame.fixed[block as usize] == NONE) {
            labels[block as usize] = part;
            if pieces_of(frame, labels, from).len() == 1 {
                return Some(());
            }
            labels[block as usize] = from;
        }
    }
    None
}

/// The connected pieces of a part.
fn pieces_of(frame: &Frame<'_>, labels: &[u32], part: u32) -> Vec<Vec<u32>> {
    let mut seen = vec![false; labels.len()];
    let mut pieces = Vec::new();
    for root in 0..labels.len() as u32 {
        if labels[root as usize] != part || seen[root as usize] {
            continue;
        }
        seen[root as usize] = true;
        let mut piece = vec![root];
        let mut at = 0;
        while at < piece.len() {
            for arc in frame.arcs(piece[at]).iter().filter(|arc| arc.joins) {
                if labels[arc.to as usize] == part && !seen[arc.to as usize] {
                    seen[arc.to as usize] = true;
                    piece.push(arc.to);
                }
            }
            at += 1;
        }
        pieces.push(piece);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::region::Objective;

    #[test]
    fn good_parts_under_each_others_names_get_their_own() {
        let mut problem = Problem::balanced(vec![1.0; 6], &[[0, 1], [1, 2], [2, 3], [3, 4], [4, 5]], 3, 0.5);
        problem.objective = Objective::MOVED;
        problem.today = Some([0, 0, 1, 1, 2, 2].map(Some).to_vec());
        assert_eq!(named_as_today(&problem, vec![2, 2, 0, 0, 1, 1]), [0, 0, 1, 1, 2, 2]);
        assert_eq!(named_as_today(&problem, vec![1, 1, 1, 0, 2, 2]), [0, 0, 0, 1, 2, 2]);
        assert_eq!(named_as_today(&problem, vec![0, 0, 1, 1, 2, 2]), [0, 0, 1, 1, 2, 2], "as it is");
        problem.today = Some(vec![None; 6]);
        assert_eq!(named_as_today(&problem, vec![2, 2, 0, 0, 1, 1]), [2, 2, 0, 0, 1, 1], "nothing is known of today");
        problem.today = Some([0, 0, 1, 1, 2, 2].map(Some).to_vec());
        problem.fixed = vec![(0, 2)];
        assert_eq!(named_as_today(&problem, vec![2, 2, 0, 0, 1, 1]), [2, 2, 0, 0, 1, 1], "names are fixed");
    }
}
