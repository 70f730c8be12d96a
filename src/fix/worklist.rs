//! Lists of packages that somebody thinks have a wrong license, and what the sources say to each row.
//!
//! A row is an attribute path, or `path:owner/repo` as in nixpkgs' tracking issue of incorrect licenses
//! (NixOS/nixpkgs#564638): the path of the file, there below `pkgs/`, and the repository whose license was compared.
//! Such lists are made by comparing the repository of today with whatever file names it; the classes of answers are the
//! ways in which that goes wrong.

use super::{Case, generated};
use crate::check::{self, Finding, Judged, Unjudged};
use crate::conclusion::{Basis, Conclusion, Confidence, Reason};
use crate::declared::Declared;
use crate::source::Verification;
use crate::text::RelPath;
use crate::tree::{AttrPath, Package, Site, SourceRef};
use crate::verdict::Verdict;

/// One row of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The line of the list, from 1.
    pub line: usize,
    /// Text without bullets and check boxes.
    pub text: String,
    /// Named license.
    pub names: Names,
}

/// Names in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Names {
    /// A package.
    Attr(String),
    /// A file of the checkout, and the repository that was looked at.
    File {
        /// The file or its folder, with or without `pkgs/`.
        path: String,
        /// `owner/repo`.
        repository: String,
    },
    /// Nothing that is understood.
    Nothing,
}

/// The packages of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meant {
    /// These.
    Packages(Vec<AttrPath>),
    /// None of the packages of the file is built from the repository.
    Elsewhere(Vec<AttrPath>),
}

/// Answer to a row, or to one of its packages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Whether the license is wrong.
    pub status: Status,
    /// Why the list and the sources may differ, or why there is no answer.
    pub class: Option<Class>,
    /// The same in a sentence.
    pub why: String,
    /// How far what the source says can be trusted; `None` where it says nothing.
    pub confidence: Option<Confidence>,
    /// Basis.
    pub evidence: Vec<Basis>,
    /// The witnesses that say something else.
    pub against: Vec<Basis>,
    /// Whether the source that it rests on is the declared one.
    pub verification: Verification,
}

/// A row with the answer to one of its packages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// The row.
    pub row: Row,
    /// The package; `None` where there is not one.
    pub attr: Option<AttrPath>,
    /// Answer.
    pub answer: Answer,
}

/// Whether the license is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// It is.
    Confirmed,
    /// It is not.
    Contradicted,
    /// It cannot be told.
    CannotTell,
    /// The checkout has nothing that the row names.
    NotFound,
}

impl Status {
    /// Its name, as reports write it.
    pub fn name(self) -> &'static str {
        match self {
            Status::Confirmed => "confirmed",
            Status::Contradicted => "contradicted",
            Status::CannotTell => "cannot-tell",
            Status::NotFound => "not-found",
        }
    }
}

/// Why a list and the sources differ, or why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// The repository belongs to another fetcher of the file.
    WrongFetcher,
    /// A program writes the file.
    GeneratedFile,
    /// Several licenses apply; who looks for one sees one.
    DualLicense,
    /// The packaged version agrees: only a later one can differ.
    RelicensedSince,
    /// Its source was not looked at.
    NotScanned,
    /// Upstream states nothing, or contradicts itself.
    AskUpstream,
    /// The declaration of nixpkgs could not be evaluated.
    Computed,
    /// They differ, and the evidence does not settle who is right.
    NotCertain,
}

impl Class {
    /// Its name, as reports write it.
    pub fn name(self) -> &'static str {
        match self {
            Class::WrongFetcher => "wrong-fetcher",
            Class::GeneratedFile => "generated-file",
            Class::DualLicense => "dual-license",
            Class::RelicensedSince => "relicensed-since",
            Class::NotScanned => "not-scanned",
            Class::AskUpstream => "ask-upstream",
            Class::Computed => "computed",
            Class::NotCertain => "not-certain",
        }
    }
}

/// The rows of `text`, in their order. Empty lines, headings, comments, bullets, check boxes and remarks are tolerated.
pub fn rows(text: &str) -> Vec<Row> {
    text.lines().enumerate().filter_map(|(index, line)| row(index + 1, line)).collect()
}

