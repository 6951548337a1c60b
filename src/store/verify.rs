//! Is everything that was acknowledged still there, and is it what it was?

use super::{Stored, Workspace};

/// Something that `store verify` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whether something is lost or changed; otherwise it is worth knowing and harmless.
    pub is_fault: bool,
    /// What, in words.
    pub words: String,
}

/// Reads everything that is kept: the database, the chain of the audit, and every file that a version or a draft
/// names, whose bytes must be what their hash says.
///
/// # Errors
/// When the workspace cannot be read at all.
pub fn verify(workspace: &Workspace) -> Stored<Vec<Finding>> {
    let fault = |words: String| Finding { is_fault: true, words };
    let mut found: Vec<Finding> = workspace.keeper().inspect()?.into_iter().map(fault).collect();
    let named = workspace.keeper().hashes()?;
    for (hash, is_erased) in &named {
        match (workspace.files.is_whole(hash)?, is_erased) {
            (true, false) | (false, true) => {}
            (true, true) => found.push(fault(format!("the file {hash} was to be erased, and is still there"))),
            (false, false) => found.push(fault(format!("the file {hash} is missing or not what it was"))),
        }
    }
    let unnamed = workspace.files.all()?.iter().filter(|hash| named.iter().all(|(known, _)| known != *hash)).count();
    if unnamed > 0 {
        let words =
            format!("{unnamed} files that no version or draft names: uploads that were interrupted, or are under way");
        found.push(Finding { is_fault: false, words });
    }
    Ok(found)
}
