//! A place drawn by hand, small enough to work every answer out on paper.
//!
//! One step of the map is 100 metres, which is one minute at 6 km/h. A home stands in the middle of
//! every step of High Street, North Bank and South Bank (at x = 0.5, 1.5, … 23.5) and twice on the island;
//! each is home to 100 people: 74 homes, 7,400 people, in 24 zones. The river runs between the banks; its
//! only bridge is at x = 2. Patches A B C are the north, D E F the south; C ends at x = 23, so that the
//! easternmost home of High Street is in no patch. Zone B4 straddles patches B and C.
//!
//! ```text
//!  y
//! 12 ┌───────── A ─────────┬───────── B ─────────┬──────── C ────────┐
//!    │                     │                     │                   │
//!  9 ═════ alder ══════════╪══════════ birch ════╪════════ cedar ════╪══  High Street
//!    │       ║ Mill Lane   │                     │            ║ East Lane
//!  6 ├───────║─ D ─────────┼───────── E ─────────┼────────── F║──────┘
//! 3.5═══════════ damson ═══╪═══ gorse ══ elder ══╪════════════════════  North Bank
//!    ~~~~~~~ ║ ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~  river
//! 2.5════════════════════╪═════════════ minster ═╪══════════ chapel ══  South Bank
//!  1 │                     │    Holm ═══         │
//!  0 └───────2─────────────8───10────12───14─────16──────20──22─────24  x
//! ```
//!
//! | asset | kind | at | state |
//! |---|---|---|---|
//! | alder | hub | 2, 9 | open till eight, step-free |
//! | birch | hub | 12, 9 | open till four, step-free |
//! | cedar | hub | 20, 9 | open till eight, a step |
//! | damson | hub | 6, 3.5 | planned; open till eight, step-free |
//! | elder | hub | 14, 3.5 | closed |
//! | gorse | hub | 10, 3.5 | open till eight, step-free |
//! | chapel | church | 22, 2.5 | nobody knows hours or steps |
//! | minster | church | 14, 2.5 | planned; nobody knows hours or steps |

use crate::town::{Home, Point, Town, TownZone, asset, evening_and_step_free, standard};
use geo::{Area, BoundingRect};
use patchwork::measure::{Cause, Coverage, Covered, Gap, Gaps, Walking, coverage, gaps};
use patchwork::place::{Asset, AssetStatus, GroupIdx, Idx, Opening, Place, Standard};
use patchwork::units::{Seconds, WalkingSpeed};

const STEP: f64 = 100.0;

/// Key, first and last home of the zone as steps, and the y of its street.
const ZONES: [(&str, usize, usize, f64); 24] = [
    ("A1", 0, 1, 9.0),
    ("A2", 2, 3, 9.0),
    ("A3", 4, 5, 9.0),
    ("A4", 6, 7, 9.0),
    ("B1", 8, 9, 9.0),
    ("B2", 10, 11, 9.0),
    ("B3", 12, 13, 9.0),
    ("B4", 14, 16, 9.0),
    ("C1", 17, 17, 9.0),
    ("C2", 18, 19, 9.0),
    ("C3", 20, 21, 9.0),
    ("C4", 22, 23, 9.0),
    ("D1", 0, 3, 3.5),
    ("D2", 4, 7, 3.5),
    ("D3", 0, 3, 2.5),
    ("D4", 4, 7, 2.5),
    ("E1", 8, 11, 3.5),
    ("E2", 12, 15, 3.5),
    ("E3", 8, 15, 2.5),
    ("E4", 10, 11, 1.0),
    ("F1", 16, 19, 3.5),
    ("F2", 20, 23, 3.5),
    ("F3", 16, 19, 2.5),
    ("F4", 20, 23, 2.5),
];

fn at(x: f64, y: f64) -> Point {
    (x * STEP, y * STEP)
}

