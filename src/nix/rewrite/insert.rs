//! A binding that is not there yet, where people would look for it.

use rnix::SyntaxNode;
use rnix::ast::{AttrSet, AttrpathValue, Expr, HasEntry, Inherit};
use rowan::ast::AstNode;

use super::place::{Branch, path_names, span, tail};
use super::scope::Speller;
use super::{Refusal, Task, layout, spell};
use crate::text::{Edit, EditSet, Span};

/// Attributes that stand before the license in `meta`, by convention.
const BEFORE: [&str; 6] = ["description", "longDescription", "homepage", "downloadPage", "changelog", "donationPage"];

/// Attributes that only a `meta` has.
const OF_META: [&str; 5] = ["description", "homepage", "maintainers", "platforms", "longDescription"];

/// The edits that add `path` to `set`.
pub(super) fn binding(text: &str, set: &AttrSet, path: [&str; 2], task: &Task<'_>) -> Result<EditSet, Refusal> {
    let [outer, inner] = path;
    let named = |name: &str| set.attrpath_values().find(|binding| names(binding) == [name]);
    if let Some(meta) = named(outer) {
        let value = tail(meta.value().ok_or(Refusal::Unparsed)?, &Branch { present: task.present })?;
        let Expr::AttrSet(meta) = &value else { return Err(Refusal::Computed(value.to_string())) };
        return add(text, meta, inner, task);
    }
    if has_dotted(set, outer) {
        return add(text, set, &format!("{outer}.{inner}"), task);
    }
    if is_meta(set, outer) { add(text, set, inner, task) } else { add_set(text, set, path, task) }
}

fn names(binding: &AttrpathValue) -> Vec<String> {
    binding.attrpath().and_then(|path| path_names(&path)).unwrap_or_default()
}

fn has_dotted(set: &AttrSet, outer: &str) -> bool {
    set.attrpath_values().any(|binding| matches!(&names(&binding)[..], [first, _, ..] if first == outer))
}

fn is_meta(set: &AttrSet, outer: &str) -> bool {
    let binding = set.syntax().ancestors().find_map(AttrpathValue::cast);
    let is_value = binding.is_some_and(|binding| {
        let value = binding.value().and_then(|value| tail(value, &Branch { present: &[] }).ok());
        names(&binding).last().is_some_and(|name| name == outer)
            && value.is_some_and(|value| value.syntax() == set.syntax())
    });
    is_value || set.attrpath_values().any(|binding| OF_META.iter().any(|name| names(&binding) == [*name]))
}

/// Adds `key = wanted;` to `set`.
fn add(text: &str, set: &AttrSet, key: &str, task: &Task<'_>) -> Result<EditSet, Refusal> {
    if binds(set, key) {
        return Err(Refusal::Taken(key.to_owned()));
    }
    let speller = Speller::at(set.syntax(), task.home);
    let inner = inside(set);
    let speller = inner.as_ref().map_or(speller, |node| Speller::at(node, task.home));
    let reach = speller.reach(None)?;
    let value = spell::expression(task.wanted, &reach.style, &speller)?;
    let mut edits = EditSet::new();
    edits.add(place(text, set, key, &value))?;
    reach.argument.into_iter().try_for_each(|edit| edits.add(edit))?;
    Ok(edits)
}

/// True where `set` has a binding of `key`, which may be dotted, in whichever way it is written.
fn binds(set: &AttrSet, key: &str) -> bool {
    let bound = set.attrpath_values().any(|binding| names(&binding).join(".") == key);
    bound || set.inherits().any(|inherit| inherit.attrs().any(|name| name.to_string() == key))
}

/// Something inside of `set`, where its own names are in scope.
fn inside(set: &AttrSet) -> Option<SyntaxNode> {
    set.entries().next().map(|entry| entry.syntax().clone())
}

/// The edits that take `name` out of `inherit` and bind it to the wanted value beside it.
pub(super) fn instead_of(
    text: &str,
    inherit: &Inherit,
    name: &SyntaxNode,
    task: &Task<'_>,
) -> Result<EditSet, Refusal> {
    let speller = Speller::at(inherit.syntax(), task.home);
    let reach = speller.reach(None)?;
    let value = spell::expression(task.wanted, &reach.style, &speller)?;
    let key = name.to_string();
    let own = span(inherit.syntax());
    let mut edits = EditSet::new();
    if inherit.attrs().nth(1).is_none() {
        let indent = indent_of(text, own.start).unwrap_or_default();
        let value = layout::in_binding(&indent, &value, text.contains("\r\n"));
        edits.add(Edit { span: own, text: format!("{key} ={value};") })?;
    } else {
        let from = span(name);
        let before = &text[..from.start as usize];
        let blanks = before.len() - before.trim_end().len();
        edits.add(Edit { span: Span::new(from.start - blanks as u32, from.end), text: String::new() })?;
        edits.add(behind(text, own, &key, &value))?;
    }
    reach.argument.into_iter().try_for_each(|edit| edits.add(edit))?;
    Ok(edits)
}

