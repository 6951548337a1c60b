use super::*;
use geo::{Area, Contains, Point};
use proptest::prelude::*;

fn sites(points: &[(f64, f64)]) -> Sites {
    let mut points: Vec<Xy> = points.iter().map(|&(x, y)| Xy::new(x, y)).collect();
    points.sort_unstable_by(west_to_east);
    points.dedup();
    let tree = RTree::bulk_load(points.iter().enumerate().map(|(i, p)| GeomWithData::new([p.x, p.y], i)).collect());
    Sites { points, tree, radius: 100.0 }
}

#[test]
fn the_ground_of_a_lonely_home_is_round() {
    let cell = sites(&[(0.0, 0.0), (300.0, 0.0)]).cell(0);
    let sixteen_corners = 16.0 / 2.0 * 100.0 * 100.0 * (std::f64::consts::TAU / 16.0).sin();
    assert!((cell.ground.unsigned_area() - sixteen_corners).abs() < 1e-6);
    assert_eq!(cell.touching, Vec::<usize>::new());
}

#[test]
fn neighbours_share_the_line_half_way_between_them() {
    let two = sites(&[(0.0, 0.0), (60.0, 0.0)]);
    let (west, east) = (two.cell(0), two.cell(1));
    assert_eq!((west.touching.as_slice(), east.touching.as_slice()), ([1].as_slice(), [0].as_slice()));
    assert!(west.ground.exterior().coords().all(|c| c.x <= 30.0 + 1e-9));
    assert!(east.ground.exterior().coords().all(|c| c.x >= 30.0 - 1e-9));
}

#[test]
fn homes_across_a_corner_do_not_touch() {
    // A square of four: each touches the two beside it and not the one across.
    let square = sites(&[(0.0, 0.0), (0.0, 50.0), (50.0, 0.0), (50.0, 50.0)]);
    assert_eq!(square.cell(0).touching, vec![1, 2]);
    assert_eq!(square.cell(3).touching, vec![1, 2]);
}

#[test]
fn a_home_in_between_keeps_two_others_apart() {
    let row = sites(&[(0.0, 0.0), (40.0, 0.0), (80.0, 0.0)]);
    assert_eq!(row.cell(0).touching, vec![1]);
    assert_eq!(row.cell(2).touching, vec![1]);
}

/// On a coarse grid, so that points coincide, line up and form squares.
fn homes() -> impl Strategy<Value = Vec<(f64, f64)>> {
    prop::collection::vec((0u8..30, 0u8..30).prop_map(|(x, y)| (f64::from(x) * 20.0, f64::from(y) * 20.0)), 1..60)
}

proptest! {
    #[test]
    fn every_point_near_a_home_is_on_the_ground_of_its_nearest_home(
        homes in homes(), x in 0.0f64..600.0, y in 0.0f64..600.0,
    ) {
        let sites = sites(&homes);
        let far = |p: &Xy| p.distance(Xy::new(x, y)).get();
        let (nearest, _) = sites.points.iter().enumerate().min_by(|a, b| far(a.1).total_cmp(&far(b.1))).unwrap();
        // Half-way points belong to two cells, points near the round cut perhaps to none: leave a margin.
        let others = sites.points.iter().enumerate().filter(|(i, _)| *i != nearest).map(|(_, p)| far(p));
        let second = others.fold(f64::INFINITY, f64::min);
        let first = far(&sites.points[nearest]);
        prop_assume!(first < 97.0 && second - first > 1e-6);
        for site in 0..sites.points.len() {
            let inside = sites.cell(site).ground.contains(&Point::new(x, y));
            prop_assert_eq!(inside, site == nearest, "site {}", site);
        }
    }

    #[test]
    fn homes_whose_ground_touches_are_within_two_radii(homes in homes()) {
        let sites = sites(&homes);
        for site in 0..sites.points.len() {
            for other in sites.cell(site).touching {
                prop_assert!(other != site && sites.points[site].distance(sites.points[other]).get() < 200.0);
            }
        }
    }
}
