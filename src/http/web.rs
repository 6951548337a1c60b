//! The map page: the files of `web/dist`, held in the program when they were there as it was built.
//!
//! The page is one HTML file at `/`; what it needs lies below `/-/web/`, under names that hold a digest of the
//! contents, so a browser keeps them for good. The page itself is asked for anew each time. All it shows it
//! gets from the public resources.

use super::etag;
use super::problem::Problem;
use super::reply::Reply;
use super::request::Ask;
use crate::place::BaseMap;
use axum::http::header;

include!(concat!(env!("OUT_DIR"), "/web.rs"));

/// Scripts, styles and data come from here and nowhere else, but for the pictures of a base map that the place names.
/// The drawing library keeps its patterns in `blob:` and `data:` images.
fn policy(base_map: Option<&BaseMap>) -> String {
    let also = base_map.map(|map| format!(" {}", map.origin)).unwrap_or_default();
    format!(
        "default-src 'self'; img-src 'self' data: blob:{also}; connect-src 'self'{also}; worker-src 'self' blob:; \
         object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
    )
}

/// A file under its digest never changes.
const FOR_GOOD: &str = "public, max-age=31536000, immutable";

/// The only file that has no digest in its name: people open it.
const LICENCES: &str = "licences.txt";

/// Answers with the page; `None` when the program was built without it.
pub(super) fn page(ask: &Ask) -> Option<Reply> {
    let page = file("index.html")?;
    let etag = etag(page);
    let reply =
        if ask.knows(&etag) { Reply::not_modified(&etag) } else { Reply::new(super::page::MEDIA, page).tagged(&etag) };
    let base_map = ask.snapshot().ok().and_then(|snapshot| snapshot.place.base_map.as_ref());
    Some(reply.with(header::CONTENT_SECURITY_POLICY, policy(base_map)))
}

/// Answers with a file the page needs.
pub(super) fn asset(ask: &Ask) -> Result<Reply, Problem> {
    ask.only(&[])?;
    let name = ask.param("file");
    let bytes = file(&format!("-/web/{name}")).ok_or_else(|| Problem::no_such_page(&ask.path))?;
    let etag = etag(bytes);
    if ask.knows(&etag) {
        return Ok(Reply::not_modified(&etag));
    }
    let reply = Reply::new(media(name), bytes);
    Ok(if name == LICENCES {
        reply.tagged(&etag)
    } else {
        reply.with(header::ETAG, etag).with(header::CACHE_CONTROL, FOR_GOOD)
    })
}

fn etag(bytes: &[u8]) -> String {
    format!("W/\"web-{:016x}\"", etag::fnv(bytes))
}

fn file(name: &str) -> Option<&'static [u8]> {
    FILES.iter().find(|(known, _)| *known == name).map(|(_, bytes)| *bytes)
}

/// The media type of a file, by the end of its name. A script under a wrong type is not run.
fn media(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, end)| end) {
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_may_fetch_pictures_of_a_base_map_that_the_place_names_and_nothing_else_from_elsewhere() {
        assert!(!policy(None).contains("http"));
        let map = BaseMap::of("https://tiles.example.org/{z}/{x}/{y}.png", "").expect("a map");
        let said = policy(Some(&map));
        assert_eq!(said.matches("https://").count(), 2);
        assert!(said.contains("img-src 'self' data: blob: https://tiles.example.org;"), "{said}");
        assert!(said.contains("connect-src 'self' https://tiles.example.org;"), "{said}");
        assert!(said.starts_with("default-src 'self';"), "{said}");
    }
}
