//! A checkout on disk, opened for evaluation.

use std::collections::{BTreeSet, VecDeque};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use bumpalo::Bump;

use super::{Pins, Site};
use crate::git;
use crate::nix::{Disk, Eval, Files, Held, Limits, Loc, OwnNames, PathOverlay, Root, STACK};
use crate::text::{RelPath, Span, stop};

/// How a checkout is to be read.
#[derive(Clone, Debug)]
pub struct Options {
    /// The nixpkgs that stands behind a tree without a package set of its own, or only its `lib` folder.
    pub lib: Option<PathBuf>,
    /// `builtins.currentSystem`, e.g. `x86_64-linux`.
    pub system: String,
    /// The pinned inputs of the tree, with the folders of those that are on this machine.
    pub inputs: Pins,
    /// Folders that hold sources: a .nix file below one of them belongs to upstream and defines no package of the tree.
    pub sources: Vec<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        let os = if cfg!(target_os = "macos") { "darwin" } else { "linux" };
        let system = format!("{}-{os}", std::env::consts::ARCH);
        Options { lib: None, system, inputs: Pins::default(), sources: Vec::new() }
    }
}

/// Arena for the values of one evaluator; memory that nothing is written to costs nothing.
const ARENA: usize = 80 << 20;

/// The syntax of so many evaluators is there for the next one: fewer read more files again, more take more memory.
const EARLIER: usize = 4;

/// Why a checkout could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The path is not there or cannot be read.
    #[error("{path}: {error}; name a nixpkgs checkout, a folder of .nix files or one .nix file", path = path.display())]
    Unreadable {
        /// The path as given.
        path: PathBuf,
        /// Error of the system.
        error: std::io::Error,
    },
}

/// Kind of tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layout {
    /// It has an entry that gives a package set: the `default.nix` (or `pkgs/top-level`) of a nixpkgs.
    PackageSet,
    /// A folder of .nix files without a package set.
    Folder,
    /// One file.
    File(RelPath),
}

/// A checkout.
pub struct Checkout {
    root: PathBuf,
    /// Kind of tree.
    pub layout: Layout,
    /// How it is read.
    pub options: Options,
    pub(crate) files: Files,
    /// The file or folder that `lib` is imported from where the checkout has none of its own.
    pub(crate) lib: Option<String>,
    /// The root of the nixpkgs whose package set stands behind the tree, where all of one was named.
    pub(crate) nixpkgs: Option<String>,
    /// Why an evaluator could not work, if one could not: what it should have told is missing then.
    trouble: OnceLock<String>,
    /// Inputs that evaluators asked for and that do not lie on this machine.
    missed: Mutex<BTreeSet<String>>,
}

impl Checkout {
    /// The checkout at `path`: a tree, a folder of .nix files, or one file.
    pub fn open(path: &Path, options: &Options) -> Result<Checkout, OpenError> {
        Checkout::open_on(path, options, Disk::default())
    }

