//! A made-up town of square zones, drawn for the tests of the service: `columns` × `rows` zones of 200 metres,
//! a street through the middle of each row and one that joins the rows, patches two columns wide.

use chrono::NaiveDate;
use geo::{MultiPolygon, Rect, coord};
use patchwork::crs::{Plane, Xy};
use patchwork::network::{Builder, StreetClass, StreetNetwork};
use patchwork::place::{
    Asset, AssetStatus, Deprivation, Group, IdVec, Idx, Opening, Patch, PatchIdx, Place, Position, Residents, Source,
    Span, Standard, Zone, ZoneIdx,
};
use patchwork::units::{Metres, Seconds, WalkingSpeed};

const SIDE: f64 = 200.0;
const WEST: f64 = 400_000.0;
const SOUTH: f64 = 300_000.0;

/// A key that must be encoded wherever it stands in a link, and a name that a spreadsheet would run.
pub(crate) const AWKWARD_KEY: &str = "mill/1 & \"2\"?";
pub(crate) const AWKWARD_NAME: &str = "=Café <Zoë>";

fn square(column: usize, row: usize, columns: usize, rows: usize) -> MultiPolygon<f64> {
    let corner = |column: usize, row: usize| coord! { x: WEST + column as f64 * SIDE, y: SOUTH + row as f64 * SIDE };
    MultiPolygon::new(vec![Rect::new(corner(column, row), corner(column + columns, row + rows)).to_polygon()])
}

fn middle(column: usize, row: usize) -> Xy {
    Xy::new(WEST + (column as f64 + 0.5) * SIDE, SOUTH + (row as f64 + 0.5) * SIDE)
}

fn streets(columns: usize, rows: usize) -> StreetNetwork {
    let mut builder = Builder::new();
    let nodes: Vec<Vec<_>> =
        (0..rows).map(|row| (0..columns).map(|column| builder.node(middle(column, row))).collect::<Vec<_>>()).collect();
    for (row, ends) in nodes.iter().enumerate() {
        for pair in ends.windows(2) {
            builder.street(pair[0], pair[1], &[], StreetClass::Residential, Some(&format!("{row} Row")));
        }
    }
    for pair in nodes.windows(2) {
        builder.street(pair[0][0], pair[1][0], &[], StreetClass::Main, Some("West Road"));
    }
    builder.build().0
}

fn asset(key: &str, name: &str, kind: &str, at: Xy, streets: &StreetNetwork) -> Asset {
    Asset {
        key: key.to_owned(),
        name: name.to_owned(),
        kind: kind.to_owned(),
        at,
        snap: streets.snap(at, Metres::new(500.0)),
        status: AssetStatus::Open,
        opens_on: None,
        closes_on: None,
        opening: Opening::Unknown,
        capacity: None,
        step_free: None,
        last_checked: NaiveDate::from_ymd_opt(2026, 3, 1),
        address: None,
    }
}

fn zones(columns: usize, rows: usize) -> Vec<Zone> {
    let mut zones = Vec::new();
    for row in 0..rows {
        for column in 0..columns {
            let residents = 100.0 + ((row * columns + column) % 7) as f64;
            zones.push(Zone {
                key: format!("Z{row:03}{column:03}"),
                name: None,
                shape: Some(square(column, row, 1, 1)),
                centre: middle(column, row),
                residents: Residents {
                    total: residents,
                    unknown: false,
                    by_group: IdVec::from(vec![Some(residents / 4.0), None]),
                },
                deprivation: (row == 0).then_some(Deprivation { decile: 1, rank: Some(12), score: Some(40.5) }),
            });
        }
    }
    zones
}

/// The town: a hub in its south-western zone, a library further east, a café with an awkward name.
pub(crate) fn town(columns: usize, rows: usize) -> Place {
    let streets = streets(columns, rows);
    let zones = zones(columns, rows);
    let patches: Vec<Patch> = (0..columns.div_ceil(2))
        .map(|i| Patch {
            key: format!("P{i}"),
            name: format!("Patch {i}"),
            shape: square(2 * i, 0, 2.min(columns - 2 * i), rows),
        })
        .collect();
    let positions: Vec<Position> = zones
        .iter()
        .enumerate()
        .map(|(i, zone)| Position {
            at: zone.centre,
            zone: ZoneIdx::from_usize(i),
            patch: Some(PatchIdx::from_usize((i % columns) / 2)),
            span: Span::ALL,
            residents: zone.residents.total,
            snap: streets.snap(zone.centre, Metres::new(500.0)),
        })
        .collect();
    let assets = vec![
        asset("hub-1", "The Hub", "hub", middle(0, 0), &streets),
        asset("lib-1", "Central Library", "library", middle(columns - 1, rows - 1), &streets),
        asset(AWKWARD_KEY, AWKWARD_NAME, "café", middle(1, 0), &streets),
    ];
    Place {
        key: "gridton".into(),
        name: "Gridton".into(),
        made_up: true,
        notice: None,
        contact: None,
        postcodes: vec![("ZQ1 1AA".into(), middle(0, 0)), ("ZQ1 2BB".into(), middle(columns - 1, rows - 1))],
        base_map: None,
        surroundings: Vec::new(),
        date: NaiveDate::from_ymd_opt(2026, 6, 30),
        plane: Plane::british_national_grid(),
        groups: IdVec::from(vec![group("under_25", "Under 25"), group("disabled", "Disabled")]),
        patches: IdVec::from(patches),
        earlier_patches: Vec::new(),
        zone_positions: (0..zones.len()).map(|i| i..i + 1).collect(),
        zones: IdVec::from(zones),
        positions,
        assets: IdVec::from(assets),
        streets: Some(std::sync::Arc::new(streets)),
        transit: None,
        detour: 1.3,
        speed: WalkingSpeed::USUAL,
        standards: vec![Standard {
            key: "hub-15".into(),
            title: "A hub within 15 minutes".into(),
            kinds: vec!["hub".into()],
            within: Seconds::from_minutes(15.0),
            open_after: None,
            days: Vec::new(),
            step_free: false,
            date: NaiveDate::from_ymd_opt(2026, 6, 30).expect("a day"),
            transit: None,
            nth: 1,
            places: None,
            over: None,
        }],
        engagement: patchwork::place::Engagement::default(),
        disclosure: patchwork::place::Disclosure::default(),
        theme_answers: std::collections::BTreeMap::new(),
        grants: Vec::new(),
        giving: None,
        sources: IdVec::from(vec![Source {
            file: "zones.geojson".into(),
            role: "zones".into(),
            title: Some("Zones of Gridton".into()),
            licence: Some("Open Government Licence v3".into()),
            attribution: Some("Contains made-up data © nobody".into()),
            date: None,
            digest: String::new(),
        }]),
    }
}

fn group(key: &str, label: &str) -> Group {
    Group { key: key.into(), label: label.into(), dimension: key.into(), dimension_label: label.into(), speed: None }
}
