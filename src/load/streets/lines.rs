//! A layer of lines becomes streets: OS Open Roads, a council's road centre lines, any other.

use super::borders::Meetings;
use super::joints::{Joints, join};
use super::line_notes::{self, LeftOut};
use super::line_tags::{self, TagColumns};
use super::line_words::{Said, WordColumns, is_excluded};
use super::rules::{self, OnFoot};
use super::{Context, Streets};
use crate::crs::Xy;
use crate::load::Issues;
use crate::load::manifest::{OneOrMany, StreetsSection};
use crate::network::{BuildReport, Builder, BuilderNode, StreetClass, StreetNetwork};
use crate::place::{Code, Issue, Where};
use crate::read::osm::Tags;
use crate::read::{Shapes, Table};
use crate::units::Metres;
use geo::{Geometry, LineString};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Ends this near to each other are one junction, unless `join_within_m` says otherwise.
///
/// A judgement: layers drawn to meet agree to the millimetre or, after a change of reference system or
/// of decimals, to a few decimetres, while two true ends are hardly ever that close. Set too small,
/// streets fall apart into islands, which are reported; too large, the two sides of a wall are joined.
const JOIN_WITHIN: Metres = Metres::new(0.5);

/// Lines shorter than this are points drawn as lines, and ends moved by less did meet already but for
/// the last digits of their coordinates: no survey of streets is as fine as a centimetre.
const NO_LENGTH: Metres = Metres::new(0.01);

/// Titles under which layers keep a street's name, then its number.
const NAME_TITLES: [&str; 11] = [
    "name",
    "name_1",
    "name1",
    "road_name",
    "road_name_1",
    "street_name",
    "street",
    "road_number",
    "road_classification_number",
    "ref",
    "designated_name",
];

struct Line {
    points: Vec<Xy>,
    street: Walked,
}

/// What a row's line is.
enum Kind {
    Street(Walked),
    /// Nobody walks there; `true` for what nobody crosses either.
    None(LeftOut, bool),
}

/// A line as a street.
#[derive(Clone, PartialEq)]
struct Walked {
    class: StreetClass,
    name: Option<String>,
    /// Nobody steps onto it between its ends.
    is_apart: bool,
    /// Only those who live there use it.
    is_private: bool,
}

/// Reads streets from tables with lines: what was cut at the border of two of them meets there again.
pub(super) fn read(
    section: &StreetsSection,
    tables: &[(Table, &str)],
    context: Context<'_>,
    issues: &mut Issues,
) -> Result<Streets, Issue> {
    let (mut lines, mut barriers, mut file_of) = (Vec::new(), Vec::new(), Vec::new());
    for (number, (table, shown)) in tables.iter().enumerate() {
        let (mut own, mut others) = one(section, table, Context { shown, ..context }, issues)?;
        file_of.resize(file_of.len() + own.len(), number);
        lines.append(&mut own);
        barriers.append(&mut others);
    }
    let mut meetings = Meetings::default();
    if tables.len() > 1 {
        (lines, file_of) = each_once(lines, file_of, &mut meetings);
    }
    let within = section.join_within_m.filter(|metres| metres.is_finite() && *metres >= 0.0);
    let within = within.map_or(JOIN_WITHIN, Metres::new);
    let points: Vec<Vec<Xy>> = lines.iter().map(|line| line.points.clone()).collect();
    let joints = join(&points, within);
    if joints.furthest > NO_LENGTH {
        let problem = format!(
            "{} ends of streets did not quite meet and were joined, over {:.2} m at most",
            joints.moved,
            joints.furthest.get()
        );
        let remedy =
            format!("Ends within {} m are one junction; change [streets] join_within_m if that is wrong", within.get());
        issues.push(Issue::note(Code::StreetEndsJoined, Where::file(context.shown), problem, remedy));
    }
    if tables.len() > 1 {
        let mut files_at = vec![BTreeSet::new(); joints.at.len()];
        for (cuts, file) in joints.cuts.iter().zip(&file_of) {
            cuts.iter().for_each(|&(_, joint)| {
                files_at[joint].insert(*file);
            });
        }
        files_at.iter().for_each(|files| meetings.at(files));
        meetings.tell(&tables.iter().map(|(_, shown)| *shown).collect::<Vec<_>>(), issues);
    }
    let (network, report) = build(&lines, &joints, &barriers);
    Ok(Streets { network, features: Vec::new(), surroundings: Vec::new(), report })
}

