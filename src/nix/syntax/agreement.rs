//! The reader and rnix's own parser: the same expressions in the same places, and the same texts refused.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use rnix::SyntaxKind as K;
use rnix::SyntaxNode;

use super::around::children;
use super::ast::{Expr, Kind, Op};
use super::bindings::TWICE;
use super::refusal::TOO_DEEP;
use super::{decoded, reader};
use crate::nix::symbol::Interner;

/// Kind and place of an expression: all of them together are the tree.
type Places = Vec<(&'static str, u32, u32)>;

/// Syntax that rnix accepts and Nix refuses.
const REFUSED_BEYOND: &[&str] = &[
    TWICE,
    TOO_DEEP,
    "a computed name cannot be inherited",
    "an argument stands twice",
    "a number that is too large",
    "too many `inherit (..)`",
];

fn agree(text: &str) {
    let parsed = rnix::Root::parse(text);
    let names = Interner::default();
    let read = reader::file(text, "/dir", 0, &mut |name| names.intern(name));
    match (read, parsed.errors().first()) {
        (Ok(read), None) => {
            let (mut ours, mut theirs) = (Places::new(), Places::new());
            of_reader(&read.root, text, &mut ours);
            of_rnix(&parsed.syntax(), &mut theirs);
            ours.sort_unstable();
            theirs.sort_unstable();
            assert_eq!(ours, theirs, "{text}");
        }
        (Err(_), Some(_)) => {}
        (Err(fail), None) => {
            assert!(REFUSED_BEYOND.contains(&fail.what) || is_read_loosely(&parsed.syntax()), "{fail:?}: {text}")
        }
        (Ok(_), Some(error)) => panic!("rnix refuses: {error}: {text}"),
    }
}

/// Sets are left out: paths make some that nobody wrote, and two of one name become one.
fn of_reader(expr: &Expr, text: &str, out: &mut Places) {
    let what = match &expr.kind {
        Kind::Int(_) | Kind::Float(_) => Some("literal"),
        // Without quotes it is an address.
        Kind::Str(_) if !text[expr.loc.start as usize..].starts_with(['"', '\'']) => Some("literal"),
        Kind::Str(_) | Kind::Interp(_) => Some("string"),
        Kind::Path(_) | Kind::PathInterp(_) | Kind::Search(_) => Some("path"),
        Kind::Name(_) => Some("name"),
        Kind::Select(_) => Some("select"),
        Kind::Has(_) => Some("?"),
        Kind::Lambda(_) => Some("function"),
        Kind::Apply(_) => Some("call"),
        Kind::Let(_) => Some("let"),
        Kind::LetBody(_) => Some("old let"),
        Kind::List(_) => Some("list"),
        Kind::With(_) => Some("with"),
        Kind::If(_) => Some("if"),
        Kind::Assert(_) => Some("assert"),
        Kind::Not(_) => Some("!"),
        Kind::Neg(_) => Some("-"),
        Kind::Bin(op, _) => Some(spelled(*op)),
        Kind::Set(_) | Kind::Local(..) | Kind::Dynamic(..) | Kind::Global(_) => None,
    };
    out.extend(what.map(|what| (what, expr.loc.start, expr.loc.end)));
    children(expr, &mut |child| of_reader(child, text, out));
}

fn spelled(op: Op) -> &'static str {
    match op {
        Op::Concat => "++",
        Op::Mul => "*",
        Op::Div => "/",
        Op::Add => "+",
        Op::Sub => "binary -",
        Op::Update => "//",
        Op::Lt => "<",
        Op::Le => "<=",
        Op::Gt => ">",
        Op::Ge => ">=",
        Op::Eq => "==",
        Op::Ne => "!=",
        Op::And => "&&",
        Op::Or => "||",
        Op::Implies => "->",
    }
}

fn of_rnix(node: &SyntaxNode, out: &mut Places) {
    let parent = node.parent().map_or(K::NODE_ROOT, |parent| parent.kind());
    let what = match node.kind() {
        K::NODE_LITERAL => Some("literal"),
        // Of a name that stands for an attribute only what is computed is an expression.
        _ if is_plain_name(node, parent) => return,
        K::NODE_STRING => Some("string"),
        K::NODE_PATH_ABS | K::NODE_PATH_REL | K::NODE_PATH_HOME | K::NODE_PATH_SEARCH => Some("path"),
        K::NODE_IDENT if is_name_of_something(node, parent) => None,
        K::NODE_IDENT | K::NODE_CUR_POS => Some("name"),
        K::NODE_SELECT => Some("select"),
        K::NODE_HAS_ATTR => Some("?"),
        K::NODE_LAMBDA => Some("function"),
        K::NODE_APPLY => Some("call"),
        K::NODE_LET_IN => Some("let"),
        K::NODE_LEGACY_LET => Some("old let"),
        K::NODE_LIST => Some("list"),
        K::NODE_WITH => Some("with"),
        K::NODE_IF_ELSE => Some("if"),
        K::NODE_ASSERT => Some("assert"),
        K::NODE_UNARY_OP => Some(if has(node, K::TOKEN_INVERT) { "!" } else { "-" }),
        K::NODE_BIN_OP => Some(operator(node)),
        _ => None,
    };
    let range = node.text_range();
    out.extend(what.map(|what| (what, u32::from(range.start()), u32::from(range.end()))));
    // Whose home that is, is not known, so that nothing inside of such a path is kept.
    if node.kind() != K::NODE_PATH_HOME {
        node.children().for_each(|child| of_rnix(&child, out));
    }
}

