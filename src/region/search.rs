//! Good plans: first one that meets the bounds, then better ones, by annealing.

use super::dice::Dice;
use super::frame::Frame;
use super::resplit::Splitter;
use super::start::grown;
use super::state::{Climate, State};
use super::work::Work;

/// Moves between two looks at the budget.
const AT_A_TIME: usize = 256;

/// The best plans met so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Found {
    /// The cheapest plan that meets every rule, and what it costs.
    pub(super) best: Option<(f64, Vec<u32>)>,
    /// The plan with the least weight outside the bounds, and that weight.
    pub(super) nearest: Option<(f64, Vec<u32>)>,
    /// Plans within the bounds that annealings ended with: their parts are where a proof begins.
    pub(super) ends: Vec<Vec<u32>>,
}

impl Found {
    /// Looks at a plan; says whether it is the best so far.
    pub(super) fn look(&mut self, state: &State<'_, '_>) -> bool {
        if state.n_bad == 0 && state.cost < state.frame.forbidding * 0.5 {
            if self.best.as_ref().is_none_or(|(cost, _)| state.cost < cost - 1e-9 * cost.abs()) {
                self.best = Some((state.cost, state.labels.clone()));
                return true;
            }
        } else if self.best.is_none() {
            let outside = state.outside();
            if self.nearest.as_ref().is_none_or(|(least, _)| outside < *least) {
                self.nearest = Some((outside, state.labels.clone()));
            }
        }
        false
    }
}

/// One annealing: how many moves, which share of them re-splits, and the climates it goes through.
#[derive(Debug, Clone, Copy)]
pub(super) struct Schedule {
    pub(super) moves: usize,
    pub(super) resplits: f64,
    pub(super) from: Climate,
    pub(super) to: Climate,
    /// Whether it ends with the first plan within the bounds.
    pub(super) until_met: bool,
}

/// Runs one annealing from the state; says whether to go on afterwards.
pub(super) fn anneal(
    state: &mut State<'_, '_>,
    splitter: &mut Splitter,
    schedule: &Schedule,
    found: &mut Found,
    dice: &mut Dice,
    work: &mut Work<'_>,
) -> bool {
    let rounds = schedule.moves.div_ceil(AT_A_TIME).max(1);
    let has_centres = state.frame.problem.objective.distance > 0.0;
    found.look(state);
    for round in 0..rounds {
        if schedule.until_met && found.best.is_some() {
            return work.spend(0);
        }
        let done = round as f64 / rounds as f64;
        let between = |a: f64, b: f64| if a > 0.0 && b > 0.0 { a * (b / a).powf(done) } else { a + (b - a) * done };
        let climate = Climate {
            outside: between(schedule.from.outside, schedule.to.outside),
            pull: between(schedule.from.pull, schedule.to.pull),
            temperature: between(schedule.from.temperature, schedule.to.temperature),
        };
        let mut steps = 0;
        for _ in 0..AT_A_TIME {
            if dice.unit() < schedule.resplits {
                if let Some(border) = border_of_bad(state, dice, schedule.until_met) {
                    steps += 8 * splitter.resplit(state, border, &climate, dice);
                }
                found.look_if(state, schedule.until_met);
                if schedule.until_met && found.best.is_some() {
                    break;
                }
            } else {
                steps += 40;
                if state.flip(&climate, dice) {
                    found.look_if(state, schedule.until_met);
                }
            }
        }
        if has_centres && round % 8 == 7 {
            state.find_centres();
        }
        if !work.spend(steps) {
            return false;
        }
    }
    true
}

impl Found {
    /// As [`Found::look`], without a search for the nearest while there is a plan within the bounds to be bettered.
    fn look_if(&mut self, state: &State<'_, '_>, is_seeking: bool) {
        if state.n_bad == 0 || is_seeking {
            self.look(state);
        }
    }
}

/// A border, seven times in ten of a part outside the bounds while they are sought.
fn border_of_bad(state: &State<'_, '_>, dice: &mut Dice, is_seeking: bool) -> Option<[u32; 2]> {
    if !is_seeking || dice.below(10) >= 7 {
        return state.border(dice);
    }
    let mut border = state.border(dice)?;
    for _ in 0..12 {
        if border.iter().any(|&block| state.is_bad(state.labels[block as usize] as usize)) {
            break;
        }
        border = state.border(dice)?;
    }
    Some(border)
}

/// What a start is made of: the pieces of the graph and how many parts each gets.
pub(super) struct Ground {
    pub(super) pieces: Vec<Vec<u32>>,
    pub(super) counts: Vec<usize>,
}

