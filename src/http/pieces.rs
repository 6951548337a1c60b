//! A file that is sent in pieces.

use crate::snapshot::Saved;
use axum::body::Bytes;
use futures_core::Stream;
use std::future::Future;
use std::io;
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::task::JoinHandle;

/// Bytes read at once.
const PIECE: u64 = 256 * 1024;

/// A part of a file, read a piece at a time on threads that may wait for the disk.
pub(super) struct Pieces {
    file: Saved,
    left: Range<u64>,
    reading: Option<JoinHandle<io::Result<Vec<u8>>>>,
}

impl Pieces {
    pub(super) fn new(file: Saved, part: Range<u64>) -> Self {
        Self { file, left: part, reading: None }
    }
}

impl Stream for Pieces {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.left.is_empty() {
            return Poll::Ready(None);
        }
        let (file, start) = (self.file.clone(), self.left.start);
        let end = self.left.end.min(start + PIECE);
        let reading = self.reading.get_or_insert_with(|| tokio::task::spawn_blocking(move || file.read(start..end)));
        let piece = ready!(Pin::new(reading).poll(context)).unwrap_or_else(|error| Err(io::Error::other(error)));
        self.reading = None;
        self.left.start = if piece.is_ok() { end } else { self.left.end };
        Poll::Ready(Some(piece.map(Bytes::from)))
    }
}
