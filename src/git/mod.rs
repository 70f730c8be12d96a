//! The `git` program, started so that the repository it works in commands nothing.
//!
//! A repository carries commands: hooks, filters, a file system monitor, pagers, drivers of diffs, helpers of its
//! remotes. A checkout may come from anybody (an archive with its `.git`, a folder that only looks like a bare
//! repository), so every git of clarity is made here, and none of these runs. The settings of the user stay in force:
//! a name and an address are read from there, and they decide which folders are safe.
//!
//! Refuses to know what git is asked for; it owns the process and the shapes of its answers.

mod listing;
mod object;
mod watched;

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub use listing::{IndexEntry, Lines, TreeEntry, lines, sizes};
pub use object::ObjectId;
pub use watched::{Ended, Output, Watch, run};

/// Settings that win over those of a repository.
const SETTINGS: [&str; 19] = [
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.untrackedCache=false",
    "core.sshCommand=false",
    "core.askPass=",
    "core.editor=false",
    "core.pager=cat",
    "core.gitProxy=",
    "core.alternateRefsCommand=",
    "core.attributesFile=/dev/null",
    "core.quotePath=false",
    "credential.helper=",
    "diff.external=",
    "gc.auto=0",
    "maintenance.auto=false",
    "log.showSignature=false",
    "gpg.program=false",
    // A committed folder that looks like a bare repository is data: nothing in it is a configuration.
    "safe.bareRepository=explicit",
    "submodule.recurse=false",
];

/// Variables by which a hook tells git its own repository, or which name a program. Ours is the repository around the
/// folder, whoever calls.
const REMOVED: [&str; 18] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_ATTR_SOURCE",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_EXTERNAL_DIFF",
    "GIT_GLOB_PATHSPECS",
    "GIT_GRAFT_FILE",
    "GIT_ICASE_PATHSPECS",
    "GIT_INDEX_FILE",
    "GIT_LITERAL_PATHSPECS",
    "GIT_NAMESPACE",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_SSH",
    "GIT_WORK_TREE",
    "SSH_ASKPASS",
];

/// The variables that give [`Git::silenced`] settings their value: names of filters may hold `=`, which `-c` splits at.
const NOTHING: &str = "CLARITY_GIT_NOTHING";
const FALSE: &str = "CLARITY_GIT_FALSE";

/// Settings by which a repository names a program under a name of its own: filters, and the hooks of newer versions of
/// git, which need no file in the folder of hooks.
const NAMING: &str = r"^(filter\..*\.(clean|smudge|process|required)|hook\..*\.(command|event|enabled))$";

/// The program of a folder.
#[derive(Clone, Debug)]
pub struct Git {
    folder: PathBuf,
    /// Settings of the repository that name a program under a name of their own, each with the variable of its value.
    silenced: Vec<(String, &'static str)>,
}

impl Git {
    /// Git for the repository around `folder`, whose configuration is not trusted; an error where git cannot be run
    /// or cannot read that configuration.
    pub fn around(folder: &Path) -> io::Result<Git> {
        let plain = Git::fresh(folder);
        let asked = ["config", "-z", "--name-only", "--get-regexp", NAMING];
        let output = plain.command().args(asked).output()?;
        match output.status.code() {
            // 1: there is none.
            Some(0 | 1) => {}
            _ => return Err(io::Error::other(first_line(&output.stderr))),
        }
        let listed = String::from_utf8_lossy(&output.stdout).into_owned();
        let silenced = listed.split('\0').filter(|name| !name.is_empty()).flat_map(silent).collect();
        Ok(Git { silenced, ..plain })
    }

    /// Git for a folder that clarity made itself: there is no configuration but its own.
    pub fn fresh(folder: &Path) -> Git {
        Git { folder: folder.to_owned(), silenced: Vec::new() }
    }

