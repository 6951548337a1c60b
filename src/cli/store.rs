//! `patchwork store`: a workspace from the command line.

use super::{Failure, print_result};
use crate::edit::Editing;
use crate::store::{self, Actor, Address, Role, StoreError, Workspace};
use clap::{Args, Subcommand};
use std::path::PathBuf;
use std::sync::Arc;

/// `patchwork store`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    patchwork store init my-workspace\n  \
    patchwork store import my-workspace my-borough --why \"wards of 2024\"\n  \
    patchwork serve --workspace my-workspace      prints the owner's link\n  \
    patchwork store verify my-workspace\n  \
    patchwork store backup my-workspace copies/monday\n  \
    patchwork store restore copies/monday my-workspace-again\n  \
    patchwork store move my-workspace 'postgres://patchwork@db/patchwork?files=/shared/patchwork'\n  \
    patchwork store export my-workspace 3 version-3\n  \
    patchwork store forget my-workspace --days 365\n\n\
    Exit codes: 0 done, 1 it could not be done or a fault was found, 2 it was called wrongly.")]
pub struct StoreArgs {
    #[command(subcommand)]
    command: StoreCommand,
}

#[derive(Debug, Subcommand)]
enum StoreCommand {
    /// Make an empty workspace
    Init {
        /// Directory of the workspace, or postgres://user@host/database?files=DIR
        workspace: Address,
        /// Leave one that is there already as it is
        #[arg(long)]
        if_missing: bool,
    },
    /// Put all files of a place directory into a new version, which is in force at once
    Import {
        /// Directory of the workspace, or postgres://user@host/database?files=DIR
        workspace: Address,
        /// Place directory: the one with place.toml
        dir: PathBuf,
        /// Why, for the list of versions
        #[arg(long, default_value = "Imported")]
        why: String,
    },
    /// List the versions, and say which is in force
    Versions {
        /// Directory of the workspace, or postgres://user@host/database?files=DIR
        workspace: Address,
    },
    /// Read everything that is kept, and say what is lost or was changed
    Verify {
        /// Directory of the workspace, or postgres://user@host/database?files=DIR
        workspace: Address,
    },
    /// Copy a workspace as it stands at one moment, also while it is served
    Backup {
        /// Directory of the workspace, or postgres://user@host/database?files=DIR
        workspace: Address,
        /// New directory for the copy
        to: PathBuf,
    },
    /// Bring a copy back into a new directory, once it was found whole
    Restore {
        /// Directory of the copy
        copy: PathBuf,
        /// New directory for the workspace, or the address of an empty database
        to: Address,
    },
    /// Move a workspace of a directory into PostgreSQL; the directory is left as it is, and says where it went
    Move {
        /// Directory of the workspace, which nobody serves meanwhile
        workspace: PathBuf,
        /// postgres://user@host/database?files=DIR
        to: Address,
    },
    /// Erase records of people that were kept as files for long enough; what they come to takes their place
    #[command(
        after_help = "Of the version in force they are counted first (a cube, docs/cube.md), and a version with the counts\n\
        comes into force if it says the same of people met. Hashes, rows of the audit and what was published stay.\n\
        A server does this by itself, by the setting under \"Who may see what\"; stop it before you do it here."
    )]
    Forget {
        /// Directory of the workspace, or postgres://user@host/database?files=DIR
        workspace: Address,
        /// Files brought so many days ago or longer; without it, as the workspace's setting has it
        #[arg(long)]
        days: Option<u32>,
    },
    /// Write the files of a version into a new directory
    Export {
        /// Directory of the workspace, or postgres://user@host/database?files=DIR
        workspace: Address,
        /// Number of the version
        version: u64,
        /// New directory for its files
        to: PathBuf,
    },
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Who works at the command line, in the audit.
fn operator() -> Actor {
    Actor::new("operator", Role::Owner)
}

