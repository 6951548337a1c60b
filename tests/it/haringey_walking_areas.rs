//! Coverage of Haringey's libraries against OpenRouteService, which knows nothing of us.
//!
//! `library_isochrones_ors.geojson` holds the ground within 5 to 30 minutes on foot of nine libraries, at
//! 5 km/h, on the full OpenStreetMap. Our road lines have no footpaths, so walks through parks and estates are
//! missing and we reach less: the overlap is good and not perfect, and the test says how good.

use crate::support::{example, shared};
use geo::{BoundingRect, Contains, Geometry, MultiPolygon, Point, Rect};
use patchwork::crs::{LonLat, Xy};
use patchwork::measure::coverage;
use patchwork::place::{Asset, Idx, PatchIdx, Place, Position, Span, ZoneIdx};
use patchwork::units::{Metres, Seconds, WalkingSpeed};

/// A library's ground within some minutes, in degrees.
struct WalkingArea {
    minutes: f64,
    library: LonLat,
    ground: Geometry<f64>,
}

fn walking_areas() -> Vec<WalkingArea> {
    let text =
        std::fs::read_to_string(shared().join("data/haringey/library_isochrones_ors.geojson")).expect("the file");
    let collection: geojson::FeatureCollection = text.parse::<geojson::GeoJson>().unwrap().try_into().unwrap();
    let area = |feature: geojson::Feature| {
        let number = |name: &str| feature.property(name).and_then(serde_json::Value::as_f64).expect("a number");
        WalkingArea {
            minutes: number("seconds") / 60.0,
            library: LonLat::new(number("lon"), number("lat")).expect("a point"),
            ground: Geometry::try_from(feature.geometry.clone().expect("a polygon")).expect("a polygon"),
        }
    };
    collection.features.into_iter().map(area).collect()
}

/// Haringey at 5 km/h, with OpenRouteService's nine libraries for assets.
fn haringey(areas: &[WalkingArea]) -> Place {
    let (mut place, _) = example("haringey");
    let mut libraries: Vec<LonLat> = areas.iter().map(|area| area.library).collect();
    libraries.sort_by(|a, b| a.lon.total_cmp(&b.lon));
    libraries.dedup();
    assert_eq!(libraries.len(), 9);
    place.speed = WalkingSpeed::from_km_per_h(5.0).unwrap();
    let streets = place.streets.as_ref().expect("streets");
    let asset = |(i, library): (usize, &LonLat)| {
        let at = place.plane.to_xy(*library).expect("on the plane");
        let snap = streets.snap(at, Metres::new(500.0));
        Asset { at, snap, ..crate::town::asset(&format!("library-{i}"), "library", (0.0, 0.0)) }
    };
    let assets: Vec<Asset> = libraries.iter().enumerate().map(asset).collect();
    place.assets = assets.into();
    place
}

/// Weights of what both, only we and only they say is within reach.
#[derive(Debug, Default)]
struct Overlap {
    both: f64,
    ours: f64,
    theirs: f64,
}

impl Overlap {
    fn share(&self) -> f64 {
        self.both / (self.both + self.ours + self.theirs)
    }
}

fn overlap(place: &Place, areas: &[WalkingArea], minutes: f64) -> Overlap {
    let standard = crate::town::standard(&["library"], minutes);
    let coverage = coverage(place, &standard);
    let mut overlap = Overlap::default();
    for (position, walk) in place.positions.iter().zip(&coverage.walks) {
        let at = place.plane.to_lonlat(position.at).expect("a point on earth");
        let point = Point::new(at.lon, at.lat);
        let theirs = areas.iter().any(|area| area.minutes <= minutes && area.ground.contains(&point));
        let ours = walk.is_some_and(|walk| place.speed.time(walk.length) <= Seconds::from_minutes(minutes));
        match (ours, theirs) {
            (true, true) => overlap.both += position.residents,
            (true, false) => overlap.ours += position.residents,
            (false, true) => overlap.theirs += position.residents,
            (false, false) => {}
        }
    }
    overlap
}

#[test]
fn residents_we_say_can_walk_to_a_library_are_those_openrouteservice_says() {
    if crate::real_files::real_files().is_none() {
        return;
    }
    let areas = walking_areas();
    let place = haringey(&areas);
    // Measured: 0.677, 0.802, 0.936 and 0.998; all of the difference is ground that paths reach and roads do not.
    for (minutes, at_least) in [(10.0, 0.65), (15.0, 0.78), (20.0, 0.91), (30.0, 0.98)] {
        let overlap = overlap(&place, &areas, minutes);
        assert!(overlap.share() >= at_least, "{minutes} minutes: {overlap:?}, {:.3}", overlap.share());
        assert!(overlap.ours < 0.01 * overlap.both, "{minutes} minutes: we reach further than paths do: {overlap:?}");
    }
}

#[test]
fn the_ground_we_say_is_within_fifteen_minutes_of_a_library_is_what_openrouteservice_says() {
    if crate::real_files::real_files().is_none() {
        return;
    }
    let areas = walking_areas();
    let mut place = haringey(&areas);
    stand_everywhere(&mut place);
    let overlap = overlap(&place, &areas, 15.0);
    // Measured: 0.781, and one square of 8,808 that we reach and OpenRouteService does not.
    assert!(overlap.share() >= 0.75, "{overlap:?}, {:.3}", overlap.share());
    assert!(overlap.ours < 0.01 * overlap.both, "we reach further than paths do: {overlap:?}");
}

/// Puts one person on every 50 metres of the borough, whether anybody lives there or not.
fn stand_everywhere(place: &mut Place) {
    let borough = MultiPolygon::new(place.patches.iter().flat_map(|patch| patch.shape.0.clone()).collect());
    let around: Rect<f64> = borough.bounding_rect().expect("ground");
    let streets = place.streets.as_ref().expect("streets");
    let steps = |from: f64, to: f64| (0..).map(move |i| from + 50.0 * f64::from(i)).take_while(move |v| *v < to);
    let points = steps(around.min().x, around.max().x)
        .flat_map(|x| steps(around.min().y, around.max().y).map(move |y| Xy::new(x, y)));
    let inside = points.filter(|p| borough.contains(&Point::new(p.x, p.y)));
    let stand = |at: Xy| Position {
        at,
        zone: ZoneIdx::from_usize(0),
        patch: Some(PatchIdx::from_usize(0)),
        span: Span::ALL,
        residents: 1.0,
        snap: streets.snap(at, Metres::new(500.0)),
    };
    place.positions = inside.map(stand).collect();
    let n = place.positions.len();
    place.zone_positions = place.zones.iter().enumerate().map(|(i, _)| if i == 0 { 0..n } else { n..n }).collect();
}
