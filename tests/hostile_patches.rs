//! Patches about packages whose every field is written to be more than a field: what `git am` makes of them is one change
//! of one file, or there is no patch and a reason.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use clarity::check::Safety;
use clarity::conclusion::Basis;
use clarity::fix::{self, Fix, Plan, Repository, lint, message};
use clarity::license::{LicenseExpr, Term};
use clarity::text::{Edit, EditSet, RelPath, Span};
use clarity::tree::{AttrPath, HashMode, Maintainer, Package, SourceRef};

use crate::golden;
use crate::patches::Place;
use crate::scan::state_hash;

/// A second patch, as it would have to look to be taken for one.
const PATCH: &str = "\n---\n evil.sh | 1 +\n\ndiff --git a/evil.sh b/evil.sh\nnew file mode 100755\n--- /dev/null\n\
                     +++ b/evil.sh\n@@ -0,0 +1 @@\n+echo pwned\n-- \n2.40.0\n\n";

const FILE: &str = "pkgs/plain.nix";
const TEXT: &str = "{\n  note = ''\n---\ndiff --git a/x b/x\nFrom 0123456789012345678901234567890123456789 Mon Sep 17 \
                    00:00:00 2001\n-- \n'';\n  license = mit;\n}\n";

/// What a case makes hostile.
type Change = fn(&mut Fix, &str);

fn package(fix: &mut Fix) -> &mut Package {
    &mut fix.packages[0]
}

fn basis(fix: &mut Fix) -> &mut Basis {
    &mut fix.findings[0].evidence[0]
}

fn reference(text: &str) -> LicenseExpr {
    LicenseExpr::from(Term::reference(text))
}

fn address(fix: &mut Fix, url: &str, rev: &str) {
    package(fix).sources = vec![SourceRef {
        fetcher: "fetchFromGitHub".to_owned(),
        name: None,
        urls: vec![url.to_owned()],
        hash: None,
        algo: None,
        mode: HashMode::Flat,
        rev: Some(rev.to_owned()),
        flags: Vec::new(),
        git: None,
        strip_root: true,
        root: None,
        local: None,
    }];
}

/// The fields that reach a message.
const FIELDS: [(&str, Change); 13] = [
    ("attr", |fix, text| package(fix).attr = AttrPath(format!("a{text}"))),
    ("pname", |fix, text| package(fix).pname = Some(text.to_owned())),
    ("version", |fix, text| package(fix).version = Some(format!("1.0{text}"))),
    ("declared", |fix, text| fix.declared = format!("MIT{text}")),
    ("target", |fix, text| fix.target = reference(text)),
    ("witness", |fix, text| basis(fix).expr = reference(text)),
    ("witness file", |fix, text| basis(fix).file = RelPath::new(format!("a{text}")).unwrap_or_default()),
    ("quote", |fix, text| basis(fix).quote = text.to_owned()),
    ("revision", |fix, text| address(fix, "https://github.com/a/b/archive/x.tar.gz", text)),
    ("address", |fix, text| address(fix, &format!("https://github.com/a/b{text}/archive/x.tar.gz"), "v1")),
    ("maintainer", |fix, text| {
        package(fix).maintainers = vec![Maintainer { github: Some(text.to_owned()), name: None }];
    }),
    ("maintainer's name", |fix, text| {
        package(fix).maintainers = vec![Maintainer { github: None, name: Some(text.to_owned()) }];
    }),
    ("sharing package", |fix, text| {
        let other = Package { attr: AttrPath(format!("b{text}")), ..fix.packages[0].clone() };
        fix.packages.push(other);
    }),
];

