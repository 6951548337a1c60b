//! Pages for people: plain, readable without scripts, with the credits and notices of what they show.
//! The map page takes the place of `landing.html`.

use super::problem::Problem;
use super::reply::Reply;
use super::request::Ask;
use crate::layer::Layer;
use crate::report::paper::{self, Drawing, Form};
use crate::snapshot::Snapshot;
use axum::http::header;
use minijinja::Environment;
use serde_json::{Value, json};
use std::sync::LazyLock;

/// The media type of a page.
pub(super) const MEDIA: &str = "text/html; charset=utf-8";

/// A page to print, which brings its styles in itself, so that it looks the same when it is saved. It has no script.
const SHEET_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'self'";

/// Where the reader of a printed page came from: an address and what it is called.
pub(super) type Back<'b> = (&'b str, &'b str);

/// Answers with a printed page, or with the document or workbook that says the same where `f` asks for it.
///
/// * `name`: of the file, without its ending.
/// * `maps`: those drawn in the page.
pub(super) fn paper(
    ask: &Ask,
    (sheet, maps): (&str, &[Drawing]),
    name: &str,
    back: Back<'_>,
) -> Result<Reply, Problem> {
    let form = match ask.get("f") {
        None | Some("html") => return Ok(printed(ask, sheet, back)),
        Some(form) => Form::named(form)
            .ok_or_else(|| Problem::bad_request(format!("f is {form:?}; this paper comes as html, docx or xlsx.")))?,
    };
    let bytes = paper::write(form, sheet, maps).map_err(|error| {
        tracing::error!(%error, "a paper");
        Problem::our_fault()
    })?;
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let words: Vec<&str> = plain.split('-').filter(|word| !word.is_empty()).collect();
    let file = format!("attachment; filename=\"{}.{}\"", words.join("-"), form.ending());
    Ok(Reply::new(form.media(), bytes).with(header::CONTENT_DISPOSITION, file))
}

/// The printed page with the way back and the other forms, for whoever reads it on a screen; paper has none of them.
fn printed(ask: &Ask, sheet: &str, (address, words): Back<'_>) -> Reply {
    let form = |form: &str| escaped(&ask.here(&[("f", Some(form.to_owned()))]));
    let line = format!(
        "<main><p class=\"back\"><a href=\"{}\">{}</a>. The same as <a href=\"{}\">a document (DOCX)</a> or <a href=\"{}\">a workbook (XLSX)</a>.</p>",
        escaped(address),
        escaped(words),
        form("docx"),
        form("xlsx"),
    );
    Reply::new(MEDIA, sheet.replacen("<main>", &line, 1)).with(header::CONTENT_SECURITY_POLICY, SHEET_POLICY)
}

macro_rules! pages {
    ($($name:literal),+ $(,)?) => {
        [$(($name, include_str!(concat!("pages/", $name)))),+]
    };
}

static PAGES: LazyLock<Result<Environment<'static>, minijinja::Error>> = LazyLock::new(|| {
    let mut pages = Environment::new();
    pages.set_formatter(|out, state, value| match value.as_str() {
        Some(words) if !value.is_safe() => out.write_str(&escaped(words)).map_err(minijinja::Error::from),
        _ => minijinja::escape_formatter(out, state, value),
    });
    pages.add_filter("urlencode", |words: String| super::text::encode(&words));
    let sources = pages![
        "base.html",
        "account.html",
        "begin.html",
        "api.html",
        "audit.html",
        "changes.html",
        "collection.html",
        "collections.html",
        "conformance.html",
        "correction.html",
        "docs.html",
        "draft.html",
        "drafts.html",
        "forms.html",
        "invitation.html",
        "issues.html",
        "item.html",
        "items.html",
        "job.html",
        "jobs.html",
        "landing.html",
        "people.html",
        "person.html",
        "problem.html",
        "process.html",
        "processes.html",
        "record.html",
        "scenario.html",
        "scenarios.html",
        "schema.html",
        "scheme.html",
        "schemes.html",
        "settings.html",
        "sign_in.html",
        "table.html",
        "tileset.html",
        "tilesets.html",
        "version.html",
        "versions.html",
    ];
    for (name, source) in sources {
        pages.add_template(name, source)?;
    }
    Ok(pages)
});

