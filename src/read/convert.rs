//! Kinds of file that hold maps and are not read here: what each is called, and the one command that makes of it what is
//! read. `ogr2ogr` comes with GDAL, and so with QGIS.

use super::Source;
use crate::place::{Code, Issue, Where};
use std::path::Path;

/// The error for a file of a kind that is named and not read.
pub(super) fn refuse(source: &Source<'_>, what: &str) -> Issue {
    refused(source.shown, what, source.path)
}

fn refused(shown: &str, what: &str, path: &Path) -> Issue {
    let own = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = own.split('.').next().filter(|stem| !stem.is_empty()).unwrap_or("layer");
    let quoted = |name: &str| {
        let is_plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
        if is_plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "")) }
    };
    let remedy = format!(
        "Convert it once, with ogr2ogr {} {} (it comes with GDAL and QGIS), and name the .gpkg file",
        quoted(&format!("{stem}.gpkg")),
        quoted(&own)
    );
    Issue::error(Code::FileKind, Where::file(shown), format!("The file is {what}, which is not read here"), remedy)
}

/// The error for a directory that is a file geodatabase; `None` where it is none.
pub(crate) fn geodatabase(path: &Path, shown: &str) -> Option<Issue> {
    let is_table = |name: &std::ffi::OsStr| name.to_string_lossy().to_lowercase().ends_with(".gdbtable");
    let mut parts = std::fs::read_dir(path).ok()?.take(10_000).flatten();
    parts.any(|part| is_table(&part.file_name())).then(|| refused(shown, "a file geodatabase of ArcGIS", path))
}

/// What a packed file holds that is named and not read.
pub(super) fn in_zip(names: &[String]) -> Option<&'static str> {
    let ends = |ending: &str| names.iter().any(|name| name.to_lowercase().ends_with(ending));
    [
        (".gdbtable", "a zipped file geodatabase of ArcGIS"),
        (".tab", "a zipped MapInfo layer"),
        (".mif", "a zipped MapInfo layer"),
        (".gml", "a zipped GML layer"),
    ]
    .into_iter()
    .find(|(ending, _)| ends(ending))
    .map(|(_, what)| what)
}

/// What text is, by its beginning, where it is a map in a form that is named and not read.
pub(super) fn of_text(start: &[u8]) -> Option<&'static str> {
    let head = String::from_utf8_lossy(&start[..start.len().min(4096)]).to_lowercase();
    let mapinfo = |first: &str| first.strip_prefix("version").is_some_and(|rest| rest.trim().parse::<u32>().is_ok());
    let mut lines = head.lines().map(str::trim).filter(|line| !line.is_empty());
    let (first, second) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    if first == "!table" || (mapinfo(first) && (second.starts_with("charset") || second.starts_with("delimiter"))) {
        return Some("a MapInfo layer");
    }
    if !head.starts_with('<') {
        return None;
    }
    if head.contains("opengis.net/gml") || head.contains("<gml:") {
        return Some("GML");
    }
    head.contains("<gpx").then_some("a GPX file of a satellite receiver")
}
