//! An OpenStreetMap extract becomes streets and things with tags.
//!
//! Three passes, so that a large file is never held in memory: areas (relations) whose outline is
//! wanted, then ways that are streets, things or outlines, then the nodes those need.

use super::borders::Meetings;
use super::features::{OsmFeature, is_feature, kept_tags, middle};
use super::rules::{OnFoot, blocks, divides, is_apart, is_own_gate, is_private_street, name, on_foot};
use super::surroundings::{self, Sight, along, drawn, rings, within};
use super::{Context, Streets};
use crate::crs::Xy;
use crate::load::Issues;
use crate::network::{BuildReport, Builder, BuilderNode, StreetClass, StreetNetwork};
use crate::place::{Code, Issue, Surrounding, Where};
use crate::read::osm::{Element, Kind, OsmFile, Tags};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap, HashSet};

type KeptTags = BTreeMap<String, String>;

/// A relation that is a thing with an outline, or a square whose outline is walked.
struct Outline {
    id: i64,
    ways: Vec<i64>,
    /// The ways of islands, where it is a sight.
    islands: Vec<i64>,
    street: Option<Walked>,
    feature: Option<KeptTags>,
    sight: Option<Sight>,
}

impl Outline {
    fn all_ways(&self) -> impl Iterator<Item = i64> + '_ {
        self.ways.iter().chain(&self.islands).copied()
    }
}

/// A way as a street.
#[derive(Clone)]
struct Walked {
    class: StreetClass,
    name: Option<String>,
    /// Nobody steps onto it between its ends.
    is_apart: bool,
    /// Only those who live there use it.
    is_private: bool,
}

impl Walked {
    fn of(tags: &Tags<'_>, class: StreetClass) -> Self {
        let is_private = is_private_street(tags);
        Self { class, name: name(tags).map(str::to_owned), is_apart: is_apart(tags), is_private }
    }
}

struct Way {
    id: i64,
    refs: Vec<i64>,
    street: Option<Walked>,
    closed_to_feet: bool,
    divides: bool,
    feature: Option<KeptTags>,
    /// As an area where it is closed, else as a line.
    sight: Option<Sight>,
}

struct Node {
    id: i64,
    /// On the plane; `None` beyond its edge.
    at: Option<Xy>,
    blocked: bool,
    /// Blocked for others than those who live behind it.
    own_gate: bool,
    feature: Option<KeptTags>,
    sight: Option<Sight>,
}

