//! Curations travel: they are signed, end with the source they were stated of, are included from other files, exported and
//! merged.

use std::fs;
use std::path::Path;

use clarity::source::{Algo, hash_nar};
use serde_json::Value;

use crate::changed::{Repository, git};
use crate::scan::{Run, clarity, copied};

/// The declared hash of birch-log in the fixture.
const HASH: &str = "sha256-qQJYl3InVUTpTWC3SMiSR0QweDMDsI+TIbfoikeQ/uQ=";

const BIRCH: &str = "pkgs/by-name/bi/birch-log/package.nix";

/// A curation that says birch-log is what it declares, with more keys.
fn curation(keys: &str) -> String {
    format!(
        "[[curate]]\nattr = \"birch-log\"\npath = \"**\"\ndetected = \"Apache-2.0\"\nconcluded = \"MIT\"\n\
         reason = \"INCORRECT\"\ncomment = \"upstream said so\"\n{keys}"
    )
}

fn add(file: &Path, text: &str) {
    let old = fs::read_to_string(file).unwrap_or_default();
    fs::write(file, format!("{text}\n{old}")).expect("writable");
}

/// Findings about birch-log, and the stale blocks, with the whole run.
fn findings(tree: &Path, args: &[&str]) -> (Vec<String>, Run) {
    let tree = tree.to_str().expect("UTF-8");
    let run = clarity(&[&["scan", "--tree", tree, "--format", "jsonl", "--fail-on", "never"], args].concat());
    let rows = run.stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let ours = rows.filter(|row| row["kind"] == "finding" && (row["attr"] == "birch-log" || row["check"] == "LIC060"));
    (ours.map(|row| row["check"].as_str().expect("an id").to_owned()).collect(), run)
}

#[test]
fn a_curation_ends_with_the_source_it_was_stated_of() {
    for (keys, found) in [
        ("", &[][..]),
        (&format!("source = \"{HASH}\"\n")[..], &[]),
        (&format!("source = [\"sha256-{}\", \"{HASH}\"]\n", "A".repeat(42) + "E="), &[]),
        (&format!("source = \"sha256-{}\"\n", "A".repeat(42) + "E="), &["LIC010", "LIC060"]),
    ] {
        let place = copied();
        let tree = place.path().join("nixpkgs");
        add(&tree.join("more.toml"), &curation(keys));
        add(&tree.join("clarity.toml"), "include = [\"more.toml\"]");
        let (checks, run) = findings(&tree, &[]);
        assert_eq!(checks, found, "{keys}: {}", run.stderr);
        if !found.is_empty() {
            assert!(run.stdout.contains("matches nothing in the sources that it is pinned to"), "{}", run.stdout);
        }
    }
}

#[test]
fn the_author_and_the_day_stand_beside_the_reason() {
    let place = copied();
    let tree = place.path().join("nixpkgs");
    let signed = "author = \"Jo Doe\"\ndate = \"2026-11-29\"\n";
    let shown = clarity(&["scan", "-v", "--tree", tree.to_str().expect("UTF-8"), "birch-log"]).stdout;
    let pin = shown.split("evidence = \"").nth(1).and_then(|rest| rest.split('"').next()).expect("a pin").to_owned();
    let block = format!(
        "[[suppress]]\nattr = \"birch-log\"\ncheck = \"LIC010\"\nevidence = \"{pin}\"\nreason = \"why not\"\n{signed}"
    );
    add(&tree.join("more.toml"), &block);
    add(&tree.join("clarity.toml"), "include = [\"more.toml\"]");
    let (_, run) = findings(&tree, &[]);
    assert!(run.stdout.contains("why not (Jo Doe, 2026-11-29)"), "{}", run.stdout);
    assert!(run.stdout.contains("more.toml"), "the report names the file");
    for (bad, words) in [
        ("date = \"yesterday\"\n", "write it as `2026-11-29`"),
        ("date = \"2026-13-01\"\n", "no day"),
        ("author = \" \"\n", "must say something"),
        ("source = \"abc\"\n", "no hash of a source"),
    ] {
        fs::write(tree.join("more.toml"), curation(bad)).expect("writable");
        let (_, run) = findings(&tree, &[]);
        assert!(
            run.code == 2 && run.stderr.contains(words) && run.stderr.contains("more.toml"),
            "{bad}: {}",
            run.stderr
        );
    }
}

