//! A page to print for a trustees' meeting: where giving reaches, need against money, cold spots, the
//! evidence behind them, sources. One file of HTML with its pictures inside, without scripts.

use crate::layer::table::count;
use crate::layer::{Feature, Layer, Marker, Value};
use crate::text::{escaped as safe, lower_first as lower};
use std::fmt::Write;

/// Looks of the page: black on white, readable on paper, tables that do not break inside a row.
const STYLE: &str = "body{font:15px/1.45 system-ui,'Segoe UI',Roboto,Arial,sans-serif;color:#1d1d1f;max-width:62rem;margin:0 auto;padding:1.5rem}\
h1{font-size:1.7rem;margin:0 0 .3rem}h2{font-size:1.2rem;margin:1.8rem 0 .5rem;break-after:avoid}p{max-width:48rem;margin:.4rem 0}\
.notice{border-left:.3rem solid #f46a25;padding:.3rem .8rem;background:#f3f5f7;max-width:none}\
table{border-collapse:collapse;width:100%;font-size:.85rem;margin:.5rem 0}th,td{padding:.25rem .6rem .25rem 0;border-bottom:1px solid #c9ccd1;text-align:left;vertical-align:top}\
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}td.n{white-space:nowrap}tr{break-inside:avoid}thead{display:table-header-group}\
.w{overflow-x:auto}.w:focus-visible{outline:3px solid #12436d;outline-offset:2px}svg{max-width:100%;height:auto;break-inside:avoid}.w svg{min-width:36rem}\
@media screen{.w{background:linear-gradient(90deg,#fff .75rem,transparent) left/2rem 100% no-repeat local,linear-gradient(-90deg,#fff .75rem,transparent) right/2rem 100% no-repeat local,linear-gradient(90deg,rgb(0 0 0/.35),transparent) left/.75rem 100% no-repeat,linear-gradient(-90deg,rgb(0 0 0/.35),transparent) right/.75rem 100% no-repeat}}\
@media screen and (max-width:36rem){.w::before{content:'Goes on to the right: scroll sideways \\2192';display:block;position:sticky;left:0;width:max-content;max-width:100%;font-size:.85rem;color:#50545a}}\
@media(forced-colors:active){svg{forced-color-adjust:none;background:#fff}.w{background:none}}\
footer{margin-top:2rem;font-size:.8rem;color:#50545a;border-top:1px solid #c9ccd1}@page{margin:15mm}@media print{.back{display:none}body{padding:0;max-width:none}.w{overflow:visible}.w svg{min-width:0}}";

/// The page out of the layers about giving; nothing when they are not all there.
#[must_use]
pub fn write<'l>(place: &str, find: impl Fn(&str) -> Option<&'l Layer>) -> Option<String> {
    let (patches, total) = (Table(find("giving")?), Table(find("giving-place")?));
    let first = total.0.features.first()?;
    let say = |name: &str| total.words(first, name);
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en-GB\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>Where giving reaches: {0}</title><style>{STYLE}</style></head><body><main>\n<h1>Where giving reaches: {0}</h1>\n",
        safe(place)
    );
    for notice in &patches.0.credits.notices {
        let _ = writeln!(page, "<p class=\"notice\">{}</p>", safe(notice));
    }
    let _ = writeln!(
        page,
        "<p>{} grants to organisations, planned to be spent from {} to {}: <strong>£{}</strong> in all, £{} of it placed in this place and £{} not. \
         That is £{} a year for each resident. {} rows were set aside; {} grants to individuals are counted and not located.</p>\n\
         <p><strong>How sure.</strong> {}</p>",
        say("grants"),
        say("from"),
        say("to"),
        say("money_total"),
        say("money_placed"),
        say("money_unplaced"),
        say("money_per_resident_year"),
        say("set_aside"),
        say("grants_individuals"),
        safe(&say("range_words")),
    );
    page += "<h2>Money for each resident in a year, with its range</h2>\n";
    page += &ranges(&patches);
    page += "<p>The dot spreads each grant by residents over the area its evidence names; the bar holds nine in ten of the \
             seeded draws over what is not known, so a dot may lie at an end of its bar, and the bar is what to go by; the cross puts each grant where the recipient's office is, with its pounds where it lies beyond the picture.</p>\n";
    page += &need(find("giving-need").map(Table), &say("need_words"));
    page += &cold(&patches);
    page += &find("giving-beside").map(|layer| beside(&Table(layer))).unwrap_or_default();
    page += &evidence(&total, first);
    page += &table(&patches);
    page += &footer(patches.0);
    Some(page)
}

