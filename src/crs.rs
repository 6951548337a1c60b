//! Where a point is: degrees on the globe or metres on a plane, as two types that do not mix.
//!
//! Everything is measured on the [`Plane`] of the place: British National Grid in Great Britain, by
//! the OSTN15 grid (millimetres, where the seven-parameter shift is five metres out), else the UTM
//! zone of the place's middle. Degrees appear only where files come in and where layers go out.

use lonlat_bng::{convert_etrs89_to_osgb36, convert_osgb36, convert_osgb36_to_ll};
use proj4rs::Proj;
use std::sync::LazyLock;

/// A point in degrees: longitude first, on WGS84 (ETRS89 in Britain, which is within a metre of it).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LonLat {
    /// Degrees east.
    pub lon: f64,
    /// Degrees north.
    pub lat: f64,
}

impl LonLat {
    /// A point in degrees; `None` when either number is not finite or not on the globe.
    #[must_use]
    pub fn new(lon: f64, lat: f64) -> Option<Self> {
        ((-180.0..=180.0).contains(&lon) && (-90.0..=90.0).contains(&lat)).then_some(Self { lon, lat })
    }
}

/// A point in metres east and north on a [`Plane`].
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Xy {
    /// Metres east.
    pub x: f64,
    /// Metres north.
    pub y: f64,
}

impl Xy {
    /// A point in metres.
    #[must_use]
    pub const fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }

    /// The straight line to another point of the same plane.
    #[must_use]
    pub fn distance(self, other: Self) -> crate::units::Metres {
        crate::units::Metres::new((self.x - other.x).hypot(self.y - other.y))
    }
}

impl From<Xy> for geo::Coord<f64> {
    fn from(point: Xy) -> Self {
        Self { x: point.x, y: point.y }
    }
}

impl From<geo::Coord<f64>> for Xy {
    fn from(point: geo::Coord<f64>) -> Self {
        Self { x: point.x, y: point.y }
    }
}

/// The flat sheet a place is measured on, in metres.
#[derive(Debug, Clone)]
pub struct Plane {
    kind: PlaneKind,
}

#[derive(Debug, Clone)]
enum PlaneKind {
    BritishNationalGrid,
    Utm { zone: u8, south: bool, proj: Box<Projected> },
}

impl PartialEq for Plane {
    fn eq(&self, other: &Self) -> bool {
        self.epsg() == other.epsg()
    }
}

impl Plane {
    /// British National Grid, EPSG:27700.
    #[must_use]
    pub const fn british_national_grid() -> Self {
        Self { kind: PlaneKind::BritishNationalGrid }
    }

    /// The plane for a place whose middle is here: the National Grid in Great Britain, else UTM.
    ///
    /// The whole island of Ireland lies inside the grid's rectangle and is told apart by a box west
    /// of the Rhins of Galloway, so that Belfast and Dublin get UTM zone 29 or 30.
    #[must_use]
    pub fn around(middle: LonLat) -> Self {
        let LonLat { lon, lat } = middle;
        let in_ireland = (lat < 55.25 && lat > 51.2 && lon < -5.42) || (lat < 55.45 && lat > 51.2 && lon < -6.0);
        if !in_ireland && to_grid(middle).is_some() {
            return Self::british_national_grid();
        }
        let zone = (((lon + 180.0) / 6.0).floor().clamp(0.0, 59.0)) as u8 + 1;
        Self::utm(zone, lat < 0.0)
    }

    /// How much too long a short walk comes out here, 1 for true to scale; `None` where the plane is not defined.
    #[must_use]
    pub fn stretch(&self, at: LonLat) -> Option<f64> {
        // A thousandth of a degree of latitude, in metres on the ellipsoid (WGS84).
        let phi = at.lat.to_radians();
        let metres = 111.132_954 - 0.559_822 * (2.0 * phi).cos() + 0.001_175 * (4.0 * phi).cos();
        let north = LonLat { lat: if at.lat > 89.0 { at.lat - 0.001 } else { at.lat + 0.001 }, ..at };
        Some(self.to_xy(at)?.distance(self.to_xy(north)?).get() / metres)
    }

    fn utm(zone: u8, south: bool) -> Self {
        let hemisphere = if south { " +south" } else { "" };
        let definition = format!("+proj=utm +zone={zone}{hemisphere} +datum=WGS84 +units=m +no_defs");
        let proj = Projected::parse(&definition).expect("a UTM definition is always well formed");
        Self { kind: PlaneKind::Utm { zone, south, proj: Box::new(proj) } }
    }

    /// The plane with this EPSG code, if it is one Patchwork measures on (27700 or a WGS84 UTM zone).
    #[must_use]
    pub fn from_epsg(code: u32) -> Option<Self> {
        match code {
            27700 => Some(Self::british_national_grid()),
            32601..=32660 => Some(Self::utm((code - 32600) as u8, false)),
            32701..=32760 => Some(Self::utm((code - 32700) as u8, true)),
            _ => None,
        }
    }

