//! Words of a license text that somebody changed: "free of charge" became "for a fee".

use crate::evidence::detection::{Detection, Restriction, RestrictionKind, Role, Score, Seen, Witness};
use crate::evidence::page::Page;
use crate::evidence::text::operative;
use crate::text::one_line;

/// The rule, as `explain` names it.
const ROW: &str = "changed-words";

/// How near a document is to the text of a license of which it changes words; below, it is worded otherwise.
const NEAR: Score = Score(9_000);

/// The operative changes of the texts of a license document, one a text.
pub(super) fn changed(page: &Page<'_>, role: Role, seen: &Seen) -> Vec<Restriction> {
    let is_near = |one: &&Detection| one.class == Witness::Text && (NEAR..Score::FULL).contains(&one.score);
    let texts = seen.detections.iter().filter(|_| role == Role::LicenseText).filter(is_near);
    texts.filter_map(|one| change_of(page, one)).collect()
}

fn change_of(page: &Page<'_>, one: &Detection) -> Option<Restriction> {
    let passage = page.passage(one.lines)?;
    let change = one.expr.terms().iter().find_map(|term| operative(passage.of(page.text), &term.id()))?;
    let quote = match change.was.as_str() {
        "" => change.now,
        was => format!("{}, in the place of: {was}", change.now),
    };
    Some(Restriction {
        kind: RestrictionKind::Other,
        row: ROW,
        is_inserted: false,
        lines: one.lines,
        quote: one_line(&quote),
        of: None,
        words: vec![passage],
    })
}

#[cfg(test)]
mod tests {
    use crate::evidence::Detector;
    use crate::license::license;
    use crate::text::RelPath;

    fn is_modified(text: &str) -> bool {
        let path = RelPath::new("LICENSE").expect("relative");
        let found = Detector::usual().read(&path, text.as_bytes());
        found.detections.iter().any(|one| one.expr.to_string() == "LicenseRef-modified-MIT")
    }

    #[test]
    fn a_name_is_no_limit_and_a_purpose_is() {
        let mit = license("MIT").expect("listed").text;
        let with = |was: &str, now: &str| {
            assert!(mit.contains(was), "{was}");
            mit.replace(was, now)
        };
        assert!(!is_modified(&with("THE AUTHORS OR COPYRIGHT HOLDERS BE", "EXAMPLE RESEARCH LABORATORY BE")));
        assert!(is_modified(&with("to deal in the Software", "to deal for research purposes in the Software")));
        assert!(is_modified(&with("free of charge", "for a fee")));
    }
}
