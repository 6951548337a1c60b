//! What every plan keeps to, against an enumeration of all plans of small graphs.

use super::assign;
use super::branch;
use super::frontier::{DEAD, Frontier};
use super::median;
use super::work::Work;
use super::*;
use proptest::prelude::*;
use std::time::Duration;

/// Steps instead of a clock: the same on every machine.
fn effort(steps: u64) -> Effort<'static> {
    Effort { time_limit: Duration::from_secs(600), steps: Some(steps), ..Effort::default() }
}

/// An n × n grid of units, row by row, each beside those left, right, above and below.
fn grid(n: u32) -> Vec<[u32; 2]> {
    let at = |x: u32, y: u32| y * n + x;
    let right = (0..n).flat_map(|y| (1..n).map(move |x| [at(x - 1, y), at(x, y)]));
    let down = (1..n).flat_map(|y| (0..n).map(move |x| [at(x, y - 1), at(x, y)]));
    right.chain(down).collect()
}

/// Every plan with connected parts within the bounds, parts numbered by their first unit; at most twenty units.
fn every_plan(problem: &Problem) -> Vec<Vec<u32>> {
    let n = problem.weights.len();
    let near: Vec<u32> =
        (0..n).map(|unit| problem.adjacency.arcs(unit).iter().fold(0, |set, &(to, _)| set | 1 << to)).collect();
    let weight = |set: u32| (0..n).filter(|unit| set >> unit & 1 == 1).map(|unit| problem.weights[unit]).sum::<f64>();
    let mut plans = Vec::new();
    let mut parts: Vec<u32> = Vec::new();
    extend(problem, &near, &weight, (1 << n) - 1, &mut parts, &mut plans);
    plans
}

fn extend(
    problem: &Problem,
    near: &[u32],
    weight: &dyn Fn(u32) -> f64,
    free: u32,
    parts: &mut Vec<u32>,
    plans: &mut Vec<Vec<u32>>,
) {
    if free == 0 || parts.len() == problem.parts {
        if free == 0 && parts.len() == problem.parts {
            let part_of = |unit: usize| parts.iter().position(|set| set >> unit & 1 == 1).map_or(0, |part| part as u32);
            plans.push((0..near.len()).map(part_of).collect());
        }
        return;
    }
    // Every connected set of free units that holds the first of them.
    let first = free & free.wrapping_neg();
    let mut open = vec![(first, 0_u32)];
    while let Some((set, left_out)) = open.pop() {
        let sum = weight(set);
        if sum > problem.upper {
            continue;
        }
        let beside = (0..near.len()).filter(|unit| set >> unit & 1 == 1).fold(0, |all, unit| all | near[unit]);
        let next = beside & free & !set & !left_out;
        if next == 0 {
            if sum >= problem.lower {
                parts.push(set);
                extend(problem, near, weight, free & !set, parts, plans);
                parts.pop();
            }
            continue;
        }
        let unit = next & next.wrapping_neg();
        open.push((set | unit, left_out));
        open.push((set, left_out | unit));
    }
}

fn cheapest(problem: &Problem) -> Option<f64> {
    every_plan(problem).iter().map(|plan| recount(problem, plan).objective).min_by(f64::total_cmp)
}

#[test]
fn square_grids_have_as_many_plans_of_equal_parts_as_are_published() {
    for (n, plans) in [(2, 2), (3, 10), (4, 117), (5, 4006)] {
        let problem = Problem::balanced(vec![1.0; (n * n) as usize], &grid(n), n as usize, 0.0);
        assert_eq!(every_plan(&problem).len(), plans, "{n} × {n}");
    }
}

#[test]
fn the_frontier_holds_every_connected_part_once() {
    // Connected sets of cells of a square grid, none empty.
    for (n, parts) in [(2, 13), (3, 218), (4, 11_506)] {
        let problem = Problem::balanced(vec![1.0; (n * n) as usize], &grid(n), 2, 1.0);
        let frontier = Frontier::new(&problem, 100_000, &mut Work::start(&effort(1_000_000))).unwrap();
        let mut ways = vec![1_u64];
        for layer in frontier.layers.iter().rev() {
            let on = |next: &u32| if *next == DEAD { 0 } else { ways[*next as usize] };
            ways = layer.next.iter().map(|next| next.iter().map(on).sum()).collect();
        }
        assert_eq!(ways, [parts], "{n} × {n}");
    }
}

