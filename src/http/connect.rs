//! Connections: who may have one, and when it is closed.
//!
//! Nobody holds a connection by doing nothing: a head that does not come, an idle connection and an answer that is
//! not read are given up. When as many are open as may be, further ones are answered with a word and closed, but for
//! probes, which are answered as always.

use super::guard::PROBES;
use super::peer::Peer;
use super::problem::Problem;
use crate::memory;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::{Instant, Sleep, sleep, sleep_until};
use tower::Service;

/// How long a head may take to come, and how long a connection may wait for its next request: longer than a browser
/// or QGIS needs between two requests of one view, which open a new one for nothing anyway.
const HEAD: Duration = Duration::from_secs(15);

/// How long a client may make an answer wait, all pauses together, less what it makes good by reading.
const PATIENCE: Duration = Duration::from_secs(30);

/// Bytes that make good one second of waiting: what the slowest mobile network brings.
const BYTES_A_SECOND: f64 = 8192.0;

/// Connections beyond the limit that are told so at once, and on which probes are answered.
const SPARE: usize = 64;

/// Files the program itself has open: its log, its listener, the system's queues, what is read and written.
const OWN_FILES: usize = 32;

/// Requests at once on one connection of HTTP/2.
const STREAMS: u32 = 64;

/// Answers connections until `stop` comes true, and then those that are open until each has ended its requests.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    most: usize,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let files = memory::files().map_or(usize::MAX, |files| files.saturating_sub(OWN_FILES)).max(8);
    let (room, spare) = (most.min(files / 4 * 3), SPARE.min(files / 4));
    if room < most {
        tracing::warn!(room, "the limit of open files leaves room for fewer connections than max_connections");
    }
    let (room, spare) = (Arc::new(Semaphore::new(room)), Arc::new(Semaphore::new(spare)));
    let (stopping, stopped) = watch::channel(false);
    let (open, mut closed) = mpsc::channel::<()>(1);
    tokio::spawn(async move {
        stop.await;
        let _ = stopping.send(true);
    });
    let mut halt = stopped.clone();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = told(&mut halt) => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Mostly too many open files: what is open ends, and then there is room again.
                tracing::debug!(%error, "a connection could not be accepted");
                sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let (place, is_spare) = match Arc::clone(&room).try_acquire_owned() {
            Ok(place) => (place, false),
            Err(_) => match Arc::clone(&spare).try_acquire_owned() {
                Ok(place) => (place, true),
                Err(_) => continue,
            },
        };
        let (router, stopped, open) = (router.clone(), stopped.clone(), open.clone());
        tokio::spawn(async move {
            converse(stream, peer.ip(), router, is_spare, stopped).await;
            drop((place, open));
        });
    }
    drop((listener, open));
    let _ = closed.recv().await;
    Ok(())
}

/// Comes back when it is time to stop.
async fn told(stopped: &mut watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stop| *stop).await;
}

async fn converse(stream: TcpStream, peer: IpAddr, router: Router, is_spare: bool, mut stopped: watch::Receiver<bool>) {
    // The end of an answer that does not fill a packet is sent at once, instead of waiting for the client's word
    // that the packets before have come.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection may be slow at the end of its answers");
    }
    let head = if is_spare { HEAD / 5 } else { HEAD };
    // Before the first byte nobody knows which HTTP will be spoken, so nobody else counts the time.
    let mut byte = [0_u8; 1];
    let first = tokio::select! {
        first = tokio::time::timeout(head, stream.peek(&mut byte)) => first,
        () = told(&mut stopped) => return,
    };
    if !matches!(first, Ok(Ok(1))) {
        return;
    }
    let answers = Answers { router, peer, is_spare };
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(head).keep_alive(!is_spare);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(HEAD)
        .keep_alive_timeout(HEAD)
        .max_concurrent_streams(STREAMS);
    let io = TokioIo::new(Patient::new(stream, PATIENCE));
    let service = TowerToHyperService::new(answers);
    let connection = builder.serve_connection(io, service);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = told(&mut stopped) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::trace!(%error, "a connection ended before its time");
    }
}

/// What answers the requests of one connection.
#[derive(Clone)]
struct Answers {
    router: Router,
    peer: IpAddr,
    is_spare: bool,
}

