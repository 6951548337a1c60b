//! What a stranger gathers from the served place, in every form it is served in, lets nobody work out a small
//! count; and the same attack finds the counts of a place that is served without protection.

use crate::http_attack_town::{MET, town, unprotected};
use crate::http_server::{Answer, Server};
use calamine::{Data, Reader, Xlsx};
use patchwork::disclose::Dimension;
use patchwork::disclose::release;
use patchwork::disclose::{Audit, Cell, Found, Policy, Published, Release, audit};
use patchwork::measure::Engaged;
use patchwork::place::Place;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

#[allow(dead_code, reason = "of a tile that was read back only the properties count here")]
#[path = "../../src/export/tile/decode_tests.rs"]
mod decode;

const COLLECTIONS: [&str; 3] = ["reach-sex", "themes", "evidence"];
/// The counts of the collections; the others follow from them.
const COUNTS: [&[&str]; 3] = [&["met"], &["records"], &["people", "attendances"]];
/// What tables and tiles add to the fields: nothing that is counted.
const ADDED: [&str; 5] = ["id", "easting", "northing", "longitude", "latitude"];

/// A feature of any form: its fields, each as text, empty where there is no value.
type Row = BTreeMap<String, String>;
/// The features of a collection by id.
type Rows = BTreeMap<String, Row>;

fn protected(place: &Place) -> Release {
    Engaged::of(place).expect("protected").expect("there are records").protected
}

fn ok(server: &Server, path: &str) -> Answer {
    let answer = server.get(path);
    assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.body));
    answer
}

fn items(server: &Server, layer: &str, asked: &str) -> Value {
    ok(server, &format!("/collections/{layer}/items?limit=10000&{asked}")).json()
}

/// Text as all forms have it: numbers alike, nothing for a marker or null.
fn plain(text: &str) -> String {
    match text {
        "[c]" | "[x]" | "[z]" | "[low]" => String::new(),
        other => other.parse::<f64>().map_or_else(|_| other.to_owned(), |number| number.to_string()),
    }
}

fn of_json(answer: &Value) -> Rows {
    let features = answer["features"].as_array().expect("features");
    let row = |feature: &Value| -> Row {
        let fields = feature["properties"].as_object().expect("properties");
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        fields
            .iter()
            .map(|(name, v)| (name.clone(), if v.is_null() { String::new() } else { plain(&text(v)) }))
            .collect()
    };
    features.iter().map(|feature| (feature["id"].as_str().expect("an id").to_owned(), row(feature))).collect()
}

/// The rows of a table, each with its first column as its id, as they stand there.
fn of_table(mut lines: impl Iterator<Item = Vec<String>>) -> Rows {
    let names = lines.next().expect("titles");
    lines.map(|cells| (cells[0].clone(), names.iter().cloned().zip(cells).collect())).collect()
}

fn of_csv(bytes: &[u8]) -> Rows {
    let mut read = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes);
    of_table(read.records().map(|line| line.expect("a line").iter().map(str::to_owned).collect()))
}

fn of_xlsx(bytes: Vec<u8>) -> Rows {
    let mut book = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
    let sheet = book.worksheet_range("Data").expect("the sheet of numbers");
    of_table(sheet.rows().map(|cells| cells.iter().map(Data::to_string).collect()))
}

/// What the tiles of a zoom have, by id; each tile must say the same of a feature as the others.
fn of_tiles(server: &Server, layer: &str, zoom: u64) -> Rows {
    let set = ok(server, &format!("/collections/{layer}/tiles/WebMercatorQuad")).json();
    let limits = set["tileMatrixSetLimits"].as_array().expect("limits");
    let own = Value::from(zoom.to_string());
    let limits = limits.iter().find(|one| one["tileMatrix"] == own).expect("the zoom");
    let end = |name: &str| limits[name].as_u64().expect("a number");
    let mut rows = Rows::new();
    for y in end("minTileRow")..=end("maxTileRow") {
        for x in end("minTileCol")..=end("maxTileCol") {
            let answer = server.get(&format!("/tiles/{layer}/{zoom}/{x}/{y}"));
            assert!(answer.status == 200 || answer.status == 204, "{}", answer.status);
            for feature in decode::tile(&answer.body).into_iter().flat_map(|layer| layer.features) {
                let row: Row = feature.properties.iter().map(|(name, text)| (name.clone(), plain(text))).collect();
                let before = rows.insert(row["id"].clone(), row.clone());
                assert!(before.is_none_or(|before| before == row), "two tiles say two things: {row:?}");
            }
        }
    }
    rows
}