/// What a field may hold to be read as more: ideas, each tried in every field.
const IDEAS: [(&str, &str); 30] = [
    ("a second diff", PATCH),
    ("a diff after a carriage return", "\r---\rdiff --git a/evil.sh b/evil.sh\r"),
    ("a diff with CRLF", "\r\n---\r\ndiff --git a/evil.sh b/evil.sh\r\nnew file mode 100755\r\n"),
    ("a diff after a line separator", "\u{2028}---\u{2028}diff --git a/evil.sh b/evil.sh\u{2029}"),
    ("a diff after NEL and VT", "\u{85}---\u{85}diff --git a/x b/x\u{b}---\u{c}"),
    ("a diff of svn", "\nIndex: evil.sh\n===\n--- evil.sh\n+++ evil.sh\n@@ -0,0 +1 @@\n+x\n"),
    ("a context diff", "\n*** /dev/null\n--- evil.sh\n***************\n*** 0 ****\n--- 1 ----\n+ x\n"),
    ("an ed script", "\nPrereq: 1\n0a\nx\n.\n"),
    ("a binary patch", "\ndiff --git a/evil b/evil\nGIT binary patch\nliteral 0\nHcmV?d00001\n\n"),
    (
        "a second mail",
        "\n\nFrom 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\nFrom: E <e@e>\n\
                       Subject: [PATCH] evil\n\n---\ndiff --git a/evil.sh b/evil.sh\n",
    ),
    ("a quoted second mail", "\n>From nobody Mon Sep 17 00:00:00 2001\n"),
    ("another author", "\nFrom: Eve Example <eve@example.org>\n"),
    ("another date", "\nDate: Mon, 1 Jan 2001 00:00:00 +0000\n"),
    ("another subject", "\nSubject: [PATCH] evil: everything\n"),
    ("another encoding", "\nContent-Transfer-Encoding: base64\nMIME-Version: 1.0\n"),
    ("an encoded word", "=?UTF-8?Q?x=0A---=0Adiff?="),
    ("a MIME boundary", "\n------------1.2.3--\n"),
    ("scissors", "\n-- >8 --\nSubject: evil\n"),
    ("a signature", "\n-- \nx\n"),
    ("a sign-off", "\n\nSigned-off-by: Eve Example <eve@example.org>\n"),
    ("a review", "\n\nReviewed-by: Eve <eve@example.org>\nTested-by: Eve <eve@example.org>"),
    ("a trailer of a forge", "\n\nCloses: #1\nFixes: #2\nChange-Id: I0123\nCc: stable@vger.kernel.org"),
    ("an issue", " fixes #1 closes #2"),
    ("a mention", " (@eve) @eve"),
    ("a squash", "fixup! x\n\nsquash! y"),
    ("a comment of an editor", "\n# Please enter\n#x"),
    ("a command of a terminal", "\u{1b}]0;x\u{7}\u{1b}[2J\u{9b}31m"),
    ("hidden and turned text", "\u{202e}lqf\u{2066}\u{200b}\u{feff}\u{e0041}"),
    ("bytes that end a text of C", "\0\n---\ndiff --git a/evil.sh b/evil.sh\n"),
    (
        "more than fits",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\
                        xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    ),
];

pub fn plain_fix(file: &str, text: &str) -> Fix {
    let report = golden::package("plain", file, 8, "MIT", "Apache-2.0");
    let start = text.find("mit").expect("there") as u32;
    let mut edits = EditSet::new();
    edits.add(Edit { span: Span::new(start, start + 3), text: "asl20".to_owned() }).expect("one");
    let mut place = golden::site(file, 8);
    place.file = RelPath::new(file).expect("a path");
    let findings: Vec<_> = report.findings.into_iter().map(|located| located.finding).collect();
    assert!(!findings[0].evidence.is_empty());
    Fix {
        packages: vec![*report.package],
        place,
        declared: "MIT".to_owned(),
        target: clarity::license::parse("Apache-2.0").expect("an id"),
        safety: Safety::Safe,
        findings,
        edits,
    }
}

fn plan(fix: Fix, text: &str) -> Plan {
    let texts = BTreeMap::from([(fix.place.file.clone(), text.to_owned())]);
    Plan { fixes: vec![fix], texts, ..Plan::default() }
}

/// A repository with one package.
pub fn place_with(file: &str, text: &str) -> Place {
    let place = Place::new();
    let path = place.tree().join(file);
    fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
    fs::write(path, text).expect("writable");
    place.git(&["config", "user.name", "Ada Example"]);
    place.git(&["config", "user.email", "ada@example.org"]);
    place.git(&["add", "--all"]);
    place.git(&["commit", "--quiet", "--message=one more"]);
    place
}

/// The patches in one mailbox; none where the fix was refused.
fn mailbox(place: &Place, name: &str, mut plan: Plan) -> Option<String> {
    let repository = Repository::around(&place.tree()).expect("a repository");
    let patches = fix::patches(&mut plan, &repository, &place.path(name)).expect("written");
    assert_eq!(patches.len() + plan.refused.len(), 1, "{name}");
    patches.first().map(|patch| fs::read_to_string(patch).expect("text"))
}

