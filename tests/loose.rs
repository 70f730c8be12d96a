//! Trees that are no nixpkgs: a lone file, an overlay, a folder of packages.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::scan::clarity;

/// The rows of a scan of `tests/cases/loose/PLACE`, without sources.
fn rows(place: &str) -> Vec<Value> {
    rows_on(place, "x86_64-linux")
}

fn rows_on(place: &str, system: &str) -> Vec<Value> {
    rows_of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/loose").join(place), system)
}

fn rows_of(tree: &Path, system: &str) -> Vec<Value> {
    let tree = tree.to_str().expect("UTF-8");
    let options = ["--metadata-only", "--format", "jsonl", "--fail-on", "never", "--system", system];
    let run = clarity(&[&["scan", tree], &options[..]].concat());
    // Where there are rows about failures alone, the run is incomplete.
    let is_empty = !run.stdout.contains("\"kind\":\"package\"") && run.stdout.contains("\"kind\":\"failed\"");
    assert!(run.code == 0 || run.code == 3 && is_empty, "{}: {}", run.code, run.stderr);
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
fn forges_and_wheels_have_their_address() {
    let cases = [
        (
            "fetchFromSourcehut { owner = \"~a\"; repo = \"b\"; rev = \"1\"; }",
            "https://git.sr.ht/~a/b/archive/1.tar.gz",
        ),
        (
            "fetchFromGitea { domain = \"g.org\"; owner = \"a\"; repo = \"b\"; rev = \"1\"; }",
            "https://g.org/a/b/archive/1.tar.gz",
        ),
        (
            "fetchFromCodeberg { owner = \"a\"; repo = \"b\"; rev = \"1\"; }",
            "https://codeberg.org/a/b/archive/1.tar.gz",
        ),
        ("fetchFromBitbucket { owner = \"a\"; repo = \"b\"; rev = \"1\"; }", "https://bitbucket.org/a/b/get/1.tar.gz"),
        (
            "fetchFromSavannah { repo = \"b\"; rev = \"1\"; }",
            "https://git.savannah.gnu.org/cgit/b.git/snapshot/b-1.tar.gz",
        ),
        ("fetchFromRepoOrCz { repo = \"b\"; rev = \"1\"; }", "https://repo.or.cz/b.git/snapshot/1.tar.gz"),
        (
            "fetchPypi { pname = \"b\"; version = \"1\"; format = \"wheel\"; }",
            "mirror://pypi-wheels/py2.py3/b/b/b-1-py2.py3-none-any.whl",
        ),
        ("fetchPypi { pname = \"b\"; version = \"1\"; }", "mirror://pypi/b/b/b-1.tar.gz"),
    ];
    for (src, want) in cases {
        let folder = tempfile::tempdir().expect("a folder");
        let package = format!("{{ pkgs }}: pkgs.stdenv.mkDerivation {{ pname = \"own\"; src = pkgs.{src}; }}");
        std::fs::write(folder.path().join("own.nix"), package).expect("written");
        let rows = rows_of(folder.path(), "x86_64-linux");
        let row = rows.iter().find(|row| row["attr"] == "own" && row["kind"] == "package").expect("a row");
        assert_eq!(row["source"][0]["urls"][0], want, "{row}");
    }
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
    let willow = rows.iter().find(|row| row["attr"] == "overlay.willow").expect("a row");
    assert_eq!((&willow["kind"], &willow["declared"]["status"]), (&"package".into(), &"computed".into()), "{willow}");
    assert_eq!(seen.len(), 2, "what an attribute leads to is not told by the name of its file again: {seen:?}");
}

#[test]
fn a_lone_file_is_a_package_of_its_name() {
    assert_eq!(seen(&rows("folder/beech.nix")), [("package", "beech", String::new())]);
    let overlay = rows("overlay/overlay.nix");
    let seen: Vec<_> = seen(&overlay).into_iter().map(|(kind, attr, _)| (kind, attr)).collect();
    assert_eq!(seen, [("package", "hazel"), ("package", "willow")]);
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

/// Attribute and reason of each row that is skipped.
fn skipped(rows: &[Value]) -> Vec<(&str, &str)> {
    let skipped = rows.iter().filter(|row| row["kind"] == "skipped");
    let mut skipped: Vec<_> =
        skipped.map(|row| (row["attr"].as_str().expect("text"), row["why"].as_str().expect("text"))).collect();
    skipped.sort_unstable();
    skipped
}

/// Attribute and terms of each package.
fn packages(rows: &[Value]) -> Vec<(&str, String)> {
    seen(rows).into_iter().filter(|(kind, ..)| *kind == "package").map(|(_, attr, terms)| (attr, terms)).collect()
}

#[test]
fn a_flake_gives_the_packages_of_the_stated_platform_once_and_the_files_that_it_does_not_reach() {
    let rows = rows_on("flake", "x86_64-linux");
    let both = "Apache-2.0 MIT".to_owned();
    assert_eq!(
        packages(&rows),
        [
            ("legacyPackages.x86_64-linux.tools.rowan", both.clone()),
            ("overlays.default.sorrel", "ISC".to_owned()),
            ("packages.x86_64-linux.hazel", both.clone()),
            ("packages.x86_64-linux.inline", "MIT".to_owned()),
            ("packages.x86_64-linux.larch", both),
            ("packages.x86_64-linux.revised", "Zlib".to_owned()),
            ("stray", "Zlib".to_owned()),
        ]
    );
    let hazel = "the same package as packages.x86_64-linux.hazel";
    assert_eq!(
        skipped(&rows),
        [
            ("defaultPackage.x86_64-linux", hazel),
            ("overlays.default.hazel", hazel),
            ("overlays.default.larch", "the same package as packages.x86_64-linux.larch"),
            ("packages.x86_64-linux.default", hazel),
            ("packages.x86_64-linux.passed-on", "what <nixpkgs> has comes from outside of the checkout"),
        ]
    );
    let package = |attr: &str| rows.iter().find(|row| row["attr"] == attr).expect("a row");
    assert_eq!(package("packages.x86_64-linux.revised")["version"], Value::Null, "which revision it is, is not known");
    assert_eq!(package("packages.x86_64-linux.inline")["source"][0]["fetcher"], "path");
    assert_eq!(package("packages.x86_64-linux.hazel")["file"], "pkgs/hazel/default.nix");
}

#[test]
fn packages_with_a_row_under_another_name_are_one_line() {
    let tree = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/loose/flake");
    let options = ["--metadata-only", "--fail-on", "never", "--system", "x86_64-linux"];
    let run = clarity(&[&["scan", tree.to_str().expect("UTF-8")], &options[..]].concat());
    let line = "skipped: 4 packages that have a row under another name, such as ";
    assert_eq!(run.stdout.matches("the same package as").count(), 1, "{}", run.stdout);
    assert!(run.stdout.contains(line), "{}", run.stdout);
}

#[test]
fn a_flake_is_asked_for_another_platform() {
    let rows = rows_on("flake", "aarch64-darwin");
    let packages = packages(&rows);
    assert!(packages.contains(&("packages.aarch64-darwin.inline", "ISC".to_owned())), "{packages:?}");
    assert!(packages.iter().all(|(attr, _)| !attr.contains("x86_64")), "{packages:?}");
}

#[test]
fn functions_that_only_arrange_platforms_are_read_through() {
    let rows = rows_on("utils", "x86_64-linux");
    assert_eq!(
        packages(&rows),
        [
            ("legacyPackages.x86_64-linux.tools.ash", "MIT".to_owned()),
            ("overlay.elder", "BSD-3-Clause".to_owned()),
            ("packages.x86_64-linux.birch", "GPL-3.0-or-later".to_owned()),
        ]
    );
    let (attr, why) = *skipped(&rows).iter().find(|(attr, _)| attr.starts_with("overlays")).expect("a row");
    assert_eq!((attr, why), ("overlays.unknown", "flake-utils comes from outside of the checkout"));
    let birch = rows.iter().find(|row| row["attr"] == "packages.x86_64-linux.birch").expect("a row");
    assert_eq!(birch["source"], Value::from(Vec::<Value>::new()));
}

#[test]
fn modules_of_a_flake_add_to_each_other() {
    let rows = rows_on("modules", "x86_64-linux");
    let both = "MIT Apache-2.0".to_owned();
    let wanted = [("packages.x86_64-linux.fig", both.clone()), ("packages.x86_64-linux.plum", both)];
    assert_eq!(packages(&rows), wanted);
    assert_eq!(packages(&rows_on("modules", "i686-linux")), [("overlays.default.fig", "MIT Apache-2.0".to_owned())]);
}

#[test]
fn a_flake_that_another_flake_makes_says_so() {
    for (outputs, attr, why) in [
        ("{ self, frame }: frame { inherit self; }", "outputs", "input `frame` comes from outside of the checkout"),
        ("{ self }: throw \"unfinished\"", "flake", "throws: unfinished"),
        ("{ self }: { packages = self.lib.all; }", "packages", "what git knows of the tree comes from outside"),
    ] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("flake.nix"), format!("{{ outputs = {outputs}; }}")).expect("writable");
        let rows = rows_of(folder.path(), "x86_64-linux");
        let [(named, said)] = skipped(&rows)[..] else { panic!("{rows:?}") };
        assert!(named == attr && said.starts_with(why), "{named}: {said}");
    }
}

