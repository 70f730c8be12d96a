//! License texts that a judgement rests on, beside the listed texts: what evidence says of them is read again in the source.

use crate::check::Judged;
use crate::conclusion::{Basis, Conclusion};
use crate::evidence::{Comparison, Detection, Detector, Evidence, Score, Witness, read_text};
use crate::report::ComparedText;
use crate::text::{LineIndex, LineRange, RelPath};

use super::acquire::OwnSource;
use super::some_files::some_files;

/// Texts that are compared of one package: the strongest ones.
const MOST_TEXTS: usize = 3;
/// Bytes of a file that are read; more than any license document has.
const MOST_OF_A_FILE: u64 = 4 << 20;

/// A license text in a file.
type Place = (RelPath, LineRange);

/// The license texts that `judged` rests on. One that cannot be read again, or that reads otherwise now, is left out.
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
    let rank =
        |text: &ComparedText| places.iter().position(|(file, lines)| (file, *lines) == (&text.file, text.text.lines));
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
    texts.into_iter().map(move |text| ComparedText { file: file.clone(), text })
}

/// The texts at `places`, read again in the sources.
fn again(own: &[OwnSource], places: &[Place], detector: &Detector) -> Vec<ComparedText> {
    if places.is_empty() {
        return Vec::new();
    }
    let mut texts = Vec::new();
    for tree in own.iter().filter_map(OwnSource::tree) {
        // The evidence of several sources has a folder for each.
        let folder = if own.len() > 1 { RelPath::new(&tree.name).unwrap_or_default() } else { RelPath::default() };
        let is_wanted = |path: &RelPath| places.iter().any(|(file, _)| file == path);
        let name = |path: &RelPath| folder.join(path.as_str()).filter(is_wanted);
        // A source that cannot be read again has no texts to show; the conclusion stands without them.
        let files = some_files(tree, MOST_OF_A_FILE, name).unwrap_or_default();
        texts.extend(files.iter().flat_map(|(path, bytes)| of_file(path, in_file(path, bytes, places, detector))));
    }
    texts
}

fn in_file(path: &RelPath, bytes: &[u8], places: &[Place], detector: &Detector) -> Vec<Comparison> {
    let text = read_text(bytes);
    let index = LineIndex::new(&text);
    let seen = detector.read(path, bytes).detections;
    let is_wanted = |one: &&Detection| places.iter().any(|(file, lines)| file == path && *lines == one.lines);
    seen.iter().filter(is_wanted).flat_map(|one| Comparison::of(one, &text, &index)).collect()
}
