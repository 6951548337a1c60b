//! How long does it take to answer "what if the hub stood here instead", in a place of any size?
//!
//! `cargo bench --profile dev --bench what_if -- DIR…`: for each place directory the median and the 99th percentile,
//! over a thousand pins at homes spread over the place, of one moved pin for one standard and for all of them on foot; and
//! for each standard by bus how long all of it takes from nothing, and one moved pin.
#![allow(clippy::print_stdout, reason = "a bench prints what it finds")]

use patchwork::load::load;
use patchwork::measure::what_if::OFF_STREET;
use patchwork::measure::{Edit, Today, coverage, what_if};
use patchwork::place::{Place, Standard};
use std::path::Path;
use std::time::{Duration, Instant};

const PINS: usize = 1000;

/// Of those by bus, which take longer.
const BUS_PINS: usize = 40;

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
    by_bus(dir, place, &today);
    let Some(standard) = place.standards.first() else { return println!("what if: {dir} has no standard") };
    let pins = pins(place, standard, PINS);
    let on_foot = place.standards.iter().take_while(|standard| standard.transit.is_none()).count();
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
        "what if, {dir} ({:.0} residents, {} positions), one moved pin: one standard {}; the first {} standards {}",
        place.residents(),
        place.positions.len(),
        time(0..1),
        on_foot,
        time(0..on_foot),
    );
}

/// Assets of a standard moved to homes spread over the place, one at a time.
fn pins(place: &Place, standard: &Standard, count: usize) -> Vec<[Edit; 1]> {
    let hubs: Vec<_> = place.assets.enumerate().filter(|(_, asset)| standard.kinds.contains(&asset.kind)).collect();
    let pin = |pin: usize| {
        let (index, hub) = hubs.get(pin % hubs.len().max(1))?;
        let at = place.positions[pin * 7919 % place.positions.len()].at;
        let snap = place.streets.as_ref().and_then(|streets| streets.snap(at, OFF_STREET));
        let mut moved = (*hub).clone();
        (moved.at, moved.snap) = (at, snap);
        Some([Edit { asset: Some(*index), after: Some(moved) }])
    };
    (0..count).filter_map(pin).collect()
}

fn by_bus(dir: &str, place: &Place, today: &Today) {
    for (number, standard) in place.standards.iter().enumerate().filter(|(_, standard)| standard.transit.is_some()) {
        let timed = |work: &dyn Fn()| {
            let began = Instant::now();
            work();
            began.elapsed().as_secs_f64() * 1e3
        };
        let whole = timed(&|| drop(std::hint::black_box(coverage(place, standard))));
        let mut moved: Vec<f64> = pins(place, standard, BUS_PINS)
            .iter()
            .map(|edits| timed(&|| drop(std::hint::black_box(what_if(place, today, number, edits)))))
            .collect();
        let first = moved.first().copied().unwrap_or_default();
        moved.sort_unstable_by(f64::total_cmp);
        let at = |share: f64| moved.get((moved.len() as f64 * share) as usize).copied().unwrap_or_default();
        println!(
            "by bus, {dir}, {}: everybody at every departure {whole:.0} ms; one moved pin {first:.0} ms at first, then median \
             {:.1} ms, 95th percentile {:.1} ms",
            standard.key,
            at(0.5),
            at(0.95),
        );
    }
}
