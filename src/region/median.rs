//! How short the distances to the centres of parts can be: a Lagrangian bound.
//!
//! Parts with centres are a p-median with capacities. Each unit's share of the cost is a price; at any prices, the
//! cheapest part around each possible centre, of units in fractions and whether it hangs together or not, is filled by
//! distance less price until it is heavy enough and no unit more pays. The prices and as many of the cheapest of those
//! parts as there are parts are a bound (Mulvey and Beck 1984). Prices rise where a unit is in none of the parts chosen
//! and fall where it is in several, by smoothed subgradient steps (Polyak 1969; Camerini, Fratta and Maffioli 1975).

use super::problem::Problem;
use super::work::Work;

/// Units above which one step takes too long: their distances alone are 72 megabytes.
const MOST_UNITS: usize = 3000;
/// Steps without a better bound before the stride is shortened, and by how much.
const PATIENCE: usize = 40;
const SHORTENED: f64 = 0.85;
const SHORTEST: f64 = 1e-3;
/// How much of the last direction each step keeps.
const SMOOTHED: f64 = 0.75;

/// Whether this bound is for the problem.
pub(super) fn applies(problem: &Problem) -> bool {
    problem.objective.distance > 0.0 && problem.weights.len() <= MOST_UNITS && problem.total() > 0.0
}

/// What the distances of any plan come to at least, at the price of the objective. `cost` is what the best plan known
/// pays for them.
pub(super) fn bound(problem: &Problem, cost: f64, work: &mut Work<'_>) -> f64 {
    let n = problem.weights.len();
    let price = problem.objective.distance;
    let away: Vec<f64> = (0..n * n).map(|pair| price * problem.distance(pair / n, pair % n)).collect();
    let weights = &problem.weights;
    // A person's share of the cost, unit by unit.
    let mut prices = vec![2.0 * cost / problem.total(); n];
    let mut best = (0.0_f64, prices.clone());
    let (mut stride, mut patience) = (1.5, 0);
    let mut direction = vec![0.0; n];
    let mut rounds = 0_u32;
    while stride > SHORTEST && cost > best.0 * (1.0 + 1e-9) {
        if !work.spend(n * n + n * n / 2) {
            break;
        }
        let mut parts: Vec<Filled> =
            (0..n).map(|centre| fill(problem, &away[centre * n..][..n], &prices, centre)).collect();
        parts.sort_by(|a, b| a.cost.total_cmp(&b.cost));
        parts.truncate(problem.parts);
        let value = weights.iter().zip(&prices).map(|(weight, price)| weight * price).sum::<f64>()
            + parts.iter().map(|part| part.cost).sum::<f64>();
        if value > best.0 {
            patience = if value > best.0 + 1e-6 * cost { 0 } else { patience + 1 };
            best = (value, prices.clone());
        } else {
            patience += 1;
        }
        if patience >= PATIENCE {
            (stride, patience) = (stride * SHORTENED, 0);
            prices.clone_from(&best.1);
        }
        let mut missing = vec![1.0; n];
        for (unit, share) in parts.iter().flat_map(|part| &part.units) {
            missing[*unit as usize] -= share;
        }
        for (own, missing) in direction.iter_mut().zip(&missing) {
            *own = SMOOTHED * *own + missing;
        }
        let norm: f64 = direction.iter().zip(weights).map(|(own, weight)| weight * own * own).sum();
        if norm <= 0.0 {
            break;
        }
        let step = stride * (cost - value).max(1e-3 * cost) / norm;
        prices.iter_mut().zip(&direction).for_each(|(price, own)| *price += step * own);
        rounds += 1;
        if rounds.is_multiple_of(200) {
            work.say(&format!("Proving: at least {:.1} % of what the plan comes to", 100.0 * best.0 / cost));
        }
    }
    best.0.min(cost)
}

/// The cheapest part around a centre, of which share of each unit.
struct Filled {
    cost: f64,
    units: Vec<(u32, f64)>,
}

/// Fills a part: its centre, then units by distance less price, as long as they pay or the part is too light.
fn fill(problem: &Problem, away: &[f64], prices: &[f64], centre: usize) -> Filled {
    let (n, weights) = (away.len(), &problem.weights);
    let mut near: Vec<(f64, u32)> =
        (0..n).filter(|&unit| unit != centre).map(|unit| (away[unit] - prices[unit], unit as u32)).collect();
    let heavy = |units: &[(f64, u32)]| units.iter().map(|(_, unit)| weights[*unit as usize]).sum::<f64>();
    let few = 2 * n / problem.parts + 10;
    if few < near.len() {
        near.select_nth_unstable_by(few, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        if weights[centre] + heavy(&near[..few]) >= problem.upper {
            near.truncate(few);
        }
    }
    near.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut part = Filled { cost: -weights[centre] * prices[centre], units: vec![(centre as u32, 1.0)] };
    let mut weight = weights[centre];
    for (reduced, unit) in near {
        let room = if reduced < 0.0 { problem.upper - weight } else { problem.lower - weight };
        if room <= 0.0 {
            break;
        }
        let own = weights[unit as usize];
        let taken = own.min(room);
        part.cost += reduced * taken;
        weight += taken;
        part.units.push((unit, if own > 0.0 { taken / own } else { 1.0 }));
    }
    part
}
