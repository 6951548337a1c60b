//! From the question to the plan: start, search, proof, recount.

use super::assign;
use super::bounds::{floor, number, obstacle};
use super::branch;
use super::columns;
use super::dice::Dice;
use super::exact;
use super::frame::Frame;
use super::median;
use super::problem::{Effort, Problem};
use super::recount::recount;
use super::search::{Found, Ground, resume, search};
use super::solution::{Solution, Status, Unsolved};
use super::start::shares;
use super::today::{from_today, named_as_today};
use super::work::Work;

/// How much of the work goes into the search before a proof is tried; what a proof leaves goes into the search again.
/// A proof finds better plans than the search where it comes to an end, so it begins early.
const SEARCH_SHARE: f64 = 0.15;
/// Steps that are enough before a proof, however much time there is: about a second.
const ENOUGH_BEFORE: f64 = 2e8;
/// How much of the work goes into the bound on distances.
const MEDIAN_SHARE: f64 = 0.4;
/// Share of the time limit after which a proof begins whatever is left of the steps before it: on a busy machine the
/// clock runs faster than the work.
const CLOCK_SHARE: f64 = 0.3;

/// Which plan is best?
///
/// Starts, feasibility and better plans come from annealed re-splitting of pairs of parts along random spanning trees
/// (after DeFord, Duchin and Solomon 2021) and moves of single units; see METHODS.md for the proof. The plan with its
/// weights is counted anew from the problem before it is given.
///
/// # Errors
/// [`Unsolved`] when the question is wrong, no plan exists at any tolerance, or somebody cancelled. Bounds that cannot
/// be met are no error: the answer is then the nearest plan, with the status infeasible.
pub fn solve(problem: &Problem, effort: Effort<'_>) -> Result<Solution, Unsolved> {
    if let Some(fault) = problem.fault() {
        return Err(Unsolved::Wrong(fault));
    }
    let mut work = Work::start(&effort);
    let pieces = problem.adjacency.pieces(|_| true);
    if pieces.len() > problem.parts {
        return Err(Unsolved::Impossible(too_many_pieces(problem, &pieces)));
    }
    let frame = Frame::new(problem);
    let Some(ground) = ground(&frame, problem) else {
        let sentence = "the units that must stay together leave too few to make so many parts; ask for fewer parts";
        return Err(Unsolved::Impossible(sentence.to_owned()));
    };
    let obstacle = obstacle(problem, &pieces);
    let least = floor(problem, pieces.len());
    let start = from_today(&frame, &mut Dice::new(effort.seed ^ 0x5EED));
    let mut resplits = 0;
    let mut found = Found::default();
    let exact = exact::best(problem);
    let of_blocks = |parts: &[u32]| frame.members.iter().map(|units| parts[units[0] as usize]).collect::<Vec<u32>>();
    if let Some(best) = exact.as_ref().filter(|best| best.is_met) {
        found.best = Some((best.objective, of_blocks(&best.parts)));
    } else if obstacle.is_none() && exact.is_none() {
        (found, resplits) = first(&frame, &ground, start.as_deref(), least, &effort, &mut work);
    }
    let mut notes = Vec::new();
    let mut outcome = Outcome { bound: least, infeasible: obstacle.is_some() || exact.is_some() };
    if let Some(best) = exact.as_ref().filter(|best| best.is_met) {
        outcome.bound = best.objective;
    } else if effort.prove && can_prove(problem) && obstacle.is_none() {
        resplits += prove(&frame, &ground, &mut found, &mut outcome, effort.seed, &mut work);
    }
    let labels = match found.best.clone() {
        Some((_, labels)) => labels,
        None if exact.is_some() => exact.map(|best| of_blocks(&best.parts)).unwrap_or_default(),
        None => {
            let lowest = obstacle.as_ref().map_or(0.0, |(_, share)| *share);
            let (labels, made) = nearest(problem, &found, lowest, effort.seed, &mut work);
            resplits += made;
            labels.ok_or_else(|| Unsolved::Impossible("no plan with connected parts was found".to_owned()))?
        }
    };
    if work.is_cancelled() {
        return Err(Unsolved::Cancelled);
    }
    let parts = frame.spread(&labels);
    let is_named = problem.today.is_some() || !problem.fixed.is_empty();
    let parts = if is_named { named_as_today(problem, parts) } else { renumbered(&parts) };
    let count = recount(problem, &parts);
    if let (Some((sentence, _)), true) = (&obstacle, count.outside > 0.0) {
        notes.push(format!("No plan can meet the bounds: {sentence}."));
    }
    if !count.broken.is_empty() {
        if found.best.is_some() {
            return Err(Unsolved::FailedRecount(count.broken.join("; ")));
        }
        notes.push(format!("No plan was found that meets the rules: {}.", count.broken.join("; ")));
    }
    let (average, deviation) = (problem.average(), deviation(problem, &count.weights));
    let is_met = count.outside <= 0.0 && count.broken.is_empty();
    if !is_met {
        outcome.bound = least;
        let (low, high) = (number(problem.lower), number(problem.upper));
        let shown = (deviation * 1e4).ceil() / 100.0;
        notes.push(format!(
            "Parts of {low} to {high} were asked for; the nearest plan found is within {shown} % of the average of {}.",
            number(average)
        ));
    }
    let reached = is_met && count.objective <= outcome.bound + 1e-9 * outcome.bound.abs().max(1.0);
    let status = match (is_met, reached) {
        (false, _) => Status::Infeasible,
        (true, true) => Status::Optimal,
        (true, false) => Status::Feasible,
    };
    notes.extend(ended_by_clock(work.is_cut_short(), status));
    Ok(Solution {
        status,
        parts,
        objective: count.objective,
        bound: if status == Status::Optimal { count.objective } else { outcome.bound.min(count.objective) },
        weights: count.weights,
        cut_edges: count.cut_edges,
        moved: count.moved,
        deviation,
        outside: count.outside,
        proven_infeasible: outcome.infeasible && !is_met,
        notes,
        seconds: work.seconds(),
        cut_short: work.is_cut_short(),
        resplits,
        seed: effort.seed,
    })
}

