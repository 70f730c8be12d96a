//! `clarity fix` against the real git: patches, commits, files, exit codes. Nothing leaves the folder of a test.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clarity::fix::lint;

use crate::scan::{Run, copied};

/// A copy of the fixture in a git repository, with an identity that only it knows.
pub struct Place {
    folder: tempfile::TempDir,
    /// The top of the repository.
    top: PathBuf,
}

/// The subjects of the safe fixes of the fixture.
const FIXED: [&str; 3] = ["birch-log: fix license", "opal-mail: add license", "python3Packages.xylem: fix license"];

impl Place {
    /// The checkout is the whole repository.
    pub fn new() -> Place {
        Place::at("nixpkgs")
    }

    /// The repository has its top at `top` below the copy: `.` makes the checkout one of its folders.
    fn at(top: &str) -> Place {
        let place = Place::bare();
        let place = Place { top: place.folder.path().join(top), ..place };
        place.git(&["init", "--quiet", "--initial-branch=trunk"]);
        place.git(&["add", "--all"]);
        place.git(&["commit", "--quiet", "--message=all of it"]);
        place
    }

    /// No repository at all.
    fn bare() -> Place {
        let folder = copied();
        fs::write(folder.path().join("gitconfig"), "[user]\n\tname = Ada Example\n\temail = ada@example.org\n")
            .expect("writable");
        let top = folder.path().join("nixpkgs");
        Place { top, folder }
    }

    pub fn tree(&self) -> PathBuf {
        self.folder.path().join("nixpkgs")
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn configure(&self, lines: &str) {
        let file = self.path("gitconfig");
        let old = fs::read_to_string(&file).expect("readable");
        fs::write(&file, old + lines).expect("writable");
    }

    /// A command that sees this place's settings and no others.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("GIT_CONFIG_GLOBAL", self.path("gitconfig")).env("GIT_CONFIG_NOSYSTEM", "1");
        for name in ["NAME", "EMAIL"] {
            command.env_remove(format!("GIT_AUTHOR_{name}")).env_remove(format!("GIT_COMMITTER_{name}"));
        }
        // git looks no further up than the copy.
        command.env("GIT_CEILING_DIRECTORIES", self.folder.path().parent().expect("below"));
        command.env_remove("EMAIL").env("CLARITY_CACHE", self.path("cache"));
        command.env("XDG_CONFIG_HOME", self.path("config"));
        command
    }

