//! A plan in short sentences that a committee can read, made from its numbers and from nothing else.

use super::brief::{Brief, Keep};
use super::ground::Ground;
use super::proposal::{Chosen, FairEnd, Proposal, Replacement};
use super::sites::Site;
use crate::locate::Status;
use crate::place::{GroupIdx, Place};
use crate::text::{percent, shown_apart, whole};

/// Writes the sentences of a proposal and of each of its sites.
pub(super) fn explain(place: &Place, proposal: &mut Proposal) {
    let whys: Vec<Vec<String>> = proposal.sites.iter().map(|site| why(place, proposal, site)).collect();
    for (site, why) in proposal.sites.iter_mut().zip(whys) {
        site.why = why;
    }
    let mut sentences = vec![outcome(proposal)];
    sentences.extend(proposal.fewest.as_ref().map(super::Fewest::sentence));
    let within = proposal.brief.standard.within;
    sentences.extend(proposal.brief.objective.outcome(place, within, (&proposal.before, &proposal.after)));
    sentences.extend(paces(place));
    sentences.push(proof(proposal));
    sentences.extend(out_of_reach(proposal));
    sentences.extend(beyond(proposal));
    sentences.extend(given_up(proposal));
    sentences.extend(staying(proposal));
    sentences.extend(runner_up(proposal));
    sentences.extend(fairness(place, proposal));
    if proposal.cut_by_clock {
        sentences.push(super::ground::CUT.to_owned());
    }
    proposal.sentences = sentences;
}

fn outcome(proposal: &Proposal) -> String {
    let (before, after) = (&proposal.before.place, &proposal.after.place);
    let new = match (proposal.sites.len(), proposal.given_up.len()) {
        (1, 0) => "one new site".to_owned(),
        (n, 0) => format!("{n} new sites"),
        (n, gone) => format!("{n} new sites, {gone} of them in place of hubs of today,"),
    };
    let walk = proposal.brief.walk();
    let hub = article(&proposal.brief.noun());
    let are = match proposal.brief.room {
        Some(_) => format!("have room enough within {walk} in {hub}"),
        None => format!("are within {walk} of {hub}"),
    };
    format!(
        "Today {} of {} residents ({}) {are}. With {new} it would be {} ({}): {}.",
        whole(before.covered),
        whole(before.residents),
        part_of(before.covered, before.residents),
        whole(after.covered),
        part_of(after.covered, after.residents),
        change(shown_apart(after.covered, before.covered))
    )
}

fn change(more: f64) -> String {
    if more < 0.0 { format!("{} fewer", whole(-more)) } else { format!("{} more", whole(more)) }
}

fn proof(proposal: &Proposal) -> String {
    let (brief, n) = (&proposal.brief, proposal.candidates);
    let of = if n == 1 { "the one candidate".to_owned() } else { format!("the {} candidates", whole(n as f64)) };
    let choice = match (brief.keep, brief.sites, brief.budget) {
        (Keep::Free, Some(new), None) => {
            let (today, all) = (proposal.today, proposal.today + new);
            format!("{all} sites among today's {today} hubs and {of}")
        }
        _ => format!("{} among {of}", limits(brief)),
    };
    match proposal.status {
        Status::Optimal if proposal.staying.as_ref().is_some_and(|staying| staying.forgone > 0.0) => {
            let most = could_be_better(proposal).replacen(" among the candidates", "", 1);
            format!("Proven: {}.", most.replacen("No choice", &format!("no choice of {choice}"), 1))
        }
        Status::Optimal => format!("Proven: no other choice of {choice} does better."),
        Status::Feasible => {
            format!(
                "Not proven to be the best: the search stopped at its limit of work. {}.",
                could_be_better(proposal)
            )
        }
    }
}

fn could_be_better(proposal: &Proposal) -> String {
    let away = (proposal.bound - proposal.objective).abs();
    proposal.brief.objective.could_be_better(away, residents(proposal))
}

/// Residents to share an amount among.
fn residents(proposal: &Proposal) -> f64 {
    proposal.after.place.residents.max(1.0)
}

fn beyond(proposal: &Proposal) -> Option<String> {
    let left = proposal.after.place.residents - proposal.after.place.covered;
    (proposal.beyond >= 0.5).then(|| {
        format!(
            "Of the {} residents still not covered, {} are not within {} of any candidate, so no choice among these candidates can cover them.",
            whole(left),
            whole(proposal.beyond),
            proposal.brief.walk()
        )
    })
}

