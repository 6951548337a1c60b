//! The layouts: one function makes a family of them, a line of the list names each.

use super::sheet::{EVERYBODY, KEY_TITLES, Sheet, Spelling, Truth, ages, ethnic, extra, of, truth};
use super::{Case, Chance};

/// A way of laying a table out.
pub struct Layout {
    pub name: &'static str,
    pub make: fn(&mut Chance) -> Case,
}

macro_rules! layouts {
    ($($name:literal => $make:expr),* $(,)?) => {
        /// All of them.
        pub const LAYOUTS: &[Layout] = &[$(Layout { name: $name, make: $make }),*];
    };
}

layouts! {
    "wide" => |c| wide(c, Wide::default()),
    "wide, total first" => |c| wide(c, Wide { total: At::First, ..Wide::default() }),
    "wide, total last" => |c| wide(c, Wide { total: At::Last, ..Wide::default() }),
    "wide, other columns beside" => |c| wide(c, Wide { extras: 3, ..Wide::default() }),
    "wide, total and other columns" => |c| wide(c, Wide { total: At::First, extras: 4, ..Wide::default() }),
    "wide, percentages beside" => |c| wide(c, Wide { shares: Shares::Beside, ..Wide::default() }),
    "wide, percentages beside and total" => |c| wide(c, Wide { shares: Shares::Beside, total: At::First, ..Wide::default() }),
    "wide, percentages behind" => |c| wide(c, Wide { shares: Shares::Behind, total: At::Last, ..Wide::default() }),
    "wide, percentages without a word" => |c| wide(c, Wide { shares: Shares::Unsaid, total: At::First, ..Wide::default() }),
    "wide, percentages with a sign" => |c| wide(c, Wide { shares: Shares::Sign, ..Wide::default() }),
    "wide, title before each group" => |c| wide(c, Wide { prefix: "Ethnic group: ", total: At::First, ..Wide::default() }),
    "wide, measures behind" => |c| wide(c, Wide { suffix: "; measures: Value", total: At::First, ..Wide::default() }),
    "wide, one odd cell" => |c| wide(c, Wide { odd: true, ..Wide::default() }),
    "wide, one odd cell and total" => |c| wide(c, Wide { odd: true, total: At::Last, ..Wide::default() }),
    "wide, marks beside numbers" => |c| wide(c, Wide { marks: true, ..Wide::default() }),
    "wide, points for thousands" => |c| wide(c, Wide { points: true, total: At::First, ..Wide::default() }),
    "wide, other zones too" => |c| wide(c, Wide { elsewhere: true, ..Wide::default() }),
    "wide, a zone missing" => |c| wide(c, Wide { missing: true, ..Wide::default() }),
    "wide, keys with names" => |c| wide(c, Wide { named_keys: true, total: At::First, ..Wide::default() }),
    "wide, a row of totals below" => |c| wide(c, Wide { bottom: true, ..Wide::default() }),
    "wide, of which" => |c| wide(c, Wide { of_which: true, ..Wide::default() }),
    "wide, total and visits" => |c| wide(c, Wide { visits: true, total: At::First, ..Wide::default() }),
    "wide, visits" => |c| Case { honest: false, ..wide(c, Wide { visits: true, ..Wide::default() }) },
    "wide, perturbed total" => |c| wide(c, Wide { perturbed: true, total: At::First, ..Wide::default() }),
    "wide, a group short of the total" => short_of_total,
    "long" => |c| long(c, Long::default()),
    "long, total among categories" => |c| long(c, Long { total: true, ..Long::default() }),
    "long, total and share beside" => |c| long(c, Long { beside: true, ..Long::default() }),
    "long, percentages beside" => |c| long(c, Long { beside: true, total: true, ..Long::default() }),
    "long, mixed order" => |c| long(c, Long { total: true, mixed: true, ..Long::default() }),
    "long, one odd cell" => |c| long(c, Long { odd: true, ..Long::default() }),
    "long, measure and unit" => |c| long(c, Long { measure: true, ..Long::default() }),
    "long, zones named once" => |c| long(c, Long { once: true, ..Long::default() }),
    "long, other zones too" => |c| long(c, Long { elsewhere: true, total: true, ..Long::default() }),
    "long, families in one column" => |c| two_breakdowns(c, false),
    "outline of a pivot table" => outline,
    "broad groups and details" => |c| details(c, ": ", true, true),
    "broad groups and details, no total" => |c| details(c, ": ", true, false),
    "broad groups and details, long" => |c| details(c, ": ", false, true),
    "subtotals by name" => |c| subtotals(c, true),
    "subtotals by name, long" => |c| subtotals(c, false),
    "details by underscore and total" => |c| details(c, "_", true, true),
    "details by underscore" => |c| Case { honest: false, ..of_which_underscore(c) },
    "persons, males and females" => |c| sexes(c, true),
    "total males, total females" => |c| sexes(c, false),
    "sexes and ages side by side" => |c| two_breakdowns(c, true),
    "ages by sex" => |c| ages_by_sex(c, false),
    "ages by sex and together" => |c| ages_by_sex(c, true),
    "single years by sex" => single_years,
    "Scotland: ages down, sexes across" => scotland,
    "Nomis query" => nomis_query,
    "Nomis, number and per cent below" => nomis_two_rows,
    "England and Wales, long with shares" => |c| long(c, Long { beside: true, measure: true, ..Long::default() }),
    "Northern Ireland, flat list" => |c| wide(c, Wide { total: At::First, extras: 1, named_keys: false, ..Wide::default() }),
    "everybody alone" => everybody_alone,
    "two years side by side" => |c| years(c),
    "percentages alone" => |c| shares_alone(c, 100.0),
    "shares alone" => |c| shares_alone(c, 1.0),
    "households" => households,
    "rows for each sex" => rows_by_sex,
}