/// A layer that is read by the names of its properties.
#[derive(Clone, Copy)]
struct Table<'l>(&'l Layer);

impl Table<'_> {
    fn value<'f>(&self, feature: &'f Feature, name: &str) -> &'f Value {
        let column = self.0.fields.iter().position(|field| field.name == name);
        column.and_then(|column| feature.values.get(column)).unwrap_or(&Value::Null)
    }

    fn number(&self, feature: &Feature, name: &str) -> Option<f64> {
        match self.value(feature, name) {
            Value::Number(number) => Some(*number),
            Value::Integer(number) => Some(*number as f64),
            _ => None,
        }
    }

    /// A value for people: pounds with pennies below a hundred and without above, an en dash for nothing.
    fn words(&self, feature: &Feature, name: &str) -> String {
        match self.value(feature, name) {
            Value::Null | Value::Marked(_) => "–".to_owned(),
            Value::Text(words) => words.clone(),
            Value::Integer(number) => count(usize::try_from(*number).unwrap_or(0)),
            Value::Number(number) if name.starts_with("money") || name.starts_with("amount") => money(*number),
            Value::Number(number) => format!("{number:.2}"),
            Value::Boolean(flag) => if *flag { "yes" } else { "no" }.to_owned(),
            Value::Date(day) => day.format("%-d %B %Y").to_string(),
        }
    }

    fn percent(&self, feature: &Feature, name: &str) -> String {
        self.number(feature, name).map_or_else(|| "–".to_owned(), |share| format!("{:.0} %", share * 100.0))
    }

    /// The features, by a number, the largest first; ties by name.
    fn by(&self, name: &str) -> Vec<&Feature> {
        let mut sorted: Vec<&Feature> = self.0.features.iter().collect();
        let key = |feature: &Feature| self.number(feature, name).unwrap_or(f64::NEG_INFINITY);
        sorted.sort_by(|a, b| key(b).total_cmp(&key(a)).then(a.id.cmp(&b.id)));
        sorted
    }
}

fn money(pounds: f64) -> String {
    if pounds < 100.0 { format!("{pounds:.2}") } else { count(pounds.round() as usize) }
}

/// Patches a page draws; a longer list is for a table.
const MOST_DRAWN: usize = 60;

/// A dot, a bar and a cross for each patch.
fn ranges(patches: &Table<'_>) -> String {
    let rate = "money_per_resident_year";
    let drawn: Vec<&Feature> = patches.by(rate).into_iter().take(MOST_DRAWN).collect();
    let end = |feature: &&Feature| patches.number(feature, &format!("{rate}_high"));
    let most = drawn.iter().filter_map(end).fold(0.0, f64::max);
    if most <= 0.0 {
        return "<p>No money could be placed in any patch.</p>\n".to_owned();
    }
    let (left, width, step) = (230.0, 600.0, 20.0);
    let height = 40.0 + step * drawn.len() as f64;
    let tick = round_step(most / 4.0);
    let ticks = (most / tick).ceil();
    let most = tick * ticks;
    let x = |pounds: f64| left + width * (pounds / most).clamp(0.0, 1.0);
    let mut svg = format!(
        "<div class=\"w\" tabindex=\"0\" role=\"region\" aria-label=\"Money by patch, drawn\"><svg viewBox=\"0 0 900 {height}\" width=\"900\" height=\"{height}\" role=\"img\" aria-label=\"Money for each resident in a year by patch, with ranges; the table below has the same numbers\" font-size=\"12\">\n"
    );
    for nth in 0..=ticks as u32 {
        let pounds = tick * f64::from(nth);
        let at = x(pounds);
        let _ = writeln!(
            svg,
            "<line x1=\"{at:.1}\" y1=\"22\" x2=\"{at:.1}\" y2=\"{height}\" stroke=\"#e3e5e8\"/><text x=\"{at:.1}\" y=\"14\" text-anchor=\"middle\">£{pounds:.2}</text>"
        );
    }
    for (nth, feature) in drawn.iter().enumerate() {
        let y = 36.0 + step * nth as f64;
        let number = |ending: &str| patches.number(feature, &format!("{rate}{ending}")).unwrap_or(0.0);
        let residents = patches.number(feature, "residents").unwrap_or(0.0);
        let (value, total) = (number(""), patches.number(feature, "money").unwrap_or(0.0));
        let years = if value > 0.0 && residents > 0.0 { total / residents / value } else { 0.0 };
        let office = patches.number(feature, "money_office").filter(|_| years > 0.0).map(|m| m / residents / years);
        let _ = write!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text><line x1=\"{:.1}\" y1=\"{y:.1}\" x2=\"{:.1}\" y2=\"{y:.1}\" stroke=\"#12436d\" stroke-width=\"6\" stroke-opacity=\".35\"/><circle cx=\"{:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"#12436d\"/>",
            left - 8.0,
            y + 4.0,
            safe(&patches.words(feature, "name")),
            x(number("_low")),
            x(number("_high")),
            x(value)
        );
        if let Some(pounds) = office {
            let at = x(pounds);
            if pounds > most {
                let _ = write!(
                    svg,
                    "<text x=\"{:.1}\" y=\"{:.1}\" fill=\"#801650\">£{pounds:.2}</text>",
                    at + 8.0,
                    y + 4.0
                );
            }
            let _ = write!(
                svg,
                "<path d=\"M{:.1} {:.1}l8 8m0 -8l-8 8\" stroke=\"#801650\" stroke-width=\"2\"/>",
                at - 4.0,
                y - 4.0
            );
        }
        svg.push('\n');
    }
    let left_out = patches.0.features.len().saturating_sub(drawn.len());
    let more = if left_out > 0 {
        format!("<p>The {left_out} patches with the least are in the table.</p>\n")
    } else {
        String::new()
    };
    svg + "</svg></div>\n" + &more
}

