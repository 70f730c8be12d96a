//! `derivation`: a set with store paths that are not known.

use super::Row;
use crate::nix::eval::Eval;
use crate::nix::value::{Attr, R, Thunk, Value, lookup, unknown_hash};

pub(super) const TABLE: &[Row] = &[("derivation", 1, derivation), ("derivationStrict", 1, strict)];

/// The store path of one output. The number tells two derivations of one name apart; it is never shown.
fn store_path<'a>(eval: &Eval<'a>, number: u64, name: &str, output: &str) -> Value<'a> {
    let suffix = if output == "out" { String::new() } else { format!("-{output}") };
    Value::Tainted(eval.wide(eval.str(&format!("/nix/store/{}-{name}{suffix}", unknown_hash(number)))))
}

fn next_number(eval: &Eval<'_>) -> u64 {
    eval.drvs.set(eval.drvs.get() + 1);
    eval.drvs.get()
}

fn outputs_of<'a>(eval: &Eval<'a>, attrs: &'a [Attr<'a>]) -> R<'a, Vec<&'a str>> {
    match lookup(attrs, eval.known.outputs) {
        Some(outputs) => eval.list_of(outputs.value)?.iter().map(|output| eval.str_of(output)).collect(),
        None => Ok(vec!["out"]),
    }
}

fn name_of<'a>(eval: &Eval<'a>, attrs: &'a [Attr<'a>]) -> R<'a, &'a str> {
    match lookup(attrs, eval.known.name) {
        Some(name) => Ok(eval.text_of(name.value)?.0),
        None => eval.fault("a derivation without a name"),
    }
}

fn derivation<'a>(eval: &Eval<'a>, args: &[&'a Thunk<'a>]) -> R<'a, Value<'a>> {
    let given = args[0];
    let attrs = eval.attrs_of(given)?;
    let number = next_number(eval);
    let outputs: &'a [&'a str] = eval.bump.alloc_slice_copy(&outputs_of(eval, attrs)?);
    let all: Vec<_> = (0..outputs.len())
        .map(|index| eval.native(move |eval| Ok(output(eval, given, attrs, number, outputs, index))))
        .collect();
    match all.first() {
        Some(first) => eval.force(first),
        None => eval.fault("a derivation without outputs"),
    }
}

fn output<'a>(
    eval: &Eval<'a>,
    given: &'a Thunk<'a>,
    attrs: &'a [Attr<'a>],
    number: u64,
    outputs: &'a [&'a str],
    index: usize,
) -> Value<'a> {
    let known = &eval.known;
    let plain = |name, value| Attr { name, at: 0, value };
    let sibling = move |index: usize| eval.native(move |eval| Ok(output(eval, given, attrs, number, outputs, index)));
    let all: Vec<&'a Thunk<'a>> = (0..outputs.len()).map(sibling).collect();
    let mut own: Vec<Attr<'a>> =
        outputs.iter().zip(&all).map(|(name, value)| plain(eval.sym_of_static(name), *value)).collect();
    let path = eval.native(move |eval| Ok(store_path(eval, number, name_of(eval, attrs)?, outputs[index])));
    let drv = eval.native(move |eval| Ok(store_path(eval, number, name_of(eval, attrs)?, "drv")));
    own.push(plain(known.out_path, path));
    own.push(plain(known.drv_path, drv));
    own.push(plain(known.kind, eval.done(Value::Str(&"derivation"))));
    own.push(plain(known.output_name, eval.done(Value::Str(eval.wide(outputs[index])))));
    own.push(plain(known.drv_attrs, given));
    own.push(plain(known.all, eval.done(eval.list(&all))));
    match eval.attrs(own) {
        Value::Attrs(own) => Value::Attrs(eval.wide(eval.merge(attrs, own))),
        other => other,
    }
}

fn strict<'a>(eval: &Eval<'a>, args: &[&'a Thunk<'a>]) -> R<'a, Value<'a>> {
    let attrs = eval.attrs_of(args[0])?;
    let number = next_number(eval);
    let name = name_of(eval, attrs)?;
    let path = |output: &str| eval.done(store_path(eval, number, name, output));
    let mut items = vec![Attr { name: eval.known.drv_path, at: 0, value: path("drv") }];
    for output in outputs_of(eval, attrs)? {
        items.push(Attr { name: eval.sym(output), at: 0, value: path(output) });
    }
    Ok(eval.attrs(items))
}
