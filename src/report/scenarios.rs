//! A committee paper: two to four scenarios beside each other, each on a map and in numbers, with who would lose by it.
//!
//! It says what [`what_if`](crate::measure::what_if()) answers of each, and works nothing out but differences and shares.

use super::paper::{Colour, Drawing};
use super::review::{STYLE, Title, table};
use crate::crs::Xy;
use crate::layer::round;
use crate::layer::what_if::notices;
use crate::measure::WhatIf;
use crate::measure::what_if::{Count, Lost};
use crate::place::{AssetIdx, Group, GroupIdx, Place, Standard, reading_order};
use crate::text::{escaped, shown_apart, thousands};
use crate::units::Share;

/// A scenario that is compared.
#[derive(Debug, Clone)]
pub struct Tried {
    /// What it is called.
    pub name: String,
    /// What its maker noted.
    pub note: String,
    /// Where it is found again: a whole address.
    pub link: String,
    /// When it was saved, and on which version.
    pub saved: String,
    /// What differs since, in a sentence; empty where nothing does.
    pub since: String,
    /// Sites that are tried: where, and what they are called.
    pub sites: Vec<(Xy, String)>,
    /// Assets that are tried shut.
    pub shut: Vec<AssetIdx>,
    /// What it does to each of the standards of the paper, in their order; why it cannot be said, in words.
    pub answers: Result<Vec<WhatIf>, String>,
}

/// What the paper is about, beside its scenarios.
#[derive(Debug)]
pub struct Agenda<'a> {
    /// The standards by which they are measured, with the assets that satisfy each today.
    pub standards: Vec<(&'a Standard, Vec<AssetIdx>)>,
    /// Where the paper itself is found again.
    pub link: String,
    /// Sources and what their licences ask for, each once.
    pub sources: Vec<String>,
    /// The day the data describe, in words.
    pub date: Option<String>,
    /// The version of the data it was worked out on.
    pub version: String,
}

/// Patches that have a row of their own; two sides of paper hold no more.
const ROWS: usize = 24;

/// Looks of the maps, beside those of every printed page.
const MAPS: &str = ".maps{display:grid;grid-template-columns:repeat(auto-fit,minmax(15rem,1fr));gap:.6rem}figure{margin:0;break-inside:avoid}\
figcaption{font-size:.85rem}svg.map{width:100%;height:auto;max-height:24rem;margin:0}@media print{.maps{grid-template-columns:repeat(auto-fit,minmax(42mm,1fr))}\
svg.map{width:100%;height:auto;max-height:72mm}figcaption{font-size:8.5px}}";

/// The paper as a page to print, and the maps in it.
#[must_use]
pub fn page(place: &Place, about: &Agenda<'_>, tried: &[Tried]) -> (String, Vec<Drawing>) {
    let names: Vec<&str> = tried.iter().map(|each| each.name.as_str()).collect();
    let title = escaped(&format!("Scenarios compared: {}", names.join("; ")));
    let date = about.date.as_ref().map_or(String::new(), |day| format!(", {day}"));
    let mut body = format!("<p class=place>{}{}</p><h1>{title}</h1>", escaped(&place.name), escaped(&date));
    for notice in notices(place) {
        body += &format!("<p class=notice>{}</p>", escaped(&notice));
    }
    body += &what(place, tried);
    let mut maps = Vec::new();
    for (nth, (standard, hubs)) in about.standards.iter().enumerate() {
        body += &by_standard(place, (nth, standard, hubs), tried, &mut maps);
    }
    body += &foot(place, about);
    let page = format!(
        "<!doctype html>\n<html lang=\"en-GB\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"><title>{title}</title><style>{STYLE}{MAPS}</style></head>\
         <body><main>{body}</main></body></html>\n"
    );
    (page, maps)
}

/// What each scenario is, when it was saved, and what changed since.
fn what(place: &Place, tried: &[Tried]) -> String {
    let titles =
        [Title::Words("Scenario"), Title::Words("what it changes"), Title::Words("note"), Title::Words("saved")];
    let rows: Vec<Vec<String>> = tried
        .iter()
        .map(|each| {
            let name = format!("<a href=\"{}\">{}</a>", escaped(&each.link), escaped(&each.name));
            let since = if each.since.is_empty() {
                String::new()
            } else {
                format!(". <strong>{}</strong>", escaped(&each.since))
            };
            vec![name, escaped(&changes(place, each)), escaped(&each.note), format!("{}{since}", escaped(&each.saved))]
        })
        .collect();
    let mut out = table("What is compared", &titles, &rows);
    for each in tried {
        if let Err(why) = &each.answers {
            out += &format!(
                "<p class=notice><strong>{}</strong> has no numbers here: {}</p>",
                escaped(&each.name),
                escaped(why)
            );
        }
    }
    out
}

