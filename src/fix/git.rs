//! The git repository that a checkout lies in, through the `git` on PATH.
//!
//! Reads only; what is written goes through [`super::series`].

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::git::{Git, ObjectId, verb};
use crate::text::RelPath;

/// Why git cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// No git.
    #[error("git cannot be run: {0}; install it, or use --write")]
    NoGit(std::io::Error),
    /// Not a repository.
    #[error("{0}: not in a git repository; use --write --allow-dirty, or `git init` and commit first")]
    NoRepository(PathBuf),
    /// No name and mail address.
    #[error("git does not know who you are; set user.name and user.email with `git config`")]
    NoIdentity,
    /// A program as author: nixpkgs wants a person who answers for the change.
    #[error(
        "{0} is a program, and a person has to answer for the change; set user.name and user.email with `git config`"
    )]
    Program(String),
    /// Changes that are not committed.
    #[error("{0} has changes that are not committed; commit or stash them")]
    Dirty(RelPath),
    /// Git was told not to look at the file.
    #[error(
        "{0} is marked skip-worktree or assume-unchanged, so git does not see what changes in it; \
         `git update-index --no-skip-worktree --no-assume-unchanged` ends that"
    )]
    Unwatched(RelPath),
    /// Another repository has the file.
    #[error("{0} belongs to a submodule; run clarity on the submodule's own checkout")]
    Submodule(RelPath),
    /// Filters change the file between repository and work tree, or the index of git is wrong.
    #[error(
        "{0} differs from what is committed although git calls it unchanged (line endings, a filter?); \
         use --write --allow-dirty"
    )]
    Filtered(RelPath),
    /// The branch is there.
    #[error("there is a branch {0} already; name another one")]
    BranchExists(String),
    /// The folder has patches.
    #[error("{0} has patches already; name an empty folder")]
    PatchesExist(PathBuf),
    /// Something else.
    #[error("git {0}: {1}")]
    Failed(String, String),
    /// A folder or file cannot be written.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// True for `renovate[bot] <..>`, `github-actions <..>` and their like.
fn is_program(identity: &str) -> bool {
    let identity = identity.to_ascii_lowercase();
    let name = identity.split(" <").next().unwrap_or_default();
    let names = ["github-actions", "renovate", "dependabot", "r-ryantm", "nixpkgs-update"];
    identity.contains("[bot]") || names.contains(&name) || name.ends_with("-bot")
}

/// A repository.
#[derive(Clone, Debug)]
pub struct Repository {
    /// The root of the checkout in the work tree.
    root: PathBuf,
    git: Git,
    /// That root below the top of the work tree: empty, or with a slash at its end.
    prefix: String,
}

