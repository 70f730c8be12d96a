//! Texts in files of every kind, through the public face of detection.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use clarity::evidence::{Detector, FileEvidence, Options, OwnText, Score, Unread, Witness};
use clarity::license;
use clarity::text::RelPath;
use proptest::prelude::{any, prop, proptest};
use proptest::test_runner::Config;

fn read(bytes: &[u8]) -> FileEvidence {
    let path = RelPath::new("src/file.c").expect("relative");
    Detector::new(&Options::default()).read(&path, bytes)
}

/// The expressions of full texts in a file, in order.
fn texts(content: &str) -> Vec<String> {
    let seen = read(content.as_bytes());
    seen.detections.iter().filter(|one| one.class == Witness::Text).map(|one| one.expr.to_string()).collect()
}

fn text_of(id: &str) -> &'static str {
    license::license(id).expect("listed").text
}

fn commented(text: &str, prefix: &str) -> String {
    text.lines().fold(String::new(), |mut all, line| {
        let _ = writeln!(all, "{prefix}{line}");
        all
    })
}

#[test]
fn a_text_is_found_under_every_kind_of_comment() {
    for prefix in ["", "# ", " * ", "// ", "-- ", ";; ", "dnl ", "C     ", ".\\\" ", "% ", "REM "] {
        assert_eq!(texts(&commented(text_of("BSD-3-Clause"), prefix)), ["BSD-3-Clause"], "prefix {prefix:?}");
    }
}

#[test]
fn only_what_is_word_for_word_the_license_scores_full() {
    let score = |content: &str| {
        let seen = read(content.as_bytes());
        seen.detections.iter().find(|one| one.class == Witness::Text).map(|one| one.score).expect("a text")
    };
    assert_eq!(score(&commented(text_of("BSD-3-Clause"), "# ")), Score::FULL);
    let edited = text_of("MIT").replace("free of charge", "for a small fee").replace("merge, ", "");
    assert!((Score(9_000)..Score::FULL).contains(&score(&edited)), "{}", score(&edited));
}

#[test]
fn a_license_of_somebody_else_is_the_one_without_names() {
    assert_eq!(texts(text_of("SMLNJ")), ["SMLNJ"]);
    let (_, body) = text_of("SMLNJ").split_once("Permission").expect("it permits");
    let others = body
        .replace("Lucent Technologies, Bell Labs or any Lucent entity", "Example Works")
        .replace(" and warranty disclaimer", "")
        .replace("Lucent", "Example");
    assert_eq!(texts(&format!("Permission{others}")), ["HPND"]);
}

#[test]
fn several_texts_in_a_row_are_all_found_in_order() {
    let file = [text_of("MIT"), text_of("Apache-2.0"), text_of("Zlib")].join("\n\n-----\n\n");
    assert_eq!(texts(&file), ["MIT", "Apache-2.0", "Zlib"]);
}

#[test]
fn the_same_text_twice_is_two_detections() {
    let file = [text_of("ISC"), text_of("ISC")].join("\nint main(void) { return 0; }\n");
    assert_eq!(texts(&file), ["ISC", "ISC"]);
}

#[test]
fn names_of_holders_do_not_change_the_license() {
    let text = text_of("BSD-3-Clause").replace("the copyright holder nor", "the Regents of Example nor");
    assert_eq!(texts(&text.replace("COPYRIGHT HOLDERS AND CONTRIBUTORS", "EXAMPLE LTD")), ["BSD-3-Clause"]);
}

#[test]
fn clauses_tell_near_texts_apart() {
    for id in [
        "BSD-1-Clause",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "BSD-4-Clause",
        "MIT",
        "MIT-0",
        "X11",
        "ISC",
        "0BSD",
        "NCSA",
        "curl",
    ] {
        assert_eq!(texts(text_of(id)), [id]);
    }
}

#[test]
fn a_text_that_misses_its_last_paragraph_is_still_that_license() {
    let text = text_of("MIT");
    let cut = &text[..text.find("THE SOFTWARE IS PROVIDED").expect("the disclaimer")];
    assert_eq!(texts(cut), ["MIT"]);
}

