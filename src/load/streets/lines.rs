//! A layer of lines becomes streets: OS Open Roads, a council's road centre lines, any other.

use super::joints::{Joints, join};
use super::{Context, Streets};
use crate::crs::Xy;
use crate::load::Issues;
use crate::load::manifest::{OneOrMany, StreetsSection};
use crate::load::table::{Shapes, Table};
use crate::network::{BuildReport, Builder, BuilderNode, StreetClass, StreetNetwork};
use crate::place::{Issue, Where};
use crate::units::Metres;
use geo::{Geometry, LineString};

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

/// Titles under which layers keep what a street is for, the most telling first.
const CLASS_TITLES: [&str; 9] = [
    "highway",
    "fclass",
    "road_function",
    "function",
    "road_type",
    "road_classification",
    "class",
    "form_of_way",
    "type",
];

struct Line {
    points: Vec<Xy>,
    class: StreetClass,
    name: Option<String>,
}

/// Reads streets from a table with lines.
pub(super) fn read(
    section: &StreetsSection,
    table: &Table,
    context: Context<'_>,
    issues: &mut Issues,
) -> Result<Streets, Issue> {
    let Some(shapes) = table.shapes() else {
        let problem = "The street file has no lines";
        let remedy = "Give an OpenStreetMap extract (.osm.pbf, .osm) or a map layer of road lines";
        return Err(Issue::error("streets-without-lines", Where::file(context.shown), problem, remedy));
    };
    let columns = Columns::of(section, table, context, issues)?;
    let mut reader = LineReader {
        table,
        shapes,
        columns,
        context,
        lines: Vec::new(),
        motorways: 0,
        excluded: 0,
        without_length: Vec::new(),
    };
    for row in 0..table.rows() {
        reader.row(row, issues);
    }
    let LineReader { lines, motorways, excluded, without_length, .. } = reader;
    tell_of_left_out(motorways, excluded, context, issues);
    tell_of_points(&without_length, context, issues);

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
        issues.push(Issue::note("street-ends-joined", Where::file(context.shown), problem, remedy));
    }
    let (network, report) = build(&lines, &joints);
    Ok(Streets { network, features: Vec::new(), report })
}

/// Which columns say what.
struct Columns<'a> {
    name: Option<usize>,
    class: Option<usize>,
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
                Issue::error("unknown-column", at, problem, remedy)
            })?),
            None => NAME_TITLES.iter().find_map(|title| table.column(title)),
        };
        let mut exclude = Vec::new();
        for (title, values) in &section.exclude {
            let Some(column) = table.column(title) else {
                let (at, problem, remedy) = wanted(title, "exclude");
                issues.push(Issue::warning("unknown-column", at, problem, remedy));
                continue;
            };
            let values = match values {
                OneOrMany::One(value) => vec![value.as_str()],
                OneOrMany::Many(values) => values.iter().map(String::as_str).collect(),
            };
            exclude.push((column, values));
        }
        Ok(Self { name, class: CLASS_TITLES.iter().find_map(|title| table.column(title)), exclude })
    }
}

struct LineReader<'a> {
    table: &'a Table,
    shapes: &'a Shapes,
    columns: Columns<'a>,
    context: Context<'a>,
    lines: Vec<Line>,
    motorways: usize,
    excluded: usize,
    /// Rows of lines without length.
    without_length: Vec<u64>,
}

impl LineReader<'_> {
    fn row(&mut self, row: usize, issues: &mut Issues) {
        let text = |column: usize| self.table.text(column, row).map(str::trim);
        let is_excluded = self.columns.exclude.iter().any(|(column, values)| {
            text(*column).is_some_and(|text| values.iter().any(|value| text.eq_ignore_ascii_case(value.trim())))
        });
        if is_excluded {
            self.excluded += 1;
            return;
        }
        let Some(class) = class_of(self.columns.class.and_then(text).unwrap_or_default()) else {
            self.motorways += 1;
            return;
        };
        let name = self.columns.name.and_then(text).map(str::to_owned);
        match self.shapes.geometries.get(row).and_then(Option::as_ref) {
            Some(Geometry::LineString(line)) => self.line(row, line, class, name.as_ref(), issues),
            Some(Geometry::MultiLineString(parts)) => {
                for line in parts {
                    self.line(row, line, class, name.as_ref(), issues);
                }
            }
            Some(Geometry::Line(line)) => {
                self.line(row, &LineString::new(vec![line.start, line.end]), class, name.as_ref(), issues);
            }
            Some(_) => self.left_out(row, "street-not-a-line", "The shape is not a line", issues),
            None => self.left_out(row, "street-without-shape", "There is no shape", issues),
        }
    }

    fn line(
        &mut self,
        row: usize,
        line: &LineString<f64>,
        class: StreetClass,
        name: Option<&String>,
        issues: &mut Issues,
    ) {
        let mut points: Vec<Xy> = Vec::with_capacity(line.0.len());
        for coordinate in &line.0 {
            let Some(at) = self.shapes.crs.to_xy(coordinate.x, coordinate.y, self.context.plane) else {
                let problem =
                    format!("The point {}, {} is not on {}", coordinate.x, coordinate.y, self.context.plane.name());
                self.left_out(row, "street-off-plane", &problem, issues);
                return;
            };
            points.push(at);
        }
        let length = points.windows(2).map(|pair| pair[0].distance(pair[1]).get()).sum();
        if Metres::new(length) < NO_LENGTH {
            self.without_length.push(self.table.line(row));
            return;
        }
        self.lines.push(Line { points, class, name: name.cloned() });
    }

    fn left_out(&self, row: usize, code: &'static str, problem: &str, issues: &mut Issues) {
        let at = Where::file(self.context.shown).row(self.table.line(row));
        let remedy = "It was left out; mend or delete the line in the source";
        issues.push(Issue::warning(code, at, problem, remedy));
    }
}

