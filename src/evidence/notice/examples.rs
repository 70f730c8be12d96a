//! Tests: every row of the files beside this one, by its own examples.

use serde::Deserialize;

use crate::evidence::assemble::tests::said;
use crate::license::{LicenseExpr, parse};

#[derive(Deserialize)]
struct File {
    row: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    id: String,
    #[serde(default)]
    on: String,
    yes: Vec<String>,
    no: Vec<String>,
}

fn rows(toml: &str) -> Vec<Row> {
    toml::from_str::<File>(toml).expect("the build script has read it").row
}

/// The text of an example, and the license that it grants.
fn parts(example: &str) -> (&str, Option<LicenseExpr>) {
    match example.rsplit_once(" => ") {
        Some((text, expr)) => (text, Some(parse(expr).expect("an expression"))),
        None => (example, None),
    }
}

fn granted(row: &Row, text: &str) -> Option<LicenseExpr> {
    let path = match row.on.as_str() {
        "markup" => "README.md",
        "code" => "a.c",
        _ => "a.txt",
    };
    let text = format!("{text}\n");
    LicenseExpr::all(said(&[(path, &text)], path).into_iter().map(|one| one.expr))
}

fn hold(toml: &str) {
    let mut wrong = Vec::new();
    for row in rows(toml) {
        for example in row.yes.iter().chain(&row.no) {
            let (text, expected) = parts(example);
            let found = granted(&row, text);
            if found != expected {
                let found = found.map_or("nothing".to_owned(), |found| found.to_string());
                wrong.push(format!("{}: {text:?} grants {found}", row.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_row_holds_its_examples() {
    hold(include_str!("frames.toml"));
    hold(include_str!("choices.toml"));
    hold(include_str!("exceptions.toml"));
}

#[test]
fn a_row_without_both_kinds_of_examples_is_refused() {
    let refused = |toml: &str| super::compile::table(toml).expect_err("refused");
    let row = |rest: &str| format!("[[row]]\nid = \"a\"\neffect = \"denies\"\n{rest}\n");
    let bare = refused(&row("pattern = [\"not NAME\"]\nyes = [\"x\"]\nno = []"));
    assert!(bare.contains("an example for it and one against it"), "{bare}");
    let strange = refused(&row("pattern = [\"Not NAME\"]\nyes = [\"x\"]\nno = [\"y\"]"));
    assert!(strange.contains("row `a`: `N` of `Not` is no letter of a pattern"), "{strange}");
}
