//! Writes the list of the files of the map page, which `src/http/web.rs` holds in the program.
//!
//! `make web` builds them into `web/dist`. Without them the list is empty, and `/` is the plain page.

// Cargo reads what a build script prints.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let package = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let dist = package.join("web").join("dist");
    // Cargo can only watch what exists.
    fs::create_dir_all(&dist)?;
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=web/dist");
    let mut files = Vec::new();
    find(&dist, &mut files)?;
    files.sort();
    let mut list = String::from("static FILES: &[(&str, &[u8])] = &[\n");
    for file in &files {
        let name = file.strip_prefix(&dist)?.to_string_lossy().replace('\\', "/");
        // By way of the package's folder, since clones may share one target directory.
        let path = format!("/web/dist/{name}");
        writeln!(list, "    ({name:?}, include_bytes!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {path:?}))),")?;
    }
    list.push_str("];\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("web.rs"), list)?;
    without_line_tables();
    sources(&package)?;
    manual(&package)
}

/// Tells the program a number that differs whenever anything it is made of does: a snapshot in a file is read by the very
/// program that wrote it (`src/snapshot/file.rs`).
fn sources(package: &Path) -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=Cargo.lock");
    let mut files = vec![package.join("Cargo.lock")];
    find(&package.join("src"), &mut files)?;
    files.sort();
    // FNV-1a, 64 bits: no secret, and the script needs no crate for it.
    let mut number: u64 = 0xcbf2_9ce4_8422_2325;
    for file in &files {
        let name = file.strip_prefix(package)?.to_string_lossy().replace('\\', "/");
        for byte in name.bytes().chain([0]).chain(fs::read(file)?) {
            number = (number ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    println!("cargo::rustc-env=PATCHWORK_SOURCES={number:016x}");
    Ok(())
}

/// Leaves the tables of line numbers out of the program, a third of its size; names of functions stay, and tests keep
/// both. With `PATCHWORK_LINE_TABLES` set they are left in, for a debugger.
fn without_line_tables() {
    println!("cargo::rerun-if-env-changed=PATCHWORK_LINE_TABLES");
    let is_linux = env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux");
    if is_linux && env::var_os("PATCHWORK_LINE_TABLES").is_none() {
        println!("cargo::rustc-link-arg-bins=-Wl,--strip-debug");
    }
}

/// Writes the list of the pages of the manual, which `src/http/docs.rs` serves: the Markdown files of `docs/`, the
/// methods and the glossary.
fn manual(package: &Path) -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=docs");
    let mut files = Vec::new();
    find(&package.join("docs"), &mut files)?;
    files.retain(|file| {
        file.extension().is_some_and(|end| end == "md") && file.file_stem().is_some_and(|name| name != "SUMMARY")
    });
    files.sort();
    for name in ["METHODS.md", "GLOSSARY.md"] {
        println!("cargo::rerun-if-changed={name}");
        files.push(package.join(name));
    }
    let mut list = String::from("static PAGES: &[(&str, &str)] = &[\n");
    for file in &files {
        let slug = file.file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
        let path = format!("/{}", file.strip_prefix(package)?.to_string_lossy().replace('\\', "/"));
        writeln!(list, "    ({slug:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {path:?}))),")?;
    }
    list.push_str("];\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("docs.rs"), list)?;
    Ok(())
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
