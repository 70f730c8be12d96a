//! The survey: every attribute of a checkout, with what it declares.

use super::{Declared, facts, resolve, terms};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;

use crate::nix::Eval;
use crate::text::stop;
use crate::tree::{AloneFile, Checkout, Found, Package, Progress, Selection, Walk};

/// One attribute of the checkout.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub enum Row {
    /// A package and what it declares.
    Package(Box<Package>, Box<Declared>),
    /// Chosen not to look further.
    Skipped {
        /// The attribute path.
        attr: String,
        /// Why.
        why: String,
    },
    /// Has a row under another name.
    Repeated {
        /// The attribute path.
        attr: String,
        /// Under which.
        why: String,
    },
    /// Could not be evaluated.
    Failed {
        /// The attribute path or the file.
        attr: String,
        /// Why.
        why: String,
    },
}

impl Row {
    /// The attribute path, or the file.
    pub fn attr(&self) -> &str {
        match self {
            Row::Package(package, _) => &package.attr.0,
            Row::Skipped { attr, .. } | Row::Repeated { attr, .. } | Row::Failed { attr, .. } => attr,
        }
    }
}

/// Rows cross to the caller's thread in batches: waking it for each would cost more than the row.
const BATCH: usize = 256;

/// Surveyed part of a checkout.
#[derive(Clone, Copy)]
pub struct Part<'s> {
    /// Requested value.
    pub selection: &'s Selection,
    /// The files that are read alone, each an attribute called by its number; `None` for what the tree itself gives.
    pub alone: Option<&'s [AloneFile]>,
    /// Number of this shard, and of how many: each has a part of the attributes, and all together have each once.
    pub shard: (usize, usize),
    /// Set to end it with what was found until then.
    pub stop: &'s AtomicBool,
}

/// Calls `each` with one row per attribute of `selection`, in the order of attribute paths.
///
/// ```
/// use clarity::declared::{Declared, Row, Selection, survey};
/// use clarity::tree::{Checkout, Options};
///
/// let tree = tempfile::tempdir()?;
/// std::fs::write(
///     tree.path().join("default.nix"),
///     "{ pkgs ? import <nixpkgs> { } }: { hello = pkgs.stdenv.mkDerivation { \
///         pname = \"hello\"; version = \"1\"; meta.license = pkgs.lib.licenses.gpl3Plus; }; }",
/// )?;
/// let checkout = Checkout::open(tree.path(), &Options::default())?;
/// let mut told = Vec::new();
/// survey(&checkout, &Selection::All, &mut |row| {
///     if let Row::Package(package, declared) = row
///         && let Declared::Resolved { statement, .. } = *declared
///     {
///         told.push(format!("{}: {statement}", package.attr));
///     }
/// });
/// assert_eq!(told, ["hello: GPL-3.0-or-later"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn survey(checkout: &Checkout, selection: &Selection, each: &mut dyn FnMut(Row)) {
    let stop = AtomicBool::new(false);
    survey_part(checkout, Part { selection, alone: None, shard: (0, 1), stop: &stop }, each);
}

/// The same for a part. True where it came to its end.
pub fn survey_part(checkout: &Checkout, part: Part<'_>, each: &mut dyn FnMut(Row)) -> bool {
    let Part { selection, alone, shard, stop } = part;
    let (send, receive) = std::sync::mpsc::sync_channel::<Vec<Row>>(8);
    let walk = Walk { checkout, selection, alone, stop, shard, progress: Progress::default() };
    std::thread::scope(|scope| {
        let clock = stop::current();
        let work = move || stop::under(clock, || walked(checkout, walk, &send));
        let walking = match std::thread::Builder::new().spawn_scoped(scope, work) {
            Ok(walking) => walking,
            Err(error) => {
                checkout.note_trouble(&error);
                return false;
            }
        };
        receive.iter().flatten().for_each(&mut *each);
        let walked = walking.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        walked.is_some() && !stop.load(Ordering::Relaxed)
    })
}

/// Walks to the end, with one evaluator after the other; `None` where there was none to be had.
fn walked(checkout: &Checkout, walk: Walk<'_>, send: &SyncSender<Vec<Row>>) -> Option<()> {
    let parsed = terms::Parsed::default();
    let mut resume = Vec::new();
    let mut batch = Vec::with_capacity(BATCH);
    checkout.evaluate(move |eval| {
        let next = walk.discover(eval, &resume, &mut |attr, found| {
            batch.push(in_time(row(checkout, eval, &parsed, attr, found)));
            if batch.len() >= BATCH {
                // The receiver only goes away when the caller's callback has panicked.
                let _ = send.send(std::mem::replace(&mut batch, Vec::with_capacity(BATCH)));
            }
        });
        match next {
            Some(place) => {
                resume = place;
                ControlFlow::Continue(())
            }
            None => {
                let _ = send.send(std::mem::take(&mut batch));
                ControlFlow::Break(())
            }
        }
    })
}

/// `row`, unless its time was over: what an evaluation that was cut off says of a package is not what is declared.
fn in_time(row: Row) -> Row {
    if stop::over() != Some(stop::Over::Late) {
        return row;
    }
    let attr = match row {
        Row::Package(package, _) => package.attr.0,
        Row::Skipped { attr, .. } | Row::Repeated { attr, .. } | Row::Failed { attr, .. } => attr,
    };
    Row::Failed { attr, why: "its evaluation takes longer than allowed; raise --time-limit".to_owned() }
}

fn row<'a>(checkout: &Checkout, eval: &Eval<'a>, parsed: &terms::Parsed, attr: &str, found: Found<'a>) -> Row {
    match found {
        Found::Package(thunk, value) => {
            let mut package = facts::package(checkout, eval, attr, thunk, value);
            let declared = resolve::declared(checkout, eval, parsed, value);
            if declared == Declared::Absent {
                package.site =
                    facts::definition(checkout, eval, (thunk, value), !package.sources.is_empty()).or(package.site);
                package.digest = package.site.as_ref().and_then(|site| checkout.digest(&site.file));
            }
            Row::Package(Box::new(package), Box::new(declared))
        }
        Found::Skipped(why) => Row::Skipped { attr: attr.to_owned(), why },
        Found::Repeated(why) => Row::Repeated { attr: attr.to_owned(), why },
        Found::Failed(why) => Row::Failed { attr: attr.to_owned(), why },
    }
}
