//! Folders of cases: a package, its source, and in `expected.json` what a scan says of them.
//!
//! The texts of licenses are not kept here: `@text MIT@` in a file stands for the text of the SPDX list, `@body MIT@`
//! for what follows its copyright line, `@hex 7f45@` for bytes. A case with a folder `earlier` is a change: what lies
//! there is how its files were at the revision before.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use clarity::license;
use serde::Deserialize;
use serde_json::Value;

use crate::changed::git;
use crate::scan::clarity;

/// The folder of a case with its files as they were.
const EARLIER: &str = "earlier";

/// What a scan should say of a case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// The case in a sentence.
    pub says: String,
    /// The concluded expression.
    pub expression: Option<String>,
    /// The least confidence in it.
    pub confidence: Option<String>,
    /// Whether the source states only or or-later: `stated`, `unstated`, `n/a`.
    pub suffix: Option<String>,
    /// The number of files behind the strongest kind of witness.
    pub files: Option<u64>,
    /// Witnesses that say something else: expressions with numbers of files.
    pub against: Option<Vec<String>>,
    /// Ids of checks with severities: all findings, in order.
    #[serde(default)]
    pub findings: Vec<String>,
    /// What findings propose to declare.
    pub remedies: Option<Vec<String>>,
    /// Words of the advice of a finding.
    pub help: Option<String>,
    /// The place of the finding: file, line and column.
    pub at: Option<String>,
}

/// One folder with an `expected.json`.
#[derive(Debug)]
pub struct Case {
    /// The folder below the root of all cases, e.g. `05-vendored/quiet`.
    pub place: String,
    /// The two parts of `place`.
    pub topic: String,
    pub side: String,
    pub expected: Expected,
    /// The row of the package.
    pub package: Value,
    /// The rows of its findings.
    pub findings: Vec<Value>,
    source: PathBuf,
}

/// All cases below `fixtures/NAME`, scanned at once as one folder of packages.
pub struct Cases {
    pub all: Vec<Case>,
    _copy: tempfile::TempDir,
}

impl Cases {
    pub fn of(name: &str) -> Cases {
        let copy = written_out(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name));
        let changed = replay(copy.path());
        let rows = scanned(copy.path(), &[]);
        let since = if changed.is_empty() { Vec::new() } else { scanned(copy.path(), &["--changed-since", "HEAD"]) };
        let mut folders: Vec<PathBuf> = files(copy.path())
            .into_iter()
            .filter(|file| file.ends_with("expected.json"))
            .map(|file| file.parent().expect("it lies in a folder").to_owned())
            .collect();
        folders.sort();
        let rows_of = |folder| if changed.contains(folder) { &since } else { &rows };
        let all = folders.iter().map(|folder| case(copy.path(), folder, rows_of(folder))).collect();
        Cases { all, _copy: copy }
    }

    /// What a scan of `fixtures/NAME` tells people: of all of it, and of what changed.
    pub fn in_words(name: &str) -> Vec<String> {
        let copy = written_out(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name));
        let is_changed = !replay(copy.path()).is_empty();
        let root = copy.path().to_str().expect("UTF-8");
        let scan = ["scan", root, "--fail-on", "never", "--offline", "--verbose"];
        let mut texts = vec![clarity(&scan).stdout];
        texts.extend(is_changed.then(|| clarity(&[&scan[..], &["--changed-since", "HEAD"]].concat()).stdout));
        texts
    }

    /// The sides that each topic has.
    pub fn sides(&self) -> BTreeMap<&str, Vec<&str>> {
        let mut sides: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for case in &self.all {
            sides.entry(&case.topic).or_default().push(&case.side);
        }
        sides
    }
}

