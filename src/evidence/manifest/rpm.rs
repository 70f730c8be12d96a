//! `*.spec` of RPM: `License:` lines, SPDX in new files, Fedora's and SUSE's names in old ones.

use super::claim::claim;
use crate::evidence::detection::Seen;
use crate::evidence::page::Page;

pub(super) fn read(page: &Page<'_>, seen: &mut Seen) {
    for line in page.text.lines() {
        let Some((key, value)) = line.split_once(':') else { continue };
        if key.eq_ignore_ascii_case("license") && !value.contains("%{") {
            claim(page, seen, "manifest/rpm", key, value.trim());
        }
    }
}
