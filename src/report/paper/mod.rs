//! A printed page in other forms: a document and a workbook that say what the page says, since they are read out of it.

mod docx;
mod drawing;
mod read;
mod xlsx;

pub use drawing::{Colour, Drawing};

/// The form of a paper, beside the printed page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A document for a word processor.
    Docx,
    /// A workbook.
    Xlsx,
}

impl Form {
    /// By the ending of its files.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Docx, Self::Xlsx].into_iter().find(|form| form.ending() == name)
    }

    /// The ending of its files.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Docx => "docx",
            Self::Xlsx => "xlsx",
        }
    }

    /// Its media type.
    #[must_use]
    pub const fn media(self) -> &'static str {
        match self {
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// A paper could not be written, in the words of the library that writes it.
#[derive(Debug, thiserror::Error)]
#[error("the paper cannot be written: {0}")]
pub struct Unwritten(String);

/// A printed page in another form.
///
/// * `page`: HTML of [`review`](super::review), [`giving`](mod@super::giving) or [`scenarios`](super::scenarios).
/// * `maps`: the maps drawn in it, in their order.
///
/// # Errors
/// When a text or a table is larger than the form holds.
pub fn write(form: Form, page: &str, maps: &[Drawing]) -> Result<Vec<u8>, Unwritten> {
    let blocks = read::blocks(page);
    match form {
        Form::Docx => docx::write(&blocks, maps),
        Form::Xlsx => xlsx::write(&blocks, maps),
    }
}