/// Where a column stands.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum At {
    #[default]
    Nowhere,
    First,
    Last,
}

#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Shares {
    #[default]
    None,
    Beside,
    Behind,
    Unsaid,
    Sign,
}

#[derive(Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one habit of a table")]
struct Wide {
    total: At,
    shares: Shares,
    extras: usize,
    prefix: &'static str,
    suffix: &'static str,
    odd: bool,
    marks: bool,
    points: bool,
    elsewhere: bool,
    missing: bool,
    named_keys: bool,
    bottom: bool,
    of_which: bool,
    visits: bool,
    perturbed: bool,
}

fn section(dimension: &str) -> String {
    format!("file = \"t.csv\"\ndimension = \"{dimension}\"\n")
}

fn unknown(truth: &Truth, odd: Option<(usize, usize)>, with_total: bool) -> (Vec<Option<f64>>, Vec<Vec<Option<f64>>>) {
    let mut everybody = Truth::known(&truth.totals());
    let mut groups: Vec<Vec<Option<f64>>> = truth.counts.iter().map(|c| Truth::known(c)).collect();
    if let Some((group, zone)) = odd {
        groups[group][zone] = None;
        if !with_total {
            everybody[zone] = None;
        }
    }
    (everybody, groups)
}

const ODD: &[&str] =
    &["*", "[c]", "#REF!", "n/k", "TBC", "(12)", "..", "<5", "12-15", "#VALUE!", "unknown", ">10", "1.2.3", "?"];

fn mark(chance: &mut Chance, number: &str) -> String {
    match chance.below(8) {
        0 => format!("{number} [r]"),
        1 => format!("{number}*"),
        2 => format!("~{number}"),
        3 => format!("c. {number}"),
        4 => format!("{number}†"),
        5 => format!("{number} p"),
        6 => format!("{number} [e]"),
        _ => format!("{number} (r)"),
    }
}

fn wide(chance: &mut Chance, how: Wide) -> Case {
    let truth = truth(chance);
    wide_of(chance, how, truth)
}