    /// The checkout at `path` as `disk` has it.
    pub(super) fn open_on(path: &Path, options: &Options, disk: Disk) -> Result<Checkout, OpenError> {
        let unreadable = |path: &Path| {
            let path = path.to_owned();
            move |error| OpenError::Unreadable { path, error }
        };
        let real = std::fs::canonicalize(path).map_err(unreadable(path))?;
        let (root, layout) = match real.parent() {
            Some(folder) if real.is_file() => {
                (folder.to_owned(), RelPath::below(folder, &real).map_or(Layout::Folder, Layout::File))
            }
            _ if has_package_set(&real, &disk) => (real, Layout::PackageSet),
            _ => (real, Layout::Folder),
        };
        let mut roots = vec![Root::from(root.clone())];
        let (mut lib, mut nixpkgs) = (None, None);
        // A tree with a package set of its own needs no other.
        let is_whole = layout == Layout::PackageSet;
        let pinned = options.inputs.nixpkgs().and_then(|pin| pin.folder.as_ref()).filter(|_| !is_whole);
        if let Some(given) = options.lib.as_ref().or(pinned) {
            let named = std::fs::canonicalize(given).map_err(unreadable(given))?;
            let inner = named.join("lib");
            let folder = if inner.join("default.nix").is_file() { inner } else { named.clone() };
            lib = Some(folder.to_string_lossy().into_owned());
            let is_behind = !is_whole && has_package_set(&named, &disk);
            nixpkgs = is_behind.then(|| named.to_string_lossy().into_owned());
            roots.push(Root { path: if is_behind { named } else { folder }, shown: NIXPKGS.to_owned() });
        }
        if !is_whole {
            roots.extend(input_roots(&options.inputs));
        }
        Ok(Checkout {
            root,
            layout,
            options: options.clone(),
            files: Files::new(roots, disk),
            lib,
            nixpkgs,
            trouble: OnceLock::new(),
            missed: Mutex::default(),
        })
    }

