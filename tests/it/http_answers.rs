//! What clients beside the standard rely on: filters, formats, caching, methods, faults.

use crate::http_place::{AWKWARD_KEY, AWKWARD_NAME, town};
use crate::http_server::{PUBLIC, Server, issue, path, snapshot};
use patchwork::http::Options;
use serde_json::Value;
use std::sync::LazyLock;

static SERVER: LazyLock<Server> = LazyLock::new(|| Server::of(town(12, 9)));

fn features(path: &str) -> Vec<Value> {
    let answer = SERVER.get(path);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.json()["features"].as_array().expect("features").clone()
}

#[test]
fn a_property_in_the_query_is_a_filter_that_is_kept_exactly() {
    let zones = features("/collections/zones/items?patch_id=P1&limit=1000");
    assert_eq!(zones.len(), 18);
    assert!(zones.iter().all(|zone| zone["properties"]["patch_id"] == "P1"));
    assert_eq!(features("/collections/zones/items?residents=103&limit=1000").len(), 15);
    assert_eq!(features("/collections/zones/items?residents=103&patch_id=P1&bbox=0,0,1,1").len(), 0);
    assert_eq!(features("/collections/zones/items?deprivation_score=40.5&limit=1000").len(), 12);
    assert_eq!(features("/collections/assets/items?last_checked=2026-03-01").len(), 3);
    assert_eq!(features("/collections/assets/items?kind=caf%C3%A9").len(), 1);
    assert_eq!(features("/collections/assets/items?step_free=true").len(), 0, "what nobody said is not true");
    assert_eq!(features("/collections/assets/items?name=Central+Library").len(), 1);
}

#[test]
fn next_keeps_every_parameter() {
    let answer = SERVER.get("/collections/zones/items?patch_id=P1&bbox=-3,52,-1,53&limit=4&f=json");
    let next = answer.link("next", None).expect("a next page");
    assert_eq!(next, format!("{PUBLIC}/collections/zones/items?patch_id=P1&bbox=-3,52,-1,53&f=json&limit=4&offset=4"));
    assert_eq!(SERVER.get(&path(&next)).json()["numberMatched"], 18);
    let header = answer.header("link").expect("links in the header too");
    assert!(header.contains(&format!("<{next}>; rel=\"next\"; type=\"application/geo+json\"")), "{header}");
}

#[test]
fn a_filter_of_the_wrong_type_is_told_what_is_right() {
    let answer = SERVER.get("/collections/zones/items?residents=many");
    assert_eq!((answer.status, answer.media()), (400, "application/problem+json"));
    assert_eq!(answer.json()["detail"], "residents is \"many\"; it must be a whole number.");
    let answer = SERVER.get("/collections/zones/items?limit=5&limit=6");
    assert_eq!(answer.json()["detail"], "The query names \"limit\" twice. Name it once.");
}

#[test]
fn every_filter_is_declared_for_its_literal_path_so_that_gdal_and_qgis_send_it() {
    let api = SERVER.get("/api").json();
    let parameters =
        api["paths"]["/collections/assets/items"]["get"]["parameters"].as_array().expect("parameters").clone();
    let kind = parameters.iter().find(|parameter| parameter["name"] == "kind").expect("kind is declared");
    assert_eq!(
        (&kind["in"], &kind["style"], &kind["explode"], &kind["schema"]["type"]),
        (&"query".into(), &"form".into(), &false.into(), &"string".into())
    );
    let limit = &api["components"]["parameters"]["limit"]["schema"];
    assert_eq!((&limit["default"], &limit["maximum"]), (&100.into(), &10_000.into()));
}

#[test]
fn features_come_without_their_shapes_where_only_their_values_are_wanted() {
    let path = "/collections/zones/items?limit=1000";
    let (whole, bare) = (features(path), features(&format!("{path}&skipGeometry=true")));
    assert!(whole.iter().all(|zone| zone["geometry"].is_object()));
    assert!(bare.iter().all(|zone| zone["geometry"].is_null()));
    let values = |zones: &[Value]| zones.iter().map(|zone| zone["properties"].clone()).collect::<Vec<_>>();
    assert_eq!(values(&whole), values(&bare));
    let some = features(&format!("{path}&skipGeometry=true&properties=residents"));
    assert_eq!(some[0]["properties"].as_object().map(serde_json::Map::len), Some(1));
    assert!(some[0]["geometry"].is_null());
}

