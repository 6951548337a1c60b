//! How long points take to find their zone: `locate_points ZONES POINTS`, where POINTS holds longitude and
//! latitude as pairs of little-endian doubles. Prints the seconds and writes the
//! counts to a third file, for the comparison with geopandas and sedonadb in `benches/peers/locate_points.py`.

#![allow(clippy::print_stdout, reason = "a program that prints its result")]

use geo::{Geometry, MultiPolygon};
use patchwork::load::Issues;
use patchwork::load::engagement::grid::AreaGrid;
use patchwork::read::{Options, Table};
use std::path::Path;
use std::time::Instant;

fn main() {
    let mut args = std::env::args().skip(1);
    let (Some(zones), Some(points)) = (args.next(), args.next()) else {
        eprintln!("call it as: locate_points ZONES POINTS");
        std::process::exit(2);
    };
    let mut issues = Issues::default();
    let table = Table::read(Path::new(&zones), &zones, Options::default(), &mut issues).expect("a map layer");
    let shapes: Vec<Option<MultiPolygon<f64>>> = table
        .shapes()
        .expect("a map layer has shapes")
        .geometries
        .iter()
        .map(|geometry| match geometry {
            Some(Geometry::MultiPolygon(shape)) => Some(shape.clone()),
            Some(Geometry::Polygon(shape)) => Some(MultiPolygon(vec![shape.clone()])),
            _ => None,
        })
        .collect();
    let bytes = std::fs::read(&points).expect("the points");
    let points: Vec<(f64, f64)> = bytes
        .chunks_exact(16)
        .map(|pair| {
            let number = |at: usize| f64::from_le_bytes(pair[at..at + 8].try_into().expect("eight bytes"));
            (number(0), number(8))
        })
        .collect();
    let begun = Instant::now();
    let grid = AreaGrid::new(&shapes.iter().map(Option::as_ref).collect::<Vec<_>>());
    let built = begun.elapsed().as_secs_f64();
    // Sixteen thousand at a time, as records come in batches; the last count is of those in no zone.
    let begun = Instant::now();
    let mut counts = vec![0_u64; shapes.len() + 1];
    let mut areas = Vec::new();
    for some in points.chunks(16_384) {
        grid.areas_of(some, &mut areas);
        for area in &areas {
            counts[area.map_or(shapes.len(), |area| area as usize)] += 1;
        }
    }
    let located = begun.elapsed().as_secs_f64();
    counts.pop();
    let begun = Instant::now();
    let inside = points.iter().filter(|(x, y)| grid.area_of(*x, *y).is_some()).count() as u64;
    let singly = begun.elapsed().as_secs_f64();
    assert_eq!(inside, counts.iter().sum::<u64>(), "the same points together and one by one");
    println!(
        "{{\"points\":{},\"inside\":{inside},\"build_s\":{built:.3},\"bytes\":{},\"locate_s\":{located:.3},\"singly_s\":{singly:.3}}}",
        points.len(),
        grid.bytes(),
    );
    let out = std::env::args().nth(3).unwrap_or_else(|| "counts.bin".to_owned());
    let counts: Vec<u8> = counts.iter().flat_map(|count| count.to_le_bytes()).collect();
    std::fs::write(out, counts).expect("written");
}
