//! `patchwork region`: parts of anybody's units and edges.

use super::args::{AnswerFormat, RegionArgs, RegionObjective};
use super::progress::Progress;
use super::words::{count, table, whole};
use super::{Failure, print_result, say, seconds, write};
use crate::load::units::{read_coordinates, read_today, read_units};
use crate::place::{Issue, Severity};
use crate::region::{Effort, Objective, Problem, Solution, Status, solve};
use serde_json::{Value, json};
use std::fmt::Write;

/// Runs the command.
pub fn run(args: &RegionArgs, progress: &Progress) -> Result<(), Failure> {
    progress.step("Reading the units");
    let question = question(args)?;
    let watch = progress.watch();
    let effort = Effort {
        time_limit: seconds(args.time_limit)?,
        steps: None,
        seed: args.seed,
        prove: !args.no_proof,
        watch: Some(&watch),
    };
    let solved = solve(&question.problem, effort);
    progress.done();
    let solution = solved.map_err(|why| match why {
        crate::region::Unsolved::Wrong(why) => Failure::Usage(why),
        why => Failure::Failed(why.to_string()),
    })?;
    for note in &solution.notes {
        eprintln!("patchwork: {note}");
    }
    if let Some(path) = &args.out {
        let rows = solution.parts.iter().enumerate().map(|(unit, &part)| format!("{unit},{}\n", question.name(part)));
        write(path, ("unit,part\n".to_owned() + &rows.collect::<String>()).as_bytes())?;
        eprintln!("wrote the part of {} to {}", count(solution.parts.len(), "unit", "units"), path.display());
    }
    match args.format {
        AnswerFormat::Json => print_result(&as_json(&solution, &question))?,
        AnswerFormat::Text => print_result(&as_text(&solution, &question))?,
    }
    if solution.status == Status::Infeasible { Err(Failure::Said) } else { Ok(()) }
}

struct Question {
    problem: Problem,
    names: Vec<String>,
}

impl Question {
    /// What a part is called: as today, or by its number.
    fn name(&self, part: u32) -> String {
        self.names.get(part as usize).cloned().unwrap_or_else(|| part.to_string())
    }
}

fn unreadable(issue: Issue) -> Failure {
    let row = issue.at.row.map_or_else(String::new, |row| format!(", line {row}"));
    Failure::Failed(format!("{}{row}: {}; {}", issue.at.file, issue.problem, issue.remedy))
}

fn question(args: &RegionArgs) -> Result<Question, Failure> {
    let read = read_units(&args.units).map_err(unreadable)?;
    say(&read.issues, Severity::Warning);
    let mut problem = read.problem;
    let header = problem.parts;
    problem.parts = match (args.parts, args.size) {
        (Some(parts), _) => parts,
        (None, Some(size)) if size > 0.0 => ((problem.total() / size).round() as usize).max(1),
        (None, Some(size)) => return Err(Failure::Usage(format!("--size {size}: give a weight above 0"))),
        (None, None) => header,
    };
    let average = problem.average();
    if let Some(tolerance) = args.tolerance {
        if !(tolerance.is_finite() && tolerance >= 0.0) {
            return Err(Failure::Usage(format!("--tolerance {tolerance}: give a share from 0, such as 0.05 for 5 %")));
        }
        // A bound is met when it is met to the last digit a person would write.
        let slack = 1e-9 * average;
        (problem.lower, problem.upper) = (average * (1.0 - tolerance) - slack, average * (1.0 + tolerance) + slack);
    } else if problem.parts != header {
        let scale = header as f64 / problem.parts.max(1) as f64;
        (problem.lower, problem.upper) = (problem.lower * scale, problem.upper * scale);
    }
    let n = problem.weights.len();
    if let Some(path) = &args.coordinates {
        problem.coordinates = Some(read_coordinates(path, n).map_err(unreadable)?);
    }
    let mut names = Vec::new();
    if let Some(path) = &args.today {
        let today = read_today(path, n).map_err(unreadable)?;
        names = today.names;
        if names.len() > problem.parts {
            return Err(Failure::Usage(format!(
                "{} names {} parts, but {} were asked for; ask for at least as many as there are today",
                path.display(),
                names.len(),
                problem.parts
            )));
        }
        let mut next = 0_usize;
        while names.len() < problem.parts {
            let name = next.to_string();
            if !names.contains(&name) {
                names.push(name);
            }
            next += 1;
        }
        problem.today = Some(today.parts);
    }
    problem.objective = match args.objective {
        RegionObjective::CutEdges => Objective::CUT_EDGES,
        RegionObjective::Distance if problem.coordinates.is_none() => {
            return Err(Failure::Usage(
                "--objective distance needs --coordinates FILE with x y of each unit".to_owned(),
            ));
        }
        RegionObjective::Distance => Objective::DISTANCE,
        RegionObjective::Moved if problem.today.is_none() => {
            return Err(Failure::Usage("--objective moved needs --today FILE with the part of each unit".to_owned()));
        }
        RegionObjective::Moved => Objective::MOVED,
    };
    Ok(Question { problem, names })
}

