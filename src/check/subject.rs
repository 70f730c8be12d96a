//! The input of a rule.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::conclusion::{Basis, Concluded, Conclusion, Confidence, Linked, Prebuilt, Restricted, UnknownText};
use crate::declared::{Declared, Statement};
use crate::evidence::Witness;
use crate::license::{LicenseExpr, Suffix, Term};
use crate::source::Verification;
use crate::table::LicenseTable;
use crate::tree::{Package, Site};
use crate::verdict::{self, Drift, DriftKind, Verdict, Versions};

use super::policy::LicensePolicy;
use super::words;
use super::{Check, Doubt, Finding, Freedom, Remedy, Severity};

/// One package with all that is known about it.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The package.
    pub package: &'a Package,
    /// Declaration of nixpkgs.
    pub declared: &'a Declared,
    /// The judgement on its source, or why there is none.
    pub judged: Result<&'a Judged, Unjudged<'a>>,
    /// The checkout's license table.
    pub table: &'a LicenseTable,
    /// Its source compared with the one it had before.
    pub earlier: Earlier<'a>,
    /// Licenses that it may have; all where none is given.
    pub policy: Option<&'a LicensePolicy>,
}

/// Why there is no judgement on the source of a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unjudged<'a> {
    /// Only its metadata was asked for.
    NotAsked,
    /// It could not be looked at, because ...
    Unseen(&'a str),
}

/// Facts about the source that a package had before.
#[derive(Clone, Copy, Debug)]
pub enum Earlier<'a> {
    /// Not requested, or the same source.
    NotAsked,
    /// It could not be looked at, because ...
    Unseen(&'a str),
    /// How the two differ.
    Seen(&'a Versions),
}

/// Conclusion from a source, and its comparison with the declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The conclusion; packages of one source share it.
    pub conclusion: Arc<Conclusion>,
    /// The comparison.
    pub verdict: Verdict,
    /// Compiled files that the source ships.
    pub prebuilt: Vec<Prebuilt>,
    /// License-like texts that it ships and that match no known license.
    pub unknown: Vec<UnknownText>,
    /// Terms in it that take something away from its licenses.
    pub restricted: Vec<Restricted>,
    /// Dependencies that a package manager brings along and links into what is shipped, where they were looked at.
    pub linked: Vec<Linked>,
    /// Whether it is the declared source.
    pub verification: Verification,
}

impl Judged {
    /// Conclusion, if any.
    pub fn concluded(&self) -> Option<&Concluded> {
        match &*self.conclusion {
            Conclusion::Concluded(concluded) => Some(concluded),
            _ => None,
        }
    }
}

impl<'a> Subject<'a> {
    /// True where nobody asked for its source.
    pub(super) fn is_metadata_only(&self) -> bool {
        matches!(self.judged, Err(Unjudged::NotAsked))
    }