/// 100 people a home: 10 disabled (at 3 km/h) and 25 children; the table of disabled people has no F4.
/// Patch D is in the most deprived tenth; the index has no patch F.
fn zones() -> Vec<TownZone> {
    let zone = |&(key, first, last, _): &(&str, usize, usize, f64)| {
        let homes = (last - first + 1) as f64;
        let disabled = (key != "F4").then_some(10.0 * homes);
        let decile = match key.as_bytes()[0] {
            b'D' => Some(1),
            b'F' => None,
            _ => Some(5),
        };
        let by_group = vec![disabled, Some(25.0 * homes)];
        TownZone { key: key.into(), residents: 100.0 * homes, by_group, decile }
    };
    ZONES.iter().map(zone).collect()
}

fn homes() -> Vec<Home> {
    let home = |key: &str, step: usize, y: f64| Home { zone: key.into(), at: at(step as f64 + 0.5, y), weight: 1.0 };
    ZONES.iter().flat_map(|&(key, first, last, y)| (first..=last).map(move |step| home(key, step, y))).collect()
}

fn assets() -> Vec<Asset> {
    let till = |closes: &str| Opening::Hours(format!("Mo-Fr 09:00-{closes}"));
    let hub = |key: &str, (x, y): Point| Asset {
        opening: till("20:00"),
        step_free: Some(true),
        ..asset(key, "hub", at(x, y))
    };
    vec![
        hub("alder", (2.0, 9.0)),
        Asset { opening: till("16:00"), ..hub("birch", (12.0, 9.0)) },
        Asset { step_free: Some(false), ..hub("cedar", (20.0, 9.0)) },
        Asset { status: AssetStatus::Planned, ..hub("damson", (6.0, 3.5)) },
        Asset { status: AssetStatus::Closed, ..hub("elder", (14.0, 3.5)) },
        hub("gorse", (10.0, 3.5)),
        asset("chapel", "church", at(22.0, 2.5)),
        Asset { status: AssetStatus::Planned, ..asset("minster", "church", at(14.0, 2.5)) },
    ]
}

pub(crate) fn toytown() -> Town {
    let street = |name: &str, corners: &[Point]| (name.to_owned(), corners.iter().map(|&(x, y)| at(x, y)).collect());
    let patch = |key: &str, [w, s, e, n]: [f64; 4]| (key.to_owned(), [w * STEP, s * STEP, e * STEP, n * STEP]);
    Town {
        streets: vec![
            street("High Street", &[(0.0, 9.0), (2.0, 9.0), (22.0, 9.0), (24.0, 9.0)]),
            street("North Bank", &[(0.0, 3.5), (2.0, 3.5), (22.0, 3.5), (24.0, 3.5)]),
            street("South Bank", &[(0.0, 2.5), (2.0, 2.5), (24.0, 2.5)]),
            street("Bridge", &[(2.0, 2.5), (2.0, 3.5)]),
            street("Mill Lane", &[(2.0, 3.5), (2.0, 9.0)]),
            street("East Lane", &[(22.0, 3.5), (22.0, 9.0)]),
            street("Holm", &[(10.0, 1.0), (12.0, 1.0)]),
        ],
        has_streets: true,
        patches: vec![
            patch("A", [0.0, 6.0, 8.0, 12.0]),
            patch("B", [8.0, 6.0, 16.0, 12.0]),
            patch("C", [16.0, 6.0, 23.0, 12.0]),
            patch("D", [0.0, 0.0, 8.0, 6.0]),
            patch("E", [8.0, 0.0, 16.0, 6.0]),
            patch("F", [16.0, 0.0, 24.0, 6.0]),
        ],
        zones: zones(),
        homes: homes(),
        assets: assets(),
        groups: vec![("disabled".into(), WalkingSpeed::from_km_per_h(3.0)), ("children".into(), None)],
    }
}

/// A hub within three minutes: alder, birch, cedar and gorse count.
///
/// High Street is covered at x = 0.5–4.5 (alder), 9.5–14.5 (birch) and 17.5–22.5 (cedar): 17 homes. North
/// Bank is covered at 7.5–12.5 (gorse): 6 homes. The bridge is too far from gorse for anybody on South Bank.
pub(crate) fn a_hub_within_three_minutes() -> Standard {
    standard(&["hub"], 3.0)
}

