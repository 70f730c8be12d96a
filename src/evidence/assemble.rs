//! The evidence of single files put together: what one file says of another.
//!
//! Follows references ("see COPYING") to the nearest file of that name; a reference that leads nowhere stays a reference.

use std::collections::{BTreeMap, BTreeSet};

use super::detection::{BY_REFERENCE, Detection, Evidence, FileEvidence, Pointer, Role, Score, Witness};
use super::sharing::Sharing;
use super::{manifest, notice, reuse, role};
use crate::license::{LicenseExpr, Term};
use crate::text::RelPath;

/// All evidence of one source, files in order of their paths, references followed.
pub fn assemble(mut files: Vec<FileEvidence>) -> Evidence {
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let mut sharing = Sharing::default();
    reuse::apply(&mut files, &mut sharing);
    follow_pointers(&mut files, &mut sharing);
    yield_to_documents(&mut files, &mut sharing);
    role::neighbours(&mut files);
    Evidence { files, ..Evidence::default() }
}

/// A manifest that only says "proprietary" or "free for non-commercial use" grants nothing beside a license document, which
/// says which terms are meant.
fn yield_to_documents(files: &mut [FileEvidence], sharing: &mut Sharing) {
    let speaks = |file: &&FileEvidence| {
        file.role == Role::LicenseText && file.detections.iter().any(|one| one.class != Witness::Clue)
    };
    let documents: BTreeSet<RelPath> =
        files.iter().filter(speaks).map(|file| document_of(&file.path.parent())).collect();
    for file in files.iter_mut().filter(|file| file.detections.iter().any(is_vague)) {
        if folders_above(&file.path).any(|folder| documents.contains(&folder)) {
            for one in file.detections.edit().iter_mut().filter(|one| is_vague(one)) {
                (one.class, one.note) = (Witness::Clue, Some("the license document says more".into()));
            }
            sharing.share(file);
        }
    }
}

/// The folder of a file and those above it, up to the root.
fn folders_above(file: &RelPath) -> impl Iterator<Item = RelPath> {
    let up = |folder: &RelPath| (!folder.as_str().is_empty()).then(|| folder.parent());
    std::iter::successors(Some(file.parent()), up)
}

/// The folder of which a document in `folder` speaks: `x.dist-info` for `x.dist-info/licenses`.
fn document_of(folder: &RelPath) -> RelPath {
    if folder.name().eq_ignore_ascii_case("licenses") { folder.parent() } else { folder.clone() }
}

fn is_vague(one: &Detection) -> bool {
    one.class == Witness::Manifest && manifest::is_own_terms(&one.expr)
}

fn follow_pointers(files: &mut [FileEvidence], sharing: &mut Sharing) {
    let mut texts: BTreeMap<String, LicenseExpr> =
        files.iter().filter_map(|file| Some((file.path.as_str().to_lowercase(), whole_license(file)?))).collect();
    let leading = files.iter().filter(|file| file.role == Role::LicenseText && whole_license(file).is_none());
    let led: Vec<(String, LicenseExpr)> =
        leading.filter_map(|file| Some((file.path.as_str().to_lowercase(), led_to(file, &texts)?))).collect();
    texts.extend(led);
    for file in files.iter_mut() {
        let mut found: Vec<Detection> = file
            .pointers
            .iter()
            .filter_map(|pointer| Some(resolved(pointer, target(&texts, &file.path, &pointer.target)?)))
            .chain(named(file, &texts))
            .collect();
        if found.is_empty() && Detection::are_sorted(&file.detections) {
            continue;
        }
        let seen = file.detections.edit();
        make_precise(seen, &mut found);
        // "A BSD-style license that can be found in LICENSE": what that file says is what was meant.
        seen.retain(|one| !found.iter().any(|said| notice::is_made_precise(one, said)));
        seen.extend(found);
        Detection::sort(seen);
        sharing.share(file);
    }
}

