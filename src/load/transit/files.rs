//! The files of a timetable: a folder, a zip, a zip with a folder inside, or a zip within a zip.

use crate::place::{Code, Issue, Issues, Where};
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

/// No file of a timetable may unpack to more: the largest national ones have stop times of about this size.
const MOST_BYTES: u64 = 2 << 30;

/// A zip within a zip within a zip is opened; more is somebody's joke.
const MOST_NESTED: usize = 3;

/// Where the files of a timetable are.
pub(super) struct Files {
    shown: String,
    kept: Kept,
}

enum Kept {
    Folder(PathBuf),
    Packed { bytes: Vec<u8>, folder: String },
}

impl Files {
    /// Opens a folder or a zip.
    pub(super) fn open(path: &Path, shown: &str, issues: &mut Issues) -> Result<Self, Issue> {
        if path.is_dir() {
            return Ok(Self { shown: shown.to_owned(), kept: Kept::Folder(path.to_owned()) });
        }
        let mut bytes = std::fs::read(path).map_err(|error| unreadable(shown, &error.to_string()))?;
        for _ in 0..MOST_NESTED {
            let names = names(&bytes).map_err(|error| unreadable(shown, &error))?;
            let of_stops: Vec<&String> =
                names.iter().filter(|name| name.rsplit('/').next() == Some("stops.txt")).collect();
            match of_stops[..] {
                [one] => {
                    let folder = one.trim_end_matches("stops.txt").to_owned();
                    return Ok(Self { shown: shown.to_owned(), kept: Kept::Packed { bytes, folder } });
                }
                [] => {}
                [first, second, ..] => {
                    let problem = format!("The zip holds several timetables, such as {first} and {second}");
                    let remedy = "Unpack it and give each its own [[transit]] section";
                    return Err(Issue::error(Code::TimetableFile, Where::file(shown), problem, remedy));
                }
            }
            let is_zip = |name: &&String| Path::new(name).extension().is_some_and(|e| e.eq_ignore_ascii_case("zip"));
            let packed: Vec<&String> = names.iter().filter(is_zip).collect();
            let [one] = packed[..] else { break };
            let problem = format!("The timetable is a zip within a zip: {one}");
            let note = Issue::note(Code::TimetableNested, Where::file(shown), problem, "It was unpacked and read");
            issues.push(note);
            bytes = part(&bytes, one).map_err(|error| unreadable(shown, &error))?;
        }
        let remedy = "Name the zip or the folder of a GTFS timetable: stops.txt, trips.txt, stop_times.txt and \
                      calendar.txt or calendar_dates.txt";
        Err(Issue::error(Code::TimetableFile, Where::file(shown), "There is no stops.txt in it", remedy))
    }

    /// The text of one file; `None` where there is none.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Issue> {
        let bytes = match &self.kept {
            Kept::Folder(folder) => match std::fs::File::open(folder.join(name)) {
                Ok(file) => bounded(file).map_err(|error| unreadable(&self.at(name), &error))?,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(unreadable(&self.at(name), &error.to_string())),
            },
            Kept::Packed { bytes, folder } => {
                let inside = format!("{folder}{name}");
                if !names(bytes).map_err(|error| unreadable(&self.shown, &error))?.contains(&inside) {
                    return Ok(None);
                }
                part(bytes, &inside).map_err(|error| unreadable(&self.at(name), &error))?
            }
        };
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            // Each byte is one letter there, so that different names stay different.
            Err(error) => encoding_rs::WINDOWS_1252.decode(error.as_bytes()).0.into_owned(),
        };
        Ok(Some(text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned)))
    }

    /// The text of a file without which there is no timetable.
    pub(super) fn needed(&self, name: &str) -> Result<String, Issue> {
        self.text(name)?.ok_or_else(|| {
            let problem = format!("The timetable has no {name}");
            let remedy = "Fetch the timetable again, whole: nothing can be said of buses without this file";
            Issue::error(Code::TimetableFile, Where::file(self.at(name)), problem, remedy)
        })
    }

    /// A file's name in messages.
    pub(super) fn at(&self, name: &str) -> String {
        format!("{}/{name}", self.shown)
    }
}

fn names(bytes: &[u8]) -> Result<Vec<String>, String> {
    let archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| error.to_string())?;
    // What a Mac packs beside each file.
    let names = archive.file_names().filter_map(|name| Some(name.ok()?.into_owned()));
    Ok(names.filter(|name| !name.starts_with("__MACOSX/")).collect())
}

fn part(bytes: &[u8], name: &str) -> Result<Vec<u8>, String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| error.to_string())?;
    bounded(archive.by_name(name).map_err(|error| error.to_string())?)
}

fn bounded(source: impl Read) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    source.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(format!("it unpacks to more than {} megabytes", MOST_BYTES >> 20));
    }
    Ok(bytes)
}

fn unreadable(at: &str, error: &str) -> Issue {
    let problem = format!("It cannot be read: {error}");
    Issue::error(Code::TimetableFile, Where::file(at), problem, "Fetch the timetable again; it may be cut or damaged")
}