/// Reads streets and things of one extract, or of several as if they were one: the same number is the same thing.
pub(super) fn read(
    files: &[OsmFile<'_>],
    names: &[&str],
    context: Context<'_>,
    issues: &mut Issues,
) -> Result<Streets, Issue> {
    let mut outlines = sifted(files, Kind::Relation, outline)?;
    if files.len() > 1 {
        outlines.sort_by_key(|outline| outline.id);
        outlines.dedup_by_key(|outline| outline.id);
    }
    let outlined: HashSet<i64> = outlines.iter().flat_map(Outline::all_ways).collect();
    let squares: HashMap<i64, &Walked> = outlines
        .iter()
        .filter_map(|outline| Some((outline.street.as_ref()?, &outline.ways)))
        .flat_map(|(street, ways)| ways.iter().map(move |&way| (way, street)))
        .collect();
    let mut ways = Vec::new();
    let mut meetings = Borders::default();
    for (number, file) in files.iter().enumerate() {
        let mut own = file.sift(Kind::Way, |way| self::way(way, &outlined, &squares))?;
        own.sort_by_key(|way| way.id);
        own.dedup_by_key(|way| way.id);
        if files.len() > 1 {
            meetings.of(number, &own);
        }
        ways.extend(own);
    }
    // A way that was clipped at the border has one part here and the other there; a way that is whole in both is one way.
    ways.sort_by(|a, b| a.id.cmp(&b.id).then_with(|| a.refs.cmp(&b.refs)));
    ways.dedup_by(|a, b| a.id == b.id && a.refs == b.refs);
    let mut wanted: Vec<i64> =
        ways.iter().filter(|way| way.is_used(&outlined)).flat_map(|way| way.refs.clone()).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut nodes = sifted(files, Kind::Node, |node| self::node(node, &wanted, context))?;
    nodes.sort_by_key(|node| node.id);
    nodes.dedup_by_key(|node| node.id);

    let nodes = Nodes(nodes);
    let (network, report, missing) = streets(&ways, &nodes);
    let surroundings = sights(&outlines, &ways, &nodes);
    let features = features(outlines, ways.iter().filter(|way| way.feature.is_some()), &ways, &nodes);
    meetings.told(names, issues);
    missing.tell(context, issues);
    tell_of_closed_ways(&ways, context, issues);
    Ok(Streets { network, features, surroundings, report })
}

/// What `pick` makes of the elements of a kind, file by file.
fn sifted<T: Send>(
    files: &[OsmFile<'_>],
    kind: Kind,
    pick: impl Fn(&Element<'_>) -> Option<T> + Sync,
) -> Result<Vec<T>, Issue> {
    let mut all = Vec::new();
    for file in files {
        all.append(&mut file.sift(kind, &pick)?);
    }
    Ok(all)
}

/// Nodes of streets, each with the file it is in.
#[derive(Default)]
struct Borders(Vec<(i64, usize)>);

impl Borders {
    fn of(&mut self, file: usize, ways: &[Way]) {
        let streets = ways.iter().filter(|way| way.street.is_some());
        self.0.extend(streets.flat_map(|way| way.refs.iter().map(|&node| (node, file))));
    }

    fn told(mut self, names: &[&str], issues: &mut Issues) {
        self.0.par_sort_unstable();
        let mut meetings = Meetings::default();
        for node in self.0.chunk_by(|a, b| a.0 == b.0).filter(|node| node[0].1 != node[node.len() - 1].1) {
            meetings.at(&node.iter().map(|&(_, file)| file).collect());
        }
        meetings.tell(names, issues);
    }
}

fn outline(relation: &Element<'_>) -> Option<Outline> {
    let kind = relation.tags.get("type");
    let is_area = matches!(kind, Some("multipolygon" | "boundary"));
    let feature = (is_area && is_feature(&relation.tags)).then(|| kept_tags(&relation.tags));
    let street = match on_foot(&relation.tags) {
        OnFoot::Yes(class) if kind == Some("multipolygon") => Some(Walked::of(&relation.tags, class)),
        _ => None,
    };
    let sight = if is_area { surroundings::area(&relation.tags) } else { None };
    let islands = if sight.is_some() { relation.inner_ways.clone() } else { Vec::new() };
    let wanted = feature.is_some() || street.is_some() || sight.is_some();
    wanted.then(|| Outline { id: relation.id, ways: relation.outer_ways.clone(), islands, street, feature, sight })
}

fn way(way: &Element<'_>, outlined: &HashSet<i64>, squares: &HashMap<i64, &Walked>) -> Option<Way> {
    let on_foot = on_foot(&way.tags);
    let street = match on_foot {
        OnFoot::Yes(class) => Some(Walked::of(&way.tags, class)),
        OnFoot::NotAStreet if way.tags.get("highway").is_none() => {
            squares.get(&way.id).map(|square| Walked::clone(square))
        }
        OnFoot::No if is_private_street(&way.tags) => Some(Walked::of(&way.tags, StreetClass::Residential)),
        OnFoot::No | OnFoot::NotAStreet => None,
    };
    let closed = way.refs.len() >= 4 && way.refs.first() == way.refs.last();
    let feature = (closed && is_feature(&way.tags)).then(|| kept_tags(&way.tags));
    let closed_to_feet = on_foot == OnFoot::No;
    let divides = divides(&way.tags);
    let sight = if closed { surroundings::area(&way.tags) } else { None }.or_else(|| surroundings::line(&way.tags));
    let wanted = street.is_some()
        || feature.is_some()
        || closed_to_feet
        || divides
        || sight.is_some()
        || outlined.contains(&way.id);
    wanted.then(|| Way { id: way.id, refs: way.refs.clone(), street, closed_to_feet, divides, feature, sight })
}

impl Way {
    /// Whether its nodes are needed; a way kept only to be counted needs none.
    fn is_used(&self, outlined: &HashSet<i64>) -> bool {
        self.street.is_some()
            || self.feature.is_some()
            || self.divides
            || self.sight.is_some()
            || outlined.contains(&self.id)
    }
}

fn node(node: &Element<'_>, wanted: &[i64], context: Context<'_>) -> Option<Node> {
    let feature = is_feature(&node.tags).then(|| kept_tags(&node.tags));
    let sight = surroundings::spot(&node.tags);
    if feature.is_none() && sight.is_none() && wanted.binary_search(&node.id).is_err() {
        return None;
    }
    let at = node.at.and_then(|at| context.plane.to_xy(at));
    Some(Node { id: node.id, at, blocked: blocks(&node.tags), own_gate: is_own_gate(&node.tags), feature, sight })
}

/// Nodes sorted by their number in the file.
struct Nodes(Vec<Node>);

impl Nodes {
    fn find(&self, id: i64) -> Option<usize> {
        self.0.binary_search_by_key(&id, |node| node.id).ok()
    }

    fn find_all(&self, ids: &[i64]) -> Vec<Option<usize>> {
        ids.iter().map(|&id| self.find(id)).collect()
    }

    fn at(&self, id: i64) -> Option<Xy> {
        self.find(id).and_then(|node| self.0[node].at)
    }
}

/// Nodes that streets name and the file does not have, or that lie beyond the edge of the plane.
#[derive(Default)]
struct Missing {
    absent: HashSet<i64>,
    off_plane: HashSet<i64>,
    streets: usize,
}

impl Missing {
    fn tell(&self, context: Context<'_>, issues: &mut Issues) {
        let at = || Where::file(context.shown);
        if !self.absent.is_empty() {
            let problem = format!(
                "{} streets lead out of the file: {} of their nodes are not in it",
                self.streets,
                self.absent.len()
            );
            let remedy = "The stretches inside the file are used; fetch a larger extract if they lie within the place";
            issues.push(Issue::note(Code::StreetNodesMissing, at(), problem, remedy));
        }
        if !self.off_plane.is_empty() {
            let problem =
                format!("{} nodes of streets lie off the edge of {}", self.off_plane.len(), context.plane.name());
            let remedy = "Streets are cut there; give [place] crs if the place itself is affected";
            issues.push(Issue::warning(Code::StreetsOffPlane, at(), problem, remedy));
        }
    }
}

fn tell_of_closed_ways(ways: &[Way], context: Context<'_>, issues: &mut Issues) {
    let closed = ways.iter().filter(|way| way.closed_to_feet).count();
    if closed > 0 {
        let problem = format!("{closed} ways are private or closed to people on foot and were left out");
        let remedy = "Nothing to do, unless residents may use them: then their foot or access tag should say so";
        issues.push(Issue::note(Code::StreetsClosed, Where::file(context.shown), problem, remedy));
    }
}

fn streets(ways: &[Way], nodes: &Nodes) -> (StreetNetwork, BuildReport, Missing) {
    let mut missing = Missing::default();
    let mut stretches = Vec::new();
    let walked: Vec<(&Way, &Walked)> = ways.iter().filter_map(|way| Some((way, way.street.as_ref()?))).collect();
    let found: Vec<Vec<Option<usize>>> = walked.par_iter().map(|(way, _)| nodes.find_all(&way.refs)).collect();
    for ((way, street), found) in walked.into_iter().zip(found) {
        stretches.extend(present(&way.refs, &found, nodes, &mut missing).map(|line| (line, street)));
    }
    // A node is a junction where a stretch ends, where two meet, or where one meets itself.
    let mut uses = vec![0u8; nodes.0.len()];
    for (line, ..) in &stretches {
        for &node in line {
            uses[node] = uses[node].saturating_add(1);
        }
        for end in line.first().into_iter().chain(line.last()) {
            uses[*end] = 2;
        }
    }
    let known = vec![None; nodes.0.len()];
    let mut junctions = Junctions { nodes, builder: Builder::new(), known, gates: BTreeMap::new() };
    for (line, street) in stretches {
        let mut start = 0;
        for end in 1..line.len() {
            if end + 1 == line.len() || uses[line[end]] > 1 || nodes.0[line[end]].blocked {
                junctions.street(&line[start..=end], street);
                start = end;
            }
        }
    }
    junctions.open_gates();
    // What cannot be crossed is told of nowhere when it leads out of the file: rivers do.
    for way in ways.iter().filter(|way| way.divides) {
        for line in present(&way.refs, &nodes.find_all(&way.refs), nodes, &mut Missing::default()) {
            let points: Vec<Xy> = line.iter().filter_map(|&node| nodes.0[node].at).collect();
            junctions.builder.barrier(&points);
        }
    }
    let (network, report) = junctions.builder.build();
    (network, report, missing)
}

/// The runs of a way's nodes that are in the file and on the plane, as indices into the nodes; `found` has the index of each.
fn present(
    refs: &[i64],
    found: &[Option<usize>],
    nodes: &Nodes,
    missing: &mut Missing,
) -> impl Iterator<Item = Vec<usize>> + use<> {
    let mut leads_out = false;
    let found: Vec<Option<usize>> = refs
        .iter()
        .zip(found)
        .map(|(&id, &found)| match found {
            None => {
                missing.absent.insert(id);
                leads_out = true;
                None
            }
            Some(node) if nodes.0[node].at.is_none() => {
                missing.off_plane.insert(id);
                None
            }
            Some(node) => Some(node),
        })
        .collect();
    missing.streets += usize::from(leads_out);
    let runs: Vec<Vec<usize>> = found
        .split(Option::is_none)
        .filter(|run| run.len() > 1)
        .map(|run| run.iter().copied().flatten().collect())
        .collect();
    runs.into_iter()
}

/// Gives every junction one node, and a locked gate a node of its own on each side.
struct Junctions<'a> {
    nodes: &'a Nodes,
    builder: Builder,
    /// The node made of each node of the file.
    known: Vec<Option<BuilderNode>>,
    /// The nodes made of each gate that lets those pass who live behind it.
    gates: BTreeMap<usize, Vec<BuilderNode>>,
}

impl Junctions<'_> {
    fn street(&mut self, line: &[usize], street: &Walked) {
        if let [first, between @ .., last] = line {
            let (from, to) = (self.end(*first), self.end(*last));
            let between: Vec<Xy> = between.iter().filter_map(|&node| self.nodes.0[node].at).collect();
            if let (Some(from), Some(to)) = (from, to) {
                let name = street.name.as_deref();
                if street.is_private {
                    self.builder.private(from, to, &between);
                } else if street.is_apart {
                    self.builder.passage(from, to, &between, street.class, name);
                } else {
                    self.builder.street(from, to, &between, street.class, name);
                }
            }
        }
    }

    fn end(&mut self, node: usize) -> Option<BuilderNode> {
        let at = self.nodes.0[node].at?;
        if self.nodes.0[node].blocked {
            let side = self.builder.node(at);
            if self.nodes.0[node].own_gate {
                self.gates.entry(node).or_default().push(side);
            }
            return Some(side);
        }
        Some(*self.known[node].get_or_insert_with(|| self.builder.node(at)))
    }
}

impl Junctions<'_> {
    /// Joins the sides of each gate for those who live behind it.
    fn open_gates(&mut self) {
        for sides in self.gates.values() {
            for pair in sides.windows(2) {
                self.builder.private(pair[0], pair[1], &[]);
            }
        }
    }
}

