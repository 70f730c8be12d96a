//! Packages and the tree that defines them, as the arguments of a command name them.

use std::path::{Path, PathBuf};

use anyhow::bail;

/// The packages, and the tree.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct Names {
    /// Attributes or globs, and the tree [default: all around here].
    ///
    /// Attributes or globs over them (`ripgrep`, `python3Packages.*`), and the tree: a checkout, a folder of .nix files
    /// or one file. A path contains a `/` or exists. By default every package of the tree around the current folder.
    #[arg(value_name = "ATTR|PATH")]
    names: Vec<String>,
    #[command(flatten)]
    tree: TreeArg,
}

/// The tree alone.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct TreeArg {
    /// The tree [default: the one around this folder].
    ///
    /// A checkout, a folder of .nix files or one file.
    #[arg(long, short = 'f', value_name = "DIR")]
    tree: Option<PathBuf>,
}

impl TreeArg {
    /// The tree that was named.
    pub(super) fn given(&self) -> Option<PathBuf> {
        self.tree.clone()
    }

    /// The tree.
    pub(super) fn path(&self) -> PathBuf {
        self.tree.clone().unwrap_or_else(around)
    }
}

impl Names {
    /// The tree and the attributes.
    pub(super) fn split(&self) -> anyhow::Result<(PathBuf, Vec<String>)> {
        let is_path = |name: &&String| name.contains('/') || *name == ".." || Path::new(name).exists();
        let (paths, attrs): (Vec<&String>, Vec<&String>) = self.names.iter().partition(is_path);
        let mut trees = self.tree.tree.iter().cloned().chain(paths.into_iter().map(PathBuf::from));
        let Some(tree) = trees.next() else { return Ok((around(), attrs.into_iter().cloned().collect())) };
        if let Some(second) = trees.next() {
            bail!("{} and {} are two trees; name one, and attributes with --attr", tree.display(), second.display());
        }
        Ok((tree, attrs.into_iter().cloned().collect()))
    }
}

/// The nixpkgs around the current folder, else the top of its git work tree, else the folder itself.
fn around() -> PathBuf {
    let here = PathBuf::from(".");
    let Ok(current) = std::env::current_dir() else { return here };
    let is_nixpkgs = |folder: &&Path| folder.join("pkgs/top-level").is_dir() || folder.join("pkgs/by-name").is_dir();
    let is_git = |folder: &&Path| folder.join(".git").exists();
    let top = current.ancestors().find(is_git);
    let within = |folder: &&Path| top.is_none_or(|top| folder.starts_with(top));
    match current.ancestors().take_while(within).find(is_nixpkgs).or(top) {
        Some(tree) if tree != current => up_to(&current, tree),
        _ => here,
    }
}

/// The relative way from `current` to the folder `above` it, so that reports name no folder of the machine.
fn up_to(current: &Path, above: &Path) -> PathBuf {
    current.strip_prefix(above).map_or_else(|_| above.to_owned(), |below| below.components().map(|_| "..").collect())
}
