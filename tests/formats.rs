//! Every format renders every report, and what it writes is what its readers accept.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use clarity::check::Severity;
use clarity::report::{self, FORMATS, Report, Style};
use jsonschema::Validator;
use serde_json::Value;

use crate::golden;
use crate::scan::{clarity, copied};

fn rendered(name: &str, report: &Report) -> String {
    let format = report::format(name).expect("a known format");
    let mut out = Vec::new();
    format.write(report, Style::default(), &mut out).expect("a Vec takes everything");
    String::from_utf8(out).expect("UTF-8")
}

fn json(name: &str, report: &Report) -> Value {
    serde_json::from_str(&rendered(name, report)).expect("JSON")
}

/// Ten thousand findings, for the tests of what is bounded.
static MANY: LazyLock<Report> = LazyLock::new(|| golden::many(10_000));

/// Enough findings for what holds of each row or of all together.
static SOME: LazyLock<Report> = LazyLock::new(|| golden::many(400));

fn validator(schema: &Value) -> Validator {
    jsonschema::validator_for(schema).expect("a schema")
}

fn assert_valid(validator: &Validator, instance: &Value) {
    let errors: Vec<String> =
        validator.iter_errors(instance).take(5).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

#[test]
fn every_format_renders_hostile_names_and_ten_thousand_findings() {
    let reports = [golden::hostile(), SOME.clone(), golden::report(Vec::new())];
    for format in FORMATS {
        for report in &reports {
            let (one, two) = (rendered(format.name, report), rendered(format.name, report));
            assert!(one == two, "{}: the same report gives the same bytes", format.name);
        }
        assert!(!rendered(format.name, &MANY).is_empty(), "{}", format.name);
    }
}

#[test]
fn formats_that_quote_no_lines_write_the_same_without_them() {
    let report = golden::many(100);
    let mut bare = report.clone();
    bare.packages.iter_mut().flat_map(|package| &mut package.findings).for_each(|located| located.quote = None);
    for format in FORMATS {
        let is_same = rendered(format.name, &report) == rendered(format.name, &bare);
        assert_eq!(is_same, !format.quotes, "{}", format.name);
    }
}

#[test]
fn formats_for_terminals_and_logs_hold_no_control_character_of_a_name() {
    for name in ["terminal", "concise", "grouped", "table", "diff", "github", "github-summary", "markdown", "spdx-tv"] {
        let text = rendered(name, &golden::hostile());
        let bad = text.chars().find(|c| c.is_control() && *c != '\n');
        assert_eq!(bad, None, "{name}: {:?}", text.lines().find(|line| line.contains(|c: char| c.is_control())));
    }
}

#[test]
fn names_of_formats_are_unique_and_explained() {
    let names: BTreeSet<&str> = FORMATS.iter().map(|format| format.name).collect();
    assert_eq!(names.len(), FORMATS.len());
    assert!(FORMATS.iter().all(|format| !format.what.is_empty()));
}

fn cargo(args: &[&str]) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo).args(args).output().expect("cargo runs");
    assert!(output.status.success(), "cargo {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The official schema, as the crate that our types come from ships it.
fn sarif_schema() -> Value {
    let version = cargo(&["--version", "--verbose"]);
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("it says the host");
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    // What only other platforms need was perhaps never downloaded.
    let args = ["metadata", "--format-version=1", "--offline", "--filter-platform", host, "--manifest-path", manifest];
    let metadata: Value = serde_json::from_str(&cargo(&args)).expect("cargo metadata is JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let package = packages.iter().find(|package| package["name"] == "serde-sarif").expect("a dependency");
    let folder = PathBuf::from(package["manifest_path"].as_str().expect("a path"));
    let text = std::fs::read_to_string(folder.with_file_name("src").join("schema.json")).expect("it ships the schema");
    // A bracket of the pattern for languages is not escaped; not every dialect of regular expressions allows that.
    let text = text.replace("{2}]?$", r"{2}\\]?$");
    let schema: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(schema["title"], "Static Analysis Results Format (SARIF) Version 2.1.0 JSON Schema");
    schema
}

#[test]
fn sarif_is_valid_by_the_official_schema() {
    let schema = validator(&sarif_schema());
    assert_valid(&schema, &json("sarif", &golden::hostile()));
    assert_valid(&schema, &json("sarif", &SOME));
    assert_valid(&schema, &json("sarif", &golden::report(Vec::new())));
}

#[test]
fn each_rule_of_sarif_leads_to_a_page_of_the_book() {
    let book = tempfile::tempdir().expect("a folder");
    assert_eq!(clarity(&["docs", "--out", book.path().to_str().expect("UTF-8")]).code, 0);
    let log = json("sarif", &SOME);
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().expect("rules");
    assert!(!rules.is_empty());
    for rule in rules {
        let uri = rule["helpUri"].as_str().expect("an address");
        let page = uri.strip_prefix(concat!(env!("CARGO_PKG_HOMEPAGE"), "/")).expect("an address of the book");
        let written = book.path().join("src").join(page).with_extension("md");
        assert!(written.is_file() && page.contains(rule["id"].as_str().expect("an id")), "{uri}");
    }
}

#[test]
fn the_validation_of_sarif_can_fail() {
    let mut log = json("sarif", &golden::hostile());
    log["runs"][0]["results"][0]["level"] = "fatal".into();
    assert!(!jsonschema::is_valid(&sarif_schema(), &log));
}

#[test]
fn sarif_keeps_the_five_thousand_most_severe_results_and_says_so() {
    let log = json("sarif", &MANY);
    let run = &log["runs"][0];
    let results = run["results"].as_array().expect("results");
    assert_eq!(results.len(), 5_000);
    assert!(results.iter().all(|row| row["level"] == "error"));
    let notes = run["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(notes.contains("5000 less severe results are left out"), "{notes}");
}

#[test]
fn fingerprints_are_unique_and_do_not_depend_on_lines() {
    let marks = |report: &Report| -> Vec<String> {
        let log = json("sarif", report);
        let rows = log["runs"][0]["results"].as_array().expect("results").clone();
        rows.iter().map(|row| row["partialFingerprints"]["clarity/v1"].as_str().expect("a string").to_owned()).collect()
    };
    let at = |line| golden::report(vec![golden::package("a", "x.nix", line, "MIT", "Apache-2.0"); 2]);
    assert_eq!(marks(&at(1)), marks(&at(500)));
    assert_ne!(marks(&at(1))[0], marks(&at(1))[1]);
}

#[test]
fn a_place_in_sarif_is_a_uri() {
    let log = json("sarif", &golden::hostile());
    for row in log["runs"][0]["results"].as_array().expect("results") {
        let uri = row["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().expect("a uri");
        assert!(uri.bytes().all(|b| b.is_ascii_graphic() && !b"<>\"{}|\\^`".contains(&b)), "{uri}");
    }
}

#[test]
fn github_gets_at_most_ten_commands_of_a_kind_and_no_injected_one() {
    let text = rendered("github", &golden::many(100));
    let of_kind = |kind: &str| text.lines().filter(|line| line.starts_with(&format!("::{kind} "))).count();
    assert_eq!((of_kind("error"), of_kind("warning"), of_kind("notice")), (10, 10, 0));
    assert!(text.contains("80 more findings"), "{text}");
    for line in rendered("github", &golden::hostile()).lines() {
        let written = ["::error file=", "::warning file=", "::notice file=", "clarity: "];
        assert!(written.iter().any(|start| line.starts_with(start)), "{line}");
        assert!(!line.starts_with("::error file=x,"), "{line}");
    }
}

#[test]
fn github_properties_escape_what_ends_them() {
    let report = golden::report(vec![golden::package("a", "b,c:d%e.nix", 3, "MIT", "Apache-2.0")]);
    let text = rendered("github", &report);
    assert!(text.contains("file=b%2Cc%3Ad%25e.nix,line=3,"), "{text}");
}

#[test]
fn a_step_summary_fits_and_says_what_is_missing() {
    let (all, summary) = (rendered("markdown", &MANY), rendered("github-summary", &MANY));
    assert!(summary.len() <= 1 << 20 && all.len() > 1 << 20, "{} {}", summary.len(), all.len());
    assert_eq!(all.matches("- [ ] **package").count(), 10_000);
    let shown = summary.matches("- [ ] **package").count();
    assert!(summary.contains(&format!("{} more findings do not fit", 10_000 - shown)));
}

#[test]
fn markdown_holds_no_html_of_a_name() {
    let text = rendered("markdown", &golden::hostile());
    assert!(!text.contains("<script>") && !text.contains("<!--") && !text.contains("@user"), "{text}");
}

#[test]
fn gitlab_gets_what_it_requires() {
    for report in [golden::hostile(), SOME.clone(), golden::report(Vec::new())] {
        let issues = json("gitlab", &report);
        let issues = issues.as_array().expect("an array");
        let mut marks = BTreeSet::new();
        for issue in issues {
            let text = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
            assert!(text(&issue["description"]) && text(&issue["check_name"]) && text(&issue["location"]["path"]));
            assert!(!issue["location"]["path"].as_str().is_some_and(|path| path.starts_with("./")));
            assert!(issue["location"]["lines"]["begin"].as_u64().is_some_and(|line| line > 0));
            let levels = ["info", "minor", "major", "critical", "blocker"];
            assert!(levels.iter().any(|level| issue["severity"] == *level));
            assert!(marks.insert(issue["fingerprint"].to_string()), "fingerprints are unique");
        }
    }
}

#[test]
fn junit_has_a_test_case_a_package() {
    let report = golden::hostile();
    let text = rendered("junit", &report);
    let parsed = quick_junit::Report::deserialize_from_str(&text).expect("JUnit");
    let suite = &parsed.test_suites[0];
    assert_eq!(suite.test_cases.len(), report.packages.len() + 1);
    assert_eq!(text.matches("<skipped").count(), golden::HOSTILE.len());
    let failing = report.packages.iter().filter(|package| package.findings.iter().any(|one| report.gate.stops(one)));
    assert_eq!(text.matches("<failure").count(), failing.count());
    assert!(!text.contains(|c: char| c.is_control() && c != '\n' && c != '\u{7f}' && c != '\u{85}'));
}

/// Complaints of `xmllint` about a text by this schema.
fn xmllint(text: &str, schema: &Path) -> Result<(), String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("junit.xml");
    std::fs::write(&file, text).expect("writable");
    let mut command = Command::new("xmllint");
    let output = command.args(["--noout", "--huge", "--schema"]).arg(schema).arg(file).output();
    let output = output.expect("xmllint is installed: libxml2-utils of Debian, libxml2 of nixpkgs");
    let said = String::from_utf8_lossy(&output.stderr).lines().take(5).collect::<Vec<_>>().join("\n");
    if output.status.success() { Ok(()) } else { Err(said) }
}

#[test]
#[ignore = "needs xmllint"]
fn junit_is_valid_by_a_schema_with_xmllint_of_nix_or_debian() {
    is_valid_by(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/junit.xsd"));
}

#[test]
#[ignore = "needs xmllint, and junit-10.xsd of Jenkins' xunit plugin in CLARITY_JUNIT_XSD"]
fn junit_is_valid_by_the_schema_of_jenkins() {
    is_valid_by(Path::new(&std::env::var_os("CLARITY_JUNIT_XSD").expect("CLARITY_JUNIT_XSD names the schema")));
}

fn is_valid_by(schema: &Path) {
    for report in [golden::hostile(), MANY.clone(), golden::report(Vec::new())] {
        assert_eq!(xmllint(&rendered("junit", &report), schema), Ok(()));
    }
    let broken = rendered("junit", &golden::hostile()).replacen("<skipped ", "<passed ", 1);
    assert!(xmllint(&broken, schema).is_err(), "the validation can fail");
}

#[test]
fn csv_has_a_row_a_finding_and_no_formula() {
    for report in [golden::hostile(), SOME.clone()] {
        let text = rendered("csv", &report);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("as wide as the head")).collect();
        // The last row says what was asked for and is not there.
        assert_eq!(rows.len(), report.findings().count() + 1);
        assert!(rows.iter().flatten().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t', '\r'])));
    }
}

/// True for a cell that is empty or holds what `field` of a Table Schema says.
fn is_of_type(cell: &str, field: &Value) -> bool {
    let is_listed = |words: &Value| words.as_array().is_some_and(|words| words.iter().any(|word| word == cell));
    let fits = match field["type"].as_str().expect("a type") {
        "integer" => cell.parse::<u32>().is_ok(),
        "boolean" => ["true", "false"].contains(&cell),
        _ => field["constraints"].get("enum").is_none_or(is_listed),
    };
    cell.is_empty() || fits
}

#[test]
fn columns_of_csv_have_the_published_types() {
    for (name, schema) in [("csv", report::csv_schema()), ("csv-packages", report::package_csv_schema())] {
        let fields = schema["fields"].as_array().expect("fields");
        for report in [golden::hostile(), SOME.clone()] {
            let text = rendered(name, &report);
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            let head: Vec<String> = reader.headers().expect("a head").iter().map(str::to_owned).collect();
            assert!(head.iter().zip(fields).all(|(name, field)| *name == field["name"]) && head.len() == fields.len());
            for row in reader.records().map(|row| row.expect("as wide as the head")) {
                let bad = row.iter().zip(fields).find(|(cell, field)| !is_of_type(cell, field));
                assert_eq!(bad, None, "{name}");
                let mut counts =
                    head.iter().zip(&row).filter(|(name, _)| ["errors", "warnings", "notes"].contains(&&***name));
                assert!(counts.all(|(_, cell)| !cell.is_empty()), "{name}: a number in each row");
            }
        }
    }
}

#[test]
fn json_rows_are_valid_by_the_published_schema() {
    let (rows, document) = (validator(&report::row_schema()), validator(&report::document_schema()));
    for report in [golden::hostile(), SOME.clone()] {
        for line in rendered("jsonl", &report).lines() {
            assert_valid(&rows, &serde_json::from_str(line).expect("JSON"));
        }
        assert_valid(&document, &json("json", &report));
    }
    let stranger = serde_json::json!({ "kind": "finding", "schema": 1 });
    assert!(!rows.is_valid(&stranger));
}

#[test]
fn what_is_known_or_suppressed_stays_in_json_and_does_not_count() {
    let report = golden::hostile();
    let document = json("json", &report);
    let rows = document["rows"].as_array().expect("rows");
    let with = |state: &str| rows.iter().filter(|row| row["kind"] == "finding" && row["state"] == state).count();
    assert_eq!((with("known"), with("suppressed")), (1, 1));
    let summary = rows.last().expect("a summary");
    assert_eq!((&summary["known"], &summary["suppressed"]), (&1.into(), &1.into()));
    let counted = report.totals().findings.iter().sum::<usize>();
    assert_eq!(counted, report.findings().count() - 2);
    assert!(report.worst_first().windows(2).all(|pair| pair[0].finding.severity >= pair[1].finding.severity));
    assert_eq!(report.worst_first().first().map(|first| first.finding.severity), Some(Severity::Error));
}

/// CI runs at the root of a repository; an overlay in a folder of it is annotated at paths from there.
#[test]
fn paths_of_formats_for_ci_begin_at_the_root_of_the_repository() {
    let copy = copied();
    let tree = copy.path().join("nixpkgs");
    let repository = copy.path();
    fs::create_dir(repository.join(".git")).expect("a folder");
    let tree = tree.to_str().expect("UTF-8");
    let scan = |format: &str| clarity(&["scan", tree, "--attr", "birch-log", "--format", format]).stdout;
    for (format, sign) in [
        ("github", "file=nixpkgs/"),
        ("gitlab", "\"path\": \"nixpkgs/"),
        ("sarif", "\"uri\": \"nixpkgs/"),
        ("rdjson", "\"path\": \"nixpkgs/"),
        ("junit", "classname=\"nixpkgs/"),
    ] {
        let text = scan(format);
        assert!(text.contains(sign), "{format}: {text}");
    }
}

/// Reports group by the kind of a reason and not by its words.
#[test]
fn reasons_why_a_license_is_not_known_have_a_kind() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, license, kind) in [
        ("a", "lib.licenses.nosuch", "unlisted"),
        ("b", "[ lib.licenses.mit null ]", "malformed"),
        ("c", "lib.readFile (builtins.currentTime + 1)", "unread"),
    ] {
        let file = folder.path().join(format!("{name}.nix"));
        let text = format!("{{ lib, stdenv }}: stdenv.mkDerivation {{ pname = \"p\"; meta.license = {license}; }}");
        fs::write(&file, text).expect("writable");
        let run = clarity(&["scan", file.to_str().expect("UTF-8"), "--metadata-only", "--format", "jsonl"]);
        let rows = run.stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        let row = rows.into_iter().find(|row| row["kind"] == "package").expect("a package");
        assert_eq!(row["declared"]["why_kind"], kind, "{row}");
    }
}