#[expect(clippy::too_many_lines, reason = "one layout from its title to its last row")]
fn wide_of(chance: &mut Chance, how: Wide, truth: Truth) -> Case {
    let n = truth.zones.len();
    let totals = truth.totals();
    let spelling = if how.points { Spelling::Points } else { Spelling::any(chance) };
    let odd = how.odd.then(|| (chance.below(truth.labels.len()), chance.below(n)));
    let marked = how.marks.then(|| (chance.below(truth.labels.len()), chance.below(n)));
    let mut sheet = Sheet { titles: Vec::new(), rows: vec![Vec::new(); n] };
    let mut order: Vec<usize> = (0..truth.labels.len()).collect();
    if truth.dimension != "age" {
        chance.shuffle(&mut order);
    }
    let share = |g: usize, z: usize| format!("{:.1}", 100.0 * truth.counts[g][z] / totals[z].max(1.0));
    let mut behind = Vec::new();
    for &g in &order {
        let at = sheet.titles.len();
        let cells: Vec<String> = (0..n)
            .map(|z| {
                let written = spelling.write(truth.counts[g][z]);
                match () {
                    () if odd == Some((g, z)) => chance.of(ODD).to_string(),
                    () if marked == Some((g, z)) => mark(chance, &written),
                    () => written,
                }
            })
            .collect();
        let title = format!("{}{}{}", how.prefix, truth.labels[g], how.suffix);
        sheet.insert(at, &title, cells.into_iter());
        let beside = match how.shares {
            Shares::Beside => {
                Some(format!("{} {}", truth.labels[g], chance.of(&["%", "(%)", "per cent", "percentage"])))
            }
            Shares::Sign => Some(format!("{} of all", truth.labels[g])),
            Shares::Unsaid => Some(format!("{}.1", truth.labels[g])),
            Shares::Behind => {
                behind.push((format!("% {}", truth.labels[g]), (0..n).map(|z| share(g, z)).collect::<Vec<_>>()));
                None
            }
            Shares::None => None,
        };
        if let Some(title) = beside {
            let sign = if how.shares == Shares::Sign { "%" } else { "" };
            let at = sheet.titles.len();
            sheet.insert(at, &title, (0..n).map(|z| share(g, z) + sign));
        }
    }
    let mut perturbed = totals.clone();
    if how.perturbed {
        for total in &mut perturbed {
            *total = (*total + chance.below(5) as f64 - 2.0).max(0.0);
        }
    }
    if how.total != At::Nowhere {
        let at = if how.total == At::First { 0 } else { sheet.titles.len() };
        let title = format!(
            "{}{}{}",
            how.prefix,
            if how.prefix.is_empty() { *chance.of(EVERYBODY) } else { "Total: All usual residents" },
            how.suffix
        );
        sheet.insert(at, &title, perturbed.iter().map(|t| spelling.write(*t)));
    }
    for (title, cells) in behind {
        let at = sheet.titles.len();
        sheet.insert(at, &title, cells.into_iter());
    }
    if how.of_which {
        let at = sheet.titles.len();
        let g = chance.below(truth.labels.len());
        let cells: Vec<String> = truth.counts[g].iter().map(|c| spelling.write((c * 0.3).floor())).collect();
        sheet.insert(
            at,
            chance.of::<&str>(&["of which born abroad", "of whom students", "Of which in care homes"]),
            cells.into_iter(),
        );
    }
    if how.visits {
        let at = chance.below(sheet.titles.len() + 1);
        let cells: Vec<String> = (0..n).map(|_| (7 + chance.below(90)).to_string()).collect();
        sheet.insert(at, chance.of::<&str>(&["Visits", "Clubs", "Kits sent", "Trees"]), cells.into_iter());
    }
    for _ in 0..how.extras {
        let (title, cells) = extra(chance, n);
        if !sheet.titles.contains(&title) {
            let at = chance.below(sheet.titles.len() + 1);
            sheet.insert(at, &title, cells.into_iter());
        }
    }
    let key = |zone: &String, i: usize, lower: bool| match (how.named_keys, lower) {
        (true, _) => format!("{zone} : Toyborough {i:03}A"),
        (false, true) => zone.to_lowercase(),
        _ => zone.clone(),
    };
    let lower = chance.once_in(8);
    let keys: Vec<String> = truth.zones.iter().enumerate().map(|(i, zone)| key(zone, i, lower)).collect();
    sheet.insert(0, chance.of::<&str>(KEY_TITLES), keys.into_iter());
    if chance.once_in(4) {
        let at = chance.below(2);
        sheet.insert(at, "Area name", (0..n).map(|i| format!("Toyborough {i:03}")));
    }
    if how.elsewhere {
        for i in 0..4 {
            let width = sheet.titles.len();
            let mut row = vec![(50 + i * 13).to_string(); width];
            let at = sheet.titles.iter().position(|t| KEY_TITLES.contains(&t.as_str())).unwrap_or(0);
            row[at] = format!("E0999990{i}");
            sheet.rows.insert(chance.below(sheet.rows.len() + 1), row);
        }
    }
    if how.bottom {
        let mut row = vec![String::new(); sheet.titles.len()];
        row[0] = "Total".to_owned();
        for (at, title) in sheet.titles.iter().enumerate() {
            if let Some(g) = truth.labels.iter().position(|l| l == title) {
                row[at] = spelling.write(truth.counts[g].iter().sum());
            }
        }
        sheet.rows.push(row);
    }
    let (mut everybody, mut groups) = unknown(&truth, odd, how.total != At::Nowhere);
    if how.missing {
        let gone = chance.below(n);
        sheet.rows.remove(gone);
        everybody[gone] = None;
        groups.iter_mut().for_each(|g| g[gone] = None);
    }
    let mut truths = vec![everybody];
    if how.perturbed {
        truths.push(Truth::known(&perturbed));
    }
    let separator = if how.points { ';' } else { *chance.of(&[',', ',', ',', ';', '\t']) };
    Case {
        text: sheet.text(chance, separator),
        section: section(truth.dimension),
        zones: truth.zones,
        everybody: truths,
        groups,
        // A table with points for thousands and nothing above a thousand beside something below has two meanings.
        honest: true,
        refused: false,
    }
}