/// Adds `meta = { license = wanted; };` at the end of `set`.
fn add_set(text: &str, set: &AttrSet, [outer, inner]: [&str; 2], task: &Task<'_>) -> Result<EditSet, Refusal> {
    let speller = Speller::at(set.syntax(), task.home);
    let reach = speller.reach(None)?;
    let value = spell::expression(task.wanted, &reach.style, &speller)?;
    let last = set.entries().last().ok_or_else(|| Refusal::Computed("{ }".to_owned()))?;
    let anchor = span(last.syntax());
    let mut edits = EditSet::new();
    let edit = match indent_of(text, anchor.start) {
        Some(indent) => {
            let deeper = if indent.contains('\t') { format!("{indent}\t") } else { format!("{indent}  ") };
            let value = layout::in_binding(&deeper, &value, text.contains("\r\n"));
            let newline = newline(text);
            let block =
                format!("{newline}{newline}{indent}{outer} = {{{newline}{deeper}{inner} ={value};{newline}{indent}}};");
            at(line_end(text, anchor.end), block)
        }
        None => at(anchor.end, format!(" {outer}.{inner} = {value};")),
    };
    edits.add(edit)?;
    reach.argument.into_iter().try_for_each(|edit| edits.add(edit))?;
    Ok(edits)
}

fn place(text: &str, set: &AttrSet, key: &str, value: &str) -> Edit {
    let prefix = key.rsplit_once('.').map(|(outer, _)| outer);
    let own = |binding: &AttrpathValue| {
        let names = names(binding);
        match (prefix, &names[..]) {
            (Some(outer), [first, name]) if first == outer => Some(name.clone()),
            (None, [name]) => Some(name.clone()),
            _ => None,
        }
    };
    let goes_before = |binding: &AttrpathValue| own(binding).is_some_and(|name| BEFORE.contains(&name.as_str()));
    let anchor = set.attrpath_values().filter(goes_before).last();
    let anchor =
        anchor.or_else(|| set.attrpath_values().filter(|binding| prefix.is_some() && own(binding).is_some()).last());
    match (anchor, set.entries().next()) {
        (Some(anchor), _) => behind(text, span(anchor.syntax()), key, value),
        (None, Some(first)) => ahead(text, span(first.syntax()), key, value),
        (None, None) => Edit { span: span(set.syntax()), text: format!("{{ {key} = {value}; }}") },
    }
}

fn behind(text: &str, anchor: Span, key: &str, value: &str) -> Edit {
    match indent_of(text, anchor.start) {
        Some(indent) => {
            let value = layout::in_binding(&indent, value, text.contains("\r\n"));
            at(line_end(text, anchor.end), format!("{}{indent}{key} ={value};", newline(text)))
        }
        None => at(anchor.end, format!(" {key} = {value};")),
    }
}

fn ahead(text: &str, anchor: Span, key: &str, value: &str) -> Edit {
    match indent_of(text, anchor.start) {
        Some(indent) => {
            let value = layout::in_binding(&indent, value, text.contains("\r\n"));
            at(anchor.start, format!("{key} ={value};{}{indent}", newline(text)))
        }
        None => at(anchor.start, format!("{key} = {value}; ")),
    }
}

fn at(offset: u32, text: String) -> Edit {
    Edit { span: Span::new(offset, offset), text }
}

/// The blanks before `offset`, where nothing else stands before it in its line.
fn indent_of(text: &str, offset: u32) -> Option<String> {
    let before = &text[..offset as usize];
    let line = &before[before.rfind('\n').map(|at| at + 1)?..];
    line.trim().is_empty().then(|| line.to_owned())
}

/// The end of the line that `offset` is in, where only a comment follows; else `offset`.
fn line_end(text: &str, offset: u32) -> u32 {
    let line = text[offset as usize..].split(['\n', '\r']).next().unwrap_or("");
    let is_comment = line.trim().is_empty() || line.trim_start().starts_with('#');
    if is_comment { offset + line.trim_end().len() as u32 } else { offset }
}

fn newline(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}