/// Candidates that nobody could walk to, which are no candidates.
fn out_of_reach(proposal: &Proposal) -> Option<String> {
    let named = &proposal.out_of_reach;
    let (is, lies) = if named.len() == 1 { ("is", "it lies") } else { ("are", "they lie") };
    (!named.is_empty()).then(|| {
        format!(
            "Not counted among them: {} {is} not within {} of anybody; {lies} too far from where people live or from any street. Check {} on a map.",
            few(named),
            proposal.brief.walk(),
            if named.len() == 1 { "its place" } else { "their places" }
        )
    })
}

fn given_up(proposal: &Proposal) -> Option<String> {
    if proposal.brief.keep == Keep::Existing {
        return None;
    }
    let names: Vec<&str> = proposal.given_up.iter().map(|site| site.name.as_str()).collect();
    Some(match names.len() {
        0 => "All of today's hubs stay, though they were free to go.".to_owned(),
        n => format!("{n} of today's {} hubs would be given up: {}.", proposal.today, listed(&names)),
    })
}

/// What moving fewer hubs would lose.
fn staying(proposal: &Proposal) -> Vec<String> {
    let Some(staying) = &proposal.staying else { return Vec::new() };
    let today = proposal.today;
    let mut sentences = Vec::new();
    let gain = proposal.gain();
    let of_gain = |amount: f64| {
        format!(
            "{:.1}% of the gain, {}",
            100.0 * amount / gain.max(1e-12),
            proposal.brief.objective.amount(amount, residents(proposal))
        )
    };
    if staying.moved_besides > 0 {
        sentences.push(format!(
            "Of plans that bring about as much, the one that moves fewest of today's hubs is taken: moving {} more would bring {}.",
            staying.moved_besides,
            of_gain(staying.forgone)
        ));
    }
    let mut prices: Vec<String> = Vec::new();
    for point in staying.points.iter().skip(1).filter(|_| gain > 0.0) {
        let proven = if point.status == Status::Optimal { "" } else { ", not proven" };
        prices.push(format!("keeping {} loses {}{proven}", point.kept, of_gain(point.lost)));
    }
    if !prices.is_empty() {
        sentences.push(format!("Moving costs money. Of today's {today} hubs, {}.", prices.join("; ")));
    }
    sentences
}

/// That a group walks at a speed of its own, which is why groups need not sum to all.
fn paces(place: &Place) -> Option<String> {
    let own = place.groups.iter().filter_map(|group| Some((group.label.as_str(), group.speed?)));
    let own: Vec<String> = own
        .filter(|(_, speed)| *speed != place.speed)
        .map(|(label, speed)| format!("{label} at {:.1} km/h", speed.km_per_h()))
        .collect();
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    (!own.is_empty()).then(|| {
        format!(
            "Everybody is taken to walk at {:.1} km/h, but {}, so such groups need not sum to all residents.",
            place.speed.km_per_h(),
            listed(&own)
        )
    })
}

fn runner_up(proposal: &Proposal) -> Option<String> {
    let second = proposal.runner_up.as_ref()?;
    let out = few(&second.plan.left_out);
    let proven = if second.plan.status == Status::Optimal { "" } else { " (not proven)" };
    let reached: Vec<Site> =
        second.plan.instead.iter().filter(|site| !proposal.is_out_of_reach(site)).cloned().collect();
    if reached.is_empty() {
        return None;
    }
    let instead = few(&reached);
    let gain = proposal.gain();
    let close = if second.plan.lost <= super::ALIKE * gain {
        ", so what rent, condition or consent say may decide"
    } else {
        ""
    };
    Some(format!("The runner-up{proven} has {instead} instead of {out}: {}{close}.", lost(proposal, second.plan.lost)))
}

fn fairness(place: &Place, proposal: &Proposal) -> Vec<String> {
    let points = &proposal.fairness.points;
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Vec::new() };
    let label = |group: GroupIdx| place.groups[group].label.as_str();
    let mut sentences = Vec::new();
    let proven = if points.iter().all(|point| point.status == Status::Optimal) { "" } else { " (not all proven)" };
    if points.len() > 1 {
        sentences.push(format!(
            "The price of fairness{proven}: when most residents are covered, {} is worst off with {}; if every group is to have at least {}, {} fewer residents are covered in all.",
            label(first.worst.0),
            percent(first.worst.1),
            percent(last.worst.1),
            whole(shown_apart(first.covered, last.covered))
        ));
    }
    match proposal.fairness.end {
        FairEnd::Impossible(floor) if floor <= 1.0 => sentences.push(format!(
            "No choice of {} covers every group to {}: {} has {} with the fairest plan found{}.",
            limits(&proposal.brief),
            percent(floor),
            label(last.worst.0),
            percent(last.worst.1),
            if points.len() > 1 { "" } else { ", which is also the plan that covers most residents" }
        )),
        FairEnd::Stopped => sentences.push(format!(
            "Whether every group can have more than {} was not settled: the search stopped at its limit of work.",
            percent(last.worst.1)
        )),
        FairEnd::Impossible(_) | FairEnd::NotAsked => {}
    }
    sentences
}

