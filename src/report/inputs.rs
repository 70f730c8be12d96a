//! The nixpkgs behind a tree, and its other inputs: which ones spoke, at which revision.

use schemars::JsonSchema;
use serde::Serialize;

use super::Report;
use crate::text::one_line;

/// So many letters of a commit tell it from the others.
const SHORT: usize = 12;

/// One input of the tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Input {
    /// Its name; `nixpkgs` for the one that stands behind the tree.
    pub name: String,
    /// `--nixpkgs`, `--input`, or the lock file that pins it.
    pub named_by: String,
    /// The revision, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// True where it lies on this machine, so that it was evaluated.
    pub used: bool,
    /// True for the nixpkgs that stands behind the tree.
    pub behind: bool,
}

/// The lines about them: the nixpkgs behind the tree, then the others.
pub(super) fn sentences(report: &Report) -> impl Iterator<Item = String> {
    let behind = report.inputs.iter().find(|input| input.behind).map(behind);
    behind.into_iter().chain(others(report))
}

fn behind(input: &Input) -> String {
    let by = one_line(&input.named_by);
    let at =
        input.revision.as_deref().map(|revision| format!(" at {}", one_line(&short(revision)))).unwrap_or_default();
    match input.used {
        true => format!("nixpkgs: that of {by}{at} stands behind the tree"),
        false => format!(
            "nixpkgs: {by} pins it{at}, and it is not on this machine; --fetch gets it, --nixpkgs DIR names another"
        ),
    }
}

/// A commit in the length that people write.
fn short(revision: &str) -> String {
    let is_commit = revision.len() >= 40 && revision.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_commit { revision[..SHORT].to_owned() } else { revision.to_owned() }
}

fn others(report: &Report) -> Option<String> {
    let others: Vec<&Input> = report.inputs.iter().filter(|input| !input.behind).collect();
    let names = |used| {
        let names: Vec<&str> =
            others.iter().filter(|input| input.used == used).map(|input| input.name.as_str()).collect();
        (!names.is_empty()).then(|| one_line(&names.join(", ")))
    };
    match (names(true), names(false)) {
        (None, None) => None,
        (Some(used), None) => Some(format!("inputs: {used}")),
        (used, Some(missing)) => Some(format!(
            "inputs: {}; not on this machine: {missing}; --fetch gets what a lock pins, --input NAME=DIR names one",
            used.as_deref().unwrap_or("none")
        )),
    }
}
