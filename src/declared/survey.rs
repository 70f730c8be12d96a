//! The survey: every attribute of a checkout, with what it declares.

use super::{Declared, facts, resolve};
use std::cell::Cell;
use std::ops::ControlFlow;

use std::sync::atomic::{AtomicBool, Ordering};

use crate::nix::Eval;
use crate::tree::{Checkout, Found, Package, Reach, Selection, Walk};

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
    /// Could not be evaluated.
    Failed {
        /// The attribute path or the file.
        attr: String,
        /// Why.
        why: String,
    },
}

/// Rows cross to the caller's thread in batches: waking it for each would cost more than the row.
const BATCH: usize = 256;

/// Calls `each` with one row per attribute, in the order of attribute paths. `shard` is (number, of how many): each
/// shard has a part of the attributes, and all shards together have each once. Setting `stop` ends it with what was
/// found until then. True where it came to its end.
pub fn survey(
    checkout: &Checkout,
    selection: &Selection,
    shard: Option<(usize, usize)>,
    stop: &AtomicBool,
    each: &mut dyn FnMut(Row),
) -> bool {
    survey_within(checkout, selection, None, shard, stop, each)
}

/// The same for what `reach` says may have changed.
pub fn survey_within(
    checkout: &Checkout,
    selection: &Selection,
    reach: Option<&Reach<'_>>,
    shard: Option<(usize, usize)>,
    stop: &AtomicBool,
    each: &mut dyn FnMut(Row),
) -> bool {
    let (send, receive) = std::sync::mpsc::sync_channel::<Vec<Row>>(8);
    let walk = Walk { checkout, selection, reach, stop, shard: shard.unwrap_or((0, 1)), seen: Cell::new(0) };
    std::thread::scope(|scope| {
        let walking = scope.spawn(move || {
            let parsed = resolve::Parsed::default();
            let mut resume = Vec::new();
            let mut batch = Vec::with_capacity(BATCH);
            checkout.evaluate(move |eval| {
                let next = walk.discover(eval, &resume, &mut |attr, found| {
                    batch.push(row(checkout, eval, &parsed, attr, found));
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
        });
        receive.iter().flatten().for_each(&mut *each);
        walking.join().is_ok_and(|ended| ended.is_some()) && !stop.load(Ordering::Relaxed)
    })
}

fn row<'a>(checkout: &Checkout, eval: &Eval<'a>, parsed: &resolve::Parsed, attr: &str, found: Found<'a>) -> Row {
    match found {
        Found::Package(thunk, value) => {
            let mut package = facts::package(checkout, eval, attr, thunk, value);
            let declared = resolve::declared(checkout, eval, parsed, value);
            if declared == Declared::Absent {
                package.site = facts::definition(checkout, eval, value).or(package.site);
                package.digest = package.site.as_ref().and_then(|site| checkout.digest(&site.file));
            }
            Row::Package(Box::new(package), Box::new(declared))
        }
        Found::Skipped(why) => Row::Skipped { attr: attr.to_owned(), why },
        Found::Failed(why) => Row::Failed { attr: attr.to_owned(), why },
    }
}
