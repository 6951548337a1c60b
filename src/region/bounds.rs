//! What no plan can beat, by counting alone; and rules that no plan can meet, whatever is tried.

use super::problem::Problem;
use super::start::shares;

/// Below this no plan within the bounds can come.
pub(super) fn floor(problem: &Problem, n_pieces: usize) -> f64 {
    let objective = problem.objective;
    let mut bound = 0.0;
    if objective.cut_edges > 0.0 {
        let costs: Vec<f64> = (0..problem.adjacency.edges().len()).map(|e| problem.edge_cost(e)).collect();
        let below: f64 = costs.iter().filter(|cost| **cost < 0.0).sum();
        // Parts are connected to one another wherever the units are: at least as many edges lie between them as it
        // takes to connect them.
        let mut dear: Vec<f64> = costs.into_iter().filter(|cost| *cost >= 0.0).collect();
        dear.sort_by(f64::total_cmp);
        let needed = if below < 0.0 { 0 } else { problem.parts.saturating_sub(n_pieces) };
        bound += objective.cut_edges * (below + dear.iter().take(needed).sum::<f64>());
    }
    if objective.moved > 0.0 {
        bound += objective.moved * must_move(problem);
    }
    bound
}

/// The weight that must change part because today's parts are too heavy, or too light.
fn must_move(problem: &Problem) -> f64 {
    let Some(today) = &problem.today else { return 0.0 };
    let mut loads = vec![0.0; problem.parts];
    let mut new = 0.0;
    for (unit, part) in today.iter().enumerate() {
        match part {
            Some(part) => loads[*part as usize] += problem.weights[unit],
            None => new += problem.weights[unit],
        }
    }
    let over: f64 = loads.iter().map(|load| (load - problem.upper).max(0.0)).sum();
    let under: f64 = loads.iter().map(|load| (problem.lower - load).max(0.0)).sum();
    over.max(under - new).max(0.0)
}

/// Why no plan can meet the bounds, as a sentence, and the least share by which the worst part must miss the average.
pub(super) fn obstacle(problem: &Problem, pieces: &[Vec<u32>]) -> Option<(String, f64)> {
    let (total, average) = (problem.total(), problem.average());
    let miss = |weight: f64| if average > 0.0 { (weight - average).abs() / average } else { 0.0 };
    let parts = problem.parts as f64;
    if total > parts * problem.upper {
        let (all, most) = (number(total), number(problem.upper));
        return Some((format!("all {all} together are more than {parts} parts of at most {most} can hold"), 0.0));
    }
    if total < parts * problem.lower {
        let (all, least) = (number(total), number(problem.lower));
        return Some((format!("all {all} together are less than {parts} parts of at least {least} need"), 0.0));
    }
    let heaviest = (0..problem.weights.len()).max_by(|&a, &b| problem.weights[a].total_cmp(&problem.weights[b]));
    if let Some(unit) = heaviest.filter(|&unit| problem.weights[unit] > problem.upper) {
        let weight = problem.weights[unit];
        let sentence = format!(
            "unit {unit} alone weighs {}, more than a part may ({}): no part that holds it is within the bounds",
            number(weight),
            number(problem.upper)
        );
        return Some((sentence, miss(weight)));
    }
    if pieces.len() > 1 {
        let weights: Vec<f64> =
            pieces.iter().map(|piece| piece.iter().map(|&u| problem.weights[u as usize]).sum()).collect();
        for (piece, &weight) in pieces.iter().zip(&weights) {
            let least = ((weight / problem.upper).ceil() - 1e-9).max(1.0).ceil();
            if least * problem.lower > weight {
                let (few, many) = ((least - 1.0).max(1.0), least);
                let share = miss(weight / few).min(miss(weight / many));
                let sentence = format!(
                    "{} from unit {} on {} cut off from the rest, and {} cannot be divided into whole parts of {} to {}",
                    if piece.len() == 1 { "1 unit".to_owned() } else { format!("{} units", piece.len()) },
                    piece[0],
                    if piece.len() == 1 { "is" } else { "are" },
                    number(weight),
                    number(problem.lower),
                    number(problem.upper)
                );
                return Some((sentence, share));
            }
        }
        let sizes: Vec<usize> = pieces.iter().map(Vec::len).collect();
        let counts = shares(&weights, &sizes, problem.parts, problem.lower, problem.upper)?;
        for ((piece, weight), count) in pieces.iter().zip(&weights).zip(counts) {
            let each = weight / count as f64;
            if problem.outside(each) > 0.0 {
                let sentence = format!(
                    "the {} units from unit {} on are cut off from the rest: {} in {count} parts is {} each",
                    piece.len(),
                    piece[0],
                    number(*weight),
                    number(each)
                );
                return Some((sentence, 0.0));
            }
        }
    }
    None
}

/// A weight for people.
pub(super) fn number(weight: f64) -> String {
    if weight.fract() == 0.0 { format!("{weight:.0}") } else { format!("{weight:.2}") }
}