/// What the pages of the patches say: collection, patch, name of the row and its number. Nothing of a table in which
/// everything would be hidden, for which the page has a sentence.
fn of_pages(server: &Server) -> BTreeMap<(&'static str, String, String), String> {
    let mut said = BTreeMap::new();
    for patch in (0..MET.len()).map(|at| format!("P{at}")) {
        let page = ok(server, &format!("/review/{patch}"));
        for (layer, caption, column, instead) in [
            ("reach-sex", "Met and still to meet", 2, "The numbers of this patch are hidden"),
            ("themes", "The themes raised most", 1, "often enough to be shown"),
        ] {
            let Some(table) = page.text().split("<table").find(|table| table.contains(caption)) else {
                assert!(page.text().contains(instead), "{patch}: neither {caption} nor why not");
                continue;
            };
            let table = table.split("</table>").next().unwrap_or_default();
            if let Some((_, rest)) = table.split_once("not recorded for ") {
                let count = rest.split(' ').next().unwrap_or_default();
                said.insert((layer, patch.clone(), "Not recorded".to_owned()), count.to_owned());
            }
            for row in table.split("<th scope=row>").skip(1) {
                let cells: Vec<&str> = row.split("</t").map(|c| c.rsplit('>').next().unwrap_or_default()).collect();
                said.insert((layer, patch.clone(), cells[0].to_owned()), cells[column].to_owned());
            }
        }
    }
    said
}

/// Everything a form says that another does not.
fn differ(one: &Rows, other: &Rows, form: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (id, row) in other {
        let of_all = one.get(id).unwrap_or_else(|| panic!("{form} alone has {id}"));
        let more = row.keys().filter(|name| !of_all.contains_key(*name) && !ADDED.contains(&name.as_str()));
        found.extend(more.map(|name| format!("{form} alone has {name}")));
        for (name, text) in of_all {
            let there = row.get(name).map(|text| plain(text)).unwrap_or_default();
            if there != *text {
                found.push(format!("{form}: {id} {name} is {there:?}, elsewhere {text:?}"));
            }
        }
    }
    found
}

fn cell(row: &Row, count: &str) -> Cell {
    let status = row.get(&format!("{count}_status")).or(row.get("status")).map_or("", String::as_str);
    match (row[count].parse::<u64>(), status) {
        (Ok(0), _) => Cell::Zero,
        (Ok(number), _) => Cell::Shown(number),
        (_, "low") => Cell::Low,
        _ => Cell::Hidden,
    }
}

/// A dimension as far as it is served, under a name of its own: its sums are not those of the whole one.
fn part(dimension: &Dimension, only: impl Fn(usize) -> bool, name: &str) -> Dimension {
    let mut own = Dimension::new(name, dimension.relation);
    own.is_attribute = dimension.is_attribute;
    for (_, category) in dimension.categories.iter().enumerate().filter(|(at, _)| only(*at)) {
        own.push(&category.key, &category.label, None);
    }
    own
}

/// A table with the titles of `like` and the cells that `read` finds for the keys of their categories.
fn filled(like: &Published, dimensions: Vec<Dimension>, policy: Policy, read: impl Fn(&[&str]) -> Cell) -> Published {
    let mut keys: Vec<Vec<&str>> = vec![Vec::new()];
    for dimension in &dimensions {
        keys = keys
            .iter()
            .flat_map(|before| dimension.categories.iter().map(|c| [before.as_slice(), &[c.key.as_str()]].concat()))
            .collect();
    }
    let cells = keys.iter().map(|keys| read(keys)).collect();
    let (name, counted, is_people) = (like.name.clone(), like.counted.clone(), like.is_people);
    Published { name, counted, is_people, is_latent: false, dimensions: dimensions.clone(), cells, policy }
}

/// How many came for the first time, worked out from the share of them that is served; in the whole time all did.
fn first_time(reach: &Rows, keys: &[&str], policy: Policy) -> Cell {
    let row = &reach[&format!("{}.all.{}", keys[0], keys[2])];
    match (cell(row, "met"), row["first_time_share"].parse::<f64>()) {
        (met, _) if keys[1] == "all" || keys[2] == "all" || met == Cell::Zero => met,
        (Cell::Shown(met), Ok(share)) => policy.round((share * met as f64).round() as u64),
        _ => Cell::Hidden,
    }
}

