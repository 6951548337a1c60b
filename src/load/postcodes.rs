//! Postcodes and where they are: Code-Point Open, ONSPD, NSPL, or any table with both.

use super::again::{POSTCODES, once};
use super::desk::{Ask, Desk};
use super::headers;
use super::locator::Locator;
use super::manifest::Provenance;
use super::points;
use super::words::plain;
use crate::crs::{Crs, Plane, Xy};
use crate::place::{Code, Issue, Where};
use crate::read::{Options, Table};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Titles of Code-Point Open, whose files have none.
const CODE_POINT: &[&str] = &[
    "Postcode",
    "Positional_quality_indicator",
    "Eastings",
    "Northings",
    "Country_code",
    "NHS_regional_HA_code",
    "NHS_HA_code",
    "Admin_county_code",
    "Admin_district_code",
    "Admin_ward_code",
];

/// The Irish Grid ends south of this northing, metres; the British grid continued to Northern Ireland begins there.
const IRISH_EDGE_M: f64 = 460_000.0;

/// Degrees of two decimals are up to a kilometre out; further apart, two coordinates are of two places.
const SAME_PLACE_M: f64 = 1_000.0;

/// How far outside every zone a postcode may lie and still be of the place: the other side of a boundary road.
const ROUND_M: f64 = 100.0;

/// Whether a file is a list of postcodes with coordinates, and of nothing else that has a name.
pub(super) fn is_list(path: &std::path::Path, name: &str) -> bool {
    let options = Options { titles_if_none: Some(CODE_POINT), ..Options::default() };
    let Ok(table) = crate::read::Table::read(path, name, options, &mut super::Issues::default()) else { return false };
    let postcode = headers::any_of(&table, &["pcds", "postcode", "pcd", "pcd8", "pcd7", "pcd2", "postalcode"]);
    let has_names = table.titles().iter().any(|title| plain(title).ends_with("name"));
    let placed = ["eastings", "easting", "oseast1m", "east1m", "longitude", "long", "lon", "lng"];
    let Some(column) = postcode.filter(|_| !has_names && headers::any_of(&table, &placed).is_some()) else {
        return false;
    };
    let looked = table.rows().min(200);
    let is_code = |text: &str| {
        let code = form(text);
        (5..=7).contains(&code.len())
            && code.is_char_boundary(code.len() - 3)
            && code[code.len() - 3..].starts_with(|c: char| c.is_ascii_digit())
    };
    let codes = (0..looked).filter_map(|row| table.text(column, row)).filter(|text| is_code(text)).count();
    codes * 2 > looked
}

/// Where postcodes are.
#[derive(Debug, Default)]
pub(super) struct Postcodes {
    /// A number that no other reading has in this process.
    pub(super) serial: u64,
    points: HashMap<String, Xy>,
}

impl Postcodes {
    /// Reads a postcode file onto the plane.
    ///
    /// Terminated postcodes are kept: assets outlive the postcode on their door. Rows without a location
    /// (quality 90 in Code-Point Open, grid indicator 9 or zero coordinates in ONSPD and NSPL) are not.
    pub(super) fn read(desk: &mut Desk<'_>, file: &str, plane: &Plane) -> Option<Arc<Self>> {
        let asked = || format!("{file:?} {plane:?}");
        let read = once(desk, POSTCODES, asked, |desk| Self::read_now(desk, file, plane).map(Arc::new));
        (*read).clone()
    }