/// A hub or church within three minutes, open after five and step-free: only alder and gorse count.
fn an_evening_within_three_minutes() -> Standard {
    evening_and_step_free(&["hub", "church"], 3.0)
}

fn measured(standard: &Standard) -> (Place, Coverage, Gaps) {
    let place = toytown().place();
    let coverage = coverage(&place, standard);
    let gaps = gaps(&place, standard, &coverage);
    (place, coverage, gaps)
}

fn asset_key(place: &Place, covered: &Covered) -> Option<String> {
    covered.nearest.map(|asset| place.assets[asset].key.clone())
}

/// Minutes to the hundredth.
fn minutes(time: Option<Seconds>) -> Option<f64> {
    time.map(|time| (time.minutes() * 100.0).round() / 100.0)
}

#[test]
fn toytown_is_as_drawn() {
    let place = toytown().place();
    assert_eq!((place.patches.len(), place.zones.len(), place.positions.len()), (6, 24, 74));
    assert_eq!(place.residents(), 7400.0);
    let streets = place.streets.as_ref().unwrap();
    assert_eq!(streets.islands().len(), 2, "Holm is an island");
    assert!(place.positions.iter().all(|p| p.snap.is_some() && p.residents == 100.0));
    assert_eq!(place.positions.iter().filter(|p| p.patch.is_none()).count(), 1);
}

#[test]
fn four_of_the_hubs_count_within_three_minutes() {
    let (place, coverage, _) = measured(&a_hub_within_three_minutes());
    let keys: Vec<&str> = coverage.qualifying.iter().map(|&a| place.assets[a].key.as_str()).collect();
    assert_eq!(keys, ["alder", "birch", "cedar", "gorse"], "not planned damson, closed elder, or the churches");
    assert_eq!(coverage.walking, Walking::Streets);
}

#[test]
fn each_zone_is_covered_as_read_off_the_map() {
    let (place, coverage, _) = measured(&a_hub_within_three_minutes());
    let covered = [
        // A: 0.5, 1.5 | 2.5, 3.5 | 4.5 and not 5.5 | neither 6.5 nor 7.5
        ("A1", 200.0),
        ("A2", 200.0),
        ("A3", 100.0),
        ("A4", 0.0),
        // B: 9.5 and not 8.5 | 10.5, 11.5 | 12.5, 13.5 | 14.5 and neither 15.5 nor 16.5
        ("B1", 100.0),
        ("B2", 200.0),
        ("B3", 200.0),
        ("B4", 100.0),
        // C: 17.5 | 18.5, 19.5 | 20.5, 21.5 | 22.5 and not 23.5
        ("C1", 100.0),
        ("C2", 200.0),
        ("C3", 200.0),
        ("C4", 100.0),
        // D: only 7.5 on North Bank
        ("D1", 0.0),
        ("D2", 100.0),
        ("D3", 0.0),
        ("D4", 0.0),
        // E: 8.5–11.5 | 12.5 on North Bank; nobody on South Bank or the island
        ("E1", 400.0),
        ("E2", 100.0),
        ("E3", 0.0),
        ("E4", 0.0),
        ("F1", 0.0),
        ("F2", 0.0),
        ("F3", 0.0),
        ("F4", 0.0),
    ];
    let found: Vec<(&str, f64)> =
        place.zones.enumerate().map(|(i, zone)| (zone.key.as_str(), coverage.zones[i].covered)).collect();
    assert_eq!(found, covered);
    assert_eq!(coverage.zones.iter().map(|z| z.residents).sum::<f64>(), 7400.0);
}

