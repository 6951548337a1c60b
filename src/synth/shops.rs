//! High streets: runs of shops where main roads meet.

use super::dice::Dice;
use super::names::Names;
use super::sheet::Class;
use super::streets::{Spot, StreetMap};
use super::town::Town;
use crate::crs::Xy;
use std::collections::BTreeMap;

/// A place with shops.
#[derive(Debug)]
pub(super) struct Centre {
    /// Its middle, on the unbent drawing.
    pub at: Xy,
}

const TRADES: [(&str, &str, f64); 16] = [
    ("convenience", "Stores", 12.0),
    ("hairdresser", "Hair", 11.0),
    ("clothes", "Clothes", 8.0),
    ("charity", "Charity Shop", 6.0),
    ("bakery", "Bakery", 5.0),
    ("vacant", "", 9.0),
    ("beauty", "Beauty", 5.0),
    ("greengrocer", "Greengrocer", 3.0),
    ("butcher", "Butcher", 3.0),
    ("newsagent", "News", 5.0),
    ("hardware", "Hardware", 3.0),
    ("supermarket", "Supermarket", 2.0),
    ("bookmaker", "Bets", 3.0),
    ("mobile_phone", "Phones", 3.0),
    ("laundry", "Launderette", 2.0),
    ("optician", "Optician", 2.0),
];
const FOOD: [(&str, &str); 4] =
    [("fast_food", "Fried Fish"), ("cafe", "Tea Room"), ("pub", "Arms"), ("restaurant", "Kitchen")];

/// Metres between neighbouring shops on one side of a street.
const FRONTAGE: f64 = 13.0;
/// Metres between a shop's door and the middle of the street.
const SETBACK: f64 = 9.0;

struct Piece {
    a: Xy,
    b: Xy,
    way: usize,
}

/// Opens shops along main streets: most in the middle of the town, the rest where main roads meet.
pub(super) fn open(town: &Town, map: &mut StreetMap, names: &Names, seed: u64) -> Vec<Centre> {
    let mut dice = Dice::new(seed, "shops");
    let (pieces, junctions) = main_streets(map);
    let mut near: BTreeMap<(i64, i64), Vec<usize>> = BTreeMap::new();
    for (i, piece) in pieces.iter().enumerate() {
        near.entry(square(piece.a)).or_default().push(i);
    }
    let mut taken = vec![false; pieces.len()];
    let centres = choose(town, &junctions, &mut dice);
    for (i, centre) in centres.iter().enumerate() {
        let shops = if i == 0 {
            (town.ground.residents as f64 / 1_100.0).clamp(14.0, 260.0) as usize
        } else {
            11 + dice.below(17)
        };
        let mut around: Vec<usize> = Vec::new();
        let (cx, cy) = square(centre.at);
        let ring = if i == 0 { 2 } else { 1 };
        for x in cx - ring..=cx + ring {
            for y in cy - ring..=cy + ring {
                around.extend(near.get(&(x, y)).into_iter().flatten());
            }
        }
        around.sort_by(|&a, &b| {
            let distance = |p: usize| pieces[p].a.distance(centre.at).get();
            distance(a).total_cmp(&distance(b)).then(a.cmp(&b))
        });
        around.retain(|p| !taken[*p]);
        // One street is the high street; what it cannot hold spills round the corner.
        let high_street = around.first().and_then(|p| name_of(map, &pieces[*p])).map(str::to_owned);
        around.sort_by_key(|p| name_of(map, &pieces[*p]) != high_street.as_deref());
        let mut left = shops;
        for p in around {
            if left == 0 {
                break;
            }
            taken[p] = true;
            left = left.saturating_sub(line_with_shops(map, &pieces[p], left, names, &mut dice));
        }
    }
    centres
}

fn name_of<'a>(map: &'a StreetMap, piece: &Piece) -> Option<&'a str> {
    map.ways[piece.way].tags.iter().find(|(key, _)| *key == "name").map(|(_, name)| name.as_str())
}