#[test]
fn a_tree_includes_files_of_its_own_alone() {
    let place = copied();
    let tree = place.path().join("nixpkgs");
    fs::write(place.path().join("out.toml"), curation("")).expect("writable");
    fs::write(tree.join("in.toml"), curation("")).expect("writable");
    let config = fs::read_to_string(tree.join("clarity.toml")).expect("readable");
    #[cfg(unix)]
    for (link, target) in [("link.toml", "../out.toml"), ("same.toml", "in.toml"), ("folder", "..")] {
        std::os::unix::fs::symlink(target, tree.join(link)).expect("writable");
    }
    let outside = place.path().join("out.toml");
    for bad in [
        "../out.toml",
        "pkgs/../../out.toml",
        outside.to_str().expect("UTF-8"),
        "link.toml",
        "same.toml",
        "folder/out.toml",
        "none.toml",
        "pkgs",
        "./../nixpkgs/in.toml",
    ] {
        fs::write(tree.join("clarity.toml"), format!("include = [{bad:?}]\n{config}")).expect("writable");
        let (_, run) = findings(&tree, &[]);
        assert!(run.code == 2 && run.stderr.contains("`include` names"), "{bad}: {} {}", run.code, run.stderr);
    }
    // A file that is named on the command line is trusted.
    let named = place.path().join("mine.toml");
    let dirs = format!("[sources]\ndirs = [{:?}]\n", tree.join("sources").to_str().expect("UTF-8"));
    fs::write(&named, format!("include = [\"out.toml\"]\n{dirs}")).expect("writable");
    let (checks, run) = findings(&tree, &["--config", named.to_str().expect("UTF-8")]);
    assert!(checks.is_empty() && run.code == 0, "{checks:?} {}", run.stderr);
}

#[test]
fn an_included_file_has_blocks_alone() {
    let place = copied();
    let tree = place.path().join("nixpkgs");
    let config = fs::read_to_string(tree.join("clarity.toml")).expect("readable");
    fs::write(tree.join("clarity.toml"), format!("include = [\"more.toml\"]\n{config}")).expect("writable");
    for bad in [
        "[fetch]\nenabled = true\n",
        "[severity]\nLIC010 = \"off\"\n",
        "include = [\"x.toml\"]\n",
        "[gate]\nfail_on = \"never\"\n",
        "platform = \"x\"\n",
    ] {
        fs::write(tree.join("more.toml"), bad).expect("writable");
        let (_, run) = findings(&tree, &[]);
        assert!(
            run.code == 2 && run.stderr.contains("more.toml") && run.stderr.contains("unknown field"),
            "{bad}: {}",
            run.stderr
        );
    }
}

/// A git repository with a file of curations; its address, the revision and the hash of its files.
struct Shared {
    folder: tempfile::TempDir,
    rev: String,
    hash: String,
}

impl Shared {
    fn new(text: &str) -> Shared {
        let folder = tempfile::tempdir().expect("a folder");
        let (repository, plain) = (folder.path().join("shared"), folder.path().join("plain"));
        for place in [&repository, &plain] {
            fs::create_dir_all(place.join("sets")).expect("writable");
            fs::write(place.join("sets/our.toml"), text).expect("writable");
        }
        git(&repository, &["init", "--quiet"]);
        git(&repository, &["add", "--all"]);
        git(&repository, &["commit", "--quiet", "--message", "first"]);
        let rev = git(&repository, &["rev-parse", "HEAD"]).trim().to_owned();
        // Whatever comes later: the revision is pinned.
        fs::write(repository.join("sets/our.toml"), "").expect("writable");
        git(&repository, &["commit", "--quiet", "--all", "--message", "second"]);
        let hash = hash_nar(&plain, Algo::Sha256).expect("readable").to_string();
        Shared { folder, rev, hash }
    }

    fn url(&self) -> String {
        format!("file://{}", self.folder.path().join("shared").display())
    }

    /// A member of `include`.
    fn member(&self, files: &str) -> String {
        format!("{{ url = {:?}, rev = {:?}, hash = {:?}, files = [{files}] }}", self.url(), self.rev, self.hash)
    }
}

/// A configuration beside `tree` that includes `member`.
fn including(tree: &Path, member: &str) -> String {
    let named = tree.with_file_name("mine.toml");
    let sources = tree.join("sources");
    let text = format!("include = [{member}]\n[sources]\ndirs = [{sources:?}]\n[fetch]\nallow_private = true\n");
    fs::write(&named, text).expect("writable");
    named.to_str().expect("UTF-8").to_owned()
}