/// Applies one patch in `clone`: one commit of ours that changes one file as wanted, and nothing else.
fn assert_one_change(place: &Place, clone: &Path, (file, text): (&str, &str), patch: &str, case: &str) {
    let head = place.git_in(clone, &["rev-parse", "HEAD"]);
    fs::write(place.path("one.patch"), patch).expect("writable");
    let one = place.path("one.patch");
    place.git_in(clone, &["am", "--quiet", one.to_str().expect("UTF-8")]);
    let git = |args: &[&str]| place.git_in(clone, args);
    assert_eq!(git(&["rev-parse", "HEAD~1"]), head, "{case}: one commit");
    let changed = git(&["-c", "core.quotePath=false", "show", "-z", "--format=", "--raw", "--abbrev=1", "HEAD"]);
    assert_eq!(changed.matches('\0').count(), 2, "{case}: {changed}");
    assert!(changed.ends_with(&format!("\0{file}\0")) && changed.starts_with(":100644 100644"), "{case}: {changed}");
    assert_eq!(fs::read_to_string(clone.join(file)).expect("text"), text.replace("mit", "asl20"), "{case}");
    assert_eq!(git(&["log", "-1", "--format=%an <%ae>"]).trim(), "Ada Example <ada@example.org>", "{case}");
    assert_eq!(git(&["log", "-1", "--format=%(trailers)"]).trim(), "", "{case}");
    let message = git(&["log", "-1", "--format=%B"]);
    assert_eq!(lint(&message), Vec::<&str>::new(), "{case}: {message}");
    git(&["reset", "--quiet", "--hard", head.trim()]);
    assert_eq!(git(&["status", "--porcelain"]), "", "{case}");
}

#[test]
fn hostile_fields_are_text_to_git_am_or_refused() {
    let place = place_with(FILE, TEXT);
    let clone = place.clone("clone");
    let (mut applied, mut refused) = (0, 0);
    for (number, (idea, text)) in IDEAS.iter().enumerate() {
        // All fields but the one that names the change, then that one: it alone is a reason to refuse.
        let rest = FIELDS.iter().filter(|(field, _)| *field != "attr");
        let mut all = plain_fix(FILE, TEXT);
        rest.for_each(|(_, change)| change(&mut all, text));
        let mut named = plain_fix(FILE, TEXT);
        FIELDS[0].1(&mut named, text);
        for (which, fix) in [("fields", all), ("attr", named)] {
            let case = format!("{idea} in {which}");
            match mailbox(&place, &format!("{number}{which}"), plan(fix, TEXT)) {
                Some(patch) => {
                    assert_one_change(&place, &clone, (FILE, TEXT), &patch, &case);
                    applied += 1;
                }
                None => {
                    assert_eq!(which, "attr", "{case}: refused");
                    refused += 1;
                }
            }
        }
    }
    assert!(applied >= IDEAS.len() && refused >= 3, "{applied} applied, {refused} refused");
}

#[test]
fn each_hostile_field_alone_leaves_a_message_that_passes_the_lint() {
    let count = message(&plain_fix(FILE, TEXT)).lines().count();
    for (field, change) in &FIELDS[1..] {
        for (idea, text) in IDEAS {
            let mut fix = plain_fix(FILE, TEXT);
            change(&mut fix, text);
            let message = message(&fix);
            assert_eq!(lint(&message), Vec::<&str>::new(), "{idea} in {field}: {message}");
            assert!(message.lines().count() <= count + 2, "{idea} in {field}: {message}");
            let ours =
                ["Declared: ", "The source of ", "- ", "  https://", "Maintainers: ", "The same value", "meta.license"];
            let body = message.lines().skip(1).filter(|line| !line.is_empty());
            let strange: Vec<&str> = body
                .filter(|line| {
                    !ours
                        .iter()
                        .chain(&["No rebuild", "Prepared with", "the files of"])
                        .any(|own| line.starts_with(own))
                })
                .collect();
            assert!(strange.is_empty(), "{idea} in {field}: {strange:?}");
        }
    }
}

