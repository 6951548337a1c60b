use crate::crs::Xy;
use crate::network::nearest_of_nodes_many;
use crate::network::{Builder, Nearest, Search, Snap, StreetClass, StreetNetwork, Targets, matrix, nearest_many};
use crate::units::Metres;
use proptest::prelude::*;

const TOLERANCE: f64 = 0.002;

/// A network drawn with letters for nodes and lines for streets; a character is 100 m wide, a line of
/// text 100 m high. Returns it with the point of each letter.
fn drawn(picture: &str) -> (StreetNetwork, impl Fn(char) -> Xy) {
    let cells: Vec<Vec<char>> = picture.lines().map(|line| line.chars().collect()).collect();
    let cell = |row: usize, column: usize| cells.get(row).and_then(|line| line.get(column)).copied().unwrap_or(' ');
    let at = |row: usize, column: usize| Xy::new(column as f64 * 100.0, -(row as f64) * 100.0);
    let mut builder = Builder::new();
    let mut letters = std::collections::BTreeMap::new();
    for (row, line) in cells.iter().enumerate() {
        for (column, &letter) in line.iter().enumerate().filter(|(_, c)| c.is_alphabetic()) {
            letters.insert((row, column), (letter, builder.node(at(row, column))));
        }
    }
    for (&(row, column), &(_, node)) in &letters {
        let mut right = column + 1;
        while cell(row, right) == '─' {
            right += 1;
        }
        if let (true, Some(&(_, other))) = (right > column + 1, letters.get(&(row, right))) {
            builder.street(node, other, &[], StreetClass::Residential, None);
        }
        let mut down = row + 1;
        while cell(down, column) == '│' {
            down += 1;
        }
        if let (true, Some(&(_, other))) = (down > row + 1, letters.get(&(down, column))) {
            builder.street(node, other, &[], StreetClass::Residential, None);
        }
    }
    let named: Vec<(char, Xy)> =
        letters.into_iter().map(|((row, column), (letter, _))| (letter, at(row, column))).collect();
    let find = move |letter: char| named.iter().find(|(c, _)| *c == letter).expect("the letter is drawn").1;
    (builder.build().0, find)
}

fn snap(network: &StreetNetwork, at: Xy) -> Snap {
    network.snap(at, Metres::new(1e6)).expect("the network is not empty")
}

fn walk(network: &StreetNetwork, from: Xy, to: Xy) -> Option<f64> {
    let answer = Search::new(network).nearest(&[snap(network, from)], &[snap(network, to)], None);
    answer[0].map(|nearest| nearest.distance.get())
}

#[test]
fn a_river_without_a_bridge_is_not_crossed() {
    let (network, at) = drawn(
        "a──b──c
~~~~~~~
d──e──f",
    );
    assert_eq!(walk(&network, at('a'), at('c')), Some(600.0));
    assert_eq!(walk(&network, at('b'), at('e')), None);
}

#[test]
fn a_river_with_a_bridge_is_crossed_there_and_nowhere_else() {
    let (network, at) = drawn(
        "a──b──c
      │
d──e──f",
    );
    // b–c, over the bridge, f–e
    assert_eq!(walk(&network, at('b'), at('e')), Some(300.0 + 200.0 + 300.0));
}

#[test]
fn streets_that_cross_without_a_junction_pass_over_each_other() {
    let mut builder = Builder::new();
    let ends = [(-300.0, 0.0), (300.0, 0.0), (0.0, -300.0), (0.0, 300.0)].map(|(x, y)| builder.node(Xy::new(x, y)));
    builder.street(ends[0], ends[1], &[], StreetClass::Main, None);
    builder.street(ends[2], ends[3], &[], StreetClass::Main, None);
    let (network, _) = builder.build();
    assert_eq!(walk(&network, Xy::new(-100.0, 0.0), Xy::new(0.0, 100.0)), None);
}

#[test]
fn two_points_on_one_street_reach_each_other_along_it() {
    let (network, _) = drawn("a─────b");
    // 40 m off, 250 m along, 10 m off: never round by an end.
    assert_eq!(walk(&network, Xy::new(100.0, 40.0), Xy::new(350.0, -10.0)), Some(300.0));
}

