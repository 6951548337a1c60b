//! The bands of age of a table as one breakdown, whichever sexes they are given for.

use super::ages::{self, Band};
use super::breakdown::Breakdown;
use super::label::{Family, Sex};
use super::reading::Reading;
use crate::load::words::figure;
use crate::place::{Code, Why};
use std::collections::BTreeMap;

/// The ages of a table, by sex where it has them so.
#[expect(clippy::too_many_lines, reason = "the cases of one decision, in their order")]
pub(super) fn ages_of(reading: &mut Reading<'_>) -> Option<Breakdown> {
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
                reading.ask(Code::AgesDisagree, problem, "Leave out the columns that are wrong: leave_out = [\"…\"]");
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
                reading.ask(Code::AgesDisagree, problem, "Give both, or leave both out: leave_out = [\"…\"]");
            }
            female.into_iter().chain(male).collect()
        }
        _ => {
            let (word, bands) = if female.is_empty() { ("males", male) } else { ("females", female) };
            if reading.said.residents && reading.all_totals().is_empty() {
                let problem =
                    format!("The table has the ages of {word} only ({})", figure(reading.people(&columns(&bands))));
                reading.ask(
                    Code::OneSexOnly,
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
        reading.ask(Code::AgesOverlap, problem, "Leave one of them out: leave_out = [\"…\"]");
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
                Code::AgesMissing,
                problem,
                "Write the ages as in \"15 to 19\", or give everybody as total = \"…\"",
            );
        } else {
            reading.warn(Code::AgesMissing, problem, "Nobody of that age is in a group");
        }
    }
    Some(Breakdown { family: Some(Family::Age), members: ages.whole.clone(), ages: Some(ages) })
}
