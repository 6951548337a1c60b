//! Exact counts of people met, before they are protected: the one form in which anything counted from
//! engagement records goes to [`crate::disclose`].
//!
//! Anybody can put numbers in here, and `disclose` alone can take them out: they are private to it, and `Debug` prints
//! shapes, not numbers.

use std::fmt;

/// How a category of a dimension stands to the categories below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// The parts sum to the whole: everybody is in exactly one part.
    Sum,
    /// The parts cover the whole and may overlap, as quarters do when somebody comes in two of them:
    /// the whole is at least each part and at most their sum.
    Union,
    /// The parts lie in the whole, overlap, and need not cover it, as themes do: each part is at most
    /// the whole.
    Within,
    /// The whole is at most what the parts sum to, and nothing is known of it beside each.
    AtMost,
}

/// One category of a dimension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// Name in files and links.
    pub key: String,
    /// Name for people.
    pub label: String,
    /// The category it is a part of; `None` at the top.
    pub parent: Option<usize>,
    /// What it stands for (homes, columns, quarters), so that two releases can be set beside each other. Empty where
    /// its parts, or its key, say it.
    pub atoms: Vec<String>,
    /// Dimensions and keys at which the same cell stands elsewhere; empty where it stands under its own.
    pub alias: Vec<(String, String)>,
}

/// The dimension of how often people were met.
pub const TIMES_MET: &str = "times";

/// The category of those of whom an attribute is not known.
pub(in crate::disclose) const NOT_RECORDED: &str = "not_recorded";

/// One direction of a table: patch, group, period, theme, activity.
///
/// A single top category is the *total*: a cell there is the same cell in every table that counts the
/// same thing, whether or not that table has this dimension. Several top categories have no total.
/// Dimensions of the same name must be the same in all tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dimension {
    /// Name in files: `patch`, `period`, `ethnic_group`.
    pub name: String,
    /// Top first: a category stands after the one it is a part of.
    pub categories: Vec<Category>,
    /// How the parts make the whole.
    pub relation: Relation,
    /// The categories say something about the people themselves (their group, what they raised), so
    /// that nobody may learn that *all* people of a known circle are in one of them.
    pub is_attribute: bool,
    /// Names of the dimensions whose answers each category combines, as `age` and `disability` in age by disability.
    pub crossed_of: Vec<String>,
}

impl Dimension {
    /// A dimension with no category yet.
    #[must_use]
    pub fn new(name: &str, relation: Relation) -> Self {
        let (name, categories) = (name.to_owned(), Vec::new());
        Self { name, categories, relation, is_attribute: false, crossed_of: Vec::new() }
    }

    /// Marks the categories as saying something about the people themselves.
    #[must_use]
    pub fn of_people(mut self) -> Self {
        self.is_attribute = true;
        self
    }

    /// Adds a category below `parent` and returns its place in the list. A parent that is not there
    /// is read as no parent.
    pub fn push(&mut self, key: &str, label: &str, parent: Option<usize>) -> usize {
        let parent = parent.filter(|parent| *parent < self.categories.len());
        let (key, label) = (key.to_owned(), label.to_owned());
        self.categories.push(Category { key, label, parent, atoms: Vec::new(), alias: Vec::new() });
        self.categories.len() - 1
    }

    /// Says what a category stands for.
    pub fn ground(&mut self, category: usize, atoms: impl IntoIterator<Item = String>) {
        if let Some(own) = self.categories.get_mut(category) {
            own.atoms = atoms.into_iter().collect();
        }
    }

    /// Says where the cells of a category stand elsewhere.
    pub fn alias(&mut self, category: usize, at: impl IntoIterator<Item = (String, String)>) {
        if let Some(own) = self.categories.get_mut(category) {
            own.alias = at.into_iter().collect();
        }
    }

    /// The single top category, when there is exactly one.
    #[must_use]
    pub fn total(&self) -> Option<usize> {
        let mut tops = self.categories.iter().enumerate().filter(|(_, c)| c.parent.is_none()).map(|(i, _)| i);
        let first = tops.next();
        if tops.next().is_some() { None } else { first }
    }

    /// The categories directly below one.
    pub fn parts(&self, whole: usize) -> impl Iterator<Item = usize> + '_ {
        self.categories.iter().enumerate().filter(move |(_, c)| c.parent == Some(whole)).map(|(i, _)| i)
    }

    /// Whether a category is a part of no other.
    #[must_use]
    pub fn is_top(&self, category: usize) -> bool {
        self.categories.get(category).is_some_and(|one| one.parent.is_none())
    }

    /// The place of a category in the list.
    #[must_use]
    pub fn find(&self, key: &str) -> Option<usize> {
        self.categories.iter().position(|category| category.key == key)
    }
}

/// A table of exact counts over several dimensions, every combination of their categories a cell.
#[derive(Clone, PartialEq, Eq)]
pub struct Table {
    /// Name in files and links: `reach-ethnic_group`.
    pub name: String,
    /// What is counted: `people`, `first_timers`, `hours`. Cells of tables that count the same thing
    /// are the same cell when they are at the same categories, totals left out.
    pub counted: String,
    /// The dimensions; the last runs fastest.
    pub dimensions: Vec<Dimension>,
    /// Whether it only says what adds up to what, and no cell of it is published.
    pub is_latent: bool,
    counts: Vec<u64>,
    contributors: Option<Vec<u64>>,
}