/// "A, Mill Lane; B, Quay; shut: Old Hall": what a scenario changes.
fn changes(place: &Place, tried: &Tried) -> String {
    let sites = tried.sites.iter().enumerate().map(|(i, (_, name))| format!("{}: {name}", letter(i)));
    let shut = tried.shut.iter().map(|asset| format!("shut: {}", place.assets[*asset].name));
    let all: Vec<String> = sites.chain(shut).collect();
    if all.is_empty() { "nothing: as it is today".to_owned() } else { all.join("; ") }
}

/// The letter of a site, as on the map page.
fn letter(nth: usize) -> char {
    char::from(b'A' + (nth % 26) as u8)
}

fn by_standard(
    place: &Place,
    (nth, standard, hubs): (usize, &Standard, &[AssetIdx]),
    tried: &[Tried],
    maps: &mut Vec<Drawing>,
) -> String {
    let answered: Vec<(&Tried, &WhatIf)> =
        tried.iter().filter_map(|each| Some((each, each.answers.as_ref().ok()?.get(nth)?))).collect();
    let Some((_, first)) = answered.first() else { return String::new() };
    let mut out = format!("<h2>{}</h2>", escaped(&standard.title));
    if !standard.title.contains("minute") {
        out += &format!("<p>Within {:.0} minutes {}.</p>", standard.within.minutes(), standard.by());
    }
    let names: Vec<String> = answered.iter().map(|(each, _)| escaped(&each.name)).collect();
    out += &totals(&names, &answered);
    out += "<div class=maps>";
    for (each, answer) in &answered {
        let drawn = map(place, each, answer, hubs);
        out += &format!("<figure>{}<figcaption>{}</figcaption></figure>", drawn.svg(), escaped(&each.name));
        maps.push(drawn);
    }
    out += "</div><p class=small>Maps: the share of a patch's residents that is covered rises where it is blue (from half a point, \
            from 5, from 15 points on, the darker the more), falls where it is orange (from half a point, from 5), and moves by less where \
            it is grey. Numbers are those of the table of patches; dots are what counts today, crosses what is shut, letters the sites.</p>";
    let with = |firsts: [Title<'static>; 2]| -> Vec<Title<'_>> {
        firsts.into_iter().chain([Title::Number("today")]).chain(names.iter().map(|name| Title::Number(name))).collect()
    };
    // Patches: all where they fit, else those where most changes.
    let most = |patch| answered.iter().map(|(_, own)| moved(&own.patches[patch].all)).fold(0.0, f64::max);
    let mut shown: Vec<_> = place.patches.indices().collect();
    if shown.len() > ROWS {
        shown.sort_by(|a, b| most(*b).total_cmp(&most(*a)));
        shown.truncate(ROWS);
        shown.sort_unstable();
    }
    let rows: Vec<Vec<String>> = shown
        .iter()
        .map(|&patch| {
            let today = first.patches[patch].all;
            let number = 1 + crate::place::Idx::index(patch);
            let head = [
                format!("{number} {}", escaped(&place.patches[patch].name)),
                people(today.residents),
                share(&today, today.before),
            ];
            head.into_iter()
                .chain(answered.iter().map(|(_, own)| share(&own.patches[patch].all, own.patches[patch].all.after)))
                .collect()
        })
        .collect();
    out += &table("Covered in each patch", &with([Title::Words("Patch"), Title::Number("residents")]), &rows);
    let left = place.patches.len() - shown.len();
    if left > 0 {
        out += &format!("<p class=small>{left} other patches change no more than these.</p>");
    }
    out += &groups(place, &answered, &with([Title::Words("Group"), Title::Number("members")]));
    out + &losers(place, &names, &answered)
}

fn totals(names: &[String], answered: &[(&Tried, &WhatIf)]) -> String {
    let titles: Vec<Title<'_>> = std::iter::once(Title::Words("In the whole place"))
        .chain(names.iter().map(|name| Title::Number(name)))
        .collect();
    let line = |what: &str, of: &dyn Fn(&Count, &Lost) -> String| -> Vec<String> {
        let numbers = answered.iter().map(|(_, own)| of(&own.place.all, &own.lost));
        std::iter::once(what.to_owned()).chain(numbers).collect()
    };
    let rows = [
        line("Covered today", &|count, _| format!("{} ({})", people(count.before), share(count, count.before))),
        line("Covered then", &|count, _| people(count.after)),
        line("Share of residents", &|count, _| share(count, count.after)),
        line("Change", &|count, _| signed(shown_apart(count.after, count.before))),
        line("Newly covered", &|count, lost| people(shown_apart(count.after, count.before) + lost.all)),
        line("Lose it", &|_, lost| people(lost.all)),
        line("Still not covered", &|count, _| people(shown_apart(count.residents, count.after))),
    ];
    table("Residents covered", &titles, &rows)
}

/// The groups as people read them: ages by age.
fn in_order(place: &Place) -> Vec<(GroupIdx, &Group)> {
    let mut all: Vec<(usize, (GroupIdx, &Group))> =
        reading_order(place.groups.as_slice()).into_iter().zip(place.groups.enumerate()).collect();
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, group)| group).collect()
}