    /// The EPSG code of the plane.
    #[must_use]
    pub fn epsg(&self) -> u32 {
        match self.kind {
            PlaneKind::BritishNationalGrid => 27700,
            PlaneKind::Utm { zone, south, .. } => (if south { 32700 } else { 32600 }) + u32::from(zone),
        }
    }

    /// What people call the plane.
    #[must_use]
    pub fn name(&self) -> String {
        match self.kind {
            PlaneKind::BritishNationalGrid => "British National Grid".to_owned(),
            PlaneKind::Utm { zone, south, .. } => format!("UTM zone {zone}{}", if south { "S" } else { "N" }),
        }
    }

    /// Degrees to metres; `None` where the plane is not defined (off the edge of the OSTN15 grid).
    #[must_use]
    pub fn to_xy(&self, point: LonLat) -> Option<Xy> {
        match &self.kind {
            PlaneKind::BritishNationalGrid => to_grid(point),
            PlaneKind::Utm { proj, .. } => proj.forward(point),
        }
    }

    /// Metres to degrees; `None` where the plane is not defined.
    #[must_use]
    pub fn to_lonlat(&self, point: Xy) -> Option<LonLat> {
        match &self.kind {
            PlaneKind::BritishNationalGrid => {
                convert_osgb36_to_ll(point.x, point.y).ok().and_then(|(lon, lat)| LonLat::new(lon, lat))
            }
            PlaneKind::Utm { proj, .. } => proj.inverse(point),
        }
    }
}

/// Degrees to the National Grid by OSTN15; `None` off its sheet.
///
/// The library refuses latitudes below 49.922 and above 60.84, where the sheet has the south of the Isles of
/// Scilly and the north of Unst. There the same projection is worked out by `proj4rs`, and only the shifts of
/// OSTN15 are asked of the library.
fn to_grid(point: LonLat) -> Option<Xy> {
    static ETRS89: LazyLock<Option<Projected>> = LazyLock::new(|| {
        Projected::parse(
            "+proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=GRS80 +units=m",
        )
    });
    let on_grid = convert_osgb36(point.lon, point.lat).ok().or_else(|| {
        let unshifted = ETRS89.as_ref()?.forward(point)?;
        convert_etrs89_to_osgb36(unshifted.x, unshifted.y).ok()
    });
    on_grid.map(|(x, y)| Xy { x, y })
}

/// The reference system a file's coordinates are in.
#[derive(Debug, Clone)]
pub enum Crs {
    /// Degrees, longitude first, as GeoJSON has them.
    LonLat,
    /// British National Grid, easting first.
    BritishNationalGrid,
    /// Any other projected or geographic system that the EPSG register defines.
    Other(Box<Projected>),
}

impl Crs {
    /// The system with this EPSG code; `None` when it is not known here.
    #[must_use]
    pub fn from_epsg(code: u32) -> Option<Self> {
        match code {
            // ETRS89 and WGS84 differ by less than a metre in Britain; both are degrees.
            4326 | 4258 | 4979 | 4937 | 4173 | 84 => Some(Self::LonLat),
            27700 | 7405 => Some(Self::BritishNationalGrid),
            _ => {
                let code = u16::try_from(code).ok()?;
                let proj = Proj::from_epsg_code(code).ok()?;
                let name = match code {
                    2157 => "Irish Transverse Mercator (EPSG:2157)".to_owned(),
                    29900 | 29902 => format!("Irish Grid, TM65 (EPSG:{code})"),
                    29901 => "Irish National Grid, OSNI 1952 (EPSG:29901)".to_owned(),
                    29903 => "Irish Grid, TM75 (EPSG:29903)".to_owned(),
                    _ => format!("EPSG:{code}"),
                };
                Some(Self::Other(Box::new(Projected { proj, name })))
            }
        }
    }

