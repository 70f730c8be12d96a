//! `*.opam`: `license: "MIT"` or `license: ["MIT" "ISC"]`, where a list means that all apply.

use super::claim::claim;
use crate::evidence::detection::Seen;
use crate::evidence::page::Page;

pub(super) fn read(page: &Page<'_>, seen: &mut Seen) {
    let Some(at) =
        page.text.match_indices("license:").map(|(at, _)| at).find(|at| *at == 0 || page.text[..*at].ends_with('\n'))
    else {
        return;
    };
    let rest = page.text[at + "license:".len()..].trim_start();
    let value = if rest.starts_with('[') { rest.split(']').next() } else { rest.lines().next() };
    for name in value.unwrap_or("").split('"').skip(1).step_by(2) {
        claim(page, seen, "manifest/opam", "license:", name);
    }
}
