//! Who is being met, and who is not?

use crate::place::{GroupIdx, IdVec, Idx, PatchIdx, Place};
use crate::stats::{
    Interval, Pooled, binomial_share, poisson_rate, pool, prior, q_values, rate_ratio, rate_ratio_at, same_rate,
};

/// Share of flags that may be chance (Benjamini and Hochberg): the customary one in twenty. At 0.1 a
/// difference is seen sooner and one flag in ten is nothing.
pub const FALSE_FLAGS: f64 = 0.05;

/// A count of people, as far as it may be known: what is shown of it, and between what it lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Count {
    /// The count shown.
    pub shown: f64,
    /// The least it can be.
    pub least: f64,
    /// The most it can be.
    pub most: f64,
}

impl Count {
    /// A count that is known exactly.
    #[must_use]
    pub fn exactly(count: f64) -> Self {
        Self { shown: count, least: count, most: count }
    }
}

/// What is known of one patch, or of the whole place.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PatchCounts {
    /// Everybody who lives there.
    pub residents: f64,
    /// Members of each group who live there; `None` where nobody knows.
    pub members: Vec<Option<f64>>,
    /// Everybody met; `None` where it may not be known.
    pub met: Option<Count>,
    /// Met of each group.
    pub met_of: Vec<Option<Count>>,
    /// Met, and nobody recorded of which group.
    pub not_recorded: Option<Count>,
    /// How much more the counts vary than counts do: see [`crate::disclose::tabulate::dispersion`].
    pub dispersion: f64,
}

/// Which way a group differs from everybody else in the place, beyond chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    /// Met less.
    Less,
    /// Met more.
    More,
    /// No difference beyond chance.
    None,
}

impl Flag {
    /// The word in files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Less => "met less",
            Self::More => "met more",
            Self::None => "no difference beyond chance",
        }
    }
}

/// How one group of one patch is reached. Every number is `None` where what it rests on may not be known.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Reach {
    /// Met per 1,000 residents of the group.
    pub rate: Option<f64>,
    /// Garwood's exact interval of the rate.
    pub rate_interval: Option<Interval>,
    /// The rate, drawn towards that of the other patches the more, the fewer people there are.
    pub pooled: Option<Pooled>,
    /// Share of those met ÷ share of residents, among those whose group was recorded: 1 is parity.
    pub ratio: Option<f64>,
    /// Clopper and Pearson's exact interval of it.
    pub ratio_interval: Option<Interval>,
    /// Between what the ratio would lie if those not recorded were known: none of them of the group, or all.
    pub ratio_bounds: Option<Interval>,
    /// People of the group still to be met so that its share of those met is its share of residents.
    pub to_meet: Option<f64>,
    /// Share of those met of whom nobody recorded the group.
    pub not_recorded_share: Option<f64>,
    /// How many times as often as everybody else in the place, or, of everybody of a patch, as in the other patches.
    pub against: Option<f64>,
    /// The interval of it that the flag rests on: it leaves out 1 exactly where there is a flag.
    pub against_interval: Option<Interval>,
    /// Smallest false discovery rate at which this would be flagged.
    pub q: Option<f64>,
    /// The flag.
    pub flag: Option<Flag>,
}

/// How each group of each patch is reached; and everybody of the patch.
///
/// `rows` begins with the whole place and goes on with its parts. The answer has a row for each, with
/// everybody first and then the groups.
///
/// *Rates* are people met ÷ residents × 1,000 with Garwood's interval. *Pooled* rates draw on the same
/// group in all patches (gamma-Poisson, moments). *Ratios* compare shares among the recorded. *Flags*
/// compare the rate of the group in the patch with that of everybody else in the place (of everybody of
/// the patch: with the other patches) by the conditional test of two Poisson rates, over all patches and
/// groups of the dimension at once, at a false discovery rate of [`FALSE_FLAGS`]; the whole place's groups
/// are a family of their own. *Against*: how many times that rate it is, with the interval of the same test, widened for all
/// comparisons of the family at once so that of those flagged at most one in twenty leaves out the truth (Benjamini and
/// Yekutieli 2005). So a verdict and its interval are one. Where counts are rounded, intervals begin at the least and end at the most
/// they can be, and the test takes the end nearer to no difference.
#[must_use]
pub fn reach(rows: &[PatchCounts]) -> Vec<Vec<Reach>> {
    let Some(place) = rows.first() else { return Vec::new() };
    let groups = place.members.len();
    let mut answers: Vec<Vec<Reach>> = rows.iter().map(|row| of_row(row, groups)).collect();
    for column in 0..=groups {
        let of = |row: &PatchCounts| Some((cell(row, column)?.0, cell(row, column)?.1));
        let counts: Vec<(f64, f64)> =
            rows[1..].iter().filter_map(of).map(|(count, members)| (count.shown, members)).collect();
        let Some(prior) = prior(&counts) else { continue };
        for (answer, row) in answers[1..].iter_mut().zip(&rows[1..]) {
            let pooled = of(row).and_then(|(count, members)| pool(prior, count.shown, members));
            answer[column].pooled =
                pooled.map(|pooled| Pooled { rate: pooled.rate * 1000.0, interval: pooled.interval.times(1000.0) });
        }
    }
    flag(rows, &mut answers);
    answers
}

