//! A place's zones as units of a problem of districting, and its answers as patches.

use super::Asked;
use super::brief::{Aim, Brief, Weight};
use super::cost::{Cost, NewPatch, Plan, Plans, Point, moved};
use super::neighbours::{Joined, Neighbours, join_pieces, middle};
use super::rules::{RulesMet, Sides, together};
use crate::place::{IdVec, PatchIdx, People, Place, ZoneIdx};
use crate::plan::hubs::deprivation_weight;
use crate::region::{Adjacency, Objective, Problem, Solution, Unsolved};

pub(super) struct Question {
    /// The zones that are divided, sorted.
    units: Vec<ZoneIdx>,
    edges: Vec<[u32; 2]>,
    weights: Vec<f64>,
    /// The patch in which most people of each unit live today.
    main: Vec<Option<PatchIdx>>,
    /// Units that today's patches divide, and the people who are not in the main patch of theirs.
    divided: (usize, f64),
    /// The same as an index into `named`.
    today: Option<Vec<Option<u32>>>,
    /// Patches of today in which a unit has most of its people.
    pub(super) named: Vec<PatchIdx>,
    parts: usize,
    /// Units heavier than a patch may be, each a patch by itself.
    pub(super) alone: Vec<u32>,
    tolerance: f64,
    pub(super) joined: Vec<Joined>,
    /// Units that stay together.
    together: Vec<Vec<u32>>,
    kept: RulesMet,
    /// Zones outside today's patches, which stay out, and their residents.
    pub(super) left_out: (usize, f64),
    at: Vec<[f64; 2]>,
}

/// The patch of each zone today: where most of its people live; a zone without people is where its middle home is.
fn todays(place: &Place) -> IdVec<ZoneIdx, Option<PatchIdx>> {
    let most = |zone: ZoneIdx| {
        let mut shares: Vec<(Option<PatchIdx>, f64)> = Vec::new();
        for position in place.positions_of(zone) {
            let share = position.span.to - position.span.from;
            match shares.iter_mut().find(|(patch, _)| *patch == position.patch) {
                Some(own) => own.1 += share,
                None => shares.push((position.patch, share)),
            }
        }
        // Of equal shares a patch, and the first of them.
        let rank = |patch: Option<PatchIdx>| (patch.is_none(), patch);
        shares
            .into_iter()
            .max_by(|a, b| a.1.total_cmp(&b.1).then(rank(b.0).cmp(&rank(a.0))))
            .and_then(|(patch, _)| patch)
    };
    place.zones.indices().map(most).collect()
}

/// People of a zone who live in another patch than most of it.
fn apart(place: &Place, zone: ZoneIdx, main: Option<PatchIdx>) -> f64 {
    let is_apart = |patch: Option<PatchIdx>| patch.is_some() && patch != main;
    place.positions_of(zone).iter().filter(|p| is_apart(p.patch)).map(|p| p.residents).sum()
}

