//! Members of a list: what stays is not touched, nor are the comments around it.

use rnix::ast::{self, BinOpKind, Expr};
use rowan::ast::AstNode;

use super::place::span;
use super::scope::{Reach, Speller};
use super::{Refusal, Task, Wanted, spell};
use crate::text::{Edit, EditSet, Span};

/// The members of a list as it is written: literal lists, joined with `++` or guarded by `optional`.
pub(super) struct Members {
    items: Vec<Item>,
    /// The first literal list: what is new goes there.
    home: ast::List,
}

struct Item {
    expr: Expr,
    /// True where taking it away leaves a list: it is not the argument of `optional`.
    is_free: bool,
}

/// The members of `value`, where it is a list that can be edited.
pub(super) fn members(value: &Expr) -> Option<Members> {
    let mut items = Vec::new();
    let mut lists = Vec::new();
    collect(value, &mut items, &mut lists).then_some(())?;
    Some(Members { items, home: lists.into_iter().next()? })
}

/// False where `value` is no list.
fn collect(value: &Expr, items: &mut Vec<Item>, lists: &mut Vec<ast::List>) -> bool {
    match value {
        Expr::List(list) => {
            items.extend(list.items().map(|expr| Item { expr, is_free: true }));
            lists.push(list.clone());
            true
        }
        Expr::BinOp(both) if both.operator() == Some(BinOpKind::Concat) => {
            let sides = [both.lhs(), both.rhs()];
            // A side that is no list as written may still be one; what it adds is not touched.
            let are_lists: Vec<bool> = sides.iter().flatten().map(|side| collect(side, items, lists)).collect();
            are_lists.contains(&true)
        }
        Expr::Paren(paren) => paren.expr().is_some_and(|inner| collect(&inner, items, lists)),
        Expr::Apply(apply) => match (guard(apply), apply.argument()) {
            (Some("optionals"), Some(argument)) => collect(&argument, items, lists),
            (Some("optional"), Some(expr)) => {
                items.push(Item { expr, is_free: false });
                false
            }
            _ => false,
        },
        _ => false,
    }
}

/// `optional` or `optionals`, where `apply` gives it its second argument.
fn guard(apply: &ast::Apply) -> Option<&'static str> {
    let Expr::Apply(inner) = apply.lambda()? else { return None };
    let name = inner.lambda()?.to_string();
    ["optionals", "optional"].into_iter().find(|guard| name.rsplit('.').next() == Some(*guard))
}

/// The edits after which `members` are those that `task` wants.
pub(super) fn edit(text: &str, members: &Members, task: &Task<'_>, speller: &Speller<'_>) -> Result<EditSet, Refusal> {
    let wanted = match task.wanted {
        Wanted::List(items) => &items[..],
        one => std::slice::from_ref(one),
    };
    let plan = Plan::new(members, wanted, task.present, speller);
    let mut edits = EditSet::new();
    if plan.is_done() {
        return Ok(edits);
    }
    let sample = members.items.iter().find_map(|item| speller.style_of(&item.expr));
    // In a list, `with` needs parentheses: names get what stands before them instead.
    let Reach { style, argument } = speller.reach(sample)?;
    let spelled = |wanted: &Wanted| spell::atom(wanted, &style, speller);
    for (item, new) in &plan.replaced {
        edits.add(Edit { span: span(item.expr.syntax()), text: spelled(new)? })?;
    }
    for item in &plan.dropped {
        edits.add(Edit { span: removal(text, item)?, text: String::new() })?;
    }
    for (anchor, new) in plan.runs(members) {
        let words: Result<Vec<String>, Refusal> = new.iter().map(|one| spelled(one)).collect();
        edits.add(addition(text, members, anchor, &words?))?;
    }
    argument.into_iter().try_for_each(|edit| edits.add(edit))?;
    Ok(edits)
}

/// Result for the members.
struct Plan<'m> {
    replaced: Vec<(&'m Item, &'m Wanted)>,
    dropped: Vec<&'m Item>,
    /// New members, each with the member that it stands behind.
    added: Vec<(Option<&'m Item>, &'m Wanted)>,
}

