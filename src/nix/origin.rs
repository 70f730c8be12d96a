//! Where a value was written, when a function of `lib` only handed it on.

use std::cell::Cell;

use super::files::is_in_library;
use super::syntax::ast::Loc;
use super::value::{State, Thunk, Value};

/// Last request.
#[derive(Default)]
pub(super) struct Made<'a> {
    last: Cell<Option<&'a Thunk<'a>>>,
}

impl<'a> Made<'a> {
    /// The value of `thunk` was asked for.
    #[inline]
    pub(super) fn note(&self, thunk: &'a Thunk<'a>) {
        self.last.set(Some(thunk));
    }

    /// `thunk` got its value: where a function of `lib` handed it on, as merging two sets does, its origin is that of
    /// the very value, whoever asked for it first.
    pub(super) fn settle(&self, value: Value<'a>, thunk: &'a Thunk<'a>) {
        if is_in_library(thunk.origin.get())
            && let Some(last) = self.last.get()
            && let State::Done(other) = last.state.get()
            && is_same(other, value)
            && !is_in_library(last.origin.get())
            && last.origin.get() != Loc::default()
        {
            thunk.origin.set(last.origin.get());
        }
        self.note(thunk);
    }
}

/// True where both are one value in memory, not only equal.
fn is_same<'a>(one: Value<'a>, other: Value<'a>) -> bool {
    match (one, other) {
        (Value::Attrs(one), Value::Attrs(other)) => std::ptr::eq(*one, *other),
        (Value::List(one), Value::List(other)) => std::ptr::eq(*one, *other),
        (Value::Str(one), Value::Str(other)) => std::ptr::eq(*one, *other),
        _ => false,
    }
}
