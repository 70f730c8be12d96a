//! Patches of a package as evidence: those of the checkout are read, the others are named.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::scan::clarity;

const PATCH: &str = "\
--- /dev/null
+++ b/src/table.c
@@ -0,0 +1,4 @@
+/* This program is free software; you can redistribute it and/or modify it
+ * under the terms of the GNU General Public License as published by the Free
+ * Software Foundation; version 3 of the License only. */
+int table;
";

/// The rows of a scan of a package with these `patches`.
fn rows(patches: &str) -> Vec<Value> {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |file: &str, text: &str| {
        let file = folder.path().join(file);
        fs::create_dir_all(file.parent().expect("below the folder")).expect("made");
        fs::write(file, text).expect("written");
    };
    write("source/main.c", "/* SPDX-License-Identifier: ISC */\nint main;\n");
    write("source/other.c", "/* SPDX-License-Identifier: ISC */\nint other;\n");
    write("table.patch", PATCH);
    write("package.nix", &package(patches));
    scanned(folder.path())
}

fn package(patches: &str) -> String {
    format!(
        "{{ lib, stdenv, fetchpatch }}:\nstdenv.mkDerivation {{\n  pname = \"example\";\n  version = \"1\";\n  \
         src = ./source;\n  patches = [ {patches} ];\n  meta.license = lib.licenses.isc;\n}}\n"
    )
}

fn scanned(folder: &Path) -> Vec<Value> {
    let args = ["scan", folder.to_str().expect("UTF-8"), "--format", "jsonl", "--fail-on", "never", "--offline"];
    let run = clarity(&args);
    run.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn checks(rows: &[Value]) -> Vec<&str> {
    rows.iter().filter(|row| row["kind"] == "finding").filter_map(|row| row["check"].as_str()).collect()
}

#[test]
fn files_that_a_patch_adds_are_evidence() {
    assert_eq!(checks(&rows("")), Vec::<&str>::new());
    let rows = rows("./table.patch");
    assert_eq!(checks(&rows), ["LIC013"]);
    let finding = rows.iter().find(|row| row["kind"] == "finding").expect("it is found");
    assert_eq!(finding["concluded"], "GPL-3.0-only", "{finding}");
    assert!(finding["message"].as_str().is_some_and(|message| message.contains("src/table.c")), "{finding}");
}

#[test]
fn a_patch_that_is_not_there_is_named() {
    let rows = rows("(fetchpatch { url = \"https://example.org/speed.patch\"; hash = \"\"; })");
    let package = rows.iter().find(|row| row["kind"] == "package").expect("a row").to_string();
    assert!(package.contains("patches that were not read: `speed.patch`"), "{package}");
    assert!(!self::rows("./table.patch").iter().any(|row| row.to_string().contains("not read")));
}
