//! Times the nearest asset of each category from every node of a network given as CSV, and prints one
//! line of JSON: `time_nearest NODES EDGES ASSETS LIMIT_M REPETITIONS [DISTANCES]`.
//!
//! The columns are those of the inputs of the comparison with other programs: nodes `id,x,y`, edges
//! `u,v,length_m`, assets `category,node_id`. `seconds` is until the answer for every node can be read
//! off, distance and asset; `seconds_in_order` is until the distances also stand in one list per category
//! in the order of the nodes file, infinite where nothing is within the limit, as scipy gives them.
//! `DISTANCES` gets the last such lists as little-endian 64-bit floats.

use patchwork::crs::Xy;
use patchwork::network::{
    Builder, BuilderNode, NearestOfNodes, NodeIdx, Snap, StreetClass, StreetNetwork, nearest_of_nodes_many,
};
use patchwork::units::Metres;
use rayon::prelude::*;
use std::error::Error;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, nodes, edges, assets, limit, repetitions, rest @ ..] = arguments.as_slice() else {
        return Err("time_nearest NODES EDGES ASSETS LIMIT_M REPETITIONS [DISTANCES]".into());
    };
    let limit = Metres::new(limit.parse()?);
    let (nodes, edges) = (read_nodes(nodes)?, read_edges(edges)?);
    let began = Instant::now();
    let (network, order) = build(&nodes, &edges)?;
    let build_s = began.elapsed().as_secs_f64();
    let before_mb = memory_mb("VmRSS:");
    let categories = read_assets(assets, &network, &order)?;
    let sets: Vec<&[Snap]> = categories.iter().map(|(_, snaps)| snaps.as_slice()).collect();

    let (mut seconds, mut in_order) = (Vec::new(), Vec::new());
    let mut answer = Vec::new();
    for _ in 0..repetitions.parse::<usize>()?.max(1) {
        answer.clear();
        let began = Instant::now();
        let nearest = nearest_of_nodes_many(&network, &sets, Some(limit));
        seconds.push(began.elapsed().as_secs_f64());
        answer = nearest.iter().map(|nearest| lay_out(nearest, &order)).collect();
        in_order.push(began.elapsed().as_secs_f64());
    }
    let within = || answer.iter().flatten().filter(|&&distance| distance < limit.get() - 1e-6);
    let sum: u64 = within().map(|distance| (distance * 10.0).round_ties_even() as u64).sum();
    let report = serde_json::json!({
        "peer": "patchwork",
        "build_s": build_s,
        "seconds": spread(&mut seconds),
        "seconds_in_order": spread(&mut in_order),
        "runs": seconds.len(),
        "peak_rss_mb": memory_mb("VmHWM:"),
        "rss_before_mb": before_mb,
        "threads": rayon::current_num_threads(),
        "result_checksum": format!("{}:{sum}", within().count()),
    });
    if let [distances] = rest {
        let bytes: Vec<u8> = answer.iter().flatten().flat_map(|distance| distance.to_le_bytes()).collect();
        std::fs::write(distances, bytes)?;
    }
    Ok(serde_json::to_writer(std::io::stdout(), &report)?)
}

fn spread(seconds: &mut [f64]) -> serde_json::Value {
    seconds.sort_by(f64::total_cmp);
    let at = |share: usize| seconds.get((seconds.len() - 1) * share / 2);
    serde_json::json!({"min": at(0), "median": at(1), "max": at(2)})
}

/// The distances in the order of the nodes file.
fn lay_out(nearest: &NearestOfNodes, order: &[Option<NodeIdx>]) -> Vec<f64> {
    let distance = |node: NodeIdx| nearest.of(node).map(|nearest| nearest.distance.get());
    let in_order = order.par_iter().with_min_len(1 << 14);
    in_order.map(|node| node.and_then(distance).unwrap_or(f64::INFINITY)).collect()
}

/// Makes the network; a street longer than the straight line between its ends gets a bend that makes it
/// exactly so long.
fn build(nodes: &[Xy], edges: &[(usize, usize, f64)]) -> Result<(StreetNetwork, Vec<Option<NodeIdx>>), Box<dyn Error>> {
    let mut builder = Builder::new();
    let named: Vec<BuilderNode> = nodes.iter().map(|&at| builder.node(at)).collect();
    for &(u, v, length) in edges {
        let (from, to) = (nodes.get(u).ok_or("an edge names no node")?, nodes.get(v).ok_or("an edge names no node")?);
        let straight = from.distance(*to).get();
        let height = (length * length - straight * straight).max(0.0).sqrt() / 2.0;
        let (across, up) = ((to.y - from.y) / straight, (from.x - to.x) / straight);
        let middle = Xy::new((from.x + to.x) / 2.0 + height * across, (from.y + to.y) / 2.0 + height * up);
        let between: &[Xy] = if height > 0.0 { &[middle] } else { &[] };
        builder.street(named[u], named[v], between, StreetClass::Residential, None);
    }
    let (network, report) = builder.build();
    let order = named.into_iter().map(|node| report.node(node)).collect();
    Ok((network, order))
}

fn read_nodes(path: &str) -> Result<Vec<Xy>, Box<dyn Error>> {
    let rows = csv::Reader::from_path(path)?.into_deserialize::<(usize, f64, f64)>();
    rows.map(|row| row.map(|(_, x, y)| Xy::new(x, y)).map_err(Into::into)).collect()
}

fn read_edges(path: &str) -> Result<Vec<(usize, usize, f64)>, Box<dyn Error>> {
    csv::Reader::from_path(path)?.into_deserialize().map(|row| row.map_err(Into::into)).collect()
}

type Categories = Vec<(String, Vec<Snap>)>;

fn read_assets(path: &str, network: &StreetNetwork, order: &[Option<NodeIdx>]) -> Result<Categories, Box<dyn Error>> {
    let mut categories: Categories = Vec::new();
    for row in csv::Reader::from_path(path)?.into_deserialize::<(String, usize, f64, f64)>() {
        let (category, node, ..) = row?;
        let node = order.get(node).copied().flatten().ok_or("an asset names no node with a street")?;
        if categories.last().is_none_or(|(last, _)| *last != category) {
            categories.push((category, Vec::new()));
        }
        if let Some((_, snaps)) = categories.last_mut() {
            snaps.push(network.on_node(node));
        }
    }
    Ok(categories)
}

/// A line of what Linux tells of this process's memory; nothing elsewhere.
fn memory_mb(line: &str) -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let kilobytes = status.lines().find_map(|text| text.strip_prefix(line))?;
    Some(kilobytes.split_whitespace().next()?.parse::<f64>().ok()? / 1024.0)
}
