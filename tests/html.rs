//! The HTML report: data never becomes markup, and a real browser shows it.

use std::path::Path;
use std::process::Command;

use clarity::report::{FORMATS, Report, Style};
use serde_json::Value;

use crate::golden;
use crate::scan::{clarity, fixture};

fn rendered(report: &Report) -> String {
    let format = FORMATS.iter().find(|format| format.name == "html").expect("a format");
    let mut out = Vec::new();
    format.write(report, Style::default(), &mut out).expect("memory");
    String::from_utf8(out).expect("UTF-8")
}

fn hostile() -> Report {
    let names = golden::HOSTILE.iter().filter(|name| !name.is_empty());
    let mut report = golden::report(names.map(|name| golden::package(name, name, 3, "MIT", "Apache-2.0")).collect());
    report.tree = "<script>alert(1)".to_owned();
    report
}

/// The lines of the block that holds the data.
fn data(page: &str) -> &str {
    let (_, after) = page.split_once("<script type=\"application/json\" id=\"data\">").expect("a block");
    after.split_once("</script>").expect("its end").0.trim()
}

#[test]
fn data_is_never_markup() {
    let page = rendered(&hostile());
    assert_eq!(page.matches("<script").count(), 2, "the data and the script");
    assert!(!page.contains("<script>alert") && page.contains("&lt;script&gt;alert(1)"));
    let data = data(&page);
    assert!(!data.contains(['<', '>', '&']));
    for line in data.lines() {
        serde_json::from_str::<Value>(line).expect("each line is JSON");
    }
    assert!(data.contains("\"attr\":\"quo\\\"te'\""), "a name is what it was");
}

#[test]
fn the_page_needs_nothing_from_elsewhere() {
    let page = rendered(&hostile());
    let (page, data) = (page.replace(data(&page), ""), data(&page).to_owned());
    assert!(!page.contains("http://") && !page.contains("https://") && !page.contains("@import"), "{page}");
    assert!(page.contains("default-src 'none'") && !data.is_empty());
}

/// The HTML of the fixture and of hostile names in Chromium, with axe-core.
#[test]
#[ignore = "needs Chromium, and puppeteer-core and axe-core from npm"]
fn browser_shows_filters_opens_and_is_accessible() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let tree = fixture();
    let page = folder.path().join("fixture.html");
    let output = page.display().to_string();
    clarity(&["scan", "--tree", tree.to_str().expect("UTF-8"), "--fail-on", "never", "-o", &output]);
    let bad = folder.path().join("hostile.html");
    std::fs::write(&bad, rendered(&hostile())).expect("writable");
    for page in [page, bad] {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/html/browser.mjs");
        let run = Command::new("node").arg(script).arg("/usr/bin/chromium").arg(&page).output().expect("node runs");
        let said = String::from_utf8_lossy(&run.stdout);
        assert!(run.status.success(), "{}: {said}{}", page.display(), String::from_utf8_lossy(&run.stderr));
    }
}
