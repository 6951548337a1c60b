use super::edge::Edge;
use crate::crs::Xy;
use rstar::{AABB, PointDistance, RTree, RTreeObject};

/// All straight stretches of all streets that can be met, filed by where they are.
#[derive(Debug)]
pub(super) struct SegmentIndex(pub(super) RTree<Segment>);

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Segment {
    pub(super) start: Xy,
    pub(super) end: Xy,
    /// How far along its street it starts.
    pub(super) along: f64,
    pub(super) edge: u32,
}

/// The same pieces in the same order: a tree of them is laid out by nothing else.
impl PartialEq for SegmentIndex {
    fn eq(&self, other: &Self) -> bool {
        self.0.size() == other.0.size() && self.0.iter().eq(other.0.iter())
    }
}

impl SegmentIndex {
    pub(super) fn new(edges: &[Edge], points: &[Xy]) -> Self {
        let mut segments = Vec::with_capacity(points.len().saturating_sub(edges.len()));
        for (i, edge) in edges.iter().enumerate().filter(|(_, edge)| !edge.is_passage) {
            let mut along = 0.0;
            for pair in points[edge.first_point as usize..edge.end_point as usize].windows(2) {
                segments.push(Segment { start: pair[0], end: pair[1], along, edge: i as u32 });
                along += pair[0].distance(pair[1]).get();
            }
        }
        Self(RTree::bulk_load(segments))
    }
}

impl Segment {
    /// How far between its ends the nearest point lies, from 0 to 1.
    pub(super) fn share(&self, at: Xy) -> f64 {
        let (dx, dy) = (self.end.x - self.start.x, self.end.y - self.start.y);
        let length2 = dx * dx + dy * dy;
        if length2 > 0.0 {
            (((at.x - self.start.x) * dx + (at.y - self.start.y) * dy) / length2).clamp(0.0, 1.0)
        } else {
            0.0
        }
    }
}

pub(super) fn between(a: Xy, b: Xy, share: f64) -> Xy {
    if share >= 1.0 { b } else { Xy::new(a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share) }
}

impl RTreeObject for Segment {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners([self.start.x, self.start.y], [self.end.x, self.end.y])
    }
}

impl PointDistance for Segment {
    fn distance_2(&self, &[x, y]: &[f64; 2]) -> f64 {
        let at = Xy::new(x, y);
        let on = between(self.start, self.end, self.share(at));
        (at.x - on.x).powi(2) + (at.y - on.y).powi(2)
    }
}
