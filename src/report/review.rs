//! One printable page about a patch, for its coordinator: who lives there, who can't reach what, who is not
//! met, what people say, and what changed. Made from layers and from what streets lack, so it shows what they show.

mod boundary;
mod changed;
mod gaps;
mod heard;
mod met;

use super::rows::Rows;
use crate::layer::{Layer, Value};
use crate::measure::Missing;
use crate::place::{Place, reading_order};
use crate::text::{escaped, thousands};

impl Rows<'_> {
    /// As people read it on the page: `[c]` where it is hidden, a dash where there is nothing to say.
    fn text(&self, row: usize, field: &str) -> String {
        match self.value(row, field) {
            Value::Text(words) => escaped(words),
            _ => self.words(row, field, "–"),
        }
    }

    /// Both ends of an interval.
    fn range(&self, row: usize, name: &str) -> Option<String> {
        let [low, high] = ["low", "high"].map(|end| format!("{name}_{end}"));
        self.number(row, &low)?;
        Some(format!("{} to {}", self.text(row, &low), self.text(row, &high)))
    }
}

/// The page of a patch; `None` when the place has no such patch.
///
/// * `missing`: which streets of the place lack what.
#[must_use]
pub fn page(place: &Place, layers: &[&Layer], missing: &[Missing], patch: &str) -> Option<String> {
    let (index, about) = place.patches.enumerate().find(|(_, own)| own.key == patch)?;
    let layer = |id: &str| layers.iter().find(|layer| layer.id.kind() == id).map(|layer| Rows::new(layer));
    let reach: Vec<Rows<'_>> =
        layers.iter().filter(|layer| layer.id.kind() == "reach").map(|layer| Rows::new(layer)).collect();
    let name = escaped(&about.name);
    let mut body = format!("<p class=place>{}</p><h1>{name}</h1>", escaped(&place.name));
    for notice in layers.first().map_or(&[] as &[String], |layer| layer.credits.notices.as_slice()) {
        body += &format!("<p class=notice>{}</p>", escaped(notice));
    }
    if let Some(rows) = layer("patches") {
        body += &residents(place, &rows, patch);
        body += &coverage(place, &rows, patch);
    }
    body += &gaps::gaps(place, missing, index);
    body += &changed::changed(
        place,
        &reach,
        layer("themes").as_ref(),
        (layer("patch-changes").as_ref(), layer("moved-homes").as_ref()),
        patch,
    );
    body += &met::met(place, &reach, patch);
    let themes = (!reach.is_empty()).then(|| heard::themes(place, layer("themes").as_ref(), patch));
    let heard = [themes, layer("evidence").map(|rows| heard::evidence(&rows, patch))];
    let heard: String = heard.into_iter().flatten().map(|part| format!("<section>{part}</section>")).collect();
    body += &format!("<div class=two>{heard}</div>{}", sources(layers));
    Some(format!(
        "<!doctype html>\n<html lang=\"en-GB\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"><title>{name}: review</title><style>{STYLE}</style></head>\
         <body><main>{body}</main></body></html>\n"
    ))
}

/// Read on a phone, a row of a table is a card of its own; on paper the page is two sides of A4.
pub(super) const STYLE: &str = "body{font:15px/1.4 system-ui,sans-serif;color:#1a1a1a;background:#fff;margin:0;\
overflow-wrap:anywhere}main{max-width:66rem;\
margin:0 auto;padding:1.2rem}h1{margin:.1rem 0 .4rem;font-size:1.9rem}h2{font-size:1.15rem;margin:1.3rem 0 .3rem;\
border-bottom:2px solid #1f5f8b}p,ul{margin:.3rem 0}ul{padding-left:1.2rem}.place{margin:0;color:#444}.notice{background:\
#fff4d6;border-left:4px solid #9a6b00;padding:.3rem .6rem}table{border-collapse:collapse;width:100%;margin:.3rem 0}\
th,td{text-align:right;padding:.2rem .5rem;border-bottom:1px solid #ccc;vertical-align:top}th:first-child,td:first-child,\
th.l,td.l{text-align:left}th[scope=row]{font-weight:600}td{white-space:nowrap}th{overflow-wrap:normal}td.l{\
white-space:normal}caption{text-align:left;font-weight:600;padding:.2rem 0}.part th{\
background:#eef3f7}.part span{font-weight:400}.less{color:#8c1d18}.small{font-size:.85rem;color:#444}svg{display:block;\
width:9rem;height:1.1rem;margin-left:auto}.two{display:grid;grid-template-columns:1fr 1fr;gap:0 1.5rem}\
@media screen and (max-width:48rem){td{white-space:normal}main{padding:.8rem}.two{display:block}thead{position:absolute;width:1px;height:1px;\
overflow:hidden;clip-path:inset(50%)}table,tbody,caption{display:block}tr{display:flex;flex-wrap:wrap;gap:0 1rem;\
padding:.4rem 0;border-bottom:1px solid #ccc}th,td,th.l,td.l{display:block;border:0;padding:0;text-align:left}\
th[scope=row],td.l,td.p,.part th{flex-basis:100%}td[data-t]::before{content:attr(data-t) \": \";color:#444}td.p::before{display:none}\
svg{margin:.2rem 0}}\
@media print{.back{display:none}main{padding:0;max-width:none}body{font-size:10px;line-height:1.22}h1{font-size:1.2rem}h2{font-size:.85rem;\
margin:.5rem 0 .1rem;break-after:avoid}h2+p{break-after:avoid}th,td{padding:.05rem .3rem}tr{break-inside:avoid}svg{height:.7rem;width:6.5rem}.notice{padding:.1rem .4rem}\
.small{font-size:8.5px}@page{size:A4;margin:10mm}}";

