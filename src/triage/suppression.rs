//! Findings that somebody silenced, each pinned to its evidence.

use std::collections::BTreeSet;

use globset::GlobMatcher;

use crate::check::{Check, Finding, STALE_SUPPRESSION};
use crate::conclusion::Confidence;
use crate::evidence::Signature;
use crate::source::Verification;
use crate::tree::{AttrPath, Site};

use super::Scope;

/// `[[suppress]]`
#[derive(Clone, Debug)]
pub struct Suppression {
    /// Which packages.
    pub attr: GlobMatcher,
    /// Which rule.
    pub check: &'static Check,
    /// The pins of the findings.
    pub evidence: BTreeSet<String>,
    /// Why.
    pub reason: String,
    /// Who decided it.
    pub signature: Signature,
    /// The block in the config file.
    pub site: Site,
}

impl Suppression {
    /// The block that silences `finding`, to paste into `clarity.toml`; the reason is still to be written.
    pub fn block(finding: &Finding) -> String {
        Suppression::block_because(finding, "...")
    }

    /// The block that silences `finding` because of `reason`.
    pub fn block_because(finding: &Finding, reason: &str) -> String {
        let attr = in_quotes(&glob(finding));
        let (check, pin, reason) = (finding.check.id, finding.pin().short(), in_quotes(reason));
        format!("[[suppress]]\nattr = {attr}\ncheck = \"{check}\"\nevidence = \"{pin}\"\nreason = {reason}")
    }

    pub(super) fn silences(&self, finding: &Finding) -> bool {
        self.is_about(finding) && (finding.has_no_evidence() || self.evidence.contains(&finding.pin().short()))
    }

    fn is_about(&self, finding: &Finding) -> bool {
        finding.check.id == self.check.id && self.attr.is_match(&finding.attr.0)
    }

    /// The finding about this suppression, which nothing used; `None` where the run did not see all it may be about.
    pub(super) fn stale(&self, findings: &[&Finding], scope: &Scope<'_>) -> Option<Finding> {
        let severity = scope.checks.severity_of(&STALE_SUPPRESSION)?;
        let mut meant = scope.looked.keys().filter(|attr| self.attr.is_match(attr)).peekable();
        let told = match meant.peek() {
            None => scope.whole,
            Some(_) => meant.all(|attr| scope.covers(attr, self.check)),
        };
        if !told {
            return None;
        }
        let pins: BTreeSet<String> =
            findings.iter().filter(|finding| self.is_about(finding)).map(|finding| finding.pin().short()).collect();
        Some(self.finding(severity, &pins))
    }

    fn finding(&self, severity: crate::check::Severity, pins: &BTreeSet<String>) -> Finding {
        let check = self.check.id;
        let attr = self.attr.glob().glob();
        let (message, help) = if pins.is_empty() {
            (format!("suppressed {check} of `{attr}` does not occur any more"), "delete the block".to_owned())
        } else {
            let now = pins.iter().map(|pin| format!("\"{pin}\"")).collect::<Vec<_>>().join(", ");
            let message = format!("the evidence of the suppressed {check} of `{attr}` changed since it was judged");
            (message, format!("look at the finding again; where the reason still holds: evidence = {now}"))
        };
        Finding {
            check: &STALE_SUPPRESSION,
            severity,
            attr: AttrPath(attr.to_owned()),
            others: Vec::new(),
            rests_on_source: !STALE_SUPPRESSION.metadata_only,
            confidence: Confidence::High,
            message,
            place: Some(self.site.clone()),
            label: "suppressed here",
            declared: check.to_owned(),
            concluded: String::new(),
            evidence: Vec::new(),
            against: Vec::new(),
            help: vec![help],
            remedy: None,
            verification: Verification::Verified,
        }
    }
}

/// A glob that matches the packages of `finding` and no others.
fn glob(finding: &Finding) -> String {
    let attrs: Vec<String> = finding.attrs().map(|attr| globset::escape(&attr.0)).collect();
    if attrs.len() == 1 { attrs.concat() } else { format!("{{{}}}", attrs.join(",")) }
}

/// `text` as a basic string of TOML, control characters escaped: the block is shown on terminals.
pub fn in_quotes(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