#[test]
fn the_short_way_between_two_points_of_a_bent_street_may_lead_through_other_streets() {
    // a─b is 1,000 m round by the bend, and 100 m straight.
    let mut builder = Builder::new();
    let (a, b) = (builder.node(Xy::new(0.0, 0.0)), builder.node(Xy::new(100.0, 0.0)));
    builder.street(a, b, &[Xy::new(0.0, 450.0), Xy::new(100.0, 450.0)], StreetClass::Residential, None);
    builder.street(a, b, &[], StreetClass::Path, None);
    let (network, _) = builder.build();
    assert_eq!(walk(&network, Xy::new(0.0, 50.0), Xy::new(100.0, 50.0)), Some(200.0));
}

#[test]
fn the_limit_is_for_the_whole_walk_and_includes_its_own_length() {
    let (network, at) = drawn("a──b──c");
    let (source, target) = (snap(&network, at('a')), snap(&network, Xy::new(600.0, 50.0)));
    let mut search = Search::new(&network);
    let mut within = |limit| search.nearest(&[source], &[target], Some(Metres::new(limit)))[0].is_some();
    assert!(within(650.0));
    assert!(!within(649.9));
    let targets = Targets::new(&network, &[target]);
    assert_eq!(search.within(&source, &targets, Metres::new(650.0)), vec![(0, Metres::new(650.0))]);
    assert_eq!(search.within(&source, &targets, Metres::new(649.9)), vec![]);
}

#[test]
fn of_two_sources_equally_far_the_first_in_the_list_is_nearest() {
    let (network, at) = drawn("a──b──c");
    let (a, b, c) = (snap(&network, at('a')), snap(&network, at('b')), snap(&network, at('c')));
    let mut search = Search::new(&network);
    for sources in [[a, c], [c, a]] {
        let expected = Nearest { source: 0, distance: Metres::new(300.0) };
        assert_eq!(search.nearest(&sources, &[b], None), vec![Some(expected)]);
    }
}

#[test]
fn without_sources_nothing_is_near() {
    let (network, at) = drawn("a──b");
    let target = snap(&network, at('a'));
    assert_eq!(Search::new(&network).nearest(&[], &[target], None), vec![None]);
    assert_eq!(nearest_many(&network, &[], &[target], None), Vec::<Vec<Option<Nearest>>>::new());
}

/// A random town: nodes on a grid that is shaken, some streets missing, some bent, some doubled.
#[derive(Debug, Clone)]
struct Town {
    nodes: Vec<(i32, i32)>,
    streets: Vec<(usize, usize, i32)>,
    points: Vec<(i32, i32)>,
}

impl Town {
    fn build(&self, shift: f64, backwards: bool) -> StreetNetwork {
        let mut builder = Builder::new();
        let at = |&(x, y): &(i32, i32)| Xy::new(f64::from(x) + shift, f64::from(y) + shift);
        let n = self.nodes.len();
        let mut nodes: Vec<_> = if backwards {
            self.nodes.iter().rev().map(|node| builder.node(at(node))).collect()
        } else {
            self.nodes.iter().map(|node| builder.node(at(node))).collect()
        };
        if backwards {
            nodes.reverse();
        }
        let mut add = |&(a, b, bend): &(usize, usize, i32)| {
            let (from, to) = (at(&self.nodes[a % n]), at(&self.nodes[b % n]));
            let middle = Xy::new((from.x + to.x) / 2.0 + f64::from(bend), (from.y + to.y) / 2.0);
            let between = if bend % 3 == 0 { vec![] } else { vec![middle] };
            builder.street(nodes[a % n], nodes[b % n], &between, StreetClass::Residential, None);
        };
        if backwards {
            self.streets.iter().rev().for_each(&mut add);
        } else {
            self.streets.iter().for_each(&mut add);
        }
        builder.build().0
    }

    fn snaps(&self, network: &StreetNetwork, shift: f64) -> Vec<Snap> {
        let at = |&(x, y): &(i32, i32)| Xy::new(f64::from(x) + shift, f64::from(y) + shift);
        self.points.iter().filter_map(|point| network.snap(at(point), Metres::new(1e6))).collect()
    }
}

fn town() -> impl Strategy<Value = Town> {
    // Nodes at distinct points, so that the order of nodes is fixed by where they are.
    let nodes = prop::collection::btree_set((-300..300i32, -300..300i32), 2..14);
    let streets = prop::collection::vec((0..40usize, 0..40usize, -60..60i32), 1..24);
    let points = prop::collection::vec((-350..350i32, -350..350i32), 2..16);
    (nodes, streets, points)
        .prop_map(|(nodes, streets, points)| Town { nodes: nodes.into_iter().collect(), streets, points })
        .prop_filter("a town has a street", |town| town.build(0.0, false).n_streets() > 0)
}

