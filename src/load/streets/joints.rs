//! Where lines of a map layer meet: at their ends, and at vertices they share.

use crate::crs::Xy;
use crate::units::Metres;
use std::collections::HashMap;

/// The points where lines meet, and where along each line they are.
#[derive(Debug)]
pub(super) struct Joints {
    /// Where each joint is.
    pub(super) at: Vec<Xy>,
    /// For each line, its cuts in order: the vertex and the joint there. The first is at vertex 0 and
    /// the last at the last vertex.
    pub(super) cuts: Vec<Vec<(usize, usize)>>,
    /// Ends that were moved to meet another, be it by a hair.
    pub(super) moved: usize,
    /// How far the furthest of them was moved.
    pub(super) furthest: Metres,
}

/// Where do these lines meet?
///
/// Ends within `within` of each other, or of a vertex of another line, are one joint, which lies at the
/// westernmost of them; a chain of such ends is one joint as a whole. A vertex inside two lines is a
/// joint if it is the very same point. Lines that cross without a common vertex do not meet: one may
/// be a bridge.
pub(super) fn join(lines: &[Vec<Xy>], within: Metres) -> Joints {
    let points = Points::of(lines);
    let mut groups = Groups::new(points.at.len());
    points.unite_near_ends(within.get(), &mut groups);

    let mut joints = Joints { at: Vec::new(), cuts: Vec::new(), moved: 0, furthest: Metres::ZERO };
    let mut joint_of: Vec<Option<usize>> = vec![None; points.at.len()];
    for point in 0..points.at.len() {
        let root = groups.root(point);
        let is_joint = points.is_end[point] || points.visits[point] > 1;
        if is_joint && joint_of[root].is_none() {
            joint_of[root] = Some(joints.at.len());
            joints.at.push(points.at[root]);
        }
        if points.is_end[point] && root != point {
            joints.moved += 1;
            joints.furthest = joints.furthest.max(points.at[point].distance(points.at[root]));
        }
    }
    joints.cuts = points
        .of_lines
        .iter()
        .zip(lines)
        .map(|(numbers, line)| cuts(line, within, |vertex| joint_of[groups.root_of(numbers[vertex])]))
        .collect();
    joints
}

fn cuts(line: &[Xy], within: Metres, joint: impl Fn(usize) -> Option<usize>) -> Vec<(usize, usize)> {
    let mut cuts: Vec<(usize, usize)> = Vec::new();
    let last = line.len().saturating_sub(1);
    for (vertex, joint) in (0..line.len()).filter_map(|vertex| joint(vertex).map(|joint| (vertex, joint))) {
        let Some(&(before, same)) = cuts.last() else {
            cuts.push((vertex, joint));
            continue;
        };
        // Vertices drawn so close to the line's own end that they fell together with it.
        let short = || line[before..=vertex].windows(2).map(|pair| pair[0].distance(pair[1]).get()).sum::<f64>();
        if same != joint || short() > within.get() {
            cuts.push((vertex, joint));
        } else if vertex == last && cuts.len() > 1 {
            cuts.pop();
            cuts.push((vertex, joint));
        } else if vertex == last {
            cuts.push((vertex, joint));
        }
    }
    cuts
}

/// All different points of all lines, from west to east.
struct Points {
    at: Vec<Xy>,
    is_end: Vec<bool>,
    /// How often lines pass or end there.
    visits: Vec<u32>,
    /// The number of each vertex of each line.
    of_lines: Vec<Vec<usize>>,
}

impl Points {
    fn of(lines: &[Vec<Xy>]) -> Self {
        let mut at: Vec<Xy> = lines.iter().flatten().copied().collect();
        at.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
        at.dedup_by(|a, b| key(*a) == key(*b));
        let numbers: HashMap<(u64, u64), usize> = at.iter().enumerate().map(|(i, &point)| (key(point), i)).collect();
        let mut points = Self {
            is_end: vec![false; at.len()],
            visits: vec![0; at.len()],
            of_lines: Vec::with_capacity(lines.len()),
            at,
        };
        for line in lines {
            let of_line: Vec<usize> = line.iter().map(|&point| numbers[&key(point)]).collect();
            for &end in of_line.first().into_iter().chain(of_line.last()) {
                points.is_end[end] = true;
            }
            for (i, &point) in of_line.iter().enumerate() {
                // A vertex drawn twice in a row is one visit.
                points.visits[point] += u32::from(i == 0 || of_line[i - 1] != point);
            }
            points.of_lines.push(of_line);
        }
        points
    }