/// What was gathered, as tables for the audit. Titles are no secret; cells come from what was served alone.
fn as_release(gathered: &[Rows], titles: &Release, policy: Policy) -> Release {
    let [reach, themes, evidence] = gathered else { panic!("three collections") };
    let mut tables = Vec::new();
    for like in &titles.tables {
        let d = &like.dimensions;
        let not_all = |at: usize| at > 0;
        match like.name.as_str() {
            "reach-sex" => {
                tables.push(filled(like, d.clone(), policy, |keys| cell(&reach[&keys.join(".")], "met")));
            }
            "visits" if policy.rounding > 1 => {
                tables.push(filled(like, d.clone(), policy, |keys| first_time(reach, keys, policy)));
            }
            "themes" => {
                let own = vec![d[0].clone(), part(&d[1], not_all, "theme raised"), part(&d[2], |at| at == 0, "ever")];
                let id = |keys: &[&str]| format!("{}.all.all.{}", keys[0], keys[1].replace(' ', "-"));
                tables.push(filled(like, own, policy, |keys| cell(&themes[&id(keys)], "records")));
            }
            "themes-sex" => {
                let own = vec![part(&d[0], not_all, "raised by"), part(&d[1], not_all, "theme raised")];
                let id = |keys: &[&str]| format!("all.sex.{}.{}", keys[0], keys[1].replace(' ', "-"));
                tables.push(filled(like, own, policy, |keys| cell(&themes[&id(keys)], "records")));
            }
            "attendances" => {
                let own = vec![part(&d[0], not_all, "patch alone"), part(&d[1], |at| at == 0, "all work")];
                tables.push(filled(like, own, policy, |keys| cell(&evidence[keys[0]], "attendances")));
            }
            _ => {}
        }
    }
    assert!(tables.len() >= 4, "a table has another name now");
    Release { policy, tables, told_before: 0, clues: Found::default() }
}

fn gather(server: &Server) -> Vec<Rows> {
    COLLECTIONS.map(|layer| of_json(&items(server, layer, ""))).to_vec()
}

fn exposed(releases: &[Release]) -> Audit {
    audit(releases, &Policy::default()).expect("the attack comes to an end")
}

fn hidden<'r>(rows: &'r Rows, count: &str) -> BTreeSet<&'r str> {
    rows.iter().filter(|(_, row)| cell(row, count) == Cell::Hidden).map(|(id, _)| id.as_str()).collect()
}

fn encoded(words: &str) -> String {
    words.replace('%', "%25").replace(' ', "%20").replace('<', "%3C").replace('>', "%3E").replace('=', "%3D")
}