/// Plans within the bounds, then better ones, until the share of the work that is given here is used up.
pub(super) fn search(
    frame: &Frame<'_>,
    ground: &Ground,
    start: Option<&[u32]>,
    seed: u64,
    steps: u64,
    work: &mut Work<'_>,
    is_good_enough: &dyn Fn(f64) -> bool,
) -> (Found, u64) {
    let mut found = Found::default();
    let mut splitter = Splitter::new(frame);
    let mut dice = Dice::new(seed);
    work.keep(work.left().saturating_sub(steps));
    let labels = start.map_or_else(|| grown(frame, &ground.pieces, &ground.counts, &mut dice), <[u32]>::to_vec);
    let mut state = State::new(frame, labels);
    found.look(&state);
    if let Some(start) = start {
        near(&mut state, start, &mut splitter, &mut found, &mut dice, work);
    }
    let target = 0.5 * (frame.problem.lower + frame.problem.upper);
    let percent = 100.0 / target.max(1e-9);
    // Seek.
    let mut moves = 20_000;
    let mut round = 0_u64;
    let scale = (state.cost.abs() / frame.edges.len().max(1) as f64).max(1e-9);
    while found.best.is_none() {
        let climate = |temperature: f64| Climate {
            outside: 50.0 * scale * percent,
            pull: 0.0,
            temperature: temperature * 50.0 * scale,
        };
        let schedule = Schedule { moves, resplits: 0.9, from: climate(3.0), to: climate(0.1), until_met: true };
        if !anneal(&mut state, &mut splitter, &schedule, &mut found, &mut dice, work) {
            break;
        }
        moves = (moves * 3 / 2).min(5_000_000);
        round += 1;
        if found.best.is_none() && round % 4 == 3 && start.is_none() {
            let fresh = grown(frame, &ground.pieces, &ground.counts, &mut dice);
            state.set(&fresh);
        }
    }
    let mut chain = Chain { ground, start, splitter, dice, state, found };
    chain.better(work, is_good_enough);
    work.keep(0);
    (chain.found, chain.splitter.steps)
}

/// Plans within the bounds as near as can be to a start: single blocks change part, each annealing twice as long as the
/// one before. A re-split would give up a whole border for one block.
fn near(
    state: &mut State<'_, '_>,
    start: &[u32],
    splitter: &mut Splitter,
    found: &mut Found,
    dice: &mut Dice,
    work: &mut Work<'_>,
) {
    let scale = own_scale(state);
    let outside = 3.0 * state.frame.problem.objective.moved;
    let climate = |heat: f64| Climate { outside, pull: 0.0, temperature: heat * scale };
    for doubled in 0..4 {
        let schedule = Schedule {
            moves: 100_000 << doubled,
            resplits: 0.0,
            from: climate(0.8),
            to: climate(0.03),
            until_met: false,
        };
        state.set(start);
        if !anneal(state, splitter, &schedule, found, dice, work) {
            return;
        }
    }
}

/// Better plans than one within the bounds, until the work is used up.
pub(super) fn resume(
    frame: &Frame<'_>,
    ground: &Ground,
    start: Option<&[u32]>,
    labels: &[u32],
    seed: u64,
    work: &mut Work<'_>,
    is_good_enough: &dyn Fn(f64) -> bool,
) -> (Found, u64) {
    let state = State::new(frame, labels.to_vec());
    let mut found = Found::default();
    found.look(&state);
    let (splitter, dice) = (Splitter::new(frame), Dice::new(seed.wrapping_add(0xA11)));
    let mut chain = Chain { ground, start, splitter, dice, state, found };
    chain.better(work, is_good_enough);
    (chain.found, chain.splitter.steps)
}

/// A chain of annealings.
struct Chain<'f, 'p, 'g> {
    ground: &'g Ground,
    start: Option<&'g [u32]>,
    splitter: Splitter,
    dice: Dice,
    state: State<'f, 'p>,
    found: Found,
}

impl Chain<'_, '_, '_> {
    /// Annealings, three in four from the best plan, each fourth from a new one, each longer than the one before.
    fn better(&mut self, work: &mut Work<'_>, is_good_enough: &dyn Fn(f64) -> bool) {
        let frame = self.state.frame;
        let typical = frame.weights.iter().sum::<f64>() / frame.len().max(1) as f64;
        let mut moves = 100_000;
        let mut round = 0_u64;
        while let Some((cost, labels)) = self.found.best.clone() {
            if is_good_enough(cost) || work.left() == 0 {
                return;
            }
            if round % 4 == 3 && self.start.is_none() {
                let fresh = grown(frame, &self.ground.pieces, &self.ground.counts, &mut self.dice);
                self.state.set(&fresh);
            } else {
                self.state.set(&labels);
            }
            let scale = own_scale(&self.state);
            let heat = if round % 4 == 3 { 1.5 } else { 0.7 };
            let climate = |outside: f64, temperature: f64| Climate {
                outside: outside * scale / typical.max(1e-9),
                pull: 0.0,
                temperature: temperature * scale,
            };
            let (from, to) = (climate(0.5, heat), climate(6.0, 0.12));
            let schedule = Schedule { moves, resplits: 0.03, from, to, until_met: false };
            let goes_on = anneal(&mut self.state, &mut self.splitter, &schedule, &mut self.found, &mut self.dice, work);
            if self.state.n_bad == 0 {
                self.found.ends.push(self.state.labels.clone());
            }
            if !goes_on {
                return;
            }
            moves = (moves * 5 / 4).min(20_000_000);
            round += 1;
        }
    }
}

/// What a typical move changes in the objective: the mean price of an edge, or of a block for itself.
fn own_scale(state: &State<'_, '_>) -> f64 {
    let objective = state.frame.problem.objective;
    if objective.cut_edges > 0.0 {
        let n = state.frame.edges.len().max(1);
        let sum: f64 = (0..state.frame.len() as u32)
            .flat_map(|block| state.frame.arcs(block))
            .filter(|arc| arc.joins)
            .map(|arc| arc.cost.abs())
            .sum();
        return (sum / (2 * n) as f64).max(1e-9);
    }
    let n = state.frame.len().max(1) as f64;
    if objective.moved > 0.0 {
        return objective.moved * state.frame.weights.iter().sum::<f64>() / n;
    }
    (state.cost.abs() / n).max(1e-9)
}
