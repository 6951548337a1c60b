//! Every model with every rule against trying all choices of sites.

use super::*;
use proptest::prelude::*;

fn whole(range: std::ops::Range<u8>) -> impl Strategy<Value = f64> {
    range.prop_map(f64::from)
}

prop_compose! {
    /// A small problem without rules: up to 7 demand points, up to 6 sites, some pairs out of reach.
    fn bare()(n_demand in 1usize..8, n_sites in 1usize..7)(
        pairs in prop::collection::vec(prop::option::weighted(0.8, 0u8..12), n_demand * n_sites),
        weights in prop::collection::vec(whole(0..6), n_demand),
        groups in prop::collection::vec(prop::collection::vec(whole(0..5), n_demand), 0..4),
        radius in whole(1..9),
        n_sites in Just(n_sites),
        n_demand in Just(n_demand),
    ) -> Problem {
        let pairs: Vec<(u32, u32, f64)> = pairs.iter().enumerate()
            .filter_map(|(at, cost)| cost.map(|cost| ((at / n_sites) as u32, (at % n_sites) as u32, f64::from(cost))))
            .collect();
        let mut problem = Problem::new(Costs::from_pairs(n_demand, n_sites, &pairs).unwrap());
        problem.weights = weights;
        problem.radius = Some(radius);
        problem.groups = groups.into_iter().enumerate()
            .map(|(at, weights)| Group { name: format!("group {at}"), weights, floor: None })
            .collect();
        problem
    }
}

/// Which rules to add.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is one feature that is mixed in")]
struct Mix {
    limits: bool,
    capacities: bool,
    floors: bool,
    backup: bool,
}

prop_compose! {
    fn ruled(mix: Mix)(problem in bare())(
        count in 1usize..=problem.costs.n_sites() + 1,
        by_money in 0u8..4,
        budget in whole(0..15),
        costs in prop::collection::vec(whole(0..6), problem.costs.n_sites()),
        marks in prop::collection::vec(0u8..10, problem.costs.n_sites()),
        floors in prop::collection::vec(prop::option::weighted(0.6, 0u8..=10), problem.groups.len()),
        times in 1usize..3,
        capacities in prop::collection::vec(whole(0..9), problem.costs.n_sites()),
        problem in Just(problem),
    ) -> Problem {
        let mut problem = problem;
        if mix.limits {
            if by_money < 3 {
                problem.sites = Some(count);
            }
            if by_money >= 2 {
                problem.budget = Some(budget);
                problem.site_costs = Some(costs);
            }
        }
        problem.required = (0..marks.len()).filter(|&j| marks[j] == 0).collect();
        problem.forbidden = (0..marks.len()).filter(|&j| marks[j] == 1).collect();
        if mix.floors {
            for (group, floor) in problem.groups.iter_mut().zip(floors) {
                group.floor = floor.map(|tenths| f64::from(tenths) / 10.0);
            }
        }
        if mix.backup {
            problem.times = times;
        }
        if mix.capacities {
            problem.capacities = Some(capacities);
        }
        problem
    }
}

/// Everything that may be chosen under the shared rules, floors included.
fn choices(problem: &Problem, exact: bool) -> Vec<Vec<usize>> {
    let n_sites = problem.costs.n_sites();
    (0..1u32 << n_sites)
        .map(|bits| (0..n_sites).filter(|j| bits >> j & 1 == 1).collect::<Vec<usize>>())
        .filter(|open| problem.required.iter().all(|j| open.contains(j)))
        .filter(|open| problem.forbidden.iter().all(|j| !open.contains(j)))
        .filter(|open| match (problem.sites, problem.budget) {
            (Some(count), None) => open.len() == count,
            (Some(count), Some(_)) if exact => open.len() == count,
            (Some(count), Some(_)) => open.len() <= count,
            _ => true,
        })
        .filter(|open| match (&problem.budget, &problem.site_costs) {
            (Some(budget), Some(costs)) => open.iter().map(|&j| costs[j]).sum::<f64>() <= *budget,
            _ => true,
        })
        .filter(|open| {
            problem.groups.iter().all(|group| {
                group.floor.is_none_or(|floor| {
                    let got: f64 = (0..group.weights.len())
                        .filter(|&i| is_covered(problem, i, open))
                        .map(|i| group.weights[i])
                        .sum();
                    got >= floor * group.weights.iter().sum::<f64>() - 1e-7
                })
            })
        })
        .collect()
}

