//! Our judgement of a package's license, from all evidence of its source.
//!
//! The only place that concludes. It never looks at what nixpkgs declares, and it abstains rather than guess:
//! `NoAssertion` and `Conflicting` are answers.

mod confidence;
mod language;
mod lead;
mod linked;
mod part;
mod prebuilt;
mod restricted;
mod scope;
mod suffix;
mod unasked;
mod unknown;
mod voice;

use std::collections::BTreeMap;
use std::fmt;

use crate::evidence::{Evidence, Witness};
use crate::license::{LicenseExpr, Term, are_wordings, difference, refines};
use crate::text::{LineRange, RelPath};

pub use linked::Linked;
pub use part::{Doubt, Part};
pub use prebuilt::{Prebuilt, prebuilt};
pub use restricted::{Restricted, restrictions};
use scope::Scope;
pub use unknown::{UnknownText, unknown_texts};
use voice::Voice;

/// License of a source, as far as its evidence tells.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Conclusion {
    /// One expression for what is built and shipped.
    Concluded(Concluded),
    /// Upstream contradicts itself: each reading with what speaks for it.
    Conflicting {
        /// The readings, strongest first.
        readings: Vec<Reading>,
        /// Other licenses in the tree.
        parts: Vec<Part>,
    },
    /// Everything was read and nothing states a license (SPDX `NONE`).
    NoneFound,
    /// Not determined (SPDX `NOASSERTION`), because ...
    NoAssertion(Reason),
}

/// Why a license is not determined.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The part of the source that the package is built from is empty.
    NoFiles(RelPath),
    /// So much could not be read that silence means nothing; in words.
    Unread(String),
    /// This license document holds no license that is known.
    Unknown(RelPath),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::NoFiles(root) => write!(f, "the source has no files below `{root}`"),
            Reason::Unread(why) => f.write_str(why),
            Reason::Unknown(document) => write!(f, "`{document}` holds no license that is known"),
        }
    }
}

/// A concluded expression with its reasons.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Concluded {
    /// The expression; operators only where a witness states them.
    pub expr: LicenseExpr,
    /// True where the terms of `expr` come from texts that nothing joins: a set, whose operator is not known.
    pub operator_unstated: bool,
    /// How far to trust it.
    pub confidence: Confidence,
    /// Why that far, in words.
    pub reasons: Vec<String>,
    /// The witnesses that carried it, strongest first.
    pub basis: Vec<Basis>,
    /// The witnesses that say something else.
    pub against: Vec<Basis>,
    /// Licenses of parts of the tree that are not in `expr`.
    pub parts: Vec<Part>,
}

/// Trust in a conclusion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// One weak witness, or open questions.
    Low,
    /// One good witness, or several with a blemish.
    Medium,
    /// Independent witnesses agree, or one that cannot be misread.
    High,
}

impl Concluded {
    /// True where only the family of a license is named ("BSD", "GPL") and `term` is one of it.
    pub fn leaves_open(&self, term: &Term) -> bool {
        let is_vague = !self.basis.is_empty() && self.basis.iter().all(|basis| basis.vague);
        is_vague && self.expr.terms().iter().any(|own| refines(term, own))
    }
}

impl Confidence {
    /// Its name, as reports write it.
    pub fn name(self) -> &'static str {
        match self {
            Confidence::High => "high",
            Confidence::Medium => "medium",
            Confidence::Low => "low",
        }
    }
}

/// One reading of contradictory evidence.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reading {
    /// The license according to these witnesses.
    pub expr: LicenseExpr,
    /// Who says so.
    pub basis: Vec<Basis>,
}

/// A witness, and how many more say the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Basis {
    /// The file, below the root of the source.
    pub file: RelPath,
    /// The lines.
    pub lines: LineRange,
    /// The class of the witness.
    pub class: Witness,
    /// Message.
    pub expr: LicenseExpr,
    /// The words, shortened; empty for whole texts.
    pub quote: String,
    /// The number of files that say the same, this one included.
    pub files: usize,
    /// True where only a family is named ("BSD", "GPL"), and `expr` stands for it.
    pub vague: bool,
}

impl Conclusion {
    /// Gives back the memory that its lists have reserved for more.
    pub fn shrink(&mut self) {
        if let Conclusion::Concluded(concluded) = self {
            concluded.reasons.shrink_to_fit();
            concluded.basis.shrink_to_fit();
            concluded.against.shrink_to_fit();
            concluded.parts.shrink_to_fit();
        }
    }

    /// The expression, or what SPDX has in its place: `NONE`, `NOASSERTION`.
    pub fn in_words(&self) -> String {
        match self {
            Conclusion::Concluded(concluded) => concluded.expr.to_string(),
            Conclusion::NoneFound => "NONE".to_owned(),
            Conclusion::Conflicting { .. } | Conclusion::NoAssertion(_) => "NOASSERTION".to_owned(),
        }
    }
}

/// Conclusion from `evidence` for the part of the source below `root` (all of it: the empty path). Of files that are not
/// proven to be those of the declared source the confidence is medium at most.
pub fn conclude(evidence: &Evidence, root: &RelPath) -> Conclusion {
    let mut conclusion = concluded(evidence, root);
    if let (Conclusion::Concluded(concluded), Some(why)) = (&mut conclusion, evidence.verification.unproven()) {
        concluded.confidence = concluded.confidence.min(Confidence::Medium);
        concluded.reasons.push(format!("unverified: {why}"));
    }
    conclusion
}

fn concluded(evidence: &Evidence, root: &RelPath) -> Conclusion {
    let scope = Scope::of(evidence, root);
    if scope.is_empty() {
        return Conclusion::NoAssertion(Reason::NoFiles(root.clone()));
    }
    let voices = voice::hear(&scope);
    if voices.is_empty() {
        return silent(&scope);
    }
    let Some(lead) = lead::leading(&voices, &scope) else {
        return Conclusion::Conflicting { readings: readings(&voices), parts: part::parts(&scope, None) };
    };
    // A file or two that were copied along do not say what the license document says in words of its own.
    if let Some(document) = scope.silent_document().filter(|_| voices.iter().all(Voice::is_marginal)) {
        return Conclusion::NoAssertion(Reason::Unknown(document));
    }
    let expr = suffix::settle(&lead.expr, &voices, &scope);
    let (basis, against) = sides(&expr, &voices);
    let parts = part::parts(&scope, Some(&expr));
    let (confidence, reasons) = confidence::judge(&expr, &voices, lead, &scope);
    let operator_unstated = lead.operator_unstated;
    Conclusion::Concluded(Concluded { expr, operator_unstated, confidence, reasons, basis, against, parts })
}

