//! Rows of a table along a dimension, and what they tell of everybody in them.

use super::Release;
use super::ground::Ground;
use super::system::{Order, Rule};
use super::tabulate::{self, Dimension, NOT_RECORDED, Relation, Tables};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// The name of a table and its dimensions.
type Titles<'a> = (&'a str, &'a [Dimension]);

/// A whole and its parts along an attribute of people, or along a dimension whose parts add up.
#[derive(Debug)]
pub(super) struct Line {
    whole: usize,
    parts: Vec<usize>,
    relation: Relation,
    is_attribute: bool,
    /// The dimension it runs along.
    along: Arc<str>,
    /// The part of those who are not known to be in any other.
    not_recorded: Option<usize>,
}

impl Line {
    /// What must be hidden so that a nought in it is.
    pub(super) fn to_hide(&self) -> impl Iterator<Item = usize> + '_ {
        self.parts.iter().chain((!self.is_attribute).then_some(&self.whole)).copied()
    }

    /// The part that everybody of the line is known to be in, where all others are known to be nought and they gave an answer.
    fn sole_part(&self, is_nought: impl Fn(usize) -> bool) -> Option<usize> {
        if !self.is_attribute || self.parts.len() < 2 || is_nought(self.whole) {
            return None;
        }
        let mut others = self.parts.iter().copied().filter(|&part| !is_nought(part));
        let (one, more) = (others.next()?, others.next());
        (more.is_none() && Some(one) != self.not_recorded).then_some(one)
    }

    /// The cells beside each other.
    pub(super) fn parts(&self) -> &[usize] {
        &self.parts
    }
}

/// Every line along an attribute of people or a dimension that adds up, in tables given by their dimensions and the cells of their places.
pub(super) fn lines_of<'a>(tables: impl Iterator<Item = (&'a [Dimension], &'a [usize])>) -> Vec<Line> {
    let mut lines = Vec::new();
    for (dimensions, places) in tables {
        let mut step = places.len();
        for dimension in dimensions {
            let size = dimension.categories.len().max(1);
            let inner = step / size;
            let along: Arc<str> = dimension.name.as_str().into();
            let tells = dimension.is_attribute || dimension.relation == Relation::Sum;
            for whole in (0..size).filter(|_| tells) {
                let parts: Vec<usize> = dimension.parts(whole).collect();
                let unknown = parts.iter().copied().find(|&part| dimension.categories[part].key == NOT_RECORDED);
                if parts.is_empty() {
                    continue;
                }
                for start in (0..places.len()).step_by(step.max(1)) {
                    for i in 0..inner {
                        let at = |category: usize| places[start + category * inner + i];
                        let parts = parts.iter().map(|&part| at(part)).collect();
                        let (relation, is_attribute) = (dimension.relation, dimension.is_attribute);
                        let (along, not_recorded) = (along.clone(), unknown.map(at));
                        lines.push(Line { whole: at(whole), parts, relation, is_attribute, along, not_recorded });
                    }
                }
            }
            step = inner;
        }
    }
    lines
}

/// The counts shown in a line that a cell is in; of several lines in the one that has fewest.
pub(super) fn fewest_shown_beside(ground: &Ground, lines: &[Line], cell: usize) -> Vec<usize> {
    let shown = |line: &Line| line.to_hide().filter(|&at| ground.is_shown(at)).collect::<Vec<_>>();
    let of = lines.iter().filter(|line| line.parts().len() > 1 && line.parts().contains(&cell));
    of.map(shown).min_by_key(Vec::len).unwrap_or_default()
}

/// Hides the one category that all people of a line are in.
///
/// Who knows that somebody was met there then would know that they are disabled, say. Of groups crossed with these nothing
/// is shown there either: their noughts would say that all others are nobody.
pub(super) fn hide_sole_categories(ground: &mut Ground, lines: &[Line], crossings: &[(&str, &str)]) {
    if ground.policy.threshold <= 1 {
        return;
    }
    let mut sole: HashSet<(usize, &str)> = HashSet::new();
    for line in lines.iter().filter(|line| line.is_attribute) {
        let whole = ground.exact[line.whole];
        let positive = line.parts.iter().filter(|&&part| ground.exact[part] > 0).count();
        for &part in &line.parts {
            let is_everybody = whole > 0 && ground.exact[part] == whole;
            // A single category of which there is no other tells nothing.
            if is_everybody && line.parts.len() > 1 && (positive == 1 || line.relation != Relation::Sum) {
                ground.is_hidden[part] = true;
                let crossed = crossings.iter().filter(|(of, _)| **of == *line.along);
                sole.extend(crossed.map(|(_, crossed)| (line.whole, *crossed)));
            }
        }
    }
    for line in lines.iter().filter(|line| sole.contains(&(line.whole, &*line.along))) {
        for &part in line.parts.iter().filter(|&&part| ground.exact[part] > 0) {
            ground.is_hidden[part] = true;
        }
    }
}