#[test]
fn a_key_of_any_letters_is_reached_by_its_encoded_name() {
    let asset = features("/collections/assets/items?limit=10").into_iter().find(|asset| asset["id"] == AWKWARD_KEY);
    assert_eq!(asset.expect("the asset")["properties"]["name"], AWKWARD_NAME);
    let encoded = "/collections/assets/items/mill%2F1%20%26%20%222%22%3F";
    assert_eq!(SERVER.get(encoded).json()["id"], AWKWARD_KEY);
    let own = SERVER.get(encoded).link("self", None).expect("a link to itself");
    assert_eq!(SERVER.get(&path(&own)).json()["id"], AWKWARD_KEY);
    let page = SERVER.get("/collections/assets/items?f=html");
    assert!(page.text().contains("=Café &lt;Zoë&gt;"), "{}", page.text());
    assert!(page.text().contains("/items/mill%2F1%20%26%20%222%22%3F?f=html"), "{}", page.text());
}

#[test]
fn a_client_that_says_nothing_gets_json_and_a_browser_gets_a_page() {
    let bare = SERVER.raw(&format!(
        "GET /collections/zones/items HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
        SERVER.address
    ));
    assert_eq!(bare.media(), "application/geo+json");
    let browser = [("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")];
    for path in [
        "/",
        "/conformance",
        "/api",
        "/collections",
        "/collections/zones",
        "/collections/zones/items",
        "/collections/zones/items/Z000000",
        "/-/issues",
    ] {
        let any = SERVER.ask("GET", path, &[("Accept", "*/*")]);
        assert!(any.media().contains("json"), "{path}");
        let page = SERVER.ask("GET", path, &browser);
        assert_eq!((page.status, page.media()), (200, "text/html; charset=utf-8"), "{path}");
        let text = page.text();
        if path == "/" && text.contains("<script") {
            continue; // The map page, which has tests in a browser.
        }
        assert!(
            text.contains("<html lang=\"en-GB\">") && text.contains("<h1>") && text.contains("href=\"#main\""),
            "{path}"
        );
        assert!(!text.contains("<script"), "{path} needs no script");
        assert!(text.contains("Gridton is made up"), "{path} says that the place is made up");
        assert_eq!(
            text.matches("<table").count(),
            text.matches("<caption").count(),
            "{path}: each table has a caption"
        );
    }
    assert_eq!(SERVER.ask("GET", "/collections", &[("Accept", "image/png")]).status, 406);
    assert_eq!(SERVER.get("/collections?f=xlsx").status, 400);
}

#[test]
fn the_map_page_brings_its_policy_and_its_files_are_kept_for_good() {
    let page = SERVER.ask("GET", "/", &[("Accept", "text/html")]);
    let text = page.text();
    let files: Vec<&str> = text.split('"').filter_map(|word| word.strip_prefix("./-/web/")).collect();
    let policy = page.header("content-security-policy").expect("a policy");
    assert_eq!(policy.contains("default-src 'self'"), !files.is_empty(), "{policy}");
    for file in files {
        let path = format!("/-/web/{file}");
        let answer = SERVER.get(&path);
        assert_eq!(
            (answer.status, answer.header("cache-control")),
            (200, Some("public, max-age=31536000, immutable")),
            "{path}"
        );
        let etag = answer.header("etag").expect("a tag").to_owned();
        assert_eq!(SERVER.ask("GET", &path, &[("If-None-Match", &etag)]).status, 304, "{path}");
    }
    assert_eq!(SERVER.get("/-/web/none.js").status, 404);
    assert_eq!(SERVER.get("/").media(), "application/json");
}

