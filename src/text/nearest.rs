//! The word that was meant.

/// The candidate that is closest to `word`, where one is close: at most a third of its letters differ.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let word = word.to_lowercase();
    let length = word.chars().count();
    let is_near = |candidate: &&str| candidate.chars().count().abs_diff(length) <= (length / 3).max(2);
    let distance = |candidate: &str| strsim::damerau_levenshtein(&word, &candidate.to_lowercase());
    let near = candidates.into_iter().filter(is_near);
    let (far, best) = near.map(|candidate| (distance(candidate), candidate)).min()?;
    (far <= (best.len() / 3).max(2)).then_some(best)
}
