//! `patchwork measure DIR giving`: where giving reaches, as a table for people or a layer in a file.

use super::args::MeasureArgs;
use super::measure::{bytes, check_ending};
use super::progress::Progress;
use super::words::{table, whole};
use super::{Failure, print_result, write};
use crate::layer::{self, Answer, Engaged, Findings, Layer, Value};
use crate::measure::{Coverage, GivingRule, coverage, giving};
use crate::place::{Place, Standard};
use std::fmt::Write;
use std::path::Path;

/// Layers `--layer` can name; the first when it names none.
const LAYERS: [&str; 6] = ["giving", "grants", "giving-zones", "giving-need", "giving-place", BESIDE];

/// The layer that needs coverage and reach as well.
const BESIDE: &str = "giving-beside";

/// Runs the measure.
pub fn run(place: &Place, args: &MeasureArgs, progress: &Progress) -> Result<(), Failure> {
    let page = args.out.as_deref().is_some_and(|path| path.extension().is_some_and(|ending| ending == "html"));
    if !page {
        args.out.as_deref().map(check_ending).transpose()?;
    }
    let wanted = args.layer.as_deref().unwrap_or(LAYERS[0]);
    if !LAYERS.contains(&wanted) {
        return Err(Failure::Usage(format!("--layer {wanted}: giving has {}", LAYERS.join(", "))));
    }
    progress.step("Measuring giving");
    let Some(reached) = giving(place, GivingRule::default()) else {
        return Err(Failure::Failed("place.toml has no [[grants]]: add a file in the 360Giving standard".to_owned()));
    };
    let beside = page || wanted == BESIDE;
    let covered: Vec<(&Standard, Coverage)> = if beside {
        progress.step("Measuring coverage");
        place.standards.iter().map(|standard| (standard, coverage(place, standard))).collect()
    } else {
        Vec::new()
    };
    let engaged = if beside { Engaged::of(place).map_err(|why| Failure::Failed(why.to_string()))? } else { None };
    let standards = covered.iter().map(|(standard, coverage)| Answer { standard, coverage, gaps: None }).collect();
    let findings = Findings { standards, engaged: engaged.as_ref(), giving: Some(&reached) };
    let layers = layer::giving_layers(place, &findings);
    progress.done();
    let find = |id: &str| layers.iter().find(|layer| layer.id == id);
    let Some(layer) = find(wanted) else {
        let why = if wanted == BESIDE { "standards and no engagement records" } else { "index of deprivation" };
        return Err(Failure::Failed(format!("there is no {wanted} here: the place has no {why}")));
    };
    match &args.out {
        Some(path) if page => {
            let text = layer::giving::page::write(&place.name, find).unwrap_or_default();
            write(path, text.as_bytes())?;
            eprintln!("wrote a page to print to {}", path.display());
            Ok(())
        }
        Some(path) => file(place, layer, path),
        None => {
            let text = find("giving-place").map(|total| words(place, layer, total)).unwrap_or_default();
            print_result(&text)
        }
    }
}

fn file(place: &Place, layer: &Layer, path: &Path) -> Result<(), Failure> {
    write(path, &bytes(place, layer, path))?;
    eprintln!("wrote {} features to {}", whole(layer.features.len() as f64), path.display());
    Ok(())
}

fn words(place: &Place, layer: &Layer, total: &Layer) -> String {
    let mut text = format!("{}: giving\n", place.name);
    for notice in &layer.credits.notices {
        let _ = writeln!(text, "{notice}");
    }
    let about = |name: &str| value(total, 0, name);
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
    if about("need_words") != "-" {
        let _ = writeln!(text, "{}", about("need_words"));
    }
    let columns: Vec<&str> = match layer.id.as_str() {
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
        "giving-place" => return text + &upright(layer),
        _ => layer.fields.iter().map(|field| field.name.as_str()).collect(),
    };
    let mut rows = vec![columns.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()];
    rows.extend((0..layer.features.len()).map(|row| columns.iter().map(|name| value(layer, row, name)).collect()));
    text + "\n" + &table(&rows)
}

/// One row as lines of name and value.
fn upright(layer: &Layer) -> String {
    let line = |field: &crate::layer::Field| vec![field.title.clone(), value(layer, 0, &field.name)];
    format!("\n{}", table(&layer.fields.iter().map(line).collect::<Vec<_>>()))
}

fn value(layer: &Layer, row: usize, name: &str) -> String {
    let column = layer.fields.iter().position(|field| field.name == name);
    let value = column.and_then(|column| layer.features.get(row)?.values.get(column));
    match value {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::Number(number)) if layer.fields[column.unwrap_or(0)].unit == Some("pounds") => {
            let pence = (number * 100.0).round();
            format!("{}.{:02}", whole((pence / 100.0).trunc()), (pence % 100.0).abs())
        }
        Some(value) => layer::csv::plain(value),
    }
}
