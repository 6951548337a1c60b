//! Published instances of facility location, against their published optima. The whole of them is run by
//! `examples/locate_sweep.rs`; here are those that take a moment.

use crate::busy::Busy;
use patchwork::load::costs::{CostFiles, read_costs};
use patchwork::locate::{Costs, Effort, Group, Model, Problem, Solution, Status, Unsolved, Watch, solve};
use std::path::PathBuf;
use std::time::Duration;

fn benchmarks() -> PathBuf {
    let shared = std::env::var("PATCHWORK_SHARED").unwrap_or_else(|_| "../shared".to_owned());
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    root.join(shared).join("data/benchmarks")
}

fn optima(name: &str) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(benchmarks().join(name)).expect("the published optima");
    text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

fn proven(model: Model, problem: &Problem) -> Solution {
    let answer = solve(model, problem, Effort::default()).expect("an answer");
    assert_eq!(answer.status, Status::Optimal);
    answer
}

#[test]
fn or_library_medians_and_centres_come_out_as_published() {
    if crate::real_files::real_files().is_none() {
        return;
    }
    for row in optima("orlib/optima.csv") {
        if !["1", "5", "7", "15", "19", "25"].contains(&row[0].as_str()) {
            continue;
        }
        let path = benchmarks().join(format!("orlib/pmed{}.txt", row[0]));
        let table = read_costs(CostFiles { costs: Some(&path), ..CostFiles::default() }).expect("a problem");
        assert_eq!(table.problem.sites, row[2].parse().ok());
        assert_eq!(proven(Model::PMedian, &table.problem).objective.to_string(), row[3], "pmed{}", row[0]);
        assert_eq!(proven(Model::PCenter, &table.problem).objective.to_string(), row[4], "pmed{}", row[0]);
    }
}

#[test]
fn sao_jose_dos_campos_is_covered_as_published() {
    if crate::real_files::real_files().is_none() {
        return;
    }
    for row in optima("mclp/optima.csv") {
        let problem = covering(&row[0], row[1].parse().expect("a radius"), row[2].parse().expect("a number"));
        let published: f64 = row[3].parse().expect("an optimum");
        assert!((proven(Model::Mclp, &problem).objective - published).abs() < 1e-6, "{row:?}");
    }
}

/// Every point is a demand point and a site, covered within the straight-line radius.
fn covering(name: &str, radius: f64, sites: usize) -> Problem {
    let text = std::fs::read_to_string(benchmarks().join(format!("mclp/{name}.txt"))).expect("the instance");
    let points: Vec<Vec<f64>> = text
        .lines()
        .skip(1)
        .map(|line| line.split_ascii_whitespace().filter_map(|word| word.parse().ok()).collect())
        .filter(|point: &Vec<f64>| point.len() >= 3)
        .collect();
    let lists: Vec<Vec<(u32, f64)>> = points
        .iter()
        .map(|a| {
            let away = |b: &Vec<f64>| (a[0] - b[0]).hypot(a[1] - b[1]);
            (0u32..).zip(&points).map(|(j, b)| (j, away(b))).filter(|&(_, cost)| cost <= radius).collect()
        })
        .collect();
    Problem {
        weights: points.iter().map(|point| point[2]).collect(),
        radius: Some(radius),
        sites: Some(sites),
        ..Problem::new(Costs::from_lists(points.len(), &lists).expect("sound costs"))
    }
}

/// Points strewn evenly by a fixed rule, covered within a radius: hard enough that no run ends by itself here.
fn strewn(points: usize) -> Problem {
    let at = |i: usize| ((i as f64 * 0.618_034).fract(), (i as f64 * 0.754_878).fract());
    let near = |a: usize, b: usize| (at(a).0 - at(b).0).hypot(at(a).1 - at(b).1);
    let lists: Vec<Vec<(u32, f64)>> = (0..points)
        .map(|a| (0..points).map(|b| (b as u32, near(a, b))).filter(|&(_, away)| away < 0.2).collect())
        .collect();
    let costs = Costs::from_lists(points, &lists).expect("costs");
    Problem { sites: Some(points / 25), radius: Some(0.08), ..Problem::new(costs) }
}

