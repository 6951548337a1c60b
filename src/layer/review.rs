//! One printable page about a patch, for its coordinator: who lives there, who can't reach what, who is not
//! met, what people say, and what changed. Made from layers alone, so it shows what they show.

mod gaps;
mod people;

use super::{Layer, Value, csv};
use crate::place::{Place, reading_order};

/// The rows of a layer, by the names of fields.
struct Rows<'l>(&'l Layer);

impl<'l> Rows<'l> {
    fn value(&self, row: usize, field: &str) -> &'l Value {
        let at = self.0.fields.iter().position(|own| own.name == field);
        at.and_then(|at| self.0.features.get(row)?.values.get(at)).unwrap_or(&Value::Null)
    }

    fn is(&self, row: usize, field: &str, words: &str) -> bool {
        matches!(self.value(row, field), Value::Text(own) if own == words)
    }

    fn number(&self, row: usize, field: &str) -> Option<f64> {
        match self.value(row, field) {
            Value::Integer(number) => Some(*number as f64),
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// As people read it: `[c]` where it is hidden, a dash where there is nothing to say.
    fn text(&self, row: usize, field: &str) -> String {
        match self.value(row, field) {
            Value::Null if self.is(row, "status", "confidential") => "[c]".to_owned(),
            Value::Null => "–".to_owned(),
            Value::Integer(number) => thousands(*number),
            other => escaped(&csv::plain(other)),
        }
    }

    fn find(&self, wanted: &[(&str, &str)]) -> Vec<usize> {
        let fits = |row: &usize| wanted.iter().all(|(field, words)| self.is(*row, field, words));
        (0..self.0.features.len()).filter(fits).collect()
    }
}

/// The page of a patch; `None` when the place has no such patch.
#[must_use]
pub fn page(place: &Place, layers: &[&Layer], patch: &str) -> Option<String> {
    let about = place.patches.iter().find(|own| own.key == patch)?;
    let layer = |id: &str| layers.iter().find(|layer| layer.id == id).map(|layer| Rows(layer));
    let starting =
        |start: &'static str| layers.iter().filter(move |layer| layer.id.starts_with(start)).map(|l| Rows(l));
    let name = escaped(&about.name);
    let mut body = format!("<p class=place>{}</p><h1>{name}</h1>", escaped(&place.name));
    for notice in layers.first().map_or(&[] as &[String], |layer| layer.credits.notices.as_slice()) {
        body += &format!("<p class=notice>{}</p>", escaped(notice));
    }
    if let Some(rows) = layer("patches") {
        body += &residents(place, &rows, patch);
        body += &coverage(place, &rows, patch);
    }
    body += &gaps::gaps(place, &layer, patch);
    let mut first = true;
    for rows in starting("reach-") {
        if first {
            body += &people::changed(place, &starting("reach-").collect::<Vec<_>>(), layer("themes").as_ref(), patch);
            body += "<h2>Who is met</h2><p>People met per 1,000 residents of the group, in the whole time. The bar is \
                     what chance allows (95 %); the line is the rate of everybody in the place. A dash stands where a \
                     number rests on one that is hidden, or does not apply.</p>";
            first = false;
        }
        body += &people::reach(place, &rows, patch);
    }
    if let Some(rows) = layer("themes") {
        body += &people::themes(&rows, patch);
    }
    if let Some(rows) = layer("evidence") {
        body += &people::evidence(&rows, patch);
    }
    body += &sources(layers);
    Some(format!(
        "<!doctype html>\n<html lang=\"en-GB\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{name}: review</title><style>{STYLE}</style></head><body><main>{body}</main>\
         </body></html>\n"
    ))
}

const STYLE: &str = "body{font:15px/1.4 system-ui,sans-serif;color:#1a1a1a;background:#fff;margin:0}main{max-width:62rem;\
margin:0 auto;padding:1.2rem}h1{margin:.1rem 0 .4rem;font-size:1.9rem}h2{font-size:1.15rem;margin:1.3rem 0 .3rem;\
border-bottom:2px solid #1f5f8b}h3{font-size:1rem;margin:.9rem 0 .2rem}.place{margin:0;color:#444}.notice{background:#fff4d6;\
border-left:4px solid #9a6b00;padding:.3rem .6rem;margin:.3rem 0}table{border-collapse:collapse;width:100%;margin:.3rem 0}\
th,td{text-align:right;padding:.2rem .5rem;border-bottom:1px solid #ccc;vertical-align:top}th:first-child,td:first-child,\
.l{text-align:left}caption{text-align:left;font-weight:600;padding:.2rem 0}.less{font-weight:700;color:#8c1d18}\
.small{font-size:.85rem;color:#444}svg{max-width:100%;height:auto}@media print{main{padding:0;max-width:none}body{font-size:\
11px}h2{break-after:avoid}table,svg{break-inside:avoid}@page{size:A4;margin:12mm}}";

fn row(cells: &[String], tag: &str) -> String {
    let cells: String = cells
        .iter()
        .enumerate()
        .map(|(i, cell)| match (tag, i) {
            ("th", _) => format!("<th scope=col>{cell}</th>"),
            (_, 0) => format!("<th scope=row>{cell}</th>"),
            _ => format!("<td>{cell}</td>"),
        })
        .collect();
    format!("<tr>{cells}</tr>")
}

fn table(caption: &str, titles: &[&str], rows: &[Vec<String>]) -> String {
    let titles: Vec<String> = titles.iter().map(|&title| title.to_owned()).collect();
    let body: String = rows.iter().map(|cells| row(cells, "td")).collect();
    format!("<table><caption>{caption}</caption><thead>{}</thead><tbody>{body}</tbody></table>", row(&titles, "th"))
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
            if rows.0.fields.iter().any(|own| own.name == name) { name } else { other }
        };
        let share =
            rows.number(at, &field("covered_share")).map_or("–".to_owned(), |s| format!("{:.0}&nbsp;%", s * 100.0));
        let covered = rows.text(at, &field("covered_residents"));
        vec![escaped(&standard.title), covered, share, rows.text(at, &field("minutes_median"))]
    };
    let lines: Vec<Vec<String>> = place.standards.iter().map(line).collect();
    if lines.is_empty() {
        return String::new();
    }
    format!(
        "<h2>What people can walk to</h2>{}",
        table("Residents covered by each standard", &["Standard", "covered", "share", "middle walk, minutes"], &lines)
    )
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
         other counts of people met are rounded. Sources: {}.</p>",
        words.join("; ")
    )
}

fn thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = if number < 0 { "−".to_owned() } else { String::new() };
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn escaped(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
