//! From exact tables to tables that may leave.

use super::around::{Around, is_world};
use super::linear::drawn_in;
use super::mislead::mislead;
use super::system::{Order, Shape, System};
use super::tabulate::Tables;
use super::{Cell, Policy, Protected, Published, Release, Worlds, lines, linked, proof::Proof, repair};
use std::collections::BTreeSet;

/// Why tables cannot be protected together. No message holds a count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unprotectable {
    /// Two tables say different things of the same people.
    #[error("table {table} counts {cell} differently from another table; count both from the same records")]
    Disagree {
        /// The later of the two.
        table: String,
        /// The cell in words.
        cell: String,
    },
    /// A whole is not what its parts make.
    #[error("{cell} is not what its parts add up to; fill the totals from the parts")]
    DoesNotAddUp {
        /// The whole in words.
        cell: String,
    },
    /// What was published before is not known, so that it could be given away.
    #[error("the earlier release {file} cannot be read: {why}; nothing is published until it can, or is taken away")]
    Forgotten {
        /// The file.
        file: String,
        /// What is wrong with it.
        why: String,
    },
    /// Whatever is hidden, something can be worked out beside the earlier releases.
    #[error(
        "{counts} small counts of people could be worked out beside the earlier releases, whatever is hidden of this one; \
         nothing is published"
    )]
    Exposed {
        /// How many.
        counts: usize,
    },
    /// The solver did not answer, so that nothing can be promised.
    #[error("the linear program of the protection was not solved; nothing is published")]
    Unsolved,
}

/// The exact truth about every cell, and what is to become of it.
#[derive(Debug)]
pub(super) struct Ground {
    pub(super) system: System,
    pub(super) policy: Policy,
    /// Exact counts; of cells that are not counted now, about what they may be.
    pub(super) exact: Vec<u64>,
    /// A possible world: the exact counts, and of the other cells what agrees with them.
    pub(super) value: Vec<f64>,
    /// People each count is of.
    pub(super) people: Vec<u64>,
    /// Whether the cell counts people.
    pub(super) is_people: Vec<bool>,
    /// Whether the cell is counted now.
    pub(super) is_new: Vec<bool>,
    /// Whether the cell is in the tables to be published now.
    pub(super) is_published: Vec<bool>,
    /// What becomes of the cell.
    pub(super) is_hidden: Vec<bool>,
    /// Whether a reader must reckon with it that the cell, hidden, is nought.
    pub(super) may_be_nought: Vec<bool>,
    /// Whether it is left out that what is hidden is known to be somebody.
    pub(super) is_lenient: bool,
    /// Whether an earlier release hid the cell so that it may be nought, and it may still be where it is hidden.
    pub(super) kept_nought: Vec<bool>,
    /// The threshold the cell is owed: that of now, or of an earlier release that hid it.
    pub(super) threshold: Vec<u64>,
    /// Counts not published now that are owed protection: what an earlier release hid, and what one ground has more
    /// than another.
    pub(super) is_linked: Vec<bool>,
    /// Whether earlier releases tell that the count is not small.
    pub(super) is_large: Vec<bool>,
    /// What earlier releases tell of the cell.
    pub(super) told: Vec<(f64, f64)>,
    /// Whether an earlier release told of the cell what is not true any more. Hidden it would be taken for true again.
    pub(super) is_stale: Vec<bool>,
    /// Whether `told` and `value` are those of a reader who takes it that no record came late, though one did.
    pub(super) is_misled: bool,
    /// Whether a count is not what an earlier release showed: a record came late, or was taken out.
    pub(super) is_late: bool,
}

impl Ground {
    /// Whether a count may not be shown for its own sake. That few people have nothing is no such count.
    pub(super) fn is_small(&self, cell: usize) -> bool {
        self.exact[cell] > 0 && self.people[cell] < self.policy.threshold
    }

    /// Whether a count of somebody is shown.
    pub(super) fn is_shown(&self, cell: usize) -> bool {
        self.is_published[cell] && !self.is_hidden[cell] && self.exact[cell] > 0
    }