#[test]
fn nothing_is_kept_of_a_path_below_the_home_folder() {
    agree("~/h/abs/${a b}/c");
}

/// A quoted name without anything computed in it, also in `${"x"}` and `${("x")}`.
fn is_plain_name(node: &SyntaxNode, parent: K) -> bool {
    matches!(parent, K::NODE_ATTRPATH | K::NODE_INHERIT) && matches!(node.kind(), K::NODE_STRING | K::NODE_DYNAMIC) && {
        let inside = node.descendants().filter(|inner| !matches!(inner.kind(), K::NODE_DYNAMIC | K::NODE_PAREN));
        let is_constant = |inner: SyntaxNode| match inner.kind() {
            K::NODE_STRING => inner.children().next().is_none(),
            _ => has(&inner, K::TOKEN_URI),
        };
        inside.take(2).map(is_constant).eq([true])
    }
}

/// rnix takes any token for the one that closes a parenthesis, and `./p ${x}` for one path.
fn is_read_loosely(root: &SyntaxNode) -> bool {
    root.descendants().any(|node| match node.kind() {
        K::NODE_PAREN => node.last_token().is_none_or(|last| last.kind() != K::TOKEN_R_PAREN),
        K::NODE_PATH_ABS | K::NODE_PATH_REL | K::NODE_PATH_HOME => has_space(&node),
        _ => false,
    })
}

fn has_space(node: &SyntaxNode) -> bool {
    has(node, K::TOKEN_WHITESPACE) || has(node, K::TOKEN_COMMENT)
}

fn is_name_of_something(node: &SyntaxNode, parent: K) -> bool {
    match parent {
        K::NODE_ATTRPATH | K::NODE_INHERIT | K::NODE_IDENT_PARAM | K::NODE_PAT_BIND => true,
        K::NODE_PAT_ENTRY => node.prev_sibling().is_none(),
        _ => false,
    }
}

fn has(node: &SyntaxNode, kind: K) -> bool {
    node.children_with_tokens().any(|child| child.kind() == kind)
}

fn operator(node: &SyntaxNode) -> &'static str {
    const OPERATORS: &[(K, &str)] = &[
        (K::TOKEN_CONCAT, "++"),
        (K::TOKEN_MUL, "*"),
        (K::TOKEN_DIV, "/"),
        (K::TOKEN_ADD, "+"),
        (K::TOKEN_SUB, "binary -"),
        (K::TOKEN_UPDATE, "//"),
        (K::TOKEN_LESS, "<"),
        (K::TOKEN_LESS_OR_EQ, "<="),
        (K::TOKEN_MORE, ">"),
        (K::TOKEN_MORE_OR_EQ, ">="),
        (K::TOKEN_EQUAL, "=="),
        (K::TOKEN_NOT_EQUAL, "!="),
        (K::TOKEN_AND_AND, "&&"),
        (K::TOKEN_OR_OR, "||"),
        (K::TOKEN_IMPLICATION, "->"),
        (K::TOKEN_PIPE_LEFT, "call"),
        (K::TOKEN_PIPE_RIGHT, "call"),
    ];
    OPERATORS.iter().find(|(kind, _)| has(node, *kind)).map_or("no operator", |(_, name)| name)
}

fn nix_files(root: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(root).sort_by_file_name().into_iter().flatten();
    let files = entries.map(walkdir::DirEntry::into_path);
    files.filter(|path| path.extension().is_some_and(|ending| ending == "nix")).collect()
}

/// Each file as it is, cut short, and with a bit turned, at places that `seed` chooses.
fn agree_on(files: &[PathBuf], mut seed: u64) {
    for file in files {
        let mut bytes = fs::read(file).expect("readable");
        agree(&decoded(&bytes));
        let mut place = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(seed >> 33).expect("31 bits")
        };
        agree(&decoded(&bytes[..place() % (bytes.len() + 1)]));
        for _ in 0..3.min(bytes.len()) {
            let at = place() % bytes.len();
            bytes[at] ^= 1 << (place() % 8);
            agree(&decoded(&bytes));
        }
    }
}

