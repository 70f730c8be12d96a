//! `MODULE_LICENSE("...")` of Linux modules.
//!
//! The strings and their meaning are those of `include/linux/module.h`: "GPL" is version 2 or later, "GPL v2" is
//! version 2, and `Dual X/GPL` is a choice.

use crate::evidence::detection::{Detection, Score, Seen, Witness};
use crate::evidence::page::{Page, quote};
use crate::license::parse;
use crate::text::Span;

/// The call that states the license of a module.
pub(in crate::evidence) const TRIGGERS: &[&str] = &["module_license"];

const MEANINGS: &[(&str, &str)] = &[
    ("GPL", "GPL-2.0-or-later"),
    ("GPL v2", "GPL-2.0-only"),
    ("GPL and additional rights", "GPL-2.0-or-later"),
    ("Dual BSD/GPL", "BSD-3-Clause OR GPL-2.0-or-later"),
    ("Dual MIT/GPL", "MIT OR GPL-2.0-or-later"),
    ("Dual MPL/GPL", "MPL-1.1 OR GPL-2.0-or-later"),
];

/// Adds the licenses of the modules at `hits` to `seen`.
pub(in crate::evidence) fn reads(page: &Page<'_>, hits: &[u32], seen: &mut Seen) {
    for hit in hits {
        let line = page.line_at(*hit);
        let before = Span::new(line.start, *hit).of(page.text);
        let call = Span::new(*hit, line.end).of(page.text);
        let Some(value) = argument(call).filter(|_| !before.contains("define")) else { continue };
        let meaning = MEANINGS.iter().find(|(text, _)| *text == value);
        let Some(expr) = meaning.and_then(|(_, id)| parse(id).ok()) else { continue };
        seen.detections.push(Detection {
            expr,
            class: Witness::Grant,
            by: "grant",
            lines: page.line_range(Span::new(*hit, line.end)),
            score: Score::FULL,
            quote: quote(call),
            note: None,
        });
    }
}

fn argument(call: &str) -> Option<&str> {
    let rest = call.get("module_license".len()..)?.trim_start().strip_prefix('(')?.trim_start().strip_prefix('"')?;
    rest.split_once('"').map(|(value, _)| value)
}
