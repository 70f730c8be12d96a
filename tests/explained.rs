//! The page about one package: its order, the license texts beside the listed ones, and what is folded.

use std::fs;
use std::path::Path;

use clarity::license;

use crate::scan::clarity;

/// A tree of one package that declares MIT, with the given files as its source.
fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("in a folder")).expect("writable");
        fs::write(path, text).expect("writable");
    };
    files.iter().for_each(|(name, text)| write(&format!("source/{name}"), text));
    let package = "{ stdenv, lib }:\nstdenv.mkDerivation {\n  pname = \"a\";\n  version = \"1\";\n  src = ./source;\n  \
                   meta.license = lib.licenses.mit;\n}\n";
    write("a.nix", package);
    folder
}

fn explained(tree: &Path, more: &[&str]) -> String {
    let run = clarity(&[&["explain", "a", "--tree", tree.to_str().expect("UTF-8")], more].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.stdout
}

fn text_of(id: &str) -> &'static str {
    license::license(id).expect("listed").text
}

#[test]
fn operative_changes_of_a_text_stand_on_the_page() {
    let changed = text_of("MIT").replace("free of charge", "for a fee").replace("sublicense", "sub-license");
    let tree = tree(&[("LICENSE", &changed)]);
    let page = explained(tree.path(), &[]);
    for part in [
        "is the text of MIT (",
        "changes of words, 1 operative\n  operative: \"for a fee\" in the place of \"free of charge\"\n",
    ] {
        assert!(page.contains(part), "{part:?} is missing in:\n{page}");
    }
    assert!(!page.contains("\"sub-license\""), "wording alone changes nothing: {page}");
    let html = explained(tree.path(), &["--format", "html"]);
    assert!(html.contains("<li>operative: &quot;for a fee&quot; in the place of"), "{html}");
    let file = tree.path().join("source/LICENSE");
    let detected = clarity(&["detect", "--explain", file.to_str().expect("UTF-8")]).stdout;
    assert!(detected.contains("\n    operative: \"for a fee\" in the place of"), "{detected}");
}

/// Two sources that unpack to a folder of one name are two folders on the page.
#[test]
fn texts_of_several_sources_are_each_compared_with_their_own_bytes() {
    let changed = text_of("MIT").replace("free of charge", "for a fee");
    let tree = tree(&[("a/src/LICENSE", &changed), ("b/src/LICENSE", text_of("MIT"))]);
    let package = tree.path().join("a.nix");
    let one = fs::read_to_string(&package).expect("readable");
    fs::write(&package, one.replace("src = ./source;", "srcs = [ ./source/a/src ./source/b/src ];")).expect("writable");
    let page = explained(tree.path(), &[]);
    assert!(page.contains("operative: \"for a fee\" in the place of"), "{page}");
    assert!(page.contains("src/LICENSE") && page.contains("src-2/LICENSE"), "{page}");
    assert!(!page.contains("other lines are a license text now"), "{page}");
}

#[test]
fn a_text_that_is_word_for_word_the_listed_one_is_told_to_be() {
    let tree = tree(&[("LICENSE", text_of("MIT"))]);
    assert!(explained(tree.path(), &[]).contains("is the text of MIT: its terms are word for word the same\n"));
}

#[test]
fn of_a_text_that_is_less_near_all_changes_are_shown() {
    let own = text_of("BSD-3-Clause")
        .replace("Redistribution and use in source and binary forms", "Reproduction of the whole or of parts")
        .replace("Redistributions in binary form must reproduce", "Copies in any other form have to repeat")
        .replace("Redistributions of source code must retain", "Copies of the code have to show")
        .replace("specific prior written permission", "asking the maintainers first, who answer within a week")
        .replace("DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES", "LOSS OF ANY KIND");
    let tree = tree(&[("LICENSE", &own)]);
    let page = explained(tree.path(), &[]);
    assert!(page.contains("the text of BSD-3-Clause ("), "{page}");
    assert!(page.contains("\nconfidence: medium: "), "{page}");
    assert!(page.contains("`LICENSE` is only 81.8 % like the listed text"), "{page}");
    assert!(page.contains("  wording: \"have to show\" in the place of \"must retain\"\n"), "{page}");
    assert!(page.contains(" more: `clarity detect --explain` on the file shows all\n"), "{page}");
}

#[test]
fn the_page_is_in_the_order_of_questions() {
    let tree = tree(&[("LICENSE", text_of("MIT")), ("a.c", "// SPDX-License-Identifier: ISC\n")]);
    let page = explained(tree.path(), &[]);
    let parts =
        ["verdict:", "declared:", "concluded:", "  for: ", "evidence:", "text:", "confidence:", "would change it:"];
    let places: Vec<Option<usize>> = parts.iter().map(|part| page.find(&format!("\n{part}"))).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?} of {parts:?} in:\n{page}");
}

#[test]
fn places_are_counted_by_role_and_listed_on_request() {
    let tree = tree(&[
        ("LICENSE", text_of("MIT")),
        ("a.c", "// SPDX-License-Identifier: MIT\n"),
        ("b.c", "// SPDX-License-Identifier: MIT\n"),
        ("tests/c.c", "// SPDX-License-Identifier: ISC\n"),
        ("Makefile.in", "# SPDX-License-Identifier: Zlib\n"),
        ("README.md", "It is compatible with the GPL.\n"),
    ]);
    let page = explained(tree.path(), &[]);
    for part in [
        "\n  shipped (2 files): MIT in 2 files\n",
        "\n  test (1 file): ISC in 1 file\n",
        "1 mention that does not count",
        "(`--all` lists them)",
        "\npart:      1 other part in files that do not ship",
    ] {
        assert!(page.contains(part), "{part:?} is missing in:\n{page}");
    }
    assert!(!page.contains("b.c:1"), "{page}");
    let all = explained(tree.path(), &["--all"]);
    for part in ["    b.c:1 MIT (tag, 100.0 %)\n", "part:      Makefile.in Zlib", "(clue, mention only, not counted"] {
        assert!(all.contains(part), "{part:?} is missing in:\n{all}");
    }
}
