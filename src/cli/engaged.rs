//! `patchwork measure reach|themes|evidence`: what engagement records say, protected.

use super::args::{Measure, MeasureArgs};
use super::measure::{check_ending, write_layer};
use super::progress::Progress;
use super::words::{table, whole};
use super::{Failure, print_result};
use crate::layer::{Engaged, Layer, Value, engagement_layers};
use crate::place::{Basis, Place, reading_order};
use std::fmt::Write;

/// Runs the command on a place.
pub(super) fn run(args: &MeasureArgs, place: &Place, progress: &Progress) -> Result<(), Failure> {
    if let Some(path) = &args.out {
        check_ending(path)?;
    }
    progress.step("Counting and protecting");
    let engaged = Engaged::of(place).map_err(|why| Failure::Failed(why.to_string()))?.ok_or_else(|| {
        Failure::Failed(
            "the place has no engagement records that can be used: see [[engagement]] in place.toml".to_owned(),
        )
    })?;
    let layers = chosen(args, engagement_layers(place, &engaged))?;
    progress.done();
    if let Some(path) = &args.out {
        let [layer] = layers.as_slice() else {
            let keys: Vec<&str> = place.engagement.dimensions.iter().map(String::as_str).collect();
            let keys = keys.join(", ");
            return Err(Failure::Usage(format!("--out writes one layer: add --dimension with one of {keys}")));
        };
        write_layer(place, layer, path)?;
        eprintln!("wrote {} features to {}", whole(layer.features.len() as f64), path.display());
        return Ok(());
    }
    let mut text = String::new();
    heading(place, &mut text);
    for layer in &layers {
        let _ = writeln!(text, "{} ({})", layer.title, layer.id);
        match args.measure {
            Measure::Themes => themes(layer, &mut text),
            Measure::Evidence => evidence(layer, &mut text),
            _ => reach(place, layer, &mut text),
        }
        if let Some(sentence) = layer.description.split_once("with them. ").map(|(_, rest)| rest) {
            let _ = writeln!(text, "{sentence}");
        }
        text.push('\n');
    }
    print_result(&text)
}

fn chosen(args: &MeasureArgs, layers: Vec<Layer>) -> Result<Vec<Layer>, Failure> {
    let start = match args.measure {
        Measure::Themes => "themes",
        Measure::Evidence => "evidence",
        _ => "reach-",
    };
    let all: Vec<Layer> = layers.into_iter().filter(|layer| layer.id.starts_with(start)).collect();
    let Some(dimension) = &args.dimension else { return Ok(all) };
    let keys: Vec<String> = all.iter().filter_map(|l| Some(l.id.split_once('-')?.1.to_owned())).collect();
    let kept: Vec<Layer> = all.into_iter().filter(|layer| layer.id == format!("{start}{dimension}")).collect();
    if kept.is_empty() {
        return Err(Failure::Usage(format!(
            "no dimension {dimension:?} in the records; there are {}",
            keys.join(", ")
        )));
    }
    Ok(kept)
}

fn heading(place: &Place, text: &mut String) {
    let met = &place.engagement;
    let _ = writeln!(text, "{}", place.name);
    if place.made_up {
        let _ = writeln!(text, "Made up: this place does not exist.");
    }
    let (rows, used) = (whole(met.rows() as f64), whole(met.used() as f64));
    let _ = writeln!(text, "{used} of {rows} records are counted; patchwork check says what became of the others.");
    let _ = writeln!(
        text,
        "{}\n",
        match met.basis {
            Basis::People => "People are counted once each, by their keys.",
            Basis::Attendances => "The records cannot tell people apart: who came twice counts twice.",
        }
    );
}

/// The value of a field of a row, as text: `[c]` where it is hidden.
struct Rows<'l>(&'l Layer);