fn tell_of_left_out(motorways: usize, excluded: usize, context: Context<'_>, issues: &mut Issues) {
    if motorways > 0 {
        let problem = format!("{motorways} lines are motorways and were left out");
        let remedy = "Nothing to do: nobody walks there";
        issues.push(Issue::note("street-motorways", Where::file(context.shown), problem, remedy));
    }
    if excluded > 0 {
        let problem = format!("{excluded} lines were left out, as [streets] exclude says");
        issues.push(Issue::note("streets-excluded", Where::file(context.shown), problem, "Nothing to do"));
    }
}

/// One issue for all lines without length: some layers have hundreds, left over from cleaning.
fn tell_of_points(rows: &[u64], context: Context<'_>, issues: &mut Issues) {
    if let [first, others @ ..] = rows {
        let problem = match others.len() {
            0 => "The line has no length".to_owned(),
            n => format!("The line has no length, nor have {n} others after it"),
        };
        let at = Where::file(context.shown).row(*first);
        issues.push(Issue::note(
            "street-without-length",
            at,
            problem,
            "Left out, which changes no walk; delete it in the source",
        ));
    }
}

fn build(lines: &[Line], joints: &Joints) -> (StreetNetwork, BuildReport) {
    let mut builder = Builder::new();
    let nodes: Vec<BuilderNode> = joints.at.iter().map(|&at| builder.node(at)).collect();
    for (line, cuts) in lines.iter().zip(&joints.cuts) {
        for pair in cuts.windows(2) {
            let ((start, from), (end, to)) = (pair[0], pair[1]);
            builder.street(nodes[from], nodes[to], &line.points[start + 1..end], line.class, line.name.as_deref());
        }
    }
    builder.build()
}

/// What a street is for, by the words of OS Open Roads, OpenStreetMap or a council; `None` for a
/// motorway. Words that are not understood make a street with homes.
fn class_of(words: &str) -> Option<StreetClass> {
    let words = words.to_lowercase().replace(['_', '-'], " ");
    let has = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    if has(&["motorway"]) || matches!(words.as_str(), "m" | "mo") {
        return None;
    }
    let is_main = has(&["primary", "secondary", "tertiary", "trunk", "a road", "b road", "main", "distributor"])
        || matches!(words.as_str(), "a" | "b");
    Some(if has(&["steps", "stair"]) {
        StreetClass::Steps
    } else if has(&["foot", "path", "pedestrian", "cycle", "bridleway", "track", "alley"]) {
        StreetClass::Path
    } else if has(&["service", "restricted", "secondary access", "private", "parking"]) {
        StreetClass::Service
    } else if is_main {
        StreetClass::Main
    } else {
        StreetClass::Residential
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_known_by_the_words_of_several_publishers() {
        let words = [
            ("A Road", Some(StreetClass::Main)),
            ("Local Road", Some(StreetClass::Residential)),
            ("Minor Road", Some(StreetClass::Residential)),
            ("Restricted Local Access Road", Some(StreetClass::Service)),
            ("Secondary Access Road", Some(StreetClass::Service)),
            ("Motorway", None),
            ("motorway_link", None),
            ("footway", Some(StreetClass::Path)),
            ("secondary_link", Some(StreetClass::Main)),
            ("living_street", Some(StreetClass::Residential)),
            ("steps", Some(StreetClass::Steps)),
            ("Mi", Some(StreetClass::Residential)),
            ("b", Some(StreetClass::Main)),
            ("Mo", None),
            ("", Some(StreetClass::Residential)),
        ];
        for (word, class) in words {
            assert_eq!(class_of(word), class, "{word}");
        }
    }
}
