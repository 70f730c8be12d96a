//! The part of a source that a package is built from, and what its single files say.

use std::collections::BTreeSet;

use crate::evidence::{Detection, Evidence, FileEvidence, Role, Score, Switch, Unread, Witness};
use crate::license::{LicenseExpr, LicenseName, Suffix, Term, are_wordings};
use crate::text::RelPath;

use super::Basis;

/// A text that is less like the listed one has sentences of its own, and what they say is not known.
const NEAR: Score = Score(9_000);

/// The files below a root, with the nearest license documents above it.
pub(super) struct Scope<'e> {
    root: RelPath,
    files: Vec<&'e FileEvidence>,
    above: Vec<&'e FileEvidence>,
    /// Flags that the build is given.
    pub(super) flags: &'e [String],
}

impl<'e> Scope<'e> {
    /// The scope of the part of the source below `root`.
    pub(super) fn of(evidence: &'e Evidence, root: &RelPath) -> Self {
        let mut files: Vec<&FileEvidence> = evidence.files.iter().filter(|file| file.path.is_below(root)).collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let above = nearest_documents_above(evidence, root);
        let flags = &evidence.flags[..];
        Scope { root: common_folder(&files).unwrap_or_else(|| root.clone()), files, above, flags }
    }

    /// The statements of build files about their switches, each with the folder of its file.
    pub(super) fn switches(&self) -> impl Iterator<Item = (RelPath, &'e Switch)> {
        let files = self.files.iter().copied().filter(|file| !file.switches.is_empty());
        files.flat_map(|file| file.switches.iter().map(move |switch| (file.path.parent(), switch)))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The files with `role` of the scope.
    pub(super) fn with_role(&self, role: Role) -> impl Iterator<Item = &'e FileEvidence> {
        self.files.iter().copied().filter(move |file| file.role == role)
    }