/// Puts what the named files say in the place of families in a choice: "the BSD-style license (in LICENSE) or the GPLv2
/// (in COPYING)" stays a choice. The references that it takes up are used.
fn make_precise(seen: &mut [Detection], found: &mut Vec<Detection>) {
    for one in seen.iter_mut().filter(|one| one.is_family() && one.expr.terms().len() > 1) {
        let within = |said: &Detection| one.lines.first <= said.lines.first && said.lines.first <= one.lines.last;
        let meant = |term: &Term| {
            let said = found.iter().filter(|said| within(said)).map(|said| said.expr.terms());
            let mut single = said.filter(|terms| terms.len() == 1).flatten();
            single.find(|said| notice::family(said) == notice::family(term)).cloned()
        };
        if !one.expr.terms().into_iter().all(|term| meant(term).is_some()) {
            continue;
        }
        let expr = one.expr.map_terms(&mut |term| meant(term).unwrap_or_else(|| term.clone()));
        let lines = one.lines;
        found.retain(|said| !(lines.first <= said.lines.first && said.lines.first <= lines.last));
        (one.expr, one.by, one.note, one.score) = (expr, BY_REFERENCE, None, Score::FULL);
    }
}

/// The license that a file as a whole carries: all of its texts.
fn whole_license(file: &FileEvidence) -> Option<LicenseExpr> {
    let texts = file.detections.iter().filter(|one| one.class == Witness::Text);
    LicenseExpr::all(texts.map(|one| one.expr.clone()))
}

/// The files to which a license file without a text of its own refers: "either of the licenses in A or B".
fn led_to(file: &FileEvidence, texts: &BTreeMap<String, LicenseExpr>) -> Option<LicenseExpr> {
    let found = file.pointers.iter().filter_map(|pointer| target(texts, &file.path, &pointer.target)).cloned();
    if file.pointers.iter().any(is_alternative) { LicenseExpr::any(found) } else { LicenseExpr::all(found) }
}

/// True where the words before the name of the file make it one of several to choose from; an "or" anywhere else in
/// the sentence joins other things.
fn is_alternative(pointer: &Pointer) -> bool {
    let before = pointer.quote.strip_suffix(&pointer.target).unwrap_or(&pointer.quote);
    let mut words = before.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.clone().any(|word| word.eq_ignore_ascii_case("either")) || words.next_back() == Some("or")
}

/// The file of that name in the folder of `from`, or in the nearest folder above it.
fn target<'t>(texts: &'t BTreeMap<String, LicenseExpr>, from: &RelPath, name: &str) -> Option<&'t LicenseExpr> {
    let mut folder = from.parent();
    loop {
        let path = folder.join(name).map(|path| path.as_str().to_lowercase());
        if let Some(found) = path.and_then(|path| texts.get(&path)) {
            return Some(found);
        }
        if folder.as_str().is_empty() {
            return None;
        }
        folder = folder.parent();
    }
}

/// License by the name of the missing file to which one that says nothing else refers: `LICENSE-MIT`, or
/// `license.terms`, as projects around Tcl call the text of its license.
fn named(file: &FileEvidence, texts: &BTreeMap<String, LicenseExpr>) -> Option<Detection> {
    let [pointer] = file.pointers.iter().as_slice() else { return None };
    let is_silent = file.detections.iter().all(|one| one.class == Witness::Clue);
    if !is_silent || target(texts, &file.path, &pointer.target).is_some() {
        return None;
    }
    let name = pointer.target.rsplit('/').next()?.trim_end_matches(".txt").trim_end_matches(".md");
    let (kind, license) = name.split_once(['-', '.', '_'])?;
    let is_license = ["license", "licence", "copying"].iter().any(|word| kind.eq_ignore_ascii_case(word));
    let license = if name.eq_ignore_ascii_case("license.terms") { "TCL" } else { license };
    let (expr, note) = notice::named(license).filter(|_| is_license)?;
    let said = || format!("the name of {} says so", pointer.target).into();
    Some(Detection { note: Some(note.unwrap_or_else(said)), ..resolved(pointer, &expr) })
}