/// Met and residents of everybody (0) or a group (from 1), where both are known and somebody lives there.
fn cell(row: &PatchCounts, column: usize) -> Option<(Count, f64)> {
    let (met, members) = match column.checked_sub(1) {
        None => (row.met?, row.residents),
        Some(group) => ((*row.met_of.get(group)?)?, (*row.members.get(group)?)?),
    };
    (members > 0.0).then_some((met, members))
}

fn of_row(row: &PatchCounts, groups: usize) -> Vec<Reach> {
    (0..=groups)
        .map(|column| {
            let mut answer = Reach::default();
            if let Some((met, members)) = cell(row, column) {
                answer.rate = Some(met.shown / members * 1000.0);
                answer.rate_interval = rate_interval(met, members / 1000.0, row.dispersion);
            }
            let shares = row.met.zip(row.not_recorded);
            answer.not_recorded_share = shares.and_then(|(all, none)| share(none.shown, all.shown));
            if column > 0 {
                compare(row, column, &mut answer);
            }
            answer
        })
        .collect()
}

fn share(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| (part / whole).clamp(0.0, 1.0))
}

fn rate_interval(met: Count, exposure: f64, dispersion: f64) -> Option<Interval> {
    Some(Interval {
        low: poisson_rate(met.least, exposure, dispersion)?.low,
        high: poisson_rate(met.most, exposure, dispersion)?.high,
    })
}

/// The share of those met beside the share of residents.
fn compare(row: &PatchCounts, column: usize, answer: &mut Reach) {
    let known: f64 = row.members.iter().flatten().sum();
    let Some((met, members)) = cell(row, column) else { return };
    let (Some(all), Some(none)) = (row.met, row.not_recorded) else { return };
    let Some(due) = share(members, known).filter(|due| *due > 0.0 && *due < 1.0) else { return };
    let recorded = all.shown - none.shown;
    let Some(part) = share(met.shown, recorded) else { return };
    answer.ratio = Some(part / due);
    let interval = |count: f64| binomial_share(count.clamp(0.0, recorded), recorded, row.dispersion);
    if let (Some(low), Some(high)) = (interval(met.least), interval(met.most)) {
        answer.ratio_interval = Some(Interval { low: low.low, high: high.high }.times(1.0 / due));
    }
    let bound = |count: f64| share(count, all.shown).map(|share| share / due);
    if let (Some(low), Some(high)) = (bound(met.least), bound(met.most + none.most)) {
        answer.ratio_bounds = Some(Interval { low, high });
    }
    answer.to_meet = Some(((due * recorded - met.shown) / (1.0 - due)).ceil().max(0.0));
}

/// Somebody beside everybody else: how many were met of how many.
struct Compared {
    met: Count,
    members: f64,
    others: (f64, f64),
    /// How much more the counts vary than counts do.
    wide: f64,
}

impl Compared {
    /// How many of the members would be met at the rate of the others.
    fn usual(&self) -> f64 {
        self.others.0 / self.others.1 * self.members
    }

    fn way(&self) -> Flag {
        if self.met.shown < self.usual() { Flag::Less } else { Flag::More }
    }

    fn beside(&self) -> (f64, f64) {
        (self.others.0 / self.wide, self.others.1)
    }

    /// The chance of such a difference between equal rates, at the end of what the count can be that is nearer to none.
    fn p(&self) -> Option<f64> {
        let nearest = self.usual().clamp(self.met.least, self.met.most);
        same_rate((nearest / self.wide, self.members), self.beside())
    }

