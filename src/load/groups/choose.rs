//! Which breakdown of the people of a table becomes its groups, and whether it accounts for everybody.

use super::ages::{self, Ages, Band};
use super::categories::{self, Made, Plan};
use super::label::{Family, Sex, is_remainder};
use super::understand::{Reading, State};
use crate::load::words::figure;
use crate::place::Why;
use std::collections::BTreeMap;

/// A way of parting people that a table has.
struct Breakdown {
    /// What it parts them by, where names say so.
    family: Option<Family>,
    /// Its columns, each person once.
    members: Vec<usize>,
    /// For ages: how they are put together.
    ages: Option<Ages>,
}

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

/// The ages of a table, by sex where it has them so.
fn ages_of(reading: &mut Reading<'_>) -> Option<Breakdown> {
    let mut by_sex: BTreeMap<Sex, Vec<(usize, Band)>> = BTreeMap::new();
    for column in reading.open() {
        let label = &reading.labels[column];
        if let Some(band) = label.band {
            by_sex.entry(label.sex.unwrap_or(Sex::Everybody)).or_default().push((column, band));
        }
    }
    let all: Vec<usize> = by_sex.values().flatten().map(|(c, _)| *c).collect();
    let meant = reading.wanted() == Some(Family::Age)
        || all.iter().any(|c| reading.cleaned[*c].chars().any(|c| !c.is_ascii_digit()))
        || all.len() >= 20;
    if all.is_empty() || !meant {
        return None;
    }
    let columns = |bands: &[(usize, Band)]| bands.iter().map(|(c, _)| *c).collect::<Vec<_>>();
    let everybody = by_sex.remove(&Sex::Everybody).unwrap_or_default();
    let female = by_sex.remove(&Sex::Female).unwrap_or_default();
    let male = by_sex.remove(&Sex::Male).unwrap_or_default();
    let bands = match (everybody.is_empty(), female.is_empty(), male.is_empty()) {
        (false, true, true) => everybody,
        (false, ..) => {
            let once = ages::group(&everybody);
            let split = (ages::group(&female), ages::group(&male));
            let both: Vec<usize> = split.0.whole.iter().chain(&split.1.whole).copied().collect();
            let same =
                reading.columns.agree(&reading.columns.sum(&once.whole), &reading.columns.sum(&both), both.len());
            if same.is_none() && !reading.answered() && !female.is_empty() && !male.is_empty() {
                let problem = format!(
                    "The ages of everybody sum to {}, those of females and males to {}",
                    figure(reading.people(&once.whole)),
                    figure(reading.people(&both))
                );
                reading.ask("ages-disagree", problem, "Leave out the columns that are wrong: leave_out = [\"…\"]");
            }
            for (column, _) in female.iter().chain(&male) {
                reading.leave(*column, Why::OneSex);
            }
            everybody
        }
        (true, false, false) => {
            let (f, m): (Vec<Band>, Vec<Band>) =
                (female.iter().map(|b| b.1).collect(), male.iter().map(|b| b.1).collect());
            let missing = f.iter().find(|b| !m.contains(b)).or_else(|| m.iter().find(|b| !f.contains(b))).copied();
            if let Some((low, high)) = missing
                && !reading.answered()
            {
                let problem = format!("The ages {low} to {high} are there for one sex and not for the other");
                reading.ask("ages-disagree", problem, "Give both, or leave both out: leave_out = [\"…\"]");
            }
            female.into_iter().chain(male).collect()
        }
        _ => {
            let (word, bands) = if female.is_empty() { ("males", male) } else { ("females", female) };
            if reading.said.residents && reading.all_totals().is_empty() {
                let problem =
                    format!("The table has the ages of {word} only ({})", figure(reading.people(&columns(&bands))));
                reading.ask(
                    "one-sex-only",
                    problem,
                    "Use a table with everybody, or write residents = false in its section",
                );
            }
            bands
        }
    };
    let ages = ages::group(&bands);
    if let Some((a, b)) = ages.overlap
        && !reading.answered()
    {
        let problem = format!(
            "Two bands of age overlap ({} to {} and {} to {}), so people would be counted twice",
            a.0, a.1, b.0, b.1
        );
        reading.ask("ages-overlap", problem, "Leave one of them out: leave_out = [\"…\"]");
    }
    for (column, _) in &bands {
        if !ages.whole.contains(column) && !reading.named.contains(column) {
            reading.leave(*column, Why::PartOfAnother);
        }
    }
    if let Some((low, high)) = ages.gap {
        let span = if low == high { format!("the age {low} is") } else { format!("the ages {low} to {high} are") };
        let unread: Vec<usize> = reading
            .open()
            .into_iter()
            .filter(|c| !ages.whole.contains(c) && reading.labels[*c].family.is_none_or(|f| f == Family::Age))
            .collect();
        let problem = match unread.as_slice() {
            [] => format!("Between the bands of age, {span} missing"),
            _ => format!(
                "Between the bands of age, {span} missing; {} cannot be read as ages",
                reading.named_all(&unread)
            ),
        };
        if reading.all_totals().is_empty() && reading.said.residents && !reading.answered() {
            reading.ask(
                "ages-missing",
                problem,
                "Write the ages as in \"15 to 19\", or give everybody as total = \"…\"",
            );
        } else {
            reading.warn("ages-missing", problem, "Nobody of that age is in a group");
        }
    }
    Some(Breakdown { family: Some(Family::Age), members: ages.whole.clone(), ages: Some(ages) })
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
            reading.ask("several-totals", problem, format!("Say which with total = \"{}\"", reading.names[first]));
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
        reading.ask("groups-exceed-total", problem, remedy);
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
            reading.ask("column-unclear", problem, remedy);
        } else if sum < everybody * 0.99 {
            let problem = format!(
                "The groups sum to {}, everybody by {}: {} are in no group of this table",
                figure(sum),
                reading.with_sum(total),
                figure(everybody - sum)
            );
            reading.warn("groups-fall-short", problem, "If a group is missing, name it under groups = { … }");
        }
    }
    Some(take(reading, breakdowns, main, Some(total)))
}

