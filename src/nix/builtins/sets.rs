//! Builtins on attribute sets.

use super::Row;
use crate::nix::eval::Eval;
use crate::nix::symbol::Sym;
use crate::nix::syntax::ast::Loc;
use crate::nix::value::{Attr, Opaque, R, Shape, State, Thunk, Value, lookup};

pub(super) const TABLE: &[Row] = &[
    ("attrNames", 1, |eval, args| {
        let names = eval.sorted_names(eval.each_attr_of(args[0])?);
        let items: Vec<_> = names.iter().map(|(name, _)| eval.done(Value::Str(eval.wide(name)))).collect();
        Ok(eval.list(&items))
    }),
    ("attrValues", 1, |eval, args| {
        let items: Vec<_> = eval.sorted_names(eval.each_attr_of(args[0])?).iter().map(|(_, attr)| attr.value).collect();
        Ok(eval.list(&items))
    }),
    ("catAttrs", 2, |eval, args| {
        let name = eval.sym(eval.str_of(args[0])?);
        let mut out = Vec::new();
        for item in eval.each_of(args[1])? {
            out.extend(lookup(eval.attrs_of(item)?, name).map(|attr| attr.value));
        }
        Ok(eval.list(&out))
    }),
    ("getAttr", 2, |eval, args| {
        let name = eval.sym(eval.str_of(args[0])?);
        match eval.force(args[1])? {
            Value::Opaque(opaque) => eval.select_opaque(opaque, name),
            _ => {
                let attrs = eval.attrs_of(args[1])?;
                match lookup(attrs, name) {
                    Some(attr) => eval.force(attr.value),
                    None => eval.missing(attrs, name),
                }
            }
        }
    }),
    ("hasAttr", 2, |eval, args| {
        let name = eval.sym(eval.str_of(args[0])?);
        Ok(Value::bool(lookup(eval.attrs_of(args[1])?, name).is_some()))
    }),
    ("intersectAttrs", 2, intersect),
    ("listToAttrs", 1, list_to_attrs),
    ("mapAttrs", 2, |eval, args| {
        let (function, set) = (args[0], eval.force(args[1])?);
        on_attrs(eval, set, move |eval, attrs| map(eval, function, attrs))
    }),
    ("removeAttrs", 2, remove),
    ("unsafeGetAttrPos", 2, |eval, args| {
        let name = eval.sym(eval.str_of(args[0])?);
        match eval.force(args[1])? {
            Value::Attrs(attrs) => Ok(lookup(attrs, name).map_or(Value::Null, |attr| eval.position(attr.at))),
            _ => Ok(Value::Null),
        }
    }),
    ("zipAttrsWith", 2, zip_attrs_with),
];

impl<'a> Eval<'a> {
    /// The attributes in the order of their names.
    pub fn sorted_names(&self, attrs: &'a [Attr<'a>]) -> Vec<(&'a str, &'a Attr<'a>)> {
        let mut names: Vec<_> = attrs.iter().map(|attr| (self.name(attr.name), attr)).collect();
        names.sort_unstable_by_key(|(name, _)| *name);
        names
    }

    /// `{ file; line; column; }` of a place, or `null`.
    pub(super) fn position(&self, at: u32) -> Value<'a> {
        if at == 0 {
            return Value::Null;
        }
        // Most positions are asked for and never looked at.
        let field = |read: fn(&Self, &crate::nix::File, u32) -> Value<'a>| {
            self.native(move |eval| match eval.files.find(at) {
                Some((file, offset)) => Ok(read(eval, file, offset)),
                None => Ok(Value::Null),
            })
        };
        let known = &self.known;
        let part = |name, value| Attr { name, at: 0, value };
        self.attrs(vec![
            part(known.file, field(|eval, file, _| eval.string(&file.path))),
            part(known.line, field(|_, file, offset| Value::Int(i64::from(file.position(offset).line)))),
            part(known.column, field(|_, file, offset| Value::Int(i64::from(file.position(offset).column)))),
        ])
    }
}

/// `set` with its attributes changed by `change`; of one that is not known as a whole, those that it has for sure.
fn on_attrs<'a>(
    eval: &Eval<'a>,
    set: Value<'a>,
    change: impl Fn(&Eval<'a>, &'a [Attr<'a>]) -> R<'a, &'a [Attr<'a>]> + Copy + 'a,
) -> R<'a, Value<'a>> {
    match set {
        Value::Attrs(attrs) => Ok(Value::Attrs(eval.wide(change(eval, attrs)?))),
        Value::Opaque(Opaque { why, shape: Shape::Cases(condition, sides) }) => {
            Ok(eval.each_case(*why, *condition, *sides, move |eval, side| on_attrs(eval, side, change)))
        }
        Value::Opaque(opaque) => Ok(eval.set_with(opaque.why, change(eval, eval.surely(opaque))?)),
        other => eval.fault(&format!("a set was expected, not a {}", other.type_name())),
    }
}

