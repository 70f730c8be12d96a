//! One place, one finding: packages that share a value, a source and what was concluded of it share their findings.

use std::collections::BTreeMap;

use crate::report::{Located, Report};
use crate::tree::{AttrPath, Package};

/// Leaves of equal findings about packages of one value and one source the first, which names the others.
pub(super) fn merge(report: &mut Report) {
    let mut first: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut others: BTreeMap<(usize, usize), Vec<AttrPath>> = BTreeMap::new();
    for at in 0..report.packages.len() {
        let package = std::mem::take(&mut report.packages[at].findings);
        let mut kept: Vec<Located> = Vec::with_capacity(package.len());
        for located in package {
            let Some(key) = key(&located, &report.packages[at].package) else {
                kept.push(located);
                continue;
            };
            match first.get(&key) {
                Some(place) if place.0 != at => others.entry(*place).or_default().push(located.finding.attr),
                _ => {
                    first.insert(key, (at, kept.len()));
                    kept.push(located);
                }
            }
        }
        report.packages[at].findings = kept;
    }
    for ((package, finding), attrs) in others {
        report.packages[package].findings[finding].finding.others = attrs;
    }
}

/// All that equal findings have in common; `None` for a finding without a place. What rests on no source, e.g. a missing
/// license of which only the metadata was looked at, is the same at the same place, whatever the packages are built from.
fn key(located: &Located, package: &Package) -> Option<String> {
    let finding = &located.finding;
    let site = finding.place.as_ref()?;
    let rests_on_source = !finding.evidence.is_empty() || !finding.concluded.is_empty();
    let source = rests_on_source.then(|| source(package));
    let says = (finding.check.id, &finding.message, &finding.declared, &finding.concluded, &finding.help);
    let weighs = (finding.severity, finding.confidence, &located.state, &finding.remedy);
    let rests_on = (&finding.evidence, &finding.against, &finding.verification);
    Some(format!("{} {:?} {source:?} {says:?} {weighs:?} {rests_on:?}", site.file, site.span))
}

/// The sources of `package`, and its name, which tells what a builder was given where they are not known.
fn source(package: &Package) -> String {
    let sources: Vec<String> = package.sources.iter().map(|one| format!("{:?} {:?}", one.hash, one.urls)).collect();
    format!("{sources:?} {:?} {:?}", package.pname, package.version)
}
