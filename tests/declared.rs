//! Hard ways to state a license, each with what Nix makes of it.
//!
//! A file of `cases/declared` is a function that gives packages. In its head `#= attr: form terms` says what each
//! declares; in its text `#@ attr` marks the line that a fix would edit.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What one attribute is expected to declare.
#[derive(Debug, Default)]
struct Expected {
    /// `single`, `record`, `list`, `operator`, `text` or `absent`.
    form: String,
    /// The labels with a space between them.
    terms: String,
    /// File name and line of the license value.
    place: Option<(String, u32)>,
}

fn folder(below: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(below)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

/// All expectations by attribute path.
fn expectations() -> BTreeMap<String, Expected> {
    let root = folder("tests/cases/declared");
    let mut all = BTreeMap::new();
    for file in files(&root).iter().chain(&files(&root.join("data"))).filter(|file| file.is_file()) {
        let text = fs::read_to_string(file).expect("a case");
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        for (index, line) in text.lines().enumerate() {
            read_line(&name, index as u32 + 1, line, &mut all);
        }
    }
    all
}

fn read_line(file: &str, number: u32, line: &str, all: &mut BTreeMap<String, Expected>) {
    if let Some((attr, rest)) = line.strip_prefix("#= ").and_then(|row| row.split_once(": ")) {
        let (form, terms) = rest.split_once(' ').unwrap_or((rest, ""));
        let expected = all.entry(attr.to_owned()).or_default();
        (expected.form, expected.terms) = (form.to_owned(), terms.to_owned());
    } else if let Some((_, attrs)) = line.split_once("#@ ") {
        for attr in attrs.split_whitespace() {
            all.entry(attr.to_owned()).or_default().place = Some((file.to_owned(), number));
        }
    }
}

/// A checkout whose packages are the cases: library and builders are those of the miniature nixpkgs.
pub fn checkout() -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("a folder");
    copy(&folder("fixtures/nixpkgs"), root.path());
    fs::remove_dir_all(root.path().join("pkgs/by-name")).expect("removed");
    fs::create_dir(root.path().join("pkgs/by-name")).expect("created");
    fs::write(root.path().join("pkgs/top-level/aliases.nix"), "lib: self: super: { }\n").expect("written");
    copy(&folder("tests/cases/declared"), &root.path().join("pkgs/cases"));
    let imports: String = files(&folder("tests/cases/declared"))
        .iter()
        .filter(|file| file.is_file())
        .map(|file| format!("// import ../cases/{} args\n", file.file_name().expect("a name").to_string_lossy()))
        .collect();
    let set = format!("{{ lib, ... }}: res: pkgs: super:\nlet args = {{ inherit lib pkgs; }}; in {{ }}\n{imports}");
    fs::write(root.path().join("pkgs/top-level/all-packages.nix"), set).expect("written");
    root
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("created");
    for path in files(from) {
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target)
        } else {
            let _ = fs::copy(&path, &target).expect("copied");
        }
    }
}

/// Form and terms of an evaluated license.
fn read(license: Option<&Value>) -> (&'static str, String) {
    match license {
        None => ("absent", String::new()),
        Some(Value::String(text)) => ("text", text.clone()),
        Some(Value::Array(members)) => ("list", members.iter().map(label).collect::<Vec<_>>().join(" ")),
        Some(record) if is_compound(record) => ("operator", label(record)),
        Some(record) => ("single", label(record)),
    }
}

fn is_compound(record: &Value) -> bool {
    ["licenses", "license", "base"].iter().any(|part| record.get(part).is_some())
}

fn label(license: &Value) -> String {
    if let Some(text) = license.as_str() {
        return text.to_owned();
    }
    if let Some(members) = license.get("licenses").and_then(Value::as_array) {
        return members.iter().map(label).collect::<Vec<_>>().join(" ");
    }
    let parts: Vec<_> = ["license", "base", "exception", "mod"].iter().filter_map(|part| license.get(part)).collect();
    if !parts.is_empty() {
        return parts.into_iter().map(label).collect::<Vec<_>>().join(" ");
    }
    let named = ["spdxId", "shortName", "fullName"].iter().find_map(|name| license.get(name)?.as_str());
    let nameless = if license.get("free") == Some(&Value::Bool(false)) { "unfree" } else { "?" };
    named.unwrap_or(nameless).to_owned()
}

#[test]
fn every_case_says_what_it_declares_and_marks_the_place() {
    let all = expectations();
    assert!(all.len() >= 60, "{} cases", all.len());
    let silent: Vec<_> = all.iter().filter(|(_, expected)| expected.form.is_empty()).collect();
    assert!(silent.is_empty(), "marked and not expected: {silent:?}");
}

#[test]
#[ignore = "needs nix-env"]
fn the_real_nix_evaluates_every_case_to_what_is_expected() {
    let root = checkout();
    let run = Command::new("nix-env")
        .args(["-qaP", "--json", "--meta", "--arg", "system", "\"x86_64-linux\"", "-f"])
        .arg(root.path())
        .output()
        .expect("nix-env runs");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let packages: Value = serde_json::from_slice(&run.stdout).expect("json");
    let mut wrong = Vec::new();
    for (attr, expected) in expectations() {
        let package = &packages[&attr];
        let (form, terms) = read(package["meta"].get("license"));
        let wanted = expected.form.replace("record", "single");
        if package.is_null() || form != wanted || terms != expected.terms.replace(" WITH ", " ") {
            wrong.push(format!("{attr}: expected {expected:?}, Nix says {form} {terms}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