#[test]
fn a_trusted_file_includes_a_pinned_repository() {
    let shared = Shared::new(&curation(&format!("source = \"{HASH}\"\n")));
    let place = copied();
    let tree = place.path().join("nixpkgs");
    let config = including(&tree, &shared.member("\"sets/our.toml\""));
    let cache = place.path().join("cache");
    let args = ["--config", &config, "--cache-dir", cache.to_str().expect("UTF-8"), "birch-log"];
    // Neither fetched nor in the cache: said on both streams, and nothing is silenced.
    let (checks, run) = findings(&tree, &args);
    assert_eq!(checks, ["LIC010"], "{}", run.stderr);
    let why = "not in the cache; --fetch downloads it";
    assert!(run.stderr.contains(why) && run.stderr.contains("its curations do not apply"), "{}", run.stderr);
    assert!(run.stdout.contains(why) && run.code == 3, "{} {}", run.code, run.stdout);
    let (checks, run) = findings(&tree, &[&args[..], &["--fetch"]].concat());
    assert!(checks.is_empty() && run.code == 0, "{checks:?} {}", run.stderr);
    assert!(
        run.stdout.contains(&format!("sets/our.toml of {} at {}", shared.url(), &shared.rev[..12])),
        "{}",
        run.stdout
    );
    // From then on the cache has it.
    fs::rename(shared.folder.path().join("shared"), shared.folder.path().join("gone")).expect("renamed");
    assert!(findings(&tree, &args).0.is_empty());
    let export = ["curations", "export", "--tree", tree.to_str().expect("UTF-8"), "--config", &config];
    let exported = clarity(&[&export[..], &["--format", "ort", "--cache-dir", args[3]]].concat());
    assert!(exported.code == 0 && exported.stdout.contains("concluded_license: \"MIT\""), "{}", exported.stderr);
    // The same source in another version is another one: the curation has expired.
    let expired = Shared::new(&curation(&format!("source = \"sha256-{}E=\"\n", "A".repeat(42))));
    including(&tree, &expired.member("\"sets/our.toml\""));
    assert_eq!(findings(&tree, &[&args[..], &["--fetch"]].concat()).0, ["LIC010"]);
    let (checks, run) = findings(&tree, &args[..4]);
    assert_eq!(checks, ["LIC010", "LIC060"], "{}", run.stderr);
}

#[test]
fn what_a_repository_does_not_hold_to_is_refused_or_reported() {
    let shared = Shared::new(&curation(""));
    let place = copied();
    let tree = place.path().join("nixpkgs");
    let member = shared.member("\"sets/our.toml\"");
    let wrong_hash = member.replace(&shared.hash, &format!("sha256-{}E=", "A".repeat(42)));
    for (bad, code, words) in [
        (&wrong_hash[..], 3, "hash mismatch"),
        (&member.replace(&shared.rev, &"0".repeat(40)), 3, "its curations do not apply"),
        (&member.replace("our.toml", "none.toml"), 3, "has no regular file `sets/none.toml`"),
        (&member.replace("sets/our", "../our"), 2, "no path below the root"),
        (&member.replace(&shared.rev, "main"), 2, "no whole revision"),
        (&member.replace(&shared.hash, "abc"), 2, "no hash of a source"),
        (&member.replace("file://", ""), 2, "is no url"),
        (&member.replace("rev =", "ref ="), 2, "unknown field `ref`"),
        ("7", 2, "a path, or { url, rev, hash, files } of a repository"),
    ] {
        let config = including(&tree, bad);
        let cache = place.path().join("cache");
        let cache = cache.to_str().expect("UTF-8");
        let (_, run) = findings(&tree, &["--config", &config, "--cache-dir", cache, "--fetch", "birch-log"]);
        assert!(run.code == code && run.stderr.contains(words), "{bad}: {} {}", run.code, run.stderr);
    }
    // A tree does not decide what is fetched.
    let config = fs::read_to_string(tree.join("clarity.toml")).expect("readable");
    fs::write(tree.join("clarity.toml"), format!("include = [{member}]\n{config}")).expect("writable");
    let (_, run) = findings(&tree, &["--fetch"]);
    assert!(run.code == 2 && run.stderr.contains("`include` names the repository file://"), "{}", run.stderr);
    assert!(run.stderr.contains("that you name with --config"), "{}", run.stderr);
    // What it holds is blocks alone.
    let strange = Shared::new("[fetch]\nenabled = true\n");
    let config = including(&tree, &strange.member("\"sets/our.toml\""));
    let (_, run) = findings(&tree, &["--config", &config, "--fetch"]);
    assert!(run.code == 2 && run.stderr.contains("unknown field `fetch`"), "{}", run.stderr);
}