fn map<'a>(eval: &Eval<'a>, function: &'a Thunk<'a>, attrs: &'a [Attr<'a>]) -> R<'a, &'a [Attr<'a>]> {
    eval.spend(attrs.len())?;
    let items = attrs.iter().map(|attr| {
        let name = eval.done(Value::Str(eval.wide(eval.name(attr.name))));
        let partial = eval.delay_call(function, name);
        Attr { value: eval.delay_call(partial, attr.value), ..*attr }
    });
    Ok(eval.bump.alloc_slice_fill_iter(items))
}

/// A set without some names. Where these are not all known, any attribute that is left may be gone too.
fn remove<'a>(eval: &Eval<'a>, args: &[&'a Thunk<'a>]) -> R<'a, Value<'a>> {
    let set = eval.force(args[0])?;
    let (names, unknown) = match eval.force(args[1])? {
        Value::Opaque(Opaque { why, shape: Shape::Members(names) }) => (*names, Some(*why)),
        Value::Opaque(opaque) => return eval.unknown_because(opaque.why),
        _ => (eval.each_of(args[1])?, None),
    };
    let mut gone = Vec::new();
    for name in names {
        gone.push(eval.sym_of_static(eval.str_of(name)?));
    }
    gone.sort_unstable();
    let gone: &'a [Sym] = eval.bump.alloc_slice_copy(&gone);
    let left = on_attrs(eval, set, move |eval, attrs| {
        eval.spend_bytes(size_of_val(attrs))?;
        Ok(eval.without(attrs, gone))
    })?;
    Ok(match (left, unknown) {
        (Value::Attrs(left), Some(why)) => eval.set_with(why, left),
        _ => left,
    })
}

fn intersect<'a>(eval: &Eval<'a>, args: &[&'a Thunk<'a>]) -> R<'a, Value<'a>> {
    if let (Value::Attrs(names), set @ Value::Opaque(_)) = (eval.force(args[0])?, eval.force(args[1])?) {
        let names: &'a [Attr<'a>] = names;
        let named = move |eval: &Eval<'a>, known: &'a [Attr<'a>]| Ok(common(eval, names, known));
        return on_attrs(eval, set, named);
    }
    let (a, b) = (eval.attrs_of(args[0])?, eval.attrs_of(args[1])?);
    eval.spend(a.len().min(b.len()))?;
    Ok(Value::Attrs(eval.wide(common(eval, a, b))))
}

/// The attributes of `b` whose names `a` has.
fn common<'a>(eval: &Eval<'a>, a: &'a [Attr<'a>], b: &'a [Attr<'a>]) -> &'a [Attr<'a>] {
    let both: Vec<Attr<'a>> = if a.len() <= b.len() {
        a.iter().filter_map(|attr| lookup(b, attr.name).copied()).collect()
    } else {
        b.iter().filter(|attr| lookup(a, attr.name).is_some()).copied().collect()
    };
    eval.bump.alloc_slice_copy(&both)
}

fn list_to_attrs<'a>(eval: &Eval<'a>, args: &[&'a Thunk<'a>]) -> R<'a, Value<'a>> {
    let items = eval.each_of(args[0])?;
    let mut out: Vec<Attr<'a>> = Vec::with_capacity(items.len());
    for item in items {
        let pair = eval.attrs_of(item)?;
        let (Some(name), Some(value)) = (lookup(pair, eval.known.name), lookup(pair, eval.known.value)) else {
            return eval.fault("listToAttrs needs `name` and `value`");
        };
        out.push(Attr { name: eval.sym(eval.text_of(name.value)?.0), at: value.at, value: value.value });
    }
    // Of two equal names the first wins: the opposite of `//`.
    out.sort_by_key(|attr| attr.name);
    out.dedup_by_key(|attr| attr.name);
    Ok(Value::Attrs(eval.wide(eval.bump.alloc_slice_copy(&out))))
}

fn zip_attrs_with<'a>(eval: &Eval<'a>, args: &[&'a Thunk<'a>]) -> R<'a, Value<'a>> {
    let mut all: Vec<(Sym, usize, Attr<'a>)> = Vec::new();
    for (index, set) in eval.list_of(args[1])?.iter().enumerate() {
        let attrs = eval.each_attr_of(set)?;
        all.extend(attrs.iter().map(|attr| (attr.name, index, *attr)));
    }
    all.sort_by_key(|(name, index, _)| (*name, *index));
    let items = all.chunk_by(|a, b| a.0 == b.0).map(|group| {
        let values: Vec<_> = group.iter().map(|(.., attr)| attr.value).collect();
        let name = eval.done(Value::Str(eval.wide(eval.name(group[0].0))));
        let partial = eval.delay_call(args[0], name);
        let value = eval.thunk(State::Apply(partial, eval.done(eval.list(&values))), Loc::default());
        Attr { name: group[0].0, at: 0, value }
    });
    Ok(eval.attrs(items.collect()))
}
