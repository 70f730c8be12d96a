//! The house keeps its shape: order of imports, walls, names.

mod imports;
mod wording;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use imports::{Library, ModulePath, circles};

/// A word of a foreign crate and the only modules that may name it.
const WALLS: &[(&str, &[&str])] = &[
    ("rnix", &["nix"]),
    ("rowan", &["nix"]),
    ("elsa", &["nix"]),
    ("nixfmt_rs", &["nix/rewrite"]),
    ("askalono", &["evidence/text"]),
    ("aho_corasick", &["evidence"]),
    ("infer", &["evidence"]),
    ("postcard", &["declared", "kept"]),
    ("quick_xml", &["evidence/manifest"]),
    ("yaml_rust2", &["evidence/manifest"]),
    ("spdx", &["license"]),
    ("ureq", &["source/net"]),
    ("httpdate", &["source/net"]),
    ("ring", &["source"]),
    ("bzip2", &["source/archive"]),
    ("flate2", &["source/archive"]),
    ("liblzma", &["source/archive"]),
    ("sevenz_rust2", &["source/archive"]),
    ("zip", &["source/archive"]),
    ("annotate_snippets", &["report"]),
    ("csv", &["report"]),
    ("percent_encoding", &["text"]),
    ("quick_junit", &["report"]),
    ("serde_sarif", &["report"]),
    ("textwrap", &["report"]),
    ("rayon", &["engine"]),
    ("indicatif", &["engine"]),
    ("console", &["cli"]),
    ("ctrlc", &["cli"]),
    ("lsp_server", &["cli/lsp"]),
    ("lsp_types", &["cli/lsp"]),
    ("clap", &["cli"]),
    ("anyhow", &["cli"]),
];

/// Names that say nothing of what is inside.
const FORBIDDEN: [&str; 5] = ["utils", "helpers", "common", "types", "model"];

static LIBRARY: LazyLock<Library> = LazyLock::new(Library::read);

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
fn a_module_imports_only_from_modules_above_it() {
    let order = order();
    let rank: BTreeMap<&str, usize> = order.iter().enumerate().map(|(index, name)| (name.as_str(), index)).collect();
    let library = &*LIBRARY;
    let mut broken = Vec::new();
    for (own, module) in &library.modules {
        let Some(here) = own.first().and_then(|room| rank.get(room.as_str())) else { continue };
        for (path, line) in Library::named(module) {
            let Some(name) = path.first() else { continue };
            if rank.get(name.as_str()).is_some_and(|other| other > here) {
                broken.push(format!(
                    "src/{}:{line}: imports `{name}`, which comes later in lib.rs",
                    module.file.display()
                ));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Circles that still have to be opened, by their files; of `tree` by its room, for discovery, lone files and foreign
/// scopes share most of it. A circle that goes makes this list shorter.
const OPEN_CIRCLES: &[&str] = &["tree"];

#[test]
fn files_import_in_circles_only_where_it_is_known() {
    let name = |circle: &BTreeSet<ModulePath>| {
        let files: Vec<String> = circle.iter().map(|path| path.join("::")).collect();
        let is_tree = circle.iter().all(|path| path[0] == "tree");
        if is_tree { "tree".to_owned() } else { files.join(", ") }
    };
    let is_of_evaluator = |circle: &BTreeSet<ModulePath>| circle.iter().all(|path| path[0] == "nix");
    let found = circles(&LIBRARY.graph());
    let found: BTreeSet<String> = found.iter().filter(|circle| !is_of_evaluator(circle)).map(name).collect();
    let known: BTreeSet<String> = OPEN_CIRCLES.iter().map(|circle| (*circle).to_owned()).collect();
    assert_eq!(found, known);
}

#[test]
fn foreign_crates_stay_behind_their_walls() {
    let library = &*LIBRARY;
    let mut broken = Vec::new();
    for module in library.modules.values() {
        let path = module.file.to_string_lossy().into_owned();
        for (word, homes) in WALLS {
            if homes.iter().any(|home| path.starts_with(home)) {
                continue;
            }
            for (_, line) in module.roots.iter().filter(|(root, _)| root == word) {
                broken.push(format!("src/{path}:{line}: names `{word}`, which lives in {}", homes.join(", ")));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_lock_file_of_the_fuzz_target_names_all_dependencies() {
    let lock = read_toml("tests/fuzz/Cargo.lock");
    let packages = lock["package"].as_array().expect("a list");
    let own = packages.iter().find(|package| package["name"].as_str() == Some(env!("CARGO_PKG_NAME"))).expect("ours");
    let locked: Vec<&str> =
        own["dependencies"].as_array().into_iter().flatten().filter_map(toml::Value::as_str).collect();
    let manifest = read_toml("Cargo.toml");
    let platforms = manifest["target"].as_table().into_iter().flatten().map(|(_, platform)| platform);
    let stated = platforms.filter_map(|platform| platform.get("dependencies")).chain([&manifest["dependencies"]]);
    let names = stated.filter_map(toml::Value::as_table).flat_map(toml::Table::keys);
    let missing: Vec<_> =
        names.filter(|name| locked.iter().all(|entry| entry.split(' ').next() != Some(name))).collect();
    assert!(missing.is_empty(), "run `cargo metadata` in tests/fuzz, its lock file does not know {missing:?}");
}

#[test]
fn fuzz_targets_use_the_dependencies_that_the_crate_compiled() {
    let profile = |path: &str| read_toml(path)["profile"]["dev"].as_table().expect("a table").clone();
    let (own, mut fuzz) = (profile("Cargo.toml"), profile("tests/fuzz/Cargo.toml"));
    let packages = fuzz["package"].as_table_mut().expect("a table");
    assert!(packages.remove(env!("CARGO_PKG_NAME")).is_some(), "what is fuzzed is compiled apart");
    assert_eq!(own, fuzz, "another profile compiles every dependency once more");
    let tested = |path: &str| {
        let manifest = read_toml(path);
        let own = manifest["dev-dependencies"].clone();
        (own, manifest["target"]["cfg(unix)"]["dev-dependencies"].clone(), manifest["package"]["resolver"].clone())
    };
    assert_eq!(tested("Cargo.toml"), tested("tests/fuzz/Cargo.toml"), "other features compile dependencies once more");
    let versions = |path: &str| -> BTreeSet<String> {
        let lock = read_toml(path);
        let packages = lock["package"].as_array().expect("a list").iter();
        packages.map(|package| format!("{} {}", package["name"], package["version"])).collect()
    };
    let (own, fuzz) = (versions("Cargo.lock"), versions("tests/fuzz/Cargo.lock"));
    let other: Vec<_> =
        fuzz.difference(&own).filter(|package| !FUZZ_ONLY.iter().any(|name| package.contains(name))).collect();
    assert!(other.is_empty(), "tests/fuzz/Cargo.lock names other versions: {other:?}");
}

/// Packages that only the fuzz targets need.
const FUZZ_ONLY: [&str; 3] = ["clarity-fuzz", "libfuzzer-sys", "arbitrary"];

fn read_toml(path: &str) -> toml::Table {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect(path);
    text.parse().expect("TOML")
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

#[test]
fn comments_name_their_thing() {
    let broken: Vec<String> = sources().iter().flat_map(|(file, text)| wording::riddles(file, text)).collect();
    assert!(broken.is_empty(), "{} comments begin with a riddle:\n{}", broken.len(), broken.join("\n"));
}

#[test]
fn no_code_decides_by_the_words_of_a_message() {
    let broken: Vec<String> = sources().iter().flat_map(|(file, text)| wording::decisions(file, text)).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
