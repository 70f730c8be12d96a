//! `*.cabal`: `license:`, an SPDX expression since 2.2, before that Cabal's own names (`BSD3`, `GPL-2`).

use super::claim::claim;
use crate::evidence::detection::Seen;
use crate::evidence::page::Page;

/// Names from before Cabal 2.2 that the grammar of names does not read as Cabal meant them.
const NAMES: &[(&str, &str)] = &[
    ("BSD2", "BSD-2-Clause"),
    ("BSD3", "BSD-3-Clause"),
    ("BSD4", "BSD-4-Clause"),
    ("PublicDomain", "LicenseRef-public-domain"),
    ("GPL", "GPL-1.0-or-later"),
    ("LGPL", "LGPL-2.0-or-later"),
    ("AGPL", "AGPL-3.0-or-later"),
    ("AllRightsReserved", "LicenseRef-all-rights-reserved"),
];

pub(super) fn read(page: &Page<'_>, seen: &mut Seen) {
    for line in page.text.lines() {
        let Some((key, value)) = line.split_once(':') else { continue };
        if !key.trim().eq_ignore_ascii_case("license") {
            continue;
        }
        let value = value.trim();
        let known = NAMES.iter().find(|(name, _)| *name == value).map(|(_, expr)| *expr);
        if claim(page, seen, "manifest/cabal", "icense", known.unwrap_or(value))
            && let Some(last) = seen.detections.last_mut()
        {
            let at = (line.as_ptr() as usize - page.text.as_ptr() as usize) as u32;
            last.lines = page.line_range(page.line_at(at));
            last.quote = line.trim().to_owned();
        }
    }
}