    /// The same checkout as it would be with other texts in some of its files.
    pub fn with_texts<'t>(&self, texts: impl IntoIterator<Item = (&'t RelPath, &'t str)>) -> Checkout {
        let at = |file: &RelPath| file.under(&self.root).to_string_lossy().into_owned();
        let text = |(file, text): (&RelPath, &str)| (at(file), PathOverlay::File(text.as_bytes().to_vec()));
        let disk = Disk::with(texts.into_iter().map(text).collect());
        Checkout {
            root: self.root.clone(),
            layout: self.layout.clone(),
            options: self.options.clone(),
            files: self.files.on(disk),
            lib: self.lib.clone(),
            nixpkgs: self.nixpkgs.clone(),
            trouble: OnceLock::new(),
            missed: Mutex::default(),
        }
    }

    /// The same checkout on another platform.
    pub(crate) fn on_platform(&self, system: &str) -> Checkout {
        Checkout {
            root: self.root.clone(),
            layout: self.layout.clone(),
            options: Options { system: system.to_owned(), ..self.options.clone() },
            files: self.files.on(self.files.disk.clone()),
            lib: self.lib.clone(),
            nixpkgs: self.nixpkgs.clone(),
            trouble: OnceLock::new(),
            missed: Mutex::default(),
        }
    }

    /// Takes over why an evaluator of `other` could not work, if one could not.
    pub(crate) fn share_trouble(&self, other: &Checkout) {
        if let Some(why) = other.trouble() {
            let _ = self.trouble.set(why.to_owned());
        }
    }

    /// The root folder, absolute.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The root folder below the root of the git work tree around it; empty without git.
    pub fn folder_in_repository(&self) -> RelPath {
        let root = self.root.canonicalize().unwrap_or_else(|_| self.root.clone());
        git::work_tree(&root).and_then(|top| RelPath::below(top, &root)).unwrap_or_default()
    }

    /// The bytes of a file of the checkout that was evaluated or can be read.
    pub fn read(&self, file: &RelPath) -> Option<&[u8]> {
        self.files.open(&file.under(&self.root).to_string_lossy()).ok().map(crate::nix::File::bytes)
    }

    /// True where `file` is a file of the checkout.
    pub(super) fn has(&self, file: &RelPath) -> bool {
        self.files.disk.is_file(&file.under(&self.root).to_string_lossy())
    }

    /// The digest of a file of the checkout.
    pub(crate) fn digest(&self, file: &RelPath) -> Option<crate::text::Digest> {
        self.files.open(&file.under(&self.root).to_string_lossy()).ok().map(crate::nix::File::digest)
    }

    /// Runs `work` with one fresh evaluator after the other until it has no more to do, on a thread whose stack is
    /// deep enough for it. `None` where there is no thread to be had, which is noted.
    pub(crate) fn evaluate<T: Send>(&self, mut work: impl FnMut(&Eval<'_>) -> ControlFlow<T> + Send) -> Option<T> {
        let run = || {
            let names = OwnNames::default();
            let mut bump = Bump::with_capacity(ARENA);
            let mut held = Held::default();
            let mut earlier = VecDeque::new();
            loop {
                // The syntax that the last evaluators worked with stays for a while: several of them need the same files.
                earlier.push_front(std::mem::take(&mut held));
                earlier.truncate(EARLIER);
                // The pages of the last evaluator are used again: fresh ones cost as much as evaluating.
                bump.reset();
                if bump.allocated_bytes() > 2 * ARENA {
                    bump = Bump::with_capacity(ARENA);
                }
                let eval = Eval::new(&bump, &self.files, &held, &names, &self.options.system, Limits::default());
                let worked = work(&eval);
                let missed = eval.missed.take().unwrap_or_default();
                self.missed.lock().unwrap_or_else(PoisonError::into_inner).extend(missed);
                if let ControlFlow::Break(result) = worked {
                    return result;
                }
            }
        };
        let stop = stop::current();
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().name("evaluator".to_owned()).stack_size(STACK);
            match thread.spawn_scoped(scope, || stop::under(stop, run)) {
                Ok(thread) => Some(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))),
                Err(error) => {
                    self.note_trouble(&error);
                    None
                }
            }
        })
    }

    /// Keys of the pinned inputs that evaluators asked for by now and that do not lie on this machine.
    pub fn missed_inputs(&self) -> BTreeSet<String> {
        let missed = self.missed.lock().unwrap_or_else(PoisonError::into_inner);
        let is_missed = |key: &String, pin: &super::Pin| {
            let names = [Some(key.as_str()), pin.hash(), pin.revision.as_deref()];
            pin.folder.is_none() && names.into_iter().flatten().any(|name| missed.contains(name))
        };
        let all = self.options.inputs.all.iter();
        all.filter(|(key, pin)| is_missed(key, pin)).map(|(key, _)| key.clone()).collect()
    }

    /// Notes that a thread could not be had.
    pub(crate) fn note_trouble(&self, error: &std::io::Error) {
        let _ = self.trouble.set(error.to_string());
    }

    /// Why an evaluator could not work, if one could not: what is known of the checkout is not all then.
    pub fn trouble(&self) -> Option<&str> {
        self.trouble.get().map(String::as_str)
    }

    /// The place of `loc`, where it lies in the checkout.
    pub(crate) fn site(&self, loc: Loc) -> Option<Site> {
        let (file, start) = self.files.find(loc.start)?;
        let end = loc.end.checked_sub(file.base).filter(|end| *end >= start).unwrap_or(start);
        Some(Site {
            file: file.below.clone()?,
            span: Span::new(start, end),
            start: file.position(start),
            end: file.position(end),
        })
    }
}

/// Kind of the folder at `path`; `None` where it cannot be told.
pub fn layout_of(path: &Path) -> Option<Layout> {
    let real = std::fs::canonicalize(path).ok()?;
    let is_whole = has_package_set(&real, &Disk::default());
    real.is_dir().then_some(if is_whole { Layout::PackageSet } else { Layout::Folder })
}

/// Stands for the folder of the nixpkgs behind the tree.
pub(super) const NIXPKGS: &str = "<nixpkgs>";

fn input_roots(inputs: &Pins) -> impl Iterator<Item = Root> {
    let root = |pin: &super::Pin| {
        let path = std::fs::canonicalize(pin.folder.as_ref()?).ok()?;
        Some(Root { path, shown: format!("<{}>", pin.name) })
    };
    inputs.all.values().filter_map(root)
}

pub(super) fn has_package_set(root: &Path, disk: &Disk) -> bool {
    let is_there = |file: &str| disk.is_file(&root.join(file).to_string_lossy());
    is_there("pkgs/top-level/default.nix") || (is_there("default.nix") && is_there("top-level.nix"))
}
