//! Fixes as commits: one a fix, on top of what is checked out; nothing of the work tree is touched.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::git::{GitError, Repository, run};
use super::{Fix, Plan, lint, message};
use crate::git::Git;
use crate::text::RelPath;

/// Makes the commits of `plan` on the new branch `name`. Returns how many. Fixes whose message would not be read as one are
/// refused.
pub fn branch(plan: &mut Plan, repository: &Repository, name: &str) -> Result<usize, GitError> {
    plan.refuse_unreadable_messages();
    repository.run(["check-ref-format", "--branch", name])?;
    let reference = format!("refs/heads/{name}");
    if repository.run(["show-ref", "--verify", "--quiet", &reference]).is_ok() {
        return Err(GitError::BranchExists(name.to_owned()));
    }
    let stream = stream(plan, repository, &reference)?;
    repository.run_with(["fast-import", "--quiet", "--done"], &stream)?;
    Ok(plan.fixes.len())
}

/// Writes the commits of `plan` as a series of patches to `folder`. Returns the patches. Fixes whose message would not be
/// read as one are refused.
pub fn patches(plan: &mut Plan, repository: &Repository, folder: &Path) -> Result<Vec<PathBuf>, GitError> {
    plan.refuse_unreadable_messages();
    std::fs::create_dir_all(folder)?;
    let folder = std::fs::canonicalize(folder)?;
    if std::fs::read_dir(&folder)?
        .filter_map(Result::ok)
        .any(|entry| entry.path().extension().is_some_and(|e| e == "patch"))
    {
        return Err(GitError::PatchesExist(folder));
    }
    if plan.fixes.is_empty() {
        return Ok(Vec::new());
    }
    let workshop = Workshop::beside(repository)?;
    let reference = "refs/heads/fixes";
    workshop.git(["fast-import", "--quiet", "--done"], &stream(plan, repository, reference)?)?;
    let range = format!("{}..{reference}", repository.head()?);
    let verb = ["format-patch", "--quiet", "--numbered", "--no-signature"];
    let target = [format!("--output-directory={}", folder.display()), range];
    workshop.git(verb.into_iter().map(str::to_owned).chain(target), b"")?;
    let mut patches: Vec<PathBuf> =
        std::fs::read_dir(&folder)?.filter_map(Result::ok).map(|entry| entry.path()).collect();
    patches.retain(|path| path.extension().is_some_and(|ending| ending == "patch"));
    patches.sort();
    Ok(patches)
}

impl Plan {
    /// Moves the fixes whose message a mail reader or git would take for more than a message to the refused ones.
    fn refuse_unreadable_messages(&mut self) {
        for fix in std::mem::take(&mut self.fixes) {
            match lint(&message(&fix)).first() {
                None => self.fixes.push(fix),
                Some(rule) => {
                    let why = format!("its commit message breaks a rule ({rule}); use --write and commit it by hand");
                    self.refused.extend(fix.refused(&why).collect::<Vec<_>>());
                }
            }
        }
    }
}

/// A repository of its own that borrows the objects of another: commits can be made that nobody else sees.
struct Workshop {
    folder: tempfile::TempDir,
}

impl Workshop {
    fn beside(repository: &Repository) -> Result<Workshop, GitError> {
        let workshop = Workshop { folder: tempfile::tempdir()? };
        let format = repository.run(["rev-parse", "--show-object-format"])?;
        let format = format!("--object-format={}", format.trim_end());
        workshop.git(["init", "--quiet", "--bare", &format, "."], b"")?;
        let objects = repository.run(["rev-parse", "--path-format=absolute", "--git-path", "objects"])?;
        std::fs::write(workshop.folder.path().join("objects/info/alternates"), objects)?;
        Ok(workshop)
    }

    fn git<A: AsRef<std::ffi::OsStr>>(
        &self,
        args: impl IntoIterator<Item = A>,
        input: &[u8],
    ) -> Result<String, GitError> {
        // The user's diff settings must not make these patches unreadable to `git am`.
        let mut command = Git::fresh(self.folder.path()).command_without_user();
        let mut place = std::ffi::OsString::from("--git-dir=");
        place.push(self.folder.path());
        run(command.arg(place).args(args), input)
    }
}

/// The commits in the language of `git fast-import`.
fn stream(plan: &Plan, repository: &Repository, reference: &str) -> Result<Vec<u8>, GitError> {
    let (author, committer) = repository.identities()?;
    let paths = paths(plan, repository)?;
    let mut out = Vec::new();
    let mut parent = Some(repository.head()?);
    for (number, fix) in plan.fixes.iter().enumerate() {
        let (path, mode) = &paths[&fix.place.file];
        let text = plan.edited(&fix.place.file, &plan.fixes[..=number]).unwrap_or_default();
        out.extend(format!("commit {reference}\nauthor {author}\ncommitter {committer}\n").as_bytes());
        data(&mut out, message(fix).as_bytes());
        if let Some(parent) = parent.take() {
            out.extend(format!("from {parent}\n").as_bytes());
        }
        out.extend(format!("M {mode} inline {}\n", quoted(path)).as_bytes());
        data(&mut out, text.as_bytes());
    }
    out.extend(b"done\n");
    Ok(out)
}

fn data(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend(format!("data {}\n", bytes.len()).as_bytes());
    out.extend(bytes);
    out.push(b'\n');
}

/// A path as git quotes it.
fn quoted(path: &str) -> String {
    let mut out = String::from("\"");
    for c in path.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_ascii_control() => out.push_str(&format!("\\{:03o}", u32::from(c))),
            c => out.push(c),
        }
    }
    out + "\""
}

/// The path and mode of every file that is touched; an error where what is committed is not what was read.
fn paths(plan: &Plan, repository: &Repository) -> Result<BTreeMap<RelPath, (String, String)>, GitError> {
    let touched = |fix: &Fix| fix.place.file.clone();
    let files: std::collections::BTreeSet<RelPath> = plan.fixes.iter().map(touched).collect();
    let place = |file: RelPath| {
        repository.owns(&file)?;
        repository.holds(&file)?;
        let (path, mode) = repository.committed(&file)?;
        if Some(&repository.text(&path)?) != plan.texts.get(&file) {
            return Err(GitError::Filtered(file));
        }
        Ok((file, (path, mode)))
    };
    files.into_iter().map(place).collect()
}
