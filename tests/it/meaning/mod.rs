//! A fuzzer of meaning: tables of residents made by chance, in the layouts that publishers, spreadsheets and
//! officers give them, with the truth known. Whatever is read of one must be the truth, or the table must be asked
//! about; never a wrong number without a word.

pub mod layouts;
pub mod sheet;

use layouts::{LAYOUTS, Layout};
use patchwork::load::{ReadTable, read_table};
use std::collections::BTreeMap;
use std::path::Path;

/// Chance that is the same on every machine (splitmix64).
pub struct Chance(u64);

impl Chance {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x1234_5678_9ABC_DEF0)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    /// Once in `n`.
    pub fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One of several.
    pub fn of<'a, T>(&mut self, several: &'a [T]) -> &'a T {
        &several[self.below(several.len())]
    }

    /// Mixes an order up.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for i in (1..list.len()).rev() {
            list.swap(i, self.below(i + 1));
        }
    }
}

/// A table, and what is true of it.
pub struct Case {
    /// Text of the file.
    pub text: String,
    /// The lines of its section in `place.toml`.
    pub section: String,
    /// Keys of the zones of the place.
    pub zones: Vec<String>,
    /// What may be read as everybody, by zone: perturbed tables have two truths.
    pub everybody: Vec<Vec<Option<f64>>>,
    /// The groups, in any order.
    pub groups: Vec<Vec<Option<f64>>>,
    /// Whether the table has one meaning. Others must be asked about, or answered with the truth.
    pub honest: bool,
    /// No number of people can be read out of it: it must be refused.
    pub refused: bool,
}

/// What became of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Came {
    /// The truth.
    Right,
    /// An issue of severity error.
    Asked,
    /// Something else, without a word.
    Wrong,
}

fn same(got: &[Option<f64>], truth: &[Option<f64>]) -> bool {
    got.len() == truth.len()
        && got.iter().zip(truth).all(|(got, truth)| match (got, truth) {
            (Some(got), Some(truth)) => (got - truth).abs() < 1e-3,
            (None, None) => true,
            _ => false,
        })
}

/// Reads a case and judges what came of it.
pub fn judge(dir: &Path, case: &Case) -> (Came, ReadTable) {
    std::fs::write(dir.join("t.csv"), &case.text).expect("written");
    let zones: Vec<&str> = case.zones.iter().map(String::as_str).collect();
    let read = read_table(dir, &case.section, &zones).expect("a section");
    let came = match &read.residents {
        None => Came::Asked,
        Some(_) if case.refused => Came::Wrong,
        Some((everybody, groups)) => {
            let right = case.everybody.iter().any(|truth| same(everybody, truth));
            let mut left: Vec<&Vec<Option<f64>>> = case.groups.iter().collect();
            let mut all = groups.len() == case.groups.len();
            for (_, members) in groups {
                match left.iter().position(|truth| same(members, truth)) {
                    Some(at) => {
                        left.swap_remove(at);
                    }
                    None => all = false,
                }
            }
            if right && all { Came::Right } else { Came::Wrong }
        }
    };
    (came, read)
}

/// What came of the tables of each layout.
#[derive(Default)]
pub struct Tally {
    /// By layout: right, asked, wrong.
    pub by_layout: BTreeMap<&'static str, (bool, BTreeMap<Came, usize>)>,
    /// The first of the wrong ones, with their seeds.
    pub wrong: Vec<(u64, &'static str, String)>,
    /// What honest tables were asked about, and the seed of the first.
    pub asked: BTreeMap<&'static str, (usize, u64)>,
}

impl Tally {
    /// How many of the honest tables, or of the others, came out so.
    pub fn count(&self, honest: bool, came: Came) -> usize {
        self.by_layout.values().filter(|(own, _)| *own == honest).filter_map(|(_, counts)| counts.get(&came)).sum()
    }
}

/// Tries tables with these seeds.
pub fn run(seeds: impl Iterator<Item = u64>, dir: &Path) -> Tally {
    let mut tally = Tally::default();
    for seed in seeds {
        let mut chance = Chance::new(seed);
        let layout: &Layout = &LAYOUTS[(seed as usize) % LAYOUTS.len()];
        let case = (layout.make)(&mut chance);
        let (came, read) = judge(dir, &case);
        let (_, counts) = tally.by_layout.entry(layout.name).or_insert_with(|| (case.honest, BTreeMap::new()));
        *counts.entry(came).or_default() += 1;
        if came == Came::Asked && case.honest {
            let code = read.issues.first().map_or("nothing said", |issue| issue.code.word());
            tally.asked.entry(code).or_insert((0, seed)).0 += 1;
        }
        if came == Came::Wrong && tally.wrong.len() < 40 {
            let got = format!(
                "{}\n{}\ntruth {:?} {:?}\ngot {:?}\n",
                case.section, case.text, case.everybody, case.groups, read.residents
            );
            tally.wrong.push((seed, layout.name, got));
        }
    }
    tally
}