/// That another run may end otherwise; a proven plan can only be replaced by one as good.
fn ended_by_clock(is_cut_short: bool, status: Status) -> Option<String> {
    let as_good = if status == Status::Optimal { " that is as good" } else { "" };
    is_cut_short.then(|| format!("The clock ended the search, so another run may end with another plan{as_good}."))
}

/// How far the worst part is from the average, as a share of it.
fn deviation(problem: &Problem, weights: &[f64]) -> f64 {
    let average = problem.average();
    let away = |weight: &f64| if average > 0.0 { (weight - average).abs() / average } else { 0.0 };
    weights.iter().map(away).fold(0.0, f64::max)
}

/// What is proven.
struct Outcome {
    bound: f64,
    infeasible: bool,
}

/// The first plans: all the work there is, or a share of it where a proof comes after.
fn first(
    frame: &Frame<'_>,
    ground: &Ground,
    start: Option<&[u32]>,
    least: f64,
    effort: &Effort<'_>,
    work: &mut Work<'_>,
) -> (Found, u64) {
    work.say("Looking for a plan");
    let problem = frame.problem;
    let mut steps = work.left();
    if effort.prove && can_prove(problem) {
        steps = (steps as f64 * SEARCH_SHARE).min(ENOUGH_BEFORE) as u64;
        work.stop_at(CLOCK_SHARE);
    }
    let enough = |cost: f64| cost <= least + 1e-9 * least.abs();
    let start = start.filter(|_| problem.objective.moved > 0.0);
    let found = search(frame, ground, start, effort.seed, steps, work, &enough);
    work.go_on();
    found
}

/// Whether there is a way of proof for the problem.
fn can_prove(problem: &Problem) -> bool {
    columns::applies(problem) || assign::applies(problem) || median::applies(problem)
}

/// Proves how good the plan is, or finds a better one, as far as the work goes; gives the re-splits made.
fn prove(
    frame: &Frame<'_>,
    ground: &Ground,
    found: &mut Found,
    outcome: &mut Outcome,
    seed: u64,
    work: &mut Work<'_>,
) -> u64 {
    let is_open = |cost: f64, bound: f64| cost > bound + 1e-9 * bound.abs();
    let bound = &mut outcome.bound;
    if assign::applies(frame.problem) && found.best.as_ref().is_none_or(|(cost, _)| is_open(*cost, *bound)) {
        work.say("Proving how good it is");
        let start = found.best.as_ref().map(|(_, labels)| named_as_today(frame.problem, frame.spread(labels)));
        let proof = assign::prove(frame.problem, start.as_deref(), work);
        *bound = bound.max(proof.bound);
        outcome.infeasible |= proof.is_infeasible;
        if let Some((cost, parts)) = proof.best {
            found.best = Some((cost, frame.members.iter().map(|units| parts[units[0] as usize]).collect()));
        }
    }
    let Some((cost, _)) = found.best.clone().filter(|(cost, _)| is_open(*cost, *bound)) else { return 0 };
    work.say("Proving how good it is");
    if branch::applies(frame.problem) {
        let price = frame.problem.objective.cut_edges;
        let proof = branch::prove(frame.problem, (cost / price).round() as u32, work);
        *bound = bound.max(price * f64::from(proof.least));
        let of_blocks = |plan: Vec<u32>| frame.members.iter().map(|units| plan[units[0] as usize]).collect();
        found.best = proof.plan.map(|plan| (price * f64::from(proof.least), of_blocks(plan))).or(found.best.take());
    }
    let Some((cost, _)) = found.best.clone().filter(|(cost, _)| is_open(*cost, *bound)) else { return 0 };
    if columns::applies(frame.problem)
        && let Some(proof) = columns::prove(frame.problem, cost, &found.ends, work)
    {
        *bound = bound.max(proof.bound);
        found.best = proof.better.or(found.best.take());
    }
    let Some((cost, labels)) = found.best.clone().filter(|(cost, _)| is_open(*cost, *bound)) else { return 0 };
    if median::applies(frame.problem) {
        // What the rest of a mix comes to at least, `bound` says already.
        let rest = *bound;
        work.keep((work.left() as f64 * (1.0 - MEDIAN_SHARE)) as u64);
        *bound += median::bound(frame.problem, cost - rest, work);
        work.keep(0);
    }
    work.say("Looking for a better plan");
    let (more, made) = resume(frame, ground, None, &labels, seed, work, &|cost| !is_open(cost, *bound));
    found.best = more.best.filter(|(new, _)| *new < cost).or(found.best.take());
    made
}