/// The round number next above: 1, 2, 2.5 or 5 times a power of ten.
fn round_step(least: f64) -> f64 {
    let power = 10_f64.powf(least.log10().floor());
    [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|times| times * power).find(|step| *step >= least).unwrap_or(least)
}

/// The concentration curve with its range and the line of equality.
fn need(curve: Option<Table<'_>>, words: &str) -> String {
    let Some(curve) = curve else {
        return "<h2>Need against money</h2>\n<p>The place has no index of deprivation, so need cannot be compared with money.</p>\n".to_owned();
    };
    let point = |feature: &Feature, name: &str| {
        let share = |name| curve.number(feature, name).unwrap_or(0.0);
        format!("{:.1},{:.1}", 60.0 + 340.0 * share("residents_share"), 360.0 - 340.0 * share(name))
    };
    let line = |name: &str| curve.0.features.iter().map(|f| point(f, name)).collect::<Vec<_>>();
    let mut band = line("money_share_low");
    band.extend(line("money_share_high").into_iter().rev());
    format!(
        "<h2>Need against money</h2>\n<p>{} The index is 0 where every neighbourhood has its share, below 0 (to −1) where more goes to \
         the more deprived, and above 0 (to 1) where more goes to the less deprived.</p>\n<svg viewBox=\"0 0 480 410\" width=\"480\" height=\"410\" role=\"img\" aria-label=\"Share of the money against share of residents, from the most deprived\" font-size=\"12\">\n\
         <rect x=\"60\" y=\"20\" width=\"340\" height=\"340\" fill=\"none\" stroke=\"#c9ccd1\"/><polygon points=\"{}\" fill=\"#12436d\" fill-opacity=\".2\"/>\
         <line x1=\"60\" y1=\"360\" x2=\"400\" y2=\"20\" stroke=\"#50545a\" stroke-dasharray=\"4 4\"/><polyline points=\"{}\" fill=\"none\" stroke=\"#12436d\" stroke-width=\"2.5\"/>\
         <text x=\"230\" y=\"395\" text-anchor=\"middle\">Share of residents, the most deprived first</text><text transform=\"translate(24 190) rotate(-90)\" text-anchor=\"middle\">Share of the money</text>\
         <text x=\"60\" y=\"376\" text-anchor=\"middle\">0</text><text x=\"400\" y=\"376\" text-anchor=\"middle\">100 %</text><text x=\"52\" y=\"26\" text-anchor=\"end\">100 %</text></svg>\n\
         <p>Above the broken line, the more deprived have more than their share of the money. The band holds nine draws in ten.</p>\n",
        safe(words),
        band.join(" "),
        line("money_share").join(" ")
    )
}

