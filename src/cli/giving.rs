//! `patchwork measure DIR giving`: where giving reaches, as a table for people or a layer in a file.

use super::args::MeasureArgs;
use super::output::{check_ending, write_layer};
use super::progress::Progress;
use super::words::whole;
use super::{Failure, print_result, write};
use crate::layer::catalog::GIVING;
use crate::layer::{self, Answer, CATALOGUE, Findings, Layer};
use crate::measure::Engaged;
use crate::measure::{Coverage, GivingRule, coverage, giving};
use crate::place::{Place, Standard};
use crate::report;
use std::path::Path;

/// The layer that needs coverage and reach as well.
const BESIDE: &str = "giving-beside";

/// Runs the measure.
pub fn run(place: &Place, args: &MeasureArgs, progress: &Progress) -> Result<(), Failure> {
    let page = args.out.as_deref().is_some_and(|path| path.extension().is_some_and(|ending| ending == "html"));
    if !page {
        args.out.as_deref().map(check_ending).transpose()?;
    }
    let wanted = args.layer.as_deref().unwrap_or(GIVING);
    let known: Vec<&str> = CATALOGUE.iter().filter(|entry| entry.measure == GIVING).map(|entry| entry.id).collect();
    if !known.contains(&wanted) {
        return Err(Failure::Usage(format!("--layer {wanted}: giving has {}", known.join(", "))));
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
    let find = |kind: &str| layers.iter().find(|layer| layer.id.kind() == kind);
    let Some(layer) = find(wanted) else {
        let why = if wanted == BESIDE { "standards and no engagement records" } else { "index of deprivation" };
        return Err(Failure::Failed(format!("there is no {wanted} here: the place has no {why}")));
    };
    match &args.out {
        Some(path) if page => {
            let text = report::giving::write(&place.name, find).unwrap_or_default();
            write(path, text.as_bytes())?;
            eprintln!("wrote a page to print to {}", path.display());
            Ok(())
        }
        Some(path) => file(place, layer, path),
        None => {
            let text =
                find("giving-place").map(|total| report::printed::giving(place, layer, total)).unwrap_or_default();
            print_result(&text)
        }
    }
}

fn file(place: &Place, layer: &Layer, path: &Path) -> Result<(), Failure> {
    write_layer(place, layer, path)?;
    eprintln!("wrote {} features to {}", whole(layer.features.len() as f64), path.display());
    Ok(())
}
