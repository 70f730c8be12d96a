//! `CITATION.cff`: `license`, an SPDX id or a list of which one may be chosen.

use super::claim::claim;
use super::yaml;
use crate::evidence::detection::Seen;
use crate::evidence::page::Page;

pub(super) fn read(page: &Page<'_>, seen: &mut Seen) {
    let values = yaml::texts(page.text, "license");
    match values.as_slice() {
        [] => {}
        [one] => {
            claim(page, seen, "manifest/citation", "license", one);
        }
        several => {
            claim(page, seen, "manifest/citation", "license", &several.join(" OR "));
        }
    }
}
