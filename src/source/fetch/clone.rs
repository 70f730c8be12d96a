//! A revision of a repository, through the real `git`: without hooks, helpers, prompts or credentials.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::git::{GitPlan, History};
use crate::text::RelPath;

/// Why git gave nothing.
pub(in crate::source) enum GitError {
    /// Its host does not answer.
    Host(String),
    /// Anything else that git says.
    Git(String),
    /// The disk.
    Io(io::Error),
}

impl From<io::Error> for GitError {
    fn from(error: io::Error) -> Self {
        GitError::Io(error)
    }
}

/// Puts the tree of the revision into `target`, which must not exist; with its history where the plan keeps it.
pub(in crate::source) fn clone(plan: &GitPlan, target: &Path) -> Result<(), GitError> {
    // An option in the place of a url or a revision would be one to git.
    let part = &plan.part;
    let mut given = [&plan.url, &plan.rev].into_iter().chain(&part.branch).chain(&part.sparse);
    if given.any(|text| text.starts_with('-')) {
        return Err(GitError::Git("refuses a url, revision, branch or folder that begins with `-`".to_owned()));
    }
    fs::create_dir(target)?;
    let git = Git { plan, folder: target.to_owned() };
    git.init()?;
    git.check_out_revision()?;
    if plan.submodules {
        git.check_out_submodules()?;
    }
    match &plan.history {
        Some(history) => git.settle_histories(history)?,
        None => remove_histories(target)?,
    }
    match &part.root_dir {
        Some(folder) => make_root(target, folder),
        None => Ok(()),
    }
}

/// A repository under construction.
struct Git<'p> {
    plan: &'p GitPlan,
    folder: PathBuf,
}

