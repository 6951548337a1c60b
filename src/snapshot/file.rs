//! A snapshot in a file, to start from in seconds: the layers as they are told, and the place that further questions are
//! answered from, without what records of people come to.
//!
//! The bytes have no names and no versions, so only the very program that wrote them reads them; any other refuses in
//! words, as it does a file that is cut, longer or changed by a bit.

use super::{Collection, Snapshot, WholeMap};
use crate::layer::Layer;
use crate::layer::totals::Totals;
use crate::pack::{Packed, Unpacker, pack_all};
use crate::place::{Issue, Place};
use chrono::{DateTime, Utc};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// What such a file begins with.
const MAGIC: &[u8] = b"Patchwork snapshot\n";

/// The program, to the last letter of its source: what is between two of them nobody knows.
const PROGRAM: &str = concat!(env!("CARGO_PKG_VERSION"), " ", env!("PATCHWORK_SOURCES"));

/// Bytes in one piece from the disk and to it.
const BUFFER: usize = 1 << 18;

/// Why a snapshot is not read.
#[derive(Debug, thiserror::Error)]
pub enum Unopened {
    /// The file cannot be read at all.
    #[error("it cannot be read: {0}")]
    Unreadable(io::Error),
    /// It is something else.
    #[error("it is no snapshot; patchwork build DIR --out FILE makes one")]
    NoSnapshot,
    /// It was made by another program, or a version that does not say the same.
    #[error(
        "it was made by Patchwork {its}, and this is {PROGRAM}; make it again with this program: patchwork build DIR --out FILE"
    )]
    OtherProgram {
        /// Version and sources of the program that wrote it.
        its: String,
    },
    /// It has more or fewer bytes than were written.
    #[error(
        "it has {found} bytes and was written with {written}: it was cut off or not copied to its end; copy it again, or make it again with patchwork build DIR --out FILE"
    )]
    Cut {
        /// Bytes there are.
        found: u64,
        /// Bytes there were.
        written: u64,
    },
    /// Some of its bytes are not those that were written.
    #[error("it is damaged ({0}): copy it again, or make it again with patchwork build DIR --out FILE")]
    Damaged(String),
}

impl Snapshot {
    /// Writes the snapshot into a file, which is there whole or not at all, and returns how many bytes that took. Only the
    /// file's owner may read it; whoever keeps it decides who else may.
    ///
    /// It holds what is told: layers, totals, issues as everybody may read them. Of engagement records it holds no count
    /// but the protected ones in the layers.
    ///
    /// # Errors
    /// When there is no room or no right to write there.
    pub fn write_file(&self, path: &Path) -> io::Result<u64> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(MAGIC)?;
        writeln!(file, "{PROGRAM}")?;
        let head = file.stream_position()?;
        file.write_all(&[0; 40])?;
        let mut body = Hashing { inner: BufWriter::with_capacity(BUFFER, file), hash: Sha256::new(), bytes: 0 };
        self.place.pack(&mut body)?;
        let layers: Vec<&Layer> = self.layers.iter().map(|each| &each.layer).collect();
        pack_all(layers.into_iter(), &mut body)?;
        pack_all(self.totals.iter(), &mut body)?;
        Issue::for_everybody(&self.issues).pack(&mut body)?;
        self.digest.pack(&mut body)?;
        self.built_at.pack(&mut body)?;
        told(&self.layers).pack(&mut body)?;
        let Hashing { inner, hash, bytes } = body;
        let mut file = inner.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.seek(SeekFrom::Start(head))?;
        file.write_all(&bytes.to_le_bytes())?;
        file.write_all(&hash.finalize())?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(head + 40 + bytes)
    }

    /// The snapshot in a file, with the digest it was written with.
    ///
    /// # Errors
    /// When the file is no snapshot, is of another program, was cut off, or has other bytes than were written.
    pub fn open_file(path: &Path) -> Result<Self, Unopened> {
        let mut file = BufReader::with_capacity(BUFFER, File::open(path).map_err(Unopened::Unreadable)?);
        let mut magic = [0; MAGIC.len()];
        match file.read_exact(&mut magic) {
            Ok(()) if magic == MAGIC => {}
            Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(Unopened::Unreadable(error)),
            _ => return Err(Unopened::NoSnapshot),
        }
        let mut its = Vec::new();
        (&mut file).take(80).read_until(b'\n', &mut its).map_err(Unopened::Unreadable)?;
        if its != format!("{PROGRAM}\n").as_bytes() {
            let its = String::from_utf8_lossy(&its).chars().filter(|c| !c.is_control()).collect();
            return Err(Unopened::OtherProgram { its });
        }
        let (mut length, mut hash) = ([0; 8], [0; 32]);
        let head = (MAGIC.len() + PROGRAM.len() + 1 + 40) as u64;
        let found = file.get_ref().metadata().map_err(Unopened::Unreadable)?.len();
        if found < head {
            return Err(Unopened::Cut { found, written: head });
        }
        file.read_exact(&mut length).and_then(|()| file.read_exact(&mut hash)).map_err(Unopened::Unreadable)?;
        let length = u64::from_le_bytes(length);
        if found - head != length {
            return Err(Unopened::Cut { found, written: head.saturating_add(length) });
        }
        // All bytes are looked at before any is believed.
        let mut all = Sha256::new();
        let mut piece = vec![0; BUFFER];
        loop {
            match file.read(&mut piece).map_err(Unopened::Unreadable)? {
                0 => break,
                read => all.update(&piece[..read]),
            }
        }
        if all.finalize().as_slice() != hash {
            return Err(Unopened::Damaged("its checksum is another".to_owned()));
        }
        file.seek(SeekFrom::Start(head)).map_err(Unopened::Unreadable)?;
        let mut from = Unpacker::new(&mut file, length);
        let own = Contents::unpack(&mut from).map_err(|error| Unopened::Damaged(error.to_string()))?;
        if from.left() > 0 {
            return Err(Unopened::Damaged(format!("{} bytes are left over", from.left())));
        }
        own.snapshot()
    }
}

