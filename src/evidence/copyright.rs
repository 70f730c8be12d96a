//! Copyright holders as files state them.
//!
//! Collected for bills of materials; no judgement rests on them. A holder is what follows `Copyright`, its sign and
//! its years, without "All rights reserved".

use super::detection::{DetectorId, Seen};
use super::page::{Page, floor_boundary};

/// The name of the detector.
pub(super) const ID: DetectorId = "copyright";

/// Words of which a statement of copyright holds one.
pub(super) const TRIGGERS: &[&str] = &["copyright", "©", "copr."];

/// More holders than this in one file are a list of data, not a statement.
const MOST: usize = 200;

/// Adds the holders named at `hits` to `seen`.
pub(super) fn reads(page: &Page<'_>, hits: &[u32], seen: &mut Seen) {
    let mut last_line = None;
    let mut read_to = 0;
    for hit in hits {
        let line = page.line_at(*hit);
        // Of a run of signs the first is followed by all others.
        if last_line == Some(line) || (*hit as usize) < read_to || seen.copyrights.len() >= MOST {
            continue;
        }
        last_line = Some(line);
        let from = line.start.max(hit.saturating_sub(40));
        read_to = floor_boundary(page.text, (line.end as usize).min(*hit as usize + 300));
        let text = page.text.get(from as usize..read_to).unwrap_or("");
        if let Some(holder) = holder(text)
            && !seen.copyrights.contains(&holder)
        {
            seen.copyrights.push(holder);
        }
    }
}

/// The holder that a line names; `None` where the line only talks about copyright.
fn holder(line: &str) -> Option<String> {
    let low = line.to_ascii_lowercase();
    let (at, has_word) = match (low.find("copyright"), line.find('©')) {
        (Some(at), _) => (at + "copyright".len(), true),
        (None, Some(at)) => (at + '©'.len_utf8(), false),
        (None, None) => (low.find("copr.")? + "copr.".len(), true),
    };
    let mut rest = line.get(at..)?;
    rest = rest.strip_prefix("Text:").or_else(|| rest.strip_prefix("text:")).unwrap_or(rest);
    if rest.starts_with(|next: char| next.is_ascii_alphabetic() || matches!(next, '_' | '/' | '=')) {
        return None;
    }
    let mut marked = !has_word;
    let mut dated = false;
    loop {
        rest = rest.trim_start_matches(|next: char| {
            next.is_whitespace() || matches!(next, ':' | ',' | '-' | '–' | ';' | '*' | '.')
        });
        let sign = ["(c)", "(C)", "©", "&copy;", "&#169;", "\\(co", "@copyright{}"]
            .iter()
            .find(|sign| rest.starts_with(**sign));
        if let Some(sign) = sign {
            (rest, marked) = (&rest[sign.len()..], true);
        } else if rest.starts_with(|next: char| next.is_ascii_digit()) {
            let end = rest.find(|next: char| !next.is_ascii_digit()).unwrap_or(rest.len());
            (rest, dated) = (&rest[end..], true);
        } else if let Some(after) =
            ["by ", "By ", "present ", "present, "].iter().find_map(|word| rest.strip_prefix(word))
        {
            rest = after;
        } else {
            break;
        }
    }
    let name = trimmed(rest);
    let starts_name = name.starts_with(|first: char| first.is_uppercase() || first == '<' || !first.is_ascii());
    let is_statement = (marked || dated) && name.len() > 1
        || starts_name
            && has_word
            && low.trim_start_matches(|next: char| !next.is_ascii_alphanumeric()).starts_with("copyright")
            && !name.starts_with("Holder")
            && !name.starts_with("Notice");
    (is_statement && name.len() < 200 && name.chars().any(char::is_alphabetic)).then(|| name.to_owned())
}

fn trimmed(name: &str) -> &str {
    let low = name.to_ascii_lowercase();
    let end = ["all rights reserved", "*/", "-->", "\\n", "licensed under", "\""]
        .iter()
        .filter_map(|end| low.find(end))
        .min();
    let name = end.and_then(|end| name.get(..end)).unwrap_or(name);
    name.trim_matches(|next: char| {
        next.is_whitespace() || matches!(next, '.' | ',' | '*' | '#' | ';' | '-' | '/' | '\'')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holders_are_read_without_signs_years_and_reservations() {
        for (line, expected) in [
            (
                "Copyright (c) 2009-2011, Jane Roe <jane@example.org>. All rights reserved.",
                Some("Jane Roe <jane@example.org>"),
            ),
            (" * Copyright © 2020 Example GmbH", Some("Example GmbH")),
            ("SPDX-FileCopyrightText: 2021 Jörg Müller", Some("Jörg Müller")),
            ("# Copyright Jane Roe", Some("Jane Roe")),
            ("retain the above copyright notice, this list", None),
            ("Copyright notice", None),
            ("copyright_holder = x", None),
        ] {
            assert_eq!(holder(line).as_deref(), expected, "{line}");
        }
    }
}