/// Nothing of the main scope speaks: nothing there, or nothing that could be read or understood.
fn silent(scope: &Scope<'_>) -> Conclusion {
    let unread = scope.unread_share().map(Reason::Unread);
    match unread.or_else(|| scope.silent_document().map(Reason::Unknown)) {
        Some(why) => Conclusion::NoAssertion(why),
        None => Conclusion::NoneFound,
    }
}

fn readings(voices: &[Voice]) -> Vec<Reading> {
    let mut by_expr: BTreeMap<&LicenseExpr, Vec<Basis>> = BTreeMap::new();
    for voice in voices {
        by_expr.entry(&voice.expr).or_default().extend(voice.basis.iter().cloned());
    }
    let mut readings: Vec<Reading> =
        by_expr.into_iter().map(|(expr, basis)| Reading { expr: expr.clone(), basis }).collect();
    readings.sort_by_key(|reading| reading.basis.iter().map(|basis| basis.class).min());
    readings
}

/// The witnesses of all voices: those that fit `expr`, and those that do not.
fn sides(expr: &LicenseExpr, voices: &[Voice]) -> (Vec<Basis>, Vec<Basis>) {
    let all = voices.iter().flat_map(|voice| voice.basis.iter().chain(&voice.others).cloned());
    let (mut basis, mut against): (Vec<_>, Vec<_>) = all.partition(|witness| fits(&witness.expr, witness.vague, expr));
    basis.sort_by(|a, b| (a.class, b.files, &a.file).cmp(&(b.class, a.files, &b.file)));
    against.sort_by(|a, b| (a.class, b.files, &a.file).cmp(&(b.class, a.files, &b.file)));
    (basis, against)
}

/// True where every term of `part` is one of `whole`: suffixes that are not stated are left aside, the text of a
/// license stands for it under an exception and for grants of earlier versions, and the name of a family for any of
/// its members.
fn fits(part: &LicenseExpr, is_vague: bool, whole: &LicenseExpr) -> bool {
    let whole_terms = whole.terms();
    let bare = |term: &Term| {
        term.exception.is_none() && whole_terms.iter().any(|own| own.license == term.license && own.exception.is_some())
    };
    let family = |term: &Term| (is_vague || term.is_family_alone()) && whole_terms.iter().any(|own| refines(own, term));
    let near = |term: &Term| whole_terms.iter().any(|own| term.is_text_for(own) || are_wordings(own, term));
    difference(whole.terms(), part.terms()).missing.iter().all(|term| bare(term) || family(term) || near(term))
}

