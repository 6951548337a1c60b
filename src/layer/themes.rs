use super::catalog::{Context, Entry, Make};
use super::column::{Column, Columns, Table};
use super::credits::{MET, PEOPLE, WALKS};
use super::engaged::{Engaged, count};
use super::field::{ends, said};
use super::reach::{ALL, decimals};
use super::{Field, Is, Value, field, round};
use crate::disclose::{Cell, Published};
use crate::measure::counts;
use crate::measure::near::{NEAR_MINUTES, within_reach};
use crate::measure::reach::trend;
use crate::measure::themes::stands_out;
use crate::place::{Idx, PatchIdx};
use crate::stats::{Interval, LogOdds};
use geo::Geometry;
use std::collections::BTreeMap;

const RECORDS: &str = "records";
const RATIO: &str = "ratio, 1 is no difference";

/// A theme in a patch, or in a group over the whole place.
struct Row<'a> {
    id: String,
    patch: (&'a str, &'a str),
    dimension: &'a str,
    group: &'a str,
    theme: &'a str,
    records: Cell,
    odds: Option<LogOdds>,
    change: Option<(f64, Interval)>,
    without: Option<f64>,
    geometry: Option<Geometry<f64>>,
}

impl Row<'_> {
    fn is_of_group(&self) -> bool {
        self.dimension != ALL
    }

    /// The whole place, everybody: there is nothing else to set it beside.
    fn is_everything(&self) -> bool {
        self.patch.0 == ALL && !self.is_of_group()
    }
}

/// The line of the catalogue.
pub(super) const ENTRY: Entry = Entry {
    id: "themes",
    subject: "themes",
    measure: "themes",
    asks: Some("What people raised, by patch, against the whole place"),
    title: "Themes",
    description: "What people raised, by patch and by group: where more than in the rest of the place, what is rising, \
                  and who has nothing near that would answer it. Small counts are hidden and the others rounded before \
                  anything else is done with them.",
    method: "themes",
    roles: &[PEOPLE, MET, WALKS],
    walks: true,
    make: Make::OfRecords(table),
};

/// Each theme in each patch, and in each group over the whole place.
fn table(context: &Context<'_>) -> Option<Table> {
    let engaged = context.engaged?;
    let published = engaged.protected.table(counts::THEMES)?;
    let rows = rows(context, engaged).unwrap_or_default();
    let mut table = columns().table(rows, |row| (row.id.clone(), row.geometry.clone()));
    table.features.sort_by(|a, b| a.id.cmp(&b.id));
    table.protection = Some(published.summary().sentence());
    Some(table)
}

/// A column of what is worked out from the count of records.
fn counted<'c, 'a>(
    columns: &'c mut Columns<'a, Row<'a>>,
    field: Field,
    value: impl Fn(&Row<'a>) -> Value + 'a,
) -> &'c mut Column<'a, Row<'a>> {
    columns.add(field, value).rests_on(|row| row.records)
}

fn columns<'a>() -> Columns<'a, Row<'a>> {
    let mut columns = Columns::new();
    let all = &mut columns;
    all.add(field::id("theme_id", "Row", "Patch or group, and theme"), |row: &Row<'_>| said(&row.id));
    all.add(field::patch_id("Patch where the people live; `all` is the whole place"), |row| said(row.patch.0));
    all.add(field::name("patch_name", "Name of the patch", "Name for people"), |row| said(row.patch.1));
    all.add(field::text("dimension", "Dimension", "`all`, or what the group is a part of").is(Is::Dimension), |row| {
        said(row.dimension)
    });
    all.add(
        field::text("group", "Group", "`all`, or the key of a group of people, over the whole place").is(Is::Group),
        |row| said(row.group),
    );
    all.add(field::name("theme", "Theme", "What was raised"), |row| said(row.theme));
    let records = field::integer("records", "Records", "Records that raised it, in the whole time", Some(RECORDS));
    counted(all, records, |row| field::shown(row.records));
    all.add(
        field::status("records", "status", "Status of the count", "shown, confidential ([c] in CSV) or low"),
        |row| said(row.records.status()),
    );
    odds_columns(all);
    change_columns(all);
    all.add(
        field::people(
            "residents_without_answer",
            "Asked for, none near",
            "Residents with no open asset that answers the theme within 15 minutes' walk; null where [themes] names no kind for it",
        ),
        |row: &Row<'_>| round::known_people(row.without),
    )
    .not_applicable(Row::is_of_group);
    columns
}

fn odds_columns<'a>(all: &mut Columns<'a, Row<'a>>) {
    let odds = field::rate(
        "odds_ratio",
        "Odds beside the rest",
        "Odds of the theme among those raised here ÷ in the rest of the place, drawn towards 1 where little was raised",
        RATIO,
    );
    counted(all, odds, |row| decimals(row.odds.map(|odds| odds.delta.exp()), 2)).not_applicable(Row::is_everything);
    let titles = ["Odds at 95 %, from", "Odds at 95 %, to"];
    let [low, high] = ends("odds_ratio", titles, ["Lower end of the ratio", "Upper end of the ratio"], Some(RATIO));
    counted(all, low, |row| decimals(row.odds.map(|odds| odds.ratio.low), 2)).not_applicable(Row::is_everything);
    counted(all, high, |row| decimals(row.odds.map(|odds| odds.ratio.high), 2)).not_applicable(Row::is_everything);
    let z = field::number("z", "z", "Standard errors from no difference", Some("standard errors"));
    counted(all, z, |row| decimals(row.odds.map(|odds| odds.z), 2)).not_applicable(Row::is_everything);
    let stands_out = field::text("stands_out", "Stands out", "more, less, or no (|z| at most 1.96)");
    let word = |odds: LogOdds| match odds.z {
        z if z > crate::stats::Z_95 => "more",
        z if z < -crate::stats::Z_95 => "less",
        _ => "no",
    };
    counted(all, stands_out, move |row| field::words(row.odds.map(word))).not_applicable(Row::is_everything);
}

