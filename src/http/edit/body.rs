//! What a request brings: a short form in memory, or a form with a file, which goes straight to the disk.

use super::super::guard::BODY_LIMIT;
use super::super::problem::Problem;
use super::super::request::read_query;
use super::visit::Form;
use super::{UPLOAD_LIMIT, multipart};
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use futures_core::Stream;
use std::fs::File;
use std::io::{Seek, Write};
use std::path::Path;
use std::pin::Pin;

/// Pieces that wait to be written: what the network gives faster than the disk takes stays in the network.
const WAITING: usize = 4;

/// A short form.
pub(super) async fn form(body: Body) -> Result<Form, Problem> {
    let bytes = axum::body::to_bytes(body, BODY_LIMIT).await.map_err(|_| Problem::too_large(BODY_LIMIT))?;
    let unreadable = || Problem::bad_request("The form is not text. Send it as a browser does.");
    let text = std::str::from_utf8(&bytes).map_err(|_| unreadable())?;
    Ok(Form { fields: read_query(text)?, files: Vec::new() })
}

/// A form with a file. It is written to the disk as it comes, at most [`UPLOAD_LIMIT`] bytes of it, and read there.
pub(super) async fn files(headers: &HeaderMap, body: Body, dir: &Path) -> Result<Form, Problem> {
    let media = headers.get(header::CONTENT_TYPE).and_then(|media| media.to_str().ok()).unwrap_or_default();
    let boundary = multipart::boundary(media)
        .ok_or_else(|| Problem::bad_request("A file is sent as multipart/form-data, as a browser's form does."))?;
    let (send, mut pieces) = tokio::sync::mpsc::channel::<Bytes>(WAITING);
    let (dir, beside) = (dir.to_owned(), dir.to_owned());
    let written = tokio::task::spawn_blocking(move || -> std::io::Result<File> {
        let mut file = tempfile::tempfile_in(dir)?;
        while let Some(piece) = pieces.blocking_recv() {
            file.write_all(&piece)?;
        }
        file.rewind()?;
        Ok(file)
    });
    let mut stream = body.into_data_stream();
    let mut bytes = 0;
    while let Some(piece) = std::future::poll_fn(|context| Pin::new(&mut stream).poll_next(context)).await {
        let piece = piece.map_err(|_| Problem::bad_request("The file did not come whole. Send it once more."))?;
        bytes += piece.len();
        if bytes > UPLOAD_LIMIT {
            return Err(Problem::too_large(UPLOAD_LIMIT));
        }
        if send.send(piece).await.is_err() {
            break;
        }
    }
    drop(send);
    let file = written.await.map_err(|_| Problem::our_fault())?.map_err(crate::store::StoreError::from)?;
    let read = tokio::task::spawn_blocking(move || multipart::read(file, &boundary, &beside));
    read.await.map_err(|_| Problem::our_fault())?
}