#[test]
fn each_patch_is_covered_as_read_off_the_map() {
    let (_, coverage, _) = measured(&a_hub_within_three_minutes());
    let found: Vec<(f64, f64)> = coverage.patches.iter().map(|p| (p.covered, p.residents)).collect();
    // B has 8 homes (8.5–15.5), C has 7 (16.5–22.5), E has 8 + 8 and the island's 2.
    let expected = [(500.0, 800.0), (600.0, 800.0), (600.0, 700.0), (100.0, 1600.0), (500.0, 1800.0), (0.0, 1600.0)];
    assert_eq!(found, expected);
    assert_eq!((coverage.outside_patches.covered, coverage.outside_patches.residents), (0.0, 100.0));
    // 17 homes of High Street and 6 of North Bank.
    assert_eq!((coverage.place.covered, coverage.place.residents), (2300.0, 7400.0));
    assert!((coverage.place.share().unwrap().get() - 23.0 / 74.0).abs() < 1e-12);
}

#[test]
fn the_middle_walk_and_the_long_walks_are_as_counted_on_the_map() {
    let (place, coverage, _) = measured(&a_hub_within_three_minutes());
    let [a, _, _, _, e, _] = coverage.patches.as_slice() else { panic!("six patches") };
    // A, sorted: .5 .5 1.5 1.5 2.5 3.5 4.5 4.5 (7.5 walks to birch). Of 8 the 4th is the middle, the 8th p90.
    assert_eq!((minutes(a.median), minutes(a.p90)), (Some(1.5), Some(4.5)));
    assert_eq!(asset_key(&place, a).as_deref(), Some("alder"));
    // E, sorted: .5 .5 1.5 1.5 2.5 3.5 4.5 5.5 on North Bank; South Bank goes over the bridge to alder, x + 4.5:
    // 13 14 … 20; the two on the island have no way. Of 18 the 9th is the middle, the 17th has no way.
    assert_eq!((minutes(e.median), minutes(e.p90)), (Some(13.0), None));
    // 8 homes each walk to gorse and to alder: the first by key.
    assert_eq!(asset_key(&place, e).as_deref(), Some("alder"));
    // The place: 34 homes within 4.5 (24 on High Street, 10 on North Bank), two at 5.5 (4.5 and 15.5 on North
    // Bank), two at 6 (1.5 and 2.5): the 37th is 6. All 48 of the north and 7 7 8 8 9 of the south are within
    // 9.5, then 10, 11, …: the 67th is 23.
    assert_eq!((minutes(coverage.place.median), minutes(coverage.place.p90)), (Some(6.0), Some(23.0)));
    let island = &coverage.zones.as_slice()[19];
    assert_eq!((island.median, island.nearest), (None, None));
}

#[test]
fn a_group_that_walks_at_half_the_speed_reaches_half_as_far() {
    let (_, coverage, _) = measured(&a_hub_within_three_minutes());
    let [disabled, children] = [0, 1].map(GroupIdx::from_usize);
    // 150 m: two homes on each side of each of four hubs. F4 has no count: 70 homes of 10.
    let all = coverage.place.by_group[disabled].unwrap();
    assert_eq!((all.covered, all.residents), (160.0, 700.0));
    let all = coverage.place.by_group[children].unwrap();
    assert_eq!((all.covered, all.residents), (23.0 * 25.0, 74.0 * 25.0));
    let f4 = coverage.zones.as_slice().last().unwrap();
    assert_eq!(f4.by_group[disabled], None);
    let f = coverage.patches.as_slice().last().unwrap();
    assert_eq!(f.by_group[disabled].unwrap().residents, 120.0, "the other twelve homes");
}

/// Key, residents, and residents by cause.
fn summary(gaps: &Gaps) -> Vec<(&str, f64, Vec<(Cause, f64)>)> {
    gaps.gaps.iter().map(|gap| (gap.key.as_str(), gap.residents, gap.causes.clone())).collect()
}

fn gap<'a>(gaps: &'a Gaps, key: &str) -> &'a Gap {
    gaps.gaps.iter().find(|gap| gap.key == key).unwrap()
}

