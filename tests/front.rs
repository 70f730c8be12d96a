//! The front door: how packages and trees are named, what a long report shows first, and the small commands.

use std::fs;
use std::path::Path;
use std::process::Command;

use clarity::report::{FORMATS, Style, by_file_name};
use serde_json::Value;

use crate::golden;
use crate::scan::{Run, clarity, copied, fixture};

fn on(tree: &Path, command: &str, args: &[&str]) -> Run {
    clarity(&[&[command], args, &["--tree", tree.to_str().expect("UTF-8")]].concat())
}

fn scan(args: &[&str]) -> Run {
    on(&fixture(), "scan", args)
}

/// Runs clarity in `folder`.
fn inside(folder: &Path, args: &[&str]) -> Run {
    let cache = tempfile::tempdir().expect("a temporary folder");
    let output = Command::new(env!("CARGO_BIN_EXE_clarity"))
        .args(args)
        .current_dir(folder)
        .env("CLARITY_CACHE", cache.path())
        .env("XDG_CONFIG_HOME", cache.path())
        .output()
        .expect("the program runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Run { code: output.status.code().expect("not killed"), stdout: text(output.stdout), stderr: text(output.stderr) }
}

fn rendered(format: &str, packages: usize, style: Style) -> String {
    let packages = (0..packages).map(|number| {
        let (declared, found) = if number == 7 { ("MIT", "Apache-2.0") } else { ("GPL-2.0-only", "GPL-2.0-or-later") };
        golden::package(&format!("p{number:03}"), "a.nix", 10 + number as u32, declared, found)
    });
    let report = golden::report(packages.collect());
    let mut out = Vec::new();
    let format = FORMATS.iter().find(|one| one.name == format).expect("a format");
    format.write(&report, style, &mut out).expect("memory");
    String::from_utf8(out).expect("UTF-8")
}

#[test]
fn concise_is_one_line_a_finding_that_editors_read() {
    let run = scan(&["--format", "concise", "birch-log"]);
    let line = run.stdout.lines().next().expect("a line");
    assert_eq!(
        line,
        "pkgs/by-name/bi/birch-log/package.nix:18:15: LIC010 birch-log: declared MIT, the source says Apache-2.0"
    );
}

#[test]
fn grouped_has_each_file_once_with_its_lines_in_order() {
    let text = rendered("grouped", 30, Style::default());
    assert_eq!(text.lines().filter(|line| *line == "a.nix").count(), 1);
    let lines: Vec<u32> = text.lines().filter_map(|line| line.trim_start().split(':').next()?.parse().ok()).collect();
    assert!(lines.len() == 30 && lines.is_sorted(), "{text}");
}

#[test]
fn table_shows_what_differs_and_what_was_asked_for_by_name() {
    let all = scan(&["--format", "table"]);
    assert!(all.stdout.contains("birch-log") && !all.stdout.contains("amber-clock "), "{}", all.stdout);
    let named = scan(&["--format", "table", "amber-clock"]);
    assert!(named.stdout.contains("amber-clock  agrees"), "{}", named.stdout);
}

#[test]
fn rdjson_counts_columns_in_bytes() {
    let run = scan(&["--format", "rdjson", "birch-log"]);
    let document: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let one = &document["diagnostics"][0];
    assert_eq!((&one["severity"], &one["code"]["value"]), (&"ERROR".into(), &"LIC010".into()));
    assert_eq!(one["location"]["range"]["start"], serde_json::json!({ "line": 18, "column": 15 }));
}

#[test]
fn a_file_name_means_a_format() {
    let of = |name| by_file_name(name).map(|format| format.name);
    assert_eq!([of("x.sarif"), of("x.sarif.json"), of("a/b.JSONL")], [Some("sarif"), Some("sarif"), Some("jsonl")]);
    assert_eq!(
        [of("x.json"), of("x.md"), of("x.csv"), of("x.log")],
        [Some("json"), Some("markdown"), Some("csv"), None]
    );
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("out.sarif");
    scan(&["birch-log", "-o", file.to_str().expect("UTF-8")]);
    let text = fs::read_to_string(file).expect("written");
    assert!(text.contains("\"version\": \"2.1.0\""), "{text}");
}

#[test]
fn many_findings_are_summed_up_and_the_worst_comes_first() {
    let folded = rendered("terminal", 60, Style::default());
    assert_eq!(folded.matches("[LIC").count(), 10, "{folded}");
    assert!(folded.starts_with("error[LIC010 mismatch]: p007"), "{folded}");
    assert!(folded.contains("10 of 60 findings") && folded.contains("59  warning  LIC011"), "{folded}");
    for style in [Style { all: true, ..Style::default() }, Style { quiet: true, ..Style::default() }] {
        assert_eq!(rendered("terminal", 60, style).matches("[LIC").count(), 60);
    }
    assert_eq!(rendered("terminal", 50, Style::default()).matches("[LIC").count(), 50);
}

#[test]
fn statistics_only_count() {
    let text = rendered("terminal", 3, Style { statistics: true, ..Style::default() });
    assert!(!text.contains("[LIC") && text.contains("       3  warning  LIC011 only-or-later"), "{text}");
}

#[test]
fn findings_are_chosen_by_check_severity_and_confidence() {
    let checks = |args: &[&str]| {
        let run = scan(&[args, &["--format", "concise", "-v"]].concat());
        let ids = run.stdout.lines().filter_map(|line| line.split(' ').nth(1).map(str::to_owned));
        ids.filter(|id| id.starts_with("LIC")).collect::<std::collections::BTreeSet<_>>()
    };
    let all = checks(&[]);
    assert!(all.len() > 5 && all.contains("LIC090"));
    let named = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(checks(&["--select", "LIC010,LIC011"]), named(&["LIC010", "LIC011"]));
    assert_eq!(checks(&["--min-severity", "error"]), named(&["LIC005", "LIC010"]));
    assert!(checks(&["--min-confidence", "high"]).len() < all.len());
    assert!(!checks(&["--ignore", "LIC090"]).contains("LIC090"));
}

#[test]
fn exit_zero_silences_findings_and_not_gaps() {
    assert_eq!(scan(&["--exit-zero"]).code, 0);
    assert_eq!(scan(&["--exit-zero", "glyphFonts.larch", "birch-log", "nothing-like-this"]).code, 3);
}

#[test]
fn packages_are_chosen_by_maintainer_and_set() {
    let attrs = |args: &[&str]| {
        let run = scan(&[args, &["--metadata-only", "--format", "jsonl"]].concat());
        let rows = run.stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        let packages = rows.filter(|row| row["kind"] == "package");
        packages.map(|row| row["attr"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    let ada = attrs(&["--maintainer", "@ada-example"]);
    assert!(ada.contains(&"birch-log".to_owned()) && !ada.contains(&"zinnia".to_owned()), "{ada:?}");
    let set = attrs(&["--set", "python3Packages"]);
    assert!(!set.is_empty() && set.iter().all(|attr| attr.starts_with("python3Packages.")), "{set:?}");
    let broken = crate::scan::copied();
    let tree = broken.path().join("nixpkgs");
    fs::write(tree.join("pkgs/by-name/bi/birch-log/package.nix"), "{ lib }: lib.nothing.here").expect("writable");
    let run = on(&tree, "scan", &["--maintainer", "ada-example", "--metadata-only"]);
    assert!(run.stdout.contains("failed: birch-log"), "whose it is, is not known: {}", run.stdout);
    let nobody = scan(&["--maintainer", "nobody-here"]);
    assert!(nobody.code == 2 && nobody.stdout.contains("maintainer nobody-here"), "{}", nobody.stdout);
}

#[test]
fn a_slip_of_the_hand_is_answered_with_what_was_meant() {
    let attr = scan(&["birchlog"]);
    assert!(attr.code == 2 && attr.stdout.contains("did you mean `birch-log`?"), "{}", attr.stdout);
    let explained = on(&fixture(), "explain", &["birchlog"]);
    assert!(explained.code == 2 && explained.stderr.contains("did you mean `birch-log`?"), "{}", explained.stderr);
    let check = scan(&["--select", "LIC01"]);
    assert!(check.stderr.contains("did you mean `LIC001`?"), "{}", check.stderr);
    let format = scan(&["--format", "sariff"]);
    assert!(format.stderr.contains("did you mean `sarif`?"), "{}", format.stderr);
}

#[test]
fn the_tree_is_the_one_around_the_current_folder() {
    let copy = copied();
    let tree = copy.path().join("nixpkgs");
    let deep = inside(&tree.join("pkgs/development"), &["list", "birch-log"]);
    assert_eq!(deep.stdout, "birch-log  free  MIT  pkgs/by-name/bi/birch-log/package.nix:18:15\n", "{}", deep.stderr);
    let scanned = inside(&tree.join("pkgs"), &["scan", "birch-log", "--format", "concise"]);
    assert!(scanned.code == 1 && scanned.stdout.contains("LIC010"), "{}{}", scanned.stdout, scanned.stderr);
    let one = tempfile::tempdir().expect("a temporary folder");
    fs::copy(tree.join("pkgs/by-name/bi/birch-log/package.nix"), one.path().join("package.nix")).expect("writable");
    assert!(inside(one.path(), &["list"]).stdout.contains("package.nix:18:15"));
}

#[test]
fn list_has_a_line_a_package() {
    let all = on(&fixture(), "list", &[]);
    assert!(all.code == 0 && all.stdout.lines().count() > 30, "{}", all.stdout);
    assert!(all.stdout.lines().any(|line| line.starts_with("opal-mail ") && line.contains(" NONE ")), "{}", all.stdout);
    let some = on(&fixture(), "list", &["b*", "--format", "jsonl"]);
    assert!(some.stdout.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()));
    assert_eq!(on(&fixture(), "list", &["zzz*"]).code, 2);
}

#[test]
fn init_writes_a_file_that_changes_nothing_and_overwrites_nothing() {
    let copy = copied();
    let tree = copy.path().join("nixpkgs/pkgs");
    let before = on(&tree, "scan", &["--metadata-only", "--format", "jsonl"]).stdout;
    let run = on(&tree, "init", &["--ci", "github"]);
    assert!(run.code == 0 && run.stdout.starts_with("name: licenses"), "{}{}", run.stdout, run.stderr);
    let after = on(&tree, "scan", &["--metadata-only", "--format", "jsonl"]).stdout;
    let packages = |text: &str| text.lines().filter(|line| !line.contains("\"summary\"")).count();
    assert_eq!(packages(&before), packages(&after));
    assert!(on(&tree, "init", &[]).stderr.contains("is there already"));
    let text = fs::read_to_string(tree.join("clarity.toml")).expect("written");
    let keys = text.lines().filter(|line| !line.starts_with("# ") || line.contains(" = ") || line.starts_with("# ["));
    let settings: String = keys.map(|line| format!("{}\n", line.trim_start_matches("# "))).collect();
    fs::write(tree.join("clarity.toml"), settings).expect("writable");
    let all = on(&tree, "scan", &["--metadata-only"]);
    assert!(all.code != 2, "a setting of the template is not understood: {}", all.stderr);
}

#[test]
fn suppress_accepts_one_finding_and_says_why() {
    let copy = copied();
    let tree = copy.path().join("nixpkgs");
    let run = on(&tree, "suppress", &["birch-log", "LIC010", "--reason", "upstream said so"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let after = on(&tree, "scan", &["birch-log"]);
    assert!(after.code == 0 && after.stdout.contains("1 suppressed"), "{}", after.stdout);
    let again = on(&tree, "suppress", &["birch-log", "LIC010", "--reason", "again"]);
    assert!(again.code == 2 && again.stderr.contains("has no open LIC010"), "{}", again.stderr);
    assert!(on(&tree, "suppress", &["birch-log", "LIC010", "--reason", " "]).stderr.contains("must say something"));
}

#[test]
fn report_says_what_is_needed_and_nothing_private() {
    let run = on(&fixture(), "report", &["birch-log", "LIC010"]);
    assert!(run.stdout.starts_with("## LIC010 mismatch of birch"), "{}{}", run.stdout, run.stderr);
    let folder = fixture().display().to_string();
    assert!(!run.stdout.contains(&folder) && !run.stdout.contains("http"), "{}", run.stdout);
    assert!(on(&fixture(), "report", &["birch-log", "LIC016"]).stderr.contains("has no LIC016"));
}

#[test]
fn completions_for_every_shell_and_man_pages_are_made() {
    for shell in ["bash", "zsh", "fish", "nushell", "elvish"] {
        let run = clarity(&["completions", shell]);
        assert!(run.code == 0 && run.stdout.contains("changed-since"), "{shell}: {}", run.stderr);
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let pages = folder.path().join("man1");
    assert_eq!(clarity(&["man", "--out", pages.to_str().expect("UTF-8")]).code, 0);
    let page = fs::read_to_string(pages.join("clarity-scan.1")).expect("a page");
    assert!(page.contains("changed") && pages.join("clarity.1").is_file());
}