fn short_of_total(chance: &mut Chance) -> Case {
    let mut truth = ethnic(chance);
    let labels = truth.labels.len();
    if labels < 3 {
        truth.labels.push("Mixed".to_owned());
        truth.counts.push(truth.zones.iter().map(|_| (20 + chance.below(200)) as f64).collect());
    }
    let everybody = truth.totals();
    truth.labels.pop();
    truth.counts.pop();
    let n = truth.zones.len();
    let mut sheet = Sheet { titles: Vec::new(), rows: vec![Vec::new(); n] };
    sheet.insert(0, "Total", everybody.iter().map(|t| format!("{t:.0}")));
    for (label, counts) in truth.labels.iter().zip(&truth.counts) {
        let at = sheet.titles.len();
        sheet.insert(at, label, counts.iter().map(|c| format!("{c:.0}")));
    }
    sheet.insert(0, "code", truth.zones.iter().cloned());
    Case {
        text: sheet.text(chance, ','),
        section: section(truth.dimension),
        everybody: vec![Truth::known(&everybody)],
        groups: truth.counts.iter().map(|c| Truth::known(c)).collect(),
        zones: truth.zones,
        honest: true,
        refused: false,
    }
}

#[derive(Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one habit of a table")]
struct Long {
    total: bool,
    beside: bool,
    mixed: bool,
    odd: bool,
    measure: bool,
    once: bool,
    elsewhere: bool,
}

fn long(chance: &mut Chance, how: Long) -> Case {
    let truth = truth(chance);
    let totals = truth.totals();
    let spelling = Spelling::any(chance);
    let odd = how.odd.then(|| (chance.below(truth.labels.len()), chance.below(truth.zones.len())));
    let category = *chance.of(&["category", truth.dimension, "group", "indicator"]);
    let count = *chance.of(&["count", "n", "value", "Observation", "Number", "residents"]);
    let mut titles = vec![chance.of(KEY_TITLES).to_string(), category.to_owned(), count.to_owned()];
    let mut rows = Vec::new();
    let everybody = *chance.of(EVERYBODY);
    for (z, zone) in truth.zones.iter().enumerate() {
        let mut of_zone = Vec::new();
        if how.total {
            of_zone.push((everybody.to_owned(), spelling.write(totals[z]), 1.0));
        }
        for (g, label) in truth.labels.iter().enumerate() {
            let written =
                if odd == Some((g, z)) { chance.of(ODD).to_string() } else { spelling.write(truth.counts[g][z]) };
            of_zone.push((label.clone(), written, truth.counts[g][z] / totals[z].max(1.0)));
        }
        for (i, (label, written, share)) in of_zone.into_iter().enumerate() {
            let key = if how.once && i > 0 { String::new() } else { zone.clone() };
            let mut row = vec![key, label, written];
            if how.beside {
                row.push(spelling.write(totals[z]));
                row.push(format!("{share}"));
            }
            if how.measure {
                row.extend(["2021-03-21".to_owned(), "Count".to_owned(), "Persons".to_owned()]);
            }
            rows.push(row);
        }
    }
    if how.beside {
        titles.extend([
            chance.of(&["total_residents", "total"]).to_string(),
            chance.of(&["prop", "proportion", "share"]).to_string(),
        ]);
    }
    if how.measure {
        titles.extend(["period", "measure", "unit"].map(str::to_owned));
    }
    if how.elsewhere {
        let like = rows[0].clone();
        for i in 0..3 {
            let mut row = like.clone();
            row[0] = format!("E0999990{i}");
            rows.push(row);
        }
    }
    if how.mixed {
        chance.shuffle(&mut rows);
    }
    let sheet = Sheet { titles, rows };
    let (everybody, groups) = unknown(&truth, odd, how.total);
    Case {
        text: sheet.text(chance, ','),
        section: section(truth.dimension),
        zones: truth.zones,
        everybody: vec![everybody],
        groups,
        honest: true,
        refused: false,
    }
}

