//! Exceptions called by their names: "with the Classpath exception", "the GCC Runtime Library Exception".
//!
//! A name widens a license that is granted nearby; alone it says nothing, so it is reported only beside one.

use super::words::{Gap, Words};
use crate::evidence::Page;
use crate::text::{LineRange, Span};

/// What stands before the word "exception" (or is the whole name), and the SPDX id.
const NAMES: &[(&str, &str)] = &[
    ("gcc runtime library", "GCC-exception-3.1"),
    ("gcc rle", "GCC-exception-3.1"),
    ("gcc linking", "GCC-exception-2.0"),
    ("classpath", "Classpath-exception-2.0"),
    ("class path", "Classpath-exception-2.0"),
    ("cp", "Classpath-exception-2.0"),
    ("llvm", "LLVM-exception"),
    ("bison", "Bison-exception-2.2"),
    ("autoconf configure script", "Autoconf-exception-3.0"),
    ("font embedding", "Font-exception-2.0"),
    ("font", "Font-exception-2.0"),
    ("syscall", "Linux-syscall-note"),
    ("ocaml linking", "OCaml-LGPL-linking-exception"),
    ("ocaml lgpl linking", "OCaml-LGPL-linking-exception"),
    ("ocaml special linking", "OCaml-LGPL-linking-exception"),
    ("wxwindows", "WxWindows-exception-3.1"),
    ("wxwindows library", "WxWindows-exception-3.1"),
    ("qt lgpl", "Qt-LGPL-exception-1.1"),
    ("qt gpl", "Qt-GPL-exception-1.0"),
    ("libtool", "Libtool-exception"),
    ("fltk", "FLTK-exception"),
    ("mif", "mif-exception"),
    ("u boot", "u-boot-exception-2.0"),
    ("ecos", "eCos-exception-2.0"),
    ("freertos gpl", "freertos-exception-2.0"),
    ("freertos", "freertos-exception-2.0"),
    ("universal foss", "Universal-FOSS-exception-1.0"),
    ("swift runtime library", "Swift-exception"),
];

/// The exceptions that `words` name, with their lines.
pub(super) fn named(words: &Words, page: &Page<'_>) -> Vec<(&'static str, LineRange)> {
    let mut found = Vec::new();
    for at in 1..words.len() {
        if !words.is(at, &["exception", "exceptions"]) || denied(words, at) {
            continue;
        }
        let longest = NAMES.iter().filter_map(|(name, id)| Some((ends_with(words, at, name)?, *id))).min();
        if let Some((first, id)) = longest
            && let (Some(start), Some(end)) = (words.get(first), words.get(at))
        {
            found.push((id, page.line_range(Span::new(start.span.start, end.span.end))));
        }
    }
    found
}

/// The first word of `name` where it ends right before the word at `at`.
fn ends_with(words: &Words, at: usize, name: &str) -> Option<usize> {
    let mut place = at;
    for part in name.rsplit(' ') {
        place = place.checked_sub(1).filter(|place| words.text(*place) == part)?;
    }
    Some(place)
}

/// "without the Classpath exception".
fn denied(words: &Words, at: usize) -> bool {
    (at.saturating_sub(6)..at)
        .any(|back| words.is(back, &["without", "no", "not"]) && !words.gap(back + 1).has(Gap::STOP))
}