fn as_text(solution: &Solution, question: &Question) -> String {
    let mut text = String::new();
    let proven = match solution.status {
        Status::Optimal => "proven: nothing better exists",
        Status::Feasible => "the best found in time",
        Status::Infeasible if solution.proven_infeasible => {
            "proven: no plan is within the bounds; this is the nearest found"
        }
        Status::Infeasible => "no plan within the bounds was found; this is the nearest",
    };
    let _ = writeln!(text, "status     {} ({proven})", solution.status.word());
    let _ = writeln!(text, "objective  {}", solution.objective);
    let _ = writeln!(text, "bound      {}", solution.bound);
    let _ = writeln!(text, "gap        {:.4} %", solution.gap() * 100.0);
    let _ = writeln!(text, "seconds    {:.2}", solution.seconds);
    let _ = writeln!(text, "tolerance  {:.2} %", (solution.deviation * 1e4).ceil() / 100.0);
    let _ = writeln!(text, "cut edges  {}", solution.cut_edges);
    if let Some(moved) = solution.moved {
        let _ = writeln!(text, "moved      {}", whole(moved));
    }
    let mut units = vec![0_usize; solution.weights.len()];
    solution.parts.iter().for_each(|&part| units[part as usize] += 1);
    let mut rows = vec![vec!["part".to_owned(), "units".to_owned(), "weight".to_owned()]];
    for (part, weight) in solution.weights.iter().enumerate() {
        rows.push(vec![question.name(part as u32), units[part].to_string(), whole(*weight)]);
    }
    text.push('\n');
    text.push_str(&table(&rows));
    let parts: Vec<String> = solution.parts.iter().map(|&part| question.name(part)).collect();
    let _ = writeln!(text, "\nparts of the units, in their order:\n{}", parts.join(" "));
    text
}

fn as_json(solution: &Solution, question: &Question) -> String {
    let name = |part: u32| {
        let name = question.name(part);
        name.parse::<u64>().map_or_else(|_| Value::from(name.clone()), Value::from)
    };
    let problem = &question.problem;
    let value = json!({
        "status": solution.status.word(),
        "objective": solution.objective,
        "bound": solution.bound,
        "gap": solution.gap(),
        "seconds": solution.seconds,
        "parts": solution.parts.iter().map(|&part| name(part)).collect::<Vec<_>>(),
        "weights": solution.weights,
        "lower": problem.lower,
        "upper": problem.upper,
        "tolerance_met": solution.deviation,
        "weight_outside": solution.outside,
        "cut_edges": solution.cut_edges,
        "weight_moved": solution.moved,
        "proven_infeasible": solution.proven_infeasible,
        "ended_by_clock": solution.cut_short,
        "resplits": solution.resplits,
        "seed": solution.seed,
        "notes": solution.notes,
    });
    format!("{value}\n")
}
