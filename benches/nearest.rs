//! How long does it take to find the nearest of each of five kinds of asset from every node of a
//! street network of 226,000 nodes, and how long to answer "what if there were one here"?
//!
//! The comparison with other programs on the same input is `benches/peers/nearest.py`.

use criterion::{Criterion, criterion_group, criterion_main};
use patchwork::crs::Xy;
use patchwork::network::{Builder, NodeIdx, Search, Snap, StreetClass, StreetNetwork, Targets, nearest_of_nodes_many};
use patchwork::units::Metres;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::hint::black_box;

const SIDE: usize = 475;
const LIMIT: Metres = Metres::new(2000.0);

/// A shaken grid of 90 m with two thirds of its streets, each up to a quarter longer than straight.
fn town(random: &mut ChaCha8Rng) -> StreetNetwork {
    let mut builder = Builder::new();
    let mut shake = |i: usize| i as f64 * 90.0 + random.random_range(-27.0..27.0);
    let at: Vec<Xy> = (0..SIDE * SIDE).map(|i| Xy::new(shake(i % SIDE), shake(i / SIDE))).collect();
    let nodes: Vec<_> = at.iter().map(|&at| builder.node(at)).collect();
    for i in 0..SIDE * SIDE {
        let east = (i % SIDE + 1 < SIDE).then_some(i + 1);
        let north = (i / SIDE + 1 < SIDE).then_some(i + SIDE);
        for next in east.into_iter().chain(north) {
            if random.random_bool(0.66) {
                let bend = random.random_range(0.0..30.0);
                let middle = Xy::new((at[i].x + at[next].x) / 2.0 + bend, (at[i].y + at[next].y) / 2.0 + bend);
                builder.street(nodes[i], nodes[next], &[middle], StreetClass::Residential, None);
            }
        }
    }
    builder.build().0
}

fn nearest(criterion: &mut Criterion) {
    let mut random = ChaCha8Rng::seed_from_u64(11);
    let network = town(&mut random);
    let nodes: Vec<NodeIdx> = network.nodes().map(|(node, _)| node).collect();
    let mut some = |n: usize| -> Vec<Snap> {
        (0..n).map(|_| network.on_node(nodes[random.random_range(0..nodes.len())])).collect()
    };
    let sets: Vec<Vec<Snap>> = [22, 56, 113, 226, 2260].map(&mut some).to_vec();
    let sets: Vec<&[Snap]> = sets.iter().map(Vec::as_slice).collect();
    criterion.bench_function("nearest of five kinds from every node, 2,000 m", |bencher| {
        bencher.iter(|| nearest_of_nodes_many(black_box(&network), &sets, Some(LIMIT)));
    });

    let positions = some(100_000);
    let targets = Targets::new(&network, &positions);
    let one_more = some(1)[0];
    let mut search = Search::new(&network);
    criterion.bench_function("what if there were one here, 100,000 positions, 2,000 m", |bencher| {
        bencher.iter(|| search.within(black_box(&one_more), &targets, LIMIT));
    });
    let points: Vec<Xy> = positions.iter().map(|snap| Xy::new(snap.at.x + 20.0, snap.at.y - 30.0)).collect();
    criterion.bench_function("where 1,000 points meet the streets", |bencher| {
        bencher.iter(|| points[..1000].iter().filter_map(|&at| network.snap(at, LIMIT)).count());
    });
}

criterion_group!(benches, nearest);
criterion_main!(benches);
