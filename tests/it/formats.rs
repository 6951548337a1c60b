//! Files as other programs write them: read, or named for what they are with the way to convert them.

use crate::support::{SETTINGS, Toy};
use geo::Area;
use patchwork::load::candidates::read_candidates;
use patchwork::place::{Place, Severity};

#[test]
fn columns_named_by_hand_are_read_as_they_stand_and_a_mark_is_one_unknown_count() {
    let table = |marked: &str| format!("zone,White,Asian\nA1,60,40\nA2,{marked},50\nB1,300,0\nB2,1,3\n");
    for marked in ["150 [r]", "150*", "c. 150", "150 (est.)", "~150"] {
        let found = Toy::new().with("residents.csv", &table(marked));
        assert_eq!(found.place().0.residents(), 604.0, "{marked}: a mark of the publisher is understood");
        let named = found.and("groups = { white = \"White\", asian = \"Asian\" }\n");
        let issue = named.issue("marked-count");
        assert_eq!((issue.severity, issue.at.row), (Severity::Warning, Some(3)), "{marked}");
        assert!(issue.problem.contains(marked) && issue.remedy.contains("unknown, not as zero"), "{issue:?}");
        let (place, _) = named.place();
        assert_eq!(place.residents(), 404.0, "{marked}: the zone is unknown");
        assert!(place.zones.iter().any(|zone| zone.residents.unknown));
    }
}

#[test]
fn a_cost_that_is_not_a_number_is_told_and_one_cut_in_two_is_refused() {
    let (place, _) = Toy::new().place();
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("sites.csv");
    let read = |rows: &str| {
        std::fs::write(&path, format!("name,latitude,longitude,cost\n{rows}\n")).expect("written");
        read_candidates(&path, &place)
    };
    for (cost, right) in [
        ("120000", 120_000.0),
        ("\"120,000\"", 120_000.0),
        ("\"£120,000\"", 120_000.0),
        ("£120000", 120_000.0),
        ("0", 0.0),
    ] {
        let (points, _) = read(&format!("Bank,51.585,-2.995,{cost}")).expect("a point");
        assert_eq!(points[0].cost, Some(right), "{cost}");
    }
    for cost in ["120k", "about 120000", "tbc", "-5", "\"120.000,00\"", "1.2m"] {
        let (points, issues) = read(&format!("Bank,51.585,-2.995,{cost}")).expect("a point");
        assert_eq!(points[0].cost, None, "{cost}");
        let issue = issues.iter().find(|issue| issue.code == "cost-unreadable").expect("told");
        assert_eq!((issue.severity, issue.at.row), (Severity::Warning, Some(2)), "{cost}");
    }
    let (points, issues) = read("Bank,51.585,-2.995,\nShop,51.585,-2.985,5").expect("points");
    assert_eq!((points[0].cost, issues.iter().any(|issue| issue.code == "cost-unreadable")), (None, false));
    for cost in ["£120,000", "120,000", "1,250,000"] {
        let issues = read(&format!("Bank,51.585,-2.995,{cost}")).expect_err("cut in two");
        assert!(
            issues.iter().any(|issue| issue.code == "cost-unreadable" && issue.severity == Severity::Error),
            "{cost}"
        );
    }
}

/// The toy place with its zones in another file.
fn with_zones(name: &str, text: &str) -> Toy {
    Toy::new().with("place.toml", &SETTINGS.replace("zones.geojson", name)).with(name, text)
}

/// That the zones of a file are the toy place's four squares.
fn assert_four_squares(name: &str, text: &str) {
    let right: Vec<f64> = areas(&Toy::new().place().0);
    let (place, issues) = with_zones(name, text).place();
    assert_eq!(place.residents(), 604.0, "{name}: {issues:#?}");
    let got = areas(&place);
    assert_eq!(got.len(), 4, "{name}");
    for (got, right) in got.iter().zip(&right) {
        assert!((got / right - 1.0).abs() < 1e-6, "{name}: {got} for {right}\n{issues:#?}");
    }
}

fn areas(place: &Place) -> Vec<f64> {
    place.zones.iter().map(|zone| zone.shape.as_ref().map_or(0.0, Area::unsigned_area)).collect()
}

const KEYS: [&str; 4] = ["A1", "A2", "B1", "B2"];