fn row(line: usize, written: &str) -> Option<Row> {
    let text = without_marks(written);
    if text.is_empty() || ["#", "//", "<!--", ">", "---"].iter().any(|mark| text.starts_with(mark)) {
        return None;
    }
    let (word, remark) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    // `[path:owner/repo](https://..)`
    let word = word.strip_prefix('[').and_then(|word| word.split_once(']')).map_or(word, |(inside, _)| inside);
    let word = word.trim_matches(|c| "`~*,;".contains(c));
    let names = match word.split_once(':') {
        Some((path, repository)) => file(path, repository),
        None if is_attr(word) && is_remark(remark) => Names::Attr(word.to_owned()),
        None => Names::Nothing,
    };
    Some(Row { line, text: text.to_owned(), names })
}

/// A line without its bullet or number and its check box.
fn without_marks(line: &str) -> &str {
    let mut text = line.trim();
    // `- [ ] 574. path:owner/repo` as well as `574. [ ] path:owner/repo`.
    loop {
        let before = text;
        text = without_number(text);
        for mark in ["- ", "* ", "+ ", "[ ] ", "[x] ", "[X] "] {
            text = text.strip_prefix(mark).unwrap_or(text).trim_start();
        }
        if text.len() == before.len() {
            return text;
        }
    }
}

/// A text without the number of an item: `574. `, `574) `.
fn without_number(text: &str) -> &str {
    let behind = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let rest = behind.strip_prefix(". ").or_else(|| behind.strip_prefix(") ")).filter(|_| behind.len() < text.len());
    rest.map_or(text, str::trim_start)
}

fn file(path: &str, repository: &str) -> Names {
    let repository = repository.trim_end_matches('/');
    let repository =
        repository.rsplit_once("://").map_or(repository, |(_, rest)| rest.split_once('/').unwrap_or_default().1);
    let repository = repository.strip_suffix(".git").unwrap_or(repository);
    let is_name = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c));
    match repository.split_once('/') {
        Some((owner, repo)) if is_name(owner) && is_name(repo) && !path.is_empty() => {
            Names::File { path: path.to_owned(), repository: repository.to_owned() }
        }
        _ => Names::Nothing,
    }
}

fn is_attr(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '"')
        && word.chars().all(|c| c.is_alphanumeric() || "-_.+'\"".contains(c))
}

/// After the name of a package there may be a remark, not the rest of a sentence.
fn is_remark(text: &str) -> bool {
    text.is_empty() || text.starts_with(['#', '(', '-', '–', '—', '<', '[']) || text.starts_with("http")
}

impl Row {
    /// The packages it names, of all that the checkout defines; `None` where there is none.
    pub fn meant(&self, all: &[(Box<Package>, Box<Declared>)]) -> Option<Meant> {
        match &self.names {
            Names::Nothing => None,
            Names::Attr(attr) => Some(Meant::Packages(vec![AttrPath(attr.clone())])),
            Names::File { path, repository } => {
                let here = in_file(all, path);
                let attrs = |some: &[&Package]| some.iter().map(|package| package.attr.clone()).collect();
                let from: Vec<&Package> =
                    here.iter().copied().filter(|package| is_built_from(package, repository)).collect();
                match (here.is_empty(), from.is_empty()) {
                    (true, _) => None,
                    (false, true) => Some(Meant::Elsewhere(attrs(&here))),
                    (false, false) => Some(Meant::Packages(attrs(&from))),
                }
            }
        }
    }
}

/// The packages that are defined in the file, or in the file that its folder is known by; where there are none, those
/// whose license stands there.
fn in_file<'p>(all: &'p [(Box<Package>, Box<Declared>)], path: &str) -> Vec<&'p Package> {
    let path = path.trim_start_matches("./").trim_start_matches('/');
    let path = path.strip_prefix("pkgs/").unwrap_or(path).trim_end_matches('/');
    let is_named = |site: &Site| {
        let file = site.file.as_str();
        let rest = file.strip_prefix("pkgs/").unwrap_or(file).strip_prefix(path);
        rest.is_some_and(|rest| ["", "/package.nix", "/default.nix"].contains(&rest))
    };
    let defined = all.iter().filter(|(package, _)| package.site.as_ref().is_some_and(is_named));
    let defined: Vec<&Package> = defined.map(|(package, _)| &**package).collect();
    if !defined.is_empty() {
        return defined;
    }
    let licensed = all.iter().filter(|(_, declared)| check::site(declared).is_some_and(is_named));
    licensed.map(|(package, _)| &**package).collect()
}

