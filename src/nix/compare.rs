//! Equality and order of values.

use std::cmp::Ordering;

use super::eval::Eval;
use super::value::{Attr, ErrorKind, Loss, R, Thunk, Value, lookup};

impl<'a> Eval<'a> {
    /// `a == b`, as Nix means it: functions are never equal, derivations are compared by their output path.
    pub fn equal(&self, a: Value<'a>, b: Value<'a>) -> R<'a, bool> {
        match (a, b) {
            (Value::Opaque(opaque), _) | (_, Value::Opaque(opaque)) => self.unknown_because(opaque.why),
            (Value::Null, Value::Null) => Ok(true),
            (Value::True, Value::True) | (Value::False, Value::False) => Ok(true),
            (Value::Int(a), Value::Int(b)) => Ok(a == b),
            (Value::Float(a), Value::Float(b)) => Ok(a.get() == b.get()),
            (Value::Int(a), Value::Float(b)) | (Value::Float(b), Value::Int(a)) => Ok(a as f64 == b.get()),
            (Value::Str(a), Value::Str(b)) | (Value::Path(a), Value::Path(b)) => Ok(a == b),
            (Value::Tainted(a), Value::Tainted(b)) => self.equal_store_paths(a, b),
            (Value::List(a), Value::List(b)) => self.deeper(|| self.equal_lists(a, b)),
            (Value::Attrs(a), Value::Attrs(b)) => self.deeper(|| self.equal_sets(a, b)),
            _ => Ok(false),
        }
    }

    /// Store paths of one making are equal; of two makings with one name it is not known.
    fn equal_store_paths(&self, a: &'a str, b: &'a str) -> R<'a, bool> {
        let bare = |text: &str| text.replace(|letter| ('\u{1}'..='\u{8}').contains(&letter), "");
        match a == b {
            true => Ok(true),
            false if bare(a) != bare(b) => Ok(false),
            false => Err(self.error(ErrorKind::Unknown(Loss::Missed), "two store paths are compared")),
        }
    }

    fn equal_lists(&self, a: &'a [&'a Thunk<'a>], b: &'a [&'a Thunk<'a>]) -> R<'a, bool> {
        if a.len() != b.len() {
            return Ok(false);
        }
        for (a, b) in a.iter().zip(b) {
            if !self.equal_thunks(a, b)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Nix takes a value to be equal to itself when it meets it inside of lists and sets, once it is evaluated.
    pub fn equal_thunks(&self, a: &'a Thunk<'a>, b: &'a Thunk<'a>) -> R<'a, bool> {
        self.step()?;
        let (first, second) = (self.force(a)?, self.force(b)?);
        if std::ptr::eq(a, b) { Ok(true) } else { self.equal(first, second) }
    }

    fn equal_sets(&self, a: &'a [Attr<'a>], b: &'a [Attr<'a>]) -> R<'a, bool> {
        if self.is_derivation(a)? && self.is_derivation(b)? {
            let paths = (lookup(a, self.known.out_path), lookup(b, self.known.out_path));
            if let (Some(a), Some(b)) = paths {
                return self.equal_thunks(a.value, b.value);
            }
        }
        if a.len() != b.len() || a.iter().zip(b).any(|(a, b)| a.name != b.name) {
            return Ok(false);
        }
        for (a, b) in a.iter().zip(b) {
            if !self.equal_thunks(a.value, b.value)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// True where `attrs` has `type = "derivation"`.
    pub fn is_derivation(&self, attrs: &'a [Attr<'a>]) -> R<'a, bool> {
        match lookup(attrs, self.known.kind) {
            Some(attr) => Ok(matches!(self.force(attr.value)?, Value::Str(&"derivation"))),
            None => Ok(false),
        }
    }

    /// How `a` and `b` are ordered; `None` for floats that are not numbers.
    pub fn order(&self, a: Value<'a>, b: Value<'a>) -> R<'a, Option<Ordering>> {
        match (a, b) {
            (Value::Int(a), Value::Int(b)) => Ok(Some(a.cmp(&b))),
            (Value::Int(a), Value::Float(b)) => Ok((a as f64).partial_cmp(&b.get())),
            (Value::Float(a), Value::Int(b)) => Ok(a.get().partial_cmp(&(b as f64))),
            (Value::Float(a), Value::Float(b)) => Ok(a.get().partial_cmp(&b.get())),
            (Value::Str(a), Value::Str(b)) | (Value::Path(a), Value::Path(b)) => Ok(Some(a.cmp(b))),
            (Value::List(a), Value::List(b)) => self.deeper(|| self.order_lists(a, b)),
            (Value::Tainted(_), Value::Str(_) | Value::Tainted(_)) | (Value::Str(_), Value::Tainted(_)) => {
                self.unknown("a store path is compared")
            }
            (Value::Opaque(opaque), _) | (_, Value::Opaque(opaque)) => self.unknown_because(opaque.why),
            (a, b) => self.fault(&format!("a {} cannot be compared with a {}", a.type_name(), b.type_name())),
        }
    }

    fn order_lists(&self, a: &'a [&'a Thunk<'a>], b: &'a [&'a Thunk<'a>]) -> R<'a, Option<Ordering>> {
        for (a, b) in a.iter().zip(b) {
            if self.equal_thunks(a, b)? {
                continue;
            }
            let (a, b) = (self.force(a)?, self.force(b)?);
            return self.order(a, b);
        }
        Ok(Some(a.len().cmp(&b.len())))
    }
}