/// Runs the command.
pub fn run(args: &StoreArgs) -> Result<(), Failure> {
    match &args.command {
        StoreCommand::Init { workspace, if_missing } => {
            if *if_missing && Workspace::open_at(workspace).is_ok() {
                return print_result(&format!("There is a workspace in {workspace}.\n"));
            }
            Workspace::init_at(workspace)?;
            print_result(&format!(
                "Made an empty workspace in {workspace}.\nNext: patchwork store import, with the same address and the \
                 directory of a place\n"
            ))
        }
        StoreCommand::Import { workspace, dir, why } => {
            let (n, brought) = store::import(&Workspace::open_at(workspace)?, dir, &operator(), why)?;
            for name in &brought {
                eprintln!("patchwork: brought in as {name}, and place.toml names it so");
            }
            print_result(&format!("Version {n} is in force: {}.\n", dir.display()))
        }
        StoreCommand::Versions { workspace } => versions(&Workspace::open_at(workspace)?),
        StoreCommand::Verify { workspace } => verify(&Workspace::open_at(workspace)?),
        StoreCommand::Backup { workspace, to } => {
            let n = store::backup(&Workspace::open_at(workspace)?, to)?;
            print_result(&format!("Copied the database and {n} files to {}.\n", to.display()))
        }
        StoreCommand::Restore { copy, to } => {
            let n = store::restore(copy, to)?;
            print_result(&format!("The copy is whole; {to} has its database and {n} files.\n"))
        }
        StoreCommand::Move { workspace, to } => {
            let brought = store::relocate(workspace, to)?;
            print_result(&format!(
                "Moved to {to}, and found whole there: {} rows and {} files were brought. {} is as it was, and says where \
                 it went.\n",
                brought.rows,
                brought.files,
                workspace.display()
            ))
        }
        StoreCommand::Forget { workspace, days } => forget(workspace, *days),
        StoreCommand::Export { workspace, version, to } => {
            let n = store::export(&Workspace::open_at(workspace)?, *version, to)?;
            print_result(&format!("Wrote {n} files of version {version} to {}.\n", to.display()))
        }
    }
}

fn forget(workspace: &Address, days: Option<u32>) -> Result<(), Failure> {
    let workspace = Workspace::open_at(workspace)?;
    let _alone = workspace.alone()?;
    let Some(days) = days.map_or_else(|| workspace.keeper().record_days(), |days| Ok(Some(days)))? else {
        return print_result(
            "Nothing was erased: this workspace keeps records until somebody erases them. Say after how many days: --days N\n",
        );
    };
    let editing = Editing::begin(workspace, Arc::default(), Box::new(|_, _| Ok(())))?;
    let done = editing.forget(&operator(), days)?;
    let mut text = String::new();
    if let Some(n) = done.version {
        text.push_str(&format!(
            "Version {n} is in force: it has counts where records were, and says the same of people met.\n"
        ));
    }
    for (name, hash) in &done.erased {
        text.push_str(&format!("Erased: {name} ({hash}).\n"));
    }
    if done.erased.is_empty() && done.left.is_none() {
        text.push_str(&format!("No records were brought {days} days ago or longer.\n"));
    }
    print_result(&text)?;
    done.left.map_or(Ok(()), |why| Err(Failure::Failed(format!("records of the version in force were left: {why}"))))
}

fn versions(workspace: &Workspace) -> Result<(), Failure> {
    let in_force = workspace.keeper().in_force()?.map(|now| now.version);
    let line = |version: &store::Version| {
        let mark = if Some(version.n) == in_force { "in force" } else { "" };
        format!(
            "{:>4}  {}  {:<10} {:<8}  {}\n",
            version.n,
            version.at.format("%Y-%m-%d %H:%M"),
            version.who,
            mark,
            version.why
        )
    };
    print_result(&workspace.keeper().versions()?.iter().map(line).collect::<String>())
}

fn verify(workspace: &Workspace) -> Result<(), Failure> {
    let found = store::verify(workspace)?;
    let (faults, notes): (Vec<_>, Vec<_>) = found.iter().partition(|finding| finding.is_fault);
    for note in notes {
        eprintln!("patchwork: {}.", note.words);
    }
    if faults.is_empty() {
        return print_result("Everything that is kept is whole.\n");
    }
    print_result(&faults.iter().map(|fault| format!("fault: {}\n", fault.words)).collect::<String>())?;
    Err(Failure::Said)
}