    /// The drifts and asides of one kind.
    pub(super) fn drifts(&self, kind: DriftKind) -> impl Iterator<Item = &'a Drift> {
        let all: &[Drift] = match self.judged.map(|judged| &judged.verdict) {
            Ok(Verdict::Drifts(drifts)) => drifts,
            Ok(Verdict::Agrees { asides }) => asides,
            _ => &[],
        };
        all.iter().filter(move |drift| drift.kind == kind)
    }

    /// Conclusion, if any.
    pub(super) fn concluded(&self) -> Option<&'a Concluded> {
        self.judged.ok()?.concluded()
    }

    /// The statement, where it is known.
    pub(super) fn statement(&self) -> Option<&'a Statement> {
        match self.declared {
            Declared::Resolved { statement, .. } => Some(statement),
            _ => None,
        }
    }

    /// A finding of `check` at the license value, with the evidence of the conclusion.
    pub(super) fn finding(&self, check: &'static Check, message: String) -> Finding {
        let concluded = self.concluded();
        let site = site(self.declared);
        Finding {
            check,
            severity: check.severity,
            attr: self.package.attr.clone(),
            others: Vec::new(),
            // Where nothing is declared, there is nothing else that a judgement of it could rest on.
            rests_on_source: !check.metadata_only || self.declared_in_words().is_empty(),
            confidence: self.confidence(check, concluded),
            message,
            label: if site.is_some() { "declared here" } else { "defined here" },
            place: site.or(self.package.site.as_ref()).cloned(),
            declared: self.declared_in_words(),
            concluded: concluded.map_or_else(String::new, |concluded| concluded.expr.to_string()),
            evidence: concluded.map_or_else(Vec::new, |concluded| concluded.basis.clone()),
            against: concluded.map_or_else(Vec::new, |concluded| concluded.against.clone()),
            help: Vec::new(),
            remedy: None,
            verification: self.verification(check, concluded),
        }
    }

    /// A finding from metadata alone needs no source.
    fn verification(&self, check: &Check, concluded: Option<&Concluded>) -> Verification {
        match self.judged {
            Ok(judged) if concluded.is_some() || !check.metadata_only => judged.verification,
            _ => Verification::Verified,
        }
    }

    /// Findings from metadata alone are certain; the others are as certain as the conclusion.
    fn confidence(&self, check: &Check, concluded: Option<&Concluded>) -> Confidence {
        match concluded {
            Some(_) if !check.metadata_only && self.is_contested() => Confidence::Low,
            Some(concluded) if !check.metadata_only => concluded.confidence,
            _ => Confidence::High,
        }
    }

    /// True where a tag or words that grant say what is declared, and others what was concluded in its place: upstream
    /// contradicts itself. A GPL of which no version is named is granted in the declared one, too. Words that say both, or
    /// lead to a document with both, contradict nothing.
    fn is_contested(&self) -> bool {
        let Some(concluded) = self.concluded() else { return false };
        let found = concluded.expr.terms();
        let is_other = |basis: &&Basis| basis.expr.terms().is_disjoint(&found);
        let witnesses: Vec<&Basis> = concluded.basis.iter().chain(&concluded.against).filter(is_other).collect();
        let is_granted = |own: &Term| witnesses.iter().any(|basis| grants(basis, own));
        let names_family = |own: &Term| witnesses.iter().any(|basis| names_family_alone(basis, own));
        let variants = self.drifts(DriftKind::FamilyVariant).flat_map(|drift| &drift.extra);
        let is_mismatch = self.drifts(DriftKind::Mismatch).next().is_some();
        variants.into_iter().any(is_granted) || is_mismatch && self.declares(|own| is_granted(own) || names_family(own))
    }

    /// The same, with the remedy that states the conclusion.
    pub(super) fn finding_with_remedy(&self, check: &'static Check, message: String) -> Finding {
        let mut finding = self.finding(check, message);
        if let Some(concluded) = self.concluded() {
            let freedom = self.change_of_freedom(&concluded.expr);
            finding.help.extend(freedom.map(|freedom| freedom.to_string()));
            finding.remedy = Some(Remedy::new(self.table.nearest(&concluded.expr), self.doubt(concluded), freedom));
        }
        finding
    }

    /// The same as an error only where the evidence carries one: two independent strong witnesses, or words that grant in
    /// file after file with nothing against them. One text alone is a warning.
    pub(super) fn error_if_strong(&self, mut finding: Finding) -> Finding {
        if finding.severity == Severity::Error && !self.concluded().is_some_and(is_strong) {
            finding.severity = Severity::Warning;
        }
        finding
    }

    /// Whether the package becomes unfree, or free, by stating `expr`.
    pub(super) fn change_of_freedom(&self, expr: &LicenseExpr) -> Option<Freedom> {
        let members = self.statement().map(Statement::members).unwrap_or_default();
        let was_free = members.iter().all(|member| member.free);
        let is_free = !expr.terms().iter().any(|term| self.table.is_free(term) == Some(false));
        match (members.is_empty(), was_free, is_free) {
            (false, true, false) => Some(Freedom::Lost),
            (false, false, true) => Some(Freedom::Gained),
            _ => None,
        }
    }

    /// A high confidence and a stated operator are needed before anything is written unasked. Which of several parts
    /// ship, and whether an exception is really gone, is for a reviewer: witnesses seldom speak of the whole.
    pub(super) fn doubt(&self, concluded: &Concluded) -> Option<Doubt> {
        let terms = concluded.expr.terms();
        let excepted = |term: &Term| term.exception.is_some();
        let drops_exception = self.declares(excepted) && !terms.iter().any(|term| excepted(term));
        let doubts = [
            // Only and or-later differ in what a user may do: where nothing grants either, a person has to find out.
            (terms.iter().any(|term| term.suffix == Suffix::Unstated), Doubt::Suffix),
            (concluded.operator_unstated, Doubt::Operator),
            (terms.iter().any(|term| verdict::is_placeholder(term)), Doubt::Placeholder),
            (concluded.confidence == Confidence::Low || self.is_contested(), Doubt::Low),
            (self.change_of_freedom(&concluded.expr).is_some(), Doubt::Freedom),
            (drops_exception, Doubt::Exception),
            (matches!(concluded.expr, LicenseExpr::And(_)), Doubt::Parts),
            (terms.iter().any(|term| words::rests_on_family_name(concluded, term)), Doubt::FamilyName),
            (concluded.confidence == Confidence::Medium, Doubt::Medium),
        ];
        doubts.into_iter().filter_map(|(holds, doubt)| holds.then_some(doubt)).max()
    }

    /// Terms of the conclusion in words, e.g. those that are missing.
    pub(super) fn found_in_words(&self, terms: &BTreeSet<Term>) -> String {
        words::terms_of(self.concluded(), terms)
    }

    pub(super) fn declares(&self, what: impl Fn(&Term) -> bool) -> bool {
        let members = self.statement().map(Statement::members).unwrap_or_default();
        members.iter().any(|member| member.expr.terms().iter().any(|term| what(term)))
    }

    /// Declaration in SPDX terms.
    pub fn declared_in_words(&self) -> String {
        declared_in_words(self.declared)
    }
}

