//! Curations: facts about files that a person states and no detector can see.
//!
//! Applied to evidence before anything is concluded from it, so that a conclusion never has to be overruled: a
//! curation says what one detection really is, a role says why a file counts. Both say so in what they leave behind.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use globset::GlobMatcher;

use super::detection::{Detection, Evidence, FileEvidence, Note, Role, Score, Witness};
use crate::license::{LicenseExpr, equivalent};
use crate::source::FixedHash;
use crate::text::LineRange;
use crate::tree::Site;

/// Who stated a fact, and when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signature {
    /// The author.
    pub author: Option<String>,
    /// The day, as `2026-11-29`.
    pub date: Option<String>,
}

impl fmt::Display for Signature {
    /// e.g. ` (Jo, 2026-11-29)`; nothing where neither is known.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known: Vec<&str> = [&self.author, &self.date].into_iter().filter_map(|part| part.as_deref()).collect();
        if known.is_empty() { Ok(()) } else { write!(f, " ({})", known.join(", ")) }
    }
}

/// The package whose source is curated.
#[derive(Clone, Copy, Debug)]
pub struct Curated<'a> {
    /// Its attribute path.
    pub attr: &'a str,
    /// The declared hashes of its sources.
    pub hashes: &'a [FixedHash],
}

/// All that persons said about files of sources.
#[derive(Clone, Debug, Default)]
pub struct Curations {
    /// Why files count; the last that matches a file decides.
    pub roles: Vec<RoleRule>,
    /// True meaning of matching detections; the first rule that matches decides.
    pub findings: Vec<Curation>,
}

/// `[[role]]`: files that match count as this.
#[derive(Clone, Debug)]
pub struct RoleRule {
    /// The packages; all where it is not given.
    pub attr: Option<GlobMatcher>,
    /// The files, below the root of the source.
    pub glob: GlobMatcher,
    /// Why they count.
    pub role: Role,
    /// Hashes of the sources that it was stated of; of any source where there is none.
    pub sources: Vec<FixedHash>,
    /// Who stated it.
    pub signature: Signature,
    /// The block in the config file.
    pub site: Site,
}

/// `[[curate]]`: what a detection really is.
#[derive(Clone, Debug)]
pub struct Curation {
    /// The packages; all where it is not given.
    pub attr: Option<GlobMatcher>,
    /// The files, below the root of the source.
    pub path: GlobMatcher,
    /// Expression of a detection; any, also none, where it is not given.
    pub detected: Option<LicenseExpr>,
    /// Kind; `None`: no license at all.
    pub concluded: Option<LicenseExpr>,
    /// The kind of reason.
    pub reason: CurationReason,
    /// The reason in words.
    pub comment: String,
    /// Hashes of the sources that it was stated of; of any source where there is none.
    pub sources: Vec<FixedHash>,
    /// Who stated it.
    pub signature: Signature,
    /// The block in the config file.
    pub site: Site,
}

/// Which of the [`Curations`] matched something, by their places in the lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// Of the roles.
    pub roles: BTreeSet<usize>,
    /// Of what detections really are.
    pub findings: BTreeSet<usize>,
}

impl Curations {
    /// Which of them match something in the `evidence` of the source of `package`, as detectors left it.
    pub fn used(&self, evidence: &Evidence, package: Curated<'_>) -> Used {
        let any = |wanted: &dyn Fn(&FileEvidence) -> bool| evidence.files.iter().any(wanted);
        let roles = self
            .roles
            .iter()
            .map(|rule| rule.is_about(package) && any(&|file: &FileEvidence| rule.glob.is_match(file.path.as_str())));
        let findings =
            self.findings.iter().map(|one| one.is_about(package) && any(&|file: &FileEvidence| one.matches_in(file)));
        let places = |matched: &mut dyn Iterator<Item = bool>| {
            matched.enumerate().filter(|(_, matched)| *matched).map(|(place, _)| place).collect()
        };
        Used { roles: places(&mut { roles }), findings: places(&mut { findings }) }
    }
}

impl RoleRule {
    fn is_about(&self, package: Curated<'_>) -> bool {
        is_about((&self.attr, &self.sources), package)
    }
}

impl Curation {
    fn is_about(&self, package: Curated<'_>) -> bool {
        is_about((&self.attr, &self.sources), package)
    }

    fn matches_in(&self, file: &FileEvidence) -> bool {
        self.path.is_match(file.path.as_str())
            && (self.detected.is_none() || file.detections.iter().any(|detection| self.means(detection)))
    }

