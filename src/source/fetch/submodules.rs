//! Submodules: each is a repository of its own, whose address is checked and whose tree is counted like the first one's.

use std::collections::BTreeMap;
use std::path::Path;

use super::clone::{Git, GitError};
use super::count::Count;
use super::remote::Remote;
use crate::text::RelPath;

/// Repositories inside of repositories.
const DEEPEST: usize = 16;

impl Git<'_> {
    /// Checks out all submodules, those of submodules too.
    pub(super) fn check_out_submodules(&self, count: &mut Count) -> Result<(), GitError> {
        self.check_out_below(count, DEEPEST)
    }

    fn check_out_below(&self, count: &mut Count, depth: usize) -> Result<(), GitError> {
        let paths = self.settings(&["--file", ".gitmodules"], "path")?;
        if paths.is_empty() {
            return Ok(());
        }
        if depth == 0 {
            return Err(GitError::Git(format!("has submodules more than {DEEPEST} deep")));
        }
        self.run(&["submodule", "--quiet", "init"])?;
        let urls = self.settings(&[], "url")?;
        for (name, path) in &paths {
            // A submodule that is not in the tree has no url and is not fetched.
            let (Some(url), Some(path)) = (urls.get(name), RelPath::new(path)) else { continue };
            if self.run(&["ls-files", "--stage", "--", path.as_str()])?.starts_with("160000 ") {
                self.check_out_one(name, url, &path, count, depth)?;
            }
        }
        Ok(())
    }

    fn check_out_one(
        &self,
        name: &str,
        url: &str,
        path: &RelPath,
        count: &mut Count,
        depth: usize,
    ) -> Result<(), GitError> {
        let remote = Remote::find(url, self.bounds.net, self.permit)?;
        if remote.is_local() && !self.remote.is_local() {
            return Err(GitError::Git(format!("submodule `{path}` is at `{url}`, on this machine")));
        }
        let (url, command) = (format!("submodule.{name}.url"), format!("submodule.{name}.update"));
        self.run(&["config", &url, &remote.url])?;
        // Git clones it and leaves the checkout to this command, so that the tree is counted before it is written.
        self.run(&["config", &command, "!true"])?;
        let there = self.inside(self.folder.clone(), remote.clone());
        let (update, place) = (["submodule", "update", "--quiet"], ["--", path.as_str()]);
        let shallow = [&update[..], &["--depth", "1"], &place].concat();
        if self.plan.history.is_some() || !there.tried(&shallow)? {
            there.run(&[&update[..], &place].concat())?;
        }
        let staged = self.run(&["ls-files", "--stage", "--", path.as_str()])?;
        let id = staged.split_whitespace().nth(1).unwrap_or_default();
        let inner = self.inside(path.under(&self.folder), remote);
        inner.count(id, count)?;
        inner.run(&["checkout", "--quiet", "--force", "--detach", id])?;
        inner.check_out_below(count, depth - 1)
    }

    /// The settings `submodule.<name>.<key>`, by name.
    fn settings(&self, from: &[&str], key: &str) -> Result<BTreeMap<String, String>, GitError> {
        if from.contains(&".gitmodules") && !is_file(&self.folder.join(".gitmodules")) {
            return Ok(BTreeMap::new());
        }
        let pattern = format!(r"^submodule\..*\.{key}$");
        let asked = [&["config", "-z"], from, &["--get-regexp", &pattern]].concat();
        let said = match self.run(&asked) {
            Ok(said) => said,
            Err(GitError::Git(_)) => return Ok(BTreeMap::new()),
            Err(error) => return Err(error),
        };
        let entries = said.split('\0').filter_map(|entry| entry.split_once('\n'));
        let named = |(setting, value): (&str, &str)| {
            let name = setting.strip_prefix("submodule.")?.strip_suffix(key)?.strip_suffix('.')?;
            Some((name.to_owned(), value.to_owned()))
        };
        Ok(entries.filter_map(named).collect())
    }
}

/// True for a file that is no link: one may lead out of the repository.
fn is_file(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|meta| meta.is_file())
}