impl Git<'_> {
    fn init(&self) -> Result<(), GitError> {
        self.run(&["init", "--quiet"])?;
        self.run(&["remote", "add", "origin", &self.plan.url])?;
        let part = &self.plan.part;
        if !part.sparse.is_empty() {
            // Of what is not checked out, nothing need come.
            self.run(&["config", "remote.origin.partialclonefilter", "blob:none"])?;
            let mode = if part.patterns { "--no-cone" } else { "--cone" };
            let sparse: Vec<&str> = part.sparse.iter().map(String::as_str).collect();
            self.run(&[&["sparse-checkout", "set", mode], &sparse[..]].concat())?;
        }
        if self.plan.lfs && self.run(&["lfs", "version"]).is_err() {
            return Err(GitError::Git("has no `git lfs`; install git-lfs or use --nix".to_owned()));
        }
        Ok(())
    }

    /// Fetches the revision alone; where the server gives no single one, everything. What is asked for, and under
    /// which name, decides which refs stay in the history: so it is what `fetchgit` asks for.
    fn check_out_revision(&self) -> Result<(), GitError> {
        let rev = self.plan.rev.as_str();
        let is_id = rev.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let is_shallow = !self.plan.history.as_ref().is_some_and(|history| history.deep);
        let name = match rev {
            _ if is_id && is_shallow && self.plan.history.is_some() => {
                self.listed(|id, _| id == rev)?.map(|(_, name)| name)
            }
            _ if is_id => None,
            "HEAD" => Some(rev.to_owned()),
            _ if rev.starts_with("refs/") => Some(rev.to_owned()),
            _ => Some(format!("refs/tags/{rev}")),
        };
        if let Some(name) = name.as_ref().filter(|_| is_shallow)
            && self.fetch(&["--depth", "1", "origin", &format!("+{name}")])?
        {
            return self.check_out("FETCH_HEAD");
        }
        let id = match name.filter(|_| !is_id) {
            None => rev.to_owned(),
            Some(name) => match self.listed(|_, listed| listed == name)? {
                Some((id, _)) => id,
                None => return Err(GitError::Git(format!("finds no `{name}` in the repository"))),
            },
        };
        if is_shallow && self.fetch(&["--depth", "1", "origin", &id])? {
            return self.check_out("FETCH_HEAD");
        }
        self.run(&["fetch", "--quiet", "--tags", "origin"])?;
        self.check_out(&id)
    }

    fn check_out(&self, what: &str) -> Result<(), GitError> {
        let branch = self.plan.part.branch.as_deref().unwrap_or("fetchgit");
        self.run(&["checkout", "--quiet", "-b", branch, what]).map(drop)
    }

    fn check_out_submodules(&self) -> Result<(), GitError> {
        let update = ["submodule", "update", "--quiet", "--init", "--recursive"];
        if self.plan.history.is_none() && self.tried(&[&update[..], &["--depth", "1"]].concat())? {
            return Ok(());
        }
        self.run(&update).map(drop)
    }

    /// The first ref of the server that is asked for: its id and its name.
    fn listed(&self, is_asked: impl Fn(&str, &str) -> bool) -> Result<Option<(String, String)>, GitError> {
        let refs = self.run(&["ls-remote", "origin"])?;
        let found = refs.lines().filter_map(|line| line.split_once('\t')).find(|(id, name)| is_asked(id, name));
        Ok(found.map(|(id, name)| (id.to_owned(), name.to_owned())))
    }

    /// Brings every history into the one form that `fetchgit` leaves behind. It still depends on how git packs.
    fn settle_histories(&self, history: &History) -> Result<(), GitError> {
        if history.tags {
            self.run(&["fetch", "--quiet", "origin", "refs/tags/*:refs/tags/*"])?;
        }
        for_each_history(&self.folder, &mut |path| {
            let folder = path.parent().unwrap_or(&self.folder).to_owned();
            Git { plan: self.plan, folder }.settle(history)
        })
    }

    fn settle(&self, history: &History) -> Result<(), GitError> {
        let home = self.folder.join(self.run(&["rev-parse", "--git-dir"])?.trim());
        for name in ["logs", "hooks", "index", "FETCH_HEAD", "ORIG_HEAD", "refs/remotes/origin/HEAD", "config"] {
            remove(&home.join(name))?;
        }
        for branch in self.run(&["branch", "--remotes"])?.lines() {
            self.run(&["branch", "--quiet", "--remotes", "--delete", "--force", branch.trim()])?;
        }
        let own = self.run(&["tag", "--points-at", "HEAD"])?;
        let later = self.run(&["tag", "--contains", "HEAD"])?;
        for tag in later.lines().filter(|tag| !history.tags && *tag != own.trim()) {
            self.run(&["tag", "--delete", tag])?;
        }
        // More than one thread finds other deltas each time.
        self.run(&["-c", "pack.threads=1", "repack", "--quiet", "-A", "-d", "-f"])?;
        // To delete a branch of the server is to write into it.
        remove(&home.join("config"))?;
        self.run(&["gc", "--quiet", "--prune=all", "--keep-largest-pack"]).map(drop)
    }

    fn fetch(&self, arguments: &[&str]) -> Result<bool, GitError> {
        self.tried(&[&["fetch", "--quiet"], arguments].concat())
    }

    /// False where git refuses: servers may not give a single commit.
    fn tried(&self, arguments: &[&str]) -> Result<bool, GitError> {
        match self.run(arguments) {
            Ok(_) => Ok(true),
            Err(GitError::Git(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// What git prints.
    fn run(&self, arguments: &[&str]) -> Result<String, GitError> {
        let output = self.command().args(arguments).output().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => GitError::Git("is not on PATH; install it or pass --sources DIR".to_owned()),
            _ => GitError::Git(format!("could not be run: {error}")),
        })?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        if let Some(line) = said.lines().find(|line| DEAD.iter().any(|dead| line.contains(dead))) {
            return Err(GitError::Host(line.to_owned()));
        }
        let last = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("nothing");
        Err(GitError::Git(format!("{} failed: {last}", arguments[0])))
    }

    fn command(&self) -> Command {
        let mut command = crate::git::Git::fresh(&self.folder).command_without_user();
        for setting in ["core.autocrlf=false", "advice.detachedHead=false", "init.defaultBranch=master"] {
            command.args(["-c", setting]);
        }
        // A server that says nothing for a minute is left.
        command.args(["-c", "http.lowSpeedLimit=1", "-c", "http.lowSpeedTime=60"]);
        if self.plan.lfs {
            command.args(["-c", "filter.lfs.process=git-lfs filter-process", "-c", "filter.lfs.required=true"]);
            command.args([
                "-c",
                "filter.lfs.smudge=git-lfs smudge -- %f",
                "-c",
                "filter.lfs.clean=git-lfs clean -- %f",
            ]);
        }
        // Without a home there is no `.netrc` to take a password from.
        command.env("HOME", "/dev/null");
        // A remote repository must not make git read local ones through its submodules.
        let is_local = self.plan.url.starts_with("file://");
        command.env("GIT_ALLOW_PROTOCOL", if is_local { "https:http:git:file" } else { "https:http:git" });
        command.env_remove("GIT_NO_LAZY_FETCH");
        command
    }
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

/// Removes every `.git` below `folder`: no license is read there.
pub(in crate::source) fn remove_histories(folder: &Path) -> io::Result<()> {
    for_each_history(folder, &mut remove)
}

/// Shows every `.git` below `folder`, of submodules too (files there).
fn for_each_history<E: From<io::Error>>(folder: &Path, see: &mut dyn FnMut(&Path) -> Result<(), E>) -> Result<(), E> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name() == ".git" {
            see(&entry.path())?;
        } else if entry.file_type()?.is_dir() {
            for_each_history(&entry.path(), see)?;
        }
    }
    Ok(())
}

/// Removes a file or a folder that may be missing.
fn remove(path: &Path) -> io::Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// Leaves of `target` only what is in one of its folders.
fn make_root(target: &Path, folder: &str) -> Result<(), GitError> {
    let no_folder = || GitError::Git(format!("checked out no folder `{folder}` (`rootDir`)"));
    let inner = RelPath::new(folder).ok_or_else(no_folder)?;
    let mut path = target.to_owned();
    for name in inner.as_str().split('/') {
        path.push(name);
        // A link may lead out of the repository.
        if !fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_dir()) {
            return Err(no_folder());
        }
    }
    let aside = target.with_extension("root");
    fs::rename(&path, &aside)?;
    fs::remove_dir_all(target)?;
    Ok(fs::rename(&aside, target)?)
}
