//! Folders that a user names for the nixpkgs behind a tree and for its other inputs.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};

use super::slip::no_such;
use super::stream;
use crate::engine::{Inputs, Watch, find_inputs};
use crate::source::{self, Network};
use crate::tree::{self, Layout, Pins};

/// The folders that a user names for what a tree takes from outside.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct Behind {
    /// nixpkgs behind an overlay, a flake or one file.
    ///
    /// The `<nixpkgs>`, `inputs.nixpkgs`, `pkgs` and `lib` of the tree. By default the one that flake.lock, npins or niv
    /// pins, where it is in the Nix store, in the cache, or fetched.
    #[arg(long, value_name = "DIR", help_heading = "Packages")]
    pub(super) nixpkgs: Option<PathBuf>,
    /// Folder of an input of the tree, whatever its lock pins; repeatable.
    #[arg(long, value_name = "NAME=DIR", value_parser = named, help_heading = "Packages", hide_short_help = true)]
    input: Vec<(String, PathBuf)>,
}

fn named(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=').filter(|(name, folder)| !name.is_empty() && !folder.is_empty()) {
        Some((name, folder)) => Ok((name.to_owned(), PathBuf::from(folder))),
        None => Err("is not NAME=DIR".to_owned()),
    }
}

impl Behind {
    /// Fills in the inputs of the tree at `path`: those that the user names, then those that are at hand by `sources`.
    pub(super) fn find(
        &self,
        path: &Path,
        options: &mut tree::Options,
        sources: Option<&source::Options>,
        time_left: Option<Duration>,
    ) -> anyhow::Result<Option<Arc<Inputs>>> {
        let Ok(folder) = if path.is_dir() { path } else { path.parent().unwrap_or(path) }.canonicalize() else {
            return Ok(None);
        };
        if path.is_dir() && tree::layout_of(path) == Some(Layout::PackageSet) {
            return Ok(None);
        }
        let mut pins = Pins::of(&folder);
        self.name(&mut pins)?;
        options.inputs = pins;
        let Some(sources) = sources else { return Ok(None) };
        let watch = Watch::new(stream::watched() && sources.network == Network::Fetch);
        time_left
            .map_or(Ok(()), |time| watch.end_after(time))
            .context("--deadline needs a thread, and there is none")?;
        let found = find_inputs(path, options, sources, &watch);
        watch.finish();
        Ok(Some(Arc::new(found)))
    }

    fn name(&self, pins: &mut Pins) -> anyhow::Result<()> {
        let known: Vec<String> = pins.direct().into_keys().map(str::to_owned).collect();
        for (name, folder) in &self.input {
            if !known.is_empty() && !known.contains(name) {
                bail!("--input {name}: {}", no_such("input", name, known.iter().map(String::as_str)));
            }
            match folder.canonicalize() {
                Ok(real) if real.is_dir() => pins.name(name, real),
                _ => bail!("--input {name}={}: no such folder", folder.display()),
            }
        }
        Ok(())
    }
}
