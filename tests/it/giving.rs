//! Giving: nothing is lost, money reconciles to the penny, and what was planted is found.

use patchwork::load::{Loaded, load, load_with};
use patchwork::measure::{GivingRule, Reached, giving};
use patchwork::place::{Aside, Evidence, Giving, Place, Unplaced};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

pub const TITLES: &str = "Identifier,Title,Description,Currency,Amount Awarded,Award Date,Planned Dates:Start Date,\
Planned Dates:End Date,Planned Dates:Duration (months),Recipient Org:Identifier,Recipient Org:Name,\
Recipient Org:Postal Code,Recipient Ind:Identifier,Recipient Ind:Name,Beneficiary Location:0:Name,\
Beneficiary Location:0:Latitude,Beneficiary Location:0:Longitude,Beneficiary Location:0:Geographic Code,\
Beneficiary Location:1:Geographic Code,Funding Org:Identifier,Funding Org:Name,Location Scope,Regrant Type,Last modified";

/// Four square zones in a row, each with 100 residents; two patches, Westfold and Eastfold, of two each.
pub fn town(dir: &Path, grants: &str) -> Loaded {
    fs::write(dir.join("grants.csv"), format!("{TITLES}\n{grants}")).expect("written");
    town_of(dir, "[[grants]]\nfile = \"grants.csv\"\n")
}

/// The same town with these last sections of place.toml.
pub fn town_of(dir: &Path, sections: &str) -> Loaded {
    let square = |x0: usize, x1: usize| {
        let (w, e) = (-1.0 + 0.01 * x0 as f64, -1.0 + 0.01 * x1 as f64);
        json!({"type": "Polygon", "coordinates": [[[w, 52.0], [e, 52.0], [e, 52.01], [w, 52.01], [w, 52.0]]]})
    };
    let feature = |key: &str, name: &str, shape: Value| {
        json!({"type": "Feature", "geometry": shape,
            "properties": {"code": key, "name": name, "residents": 100, "LAD24CD": "E06000099", "LAD24NM": "Foldshire"}})
    };
    let zones: Vec<Value> = (0..4).map(|i| feature(&format!("Z{i}"), &format!("Zone {i}"), square(i, i + 1))).collect();
    let patches = [feature("P1", "Westfold", square(0, 2)), feature("P2", "Eastfold", square(2, 4))];
    let write = |name: &str, text: String| fs::write(dir.join(name), text).expect("written");
    write("zones.geojson", json!({"type": "FeatureCollection", "features": zones}).to_string());
    write("patches.geojson", json!({"type": "FeatureCollection", "features": patches}).to_string());
    write(
        "postcodes.csv",
        "postcode,longitude,latitude\nZQ1 1AA,-0.995,52.005\nZQ1 2BB,-0.965,52.005\nZQ9 9ZZ,-0.5,52.5\n".into(),
    );
    write(
        "place.toml",
        "[place]\nname = \"Foldtown\"\ndate = \"2025-01-01\"\npostcodes = \"postcodes.csv\"\n\
         [patches]\nfile = \"patches.geojson\"\nkey = \"code\"\n[zones]\nfile = \"zones.geojson\"\nkey = \"code\"\nresidents = \"residents\"\n"
            .to_owned()
            + sections,
    );
    load(dir, &|_| {})
}

/// A row of the table above out of its cells that matter.
pub fn row(id: &str, amount: &str, cells: &[(&str, &str)]) -> String {
    let titles: Vec<&str> = TITLES.split(',').map(str::trim).collect();
    let usual = [
        ("Identifier", id),
        ("Currency", "GBP"),
        ("Amount Awarded", amount),
        ("Award Date", "2024-05-01"),
        ("Planned Dates:Duration (months)", "12"),
        ("Recipient Org:Identifier", "GB-CHC-1"),
        ("Recipient Org:Name", "A Group"),
        ("Funding Org:Identifier", "GB-CHC-2"),
        ("Funding Org:Name", "A Fund"),
    ];
    let mut line: BTreeMap<&str, &str> = usual.into_iter().collect();
    line.extend(cells.iter().copied());
    titles.iter().map(|title| format!("\"{}\"", line.get(title).unwrap_or(&""))).collect::<Vec<_>>().join(",") + "\n"
}

pub fn given(place: &Place) -> &Giving {
    place.giving.as_ref().expect("grants were loaded")
}

pub fn reached(place: &Place) -> Reached {
    giving(place, GivingRule { draws: 400, ..GivingRule::default() }).expect("grants were loaded")
}

