//! Lock files of package managers: what each pins, with the hash that it is verified by.
//!
//! Says nothing of what is not pinned by a hash: a dependency from a repository has none in these files, and comes out
//! with none.

use serde_json::Value as Json;
use toml::Value as Toml;

use crate::tree::{HashMode, SourceRef};

/// One dependency that a lock file pins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locked {
    /// Name and version.
    pub name: String,
    /// Where it comes from.
    pub source: SourceRef,
}

/// The name of the lock file that says what is in the vendored folder `scope`, where there is one that is read.
pub fn lock_file(scope: &str) -> Option<&'static str> {
    match scope {
        "cargoDeps" => Some("Cargo.lock"),
        "npmDeps" => Some("package-lock.json"),
        _ => None,
    }
}

/// Pinned dependencies of the lock file of `scope`, in its order; `None` where it cannot be read as one.
pub fn locked(scope: &str, text: &str) -> Option<Vec<Locked>> {
    match scope {
        "cargoDeps" => of_cargo(text),
        "npmDeps" => of_npm(text),
        _ => None,
    }
}

fn of_cargo(text: &str) -> Option<Vec<Locked>> {
    let table: toml::Table = text.parse().ok()?;
    let sums = table.get("metadata").and_then(Toml::as_table);
    let packages = table.get("package").and_then(Toml::as_array)?;
    Some(packages.iter().filter_map(|package| crate_of(package, sums)).collect())
}

/// A crate of a registry, or of a repository; what has no source is a part of the package itself.
fn crate_of(package: &Toml, sums: Option<&toml::Table>) -> Option<Locked> {
    let field = |name: &str| package.get(name).and_then(Toml::as_str);
    let (name, version, source) = (field("name")?, field("version")?, field("source")?);
    // Lock files of the first form have all sums at their end.
    let at_the_end = || sums?.get(&format!("checksum {name} {version} ({source})"))?.as_str();
    let sum = field("checksum").or_else(at_the_end);
    // Registries have no address here: the user names one for this scheme under `[fetch.rewrite]`.
    let url = format!("mirror://crates/{name}/{version}/download");
    Some(Locked {
        name: format!("{name}-{version}"),
        source: pinned("fetchCrate", format!("{name}-{version}.tar.gz"), url, sum, Some("sha256")),
    })
}

fn of_npm(text: &str) -> Option<Vec<Locked>> {
    let lock: Json = serde_json::from_str(text).ok()?;
    let mut found = Vec::new();
    if let Some(packages) = lock.get("packages").and_then(Json::as_object) {
        for (place, package) in packages {
            let name = place.rsplit("node_modules/").next().unwrap_or(place);
            found.extend(module_of(name, package));
        }
    } else {
        nested(lock.get("dependencies")?, &mut found, 0);
    }
    Some(found)
}

/// The tree of the first form of lock files.
fn nested(dependencies: &Json, found: &mut Vec<Locked>, depth: usize) {
    const DEEPEST: usize = 64;
    for (name, package) in dependencies.as_object().into_iter().flatten().filter(|_| depth < DEEPEST) {
        found.extend(module_of(name, package));
        if let Some(inner) = package.get("dependencies") {
            nested(inner, found, depth + 1);
        }
    }
}

/// A module that is fetched, and not only for those who develop the package.
fn module_of(name: &str, package: &Json) -> Option<Locked> {
    let field = |name: &str| package.get(name).and_then(Json::as_str);
    let is_for_developers = package.get("dev").and_then(Json::as_bool).unwrap_or(false);
    let url = field("resolved").filter(|url| !is_for_developers && url.contains("://"))?;
    let name = format!("{name}-{}", field("version").unwrap_or("0"));
    let file = format!("{}.tgz", name.replace('/', "-"));
    // The strongest of several comes last.
    let hash = field("integrity").and_then(|all| all.split_whitespace().last());
    Some(Locked { source: pinned("fetchurl", file, url.to_owned(), hash, None), name })
}

fn pinned(fetcher: &str, name: String, url: String, hash: Option<&str>, algo: Option<&str>) -> SourceRef {
    SourceRef {
        fetcher: fetcher.to_owned(),
        name: Some(name),
        urls: vec![url],
        hash: hash.map(str::to_owned),
        algo: algo.map(str::to_owned),
        mode: HashMode::Flat,
        rev: None,
        flags: Vec::new(),
        git: None,
        strip_root: true,
        root: None,
        local: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(scope: &str, text: &str) -> Vec<(String, Option<String>)> {
        let all = locked(scope, text).expect("a lock file");
        all.into_iter().map(|one| (one.name, one.source.hash)).collect()
    }

    #[test]
    fn crates_of_all_forms_of_cargo_lock_have_their_sums() {
        let registry = "registry+https://registry.example/index";
        let text = format!(
            "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n\
             [[package]]\nname = \"b\"\nversion = \"2.0.0\"\nsource = \"{registry}\"\nchecksum = \"bb\"\n\
             [[package]]\nname = \"c\"\nversion = \"3.0.0\"\nsource = \"{registry}\"\n\
             [[package]]\nname = \"d\"\nversion = \"4.0.0\"\nsource = \"git+https://forge.example/d#1\"\n\
             [metadata]\n\"checksum c 3.0.0 ({registry})\" = \"cc\"\n"
        );
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            names("cargoDeps", &text),
            [("b-2.0.0".to_owned(), some("bb")), ("c-3.0.0".to_owned(), some("cc")), ("d-4.0.0".to_owned(), None)]
        );
        assert!(locked("cargoDeps", "no table").is_none() && locked("goModules", "").is_none());
    }

    #[test]
    fn modules_of_all_forms_of_package_lock_come_without_those_for_developers() {
        let flat = r#"{"packages": {"": {"name": "p"},
            "node_modules/@s/a": {"version": "1.0.0", "resolved": "https://r.example/a.tgz", "integrity": "sha1-x sha512-y"},
            "node_modules/a/node_modules/b": {"version": "2.0.0", "resolved": "https://r.example/b.tgz", "dev": true},
            "node_modules/local": {"resolved": "local", "link": true}}}"#;
        assert_eq!(names("npmDeps", flat), [("@s/a-1.0.0".to_owned(), Some("sha512-y".to_owned()))]);
        let tree = r#"{"dependencies": {"a": {"version": "1.0.0", "resolved": "https://r.example/a.tgz",
            "integrity": "sha512-a", "dependencies": {"b": {"version": "2.0.0", "resolved": "https://r.example/b.tgz"}}}}}"#;
        assert_eq!(
            names("npmDeps", tree),
            [("a-1.0.0".to_owned(), Some("sha512-a".to_owned())), ("b-2.0.0".to_owned(), None)]
        );
    }
}
