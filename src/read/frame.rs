//! Which reference system coordinates are in: what the file says, checked against the numbers.
//!
//! Files say it wrongly often enough: GeoJSON in National Grid metres, shapefiles without a `.prj`,
//! tables with latitude in the column called x. Degrees and grid metres cannot be confused (the corner of
//! the grid that looks like degrees is sea), so the numbers decide between those two, and every departure
//! from the file's own word is an issue.

use super::arc::Arcs;
use super::rows::Tally;
use super::{Issues, Shapes, Source};
use crate::crs::Crs;
use crate::place::{Code, Issue, Where};
use geo::{CoordsIter, Geometry, MapCoordsInPlace};

/// What a file says about its coordinates.
#[derive(Debug, Clone)]
pub enum Claim {
    /// This system, or the one its format prescribes.
    Says(Crs),
    /// A system that is not known here, by this name.
    Unknown(String),
    /// Nothing.
    Silent,
}

impl Claim {
    /// The claim in a name such as `EPSG:27700`.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Crs::parse(name)
            .or_else(|| super::reference::by_name(name))
            .map_or_else(|| Self::Unknown(name.to_owned()), Self::Says)
    }
}

/// What was decided.
#[derive(Debug, Clone)]
pub struct Settled {
    /// The system the coordinates are in.
    pub crs: Crs,
    /// First and second number change places before they are used: they were latitude and longitude.
    pub swapped: bool,
    /// Nothing but the size of the numbers says that they are metres of the British grid.
    pub is_guess: bool,
}

/// Decides the reference system of pairs of numbers, in file order (x or longitude first).
///
/// `wanted` is the system named in `place.toml`; it overrides file and numbers. Pairs that are not finite
/// or are exactly (0, 0), the customary stand-in for "unknown", do not vote. The majority decides, so a
/// few misplaced points change nothing and are left for the checks that follow.
///
/// Swapped latitude and longitude are recognised only in Great Britain (first number 49 to 61, second
/// −9 to 2), which as longitude and latitude is the Indian Ocean around the Seychelles; a place there
/// names `EPSG:4326` in `place.toml`.
///
/// # Errors
/// When `wanted` is not known, or when nothing is said and the numbers fit neither degrees nor the grid.
pub fn settle_points(
    at: &Where,
    wanted: Option<&str>,
    claim: Claim,
    pairs: impl Iterator<Item = (f64, f64)>,
    issues: &mut Issues,
) -> Result<Settled, Issue> {
    if let Some(wanted) = wanted {
        let unknown = || {
            Issue::error(
                Code::CrsUnknown,
                at.clone().field("crs"),
                format!("The reference system \"{wanted}\" is not known"),
                "Name it by its EPSG code, such as \"EPSG:27700\" or \"EPSG:4326\"",
            )
        };
        return Ok(Settled { crs: Crs::parse(wanted).ok_or_else(unknown)?, swapped: false, is_guess: false });
    }
    let (settled, issue) = judge(at, claim, &Votes::count(pairs))?;
    issues.extend(issue);
    Ok(settled)
}

/// How many pairs could be what.
#[derive(Debug, Default)]
struct Votes {
    all: u64,
    degrees: u64,
    swapped: u64,
    grid: u64,
}

impl Votes {
    fn count(pairs: impl Iterator<Item = (f64, f64)>) -> Self {
        let mut votes = Self::default();
        for (x, y) in pairs {
            if !x.is_finite() || !y.is_finite() || (x == 0.0 && y == 0.0) {
                continue;
            }
            votes.all += 1;
            votes.degrees += u64::from(x.abs() <= 180.0 && y.abs() <= 90.0);
            votes.swapped += u64::from((49.0..=61.0).contains(&x) && (-9.0..=2.0).contains(&y));
            votes.grid += u64::from((0.0..=700_000.0).contains(&x) && (0.0..=1_300_000.0).contains(&y));
        }
        votes
    }

    fn are_degrees(&self) -> bool {
        self.degrees * 2 > self.all
    }

    fn are_grid(&self) -> bool {
        !self.are_degrees() && self.grid * 2 > self.all
    }

    fn are_swapped(&self) -> bool {
        self.are_degrees() && self.swapped * 20 >= self.degrees * 19
    }
}

