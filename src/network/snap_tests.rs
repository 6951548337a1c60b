use crate::crs::Xy;
use crate::network::{Builder, Snap, StreetClass, StreetNetwork};
use crate::units::Metres;

const FAR: Metres = Metres::new(500.0);

fn network(streets: &[&[(f64, f64)]]) -> StreetNetwork {
    let mut builder = Builder::new();
    for street in streets {
        let points: Vec<Xy> = street.iter().map(|&(x, y)| Xy::new(x, y)).collect();
        let (from, to) = (builder.node(points[0]), builder.node(points[points.len() - 1]));
        builder.street(from, to, &points[1..points.len() - 1], StreetClass::Residential, None);
    }
    builder.build().0
}

fn snap(network: &StreetNetwork, x: f64, y: f64) -> Snap {
    network.snap(Xy::new(x, y), FAR).expect("something is near")
}

#[test]
fn a_point_meets_the_street_beside_it_and_not_its_nearest_end() {
    //        x (40, 30)
    // a──────┴──────────b
    let network = network(&[&[(0.0, 0.0), (300.0, 0.0)]]);
    let snap = snap(&network, 40.0, 30.0);
    assert_eq!(snap.at, Xy::new(40.0, 0.0));
    assert_eq!(snap.off_street.get(), 30.0);
    let from = network.node_at(network.street(snap.edge).from);
    assert_eq!(snap.along.get(), (from.x - 40.0).abs());
}

#[test]
fn how_far_along_counts_the_bends() {
    // a───┐
    //     │ x
    //     b
    let network = network(&[&[(0.0, 0.0), (100.0, 0.0), (100.0, -300.0)]]);
    let snap = snap(&network, 104.0, -200.0);
    let from_a = network.node_at(network.street(snap.edge).from) == Xy::new(0.0, 0.0);
    assert_eq!(snap.along.get(), if from_a { 300.0 } else { 100.0 });
    assert_eq!(snap.off_street.get(), 4.0);
}

#[test]
fn a_point_too_far_from_every_street_meets_none() {
    let network = network(&[&[(0.0, 0.0), (300.0, 0.0)]]);
    assert_eq!(network.snap(Xy::new(100.0, 500.5), FAR), None);
    assert!(network.snap(Xy::new(100.0, 500.0), FAR).is_some());
    assert_eq!(network.snap(Xy::new(f64::NAN, 0.0), FAR), None);
}

#[test]
fn of_two_streets_equally_near_the_first_is_taken() {
    let network = network(&[&[(0.0, 10.0), (300.0, 10.0)], &[(0.0, -10.0), (300.0, -10.0)]]);
    assert_eq!(snap(&network, 100.0, 0.0).edge, network.streets().next().expect("two streets").edge);
}

#[test]
fn a_tie_is_broken_alike_wherever_the_place_lies() {
    // The point is as far from the bend as from the straight street; rounding says otherwise, and says
    // it differently 16 km further on.
    let edges = [0.0, 16_384.0].map(|shift| {
        let moved = |points: &[(f64, f64)]| points.iter().map(|(x, y)| (x + shift, y + shift)).collect::<Vec<_>>();
        let bent = moved(&[(-72.0, -238.0), (-77.5, -66.5), (-187.0, 105.0)]);
        let straight = moved(&[(-187.0, 105.0), (32.0, -238.0)]);
        snap(&network(&[&bent, &straight]), shift, shift - 3.0).edge
    });
    assert_eq!(edges[0], edges[1]);
}

#[test]
fn a_loose_bit_of_path_gives_way_to_a_street_a_little_further() {
    // a────────────b   300 m of street
    //     c─d          a loose path of 50 m, 60 m to the south
    //      x
    let network = network(&[&[(0.0, 0.0), (300.0, 0.0)], &[(100.0, -60.0), (150.0, -60.0)]]);
    assert_eq!(snap(&network, 120.0, -70.0).at, Xy::new(120.0, 0.0));
    // 105 m further than the path is too far to be what was meant.
    assert_eq!(snap(&network, 120.0, -115.1).at, Xy::new(120.0, 0.0));
    let beyond = network.snap(Xy::new(120.0, -60.0), Metres::new(59.0)).expect("the path is near");
    assert_eq!(network.island_of(beyond.edge), 1);
}

#[test]
fn a_loose_path_far_from_any_street_is_met_all_the_same() {
    let network = network(&[&[(0.0, 0.0), (300.0, 0.0)], &[(100.0, -160.0), (150.0, -160.0)]]);
    assert_eq!(snap(&network, 120.0, -165.0).at, Xy::new(120.0, -160.0));
}

#[test]
fn a_point_on_a_street_can_be_named_by_its_length() {
    let network = network(&[&[(0.0, 0.0), (100.0, 0.0), (100.0, -300.0)]]);
    let street = network.streets().next().expect("one street");
    for along in [0.0, 30.0, 99.0, 300.0, 400.0] {
        let named = network.on_street(street.edge, Metres::new(along));
        let found = network.snap(named.at, FAR).expect("it is on the street");
        assert!((found.along.get() - along).abs() < 1e-9 && found.off_street.get() < 1e-9);
    }
    assert_eq!(network.on_street(street.edge, Metres::new(1e9)).along, street.length);
}

#[test]
fn a_node_can_be_named_as_a_point_on_a_street() {
    let network = network(&[&[(0.0, 0.0), (100.0, 0.0)], &[(200.0, 0.0), (200.0, 50.0)]]);
    for (node, at) in network.nodes() {
        let snap = network.on_node(node);
        assert_eq!(snap.at, at);
        assert_eq!(network.on_street(snap.edge, snap.along).at, at);
    }
}