/// True for a tag or words that grant `own`; words above a text are those of its suffix.
fn grants(basis: &Basis, own: &Term) -> bool {
    let is_worded = match basis.class {
        Witness::Tag | Witness::Grant => true,
        Witness::Text => matches!(own.suffix, Suffix::Only | Suffix::OrLater),
        Witness::Manifest | Witness::Readme | Witness::Clue => false,
    };
    is_worded && basis.expr.terms().into_iter().any(|said| said == own)
}

/// True for words that grant the GPL, and name no version of it, where `own` is one.
fn names_family_alone(basis: &Basis, own: &Term) -> bool {
    let is_family = |said: &&Term| said.is_family_alone() && said.family() == own.family();
    basis.vague && basis.class == Witness::Grant && basis.expr.terms().iter().any(is_family)
}

/// So many files that grant the same, with nobody against them, are as good as two kinds of witness.
const MANY_FILES: usize = 3;

/// True where two kinds of strong witness say it (a text, a manifest, words that grant), or many files grant it.
fn is_strong(concluded: &Concluded) -> bool {
    let kind = |basis: &Basis| match basis.class {
        Witness::Tag | Witness::Grant => Some(0),
        Witness::Text => Some(1),
        Witness::Manifest => Some(2),
        Witness::Readme | Witness::Clue => None,
    };
    let kinds: BTreeSet<u8> = concluded.basis.iter().filter(|basis| !basis.vague).filter_map(kind).collect();
    let granting =
        concluded.basis.iter().filter(|basis| kind(basis) == Some(0)).map(|basis| basis.files).sum::<usize>();
    kinds.len() > 1 || granting >= MANY_FILES && concluded.against.is_empty()
}

/// The place of the license value, where there is one.
pub fn site(declared: &Declared) -> Option<&Site> {
    match declared {
        Declared::Absent => None,
        Declared::Resolved { site, .. } | Declared::Branches { site, .. } | Declared::Partial { site, .. } => {
            Some(site)
        }
        Declared::Malformed { site, .. } => Some(site),
        Declared::Computed { site, .. } => site.as_ref(),
    }
}

/// Declaration in SPDX terms: an expression, a list in brackets, a text in quotes; empty where there is nothing.
pub fn declared_in_words(declared: &Declared) -> String {
    match declared {
        Declared::Absent => String::new(),
        Declared::Resolved { statement, .. } => statement.to_string(),
        Declared::Branches { cases, .. } => {
            cases.iter().map(|(when, what)| format!("{what} if {when}")).collect::<Vec<_>>().join("; ")
        }
        Declared::Partial { known, .. } => {
            let known: Vec<String> = known.iter().map(|member| member.expr.to_string()).collect();
            format!("[ {} .. ]", known.join(" "))
        }
        Declared::Malformed { .. } => "(malformed)".to_owned(),
        Declared::Computed { .. } => "(computed)".to_owned(),
    }
}

/// The terms of a set, joined for a sentence.
pub(super) fn listed(terms: &BTreeSet<Term>) -> String {
    terms.iter().map(Term::to_string).collect::<Vec<_>>().join(", ")
}
