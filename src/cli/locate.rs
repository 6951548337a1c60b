//! `patchwork locate`: the optimiser alone, over anybody's table of costs or an OR-Library file.

use super::args::{AnswerFormat, LocateArgs};
use super::progress::Progress;
use super::words::whole;
use super::{Failure, floor, print_result, say, seconds, write};
use crate::load::costs::{CostFiles, CostTable, read_costs};
use crate::locate::{Effort, Model, Solution, Status, Unsolved, solve};
use crate::place::Severity;
use serde_json::json;
use std::fmt::Write;

/// Runs the command.
pub fn run(args: &LocateArgs, progress: &Progress) -> Result<(), Failure> {
    progress.step("Reading the costs");
    let table = question(args)?;
    progress.step("Choosing the sites");
    let effort = Effort { time_limit: seconds(args.time_limit)?, work: None, seed: args.seed, watch: None };
    let solved = solve(args.model, &table.problem, effort);
    progress.done();
    let solution = match solved {
        Ok(solution) => solution,
        Err(Unsolved::Wrong(why)) => return Err(Failure::Usage(why)),
        Err(why) => {
            if args.format == AnswerFormat::Json {
                print_result(&no_json(args.model, &why))?;
            }
            return Err(Failure::Failed(why.to_string()));
        }
    };
    let keys: Vec<&str> = solution.sites.iter().map(|&site| table.sites[site].as_str()).collect();
    if let Some(path) = &args.out {
        let rows: Vec<String> = std::iter::once("site".to_owned()).chain(keys.iter().map(|key| quoted(key))).collect();
        write(path, (rows.join("\n") + "\n").as_bytes())?;
        eprintln!("wrote {} sites to {}", keys.len(), path.display());
    }
    let demand = table.problem.weights.iter().sum();
    match args.format {
        AnswerFormat::Json => print_result(&as_json(&solution, &keys, demand)),
        AnswerFormat::Text => print_result(&as_text(&solution, &keys, demand)),
    }
}

fn question(args: &LocateArgs) -> Result<CostTable, Failure> {
    let files = CostFiles {
        costs: Some(&args.costs),
        weights: args.weights.as_deref(),
        groups: args.groups.as_deref(),
        sites: args.sites.as_deref(),
        between_sites: args.model == Model::PDispersion,
    };
    let mut table = read_costs(files).map_err(|issues| {
        say(&issues, Severity::Error);
        Failure::Failed(format!("no question can be made of {}", args.costs.display()))
    })?;
    say(&table.issues, Severity::Warning);
    let problem = &mut table.problem;
    problem.sites = args.p.or_else(|| problem.sites.filter(|_| args.budget.is_none()));
    if args.model == Model::Lscp {
        problem.sites = args.p;
    }
    problem.radius = args.radius;
    problem.budget = args.budget;
    problem.times = args.times;
    for words in &args.floor {
        let (group, share) = floor(words)?;
        table.set_floor(group, share).map_err(Failure::Usage)?;
    }
    Ok(table)
}

fn as_text(solution: &Solution, keys: &[&str], demand: f64) -> String {
    let mut text = String::new();
    let proven = match solution.status {
        Status::Optimal => "proven: nothing better exists",
        Status::Feasible => "the best found in time",
    };
    let _ = writeln!(text, "model      {}", solution.model.word());
    let _ = writeln!(text, "status     {} ({proven})", solution.status.word());
    let _ = writeln!(text, "objective  {}", solution.objective);
    let _ = writeln!(text, "bound      {}", solution.bound);
    let _ = writeln!(text, "gap        {:.4} %", solution.gap() * 100.0);
    let _ = writeln!(text, "seconds    {:.2}", solution.seconds);
    if let Some(covered) = solution.covered {
        let share = if demand > 0.0 { format!(" ({:.2} %)", covered / demand * 100.0) } else { String::new() };
        let _ = writeln!(text, "covered    {covered}");
        let _ = writeln!(text, "of         {demand}{share}");
    }
    if let Some(spent) = solution.spent {
        let _ = writeln!(text, "spent      {}", whole(spent));
    }
    for group in &solution.groups {
        let _ = writeln!(text, "group      {}: {:.2} %", group.name, group.share() * 100.0);
    }
    let _ = writeln!(text, "sites      {}", keys.join(" "));
    text
}

fn as_json(solution: &Solution, keys: &[&str], demand: f64) -> String {
    let groups: Vec<_> = solution
        .groups
        .iter()
        .map(|group| json!({ "group": group.name, "covered": group.covered, "total": group.total }))
        .collect();
    let value = json!({
        "model": solution.model.word(),
        "status": solution.status.word(),
        "objective": solution.objective,
        "bound": solution.bound,
        "gap": solution.gap(),
        "seconds": solution.seconds,
        "sites": keys,
        "covered": solution.covered,
        "demand": demand,
        "groups": groups,
        "spent": solution.spent,
        "seed": solution.seed,
    });
    format!("{value:#}\n")
}

fn no_json(model: Model, why: &Unsolved) -> String {
    let (status, short_by) = match why {
        Unsolved::Infeasible(rule) => ("infeasible", Some(rule.short_by)),
        _ => ("unsolved", None),
    };
    let value = json!({ "model": model.word(), "status": status, "short_by": short_by, "reason": why.to_string() });
    format!("{value:#}\n")
}

fn quoted(key: &str) -> String {
    if key.contains([',', '"', '\n']) { format!("\"{}\"", key.replace('"', "\"\"")) } else { key.to_owned() }
}
