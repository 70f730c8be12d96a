//! The evidence of single files put together: what one file says of another.
//!
//! Follows references ("see COPYING") to the nearest file of that name; a reference that leads nowhere stays a reference.

use std::collections::BTreeMap;

use super::{Detection, Evidence, FileEvidence, Pointer, Score, Sharing, Witness};
use crate::license::LicenseExpr;
use crate::text::RelPath;

/// All evidence of one source, files in order of their paths, references followed.
pub fn assemble(mut files: Vec<FileEvidence>) -> Evidence {
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let mut sharing = Sharing::default();
    super::reuse::apply(&mut files, &mut sharing);
    follow_pointers(&mut files, &mut sharing);
    super::role::neighbours(&mut files);
    Evidence { files }
}

fn follow_pointers(files: &mut [FileEvidence], sharing: &mut Sharing) {
    let texts: BTreeMap<String, LicenseExpr> =
        files.iter().filter_map(|file| Some((file.path.as_str().to_lowercase(), whole_license(file)?))).collect();
    for file in files.iter_mut() {
        let found: Vec<Detection> = file
            .pointers
            .iter()
            .filter_map(|pointer| Some(resolved(pointer, target(&texts, &file.path, &pointer.target)?)))
            .collect();
        if found.is_empty() && Detection::are_sorted(&file.detections) {
            continue;
        }
        let seen = file.detections.edit();
        // "A BSD-style license that can be found in LICENSE": what that file says is what was meant.
        seen.retain(|one| !found.iter().any(|said| super::grant::is_made_precise(one, said)));
        seen.extend(found);
        Detection::sort(seen);
        sharing.share(file);
    }
}

/// The license that a file as a whole carries: all of its texts.
fn whole_license(file: &FileEvidence) -> Option<LicenseExpr> {
    let texts = file.detections.iter().filter(|one| one.class == Witness::Text);
    LicenseExpr::all(texts.map(|one| one.expr.clone()))
}

/// The file of that name in the folder of `from`, or in the nearest folder above it.
fn target<'t>(texts: &'t BTreeMap<String, LicenseExpr>, from: &RelPath, name: &str) -> Option<&'t LicenseExpr> {
    let mut folder = from.parent();
    loop {
        let path = folder.join(name).map(|path| path.as_str().to_lowercase());
        if let Some(found) = path.and_then(|path| texts.get(&path)) {
            return Some(found);
        }
        if folder.as_str().is_empty() {
            return None;
        }
        folder = folder.parent();
    }
}

fn resolved(pointer: &Pointer, expr: &LicenseExpr) -> Detection {
    Detection {
        expr: expr.clone(),
        class: Witness::Grant,
        by: "reference",
        lines: pointer.lines,
        score: Score::FULL,
        quote: pointer.quote.clone(),
        note: Some(format!("as {} says", pointer.target)),
    }
}
