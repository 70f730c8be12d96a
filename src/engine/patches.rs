//! Patches of a package: those of the checkout are evidence, the others are named with the conclusion.

use crate::conclusion::Conclusion;
use crate::evidence::{Detector, Evidence};
use crate::tree::{Checkout, Package, Patch};

/// So many patches are named.
const NAMED: usize = 3;

/// The evidence with that of the patches that are files of the checkout, and the names of the other patches. Which of
/// several sources a patch is for is not known.
pub(super) fn patched<'p>(
    package: &'p Package,
    mut evidence: Evidence,
    checkout: &Checkout,
    detector: &Detector,
) -> (Evidence, Vec<&'p str>) {
    let mut unread = Vec::new();
    let root = package.built_part();
    for patch in &package.patches {
        let bytes = match patch {
            Patch::Local(file) if package.sources.len() == 1 => checkout.read(file),
            Patch::Local(_) | Patch::Elsewhere(_) => None,
        };
        match bytes {
            Some(bytes) => evidence = evidence.with_patch(bytes, &root, detector),
            None => unread.push(patch.name()),
        }
    }
    (evidence, unread)
}

/// The conclusion with the names of patches that nobody read.
pub(super) fn named(mut conclusion: Conclusion, unread: &[&str]) -> Conclusion {
    if let (Conclusion::Concluded(concluded), false) = (&mut conclusion, unread.is_empty()) {
        concluded.reasons.push(in_words(unread));
    }
    conclusion
}

fn in_words(names: &[&str]) -> String {
    let more = names.len().saturating_sub(NAMED);
    let shown: Vec<String> = names.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
    let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("patches that were not read: {}{rest}", shown.join(", "))
}