    /// Files of the folder that is nearest to the root and has any that `wanted` accepts; folders above the root
    /// are asked when the scope itself has none.
    pub(super) fn nearest(&self, wanted: impl Fn(&FileEvidence) -> bool) -> Vec<&'e FileEvidence> {
        let depth = |file: &FileEvidence| file.path.parent().parts().count();
        let below: Vec<_> = self.files.iter().copied().filter(|file| wanted(file)).collect();
        let least = below.iter().map(|file| depth(file)).min();
        // A statement two folders down speaks for that folder, not for the package.
        let limit = self.root.parts().count() + 1;
        match least.filter(|least| *least <= limit) {
            Some(least) => below.into_iter().filter(|file| depth(file) == least).collect(),
            None => self.above.iter().copied().filter(|file| wanted(file)).collect(),
        }
    }

    /// Files of the root folder that `wanted` accepts: a readme further down is about its own folder.
    pub(super) fn at_root(&self, wanted: impl Fn(&FileEvidence) -> bool) -> Vec<&'e FileEvidence> {
        let here = |file: &&FileEvidence| file.path.parent() == self.root;
        let below: Vec<_> = self.files.iter().copied().filter(|file| here(file) && wanted(file)).collect();
        if below.is_empty() { self.above.iter().copied().filter(|file| wanted(file)).collect() } else { below }
    }

    /// True where files that ship grant `term` and nothing else, in whatever version.
    pub(super) fn is_granted_by_files(&self, term: &Term) -> bool {
        let is = |own: &Term| same(own, term) || are_wordings(own, term);
        let grants = |said: Basis| said.class < Witness::Text && said.expr.terms().iter().all(|own| is(own));
        self.with_role(Role::Shipped).filter_map(|file| Some(reading(file)?.basis)).any(grants)
    }

    /// Every file that says something, with what it says.
    ///
    /// Not the manifests: they speak for the package.
    pub(super) fn readings(&self) -> impl Iterator<Item = (&'e FileEvidence, Basis)> {
        self.files
            .iter()
            .copied()
            .filter(|file| !is_manifest(file))
            .filter_map(|file| Some((file, reading(file)?.basis)))
    }

    /// The folder whose license `file` has: the vendored project it belongs to, else its own folder.
    pub(super) fn part_of(&self, file: &FileEvidence) -> RelPath {
        file.path.parent()
    }

    /// The files in a folder and below it, found by search: a source may have as many documents as folders.
    fn below(&self, folder: &RelPath) -> impl Iterator<Item = &'e FileEvidence> + use<'_, 'e> {
        let inside = if folder.as_str().is_empty() { String::new() } else { format!("{folder}/") };
        let from = self.files.partition_point(|file| file.path.as_str() < inside.as_str());
        self.files[from..].iter().copied().take_while(move |file| file.path.as_str().starts_with(&inside))
    }

    /// True for a license document in a folder below the root in which something else ships.
    pub(super) fn is_of_shipped_folder(&self, file: &FileEvidence) -> bool {
        let folder = file.path.parent();
        let ships = |other: &FileEvidence| other.role == Role::Shipped;
        folder != self.root && folder.is_below(&self.root) && self.below(&folder).any(ships)
    }

    /// True for the text of a license that files beside and below it state: these say under which terms they are.
    pub(super) fn is_text_of_files(&self, document: &FileEvidence, expr: &LicenseExpr) -> bool {
        let ships = |file: &&FileEvidence| matches!(file.role, Role::Shipped | Role::Vendored);
        let below = self.below(&document.path.parent()).filter(ships);
        let stated: Vec<Basis> = below.filter_map(|file| Some(reading(file)?.basis)).collect();
        let is_stated = |text: &&Term| {
            let mut terms = stated.iter().flat_map(|said| said.expr.terms());
            terms.any(|term| term.license == text.license || text.is_text_for(term))
        };
        expr.terms().iter().all(is_stated)
    }

    /// The reading of a file; for a license document with what it or the readme and the manifest beside it say of its
    /// texts: that they are a choice ("dual licensed, pick one"), or which of them is meant.
    pub(super) fn as_stated(&self, file: &FileEvidence, reading: Basis) -> Basis {
        if !is_license_document(file) {
            return reading;
        }
        let stated = offered(file, &reading.expr).or_else(|| self.stated_beside(file, &reading));
        Basis { expr: stated.unwrap_or(reading.expr), ..reading }
    }

    fn stated_beside(&self, file: &FileEvidence, reading: &Basis) -> Option<LicenseExpr> {
        let folder = file.path.parent();
        let beside = self.below(&folder).filter(|other| other.path.parent() == folder);
        let said = |file| saying(file, Witness::Manifest).or_else(|| saying(file, Witness::Readme));
        let clear = beside.filter_map(said).map(|said| said.basis).filter(|basis| !basis.vague);
        let tells = |expr: &LicenseExpr| match expr {
            LicenseExpr::Or(_) => super::same_names(&reading.expr, expr),
            _ => reading.expr.terms().len() > 1 && super::same_names(expr, &reading.expr),
        };
        // Texts, or names as headings above them, of which nothing in the document says how they belong together.
        let is_open = || reading.class == Witness::Text || self::reading(file).is_some_and(|said| said.joined);
        clear.map(|basis| basis.expr).find(tells).filter(|_| is_open())
    }

    /// The folders below the root that have a file which `wanted` accepts.
    pub(super) fn folders_with(&self, wanted: impl Fn(&FileEvidence) -> bool) -> BTreeSet<RelPath> {
        let below = self.files.iter().filter(|file| file.path.parent() != self.root);
        below.filter(|file| wanted(file)).map(|file| file.path.parent()).collect()
    }

    /// The licenses of what is bundled, as license documents list them.
    pub(super) fn bundled(&self) -> impl Iterator<Item = Basis> {
        let documents = self.with_role(Role::LicenseText);
        documents.flat_map(|file| {
            let texts = file.detections.iter().filter(|one| one.is_of_part());
            texts.map(move |one| basis(file, one, one.expr.clone(), false))
        })
    }

    /// A license document where there are some, and none says anything that is understood.
    pub(super) fn silent_document(&self) -> Option<RelPath> {
        let documents = self.nearest(|file| file.role == Role::LicenseText && file.unread.is_none() && file.size > 0);
        let first = documents.first()?;
        let speaks = |file: &&FileEvidence| reading(file).is_some();
        (!documents.iter().any(speaks)).then(|| first.path.clone())
    }

    /// A license document that offers a choice, where it is not known between what.
    pub(super) fn open_choice(&self) -> Option<RelPath> {
        let documents = self.nearest(|file| file.role == Role::LicenseText && reading(file).is_some());
        let open = |file: &&FileEvidence| file.detections.iter().any(Detection::is_open_choice);
        documents.into_iter().find(open).map(|file| file.path.clone())
    }

    /// True where a readme or a license document offers a choice, and it is not known between what.
    pub(super) fn offers_choice(&self) -> bool {
        !self.at_root(|file| file.detections.iter().any(Detection::is_open_choice)).is_empty()
    }

    /// The license documents that are nearest to the root, however far down, of a folder that holds most of the files.
    pub(super) fn documents_far_down(&self) -> Vec<&'e FileEvidence> {
        let holds_most = |folder: &RelPath| {
            self.files.iter().filter(|file| file.path.is_below(folder)).count() * 2 > self.files.len()
        };
        let documents = self.with_role(Role::LicenseText).filter(|file| reading(file).is_some());
        let documents: Vec<_> = documents.filter(|file| holds_most(&file.path.parent())).collect();
        let depth = |file: &FileEvidence| file.path.parent().parts().count();
        let least = documents.iter().map(|file| depth(file)).min();
        documents.into_iter().filter(|file| Some(depth(file)) == least).collect()
    }

    /// A license document whose words beside its text grant something that is not in `expr`.
    pub(super) fn other_grant(&self, expr: &LicenseExpr) -> Option<(RelPath, LicenseExpr)> {
        let documents = self.nearest(|file| file.role == Role::LicenseText && reading(file).is_some());
        documents.into_iter().find_map(|file| {
            let grants = file.detections.iter().filter(|one| one.class == Witness::Grant && !is_vague(one));
            let other = grants.into_iter().find(|one| !super::same_names(&one.expr, expr))?;
            Some((file.path.clone(), other.expr.clone()))
        })
    }

    /// A license document with words beside its license of which it is not known whether they take something away, and
    /// these words.
    pub(super) fn unexplained(&self) -> Option<(RelPath, String)> {
        let documents = self.nearest(|file| file.role == Role::LicenseText && reading(file).is_some());
        documents.into_iter().find_map(|file| {
            let more = file.detections.iter().find(|one| one.is_unexplained())?;
            Some((file.path.clone(), more.quote.clone()))
        })
    }

    /// A license document that has nothing but texts which are far from the listed ones, and the score of the nearest.
    pub(super) fn distant_text(&self) -> Option<(RelPath, Score)> {
        let documents = self.nearest(|file| file.role == Role::LicenseText && reading(file).is_some());
        documents.into_iter().find_map(|file| {
            let spoken = || file.detections.iter().filter(|one| one.class != Witness::Clue);
            let is_mere = spoken().all(|one| one.class == Witness::Text);
            let nearest = spoken().map(|one| one.score).max().filter(|score| is_mere && *score < NEAR)?;
            Some((file.path.clone(), nearest))
        })
    }

    /// In words, that so much could not be read that silence means nothing; `None` where it was read.
    pub(super) fn unread_share(&self) -> Option<String> {
        let binary = self.files.iter().filter(|file| is_binary(file)).count();
        let failed = self.files.iter().filter(|file| matches!(file.unread, Some(Unread::Io(_)))).count();
        let total = self.files.len();
        if failed > 0 {
            return Some(format!("{failed} of {total} files could not be read"));
        }
        (binary * 2 > total)
            .then(|| format!("{binary} of {total} files are binary: a binary does not tell its license"))
    }
}