fn judge(at: &Where, claim: Claim, votes: &Votes) -> Result<(Settled, Option<Issue>), Issue> {
    let settled = |crs, swapped| Settled { crs, swapped, is_guess: false };
    let note = |problem: String, remedy: &str| Some(Issue::note(Code::CrsGuessed, at.clone(), problem, remedy));
    if votes.all == 0 {
        return Ok(match claim {
            Claim::Says(crs) => (settled(crs, false), None),
            _ => (settled(Crs::LonLat, false), None),
        });
    }
    if let Claim::Unknown(name) = &claim {
        return Err(unknown(at, name));
    }
    let said = match &claim {
        Claim::Says(crs) => format!("The file is said to be in {}", crs.name()),
        _ => "The file does not say its reference system".to_owned(),
    };
    let says_degrees = matches!(claim, Claim::Says(Crs::LonLat));
    match claim {
        Claim::Says(crs @ Crs::Other(_)) => return Ok((settled(crs, false), None)),
        // All of them, not most: a few good grid references keep the file's word.
        Claim::Says(crs @ Crs::BritishNationalGrid) if votes.degrees < votes.all => {
            return Ok((settled(crs, false), None));
        }
        _ => {}
    }
    if votes.are_swapped() {
        let issue = Issue::warning(
            Code::AxesSwapped,
            at.clone(),
            "Latitude stands where longitude should, and longitude where latitude should",
            "They were exchanged; if the coordinates are right as they are, set crs = \"EPSG:4326\" in place.toml",
        );
        return Ok((settled(Crs::LonLat, true), Some(issue)));
    }
    if votes.are_degrees() {
        let remedy = "They were read as WGS84 longitude and latitude; set crs in place.toml to be sure";
        let issue = if says_degrees { None } else { note(format!("{said} and its coordinates are degrees"), remedy) };
        return Ok((settled(Crs::LonLat, false), issue));
    }
    if votes.are_grid() {
        let remedy = "They were read as British National Grid (EPSG:27700); set crs in place.toml to be sure";
        let problem = format!("{said} and its coordinates are metres on the British National Grid");
        let guess = Settled { is_guess: true, ..settled(Crs::BritishNationalGrid, false) };
        return Ok((guess, note(problem, remedy)));
    }
    Err(Issue::error(
        Code::CrsUnknown,
        at.clone(),
        format!("{said}, and its coordinates are neither degrees nor on the British National Grid"),
        "Set crs in place.toml to the EPSG code of the coordinates, such as \"EPSG:32722\"",
    ))
}

/// The file names a system that is not known here: which numbers it holds is not guessed from their size.
fn unknown(at: &Where, name: &str) -> Issue {
    let mut short: String = name.chars().take(80).collect();
    if short.len() < name.len() {
        short.push('…');
    }
    Issue::error(
        Code::CrsUnknown,
        at.clone(),
        format!("The file names a reference system that is not known here: \"{short}\""),
        "Set crs in place.toml to its EPSG code, or export the layer in WGS84 (EPSG:4326)",
    )
}

/// Makes the shapes of a layer out of its geometries: decides the system, puts swapped axes right, and
/// leaves out geometries that are empty or not finite.
pub(super) fn shapes(
    source: &Source<'_>,
    claim: Claim,
    mut geometries: Vec<Option<Geometry<f64>>>,
    lines: impl Fn(usize) -> u64,
    issues: &mut Issues,
) -> Result<Shapes, Issue> {
    let mut broken = Tally::default();
    for (row, geometry) in geometries.iter_mut().enumerate() {
        let Some(shape) = geometry else { continue };
        if shape.coords_iter().any(|c| !c.x.is_finite() || !c.y.is_finite()) {
            broken.add(lines(row));
            *geometry = None;
        } else if shape.coords_iter().next().is_none() {
            *geometry = None;
        }
    }
    if broken.count > 0 {
        let mut issue = source.warning(
            Code::CoordinatesNotFinite,
            format!("{} feature(s) have coordinates that are not numbers", broken.count),
            "They count as features without geometry; mend or delete them",
        );
        issue.at = issue.at.row(broken.first);
        issues.push(issue);
    }
    let pairs = geometries.iter().flatten().flat_map(CoordsIter::coords_iter).map(|c| (c.x, c.y));
    let Settled { crs, swapped, is_guess } = settle_points(&source.at(), source.options.crs, claim, pairs, issues)?;
    if swapped {
        for geometry in geometries.iter_mut().flatten() {
            geometry.map_coords_in_place(|c| geo::Coord { x: c.y, y: c.x });
        }
    }
    Ok(Shapes { crs, is_guess, geometries })
}

/// One issue for each row whose geometry could not be read, up to this many; the rest are counted.
const MOST_ROWS_NAMED: usize = 50;

/// Says which rows have a geometry that could not be read.
pub(super) fn report_unreadable(source: &Source<'_>, unreadable: &[(u64, String)], issues: &mut Issues) {
    for (line, why) in unreadable.iter().take(MOST_ROWS_NAMED) {
        let mut issue = source.warning(
            Code::GeometryUnreadable,
            format!("The geometry cannot be read: {why}"),
            "The feature counts as one without geometry; mend or delete it",
        );
        issue.at = issue.at.row(*line);
        issues.push(issue);
    }
    if let Some(more) = unreadable.len().checked_sub(MOST_ROWS_NAMED).filter(|&more| more > 0) {
        issues.push(source.warning(
            Code::GeometryUnreadable,
            format!("{more} more features have geometries that cannot be read"),
            "They count as features without geometry; export the layer again",
        ));
    }
}

/// Says that outlines with arcs were made lines of.
pub(super) fn report_arcs(source: &Source<'_>, arcs: Arcs, issues: &mut Issues) {
    if arcs.geometries > 0 {
        issues.push(source.note(
            Code::ArcsAsLines,
            format!("{} feature(s) have arcs of circles in their outline", arcs.geometries),
            "Each arc was read as a line with a corner at least every two degrees; neighbours drawn with the same arc still fit",
        ));
    }
}