    /// How many times the rate of the others, and between what, for what the count can be at least and at most.
    fn ratio(&self, error: f64) -> Option<(f64, Interval)> {
        let at = |count: f64| rate_ratio_at((count / self.wide, self.members), self.beside(), error);
        let low = at(self.met.least).map_or(0.0, |(_, interval)| interval.low);
        let ratio = (self.met.shown / self.members) / (self.others.0 / self.others.1);
        let high = at(self.met.most)?.1.high;
        ratio.is_finite().then_some((ratio, Interval { low, high }))
    }
}

fn flag(rows: &[PatchCounts], answers: &mut [Vec<Reach>]) {
    let Some(place) = rows.first() else { return };
    let recorded = |row: &PatchCounts| Some(row.met?.shown - row.not_recorded.map_or(0.0, |none| none.shown));
    let compared = |i: usize, column: usize| -> Option<Compared> {
        let (met, members) = cell(&rows[i], column)?;
        let (all, everybody) = match column {
            0 => (place.met?.shown, place.residents),
            _ => (recorded(place)?, place.members.iter().flatten().sum()),
        };
        let others = (all - met.shown, everybody - members);
        if !(others.0 >= 0.0 && others.1 > 0.0) {
            return None;
        }
        Some(Compared { met, members, others, wide: rows[i].dispersion.max(1.0) })
    };
    let groups = place.members.len();
    // The groups of the whole place are one family; all patches and groups of patches the other.
    let first: Vec<(usize, usize)> = (1..=groups).map(|column| (0, column)).collect();
    let second: Vec<(usize, usize)> =
        (1..rows.len()).flat_map(|row| (0..=groups).map(move |column| (row, column))).collect();
    for family in [first, second] {
        let compared: Vec<Option<Compared>> = family.iter().map(|&(row, column)| compared(row, column)).collect();
        let p: Vec<Option<f64>> = compared.iter().map(|one| one.as_ref().and_then(Compared::p)).collect();
        let q = q_values(&p);
        let flagged = q.iter().flatten().filter(|q| **q <= FALSE_FLAGS).count();
        let error = FALSE_FLAGS * flagged.max(1) as f64 / p.iter().flatten().count().max(1) as f64;
        for (((row, column), one), q) in family.into_iter().zip(compared).zip(q) {
            let (Some(one), Some(q)) = (one, q) else { continue };
            let answer = &mut answers[row][column];
            answer.q = Some(q);
            answer.flag = Some(if q <= FALSE_FLAGS { one.way() } else { Flag::None });
            (answer.against, answer.against_interval) = one.ratio(error).unzip();
        }
    }
}

/// How a quarter compares with the same quarter a year before, which has the same season: the ratio and
/// its exact interval, from the least and most that rounded counts can be. `None` without both.
#[must_use]
pub fn trend(now: Option<Count>, before: Option<Count>) -> Option<(f64, Interval)> {
    let (now, before) = (now?, before?);
    let (ratio, _) = rate_ratio((now.shown, 1.0), (before.shown, 1.0))?;
    let low = rate_ratio((now.least, 1.0), (before.most, 1.0))?.1.low;
    let high = rate_ratio((now.most, 1.0), (before.least, 1.0))?.1.high;
    (ratio.is_finite()).then_some((ratio, Interval { low, high }))
}

/// Members of each group, and everybody, by patch: the whole place first, then the patches, then those
/// outside every patch.
#[must_use]
pub fn residents(place: &Place) -> Vec<(f64, IdVec<GroupIdx, Option<f64>>)> {
    let none = || (0.0, place.groups.iter().map(|_| None).collect::<IdVec<GroupIdx, Option<f64>>>());
    let mut rows: Vec<(f64, IdVec<GroupIdx, Option<f64>>)> = (0..place.patches.len() + 2).map(|_| none()).collect();
    let outside = place.patches.len() + 1;
    for position in &place.positions {
        let row = position.patch.map_or(outside, |patch: PatchIdx| patch.index() + 1);
        for at in [0, row] {
            rows[at].0 += position.residents;
            for (group, members) in place.zones[position.zone].residents.by_group.enumerate() {
                if let Some(members) = members {
                    *rows[at].1[group].get_or_insert(0.0) += place.people_at(position, *members);
                }
            }
        }
    }
    rows
}

#[cfg(test)]
#[path = "reach_tests.rs"]
mod tests;
