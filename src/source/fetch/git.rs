//! `fetchgit`: a revision of a repository, through the real `git`: shallow, without hooks, helpers or prompts.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{Fetcher, Plan, changes_afterwards};
use crate::tree::SourceRef;

pub(super) const FETCHER: Fetcher =
    Fetcher { names: &["fetchgit", "fetchgitPrivate", "fetchGit"], what: "a revision of a git repository", plan };

/// The flags that make an archive of a forge not do.
pub(super) const FLAGS: [&str; 7] =
    ["fetchSubmodules", "leaveDotGit", "deepClone", "forceFetchGit", "fetchLFS", "sparseCheckout", "rootDir"];

// What these leave behind depends on the version of git and on the day.
const NOT_FOLLOWED: [&str; 5] = ["leaveDotGit", "deepClone", "fetchLFS", "sparseCheckout", "rootDir"];

/// What to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::source) struct GitPlan {
    pub url: String,
    pub rev: String,
    pub submodules: bool,
}

pub(super) fn plan(source: &SourceRef) -> Plan {
    if let Some(flag) = source.flags.iter().find(|flag| NOT_FOLLOWED.contains(&flag.as_str())) {
        return Plan::Never(format!("with `{flag}` gives what only its own script makes; use --nix"));
    }
    if let Some(never) = changes_afterwards(source) {
        return never;
    }
    let (Some(url), Some(rev)) = (source.urls.first(), &source.rev) else {
        return Plan::Never("has no repository or no revision that is known; pass --sources DIR".to_owned());
    };
    let submodules = source.flags.iter().any(|flag| flag == "fetchSubmodules");
    Plan::Git(GitPlan { url: url.clone(), rev: rev.clone(), submodules })
}

/// Why git gave nothing.
pub(in crate::source) enum GitError {
    /// Its host does not answer.
    Host(String),
    /// Anything else that git says.
    Git(String),
    /// The disk.
    Io(std::io::Error),
}

impl From<std::io::Error> for GitError {
    fn from(error: std::io::Error) -> Self {
        GitError::Io(error)
    }
}

/// Puts the tree of the revision into `target`, which must not exist, without its history.
pub(in crate::source) fn clone(plan: &GitPlan, target: &Path) -> Result<(), GitError> {
    // An option in the place of a url or a revision would be one to git.
    if plan.url.starts_with('-') || plan.rev.starts_with('-') {
        return Err(GitError::Git("refuses a url or revision that begins with `-`".to_owned()));
    }
    fs::create_dir(target)?;
    // A remote repository must not make git read local ones through its submodules.
    let protocols = if plan.url.starts_with("file://") { "https:http:git:file" } else { "https:http:git" };
    let run = |arguments: &[&str]| git(target, protocols, arguments);
    // Servers may refuse to give a single commit: then all of it.
    let shallow_or_all = |shallow: &[&str], all: &[&str]| match run(shallow) {
        Err(GitError::Git(_)) => run(all).map(|()| false),
        done => done.map(|()| true),
    };
    run(&["init", "--quiet"])?;
    run(&["remote", "add", "origin", &plan.url])?;
    let is_shallow = shallow_or_all(
        &["fetch", "--quiet", "--depth", "1", "--no-tags", "origin", &plan.rev],
        &["fetch", "--quiet", "--tags", "origin", "+refs/heads/*:refs/remotes/origin/*"],
    )?;
    run(&["checkout", "--quiet", "--detach", if is_shallow { "FETCH_HEAD" } else { &plan.rev }])?;
    if plan.submodules {
        let update = ["submodule", "update", "--quiet", "--init", "--recursive"];
        shallow_or_all(&[&update[..], &["--depth", "1"]].concat(), &update)?;
    }
    Ok(remove_history(target)?)
}

/// What git says where it is the host that fails, and not the repository.
const DEAD: [&str; 6] = [
    "Could not resolve host",
    "Failed to connect",
    "Connection refused",
    "Connection reset",
    "Connection timed out",
    "Operation too slow",
];

fn git(folder: &Path, protocols: &str, arguments: &[&str]) -> Result<(), GitError> {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(["-c", "core.hooksPath=/dev/null", "-c", "credential.helper="]);
    command.args(["-c", "core.autocrlf=false", "-c", "advice.detachedHead=false", "-c", "init.defaultBranch=main"]);
    // A server that says nothing for a minute is left.
    command.args(["-c", "http.lowSpeedLimit=1", "-c", "http.lowSpeedTime=60", "-c", "gc.auto=0"]);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null());
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_CONFIG_PARAMETERS", "SSH_ASKPASS"] {
        command.env_remove(name);
    }
    command.env("GIT_TERMINAL_PROMPT", "0").env("GIT_ASKPASS", "false").env("GIT_CONFIG_NOSYSTEM", "1");
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_ALLOW_PROTOCOL", protocols).env("LC_ALL", "C");
    let output = command.output().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => GitError::Git("is not on PATH; install it or pass --sources DIR".to_owned()),
        _ => GitError::Git(format!("could not be run: {error}")),
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    if let Some(line) = said.lines().find(|line| DEAD.iter().any(|dead| line.contains(dead))) {
        return Err(GitError::Host(line.to_owned()));
    }
    let last = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("nothing");
    Err(GitError::Git(format!("{} failed: {last}", arguments[0])))
}

/// Removes `.git`, of submodules too (files there): they are no part of the tree.
fn remove_history(folder: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let is_folder = entry.file_type()?.is_dir();
        match (entry.file_name() == ".git", is_folder) {
            (true, true) => fs::remove_dir_all(entry.path())?,
            (true, false) => fs::remove_file(entry.path())?,
            (false, true) => remove_history(&entry.path())?,
            (false, false) => {}
        }
    }
    Ok(())
}
