//! The house keeps its shape: order of imports, walls, names.

use std::fs;
use std::path::{Path, PathBuf};

/// Names that say nothing of what is inside.
const FORBIDDEN: [&str; 5] = ["utils", "helpers", "common", "types", "model"];

fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files: Vec<(PathBuf, String)> = walkdir::WalkDir::new(&root)
        .into_iter()
        .map(|entry| entry.expect("src is readable"))
        .filter(|entry| entry.path().extension().is_some_and(|extension| extension == "rs"))
        .map(|entry| {
            let text = fs::read_to_string(entry.path()).expect("source files are UTF-8");
            (entry.path().strip_prefix(&root).expect("below src").to_owned(), text)
        })
        .collect();
    files.sort();
    files
}

/// The modules in the order of `lib.rs`.
fn order() -> Vec<String> {
    let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).expect("lib.rs");
    lib.lines().filter_map(|line| Some(line.strip_prefix("pub mod ")?.strip_suffix(';')?.to_owned())).collect()
}

#[test]
fn the_lock_file_of_the_fuzz_target_names_all_dependencies() {
    let read = |path: &str| -> toml::Table {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect(path);
        text.parse().expect("TOML")
    };
    let lock = read("tests/fuzz/Cargo.lock");
    let packages = lock["package"].as_array().expect("a list");
    let own = packages.iter().find(|package| package["name"].as_str() == Some(env!("CARGO_PKG_NAME"))).expect("ours");
    let locked: Vec<&str> =
        own["dependencies"].as_array().into_iter().flatten().filter_map(toml::Value::as_str).collect();
    let manifest = read("Cargo.toml");
    let platforms = manifest["target"].as_table().into_iter().flatten().map(|(_, platform)| platform);
    let stated = platforms.filter_map(|platform| platform.get("dependencies")).chain([&manifest["dependencies"]]);
    let names = stated.filter_map(toml::Value::as_table).flat_map(toml::Table::keys);
    let missing: Vec<_> =
        names.filter(|name| locked.iter().all(|entry| entry.split(' ').next() != Some(name))).collect();
    assert!(missing.is_empty(), "run `cargo metadata` in tests/fuzz, its lock file does not know {missing:?}");
}

#[test]
fn no_module_has_a_name_that_says_nothing() {
    let named = |file: &Path| file.with_extension("").iter().any(|part| FORBIDDEN.iter().any(|name| part == *name));
    let broken: Vec<String> =
        sources().iter().filter(|(file, _)| named(file)).map(|(file, _)| format!("src/{}", file.display())).collect();
    assert!(broken.is_empty(), "forbidden module names: {}", broken.join(", "));
}

#[test]
fn every_module_of_the_library_has_a_folder() {
    for name in order() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(&name);
        assert!(folder.join("mod.rs").is_file(), "src/{name}/mod.rs is missing");
    }
}
