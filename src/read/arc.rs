//! Arcs of circles, which some map layers have for curved boundaries, as the straight steps everything else is made of.

use geo::{Coord, LineString};
use std::f64::consts::TAU;

/// A corner at least each two degrees of a circle: an outline departs from its arc by less than a six-thousandth of the
/// radius, and the area of a circle is right to a fiftieth of a per cent. (GDAL's own steps are four degrees.)
const STEP: f64 = TAU / 180.0;

/// A geometry with more arcs than this is damage or malice: each arc may become ninety corners.
pub(super) const MOST_ARCS: usize = 50_000;

/// How many arcs were met, and in how many geometries.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Arcs {
    /// Arcs of the geometry being read.
    pub(super) here: usize,
    /// Geometries that had any.
    pub(super) geometries: u64,
}

impl Arcs {
    /// Ends a geometry.
    pub(super) fn end(&mut self) {
        self.geometries += u64::from(self.here > 0);
        self.here = 0;
    }
}

/// The corners of a string of arcs, each through three points of which the last is the first of the next.
///
/// # Errors
/// When the points do not make whole arcs, or there are too many of them.
pub(super) fn corners(points: &[Coord<f64>], arcs: &mut Arcs) -> Result<Vec<Coord<f64>>, String> {
    if points.is_empty() {
        return Ok(Vec::new());
    }
    if points.len().is_multiple_of(2) || points.len() < 3 {
        return Err("it has a string of arcs that does not have three points for each".to_owned());
    }
    arcs.here += points.len() / 2;
    if arcs.here > MOST_ARCS {
        return Err(format!("it has more than {MOST_ARCS} arcs"));
    }
    let mut corners = vec![points[0]];
    for at in (0..points.len() - 2).step_by(2) {
        bend(points[at], points[at + 1], points[at + 2], &mut corners);
    }
    Ok(corners)
}

/// One line of several, each of which begins where the one before ends.
///
/// # Errors
/// When one does not.
pub(super) fn end_to_end(lines: Vec<LineString<f64>>) -> Result<LineString<f64>, String> {
    let mut whole: Vec<Coord<f64>> = Vec::new();
    for line in lines {
        match (whole.last(), line.0.first()) {
            (Some(end), Some(start)) if end == start => whole.extend(line.0.into_iter().skip(1)),
            (Some(_), Some(_)) => return Err("the pieces of its outline do not meet".to_owned()),
            _ => whole.extend(line.0),
        }
    }
    Ok(LineString(whole))
}

/// Adds the corners of one arc but its first. An arc drawn the other way round has the same corners to the last bit, so
/// that neighbours still fit.
fn bend(from: Coord<f64>, over: Coord<f64>, to: Coord<f64>, corners: &mut Vec<Coord<f64>>) {
    let is_turned = (to.x, to.y) < (from.x, from.y);
    let (first, last) = if is_turned { (to, from) } else { (from, to) };
    let mut inner = Vec::new();
    if let Some((centre, radius)) = circle(first, over, last) {
        let angle = |at: Coord<f64>| (at.y - centre.y).atan2(at.x - centre.x);
        let ahead = |from: f64, to: f64| (to - from).rem_euclid(TAU);
        let (start, middle, end) = (angle(first), angle(over), angle(last));
        // A whole circle ends where it begins, and either way round is right.
        let is_left = first == last || ahead(start, middle) <= ahead(start, end);
        let between = |from: f64, to: f64| {
            let sweep = if is_left { ahead(from, to) } else { -ahead(to, from) };
            let steps = (sweep.abs() / STEP).ceil().max(1.0) as u32;
            (1..steps).map(move |step| {
                let angle = from + sweep * f64::from(step) / f64::from(steps);
                Coord { x: centre.x + radius * angle.cos(), y: centre.y + radius * angle.sin() }
            })
        };
        inner.extend(between(start, middle));
        inner.push(over);
        inner.extend(between(middle, end));
    } else {
        inner.push(over);
    }
    if is_turned {
        inner.reverse();
    }
    corners.extend(inner);
    corners.push(to);
}