impl Rows<'_> {
    fn all(&self) -> impl Iterator<Item = usize> {
        0..self.0.features.len()
    }

    fn value(&self, row: usize, field: &str) -> &Value {
        let at = self.0.fields.iter().position(|own| own.name == field);
        at.and_then(|at| self.0.features.get(row)?.values.get(at)).unwrap_or(&Value::Null)
    }

    fn text(&self, row: usize, field: &str) -> String {
        match self.value(row, field) {
            Value::Null if *self.value(row, "status") == Value::Text("confidential".to_owned()) => "[c]".to_owned(),
            Value::Null => "-".to_owned(),
            Value::Text(words) => words.clone(),
            Value::Integer(number) => whole(*number as f64),
            Value::Number(number) => format!("{number}"),
            Value::Boolean(yes) => yes.to_string(),
            Value::Date(day) => day.to_string(),
        }
    }

    fn between(&self, row: usize, field: &str) -> String {
        let (low, high) = (self.text(row, &format!("{field}_low")), self.text(row, &format!("{field}_high")));
        if low == "-" || low == "[c]" { low } else { format!("{low} to {high}") }
    }
}

fn reach(place: &Place, layer: &Layer, text: &mut String) {
    let rows = Rows(layer);
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
            rows.text(row, "residents"),
            rows.text(row, "met"),
            rows.text(row, "rate"),
            rows.between(row, "rate"),
            rows.text(row, "ratio"),
            rows.between(row, "ratio"),
            rows.text(row, "to_meet"),
            rows.text(row, "flag"),
        ]
    };
    let whole_time = |row: &usize| rows.text(*row, "period") == "all";
    let everywhere = |row: &usize| rows.text(*row, "patch_id") == "all";
    let mut out = vec![titles.map(String::from).to_vec()];
    let mut here: Vec<usize> = rows.all().filter(whole_time).filter(everywhere).collect();
    here.sort_by_key(order);
    out.extend(here.into_iter().map(|row| line(row, rows.text(row, "group_name"))));
    text.push_str(&table(&out));
    let flagged = |row: &usize| rows.text(*row, "flag").starts_with("met ");
    let mut out = vec![titles.map(String::from).to_vec()];
    out[0][0] = "flagged, by patch".to_owned();
    for row in rows.all().filter(whole_time).filter(|row| !everywhere(row)).filter(flagged) {
        let name = format!("{}: {}", rows.text(row, "patch_name"), rows.text(row, "group_name"));
        out.push(line(row, name));
    }
    text.push('\n');
    text.push_str(&table(&out));
    let _ = writeln!(text, "At most one flag in twenty is chance.");
}

fn themes(layer: &Layer, text: &mut String) {
    let rows = Rows(layer);
    let titles = ["patch: theme", "records", "odds", "95 %", "change in a year", "95 %", "asked for, none near"];
    let mut out = vec![titles.map(String::from).to_vec()];
    let more = |row: &usize| rows.text(*row, "stands_out") == "more" || rows.text(*row, "rising") == "rising";
    for row in rows.all().filter(|row| rows.text(*row, "group") == "all").filter(more) {
        out.push(vec![
            format!("{}: {}", rows.text(row, "patch_name"), rows.text(row, "theme")),
            rows.text(row, "records"),
            rows.text(row, "odds_ratio"),
            rows.between(row, "odds_ratio"),
            rows.text(row, "change"),
            rows.between(row, "change"),
            rows.text(row, "residents_without_answer"),
        ]);
    }
    text.push_str(&table(&out));
    let _ = writeln!(text, "Those raised more than in the whole place, or more than the year before, beyond chance.");
}

fn evidence(layer: &Layer, text: &mut String) {
    let rows = Rows(layer);
    let marks = ["dialogue", "priorities", "agenda", "leaders", "assets", "network"];
    let mut titles = vec!["patch".to_owned()];
    titles.extend(marks.map(String::from));
    let mut out = vec![titles];
    for row in rows.all() {
        let mut line = vec![rows.text(row, "patch_name")];
        line.extend(marks.iter().map(|mark| rows.text(row, mark)));
        out.push(line);
    }
    text.push_str(&table(&out));
}