/// Walks between all points by Floyd and Warshall's algorithm over nodes and points together: a third
/// way to the same answer, in plain metres, where every point is a node of its own.
fn oracle(network: &StreetNetwork, snaps: &[Snap]) -> Vec<Vec<f64>> {
    let nodes = network.n_nodes();
    let n = nodes + snaps.len();
    let mut d = vec![vec![f64::INFINITY; n]; n];
    let mut join = |a: usize, b: usize, length: f64| {
        d[a][b] = d[a][b].min(length);
        d[b][a] = d[a][b];
    };
    for street in network.streets() {
        let mut stops = vec![(0.0, street.from.index()), (street.length.get(), street.to.index())];
        let on_it = snaps.iter().enumerate().filter(|(_, snap)| snap.edge == street.edge);
        stops.extend(on_it.map(|(i, snap)| (snap.along.get(), nodes + i)));
        stops.sort_by(|a, b| a.0.total_cmp(&b.0));
        // The ends must be the outermost stops even where a point lies exactly on one.
        for (i, a) in stops.iter().enumerate() {
            for b in &stops[i + 1..] {
                join(a.1, b.1, b.0 - a.0);
            }
        }
    }
    for (i, row) in d.iter_mut().enumerate() {
        row[i] = 0.0;
    }
    for k in 0..n {
        for i in 0..n {
            for j in 0..n {
                d[i][j] = d[i][j].min(d[i][k] + d[k][j]);
            }
        }
    }
    let walk = |i: usize, j: usize| {
        let (a, b) = (&snaps[i], &snaps[j]);
        let (off, direct) = (a.off_street + b.off_street, a.door.distance(b.door));
        let walk = d[nodes + i][nodes + j] + off.get();
        // Two points away from the streets need none, if they are nearer to each other than to it.
        let away = a.off_street.get().min(b.off_street.get()) > 25.0;
        if away && direct <= off { walk.min(direct.get()) } else { walk }
    };
    (0..snaps.len()).map(|i| (0..snaps.len()).map(|j| walk(i, j)).collect()).collect()
}

fn show(network: &StreetNetwork) -> String {
    network.streets().map(|s| format!("{:?} – {:?}: {} m {:?}\n", s.from, s.to, s.length.get(), s.shape)).collect()
}

