//! The disk, with in-memory replacements for some paths.
//!
//! So that a tree can be evaluated as it was: what has changed since is told, everything else is read where it lies.
//! Nothing is ever written. A folder is there as long as something in it is.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::Path;

use crate::text::regular::{self, Links};

/// In-memory replacement for a path: file, link or absence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathOverlay {
    /// There is nothing.
    Nothing,
    /// A file with these bytes.
    File(Vec<u8>),
    /// A symbolic link with this target.
    Link(String),
}

/// Kind of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A device or the like.
    Other,
}

/// Links are followed this far.
const MOST_LINKS: usize = 16;

/// A disk some of whose paths are replaced.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    instead: BTreeMap<String, PathOverlay>,
    /// All folders above replaced paths, and whether one of these is there.
    above: BTreeMap<String, bool>,
}

impl Disk {
    /// The disk with these absolute paths replaced.
    pub fn with(instead: BTreeMap<String, PathOverlay>) -> Self {
        let mut above: BTreeMap<String, bool> = BTreeMap::new();
        for (path, what) in &instead {
            for folder in Path::new(path).ancestors().skip(1) {
                *above.entry(folder.to_string_lossy().into_owned()).or_default() |= *what != PathOverlay::Nothing;
            }
        }
        Disk { instead, above }
    }

    /// In-memory replacement of `path`.
    pub fn instead(&self, path: &Path) -> Option<&PathOverlay> {
        if self.instead.is_empty() { None } else { self.instead.get(&*path.to_string_lossy()) }
    }

    /// True where something below `folder` is replaced.
    pub fn is_touched(&self, folder: &str) -> bool {
        self.above.contains_key(folder)
    }

    /// True where `path` or something below it is replaced.
    fn concerns(&self, path: &str) -> bool {
        self.instead.contains_key(path) || self.above.contains_key(path)
    }

    /// True where `path` is there because it is said so.
    pub fn is_told(&self, path: &str) -> bool {
        matches!(self.instead.get(path), Some(PathOverlay::File(_) | PathOverlay::Link(_)))
            || self.above.get(path) == Some(&true)
    }

    /// True where nothing is at `path`, whatever the disk has there.
    pub fn is_gone(&self, path: &str) -> bool {
        self.instead.get(path) == Some(&PathOverlay::Nothing)
    }

    /// The files that are there because it is said so.
    pub fn told(&self) -> impl Iterator<Item = &str> {
        self.instead.iter().filter(|(_, what)| matches!(what, PathOverlay::File(_))).map(|(path, _)| path.as_str())
    }

    /// Kind of `path`, symlinks not followed; `None` where nothing is there.
    pub fn kind(&self, path: &str) -> Option<Kind> {
        match self.instead.get(path) {
            Some(PathOverlay::File(_)) => return Some(Kind::File),
            Some(PathOverlay::Link(_)) => return Some(Kind::Link),
            // Where a file was made in the place of a folder, the folder is what was there.
            Some(PathOverlay::Nothing) => return (self.above.get(path) == Some(&true)).then_some(Kind::Folder),
            None => {}
        }
        let on_disk = || std::fs::symlink_metadata(path).ok().map(|found| Kind::from(found.file_type()));
        match self.above.get(path) {
            Some(true) => Some(Kind::Folder),
            Some(false) => on_disk().filter(|kind| *kind != Kind::Folder || self.has_something(path)),
            None => on_disk(),
        }
    }

    fn has_something(&self, folder: &str) -> bool {
        self.list(folder).is_ok_and(|entries| !entries.is_empty())
    }

    /// Kind of the target of `path`, symlinks followed.
    fn target(&self, path: &str) -> Option<(String, Kind)> {
        let mut path = path.to_owned();
        for _ in 0..MOST_LINKS {
            match (self.kind(&path)?, self.instead.get(&path)) {
                (Kind::Link, Some(PathOverlay::Link(target))) => path = joined(&path, target)?,
                (Kind::Link, _) => {
                    let found = std::fs::metadata(&path).ok()?;
                    return Some((path, found.file_type().into()));
                }
                (kind, _) => return Some((path, kind)),
            }
        }
        None
    }

    /// The path that in-memory links at `path` lead to; `None` where they lead nowhere. Links of the real disk are not
    /// followed.
    pub fn end_of_links(&self, path: &str) -> Option<String> {
        self.target(path).map(|(path, _)| path)
    }

    /// True where `path` leads to a folder.
    pub fn is_folder(&self, path: &str) -> bool {
        match self.concerns(path) {
            true => self.target(path).is_some_and(|(_, kind)| kind == Kind::Folder),
            false => Path::new(path).is_dir(),
        }
    }

    /// True where `path` leads to a file.
    pub fn is_file(&self, path: &str) -> bool {
        match self.concerns(path) {
            true => self.target(path).is_some_and(|(_, kind)| kind == Kind::File),
            false => Path::new(path).is_file(),
        }
    }

    /// True where `path` leads to something.
    pub fn exists(&self, path: &str) -> bool {
        if self.concerns(path) { self.target(path).is_some() } else { Path::new(path).exists() }
    }

