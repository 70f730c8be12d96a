//! Texts in files of every kind, through the public face of detection.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::{LazyLock, OnceLock};
use std::time::{Duration, Instant};

use clarity::evidence::{Detector, FileEvidence, Options, OwnText, Score, Unread, Witness};
use clarity::license;
use clarity::text::RelPath;
use proptest::prelude::{any, prop, proptest};
use proptest::test_runner::Config;

static DETECTOR: LazyLock<Detector> = LazyLock::new(|| Detector::new(&Options::default()));

fn read(bytes: &[u8]) -> FileEvidence {
    DETECTOR.read(&RelPath::new("src/file.c").expect("relative"), bytes)
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
fn an_exception_for_another_library_is_another_exception() {
    let exceptions = |text: &str| {
        let header = format!("Licensed under the GNU GPL version 2.\n\n{text}");
        let seen = read(commented(&header, " * ").as_bytes());
        seen.detections.iter().flat_map(|one| one.expr.terms()).filter(|term| term.exception.is_some()).count()
    };
    let openssl = license::exception("openvpn-openssl-exception").expect("listed").text;
    assert_eq!(exceptions(openssl), 1);
    assert_eq!(exceptions(&openssl.replace("OpenSSL", "Xerces")), 0);
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
fn two_parts_of_a_license_made_of_three_are_what_they_are_alone() {
    assert_eq!(texts(&text_of("BSD-3-Clause").repeat(2)), ["BSD-3-Clause", "BSD-3-Clause"]);
    let (_, behind) = text_of("Sleepycat").split_once("Sleepycat Software").expect("its first holder");
    let parts = behind.find("The Regents").map_or("", |at| &behind[at..]);
    assert_eq!(texts(parts), ["BSD-3-Clause", "BSD-3-Clause"]);
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
fn short_licenses_are_told_by_their_conditions_whoever_worded_the_disclaimer() {
    let disclaimer = "THE PROGRAM COMES WITHOUT ANY EXPRESS OR IMPLIED WARRANTY, INCLUDING, WITHOUT LIMITATION, THE \
                      IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE.";
    for id in ["MIT", "BSD-2-Clause", "BSD-3-Clause"] {
        let text = text_of(id);
        let start =
            text.find("THIS SOFTWARE IS PROVIDED").or(text.find("THE SOFTWARE IS PROVIDED")).expect("it disclaims");
        assert_eq!(texts(&format!("{}{disclaimer}\n\nint x;\n", &text[..start])), [id]);
    }
    let own = "You may print this text for your friends, provided that they like it and send a postcard.\n\n";
    assert_eq!(texts(&format!("{own}{disclaimer}")), [""; 0]);
}

#[test]
fn what_stands_around_the_terms_may_be_left_out() {
    let part = |id: &str, from: &str| text_of(id).find(from).map_or("", |at| &text_of(id)[at..]);
    let flex = part("BSD-3-Clause-flex", "This code is derived").split("This basically says").next();
    assert_eq!(texts(flex.expect("a part")), ["BSD-3-Clause-flex"]);
    assert_eq!(texts(part("ImageMagick", "1. Definitions")), ["ImageMagick"]);
}

#[test]
fn whose_name_may_not_be_used_is_said_in_many_ways() {
    let (conditions, _) = text_of("BSD-3-Clause").split_once("3. Neither").expect("a third clause");
    let short = "THIS SOFTWARE IS PROVIDED ``AS IS'' AND WITHOUT ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING,\n\
        WITHOUT LIMITATION, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE.\n";
    for whose in [
        "The names of the authors may not",
        "The name of Example Works must not",
        "Neither the name nor the logo of Example Works may",
    ] {
        let clause = format!(
            "3. {whose} be used to endorse or promote products derived from this software without specific prior written permission."
        );
        assert_eq!(texts(&format!("{conditions}{clause}\n\n{short}")), ["BSD-3-Clause"], "{whose}");
    }
}

#[test]
fn what_gnu_manuals_say_of_printing_changes_no_license() {
    let printing = "Permission is granted to process this file through TeX and print the results, provided the printed \
        document carries copying permission notice identical to this one except for the removal of this paragraph \
        (this paragraph not being relevant to the printed manual).\n\n";
    let second = "Permission is granted to copy and distribute modified";
    assert_eq!(texts(&text_of("Latex2e").replace(second, &format!("{printing}{second}"))), ["Latex2e"]);
}

#[test]
fn a_text_decides_and_not_the_name_above_it() {
    let said = |content: &str| {
        let found = read(content.as_bytes()).detections;
        found.iter().filter(|one| one.class != Witness::Clue).map(|one| one.expr.to_string()).collect::<Vec<_>>()
    };
    let named = format!("This is now licensed under the New BSD License.\n\n{}", text_of("BSD-2-Clause"));
    assert_eq!(said(&named), ["BSD-2-Clause"]);
    let other = format!("This is licensed under the Apache License 2.0.\n\n{}", text_of("BSD-2-Clause"));
    assert_eq!(said(&other), ["Apache-2.0", "BSD-2-Clause"]);
}

#[test]
fn a_variant_is_told_from_its_family_only_where_the_words_follow_it() {
    let variant = text_of("BSD-3-Clause-Tso");
    assert_eq!(texts(variant), ["BSD-3-Clause-Tso"]);
    let choice = "As another choice, whoever receives this may hand it on under the conditions of the GNU General \
                  Public License, in which case what that says is required in place of the restrictions above. This \
                  is needed since those might be at odds with each other in the eyes of some lawyers somewhere.\n\n";
    let usual = variant
        .replace("ALL OF WHICH ARE HEREBY DISCLAIMED", "ARE DISCLAIMED")
        .replace("EVEN IF NOT ADVISED", "EVEN IF ADVISED")
        .replace("THIS SOFTWARE IS PROVIDED", &format!("{choice}THIS SOFTWARE IS PROVIDED"));
    assert_eq!(texts(&usual), ["BSD-3-Clause"]);
}

#[test]
fn a_license_that_quotes_those_of_others_is_told_by_its_own_terms() {
    let whole = text_of("Sleepycat");
    let own = &whole[..whole.find("Copyright (c) 1990, 1993").expect("the first of the others")];
    assert_eq!(texts(own), ["Sleepycat"]);
    assert_eq!(texts(text_of("OpenSSL-standalone")), ["OpenSSL-standalone"]);
}

#[test]
fn what_a_well_known_license_gives_is_enough_without_its_disclaimer() {
    let isc = text_of("ISC");
    let given = &isc[isc.find("Permission").expect("what is given")..isc.find("THE SOFTWARE").expect("a disclaimer")];
    assert_eq!(texts(given), ["ISC"]);
    assert_eq!(texts(text_of("pkgconf")), ["pkgconf"]);
}

#[test]
fn names_of_versions_follow_the_wording_of_the_text_beside_them() {
    let says = |text: &str| {
        let evidence =
            read(format!("This is free software, under the same terms as Perl itself.\n\n{text}").as_bytes());
        let said = evidence.detections.iter().find(|one| one.class == Witness::Grant).expect("a grant");
        said.expr.to_string()
    };
    assert_eq!(says(text_of("Artistic-1.0")), "Artistic-1.0 OR GPL-1.0-or-later");
    assert_eq!(says(text_of("Artistic-1.0-Perl")), "Artistic-1.0-Perl OR GPL-1.0-or-later");
    assert_eq!(says(text_of("Artistic-2.0")), "Artistic-1.0-Perl OR GPL-1.0-or-later");
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
    assert!(unknown.note.as_ref().is_some_and(|note| note.to_string().starts_with("resembles ")), "{unknown:?}");
}

#[test]
fn a_license_document_of_somebodys_own_is_a_clue_with_the_nearest_license_and_its_similarity() {
    let own = "Whoever holds a copy of this software may use, copy, modify and give it away at no charge, provided that \
        every copy keeps this notice, and that no fruit is sorted on a Sunday. There is no warranty of any kind, and the \
        growers are not liable for any damages.";
    let seen = DETECTOR.read(&RelPath::new("LICENSE").expect("relative"), own.as_bytes());
    let unknown = seen.detections.iter().find(|one| one.is_unknown_text()).expect("a clue");
    assert_eq!(unknown.class, Witness::Clue);
    assert!(unknown.score > Score(0) && unknown.score < Score(6_000), "{unknown:?}");
    let seen =
        Detector::new(&Options::default()).read(&RelPath::new("LICENSE").expect("relative"), b"See the web page.");
    assert_eq!(*seen.detections, []);
}

#[test]
fn what_makes_a_variant_decides() {
    let sell = text_of("HPND-sell-variant").replace("OpenVision", "the above listed holders");
    assert_eq!(
        texts(&sell.replace("OPENVISION DISCLAIMS", "THE ABOVE LISTED HOLDERS DISCLAIM")),
        ["HPND-sell-variant"]
    );
    let isc = text_of("ISC").replace(
        "appear in all copies.",
        "appear in all copies, and that the name of Example Ltd. not be used in advertising or publicity pertaining to \
         distribution of the software without specific, written prior permission.",
    );
    assert_eq!(texts(&isc), ["HPND"]);
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
    let seen = Detector::new(&Options::default()).read_file(&file, &path);
    assert_eq!(seen.size, (1 << 30) + 5);
    assert!(seen.unread.is_some());
}

/// The expressions that each listed text is found as, by its id; each is read once in all tests.
fn by_itself(id: &'static str) -> &'static [String] {
    static FOUND: LazyLock<BTreeMap<&str, OnceLock<Vec<String>>>> =
        LazyLock::new(|| license::licenses().map(|one| (one.id, OnceLock::new())).collect());
    FOUND[id].get_or_init(|| texts(text_of(id)))
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
            let found = by_itself(one.id);
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

/// A file in which a text stands, as people put it there.
type Kind = (&'static str, fn(&str) -> String);

const KINDS: &[Kind] = &[
    ("c", |text| format!("#include <a.h>\n\n/*\n{} */\n\nint a;\n", commented(&text.replace("*/", "* /"), " * "))),
    ("py", |text| format!("#!/usr/bin/python3\n{}\nimport os\n", commented(text, "# "))),
    ("html", |text| {
        let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
        format!(
            "<html><body>\n<h1>About</h1>\n<p>{}</p>\n</body></html>\n",
            escaped.replace("\n\n", "</p>\n\n<p class=\"x\">")
        )
    }),
    ("md", |text| {
        format!("# Sorter\n\nIt sorts.\n\n## Terms\n\n{}\n## Authors\n\nSee the log.\n", commented(text, "> "))
    }),
    ("xml", |text| format!("<?xml version=\"1.0\"?>\n<!--\n{}\n-->\n<a/>\n", text.replace("--", "- -"))),
    ("js", |text| {
        format!("/*! {} */var a=1;", text.replace("*/", "* /").split_whitespace().collect::<Vec<_>>().join(" "))
    }),
    ("json", |text| json(text)),
    ("txt", |text| format!("{}\n\n----\n{text}", text_of("Zlib"))),
];

/// A string of a JSON file, in plain ASCII.
fn json(text: &str) -> String {
    let plain = serde_json::json!({ "name": "sorter", "notes": text }).to_string();
    let mut units = [0; 2];
    let escape = |letter: &mut [u16]| letter.iter().map(|unit| format!("\\u{unit:04x}")).collect::<String>();
    plain
        .chars()
        .map(|letter| if letter.is_ascii() { letter.into() } else { escape(letter.encode_utf16(&mut units)) })
        .collect()
}

/// Every listed text in some kind of file, each kind with every eighth text.
#[test]
fn nearly_every_listed_text_is_found_inside_some_kind_of_file() {
    found_inside_files(|text, kind| text % KINDS.len() == kind);
}

#[test]
#[ignore = "exhaustive: takes minutes unoptimized"]
fn nearly_every_listed_text_is_found_inside_files_of_every_kind() {
    found_inside_files(|_, _| true);
}

/// Asserts that listed texts are there in files of the kinds that are `asked` of them, and nothing else but what the file
/// holds besides. Both are counted from zero in `asked`.
fn found_inside_files(asked: impl Fn(usize, usize) -> bool) {
    let listed: Vec<_> = license::licenses().filter(|one| !one.deprecated && !one.text.is_empty()).collect();
    let (mut tried, mut failed) = (0, Vec::new());
    for (at, one) in listed.iter().enumerate() {
        for (kind, write) in KINDS.iter().enumerate().filter(|(number, _)| asked(at, *number)).map(|(_, kind)| kind) {
            let mut found = texts(&write(one.text));
            if *kind == "txt" {
                assert_eq!(found.first().map(String::as_str), Some("Zlib"), "before {}", one.id);
                found.remove(0);
            }
            tried += 1;
            if found != by_itself(one.id) {
                failed.push(format!("{} in {kind}: {found:?}, by itself {:?}", one.id, by_itself(one.id)));
            }
        }
    }
    assert!(tried >= listed.len() && failed.len() * 200 <= tried, "{} of {tried}: {failed:#?}", failed.len());
}

/// Processor time of this thread: what others do on the machine does not count.
fn work(content: &[u8]) -> Duration {
    let start = spent();
    read(content);
    spent().saturating_sub(start)
}

/// Linux tells nanoseconds on a processor, per thread; elsewhere a clock has to do.
fn spent() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.as_deref().and_then(|told| told.split(' ').next()?.parse().ok());
    nanoseconds.map_or_else(|| START.elapsed(), Duration::from_nanos)
}

/// Asserts that eight times the bytes take not much more than eight times the work, or do not take it again. Unoptimized
/// code needs fewer bytes to be told from noise.
fn grows_with_its_size(unit: &str) {
    let bytes = if cfg!(debug_assertions) { 6 << 10 } else { 50 << 10 };
    let small = unit.repeat(bytes / unit.len() + 1);
    let large = small.repeat(8);
    let grows = || work(large.as_bytes()) >= work(small.as_bytes()).max(Duration::from_millis(5)) * 20;
    assert!(!(0..3).all(|_| grows()), "eight times {bytes} bytes of {unit:?} take more than twenty times the work");
}

#[test]
fn work_grows_with_the_size_and_not_with_its_square() {
    for unit in FRAGMENTS {
        grows_with_its_size(unit);
    }
    for id in ["MIT", "GPL-2.0-only", "Classpath-exception-2.0"] {
        let text = license::license(id).map(|found| found.text).or_else(|| Some(license::exception(id)?.text));
        grows_with_its_size(&text.expect("listed").replace('\n', " "));
    }
}

/// What detectors look for, and what their readers skip.
const FRAGMENTS: &[&str] = &[
    "license ",
    "gpl version 2 or (at your option) any later version ",
    "Permission is hereby granted, free of charge, ",
    "SPDX-License-Identifier: MIT ",
    "SPDX-License-Identifier: (MIT OR ",
    "See the file COPYING for the license. ",
    "Copyright (c) 2020 A. ",
    "a ",
    "<",
    "<!--",
    "&amp",
    "\\u00e9",
    "GPL, MIT, BSD or ",
    "https://www.apache.org/licenses/LICENSE-2.0 ",
    "as a special exception, ",
    "THE SOFTWARE IS PROVIDED \"AS IS\", WITHOUT WARRANTY ",
    "Redistributions of source code must retain ",
    "name of ",
    "either A or B ",
    "License: ",
    "MODULE_LICENSE(\"GPL\") ",
    "dual licensed under the ",
    "\n",
    "\r * ",
    "é",
];

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

/// The lines of a tag, a text or a grant that stands for itself, cut out of the file, say the same again.
#[test]
#[ignore = "needs ../shared/data"]
fn lines_cut_out_say_the_same_again() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/detect");
    for sample in ["suite/files", "debian/files"] {
        let (mut asked, mut lost) = (0, Vec::new());
        for entry in walkdir::WalkDir::new(data.join(sample)).sort_by_file_name().into_iter().filter_map(Result::ok) {
            if entry.file_type().is_file() {
                asked += cut_out(entry.path(), &mut lost);
            }
        }
        let share = 100.0 - 100.0 * lost.len() as f64 / f64::from(asked.max(1));
        assert!(asked > 300 && lost.len() * 200 <= asked as usize, "{sample}: {share:.2} % of {asked}: {lost:#?}");
    }
}

/// Asks every detection of a file again, for its lines alone; says how many there were.
fn cut_out(file: &Path, lost: &mut Vec<String>) -> u32 {
    let path = RelPath::new(file.file_name().expect("a name")).expect("relative");
    let text = clarity::evidence::read_text(&std::fs::read(file).expect("a file of the sample"));
    let index = clarity::text::LineIndex::new(&text);
    let line = |number| index.span(&text, number).map_or("", |span| span.of(&text));
    let mut asked = 0;
    for one in &DETECTOR.read(&path, text.as_bytes()).detections {
        let is_statement = matches!(one.class, Witness::Text | Witness::Tag | Witness::Grant) && one.by != "exception";
        if !is_statement {
            continue;
        }
        asked += 1;
        let cut: Vec<&str> = (one.lines.first..=one.lines.last).map(line).collect();
        let again = DETECTOR.read(&path, cut.join("\n").as_bytes());
        let firm = again.detections.iter().filter(|other| other.class != Witness::Clue);
        if !firm.into_iter().any(|other| other.expr.terms().is_superset(&one.expr.terms())) {
            lost.push(format!("{path}:{} {} ({})", one.lines, one.expr, one.by));
        }
    }
    asked
}

proptest! {
    #![proptest_config(Config { cases: 12, ..Config::default() })]

    #[test]
    fn no_mixture_of_triggers_costs_the_square_of_its_size(which in prop::collection::vec(0..FRAGMENTS.len(), 2..7)) {
        grows_with_its_size(&which.iter().map(|at| FRAGMENTS[*at]).collect::<String>());
    }
}
