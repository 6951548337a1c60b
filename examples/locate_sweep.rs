//! Every published instance that is at hand, with times: `cargo run --example locate_sweep -- SHARED [INPUTS]`.
//!
//! `SHARED` holds `data/benchmarks`; `INPUTS` what `peers/00_make_inputs.py siting` wrote. Prints one line per
//! instance: size, published optimum, ours, bound, status, seconds, and the peak memory so far.
#![allow(clippy::print_stdout, clippy::unnecessary_debug_formatting, reason = "it prints what it finds")]

use patchwork::load::costs::{CostFiles, read_costs};
use patchwork::locate::{Costs, Effort, Model, Problem, solve};
use std::path::{Path, PathBuf};

fn main() {
    let mut args = std::env::args().skip(1).map(PathBuf::from);
    let Some(shared) = args.next() else { return println!("usage: locate_sweep SHARED [INPUTS]") };
    let benchmarks = shared.join("data/benchmarks");
    orlib(&benchmarks.join("orlib"));
    for (name, radius, sites) in [
        ("SJC324", 800.0, 1..=5),
        ("SJC402", 800.0, 1..=6),
        ("PCB3038", 400.0, 10..=10),
        ("PCB3038", 400.0, 20..=20),
        ("PCB3038", 200.0, 40..=40),
        ("PCB3038", 200.0, 100..=100),
    ] {
        for sites in sites {
            let points = points(&benchmarks.join(format!("mclp/{name}.txt")), 1, 0);
            let problem = covering(&points, &points, radius, |p| Problem { sites: Some(sites), ..p });
            say(&format!("MCLP {name} r={radius} p={sites}"), "", Model::Mclp, &problem);
        }
    }
    for name in ["BDS10000", "BDS100000"] {
        let path = benchmarks.join(format!("mclp/{name}.txt"));
        let (sites, demand) = (rows_of(&path, "F"), rows_of(&path, "C"));
        let prices = sites.iter().map(|site| site[2]).collect();
        let problem = covering(&demand, &sites, 5.5, |p| Problem { budget: Some(10.0), site_costs: Some(prices), ..p });
        say(&format!("MCLP {name} r=5.5 budget=10"), "", Model::Mclp, &problem);
    }
    if let Some(inputs) = args.next() {
        for (name, radius, sites) in
            [("mclp_2000x300", 1774.0, 5), ("mclp_2000x300", 1774.0, 10), ("mclp_10000x1000", 4304.0, 20)]
        {
            let demand = table(&inputs.join(format!("{name}_demand.csv")));
            let candidates = table(&inputs.join(format!("{name}_candidates.csv")));
            let problem = covering(&demand, &candidates, radius, |p| Problem { sites: Some(sites), ..p });
            say(&format!("MCLP {name} p={sites}"), "", Model::Mclp, &problem);
        }
    }
}

fn orlib(dir: &Path) {
    let Ok(text) = std::fs::read_to_string(dir.join("optima.csv")) else { return println!("no optima in {dir:?}") };
    for line in text.lines().skip(1) {
        let row: Vec<&str> = line.split(',').collect();
        let path = dir.join(format!("pmed{}.txt", row[0]));
        match read_costs(CostFiles { costs: Some(&path), ..CostFiles::default() }) {
            Ok(table) => {
                let name = |model| format!("{model} pmed{} n={} p={}", row[0], row[1], row[2]);
                say(&name("p-median"), row[3], Model::PMedian, &table.problem);
                say(&name("p-center"), row[4], Model::PCenter, &table.problem);
            }
            Err(issues) => println!("pmed{}: {issues:?}", row[0]),
        }
    }
}

fn say(name: &str, published: &str, model: Model, problem: &Problem) {
    let pairs = problem.costs.n_pairs();
    match solve(model, problem, Effort::default()) {
        Ok(a) => println!(
            "{name} | {pairs} pairs | published {published} | {} | bound {} | {} | {:.3} s | peak {} MB",
            a.objective,
            a.bound,
            a.status.word(),
            a.seconds,
            peak_mb()
        ),
        Err(why) => println!("{name} | {why}"),
    }
}

fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.and_then(|line| line.split_ascii_whitespace().nth(1)?.parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// `x y weight` from each line after `skip` lines, the first number of it at column `from`.
fn points(path: &Path, skip: usize, from: usize) -> Vec<Vec<f64>> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let numbers = |line: &str| -> Vec<f64> {
        line.split([' ', '\t', ',']).filter_map(|word| word.parse().ok()).skip(from).collect()
    };
    text.lines().skip(skip).map(numbers).filter(|point| point.len() >= 2).collect()
}

fn table(path: &Path) -> Vec<Vec<f64>> {
    points(path, 1, 1)
}

fn rows_of(path: &Path, kind: &str) -> Vec<Vec<f64>> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines()
        .filter(|line| line.starts_with(kind))
        .map(|line| line.split_ascii_whitespace().skip(2).filter_map(|word| word.parse().ok()).collect())
        .collect()
}

fn covering(demand: &[Vec<f64>], sites: &[Vec<f64>], radius: f64, rules: impl FnOnce(Problem) -> Problem) -> Problem {
    let lists: Vec<Vec<(u32, f64)>> = demand
        .iter()
        .map(|a| {
            let square = |b: &[f64]| (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2);
            (0u32..).zip(sites).map(|(j, b)| (j, square(b))).filter(|&(_, cost)| cost <= radius * radius).collect()
        })
        .collect();
    let costs = Costs::from_lists(sites.len(), &lists).expect("the points are numbers");
    rules(Problem {
        weights: demand.iter().map(|point| point[2]).collect(),
        radius: Some(radius * radius),
        ..Problem::new(costs)
    })
}
