//! The part of the page about gaps: each stretch of streets once, with every standard that it lacks.

use super::{Title, table};
use crate::layer::round;
use crate::layer::{Value, plain};
use crate::measure::{Cause, Lack, Missing, qualify};
use crate::place::{PatchIdx, Place, Standard};
use crate::text::{escaped, thousands};

/// Stretches named on the page; the rest are counted.
const NAMED: usize = 8;

/// Stretches with fewer residents are only counted: they are a door or two.
const FEW: f64 = 10.0;

/// Standards that have a column each; where more are lacking, they are listed in one cell.
const COLUMNS: usize = 4;

/// Streets of a stretch that are named.
const STREETS: usize = 6;

/// The stretches of a patch that lack something, the largest first.
pub(super) fn gaps(place: &Place, missing: &[Missing], patch: PatchIdx) -> String {
    let here: Vec<&Missing> = missing.iter().filter(|own| own.patch == Some(patch)).collect();
    let all: f64 = here.iter().map(|own| own.residents).sum();
    if here.is_empty() {
        return match place.standards.is_empty() {
            true => String::new(),
            false => "<p>Everybody here can get to all of it in time.</p>".to_owned(),
        };
    }
    let named: Vec<&&Missing> = here.iter().filter(|own| own.residents >= FEW).take(NAMED).collect();
    let mut lacked: Vec<usize> = named.iter().flat_map(|own| own.lacks.iter().map(|lack| lack.standard)).collect();
    lacked.sort_unstable();
    lacked.dedup();
    let told: Vec<(usize, Unsaid)> =
        lacked.iter().filter_map(|at| Some((*at, unsaid(place, place.standards.get(*at)?)))).collect();
    let why = |lack: &Lack| -> String {
        let own = told.iter().find(|(at, _)| *at == lack.standard).map(|(_, own)| *own);
        lacking(lack, own.unwrap_or_default())
    };
    let names: Vec<String> =
        lacked.iter().filter_map(|at| place.standards.get(*at)).map(|own| escaped(&own.title)).collect();
    let mut titles = vec![Title::Words("Streets"), Title::Number("residents")];
    if lacked.len() > COLUMNS {
        titles.push(Title::Words("lacks: why, middle walk"));
    } else {
        titles.extend(names.iter().map(|name| Title::Words(name)));
    }
    let lines: Vec<Vec<String>> = named
        .iter()
        .map(|own| {
            let mut cells = vec![streets(place, own), thousands(own.residents.round() as i64)];
            let of = |standard: &usize| own.lacks.iter().find(|lack| lack.standard == *standard);
            if lacked.len() > COLUMNS {
                let each = lacked.iter().zip(&names);
                let lacks = each.filter_map(|(at, name)| Some(format!("{name}: {}", why(of(at)?))));
                cells.push(lacks.collect::<Vec<_>>().join("<br>"));
            } else {
                cells.extend(lacked.iter().map(|at| of(at).map_or("in time".to_owned(), &why)));
            }
            cells
        })
        .collect();
    let mut out = match lines.is_empty() {
        true => String::new(),
        false => table("Where something is missing, each street once, most residents first", &titles, &lines),
    };
    let rest = all - named.iter().map(|own| own.residents).sum::<f64>();
    match here.len() - named.len() {
        0 => {}
        1 => out += &format!("<p class=small>And one more stretch, of {} residents.</p>", few(rest)),
        more => {
            out += &format!("<p class=small>And {more} smaller stretches, of {} residents together.</p>", few(rest))
        }
    }
    out
}

fn few(residents: f64) -> String {
    if residents < 1.0 { "less than one".to_owned() } else { thousands(residents.round() as i64) }
}

fn streets(place: &Place, stretch: &Missing) -> String {
    let names: Vec<String> = stretch.streets.iter().take(STREETS).map(|name| escaped(name)).collect();
    match (names.as_slice(), &stretch.part_of) {
        ([], Some(street)) => format!("Part of {}", escaped(street)),
        ([], None) if place.streets.is_none() => "Not named: the place has no streets".to_owned(),
        ([], None) => "Streets without a name".to_owned(),
        (names, _) => match stretch.streets.len() - names.len() {
            0 => names.join("; "),
            more => format!("{}; and {more} more", names.join("; ")),
        },
    }
}

/// Of what may keep the assets of a standard from counting: whether it is known of some, and not recorded of some.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one thing that a list of assets tells, or does not")]
struct Unsaid {
    hours_known: bool,
    hours_unknown: bool,
    step_known: bool,
    step_unknown: bool,
}

fn unsaid(place: &Place, standard: &Standard) -> Unsaid {
    let lacks = qualify(place, standard);
    let mut found = Unsaid::default();
    for (asset, own) in place.assets.iter().zip(lacks.iter()) {
        if !own.may_be_mended() {
            continue;
        }
        found.hours_known |= own.hours && !own.hours_unknown;
        found.hours_unknown |= own.hours_unknown;
        found.step_known |= own.access && asset.step_free == Some(false);
        found.step_unknown |= own.access && asset.step_free.is_none();
    }
    found
}

/// "nothing near, 31.6 minutes". What nobody recorded is not said to be so.
fn lacking(lack: &Lack, unsaid: Unsaid) -> String {
    let why = match lack.cause {
        Cause::Distance => "nothing near",
        Cause::Severance => "near, but cut off",
        Cause::Hours => match (unsaid.hours_known, unsaid.hours_unknown) {
            (_, false) => "near, but shut then",
            (true, true) => "near, but shut then, or nobody knows",
            (false, true) => "near, but nobody recorded the hours",
        },
        Cause::Access => match (unsaid.step_known, unsaid.step_unknown) {
            (_, false) => "near, but with a step",
            (true, true) => "near, but with a step, or nobody knows",
            (false, true) => "near, but nobody recorded whether there is a step",
        },
        Cause::Timetable => "a bus, but not then",
        Cause::Capacity => "near, but full",
        Cause::Planned => "decided, not yet open",
    };
    match round::minutes(lack.median) {
        Value::Null => format!("{why}, no way there"),
        minutes => format!("{why}, {} minutes", plain(&minutes)),
    }
}
