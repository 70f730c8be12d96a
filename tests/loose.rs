//! Trees that are no nixpkgs: a lone file, an overlay, a folder of packages.

use std::path::Path;

use serde_json::Value;

use crate::scan::clarity;

/// The rows of a scan of `tests/cases/loose/PLACE`, without sources.
fn rows(place: &str) -> Vec<Value> {
    let tree = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/loose").join(place);
    let tree = tree.to_str().expect("UTF-8");
    let run = clarity(&["scan", tree, "--metadata-only", "--format", "jsonl", "--fail-on", "never"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.stdout.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
}

/// Kind, attribute and terms of each row about an attribute.
fn seen(rows: &[Value]) -> Vec<(&str, &str, String)> {
    let kinds = ["package", "skipped", "failed"];
    let rows = rows.iter().filter(|row| kinds.contains(&row["kind"].as_str().expect("a kind")));
    let terms = |row: &Value| -> String {
        let terms = row["declared"]["terms"].as_array().into_iter().flatten();
        terms.filter_map(Value::as_str).collect::<Vec<_>>().join(" ")
    };
    let seen = rows.map(|row| (row["kind"].as_str().expect("text"), row["attr"].as_str().expect("text"), terms(row)));
    let mut seen: Vec<_> = seen.collect();
    seen.sort_by_key(|(_, attr, _)| *attr);
    seen
}

#[test]
fn a_repository_of_packages_gives_its_own_and_leaves_out_what_it_passes_on() {
    let rows = rows("nur");
    let gpl = "GPL-3.0-or-later".to_owned();
    assert_eq!(
        seen(&rows),
        [
            ("failed", "broken", String::new()),
            ("package", "larch", gpl.clone()),
            ("package", "larch-docs", gpl),
            ("skipped", "passed-on", String::new()),
            ("package", "tools.rowan", "Apache-2.0".to_owned()),
        ]
    );
    let why = rows.iter().find(|row| row["attr"] == "broken").expect("a row")["why"].as_str().expect("text");
    assert!(why.starts_with("broken.nix:4:1: "), "{why}");
}

#[test]
fn what_an_unknown_fetcher_was_given_is_the_source() {
    let rows = rows("nur");
    let source = &rows.iter().find(|row| row["attr"] == "larch").expect("a row")["source"][0];
    assert_eq!(source["fetcher"], "fetchFromGitHub");
    assert_eq!(source["urls"][0], "https://github.com/example/larch/archive/v1.4.tar.gz");
    let local = &rows.iter().find(|row| row["attr"] == "tools.rowan").expect("a row")["source"][0];
    assert_eq!(local["fetcher"], "path");
}

#[test]
fn a_folder_of_files_names_packages_by_file_or_folder() {
    let rows = rows("folder");
    let text = |text: &str| text.to_owned();
    assert_eq!(
        seen(&rows),
        [
            ("package", "alder", text("MIT")),
            ("package", "beech", text("")),
            ("package", "deep-elm", text("BSD-3-Clause")),
            ("package", "wide-elm", text("ISC")),
        ]
    );
    let beech = rows.iter().find(|row| row["attr"] == "beech").expect("a row");
    assert_eq!((&beech["file"], &beech["line"]), (&Value::from("beech.nix"), &Value::from(6)));
    assert_eq!(beech["declared"]["status"], "absent");
}

#[test]
fn an_overlay_gives_what_it_builds() {
    let rows = rows("overlay");
    let seen = seen(&rows);
    assert!(seen.contains(&("package", "overlay.hazel", "MIT Apache-2.0".to_owned())), "{seen:?}");
    assert!(seen.iter().any(|(kind, attr, _)| (*kind, *attr) == ("skipped", "overlay.willow")), "{seen:?}");
    assert!(seen.iter().all(|(kind, ..)| *kind != "failed"), "{seen:?}");
}

#[test]
fn a_lone_file_is_a_package_of_its_name() {
    assert_eq!(seen(&rows("folder/beech.nix")), [("package", "beech", String::new())]);
    let overlay = rows("overlay/overlay.nix");
    let seen: Vec<_> = seen(&overlay).into_iter().map(|(kind, attr, _)| (kind, attr)).collect();
    assert_eq!(seen, [("package", "hazel"), ("skipped", "willow")]);
}

#[test]
fn a_fix_says_of_which_packages_it_cannot_tell() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir(folder.path().join("src")).expect("writable");
    std::fs::write(folder.path().join("src/a.c"), "// SPDX-License-Identifier: Apache-2.0\n").expect("writable");
    let package = "{ stdenv }:\n\nstdenv.mkDerivation {\n  pname = \"bare\";\n  version = \"1\";\n  src = ./src;\n}\n";
    std::fs::write(folder.path().join("bare.nix"), package).expect("writable");
    let run = clarity(&["fix", folder.path().to_str().expect("UTF-8")]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.stderr);
    let why = "cannot tell: bare: the declared license could not be evaluated: `stdenv` comes from outside";
    assert!(run.stderr.contains(why), "{}", run.stderr);
}

/// The licenses of the package in `text`, written to a folder of its own, for `system`.
fn declared(text: &str, system: &str) -> Value {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("own.nix"), text).expect("writable");
    let tree = folder.path().to_str().expect("UTF-8");
    let run = clarity(&["scan", tree, "--metadata-only", "--format", "jsonl", "--system", system]);
    let rows = run.stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let mut rows = rows.filter(|row| row["attr"].as_str().is_some_and(|attr| attr.ends_with("own")));
    rows.find(|row| row["kind"] == "package").unwrap_or_else(|| panic!("{}", run.stdout))["declared"].clone()
}

#[test]
fn what_depends_on_the_platform_follows_the_stated_one() {
    for condition in ["stdenv.isLinux", "stdenv.hostPlatform.isLinux", "!stdenv.targetPlatform.isDarwin"] {
        let package = format!(
            "{{ lib, stdenv }}: stdenv.mkDerivation {{ pname = \"own\"; \
             meta.license = with lib.licenses; if {condition} then mit else isc; }}"
        );
        assert_eq!(declared(&package, "x86_64-linux")["terms"][0], "MIT", "{condition}");
        assert_eq!(declared(&package, "aarch64-darwin")["terms"][0], "ISC", "{condition}");
    }
    let overlay = "final: prev: { own = prev.stdenv.mkDerivation { pname = \"own\"; \
                   meta.license = if prev.stdenv.isx86_64 then \"here\" else \"there\"; }; }";
    assert_eq!(declared(overlay, "x86_64-linux")["terms"][0], "here");
}

#[test]
fn an_unknown_package_that_is_overridden_says_what_was_changed() {
    let plain = "final: prev: { own = prev.hello.overrideAttrs { pname = \"own\"; \
                 meta.license = prev.lib.licenses.isc; }; }";
    assert_eq!(declared(plain, "x86_64-linux")["terms"][0], "ISC");
    for change in ["old:", "final: old:"] {
        let overlay = format!(
            "final: prev: {{ own = prev.hello.overrideAttrs ({change} {{ pname = \"own\"; \
             meta = old.meta // {{ license = prev.lib.licenses.mit; }}; }}); }}"
        );
        assert_eq!(declared(&overlay, "x86_64-linux")["terms"][0], "MIT", "{change}");
        let open = overlay.replace("prev.lib.licenses.mit", "final.own.license");
        assert_ne!(declared(&open, "x86_64-linux")["status"], "resolved", "{change}");
    }
}