/// Lines that several files have, once. Files of regions often have each street at the border whole in both.
fn each_once(lines: Vec<Line>, file_of: Vec<usize>, meetings: &mut Meetings) -> (Vec<Line>, Vec<usize>) {
    let mut known: HashMap<Vec<(u64, u64)>, usize> = HashMap::new();
    let (mut kept, mut files): (Vec<Line>, Vec<usize>) = (Vec::new(), Vec::new());
    for (line, file) in lines.into_iter().zip(file_of) {
        let bits = |at: &Xy| (at.x.to_bits(), at.y.to_bits());
        let mut way: Vec<(u64, u64)> = line.points.iter().map(bits).collect();
        if way.last() < way.first() {
            way.reverse();
        }
        match known.get(&way) {
            Some(&same) if kept[same].street == line.street && files[same] != file => {
                meetings.at(&BTreeSet::from([files[same], file]));
            }
            _ => {
                known.entry(way).or_insert(kept.len());
                kept.push(line);
                files.push(file);
            }
        }
    }
    (kept, files)
}

/// The lines of one table that are streets, and those that nobody crosses.
fn one(
    section: &StreetsSection,
    table: &Table,
    context: Context<'_>,
    issues: &mut Issues,
) -> Result<(Vec<Line>, Vec<Vec<Xy>>), Issue> {
    let Some(shapes) = table.shapes() else {
        let problem = "The street file has no lines";
        let remedy = "Give an OpenStreetMap extract (.osm.pbf, .osm) or a map layer of road lines";
        return Err(Issue::error(Code::StreetsWithoutLines, Where::file(context.shown), problem, remedy));
    };
    let columns = Columns::of(section, table, context, issues)?;
    let mut reader = LineReader {
        table,
        shapes,
        columns,
        context,
        lines: Vec::new(),
        barriers: Vec::new(),
        left_out: BTreeMap::new(),
        excluded: 0,
        without_length: Vec::new(),
    };
    for row in 0..table.rows() {
        reader.row(row, issues);
    }
    if let Speech::Tags(tags) = &reader.columns.speech {
        line_notes::tell_of_missing_tags(tags, table, context, issues);
    }
    let LineReader { lines, barriers, left_out, excluded, without_length, .. } = reader;
    line_notes::tell_of_left_out(&left_out, excluded, context, issues);
    line_notes::tell_of_points(&without_length, context, issues);
    Ok((lines, barriers))
}