impl<B> Service<Request<B>> for Answers
where
    B: axum::body::HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (is_spare, mut request) = (self.is_spare, request.map(Body::new));
        if is_spare && !PROBES.contains(&request.uri().path()) {
            return Box::pin(async { Ok(last(full())) });
        }
        request.extensions_mut().insert(Peer(self.peer));
        let answer = self.router.call(request);
        Box::pin(async move {
            let answer = answer.await?;
            Ok(if is_spare { last(answer) } else { answer })
        })
    }
}

/// What is said where no room is left.
fn full() -> Response {
    let problem = Problem::busy(5);
    let body = serde_json::json!({"title": problem.title, "status": 503, "detail": problem.detail});
    let headers = [(header::CONTENT_TYPE, "application/problem+json"), (header::RETRY_AFTER, "5")];
    (problem.status, headers, body.to_string()).into_response()
}

fn last(mut answer: Response) -> Response {
    answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    answer
}

/// A stream that gives up on a client who does not read.
struct Patient {
    stream: TcpStream,
    patience: Duration,
    /// How long the client has made us wait, less what it made good.
    waited: Duration,
    /// Since when it makes us wait.
    since: Option<Instant>,
    /// Goes off when the patience may be at an end, never later. It is armed once and again when it went off too early:
    /// a large answer is waited for many times, and nearly always for less than a millisecond.
    alarm: Option<Pin<Box<Sleep>>>,
}

impl Patient {
    fn new(stream: TcpStream, patience: Duration) -> Self {
        Self { stream, patience, waited: Duration::ZERO, since: None, alarm: None }
    }

    /// After an attempt to write: counts the wait, or what was made good by `done` bytes.
    fn count(&mut self, context: &mut Context<'_>, tried: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match tried {
            Poll::Pending => {
                let since = *self.since.get_or_insert_with(Instant::now);
                // Whatever was waited before and made good since, this is later than what the alarm was armed for.
                let end = since + self.patience.saturating_sub(self.waited);
                let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep_until(end)));
                loop {
                    ready!(alarm.as_mut().poll(context));
                    if alarm.deadline() >= end {
                        return Poll::Ready(Err(io::Error::from(io::ErrorKind::TimedOut)));
                    }
                    alarm.as_mut().reset(end);
                }
            }
            Poll::Ready(done) => {
                if let Some(since) = self.since.take() {
                    self.waited += since.elapsed();
                }
                let bytes = *done.as_ref().unwrap_or(&0);
                self.waited = self.waited.saturating_sub(Duration::from_secs_f64(bytes as f64 / BYTES_A_SECOND));
                Poll::Ready(done)
            }
        }
    }
}

impl AsyncRead for Patient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Patient {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let tried = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.count(context, tried)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let tried = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.count(context, tried)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;

    /// Two ends of a connection.
    async fn ends() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("an address");
        let there = TcpStream::connect(listener.local_addr().expect("bound")).await.expect("connected");
        (listener.accept().await.expect("accepted").0, there)
    }

    /// Writes so much to somebody who reads so many bytes every ten milliseconds.
    async fn written(patience: Duration, all: usize, a_time: usize) -> io::Result<()> {
        let (here, there) = ends().await;
        let reader = tokio::spawn(async move {
            let mut bytes = vec![0; a_time];
            while a_time > 0 && there.readable().await.is_ok() {
                if matches!(there.try_read(&mut bytes), Ok(0)) {
                    break;
                }
                sleep(Duration::from_millis(10)).await;
            }
            std::future::pending::<()>().await;
        });
        let (mut patient, some, mut done) = (Patient::new(here, patience), vec![0; 65_536], 0);
        let mut ended = Ok(());
        while done < all && ended.is_ok() {
            match poll_fn(|context| Pin::new(&mut patient).poll_write(context, &some)).await {
                Ok(bytes) => done += bytes,
                Err(error) => ended = Err(error),
            }
        }
        reader.abort();
        ended
    }

    #[tokio::test]
    async fn who_does_not_read_an_answer_or_only_a_few_bytes_at_a_time_is_given_up() {
        for a_time in [0, 16] {
            let error = written(Duration::from_millis(200), usize::MAX, a_time).await.expect_err("given up");
            assert_eq!(error.kind(), io::ErrorKind::TimedOut, "{a_time} bytes at a time");
        }
    }

    #[tokio::test]
    async fn who_reads_on_is_waited_for_longer_than_the_patience_in_all() {
        let began = Instant::now();
        let patience = Duration::from_secs(2);
        written(patience, 75_000_000, 262_144).await.expect("all of it");
        assert!(began.elapsed() > patience, "the whole took no longer than the patience");
    }
}