/// Where the sub-tree `root` has no license document of its own, the nearest folder above that has some speaks for it.
fn nearest_documents_above<'e>(evidence: &'e Evidence, root: &RelPath) -> Vec<&'e FileEvidence> {
    let mut folder = root.clone();
    while !folder.as_str().is_empty() {
        folder = folder.parent();
        let here: Vec<_> = evidence.files.iter().filter(|file| file.path.parent() == folder).collect();
        if here.iter().any(|file| file.role == Role::LicenseText && reading(file).is_some()) {
            return here;
        }
    }
    Vec::new()
}

fn is_binary(file: &FileEvidence) -> bool {
    matches!(file.unread, Some(Unread::Binary | Unread::Compiled(_)))
}

/// The texts of a document as a choice, where it offers one in words of its own.
fn offered(file: &FileEvidence, held: &LicenseExpr) -> Option<LicenseExpr> {
    let LicenseExpr::And(texts) = held else { return None };
    file.detections.iter().any(Detection::is_open_choice).then(|| LicenseExpr::any(texts.iter().cloned()))?
}

/// True for a license document, also in the folder of a copy.
pub(super) fn is_license_document(file: &FileEvidence) -> bool {
    let name = file.path.name().to_ascii_lowercase();
    file.role == Role::LicenseText || ["license", "licence", "copying"].iter().any(|start| name.starts_with(start))
}