fn outline(chance: &mut Chance) -> Case {
    let truth = truth(chance);
    let mut rows = Vec::new();
    for (z, (zone, total)) in truth.zones.iter().zip(truth.totals()).enumerate() {
        rows.push(vec![zone.clone(), format!("{total:.0}")]);
        rows.extend(
            truth.labels.iter().zip(&truth.counts).map(|(l, c)| vec![format!("  {l}"), format!("{:.0}", c[z])]),
        );
    }
    let everybody: f64 = truth.totals().iter().sum();
    rows.push(vec!["Grand Total".to_owned(), format!("{everybody:.0}")]);
    let text = Sheet { titles: ["Row Labels", "Sum of count"].map(str::to_owned).to_vec(), rows }.text(chance, ',');
    case_of(truth, text)
}

fn plain_case(chance: &mut Chance, truth: &Truth, columns: &[(String, Vec<f64>)], wide: bool) -> String {
    let spelling = Spelling::any(chance);
    let sheet = if wide {
        let mut sheet = Sheet { titles: Vec::new(), rows: vec![Vec::new(); truth.zones.len()] };
        for (title, counts) in columns {
            let at = sheet.titles.len();
            sheet.insert(at, title, counts.iter().map(|c| spelling.write(*c)));
        }
        sheet.insert(0, chance.of::<&str>(KEY_TITLES), truth.zones.iter().cloned());
        sheet
    } else {
        let mut rows = Vec::new();
        for (z, zone) in truth.zones.iter().enumerate() {
            for (title, counts) in columns {
                rows.push(vec![zone.clone(), title.clone(), spelling.write(counts[z])]);
            }
        }
        Sheet { titles: [chance.of(KEY_TITLES), "category", "count"].map(str::to_owned).to_vec(), rows }
    };
    sheet.text(chance, ',')
}

fn case_of(truth: Truth, text: String) -> Case {
    Case {
        text,
        section: section(truth.dimension),
        everybody: vec![Truth::known(&truth.totals())],
        groups: truth.counts.iter().map(|c| Truth::known(c)).collect(),
        zones: truth.zones,
        honest: true,
        refused: false,
    }
}

/// Parts of a count.
fn split(chance: &mut Chance, counts: &[f64], parts: usize) -> Vec<Vec<f64>> {
    let mut left = counts.to_vec();
    let mut out = Vec::new();
    for _ in 1..parts {
        let part: Vec<f64> = left.iter().map(|n| chance.below(*n as usize + 1) as f64).collect();
        left.iter_mut().zip(&part).for_each(|(l, p)| *l -= p);
        out.push(part);
    }
    out.push(left);
    out
}

const BROAD: &[(&str, &[&str])] = &[
    ("Asian", &["Bangladeshi", "Chinese", "Indian", "Pakistani"]),
    ("Black", &["African", "Caribbean"]),
    ("Mixed", &["White and Asian", "White and Black"]),
    ("White", &["British", "Irish", "Roma"]),
];

fn details(chance: &mut Chance, between: &str, wide: bool, total: bool) -> Case {
    let truth = of(chance, "ethnic_group", BROAD.iter().map(|(label, _)| (*label).to_owned()).collect());
    let mut columns = Vec::new();
    if total {
        columns.push((chance.of(EVERYBODY).to_string(), truth.totals()));
    }
    for ((label, below), counts) in BROAD.iter().zip(&truth.counts) {
        columns.push(((*label).to_owned(), counts.clone()));
        for (name, part) in below.iter().zip(split(chance, counts, below.len())) {
            columns.push((format!("{label}{between}{name}"), part));
        }
    }
    let text = plain_case(chance, &truth, &columns, wide);
    case_of(truth, text)
}

