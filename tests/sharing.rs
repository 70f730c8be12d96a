//! `clarity fix` where one value speaks for several packages, or one package depends on another's.

use std::fs;
use std::path::PathBuf;

use clarity::declared::Declared;
use clarity::fix::{Declarations, Plan};

use crate::fix::{finding, open, plan_of, surveyed, verify};
use crate::scan::copied;

/// A copy of the fixture with these packages, each of a source of its own.
struct Tree {
    folder: tempfile::TempDir,
}

impl Tree {
    fn with(packages: &[(&str, &str)]) -> Tree {
        let folder = copied();
        for (name, text) in packages {
            let file = folder.path().join(format!("nixpkgs/pkgs/by-name/{}/{name}/package.nix", &name[..2]));
            fs::create_dir_all(file.parent().expect("a folder")).expect("writable");
            fs::write(file, text).expect("writable");
        }
        Tree { folder }
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("nixpkgs")
    }

    /// What becomes of it when each of these packages is found to be under another license.
    fn fixed(&self, wanted: &[(&str, &str)]) -> Plan {
        let checkout = open(&self.root());
        let (rows, table) = (surveyed(&checkout), checkout.license_table());
        let target = |attr: &str| wanted.iter().find(|(name, _)| *name == attr).map(|(_, license)| *license);
        let findings: Vec<_> = rows
            .iter()
            .map(|(package, _)| {
                let license = clarity::license::parse(target(&package.attr.0)?).expect("an expression");
                Some(finding(package, &license))
            })
            .collect();
        let mut plan = plan_of(&checkout, &rows, &findings, &table);
        let before: Declarations =
            rows.iter().map(|(package, declared)| (package.attr.clone(), declared.clone())).collect();
        verify(&checkout, &mut plan, &before, &table);
        plan
    }

    /// The line at which the license of `attr` is said to be written.
    fn place(&self, attr: &str) -> String {
        let rows = surveyed(&open(&self.root()));
        let declared = rows.iter().find(|(package, _)| package.attr.0 == attr).map(|(_, declared)| declared);
        match declared {
            Some(Declared::Resolved { site, .. }) => format!("{}:{}", site.file, site.start.line),
            other => panic!("{attr}: {other:?}"),
        }
    }
}

/// A package with this as its license; those with other arguments have another source.
fn package(arguments: &str, license: &str) -> String {
    let letter = if arguments.is_empty() { "A" } else { "E" };
    format!(
        "{{\n  lib,\n  stdenv,\n  fetchurl,\n{arguments}}}:\n\nstdenv.mkDerivation {{\n  pname = \"own\";\n  version = \"1\";\n  src = fetchurl {{\n    url = \"https://example.org/own.tar.gz\";\n    hash = \"sha256-{}=\";\n  }};\n  meta = {{\n    description = \"x\";\n    license = {license};\n  }};\n}}\n",
        letter.repeat(43)
    )
}

fn names(plan: &Plan) -> Vec<&str> {
    plan.fixes.iter().map(|fix| fix.attr().0.as_str()).collect()
}

fn reasons(plan: &Plan) -> String {
    plan.refused.iter().map(|refused| format!("{}: {}\n", refused.attr, refused.why)).collect()
}

/// `zz-follows` says something else as soon as `zz-leads` does; the others only look like them.
fn followed() -> Tree {
    let follows = "if zz-leads.meta.license == lib.licenses.mit then lib.licenses.mit else lib.licenses.asl20";
    Tree::with(&[
        ("zz-leads", &package("", "lib.licenses.mit")),
        ("zz-follows", &package("  zz-leads,\n", follows)),
        ("zz-alike", &package("", "lib.licenses.mit")),
        ("zz-same", &package("", "lib.licenses.mit")),
    ])
}

#[test]
fn the_edit_that_changes_a_bystander_is_refused_and_those_that_only_look_like_it_are_not() {
    let plan = followed().fixed(&[
        ("zz-leads", "Apache-2.0"),
        ("zz-alike", "Apache-2.0"),
        ("zz-same", "Apache-2.0"),
        ("birch-log", "Apache-2.0"),
    ]);
    assert_eq!(names(&plan), ["birch-log", "zz-alike", "zz-same"], "{}", reasons(&plan));
    assert_eq!(reasons(&plan), "zz-leads: the edit would also make zz-follows say Apache-2.0; edit it by hand\n");
}

