//! p-median files of OR-Library (Beasley 1990): `nodes edges p`, then `node node cost` per edge.
//!
//! Every node is a demand point and a site, the network is undirected, and costs are the shortest ways through it.
//! Where an edge comes more than once the last one holds, which is what the published optima rest on.

use crate::locate::Costs;
use crate::place::{Code, Issue, Where};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::io::Read;
use std::path::Path;

/// What a file holds.
#[derive(Debug)]
pub(super) struct Instance {
    pub(super) costs: Costs,
    /// How many sites the file asks for.
    pub(super) sites: usize,
}

/// More nodes than this would need more than 12 GB for the ways between all of them.
const MOST_NODES: usize = 30_000;

/// Reads a file if its first line is three whole numbers and nothing else, as no table of columns begins.
pub(super) fn read(path: &Path) -> Result<Option<Instance>, Issue> {
    let shown = path.display().to_string();
    let open = || -> std::io::Result<Option<String>> {
        let mut file = std::fs::File::open(path)?;
        let mut head = [0u8; 256];
        let length = file.read(&mut head)?;
        if !is_orlib(&String::from_utf8_lossy(&head[..length])) {
            return Ok(None);
        }
        std::fs::read(path).map(|bytes| Some(String::from_utf8_lossy(&bytes).into_owned()))
    };
    match open() {
        Ok(None) => Ok(None),
        Ok(Some(text)) => parse(&text, &shown).map(Some),
        Err(error) => {
            let problem = format!("The file cannot be read: {error}");
            Err(Issue::error(Code::FileUnreadable, Where::file(shown), problem, "Check the path and who may read it"))
        }
    }
}

fn is_orlib(head: &str) -> bool {
    let Some(line) = head.lines().find(|line| !line.trim().is_empty()) else { return false };
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    words.len() == 3 && words.iter().all(|word| word.bytes().all(|byte| byte.is_ascii_digit()))
}

fn parse(text: &str, shown: &str) -> Result<Instance, Issue> {
    let wrong = |line: usize, problem: String| {
        let at = Where::file(shown).row(line as u64 + 1);
        Err(Issue::error(
            Code::Orlib,
            at,
            problem,
            "Write nodes, edges and sites on the first line, then one edge per line",
        ))
    };
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let head: Vec<usize> = lines
        .next()
        .map(|(_, line)| line.split_ascii_whitespace().filter_map(|word| word.parse().ok()).collect())
        .unwrap_or_default();
    let [n, m, sites] = head[..] else { return wrong(0, "The first line is not three whole numbers".to_owned()) };
    if n > MOST_NODES {
        return wrong(
            0,
            format!("There are {n} nodes, and the ways between all of them fit in memory up to {MOST_NODES}"),
        );
    }
    let mut edges: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    let mut count = 0;
    for (at, line) in lines {
        let words: Vec<f64> = line.split_ascii_whitespace().filter_map(|word| word.parse().ok()).collect();
        let [a, b, cost] = words[..] else { return wrong(at, "The line is not two nodes and a cost".to_owned()) };
        let node = |x: f64| (x >= 1.0 && x <= n as f64 && x.fract() == 0.0).then_some(x as usize - 1);
        let (Some(a), Some(b)) = (node(a), node(b)) else {
            return wrong(at, format!("The nodes of an edge must be whole numbers from 1 to {n}"));
        };
        if !cost.is_finite() || cost < 0.0 {
            return wrong(at, format!("The cost is {cost}, and it must be a number from 0 up"));
        }
        edges.insert((a.min(b), a.max(b)), cost);
        count += 1;
    }
    if count != m {
        return wrong(0, format!("The first line promises {m} edges, and there are {count}"));
    }
    let mut near: Vec<Vec<(usize, f64)>> = vec![Vec::new(); n];
    for ((a, b), cost) in edges {
        near[a].push((b, cost));
        near[b].push((a, cost));
    }
    let lists: Vec<Vec<(u32, f64)>> = (0..n).map(|from| ways(from, &near)).collect();
    match Costs::from_lists(n, &lists) {
        Ok(costs) => Ok(Instance { costs, sites }),
        Err(why) => wrong(0, why.to_string()),
    }
}

/// The costs from one node to all it can reach (Dijkstra 1959).
fn ways(from: usize, near: &[Vec<(usize, f64)>]) -> Vec<(u32, f64)> {
    let mut least: Vec<Option<f64>> = vec![None; near.len()];
    // Costs are not negative, so their bits are in the order of the numbers.
    let mut heap = BinaryHeap::from([Reverse((0u64, from))]);
    while let Some(Reverse((bits, node))) = heap.pop() {
        let cost = f64::from_bits(bits);
        if least[node].is_some() {
            continue;
        }
        least[node] = Some(cost);
        for &(next, step) in &near[node] {
            if least[next].is_none() {
                heap.push(Reverse(((cost + step).to_bits(), next)));
            }
        }
    }
    (0u32..).zip(least).filter_map(|(node, cost)| cost.map(|cost| (node, cost))).collect()
}
