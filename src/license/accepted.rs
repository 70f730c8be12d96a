//! Licenses that a project accepts, and those that it does not.

use std::collections::BTreeSet;

use globset::{Glob, GlobMatcher};

use super::{LicenseExpr, Term, exceptions, licenses};

/// A pattern over SPDX ids, e.g. `MIT`, `BSD-*`, `LicenseRef-*`, `GPL-2.0-only WITH *`.
///
/// A license with an exception also matches where it does without: an exception adds a permission.
#[derive(Clone, Debug)]
pub struct IdPattern(GlobMatcher);

impl IdPattern {
    /// The pattern `text`, or what is wrong with it: one that no SPDX id matches is a slip of the pen.
    pub fn new(text: &str) -> Result<IdPattern, String> {
        let glob = Glob::new(text).map_err(|error| error.to_string())?;
        let pattern = IdPattern(glob.compile_matcher());
        let known = || licenses().map(|license| license.id);
        let license = text.split(" WITH ").next().unwrap_or(text);
        let of_license = Glob::new(license).map_err(|error| error.to_string())?.compile_matcher();
        if text.starts_with("LicenseRef-") || license == "*" || known().any(|id| of_license.is_match(id)) {
            return Ok(pattern);
        }
        let near = crate::text::nearest(text, known().chain(exceptions().map(|exception| exception.id)));
        let hint = near.map(|id| format!("; did you mean `{id}`?")).unwrap_or_default();
        Err(format!("no SPDX id matches `{text}`{hint}"))
    }

    fn matches(&self, term: &Term) -> bool {
        self.0.is_match(term.id()) || self.0.is_match(term.to_string())
    }
}

/// Licenses that are accepted.
#[derive(Clone, Debug, Default)]
pub struct Accepted {
    /// Only these, where there are any.
    pub allow: Vec<IdPattern>,
    /// None of these.
    pub deny: Vec<IdPattern>,
}

impl Accepted {
    /// The terms of `expr` that are not accepted; none where it can be satisfied without them. `also` are accepted as
    /// well.
    pub fn refused(&self, expr: &LicenseExpr, also: &[&IdPattern]) -> BTreeSet<Term> {
        match expr {
            LicenseExpr::Term(term) => self.refuses(term, also).then(|| term.clone()).into_iter().collect(),
            LicenseExpr::And(parts) => parts.iter().flat_map(|part| self.refused(part, also)).collect(),
            LicenseExpr::Or(parts) => {
                let all: Vec<BTreeSet<Term>> = parts.iter().map(|part| self.refused(part, also)).collect();
                if all.iter().any(BTreeSet::is_empty) { BTreeSet::new() } else { all.into_iter().flatten().collect() }
            }
        }
    }

    fn refuses(&self, term: &Term, also: &[&IdPattern]) -> bool {
        let is_denied = self.deny.iter().any(|pattern| pattern.matches(term));
        let is_allowed = self.allow.is_empty() || self.allow.iter().any(|pattern| pattern.matches(term));
        (is_denied || !is_allowed) && !also.iter().any(|pattern| pattern.matches(term))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::license::parse;

    fn patterns(texts: &[&str]) -> Vec<IdPattern> {
        texts.iter().map(|text| IdPattern::new(text).expect(text)).collect()
    }

    fn refused(accepted: &Accepted, expr: &str) -> String {
        let terms = accepted.refused(&parse(expr).expect(expr), &[]);
        terms.iter().map(Term::id).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn choices_are_satisfied_by_one_side_and_conjunctions_by_both() {
        let accepted = Accepted { allow: patterns(&["MIT", "BSD-*"]), deny: Vec::new() };
        for (expr, terms) in [
            ("MIT", ""),
            ("MIT OR GPL-3.0-only", ""),
            ("MIT AND GPL-3.0-only", "GPL-3.0-only"),
            ("BSD-3-Clause", ""),
            ("GPL-2.0-only OR GPL-3.0-only", "GPL-2.0-only GPL-3.0-only"),
            ("(MIT OR GPL-2.0-only) AND AGPL-3.0-only", "AGPL-3.0-only"),
        ] {
            assert_eq!(refused(&accepted, expr), terms, "{expr}");
        }
    }

    #[test]
    fn exceptions_of_a_license_go_with_it_and_denied_ones_stay_denied() {
        let allow = Accepted { allow: patterns(&["GPL-2.0-*"]), deny: Vec::new() };
        assert_eq!(refused(&allow, "GPL-2.0-or-later WITH Classpath-exception-2.0"), "");
        let deny = Accepted { allow: Vec::new(), deny: patterns(&["GPL-*", "LicenseRef-*"]) };
        assert_eq!(refused(&deny, "MIT"), "");
        assert_eq!(refused(&deny, "LicenseRef-house"), "LicenseRef-house");
        let excepted = parse("GPL-2.0-only WITH Classpath-exception-2.0").expect("SPDX");
        assert_eq!(deny.refused(&excepted, &[]).len(), 1);
        let also = IdPattern::new("GPL-2.0-only WITH Classpath-exception-2.0").expect("SPDX");
        assert!(deny.refused(&excepted, &[&also]).is_empty());
        assert_eq!(deny.refused(&parse("GPL-2.0-only").expect("SPDX"), &[&also]).len(), 1);
    }

    #[test]
    fn a_pattern_that_matches_no_id_is_refused_with_the_nearest() {
        assert_eq!(IdPattern::new("MTI").expect_err("a slip"), "no SPDX id matches `MTI`; did you mean `MIT`?");
        assert!(IdPattern::new("NoSuch-*").is_err() && IdPattern::new("*").is_ok());
    }
}