fn is_built_from(package: &Package, repository: &str) -> bool {
    package.sources.iter().any(|source| comes_from(source, repository))
}

/// True where a url of `source` is of `owner/repo`, on whichever host.
fn comes_from(source: &SourceRef, repository: &str) -> bool {
    source.urls.iter().any(|url| {
        let path = url.split_once("://").and_then(|(_, rest)| rest.split_once('/')).unwrap_or_default().1;
        let mut parts = path.split('/');
        let (owner, repo) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let repo = repo.strip_suffix(".git").unwrap_or(repo);
        format!("{owner}/{repo}").eq_ignore_ascii_case(repository)
    })
}

/// Answer to one package of `row`. `judged`: the outcome of its source; `read` gives the text of a file.
pub fn answer(
    row: &Row,
    case: &Case<'_>,
    judged: Result<&Judged, Unjudged<'_>>,
    read: &dyn Fn(&RelPath) -> Option<String>,
) -> Answer {
    let package = case.package;
    let judged = match judged {
        Ok(judged) => judged,
        Err(Unjudged::Unseen(why)) => return not_scanned(why),
        Err(Unjudged::NotAsked) => return not_scanned("only the metadata was asked for"),
    };
    let wrong_fetcher = match &row.names {
        Names::File { repository, .. } if !is_built_from(package, repository) => {
            Some(wrong_fetcher(package, repository))
        }
        _ => None,
    };
    let answer = match &judged.verdict {
        Verdict::Drifts(_) if !is_certain(&judged.conclusion) => {
            not_certain(confirmed(&judged.conclusion, &case.findings, generated(case, read), wrong_fetcher))
        }
        Verdict::Drifts(_) => confirmed(&judged.conclusion, &case.findings, generated(case, read), wrong_fetcher),
        Verdict::Agrees { .. } => contradicted(row, package, &judged.conclusion, wrong_fetcher),
        Verdict::Undecided(why) => {
            let class = match &*judged.conclusion {
                Conclusion::Conflicting { .. }
                | Conclusion::NoneFound
                | Conclusion::NoAssertion(Reason::Unknown(_)) => Class::AskUpstream,
                Conclusion::NoAssertion(_) => Class::NotScanned,
                Conclusion::Concluded(_) => Class::Computed,
            };
            settled(Status::CannotTell, Some(class), why.clone(), &judged.conclusion)
        }
    };
    Answer { verification: judged.verification, ..answer }
}

/// Why the file that states the license is not for editing.
fn generated(case: &Case<'_>, read: &dyn Fn(&RelPath) -> Option<String>) -> Option<String> {
    let file = &check::site(case.declared).or(case.package.site.as_ref())?.file;
    generated::because(file, &read(file)?)
}

fn confirmed(
    conclusion: &Conclusion,
    findings: &[&Finding],
    generated: Option<String>,
    wrong_fetcher: Option<String>,
) -> Answer {
    let worst = findings.iter().max_by_key(|finding| (finding.severity, finding.remedy.is_some()));
    let said = worst.map_or_else(|| "declared and found differ".to_owned(), |finding| finding.message.clone());
    let (class, more) = match (generated, wrong_fetcher) {
        (Some(why), _) => (Some(Class::GeneratedFile), Some(why)),
        (None, Some(why)) => (Some(Class::WrongFetcher), Some(why)),
        (None, None) => (None, None),
    };
    let why = more.map_or(said.clone(), |more| format!("{said}; {more}"));
    settled(Status::Confirmed, class, why, conclusion)
}

/// True where the conclusion is trusted enough to call a license wrong.
fn is_certain(conclusion: &Conclusion) -> bool {
    matches!(conclusion, Conclusion::Concluded(concluded) if concluded.confidence == Confidence::High)
}

/// The same for a person to look at: something differs, and the evidence does not settle it.
fn not_certain(answer: Answer) -> Answer {
    let class = answer.class.or(Some(Class::NotCertain));
    let why = format!("{}; the evidence does not settle it, look at both sides", answer.why);
    Answer { status: Status::CannotTell, class, why, ..answer }
}

