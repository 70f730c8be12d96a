//! Texts of a version that the SPDX list does not have.
//!
//! Looks at texts that are near to the one listed version of their license: where the text gives itself another version,
//! it is a license of its own, e.g. `LicenseRef-COIL-0.5`.

use std::collections::BTreeSet;

use super::detection::{Detection, Role, Score, Seen, Witness};
use super::page::Page;
use crate::license::{self, LicenseExpr, Term};

/// How near a text is to the listed one to be another version of it; of most licenses the versions differ more.
const NEAR: Score = Score(9_000);

/// Names the texts of versions that are not listed.
pub(super) fn settle(page: &Page<'_>, _: Role, seen: &mut Seen) {
    let is_near = |one: &&mut Detection| one.class == Witness::Text && (NEAR..Score::FULL).contains(&one.score);
    for one in seen.detections.iter_mut().filter(is_near) {
        let Some((expr, id)) = of_own_version(page, one) else { continue };
        (one.expr, one.note) = (expr, Some(format!("not the version {id} that the SPDX list has").into()));
    }
}

/// The license of that version, and the listed one.
fn of_own_version(page: &Page<'_>, one: &Detection) -> Option<(LicenseExpr, String)> {
    let LicenseExpr::Term(term) = &one.expr else { return None };
    let id = term.id();
    let (base, listed) = id.rsplit_once('-').filter(|(base, _)| is_only_version(base))?;
    let passage = page.passage(one.lines)?.of(page.text);
    let version = own_version(passage, license::license(&id)?.text, listed)?;
    Some((Term::reference(format!("{base}-{version}")).into(), id.clone()))
}

/// The version that `passage` names where the license text names the listed one, and nowhere else.
fn own_version<'p>(passage: &'p str, text: &'p str, listed: &str) -> Option<&'p str> {
    let (own, of_text) = (versions(passage), versions(text));
    let is_replaced = of_text.contains(listed) && !own.contains(listed);
    own.difference(&of_text).next().copied().filter(|_| is_replaced)
}

/// The numbers with dots behind the word "version".
fn versions(text: &str) -> BTreeSet<&str> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let pairs = words.windows(2).filter(|pair| pair[0].eq_ignore_ascii_case("version"));
    let numbers = pairs.map(|pair| pair[1].trim_matches(|letter: char| !letter.is_ascii_digit()));
    numbers
        .filter(|number| number.contains('.') && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
        .collect()
}

/// True for a license of which the list has one version.
fn is_only_version(base: &str) -> bool {
    let is_of = |id: &str| id.strip_prefix(base).is_some_and(|rest| rest.starts_with('-'));
    license::licenses().filter(|one| is_of(one.id)).count() == 1
}

#[cfg(test)]
mod tests {
    use crate::evidence::Detector;
    use crate::license::license;
    use crate::text::RelPath;

    fn said(text: &str) -> Vec<String> {
        let path = RelPath::new("LICENSE").expect("relative");
        let found = Detector::usual().read(&path, text.as_bytes());
        found.detections.iter().map(|one| one.expr.to_string()).collect()
    }

    #[test]
    fn a_text_of_another_version_is_not_the_listed_one() {
        let listed = license("COIL-1.0").expect("listed").text;
        assert!(said(listed).contains(&"COIL-1.0".to_owned()), "{:?}", said(listed));
        let older = listed.replace("version 1.0", "version 0.5");
        assert_ne!(older, listed);
        assert!(said(&older).iter().all(|expr| expr == "LicenseRef-COIL-0.5"), "{:?}", said(&older));
        let apache = license("Apache-2.0").expect("listed").text.replace("Version 2.0", "Version 2.1");
        assert!(said(&apache).contains(&"Apache-2.0".to_owned()), "the list has several versions: {:?}", said(&apache));
    }
}
