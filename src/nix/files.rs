//! The files of a checkout: read once, parsed once, never from outside of it.
//!
//! A path is opened only where it lies below one of the roots after symbolic links are followed.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use elsa::FrozenVec;
use elsa::sync::FrozenMap;

use super::disk::Disk;
use super::symbol::{Interner, Sym};
use super::syntax::ast::{Expr, Loc};
use super::syntax::{self, Fail, Outline};
use crate::text::{Digest, LineIndex, Position, RelPath};

/// Larger files are not read as Nix or data.
pub const MAX_FILE: u64 = 64 << 20;

/// The folder in which git keeps what it knows of a checkout.
pub const GIT: &str = ".git";

/// A file that was opened.
pub struct File {
    /// Absolute path.
    pub path: String,
    /// The path below the root of the checkout; `None` where it lies elsewhere.
    pub below: Option<RelPath>,
    content: Result<String, Vec<u8>>,
    /// Where it begins in the position space.
    pub base: u32,
    syntax: Mutex<Syntax>,
    lines: OnceLock<LineIndex>,
    digest: OnceLock<Digest>,
}

impl File {
    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        match &self.content {
            Ok(text) => text.as_bytes(),
            Err(bytes) => bytes,
        }
    }

    /// The text, where the bytes are UTF-8.
    pub fn text(&self) -> Option<&str> {
        self.content.as_deref().ok()
    }

    /// The digest of the bytes.
    pub fn digest(&self) -> Digest {
        *self.digest.get_or_init(|| Digest::of(self.bytes()))
    }

    /// Line and column of a byte. In a file that is not UTF-8, each wrong byte counts as one character.
    pub fn position(&self, offset: u32) -> Position {
        match self.text() {
            Some(text) => self.lines.get_or_init(|| LineIndex::new(text)).position(text, offset),
            None => {
                let bytes = self.bytes();
                let before = &bytes[..(offset as usize).min(bytes.len())];
                let text = String::from_utf8_lossy(before);
                LineIndex::new(&text).position(&text, u32::try_from(text.len()).unwrap_or(u32::MAX))
            }
        }
    }
}

/// The syntax of a file, or what is wrong with it.
type Parsed = Result<Expr, Fail>;

/// The syntax of a file, which takes several times the room of the text. Most files are asked for once.
#[derive(Default)]
enum Syntax {
    #[default]
    NotAskedFor,
    /// There as long as the evaluator that asked for it holds it.
    AskedFor(Weak<Parsed>),
    /// Another evaluator asked for it: there for good.
    AskedForAgain(Arc<Parsed>),
}

impl Syntax {
    fn get(&self) -> Option<Arc<Parsed>> {
        match self {
            Syntax::NotAskedFor => None,
            Syntax::AskedFor(parsed) => parsed.upgrade(),
            Syntax::AskedForAgain(parsed) => Some(parsed.clone()),
        }
    }
}

/// The syntax that an evaluator works with.
#[derive(Default)]
pub struct Held {
    files: FrozenVec<Arc<Parsed>>,
}

impl Held {
    pub(super) fn hold(&self, parsed: Arc<Parsed>) -> &Parsed {
        self.files.push_get(parsed)
    }
}

/// Why a file could not be opened or parsed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// There is no such file.
    #[error("there is no such file")]
    Missing,
    /// It lies outside of the checkout, perhaps through a symbolic link.
    #[error("outside of the checkout")]
    Outside,
    /// It cannot be read.
    #[error("{0}")]
    Unreadable(String),
    /// It is not Nix: where (byte offset) and why.
    #[error("syntax error at byte {0}: {1}")]
    Syntax(usize, &'static str),
}

/// Where the files of `lib` begin, counted in bytes of source: a place tells by itself whether it is in one of them.
const LIBRARY: u32 = 3 << 30;

/// True for a place in the functions that all packages share.
pub(super) fn is_in_library(place: Loc) -> bool {
    place.start >= LIBRARY
}

/// All files of a checkout and of the tree its `lib` comes from.
pub struct Files {
    roots: Vec<PathBuf>,
    /// What lies where.
    pub disk: Disk,
    files: FrozenMap<String, Box<Result<File, FileError>>>,
    next: AtomicU32,
    /// The same for the files of `lib`, which lie behind all others.
    next_library: AtomicU32,
    /// Where each file begins, and its path; sorted.
    bases: Mutex<Vec<(u32, Arc<str>)>>,
    folders: Mutex<HashMap<PathBuf, bool>>,
    /// Set once something in a `.git` was looked at.
    git: AtomicBool,
    /// Names below this number are bound in the outermost scope.
    globals: u32,
    /// The names in all files.
    pub names: Interner,
}

