//! Names of detectors and rules, read back: the program has each once for as long as it runs.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// More names than detectors and rules have; a longer list was written by something else.
const MOST: usize = 1 << 14;

static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

/// A name that lives as long as the program. A type of its own: serde would borrow a plain `&str` from what it reads.
pub type Name = &'static str;

#[derive(Deserialize)]
struct Written<'w>(#[serde(borrow)] Cow<'w, str>);

/// The name that was written; an error where there would be more of them than the program knows.
pub fn read<'de, D: Deserializer<'de>>(reader: D) -> Result<Name, D::Error> {
    let Written(name) = Written::deserialize(reader)?;
    known_name(&name).ok_or_else(|| D::Error::custom("more names than there are rules"))
}

fn known_name(name: &str) -> Option<Name> {
    // A thread that panics leaves a whole set behind.
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.get(name) {
        return Some(known);
    }
    if names.len() == MOST || name.len() > 1 << 10 {
        return None;
    }
    let name: Name = Box::leak(Box::from(name));
    names.insert(name);
    Some(name)
}
