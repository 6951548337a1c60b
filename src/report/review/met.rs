//! The part of the page about who is met: each group with its rate as a picture and in numbers.

use super::{Title, head, row};
use crate::layer::Value;
use crate::place::{Basis, Place, reading_order};
use crate::report::rows::Rows;
use crate::text::{escaped, thousands};

/// Width of the picture of a rate, in its own units.
const WIDTH: f64 = 160.0;

const TITLES: [Title<'static>; 8] = [
    Title::Words("Group"),
    Title::Number("residents"),
    Title::Number("met"),
    Title::Picture("rate"),
    Title::Number("per 1,000 (95 %)"),
    Title::Number("representation (95 %)"),
    Title::Number("still to meet"),
    Title::Words("in words"),
];

/// Everybody of the patch and each group, in the whole time.
pub(super) fn met(place: &Place, dimensions: &[Rows<'_>], patch: &str) -> String {
    const HEADING: &str = "<h2>Who is met</h2>";
    let Some(first) = dimensions.first() else {
        if !place.engagement.is_empty() {
            return format!(
                "{HEADING}<p>Who is met, what people raise and what changed is not shown: the counts could not be \
                 protected, so that nothing of them is published. patchwork check says why and what to do.</p>"
            );
        }
        return format!(
            "{HEADING}<p>There are no engagement records here yet, so nothing can be said of who is met, of what people \
             raise, or of what changed. Records of sessions, visits and conversations, without names, are added under \
             [[engagement]] in place.toml.</p>"
        );
    };
    let of_all = |patch: &str| first.find(&[("patch_id", patch), ("period", "all"), ("group", "all")]).first().copied();
    let whole = of_all("all").filter(|row| first.number(*row, "rate").is_some());
    let usual = whole.and_then(|row| first.number(row, "rate"));
    let Some(everybody) = of_all(patch) else {
        return format!("{HEADING}<p>The records say nothing of this patch.</p>");
    };
    let elsewhere = whole.map_or(String::new(), |row| {
        format!(" In the whole place {} of 1,000 residents are met.", first.text(row, "rate"))
    });
    if first.number(everybody, "met") == Some(0.0) {
        return format!(
            "{HEADING}<p>Nobody who lives here is in the records yet.{elsewhere} It may be that nobody was met, or that \
             nobody wrote down where people live.</p>"
        );
    }
    let shown = |rows: &Rows<'_>| {
        rows.find(&[("patch_id", patch), ("period", "all")]).into_iter().any(|row| rows.number(row, "met") > Some(0.0))
    };
    if !dimensions.iter().any(shown) {
        return format!(
            "{HEADING}<p>The numbers of this patch are hidden: they, or those of a patch beside it, are so small that \
             somebody could be recognised.{elsewhere} Numbers appear here when more people are met.</p>"
        );
    }
    let counted = match place.engagement.basis {
        Basis::People => "People met, each counted once,",
        Basis::Attendances => "Attendances (the records cannot tell people apart)",
    };
    let places = reading_order(place.groups.as_slice());
    let in_order = |rows: &Rows<'_>| {
        let mut here = rows.find(&[("patch_id", patch), ("period", "all")]);
        here.sort_by_key(|row| place_in_list(place, &places, rows, *row));
        here.retain(|row| !["all", "not_recorded", "unmatched"].iter().any(|other| rows.is(*row, "group", other)));
        here
    };
    let groups: Vec<(&Rows<'_>, Vec<usize>)> = dimensions.iter().map(|rows| (rows, in_order(rows))).collect();
    let highest = |rows: &Rows<'_>, row: usize| rows.number(row, "rate_high").unwrap_or(0.0);
    let most = groups.iter().flat_map(|(rows, here)| here.iter().map(|row| highest(rows, *row)));
    let most = most.chain([highest(first, everybody)]).chain(usual).fold(1.0, f64::max);
    let scale = Scale { most, usual };
    let body: String = groups
        .iter()
        .filter(|(_, here)| !here.is_empty())
        .map(|(rows, here)| {
            let lines: String = here.iter().map(|at| row(&TITLES, &line(rows, *at, &scale))).collect();
            format!("<tbody>{}{lines}</tbody>", part(rows, patch))
        })
        .collect();
    format!(
        "{HEADING}<p>{counted} in the whole time. In the picture, from 0 to {} per 1,000, the dot is the rate, the bar what \
         chance allows (95&nbsp;%), and the dashed line the rate of everybody in the place{}. Representation is the share of \
         those met ÷ the share of residents; 1 is parity. As others: no difference beyond chance. Near: within 15 minutes’ walk of where \
         people are met.</p>\
         <table><caption>Met and still to meet</caption>{}<tbody>{}</tbody>{body}</table>",
        thousands(most.ceil() as i64),
        usual.map_or(String::new(), |rate| format!(" ({rate})")),
        head(&TITLES),
        row(&TITLES, &line(first, everybody, &scale)),
    )
}

