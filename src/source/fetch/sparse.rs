//! A part of a repository, counted before it is written: its files are few, but what they hold comes from a stranger.
//!
//! Only the trees of the revision are there at first. Their listing says what there is, git says which of it belongs to
//! the part, and the contents of that alone are fetched, so that their sizes are known.

use std::io::{Seek as _, Write as _};

use super::clone::{Git, GitError};
use super::count::Count;
use crate::git::{ObjectId, TreeEntry, lines, sizes};
use crate::source::archive::ArchiveError;

/// A file of a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Listed {
    id: ObjectId,
    path: Vec<u8>,
}

impl Listed {
    /// The file in one line of `git ls-tree -r -z`; a submodule is none.
    fn parse(line: &[u8]) -> Option<Listed> {
        let entry = TreeEntry::parse(line).filter(|entry| !entry.is_submodule())?;
        Some(Listed { id: entry.id, path: entry.path.to_vec() })
    }
}

impl Git<'_> {
    /// Counts the files of `what` that the part has, and fetches their contents.
    pub(super) fn count_part(&self, what: &str, count: &mut Count) -> Result<(), GitError> {
        let wanted = self.wanted(what)?;
        let ids: String = wanted.iter().map(|listed| format!("{}\n", listed.id)).collect();
        let ask = || self.asked(&["cat-file", "--batch-check=%(objectname) %(objectsize)"], ids.as_bytes());
        let missing: String = sizes(&String::from_utf8_lossy(&ask()?))
            .zip(&wanted)
            .filter(|(size, _)| size.is_none())
            .map(|(_, listed)| format!("{}\n", listed.id))
            .collect();
        if !missing.is_empty() {
            let fetch =
                ["-c", "fetch.negotiationAlgorithm=noop", "fetch", "--quiet", "--no-tags", "--filter=blob:none"];
            let rest = ["--no-write-fetch-head", "--recurse-submodules=no", "--stdin", "origin"];
            self.asked(&[&fetch[..], &rest].concat(), missing.as_bytes())?;
        }
        let said = ask()?;
        let said = String::from_utf8_lossy(&said);
        let mut sizes = sizes(&said);
        for listed in &wanted {
            let size = sizes.next().flatten().ok_or_else(|| GitError::Git("has files without content".to_owned()))?;
            count.add(&listed.path, size, self.bounds.limits).map_err(GitError::Limit)?;
        }
        Ok(())
    }

    /// The files of `what` that the part has. Git makes an index of all files, so all of them count as entries.
    fn wanted(&self, what: &str) -> Result<Vec<Listed>, GitError> {
        let all = self.listing(what)?;
        let paths: Vec<u8> = all.iter().flat_map(|listed| listed.path.iter().copied().chain([0])).collect();
        let said = self.asked(&["sparse-checkout", "check-rules", "-z"], &paths).map_err(|error| match error {
            GitError::Git(why) => GitError::Git(format!("{why}; parts of repositories need git 2.41 or newer")),
            error => error,
        })?;
        let mut all = all.into_iter();
        // Git answers in the order in which it was asked.
        let found = lines(&said).map(|path| all.find(|listed| listed.path == path));
        let strange = || GitError::Git("sparse-checkout named a file that is not there".to_owned());
        found.map(|found| found.ok_or_else(strange)).collect()
    }

    fn listing(&self, what: &str) -> Result<Vec<Listed>, GitError> {
        let limits = self.bounds.limits;
        let (mut all, mut over) = (Vec::new(), None);
        let told = self.lines(&["ls-tree", "-r", "-z", "--full-tree", what], &mut |line| {
            all.extend(Listed::parse(line));
            let is_over = all.len() as u64 > limits.entries;
            over = is_over.then(|| ArchiveError::Limit(format!("more than {} entries", limits.entries)));
            over.as_ref().map_or(Ok(()), |error| Err(error.to_string()))
        });
        match (over, told) {
            (Some(error), _) => Err(GitError::Limit(error)),
            (None, told) => told.map(|()| all),
        }
    }

    /// The output of a command that reads `input`.
    fn asked(&self, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>, GitError> {
        let mut file = tempfile::tempfile()?;
        file.write_all(input)?;
        file.rewind()?;
        let mut command = self.command();
        // Contents are fetched together, not each by its own request.
        command.args(arguments).stdin(file).env("GIT_NO_LAZY_FETCH", "1");
        self.output(command, arguments)
    }
}