#[test]
fn what_is_put_into_a_scope_from_outside_is_a_package() {
    let rows = rows("scopes");
    let mpl = "MPL-2.0".to_owned();
    assert_eq!(
        packages(&rows),
        [
            ("overlay.haskellPackages.nectarine", "BSD-3-Clause".to_owned()),
            ("overlay.perlPackages.Olive", "Artistic-1.0 GPL-1.0-or-later".to_owned()),
            ("overlay.python3.pkgs.kiwi", mpl.clone()),
            ("overlay.python3.pkgs.lemon", String::new()),
            ("overlay.python3Packages.lime", mpl.clone()),
            ("overlay.pythonPackagesExtensions.mango", mpl),
        ]
    );
    assert!(rows.iter().all(|row| row["kind"] != "failed"), "{rows:?}");
}

#[test]
#[ignore = "needs nix with flakes"]
fn the_real_nix_says_of_a_flake_what_is_read_of_it() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let store = tempfile::tempdir().expect("a temporary folder");
    let place = |below: &str| format!("path:{}", cases.join(below).display());
    let output = std::process::Command::new("nix")
        .args(["--extra-experimental-features", "nix-command flakes", "--store"])
        .arg(store.path())
        .args(["eval", "--json", "--no-write-lock-file", "--apply"])
        .arg("set: builtins.mapAttrs (_: package: package.meta.license or null) set")
        .args(["--override-input", "nixpkgs", &place("inputs/nixpkgs"), "--override-input", "extra"])
        .args([place("inputs/extra"), format!("{}#packages.x86_64-linux", place("loose/flake"))])
        .output()
        .expect("nix runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let theirs: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let ids = |license: &Value| -> String {
        let members = license.as_array().cloned().unwrap_or_else(|| vec![license.clone()]);
        members.iter().filter_map(|member| member["spdxId"].as_str()).collect::<Vec<_>>().join(" ")
    };
    let rows = rows("flake");
    let ours = packages(&rows);
    let told_as = |attr: &str| match skipped(&rows).iter().find(|(skipped, _)| *skipped == attr) {
        Some((_, why)) => why.strip_prefix("the same package as ").unwrap_or(attr).to_owned(),
        None => attr.to_owned(),
    };
    let mut same = 0;
    for (name, license) in theirs.as_object().expect("a set") {
        let attr = told_as(&format!("packages.x86_64-linux.{name}"));
        match ours.iter().find(|(ours, _)| *ours == attr) {
            Some((_, terms)) => {
                assert_eq!(*terms, ids(license), "{name}");
                same += 1;
            }
            None => assert_eq!(name, "passed-on"),
        }
    }
    assert_eq!(same, 5);
}

