//! Real packages from real registries. Their addresses are what the machine's own clients use; the packages are rows
//! of the shared data.

use std::io::Read;
use std::path::Path;
use std::process::Command;

use clarity::source::{Network, Rewriting};
use clarity::tree::{HashMode, SourceRef};
use serde_json::Value;

use super::{acquire, files, options, sources};

const DATA: &str = "../shared/data";

fn say(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().expect("the client is installed");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn python_index() -> String {
    say("python3", &["-c", "from pip._internal.models.index import PyPI; print(PyPI.simple_url)"])
}

/// The download address of cargo's registry, as its index states it.
fn crates() -> String {
    let home =
        std::env::var("CARGO_HOME").unwrap_or_else(|_| format!("{}/.cargo", std::env::var("HOME").expect("set")));
    let indexes = std::fs::read_dir(Path::new(&home).join("registry/index")).expect("cargo was used");
    let configs = indexes.flatten().filter_map(|index| std::fs::read(index.path().join("config.json")).ok());
    let mut bases = configs.filter_map(|text| {
        let config: Value = serde_json::from_slice(&text).ok()?;
        Some(config["dl"].as_str()?.to_owned())
    });
    bases.next().expect("an index with a download address")
}

fn rows(file: &str) -> Vec<Value> {
    let file = std::fs::File::open(format!("{DATA}/{file}")).expect("the shared data is there");
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("gzip");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// The sources whose first url begins with `prefix`, every `step`th.
fn wanted(rows: &[Value], prefix: &str, step: usize) -> Vec<(String, SourceRef)> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let mut found = Vec::new();
    for row in rows {
        for source in row["src"].as_array().into_iter().flatten() {
            let Some(url) = source["urls"][0].as_str().filter(|url| url.starts_with(prefix)) else { continue };
            let mode = if source["mode"] == "flat" { HashMode::Flat } else { HashMode::Nar };
            let mut wanted = super::flat(url, source["hash"].as_str().unwrap_or(""));
            wanted.algo = text(&source["algo"]);
            wanted.mode = mode;
            found.push((text(&row["attr"]).unwrap_or_default(), wanted));
        }
    }
    found.into_iter().step_by(step).collect()
}

#[test]
#[ignore = "needs the package registries, their clients and ../shared/data"]
fn real_packages_are_fetched_verified_and_read_again_offline() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut options = options(folder.path());
    options.net.stall = std::time::Duration::from_secs(30);
    options.pypi_index = Some(python_index());
    let npm = say("npm", &["config", "get", "registry"]);
    let registry = |path: &str, base: String| (format!("registry:///{path}"), base);
    options.rewriting = Rewriting {
        replace: vec![
            registry("api/v1/crates/", format!("{}/", crates().trim_end_matches('/'))),
            registry("base16-builder/", format!("{npm}base16-builder/")),
            registry("csslint/", format!("{npm}csslint/")),
            registry("pnpm/", format!("{npm}pnpm/")),
        ],
        ..Rewriting::default()
    };
    let (old, new) = (rows("truth-2020-sample.jsonl.gz"), rows("truth-core-sample.jsonl.gz"));
    let count = std::env::var("CLARITY_TEST_PACKAGES").ok().and_then(|count| count.parse().ok()).unwrap_or(20);
    let mut all = wanted(&old, "registry:///base16-builder", 1);
    all.extend(wanted(&old, "registry:///csslint", 1));
    all.extend(wanted(&new, "registry:///pnpm", 1));
    all.extend(wanted(&new, "registry:///api/v1/crates", 1));
    all.extend(wanted(&new, "mirror://pypi", 7));
    let python = wanted(&old, "mirror://pypi", 1);
    let step = (python.len() / count).max(1);
    all.extend(python.into_iter().step_by(step).take(count));

    let online = sources(options.clone());
    let (mut had, mut failed) = (Vec::new(), Vec::new());
    for (attr, source) in &all {
        match acquire(&online, source) {
            Ok(tree) => had.push((attr, source, files(&tree).map(|(files, _)| files.len()).expect("readable"))),
            Err(error) => failed.push(format!("{attr}: {error}")),
        }
    }
    let summary = format!("{} of {} fetched and verified; {:?}; {failed:#?}", had.len(), all.len(), online.traffic());
    assert!(had.len() * 100 >= all.len() * 97, "{summary}");
    options.network = Network::Offline;
    let offline = sources(options);
    for (attr, source, count) in had {
        let tree = acquire(&offline, source).expect("in the cache");
        assert_eq!(files(&tree).expect("readable").0.len(), count, "{attr}");
    }
    assert_eq!(offline.traffic().requests, 0);
    // Seen with --nocapture only.
    use std::io::Write;
    writeln!(std::io::stderr(), "{summary}").expect("stderr");
}
