//! Names as numbers: every identifier and attribute name of a checkout is interned once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
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
    numbers: Numbers,
    texts: Vec<Arc<str>>,
}

impl Interner {
    /// The number of `text`.
    pub fn intern(&self, text: &str) -> Sym {
        let mut names = self.lock();
        if let Some(sym) = names.numbers.of(text) {
            return sym;
        }
        let sym = Sym(u32::try_from(names.texts.len()).unwrap_or(u32::MAX));
        names.texts.push(text.into());
        names.numbers.add(text, sym);
        sym
    }

    /// The names from number `from` on, for a thread's own copy.
    pub fn since(&self, from: usize) -> Vec<Arc<str>> {
        self.lock().texts.get(from..).map(<[_]>::to_vec).unwrap_or_default()
    }

    /// The number of names.
    pub fn len(&self) -> usize {
        self.lock().texts.len()
    }

    /// True where there is no name yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Names> {
        self.inner.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// One thread's own copy of the names: asking it locks nothing.
#[derive(Default)]
pub struct OwnNames {
    texts: FrozenVec<Arc<str>>,
    numbers: RefCell<Numbers>,
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
        let mut numbers = self.numbers.borrow_mut();
        numbers.of(text).unwrap_or_else(|| {
            let sym = all.intern(text);
            numbers.add(text, sym);
            sym
        })
    }
}

/// The numbers of texts.
#[derive(Debug, Default)]
struct Numbers {
    short: HashMap<Short, Sym, FxBuildHasher>,
    long: HashMap<Box<str>, Sym, FxBuildHasher>,
}

impl Numbers {
    fn of(&self, text: &str) -> Option<Sym> {
        match Short::of(text.as_bytes()) {
            Some(short) => self.short.get(&short).copied(),
            None => self.long.get(text).copied(),
        }
    }

    fn add(&mut self, text: &str, sym: Sym) {
        match Short::of(text.as_bytes()) {
            Some(short) => self.short.insert(short, sym),
            None => self.long.insert(text.into(), sym),
        };
    }
}

/// A text of few bytes, as most names are, that is compared without a look at where it lies: its first and its last
/// bytes, which may be the same ones, and how many it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Short {
    first: u64,
    last: u64,
    len: u32,
}

impl Hash for Short {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.first ^ self.last.rotate_left(29));
    }
}

impl Short {
    #[inline]
    fn of(text: &[u8]) -> Option<Short> {
        let (first, last) = match text.len() {
            8..=16 => (u64::from_le_bytes(*text.first_chunk()?), u64::from_le_bytes(*text.last_chunk()?)),
            4..8 => (u32::from_le_bytes(*text.first_chunk()?).into(), u32::from_le_bytes(*text.last_chunk()?).into()),
            0..4 => {
                let byte = |at: usize| u64::from(text.get(at).copied().unwrap_or_default());
                (byte(0) << 16 | byte(1) << 8 | byte(2), 0)
            }
            _ => return None,
        };
        Some(Short { first, last, len: u32::try_from(text.len()).ok()? })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn equal_names_and_only_they_have_one_number(texts in prop::collection::vec("[ab\\x00é]{0,20}", 0..40)) {
            let all = Interner::default();
            let own = OwnNames::default();
            let numbers: Vec<Sym> = texts.iter().map(|text| own.sym(text, &all)).collect();
            for (text, sym) in texts.iter().zip(&numbers) {
                prop_assert_eq!(own.text(*sym, &all), text);
                prop_assert_eq!(all.intern(text), *sym);
            }
        }
    }
}
