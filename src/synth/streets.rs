//! From the plan to streets as a mapper would have drawn them: roads, paths, cul-de-sacs, bridges,
//! drives that are private, and the river, rails and bypass that are in the way.

use super::dice::Dice;
use super::ground::Strip;
use super::names::Names;
use super::sheet::{Barrier, Chord, Class, Line, NodeId, Ray};
use super::town::{Block, Town};
use crate::crs::Xy;

/// Tags in OpenStreetMap's words.
pub(super) type Tags = Vec<(&'static str, String)>;

/// A line or area of the street map.
#[derive(Debug)]
pub(super) struct Way {
    /// Its nodes in order.
    pub nodes: Vec<usize>,
    /// What it is.
    pub tags: Tags,
    /// The street class, for roads that people live and shop along.
    pub class: Option<Class>,
    /// Whether everybody may walk it.
    pub walkable: bool,
}

/// A node with tags of its own, such as a shop.
#[derive(Debug)]
pub(super) struct Spot {
    /// Its node.
    pub node: usize,
    /// What it is.
    pub tags: Tags,
}

/// The street map, on the unbent drawing.
#[derive(Debug, Default)]
pub(super) struct StreetMap {
    /// Where each node is.
    pub points: Vec<Xy>,
    /// Lines and areas.
    pub ways: Vec<Way>,
    /// Shops and the like.
    pub spots: Vec<Spot>,
}

/// A street bends at least this often; the warp makes smooth curves of it.
const BEND_EVERY: f64 = 26.0;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Stretch {
    Nothing,
    Road(Class),
    Works,
    ParkPath,
    Riverside(bool),
    IslandPath,
    CutThrough { steps: bool },
    Private,
    Bridge(Class, Barrier),
    Underpass,
}

/// Draws the streets of a town. The plan gets its bends here.
pub(super) fn draw(town: &mut Town, names: &Names, seed: u64) -> StreetMap {
    town.sheet.add_bends(BEND_EVERY);
    let mut dice = Dice::new(seed, "streets");
    let mut map = StreetMap { points: town.sheet.nodes.clone(), ..StreetMap::default() };
    let mut meetings = vec![0_u8; map.points.len()];
    for chord in town.sheet.chords.iter().filter(|c| is_street(c.line)) {
        for &(_, node) in &chord.stations {
            meetings[node] = meetings[node].saturating_add(1);
        }
    }
    for chord in &town.sheet.chords {
        let stretches = stretches(town, chord, &meetings, &mut dice);
        map.add_runs(chord, &stretches, names);
    }
    map.add_cul_de_sacs(town, names, &meetings, &mut dice);
    super::islands::join(town, &mut map);
    map.add_barriers(town, names, seed);
    map.add_areas(town, names);
    map
}

fn is_street(line: Line) -> bool {
    matches!(line, Line::Street(_) | Line::Bridge(..) | Line::Edge(Barrier::River))
}

/// What each piece of a line between two nodes becomes.
fn stretches(town: &Town, chord: &Chord, meetings: &[u8], dice: &mut Dice) -> Vec<Stretch> {
    let ground = &town.ground;
    let on_island = |p: Xy| ground.island.is_some_and(|(middle, r)| middle.distance(p).get() < 1.5 * r);
    let mut all: Vec<Stretch> = chord
        .stations
        .windows(2)
        .map(|pair| {
            let (a, b) = (town.sheet.nodes[pair[0].1], town.sheet.nodes[pair[1].1]);
            let p = Xy::new((a.x + b.x) / 2.0, (a.y + b.y) / 2.0);
            match chord.line {
                Line::Coast if on_island(p) => Stretch::IslandPath,
                Line::Coast | Line::Edge(Barrier::Railway | Barrier::Bypass) => Stretch::Nothing,
                Line::Edge(Barrier::River) if ground.barrier_at(p).is_some() => Stretch::Underpass,
                Line::Edge(Barrier::River) => Stretch::Riverside(ground.density(p) > 0.55),
                Line::Bridge(class, barrier) => Stretch::Bridge(class, barrier),
                Line::Street(class @ (Class::Primary | Class::Secondary)) => Stretch::Road(class),
                Line::Street(_) if ground.in_park(p) => Stretch::ParkPath,
                Line::Street(Class::Local) if ground.in_works(p) => Stretch::Works,
                Line::Street(class) => Stretch::Road(class),
            }
        })
        .collect();
    if chord.line == Line::Street(Class::Local) {
        close_some(town, chord, meetings, dice, &mut all);
    }
    all
}

/// Makes some local streets private and some cul-de-sacs. The start of a street always stays joined to
/// the older street it starts on, so that nothing is cut off.
fn close_some(town: &Town, chord: &Chord, meetings: &[u8], dice: &mut Dice, all: &mut [Stretch]) {
    let (fate, steps) = (dice.unit(), dice.chance(0.25));
    let Some(&[(_, first), .., (_, last)]) = chord.stations.get(..).filter(|s| s.len() > 2) else { return };
    let ends_on_street = chord.ends_on.iter().all(|on| on.is_some_and(|c| is_street(town.sheet.chords[c].line)));
    let inner = &chord.stations[1..chord.stations.len() - 1];
    let leaf = inner.iter().all(|s| meetings[s.1] < 2);
    if !ends_on_street || meetings[first] < 2 || meetings[last] < 2 {
        return;
    }
    if leaf && fate < 0.012 {
        all.fill(Stretch::Private);
        return;
    }
    let middle = town.sheet.nodes[inner[inner.len() / 2].1];
    let share = if town.ground.in_estate(middle) { 0.6 } else { 0.16 };
    let turning_place = inner.last().is_some_and(|s| meetings[s.1] < 2);
    if let (true, Some(end)) = (fate < share && turning_place, all.last_mut())
        && matches!(end, Stretch::Road(_))
    {
        *end = if fate < 0.4 * share { Stretch::CutThrough { steps } } else { Stretch::Nothing };
    }
}

impl StreetMap {
    /// Adds a line as ways, one for each run of like stretches.
    fn add_runs(&mut self, chord: &Chord, stretches: &[Stretch], names: &Names) {
        let mut start = 0;
        while start < stretches.len() {
            let like = stretches[start..].iter().take_while(|s| **s == stretches[start]).count();
            let nodes = chord.stations[start..=start + like].iter().map(|s| s.1).collect();
            self.add(nodes, stretches[start], chord.road, names);
            start += like;
        }
    }

    fn add(&mut self, nodes: Vec<NodeId>, stretch: Stretch, road: usize, names: &Names) {
        let named = |class| ("name", names.street(road, class));
        let tag = |key: &'static str, value: &str| (key, value.to_owned());
        let (tags, class) = match stretch {
            Stretch::Nothing => return,
            Stretch::Road(class) => {
                let mut tags = vec![tag("highway", highway(class)), named(class)];
                if class == Class::Local {
                    tags.push(tag("maxspeed", "20 mph"));
                }
                (tags, Some(class))
            }
            Stretch::Works => (vec![tag("highway", "service"), named(Class::Local)], None),
            Stretch::ParkPath => (vec![tag("highway", "footway"), tag("surface", "asphalt")], None),
            Stretch::Riverside(true) => (
                vec![tag("highway", "residential"), ("name", format!("{} Quay", names.word(road)))],
                Some(Class::Local),
            ),
            Stretch::Riverside(false) => {
                (vec![tag("highway", "path"), tag("foot", "designated"), tag("name", "Riverside Walk")], None)
            }
            Stretch::IslandPath => (vec![tag("highway", "path"), tag("name", "Island Path")], None),
            Stretch::CutThrough { steps: true } => (vec![tag("highway", "steps"), tag("step_count", "14")], None),
            Stretch::CutThrough { steps: false } => (vec![tag("highway", "footway"), tag("lit", "yes")], None),
            Stretch::Private => {
                (vec![tag("highway", "residential"), tag("access", "private"), named(Class::Local)], None)
            }
            Stretch::Bridge(class, barrier) => {
                let over = if barrier == Barrier::Bypass { ("tunnel", "yes", "-1") } else { ("bridge", "yes", "1") };
                let tags =
                    vec![tag("highway", highway(class)), named(class), tag(over.0, over.1), tag("layer", over.2)];
                (tags, Some(class))
            }
            Stretch::Underpass => (vec![tag("highway", "footway"), tag("tunnel", "yes"), tag("layer", "-1")], None),
        };
        self.ways.push(Way { nodes, tags, class, walkable: stretch != Stretch::Private });
    }

    /// Opens a line as a path, except where it would cross water, rails or the bypass.
    pub(super) fn add_side_path(&mut self, town: &Town, chord: &Chord) {
        let open = |pair: &&[(f64, NodeId)]| {
            let (a, b) = (town.sheet.nodes[pair[0].1], town.sheet.nodes[pair[1].1]);
            town.ground.barrier_at(Xy::new((a.x + b.x) / 2.0, (a.y + b.y) / 2.0)).is_none()
        };
        for pair in chord.stations.windows(2).filter(open) {
            let tags = vec![("highway", "path".to_owned()), ("foot", "yes".to_owned())];
            self.ways.push(Way { nodes: vec![pair[0].1, pair[1].1], tags, class: None, walkable: true });
        }
    }

    /// Adds a footbridge between two nodes.
    pub(super) fn add_footbridge(&mut self, here: NodeId, there: NodeId) {
        let tags =
            [("highway", "footway"), ("bridge", "yes"), ("layer", "1")].map(|(key, value)| (key, value.to_owned()));
        self.ways.push(Way { nodes: vec![here, there], tags: tags.into(), class: None, walkable: true });
    }

    /// Adds closes and drives that lead from a street towards the middle of a block.
    fn add_cul_de_sacs(&mut self, town: &Town, names: &Names, meetings: &[u8], dice: &mut Dice) {
        let mut on_road = vec![false; self.points.len()];
        for way in self.ways.iter().filter(|w| w.class.is_some()) {
            for &node in &way.nodes {
                on_road[node] = true;
            }
        }
        for (n, block) in town.blocks.iter().enumerate() {
            let middle = town.sheet.centroid(&block.cell);
            let p = match (town.ground.in_estate(middle), town.ground.density(middle)) {
                (_, 0.0) => continue,
                (true, _) => 0.75,
                (false, density) => 0.34 - 0.3 * density,
            };
            let (close, drive) = (dice.chance(p), dice.chance(0.05));
            if close {
                let tags = vec![("highway", "residential".to_owned()), ("name", names.close(n))];
                self.add_spur(town, block, (dice.below(4), 0.78), meetings, &on_road, tags);
            } else if drive {
                let tags = ["highway=service", "service=driveway", "access=private"];
                let tags = tags.iter().filter_map(|t| t.split_once('=')).map(|(k, v)| (k, v.to_owned())).collect();
                self.add_spur(town, block, (dice.below(4), 0.5), meetings, &on_road, tags);
            }
        }
    }

    /// Adds a way from near the middle of one side of a block towards the middle of the block.
    fn add_spur(
        &mut self,
        town: &Town,
        block: &Block,
        (skip, reach): (usize, f64),
        meetings: &[u8],
        on_road: &[bool],
        tags: Tags,
    ) {
        let middle = town.sheet.centroid(&block.cell);
        let ring = town.sheet.ring(&block.cell);
        let free = |n: &&NodeId| meetings[**n] < 2 && on_road[**n];
        let n = ring.iter().filter(free).count();
        let Some(&start) = ring.iter().filter(free).nth((skip * n / 4 + n / 8).min(n.saturating_sub(1))) else {
            return;
        };
        let from = self.points[start];
        let at = |f: f64| Xy::new(from.x + f * (middle.x - from.x), from.y + f * (middle.y - from.y));
        if from.distance(middle).get() < 24.0 {
            return;
        }
        let first = self.points.len();
        self.points.extend([at(reach / 2.0), at(reach)]);
        let walkable = !tags.iter().any(|(key, _)| *key == "access");
        let class = walkable.then_some(Class::Local);
        self.ways.push(Way { nodes: vec![start, first, first + 1], tags, class, walkable });
    }

    /// Draws the river, the railway and the bypass along the middle of their bands.
    fn add_barriers(&mut self, town: &Town, names: &Names, seed: u64) {
        let corners = town.ground.mainland(seed);
        let sides: Vec<Ray> = (0..corners.len())
            .map(|i| (corners[i], corners[(i + 1) % corners.len()]))
            .map(|(a, b)| Ray::heading(a, (b.y - a.y).atan2(b.x - a.x)))
            .collect();
        for strip in &town.ground.strips {
            let tag = |key: &'static str, value: &str| (key, value.to_owned());
            match strip.barrier {
                Barrier::River => {
                    let tags = vec![tag("waterway", "river"), ("name", format!("River {}", names.word(1)))];
                    self.add_band_line(town, strip, 0.0, &sides, &tags);
                }
                Barrier::Railway => {
                    let tags = vec![tag("railway", "rail"), tag("gauge", "1435")];
                    self.add_band_line(town, strip, 0.0, &sides, &tags);
                }
                Barrier::Bypass => {
                    let tags = [
                        "highway=trunk",
                        "foot=no",
                        "oneway=yes",
                        "dual_carriageway=yes",
                        "ref=A9990",
                        "maxspeed=70 mph",
                    ];
                    let tags: Tags =
                        tags.iter().filter_map(|t| t.split_once('=')).map(|(k, v)| (k, v.to_owned())).collect();
                    self.add_band_line(town, strip, 7.0, &sides, &tags);
                    self.add_band_line(town, strip, -7.0, &sides, &tags);
                }
            }
        }
    }

    fn add_band_line(&mut self, town: &Town, strip: &Strip, aside: f64, land: &[Ray], tags: &Tags) {
        let ray = strip.ray.moved_left(aside);
        let steps = (1.4 * town.ground.radius / 45.0).ceil() as i64;
        let points = (-steps..=steps).map(|k| {
            let far = 45.0 * k as f64;
            Xy::new(ray.through.x + far * ray.along.x, ray.through.y + far * ray.along.y)
        });
        let mut run: Vec<usize> = Vec::new();
        let mut bridged = false;
        for p in points.filter(|p| land.iter().all(|side| side.left(*p) > -1.0)) {
            self.points.push(p);
            let node = self.points.len() - 1;
            let over = strip.barrier != Barrier::River
                && town
                    .ground
                    .strips
                    .iter()
                    .any(|s| s.barrier == Barrier::River && s.ray.left(p).abs() < s.half + 50.0);
            if over != bridged && run.len() > 1 {
                let joint = run.last().copied();
                self.add_band_run(std::mem::take(&mut run), bridged, tags);
                run.extend(joint);
            }
            bridged = over;
            run.push(node);
        }
        if run.len() > 1 {
            self.add_band_run(run, bridged, tags);
        }
    }

    fn add_band_run(&mut self, nodes: Vec<usize>, bridged: bool, tags: &Tags) {
        let mut tags = tags.clone();
        if bridged {
            tags.extend([("bridge", "yes".to_owned()), ("layer", "1".to_owned())]);
        }
        self.ways.push(Way { nodes, tags, class: None, walkable: false });
    }

    /// Adds parks, works, water and the coast.
    fn add_areas(&mut self, town: &Town, names: &Names) {
        let rings = |map: &mut Self, points: Vec<Xy>, tags: Tags| {
            let first = map.points.len();
            let n = points.len();
            map.points.extend(points);
            let nodes = (first..first + n).chain([first]).collect();
            map.ways.push(Way { nodes, tags, class: None, walkable: false });
        };
        for (n, park) in town.ground.parks.iter().enumerate() {
            let name = format!("{} Park", names.word(n * 3 + 11));
            rings(self, park.outline(), vec![("leisure", "park".to_owned()), ("name", name)]);
        }
        for (n, works) in town.ground.works.iter().enumerate() {
            let name = format!("{} Works", names.word(n * 3 + 12));
            rings(self, works.outline(), vec![("landuse", "industrial".to_owned()), ("name", name)]);
        }
        for water in &town.water {
            let mut nodes = town.sheet.ring(water);
            nodes.extend(nodes.first().copied());
            let tags = vec![("natural", "water".to_owned()), ("water", "river".to_owned())];
            self.ways.push(Way { nodes, tags, class: None, walkable: false });
        }
        for chord in town.sheet.chords.iter().filter(|c| c.line == Line::Coast) {
            let nodes = chord.stations.iter().map(|s| s.1).collect();
            self.ways.push(Way {
                nodes,
                tags: vec![("natural", "coastline".to_owned())],
                class: None,
                walkable: false,
            });
        }
    }
}

pub(super) fn highway(class: Class) -> &'static str {
    match class {
        Class::Primary => "primary",
        Class::Secondary => "secondary",
        Class::Tertiary => "tertiary",
        Class::Local => "residential",
    }
}
