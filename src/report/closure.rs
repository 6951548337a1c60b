//! One printable page about a closure, as an assessment of its impact on equality asks for it: who loses what, by group
//! and patch, on foot and by bus, and where to then.

use super::review::{STYLE, Title, table};
use crate::layer::what_if::notices;
use crate::measure::what_if::{Change, Count};
use crate::measure::{Closure, Losers};
use crate::place::{AssetIdx, Place, Standard};
use crate::text::{escaped, shown_apart, thousands};
use crate::units::{Seconds, Share};

/// The page about the closing of these assets.
#[must_use]
pub fn page(place: &Place, closing: &[AssetIdx], found: &[(&Standard, Closure)]) -> String {
    let names: Vec<String> = closing.iter().map(|asset| escaped(&place.assets[*asset].name)).collect();
    let title = format!("If {} closed", names.join(", "));
    let mut body = format!("<p class=place>{}</p><h1>{title}</h1>", escaped(&place.name));
    for notice in notices(place) {
        body += &format!("<p class=notice>{}</p>", escaped(&notice));
    }
    let (felt, unfelt): (Vec<_>, Vec<_>) = found.iter().partition(|(_, closure)| closure.is_felt());
    for (standard, closure) in felt {
        body += &of_standard(place, standard, closure);
    }
    if !unfelt.is_empty() {
        let titles: Vec<String> = unfelt.iter().map(|(standard, _)| escaped(&standard.title)).collect();
        body += &format!("<h2>Nobody loses by it</h2><p>{}.</p>", titles.join("; "));
    }
    body += "<p class=small>Losers: residents whose nearest asset on foot closes, or who are in time by fewer departures than \
             before. Minutes: of the resident in the middle of them, on foot or, by bus, the time from door to door that half \
             of the departures do not exceed. Nothing is said of how full the next place is, nor of who went to this one.</p>";
    format!(
        "<!doctype html>\n<html lang=\"en-GB\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"><title>{title}</title><style>{STYLE}</style></head>\
         <body><main>{body}</main></body></html>\n"
    )
}

fn of_standard(place: &Place, standard: &Standard, closure: &Closure) -> String {
    let all = &closure.change.place.all;
    let mut out = format!(
        "<h2>{}</h2><p><strong>{} residents</strong> are covered instead of {} ({} instead of {}), {}. For {} it is the \
         nearest, or they are in time less often: the one in the middle takes {} instead of {}.</p>",
        escaped(&standard.title),
        people(all.after),
        people(all.before),
        percent(all.after, all.residents),
        percent(all.before, all.residents),
        standard.by(),
        people(closure.place.residents),
        minutes(closure.place.after),
        minutes(closure.place.before),
    );
    let titles = [
        Title::Words("Group"),
        Title::Number("members"),
        Title::Number("covered"),
        Title::Number("then"),
        Title::Number("lose it"),
        Title::Number("share of the group"),
    ];
    let everybody = std::iter::once(("Everybody".to_owned(), Some(*all)));
    let groups = place.groups.iter().zip(&closure.change.place.by_group);
    let rows = everybody.chain(groups.map(|(group, count)| (escaped(&group.label), *count)));
    let rows: Vec<Vec<String>> = rows.filter_map(|(name, count)| Some(of_group(name, count?))).collect();
    out += &table("Who loses it", &titles, &rows);
    let titles = [
        Title::Words("Patch"),
        Title::Number("losers"),
        Title::Number("covered"),
        Title::Number("then"),
        Title::Number("minutes"),
        Title::Number("then"),
        Title::Words("next"),
    ];
    let felt = closure.felt_in().into_iter();
    let mut rows: Vec<Vec<String>> = felt
        .map(|(patch, losers, change)| of_patch(place, escaped(&place.patches[patch].name), losers, change))
        .collect();
    if closure.outside_patches.residents > 0.0 {
        let (losers, change) = (&closure.outside_patches, &closure.change.outside_patches);
        rows.push(of_patch(place, "Outside every patch".to_owned(), losers, change));
    }
    out + &table("Where, most losers first", &titles, &rows)
}

fn of_group(name: String, count: Count) -> Vec<String> {
    let lost = count.before - count.after;
    vec![
        name,
        people(count.residents),
        people(count.before),
        people(count.after),
        people(shown_apart(count.before, count.after)),
        percent(lost, count.residents),
    ]
}

fn of_patch(place: &Place, name: String, losers: &Losers, change: &Change) -> Vec<String> {
    let next = losers.next.map_or("none can be reached".to_owned(), |asset| escaped(&place.assets[asset].name));
    vec![
        name,
        people(losers.residents),
        people(change.all.before),
        people(change.all.after),
        minutes(losers.before),
        minutes(losers.after),
        next,
    ]
}

fn people(count: f64) -> String {
    thousands(count.round() as i64)
}

fn percent(part: f64, whole: f64) -> String {
    Share::of(part, whole).map_or("–".to_owned(), |share| format!("{:.1}&nbsp;%", share.get() * 100.0))
}

fn minutes(time: Option<Seconds>) -> String {
    time.map_or_else(|| "no way".to_owned(), |time| format!("{:.1} minutes", time.minutes()))
}
