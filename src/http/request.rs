//! What a request asks, taken out of it before anything is worked out.

use super::App;
use super::admit::{Sees, View};
use super::etag::{fnv, names};
use super::format::{self, Offer};
use super::jobs::Jobs;
use super::kept::{self, Asked, Key};
use super::links::{self, Link};
use super::peer::Peer;
use super::problem::Problem;
use super::reply::Reply;
use super::text;
use crate::snapshot::{Collection, Shared, Snapshot};
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};
use std::net::IpAddr;
use std::sync::Arc;

/// A request.
#[derive(Debug)]
pub(super) struct Ask {
    /// Address before the path, without a slash at the end: `https://maps.example.org/patchwork`.
    pub(super) base: String,
    /// The path as it stands in links: percent-encoded, without a slash at the end.
    pub(super) path: String,
    /// Names and values of the query, in order, decoded.
    pub(super) query: Vec<(String, String)>,
    /// Where snapshots stand.
    pub(super) shared: Arc<Shared>,
    /// Work that runs on threads of its own.
    pub(super) jobs: Arc<Jobs>,
    /// How the client would like to be answered.
    pub(super) prefer: Option<String>,
    /// What the browser knows its own jobs by.
    pub(super) token: Option<String>,
    /// The address of the client, where it is known and not this machine's own.
    pub(super) client: Option<IpAddr>,
    /// The same values with their plus signs kept, where they have any.
    pluses: Vec<(String, String)>,
    params: Vec<(String, String)>,
    snapshot: Option<Arc<Snapshot>>,
    accept: Option<String>,
    if_none_match: Option<String>,
    /// The part of a file that is wanted.
    pub(super) range: Option<String>,
    /// The tag of the file of which the client has another part.
    pub(super) if_range: Option<String>,
    /// Under which the answer may be kept.
    pub(super) key: Option<Key>,
    /// Whether a workspace is served, on which people work.
    pub(super) is_edited: bool,
    /// Whether the client reads gzip.
    pub(super) gzip: bool,
    pub(super) sees: Sees,
}

impl FromRequestParts<Arc<App>> for Ask {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let unreadable = || Problem::bad_request("The path is not percent-encoded UTF-8. Encode each name in it.");
        let params = RawPathParams::from_request_parts(parts, app).await.map_err(|_| unreadable())?;
        let params = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let word = |name: HeaderName| header_text(&parts.headers, &name);
        let view = parts.extensions.get::<View>();
        let sees = view.map_or(Sees::ALL, |view| view.sees);
        let snapshot = view.map_or_else(|| app.shared.current(), |view| view.snapshot.clone());
        let asked = Asked::of(&parts.uri, &parts.headers, app).filter(|_| sees.files);
        Ok(Self {
            base: base(&parts.headers, parts.uri.authority().map(axum::http::uri::Authority::as_str), app)?,
            path: parts.uri.path().trim_end_matches('/').to_owned(),
            query: read_query(parts.uri.query().unwrap_or_default())?,
            pluses: pluses(parts.uri.query().unwrap_or_default()),
            shared: app.shared.clone(),
            jobs: app.jobs.clone(),
            prefer: header_text(&parts.headers, &HeaderName::from_static("prefer")),
            token: token(&parts.headers),
            client: client(parts, app.behind_proxy),
            params,
            key: asked.zip(snapshot.as_ref()).map(|(asked, snapshot)| asked.key(snapshot.digest())),
            is_edited: app.editing.is_some(),
            gzip: kept::reads_gzip(&parts.headers),
            sees,
            snapshot,
            accept: word(header::ACCEPT),
            if_none_match: word(header::IF_NONE_MATCH),
            range: word(header::RANGE),
            if_range: word(header::IF_RANGE),
        })
    }
}

/// The cookie with what a browser knows its own jobs by. It says nothing of whose browser it is.
pub(super) const COOKIE: &str = "patchwork_jobs";

fn token(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let token = pairs.find(|(name, _)| *name == COOKIE)?.1;
    (token.len() == 32 && token.bytes().all(|b| b.is_ascii_hexdigit())).then(|| token.to_owned())
}

/// The address of the client: of the connection, or what the nearest proxy says, which is the last of the list.
fn client(parts: &Parts, behind_proxy: bool) -> Option<IpAddr> {
    let peer = parts.extensions.get::<Peer>().map(|peer| peer.0);
    let said = || {
        parts
            .headers
            .get_all("x-forwarded-for")
            .iter()
            .next_back()?
            .to_str()
            .ok()?
            .rsplit(',')
            .next()?
            .trim()
            .parse()
            .ok()
    };
    let client = if behind_proxy { said().or(peer) } else { peer };
    client.filter(|client| !client.is_loopback())
}

