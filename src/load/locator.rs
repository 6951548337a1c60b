//! Which area a point is in.

use super::shapes::distance_to_edge;
use crate::crs::Xy;
use geo::{BoundingRect, Intersects, MultiPolygon, Point};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

/// Areas, found by the point one stands on.
pub(super) struct Locator<'s> {
    boxes: RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>,
    shapes: Vec<Option<&'s MultiPolygon<f64>>>,
}

/// A point outside every area belongs to the nearest one within this distance. Boundaries that were
/// simplified for the web leave slivers between neighbours, and cut corners off the coast, of ten to
/// twenty metres (the Office for National Statistics generalises to 20 m); 50 m takes those in and
/// stays below the width of a street block, so that nobody changes neighbourhood. Were it 0, a few
/// residents in a thousand would belong nowhere; were it 500, people of the next borough would be let in.
pub(super) const SLIVER_M: f64 = 50.0;

impl<'s> Locator<'s> {
    /// Prepares the areas; `None` stands for one without a shape, which contains nothing.
    pub(super) fn new(shapes: impl Iterator<Item = Option<&'s MultiPolygon<f64>>>) -> Self {
        let shapes: Vec<_> = shapes.collect();
        let boxes = shapes
            .iter()
            .enumerate()
            .filter_map(|(i, shape)| {
                let rect = shape.as_ref()?.bounding_rect()?;
                let corners = Rectangle::from_corners([rect.min().x, rect.min().y], [rect.max().x, rect.max().y]);
                Some(GeomWithData::new(corners, i))
            })
            .collect();
        Self { boxes: RTree::bulk_load(boxes), shapes }
    }

    /// Whether any area has a shape at all.
    pub(super) fn any(&self) -> bool {
        self.boxes.size() > 0
    }

    /// The areas whose boxes meet these corners, by index.
    pub(super) fn touching(&self, corners: &AABB<[f64; 2]>) -> Vec<usize> {
        let mut found: Vec<usize> =
            self.boxes.locate_in_envelope_intersecting(corners).map(|entry| entry.data).collect();
        found.sort_unstable();
        found
    }

    /// The first area, by index, that has the point in it or on its edge.
    pub(super) fn containing(&self, at: Xy) -> Option<usize> {
        let point = Point::new(at.x, at.y);
        self.boxes
            .locate_all_at_point(&[at.x, at.y])
            .filter(|entry| self.shapes[entry.data].is_some_and(|shape| shape.intersects(&point)))
            .map(|entry| entry.data)
            .min()
    }

    /// The area that contains the point, else the nearest within `limit` metres; ties go to the lower index.
    pub(super) fn near(&self, at: Xy, limit: f64) -> Option<usize> {
        if let Some(inside) = self.containing(at) {
            return Some(inside);
        }
        let reach = AABB::from_corners([at.x - limit, at.y - limit], [at.x + limit, at.y + limit]);
        self.boxes
            .locate_in_envelope_intersecting(&reach)
            .filter_map(|entry| Some((distance_to_edge(self.shapes[entry.data]?, at), entry.data)))
            .filter(|(distance, _)| *distance <= limit)
            .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
            .map(|(_, index)| index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::polygon;

    #[test]
    fn a_point_in_a_sliver_belongs_to_the_nearer_neighbour() {
        let square = |x: f64| {
            MultiPolygon(vec![
                polygon![(x: x, y: 0.0), (x: x + 100.0, y: 0.0), (x: x + 100.0, y: 100.0), (x: x, y: 100.0)],
            ])
        };
        let (a, b) = (square(0.0), square(120.0));
        let locator = Locator::new([Some(&a), None, Some(&b)].into_iter());
        assert_eq!(locator.containing(Xy::new(50.0, 50.0)), Some(0));
        assert_eq!(locator.containing(Xy::new(110.0, 50.0)), None);
        assert_eq!(locator.near(Xy::new(112.0, 50.0), SLIVER_M), Some(2));
        assert_eq!(locator.near(Xy::new(110.0, 50.0), SLIVER_M), Some(0), "ties go to the lower index");
        assert_eq!(locator.near(Xy::new(400.0, 50.0), SLIVER_M), None);
        assert_eq!(locator.containing(Xy::new(100.0, 50.0)), Some(0), "the edge belongs to the area");
    }
}