    fn unite_near_ends(&self, within: f64, groups: &mut Groups) {
        let side = within.max(1.0);
        let cell = |point: Xy| ((point.x / side).floor() as i64, (point.y / side).floor() as i64);
        let mut ends: HashMap<(i64, i64), Vec<usize>> = HashMap::new();
        for end in (0..self.at.len()).filter(|&point| self.is_end[point]) {
            ends.entry(cell(self.at[end])).or_default().push(end);
        }
        for (point, &at) in self.at.iter().enumerate() {
            let (column, row) = cell(at);
            let around = (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| (dx, dy)));
            for near in around.filter_map(|(dx, dy)| ends.get(&(column.saturating_add(dx), row.saturating_add(dy)))) {
                for &end in near.iter().filter(|&&end| self.at[end].distance(at).get() <= within) {
                    groups.unite(point, end);
                }
            }
        }
    }
}

fn key(point: Xy) -> (u64, u64) {
    // Adding nothing turns −0 into 0.
    ((point.x + 0.0).to_bits(), (point.y + 0.0).to_bits())
}

/// Sets of points that fall together; the root is the first of the set.
struct Groups(Vec<usize>);

impl Groups {
    fn new(n: usize) -> Self {
        Self((0..n).collect())
    }

    fn root_of(&self, mut point: usize) -> usize {
        while self.0[point] != point {
            point = self.0[point];
        }
        point
    }

    fn root(&mut self, point: usize) -> usize {
        let root = self.root_of(point);
        self.0[point] = root;
        root
    }

    fn unite(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a.max(b)] = a.min(b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(points: &[(f64, f64)]) -> Vec<Xy> {
        points.iter().map(|&(x, y)| Xy::new(x, y)).collect()
    }

    fn joined(lines: &[Vec<Xy>]) -> Joints {
        join(lines, Metres::new(0.5))
    }

    #[test]
    fn ends_a_hands_breadth_apart_are_one_joint_and_ends_a_metre_apart_are_two() {
        // ───· ·───   ·───
        let near = joined(&[line(&[(0.0, 0.0), (10.0, 0.0)]), line(&[(10.25, 0.0), (20.0, 0.0)])]);
        assert_eq!((near.at.len(), near.moved, near.furthest.get()), (3, 1, 0.25));
        let far = joined(&[line(&[(0.0, 0.0), (10.0, 0.0)]), line(&[(11.0, 0.0), (20.0, 0.0)])]);
        assert_eq!((far.at.len(), far.moved, far.furthest.get()), (4, 0, 0.0));
    }

    #[test]
    fn a_line_that_ends_at_the_vertex_of_another_cuts_it_there() {
        // a──┬──b
        //    c
        let joints = joined(&[line(&[(0.0, 0.0), (5.0, 0.0), (10.0, 0.0)]), line(&[(5.0, 0.2), (5.0, -9.0)])]);
        assert_eq!(joints.cuts[0].iter().map(|cut| cut.0).collect::<Vec<_>>(), vec![0, 1, 2]);
        assert_eq!(joints.cuts[0][1].1, joints.cuts[1][0].1);
    }

    #[test]
    fn lines_that_cross_meet_only_at_a_common_vertex() {
        let across = line(&[(0.0, 0.0), (5.0, 0.0), (10.0, 0.0)]);
        let bridge = joined(&[across.clone(), line(&[(5.0, 5.0), (5.0, -5.0)])]);
        assert_eq!(bridge.cuts[0].len(), 2);
        let crossing = joined(&[across, line(&[(5.0, 5.0), (5.0, 0.0), (5.0, -5.0)])]);
        assert_eq!((crossing.cuts[0].len(), crossing.cuts[1].len()), (3, 3));
    }

    #[test]
    fn vertices_drawn_close_to_a_lines_own_end_do_not_cut_it() {
        let joints = joined(&[line(&[(0.0, 0.0), (0.2, 0.0), (9.8, 0.0), (10.0, 0.0)])]);
        assert_eq!(joints.cuts[0].iter().map(|cut| cut.0).collect::<Vec<_>>(), vec![0, 3]);
    }

    #[test]
    fn a_closed_line_has_its_one_joint_at_both_ends() {
        let joints = joined(&[line(&[(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 0.0)])]);
        assert_eq!(joints.cuts, vec![vec![(0, 0), (3, 0)]]);
    }
}
