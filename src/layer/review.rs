//! One printable page about a patch, for its coordinator: who lives there, who can't reach what, who is not
//! met, what people say, and what changed. Made from layers alone, so it shows what they show.

use super::{Layer, Value, csv};
use crate::place::Place;

/// Gaps named on the page; the rest are counted.
const GAPS: usize = 8;
/// Width of the picture of rates, in its own units.
const WIDTH: f64 = 360.0;

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
    for standard in &place.standards {
        if let Some(rows) = layer(&format!("gaps-{}", standard.key)) {
            body += &gaps(&rows, &standard.title, patch);
        }
    }
    let mut first = true;
    for rows in starting("reach-") {
        if first {
            body += "<h2>Who is met</h2><p>People met per 1,000 residents of the group, in the whole time. The bar is \
                     what chance allows (95 %); the line is the rate of everybody in the place.</p>";
            body += &changed(&rows, patch);
            first = false;
        }
        body += &reach(place, &rows, patch);
    }
    if let Some(rows) = layer("themes") {
        body += &themes(&rows, patch);
    }
    if let Some(rows) = layer("evidence") {
        body += &evidence(&rows, patch);
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
    for group in &place.groups {
        let Some(members) = rows.number(at, &format!("residents_{}", group.key)) else { continue };
        let share = if all > 0.0 { members / all * 100.0 } else { 0.0 };
        if dimension == group.dimension {
            out += "; ";
        } else {
            dimension = &group.dimension;
            out += &format!("<br><strong>{}:</strong> ", escaped(&group.dimension_label));
        }
        out += &format!("{} {} ({share:.0}&nbsp;%)", escaped(&group.label), thousands(members as i64));
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

fn gaps(rows: &Rows<'_>, title: &str, patch: &str) -> String {
    let mut here = rows.find(&[("patch_id", patch)]);
    if here.is_empty() {
        return String::new();
    }
    here.sort_by(|a, b| {
        let of = |row: &usize| rows.number(*row, "residents").unwrap_or(0.0);
        of(b).total_cmp(&of(a)).then(a.cmp(b))
    });
    let streets = |at: usize| {
        let words = rows.text(at, "streets");
        words.split("; ").take(4).collect::<Vec<_>>().join("; ")
    };
    let lines: Vec<Vec<String>> = here
        .iter()
        .take(GAPS)
        .map(|&at| {
            vec![streets(at), rows.text(at, "residents"), rows.text(at, "cause"), rows.text(at, "minutes_median")]
        })
        .collect();
    let more = here.len().saturating_sub(GAPS);
    let rest = if more > 0 { format!("<p class=small>and {more} smaller</p>") } else { String::new() };
    let caption = format!("Gaps: {}", escaped(title));
    table(&caption, &["Streets", "residents", "cause", "middle walk, minutes"], &lines) + &rest
}

/// What the last whole quarter is like beside the same quarter a year before.
fn changed(rows: &Rows<'_>, patch: &str) -> String {
    let here = rows.find(&[("patch_id", patch), ("group", "all")]);
    let Some(&ever) = here.iter().find(|row| rows.is(**row, "period", "all")) else { return String::new() };
    let quarters: Vec<usize> = here.into_iter().filter(|row| !rows.is(*row, "period", "all")).collect();
    let [.., before, last] = quarters.as_slice() else { return String::new() };
    let mut out = format!(
        "<p>{} people met in {}, {} in the quarter before.",
        rows.text(*last, "met"),
        rows.text(*last, "period_name"),
        rows.text(*before, "met")
    );
    if let (Some(ratio), Some(low), Some(high)) =
        (rows.number(ever, "trend"), rows.number(ever, "trend_low"), rows.number(ever, "trend_high"))
    {
        let word = if low > 1.0 {
            "more"
        } else if high < 1.0 {
            "fewer"
        } else {
            "no fewer or more beyond chance"
        };
        out += &format!(" Beside the same quarter a year before: {word} ({ratio:.2} times, {low:.2} to {high:.2}).");
    }
    if let Some(first) = rows.number(*last, "first_time_share") {
        out += &format!(" {:.0}&nbsp;% of them had not been met before.", first * 100.0);
    }
    if let Some(top) = rows.number(ever, "top_tenth_share") {
        out += &format!(" One person in ten had {:.0}&nbsp;% of all contacts.", top * 100.0);
    }
    out + "</p>"
}

fn reach(place: &Place, rows: &Rows<'_>, patch: &str) -> String {
    let mut here = rows.find(&[("patch_id", patch), ("period", "all")]);
    // Everybody, then the groups in the order of the place, then those of whom it was not recorded.
    let order = |row: &usize| match rows.value(*row, "group") {
        Value::Text(key) if key == "all" => 0,
        Value::Text(key) => place.groups.iter().position(|group| group.key == *key).map_or(usize::MAX, |at| at + 1),
        _ => usize::MAX,
    };
    here.sort_by_key(order);
    let everywhere = rows.find(&[("patch_id", "all"), ("period", "all"), ("group", "all")]);
    let usual = everywhere.first().and_then(|row| rows.number(*row, "rate"));
    let rates: Vec<usize> = here.iter().copied().filter(|row| rows.number(*row, "residents").is_some()).collect();
    let most = rates.iter().filter_map(|row| rows.number(*row, "rate_high")).chain(usual).fold(1.0, f64::max);
    let scale = WIDTH / most;
    let height = rates.len() as f64 * 22.0 + 6.0;
    let mut picture = String::new();
    for (i, &at) in rates.iter().enumerate() {
        let y = i as f64 * 22.0 + 14.0;
        picture += &format!(
            "<text x=\"0\" y=\"{:.0}\" font-size=\"12\">{}</text>",
            y + 4.0,
            short(&rows.text(at, "group_name"))
        );
        let (rate, low, high) = (rows.number(at, "rate"), rows.number(at, "rate_low"), rows.number(at, "rate_high"));
        if let (Some(rate), Some(low), Some(high)) = (rate, low, high) {
            let colour = if rows.is(at, "flag", "met less") { "#8c1d18" } else { "#1f5f8b" };
            picture += &format!(
                "<line x1=\"{:.1}\" x2=\"{:.1}\" y1=\"{y}\" y2=\"{y}\" stroke=\"{colour}\" stroke-width=\"6\" \
                 stroke-opacity=\".45\"/><circle cx=\"{:.1}\" cy=\"{y}\" r=\"4.5\" fill=\"{colour}\"/>",
                260.0 + low * scale,
                260.0 + high * scale,
                260.0 + rate * scale
            );
        } else {
            picture += &format!("<text x=\"264\" y=\"{:.0}\" font-size=\"12\">hidden</text>", y + 4.0);
        }
    }
    if let Some(usual) = usual {
        let x = 260.0 + usual * scale;
        picture += &format!(
            "<line x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"2\" y2=\"{height:.0}\" stroke=\"#444\" stroke-dasharray=\"3 3\"/>"
        );
    }
    let lines: Vec<Vec<String>> = here
        .iter()
        .map(|&at| {
            let flag = rows.text(at, "flag");
            let flag = if flag == "met less" { "<span class=less>met less</span>".to_owned() } else { flag };
            let range = |name: &str| match rows.number(at, &format!("{name}_low")) {
                Some(_) => {
                    format!("{} to {}", rows.text(at, &format!("{name}_low")), rows.text(at, &format!("{name}_high")))
                }
                None => rows.text(at, &format!("{name}_low")),
            };
            vec![
                rows.text(at, "group_name"),
                rows.text(at, "residents"),
                rows.text(at, "met"),
                rows.text(at, "rate"),
                range("rate"),
                range("ratio"),
                rows.text(at, "to_meet"),
                format!("{flag}<br>{}", rows.text(at, "standing")),
            ]
        })
        .collect();
    let title = rows.0.title.trim_start_matches("Reach: ");
    format!(
        "<h3>{}</h3><svg role=\"img\" viewBox=\"0 0 640 {height:.0}\" aria-label=\"Rates of people met by group with intervals; \
         the table below has the same numbers\">{picture}</svg>{}",
        escaped(title),
        table(
            "Met and still to meet",
            &[
                "Group",
                "residents",
                "met",
                "per 1,000",
                "95 %",
                "representation, 95 %",
                "still to meet",
                "beyond chance; near?"
            ],
            &lines
        )
    )
}

/// A label short enough for the picture.
fn short(words: &str) -> String {
    const MOST: usize = 36;
    if words.chars().count() <= MOST { words.to_owned() } else { words.chars().take(MOST - 1).chain(['…']).collect() }
}

fn themes(rows: &Rows<'_>, patch: &str) -> String {
    let mut here = rows.find(&[("patch_id", patch), ("group", "all")]);
    here.sort_by(|a, b| {
        let of = |row: &usize| rows.number(*row, "records").unwrap_or(0.0);
        of(b).total_cmp(&of(a)).then(a.cmp(b))
    });
    let lines: Vec<Vec<String>> = here
        .into_iter()
        .take(10)
        .map(|at| {
            let odds = match rows.number(at, "odds_ratio") {
                Some(_) => format!("{} times", rows.text(at, "odds_ratio")),
                None => rows.text(at, "odds_ratio"),
            };
            vec![
                rows.text(at, "theme"),
                rows.text(at, "records"),
                format!("{} ({odds})", rows.text(at, "stands_out")),
                rows.text(at, "rising"),
                rows.text(at, "residents_without_answer"),
            ]
        })
        .collect();
    let titles = ["Theme", "records", "more than elsewhere?", "rising?", "residents with none near"];
    format!("<h2>What people raise</h2>{}", table("The ten themes raised most", &titles, &lines))
}

fn evidence(rows: &Rows<'_>, patch: &str) -> String {
    let Some(&at) = rows.find(&[("patch_id", patch)]).first() else { return String::new() };
    let lines: Vec<Vec<String>> = super::evidence::MARKS
        .iter()
        .map(|(name, title, what)| {
            let status = match rows.value(at, &format!("{name}_status")) {
                Value::Text(words) => words.as_str(),
                _ => "",
            };
            let shown = match status {
                "no evidence recorded" => status.to_owned(),
                "shown" => rows.text(at, name),
                _ => "not shown, to protect people".to_owned(),
            };
            vec![(*title).to_owned(), shown, (*what).to_owned()]
        })
        .collect();
    let table = table("Six marks, each for itself", &["Mark", "evidence", "what is counted"], &lines);
    format!("<h2>Evidence of a mobilised community</h2>{table}")
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