    /// A command in the folder, its verb still to be added: without terminal, network, locks and programs of others.
    pub fn command(&self) -> Command {
        let mut command = Command::new("git");
        command.arg("--no-pager").arg("-C").arg(&self.folder);
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        for (name, value) in &self.silenced {
            command.arg(format!("--config-env={name}={value}"));
        }
        for name in REMOVED {
            command.env_remove(name);
        }
        command
            .env(NOTHING, "")
            .env(FALSE, "false")
            .env("LC_ALL", "C")
            .env("GIT_PAGER", "cat")
            .env("GIT_EDITOR", "false");
        // A clone may lack objects, and would ask its remote for them, by a command that it names itself.
        command.env("GIT_ALLOW_PROTOCOL", "none").env("GIT_NO_LAZY_FETCH", "1");
        command.env("GIT_SSH_COMMAND", "false").env("GIT_ASKPASS", "false").env("GIT_TERMINAL_PROMPT", "0");
        // An object is what its name says, and not another one that the repository puts in its place.
        command.env("GIT_NO_REPLACE_OBJECTS", "1");
        // Of the index only its content is wanted: it is not refreshed on the disk.
        command.env("GIT_OPTIONAL_LOCKS", "0");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// [`Git::command`] with the settings of neither the user nor the system, nor any of the environment.
    pub fn command_without_user(&self) -> Command {
        let mut command = self.command();
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        for name in ["GIT_CONFIG_COUNT", "GIT_CONFIG_PARAMETERS", "GIT_TEMPLATE_DIR"] {
            command.env_remove(name);
        }
        command
    }
}

/// Settings in the place of the one called `name`, under which it starts no program.
fn silent(name: &str) -> Vec<(String, &'static str)> {
    match name.strip_prefix("hook.").and_then(|rest| rest.rsplit_once('.')) {
        // An empty event takes back all events; a command must be there, and is not run.
        Some((hook, _)) => [("event", NOTHING), ("command", FALSE), ("enabled", FALSE)]
            .map(|(key, value)| (format!("hook.{hook}.{key}"), value))
            .into(),
        None => vec![(name.to_owned(), NOTHING)],
    }
}

/// The root of the work tree that `folder` lies in, links not followed; `None` without git.
pub fn work_tree(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|folder| folder.join(".git").exists())
}

/// The words of a command that say what it is for, without the options before its verb.
pub fn verb(command: &Command) -> String {
    let words: Vec<&OsStr> = command.get_args().collect();
    let is_option = |word: &OsStr| word.as_encoded_bytes().starts_with(b"-");
    let mut at = 0;
    while let Some(word) = words.get(at).filter(|word| is_option(word)) {
        at += if *word == "-c" || *word == "-C" { 2 } else { 1 };
    }
    let said = words.iter().skip(at).take(2).map(|word| word.to_string_lossy().into_owned());
    said.collect::<Vec<_>>().join(" ")
}

/// The first line of what git complained.
pub fn first_line(said: &[u8]) -> String {
    let said = String::from_utf8_lossy(said);
    said.lines().find(|line| !line.trim().is_empty()).unwrap_or("no reason given").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Versions of git that start hooks by their settings obey these.
    #[test]
    fn settings_that_name_programs_are_taken_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let plain = |args: &[&str]| {
            let output = Git::fresh(folder.path()).command().args(args).output().expect("git runs");
            String::from_utf8_lossy(&output.stdout).into_owned()
        };
        plain(&["init", "--quiet"]);
        for (key, value) in [
            ("hook.e=v.il.command", "touch /x"),
            ("hook.e=v.il.event", "post-index-change"),
            ("hook.e=v.il.enabled", "true"),
            ("filter.e=v.il.clean", "touch /x"),
        ] {
            plain(&["config", key, value]);
        }
        let git = Git::around(folder.path()).expect("a repository");
        for (key, expected) in [
            ("hook.e=v.il.command", "false"),
            ("hook.e=v.il.event", ""),
            ("hook.e=v.il.enabled", "false"),
            ("filter.e=v.il.clean", ""),
        ] {
            let output = git.command().args(["config", "--get", key]).output().expect("git runs");
            assert_eq!(String::from_utf8_lossy(&output.stdout).trim_end(), expected, "{key}");
        }
    }

    #[test]
    fn verb_skips_the_options_before_it() {
        let mut command = Git::fresh(Path::new("/x")).command();
        command.args(["cat-file", "blob", "HEAD:a"]);
        assert_eq!(verb(&command), "cat-file blob");
    }
}