impl Table {
    /// A table of zeros.
    #[must_use]
    pub fn new(name: &str, counted: &str, dimensions: Vec<Dimension>) -> Self {
        let cells = dimensions.iter().map(|d| d.categories.len()).product();
        Self {
            name: name.to_owned(),
            counted: counted.to_owned(),
            dimensions,
            is_latent: false,
            counts: vec![0; cells],
            contributors: None,
        }
    }

    /// The same, of something people have or do (hours, new connections) rather than of people: each
    /// count comes with the number of people it is of, and it is their number that is held against the
    /// threshold.
    #[must_use]
    pub fn of_amounts(name: &str, counted: &str, dimensions: Vec<Dimension>) -> Self {
        let mut table = Self::new(name, counted, dimensions);
        table.contributors = Some(vec![0; table.counts.len()]);
        table
    }

    /// The same, of which nothing is published: a reader knows that these counts are there and what they add up to.
    #[must_use]
    pub fn latent(mut self) -> Self {
        self.is_latent = true;
        self
    }

    /// Whether people are counted, rather than something they have or do.
    #[must_use]
    pub fn is_of_people(&self) -> bool {
        self.contributors.is_none()
    }

    /// How many cells there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.counts.len()
    }

    /// Whether there are no cells.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Where a cell stands in the list of cells; `None` when there is no such category.
    #[must_use]
    pub fn index(&self, at: &[usize]) -> Option<usize> {
        index(&self.dimensions, at)
    }

    /// Adds to one cell, and to no other: see [`Table::roll_up`]. A cell that is not there is left alone.
    pub fn add(&mut self, at: &[usize], count: u64) {
        if let Some(i) = self.index(at) {
            self.counts[i] = self.counts[i].saturating_add(count);
        }
    }

    /// Adds to the number of people one amount is of.
    pub fn add_contributors(&mut self, at: &[usize], people: u64) {
        if let (Some(i), Some(of)) = (self.index(at), &mut self.contributors) {
            of[i] = of[i].saturating_add(people);
        }
    }

    /// Says how many people an amount is of, whatever its parts are of: people may be in several of them.
    pub fn set_contributors(&mut self, at: &[usize], people: u64) {
        if let (Some(i), Some(of)) = (self.index(at), &mut self.contributors) {
            of[i] = people;
        }
    }

    /// Fills the wholes of a [`Relation::Sum`] dimension with the sums of their parts, dimension by
    /// dimension. Wholes of other dimensions are counted by whoever knows who is who.
    pub fn roll_up(&mut self) {
        let mut step = self.counts.len();
        for dimension in &self.dimensions {
            let size = dimension.categories.len();
            if size == 0 {
                return;
            }
            let inner = step / size;
            if dimension.relation == Relation::Sum {
                for (part, category) in dimension.categories.iter().enumerate().rev() {
                    let Some(whole) = category.parent else { continue };
                    for start in (0..self.counts.len()).step_by(step) {
                        for i in 0..inner {
                            let (to, from) = (start + whole * inner + i, start + part * inner + i);
                            self.counts[to] += self.counts[from];
                            if let Some(of) = &mut self.contributors {
                                of[to] += of[from];
                            }
                        }
                    }
                }
            }
            step = inner;
        }
    }

    /// The exact counts.
    pub(in crate::disclose) fn exact(&self) -> &[u64] {
        &self.counts
    }

    /// How many people each exact count is of.
    pub(in crate::disclose) fn exact_contributors(&self) -> &[u64] {
        self.contributors.as_deref().unwrap_or(&self.counts)
    }
}

/// Says the shape, never the numbers.
impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shape: Vec<(&str, usize)> = self.dimensions.iter().map(|d| (d.name.as_str(), d.categories.len())).collect();
        f.debug_struct("Table").field("name", &self.name).field("shape", &shape).finish_non_exhaustive()
    }
}

/// Where the cell at these categories stands when the last dimension runs fastest.
#[must_use]
pub fn index(dimensions: &[Dimension], at: &[usize]) -> Option<usize> {
    if dimensions.len() != at.len() {
        return None;
    }
    dimensions.iter().zip(at).try_fold(0, |index, (dimension, &category)| {
        let size = dimension.categories.len();
        (category < size).then(|| index * size + category)
    })
}

/// The categories of the cell that stands there when the last dimension runs fastest.
#[must_use]
pub fn categories(dimensions: &[Dimension], mut place: usize) -> Vec<usize> {
    let mut at = vec![0; dimensions.len()];
    for (at, dimension) in at.iter_mut().zip(dimensions).rev() {
        let size = dimension.categories.len().max(1);
        (*at, place) = (place % size, place / size);
    }
    at
}

/// All tables that are published together, and so protected together.
#[derive(Debug, Clone, Default)]
pub struct Tables {
    /// In the order they are listed.
    pub tables: Vec<Table>,
}

impl Tables {
    /// Dimensions and those that are crossed of them, by name.
    pub(in crate::disclose) fn crossings(&self) -> Vec<(&str, &str)> {
        let dimensions = self.tables.iter().flat_map(|table| &table.dimensions);
        let mut found: Vec<(&str, &str)> = dimensions
            .flat_map(|crossed| crossed.crossed_of.iter().map(|of| (of.as_str(), crossed.name.as_str())))
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}
