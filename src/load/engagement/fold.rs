//! From what was counted while reading to what the place keeps: spots become patches.

use super::behind::Behind;
use super::record::{FIRST_YEAR, MILLIONTHS, day_of};
use super::tally::{PERSON_YEAR, Tally};
use super::wheres::{Spot, Wheres};
use crate::place::{
    Activity, Answer, AssetIdx, Basis, Contributors, Crossing, Engagement, Expected, FirstMet, HowOften, Met, PatchIdx,
    PlaceOrPatch, Quarter, Raised, RaisedBy, RecordFile, Venue, Window, Work,
};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Persons are counted when at least this share of records has a key; else too many would be left out,
/// and attendances are counted instead.
const KEYED_ENOUGH: f64 = 0.5;

/// Makes what the place keeps.
pub(super) fn fold(
    tally: &Tally,
    wheres: &Wheres<'_>,
    files: Vec<RecordFile>,
    dimensions: Vec<String>,
    crossings: Vec<Crossing>,
) -> Engagement {
    let records = tally.keyed + tally.unkeyed;
    let basis = if records > 0 && tally.keyed as f64 >= records as f64 * KEYED_ENOUGH {
        Basis::People
    } else {
        Basis::Attendances
    };
    let combined = tally.combinations();
    let mut folded = Folded { wheres, combinations: combined.clone(), numbers: numbers(combined) };
    let (met, first_met, how_often, took_charge) = match basis {
        Basis::People => folded.persons(tally, dimensions.len(), &crossings),
        Basis::Attendances => (folded.attendances(tally), Vec::new(), Vec::new(), Vec::new()),
    };
    let (combinations, met, first_met) = in_order(folded.combinations, met, first_met);
    let (themes, order) = themes(tally);
    Engagement {
        files,
        basis,
        days: tally.days,
        dimensions,
        crossings,
        combinations,
        met,
        first_met,
        how_often,
        work: work(tally, wheres),
        themes,
        raised: raised(tally, wheres, &order),
        raised_by: raised_by(tally, &order),
        venues: venues(tally, wheres),
        contributors: contributors(tally, wheres, &order),
        took_charge,
    }
}

fn numbers(combinations: Vec<Vec<Answer>>) -> HashMap<Vec<Answer>, usize> {
    combinations.into_iter().enumerate().map(|(number, answers)| (answers, number)).collect()
}

/// Combinations sorted, so that the order of rows changes nothing.
fn in_order(
    combinations: Vec<Vec<Answer>>,
    mut met: Vec<Met>,
    mut first_met: Vec<FirstMet>,
) -> (Vec<Vec<Answer>>, Vec<Met>, Vec<FirstMet>) {
    let mut order: Vec<usize> = (0..combinations.len()).collect();
    order.sort_by(|a, b| combinations[*a].cmp(&combinations[*b]));
    let mut place = vec![0; order.len()];
    for (new, &old) in order.iter().enumerate() {
        place[old] = new;
    }
    let met_by = met.iter_mut().map(|cell| &mut cell.combination);
    for combination in met_by.chain(first_met.iter_mut().map(|cell| &mut cell.combination)) {
        *combination = place.get(*combination).copied().unwrap_or(0);
    }
    met.sort_by_key(|cell| (cell.patch, cell.quarter, cell.combination));
    first_met.sort_by_key(|cell| (cell.patch, cell.quarter, cell.combination));
    (order.into_iter().map(|old| combinations[old].clone()).collect(), met, first_met)
}

struct Folded<'w, 'a> {
    wheres: &'w Wheres<'a>,
    combinations: Vec<Vec<Answer>>,
    numbers: HashMap<Vec<Answer>, usize>,
}

/// Which crossed answers go with which answers they are crossed of, as the records have them.
struct Crossed<'c> {
    crossings: &'c [Crossing],
    known: Vec<HashMap<Vec<Answer>, BTreeSet<Answer>>>,
}

impl<'c> Crossed<'c> {
    fn of(crossings: &'c [Crossing], combinations: &[Vec<Answer>]) -> Self {
        let known = crossings.iter().map(|crossing| {
            let mut known: HashMap<Vec<Answer>, BTreeSet<Answer>> = HashMap::new();
            for answers in combinations {
                known.entry(margins(crossing, answers)).or_default().extend(answers.get(crossing.dimension));
            }
            known
        });
        Self { crossings, known: known.collect() }
    }