/// Rows, money by evidence and reason, and money of patches and zones: all of it adds up to the penny.
pub fn reconcile(place: &Place, reached: &Reached) {
    let giving = given(place);
    for file in &giving.files {
        let aside: u64 = file.aside.iter().map(|(_, tally)| tally.grants).sum();
        assert_eq!(file.rows, file.loaded.grants + file.individuals.grants + aside, "{}", file.file);
    }
    let total: i64 = giving.grants.iter().map(|grant| grant.pence).sum();
    assert_eq!(total, giving.files.iter().map(|file| file.loaded.pence).sum::<i64>());
    assert!(giving.grants.iter().all(|grant| grant.parts.iter().map(|part| part.pence).sum::<i64>() == grant.pence));
    let all = &reached.place;
    assert_eq!((all.total, all.placed() + all.unplaced()), (total, total));
    assert_eq!(reached.zones.iter().map(|m| m.spread()).sum::<i64>(), all.placed(), "zones");
    assert_eq!(reached.zones.iter().map(|m| m.at_office).sum::<i64>(), all.placed(), "zones by office");
    assert_eq!(reached.patches.iter().map(|p| p.money.spread()).sum::<i64>() + all.outside, all.placed(), "patches");
    for patch in &reached.patches {
        let (value, money) = (patch.money.spread(), &patch.money);
        assert!(money.sure <= value && value <= money.possible && money.at_office <= money.possible);
        assert!(patch.pence.low <= value as f64 && value as f64 <= patch.pence.high);
        assert!(money.sure as f64 <= patch.pence.low + 1e-3 && patch.pence.high <= money.possible as f64 + 1e-3);
    }
}

#[test]
fn each_grant_is_placed_by_its_strongest_evidence() {
    let tmp = tempfile::tempdir().expect("a directory");
    let rows = [
        row(
            "G1",
            "100",
            &[
                ("Beneficiary Location:0:Latitude", "52.005"),
                ("Beneficiary Location:0:Longitude", "-0.985"),
                ("Recipient Org:Postal Code", "ZQ1 2BB"),
            ],
        ),
        row("G2", "10.01", &[("Beneficiary Location:0:Geographic Code", "E06000099")]),
        row("G3", "7", &[("Beneficiary Location:0:Geographic Code", "P2"), ("Recipient Org:Postal Code", "ZQ1 1AA")]),
        row("G4", "5", &[("Description", "A warm room in Eastfold"), ("Recipient Org:Postal Code", "zq11aa")]),
        row("G5", "4", &[("Recipient Org:Postal Code", "ZQ1 1AA")]),
        row("G6", "3", &[("Recipient Org:Postal Code", "ZQ9 9ZZ"), ("Description", "A warm room in Eastfold")]),
        row("G7", "2", &[("Beneficiary Location:0:Geographic Code", "E92000001")]),
        row("G8", "1", &[]),
        row(
            "G9",
            "6.01",
            &[("Beneficiary Location:0:Geographic Code", "Z0"), ("Beneficiary Location:1:Geographic Code", "Z3")],
        ),
        row("H1", "8", &[("Regrant Type", "FRG010")]),
        row(
            "H2",
            "9",
            &[("Beneficiary Location:0:Geographic Code", "E06000099"), ("Description", "Work in Westfold only")],
        ),
        row("H3", "11", &[("Recipient Org:Postal Code", "ZQ1 1AA"), ("Location Scope", "GLS060")]),
    ];
    let loaded = town(tmp.path(), &rows.concat());
    let place = loaded.place.expect("usable");
    let found: BTreeMap<&str, Option<&str>> =
        given(&place).grants.iter().map(|g| (g.key.as_str(), g.evidence().map(Evidence::word))).collect();
    let expected = [
        ("G1", Some("point")),
        ("G2", Some("area")),
        ("G3", Some("area")),
        ("G4", Some("named")),
        ("G5", Some("office")),
        ("G6", None),
        ("G7", None),
        ("G8", None),
        ("G9", Some("area")),
        ("H1", None),
        ("H2", Some("named")),
        ("H3", Some("office")),
    ];
    assert_eq!(found, expected.into_iter().collect());
    let reached = reached(&place);
    reconcile(&place, &reached);
    let [west, east] = [&reached.patches.as_slice()[0], &reached.patches.as_slice()[1]];
    let (west, east) = if place.patches.as_slice()[0].key == "P1" { (west, east) } else { (east, west) };
    // West: G1 100, half of G2 (5.01 by the first remainder), half of G5 2, G9 3.01, H2 9, H3 11.
    assert_eq!(west.money.spread(), 10_000 + 501 + 200 + 301 + 900 + 1_100);
    assert_eq!(east.money.spread(), 500 + 700 + 500 + 200 + 300);
    assert_eq!(west.money.sure, 10_000 + 301 + 900);
    assert_eq!(east.money.possible, 1_001 + 700 + 500 + 400 + 300);
    // By office: G1's office is not in its area, G5 is all in the west, and H3 too.
    assert_eq!(west.money.at_office, 10_000 + 501 + 400 + 301 + 900 + 1_100);
    let unplaced: BTreeMap<&str, i64> =
        Unplaced::ALL.map(Unplaced::word).into_iter().zip(reached.place.unplaced).collect();
    assert_eq!(
        unplaced,
        [("regrant", 800), ("elsewhere", 300), ("wider", 200), ("nowhere", 100)].into_iter().collect()
    );
}

