//! `clarity stats`: what it counts, and that reports of others command nobody.

use std::fs;
use std::path::Path;

use clarity::report::stats::{FORMATS, Stats};
use clarity::report::{self, Style};
use clarity::text::is_unprintable;
use serde_json::Value;

use crate::golden;
use crate::scan::{clarity, fixture};

/// Reports of the fixture in `folder`: with metadata alone, and with sources.
fn reports(folder: &Path) -> [String; 2] {
    let tree = fixture();
    let write = |name: &str, args: &[&str]| {
        let file = folder.join(name).to_str().expect("UTF-8").to_owned();
        let all =
            [&["scan", "--tree", tree.to_str().expect("UTF-8"), "--fail-on", "never", "-o", &file], args].concat();
        assert_eq!(clarity(&all).code, 0);
        file
    };
    [write("old.jsonl", &["--metadata-only"]), write("new.json", &[])]
}

#[test]
fn packages_and_findings_are_counted_by_every_group() {
    let folder = tempfile::tempdir().expect("a folder");
    let [_, new] = reports(folder.path());
    let rows: Value = serde_json::from_str(&fs::read_to_string(&new).expect("readable")).expect("JSON");
    let rows = rows["rows"].as_array().expect("rows");
    let count = |is: &dyn Fn(&Value) -> bool| rows.iter().filter(|row| is(row)).count();
    let stats: Value = serde_json::from_str(&clarity(&["stats", &new, "--format", "json"]).stdout).expect("JSON");
    let schema: Value = serde_json::from_str(&clarity(&["schema", "stats"]).stdout).expect("JSON");
    jsonschema::validate(&schema, &stats).expect("as published");
    let (report, by) = (&stats["reports"][0], &stats["reports"][0]["by"]);
    assert_eq!(report["packages"], count(&|row| row["kind"] == "package"));
    assert_eq!(report["findings"], count(&|row| row["kind"] == "finding" && row["state"] == "new"));
    let drifts = count(&|row| row["verdict"] == "drifts");
    assert!(drifts > 0);
    assert_eq!(by["verdict"]["drifts"]["packages"], drifts);
    assert_eq!(by["check"]["LIC010 mismatch"]["findings"], count(&|row| row["check"] == "LIC010"));
    assert_eq!(by["severity"]["error"]["findings"], count(&|row| row["severity"] == "error"));
    assert_eq!(by["declared"]["MIT"]["packages"], count(&|row| row["declared"]["expression"] == "MIT"));
    assert_eq!(
        by["concluded"]["ISC"]["packages"],
        count(&|row| row["concluded"]["expression"] == "ISC" && row["kind"] == "package")
    );
    assert_eq!(by["freeness"]["unfree"]["packages"], count(&|row| row["declared"]["free"] == false));
    assert_eq!(
        by["set"]["python3Packages"]["packages"],
        count(&|row| row["kind"] == "package"
            && row["attr"].as_str().is_some_and(|attr| attr.starts_with("python3Packages.")))
    );
    let maintained = rows.iter().find_map(|row| row["maintainers"][0].as_str()).expect("somebody");
    assert!(by["maintainer"][maintained]["packages"].as_u64() > Some(0), "{by}");
}

#[test]
fn a_sheet_of_packages_has_a_row_for_each() {
    let tree = fixture();
    let sheet =
        clarity(&["scan", "--tree", tree.to_str().expect("UTF-8"), "--fail-on", "never", "--format", "csv-packages"])
            .stdout;
    let mut lines = sheet.lines();
    assert!(
        lines.next().is_some_and(|head| head.starts_with("attr,pname,version,file,line,outcome,verdict,")),
        "{sheet}"
    );
    let birch = sheet.lines().find(|line| line.starts_with("birch-log,")).expect("a row");
    let cells = "birch-log,birch-log,0.3.1,pkgs/by-name/bi/birch-log/package.nix,18,audited,drifts,resolved,MIT,true,Apache-2.0,high,1,0,0,";
    assert!(birch.starts_with(cells), "{birch}");
    let packages = clarity(&["list", "--tree", tree.to_str().expect("UTF-8"), "--format", "jsonl"]).stdout;
    let packages = packages.lines().filter(|line| line.contains("\"kind\":\"package\"")).count();
    assert_eq!(lines.filter(|line| !line.starts_with(',')).count(), packages);
}

#[test]
fn several_reports_are_a_trend() {
    let folder = tempfile::tempdir().expect("a folder");
    let [old, new] = reports(folder.path());
    let page = clarity(&["stats", &old, &new, "--format", "html"]).stdout;
    assert_eq!(page.matches("<polyline").count(), 3, "a curve for each severity");
    assert!(!page.contains("<script") && page.contains("default-src 'none'"));
    assert!(!clarity(&["stats", &new, "--format", "html"]).stdout.contains("<polyline"));
    let text = clarity(&["stats", &old, &new]).stdout;
    assert!(text.contains("(1) ") && text.contains("(2) ") && text.contains("drifts"), "{text}");
    let csv = clarity(&["stats", &old, &new, "--format", "csv"]).stdout;
    assert!(
        csv.starts_with("report,group,name,packages,findings\n")
            && csv.contains(&format!("{new},check,LIC010 mismatch,1,1\n"))
    );
}

#[test]
fn no_report_and_no_file_are_errors_of_usage() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("x.json");
    fs::write(&file, "{ nonsense").expect("writable");
    for args in [&["stats", file.to_str().expect("UTF-8")][..], &["stats", "/no/such.json"], &["stats"]] {
        assert_eq!(clarity(args).code, 2, "{args:?}");
    }
    let known = clarity(&["stats", "x", "--format", "htm"]);
    assert!(known.stderr.contains("did you mean `html`?"), "{}", known.stderr);
}

#[test]
fn a_hostile_report_commands_nobody() {
    let mut out = Vec::new();
    let report = golden::hostile();
    report::format("jsonl").expect("a format").write(&report, Style::default(), &mut out).expect("memory");
    let text = String::from_utf8(out).expect("UTF-8");
    let all = [Stats::of("<img src=x>\u{1b}[2J\n::error::x", &text), Stats::of("=cmd|' /C calc'!A0", &text)];
    let all = all.map(|stats| stats.expect("a report"));
    for format in FORMATS {
        let mut out = Vec::new();
        format.write(&all, Style { verbose: true, ..Style::default() }, &mut out).expect("memory");
        let text = String::from_utf8(out).expect("UTF-8");
        let bad = text.chars().find(|c| *c != '\n' && is_unprintable(*c));
        assert_eq!(bad, None, "{}", format.name);
        assert!(!text.lines().any(|line| line.trim_start().starts_with("::")), "{}", format.name);
        match format.name {
            "html" => assert!(!text.contains("<script") && !text.contains("<img") && text.contains("&lt;img")),
            "csv" => assert!(!text.lines().any(|line| line.starts_with('=')) && text.contains("'=HYPERLINK")),
            "json" => drop(serde_json::from_str::<Value>(&text).expect("JSON")),
            _ => {}
        }
    }
}
