//! A question to upstream, in Markdown: for what only upstream can tell.
//!
//! It asks and never answers: what the evidence settles is not in it. The text is a draft that a person sends.

use std::collections::BTreeSet;

use super::message::Upstream;
use crate::check::{Judged, declared_in_words};
use crate::conclusion::{Basis, Concluded, Conclusion, Confidence, Reading, Reason};
use crate::declared::Declared;
use crate::evidence::{Evidence, FileEvidence, Role, Witness};
use crate::license::{LicenseExpr, Suffix};
use crate::text::one_line;
use crate::tree::Package;

/// So many places are shown for one side.
const SHOWN: usize = 4;

/// One thing that the source leaves open.
struct Open {
    /// Who says what, one line each.
    says: Vec<String>,
    /// Question to upstream.
    asks: String,
    /// Possible statements; the first one is used in examples.
    answers: Vec<String>,
}

/// The question to the upstream of `package`; `None` where its source leaves nothing open.
pub fn question(package: &Package, declared: &Declared, judged: &Judged, evidence: &Evidence) -> Option<String> {
    let upstream = Upstream::of(package, judged.verification);
    let open = open(package, &upstream, &judged.conclusion, evidence);
    if open.is_empty() {
        return None;
    }
    let name = code(package.pname.as_deref().unwrap_or(&package.attr.0));
    let version = package.version.as_deref().map(|version| format!(" {}", one_line(version))).unwrap_or_default();
    let mut text = format!("# Which license is {name} under?\n\n");
    text.push_str(&format!(
        "Hello, and thank you for {name}. nixpkgs packages {name}{version}{}. From its source we could not tell for \
         certain which license it is under:\n",
        recorded(declared)
    ));
    for open in &open {
        text.push('\n');
        open.says.iter().for_each(|line| text.push_str(&format!("- {line}\n")));
        text.push_str(&format!("\n**{}**\n", open.asks));
    }
    text.push_str(&wishes(package, &open, evidence));
    text.push_str("\nAn answer here helps already. Thank you!\n");
    Some(text)
}

fn recorded(declared: &Declared) -> String {
    match declared_in_words(declared).as_str() {
        "" => " without a license so far".to_owned(),
        "(computed)" => String::new(),
        words => format!(" and records its license as {}", code(words)),
    }
}

fn open(package: &Package, upstream: &Upstream<'_>, conclusion: &Conclusion, evidence: &Evidence) -> Vec<Open> {
    match conclusion {
        Conclusion::Conflicting { readings, .. } => vec![conflict(upstream, readings)],
        Conclusion::Concluded(concluded) => of_concluded(upstream, concluded),
        Conclusion::NoneFound | Conclusion::NoAssertion(Reason::Unknown(_)) => vec![nothing_found(package, evidence)],
        // A source that could not be read is clarity's to explain, not upstream's.
        Conclusion::NoAssertion(_) => Vec::new(),
    }
}

fn conflict(upstream: &Upstream<'_>, readings: &[Reading]) -> Open {
    let says = readings.iter().flat_map(|reading| witnesses(upstream, &reading.basis)).collect();
    let answers: Vec<String> = readings.iter().map(|reading| reading.expr.to_string()).collect();
    let asks = format!("Which of these holds: {}? Or do several apply, to all or to parts of it?", listed(&answers));
    Open { says, asks, answers }
}

fn of_concluded(upstream: &Upstream<'_>, concluded: &Concluded) -> Vec<Open> {
    let all = [
        contradicted(upstream, concluded),
        family(upstream, concluded),
        suffix(upstream, concluded),
        operator(upstream, concluded),
    ];
    all.into_iter().flatten().collect()
}

