//! The real server on a free port, and a client that takes answers as they come.

use chrono::DateTime;
use patchwork::http::{Options, serve};
use patchwork::place::{Code, Issue, Place, Where};
use patchwork::snapshot::{Shared, Snapshot};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, mpsc};
use tokio::sync::oneshot;

/// A server that stops when it goes out of scope.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// What all but a few servers of these tests call themselves.
pub(crate) const PUBLIC: &str = "https://maps.example/gridton";

pub(crate) fn issue() -> Issue {
    let at = Where::file("zones.geojson").row(7).field("ZONE").key("Z1");
    Issue::warning(
        Code::DuplicateKey,
        at,
        "the key Z1 is there twice",
        "the second was left out; give it a key of its own",
    )
}

/// A snapshot of the place, built at a fixed time.
pub(crate) fn snapshot(place: Place) -> Snapshot {
    let mut snapshot = Snapshot::build(place, vec![issue()]);
    snapshot.built_at = DateTime::from_timestamp(1_800_000_000, 0).expect("a time");
    snapshot
}

impl Server {
    /// With nothing to serve yet.
    pub(crate) fn empty(options: Options) -> Self {
        let shared = Arc::new(Shared::default());
        let (stop, stopped) = oneshot::channel();
        let (tell, told) = mpsc::channel();
        let for_thread = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().expect("a runtime");
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
                tell.send(listener.local_addr().expect("an address")).expect("somebody waits");
                let stopped = async {
                    let _ = stopped.await;
                };
                serve(listener, for_thread, options, stopped).await.expect("serves");
            });
        });
        let address = told.recv().expect("an address");
        Self { address, shared, stop: Some(stop), thread: Some(thread) }
    }

    /// With a place, behind a proxy of a known name.
    pub(crate) fn of(place: Place) -> Self {
        let server = Self::empty(Options { public_url: Some(PUBLIC.to_owned()), ..Options::default() });
        server.shared.replace(snapshot(place));
        server
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[])
    }

    pub(crate) fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut lines = vec![format!("{method} {path} HTTP/1.1"), format!("Host: {}", self.address)];
        lines.extend(headers.iter().map(|(name, value)| format!("{name}: {value}")));
        self.raw(&format!("{}\r\nConnection: close\r\n\r\n", lines.join("\r\n")))
    }

    /// Sends these very bytes.
    pub(crate) fn raw(&self, request: &str) -> Answer {
        let mut stream = TcpStream::connect(self.address).expect("connects");
        stream.write_all(request.as_bytes()).expect("sends");
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("answers");
        Answer::parsed(bytes)
    }
}

impl Answer {
    /// Of the bytes of a whole answer.
    pub(crate) fn parsed(mut bytes: Vec<u8>) -> Self {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("headers end");
        let head = String::from_utf8(bytes[..end].to_vec()).expect("headers are ASCII");
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let chunked = headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
        let body = bytes.split_off(end + 4);
        Self { status: status.expect("a status"), headers, body: if chunked { unchunk(&body) } else { body } }
    }
}

fn unchunk(mut bytes: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = bytes.windows(2).position(|two| two == b"\r\n") {
        let size = std::str::from_utf8(&bytes[..end]).ok().and_then(|size| usize::from_str_radix(size, 16).ok());
        let size = size.expect("the size of a chunk");
        if size == 0 {
            break;
        }
        body.extend_from_slice(&bytes[end + 2..end + 2 + size]);
        bytes = &bytes[end + 4 + size..];
    }
    body
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn media(&self) -> &str {
        self.header("content-type").unwrap_or_default()
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("UTF-8")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The link with this relation and, if given, media type.
    pub(crate) fn link(&self, rel: &str, media: Option<&str>) -> Option<String> {
        find_link(&self.json(), rel, media)
    }

    /// Status, headers that a client reads, and body.
    pub(crate) fn shown(&self) -> String {
        let shown = [
            "content-type",
            "content-crs",
            "link",
            "etag",
            "cache-control",
            "vary",
            "allow",
            "retry-after",
            "content-disposition",
        ];
        let headers: Vec<String> = shown
            .iter()
            .filter_map(|name| self.header(name).map(|value| format!("{name}: {}", same_each_time(name, value))))
            .collect();
        format!("{}\n{}\n\n{}", self.status, headers.join("\n"), self.text())
    }
}

/// Tags follow from every byte that is served: too much to see each time a word changes.
fn same_each_time<'a>(name: &str, value: &'a str) -> &'a str {
    if name == "etag" { "W/\"…\"" } else { value }
}

/// The link of a JSON document with this relation and, if given, media type.
pub(crate) fn find_link(document: &Value, rel: &str, media: Option<&str>) -> Option<String> {
    let links = document["links"].as_array()?;
    let fits = |link: &&Value| link["rel"] == rel && media.is_none_or(|media| link["type"] == media);
    links.iter().find(fits).and_then(|link| link["href"].as_str()).map(str::to_owned)
}

/// The path and query of an address of this server.
pub(crate) fn path(href: &str) -> String {
    href.strip_prefix(PUBLIC).unwrap_or_else(|| panic!("{href} does not begin with the public address")).to_owned()
}
