//! One license of an expression.

use std::borrow::Cow;
use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::spdx_list;

/// A license, the version suffix it was granted with and the exception that widens it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Term {
    /// Which license.
    pub license: LicenseName,
    /// Only this version, or later ones as well.
    pub suffix: Suffix,
    /// The SPDX exception id (or `AdditionRef-...`) after `WITH`.
    pub exception: Option<String>,
}

/// The name of a license, without a version suffix.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LicenseName {
    /// An id of the SPDX list; for GNU licenses without `-only` and `-or-later`, e.g. `GPL-2.0`.
    Spdx(&'static str),
    /// The name after `LicenseRef-` (with a `DocumentRef-...:` before it kept), e.g. `nixpkgs-unfree`.
    Ref(String),
}

/// A license name outside of the program.
#[derive(Serialize, Deserialize)]
enum Written<'w> {
    #[serde(borrow)]
    Spdx(Cow<'w, str>),
    #[serde(borrow)]
    Ref(Cow<'w, str>),
}

impl Serialize for LicenseName {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let written = match self {
            LicenseName::Spdx(name) => Written::Spdx((*name).into()),
            LicenseName::Ref(name) => Written::Ref(name.into()),
        };
        written.serialize(out)
    }
}

impl<'de> Deserialize<'de> for LicenseName {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<LicenseName, D::Error> {
        let name = match Written::deserialize(reader)? {
            Written::Spdx(name) => name,
            Written::Ref(name) => return Ok(LicenseName::Ref(name.into_owned())),
        };
        let exact = spdx_list::listed(&name);
        let family = || spdx_list::listed(&format!("{name}-only"))?.strip_suffix("-only");
        exact.or_else(family).map(LicenseName::Spdx).ok_or_else(|| D::Error::custom("not an id of the SPDX list"))
    }
}

/// How a license version was granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Suffix {
    /// The question does not arise: the license is not of a family that asks it.
    None,
    /// Nothing in the evidence says it. Printed as `-only`, the id that names the text.
    Unstated,
    /// This version only.
    Only,
    /// This version or any later one.
    OrLater,
}

/// The GNU families whose ids carry `-only` or `-or-later`.
const SUFFIXED: [&str; 4] = ["AGPL-", "GFDL-", "GPL-", "LGPL-"];

/// How the names of modified licenses begin.
const MODIFIED: &str = "modified-";

impl Term {
    /// The term for an SPDX id in any case and any age: `gpl-2.0+`, `GPL-2.0-only` and `MIT` all work.
    /// `None` where the list has no such id.
    pub fn from_id(id: &str) -> Option<Term> {
        if let Some(term) = combined(id) {
            return Some(term);
        }
        if let Some(term) = suffixed(id) {
            return Some(term);
        }
        match id.strip_suffix('+') {
            Some(base) => plain(base, Suffix::OrLater),
            None => plain(id, Suffix::None),
        }
    }

    /// The term `LicenseRef-<name>`.
    pub fn reference(name: impl Into<String>) -> Term {
        Term { license: LicenseName::Ref(name.into()), suffix: Suffix::None, exception: None }
    }

    /// The same term under an exception.
    pub fn with_exception(mut self, exception: impl Into<String>) -> Term {
        self.exception = Some(exception.into());
        self
    }

    /// The same term with another suffix; a license that knows no suffix is left as it is.
    pub fn with_suffix(mut self, suffix: Suffix) -> Term {
        if self.suffix != Suffix::None {
            self.suffix = suffix;
        }
        self
    }

    /// The SPDX id without the exception, e.g. `GPL-2.0-or-later`, `MIT` or `LicenseRef-x`.
    pub fn id(&self) -> String {
        self.parts().concat()
    }

    /// Words before the name, the name, and the words behind it.
    fn parts(&self) -> [&str; 3] {
        match (&self.license, self.suffix) {
            (LicenseName::Ref(name), _) if name.starts_with("DocumentRef-") => ["", name, ""],
            (LicenseName::Ref(name), _) => ["LicenseRef-", name, ""],
            (LicenseName::Spdx(base), Suffix::None) => ["", base, ""],
            (LicenseName::Spdx(base), Suffix::OrLater) if is_suffixed(base) => ["", base, "-or-later"],
            (LicenseName::Spdx(base), Suffix::OrLater) => ["", base, "+"],
            (LicenseName::Spdx(base), Suffix::Only | Suffix::Unstated) => ["", base, "-only"],
        }
    }