/// The heading of a dimension: of how many it was not recorded.
fn part(rows: &Rows<'_>, patch: &str) -> String {
    let title = rows.layer.id.dimension().map_or("", |(_, label)| label);
    let all = rows.find(&[("patch_id", patch), ("period", "all"), ("group", "all")]);
    let of = |group: &str| rows.find(&[("patch_id", patch), ("period", "all"), ("group", group)]).first().copied();
    let share = all.first().and_then(|row| rows.number(*row, "not_recorded_share"));
    let not_recorded = match (of("not_recorded").map(|row| rows.text(row, "met")), share) {
        (None, _) => "recorded for everybody met in the place".to_owned(),
        (Some(count), Some(share)) => format!("not recorded for {count} of those met ({:.0}&nbsp;%)", share * 100.0),
        (Some(count), None) => format!("not recorded for {count} of those met"),
    };
    let unmatched = of("unmatched").map(|row| rows.text(row, "met")).filter(|count| count != "0");
    let unmatched = unmatched.map_or(String::new(), |count| format!("; {count} in none of these groups"));
    format!(
        "<tr class=part><th colspan={} scope=rowgroup>{} <span>{not_recorded}{unmatched}</span></th></tr>",
        TITLES.len(),
        escaped(title)
    )
}

fn line(rows: &Rows<'_>, at: usize, scale: &Scale) -> Vec<String> {
    let with_range = |name: &str| match rows.range(at, name) {
        Some(range) => format!("{} ({range})", rows.text(at, name)),
        None => rows.text(at, name),
    };
    vec![
        rows.text(at, "group_name"),
        rows.text(at, "residents"),
        rows.text(at, "met"),
        scale.picture(rows, at),
        with_range("rate"),
        with_range("ratio"),
        rows.text(at, "to_meet"),
        in_words(rows, at, scale.usual),
    ]
}

/// "met less, though near".
fn in_words(rows: &Rows<'_>, at: usize, usual: Option<f64>) -> String {
    let too_far = rows.is(at, "standing", "too far");
    if rows.is(at, "flag", "met less") {
        let near = match (too_far, rows.is(at, "standing", "near but unreached")) {
            (true, _) => ": most live too far",
            (_, true) => ", though near",
            _ => "",
        };
        let unless = if may_not_hold(rows, at, usual) { "; may not hold if the not recorded were known" } else { "" };
        return format!("<strong class=less>met less</strong>{near}{unless}");
    }
    let words = match rows.value(at, "flag") {
        Value::Text(flag) if flag == "met more" => "met more",
        Value::Text(_) => "as others",
        _ if rows.text(at, "met") == "[c]" => "hidden",
        _ => "–",
    };
    if too_far { format!("{words}; most live too far") } else { words.to_owned() }
}

/// Whether the group would be met as much as everybody in the place if all those not recorded in the patch were of it.
fn may_not_hold(rows: &Rows<'_>, at: usize, usual: Option<f64>) -> bool {
    let Value::Text(patch) = rows.value(at, "patch_id") else { return false };
    let not_recorded = rows.find(&[("patch_id", patch), ("period", "all"), ("group", "not_recorded")]);
    let most = || {
        let more = rows.number(*not_recorded.first()?, "met")?;
        Some((rows.number(at, "met")? + more) / rows.number(at, "residents")? * 1000.0)
    };
    most().zip(usual).is_some_and(|(most, usual)| most >= usual)
}

/// What the pictures of all rows share.
struct Scale {
    /// The rate at the right end.
    most: f64,
    /// The rate of everybody in the place.
    usual: Option<f64>,
}

impl Scale {
    fn x(&self, rate: f64) -> f64 {
        4.0 + rate / self.most * (WIDTH - 8.0)
    }

    /// A bar from the lower to the upper end of the rate, and a dot at the rate.
    fn picture(&self, rows: &Rows<'_>, at: usize) -> String {
        let [rate, low, high] = ["rate", "rate_low", "rate_high"].map(|name| rows.number(at, name));
        let (Some(rate), Some(low), Some(high)) = (rate, low, high) else { return rows.text(at, "rate") };
        let colour = if rows.is(at, "flag", "met less") { "#8c1d18" } else { "#1f5f8b" };
        let (from, to, dot) = (self.x(low), self.x(high), self.x(rate));
        let usual = self.usual.map_or(String::new(), |usual| {
            let x = self.x(usual);
            format!("<path d=\"M{x:.1} 0V18\" stroke=\"#444\" stroke-dasharray=\"3 2\"/>")
        });
        format!(
            "<svg viewBox=\"0 0 {WIDTH} 18\" aria-hidden=true>{usual}<path d=\"M{from:.1} 9H{to:.1}\" stroke=\"{colour}\" \
             stroke-width=\"6\" stroke-opacity=\".45\"/><circle cx=\"{dot:.1}\" cy=\"9\" r=\"4\" fill=\"{colour}\"/></svg>"
        )
    }
}

/// Where the row of a group stands in a list that people read: everybody, then the groups, then those of whom it was not
/// recorded.
pub(super) fn place_in_list(place: &Place, places: &[usize], rows: &Rows<'_>, row: usize) -> usize {
    match rows.value(row, "group") {
        Value::Text(key) if key == "all" => 0,
        Value::Text(key) => {
            let at = place.groups.iter().position(|group| group.key == *key);
            at.and_then(|at| places.get(at)).map_or(usize::MAX, |at| at + 1)
        }
        _ => usize::MAX,
    }
}