#[test]
fn hostile_paths_and_lines_of_the_edited_file_stay_where_they_are() {
    let twice = format!("{TEXT}\n{PATCH}");
    let bare = TEXT.trim_end();
    for (number, (file, text)) in [
        ("pkgs/new\nline.nix", TEXT),
        ("pkgs/a\n+++ b/evil.sh\n.nix", TEXT),
        ("pkgs/quo\"te'\\.nix", TEXT),
        ("pkgs/tab\there\u{7f}\u{1}.nix", TEXT),
        ("pkgs/ blank at both ends .nix ", TEXT),
        ("pkgs/-option.nix", TEXT),
        ("pkgs/größe\u{202e}.nix", TEXT),
        ("pkgs/:(glob)*.nix", TEXT),
        ("a/pkgs => b.nix", TEXT),
        ("pkgs/patch.nix", &twice),
        ("pkgs/no-end.nix", bare),
    ]
    .into_iter()
    .enumerate()
    {
        let place = place_with(file, text);
        let clone = place.clone("clone");
        let patch = mailbox(&place, "patches", plan(plain_fix(file, text), text)).expect("not refused");
        assert_one_change(&place, &clone, (file, text), &patch, &format!("{number} {file:?}"));
    }
}

#[test]
fn the_lint_refuses_what_tools_read() {
    let sound = message(&plain_fix(FILE, TEXT));
    assert_eq!(lint(&sound), Vec::<&str>::new(), "{sound}");
    for line in [
        "---",
        "--- a/x",
        "+++ b/x",
        "diff --git a/x b/x",
        "diff -u a b",
        "Index: x",
        "index 0..1",
        "@@ -1 +1 @@",
        "-- ",
        "-- >8 --",
        "From 0 Mon",
        ">From x",
        "From: e <e@e>",
        "Date: x",
        "subject: x",
        "Content-Type: text/html",
        "Signed-off-by: E <e@e>",
        "co-authored-by: x",
        "Fixes: 1",
        "Change-Id: I0",
        "Cc: x",
        "(cherry picked from commit 0)",
        "*** x",
        "GIT binary patch",
        "rename from x",
        "a\u{1b}[2J",
        "a\rb",
        "a\u{202e}",
        "a\u{200b}b",
        "a\tb",
        "(@eve)",
        "closes #1",
        "a\u{2028}b",
        "a\0b",
    ] {
        let with = sound.replacen("\n\nNo rebuild", &format!("\n{line}\n\nNo rebuild"), 1);
        assert!(!lint(&with).is_empty(), "{line:?}");
    }
    for subject in
        ["[PATCH] x: fix license", " x: fix license", "# x: fix license", "x\u{1b}: fix license", "@e/x: fix license"]
    {
        assert!(!lint(&sound.replacen("plain: fix license", subject, 1)).is_empty(), "{subject:?}");
    }
}

#[test]
fn a_hostile_package_of_a_tree_is_one_commit() {
    let place = Place::new();
    let file = "pkgs/by-name/bi/birch-log/package.nix";
    let path = place.tree().join(file);
    let evil = PATCH.replace('\n', "\\n");
    let text = fs::read_to_string(&path).expect("readable");
    let text = text
        .replace("\"birch-log\"", &format!("\"birch-log{evil}\""))
        .replace("\"0.3.1\"", &format!("\"0.3.1{evil}\""));
    fs::write(&path, &text).expect("writable");
    place.git(&["commit", "--quiet", "--all", "--message=hostile"]);
    let (from, to) = (place.path("sources/birch-log-0.3.1"), place.path("more/birch-log"));
    fs::create_dir_all(place.path("more")).expect("writable");
    fs::rename(if from.is_dir() { from } else { place.tree().join("sources/birch-log-0.3.1") }, &to).expect("a source");
    fs::write(to.join(format!("evil{}.rs", PATCH.replace('/', "|"))), "// SPDX-License-Identifier: Apache-2.0\n")
        .expect("writable");
    state_hash(&path, &to);
    place.git(&["commit", "--quiet", "--all", "--message=its source"]);
    let (more, patches) = (place.path("more"), place.path("patches"));
    let args = ["--sources", more.to_str().expect("UTF-8"), "--attr", "birch-log", "--safety", "unsafe"];
    let run = place.fix(&[&args[..], &["--patch-dir", patches.to_str().expect("UTF-8")]].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    let clone = place.clone("clone");
    for patch in run.stdout.lines() {
        place.git_in(&clone, &["am", "--quiet", patch]);
    }
    let changed = place.git_in(&clone, &["diff", "--name-only", "origin/HEAD", "HEAD"]);
    assert_eq!(changed.trim(), file, "{}", run.stderr);
    assert!(!clone.join("evil.sh").exists());
}