/// How a layer says what its lines are.
enum Speech {
    /// With the tags of OpenStreetMap.
    Tags(TagColumns),
    /// With words of its own, and perhaps with OpenStreetMap's words for who may pass.
    Words(WordColumns, Vec<(&'static str, usize)>),
}

/// Which columns say what.
struct Columns<'a> {
    name: Option<usize>,
    /// Whether `place.toml` names the column of names.
    name_is_asked: bool,
    speech: Speech,
    exclude: Vec<(usize, Vec<&'a str>)>,
}

impl<'a> Columns<'a> {
    fn of(
        section: &'a StreetsSection,
        table: &Table,
        context: Context<'_>,
        issues: &mut Issues,
    ) -> Result<Self, Issue> {
        let wanted = |title: &str, key: &str| {
            let problem = format!("There is no property \"{title}\", which [streets] {key} names");
            let remedy = format!("Name one of: {}", table.titles().join(", "));
            (Where::file(context.shown).field(title), problem, remedy)
        };
        let name = match &section.name {
            Some(title) => Some(table.column(title).ok_or_else(|| {
                let (at, problem, remedy) = wanted(title, "name");
                Issue::error(Code::ColumnMissing, at, problem, remedy)
            })?),
            None => NAME_TITLES.iter().find_map(|title| table.column(title)),
        };
        let mut exclude = Vec::new();
        for (title, values) in &section.exclude {
            let Some(column) = table.column(title) else {
                let (at, problem, remedy) = wanted(title, "exclude");
                issues.push(Issue::warning(Code::ColumnMissing, at, problem, remedy));
                continue;
            };
            let values = match values {
                OneOrMany::One(value) => vec![value.as_str()],
                OneOrMany::Many(values) => values.iter().map(String::as_str).collect(),
            };
            exclude.push((column, values));
        }
        let speech = match TagColumns::of(table) {
            Some(tags) => Speech::Tags(tags),
            None => {
                let access = ["foot", "access"].into_iter().filter_map(|key| Some((key, table.column(key)?)));
                Speech::Words(WordColumns::of(table, &exclude, context.shown)?, access.collect())
            }
        };
        Ok(Self { name, name_is_asked: section.name.is_some(), speech, exclude })
    }
}

impl Columns<'_> {
    fn has_tags(&self) -> bool {
        matches!(self.speech, Speech::Tags(_))
    }
}

struct LineReader<'a> {
    table: &'a Table,
    shapes: &'a Shapes,
    columns: Columns<'a>,
    context: Context<'a>,
    lines: Vec<Line>,
    barriers: Vec<Vec<Xy>>,
    left_out: BTreeMap<LeftOut, usize>,
    excluded: usize,
    /// Rows of lines without length.
    without_length: Vec<u64>,
}