#[test]
fn a_table_is_whole_unless_a_limit_is_given() {
    let table = SERVER.get("/collections/zones/items?f=csv");
    assert_eq!(table.media(), "text/csv; charset=utf-8; header=present");
    assert_eq!(
        table.header("content-disposition"),
        Some("attachment; filename=\"gridton-zones.csv\"; filename*=UTF-8''gridton-zones.csv")
    );
    assert_eq!(table.text().lines().count(), 1 + 12 * 9);
    assert_eq!(SERVER.get("/collections/zones/items?f=csv&limit=3&offset=1").text().lines().count(), 1 + 3);
    assert!(SERVER.get("/collections/zones/items?f=csv&bom=true").body.starts_with(b"\xEF\xBB\xBFzone_id,"));
    assert!(SERVER.get("/collections/assets/items?f=csv").text().contains(",'=Café <Zoë>,"));
}

#[test]
fn what_the_client_has_already_is_not_sent_again() {
    for path in ["/", "/collections", "/collections/zones/items?limit=2", "/collections/zones/items/Z000000", "/api"] {
        let first = SERVER.get(path);
        let etag = first.header("etag").unwrap_or_else(|| panic!("{path} has no ETag")).to_owned();
        let again = SERVER.ask("GET", path, &[("If-None-Match", &format!("\"other\", {etag}"))]);
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
        assert_eq!(again.header("etag"), Some(etag.as_str()));
        let page = SERVER.ask("GET", path, &[("If-None-Match", &etag), ("Accept", "text/html")]);
        assert_eq!(page.status, 200, "{path}: a page is not the JSON the client has");
        assert_eq!(first.header("vary"), Some("Accept, Accept-Encoding"));
    }
    assert_eq!(SERVER.ask("GET", "/collections/zones/items?limit=x", &[("If-None-Match", "*")]).status, 400);
}

#[test]
fn the_same_place_has_the_same_digest_and_another_has_another() {
    let etag = |server: &Server| server.get("/collections").header("etag").expect("a tag").to_owned();
    let (one, same, other) = (Server::of(town(3, 2)), Server::of(town(3, 2)), Server::of(town(3, 3)));
    assert_eq!(etag(&one), etag(&same));
    assert_ne!(etag(&one), etag(&other));
    one.shared.replace(snapshot(town(3, 3)));
    assert_eq!(etag(&one), etag(&other), "a new snapshot shows at once");
}

#[test]
fn large_answers_are_compressed_for_who_reads_that() {
    let plain = SERVER.get("/collections/zones/items");
    let packed = SERVER.ask("GET", "/collections/zones/items", &[("Accept-Encoding", "gzip")]);
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert!(packed.body.len() * 3 < plain.body.len());
    assert_eq!(plain.header("content-encoding"), None);
}

#[test]
fn head_is_get_without_a_body_and_options_says_that_nothing_can_be_edited() {
    for path in ["/", "/collections/zones/items", "/collections/zones/items/Z000000"] {
        let head = SERVER.ask("HEAD", path, &[]);
        assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
        assert_eq!(head.header("etag"), SERVER.get(path).header("etag"), "{path}");
        let options = SERVER.ask("OPTIONS", path, &[]);
        assert_eq!((options.status, options.header("allow")), (204, Some("GET, HEAD, OPTIONS")), "{path}");
    }
}

#[test]
fn pages_of_other_sites_may_read_everything() {
    let answer = SERVER.ask("GET", "/collections/zones/items", &[("Origin", "https://elsewhere.example")]);
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    for name in ["Content-Crs", "ETag", "Link", "OGC-NumberMatched"] {
        assert!(answer.header("access-control-expose-headers").is_some_and(|exposed| exposed.contains(name)), "{name}");
    }
    let preflight = [("Origin", "https://elsewhere.example"), ("Access-Control-Request-Method", "GET")];
    let answer = SERVER.ask("OPTIONS", "/collections/zones/items", &preflight);
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (204, Some("*")));
    assert_eq!(answer.header("access-control-allow-methods"), Some("GET, HEAD, OPTIONS"));
}