impl Repository {
    /// The repository that the folder `root` lies in.
    pub fn around(root: &Path) -> Result<Repository, GitError> {
        let git = Git::around(root).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => GitError::NoGit(error),
            _ => GitError::Failed("config".to_owned(), error.to_string()),
        })?;
        let mut repository = Repository { root: root.to_owned(), git, prefix: String::new() };
        repository.prefix = match repository.run(["rev-parse", "--show-prefix"]) {
            Ok(prefix) => prefix.trim_end_matches('\n').to_owned(),
            // Where there is one, git refuses it: it belongs to somebody else, or is broken.
            Err(GitError::Failed(..)) if !lies_in_repository(root) => {
                return Err(GitError::NoRepository(root.to_owned()));
            }
            Err(error) => return Err(error),
        };
        Ok(repository)
    }

    /// The output of a git command.
    pub(super) fn run<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Result<String, GitError> {
        self.run_with(args, b"")
    }

    /// The output of a git command that is given `input`.
    pub(super) fn run_with<A: AsRef<OsStr>>(
        &self,
        args: impl IntoIterator<Item = A>,
        input: &[u8],
    ) -> Result<String, GitError> {
        run(self.git.command().args(args), input)
    }

    /// An error where `file` has changes that are not committed, is not known to git, is not watched by it, or has other
    /// bytes than the object of the index: git could not give back what is on the disk. Asks the repository that the file lies in, which may be a submodule.
    pub fn holds(&self, file: &RelPath) -> Result<(), GitError> {
        let (folder, name) = self.place(file);
        let git = Git::around(&folder).map_err(GitError::NoGit)?;
        let name = format!(":(literal){name}");
        let asked = |args: &[&str]| run(git.command().args(args).args(["--", &name]), b"");
        // All untracked files: the user's configuration may hide them.
        let status = ["status", "--porcelain", "--ignored", "--untracked-files=all", "--ignore-submodules=all"];
        if !asked(&status)?.is_empty() {
            return Err(GitError::Dirty(file.clone()));
        }
        if !asked(&["ls-files", "-v"])?.starts_with("H ") {
            return Err(GitError::Unwatched(file.clone()));
        }
        let staged = asked(&["ls-files", "--stage"])?;
        let id = staged.split_whitespace().nth(1).and_then(ObjectId::parse);
        let bytes = std::fs::read(file.under(&self.root))?;
        match id.is_some_and(|id| id.is_of(&bytes) || id.is_of(&with_line_feeds(&bytes))) {
            true => Ok(()),
            false => Err(GitError::Filtered(file.clone())),
        }
    }

    /// An error where `file` lies in a repository below this one, whose commits are not this one's.
    pub(super) fn owns(&self, file: &RelPath) -> Result<(), GitError> {
        let git = Git::around(&self.place(file).0).map_err(GitError::NoGit)?;
        let top = ["rev-parse", "--show-toplevel"];
        match run(git.command().args(top), b"")? == self.run(top)? {
            true => Ok(()),
            false => Err(GitError::Submodule(file.clone())),
        }
    }

    /// The folder that has the bytes of `file`, and its name there.
    fn place(&self, file: &RelPath) -> (PathBuf, String) {
        let real = self.real(file);
        let path = real.under(&self.root);
        (path.parent().unwrap_or(&self.root).to_owned(), real.name().to_owned())
    }

    /// Author and committer as git writes them: name, address, time.
    pub(super) fn identities(&self) -> Result<(String, String), GitError> {
        let identity = |who| {
            let asked = self.run(["-c", "user.useConfigOnly=true", "var", who]);
            asked.map(|line| line.trim_end().to_owned()).map_err(|error| match error {
                GitError::Failed(..) => GitError::NoIdentity,
                error => error,
            })
        };
        let (author, committer) = (identity("GIT_AUTHOR_IDENT")?, identity("GIT_COMMITTER_IDENT")?);
        if let Some(program) = [&author, &committer].into_iter().find(|identity| is_program(identity)) {
            return Err(GitError::Program(program.split(" <").next().unwrap_or(program).to_owned()));
        }
        Ok((author, committer))
    }

    /// The commit that is checked out.
    pub(super) fn head(&self) -> Result<String, GitError> {
        Ok(self.run(["rev-parse", "--verify", "HEAD^{commit}"])?.trim_end().to_owned())
    }

    /// The path of `file` from the top of the work tree, and its mode in the commit that is checked out.
    pub(super) fn committed(&self, file: &RelPath) -> Result<(String, String), GitError> {
        let path = format!("{}{}", self.prefix, self.real(file));
        let listed = self.run(["ls-tree", "--full-tree", "HEAD", "--", &format!(":(top,literal){path}")])?;
        let mode = listed.split_whitespace().next().map(str::to_owned);
        mode.map(|mode| (path, mode)).ok_or_else(|| GitError::Dirty(file.clone()))
    }

    /// Where the bytes of `file` are: git knows nothing of what lies behind a link.
    fn real(&self, file: &RelPath) -> RelPath {
        let below = |root: &Path| RelPath::below(root, &file.under(root).canonicalize().ok()?);
        self.root.canonicalize().ok().and_then(|root| below(&root)).unwrap_or_else(|| file.clone())
    }

    /// The text of `path` (from the top of the work tree) in the commit that is checked out.
    pub(super) fn text(&self, path: &str) -> Result<String, GitError> {
        self.run(["cat-file", "blob", &format!("HEAD:{path}")])
    }
}

/// `bytes` with the line breaks that a repository keeps: git writes others by itself where it is told to, and takes them back.
fn with_line_feeds(bytes: &[u8]) -> Vec<u8> {
    let is_kept = |(at, byte): &(usize, &u8)| **byte != b'\r' || bytes.get(at + 1) != Some(&b'\n');
    bytes.iter().enumerate().filter(is_kept).map(|(_, byte)| *byte).collect()
}

/// The output of `command`, which is given `input`.
pub(super) fn run(command: &mut Command, input: &[u8]) -> Result<String, GitError> {
    let stdin = if input.is_empty() { Stdio::null() } else { Stdio::piped() };
    let mut child = command.stdin(stdin).spawn().map_err(GitError::NoGit)?;
    if let Some(mut pipe) = child.stdin.take() {
        // Git that stops reading has a reason, and says it on stderr.
        let _ = pipe.write_all(input);
    }
    let output = child.wait_with_output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(GitError::Failed(verb(command), said))
}

/// True where a folder at or above `root` has a `.git`, whatever git makes of it.
fn lies_in_repository(root: &Path) -> bool {
    let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    root.ancestors().any(|folder| folder.join(".git").exists())
}

#[cfg(test)]
mod tests {
    use super::is_program;

    #[test]
    fn programs_are_told_from_people() {
        for name in ["renovate[bot] <29139614+renovate[bot]@users.noreply.example>", "github-actions <a@example.org>"] {
            assert!(is_program(name), "{name}");
        }
        for name in ["Jane Roe <jane@example.org> 1 +0000", "Abbot Lee <abbot@example.org>"] {
            assert!(!is_program(name), "{name}");
        }
    }
}
