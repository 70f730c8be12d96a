//! Families of licenses: licenses that share a name and differ by a version or a clause.
//!
//! Knows ids, not texts. Whether "GPL" in a sentence means a family or a version is for the reader of the sentence.

use super::{LicenseName, Suffix, Term};

/// Families whose members differ by a clause and do not share the first word of their names.
const VARIANTS: [&[&str]; 5] = [
    &[
        "BSD-1-Clause",
        "BSD-2-Clause",
        "BSD-2-Clause-Patent",
        "BSD-2-Clause-Views",
        "BSD-3-Clause",
        "BSD-3-Clause-Clear",
        "BSD-3-Clause-flex",
        "BSD-4-Clause",
        "BSD-4-Clause-UC",
        "BSD-Source-Code",
        "0BSD",
    ],
    &[
        "MIT",
        "MIT-0",
        "MIT-CMU",
        "MIT-Modern-Variant",
        "X11",
        "X11-distribute-modifications-variant",
        "HPND",
        "ISC",
        "NTP",
        "NCSA",
        "curl",
    ],
    &["Artistic-1.0", "Artistic-1.0-Perl", "Artistic-1.0-cl8", "ClArtistic"],
    &["PSF-2.0", "Python-2.0", "Python-2.0.1", "CNRI-Python"],
    &["Zlib", "Libpng", "libpng-2.0", "zlib-acknowledgement"],
];

/// Names of licenses that are another wording or a part of each other, the general one first: "the Artistic License"
/// of a Perl module is the variant that Perl has, and the PSF license is the first text of Python's stack.
const WORDINGS: [(&str, &str); 5] = [
    ("Artistic-1.0", "Artistic-1.0-Perl"),
    ("Artistic-1.0", "Artistic-1.0-cl8"),
    ("PSF-2.0", "Python-2.0"),
    ("PSF-2.0", "Python-2.0.1"),
    ("Python-2.0", "Python-2.0.1"),
];

/// Families that ask for the source of what is changed, or of the whole, beside those of [`COPYLEFT`].
const RECIPROCAL: [&str; 12] =
    ["LGPL", "MPL", "EPL", "CPL", "IPL", "CDDL", "EUPL", "CECILL", "CC", "GFDL", "QPL", "APSL"];

/// Families whose licenses reach the code that is linked with them.
const COPYLEFT: [&str; 4] = ["GPL", "AGPL", "SSPL", "OSL"];

impl Term {
    /// The name of its family: the id up to its version or variant, e.g. `GPL`, `BSD`, `Apache`.
    pub fn family(&self) -> &str {
        let name = self.license.as_str();
        match name.split(['-', '.']).next().unwrap_or(name) {
            "0BSD" => "BSD",
            first => first,
        }
    }

    /// True for a license named without its version: `GPL` alone grants any version, and is kept as
    /// `GPL-1.0-or-later`.
    pub fn is_family_alone(&self) -> bool {
        match &self.license {
            LicenseName::Spdx(name) => self.suffix == Suffix::OrLater && name.ends_with("GPL-1.0"),
            LicenseName::Ref(name) => name.ends_with("-unspecified"),
        }
    }

    /// True for licenses that reach code linked with them: their presence changes what a user may do with the whole.
    pub fn is_copyleft(&self) -> bool {
        COPYLEFT.contains(&self.family()) && self.exception.is_none()
    }

    /// True for licenses that ask for the source of what is changed, and leave the rest of a work alone.
    pub fn is_reciprocal(&self) -> bool {
        RECIPROCAL.contains(&self.family())
    }

    /// True for licenses that ask for the source of nothing: the ones that are offered side by side for a choice.
    pub fn is_permissive(&self) -> bool {
        !self.is_reference() && !COPYLEFT.contains(&self.family()) && !self.is_reciprocal()
    }

    /// True where its own words let code under it be used under `whole`: "or any later version", and section 3 of the LGPL,
    /// which lets any copy be taken under the GPL.
    pub fn may_be_used_under(&self, whole: &Term) -> bool {
        let is_plain = self.exception.is_none() && whole.exception.is_none();
        let reaches = |first: &str| is_plain && version(&whole.license) >= first;
        let own = version(&self.license);
        match (self.family(), whole.family()) {
            ("LGPL", "GPL" | "AGPL") => reaches(if own < "3.0" { "2.0" } else { own }),
            ("GPL", "GPL") | ("LGPL", "LGPL") => self.suffix == Suffix::OrLater && reaches(own),
            ("GPL", "AGPL") => self.suffix == Suffix::OrLater && reaches("3.0") && own <= "3.0",
            _ => false,
        }
    }