/// No column is everybody: everybody is the sum of one breakdown, if there is one and only one.
fn without_total(reading: &mut Reading<'_>, breakdowns: &mut Vec<Breakdown>) -> Option<Breakdown> {
    let wanted = reading.wanted();
    if breakdowns.is_empty() {
        return None;
    }
    let known: Vec<usize> = (0..breakdowns.len()).filter(|i| breakdowns[*i].family.is_some()).collect();
    let unknown: Vec<usize> =
        breakdowns.iter().filter(|b| b.family.is_none()).flat_map(|b| b.members.clone()).collect();
    match known.as_slice() {
        [] => {
            if let [only] = unknown.as_slice()
                && !reading.named.contains(only)
            {
                if reading.said.residents && !reading.answered() {
                    let problem = format!(
                        "The only column of numbers is {}, and nothing says that it counts people",
                        reading.with_sum(*only)
                    );
                    let remedy = format!("If it is everybody, write total = \"{}\"", reading.names[*only]);
                    reading.ask("column-unclear", problem, remedy);
                }
                reading.state[*only] = State::Total;
                breakdowns.clear();
                return None;
            }
            unnamed_beside_named(reading, &unknown);
        }
        [one] => {
            if !unknown.is_empty() && !merges_in(reading, breakdowns, *one, &unknown) {
                unclear(reading, &breakdowns[*one].members, &unknown);
            }
            let at = known[0];
            if breakdowns[at].members.len() == 1 && reading.said.residents && !reading.answered() {
                let column = breakdowns[at].members[0];
                let problem = format!("{} is one group, and no column has everybody", reading.with_sum(column));
                let remedy = "Use a table with every group or with a total, or write residents = false in its section";
                reading.ask("one-group", problem, remedy);
            }
            return Some(take(reading, breakdowns, at, None));
        }
        several => return several_families(reading, breakdowns, several, &unknown, wanted),
    }
    Some(merged(breakdowns))
}