#[test]
fn the_gaps_are_where_the_map_shows_them() {
    let (_, _, gaps) = measured(&a_hub_within_three_minutes());
    use Cause::{Distance, Planned, Severance};
    let expected = vec![
        // North Bank 0.5–6.5 and South Bank 0.5–7.5, joined by the bridge. Damson will cover 3.5–6.5 of North
        // Bank. South Bank 7.5 is 269 m from gorse and 13 minutes from alder.
        ("D-1", 1500.0, vec![(Distance, 1000.0), (Planned, 400.0), (Severance, 100.0)]),
        // South Bank: 8.5–12.5 are within 300 m of gorse across the river, 13.5–15.5 are not.
        ("E-1", 800.0, vec![(Severance, 500.0), (Distance, 300.0)]),
        // South Bank and North Bank, each 16.5–23.5: no bridge here.
        ("F-1", 800.0, vec![(Distance, 800.0)]),
        ("F-2", 800.0, vec![(Distance, 800.0)]),
        // High Street 5.5–7.5
        ("A-1", 300.0, vec![(Distance, 300.0)]),
        // North Bank 13.5–15.5; closed elder helps nobody.
        ("E-2", 300.0, vec![(Distance, 300.0)]),
        // The island, 255 and 292 m from gorse and no way there.
        ("E-3", 200.0, vec![(Severance, 200.0)]),
        // High Street 23.5, 8.5, 15.5 and, of the same zone as that, 16.5
        ("outside-patches-1", 100.0, vec![(Distance, 100.0)]),
        ("B-1", 100.0, vec![(Distance, 100.0)]),
        ("B-2", 100.0, vec![(Distance, 100.0)]),
        ("C-1", 100.0, vec![(Distance, 100.0)]),
    ];
    assert_eq!(summary(&gaps), expected);
}

#[test]
fn what_is_shut_or_has_a_step_is_told_from_what_is_not_there() {
    let (_, _, gaps) = measured(&an_evening_within_three_minutes());
    use Cause::{Access, Distance, Hours, Planned, Severance};
    let expected = vec![
        ("D-1", 1500.0, vec![(Distance, 1000.0), (Planned, 400.0), (Severance, 100.0)]),
        // All of High Street in B: birch shuts at four for 9.5–14.5.
        ("B-1", 800.0, vec![(Hours, 600.0), (Distance, 200.0)]),
        // South Bank: the planned minster would cover 11.5–15.5, once its hours and steps are known.
        ("E-1", 800.0, vec![(Planned, 500.0), (Severance, 300.0)]),
        // South Bank: the minster again for 16.5; the chapel, of which hours and steps are unknown, for 19.5–23.5.
        ("F-1", 800.0, vec![(Hours, 500.0), (Distance, 200.0), (Planned, 100.0)]),
        ("F-2", 800.0, vec![(Distance, 800.0)]),
        // Cedar has a step for 17.5–22.5.
        ("C-1", 700.0, vec![(Access, 600.0), (Distance, 100.0)]),
        ("A-1", 300.0, vec![(Distance, 300.0)]),
        ("E-2", 300.0, vec![(Distance, 300.0)]),
        ("E-3", 200.0, vec![(Severance, 200.0)]),
        ("outside-patches-1", 100.0, vec![(Distance, 100.0)]),
    ];
    assert_eq!(summary(&gaps), expected);
    assert_eq!(gap(&gaps, "C-1").cause, Access);
}

