use super::*;
use geo::{Contains, Coord, Intersects, LineString, MultiPolygon, Point, Polygon, polygon};
use proptest::prelude::*;

fn square(x: f64, y: f64, side: f64) -> MultiPolygon<f64> {
    MultiPolygon(vec![polygon![(x: x, y: y), (x: x + side, y: y), (x: x + side, y: y + side), (x: x, y: y + side)]])
}

fn over(shapes: &[MultiPolygon<f64>]) -> AreaGrid {
    AreaGrid::new(&shapes.iter().map(Some).collect::<Vec<_>>())
}

/// The edges of a shape from their lower ends up, without those that are level.
fn edges(shape: &MultiPolygon<f64>) -> Vec<(Coord<f64>, Coord<f64>)> {
    let rings = shape.iter().flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()));
    let lines = rings.flat_map(LineString::lines).filter(|line| line.start.y != line.end.y);
    lines.map(|line| if line.start.y < line.end.y { (line.start, line.end) } else { (line.end, line.start) }).collect()
}

/// The half-open rule without any grid: the first area of whose edges a ray to the right crosses an odd
/// number.
fn by_the_rule(shapes: &[Vec<(Coord<f64>, Coord<f64>)>], (x, y): (f64, f64)) -> Option<usize> {
    shapes.iter().position(|edges| {
        let crossed = |(low, high): &&(Coord<f64>, Coord<f64>)| {
            let slope = (high.x - low.x) / (high.y - low.y);
            low.y <= y && y < high.y && x < low.x + (y - low.y) * slope
        };
        edges.iter().filter(crossed).count() % 2 == 1
    })
}

#[test]
fn squares_that_tile_the_ground_give_every_point_to_exactly_one() {
    let squares: Vec<_> = (0..9).map(|i| square(f64::from(i % 3), f64::from(i / 3), 1.0)).collect();
    let grid = over(&squares);
    for i in 0..300 {
        for j in 0..300 {
            let (x, y) = (f64::from(i) / 100.0, f64::from(j) / 100.0);
            assert_eq!(grid.area_of(x, y), Some((x as usize) + 3 * (y as usize)), "{x} {y}");
        }
    }
    assert_eq!(grid.area_of(3.1, 1.0), None);
    assert_eq!(grid.area_of(f64::NAN, 1.0), None);
    assert_eq!(grid.area_of(1.0, f64::INFINITY), None);
}

#[test]
fn holes_and_islands_count() {
    let ring = MultiPolygon(vec![
        polygon![exterior: [(x: 0.0, y: 0.0), (x: 9.0, y: 0.0), (x: 9.0, y: 9.0), (x: 0.0, y: 9.0)],
                 interiors: [[(x: 3.0, y: 3.0), (x: 6.0, y: 3.0), (x: 6.0, y: 6.0), (x: 3.0, y: 6.0)]]],
        polygon![(x: 20.0, y: 20.0), (x: 21.0, y: 20.0), (x: 21.0, y: 21.0)],
    ]);
    let grid = AreaGrid::new(&[None, Some(&ring)]);
    assert_eq!(grid.area_of(1.0, 1.0), Some(1));
    assert_eq!(grid.area_of(4.5, 4.5), None);
    assert_eq!(grid.area_of(20.9, 20.5), Some(1));
    assert_eq!(grid.area_of(20.1, 20.5), None);
}

#[test]
fn no_areas_contain_nothing() {
    assert_eq!(AreaGrid::new(&[]).area_of(0.0, 0.0), None);
    assert_eq!(AreaGrid::new(&[None]).area_of(0.0, 0.0), None);
    assert_eq!(over(&[MultiPolygon(vec![])]).area_of(0.0, 0.0), None);
}

#[test]
fn of_areas_that_overlap_the_first_has_the_point() {
    let grid = over(&[square(2.0, 2.0, 1.0), square(0.0, 0.0, 9.0), square(1.0, 1.0, 5.0)]);
    assert_eq!(grid.area_of(2.5, 2.5), Some(0));
    assert_eq!(grid.area_of(1.5, 1.5), Some(1));
    assert_eq!(grid.area_of(9.5, 1.5), None);
}

#[test]
fn an_area_with_a_corner_nowhere_contains_nothing_and_takes_nothing_from_the_others() {
    let mut broken = square(0.0, 0.0, 2.0);
    broken.0[0].exterior_mut(|ring| ring.0[2].x = f64::NAN);
    let grid = over(&[broken, square(0.0, 0.0, 1.0)]);
    assert_eq!(grid.area_of(0.5, 0.5), Some(1));
    assert_eq!(grid.area_of(1.5, 0.5), None);
}