fn header_text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let values: Vec<&str> = headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

/// The address in links: the configured one, else the host the client used.
fn base(headers: &HeaderMap, authority: Option<&str>, app: &App) -> Result<String, Problem> {
    if let Some(public) = &app.public_url {
        return Ok(public.clone());
    }
    let said = |name: &str| if app.behind_proxy { forwarded(headers, name) } else { None };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).or(authority);
    let scheme = if said("x-forwarded-proto") == Some("https") { "https" } else { "http" };
    let prefix = said("x-forwarded-prefix").filter(|prefix| is_prefix(prefix)).unwrap_or_default();
    match said("x-forwarded-host").or(host) {
        Some(host) if is_host(host) => Ok(format!("{scheme}://{host}{}", prefix.trim_end_matches('/'))),
        _ => Err(Problem::bad_request(
            "The Host header is missing or is not a host name. Send the name and port of this server.",
        )),
    }
}

/// What the outermost proxy said: each adds its own to the end of a list.
fn forwarded<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let list = headers.get(name)?.to_str().ok()?;
    list.split(',').next().map(str::trim).filter(|first| !first.is_empty())
}

fn is_prefix(prefix: &str) -> bool {
    let signs = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '-' | '_' | '~');
    prefix.starts_with('/') && !prefix.contains("//") && prefix.len() <= 255 && prefix.chars().all(signs)
}

fn is_host(host: &str) -> bool {
    let signs = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
    !host.is_empty() && host.len() <= 255 && host.chars().all(signs)
}

pub(super) fn read_query(query: &str) -> Result<Vec<(String, String)>, Problem> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let mut read: Vec<(String, String)> = Vec::new();
    for pair in pairs {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (Some(name), Some(value)) = (text::decode(name, true), text::decode(value, true)) else {
            return Err(Problem::bad_request(format!("The query has {pair:?}, which is not percent-encoded UTF-8.")));
        };
        if read.iter().any(|(known, _)| *known == name) {
            return Err(Problem::bad_request(format!("The query names {name:?} twice. Name it once.")));
        }
        read.push((name, value));
    }
    Ok(read)
}

/// Names and values of those parts of a query that have a plus sign in their value, which stays one.
fn pluses(query: &str) -> Vec<(String, String)> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('=')).filter(|(_, value)| value.contains('+'));
    pairs.filter_map(|(name, value)| Some((text::decode(name, true)?, text::decode(value, false)?))).collect()
}

impl Ask {
    /// The snapshot that stood when the request came.
    pub(super) fn snapshot(&self) -> Result<&Snapshot, Problem> {
        self.own_snapshot().map(|snapshot| &**snapshot)
    }

    /// The same, for work that outlives the request.
    pub(super) fn own_snapshot(&self) -> Result<&Arc<Snapshot>, Problem> {
        self.snapshot.as_ref().ok_or_else(|| match self.shared.failure() {
            Some(_) => Problem::nothing_loaded(),
            None if self.is_edited => Problem::nothing_published(),
            None => Problem::not_ready(),
        })
    }

    /// The collection named in the path.
    pub(super) fn collection(&self) -> Result<&Collection, Problem> {
        self.collection_named(self.param("collection"))
    }

    /// The collection of this name.
    pub(super) fn collection_named(&self, id: &str) -> Result<&Collection, Problem> {
        let snapshot = self.snapshot()?;
        snapshot.collection(id).ok_or_else(|| {
            let known: Vec<&str> = snapshot.layers().iter().map(|known| known.layer.id.as_str()).collect();
            Problem::not_found(format!("There is no collection {id:?}; there are {}.", known.join(", ")))
        })
    }

    /// A name in the path, decoded.
    pub(super) fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// A value of the query.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// What follows a prefix in the names of the query: boxes that were ticked.
    pub(super) fn ticked(&self, prefix: &str) -> Vec<&str> {
        self.query.iter().filter_map(|(name, _)| name.strip_prefix(prefix)).collect()
    }