/// The pieces of the graph of blocks, and how many parts each gets.
fn ground(frame: &Frame<'_>, problem: &Problem) -> Option<Ground> {
    let pieces = frame.pieces();
    let weights: Vec<f64> = pieces.iter().map(|piece| piece.iter().map(|&b| frame.weights[b as usize]).sum()).collect();
    let sizes: Vec<usize> = pieces.iter().map(Vec::len).collect();
    let counts = shares(&weights, &sizes, problem.parts, problem.lower, problem.upper)?;
    Some(Ground { pieces, counts })
}

/// The plan whose worst part is nearest to the average: tolerances between what was reached and what cannot be are
/// tried until the two meet or the work is used up.
fn nearest(problem: &Problem, found: &Found, lowest: f64, seed: u64, work: &mut Work<'_>) -> (Option<Vec<u32>>, u64) {
    work.say("Looking for the nearest tolerance that can be met");
    let average = problem.average();
    let worst = |labels: &[u32], frame: &Frame<'_>| {
        let mut loads = vec![0.0; problem.parts];
        labels.iter().enumerate().for_each(|(block, &label)| loads[label as usize] += frame.weights[block]);
        deviation(problem, &loads)
    };
    let frame = Frame::new(problem);
    let mut best = found.nearest.as_ref().map(|(_, labels)| (worst(labels, &frame), labels.clone()));
    let asked =
        if average > 0.0 { ((problem.upper - average).min(average - problem.lower) / average).max(0.0) } else { 0.0 };
    let mut low = lowest.max(asked);
    let mut resplits = 0;
    let mut tries = 0;
    while tries < 24 {
        tries += 1;
        let tolerance = match &best {
            // A plan at the very floor cannot be bettered.
            Some((reached, _)) if *reached <= low * 1.02 + 1e-6 => break,
            Some((reached, _)) if tries == 1 && lowest > 0.0 => (low * 1.000_001).min(*reached),
            Some((reached, _)) => 0.5 * (low + reached),
            None => f64::INFINITY,
        };
        let mut wider = problem.clone();
        wider.lower = if tolerance.is_finite() { (average * (1.0 - tolerance)).min(problem.lower) } else { 0.0 };
        wider.upper = if tolerance.is_finite() { (average * (1.0 + tolerance)).max(problem.upper) } else { f64::MAX };
        let frame = Frame::new(&wider);
        let Some(ground) = ground(&frame, &wider) else { break };
        let steps = (work.left() / 6).max(1_000_000);
        let (first, made) = search(&frame, &ground, None, seed.wrapping_add(tries), steps, work, &|_| true);
        resplits += made;
        match first.best {
            Some((_, labels)) => {
                let reached = worst(&labels, &frame);
                if best.as_ref().is_none_or(|(least, _)| reached < *least) {
                    best = Some((reached, labels));
                }
            }
            None => low = if tolerance.is_finite() { tolerance } else { low },
        }
        if !work.spend(0) {
            break;
        }
    }
    (best.map(|(_, labels)| labels), resplits)
}

/// The same plan with its parts in the order of their first units.
fn renumbered(parts: &[u32]) -> Vec<u32> {
    let mut number = vec![u32::MAX; parts.iter().max().map_or(0, |&last| last as usize + 1)];
    let mut next = 0;
    parts
        .iter()
        .map(|&part| {
            let own = &mut number[part as usize];
            if *own == u32::MAX {
                *own = next;
                next += 1;
            }
            *own
        })
        .collect()
}

fn too_many_pieces(problem: &Problem, pieces: &[Vec<u32>]) -> String {
    let smallest = pieces.iter().min_by_key(|piece| piece.len());
    let islands = smallest.map_or_else(String::new, |piece| {
        let shown: Vec<String> = piece.iter().take(8).map(ToString::to_string).collect();
        let more = if piece.len() > shown.len() { " and others" } else { "" };
        format!("; the smallest holds unit {}{more}", shown.join(", "))
    });
    format!(
        "the units fall into {} pieces that no edge joins{islands}; no part can lie in two of them, so {} cannot be \
         made. Join the pieces by edges (a bridge, a ferry), or ask for at least {} parts",
        pieces.len(),
        if problem.parts == 1 { "1 part".to_owned() } else { format!("{} parts", problem.parts) },
        pieces.len()
    )
}