/// Western and eastern edge of each square.
fn edges() -> impl Iterator<Item = (&'static str, f64, f64)> {
    KEYS.iter().enumerate().map(|(i, key)| (*key, -3.0 + 0.01 * i as f64, -3.0 + 0.01 * (i + 1) as f64))
}

/// The corners of a square with a sign between the two numbers and one between the corners.
fn corners(west: f64, east: f64, between: &str, apart: &str) -> String {
    let corners = [(west, 51.58), (west, 51.59), (east, 51.59), (east, 51.58), (west, 51.58)];
    corners.map(|(x, y)| format!("{x}{between}{y}")).join(apart)
}

#[test]
fn shapes_in_words_in_a_column_of_a_table_are_its_shapes() {
    let table = |title: &str, cell: &dyn Fn(&str) -> String| {
        let rows = edges().map(|(key, west, east)| format!("{key},\"{}\"", cell(&corners(west, east, " ", ", "))));
        format!("code,{title}\n{}\n", rows.collect::<Vec<_>>().join("\n"))
    };
    assert_four_squares("zones.csv", &table("WKT", &|ring| format!("POLYGON (({ring}))")));
    assert_four_squares("zones.csv", &table("the_geom", &|ring| format!("SRID=4326;MULTIPOLYGON ((({ring})))")));
    assert_four_squares("zones.csv", &table("geometry", &|ring| format!("polygon(({}))", ring.replace(", ", ","))));
    let high = |ring: &str| format!("POLYGON Z (({}))", ring.replace(", ", " 12.5, ") + " 12.5");
    assert_four_squares("zones.csv", &table("geom", &high));
    assert_four_squares("zones.csv", &table("Shape", &|ring| format!("GEOMETRYCOLLECTION (POLYGON (({ring})))")));
    assert_four_squares("zones.csv", &table("WKT", &|ring| format!("CURVEPOLYGON (COMPOUNDCURVE (({ring})))")));
    assert_four_squares("zones.csv", &table("WKT", &|ring| format!("MULTISURFACE ((({ring})))")));
    let hexadecimal = |ring: &str| {
        let mut bytes = vec![1_u8];
        for word in [0x2000_0003_u32, 4326, 1, 5] {
            bytes.extend(word.to_le_bytes());
        }
        for number in ring.split([' ', ',']).filter(|number| !number.is_empty()) {
            bytes.extend(number.parse::<f64>().expect("a number").to_le_bytes());
        }
        bytes.iter().map(|byte| format!("{byte:02X}")).collect()
    };
    assert_four_squares("zones.csv", &table("geom", &hexadecimal));
}

#[test]
fn a_shape_in_words_that_is_cut_short_is_told_with_its_row() {
    let good = |west: f64, east: f64| format!("POLYGON (({}))", corners(west, east, " ", ", "));
    for broken in
        ["POLYGON ((-2.98 51.58, -2.97 51.58, -2.9", "POLYGON ((-2.98 51.58 x))", "POLYGON", "POLYGON ((1 2, 3 4)) x"]
    {
        let rows: Vec<String> = edges()
            .map(|(key, west, east)| {
                let cell = if key == "B1" { broken.to_owned() } else { good(west, east) };
                format!("{key},\"{cell}\"")
            })
            .collect();
        let toy = with_zones("zones.csv", &format!("code,wkt\n{}\n", rows.join("\n")));
        let issue = toy.issue("geometry-unreadable");
        assert_eq!((issue.severity, issue.at.row), (Severity::Warning, Some(4)), "{broken}: {issue:?}");
    }
    let rows: Vec<String> =
        edges().map(|(key, west, east)| format!("{key},\"SRID=9999;{}\"", good(west, east))).collect();
    let issue = with_zones("zones.csv", &format!("code,wkt\n{}\n", rows.join("\n"))).issue("crs-unknown");
    assert!(issue.problem.contains("SRID 9999"), "{issue:?}");
}