/// Words as they stand in a page. Slashes stay, so that addresses can be read in its source.
fn escaped(words: &str) -> String {
    crate::text::escaped(words).replace('\'', "&#39;")
}

/// The page as text.
pub(super) fn render(name: &str, page: &Value) -> Result<String, Problem> {
    let pages = PAGES.as_ref().map_err(fault)?;
    pages
        .get_template(name)
        .and_then(|template| template.render(minijinja::value::Serde(page)))
        .map_err(|error| fault(&error))
}

fn fault(error: &minijinja::Error) -> Problem {
    tracing::error!(%error, "a page could not be written");
    Problem::our_fault()
}

/// A page about the place or one of its layers.
pub(super) fn reply(
    name: &str,
    ask: &Ask,
    snapshot: &Snapshot,
    layer: Option<&Layer>,
    mut page: Value,
) -> Result<Reply, Problem> {
    if let Some(members) = page.as_object_mut() {
        members.insert("place".to_owned(), json!(snapshot.place.name));
        members.insert("made_up".to_owned(), json!(snapshot.place.made_up));
        members.insert(
            "notices".to_owned(),
            json!(layer.map_or_else(|| notices(snapshot), |layer| layer.credits.notices.clone())),
        );
        let attributions = layer.map_or_else(|| attributions(snapshot), |layer| layer.credits.attributions.clone());
        members.insert("attributions".to_owned(), json!(attributions));
        members.insert("json_href".to_owned(), json!(ask.here(&[("f", Some("json".to_owned()))])));
        if let Some(layer) = layer {
            let about = json!({
                "id": layer.id, "title": layer.title, "description": layer.description, "method": layer.method,
                "path": super::collection::path(layer), "sources": layer.credits.sources,
                "licences": layer.credits.licences, "drawn": !layer.is_table(),
                "date": layer.credits.date.map(|day| day.format("%-d %B %Y").to_string()),
            });
            members.insert("layer".to_owned(), about);
        }
        members.insert("base".to_owned(), json!(ask.base));
        members.insert("edited".to_owned(), json!(ask.is_edited));
    }
    bare(name, &page)
}

/// A page when there is no place yet.
pub(super) fn bare(name: &str, page: &Value) -> Result<Reply, Problem> {
    Ok(Reply::new(MEDIA, render(name, page)?))
}

/// What every reader of anything here must know.
pub(super) fn notices(snapshot: &Snapshot) -> Vec<String> {
    let mut all = gathered(snapshot, |layer| &layer.credits.notices);
    all.extend(snapshot.not_shown().map(|_| NOT_SHOWN.to_owned()));
    all
}

/// What everybody is told where counts of people could not be protected.
pub(super) const NOT_SHOWN: &str = "Who is met, what people raise and the evidence are not shown: the counts could not be \
    protected, so that nothing of them is published. Whoever looks after this place finds the cause and what to do with \
    patchwork check.";

/// The words the licences ask for.
pub(super) fn attributions(snapshot: &Snapshot) -> Vec<String> {
    gathered(snapshot, |layer| &layer.credits.attributions)
}

/// Titles of the sources.
pub(super) fn sources(snapshot: &Snapshot) -> Vec<String> {
    gathered(snapshot, |layer| &layer.credits.sources)
}

fn gathered(snapshot: &Snapshot, words: impl Fn(&Layer) -> &Vec<String>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for each in snapshot.layers().iter().flat_map(|each| words(&each.layer)) {
        if !all.contains(each) {
            all.push(each.clone());
        }
    }
    all
}

/// Answers with the looks of the pages.
pub(super) fn style(_: &Ask) -> Result<Reply, Problem> {
    let style = Reply::new("text/css; charset=utf-8", include_str!("pages/style.css"));
    Ok(style.with(header::CACHE_CONTROL, "public, max-age=3600"))
}

/// Answers robots: pages may be listed, the many pages of items not.
pub(super) fn robots(_: &Ask) -> Result<Reply, Problem> {
    Ok(Reply::new("text/plain; charset=utf-8", "User-agent: *\nDisallow: /collections/*/items\n"))
}
