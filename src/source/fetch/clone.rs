//! A revision of a repository, through the real `git`: without hooks, helpers, prompts or credentials.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use super::count::Count;
use super::git::{GitPlan, History};
use super::remote::Remote;
use crate::git::{Ended, Git as Program, Lines, Watch};
use crate::source::archive::{ArchiveError, Limits};
use crate::source::net::{Net, NetError, Permit, PrivateHosts};
use crate::text::RelPath;

/// Why git gave nothing.
pub(in crate::source) enum GitError {
    /// Its host does not answer.
    Host(String),
    /// Anything else that git says.
    Git(String),
    /// Its address is refused, or does not answer.
    Net(NetError),
    /// It has more than is read of a source.
    Limit(ArchiveError),
    /// The run was ended.
    Cancelled,
    /// The disk.
    Io(io::Error),
}

impl From<NetError> for GitError {
    fn from(error: NetError) -> Self {
        GitError::Net(error)
    }
}

/// Limits of a clone.
pub(in crate::source) struct Bounds<'a> {
    pub net: &'a Net,
    pub limits: &'a Limits,
}

impl From<io::Error> for GitError {
    fn from(error: io::Error) -> Self {
        GitError::Io(error)
    }
}

/// Puts the tree of the revision into `target`, which must not exist; with its history where the plan keeps it.
pub(in crate::source) fn clone(plan: &GitPlan, target: &Path, bounds: &Bounds<'_>) -> Result<(), GitError> {
    // An option in the place of a url or a revision would be one to git.
    let part = &plan.part;
    let mut given = [&plan.url, &plan.rev].into_iter().chain(&part.branch).chain(&part.sparse);
    if given.any(|text| text.starts_with('-')) {
        return Err(GitError::Git("refuses a url, revision, branch or folder that begins with `-`".to_owned()));
    }
    let remote = Remote::find(&plan.url, bounds.net, None)?;
    let permit = remote.enter(bounds.net)?;
    fs::create_dir(target)?;
    let deadline = Instant::now() + bounds.net.options().most_time;
    let git = Git {
        plan,
        remote,
        permit: permit.as_ref(),
        bounds,
        deadline,
        top: target.to_owned(),
        folder: target.to_owned(),
    };
    let mut count = Count::default();
    git.init()?;
    git.check_out_revision(&mut count)?;
    if plan.submodules {
        git.check_out_submodules(&mut count)?;
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
pub(super) struct Git<'p> {
    pub plan: &'p GitPlan,
    /// Where it is fetched from.
    pub remote: Remote,
    /// The right to ask the host of the whole clone.
    pub permit: Option<&'p Permit>,
    pub bounds: &'p Bounds<'p>,
    deadline: Instant,
    /// The folder of the whole clone.
    top: PathBuf,
    pub folder: PathBuf,
}

impl<'p> Git<'p> {
    /// The repository at `folder` of the same clone, fetched from `remote`.
    pub(super) fn inside(&self, folder: PathBuf, remote: Remote) -> Git<'p> {
        Git { remote, folder, top: self.top.clone(), ..*self }
    }

    fn init(&self) -> Result<(), GitError> {
        self.run(&["init", "--quiet"])?;
        self.run(&["remote", "add", "origin", &self.remote.url])?;
        let part = &self.plan.part;
        if !part.sparse.is_empty() {
            // Of what is not checked out, nothing need come.
            self.run(&["config", "remote.origin.partialclonefilter", "blob:none"])?;
            let mode = if part.patterns { "--no-cone" } else { "--cone" };
            let sparse: Vec<&str> = part.sparse.iter().map(String::as_str).collect();
            self.run(&[&["sparse-checkout", "set", mode], &sparse[..]].concat())?;
        }
        if self.plan.lfs && self.bounds.net.options().private != PrivateHosts::All {
            // Its program asks whatever address the repository names.
            let why = "keeps files in git-lfs, which asks servers of its own choice; use --nix, or allow all addresses \
                       with `allow_private = true` under [fetch]";
            return Err(GitError::Git(why.to_owned()));
        }
        if self.plan.lfs && self.run(&["lfs", "version"]).is_err() {
            return Err(GitError::Git("has no `git lfs`; install git-lfs or use --nix".to_owned()));
        }
        Ok(())
    }

    /// Fetches the revision alone; where the server gives no single one, everything. What is asked for, and under
    /// which name, decides which refs stay in the history: so it is what `fetchgit` asks for.
    fn check_out_revision(&self, count: &mut Count) -> Result<(), GitError> {
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
            return self.check_out("FETCH_HEAD", count);
        }
        let id = match name.filter(|_| !is_id) {
            None => rev.to_owned(),
            Some(name) => match self.listed(|_, listed| listed == name)? {
                Some((id, _)) => id,
                None => return Err(GitError::Git(format!("finds no `{name}` in the repository"))),
            },
        };
        if is_shallow && self.fetch(&["--depth", "1", "origin", &id])? {
            return self.check_out("FETCH_HEAD", count);
        }
        self.run(&["fetch", "--quiet", "--tags", "origin"])?;
        self.check_out(&id, count)
    }

    fn check_out(&self, what: &str, count: &mut Count) -> Result<(), GitError> {
        match self.plan.part.sparse.is_empty() {
            true => self.count(what, count)?,
            false => self.count_part(what, count)?,
        }
        let branch = self.plan.part.branch.as_deref().unwrap_or("fetchgit");
        self.run(&["checkout", "--quiet", "-b", branch, what]).map(drop)
    }

    /// Counts the tree of `what` before it is written: a few objects can name any number of files.
    pub(super) fn count(&self, what: &str, count: &mut Count) -> Result<(), GitError> {
        let limits = self.bounds.limits;
        let mut over = None;
        let told = self.lines(&["ls-tree", "-r", "-l", "-z", "--full-tree", what], &mut |line| {
            count.add_line(line, limits).map_err(|error| {
                let why = error.to_string();
                over = Some(error);
                why
            })
        });
        match (over, told) {
            (Some(error), _) => Err(GitError::Limit(error)),
            (None, Err(GitError::Git(_))) => Err(GitError::Git(format!("finds no `{what}` in the repository"))),
            (None, told) => told,
        }
    }

    /// Runs a command that was asked with `-z` and shows its output line by line.
    pub(super) fn lines(
        &self,
        arguments: &[&str],
        see: &mut (dyn FnMut(&[u8]) -> Result<(), String> + Send),
    ) -> Result<(), GitError> {
        let mut lines = Lines::default();
        let mut command = self.command();
        self.told(command.args(arguments), arguments, &mut |bytes| lines.add(bytes, see))
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
            self.inside(folder, self.remote.clone()).settle(history)
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
    pub(super) fn tried(&self, arguments: &[&str]) -> Result<bool, GitError> {
        match self.run(arguments) {
            Ok(_) => Ok(true),
            Err(GitError::Git(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The output of a command.
    pub(super) fn run(&self, arguments: &[&str]) -> Result<String, GitError> {
        let mut command = self.command();
        command.args(arguments);
        let output = self.output(command, arguments)?;
        Ok(String::from_utf8_lossy(&output).into_owned())
    }

    /// The output of `command`, whose verb and arguments are these.
    pub(super) fn output(&self, mut command: Command, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
        let mut output = Vec::new();
        self.told(&mut command, arguments, &mut |bytes| match output.len() + bytes.len() > MOST_OUTPUT {
            true => Err(format!("says more than {MOST_OUTPUT} bytes")),
            false => {
                output.extend_from_slice(bytes);
                Ok(())
            }
        })?;
        Ok(output)
    }

    /// Runs a command and shows its output piece by piece.
    fn told(
        &self,
        command: &mut Command,
        arguments: &[&str],
        see: &mut (dyn FnMut(&[u8]) -> Result<(), String> + Send),
    ) -> Result<(), GitError> {
        let most = self.bounds.net.options().max_bytes;
        let is_over = || (self.objects() > most).then(|| format!("fetches more than {most} bytes"));
        let watch = Watch { deadline: self.deadline, cancel: self.bounds.net.cancel(), is_over: &is_over };
        let output = crate::git::run(command, &watch, see).map_err(|ended| match ended {
            Ended::Io(error) if error.kind() == io::ErrorKind::NotFound => {
                GitError::Git("is not on PATH; install it or pass --sources DIR".to_owned())
            }
            Ended::Io(error) => GitError::Git(format!("could not be run: {error}")),
            Ended::Late => {
                let seconds = self.bounds.net.options().most_time.as_secs();
                GitError::Host(format!("{} did not end within {seconds} s", arguments[0]))
            }
            Ended::Cancelled => GitError::Cancelled,
            Ended::Over(why) => GitError::Git(format!("{} {why}", arguments[0])),
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

    /// Bytes of the packs of the whole clone, those that are being fetched included.
    fn objects(&self) -> u64 {
        let is_pack = |entry: &walkdir::DirEntry| entry.path().parent().is_some_and(|folder| folder.ends_with("pack"));
        let walk = walkdir::WalkDir::new(self.top.join(".git")).into_iter().flatten();
        walk.filter(is_pack).filter_map(|entry| entry.metadata().ok()).map(|meta| meta.len()).sum()
    }

    pub(super) fn command(&self) -> Command {
        let mut command = Program::fresh(&self.folder).command_without_user();
        for setting in ["core.autocrlf=false", "advice.detachedHead=false", "init.defaultBranch=master"] {
            command.args(["-c", setting]);
        }
        let options = self.bounds.net.options();
        let slow = [("Limit", options.least_rate.max(1)), ("Time", options.stall.as_secs().max(1))];
        for (what, number) in slow {
            command.arg("-c").arg(format!("http.lowSpeed{what}={number}"));
        }
        self.remote.tell(&mut command);
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
        command.env_remove("GIT_NO_LAZY_FETCH");
        command
    }
}

/// Bytes of the output of a command that is kept whole: a list of refs, names of files.
const MOST_OUTPUT: usize = 64 << 20;

/// Messages of git about a failing host, as opposed to a failing repository.
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