fn why(place: &Place, proposal: &Proposal, site: &Chosen) -> Vec<String> {
    let mut sentences = vec![gains(place, site)];
    sentences.push(without(proposal, site));
    sentences.extend(alternatives(proposal, site));
    if proposal.runs > 0 {
        sentences.push(again(proposal, site));
    }
    sentences
}

fn gains(place: &Place, site: &Chosen) -> String {
    let patches: Vec<String> = site
        .by_patch
        .iter()
        .take(3)
        .filter(|(_, more)| *more >= 0.5)
        .map(|&(patch, more)| format!("{} in {}", whole(more), place.patches[patch].name))
        .collect();
    let more = site.by_patch.len().saturating_sub(3);
    let named: f64 = site.by_patch.iter().take(3).map(|(_, more)| more).sum();
    let rest = if more > 0 { format!(" and {} elsewhere", whole(site.covered - named)) } else { String::new() };
    match (site.covered >= 0.5, patches.is_empty()) {
        (false, _) => "It covers nobody who is not covered without it.".to_owned(),
        (true, true) => format!("{} residents newly covered.", whole(site.covered)),
        (true, false) => format!("{} residents newly covered: {}{rest}.", whole(site.covered), patches.join(", ")),
    }
}

fn without(proposal: &Proposal, site: &Chosen) -> String {
    let alone = lost(proposal, site.lost_alone);
    match &site.replacement {
        None => format!("Without it {alone}; no plan without it was found."),
        Some(Replacement { lost: least, instead, left_out, status }) => {
            let proven = if *status == Status::Optimal { "" } else { " found" };
            let others: Vec<Site> = left_out.iter().filter(|other| other.key != site.site.key).cloned().collect();
            let instead: Vec<Site> = instead.iter().filter(|site| !proposal.is_out_of_reach(site)).cloned().collect();
            let with = match (instead.is_empty(), others.is_empty()) {
                (true, _) => "no other site".to_owned(),
                (false, true) => few(&instead),
                (false, false) => format!("{}, which stand in for {} too", few(&instead), few(&others)),
            };
            format!(
                "If it falls through and nothing takes its place, {alone}; with the best replacement{proven} ({with}) {}.",
                lost(proposal, *least)
            )
        }
    }
}

/// Which others would do in its place; nothing where a budget or room decides what goes together.
fn alternatives(proposal: &Proposal, site: &Chosen) -> Option<String> {
    if proposal.brief.budget.is_some() || proposal.brief.room.is_some() {
        return None;
    }
    let gain = proposal.gain();
    if gain <= 0.0 {
        return Some("The plan gains nothing over today, so no candidate is better or worse than another.".to_owned());
    }
    // A long street has several candidates; the best of each name is told.
    let is_first = |at: usize| site.alternatives[..at].iter().all(|o| o.site.name != site.alternatives[at].site.name);
    let listed: Vec<String> = site
        .alternatives
        .iter()
        .enumerate()
        .filter(|(at, _)| is_first(*at))
        .map(|(_, other)| other)
        .map(|other| match other.lost_share * 100.0 {
            share if share < 0.05 => format!("{} (no worse)", other.site.name),
            share => format!("{} (-{share:.1}%)", other.site.name),
        })
        .collect();
    let as_good = |other: &Replacement| other.lost <= super::ALIKE * gain && !other.instead.is_empty();
    Some(match listed.is_empty() {
        false => format!("In its place, within 2% of the plan's gain: {}.", listed.join(", ")),
        true if site.replacement.as_ref().is_some_and(as_good) => {
            "No single candidate in its place comes within 2% of the plan's gain, but the replacement above does."
                .to_owned()
        }
        true => "No other candidate in its place comes within 2% of the plan's gain.".to_owned(),
    })
}