impl Question {
    pub(super) fn of(place: &Place, brief: &Brief, near: &Neighbours) -> Result<Self, Unsolved> {
        check(place, brief)?;
        let today = todays(place);
        let has_today = !place.patches.is_empty();
        let units: Vec<ZoneIdx> = place.zones.indices().filter(|&zone| !has_today || today[zone].is_some()).collect();
        if units.is_empty() {
            return Err(Unsolved::Wrong("no zone with a home lies in a patch: there is nothing to divide".to_owned()));
        }
        let out: Vec<ZoneIdx> = place.zones.indices().filter(|zone| units.binary_search(zone).is_err()).collect();
        let left_out = (out.len(), out.iter().fold(0.0, |all, &zone| all + place.zones[zone].residents.total));
        let weights: Vec<f64> = units.iter().map(|&zone| weight(place, brief.weight, zone)).collect();
        let unit = |zone: ZoneIdx| units.binary_search(&zone).ok().map(|unit| unit as u32);
        let mut edges: Vec<[u32; 2]> = near.pairs.iter().filter_map(|&[a, b]| Some([unit(a)?, unit(b)?])).collect();
        let mut named: Vec<PatchIdx> = units.iter().filter_map(|&zone| today[zone]).collect();
        named.sort_unstable();
        named.dedup();
        let total: f64 = weights.iter().sum();
        let parts = match (brief.parts, brief.target) {
            (Some(parts), _) => parts,
            (None, Some(target)) => ((total / target).round() as usize).max(1),
            (None, None) if !named.is_empty() => named.len(),
            (None, None) => {
                let why = "this place has no patches today: say how many there should be, or how large each";
                return Err(Unsolved::Wrong(why.to_owned()));
            }
        };
        if brief.repair && parts != named.len() {
            let sentence = format!(
                "today\u{2019}s {} patches are mended as they are; for {parts} patches have new ones drawn",
                named.len()
            );
            return Err(Unsolved::Wrong(sentence));
        }
        if parts > units.len() {
            let sentence = format!("{parts} patches cannot be made of {} zones; ask for fewer", units.len());
            return Err(Unsolved::Wrong(sentence));
        }
        let lower = (1.0 - brief.tolerance) * total / parts as f64;
        let (joined, kept) = settle_edges(place, brief, (&units, &weights), &mut edges, lower);
        let index = |patch: PatchIdx| named.binary_search(&patch).ok().map(|at| at as u32);
        let own = |&zone: &ZoneIdx| today[zone].and_then(index);
        let main: Vec<Option<PatchIdx>> = units.iter().map(|&zone| today[zone]).collect();
        let apart = units.iter().map(|&zone| apart(place, zone, today[zone])).filter(|people| *people > 0.0);
        let divided = apart.fold((0, 0.0), |(zones, all), people| (zones + 1, all + people));
        let today = has_today.then(|| units.iter().map(own).collect());
        let at = units.iter().map(|&zone| middle(place, zone)).collect();
        let (named, tolerance) = (named, brief.tolerance);
        let mut question = Self {
            units,
            edges,
            weights,
            main,
            divided,
            today,
            named,
            parts,
            alone: Vec::new(),
            tolerance,
            joined,
            together: Vec::new(),
            kept,
            left_out,
            at,
        };
        question.set_apart(brief.repair);
        question.keep_together(together(place, &brief.rules, &question.units));
        Ok(question)
    }

    /// Zones heavier than a patch may be become patches by themselves, so that the others can be even: unless that
    /// would leave others cut off, or today's patches are mended.
    fn set_apart(&mut self, repair: bool) {
        while !repair && self.alone.len() + 1 < self.parts {
            let (average, _) = self.average();
            let is_heavy = |unit: &u32| self.weights[*unit as usize] > average * (1.0 + self.tolerance);
            let rest = (0..self.weights.len() as u32).filter(|unit| !self.alone.contains(unit));
            let heaviest = rest
                .filter(is_heavy)
                .max_by(|&a, &b| self.weights[a as usize].total_cmp(&self.weights[b as usize]).then(b.cmp(&a)));
            let Some(unit) = heaviest else { return };
            self.alone.push(unit);
            let pieces = self.pieces_without();
            if pieces > self.parts - self.alone.len() {
                self.alone.pop();
                return;
            }
        }
    }

    /// Takes over the lists of units that can stay together: not those that are patches by themselves, nor lists that weigh
    /// more than a patch may.
    fn keep_together(&mut self, lists: Vec<Vec<u32>>) {
        let most = self.average().0 * (1.0 + self.tolerance) * (1.0 + 1e-9);
        for mut list in lists {
            list.retain(|unit| !self.alone.contains(unit));
            if list.iter().map(|&unit| self.weights[unit as usize]).sum::<f64>() > most {
                self.kept.too_heavy += 1;
            } else if list.len() > 1 {
                self.kept.together += 1;
                self.together.push(list);
            }
        }
    }

    fn pieces_without(&self) -> usize {
        let graph = Adjacency::new(self.weights.len(), &self.edges);
        graph.pieces(|unit| !self.alone.contains(&(unit as u32))).len()
    }

    /// The average weight of the patches that are not a heavy zone alone, and how many they are.
    pub(super) fn average(&self) -> (f64, usize) {
        let alone: f64 = self.alone.iter().map(|&unit| self.weights[unit as usize]).sum();
        let parts = self.parts - self.alone.len();
        ((self.weights.iter().sum::<f64>() - alone) / parts.max(1) as f64, parts)
    }

    /// The units that the method divides.
    fn free(&self) -> Vec<u32> {
        (0..self.weights.len() as u32).filter(|unit| !self.alone.contains(unit)).collect()
    }