/// What people know the place by, with its shape. A closed way that is a line all the same (a dock's railway) is drawn
/// as one.
fn sights(outlines: &[Outline], ways: &[Way], nodes: &Nodes) -> Vec<Surrounding> {
    let line = |refs: &[i64]| -> Vec<Xy> { refs.iter().filter_map(|&id| nodes.at(id)).collect() };
    // An outline that leads out of the file closes without what is not there.
    let outline = |ids: &[i64]| -> Vec<Vec<Xy>> {
        let known = ids.iter().filter_map(|id| ways.binary_search_by_key(id, |way| way.id).ok());
        rings(known.map(|way| ways[way].refs.clone()).collect()).iter().map(|ring| line(ring)).collect()
    };
    let from_nodes = nodes
        .0
        .iter()
        .filter_map(|node| drawn(node.sight.as_ref()?, (Kind::Node, node.id), node.at.map(surroundings::at)));
    let from_ways = ways.iter().filter_map(|way| {
        let sight = way.sight.as_ref()?;
        let shape = if sight.is_area() { within(vec![line(&way.refs)], Vec::new()) } else { along(line(&way.refs)) };
        drawn(sight, (Kind::Way, way.id), shape)
    });
    let from_outlines = outlines.iter().filter_map(|area| {
        drawn(area.sight.as_ref()?, (Kind::Relation, area.id), within(outline(&area.ways), outline(&area.islands)))
    });
    let mut all: Vec<Surrounding> = from_nodes.chain(from_ways).chain(from_outlines).collect();
    all.sort_by(|a, b| a.key.cmp(&b.key));
    all.dedup_by(|a, b| a.key == b.key);
    all
}

