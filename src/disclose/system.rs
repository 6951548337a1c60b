//! Which cells there are in all tables of all releases together, and what adds up to what: the knowledge anybody
//! has who reads the titles of the tables.

use super::linear::Row;
use super::names::{CellKey, Names, Splits};
use super::tabulate::{Dimension, Relation, TIMES_MET};
use std::collections::{BTreeSet, HashMap};

/// The titles of one table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape<'a> {
    pub(super) counted: &'a str,
    pub(super) dimensions: &'a [Dimension],
    pub(super) is_people: bool,
    /// 0 is the newest release, 1 the one before it.
    pub(super) release: usize,
}

/// A whole and its parts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rule {
    pub(super) whole: usize,
    pub(super) parts: Vec<usize>,
    pub(super) relation: Order,
}

/// [`Relation`], in an order, so that rules can be sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Order {
    Sum,
    Union,
    Within,
    AtMost,
}

impl From<Relation> for Order {
    fn from(relation: Relation) -> Self {
        match relation {
            Relation::Sum => Self::Sum,
            Relation::Union => Self::Union,
            Relation::Within => Self::Within,
            Relation::AtMost => Self::AtMost,
        }
    }
}

/// All cells and rules.
#[derive(Debug)]
pub(super) struct System {
    /// What each cell is, in words: `people, patch p-01, sex female`.
    pub(super) names: Vec<String>,
    /// For each table that was given, the cell of each of its places.
    pub(super) places: Vec<Vec<usize>>,
    /// Cells of people that no table has: what one ground has more than another, such as the homes that came from one
    /// patch to its neighbour. Linked releases may tell them.
    pub(super) is_difference: Vec<bool>,
    /// What adds up to what, each once.
    pub(super) rules: Vec<Rule>,
}

impl System {
    /// The cells and rules of these tables. The order of tables and categories changes nothing.
    pub(super) fn new(shapes: &[Shape<'_>]) -> Self {
        let mut names = Names::of(shapes);
        let mut cells = Cells::default();
        let drafts: Vec<Vec<usize>> = shapes.iter().map(|shape| intern(shape, &names, &mut cells)).collect();
        let in_tables = cells.keys.len();
        let mut rules = BTreeSet::new();
        for (shape, places) in shapes.iter().zip(&drafts) {
            within_table(shape, places, &mut rules);
        }
        between_releases(shapes, &drafts, &names, &mut rules);
        let splits = names.splits(shapes);
        let mut next = 0;
        while next < cells.keys.len() {
            refine(next, &splits, &mut cells, &mut rules);
            next += 1;
        }
        let people: BTreeSet<usize> =
            shapes.iter().filter(|shape| shape.is_people).map(|shape| names.counted(shape)).collect();
        let is_people = |counted: usize| people.contains(&counted);
        let words: Vec<String> = cells.keys.iter().map(|key| names.words(key)).collect();
        let mut order: Vec<usize> = (0..words.len()).collect();
        order.sort_by(|&a, &b| words[a].cmp(&words[b]));
        let mut rank = vec![0; order.len()];
        for (new, &old) in order.iter().enumerate() {
            rank[old] = new;
        }
        let renamed = |rule: Rule| {
            let mut parts: Vec<usize> = rule.parts.into_iter().map(|part| rank[part]).collect();
            parts.sort_unstable();
            Rule { whole: rank[rule.whole], parts, relation: rule.relation }
        };
        let rules: BTreeSet<Rule> = rules.into_iter().map(renamed).collect();
        Self {
            names: order.iter().map(|&old| words[old].clone()).collect(),
            places: drafts.into_iter().map(|draft| draft.into_iter().map(|cell| rank[cell]).collect()).collect(),
            is_difference: order.iter().map(|&old| old >= in_tables && is_people(cells.keys[old].counted)).collect(),
            rules: rules.into_iter().collect(),
        }
    }

    /// The rules as rows of a program over the cells.
    pub(super) fn rows(&self) -> Vec<Row> {
        self.rules.iter().flat_map(Rule::rows).collect()
    }
}

impl Rule {
    /// The rule as rows of a program over the cells.
    pub(super) fn rows(&self) -> Vec<Row> {
        let minus_whole = || std::iter::once((self.whole, -1.0));
        // A part may stand several times among the sorted parts.
        let each = || self.parts.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as f64));
        let sum = || minus_whole().chain(each()).collect::<Vec<_>>();
        let mut rows = match self.relation {
            Order::Sum => return vec![Row { terms: sum(), least: 0.0, most: 0.0 }],
            Order::Union => vec![Row { terms: sum(), least: 0.0, most: f64::INFINITY }],
            Order::AtMost => return vec![Row { terms: sum(), least: 0.0, most: f64::INFINITY }],
            Order::Within => Vec::new(),
        };
        rows.extend(self.parts.iter().map(|&part| Row {
            terms: minus_whole().chain([(part, 1.0)]).collect(),
            least: f64::NEG_INFINITY,
            most: 0.0,
        }));
        rows
    }
}

#[derive(Default)]
struct Cells {
    keys: Vec<CellKey>,
    number: HashMap<CellKey, usize>,
}

impl Cells {
    fn get(&mut self, key: CellKey) -> usize {
        if let Some(known) = self.number.get(&key) {
            return *known;
        }
        self.keys.push(key.clone());
        self.number.insert(key, self.keys.len() - 1);
        self.keys.len() - 1
    }
}

