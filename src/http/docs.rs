//! `/docs`: the manual, with the methods and the glossary, so that every layer's `method` is a link that opens.
//!
//! The pages are the Markdown files of `docs/`, METHODS.md and GLOSSARY.md, which `build.rs` lists; they are turned
//! into HTML when they are first asked for.

use super::page;
use super::problem::Problem;
use super::reply::Reply;
use super::request::Ask;
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};
use serde_json::{Value, json};

include!(concat!(env!("OUT_DIR"), "/docs.rs"));

/// In which order and under which headings the pages stand.
const SUMMARY: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/SUMMARY.md"));

/// By which editors complete and check `place.toml`.
const SCHEMA: (&str, &str) =
    ("place.schema.json", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/place.schema.json")));

/// Where the manual is.
pub(super) const PATH: &str = "/docs";

/// The address of a paragraph of the methods, as layers name it.
pub(super) fn method(ask: &Ask, anchor: &str) -> String {
    ask.url(&format!("{PATH}/methods#{anchor}"))
}

/// The first page, which names the others.
pub(super) fn index(ask: &Ask) -> Result<Reply, Problem> {
    answer(ask, "")
}

/// One page.
pub(super) fn one(ask: &Ask) -> Result<Reply, Problem> {
    let page = ask.param("page");
    if page == SCHEMA.0 {
        ask.only(&[])?;
        return Ok(Reply::new("application/schema+json", SCHEMA.1));
    }
    answer(ask, page)
}

fn answer(ask: &Ask, slug: &str) -> Result<Reply, Problem> {
    ask.only(&[])?;
    let place = ask.snapshot().ok().map(|snapshot| snapshot.place.name.clone());
    let named = |slug: &str| PAGES.iter().find(|(known, _)| *known == slug);
    let (title, body) = match named(if slug.is_empty() { "index" } else { slug }) {
        Some((_, text)) => (title(text), written(text, &ask.url(PATH))),
        None if slug.is_empty() => ("Manual".to_owned(), String::new()),
        None => {
            let known: Vec<&str> = PAGES.iter().map(|(slug, _)| *slug).collect();
            let why = format!("The manual has no page {slug:?}; it has {}.", known.join(", "));
            return Err(Problem::not_found(why));
        }
    };
    let pages = contents(&ask.url(PATH), slug);
    page::bare(
        "docs.html",
        &json!({"title": title, "body": body, "pages": pages, "here": slug, "place": place, "base": ask.base}),
    )
}

/// The pages in order: `part` is a heading, `href` and `title` a page, and `here` the one that is shown.
fn contents(base: &str, shown: &str) -> Vec<Value> {
    let entry = |line: &str| {
        if let Some(part) = line.strip_prefix("# ").filter(|part| *part != "Summary") {
            return Some(json!({ "part": part }));
        }
        let (title, to) = line.trim_start_matches("- [").strip_suffix(')')?.split_once("](")?;
        let href = link(to, base);
        let here = href.strip_prefix(base).is_some_and(|slug| slug.trim_start_matches('/') == shown);
        (href != base).then(|| json!({"href": href, "title": title, "here": here}))
    };
    SUMMARY.lines().filter_map(entry).collect()
}

/// The first heading.
fn title(text: &str) -> String {
    let heading = text.lines().find_map(|line| line.strip_prefix("# "));
    heading.unwrap_or("Manual").trim().to_owned()
}

/// A page as HTML: headings have the anchors that other pages name, links between the Markdown files lead to the
/// pages served.
fn written(text: &str, base: &str) -> String {
    let events = Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH);
    let mut tables = 0;
    let mut told: Vec<Event<'_>> = Vec::new();
    // Where the heading that is open began; the page's own title is written by the template.
    let mut heading: Option<(usize, HeadingLevel)> = None;
    // What else the next heading is called by those who link to it: `<a id="name"></a>` on a line above it.
    let mut names: Vec<String> = Vec::new();
    let mut in_table = false;
    for event in events {
        match event {
            Event::Start(Tag::Heading { level, classes, attrs, .. }) => {
                heading = Some((told.len(), level));
                told.push(Event::Start(Tag::Heading { level, id: None, classes, attrs }));
            }
            Event::End(TagEnd::Heading(level)) => {
                if let Some((from, _)) = heading.take() {
                    if level == HeadingLevel::H1 {
                        told.truncate(from);
                        continue;
                    }
                    let anchor = anchor(&told[from..]);
                    let others = names.drain(..).filter(|name| *name != anchor);
                    let others: String = others.map(|name| format!("<a id=\"{name}\"></a>")).collect();
                    if let Some(Event::Start(Tag::Heading { id, .. })) = told.get_mut(from) {
                        *id = Some(CowStr::from(anchor));
                    }
                    told.insert(from, Event::Html(CowStr::from(others)));
                }
                told.push(Event::End(TagEnd::Heading(level)));
            }
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let dest_url = CowStr::from(link(&dest_url, base));
                told.push(Event::Start(Tag::Link { link_type, dest_url, title, id }));
            }
            Event::InlineHtml(words) if named(&words).is_some() => names.extend(named(&words).map(str::to_owned)),
            Event::InlineHtml(words) if &*words == "</a>" => {}
            // A paragraph of nothing but such names.
            Event::End(TagEnd::Paragraph) if is_bare(&told) => {
                while !matches!(told.pop(), Some(Event::Start(Tag::Paragraph)) | None) {}
            }
            // The pages are our own; what looks like markup in them is text.
            Event::Html(words) | Event::InlineHtml(words) => told.push(Event::Text(words)),
            Event::Start(Tag::Table(columns)) => {
                (tables, in_table) = (tables + 1, true);
                // Each region has a name of its own, or a list of landmarks tells nothing.
                told.push(Event::Html(CowStr::from(format!(
                    "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table {tables}\">"
                ))));
                told.push(Event::Start(Tag::Table(columns)));
            }
            Event::End(TagEnd::Table) => {
                in_table = false;
                told.push(Event::End(TagEnd::Table));
                told.push(Event::Html(CowStr::from("</div>")));
            }
            Event::Code(words) if in_table => told.push(Event::Html(CowStr::from(breakable(&words)))),
            other => told.push(other),
        }
    }
    let mut page = String::new();
    html::push_html(&mut page, told.into_iter());
    // Styles within the page are not allowed in it.
    page.replace(" style=\"text-align: right\"", " class=\"number\"").replace(" style=\"text-align: left\"", "")
}