/// Hides the noughts of lines of which no count can be shown, so that what is hidden does not point at
/// the category by leaving the others empty; along a dimension that says nothing about the people (patches), where
/// the whole is hidden too, because a small whole of two parts that are known to be somebody would be two at least. Noughts that the noughts still shown tell anyway (a group
/// nobody of which was met in the whole place), or an earlier release told, are shown.
pub(super) fn hide_noughts(ground: &mut Ground, lines: &[Line]) {
    if ground.policy.threshold <= 1 {
        return;
    }
    // A nought that an earlier release hid stays hidden.
    let is_kept = |cell: usize| ground.is_published[cell] && ground.exact[cell] == 0 && ground.kept_nought[cell];
    let mut may_hide: Vec<bool> = (0..ground.exact.len()).map(is_kept).collect();
    let is_hidden = |line: &&Line| line.is_attribute || ground.is_hidden[line.whole];
    for line in lines.iter().filter(|line| ground.exact[line.whole] > 0).filter(is_hidden) {
        let is_shown = |&part: &usize| ground.exact[part] > 0 && !ground.is_hidden[part];
        if line.parts.len() > 1 && !line.parts.iter().any(is_shown) {
            line.parts.iter().for_each(|&part| may_hide[part] |= ground.exact[part] == 0 && ground.told[part].1 > 0.0);
        }
    }
    loop {
        let told = told_noughts(ground, &may_hide);
        let before = may_hide.iter().filter(|may| **may).count();
        may_hide.iter_mut().zip(told).for_each(|(may, told)| *may &= !told);
        if may_hide.iter().filter(|may| **may).count() == before {
            break;
        }
    }
    for (hidden, may) in ground.is_hidden.iter_mut().zip(may_hide) {
        *hidden |= may;
    }
}

/// Hides what tells by noughts elsewhere that all people of a line gave one answer: of a patch in which nobody ever gave
/// the other, of a quarter in which nobody did anywhere. For one of the other answers the counts beside such noughts are
/// hidden, the fewest there are, so that the noughts need not be shown. Whether there were any.
pub(super) fn hide_beside_telling_noughts(ground: &mut Ground, lines: &[Line]) -> bool {
    if ground.policy.threshold <= 1 {
        return false;
    }
    let told = told_noughts(ground, &ground.is_hidden);
    let is_told = |line: &&Line| line.sole_part(|cell| told[cell]).is_some_and(|one| ground.exact[one] > 0);
    let is_told: Vec<&Line> = lines.iter().filter(is_told).collect();
    if is_told.is_empty() {
        return false;
    }
    let mut noughts_above: HashMap<usize, Vec<usize>> = HashMap::new();
    for rule in ground.system.rules.iter().filter(|rule| told[rule.whole] && rule.relation != Order::AtMost) {
        rule.parts.iter().for_each(|&part| noughts_above.entry(part).or_default().push(rule.whole));
    }
    let mut hidden = BTreeSet::new();
    for line in is_told {
        let beside = |&part: &usize| {
            let mut noughts = vec![part];
            let mut next = 0;
            while let Some(nought) = noughts.get(next) {
                let above = noughts_above.get(nought).into_iter().flatten().filter(|above| !noughts.contains(above));
                let above: Vec<usize> = above.copied().collect();
                noughts.extend(above);
                next += 1;
            }
            let can_be_hidden = noughts.iter().all(|&nought| ground.told[nought].1 > 0.0);
            let shown: BTreeSet<usize> =
                noughts.iter().flat_map(|&nought| fewest_shown_beside(ground, lines, nought)).collect();
            (can_be_hidden && !shown.is_empty()).then_some((shown.len(), shown))
        };
        let least = line.parts.iter().filter(|&&part| told[part]).filter_map(beside).min();
        hidden.extend(least.into_iter().flat_map(|(_, shown)| shown));
    }
    hidden.iter().for_each(|&cell| ground.is_hidden[cell] = true);
    !hidden.is_empty()
}

/// Hides everything where no count at all can be shown: noughts among them would say how few people there are.
pub(super) fn hide_all_of_too_few(ground: &mut Ground) {
    let is_met = (0..ground.exact.len()).any(|cell| ground.is_published[cell] && ground.exact[cell] > 0);
    if ground.policy.threshold > 1 && is_met && !(0..ground.exact.len()).any(|cell| ground.is_shown(cell)) {
        hide_all(ground);
    }
}

