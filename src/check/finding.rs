//! Findings: statements of a rule about one package.

use std::fmt;

use crate::conclusion::{Basis, Confidence};
use crate::license::LicenseExpr;
use crate::source::Verification;
use crate::text::Digest;
use crate::tree::{AttrPath, Site};

use super::{Check, Severity};

/// One statement of a rule about one package.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule.
    pub check: &'static Check,
    /// How much it matters: the rule's own severity unless the configuration says otherwise.
    pub severity: Severity,
    /// The package.
    pub attr: AttrPath,
    /// More packages of which the same is true: they share the value, the source and the conclusion.
    pub others: Vec<AttrPath>,
    /// True where another source would make it another finding.
    pub rests_on_source: bool,
    /// Trust in it.
    pub confidence: Confidence,
    /// Both sides in one line, e.g. `declared MIT, the source says Apache-2.0`.
    pub message: String,
    /// The place in the checkout.
    pub place: Option<Site>,
    /// Label of the place, e.g. `declared here`.
    pub label: &'static str,
    /// Declaration of nixpkgs in SPDX terms; empty where there is none.
    pub declared: String,
    /// Conclusion for the source, or for the part of it that the finding is about, in SPDX terms; empty where that is not known.
    pub concluded: String,
    /// The witnesses, strongest first.
    pub evidence: Vec<Basis>,
    /// The witnesses that say something else.
    pub against: Vec<Basis>,
    /// Next steps, one line each.
    pub help: Vec<String>,
    /// The new value of a fix.
    pub remedy: Option<Remedy>,
    /// Whether the source that it speaks of is the declared one.
    pub verification: Verification,
}

/// Identity of a finding across runs: no line, no wording, nothing that moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity<'f> {
    /// The package.
    pub attr: &'f str,
    /// The rule's id.
    pub check: &'f str,
    /// Declaration of nixpkgs.
    pub declared: &'f str,
    /// Conclusion for the source; empty for rules that speak without a source, so that it does not matter whether one
    /// was at hand.
    pub concluded: &'f str,
}

impl Identity<'_> {
    /// The digest of its parts.
    pub fn digest(&self) -> Digest {
        // NUL stands in no attribute path and in no expression, so no two identities run together.
        Digest::of([self.attr, self.check, self.declared, self.concluded].join("\0").as_bytes())
    }
}

impl Finding {
    /// Identity that it shares with the same finding of another run.
    pub fn identity(&self) -> Identity<'_> {
        let concluded = if self.check.metadata_only { "" } else { self.concluded.as_str() };
        Identity { attr: &self.attr.0, check: self.check.id, declared: &self.declared, concluded }
    }

    /// The packages that it is about.
    pub fn attrs(&self) -> impl Iterator<Item = &AttrPath> {
        std::iter::once(&self.attr).chain(&self.others)
    }

    /// Adds what its remedy comes to at its place.
    pub fn add_offer(&mut self, offer: Offer) {
        let Some(remedy) = &mut self.remedy else { return };
        self.help.insert(0, offer.to_string());
        remedy.offer = Some(offer);
    }

    /// The packages in a few words, e.g. `emacs25Packages.a and 1 more`.
    pub fn names(&self) -> String {
        match self.others.len() {
            0 => self.attr.to_string(),
            more => format!("{} and {more} more", self.attr),
        }
    }

    /// The same finding about each of its packages alone.
    pub fn each(&self) -> impl Iterator<Item = Finding> {
        self.attrs().map(|attr| Finding { attr: attr.clone(), others: Vec::new(), ..self.clone() })
    }

    /// True where it says that a package is free or unfree and nixpkgs says the opposite.
    pub fn is_about_freedom(&self) -> bool {
        let opposite = self.remedy.as_ref().is_some_and(|remedy| remedy.freedom.is_some());
        opposite || super::ABOUT_FREEDOM.iter().any(|check| check.id == self.check.id)
    }

    /// The finding as far as its source is proven: of an unverified one nothing is certain, and no remedy is safe.
    pub(super) fn hedged(mut self) -> Finding {
        if self.verification == Verification::Verified {
            return self;
        }
        if !self.check.metadata_only {
            self.confidence = self.confidence.min(Confidence::Medium);
        }
        if let Some(remedy) = &mut self.remedy {
            remedy.doubt = remedy.doubt.max(Some(Doubt::Unverified));
        }
        self
    }

    /// The digest of what the finding rests on: a suppression that names it expires when the evidence changes.
    pub fn pin(&self) -> Digest {
        let (concluded, witnesses) = match self.rests_on_source {
            true => (self.concluded.as_str(), &self.evidence[..]),
            false => ("", &[][..]),
        };
        let mut text = format!("{}\n{}\n{concluded}\n", self.check.id, self.declared);
        for basis in witnesses {
            text.push_str(&format!("{} {}\n", basis.file, basis.expr));
        }
        Digest::of(text.as_bytes())
    }

    /// True where neither declaration nor source says anything, so that a pin cannot be held against it: nothing is
    /// declared, and the source was not looked at.
    pub fn has_no_evidence(&self) -> bool {
        let is_silent = self.concluded.is_empty() && self.evidence.is_empty();
        self.check.metadata_only && self.declared.is_empty() && is_silent
    }
}