    /// A person whose answers were recorded on different days is of the crossed group of the last of each, so that
    /// crossed groups always lie in those they are crossed of.
    fn settle(&self, answers: &mut [Answer]) {
        for (crossing, known) in self.crossings.iter().zip(&self.known) {
            let fitting = known.get(&margins(crossing, answers));
            let Some(own) = answers.get_mut(crossing.dimension) else { continue };
            if fitting.is_some_and(|fitting| fitting.contains(own)) {
                continue;
            }
            let groups = || fitting.into_iter().flatten().filter(|answer| matches!(answer, Answer::Group(_)));
            *own = match (groups().next(), groups().nth(1)) {
                (Some(only), None) => *only,
                _ => Answer::NotRecorded,
            };
        }
    }
}

fn margins(crossing: &Crossing, answers: &[Answer]) -> Vec<Answer> {
    crossing.margins.iter().filter_map(|&i| answers.get(i)).copied().collect()
}

type Persons = (Vec<Met>, Vec<FirstMet>, Vec<HowOften>, Vec<(Option<PatchIdx>, f64)>);

impl Folded<'_, '_> {
    fn combination(&mut self, answers: Vec<Answer>) -> usize {
        if let Some(known) = self.numbers.get(&answers) {
            return *known;
        }
        let new = self.combinations.len();
        self.combinations.push(answers.clone());
        self.numbers.insert(answers, new);
        new
    }

    fn persons(&mut self, tally: &Tally, dimensions: usize, crossings: &[Crossing]) -> Persons {
        let crossed = Crossed::of(crossings, &self.combinations);
        let mut met: BTreeMap<(Spot, Option<Quarter>, usize), f64> = BTreeMap::new();
        let mut first: BTreeMap<(Spot, Quarter, usize), f64> = BTreeMap::new();
        let mut often: BTreeMap<(Spot, u32), f64> = BTreeMap::new();
        let mut charge: BTreeMap<Spot, f64> = BTreeMap::new();
        for person in tally.persons.values() {
            let mut answers: Vec<Answer> = (0..dimensions).map(|d| person.answer(d)).collect();
            crossed.settle(&mut answers);
            let combination = self.combination(answers);
            let spot = person.spot();
            *met.entry((spot, None, combination)).or_default() += 1.0;
            for bit in 0..128 {
                if person.quarters & (1 << bit) != 0 {
                    let quarter = Quarter { year: PERSON_YEAR + bit / 4, quarter: (bit % 4 + 1) as u8 };
                    *met.entry((spot, Some(quarter), combination)).or_default() += 1.0;
                }
            }
            if let Some(day) = day_of(person.first_day) {
                *first.entry((spot, Quarter::of(day), combination)).or_default() += 1.0;
            }
            *often.entry((spot, person.times)).or_default() += 1.0;
            if person.in_charge >= 2 {
                *charge.entry(spot).or_default() += 1.0;
            }
        }
        let spread = Spread(self.wheres);
        let first = spread.over(first.into_iter().map(|((spot, quarter, who), n)| (spot, (quarter, who), n)));
        let often = spread.over(often.into_iter().map(|((spot, times), n)| (spot, times, n)));
        let charge = spread.over(charge.into_iter().map(|(spot, n)| (spot, (), n)));
        (
            self.met(met),
            first
                .into_iter()
                .map(|((patch, (quarter, combination)), c)| FirstMet { patch, quarter, combination, people: c.people })
                .collect(),
            often.into_iter().map(|((patch, times), c)| HowOften { patch, times, people: c.people }).collect(),
            charge.into_iter().map(|((patch, ()), count)| (patch, count.people)).collect(),
        )
    }

    fn attendances(&mut self, tally: &Tally) -> Vec<Met> {
        let mut met: BTreeMap<(Spot, Option<Quarter>, usize), f64> = BTreeMap::new();
        for (&(spot, quarter, combination), &n) in &tally.attendances {
            for quarter in [None, Some(quarter_of(quarter))] {
                *met.entry((spot, quarter, combination as usize)).or_default() += n;
            }
        }
        met.values_mut().for_each(|n| *n /= MILLIONTHS);
        self.met(met)
    }