/// Witnesses of some weight say something else.
fn contradicted(upstream: &Upstream<'_>, concluded: &Concluded) -> Option<Open> {
    if concluded.confidence == Confidence::High || concluded.against.is_empty() {
        return None;
    }
    let mut says = witnesses(upstream, &concluded.basis);
    says.extend(witnesses(upstream, &concluded.against));
    let others: BTreeSet<String> = concluded.against.iter().map(|basis| basis.expr.to_string()).collect();
    let answers: Vec<String> = std::iter::once(concluded.expr.to_string()).chain(others).collect();
    let asks = format!("Which of these holds for the whole: {}?", listed(&answers));
    Some(Open { says, asks, answers })
}

/// Only "BSD" or "GPL" is named.
fn family(upstream: &Upstream<'_>, concluded: &Concluded) -> Option<Open> {
    let is_vague = !concluded.basis.is_empty() && concluded.basis.iter().all(|basis| basis.vague);
    is_vague.then(|| Open {
        says: named(upstream, &concluded.basis),
        asks: "Which license is meant, and in which version or variant?".to_owned(),
        answers: Vec::new(),
    })
}

/// The text of a license with versions, and nobody says which ones.
fn suffix(upstream: &Upstream<'_>, concluded: &Concluded) -> Option<Open> {
    let terms = concluded.expr.terms();
    let unstated: Vec<_> = terms.into_iter().filter(|term| term.suffix == Suffix::Unstated).collect();
    let first = *unstated.first()?;
    let own = |basis: &&Basis| basis.expr.terms().iter().any(|term| term.license == first.license);
    let basis: Vec<Basis> = concluded.basis.iter().filter(own).cloned().collect();
    let either = |suffix| {
        concluded.expr.map_terms(&mut |term| match term.suffix {
            Suffix::Unstated => term.clone().with_suffix(suffix),
            _ => term.clone(),
        })
    };
    let answers = vec![either(Suffix::Only).to_string(), either(Suffix::OrLater).to_string()];
    let asks = format!(
        "Is it this version of the license only ({}), or this or any later version ({})? The text of the license alone \
         does not say it.",
        code(&answers[0]),
        code(&answers[1])
    );
    Some(Open { says: named(upstream, &basis), asks, answers })
}

/// Several texts, and nothing says how they belong together.
fn operator(upstream: &Upstream<'_>, concluded: &Concluded) -> Option<Open> {
    let parts = match &concluded.expr {
        LicenseExpr::And(parts) | LicenseExpr::Or(parts) if concluded.operator_unstated => parts,
        _ => return None,
    };
    let (or, and) = (LicenseExpr::any(parts.iter().cloned())?, LicenseExpr::all(parts.iter().cloned())?);
    let answers = vec![or.to_string(), and.to_string()];
    let asks = format!(
        "May a user choose one of these licenses ({}), or do all of them apply, for instance to different files ({})?",
        code(&answers[0]),
        code(&answers[1])
    );
    Some(Open { says: witnesses(upstream, &concluded.basis), asks, answers })
}

fn nothing_found(package: &Package, evidence: &Evidence) -> Open {
    let unknown = |file: &&FileEvidence| file.role == Role::LicenseText && file.unread.is_none();
    let says: Vec<String> = evidence
        .files
        .iter()
        .filter(unknown)
        .take(SHOWN)
        .map(|file| {
            format!("{} is called like a license, and its words are of none that we know", code(file.path.as_str()))
        })
        .collect();
    if !says.is_empty() {
        let asks = "Which license is this, and does it have an SPDX id or a name?".to_owned();
        return Open { says, asks, answers: Vec::new() };
    }
    let files = evidence.files.len();
    let name = code(package.pname.as_deref().unwrap_or(&package.attr.0));
    Open {
        says: vec![format!("none of the {files} files of the source states a license")],
        asks: format!("Which license is {name} under?"),
        answers: Vec::new(),
    }
}

/// The places with what they say.
fn witnesses(upstream: &Upstream<'_>, all: &[Basis]) -> Vec<String> {
    let shown = all
        .iter()
        .take(SHOWN)
        .map(|basis| format!("{} says {}{}", place(upstream, basis), code(&basis.expr.to_string()), words(basis)));
    shown.collect()
}

