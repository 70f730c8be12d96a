//! Terms that take something away from a license of the source.

use std::collections::BTreeSet;

use crate::evidence::{Evidence, FileEvidence, RestrictionKind, Role};
use crate::license::LicenseExpr;
use crate::text::{LineRange, RelPath};

/// A restriction that reaches the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restricted {
    /// The file that states it.
    pub file: RelPath,
    /// Its lines.
    pub lines: LineRange,
    /// True where the file is a license document.
    pub is_document: bool,
    /// Kind of the restriction.
    pub kind: RestrictionKind,
    /// The words, shortened to one line.
    pub quote: String,
    /// The license that it restricts; `None` for terms that have no known license.
    pub of: Option<LicenseExpr>,
}

/// The restrictions below `root`, each once: those of license documents first, then by file.
pub fn restrictions(evidence: &Evidence, root: &RelPath) -> Vec<Restricted> {
    let mut told = BTreeSet::new();
    let files = evidence.files.iter().filter(|file| file.path.is_below(root) && reaches_the_user(file, root));
    // A copy of another project ships with its own license; terms that leave no license at all concern everybody.
    let mut found: Vec<Restricted> = files.flat_map(|file| of_file(file, file.role == Role::Vendored)).collect();
    // Terms of no named kind in a document further down are those of what lies beside it.
    found.retain(|one| one.kind != RestrictionKind::Other || !one.is_document || one.file.parent() == *root);
    found.sort_by(|a, b| (!a.is_document, &a.file, a.lines).cmp(&(!b.is_document, &b.file, b.lines)));
    found.retain(|one| told.insert((one.kind, one.quote.to_lowercase())));
    found
}

/// License documents and what ships; of the documentation only what stands at the top, such as the readme. Debian's list
/// tells of the terms of every single file: what restricts is restricted there.
fn reaches_the_user(file: &FileEvidence, root: &RelPath) -> bool {
    match file.role {
        _ if file.path.as_str().ends_with("debian/copyright") => false,
        Role::LicenseText | Role::Shipped | Role::Vendored => true,
        Role::Docs => file.path.parent() == *root,
        _ => false,
    }
}

fn of_file(file: &FileEvidence, is_copy: bool) -> impl Iterator<Item = Restricted> {
    file.restrictions.iter().filter(move |one| one.of.is_none() || !is_copy).map(|one| Restricted {
        file: file.path.clone(),
        lines: one.lines,
        is_document: file.role == Role::LicenseText,
        kind: one.kind,
        quote: one.quote.clone(),
        of: one.of.clone(),
    })
}