fn is_covered(problem: &Problem, demand: usize, open: &[usize]) -> bool {
    let radius = problem.radius.unwrap();
    let near = |&&j: &&usize| problem.costs.between(demand, j).is_some_and(|cost| cost <= radius);
    open.iter().filter(near).count() >= problem.times
}

fn to_nth(problem: &Problem, demand: usize, open: &[usize], nth: usize) -> Option<f64> {
    let mut costs: Vec<f64> = open.iter().filter_map(|&j| problem.costs.between(demand, j)).collect();
    costs.sort_by(f64::total_cmp);
    costs.get(nth - 1).copied()
}

fn asking(problem: &Problem) -> Vec<usize> {
    (0..problem.weights.len()).filter(|&i| problem.weights[i] > 0.0).collect()
}

/// What a choice is worth, the larger the better; nothing when the model forbids it.
fn worth(problem: &Problem, model: Model, open: &[usize]) -> Option<Vec<f64>> {
    let covered = |weights: &[f64]| -> f64 {
        (0..weights.len()).filter(|&i| is_covered(problem, i, open)).map(|i| weights[i]).sum()
    };
    let everybody = || asking(problem).into_iter().all(|i| is_covered(problem, i, open));
    match model {
        Model::Mclp => Some(vec![covered(&problem.weights)]),
        Model::WorstOffFirst => {
            let mut shares: Vec<f64> =
                problem.groups.iter().filter(|g| g.total() > 0.0).map(|g| covered(&g.weights) / g.total()).collect();
            shares.sort_by(f64::total_cmp);
            shares.push(covered(&problem.weights));
            Some(shares)
        }
        Model::Lscp => {
            let cost =
                problem.site_costs.as_ref().map_or(open.len() as f64, |costs| open.iter().map(|&j| costs[j]).sum());
            (problem.groups.iter().any(|g| g.floor.is_some()) || everybody()).then(|| vec![-cost])
        }
        Model::PMedian => {
            if problem.times > 1 && !everybody() {
                return None;
            }
            let costs: Option<Vec<f64>> = asking(problem)
                .into_iter()
                .map(|i| to_nth(problem, i, open, 1).map(|cost| cost * problem.weights[i]))
                .collect();
            costs.map(|costs| vec![-costs.iter().sum::<f64>()])
        }
        Model::PCenter => {
            let costs: Option<Vec<f64>> = asking(problem)
                .into_iter()
                .map(|i| {
                    to_nth(problem, i, open, problem.times)
                        .map(|cost| if problem.weigh_center { cost * problem.weights[i] } else { cost })
                })
                .collect();
            costs.map(|costs| vec![-costs.into_iter().fold(0.0, f64::max)])
        }
        Model::PDispersion => {
            let pairs = open.iter().flat_map(|&a| open.iter().filter(move |&&b| a != b).map(move |&b| (a, b)));
            let least = pairs.filter_map(|(a, b)| problem.costs.between(a, b)).fold(f64::INFINITY, f64::min);
            Some(vec![least])
        }
    }
}

fn best(problem: &Problem, model: Model) -> Option<Vec<f64>> {
    choices(problem, model == Model::PDispersion).iter().filter_map(|open| worth(problem, model, open)).max_by(
        |a, b| a.iter().zip(b).map(|(a, b)| a.total_cmp(b)).find(|o| o.is_ne()).unwrap_or(std::cmp::Ordering::Equal),
    )
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-6 * b.abs().max(1.0)
}

