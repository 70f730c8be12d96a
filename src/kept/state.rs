//! The state of the program, and of its detection: one number for all code and data that decide what is seen in a source.
//!
//! Read by the build script, and by a test that holds the list of crates against what the code imports. Another
//! version of the program with the same detectors has the same state of detection.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Files and folders of which each byte may decide: detectors, the words of expressions, the reading of archives.
pub const SEEN_BY: [&str; 8] = [
    "src/build.rs",
    "src/engine/source_scan.rs",
    "src/evidence",
    "src/kept",
    "src/license",
    "src/source/archive",
    "src/source/tree.rs",
    "src/text",
];

/// The folder of all code and data of the program.
pub const SOURCES: &str = "src";

/// The versions of all crates.
pub const LOCK: &str = "Cargo.lock";

/// Crates whose code or data may decide. Those that only compute what any version computes are left out.
pub const CRATES: [&str; 23] = [
    "aho-corasick",
    "askalono",
    "brotli-decompressor",
    "bzip2",
    "flate2",
    "infer",
    "liblzma",
    "license",
    "memchr",
    "postcard",
    "quick-xml",
    "regex",
    "regex-automata",
    "regex-syntax",
    "serde_json",
    "sevenz-rust2",
    "similar",
    "spdx",
    "strsim",
    "toml",
    "yaml-rust2",
    "zip",
    "zstd",
];

/// The state of the detection whose sources lie in `root`.
pub fn of_detection(root: &Path) -> io::Result<String> {
    let mut state = of_files(root, &SEEN_BY)?;
    state.add(versions(&lock(root)).as_bytes());
    Ok(format!("{:032x}", state.0))
}

/// The state of the whole program whose sources lie in `root`, with the versions of all its crates.
pub fn of_program(root: &Path) -> io::Result<String> {
    let mut state = of_files(root, &[SOURCES])?;
    state.add(lock(root).as_bytes());
    Ok(format!("{:032x}", state.0))
}

/// A package that is built without its lock file has no versions to tell: then its own counts.
fn lock(root: &Path) -> String {
    fs::read_to_string(root.join(LOCK)).unwrap_or_else(|_| env!("CARGO_PKG_VERSION").to_owned())
}

/// The names and bytes of all files there and below.
fn of_files(root: &Path, paths: &[&str]) -> io::Result<Fnv> {
    let mut files = Vec::new();
    for path in paths {
        list(&root.join(path), &mut files)?;
    }
    files.sort();
    let mut state = Fnv::default();
    for file in files {
        let name = file.strip_prefix(root).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        state.add(name.as_bytes());
        state.add(&fs::read(&file)?);
    }
    Ok(state)
}

fn list(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    fs::read_dir(path)?.try_for_each(|entry| list(&entry?.path(), files))
}

/// The lines of a lock file about [`CRATES`].
fn versions(lock: &str) -> String {
    let mut lines = lock.lines();
    let mut versions = String::new();
    while let Some(line) = lines.next() {
        let name = line.strip_prefix("name = \"").and_then(|rest| rest.strip_suffix('"'));
        if let Some(name) = name.filter(|name| CRATES.contains(name)) {
            let _ = writeln!(versions, "{name} {}", lines.next().unwrap_or_default());
        }
    }
    versions
}

/// FNV-1a with 128 bits: tells apart what was edited; it holds off nobody who writes the program.
struct Fnv(u128);

impl Default for Fnv {
    fn default() -> Self {
        Fnv(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }
}

impl Fnv {
    fn add(&mut self, bytes: &[u8]) {
        for byte in (bytes.len() as u64).to_le_bytes().iter().chain(bytes) {
            self.0 = (self.0 ^ u128::from(*byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        }
    }
}