/// True for a file that states the license of a package.
pub(super) fn is_manifest(file: &FileEvidence) -> bool {
    file.detections.iter().any(|detection| detection.class == Witness::Manifest)
}

/// The deepest folder that all files lie in: an archive of one folder deep down has its root there.
fn common_folder(files: &[&FileEvidence]) -> Option<RelPath> {
    let mut common = files.first()?.path.parent();
    for file in files {
        while !file.path.is_below(&common) {
            common = common.parent();
        }
    }
    Some(common)
}

/// Statement of one file in one class of witness.
#[derive(Clone, Debug)]
pub(super) struct Saying {
    pub(super) basis: Basis,
    /// True where several statements were put together, and none of them says how they belong together.
    pub(super) joined: bool,
}

/// Statement of one file: the stronger class decides, and its expressions are joined. Clues say nothing.
/// A license document is about the texts it holds; words beside them count where they state a choice among these.
pub(super) fn reading(file: &FileEvidence) -> Option<Saying> {
    if file.role == Role::LicenseText
        && let Some(list) = file.detections.iter().find(|detection| detection.is_list())
    {
        // Its other sentences are about smaller parts.
        return Some(Saying { basis: basis(file, list, list.expr.clone(), false), joined: false });
    }
    let speaking = || file.detections.iter().filter(|one| one.class != Witness::Clue && !one.is_of_part());
    let is_text = |one: &&Detection| one.class == Witness::Text;
    let is_of_others = speaking().filter(is_text).any(|text| !is_of_the_document(text));
    if file.role == Role::LicenseText && (is_of_others || speaking().all(|one| is_text(&one))) {
        let texts = saying(file, Witness::Text)?;
        return Some(choice_among(file, &texts).unwrap_or_else(|| granted_above(file, texts)));
    }
    saying(file, speaking().map(|detection| detection.class).min()?).map(|said| with_granted_suffix(file, said))
}

/// Statement of a file of code without what it prints, where it has a statement beside that.
pub(super) fn written(file: &FileEvidence) -> Option<Basis> {
    let written = || file.detections.iter().filter(|one| !one.is_printed());
    let prints = written().count() < file.detections.len();
    let rest = prints.then(|| FileEvidence { detections: written().cloned().collect(), ..file.clone() });
    rest.and_then(|rest| reading(&rest)).map(|said| said.basis)
}