#[test]
fn every_fault_is_a_problem_with_a_remedy_and_a_request_id() {
    let cases = [
        ("GET", "/nowhere", 404),
        ("POST", "/collections/zones/items", 405),
        ("DELETE", "/", 405),
        ("GET", "/collections/nothing", 404),
    ];
    for (method, path, status) in cases {
        let answer = SERVER.ask(method, path, &[]);
        assert_eq!((answer.status, answer.media()), (status, "application/problem+json"), "{method} {path}");
        let problem = answer.json();
        assert_eq!(problem["status"], status);
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.len() > 20), "{problem}");
        assert_eq!(problem["request_id"].as_str(), answer.header("x-request-id"));
    }
    assert_eq!(SERVER.ask("PUT", "/collections", &[]).header("allow"), Some("GET, HEAD, OPTIONS"));
    let page = SERVER.ask("GET", "/nowhere", &[("Accept", "text/html")]);
    assert_eq!((page.status, page.media()), (404, "text/html; charset=utf-8"));
    assert_eq!(SERVER.ask("GET", "/", &[("X-Request-Id", "abc-1")]).header("x-request-id"), Some("abc-1"));
    assert_ne!(SERVER.ask("GET", "/", &[("X-Request-Id", "a b<c>")]).header("x-request-id"), Some("a b<c>"));
}

#[test]
fn a_slash_at_the_end_changes_nothing() {
    for path in ["/collections", "/collections/zones", "/collections/zones/items", "/conformance", "/api"] {
        assert_eq!(SERVER.get(&format!("{path}/")).body, SERVER.get(path).body, "{path}");
    }
}

#[test]
fn links_lead_to_the_host_the_client_used_and_to_no_other_words() {
    let server = Server::empty(Options::default());
    server.shared.replace(snapshot(town(2, 2)));
    let own = server.get("/collections").link("self", None).expect("a link");
    assert_eq!(own, format!("http://{}/collections", server.address));
    for host in ["evil.example/x?", "a b", "<script>", ""] {
        let answer = server.raw(&format!("GET /collections HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"));
        assert_eq!(answer.status, 400, "{host}");
    }
}

#[test]
fn what_a_proxy_says_is_believed_only_when_it_is_expected() {
    let said = [
        ("X-Forwarded-Proto", "https, http"),
        ("X-Forwarded-Host", "maps.example"),
        ("X-Forwarded-Prefix", "/borough/"),
    ];
    let own = |behind_proxy, said: &[(&str, &str)]| {
        let server = Server::empty(Options { behind_proxy, ..Options::default() });
        server.shared.replace(snapshot(town(2, 2)));
        let link = server.ask("GET", "/collections", said).link("self", None).expect("a link");
        link.replace(&server.address.to_string(), "HOST")
    };
    assert_eq!(own(true, &said), "https://maps.example/borough/collections");
    assert_eq!(own(true, &[]), "http://HOST/collections");
    assert_eq!(
        own(true, &[("X-Forwarded-Proto", "gopher"), ("X-Forwarded-Prefix", "//evil/?")]),
        "http://HOST/collections"
    );
    assert_eq!(own(false, &said), "http://HOST/collections");
    assert_eq!(SERVER.ask("GET", "/collections", &said).link("self", None), Some(format!("{PUBLIC}/collections")));
}

#[test]
fn until_the_first_snapshot_stands_everybody_is_told_to_come_back() {
    let server = Server::empty(Options::default());
    assert_eq!(server.get("/livez").status, 200);
    for path in ["/", "/collections", "/collections/zones/items", "/api", "/readyz", "/healthz"] {
        let answer = server.get(path);
        assert_eq!((answer.status, answer.header("retry-after")), (503, Some("2")), "{path}");
        assert_eq!(answer.json()["title"], "Not ready yet");
    }
    server.shared.failed(vec![issue()]);
    assert_eq!(server.get("/collections").json()["title"], "Nothing is loaded");
    assert_eq!(server.get("/-/issues").json()["failed_reload"]["issues"][0]["row"], 7);
    assert!(server.get("/-/issues?f=html").text().contains("the key Z1 is there twice"));
    server.shared.replace(snapshot(town(2, 2)));
    assert_eq!(server.get("/readyz").json()["status"], "ready");
    assert_eq!(server.get("/-/issues").json()["failed_reload"], Value::Null);
}