fn of_which_underscore(chance: &mut Chance) -> Case {
    let truth = of(chance, "ethnic_group", ["white", "asian"].map(str::to_owned).to_vec());
    let part = |counts: &[f64]| counts.iter().map(|c| (c * 0.2).floor()).collect::<Vec<_>>();
    let columns = vec![
        ("white".to_owned(), truth.counts[0].clone()),
        ("white_irish".to_owned(), part(&truth.counts[0])),
        ("asian".to_owned(), truth.counts[1].clone()),
        ("asian_indian".to_owned(), part(&truth.counts[1])),
    ];
    let text = plain_case(chance, &truth, &columns, true);
    case_of(truth, text)
}

fn subtotals(chance: &mut Chance, wide: bool) -> Case {
    let truth = of(chance, "ethnic_group", BROAD.iter().map(|(label, _)| (*label).to_owned()).collect());
    let mut columns = Vec::new();
    for ((label, below), counts) in BROAD.iter().zip(&truth.counts) {
        columns.push((format!("{label}: Total"), counts.clone()));
        for (i, (name, part)) in below.iter().zip(split(chance, counts, below.len())).enumerate() {
            let stray = *label == "White" && i + 1 == below.len();
            columns.push((if stray { format!("Other {label}") } else { format!("{label}: {name}") }, part));
        }
    }
    let text = plain_case(chance, &truth, &columns, wide);
    case_of(truth, text)
}

fn sexes(chance: &mut Chance, persons: bool) -> Case {
    let truth = of(chance, "sex", ["Males", "Females"].map(str::to_owned).to_vec());
    let names =
        if persons { ["Persons", "Males", "Females"] } else { ["Total Persons", "Total Males", "Total Females"] };
    let mut columns: Vec<(String, Vec<f64>)> = vec![
        (names[0].to_owned(), truth.totals()),
        (names[1].to_owned(), truth.counts[0].clone()),
        (names[2].to_owned(), truth.counts[1].clone()),
    ];
    chance.shuffle(&mut columns);
    let wide = chance.once_in(2);
    let text = plain_case(chance, &truth, &columns, wide);
    case_of(truth, text)
}

fn two_breakdowns(chance: &mut Chance, wide: bool) -> Case {
    let truth = ages(chance);
    let halves = split(chance, &truth.totals(), 2);
    let mut columns: Vec<(String, Vec<f64>)> =
        ["Males", "Females"].iter().zip(halves).map(|(name, half)| ((*name).to_owned(), half)).collect();
    columns.extend(truth.labels.iter().cloned().zip(truth.counts.iter().cloned()));
    if chance.once_in(2) {
        columns.insert(0, (chance.of(EVERYBODY).to_string(), truth.totals()));
    }
    let text = plain_case(chance, &truth, &columns, wide);
    case_of(truth, text)
}

fn ages_by_sex(chance: &mut Chance, together: bool) -> Case {
    let truth = of(chance, "age", ["0-15", "16-64", "65+"].map(str::to_owned).to_vec());
    let style = chance.below(3);
    let name = |sex: &str, label: &str| match style {
        0 => format!("{}{label}", &sex[..1]),
        1 => format!("{sex} {label}"),
        _ => format!("{sex}: {label}"),
    };
    let mut columns = Vec::new();
    if together {
        columns.extend(truth.labels.iter().zip(&truth.counts).map(|(l, c)| (name("Persons", l), c.clone())));
    }
    let halves: Vec<Vec<Vec<f64>>> = truth.counts.iter().map(|c| split(chance, c, 2)).collect();
    for (i, sex) in ["Males", "Females"].iter().enumerate() {
        columns.extend(truth.labels.iter().zip(&halves).map(|(l, h)| (name(sex, l), h[i].clone())));
    }
    let text = plain_case(chance, &truth, &columns, true);
    case_of(truth, text)
}