/// Remedy: an intent, not a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// License to state.
    pub intent: Intent,
    /// Why it is not safe; `None` where it is.
    pub doubt: Option<Doubt>,
    /// Whether it makes the package unfree, or free.
    pub freedom: Option<Freedom>,
    /// Edit that it comes to at its place; `None` until the place was looked at.
    pub offer: Option<Offer>,
}

impl Remedy {
    /// A remedy whose place was not looked at yet.
    pub fn new(license: LicenseExpr, doubt: Option<Doubt>, freedom: Option<Freedom>) -> Remedy {
        Remedy { intent: Intent::SetLicense(license), doubt, freedom, offer: None }
    }

    /// How sure one can be of it, whatever its place.
    pub fn safety(&self) -> Safety {
        self.doubt.map_or(Safety::Safe, Doubt::safety)
    }

    /// Its safety at its place.
    pub fn safety_in_place(&self) -> Safety {
        self.offer.as_ref().map_or_else(|| self.safety(), |offer| offer.safety)
    }
}

/// Why a remedy is not to be written unasked; the gravest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// The license is read from a string, and no source was asked.
    String,
    /// A list may be meant as one.
    List,
    /// The confidence in the conclusion is medium.
    Medium,
    /// The source is not proven to be the declared one.
    Unverified,
    /// Only a family is named ("GPL"), so that any version may be taken.
    FamilyName,
    /// Several licenses, and which of their parts ship is not known.
    Parts,
    /// The declared exception would go.
    Exception,
    /// The package would become free, or unfree.
    Freedom,
    /// The confidence in the conclusion is low.
    Low,
    /// Nothing names a license of its own.
    Placeholder,
    /// Nothing says whether all of the licenses apply, or one at choice.
    Operator,
    /// Nothing says whether later versions are granted.
    Suffix,
}

impl Doubt {
    /// The safety that it leaves.
    pub fn safety(self) -> Safety {
        if self < Doubt::Low { Safety::Unsafe } else { Safety::DisplayOnly }
    }

    /// True where a person has to choose the words before anything can be written.
    pub fn leaves_words_open(self) -> bool {
        matches!(self, Doubt::Placeholder | Doubt::Operator | Doubt::Suffix)
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Doubt::String => "it rests on the words of the string alone",
            Doubt::List => "a list may be meant as one",
            Doubt::Medium => "the confidence is medium",
            Doubt::Unverified => "its source is not proven to be the declared one",
            Doubt::FamilyName => "the source names a family of licenses and no version",
            Doubt::Parts => "which of the parts ship is for a person to see",
            Doubt::Exception => "it takes the declared exception away",
            Doubt::Freedom => "it changes whether the package is free",
            Doubt::Low => "the confidence is low",
            Doubt::Placeholder => "the source names no license",
            Doubt::Operator => "nothing says whether all of these apply, or one at choice",
            Doubt::Suffix => "nothing says whether later versions are granted",
        })
    }
}

/// A remedy at its place: the edit that `fix` would make there, or why it makes none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The binding on one line as it would be written, e.g. `license = licenses.asl20;`; `None` where nothing is.
    pub line: Option<String>,
    /// Argument of the file's function that the line needs and the edit adds, e.g. `lib`.
    pub argument: Option<String>,
    /// How sure one can be of it there.
    pub safety: Safety,
    /// Why nothing is written, or not unasked.
    pub why: Option<String>,
}

impl fmt::Display for Offer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = self.why.as_deref().unwrap_or("nothing can be written");
        let Some(line) = &self.line else { return write!(f, "`fix` writes nothing here: {why}") };
        write!(f, "write `{line}`")?;
        if let Some(argument) = &self.argument {
            write!(f, " and add `{argument}` to the arguments of the function around it")?;
        }
        match (&self.why, self.safety) {
            (Some(why), safety) => write!(f, " ({}: {why})", safety.name()),
            (None, safety) => write!(f, " ({})", safety.name()),
        }
    }
}

/// A change of `meta.license` that changes who may build and get the package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freedom {
    /// Free is declared, and the new license is not free.
    Lost,
    /// Unfree is declared, and the new license is free.
    Gained,
}

impl fmt::Display for Freedom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Freedom::Lost => {
                "this makes the package unfree: evaluating it will need allowUnfree and Hydra stops building it; look \
                 for packages that depend on it first, and decide whether it is to be backported"
            }
            Freedom::Gained => {
                "this makes the package free: Hydra will build and distribute it; make sure that nothing unfree is \
                 fetched or installed beside it"
            }
        })
    }
}

/// Intent of a remedy.
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

impl Safety {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Safety::Safe => "safe",
            Safety::Unsafe => "unsafe",
            Safety::DisplayOnly => "display-only",
        }
    }
}