#[test]
fn a_gap_says_who_lives_there_and_how_far_they_have_to_go() {
    let (place, _, gaps) = measured(&a_hub_within_three_minutes());
    let south = gap(&gaps, "E-1");
    // Walks to alder: 13 14 … 20, of 8 the 4th.
    assert_eq!(minutes(south.median), Some(16.0));
    // Straight lines to gorse, one step north: 1.118 1.118 1.803 1.803 …, of 8 the 4th is √(1.5² + 1²) steps.
    assert!((south.straight_line.unwrap().get() - 100.0 * 3.25_f64.sqrt()).abs() < 1e-6);
    assert_eq!(place.assets[south.nearest.unwrap()].key, "alder");
    assert_eq!(south.by_group.as_slice(), [Some(80.0), Some(200.0)]);
    assert_eq!(south.streets, ["South Bank"]);
    assert_eq!(south.deprived.unwrap().get(), 0.0);
    let bridge = gap(&gaps, "D-1");
    assert_eq!(bridge.streets, ["South Bank", "North Bank"], "800 and 700 people");
    assert_eq!(bridge.deprived.unwrap().get(), 1.0);
    let island = gap(&gaps, "E-3");
    assert_eq!((island.median, place.assets[island.nearest.unwrap()].key.as_str()), (None, "gorse"));
    assert_eq!(gap(&gaps, "F-1").deprived, None);
    assert_eq!(gap(&gaps, "F-1").by_group.as_slice(), [Some(40.0), Some(200.0)], "F4 has no count");
}

#[test]
fn the_ground_of_a_gap_ends_at_its_covered_neighbours_the_patch_and_the_river() {
    let (_, _, gaps) = measured(&a_hub_within_three_minutes());
    let bounds = |key: &str| {
        let rect = gap(&gaps, key).shape.bounding_rect().unwrap();
        [rect.min().x, rect.min().y, rect.max().x, rect.max().y].map(|v| (v * 1000.0).round() / 1000.0)
    };
    // Homes are 100 m apart, so the ground reaches 150 m. High Street 5.5–7.5: from half way to the covered home
    // at 4.5, to the border of patch B, which is half way to 8.5.
    assert_eq!(bounds("A-1"), [500.0, 750.0, 800.0, 1050.0]);
    // South Bank and North Bank meet in the middle of the river, at y = 3.
    assert_eq!(bounds("F-1")[3], 300.0);
    assert_eq!(bounds("F-2")[1], 300.0);
    // The island reaches half way to South Bank, and to the edge of its patch.
    let [_, south, _, north] = bounds("E-3");
    assert!(south == 0.0 && (175.0..=180.0).contains(&north), "{south} {north}");
    let area: f64 = gaps.gaps.iter().map(|gap| gap.shape.unsigned_area()).sum();
    assert!((500_000.0..1_600_000.0).contains(&area), "51 homes of 100 m by up to 300 m: {area}");
}

#[test]
fn without_streets_a_walk_is_a_straight_line_times_the_detour() {
    let town = Town { has_streets: false, ..toytown() };
    let (place, standard) = (town.place(), a_hub_within_three_minutes());
    let coverage = coverage(&place, &standard);
    assert_eq!(coverage.walking, Walking::StraightLine { detour: 1.3 });
    // 300 ÷ 1.3 = 230.8 m, so two homes each side of a hub on its own street (4 × 4 = 16). On South Bank, 100 m
    // off, up to √(230.8² − 100²) = 208 m along: 8.5 to 11.5. The island, 250 m off, is out of reach.
    assert_eq!(coverage.place.covered, 2000.0);
    let gaps = gaps(&place, &standard, &coverage);
    assert!(gaps.gaps.iter().all(|gap| gap.causes.iter().all(|(cause, _)| *cause != Cause::Severance)));
    assert!(gaps.gaps.iter().all(|gap| gap.streets.is_empty()));
    assert_eq!(gaps.gaps.iter().map(|gap| gap.residents).sum::<f64>(), 5400.0);
}

#[test]
fn a_place_without_qualifying_assets_is_one_distance_away_from_everything() {
    let (place, coverage, gaps) = measured(&standard(&["lighthouse"], 3.0));
    assert_eq!((coverage.place.covered, coverage.place.median, coverage.place.nearest), (0.0, None, None));
    let causes = |gap: &Gap| gap.causes == vec![(Cause::Distance, gap.residents)] && gap.straight_line.is_none();
    assert!(gaps.gaps.iter().all(causes));
    assert_eq!(gaps.gaps.iter().map(|gap| gap.residents).sum::<f64>(), place.residents());
}
