//! The JSON rows. These structs are the published form; the types of the stages are free to change.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Serialize;

use crate::check::{self, Judged};
use crate::conclusion::{Basis, Conclusion, Part};
use crate::tree::{HashMode, Package, Site, SourceRef};
use crate::triage::State;
use crate::verdict::Verdict;

use super::declared_row::DeclaredRow;
use super::summary_row::SummaryRow;
use super::unverified::UnverifiedRow;
use super::{Located, Outcome, PackageReport, Report, unseen, unverified};

/// The version of the row format: a row of a known `kind` only gains fields while it stays the same.
pub(super) const SCHEMA: u32 = 1;

/// One row.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(super) enum Row<'a> {
    Package(Box<PackageRow<'a>>),
    Finding(Box<FindingRow<'a>>),
    Skipped(UnseenRow<'a>),
    Failed(UnseenRow<'a>),
    Disagreement(DisagreementRow<'a>),
    Unmatched(UnmatchedRow<'a>),
    Summary(Box<SummaryRow<'a>>),
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct PackageRow<'a> {
    schema: u32,
    attr: &'a str,
    pname: Option<&'a str>,
    version: Option<&'a str>,
    /// Handles on GitHub, or names where there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    maintainers: Vec<&'a str>,
    /// `meta.identifiers`.
    #[serde(skip_serializing_if = "Option::is_none")]
    identifiers: Option<IdentifiersRow<'a>>,
    file: Option<&'a str>,
    line: Option<u32>,
    column: Option<u32>,
    declared: DeclaredRow<'a>,
    source: Vec<SourceRow<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_unknown: Option<&'a str>,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
    /// The kind of `why`, of a package that was not looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    why_kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    concluded: Option<ConcludedRow<'a>>,
    /// Why its source is not proven to be the declared one.
    #[serde(skip_serializing_if = "Option::is_none")]
    unverified: Option<UnverifiedRow>,
}

/// Names in other registries, as they are stated.
#[derive(Debug, Serialize, JsonSchema)]
struct IdentifiersRow<'a> {
    /// The CPE 2.3, stated or made of stated parts.
    #[serde(skip_serializing_if = "Option::is_none")]
    cpe: Option<&'a str>,
    /// CPEs that it may have where its vendor alone is stated.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    possible_cpes: &'a [String],
    /// Package urls.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    purls: &'a [String],
}

#[derive(Debug, Serialize, JsonSchema)]
struct SourceRow<'a> {
    fetcher: &'a str,
    urls: &'a [String],
    hash: Option<Cow<'a, str>>,
    mode: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rev: Option<&'a str>,
    /// The platforms that have it, where they differ.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    platforms: &'a [String],
}

#[derive(Debug, Serialize, JsonSchema)]
struct ConcludedRow<'a> {
    expression: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<&'static str>,
    reasons: &'a [String],
    basis: Vec<WitnessRow<'a>>,
    against: Vec<WitnessRow<'a>>,
    parts: Vec<PartRow<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct PartRow<'a> {
    path: &'a str,
    role: String,
    expression: String,
    files: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WitnessRow<'a> {
    file: &'a str,
    first_line: u32,
    last_line: u32,
    class: &'static str,
    expression: String,
    files: usize,
    #[serde(skip_serializing_if = "str::is_empty")]
    quote: &'a str,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct FindingRow<'a> {
    schema: u32,
    check: &'static str,
    name: &'static str,
    severity: String,
    confidence: &'static str,
    /// `new`, `known` (in the baseline) or `suppressed`; only `new` counts.
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    attr: &'a str,
    /// The packages of a finding that several share: those of one value, one source and one conclusion.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attributes: Vec<&'a str>,
    message: &'a str,
    file: Option<&'a str>,
    line: Option<u32>,
    column: Option<u32>,
    end_line: Option<u32>,
    end_column: Option<u32>,
    declared: &'a str,
    concluded: &'a str,
    evidence: Vec<WitnessRow<'a>>,
    against: Vec<WitnessRow<'a>>,
    help: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<RemedyRow>,
    pin: String,
    /// Why the source that it speaks of is not proven to be the declared one.
    #[serde(skip_serializing_if = "Option::is_none")]
    unverified: Option<UnverifiedRow>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct RemedyRow {
    set_license: String,
    safety: &'static str,
    /// The binding as `clarity fix` would write it; absent where it writes nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<String>,
    /// Why nothing is written, or not unasked.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct UnseenRow<'a> {
    schema: u32,
    attr: String,
    why: &'a str,
    file: Option<&'a str>,
}

/// An attribute or a glob that was asked for and matches nothing.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct UnmatchedRow<'a> {
    schema: u32,
    pattern: &'a str,
    /// The attribute that was probably meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    meant: Option<&'a str>,
}

/// Static evaluation and `--meta` or `--eval` say different things.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct DisagreementRow<'a> {
    schema: u32,
    attr: &'a str,
    stated: &'a str,
    evaluated: &'a str,
}

/// All rows: each package with its findings, then what was skipped or failed, then the summary.
pub(super) fn rows(report: &Report) -> impl Iterator<Item = Row<'_>> {
    let packages = report.packages.iter().flat_map(|package| {
        let findings = package.findings.iter().map(|located| Row::Finding(Box::new(finding(located))));
        std::iter::once(Row::Package(Box::new(package_row(package)))).chain(findings)
    });
    let unseen = unseen(report).map(|(attr, failed, why, file)| {
        let row = UnseenRow { schema: SCHEMA, attr, why, file: file.map(|file| file.as_str()) };
        if failed { Row::Failed(row) } else { Row::Skipped(row) }
    });
    let disagreements = report.disagreements.iter().map(|one| {
        let (attr, stated, evaluated) = (one.attr.0.as_str(), one.stated.as_str(), one.evaluated.as_str());
        Row::Disagreement(DisagreementRow { schema: SCHEMA, attr, stated, evaluated })
    });
    let unmatched = report
        .unmatched
        .iter()
        .map(|one| Row::Unmatched(UnmatchedRow { schema: SCHEMA, pattern: &one.name, meant: one.meant.as_deref() }));
    let apart = report.apart.iter().map(|located| Row::Finding(Box::new(finding(located))));
    packages
        .chain(apart)
        .chain(unseen)
        .chain(disagreements)
        .chain(unmatched)
        .chain(std::iter::once(Row::Summary(Box::new(SummaryRow::of(SCHEMA, report)))))
}

fn package_row(report: &PackageReport) -> PackageRow<'_> {
    let Package { attr, pname, version, maintainers, identifiers, sources, source_unknown, .. } = &*report.package;
    let site = check::site(&report.declared).or(report.package.site.as_ref());
    let judged = match &report.outcome {
        Outcome::Audited(judged) => judged.as_deref(),
        _ => None,
    };
    PackageRow {
        schema: SCHEMA,
        attr: &attr.0,
        pname: pname.as_deref(),
        version: version.as_deref(),
        maintainers: maintainers.iter().filter_map(|one| one.github.as_deref().or(one.name.as_deref())).collect(),
        identifiers: identifiers.as_deref().map(|names| IdentifiersRow {
            cpe: names.cpe.as_deref(),
            possible_cpes: &names.possible_cpes,
            purls: &names.purls,
        }),
        file: site.map(|site| site.file.as_str()),
        line: site.map(|site| site.start.line),
        column: site.map(|site| site.start.column),
        declared: DeclaredRow::of(&report.declared),
        source: sources.iter().enumerate().map(|(at, one)| source(one, report.package.platforms.get(at))).collect(),
        source_unknown: source_unknown.as_deref(),
        outcome: outcome(&report.outcome),
        verdict: judged.map(|judged| verdict(&judged.verdict)),
        why: why(report),
        why_kind: why_kind(report),
        concluded: judged.and_then(concluded),
        unverified: unverified::of_package(report).map(UnverifiedRow::of),
    }
}

pub(super) fn outcome(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Audited(_) => "audited",
        Outcome::Skipped(_) => "skipped",
        Outcome::Failed(_) => "failed",
    }
}

