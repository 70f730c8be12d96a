//! `debian/copyright` in the machine-readable format (DEP-5): the license of the header and of each `Files` stanza. Some
//! projects write their COPYING in it.

use super::claim::claim;
use super::fields;
use crate::evidence::detection::{Detection, Role, Seen, Witness};
use crate::evidence::page::Page;

/// The name of the detector.
const ID: &str = "manifest/debian";

pub(super) fn read(page: &Page<'_>, seen: &mut Seen) {
    if !is_in_format(page) {
        return;
    }
    let is_whole = |files: &str| files.split_whitespace().any(|glob| glob == "*");
    let says_of_all = files_stanzas(page.text).iter().any(|(files, ..)| is_whole(files));
    for stanza in stanzas(page.text) {
        let fields = fields::fields(stanza);
        let files = fields::value(&fields, "Files");
        let covers = files.is_some() || fields::value(&fields, "Format").is_some();
        let name = fields::value(&fields, "License").and_then(|value| value.lines().next()).map(str::trim);
        let Some(name) = name.filter(|name| covers && !name.is_empty()) else { continue };
        let known = spdx(name);
        if claim(page, seen, ID, "License:", &known)
            && let Some(last) = seen.detections.last_mut()
        {
            let at = stanza.as_ptr() as usize - page.text.as_ptr() as usize + stanza.find("License:").unwrap_or(0);
            last.lines = page.line_range(page.line_at(at as u32));
            last.quote = format!("License: {name}");
            if says_of_all && files.is_some_and(|files| !is_whole(files)) {
                // Of a part, often of the packaging alone.
                last.class = Witness::Clue;
            }
        }
    }
}

/// True for the format by its first line; of a document with another name than Debian's only by its full address.
fn is_in_format(page: &Page<'_>) -> bool {
    let first = page.text.trim_start().lines().next().unwrap_or_default();
    let is_called_so = page.path.name().eq_ignore_ascii_case("copyright");
    let address = ["copyright-format", "dep5", "CopyrightFormat"];
    first.starts_with("Format:") && (is_called_so || address.iter().any(|part| first.contains(part)))
}

/// Leaves of a license document in this format what its stanzas say: its texts are those of parts as well as of the whole.
pub(in crate::evidence) fn settle(page: &Page<'_>, role: Role, seen: &mut Seen) {
    let is_stanza = |one: &Detection| one.by == ID && one.class == Witness::Manifest;
    if role == Role::LicenseText && is_in_format(page) && seen.detections.iter().any(is_stanza) {
        seen.detections.iter_mut().filter(|one| !is_stanza(one)).for_each(|one| one.class = Witness::Clue);
    }
}

/// The stanzas: runs of lines between empty ones.
pub(super) fn stanzas(text: &str) -> impl Iterator<Item = &str> {
    text.split("\n\n").flat_map(|part| part.split("\r\n\r\n")).filter(|stanza| !stanza.trim().is_empty())
}

/// `Files`, `License` as SPDX writes it, and `Copyright` of each stanza that covers files.
pub(in crate::evidence) fn files_stanzas(text: &str) -> Vec<(String, String, String)> {
    let read = |stanza| {
        let fields = fields::fields(stanza);
        let value = |name: &str| fields::value(&fields, name).map(str::to_owned);
        let license = value("License")?.lines().next().map(|name| spdx(name.trim()))?;
        Some((value("Files")?, license, value("Copyright").unwrap_or_default()))
    };
    stanzas(text).filter_map(read).collect()
}

/// A DEP-5 short name as SPDX writes it: `GPL-2+`, `Expat`, `GPL-2+ with OpenSSL exception`.
pub(super) fn spdx(name: &str) -> String {
    let spelled: Vec<String> =
        name.replace(", and ", " and ").replace(',', " and ").split_whitespace().map(word).collect();
    spelled.join(" ")
}

fn word(word: &str) -> String {
    match word {
        "Expat" => "MIT".to_owned(),
        "public-domain" => "LicenseRef-public-domain".to_owned(),
        "Artistic" => "Artistic-1.0-Perl".to_owned(),
        "Perl" => "( Artistic-1.0-Perl OR GPL-1.0-or-later )".to_owned(),
        "GPL" => "GPL-1.0-or-later".to_owned(),
        "LGPL" => "LGPL-2.0-or-later".to_owned(),
        "PSF-2" => "PSF-2.0".to_owned(),
        other => gnu(other).unwrap_or_else(|| other.to_owned()),
    }
}

/// `GPL-2+` as `GPL-2.0-or-later`, `LGPL-2.1` as `LGPL-2.1-only`.
fn gnu(word: &str) -> Option<String> {
    let (base, version) = word.split_once('-')?;
    if !matches!(
        base,
        "GPL" | "LGPL" | "AGPL" | "GFDL" | "Apache" | "MPL" | "Artistic" | "EPL" | "CDDL" | "OFL" | "ZPL"
    ) {
        return None;
    }
    let plus = version.ends_with('+');
    let version = version.trim_end_matches('+');
    let full =
        if version.bytes().all(|byte| byte.is_ascii_digit()) { format!("{version}.0") } else { version.to_owned() };
    let suffix = match (matches!(base, "GPL" | "LGPL" | "AGPL" | "GFDL"), plus) {
        (true, true) => "-or-later",
        (true, false) if version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') => "-only",
        (false, true) => "+",
        _ => "",
    };
    Some(format!("{base}-{full}{suffix}"))
}
