//! Parsers of foreign bytes are total: any bytes give an answer or an error, and detection gives the same one twice.
//!
//! One function for each target of the fuzzer; the tests run them on the fuzzer's seeds. The first line of an input is the
//! name of its file, so that manifests, license files and archive formats are reached as well.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use bumpalo::Bump;
use clarity::declared::evaluated::Evaluated;
use clarity::evidence::{Detector, Options, assemble};
use clarity::fix::worklist;
use clarity::nix::{Disk, Eval, Files, Held, Limits, OwnNames, STACK};
use clarity::report::between;
use clarity::text::RelPath;
use clarity::triage::Baseline;
use clarity::{config, git, license, source};

static DETECTOR: LazyLock<Detector> = LazyLock::new(|| Detector::new(&Options::default()));

/// The file name in the first line and the bytes after it.
fn split(bytes: &[u8]) -> (String, &[u8]) {
    let cut = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    (String::from_utf8_lossy(&bytes[..cut.min(80)]).into_owned(), &bytes[cut..])
}

/// Detection: tags, notices, license texts, manifests.
pub fn detect(bytes: &[u8]) {
    let (name, body) = split(bytes);
    let path = RelPath::new(&name).filter(|path| !path.as_str().is_empty()).or_else(|| RelPath::new("file.c"));
    let path = path.expect("the second name is relative");
    let seen = DETECTOR.read(&path, body);
    assert_eq!(seen, DETECTOR.read(&path, body));
    assemble(vec![seen]);
}

/// The Nix language: reading, evaluating with little fuel.
pub fn nix(bytes: &[u8]) {
    on_disk("file.nix", bytes, |path| {
        let work = || {
            let files = Files::new(vec![path.parent().expect("a folder").to_owned().into()], Disk::default());
            let (bump, names, held) = (Bump::new(), OwnNames::default(), Held::default());
            let limits = Limits { fuel: 20_000, ..Limits::default() };
            let eval = Eval::new(&bump, &files, &held, &names, "x86_64-linux", limits);
            let _ = eval.import(eval.str(&path.to_string_lossy()));
        };
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).expect("a thread");
            thread.join().expect("the evaluator does not panic");
        });
    });
}

/// Archives of every format, NAR among them: unpacked within small limits.
pub fn archive(bytes: &[u8]) {
    let (name, body) = split(bytes);
    let limits = source::Limits { bytes: 1 << 20, entries: 100, ..source::Limits::default() };
    on_disk("archive", body.get(1..).unwrap_or_default(), |path| {
        let _ = source::unpack(path, &name, &path.with_extension("out"), &limits);
    });
}

/// Listings of git, as they come in pieces: the first byte is the length of a piece.
pub fn listing(bytes: &[u8]) {
    let (piece, said) = bytes.split_first().map_or((1, bytes), |(piece, said)| (usize::from(*piece).max(1), said));
    let whole: Vec<Vec<u8>> = said
        .split_inclusive(|byte| *byte == 0)
        .filter(|line| line.ends_with(&[0]))
        .map(|line| line[..line.len() - 1].to_vec())
        .collect();
    let (mut lines, mut seen) = (git::Lines::default(), Vec::new());
    for part in said.chunks(piece) {
        let added = lines.add(part, &mut |line| {
            seen.push(line.to_vec());
            Ok(())
        });
        added.expect("inputs are shorter than the longest line");
    }
    assert_eq!(seen, whole);
    for line in git::lines(said) {
        if let Some(entry) = git::TreeEntry::parse(line) {
            assert!(line.ends_with(entry.path) && matches!(entry.id.to_string().len(), 40 | 64));
        }
        if let Some(entry) = git::IndexEntry::parse(line) {
            assert!(line.ends_with(entry.path));
        }
    }
    let text = String::from_utf8_lossy(said);
    assert_eq!(git::sizes(&text).count(), text.lines().count());
}

/// Answers of servers: a status and headers, a redirect from an address that was asked, a narinfo after a blank line.
pub fn headers(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
    let status = head.split_whitespace().nth(1).and_then(|status| status.parse().ok()).unwrap_or(302);
    let fields = || head.lines().filter_map(|line| line.split_once(':'));
    let read = source::Headers::read(status, |name| {
        fields().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    });
    if let Some(location) = read.location {
        let target = source::redirected("https://h.example:8/a/b?c", &location).expect("the base is a url");
        assert!(!target.contains('#'), "{target}");
        let _ = (source::host(&target), source::file_name(&target));
        assert_eq!(
            source::redirected(&target, "").map(|url| source::host(&url)),
            source::redirected(&target, "/").map(|url| source::host(&url))
        );
    }
    let info = source::NarInfo::parse(body);
    let key = "k:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=".parse().expect("a key");
    let _ = info.signatures(Path::new("/nix/store/a-b"), &[key]);
}

/// Files that users and other programs write: configuration, evaluated metadata, baselines, lists, reports, lock files,
/// license expressions. The name says which.
pub fn input(bytes: &[u8]) {
    let (name, body) = split(bytes);
    let text = String::from_utf8_lossy(body);
    match name.as_str() {
        "clarity.toml" => on_disk("clarity.toml", body, |path| drop(config::load(path))),
        "meta.json" => on_disk("meta.json", body, |path| drop(Evaluated::load(path))),
        "baseline" => drop(Baseline::parse(&text)),
        "list.md" => drop(worklist::rows(&text)),
        "report.json" => drop(between::is_report(&text).then(|| between::progress(&text, &text))),
        "Cargo.lock" => drop(source::locked("cargoDeps", &text)),
        "package-lock.json" => drop(source::locked("npmDeps", &text)),
        _ => drop((license::parse(text.trim()), license::parse_lenient(text.trim()))),
    }
}

/// Calls `with` with a file of these bytes in a folder of its own.
fn on_disk(name: &str, bytes: &[u8], with: impl FnOnce(&Path)) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = fs::canonicalize(folder.path()).expect("canonical").join(name);
    fs::write(&path, bytes).expect("written");
    with(&path);
}