    /// The bytes of the file that `path` leads to, if they are not more than `most`.
    pub fn read(&self, path: &str, most: u64) -> io::Result<Vec<u8>> {
        if self.concerns(path) {
            let (path, _) = self.target(path).ok_or(io::ErrorKind::NotFound)?;
            if let Some(PathOverlay::File(bytes)) = self.instead.get(&path) {
                return Ok(bytes.clone());
            }
            return from_disk(&path, most);
        }
        from_disk(path, most)
    }

    /// The names in `folder`, each with what it is, links not followed.
    pub fn list(&self, folder: &str) -> io::Result<Vec<(String, Kind)>> {
        let on_disk = match std::fs::read_dir(folder) {
            // Something else has taken the place of the folder, perhaps a link that leads elsewhere.
            _ if self.is_gone(folder) => Vec::new(),
            Ok(entries) => entries.collect::<io::Result<Vec<_>>>()?,
            Err(_) if self.above.get(folder) == Some(&true) => Vec::new(),
            Err(error) => return Err(error),
        };
        let kind = |entry: std::fs::DirEntry| {
            Ok((entry.file_name().to_string_lossy().into_owned(), entry.file_type()?.into()))
        };
        // Collected, a map is sorted once.
        let mut all: BTreeMap<String, Kind> = on_disk.into_iter().map(kind).collect::<io::Result<_>>()?;
        if self.above.contains_key(folder) {
            let start = if folder.ends_with('/') { folder.to_owned() } else { format!("{folder}/") };
            let told = self.instead.range(start.clone()..).take_while(|(path, _)| path.starts_with(&start));
            let names: Vec<String> =
                told.filter_map(|(path, _)| Some(path[start.len()..].split('/').next()?.to_owned())).collect();
            for name in names {
                match self.kind(&format!("{start}{name}")) {
                    Some(kind) => all.insert(name, kind),
                    None => all.remove(&name),
                };
            }
        }
        Ok(all.into_iter().collect())
    }
}

fn from_disk(path: &str, most: u64) -> io::Result<Vec<u8>> {
    let (file, found) = regular::open(Path::new(path), Links::Followed)?;
    let too_large = || Err(io::Error::other(format!("larger than {} MiB", most >> 20)));
    if found.len() > most {
        return too_large();
    }
    let mut bytes = Vec::with_capacity(usize::try_from(found.len()).unwrap_or_default());
    // It may have grown since.
    let read = file.take(most + 1).read_to_end(&mut bytes)?;
    if read as u64 > most { too_large() } else { Ok(bytes) }
}

impl From<std::fs::FileType> for Kind {
    fn from(found: std::fs::FileType) -> Kind {
        if found.is_dir() {
            Kind::Folder
        } else if found.is_symlink() {
            Kind::Link
        } else if found.is_file() {
            Kind::File
        } else {
            Kind::Other
        }
    }
}

/// Where a link at `from` leads.
fn joined(from: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = if target.starts_with('/') { Vec::new() } else { from.split('/').collect() };
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(format!("/{}", parts.join("/").trim_start_matches('/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disk(instead: &[(&str, PathOverlay)]) -> Disk {
        Disk::with(instead.iter().map(|(path, what)| ((*path).to_owned(), what.clone())).collect())
    }

    #[test]
    fn a_file_that_is_told_makes_its_folders() {
        let disk = disk(&[("/no/such/a/b.nix", PathOverlay::File(b"1".to_vec()))]);
        assert_eq!(disk.kind("/no/such/a"), Some(Kind::Folder));
        assert_eq!(disk.list("/no/such").ok(), Some(vec![("a".to_owned(), Kind::Folder)]));
        assert_eq!(disk.read("/no/such/a/b.nix", 9).ok(), Some(b"1".to_vec()));
    }

    #[test]
    fn a_folder_of_nothing_but_new_files_was_not_there() {
        let root = tempfile::tempdir().expect("a folder");
        let path = |name: &str| root.path().join(name).to_string_lossy().into_owned();
        std::fs::create_dir(path("new")).expect("writable");
        std::fs::write(path("new/package.nix"), "1").expect("writable");
        std::fs::write(path("old.nix"), "1").expect("writable");
        let disk = disk(&[(&path("new/package.nix"), PathOverlay::Nothing)]);
        assert_eq!((disk.kind(&path("new")), disk.exists(&path("new"))), (None, false));
        let names = disk.list(&root.path().to_string_lossy()).expect("listed");
        assert_eq!(names, [("old.nix".to_owned(), Kind::File)]);
    }

    #[test]
    fn a_link_that_is_told_is_followed() {
        let disk = disk(&[
            ("/no/such/a/link.nix", PathOverlay::Link("../b.nix".to_owned())),
            ("/no/such/b.nix", PathOverlay::File(b"2".to_vec())),
        ]);
        assert_eq!(disk.read("/no/such/a/link.nix", 9).ok(), Some(b"2".to_vec()));
        assert!(disk.is_file("/no/such/a/link.nix") && !disk.is_folder("/no/such/a/link.nix"));
    }
}