/// The statement with the suffix that words of the same file grant, where its own leaves it open: the deprecated id in
/// `SPDX-License-Identifier: GPL-3.0` takes nothing back of "either version 3 or any later version" above it.
fn with_granted_suffix(file: &FileEvidence, said: Saying) -> Saying {
    let grants = || file.detections.iter().filter(|one| one.class == Witness::Grant && !one.is_of_part());
    let decides = |own: &Term, term: &Term| same(own, term) && matches!(own.suffix, Suffix::Only | Suffix::OrLater);
    let granted = |term: &Term| grants().flat_map(|one| one.expr.terms()).find(|own| decides(own, term)).cloned();
    let settled = |term: &Term| match term.suffix {
        Suffix::Unstated => granted(term).unwrap_or_else(|| term.clone()),
        _ => term.clone(),
    };
    let expr = said.basis.expr.map_terms(&mut |term| settled(term));
    Saying { basis: Basis { expr, ..said.basis }, ..said }
}

/// True for "copying and distribution of this file": terms of the document itself, at the end of an explanation of the
/// license of everything else.
fn is_of_the_document(text: &Detection) -> bool {
    text.expr.terms().iter().all(|term| term.license.as_str().starts_with("FSFAP"))
}

/// The statement of a license document that offers its own texts to choose from.
fn choice_among(file: &FileEvidence, texts: &Saying) -> Option<Saying> {
    let held = texts.basis.expr.terms();
    let offers = |detection: &&Detection| {
        let terms = detection.expr.terms();
        // The LGPL's own words speak of the GPL of any version: no choice of this project.
        let is_of_text = is_within_text(file, detection) && terms.iter().any(|term| term.is_family_alone());
        detection.is_choice()
            && !is_of_text
            && terms.iter().any(|term| held.iter().any(|own| own.license == term.license))
    };
    let choice = file.detections.iter().filter(|detection| detection.class < Witness::Text).find(offers)?;
    Some(Saying { basis: basis(file, choice, choice.expr.clone(), false), joined: false })
}

/// The texts of a license document, with the words that grant one of them outside of it: "version 2 or later" above the
/// text of version 2 is the grant, and the text what it refers to.
fn granted_above(file: &FileEvidence, texts: Saying) -> Saying {
    let decided = |term: &Term| matches!(term.suffix, Suffix::Only | Suffix::OrLater) && !term.is_family_alone();
    let outside =
        file.detections.iter().filter(|one| one.class < Witness::Text && !is_vague(one) && !is_within_text(file, one));
    let grants: Vec<&Term> = outside.flat_map(|one| one.expr.terms()).filter(|term| decided(term)).collect();
    let granted = |text: &Term| {
        let exact = grants.iter().find(|grant| text.suffix == Suffix::Unstated && same(grant, text));
        exact.or_else(|| grants.iter().find(|grant| text.is_text_for(grant))).map(|grant| (*grant).clone())
    };
    let expr = texts.basis.expr.map_terms(&mut |text| granted(text).unwrap_or_else(|| text.clone()));
    Saying { basis: Basis { expr, ..texts.basis }, ..texts }
}

/// True where a statement stands in the body of a license text: its words are those of the license.
fn is_within_text(file: &FileEvidence, one: &Detection) -> bool {
    let mut bodies = file.detections.iter().filter(|text| text.class == Witness::Text);
    bodies.any(|text| text.lines.first <= one.lines.first && one.lines.last <= text.lines.last)
}

/// True for one license under the same exception, in whatever suffix.
fn same(left: &Term, right: &Term) -> bool {
    left.license == right.license && left.exception == right.exception
}

