//! Who gave and who received in each patch, and how large the grants are.

use super::reach::{Homes, Reach};
use crate::place::{Giving, Grant, Idx, PatchIdx};
use crate::stats::{Step, gini, hhi, quantiles, top_share};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// Who gave and received, and in what sizes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sizes {
    /// Grants.
    pub grants: u64,
    /// Different funders.
    pub funders: u64,
    /// Different recipients.
    pub recipients: u64,
    /// Pence of the grant at the lower quartile, the middle and the upper quartile.
    pub quartiles: [Option<f64>; 3],
    /// Recipients of the latest year.
    pub lately: u64,
    /// Those of them who had never been funded before, in these files.
    pub first_time: u64,
    /// Grants of at most the size for groups without a bank account or committee.
    pub small: u64,
    /// Their share of the money.
    pub small_share: Option<f64>,
}

/// Dependence on those who give.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Funders {
    /// Name of the one who gave most, and its share.
    pub top: Option<(String, f64)>,
    /// Herfindahl–Hirschman index of their shares.
    pub hhi: Option<f64>,
}

/// How unequally the money is held among those who received.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Recipients {
    /// Share of the money of the largest tenth of recipients.
    pub top_tenth: Option<f64>,
    /// Gini coefficient among recipients.
    pub gini: Option<f64>,
}

/// The patch where more than half of a grant's placed money lands, spread by residents.
pub(super) fn own_patch(grant: &Grant, reaches: &[Reach], patches: usize) -> Option<usize> {
    let mut shares: BTreeMap<usize, f64> = BTreeMap::new();
    let mut placed = 0.0;
    for part in &grant.parts {
        let Some(reach) = part.benefit.as_ref().ok().and_then(|benefit| reaches.get(benefit.area)) else { continue };
        placed += part.pence as f64;
        let everybody = reach.residents();
        for (patch, residents) in &reach.patches {
            let share = if everybody > 0.0 { residents / everybody } else { 1.0 / reach.patches.len() as f64 };
            *shares.entry(*patch).or_default() += part.pence as f64 * share;
        }
    }
    shares.into_iter().find(|(patch, pence)| *patch < patches && *pence > placed / 2.0).map(|(patch, _)| patch)
}

/// When each recipient was first funded, and from when on counts as lately: the year up to the last award.
pub(super) struct Firsts<'g> {
    first: BTreeMap<&'g str, NaiveDate>,
    since: Option<NaiveDate>,
}

impl<'g> Firsts<'g> {
    pub(super) fn of(giving: &'g Giving) -> Self {
        let mut first: BTreeMap<&str, NaiveDate> = BTreeMap::new();
        let mut last = None;
        for grant in &giving.grants {
            let Some(day) = grant.awarded else { continue };
            last = if grant.apart { last } else { last.max(Some(day)) };
            first.entry(&grant.recipient.id).and_modify(|known| *known = day.min(*known)).or_insert(day);
        }
        Self { first, since: last.and_then(|day| day.checked_sub_days(chrono::Days::new(364))) }
    }
}

/// The sizes of some grants.
pub(super) fn sizes<'g>(grants: &[&'g Grant], firsts: &Firsts<'g>, small: i64) -> Sizes {
    let set = |of: fn(&'g Grant) -> &'g str| grants.iter().map(|grant| of(grant)).collect::<BTreeSet<_>>().len() as u64;
    let amounts: Vec<(Option<f64>, f64)> = grants.iter().map(|grant| (Some(grant.pence as f64), 1.0)).collect();
    let is_late =
        |grant: &&&Grant| !grant.apart && grant.awarded.zip(firsts.since).is_some_and(|(day, since)| day >= since);
    let lately: BTreeSet<&str> = grants.iter().filter(is_late).map(|grant| grant.recipient.id.as_str()).collect();
    let is_new = |id: &&&str| firsts.first.get(**id).copied() >= firsts.since;
    let total: i64 = grants.iter().map(|grant| grant.pence).sum();
    let little: Vec<i64> = grants.iter().map(|grant| grant.pence).filter(|pence| *pence <= small).collect();
    Sizes {
        grants: grants.len() as u64,
        funders: set(|grant| &grant.funder.id),
        recipients: set(|grant| &grant.recipient.id),
        quartiles: quantiles(&amounts, [0.25, 0.5, 0.75]),
        lately: lately.len() as u64,
        first_time: lately.iter().filter(is_new).count() as u64,
        small: little.len() as u64,
        small_share: (total > 0).then(|| little.iter().sum::<i64>() as f64 / total as f64),
    }
}

/// For each patch, dependence on funders by the money spread; last, of all placed money.
pub(super) fn funders(giving: &Giving, reaches: &[Reach], patches: usize) -> Vec<Funders> {
    let mut by_area: BTreeMap<(usize, &str), f64> = BTreeMap::new();
    let mut names: BTreeMap<&str, &str> = BTreeMap::new();
    for grant in &giving.grants {
        names.entry(&grant.funder.id).or_insert(&grant.funder.name);
        for part in &grant.parts {
            if let Ok(benefit) = &part.benefit {
                *by_area.entry((benefit.area, &grant.funder.id)).or_default() += part.pence as f64;
            }
        }
    }
    let mut money: Vec<BTreeMap<&str, f64>> = vec![BTreeMap::new(); patches + 1];
    for ((area, funder), pence) in by_area {
        let Some(reach) = reaches.get(area) else { continue };
        let everybody = reach.residents();
        for (patch, residents) in reach.patches.iter().filter(|(patch, _)| *patch < patches) {
            let share = if everybody > 0.0 { residents / everybody } else { 0.0 };
            if let Some(here) = money.get_mut(*patch) {
                *here.entry(funder).or_default() += pence * share;
            }
        }
        if let Some(all) = money.last_mut() {
            *all.entry(funder).or_default() += pence;
        }
    }
    let answer = |money: BTreeMap<&str, f64>| {
        let total: f64 = money.values().sum();
        let most = money.iter().max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(a.0)));
        let name = |id: &str| names.get(id).map_or_else(|| id.to_owned(), |name| (*name).to_owned());
        Funders {
            top: most.filter(|_| total > 0.0).map(|(id, pence)| (name(id), pence / total)),
            hhi: hhi(money.values().copied()),
        }
    };
    money.into_iter().map(answer).collect()
}

/// How unequally the money is held among recipients.
pub(super) fn recipients(giving: &Giving) -> Recipients {
    let mut money: BTreeMap<&str, f64> = BTreeMap::new();
    for grant in &giving.grants {
        *money.entry(&grant.recipient.id).or_default() += grant.pence as f64;
    }
    let steps: Vec<Step> = money.values().map(|&amount| Step { people: 1.0, amount }).collect();
    Recipients { top_tenth: top_share(money.into_values(), 0.1), gini: gini(&steps) }
}

/// For each patch, different recipients with their office in it.
pub(super) fn seated(giving: &Giving, homes: &Homes) -> Vec<u64> {
    let mut here: Vec<BTreeSet<&str>> = vec![BTreeSet::new(); homes.patches];
    for grant in &giving.grants {
        let patch: Option<PatchIdx> = grant.office.as_ref().and_then(|office| homes.main_patch(office.zone));
        if let Some(set) = patch.and_then(|patch| here.get_mut(patch.index())) {
            set.insert(&grant.recipient.id);
        }
    }
    here.into_iter().map(|set| set.len() as u64).collect()
}
