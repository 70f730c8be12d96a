//! Licenses of what a package manager brings along and links into what is shipped: each folder of it is a project of
//! its own.
//!
//! A project is a folder with a license document or a manifest that has none around it. Each is concluded by its own
//! evidence alone, as a package is; files outside of all projects say nothing.

use std::collections::BTreeMap;

use crate::conclusion::{Conclusion, Linked, conclude};
use crate::evidence::{Evidence, FileEvidence, Role, Witness};
use crate::text::RelPath;

/// The projects in `evidence`, which lies in the folder `scope` beside the files of the package; in order of folders. Where
/// there is none, the folder itself is one that states nothing.
pub(super) fn linked(scope: &RelPath, evidence: &Evidence) -> Vec<Linked> {
    let speaks = |file: &&FileEvidence| file.role == Role::LicenseText || is_manifest(file);
    let mut folders: Vec<RelPath> = evidence.files.iter().filter(speaks).map(|file| file.path.parent()).collect();
    folders.sort_by(|a, b| a.parts().cmp(b.parts()));
    folders.dedup();
    // In this order a folder comes before those in it.
    folders.dedup_by(|inner, outer| inner.is_below(outer));
    let mut projects: BTreeMap<RelPath, Vec<FileEvidence>> =
        folders.into_iter().map(|folder| (folder, Vec::new())).collect();
    for file in &evidence.files {
        let around = std::iter::successors(Some(file.path.parent()), |folder| {
            (!folder.as_str().is_empty()).then(|| folder.parent())
        });
        for folder in around {
            if let Some(files) = projects.get_mut(&folder) {
                files.push(file.clone());
            }
        }
    }
    let concluded = |(folder, files): (RelPath, Vec<FileEvidence>)| {
        let expr =
            match conclude(&Evidence { files, verification: evidence.verification, ..Evidence::default() }, &folder) {
                Conclusion::Concluded(concluded) => Some(concluded.expr),
                _ => None,
            };
        Some(Linked {
            path: if folder.as_str().is_empty() { scope.clone() } else { scope.join(folder.as_str())? },
            expr,
        })
    };
    if projects.is_empty() {
        return vec![Linked { path: scope.clone(), expr: None }];
    }
    projects.into_iter().filter_map(concluded).collect()
}

fn is_manifest(file: &FileEvidence) -> bool {
    file.detections.iter().any(|one| one.class == Witness::Manifest)
}
