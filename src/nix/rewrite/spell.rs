//! A value written anew.

use rnix::ast::Expr;
use rnix::{SyntaxKind, SyntaxNode};
use rowan::ast::AstNode;

use super::scope::{Speller, Style};
use super::{Refusal, Wanted, layout};
use crate::text::EditSet;

/// `value` becomes `wanted`, named as `value` names things now where it does.
pub(super) fn replace(text: &str, value: &Expr, wanted: &Wanted, speller: &Speller<'_>) -> Result<EditSet, Refusal> {
    let reach = speller.reach(sample(value, speller))?;
    let new = expression(wanted, &reach.style, speller)?;
    let new = if needs_parentheses(value.syntax(), &new) { format!("({new})") } else { new };
    let mut edits = EditSet::new();
    edits.add(layout::value(text, value.syntax(), &new))?;
    reach.argument.into_iter().try_for_each(|edit| edits.add(edit))?;
    Ok(edits)
}

/// How `value`, or the first thing in it that is a name of the set, is written.
fn sample(value: &Expr, speller: &Speller<'_>) -> Option<Style> {
    value.syntax().descendants().filter_map(Expr::cast).find_map(|expr| speller.style_of(&expr))
}

/// `wanted` as an expression in `style`.
pub(super) fn expression(wanted: &Wanted, style: &Style, speller: &Speller<'_>) -> Result<String, Refusal> {
    match (wanted, style) {
        (Wanted::Name(name), _) => speller.name(style, name),
        (_, Style::Prefix(prefix)) if names(wanted) > 1 && !speller.hides_any(wanted) => {
            Ok(format!("with {prefix}; {}", compound(wanted, &Style::Bare, speller)?))
        }
        _ => compound(wanted, style, speller),
    }
}

fn names(wanted: &Wanted) -> usize {
    match wanted {
        Wanted::Name(_) => 1,
        Wanted::List(items) => items.iter().map(names).sum(),
        Wanted::Call(_, items) => 1 + items.iter().map(names).sum::<usize>(),
    }
}

fn compound(wanted: &Wanted, style: &Style, speller: &Speller<'_>) -> Result<String, Refusal> {
    match wanted {
        Wanted::Name(name) => speller.name(style, name),
        Wanted::List(items) if items.is_empty() => Ok("[ ]".to_owned()),
        Wanted::List(items) => Ok(format!("[ {} ]", atoms(items, style, speller)?)),
        Wanted::Call(function, items) => {
            Ok(format!("{} {}", speller.name(style, function)?, atoms(items, style, speller)?))
        }
    }
}

fn atoms(items: &[Wanted], style: &Style, speller: &Speller<'_>) -> Result<String, Refusal> {
    let atoms: Result<Vec<String>, Refusal> = items.iter().map(|item| atom(item, style, speller)).collect();
    Ok(atoms?.join(" "))
}

/// `wanted` where it is one of several: a call in parentheses.
pub(super) fn atom(wanted: &Wanted, style: &Style, speller: &Speller<'_>) -> Result<String, Refusal> {
    let text = compound(wanted, style, speller)?;
    Ok(if matches!(wanted, Wanted::Call(..)) { format!("({text})") } else { text })
}

/// True where `new` in the place of `node` would fall apart.
fn needs_parentheses(node: &SyntaxNode, new: &str) -> bool {
    let tight = [SyntaxKind::NODE_LIST, SyntaxKind::NODE_APPLY, SyntaxKind::NODE_SELECT, SyntaxKind::NODE_BIN_OP];
    new.contains(' ') && !new.starts_with('[') && node.parent().is_some_and(|parent| tight.contains(&parent.kind()))
}