#[test]
fn the_best_plan_of_a_grid_is_found_and_proven() {
    for n in [3_u32, 4] {
        let problem = Problem::balanced(vec![1.0; (n * n) as usize], &grid(n), n as usize, 0.0);
        let plan = solve(&problem, effort(30_000_000)).unwrap();
        assert_eq!((plan.status, Some(plan.objective)), (Status::Optimal, cheapest(&problem)), "{n} × {n}");
    }
}

#[test]
fn branches_prove_what_one_sees_on_squared_paper() {
    // Two halves are parted by one straight line, four quarters by two.
    for (n, parts, cut) in [(10, 2, 10), (8, 4, 16)] {
        let problem = Problem::balanced(vec![1.0; (n * n) as usize], &grid(n), parts, 0.005);
        let proof = branch::prove(&problem, cut + 1, &mut Work::start(&effort(1_000_000_000)));
        let found = proof.plan.map(|plan| recount(&problem, &plan));
        assert!(found.as_ref().is_some_and(|count| count.broken.is_empty() && count.outside <= 0.0), "{n}: {found:?}");
        assert_eq!((proof.least, found.map(|count| count.cut_edges)), (cut, Some(cut as usize)), "{n} × {n}");
    }
}

#[test]
fn an_island_is_a_part_of_its_own() {
    let mut edges = grid(3);
    edges.extend([[9, 10], [10, 11]]);
    let problem = Problem::balanced(vec![1.0; 12], &edges, 4, 0.0);
    let plan = solve(&problem, effort(10_000_000)).unwrap();
    assert_eq!(plan.outside, 0.0);
    assert!(plan.parts[9] == plan.parts[10] && plan.parts[10] == plan.parts[11]);
    assert!((0..9).all(|unit| plan.parts[unit] != plan.parts[9]));
}

#[test]
fn a_unit_larger_than_a_part_gives_the_nearest_plan_and_says_why() {
    let mut weights = vec![1.0; 9];
    weights[4] = 10.0;
    let problem = Problem::balanced(weights, &grid(3), 3, 0.1);
    let plan = solve(&problem, effort(10_000_000)).unwrap();
    assert_eq!((plan.status, plan.proven_infeasible), (Status::Infeasible, true));
    assert!(plan.notes.iter().any(|note| note.contains("unit 4 alone weighs 10")), "{:?}", plan.notes);
    assert!(recount(&problem, &plan.parts).broken.is_empty());
}

#[test]
fn units_that_must_be_apart_are() {
    let mut problem = Problem::balanced(vec![1.0; 9], &grid(3), 3, 0.0);
    (problem.apart, problem.together) = (vec![[0, 1], [4, 5]], vec![[0, 3]]);
    let plan = solve(&problem, effort(2_000_000)).unwrap();
    assert_eq!((plan.outside, recount(&problem, &plan.parts).broken), (0.0, Vec::new()));
}

#[test]
fn more_work_is_never_worse() {
    let weights: Vec<f64> = (0..64).map(|unit| 1.0 + f64::from(unit * 7 % 5)).collect();
    let problem = Problem::balanced(weights, &grid(8), 6, 0.05);
    let cost = |steps| {
        let plan = solve(&problem, Effort { prove: false, ..effort(steps) }).unwrap();
        if plan.outside > 0.0 { f64::INFINITY } else { plan.objective }
    };
    let costs: Vec<f64> = [2_000_000, 8_000_000, 32_000_000].map(cost).to_vec();
    assert!(costs.is_sorted_by(|a, b| a >= b) && costs[2].is_finite(), "{costs:?}");
}

