//! Which cells there are in all tables together, and what adds up to what: the knowledge anybody has who
//! reads the titles of the tables.

use super::linear::Row;
use crate::measure::tables::{Dimension, Relation};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The titles of one table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape<'a> {
    pub(super) counted: &'a str,
    pub(super) dimensions: &'a [Dimension],
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
}

/// All cells and rules.
#[derive(Debug)]
pub(super) struct System {
    /// What each cell is, in words: `people, patch p-01, sex female`.
    pub(super) names: Vec<String>,
    /// For each table that was given, the cell of each of its places.
    pub(super) places: Vec<Vec<usize>>,
    /// What adds up to what, each once.
    pub(super) rules: Vec<Rule>,
}

const BETWEEN: char = '\u{1f}';

impl System {
    /// The cells and rules of these tables. The order of tables and categories changes nothing.
    pub(super) fn new(shapes: &[Shape<'_>]) -> Self {
        let current = current_leaves(shapes);
        let mut cells: HashMap<String, usize> = HashMap::new();
        let mut drafts: Vec<Vec<usize>> = Vec::new();
        for shape in shapes {
            drafts.push(intern(shape, &current, &mut cells));
        }
        let mut names: Vec<(String, usize)> = cells.into_iter().collect();
        names.sort();
        let mut rank = vec![0; names.len()];
        for (new, (_, old)) in names.iter().enumerate() {
            rank[*old] = new;
        }
        let places: Vec<Vec<usize>> =
            drafts.into_iter().map(|draft| draft.into_iter().map(|cell| rank[cell]).collect()).collect();
        let mut rules = BTreeSet::new();
        for (shape, places) in shapes.iter().zip(&places) {
            within_table(shape, places, &mut rules);
        }
        between_releases(shapes, &places, &current, &mut rules);
        let names = names.into_iter().map(|(name, _)| name.replace(BETWEEN, ", ")).collect();
        Self { names, places, rules: rules.into_iter().collect() }
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
        let sum = || minus_whole().chain(self.parts.iter().map(|&part| (part, 1.0))).collect::<Vec<_>>();
        let mut rows = match self.relation {
            Order::Sum => return vec![Row { terms: sum(), least: 0.0, most: 0.0 }],
            Order::Union => vec![Row { terms: sum(), least: 0.0, most: f64::INFINITY }],
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

/// For each dimension's category, the keys of the smallest categories in it.
fn leaves(dimension: &Dimension, category: usize, found: &mut BTreeSet<String>) {
    let before = found.len();
    let mut has_parts = false;
    for part in dimension.parts(category) {
        // A part stands after its whole, so this ends.
        if part > category {
            has_parts = true;
            leaves(dimension, part, found);
        }
    }
    if !has_parts && found.len() == before {
        found.insert(dimension.categories[category].key.clone());
    }
}

type Leaves = BTreeMap<(String, String), BTreeSet<String>>;

fn current_leaves(shapes: &[Shape<'_>]) -> Leaves {
    let mut all = Leaves::new();
    for dimension in shapes.iter().filter(|s| s.release == 0).flat_map(|s| s.dimensions) {
        for (i, category) in dimension.categories.iter().enumerate() {
            let at = (dimension.name.clone(), category.key.clone());
            all.entry(at).or_insert_with(|| {
                let mut found = BTreeSet::new();
                leaves(dimension, i, &mut found);
                found
            });
        }
    }
    all
}

/// Whether a category of an earlier release means the same today: the same smallest parts.
fn is_current(dimension: &Dimension, category: usize, current: &Leaves) -> bool {
    let mut found = BTreeSet::new();
    leaves(dimension, category, &mut found);
    let at = (dimension.name.clone(), dimension.categories[category].key.clone());
    current.get(&at).is_some_and(|today| *today == found)
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

/// Dimensions by name, so that the order in which a table has them changes nothing.
fn by_name(dimensions: &[Dimension]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..dimensions.len()).collect();
    order.sort_by(|&a, &b| dimensions[a].name.cmp(&dimensions[b].name));
    order
}

fn intern(shape: &Shape<'_>, current: &Leaves, cells: &mut HashMap<String, usize>) -> Vec<usize> {
    let order = by_name(shape.dimensions);
    let totals: Vec<Option<usize>> = shape.dimensions.iter().map(Dimension::total).collect();
    let is_old: Vec<Vec<bool>> = shape
        .dimensions
        .iter()
        .map(|d| (0..d.categories.len()).map(|c| shape.release > 0 && !is_current(d, c, current)).collect())
        .collect();
    let mut places = Vec::new();
    let mut name = String::new();
    each_place(shape.dimensions, |at| {
        name.clear();
        name.push_str(shape.counted);
        for &k in &order {
            if totals[k] != Some(at[k]) {
                let dimension = &shape.dimensions[k];
                name.push(BETWEEN);
                name.push_str(&dimension.name);
                name.push(' ');
                name.push_str(&dimension.categories[at[k]].key);
            }
        }
        if at.iter().enumerate().any(|(k, &c)| is_old[k][c]) {
            name.push(BETWEEN);
            name.push_str(&format!("as published {} before", shape.release));
        }
        let next = cells.len();
        let cell = match cells.get(&name) {
            Some(cell) => *cell,
            None => {
                cells.insert(name.clone(), next);
                next
            }
        };
        places.push(cell);
    });
    places
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
            let relation = match dimensions[k].relation {
                Relation::Sum => Order::Sum,
                Relation::Union => Order::Union,
                Relation::Within => Order::Within,
            };
            // A sum whose terms are sums along an earlier dimension says nothing new.
            let is_said = |&j: &usize| dimensions[j].relation == Relation::Sum && !parts[j][at[j]].is_empty();
            if relation == Order::Sum && order[..nth].iter().any(is_said) {
                continue;
            }
            let start = here - at[k] * strides[k];
            let mut parts: Vec<usize> = below.iter().map(|&part| places[start + part * strides[k]]).collect();
            parts.sort_unstable();
            rules.insert(Rule { whole: places[here], parts, relation });
        }
    });
}

/// What people who overlap add up to from one release to the next: everybody met up to then is among
/// everybody met up to now, and the rest was met since.
fn between_releases(shapes: &[Shape<'_>], places: &[Vec<usize>], current: &Leaves, rules: &mut BTreeSet<Rule>) {
    for (old, old_places) in shapes.iter().zip(places).filter(|(s, _)| s.release > 0) {
        let same = |new: &Shape<'_>| {
            new.release == 0
                && new.counted == old.counted
                && new.dimensions.len() == old.dimensions.len()
                && new.dimensions.iter().zip(old.dimensions).all(|(a, b)| a.name == b.name)
        };
        let Some((new, new_places)) = shapes.iter().zip(places).find(|(s, _)| same(s)) else { continue };
        let mut nth = 0;
        each_place(old.dimensions, |at| {
            let old_cell = old_places[nth];
            nth += 1;
            let changed: Vec<usize> =
                (0..at.len()).filter(|&k| !is_current(&old.dimensions[k], at[k], current)).collect();
            let [k] = changed[..] else { return };
            if old.dimensions[k].relation != Relation::Union {
                return;
            }
            let key = |k: usize, c: usize| old.dimensions[k].categories[c].key.as_str();
            let there: Option<Vec<usize>> = (0..at.len()).map(|k| new.dimensions[k].find(key(k, at[k]))).collect();
            let Some(there) = there else { return };
            let dimension = &new.dimensions[k];
            let (mut before, mut now) = (BTreeSet::new(), BTreeSet::new());
            leaves(&old.dimensions[k], at[k], &mut before);
            leaves(dimension, there[k], &mut now);
            if !before.is_subset(&now) {
                return;
            }
            let cell = |at: &[usize]| crate::measure::tables::index(new.dimensions, at).map(|i| new_places[i]);
            let mut parts = vec![old_cell];
            for leaf in now.difference(&before) {
                let mut at = there.clone();
                at[k] = dimension.find(leaf).unwrap_or(at[k]);
                parts.extend(cell(&at));
            }
            parts.sort_unstable();
            if let Some(whole) = cell(&there) {
                rules.insert(Rule { whole, parts, relation: Order::Union });
            }
        });
    }
}
