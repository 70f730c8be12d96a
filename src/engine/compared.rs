//! License texts that a judgement rests on, beside the listed texts: what evidence says of them is read again in the source.

use std::collections::BTreeMap;

use crate::check::Judged;
use crate::conclusion::{Basis, Conclusion};
use crate::evidence::{Comparison, Detection, Detector, Evidence, Score, Witness, read_text};
use crate::report::ComparedText;
use crate::text::{LineIndex, LineRange, RelPath};

use super::acquire::{OwnSource, folders};
use super::some_files::some_files;

/// Texts that are compared of one package: the strongest ones.
const MOST_TEXTS: usize = 3;
/// Bytes of a file that are read; more than any license document has.
const MOST_OF_A_FILE: u64 = 4 << 20;

/// A license text in a file.
type Place = (RelPath, LineRange);

/// The license texts that `judged` rests on.
pub(super) fn compared(
    own: &[OwnSource],
    judged: &Judged,
    evidence: &Evidence,
    detector: &Detector,
) -> Vec<ComparedText> {
    let places = places(judged);
    let is_exact = |place: &Place| detection(evidence, place).is_some_and(|one| one.score == Score::FULL);
    let (exact, changed): (Vec<Place>, Vec<Place>) = places.iter().cloned().partition(is_exact);
    let exact = exact.iter().filter_map(|place| Some((place, detection(evidence, place)?)));
    let exact = exact.flat_map(|(place, one)| of_file(&place.0, Comparison::of_exact(one)));
    let mut texts: Vec<ComparedText> = exact.collect();
    texts.extend(again(own, &changed, detector));
    let rank = |text: &ComparedText| places.iter().position(|(file, lines)| (file, lines) == (&text.file, &text.lines));
    texts.sort_by_key(rank);
    texts
}

/// The places of the texts, strongest first.
fn places(judged: &Judged) -> Vec<Place> {
    let texts = |all: &[Basis]| -> Vec<Place> {
        let texts = all.iter().filter(|basis| basis.class == Witness::Text);
        texts.map(|basis| (basis.file.clone(), basis.lines)).collect()
    };
    let mut places = match &*judged.conclusion {
        Conclusion::Concluded(concluded) => [texts(&concluded.basis), texts(&concluded.against)].concat(),
        Conclusion::Conflicting { readings, .. } => readings.iter().flat_map(|reading| texts(&reading.basis)).collect(),
        Conclusion::NoneFound | Conclusion::NoAssertion(_) => Vec::new(),
    };
    places.extend(judged.unknown.iter().map(|text| (text.file.clone(), text.lines)));
    places.truncate(MOST_TEXTS);
    places
}

fn detection<'e>(evidence: &'e Evidence, (file, lines): &Place) -> Option<&'e Detection> {
    let file = evidence.files.iter().find(|one| one.path == *file)?;
    file.detections.iter().find(|one| one.lines == *lines && one.class == Witness::Text)
}

fn of_file(file: &RelPath, texts: Vec<Comparison>) -> impl Iterator<Item = ComparedText> {
    texts.into_iter().map(move |text| ComparedText { file: file.clone(), lines: text.lines, text: Ok(text) })
}

/// The texts at `places`, read again in the sources; a reason for each that cannot be read, or that reads otherwise now.
fn again(own: &[OwnSource], places: &[Place], detector: &Detector) -> Vec<ComparedText> {
    if places.is_empty() {
        return Vec::new();
    }
    let (files, failure) = read_again(own, places);
    let gone = failure.unwrap_or_else(|| "the source has no such file now".to_owned());
    let texts = places.iter().map(|place| match files.get(&place.0) {
        Some(bytes) => at(place, bytes, detector),
        None => vec![uncompared(place, gone.clone())],
    });
    texts.flatten().collect()
}

/// The files of `places` in the sources, and why a source cannot be read.
fn read_again(own: &[OwnSource], places: &[Place]) -> (BTreeMap<RelPath, Vec<u8>>, Option<String>) {
    let (mut all, mut failure) = (BTreeMap::new(), None);
    let trees = own.iter().zip(folders(own)).filter_map(|(one, folder)| Some((one.tree()?, folder)));
    for (tree, folder) in trees {
        let is_wanted = |path: &RelPath| places.iter().any(|(file, _)| file == path);
        let name = |path: &RelPath| folder.join(path.as_str()).filter(is_wanted);
        match some_files(tree, MOST_OF_A_FILE, name) {
            Ok(files) => all.extend(files),
            Err(error) => failure = Some(format!("the source cannot be read again: {error}")),
        }
    }
    (all, failure)
}

/// The text at `place` in the file of these bytes, beside each listed text that it names.
fn at(place: &Place, bytes: &[u8], detector: &Detector) -> Vec<ComparedText> {
    let (file, lines) = place;
    let text = read_text(bytes);
    let index = LineIndex::new(&text);
    let seen = detector.read(file, bytes).detections;
    let seen: Vec<&Detection> = seen.iter().filter(|one| one.lines == *lines).collect();
    match seen.is_empty() {
        true => vec![uncompared(place, "other lines are a license text now".to_owned())],
        false => seen.into_iter().flat_map(|one| of_file(file, Comparison::of(one, &text, &index))).collect(),
    }
}

fn uncompared((file, lines): &Place, why: String) -> ComparedText {
    ComparedText { file: file.clone(), lines: *lines, text: Err(why) }
}
