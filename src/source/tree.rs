//! A source at hand, and the reading of its files.

use std::collections::HashSet;
use std::fmt;
use std::fs;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::archive::{self, ArchiveError, Item, Kind, Limits, SafePath};
use super::error::SourceError;
use super::hash::FixedHash;
use super::signature::Signature;
use super::unpack;
use super::verification::Verification;
use crate::text::RelPath;
use crate::text::regular::{self, Links};
use crate::tree::HashMode;

/// Identity of a source: equal identities are equal bytes. The key under which its evidence can be kept for ever.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity {
    /// Whether the hash is that of one file or of a tree.
    pub mode: HashMode,
    /// The hash: as declared where it was verified, else SHA-256 as found.
    pub hash: FixedHash,
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mode = match self.mode {
            HashMode::Flat => "flat",
            HashMode::Nar => "nar",
        };
        write!(f, "{mode}:{}", self.hash)
    }
}

/// Where a source was found. For progress and logs: a report that names it differs between the first run and the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// clarity's cache.
    Cache,
    /// A folder or archive below a `--sources` folder.
    SourcesFolder(PathBuf),
    /// The checkout itself.
    Checkout(RelPath),
    /// The Nix store.
    NixStore(PathBuf),
    /// A binary cache, with the signatures that its narinfo carries.
    BinaryCache {
        /// The narinfo.
        url: String,
        /// Who vouches for it.
        signatures: Vec<Signature>,
    },
    /// The network.
    Downloaded(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Cache => f.write_str("in clarity's cache"),
            Origin::SourcesFolder(path) => write!(f, "at {}", path.display()),
            Origin::Checkout(path) => write!(f, "in the checkout, at {path}"),
            Origin::NixStore(path) => write!(f, "in the Nix store, at {}", path.display()),
            Origin::BinaryCache { url, signatures } if signatures.is_empty() => write!(f, "by {url}, not signed"),
            Origin::BinaryCache { url, signatures } => {
                let signatures: Vec<String> = signatures.iter().map(Signature::to_string).collect();
                write!(f, "by {url}, signed by {}", signatures.join(", "))
            }
            Origin::Downloaded(url) => write!(f, "at {url}"),
        }
    }
}

/// A source that is at hand.
#[derive(Clone, Debug)]
pub struct SourceTree {
    /// Kind.
    pub identity: Identity,
    /// Where it was found.
    pub origin: Origin,
    /// Whether its bytes are the declared ones.
    pub verification: Verification,
    /// The folder, where it lies on the disk unpacked.
    pub root: Option<PathBuf>,
    /// The name of the file or store path.
    pub name: String,
    pub(super) content: Content,
    pub(super) limits: Limits,
}

#[derive(Clone, Debug)]
pub(super) enum Content {
    Folder(PathBuf),
    File { path: PathBuf, strip: Strip },
}

/// Whether the one folder at the top of an archive is left out of the paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strip {
    Never,
    // As `unpackPhase` and `fetchzip` do: the one folder is the root.
    Single,
}

/// Event of a walk over a source.
pub enum Event<'a> {
    /// A file.
    File(FileEntry<'a>),
    /// Something that is not read.
    Note(Note),
    /// Forget the file or note of this path: another entry of the archive takes its place.
    Forget(RelPath),
    /// Forget all files and notes so far: what looked like the one top folder is not alone, so all paths change.
    StartOver,
}

/// One file of a source.
pub struct FileEntry<'a> {
    /// Where it lies, below the root of the source.
    pub path: RelPath,
    /// Its size, where the archive states it.
    pub size: Option<u64>,
    /// True where its owner may execute it.
    pub executable: bool,
    /// Its bytes.
    pub body: &'a mut dyn Read,
}

/// The bytes of a file, up to a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// The first bytes.
    pub bytes: Vec<u8>,
    /// The true size of the file.
    pub size: u64,
}

impl FileEntry<'_> {
    /// The first `limit` bytes, and the size of the whole.
    pub fn read(&mut self, limit: u64) -> Result<Contents, SourceError> {
        // Decoders speak through `io::Error`; a limit that was hit is more than that.
        self.read_bytes(limit).map_err(|error| SourceError::archive(self.path.as_str())(error.into()))
    }

    fn read_bytes(&mut self, limit: u64) -> io::Result<Contents> {
        let room = self.size.unwrap_or(0).min(limit).min(1 << 20) as usize;
        let mut bytes = Vec::with_capacity(room + 1);
        self.body.take(limit).read_to_end(&mut bytes)?;
        let size = match self.size {
            Some(size) => size,
            None => bytes.len() as u64 + io::copy(&mut self.body, &mut io::sink())?,
        };
        Ok(Contents { bytes, size })
    }
}

