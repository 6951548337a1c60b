//! `patchwork measure reach|themes|evidence`: what engagement records say, protected.

use super::args::MeasureArgs;
use super::output::{check_ending, write_layer};
use super::progress::Progress;
use super::words::whole;
use super::{Failure, print_result};
use crate::layer::catalog::Entry;
use crate::layer::{Layer, engagement_layers};
use crate::measure::Engaged;
use crate::place::{Basis, Place};
use crate::report::printed;
use std::fmt::Write;

/// Runs the command on a place.
pub(super) fn run(entry: &Entry, args: &MeasureArgs, place: &Place, progress: &Progress) -> Result<(), Failure> {
    if let Some(path) = &args.out {
        check_ending(path)?;
    }
    progress.step("Counting and protecting");
    let engaged = Engaged::of(place).map_err(|why| Failure::Failed(why.to_string()))?.ok_or_else(|| {
        Failure::Failed(
            "the place has no engagement records that can be used: see [[engagement]] in place.toml".to_owned(),
        )
    })?;
    let layers = chosen(entry, args, engagement_layers(place, &engaged))?;
    progress.done();
    if layers.is_empty() {
        return Err(Failure::Failed(format!("there is nothing to say of {} here", entry.title)));
    }
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
        text += &printed::of_records(place, layer);
    }
    print_result(&text)
}

fn chosen(entry: &Entry, args: &MeasureArgs, layers: Vec<Layer>) -> Result<Vec<Layer>, Failure> {
    let all: Vec<Layer> = layers.into_iter().filter(|layer| layer.id.kind() == entry.id).collect();
    let Some(wanted) = &args.dimension else { return Ok(all) };
    let key = |layer: &Layer| layer.id.dimension().map(|(key, _)| key.to_owned());
    let keys: Vec<String> = all.iter().filter_map(key).collect();
    let kept: Vec<Layer> = all.into_iter().filter(|layer| key(layer).as_ref() == Some(wanted)).collect();
    if kept.is_empty() {
        return Err(Failure::Usage(format!("no dimension {wanted:?} in the records; there are {}", keys.join(", "))));
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
