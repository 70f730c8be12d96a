//! A flake with a whole nixpkgs behind it (`--nixpkgs`): scopes, builders and overrides are that nixpkgs' own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::scan::{clarity, fixture};

fn flake() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/loose/behind")
}

/// The packages of the flake at `tree` for one platform, by name: license terms, or why there are none.
fn packages(tree: &Path, nixpkgs: &Path) -> BTreeMap<String, String> {
    let [tree, nixpkgs] = [tree, nixpkgs].map(|path| path.to_str().expect("UTF-8"));
    let scan = ["scan", tree, "--nixpkgs", nixpkgs, "--system", "x86_64-linux", "--metadata-only"];
    let run = clarity(&[&scan[..], &["--format", "jsonl", "--fail-on", "never"]].concat());
    let rows = run.stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    rows.filter(|row| ["package", "failed", "skipped"].contains(&row["kind"].as_str().unwrap_or_default()))
        .filter_map(|row| {
            let name = row["attr"].as_str()?.strip_prefix("packages.x86_64-linux.")?.to_owned();
            let terms: Vec<_> = row["declared"]["terms"].as_array().into_iter().flatten().map(text).collect();
            let why = [&row["declared"]["why"], &row["why"]].map(text).concat();
            Some((name, terms.join(" ") + &why))
        })
        .collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[test]
fn packages_are_called_by_the_nixpkgs_behind() {
    let packages = packages(&flake(), &fixture());
    let stated = |name: &str| packages.get(name).map(String::as_str);
    assert_eq!(stated("own"), Some("BSD-2-Clause"), "callPackage and the meta of a package from there");
    assert_eq!(stated("changed"), Some("ISC"), "overrideAttrs with the old meta");
    let behind = |license: &str| format!("nixpkgs states it and not this tree: {license}");
    assert_eq!(stated("kept"), Some(behind("BSD-2-Clause").as_str()));
    assert_eq!(stated("legacy"), Some(behind("GPL-3.0-or-later").as_str()), "legacyPackages and override");
    assert_eq!(stated("read"), Some(behind("BSD-2-Clause").as_str()), "a path below the input");
}

/// Rows by attribute path: what kind of row, and why there is no package.
fn rows(tree: &Path, nixpkgs: &Path) -> BTreeMap<String, (String, String)> {
    let [tree, nixpkgs] = [tree, nixpkgs].map(|path| path.to_str().expect("UTF-8"));
    let scan = ["scan", tree, "--nixpkgs", nixpkgs, "--system", "x86_64-linux", "--metadata-only"];
    let run = clarity(&[&scan[..], &["--format", "jsonl", "--fail-on", "never"]].concat());
    let rows = run.stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    rows.filter(|row| ["package", "failed", "skipped"].contains(&row["kind"].as_str().unwrap_or_default()))
        .map(|row| (text(&row["attr"]), (text(&row["kind"]), text(&row["why"]))))
        .collect()
}

const PASSES_ON: &str = "{
  outputs = { self, nixpkgs }: {
    overlays.default = final: prev: {
      perlPackages = prev.perlPackages // { added = prev.stdenv.mkDerivation { pname = \"added\"; version = \"1\"; }; };
      inherit (prev) umbra;
    };
    legacyPackages.x86_64-linux = import nixpkgs { system = \"x86_64-linux\"; overlays = [ self.overlays.default ]; };
    packages.x86_64-linux.broken = throw \"not today\";
    packages.x86_64-linux.default = self.packages.x86_64-linux.broken;
    overlay = final: prev: { broken = self.packages.x86_64-linux.broken; };
  };
}";

#[test]
fn sets_of_the_nixpkgs_behind_are_passed_on_in_one_row() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("flake.nix"), PASSES_ON).expect("written");
    let rows = rows(folder.path(), &fixture());
    let kind = |attr: &str| rows.get(attr).map(|(kind, _)| kind.as_str());
    assert_eq!(kind("legacyPackages.x86_64-linux.perlPackages.added"), Some("package"), "{rows:#?}");
    assert_eq!(kind("overlays.default.umbra"), Some("package"), "the tree names it");
    let inside: Vec<_> = rows.keys().filter(|attr| attr.contains("perlPackages.")).collect();
    assert!(inside.iter().all(|attr| attr.ends_with(".added")), "{inside:?}");
    for set in ["legacyPackages.x86_64-linux", "legacyPackages.x86_64-linux.perlPackages"] {
        let (kind, why) = rows.get(set).expect("a row");
        assert_eq!(kind, "skipped", "{set}: {why}");
        assert!(why.starts_with("nixpkgs' own package, passed on"), "{set}: {why}");
    }
}

