//! `clarity docs --out DIR`: a book that has a page for everything there is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use clarity::check::{AUDITS, CHECKS};
use clarity::report::FORMATS;
use serde_json::Value;

use crate::scan::clarity;

/// All pages of a book, by their path below `src`.
fn pages(folder: &Path) -> BTreeMap<String, String> {
    let src = folder.join("src");
    let files = walkdir::WalkDir::new(&src).into_iter().map(|entry| entry.expect("readable").into_path());
    files
        .filter(|file| file.is_file())
        .map(|file| {
            let name = file.strip_prefix(&src).expect("below").to_str().expect("UTF-8").to_owned();
            (name, fs::read_to_string(file).expect("UTF-8"))
        })
        .collect()
}

/// Every key that the schema of the configuration names, tables and members of lists included.
fn keys(whole: &Value, table: &Value, prefix: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for (name, property) in table["properties"].as_object().into_iter().flatten() {
        let name = format!("{prefix}{name}");
        let place = if property["items"].is_object() { &property["items"] } else { property };
        let inner = place["$ref"].as_str().and_then(|path| path.rsplit('/').next());
        if let Some(inner) = inner {
            all.extend(keys(whole, &whole["$defs"][inner], &format!("{name}.")));
        }
        all.insert(name);
    }
    all
}

#[test]
fn the_book_has_a_page_for_everything() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("new/book");
    assert_eq!(clarity(&["docs", "--out", out.to_str().expect("UTF-8")]).code, 0);
    let pages = pages(&out);
    assert!(fs::read_to_string(out.join("book.toml")).expect("there").parse::<toml::Table>().is_ok());
    for check in CHECKS.iter().copied().chain(AUDITS) {
        let page = pages.get(&format!("checks/{}.md", check.id)).unwrap_or_else(|| panic!("{} has no page", check.id));
        for part in [check.what, check.why, check.example, check.wrong_when] {
            assert!(page.contains(part), "{}: {part}", check.id);
        }
    }
    for format in FORMATS {
        let page = &pages[&format!("formats/{}.md", format.name)];
        assert!(page.contains(format.what) && page.contains("Schema"), "{page}");
    }
    assert!(pages["formats/json.md"].contains("\"$id\""), "with its schema");
    let config: Value = serde_json::from_str(&clarity(&["schema", "config"]).stdout).expect("JSON");
    for key in keys(&config, &config, "") {
        let page = pages.get(&format!("config/{key}.md")).unwrap_or_else(|| panic!("{key} has no page"));
        assert!(page.contains("```toml") && page.contains("Who may set it: "), "{key} has no example: {page}");
        assert!(page.lines().nth(2).is_some_and(|about| !about.is_empty()), "{key} is not explained: {page}");
    }
    for (key, who) in [
        ("fetch.enabled", "--config"),
        ("limits.depth", "128"),
        ("sources.dirs", "below"),
        ("severity", "Every file, also"),
    ] {
        assert!(pages[&format!("config/{key}.md")].contains(who), "{key}");
    }
    let help = clarity(&["--help"]).stdout;
    let commands =
        help.lines().filter_map(|line| line.strip_prefix("  ").filter(|line| line.starts_with(char::is_alphabetic)));
    for command in commands.filter_map(|line| line.split(' ').next()).filter(|name| *name != "help") {
        assert!(pages.contains_key(&format!("commands/{command}.md")), "{command}");
    }
}

#[test]
fn every_page_is_in_the_contents_and_every_link_leads_to_a_page() {
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(clarity(&["docs", "--out", folder.path().to_str().expect("UTF-8")]).code, 0);
    let pages = pages(folder.path());
    let links: Vec<&str> =
        pages["SUMMARY.md"].lines().filter_map(|line| line.rsplit_once("](")?.1.strip_suffix(')')).collect();
    let listed: BTreeSet<&str> = links.iter().copied().collect();
    assert_eq!(listed.len(), links.len(), "each once");
    let written: BTreeSet<&str> = pages.keys().map(String::as_str).filter(|name| *name != "SUMMARY.md").collect();
    assert_eq!(listed, written);
    assert!(written.len() > 100, "{}", written.len());
}

#[test]
fn schemas_have_an_address_of_their_own() {
    let help = clarity(&["schema", "--help"]).stdout;
    let names = help.lines().filter_map(|line| line.trim_start().strip_prefix("- ")?.split(':').next());
    let mut ids = BTreeSet::new();
    for name in names {
        let schema: Value = serde_json::from_str(&clarity(&["schema", name]).stdout).expect("JSON");
        let id = schema["$id"].as_str().unwrap_or_else(|| panic!("{name} has no address"));
        assert!(id.ends_with(&format!("/schema/{name}.json")) && ids.insert(id.to_owned()), "{id}");
        jsonschema::validator_for(&schema).expect("a schema");
    }
    assert_eq!(ids.len(), 9);
}

#[test]
fn a_folder_that_cannot_be_made_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    fs::write(&file, "").expect("writable");
    let run = clarity(&["docs", "--out", file.join("x").to_str().expect("UTF-8")]);
    assert!(run.code == 2 && run.stderr.contains("cannot be written"), "{}", run.stderr);
}
