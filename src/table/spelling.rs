//! How a license expression is written with the names of a table.

use std::collections::BTreeSet;

use super::LicenseTable;
use crate::license::{LicenseExpr, LicenseName, Suffix, Term, are_wordings, is_known_unfree};
use crate::nix::rewrite::{self, Wanted};

/// Where the names of the table live.
pub const HOME: [&str; 2] = ["lib", "licenses"];

/// How "all of these" is written where there is a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum All {
    /// `[ mit asl20 ]`: parts under different licenses.
    List,
    /// `AND [ mit asl20 ]`.
    Operator,
}

/// True for the terms of Perl, which nixpkgs writes as `[ artistic1 gpl1Plus ]` even where it has operators.
pub fn is_list_by_custom(expr: &LicenseExpr) -> bool {
    let is_perl = |term: &&Term| match term.family() {
        "Artistic" => true,
        "GPL" => term.is_family_alone() && term.suffix == Suffix::OrLater,
        _ => false,
    };
    let terms = expr.terms();
    matches!(expr, LicenseExpr::Or(_)) && terms.len() == 2 && terms.iter().all(is_perl)
}

impl LicenseTable {
    /// The Nix expression for `expr` that a package file with only `lib` in scope can hold, e.g. `lib.licenses.asl20`
    /// or `with lib.licenses; [ asl20 mit ]`. `None` where the table has no name for one of its terms.
    ///
    /// Operators are written where the table has them; without them a list is the closest statement.
    pub fn spell(&self, expr: &LicenseExpr) -> Option<String> {
        self.spell_as(expr, All::Operator)
    }

    /// The same where "all of these" is written like `all`.
    pub fn spell_as(&self, expr: &LicenseExpr, all: All) -> Option<String> {
        rewrite::print(&self.wanted(&self.nearest(expr), all)?, &HOME)
    }

    /// The same as a value to be written anywhere.
    pub fn wanted(&self, expr: &LicenseExpr, all: All) -> Option<Wanted> {
        match expr {
            LicenseExpr::Term(term) => self.term(term),
            LicenseExpr::Or(parts) if self.has_operators && !is_list_by_custom(expr) => self.operator("OR", parts),
            LicenseExpr::And(parts) if self.has_operators && all == All::Operator => self.operator("AND", parts),
            LicenseExpr::Or(parts) | LicenseExpr::And(parts) => Some(Wanted::List(self.members(parts)?)),
        }
    }

    fn operator(&self, name: &str, parts: &BTreeSet<LicenseExpr>) -> Option<Wanted> {
        let members: Option<Vec<Wanted>> = parts.iter().map(|part| self.wanted(part, All::Operator)).collect();
        Some(Wanted::Call(name.to_owned(), vec![Wanted::List(members?)]))
    }

    /// The members of a list; without operators one list takes what is nested.
    fn members(&self, parts: &BTreeSet<LicenseExpr>) -> Option<Vec<Wanted>> {
        let mut members = Vec::new();
        for part in parts {
            match self.wanted(part, All::Operator)? {
                Wanted::List(inner) => members.extend(inner),
                one => members.push(one),
            }
        }
        Some(members)
    }

    /// One name; a license and its exception are an operator, or two members of a list.
    fn term(&self, term: &Term) -> Option<Wanted> {
        let mut names = self.names_of(term)?.into_iter().map(Wanted::Name).collect::<Vec<_>>();
        match names.len() {
            1 => names.pop(),
            _ if self.has_operators => Some(Wanted::Call("WITH".to_owned(), names)),
            _ => Some(Wanted::List(names)),
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

    /// The name of the table that `name` is a slip of the hand for: other case, or one or two letters off.
    pub fn nearest_name(&self, name: &str) -> Option<&str> {
        let lower = name.to_ascii_lowercase();
        let near = |own: &&String| strsim::osa_distance(&own.to_ascii_lowercase(), &lower);
        // A short name is one or two letters away from many others.
        let most = if name.len() < 5 { 0 } else { 2 };
        self.records.keys().filter(|own| near(own) <= most).min_by_key(|own| (near(own), own.len())).map(String::as_str)
    }

    /// `expr` in the words of this table: a wording that it has no name for under its more general name, such as Perl's
    /// Artistic License as `artistic1` and what the PSF publishes as `psfl`.
    pub fn nearest(&self, expr: &LicenseExpr) -> LicenseExpr {
        expr.map_terms(&mut |term| {
            let known = || self.records.values().filter_map(|record| Term::from_id(record.spdx_id.as_deref()?));
            match self.names_of(term) {
                Some(_) => term.clone(),
                None => known().find(|own| are_wordings(own, term)).unwrap_or_else(|| term.clone()),
            }
        })
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
        record.map(|record| record.free).or_else(|| is_known_unfree(&term.id()).then_some(false))
    }
}
