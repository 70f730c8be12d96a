//! Choices of a person about a finding: the words that the evidence leaves open.
//!
//! A program must not choose between only and or-later, or between all and any, where nothing says so; a person may.

use crate::check::{Doubt, Finding, Intent, Remedy};
use crate::conclusion::Concluded;
use crate::license::{LicenseExpr, Suffix};
use crate::source::Verification;

/// The proposal of a finding, and its open choices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Proposed declaration.
    pub target: LicenseExpr,
    /// True while nothing says whether later versions are granted.
    pub suffix_is_open: bool,
    /// True while nothing says whether all of the licenses apply, or one at choice.
    pub operator_is_open: bool,
}

/// How licenses belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joint {
    /// All apply.
    And,
    /// One may be chosen.
    Or,
}

impl Choice {
    /// The choices that `finding` leaves open; `None` where it proposes nothing. `concluded` is its basis.
    pub fn of(finding: &Finding, concluded: Option<&Concluded>) -> Option<Choice> {
        let Intent::SetLicense(target) = &finding.remedy.as_ref()?.intent;
        let target = target.clone();
        let unjoined = concluded.is_some_and(|concluded| concluded.operator_unstated && concluded.expr == target);
        Some(Choice { suffix_is_open: is_open(&target), operator_is_open: unjoined, target })
    }

    /// True where nothing is left to decide.
    pub fn is_settled(&self) -> bool {
        !self.suffix_is_open && !self.operator_is_open
    }

    /// The same with the open suffixes decided.
    pub fn with_suffix(&self, suffix: Suffix) -> Choice {
        let decided = self.target.map_terms(&mut |term| match term.suffix {
            Suffix::Unstated => term.clone().with_suffix(suffix),
            _ => term.clone(),
        });
        Choice { target: decided, suffix_is_open: false, ..self.clone() }
    }

    /// The same with the open operator decided.
    pub fn joined(&self, joint: Joint) -> Choice {
        let parts = match &self.target {
            LicenseExpr::And(parts) | LicenseExpr::Or(parts) => parts.clone(),
            LicenseExpr::Term(_) => return Choice { operator_is_open: false, ..self.clone() },
        };
        let whole = match joint {
            Joint::And => LicenseExpr::all(parts),
            Joint::Or => LicenseExpr::any(parts),
        };
        Choice { target: whole.expect("an operator has children"), operator_is_open: false, ..self.clone() }
    }

    /// `finding` as somebody who decided would state it.
    pub fn decided(&self, finding: &Finding) -> Finding {
        let freedom = finding.remedy.as_ref().and_then(|remedy| remedy.freedom);
        let doubt = match finding.verification {
            Verification::Verified => None,
            Verification::Unverified(_) => Some(Doubt::Unverified),
        };
        Finding { remedy: Some(Remedy::new(self.target.clone(), doubt, freedom)), ..finding.clone() }
    }
}

fn is_open(expr: &LicenseExpr) -> bool {
    expr.terms().iter().any(|term| term.suffix == Suffix::Unstated)
}
