//! The files of a checkout: read once, parsed once, never from outside of it.
//!
//! A path is opened only where it lies below one of the roots after symbolic links are followed.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use elsa::sync::FrozenVec;
use rustc_hash::FxBuildHasher;

use super::disk::{Disk, PathOverlay};
use super::parsed::{Parsed, Syntax};
use super::symbol::{Interner, Sym};
use super::syntax::ast::{Loc, Tree};
use super::syntax::{self, Bound};
use crate::text::{Digest, LineIndex, Position, RelPath};

/// Larger files are not read as Nix or data.
pub const MAX_FILE: u64 = 64 << 20;

/// The folder in which git keeps what it knows of a checkout.
pub const GIT: &str = ".git";

/// The text of a file, or its bytes where they are not UTF-8.
type Content = Result<String, Vec<u8>>;

fn content_bytes(content: &Content) -> &[u8] {
    match content {
        Ok(text) => text.as_bytes(),
        Err(bytes) => bytes,
    }
}

/// A file that was opened.
pub struct File {
    /// Absolute path.
    pub path: String,
    /// The path below the root of the checkout; `None` where it lies elsewhere.
    pub below: Option<RelPath>,
    content: Content,
    /// Where it begins in the position space.
    pub base: u32,
    syntax: Mutex<Syntax>,
    lines: OnceLock<LineIndex>,
    /// The text, with a character for each byte that is not UTF-8, where there is one.
    decoded: OnceLock<String>,
    sets: OnceLock<syntax::Sets>,
    digest: OnceLock<Digest>,
}

impl File {
    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        content_bytes(&self.content)
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
        let text = self.text().unwrap_or_else(|| self.decoded.get_or_init(|| syntax::decoded(self.bytes())));
        self.lines.get_or_init(|| LineIndex::new(text)).position(text, offset)
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

/// Positions are numbers of 32 bits.
const TOO_MUCH: &str = "the files that are read have more than three gigabytes together";

/// True for a place in the functions that all packages share.
pub(super) fn is_in_library(place: Loc) -> bool {
    place.start >= LIBRARY
}

/// A folder whose files may be read, and what stands for it in messages.
#[derive(Clone, Debug)]
pub struct Root {
    /// Its canonical path.
    pub path: PathBuf,
    /// `.` for the checkout itself, `<nixpkgs>` for the one behind it.
    pub shown: String,
}

impl From<PathBuf> for Root {
    /// The root of the checkout itself.
    fn from(path: PathBuf) -> Root {
        Root { path, shown: ".".to_owned() }
    }
}

/// All files of a checkout, of the tree its `lib` comes from, and of its inputs.
pub struct Files {
    roots: Vec<Root>,
    /// Content by path.
    pub disk: Disk,
    files: FrozenVec<Box<File>>,
    index: Mutex<Index>,
    folders: Mutex<HashMap<Box<str>, bool, FxBuildHasher>>,
    /// Set once something in a `.git` was looked at.
    git: AtomicBool,
    /// Names below this number are bound in the outermost scope.
    globals: u32,
    /// The names in all files.
    pub names: Interner,
}

/// Where the files are that were opened, as numbers of them.
struct Index {
    by_path: HashMap<Box<str>, Result<usize, FileError>, FxBuildHasher>,
    /// Where each begins; sorted.
    bases: Vec<(u32, usize)>,
    next: u32,
    /// The same for the files of `lib`, which lie behind all others.
    next_library: u32,
}

impl Index {
    /// Where a file of `len` bytes begins, which is going to have this number.
    fn base(&mut self, number: usize, len: usize, is_library: bool) -> Result<u32, FileError> {
        let next = if is_library { &mut self.next_library } else { &mut self.next };
        let base = *next;
        let most = if is_library { u32::MAX } else { LIBRARY };
        let end = u32::try_from(len).ok().and_then(|len| base.checked_add(len)?.checked_add(1));
        *next = end.filter(|end| *end < most).ok_or_else(|| FileError::Unreadable(TOO_MUCH.to_owned()))?;
        let at = self.bases.partition_point(|(other, _)| *other < base);
        self.bases.insert(at, (base, number));
        Ok(base)
    }
}

impl Files {
    /// The files below `roots`, which must be canonical, as `disk` has them.
    pub fn new(roots: Vec<Root>, disk: Disk) -> Self {
        let names = Interner::default();
        let globals = super::builtins::global_names().map(|name| names.intern(&name)).max();
        let index = Index { by_path: HashMap::default(), bases: Vec::new(), next: 1, next_library: LIBRARY };
        Files {
            roots,
            disk,
            globals: globals.map_or(0, |last| last.0 + 1),
            names,
            files: FrozenVec::new(),
            index: Mutex::new(index),
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
        self.roots.first().map_or(Path::new("/"), |root| root.path.as_path())
    }

    /// `path` as seen from the root of the checkout: what lies outside begins with `../`, or with `/` where the two have
    /// nothing in common. A file of the tree that `lib` comes from begins with `<nixpkgs>`.
    pub fn shown(&self, path: &str) -> String {
        let path = Path::new(path);
        let inside = |root: &Root| Some(format!("{}/{}", root.shown, path.strip_prefix(&root.path).ok()?.display()));
        let other = self.roots.iter().skip(1).find_map(inside);
        let mut above = self.root().ancestors().enumerate().filter(|(_, folder)| *folder != Path::new("/"));
        let common = above.find_map(|(up, folder)| Some("../".repeat(up) + path.strip_prefix(folder).ok()?.to_str()?));
        match (path.strip_prefix(self.root()), other) {
            (Err(_), Some(shown)) => shown,
            _ => common.unwrap_or_else(|| path.display().to_string()),
        }
    }

    /// `text` without the place of the checkout on this machine.
    pub(super) fn without_place<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut text = Cow::Borrowed(text);
        for Root { path, shown } in &self.roots {
            let root = path.to_str().filter(|root| root.len() > 1 && text.contains(root));
            text = root.map_or(text.clone(), |root| Cow::Owned(text.replace(root, shown)));
        }
        text
    }