impl Files {
    /// The files below `roots`, which must be canonical, as `disk` has them.
    pub fn new(roots: Vec<PathBuf>, disk: Disk) -> Self {
        let names = Interner::default();
        let globals = super::builtins::global_names().map(|name| names.intern(&name)).max();
        Files {
            roots,
            disk,
            globals: globals.map_or(0, |last| last.0 + 1),
            names,
            files: FrozenMap::new(),
            next: AtomicU32::new(1),
            next_library: AtomicU32::new(LIBRARY),
            bases: Mutex::default(),
            folders: Mutex::default(),
            git: AtomicBool::new(false),
        }
    }

    /// The same files, none of them read yet, as `disk` has them.
    pub fn on(&self, disk: Disk) -> Self {
        Files::new(self.roots.clone(), disk)
    }

    /// The root of the checkout itself.
    pub fn root(&self) -> &Path {
        self.roots.first().map_or(Path::new("/"), PathBuf::as_path)
    }

    /// True where `path` lies below a root by its text.
    pub fn is_inside(&self, path: &str) -> bool {
        self.roots.iter().any(|root| Path::new(path).starts_with(root))
    }

    /// True where `path` lies below a root and no symbolic link leads out.
    pub fn is_reachable(&self, path: &str) -> bool {
        if !self.is_inside(path) {
            return false;
        }
        if path.split('/').any(|part| part == GIT) {
            self.git.store(true, Ordering::Relaxed);
        }
        if self.disk.is_told(path) {
            return true;
        }
        match std::fs::symlink_metadata(path) {
            Ok(found) if found.is_symlink() => self.is_really_inside(Path::new(path)),
            Ok(_) => Path::new(path).parent().is_none_or(|folder| self.folder_is_inside(folder)),
            Err(_) => true,
        }
    }

    /// True where something in a `.git` was looked at.
    pub fn has_looked_into_git(&self) -> bool {
        self.git.load(Ordering::Relaxed)
    }

    fn folder_is_inside(&self, folder: &Path) -> bool {
        let known = || self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(inside) = known().get(folder) {
            return *inside;
        }
        let inside =
            match folder.parent().filter(|_| self.is_plain(folder) && !self.roots.iter().any(|root| root == folder)) {
                Some(around) => self.folder_is_inside(around),
                None => self.is_really_inside(folder) || self.roots.iter().any(|root| root.starts_with(folder)),
            };
        known().insert(folder.to_owned(), inside);
        inside
    }

    /// True where `folder` lies where the folder around it lies.
    fn is_plain(&self, folder: &Path) -> bool {
        let is_named = matches!(folder.components().next_back(), Some(Component::Normal(_)));
        is_named && std::fs::symlink_metadata(folder).is_ok_and(|found| found.is_dir())
    }

    fn is_really_inside(&self, path: &Path) -> bool {
        std::fs::canonicalize(path).is_ok_and(|real| self.roots.iter().any(|root| real.starts_with(root)))
    }

    /// The file at the absolute `path`.
    pub fn open(&self, path: &str) -> Result<&File, FileError> {
        let found = match self.files.get(path) {
            Some(found) => found,
            None => self.files.insert(path.to_owned(), Box::new(self.read(path))),
        };
        found.as_ref().map_err(Clone::clone)
    }

    /// A file made of `text` that is no file of the checkout, e.g. the embedded library.
    pub fn embed(&self, path: &str, text: &str) -> &File {
        match self.open_embedded(path) {
            Some(file) => file,
            None => {
                let file = self.place(path, text.as_bytes().to_vec());
                let file = self.files.insert(path.to_owned(), Box::new(Ok(file)));
                file.as_ref().expect("nothing else is kept under an embedded path")
            }
        }
    }

    fn open_embedded(&self, path: &str) -> Option<&File> {
        self.files.get(path).and_then(|found| found.as_ref().ok())
    }

