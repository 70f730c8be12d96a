//! Functions: what stands before the colon, and the body behind it.

use rnix::SyntaxKind as K;

use super::ast::{Formal, Kind, Lambda};
use super::reader::Reader;
use super::refusal::Fail;
use crate::nix::symbol::Sym;

impl Reader<'_> {
    /// `name: body`
    pub(super) fn lambda(&mut self) -> Result<Kind, Fail> {
        let name = self.sym();
        self.skip();
        let body = self.expr()?;
        Ok(Kind::Lambda(Box::new(Lambda {
            names: [name].into(),
            formals: None,
            open: false,
            body,
            kept: Box::default(),
        })))
    }

    /// `{ .. }: body`, where what stands before an `@` was read.
    pub(super) fn pattern(&mut self, mut whole: Option<Sym>) -> Result<Kind, Fail> {
        let start = self.here();
        self.expect(K::TOKEN_L_BRACE)?;
        let mut formals = Vec::new();
        let mut open = false;
        while !self.eat(K::TOKEN_R_BRACE) {
            if self.eat(K::TOKEN_ELLIPSIS) {
                open = true;
                self.expect(K::TOKEN_R_BRACE)?;
                break;
            }
            formals.push(self.formal()?);
            if !self.eat(K::TOKEN_COMMA) {
                self.expect(K::TOKEN_R_BRACE)?;
                break;
            }
        }
        if whole.is_none() && self.eat(K::TOKEN_AT) {
            whole = Some(self.ident()?);
        }
        if whole.is_some() && formals.iter().any(|formal: &Formal| Some(formal.name) == whole) {
            return Err(self.fail(start, "an argument stands twice"));
        }
        self.expect(K::TOKEN_COLON)?;
        formals.sort_unstable_by_key(|formal| formal.name);
        if formals.windows(2).any(|two| two[0].name == two[1].name) {
            return Err(self.fail(start, "an argument stands twice"));
        }
        let (names, formals) = (whole.into_iter().collect(), Some(formals.into()));
        Ok(Kind::Lambda(Box::new(Lambda { names, formals, open, body: self.expr()?, kept: Box::default() })))
    }

    fn formal(&mut self) -> Result<Formal, Fail> {
        let start = self.here();
        let at = self.loc(start).start;
        let name = self.ident()?;
        let default = if self.eat(K::TOKEN_QUESTION) { Some(self.expr()?) } else { None };
        Ok(Formal { name, default, at })
    }
}
