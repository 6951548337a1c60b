//! The part of the page about gaps: each stretch of streets once, with every standard that it lacks.

use super::{Title, table};
use crate::layer::round;
use crate::layer::{Value, plain};
use crate::measure::{Cause, Lack, Missing};
use crate::place::{PatchIdx, Place};
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
                let lacks = each.filter_map(|(at, name)| Some(format!("{name}: {}", lacking(of(at)?))));
                cells.push(lacks.collect::<Vec<_>>().join("<br>"));
            } else {
                cells.extend(lacked.iter().map(|at| of(at).map_or("in time".to_owned(), lacking)));
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

/// "nothing near, 31.6 minutes".
fn lacking(lack: &Lack) -> String {
    let why = match lack.cause {
        Cause::Distance => "nothing near",
        Cause::Severance => "near, but cut off",
        Cause::Hours => "near, but shut then",
        Cause::Access => "near, but with steps",
        Cause::Timetable => "a bus, but not then",
        Cause::Capacity => "near, but full",
        Cause::Planned => "decided, not yet open",
    };
    match round::minutes(lack.median) {
        Value::Null => format!("{why}, no way there"),
        minutes => format!("{why}, {} minutes", plain(&minutes)),
    }
}
