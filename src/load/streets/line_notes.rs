//! What is told of the lines of a layer that make no street.

use super::Context;
use super::line_tags::TagColumns;
use crate::load::Issues;
use crate::place::{Code, Issue, Where};
use crate::read::Table;
use std::collections::BTreeMap;

/// Why a line is no street one can walk.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum LeftOut {
    Motorway,
    Closed,
    NotInUse,
    /// A river, a railway, a boundary.
    Other(&'static str),
}

pub(super) fn tell_of_left_out(
    left_out: &BTreeMap<LeftOut, usize>,
    excluded: usize,
    context: Context<'_>,
    issues: &mut Issues,
) {
    let mut note = |code, problem: String, remedy| {
        issues.push(Issue::note(code, Where::file(context.shown), problem, remedy));
    };
    let of = |why| left_out.get(&why).copied().filter(|n| *n > 0);
    if let Some(n) = of(LeftOut::Motorway) {
        let remedy = "Nothing to do: nobody walks there";
        note(Code::StreetMotorways, format!("{n} lines are motorways and were left out"), remedy);
    }
    if let Some(n) = of(LeftOut::Closed) {
        let remedy = "Nothing to do, unless residents may use them: then their foot or access tag should say so";
        note(
            Code::StreetsClosed,
            format!("{n} ways are private or closed to people on foot and were left out"),
            remedy,
        );
    }
    if let Some(n) = of(LeftOut::NotInUse) {
        let problem = format!("{n} lines are streets that are planned, being built, closed or gone, and were left out");
        note(Code::StreetsNotInUse, problem, "Nothing to do, unless one can walk there today");
    }
    let others = left_out.iter().filter_map(|(why, n)| match why {
        LeftOut::Other(what) => Some((what, *n)),
        _ => None,
    });
    let others: Vec<(&&str, usize)> = others.collect();
    if !others.is_empty() {
        let n: usize = others.iter().map(|(_, n)| n).sum();
        let told: Vec<String> = others.iter().map(|(what, n)| format!("{n} {what}")).collect();
        let problem = format!("{n} lines are no streets and were left out: {}", told.join(", "));
        note(Code::StreetsOtherLines, problem, "Nothing to do");
    }
    if excluded > 0 {
        let problem = format!("{excluded} lines were left out, as [streets] exclude says");
        issues.push(Issue::note(Code::StreetsExcluded, Where::file(context.shown), problem, "Nothing to do"));
    }
}

/// What a layer of lines cannot say, though the extract it came out of does.
pub(super) fn tell_of_missing_tags(tags: &TagColumns, table: &Table, context: Context<'_>, issues: &mut Issues) {
    if !tags.tell_access() {
        let problem = "The layer does not say which streets are private: it has no column access, foot or other_tags";
        let remedy = "All are walked; use the OpenStreetMap extract itself (.osm.pbf), or a layer with these columns";
        issues.push(Issue::note(Code::StreetsAccessUnknown, Where::file(context.shown), problem, remedy));
    }
    let cut = tags.cut_short(table);
    if cut > 0 {
        let problem = format!(
            "In {cut} rows the tags are cut short, as Shapefiles do after 254 letters: what is private may be lost"
        );
        let remedy = "Export the layer as GeoPackage, or use the OpenStreetMap extract itself (.osm.pbf)";
        issues.push(Issue::warning(Code::StreetsTagsCut, Where::file(context.shown), problem, remedy));
    }
    if tags.are_bundled() {
        let problem = "A layer of lines holds no squares and platforms drawn as areas, and no gates";
        let remedy = "Use the OpenStreetMap extract itself (.osm.pbf), which has them, where walks lead over squares";
        issues.push(Issue::note(Code::StreetsLinesOnly, Where::file(context.shown), problem, remedy));
    }
}

/// One issue for all lines without length: some layers have hundreds, left over from cleaning.
pub(super) fn tell_of_points(rows: &[u64], context: Context<'_>, issues: &mut Issues) {
    if let [first, others @ ..] = rows {
        let problem = match others.len() {
            0 => "The line has no length".to_owned(),
            n => format!("The line has no length, nor have {n} others after it"),
        };
        let at = Where::file(context.shown).row(*first);
        issues.push(Issue::note(
            Code::StreetWithoutLength,
            at,
            problem,
            "Left out, which changes no walk; delete it in the source",
        ));
    }
}