#[test]
fn included_files_that_contradict_each_other_are_named() {
    let place = copied();
    let tree = place.path().join("nixpkgs");
    let (mit, isc) = (curation(""), curation("").replace("concluded = \"MIT\"", "concluded = \"ISC\""));
    fs::write(place.path().join("one.toml"), &mit).expect("writable");
    fs::write(place.path().join("two.toml"), &isc).expect("writable");
    let says = |config: &str, parts: &[&str]| {
        let cache = place.path().join("cache");
        let args = ["--config", config, "--cache-dir", cache.to_str().expect("UTF-8"), "--fetch", "birch-log"];
        let (_, run) = findings(&tree, &args);
        assert_eq!(run.code == 2, !parts.is_empty(), "{} {}", run.code, run.stderr);
        for part in parts {
            assert!(run.stderr.contains(part), "{part} is missing in {}", run.stderr);
        }
    };
    let files = "\"one.toml\", \"two.toml\"";
    let config = including(&tree, files);
    let (one, two) = ("one.toml says concluded = \"MIT\"", "two.toml says concluded = \"ISC\"");
    says(&config, &[one, two, "path = \"**\""]);
    let decided = |config: &str| {
        let text = fs::read_to_string(config).expect("readable");
        fs::write(config, format!("{text}{mit}")).expect("writable");
    };
    decided(&config);
    says(&config, &[]);
    let (one, two) = (Shared::new(&mit), Shared::new(&isc));
    let member = |shared: &Shared| shared.member("\"sets/our.toml\"");
    let config = including(&tree, &format!("{}, {}", member(&one), member(&two)));
    let names = [&one, &two].map(|shared| format!("sets/our.toml of {} at {}", shared.url(), &shared.rev[..12]));
    says(&config, &[&names[0], &names[1]]);
    decided(&config);
    says(&config, &[]);
    // A file beside the configuration decides before a repository.
    says(&including(&tree, &format!("{}, \"one.toml\"", member(&two))), &[]);
    // Within the tree, too.
    fs::write(tree.join("a.toml"), &mit).expect("writable");
    fs::write(tree.join("b.toml"), &isc).expect("writable");
    add(&tree.join("clarity.toml"), "include = [\"a.toml\", \"b.toml\"]");
    let (_, run) = findings(&tree, &[]);
    assert!(
        run.code == 2 && run.stderr.contains("a.toml says") && run.stderr.contains("b.toml says"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_pull_request_cannot_mute_itself_by_an_included_file() {
    let repository = Repository::new();
    let tree = repository.tree();
    add(&tree.join("clarity.toml"), "include = [\"more.toml\"]");
    fs::write(tree.join("more.toml"), "").expect("writable");
    repository.edit(BIRCH, "licenses.mit", "licenses.asl20");
    repository.commit();
    repository.edit(BIRCH, "licenses.asl20", "licenses.mit");
    fs::write(tree.join("more.toml"), curation("")).expect("writable");
    assert!(findings(&tree, &[]).0.is_empty(), "a trick that works without a revision");
    let (checks, run) = findings(&tree, &["--changed-since", "HEAD"]);
    assert_eq!(checks, ["LIC010"], "{} {}", run.stdout, run.stderr);
    assert!(run.stdout.contains("more.toml at HEAD"), "{}", run.stdout);
}

#[test]
fn curations_are_exported_for_other_tools() {
    let place = copied();
    let tree = place.path().join("nixpkgs");
    let more = curation(&format!("source = \"{HASH}\"\nauthor = \"Jo: \\\"x\\\"\\n- y\"\n"))
        + "[[curate]]\npath = \"x\"\nconcluded = \"NONE\"\nreason = \"CODE\"\ncomment = \"c\"\n\
           [[role]]\nattr = \"birch-log\"\nglob = \"docs/**\"\nrole = \"docs\"\n[[role]]\nglob = \"a\"\nrole = \"shipped\"\n";
    add(&tree.join("more.toml"), &more);
    add(&tree.join("clarity.toml"), "include = [\"more.toml\"]");
    let export =
        |form: &str| clarity(&["curations", "export", "--tree", tree.to_str().expect("UTF-8"), "--format", form]);
    let ort = export("ort").stdout;
    for part in [
        "---\nid: \"Nix:nixpkgs:birch-log:\"\npath_excludes:\n- pattern: \"docs/**\"\n  reason: \"DOCUMENTATION_OF\"",
        "- path: \"**\"\n  detected_license: \"Apache-2.0\"\n  concluded_license: \"MIT\"\n  reason: \"INCORRECT\"\n  comment: \"upstream said so (Jo: \\\"x\\\"\\n- y); of sha256-",
        "id: \"Nix:nixpkgs:*:\"\nlicense_finding_curations:\n- path: \"x\"\n  concluded_license: \"NONE\"\n  reason: \"CODE\"",
    ] {
        assert!(ort.contains(part), "{part} is missing in:\n{ort}");
    }
    assert!(!ort.lines().any(|line| line.starts_with("- y")), "a text stays in its quotes: {ort}");
    let defined = export("clearlydefined").stdout;
    let part = format!(
        "coordinates:\n  name: \"birch-log\"\n  provider: \"nixpkgs\"\n  type: \"nix\"\nrevisions:\n  \"{HASH}\":\n    files:\n    - path: \"**\"\n      license: \"MIT\""
    );
    assert!(defined.contains(&part), "{defined}");
    let none = tempfile::tempdir().expect("a folder");
    assert_eq!(
        clarity(&["curations", "export", "--tree", none.path().to_str().expect("UTF-8"), "--format", "ort"]).code,
        2
    );
}

#[test]
fn files_are_merged_once_and_never_against_each_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("writable");
        path.to_str().expect("UTF-8").to_owned()
    };
    let suppress =
        "[[suppress]]\nattr = \"a\"\ncheck = \"LIC010\"\nevidence = [\"1\", \"0\"]\nreason = \"r \\\"q\\\" \\u001b\"\n";
    let one = file("one.toml", &(curation(&format!("source = \"{HASH}\"\nauthor = \"Jo\"\n")) + suppress));
    let two = file(
        "two.toml",
        &(curation(&format!("source = [\"{HASH}\"]\n")) + "[[role]]\nglob = \"x\"\nrole = \"test\"\n"),
    );
    let merged = clarity(&["curations", "merge", &one, &two]);
    assert_eq!(merged.code, 0, "{}", merged.stderr);
    for (table, count) in [("[[curate]]", 1), ("[[suppress]]", 1), ("[[role]]", 1)] {
        assert_eq!(merged.stdout.matches(table).count(), count, "{}", merged.stdout);
    }
    assert!(merged.stdout.contains("author = \"Jo\"") && !merged.stdout.contains('\u{1b}'));
    let all = file("all.toml", &merged.stdout);
    assert_eq!(
        clarity(&["curations", "merge", &all, &one, &two]).stdout,
        merged.stdout,
        "merging again changes nothing"
    );
    let other = file("other.toml", &curation(&format!("source = \"{HASH}\"\n")).replace("\"MIT\"", "\"ISC\""));
    let conflict = clarity(&["curations", "merge", &one, &other]);
    assert!(conflict.code == 1 && conflict.stdout.is_empty(), "{}", conflict.stdout);
    for part in ["one.toml says concluded = \"MIT\"", "other.toml says concluded = \"ISC\"", "attr = \"birch-log\""] {
        assert!(conflict.stderr.contains(part), "{part} is missing in {}", conflict.stderr);
    }
    // Of another source it is no conflict.
    let unpinned = file("unpinned.toml", &curation("").replace("\"MIT\"", "\"ISC\""));
    assert_eq!(clarity(&["curations", "merge", &one, &unpinned]).code, 0);
    let pinned = format!(
        "include = [{{ url = \"https://h/r\", rev = \"{}\", hash = \"{HASH}\", files = [\"a\"] }}]\n",
        "0".repeat(40)
    );
    let pinned = file("pinned.toml", &pinned);
    let merged = clarity(&["curations", "merge", &one, &pinned]);
    assert!(
        merged.code == 0 && merged.stderr.contains("https://h/r at 000000000000 are not merged"),
        "{}",
        merged.stderr
    );
}
