//! The survey: every attribute of a checkout, with what it declares.

use super::{Declared, facts, resolve};
use crate::tree::{Checkout, Found, Package, discover};

/// Which attributes to look at.
#[derive(Clone, Debug, Default)]
pub enum Selection {
    /// All of them.
    #[default]
    All,
    /// Those that a pattern matches.
    Some(globset::GlobSet),
}

impl Selection {
    /// The attributes that one of `patterns` matches; all where there are none.
    pub fn new(patterns: &[String]) -> Result<Selection, globset::Error> {
        if patterns.is_empty() {
            return Ok(Selection::All);
        }
        let mut set = globset::GlobSetBuilder::new();
        for pattern in patterns {
            set.add(globset::Glob::new(pattern)?);
        }
        Ok(Selection::Some(set.build()?))
    }

    fn has(&self, attr: &str) -> bool {
        match self {
            Selection::All => true,
            Selection::Some(set) => set.is_match(attr),
        }
    }
}

/// One attribute of the checkout.
#[derive(Clone, Debug)]
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

/// Calls `each` with one row per attribute, in the order of attribute paths. `shard` is (number, of how many).
pub fn survey(checkout: &Checkout, selection: &Selection, shard: Option<(usize, usize)>, each: &mut dyn FnMut(Row)) {
    if shard.is_some_and(|(number, _)| number > 0) {
        return;
    }
    let (send, receive) = std::sync::mpsc::sync_channel::<Row>(1024);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            checkout.evaluate(move |eval| {
                let parsed = resolve::Parsed::default();
                discover(checkout, eval, &mut |attr, found| {
                    if !selection.has(attr) {
                        return;
                    }
                    let row = match found {
                        Found::Package(thunk, value) => {
                            let package = facts::package(checkout, eval, attr, thunk, value);
                            let declared = resolve::declared(checkout, eval, &parsed, value);
                            Row::Package(Box::new(package), Box::new(declared))
                        }
                        Found::Skipped(why) => Row::Skipped { attr: attr.to_owned(), why },
                        Found::Failed(why) => Row::Failed { attr: attr.to_owned(), why },
                    };
                    // The receiver only goes away when the caller's callback has panicked.
                    let _ = send.send(row);
                });
            })
        });
        receive.iter().for_each(&mut *each);
    });
}