    /// True for the text of a license that is shipped with code under `grant`: the text of version 3, or of 2.1, beside
    /// "version 2 or (at your option) any later version".
    pub fn is_text_for(&self, grant: &Term) -> bool {
        self.suffix == Suffix::Unstated
            && grant.suffix == Suffix::OrLater
            && self.exception.is_none()
            && self.family() == grant.family()
            && version(&grant.license) <= version(&self.license)
    }
}

/// The version at the end of an id, e.g. `2.1`; the empty text where there is none. Versions of the GNU licenses have
/// one digit before the dot, so that their texts compare like their numbers.
fn version(name: &LicenseName) -> &str {
    name.as_str().rsplit_once('-').map_or("", |(_, version)| version)
}

/// True for two names of one license, or of one that holds the other; see `WORDINGS`.
pub fn are_wordings(left: &Term, right: &Term) -> bool {
    let pair = |a: &Term, b: &Term| WORDINGS.contains(&(a.license.as_str(), b.license.as_str()));
    pair(left, right) || pair(right, left)
}

/// True where `exact` is a version or variant of the family that `vague` names: every LGPL is one of "GPL" too.
pub fn refines(exact: &Term, vague: &Term) -> bool {
    let (exact, vague) = (exact.family().to_ascii_lowercase(), vague.family().to_ascii_lowercase());
    exact == vague || exact.strip_prefix(['a', 'l']) == Some(&vague)
}

/// True for two different licenses that differ by a clause (`BSD-2-Clause`, `BSD-3-Clause`) or by a version
/// (`ZPL-2.0`, `ZPL-2.1`). GNU licenses of other numbers are none, as version 2 and version 3 of the GPL cannot even be
/// combined; `LGPL-2.0` and `LGPL-2.1` are one license under two names.
pub fn are_variants(left: &Term, right: &Term) -> bool {
    let (LicenseName::Spdx(left), LicenseName::Spdx(right)) = (&left.license, &right.license) else { return false };
    let in_one = VARIANTS.iter().any(|family| family.contains(left) && family.contains(right));
    left != right && (in_one || same_name_other_version(left, right))
}

fn same_name_other_version(left: &str, right: &str) -> bool {
    let is_version = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    match (left.rsplit_once('-'), right.rsplit_once('-')) {
        (Some((a, x)), Some((b, y))) => {
            a == b && is_version(x) && is_version(y) && (!a.ends_with("GPL") || number(x) == number(y))
        }
        _ => false,
    }
}

/// `2` of `2.1`.
fn number(version: &str) -> &str {
    version.split('.').next().unwrap_or(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(id: &str) -> Term {
        Term::from_id(id).expect("an id of the list")
    }

    #[test]
    fn a_family_is_named_by_the_first_word() {
        for (id, family) in [("GPL-2.0-only", "GPL"), ("0BSD", "BSD"), ("BSD-2-Clause", "BSD"), ("MIT", "MIT")] {
            assert_eq!(term(id).family(), family, "{id}");
        }
    }

    #[test]
    fn members_refine_the_name_of_their_family() {
        assert!(refines(&term("0BSD"), &term("BSD-3-Clause")) && refines(&term("BSD-2-Clause"), &term("BSD-3-Clause")));
        assert!(refines(&term("LGPL-2.1-only"), &term("GPL-1.0-or-later")));
        assert!(!refines(&term("MIT-0"), &term("BSD-3-Clause")));
    }

    #[test]
    fn a_text_goes_with_grants_of_its_version_and_before() {
        let is_text_for = |text: &str, grant: &str| term(text).is_text_for(&term(grant));
        assert!(is_text_for("GPL-3.0", "GPL-2.0-or-later") && is_text_for("LGPL-2.1", "LGPL-2.0-or-later"));
        assert!(!is_text_for("GPL-2.0", "GPL-3.0-or-later") && !is_text_for("GPL-3.0", "GPL-2.0-only"));
        assert!(!is_text_for("GPL-3.0", "LGPL-2.1-or-later") && !is_text_for("GPL-3.0-only", "GPL-2.0-or-later"));
    }

    #[test]
    fn variants_differ_by_a_clause_or_a_version() {
        assert!(are_variants(&term("BSD-2-Clause"), &term("0BSD")) && are_variants(&term("ZPL-2.0"), &term("ZPL-2.1")));
        assert!(!are_variants(&term("GPL-2.0-only"), &term("GPL-3.0-only")));
        assert!(are_variants(&term("LGPL-2.0-or-later"), &term("LGPL-2.1-or-later")));
        assert!(!are_variants(&term("LGPL-2.1-only"), &term("LGPL-3.0-only")));
        assert!(!are_variants(&term("MIT"), &term("MIT")));
    }
}
