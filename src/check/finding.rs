//! What a rule states about one package.

use crate::conclusion::{Basis, Confidence};
use crate::license::LicenseExpr;
use crate::text::Digest;
use crate::tree::{AttrPath, Site};

use super::Check;

/// One statement of a rule about one package.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule.
    pub check: &'static Check,
    /// The package.
    pub attr: AttrPath,
    /// Trust in it.
    pub confidence: Confidence,
    /// Both sides in one line, e.g. `declared MIT, the source says Apache-2.0`.
    pub message: String,
    /// The place in the checkout.
    pub place: Option<Site>,
    /// What stands at the place, e.g. `declared here`.
    pub label: &'static str,
    /// What nixpkgs declares, in SPDX terms; empty where it declares nothing.
    pub declared: String,
    /// What the source says, in SPDX terms; empty where that is not known.
    pub concluded: String,
    /// The witnesses, strongest first.
    pub evidence: Vec<Basis>,
    /// The witnesses that say something else.
    pub against: Vec<Basis>,
    /// What to do, one line each.
    pub help: Vec<String>,
    /// What a fix would write.
    pub remedy: Option<Remedy>,
}

impl Finding {
    /// The digest of what the finding rests on: a suppression that names it expires when the evidence changes.
    pub fn pin(&self) -> Digest {
        let mut text = format!("{}\n{}\n{}\n", self.check.id, self.declared, self.concluded);
        for basis in &self.evidence {
            text.push_str(&format!("{} {}\n", basis.file, basis.expr));
        }
        Digest::of(text.as_bytes())
    }
}

/// What would put it right: an intent, not a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// What to state.
    pub intent: Intent,
    /// How sure one can be of it.
    pub safety: Safety,
}

/// What a remedy wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intent {
    /// `meta.license` should say this.
    SetLicense(LicenseExpr),
}

/// Whether a remedy may be written without asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Safety {
    /// Written by default.
    Safe,
    /// Written on request.
    Unsafe,
    /// Shown, never written.
    DisplayOnly,
}
