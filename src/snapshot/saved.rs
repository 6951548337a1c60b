use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

/// Bytes for which there must be room: more than any writer holds back before it writes.
const ROOM: usize = 1 << 20;

/// A finished file without a name: it is gone when nobody reads it any more, whatever becomes of the program.
#[derive(Debug, Clone)]
pub struct Saved {
    file: Arc<File>,
    length: u64,
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum Unsaved<E> {
    /// The folder for temporary files (`TMPDIR`) is missing or full, or the process may write no more.
    #[error("there is no room for temporary files: TMPDIR is full or missing")]
    NoRoom,
    /// What the writer says.
    #[error("{0}")]
    Fault(E),
}

impl Saved {
    /// Keeps what `write` writes.
    ///
    /// # Errors
    /// When no temporary file can be made, or `write` fails.
    pub fn by<E: From<io::Error>>(write: impl FnOnce(&mut File) -> Result<(), E>) -> Result<Self, Unsaved<E>> {
        let mut file = tempfile::tempfile().map_err(|_| Unsaved::NoRoom)?;
        // The file is still there when room is asked after: with it goes what it took.
        write(&mut file).map_err(|error| if has_room(&mut file) { Unsaved::Fault(error) } else { Unsaved::NoRoom })?;
        let length = file.seek(SeekFrom::End(0)).map_err(|error| Unsaved::Fault(error.into()))?;
        Ok(Self { file: Arc::new(file), length })
    }

    /// Keeps the file that `write` makes at a path of its own.
    ///
    /// # Errors
    /// When no temporary folder can be made, or `write` fails.
    pub fn at<E: From<io::Error>>(name: &str, write: impl FnOnce(&Path) -> Result<(), E>) -> Result<Self, Unsaved<E>> {
        let folder = tempfile::tempdir().map_err(|_| Unsaved::NoRoom)?;
        let path = folder.path().join(name);
        write(&path).map_err(|error| {
            let file = File::options().append(true).create(true).open(&path);
            let has_room = file.is_ok_and(|mut file| has_room(&mut file));
            if has_room { Unsaved::Fault(error) } else { Unsaved::NoRoom }
        })?;
        let opened = File::open(&path).and_then(|file| Ok((file.metadata()?.len(), file)));
        let (length, file) = opened.map_err(|error| Unsaved::Fault(error.into()))?;
        Ok(Self { file: Arc::new(file), length })
    }

    /// How many bytes it has.
    #[must_use]
    pub const fn length(&self) -> u64 {
        self.length
    }

    /// Some of its bytes.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn read(&self, part: Range<u64>) -> io::Result<Vec<u8>> {
        let length = usize::try_from(part.end.saturating_sub(part.start)).map_err(io::Error::other)?;
        let mut bytes = vec![0; length];
        self.file.read_exact_at(&mut bytes, part.start)?;
        Ok(bytes)
    }
}

/// Whether a file that could not be written has room to grow. Writers of formats wrap what the disk says in their own
/// words, so this is asked of the disk itself.
fn has_room(file: &mut File) -> bool {
    let grown = file.seek(SeekFrom::End(0)).and_then(|_| file.write_all(&vec![1; ROOM]));
    grown.and_then(|()| file.sync_data()).is_ok()
}
