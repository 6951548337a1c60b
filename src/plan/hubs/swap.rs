//! What a plan is worth with one site exchanged for another, without solving anything.

use super::ground::Ground;
use crate::locate::{Model, Problem};

/// The demand points of each site of a problem.
pub(super) struct Columns(Vec<Vec<(u32, f64)>>);

impl Columns {
    pub(super) fn of(problem: &Problem) -> Self {
        let mut columns = vec![Vec::new(); problem.costs.n_sites()];
        for demand in 0..problem.costs.n_demand() {
            for (site, cost) in problem.costs.of(demand) {
                columns[site].push((demand as u32, cost));
            }
        }
        Self(columns)
    }
}

/// What a choice achieves so far: enough to tell the objective and the floors.
#[derive(Debug, Clone)]
struct Tally {
    covered: f64,
    walked: f64,
    by_group: Vec<f64>,
}

/// A choice to which one site can be added in thought.
pub(super) struct Base<'p> {
    problem: &'p Problem,
    model: Model,
    radius: f64,
    best: Vec<Option<f64>>,
    totals: Vec<f64>,
    tally: Tally,
}

impl<'p> Base<'p> {
    pub(super) fn of(ground: &Ground<'_>, problem: &'p Problem, columns: &Columns, open: &[usize]) -> Self {
        let mut base = Self {
            problem,
            model: ground.brief.objective.model(),
            radius: problem.radius.unwrap_or(f64::INFINITY),
            best: vec![None; problem.costs.n_demand()],
            totals: problem.groups.iter().map(crate::locate::Group::total).collect(),
            tally: Tally { covered: 0.0, walked: 0.0, by_group: vec![0.0; problem.groups.len()] },
        };
        for number in std::iter::once(0).chain(open.iter().copied()) {
            base.tally = base.with(columns, number);
            for &(demand, cost) in &columns.0[number] {
                let best = &mut base.best[demand as usize];
                *best = Some(best.map_or(cost, |best| best.min(cost)));
            }
        }
        base
    }

    /// The objective with a site more; `None` when a floor is missed.
    pub(super) fn worth_with(&self, columns: &Columns, number: usize) -> Option<f64> {
        self.worth(&self.with(columns, number))
    }

    /// What a site more brings by itself: walking saved where that is the objective, else residents covered.
    pub(super) fn gain_with(&self, columns: &Columns, number: usize) -> f64 {
        let more = self.with(columns, number);
        match self.model {
            Model::PMedian => self.tally.walked - more.walked,
            _ => more.covered - self.tally.covered,
        }
    }

    /// The objective as it stands, floors or not.
    pub(super) fn value(&self) -> f64 {
        self.objective(&self.tally)
    }

    fn with(&self, columns: &Columns, number: usize) -> Tally {
        let mut tally = self.tally.clone();
        for &(demand, cost) in &columns.0[number] {
            let demand = demand as usize;
            let (best, weight) = (self.best[demand], self.problem.weights[demand]);
            if best.is_none_or(|best| cost < best) {
                tally.walked += weight * (cost - best.unwrap_or(0.0));
            }
            if cost <= self.radius && best.is_none_or(|best| best > self.radius) {
                tally.covered += weight;
                for (sum, group) in tally.by_group.iter_mut().zip(&self.problem.groups) {
                    *sum += group.weights[demand];
                }
            }
        }
        tally
    }

    fn worth(&self, tally: &Tally) -> Option<f64> {
        let shares = tally.by_group.iter().zip(&self.totals);
        let mut met = shares
            .zip(&self.problem.groups)
            .map(|((sum, total), group)| group.floor.is_none_or(|floor| *sum >= floor * total * (1.0 - 1e-9)));
        met.all(|met| met).then(|| self.objective(tally))
    }

    fn objective(&self, tally: &Tally) -> f64 {
        match self.model {
            Model::PMedian => tally.walked,
            Model::WorstOffFirst => {
                let shares = tally.by_group.iter().zip(&self.totals).filter(|(_, total)| **total > 0.0);
                shares.map(|(sum, total)| sum / total).fold(1.0, f64::min)
            }
            _ => tally.covered,
        }
    }
}
