//! Coordinators' areas of about 12,000 residents: made of whole zones, but for one boundary that
//! was drawn before the zones were and cuts through them.

use super::sheet::NodeId;
use super::town::{Quarter, Town};
use crate::crs::Xy;
use std::collections::BTreeMap;

/// Residents of a patch.
const PER_PATCH: f64 = 12_000.0;

/// Which patch every zone and block belongs to.
#[derive(Debug)]
pub(super) struct Patches {
    /// How many there are.
    pub count: usize,
    /// The patch most of each zone's blocks are in.
    pub of_zone: Vec<usize>,
    /// The patch each block is in.
    pub of_block: Vec<usize>,
    /// Zones that lie in two patches.
    pub straddling: Vec<usize>,
}

/// Shares the zones of a town out among patches.
pub(super) fn share_out(town: &Town) -> Patches {
    let residents: u64 = town.zones.iter().map(|z| z.residents).sum();
    let count = (residents as f64 / PER_PATCH).round().max(1.0) as usize;
    let mut patches =
        Patches { count, of_zone: vec![0; town.zones.len()], of_block: Vec::new(), straddling: Vec::new() };
    let (left, right): (Vec<usize>, Vec<usize>) = (0..town.zones.len()).partition(|&z| town.zones[z].left_bank);
    let on_left = people(&town.zones, &left) / residents.max(1) as f64;
    let patches_left = (count as f64 * on_left).round() as usize;
    if patches_left == 0 || patches_left == count {
        halve(&town.zones, (0..town.zones.len()).collect(), 0, count, &mut patches.of_zone);
    } else {
        halve(&town.zones, left, 0, patches_left, &mut patches.of_zone);
        halve(&town.zones, right, patches_left, count - patches_left, &mut patches.of_zone);
    }
    patches.of_block = town.blocks.iter().map(|block| patches.of_zone[block.zone]).collect();
    straddle(town, &mut patches);
    patches
}

fn people(zones: &[Quarter], of: &[usize]) -> f64 {
    of.iter().map(|&z| zones[z].residents as f64).sum()
}

/// Gives `n` patches, numbered from `first`, to these zones, by halving them across their long way.
fn halve(zones: &[Quarter], mut of: Vec<usize>, first: usize, n: usize, patch: &mut [usize]) {
    if n <= 1 {
        for z in of {
            patch[z] = first;
        }
        return;
    }
    let along = |heading: f64, z: usize| zones[z].middle.x * heading.cos() + zones[z].middle.y * heading.sin();
    let extent = |heading: f64| {
        let range = of
            .iter()
            .fold((f64::MAX, f64::MIN), |(low, high), &z| (low.min(along(heading, z)), high.max(along(heading, z))));
        range.1 - range.0
    };
    let headings = (0..12).map(|k| f64::from(k) * std::f64::consts::PI / 12.0);
    let heading = headings.max_by(|a, b| extent(*a).total_cmp(&extent(*b))).unwrap_or(0.0);
    of.sort_by(|&a, &b| along(heading, a).total_cmp(&along(heading, b)).then(a.cmp(&b)));
    let wanted = people(zones, &of) * (n / 2) as f64 / n as f64;
    let mut sum = 0.0;
    let cut = of.iter().take_while(|&&z| {
        sum += zones[z].residents as f64;
        sum <= wanted
    });
    let cut = cut.count().clamp(1.min(of.len()), of.len());
    let rest = of.split_off(cut);
    halve(zones, of, first, n / 2, patch);
    halve(zones, rest, first + n / 2, n - n / 2, patch);
}

/// A directed side of a block, with the block.
type Edge = (NodeId, NodeId, usize);

fn edges(town: &Town) -> Vec<Edge> {
    let mut edges = Vec::new();
    for (b, block) in town.blocks.iter().enumerate() {
        let ring = town.sheet.ring(&block.cell);
        edges.extend((0..ring.len()).map(|i| (ring[i], ring[(i + 1) % ring.len()], b)));
    }
    edges.sort_unstable();
    edges
}

