//! The operators between operands: how strongly each binds, and on which side.

use rnix::SyntaxKind as K;

use super::ast::Op;

/// How strongly `!` binds.
pub(super) const INVERT: u8 = 8;

/// An operator between two operands.
pub(super) struct Binding {
    pub(super) strength: u8,
    pub(super) side: Side,
    pub(super) makes: Makes,
}

/// On which side operators of one strength are joined first.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
    None,
}

/// Result of an operator.
#[derive(Clone, Copy)]
pub(super) enum Makes {
    Op(Op),
    Has,
    PipeLeft,
    PipeRight,
}

/// Operator that the token is between two operands, if any.
pub(super) fn binding(kind: K) -> Option<Binding> {
    let (strength, side, makes) = match kind {
        K::TOKEN_PIPE_LEFT => (0, Side::Right, Makes::PipeLeft),
        K::TOKEN_PIPE_RIGHT => (1, Side::Left, Makes::PipeRight),
        K::TOKEN_IMPLICATION => (2, Side::Right, Makes::Op(Op::Implies)),
        K::TOKEN_OR_OR => (3, Side::Left, Makes::Op(Op::Or)),
        K::TOKEN_AND_AND => (4, Side::Left, Makes::Op(Op::And)),
        K::TOKEN_EQUAL => (5, Side::None, Makes::Op(Op::Eq)),
        K::TOKEN_NOT_EQUAL => (5, Side::None, Makes::Op(Op::Ne)),
        K::TOKEN_LESS => (6, Side::None, Makes::Op(Op::Lt)),
        K::TOKEN_LESS_OR_EQ => (6, Side::None, Makes::Op(Op::Le)),
        K::TOKEN_MORE => (6, Side::None, Makes::Op(Op::Gt)),
        K::TOKEN_MORE_OR_EQ => (6, Side::None, Makes::Op(Op::Ge)),
        K::TOKEN_UPDATE => (7, Side::Right, Makes::Op(Op::Update)),
        K::TOKEN_ADD => (9, Side::Left, Makes::Op(Op::Add)),
        K::TOKEN_SUB => (9, Side::Left, Makes::Op(Op::Sub)),
        K::TOKEN_MUL => (10, Side::Left, Makes::Op(Op::Mul)),
        K::TOKEN_DIV => (10, Side::Left, Makes::Op(Op::Div)),
        K::TOKEN_CONCAT => (11, Side::Right, Makes::Op(Op::Concat)),
        K::TOKEN_QUESTION => (12, Side::Left, Makes::Has),
        _ => return None,
    };
    Some(Binding { strength, side, makes })
}