/// The packages that a default.nix of `body` gives beside one that is always there.
fn optional(body: &str) -> Vec<(String, String)> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let package = |name: &str, license: &str| {
        format!(
            "{name} = pkgs.stdenv.mkDerivation {{ pname = \"{name}\"; meta.license = pkgs.lib.licenses.{license}; }};"
        )
    };
    let (always, perhaps) = (package("always", "mit"), package("perhaps", "isc"));
    let text = format!("{{ pkgs ? import <nixpkgs> {{ }} }}: {{ {always} }} // {}", body.replace("PERHAPS", &perhaps));
    std::fs::write(folder.path().join("default.nix"), text).expect("writable");
    let rows = rows_of(folder.path(), "x86_64-linux");
    packages(&rows).into_iter().map(|(attr, terms)| (attr.to_owned(), terms)).collect()
}

#[test]
fn packages_on_a_condition_follow_it_and_are_all_told_where_it_is_not_known() {
    let row = |name: &str, terms: &str| (name.to_owned(), terms.to_owned());
    let [always, perhaps] = [row("always", "MIT"), row("perhaps", "ISC")];
    let on = |condition: &str| optional(&format!("pkgs.lib.optionalAttrs {condition} {{ PERHAPS }}"));
    assert_eq!(on("pkgs.stdenv.isLinux"), [always.clone(), perhaps.clone()]);
    assert_eq!(on("pkgs.stdenv.hostPlatform.isDarwin"), std::slice::from_ref(&always));
    assert_eq!(on("pkgs.config.allowUnfree"), [always, perhaps]);
}