#[test]
fn real_files_whole_and_damaged_are_read_as_rnix_reads_them() {
    let files = nix_files(Path::new("fixtures"));
    assert!(files.len() > 50);
    (1..20).for_each(|seed| agree_on(&files, seed));
}

#[test]
#[ignore = "needs a nixpkgs checkout in CLARITY_TREE"]
fn every_file_of_a_tree_whole_and_damaged_is_read_as_rnix_reads_it() {
    let tree = std::env::var("CLARITY_TREE").expect("CLARITY_TREE names a nixpkgs checkout");
    agree_on(&nix_files(Path::new(&tree)), 1);
}

#[test]
fn an_interpolation_after_a_space_is_refused_as_nix_does() {
    for text in ["~/h ${ ~/h }", "./p ${a}", "/p/* c */${a}", "x: [ ./p ${\"a\"} ]"] {
        agree(text);
        assert!(reader::file(text, "/dir", 0, &mut |name| Interner::default().intern(name)).is_err(), "{text}");
    }
}

/// Pieces that texts are made of at random: most are no Nix, and some that are one are unlike any real file.
const PIECES: &[&str] = &[
    "a",
    "b",
    "or",
    "rec",
    "let",
    "in",
    "with",
    "assert",
    "if",
    "then",
    "else",
    "inherit",
    "1",
    "2.5",
    "\"s\"",
    "\"${",
    "${",
    "}",
    "\"",
    "''",
    "{",
    "[",
    "]",
    "(",
    ")",
    ";",
    ":",
    "@",
    ",",
    "?",
    "...",
    ".",
    "=",
    "==",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "&&",
    "||",
    "->",
    "//",
    "+",
    "++",
    "-",
    "*",
    "/",
    "!",
    "|>",
    "<|",
    "./p",
    "/abs/${",
    "~/h",
    "<n>",
    "http://x.y/z",
    "# c\n",
    "/* c */",
    "__curPos",
    "{ }",
    "{ a }",
    "{ a, ... }",
    "a.b",
    "a ? b",
    "x: ",
    "null",
];

/// Well-formed expressions, operators and all.
fn expression() -> impl Strategy<Value = String> {
    let name = prop::sample::select(&["a", "b", "c", "or", "__curPos"][..]);
    let leaf = prop::sample::select(
        &["a", "b", "1", "2.5", "\"s\"", "''t''", "./p", "<n>", "http://x.y/z", "[ ]", "{ }", "null"][..],
    );
    leaf.prop_map(str::to_owned).prop_recursive(6, 60, 4, move |inner| {
        let two = (inner.clone(), inner.clone());
        let op = prop::sample::select(
            &["+", "-", "*", "/", "++", "//", "==", "!=", "<", ">=", "&&", "||", "->", "|>", "<|", "", "? a.b ||"][..],
        );
        prop_oneof![
            (two.clone(), op).prop_map(|((a, b), op)| format!("{a} {op} {b}")),
            inner.clone().prop_map(|of| format!("({of})")),
            inner.clone().prop_map(|of| format!("!{of}")),
            inner.clone().prop_map(|of| format!("-{of}")),
            (two.clone(), name.clone()).prop_map(|((a, b), name)| format!("({a}).{name}.\"x\" or {b}")),
            two.clone().prop_map(|(a, b)| format!("[ {a} ({b}) {a} ]")),
            two.clone().prop_map(|(a, b)| format!("{{ x.y = {a}; x.z = {b}; ${{{a}}} = 1; inherit a \"b\"; }}")),
            two.clone().prop_map(|(a, b)| format!("rec {{ inherit ({a}) a; v = {{ w = {b}; }}; v.u = 2; }}")),
            two.clone().prop_map(|(a, b)| format!("let v = {a}; inherit (v) w; in {b}")),
            two.clone().prop_map(|(a, b)| format!("with {a}; {b}")),
            two.clone().prop_map(|(a, b)| format!("assert {a}; {b}")),
            two.clone().prop_map(|(a, b)| format!("if {a} then {b} else {a}")),
            two.clone().prop_map(|(a, b)| format!("w@{{ x ? {a}, y, ... }}: {b}")),
            two.prop_map(|(a, b)| format!("\"p${{{a}}} \\${{q}} ${{{b}}}\"")),
            (inner, name.clone()).prop_map(|(of, name)| format!("{name}: {of}")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn expressions_are_read_as_rnix_reads_them(text in expression()) {
        agree(&text);
    }

    #[test]
    fn any_pieces_are_read_as_rnix_reads_them(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..14)) {
        agree(&pieces.join(" "));
        agree(&pieces.concat());
    }
}