#[test]
fn a_code_known_by_its_outline_is_the_zones_most_of_whose_residents_live_inside() {
    let tmp = tempfile::tempdir().expect("a directory");
    let area = |code: &str, [w, s, e, n]: [f64; 4]| {
        json!({"type": "Feature", "properties": {"WD13CD": code, "WD13NM": format!("Old {code}")},
            "geometry": {"type": "Polygon", "coordinates": [[[w, s], [e, s], [e, n], [w, n], [w, s]]]}})
    };
    let areas = [
        area("W05000001", [-1.0, 52.0, -0.989, 52.01]), // zone 0 and a tenth of zone 1
        area("W05000002", [-0.978, 52.001, -0.976, 52.003]), // a corner of zone 2
        area("W05000003", [-3.0, 51.0, 1.0, 53.0]),     // a region
        area("W05000004", [-0.5, 52.0, -0.49, 52.01]),  // somewhere else
    ];
    fs::write(tmp.path().join("old.geojson"), json!({"type": "FeatureCollection", "features": areas}).to_string())
        .expect("written");
    let code = |n: usize| format!("W0500000{n}");
    let rows: Vec<String> =
        (1..=4).map(|n| row(&format!("G{n}"), "9", &[("Beneficiary Location:0:Geographic Code", &code(n))])).collect();
    fs::write(tmp.path().join("grants.csv"), format!("{TITLES}\n{}", rows.concat())).expect("written");
    let loaded = town_of(
        tmp.path(),
        "[[grants]]\nfile = \"grants.csv\"\n[[giving.outlines]]\nfile = \"old.geojson\"\nkey = \"WD13CD\"\n",
    );
    let place = loaded.place.expect("usable");
    let giving = given(&place);
    let said: Vec<Result<(Vec<&str>, &str), Unplaced>> = giving
        .grants
        .iter()
        .map(|grant| {
            let benefit = grant.parts[0].benefit.as_ref().map_err(|why| *why)?;
            let patchwork::place::Area::Zones(zones) = &giving.areas[benefit.area] else { panic!("zones") };
            Ok((zones.iter().map(|zone| place.zones[*zone].key.as_str()).collect(), benefit.words.as_str()))
        })
        .collect();
    let expected = [
        Ok((vec!["Z0"], "the code W05000001, by its outline")),
        Ok((vec!["Z2"], "the code W05000002, by its outline")),
        Err(Unplaced::Wider),
        Err(Unplaced::Elsewhere),
    ];
    assert_eq!(said, expected);
}

#[test]
fn a_lookup_that_goes_beyond_the_place_does_not_make_a_region_of_it() {
    let tmp = tempfile::tempdir().expect("a directory");
    let lookup = "zone,RGN22CD,WD11CD\nZ0,E12000001,E05000001\nZ1,E12000001,E05000001\nZ2,E12000001,E05000002\n\
                  Z3,E12000001,E05000002\nY0,E12000001,E05000002\nY1,E12000001,E05000003\nY2,E12000001,E05000003\n\
                  Y3,E12000001,E05000003\nY4,E12000001,E05000003\n";
    fs::write(tmp.path().join("lookup.csv"), lookup).expect("written");
    let rows: Vec<String> = ["E12000001", "E05000001", "E05000002"]
        .iter()
        .map(|code| row(code, "9", &[("Beneficiary Location:0:Geographic Code", code)]))
        .collect();
    fs::write(tmp.path().join("grants.csv"), format!("{TITLES}\n{}", rows.concat())).expect("written");
    let loaded = town_of(
        tmp.path(),
        "[[grants]]\nfile = \"grants.csv\"\n[[giving.lookups]]\nfile = \"lookup.csv\"\nzone = \"zone\"\n",
    );
    let place = loaded.place.expect("usable");
    let reached = reached(&place);
    reconcile(&place, &reached);
    assert_eq!((reached.place.placed(), reached.place.unplaced[Unplaced::Wider as usize]), (1_800, 900));
}