fn resolved(pointer: &Pointer, expr: &LicenseExpr) -> Detection {
    Detection {
        expr: expr.clone(),
        class: Witness::Grant,
        by: BY_REFERENCE,
        lines: pointer.lines,
        score: Score::FULL,
        quote: pointer.quote.clone(),
        note: Some(format!("as {} says", pointer.target).into()),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::evidence::Detector;
    use crate::license::license;

    #[test]
    fn a_file_that_is_not_there_may_be_called_after_its_license() {
        let says = |text: &str| says(&[("a.c", text)], "a.c");
        assert_eq!(says("/* See LICENSE-MIT for the license terms of this file. */\n"), ["MIT (reference)"]);
        assert_eq!(says("# See doc/COPYING.RUBY for license terms\n"), ["Ruby (reference)"]);
        let tcl = "# See the file \"license.terms\" for information on usage and redistribution of this file.\n";
        assert_eq!(says(tcl), ["TCL (reference)"]);
        for silent in ["LICENSE.frob", "COPYING.LIB", "LICENSE-vendor.txt"] {
            assert!(says(&format!("/* See {silent} for the license terms. */\n")).is_empty(), "{silent}");
        }
        let two = "/* See LICENSE-MIT and LICENSE-APACHE for the license terms. */\n";
        assert!(says(two).is_empty(), "whether both or one of both: nobody says");
        let there = [("a.c", "/* See LICENSE-MIT for license terms. */\n"), ("LICENSE-MIT", "All rights reserved.\n")];
        assert_eq!(super::tests::says(&there, "a.c"), ["MIT (reference)"]);
    }

    /// Statements of `path` among `files`, without clues.
    pub(in crate::evidence) fn said(files: &[(&str, &str)], path: &str) -> Vec<Detection> {
        let detector = Detector::usual();
        let path_of = |path: &str| RelPath::new(path).expect("relative");
        let read = files.iter().map(|(path, text)| detector.read(&path_of(path), text.as_bytes()));
        let evidence = assemble(read.collect());
        let file = evidence.files.iter().find(|file| file.path.as_str() == path).expect("it is there");
        file.detections.iter().filter(|one| one.class != Witness::Clue).cloned().collect()
    }

    fn says(files: &[(&str, &str)], path: &str) -> Vec<String> {
        said(files, path).iter().map(|one| format!("{} ({})", one.expr, one.by)).collect()
    }

    #[test]
    fn a_license_document_says_more_than_the_word_proprietary() {
        let manifest = "[metadata]\nname = x\nlicense = Proprietary\n";
        let terms = "You may not use this software for commercial purposes.\n";
        assert_eq!(says(&[("setup.cfg", manifest)], "setup.cfg"), ["LicenseRef-proprietary (manifest/python)"]);
        for document in ["LICENSE", "licenses/LICENSE"] {
            assert!(says(&[("setup.cfg", manifest), (document, terms)], "setup.cfg").is_empty(), "{document}");
        }
        let mit = license("MIT").expect("an id of the list").text;
        let below = [("setup.cfg", manifest), ("src/copied/LICENSE", mit)];
        assert_eq!(says(&below, "setup.cfg"), ["LicenseRef-proprietary (manifest/python)"], "it is of a part");
    }

    #[test]
    fn a_license_file_that_leads_to_others_says_what_they_say() {
        let text = |id: &str| license(id).expect("an id of the list").text;
        let header = "# This file is dual licensed under the terms of the Apache License, Version\n# 2.0, and the BSD License. See the LICENSE file for complete details.\n";
        let files = [
            ("LICENSE", "This is made available under either of the licenses in LICENSE.APACHE or LICENSE.BSD.\n"),
            ("LICENSE.APACHE", text("Apache-2.0")),
            ("LICENSE.BSD", text("BSD-2-Clause")),
            ("src/a.py", header),
        ];
        assert_eq!(says(&files, "src/a.py"), ["Apache-2.0 OR BSD-2-Clause (reference)"]);
        assert_eq!(says(&files[3..], "src/a.py"), ["Apache-2.0 OR BSD-3-Clause (choice/either-or)"]);
    }

    #[test]
    fn parts_that_each_have_a_file_of_their_own_are_no_choice() {
        let text = |id: &str| license(id).expect("an id of the list").text;
        let files = [
            ("COPYING", text("ISC")),
            ("COPYING.DOC", text("CC-BY-4.0")),
            ("LICENSE", "Copy or change the code under the terms in COPYING and the manual by those in COPYING.DOC.\n"),
        ];
        assert_eq!(
            says(&[&files[..], &[("a.py", "# See the LICENSE file.\n")]].concat(), "a.py"),
            ["CC-BY-4.0 AND ISC (reference)"]
        );
    }

    #[test]
    fn a_file_whose_terms_are_in_copying_has_the_license_of_copying() {
        let files = [
            ("COPYING", license("ISC").expect("an id of the list").text),
            ("a.c", "/* See the file COPYING for copying conditions. */\n"),
            ("b/c.c", "/* For conditions of use, see the accompanying file COPYING. */\n"),
        ];
        assert_eq!(says(&files, "a.c"), ["ISC (reference)"]);
        assert_eq!(says(&files, "b/c.c"), ["ISC (reference)"]);
    }
}