    pub(super) fn problem(&self, objective: Objective) -> Problem {
        let free = self.free();
        let place = |unit: &u32| free.binary_search(unit).ok().map(|at| at as u32);
        let edges: Vec<[u32; 2]> = self.edges.iter().filter_map(|[a, b]| Some([place(a)?, place(b)?])).collect();
        let weights = free.iter().map(|&unit| self.weights[unit as usize]).collect();
        let mut problem = Problem::balanced(weights, &edges, self.average().1, self.tolerance);
        self.bound_by(&mut problem, self.tolerance);
        problem.objective = objective;
        let pairs = self.together.iter().flat_map(|list| list.windows(2));
        problem.together = pairs.filter_map(|pair| Some([place(&pair[0])?, place(&pair[1])?])).collect();
        problem.coordinates = Some(free.iter().map(|&unit| self.at[unit as usize]).collect());
        if objective.moved > 0.0 {
            let today = self.today.as_ref();
            problem.today = today.map(|today| free.iter().map(|&unit| today[unit as usize]).collect());
        }
        problem
    }

    /// Bounds a share around the average; met when met to the last digit a person would write.
    pub(super) fn bound_by(&self, problem: &mut Problem, tolerance: f64) {
        let (average, slack) = (problem.average(), 1e-9 * problem.average());
        (problem.lower, problem.upper) = (average * (1.0 - tolerance) - slack, average * (1.0 + tolerance) + slack);
    }

    /// What the plans are best at: what is asked first, then two that differ.
    pub(super) fn aims(&self, brief: &Brief) -> Vec<Aim> {
        let can_move = self.today.is_some() && self.parts == self.named.len() && self.alone.is_empty();
        let first = brief.aim.unwrap_or(if brief.repair { Aim::Moved } else { Aim::Distance });
        let mut aims = vec![first];
        for aim in [Aim::Moved, Aim::Distance, Aim::CutEdges, Aim::Both] {
            if aims.len() < 3 && !aims.contains(&aim) && (aim != Aim::Moved || can_move) {
                aims.push(aim);
            }
        }
        if aims[0] == Aim::Moved && !can_move {
            aims[0] = Aim::Distance;
            aims.dedup();
        }
        aims
    }

    pub(super) fn solve(&self, aim: Aim, before: &[Plan], asked: Asked<'_>) -> Result<Solution, Unsolved> {
        let objective = match aim {
            Aim::Moved => Objective::MOVED,
            Aim::Distance => Objective::DISTANCE,
            Aim::CutEdges => Objective::CUT_EDGES,
            Aim::Both => {
                let cost = before.first().map(|plan| &plan.cost);
                let each = cost.map_or(1.0, |cost| cost.way_all / cost.parted.max(1) as f64);
                Objective { cut_edges: each, distance: 1.0, moved: 0.0 }
            }
        };
        asked.of(&self.problem(objective))
    }

    /// The answer as patches: the part of every unit, with names.
    pub(super) fn plan(&self, place: &Place, aim: Aim, solution: Solution) -> Plan {
        let free = self.free();
        let mut part_of = vec![0_u32; self.units.len()];
        free.iter().zip(&solution.parts).for_each(|(&unit, &part)| part_of[unit as usize] = part);
        let first = self.average().1 as u32;
        self.alone.iter().enumerate().for_each(|(at, &unit)| part_of[unit as usize] = first + at as u32);
        let is_kept = aim == Aim::Moved;
        let named =
            if is_kept { self.named.iter().map(|&patch| Some(patch)).collect() } else { self.matched(place, &part_of) };
        let patches = self.patches(place, &part_of, &named);
        let cost = self.cost(place, &part_of, &patches);
        let notes = solution.notes.iter().map(|note| self.with_names(place, note)).collect();
        Plan {
            aim,
            status: solution.status,
            objective: solution.objective,
            bound: solution.bound,
            part_of,
            patches,
            cost,
            notes,
        }
    }

    /// Which of today's patches each part is: those that share the most people first (greedily), and only where they
    /// share any.
    fn matched(&self, place: &Place, part_of: &[u32]) -> Vec<Option<PatchIdx>> {
        let mut shared: std::collections::BTreeMap<(u32, PatchIdx), f64> = std::collections::BTreeMap::new();
        for (unit, &zone) in self.units.iter().enumerate() {
            if let Some(patch) = self.main[unit] {
                *shared.entry((part_of[unit], patch)).or_default() += place.zones[zone].residents.total;
            }
        }
        let mut order: Vec<((u32, PatchIdx), f64)> = shared.into_iter().filter(|(_, people)| *people > 0.0).collect();
        order.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let mut named = vec![None; self.parts];
        for ((part, patch), _) in order {
            if named[part as usize].is_none() && !named.contains(&Some(patch)) {
                named[part as usize] = Some(patch);
            }
        }
        named
    }