    /// Between what a reader knows the count to lie, from this cell alone and from earlier releases.
    pub(super) fn bounds(&self, cell: usize) -> (f64, f64) {
        let (told_least, told_most) = self.told[cell];
        let (least, most) = if !self.is_published[cell] {
            (0.0, f64::INFINITY)
        } else if self.is_hidden[cell] {
            (if self.may_be_nought[cell] || self.is_lenient { 0.0 } else { 1.0 }, f64::INFINITY)
        } else {
            let shown = self.policy.round(self.exact[cell]);
            let range = self.policy.range(shown, self.is_people[cell]);
            range.map_or((0.0, f64::INFINITY), |(least, most)| (least as f64, most as f64))
        };
        (least.max(told_least), most.min(told_most))
    }

    /// How far apart the ends of a hidden count must be.
    pub(super) fn least_width(&self, cell: usize) -> f64 {
        self.threshold[cell].saturating_sub(2) as f64
    }

    /// What a hidden count must be able to be, for all a reader can work out: a small count anything
    /// below the threshold, an amount of few people as much again as it is. `None` for a count that is
    /// hidden for the sake of others: of it only [`Ground::least_width`] is asked.
    pub(super) fn target(&self, cell: usize) -> Option<(f64, f64)> {
        // To a reader who is wrong about it a count need only be uncertain.
        if !self.is_published[cell] || self.is_misled {
            return None;
        }
        let (exact, threshold) = (self.exact[cell], self.threshold[cell]);
        let width = threshold.saturating_sub(2);
        let (least, most) = if exact == 0 {
            (0, width)
        } else if exact < threshold {
            (1, threshold.saturating_sub(1))
        } else if self.is_small(cell) {
            let away = width.max(exact / 2);
            (exact.saturating_sub(away).max(1), exact + away)
        } else {
            return None;
        };
        Some((least as f64, most as f64))
    }

    /// The counts that are owed protection: all hidden ones, but for those that earlier releases tell to be large.
    pub(super) fn owed(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.exact.len())
            .filter(|&cell| if self.is_published[cell] { self.is_hidden[cell] } else { self.is_linked[cell] })
            .filter(|&cell| !self.is_large[cell])
    }

    /// Notes which counts of people earlier releases tell to be as large as the threshold, whatever is hidden now.
    fn note_large(&mut self) {
        let ends = drawn_in(self.told.clone(), &self.system.rows());
        for (cell, (least, _)) in ends.into_iter().enumerate() {
            self.is_large[cell] = self.is_people[cell] && least >= self.threshold[cell] as f64;
        }
    }

    /// Notes which hidden counts a reader must reckon may be nought.
    pub(super) fn note_noughts(&mut self, lines: &[lines::Line]) {
        let shown = |cell: usize| self.is_published[cell] && !self.is_hidden[cell];
        let is_shown: Vec<bool> = (0..self.exact.len()).map(|cell| shown(cell) && self.exact[cell] > 0).collect();
        let is_nought: Vec<bool> = (0..self.exact.len()).map(|cell| shown(cell) && self.exact[cell] == 0).collect();
        let may = lines::may_be_nought(lines, &is_shown, &is_nought);
        let all = may.iter().zip(&self.kept_nought).zip(&self.told);
        self.may_be_nought = all.map(|((may, kept), told)| (*may || *kept) && told.1 > 0.0).collect();
    }
}