/// Patches that may be cold, the likeliest first.
fn cold(patches: &Table<'_>) -> String {
    let name = "cold_spot_probability";
    let likely: Vec<&Feature> =
        patches.by(name).into_iter().filter(|f| patches.number(f, name).is_some_and(|p| p >= 0.5)).collect();
    let mut html = "<h2>Cold spots</h2>\n<p>A patch in the lowest fifth of money for its need that also has less than half of what the place gives for the same need.</p>\n".to_owned();
    if likely.is_empty() {
        html += "<p><strong>None can be named:</strong> no patch is one with a probability of a half or more. Where ranges are wide that says only that the files cannot tell.</p>\n";
        return html;
    }
    html += "<div class=\"w\" tabindex=\"0\" role=\"region\" aria-label=\"Cold spots\"><table><thead><tr><th>Patch</th><th class=\"n\">Probability</th><th class=\"n\">£ for need and year</th><th class=\"n\">Range</th><th class=\"n\">Grants</th><th class=\"n\">In the most deprived fifth</th><th class=\"n\">Organisations funded here</th></tr></thead><tbody>\n";
    for feature in likely {
        let w = |name: &str| patches.words(feature, name);
        let _ = writeln!(
            html,
            "<tr><th>{}</th><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{} to {}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
            safe(&w("name")),
            patches.percent(feature, name),
            w("money_for_need_year"),
            w("money_for_need_year_low"),
            w("money_for_need_year_high"),
            w("grants"),
            patches.percent(feature, "deprived_share"),
            w("local_recipients")
        );
    }
    html + "</tbody></table></div>\n"
}

/// Money beside need, whom the standards leave out and who is met, patch by patch.
fn beside(patches: &Table<'_>) -> String {
    let has = |name: &str| patches.0.fields.iter().any(|field| field.name == name);
    let left_out: Vec<(&str, &str)> = patches
        .0
        .fields
        .iter()
        .filter(|field| field.name.ends_with("_uncovered_share"))
        .map(|field| (field.name.as_str(), field.title.trim_end_matches(": share left out")))
        .collect();
    let mut html = "<h2>Money beside need, coverage and reach</h2>\n<p>What each patch has in money, beside how deprived it is, the share of its \
                    residents whom each standard leaves out, and the people met there.</p>\n"
        .to_owned();
    if has("beside") {
        for (said, lead) in [
            ("money but few met", "Money, but few are met (fewer than in the other patches beyond chance)"),
            ("people met but little money", "People are met, but there is little money"),
            ("little money and few met", "Little money, and few are met"),
        ] {
            let here = |feature: &&Feature| *patches.value(feature, "beside") == Value::Text(said.to_owned());
            let names: Vec<String> =
                patches.0.features.iter().filter(here).map(|feature| patches.words(feature, "name")).collect();
            let names = if names.is_empty() { "none that can be told".to_owned() } else { names.join(", ") };
            let _ = writeln!(html, "<p><strong>{lead}:</strong> {}.</p>", safe(&names));
        }
    }
    html += "<div class=\"w\" tabindex=\"0\" role=\"region\" aria-label=\"Money beside people met\"><table><thead><tr><th>Patch</th><th class=\"n\">£ per resident and year</th><th class=\"n\">Range</th><th>Cold spot</th><th class=\"n\">In the most deprived fifth</th>";
    for (_, title) in &left_out {
        let _ = write!(html, "<th class=\"n\">Left out: {}</th>", safe(&lower(title)));
    }
    html += if has("met") { "<th class=\"n\">Met per 1,000</th><th class=\"n\">95 %</th></tr>" } else { "</tr>" };
    html += "</thead><tbody>\n";
    for feature in &patches.0.features {
        let w = |name: &str| safe(&patches.words(feature, name));
        let rate = "money_per_resident_year";
        let _ = write!(
            html,
            "<tr><th>{}</th><td class=\"n\">{}</td><td class=\"n\">{}–{}</td><td>{}</td><td class=\"n\">{}</td>",
            w("name"),
            w(rate),
            w(&format!("{rate}_low")),
            w(&format!("{rate}_high")),
            w("cold_spot"),
            patches.percent(feature, "deprived_share"),
        );
        for (name, _) in &left_out {
            let _ = write!(html, "<td class=\"n\">{}</td>", patches.percent(feature, name));
        }
        if has("met") {
            let hidden = *patches.value(feature, "met") == Value::Marked(Marker::Confidential);
            let end =
                |name: &str| patches.number(feature, name).map_or_else(|| "–".to_owned(), |rate| format!("{rate:.1}"));
            let (rate, low, high) = (end("met_per_1000"), end("met_per_1000_low"), end("met_per_1000_high"));
            let (rate, range) =
                if hidden { ("[c]".to_owned(), "[c]".to_owned()) } else { (rate, format!("{low}–{high}")) };
            let _ = write!(html, "<td class=\"n\">{rate}</td><td class=\"n\">{range}</td>");
        }
        html += "</tr>\n";
    }
    html += "</tbody></table></div>\n";
    if has("met") {
        html += "<p>Counts of people met are protected: [c] is hidden, all others are rounded, and the intervals allow for that.</p>\n";
    }
    html
}