fn other_side(edges: &[Edge], (a, b, _): Edge) -> Option<usize> {
    let at = edges.partition_point(|e| (e.0, e.1) < (b, a));
    edges.get(at).filter(|e| (e.0, e.1) == (b, a)).map(|e| e.2)
}

/// Moves the longest boundary between two patches one row of blocks into one of them.
fn straddle(town: &Town, patches: &mut Patches) {
    let edges = edges(town);
    let mut borders: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
    for &edge in &edges {
        if let Some(beyond) = other_side(&edges, edge) {
            let (here, there) = (patches.of_block[edge.2], patches.of_block[beyond]);
            if here != there {
                borders.entry((here, there)).or_default().push(edge.2);
            }
        }
    }
    let longest = borders.iter().max_by_key(|(pair, blocks)| (blocks.len(), std::cmp::Reverse(**pair)));
    let Some((&(here, there), blocks)) = longest else { return };
    let mut moved = blocks.clone();
    moved.sort_unstable();
    moved.dedup();
    for &block in &moved {
        patches.of_block[block] = there;
    }
    let mut touched: Vec<usize> = moved.iter().map(|&b| town.blocks[b].zone).collect();
    touched.dedup();
    let remain =
        |zone: usize| (0..town.blocks.len()).any(|b| town.blocks[b].zone == zone && patches.of_block[b] == here);
    let (straddling, whole): (Vec<usize>, Vec<usize>) = touched.into_iter().partition(|&zone| remain(zone));
    for zone in whole {
        patches.of_zone[zone] = there;
    }
    patches.straddling = straddling;
}

/// The outlines of every patch: rings of nodes, outer ones anticlockwise and holes clockwise.
pub(super) fn outlines(town: &Town, patches: &Patches) -> Vec<Vec<Vec<NodeId>>> {
    let edges = edges(town);
    let mut borders: Vec<Vec<(NodeId, NodeId)>> = vec![Vec::new(); patches.count];
    for &edge in &edges {
        let here = patches.of_block[edge.2];
        if other_side(&edges, edge).map(|b| patches.of_block[b]) != Some(here) {
            borders[here].push((edge.0, edge.1));
        }
    }
    borders.into_iter().map(|border| rings(border, &town.sheet.nodes)).collect()
}

/// Links directed sides into rings. Where rings touch, each turns as far left as it can, so that none
/// touches itself.
fn rings(border: Vec<(NodeId, NodeId)>, nodes: &[Xy]) -> Vec<Vec<NodeId>> {
    let mut used = vec![false; border.len()];
    let heading = |a: NodeId, b: NodeId| (nodes[b].y - nodes[a].y).atan2(nodes[b].x - nodes[a].x);
    let mut rings = Vec::new();
    for start in 0..border.len() {
        if used[start] {
            continue;
        }
        let (mut ring, mut at) = (Vec::new(), start);
        while !used[at] {
            used[at] = true;
            let (a, b) = border[at];
            ring.push(a);
            let first = border.partition_point(|e| e.0 < b);
            let back = heading(b, a);
            let turn = |i: usize| (back - heading(b, border[i].1)).rem_euclid(std::f64::consts::TAU);
            let onward = (first..border.len()).take_while(|&i| border[i].0 == b).filter(|&i| !used[i]);
            match onward.min_by(|&i, &j| turn(i).total_cmp(&turn(j))) {
                Some(next) => at = next,
                None => break,
            }
        }
        if ring.len() > 2 {
            rings.push(ring);
        }
    }
    rings
}

/// Twice the signed area of a ring: positive when anticlockwise.
pub(super) fn turning(ring: &[Xy]) -> f64 {
    let Some(o) = ring.first() else { return 0.0 };
    (0..ring.len())
        .map(|i| (ring[i], ring[(i + 1) % ring.len()]))
        .map(|(a, b)| (a.x - o.x) * (b.y - o.y) - (b.x - o.x) * (a.y - o.y))
        .sum()
}
