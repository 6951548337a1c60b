//! What users see, whole.

use crate::http_place::town;
use crate::http_server::Server;
use insta::assert_snapshot;

#[test]
fn the_landing_page_reads_like_this() {
    assert_snapshot!(Server::of(town(2, 1)).get("/").shown(), @"");
}

#[test]
fn a_collection_reads_like_this() {
    assert_snapshot!(Server::of(town(2, 1)).get("/collections/assets").shown(), @"");
}

#[test]
fn a_page_of_items_reads_like_this() {
    assert_snapshot!(Server::of(town(2, 1)).get("/collections/coverage-hub-15/items?limit=1").shown(), @"");
}

#[test]
fn a_table_reads_like_this() {
    let table = Server::of(town(2, 1)).get("/collections/assets/items?f=csv").shown().replace('\r', "");
    assert_snapshot!(table, @"");
}

#[test]
fn a_problem_reads_like_this() {
    let headers = [("X-Request-Id", "test")];
    assert_snapshot!(Server::of(town(2, 1)).ask("GET", "/collections/assets/items?limit=all", &headers).shown(), @"");
}
