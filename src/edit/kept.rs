//! Releases of a workspace: what each version published of people met is kept, so that whoever sets a later one beside it
//! learns no more than from each.

use crate::disclose::{self, Protected, release};
use crate::place::Place;
use crate::snapshot::Snapshot;
use crate::store::{Entry, StoreError, Stored, Workspace, manifest_hash, sync};
use std::io::Write;
use std::path::PathBuf;

/// Hexadecimal digits of the files' hash in the name of a release.
const DIGITS: usize = 16;

/// Counts named where publishing is refused.
const NAMED: usize = 3;

fn files(workspace: &Workspace) -> Stored<Vec<(String, String)>> {
    let entries = match std::fs::read_dir(workspace.releases()) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "json") {
            let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            found.push((name, std::fs::read_to_string(&path)?));
        }
    }
    found.sort();
    Ok(found)
}

fn digits(entries: &[Entry]) -> String {
    manifest_hash(entries).chars().take(DIGITS).collect()
}

/// What says of files that they were published with a release that was kept before, in whose words they say the same.
fn same_as(workspace: &Workspace, own: &str) -> PathBuf {
    workspace.releases().join(format!("{own}.same"))
}

/// Tells a place what its workspace published before these files, beside what its own settings name.
pub(super) fn tell(workspace: &Workspace, entries: &[Entry], place: &mut Place) -> Stored<()> {
    let own = digits(entries);
    let same = std::fs::read_to_string(same_as(workspace, &own)).ok();
    // A version that is read again is protected as it was when it was published.
    let before = |(name, _): &(String, String)| !name.contains(&own) && same.as_ref() != Some(name);
    place.disclosure.earlier.extend(files(workspace)?.into_iter().take_while(before));
    Ok(())
}

/// What came of an audit, and what had been published by then.
#[derive(Debug, Clone)]
pub(super) struct Audited {
    releases: Vec<String>,
    /// The release that says the same; nothing new has to be kept then.
    same: Option<String>,
    /// Why it may not be published.
    refused: Option<String>,
}

impl Audited {
    /// Why it may not be published, in words.
    pub(super) fn refused(&self) -> Option<&str> {
        self.refused.as_deref()
    }
}

/// Audits what is published of people met in a place together with all that was published before.
///
/// # Errors
/// When what was published before cannot be read.
pub(super) fn audited(workspace: &Workspace, place: &Place, now: &Protected) -> Stored<Audited> {
    let cannot = |why: String| StoreError::Refused(format!("Nothing was published: {why}"));
    let files = files(workspace)?;
    let names: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
    let mut releases: Vec<Protected> = disclose::earlier(place).map_err(|why| cannot(why.to_string()))?;
    let told = place.disclosure.earlier.len();
    let known: Vec<&String> = place.disclosure.earlier.iter().map(|(name, _)| name).collect();
    let own = release::kept(now);
    for (name, text) in files {
        let one = release::read(text.as_bytes()).map_err(|why| {
            cannot(format!("the release {name} cannot be read ({why}); bring the workspace back from a copy"))
        })?;
        if own.as_ref().is_some_and(|own| one.policy == own.policy && one.tables == own.tables) {
            // Nobody audits it, then.
            drop(now.clues.take());
            return Ok(Audited { releases: names, same: Some(name), refused: None });
        }
        if !known.contains(&&name) {
            releases.push(one);
        }
    }
    releases.push(now.clone());
    // What was protected together is audited where something else was published since, and once before it is kept.
    let policy = disclose::policy(place);
    let found = disclose::exposed(&releases, &policy).map_err(|why| cannot(why.to_string()))?;
    let refused = (!found.exposed.is_empty()).then(|| {
        let named: Vec<&str> = found.exposed.iter().take(NAMED).map(|finding| finding.cell.as_str()).collect();
        let since = if releases.len() > told + 1 {
            "check the draft again, since another version was published; else "
        } else {
            ""
        };
        format!(
            "together with what was published before, {} small counts of people could be worked out ({}). To publish, \
             {since}join small groups or patches, or raise the threshold under [disclosure]",
            found.exposed.len(),
            named.join("; ")
        )
    });
    Ok(Audited { releases: names, same: None, refused })
}

/// Keeps what a snapshot of these files tells of people met, before it is served, once it was audited together with all
/// that was published before: when it was looked at, and again where something was published since. The file that was
/// written, if one had to be.
///
/// # Errors
/// When a small count could be worked out, in words and with what to do, or the release cannot be kept.
pub(super) fn keep(
    workspace: &Workspace,
    entries: &[Entry],
    snapshot: &Snapshot,
    seen: Option<Audited>,
) -> Stored<Option<PathBuf>> {
    let Some(now) = &snapshot.release else { return Ok(None) };
    let names: Vec<String> = files(workspace)?.into_iter().map(|(name, _)| name).collect();
    let seen = match seen.filter(|seen| seen.releases == names) {
        None => audited(workspace, &snapshot.place, now)?,
        Some(seen) => seen,
    };
    if let Some(why) = seen.refused() {
        return Err(StoreError::Refused(format!("Nothing was published: {why}")));
    }
    let own = digits(entries);
    let directory = workspace.releases();
    let (path, text) = match seen.same {
        Some(same) if same.contains(&own) => return Ok(None),
        Some(same) => (same_as(workspace, &own), same.into_bytes()),
        None => {
            let name = format!("{}-{own}.json", chrono::Utc::now().format("%Y-%m-%dT%H%M%S%.3fZ"));
            (directory.join(name), release::write(now))
        }
    };
    if path.exists() {
        return Ok(None);
    }
    std::fs::create_dir_all(&directory)?;
    let mut file = tempfile::NamedTempFile::new_in(&directory)?;
    file.write_all(&text)?;
    file.as_file().sync_all()?;
    file.persist(&path).map_err(|error| error.error)?;
    // The name lasts before a version is acknowledged that rests on it.
    sync(&directory)?;
    directory.parent().map_or(Ok(()), sync)?;
    Ok(Some(path))
}

/// Says of files that they tell what other files told, whose release is kept, so that they are protected as those were:
/// for records that give way to their counts. What was written, if anything; whoever does so must hold one against the
/// other before it is published.
pub(super) fn stand_for(workspace: &Workspace, entries: &[Entry], others: &[Entry]) -> Stored<Option<PathBuf>> {
    let other = digits(others);
    let release = match std::fs::read_to_string(same_as(workspace, &other)) {
        Ok(same) => Some(same),
        Err(_) => files(workspace)?.into_iter().map(|(name, _)| name).find(|name| name.contains(&other)),
    };
    let Some(release) = release else { return Ok(None) };
    let path = same_as(workspace, &digits(entries));
    let mut file = tempfile::NamedTempFile::new_in(workspace.releases())?;
    file.write_all(release.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(&path).map_err(|error| error.error)?;
    sync(&workspace.releases())?;
    Ok(Some(path))
}

/// Takes back what was kept where nothing was published after all.
pub(super) fn forget(file: Option<PathBuf>) {
    if let Some(file) = file
        && let Err(error) = std::fs::remove_file(&file)
    {
        tracing::warn!(file = %file.display(), "a release that was not published is still kept: {error}");
    }
}