pub(super) fn verdict(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Agrees { .. } => "agrees",
        Verdict::Drifts(_) => "drifts",
        Verdict::Undecided(_) => "cannot-tell",
    }
}

pub(super) fn why(report: &PackageReport) -> Option<&str> {
    match &report.outcome {
        Outcome::Skipped(why) | Outcome::Failed(why) => Some(&why.text),
        Outcome::Audited(judged) => match judged.as_deref().map(|judged| &judged.verdict) {
            Some(Verdict::Undecided(why)) => Some(why),
            _ => None,
        },
    }
}

fn why_kind(report: &PackageReport) -> Option<&'static str> {
    match &report.outcome {
        Outcome::Skipped(why) | Outcome::Failed(why) => Some(why.kind.name()),
        Outcome::Audited(_) => None,
    }
}

fn source<'s>(source: &'s SourceRef, platforms: Option<&'s Vec<String>>) -> SourceRow<'s> {
    let stated_apart = |hash: &'s str| match &source.algo {
        Some(algo) if memchr::memchr2(b'-', b':', hash.as_bytes()).is_none() => Cow::Owned([algo, ":", hash].concat()),
        _ => Cow::Borrowed(hash),
    };
    SourceRow {
        fetcher: &source.fetcher,
        urls: &source.urls,
        hash: source.hash.as_deref().map(stated_apart),
        mode: match source.mode {
            HashMode::Flat => "flat",
            HashMode::Nar => "nar",
        },
        rev: source.rev.as_deref(),
        platforms: platforms.map_or(&[], Vec::as_slice),
    }
}

