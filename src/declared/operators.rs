//! License records that are operators: `OR`, `AND`, `WITH` and `PLUS`, of the present generation and of the first.

use super::Member;
use super::resolve::{MOST_NESTED, Reader};
use super::terms::{combine, or_later};
use super::unknown::why;
use crate::license::LicenseExpr;
use crate::nix::{Attr, Value, lookup};

impl<'a> Reader<'_, 'a> {
    /// The kind of operator a record is: of the present generation (`licenseType`) or of the first (`operator`, `mod`).
    pub(super) fn kind_of(&self, attrs: &'a [Attr<'a>]) -> Option<&'static str> {
        match self.text(attrs, "licenseType").ok()?.as_deref() {
            Some("compound") => return Some("compound"),
            Some("exception") => return Some("exception"),
            Some("plus") => return Some("plus"),
            _ => {}
        }
        let has = |name| lookup(attrs, self.eval.sym_of_static(name)).is_some();
        (has("operator") && has("base") && has("mod")).then_some("binary")
    }

    fn operand(
        &self,
        attrs: &'a [Attr<'a>],
        name: &'static str,
        depth: u32,
    ) -> Result<(Vec<Member>, LicenseExpr), String> {
        let Some(value) = self.field(attrs, name)? else { return Err(format!("an operator without `{name}`")) };
        self.operator_value(value, depth)
    }

    fn operator_value(&self, value: Value<'a>, depth: u32) -> Result<(Vec<Member>, LicenseExpr), String> {
        match value {
            Value::Attrs(attrs) if self.kind_of(attrs).is_some() => self.operator(attrs, depth + 1),
            value => {
                let member = self.member(value, None)?;
                let expr = member.expr.clone();
                Ok((vec![member], expr))
            }
        }
    }

    pub(super) fn operator(&self, attrs: &'a [Attr<'a>], depth: u32) -> Result<(Vec<Member>, LicenseExpr), String> {
        if depth > MOST_NESTED {
            return Err("operators nested too deeply".to_owned());
        }
        match self.kind_of(attrs) {
            Some("exception") => self.with(attrs, "license", "exception", depth),
            Some("plus") => {
                let (members, expr) = self.operand(attrs, "license", depth)?;
                Ok((members, or_later(&expr)))
            }
            Some("compound") => {
                let Some(Value::List(items)) = self.field(attrs, "licenses")? else {
                    return Err("an operator without a list of licenses".to_owned());
                };
                let parts = items
                    .iter()
                    .map(|item| self.eval.force(item).map_err(why).and_then(|value| self.operator_value(value, depth)))
                    .collect::<Result<Vec<_>, _>>()?;
                combine(&self.text(attrs, "operator")?.unwrap_or_default(), parts)
            }
            _ => match self.text(attrs, "operator")?.as_deref() {
                Some("WITH") => self.with(attrs, "base", "mod", depth),
                Some("PLUS") => self.operand(attrs, "base", depth).map(|(members, expr)| (members, or_later(&expr))),
                operator => {
                    let parts = vec![self.operand(attrs, "base", depth)?, self.operand(attrs, "mod", depth)?];
                    combine(operator.unwrap_or_default(), parts)
                }
            },
        }
    }

    fn with(
        &self,
        attrs: &'a [Attr<'a>],
        base: &'static str,
        exception: &'static str,
        depth: u32,
    ) -> Result<(Vec<Member>, LicenseExpr), String> {
        let (mut members, expr) = self.operand(attrs, base, depth)?;
        let (more, exception) = self.operand(attrs, exception, depth)?;
        let name = more.first().map_or_else(|| exception.to_string(), |member| member.label.clone());
        members.extend(more);
        Ok((members, expr.map_terms(&mut |term| term.clone().with_exception(name.clone()))))
    }
}