fn groups(place: &Place, answered: &[(&Tried, &WhatIf)], titles: &[Title<'_>]) -> String {
    let Some((_, first)) = answered.first() else { return String::new() };
    let rows: Vec<Vec<String>> = in_order(place)
        .into_iter()
        .filter_map(|(index, group)| {
            let today = first.place.by_group[index]?;
            let head = [escaped(&group.label), people(today.residents), share(&today, today.before)];
            let then = answered.iter().map(|(_, own)| {
                own.place.by_group[index].map_or_else(|| "–".to_owned(), |count| share(&count, count.after))
            });
            Some(head.into_iter().chain(then).collect())
        })
        .collect();
    if rows.is_empty() { String::new() } else { table("Covered in each group", titles, &rows) }
}

/// Who is covered today and would no longer be.
fn losers(place: &Place, names: &[String], answered: &[(&Tried, &WhatIf)]) -> String {
    let titles: Vec<Title<'_>> =
        std::iter::once(Title::Words("Who")).chain(names.iter().map(|name| Title::Number(name))).collect();
    let mut rows: Vec<(String, Vec<Option<f64>>)> = Vec::new();
    let each = |of: &dyn Fn(&Lost) -> Option<f64>| answered.iter().map(|(_, own)| of(&own.lost)).collect::<Vec<_>>();
    rows.push(("Everybody".to_owned(), each(&|lost| Some(lost.all))));
    for (patch, about) in place.patches.enumerate() {
        rows.push((escaped(&about.name), each(&|lost| Some(lost.by_patch[patch]))));
    }
    for (group, about) in in_order(place) {
        rows.push((escaped(&about.label), each(&|lost| lost.by_group[group])));
    }
    rows.retain(|(_, lost)| lost.iter().flatten().any(|lost| lost.round() > 0.0));
    if rows.is_empty() {
        return "<p><strong>Nobody loses:</strong> whoever is covered today stays so in each of these.</p>".to_owned();
    }
    let more = rows.len().saturating_sub(ROWS);
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .take(ROWS)
        .map(|(who, lost)| {
            std::iter::once(who).chain(lost.into_iter().map(|lost| lost.map_or("–".to_owned(), people))).collect()
        })
        .collect();
    let more =
        if more > 0 { format!("<p class=small>{more} more patches and groups lose.</p>") } else { String::new() };
    table("Who loses it: covered today and no longer then, where anybody is", &titles, &rows) + &more
}

fn foot(place: &Place, about: &Agenda<'_>) -> String {
    let speed = format!("{:.1} km an hour", place.speed.km_per_h());
    let streets = match place.streets {
        Some(_) => "along the streets".to_owned(),
        None => format!("in straight lines times {}, since there are no streets here", place.detour),
    };
    format!(
        "<h2>What this rests on</h2><p>People walk at {speed} unless their group has a speed of its own, {streets}. A site that is tried \
         counts as open at all hours and step-free, as nothing else was said of it; nothing is said of what it costs or holds. People are placed at \
         dwelling positions by the counts of their zones, so single streets can be off. Whoever is newly covered and whoever loses are counted home by home.</p>\
         <p class=small>Worked out on {}. The same paper, with today's data: <a href=\"{link}\">{link}</a>. Sources: {}.</p>",
        escaped(&about.version),
        about.sources.iter().map(|source| escaped(source)).collect::<Vec<_>>().join("; "),
        link = escaped(&about.link),
    )
}

/// How far the share of a count moves, up or down.
fn moved(count: &Count) -> f64 {
    points(count).abs()
}

fn points(count: &Count) -> f64 {
    let share = |part| Share::of(part, count.residents).map_or(0.0, Share::get);
    (share(count.after) - share(count.before)) * 100.0
}

fn share(count: &Count, covered: f64) -> String {
    match round::share(Share::of(covered, count.residents)) {
        crate::layer::Value::Number(share) => format!("{:.1}&nbsp;%", share * 100.0),
        _ => "–".to_owned(),
    }
}

fn people(count: f64) -> String {
    thousands(count.round() as i64)
}

fn signed(count: f64) -> String {
    match count.round() as i64 {
        0 => "0".to_owned(),
        more if more > 0 => format!("+{}", thousands(more)),
        fewer => format!("−{}", thousands(-fewer)),
    }
}

/// Classes of a change in points, the worst first: up to where, and the colour.
const CLASSES: [(f64, Colour); 6] = [
    (-5.0, [0xb3, 0x4a, 0x12]),
    (-0.5, [0xf2, 0xb6, 0x7c]),
    (0.5, [0xe2, 0xe4, 0xe6]),
    (5.0, [0xb9, 0xd4, 0xea]),
    (15.0, [0x6a, 0xa3, 0xd0]),
    (f64::INFINITY, [0x1f, 0x5f, 0x8b]),
];

fn colour(points: f64) -> Colour {
    CLASSES.iter().find(|(most, _)| points < *most).map_or([0x1f, 0x5f, 0x8b], |(_, colour)| *colour)
}

/// The patches by what changes in them, with the sites.
fn map(place: &Place, tried: &Tried, answer: &WhatIf, hubs: &[AssetIdx]) -> Drawing {
    /// Longer side of a map, in its own units.
    const SIDE: f64 = 400.0;
    const EDGE: f64 = 12.0;
    let corners = place.patches.iter().flat_map(|patch| &patch.shape.0).flat_map(|one| one.exterior().0.iter());
    let mut span = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    let sites = tried.sites.iter().map(|(at, _)| geo::Coord { x: at.x, y: at.y });
    for at in corners.copied().chain(sites) {
        span = [span[0].min(at.x), span[1].min(at.y), span[2].max(at.x), span[3].max(at.y)];
    }
    let [west, south, east, north] = span;
    let (wide, high) = ((east - west).max(1.0), (north - south).max(1.0));
    let scale = if wide.is_finite() && high.is_finite() { SIDE / wide.max(high) } else { 0.0 };
    let says = format!(
        "{}: patches of {} by how the share of residents covered changes; the table of patches has the numbers",
        tried.name, place.name
    );
    let size = |length: f64| if scale > 0.0 { length * scale + 2.0 * EDGE } else { SIDE };
    let mut drawing = Drawing::new(size(wide), size(high), says);
    if scale == 0.0 {
        return drawing;
    }
    let at = |x: f64, y: f64| [(x - west) * scale + EDGE, (north - y) * scale + EDGE];
    let ring = |line: &geo::LineString<f64>| thinned(line.0.iter().map(|c| at(c.x, c.y)));
    for (index, patch) in place.patches.enumerate() {
        for one in &patch.shape.0 {
            let rings = std::iter::once(one.exterior()).chain(one.interiors()).map(ring).collect();
            drawing.area(rings, colour(points(&answer.patches[index].all)));
        }
    }
    for (index, patch) in place.patches.enumerate() {
        if let Some(middle) = geo::InteriorPoint::interior_point(&patch.shape) {
            drawing.number(at(middle.x(), middle.y()), (crate::place::Idx::index(index) + 1).to_string());
        }
    }
    let place_of = |asset: &AssetIdx| at(place.assets[*asset].at.x, place.assets[*asset].at.y);
    hubs.iter().filter(|asset| !tried.shut.contains(asset)).for_each(|asset| drawing.dot(place_of(asset)));
    tried.shut.iter().for_each(|asset| drawing.cross(place_of(asset)));
    for (i, (site, _)) in tried.sites.iter().enumerate() {
        drawing.disc(at(site.x, site.y), letter(i), [0x80, 0x16, 0x50]);
    }
    drawing
}

/// A line without the points that lie within half a unit of the one before.
fn thinned(points: impl Iterator<Item = [f64; 2]>) -> Vec<[f64; 2]> {
    let mut kept: Vec<[f64; 2]> = Vec::new();
    let mut last = None;
    for point in points {
        last = Some(point);
        let near = |known: &[f64; 2]| (known[0] - point[0]).hypot(known[1] - point[1]) < 0.5;
        if !kept.last().is_some_and(near) {
            kept.push(point);
        }
    }
    // A ring ends where it began.
    if let (Some(last), Some(known)) = (last, kept.last())
        && *known != last
    {
        kept.push(last);
    }
    kept
}