/// Columns that `place.toml` names as groups beside others of which nothing is known.
fn unnamed_beside_named(reading: &mut Reading<'_>, unknown: &[usize]) {
    let others: Vec<usize> = unknown.iter().copied().filter(|c| !reading.named.contains(c)).collect();
    if reading.named.is_empty() || others.is_empty() || !reading.said.residents {
        return;
    }
    if !reading.said.wide {
        return;
    }
    let named: Vec<usize> = reading.named.iter().copied().collect();
    let problem = format!(
        "place.toml names {} of the columns as groups ({}); with {} everybody would be {}",
        named.len(),
        figure(reading.people(&named)),
        reading.named_all(&others),
        figure(reading.people(unknown))
    );
    let remedy = format!("Name those as groups too, or write leave_out = [{}]", reading.named_all(&others));
    reading.ask("column-unclear", problem, remedy);
}

/// Whether columns with names that say nothing may stand among those of a family: in a long table a
/// category is a category; in a wide one any column of numbers may stand beside the groups.
fn merges_in(reading: &mut Reading<'_>, breakdowns: &mut [Breakdown], at: usize, unknown: &[usize]) -> bool {
    let unnamed: Vec<usize> = unknown.iter().copied().filter(|c| !reading.named.contains(c)).collect();
    if !reading.named.is_empty() && reading.said.wide {
        for column in &unnamed {
            reading.leave(*column, Why::NotNamed);
        }
        let named = unknown.iter().copied().filter(|c| reading.named.contains(c));
        breakdowns[at].members.extend(named);
        return true;
    }
    if reading.said.wide {
        return false;
    }
    if breakdowns[at].ages.is_some() && reading.labels.iter().filter(|l| l.band.is_some()).count() >= 3 {
        return false;
    }
    breakdowns[at].members.extend(unknown);
    true
}

fn unclear(reading: &mut Reading<'_>, members: &[usize], unknown: &[usize]) {
    let mut with = members.to_vec();
    with.extend(unknown);
    let problem = format!(
        "Nothing says whether {} counts people: everybody is {} without and {} with it",
        reading.named_all(unknown),
        figure(reading.people(members)),
        figure(reading.people(&with))
    );
    let remedy = format!(
        "If not, write leave_out = [{}] in its section of place.toml; if so, name every group under groups = {{ … }}",
        reading.named_all(unknown)
    );
    reading.ask("column-unclear", problem, remedy);
}

/// Several breakdowns side by side and no total: the same people, if their sums say so.
fn several_families(
    reading: &mut Reading<'_>,
    breakdowns: &mut Vec<Breakdown>,
    several: &[usize],
    unknown: &[usize],
    wanted: Option<Family>,
) -> Option<Breakdown> {
    let largest = several
        .iter()
        .copied()
        .max_by(|a, b| reading.people(&breakdowns[*a].members).total_cmp(&reading.people(&breakdowns[*b].members)))?;
    let whole = reading.columns.sum(&breakdowns[largest].members);
    let agree = |at: &usize| {
        let members = &breakdowns[*at].members;
        reading.columns.agree(&whole, &reading.columns.sum(members), members.len()).is_some()
    };
    let same: Vec<usize> = several.iter().copied().filter(|at| *at == largest || agree(at)).collect();
    if same.len() == several.len() {
        if !unknown.is_empty() {
            let merged = pick(breakdowns, &same, wanted).is_some_and(|at| merges_in(reading, breakdowns, at, &[]));
            if !merged || reading.named.is_empty() {
                unclear(reading, &breakdowns[largest].members, unknown);
            }
        }
        return match pick(breakdowns, &same, wanted) {
            Some(at) => Some(take(reading, breakdowns, at, None)),
            None => ask_which(reading, breakdowns, &same),
        };
    }
    // Names of one breakdown may remind of another ("Sikh" among ethnic groups): a member or two.
    let main = main_of(breakdowns, wanted);
    let strays: Vec<usize> = several.iter().copied().filter(|at| *at != main).collect();
    let few = strays.iter().all(|at| breakdowns[*at].members.len() < 2 && breakdowns[*at].family != Some(Family::Age));
    let small = strays.iter().map(|at| reading.people(&breakdowns[*at].members)).sum::<f64>()
        < 0.5 * reading.people(&breakdowns[main].members);
    let mut unsure = unknown.to_vec();
    if !reading.said.wide && few && small {
        let extra: Vec<usize> = strays.iter().flat_map(|at| breakdowns[*at].members.clone()).collect();
        breakdowns[main].members.extend(extra);
        breakdowns[main].members.extend(unknown);
        return Some(take(reading, breakdowns, main, None));
    }
    if !reading.named.is_empty() && breakdowns[main].members.iter().all(|m| reading.named.contains(m)) {
        return Some(take(reading, breakdowns, main, None));
    }
    unsure.extend(strays.iter().flat_map(|at| breakdowns[*at].members.clone()));
    unclear(reading, &breakdowns[main].members.clone(), &unsure);
    Some(take(reading, breakdowns, main, None))
}