    /// True where `path` lies below a root by its text.
    pub fn is_inside(&self, path: &str) -> bool {
        self.roots.iter().any(|root| is_below(path, &root.path))
    }

    /// True where `path` lies below a root and no symbolic link leads out.
    pub fn is_reachable(&self, path: &str) -> bool {
        if !self.is_inside(path) {
            return false;
        }
        if path.contains(GIT) && path.split('/').any(|part| part == GIT) {
            self.git.store(true, Ordering::Relaxed);
        }
        match self.disk.instead(Path::new(path)) {
            Some(PathOverlay::Link(_)) => self.disk.end_of_links(path).is_none_or(|end| self.is_reachable(&end)),
            _ if self.disk.is_told(path) => true,
            _ => self.is_reachable_on_disk(path),
        }
    }

    /// The same for a path that only the disk knows. Of what is not there, the folders above it count: whether there is
    /// something behind a link that leads out is not told.
    fn is_reachable_on_disk(&self, path: &str) -> bool {
        let folder = || path.rsplit_once('/').map(|(folder, _)| folder).filter(|folder| !folder.is_empty());
        match std::fs::symlink_metadata(path) {
            Ok(found) if found.is_symlink() => self.is_really_inside(Path::new(path)),
            Ok(_) => folder().is_none_or(|folder| self.folder_is_inside(folder)),
            Err(_) => folder().is_none_or(|folder| !self.is_inside(folder) || self.is_reachable_on_disk(folder)),
        }
    }

    /// True where something in a `.git` was looked at.
    pub fn has_looked_into_git(&self) -> bool {
        self.git.load(Ordering::Relaxed)
    }

    fn folder_is_inside(&self, folder: &str) -> bool {
        let known = || self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(inside) = known().get(folder) {
            return *inside;
        }
        let path = Path::new(folder);
        let is_root = || self.roots.iter().any(|root| root.path == path);
        let inside = match folder.rsplit_once('/').filter(|(_, name)| is_plain(path, name) && !is_root()) {
            Some((around, _)) => self.folder_is_inside(around),
            None => self.is_really_inside(path) || self.roots.iter().any(|root| root.path.starts_with(path)),
        };
        known().insert(folder.into(), inside);
        inside
    }

    fn is_really_inside(&self, path: &Path) -> bool {
        std::fs::canonicalize(path).is_ok_and(|real| self.roots.iter().any(|root| real.starts_with(&root.path)))
    }

    /// The file at the absolute `path`.
    pub fn open(&self, path: &str) -> Result<&File, FileError> {
        let known = self.index().by_path.get(path).cloned();
        self.file(known.unwrap_or_else(|| self.keep(path, self.read(path))))
    }

    /// A file made of `text` that is no file of the checkout, e.g. the embedded library.
    pub fn embed(&self, path: &str, text: &str) -> &File {
        let known = self.index().by_path.get(path).cloned();
        let number = known.unwrap_or_else(|| self.keep(path, Ok(Ok(text.to_owned()))));
        self.file(number).expect("nothing else is kept under an embedded path")
    }