    fn read_now(desk: &mut Desk<'_>, file: &str, plane: &Plane) -> Option<Self> {
        let about = Provenance::default();
        let options = Options { titles_if_none: Some(CODE_POINT), ..Options::default() };
        let table = desk.table(Ask { role: "postcodes", written: file, options, about: &about })?;
        let postcode = headers::any_of(&table, &["pcds", "postcode", "pcd", "pcd8", "pcd7", "pcd2", "postalcode"]);
        let metres = pair(
            &table,
            &[("eastings", "northings"), ("easting", "northing"), ("oseast1m", "osnrth1m"), ("east1m", "north1m")],
        );
        let degrees = pair(&table, &[("longitude", "latitude"), ("long", "lat"), ("lon", "lat"), ("lng", "lat")]);
        let (Some(postcode), Some((x, y))) = (postcode, metres.or(degrees)) else {
            desk.issues.push(headers::unrecognised(&table, "postcode"));
            return None;
        };
        let crs = if metres.is_some() { Crs::BritishNationalGrid } else { Crs::LonLat };
        // Metres of Northern Irish postcodes are on the Irish Grid, which the publisher says in its notes only.
        let irish = Crs::from_epsg(29903).unwrap_or(Crs::LonLat);
        let number = |column: usize, row: usize| table.number(column, row).value().filter(|number| *number != 0.0);
        let placed = |row: usize, (x, y): (usize, usize), crs: &Crs| crs.to_xy(number(x, row)?, number(y, row)?, plane);
        let quality = headers::any_of(&table, &["positionalqualityindicator", "quality", "osgrdind", "gridind"]);
        let mut located = HashMap::with_capacity(table.rows());
        for row in 0..table.rows() {
            let worthless = quality.and_then(|column| table.text(column, row)).is_some_and(|q| matches!(q, "90" | "9"));
            let Some(code) = table.text(postcode, row).map(form).filter(|code| !code.is_empty() && !worthless) else {
                continue;
            };
            let at = if metres.is_some() && points::is_northern_irish(&code) {
                let in_metres =
                    placed(row, (x, y), &irish).filter(|_| number(y, row).is_some_and(|y| y < IRISH_EDGE_M));
                let in_degrees = degrees.and_then(|pair| placed(row, pair, &Crs::LonLat));
                // Metres are often written finer than degrees; where the two are not one place, degrees are plain.
                match (in_metres, in_degrees) {
                    (Some(metres), Some(degrees)) if metres.distance(degrees).get() > SAME_PLACE_M => Some(degrees),
                    (metres, degrees) => metres.or(degrees),
                }
            } else {
                placed(row, (x, y), &crs)
            };
            if let Some(at) = at {
                located.insert(code, at);
            }
        }
        if located.is_empty() {
            let problem = "This file has no postcode with coordinates on the plane of the place";
            desk.issues.push(Issue::warning(
                Code::PostcodesEmpty,
                Where::file(file),
                problem,
                "Check that it is a postcode file of this country",
            ));
        }
        static READINGS: AtomicU64 = AtomicU64::new(0);
        Some(Self { serial: READINGS.fetch_add(1, Ordering::Relaxed), points: located })
    }

    /// Every postcode, in capitals without a space, with where it is.
    pub(super) fn points(&self) -> impl Iterator<Item = (&str, Xy)> {
        self.points.iter().map(|(code, at)| (code.as_str(), *at))
    }

    /// The postcodes in the zones of a place, or a walk round them, as people write them.
    pub(super) fn of_the_place(&self, locator: &Locator) -> Vec<(String, Xy)> {
        let here = self.points.iter().filter(|(_, at)| locator.near(**at, ROUND_M).is_some());
        let mut found: Vec<(String, Xy)> =
            here.map(|(code, at)| (crate::place::postcode::written(code), *at)).collect();
        found.sort_by(|a, b| a.0.cmp(&b.0));
        found
    }

    /// Where a postcode is, however it is spaced or capitalised.
    pub(super) fn locate(&self, postcode: &str) -> Option<Xy> {
        self.points.get(&form(postcode)).copied()
    }
}

fn pair(table: &Table, pairs: &[(&str, &str)]) -> Option<(usize, usize)> {
    pairs.iter().find_map(|(x, y)| Some((headers::any_of(table, &[x])?, headers::any_of(table, &[y])?)))
}

/// Letters and digits in capitals: the Post Office puts one space, files put none, two, or pad to seven.
pub(super) use crate::place::postcode::bare as form;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_postcode_is_found_however_it_is_written() {
        let postcodes = Postcodes { serial: 0, points: HashMap::from([("NP100AA".to_owned(), Xy::new(1.0, 2.0))]) };
        for written in ["NP10 0AA", "np100aa", " NP10  0AA "] {
            assert_eq!(postcodes.locate(written), Some(Xy::new(1.0, 2.0)), "{written}");
        }
        assert_eq!(postcodes.locate("NP10"), None);
    }
}
