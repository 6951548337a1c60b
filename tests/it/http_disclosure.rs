//! No request to a served place tells more of a count than its protected table does.

use crate::http_server::Server;
use patchwork::disclose::{Cell, Published};
use patchwork::load::load;
use patchwork::measure::Engaged;
use patchwork::place::Place;
use patchwork::synth::{DemoOptions, write_demo};
use serde_json::Value;

fn demo() -> Place {
    let tmp = tempfile::tempdir().expect("a directory");
    let dir = tmp.path().join("demo");
    write_demo(&dir, &DemoOptions { residents: 36_000, seed: 3 }, &|_| {}).expect("a demo is written");
    load(&dir, &|_| {}).place.expect("it is usable")
}

/// Every cell of a table with the name it has in its layer.
fn cells(table: &Published) -> Vec<(String, Cell)> {
    let [patches, answers, periods] = table.dimensions.as_slice() else { panic!("{}", table.name) };
    let mut cells = Vec::new();
    for (i, patch) in patches.categories.iter().enumerate() {
        for (j, answer) in answers.categories.iter().enumerate() {
            for (k, period) in periods.categories.iter().enumerate() {
                cells.push((format!("{}.{}.{}", patch.key, answer.key, period.key), table.cell(&[i, j, k])));
            }
        }
    }
    cells.sort();
    cells
}

fn encoded(words: &str) -> String {
    let one = |b: u8| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") };
    words.bytes().map(one).collect()
}

fn matched(server: &Server, layer: &str, asked: &str) -> u64 {
    let answer = server.get(&format!("/collections/{layer}/items?limit=1&{asked}"));
    assert_eq!(answer.status, 200, "{asked}: {}", answer.text());
    answer.json()["numberMatched"].as_u64().expect("a count")
}

#[test]
fn lists_filters_counts_and_tables_see_protected_counts_alone() {
    let place = demo();
    let engaged = Engaged::of(&place).expect("protected").expect("the demo has records");
    let server = Server::of(demo());
    let mut hidden_in_all = 0;
    for table in engaged.protected.tables.iter().filter(|table| table.name.starts_with("reach-")) {
        let (layer, cells) = (table.name.as_str(), cells(table));
        let hidden: Vec<&str> = cells.iter().filter(|(_, c)| *c == Cell::Hidden).map(|(id, _)| id.as_str()).collect();
        hidden_in_all += hidden.len();
        // What is listed.
        let all = server.get(&format!("/collections/{layer}/items?limit=10000")).json();
        let features = all["features"].as_array().expect("features");
        assert_eq!(features.len(), cells.len());
        for (feature, (id, cell)) in features.iter().zip(&cells) {
            let properties = &feature["properties"];
            assert_eq!(feature["id"], Value::from(id.as_str()));
            assert_eq!(properties["met"].as_u64(), cell.value(), "{id}");
            if *cell == Cell::Hidden {
                for derived in ["rate", "rate_low", "rate_high", "pooled_rate", "ratio", "ratio_low", "to_meet", "flag"]
                {
                    assert!(properties[derived].is_null(), "{id} tells its {derived}: {}", properties[derived]);
                }
            }
        }
        // What is asked: no number finds a hidden count, and a shown one is found by what is shown.
        for k in 0..30 {
            let shown = cells.iter().filter(|(_, cell)| cell.value() == Some(k)).count() as u64;
            assert_eq!(matched(&server, layer, &format!("met={k}")), shown, "{k}");
        }
        for id in hidden.iter().take(3) {
            assert_eq!(matched(&server, layer, &format!("reach_id={id}&status=confidential")), 1, "{id}");
            for k in 0..12 {
                assert_eq!(matched(&server, layer, &format!("reach_id={id}&met={k}")), 0, "{id} {k}");
            }
        }
        let filtered = |words: &str| matched(&server, layer, &format!("filter={}", encoded(words)));
        assert_eq!(filtered("met IS NULL"), cells.iter().filter(|(_, cell)| cell.value().is_none()).count() as u64);
        assert_eq!(filtered("met > 0 AND met < 10"), 0);
        for id in hidden.iter().take(3) {
            for compare in ["met >= 0", "met < 10", "met <> 5", "met BETWEEN 1 AND 9", "NOT (met = 3)", "rate > 0"] {
                assert_eq!(filtered(&format!("reach_id = '{id}' AND {compare}")), 0, "{id} {compare}");
            }
        }
        // Tables in text.
        let csv = server.get(&format!("/collections/{layer}/items?limit=10000&f=csv"));
        assert!(csv.text().matches("[c]").count() >= hidden.len());
        // Where hidden counts stand among each other does not hang on what they are.
        for order in ["met", "-met", "rate"] {
            let sorted = server.get(&format!("/collections/{layer}/items?limit=10000&sortby={order}")).json();
            let sorted = sorted["features"].as_array().expect("features");
            let sorted: Vec<&str> = sorted.iter().filter_map(|f| f["id"].as_str()).collect();
            let among: Vec<&str> = sorted.into_iter().filter(|id| hidden.contains(id)).collect();
            assert_eq!(among, hidden, "{layer} sorted by {order}");
        }
    }
    assert!(hidden_in_all > 10, "the demo hides something: {hidden_in_all}");
}