#[test]
fn a_disclaimer_alone_is_no_license() {
    let text = text_of("BSD-3-Clause");
    assert_eq!(texts(&text[text.find("THIS SOFTWARE IS PROVIDED").expect("the disclaimer")..]), [""; 0]);
}

#[test]
fn a_gnu_text_does_not_say_only() {
    let seen = read(text_of("GPL-2.0-only").as_bytes());
    let suffix = seen.detections.iter().flat_map(|one| one.expr.terms()).map(|term| term.suffix).next();
    assert_eq!(suffix, Some(license::Suffix::Unstated));
}

#[test]
fn a_text_nobody_listed_is_a_clue_that_names_the_nearest() {
    let spoilt: String = text_of("MIT").split_whitespace().enumerate().fold(String::new(), |mut all, (at, word)| {
        all.push_str(if at % 5 == 4 { "frobnicated" } else { word });
        all.push(' ');
        all
    });
    let seen = read(spoilt.as_bytes());
    assert_eq!(seen.detections.iter().filter(|one| one.class == Witness::Text).count(), 0);
    let unknown = seen.detections.iter().find(|one| one.by == "text/unknown").expect("a resemblance");
    assert!(unknown.note.as_deref().is_some_and(|note| note.starts_with("resembles ")), "{unknown:?}");
}

#[test]
fn a_text_of_the_user_is_a_reference() {
    let text = "You may quux this zorble on Tuesdays only, provided that every flimsy gadget keeps this license.";
    let own = OwnText { name: "Zorble".to_owned(), text: text.to_owned() };
    let detector = Detector::new(&Options { texts: vec![own] });
    let path = RelPath::new("a.py").expect("relative");
    let seen = detector.read(&path, commented(text, "# ").as_bytes());
    assert!(seen.detections.iter().any(|one| one.expr.to_string() == "LicenseRef-Zorble"), "{seen:?}");
    assert_ne!(detector.fingerprint(), Detector::new(&Options::default()).fingerprint());
}

#[test]
fn encodings_and_line_ends_do_not_matter() {
    let text = text_of("MIT");
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let latin1 = [b"J\xf6rg\n".as_slice(), text.as_bytes()].concat();
    for bytes in [utf16, latin1, text.replace('\n', "\r\n").into_bytes(), text.replace('\n', "\r").into_bytes()] {
        let found = read(&bytes);
        assert!(found.detections.iter().any(|one| one.expr.to_string() == "MIT" && one.class == Witness::Text));
    }
    assert_eq!(read(b"\x7fELF\x00\x01").unread, Some(Unread::Binary));
}

#[test]
fn what_lies_behind_the_limit_is_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("huge.js");
    std::fs::File::create(&file).and_then(|file| file.set_len((1 << 30) + 5)).expect("a sparse file");
    let path = RelPath::new("huge.js").expect("relative");
    let seen = Detector::new(&Options::default()).read_file(folder.path(), &path);
    assert_eq!(seen.size, (1 << 30) + 5);
    assert!(seen.unread.is_some());
}

/// Every listed text as itself. Ids that share a text are one license to a reader of texts.
#[test]
fn nearly_every_listed_text_is_found_as_itself() {
    let same = |left: &str, right: &str| {
        let words = |text: &str| text.split(|c: char| !c.is_alphanumeric()).collect::<String>().to_lowercase();
        words(left) == words(right)
    };
    let listed: Vec<_> = license::licenses().filter(|one| !one.deprecated && !one.text.is_empty()).collect();
    let failed: Vec<&str> = listed
        .iter()
        .filter(|one| {
            let found = texts(one.text);
            let is_found = found.len() == 1
                && listed.iter().any(|other| {
                    let printed = license::Term::from_id(other.id).map(|term| term.id());
                    printed.is_some_and(|id| found[0] == id) && same(other.text, one.text)
                });
            !is_found
        })
        .map(|one| one.id)
        .collect();
    assert!(failed.len() * 100 <= listed.len(), "{failed:?}");
}

