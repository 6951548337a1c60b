//! What everybody may rely on, whatever the numbers.

use super::*;

fn objective(model: Model, problem: &Problem) -> Option<f64> {
    solve(model, problem, Effort::default()).ok().map(|answer| answer.objective)
}

fn answer_only(model: Model, problem: &Problem) -> Option<(Vec<usize>, f64)> {
    solve(model, problem, Effort::default()).ok().map(|answer| (answer.sites, answer.objective))
}

const OPEN: Mix = Mix { limits: false, capacities: false, floors: false, backup: false };

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_site_more_never_covers_less_nor_makes_anybody_walk_further(problem in ruled(OPEN), count in 1usize..5) {
        for model in [Model::Mclp, Model::PMedian, Model::PCenter] {
            let few = objective(model, &Problem { sites: Some(count), ..problem.clone() });
            let many = objective(model, &Problem { sites: Some(count + 1), ..problem.clone() });
            if let (Some(few), Some(many)) = (few, many) {
                prop_assert!(if model.is_larger_better() { many >= few } else { many <= few }, "{model:?}");
            }
        }
    }

    #[test]
    fn a_floor_never_raises_what_is_covered(problem in ruled(RULED)) {
        let mut free = problem.clone();
        free.groups.iter_mut().for_each(|group| group.floor = None);
        if let (Some(bound), Some(free)) = (objective(Model::Mclp, &problem), objective(Model::Mclp, &free)) {
            prop_assert!(bound <= free);
        }
    }

    #[test]
    fn worst_off_first_never_leaves_the_worst_group_worse_than_mclp(problem in ruled(PLAIN)) {
        prop_assume!(problem.groups.iter().any(|group| group.total() > 0.0));
        let fair = solve(Model::WorstOffFirst, &problem, Effort::default());
        let plain = solve(Model::Mclp, &problem, Effort::default());
        if let (Ok(fair), Ok(plain)) = (fair, plain) {
            let worst = plain.groups.iter().map(GroupCover::share).fold(1.0, f64::min);
            prop_assert!(fair.objective >= worst - 1e-9);
            prop_assert!(fair.covered <= plain.covered);
        }
    }

    #[test]
    fn the_same_question_and_seed_give_the_same_sites(problem in ruled(RULED), seed: u64) {
        let effort = Effort { seed, ..Effort::default() };
        for model in [Model::Mclp, Model::PMedian, Model::PCenter] {
            let sites = || solve(model, &problem, effort).ok().map(|answer| answer.sites);
            prop_assert_eq!(sites(), sites());
        }
    }

    #[test]
    fn the_order_of_the_pairs_changes_nothing(problem in ruled(PLAIN), turn in 0usize..50) {
        let mut pairs: Vec<(u32, u32, f64)> = (0..problem.costs.n_demand())
            .flat_map(|i| problem.costs.of(i).map(move |(j, cost)| (i as u32, j as u32, cost)))
            .collect();
        let turn = turn % pairs.len().max(1);
        pairs.rotate_left(turn);
        let costs = Costs::from_pairs(problem.costs.n_demand(), problem.costs.n_sites(), &pairs).unwrap();
        let turned = Problem { costs, ..problem.clone() };
        for model in [Model::Mclp, Model::PMedian, Model::PCenter] {
            prop_assert_eq!(answer_only(model, &turned), answer_only(model, &problem));
        }
    }
}

fn line(n: usize) -> Problem {
    let pairs: Vec<(u32, u32, f64)> =
        (0..n as u32).flat_map(|i| (0..n as u32).map(move |j| (i, j, f64::from(i.abs_diff(j))))).collect();
    Problem { radius: Some(1.0), ..Problem::new(Costs::from_pairs(n, n, &pairs).unwrap()) }
}

fn why(model: Model, problem: &Problem) -> String {
    solve(model, problem, Effort::default()).map_or_else(|why| why.to_string(), |answer| format!("{answer:?}"))
}

#[test]
fn on_a_street_of_seven_houses_the_answers_are_those_worked_out_by_hand() {
    let street = line(7);
    let with = |p| Problem { sites: Some(p), ..street.clone() };
    assert_eq!(objective(Model::Mclp, &with(2)), Some(6.0));
    assert_eq!(objective(Model::Lscp, &street), Some(3.0));
    assert_eq!(objective(Model::PMedian, &with(1)), Some(12.0));
    assert_eq!(objective(Model::PCenter, &with(1)), Some(3.0));
    assert_eq!(objective(Model::PCenter, &with(2)), Some(2.0));
    assert_eq!(objective(Model::PDispersion, &with(3)), Some(3.0));
}

#[test]
fn more_sites_than_there_are_is_explained() {
    let why = why(Model::Mclp, &Problem { sites: Some(9), ..line(7) });
    assert_eq!(why, "infeasible: 9 sites were asked for, but only 7 may open: 2 too few");
}

#[test]
fn a_floor_of_120_per_cent_is_refused() {
    let group = Group { name: "over 65".into(), weights: vec![1.0; 7], floor: Some(1.2) };
    let why = why(Model::Mclp, &Problem { sites: Some(2), groups: vec![group], ..line(7) });
    assert_eq!(why, "the floor of group “over 65” is 120 %; a floor is a share from 0 to 100 %");
}

#[test]
fn a_floor_out_of_reach_says_by_how_much() {
    let group = Group { name: "over 65".into(), weights: vec![10.0; 7], floor: Some(0.9) };
    let why = why(Model::Mclp, &Problem { sites: Some(2), groups: vec![group], ..line(7) });
    assert_eq!(
        why,
        "infeasible: at most 85.7 % of group “over 65” can be covered, but its floor is 90.0 %: short by 3"
    );
}

#[test]
fn a_demand_point_that_reaches_nothing_is_counted_in_the_explanation() {
    let mut problem = line(3);
    problem.costs = Costs::from_pairs(3, 3, &[(0, 0, 1.0), (1, 1, 0.0)]).unwrap();
    let why = why(Model::PMedian, &Problem { sites: Some(1), ..problem });
    assert_eq!(why, "infeasible: 1 demand points reach fewer than 1 of the sites that may open at any cost");
}

#[test]
fn without_time_there_is_an_answer_with_an_honest_bound_or_none() {
    let effort = Effort { time_limit: std::time::Duration::ZERO, ..Effort::default() };
    let answer = solve(Model::Mclp, &Problem { sites: Some(2), ..line(7) }, effort);
    match answer {
        Ok(answer) => assert!(answer.bound >= answer.objective && answer.objective <= 6.0),
        Err(why) => assert_eq!(why, Unsolved::NothingFound),
    }
}

#[test]
fn nobody_waiting_stops_the_work() {
    let watch = Watch::new();
    watch.cancel();
    let effort = Effort { watch: Some(&watch), ..Effort::default() };
    let answer = solve(
        Model::PCenter,
        &Problem { sites: Some(2), budget: Some(2.0), site_costs: Some(vec![1.0; 7]), ..line(7) },
        effort,
    );
    assert_eq!(answer, Err(Unsolved::Cancelled));
}
