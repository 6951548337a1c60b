//! `/giving`: the page to print for a trustees' meeting, where the place has grants.

use super::page;
use super::problem::Problem;
use super::reply::Reply;
use super::request::Ask;
use crate::report::giving as trustees;

/// Answers with the page; 404 in a place without grants.
pub(super) fn giving(ask: &Ask) -> Result<Reply, Problem> {
    let snapshot = ask.snapshot()?;
    ask.only(&[])?;
    let find = |id: &str| snapshot.collection(id).map(|collection| &collection.layer);
    let text = trustees::write(&snapshot.place.name, find).ok_or_else(|| Problem::no_such_page("/giving"))?;
    page::paper(ask, (&text, &[]), &format!("giving {}", snapshot.place.key), ("./#ask=giving", "Back to the map"))
}
