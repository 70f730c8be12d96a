//! Where files may be written that a user names.
//!
//! A user who names a file of the tree means that file. A link that was committed in its place, or in the place of a
//! folder on the way, would have clarity write to any file of the user, so none is followed out of the tree.

use std::path::{Component, Path, PathBuf};

use anyhow::bail;

/// An error where `file` is written as a place of the tree at `tree` and a link leads out of there. The tree goes up to
/// the root of its git work tree.
pub(super) fn must_stay(file: &Path, tree: &Path) -> anyhow::Result<()> {
    let (Ok(written), Ok(given)) = (std::path::absolute(file), std::path::absolute(tree)) else { return Ok(()) };
    let Some(root) = root_of(&given) else { return Ok(()) };
    // The tree may be named by another way than the one that its links give.
    let as_given = without_dots(&given).ancestors().nth(depth_below(&given, &root)).map(Path::to_owned);
    let written = without_dots(&written);
    let is_of_tree = written.starts_with(&root) || as_given.is_some_and(|root| written.starts_with(root));
    if !is_of_tree || end_of(&written).is_some_and(|real| real.starts_with(&root)) {
        return Ok(());
    }
    bail!("{}: a link leads out of the tree; remove the link or name another file", file.display())
}

/// The root of the work tree around `tree`, links followed; without git the folder of the tree itself.
fn root_of(tree: &Path) -> Option<PathBuf> {
    let real = tree.canonicalize().ok()?;
    let folder = if real.is_dir() { real.as_path() } else { real.parent()? };
    let top = folder.ancestors().find(|folder| folder.join(".git").exists());
    Some(top.unwrap_or(folder).to_owned())
}

/// The number of folders between `tree` and `root`.
fn depth_below(tree: &Path, root: &Path) -> usize {
    let real = tree.canonicalize().unwrap_or_else(|_| tree.to_owned());
    real.strip_prefix(root).map_or(0, |below| below.components().count())
}

/// The absolute `path` without `.` and `..`, as it is written.
fn without_dots(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(out.pop()),
            Component::CurDir => {}
            part => out.push(part),
        }
    }
    out
}

/// The place that `path` leads to, whether it is there or is to be made; `None` for a link to nothing.
fn end_of(path: &Path) -> Option<PathBuf> {
    match path.symlink_metadata() {
        Ok(_) => path.canonicalize().ok(),
        Err(_) => Some(end_of(path.parent()?)?.join(path.file_name()?)),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::must_stay;

    #[test]
    fn links_of_the_tree_lead_no_output_out() {
        let room = tempfile::tempdir().expect("a folder");
        let at = |path: &str| room.path().join(path);
        for folder in ["tree/pkgs", "tree/.git", "out"] {
            fs::create_dir_all(at(folder)).expect("made");
        }
        fs::write(at("out/file"), "mine").expect("written");
        for (link, target) in [
            ("tree/report.json", "../out/file"),
            ("tree/new.json", "../out/new"),
            ("tree/pkgs/patches", "../../out"),
            ("tree/inside.json", "pkgs/real.json"),
            ("tree/folder", "pkgs"),
            ("other", "tree"),
        ] {
            symlink(target, at(link)).expect("a link");
        }
        for (file, stays) in [
            ("tree/report.json", false),
            ("tree/new.json", false),
            ("tree/pkgs/patches", false),
            ("tree/pkgs/patches/new/x", false),
            ("tree/pkgs/../report.json", false),
            ("other/report.json", false),
            ("tree/plain.json", true),
            ("tree/folder/a.json", true),
            ("tree/../out/file", true),
            ("out/file", true),
            ("out/new/deep", true),
        ] {
            for tree in ["tree", "tree/pkgs", "other", "other/pkgs"] {
                // By a way that neither names nor is the tree's own, a file is somewhere else.
                let stays = stays || file.starts_with("other") && tree.starts_with("tree");
                assert_eq!(must_stay(&at(file), &at(tree)).is_ok(), stays, "{file} of {tree}");
            }
        }
        assert!(must_stay(&at("tree/inside.json"), &at("tree")).is_err(), "a link to nothing is not followed");
        fs::write(at("tree/pkgs/real.json"), "").expect("written");
        assert!(must_stay(&at("tree/inside.json"), &at("tree")).is_ok());
    }
}
