//! Buses along the through roads: every twenty minutes on weekdays, none in the evening, few on Saturdays, and one line
//! on Sundays.

use super::borough::Borough;
use super::sheet::{Class, Line, NodeId};
use crate::crs::Xy;
use std::collections::{BTreeMap, BTreeSet};

/// Metres between stops, at least.
const BETWEEN_STOPS: f64 = 320.0;
/// Metres a second between stops with the waits at them in it: 18 km/h.
const SPEED: f64 = 5.0;

/// A line of buses along one straight road of the drawing, there and back.
#[derive(Debug)]
pub(super) struct BusLine {
    /// Its stops in order: their nodes, what they are called, and seconds from the first.
    pub stops: Vec<(NodeId, String, i32)>,
}

/// When buses of a line leave its two ends on days of one kind.
#[derive(Debug, Clone, Copy)]
pub(super) struct Service {
    /// Its name in the files.
    pub key: &'static str,
    /// Monday to Sunday.
    pub days: [bool; 7],
    /// Seconds after midnight of the first.
    pub first: i32,
    /// None leaves later.
    pub last: i32,
    /// Seconds from one to the next.
    pub every: i32,
    /// Only the line with the most stops runs.
    pub is_one_line: bool,
}

/// Weekdays until half past six, Saturdays less often, Sundays one line.
pub(super) const SERVICES: [Service; 3] = [
    Service {
        key: "weekday",
        days: [true, true, true, true, true, false, false],
        first: 6 * 3600 + 1800,
        last: 18 * 3600 + 1800,
        every: 1200,
        is_one_line: false,
    },
    Service {
        key: "saturday",
        days: [false, false, false, false, false, true, false],
        first: 8 * 3600,
        last: 17 * 3600,
        every: 1800,
        is_one_line: false,
    },
    Service {
        key: "sunday",
        days: [false, false, false, false, false, false, true],
        first: 10 * 3600,
        last: 16 * 3600,
        every: 3600,
        is_one_line: true,
    },
];

/// The lines of a borough, that with the most stops first.
///
/// * `grid`: where the nodes of the drawing lie.
pub(super) fn lines(borough: &Borough, grid: &[Xy]) -> Vec<BusLine> {
    // A road takes its other name in the middle of the town: two numbers that follow each other.
    let mut roads: BTreeMap<usize, Vec<(NodeId, usize, Class)>> = BTreeMap::new();
    for chord in &borough.town.sheet.chords {
        let class = match chord.line {
            Line::Street(class) | Line::Bridge(class, _) => class,
            Line::Coast | Line::Edge(_) => continue,
        };
        if matches!(class, Class::Primary | Class::Secondary) && chord.road > 0 {
            let nodes = chord.stations.iter().map(|(_, node)| (*node, chord.road, class));
            roads.entry((chord.road - 1) / 2).or_default().extend(nodes);
        }
    }
    let pair = |a: NodeId, b: NodeId| (a.min(b), a.max(b));
    let stations = borough.town.sheet.chords.iter().flat_map(|chord| chord.stations.windows(2));
    let joined: BTreeSet<(NodeId, NodeId)> = stations.map(|two| pair(two[0].1, two[1].1)).collect();
    let mut lines: Vec<BusLine> = Vec::new();
    for nodes in roads.into_values() {
        // A road that ends at the river goes on beyond it, and no bus does.
        let nodes = in_order(borough, nodes);
        let runs = nodes.chunk_by(|a, b| joined.contains(&pair(a.0, b.0)));
        lines.extend(runs.filter_map(|run| line(borough, grid, run)));
    }
    lines.sort_by_key(|line| std::cmp::Reverse(line.stops.len()));
    lines
}

/// Nodes on a straight road from one end to the other.
fn in_order(borough: &Borough, mut nodes: Vec<(NodeId, usize, Class)>) -> Vec<(NodeId, usize, Class)> {
    let at = |node: NodeId| borough.town.sheet.nodes[node];
    let Some(start) = nodes.first().map(|first| at(first.0)) else { return nodes };
    let far = |node: NodeId| start.distance(at(node)).get();
    let end = nodes.iter().map(|(node, ..)| *node).max_by(|a, b| far(*a).total_cmp(&far(*b)));
    let end = end.map_or(start, at);
    let along = |node: NodeId| (at(node).x - start.x) * (end.x - start.x) + (at(node).y - start.y) * (end.y - start.y);
    nodes.sort_by(|a, b| along(a.0).total_cmp(&along(b.0)).then(a.0.cmp(&b.0)));
    nodes.dedup_by_key(|(node, ..)| *node);
    nodes
}

fn line(borough: &Borough, grid: &[Xy], nodes: &[(NodeId, usize, Class)]) -> Option<BusLine> {
    let mut stops: Vec<(NodeId, String, i32)> = Vec::new();
    let (mut driven, mut since) = (0.0, BETWEEN_STOPS);
    let mut before: Option<NodeId> = None;
    for &(node, road, class) in nodes {
        let step = before.map_or(0.0, |last| grid[last].distance(grid[node]).get());
        (driven, since) = (driven + step, since + step);
        if since >= BETWEEN_STOPS {
            let name = format!("{}, stop {}", borough.names.street(road, class), stops.len() + 1);
            stops.push((node, name, (driven / SPEED).round() as i32));
            since = 0.0;
        }
        before = Some(node);
    }
    (stops.len() >= 3).then_some(BusLine { stops })
}
