//! Names as numbers: every identifier and attribute name of a checkout is interned once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use elsa::FrozenVec;
use rustc_hash::FxBuildHasher;

/// An interned name. Equal names have equal numbers; the order of numbers means nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sym(pub u32);

impl Sym {
    /// Stands where nobody wrote a name.
    pub const UNNAMED: Sym = Sym(u32::MAX);
}

/// The names of a checkout, shared by all threads.
#[derive(Debug, Default)]
pub struct Interner {
    inner: Mutex<Names>,
}

#[derive(Debug, Default)]
struct Names {
    by_text: HashMap<Arc<str>, Sym, FxBuildHasher>,
    texts: Vec<Arc<str>>,
}

impl Interner {
    /// The number of `text`.
    pub fn intern(&self, text: &str) -> Sym {
        let mut names = self.lock();
        if let Some(sym) = names.by_text.get(text) {
            return *sym;
        }
        let sym = Sym(u32::try_from(names.texts.len()).unwrap_or(u32::MAX));
        let text: Arc<str> = text.into();
        names.texts.push(text.clone());
        names.by_text.insert(text, sym);
        sym
    }

    /// The names from number `from` on, for a thread's own copy.
    pub fn since(&self, from: usize) -> Vec<Arc<str>> {
        self.lock().texts.get(from..).map(<[_]>::to_vec).unwrap_or_default()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Names> {
        self.inner.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// One thread's own copy of the names: asking it locks nothing.
#[derive(Default)]
pub struct OwnNames {
    texts: FrozenVec<Arc<str>>,
    by_text: RefCell<HashMap<Arc<str>, Sym, FxBuildHasher>>,
}

impl OwnNames {
    /// The text of `sym`, which is one of `all`.
    pub fn text(&self, sym: Sym, all: &Interner) -> &str {
        let at = sym.0 as usize;
        if at >= self.texts.len() {
            all.since(self.texts.len()).into_iter().for_each(|text| self.texts.push(text));
        }
        self.texts.get(at).unwrap_or_default()
    }

    /// The number that `text` has in `all`.
    pub fn sym(&self, text: &str, all: &Interner) -> Sym {
        let mut known = self.by_text.borrow_mut();
        if let Some(sym) = known.get(text) {
            return *sym;
        }
        let sym = all.intern(text);
        known.insert(text.into(), sym);
        sym
    }
}
