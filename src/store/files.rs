//! Bytes kept once, by their SHA-256: `files/ab/abcdef…`, written beside, synced, renamed, never changed.

use super::{StoreError, Stored, hex};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Beginning of the names of files that are still being written.
const UNFINISHED: &str = ".part-";
/// Bytes read and written at a time.
const PIECE: usize = 64 * 1024;

/// The directory of bytes.
#[derive(Debug)]
pub struct Files {
    dir: PathBuf,
    /// A name for what this program writes: replicas in containers are all process 1.
    own: String,
    written: AtomicU64,
}

/// Bytes that are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// SHA-256 in hexadecimal digits.
    pub hash: String,
    /// How many.
    pub bytes: u64,
}

impl Files {
    /// Opens the directory, and makes it where it is missing.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(dir: &Path) -> Stored<Self> {
        fs::create_dir_all(dir)?;
        let own = super::secret()?.chars().take(16).collect();
        Ok(Self { dir: dir.to_owned(), own, written: AtomicU64::new(0) })
    }

    /// A name that no other program here has.
    pub(super) fn own(&self) -> &str {
        &self.own
    }

    /// Keeps what `from` gives, of which at most `limit` bytes are read. When this returns, the bytes are on the disk.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where there are more bytes than that; when they cannot be written, nothing is left.
    pub fn put(&self, from: &mut dyn Read, limit: u64) -> Stored<Kept> {
        let nth = self.written.fetch_add(1, Ordering::Relaxed);
        let beside = self.dir.join(format!("{UNFINISHED}{}-{nth}", self.own));
        let kept = self.put_beside(&beside, from, limit);
        if kept.is_err() {
            let _ = fs::remove_file(&beside);
        }
        kept
    }

    fn put_beside(&self, beside: &Path, from: &mut dyn Read, limit: u64) -> Stored<Kept> {
        let mut file = File::options().write(true).create_new(true).open(beside)?;
        let (mut digest, mut bytes, mut piece) = (Sha256::new(), 0_u64, vec![0; PIECE]);
        loop {
            let read = match from.read(&mut piece) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error.into()),
            };
            bytes += read as u64;
            if bytes > limit {
                return Err(StoreError::Refused(format!("The file has more than {limit} bytes, which is the limit")));
            }
            digest.update(&piece[..read]);
            file.write_all(&piece[..read])?;
        }
        file.sync_all()?;
        drop(file);
        let mut permissions = fs::metadata(beside)?.permissions();
        permissions.set_readonly(true);
        fs::set_permissions(beside, permissions)?;
        let hash = hex(&digest.finalize());
        let path = self.path(&hash)?;
        let parent = path.parent().unwrap_or(&self.dir).to_owned();
        if !parent.is_dir() {
            fs::create_dir_all(&parent)?;
            sync(&self.dir)?;
        }
        fs::rename(beside, &path)?;
        sync(&parent)?;
        Ok(Kept { hash, bytes })
    }

    /// Where bytes are.
    ///
    /// # Errors
    /// When the hash is none.
    pub fn path(&self, hash: &str) -> Stored<PathBuf> {
        if hash.len() == 64 && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Ok(self.dir.join(&hash[..2]).join(hash));
        }
        Err(StoreError::Refused(format!("{hash:?} is no hash of a file")))
    }

    /// Opens bytes to read them.
    ///
    /// # Errors
    /// When they are not there.
    pub fn read(&self, hash: &str) -> Stored<File> {
        File::open(self.path(hash)?).map_err(|error| match error.kind() {
            ErrorKind::NotFound => StoreError::Missing(format!("The file {hash} is not kept here any more")),
            _ => error.into(),
        })
    }

    /// Whether bytes are there and are what their name says.
    ///
    /// # Errors
    /// When the disk cannot be read.
    pub fn is_whole(&self, hash: &str) -> Stored<bool> {
        let mut file = match File::open(self.path(hash)?) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            opened => opened?,
        };
        let (mut digest, mut piece) = (Sha256::new(), vec![0; PIECE]);
        loop {
            match file.read(&mut piece)? {
                0 => return Ok(hex(&digest.finalize()) == hash),
                read => digest.update(&piece[..read]),
            }
        }
    }

    /// Removes bytes for good.
    ///
    /// # Errors
    /// When they cannot be removed.
    pub fn erase(&self, hash: &str) -> Stored<()> {
        let path = self.path(hash)?;
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        sync(path.parent().unwrap_or(&self.dir))
    }

    /// Removes what was never finished, and not written for so long.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn tidy(&self, age: Duration) -> Stored<()> {
        for entry in fs::read_dir(&self.dir)? {
            let entry = entry?;
            if !entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
                continue;
            }
            let written = entry.metadata().and_then(|of| of.modified()).ok().and_then(|at| at.elapsed().ok());
            // Where a clock is odd, nothing of others is touched.
            if age.is_zero() || written.is_some_and(|since| since > age) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// The hashes of all that is kept.
    ///
    /// # Errors
    /// When a directory cannot be read.
    pub fn all(&self) -> Stored<Vec<String>> {
        let mut all = Vec::new();
        for entry in fs::read_dir(&self.dir)? {
            let path = entry?.path();
            if path.is_dir() {
                for entry in fs::read_dir(path)? {
                    all.push(entry?.file_name().to_string_lossy().into_owned());
                }
            }
        }
        all.sort();
        Ok(all)
    }
}

/// Makes the names in a directory last.
pub(crate) fn sync(dir: &Path) -> Stored<()> {
    Ok(File::open(dir)?.sync_all()?)
}