#[test]
fn a_package_that_fails_under_many_names_fails_once() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("flake.nix"), PASSES_ON).expect("written");
    let rows = rows(folder.path(), &fixture());
    let thrown: Vec<_> = rows.iter().filter(|(_, (_, why))| why.contains("not today")).map(|(attr, _)| attr).collect();
    assert_eq!(thrown, ["packages.x86_64-linux.broken"], "{rows:#?}");
    for again in ["overlay.broken", "packages.x86_64-linux.default"] {
        assert_eq!(rows[again].1, "the same package as packages.x86_64-linux.broken");
    }
}

#[test]
fn without_a_nixpkgs_the_license_from_there_is_not_known() {
    let tree = flake();
    let scan = ["scan", tree.to_str().expect("UTF-8"), "--metadata-only", "--format", "jsonl", "--fail-on", "never"];
    let run = clarity(&scan);
    let own = run.stdout.lines().find(|line| line.contains(".own\"")).expect("a row");
    assert!(own.contains("\"computed\""), "{own}");
}

/// Licenses by name that Nix gives for the flake at `tree`, called as flakes are.
fn evaluated(tree: &Path, nixpkgs: &Path) -> BTreeMap<String, String> {
    let program = format!(
        "let nixpkgs = {{ outPath = toString {nixpkgs}; lib = import {nixpkgs}/lib; \
           legacyPackages.x86_64-linux = import {nixpkgs} {{ system = \"x86_64-linux\"; config.allowUnfree = true; }}; }}; \
         self = (import {tree}/flake.nix).outputs {{ inherit self nixpkgs; }}; \
         term = one: if builtins.isString one then one else one.spdxId or one.shortName; \
         terms = all: builtins.concatStringsSep \" \" (map term (if builtins.isList all then all else [ all ])); \
         in builtins.mapAttrs (_: package: terms package.meta.license) self.packages.x86_64-linux",
        nixpkgs = nixpkgs.display(),
        tree = tree.display(),
    );
    let output = Command::new("nix-instantiate")
        .args(["--eval", "--strict", "--json", "--expr", &program])
        .output()
        .expect("nix-instantiate runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("a set of texts")
}

/// The packages of both sides, those that nixpkgs states without the words around them.
fn agrees(tree: &Path, nixpkgs: &Path) {
    let ours = packages(tree, nixpkgs).into_iter().map(|(name, stated)| {
        let stated = stated.strip_prefix("nixpkgs states it and not this tree: ").map(str::to_owned).unwrap_or(stated);
        (name, stated.replace(", ", " "))
    });
    assert_eq!(ours.collect::<BTreeMap<_, _>>(), evaluated(tree, nixpkgs));
}

#[test]
#[ignore = "needs nix-instantiate"]
fn a_flake_over_the_fixture_is_what_nix_evaluates() {
    agrees(&flake(), &fixture());
}

/// Packages of any nixpkgs with licenses of many kinds.
const SAMPLE: [&str; 24] = [
    "hello",
    "git",
    "vim",
    "emacs",
    "gcc",
    "openssl",
    "perl",
    "python3",
    "ruby",
    "nodejs",
    "go",
    "rustc",
    "ffmpeg",
    "gimp",
    "inkscape",
    "nano",
    "steam",
    "unrar",
    "zlib",
    "sqlite",
    "curl",
    "bash",
    "coreutils",
    "texinfo",
];

#[test]
#[ignore = "needs nix-instantiate, and a nixpkgs checkout in CLARITY_TREE"]
fn a_flake_over_a_whole_tree_is_evaluated_alike() {
    let nixpkgs = PathBuf::from(std::env::var("CLARITY_TREE").expect("CLARITY_TREE names a nixpkgs checkout"));
    let folder = tempfile::tempdir().expect("a folder");
    let package = |name: &&str| {
        format!(
            "{name}-again = pkgs.stdenv.mkDerivation {{ pname = \"{name}\"; version = \"1\"; \
             meta.license = pkgs.{name}.meta.license; }}; \
             {name}-changed = pkgs.{name}.overrideAttrs (old: {{ meta = old.meta // {{ description = \"x\"; }}; }}); \
             {name} = pkgs.{name};\n"
        )
    };
    let packages: String = SAMPLE.iter().map(package).collect();
    let text = format!(
        "{{ outputs = {{ self, nixpkgs }}: {{ packages.x86_64-linux = let pkgs = import nixpkgs {{ \
         system = \"x86_64-linux\"; config.allowUnfree = true; }}; in {{ {packages} }}; }}; }}"
    );
    fs::write(folder.path().join("flake.nix"), text).expect("written");
    agrees(folder.path(), &nixpkgs);
}