/// Something of a source that is not read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// Where.
    pub path: RelPath,
    /// Kind.
    pub what: Unreadable,
}

/// Why an entry is not read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unreadable {
    /// A link to a place outside of the source: never followed. The target.
    LinkOut(String),
    /// The same file under another name. The other name.
    SameAs(RelPath),
    /// A device, a pipe or a socket.
    Special(&'static str),
    /// The file system refused.
    Io(String),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unreadable::LinkOut(target) => write!(f, "a link out of the source, to `{target}`; it is not followed"),
            Unreadable::SameAs(path) => write!(f, "the same file as {path}"),
            Unreadable::Special(what) => write!(f, "a {what}; it is not read"),
            Unreadable::Io(error) => write!(f, "could not be read: {error}"),
        }
    }
}

type Visit<'v> = dyn FnMut(Event<'_>) -> ControlFlow<()> + 'v;

impl SourceTree {
    /// Shows every file, in the order they are stored (folders: in order of names). An archive is read as a stream:
    /// nothing is written to the disk, and only what the visitor keeps is kept. A path that comes twice counts as it
    /// came last. The visitor ends the walk with `Break`.
    pub fn for_each_file(&self, visit: &mut Visit<'_>) -> Result<(), SourceError> {
        match &self.content {
            Content::Folder(root) => walk_folder(root, visit),
            Content::File { path, strip } => {
                let mut passes = [*strip, Strip::Never].into_iter();
                let walked = passes.find_map(|strip| self.walk_file(path, strip, visit).transpose());
                match walked.unwrap_or(Ok(())) {
                    Err(ArchiveError::Stopped) | Ok(()) => Ok(()),
                    Err(error) => Err(SourceError::archive(&self.name)(error)),
                }
            }
        }
    }

    /// Unpacks the source into `target`, which must not exist; a source that is a folder already is not copied.
    /// Returns the root of the tree.
    pub fn unpack_into(&self, target: &Path) -> Result<PathBuf, SourceError> {
        match &self.content {
            Content::Folder(root) => Ok(root.clone()),
            Content::File { path, strip } => {
                unpack::unpack(path, &self.name, target, &self.limits).map_err(SourceError::archive(&self.name))?;
                strip_root(target, *strip).map_err(SourceError::io(target, "could not be read"))
            }
        }
    }

    /// One pass; `None` where paths were stripped that should not have been.
    fn walk_file(&self, path: &Path, strip: Strip, visit: &mut Visit<'_>) -> Result<Option<()>, ArchiveError> {
        let mut pass = Pass { seen: HashSet::new(), strip, top: None, is_wrong: false };
        let walked = archive::walk(path, &self.name, &self.limits, &mut |item| pass.see(item, visit));
        if pass.is_wrong {
            return match visit(Event::StartOver) {
                ControlFlow::Continue(()) => Ok(None),
                ControlFlow::Break(()) => Err(ArchiveError::Stopped),
            };
        }
        walked.map(Some)
    }
}

/// One walk over an archive.
struct Pass {
    seen: HashSet<RelPath>,
    strip: Strip,
    top: Option<Vec<u8>>,
    is_wrong: bool,
}

impl Pass {
    fn see(&mut self, item: Item<'_>, visit: &mut Visit<'_>) -> Result<(), ArchiveError> {
        let Item { path, kind, body } = item;
        let Some(rel) = self.below_top(&path, &kind)? else { return Ok(()) };
        if kind != Kind::Folder && !self.seen.insert(rel.clone()) {
            go_on(visit(Event::Forget(rel.clone())))?;
        }
        let event = match kind {
            Kind::Folder => return Ok(()),
            Kind::File { executable, size } => Event::File(FileEntry { path: rel, size, executable, body }),
            Kind::Link(target) if !leaves(&rel, &target) => return Ok(()),
            Kind::Link(target) => {
                let target = String::from_utf8_lossy(&target).into_owned();
                Event::Note(Note { path: rel, what: Unreadable::LinkOut(target) })
            }
            Kind::HardLink(target) => match self.below_top(&target, &Kind::File { executable: false, size: None })? {
                Some(target) => Event::Note(Note { path: rel, what: Unreadable::SameAs(target) }),
                None => return Ok(()),
            },
            Kind::Special(what) => Event::Note(Note { path: rel, what: Unreadable::Special(what) }),
        };
        go_on(visit(event))
    }