#[test]
fn a_plan_is_found_that_no_best_cut_leads_to() {
    let edges = [[0, 1], [0, 2], [2, 3], [3, 4], [3, 5], [2, 5]];
    let problem = Problem::balanced(vec![4.0, 1.0, 4.0, 5.0, 6.0, 4.0], &edges, 3, 0.35);
    let plan = solve(&problem, effort(1_000_000)).unwrap();
    assert_eq!((plan.status, plan.parts), (Status::Optimal, vec![0, 0, 0, 1, 2, 1]));
}

/// A connected graph of four to nine units with their weights.
fn small() -> impl Strategy<Value = (Vec<f64>, Vec<[u32; 2]>)> {
    (4_usize..=9).prop_flat_map(|n| {
        let weights = prop::collection::vec((1_u8..=6).prop_map(f64::from), n);
        let tree: Vec<BoxedStrategy<[u32; 2]>> =
            (1..n as u32).map(|unit| (0..unit).prop_map(move |near| [near, unit]).boxed()).collect();
        let more = prop::collection::vec((0..n as u32, 0..n as u32).prop_map(|(a, b)| [a, b]), 0..=n);
        (weights, tree, more).prop_map(|(weights, tree, more)| (weights, tree.into_iter().chain(more).collect()))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn a_plan_is_what_the_enumeration_says((weights, edges) in small(), parts in 2_usize..=4, percent in 0_u8..=60) {
        let problem = Problem::balanced(weights, &edges, parts, f64::from(percent) / 100.0 + 1e-9);
        let least = cheapest(&problem);
        match solve(&problem, effort(1_000_000)) {
            Ok(plan) => {
                let count = recount(&problem, &plan.parts);
                prop_assert_eq!(&count.broken, &Vec::<String>::new());
                prop_assert_eq!(count.weights.iter().sum::<f64>(), problem.total());
                prop_assert_eq!(&plan, &Solution { seconds: plan.seconds, ..solve(&problem, effort(1_000_000)).unwrap() });
                match least {
                    Some(least) => {
                        prop_assert_eq!(count.outside, 0.0);
                        prop_assert_eq!((plan.status, plan.objective, plan.bound), (Status::Optimal, least, least));
                    }
                    None => {
                        prop_assert_eq!(plan.status, Status::Infeasible);
                        prop_assert!(count.outside > 0.0);
                    }
                }
            }
            Err(why) => prop_assert!(least.is_none(), "{}", why),
        }
    }

    #[test]
    fn branches_end_where_the_enumeration_does((weights, edges) in small(), parts in 2_usize..=5, percent in 0_u8..=60) {
        prop_assume!(parts <= weights.len());
        let problem = Problem::balanced(weights, &edges, parts, f64::from(percent) / 100.0 + 1e-9);
        let n_edges = problem.adjacency.edges().len() as u32;
        let proof = branch::prove(&problem, n_edges + 1, &mut Work::start(&effort(1_000_000_000)));
        let found = proof.plan.map(|plan| recount(&problem, &plan));
        let cost = found.as_ref().map(|count| count.objective);
        prop_assert!(found.is_none_or(|count| count.broken.is_empty() && count.outside <= 0.0));
        prop_assert_eq!(cost, cheapest(&problem));
        // More edges than there are: there is no plan.
        prop_assert_eq!(f64::from(proof.least.min(n_edges + 1)), cost.unwrap_or(f64::from(n_edges) + 1.0));
    }

    #[test]
    fn no_plan_has_shorter_distances_than_the_bound((weights, edges) in small(), parts in 2_usize..=4, percent in 0_u8..=60) {
        let mut problem = Problem::balanced(weights, &edges, parts.min(edges.len()), f64::from(percent) / 100.0 + 1e-9);
        let places = (0..problem.weights.len()).map(|unit| [(unit * 37 % 11) as f64, (unit * 53 % 7) as f64]);
        (problem.coordinates, problem.objective) = (Some(places.collect()), Objective::DISTANCE);
        if let Some(least) = cheapest(&problem) {
            let bound = median::bound(&problem, least, &mut Work::start(&effort(100_000)));
            prop_assert!((0.0..=least + 1e-9).contains(&bound), "{} above {}", bound, least);
            // A plan said to be dearer than it is does not make the bound wrong.
            let bound = median::bound(&problem, 2.0 * least + 1.0, &mut Work::start(&effort(100_000)));
            prop_assert!(bound <= least + 1e-9, "{} above {}", bound, least);
        }
    }

    #[test]
    fn the_order_of_the_units_changes_nothing((weights, edges) in small(), parts in 2_usize..=3, turn in 1_usize..9) {
        let n = weights.len();
        let to = |unit: u32| ((unit as usize + turn) % n) as u32;
        let mut turned = vec![0.0; n];
        weights.iter().enumerate().for_each(|(unit, &weight)| turned[to(unit as u32) as usize] = weight);
        let turned_edges: Vec<[u32; 2]> = edges.iter().map(|edge| edge.map(to)).collect();
        let [one, other] = [(weights, edges), (turned, turned_edges)]
            .map(|(weights, edges)| solve(&Problem::balanced(weights, &edges, parts, 0.4), effort(1_000_000)).unwrap());
        prop_assert_eq!(one.status, other.status);
        if one.status == Status::Optimal {
            prop_assert_eq!(one.objective, other.objective);
        }
    }

    #[test]
    fn mending_a_plan_that_is_within_the_bounds_moves_nobody((weights, edges) in small(), parts in 2_usize..=3) {
        let mut problem = Problem::balanced(weights, &edges, parts, 0.5);
        let plans = every_plan(&problem);
        prop_assume!(!plans.is_empty());
        let today = &plans[plans.len() / 2];
        problem.today = Some(today.iter().map(|&part| Some(part)).collect());
        problem.objective = Objective::MOVED;
        let plan = solve(&problem, effort(1_000_000)).unwrap();
        prop_assert_eq!((&plan.parts, plan.moved, plan.status), (today, Some(0.0), Status::Optimal));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_plan_moves_fewer_than_is_proven_whatever_plan_is_known_before(
        weights in prop::collection::vec(1_u8..30, 12),
        (of_today, known) in (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
        strays in prop::collection::vec((0_usize..12, 0_u32..3), 0..4),
    ) {
        let edges: Vec<[u32; 2]> = grid(4).into_iter().filter(|[_, b]| *b < 12).collect();
        let mut problem = Problem::balanced(weights.into_iter().map(f64::from).collect(), &edges, 3, 0.35);
        let plans = every_plan(&problem);
        prop_assume!(!plans.is_empty());
        // Today's parts are those of a plan, but for strays that may leave them in pieces.
        let mut today = plans[of_today.index(plans.len())].clone();
        strays.into_iter().for_each(|(unit, part)| today[unit] = part);
        problem.objective = Objective::MOVED;
        problem.today = Some(today.iter().copied().map(Some).collect());
        let names = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        let moved = |plan: &[u32], names: &[u32; 3]| -> f64 {
            (0..12).filter(|&unit| names[plan[unit] as usize] != today[unit]).map(|unit| problem.weights[unit]).sum()
        };
        let named = |plan: &Vec<u32>, names: &[u32; 3]| plan.iter().map(|&part| names[part as usize]).collect::<Vec<u32>>();
        let mut all: Vec<(f64, Vec<u32>)> =
            plans.iter().flat_map(|plan| names.map(|names| (moved(plan, &names), named(plan, &names)))).collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        let least = all[0].0;
        // A plan that is nearly as good leaves the fewest choices open.
        let near = all.iter().find(|(cost, _)| *cost > least).unwrap_or(&all[0]);
        for start in [None, Some(&all[known.index(all.len())]), Some(near), Some(&all[0])] {
            let plan = start.map(|(_, plan)| plan.as_slice());
            let proof = assign::prove(&problem, plan, &mut Work::start(&effort(u64::MAX)));
            prop_assert_eq!(proof.bound, least);
            let found = proof.best.map(|(cost, plan)| (cost, moved(&plan, &names[0])));
            prop_assert!(found == Some((least, least)) || start.is_some_and(|(cost, _)| *cost == least));
        }
    }
}
