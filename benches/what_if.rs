//! How long does it take to answer "what if the hub stood here instead", in a place of any size?
//!
//! `cargo bench --profile dev --bench what_if -- DIR…`: for each place directory the median and the 99th percentile,
//! over a thousand pins at homes spread over the place, of one moved pin for one standard and for all of them.
#![allow(clippy::print_stdout, reason = "a bench prints what it finds")]

use patchwork::load::load;
use patchwork::measure::what_if::OFF_STREET;
use patchwork::measure::{Edit, Today, what_if};
use patchwork::place::Place;
use std::path::Path;
use std::time::{Duration, Instant};

const PINS: usize = 1000;

fn main() {
    let dirs: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    if dirs.is_empty() {
        println!("what if: left out, no place directory was given");
    }
    for dir in dirs {
        match load(Path::new(&dir), &|_| {}).place {
            Some(place) => measure(&dir, &place),
            None => println!("what if: {dir} is not usable; see patchwork check {dir}"),
        }
    }
}

fn measure(dir: &str, place: &Place) {
    let today = Today::of(place);
    let Some(standard) = place.standards.first() else { return println!("what if: {dir} has no standard") };
    let hubs: Vec<_> = place.assets.enumerate().filter(|(_, asset)| standard.kinds.contains(&asset.kind)).collect();
    let pins: Vec<[Edit; 1]> = (0..PINS)
        .filter_map(|pin| {
            let (index, hub) = hubs.get(pin % hubs.len().max(1))?;
            let at = place.positions[pin * 7919 % place.positions.len()].at;
            let snap = place.streets.as_ref().and_then(|streets| streets.snap(at, OFF_STREET));
            let mut moved = (*hub).clone();
            (moved.at, moved.snap) = (at, snap);
            Some([Edit { asset: Some(*index), after: Some(moved) }])
        })
        .collect();
    let time = |standards: std::ops::Range<usize>| {
        let mut times: Vec<Duration> = pins
            .iter()
            .map(|edits| {
                let began = Instant::now();
                for standard in standards.clone() {
                    std::hint::black_box(what_if(place, &today, standard, edits));
                }
                began.elapsed()
            })
            .collect();
        times.sort_unstable();
        let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or_default();
        format!("median {:.2} ms, p99 {:.2} ms", at(0.5).as_secs_f64() * 1e3, at(0.99).as_secs_f64() * 1e3)
    };
    println!(
        "what if, {dir} ({:.0} residents, {} positions, {} hubs), one moved pin: one standard {}; all {} standards {}",
        place.residents(),
        place.positions.len(),
        hubs.len(),
        time(0..1),
        place.standards.len(),
        time(0..place.standards.len()),
    );
}