#[test]
fn esri_json_is_read_with_its_holes_days_and_reference_system() {
    let features = |ring: &dyn Fn(f64, f64) -> String| {
        edges()
            .map(|(key, west, east)| {
                format!(
                    r#"{{"attributes":{{"code":"{key}","seen":1719705600000}},"geometry":{{"rings":[[[{}]]]}}}}"#,
                    ring(west, east)
                )
            })
            .collect::<Vec<_>>()
            .join(",")
    };
    let degrees = features(&|west, east| corners(west, east, ",", "],["));
    for reference in [
        r#""spatialReference":{"wkid":4326},"#,
        r#""spatialReference":{"wkid":4326,"latestWkid":4326},"#,
        "",
        r#""spatialReference":{"wkid":4258},"#,
    ] {
        let text = format!(
            r#"{{"objectIdFieldName":"OBJECTID","geometryType":"esriGeometryPolygon",{reference}"fields":[{{"name":"seen","type":"esriFieldTypeDate"}}],"features":[{degrees}]}}"#
        );
        assert_four_squares("zones.json", &text);
    }
    let mercator = |x: f64| x * 111_319.490_793_273_57;
    let y = |y: f64| 6_378_137.0 * ((45.0 + y / 2.0_f64).to_radians().tan()).ln();
    let web = features(&|west, east| {
        let at = |lon: f64, lat: f64| format!("{},{}", mercator(lon), y(lat));
        [at(west, 51.58), at(west, 51.59), at(east, 51.59), at(east, 51.58), at(west, 51.58)].join("],[")
    });
    assert_four_squares("zones.json", &format!(r#"{{"features":[{web}],"spatialReference":{{"wkid":102100}}}}"#));
    let odd = format!(r#"{{"features":[{degrees}],"spatialReference":{{"wkid":987654}}}}"#);
    assert!(with_zones("zones.json", &odd).issue("crs-unknown").problem.contains("wkid 987654"));
    let curved = degrees.replacen("\"rings\"", "\"curveRings\"", 1);
    let issue = with_zones("zones.json", &format!(r#"{{"features":[{curved}]}}"#)).issue("geometry-unreadable");
    assert!(issue.problem.contains("returnTrueCurves=false"), "{issue:?}");
}

#[test]
fn topojson_is_read_with_shared_arcs_and_an_object_of_several_is_asked_for() {
    let geometry = |key: &str, arcs: &str| {
        format!(r#"{{"type":"Polygon","id":"{key}","properties":{{"code":"{key}"}},"arcs":[[{arcs}]]}}"#)
    };
    let text = |objects: &str, arcs: &str| {
        format!(
            r#"{{"type":"Topology","transform":{{"scale":[0.01,0.01],"translate":[-3,51.58]}},"objects":{{{objects}}},"arcs":[{arcs}]}}"#
        )
    };
    let own: Vec<String> = KEYS.iter().enumerate().map(|(i, key)| geometry(key, &i.to_string())).collect();
    let rings: Vec<String> = (0..4).map(|i| format!("[[{i},0],[1,0],[0,1],[-1,0],[0,-1]]")).collect();
    let object = format!(r#""zones":{{"type":"GeometryCollection","geometries":[{}]}}"#, own.join(","));
    assert_four_squares("zones.json", &text(&object, &rings.join(",")));
    // The edge between A1 and A2 is one arc that A2 has from its other end.
    let halves = "[[1,0],[0,1]],[[1,1],[-1,0],[0,-1],[1,0]],[[1,0],[1,0],[0,1],[-1,0]],[[2,0],[1,0],[0,1],[-1,0],[0,-1]],[[3,0],[1,0],[0,1],[-1,0],[0,-1]]";
    let parts = [geometry("A1", "0,1"), geometry("A2", "2,-1"), geometry("B1", "3"), geometry("B2", "4")];
    let object = format!(r#""zones":{{"type":"GeometryCollection","geometries":[{}]}}"#, parts.join(","));
    assert_four_squares("zones.topojson", &text(&object, halves));
    let two = format!("{object},\"other\":{{\"type\":\"GeometryCollection\",\"geometries\":[]}}");
    let toy = with_zones("zones.json", &text(&two, halves));
    assert!(toy.issue("layer-unclear").remedy.contains("\"zones\", \"other\""));
    let named = SETTINGS.replace("\"zones.geojson\"", "\"zones.json\"\nlayer = \"zones\"");
    assert_eq!(toy.with("place.toml", &named).place().0.residents(), 604.0);
    let missing = object.replace("[[4]]", "[[44]]");
    let issue = with_zones("zones.json", &text(&missing, halves)).issue("geometry-unreadable");
    assert!(issue.problem.contains("no arc 44"), "{issue:?}");
}

#[test]
fn kml_is_read_with_its_extended_data_plain_and_packed() {
    let mark = |data: &dyn Fn(&str) -> String, polygon: &dyn Fn(&str) -> String| {
        let marks = edges().map(|(key, west, east)| {
            format!("<Placemark>{}{}</Placemark>", data(key), polygon(&corners(west, east, ",", " ")))
        });
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document><name>all</name><Folder>{}</Folder></Document></kml>",
            marks.collect::<String>()
        )
    };
    let ring = |ring: &str| {
        format!(
            "<Polygon><outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon>"
        )
    };
    let datum = |key: &str| {
        format!(
            "<name>Zone &amp; {key}</name><ExtendedData><Data name=\"code\"><value>{key}</value></Data></ExtendedData>"
        )
    };
    let simple = |key: &str| {
        format!(
            "<ExtendedData><SchemaData schemaUrl=\"#s\"><SimpleData name=\"code\">{key}</SimpleData></SchemaData></ExtendedData>"
        )
    };
    assert_four_squares("zones.kml", &mark(&datum, &ring));
    assert_four_squares(
        "zones.kml",
        &mark(&simple, &|corners| format!("<MultiGeometry>{}</MultiGeometry>", ring(corners))),
    );
    assert_four_squares(
        "zones.kml",
        &mark(&datum, &|corners| ring(&corners.replace(' ', ",0\n ")).replace("</coordinates>", ",0</coordinates>")),
    );
    let (place, _) = with_zones("zones.kml", &mark(&datum, &ring)).place();
    assert_eq!(place.zones.as_slice()[0].name.as_deref(), Some("Zone & A1"));
    let mut packed = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    packed.start_file("doc.kml", zip::write::SimpleFileOptions::default()).expect("a part");
    std::io::Write::write_all(&mut packed, mark(&datum, &ring).as_bytes()).expect("memory");
    let toy = with_zones("zones.kmz", "");
    std::fs::write(toy.dir().join("zones.kmz"), packed.finish().expect("memory").into_inner()).expect("written");
    assert_eq!(toy.place().0.residents(), 604.0);
    let link = "<kml><NetworkLink><Link><href>https://example.org/all.kml</href></Link></NetworkLink></kml>";
    assert!(with_zones("zones.kml", link).issue("file-kind").problem.contains("only links"));
    assert_eq!(with_zones("zones.kml", "<kml><Placemark>").issue("file-damaged").severity, Severity::Error);
}

/// An asset file of one kind, which must hold so many assets.
fn assets(name: &str, text: &str, section: &str) -> (Place, Vec<patchwork::place::Issue>) {
    Toy::new().with(name, text).and(&format!("\n[[assets]]\nfile = \"{name}\"\n{section}\n")).place()
}

#[test]
fn what_overpass_sends_is_nodes_ways_and_areas_with_their_tags() {
    let elements = r#"{"version":0.6,"generator":"Overpass API","osm3s":{"timestamp_osm_base":"2024-06-30T00:00:00Z"},"elements":[
        {"type":"node","id":1,"lat":51.585,"lon":-2.995,"tags":{"amenity":"library","name":"Mill Library"}},
        {"type":"node","id":2,"lat":51.584,"lon":-2.985},{"type":"node","id":3,"lat":51.586,"lon":-2.985},
        {"type":"node","id":4,"lat":51.586,"lon":-2.983},
        {"type":"way","id":5,"nodes":[2,3,4,2],"tags":{"amenity":"library","name":"Park Library"}},
        {"type":"way","id":6,"center":{"lat":51.585,"lon":-2.975},"nodes":[90,91],"tags":{"amenity":"library","name":"Far Library"}},
        {"type":"relation","id":7,"tags":{"type":"multipolygon","amenity":"library","name":"Ring Library"},"members":[
          {"type":"way","ref":8,"role":"outer","geometry":[{"lat":51.582,"lon":-2.968},{"lat":51.588,"lon":-2.968},{"lat":51.588,"lon":-2.962}]},
          {"type":"way","ref":9,"role":"outer","geometry":[{"lat":51.582,"lon":-2.968},{"lat":51.582,"lon":-2.962},{"lat":51.588,"lon":-2.962}]}]}]}"#;
    let (place, issues) = assets("libraries.json", elements, "kind = \"library\"");
    let names: Vec<&str> = place.assets.iter().map(|asset| asset.name.as_str()).collect();
    assert_eq!(names.len(), 4, "{names:?} {issues:#?}");
    assert!(names.contains(&"Ring Library") && names.contains(&"Far Library"), "{names:?}");
}

#[test]
fn services_of_open_referral_are_assets_with_their_hours() {
    let service = |about: &str, hours: &str| {
        format!(
            r#"{{"id":"s1","name":"Warm Room","status":"active","assured_date":"2024-05-01","organization":{{"id":"o1","name":"Mill Trust"}},{about}
            "service_at_locations":[{{"id":"l1",{hours}"location":{{"id":"x","name":"The Mill","latitude":51.585,"longitude":-2.995,
            "addresses":[{{"address_1":"1 Mill Lane","city":"Toytown","postal_code":"NP20 1AA"}}]}}}}]}}"#
        )
    };
    let week = r#""schedules":[{"freq":"WEEKLY","byday":"MO,WE","opens_at":"09:00:00","closes_at":"17:00:00"},{"freq":"WEEKLY","byday":"SA","opens_at":"10:00","closes_at":"12:00Z"}],"#;
    for text in [
        service("", week),
        format!("[{}]", service("", week)),
        format!(r#"{{"total_items":1,"total_pages":1,"contents":[{}]}}"#, service("", week)),
        format!(
            r#"{{"totalElements":1,"last":true,"content":[{}]}}"#,
            service("", &week.replace("schedules", "regular_schedules"))
        ),
        format!(r#"{{"organizations":[{{"id":"a"}},{{"id":"b"}}],"services":[{}]}}"#, service("", week)),
    ] {
        let (place, issues) = assets("services.json", &text, "kind = \"warm_space\"");
        assert_eq!(place.assets.len(), 1, "{text}\n{issues:#?}");
        let asset = &place.assets.as_slice()[0];
        assert_eq!(asset.name, "Warm Room");
        assert_eq!(asset.opening.words(), Some("Mo,We 09:00-17:00; Sa 10:00-12:00"));
        assert_eq!(asset.last_checked, chrono::NaiveDate::from_ymd_opt(2024, 5, 1));
    }
    let monthly = r#""schedules":[{"freq":"MONTHLY","byday":"1MO","opens_at":"09:00","closes_at":"17:00"}],"#;
    let (place, issues) = assets("services.json", &service("", monthly), "kind = \"warm_space\"");
    assert!(issues.iter().any(|issue| issue.code == "hours-unreadable"), "{issues:#?}");
    assert_eq!(place.assets.len(), 1);
    let part = format!(r#"{{"total_items":40,"total_pages":40,"contents":[{}]}}"#, service("", week));
    let (_, issues) = assets("services.json", &part, "kind = \"warm_space\"");
    assert!(issues.iter().any(|issue| issue.code == "file-is-a-part"), "{issues:#?}");
}

#[test]
fn what_is_not_read_is_named_with_the_command_that_converts_it() {
    let gml = "<?xml version=\"1.0\"?><wfs:FeatureCollection xmlns:wfs=\"http://www.opengis.net/wfs/2.0\" xmlns:gml=\"http://www.opengis.net/gml/3.2\"/>";
    for (name, text, what, command) in [
        ("wards.gml", gml, "GML", "ogr2ogr wards.gpkg wards.gml"),
        ("wards.xml", gml, "GML", "ogr2ogr wards.gpkg wards.xml"),
        ("wards 2024.gml", gml, "GML", "ogr2ogr \"wards 2024.gpkg\" \"wards 2024.gml\""),
        ("wards.tab", "!table\n!version 300\n!charset WindowsLatin1\n", "MapInfo", "ogr2ogr wards.gpkg wards.tab"),
        (
            "wards.mif",
            "VERSION 300\nCHARSET \"WindowsLatin1\"\nDELIMITER \",\"\n",
            "MapInfo",
            "ogr2ogr wards.gpkg wards.mif",
        ),
        ("walk.gpx", "<?xml version=\"1.0\"?>\n<gpx version=\"1.1\"/>", "GPX", "ogr2ogr walk.gpkg walk.gpx"),
    ] {
        let issue = with_zones(name, text).issue("file-kind");
        assert!(issue.problem.contains(what) && issue.remedy.contains(command), "{name}: {issue:?}");
        assert_eq!((issue.severity, issue.at.file.as_str()), (Severity::Error, name));
    }
    let toy = Toy::new().with("place.toml", &SETTINGS.replace("zones.geojson", "wards.gdb"));
    std::fs::create_dir(toy.dir().join("wards.gdb")).expect("a directory");
    assert_eq!(toy.issue("file-missing").severity, Severity::Error);
    let toy = toy.with("wards.gdb/a00000001.gdbtable", "");
    let issue = toy.issue("file-kind");
    assert!(
        issue.problem.contains("geodatabase") && issue.remedy.contains("ogr2ogr wards.gpkg wards.gdb"),
        "{issue:?}"
    );
    for (part, what) in
        [("wards.gdb/a00000001.gdbtable", "geodatabase"), ("x/wards.TAB", "MapInfo"), ("wards.gml", "GML")]
    {
        let mut packed = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        packed.start_file(part, zip::write::SimpleFileOptions::default()).expect("a part");
        let toy = with_zones("wards.gdb.zip", "");
        std::fs::write(toy.dir().join("wards.gdb.zip"), packed.finish().expect("memory").into_inner())
            .expect("written");
        let issue = toy.issue("file-kind");
        assert!(issue.problem.contains(what) && issue.remedy.contains("ogr2ogr wards.gpkg wards.gdb.zip"), "{issue:?}");
    }
}

#[test]
fn a_file_named_twice_for_one_purpose_is_read_once_and_told() {
    let hubs = "key,name,latitude,longitude\nh1,Mill,51.585,-2.995\nh2,Park,51.585,-2.985\n";
    let section = |file: &str, more: &str| format!("\n[[assets]]\nfile = \"{file}\"\n{more}\n");
    let hub = "kind = \"hub\"";
    for (other, more) in [
        ("hubs.csv", hub),
        ("copy of hubs.csv", hub),
        ("./hubs.csv", hub),
        ("hubs.csv", "kind = \"hub\"\n[assets.source]\ntitle = \"The same again\""),
        ("hubs-2.txt", hub),
    ] {
        let toy = Toy::new().with("hubs.csv", hubs).with(other, hubs);
        let toy = toy.and(&section("hubs.csv", hub)).and(&section(other, more));
        let issue = toy.issue("file-named-twice");
        assert_eq!((issue.severity, issue.at.file.as_str()), (Severity::Warning, other), "{issue:?}");
        assert_eq!(toy.place().0.assets.len(), 2, "{other}");
    }
    // Other things may well be read out of the same file.
    for more in [
        "kind = \"library\"",
        "kind = \"hub\"\nwhere = { name = \"Park\" }",
        "kind = \"hub\"\ncolumns = { name = \"key\" }",
    ] {
        let toy = Toy::new().with("hubs.csv", hubs).and(&section("hubs.csv", hub)).and(&section("hubs.csv", more));
        assert!(!toy.load().issues.iter().any(|issue| issue.code == "file-named-twice"), "{more}");
    }
    let groups = "\n[[groups]]\nfile = \"residents.csv\"\ndimension = \"ethnic_group\"\n";
    for more in [groups.to_owned(), format!("{groups}residents = true\n")] {
        let toy = Toy::new().and(&more);
        assert_eq!(toy.issue("file-named-twice").at.field.as_deref(), Some("groups"));
        let (place, _) = toy.place();
        assert_eq!((place.residents(), place.groups.len()), (604.0, 2));
    }
    let other = groups.replace("ethnic_group", "age");
    assert!(!Toy::new().and(&other).load().issues.iter().any(|issue| issue.code == "file-named-twice"));
}

#[test]
fn metres_of_northern_irish_zones_that_name_no_system_are_asked_about() {
    let zones = |codes: [&str; 4], title: &str| {
        let rows = codes.iter().enumerate().map(|(i, code)| {
            let (west, east) = (333_000.0 + 1_000.0 * i as f64, 334_000.0 + 1_000.0 * i as f64);
            let ring = format!("{west} 374000, {west} 375000, {east} 375000, {east} 374000, {west} 374000");
            format!("{code},\"POLYGON (({ring}))\"")
        });
        format!("{title},wkt\n{}\n", rows.collect::<Vec<_>>().join("\n"))
    };
    let patches = "[patches]\nfile = \"wards.geojson\"\n";
    let settings =
        |more: &str| SETTINGS.replace(patches, "").replace("zones.geojson\"", &format!("zones.csv\"\n{more}"));
    let counts = |codes: [&str; 4]| {
        codes
            .iter()
            .fold("zone,category,n\n".to_owned(), |text, code| text + &format!("{code},White,5\n{code},Asian,2\n"))
    };
    for (codes, title) in [
        (["N20000001", "N20000002", "N20000003", "N20000004"], "DZ2021_cd"),
        (["N00000001", "N00000002", "N00000003", "N00000004"], "SA2011"),
        (["95GG40S1", "95GG40S2", "95GG40S3", "95GG40S4"], "SOA_CODE"),
        (["95GG40", "95GG41", "95GG42", "95GG43"], "code"),
        (["n20000001", "n20000002", "n20000003", "n20000004"], "key"),
    ] {
        let toy = Toy::new().with("zones.csv", &zones(codes, title)).with("residents.csv", &counts(codes));
        let toy = toy.with("place.toml", &settings(""));
        let issue = toy.issue("crs-unclear");
        assert!(issue.severity == Severity::Error && issue.remedy.contains("EPSG:29903"), "{title}: {issue:?}");
        let (place, _) = toy.with("place.toml", &settings("crs = \"EPSG:29903\"\n")).place();
        let at = place.plane.to_lonlat(place.zones.as_slice()[0].centre).expect("on the globe");
        assert!((at.lon + 5.93).abs() < 0.05 && (at.lat - 54.6).abs() < 0.05, "{title}: {at:?}");
        assert_eq!(place.residents(), 28.0);
    }
    let warned = |codes: [&str; 4], title: &str| {
        let toy = Toy::new().with("zones.csv", &zones(codes, title)).with("residents.csv", &counts(codes));
        let (place, issues) = toy.with("place.toml", &settings("")).place();
        assert_eq!(place.plane.epsg(), 27700);
        issues.iter().any(|issue| {
            issue.code == "crs-guessed" && issue.severity == Severity::Warning && issue.remedy.contains("EPSG:29903")
        })
    };
    assert!(!warned(["E01000001", "E01000002", "E01000003", "E01000004"], "LSOA21CD"));
    // Codes of nobody's: Merseyside on the British grid and Belfast on the Irish one have the same numbers.
    assert!(warned(["Z1", "Z2", "Z3", "Z4"], "zone"));
    assert!(warned(["North", "South", "East", "West"], "name"));
}

#[test]
fn the_system_of_records_is_told_by_those_that_lie_in_the_place() {
    let records = |rows: &str| format!("id,date,x,y\n{rows}");
    let section = "\n[[engagement]]\nfile = \"records.csv\"\n";
    let placed = |toy: &Toy| {
        let (place, issues) = toy.place();
        (place.engagement.files[0].used, issues)
    };
    // Noughts stand for "unknown" and say nothing of the others.
    let british = records("1,2024-05-01,0,0\n2,2024-05-01,331000,187900\n3,2024-05-02,331100,187900\n");
    let toy = Toy::new().with("records.csv", &british).and(section);
    assert_eq!(placed(&toy).0, 2);
    let unknown = toy.and("crs = \"EPSG:99999\"\n");
    assert_eq!(unknown.issue("crs-unknown").severity, Severity::Error);
    // A place near Belfast, whose records are in Irish metres.
    let zones: Vec<String> = KEYS
        .iter()
        .enumerate()
        .map(|(i, key)| {
            let (west, east) = (-5.95 + 0.01 * i as f64, -5.94 + 0.01 * i as f64);
            crate::support::ring(key, &[(west, 54.59), (east, 54.59), (east, 54.61), (west, 54.61), (west, 54.59)])
        })
        .collect();
    for irish in
        ["1,2024-05-01,0,0\n2,2024-05-01,333800,374000\n", "1,2024-05-01,900000,20\n2,2024-05-01,733500,874000\n"]
    {
        let toy = Toy::new()
            .with("place.toml", &SETTINGS.replace("[patches]\nfile = \"wards.geojson\"\n", ""))
            .with("zones.geojson", &crate::support::collection(&zones))
            .with("records.csv", &records(irish))
            .and(section);
        let (counted, issues) = placed(&toy);
        assert_eq!(counted, 1, "{irish}: {issues:#?}");
        assert!(issues.iter().any(|issue| issue.code == "irish-grid"), "{issues:#?}");
    }
}