    /// The path without the top folder; files beside the top folder keep theirs.
    fn below_top(&mut self, path: &SafePath, kind: &Kind) -> Result<Option<RelPath>, ArchiveError> {
        let (first, rest) = path.split_first();
        let is_top_file = rest.as_bytes().is_empty() && *kind != Kind::Folder;
        if self.strip == Strip::Never || is_top_file {
            return Ok(path.to_rel().filter(|rel| !rel.as_str().is_empty()));
        }
        match &self.top {
            Some(top) if top != first => {
                self.is_wrong = true;
                return Err(ArchiveError::Stopped);
            }
            Some(_) => {}
            None if first.is_empty() => return Ok(None),
            None => self.top = Some(first.to_vec()),
        }
        Ok(rest.to_rel().filter(|rel| !rel.as_str().is_empty()))
    }
}

fn go_on(flow: ControlFlow<()>) -> Result<(), ArchiveError> {
    match flow {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(ArchiveError::Stopped),
    }
}

/// True where a link at `from` with this target points outside of the root.
fn leaves(from: &RelPath, target: &[u8]) -> bool {
    let target = String::from_utf8_lossy(target);
    target.starts_with('/') || RelPath::new(Path::new(from.parent().as_str()).join(target.as_ref())).is_none()
}

fn walk_folder(root: &Path, visit: &mut Visit<'_>) -> Result<(), SourceError> {
    if fs::symlink_metadata(root).map_err(SourceError::io(root, "could not be read"))?.is_file() {
        let name = root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let _ = show_file(root, RelPath::new(name).expect("a name is a path"), visit);
        return Ok(());
    }
    // The history of a working copy is not its source.
    let is_source = |entry: &walkdir::DirEntry| entry.depth() != 1 || entry.file_name() != ".git";
    for entry in WalkDir::new(root).min_depth(1).sort_by_file_name().into_iter().filter_entry(is_source) {
        let flow = match entry {
            Ok(entry) => show_entry(root, &entry, visit),
            Err(error) => {
                let rel = error.path().and_then(|path| RelPath::below(root, path));
                let rel = rel.unwrap_or_else(|| RelPath::new("").expect("the root is a path"));
                visit(Event::Note(Note { path: rel, what: Unreadable::Io(reason(&error)) }))
            }
        };
        if flow.is_break() {
            break;
        }
    }
    Ok(())
}

/// Without the path, which the note has already.
fn reason(error: &walkdir::Error) -> String {
    error.io_error().map_or_else(|| "a loop of folders".to_owned(), ToString::to_string)
}

fn show_entry(root: &Path, entry: &walkdir::DirEntry, visit: &mut Visit<'_>) -> ControlFlow<()> {
    let Some(rel) = RelPath::below(root, entry.path()) else { return ControlFlow::Continue(()) };
    let kind = entry.file_type();
    if kind.is_dir() {
        return ControlFlow::Continue(());
    }
    if kind.is_file() {
        return show_file(entry.path(), rel, visit);
    }
    if !kind.is_symlink() {
        return visit(Event::Note(Note { path: rel, what: Unreadable::Special("device, pipe or socket") }));
    }
    match fs::read_link(entry.path()) {
        Ok(target) if leaves(&rel, &super::bytes::path_bytes(&target)) => {
            let target = target.to_string_lossy().into_owned();
            visit(Event::Note(Note { path: rel, what: Unreadable::LinkOut(target) }))
        }
        Ok(_) => ControlFlow::Continue(()),
        Err(error) => visit(Event::Note(Note { path: rel, what: Unreadable::Io(error.to_string()) })),
    }
}

fn show_file(path: &Path, rel: RelPath, visit: &mut Visit<'_>) -> ControlFlow<()> {
    match regular::open(path, Links::Refused) {
        Ok((mut file, meta)) => {
            let executable = super::nar::is_executable(&meta);
            visit(Event::File(FileEntry { path: rel, size: Some(meta.len()), executable, body: &mut file }))
        }
        Err(error) => visit(Event::Note(Note { path: rel, what: Unreadable::Io(error.to_string()) })),
    }
}

/// The root of an unpacked tree: its one folder, where it has just that and is to be stripped.
fn strip_root(unpacked: &Path, strip: Strip) -> io::Result<PathBuf> {
    let mut entries = fs::read_dir(unpacked)?;
    let first = entries.next().transpose()?;
    match (strip, first, entries.next()) {
        (Strip::Single, Some(only), None) if only.file_type()?.is_dir() => Ok(only.path()),
        _ => Ok(unpacked.to_owned()),
    }
}
