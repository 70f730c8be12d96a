//! AppStream `*.metainfo.xml`: `project_license`; `metadata_license` is about the file itself and is left out.

use super::claim::claim;
use super::maven;
use crate::evidence::detection::Seen;
use crate::evidence::page::Page;

pub(super) fn read(page: &Page<'_>, seen: &mut Seen) {
    for (path, text) in maven::texts(page.text) {
        if path == "component/project_license" || path == "application/project_license" {
            claim(page, seen, "manifest/appstream", "project_license", &text);
        }
    }
}
