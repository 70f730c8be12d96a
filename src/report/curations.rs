//! Curations in the forms of other tools: YAML whose strings are all in double quotes, as JSON writes them.

use std::collections::BTreeMap;
use std::io::{self, Write};

use globset::GlobMatcher;

use crate::evidence::{Curation, Curations, Role, RoleRule};
use crate::source::FixedHash;

/// Rules about the same packages: curations and roles.
type Group<'c> = (Vec<&'c Curation>, Vec<&'c RoleRule>);

/// By the glob over packages; `*` stands for all of them.
fn by_package(curations: &Curations) -> BTreeMap<String, Group<'_>> {
    let name = |attr: &Option<GlobMatcher>| attr.as_ref().map_or("*", |glob| glob.glob().glob()).to_owned();
    let mut groups: BTreeMap<String, Group<'_>> = BTreeMap::new();
    for one in &curations.findings {
        groups.entry(name(&one.attr)).or_default().0.push(one);
    }
    for rule in &curations.roles {
        groups.entry(name(&rule.attr)).or_default().1.push(rule);
    }
    groups
}

/// Writes package configurations of the OSS Review Toolkit, a document a package.
pub fn ort(curations: &Curations, out: &mut dyn Write) -> io::Result<()> {
    for (attr, (findings, roles)) in by_package(curations) {
        writeln!(out, "---\nid: {}", quoted(&format!("Nix:nixpkgs:{attr}:")))?;
        let excluded: Vec<_> = roles.into_iter().filter_map(|rule| Some((rule, excluded(rule.role)?))).collect();
        if !excluded.is_empty() {
            writeln!(out, "path_excludes:")?;
        }
        for (rule, reason) in excluded {
            let comment = format!("{}{}{}", rule.role, rule.signature, pinned(&rule.sources));
            writeln!(out, "- pattern: {}\n  reason: {}", quoted(rule.glob.glob().glob()), quoted(reason))?;
            writeln!(out, "  comment: {}", quoted(&comment))?;
        }
        if !findings.is_empty() {
            writeln!(out, "license_finding_curations:")?;
        }
        findings.iter().try_for_each(|one| ort_finding(one, out))?;
    }
    Ok(())
}

fn ort_finding(one: &Curation, out: &mut dyn Write) -> io::Result<()> {
    let comment = format!("{}{}{}", one.comment, one.signature, pinned(&one.sources));
    writeln!(out, "- path: {}", quoted(one.path.glob().glob()))?;
    if let Some(detected) = &one.detected {
        writeln!(out, "  detected_license: {}", quoted(&detected.to_string()))?;
    }
    writeln!(out, "  concluded_license: {}\n  reason: {}", quoted(&concluded(one)), quoted(&one.reason.to_string()))?;
    writeln!(out, "  comment: {}", quoted(&comment))
}

/// Writes curations in the form of ClearlyDefined, a document a package; files by the hash of the source.
pub fn clearly_defined(curations: &Curations, out: &mut dyn Write) -> io::Result<()> {
    for (attr, (findings, _)) in by_package(curations) {
        let mut by_source: BTreeMap<String, Vec<&Curation>> = BTreeMap::new();
        for one in findings {
            let hashes = one.sources.iter().map(ToString::to_string);
            let hashes = hashes.chain(one.sources.is_empty().then(|| "*".to_owned()));
            hashes.for_each(|hash| by_source.entry(hash).or_default().push(one));
        }
        if by_source.is_empty() {
            continue;
        }
        writeln!(out, "---\ncoordinates:\n  name: {}\n  provider: \"nixpkgs\"\n  type: \"nix\"", quoted(&attr))?;
        writeln!(out, "revisions:")?;
        for (hash, all) in by_source {
            writeln!(out, "  {}:\n    files:", quoted(&hash))?;
            for one in all {
                writeln!(out, "    - path: {}", quoted(one.path.glob().glob()))?;
                writeln!(out, "      license: {}", quoted(&concluded(one)))?;
            }
        }
    }
    Ok(())
}

fn concluded(one: &Curation) -> String {
    one.concluded.as_ref().map_or_else(|| "NONE".to_owned(), ToString::to_string)
}

/// The reason for which the toolkit leaves out files of this role; `None` for what it looks at anyway.
fn excluded(role: Role) -> Option<&'static str> {
    match role {
        Role::LicenseText | Role::Shipped => None,
        Role::Test => Some("TEST_OF"),
        Role::Docs => Some("DOCUMENTATION_OF"),
        Role::Example => Some("EXAMPLE_OF"),
        Role::BuildSystem => Some("BUILD_TOOL_OF"),
        Role::Vendored | Role::Generated | Role::ThirdParty | Role::OtherPlatform => Some("OTHER"),
    }
}

fn pinned(sources: &[FixedHash]) -> String {
    let hashes: Vec<String> = sources.iter().map(ToString::to_string).collect();
    if hashes.is_empty() { String::new() } else { format!("; of {}", hashes.join(", ")) }
}

/// A string of JSON, which is one of YAML.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