    fn met(&self, met: BTreeMap<(Spot, Option<Quarter>, usize), f64>) -> Vec<Met> {
        let counts = met.into_iter().map(|((spot, quarter, combination), n)| (spot, (quarter, combination), n));
        let cells = Spread(self.wheres).over(counts);
        cells
            .into_iter()
            .map(|((patch, (quarter, combination)), count)| Met { patch, quarter, combination, count })
            .collect()
    }
}

/// Spreads counts at spots over patches: multiplied by shares and added in the order of what the spots are, so that the
/// order of rows changes nothing, not the last bit.
struct Spread<'w, 'a>(&'w Wheres<'a>);

impl Spread<'_, '_> {
    fn over<K: Ord + Clone>(
        &self,
        counts: impl Iterator<Item = (Spot, K, f64)>,
    ) -> BTreeMap<(Option<PatchIdx>, K), Expected> {
        let mut sums: BTreeMap<(Option<PatchIdx>, K), Expected> = BTreeMap::new();
        let mut counts: Vec<(Spot, K, f64)> = counts.collect();
        counts.sort_by(|a, b| self.0.order(a.0, b.0).then_with(|| a.1.cmp(&b.1)));
        for (spot, key, n) in counts {
            for &(patch, share) in self.0.parts(spot) {
                let sum = sums.entry((patch, key.clone())).or_default();
                sum.people += n * share;
                sum.variance += n * share * (1.0 - share).max(0.0);
            }
        }
        sums
    }
}

fn quarter_of(number: u16) -> Quarter {
    Quarter { year: FIRST_YEAR + i32::from(number / 4), quarter: (number % 4 + 1) as u8 }
}

fn work(tally: &Tally, wheres: &Wheres<'_>) -> Vec<Work> {
    let mut counts: Vec<_> = tally.work.iter().collect();
    counts.sort_by(|(a, _), (b, _)| wheres.order(a.0, b.0).then_with(|| a.cmp(b)));
    let mut sums: BTreeMap<(Option<PatchIdx>, u16, Activity), Work> = BTreeMap::new();
    for (&(spot, number, activity), here) in counts {
        for &(patch, share) in wheres.parts(spot) {
            let quarter = quarter_of(number);
            let none = Work { patch, quarter, activity, records: 0.0, attendances: 0.0, hours: 0.0, connections: 0.0 };
            let sum = sums.entry((patch, number, activity)).or_insert(none);
            sum.records += here.records as f64 * share;
            sum.attendances += here.attendances / MILLIONTHS * share;
            sum.hours += here.hours / MILLIONTHS * share;
            sum.connections += here.connections / MILLIONTHS * share;
        }
    }
    sums.into_values().collect()
}

/// Themes in alphabetical order, and the place of each number in it.
fn themes(tally: &Tally) -> (Vec<String>, Vec<usize>) {
    let named = tally.themes();
    let mut sorted = named.clone();
    sorted.sort();
    let order = named.iter().map(|theme| sorted.binary_search(theme).unwrap_or(0)).collect();
    (sorted, order)
}

fn raised(tally: &Tally, wheres: &Wheres<'_>, order: &[usize]) -> Vec<Raised> {
    let counts: Vec<(Spot, (Quarter, Option<usize>), f64)> = tally
        .raised
        .iter()
        .map(|((spot, quarter, theme), n)| {
            (*spot, (quarter_of(*quarter), order.get(usize::from(*theme)).copied()), *n as f64)
        })
        .collect();
    let sums = Spread(wheres).over(counts.into_iter());
    sums.into_iter()
        .map(|((patch, (quarter, theme)), count)| Raised { patch, quarter, theme, records: count.people })
        .collect()
}

fn raised_by(tally: &Tally, order: &[usize]) -> Vec<RaisedBy> {
    let mut all: Vec<RaisedBy> = tally
        .raised_by
        .iter()
        .map(|((dimension, answer, theme), n)| RaisedBy {
            dimension: usize::from(*dimension),
            answer: *answer,
            theme: order.get(usize::from(*theme)).copied(),
            records: *n as f64,
        })
        .collect();
    all.sort_by_key(|one| (one.dimension, one.answer, one.theme));
    all
}

