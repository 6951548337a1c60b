//! Which breakdown of the people of a table becomes its groups, and whether it accounts for everybody.

use super::alone::without_total;
use super::breakdown::{Breakdown, ask_which, main_of, merged, pick, take};
use super::by_age::ages_of;
use super::categories::{self, Made, Plan};
use super::label::{Family, is_remainder};
use super::reading::{Reading, State};
use crate::load::words::figure;
use crate::place::{Code, Why};
use std::collections::BTreeMap;

/// Settles groups, total and parts.
pub(super) fn breakdown(reading: &mut Reading<'_>) {
    let mut breakdowns = found(reading);
    let total = settle_total(reading, &breakdowns);
    let chosen = match total {
        Some(total) => with_total(reading, &mut breakdowns, total),
        None => without_total(reading, &mut breakdowns),
    };
    let Some(chosen) = chosen else {
        let total = reading.all_totals().first().copied();
        reading.out.plan = Plan { total, ..Plan::default() };
        if total.is_none() && reading.out.questions.is_empty() {
            nothing_counted(reading);
        }
        return;
    };
    check_dimension(reading, &chosen);
    let details_gone = reading.state.contains(&State::Left(Why::PartOfAnother));
    let groups = match chosen.ages {
        Some(ages) => {
            let kept = |made: &Made| made.members.iter().all(|m| chosen.members.contains(m));
            let rest: Vec<usize> = chosen.members.iter().copied().filter(|m| !ages.whole.contains(m)).collect();
            let mut groups: Vec<Made> = ages.groups.into_iter().filter(kept).collect();
            groups.extend(categories::made(reading.said.dimension, roots(reading, &rest), true));
            groups
        }
        None => categories::made(reading.said.dimension, roots(reading, &chosen.members), details_gone),
    };
    reading.out.plan = Plan { groups, total, whole: chosen.members };
}

fn roots(reading: &Reading<'_>, columns: &[usize]) -> Vec<(usize, String)> {
    columns.iter().map(|c| (*c, categories::shown(&reading.cleaned[*c]))).collect()
}

/// The breakdowns of a table: ages, and for each family of names its columns.
fn found(reading: &mut Reading<'_>) -> Vec<Breakdown> {
    let mut found: Vec<Breakdown> = ages_of(reading).into_iter().collect();
    let in_ages: Vec<usize> = found.iter().flat_map(|b| b.members.iter().copied()).collect();
    let mut by_family: BTreeMap<Option<Family>, Vec<usize>> = BTreeMap::new();
    let mut remainder = Vec::new();
    for column in reading.open().into_iter().filter(|c| !in_ages.contains(c)) {
        let label = &reading.labels[column];
        if is_remainder(&label.words, &reading.cleaned[column]) {
            remainder.push(column);
        } else {
            by_family.entry(label.family).or_default().push(column);
        }
    }
    // What stands for the rest belongs to the only breakdown there is, or to the one it stands behind.
    for column in remainder {
        let before = |members: &[usize]| members.iter().copied().filter(|m| *m < column).max();
        let ages = found.first().and_then(|b| before(&b.members));
        let near = by_family.iter().max_by_key(|(_, members)| before(members)).map(|(family, m)| (*family, before(m)));
        match near {
            Some((family, at)) if at >= ages => by_family.entry(family).or_default().push(column),
            None if found.is_empty() => by_family.entry(None).or_default().push(column),
            _ => found[0].members.push(column),
        }
    }
    found.extend(by_family.into_iter().map(|(family, members)| Breakdown { family, members, ages: None }));
    found
}

/// One column that is everybody, where names gave several.
fn settle_total(reading: &mut Reading<'_>, breakdowns: &[Breakdown]) -> Option<usize> {
    let totals = reading.all_totals();
    let (&first, rest) = totals.split_first()?;
    if rest.is_empty() {
        return Some(first);
    }
    let open: Vec<usize> = breakdowns.iter().flat_map(|b| b.members.iter().copied()).collect();
    let sums_up = |total: &usize| {
        breakdowns.iter().any(|b| reading.columns.adds_up(*total, &b.members).is_some())
            || reading.columns.adds_up(*total, &open).is_some()
    };
    let summing: Vec<usize> = totals.iter().copied().filter(sums_up).collect();
    let chosen = if let [one] = summing.as_slice() {
        *one
    } else {
        if reading.out.questions.is_empty() {
            let listed: Vec<String> = totals.iter().map(|t| reading.with_sum(*t)).collect();
            let problem = format!("Several columns could be everybody: {}", listed.join(", "));
            reading.ask(Code::SeveralTotals, problem, format!("Say which with total = \"{}\"", reading.names[first]));
        }
        first
    };
    for total in totals.into_iter().filter(|t| *t != chosen) {
        reading.leave(total, Why::Total);
    }
    Some(chosen)
}

