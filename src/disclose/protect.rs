//! From exact tables to tables that may leave.

use super::ground::{Ground, Unprotectable, publish};
use super::mislead::mislead;
use super::published::Found;
use super::system::{Order, Shape, System};
use super::tabulate::Tables;
use super::withhold::withhold;
use super::{Clues, Policy, Protected, Release, lines, linked};

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
    let (mut told_before, mut clues) = (0, Clues::default());
    if ground.threshold.iter().any(|threshold| *threshold > 1) {
        let is_all_hidden = !(0..ground.exact.len()).any(|cell| ground.is_shown(cell));
        let (lost, told, found) = if is_all_hidden && !earlier.is_empty() {
            // No further cell can be hidden: it is only asked what the earlier releases tell beside it.
            ground.note_large();
            lines::hide_noughts(&mut ground, &lines);
            lines::note_noughts(&mut ground, &lines);
            (ground.owed().collect(), 0, Clues::default())
        } else {
            withhold(&mut ground, &lines)?
        };
        (told_before, clues) = (told, found);
        if !earlier.is_empty() && (ground.is_late || !lost.is_empty()) {
            let told_now;
            (told_now, clues) = mislead(&mut ground, tables, earlier, &lines, &lost, clues)?;
            told_before = told.max(told_now);
        }
    }
    Ok(Protected { policy: *policy, tables: publish(tables, &ground), told_before, clues: Found::of(clues) })
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