#[test]
fn areas_without_width_or_beyond_all_measure_do_no_harm() {
    let line = |coords: &[(f64, f64)]| MultiPolygon(vec![Polygon::new(LineString::from(coords.to_vec()), vec![])]);
    for shape in [
        line(&[(1.0, 1.0), (1.0, 5.0), (1.0, 9.0)]),
        line(&[(1.0, 1.0), (5.0, 1.0), (9.0, 1.0)]),
        line(&[(1.0, 1.0), (1.0, 1.0), (1.0, 1.0)]),
        line(&[(f64::MIN, f64::MIN), (f64::MAX, f64::MIN), (f64::MAX, f64::MAX)]),
        line(&[(0.0, 0.0), (5e-324, 0.0), (5e-324, 5e-324)]),
        line(&[(1e300, 1e-300), (-1e300, 0.0), (0.0, 1e300)]),
    ] {
        let grid = over(&[shape]);
        for at in [0.0, 1.0, 5.0, f64::MIN, f64::MAX, f64::NAN, f64::NEG_INFINITY] {
            assert!(grid.area_of(at, at).is_none_or(|area| area == 0));
            assert!(grid.area_of(1.0, at).is_none_or(|area| area == 0));
        }
    }
}

#[test]
fn many_points_at_once_are_answered_as_one_by_one() {
    let squares: Vec<_> = (0..9).map(|i| square(f64::from(i % 3), f64::from(i / 3), 0.9)).collect();
    let grid = over(&squares);
    let mut found = vec![Some(7)];
    for n in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 5] {
        let at = |i: usize, by: f64| (i as f64 * by).fract() * 3.2 - 0.1;
        let mut points: Vec<(f64, f64)> = (0..n).map(|i| (at(i, 0.618_034), at(i, 0.414_214))).collect();
        if let Some(last) = points.last_mut() {
            *last = (f64::NAN, f64::INFINITY);
        }
        grid.areas_of(&points, &mut found);
        let singly: Vec<_> = points.iter().map(|&(x, y)| grid.area_of(x, y).map(|area| area as u32)).collect();
        assert_eq!(found, singly, "{n}");
    }
}

/// Areas on a lattice of `n` by `n` corners, moved at random: two triangles for each square of it, some
/// joined, some left out as holes, and some once more at the end and larger, so that they overlap.
fn areas() -> impl Strategy<Value = Vec<MultiPolygon<f64>>> {
    let corner = (0.0f64..0.45, 0.0f64..0.45, any::<bool>());
    (2_usize..7, prop::collection::vec(corner, 49), prop::collection::vec(0_u8..10, 72), 0..3_u8).prop_map(
        |(n, moved, kinds, scale)| {
            // Metres of a national grid, degrees, and a lattice with level and upright edges.
            let (unit, from) = [(120.0, 431_000.0), (0.003, -1.6), (1.0, 0.0)][usize::from(scale)];
            let corner = |i: usize, j: usize| {
                let (dx, dy, still) = moved[i * 7 + j];
                let (dx, dy) = if still { (0.0, 0.0) } else { (dx, dy) };
                Coord { x: from + (i as f64 + dx) * unit, y: from + (j as f64 + dy) * unit }
            };
            let mut areas = Vec::new();
            let mut more = Vec::new();
            for i in 0..n {
                for j in 0..n {
                    let (a, b, c, d) = (corner(i, j), corner(i + 1, j), corner(i + 1, j + 1), corner(i, j + 1));
                    let ring = |corners: &[Coord<f64>]| Polygon::new(LineString::from(corners.to_vec()), vec![]);
                    match kinds[i * 7 + j] {
                        0 => {}
                        1..=3 => {
                            areas.push(MultiPolygon(vec![ring(&[a, b, c])]));
                            areas.push(MultiPolygon(vec![ring(&[a, c, d])]));
                        }
                        4 => more.push(MultiPolygon(vec![ring(&[a, b, c, d]), ring(&[corner(0, 0), b, d])])),
                        5 => {
                            let inner =
                                |p: Coord<f64>| Coord { x: (p.x + a.x + c.x) / 3.0, y: (p.y + a.y + c.y) / 3.0 };
                            let hole = LineString::from(vec![inner(a), inner(b), inner(c)]);
                            let outer = LineString::from(vec![a, b, c, d]);
                            areas.push(MultiPolygon(vec![Polygon::new(outer, vec![hole])]));
                        }
                        _ => areas.push(MultiPolygon(vec![ring(&[a, b, c, d])])),
                    }
                }
            }
            areas.extend(more);
            areas
        },
    )
}

