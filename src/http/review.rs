//! `/review/{patch}`: one page about a patch that its coordinator can print.

use super::page;
use super::problem::Problem;
use super::reply::Reply;
use super::request::Ask;
use super::text;
use crate::layer::Layer;
use crate::report::review;

/// Answers with the page.
pub(super) fn review(ask: &Ask) -> Result<Reply, Problem> {
    let snapshot = ask.snapshot()?;
    ask.only(&[])?;
    let layers: Vec<&Layer> = snapshot.layers().iter().map(|collection| &collection.layer).collect();
    let patch = ask.param("patch");
    let sheet = review::page(&snapshot.place, &layers, snapshot.missing(), patch).ok_or_else(|| {
        Problem::not_found(format!("There is no patch {patch:?}. /collections/patches/items lists them all."))
    })?;
    let map = format!("../#patch={}", text::encode_value(patch));
    page::paper(ask, (&sheet, &[]), &format!("review {patch}"), (&map, "Back to the map"))
}
