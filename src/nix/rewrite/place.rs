//! The expression at a place, and the part of it that decides the value.

use rnix::ast::{AttrSet, Expr, HasEntry};
use rnix::{SyntaxKind, SyntaxNode, TextRange};
use rowan::NodeOrToken;
use rowan::ast::AstNode;

use super::Refusal;
use crate::text::Span;

/// How a branch of a condition is recognised.
pub(super) struct Branch<'b> {
    pub(super) present: &'b [String],
}

/// The expression that covers exactly `span`.
pub(super) fn expression_at(root: &SyntaxNode, span: Span) -> Option<Expr> {
    let range = TextRange::new(span.start.into(), span.end.into());
    if !root.text_range().contains_range(range) {
        return None;
    }
    let node = match root.covering_element(range) {
        NodeOrToken::Node(node) => node,
        NodeOrToken::Token(token) => token.parent()?,
    };
    node.ancestors().take_while(|node| node.text_range() == range).find_map(Expr::cast)
}

/// The path of attributes that `offset` lies in, as written.
pub(super) fn path_at(root: &SyntaxNode, offset: u32) -> Option<String> {
    let token = root.token_at_offset(offset.into()).right_biased()?;
    let path = token.parent_ancestors().find(|node| node.kind() == SyntaxKind::NODE_ATTRPATH)?;
    Some(path.to_string())
}

/// The set at `span`, or the smallest one around it.
pub(super) fn set_at(root: &SyntaxNode, span: Span) -> Option<AttrSet> {
    let range = TextRange::new(span.start.into(), span.end.into());
    if !root.text_range().contains_range(range) {
        return None;
    }
    let node = match root.covering_element(range) {
        NodeOrToken::Node(node) => node,
        NodeOrToken::Token(token) => token.parent()?,
    };
    node.ancestors().find_map(AttrSet::cast)
}

/// The part of `expr` that is its value: behind parentheses, `with`, `let`, `assert` and conditions.
pub(super) fn tail(expr: Expr, branch: &Branch<'_>) -> Result<Expr, Refusal> {
    let inner = match &expr {
        Expr::Paren(paren) => paren.expr(),
        Expr::With(with) => with.body(),
        Expr::LetIn(let_in) => let_in.body(),
        Expr::Assert(assert) => assert.body(),
        Expr::IfElse(cases) => Some(branch.of(cases.body(), cases.else_body())?),
        _ => return Ok(expr),
    };
    tail(inner.ok_or(Refusal::Unparsed)?, branch)
}

impl Branch<'_> {
    /// The one branch that holds all of what is present.
    fn of(&self, yes: Option<Expr>, no: Option<Expr>) -> Result<Expr, Refusal> {
        let holds = |side: &Expr| !self.present.is_empty() && self.present.iter().all(|name| mentions(side, name));
        match (yes.filter(holds), no.filter(holds)) {
            (Some(side), None) | (None, Some(side)) => Ok(side),
            _ => Err(Refusal::Conditional),
        }
    }
}

/// True where `expr` has `name` as a word or as a text.
fn mentions(expr: &Expr, name: &str) -> bool {
    expr.syntax().descendants_with_tokens().filter_map(NodeOrToken::into_token).any(|token| {
        matches!(token.kind(), SyntaxKind::TOKEN_IDENT | SyntaxKind::TOKEN_STRING_CONTENT) && token.text() == name
    })
}

/// The span of a node.
pub(super) fn span(node: &SyntaxNode) -> Span {
    let range = node.text_range();
    Span::new(range.start().into(), range.end().into())
}

/// The names of a static attribute path; `None` where one is computed.
pub(super) fn path_names(path: &rnix::ast::Attrpath) -> Option<Vec<String>> {
    path.attrs().map(|attr| name_of(&attr)).collect()
}

fn name_of(attr: &rnix::ast::Attr) -> Option<String> {
    match attr {
        rnix::ast::Attr::Ident(ident) => Some(ident.to_string()),
        rnix::ast::Attr::Str(text) => match &text.normalized_parts()[..] {
            [rnix::ast::InterpolPart::Literal(name)] => Some(name.clone()),
            _ => None,
        },
        rnix::ast::Attr::Dynamic(_) => None,
    }
}

/// The names that the bindings of `entries` bring in scope.
pub(super) fn bound_names(entries: &impl HasEntry) -> Vec<String> {
    let paths = entries.attrpath_values().filter_map(|binding| name_of(&binding.attrpath()?.attrs().next()?));
    let inherited =
        entries.inherits().flat_map(|inherit| inherit.attrs().filter_map(|attr| name_of(&attr)).collect::<Vec<_>>());
    paths.chain(inherited).collect()
}
