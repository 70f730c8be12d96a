//! SPDX expressions from text. Syntax is the `spdx` crate's; our part is the normal form.

use spdx::expression::{ExprNode, Operator};
use spdx::{AdditionItem, LicenseItem, LicenseReq, ParseMode};

use super::{LicenseExpr, Term, spdx_list};

/// Why a text is not a license expression; says which part of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an SPDX license expression: {why}")]
pub struct ParseError {
    /// The text as given.
    pub text: String,
    /// Flaw.
    pub why: String,
}

/// Deprecated ids are understood, unknown ones are not: an expression of licenses that nobody can look up says nothing.
const MODE: ParseMode = ParseMode {
    allow_slash_as_or_operator: false,
    allow_imprecise_license_names: false,
    allow_postfix_plus_on_gpl: true,
    allow_deprecated: true,
    allow_unknown: false,
};

/// The expression that `text` writes, ids in any case; deprecated ids in their present form.
pub fn parse(text: &str) -> Result<LicenseExpr, ParseError> {
    parse_words(text, text)
}

/// Like [`parse`], and also understands what manifests wrote before SPDX was strict: `MIT/Apache-2.0` and `MIT, ISC`
/// as a choice (Cargo's old form), `|`, `||`, `&`, `&&`.
pub fn parse_lenient(text: &str) -> Result<LicenseExpr, ParseError> {
    let spelled =
        text.replace("||", " OR ").replace("&&", " AND ").replace(['/', '|', ','], " OR ").replace('&', " AND ");
    parse_words(text, &spelled)
}

fn parse_words(original: &str, text: &str) -> Result<LicenseExpr, ParseError> {
    let error = |why: String| ParseError { text: original.to_owned(), why };
    if let Some(term) = Term::from_id(text.trim()) {
        return Ok(term.into());
    }
    let parsed = spdx::Expression::parse_mode(&listed_spelling(text), MODE)
        .map_err(|failure| error(failure.reason.to_string()))?;
    let mut stack: Vec<LicenseExpr> = Vec::new();
    for node in parsed.iter() {
        let next = match node {
            ExprNode::Req(requirement) => term_of(&requirement.req).map_err(error)?.into(),
            ExprNode::Op(operator) => {
                let pair = [stack.pop(), stack.pop()].into_iter().flatten();
                let joined = match operator {
                    Operator::And => LicenseExpr::all(pair),
                    Operator::Or => LicenseExpr::any(pair),
                };
                joined.ok_or_else(|| error("an operator has nothing to join".to_owned()))?
            }
        };
        stack.push(next);
    }
    stack.pop().ok_or_else(|| error("it is empty".to_owned()))
}

/// `text` with every id in the spelling of the list, operators in capitals, and combined deprecated ids taken apart.
fn listed_spelling(text: &str) -> String {
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    spaced.split_whitespace().map(listed_word).collect::<Vec<_>>().join(" ")
}

fn listed_word(word: &str) -> String {
    if let operator @ ("AND" | "OR" | "WITH") = word.to_ascii_uppercase().as_str() {
        return operator.to_owned();
    }
    if let Some(term) = Term::from_id(word) {
        return if term.exception.is_some() { format!("( {term} )") } else { term.id() };
    }
    spdx_list::exception(word).map_or_else(|| word.to_owned(), |found| found.id.to_owned())
}

fn term_of(requirement: &LicenseReq) -> Result<Term, String> {
    let mut term = match &requirement.license {
        LicenseItem::Spdx { id, or_later } => {
            let plus = if *or_later && !id.name.ends_with('+') { "+" } else { "" };
            Term::from_id(&format!("{}{plus}", id.name))
                .ok_or_else(|| format!("{} is not on the SPDX list", id.name))?
        }
        LicenseItem::Other(reference) => match &reference.doc_ref {
            None => Term::reference(&reference.lic_ref),
            Some(document) => Term::reference(format!("DocumentRef-{document}:LicenseRef-{}", reference.lic_ref)),
        },
    };
    match &requirement.addition {
        Some(AdditionItem::Spdx(exception)) => term = term.with_exception(exception.name),
        Some(AdditionItem::Other(reference)) => term = term.with_exception(reference.to_string()),
        None => {}
    }
    Ok(term)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(text: &str) -> String {
        parse(text).map_or_else(|error| error.to_string(), |expr| expr.to_string())
    }

    #[test]
    fn order_case_and_repetition_do_not_matter() {
        assert_eq!(normal("mit or isc"), "ISC OR MIT");
        assert_eq!(normal("(ISC OR MIT) OR MIT"), "ISC OR MIT");
    }

    #[test]
    fn deprecated_ids_become_their_present_form() {
        assert_eq!(normal("GPL-2.0+"), "GPL-2.0-or-later");
        assert_eq!(normal("GPL-2.0"), "GPL-2.0-only");
        assert_eq!(normal("GPL-2.0-with-classpath-exception"), "GPL-2.0-only WITH Classpath-exception-2.0");
        assert_eq!(normal("MIT AND wxWindows"), "LGPL-2.0-or-later WITH WxWindows-exception-3.1 AND MIT");
        assert_eq!(normal("Apache-2.0+"), "Apache-2.0+");
    }

    #[test]
    fn a_bare_gnu_id_does_not_say_only() {
        let suffix = |text| parse(text).map(|expr| expr.terms().iter().map(|term| term.suffix).next());
        assert_eq!(suffix("GPL-2.0"), Ok(Some(crate::license::Suffix::Unstated)));
        assert_eq!(suffix("GPL-2.0-only"), Ok(Some(crate::license::Suffix::Only)));
    }

    #[test]
    fn references_and_exceptions_survive() {
        assert_eq!(
            normal("LicenseRef-x AND Apache-2.0 WITH LLVM-exception"),
            "Apache-2.0 WITH LLVM-exception AND LicenseRef-x"
        );
    }

    #[test]
    fn unknown_ids_are_refused_with_the_text() {
        assert!(normal("MIT OR Frobnicate").contains("`MIT OR Frobnicate` is not an SPDX license expression"));
        assert!(parse("").is_err());
    }

    #[test]
    fn old_manifest_forms_are_a_choice() {
        let lenient = |text| parse_lenient(text).map(|expr| expr.to_string()).ok();
        assert_eq!(lenient("MIT/Apache-2.0").as_deref(), Some("Apache-2.0 OR MIT"));
    }

    #[test]
    fn every_listed_id_parses_and_prints_to_a_form_that_is_stable() {
        for license in spdx_list::licenses() {
            let once = normal(license.id);
            assert_eq!(normal(&once), once, "{}", license.id);
        }
    }
}