/// Every combination of categories, the last dimension fastest.
fn each_place(dimensions: &[Dimension], mut visit: impl FnMut(&[usize])) {
    if dimensions.iter().any(|d| d.categories.is_empty()) {
        return;
    }
    let mut at = vec![0; dimensions.len()];
    loop {
        visit(&at);
        let mut k = dimensions.len();
        loop {
            if k == 0 {
                return;
            }
            k -= 1;
            at[k] += 1;
            if at[k] < dimensions[k].categories.len() {
                break;
            }
            at[k] = 0;
        }
    }
}

fn intern(shape: &Shape<'_>, names: &Names, cells: &mut Cells) -> Vec<usize> {
    let mut places = Vec::new();
    each_place(shape.dimensions, |at| places.push(cells.get(names.key(shape, at))));
    places
}

/// Dimensions by name, so that the order in which a table has them changes nothing.
fn by_name(dimensions: &[Dimension]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..dimensions.len()).collect();
    order.sort_by(|&a, &b| dimensions[a].name.cmp(&dimensions[b].name));
    order
}

fn add(whole: usize, parts: Vec<usize>, relation: Order, rules: &mut BTreeSet<Rule>) {
    let mut parts = parts;
    parts.sort_unstable();
    // A whole of one part that is the same ground says nothing of itself.
    if !parts.contains(&whole) {
        rules.insert(Rule { whole, parts, relation });
    }
}

fn within_table(shape: &Shape<'_>, places: &[usize], rules: &mut BTreeSet<Rule>) {
    let dimensions = shape.dimensions;
    let mut strides = vec![1; dimensions.len()];
    for k in (0..dimensions.len().saturating_sub(1)).rev() {
        strides[k] = strides[k + 1] * dimensions[k + 1].categories.len();
    }
    let parts: Vec<Vec<Vec<usize>>> =
        dimensions.iter().map(|d| (0..d.categories.len()).map(|c| d.parts(c).collect()).collect()).collect();
    let order = by_name(dimensions);
    each_place(dimensions, |at| {
        let here: usize = at.iter().zip(&strides).map(|(c, stride)| c * stride).sum();
        for (nth, &k) in order.iter().enumerate() {
            let below = &parts[k][at[k]];
            if below.is_empty() {
                continue;
            }
            let relation = Order::from(dimensions[k].relation);
            // A sum whose terms are sums along an earlier dimension says nothing new.
            let is_said = |&j: &usize| dimensions[j].relation == Relation::Sum && !parts[j][at[j]].is_empty();
            if relation == Order::Sum && order[..nth].iter().any(is_said) {
                continue;
            }
            let start = here - at[k] * strides[k];
            let parts: Vec<usize> = below.iter().map(|&part| places[start + part * strides[k]]).collect();
            add(places[here], parts, relation, rules);
        }
    });
}

/// What people who overlap add up to from one release to the next: everybody met up to then is among
/// everybody met up to now, and the rest was met since.
fn between_releases(shapes: &[Shape<'_>], places: &[Vec<usize>], names: &Names, rules: &mut BTreeSet<Rule>) {
    for (old, old_places) in shapes.iter().zip(places).filter(|(s, _)| s.release > 0) {
        let same = |new: &Shape<'_>| {
            new.release + 1 == old.release
                && new.counted == old.counted
                && new.dimensions.len() == old.dimensions.len()
                && new.dimensions.iter().zip(old.dimensions).all(|(a, b)| a.name == b.name)
        };
        let Some((new, new_places)) = shapes.iter().zip(places).find(|(s, _)| same(s)) else { continue };
        let mut nth = 0;
        each_place(old.dimensions, |at| {
            let old_cell = old_places[nth];
            nth += 1;
            let there: Option<Vec<usize>> =
                (0..at.len()).map(|k| names.now(old, k, at[k], new, old.dimensions[k].relation)).collect();
            let Some(there) = there else { return };
            let Some(whole) = super::tabulate::index(new.dimensions, &there).map(|i| new_places[i]) else {
                return;
            };
            let grown: Vec<usize> = (0..at.len()).filter(|&k| !names.is_same(old, k, at[k], new, there[k])).collect();
            let [k] = grown[..] else { return };
            // Who was met twice may since have been met more often.
            let moves_on = |j: usize| old.dimensions[j].name == TIMES_MET && !old.dimensions[j].is_top(at[j]);
            if (0..at.len()).any(moves_on) {
                return;
            }
            match names.since(old, k, at[k], new, there[k]) {
                None => add(whole, vec![old_cell], Order::Within, rules),
                Some(since) => {
                    let mut parts = vec![old_cell];
                    for later in since {
                        let mut at = there.clone();
                        at[k] = later;
                        parts.extend(super::tabulate::index(new.dimensions, &at).map(|i| new_places[i]));
                    }
                    add(whole, parts, Order::Union, rules);
                }
            }
        });
    }
}

/// Cuts a cell whose ground is not that of another release into the pieces both are made of.
fn refine(cell: usize, splits: &Splits, cells: &mut Cells, rules: &mut BTreeSet<Rule>) {
    let key = cells.keys[cell].clone();
    for (nth, at) in key.at.iter().enumerate() {
        let Some(pieces) = splits.get(at) else { continue };
        let parts = pieces.iter().map(|&piece: &Option<usize>| {
            let mut key = key.clone();
            match piece {
                Some(piece) => key.at[nth].1 = piece,
                None => drop(key.at.remove(nth)),
            }
            cells.get(key)
        });
        let parts = parts.collect();
        add(cell, parts, Order::Sum, rules);
    }
}