/// The breakdown that sums to everybody, of those that do the one that is asked for.
fn with_total(reading: &mut Reading<'_>, breakdowns: &mut Vec<Breakdown>, total: usize) -> Option<Breakdown> {
    if breakdowns.is_empty() {
        return None;
    }
    let all: Vec<usize> = breakdowns.iter().flat_map(|b| b.members.iter().copied()).collect();
    let full = |members: &[usize]| reading.columns.adds_up(total, members).is_some();
    let fulls: Vec<usize> = (0..breakdowns.len()).filter(|i| full(&breakdowns[*i].members)).collect();
    let wanted = reading.wanted();
    let unknown: Vec<usize> =
        breakdowns.iter().filter(|b| b.family.is_none()).flat_map(|b| b.members.clone()).collect();
    let main = main_of(breakdowns, wanted);
    let exactly = |members: &[usize]| reading.columns.adds_up(total, members).is_some_and(|a| a.exact);
    if breakdowns[main].family.is_some() && !unknown.is_empty() && !exactly(&breakdowns[main].members) {
        // Columns whose names say nothing are groups where they make the sum exact.
        let mut open = breakdowns[main].members.clone();
        open.extend(&unknown);
        let found = if exactly(&open) { Some(open) } else { reading.columns.subset(reading.columns.of(total), &open) };
        if let Some(found) = found
            && breakdowns[main].members.iter().all(|m| found.contains(m))
        {
            let extra = found.into_iter().filter(|c| unknown.contains(c));
            breakdowns[main].members.extend(extra);
            return Some(take(reading, breakdowns, main, Some(total)));
        }
    }
    if let Some(at) = pick(breakdowns, &fulls, wanted) {
        return Some(take(reading, breakdowns, at, Some(total)));
    }
    if fulls.len() > 1 {
        return ask_which(reading, breakdowns, &fulls);
    }
    if full(&all) {
        return Some(merged(breakdowns));
    }
    if breakdowns[main].family.is_none()
        && let Some(subset) = reading.columns.subset(reading.columns.of(total), &all)
    {
        for column in all.iter().filter(|c| !subset.contains(c)) {
            reading.leave(*column, Why::NotInTotal);
        }
        let family = breakdowns[main].family;
        breakdowns.clear();
        return Some(Breakdown { family, members: subset, ages: None });
    }
    partial(reading, breakdowns, main, total, &unknown)
}

/// A breakdown that does not account for everybody.
fn partial(
    reading: &mut Reading<'_>,
    breakdowns: &mut Vec<Breakdown>,
    main: usize,
    total: usize,
    unknown: &[usize],
) -> Option<Breakdown> {
    let members = breakdowns[main].members.clone();
    let (sum, everybody) = (reading.people(&members), reading.people(&[total]));
    let whole = reading.columns.of(total).to_vec();
    let asked = reading.answered() || (!reading.named.is_empty() && members.iter().all(|m| reading.named.contains(m)));
    if !reading.columns.fits_in(&whole, &members) && !asked {
        let problem = format!(
            "{} add up to {}, more than everybody by {}",
            reading.named_all(&members),
            figure(sum),
            reading.with_sum(total)
        );
        let remedy = "Some of them are no groups, or count people twice: leave those out with leave_out = [\"…\"], \
                      or name the column with everybody as total = \"…\" and every group under groups = { … }";
        reading.ask(Code::GroupsExceedTotal, problem, remedy);
    } else if everybody > 0.0 && !asked {
        let others: Vec<usize> =
            unknown.iter().copied().filter(|c| !members.contains(c) && !reading.named.contains(c)).collect();
        let mut with: Vec<usize> = members.clone();
        with.extend(&others);
        if !others.is_empty() && reading.said.wide && reading.columns.fits_in(&whole, &with) {
            let problem = format!(
                "{} may be groups of people or something else: the groups that are known sum to {} of {}",
                reading.named_all(&others),
                figure(sum),
                reading.with_sum(total)
            );
            let remedy = format!(
                "If they are no groups, write leave_out = [{}]; else name every group under groups = {{ … }}",
                reading.named_all(&others)
            );
            reading.ask(Code::ColumnUnclear, problem, remedy);
        } else if sum < everybody * 0.99 {
            let problem = format!(
                "The groups sum to {}, everybody by {}: {} are in no group of this table",
                figure(sum),
                reading.with_sum(total),
                figure(everybody - sum)
            );
            reading.warn(Code::GroupsFallShort, problem, "If a group is missing, name it under groups = { … }");
        }
    }
    Some(take(reading, breakdowns, main, Some(total)))
}

/// The names of the groups are of another kind than `dimension` says.
fn check_dimension(reading: &mut Reading<'_>, chosen: &Breakdown) {
    let asked = Family::of_dimension(reading.said.dimension);
    if let (Some(asked), Some(found)) = (asked, chosen.family)
        && asked != found
        && reading.named.is_empty()
    {
        let problem = format!(
            "place.toml calls this table \"{}\", and its groups are of {}: {}",
            reading.said.dimension,
            found.word(),
            reading.named_all(&chosen.members)
        );
        let remedy =
            format!("Write dimension = \"{}\", or name another column or file", found.word().replace(' ', "_"));
        reading.warn(Code::DimensionDiffers, problem, remedy);
    }
}

/// No column counts people.
fn nothing_counted(reading: &mut Reading<'_>) {
    let left: Vec<String> = reading
        .state
        .iter()
        .enumerate()
        .filter_map(|(i, state)| match state {
            State::Left(why) => Some(format!("\"{}\" ({})", reading.names[i], why.words())),
            _ => None,
        })
        .take(12)
        .collect();
    let only_shares = !left.is_empty() && reading.state.iter().all(|state| *state == State::Left(Why::Share));
    if only_shares {
        let problem = format!("These are percentages or shares and not people: {}", left.join(", "));
        reading.ask(
            Code::Percentages,
            problem,
            "Use the table with counts (Nomis and the census downloads offer both)",
        );
        return;
    }
    let problem = format!("No column of this table counts people: {}", left.join(", "));
    let remedy = "Use a table of residents; or, if one of them is, name it under groups = { … } or as total = \"…\"";
    reading.ask(Code::NobodyCounted, problem, remedy);
}
