//! `patchwork init`: a first place.toml out of a heap of files.

use super::progress::Progress;
use super::{Failure, print_result};
use crate::load::recognise::{self, Drafted};
use clap::Args;
use std::fmt::Write;
use std::path::PathBuf;

/// `patchwork init`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    patchwork init downloads\n  \
    patchwork init downloads --name \"Barking and Dagenham\"\n  \
    patchwork init downloads --dry-run\n\n\
    Boundaries, census tables, indices of deprivation, postcodes, streets, assets, records and grants are\n\
    recognised by what is in them. What was not understood is a note in place.toml, with the question.\n\
    A place.toml that is there is never written over.\n\n\
    Exit codes: 0 the place loads, 1 something is asked or missing first, 2 wrong call.")]
pub struct InitArgs {
    /// Folder with the files
    pub dir: PathBuf,
    /// Name of the place; the folder's when absent
    #[arg(long)]
    pub name: Option<String>,
    /// Say what would be written, and write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Runs the command.
pub fn run(args: &InitArgs, progress: &Progress) -> Result<(), Failure> {
    let dir = args.dir.display();
    if !args.dry_run && args.dir.join("place.toml").exists() {
        return Err(Failure::Failed(format!("{dir}: there is a place.toml already; see patchwork check {dir}")));
    }
    let name = args.name.clone().unwrap_or_else(|| folder(args));
    let drafted = recognise::draft(&args.dir, &name, &|step| progress.step(step));
    progress.done();
    let drafted = drafted.map_err(|error| Failure::Failed(format!("{dir}: {error}")))?;
    eprint!("{}", words(&drafted));
    if args.dry_run {
        print_result(&drafted.toml)?;
    } else {
        let written = recognise::write(&args.dir, &drafted.toml);
        let path = written.map_err(|error| Failure::Failed(format!("{dir}/place.toml cannot be written: {error}")))?;
        print_result(&format!("Wrote {}.\nNext: patchwork check {dir}, then patchwork serve {dir}\n", path.display()))?;
    }
    if drafted.is_usable { Ok(()) } else { Err(Failure::Said) }
}

/// The folder's name as a place's: `barking_dagenham` is "Barking dagenham" until somebody mends it.
fn folder(args: &InitArgs) -> String {
    let path = args.dir.canonicalize().unwrap_or_else(|_| args.dir.clone());
    let name = path.file_name().map(|name| name.to_string_lossy().replace(['_', '-'], " ")).unwrap_or_default();
    let mut letters = name.chars();
    letters.next().map_or_else(|| "A place".to_owned(), |first| first.to_uppercase().chain(letters).collect())
}

fn words(drafted: &Drafted) -> String {
    let mut text = String::new();
    let width = drafted.files.iter().map(|file| file.name.chars().count()).max().unwrap_or(0).min(48);
    for file in &drafted.files {
        let rows = if file.rows > 0 { format!(" ({} rows)", file.rows) } else { String::new() };
        let _ = writeln!(text, "  {:<width$}  {}{rows}", file.name, file.purpose.words());
    }
    if !drafted.questions.is_empty() {
        text += "\nTo be answered; until then place.toml has the section as a note:\n";
        for question in &drafted.questions {
            let _ = writeln!(text, "  {}: {}.\n      -> {}.", question.at.file, question.problem, question.remedy);
        }
    }
    if !drafted.missing.is_empty() {
        text += "\nMissing:\n";
        for each in &drafted.missing {
            let _ = writeln!(text, "  {}: without it {}.\n      Where from: {}.", each.what, each.so, each.from);
        }
    }
    text.push('\n');
    text
}
