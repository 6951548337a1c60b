//! The part of the page about people: who is met, what they raise, what changed, and the evidence of a mobilised
//! community.

use super::{Rows, escaped, table};
use crate::layer::Value;
use crate::place::{Place, reading_order};

/// Width of the picture of rates, in its own units.
const WIDTH: f64 = 360.0;

/// What changed: the last whole quarter beside the one before and beside the same quarter a year before, which has
/// the same season; which groups and themes changed beyond chance.
pub(super) fn changed(place: &Place, dimensions: &[Rows<'_>], themes: Option<&Rows<'_>>, patch: &str) -> String {
    let Some(rows) = dimensions.first() else { return String::new() };
    let here = rows.find(&[("patch_id", patch), ("group", "all")]);
    let Some(&ever) = here.iter().find(|row| rows.is(**row, "period", "all")) else { return String::new() };
    let quarters: Vec<usize> = here.into_iter().filter(|row| !rows.is(*row, "period", "all")).collect();
    let [.., before, last] = quarters.as_slice() else { return String::new() };
    let mut out = format!(
        "<h2>What changed since the last quarter</h2><p>{} people met in {}, {} in the quarter before.",
        rows.text(*last, "met"),
        rows.text(*last, "period_name"),
        rows.text(*before, "met")
    );
    if let Some((ratio, low, high)) = trend(rows, ever) {
        let word = if low > 1.0 {
            "more"
        } else if high < 1.0 {
            "fewer"
        } else {
            "no fewer or more beyond chance"
        };
        out += &format!(" Beside the same quarter a year before: {word} ({ratio:.2} times, {low:.2} to {high:.2}).");
        out += &of_groups(place, dimensions, patch);
    }
    if let Some(first) = rows.number(*last, "first_time_share") {
        out += &format!(" {:.0}&nbsp;% of them had not been met before.", first * 100.0);
    }
    if let Some(top) = rows.number(ever, "top_tenth_share") {
        out += &format!(" One person in ten had {:.0}&nbsp;% of all contacts in the whole time.", top * 100.0);
    }
    out += "</p>";
    for (word, title) in [("rising", "Raised more"), ("falling", "Raised less")] {
        let Some(rows) = themes else { continue };
        let found = rows.find(&[("patch_id", patch), ("group", "all"), ("rising", word)]);
        let words: Vec<String> = found.into_iter().map(|row| rows.text(row, "theme")).collect();
        if !words.is_empty() {
            out += &format!("<p>{title} in the last four quarters than in the four before: {}.</p>", words.join("; "));
        }
    }
    out
}

fn trend(rows: &Rows<'_>, row: usize) -> Option<(f64, f64, f64)> {
    Some((rows.number(row, "trend")?, rows.number(row, "trend_low")?, rows.number(row, "trend_high")?))
}

/// Where the row of a group stands in a list that people read: everybody, then the groups, then those of whom it was not
/// recorded.
fn place_in_list(place: &Place, places: &[usize], rows: &Rows<'_>, row: usize) -> usize {
    match rows.value(row, "group") {
        Value::Text(key) if key == "all" => 0,
        Value::Text(key) => {
            let at = place.groups.iter().position(|group| group.key == *key);
            at.and_then(|at| places.get(at)).map_or(usize::MAX, |at| at + 1)
        }
        _ => usize::MAX,
    }
}

/// The groups that changed beyond chance on the same quarter a year before.
fn of_groups(place: &Place, dimensions: &[Rows<'_>], patch: &str) -> String {
    let mut words = Vec::new();
    let mut compared = 0;
    let places = reading_order(place.groups.as_slice());
    for rows in dimensions {
        let mut here = rows.find(&[("patch_id", patch), ("period", "all")]);
        here.sort_by_key(|row| place_in_list(place, &places, rows, *row));
        for row in here {
            let is_group = place.groups.iter().any(|group| rows.is(row, "group", &group.key));
            let Some((ratio, low, high)) = trend(rows, row).filter(|_| is_group) else { continue };
            compared += 1;
            if low > 1.0 || high < 1.0 {
                words.push(format!("{} {ratio:.2} times ({low:.2} to {high:.2})", rows.text(row, "group_name")));
            }
        }
    }
    match (compared, words.as_slice()) {
        (0, _) => String::new(),
        (_, []) => format!(" None of the {compared} groups that can be compared changed beyond chance."),
        _ => format!(" Of {compared} groups that can be compared, these changed: {}.", words.join("; ")),
    }
}

pub(super) fn reach(place: &Place, rows: &Rows<'_>, patch: &str) -> String {
    let mut here = rows.find(&[("patch_id", patch), ("period", "all")]);
    let places = reading_order(place.groups.as_slice());
    here.sort_by_key(|row| place_in_list(place, &places, rows, *row));
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

pub(super) fn themes(rows: &Rows<'_>, patch: &str) -> String {
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

pub(super) fn evidence(rows: &Rows<'_>, patch: &str) -> String {
    let Some(&at) = rows.find(&[("patch_id", patch)]).first() else { return String::new() };
    let lines: Vec<Vec<String>> = crate::layer::evidence::MARKS
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
