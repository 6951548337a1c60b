use super::Island;
use super::edge::Edge;
use super::graph::Arcs;
use crate::crs::Xy;
use crate::units::Metres;

/// The island of each node, and the islands, the one with most street first (then by first node).
pub(super) fn find_islands(nodes: &[Xy], edges: &[Edge], arcs: &Arcs) -> (Vec<u32>, Vec<Island>) {
    const UNSEEN: u32 = u32::MAX;
    let mut island_of = vec![UNSEEN; nodes.len()];
    let mut islands: Vec<Island> = Vec::new();
    let mut stack = Vec::new();
    for start in 0..nodes.len() {
        if island_of[start] != UNSEEN {
            continue;
        }
        let number = islands.len() as u32;
        island_of[start] = number;
        stack.push(start);
        let mut count = 0;
        while let Some(node) = stack.pop() {
            count += 1;
            for &(next, _) in &arcs.to[arcs.first[node] as usize..arcs.first[node + 1] as usize] {
                if island_of[next as usize] == UNSEEN {
                    island_of[next as usize] = number;
                    stack.push(next as usize);
                }
            }
        }
        islands.push(Island { nodes: count, length: Metres::ZERO, at: nodes[start] });
    }
    for edge in edges {
        let island = &mut islands[island_of[edge.from as usize] as usize];
        island.length = island.length + Metres::new(edge.length);
    }
    largest_first(island_of, islands)
}

fn largest_first(mut island_of: Vec<u32>, islands: Vec<Island>) -> (Vec<u32>, Vec<Island>) {
    let mut order: Vec<usize> = (0..islands.len()).collect();
    order.sort_by(|&a, &b| islands[b].length.get().total_cmp(&islands[a].length.get()).then(a.cmp(&b)));
    let mut rank = vec![0; islands.len()];
    for (new, &old) in order.iter().enumerate() {
        rank[old] = new as u32;
    }
    for island in &mut island_of {
        *island = rank[*island as usize];
    }
    (island_of, order.into_iter().map(|old| islands[old]).collect())
}
