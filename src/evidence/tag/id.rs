//! Ids as people write them, in the spelling of the list.
//!
//! Repairs a slip where exactly one id can be meant, and says so; knows nothing of where a tag stands.

use crate::license::{self as list, Term, exceptions, licenses};

/// The id in the spelling of the list; a note where it had to be repaired.
pub(super) fn license(token: &str) -> Option<(String, Option<String>)> {
    if token.starts_with("LicenseRef-") || token.starts_with("DocumentRef-") {
        return Some((token.to_owned(), None));
    }
    if is_nothing(token) {
        return None;
    }
    let note = |id: &str| Some(format!("`{token}` read as {id}"));
    if let Some(listed) = list::license_ignoring_case(token) {
        let deprecated = listed.deprecated && Term::from_id(token).is_none_or(|term| term.to_string() != listed.id);
        return Some((token.to_owned(), deprecated.then(|| format!("deprecated id {}", listed.id))));
    }
    if let Some(term) = Term::from_id(token) {
        let id = if term.exception.is_some() { format!("( {term} )") } else { token.to_owned() };
        return Some((id, None));
    }
    let id = nearest(token, licenses().filter(|one| !one.deprecated).map(|one| one.id))?;
    Some((id.to_owned(), note(id)))
}

/// The words of SPDX that say no license.
pub(super) fn is_nothing(token: &str) -> bool {
    token.eq_ignore_ascii_case("NOASSERTION") || token.eq_ignore_ascii_case("NONE")
}

/// The exception in the spelling of the list; a note where it had to be repaired.
pub(super) fn exception(token: &str) -> Option<(String, Option<String>)> {
    if token.starts_with("LicenseRef-") || token.starts_with("AdditionRef-") {
        return Some((token.replacen("LicenseRef-", "AdditionRef-", 1), None));
    }
    if let Some(listed) = list::exception(token) {
        return Some((listed.id.to_owned(), None));
    }
    let id = nearest(token, exceptions().map(|one| one.id))?;
    Some((id.to_owned(), Some(format!("`{token}` read as {id}"))))
}

/// The one id that differs from `token` by a slip of the keyboard: one letter in short ids, two in long ones, and
/// never a digit, because a digit is another version.
fn nearest(token: &str, ids: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let most = match token.len() {
        0..=4 => return None,
        5..=9 => 1,
        _ => 2,
    };
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let low = token.replace('_', "-").to_ascii_lowercase();
    let mut best: Vec<(usize, &'static str)> = ids
        .filter(|id| id.len().abs_diff(low.len()) <= most && digits(id) == digits(&low))
        .map(|id| (strsim::levenshtein(&low, &id.to_ascii_lowercase()), id))
        .filter(|(distance, _)| *distance <= most)
        .collect();
    best.sort_unstable();
    match best.as_slice() {
        [(_, only)] => Some(only),
        [(first, id), (second, _), ..] if first < second => Some(id),
        _ => None,
    }
}
