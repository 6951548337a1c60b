use super::*;
use std::f64::consts::FRAC_PI_2;

fn square(sheet: &mut Sheet, size: f64) -> Cell {
    sheet.cell(&[Xy::new(0.0, 0.0), Xy::new(size, 0.0), Xy::new(size, size), Xy::new(0.0, size)])
}

#[test]
fn the_pieces_of_a_cell_have_the_area_of_the_cell() {
    let mut sheet = Sheet::default();
    let cell = square(&mut sheet, 100.0);
    let cut = Ray::heading(Xy::new(30.0, 0.0), FRAC_PI_2);
    let (left, right) = sheet.split(&cell, cut, Line::Street(Class::Local), 0).expect("the line passes through");
    assert!((sheet.area(&left) - 3_000.0).abs() < 1e-6);
    assert!((sheet.area(&right) - 7_000.0).abs() < 1e-6);
}

#[test]
fn neighbours_share_every_node_of_their_common_line() {
    let mut sheet = Sheet::default();
    let cell = square(&mut sheet, 200.0);
    let (left, right) =
        sheet.split(&cell, Ray::heading(Xy::new(100.0, 0.0), FRAC_PI_2), Line::Street(Class::Local), 0).expect("cut");
    let (above, _) =
        sheet.split(&left, Ray::heading(Xy::new(0.0, 80.0), 0.0), Line::Street(Class::Local), 1).expect("cut");
    sheet.add_bends(30.0);
    let on_line = |ring: &[NodeId]| ring.iter().filter(|&&n| (sheet.nodes[n].x - 100.0).abs() < 1e-9).count();
    let right = sheet.ring(&right);
    assert_eq!(on_line(&right), 8, "two ends, the junction at 80 m, and bends every 30 m or less");
    for node in sheet.ring(&above).iter().filter(|&&n| (sheet.nodes[n].x - 100.0).abs() < 1e-9) {
        assert!(right.contains(node));
    }
}

#[test]
fn a_cut_that_passes_a_junction_closely_goes_through_it() {
    let mut sheet = Sheet::default();
    let cell = square(&mut sheet, 200.0);
    let (left, right) =
        sheet.split(&cell, Ray::heading(Xy::new(100.0, 0.0), FRAC_PI_2), Line::Street(Class::Local), 0).expect("cut");
    sheet.split(&left, Ray::heading(Xy::new(0.0, 80.0), 0.0), Line::Street(Class::Local), 1).expect("cut");
    let nodes = sheet.nodes.len();
    sheet.split(&right, Ray::heading(Xy::new(0.0, 85.0), 0.0), Line::Street(Class::Local), 2).expect("cut");
    assert_eq!(sheet.nodes.len(), nodes + 1, "only the far end is new");
}

#[test]
fn a_line_beside_a_cell_does_not_cut_it() {
    let mut sheet = Sheet::default();
    let cell = square(&mut sheet, 100.0);
    assert!(sheet.split(&cell, Ray::heading(Xy::new(300.0, 0.0), FRAC_PI_2), Line::Coast, 0).is_none());
    assert!(sheet.split(&cell, Ray::heading(Xy::new(0.0, 3.0), 0.0), Line::Coast, 0).is_none(), "along a side");
}

#[test]
fn the_long_axis_of_an_oblong_runs_along_it() {
    let mut sheet = Sheet::default();
    let cell = sheet.cell(&[Xy::new(0.0, 0.0), Xy::new(90.0, 0.0), Xy::new(90.0, 30.0), Xy::new(0.0, 30.0)]);
    let (heading, long, narrow) = sheet.long_axis(&cell);
    assert!(heading.sin().abs() < 1e-9);
    assert!((long - 90.0).abs() < 1e-9 && (narrow - 30.0).abs() < 1e-9);
}
