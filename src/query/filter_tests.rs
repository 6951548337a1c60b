use super::*;
use crate::layer::{Credits, Field, FieldKind, Role, Value};
use chrono::NaiveDate;
use geo::{Geometry, Point, Rect};
use proptest::prelude::*;
use std::path::PathBuf;

fn cql2() -> PathBuf {
    PathBuf::from(std::env::var("PATCHWORK_SHARED").unwrap_or_else(|_| "../shared".into())).join("data/cql2")
}

fn field(name: &str, kind: FieldKind) -> Field {
    Field { name: name.into(), title: name.into(), description: String::new(), kind, unit: None, role: Role::default() }
}

fn layer(fields: Vec<Field>, features: Vec<Feature>) -> Layer {
    Layer {
        id: "things".into(),
        title: "Things".into(),
        description: String::new(),
        method: "things",
        credits: Credits::default(),
        fields,
        features,
    }
}

#[test]
fn every_example_of_the_standard_is_read_and_both_forms_of_one_example_mean_the_same() {
    if crate::real_files::real_files().is_none() {
        return;
    }
    let mut read = std::collections::BTreeMap::<String, Vec<(String, expr::Expr)>>::new();
    let mut files = 0;
    for (folder, language) in [("text", Language::Text), ("json", Language::Json)] {
        let mut paths: Vec<PathBuf> = std::fs::read_dir(cql2().join("examples").join(folder))
            .expect("examples")
            .map(|e| e.expect("a file").path())
            .collect();
        paths.sort();
        for path in paths.into_iter().filter(|path| path.extension().is_some_and(|e| e == "txt" || e == "json")) {
            // One moment has several spellings, and the pairs do not always agree on one.
            let words = std::fs::read_to_string(&path).expect("readable").replace(".000000Z", "Z");
            let condition =
                Condition::parse(&words, language).unwrap_or_else(|e| panic!("{}: {e}\n{words}", path.display()));
            let stem = path.file_stem().expect("a name").to_string_lossy().into_owned();
            read.entry(stem).or_default().push((words, condition.0));
            files += 1;
        }
    }
    assert_eq!(files, 229, "120 in text form and 109 in JSON");
    let differ: Vec<String> = read
        .values()
        .filter_map(|forms| match forms.as_slice() {
            [(text, a), (json, b)] if a != b => Some(format!("{text}\n{json}\n{a:?}\n{b:?}")),
            _ => None,
        })
        .collect();
    assert!(differ.is_empty(), "{}", differ.join("\n\n"));
}

/// Three people: one with everything known, one with nothing known, one in between.
fn people() -> Layer {
    let feature = |id: &str, at: Option<(f64, f64)>, values: Vec<Value>| Feature {
        id: id.into(),
        geometry: at.map(|(x, y)| Point::new(x, y).into()),
        values,
    };
    let fields = vec![
        field("name", FieldKind::Text),
        field("residents", FieldKind::Integer),
        field("share", FieldKind::Number),
        field("rural", FieldKind::Boolean),
        field("opened", FieldKind::Date),
    ];
    let day = |y, m, d| Value::Date(NaiveDate::from_ymd_opt(y, m, d).expect("a day"));
    layer(
        fields,
        vec![
            feature(
                "a",
                Some((330_000.0, 188_000.0)),
                vec![
                    Value::Text("Tŷ Straße".into()),
                    Value::Integer(5),
                    Value::Number(0.5),
                    Value::Boolean(true),
                    day(2020, 2, 29),
                ],
            ),
            feature("b", None, vec![Value::Null; 5]),
            feature(
                "c",
                Some((331_000.0, 189_000.0)),
                vec![
                    Value::Text("50%_o'clock".into()),
                    Value::Integer(12),
                    Value::Null,
                    Value::Boolean(false),
                    day(2021, 1, 1),
                ],
            ),
        ],
    )
}

fn ids(words: &str) -> Vec<String> {
    let layer = people();
    let plane = Plane::british_national_grid();
    let filter = Condition::parse(words, Language::Text)
        .and_then(|condition| condition.bind(&layer, Coordinates::Degrees(&plane)))
        .unwrap_or_else(|e| panic!("{words}: {e}"));
    filter.places(&layer.features).into_iter().map(|place| layer.features[place].id.clone()).collect()
}