/// Points anywhere, on corners, on edges, level with corners, and a hair beside them.
fn points(shapes: &[Vec<(Coord<f64>, Coord<f64>)>], draws: &[(f64, f64, u32)]) -> Vec<(f64, f64)> {
    let all: Vec<_> = shapes.iter().flatten().collect();
    let end = |at: f64| all.get((at * all.len() as f64) as usize).map_or((0.0, 0.0), |(low, _)| (low.x, low.y));
    let (least, most) = all
        .iter()
        .flat_map(|(low, high)| [low, high])
        .fold(((f64::MAX, f64::MAX), (f64::MIN, f64::MIN)), |(least, most), at| {
            ((at.x.min(least.0), at.y.min(least.1)), (at.x.max(most.0), at.y.max(most.1)))
        });
    let across = |by: f64| least.0 + (most.0 - least.0) * (by * 1.1 - 0.05);
    let up = |by: f64| least.1 + (most.1 - least.1) * (by * 1.1 - 0.05);
    let along = |a: f64, b: f64| {
        let (low, high) = all.get((a * all.len() as f64) as usize).copied().copied().unwrap_or_default();
        let y = low.y + (high.y - low.y) * b;
        (low.x + (y - low.y) * ((high.x - low.x) / (high.y - low.y)), y)
    };
    let draw = |&(a, b, kind): &(f64, f64, u32)| match kind {
        0 => (across(a), up(b)),
        1 => end(a),
        2 => along(a, b),
        3 => (along(a, b).0.next_down(), along(a, b).1),
        4 => (along(a, b).0, along(a, b).1.next_up()),
        5 => (across(b), end(a).1),
        6 => (across(b), end(a).1.next_down()),
        _ => (end(a).0, up(b)),
    };
    draws.iter().map(draw).collect()
}

proptest! {
    #[test]
    fn the_grid_says_what_the_exact_test_says(
        corners in prop::collection::vec((0.0f64..100.0, 0.0f64..100.0), 3..12),
        points in prop::collection::vec((-10.0f64..110.0, -10.0f64..110.0), 1..200),
    ) {
        // A star around the middle, so that it does not cross itself.
        let mut corners = corners;
        corners.sort_by(|a, b| (a.1 - 50.0).atan2(a.0 - 50.0).total_cmp(&(b.1 - 50.0).atan2(b.0 - 50.0)));
        let shape = MultiPolygon(vec![Polygon::new(LineString::from(corners), vec![])]);
        let grid = AreaGrid::new(&[Some(&shape)]);
        for (x, y) in points {
            prop_assert_eq!(grid.area_of(x, y).is_some(), shape.contains(&Point::new(x, y)), "{} {}", x, y);
        }
    }

    #[test]
    fn whatever_the_areas_the_grid_says_what_the_rule_says_on_corners_edges_and_beside_them(
        shapes in areas(),
        draws in prop::collection::vec((0.0f64..1.0, 0.0f64..1.0, 0_u32..8), 400),
        coarse in prop::sample::select(vec![1.0, 7.0, 40.0, 4096.0]),
    ) {
        let grid = AreaGrid::laid(&shapes.iter().map(Some).collect::<Vec<_>>(), coarse);
        let ruled: Vec<_> = shapes.iter().map(edges).collect();
        let points = points(&ruled, &draws);
        let mut found = Vec::new();
        grid.areas_of(&points, &mut found);
        for (&at, found) in points.iter().zip(found) {
            prop_assert_eq!(found.map(|area| area as usize), by_the_rule(&ruled, at), "{:?}", at);
            prop_assert_eq!(grid.area_of(at.0, at.1), by_the_rule(&ruled, at), "{:?}", at);
            // Where the grid says so without a comparison, the area is the first that has the point or its edge.
            if let Some(area) = grid.area_around(at.0, at.1) {
                // By geo's test, where polygons of one area that overlap count by turns as everywhere here.
                let point = Point::new(at.0, at.1);
                let on_or_in = |shape: &MultiPolygon<f64>| {
                    let inside = shape.iter().filter(|polygon| polygon.contains(&point)).count();
                    inside % 2 == 1 || shape.iter().any(|polygon| polygon.intersects(&point) && !polygon.contains(&point))
                };
                prop_assert_eq!(shapes.iter().position(on_or_in), Some(area), "{:?}", at);
            }
        }
    }
}
