//! Problems of a few units, where every plan can be looked at.
//!
//! Dynamic programming over sets of units (after Held and Karp 1962): the best way of dividing a set into so many
//! parts, from the best ways of dividing what is left of it when one connected part is taken away. Chance has no place
//! in a handful of units: a search by steps can be unable to get from one plan to another there.

use super::problem::Problem;
use super::recount::centre;

/// With so many units 3^10 pairs of sets are looked at for each part: some milliseconds.
pub(super) const MOST_UNITS: usize = 10;

/// The best plan of all, and whether it meets the bounds; the one with the least deviation where none does.
pub(super) struct Best {
    pub(super) parts: Vec<u32>,
    pub(super) objective: f64,
    pub(super) is_met: bool,
}

/// Which plan is best? None when no plan has connected parts and keeps the rules, or when there are too many units.
pub(super) fn best(problem: &Problem) -> Option<Best> {
    if problem.weights.len() > MOST_UNITS {
        return None;
    }
    let sets = Sets::of(problem);
    let average = problem.average();
    let within = |weight: f64| problem.outside(weight) <= 0.0;
    if let Some((parts, objective)) = sets.divide(&within) {
        return Some(Best { parts, objective, is_met: true });
    }
    // The worst part decides; a sum of high powers would not be exact.
    let mut deviations: Vec<f64> = sets.weights.iter().map(|weight| (weight - average).abs()).collect();
    deviations.sort_by(f64::total_cmp);
    deviations.dedup();
    let at = |most: f64| sets.divide(&|weight| (weight - average).abs() <= most);
    let least = deviations.partition_point(|&most| at(most).is_none());
    let (parts, objective) = at(*deviations.get(least)?)?;
    Some(Best { parts, objective, is_met: false })
}

/// Every set of units, by its bits.
struct Sets<'a> {
    problem: &'a Problem,
    /// Whether a set is connected and keeps the rules on what lies together and apart.
    is_part: Vec<bool>,
    weights: Vec<f64>,
    /// What each set costs as a part, but for whom it moves.
    costs: Vec<f64>,
}

impl<'a> Sets<'a> {
    fn of(problem: &'a Problem) -> Self {
        let n = problem.weights.len();
        let mut near = vec![0_usize; n];
        for &[a, b] in problem.adjacency.edges() {
            near[a as usize] |= 1 << b;
            near[b as usize] |= 1 << a;
        }
        let has = |set: usize, unit: u32| set >> unit & 1 == 1;
        let mut sets =
            Self { problem, is_part: vec![false; 1 << n], weights: vec![0.0; 1 << n], costs: vec![0.0; 1 << n] };
        for set in 1..1_usize << n {
            let units: Vec<u32> = (0..n as u32).filter(|&unit| has(set, unit)).collect();
            sets.weights[set] = units.iter().map(|&unit| problem.weights[unit as usize]).sum();
            let mut reached = set & set.wrapping_neg();
            loop {
                let next =
                    units.iter().filter(|&&u| has(reached, u)).fold(reached, |all, &u| all | near[u as usize] & set);
                if next == reached {
                    break;
                }
                reached = next;
            }
            sets.is_part[set] = reached == set
                && problem.together.iter().all(|&[a, b]| has(set, a) == has(set, b))
                && problem.apart.iter().all(|&[a, b]| !has(set, a) || !has(set, b));
            if sets.is_part[set] {
                let edges = problem.adjacency.edges().iter().enumerate();
                let cut: f64 = edges
                    .filter(|(_, [a, b])| has(set, *a) != has(set, *b))
                    .map(|(edge, _)| problem.edge_cost(edge))
                    .sum();
                // Each edge that is cut lies at the border of two parts.
                sets.costs[set] = problem.objective.cut_edges * cut * 0.5;
                if problem.objective.distance > 0.0 {
                    sets.costs[set] += problem.objective.distance * centre(problem, &units).1;
                }
            }
        }
        sets
    }

    /// What a set costs as this part: None where a unit is fixed to another.
    fn cost(&self, set: usize, part: usize) -> Option<f64> {
        let has = |unit: usize| set >> unit & 1 == 1;
        let problem = self.problem;
        if problem.fixed.iter().any(|&(unit, own)| has(unit as usize) != (own as usize == part) && has(unit as usize)) {
            return None;
        }
        let moved: f64 = match (&problem.today, problem.objective.moved > 0.0) {
            (Some(today), true) => (0..today.len())
                .filter(|&unit| has(unit) && today[unit].is_some_and(|own| own as usize != part))
                .map(|unit| problem.weights[unit])
                .sum(),
            _ => 0.0,
        };
        Some(self.costs[set] + problem.objective.moved * moved)
    }
}

impl Sets<'_> {
    /// The cheapest plan whose parts' weights are allowed.
    fn divide(&self, is_allowed: &dyn Fn(f64) -> bool) -> Option<(Vec<u32>, f64)> {
        let problem = self.problem;
        let full = self.weights.len() - 1;
        // Parts that nothing tells apart are put in the order of their first units.
        let is_named = problem.objective.moved > 0.0 || !problem.fixed.is_empty();
        let usable: Vec<bool> = (0..=full).map(|set| self.is_part[set] && is_allowed(self.weights[set])).collect();
        // For the first so many parts: the least cost of filling each set with them, and the last part of that.
        let mut least = vec![f64::INFINITY; full + 1];
        least[0] = 0.0;
        let mut last_parts = Vec::with_capacity(problem.parts);
        for part in 0..problem.parts {
            let mut next = vec![f64::INFINITY; full + 1];
            let mut last = vec![0_usize; full + 1];
            for taken in (0..=full).filter(|&taken| least[taken].is_finite()) {
                let free = full & !taken;
                let first = if is_named { 0 } else { free & free.wrapping_neg() };
                let mut set = free;
                while set > 0 {
                    if usable[set]
                        && set & first == first
                        && let Some(cost) = self.cost(set, part)
                        && least[taken] + cost < next[taken | set]
                    {
                        next[taken | set] = least[taken] + cost;
                        last[taken | set] = set;
                    }
                    set = (set - 1) & free;
                }
            }
            least = next;
            last_parts.push(last);
        }
        let objective = Some(least[full]).filter(|cost| cost.is_finite())?;
        let mut parts = vec![0; problem.weights.len()];
        let mut left = full;
        for (part, last) in last_parts.iter().enumerate().rev() {
            let set = last[left];
            (0..parts.len()).filter(|unit| set >> unit & 1 == 1).for_each(|unit| parts[unit] = part as u32);
            left &= !set;
        }
        Some((parts, objective))
    }
}