/// Joint statement of the witnesses of one class in a file: a family name says nothing beside a member of the family.
pub(super) fn saying(file: &FileEvidence, class: Witness) -> Option<Saying> {
    let all = file.detections.iter().filter(|one| one.class == class && !one.is_of_part());
    let (vague, mut clear): (Vec<&Detection>, Vec<&Detection>) = all.partition(|one| is_vague(one));
    let is_vague = clear.is_empty();
    // Each classifier is a statement of its own: "Apache Software License" stays beside "MIT License".
    let names_another = |one: &&Detection| {
        let families = || clear.iter().flat_map(|clear| clear.expr.terms()).map(Term::family);
        one.is_classifier()
            && !one.expr.terms().into_iter().all(|term| families().any(|family| family == term.family()))
    };
    let others: Vec<&Detection> = vague.iter().copied().filter(names_another).filter(|_| !is_vague).collect();
    clear.extend(others);
    let decisive = without_repeats(without_weaker_suffixes(if is_vague { vague } else { clear }));
    let expr = LicenseExpr::all(decisive.iter().map(|detection| detection.expr.clone()))?;
    let first = *decisive.first()?;
    let joined = decisive.iter().any(|other| other.expr != first.expr);
    Some(Saying { basis: basis(file, first, expr, is_vague), joined })
}

/// True for a file whose classifiers name several licenses: a set, of which nothing says how it belongs together.
pub(super) fn is_set(file: &FileEvidence) -> bool {
    let classifiers: Vec<&Detection> = file.detections.iter().filter(|one| one.is_classifier()).collect();
    classifiers.iter().any(|one| one.expr != classifiers[0].expr)
}

fn basis(file: &FileEvidence, shown: &Detection, expr: LicenseExpr, vague: bool) -> Basis {
    let (path, quote) = (file.path.clone(), shown.quote.clone());
    Basis { file: path, lines: shown.lines, class: shown.class, expr, quote, files: 1, vague }
}

/// A statement that offers several licenses explains the single names of these beside it, also where it names a side by
/// its family alone: "the same terms as Perl, that is, the GPL, version 2, or the Artistic License".
fn without_repeats(detections: Vec<&Detection>) -> Vec<&Detection> {
    let offers: Vec<LicenseExpr> =
        detections.iter().filter(|one| one.is_choice()).map(|one| one.expr.clone()).collect();
    let is_side = |one: &Term, offer: &LicenseExpr| {
        offer.terms().iter().any(|side| side.is_family_alone() && one.family() == side.family())
    };
    let explained = |one: &Detection| match &one.expr {
        LicenseExpr::Term(term) => {
            offers.iter().any(|offer| super::same_names(&one.expr, offer) || is_side(term, offer))
        }
        _ => false,
    };
    detections.into_iter().filter(|one| !explained(one)).collect()
}

/// "version 2 or later" in one sentence is not taken back by the bare name or the url of version 2 in the next.
fn without_weaker_suffixes(detections: Vec<&Detection>) -> Vec<&Detection> {
    let later: Vec<LicenseName> = detections
        .iter()
        .flat_map(|detection| detection.expr.terms())
        .filter(|term| term.suffix == Suffix::OrLater)
        .map(|term| term.license.clone())
        .collect();
    let weaker = |detection: &Detection| match &detection.expr {
        LicenseExpr::Term(term) => {
            term.suffix != Suffix::OrLater && term.suffix != Suffix::None && later.contains(&term.license)
        }
        _ => false,
    };
    detections.into_iter().filter(|detection| !weaker(detection)).collect()
}

/// True where a detector saw only the name of a family, such as "BSD" or "GPL".
fn is_vague(detection: &Detection) -> bool {
    let terms = detection.expr.terms();
    // "The same terms as Perl": the choice is exact, though one side of it is the GPL of any version.
    let is_of_perl = terms.iter().any(|term| term.family() == "Artistic");
    !is_of_perl && detection.is_family() || terms.iter().all(|term| term.is_family_alone())
}