    fn means(&self, detection: &Detection) -> bool {
        self.detected.as_ref().is_none_or(|expr| equivalent(expr, &detection.expr))
    }
}

fn is_about((glob, sources): (&Option<GlobMatcher>, &[FixedHash]), package: Curated<'_>) -> bool {
    let is_pinned = || sources.is_empty() || sources.iter().any(|hash| package.hashes.contains(hash));
    glob.as_ref().is_none_or(|glob| glob.is_match(package.attr)) && is_pinned()
}

/// Why a detection is not what it seems: the reasons of the OSS Review Toolkit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CurationReason {
    /// Program code looked like a license.
    Code,
    /// It is data that the program works on.
    DataOf,
    /// It is documentation of something else.
    DocumentationOf,
    /// It was read wrongly.
    Incorrect,
    /// It was overlooked.
    NotDetected,
    /// It refers to a license that is not the file's own.
    Reference,
}

const REASONS: [(CurationReason, &str); 6] = [
    (CurationReason::Code, "CODE"),
    (CurationReason::DataOf, "DATA_OF"),
    (CurationReason::DocumentationOf, "DOCUMENTATION_OF"),
    (CurationReason::Incorrect, "INCORRECT"),
    (CurationReason::NotDetected, "NOT_DETECTED"),
    (CurationReason::Reference, "REFERENCE"),
];

impl fmt::Display for CurationReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REASONS.iter().find(|row| row.0 == *self).map_or("", |row| row.1))
    }
}

impl FromStr for CurationReason {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = || REASONS.map(|row| row.1).join(", ");
        let found = REASONS.iter().find(|row| row.1 == text);
        found.map(|row| row.0).ok_or_else(|| format!("no such reason `{text}`; there are {}", known()))
    }
}

/// The evidence of the source of `package` as it is after `curations`.
pub fn curate(mut evidence: Evidence, package: Curated<'_>, curations: &Curations) -> Evidence {
    let roles: Vec<&RoleRule> = curations.roles.iter().filter(|rule| rule.is_about(package)).collect();
    let findings: Vec<&Curation> = curations.findings.iter().filter(|curation| curation.is_about(package)).collect();
    if roles.is_empty() && findings.is_empty() {
        return evidence;
    }
    for file in &mut evidence.files {
        if let Some(rule) = roles.iter().rev().find(|rule| rule.glob.is_match(file.path.as_str())) {
            file.role = rule.role;
            file.role_rule = "clarity.toml";
        }
        curate_file(file, &findings);
    }
    evidence
}

fn curate_file(file: &mut FileEvidence, curations: &[&Curation]) {
    let mine: Vec<&Curation> =
        curations.iter().copied().filter(|curation| curation.path.is_match(file.path.as_str())).collect();
    if mine.is_empty() {
        return;
    }
    let overlooked = mine.iter().find(|curation| curation.detected.is_none() && file.detections.is_empty());
    let added = overlooked.and_then(|curation| stated(curation));
    let seen = std::mem::take(&mut file.detections);
    file.detections = seen.iter().filter_map(|detection| curated(detection, &mine)).chain(added).collect();
}

fn curated(detection: &Detection, curations: &[&Curation]) -> Option<Detection> {
    let Some(curation) = curations.iter().find(|curation| curation.means(detection)) else {
        return Some(detection.clone());
    };
    let expr = curation.concluded.clone()?;
    Some(Detection { expr, note: Some(note(curation)), ..detection.clone() })
}

fn stated(curation: &Curation) -> Option<Detection> {
    Some(Detection {
        expr: curation.concluded.clone()?,
        class: Witness::Grant,
        by: "curation",
        lines: LineRange::new(1, 1),
        score: Score::FULL,
        quote: String::new(),
        note: Some(note(curation)),
    })
}