/// Which counts may be shown, so that nobody who reads all tables, and all earlier releases of them, can
/// work out a small one?
///
/// *Method*: (1) counts of fewer people than the threshold are hidden, and so is what an earlier release
/// hid, until at least a threshold's worth of people has come in since. (2) Where all people of a
/// row are in one category of an attribute, that category is hidden, and where no category of a row can be shown
/// its noughts are hidden too, so that nobody learns what *all* of a known circle are. (3) A linear
/// program looks for what each hidden count can be at least and at most, given everything shown with
/// its rounding, every sum, and the earlier releases as if no record had come late; where that is less than
/// the policy asks, the cheapest further cells are hidden, until nothing is left to do.
///
/// *Returns* the tables in the order given. The order of tables and of categories decides nothing.
/// *Limits*: see METHODS.md, Disclosure.
///
/// # Errors
/// When tables contradict each other, or the solver does not answer.
pub fn protect(tables: &Tables, policy: &Policy, earlier: &[Release]) -> Result<Protected, Unprotectable> {
    let mut ground = ground(tables, *policy, earlier)?;
    for cell in 0..ground.exact.len() {
        ground.is_hidden[cell] = ground.is_published[cell] && ground.is_small(cell);
    }
    linked::keep_hidden(&mut ground, tables, earlier);
    let told = tables.tables.iter().zip(&ground.system.places).filter(|(table, _)| !table.is_latent);
    let lines = lines::lines_of(told.map(|(table, places)| (table.dimensions.as_slice(), places.as_slice())));
    lines::hide_sole_categories(&mut ground, &lines, &tables.crossings());
    lines::hide_all_of_too_few(&mut ground);
    lines::hide_noughts(&mut ground, &lines);
    while lines::hide_beside_telling_noughts(&mut ground, &lines) {
        lines::hide_noughts(&mut ground, &lines);
    }
    let (mut told_before, mut worlds) = (0, Vec::new());
    if ground.threshold.iter().any(|threshold| *threshold > 1) {
        let is_all_hidden = !(0..ground.exact.len()).any(|cell| ground.is_shown(cell));
        let (lost, told) = if is_all_hidden && !earlier.is_empty() {
            // No further cell can be hidden: it is only asked what the earlier releases tell beside it.
            ground.note_large();
            lines::hide_noughts(&mut ground, &lines);
            ground.note_noughts(&lines);
            (ground.owed().collect(), 0)
        } else {
            withhold(&mut ground, &lines)?
        };
        told_before = told;
        if !earlier.is_empty() && (ground.is_late || !lost.is_empty()) {
            let told_now;
            (told_now, worlds) = mislead(&mut ground, tables, earlier, &lines, &lost)?;
            told_before = told.max(told_now);
        }
    }
    Ok(Protected { policy: *policy, tables: publish(tables, &ground), told_before, worlds: Worlds::of(worlds) })
}

/// Hides further cells until nothing can be worked out from the sums. The counts that cannot be had, whatever is hidden,
/// and how many they are.
fn withhold(ground: &mut Ground, lines: &[lines::Line]) -> Result<(BTreeSet<usize>, usize), Unprotectable> {
    ground.note_large();
    let mut proof = Proof::of(ground);
    let around = around(ground);
    let (mut told, mut has_tried_again) = (0, false);
    loop {
        loop {
            lines::hide_noughts(ground, lines);
            ground.note_noughts(lines);
            let exposed = proof.exposed(ground)?;
            if exposed.is_empty() {
                break;
            }
            told += repair::repair(ground, &mut proof, &around, lines, exposed)?;
        }
        // What was given up may have become possible by what was hidden for others.
        let is_last = std::mem::replace(&mut has_tried_again, true);
        if is_last || !proof.try_again() {
            return Ok((proof.lost, told));
        }
        told = 0;
    }
}

/// Hides further cells for some counts that a reader bounds too closely. Those of them that cannot be had.
pub(super) fn withhold_of(
    ground: &mut Ground,
    lines: &[lines::Line],
    cells: &[usize],
) -> Result<BTreeSet<usize>, Unprotectable> {
    let mut proof = Proof::of(ground);
    let goals = proof.open(ground, cells);
    repair::repair(ground, &mut proof, &around(ground), lines, goals)?;
    lines::hide_noughts(ground, lines);
    ground.note_noughts(lines);
    Ok(proof.lost)
}