/// What says where the money went, and what could not be placed.
fn evidence(total: &Table<'_>, first: &Feature) -> String {
    let mut html = "<h2>The evidence behind the numbers</h2>\n<table><thead><tr><th>What says where</th><th class=\"n\">£</th></tr></thead><tbody>\n".to_owned();
    let about = |name: &str| {
        name.starts_with("money_unplaced_")
            || matches!(name, "money_point" | "money_area" | "money_delivery" | "money_named" | "money_office_only")
    };
    for field in total.0.fields.iter().filter(|field| about(&field.name)) {
        let _ = writeln!(
            html,
            "<tr><td>{}</td><td class=\"n\">{}</td></tr>",
            safe(&field.title),
            total.words(first, &field.name)
        );
    }
    let say = |name: &str| total.words(first, name);
    let _ = write!(
        html,
        "</tbody></table>\n<p>Between putting each grant at the recipient's office and spreading it over the area it names, £{} ({}) changes its patch. \
         {} gave {} of the money placed; the largest tenth of recipients have {}; {} of the money is in grants of at most £{}.</p>\n",
        say("money_moved"),
        total.percent(first, "money_moved_share"),
        safe(&say("top_funder_name")),
        total.percent(first, "top_funder_share"),
        total.percent(first, "top_tenth_share"),
        total.percent(first, "small_money_share"),
        total.number(first, "small_threshold").map_or_else(|| "–".to_owned(), money)
    );
    html
}

/// Every patch in numbers.
fn table(patches: &Table<'_>) -> String {
    const COLUMNS: [(&str, &str); 9] = [
        ("residents", "Residents"),
        ("money", "£"),
        ("money_low", "£, lower end"),
        ("money_high", "£, upper end"),
        ("money_office", "£ by office"),
        ("money_per_resident_year", "£ per resident and year"),
        ("grants", "Own grants"),
        ("funders", "Funders"),
        ("local_recipients", "Organisations funded here"),
    ];
    let mut html = "<h2>Patches</h2>\n<div class=\"w\" tabindex=\"0\" role=\"region\" aria-label=\"Patches\"><table><thead><tr><th>Patch</th>".to_owned();
    for (_, title) in COLUMNS {
        let _ = write!(html, "<th class=\"n\">{title}</th>");
    }
    html += "<th>Range</th><th>Cold spot</th></tr></thead><tbody>\n";
    for feature in &patches.0.features {
        let w = |name: &str| safe(&patches.words(feature, name));
        let _ = write!(html, "<tr><th>{}</th>", w("name"));
        for (name, _) in COLUMNS {
            let _ = write!(html, "<td class=\"n\">{}</td>", w(name));
        }
        let _ = writeln!(html, "<td>{}</td><td>{}</td></tr>", w("range_word"), w("cold_spot"));
    }
    html + "</tbody></table></div>\n"
}

fn footer(layer: &Layer) -> String {
    let credits = &layer.credits;
    let list = |items: &[String]| safe(&items.join("; "));
    format!(
        "<footer><p>Sources: {}. Licences: {}.</p><p>{}</p><p>Methods: the paragraphs “Giving” and “Need against money” of METHODS.md. \
         Published grants are not all grants.</p></footer>\n</main></body></html>\n",
        list(&credits.sources),
        list(&credits.licences),
        list(&credits.attributions)
    )
}
