//! Layers as tables on a terminal: the few columns that a line has room for, with the markers that files have.

use super::rows::Rows;
use crate::layer::{Field, Is, Layer, Marker, Value, plain};
use crate::place::{Place, reading_order};
use crate::text::{table, whole};
use std::fmt::Write;

/// What stands where there is nothing to say.
const NOTHING: &str = "-";

impl Rows<'_> {
    fn cell(&self, row: usize, field: &str) -> String {
        match self.value(row, field) {
            Value::Number(number) => format!("{number}"),
            _ => self.words(row, field, NOTHING),
        }
    }

    /// "4.2 to 6.1", or why there is no such interval.
    fn between(&self, row: usize, field: &str) -> String {
        let [low, high] = ["low", "high"].map(|end| format!("{field}_{end}"));
        let has = self.number(row, &low).is_some();
        if has { format!("{} to {}", self.cell(row, &low), self.cell(row, &high)) } else { self.cell(row, &low) }
    }
}

/// Every column of a layer, with the names that files have.
#[must_use]
pub fn whole_layer(layer: &Layer) -> String {
    let rows = Rows::new(layer);
    let names: Vec<&str> = layer.fields.iter().map(|field| field.name.as_str()).collect();
    let mut lines = vec![names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()];
    lines.extend(rows.all().map(|row| names.iter().map(|name| rows.cell(row, name)).collect()));
    format!("{} ({})\n{}", layer.title, layer.id, table(&lines))
}

/// What the records say, by the measure; with the sentence on protection below.
#[must_use]
pub fn of_records(place: &Place, layer: &Layer) -> String {
    let mut text = format!("{} ({})\n", layer.title, layer.id);
    match layer.id.kind() {
        "themes" => themes(layer, &mut text),
        "evidence" => evidence(layer, &mut text),
        "reach" => reach(place, layer, &mut text),
        _ => return whole_layer(layer),
    }
    if let Some(sentence) = &layer.credits.protection {
        let _ = writeln!(text, "{sentence}");
    }
    text.push('\n');
    text
}

fn reach(place: &Place, layer: &Layer, text: &mut String) {
    let rows = Rows::new(layer);
    let places = reading_order(place.groups.as_slice());
    // Everybody, then the groups as they are read, then those of whom it was not recorded.
    let order = |row: &usize| match rows.value(*row, "group") {
        Value::Text(key) if key == "all" => 0,
        Value::Text(key) => {
            place.groups.iter().position(|group| group.key == *key).map_or(usize::MAX, |at| places[at] + 1)
        }
        _ => usize::MAX,
    };
    let titles = ["group", "residents", "met", "per 1,000", "95 %", "representation", "95 %", "still to meet", "flag"];
    let line = |row: usize, name: String| {
        vec![
            name,
            rows.cell(row, "residents"),
            rows.cell(row, "met"),
            rows.cell(row, "rate"),
            rows.between(row, "rate"),
            rows.cell(row, "ratio"),
            rows.between(row, "ratio"),
            rows.cell(row, "to_meet"),
            rows.cell(row, "flag"),
        ]
    };
    let whole_time = rows.find(&[("period", "all")]);
    let everywhere = |row: &usize| rows.is(*row, "patch_id", "all");
    let mut out = vec![titles.map(String::from).to_vec()];
    let mut here: Vec<usize> = whole_time.iter().copied().filter(everywhere).collect();
    here.sort_by_key(order);
    out.extend(here.into_iter().map(|row| line(row, rows.cell(row, "group_name"))));
    text.push_str(&table(&out));
    let flagged = |row: &usize| ["met less", "met more"].iter().any(|flag| rows.is(*row, "flag", flag));
    let mut out = vec![titles.map(String::from).to_vec()];
    out[0][0] = "flagged, by patch".to_owned();
    for row in whole_time.into_iter().filter(|row| !everywhere(row)).filter(flagged) {
        let name = format!("{}: {}", rows.cell(row, "patch_name"), rows.cell(row, "group_name"));
        out.push(line(row, name));
    }
    text.push('\n');
    text.push_str(&table(&out));
    let _ = writeln!(text, "At most one flag in twenty is chance.");
}

fn themes(layer: &Layer, text: &mut String) {
    let rows = Rows::new(layer);
    let titles = ["patch: theme", "records", "odds", "95 %", "change in a year", "95 %", "asked for, none near"];
    let mut out = vec![titles.map(String::from).to_vec()];
    let more = |row: &usize| rows.is(*row, "stands_out", "more") || rows.is(*row, "rising", "rising");
    for row in rows.find(&[("group", "all")]).into_iter().filter(more) {
        out.push(vec![
            format!("{}: {}", rows.cell(row, "patch_name"), rows.cell(row, "theme")),
            rows.cell(row, "records"),
            rows.cell(row, "odds_ratio"),
            rows.between(row, "odds_ratio"),
            rows.cell(row, "change"),
            rows.between(row, "change"),
            rows.cell(row, "residents_without_answer"),
        ]);
    }
    text.push_str(&table(&out));
    let _ =
        writeln!(text, "Those raised more than in the rest of the place, or more than the year before, beyond chance.");
}