/// The rows of an overlay that binds `own` to `value`; `package NAME` is a package of that name under the MIT license.
fn overlay_of(value: &str) -> Vec<(String, String, String)> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let package = "name: prev.stdenv.mkDerivation { pname = name; meta.license = prev.lib.licenses.mit; }";
    let text = format!("final: prev: let package = {package}; on = prev.config; in {{ own = {value}; }}");
    std::fs::write(folder.path().join("overlay.nix"), text).expect("writable");
    let rows = rows_of(folder.path(), "x86_64-linux");
    let why =
        |attr: &str| rows.iter().find(|row| row["attr"] == attr).and_then(|row| row["why"].as_str()).unwrap_or("");
    seen(&rows).iter().map(|(kind, attr, _)| ((*kind).to_owned(), (*attr).to_owned(), why(attr).to_owned())).collect()
}

#[test]
fn nothing_on_conditions_that_are_not_known_is_left_out_without_a_row() {
    let kinds = |value: &str| -> Vec<(String, String)> {
        overlay_of(value).into_iter().map(|(kind, attr, _)| (kind, attr)).collect()
    };
    let row = |kind: &str, attr: &str| (kind.to_owned(), attr.to_owned());
    let of = |names: &[&str]| -> Vec<_> { names.iter().map(|name| row("package", name)).collect() };
    let chain = |count: usize, side: fn(usize) -> String| -> String {
        let chain: String = (0..count).map(|n| format!("if on.c{n} then {} else ", side(n))).collect();
        format!("{chain}{}", side(count))
    };
    let changed = "(if on.c then package \"a\" else package \"b\") // { more = 1; }";
    assert_eq!(kinds(changed), of(&["overlay.own"]));
    assert_eq!(kinds(&chain(9, |n| format!("package \"p{n}\""))), of(&["overlay.own"]));
    let sets = chain(6, |n| format!("{{ p{n} = package \"p{n}\"; }}"));
    let all: Vec<String> = (0..7).map(|n| format!("overlay.own.p{n}")).collect();
    assert_eq!(kinds(&sets), of(&all.iter().map(String::as_str).collect::<Vec<_>>()));

    let either = overlay_of("if on.c then { a = package \"a\"; } else package \"b\"");
    assert_eq!((&*either[0].0, &*either[0].1), ("failed", "overlay.own"), "{either:?}");
    assert!(either[0].2.contains("the package is left out"), "{either:?}");
    assert_eq!((&*either[1].0, &*either[1].1), ("package", "overlay.own.a"), "{either:?}");

    let perhaps = overlay_of("if on.c then package \"a\" else null");
    assert_eq!((&*perhaps[0].0, &*perhaps[0].1), ("failed", "overlay.own"), "{perhaps:?}");
    assert!(perhaps[0].2.contains("the package is left out"), "{perhaps:?}");

    let missing = overlay_of("if on.c then { a = package \"a\"; } else import ./missing.nix");
    assert_eq!((&*missing[0].0, &*missing[0].1), ("failed", "overlay.own"), "{missing:?}");
    assert!(missing[0].2.contains("missing.nix"), "{missing:?}");

    let many = overlay_of(&chain(400, |n| format!("{{ p{n} = package \"p{n}\"; }}")));
    assert_eq!((&*many[0].0, &*many[0].1), ("failed", "overlay.own"), "{:?}", many[0]);
    assert!(many[0].2.contains("more conditions that are not known"), "{:?}", many[0]);
    assert!(many.len() > 200 && many[1..].iter().all(|row| row.0 == "package"), "{}", many.len());
}

