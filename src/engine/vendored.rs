//! The dependencies that a package manager brings along, where somebody asks for them.
//!
//! They are scopes beside the source: copies of other projects below `vendor/`, whatever their files call themselves,
//! so that the license of the package is never concluded from them. One that cannot be had is a row of its own and
//! spoils nothing. Where nobody has what the package manager made, the lock file of the source says what is in it.

use std::ops::ControlFlow;
use std::path::Path;

use crate::conclusion::Linked;
use crate::evidence::Evidence;
use crate::report::{Outcome, Rest, RestKind};
use crate::source::{self, Event, Locked, SourceError, SourceTree, Sources, lock_file, locked, text_inside};
use crate::text::RelPath;
use crate::tree::{Package, SourceRef, Vendored};

use super::linked::linked;

const MAX_LOCK: u64 = 64 << 20;

/// One scope: its name, and its files or why there are none.
pub(super) struct Brought {
    scope: String,
    tree: Result<SourceTree, SourceError>,
}

/// Everything that is brought along to `package`, whose own sources are `own`.
pub(super) fn bring(sources: &Sources, checkout: &Path, package: &Package, own: &[&SourceTree]) -> Vec<Brought> {
    let bringer = Bringer { sources, checkout, package, own };
    package.vendored.iter().enumerate().flat_map(|(index, vendored)| bringer.bring(index, vendored)).collect()
}

struct Bringer<'b> {
    sources: &'b Sources,
    checkout: &'b Path,
    package: &'b Package,
    own: &'b [&'b SourceTree],
}

impl Bringer<'_> {
    /// The folder that the package manager made, else each dependency that its lock file pins.
    fn bring(&self, index: usize, vendored: &Vendored) -> Vec<Brought> {
        let scope = &vendored.source.fetcher;
        let whole = self.acquire(index, &vendored.source);
        let lock = if whole.is_err() { self.lock_text(vendored) } else { None };
        if let Some(all) = lock.and_then(|text| locked(scope, &text)) {
            let brought = |one: Locked| Brought {
                scope: format!("{scope}/{}", one.name),
                tree: self.acquire(index, &one.source),
            };
            return all.into_iter().map(brought).collect();
        }
        vec![Brought { scope: scope.clone(), tree: whole }]
    }

    fn acquire(&self, index: usize, source: &SourceRef) -> Result<SourceTree, SourceError> {
        self.sources.acquire(&source::Request {
            attr: &self.package.attr.0,
            pname: self.package.pname.as_deref(),
            version: self.package.version.as_deref(),
            index: self.package.sources.len() + index,
            source,
        })
    }

    /// The lock file: the one that the package names, else the one in its source.
    fn lock_text(&self, vendored: &Vendored) -> Option<String> {
        if let Some(lock) = &vendored.lock {
            return text_inside(self.checkout, lock, MAX_LOCK);
        }
        let name = lock_file(&vendored.source.fetcher)?;
        let places = [self.package.built_part().join(name)?, RelPath::new(name)?];
        self.own.iter().find_map(|tree| places.iter().find_map(|place| text_of(tree, place)))
    }
}

/// Scopes that were looked at.
#[derive(Default)]
pub(super) struct Copies {
    /// Each with its folder beside the files of the package.
    pub(super) seen: Vec<(RelPath, Evidence)>,
    /// Rows of those that could not be looked at.
    pub(super) rows: Vec<Rest>,
    /// Their folders.
    missed: Vec<RelPath>,
}

impl Copies {
    /// The licenses of all, not known of those that could not be looked at.
    pub(super) fn linked(&self) -> Vec<Linked> {
        let seen = self.seen.iter().flat_map(|(folder, copy)| linked(folder, copy));
        seen.chain(self.missed.iter().map(|path| Linked { path: path.clone(), expr: None })).collect()
    }
}

/// Looks at the scopes with `look`.
pub(super) fn looked_at(
    package: &Package,
    brought: Vec<Brought>,
    look: &dyn Fn(&SourceTree) -> Result<Evidence, Outcome>,
) -> Copies {
    let root = package.built_part();
    let Copies { seen: mut copies, mut rows, mut missed } = Copies::default();
    for Brought { scope, tree } in brought {
        let name = || format!("{}.{scope}", package.attr);
        let row = |failed, why| Rest { name: name(), failed, kind: RestKind::Bundled, why };
        let folder = RelPath::new("vendor").and_then(|vendor| root.join(vendor.join(&scope)?.as_str()));
        let seen = tree.as_ref().map(look);
        if !matches!(seen, Ok(Ok(_))) {
            missed.extend(folder.clone());
        }
        match seen {
            Ok(Ok(evidence)) => copies.extend(folder.map(|folder| (folder, evidence))),
            Ok(Err(Outcome::Skipped(why))) => rows.push(row(false, why.text)),
            Ok(Err(Outcome::Failed(why))) => rows.push(row(true, why.text)),
            Ok(Err(Outcome::Audited(_))) => {}
            Err(why) => rows.push(row(!why.is_skipped(), why.to_string())),
        }
    }
    Copies { seen: copies, rows, missed }
}

/// The file at `place`.
fn text_of(tree: &SourceTree, place: &RelPath) -> Option<String> {
    let mut found = None;
    let walked = tree.for_each_file(&mut |event| match event {
        Event::File(mut entry) if entry.path == *place => {
            found = entry.read(MAX_LOCK).ok().and_then(|read| String::from_utf8(read.bytes).ok());
            ControlFlow::Break(())
        }
        Event::StartOver => {
            found = None;
            ControlFlow::Continue(())
        }
        _ => ControlFlow::Continue(()),
    });
    walked.ok().and(found)
}
