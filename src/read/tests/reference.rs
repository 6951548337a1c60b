//! What files call their reference systems.

use super::super::frame::Claim;
use super::super::reference::{projjson, well_known_text};

fn named(claim: Claim) -> String {
    match claim {
        Claim::Says(crs) => crs.name().to_owned(),
        Claim::Unknown(name) => format!("unknown: {name}"),
        Claim::Silent => "silent".to_owned(),
    }
}

fn esri(name: &str, datum: &str, axis: &str, numbers: [&str; 5]) -> String {
    let [east, north, lon, scale, lat] = numbers;
    format!(
        "PROJCS[\"{name}\",GEOGCS[\"GCS\",DATUM[\"{datum}\",SPHEROID[\"S\",{axis}]],PRIMEM[\"Greenwich\",0.0],\
         UNIT[\"Degree\",0.0174532925199433]],PROJECTION[\"Transverse_Mercator\"],PARAMETER[\"False_Easting\",{east}],\
         PARAMETER[\"False_Northing\",{north}],PARAMETER[\"Central_Meridian\",{lon}],\
         PARAMETER[\"Scale_Factor\",{scale}],PARAMETER[\"Latitude_Of_Origin\",{lat}],UNIT[\"Meter\",1.0]]"
    )
}

#[test]
fn the_irish_grids_are_known_by_their_numbers_whatever_they_are_called() {
    const IRISH: [&str; 5] = ["200000.0", "250000.0", "-8.0", "1.000035", "53.5"];
    let airy = "6377340.189,299.3249646";
    for (name, datum, code) in
        [("TM65_Irish_Grid", "D_TM65", "29902"), ("TM75_Irish_Grid", "D_TM75", "29903"), ("OSi", "Whatever", "29902")]
    {
        let claim = named(well_known_text(&esri(name, datum, airy, IRISH)));
        assert!(claim.contains(code), "{name}: {claim}");
    }
    let itm = ["600000.0", "750000.0", "-8.0", "0.99982", "53.5"];
    let grs = "6378137.0,298.257222101";
    assert!(named(well_known_text(&esri("Mine", "D_IRENET95", grs, itm))).contains("2157"));
    let old = ["200000.0", "250000.0", "-8.0", "1.0", "53.5"];
    assert!(named(well_known_text(&esri("M", "D_OSNI_1952", "6377563.396,299.3249646", old))).contains("29901"));
    let newer = "PROJCRS[\"TM75 / Irish Grid\",BASEGEOGCRS[\"TM75\",DATUM[\"Geodetic Datum of 1965\",\
        ELLIPSOID[\"Airy Modified 1849\",6377340.189,299.3249646,LENGTHUNIT[\"metre\",1]]]],CONVERSION[\"Irish Grid\",\
        METHOD[\"Transverse Mercator\"],PARAMETER[\"Latitude of natural origin\",53.5],\
        PARAMETER[\"Longitude of natural origin\",-8],PARAMETER[\"Scale factor at natural origin\",1.000035],\
        PARAMETER[\"False easting\",200000],PARAMETER[\"False northing\",250000]],CS[Cartesian,2],\
        AXIS[\"easting (E)\",east,LENGTHUNIT[\"metre\",1]],AXIS[\"northing (N)\",north]]";
    assert!(named(well_known_text(newer)).contains("29903"));
    for name in ["TM65 / Irish Grid", "Irish National Grid", "IRENET95 / Irish Transverse Mercator"] {
        assert!(named(Claim::named(name)).contains("Iri"), "{name}");
    }
}

#[test]
fn the_british_grid_and_utm_are_known_by_their_numbers_too() {
    let grid = ["400000.0", "-100000.0", "-2.0", "0.9996012717", "49.0"];
    let claim = well_known_text(&esri("National Grid of Somebody", "D_OSGB_1936", "6377563.396,299.32", grid));
    assert!(named(claim).contains("27700"));
    let utm = ["500000.0", "10000000.0", "-51.0", "0.9996", "0.0"];
    assert_eq!(named(well_known_text(&esri("A", "D_WGS_1984", "6378137.0,298.257", utm))), "EPSG:32722");
    let own = ["0.0", "0.0", "-3.0", "1.0", "51.5"];
    assert_eq!(named(well_known_text(&esri("Site grid", "D_WGS_1984", "6378137.0,298.257", own))), "Site grid");
    let lost = well_known_text(&esri("Site grid", "D_Everest", "6377276.345,300.8017", own));
    assert_eq!(named(lost), "unknown: Site grid");
    assert_eq!(named(well_known_text("LOCAL_CS[\"Undefined Cartesian SRS\"]")), "silent");
    assert_eq!(named(well_known_text("LOCAL_CS[\"Gallifrey\"]")), "unknown: Gallifrey");
    let compound =
        format!("COMPD_CS[\"x\",{},VERT_CS[\"Newlyn\"]]", esri("BNG", "OSGB_1936", "6377563.396,299.32", grid));
    assert!(named(well_known_text(&compound)).contains("27700"));
    for damaged in ["", "[", "PROJCS[", "PROJCS[\"", &"A[".repeat(5000)] {
        assert!(!named(well_known_text(damaged)).contains("27700"));
    }
}

#[test]
fn projjson_is_known_by_code_by_numbers_and_by_name() {
    let json = |text: &str| named(projjson(&serde_json::from_str(text).expect("JSON")));
    assert!(
        json("{\"type\":\"ProjectedCRS\",\"name\":\"x\",\"id\":{\"authority\":\"EPSG\",\"code\":27700}}")
            .contains("27700")
    );
    assert!(json("{\"name\":\"OSGB36 / British National Grid\",\"type\":\"ProjectedCRS\"}").contains("27700"));
    assert!(
        json(
            "{\"type\":\"GeographicCRS\",\"name\":\"WGS 84 (CRS84)\",\"id\":{\"authority\":\"OGC\",\"code\":\"CRS84\"}}"
        )
        .starts_with("WGS84")
    );
    assert!(json("{\"type\":\"CompoundCRS\",\"name\":\"x\",\"components\":[{\"id\":{\"authority\":\"EPSG\",\"code\":27700}}]}").contains("27700"));
    assert_eq!(json("{\"type\":\"ProjectedCRS\",\"name\":\"Narnia\"}"), "unknown: Narnia");
}