fn refusal(words: &str) -> String {
    let layer = people();
    let plane = Plane::british_national_grid();
    Condition::parse(words, Language::Text)
        .and_then(|condition| condition.bind(&layer, Coordinates::Degrees(&plane)))
        .map(|_| ())
        .expect_err(words)
        .to_string()
}

#[test]
fn what_is_not_known_satisfies_neither_a_condition_nor_its_opposite() {
    assert_eq!(ids("residents > 10"), ["c"]);
    assert_eq!(ids("NOT residents > 10"), ["a"]);
    assert_eq!(ids("residents > 10 OR residents <= 10"), ["a", "c"]);
    assert_eq!(ids("share > 0.9 OR residents = 12"), ["c"], "unknown or true is true");
    assert_eq!(ids("NOT (share > 0.9 AND residents = 5)"), ["a", "c"], "unknown and false is false");
    assert_eq!(ids("residents NOT IN (5, 6)"), ["c"]);
    assert_eq!(ids("share IS NULL"), ["b", "c"]);
    assert_eq!(ids("geometry IS NULL"), ["b"]);
    assert_eq!(ids("residents / 0 = 1 OR rural"), ["a"], "a division by nothing is not known");
    assert_eq!(ids("name = NULL"), [""; 0]);
}

#[test]
fn patterns_know_wildcards_and_how_to_take_them_by_the_letter() {
    assert_eq!(ids(r"name LIKE '50\%\_o''clock'"), ["c"]);
    assert_eq!(ids(r"name LIKE '50\%\_o\'clock'"), ["c"]);
    assert_eq!(ids(r"name LIKE '5__o%k'"), [""; 0]);
    assert_eq!(ids(r"name LIKE '5___o%k'"), ["c"]);
    assert_eq!(ids(r"name NOT LIKE '%o%'"), ["a"]);
    assert_eq!(ids("name LIKE '%'"), ["a", "c"]);
    assert_eq!(ids("CASEI(name) LIKE CASEI('%STRASSE')"), ["a"]);
    assert_eq!(ids("ACCENTI(name) LIKE ACCENTI('Ty %')"), ["a"]);
    assert_eq!(ids("CASEI(ACCENTI(name)) = CASEI(ACCENTI('TY\u{302} STRASSE'))"), ["a"]);
}

#[test]
fn letters_are_folded_as_unicode_asks() {
    assert_eq!(fold::case("ΟΔΟΣ"), fold::case("οδος"));
    assert_eq!(fold::case("STRAẞE"), "strasse");
    assert_eq!(fold::case("K"), "k", "the sign for kelvin");
    assert_ne!(fold::case("ı"), fold::case("I"), "the Turkish dotless i is another letter");
    assert_eq!(fold::accents("Llanfair-ŵ-ỳ Øresund Łódź"), "Llanfair-w-y Oresund Lodz");
}

#[test]
fn numbers_are_computed_and_dates_compared() {
    assert_eq!(ids("residents + 2 * 3 = 11"), ["a"]);
    assert_eq!(ids("(residents + 2) * 3 = 21"), ["a"]);
    assert_eq!(ids("residents div 5 = 2 AND residents % 5 = 2"), ["c"]);
    assert_eq!(ids("-residents ^ 2 = 25 OR 2 ^ residents = 32"), ["a"]);
    assert_eq!(ids("opened BETWEEN DATE('2020-01-01') AND DATE('2020-12-31')"), ["a"]);
    assert_eq!(ids("opened > '2020-02-29'"), ["c"]);
    assert_eq!(ids("T_DURING(opened, INTERVAL('2020-12-31', '..'))"), ["c"]);
    assert_eq!(ids("opened < TIMESTAMP('2020-03-01T00:00:00+00:00')"), ["a"]);
    assert_eq!(ids("A_CONTAINS((residents, 7), (7))"), ["a", "c"]);
    assert_eq!(ids("id IN ('a', 'b')"), ["a", "b"]);
}

