//! How a set such as `lib.licenses` can be named at a place: what is in scope there, and what the file already does.

use rnix::ast::{self, Expr, HasEntry};
use rnix::{SyntaxKind, SyntaxNode};
use rowan::ast::AstNode;

use super::place::{bound_names, path_names, span};
use super::{Refusal, Wanted};
use crate::text::{Edit, Span};

/// How a name of the set is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// `mit`, under `with lib.licenses;`.
    Bare,
    /// `lib.licenses.mit`: what stands before the name.
    Prefix(String),
}

/// Scope changes that are needed to write names of the set at one place.
pub(super) struct Speller<'s> {
    at: SyntaxNode,
    home: &'s [&'s str],
}

/// A style and, where it needs one, the edit that brings `lib` in scope.
pub(super) struct Reach {
    pub(super) style: Style,
    pub(super) argument: Option<Edit>,
}

impl<'s> Speller<'s> {
    pub(super) fn at(node: &SyntaxNode, home: &'s [&'s str]) -> Self {
        Speller { at: node.clone(), home }
    }

    fn set(&self) -> &'s str {
        self.home.last().copied().unwrap_or_default()
    }

    fn root(&self) -> &'s str {
        self.home.first().copied().unwrap_or_default()
    }

    /// The style of `expr`, where it is a name of the set.
    pub(super) fn style_of(&self, expr: &Expr) -> Option<Style> {
        match expr {
            Expr::Ident(ident) if !is_bound(&self.at, &ident.to_string()) && self.under_set() => Some(Style::Bare),
            Expr::Select(select) if select.default_expr().is_none() => {
                let (prefix, _) = split_select(select)?;
                self.means_set(&prefix).then_some(Style::Prefix(prefix))
            }
            _ => None,
        }
    }

    /// The name that `expr` takes from a set, whichever it is.
    pub(super) fn name_of(&self, expr: &Expr) -> Option<String> {
        match expr {
            Expr::Ident(ident) => Some(ident.to_string()),
            Expr::Select(select) => split_select(select).map(|(_, name)| name),
            Expr::Str(text) => match &text.normalized_parts()[..] {
                [ast::InterpolPart::Literal(text)] => Some(text.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    fn means_set(&self, prefix: &str) -> bool {
        let is_set = |path: &str| path.rsplit('.').next() == Some(self.set());
        is_set(prefix) || binding_of(&self.at, prefix).is_some_and(|value| is_set(value.trim()))
    }

    fn under_set(&self) -> bool {
        withs(&self.at).any(|namespace| self.means_set(&namespace))
    }

    /// The way to the set that is nearest, without arguments that are not there yet.
    fn in_scope(&self) -> Option<Style> {
        let near = |node: SyntaxNode| {
            if let Some(namespace) = with_around(&node, &self.at) {
                if self.means_set(&namespace) {
                    return Some(Style::Bare);
                }
                let is_root = namespace.rsplit('.').next() == Some(self.root());
                return (is_root && !is_bound(&self.at, self.set())).then(|| Style::Prefix(self.set().to_owned()));
            }
            let names = names_bound_by(&node);
            let has = |name: &str| names.iter().any(|bound| bound == name);
            if has(self.set()) {
                return Some(Style::Prefix(self.set().to_owned()));
            }
            has(self.root()).then(|| Style::Prefix(self.home.join(".")))
        };
        self.at.ancestors().find_map(near)
    }

    /// A style that works at the place, preferring `sample`.
    pub(super) fn reach(&self, sample: Option<Style>) -> Result<Reach, Refusal> {
        if let Some(style) = sample.or_else(|| self.in_scope()) {
            return Ok(Reach { style, argument: None });
        }
        let through = |name: &str| Style::Prefix(format!("{name}.{}", self.home.join(".")));
        let text = self.at.ancestors().last().map(|root| root.to_string()).unwrap_or_default();
        for carrier in ["stdenv", "pkgs"] {
            let used = carrier == "pkgs" || text.contains(&format!("{carrier}.{}", self.root()));
            if used && is_bound(&self.at, carrier) {
                return Ok(Reach { style: through(carrier), argument: None });
            }
        }
        let style = Style::Prefix(self.home.join("."));
        if let Some(argument) = self.argument() {
            return Ok(Reach { style, argument: Some(argument) });
        }
        // Under `with pkgs;` the name may well be there; the caller evaluates what comes of it.
        match withs(&self.at).next() {
            Some(_) => Ok(Reach { style, argument: None }),
            None => Err(Refusal::Unreachable(self.home.join("."))),
        }
    }

    /// Adds the root of the path to the arguments of the function around the place.
    fn argument(&self) -> Option<Edit> {
        let pattern = self.at.ancestors().filter_map(ast::Lambda::cast).find_map(|lambda| match lambda.param()? {
            ast::Param::Pattern(pattern) => Some(pattern),
            ast::Param::IdentParam(_) => None,
        })?;
        let (at, text) = first_argument(&pattern, self.root())?;
        Some(Edit { span: Span::new(at, at), text })
    }

    /// `name` in `style`; where a variable hides a bare name, with what stands before it.
    pub(super) fn name(&self, style: &Style, name: &str) -> Result<String, Refusal> {
        match style {
            Style::Bare if !is_bound(&self.at, name) => Ok(attribute(name)),
            Style::Bare => Ok(format!("{}.{}", self.spelled_out()?, attribute(name))),
            Style::Prefix(prefix) => Ok(format!("{prefix}.{}", attribute(name))),
        }
    }

    /// The path of the set where its names are bare.
    fn spelled_out(&self) -> Result<String, Refusal> {
        let namespace = withs(&self.at).find(|namespace| self.means_set(namespace));
        namespace.ok_or_else(|| Refusal::Unreachable(self.home.join(".")))
    }

    /// True where a variable hides one of the names of `wanted`.
    pub(super) fn hides_any(&self, wanted: &Wanted) -> bool {
        match wanted {
            Wanted::Name(name) => is_bound(&self.at, name),
            Wanted::List(items) => items.iter().any(|item| self.hides_any(item)),
            Wanted::Call(function, items) => {
                is_bound(&self.at, function) || items.iter().any(|item| self.hides_any(item))
            }
        }
    }
}

/// `a.b.c` as `a.b` and `c`.
fn split_select(select: &ast::Select) -> Option<(String, String)> {
    let names = path_names(&select.attrpath()?)?;
    let (name, path) = names.split_last()?;
    let mut prefix = select.expr()?.to_string();
    for step in path {
        prefix.push('.');
        prefix.push_str(step);
    }
    Some((prefix, name.clone()))
}

/// The namespaces of the `with`s around `node`, innermost first.
fn withs(node: &SyntaxNode) -> impl Iterator<Item = String> {
    let inner = node.clone();
    node.ancestors().filter_map(move |outer| with_around(&outer, &inner))
}

/// The namespace of `node`, where it is a `with` and `inner` lies in its body.
fn with_around(node: &SyntaxNode, inner: &SyntaxNode) -> Option<String> {
    let with = ast::With::cast(node.clone())?;
    let body = with.body()?;
    let inside = span(body.syntax()).contains(span(inner));
    inside.then(|| with.namespace().map(|namespace| namespace.to_string())).flatten()
}

/// True where a variable called `name` is bound around `node`, other than by `with`.
fn is_bound(node: &SyntaxNode, name: &str) -> bool {
    node.ancestors().any(|outer| names_bound_by(&outer).iter().any(|bound| bound == name))
}

/// The names that `node` binds for what is inside of it.
fn names_bound_by(node: &SyntaxNode) -> Vec<String> {
    match node.kind() {
        SyntaxKind::NODE_LAMBDA => ast::Lambda::cast(node.clone()).and_then(|lambda| lambda.param()).map(arguments),
        SyntaxKind::NODE_LET_IN => ast::LetIn::cast(node.clone()).map(|entries| bound_names(&entries)),
        SyntaxKind::NODE_LEGACY_LET => ast::LegacyLet::cast(node.clone()).map(|entries| bound_names(&entries)),
        SyntaxKind::NODE_ATTR_SET => {
            ast::AttrSet::cast(node.clone()).filter(|set| set.rec_token().is_some()).map(|set| bound_names(&set))
        }
        _ => None,
    }
    .unwrap_or_default()
}

fn arguments(param: ast::Param) -> Vec<String> {
    match param {
        ast::Param::IdentParam(whole) => whole.ident().map(|ident| ident.to_string()).into_iter().collect(),
        ast::Param::Pattern(pattern) => {
            let whole = pattern.pat_bind().and_then(|bind| bind.ident());
            let entries = pattern.pat_entries().filter_map(|entry| entry.ident());
            entries.chain(whole).map(|ident| ident.to_string()).collect()
        }
    }
}

/// The text of what the variable `name` is bound to around `node`, by `let` or in a recursive set; for
/// `inherit (from) name`, `from.name`.
fn binding_of(node: &SyntaxNode, name: &str) -> Option<String> {
    node.ancestors().find_map(|outer| match outer.kind() {
        SyntaxKind::NODE_LET_IN => ast::LetIn::cast(outer).and_then(|entries| value_in(&entries, name)),
        SyntaxKind::NODE_ATTR_SET => {
            ast::AttrSet::cast(outer).filter(|set| set.rec_token().is_some()).and_then(|set| value_in(&set, name))
        }
        _ => None,
    })
}

fn value_in(entries: &impl HasEntry, name: &str) -> Option<String> {
    let bound = entries.attrpath_values().find_map(|binding| {
        let names = path_names(&binding.attrpath()?)?;
        (names == [name]).then(|| binding.value().map(|value| value.to_string())).flatten()
    });
    bound.or_else(|| {
        entries.inherits().find_map(|inherit| {
            let has = inherit.attrs().any(|attr| attr.to_string() == name);
            let from = inherit.from()?.expr()?;
            has.then(|| format!("{from}.{name}"))
        })
    })
}

/// `name` as an attribute: in quotes where it is no identifier.
fn attribute(name: &str) -> String {
    let is_plain = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '\''));
    if is_plain { name.to_owned() } else { format!("{name:?}") }
}

/// Where and how `name` becomes the first argument of `pattern`, in the manner of the ones that are there.
fn first_argument(pattern: &ast::Pattern, name: &str) -> Option<(u32, String)> {
    let first = pattern.pat_entries().next()?;
    let at: u32 = first.syntax().text_range().start().into();
    let text = pattern.syntax().to_string();
    let own_start: u32 = pattern.syntax().text_range().start().into();
    let before = text.get(..(at - own_start) as usize)?;
    let rest = text.get((at - own_start) as usize..)?;
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let break_before = before.rfind('\n').map(|at| &before[at + 1..]);
    Some(match break_before {
        // One a line, commas behind.
        Some(indent) if indent.trim().is_empty() => (at, format!("{name},{newline}{indent}")),
        // One a line, commas in front: `{ a` and then `, b`.
        _ if rest.lines().skip(1).any(|line| line.trim_start().starts_with(',')) => {
            let indent: String = rest
                .lines()
                .skip(1)
                .map(|line| &line[..line.len() - line.trim_start().len()])
                .next()
                .unwrap_or("")
                .to_owned();
            (at, format!("{name}{newline}{indent}, "))
        }
        _ => (at, format!("{name}, ")),
    })
}