/// Compares an answer with trying everything.
fn agrees(problem: &Problem, model: Model) -> Result<(), TestCaseError> {
    let expected = best(problem, model);
    match solve(model, problem, Effort::default()) {
        Ok(answer) => {
            prop_assert_eq!(answer.status, Status::Optimal);
            let expected = expected.ok_or_else(|| TestCaseError::fail(format!("infeasible, but {answer:?}")))?;
            let found = worth(problem, model, &answer.sites)
                .ok_or_else(|| TestCaseError::fail(format!("not allowed: {answer:?}")))?;
            for (found, expected) in found.iter().zip(&expected) {
                prop_assert!(close(*found, *expected), "{found} instead of {expected}: {answer:?}");
            }
            let count = recount(problem, model, &answer.sites, answer.served.as_deref());
            prop_assert_eq!(count.objective, Some(answer.objective));
            prop_assert!(close(answer.objective.abs(), expected[0].abs()));
            prop_assert_eq!(answer.gap(), 0.0);
        }
        Err(Unsolved::Infeasible(why)) => {
            prop_assert!(expected.is_none(), "{why:?}, but {expected:?} can be had");
            prop_assert!(why.short_by > 0.0 || why.sentence.contains("asked"), "{why:?}");
        }
        Err(Unsolved::Wrong(why)) if model == Model::PDispersion => {
            prop_assert!(expected.is_none_or(|worth| worth[0].is_infinite()), "{why}");
        }
        Err(other) => return Err(TestCaseError::fail(format!("{other}"))),
    }
    Ok(())
}

const PLAIN: Mix = Mix { limits: true, capacities: false, floors: false, backup: false };
const RULED: Mix = Mix { limits: true, capacities: false, floors: true, backup: true };

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mclp_matches_trying_every_choice(problem in ruled(PLAIN)) {
        agrees(&problem, Model::Mclp)?;
    }

    #[test]
    fn mclp_with_floors_and_backup_matches_trying_every_choice(problem in ruled(RULED)) {
        agrees(&problem, Model::Mclp)?;
    }

    #[test]
    fn worst_off_first_matches_trying_every_choice(problem in ruled(RULED)) {
        prop_assume!(problem.groups.iter().any(|group| group.total() > 0.0));
        agrees(&problem, Model::WorstOffFirst)?;
    }

    #[test]
    fn lscp_matches_trying_every_choice(problem in ruled(RULED)) {
        agrees(&Problem { sites: None, ..problem }, Model::Lscp)?;
    }

    #[test]
    fn p_median_matches_trying_every_choice(problem in ruled(PLAIN)) {
        agrees(&problem, Model::PMedian)?;
    }

    #[test]
    fn p_median_with_floors_and_backup_matches_trying_every_choice(problem in ruled(RULED)) {
        agrees(&problem, Model::PMedian)?;
    }

    #[test]
    fn p_center_matches_trying_every_choice(problem in ruled(RULED), weigh_center: bool) {
        prop_assume!(problem.weights.iter().any(|&weight| weight > 0.0));
        agrees(&Problem { weigh_center, ..problem }, Model::PCenter)?;
    }

    #[test]
    fn p_dispersion_matches_trying_every_choice(problem in ruled(RULED), count in 2usize..5) {
        let n = problem.costs.n_sites().min(problem.costs.n_demand());
        let pairs: Vec<(u32, u32, f64)> = (0..n)
            .flat_map(|i| problem.costs.of(i).filter(move |pair| pair.0 < n).map(move |(j, c)| (i as u32, j as u32, c)))
            .collect();
        let keep = |sites: &[usize]| sites.iter().copied().filter(|&j| j < n).collect::<Vec<_>>();
        let problem = Problem {
            costs: Costs::from_pairs(n, n, &pairs).unwrap(),
            weights: problem.weights[..n].to_vec(),
            groups: problem.groups.iter().map(|g| Group { weights: g.weights[..n].to_vec(), ..g.clone() }).collect(),
            site_costs: problem.site_costs.as_ref().map(|costs| costs[..n].to_vec()),
            required: keep(&problem.required),
            forbidden: keep(&problem.forbidden),
            sites: Some(count),
            times: 1,
            ..problem
        };
        agrees(&problem, Model::PDispersion)?;
    }
}