/// The entries of a map in the order of what their spots are.
fn by_spot<'t, K: Ord, V>(
    counts: &'t FxHashMap<K, V>,
    wheres: &Wheres<'_>,
    spot: impl Fn(&K) -> Spot,
) -> Vec<(&'t K, &'t V)> {
    let mut counts: Vec<_> = counts.iter().collect();
    counts.sort_by(|(a, _), (b, _)| wheres.order(spot(a), spot(b)).then_with(|| a.cmp(b)));
    counts
}

fn venues(tally: &Tally, wheres: &Wheres<'_>) -> Vec<Venue> {
    let mut people: BTreeMap<(Option<PatchIdx>, AssetIdx), Behind> = BTreeMap::new();
    for ((spot, asset, _), behind) in by_spot(&tally.venues, wheres, |key| key.0) {
        for &(patch, share) in wheres.parts(*spot) {
            people.entry((patch, *asset)).or_default().join(behind, share);
        }
    }
    let people = people.into_iter();
    people.map(|((patch, asset), behind)| Venue { patch, asset, people: behind.contributors(0) }).collect()
}

/// How many people each count is of.
fn contributors(tally: &Tally, wheres: &Wheres<'_>, order: &[usize]) -> Contributors {
    let days = Engagement { days: tally.days, ..Engagement::default() };
    let last = days.last_whole_quarter();
    let window = |number: u16| {
        let Some(last) = last else { return Window::Other };
        let of = |quarter: Quarter| i64::from(quarter.year) * 4 + i64::from(quarter.quarter);
        match of(last) - of(quarter_of(number)) {
            0..4 => Window::LastYear,
            4..8 => Window::YearBefore,
            _ => Window::Other,
        }
    };
    let places = |spot: Spot| {
        let parts = wheres.parts(spot).iter().map(|&(patch, share)| (Some(patch), share));
        parts.chain([(None, 1.0)]).collect::<Vec<_>>()
    };
    let mut work: BTreeMap<(PlaceOrPatch, Option<Activity>), Behind> = BTreeMap::new();
    for ((spot, number, activity), behind) in by_spot(&tally.behind_work, wheres, |key| key.0) {
        for (at, share) in places(*spot).into_iter().filter(|_| window(*number) == Window::LastYear) {
            for activity in [None, Some(*activity)] {
                work.entry((at, activity)).or_default().join(behind, share);
            }
        }
    }
    let mut raised: BTreeMap<(PlaceOrPatch, Option<usize>, Window), Behind> = BTreeMap::new();
    for ((spot, number, theme), behind) in by_spot(&tally.behind_raised, wheres, |key| key.0) {
        let theme = order.get(usize::from(*theme)).copied();
        for (at, share) in places(*spot) {
            for window in [Window::Ever, window(*number)] {
                raised.entry((at, theme, window)).or_default().join(behind, share);
            }
        }
    }
    let mut raised_by: BTreeMap<(usize, Option<Answer>, Option<usize>), Behind> = BTreeMap::new();
    for ((dimension, answer, theme), behind) in &tally.behind_raised_by {
        let theme = order.get(usize::from(*theme)).copied();
        for answer in [None, Some(*answer)] {
            raised_by.entry((usize::from(*dimension), answer, theme)).or_default().join(behind, 1.0);
        }
    }
    let (mut venues, mut at_asset) = (BTreeMap::<PlaceOrPatch, Behind>::new(), BTreeMap::<AssetIdx, Behind>::new());
    for ((spot, asset, number), behind) in by_spot(&tally.venues, wheres, |key| key.0) {
        for (at, share) in places(*spot) {
            venues.entry(at).or_default().join(behind, share);
        }
        if last.is_some_and(|last| quarter_of(*number) <= last) {
            at_asset.entry(*asset).or_default().join(behind, 1.0);
        }
    }
    Contributors {
        work: work.into_iter().map(|(at, behind)| (at, [0, 1, 2, 3].map(|i| behind.contributors(i)))).collect(),
        raised: raised.into_iter().map(|(at, behind)| (at, behind.contributors(0))).collect(),
        raised_by: raised_by.into_iter().map(|(at, behind)| (at, behind.contributors(0))).collect(),
        venues: venues.into_iter().map(|(at, behind)| (at, behind.contributors(0))).collect(),
        at_asset: at_asset.into_iter().map(|(at, behind)| (at, behind.contributors(0))).collect(),
    }
}
