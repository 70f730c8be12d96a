//! How a license expression is written with the names of a table.

use crate::license::{LicenseExpr, LicenseName, Term};

use super::LicenseTable;

impl LicenseTable {
    /// The Nix expression for `expr` that a package file with only `lib` in scope can hold, e.g. `lib.licenses.asl20`
    /// or `with lib.licenses; [ asl20 mit ]`. `None` where the table has no name for one of its terms.
    ///
    /// Operators are written where the table has them; without them a list is the closest statement.
    pub fn spell(&self, expr: &LicenseExpr) -> Option<String> {
        match expr {
            LicenseExpr::Term(term) if term.exception.is_none() || !self.has_operators => {
                let mut names = self.names_of(term)?;
                match names.len() {
                    1 => names.pop().map(|name| format!("lib.licenses.{name}")),
                    _ => Some(format!("with lib.licenses; [ {} ]", names.join(" "))),
                }
            }
            _ if self.has_operators => Some(format!("with lib.licenses; {}", self.operator_form(expr)?)),
            _ => {
                let names: Vec<String> =
                    expr.terms().into_iter().map(|term| self.names_of(term)).collect::<Option<Vec<_>>>()?.concat();
                Some(format!("with lib.licenses; [ {} ]", names.join(" ")))
            }
        }
    }

    /// The attribute names that state `term`: one, or a license and its exception as two members of a list.
    fn names_of(&self, term: &Term) -> Option<Vec<String>> {
        if let Some(name) = self.name_of_id(&term.to_string()) {
            return Some(vec![name.to_owned()]);
        }
        let license = self.name_of_id(&term.id())?.to_owned();
        match &term.exception {
            Some(exception) => Some(vec![license, self.name_of_id(exception)?.to_owned()]),
            None => Some(vec![license]),
        }
    }

    fn operator_form(&self, expr: &LicenseExpr) -> Option<String> {
        let members = |parts: &std::collections::BTreeSet<LicenseExpr>| {
            let forms: Option<Vec<String>> = parts.iter().map(|part| self.member_form(part)).collect();
            Some(format!("[ {} ]", forms?.join(" ")))
        };
        match expr {
            LicenseExpr::Or(parts) => Some(format!("OR {}", members(parts)?)),
            LicenseExpr::And(parts) => Some(format!("AND {}", members(parts)?)),
            LicenseExpr::Term(term) => match &self.names_of(term)?[..] {
                [name] => Some(name.clone()),
                [license, exception] => Some(format!("WITH {license} {exception}")),
                _ => None,
            },
        }
    }

    fn member_form(&self, part: &LicenseExpr) -> Option<String> {
        let form = self.operator_form(part)?;
        Some(if form.contains(' ') { format!("({form})") } else { form })
    }

    /// The attribute that stands for an SPDX id or, for `LicenseRef-nixpkgs-<shortName>`, for that short name;
    /// names that are not deprecated first, then the shortest.
    fn name_of_id(&self, id: &str) -> Option<&str> {
        // SPDX has no id for what nixpkgs calls `publicDomain`.
        let public_domain = (id == "LicenseRef-public-domain").then_some("publicDomain");
        let reference = id.strip_prefix("LicenseRef-nixpkgs-").or(public_domain);
        let stands_for = |record: &super::LicenseRecord| match reference {
            Some(short) => record.spdx_id.is_none() && record.short_name == short,
            None => record.spdx_id.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(id)),
        };
        self.records
            .iter()
            .filter(|(_, record)| stands_for(record))
            .min_by_key(|(name, record)| (record.deprecated, name.len(), name.as_str()))
            .map(|(name, _)| name.as_str())
    }

    /// Whether the table calls the license of `term` free; `None` where it does not know the license.
    pub fn is_free(&self, term: &Term) -> Option<bool> {
        let reference = match &term.license {
            LicenseName::Ref(name) => name.strip_prefix("nixpkgs-"),
            LicenseName::Spdx(_) => None,
        };
        let record = match reference {
            Some(short) => self.records.values().find(|record| record.short_name == short),
            None => self.records.values().find(|record| record.spdx_id.as_deref() == Some(term.id().as_str())),
        };
        record.map(|record| record.free)
    }
}