fn single_years(chance: &mut Chance) -> Case {
    let labels: Vec<String> = (0..=90).map(|age| age.to_string()).collect();
    let single = of(chance, "age", labels);
    let letters = chance.once_in(2);
    let mut columns = vec![("Total".to_owned(), single.totals())];
    if letters {
        let halves: Vec<Vec<Vec<f64>>> = single.counts.iter().map(|c| split(chance, c, 2)).collect();
        for (i, sex) in ["F", "M"].iter().enumerate() {
            columns.extend(halves.iter().enumerate().map(|(age, h)| (format!("{sex}{age}"), h[i].clone())));
        }
    } else {
        columns.extend(single.labels.iter().cloned().zip(single.counts.iter().cloned()));
    }
    let text = plain_case(chance, &single, &columns, true);
    const REPORTED: [(usize, usize); 7] = [(0, 4), (5, 15), (16, 24), (25, 44), (45, 64), (65, 84), (85, 90)];
    let band = |(low, high): &(usize, usize)| -> Vec<f64> {
        (0..single.zones.len()).map(|z| (*low..=*high).map(|age| single.counts[age][z]).sum()).collect()
    };
    let counts = REPORTED.iter().map(band).collect();
    case_of(Truth { counts, ..single }, text)
}

fn scotland(chance: &mut Chance) -> Case {
    let truth = of(chance, "age", ["0 - 14", "15.0", "16 - 17", "18 - 59", "60 and over"].map(str::to_owned).to_vec());
    let halves: Vec<Vec<Vec<f64>>> = truth.counts.iter().map(|c| split(chance, c, 2)).collect();
    let totals = truth.totals();
    let number = |n: f64| format!("{n:.0}.0");
    let mut rows = Vec::new();
    for (z, zone) in truth.zones.iter().enumerate() {
        let females: f64 = halves.iter().map(|h| h[0][z]).sum();
        rows.push(
            [zone.clone(), "All people".to_owned(), number(totals[z]), number(females), number(totals[z] - females)]
                .to_vec(),
        );
        for (g, label) in truth.labels.iter().enumerate() {
            let cells = [truth.counts[g][z], halves[g][0][z], halves[g][1][z]].map(number);
            rows.push([vec![zone.clone(), label.clone()], cells.to_vec()].concat());
        }
    }
    let titles = ["dz11_code", "age_group", "all_people", "female", "male"].map(str::to_owned).to_vec();
    let text = Sheet { titles, rows }.text(chance, ',');
    case_of(truth, text)
}

fn nomis_query(chance: &mut Chance) -> Case {
    let truth = truth(chance);
    let quoted = |cells: Vec<String>| cells.join(",");
    let mut lines = vec![
        "\"TS021 - Ethnic group\"".to_owned(),
        "\"ONS Crown Copyright Reserved [from Nomis on 1 June 2024]\"".to_owned(),
        String::new(),
        "\"date\",\"2021\"".to_owned(),
        String::new(),
    ];
    let mut titles =
        vec!["\"2021 super output area - lower layer\"".to_owned(), "\"Total: All usual residents\"".to_owned()];
    titles.extend(truth.labels.iter().map(|l| format!("\"{l}\"")));
    lines.push(quoted(titles));
    for (z, (zone, total)) in truth.zones.iter().zip(truth.totals()).enumerate() {
        let mut cells = vec![format!("\"{zone} : Toyborough {z:03}A\""), format!("{total:.0}")];
        cells.extend(truth.counts.iter().map(|c| format!("{:.0}", c[z])));
        lines.push(quoted(cells));
    }
    lines.push(String::new());
    lines.push(
        "\"In order to protect against disclosure of personal information, records have been swapped.\"".to_owned(),
    );
    case_of(truth, lines.join("\n") + "\n")
}

fn nomis_two_rows(chance: &mut Chance) -> Case {
    let truth = truth(chance);
    let totals = truth.totals();
    let mut lines = vec!["\"KS201 ethnic group\"".to_owned(), String::new()];
    let mut above =
        vec!["\"area\"".to_owned(), "\"mnemonic\"".to_owned(), "\"All usual residents\"".to_owned(), "\"\"".to_owned()];
    let mut below = vec!["\"\"".to_owned(), "\"\"".to_owned(), "\"number\"".to_owned(), "\"%\"".to_owned()];
    for label in &truth.labels {
        above.extend([format!("\"{label}\""), "\"\"".to_owned()]);
        below.extend(["\"number\"".to_owned(), "\"%\"".to_owned()]);
    }
    lines.push(above.join(","));
    lines.push(below.join(","));
    for (z, zone) in truth.zones.iter().enumerate() {
        let mut cells =
            vec![format!("\"Toy {z}\""), format!("\"{zone}\""), format!("{:.0}", totals[z]), "100.0".to_owned()];
        for counts in &truth.counts {
            cells.extend([format!("{:.0}", counts[z]), format!("{:.1}", 100.0 * counts[z] / totals[z].max(1.0))]);
        }
        lines.push(cells.join(","));
    }
    case_of(truth, lines.join("\n") + "\n")
}