/// Hides all that is published, but for noughts that an earlier release told. Whether that hid anything.
pub(super) fn hide_all(ground: &mut Ground) -> bool {
    let mut has_hidden = false;
    for cell in 0..ground.exact.len() {
        let is_told = ground.exact[cell] == 0 && ground.told[cell].1 <= 0.0;
        if ground.is_published[cell] && !is_told {
            has_hidden |= !std::mem::replace(&mut ground.is_hidden[cell], true);
        }
    }
    has_hidden
}

/// Hides some more of the newest release, so that the exposed counts, which follow from the others, may follow no more:
/// what is shown of those, then what is shown beside one that is known to be somebody, then what shares a sum with one,
/// then rows, and last whole tables. Whether there was anything.
pub(super) fn hide_more(
    ground: &mut Ground,
    (tables, earlier, lines): (&Tables, &[Release], &[Line]),
    by: &[usize],
    exposed: &BTreeSet<usize>,
) -> bool {
    hide_shown(ground, by)
        || hide_beside(ground, lines, by)
        || hide_around(ground, by)
        || hide_tables(ground, tables, earlier, by, exposed)
}

/// Whether the cell is shown, and says more than the earlier releases do.
fn tells(ground: &Ground, cell: usize) -> bool {
    ground.is_shown(cell) && ground.bounds(cell) != ground.told[cell]
}

/// Hides the counts that share a sum with one of the cells, or are one, also those that say no more than the earlier releases:
/// they decide which of these is believed. Whether there were any.
fn hide_around(ground: &mut Ground, cells: &[usize]) -> bool {
    let cells: BTreeSet<usize> = cells.iter().copied().collect();
    let of = |rule: &Rule| -> Vec<usize> { rule.parts.iter().copied().chain([rule.whole]).collect() };
    let sharing = ground.system.rules.iter().map(of).filter(|all| all.iter().any(|cell| cells.contains(cell)));
    let around: BTreeSet<usize> = sharing.flatten().filter(|&cell| ground.is_shown(cell)).collect();
    around.iter().for_each(|&cell| ground.is_hidden[cell] = true);
    !around.is_empty()
}

/// Hides what is shown in the newest tables of the same names as those an exposed count is in: first in the rows
/// with a category that it has, then in the rows of what it follows from, then in all of the tables. Whether there was any.
fn hide_tables(
    ground: &mut Ground,
    tables: &Tables,
    earlier: &[Release],
    by: &[usize],
    exposed: &BTreeSet<usize>,
) -> bool {
    let now = tables.tables.iter().map(|table| -> Titles<'_> { (&table.name, &table.dimensions) });
    let old = earlier.iter().rev().flat_map(|release| &release.tables);
    let all: Vec<Titles<'_>> = now.chain(old.map(|table| -> Titles<'_> { (&table.name, &table.dimensions) })).collect();
    // The categories of those cells by their tables, but for wholes and patches.
    let rows_of = |cells: &dyn Fn(usize) -> bool| {
        let mut rows: BTreeSet<(&str, &str, &str)> = BTreeSet::new();
        for (&(name, dimensions), places) in all.iter().zip(&ground.system.places) {
            for (place, _) in places.iter().enumerate().filter(|(_, cell)| cells(**cell)) {
                rows.insert((name, "", ""));
                for (dimension, category) in dimensions.iter().zip(tabulate::categories(dimensions, place)) {
                    if dimension.name != "patch" && !dimension.is_top(category) {
                        rows.insert((name, &dimension.name, &dimension.categories[category].key));
                    }
                }
            }
        }
        rows
    };
    let (own, others) = (rows_of(&|cell| exposed.contains(&cell)), rows_of(&|cell| by.contains(&cell)));
    for (rows, is_whole) in [(&own, false), (&others, false), (&own, true), (&others, true)] {
        let mut hidden = BTreeSet::new();
        for (table, places) in tables.tables.iter().zip(&ground.system.places).filter(|(table, _)| !table.is_latent) {
            for (place, &cell) in places.iter().enumerate() {
                let at = table.dimensions.iter().zip(tabulate::categories(&table.dimensions, place));
                let mut at =
                    at.map(|(d, category)| (table.name.as_str(), d.name.as_str(), d.categories[category].key.as_str()));
                let is_asked = if is_whole {
                    rows.contains(&(table.name.as_str(), "", ""))
                } else {
                    at.any(|at| rows.contains(&at))
                };
                if is_asked && ground.is_shown(cell) {
                    hidden.insert(cell);
                }
            }
        }
        if !hidden.is_empty() {
            hidden.into_iter().for_each(|cell| ground.is_hidden[cell] = true);
            return true;
        }
    }
    false
}

