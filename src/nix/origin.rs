//! Where a value was written, when a function only handed it on.

use std::cell::Cell;

use super::eval::Eval;
use super::syntax::ast::Loc;
use super::value::{R, State, Thunk, Value};

/// The thunk that got its value last, and where that very value had come from.
#[derive(Default)]
pub(super) struct Made<'a> {
    last: Cell<Option<(Value<'a>, Loc)>>,
    from: Cell<Option<Loc>>,
}

impl<'a> Made<'a> {
    /// A thunk at `origin` got its value.
    pub(super) fn note(&self, value: R<'a, Value<'a>>, origin: Loc) {
        let Ok(value) = value else { return self.from.set(None) };
        let before = self.last.replace(Some((value, origin)));
        self.from.set(before.filter(|(other, _)| is_same(*other, value)).map(|(_, from)| from));
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

impl<'a> Eval<'a> {
    /// The value of `thunk`, and the place it had before the call in `thunk` handed it on, as merging two sets does.
    /// `None` for the place where the value is a new one, or was known before.
    pub fn force_to_source(&self, thunk: &'a Thunk<'a>) -> (R<'a, Value<'a>>, Option<Loc>) {
        let is_known = matches!(thunk.state.get(), State::Done(_) | State::Failed(_));
        let value = self.force(thunk);
        (value, self.made.from.get().filter(|_| !is_known))
    }
}