fn again(proposal: &Proposal, site: &Chosen) -> String {
    let runs = proposal.runs;
    let near = if site.nearby_in > site.chosen_in {
        format!(", and a site within {:.0} m of it in {}", super::NEARBY.get(), site.nearby_in)
    } else {
        String::new()
    };
    let without_plan = match proposal.brief.runs.saturating_sub(runs) {
        0 => String::new(),
        1 => "; in 1 more none was found in the work allowed that meets every rule".to_owned(),
        n => format!("; in {n} more none was found in the work allowed that meets every rule"),
    };
    let varied = match proposal.brief.standard.transit {
        Some(_) => "residents and closures",
        None => "residents, walking speeds and closures",
    };
    format!("With other numbers of {varied} it is chosen in {} of {runs} runs{near}{without_plan}.", site.chosen_in)
}

/// How room was reckoned with, in sentences.
pub(super) fn of_room(ground: &Ground<'_>, proposal: &Proposal) -> Vec<String> {
    let (Some(rooms), Some(asked)) = (&ground.rooms, proposal.brief.standard.places) else { return Vec::new() };
    let all = proposal.after.place.residents;
    let share = |count: f64| percent(if all > 0.0 { count / all } else { 0.0 });
    let mut sentences = vec![format!(
        "The sites are chosen so that as many as can be have room if they are sent to where there is some: {} of {} residents \
         ({}) today, {} ({}) with the plan, at {} {} for 1,000 residents and {} at each new site. \u{201c}Covered\u{201d} counts \
         otherwise: people go to what is near, in shares, and who gets less than the standard asks for is not covered.",
        whole(proposal.objective_today),
        whole(all),
        share(proposal.objective_today),
        whole(proposal.objective),
        share(proposal.objective),
        amount(asked.per_1000),
        asked.unit.words(),
        amount(rooms.of_new),
    )];
    if rooms.unknown() > 0 {
        sentences.push(format!(
            "Of {} of today\u{2019}s {} hubs nobody said how much room there is: they count as having none.",
            rooms.unknown(),
            rooms.of_today.len()
        ));
    }
    sentences
}

fn amount(amount: f64) -> String {
    if amount.fract() == 0.0 { whole(amount) } else { format!("{amount:.1}") }
}

/// What a loss in the objective means.
fn lost(proposal: &Proposal, amount: f64) -> String {
    let said = proposal.brief.objective.lost(amount, residents(proposal));
    if proposal.brief.room.is_some() { said.replace("are covered", "have room") } else { said }
}

/// Names of sites in one sentence at most, beside a number of others: more nobody reads out.
const NAMED: usize = 3;

/// How many sites there may be, in words.
pub(super) fn limits(brief: &Brief) -> String {
    let sites = |n: usize| if n == 1 { "1 new site".to_owned() } else { format!("{n} new sites") };
    match (brief.sites, brief.budget) {
        (Some(n), None) if brief.keep == Keep::Free => format!("{} more than today", sites(n).replacen("new ", "", 1)),
        (Some(n), None) => sites(n),
        (Some(n), Some(money)) => format!("at most {} for {}", sites(n), whole(money)),
        (None, Some(money)) => format!("new sites for {}", whole(money)),
        (None, None) => "new sites".to_owned(),
    }
}

/// A floor that can't be met: `all` members, short by `short` of them at the least.
pub(super) fn floor_missed(
    ground: &Ground<'_>,
    group: GroupIdx,
    floor: f64,
    (all, short): (f64, f64),
    limits: &str,
) -> String {
    let most = (floor * all - short).max(0.0);
    format!(
        "The floor of {} for \"{}\" can't be met: with {limits} at most {} of its {} members ({}) can be within {} of {}, {} too few",
        percent(floor),
        ground.place.groups[group].label,
        whole(most),
        whole(all),
        part_of(most, all),
        ground.brief.walk(),
        article(&ground.brief.noun()),
        whole(short.ceil())
    )
}

/// Sites by name; of many the first three, with the number of the others.
fn few(sites: &[Site]) -> String {
    let mut names: Vec<&str> = sites.iter().map(|site| site.name.as_str()).collect();
    let others = format!("{} others", names.len().saturating_sub(NAMED));
    if names.len() > NAMED + 1 {
        names.truncate(NAMED);
        names.push(&others);
    }
    listed(&names)
}

fn listed(names: &[&str]) -> String {
    match names {
        [] => "nothing".to_owned(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn article(noun: &str) -> String {
    let vowel = noun.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O']);
    format!("{} {noun}", if vowel { "an" } else { "a" })
}

fn part_of(part: f64, whole: f64) -> String {
    if whole > 0.0 { percent(part / whole) } else { "none".to_owned() }
}