/// The title of a column: of numbers, of words, which begin at the left, or of pictures.
#[derive(Clone, Copy)]
pub(super) enum Title<'t> {
    Number(&'t str),
    Words(&'t str),
    Picture(&'t str),
}

impl Title<'_> {
    fn words(&self) -> (&str, &'static str) {
        match self {
            Self::Number(words) => (words, ""),
            Self::Words(words) => (words, " class=l"),
            Self::Picture(words) => (words, " class=p"),
        }
    }
}

/// The titles of a table, as its head. The roles say what a screen reader must know even where a row is drawn as a card.
fn head(titles: &[Title<'_>]) -> String {
    let cells: String = titles
        .iter()
        .map(|title| {
            let (words, class) = title.words();
            format!("<th scope=col{class}>{words}</th>")
        })
        .collect();
    format!("<thead><tr>{cells}</tr></thead>")
}

fn row(titles: &[Title<'_>], cells: &[String]) -> String {
    let cells: String = cells
        .iter()
        .zip(titles)
        .enumerate()
        .map(|(i, (cell, title))| match (i, title.words()) {
            (0, _) => format!("<th scope=row>{cell}</th>"),
            (_, (words, class)) => format!("<td{class} data-t=\"{words}\">{cell}</td>"),
        })
        .collect();
    format!("<tr>{cells}</tr>")
}

/// A table with its caption.
pub(super) fn table(caption: &str, titles: &[Title<'_>], rows: &[Vec<String>]) -> String {
    let body: String = rows.iter().map(|cells| row(titles, cells)).collect();
    format!("<table><caption>{caption}</caption>{}<tbody>{body}</tbody></table>", head(titles))
}

fn residents(place: &Place, rows: &Rows<'_>, patch: &str) -> String {
    let Some(&at) = rows.find(&[("patch_id", patch)]).first() else { return String::new() };
    let mut out = format!("<h2>Residents</h2><p><strong>{}</strong> people live here.", rows.text(at, "residents"));
    let all = rows.number(at, "residents").unwrap_or(0.0);
    let mut dimension = "";
    let places = reading_order(place.groups.as_slice());
    let mut groups: Vec<(usize, &crate::place::Group)> = places.into_iter().zip(&place.groups).collect();
    groups.sort_by_key(|(at, _)| *at);
    for (_, group) in groups {
        let Some(members) = rows.number(at, &format!("residents_{}", group.key)) else { continue };
        let share = if all > 0.0 { members / all * 100.0 } else { 0.0 };
        if dimension == group.dimension {
            out += "; ";
        } else {
            dimension = &group.dimension;
            out += &format!("<br><strong>{}:</strong> ", escaped(&group.dimension_label));
        }
        out += &format!("{}: {} ({share:.0}&nbsp;%)", escaped(&group.label), thousands(members as i64));
    }
    out + "</p>"
}

fn coverage(place: &Place, rows: &Rows<'_>, patch: &str) -> String {
    let Some(&at) = rows.find(&[("patch_id", patch)]).first() else { return String::new() };
    let line = |standard: &crate::place::Standard| {
        let key = standard.key.replace('-', "_");
        let field = |end: &str| {
            let name = format!("{key}_{end}");
            let other = format!("{}_{end}", standard.key);
            if rows.column(&name).is_some() { name } else { other }
        };
        let share =
            rows.number(at, &field("covered_share")).map_or("–".to_owned(), |s| format!("{:.0}&nbsp;%", s * 100.0));
        let covered = rows.text(at, &field("covered_residents"));
        vec![escaped(&standard.title), covered, share, rows.text(at, &field("minutes_median"))]
    };
    let lines: Vec<Vec<String>> = place.standards.iter().map(line).collect();
    if lines.is_empty() {
        return "<h2>What people can walk to</h2><p>No standard is set for this place yet, so nothing is said of walks: \
                [[standards]] in place.toml says what should be near.</p>"
            .to_owned();
    }
    let by_bus = place.standards.iter().any(|standard| standard.transit.is_some());
    let [heading, middle] = match by_bus {
        true => ["What people can get to", "middle walk or journey, minutes"],
        false => ["What people can walk to", "middle walk, minutes"],
    };
    let titles = [Title::Words("Standard"), Title::Number("covered"), Title::Number("share"), Title::Number(middle)];
    format!("<h2>{heading}</h2>{}", table("Residents covered by each standard", &titles, &lines))
}

fn sources(layers: &[&Layer]) -> String {
    let mut words: Vec<&str> = Vec::new();
    for layer in layers {
        let credits = &layer.credits;
        for one in credits.attributions.iter().chain(&credits.sources) {
            if !words.contains(&one.as_str()) {
                words.push(one);
            }
        }
    }
    let words: Vec<String> = words.into_iter().map(escaped).collect();
    format!(
        "<p class=small>[c] is hidden to protect people: counts of few, and those from which they could be worked out; \
         other counts of people met are rounded. A dash stands where there is nothing to say, or where it rests on a hidden number. Sources: {}.</p>",
        words.join("; ")
    )
}