    /// The system named in `place.toml` or a file: `EPSG:27700`, `urn:ogc:def:crs:EPSG::27700`,
    /// `http://www.opengis.net/def/crs/OGC/1.3/CRS84`, `CRS84`, or a bare code.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.trim().trim_matches(|c| c == '<' || c == '>');
        if name.to_ascii_uppercase().ends_with("CRS84") {
            return Some(Self::LonLat);
        }
        let code = name.rsplit([':', '/']).next()?;
        let authority = name[..name.len() - code.len()].to_ascii_uppercase();
        // A flat system with a height (`EPSG:27700+5701`) is the flat one here.
        let code = code.split('+').next()?.trim().parse().ok()?;
        match code {
            102_100 | 102_113 if authority.is_empty() || authority.contains("ESRI") => Self::from_epsg(3857),
            _ if authority.is_empty() || authority.contains("EPSG") => Self::from_epsg(code),
            _ => None,
        }
    }

    /// A system by its definition in PROJ's words, under the name its file gives it.
    #[must_use]
    pub fn from_definition(name: &str, definition: &str) -> Option<Self> {
        let projected = Projected::parse(definition)?;
        Some(Self::Other(Box::new(Projected { name: name.to_owned(), ..projected })))
    }

    /// What to call the system in a message.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::LonLat => "WGS84 longitude and latitude",
            Self::BritishNationalGrid => "British National Grid (EPSG:27700)",
            Self::Other(other) => &other.name,
        }
    }

    /// A pair of file coordinates (first, second) in degrees; `None` when it is not a place on earth.
    #[must_use]
    pub fn to_lonlat(&self, first: f64, second: f64) -> Option<LonLat> {
        match self {
            Self::LonLat => LonLat::new(first, second),
            Self::BritishNationalGrid => {
                let (lon, lat) = convert_osgb36_to_ll(first, second).ok()?;
                LonLat::new(lon, lat)
            }
            Self::Other(other) => other.inverse(Xy { x: first, y: second }),
        }
    }

    /// A pair of file coordinates in metres on the plane, with no detour through degrees when the
    /// file already is on that plane.
    #[must_use]
    pub fn to_xy(&self, first: f64, second: f64, plane: &Plane) -> Option<Xy> {
        if matches!(self, Self::BritishNationalGrid) && plane.epsg() == 27700 {
            let on_sheet = (0.0..=700_000.0).contains(&first) && (0.0..=1_300_000.0).contains(&second);
            return on_sheet.then_some(Xy { x: first, y: second });
        }
        plane.to_xy(self.to_lonlat(first, second)?)
    }
}

/// A projection held by the proj4rs library, which speaks radians.
#[derive(Clone)]
pub struct Projected {
    proj: Proj,
    name: String,
}

impl std::fmt::Debug for Projected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

thread_local! {
    static DEGREES: Option<Proj> = Proj::from_proj_string("+proj=longlat +datum=WGS84 +no_defs").ok();
}

impl Projected {
    fn parse(definition: &str) -> Option<Self> {
        Some(Self { proj: Proj::from_proj_string(definition).ok()?, name: definition.to_owned() })
    }

    fn forward(&self, point: LonLat) -> Option<Xy> {
        let mut p = (point.lon.to_radians(), point.lat.to_radians(), 0.0);
        DEGREES.with(|degrees| proj4rs::transform::transform(degrees.as_ref()?, &self.proj, &mut p).ok())?;
        (p.0.is_finite() && p.1.is_finite()).then_some(Xy { x: p.0, y: p.1 })
    }

    fn inverse(&self, point: Xy) -> Option<LonLat> {
        let mut p = if self.proj.is_latlong() {
            (point.x.to_radians(), point.y.to_radians(), 0.0)
        } else {
            (point.x, point.y, 0.0)
        };
        if !p.0.is_finite() || !p.1.is_finite() {
            return None;
        }
        DEGREES.with(|degrees| proj4rs::transform::transform(&self.proj, degrees.as_ref()?, &mut p).ok())?;
        LonLat::new(p.0.to_degrees(), p.1.to_degrees())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64, tolerance: f64) {
        assert!((a - b).abs() <= tolerance, "{a} is not within {tolerance} of {b}");
    }

    #[test]
    fn the_ordnance_survey_test_point_in_st_kilda_and_leicester_come_out_to_the_millimetre() {
        // OSTN15 test points TP15 (Leicester) and TP06 (Bristol) of the Ordnance Survey's test file.
        let plane = Plane::british_national_grid();
        let leicester = plane.to_xy(LonLat { lon: -1.197_476_558_61, lat: 52.962_191_095_03 });
        let leicester = leicester.expect("in Great Britain");
        near(leicester.x, 454_002.834, 0.002_1);
        near(leicester.y, 340_834.943, 0.002_1);
        let back = plane.to_lonlat(leicester).expect("in Great Britain");
        near(back.lon, -1.197_476_558_61, 1e-7);
        near(back.lat, 52.962_191_095_03, 1e-7);
    }

    #[test]
    fn the_south_of_scilly_and_the_north_of_unst_are_on_the_grid() {
        let plane = Plane::british_national_grid();
        for (what, lon, lat) in
            [("St Agnes", -6.3456, 49.8924), ("Bishop Rock", -6.4454, 49.8727), ("Out Stack", -0.876, 60.8607)]
        {
            let at = LonLat { lon, lat };
            assert_eq!(Plane::around(at), plane, "{what}");
            let back = plane.to_lonlat(plane.to_xy(at).expect(what)).expect(what);
            near(back.lon, lon, 1e-7);
            near(back.lat, lat, 1e-7);
        }
        // The lighthouse of St Agnes stands in SV 8800 0821 of the Ordnance Survey's maps.
        let lighthouse = plane.to_xy(LonLat { lon: -6.3456, lat: 49.8924 }).expect("on the sheet");
        near(lighthouse.x, 88_000.0, 100.0);
        near(lighthouse.y, 8_210.0, 100.0);
    }

