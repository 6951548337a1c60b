use super::*;

fn boxes(bbox: &str, coords: Coords) -> Option<Vec<[f64; 4]>> {
    let (rects, _) = read_boxes(bbox, coords).ok()?;
    Some(rects.iter().map(|rect| [rect.min().x, rect.min().y, rect.max().x, rect.max().y]).collect())
}

#[test]
fn a_box_may_have_heights_and_reach_across_the_antimeridian() {
    assert_eq!(boxes("-1.5,50,1.5,53", Coords::Globe), Some(vec![[-1.5, 50.0, 1.5, 53.0]]));
    assert_eq!(boxes("-1.5,50,-10,1.5,53,90", Coords::Globe), Some(vec![[-1.5, 50.0, 1.5, 53.0]]));
    assert_eq!(
        boxes("177,65,-177,70", Coords::Globe),
        Some(vec![[177.0, 65.0, 180.0, 70.0], [-180.0, 65.0, -177.0, 70.0]])
    );
}

#[test]
fn a_box_with_latitude_first_is_turned_round() {
    assert_eq!(boxes("50,-1.5,53,1.5", Coords::LatLon), Some(vec![[-1.5, 50.0, 1.5, 53.0]]));
}

#[test]
fn a_box_that_is_none_is_refused() {
    for bbox in ["", "1,2,3", "1,2,3,x", "1,2,3,4,5", "NaN,0,1,1", "inf,0,1,1", "0,5,1,4"] {
        assert_eq!(boxes(bbox, Coords::Globe), None, "{bbox}");
    }
    assert_eq!(boxes("5,0,4,1", Coords::Plane), None, "a plane has no antimeridian");
}

#[test]
fn a_time_is_an_instant_or_an_interval_that_may_be_open_at_one_end() {
    for datetime in [
        "2024-06-30",
        "2024-06-30T12:00:00Z",
        "2024-06-30T12:00:00.5+01:00",
        "2024-01-01/2024-06-30",
        "../2024-06-30",
        "2024-06-30/..",
        "/2024-06-30T00:00:00Z",
        "2024-06-30T00:00:00Z/",
        "2024-06-30/P2D",
        "2024-06-30T00:00:00Z/P1Y6MT36H",
        "P3W/2024-06-30",
        "2024-06-30T",
        "2024-06-30T/..",
        "../2024-06-30T",
    ] {
        assert_eq!(check_datetime(datetime), Ok(()), "{datetime}");
    }
    for datetime in [
        "",
        "yesterday",
        "2024-13-01",
        "../..",
        "/",
        "2024-06-30/2024-01-01",
        "2024-01-01/2024-02-01/2024-03-01",
        "2024-06-30/P",
        "2024-06-30/PT",
        "2024-06-30/P2",
        "2024-06-30/PD",
        "2024-06-30/P2D1Y",
        "P2D/P2D",
        "P2D/..",
        "P2D",
        "T",
        "T/..",
        "2024-06-30TT",
    ] {
        assert!(check_datetime(datetime).is_err(), "{datetime}");
    }
}

#[test]
fn a_limit_is_clamped_when_it_is_large_and_refused_when_it_is_not_a_count() {
    assert_eq!(read_limit("5"), Ok(5));
    assert_eq!(read_limit("1000000"), Ok(LIMIT_MAXIMUM));
    assert_eq!(read_limit("99999999999999999999999999"), Ok(LIMIT_MAXIMUM));
    for limit in ["0", "-1", "unlimited", "", "1.5", "+5"] {
        assert!(read_limit(limit).is_err(), "{limit}");
    }
}

#[test]
fn values_are_read_as_what_their_property_is() {
    let role = crate::layer::Role::default;
    let field = |kind| Field {
        name: "p".into(),
        title: String::new(),
        description: String::new(),
        kind,
        unit: None,
        role: role(),
    };
    assert_eq!(read_value(&field(FieldKind::Integer), "12.0"), Ok(Value::Integer(12)));
    assert_eq!(read_value(&field(FieldKind::Number), "0.5"), Ok(Value::Number(0.5)));
    assert_eq!(read_value(&field(FieldKind::Text), "0.5"), Ok(Value::Text("0.5".into())));
    for word in ["true", "TRUE", "True", "1"] {
        assert_eq!(read_value(&field(FieldKind::Boolean), word), Ok(Value::Boolean(true)), "{word}");
        assert_eq!(truth("bom", word), Ok(true), "{word}");
    }
    for word in ["false", "FALSE", "False", "0"] {
        assert_eq!(read_value(&field(FieldKind::Boolean), word), Ok(Value::Boolean(false)), "{word}");
    }
    let day = chrono::NaiveDate::from_ymd_opt(2024, 6, 30).map(Value::Date).expect("a day");
    for word in ["2024-06-30", "2024-06-30T", "2024-06-30T00:00:00Z", "2024-06-30 00:00:00", "2024-06-30T00:00:00.000Z"]
    {
        assert_eq!(read_value(&field(FieldKind::Date), word), Ok(day.clone()), "{word}");
    }
    assert!(read_value(&field(FieldKind::Date), "2024-06-30T12:00:00Z").is_err());
    assert!(read_value(&field(FieldKind::Integer), "many").is_err());
    assert!(read_value(&field(FieldKind::Boolean), "yes").is_err());
    assert!(read_value(&field(FieldKind::Date), "30/06/2024").is_err());
}