fn distances(answers: &[Option<Nearest>]) -> Vec<Option<f64>> {
    answers.iter().map(|answer| answer.map(|nearest| nearest.distance.get())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn search_matches_floyd_and_warshall(town in town(), n_sources in 1..6usize, limit in prop::option::of(10.0..900.0)) {
        let network = town.build(0.0, false);
        let snaps = town.snaps(&network, 0.0);
        let sources = &snaps[..n_sources.min(snaps.len())];
        let all = oracle(&network, &snaps);
        let answers = Search::new(&network).nearest(sources, &snaps, limit.map(Metres::new));
        let far = limit.unwrap_or(f64::INFINITY);
        for (target, answer) in answers.iter().enumerate() {
            let best = (0..sources.len()).map(|source| all[source][target]).fold(f64::INFINITY, f64::min);
            match answer {
                Some(Nearest { source, distance }) => {
                    prop_assert!((distance.get() - best).abs() < TOLERANCE, "{target}: {answer:?}, not {best}\n{}", show(&network));
                    prop_assert!((all[*source][target] - best).abs() < TOLERANCE, "{target}: {answer:?}\n{}", show(&network));
                    prop_assert!(distance.get() <= far);
                }
                None => prop_assert!(best.is_infinite() || best > far - TOLERANCE, "{target}: none, not {best}\n{}", show(&network)),
            }
        }
    }

    #[test]
    fn catchments_and_the_matrix_hold_the_same_walks_as_floyd_and_warshall(town in town(), limit in 10.0..900.0) {
        let network = town.build(0.0, false);
        let snaps = town.snaps(&network, 0.0);
        let all = oracle(&network, &snaps);
        let rows = matrix(&network, &snaps, &Targets::new(&network, &snaps), Metres::new(limit));
        for (source, row) in rows.iter().enumerate() {
            prop_assert!(row.is_sorted_by_key(|&(target, _)| target));
            for (target, &expected) in all[source].iter().enumerate() {
                let found: Vec<f64> = row.iter().filter(|(t, _)| *t == target).map(|(_, d)| d.get()).collect();
                match found[..] {
                    [] => prop_assert!(expected > limit - TOLERANCE, "{source} to {target}: none, not {expected}\n{}", show(&network)),
                    [walk] => prop_assert!((walk - expected).abs() < TOLERANCE, "{source} to {target}: {walk}, not {expected}\n{}", show(&network)),
                    _ => prop_assert!(false, "{target} twice in the row of {source}"),
                }
            }
        }
    }

    #[test]
    fn nodes_get_the_same_answers_as_points_on_them(town in town(), n_sources in 1..6usize) {
        let network = town.build(0.0, false);
        let snaps = town.snaps(&network, 0.0);
        let sources = &snaps[..n_sources.min(snaps.len())];
        let limit = Some(Metres::new(500.0));
        let nodes: Vec<Snap> = network.nodes().map(|(node, _)| network.on_node(node)).collect();
        let one_by_one = Search::new(&network).nearest(sources, &nodes, limit);
        let all = nearest_of_nodes_many(&network, &[sources, &[]], limit);
        for ((node, _), expected) in network.nodes().zip(one_by_one) {
            prop_assert_eq!(all[0].of(node), expected);
            prop_assert_eq!(all[1].of(node), None);
        }
    }

    #[test]
    fn a_search_remembers_nothing_of_the_one_before(town in town(), limit in 10.0..900.0) {
        let network = town.build(0.0, false);
        let snaps = town.snaps(&network, 0.0);
        let mut used = Search::new(&network);
        for source in &snaps {
            let fresh = Search::new(&network).nearest(&[*source], &snaps, Some(Metres::new(limit)));
            prop_assert_eq!(used.nearest(&[*source], &snaps, Some(Metres::new(limit))), fresh);
        }
    }

    #[test]
    fn adding_a_source_never_lengthens_a_walk(town in town()) {
        let network = town.build(0.0, false);
        let snaps = town.snaps(&network, 0.0);
        let mut search = Search::new(&network);
        let before = search.nearest(&snaps[..snaps.len() - 1], &snaps, None);
        let after = search.nearest(&snaps, &snaps, None);
        for (before, after) in before.iter().zip(&after) {
            let Some(before) = before else { continue };
            prop_assert!(after.is_some_and(|after| after.distance <= before.distance));
        }
    }

    #[test]
    fn sets_searched_side_by_side_get_the_answers_they_get_alone(town in town(), limit in 10.0..900.0) {
        let network = town.build(0.0, false);
        let snaps = town.snaps(&network, 0.0);
        let sets: Vec<&[Snap]> = (0..snaps.len()).map(|i| &snaps[i..]).collect();
        let together = nearest_many(&network, &sets, &snaps, None);
        for (set, answer) in sets.iter().zip(&together) {
            prop_assert_eq!(&Search::new(&network).nearest(set, &snaps, None), answer);
        }
        // So many sources that they are shared out among the cores.
        let crowd: Vec<Snap> = snaps.iter().copied().cycle().take(3000).collect();
        let limit = Some(Metres::new(limit));
        let together = nearest_many(&network, &[&crowd], &snaps, limit);
        prop_assert_eq!(&Search::new(&network).nearest(&crowd, &snaps, limit), &together[0]);
    }

    #[test]
    fn moving_the_whole_place_changes_nothing(town in town(), shift in -30..30i32) {
        // By a whole number of 16 km, so that the coordinates themselves lose nothing.
        let shift = f64::from(shift) * 16_384.0;
        let (here, there) = (town.build(0.0, false), town.build(shift, false));
        let (snaps, moved) = (town.snaps(&here, 0.0), town.snaps(&there, shift));
        let before = distances(&Search::new(&here).nearest(&snaps[..1], &snaps, None));
        let after = distances(&Search::new(&there).nearest(&moved[..1], &moved, None));
        for (before, after) in before.iter().zip(&after) {
            prop_assert_eq!(before.is_some(), after.is_some());
            prop_assert!((before.unwrap_or(0.0) - after.unwrap_or(0.0)).abs() < TOLERANCE, "{before:?} {after:?}\n{}", show(&here));
        }
    }

    #[test]
    fn the_order_of_nodes_and_streets_changes_nothing(town in town()) {
        let (one, other) = (town.build(0.0, false), town.build(0.0, true));
        prop_assert_eq!(show(&one), show(&other));
        let (snaps, again) = (town.snaps(&one, 0.0), town.snaps(&other, 0.0));
        prop_assert_eq!(&snaps, &again);
        prop_assert_eq!(
            Search::new(&one).nearest(&snaps[..2], &snaps, None),
            Search::new(&other).nearest(&again[..2], &again, None)
        );
    }
}