fn evidence(layer: &Layer, text: &mut String) {
    let rows = Rows::new(layer);
    let marks: Vec<&str> = rows.columns(Is::Mark).map(|(name, _)| name).collect();
    let mut out = vec![std::iter::once("patch").chain(marks.iter().copied()).map(String::from).collect::<Vec<_>>()];
    for row in rows.all() {
        let cells = marks.iter().map(|mark| rows.cell(row, mark));
        out.push(std::iter::once(rows.cell(row, "patch_name")).chain(cells).collect());
    }
    text.push_str(&table(&out));
}

/// A layer about giving, below what is true of the whole place.
#[must_use]
pub fn giving(place: &Place, layer: &Layer, total: &Layer) -> String {
    let mut text = format!("{}: giving\n", place.name);
    for notice in &layer.credits.notices {
        let _ = writeln!(text, "{notice}");
    }
    let whole_place = Rows::new(total);
    let about = |name: &str| whole_place.amount(0, name);
    let _ = writeln!(
        text,
        "{} rows: {} grants with £{}, {} to individuals, {} set aside.",
        about("rows"),
        about("grants"),
        about("money_total"),
        about("grants_individuals"),
        about("set_aside")
    );
    let _ =
        writeln!(text, "£{} placed, £{} not. {}", about("money_placed"), about("money_unplaced"), about("range_words"));
    if about("need_words") != NOTHING {
        let _ = writeln!(text, "{}", about("need_words"));
    }
    let rows = Rows::new(layer);
    let columns: Vec<&str> = match layer.id.kind() {
        "giving" => vec![
            "name",
            "money",
            "money_low",
            "money_high",
            "money_office",
            "money_per_resident_year",
            "grants",
            "cold_spot_probability",
        ],
        "grants" => vec!["grant_id", "amount", "evidence", "patch_id", "evidence_words"],
        "giving-place" => {
            let line = |field: &Field| vec![field.title.clone(), rows.amount(0, &field.name)];
            return format!("{text}\n{}", table(&layer.fields.iter().map(line).collect::<Vec<_>>()));
        }
        _ => layer.fields.iter().map(|field| field.name.as_str()).collect(),
    };
    let mut lines = vec![columns.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()];
    lines.extend(rows.all().map(|row| columns.iter().map(|name| rows.amount(row, name)).collect()));
    text + "\n" + &table(&lines)
}

impl Rows<'_> {
    /// A value with pence where it is pounds, as a file has it otherwise.
    fn amount(&self, row: usize, name: &str) -> String {
        let unit = self.column(name).and_then(|column| self.layer.fields.get(column)?.unit);
        match self.value(row, name) {
            Value::Null | Value::Marked(Marker::NotApplicable) => NOTHING.to_owned(),
            Value::Number(number) if unit == Some("pounds") => {
                let pence = (number * 100.0).round();
                format!("{}.{:02}", whole((pence / 100.0).trunc()), (pence % 100.0).abs())
            }
            value => plain(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::{Credits, Feature, LayerId, Marker, field};

    fn evidence_of(values: [Value; 2]) -> Layer {
        let [first, second] = values;
        Layer {
            id: LayerId::of("evidence"),
            title: "Evidence".into(),
            description: "Marks with them. Not a word of it is read.".into(),
            method: "evidence",
            credits: Credits { protection: Some("Two are hidden.".into()), ..Credits::default() },
            fields: vec![
                field::patch_id("Patch"),
                field::name("patch_name", "Name", "Name"),
                field::integer("dialogue", "Dialogue", "", None).is(Is::Mark),
                field::status("dialogue", "dialogue_status", "Status", ""),
                field::integer("leaders", "Leaders", "", None).is(Is::Mark),
            ],
            features: vec![Feature {
                id: "p1".into(),
                geometry: None,
                values: vec![
                    Value::Text("p1".into()),
                    Value::Text("North".into()),
                    first,
                    Value::Text("confidential".into()),
                    second,
                ],
            }],
        }
    }

    #[test]
    fn what_is_hidden_is_marked_on_a_terminal_as_in_a_file() {
        let mut text = String::new();
        evidence(&evidence_of([Value::Marked(Marker::Confidential), Value::Integer(1_200)]), &mut text);
        assert_eq!(text, "patch  dialogue  leaders\nNorth       [c]    1,200\n");
        let mut text = String::new();
        evidence(&evidence_of([Value::Marked(Marker::Low), Value::Null]), &mut text);
        assert_eq!(text, "patch  dialogue  leaders\nNorth     [low]        -\n");
    }

    #[test]
    fn every_column_of_a_new_kind_of_layer_is_printed_without_code_for_it() {
        let layer = evidence_of([Value::Integer(5), Value::Marked(Marker::NotApplicable)]);
        let text = whole_layer(&layer);
        assert!(
            text.starts_with("Evidence (evidence)\npatch_id  patch_name  dialogue  dialogue_status  leaders\n"),
            "{text}"
        );
        assert!(text.ends_with("confidential        -\n"), "{text}");
    }
}