fn square(p: Xy) -> (i64, i64) {
    ((p.x / 250.0).floor() as i64, (p.y / 250.0).floor() as i64)
}

/// The stretches of main streets, and the nodes where three or more of them meet.
fn main_streets(map: &StreetMap) -> (Vec<Piece>, Vec<Xy>) {
    let mut pieces = Vec::new();
    let mut meetings = vec![0_u8; map.points.len()];
    for (way, w) in map.ways.iter().enumerate() {
        let over = w.tags.iter().any(|(key, _)| *key == "bridge" || *key == "tunnel");
        if over || !w.class.is_some_and(Class::has_shops) {
            continue;
        }
        for pair in w.nodes.windows(2) {
            pieces.push(Piece { a: map.points[pair[0]], b: map.points[pair[1]], way });
            for &node in pair {
                meetings[node] = meetings[node].saturating_add(1);
            }
        }
    }
    let junctions = (0..meetings.len()).filter(|&n| meetings[n] > 2).map(|n| map.points[n]).collect();
    (pieces, junctions)
}

/// The middle of the town first, then junctions at some distance from one another.
fn choose(town: &Town, junctions: &[Xy], dice: &mut Dice) -> Vec<Centre> {
    let n = (town.ground.residents / 7_500).max(1) as usize;
    let apart = 650.0_f64.min(town.ground.radius * 0.8);
    let mut order: Vec<(bool, f64, usize)> = junctions
        .iter()
        .enumerate()
        .map(|(i, p)| (p.x.hypot(p.y) > 60.0, dice.unit() / town.ground.density(*p).max(0.01), i))
        .collect();
    order.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)));
    let mut centres: Vec<Centre> = Vec::new();
    for (_, _, i) in order {
        if centres.len() == n {
            break;
        }
        let at = junctions[i];
        if centres.iter().all(|c| c.at.distance(at).get() > apart) {
            centres.push(Centre { at });
        }
    }
    centres
}

/// Shops on both sides of a stretch; how many.
fn line_with_shops(map: &mut StreetMap, piece: &Piece, most: usize, names: &Names, dice: &mut Dice) -> usize {
    let length = piece.a.distance(piece.b).get();
    if length < FRONTAGE {
        return 0;
    }
    let (ux, uy) = ((piece.b.x - piece.a.x) / length, (piece.b.y - piece.a.y) / length);
    let street = name_of(map, piece).map(str::to_owned);
    let mut built = 0;
    for k in 0..(length / FRONTAGE) as usize {
        for side in [SETBACK, -SETBACK] {
            if built == most || dice.chance(0.12) {
                continue;
            }
            let along = FRONTAGE * (k as f64 + 0.5);
            map.points.push(Xy::new(piece.a.x + along * ux - side * uy, piece.a.y + along * uy + side * ux));
            let node = map.points.len() - 1;
            let mut tags = trade(names, node, dice);
            tags.extend(street.clone().map(|name| ("addr:street", name)));
            map.spots.push(Spot { node, tags });
            built += 1;
        }
    }
    built
}

fn trade(names: &Names, n: usize, dice: &mut Dice) -> super::streets::Tags {
    let named = |words: &str| ("name", format!("{} {words}", names.word(n * 13)));
    if dice.chance(0.17) {
        let (amenity, words) = dice.pick(&FOOD);
        return vec![("amenity", amenity.to_owned()), named(words)];
    }
    let (shop, words, _) = TRADES[dice.weighted(&TRADES.map(|t| t.2))];
    let mut tags = vec![("shop", shop.to_owned())];
    if !words.is_empty() {
        tags.push(named(words));
        if dice.chance(0.4) {
            tags.push((
                "opening_hours",
                dice.pick(&["Mo-Sa 09:00-17:30", "Mo-Su 07:00-22:00", "Tu-Sa 09:00-17:00"]).to_owned(),
            ));
        }
        if dice.chance(0.3) {
            tags.push(("wheelchair", dice.pick(&["yes", "limited", "no"]).to_owned()));
        }
    }
    tags
}