/// Hides the smaller half of those of the cells that are shown, where that says less than the earlier releases do; last
/// those that put right what was told. Whether there were any.
fn hide_shown(ground: &mut Ground, cells: &[usize]) -> bool {
    let mut shown: Vec<usize> = cells.iter().copied().filter(|&cell| tells(ground, cell)).collect();
    shown.sort_by_key(|&cell| (ground.is_stale[cell], ground.exact[cell], cell));
    let half = shown.len().div_ceil(2);
    shown.iter().take(half).for_each(|&cell| ground.is_hidden[cell] = true);
    !shown.is_empty()
}

/// Hides the counts beside one of the cells that is hidden and known to be somebody, so that it may be nought: those of the
/// line in which least is hidden so, noughts with it. Whether there were any.
fn hide_beside(ground: &mut Ground, lines: &[Line], cells: &[usize]) -> bool {
    let known = |cell: &usize| ground.is_published[*cell] && ground.is_hidden[*cell] && !ground.may_be_nought[*cell];
    let known: BTreeSet<usize> = cells.iter().copied().filter(known).collect();
    let of = |line: &Line| {
        let shown: Vec<usize> = line.to_hide().filter(|&cell| ground.is_shown(cell)).collect();
        let is_nought =
            |&&cell: &&usize| ground.exact[cell] == 0 && !ground.is_hidden[cell] && ground.told[cell].1 > 0.0;
        let noughts = line.parts().iter().filter(is_nought).count();
        (!shown.is_empty()).then_some((shown.len() + noughts, shown))
    };
    let all =
        lines.iter().filter(|line| line.parts().len() > 1 && line.parts().iter().any(|part| known.contains(part)));
    let Some((_, least)) = all.filter_map(of).min() else { return false };
    least.into_iter().for_each(|cell| ground.is_hidden[cell] = true);
    true
}

/// Notes which hidden counts a reader must reckon may be nought.
pub(super) fn note_noughts(ground: &mut Ground, lines: &[Line]) {
    let shown = |cell: usize| ground.is_published[cell] && !ground.is_hidden[cell];
    let is_shown: Vec<bool> = (0..ground.exact.len()).map(|cell| shown(cell) && ground.exact[cell] > 0).collect();
    let is_nought: Vec<bool> = (0..ground.exact.len()).map(|cell| shown(cell) && ground.exact[cell] == 0).collect();
    let may = may_be_nought(lines, &is_shown, &is_nought);
    let all = may.iter().zip(&ground.kept_nought).zip(&ground.told);
    ground.may_be_nought = all.map(|((may, kept), told)| (*may || *kept) && told.1 > 0.0).collect();
}

/// Which hidden cells may be nought, for all a reader knows: those in a line of which no count is shown. Where one
/// is shown the noughts of the line are shown too, so that what is hidden there is somebody. Where no count at all is
/// shown any may be.
pub(super) fn may_be_nought(lines: &[Line], is_shown: &[bool], is_nought: &[bool]) -> Vec<bool> {
    let is_silent = !is_shown.iter().any(|is| *is);
    let mut may = vec![is_silent; is_shown.len()];
    for line in lines.iter().filter(|line| line.parts.len() > 1 && !is_nought[line.whole]) {
        if !line.is_attribute && is_shown[line.whole] {
            continue;
        }
        if !line.parts.iter().any(|&part| is_shown[part]) {
            line.parts.iter().for_each(|&part| may[part] = true);
        }
    }
    may
}

/// The cells that must be nought because other noughts are shown.
fn told_noughts(ground: &Ground, hidden: &[bool]) -> Vec<bool> {
    let mut told: Vec<bool> =
        (0..hidden.len()).map(|cell| ground.is_published[cell] && ground.exact[cell] == 0 && !hidden[cell]).collect();
    loop {
        let mut changed = false;
        for Rule { whole, parts, relation } in &ground.system.rules {
            if told[*whole] && *relation != Order::AtMost {
                for &part in parts {
                    changed |= !std::mem::replace(&mut told[part], true);
                }
            } else if *relation != Order::Within && !told[*whole] && parts.iter().all(|&part| told[part]) {
                told[*whole] = true;
                changed = true;
            }
        }
        if !changed {
            return told;
        }
    }
}