    /// A value of the query that has plus signs, with them: elsewhere they are spaces.
    pub(super) fn with_plus(&self, name: &str) -> Option<&str> {
        self.pluses.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Refuses a query that has anything but these parameters and `f`.
    pub(super) fn only(&self, names: &[&str]) -> Result<(), Problem> {
        match self.query.iter().find(|(name, _)| name != "f" && !names.contains(&name.as_str())) {
            None => Ok(()),
            Some((name, _)) => {
                let known: Vec<&str> = names.iter().copied().chain(["f"]).collect();
                Err(Problem::bad_request(format!(
                    "{name:?} is no parameter of this resource. Its parameters are {}.",
                    known.join(", ")
                )))
            }
        }
    }

    /// The representation to send.
    pub(super) fn choose(&self, offers: &[Offer]) -> Result<Offer, Problem> {
        format::choose(offers, self.get("f"), self.accept.as_deref())
    }

    /// How many of a list are wanted: all unless somebody says, and at most so many may be said.
    pub(super) fn limit_of(&self, most: usize) -> Result<usize, Problem> {
        match self.limit(most)? {
            limit if limit <= most => Ok(limit),
            limit => Err(Problem::bad_request(format!("limit is {limit}; it can be at most {most}."))),
        }
    }

    /// How many are wanted at most, or as many as `usual` when nobody says.
    pub(super) fn limit(&self, usual: usize) -> Result<usize, Problem> {
        let wrong = |words: &str| format!("limit is {words:?}; it must be a whole number of at least 1.");
        match self.get("limit") {
            None => Ok(usual),
            Some(words) => match words.parse() {
                Ok(limit) if limit > 0 => Ok(limit),
                _ => Err(Problem::bad_request(wrong(words))),
            },
        }
    }

    /// The address of something else here.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// This address with some parameters of the query replaced (or, with `None`, left out).
    pub(super) fn here(&self, replaced: &[(&str, Option<String>)]) -> String {
        let kept = self.query.iter().filter(|(name, _)| !replaced.iter().any(|(other, _)| other == name));
        let kept = kept.map(|(name, value)| (name.as_str(), value.as_str()));
        let added = replaced.iter().filter_map(|(name, value)| Some((*name, value.as_deref()?)));
        let query: Vec<String> = kept
            .chain(added)
            .map(|(name, value)| format!("{}={}", text::encode(name), text::encode_value(value)))
            .collect();
        let mark = if query.is_empty() { "" } else { "?" };
        let path = if self.path.is_empty() { "/" } else { &self.path };
        format!("{}{path}{mark}{}", self.base, query.join("&"))
    }

    /// The tag of this representation: the snapshot's digest, and what was asked of it.
    pub(super) fn etag(&self, offer: Offer) -> Result<String, Problem> {
        let sees = if self.sees.files { "" } else { " without files" };
        let asked = format!("{} {}{sees}", self.here(&[]), offer.media);
        Ok(format!("W/\"{}-{:016x}\"", self.snapshot()?.digest(), fnv(asked.as_bytes())))
    }

    /// A 304, if the client already has what it asks for.
    pub(super) fn unchanged(&self, offer: Offer) -> Result<Option<Reply>, Problem> {
        if self.if_none_match.is_none() {
            return Ok(None);
        }
        let etag = self.etag(offer)?;
        Ok(self.knows(&etag).then(|| Reply::not_modified(&etag)))
    }

    /// What changes with the snapshot only, in the form the client reads, with its links and its tag; or that the
    /// client has it already.
    ///
    /// * `make` writes it, and may add to the links.
    pub(super) fn told(
        &self,
        offers: &[Offer],
        make: impl FnOnce(Offer, &mut Vec<Link>) -> Result<Reply, Problem>,
    ) -> Result<Reply, Problem> {
        let offer = self.choose(offers)?;
        if let Some(reply) = self.unchanged(offer)? {
            return Ok(reply);
        }
        let mut links = self.links(offer, offers);
        let reply = make(offer, &mut links)?;
        Ok(reply.tagged(&self.etag(offer)?).with(header::LINK, links::header(&links)))
    }

    /// `self` for the representation sent, and `alternate` for each other one.
    pub(super) fn links(&self, sent: Offer, offers: &[Offer]) -> Vec<Link> {
        let mut links = vec![Link::new(self.here(&[]), "self", sent.media, "This document")];
        for offer in offers.iter().filter(|offer| offer.format != sent.format) {
            let href = self.here(&[("f", Some(offer.format.word().to_owned()))]);
            let title = format!("This document as {}", links::name(offer.format));
            links.push(Link::new(href, "alternate", offer.media, title));
        }
        links
    }

    /// Whether the client already has what bears this tag.
    pub(super) fn knows(&self, etag: &str) -> bool {
        names(self.if_none_match.as_deref().unwrap_or_default(), etag)
    }
}