    pub fn git_in(&self, folder: &Path, args: &[&str]) -> String {
        let output = self.command("git").arg("-C").arg(folder).args(args).output().expect("git runs");
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    pub fn git(&self, args: &[&str]) -> String {
        self.git_in(&self.top, args)
    }

    /// `clarity fix TREE args..`
    pub fn fix(&self, args: &[&str]) -> Run {
        self.fix_with(args, |_| {})
    }

    fn fix_with(&self, args: &[&str], change: impl Fn(&mut Command)) -> Run {
        let mut command = self.command(env!("CARGO_BIN_EXE_clarity"));
        command.arg("fix").arg(self.tree()).args(args);
        change(&mut command);
        let output = command.output().expect("the program runs");
        Run {
            code: output.status.code().expect("not killed"),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    pub fn read(&self, file: &str) -> String {
        String::from_utf8(fs::read(self.tree().join(file)).expect("readable")).expect("UTF-8")
    }

    /// All files that git knows, as they are in the work tree of `folder`.
    fn snapshot(&self, folder: &Path) -> Vec<(String, Vec<u8>)> {
        let names = self.git_in(folder, &["ls-files", "-z"]);
        let read = |name: &str| (name.to_owned(), fs::read(folder.join(name)).expect("readable"));
        names.split('\0').filter(|name| !name.is_empty()).map(read).collect()
    }

    /// A clone that knows nothing of what is not committed.
    pub fn clone(&self, name: &str) -> PathBuf {
        let target = self.path(name);
        self.git(&["clone", "--quiet", "--no-hardlinks", ".", target.to_str().expect("UTF-8")]);
        target
    }

    fn patches(&self, folder: &str, args: &[&str]) -> Vec<PathBuf> {
        let folder = self.path(folder);
        let run = self.fix(&[&["--patch-dir", folder.to_str().expect("UTF-8")], args].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
        run.stdout.lines().map(PathBuf::from).collect()
    }

    fn apply(&self, clone: &Path, patches: &[PathBuf]) {
        for patch in patches {
            self.git_in(clone, &["am", "--quiet", patch.to_str().expect("UTF-8")]);
        }
    }
}

fn package(name: &str) -> String {
    format!("pkgs/by-name/{}/{name}/package.nix", &name[..2])
}

#[test]
fn a_series_applied_to_a_clone_is_what_write_makes_and_reverting_it_gives_every_byte_back() {
    let place = Place::new();
    let before = place.snapshot(&place.top);
    let patches = place.patches("patches", &[]);
    assert!(patches.len() >= FIXED.len(), "{patches:?}");
    let clone = place.clone("clone");
    place.apply(&clone, &patches);
    assert_eq!(place.snapshot(&place.top), before, "the work tree is left alone");
    assert_eq!(place.fix(&["--write"]).code, 0);
    assert_eq!(place.snapshot(&clone), place.snapshot(&place.top));
    let count = patches.len();
    place.git_in(&clone, &["revert", "--no-edit", &format!("HEAD~{count}..HEAD")]);
    assert_eq!(place.snapshot(&clone), before);
}

#[test]
fn a_series_over_carriage_returns_says_how_it_is_applied() {
    let place = Place::new();
    place.git(&["config", "core.autocrlf", "false"]);
    let name = package("birch-log");
    let with_returns = place.read(&name).replace('\n', "\r\n");
    fs::write(place.tree().join(&name), with_returns).expect("writable");
    place.git(&["commit", "--quiet", "--all", "--message=returns"]);
    let folder = place.path("patches");
    let run = place.fix(&["--attr", "birch-log", "--patch-dir", folder.to_str().expect("UTF-8")]);
    assert!(run.stderr.contains(&format!("{name}: lines end with CRLF")), "{}", run.stderr);
    assert!(run.stderr.contains("`git am --keep-cr`"), "{}", run.stderr);
    let clone = place.clone("clone");
    place.git_in(&clone, &["am", "--quiet", "--keep-cr", run.stdout.trim()]);
    assert_eq!(place.fix(&["--attr", "birch-log", "--write"]).code, 0);
    assert_eq!(place.snapshot(&clone), place.snapshot(&place.top));
    let other = place.fix(&["--attr", "cedar-sync", "--patch-dir", place.path("more").to_str().expect("UTF-8")]);
    assert!(!other.stderr.contains("--keep-cr"), "{}", other.stderr);
}

#[test]
fn each_patch_is_one_package_and_its_message_passes_the_lint() {
    let place = Place::new();
    let patches = place.patches("patches", &[]);
    let clone = place.clone("clone");
    for patch in &patches {
        place.apply(&clone, std::slice::from_ref(patch));
        let message = place.git_in(&clone, &["log", "-1", "--format=%B"]);
        assert_eq!(lint(&message), Vec::<&str>::new(), "{message}");
        assert_eq!(place.git_in(&clone, &["log", "-1", "--format=%an <%ae>"]).trim(), "Ada Example <ada@example.org>");
        let files = place.git_in(&clone, &["show", "--format=", "--name-only", "HEAD"]);
        assert_eq!(files.lines().count(), 1, "{files}");
        let lines = place.git_in(&clone, &["show", "--format=", "--numstat", "HEAD"]);
        assert!(!lines.is_empty());
    }
    let subjects = place.git_in(&clone, &["log", "--format=%s", &format!("-{}", patches.len())]);
    for wanted in FIXED {
        assert!(subjects.lines().any(|subject| subject == wanted), "{wanted} in {subjects}");
    }
}

#[test]
fn the_patches_of_different_files_apply_in_any_order() {
    let place = Place::new();
    let mut patches = place.patches("patches", &[]);
    let (one, two) = (place.clone("one"), place.clone("two"));
    place.apply(&one, &patches);
    patches.reverse();
    place.apply(&two, &patches);
    assert_eq!(place.snapshot(&one), place.snapshot(&two));
}

#[test]
fn commit_makes_the_same_commits_and_leaves_work_tree_and_index_alone() {
    let place = Place::new();
    fs::write(place.tree().join("staged.txt"), "mine\n").expect("writable");
    place.git(&["add", "staged.txt"]);
    let before = (place.git(&["status", "--porcelain"]), place.git(&["rev-parse", "HEAD"]));
    let files = place.snapshot(&place.top);
    let run = place.fix(&["--commit", "licenses"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.stderr);
    assert_eq!(before, (place.git(&["status", "--porcelain"]), place.git(&["rev-parse", "HEAD"])));
    assert_eq!(place.git(&["symbolic-ref", "--short", "HEAD"]).trim(), "trunk");
    assert_eq!(place.snapshot(&place.top), files);
    let clone = place.clone("clone");
    let patches = place.patches("patches", &[]);
    place.apply(&clone, &patches);
    let messages = |folder: &Path, branch: &str| {
        place.git_in(folder, &["log", "--format=%B%T", &format!("-{}", patches.len()), branch])
    };
    assert_eq!(messages(&place.top, "licenses"), messages(&clone, "trunk"));
    let again = place.fix(&["--commit", "licenses"]);
    assert_eq!(again.code, 2);
    assert!(again.stderr.contains("there is a branch licenses already"), "{}", again.stderr);
}

#[test]
fn nothing_is_ever_pushed() {
    let place = Place::new();
    let remote = place.path("remote.git");
    let remote_name = remote.to_str().expect("UTF-8");
    place.git(&["init", "--quiet", "--bare", remote_name]);
    place.git(&["remote", "add", "origin", remote_name]);
    place.git(&["push", "--quiet", "--set-upstream", "origin", "trunk"]);
    place.configure("[push]\n\tdefault = matching\n[branch]\n\tautoSetupRemote = true\n");
    let before = place.git_in(&remote, &["for-each-ref"]);
    assert_eq!(place.fix(&["--commit", "licenses"]).code, 0);
    place.patches("patches", &[]);
    assert_eq!(place.git_in(&remote, &["for-each-ref"]), before);
}

#[test]
fn nobody_signs_for_somebody_whom_git_does_not_know() {
    let place = Place::new();
    for how in [["--patch-dir", "patches"], ["--commit", "licenses"]] {
        let run = place.fix_with(&how, |command| {
            command.env("GIT_CONFIG_GLOBAL", "/dev/null").current_dir(place.path("."));
        });
        assert_eq!(run.code, 2, "{how:?}");
        assert!(run.stderr.contains("git does not know who you are"), "{}", run.stderr);
    }
    assert!(place.git(&["branch", "--list", "licenses"]).is_empty());
}

#[test]
fn what_is_not_committed_is_no_ground_for_patches() {
    let place = Place::new();
    let file = place.tree().join(package("birch-log"));
    fs::write(&file, place.read(&package("birch-log")) + "# mine\n").expect("writable");
    for how in [["--patch-dir", "patches"], ["--commit", "licenses"]] {
        let run = place.fix_with(&how, |command| {
            command.current_dir(place.path("."));
        });
        assert_eq!(run.code, 2, "{how:?}");
        assert!(run.stderr.contains("birch-log/package.nix has changes that are not committed"), "{}", run.stderr);
    }
    let others = place.patches("others", &["--attr", "opal-mail"]);
    assert_eq!(others.len(), 1, "a dirty file stops only the fixes that are in it");
}

#[test]
fn patches_are_not_mixed_with_older_ones() {
    let place = Place::new();
    let old = place.path("patches/0001-old.patch");
    fs::create_dir_all(old.parent().expect("a folder")).expect("writable");
    fs::write(&old, "mine").expect("writable");
    let run = place.fix(&["--patch-dir", place.path("patches").to_str().expect("UTF-8")]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("has patches already"), "{}", run.stderr);
    assert_eq!(fs::read_to_string(old).expect("readable"), "mine");
}

#[test]
fn without_a_fix_nothing_is_written_and_that_is_said() {
    let place = Place::new();
    for how in [["--patch-dir", "patches"], ["--commit", "licenses"]] {
        let run = place.fix_with(&[&["--attr", "amber-clock"], &how[..]].concat(), |command| {
            command.current_dir(place.path("."));
        });
        assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{how:?}: {}", run.stderr);
        assert!(run.stderr.contains("no fix: nothing is written"), "{}", run.stderr);
    }
    assert!(!place.path("patches").exists());
}

#[test]
fn a_checkout_of_somebody_else_is_refused_in_the_words_of_git() {
    let place = Place::new();
    let run = place.fix_with(&["--patch-dir", "patches"], |command| {
        // Git's own switch for its tests: the owner of the repository is another user.
        command.current_dir(place.path(".")).env("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1");
    });
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("dubious ownership") && !run.stderr.contains("not in a git"), "{}", run.stderr);
}

#[test]
fn outside_of_git_patches_are_refused_and_files_need_a_word() {
    let place = Place::bare();
    for how in [["--patch-dir", "patches"], ["--commit", "licenses"]] {
        let run = place.fix_with(&how, |command| {
            command.current_dir(place.path("."));
        });
        assert_eq!(run.code, 2, "{how:?}");
        assert!(run.stderr.contains("not in a git repository"), "{}", run.stderr);
    }
    let before = place.read(&package("birch-log"));
    let run = place.fix(&["--attr", "birch-log", "--write"]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("pass --allow-dirty"), "{}", run.stderr);
    assert_eq!(place.read(&package("birch-log")), before);
    assert_eq!(place.fix(&["--attr", "birch-log", "--write", "--allow-dirty"]).code, 0);
    assert!(place.read(&package("birch-log")).contains("lib.licenses.asl20"));
}

#[test]
fn a_checkout_may_be_a_folder_of_a_repository() {
    let place = Place::at(".");
    let patches = place.patches("patches", &["--attr", "birch-log"]);
    let clone = place.clone("clone");
    place.apply(&clone, &patches);
    let edited = fs::read_to_string(clone.join("nixpkgs").join(package("birch-log"))).expect("readable");
    assert!(edited.contains("lib.licenses.asl20"));
    assert_eq!(place.fix(&["--attr", "birch-log", "--commit", "licenses"]).code, 0);
    let files = place.git(&["show", "--format=", "--name-only", "licenses"]);
    assert_eq!(files.trim(), format!("nixpkgs/{}", package("birch-log")));
}

#[cfg(unix)]
#[test]
fn the_mode_of_a_file_survives_patch_commit_and_write() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let file = place.tree().join(package("birch-log"));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("writable");
    place.git(&["commit", "--quiet", "--all", "--message=mode"]);
    let only = ["--attr", "birch-log"];
    let patches = place.patches("patches", &only);
    let clone = place.clone("clone");
    place.apply(&clone, &patches);
    let name = package("birch-log");
    assert!(place.git_in(&clone, &["ls-files", "--stage", &name]).starts_with("100755"));
    assert_eq!(place.fix(&[&only[..], &["--commit", "licenses"]].concat()).code, 0);
    assert!(place.git(&["ls-tree", "licenses", &name]).starts_with("100755"));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o750)).expect("writable");
    assert_eq!(place.fix(&[&only[..], &["--write"]].concat()).code, 0);
    assert_eq!(fs::metadata(&file).expect("there").permissions().mode() & 0o777, 0o750);
}

#[test]
fn settings_of_the_user_do_not_break_the_patches() {
    let place = Place::new();
    place.configure(
        "[diff]\n\tnoprefix = true\n\tmnemonicPrefix = true\n\tcontext = 0\n\texternal = false\n\
         [format]\n\tpretty = oneline\n\tattach = true\n\tsignature = me\n\tsubjectPrefix = RFC\n\tcoverLetter = true\n\
         \tnumbered = false\n\tsuffix = .txt\n\toutputDirectory = elsewhere\n\tnotes = true\n\tthread = true\n\
         [color]\n\tui = always\n[core]\n\tautocrlf = false\n\tquotePath = false\n[commit]\n\tgpgSign = true\n[i18n]\n\tlogOutputEncoding = ISO-8859-1\n",
    );
    let patches = place.patches("patches", &["--attr", "birch-log", "--attr", "opal-mail"]);
    assert_eq!(patches.len(), 2, "{patches:?}");
    fs::write(place.path("gitconfig"), "[user]\n\tname = Bo Example\n\temail = bo@example.org\n").expect("writable");
    let clone = place.clone("clone");
    place.apply(&clone, &patches);
    let message = place.git_in(&clone, &["log", "-1", "--format=%B"]);
    assert_eq!(lint(&message), Vec::<&str>::new(), "{message}");
}

#[test]
fn the_repository_of_a_hook_that_calls_is_not_mistaken_for_ours() {
    let place = Place::new();
    let other = place.path("other");
    place.git(&["init", "--quiet", other.to_str().expect("UTF-8")]);
    let git_dir = other.join(".git");
    let files = || walkdir::WalkDir::new(&git_dir).into_iter().count();
    let before = files();
    let run = place.fix_with(&["--attr", "birch-log", "--patch-dir", "patches"], |command| {
        command.env("GIT_DIR", &git_dir).env("GIT_INDEX_FILE", git_dir.join("index")).current_dir(place.path("."));
    });
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(run.stdout.lines().count(), 1);
    assert_eq!(files(), before);
}

#[test]
fn a_dirty_file_is_written_only_on_request() {
    let place = Place::new();
    let file = place.tree().join(package("birch-log"));
    let mine = place.read(&package("birch-log")) + "# mine\n";
    fs::write(&file, &mine).expect("writable");
    let run = place.fix(&["--attr", "birch-log", "--write"]);
    assert_eq!(run.code, 1, "refused");
    assert!(run.stderr.contains("not committed; commit them, or pass --allow-dirty"), "{}", run.stderr);
    assert_eq!(place.read(&package("birch-log")), mine);
    assert_eq!(place.fix(&["--attr", "birch-log", "--write", "--allow-dirty"]).code, 0);
    assert_eq!(place.read(&package("birch-log")), mine.replace("licenses.mit", "licenses.asl20"));
}

#[cfg(unix)]
#[test]
fn a_link_to_a_file_of_the_checkout_stays_a_link() {
    let place = Place::new();
    let (link, real) = (place.tree().join(package("birch-log")), place.tree().join("pkgs/birch.nix"));
    fs::rename(&link, &real).expect("writable");
    std::os::unix::fs::symlink("../../../birch.nix", &link).expect("writable");
    place.git(&["add", "--all"]);
    place.git(&["commit", "--quiet", "--message=a link"]);
    let patches = place.patches("patches", &["--attr", "birch-log"]);
    let clone = place.clone("clone");
    place.apply(&clone, &patches);
    assert!(fs::read_to_string(clone.join("pkgs/birch.nix")).expect("readable").contains("lib.licenses.asl20"));
    let clean = fs::read_to_string(&real).expect("readable");
    fs::write(&real, format!("{clean}# mine\n")).expect("writable");
    assert_eq!(place.fix(&["--attr", "birch-log", "--write"]).code, 1, "what lies behind the link is dirty");
    fs::write(&real, clean).expect("writable");
    let run = place.fix(&["--attr", "birch-log", "--write"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
    assert!(fs::read_to_string(&real).expect("readable").contains("lib.licenses.asl20"));
}

#[test]
fn a_file_that_changed_since_it_was_read_is_refused() {
    let place = Place::new();
    let name = package("birch-log");
    let (mut plan, root) = planned(&place, "birch-log");
    let moved = place.read(&name).replace("licenses.mit", "licenses.isc");
    fs::write(place.tree().join(&name), &moved).expect("writable");
    clarity::fix::write(&mut plan, &root, clarity::fix::Dirty::Allow);
    assert!(plan.fixes.is_empty());
    assert!(plan.refused[0].why.contains("changed since it was read"), "{:?}", plan.refused);
    assert_eq!(place.read(&name), moved);
}

/// A plan for `attr` through the library: between planning and writing there is time for a test to meddle.
fn planned(place: &Place, attr: &str) -> (clarity::fix::Plan, PathBuf) {
    use clarity::engine::{Session, Watch};
    let store = clarity::store::Store::open(place.path("cache")).expect("a cache");
    let mut sources = clarity::source::Options::new(std::sync::Arc::new(store));
    sources.folders = vec![place.path("nixpkgs/sources")];
    let request = clarity::engine::Request {
        path: place.tree(),
        inputs: None,
        platforms: Vec::new(),
        tree: clarity::tree::Options::default(),
        not_included: Vec::new(),
        evaluated: None,
        vendored: false,
        since: None,
        facts: None,
        maintainers: Vec::new(),
        closure: None,
        results: None,
        selection: clarity::tree::Selection::only([attr.to_owned()]),
        sources: Some(sources),
        ignored: clarity::engine::Ignored::default(),
        curations: clarity::evidence::Curations::default(),
        checks: clarity::check::Options::default(),
        triage: clarity::triage::Options::default(),
        gate: clarity::report::Gate::default(),
        keep_evidence: false,
        compare_texts: false,
        quotes: true,
        jobs: 2,
        time_limit: std::time::Duration::from_secs(60),
        strict: false,
        allow_gaps: false,
        policy: clarity::report::Policy::default(),
    };
    let session = Session::open(&request, &Watch::new(false)).expect("the fixture scans");
    let options = clarity::fix::Options { safety: clarity::check::Safety::Safe, limit: None };
    (session.propose(&options, |_| true), session.root().to_owned())
}

#[test]
fn check_attr_and_limit_narrow_what_is_fixed() {
    let place = Place::new();
    let all = place.fix(&[]);
    let shown = |run: &Run| run.stdout.lines().filter(|line| line.starts_with("diff --git ")).count();
    assert!(all.code == 0 && shown(&all) >= FIXED.len(), "{}", all.stderr);
    let mismatch = place.fix(&["--check", "LIC010"]);
    assert!(mismatch.stdout.contains("LIC010") && !mismatch.stdout.contains("LIC011"), "{}", mismatch.stdout);
    assert_eq!(shown(&place.fix(&["--attr", "birch-log"])), 1);
    let limited = place.fix(&["--limit", "1"]);
    assert_eq!((limited.code, shown(&limited)), (0, 1), "{}", limited.stderr);
    assert!(limited.stderr.contains("left for later (--limit)"), "{}", limited.stderr);
    assert_eq!(place.fix(&["--check", "LIC999"]).code, 2);
    let quiet = place.fix(&["--attr", "birch-log", "--quiet"]);
    assert!(quiet.stdout.starts_with("diff --git "), "{}", quiet.stdout);
}

#[test]
fn a_string_that_the_source_bears_out_is_a_safe_fix_and_one_without_a_source_is_not() {
    let place = Place::new();
    let file = place.tree().join(package("birch-log"));
    let text = place.read(&package("birch-log")).replace("lib.licenses.mit", "\"Apache-2.0\"");
    fs::write(file, text).expect("writable");
    let run = place.fix(&["--attr", "birch-log"]);
    assert!(run.stdout.contains("+    license = lib.licenses.asl20;"), "{} {}", run.stdout, run.stderr);
    let blind = place.fix(&["--attr", "birch-log", "--metadata-only"]);
    assert_eq!(blind.stdout, "");
    assert!(blind.stderr.contains("it rests on the words of the string alone"), "{}", blind.stderr);
}

#[test]
fn an_attribute_that_is_not_there_is_no_success() {
    let place = Place::new();
    let run = place.fix(&["--attr", "no-such"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("no package matches `no-such`"), "{}", run.stderr);
}

#[test]
fn what_is_printed_is_a_patch_for_git_apply() {
    let place = Place::new();
    let printed = place.path("all.diff");
    fs::write(&printed, place.fix(&[]).stdout).expect("writable");
    let clone = place.clone("clone");
    place.git_in(&clone, &["apply", printed.to_str().expect("UTF-8")]);
    assert_eq!(place.fix(&["--write"]).code, 0);
    assert_eq!(place.snapshot(&clone), place.snapshot(&place.top));
}

#[test]
fn a_second_run_finds_nothing_left_to_write() {
    let place = Place::new();
    assert_eq!(place.fix(&["--write"]).code, 0);
    place.git(&["commit", "--quiet", "--all", "--message=fixed"]);
    let again = place.fix(&[]);
    assert_eq!((again.code, again.stdout.as_str()), (0, ""), "{}", again.stderr);
}

#[test]
fn a_refused_fix_is_told_with_its_reason_and_is_no_success() {
    let place = Place::new();
    let file = place.tree().join(package("birch-log"));
    fs::write(&file, format!("# Generated by bump-all; do not edit\n{}", place.read(&package("birch-log"))))
        .expect("writable");
    let run = place.fix(&["--attr", "birch-log"]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert!(run.stderr.contains("refused: birch-log LIC010") && run.stderr.contains("is generated"), "{}", run.stderr);
}
