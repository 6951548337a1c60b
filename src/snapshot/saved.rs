use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

/// Bytes for which there must be room: a small layer as a file.
const ROOM: usize = 1 << 20;

/// A finished file without a name: it is gone when nobody reads it any more, whatever becomes of the program.
#[derive(Debug, Clone)]
pub struct Saved {
    file: Arc<File>,
    length: u64,
}

impl Saved {
    /// Keeps what `write` writes.
    ///
    /// # Errors
    /// When no temporary file can be made, or `write` fails.
    pub fn by<E: From<io::Error>>(write: impl FnOnce(&mut File) -> Result<(), E>) -> Result<Self, E> {
        let mut file = tempfile::tempfile()?;
        write(&mut file)?;
        let length = file.seek(SeekFrom::End(0))?;
        Ok(Self { file: Arc::new(file), length })
    }

    /// Keeps the file that `write` makes at a path of its own.
    ///
    /// # Errors
    /// When no temporary folder can be made, or `write` fails.
    pub fn at<E: From<io::Error>>(name: &str, write: impl FnOnce(&Path) -> Result<(), E>) -> Result<Self, E> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join(name);
        write(&path)?;
        let file = File::open(&path)?;
        let length = file.metadata()?.len();
        Ok(Self { file: Arc::new(file), length })
    }

    /// Whether files can be kept at all: whether the folder for temporary files (`TMPDIR`) is there and has room.
    /// Writers of formats wrap what the disk says in their own words, so this is asked of the disk itself.
    #[must_use]
    pub fn has_room() -> bool {
        let probe = |file: &mut File| file.write_all(&vec![1; ROOM]).and_then(|()| file.sync_data());
        tempfile::tempfile().and_then(|mut file| probe(&mut file)).is_ok()
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