/// True where every license of `part` is one of `whole`, whatever their suffixes.
fn same_names(part: &LicenseExpr, whole: &LicenseExpr) -> bool {
    let whole = whole.terms();
    part.terms().iter().all(|term| whole.iter().any(|own| own.license == term.license))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Detection, FileEvidence, Note, Role, Score};
    use crate::license::parse;

    fn file(path: &str, role: Role, seen: &[(Witness, &str)]) -> FileEvidence {
        let detections = seen.iter().map(|(class, expr)| Detection {
            expr: parse(expr).expect("valid"),
            class: *class,
            by: "test",
            lines: LineRange::new(1, 1),
            score: Score::FULL,
            quote: String::new(),
            note: None,
        });
        let path = RelPath::new(path).expect("relative");
        let mut file = FileEvidence::unread(&path, crate::evidence::Unread::Binary);
        file.role = role;
        file.unread = None;
        file.detections = detections.collect();
        file
    }

    fn judged_or_not(files: Vec<FileEvidence>) -> Option<Concluded> {
        match conclude(&Evidence { files, ..Evidence::default() }, &RelPath::default()) {
            Conclusion::Concluded(concluded) => Some(concluded),
            _ => None,
        }
    }

    fn judged(files: Vec<FileEvidence>) -> Concluded {
        judged_or_not(files).expect("concluded")
    }

    fn concluded(files: Vec<FileEvidence>) -> String {
        match conclude(&Evidence { files, ..Evidence::default() }, &RelPath::new("").expect("the root")) {
            Conclusion::Conflicting { .. } => "conflicting".to_owned(),
            other => other.in_words(),
        }
    }

    #[test]
    fn a_manifest_that_states_a_choice_explains_two_texts() {
        let files = vec![
            file("Cargo.toml", Role::BuildSystem, &[(Witness::Manifest, "MIT OR Apache-2.0")]),
            file("LICENSE-APACHE", Role::LicenseText, &[(Witness::Text, "Apache-2.0")]),
            file("LICENSE-MIT", Role::LicenseText, &[(Witness::Text, "MIT")]),
        ];
        assert_eq!(concluded(files), "Apache-2.0 OR MIT");
    }

    #[test]
    fn several_classifiers_are_a_set_at_low_confidence() {
        let classifiers = |names: &[&str]| {
            let lines: Vec<String> = names.iter().map(|name| format!("'License :: OSI Approved :: {name}'")).collect();
            let text = format!("setup(name='x', classifiers=[{}])\n", lines.join(", "));
            let path = RelPath::new("setup.py").expect("relative");
            judged(vec![crate::evidence::Detector::new(&Default::default()).read(&path, text.as_bytes())])
        };
        let set = classifiers(&["MIT License", "Apache Software License"]);
        assert_eq!((set.expr.to_string().as_str(), set.confidence), ("Apache-2.0 AND MIT", Confidence::Low));
        assert!(set.reasons.iter().any(|why| why.contains("set")), "{:?}", set.reasons);
        assert_eq!(classifiers(&["MIT License"]).confidence, Confidence::High);
    }

    #[test]
    fn the_text_of_a_license_that_files_beside_it_state_is_no_part() {
        let parts = |seen: &str| {
            let files = vec![
                file("LICENSE", Role::LicenseText, &[(Witness::Text, "MIT")]),
                file("main.c", Role::Shipped, &[(Witness::Tag, "MIT")]),
                file("zstd/COPYING", Role::LicenseText, &[(Witness::Text, "GPL-2.0")]),
                file("zstd/lib/a.c", Role::Shipped, &[(Witness::Grant, seen)]),
            ];
            let parts = judged(files).parts.into_iter();
            parts.map(|part| part.expr.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(parts("BSD-3-Clause OR GPL-2.0-only"), ["BSD-3-Clause OR GPL-2.0-only"]);
        assert_eq!(parts("BSD-3-Clause"), ["GPL-2.0-only", "BSD-3-Clause"]);
    }

    #[test]
    fn the_terms_of_perl_explain_their_sides_beside_them() {
        let beside = |more: &str| {
            let perl = (Witness::Grant, "Artistic-1.0-Perl OR GPL-1.0-or-later");
            concluded(vec![file("get.pm", Role::Shipped, &[perl, (Witness::Grant, more)])])
        };
        assert_eq!(beside("GPL-2.0-only"), "Artistic-1.0-Perl OR GPL-1.0-or-later");
        assert_eq!(beside("LGPL-2.1-only"), "LGPL-2.1-only AND (Artistic-1.0-Perl OR GPL-1.0-or-later)");
    }

    #[test]
    fn headers_decide_what_the_text_leaves_open() {
        let later = [(Witness::Grant, "GPL-2.0-or-later")];
        let files = |seen: &[(Witness, &str)]| {
            vec![
                file("COPYING", Role::LicenseText, &[(Witness::Text, "GPL-2.0")]),
                file("a.c", Role::Shipped, seen),
                file("b.c", Role::Shipped, seen),
                file("c.c", Role::Shipped, seen),
            ]
        };
        assert_eq!(concluded(files(&later)), "GPL-2.0-or-later");
        assert_eq!(concluded(files(&[])), "GPL-2.0-only");
    }

    #[test]
    fn the_files_of_a_part_decide_what_its_text_leaves_open() {
        let parts = |second: &str| {
            let library = ["lib/a.c", "lib/b.c", "lib/c.c", "lib/d.c"];
            let mut files: Vec<_> =
                library.map(|path| file(path, Role::Shipped, &[(Witness::Grant, "LGPL-2.1-or-later")])).into();
            files.push(file("COPYING", Role::LicenseText, &[(Witness::Text, "GPL-2.0")]));
            files.push(file("COPYING.LGPL", Role::LicenseText, &[(Witness::Text, "LGPL-2.1")]));
            files.push(file("README", Role::Docs, &[(Witness::Readme, "GPL-1.0-or-later AND LGPL-2.0-or-later")]));
            files.push(file("top.c", Role::Shipped, &[(Witness::Grant, "GPL-2.0-or-later")]));
            files.push(file("list.c", Role::Shipped, &[(Witness::Grant, second)]));
            concluded(files)
        };
        assert_eq!(parts("GPL-2.0-or-later"), "GPL-2.0-or-later AND LGPL-2.1-or-later");
        assert_eq!(parts("GPL-2.0-only"), "GPL-2.0-only AND LGPL-2.1-or-later");
    }

    #[test]
    fn two_files_do_not_widen_what_a_document_grants_of_a_part() {
        let stated = "GPL-2.0-only AND LGPL-2.0-only";
        let mut files = vec![file("COPYING", Role::LicenseText, &[(Witness::Grant, stated)])];
        let grants = |path: &str, expr| file(path, Role::Shipped, &[(Witness::Grant, expr)]);
        files.extend(["a.c", "b.c"].map(|path| grants(path, "LGPL-2.0-or-later")));
        files.extend(["main.c", "list.c", "text.c"].map(|path| grants(path, "GPL-2.0-only")));
        assert_eq!(concluded(files), stated);
    }

    #[test]
    fn one_tagged_file_does_not_overrule_the_license_document() {
        let files = vec![
            file("LICENSE", Role::LicenseText, &[(Witness::Text, "MIT")]),
            file("a.c", Role::Shipped, &[(Witness::Tag, "Apache-2.0")]),
            file("b.c", Role::Shipped, &[(Witness::Tag, "MIT")]),
            file("c.c", Role::Shipped, &[(Witness::Tag, "MIT")]),
        ];
        assert_eq!(concluded(files), "MIT");
    }

    #[test]
    fn a_document_that_offers_a_choice_explains_the_texts_beside_it() {
        let offer = file("LICENSE", Role::LicenseText, &[(Witness::Grant, "GPL-2.0-or-later OR ISC OR MIT")]);
        let texts = [("COPYING.gpl", "GPL-2.0"), ("COPYING.isc", "ISC"), ("COPYING.mit", "MIT")];
        let texts = texts.map(|(name, id)| file(name, Role::LicenseText, &[(Witness::Text, id)]));
        // Classifiers are a list, and leave one out.
        let list = file("setup.py", Role::BuildSystem, &[(Witness::Manifest, "GPL-2.0-or-later AND MIT")]);
        let files = [vec![offer], texts.to_vec(), vec![list]].concat();
        assert_eq!(concluded(files), "GPL-2.0-or-later OR ISC OR MIT");
        let parts = file("LICENSE", Role::LicenseText, &[(Witness::Grant, "ISC AND MIT")]);
        assert_eq!(concluded([vec![parts], texts[1..].to_vec()].concat()), "ISC AND MIT");
    }

    #[test]
    fn the_bare_name_of_a_version_in_prose_does_not_deny_later_ones() {
        let files = |quote: &str| {
            let mut prose = file("LICENSE", Role::LicenseText, &[(Witness::Grant, "GPL-3.0-only OR MIT")]);
            prose.detections.edit()[0].quote = quote.to_owned();
            vec![prose, file("package.json", Role::BuildSystem, &[(Witness::Manifest, "GPL-3.0-or-later OR MIT")])]
        };
        assert_eq!(concluded(files("under the MIT license or the GPLv3")), "GPL-3.0-or-later OR MIT");
        assert_eq!(concluded(files("under the MIT license or the GPLv3 only")), "conflicting");
    }

    #[test]
    fn the_files_of_a_part_say_whether_later_versions_of_its_license_are_granted() {
        let mut files = vec![file("LICENSE", Role::LicenseText, &[(Witness::Grant, "BSD-2-Clause AND GPL-2.0-only")])];
        for name in ["lib/a.c", "lib/b.c", "lib/c.c", "lib/d.c"] {
            files.push(file(name, Role::Shipped, &[(Witness::Text, "BSD-2-Clause")]));
        }
        for name in ["tool/a.c", "tool/b.c", "tool/c.c"] {
            files.push(file(name, Role::Shipped, &[(Witness::Grant, "GPL-2.0-or-later")]));
        }
        files[0].detections.edit()[0].by = "choice";
        assert_eq!(concluded(files), "BSD-2-Clause AND GPL-2.0-or-later");
    }

    #[test]
    fn a_manifest_against_a_text_is_for_upstream_to_answer() {
        let files = vec![
            file("LICENSE", Role::LicenseText, &[(Witness::Text, "Apache-2.0")]),
            file("package.json", Role::BuildSystem, &[(Witness::Manifest, "MIT")]),
        ];
        assert_eq!(concluded(files), "conflicting");
    }

    #[test]
    fn a_document_that_says_more_than_its_license_is_trusted_little() {
        let mut files = vec![
            file("LICENSE", Role::LicenseText, &[(Witness::Text, "MIT"), (Witness::Clue, "MIT")]),
            file("package.json", Role::BuildSystem, &[(Witness::Manifest, "MIT")]),
        ];
        assert_eq!(judged(files.clone()).confidence, Confidence::High);
        files[0].detections.edit()[1].by = "restriction/unexplained";
        assert_eq!(judged(files).confidence, Confidence::Low);
    }

    #[test]
    fn headers_say_that_the_texts_beside_them_are_a_choice() {
        let offer = [(Witness::Grant, "MPL-1.1 OR GPL-2.0-or-later OR LGPL-2.0-or-later")];
        let texts = [("COPYING.GPL", "GPL-2.0"), ("COPYING.LGPL", "LGPL-2.1"), ("COPYING.MPL", "MPL-1.1")];
        let texts = texts.map(|(name, id)| file(name, Role::LicenseText, &[(Witness::Text, id)]));
        let code = ["a.c", "b.c", "c.c"].map(|name| file(name, Role::Shipped, &offer));
        assert_eq!(
            concluded([texts.to_vec(), code.to_vec()].concat()),
            "GPL-2.0-or-later OR LGPL-2.0-or-later OR MPL-1.1"
        );
    }

    #[test]
    fn lgpl_3_beside_gpl_3_is_lgpl_3() {
        let files = vec![
            file("COPYING", Role::LicenseText, &[(Witness::Text, "GPL-3.0")]),
            file("COPYING.LESSER", Role::LicenseText, &[(Witness::Text, "LGPL-3.0")]),
        ];
        assert_eq!(concluded(files), "LGPL-3.0-only");
    }

    #[test]
    fn vendored_code_is_a_part_and_no_contradiction() {
        let files = vec![
            file("LICENSE", Role::LicenseText, &[(Witness::Text, "MIT")]),
            file("vendor/zlib/zlib.h", Role::Vendored, &[(Witness::Text, "Zlib")]),
        ];
        assert_eq!(concluded(files), "MIT");
    }

    #[test]
    fn a_vague_field_is_made_precise_by_its_own_family_alone() {
        let vague = || {
            let mut field = file("setup.py", Role::BuildSystem, &[(Witness::Manifest, "BSD-3-Clause")]);
            field.detections.edit()[0].note = Some(Note::Unversioned("BSD: the family".to_owned()));
            field
        };
        let with = |id| {
            let silent = (0..5).map(|number| file(&format!("{number}.py"), Role::Shipped, &[]));
            let header = file("a.py", Role::Shipped, &[(Witness::Grant, id)]);
            concluded(silent.chain([vague(), header]).collect())
        };
        assert_eq!(with("BSD-2-Clause"), "BSD-2-Clause");
        assert_eq!(with("LGPL-3.0-only"), "BSD-3-Clause");
    }

    #[test]
    fn silence_is_none_and_unreadable_is_no_assertion() {
        assert_eq!(concluded(vec![file("a.c", Role::Shipped, &[])]), "NONE");
        let mut binary = file("a.exe", Role::Shipped, &[]);
        binary.unread = Some(crate::evidence::Unread::Binary);
        assert_eq!(concluded(vec![binary]), "NOASSERTION");
    }

    #[test]
    fn a_license_document_that_nobody_understands_leaves_the_license_open() {
        let mut document = file("LICENSE", Role::LicenseText, &[]);
        document.size = 800;
        assert_eq!(concluded(vec![document.clone(), file("a.c", Role::Shipped, &[])]), "NOASSERTION");
        let manifest = file("Cargo.toml", Role::Shipped, &[(Witness::Manifest, "MIT")]);
        let confidence = |files| match conclude(&Evidence { files, ..Evidence::default() }, &RelPath::default()) {
            Conclusion::Concluded(concluded) => concluded.confidence,
            other => panic!("{other:?}"),
        };
        assert_eq!(confidence(vec![manifest.clone()]), Confidence::High);
        assert_eq!(confidence(vec![manifest, document]), Confidence::Medium);
    }

    #[test]
    fn or_later_belongs_to_the_grant() {
        let grants = |id: &str, text: &str| {
            let mut files: Vec<FileEvidence> =
                ["a.c", "b.c", "c.c"].map(|name| file(name, Role::Shipped, &[(Witness::Grant, id)])).to_vec();
            files.push(file("COPYING", Role::LicenseText, &[(Witness::Text, text)]));
            concluded(files)
        };
        for (id, text) in [
            ("GPL-2.0-or-later", "GPL-3.0"),
            ("LGPL-2.0-or-later", "LGPL-2.1"),
            ("LGPL-2.1-or-later", "GPL-3.0"),
            ("GPL-2.0-or-later", "GPL-2.0"),
        ] {
            assert_eq!(grants(id, text), id, "beside the text of {text}");
        }
        for (id, text) in [("GPL-3.0-or-later", "GPL-2.0"), ("GPL-2.0-only", "GPL-3.0")] {
            assert_eq!(grants(id, text), id, "a text that is shipped beside them does not overrule grants: {text}");
        }
        assert_eq!(grants("BSD-2-Clause", "BSD-3-Clause"), "BSD-3-Clause", "of licenses without versions");
        let above = [(Witness::Grant, "GPL-2.0-or-later"), (Witness::Text, "GPL-2.0")];
        let mut document = file("COPYING", Role::LicenseText, &above);
        document.detections.edit()[1].lines = LineRange::new(10, 300);
        assert_eq!(concluded(vec![document]), "GPL-2.0-or-later");
    }

    /// Five files of code, each of which says `expr` in its head.
    fn headers(expr: &str) -> Vec<FileEvidence> {
        ["a.c", "b.c", "c.c", "d.c", "e.c"].map(|name| file(name, Role::Shipped, &[(Witness::Grant, expr)])).to_vec()
    }

    fn document(name: &str, text: &str) -> FileEvidence {
        file(name, Role::LicenseText, &[(Witness::Text, text)])
    }

    #[test]
    fn texts_that_no_file_names_are_not_the_license() {
        let kde = "LGPL-2.1-only OR LGPL-3.0-only";
        let texts = vec![document("COPYING", "GPL-2.0"), document("COPYING.LIB", "LGPL-2.1")];
        assert_eq!(concluded([headers(kde), texts].concat()), kde);
        let choice = "GPL-2.0-or-later OR LGPL-3.0-or-later";
        assert_eq!(concluded([headers(choice), vec![document("COPYING.LIB", "LGPL-3.0")]].concat()), choice);
    }

    #[test]
    fn a_field_that_repeats_the_text_does_not_overrule_grants() {
        let field = |id: &str| file("package.json", Role::BuildSystem, &[(Witness::Manifest, id)]);
        let files = |id: &str| [headers("GPL-2.0-or-later"), vec![document("LICENSE", "GPL-3.0"), field(id)]].concat();
        assert_eq!(concluded(files("GPL-3.0-only")), "GPL-2.0-or-later");
        assert_eq!(concluded(files("GPL-3.0-or-later")), "GPL-3.0-or-later");
    }

    #[test]
    fn a_single_grant_beside_the_text_is_heard_in_a_small_project() {
        let code = |name: &str, expr: &str| file(name, Role::Shipped, &[(Witness::Grant, expr)]);
        let text = || document("LICENSE", "GPL-2.0");
        let small = vec![text(), code("boot.c", "GPL-2.0-or-later"), code("boot.h", "Apache-2.0")];
        assert_eq!(concluded(small), "GPL-2.0-or-later");
        let copied = ["a.c", "b.c", "c.c", "d.c"].map(|name| code(name, "GPL-2.0-only"));
        let large = [vec![text(), code("copied.c", "GPL-2.0-or-later")], copied.to_vec()].concat();
        assert_eq!(concluded(large), "GPL-2.0-only", "one header out of many says nothing for all");
    }

    #[test]
    fn many_headers_of_an_earlier_version_are_the_grant() {
        let code = |name: &str, count: usize, expr: &str| -> Vec<FileEvidence> {
            let path = |number: usize| format!("{name}/{number}.c");
            (0..count).map(|number| file(&path(number), Role::Shipped, &[(Witness::Grant, expr)])).collect()
        };
        let own = code("src", 40, "LGPL-2.0-or-later");
        let others = [code("x", 18, "HPND"), code("y", 15, "BSD-3-Clause"), code("z", 12, "MIT")].concat();
        let files = [own, others, vec![document("COPYING", "LGPL-2.1")]].concat();
        assert_eq!(concluded(files), "LGPL-2.0-or-later");
    }

    #[test]
    fn a_readme_says_what_the_grant_of_a_document_says() {
        let grant = file("COPYING", Role::LicenseText, &[(Witness::Grant, "GPL-2.0-only")]);
        let texts = [("LICENSE-GPL", "GPL-2.0"), ("LICENSE-LGPL", "LGPL-2.1")].map(|(name, id)| document(name, id));
        let readme = file("README", Role::Docs, &[(Witness::Readme, "GPL-2.0-only")]);
        assert_eq!(concluded([vec![grant, readme], texts.to_vec()].concat()), "GPL-2.0-only");
    }

    #[test]
    fn a_readme_that_names_the_families_of_parts_joins_their_texts() {
        let library = headers("LGPL-2.1-or-later");
        let tools =
            ["x.c", "y.c", "z.c"].map(|name| file(name, Role::Shipped, &[(Witness::Grant, "GPL-2.0-or-later")]));
        let texts = vec![document("COPYING", "GPL-2.0"), document("COPYING.LGPL", "LGPL-2.1")];
        let readme = |expr: &str| vec![file("README", Role::Docs, &[(Witness::Readme, expr)])];
        let files = |expr: &str| [library.clone(), tools.to_vec(), texts.clone(), readme(expr)].concat();
        let both = "GPL-2.0-or-later AND LGPL-2.1-or-later";
        assert_eq!(concluded(files("GPL-1.0-or-later AND LGPL-2.0-or-later")), both);
        assert_eq!(concluded(files("LGPL-2.0-or-later")), "LGPL-2.1-or-later");
    }

    #[test]
    fn a_field_that_names_another_version_than_text_and_files_is_a_slip() {
        let field = |id: &str| file("x.spec", Role::BuildSystem, &[(Witness::Manifest, id)]);
        let files =
            |id: &str| [headers("LGPL-2.1-or-later"), vec![document("COPYING", "LGPL-2.1"), field(id)]].concat();
        assert_eq!(concluded(files("LGPL-2.0-or-later")), "LGPL-2.1-or-later");
        let all = "LGPL-2.1-or-later AND MIT";
        assert_eq!(concluded(files(all)), all);
    }

    #[test]
    fn a_grant_above_the_text_of_a_part_agrees_with_the_field() {
        let mut copying =
            file("COPYING", Role::LicenseText, &[(Witness::Grant, "GPL-2.0-or-later"), (Witness::Text, "MIT")]);
        copying.detections.edit()[1].lines = LineRange::new(20, 40);
        let field = |id: &str| file("meson.build", Role::BuildSystem, &[(Witness::Manifest, id)]);
        assert_eq!(concluded(vec![copying.clone(), field("GPL-2.0-or-later")]), "GPL-2.0-or-later");
        assert_eq!(concluded(vec![copying, field("ISC")]), "conflicting");
    }

    #[test]
    fn a_choice_that_a_text_of_others_offers_is_not_between_the_texts() {
        let mut other = document("COPYING.OpenSSL", "OpenSSL");
        other.detections.edit().push(Detection {
            by: "choice",
            class: Witness::Clue,
            expr: parse("OpenSSL").expect("valid"),
            lines: LineRange::new(1, 1),
            score: Score(0),
            quote: String::new(),
            note: None,
        });
        let files = [headers("GPL-2.0-only"), vec![document("COPYING", "GPL-2.0"), other]].concat();
        assert_eq!(concluded(files), "GPL-2.0-only");
    }

    #[test]
    fn files_that_name_many_licenses_name_none_surely() {
        let files = [("a.c", "ISC"), ("b.c", "ISC"), ("c.c", "MirOS"), ("d.c", "BSD-3-Clause")];
        let files = files.map(|(name, id)| file(name, Role::Shipped, &[(Witness::Text, id)]));
        assert_eq!(judged(files.to_vec()).confidence, Confidence::Low);
    }

    #[test]
    fn the_words_of_a_text_offer_no_choice() {
        let within = [(Witness::Grant, "GPL-1.0-or-later OR LGPL-2.1-only"), (Witness::Text, "LGPL-2.1")];
        assert_eq!(concluded(vec![file("COPYING", Role::LicenseText, &within)]), "LGPL-2.1-only");
        let mut beside = file("COPYING", Role::LicenseText, &within);
        beside.detections.edit()[0].lines = LineRange::new(1, 20);
        assert_eq!(concluded(vec![beside]), "GPL-1.0-or-later OR LGPL-2.1-only");
    }

    #[test]
    fn several_license_files_are_no_choice() {
        let texts = |names: [(&str, &str); 2]| {
            names.map(|(name, id)| file(name, Role::LicenseText, &[(Witness::Text, id)])).to_vec()
        };
        let of_rust = texts([("LICENSE-APACHE", "Apache-2.0"), ("LICENSE-MIT", "MIT")]);
        assert_eq!(concluded(of_rust.clone()), "Apache-2.0 OR MIT");
        assert_eq!(judged(of_rust).confidence, Confidence::Medium);
        let parts = texts([("LICENSE-GPL", "GPL-3.0"), ("LICENSE-MPL", "MPL-2.0")]);
        assert!(judged(parts.clone()).operator_unstated);
        let manifest = file("Cargo.toml", Role::BuildSystem, &[(Witness::Manifest, "MPL-2.0")]);
        let readme = file("README.md", Role::Docs, &[(Witness::Readme, "GPL-3.0-only AND MPL-2.0")]);
        assert_eq!(concluded([parts, vec![manifest, readme]].concat()), "GPL-3.0-only AND MPL-2.0");
    }

    #[test]
    fn the_terms_of_the_explanation_are_not_those_of_the_source() {
        let own = (Witness::Text, "FSFAP");
        let explained =
            file("COPYING", Role::LicenseText, &[(Witness::Grant, "GPL-2.0-or-later OR LGPL-3.0-or-later"), own]);
        assert_eq!(concluded(vec![explained]), "GPL-2.0-or-later OR LGPL-3.0-or-later");
        assert_eq!(concluded(vec![file("COPYING", Role::LicenseText, &[own])]), "FSFAP");
    }

    #[test]
    fn files_decide_the_suffix_before_a_readme_that_abbreviates() {
        let mut files = vec![
            file("COPYING", Role::LicenseText, &[(Witness::Text, "GPL-2.0"), (Witness::Text, "BSD-3-Clause")]),
            file("README.md", Role::Docs, &[(Witness::Readme, "GPL-2.0-only")]),
        ];
        files.extend(
            (0..4).map(|n| file(&format!("src/{n}.c"), Role::Shipped, &[(Witness::Grant, "GPL-2.0-or-later")])),
        );
        for (name, count, id) in [("opus", 5, "BSD-3-Clause"), ("lame", 4, "BSD-2-Clause")] {
            let copy = |n| file(&format!("libs/{name}/{n}.c"), Role::Shipped, &[(Witness::Text, id)]);
            files.extend((0..count).map(copy));
        }
        assert_eq!(concluded(files), "BSD-3-Clause AND GPL-2.0-or-later");
    }

    #[test]
    fn texts_of_which_the_readme_offers_a_choice_are_one() {
        let texts = || {
            let text = |name: &str, id: &str| file(name, Role::LicenseText, &[(Witness::Text, id)]);
            vec![text("COPYING", "GPL-3.0"), text("LICENSE", "BSD-2-Clause")]
        };
        let mut readme = file("README", Role::Docs, &[(Witness::Clue, "GPL-3.0-or-later")]);
        assert!(judged([texts(), vec![readme.clone()]].concat()).operator_unstated);
        readme.detections.edit()[0].by = "choice";
        let offered = judged([texts(), vec![readme]].concat());
        assert_eq!(
            (offered.expr.to_string().as_str(), offered.confidence),
            ("BSD-2-Clause OR GPL-3.0-only", Confidence::Medium)
        );
    }

    #[test]
    fn a_document_far_down_speaks_where_nobody_else_does() {
        let silent = |path: &str| file(path, Role::Shipped, &[]);
        let document = || file("share/data/foo/COPYING", Role::LicenseText, &[(Witness::Text, "MIT")]);
        let below = ["share/data/foo/a.c", "share/data/foo/b.c"].map(silent);
        let files = [vec![document(), silent("Makefile")], below.to_vec()].concat();
        assert_eq!(concluded(files.clone()), "MIT");
        assert_eq!(judged(files).confidence, Confidence::Low);
        let others = ["x.c", "y.c", "z.c"].map(silent);
        assert_eq!(concluded([vec![document()], others.to_vec()].concat()), "NONE", "it is that of another part");
    }

    #[test]
    fn unanimous_headers_beat_one_text() {
        let text = || file("COPYRIGHT", Role::LicenseText, &[(Witness::Text, "MIT")]);
        let headers = |count: usize, id: &str| {
            (0..count).map(|n| file(&format!("{id}/{n}.c"), Role::Shipped, &[(Witness::Grant, id)])).collect::<Vec<_>>()
        };
        let bundled = headers(20, "Zlib");
        assert_eq!(concluded([vec![text()], headers(60, "GPL-2.0-or-later"), bundled].concat()), "GPL-2.0-or-later");
        let silent = |count: usize| (0..count).map(|n| file(&format!("{n}.c"), Role::Shipped, &[])).collect::<Vec<_>>();
        assert_eq!(concluded([vec![text()], headers(3, "GPL-2.0-or-later"), silent(20)].concat()), "MIT");
    }

    #[test]
    fn the_name_of_a_family_beside_its_text_is_that_version() {
        let files = vec![
            file("COPYING", Role::LicenseText, &[(Witness::Text, "GPL-2.0")]),
            file("COPYRIGHT", Role::LicenseText, &[(Witness::Grant, "GPL-1.0-or-later")]),
        ];
        assert_eq!(concluded(files), "GPL-2.0-only");
    }

    #[test]
    fn one_copied_header_says_nothing_beside_a_document_that_nobody_understands() {
        let mut document = file("LICENSE", Role::LicenseText, &[]);
        document.size = 800;
        let mut files = vec![document, file("i2c.h", Role::Shipped, &[(Witness::Grant, "GPL-2.0-or-later")])];
        files.extend((0..5).map(|number| file(&format!("{number}.c"), Role::Shipped, &[])));
        assert_eq!(concluded(files.clone()), "NOASSERTION");
        assert_eq!(judged(files[1..].to_vec()).confidence, Confidence::Low);
    }

    #[test]
    fn a_readme_that_names_more_than_two_others_is_about_parts() {
        let mut files = vec![
            file("LICENSE", Role::LicenseText, &[(Witness::Text, "MIT")]),
            file("package.json", Role::BuildSystem, &[(Witness::Manifest, "MIT")]),
            file("README.md", Role::Docs, &[(Witness::Readme, "CC-BY-4.0 AND MIT")]),
        ];
        assert_eq!(judged(files.clone()).confidence, Confidence::High);
        files.remove(1);
        files.push(file("package.json", Role::BuildSystem, &[(Witness::Manifest, "CC-BY-4.0")]));
        assert!(judged_or_not(files).is_none_or(|one| one.confidence < Confidence::High));
    }

    #[test]
    fn a_clue_says_nothing() {
        assert_eq!(concluded(vec![file("a.c", Role::Shipped, &[(Witness::Clue, "MIT")])]), "NONE");
    }

    /// Parts of a C project under the MIT license with these files beside it: path, license and doubt.
    fn parts_beside(more: Vec<FileEvidence>) -> Vec<(String, String, Option<Doubt>)> {
        let own = |path| file(path, Role::Shipped, &[(Witness::Grant, "MIT")]);
        let mut files = vec![own("src/a.c"), own("src/b.c"), own("src/c.c"), own("src/d.c")];
        files.extend(more);
        let parts = judged(files).parts;
        parts.into_iter().map(|part| (part.path.to_string(), part.expr.to_string(), part.doubt)).collect()
    }

    #[test]
    fn a_script_in_a_compiled_project_may_not_be_installed() {
        let granted = |path| file(path, Role::Shipped, &[(Witness::Grant, "GPL-3.0-only")]);
        let doubt = |path| parts_beside(vec![granted(path)]).remove(0).2;
        for path in ["tools/check.py", "plugin/a.rb", "tools/params.xsl", "tools/hash"] {
            assert_eq!(doubt(path), Some(Doubt::OtherLanguage), "{path}");
        }
        for path in ["src/regex.c", "data/icon.svg", "etc/run.in"] {
            assert_eq!(doubt(path), None, "{path}");
        }
        let both = parts_beside(vec![granted("lib/a.c"), granted("lib/a.py")]);
        assert_eq!(both, [("lib".to_owned(), "GPL-3.0-only".to_owned(), None)]);
    }

    #[test]
    fn a_part_of_a_copied_project_may_not_be_built() {
        let copy = |inside: &str, expr| {
            vec![
                file("xz/configure.ac", Role::BuildSystem, &[]),
                file("xz/COPYING", Role::LicenseText, &[(Witness::Text, expr)]),
                file(inside, Role::Shipped, &[(Witness::Grant, "GPL-2.0-or-later")]),
            ]
        };
        let doubts = |inside, expr| -> Vec<_> {
            parts_beside(copy(inside, expr)).into_iter().map(|(path, _, doubt)| (path, doubt)).collect()
        };
        let within = Some(Doubt::WithinCopy);
        let part = |path: &str, doubt| (path.to_owned(), doubt);
        assert_eq!(doubts("xz/tools/a.c", "0BSD"), [part("xz/COPYING", None), part("xz/tools/a.c", within.clone())]);
        assert_eq!(doubts("xz/a.c", "0BSD"), [part("xz/COPYING", None), part("xz/a.c", None)]);
        let list = doubts("xz/tools/a.c", "0BSD AND LGPL-2.1-only");
        assert_eq!(list[0], part("xz/COPYING", within), "a list of the licenses of its parts");
    }

    #[test]
    fn a_readme_beside_texts_says_that_they_are_a_choice() {
        let with = |said: &str, class| {
            parts_beside(vec![
                file("keymaps/LICENSE.BSD", Role::LicenseText, &[(Witness::Text, "BSD-3-Clause")]),
                file("keymaps/LICENSE.GPL2", Role::LicenseText, &[(Witness::Text, "GPL-2.0-only")]),
                file("keymaps/README", Role::Docs, &[(class, said)]),
                file("keymaps/map.c", Role::Shipped, &[]),
            ])
        };
        let choice = "BSD-3-Clause OR GPL-2.0-or-later";
        assert_eq!(with(choice, Witness::Readme), [("keymaps".to_owned(), choice.to_owned(), None)]);
        assert_eq!(with(choice, Witness::Clue).len(), 2);
    }

    #[test]
    fn a_manifest_beside_a_document_says_which_of_its_texts_is_meant() {
        let texts = [(Witness::Text, "MIT"), (Witness::Text, "GPL-2.0-only")];
        let found = parts_beside(vec![
            file("libs/debounce/LICENSE.md", Role::LicenseText, &texts),
            file("libs/debounce/package.json", Role::Shipped, &[(Witness::Manifest, "ISC")]),
            file("libs/throttle/LICENSE.md", Role::LicenseText, &texts),
            file("libs/throttle/package.json", Role::Shipped, &[(Witness::Manifest, "MIT")]),
        ]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].0, "libs/debounce/LICENSE.md");
        let headings = [(Witness::Grant, "MIT"), (Witness::Grant, "GPL-3.0-only")];
        let found = parts_beside(vec![
            file("vendor/less/LICENSE", Role::Vendored, &headings),
            file("vendor/less/composer.json", Role::Vendored, &[(Witness::Manifest, "GPL-3.0-only OR MIT")]),
        ]);
        assert_eq!(found[0].1, "GPL-3.0-only OR MIT");
    }

    #[test]
    fn a_readme_with_the_text_of_a_third_of_the_files_is_of_the_project() {
        let readme = |expr| file("README", Role::Docs, &[(Witness::Text, expr)]);
        let header = |path: &str, expr| file(path, Role::Shipped, &[(Witness::Text, expr)]);
        let mixed = |expr| {
            let paths = ["a.c", "b.c", "c.c", "d.c", "e.c"];
            let mut files: Vec<_> = paths.iter().map(|path| header(path, "Zlib")).collect();
            files.extend(["v.c", "w.c", "x.c", "y.c"].iter().map(|path| header(path, "MIT")));
            files.push(readme(expr));
            concluded(files)
        };
        assert_eq!(mixed("MIT"), "MIT");
        assert_eq!(mixed("ISC"), "Zlib");
        assert_eq!(concluded(vec![readme("MIT"), file("a.c", Role::Shipped, &[])]), "MIT");
    }

    #[test]
    fn a_family_in_a_readme_does_not_open_the_text_for_later_versions() {
        let family = |expr: &str| Detection {
            expr: parse(expr).expect("valid"),
            class: Witness::Readme,
            by: "test",
            lines: LineRange::new(1, 1),
            score: Score::FULL,
            quote: String::new(),
            note: Some(Note::Unversioned("LGPL".into())),
        };
        let mut readme = file("README", Role::Docs, &[]);
        readme.detections = [family("GPL-1.0-or-later"), family("LGPL-2.1-or-later")].into_iter().collect();
        let files = vec![
            file("GPL.txt", Role::LicenseText, &[(Witness::Text, "GPL-2.0")]),
            file("LGPL.txt", Role::LicenseText, &[(Witness::Text, "LGPL-2.1")]),
            readme,
            file("a.c", Role::Shipped, &[(Witness::Grant, "GPL-2.0-only")]),
            file("b.c", Role::Shipped, &[(Witness::Grant, "GPL-2.0-only")]),
            file("c.c", Role::Shipped, &[(Witness::Grant, "LGPL-2.1-only")]),
        ];
        assert_eq!(concluded(files), "GPL-2.0-only AND LGPL-2.1-only");
        let mut readme = file("README", Role::Docs, &[]);
        readme.detections = [family("LGPL-2.0-or-later")].into_iter().collect();
        let files = vec![
            file("COPYING", Role::LicenseText, &[(Witness::Grant, "LGPL-2.0-only")]),
            file("COPYING.LIB", Role::LicenseText, &[(Witness::Text, "LGPL-2.0")]),
            readme,
        ];
        assert_eq!(concluded(files), "LGPL-2.0-only");
    }

    #[test]
    fn a_deprecated_tag_leaves_the_suffix_to_the_words_above_it() {
        let header = |path| {
            let seen = [(Witness::Grant, "GPL-3.0-or-later"), (Witness::Tag, "GPL-3.0")];
            file(path, Role::Shipped, &seen)
        };
        let text = file("LICENSE", Role::LicenseText, &[(Witness::Text, "GPL-3.0")]);
        let only = file("c.c", Role::Shipped, &[(Witness::Grant, "GPL-3.0-or-later"), (Witness::Tag, "GPL-3.0-only")]);
        assert_eq!(concluded(vec![text, header("a.c"), header("b.c")]), "GPL-3.0-or-later");
        assert_eq!(concluded(vec![only]), "GPL-3.0-only");
    }

    #[test]
    fn words_of_a_document_give_each_part_the_license_of_its_files() {
        let words = [(Witness::Grant, "LGPL-2.0-or-later"), (Witness::Grant, "GPL-2.0-or-later")];
        let grants = |path: &str, expr| file(path, Role::Shipped, &[(Witness::Grant, expr)]);
        let with = |program| {
            let document = file("COPYRIGHT", Role::LicenseText, &words);
            let library = grants("lock.c", "LGPL-2.0-or-later");
            concluded(vec![document, library, grants("lock.h", "LGPL-2.0-or-later"), grants("main.c", program)])
        };
        assert_eq!(with("GPL-2.0-or-later"), "GPL-2.0-or-later AND LGPL-2.0-or-later");
        assert_eq!(with("LGPL-2.0-or-later"), "LGPL-2.0-or-later");
    }

    #[test]
    fn settings_of_a_service_take_no_later_versions_back() {
        let grants = |path: &str, expr| file(path, Role::Shipped, &[(Witness::Grant, expr)]);
        let beside = |other: FileEvidence| {
            concluded(vec![
                file("LICENSE", Role::LicenseText, &[(Witness::Text, "GPL-3.0")]),
                grants("a.c", "GPL-3.0-or-later"),
                other,
                file("b.c", Role::Shipped, &[]),
                file("c.c", Role::Shipped, &[]),
            ])
        };
        assert_eq!(beside(grants("release.yaml", "GPL-3.0-only")), "GPL-3.0-or-later");
        assert_eq!(beside(grants("d.c", "GPL-3.0-only")), "GPL-3.0-only");
    }
}
