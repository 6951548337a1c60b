//! What a plan really is, counted from the problem alone.
//!
//! Nothing of how the plan was found is used here. Every plan passes through this before it leaves.

use super::problem::Problem;

/// What a plan comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Recount {
    /// The sum of what the objective names.
    pub objective: f64,
    /// The weight of each part.
    pub weights: Vec<f64>,
    /// The edges between parts.
    pub cut_edges: usize,
    /// The weight that is in another part than today, where today is known.
    pub moved: Option<f64>,
    /// The weight outside the bounds.
    pub outside: f64,
    /// Every rule that is broken except the bounds, as sentences.
    pub broken: Vec<String>,
}

/// Counts what a plan comes to, and which rules it breaks.
#[must_use]
pub fn recount(problem: &Problem, parts: &[u32]) -> Recount {
    let mut broken = Vec::new();
    let mut weights = vec![0.0; problem.parts];
    if parts.len() != problem.weights.len() || parts.iter().any(|&part| part as usize >= problem.parts) {
        broken.push("the plan does not name a part for every unit".to_owned());
        return Recount { objective: f64::INFINITY, weights, cut_edges: 0, moved: None, outside: 0.0, broken };
    }
    let mut members: Vec<Vec<u32>> = vec![Vec::new(); problem.parts];
    for (unit, &part) in parts.iter().enumerate() {
        weights[part as usize] += problem.weights[unit];
        members[part as usize].push(unit as u32);
    }
    for part in 0..problem.parts {
        match problem.adjacency.pieces(|unit| parts[unit] as usize == part).len() {
            0 => broken.push(format!("part {part} is empty")),
            1 => {}
            pieces => broken.push(format!("part {part} is in {pieces} pieces")),
        }
    }
    let same = |&[a, b]: &[u32; 2]| parts[a as usize] == parts[b as usize];
    for pair in problem.together.iter().filter(|pair| !same(pair)) {
        broken.push(format!("units {} and {} are not together", pair[0], pair[1]));
    }
    for pair in problem.apart.iter().filter(|pair| same(pair)) {
        broken.push(format!("units {} and {} are not apart", pair[0], pair[1]));
    }
    for &(unit, part) in problem.fixed.iter().filter(|(unit, part)| parts[*unit as usize] != *part) {
        broken.push(format!("unit {unit} is not in part {part}"));
    }
    let cut: Vec<usize> =
        (0..problem.adjacency.edges().len()).filter(|&e| !same(&problem.adjacency.edges()[e])).collect();
    let moved = problem.today.as_ref().map(|today| {
        let is_moved = |unit: usize| today[unit].is_some_and(|part| part != parts[unit]);
        (0..parts.len()).filter(|&unit| is_moved(unit)).map(|unit| problem.weights[unit]).sum::<f64>()
    });
    let mut objective = 0.0;
    if problem.objective.cut_edges > 0.0 {
        objective += problem.objective.cut_edges * cut.iter().map(|&e| problem.edge_cost(e)).sum::<f64>();
    }
    if problem.objective.distance > 0.0 {
        let walks: f64 = members.iter().map(|units| centre(problem, units).1).sum();
        objective += problem.objective.distance * walks;
    }
    if problem.objective.moved > 0.0 {
        objective += problem.objective.moved * moved.unwrap_or(0.0);
    }
    let outside = weights.iter().map(|&weight| problem.outside(weight)).sum();
    Recount { objective, weights, cut_edges: cut.len(), moved, outside, broken }
}

/// The unit from which the weighted distance to all the others is least, and that sum.
pub(super) fn centre(problem: &Problem, units: &[u32]) -> (u32, f64) {
    let mut best = (units.first().copied().unwrap_or(0), if units.is_empty() { 0.0 } else { f64::INFINITY });
    for &at in units {
        let mut sum = 0.0;
        for &unit in units {
            sum += problem.weights[unit as usize] * problem.distance(at as usize, unit as usize);
            if sum >= best.1 {
                break;
            }
        }
        if sum < best.1 {
            best = (at, sum);
        }
    }
    best
}
