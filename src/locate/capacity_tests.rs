//! Sites with capacities against trying every choice, each judged by a cheapest flow of single units.

use super::*;

/// The most units that can be served by these sites (and then the least cost of doing so), by sending one unit
/// after the other along the cheapest way that still exists (Bellman and Ford).
fn flow(problem: &Problem, open: &[usize], radius: Option<f64>) -> (f64, f64) {
    let n = problem.weights.len();
    let nodes = n + open.len() + 2;
    let (source, sink) = (nodes - 2, nodes - 1);
    let mut arcs: Vec<(usize, usize, f64, f64)> = Vec::new();
    let mut arc = |from, to, room: f64, cost: f64| {
        arcs.push((from, to, room, cost));
        arcs.push((to, from, 0.0, -cost));
    };
    for i in 0..n {
        arc(source, i, problem.weights[i], 0.0);
        for (at, &j) in open.iter().enumerate() {
            if let Some(cost) = problem.costs.between(i, j).filter(|&cost| radius.is_none_or(|r| cost <= r)) {
                arc(i, n + at, problem.weights[i], if radius.is_some() { 0.0 } else { cost });
            }
        }
    }
    for (at, &j) in open.iter().enumerate() {
        arc(n + at, sink, problem.capacities.as_ref().unwrap()[j], 0.0);
    }
    let (mut sent, mut paid) = (0.0, 0.0);
    loop {
        let mut least = vec![f64::INFINITY; nodes];
        let mut by = vec![usize::MAX; nodes];
        least[source] = 0.0;
        for _ in 0..nodes {
            for (at, &(from, to, room, cost)) in arcs.iter().enumerate() {
                if room > 0.0 && least[from] + cost < least[to] - 1e-9 {
                    least[to] = least[from] + cost;
                    by[to] = at;
                }
            }
        }
        if least[sink].is_infinite() {
            return (sent, paid);
        }
        let mut node = sink;
        while node != source {
            arcs[by[node]].2 -= 1.0;
            arcs[by[node] ^ 1].2 += 1.0;
            node = arcs[by[node]].0;
        }
        sent += 1.0;
        paid += least[sink];
    }
}

const CAPACITIES: Mix = Mix { limits: true, capacities: true, floors: false, backup: false };

const FLOORS: Mix = Mix { limits: true, capacities: true, floors: true, backup: false };

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mclp_with_capacities_matches_trying_every_choice(problem in ruled(CAPACITIES)) {
        let expected = choices(&problem, false).iter().map(|open| flow(&problem, open, problem.radius).0)
            .max_by(f64::total_cmp);
        match solve(Model::Mclp, &problem, Effort::default()) {
            Ok(answer) => {
                prop_assert_eq!(answer.status, Status::Optimal);
                prop_assert!(expected.is_some_and(|expected| close(answer.objective, expected)), "{answer:?}");
            }
            Err(Unsolved::Infeasible(_)) => prop_assert!(expected.is_none()),
            Err(other) => return Err(TestCaseError::fail(other.to_string())),
        }
    }

    #[test]
    fn p_median_with_capacities_matches_trying_every_choice(problem in ruled(CAPACITIES)) {
        let total: f64 = problem.weights.iter().sum();
        let expected = choices(&problem, false).iter().map(|open| flow(&problem, open, None))
            .filter(|(sent, _)| close(*sent, total)).map(|(_, paid)| paid).min_by(f64::total_cmp);
        match solve(Model::PMedian, &problem, Effort::default()) {
            Ok(answer) => {
                prop_assert_eq!(answer.status, Status::Optimal);
                prop_assert!(expected.is_some_and(|expected| close(answer.objective, expected)), "{answer:?}");
            }
            Err(Unsolved::Infeasible(why)) => {
                prop_assert!(expected.is_none(), "{why:?}");
                prop_assert!(why.short_by > 0.0);
            }
            Err(other) => return Err(TestCaseError::fail(other.to_string())),
        }
    }

    #[test]
    fn floors_with_capacities_hold_and_never_help(problem in ruled(FLOORS)) {
        let mut free = problem.clone();
        free.groups.iter_mut().for_each(|group| group.floor = None);
        for model in [Model::Mclp, Model::PMedian] {
            let free = solve(model, &free, Effort::default());
            match solve(model, &problem, Effort::default()) {
                Ok(answer) => {
                    for (group, cover) in problem.groups.iter().zip(&answer.groups) {
                        prop_assert!(cover.covered + 1e-5 >= group.floor.unwrap_or(0.0) * cover.total, "{answer:?}");
                    }
                    let free = free.map_err(|why| TestCaseError::fail(why.to_string()))?.objective;
                    let slack = 1e-6 * free.abs().max(1.0);
                    let gain = if model.is_larger_better() { answer.objective - free } else { free - answer.objective };
                    prop_assert!(gain <= slack);
                }
                Err(Unsolved::Infeasible(why)) => prop_assert!(why.short_by > 0.0, "{why:?}"),
                Err(other) => return Err(TestCaseError::fail(other.to_string())),
            }
        }
    }
}