#[test]
fn a_failed_reload_keeps_the_old_snapshot_and_says_why() {
    let server = Server::of(town(2, 2));
    let before = server.get("/collections/zones/items").body;
    server.shared.failed(vec![issue()]);
    assert_eq!(server.get("/collections/zones/items").body, before);
    let shown = server.get("/-/issues").json();
    assert_eq!(shown["issues"][0]["file"], "zones.geojson");
    assert_eq!(shown["failed_reload"]["issues"][0]["problem"], "the key Z1 is there twice");
    assert!(!server.get("/readyz").json()["last_reload_failed_at"].is_null());
}

#[test]
fn more_requests_than_can_be_worked_on_are_told_to_come_back() {
    let server = Server::empty(Options { max_concurrent_requests: 0, ..Options::default() });
    let answer = server.get("/conformance");
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("1")));
    assert_eq!((server.get("/livez").status, server.get("/metrics").status), (200, 200), "probes are always answered");
    assert_eq!(SERVER.ask("GET", "/", &[("Content-Length", "99999999")]).status, 413);
}

#[test]
fn the_schema_names_the_id_the_shape_and_the_order_of_the_columns() {
    let answer = SERVER.get("/collections/coverage-hub-15/schema");
    assert_eq!(answer.media(), "application/schema+json");
    let schema = answer.json();
    assert_eq!(schema["$id"], format!("{PUBLIC}/collections/coverage-hub-15/schema"));
    assert_eq!(schema["properties"]["geometry"]["format"], "geometry-polygon-or-multipolygon");
    assert_eq!(schema["properties"]["geometry"]["x-ogc-role"], "primary-geometry");
    assert_eq!(schema["properties"]["zone_id"]["x-ogc-role"], "id");
    assert_eq!(schema["properties"]["covered_share"]["type"], "number");
    assert_eq!(schema["properties"]["covered_share"]["x-ogc-unit"], "share from 0 to 1");
    let queryables = SERVER.get("/collections/assets/queryables").json();
    assert_eq!(queryables["properties"]["kind"]["type"], "string");
    assert_eq!(
        queryables["properties"]["geometry"],
        serde_json::json!({"title": "Where it is", "format": "geometry-point"})
    );
}

#[test]
fn coverage_has_the_properties_that_were_promised() {
    let coverage = &features("/collections/coverage-hub-15/items?zone_id=Z000000")[0]["properties"];
    let expected = serde_json::json!({
        "zone_id": "Z000000", "patch_id": "P0", "residents": 100, "covered_residents": 100, "covered_share": 1.0,
        "minutes_median": 0.0, "minutes_p90": 0.0, "nearest_asset_id": "hub-1", "nearest_asset_name": "The Hub",
        "residents_under_25": 25, "residents_disabled": null, "covered_under_25": 25, "covered_disabled": null,
    });
    assert_eq!(*coverage, expected);
    let gap = &features("/collections/gaps-hub-15/items")[0]["properties"];
    for name in [
        "gap_id",
        "patch_id",
        "residents",
        "cause",
        "minutes_median",
        "straight_line_m",
        "nearest_asset_id",
        "deprived_share",
        "residents_under_25",
        "streets",
        "cause_distance_residents",
    ] {
        assert!(gap.get(name).is_some(), "{name}: {gap}");
    }
    let patch = &features("/collections/patches/items")[0]["properties"];
    for name in [
        "patch_id",
        "name",
        "residents",
        "residents_under_25",
        "hub_15_covered_residents",
        "hub_15_covered_share",
        "hub_15_minutes_median",
    ] {
        assert!(patch.get(name).is_some(), "{name}: {patch}");
    }
}

#[test]
fn a_place_of_thousands_of_zones_is_read_page_by_page() {
    let server = Server::of(town(60, 40));
    let mut next = Some("/collections/zones/items?limit=1000".to_owned());
    let mut sizes = Vec::new();
    while let Some(page) = next {
        let answer = server.get(&page);
        sizes.push(answer.json()["features"].as_array().expect("features").len());
        next = answer.link("next", None).map(|href| path(&href));
    }
    assert_eq!(sizes, [1000, 1000, 400]);
    assert_eq!(server.get("/collections/zones/items?limit=1").json()["numberMatched"], 2400);
    assert_eq!(server.get("/collections/zones/items?limit=99999").json()["numberReturned"], 2400);
    assert_eq!(server.get("/collections/zones/items?offset=99999").json()["numberReturned"], 0);
}
