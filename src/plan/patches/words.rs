//! Plans of patches in sentences.

use super::brief::{Aim, Brief, Weight};
use super::cost::{Plan, Plans};
use super::neighbours::{Joined, Neighbours};
use crate::place::Place;
use crate::region::Status;
use crate::text::whole;

/// A share in words, to a tenth of a per cent where it is no whole number of them.
#[must_use]
pub fn percent(share: f64) -> String {
    let shown = (share * 1000.0).round() / 10.0;
    if shown.fract() == 0.0 { format!("{shown:.0} %") } else { format!("{shown:.1} %") }
}

pub(super) fn sentences(place: &Place, brief: &Brief, plans: &Plans, near: &Neighbours) -> Vec<String> {
    let mut all = Vec::new();
    let what = match brief.weight {
        Weight::Residents => "residents",
        Weight::Need => "residents weighted by need",
    };
    let out = |weight: f64| {
        weight > plans.average * (1.0 + plans.tolerance) * (1.0 + 1e-9)
            || weight < plans.average * (1.0 - plans.tolerance) * (1.0 - 1e-9)
    };
    if let Some(today) = &plans.today {
        let wrong = today.iter().filter(|patch| out(patch.weight)).count();
        let (least, most) = ends(today.iter().map(|patch| patch.weight));
        all.push(format!(
            "Today {} patches have {} to {} {what}; {} within {} of the average of {}.",
            today.len(),
            whole(least),
            whole(most),
            match today.len() - wrong {
                0 => "none is".to_owned(),
                1 => "1 is".to_owned(),
                n => format!("{n} are"),
            },
            percent(plans.tolerance),
            whole(plans.average)
        ));
    }
    if near.by_street && !plans.in_pieces.is_empty() {
        let (noun, verb) = if plans.in_pieces.len() == 1 { ("patch", "does") } else { ("patches", "do") };
        all.push(format!(
            "Today\u{2019}s {noun} {} {verb} not hang together on foot: the walk from some zones to others leads \
             past homes of other patches, or there is none.",
            plans.in_pieces.join(", ")
        ));
    }
    for plan in &plans.plans {
        all.push(of_plan(plan, plans, what, brief.weight));
        // What holds of several plans is said once.
        for note in &plan.notes {
            if !all.contains(note) {
                all.push(note.clone());
            }
        }
    }
    for &zone in &plans.heavy {
        all.push(format!(
            "Zone {} alone has more than a patch may; it is a patch by itself, and the other {} are even among themselves.",
            place.zones[zone].key, plans.even
        ));
    }
    all.extend(plans.kept.sentences(&brief.rules));
    all.extend(plans.joined.iter().map(|join| of_joined(place, join)));
    if plans.divided.0 > 0 {
        let (zones, people) = plans.divided;
        all.push(format!(
            "Today\u{2019}s patches divide {}: {} residents are in another patch than most of their zone. Plans are of \
             whole zones, so they go with their zone, and are not counted as moved for that.",
            if zones == 1 { "1 zone".to_owned() } else { format!("{zones} zones") },
            whole(people)
        ));
    }
    if plans.left_out.0 > 0 {
        let (zones, residents) = plans.left_out;
        all.push(format!(
            "{} zones with {} residents lie outside today\u{2019}s patches, for the most part or altogether, and stay out.",
            zones,
            whole(residents)
        ));
    }
    if let Some((zones, people)) = place.unknown_residents() {
        all.push(format!(
            "Residents of {zones} zones are unknown and count as nobody here: about {} people.",
            whole(people)
        ));
    }
    if near.by_street && near.off_street > 0 {
        all.push(format!(
            "{} no home near a street: outlines say whose neighbours they are, whatever lies between.",
            if near.off_street == 1 { "1 zone has".to_owned() } else { format!("{} zones have", near.off_street) }
        ));
    }
    if !near.by_street {
        all.push(
            "There are no streets: zones are taken for neighbours where their outlines touch, whatever lies between."
                .to_owned(),
        );
    }
    all
}

fn of_joined(place: &Place, join: &Joined) -> String {
    let (zone, to) = (&place.zones[join.zone].key, &place.zones[join.to].key);
    let (people, metres) = (whole(join.residents), whole(join.metres));
    if join.by_line {
        return format!(
            "The lines leave the {people} residents around zone {zone} to themselves, too few for a patch; they go to zone \
             {to}, {metres} m away, across a line."
        );
    }
    format!(
        "No walk joins the {people} residents around zone {zone} to the rest; they are taken to go to zone {to}, {metres} m \
         away in a straight line. Check that they can."
    )
}

fn ends(weights: impl Iterator<Item = f64>) -> (f64, f64) {
    weights.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), weight| (least.min(weight), most.max(weight)))
}

fn of_plan(plan: &Plan, plans: &Plans, what: &str, weight: Weight) -> String {
    let (least, most) = ends(plan.patches.iter().map(|patch| patch.weight));
    let moved = match plan.cost.moved {
        Some(moved) if moved < 0.5 => "nobody changes patch; ".to_owned(),
        Some(moved) => format!("{} residents change patch; ", whole(moved)),
        None => String::new(),
    };
    let proof = match plan.status {
        Status::Optimal => " Proven: no plan within the tolerance is better at that.".to_owned(),
        Status::Feasible if plan.aim == Aim::Moved && plan.bound > 0.0 && weight == Weight::Residents => {
            format!(" The best found in time; at least {} must move.", whole(plan.bound))
        }
        Status::Feasible => " The best found in time.".to_owned(),
        Status::Infeasible => format!(" It is not within {}.", percent(plans.tolerance)),
    };
    format!(
        "With {}: {} patches of {} to {} {what}, within {} of the average; {moved}people live {} m from the middle of \
         their patch on average, and {} pairs of neighbouring zones are in two patches.{proof}",
        plan.aim.words(),
        plan.patches.len(),
        whole(least),
        whole(most),
        percent(plan.cost.miss),
        whole(plan.cost.way),
        plan.cost.parted
    )
}
