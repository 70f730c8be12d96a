//! Builtins on attribute sets.

use super::Row;
use crate::nix::eval::Eval;
use crate::nix::symbol::Sym;
use crate::nix::syntax::ast::Loc;
use crate::nix::value::{Attr, R, State, Thunk, Value, lookup};

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
        let attrs = eval.each_attr_of(args[1])?;
        let items = attrs.iter().map(|attr| {
            let name = eval.done(Value::Str(eval.wide(eval.name(attr.name))));
            let partial = eval.delay_call(args[0], name);
            Attr { value: eval.delay_call(partial, attr.value), ..*attr }
        });
        Ok(Value::Attrs(eval.wide(eval.bump.alloc_slice_fill_iter(items))))
    }),
    ("removeAttrs", 2, |eval, args| {
        let attrs = eval.attrs_of(args[0])?;
        let mut gone = Vec::new();
        for name in eval.each_of(args[1])? {
            gone.push(eval.lasting(eval.str_of(name)?));
        }
        gone.sort_unstable();
        eval.spend_bytes(size_of_val(attrs))?;
        Ok(Value::Attrs(eval.wide(eval.without(attrs, &gone))))
    }),
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

fn intersect<'a>(eval: &Eval<'a>, args: &[&'a Thunk<'a>]) -> R<'a, Value<'a>> {
    let (a, b) = (eval.attrs_of(args[0])?, eval.attrs_of(args[1])?);
    eval.spend(a.len().min(b.len()))?;
    let out: Vec<Attr<'a>> = if a.len() <= b.len() {
        a.iter().filter_map(|attr| lookup(b, attr.name).copied()).collect()
    } else {
        b.iter().filter(|attr| lookup(a, attr.name).is_some()).copied().collect()
    };
    Ok(Value::Attrs(eval.wide(eval.bump.alloc_slice_copy(&out))))
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
