//! Why a file counts: decided by its path first and by the head of its text where names are not enough.
//!
//! Every answer names the rule that gave it. A role says nothing about licenses; it says in whose name a license in
//! this file would speak. The rules are rows of `roles.toml`; the code here only compares.

mod name;
mod row;

use std::sync::LazyLock;

pub use self::name::RoleName;
use self::row::{Named, Row};
use super::detection::{FileEvidence, Role, Witness};
use crate::text::RelPath;

/// The rows, for the fingerprint too; only tests read their examples.
#[cfg(not(test))]
pub(super) const TABLE: &str = include_str!(concat!(env!("OUT_DIR"), "/roles.rows"));
#[cfg(test)]
pub(super) const TABLE: &str = include_str!("roles.toml");

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| row::read(TABLE).expect("a test reads the file"));

/// The role of a file and the rule that gave it; `head` is the beginning of its text, empty for binary files.
pub(super) fn of(path: &RelPath, head: &str) -> (Role, &'static str) {
    let low = path.as_str().to_ascii_lowercase();
    let file = Named::new(&low, head);
    match ROWS.iter().find(|row| row.fits(&file)) {
        Some(row) => (row.role.0, row.rule.as_str()),
        None => (Role::Shipped, "nothing else applies"),
    }
}

/// True where `stem`, in lower case, is one that readmes are called by.
pub(super) fn is_stem_of_readme(stem: &str) -> bool {
    ROWS.iter().any(|row| row.rule == README && row.has_stem(stem))
}

/// The rule of readmes.
const README: &str = "a readme";

/// So many distinct license texts in one folder are data about licenses, not claims.
const CORPUS: usize = 12;

/// Roles that only the neighbours of a file decide: a folder with many distinct texts is a corpus, that is test data.
/// `LICENSES/` of REUSE is none: there a text without use is an error that other tools report.
pub(super) fn neighbours(files: &mut [FileEvidence]) {
    let mut at = 0;
    while at < files.len() {
        let folder = files[at].path.parent();
        let end = at + files[at..].iter().take_while(|file| file.path.parent() == folder).count();
        let is_reuse = folder.name() == "LICENSES";
        if !is_reuse && end - at >= CORPUS && distinct_texts(&files[at..end]) >= CORPUS {
            for file in &mut files[at..end] {
                (file.role, file.role_rule) = (Role::Test, "folder of many license texts: a corpus");
            }
        }
        at = end;
    }
}

fn distinct_texts(files: &[FileEvidence]) -> usize {
    let texts = files.iter().flat_map(|file| file.detections.iter().filter(|one| one.class == Witness::Text));
    texts.map(|one| &one.expr).collect::<std::collections::BTreeSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The row that decides about an example: a path, or a path and the head of a file.
    fn deciding(example: &str) -> Option<&'static Row> {
        let (path, head) = example.split_once(" | ").unwrap_or((example, ""));
        let low = path.to_ascii_lowercase();
        let file = Named::new(&low, head);
        ROWS.iter().find(|row| row.fits(&file))
    }

    #[test]
    fn every_row_decides_about_its_yes_and_not_about_its_no() {
        for row in ROWS.iter() {
            assert!(!row.yes.is_empty() && !row.no.is_empty(), "{}: an example for and one against", row.rule);
            assert!(row.unknown.is_empty(), "{}: {:?}", row.rule, row.unknown);
            let decides = |example: &&String| deciding(example).is_some_and(|other| std::ptr::eq(other, row));
            let missed: Vec<_> = row.yes.iter().filter(|example| !decides(example)).collect();
            let taken: Vec<_> = row.no.iter().filter(decides).collect();
            assert!(missed.is_empty() && taken.is_empty(), "{}: missed {missed:?}, took {taken:?}", row.rule);
        }
    }

    #[test]
    fn paths_decide_first() {
        for (path, expected) in [
            ("src/main.c", Role::Shipped),
            ("src/terms.c", Role::Shipped),
            ("src/gpl.txt", Role::Shipped),
            ("lib/Test/Deep.pm", Role::Shipped),
            ("intl/plurals.c", Role::Shipped),
            ("darwin/a.c", Role::Shipped),
            ("win32/tests/a.c", Role::Test),
            ("vendor/zlib/LICENSE", Role::Vendored),
        ] {
            assert_eq!(of(&RelPath::new(path).expect("relative"), "").0, expected, "{path}");
        }
    }
}