fn note(curation: &Curation) -> Note {
    format!("curated, {}: {}{}", curation.reason, curation.comment, curation.signature).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::assemble;
    use crate::license::parse;
    use crate::text::{Position, RelPath, Span};

    fn glob(text: &str) -> GlobMatcher {
        globset::GlobBuilder::new(text).literal_separator(true).build().expect("a glob").compile_matcher()
    }

    fn expr(text: &str) -> LicenseExpr {
        parse(text).expect("an expression")
    }

    fn site() -> Site {
        let start = Position { line: 1, column: 1 };
        Site { file: RelPath::default(), span: Span::new(0, 0), start, end: start }
    }

    fn file(path: &str, says: &[&str]) -> FileEvidence {
        let detection = |text: &&str| Detection {
            expr: expr(text),
            class: Witness::Text,
            by: "text",
            lines: LineRange::new(3, 9),
            score: Score::FULL,
            quote: String::new(),
            note: None,
        };
        let path = RelPath::new(path).expect("relative");
        let mut file = FileEvidence::unread(&path, crate::evidence::Unread::Binary);
        file.unread = None;
        file.detections = says.iter().map(detection).collect();
        file
    }

    fn rule(path: &str, detected: Option<&str>, concluded: Option<&str>) -> Curations {
        let curation = Curation {
            attr: Some(glob("hello")),
            path: glob(path),
            detected: detected.map(expr),
            concluded: concluded.map(expr),
            reason: CurationReason::Incorrect,
            comment: "looked at it".to_owned(),
            sources: Vec::new(),
            signature: Signature::default(),
            site: site(),
        };
        Curations { roles: Vec::new(), findings: vec![curation] }
    }

    fn of(attr: &str) -> Curated<'_> {
        Curated { attr, hashes: &[] }
    }

    #[test]
    fn a_pinned_curation_is_about_its_source_alone() {
        let hash = |byte: u8| FixedHash { algo: crate::source::Algo::Sha256, bytes: vec![byte; 32] };
        let evidence = assemble(vec![file("a/x.c", &["MIT"])]);
        let mut curations = rule("a/*", Some("MIT"), Some("ISC"));
        curations.findings[0].sources = vec![hash(1), hash(2)];
        for (hashes, says_now) in [(&[hash(2)][..], "ISC"), (&[hash(3)], "MIT"), (&[], "MIT")] {
            let package = Curated { attr: "hello", hashes };
            assert_eq!(says(&curate(evidence.clone(), package, &curations)), [says_now]);
            assert_eq!(curations.used(&evidence, package).findings.is_empty(), says_now == "MIT");
        }
    }

    fn says(evidence: &Evidence) -> Vec<String> {
        evidence.files.iter().flat_map(|file| &file.detections).map(|one| one.expr.to_string()).collect()
    }

    #[test]
    fn only_the_detection_that_is_meant_is_replaced() {
        let evidence = assemble(vec![file("a/x.c", &["MIT", "ISC"]), file("b/x.c", &["MIT"])]);
        let curated = curate(evidence.clone(), of("hello"), &rule("a/*", Some("MIT"), Some("Apache-2.0")));
        assert_eq!(says(&curated), ["ISC", "Apache-2.0", "MIT"]);
        assert_eq!(curate(evidence.clone(), of("other"), &rule("a/*", Some("MIT"), None)), evidence);
    }

    #[test]
    fn what_is_no_license_vanishes_and_what_was_overlooked_appears() {
        let evidence = assemble(vec![file("a/x.c", &["MIT"]), file("b/y.c", &[])]);
        assert_eq!(says(&curate(evidence.clone(), of("hello"), &rule("**/x.c", None, None))), Vec::<String>::new());
        assert_eq!(says(&curate(evidence, of("hello"), &rule("**/y.c", None, Some("ISC")))), ["MIT", "ISC"]);
    }

    #[test]
    fn a_curation_is_used_where_it_matches_before_anything_is_changed() {
        let evidence = assemble(vec![file("a/x.c", &["MIT"])]);
        let used = |path, detected| rule(path, detected, None).used(&evidence, of("hello")).findings.len();
        assert_eq!(
            [used("a/*", Some("MIT")), used("a/*", None), used("a/*", Some("ISC")), used("b/*", None)],
            [1, 1, 0, 0]
        );
        assert_eq!(rule("a/*", None, None).used(&evidence, of("other")), Used::default());
    }

    #[test]
    fn the_last_role_that_matches_decides() {
        let role = |pattern, role| RoleRule {
            attr: None,
            glob: glob(pattern),
            role,
            sources: Vec::new(),
            signature: Signature::default(),
            site: site(),
        };
        let roles = vec![role("**", Role::Docs), role("a/**", Role::Test)];
        let evidence = assemble(vec![file("a/x.c", &[]), file("b/y.c", &[])]);
        let curated = curate(evidence, of("hello"), &Curations { roles, findings: Vec::new() });
        let roles: Vec<Role> = curated.files.iter().map(|file| file.role).collect();
        assert_eq!(roles, [Role::Test, Role::Docs]);
    }

    #[test]
    fn every_reason_is_read_back() {
        assert!(REASONS.iter().all(|(reason, _)| reason.to_string().parse() == Ok(*reason)));
    }
}