impl LineReader<'_> {
    fn row(&mut self, row: usize, issues: &mut Issues) {
        if is_excluded(self.table, &self.columns.exclude, row) {
            self.excluded += 1;
            return;
        }
        let kind = self.kind(row);
        if matches!(&kind, Kind::Street(street) if street.is_private) {
            *self.left_out.entry(LeftOut::Closed).or_insert(0) += 1;
        }
        if let Kind::None(why, _) = kind {
            *self.left_out.entry(why).or_insert(0) += 1;
            if !matches!(kind, Kind::None(_, true)) {
                return;
            }
        }
        match self.shapes.geometries.get(row).and_then(Option::as_ref) {
            Some(Geometry::LineString(line)) => self.line(row, line, &kind, issues),
            Some(Geometry::MultiLineString(parts)) => {
                for line in parts {
                    self.line(row, line, &kind, issues);
                }
            }
            Some(Geometry::Line(line)) => {
                self.line(row, &LineString::new(vec![line.start, line.end]), &kind, issues);
            }
            // A square is walked along its outline.
            Some(Geometry::Polygon(square)) if self.columns.has_tags() => {
                self.line(row, square.exterior(), &kind, issues);
            }
            Some(Geometry::MultiPolygon(squares)) if self.columns.has_tags() => {
                for square in squares {
                    self.line(row, square.exterior(), &kind, issues);
                }
            }
            Some(_) => self.left_out(row, Code::StreetNotALine, "The shape is not a line", issues),
            None => self.left_out(row, Code::StreetWithoutShape, "There is no shape", issues),
        }
    }

    /// What the row's line is.
    fn kind(&self, row: usize) -> Kind {
        let name = || self.columns.name.and_then(|column| self.table.text(column, row)).map(str::to_owned);
        match &self.columns.speech {
            Speech::Tags(columns) => {
                let tags = columns.tags(self.table, row);
                let said = rules::name(&tags).map(str::to_owned);
                let name = if self.columns.name_is_asked { name() } else { said.or_else(name) };
                let is_private = rules::is_private_street(&tags);
                let is_apart = rules::is_apart(&tags);
                match rules::on_foot(&tags) {
                    OnFoot::Yes(class) => Kind::Street(Walked { class, name, is_apart, is_private }),
                    OnFoot::No if is_private => {
                        Kind::Street(Walked { class: StreetClass::Residential, name, is_apart, is_private })
                    }
                    OnFoot::No => Kind::None(LeftOut::Closed, rules::divides(&tags)),
                    OnFoot::NotAStreet => Kind::None(LeftOut::Other(line_tags::what(&tags)), rules::divides(&tags)),
                }
            }
            Speech::Words(columns, access) => {
                let tags: Tags<'_> =
                    access.iter().filter_map(|(key, column)| Some((*key, self.table.text(*column, row)?))).collect();
                match columns.said(self.table, row) {
                    Said::Street(_) if rules::access(&tags) == Some(false) => Kind::None(LeftOut::Closed, false),
                    Said::Street(class) => {
                        Kind::Street(Walked { class, name: name(), is_apart: false, is_private: false })
                    }
                    Said::Motorway => Kind::None(LeftOut::Motorway, true),
                    Said::NoStreet(what, divides) => Kind::None(LeftOut::Other(what), divides),
                    Said::NotInUse => Kind::None(LeftOut::NotInUse, false),
                }
            }
        }
    }

    fn line(&mut self, row: usize, line: &LineString<f64>, kind: &Kind, issues: &mut Issues) {
        let on_plane = |coordinate: &geo::Coord<f64>| {
            self.shapes.crs.to_xy(coordinate.x, coordinate.y, self.context.plane).ok_or(*coordinate)
        };
        let street = match kind {
            Kind::Street(street) => street.clone(),
            Kind::None(..) => {
                let on_plane = line.0.iter().map(|coordinate| on_plane(coordinate).ok());
                let points: Vec<Option<Xy>> = on_plane.collect();
                let runs = points.split(Option::is_none).filter(|run| run.len() > 1);
                self.barriers.extend(runs.map(|run| run.iter().copied().flatten().collect::<Vec<Xy>>()));
                return;
            }
        };
        let points: Vec<Xy> = match line.0.iter().map(on_plane).collect() {
            Ok(points) => points,
            Err(coordinate) => {
                let problem =
                    format!("The point {}, {} is not on {}", coordinate.x, coordinate.y, self.context.plane.name());
                self.left_out(row, Code::StreetsOffPlane, &problem, issues);
                return;
            }
        };
        let length = points.windows(2).map(|pair| pair[0].distance(pair[1]).get()).sum();
        if Metres::new(length) < NO_LENGTH {
            self.without_length.push(self.table.line(row));
            return;
        }
        self.lines.push(Line { points, street });
    }

    fn left_out(&self, row: usize, code: Code, problem: &str, issues: &mut Issues) {
        let at = Where::file(self.context.shown).row(self.table.line(row));
        let remedy = "It was left out; mend or delete the line in the source";
        issues.push(Issue::warning(code, at, problem, remedy));
    }
}

fn build(lines: &[Line], joints: &Joints, barriers: &[Vec<Xy>]) -> (StreetNetwork, BuildReport) {
    let mut builder = Builder::new();
    let nodes: Vec<BuilderNode> = joints.at.iter().map(|&at| builder.node(at)).collect();
    for (line, cuts) in lines.iter().zip(&joints.cuts) {
        for pair in cuts.windows(2) {
            let ((start, from), (end, to)) = (pair[0], pair[1]);
            let (between, name) = (&line.points[start + 1..end], line.street.name.as_deref());
            if line.street.is_private {
                builder.private(nodes[from], nodes[to], between);
            } else if line.street.is_apart {
                builder.passage(nodes[from], nodes[to], between, line.street.class, name);
            } else {
                builder.street(nodes[from], nodes[to], between, line.street.class, name);
            }
        }
    }
    for line in barriers {
        builder.barrier(line);
    }
    builder.build()
}