fn time(content: &[u8]) -> Duration {
    let path = RelPath::new("src/file.c").expect("relative");
    let detector = Detector::new(&Options::default());
    detector.read(&path, b"warm up: released under the MIT license");
    let start = Instant::now();
    detector.read(&path, content);
    start.elapsed()
}

/// Inputs made of what detectors look for: eight times the bytes must not take much more than eight times the time.
#[test]
fn time_grows_with_the_size_and_not_with_its_square() {
    let mit = text_of("MIT");
    let seeds = [
        "license ".to_owned(),
        "gpl version 2 or (at your option) any later version ".to_owned(),
        "Permission is hereby granted, free of charge, ".to_owned(),
        "SPDX-License-Identifier: MIT ".to_owned(),
        "See the file COPYING for the license. ".to_owned(),
        "Copyright (c) 2020 A. ".to_owned(),
        "a ".to_owned(),
        "<".to_owned(),
        "GPL, MIT, BSD or ".to_owned(),
        "https://www.apache.org/licenses/LICENSE-2.0 ".to_owned(),
        mit.replace('\n', " "),
    ];
    for seed in seeds {
        let small = seed.repeat((200 << 10) / seed.len());
        let (one, eight) = (time(small.as_bytes()), time(small.repeat(8).as_bytes()));
        let limit = one.max(Duration::from_millis(20)) * 24;
        assert!(eight < limit, "{:?}: {one:?} for 200 KiB, {eight:?} for eight times that", seed.get(..20));
    }
}

proptest! {
    #![proptest_config(Config { cases: 64, ..Config::default() })]

    #[test]
    fn detection_is_total_on_random_bytes(bytes in prop::collection::vec(any::<u8>(), 0..4000)) {
        read(&bytes);
    }

    #[test]
    fn detection_is_total_on_cut_and_stitched_licenses(
        parts in prop::collection::vec((0..600_usize, any::<u16>(), any::<u16>()), 1..6),
        noise in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let listed: Vec<_> = license::licenses().collect();
        let mut bytes = noise;
        for (which, from, to) in parts {
            let text = listed[which % listed.len()].text.as_bytes();
            let (from, to) = (usize::from(from) % (text.len() + 1), usize::from(to) % (text.len() + 1));
            bytes.extend(&text[from.min(to)..from.max(to)]);
        }
        let once = read(&bytes);
        assert_eq!(once, read(&bytes), "the same bytes give the same answer");
    }
}

/// The lines of a text or tag, cut out of the file, say the same again.
#[test]
#[ignore = "needs ../shared/data"]
fn lines_cut_out_say_the_same_again() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/detect/suite/files");
    let detector = Detector::new(&Options::default());
    let (mut asked, mut lost) = (0, Vec::new());
    for entry in walkdir::WalkDir::new(&root).sort_by_file_name().into_iter().filter_map(Result::ok) {
        let Some(path) = entry.file_type().is_file().then(|| RelPath::below(&root, entry.path())).flatten() else {
            continue;
        };
        let text = clarity::evidence::read_text(&std::fs::read(entry.path()).expect("a file of the sample"));
        let index = clarity::text::LineIndex::new(&text);
        let line = |number| index.span(&text, number).map_or("", |span| span.of(&text));
        for one in &detector.read(&path, text.as_bytes()).detections {
            if !matches!(one.class, Witness::Text | Witness::Tag) || one.by == "exception" {
                continue;
            }
            asked += 1;
            let cut: Vec<&str> = (one.lines.first..=one.lines.last).map(line).collect();
            let again = detector.read(&path, cut.join("\n").as_bytes());
            if !again.detections.iter().any(|other| other.expr.terms().is_superset(&one.expr.terms())) {
                lost.push(format!("{path}:{} {}", one.lines, one.expr));
            }
        }
    }
    assert!(asked > 0 && lost.len() * 100 <= asked, "{} of {asked}: {lost:#?}", lost.len());
}