#[test]
fn every_form_a_collection_is_served_in_shows_and_hides_the_same() {
    let server = Server::of(town(12));
    let gathered = gather(&server);
    let mut wrong = Vec::new();
    for ((layer, rows), counts) in COLLECTIONS.iter().zip(&gathered).zip(COUNTS) {
        assert!(counts.iter().any(|count| !hidden(rows, count).is_empty()), "{layer} hides nothing");
        let csv = of_csv(&ok(&server, &format!("/collections/{layer}/items?limit=10000&f=csv")).body);
        let xlsx = of_xlsx(ok(&server, &format!("/collections/{layer}/items?limit=10000&f=xlsx")).body);
        assert_eq!((csv.len(), xlsx.len()), (rows.len(), rows.len()));
        for (form, table) in [("CSV", &csv), ("XLSX", &xlsx)] {
            wrong.extend(differ(rows, table, form));
            for id in hidden(rows, counts[0]).iter().filter(|_| *layer != "evidence") {
                assert_eq!(table[*id][counts[0]], "[c]", "{form} {id}");
            }
        }
        for zoom in [9, 12, 14] {
            let tiles = of_tiles(&server, layer, zoom);
            assert!(tiles.len() >= MET.len(), "{layer}: {}", tiles.len());
            wrong.extend(differ(rows, &tiles, "tiles"));
        }
        let mut pieces = Rows::new();
        for at in 0..MET.len() {
            let (west, east) = (400_100 + at * 1000, 400_900 + at * 1000);
            let crs = "http://www.opengis.net/def/crs/EPSG/0/27700";
            let piece = of_json(&items(&server, layer, &format!("bbox={west},400100,{east},400900&bbox-crs={crs}")));
            assert!(!piece.is_empty(), "{layer} {at}");
            pieces.extend(piece);
        }
        wrong.extend(differ(rows, &pieces, "bbox"));
        assert!(pieces.len() >= MET.len());
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for (rows, count, derived) in [
        (&gathered[0], "met", ["rate", "rate_high", "ratio", "to_meet"]),
        (&gathered[1], "records", ["odds_ratio", "odds_ratio_low", "odds_ratio_high", "z"]),
    ] {
        for id in hidden(rows, count) {
            assert!(derived.iter().all(|name| rows[id][*name].is_empty()), "{id}: {:?}", rows[id]);
        }
    }
    let pages = of_pages(&server);
    let (mut numbers, mut markers) = (0, 0);
    for (layer, count, rows) in [("reach-sex", "met", &gathered[0]), ("themes", "records", &gathered[1])] {
        for row in rows.values().filter(|row| row["patch_id"] != "all" && row["patch_id"] != "outside") {
            if row.get("period").is_some_and(|period| period != "all") {
                continue;
            }
            let name = row.get("group_name").unwrap_or_else(|| &row["theme"]);
            let Some(said) = pages.get(&(layer, row["patch_id"].clone(), name.clone())) else {
                let table = |(own, patch, _): &(&str, String, String)| *own == layer && *patch == row["patch_id"];
                assert!(!pages.keys().any(table), "a table without {row:?}");
                assert!(cell(row, count).value().unwrap_or(0) == 0, "not said: {row:?}");
                continue;
            };
            match cell(row, count) {
                Cell::Hidden => {
                    markers += 1;
                    assert_eq!(said, "[c]", "{row:?}");
                }
                shown => {
                    numbers += 1;
                    assert_eq!(Cell::parse(said), Some(shown), "{row:?}");
                }
            }
        }
    }
    assert!(numbers > 9 && markers > 2, "{numbers} {markers}");
}

#[test]
fn no_question_ranks_splits_or_brackets_the_hidden() {
    let server = Server::of(town(12));
    for ((layer, rows), counts) in COLLECTIONS.iter().zip(gather(&server)).zip(COUNTS) {
        let count = counts[0];
        let secret = hidden(&rows, count);
        let shown: BTreeMap<&str, u64> =
            rows.iter().filter_map(|(id, row)| Some((id.as_str(), cell(row, count).value()?))).collect();
        let ask = |words: &str| items(&server, layer, &format!("filter={}", encoded(words)));
        for k in (0..=12).chain([15, 20, 40, 100, 150]) {
            let mut split = 0;
            for (words, fits) in
                [(">", shown.values().filter(|n| **n > k).count()), ("<=", shown.values().filter(|n| **n <= k).count())]
            {
                let answer = ask(&format!("{count} {words} {k}"));
                let found = of_json(&answer);
                assert!(found.keys().all(|id| !secret.contains(id.as_str())), "{layer} {words} {k}");
                assert_eq!((answer["numberMatched"].as_u64(), found.len()), (Some(fits as u64), fits));
                split += fits;
            }
            assert_eq!(split, shown.len(), "hidden ones are on neither side");
        }
        for words in ["<> 3", "BETWEEN 1 AND 9", "IN (1,2,3,4,5,6,7,8,9)"] {
            for not in ["", "NOT "] {
                let found = of_json(&ask(&format!("{not}({count} {words})")));
                assert!(found.keys().all(|id| !secret.contains(id.as_str())), "{layer} {not}{words}");
            }
        }
        assert_eq!(ask(&format!("{count} IS NULL"))["numberMatched"].as_u64(), Some((rows.len() - shown.len()) as u64));
        for order in [count.to_owned(), format!("-{count}")] {
            let sorted = items(&server, layer, &format!("sortby={order}"));
            let sorted = sorted["features"].as_array().expect("features").iter().filter_map(|f| f["id"].as_str());
            let among: Vec<&str> = sorted.filter(|id| secret.contains(id)).collect();
            assert_eq!(among, secret.iter().copied().collect::<Vec<_>>(), "{layer} by {order}");
        }
    }
}

#[test]
fn what_is_gathered_from_one_release_and_from_two_gives_no_small_count_away() {
    let (earlier, mut later) = (town(9), town(12));
    let first_titles = protected(&earlier);
    let kept = String::from_utf8(release::write(&first_titles)).expect("JSON");
    later.disclosure.earlier.push(("2024-09.json".to_owned(), kept));
    let second_titles = protected(&later);
    let server = Server::of(earlier);
    let policy = Policy::default();
    let path = "/collections/reach-sex/items?limit=10000";
    let first = as_release(&gather(&server), &first_titles, policy);
    let tag = ok(&server, path).header("etag").expect("a tag").to_owned();
    let same = server.ask("GET", path, &[("If-None-Match", &tag)]);
    assert_eq!((same.status, same.body.len()), (304, 0));
    server.shared.replace(crate::http_server::snapshot(later));
    let changed = server.ask("GET", path, &[("If-None-Match", &tag)]);
    let new = changed.header("etag").expect("a tag");
    assert!(changed.status == 200 && new != tag && new.len() == tag.len(), "a tag is as long whatever it is of");
    let second = as_release(&gather(&server), &second_titles, policy);
    assert_ne!(first, second);
    for releases in [vec![first.clone()], vec![second.clone()], vec![first, second]] {
        let found = exposed(&releases);
        assert_eq!(found.exposed, [], "of {} releases", releases.len());
        assert!(found.tables.iter().map(|table| table.hidden).sum::<usize>() > 9, "there was something to find");
    }
}

#[test]
fn the_attack_finds_what_is_served_without_protection_and_one_number_put_in_by_hand() {
    let titles = protected(&town(12));
    let open = gather(&Server::of(unprotected(town(12))));
    let found = exposed(&[as_release(&open, &titles, Policy::NONE)]);
    let small =
        |rows: &Rows, count: &str| rows.values().filter(|row| matches!(cell(row, count), Cell::Shown(1..10))).count();
    assert!(small(&open[0], "met") > 5 && found.exposed.len() > 5, "{}", found.exposed.len());
    // A town that was open once, and is protected now.
    let early = as_release(&gather(&Server::of(unprotected(town(9)))), &protected(&town(9)), Policy::NONE);
    let mut gathered = gather(&Server::of(town(12)));
    let closed = as_release(&gathered, &titles, Policy::default());
    assert_eq!(exposed(std::slice::from_ref(&closed)).exposed, []);
    assert!(exposed(&[early, closed]).exposed.len() > 5, "what was told once is remembered");
    // One number that is hidden though it is not small, put back: sums tell a small one then.
    let clean = gathered[0].clone();
    let secret: Vec<&str> = hidden(&clean, "met").into_iter().collect();
    let exact = |id: &str| open[0][id]["met"].parse::<u64>().expect("a number");
    let put_back = |id: &&&str| {
        gathered[0] = clean.clone();
        let shown = Policy::default().round(exact(id)).text();
        gathered[0].get_mut(**id).expect("the row").insert("met".to_owned(), shown);
        // In the whole release, with all that adds up in it, the attack sees it.
        let mut release = titles.clone();
        let table = release.tables.iter_mut().find(|table| table.name == "reach-sex").expect("the table");
        let keys = table.dimensions.iter().zip(id.split('.'));
        let at: Vec<usize> = keys.map(|(dimension, key)| dimension.find(key).expect("a category")).collect();
        let place = patchwork::disclose::index(&table.dimensions, &at).expect("a cell");
        table.cells[place] = Policy::default().round(exact(id));
        // The same cell stands in other tables as a total, and is put back in none of them: the attack goes by both.
        !exposed(&[release]).exposed.is_empty()
    };
    let id = secret.iter().filter(|id| exact(id) >= 10).find(put_back).expect("one that protects another");
    let leaked = differ(&clean, &gathered[0], "leaking");
    assert!(leaked.len() == 1 && leaked[0].contains(*id), "the forms are told apart: {leaked:?}");
    // Bisection finds the number where it is not hidden.
    let server = Server::of(unprotected(town(12)));
    let at_most = |k: u64| {
        let words = encoded(&format!("reach_id = '{id}' AND met <= {k}"));
        items(&server, "reach-sex", &format!("filter={words}"))["numberMatched"] == 1
    };
    assert_eq!((0..200).find(|k| at_most(*k)), Some(exact(id)));
}