/// Makes `root` a repository in which files are as they were, and its work tree what they are. Returns the cases that
/// are such a change.
fn replay(root: &Path) -> BTreeSet<PathBuf> {
    let mut now: Vec<(PathBuf, Vec<u8>)> = Vec::new();
    let mut changed = BTreeSet::new();
    for file in files(root) {
        let above = file.ancestors().find(|folder| folder.ends_with(EARLIER)).and_then(Path::parent);
        let Some(case) = above else { continue };
        let target = case.join(file.strip_prefix(case.join(EARLIER)).expect("below"));
        now.push((target.clone(), fs::read(&target).expect("readable")));
        fs::rename(&file, &target).expect("writable");
        changed.insert(case.to_owned());
    }
    if !changed.is_empty() {
        for args in [&["init", "--quiet"][..], &["add", "--all"], &["commit", "--quiet", "--message", "before"]] {
            git(root, args);
        }
    }
    for (file, bytes) in now {
        fs::write(file, bytes).expect("writable");
    }
    changed
}

fn scanned(root: &Path, args: &[&str]) -> Vec<Value> {
    let root = root.to_str().expect("UTF-8");
    let run = clarity(&[&["scan", root, "--format", "jsonl", "--fail-on", "never", "--offline"], args].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn case(root: &Path, folder: &Path, rows: &[Value]) -> Case {
    let place = folder.strip_prefix(root).expect("below").to_str().expect("UTF-8").to_owned();
    let (topic, side) = place.split_once('/').unwrap_or_else(|| panic!("{place}: not TOPIC/SIDE"));
    let text = fs::read(folder.join("expected.json")).expect("readable");
    let expected: Expected = serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{place}: {error}"));
    assert!(!expected.says.is_empty(), "{place}: says nothing");
    let here = |row: &&Value| row["file"].as_str().is_some_and(|file| file.starts_with(&format!("{place}/")));
    // What a `let` of the file names is a package below it.
    let is_own = |row: &&Value| !row["attr"].as_str().is_some_and(|attr| attr.contains('.'));
    let found: Vec<&Value> = rows.iter().filter(|row| row["kind"] == "package").filter(here).collect();
    let own: Vec<&Value> = found.iter().copied().filter(is_own).collect();
    let [package] = if found.len() == 1 { &found } else { &own }[..] else {
        panic!("{place}: one package a case, not {}", found.len())
    };
    let package = package.clone();
    let about = |row: &&Value| row["attr"] == package["attr"] && (here(row) || row["file"] == "clarity.toml");
    let findings = rows.iter().filter(|row| row["kind"] == "finding").filter(about).cloned().collect();
    let (topic, side) = (topic.to_owned(), side.to_owned());
    Case { topic, side, expected, package, findings, source: folder.join("source"), place }
}

impl Case {
    /// What is not as expected, one line each.
    pub fn complaints(&self) -> Vec<String> {
        let expected = &self.expected;
        let concluded = &self.package["concluded"];
        let rank = |word: &str| ["low", "medium", "high"].iter().position(|known| *known == word);
        let trust = concluded["confidence"].as_str().unwrap_or_default();
        let enough = expected.confidence.as_deref().is_none_or(|least| rank(trust) >= rank(least));
        let strings = |rows: Vec<Option<&str>>| rows.into_iter().flatten().map(str::to_owned).collect::<Vec<_>>();
        let remedies = strings(self.findings.iter().map(|row| row["remedy"]["set_license"].as_str()).collect());
        let helped = |words: &String| self.findings.iter().any(|row| row["help"].to_string().contains(words));
        let against = concluded["against"].as_array().into_iter().flatten();
        let against: Vec<String> =
            against.map(|row| format!("{} {}", row["expression"].as_str().expect("text"), row["files"])).collect();
        let files = concluded["basis"].as_array().into_iter().flatten().filter_map(|row| row["files"].as_u64()).max();
        [
            differs("expression", expected.expression.as_deref(), concluded["expression"].as_str()),
            (!enough).then(|| format!("confidence {trust:?}, expected {:?}", expected.confidence)),
            expected.suffix.as_deref().and_then(|suffix| differs("suffix", Some(suffix), self.suffix().as_deref())),
            (expected.files.is_some() && expected.files != files).then(|| format!("{files:?} files")),
            expected.against.as_ref().filter(|wanted| **wanted != against).map(|_| format!("against {against:?}")),
            (self.found() != expected.findings).then(|| format!("findings {:#?}", self.messages())),
            expected.remedies.as_ref().filter(|wanted| **wanted != remedies).map(|_| format!("remedies {remedies:?}")),
            expected.help.as_ref().filter(|words| !helped(words)).map(|words| format!("no help says {words:?}")),
        ]
        .into_iter()
        .flatten()
        .map(|complaint| format!("{}: {complaint}\n    ({})", self.place, self.expected.says))
        .collect()
    }

    /// Ids and severities of the findings.
    pub fn found(&self) -> Vec<String> {
        let word = |row: &Value, key: &str| row[key].as_str().expect("text").to_owned();
        self.findings.iter().map(|row| format!("{} {}", word(row, "check"), word(row, "severity"))).collect()
    }

    fn messages(&self) -> Vec<String> {
        let messages = self.findings.iter().map(|row| row["message"].as_str().expect("text"));
        self.found().iter().zip(messages).map(|(found, message)| format!("{found}: {message}")).collect()
    }

    /// Place of a finding as `file:line:column` below the folder of the case.
    pub fn at(&self, finding: &Value) -> String {
        let file = finding["file"].as_str().expect("a place");
        let file = file.strip_prefix(&format!("{}/", self.place)).unwrap_or(file);
        format!("{file}:{}:{}", finding["line"], finding["column"])
    }

    fn suffix(&self) -> Option<String> {
        let run = clarity(&["suggest", self.source.to_str().expect("UTF-8"), "--format", "json"]);
        let answer: Value = serde_json::from_str(&run.stdout).expect("JSON");
        answer["suffix"].as_str().map(str::to_owned)
    }
}

fn differs(what: &str, expected: Option<&str>, seen: Option<&str>) -> Option<String> {
    (expected.is_some() && expected != seen).then(|| format!("{what} {seen:?}, expected {expected:?}"))
}

fn files(root: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(root).into_iter().map(|entry| entry.expect("readable").into_path());
    entries.filter(|path| path.is_file()).collect()
}

/// A copy of `folder` in which every file is what it stands for.
pub fn written_out(folder: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().expect("a temporary folder");
    for file in files(folder) {
        let to = copy.path().join(file.strip_prefix(folder).expect("below"));
        fs::create_dir_all(to.parent().expect("it lies in a folder")).expect("writable");
        fs::write(to, filled_in(&fs::read(&file).expect("readable"))).expect("writable");
    }
    copy
}

fn filled_in(bytes: &[u8]) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(bytes) else { return bytes.to_vec() };
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((at, kind)) = ["text", "body", "hex"]
        .iter()
        .filter_map(|kind| Some((rest.find(&format!("@{kind} "))?, *kind)))
        .min_by_key(|(at, _)| *at)
    {
        let (argument, after) = rest[at + kind.len() + 2..].split_once('@').expect("a closing @");
        out.extend(rest[..at].bytes());
        match kind {
            "hex" => out.extend(argument.as_bytes().chunks(2).map(byte)),
            "body" => out.extend(body(text_of(argument)).bytes()),
            _ => out.extend(text_of(argument).bytes()),
        }
        // Bytes are all that such a file holds; the end of the line is the editor's.
        rest = if kind == "hex" { after.trim_end() } else { after };
    }
    out.extend(rest.bytes());
    out
}

fn byte(digits: &[u8]) -> u8 {
    let digits = std::str::from_utf8(digits).expect("ASCII");
    u8::from_str_radix(digits, 16).expect("two digits of hex")
}

fn text_of(id: &str) -> &'static str {
    license::license(id).unwrap_or_else(|| panic!("no license {id}")).text
}

fn body(text: &str) -> &str {
    let after = text.find("Copyright").map_or(text, |at| &text[at..]);
    after.split_once('\n').map_or(after, |(_, body)| body)
}
