//! `clarity fix --for-upstream`: what only upstream can tell, and nothing else.

use std::fs;
use std::path::{Path, PathBuf};

use crate::scan::{Run, clarity, copied, fixture, state_hash};

fn ask_in(tree: &Path, attr: &str) -> Run {
    clarity(&["fix", tree.to_str().expect("UTF-8"), "--for-upstream", attr])
}

fn ask(attr: &str) -> Run {
    ask_in(&fixture(), attr)
}

/// The question about `birch-log` of a copy of the fixture, its source replaced by `files`.
fn ask_about(files: &[(&str, &str)]) -> String {
    let copy = copied();
    let source: PathBuf = copy.path().join("nixpkgs/sources/birch-log-0.3.1");
    fs::remove_dir_all(&source).expect("writable");
    for (name, text) in files {
        let file = source.join(name);
        fs::create_dir_all(file.parent().expect("a folder")).expect("writable");
        fs::write(file, text).expect("writable");
    }
    state_hash(&copy.path().join("nixpkgs/pkgs/by-name/bi/birch-log/package.nix"), &source);
    let run = ask_in(&copy.path().join("nixpkgs"), "birch-log");
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.stdout
}

fn has(text: &str, parts: &[&str]) {
    parts.iter().for_each(|part| assert!(text.contains(part), "{part:?} is missing in:\n{text}"));
}

/// The text of a license, as the SPDX list has it.
fn text_of(license: &str) -> String {
    let id = spdx::license_id(license).unwrap_or_else(|| panic!("{license} is of the SPDX list"));
    id.text().to_owned()
}

#[test]
fn two_readings_are_shown_with_place_words_and_pinned_link() {
    let run = ask("heron-db");
    assert_eq!(run.code, 0, "{}", run.stderr);
    has(
        &run.stdout,
        &[
            "# Which license is `heron-db` under?",
            "4.4.1 and records its license as `MIT`",
            "[`package.json:4`](https://github.com/example/heron-db/blob/v4.4.1/package.json#L4-L4) says `MIT`",
            "https://github.com/example/heron-db/blob/v4.4.1/LICENSE#L3-L26) says `BSD-3-Clause` (the text of the license)",
            "**Which of these holds: ",
            "- a tag in the source files: `SPDX-License-Identifier: ",
            "- the license field of `package.json`: `\"license\": \"",
            "- a sentence in the README: `heron-db is licensed under ",
        ],
    );
}

#[test]
fn a_text_alone_asks_for_only_or_later() {
    let text = ask_about(&[("COPYING", &text_of("GPL-2.0-only")), ("main.c", "int main(void) { return 0; }\n")]);
    has(
        &text,
        &[
            "`COPYING:1-",
            "is the text of GPL-2.0",
            "only (`GPL-2.0-only`), or this or any later version (`GPL-2.0-or-later`)?",
        ],
    );
    assert!(!text.contains("says `GPL-2.0-only`"), "nobody says that:\n{text}");
}

#[test]
fn two_texts_that_nothing_joins_ask_for_all_or_any() {
    let both = format!("{}\n\n{}", text_of("MIT"), text_of("Apache-2.0"));
    let text = ask_about(&[("LICENSE", &both), ("main.c", "int main(void) { return 0; }\n")]);
    has(&text, &["May a user choose one of these licenses (`Apache-2.0 OR MIT`)", "(`Apache-2.0 AND MIT`)?"]);
}

#[test]
fn no_license_at_all_and_one_that_nobody_knows_are_different_questions() {
    let none = ask("iris-tool").stdout;
    has(&none, &["none of the 2 files of the source states a license", "**Which license is `iris-tool` under?**"]);
    let own = "Our own terms: be excellent to each other and to the trees of this forest, for as long as they stand.\n";
    let unknown = ask_about(&[("LICENSE", own), ("main.c", "int main(void) { return 0; }\n")]);
    has(&unknown, &["`LICENSE` is called like a license", "**Which license is this"]);
}

#[test]
fn names_of_others_cannot_write_markdown() {
    let text =
        ask_about(&[("package.json", "{\"license\": \"MIT\"}\n"), ("LICENSE", &text_of("Apache-2.0")), ("a`b.c", "")]);
    for line in text.lines() {
        assert!(line.matches('`').count() % 2 == 0, "{line}");
        assert!(!line.contains(" @"), "{line}");
    }
}

#[test]
fn what_is_not_open_is_said_and_nothing_is_asked() {
    let run = ask("amber-clock");
    assert_eq!((run.code, run.stdout.as_str()), (0, ""));
    assert!(run.stderr.contains("amber-clock: nothing is open, the source says MIT"), "{}", run.stderr);
}

#[test]
fn what_was_not_looked_at_is_not_for_upstream_and_what_is_not_there_is_wrong_usage() {
    let unseen = ask("nova-agent");
    assert_eq!((unseen.code, unseen.stdout.as_str()), (1, ""));
    assert!(unseen.stderr.contains("cannot tell what to ask"), "{}", unseen.stderr);
    let missing = ask("no-such");
    assert_eq!((missing.code, missing.stdout.as_str()), (2, ""));
    assert!(missing.stderr.contains("has no such attribute"), "{}", missing.stderr);
    assert_eq!(clarity(&["fix", ".", "--for-upstream", "x", "--write"]).code, 2);
}
