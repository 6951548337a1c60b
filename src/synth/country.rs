//! Streets for a whole country: under the zones of a real place, in as many files as there are regions.
//!
//! The plan of a town, grown to a country: the ground is cut again and again through the middle of its people, and every
//! cut is a street, the greater the more people it divides. Each zone so has streets where its people are, and none of
//! them is anybody's.

use super::dice::Dice;
use super::names::Names;
use super::sheet::{Cell, Class, Line, Ray, Sheet};
use super::streets::{Tags, highway};
use super::town::middle_by;
use super::write::pbf;
use crate::crs::{LonLat, Plane, Xy};
use crate::place::Place;
use geo::{Area, Contains};
use std::f64::consts::FRAC_PI_2;
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

/// How large the network is, and which one of all possible it is.
#[derive(Debug, Clone, Copy)]
pub struct CountryOptions {
    /// Nodes of the street files, about.
    pub nodes: usize,
    /// Files, each of a region with as many people as the others.
    pub regions: usize,
    /// The same place, nodes, regions and seed always write the same bytes.
    pub seed: u64,
}

/// What was written.
#[derive(Debug)]
pub struct CountryReport {
    /// The files, from west to east.
    pub files: Vec<PathBuf>,
    /// Nodes of all of them, each once.
    pub nodes: usize,
    /// Ways of all of them, each once.
    pub ways: usize,
    /// Ways that are in more files than one.
    pub shared: usize,
}

/// People that one point of the sample stands for.
const PER_POINT: f64 = 30.0;
/// Nodes that come of a block: two sides of its own, with their bends and what leads off them.
const PER_BLOCK: f64 = 20.0;
/// A street bends at least this often in a town, and at most [`MOST_BENDS`] times between two corners anywhere.
const BEND_EVERY: f64 = 26.0;
const MOST_BENDS: usize = 8;
/// Corners along a way, as a mapper would cut a long road.
const CORNERS_OF_A_WAY: usize = 12;

/// Writes streets under the zones of a place, as `streets-1.osm.pbf` and so on. A way that crosses from one region to
/// another is whole in both files, as published extracts have it.
///
/// # Errors
/// When a file cannot be written.
pub fn write_country(place: &Place, options: CountryOptions, dir: &Path) -> io::Result<CountryReport> {
    let people = people(place, options.seed);
    let residents = PER_POINT * people.len() as f64;
    let per_block = (residents * PER_BLOCK / options.nodes as f64 / PER_POINT).ceil().max(1.0) as usize;
    let regions = Regions::new(&people, options.regions.max(1));
    let mut country = Country {
        sheet: Sheet::default(),
        dice: Dice::new(options.seed, "country"),
        roads: 1,
        per_block,
        names: Names::new(options.seed),
        points: Vec::new(),
        spots: Vec::new(),
        ways: Vec::new(),
    };
    country.plan(people);
    country.draw();
    country.write(&place.plane, &regions, dir)
}

/// A sample of where people live: round the centre of their zone, within it.
fn people(place: &Place, seed: u64) -> Vec<Xy> {
    let mut dice = Dice::new(seed, "people of a country");
    let mut all = Vec::new();
    for zone in &place.zones {
        let spread = zone.shape.as_ref().map_or(300.0, |shape| 0.45 * shape.unsigned_area().sqrt());
        for _ in 0..(zone.residents.total / PER_POINT).round() as usize {
            let mut near = || Xy::new(zone.centre.x + spread * dice.normal(), zone.centre.y + spread * dice.normal());
            let inside = |at: &Xy| zone.shape.as_ref().is_none_or(|shape| shape.contains(&geo::Point::new(at.x, at.y)));
            let found = (0..4).map(|_| near()).find(inside);
            all.push(found.unwrap_or(zone.centre));
        }
    }
    all
}

/// The regions: columns from west to east, each cut from south to north.
struct Regions(Vec<(f64, Vec<f64>)>);

impl Regions {
    fn new(people: &[Xy], n: usize) -> Self {
        let columns = (n as f64).sqrt().floor().max(1.0) as usize;
        let mut by_x = people.to_vec();
        by_x.sort_by(|a, b| a.x.total_cmp(&b.x));
        let column = |k: usize| {
            let (from, to) = (by_x.len() * k / columns, by_x.len() * (k + 1) / columns);
            let rows = n * (k + 1) / columns - n * k / columns;
            let mut ys: Vec<f64> = by_x[from..to].iter().map(|p| p.y).collect();
            ys.sort_by(f64::total_cmp);
            let east = if k + 1 == columns { f64::INFINITY } else { by_x[to.min(by_x.len() - 1)].x };
            (east, (1..rows).filter_map(|row| ys.get(ys.len() * row / rows).copied()).collect())
        };
        Self((0..columns).map(column).collect())
    }

    fn n(&self) -> usize {
        self.0.iter().map(|(_, cuts)| cuts.len() + 1).sum()
    }

