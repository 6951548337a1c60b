//! What the same cell is in several tables and several releases: categories are told apart by their ground (the
//! homes, columns or quarters they stand for), not by their names.

use super::system::Shape;
use super::tabulate::{Dimension, Relation};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The pieces of a label of a dimension; `None` is the total.
pub(super) type Splits = HashMap<(usize, usize), Vec<Option<usize>>>;

/// What a category stands for.
type Atoms = BTreeSet<String>;

/// A cell: what is counted, and where it stands in every dimension but those it is the total of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct CellKey {
    pub(super) counted: usize,
    /// Dimension and label, by the name of the dimension.
    pub(super) at: Vec<(usize, usize)>,
}

/// A category of one release.
#[derive(Debug)]
struct Meaning {
    atoms: Atoms,
    /// `None` for the total.
    label: Option<usize>,
    is_leaf: bool,
    relation: Relation,
    /// The total of a dimension that everybody is in, whatever its categories are: the same in every release.
    is_everybody: bool,
}

/// Dimensions whose total is not the same in every release: time goes on.
const OF_TIME: [&str; 2] = ["period", "years"];

impl Meaning {
    fn is_same(&self, other: &Self) -> bool {
        self.is_everybody && other.is_everybody || self.atoms == other.atoms
    }
}

/// All names.
#[derive(Debug)]
pub(super) struct Names {
    counted: Vec<String>,
    dimensions: Vec<String>,
    labels: Vec<String>,
    number: HashMap<(usize, String), usize>,
    of: HashMap<(usize, usize, String), Meaning>,
    /// The label of a ground.
    canon: HashMap<(usize, Atoms), Option<usize>>,
}