    fn read(&self, path: &str) -> Result<File, FileError> {
        if !self.is_reachable(path) {
            return Err(FileError::Outside);
        }
        let unreadable = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => FileError::Missing,
            _ => FileError::Unreadable(error.to_string()),
        };
        Ok(self.place(path, self.disk.read(path, MAX_FILE).map_err(unreadable)?))
    }

    fn place(&self, path: &str, bytes: Vec<u8>) -> File {
        let len = u32::try_from(bytes.len()).unwrap_or(u32::MAX).saturating_add(1);
        let mut bases = self.bases.lock().unwrap_or_else(PoisonError::into_inner);
        // Under the lock, so that the bases stay sorted.
        let next = if self.is_library(path) { &self.next_library } else { &self.next };
        let base = next.fetch_add(len, Ordering::Relaxed);
        let at = bases.partition_point(|(other, _)| *other < base);
        bases.insert(at, (base, path.into()));
        drop(bases);
        File {
            path: path.to_owned(),
            below: RelPath::below(self.root(), Path::new(path)),
            content: String::from_utf8(bytes).map_err(std::string::FromUtf8Error::into_bytes),
            base,
            syntax: Mutex::default(),
            lines: OnceLock::new(),
            digest: OnceLock::new(),
        }
    }

    /// True for a file of the functions that all packages share.
    fn is_library(&self, path: &str) -> bool {
        let below = |root: &PathBuf| Path::new(path).strip_prefix(root).is_ok_and(|below| below.starts_with("lib"));
        self.roots.iter().any(below)
    }

    /// The syntax of `file`, which each evaluator asks for once.
    pub(super) fn parse(&self, file: &File, names: &mut dyn FnMut(&str) -> Sym) -> Arc<Parsed> {
        let mut syntax = file.syntax.lock().unwrap_or_else(PoisonError::into_inner);
        let dir = file.path.rsplit_once('/').map_or("/", |(dir, _)| dir);
        let mut of = |text: &str| Arc::new(syntax::parse(text, dir, file.base, self.globals, names));
        let mut read = || match &file.content {
            Ok(text) => of(text),
            Err(bytes) => of(&syntax::decoded(bytes)),
        };
        let parsed = syntax.get().unwrap_or_else(&mut read);
        *syntax = match *syntax {
            Syntax::NotAskedFor => Syntax::AskedFor(Arc::downgrade(&parsed)),
            _ => Syntax::AskedForAgain(parsed.clone()),
        };
        parsed
    }

    /// The file that holds `position`, and the offset in it.
    pub fn find(&self, position: u32) -> Option<(&File, u32)> {
        let path = {
            let bases = self.bases.lock().unwrap_or_else(PoisonError::into_inner);
            let at = bases.partition_point(|(base, _)| *base <= position).checked_sub(1)?;
            bases[at].1.clone()
        };
        let file = self.open(&path).ok()?;
        let offset = position.checked_sub(file.base)?;
        (offset as usize <= file.bytes().len()).then_some((file, offset))
    }

    /// The line of the file at `path`, counted from 1, without the blanks around it.
    pub fn line(&self, path: &str, line: u32) -> Option<Loc> {
        let file = self.open(path).ok()?;
        let text = file.text()?;
        let span = file.lines.get_or_init(|| LineIndex::new(text)).span(text, line)?;
        let (start, end) = (span.start, span.end);
        let written = text.get(start as usize..end as usize)?;
        let blanks = written.len() - written.trim_start().len();
        let start = start + u32::try_from(blanks).ok()?;
        let end = start + u32::try_from(written.trim().len()).ok()?;
        Some(Loc { start: file.base + start, end: file.base + end })
    }

    /// The smallest attribute set around `position`, in a file whose syntax is held.
    pub fn set_around(&self, position: u32) -> Option<Loc> {
        let (file, _) = self.find(position)?;
        let parsed = file.syntax.lock().unwrap_or_else(PoisonError::into_inner).get()?;
        syntax::set_around(parsed.as_ref().as_ref().ok()?, position)
    }

    /// The outline of `file`; `None` where it is no code.
    pub fn outline<'f>(&'f self, file: &'f File) -> Option<Outline<'f, String>> {
        let parsed = self.parse(file, &mut |text| self.names.intern(text));
        let by_number = syntax::outline(file.text()?, parsed.as_ref().as_ref().ok()?, file.base);
        let names = self.names.since(0);
        let named = |(name, words): (Sym, _)| Some((names.get(name.0 as usize)?.to_string(), words));
        Some(Outline { bindings: by_number.bindings.into_iter().filter_map(named).collect(), rest: by_number.rest })
    }

    /// The text at `loc`.
    pub fn text(&self, loc: Loc) -> Option<&str> {
        let (file, start) = self.find(loc.start)?;
        let end = loc.end.checked_sub(file.base)?;
        file.text()?.get(start as usize..end as usize)
    }
}
