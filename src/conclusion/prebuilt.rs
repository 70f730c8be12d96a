//! Compiled files in a source.

use std::collections::BTreeMap;

use crate::evidence::{Compiled, Evidence, FileEvidence, Role, Unread};
use crate::text::RelPath;

/// Compiled files of one form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prebuilt {
    /// The form.
    pub form: Compiled,
    /// The first of them.
    pub file: RelPath,
    /// How many there are.
    pub files: usize,
}

/// The compiled files below `root` that reach the user, by form; those of tests, examples and build systems do not.
pub fn prebuilt(evidence: &Evidence, root: &RelPath) -> Vec<Prebuilt> {
    let mut by_form: BTreeMap<Compiled, Prebuilt> = BTreeMap::new();
    for (file, form) in evidence.files.iter().filter(|file| file.path.is_below(root)).filter_map(shipped) {
        let first = Prebuilt { form, file: file.path.clone(), files: 0 };
        by_form.entry(form).or_insert(first).files += 1;
    }
    by_form.into_values().collect()
}

fn shipped(file: &FileEvidence) -> Option<(&FileEvidence, Compiled)> {
    match (file.role, &file.unread) {
        (Role::Shipped | Role::Vendored, Some(Unread::Compiled(form))) => Some((file, *form)),
        _ => None,
    }
}