#[test]
fn shapes_in_degrees_reach_features_in_metres_even_when_they_span_the_globe() {
    assert_eq!(ids("S_INTERSECTS(geometry, BBOX(-180, -90, 180, 90))"), ["a", "c"]);
    assert_eq!(ids("S_WITHIN(geometry, POLYGON((-170 -80, 170 -80, 170 80, -170 80, -170 -80)))"), ["a", "c"]);
    assert_eq!(ids("S_DISJOINT(geometry, BBOX(100, 0, 120, 10))"), ["a", "c"]);
    assert_eq!(ids("S_INTERSECTS(geometry, BBOX(170, -90, -170, 90))"), [""; 0]);
    // Halfway between the two: 330,500 east is 3.0056 degrees west.
    assert_eq!(ids("S_INTERSECTS(geometry, BBOX(-3.02, 51.5, -3.0056, 51.7))"), ["a"]);
    // Along the whole of a parallel, which is a curve on the plane.
    assert_eq!(ids("S_INTERSECTS(geometry, BBOX(-180, 51.5900, 180, 90))"), ["c"]);
    assert_eq!(ids("S_CROSSES(LINESTRING(-170 0, 170 80), BBOX(-3.1, 51.5, -2.9, 51.7))"), [""; 0]);
    assert_eq!(ids("S_INTERSECTS(POINT(-3.0 51.6), BBOX(-3.1, 51.5, -2.9, 51.7))"), ["a", "b", "c"]);
}

#[test]
fn a_mistake_is_answered_with_what_to_do() {
    assert_eq!(refusal("resident > 3"), "there is no property \"resident\"; did you mean \"residents\"?");
    assert_eq!(refusal("zzz > 3"), "there is no property \"zzz\"");
    assert_eq!(
        refusal("residents > 'three'"),
        "the filter cannot be applied: \"residents\" gives numbers and cannot be compared with 'three', which gives text"
    );
    assert_eq!(
        refusal("residents >"),
        "the filter cannot be read at character 12: a value, a property or a function was expected, and the end of the filter found"
    );
    assert_eq!(
        refusal("name = 'x"),
        "the filter cannot be read at character 8: the quotation that begins with ' has no end"
    );
    assert!(refusal("opened > 'yesterday'").contains("'yesterday' is no date"));
    assert!(refusal("buffer(geometry, 3) = 1").contains("there is no function \"buffer\""));
    assert!(refusal("S_INTERSECTS(geometry, BBOX(-1e300, 0, 1e300, 1))").contains("is not a longitude and latitude"));
    let spiky =
        (0..6000).map(|i| format!("{} 51.{}", -3.0 + f64::from(i) * 1e-5, 5 + i % 2)).collect::<Vec<_>>().join(", ");
    assert!(refusal(&format!("S_INTERSECTS(geometry, LINESTRING({spiky}))")).contains("simplify"));
    assert!(refusal("residents").contains("is no condition"));
    assert!(refusal("S_INTERSECTS(geometry, POLYGON((0 0, 1 1, 0 0)))").contains("four positions"));
}

#[test]
fn features_come_in_the_order_asked_for_and_the_unknown_last() {
    let layer = people();
    let order = |words: &str| {
        let mut places: Vec<usize> = (0..layer.features.len()).collect();
        Order::parse(words, &layer).expect("an order").sort(&layer.features, &mut places);
        places.iter().map(|place| layer.features[*place].id.as_str()).collect::<String>()
    };
    assert_eq!(order("residents"), "acb");
    assert_eq!(order("-residents"), "cab");
    assert_eq!(order(" share,-id"), "acb");
    assert_eq!(order("-id"), "cba");
    assert_eq!(order(""), "abc");
    assert!(Order::parse("-size", &layer).is_err());
}

#[test]
fn only_the_properties_asked_for_are_shown() {
    let layer = people();
    let selection = Selection::parse("share,name, geometry", &layer).expect("a selection");
    assert_eq!(selection.fields(&layer).iter().map(|f| f.name.as_str()).collect::<Vec<_>>(), ["name", "share"]);
    assert_eq!(selection.values(&layer.features[0]), [Value::Text("Tŷ Straße".into()), Value::Number(0.5)]);
    assert!(Selection::parse("nam", &layer).expect_err("unknown").to_string().contains("did you mean \"name\"?"));
}

#[test]
fn hostile_conditions_are_refused_and_do_not_use_up_time_or_stack() {
    let deep = ["(", "NOT ", "-", "casei(", "((1,1),"].map(|part| part.repeat(20_000));
    for words in deep.iter().chain(&[format!("name LIKE '{}'", "%a".repeat(60_000)), "a=1 AND ".repeat(20_000)]) {
        let _ = Condition::parse(words, Language::Text);
    }
    assert!(Condition::parse(&"[".repeat(100_000), Language::Json).is_err());
    assert!(Condition::parse(&" ".repeat(LONGEST + 1), Language::Text).is_err());
    let pattern = like::Pattern::new(&"%a".repeat(500));
    assert!(!pattern.matches(&"a".repeat(499)));
}