    fn of(&self, at: Xy) -> usize {
        let mut before = 0;
        for (east, cuts) in &self.0 {
            if at.x < *east {
                return before + cuts.partition_point(|cut| *cut <= at.y);
            }
            before += cuts.len() + 1;
        }
        before.saturating_sub(1)
    }
}

struct Country {
    sheet: Sheet,
    dice: Dice,
    roads: usize,
    /// Points of the sample in a block.
    per_block: usize,
    names: Names,
    /// Where each node is.
    points: Vec<Xy>,
    /// Nodes with tags of their own.
    spots: Vec<(usize, Tags)>,
    ways: Vec<(Vec<usize>, Tags)>,
}

impl Country {
    /// Cuts the ground into blocks.
    fn plan(&mut self, people: Vec<Xy>) {
        let fold = |f: fn(f64, f64) -> f64, v: fn(&Xy) -> f64| people.iter().map(v).reduce(f).unwrap_or(0.0);
        let (west, east) = (fold(f64::min, |p| p.x) - 900.0, fold(f64::max, |p| p.x) + 900.0);
        let (south, north) = (fold(f64::min, |p| p.y) - 900.0, fold(f64::max, |p| p.y) + 900.0);
        let corners = [(west, south), (east, south), (east, north), (west, north)].map(|(x, y)| Xy::new(x, y));
        let cell = self.sheet.cell(&corners);
        let mut left = vec![(cell, people)];
        while let Some((cell, people)) = left.pop() {
            if let Some(parts) = self.halves(&cell, people) {
                left.extend(parts);
            }
        }
    }

    /// Cuts a cell through the middle of its people; `None` where it is a block.
    fn halves(&mut self, cell: &Cell, people: Vec<Xy>) -> Option<[(Cell, Vec<Xy>); 2]> {
        if people.len() <= self.per_block {
            return None;
        }
        let class = match people.len() * PER_POINT as usize {
            200_000.. => Class::Primary,
            40_000.. => Class::Secondary,
            6_000.. => Class::Tertiary,
            _ => Class::Local,
        };
        for _ in 0..3 {
            let (long, _, width) = self.sheet.long_axis(cell);
            if width < 45.0 {
                return None;
            }
            let heading = long + FRAC_PI_2 + self.dice.between(-0.16, 0.16);
            let ray = Ray::heading(middle_by(&people, heading, self.dice.between(0.43, 0.57)), heading);
            if let Some((left, right)) = self.sheet.split(cell, ray, Line::Street(class), self.roads) {
                self.roads += 1;
                let (a, b) = people.into_iter().partition(|p| ray.left(*p) > 0.0);
                return Some([(left, a), (right, b)]);
            }
        }
        None
    }

    /// Draws every cut as streets, with bends, closes, paths, shops, and beside some great roads a river or rails.
    fn draw(&mut self) {
        self.points.clone_from(&self.sheet.nodes);
        let chords = std::mem::take(&mut self.sheet.chords);
        for (n, chord) in chords.iter().enumerate() {
            let Line::Street(class) = chord.line else { continue };
            let named = ("name", self.names.street(chord.road, class));
            let mut tags = vec![("highway", highway(class).to_owned()), named];
            if class == Class::Local {
                tags.push(("maxspeed", "20 mph".to_owned()));
            }
            // Of short local streets some are private, and some are paths.
            if class == Class::Local && chord.stations.len() == 2 {
                let fate = self.dice.unit();
                if fate < 0.012 {
                    tags.push(("access", "private".to_owned()));
                } else if fate < 0.1 {
                    let (kind, detail) = if fate < 0.03 { ("steps", "step_count") } else { ("footway", "lit") };
                    tags = vec![("highway", kind.to_owned()), (detail, "14".to_owned())];
                }
            }
            for part in windows(&chord.stations, CORNERS_OF_A_WAY) {
                let mut line = vec![part[0].1];
                for pair in part.windows(2) {
                    self.bend(pair[0].1, pair[1].1, class, &mut line);
                }
                self.ways.push((line, tags.clone()));
            }
            if class == Class::Primary {
                self.beside(n, chord.stations[0].1, chord.stations[chord.stations.len() - 1].1);
            }
        }
    }

