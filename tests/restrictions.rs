//! Restrictions beside and inside license texts, through the public face of detection.

use std::sync::LazyLock;

use clarity::evidence::{Detector, FileEvidence, Options};
use clarity::license;
use clarity::text::RelPath;

static DETECTOR: LazyLock<Detector> = LazyLock::new(|| Detector::new(&Options::default()));

fn read(content: &str) -> FileEvidence {
    DETECTOR.read(&RelPath::new("LICENSE").expect("relative"), content.as_bytes())
}

fn text_of(id: &str) -> &'static str {
    license::license(id).expect("listed").text
}

/// Terms that take something away, in words that no row holds.
const RESTRICTIONS: &[&str] = &[
    "The software may be used only for purposes that are not commercial.",
    "Commercial use of this package requires a separate agreement with the author.",
    "You may not use this program in any weapon system or for military research.",
    "Employees and contractors of Example Corporation are not permitted to use this software.",
    "Selling copies of this software, alone or bundled with other products, is forbidden.",
    "You must not offer the software to third parties as a hosted or managed service.",
    "Removing or altering the logo shown on the start page is not allowed.",
    "This license ends ninety days after installation; after that a paid key is needed.",
    "Permission is granted to universities and schools for teaching and research only.",
    "Distribution of modified versions is prohibited without written consent.",
    "Organizations with more than one hundred employees have to buy a license.",
    "The software must not be used to build a product that competes with ours.",
];

const TEXTS: &[&str] =
    &["MIT", "ISC", "BSD-3-Clause", "Apache-2.0", "GPL-2.0-only", "LGPL-2.1-only", "MPL-2.0", "Zlib"];

/// The text with a paragraph before, inside or after it; `at` is the part of it in halves.
fn mixed(text: &str, paragraph: &str, at: usize) -> String {
    let mut paragraphs: Vec<&str> = text.trim().split("\n\n").collect();
    paragraphs.insert(paragraphs.len() * at / 2, paragraph);
    paragraphs.join("\n\n")
}

/// The mixtures of which one stands for each `step`, that are the known license all the same.
fn overlooked(step: usize) -> Vec<String> {
    let all = RESTRICTIONS.iter().flat_map(|one| TEXTS.iter().flat_map(move |id| (0..=2).map(move |at| (one, id, at))));
    let missed = all.step_by(step).filter(|(restriction, id, at)| {
        let seen = read(&mixed(text_of(id), restriction, *at));
        seen.detections.iter().all(|one| !one.expr.to_string().contains("LicenseRef-"))
    });
    missed.map(|(restriction, id, at)| format!("{id} at {at}: {restriction}")).collect()
}

/// Seven and the 24 mixtures of one restriction have no divisor in common: all texts and places occur.
#[test]
fn no_text_with_a_restriction_is_the_known_license() {
    assert_eq!(overlooked(7), Vec::<String>::new());
}

#[test]
#[ignore = "exhaustive: takes a minute unoptimized"]
fn no_text_with_any_restriction_in_any_place_is_the_known_license() {
    assert_eq!(overlooked(1), Vec::<String>::new());
}

/// The listed texts, of which one stands for each `step`, that are another license with a restriction.
fn restricted(step: usize) -> Vec<String> {
    let listed = license::licenses().filter(|one| !one.text.is_empty()).step_by(step);
    let found = listed.map(|one| (one.id, read(one.text)));
    let is_modified = |seen: &FileEvidence| seen.detections.iter().any(|one| one.expr.to_string().contains("modified"));
    let restricted = found.filter(|(_, seen)| !seen.restrictions.is_empty() || is_modified(seen));
    restricted.map(|(id, seen)| format!("{id}: {:?}", seen.restrictions)).collect()
}

#[test]
fn a_listed_text_is_no_other_license_with_a_restriction() {
    assert_eq!(restricted(9), Vec::<String>::new());
}

#[test]
#[ignore = "exhaustive: takes a minute unoptimized"]
fn no_listed_text_is_another_license_with_a_restriction() {
    assert_eq!(restricted(1), Vec::<String>::new());
}

/// Words of a license, and others in their place that take something away.
const CHANGES: &[(&str, &str, &str)] = &[
    ("MIT", "free of charge", "for a fee of one dollar"),
    ("MIT", "without restriction", "with restrictions"),
    ("MIT", "and to permit persons", "but not to permit persons"),
    ("MIT", "to any person", "to any academic person"),
    ("ISC", "for any purpose", "for any purpose except resale"),
    ("BSD-2-Clause", "are permitted provided", "are permitted only in schools provided"),
    ("Apache-2.0", "no-charge", "fee-bearing commercial"),
    ("GPL-2.0-only", "You may copy and distribute verbatim", "You may not copy and distribute verbatim"),
];