#[test]
fn a_workbook_says_the_same_as_the_table() {
    let tmp = tempfile::tempdir().expect("a directory");
    let rows: Vec<String> = (1..=12)
        .map(|i| {
            let code = ["Z0", "P2", "E06000099", ""][i % 4];
            let cells = [
                ("Beneficiary Location:0:Geographic Code", code),
                ("Recipient Org:Postal Code", "ZQ1 1AA"),
                ("Location Scope", "GLS060"),
            ];
            row(&format!("G{i}"), &format!("{}.{:02}", 1_000 + i, i), &cells)
        })
        .collect();
    let mut book = rust_xlsxwriter::Workbook::new();
    let day = rust_xlsxwriter::Format::new().set_num_format("dd/mm/yyyy");
    let sheet = book.add_worksheet().set_name("grants").expect("a name");
    let titles: Vec<&str> = TITLES.split(',').collect();
    let text = format!("{TITLES}\n{}", rows.concat());
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    for (line, record) in reader.records().enumerate() {
        for (column, cell) in record.expect("a row").iter().enumerate() {
            let at = (line as u32, column as u16);
            // As spreadsheets hold them: amounts are numbers and days are days.
            let written = match titles[column] {
                "Amount Awarded" if line > 0 => sheet.write(at.0, at.1, cell.parse::<f64>().expect("an amount")),
                "Award Date" if line > 0 => {
                    let date = rust_xlsxwriter::ExcelDateTime::parse_from_str(cell).expect("a day");
                    sheet.write_with_format(at.0, at.1, &date, &day)
                }
                _ if cell.is_empty() => continue,
                _ => sheet.write(at.0, at.1, cell),
            };
            written.expect("written");
        }
    }
    book.save(tmp.path().join("grants.xlsx")).expect("saved");
    let of = |place: &Place| {
        let giving = given(place);
        (giving.grants.clone(), giving.areas.clone(), giving.files[0].rows, giving.files[0].loaded)
    };
    let csv = of(&town(tmp.path(), &rows.concat()).place.expect("usable"));
    let xlsx =
        of(&town_of(tmp.path(), "[[grants]]\nfile = \"grants.xlsx\"\nsheet = \"grants\"\n").place.expect("usable"));
    assert_eq!(csv.0.len(), 12);
    assert_eq!(csv, xlsx);
}

#[test]
fn every_odd_row_is_an_issue_and_no_name_of_a_person_is_kept() {
    let tmp = tempfile::tempdir().expect("a directory");
    let person = [
        ("Recipient Ind:Identifier", "360G-x-p1"),
        ("Recipient Ind:Name", "Ann Example"),
        ("Title", "For Ann Example"),
        ("Description", "A cooker for Ann Example"),
    ];
    let rows = [
        row("G1", "100", &[("Award Date", "")]),
        row("G2", "0", &[]),
        row("G3", "-50", &[]),
        row("G4", "12", &[("Currency", "USD")]),
        row("G5", "a lot", &[]),
        row("G6", "", &[]),
        row("G7", "20", &[("Award Date", "31/31/2024")]),
        row("G8", "20", &[("Award Date", "1024-01-01")]),
        row("G9", "30", &[("Planned Dates:Start Date", "2024-06-01"), ("Planned Dates:End Date", "2023-06-01")]),
        row("H1", "40", &[("Last modified", "2024-01-01")]),
        row("H1", "45", &[("Last modified", "2024-03-01")]),
        row("H2", "50", &[]),
        row("H2", "50", &[]),
        row("", "60", &[]),
        row("H3", "300", &person),
    ];
    let loaded = town(tmp.path(), &rows.concat());
    let codes: Vec<&str> = loaded.issues.iter().map(|issue| issue.code.word()).collect();
    for code in [
        "grant-date-missing",
        "grant-of-nought",
        "grant-below-nought",
        "grant-other-currency",
        "grant-without-amount",
        "date-unreadable",
        "grant-date-odd",
        "grant-dates-reversed",
        "grant-amended",
        "grant-repeated",
        "grant-without-id",
        "grants-to-individuals",
        "grants-nowhere",
    ] {
        assert!(codes.contains(&code), "{code} is not among {codes:?}");
    }
    let place = loaded.place.expect("usable");
    assert!(!format!("{:?} {:?}", place.giving, loaded.issues).contains("Ann"), "a person is named");
    let giving = given(&place);
    assert_eq!((giving.individuals.grants, giving.individuals.pence), (1, 30_000));
    assert_eq!(
        giving.grants.iter().map(|grant| grant.pence).sum::<i64>(),
        10_000 + 2_000 * 2 + 3_000 + 4_500 + 5_000 + 6_000
    );
    let aside: BTreeMap<Aside, u64> = giving.files[0].aside.iter().map(|(why, tally)| (*why, tally.grants)).collect();
    let expected = [
        (Aside::NoAmount, 2),
        (Aside::Zero, 1),
        (Aside::Negative, 1),
        (Aside::Currency, 1),
        (Aside::Repeated, 1),
        (Aside::Amended, 1),
    ];
    assert_eq!(aside, expected.into_iter().collect());
    reconcile(&place, &reached(&place));
}

