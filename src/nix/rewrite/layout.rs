//! Where lines break: as nixfmt (RFC 166) would have it.
//!
//! A file that nixfmt would leave alone is one that it leaves alone afterwards. In any other file only what is new is
//! laid out, and what is there stays as it is.

use rnix::ast::AttrpathValue;
use rnix::{SyntaxKind, SyntaxNode};
use rowan::ast::AstNode;
use similar::{DiffOp, TextDiff};

use crate::text::{Edit, EditSet, Span};

/// `edits`, and what nixfmt changes after them in a file that it had nothing to say about.
pub(super) fn tidy(text: &str, edits: EditSet) -> EditSet {
    if edits.is_empty() || !is_clean(text) {
        return edits;
    }
    let edited = edits.apply(text);
    match nixfmt_rs::format(&edited) {
        Ok(formatted) if formatted != edited => between(text, &formatted),
        _ => edits,
    }
}

fn is_clean(text: &str) -> bool {
    nixfmt_rs::format(text).is_ok_and(|formatted| formatted == text)
}

/// The edits that make `new` of `old`, by whole lines.
fn between(old: &str, new: &str) -> EditSet {
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
        let span = Span::new(old_starts[was.start], old_starts[was.end]);
        let text = Span::new(new_starts[is.start], new_starts[is.end]).of(new).to_owned();
        edits.add(Edit { span, text }).expect("the parts of one diff do not overlap");
    }
    edits
}

/// `new` as it is to stand in the place of `node`: laid out where `node` is the whole value of a binding.
pub(super) fn value(text: &str, node: &SyntaxNode, new: &str) -> String {
    let start: u32 = node.text_range().start().into();
    let is_value = binding_above(node);
    if !is_value || new.len() < 12 {
        return new.to_owned();
    }
    let before = &text[..start as usize];
    let line = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
    let indent = &line[..line.len() - line.trim_start().len()];
    in_binding(indent, new, text.contains("\r\n"))
}

/// True where only `with`, `let` and the like stand between `node` and its binding.
fn binding_above(node: &SyntaxNode) -> bool {
    let outer = node.ancestors().skip(1).find(|outer| outer.kind() != SyntaxKind::NODE_WITH);
    outer.is_some_and(|outer| outer.kind() == SyntaxKind::NODE_ATTRPATH_VALUE)
}

/// `new` as the value of a binding whose line is indented by `indent`.
pub(super) fn in_binding(indent: &str, new: &str, crlf: bool) -> String {
    let has_tabs = indent.contains('\t');
    let depth = if has_tabs { indent.len() } else { indent.len() / 2 }.max(1);
    let laid_out = formatted_at(depth, new).unwrap_or_else(|| new.to_owned());
    let laid_out = if has_tabs { with_tabs(&laid_out) } else { laid_out };
    if crlf { laid_out.replace('\n', "\r\n") } else { laid_out }
}

/// `new` as nixfmt prints it as the value of a binding inside of `depth` sets.
fn formatted_at(depth: usize, new: &str) -> Option<String> {
    let (open, close) = ("_ = {\n".repeat(depth - 1), "};\n".repeat(depth - 1));
    let text = nixfmt_rs::format(&format!("{{\n{open}license = {new};\n{close}}}\n")).ok()?;
    let root = super::parse(&text).ok()?;
    let binding = root.descendants().filter_map(AttrpathValue::cast).last()?;
    binding.value().map(|value| value.to_string())
}

/// Two blanks at the start of a line as one tab.
fn with_tabs(text: &str) -> String {
    let line = |line: &str| {
        let rest = line.trim_start_matches(' ');
        format!("{}{rest}", "\t".repeat((line.len() - rest.len()) / 2))
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}