#[test]
fn members_on_conditions_that_are_not_known_are_told() {
    let package = |more: usize| {
        let more: String = (0..more).map(|n| format!(" ++ lib.optional flags.f{n} lib.licenses.isc")).collect();
        format!(
            "{{ lib, stdenv, flags }}: stdenv.mkDerivation {{ pname = \"own\"; \
             meta.license = [ lib.licenses.mit ]{more}; }}"
        )
    };
    let one = declared(&package(1), "x86_64-linux");
    assert_eq!(one["status"], "partial", "{one}");
    assert!(one.to_string().contains("flags.f0") && one.to_string().contains("ISC"), "{one}");
    let many = declared(&package(9), "x86_64-linux");
    assert_eq!((&many["status"], &many["terms"][0]), (&"partial".into(), &"MIT".into()), "{many}");
    assert!(many.to_string().contains("`lib.licenses.isc`: on a condition"), "{many}");
}

#[test]
fn a_license_on_a_condition_that_is_not_known_is_told_with_its_condition() {
    let merged = "{ lib, stdenv, flags }: stdenv.mkDerivation { pname = \"own\"; meta = { license = lib.licenses.mit; } \
                  // lib.optionalAttrs flags.pro { license = lib.licenses.unfree; }; }";
    let declared = declared(merged, "x86_64-linux");
    assert_eq!(declared["status"], "partial", "{declared}");
    assert!(declared.to_string().contains("flags.pro") && declared.to_string().contains("MIT"), "{declared}");
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

/// A tree whose set alone needs more than an evaluator may: a new one for each package would take a minute.
#[test]
fn packages_share_what_their_set_costs() {
    let text = |count: usize| {
        format!(
            "{{ pkgs ? import <nixpkgs> {{ }}, lib ? pkgs.lib }}: \
             let weight = builtins.length (builtins.filter (n: n != \"\") (builtins.genList toString 1000000)); \
             package = n: {{ name = \"p${{toString n}}\"; value = pkgs.stdenv.mkDerivation {{ pname = \"p\"; \
             version = \"1\"; meta.license = lib.licenses.mit; }}; }}; \
             in if weight > 0 then builtins.listToAttrs (map package (builtins.genList (n: n) {count})) else {{ }}"
        )
    };
    let time = |count: usize| {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("default.nix"), text(count)).expect("written");
        let tree = folder.path().to_str().expect("UTF-8").to_owned();
        let start = std::time::Instant::now();
        let run = clarity(&["scan", &tree, "--metadata-only", "--format", "jsonl", "--jobs", "1", "--no-cache"]);
        assert_eq!(run.stdout.matches("\"kind\":\"package\"").count(), count, "{}", run.stderr);
        start.elapsed()
    };
    let (one, many) = (time(1), time(40));
    assert!(many < one * 10, "one package takes {one:?}, forty take {many:?}");
}