/// The places with their words: for licenses that are named, not decided.
fn named(upstream: &Upstream<'_>, all: &[Basis]) -> Vec<String> {
    let says = |basis: &Basis| match basis.class {
        Witness::Text => format!("{} is the text of {}", place(upstream, basis), bare(basis)),
        _ => format!("{} names {}{}", place(upstream, basis), bare(basis), words(basis)),
    };
    all.iter().take(SHOWN).map(says).collect()
}

/// The names of the licenses without a suffix: that is what is asked for.
fn bare(basis: &Basis) -> String {
    let names: BTreeSet<&str> = basis.expr.terms().iter().map(|term| term.license.as_str()).collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}

fn place(upstream: &Upstream<'_>, basis: &Basis) -> String {
    let shown = code(&format!("{}:{}", basis.file, basis.lines));
    let place = match upstream.link(basis) {
        Some(link) => format!("[{shown}]({link})"),
        None => shown,
    };
    match basis.files {
        0 | 1 => place,
        2 => format!("{place} (and one more file)"),
        files => format!("{place} (and {} more files)", files - 1),
    }
}

fn words(basis: &Basis) -> String {
    match (basis.quote.is_empty(), basis.class) {
        (false, _) => format!(": {}", code(&basis.quote)),
        (true, Witness::Text) => " (the text of the license)".to_owned(),
        (true, _) => String::new(),
    }
}

/// Question that would settle it for everybody, by the files that are there.
fn wishes(package: &Package, open: &[Open], evidence: &Evidence) -> String {
    let name = package.pname.as_deref().unwrap_or(&package.attr.0);
    let answers: Vec<&str> = open.iter().flat_map(|open| &open.answers).map(String::as_str).collect();
    let example = answers.first().copied().unwrap_or("MIT");
    let mut text = "\nIt would settle it for everybody if the source said so. One of these is enough (".to_owned();
    text.push_str(&format!("{} stands for whichever is right):\n\n", code(example)));
    text.push_str(&format!("- a tag in the source files: {}\n", code(&format!("SPDX-License-Identifier: {example}"))));
    if let Some((file, field)) = manifest(evidence, example) {
        text.push_str(&format!("- the license field of {}: {}\n", code(&file), code(&field)));
    }
    text.push_str(&format!("- a sentence in the README: {}\n", code(&format!("{name} is licensed under {example}."))));
    text
}

/// The manifest nearest to the root, with the field that states a license.
fn manifest(evidence: &Evidence, example: &str) -> Option<(String, String)> {
    let field = |name: &str| match name {
        "Cargo.toml" | "pyproject.toml" => Some(format!("license = \"{example}\"")),
        "package.json" | "composer.json" => Some(format!("\"license\": \"{example}\"")),
        "meson.build" => Some(format!("license: '{example}'")),
        "CITATION.cff" | "pubspec.yaml" => Some(format!("license: {example}")),
        name if name.ends_with(".cabal") => Some(format!("license: {example}")),
        name if name.ends_with(".opam") => Some(format!("license: \"{example}\"")),
        name if name.ends_with(".gemspec") => Some(format!("spec.license = \"{example}\"")),
        _ => None,
    };
    let own = |file: &&FileEvidence| !matches!(file.role, Role::Vendored | Role::Test | Role::Example);
    let found =
        evidence.files.iter().filter(own).filter_map(|file| {
            Some((file.path.parts().count(), file.path.as_str().to_owned(), field(file.path.name())?))
        });
    found.min().map(|(_, file, field)| (file, field))
}

fn listed(answers: &[String]) -> String {
    answers.iter().map(|answer| code(answer)).collect::<Vec<_>>().join(", ")
}

/// Text of others as Markdown code: it cannot end the span, and nobody is mentioned by it.
fn code(text: &str) -> String {
    let text = one_line(text).replace('`', "'");
    if text.is_empty() { "` `".to_owned() } else { format!("`{text}`") }
}
