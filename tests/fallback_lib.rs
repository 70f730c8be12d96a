//! The library that clarity carries answers as the real one does.

use std::process::Command;

use clarity::nix::fallback_lib;
use clarity::table::LicenseTable;

/// Expressions over `lib`, each with its value as JSON; `error` where it throws.
pub fn cases() -> Vec<(&'static str, &'static str)> {
    let mut lines = include_str!("cases/lib.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut cases = Vec::new();
    while let Some(expression) = lines.next() {
        let answer = lines.next().and_then(|line| line.strip_prefix("=> ")).expect("an answer below each expression");
        cases.push((expression, answer));
    }
    cases
}

/// A Nix file that gives the value of each case as a string of JSON.
fn program(cases: &[(&str, &str)], facts: &str) -> String {
    let calls: String = cases.iter().map(|(expression, _)| format!("(t ({expression}))\n")).collect();
    format!(
        "let lib = ({}) {{ licenses = builtins.fromJSON (builtins.readFile {facts}); }};\n\
         t = e: let r = builtins.tryEval (builtins.deepSeq e (builtins.toJSON e)); in \
         if r.success then r.value else \"error\";\nin [ {calls} ]",
        fallback_lib()
    )
}

#[test]
#[ignore = "needs nix-instantiate"]
fn every_call_has_the_stated_value_in_the_real_nix() {
    let folder = tempfile::tempdir().expect("a folder");
    let facts = folder.path().join("licenses.json");
    std::fs::write(&facts, LicenseTable::embedded_json()).expect("written");
    let file = folder.path().join("cases.nix");
    let cases = cases();
    std::fs::write(&file, program(&cases, &facts.display().to_string())).expect("written");
    let run = Command::new("nix-instantiate")
        .args(["--eval", "--strict", "--json"])
        .arg(&file)
        .output()
        .expect("nix-instantiate runs");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let values: Vec<String> = serde_json::from_slice(&run.stdout).expect("a list of strings");
    assert_eq!(values.len(), cases.len());
    let wrong: Vec<_> = cases.iter().zip(&values).filter(|((_, want), got)| want != got).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
