//! Tables in which no column is everybody: everybody is then the sum of one breakdown, if there is one and only one.

use super::breakdown::{Breakdown, ask_which, main_of, merged, pick, take};
use super::label::Family;
use super::reading::{Reading, State};
use crate::load::words::figure;
use crate::place::{Code, Why};

/// No column is everybody: everybody is the sum of one breakdown, if there is one and only one.
pub(super) fn without_total(reading: &mut Reading<'_>, breakdowns: &mut Vec<Breakdown>) -> Option<Breakdown> {
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
                    reading.ask(Code::ColumnUnclear, problem, remedy);
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
                reading.ask(Code::OneGroup, problem, remedy);
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
    reading.ask(Code::ColumnUnclear, problem, remedy);
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
    reading.ask(Code::ColumnUnclear, problem, remedy);
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
