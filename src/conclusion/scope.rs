//! The part of a source that a package is built from, and what its single files say.

use crate::evidence::{Detection, Evidence, FileEvidence, Role, Unread, Witness};
use crate::license::LicenseExpr;
use crate::text::RelPath;

use super::Basis;

/// The files below a root, with the nearest license documents above it.
pub(super) struct Scope<'e> {
    root: RelPath,
    files: Vec<&'e FileEvidence>,
    above: Vec<&'e FileEvidence>,
}

impl<'e> Scope<'e> {
    /// The scope of the part of the source below `root`.
    pub(super) fn of(evidence: &'e Evidence, root: &RelPath) -> Self {
        let files: Vec<&FileEvidence> = evidence.files.iter().filter(|file| file.path.is_below(root)).collect();
        let above = nearest_documents_above(evidence, root);
        Scope { root: root.clone(), files, above }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The files with `role` of the scope.
    pub(super) fn with_role(&self, role: Role) -> impl Iterator<Item = &'e FileEvidence> {
        self.files.iter().copied().filter(move |file| file.role == role)
    }

    /// Files of the folder that is nearest to the root and has any that `wanted` accepts; folders above the root
    /// are asked when the scope itself has none.
    pub(super) fn nearest(&self, wanted: impl Fn(&FileEvidence) -> bool) -> Vec<&'e FileEvidence> {
        let depth = |file: &FileEvidence| file.path.parent().parts().count();
        let below: Vec<_> = self.files.iter().copied().filter(|file| wanted(file)).collect();
        let least = below.iter().map(|file| depth(file)).min();
        // A statement two folders down speaks for that folder, not for the package.
        let limit = self.root.parts().count() + 1;
        match least.filter(|least| *least <= limit) {
            Some(least) => below.into_iter().filter(|file| depth(file) == least).collect(),
            None => self.above.iter().copied().filter(|file| wanted(file)).collect(),
        }
    }

    /// Every file that says something, with what it says.
    pub(super) fn readings(&self) -> impl Iterator<Item = (&'e FileEvidence, Basis)> {
        self.files.iter().copied().filter_map(|file| Some((file, reading(file)?)))
    }

    /// The folder whose license `file` has: the vendored project it belongs to, else its own folder.
    pub(super) fn part_of(&self, file: &FileEvidence) -> RelPath {
        file.path.parent()
    }

    /// In words, that so much could not be read that silence means nothing; `None` where it was read.
    pub(super) fn unread_share(&self) -> Option<String> {
        let binary = self.files.iter().filter(|file| file.unread == Some(Unread::Binary)).count();
        let failed = self.files.iter().filter(|file| matches!(file.unread, Some(Unread::Io(_)))).count();
        let total = self.files.len();
        if failed > 0 {
            return Some(format!("{failed} of {total} files could not be read"));
        }
        (binary * 2 > total)
            .then(|| format!("{binary} of {total} files are binary: a binary does not tell its license"))
    }
}

/// Where the sub-tree `root` has no license document of its own, the nearest folder above that has some speaks for it.
fn nearest_documents_above<'e>(evidence: &'e Evidence, root: &RelPath) -> Vec<&'e FileEvidence> {
    let mut folder = root.clone();
    while !folder.as_str().is_empty() {
        folder = folder.parent();
        let here: Vec<_> = evidence.files.iter().filter(|file| file.path.parent() == folder).collect();
        if here.iter().any(|file| file.role == Role::LicenseText && reading(file).is_some()) {
            return here;
        }
    }
    Vec::new()
}

/// What one file says: within a file the stronger class decides, and what that class says joins.
/// Clues say nothing.
pub(super) fn reading(file: &FileEvidence) -> Option<Basis> {
    let speaking = || file.detections.iter().filter(|detection| detection.class != Witness::Clue);
    let class = speaking().map(|detection| detection.class).min()?;
    let decisive: Vec<&Detection> = speaking().filter(|detection| detection.class == class).collect();
    let expr = LicenseExpr::all(decisive.iter().map(|detection| detection.expr.clone()))?;
    let first = decisive.first()?;
    Some(Basis { file: file.path.clone(), lines: first.lines, class, expr, quote: first.quote.clone(), files: 1 })
}
