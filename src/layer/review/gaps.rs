//! The part of the page about gaps: each stretch of streets once, with every standard that it lacks.

use super::{Rows, escaped, table, thousands};
use crate::place::Place;

/// Stretches named on the page; the rest are counted.
const NAMED: usize = 10;

/// Stretches with fewer residents are only counted: they are a door or two.
const FEW: f64 = 10.0;

/// Streets of a stretch that are named.
const STREETS: usize = 4;

/// A stretch of streets, and what is missing there: standard, cause and minutes.
struct Stretch {
    streets: String,
    residents: f64,
    lacks: Vec<String>,
}

/// The gaps of a patch in all standards. A stretch with the same streets and residents in several standards is
/// named once.
pub(super) fn gaps<'l>(place: &Place, layer: &dyn Fn(&str) -> Option<Rows<'l>>, patch: &str) -> String {
    let mut all: Vec<Stretch> = Vec::new();
    for standard in &place.standards {
        let Some(rows) = layer(&format!("gaps-{}", standard.key)) else { continue };
        for row in rows.find(&[("patch_id", patch)]) {
            let residents = rows.number(row, "residents").unwrap_or(0.0);
            let streets = rows.text(row, "streets").split("; ").take(STREETS).collect::<Vec<_>>().join("; ");
            let minutes = match rows.number(row, "minutes_median") {
                Some(_) => format!("{} minutes", rows.text(row, "minutes_median")),
                None => "no way".to_owned(),
            };
            let lacks = format!("{}: {}, {minutes}", escaped(&standard.title), rows.text(row, "cause"));
            match all.iter_mut().find(|own| own.streets == streets && (own.residents - residents).abs() < 0.5) {
                Some(same) => same.lacks.push(lacks),
                None => all.push(Stretch { streets, residents, lacks: vec![lacks] }),
            }
        }
    }
    if all.is_empty() {
        return String::new();
    }
    // The largest first; of equals, as the standards are ordered.
    all.sort_by(|a, b| b.residents.total_cmp(&a.residents));
    let (named, rest): (Vec<_>, Vec<_>) =
        all.into_iter().enumerate().partition(|(at, own)| *at < NAMED && own.residents >= FEW);
    let line = |(_, own): &(usize, Stretch)| {
        vec![
            own.streets.clone(),
            thousands(own.residents as i64),
            format!("<div class=l>{}</div>", own.lacks.join("<br>")),
        ]
    };
    let lines: Vec<Vec<String>> = named.iter().map(line).collect();
    let mut out = table("Gaps, the largest first", &["Streets", "residents", "lacks: why, middle walk"], &lines);
    if !rest.is_empty() {
        let most = rest.iter().map(|(_, own)| own.residents).fold(0.0, f64::max);
        out += &format!(
            "<p class=small>And {} smaller, of at most {} residents each.</p>",
            rest.len(),
            thousands(most as i64)
        );
    }
    out
}