impl<'m> Plan<'m> {
    fn new(members: &'m Members, wanted: &'m [Wanted], present: &[String], speller: &Speller<'_>) -> Plan<'m> {
        let names: Vec<Option<String>> = members.items.iter().map(|item| speller.name_of(&item.expr)).collect();
        let is = |index: usize, wanted: &Wanted| match wanted {
            Wanted::Name(name) => {
                names[index].as_deref() == Some(name) && !matches!(members.items[index].expr, Expr::Str(_))
            }
            _ => false,
        };
        // A member that a condition leaves out now is no member: it stays as it is.
        let is_present = |name: &Option<String>| name.as_ref().is_none_or(|name| present.contains(name));
        let old: Vec<usize> =
            (0..names.len()).filter(|at| members.items[*at].is_free || is_present(&names[*at])).collect();
        let mut placed: Vec<Option<usize>> =
            wanted.iter().map(|new| old.iter().copied().find(|at| is(*at, new))).collect();
        let kept: Vec<usize> = placed.iter().flatten().copied().collect();
        let mut surplus = old.into_iter().filter(|at| !kept.contains(at));
        let mut plan = Plan { replaced: Vec::new(), dropped: Vec::new(), added: Vec::new() };
        for (at, new) in wanted.iter().enumerate().filter(|(at, _)| placed[*at].is_none()).collect::<Vec<_>>() {
            match surplus.next() {
                Some(old) => {
                    plan.replaced.push((&members.items[old], new));
                    placed[at] = Some(old);
                }
                None => {
                    let before = at.checked_sub(1).and_then(|before| placed[before]);
                    plan.added.push((before.map(|before| &members.items[before]), new));
                    placed[at] = before;
                }
            }
        }
        plan.dropped.extend(surplus.map(|old| &members.items[old]));
        plan
    }

    fn is_done(&self) -> bool {
        self.replaced.is_empty() && self.dropped.is_empty() && self.added.is_empty()
    }

    /// New members, by the member they stand behind: the last one of the first list where it has none.
    fn runs(&self, members: &Members) -> Vec<(Option<Span>, Vec<&'m Wanted>)> {
        let last = members.home.items().last().map(|item| span(item.syntax()));
        let mut runs: Vec<(Option<Span>, Vec<&Wanted>)> = Vec::new();
        for (after, new) in &self.added {
            let anchor = after.filter(|item| item.is_free).map(|item| span(item.expr.syntax())).or(last);
            match runs.iter_mut().find(|(other, _)| *other == anchor) {
                Some((_, run)) => run.push(new),
                None => runs.push((anchor, vec![new])),
            }
        }
        runs
    }
}

/// The bytes that go when `item` goes: with the blanks before it, and with its line where it has one of its own.
fn removal(text: &str, item: &Item) -> Result<Span, Refusal> {
    let own = span(item.expr.syntax());
    if !item.is_free {
        return Err(Refusal::Guarded(own.of(text).to_owned()));
    }
    let before = &text[..own.start as usize];
    let blanks = before.len() - before.trim_end_matches([' ', '\t']).len();
    let after = &text[own.end as usize..];
    let line_ends = after.trim_start_matches([' ', '\t']).starts_with(['\n', '\r']);
    let line_starts = before[..before.len() - blanks].ends_with('\n');
    let start = own.start - blanks as u32;
    if line_starts && line_ends {
        let rest = after.find('\n').map_or(after.len(), |at| at + 1);
        return Ok(Span::new(start, own.end + rest as u32));
    }
    Ok(Span::new(start, own.end))
}

/// New members behind `anchor`, or in the first list where it is empty.
fn addition(text: &str, members: &Members, anchor: Option<Span>, words: &[String]) -> Edit {
    let Some(anchor) = anchor else {
        return Edit { span: span(members.home.syntax()), text: format!("[ {} ]", words.join(" ")) };
    };
    let before = &text[..anchor.start as usize];
    let line = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
    let separator = if line.trim().is_empty() {
        let newline = if before.ends_with("\r\n") || text.contains("\r\n") { "\r\n" } else { "\n" };
        format!("{newline}{line}")
    } else {
        " ".to_owned()
    };
    let at = if separator == " " { anchor.end } else { behind_comment(text, anchor.end) };
    let new: String = words.iter().flat_map(|word| [separator.as_str(), word.as_str()]).collect();
    Edit { span: Span::new(at, at), text: new }
}

/// The end of the line, where only a comment stands between; else `at`.
fn behind_comment(text: &str, at: u32) -> u32 {
    let rest = &text[at as usize..];
    let line = rest.split(['\n', '\r']).next().unwrap_or("");
    let only_comment = line.trim_start().starts_with('#') || line.trim().is_empty();
    if only_comment { at + line.trim_end().len() as u32 } else { at }
}