/// What is in the file.
struct Contents {
    place: Place,
    layers: Vec<Layer>,
    totals: Vec<Totals>,
    issues: Vec<Issue>,
    digest: String,
    built_at: DateTime<Utc>,
    told: Vec<u8>,
}

impl Contents {
    fn unpack(from: &mut Unpacker<'_>) -> io::Result<Self> {
        Ok(Self {
            place: Packed::unpack(from)?,
            layers: Packed::unpack(from)?,
            totals: Packed::unpack(from)?,
            issues: Packed::unpack(from)?,
            digest: Packed::unpack(from)?,
            built_at: Packed::unpack(from)?,
            told: Packed::unpack(from)?,
        })
    }

    fn snapshot(self) -> Result<Snapshot, Unopened> {
        let Self { place, layers, totals, issues, digest, built_at, told: written } = self;
        let layers: Vec<Arc<Collection>> =
            layers.into_par_iter().map(|layer| Arc::new(Collection::new(layer, &place.plane))).collect();
        if told(&layers) != written {
            return Err(Unopened::Damaged("its layers do not say what they said when it was made".to_owned()));
        }
        Ok(Snapshot {
            place: Arc::new(place),
            layers,
            digest,
            today: OnceLock::new(),
            missing: OnceLock::new(),
            gaps: Vec::new(),
            archive: WholeMap::default(),
            built_at,
            took: None,
            issues,
            release: None,
            totals,
        })
    }
}

/// The SHA-256 of what all layers say.
fn told(layers: &[Arc<Collection>]) -> Vec<u8> {
    let mut all = Sha256::new();
    layers.iter().for_each(|each| all.update(each.digest));
    all.finalize().to_vec()
}

struct Hashing<W> {
    inner: W,
    hash: Sha256,
    bytes: u64,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load;
    use crate::synth::{DemoOptions, write_demo};

    /// The small demo, as it is built, as a file, and as it is opened.
    fn demo() -> (tempfile::TempDir, Snapshot, std::path::PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("demo");
        write_demo(&place, &DemoOptions { residents: 6_000, seed: 3 }, &|_| {}).expect("a demo");
        let loaded = load::load(&place, &|_| {});
        let snapshot = Snapshot::build(loaded.place.expect("a place"), loaded.issues);
        let file = folder.path().join("demo.snapshot");
        snapshot.write_file(&file).expect("room");
        (folder, snapshot, file)
    }