fn contradicted(row: &Row, package: &Package, conclusion: &Conclusion, wrong_fetcher: Option<String>) -> Answer {
    let expr = match conclusion {
        Conclusion::Concluded(concluded) => concluded.expr.to_string(),
        _ => String::new(),
    };
    let several = matches!(conclusion, Conclusion::Concluded(concluded) if concluded.expr.terms().len() > 1);
    let version = package.version.as_deref().unwrap_or("the packaged version");
    let (class, why) = match (wrong_fetcher, &row.names) {
        (Some(why), _) => (Some(Class::WrongFetcher), why),
        (None, _) if several => {
            let why =
                format!("the source says {expr}, as declared; a service that shows one license shows a part of it");
            (Some(Class::DualLicense), why)
        }
        (None, Names::File { repository, .. }) => {
            let why = format!(
                "{version} says {expr}, as declared; if {repository} says something else today, it was relicensed since"
            );
            (Some(Class::RelicensedSince), why)
        }
        (None, _) => (None, format!("{version} says {expr}, as declared")),
    };
    settled(Status::Contradicted, class, why, conclusion)
}

/// The answer to a row whose repository none of the file's packages is built from.
pub fn elsewhere(row: &Row, packages: usize) -> Answer {
    let repository = match &row.names {
        Names::File { repository, .. } => repository.as_str(),
        _ => "the repository",
    };
    let why = format!("none of the {packages} packages of this file is built from {repository}");
    bare(Status::Contradicted, Some(Class::WrongFetcher), why)
}

/// The answer to a row that names nothing.
pub fn not_found(row: &Row) -> Answer {
    let why = match &row.names {
        Names::Attr(_) => "the checkout has no such attribute; check its spelling, or name a file",
        Names::File { .. } => "no package of the checkout is defined in this file",
        Names::Nothing => "not understood; a row is an attribute, or path:owner/repo",
    };
    bare(Status::NotFound, None, why.to_owned())
}

/// The answer to a row whose attribute is no package that can be looked at.
pub fn not_scanned(why: &str) -> Answer {
    cannot_tell(Class::NotScanned, why)
}

fn cannot_tell(class: Class, why: &str) -> Answer {
    let why = if why.is_empty() { "its source was not looked at" } else { why };
    bare(Status::CannotTell, Some(class), why.to_owned())
}

/// An answer that rests on no source.
fn bare(status: Status, class: Option<Class>, why: String) -> Answer {
    let verification = Verification::Verified;
    Answer { status, class, why, confidence: None, evidence: Vec::new(), against: Vec::new(), verification }
}

/// An answer that rests on `conclusion`.
fn settled(status: Status, class: Option<Class>, why: String, conclusion: &Conclusion) -> Answer {
    let (confidence, against) = match conclusion {
        Conclusion::Concluded(concluded) => (Some(concluded.confidence), concluded.against.clone()),
        _ => (None, Vec::new()),
    };
    let verification = Verification::Verified;
    Answer { status, class, why, confidence, evidence: evidence(conclusion), against, verification }
}

fn wrong_fetcher(package: &Package, repository: &str) -> String {
    let from = package.sources.first().and_then(|source| source.urls.first()).map_or("something else", String::as_str);
    format!("{} is not built from {repository}, but from {from}", package.attr)
}

fn evidence(conclusion: &Conclusion) -> Vec<Basis> {
    match conclusion {
        Conclusion::Concluded(concluded) => concluded.basis.clone(),
        Conclusion::Conflicting { readings, .. } => readings.iter().flat_map(|reading| reading.basis.clone()).collect(),
        Conclusion::NoneFound | Conclusion::NoAssertion(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_row_is_read() {
        let file = |row: &str| match rows(row).pop().map(|row| row.names) {
            Some(Names::File { path, repository }) => format!("{path} {repository}"),
            other => format!("{other:?}"),
        };
        for row in [
            "- [ ] 574. by-name/he/hello/package.nix:owner/repo",
            "- [x] 574. by-name/he/hello/package.nix:owner/repo",
            "574. [ ] by-name/he/hello/package.nix:owner/repo",
            "574) by-name/he/hello/package.nix:owner/repo",
            "* by-name/he/hello/package.nix:https://example.org/owner/repo.git",
            "by-name/he/hello/package.nix:owner/repo",
        ] {
            assert_eq!(file(row), "by-name/he/hello/package.nix owner/repo", "{row}");
        }
        assert!(matches!(rows("7zip").pop().map(|row| row.names), Some(Names::Attr(name)) if name == "7zip"));
    }
}