#[test]
fn a_question_is_cancelled_in_the_middle_of_every_way_of_solving_it() {
    let problem = strewn(900);
    let prices: Vec<f64> = (0..900).map(|site| 1.0 + f64::from(site % 7)).collect();
    let hard = [
        (Model::Mclp, problem.clone()),
        (Model::Mclp, Problem { times: 2, ..problem.clone() }),
        (Model::Mclp, Problem { capacities: Some(vec![20.0; 900]), ..problem.clone() }),
        (Model::PMedian, Problem { budget: Some(100.0), site_costs: Some(prices), ..problem.clone() }),
        (Model::Lscp, Problem { sites: None, ..problem }),
    ];
    for (model, problem) in hard {
        let watch = Watch::new();
        let effort = Effort { time_limit: Duration::from_secs(3600), watch: Some(&watch), ..Effort::default() };
        let answer = std::thread::scope(|scope| {
            let answer = scope.spawn(|| solve(model, &problem, effort));
            std::thread::sleep(Duration::from_millis(700));
            watch.cancel();
            answer.join().expect("it ends")
        });
        assert_eq!(answer, Err(Unsolved::Cancelled), "{model:?}");
    }
}

#[test]
fn work_ends_every_way_of_solving_at_the_same_step_whether_the_machine_is_busy_or_not() {
    let problem = strewn(300);
    let prices: Vec<f64> = (0..300).map(|site| 1.0 + f64::from(site % 7)).collect();
    let group = |name: &str, nth: usize, floor: Option<f64>| Group {
        name: name.into(),
        weights: (0..300).map(|i| f64::from(u8::from(i % nth == 0))).collect(),
        floor,
    };
    let groups = vec![group("thirds", 3, Some(0.1)), group("sevenths", 7, Some(0.1))];
    let hard = [
        (Model::Mclp, problem.clone()),
        (Model::Mclp, Problem { groups: groups.clone(), ..problem.clone() }),
        (Model::WorstOffFirst, Problem { groups, ..problem.clone() }),
        (Model::Mclp, Problem { times: 2, ..problem.clone() }),
        (Model::Mclp, Problem { capacities: Some(vec![20.0; 300]), ..problem.clone() }),
        (Model::PMedian, Problem { sites: None, budget: Some(40.0), site_costs: Some(prices), ..problem.clone() }),
        (Model::Lscp, Problem { sites: None, ..problem }),
    ];
    let watch = Watch::new();
    let effort = Effort { time_limit: Duration::from_secs(600), watch: Some(&watch), ..Effort::default() };
    let mut n_open = 0;
    for (model, problem) in hard {
        // What goes to the solver from outside needs more before anything is found.
        let covers = matches!(model, Model::Mclp | Model::WorstOffFirst);
        let is_ours = covers && problem.times == 1 && problem.capacities.is_none();
        let effort = Effort { work: Some(Duration::from_millis(if is_ours { 20 } else { 800 })), ..effort };
        let ask = || solve(model, &problem, effort).map(|found| Solution { seconds: 0.0, ..found });
        let first = ask();
        n_open += usize::from(first.as_ref().is_ok_and(|found| found.status == Status::Feasible));
        assert!(first.as_ref().is_ok_and(|found| !found.cut_by_clock), "{model:?} {first:?}");
        assert_eq!(ask(), first, "{model:?}, idle");
        let busy = Busy::start();
        assert_eq!(ask(), first, "{model:?}, busy");
        drop(busy);
    }
    // Were all of them proven within so little work, the test would show nothing.
    assert!(n_open >= 2, "{n_open} of the searches were ended by the work");
}

#[test]
fn a_search_that_the_clock_ends_before_its_work_says_so() {
    let effort =
        Effort { time_limit: Duration::from_millis(30), work: Some(Duration::from_secs(600)), ..Effort::default() };
    let found = solve(Model::Mclp, &strewn(900), effort).expect("the best so far");
    assert!(found.cut_by_clock && found.status == Status::Feasible && found.bound >= found.objective);
}
