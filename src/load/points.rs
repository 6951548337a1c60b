//! Points out of a table: coordinates in degrees or metres, told apart by their range, or a layer's
//! own geometry.

use super::areas::median;
use super::headers;
use super::shapes;
use super::table::{Cell, Table};
use crate::crs::{Crs, LonLat, Plane, Xy};
use crate::place::{Issue, Where};
use geo::Geometry;

/// The columns with coordinates, where `place.toml` names them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Columns<'a> {
    /// Longitude or easting.
    pub(super) x: Option<&'a str>,
    /// Latitude or northing.
    pub(super) y: Option<&'a str>,
}

/// Where each row of a table is.
pub(super) struct Reader<'t> {
    table: &'t Table,
    columns: Option<(usize, usize)>,
    prefer_columns: bool,
    crs: Option<Crs>,
    plane: &'t Plane,
}

/// Where a row is, and how that was found out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Found {
    /// From its coordinates.
    Here(Xy),
    /// From its coordinates, taken in the other order.
    Swapped(Xy),
    /// A point inside its area or on its line.
    Inside(Xy),
    /// It has coordinates, and they are nowhere on the plane.
    Nowhere,
    /// It has none.
    Absent,
}

impl Found {
    /// The point, however it was found.
    pub(super) fn xy(self) -> Option<Xy> {
        match self {
            Self::Here(at) | Self::Swapped(at) | Self::Inside(at) => Some(at),
            Self::Nowhere | Self::Absent => None,
        }
    }
}

impl<'t> Reader<'t> {
    /// Finds the columns with coordinates, if there are any.
    ///
    /// # Errors
    /// When `place.toml` names a column that is not there, or a reference system nobody knows.
    pub(super) fn new(
        table: &'t Table,
        named: Columns<'_>,
        crs: Option<&str>,
        plane: &'t Plane,
    ) -> Result<Self, Issue> {
        let columns = match (named.x, named.y) {
            (Some(x), Some(y)) => Some((headers::named(table, x, "x")?, headers::named(table, y, "y")?)),
            _ => headers::coordinates(table),
        };
        let crs = match crs {
            None => None,
            Some(written) => Some(Crs::parse(written).ok_or_else(|| {
                let at = Where::file("place.toml").field("crs");
                let problem = format!("The reference system \"{written}\" is not known");
                Issue::error("crs-unknown", at, problem, "Write an EPSG code, such as EPSG:27700 or EPSG:4326")
            })?),
        };
        // A population-weighted centre beside an area says better where its people are.
        let prefer_columns = named.x.is_some() || headers::any_of(table, &["pwclon"]).is_some();
        Ok(Self { table, columns, prefer_columns, crs, plane })
    }

    /// Where a row is, by its columns alone.
    pub(super) fn at(&self, row: usize) -> Option<Xy> {
        self.find(row, None).xy()
    }

    /// Where a row is: by its geometry, else by its columns.
    ///
    /// `around` is the middle of the place. Coordinates that are more than [`FAR_M`] from it as they
    /// stand, and within that when their order is turned round, were written in the wrong order.
    pub(super) fn find(&self, row: usize, around: Option<Xy>) -> Found {
        let by_columns = self.columns.is_some() && self.prefer_columns;
        if !by_columns
            && let Some((layer, geometry)) =
                self.table.shapes().and_then(|l| Some((l, l.geometries.get(row)?.as_ref()?)))
            && let Some((x, y)) = shapes::point_of(geometry)
        {
            let is_point = matches!(geometry, Geometry::Point(_) | Geometry::MultiPoint(_));
            return match self.place((x, y), Some(&layer.crs), around) {
                Found::Here(at) if !is_point => Found::Inside(at),
                found => found,
            };
        }
        let Some((x, y)) = self.columns else { return Found::Absent };
        match (self.table.number(x, row), self.table.number(y, row)) {
            // The publishers' mark for "no location" is a pair of zeros.
            (Cell::Number(x), Cell::Number(y)) if x == 0.0 && y == 0.0 => Found::Absent,
            (Cell::Number(x), Cell::Number(y)) => self.place((x, y), self.crs.as_ref(), around),
            (Cell::Other(_), _) | (_, Cell::Other(_)) => Found::Nowhere,
            _ => Found::Absent,
        }
    }

    fn place(&self, (x, y): (f64, f64), crs: Option<&Crs>, around: Option<Xy>) -> Found {
        find_pair((x, y), crs, self.plane, around)
    }
}

/// Where a pair of numbers is; see [`Reader::find`].
pub(super) fn find_pair((x, y): (f64, f64), crs: Option<&Crs>, plane: &Plane, around: Option<Xy>) -> Found {
    let on = |x: f64, y: f64| match crs {
        Some(crs) => crs.to_xy(x, y, plane),
        None => by_range(x, y)?.to_xy(x, y, plane),
    };
    let near = |at: &Xy| around.is_none_or(|middle| at.distance(middle).get() <= FAR_M);
    match (on(x, y), on(y, x)) {
        (Some(at), _) if near(&at) => Found::Here(at),
        (_, Some(at)) if around.is_some() && near(&at) => Found::Swapped(at),
        (Some(at), _) => Found::Here(at),
        (None, _) => Found::Nowhere,
    }
}

/// Places are counties at most: a point further than this from the middle is not in it.
const FAR_M: f64 = 200_000.0;

/// The reference system that a pair of numbers can be in: degrees, or metres on the British grid.
fn by_range(x: f64, y: f64) -> Option<Crs> {
    if (-180.0..=180.0).contains(&x) && (-90.0..=90.0).contains(&y) {
        return Some(Crs::LonLat);
    }
    ((0.0..=700_000.0).contains(&x) && (0.0..=1_300_000.0).contains(&y)).then_some(Crs::BritishNationalGrid)
}

/// The middle of a table's points by the median, to choose a plane.
pub(super) fn middle_of(table: &Table) -> Option<LonLat> {
    let (x, y) = headers::coordinates(table)?;
    let points = (0..table.rows()).filter_map(|row| match (table.number(x, row), table.number(y, row)) {
        (Cell::Number(x), Cell::Number(y)) => by_range(x, y)?.to_lonlat(x, y),
        _ => None,
    });
    median(points.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_and_grid_metres_are_told_apart_by_range() {
        assert!(matches!(by_range(-2.99, 51.58), Some(Crs::LonLat)));
        assert!(matches!(by_range(327_201.0, 188_959.0), Some(Crs::BritishNationalGrid)));
        assert!(by_range(-5_000.0, 1e9).is_none());
        assert!(by_range(f64::NAN, 51.0).is_none());
    }
}