    fn patches(&self, place: &Place, part_of: &[u32], named: &[Option<PatchIdx>]) -> Vec<NewPatch> {
        let mut patches = Vec::new();
        let mut new = 0;
        for part in 0..self.parts as u32 {
            let zones: Vec<usize> = (0..part_of.len()).filter(|&unit| part_of[unit] == part).collect();
            let residents = zones.iter().map(|&unit| place.zones[self.units[unit]].residents.total).sum();
            let weight = zones.iter().map(|&unit| self.weights[unit]).sum();
            let today = named.get(part as usize).copied().flatten();
            let (key, name) = match today {
                Some(patch) => (place.patches[patch].key.clone(), place.patches[patch].name.clone()),
                None => loop {
                    new += 1;
                    let key = format!("new-{new}");
                    if !place.patches.iter().any(|patch| patch.key == key) {
                        break (key, format!("New patch {new}"));
                    }
                },
            };
            patches.push(NewPatch { key, name, today, zones: zones.len(), residents, weight });
        }
        patches
    }

    /// A sentence of the method with the names of zones for the numbers of units.
    fn with_names(&self, place: &Place, note: &str) -> String {
        let free = self.free();
        let mut words = Vec::new();
        let mut is_unit = false;
        for word in note.split(' ') {
            let digits = word.trim_end_matches(|c: char| !c.is_ascii_digit());
            let named = digits.parse::<usize>().ok().filter(|_| is_unit).and_then(|at| free.get(at));
            match named {
                Some(&unit) => {
                    let key = &place.zones[self.units[unit as usize]].key;
                    words.push(format!("{key}{}", &word[digits.len()..]));
                }
                None => words.push(match word {
                    "unit" => "zone".to_owned(),
                    "units" => "zones".to_owned(),
                    "part" => "patch".to_owned(),
                    "parts" => "patches".to_owned(),
                    _ => word.to_owned(),
                }),
            }
            is_unit = word == "unit";
        }
        words.join(" ").replace("Parts of", "Patches of")
    }

    fn way(&self, a: usize, b: usize) -> f64 {
        (self.at[a][0] - self.at[b][0]).hypot(self.at[a][1] - self.at[b][1])
    }

    /// What a plan comes to for people.
    fn cost(&self, place: &Place, part_of: &[u32], patches: &[NewPatch]) -> Cost {
        let people = |unit: usize| place.zones[self.units[unit]].residents.total;
        let (mut way, mut way_all, mut all) = (0.0, 0.0, 0.0);
        for part in 0..patches.len() as u32 {
            let units: Vec<usize> = (0..part_of.len()).filter(|&unit| part_of[unit] == part).collect();
            let sum = |centre: usize| units.iter().map(|&u| self.weights[u] * self.way(centre, u)).sum::<f64>();
            let best = units.iter().map(|&unit| (sum(unit), unit)).min_by(|a, b| a.0.total_cmp(&b.0));
            let Some((sum, centre)) = best else { continue };
            way_all += sum;
            way += units.iter().map(|&u| people(u) * self.way(centre, u)).sum::<f64>();
            all += units.iter().map(|&u| people(u)).sum::<f64>();
        }
        let (average, even) = self.average();
        let away = |patch: &NewPatch| if average > 0.0 { (patch.weight - average).abs() / average } else { 0.0 };
        let one = |u: usize| moved(place, self.units[u], self.main[u], &patches[part_of[u] as usize]);
        Cost {
            moved: (!place.patches.is_empty()).then(|| (0..part_of.len()).map(one).sum::<f64>()),
            way: if all > 0.0 { way / all } else { 0.0 },
            way_all,
            parted: self.edges.iter().filter(|[a, b]| part_of[*a as usize] != part_of[*b as usize]).count(),
            miss: patches[..even].iter().map(away).fold(0.0, f64::max),
        }
    }

    pub(super) fn answer(self, place: &Place, brief: &Brief, plans: Vec<Plan>, curve: Vec<Point>) -> Plans {
        let today = self.today.as_ref().map(|today| {
            let mut patches: Vec<NewPatch> = self.patches_today(place, today);
            patches.sort_by(|a, b| a.key.cmp(&b.key));
            patches
        });
        let in_pieces = self.today.as_ref().map(|today| self.in_pieces(place, today)).unwrap_or_default();
        let (average, even) = self.average();
        let heavy = self.alone.iter().map(|&unit| self.units[unit as usize]).collect();
        Plans {
            tolerance: brief.tolerance,
            average,
            even,
            heavy,
            in_pieces,
            joined: self.joined,
            kept: self.kept,
            left_out: self.left_out,
            divided: self.divided,
            main: self.main,
            today,
            zones: self.units,
            edges: self.edges,
            weights: self.weights,
            plans,
            curve,
            sentences: Vec::new(),
        }
    }

