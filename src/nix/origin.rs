//! Where a value was written, when a function of `lib` only handed it on.

use std::cell::Cell;

use super::files::is_in_library;
use super::syntax::ast::Loc;
use super::value::Value;

/// The value that was asked for last, and where it comes from.
#[derive(Default)]
pub(super) struct Made<'a> {
    last: Cell<Option<(Value<'a>, Loc)>>,
}

impl<'a> Made<'a> {
    /// `value`, which comes from `origin`, was asked for.
    pub(super) fn note(&self, value: Value<'a>, origin: Loc) {
        self.last.set(Some((value, origin)));
    }

    /// A thunk got its value: where a function of `lib` handed it on, as merging two sets does, its origin is that of
    /// the very value, whoever asked for it first.
    pub(super) fn settle(&self, value: Value<'a>, origin: &Cell<Loc>) {
        if is_in_library(origin.get())
            && let Some((other, from)) = self.last.get()
            && is_same(other, value)
            && !is_in_library(from)
            && from != Loc::default()
        {
            origin.set(from);
        }
        self.note(value, origin.get());
    }
}

/// True where both are one value in memory, not only equal.
fn is_same<'a>(one: Value<'a>, other: Value<'a>) -> bool {
    match (one, other) {
        (Value::Attrs(one), Value::Attrs(other)) => std::ptr::eq(one, other),
        (Value::List(one), Value::List(other)) => std::ptr::eq(one, other),
        (Value::Str(one), Value::Str(other)) => std::ptr::eq(one, other),
        _ => false,
    }
}