    fn file(&self, number: Result<usize, FileError>) -> Result<&File, FileError> {
        self.files.get(number?).ok_or(FileError::Missing)
    }

    fn index(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self, path: &str) -> Result<Content, FileError> {
        if !self.is_reachable(path) {
            return Err(FileError::Outside);
        }
        let unreadable = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => FileError::Missing,
            _ => FileError::Unreadable(error.to_string()),
        };
        let bytes = self.disk.read(path, MAX_FILE).map_err(unreadable)?;
        Ok(String::from_utf8(bytes).map_err(std::string::FromUtf8Error::into_bytes))
    }

    /// The number of the file at `path`, where this is read of it.
    fn keep(&self, path: &str, read: Result<Content, FileError>) -> Result<usize, FileError> {
        let mut index = self.index();
        // Another thread may have been faster.
        if let Some(known) = index.by_path.get(path) {
            return known.clone();
        }
        let number = read.and_then(|content| {
            let number = self.files.len();
            let base = index.base(number, content_bytes(&content).len(), self.is_library(path))?;
            self.files.push(Box::new(File {
                path: path.to_owned(),
                below: RelPath::below(self.root(), Path::new(path)),
                content,
                base,
                syntax: Mutex::default(),
                lines: OnceLock::new(),
                decoded: OnceLock::new(),
                sets: OnceLock::new(),
                digest: OnceLock::new(),
            }));
            Ok(number)
        });
        index.by_path.insert(path.into(), number.clone());
        number
    }

    /// True for a file of the functions that all packages share.
    fn is_library(&self, path: &str) -> bool {
        self.roots.iter().any(|root| is_below(path, &root.path.join("lib")))
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
        let number = {
            let index = self.index();
            let at = index.bases.partition_point(|(base, _)| *base <= position).checked_sub(1)?;
            index.bases[at].1
        };
        let file = self.files.get(number)?;
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
        if file.sets.get().is_none() {
            let parsed = file.syntax.lock().unwrap_or_else(PoisonError::into_inner).get()?;
            let sets = syntax::Sets::of(&parsed.as_ref().as_ref().ok()?.root);
            return file.sets.get_or_init(|| sets).around(position);
        }
        file.sets.get()?.around(position)
    }

    /// The places where a set in `file` binds `name`, and whether the file is written as a module; nothing where it is no
    /// code.
    pub fn bound(&self, file: &File, name: &str) -> (Vec<Bound>, bool) {
        let parsed = self.parse(file, &mut |text| self.names.intern(text));
        let of_module = ["config", "options", "imports"].map(|name| self.names.intern(name));
        let name = self.names.intern(name);
        let of = |tree: &Tree| (syntax::bound(&tree.root, name), syntax::is_module(&tree.root, of_module));
        parsed.as_ref().as_ref().map(of).unwrap_or_default()
    }

    /// The names that sets of `file` bind to what one of `packages` gives, or to a path that `holds`; nothing where it is
    /// no code.
    pub fn related(&self, file: &File, packages: &[&str], holds: &dyn Fn(&str) -> bool) -> Vec<String> {
        let parsed = self.parse(file, &mut |text| self.names.intern(text));
        let packages = packages.iter().map(|package| self.names.intern(package)).collect();
        let of = |tree: &Tree| syntax::related(&tree.root, &packages, holds);
        let found: Vec<Sym> = parsed.as_ref().as_ref().map(of).unwrap_or_default();
        let names = self.names.since(0);
        found.into_iter().filter_map(|Sym(number)| Some(names.get(number as usize)?.to_string())).collect()
    }

    /// The text at `loc`.
    pub fn text(&self, loc: Loc) -> Option<&str> {
        let (file, start) = self.find(loc.start)?;
        let end = loc.end.checked_sub(file.base)?;
        file.text()?.get(start as usize..end as usize)
    }
}

/// True where `path` lies at `root` or below it by its text.
fn is_below(path: &str, root: &Path) -> bool {
    // Equal spellings need no look at their parts.
    let rest = root.to_str().and_then(|root| path.strip_prefix(root));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) || Path::new(path).starts_with(root)
}

/// True where `folder`, whose last part is `name`, lies where the folder around it lies.
fn is_plain(folder: &Path, name: &str) -> bool {
    !matches!(name, "" | "." | "..") && std::fs::symlink_metadata(folder).is_ok_and(|found| found.is_dir())
}
