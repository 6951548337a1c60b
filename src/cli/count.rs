//! `patchwork count` and `patchwork cube merge`: what engagement records come to, as a cube.

use super::progress::Progress;
use super::{Failure, say};
use crate::load;
use crate::place::{COUNTED, Cube, Meaning, Severity, Words};
use crate::text::thousands;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// `patchwork count`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    patchwork count my-borough --out cube.parquet\n\n\
    Then [[engagement]] cube = \"cube.parquet\" in place.toml gives what the records gave. A cube has a row for each\n\
    person, place and quarter: it is as confidential as the records. docs/cube.md says what is in it.")]
pub struct CountArgs {
    /// Place directory: the one with place.toml
    pub dir: PathBuf,
    /// The cube to write
    #[arg(long, value_name = "FILE.parquet", required_unless_present = "lookup")]
    pub out: Option<PathBuf>,
    /// Instead of counting: the words of records that another engine has collected (JSON Lines, or a directory of them)
    #[arg(long, value_name = "WORDS", requires = "lookup", conflicts_with = "out")]
    pub words: Option<PathBuf>,
    /// Where to write what those words mean in this place (JSON Lines), for that engine to count by
    #[arg(long, value_name = "FILE.jsonl", requires = "words", conflicts_with = "out")]
    pub lookup: Option<PathBuf>,
}

/// `patchwork cube`
#[derive(Debug, Args)]
pub struct CubeArgs {
    #[command(subcommand)]
    command: CubeCommand,
}

#[derive(Debug, Subcommand)]
enum CubeCommand {
    /// Make one cube of the cubes of parts: the same as if all records were counted at once
    #[command(after_help = "Examples:\n  \
        patchwork cube merge north.parquet south.parquet --out all.parquet\n  \
        patchwork cube merge spark-output --out all.parquet\n\n\
        All records of one id must stand in one part, since a cube has no ids.")]
    Merge {
        /// Cubes, or directories of them
        #[arg(required = true)]
        parts: Vec<PathBuf>,
        /// The cube to write
        #[arg(long, value_name = "FILE.parquet")]
        out: PathBuf,
    },
}

/// Counts the records of a place.
pub fn run(args: &CountArgs, progress: &Progress) -> Result<(), Failure> {
    if let (Some(words), Some(out)) = (&args.words, &args.lookup) {
        return look_up(args, (words, out), progress);
    }
    let out =
        args.out.as_deref().ok_or_else(|| Failure::Usage("--out or --words and --lookup are needed".to_owned()))?;
    let (loaded, cube) = load::count(&args.dir, &|step| progress.step(step));
    progress.done();
    let Some(cube) = cube else {
        say(&loaded.issues, Severity::Error);
        let dir = args.dir.display();
        return Err(Failure::Failed(format!("the place cannot be used; see patchwork check {dir}")));
    };
    if cube.rows.is_empty() {
        return Err(Failure::Failed("the place has no engagement records to count".to_owned()));
    }
    write(cube, out)
}

/// Says what words of records mean, for another engine.
fn look_up(args: &CountArgs, (words, out): (&Path, &PathBuf), progress: &Progress) -> Result<(), Failure> {
    let mut asked = Vec::new();
    for path in files(&[words.to_owned()], "json")? {
        for (nth, line) in std::fs::read_to_string(&path)?.lines().enumerate() {
            let wrong = || {
                Failure::Failed(format!(
                    "{} row {}: write {{\"fact\": \"date\", \"words\": \"2024-06-30\", \"rows\": 3}} in each line",
                    path.display(),
                    nth + 1
                ))
            };
            let one: Value = serde_json::from_str(line).map_err(|_| wrong())?;
            let text = |key: &str| one.get(key).and_then(Value::as_str).map(str::to_owned).ok_or_else(wrong);
            let rows = one.get("rows").and_then(Value::as_u64).ok_or_else(wrong)?;
            asked.push(Words { fact: text("fact")?, words: text("words")?, rows });
        }
    }
    let (loaded, meanings) = load::lookup(&args.dir, asked, &|step| progress.step(step));
    progress.done();
    let Some(meanings) = meanings else {
        say(&loaded.issues, Severity::Error);
        let dir = args.dir.display();
        return Err(Failure::Failed(format!("the place cannot be used; see patchwork check {dir}")));
    };
    let line = |m: &Meaning| {
        let line = json!({"fact": m.fact, "words": m.words, "value": m.value, "place": m.place, "exact": m.is_exact, "why": m.why});
        format!("{line}\n")
    };
    super::write(out, meanings.iter().map(line).collect::<String>().as_bytes())?;
    eprintln!("wrote {} meanings to {}", meanings.len(), out.display());
    Ok(())
}

/// Works on cubes alone.
pub fn cube(args: &CubeArgs, progress: &Progress) -> Result<(), Failure> {
    let CubeCommand::Merge { parts, out } = &args.command;
    let files = files(parts, "parquet")?;
    if files.is_empty() {
        return Err(Failure::Usage("there is no .parquet file among the parts".to_owned()));
    }
    let mut whole = load::cube::Parts::default();
    for path in files {
        let shown = path.display().to_string();
        progress.step(&format!("Reading {shown}"));
        whole.read(&path, &shown).map_err(|issues| {
            progress.done();
            say(&issues, Severity::Error);
            Failure::Said
        })?;
    }
    progress.done();
    write(whole.whole(), out)
}

/// The files, with those of directories; what engines write beside them (`_SUCCESS`, `.crc`) is passed over.
fn files(parts: &[PathBuf], ending: &str) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for part in parts {
        if part.is_dir() {
            let entries = std::fs::read_dir(part)?.collect::<Result<Vec<_>, _>>()?;
            let mut inside: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
            inside.retain(|path| path.extension().is_some_and(|own| own == ending));
            inside.sort();
            files.extend(inside);
        } else {
            files.push(part.clone());
        }
    }
    Ok(files)
}

fn write(cube: Cube, path: &Path) -> Result<(), Failure> {
    let outcomes = cube.outcomes();
    let mut outcomes: BTreeMap<String, u64> = outcomes.into_iter().map(|(why, n)| (why.to_owned(), n)).collect();
    let (counted, rows) = (outcomes.remove(COUNTED).unwrap_or(0), cube.rows.len());
    crate::export::cube(cube, path).map_err(|error| Failure::Failed(error.to_string()))?;
    let number = |n: u64| thousands(n.cast_signed());
    eprintln!("wrote {} records in {} rows to {}", number(counted), number(rows as u64), path.display());
    for (why, records) in outcomes {
        eprintln!("not counted: {} {why}", number(records));
    }
    Ok(())
}
