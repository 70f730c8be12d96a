//! Detection over a folder: files in parallel, answers in order of their paths.

use std::path::{Path, PathBuf};

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use rayon::{ThreadPoolBuildError, ThreadPoolBuilder};
use walkdir::WalkDir;

use crate::evidence::{Detector, Evidence, FileEvidence, assemble};
use crate::text::RelPath;

/// The regular files below a root, in order of their paths.
#[derive(Debug)]
pub struct Files {
    /// The files, each with the name that evidence has, which may differ where a name is not UTF-8.
    pub paths: Vec<(RelPath, PathBuf)>,
    /// Folder that could not be listed, with the reason.
    pub errors: Vec<String>,
}

/// The files of `path`: all below a folder (links are not followed, `.git` is left out), or the one file.
pub fn files(path: &Path) -> Files {
    if path.is_file() {
        let root = path.parent().unwrap_or(Path::new("")).to_owned();
        let paths = RelPath::below(&root, path).map(|name| (name, path.to_owned())).into_iter().collect();
        return Files { paths, errors: Vec::new() };
    }
    let mut found = Files { paths: Vec::new(), errors: Vec::new() };
    let is_wanted = |entry: &walkdir::DirEntry| entry.file_name() != ".git" || entry.depth() == 0;
    for entry in WalkDir::new(path).into_iter().filter_entry(is_wanted) {
        match entry {
            Ok(entry) if entry.file_type().is_file() => {
                found.paths.extend(RelPath::below(path, entry.path()).map(|name| (name, entry.into_path())));
            }
            Ok(_) => {}
            Err(error) => found.errors.push(error.to_string()),
        }
    }
    found.paths.sort();
    found
}

/// All evidence of the files.
///
/// ```
/// use clarity::engine::{detect, files};
/// use clarity::evidence::{Detector, Options};
///
/// let source = tempfile::tempdir()?;
/// std::fs::write(source.path().join("main.c"), "/* SPDX-License-Identifier: Zlib */\n")?;
/// let evidence = detect(&Detector::new(&Options::default()), &files(source.path()));
/// assert_eq!(evidence.files[0].detections[0].expr.to_string(), "Zlib");
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn detect(detector: &Detector, files: &Files) -> Evidence {
    let seen: Vec<FileEvidence> = files.paths.par_iter().map(|(name, file)| detector.read_file(file, name)).collect();
    assemble(seen)
}

/// All evidence of the files, seen by this many threads; the answer does not depend on how many they are.
pub fn detect_on(threads: usize, detector: &Detector, files: &Files) -> Result<Evidence, ThreadPoolBuildError> {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build()?;
    Ok(pool.install(|| detect(detector, files)))
}