    /// The bends from one corner to the next, and the close that leads off them.
    fn bend(&mut self, a: usize, b: usize, class: Class, line: &mut Vec<usize>) {
        let (from, to) = (self.points[a], self.points[b]);
        let length = from.distance(to).get();
        let parts = ((length / BEND_EVERY).ceil().max(1.0) as usize).min(MOST_BENDS + 1);
        let (dx, dy) = ((to.x - from.x) / length, (to.y - from.y) / length);
        let sway = self.dice.between(-0.05, 0.05) * length.min(200.0);
        let close = (class >= Class::Tertiary && parts > 2 && self.dice.chance(0.17)).then_some(parts / 2);
        for k in 1..parts {
            let (f, aside) = (k as f64 / parts as f64, sway * (std::f64::consts::PI * k as f64 / parts as f64).sin());
            let at = Xy::new(from.x + f * length * dx - aside * dy, from.y + f * length * dy + aside * dx);
            self.points.push(at);
            line.push(self.points.len() - 1);
            if class.has_shops() && self.dice.chance(0.01) {
                let what = self.dice.pick(&["supermarket", "convenience", "bakery", "greengrocer", "hairdresser"]);
                let name = format!("{} {what}", self.names.word(self.points.len()));
                self.spots.push((self.points.len() - 1, vec![("shop", what.to_owned()), ("name", name)]));
            }
            if close == Some(k) {
                self.close(self.points.len() - 1, Xy::new(-dy, dx), (0.3 * length).min(70.0));
            }
        }
        line.push(b);
    }

    fn close(&mut self, from: usize, aside: Xy, reach: f64) {
        let (at, way) = (self.points[from], if self.dice.chance(0.5) { reach } else { -reach });
        let first = self.points.len();
        self.points.extend([0.5, 1.0].map(|f| Xy::new(at.x + f * way * aside.x, at.y + f * way * aside.y)));
        let name = self.names.close(self.ways.len());
        let tags = vec![("highway", "residential".to_owned()), ("name", name)];
        self.ways.push((vec![from, first, first + 1], tags));
    }

    /// Beside every third great road rails or a river, for which no street stops.
    fn beside(&mut self, n: usize, a: usize, b: usize) {
        let tags: Tags = match n % 3 {
            0 => vec![("railway", "rail".to_owned())],
            1 => vec![("waterway", "river".to_owned()), ("name", format!("River {}", self.names.word(n)))],
            _ => return,
        };
        let (from, to) = (self.points[a], self.points[b]);
        let length = from.distance(to).get();
        let (dx, dy) = ((to.x - from.x) / length, (to.y - from.y) / length);
        let parts = (length / 150.0).ceil().max(1.0) as usize;
        let first = self.points.len();
        self.points.extend((0..=parts).map(|k| {
            let far = length * k as f64 / parts as f64;
            Xy::new(from.x + far * dx - 40.0 * dy, from.y + far * dy + 40.0 * dx)
        }));
        let all: Vec<usize> = (first..=first + parts).collect();
        self.ways.extend(windows(&all, 60).into_iter().map(|part| (part.to_vec(), tags.clone())));
    }

    fn write(&self, plane: &Plane, regions: &Regions, dir: &Path) -> io::Result<CountryReport> {
        let degrees: Vec<Option<LonLat>> = self.points.iter().map(|at| plane.to_lonlat(*at)).collect();
        let region: Vec<usize> = self.points.iter().map(|at| regions.of(*at)).collect();
        let mut used = vec![false; self.points.len()];
        let touched: Vec<Vec<usize>> = self
            .ways
            .iter()
            .map(|(line, _)| {
                line.iter().for_each(|&node| used[node] |= degrees[node].is_some());
                let mut its: Vec<usize> = line.iter().map(|&node| region[node]).collect();
                its.sort_unstable();
                its.dedup();
                its
            })
            .collect();
        let none = Tags::new();
        let mut files = Vec::new();
        for number in 0..regions.n() {
            let mut here = vec![false; self.points.len()];
            let mut ways = Vec::new();
            for (id, (line, tags)) in self.ways.iter().enumerate().filter(|(id, _)| touched[*id].contains(&number)) {
                line.iter().for_each(|&node| here[node] = used[node]);
                ways.push((id as i64 + 1, line.iter().map(|&node| node as i64 + 1).collect(), tags));
            }
            let mut spots = self.spots.iter().peekable();
            let nodes: Vec<pbf::Node<'_>> = (0..self.points.len())
                .filter(|&node| here[node])
                .filter_map(|node| {
                    while spots.next_if(|(spot, _)| *spot < node).is_some() {}
                    let tags = spots.peek().filter(|(spot, _)| *spot == node).map_or(&none, |(_, tags)| tags);
                    Some((node as i64 + 1, degrees[node]?, tags))
                })
                .collect();
            let path = dir.join(format!("streets-{}.osm.pbf", number + 1));
            pbf::write(BufWriter::new(File::create(&path)?), &nodes, &ways)?;
            files.push(path);
        }
        let nodes = used.iter().filter(|used| **used).count();
        let shared = touched.iter().filter(|regions| regions.len() > 1).count();
        Ok(CountryReport { files, nodes, ways: self.ways.len(), shared })
    }
}

/// A run in parts of so many, each beginning where the one before ended.
fn windows<T>(run: &[T], most: usize) -> Vec<&[T]> {
    let mut parts = Vec::new();
    let mut from = 0;
    while from + 1 < run.len() {
        let to = (from + most).min(run.len() - 1);
        parts.push(&run[from..=to]);
        from = to;
    }
    parts
}