fn everybody_alone(chance: &mut Chance) -> Case {
    let truth = truth(chance);
    let columns = vec![(chance.of(EVERYBODY).to_string(), truth.totals())];
    let text = plain_case(chance, &truth, &columns, true);
    Case { groups: Vec::new(), ..case_of(truth, text) }
}

fn years(chance: &mut Chance) -> Case {
    let truth = ethnic(chance);
    let mut columns = Vec::new();
    let alone = chance.once_in(2);
    for year in ["2011", "2021"] {
        let less =
            |c: &Vec<f64>| c.iter().map(|n| if year == "2011" { (n * 0.9).floor() } else { *n }).collect::<Vec<_>>();
        if alone {
            columns.push((format!("Total population {year}"), less(&truth.totals())));
        } else {
            columns.extend(truth.labels.iter().zip(&truth.counts).map(|(l, c)| (format!("{l} {year}"), less(c))));
        }
    }
    let text = plain_case(chance, &truth, &columns, true);
    Case { honest: false, ..case_of(truth, text) }
}

fn shares_alone(chance: &mut Chance, whole: f64) -> Case {
    let truth = truth(chance);
    let totals = truth.totals();
    let mut sheet = Sheet { titles: Vec::new(), rows: vec![Vec::new(); truth.zones.len()] };
    for (label, counts) in truth.labels.iter().zip(&truth.counts) {
        let at = sheet.titles.len();
        let places = if whole > 1.0 { 1 } else { 3 };
        sheet.insert(
            at,
            label,
            counts.iter().zip(&totals).map(|(c, t)| format!("{:.places$}", whole * c / t.max(1.0))),
        );
    }
    if chance.once_in(2) {
        sheet.insert(0, "Total", truth.zones.iter().map(|_| format!("{whole:.1}")));
    }
    sheet.insert(0, "code", truth.zones.iter().cloned());
    let text = sheet.text(chance, ',');
    Case { honest: false, refused: true, ..case_of(truth, text) }
}

fn households(chance: &mut Chance) -> Case {
    let labels = [
        "Household is not deprived in any dimension",
        "Household is deprived in one dimension",
        "Household is deprived in two dimensions",
    ];
    let truth = of(chance, "deprivation", labels.map(str::to_owned).to_vec());
    let mut columns: Vec<(String, Vec<f64>)> = truth.labels.iter().cloned().zip(truth.counts.iter().cloned()).collect();
    if chance.once_in(2) {
        columns.insert(0, ("Total: All households".to_owned(), truth.totals()));
    }
    let wide = chance.once_in(2);
    let text = plain_case(chance, &truth, &columns, wide);
    Case { honest: false, refused: true, ..case_of(truth, text) }
}

fn rows_by_sex(chance: &mut Chance) -> Case {
    let truth = ages(chance);
    let mut rows = Vec::new();
    let halves: Vec<Vec<Vec<f64>>> = truth.counts.iter().map(|c| split(chance, c, 2)).collect();
    for (z, zone) in truth.zones.iter().enumerate() {
        for (i, sex) in ["Persons", "Females", "Males"].iter().enumerate() {
            let number = |g: usize| match i {
                0 => truth.counts[g][z],
                _ => halves[g][i - 1][z],
            };
            let mut row = vec![zone.clone(), (*sex).to_owned()];
            row.extend((0..truth.labels.len()).map(|g| format!("{:.0}", number(g))));
            rows.push(row);
        }
    }
    let mut titles = vec!["area_code".to_owned(), "sex".to_owned()];
    titles.extend(truth.labels.iter().cloned());
    let text = Sheet { titles, rows }.text(chance, ',');
    Case { honest: false, ..case_of(truth, text) }
}
