//! Values, thunks and errors in the arena.

use std::cell::Cell;

use super::eval::Eval;
use super::syntax::ast::Loc;
use super::value::{Attr, Error, ErrorKind, Loss, Native, Opaque, R, Shape, State, Thunk, Value, Why, Wide};

impl<'a> Eval<'a> {
    /// A reference to something of the arena that fits in a value.
    pub fn wide<T: ?Sized>(&self, of: &'a T) -> Wide<'a, T> {
        self.bump.alloc(of)
    }

    /// `text` in the arena.
    pub fn str(&self, text: &str) -> &'a str {
        self.bump.alloc_str(text)
    }

    /// A string value.
    pub fn string(&self, text: &str) -> Value<'a> {
        Value::Str(self.wide(self.str(text)))
    }

    /// A thunk that is already a value.
    pub fn done(&self, value: Value<'a>) -> &'a Thunk<'a> {
        self.bump.alloc(Thunk::done(value, Loc::default()))
    }

    /// A thunk in `state`.
    pub fn thunk(&self, state: State<'a>, origin: Loc) -> &'a Thunk<'a> {
        self.bump.alloc(Thunk { state: Cell::new(state), origin: Cell::new(origin) })
    }

    /// A thunk that runs `code`.
    pub fn native(&self, code: impl Fn(&Eval<'a>) -> R<'a, Value<'a>> + 'a) -> &'a Thunk<'a> {
        let code: &'a Native<'a> = self.bump.alloc(code);
        self.thunk(State::Native(code), Loc::default())
    }

    /// The application of `function` to `argument`, when it is asked for.
    pub fn delay_call(&self, function: &'a Thunk<'a>, argument: &'a Thunk<'a>) -> &'a Thunk<'a> {
        self.thunk(State::Apply(function, argument), Loc::default())
    }

    /// A list of thunks in the arena.
    pub fn list(&self, items: &[&'a Thunk<'a>]) -> Value<'a> {
        Value::List(self.wide(self.bump.alloc_slice_copy(items)))
    }

    /// A set; of equal names the last wins.
    pub fn attrs(&self, mut items: Vec<Attr<'a>>) -> Value<'a> {
        // A stable sort: the later of two equal names stays behind the earlier one.
        items.sort_by_key(|attr| attr.name);
        items.reverse();
        items.dedup_by_key(|attr| attr.name);
        items.reverse();
        Value::Attrs(self.wide(self.bump.alloc_slice_copy(&items)))
    }

    /// A set of values under plain names.
    pub fn record(&self, items: &[(&str, &'a Thunk<'a>)]) -> Value<'a> {
        self.attrs(items.iter().map(|(name, value)| Attr { name: self.sym(name), at: 0, value }).collect())
    }

    /// An error.
    pub fn error(&self, kind: ErrorKind, text: &str) -> &'a Error<'a> {
        self.bump.alloc(Error { kind, text: self.str(&self.files.without_place(text)), at: self.last_origin() })
    }

    /// A fault of the program.
    pub fn fault<T>(&self, text: &str) -> R<'a, T> {
        Err(self.error(ErrorKind::Fault, text))
    }

    /// "Not known here, because".
    pub fn unknown<T>(&self, text: &str) -> R<'a, T> {
        Err(self.error(ErrorKind::Unknown(Loss::Missed), text))
    }

    /// "Not known here" for the reason of a value that is not known.
    pub fn unknown_because<T>(&self, why: Why<'a>) -> R<'a, T> {
        Err(self.error(ErrorKind::Unknown(why.loss), why.text))
    }

    /// An opaque value of which nothing is known.
    pub fn opaque(&self, why: &str) -> Value<'a> {
        self.opaque_for(Loss::Missed, why)
    }

    /// An opaque value of which nothing is known, and whether that is a loss.
    pub fn opaque_for(&self, loss: Loss, why: &str) -> Value<'a> {
        self.opaque_because(Why { loss, text: self.str(why) })
    }

    /// An opaque value of which nothing is known, for the reason of another one.
    pub fn opaque_because(&self, why: Why<'a>) -> Value<'a> {
        self.opaque_as(why, Shape::Plain)
    }

    /// An opaque value.
    pub fn opaque_as(&self, why: Why<'a>, shape: Shape<'a>) -> Value<'a> {
        Value::Opaque(self.bump.alloc(Opaque { why, shape }))
    }
}