#[test]
fn the_order_of_rows_changes_nothing() {
    let tmp = tempfile::tempdir().expect("a directory");
    let rows: Vec<String> = (0..40)
        .map(|i| {
            let code = ["Z0", "Z1", "P2", "E06000099", ""][i % 5];
            row(
                &format!("G{i}"),
                &format!("{}.{:02}", 10 + i * 7, i),
                &[("Beneficiary Location:0:Geographic Code", code), ("Recipient Org:Postal Code", "ZQ1 1AA")],
            )
        })
        .collect();
    let answer = |rows: Vec<String>, name: &str| {
        let dir = tmp.path().join(name);
        fs::create_dir(&dir).expect("made");
        let place = town(&dir, &rows.concat()).place.expect("usable");
        let reached = reached(&place);
        reconcile(&place, &reached);
        (reached.patches, reached.zones, reached.place)
    };
    let backwards = rows.iter().rev().cloned().collect();
    assert_eq!(answer(rows, "a"), answer(backwards, "b"));
}

/// Trafford with some file of grants.
fn trafford(shared: &Path, grants: &str) -> Loaded {
    let tmp = tempfile::tempdir().expect("a directory");
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/places/trafford/place.toml");
    let text = fs::read_to_string(example).expect("the example");
    let text = text.replace("data/trafford/trafford_council_vs_grants_360g.json", grants);
    fs::write(tmp.path().join("place.toml"), text).expect("written");
    let shared = shared.to_string_lossy().into_owned();
    load_with(tmp.path(), &|name| (name == "PATCHWORK_SHARED").then(|| shared.clone()), &|_| {})
}

#[test]
fn in_trafford_the_package_and_the_table_say_the_same_and_the_ranges_are_wide() {
    let Some(shared) = crate::real_files::real_files().map(|_| crate::support::shared()) else { return };
    let of = |file: &str| trafford(&shared, file).place.expect("usable");
    let (json, csv) = (
        of("data/trafford/trafford_council_vs_grants_360g.json"),
        of("data/trafford/trafford_council_vs_grants_360g.csv"),
    );
    let (a, b) = (reached(&json), reached(&csv));
    assert_eq!((given(&json).grants.len(), a.place.total), (555, 129_143_654));
    assert_eq!(a.place.placed, b.place.placed);
    assert_eq!(a.zones, b.zones);
    reconcile(&json, &a);
    let wide = a.patches.iter().filter(|p| p.pence.high - p.pence.low > p.pence.value).count();
    assert!(wide >= 18, "{wide} of 21 wards have a very wide range");
    assert!(a.patches.iter().filter_map(|p| p.cold).all(|c| c.cold < 0.5), "no ward is called cold");
}

#[test]
fn of_the_messy_file_nothing_is_lost() {
    let Some(shared) = crate::real_files::real_files().map(|_| crate::support::shared()) else { return };
    let loaded = trafford(&shared, "data/grants/360g_wolfson_379_messy.json");
    let place = loaded.place.expect("usable");
    reconcile(&place, &reached(&place));
    let count = |code: &str| loaded.issues.iter().filter(|issue| issue.code == code).count();
    let file = &given(&place).files[0];
    assert_eq!((file.rows, file.loaded.grants, count("grant-of-nought")), (379, 265, 114));
    assert_eq!(count("grant-dates-day-first"), 1);
}
