//! Points out of a table: coordinates in degrees or metres, told apart by their range, or a layer's
//! own geometry.

use super::areas::median;
use super::headers;
use super::shapes;
use crate::crs::{Crs, LonLat, Plane, Xy};
use crate::place::{Code, Issue, Where};
use crate::read::{Cell, Table};
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
    northern: Vec<bool>,
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
                Issue::error(Code::CrsUnknown, at, problem, "Write an EPSG code, such as EPSG:27700 or EPSG:4326")
            })?),
        };
        // A population-weighted centre beside an area says better where its people are.
        let prefer_columns = named.x.is_some() || headers::any_of(table, &["pwclon"]).is_some();
        let northern = if crs.is_none() { northern_irish(table) } else { Vec::new() };
        Ok(Self { table, columns, prefer_columns, crs, plane, northern })
    }

    /// Says that metres beside Northern Irish postcodes were read as Irish, where any were.
    pub(super) fn note(&self) -> Option<Issue> {
        let (x, y) = self.columns?;
        let metres = |row: &usize| {
            let pair = (self.table.number(x, *row).value(), self.table.number(y, *row).value());
            matches!(pair, (Some(x), Some(y)) if self.northern.get(*row) == Some(&true) && irish(x, y, true).is_some())
        };
        let rows = (0..self.table.rows()).filter(metres);
        let (count, first) = rows.fold((0, None), |(count, first), row| (count + 1, first.or(Some(row))));
        let at = Where::file(self.table.file()).row(self.table.line(first?)).field(self.table.titles()[x]);
        let problem = format!(
            "{} beside Northern Irish postcodes or codes has metres, which were read as the Irish Grid (or Irish \
             Transverse Mercator, by their size)",
            super::words::counted(count, "row", "rows")
        );
        Some(Issue::note(Code::IrishGrid, at, problem, "Set crs in place.toml to be sure, such as \"EPSG:29903\""))
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
            (Cell::Number(x), Cell::Number(y)) if self.crs.is_none() => {
                let northern = self.northern.get(row) == Some(&true);
                let crs = if northern { irish(x, y, true) } else { self.in_ireland((x, y), around) };
                self.place((x, y), crs.as_ref(), around)
            }
            (Cell::Number(x), Cell::Number(y)) => self.place((x, y), self.crs.as_ref(), around),
            (Cell::Other(_), _) | (_, Cell::Other(_)) => Found::Nowhere,
            _ => Found::Absent,
        }
    }

    /// The Irish system of a pair of metres in a place on the island, where the British reading lies overseas.
    fn in_ireland(&self, (x, y): (f64, f64), around: Option<Xy>) -> Option<Crs> {
        let middle = around.filter(|_| self.plane.epsg() != 27700)?;
        let british = Crs::BritishNationalGrid.to_xy(x, y, self.plane);
        let crs = irish(x, y, false)?;
        let at = crs.to_xy(x, y, self.plane)?;
        let nearer = british.is_none_or(|british| middle.distance(at) < middle.distance(british));
        (nearer && middle.distance(at).get() <= FAR_M).then_some(crs)
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

/// The Irish system that metres can be in: the Irish Grid or Irish Transverse Mercator, which do not overlap on
/// the island. With `northern`, the row is known to lie in Northern Ireland, which the British grid's continuation
/// does not share either.
pub(super) fn irish(x: f64, y: f64, northern: bool) -> Option<Crs> {
    let code = if (0.0..=400_000.0).contains(&x) && (0.0..=480_000.0).contains(&y) && !(northern && y < 300_000.0) {
        29903
    } else if (400_000.0..=800_000.0).contains(&x) && (500_000.0..=1_000_000.0).contains(&y) {
        2157
    } else {
        return None;
    };
    Crs::from_epsg(code)
}

/// Whether a postcode is one of Northern Ireland.
pub(super) fn is_northern_irish(postcode: &str) -> bool {
    let letters: String = postcode.trim().chars().take(3).collect::<String>().to_uppercase();
    letters.starts_with("BT") && letters.chars().nth(2).is_some_and(|c| c.is_ascii_digit())
}

/// Whether a cell says that its row is in Northern Ireland: a postcode, a country or a code of the geography.
fn says_northern(text: &str) -> bool {
    let code = text.len() == 9 && text.starts_with(['N', 'n']) && text[1..].bytes().all(|b| b.is_ascii_digit());
    code || is_super_output_area(text) || is_northern_irish(text) || text.eq_ignore_ascii_case("northern ireland")
}

/// Whether a code is of the form of Northern Ireland's areas of 2001 and their wards: `95GG40S1`, `95GG40`.
fn is_super_output_area(text: &str) -> bool {
    let bytes = text.as_bytes();
    matches!(bytes, [b'9', b'5', a, b, c, d, rest @ ..]
        if a.is_ascii_uppercase() && b.is_ascii_uppercase() && c.is_ascii_digit() && d.is_ascii_digit()
            && matches!(rest, [] | [b'S' | b'W' | b'C', b'0'..=b'9', ..]) && rest.len() <= 3)
}

/// Whether a code says that its row is in Great Britain: one of the geography of England, Wales or Scotland.
fn says_british(text: &str) -> bool {
    let text = text.trim();
    text.len() == 9
        && text.starts_with(['E', 'W', 'S', 'e', 'w', 's'])
        && text.bytes().skip(1).all(|b| b.is_ascii_digit())
}

/// What is unclear of a layer when nothing but the size of its numbers says that they are metres of the British grid:
/// where its codes are Northern Irish they are as likely Irish, and the two lie hundreds of kilometres apart; where they
/// say nothing, and the numbers fit the island as well, that is a warning for the layers that say where a place `is`.
pub(super) fn irish_guess(table: &Table, says_where_a_place_is: bool) -> Option<Issue> {
    let shapes = table.shapes().filter(|shapes| shapes.is_guess)?;
    const LOOKED_AT: usize = 200;
    const KEYS: &str = "crs = \"EPSG:29903\" (Irish Grid, up to 400,000 east), \"EPSG:2157\" (Irish Transverse \
                        Mercator, above) or \"EPSG:27700\" (British National Grid) in the section that names the file";
    let rows = table.rows().min(LOOKED_AT);
    let columns = table.titles().len();
    let many = |says: fn(&str) -> bool| {
        let tells = |row: &usize| (0..columns).any(|column| table.text(column, *row).is_some_and(says));
        (0..rows).filter(tells).count() * 2 > rows
    };
    let at = Where::file(table.file()).field("crs");
    if many(says_northern) {
        let problem =
            "The file does not say its reference system, its coordinates are metres, and its codes are Northern Irish";
        return Some(Issue::error(Code::CrsUnclear, at, problem, format!("Say it with {KEYS}")));
    }
    let mut points = shapes.geometries.iter().flatten().filter_map(shapes::point_of).peekable();
    let fits =
        points.peek().is_some() && points.all(|(x, y)| irish(x, y, false).is_some_and(|crs| on_island(&crs, x, y)));
    (says_where_a_place_is && fits && !many(says_british)).then(|| {
        let problem = "The file does not say its reference system; its metres were read as British National Grid \
                       (EPSG:27700), and would lie in Ireland as well";
        Issue::warning(Code::CrsGuessed, at, problem, format!("Look where the map shows them, and say it with {KEYS}"))
    })
}

/// Whether metres of an Irish system lie on the island of Ireland, roughly.
fn on_island(crs: &Crs, x: f64, y: f64) -> bool {
    let on = |at: LonLat| (-10.7..=-5.4).contains(&at.lon) && (51.3..=55.5).contains(&at.lat);
    crs.to_lonlat(x, y).is_some_and(on)
}

/// Which rows are in Northern Ireland by a postcode, a country or a code of the geography (`N20000123`).
fn northern_irish(table: &Table) -> Vec<bool> {
    let wanted = |title: &str| {
        let title = super::words::plain(title);
        title.contains("postcode")
            || matches!(title.as_str(), "pcd" | "pcd2" | "pcd7" | "pcd8" | "pcds" | "ctry" | "country" | "countrycode")
            || title.starts_with("ctry")
            || headers::key_rank(&title).is_some_and(|rank| rank < 5)
    };
    let columns: Vec<usize> =
        table.titles().iter().enumerate().filter(|(_, title)| wanted(title)).map(|(at, _)| at).collect();
    if columns.is_empty() {
        return Vec::new();
    }
    (0..table.rows())
        .map(|row| columns.iter().any(|&column| table.text(column, row).is_some_and(says_northern)))
        .collect()
}

/// The middle of a table's points by the median, to choose a plane.
pub(super) fn middle_of(table: &Table) -> Option<LonLat> {
    let (x, y) = headers::coordinates(table)?;
    let northern = northern_irish(table);
    let points = (0..table.rows()).filter_map(|row| match (table.number(x, row), table.number(y, row)) {
        (Cell::Number(x), Cell::Number(y)) => {
            let crs = if northern.get(row) == Some(&true) { irish(x, y, true) } else { None };
            crs.or_else(|| by_range(x, y))?.to_lonlat(x, y)
        }
        _ => None,
    });
    median(points.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metres_in_northern_ireland_are_irish() {
        for (x, y, code) in [(333_800.0, 374_000.0, "29903"), (733_500.0, 874_000.0, "2157")] {
            let crs = irish(x, y, true).expect("Irish");
            let at = crs.to_lonlat(x, y).expect("on the globe");
            assert!(
                crs.name().contains(code) && (at.lon + 5.93).abs() < 0.02 && (at.lat - 54.6).abs() < 0.02,
                "{at:?}"
            );
        }
        assert!(irish(146_000.0, 530_000.0, true).is_none(), "the British grid continued to Belfast");
        assert!(["95GG40S1", "95AA01", "95ZZ16W2"].iter().all(|code| is_super_output_area(code)));
        assert!(!["95", "95GG4", "E01000001", "95GG40S1X9", "950140S1"].iter().any(|code| is_super_output_area(code)));
        assert!(is_northern_irish("bt1 5aa") && !is_northern_irish("B1 5AA") && !is_northern_irish("BTX"));
    }

    #[test]
    fn degrees_and_grid_metres_are_told_apart_by_range() {
        assert!(matches!(by_range(-2.99, 51.58), Some(Crs::LonLat)));
        assert!(matches!(by_range(327_201.0, 188_959.0), Some(Crs::BritishNationalGrid)));
        assert!(by_range(-5_000.0, 1e9).is_none());
        assert!(by_range(f64::NAN, 51.0).is_none());
    }
}
