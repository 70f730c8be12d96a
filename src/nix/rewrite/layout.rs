//! Where lines break: as nixfmt (RFC 166) would have it.
//!
//! A file that nixfmt would leave alone is one that it leaves alone afterwards. In any other file only what is new is
//! laid out, and what is there stays as it is.

use rnix::ast::AttrpathValue;
use rnix::{SyntaxKind, SyntaxNode, TextRange};
use rowan::ast::AstNode;
use similar::{DiffOp, TextDiff};

use super::place::span;
use crate::text::{Edit, EditSet, Span};

/// Larger files are laid out around the edits only: nixfmt takes its time.
const WHOLE: usize = 32 << 10;

/// True where nixfmt has nothing to say about `text`.
pub(super) fn is_clean(text: &str) -> bool {
    nixfmt_rs::format(text).is_ok_and(|formatted| formatted == text)
}

/// `edits` of a clean text, and what nixfmt changes after them.
pub(super) fn tidy(text: &str, root: &SyntaxNode, edits: EditSet) -> EditSet {
    if text.len() > WHOLE
        && let Some(laid_out) = around(text, root, &edits)
    {
        return laid_out;
    }
    let edited = edits.apply(text);
    match nixfmt_rs::format(&edited) {
        Ok(formatted) if formatted != edited => between(text, &formatted, 0),
        _ => edits,
    }
}

/// The same for the binding that all of `edits` lie in.
fn around(text: &str, root: &SyntaxNode, edits: &EditSet) -> Option<EditSet> {
    let (first, last) = (edits.iter().next()?.span.start, edits.iter().last()?.span.end);
    let element = root.covering_element(TextRange::new(first.into(), last.into()));
    let node = element.ancestors().find(|node| node.kind() == SyntaxKind::NODE_ATTRPATH_VALUE)?;
    let own = span(&node);
    let line = &text[..own.start as usize];
    let indent = &line[line.rfind('\n')? + 1..];
    if !indent.bytes().all(|byte| byte == b' ') {
        return None;
    }
    let edited = edits.apply(text);
    let grown = edited.len() as i64 - text.len() as i64;
    let binding = edited.get(own.start as usize..usize::try_from(i64::from(own.end) + grown).ok()?)?;
    let laid_out = binding_at(indent.len() / 2, binding)?.to_string();
    Some(between(own.of(text), &laid_out, own.start))
}

/// The edits that make `new` of `old`, which begins at `offset`, by whole lines.
fn between(old: &str, new: &str, offset: u32) -> EditSet {
    let diff = TextDiff::from_lines(old, new);
    let starts = |lines: &[&str]| {
        let mut at = 0;
        let mut starts = vec![0u32];
        for line in lines {
            at += line.len() as u32;
            starts.push(at);
        }
        starts
    };
    let (old_starts, new_starts) = (starts(diff.old_slices()), starts(diff.new_slices()));
    let mut edits = EditSet::new();
    for op in diff.ops().iter().filter(|op| !matches!(op, DiffOp::Equal { .. })) {
        let (was, is) = (op.old_range(), op.new_range());
        let span = Span::new(offset + old_starts[was.start], offset + old_starts[was.end]);
        let text = Span::new(new_starts[is.start], new_starts[is.end]).of(new).to_owned();
        edits.add(Edit { span, text }).expect("the parts of one diff do not overlap");
    }
    edits
}

/// The edit after which `new` stands in the place of `node`: laid out where `node` is the whole value of a binding, or all
/// of it behind `with`.
pub(super) fn value(text: &str, node: &SyntaxNode, new: &str) -> Edit {
    let own = span(node);
    let plain = || Edit { span: own, text: new.to_owned() };
    if !new.contains(' ') {
        return plain();
    }
    let Some((binding, value)) = binding_above(node) else { return plain() };
    let line = &text[..binding.start as usize];
    let line = &line[line.rfind('\n').map_or(0, |at| at + 1)..];
    let indent = &line[..line.len() - line.trim_start().len()];
    // The value begins behind the `=`, with the blanks before it; a comment there stays where it is.
    let before = &text[binding.start as usize..value.start as usize];
    let is_plain = before.trim_end().ends_with('=');
    let start = if is_plain { binding.start + before.trim_end().len() as u32 } else { value.start };
    let whole = Span::new(value.start, own.start).of(text).to_owned() + new;
    let laid_out = in_binding(indent, &whole, text.contains("\r\n"));
    let laid_out = if is_plain { laid_out.as_str() } else { laid_out.trim_start() };
    without_same_start(text, Edit { span: Span::new(start, own.end), text: laid_out.to_owned() })
}

/// `edit` without what it leaves as it is at its start.
fn without_same_start(text: &str, edit: Edit) -> Edit {
    let same = edit.span.of(text).chars().zip(edit.text.chars()).take_while(|(old, new)| old == new);
    let same: usize = same.map(|(letter, _)| letter.len_utf8()).sum();
    Edit { span: Span::new(edit.span.start + same as u32, edit.span.end), text: edit.text[same..].to_owned() }
}

/// The binding that `node` is the value of, and the whole value, where only `with` stands between the two.
fn binding_above(node: &SyntaxNode) -> Option<(Span, Span)> {
    let outer = node.ancestors().take_while(|one| one == node || one.kind() == SyntaxKind::NODE_WITH).last()?;
    let binding = outer.parent().filter(|parent| parent.kind() == SyntaxKind::NODE_ATTRPATH_VALUE)?;
    (span(&outer).end == span(node).end).then(|| (span(&binding), span(&outer)))
}

/// `new` as the value of a binding whose line is indented by `indent`, with the blanks that stand before it.
pub(super) fn in_binding(indent: &str, new: &str, crlf: bool) -> String {
    let has_tabs = indent.contains('\t');
    let depth = if has_tabs { indent.len() } else { indent.len() / 2 };
    let laid_out = binding_at(depth, &format!("license = {new};")).map(|binding| binding.to_string());
    let behind = |binding: &String| Some(binding.split_once('=')?.1.strip_suffix(';')?.to_owned());
    let laid_out = laid_out.as_ref().and_then(behind).unwrap_or_else(|| format!(" {new}"));
    let laid_out = if has_tabs { with_tabs(&laid_out) } else { laid_out };
    if crlf { laid_out.replace('\n', "\r\n") } else { laid_out }
}

/// `binding` as nixfmt prints it inside of `depth` sets.
fn binding_at(depth: usize, binding: &str) -> Option<AttrpathValue> {
    let around = depth.max(1) - 1;
    let (open, close) = ("_ = {\n".repeat(around), "};\n".repeat(around));
    let text = nixfmt_rs::format(&format!("{{\n{open}{binding}\n{close}}}\n")).ok()?;
    let root = super::parse(&text).ok()?;
    root.descendants().filter_map(AttrpathValue::cast).nth(around)
}

/// Two blanks at the start of a line as one tab.
fn with_tabs(text: &str) -> String {
    let line = |line: &str| {
        let rest = line.trim_start_matches(' ');
        format!("{}{rest}", "\t".repeat((line.len() - rest.len()) / 2))
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}