    #[test]
    fn porto_alegre_lies_on_utm_22_south_and_comes_back() {
        let here = LonLat { lon: -51.2177, lat: -30.0346 };
        let plane = Plane::around(here);
        assert_eq!(plane.epsg(), 32722);
        let xy = plane.to_xy(here).expect("on the plane");
        near(xy.x, 479_009.0, 60.0);
        near(xy.y, 6_677_400.0, 600.0);
        let back = plane.to_lonlat(xy).expect("on the globe");
        near(back.lon, here.lon, 1e-9);
        near(back.lat, here.lat, 1e-9);
    }

    #[test]
    fn britain_uses_its_grid_and_ireland_does_not() {
        let epsg = |lon, lat| Plane::around(LonLat { lon, lat }).epsg();
        assert_eq!(epsg(-2.99, 51.58), 27700, "Newport");
        assert_eq!(epsg(-6.29, 55.78), 27700, "Islay");
        assert_eq!(epsg(-6.31, 49.93), 27700, "Scilly");
        assert_eq!(epsg(-5.93, 54.60), 32630, "Belfast");
        assert_eq!(epsg(-6.26, 53.35), 32629, "Dublin");
        assert_eq!(epsg(2.35, 48.86), 32631, "Paris");
    }

    #[test]
    fn a_reference_system_is_understood_in_every_spelling() {
        for name in
            ["EPSG:27700", "urn:ogc:def:crs:EPSG::27700", "http://www.opengis.net/def/crs/EPSG/0/27700", "27700"]
        {
            assert!(matches!(Crs::parse(name), Some(Crs::BritishNationalGrid)), "{name}");
        }
        assert!(matches!(Crs::parse("urn:ogc:def:crs:OGC:1.3:CRS84"), Some(Crs::LonLat)));
        assert!(Crs::parse("EPSG:3857").is_some());
        assert!(Crs::parse("Narnia").is_none());
    }

    #[test]
    fn web_mercator_metres_become_degrees() {
        let crs = Crs::parse("EPSG:3857").expect("known");
        let point = crs.to_lonlat(-333_958.47, 6_710_219.08).expect("on the globe");
        near(point.lon, -3.0, 1e-4);
        near(point.lat, 51.5, 1e-2);
    }

    #[test]
    fn belfast_lies_where_the_irish_grids_say() {
        // The City Hall: J 3385 7400 of the Irish Grid; 54.5965 N, 5.9301 W.
        for code in [29900, 29902, 29903, 29901] {
            let at = Crs::from_epsg(code).and_then(|crs| crs.to_lonlat(333_800.0, 374_000.0)).expect("on the globe");
            near(at.lon, -5.9303, 0.001);
            near(at.lat, 54.5965, 0.001);
        }
        // The Ordnance Survey's worked example of the Irish Grid: O 15904 34671, which ITM has at 715830, 734697.
        let old = Crs::from_epsg(29903).and_then(|crs| crs.to_lonlat(315_904.0, 234_671.0)).expect("on the globe");
        let new = Crs::from_epsg(2157).and_then(|crs| crs.to_lonlat(715_830.0, 734_697.0)).expect("on the globe");
        near(old.lon, new.lon, 6e-5);
        near(old.lat, new.lat, 4e-5);
    }

    #[test]
    fn a_plane_of_another_part_of_the_world_stretches_walks() {
        let belfast = LonLat { lon: -5.93, lat: 54.6 };
        let stretch = |code| Plane::from_epsg(code).and_then(|plane| plane.stretch(belfast));
        for here in [32629, 32630, 32631] {
            near(stretch(here).expect("defined"), 1.0, 0.01);
        }
        assert!(stretch(32610).is_none_or(|far| (far - 1.0).abs() > 0.01));
        let newport = LonLat { lon: -2.99, lat: 51.58 };
        near(Plane::british_national_grid().stretch(newport).expect("in Great Britain"), 1.0, 0.001);
    }

    #[test]
    fn points_off_the_sheet_are_refused() {
        assert!(Plane::british_national_grid().to_xy(LonLat { lon: -51.0, lat: -30.0 }).is_none());
        assert!(LonLat::new(f64::NAN, 0.0).is_none());
        assert!(Crs::BritishNationalGrid.to_xy(f64::INFINITY, 0.0, &Plane::british_national_grid()).is_none());
    }
}