prop_compose! {
    /// A town of up to 30 demand points and 13 sites on a plane, where branching and fixing have work to do.
    fn town()(
        demand in prop::collection::vec((0i32..100, 0i32..100, 1u8..30), 15..30),
        sites in prop::collection::vec((0i32..100, 0i32..100), 9..13),
        sides in prop::collection::vec(prop::option::of(3u8..8), 2),
        radius in 15i32..35,
        count in 2usize..5,
        budget in prop::option::weighted(0.4, whole(8..30)),
        prices in prop::collection::vec(whole(2..10), 13),
    ) -> Problem {
        let pairs: Vec<(u32, u32, f64)> = demand.iter().enumerate().flat_map(|(i, a)| {
            sites.iter().enumerate().map(move |(j, b)| (i as u32, j as u32, f64::from((a.0 - b.0).abs() + (a.1 - b.1).abs())))
        }).collect();
        let mut problem = Problem::new(Costs::from_pairs(demand.len(), sites.len(), &pairs).unwrap());
        problem.weights = demand.iter().map(|point| f64::from(point.2)).collect();
        problem.radius = Some(f64::from(radius));
        problem.groups = sides.iter().enumerate().map(|(side, floor)| Group {
            name: format!("side {side}"),
            weights: demand.iter().map(|point| if (point.0 >= 50) == (side == 1) { f64::from(point.2) } else { 0.0 }).collect(),
            floor: floor.map(|tenths| f64::from(tenths) / 10.0),
        }).collect();
        match budget {
            Some(budget) => {
                problem.budget = Some(budget);
                problem.site_costs = Some(prices[..sites.len()].to_vec());
            }
            None => problem.sites = Some(count),
        }
        problem
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn in_a_town_floors_and_budgets_match_trying_every_choice(problem in town()) {
        agrees(&problem, Model::Mclp)?;
        let free = Problem {
            groups: problem.groups.iter().map(|group| Group { floor: None, ..group.clone() }).collect(),
            ..problem
        };
        for model in [Model::Mclp, Model::PMedian, Model::PCenter, Model::WorstOffFirst] {
            agrees(&free, model)?;
        }
    }
}

/// How many of 300 problems have an answer, have none, and cover less for the sake of a floor.
fn kinds(problems: impl Strategy<Value = Problem>) -> (usize, usize, usize) {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut solved, mut broken, mut bitten) = (0, 0, 0);
    for _ in 0..300 {
        let problem = problems.new_tree(&mut runner).unwrap().current();
        let mut free = problem.clone();
        free.groups.iter_mut().for_each(|group| group.floor = None);
        match (best(&problem, Model::Mclp), best(&free, Model::Mclp)) {
            (Some(a), Some(b)) => {
                solved += 1;
                bitten += usize::from(a[0] < b[0]);
            }
            _ => broken += 1,
        }
    }
    (solved, broken, bitten)
}

#[test]
fn the_problems_tried_are_of_every_kind() {
    let (solved, broken, _) = kinds(ruled(RULED));
    assert!(solved > 60 && broken > 60, "{solved} solved, {broken} infeasible");
    let (solved, broken, bitten) = kinds(town());
    assert!(solved > 60 && broken > 10 && bitten > 20, "{solved} solved, {broken} infeasible, {bitten} held back");
}

#[path = "capacity_tests.rs"]
mod capacity_tests;
#[path = "law_tests.rs"]
mod law_tests;
