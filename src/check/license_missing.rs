//! A package without `meta.license`.

use crate::conclusion::Confidence;
use crate::declared::Declared;
use crate::tree::{Package, is_builder};

use super::words;
use super::{Check, Finding, Severity, Subject};

/// The rule.
pub(super) const CHECK: Check = Check {
    id: "LIC001",
    name: "license-missing",
    severity: Severity::Warning,
    metadata_only: true,
    what: "The package has no `meta.license`.",
    why: "Without a license nobody may redistribute the package, and every tool that filters by license has to guess.",
    example: "`meta = { description = \"...\"; };` without a `license` attribute.",
    wrong_when: "The license is set somewhere that static evaluation does not reach. Then it is reported as computed, not as missing; if you see this finding all the same, it is a bug.",
    rule,
};

fn rule(subject: &Subject<'_>) -> Vec<Finding> {
    if *subject.declared != Declared::Absent || is_no_package(subject.package) {
        return Vec::new();
    }
    let message = match subject.concluded() {
        Some(concluded) if concluded.confidence == Confidence::Low => {
            format!("no license declared, the source may say {}", words::concluded(concluded))
        }
        Some(concluded) => format!("no license declared, the source says {}", words::concluded(concluded)),
        None => "no license declared".to_owned(),
    };
    vec![subject.finding_with_remedy(&CHECK, message)]
}

/// True for setup hooks, wrappers and what fetchers leave: a builder makes them of nothing that could be licensed.
fn is_no_package(package: &Package) -> bool {
    let has_source = !package.sources.is_empty() || package.source_unknown.is_some();
    !has_source && package.site.as_ref().is_some_and(|site| is_builder(&site.file))
}
