use super::catalog::{Context, Entry, Make};
use super::column::{Column, Columns, Table};
use super::credits::{MET, PEOPLE, WALKS};
use super::field::{ends, said};
use super::reach::decimals;
use super::{Field, Is, Value, field, round};
use crate::disclose::tabulate;
use crate::measure::themes::{Theme, themes};
use crate::stats::{Interval, LogOdds};

const RECORDS: &str = "records";
const RATIO: &str = "ratio, 1 is no difference";

/// A row of the layer.
type Row<'a> = Theme<'a>;

/// The line of the catalogue.
pub(super) const ENTRY: Entry = Entry {
    id: "themes",
    subject: "themes",
    measure: "themes",
    asks: Some("What people raised, by patch, against the rest of the place"),
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
    let published = engaged.protected.table(tabulate::THEMES)?;
    let rows = themes(context.place, engaged).unwrap_or_default();
    let mut table = columns().table(rows, |row| (id(row), context.shape_of(row.at)));
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
    all.add(field::id("theme_id", "Row", "Patch or group, and theme"), |row: &Row<'_>| said(&id(row)));
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

fn id(row: &Row<'_>) -> String {
    format!("{}.{}.{}.{}", row.patch.0, row.dimension, row.group, row.theme.replace(' ', "-"))
}