    /// The license with terms added to it that take something away: `LicenseRef-modified-MIT`.
    pub fn modified(&self) -> Term {
        match self.is_reference() {
            true => self.clone(),
            false => Term::reference(format!("{MODIFIED}{}", self.license.as_str())),
        }
    }

    /// The license that [`Term::modified`] was made from.
    pub fn modified_from(&self) -> Option<Term> {
        let base = self.license.as_str().strip_prefix(MODIFIED).filter(|_| self.is_reference())?;
        Term::from_id(base)
    }

    /// True for `LicenseRef-...`.
    pub fn is_reference(&self) -> bool {
        matches!(self.license, LicenseName::Ref(_))
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts().into_iter().try_for_each(|part| f.write_str(part))?;
        self.exception.iter().try_for_each(|exception| write!(f, " WITH {exception}"))
    }
}

fn is_suffixed(base: &str) -> bool {
    SUFFIXED.iter().any(|family| base.starts_with(family))
}

/// `GPL-2.0-only`, `GPL-2.0-or-later`, and the deprecated `GPL-2.0` and `GPL-2.0+`.
fn suffixed(id: &str) -> Option<Term> {
    let lower = id.to_ascii_lowercase();
    let (base, suffix) = if let Some(base) = lower.strip_suffix("-only") {
        (base, Suffix::Only)
    } else if let Some(base) = lower.strip_suffix("-or-later") {
        (base, Suffix::OrLater)
    } else if let Some(base) = lower.strip_suffix('+') {
        (base, Suffix::OrLater)
    } else {
        (lower.as_str(), Suffix::Unstated)
    };
    // `AGPL-1.0`, `GFDL-1.3-invariants`, ...: the list has each with `-only`; the bare id is deprecated or missing.
    let listed = spdx_list::license_ignoring_case(&format!("{base}-only"))?;
    let name = listed.id.strip_suffix("-only")?;
    is_suffixed(name).then_some(Term { license: LicenseName::Spdx(name), suffix, exception: None })
}

fn plain(id: &str, suffix: Suffix) -> Option<Term> {
    let listed = spdx_list::license_ignoring_case(id)?;
    let name = RENAMED.iter().find(|(old, _)| *old == listed.id).map_or(listed.id, |(_, new)| new);
    Some(Term { license: LicenseName::Spdx(name), suffix, exception: None })
}

/// Deprecated ids that the SPDX list replaces by another license.
const RENAMED: [(&str, &str); 5] = [
    ("BSD-2-Clause-FreeBSD", "BSD-2-Clause-Views"),
    ("BSD-2-Clause-NetBSD", "BSD-2-Clause"),
    ("Nunit", "zlib-acknowledgement"),
    ("StandardML-NJ", "SMLNJ"),
    ("bzip2-1.0.5", "bzip2-1.0.6"),
];

/// Deprecated ids that the SPDX list replaces by a license and an exception.
const COMBINED: [(&str, &str, Suffix, &str); 11] = [
    ("GPL-2.0-with-autoconf-exception", "GPL-2.0", Suffix::Unstated, "Autoconf-exception-2.0"),
    ("GPL-2.0-with-bison-exception", "GPL-2.0", Suffix::Unstated, "Bison-exception-2.2"),
    ("GPL-2.0-with-classpath-exception", "GPL-2.0", Suffix::Unstated, "Classpath-exception-2.0"),
    ("GPL-2.0-with-font-exception", "GPL-2.0", Suffix::Unstated, "Font-exception-2.0"),
    ("GPL-2.0-with-GCC-exception", "GPL-2.0", Suffix::Unstated, "GCC-exception-2.0"),
    ("GPL-3.0-with-autoconf-exception", "GPL-3.0", Suffix::Unstated, "Autoconf-exception-3.0"),
    ("GPL-3.0-with-GCC-exception", "GPL-3.0", Suffix::Unstated, "GCC-exception-3.1"),
    ("eCos-2.0", "GPL-2.0", Suffix::OrLater, "eCos-exception-2.0"),
    ("wxWindows", "LGPL-2.0", Suffix::OrLater, "WxWindows-exception-3.1"),
    ("GPL-2.0+-with-classpath-exception", "GPL-2.0", Suffix::OrLater, "Classpath-exception-2.0"),
    ("GPL-2.0+-with-font-exception", "GPL-2.0", Suffix::OrLater, "Font-exception-2.0"),
];

fn combined(id: &str) -> Option<Term> {
    let (_, license, suffix, exception) = COMBINED.iter().find(|row| row.0.eq_ignore_ascii_case(id))?;
    Some(Term { license: LicenseName::Spdx(license), suffix: *suffix, exception: Some((*exception).to_owned()) })
}
