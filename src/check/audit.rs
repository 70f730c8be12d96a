//! The documentation of the audits of the license table. [`crate::table::audit`] makes their remarks.

use super::{Check, Severity};

/// All audits, in order of their ids. Their subject is an entry of `lib.licenses`, not a package.
pub const AUDITS: &[Check] = &[
    Check {
        name: "table-missing-id",
        what: "An entry has no `spdxId`, and SPDX has an id for it.",
        why: "Tools that compare licenses by their ids see an unknown one, and reports of the package name it in a private way.",
        example: "`{ fullName = \"zlib License\"; url = \"https://spdx.org/licenses/Zlib.html\"; }`: by its url this is Zlib.",
        wrong_when: "The entry stands for a variant that SPDX does not know and is only named like the listed one. Compare its url with the text of the list.",
        ..audit("LIC070")
    },
    Check {
        name: "table-deprecated-id",
        what: "The `spdxId` of an entry is deprecated.",
        why: "Validators refuse deprecated ids, and the old GNU ids do not say whether later versions are allowed.",
        example: "`spdxId = \"GPL-2.0\";` where SPDX writes `GPL-2.0-only`.",
        wrong_when: "The entry itself is kept for old expressions and marked `deprecated = true`. It then vanishes with them.",
        ..audit("LIC071")
    },
    Check {
        name: "table-invalid-id",
        what: "The `spdxId` of an entry is neither on the SPDX list nor an expression of listed ids.",
        why: "A bill of materials that carries it is not valid.",
        example: "`spdxId = \"mit\";`: ids have one spelling, `MIT`.",
        wrong_when: "The id is newer than the list that this version carries; `clarity -V -v` prints which one that is.",
        ..audit("LIC072")
    },
    Check {
        name: "table-licensedb-url",
        what: "An entry points to the ScanCode LicenseDB, and SPDX has an id for that license.",
        why: "The id is what other tools know; it was probably added to the list after the entry was written.",
        example: "`url = \"https://scancode-licensedb.aboutcode.org/blueoak-1.0.0.html\";` without `spdxId = \"BlueOak-1.0.0\";`.",
        wrong_when: "The page is about another text than the listed license of the same name.",
        ..audit("LIC073")
    },
    Check {
        name: "table-free-flag",
        what: "An entry says `free = false`, and the FSF or the OSI calls the license free.",
        why: "The flag decides what nixpkgs builds and redistributes.",
        example: "`{ spdxId = \"MIT\"; free = false; }`",
        wrong_when: "nixpkgs judges otherwise on purpose. The silence of both says nothing, so nothing is told for `free = true`.",
        ..audit("LIC074")
    },
    Check {
        name: "table-duplicate",
        what: "Two entries stand for one license.",
        why: "Packages of one license then seem to have two.",
        example: "`a = { spdxId = \"MIT\"; }; b = { spdxId = \"MIT\"; };`",
        wrong_when: "One of them is an old name: mark it `deprecated = true`.",
        ..audit("LIC075")
    },
];

/// Fields that all audits share.
const fn audit(id: &'static str) -> Check {
    Check {
        id,
        name: "",
        severity: Severity::Note,
        metadata_only: true,
        what: "",
        why: "",
        example: "",
        wrong_when: "",
        rule: |_| Vec::new(),
    }
}
