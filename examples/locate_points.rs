//! How long points take to find their zone: `locate_points ZONES POINTS`, where POINTS holds longitude and
//! latitude as pairs of little-endian doubles. Prints the seconds and a digest of the counts, for the
//! comparison with geopandas in `benches/peers/locate_points.py`.

#![allow(clippy::print_stdout, reason = "a program that prints its result")]

use geo::{Geometry, MultiPolygon};
use patchwork::load::Issues;
use patchwork::load::engagement::grid::AreaGrid;
use patchwork::load::table::{Options, Table};
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
    let begun = Instant::now();
    let mut counts = vec![0_u64; shapes.len()];
    for &(x, y) in &points {
        if let Some(area) = grid.area_of(x, y) {
            counts[area] += 1;
        }
    }
    let located = begun.elapsed().as_secs_f64();
    let inside: u64 = counts.iter().sum();
    println!("{{\"points\":{},\"inside\":{inside},\"build_s\":{built:.3},\"locate_s\":{located:.3}}}", points.len());
    let out = std::env::args().nth(3).unwrap_or_else(|| "counts.bin".to_owned());
    let counts: Vec<u8> = counts.iter().flat_map(|count| count.to_le_bytes()).collect();
    std::fs::write(out, counts).expect("written");
}