/// What is near what. Cells only an earlier release had are counted nowhere, and what stands for them may not meet the
/// rules.
fn around(ground: &Ground) -> Around {
    let has_world = is_world(&ground.value, &ground.system.rows(), |cell| ground.bounds(cell));
    Around::of(&ground.system.rules, ground.exact.len(), has_world)
}

pub(super) fn publish(tables: &Tables, ground: &Ground) -> Vec<Published> {
    let cell = |&cell: &usize| {
        if ground.is_hidden[cell] || !ground.is_published[cell] {
            Cell::Hidden
        } else {
            ground.policy.round(ground.exact[cell])
        }
    };
    let published = tables.tables.iter().zip(&ground.system.places);
    published
        .map(|(table, places)| Published {
            name: table.name.clone(),
            counted: table.counted.clone(),
            is_people: table.is_of_people(),
            is_latent: table.is_latent,
            dimensions: table.dimensions.clone(),
            cells: places.iter().map(cell).collect(),
            policy: ground.policy,
        })
        .collect()
}

fn ground(tables: &Tables, policy: Policy, earlier: &[Release]) -> Result<Ground, Unprotectable> {
    let now = tables.tables.iter().map(|t| Shape {
        counted: &t.counted,
        dimensions: &t.dimensions,
        is_people: t.is_of_people(),
        release: 0,
    });
    let before = earlier
        .iter()
        .rev()
        .enumerate()
        .flat_map(|(age, release)| release.tables.iter().map(move |table| table.shape(age + 1)));
    let system = System::new(&now.chain(before).collect::<Vec<_>>());
    let n = system.names.len();
    let mut ground = Ground {
        system,
        policy,
        exact: vec![0; n],
        value: vec![0.0; n],
        people: vec![0; n],
        is_people: vec![true; n],
        is_new: vec![false; n],
        is_published: vec![false; n],
        is_hidden: vec![false; n],
        may_be_nought: vec![false; n],
        kept_nought: vec![false; n],
        is_lenient: false,
        threshold: vec![policy.threshold; n],
        is_linked: vec![false; n],
        is_large: vec![false; n],
        told: vec![(0.0, f64::INFINITY); n],
        is_stale: vec![false; n],
        is_misled: false,
        is_late: false,
    };
    for (table, places) in tables.tables.iter().zip(&ground.system.places) {
        for ((&cell, &exact), &people) in places.iter().zip(table.exact()).zip(table.exact_contributors()) {
            // Whom an amount is of is known of the fewer, where two tables saw different many.
            let is_amount = !table.is_of_people();
            let people = if ground.is_new[cell] && is_amount { people.min(ground.people[cell]) } else { people };
            if ground.is_new[cell] && ground.exact[cell] != exact {
                let cell = ground.system.names[cell].clone();
                return Err(Unprotectable::Disagree { table: table.name.clone(), cell });
            }
            (ground.is_new[cell], ground.exact[cell], ground.people[cell]) = (true, exact, people);
            ground.is_people[cell] = table.is_of_people();
            ground.is_published[cell] |= !table.is_latent;
        }
    }
    check_sums(&ground)?;
    ground.value = ground.exact.iter().map(|&exact| exact as f64).collect();
    linked::reconcile(&mut ground, earlier, tables.tables.len())?;
    Ok(ground)
}

fn check_sums(ground: &Ground) -> Result<(), Unprotectable> {
    for rule in &ground.system.rules {
        let all_new = ground.is_new[rule.whole] && rule.parts.iter().all(|&part| ground.is_new[part]);
        let parts = || rule.parts.iter().map(|&part| ground.exact[part]);
        let (whole, sum) = (ground.exact[rule.whole], parts().sum::<u64>());
        let most = parts().max().unwrap_or(0);
        let holds = match rule.relation {
            Order::Sum => whole == sum,
            Order::Union => most <= whole && whole <= sum,
            Order::Within => most <= whole,
            Order::AtMost => whole <= sum,
        };
        if all_new && !holds {
            return Err(Unprotectable::DoesNotAddUp { cell: ground.system.names[rule.whole].clone() });
        }
    }
    Ok(())
}