fn concluded(judged: &Judged) -> Option<ConcludedRow<'_>> {
    let bare = |expression: &str| ConcludedRow {
        expression: expression.to_owned(),
        confidence: None,
        reasons: &[],
        basis: Vec::new(),
        against: Vec::new(),
        parts: Vec::new(),
    };
    Some(match &*judged.conclusion {
        Conclusion::Concluded(concluded) => ConcludedRow {
            expression: concluded.expr.to_string(),
            confidence: Some(concluded.confidence.name()),
            reasons: &concluded.reasons,
            basis: concluded.basis.iter().map(witness).collect(),
            against: concluded.against.iter().map(witness).collect(),
            parts: concluded.parts.iter().map(part).collect(),
        },
        Conclusion::NoneFound => bare("NONE"),
        Conclusion::NoAssertion(_) | Conclusion::Conflicting { .. } => bare("NOASSERTION"),
    })
}

fn part(part: &Part) -> PartRow<'_> {
    PartRow {
        path: part.path.as_str(),
        role: part.role.to_string(),
        expression: part.expr.to_string(),
        files: part.files,
    }
}

pub(super) fn witness(basis: &Basis) -> WitnessRow<'_> {
    WitnessRow {
        file: basis.file.as_str(),
        first_line: basis.lines.first,
        last_line: basis.lines.last,
        class: basis.class.name(),
        expression: basis.expr.to_string(),
        files: basis.files,
        quote: &basis.quote,
    }
}

fn finding(located: &Located) -> FindingRow<'_> {
    let finding = &located.finding;
    let at = |pick: fn(&Site) -> u32| finding.place.as_ref().map(pick);
    FindingRow {
        schema: SCHEMA,
        check: finding.check.id,
        name: finding.check.name,
        severity: finding.severity.to_string(),
        confidence: finding.confidence.name(),
        state: located.state.name(),
        reason: match &located.state {
            State::Suppressed(reason) => Some(reason),
            State::New | State::Known => None,
        },
        attr: &finding.attr.0,
        attributes: if finding.others.is_empty() { Vec::new() } else { finding.attrs().map(|attr| &*attr.0).collect() },
        message: &finding.message,
        file: finding.place.as_ref().map(|site| site.file.as_str()),
        line: at(|site| site.start.line),
        column: at(|site| site.start.column),
        end_line: at(|site| site.end.line),
        end_column: at(|site| site.end.column),
        declared: &finding.declared,
        concluded: &finding.concluded,
        evidence: finding.evidence.iter().map(witness).collect(),
        against: finding.against.iter().map(witness).collect(),
        help: &finding.help,
        remedy: finding.remedy.as_ref().map(|remedy| {
            let check::Intent::SetLicense(expr) = &remedy.intent;
            let offer = remedy.offer.as_ref();
            RemedyRow {
                set_license: expr.to_string(),
                safety: remedy.safety_in_place().name(),
                line: offer.and_then(|offer| offer.line.clone()),
                why: offer.and_then(|offer| offer.why.clone()),
            }
        }),
        pin: finding.pin().short(),
        unverified: finding.verification.unproven().map(UnverifiedRow::of),
    }
}