fn change_columns<'a>(all: &mut Columns<'a, Row<'a>>) {
    let change = field::rate(
        "change",
        "Change in a year",
        "Records of the last four whole quarters ÷ of the four before",
        RATIO,
    );
    counted(all, change, |row| decimals(row.change.map(|(ratio, _)| ratio), 2)).not_applicable(Row::is_of_group);
    let titles = ["Change at 95 %, from", "Change at 95 %, to"];
    let [low, high] = ends("change", titles, ["Exact interval"; 2], Some(RATIO));
    counted(all, low, |row| decimals(row.change.map(|(_, i)| i.low), 2)).not_applicable(Row::is_of_group);
    counted(all, high, |row| decimals(row.change.map(|(_, i)| i.high), 2)).not_applicable(Row::is_of_group);
    let word = |interval: Interval| match interval {
        i if i.low > 1.0 => "rising",
        i if i.high < 1.0 => "falling",
        _ => "no",
    };
    counted(all, field::text("rising", "Rising", "rising, falling, or no"), move |row| {
        field::words(row.change.map(|(_, interval)| word(interval)))
    })
    .not_applicable(Row::is_of_group);
}

fn rows<'a>(context: &Context<'a>, engaged: &'a Engaged) -> Option<Vec<Row<'a>>> {
    let place = context.place;
    let table = engaged.protected.table(counts::THEMES)?;
    let [patches, themes, years] = table.dimensions.as_slice() else { return None };
    let year = |key: &str, row: usize, theme: usize| count(table, &[row, theme, years.find(key)?]);
    let answers: BTreeMap<&str, crate::measure::Coverage> = place
        .theme_answers
        .iter()
        .filter(|(theme, _)| themes.find(theme).is_some())
        .map(|(theme, kinds)| (theme.as_str(), within_reach(place, kinds, NEAR_MINUTES)))
        .collect();
    let mut rows = Vec::new();
    for (row, patch) in patches.categories.iter().enumerate() {
        let at = row.checked_sub(1).filter(|at| *at < place.patches.len()).map(PatchIdx::from_usize);
        let geometry = at.map(|patch| Geometry::MultiPolygon(place.patches[patch].shape.clone()));
        let odds = if row == 0 {
            Vec::new()
        } else {
            odds(table, themes.categories.len(), |theme| vec![row, theme, 0], |theme| vec![0, theme, 0])
        };
        for (theme, words) in themes.categories.iter().enumerate().skip(1) {
            let change = trend(year(counts::LAST, row, theme), year(counts::BEFORE, row, theme));
            let answer = answers.get(words.key.as_str()).filter(|_| row == 0 || at.is_some());
            let without = answer.map(|answer| {
                let here = at.map_or(&answer.place, |patch| &answer.patches[patch]);
                here.residents - here.covered
            });
            rows.push(Row {
                id: id(&patch.key, ALL, ALL, &words.key),
                patch: (&patch.key, &patch.label),
                dimension: ALL,
                group: ALL,
                theme: &words.key,
                records: table.cell(&[row, theme, 0]),
                odds: odds.get(theme - 1).copied().flatten(),
                change,
                without,
                geometry: geometry.clone(),
            });
        }
    }
    for dimension in &place.engagement.dimensions {
        let Some(table) = engaged.protected.table(&counts::themes_by(dimension)) else { continue };
        let [groups, themes, _] = table.dimensions.as_slice() else { continue };
        for (row, group) in groups.categories.iter().enumerate().skip(1) {
            let odds = odds(table, themes.categories.len(), |theme| vec![row, theme, 0], |theme| vec![0, theme, 0]);
            for (theme, words) in themes.categories.iter().enumerate().skip(1) {
                rows.push(Row {
                    id: id(ALL, dimension, &group.key, &words.key),
                    patch: (ALL, "The whole place"),
                    dimension,
                    group: &group.key,
                    theme: &words.key,
                    records: table.cell(&[row, theme, 0]),
                    odds: odds.get(theme - 1).copied().flatten(),
                    change: None,
                    without: None,
                    geometry: None,
                });
            }
        }
    }
    Some(rows)
}

fn id(patch: &str, dimension: &str, group: &str, theme: &str) -> String {
    format!("{patch}.{dimension}.{group}.{}", theme.replace(' ', "-"))
}

/// Log-odds of each theme in a part beside the rest of the whole, from what is shown of both; a hidden count is
/// left out of both, and has no answer.
fn odds(
    table: &Published,
    themes: usize,
    part: impl Fn(usize) -> Vec<usize>,
    whole: impl Fn(usize) -> Vec<usize>,
) -> Vec<Option<LogOdds>> {
    let both: Vec<Option<(f64, f64)>> = (1..themes)
        .map(|theme| Some((count(table, &part(theme))?.shown, count(table, &whole(theme))?.shown)))
        .collect();
    stands_out(&both)
}