fn features<'a>(
    outlines: Vec<Outline>,
    closed_ways: impl Iterator<Item = &'a Way>,
    ways: &[Way],
    nodes: &Nodes,
) -> Vec<OsmFeature> {
    let line = |way: &Way| -> Vec<Xy> { way.refs.iter().filter_map(|&id| nodes.at(id)).collect() };
    let from_nodes = nodes.0.iter().filter_map(|node| {
        let (tags, at) = node.feature.clone().zip(node.at)?;
        Some(OsmFeature::new(Kind::Node, node.id, tags, at))
    });
    let from_ways = closed_ways.filter_map(|way| {
        let (tags, at) = way.feature.clone().zip(middle(&[line(way)]))?;
        Some(OsmFeature::new(Kind::Way, way.id, tags, at))
    });
    let mut outlines = outlines;
    outlines.sort_by_key(|outline| outline.id);
    outlines.dedup_by_key(|outline| outline.id);
    let from_outlines = outlines.into_iter().filter_map(|outline| {
        let known = outline.ways.iter().filter_map(|id| ways.binary_search_by_key(id, |way| way.id).ok());
        let lines: Vec<Vec<Xy>> = known.map(|way| line(&ways[way])).collect();
        Some(OsmFeature::new(Kind::Relation, outline.id, outline.feature?, middle(&lines)?))
    });
    let mut all: Vec<OsmFeature> = from_nodes.chain(from_ways).chain(from_outlines).collect();
    // A thing that is drawn otherwise in two files is one thing.
    let mut seen = HashSet::new();
    all.retain(|thing| seen.insert(thing.id.clone()));
    all
}