/// Centre and radius of the circle through three points; `None` where they lie on a line. Where the first is the last,
/// the second is across from it.
#[allow(clippy::many_single_char_names, reason = "three points and the centre, as geometry writes them")]
fn circle(a: Coord<f64>, b: Coord<f64>, c: Coord<f64>) -> Option<(Coord<f64>, f64)> {
    if a == c {
        let centre = Coord { x: (a.x + b.x) / 2.0, y: (a.y + b.y) / 2.0 };
        let radius = (a.x - centre.x).hypot(a.y - centre.y);
        return (radius > 0.0).then_some((centre, radius));
    }
    // Measured from the first point, so that nothing is lost of large coordinates.
    let (bx, by, cx, cy) = (b.x - a.x, b.y - a.y, c.x - a.x, c.y - a.y);
    let (bb, cc) = (bx * bx + by * by, cx * cx + cy * cy);
    let twice = 2.0 * (bx * cy - by * cx);
    if !twice.is_finite() || twice.abs() <= 1e-9 * (bb + cc) {
        return None;
    }
    let away = Coord { x: (cy * bb - by * cc) / twice, y: (bx * cc - cx * bb) / twice };
    Some((Coord { x: a.x + away.x, y: a.y + away.y }, away.x.hypot(away.y)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{Area, LineString, Polygon};

    fn at(x: f64, y: f64) -> Coord<f64> {
        Coord { x, y }
    }

    fn area(points: &[Coord<f64>]) -> f64 {
        let corners = corners(points, &mut Arcs::default()).expect("arcs");
        Polygon::new(LineString(corners), Vec::new()).unsigned_area()
    }

    #[test]
    fn a_circle_has_its_area_however_it_is_drawn() {
        let right = std::f64::consts::PI * 100.0 * 100.0;
        let two_arcs = [at(0.0, 0.0), at(100.0, 100.0), at(200.0, 0.0), at(100.0, -100.0), at(0.0, 0.0)];
        let backwards: Vec<_> = two_arcs.iter().rev().copied().collect();
        let whole = [at(500_000.0, 180_000.0), at(500_200.0, 180_000.0), at(500_000.0, 180_000.0)];
        let uneven = [at(0.0, 0.0), at(10.0, 43.588_989_435_406_74), at(200.0, 0.0), at(100.0, -100.0), at(0.0, 0.0)];
        for points in [&two_arcs[..], &backwards, &whole, &uneven] {
            assert!((area(points) / right - 1.0).abs() < 3e-4, "{} for {right}", area(points));
        }
    }

    #[test]
    fn neighbours_on_both_sides_of_an_arc_have_the_same_corners() {
        let arc = [at(3.0, 7.0), at(11.5, 2.25), at(-4.0, 1.0)];
        let back = [arc[2], arc[1], arc[0]];
        let there = corners(&arc, &mut Arcs::default()).expect("an arc");
        let mut again = corners(&back, &mut Arcs::default()).expect("an arc");
        again.reverse();
        assert_eq!(there, again);
        assert!(there.contains(&arc[1]) && there.len() > 20);
    }

    #[test]
    fn points_on_a_line_stay_on_it_and_half_an_arc_is_refused() {
        let line = [at(0.0, 0.0), at(5.0, 5.0), at(10.0, 10.0)];
        assert_eq!(corners(&line, &mut Arcs::default()), Ok(line.to_vec()));
        assert_eq!(corners(&[], &mut Arcs::default()), Ok(Vec::new()));
        assert!(corners(&line[..2], &mut Arcs::default()).is_err());
        assert!(corners(&line[..1], &mut Arcs::default()).is_err());
        let odd = [at(f64::NAN, 0.0), at(1.0, 1.0), at(2.0, 0.0)];
        assert!(corners(&odd, &mut Arcs::default()).is_ok_and(|corners| corners.len() == 3));
        let many = vec![at(0.0, 0.0); 2 * MOST_ARCS + 3];
        assert!(corners(&many, &mut Arcs::default()).is_err());
    }
}