#[test]
fn two_edits_that_are_only_wrong_together_cost_one_of_them() {
    let both = "if zz-one.meta.license == zz-two.meta.license then lib.licenses.isc else lib.licenses.zlib";
    let tree = Tree::with(&[
        ("zz-one", &package("", "lib.licenses.mit")),
        ("zz-two", &package("", "lib.licenses.mit")),
        ("zz-watch", &package("  zz-one,\n  zz-two,\n", both)),
    ]);
    let plan = tree.fixed(&[("zz-one", "Apache-2.0"), ("zz-two", "Apache-2.0"), ("birch-log", "Apache-2.0")]);
    assert!(names(&plan).contains(&"birch-log"), "{}", reasons(&plan));
    let plan = tree.fixed(&[("zz-one", "Apache-2.0")]);
    assert!(plan.fixes.is_empty() && reasons(&plan).contains("also make zz-watch say Zlib"), "{}", reasons(&plan));
}

#[test]
fn a_value_of_several_sources_is_changed_only_where_all_ask_for_the_same() {
    let own = "  meta = {\n    description = \"x\";\n    license = lib.licenses.mit;\n  };\n";
    let heir = package("  zz-owner,\n", "lib.licenses.mit").replace(own, "  inherit (zz-owner) meta;\n");
    let packages = [("zz-owner", package("", "lib.licenses.mit")), ("zz-heir", heir)];
    let tree = Tree::with(&packages.each_ref().map(|(name, text)| (*name, text.as_str())));
    let alone = tree.fixed(&[("zz-owner", "Apache-2.0")]);
    assert!(
        reasons(&alone).contains("its value also belongs to zz-heir, whose source does not ask"),
        "{}",
        reasons(&alone)
    );
    let apart = tree.fixed(&[("zz-owner", "Apache-2.0"), ("zz-heir", "ISC")]);
    assert!(apart.fixes.is_empty() && reasons(&apart).contains("share this value"), "{}", reasons(&apart));
    let together = tree.fixed(&[("zz-owner", "Apache-2.0"), ("zz-heir", "Apache-2.0")]);
    assert_eq!(together.fixes.len(), 1, "{}", reasons(&together));
    assert_eq!(together.fixes[0].packages.len(), 2, "one change for both");
}

#[test]
fn a_wrapper_without_a_source_goes_with_what_it_wraps() {
    let wrapper = "{\n  stdenv,\n  zz-owner,\n}:\n\nstdenv.mkDerivation {\n  pname = \"wrapper\";\n  version = \"1\";\n  inherit (zz-owner) meta;\n}\n";
    let tree = Tree::with(&[("zz-owner", &package("", "lib.licenses.mit")), ("zz-wrapper", wrapper)]);
    let plan = tree.fixed(&[("zz-owner", "Apache-2.0")]);
    assert_eq!(names(&plan), ["zz-owner"], "{}", reasons(&plan));
    assert_eq!(plan.fixes[0].packages.len(), 2);
}

/// Merges as nixpkgs did it: every attribute is bound in `lib`.
const MERGE: &str = "zipped = f: sets: builtins.listToAttrs (map (name: { inherit name; value = f name (builtins.catAttrs name sets); }) (builtins.concatLists (map builtins.attrNames sets)));\n  merged = a: b: zipped (name: values: if builtins.length values == 1 || !(builtins.isAttrs (builtins.head values)) then builtins.head values else merged (builtins.head values) (builtins.elemAt values 1)) [ b a ];\n";

#[test]
fn a_license_that_a_function_of_lib_hands_on_is_edited_where_it_is_written() {
    let text = package("", "lib.licenses.mit")
        .replace(
            "mkDerivation {",
            "mkDerivation (lib.attrsets.merged { meta.platforms = [ ]; meta.homepage = \"x\"; } {",
        )
        .replace("  };\n}\n", "  };\n})\n");
    let tree = Tree::with(&[("zz-merged", &text)]);
    let library = tree.root().join("lib/attrsets.nix");
    let old = fs::read_to_string(&library).expect("readable");
    fs::write(&library, old.replace("  recursiveUpdate =", &format!("  {MERGE}  recursiveUpdate =")))
        .expect("writable");
    assert_eq!(tree.place("zz-merged"), "pkgs/by-name/zz/zz-merged/package.nix:16");
    let plan = tree.fixed(&[("zz-merged", "Apache-2.0")]);
    assert_eq!(names(&plan), ["zz-merged"], "{}", reasons(&plan));
}