/// Of some breakdowns, the one that is asked for; the only one, if there is only one.
fn pick(breakdowns: &[Breakdown], among: &[usize], wanted: Option<Family>) -> Option<usize> {
    match among {
        [one] => Some(*one),
        several => several.iter().copied().find(|at| wanted.is_some() && breakdowns[*at].family == wanted),
    }
}

/// The breakdown that is asked for, else the one with most columns.
fn main_of(breakdowns: &[Breakdown], wanted: Option<Family>) -> usize {
    let meant = (0..breakdowns.len()).find(|at| wanted.is_some() && breakdowns[*at].family == wanted);
    let largest = (0..breakdowns.len())
        .max_by_key(|at| (breakdowns[*at].family.is_some(), breakdowns[*at].members.len(), std::cmp::Reverse(*at)));
    meant.or(largest).unwrap_or(0)
}

fn ask_which(reading: &mut Reading<'_>, breakdowns: &mut Vec<Breakdown>, among: &[usize]) -> Option<Breakdown> {
    let words: Vec<String> = among
        .iter()
        .map(|at| {
            let name = breakdowns[*at].family.map_or("others", Family::word);
            format!("by {name} ({})", reading.named_all(&breakdowns[*at].members))
        })
        .collect();
    if reading.named.is_empty() {
        let problem = format!("The table parts the same people several times: {}", words.join("; "));
        let first = breakdowns[among[0]].family.map_or("…", Family::word);
        reading.ask(
            "several-breakdowns",
            problem,
            format!("Say which with dimension = \"{first}\", in a section for each"),
        );
    }
    let at = among[0];
    Some(take(reading, breakdowns, at, None))
}

/// Takes one breakdown and leaves the others out, with the reason.
fn take(reading: &mut Reading<'_>, breakdowns: &mut Vec<Breakdown>, at: usize, total: Option<usize>) -> Breakdown {
    let chosen = breakdowns.swap_remove(at);
    let whole = match total {
        Some(total) => reading.columns.of(total).to_vec(),
        None => reading.columns.sum(&chosen.members),
    };
    for other in breakdowns.drain(..) {
        let same = reading.columns.agree(&whole, &reading.columns.sum(&other.members), other.members.len()).is_some();
        let why = if same && other.family.is_some() { Why::OtherBreakdown } else { Why::NotInTotal };
        for column in other.members {
            if reading.state[column] == State::Open && !chosen.members.contains(&column) {
                reading.leave(column, why);
            }
        }
    }
    chosen
}

/// All columns as one breakdown.
fn merged(breakdowns: &mut Vec<Breakdown>) -> Breakdown {
    let family = breakdowns.first().and_then(|b| b.family);
    let mut ages = None;
    let mut members = Vec::new();
    for breakdown in breakdowns.drain(..) {
        members.extend(breakdown.members);
        ages = ages.or(breakdown.ages);
    }
    Breakdown { family, members, ages }
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
        reading.warn("dimension-differs", problem, remedy);
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
        reading.ask("percentages", problem, "Use the table with counts (Nomis and the census downloads offer both)");
        return;
    }
    let problem = format!("No column of this table counts people: {}", left.join(", "));
    let remedy = "Use a table of residents; or, if one of them is, name it under groups = { … } or as total = \"…\"";
    reading.ask("nobody-counted", problem, remedy);
}