/// Words that people change, and the license is the same.
const SAME: &[(&str, &str, &str)] = &[
    ("MIT", "publish, distribute", "publish and distribute"),
    ("MIT", "shall be included", "must be included"),
    (
        "BSD-3-Clause",
        "Neither the name of the copyright holder nor the names of its contributors may be used",
        "The names of the contributors may not be used",
    ),
    ("Apache-2.0", "no-charge", "no charge"),
    ("ISC", "all copies", "all copies of the software"),
    ("Apache-2.0", "Copyright [yyyy] [name of copyright owner]", "Copyright 2026 Example Research Private Ltd"),
];

#[test]
fn a_text_with_changed_words_is_the_license_only_where_they_take_nothing_away() {
    let says = |(id, was, now): &(&str, &str, &str)| -> Vec<String> {
        let lines = text_of(id).split("\n\n").map(|part| part.split_whitespace().collect::<Vec<_>>().join(" "));
        let text = lines.collect::<Vec<_>>().join("\n\n");
        let changed = text.replacen(was, now, 1);
        assert_ne!(text, changed, "{id} has no words {was:?}");
        read(&changed).detections.iter().map(|one| one.expr.to_string()).collect()
    };
    let is_modified = |said: &Vec<String>| said.iter().any(|one| one.starts_with("LicenseRef-modified-"));
    let kept: Vec<_> = CHANGES.iter().filter(|one| !is_modified(&says(one))).collect();
    assert!(kept.is_empty(), "taken for the license: {kept:?}");
    let lost: Vec<_> = SAME.iter().filter(|one| is_modified(&says(one))).collect();
    assert!(lost.is_empty(), "taken for another license: {lost:?}");
}

fn restrictions_of(name: &str, content: &str) -> Vec<String> {
    let file = DETECTOR.read(&RelPath::new(name).expect("relative"), content.as_bytes());
    file.restrictions.into_iter().map(|one| one.quote).collect()
}

/// Prose of programs forbids and limits much that is no use of the work.
#[test]
fn prose_beside_a_license_restricts_nothing() {
    let readme = |prose: &str| restrictions_of("README.md", &format!("# Frob\n\n{prose}\n\n## License\n\nMIT\n"));
    let harmless = [
        "The code will not compile on older compilers, and a value can only be instantiated using the `with` function.",
        "Both code bases differ, so patches cannot be safely transferred in either direction.\n\nSee the guidelines.",
        "**Frob** is fully copyrighted by the authors and all rights are reserved.",
    ];
    for prose in harmless {
        assert_eq!(readme(prose), Vec::<String>::new(), "{prose}");
    }
    let header = "// License: MIT <https://opensource.org/licenses/MIT>\n";
    for comment in [
        "// Deleted so Converter objects can not be copied.\n",
        "// Currently intended for use with read-only pipes with expensive processes\n",
    ] {
        assert_eq!(restrictions_of("a.c", &format!("{header}//\n{comment}")), Vec::<String>::new(), "{comment}");
    }
}

#[test]
fn terms_in_the_license_section_of_a_readme_restrict() {
    let section = "# Frob\n\n## License\n\nMIT\n\nFor non-commercial use only.\n";
    assert_eq!(restrictions_of("README.md", section).len(), 1);
}

#[test]
fn a_question_restricts_nothing() {
    let asked = "Do I have to pay for a license when my company uses this program?";
    let stated = "You have to pay for a license when your company uses this program.";
    let with = |sentence: &str| read(&format!("{}\n\n{sentence}\n", text_of("MIT"))).restrictions.len();
    assert_eq!((with(asked), with(stated)), (0, 1));
}

/// Headers of Qt's previews: the other side of the choice is free.
#[test]
fn terms_beside_a_free_alternative_restrict_nothing() {
    let preview =
        "/*\n** No Commercial Usage\n** This file contains pre-release code and may not be distributed.\n**\n";
    let free = "** Alternatively, this file may be used under the terms of the GNU Lesser\n\
                ** General Public License version 2.1 as published by the Free Software\n** Foundation.\n*/\n";
    assert_eq!(restrictions_of("a.cpp", &format!("{preview}{free}")), Vec::<String>::new());
    assert!(!restrictions_of("a.cpp", &format!("{preview}*/\n")).is_empty());
}

/// Files whose line breaks were removed without a blank: the last word of a line and the first of the next are one.
#[test]
fn words_that_lost_the_blank_between_them_restrict_nothing() {
    let joined: Vec<String> = text_of("LGPL-2.1-only").split("\n\n").map(|part| part.replace('\n', "")).collect();
    assert_eq!(read(&joined.join("\n\n")).restrictions, Vec::new());
}

/// Words that say which files a license is for, or where code comes from.
#[test]
fn words_about_the_reach_of_a_license_restrict_nothing() {
    for words in [
        "The following license applies ONLY to the importer.",
        "Unless otherwise specified, files in the source distribution are subject to the following license:",
        "Not derived from licensed software.",
        "Specifically, we only include the compiler part of the source from that project.",
        "Use is subject to license terms.",
        "I do not work there anymore, so strictly speaking I can't change it.",
    ] {
        let seen = read(&format!("{words}\n\n{}\n", text_of("BSD-2-Clause")));
        assert_eq!(seen.restrictions, Vec::new(), "{words}");
    }
}
