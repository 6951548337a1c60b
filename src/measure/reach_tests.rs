use super::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const PATCHES: usize = 12;
const GROUPS: usize = 3;
const RATE: f64 = 0.04;
const REPEATS: u64 = 1000;

/// A count with this mean: arrivals until one unit of time is over.
fn poisson(rng: &mut ChaCha8Rng, mean: f64) -> f64 {
    let (mut time, mut count) = (0.0, -1.0);
    while time < mean {
        let unit = ((rng.next_u64() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
        time -= unit.ln();
        count += 1.0;
    }
    count
}

/// Members of a group in a patch: between 1,500 and 7,000.
fn members(patch: usize, group: usize) -> f64 {
    1500.0 + 500.0 * ((patch * 5 + group * 3) % 12) as f64
}

/// A place where everybody is met at one rate, but the first group in the first two patches at `less` of it.
fn met(seed: u64, less: f64) -> Vec<Row> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut rows = vec![Row { dispersion: 1.0, met_of: vec![Some(Count::exactly(0.0)); GROUPS], ..Row::default() }];
    rows[0].members = vec![Some(0.0); GROUPS];
    for patch in 0..PATCHES {
        let mut row = Row { dispersion: 1.0, not_recorded: Some(Count::exactly(0.0)), ..Row::default() };
        for group in 0..GROUPS {
            let people = members(patch, group);
            let rate = if group == 0 && patch < 2 { RATE * less } else { RATE };
            row.residents += people;
            row.members.push(Some(people));
            row.met_of.push(Some(Count::exactly(poisson(&mut rng, people * rate))));
        }
        rows.push(row);
    }
    total(&mut rows);
    rows
}

/// Fills in everybody of each patch, and the whole place.
fn total(rows: &mut [Row]) {
    for row in &mut rows[1..] {
        let sum = |of: fn(&Count) -> f64| row.met_of.iter().flatten().map(of).sum();
        row.met = Some(Count { shown: sum(|c| c.shown), least: sum(|c| c.least), most: sum(|c| c.most) });
    }
    let (place, patches) = rows.split_at_mut(1);
    let place = &mut place[0];
    place.not_recorded = Some(Count::exactly(0.0));
    place.residents = patches.iter().map(|row| row.residents).sum();
    place.met = Some(Count::exactly(patches.iter().filter_map(|row| row.met).map(|met| met.shown).sum()));
    for group in 0..GROUPS {
        place.members[group] = Some(patches.iter().filter_map(|row| row.members[group]).sum());
        let of = |row: &Row| row.met_of[group].map(|met| met.shown);
        place.met_of[group] = Some(Count::exactly(patches.iter().filter_map(of).sum()));
    }
}

fn is_planted(row: usize, column: usize) -> bool {
    (row == 1 || row == 2) && column == 1
}

#[test]
fn a_group_met_at_a_third_of_the_rate_in_two_patches_is_found_and_intervals_hold_the_truth() {
    let (mut found, mut held, mut ratios, mut pooled, mut all) = (0, 0, 0, 0, 0_usize);
    for seed in 0..REPEATS {
        let answers = reach(&met(seed, 1.0 / 3.0));
        for (row, answer) in answers.iter().enumerate().skip(1) {
            let rate = |column: usize| if is_planted(row, column) { RATE / 3.0 } else { RATE };
            let due = |column: usize| members(row - 1, column - 1);
            let meant: f64 = (1..=GROUPS).map(|column| rate(column) * due(column)).sum();
            let residents: f64 = (1..=GROUPS).map(due).sum();
            for (column, reach) in answer.iter().enumerate().skip(1) {
                all += 1;
                let ratio = rate(column) * due(column) / meant / (due(column) / residents);
                held += usize::from(reach.rate_interval.is_some_and(|i| i.holds(rate(column) * 1000.0)));
                ratios += usize::from(reach.ratio_interval.is_some_and(|i| i.holds(ratio)));
                pooled += usize::from(reach.pooled.is_some_and(|p| p.interval.holds(rate(column) * 1000.0)));
                found += usize::from(is_planted(row, column) && reach.flag == Some(Flag::Less));
            }
        }
    }
    let share = |n: usize| n as f64 / all as f64;
    assert!(share(held) >= 0.95, "rates: {}", share(held));
    assert!(share(ratios) >= 0.95, "ratios: {}", share(ratios));
    // Empirical Bayes intervals take the prior as known and so promise a little less.
    assert!(share(pooled) >= 0.85, "pooled: {}", share(pooled));
    let found = found as f64 / (2 * REPEATS) as f64;
    assert!(found >= 0.9, "found {found} of those planted");
}

#[test]
fn where_nothing_is_planted_flags_are_as_rare_as_is_said() {
    let any = |seed: &u64| {
        let answers = reach(&met(*seed, 1.0));
        answers[1..].iter().flatten().any(|reach| matches!(reach.flag, Some(Flag::Less | Flag::More)))
    };
    let false_flags = (0..REPEATS).filter(any).count() as f64 / REPEATS as f64;
    // Every flag is false here, so the rate of false discoveries is that of repeats with a flag; three
    // standard errors of 1,000 repeats are 0.02.
    assert!(false_flags <= FALSE_FLAGS + 0.02, "{false_flags}");
}

#[test]
fn rounding_counts_to_five_flags_no_more_than_is_said() {
    let rounded = |seed: &u64| {
        let mut rows = met(*seed, 1.0);
        for count in rows.iter_mut().flat_map(|row| &mut row.met_of).flatten() {
            let shown = (count.shown / 5.0).round() * 5.0;
            *count = Count { shown, least: (shown - 2.0).max(0.0), most: shown + 2.0 };
        }
        total(&mut rows);
        reach(&rows)[1..].iter().flatten().any(|reach| matches!(reach.flag, Some(Flag::Less | Flag::More)))
    };
    let false_flags = (0..REPEATS).filter(rounded).count() as f64 / REPEATS as f64;
    assert!(false_flags <= FALSE_FLAGS + 0.02, "{false_flags}");
}

/// Two groups of 100 and 300 residents; 10 and 90 met, and 20 of whom nobody recorded the group.
fn by_hand() -> Vec<Row> {
    let row = Row {
        residents: 400.0,
        members: vec![Some(100.0), Some(300.0)],
        met: Some(Count::exactly(120.0)),
        met_of: vec![Some(Count::exactly(10.0)), Some(Count::exactly(90.0))],
        not_recorded: Some(Count::exactly(20.0)),
        dispersion: 1.0,
    };
    vec![row.clone(), row]
}

#[test]
fn shares_are_compared_among_the_recorded_and_bounds_say_what_the_others_could_change() {
    let answers = reach(&by_hand());
    let small = answers[1][1];
    assert_eq!(small.rate, Some(100.0));
    assert_eq!(small.ratio, Some(0.4), "a tenth of those recorded, a quarter of the residents");
    assert_eq!(small.ratio_bounds, Some(Interval { low: 10.0 / 120.0 / 0.25, high: 30.0 / 120.0 / 0.25 }));
    assert_eq!(small.to_meet, Some(20.0), "30 of 120 are a quarter");
    assert_eq!(small.not_recorded_share, Some(20.0 / 120.0));
    assert_eq!(answers[1][2].to_meet, Some(0.0));
}

#[test]
fn what_rests_on_a_hidden_count_is_not_said() {
    let mut rows = by_hand();
    rows[1].met_of[0] = None;
    rows[1].not_recorded = None;
    let answers = reach(&rows);
    assert_eq!(answers[1][1], Reach::default());
    assert_eq!((answers[1][2].rate, answers[1][2].ratio), (Some(300.0), None));
}

#[test]
fn nobody_living_there_and_nothing_asked_have_no_answer() {
    assert_eq!(reach(&[]), Vec::<Vec<Reach>>::new());
    let mut rows = by_hand();
    rows[1].members = vec![None, Some(0.0)];
    assert_eq!(reach(&rows)[1][1].rate, None);
    assert_eq!(reach(&rows)[1][2].rate, None);
}

#[test]
fn a_trend_is_between_the_ends_that_rounded_counts_allow() {
    let (ratio, interval) = trend(Some(Count::exactly(50.0)), Some(Count::exactly(100.0))).expect("both");
    assert!((ratio - 0.5).abs() < 1e-12 && interval.holds(0.5) && interval.high < 0.75);
    let rough = Count { shown: 50.0, least: 48.0, most: 52.0 };
    let (_, wider) = trend(Some(rough), Some(Count::exactly(100.0))).expect("both");
    assert!(wider.low < interval.low && wider.high > interval.high);
    assert_eq!(trend(None, Some(rough)), None);
}