impl Names {
    pub(super) fn of(shapes: &[Shape<'_>]) -> Self {
        let mut counted: Vec<String> = shapes.iter().map(|shape| shape.counted.to_owned()).collect();
        let all = shapes.iter().flat_map(|shape| shape.dimensions);
        let alias = all.clone().flat_map(|d| &d.categories).flat_map(|c| &c.alias).map(|(name, _)| name.clone());
        let mut dimensions: Vec<String> = all.map(|d| d.name.clone()).chain(alias).collect();
        counted.sort();
        counted.dedup();
        dimensions.sort();
        dimensions.dedup();
        let mut own = Self {
            counted,
            dimensions,
            labels: Vec::new(),
            number: HashMap::new(),
            of: HashMap::new(),
            canon: HashMap::new(),
        };
        let newest = shapes.iter().map(|shape| shape.release).max().unwrap_or(0);
        for release in 0..=newest {
            for shape in shapes.iter().filter(|shape| shape.release == release) {
                // A table in which a total has parts says so for the tables in which it stands alone.
                for dimension in shape.dimensions {
                    own.learn(release, dimension);
                }
            }
            for shape in shapes.iter().filter(|shape| shape.release == release) {
                own.learn_aliases(release, shape.dimensions);
            }
            own.tell_apart(release);
            own.settle(release);
        }
        own
    }

    fn learn(&mut self, release: usize, dimension: &Dimension) {
        let k = self.dimension(&dimension.name);
        let total = dimension.total();
        for (i, category) in dimension.categories.iter().enumerate().filter(|(_, c)| c.alias.is_empty()) {
            let is_leaf = dimension.parts(i).next().is_none();
            let at = (release, k, category.key.clone());
            let omitted = total == Some(i) && (!is_leaf || category.atoms.is_empty());
            let label = (!omitted).then_some(usize::MAX);
            let known = self.of.get_mut(&at);
            match known {
                Some(known) => {
                    if label.is_none() {
                        known.label = None;
                    }
                    known.is_leaf &= is_leaf;
                }
                None => {
                    let atoms = self.atoms(release, k, dimension, i);
                    let relation = dimension.relation;
                    let is_everybody =
                        omitted && category.atoms.is_empty() && !OF_TIME.contains(&dimension.name.as_str());
                    self.of.insert(at, Meaning { atoms, label, is_leaf, relation, is_everybody });
                }
            }
        }
    }

    /// Tells apart groups of one release that say the same of what they are made of, as women and men of the same ages do
    /// whose columns have the same names in two tables: by their keys.
    fn tell_apart(&mut self, release: usize) {
        let mut of: BTreeMap<(usize, &Atoms), Vec<&String>> = BTreeMap::new();
        let leaves = self.of.iter().filter(|((r, _, _), one)| *r == release && one.is_leaf && one.label.is_some());
        for ((_, k, key), one) in leaves {
            of.entry((*k, &one.atoms)).or_default().push(key);
        }
        let same: Vec<(usize, String)> = of
            .into_iter()
            .filter(|(_, keys)| keys.len() > 1)
            .flat_map(|((k, _), keys)| keys.into_iter().map(move |key| (k, key.clone())))
            .collect();
        for (k, key) in same {
            if let Some(one) = self.of.get_mut(&(release, k, key.clone())) {
                one.atoms = one.atoms.iter().map(|atom| format!("{atom} of {key}")).collect();
            }
        }
    }

    /// Names that only aliases use: cells that no table has a category of its own for.
    fn learn_aliases(&mut self, release: usize, dimensions: &[Dimension]) {
        for (name, key) in dimensions.iter().flat_map(|d| &d.categories).flat_map(|category| &category.alias) {
            let k = self.dimension(name);
            self.of.entry((release, k, key.clone())).or_insert_with(|| Meaning {
                atoms: Atoms::from([key.clone()]),
                label: Some(usize::MAX),
                is_leaf: true,
                relation: Relation::Sum,
                is_everybody: false,
            });
        }
    }

    /// What a category stands for: what it says itself, else its parts together, else its name. A release of the
    /// first form says nothing; there a name that is still used means what it means now.
    fn atoms(&self, release: usize, k: usize, dimension: &Dimension, category: usize) -> Atoms {
        let own = &dimension.categories[category];
        if !own.atoms.is_empty() {
            return own.atoms.iter().cloned().collect();
        }
        let parts: Vec<usize> = dimension.parts(category).filter(|part| *part > category).collect();
        if parts.is_empty() {
            let now = self.of.get(&(0, k, own.key.clone())).filter(|_| release > 0);
            return match now.filter(|now| now.is_leaf && dimension.relation == Relation::Sum) {
                Some(now) => now.atoms.clone(),
                None => Atoms::from([own.key.clone()]),
            };
        }
        let mut atoms: Atoms = parts.into_iter().flat_map(|part| self.atoms(release, k, dimension, part)).collect();
        if dimension.relation != Relation::Sum {
            atoms.insert(format!("{} together", own.key));
        }
        atoms
    }

    /// Gives every category of a release its label: that of the same ground in a newer release, if there is one.
    fn settle(&mut self, release: usize) {
        let mut keys: Vec<(usize, usize, String)> = self.of.keys().filter(|(r, _, _)| *r == release).cloned().collect();
        keys.sort();
        for at in keys {
            let (k, key) = (at.1, at.2.clone());
            let Some(meaning) = self.of.get(&at).filter(|meaning| !(meaning.is_everybody && meaning.label.is_none()))
            else {
                continue;
            };
            let (atoms, omitted) = (meaning.atoms.clone(), meaning.label.is_none());
            let known = self.canon.get(&(k, atoms.clone())).copied();
            let label = match known {
                Some(label) if release > 0 => label,
                _ if release == 0 && omitted => None,
                _ if release == 0 => Some(self.label(k, key)),
                _ => Some(self.label(k, format!("{key} (as published {release} before)"))),
            };
            self.canon.entry((k, atoms)).or_insert(label);
            if let Some(meaning) = self.of.get_mut(&at) {
                meaning.label = label;
            }
        }
    }

    fn dimension(&self, name: &str) -> usize {
        self.dimensions.binary_search_by(|own| own.as_str().cmp(name)).unwrap_or(0)
    }

    fn label(&mut self, k: usize, text: String) -> usize {
        if let Some(known) = self.number.get(&(k, text.clone())) {
            return *known;
        }
        self.labels.push(text.clone());
        self.number.insert((k, text), self.labels.len() - 1);
        self.labels.len() - 1
    }

    /// The cell at these categories.
    pub(super) fn key(&self, shape: &Shape<'_>, at: &[usize]) -> CellKey {
        let mut found: Vec<(usize, usize)> = Vec::new();
        for (dimension, &c) in shape.dimensions.iter().zip(at) {
            let category = &dimension.categories[c];
            if category.alias.is_empty() {
                found.extend(self.place(shape.release, &dimension.name, &category.key));
            } else {
                found.extend(category.alias.iter().filter_map(|(d, key)| self.place(shape.release, d, key)));
            }
        }
        found.sort_unstable();
        CellKey { counted: self.counted(shape), at: found }
    }

    /// The number of what a table counts.
    pub(super) fn counted(&self, shape: &Shape<'_>) -> usize {
        self.counted.binary_search_by(|own| own.as_str().cmp(shape.counted)).unwrap_or(0)
    }

    fn place(&self, release: usize, dimension: &str, key: &str) -> Option<(usize, usize)> {
        let k = self.dimension(dimension);
        let label = self.of.get(&(release, k, key.to_owned()))?.label?;
        Some((k, label))
    }

    /// A cell in words.
    pub(super) fn words(&self, key: &CellKey) -> String {
        let mut words = self.counted.get(key.counted).cloned().unwrap_or_default();
        for (k, label) in &key.at {
            words.push_str(&format!(", {} {}", self.dimensions[*k], self.labels[*label]));
        }
        words
    }

    fn meaning(&self, shape: &Shape<'_>, k: usize, category: usize) -> Option<&Meaning> {
        let dimension = &shape.dimensions[k];
        let own = &dimension.categories[category];
        self.of.get(&(shape.release, self.dimension(&dimension.name), own.key.clone()))
    }

    /// The category of a newer release that a category of an older one became: the same ground, or, where people
    /// may be in several parts, a ground that has grown.
    pub(super) fn now(
        &self,
        old: &Shape<'_>,
        k: usize,
        category: usize,
        new: &Shape<'_>,
        relation: Relation,
    ) -> Option<usize> {
        let before = self.meaning(old, k, category)?;
        let found = (0..new.dimensions[k].categories.len())
            .find(|&c| self.meaning(new, k, c).is_some_and(|now| now.is_same(before)));
        if found.is_some() || relation == Relation::Sum {
            return found;
        }
        let there = new.dimensions[k].find(&old.dimensions[k].categories[category].key)?;
        let now = self.meaning(new, k, there)?;
        before.atoms.iter().all(|atom| is_within(atom, &now.atoms)).then_some(there)
    }

    /// Whether both categories are of the same ground.
    pub(super) fn is_same(&self, old: &Shape<'_>, k: usize, a: usize, new: &Shape<'_>, b: usize) -> bool {
        let both = self.meaning(old, k, a).zip(self.meaning(new, k, b));
        both.is_some_and(|(a, b)| a.is_same(b))
    }

    /// The categories of the newer release that cover what a ground has grown by; `None` where they do not.
    pub(super) fn since(&self, old: &Shape<'_>, k: usize, a: usize, new: &Shape<'_>, b: usize) -> Option<Vec<usize>> {
        let (before, now) = self.meaning(old, k, a).zip(self.meaning(new, k, b))?;
        let more = now.atoms.difference(&before.atoms);
        more.map(|atom| {
            (0..new.dimensions[k].categories.len())
                .find(|&c| self.meaning(new, k, c).is_some_and(|one| one.atoms.len() == 1 && one.atoms.contains(atom)))
        })
        .collect()
    }

    /// Into which pieces a category must be cut so that the grounds of all releases are made of them, where what is
    /// counted adds up.
    pub(super) fn splits(&mut self, shapes: &[Shape<'_>]) -> Splits {
        let newest = shapes.iter().map(|shape| shape.release).max().unwrap_or(0);
        let mut splits = HashMap::new();
        for k in (0..self.dimensions.len()).filter(|_| newest > 0) {
            let leaves: BTreeSet<&Atoms> = self
                .of
                .iter()
                .filter(|((_, d, _), one)| *d == k && one.is_leaf && one.relation == Relation::Sum)
                .map(|(_, one)| &one.atoms)
                .collect();
            let mut signature: BTreeMap<&String, Vec<usize>> = BTreeMap::new();
            for (i, atoms) in leaves.iter().enumerate() {
                atoms.iter().for_each(|atom| signature.entry(atom).or_default().push(i));
            }
            let mut pieces: BTreeMap<&Vec<usize>, Atoms> = BTreeMap::new();
            for (atom, leaves) in &signature {
                pieces.entry(leaves).or_default().insert((*atom).clone());
            }
            let found: Vec<(Atoms, Vec<Atoms>)> = leaves
                .iter()
                .enumerate()
                .map(|(i, atoms)| {
                    let own = pieces.iter().filter(|(leaves, _)| leaves.contains(&i));
                    ((*atoms).clone(), own.map(|(_, piece)| piece.clone()).collect())
                })
                .filter(|(_, pieces): &(Atoms, Vec<Atoms>)| pieces.len() > 1)
                .collect();
            for (whole, pieces) in found {
                let Some(Some(whole)) = self.canon.get(&(k, whole)).copied() else { continue };
                let labels = pieces.into_iter().map(|piece| self.piece(k, piece)).collect();
                splits.insert((k, whole), labels);
            }
        }
        splits
    }

    fn piece(&mut self, k: usize, atoms: Atoms) -> Option<usize> {
        if let Some(known) = self.canon.get(&(k, atoms.clone())) {
            return *known;
        }
        let text = match atoms.len() {
            0 | 1 => format!("what is {} alone", atoms.first().map_or("", String::as_str)),
            n => format!("what is {} and {} more alone", atoms.first().map_or("", String::as_str), n - 1),
        };
        let label = self.label(k, text);
        self.canon.insert((k, atoms), Some(label));
        Some(label)
    }
}

/// Stands between a quarter and the day until which it was counted.
pub(crate) const UNTIL: &str = " until ";

/// Whether a ground has this in it; a quarter until a day is in the whole quarter, and in it until a later day.
fn is_within(atom: &str, atoms: &Atoms) -> bool {
    atoms.contains(atom)
        || atom.split_once(UNTIL).is_some_and(|(quarter, day)| {
            atoms.contains(quarter)
                || atoms.iter().any(|own| own.split_once(UNTIL).is_some_and(|(q, d)| q == quarter && d >= day))
        })
}
