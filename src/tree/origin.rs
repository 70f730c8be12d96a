//! The revision of a nixpkgs folder, as far as the folder tells it.

use std::path::Path;

use crate::git::Git;

/// Longer texts are no revision.
const MAX_LEN: usize = 100;

/// The revision of the nixpkgs at `folder`: what a channel's tarball states, else the commit of its git work tree, else
/// the version. `None` where it tells nothing.
pub fn revision_of(folder: &Path) -> Option<String> {
    let stated = |file: &str| {
        let text = std::fs::read_to_string(folder.join(file)).ok()?;
        let line = text.lines().next()?.trim();
        (!line.is_empty() && line.len() <= MAX_LEN).then(|| line.to_owned())
    };
    stated(".git-revision").or_else(|| commit(folder)).or_else(|| stated(".version")).or_else(|| stated("lib/.version"))
}

/// The commit that the work tree at `folder` is on.
fn commit(folder: &Path) -> Option<String> {
    if !folder.join(".git").exists() {
        return None;
    }
    let output = Git::around(folder).ok()?.command().args(["rev-parse", "--verify", "HEAD"]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