/// The name in `<a id="name">`.
fn named(words: &str) -> Option<&str> {
    let name = words.strip_prefix("<a id=\"")?.strip_suffix("\">")?;
    name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-').then_some(name)
}

/// Whether the paragraph that is open has nothing in it.
fn is_bare(told: &[Event<'_>]) -> bool {
    let last = told.iter().rev().find(|event| !matches!(event, Event::SoftBreak));
    matches!(last, Some(Event::Start(Tag::Paragraph)))
}

/// Code in a cell: a long name is broken after a sign, and nowhere else.
fn breakable(words: &str) -> String {
    let signs = ['_', '/', '.', ','];
    let parts: Vec<String> = words.split_inclusive(signs).map(crate::text::escaped).collect();
    format!("<code>{}</code>", parts.join("<wbr>"))
}

/// The anchor of a heading, as code forges make it: lower case, words with hyphens between.
fn anchor(heading: &[Event<'_>]) -> String {
    let mut words = String::new();
    for event in heading {
        if let Event::Text(text) | Event::Code(text) = event {
            words.push_str(text);
        }
    }
    let kept = words
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .collect::<String>();
    kept.trim().replace(' ', "-")
}

/// Where a link leads: `deployment.md#tls` and `../METHODS.md` to the pages served, others as they are.
fn link(to: &str, base: &str) -> String {
    if to.contains("://") || to.starts_with('#') || to.starts_with("mailto:") {
        return to.to_owned();
    }
    let (path, anchor) = to.split_once('#').map_or((to, String::new()), |(path, anchor)| (path, format!("#{anchor}")));
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.strip_suffix(".md") {
        Some("index" | "SUMMARY") => format!("{base}{anchor}"),
        Some(name) => format!("{base}/{}{anchor}", name.to_lowercase()),
        None => to.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_have_anchors_and_links_lead_to_pages_that_are_served() {
        let page = written("# Title\n\n## Where people live\n\n[m](../METHODS.md#reach) <b>\n", "/docs");
        assert!(page.contains("<h2 id=\"where-people-live\">"), "{page}");
        assert!(page.contains("href=\"/docs/methods#reach\"") && page.contains("&lt;b&gt;"), "{page}");
        assert!(!page.contains("<h1>"), "{page}");
    }

    #[test]
    fn every_method_that_a_layer_names_is_a_heading_of_the_methods() {
        let (_, methods) = PAGES.iter().find(|(slug, _)| *slug == "methods").expect("the methods are in the manual");
        let page = written(methods, "/docs");
        let layers = crate::layer::CATALOGUE.iter().map(|entry| entry.method);
        for anchor in layers {
            assert_eq!(page.matches(&format!("id=\"{anchor}\"")).count(), 1, "{anchor}");
        }
        assert!(!page.contains("&lt;a") && !page.contains("style="), "{page}");
    }

    #[test]
    fn every_page_stands_in_the_contents_once() {
        let contents = contents("/docs", "issues");
        let leads_to = |slug: &str| contents.iter().filter(|entry| entry["href"] == format!("/docs/{slug}")).count();
        for (slug, _) in PAGES.iter().filter(|(slug, _)| *slug != "index") {
            assert_eq!(leads_to(slug), 1, "{slug}");
        }
        assert_eq!(contents.iter().filter(|entry| entry["here"] == true).count(), 1);
    }

    #[test]
    fn every_link_between_pages_leads_to_a_page() {
        for (slug, text) in PAGES {
            for found in written(text, "/docs").split("href=\"/docs/").skip(1) {
                let to = found.split('"').next().unwrap_or_default();
                let (name, anchor) = to.split_once('#').unwrap_or((to, ""));
                let page = PAGES.iter().find(|(known, _)| *known == name);
                let (_, page) = page.unwrap_or_else(|| panic!("{slug} links to {name}"));
                let is_there = anchor.is_empty() || written(page, "/docs").contains(&format!("id=\"{anchor}\""));
                assert!(is_there, "{slug} links to {to}");
            }
        }
    }
}
