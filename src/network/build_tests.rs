use super::*;
use crate::network::EdgeIdx;

fn at(x: f64, y: f64) -> Xy {
    Xy::new(x, y)
}

#[test]
fn a_street_is_as_long_as_its_bends_make_it() {
    // a──┐ 3 east, 4 north
    //    └b
    let mut builder = Builder::new();
    let (a, b) = (builder.node(at(0.0, 0.0)), builder.node(at(3.0, 4.0)));
    builder.street(a, b, &[at(3.0, 0.0)], StreetClass::Residential, Some(" Mill Lane "));
    let (network, report) = builder.build();
    let street = network.street(EdgeIdx(0));
    assert_eq!(street.length.get(), 7.0);
    assert_eq!(street.name, Some("Mill Lane"));
    assert_eq!(street.shape.len(), 3);
    assert_eq!((network.n_nodes(), network.n_streets(), network.length().get()), (2, 1, 7.0));
    assert_eq!(report.degenerate, 0);
}

#[test]
fn streets_of_no_length_and_streets_given_twice_are_left_out_and_counted() {
    let mut builder = Builder::new();
    let a = builder.node(at(0.0, 0.0));
    let b = builder.node(at(10.0, 0.0));
    let alone = builder.node(at(5.0, 5.0));
    let here_too = builder.node(at(0.0, 0.0));
    let nowhere = builder.node(at(f64::NAN, 0.0));
    builder.street(a, b, &[], StreetClass::Path, None);
    builder.street(b, a, &[], StreetClass::Path, Some("  "));
    builder.street(a, here_too, &[], StreetClass::Path, None);
    builder.street(a, nowhere, &[], StreetClass::Path, None);
    builder.street(alone, alone, &[], StreetClass::Path, None);
    let (network, report) = builder.build();
    assert_eq!(network.n_streets(), 1);
    assert_eq!((report.degenerate, report.duplicates, report.unused_nodes), (3, 1, 3));
    assert_eq!(report.node(alone), None);
    assert!(report.node(a).is_some());
}

#[test]
fn a_loop_street_keeps_its_length_and_its_node() {
    let mut builder = Builder::new();
    let a = builder.node(at(0.0, 0.0));
    builder.street(a, a, &[at(10.0, 0.0), at(10.0, 10.0), at(0.0, 10.0)], StreetClass::Residential, None);
    let (network, _) = builder.build();
    assert_eq!(network.street(EdgeIdx(0)).length.get(), 40.0);
    assert_eq!(network.islands().len(), 1);
}

#[test]
fn parts_that_no_street_joins_are_told_apart_the_largest_first() {
    // a──b   c────d────e
    let mut builder = Builder::new();
    let nodes: Vec<_> = [0.0, 100.0, 200.0, 400.0, 600.0].iter().map(|&x| builder.node(at(x, 0.0))).collect();
    builder.street(nodes[0], nodes[1], &[], StreetClass::Path, None);
    builder.street(nodes[2], nodes[3], &[], StreetClass::Path, None);
    builder.street(nodes[3], nodes[4], &[], StreetClass::Path, None);
    let (network, _) = builder.build();
    let found: Vec<_> = network.islands().iter().map(|island| (island.nodes, island.length.get())).collect();
    assert_eq!(found, vec![(3, 400.0), (2, 100.0)]);
    let by_length: Vec<_> = network.streets().map(|s| (s.length.get(), network.island_of(s.edge))).collect();
    assert!(by_length.contains(&(100.0, 1)) && by_length.contains(&(200.0, 0)));
}

#[test]
fn a_network_of_nothing_is_a_network() {
    let (network, report) = Builder::new().build();
    assert_eq!((network.n_nodes(), network.n_streets(), network.islands().len()), (0, 0, 0));
    assert_eq!(report.unused_nodes, 0);
    assert_eq!(network.snap(at(0.0, 0.0), Metres::new(1e9)), None);
}