    /// Keys of today's patches whose zones do not hang together.
    fn in_pieces(&self, place: &Place, today: &[Option<u32>]) -> Vec<String> {
        let graph = Adjacency::new(self.weights.len(), &self.edges);
        let is_in_pieces = |at: &usize| graph.pieces(|unit| today[unit] == Some(*at as u32)).len() > 1;
        let broken = (0..self.named.len()).filter(is_in_pieces);
        broken.map(|at| place.patches[self.named[at]].key.clone()).collect()
    }

    fn patches_today(&self, place: &Place, today: &[Option<u32>]) -> Vec<NewPatch> {
        let one = |(at, &patch): (usize, &PatchIdx)| {
            let units: Vec<usize> = (0..today.len()).filter(|&unit| today[unit] == Some(at as u32)).collect();
            NewPatch {
                key: place.patches[patch].key.clone(),
                name: place.patches[patch].name.clone(),
                today: Some(patch),
                zones: units.len(),
                residents: units.iter().map(|&unit| place.zones[self.units[unit]].residents.total).sum(),
                weight: units.iter().map(|&unit| self.weights[unit]).sum(),
            }
        };
        self.named.iter().enumerate().map(one).collect()
    }
}

/// Takes away the edges that lines part, and joins the pieces that are too light for a patch.
fn settle_edges(
    place: &Place,
    brief: &Brief,
    (units, weights): (&[ZoneIdx], &[f64]),
    edges: &mut Vec<[u32; 2]>,
    lower: f64,
) -> (Vec<Joined>, RulesMet) {
    let walks = Adjacency::new(units.len(), edges).pieces(|_| true);
    let mut kept = RulesMet::default();
    if brief.rules.has_lines() {
        let (sides, before) = (Sides::of(place, &brief.rules, units), edges.len());
        edges.retain(|&pair| !sides.part(pair));
        (kept.parted, kept.astride) = (before - edges.len(), sides.astride);
    }
    let mut joined = join_pieces(place, units, edges, |heavy| heavy >= lower, |unit| weights[unit as usize]);
    let piece = |zone: ZoneIdx| {
        let unit = units.binary_search(&zone).ok().map(|unit| unit as u32);
        unit.and_then(|unit| walks.iter().position(|piece| piece.contains(&unit)))
    };
    joined.iter_mut().for_each(|join| join.by_line = piece(join.zone) == piece(join.to));
    (joined, kept)
}

/// What a zone weighs, on the grid on which counts of people are whole.
fn weight(place: &Place, weight: Weight, zone: ZoneIdx) -> f64 {
    let zone = &place.zones[zone];
    match weight {
        Weight::Residents => zone.residents.total,
        Weight::Need => {
            let factor = deprivation_weight(zone.deprivation.map(|d| d.decile));
            People::round(zone.residents.total * factor)
        }
    }
}

fn check(place: &Place, brief: &Brief) -> Result<(), Unsolved> {
    let wrong = |why: String| Err(Unsolved::Wrong(why));
    if !(brief.tolerance.is_finite() && (0.0..1.0).contains(&brief.tolerance)) {
        return wrong(format!("the tolerance is {}; give a share from 0 to 1, such as 0.05 for 5 %", brief.tolerance));
    }
    if brief.target.is_some_and(|target| !(target.is_finite() && target > 0.0)) {
        return wrong("the size of a patch must be a number above 0".to_owned());
    }
    if let Some(key) = brief.rules.unknown(place) {
        return wrong(format!("there is no zone {key} here to be kept together with others"));
    }
    if brief.rules.barriers && place.streets.as_ref().is_none_or(|streets| streets.barriers().next().is_none()) {
        return wrong("the street file of this place has no rivers, railways or motorways: give the lines".to_owned());
    }
    if brief.parts == Some(0) {
        return wrong("0 patches were asked for; ask for at least 1".to_owned());
    }
    if place.residents() <= 0.0 {
        return wrong("nobody is known to live here: patches need zones with residents".to_owned());
    }
    if place.patches.is_empty() && (brief.repair || brief.aim == Some(Aim::Moved)) {
        return wrong("this place has no patches today, so none can be mended".to_owned());
    }
    if brief.weight == Weight::Need && place.zones.iter().all(|zone| zone.deprivation.is_none()) {
        return wrong("need is residents weighted by deprivation, and no zone here has any in its index".to_owned());
    }
    Ok(())
}