    #[test]
    fn a_snapshot_opened_says_what_it_said_and_holds_no_count_of_people_met_but_the_protected() {
        let (_folder, built, file) = demo();
        let opened = Snapshot::open_file(&file).expect("what was written");
        assert_eq!((opened.digest(), opened.built_at), (built.digest(), built.built_at));
        for (ours, theirs) in opened.layers().iter().zip(built.layers()) {
            assert!(ours.layer == theirs.layer && ours.says_the_same(theirs), "{}", ours.layer.id);
        }
        assert_eq!(opened.layers().len(), built.layers().len());
        assert_eq!((&opened.totals, opened.missing().len()), (&built.totals, built.missing().len()));
        assert_eq!(Issue::for_everybody(&opened.issues), Issue::for_everybody(&built.issues));
        let (ours, theirs) = (&opened.place, &built.place);
        assert!(ours.streets == theirs.streets && ours.positions == theirs.positions && ours.zones == theirs.zones);
        assert!(ours.assets == theirs.assets && ours.standards == theirs.standards && ours.transit == theirs.transit);
        // There was something to hide, and it is not there.
        assert!(!theirs.engagement.met.is_empty() && theirs.engagement.used() > 10);
        let bare = crate::place::Engagement {
            basis: theirs.engagement.basis,
            days: theirs.engagement.days,
            dimensions: theirs.engagement.dimensions.clone(),
            files: ours.engagement.files.clone(),
            ..Default::default()
        };
        assert_eq!(ours.engagement, bare);
        assert!(ours.engagement.files.iter().all(|file| file.rows <= 1 && file.nowhere.is_empty()));
        assert!(opened.release.is_none() && ours.giving.is_none() && ours.grants.is_empty());
        assert!(opened.issues.iter().all(|issue| Issue::for_everybody(std::slice::from_ref(issue))[0] == *issue));
        // Opened and written again it is the same file.
        let again = file.with_extension("again");
        opened.write_file(&again).expect("room");
        assert_eq!(std::fs::read(&file).expect("a file"), std::fs::read(&again).expect("a file"));
    }

    #[test]
    fn a_file_that_is_cut_longer_changed_or_of_another_program_is_refused_in_words() {
        let (folder, _, file) = demo();
        let bytes = std::fs::read(&file).expect("a file");
        let head = MAGIC.len() + PROGRAM.len() + 1;
        let refused = |bytes: &[u8]| {
            let path = folder.path().join("other");
            std::fs::write(&path, bytes).expect("room");
            Snapshot::open_file(&path).expect_err("a refusal")
        };
        for end in [0, 5, MAGIC.len()] {
            assert!(matches!(refused(&bytes[..end]), Unopened::NoSnapshot | Unopened::OtherProgram { .. }), "{end}");
        }
        for end in [head, head + 20, head + 40, bytes.len() / 2, bytes.len() - 1] {
            assert!(matches!(refused(&bytes[..end]), Unopened::Cut { .. }), "{end}");
        }
        assert!(matches!(refused(&[bytes.as_slice(), b"\n"].concat()), Unopened::Cut { .. }));
        for at in [head + 10, head + 40, bytes.len() / 3, bytes.len() - 1] {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(matches!(refused(&changed), Unopened::Damaged(_)), "{at}");
        }
        let mut other = bytes.clone();
        other[head - 2] ^= 1;
        let words = refused(&other).to_string();
        assert!(words.contains("was made by Patchwork") && words.contains("patchwork build"), "{words}");
        assert!(matches!(refused(b"[place]\nname = \"Somewhere\"\n"), Unopened::NoSnapshot));
        assert!(matches!(Snapshot::open_file(&folder.path().join("none")), Err(Unopened::Unreadable(_))));
        // What a checksum does not see, since it is right.
        let mut body = bytes[head + 40..].to_vec();
        body.push(0);
        let hash = Sha256::digest(&body);
        let longer = [&bytes[..head], &(body.len() as u64).to_le_bytes(), &hash, &body].concat();
        assert!(matches!(refused(&longer), Unopened::Damaged(_)));
    }
}
