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
        (Role::Shipped | Role::Vendored, _) if is_image(file) => Some((file, Compiled::Image)),
        _ => None,
    }
}

/// Ends of names of memory images: bytes as they are, and bytes written as text.
const IMAGES: [&str; 5] = [".bin", ".fw", ".ucode", ".rom", ".img"];
const IMAGES_AS_TEXT: [&str; 3] = [".hex", ".ihex", ".ihx"];

/// Smaller ones are fonts of a dozen letters, keys and samples.
const SMALLEST_IMAGE: u64 = 512;

/// True for `firmware/modem.bin` and `boot.hex`, which have no mark of their own at their start; not for a `data.bin` of a
/// few bytes, and not for a `.hex` that states a license.
fn is_image(file: &FileEvidence) -> bool {
    let name = file.path.name().to_ascii_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    let is_binary = matches!(file.unread, Some(Unread::Binary));
    let is_firmware = file.path.as_str().split('/').rev().skip(1).any(|folder| folder.contains("firmware"));
    let is_as_text = ends(&IMAGES_AS_TEXT) && file.unread.is_none() && file.detections.is_empty();
    file.size >= SMALLEST_IMAGE && (is_binary && (is_firmware || ends(&IMAGES)) || is_as_text)
}