#[test]
fn a_shape_in_json_whose_positions_are_no_pairs_is_refused_in_words() {
    for shape in [
        r#"{"type":"Point","coordinates":[1]}"#,
        r#"{"type":"Point","coordinates":["a","b"]}"#,
        r#"{"type":"LineString","coordinates":[[1,2],[3]]}"#,
        r#"{"type":"Polygon","coordinates":[[[1,2],[3,4],[5],[1,2]]]}"#,
        r#"{"type":"MultiPoint","coordinates":[[1,2],[]]}"#,
        r#"{"type":"MultiPolygon","coordinates":[[[1,2]]]}"#,
        r#"{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[7]}]}"#,
        r#"{"type":"Circle","coordinates":[1,2]}"#,
    ] {
        let words = format!(r#"{{"op":"s_intersects","args":[{{"property":"geometry"}},{shape}]}}"#);
        let told = Condition::parse(&words, Language::Json).expect_err("no shape").to_string();
        assert!(told.contains("a geometry: "), "{shape}: {told}");
    }
}

#[test]
fn sums_of_any_length_use_no_stack_and_are_worked_out_from_left_to_right() {
    for operator in ["+", "-", "*", "/", "%", " div ", "^"] {
        for term in ["1", "residents", "(1)", "-1", "(residents + 1)"] {
            let terms = (LONGEST - 20) / (term.len() + operator.len());
            let long = format!("residents > {}", vec![term; terms].join(operator));
            std::thread::Builder::new()
                .stack_size(512 * 1024)
                .spawn(move || ids(&long).len())
                .expect("a thread")
                .join()
                .expect("no overflow");
        }
    }
    assert_eq!(ids("residents = 2 + 9 - 6"), ["a"]);
    assert_eq!(ids("residents = 2 * (3 + 3)"), ["c"]);
    assert_eq!(ids("residents = (3 + 3) * 2"), ["c"]);
    assert_eq!(ids("residents = 20 - (9 - 1)"), ["c"]);
    assert_eq!(ids("residents = 2 + 5 * 2"), ["c"]);
    assert_eq!(ids("residents = 1 + 2 ^ 2"), ["a"]);
    assert_eq!(ids("residents = -(2 - 7)"), ["a"]);
    let nested = format!(
        "{{\"op\":\">\",\"args\":[{{\"property\":\"residents\"}},{{\"op\":\"+\",\"args\":[{}]}}]}}",
        vec!["1"; 30_000].join(",")
    );
    assert!(Condition::parse(&nested, Language::Json).is_ok());
}

proptest! {
    #[test]
    fn any_words_are_read_or_refused(words in ".{0,80}") {
        let _ = Condition::parse(&words, Language::Text);
        let _ = Condition::parse(&words, Language::Json);
    }

    #[test]
    fn words_of_the_language_in_any_order_never_panic(words in prop::collection::vec(prop::sample::select(vec![
        "(", ")", ",", "name", "residents", "'x'", "1", "-", "NOT", "AND", "OR", "IN", "LIKE", "BETWEEN", "IS NULL", "=", "<",
        "POINT(1 2)", "POLYGON((0 0, 1 0, 1 1, 0 0))", "BBOX(1,2,3,4)", "S_INTERSECTS(", "geometry", "INTERVAL(", "DATE(", "'..'", "+", "^", "POINT", "EMPTY", "Z",
    ]), 0..25)) {
        let layer = people();
        if let Ok(condition) = Condition::parse(&words.join(" "), Language::Text)
            && let Ok(filter) = condition.bind(&layer, Coordinates::OfLayer)
        {
            for feature in &layer.features {
                let _ = filter.accepts(feature);
            }
        }
    }

    #[test]
    fn a_box_finds_the_points_in_it(x in 320_000.0f64..340_000.0, y in 180_000.0f64..200_000.0) {
        let mut layer = people();
        layer.features[0].geometry = Some(Geometry::from(Point::new(x, y)));
        let words = "S_INTERSECTS(geom, BBOX(325000, 185000, 335000, 195000))";
        let filter = Condition::parse(words, Language::Text).unwrap().bind(&layer, Coordinates::OfLayer).unwrap();
        let inside = Rect::new((325_000.0, 185_000.0), (335_000.0, 195_000.0));
        prop_assert_eq!(filter.accepts(&layer.features[0]), geo::Intersects::intersects(&inside, &Point::new(x, y)));
    }
}
