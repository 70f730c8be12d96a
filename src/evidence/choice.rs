//! Statements made of several sentences: a list of licenses to choose from, or of those of the parts, and a license that may be
//! taken "alternatively".
//!
//! Reads the words around licenses that were seen already. Invariant: a list of which one item is not understood says
//! nothing; where it is a choice, that is a sign that there is one.

use super::detection::{ALTERNATIVE, CHOICE, Detection, Role, Score, Seen, Witness};
use super::page::{Page, quote};
use super::readme::is_readme;
use crate::license::{LicenseExpr, Suffix, Term, parse};
use crate::text::LineRange;

/// An offer stands at the top of a license document: so many lines are looked at. In a readme it may stand anywhere.
const TOP: u32 = 30;
const MOST_OF_README: u32 = 2_000;

/// Words that offer a choice of licenses.
const OFFERS: [&str; 16] = [
    "dual licen",
    "dual-licen",
    "dually licen",
    "triple licen",
    "triple-licen",
    "choose one",
    "choose between",
    "choose either",
    "choose which",
    "must choose",
    "choose and use the licen",
    "the license of your choice",
    "mutually exclusive",
    "licenses of your choice",
    "licenses below are alternatives",
    "licenses as alternatives",
];

/// Words that do so where a license follows in the same sentence.
const OFFERS_OF: [&str; 9] = [
    "one of two ",
    "one of three ",
    "one of four ",
    "one of the following ",
    "one of the two ",
    "one of the three ",
    "either of the following ",
    "either of these ",
    "any of the following ",
];

/// So many letters behind such words a license has to follow.
const NEAR: usize = 60;

/// The text of a line, counted from 1.
fn line<'p>(page: &Page<'p>, number: u32) -> &'p str {
    page.lines().span(page.text, number).map_or("", |span| span.of(page.text))
}

/// "Alternatively, this file may be used under ...": one of two, whatever the file says before.
pub(super) fn alternatives(page: &Page<'_>, _: Role, seen: &mut Seen) {
    let said = &mut seen.detections;
    let is_said = |one: &&Detection| one.class < Witness::Manifest;
    let mut joined: Vec<(usize, usize)> = Vec::new();
    let stated: Vec<(usize, &Detection)> = said.iter().enumerate().filter(|(_, one)| is_said(one)).collect();
    for (at, (number, one)) in stated.iter().enumerate() {
        if at > 0 && (one.by == ALTERNATIVE || is_joined_by_or(page, stated[at - 1].1, one)) {
            joined.push((stated[at - 1].0, *number));
        }
    }
    for (first, second) in joined.into_iter().rev() {
        let other = said.remove(second);
        let (expr, lines) = (said[first].expr.clone(), said[first].lines);
        let Some(expr) = LicenseExpr::any([expr, other.expr.clone()]) else { continue };
        let choice = Detection { expr, lines: LineRange::new(lines.first, lines.last.max(other.lines.last)), ..other };
        // A text stays what it is; words are said anew.
        match said[first].class {
            Witness::Text => said.insert(second, choice),
            _ => said[first] = choice,
        }
        Detection::sort(said);
    }
}

/// Words between two grants that make a choice of them.
const OR_UNDER: [&str; 12] = [
    "or under",
    "or at your option under",
    "or at your opinion under",
    "or at your choice under",
    "or at your preference under",
    "or alternatively under",
    // By use: whoever takes the file out of a kernel, or into a module, has the terms below.
    "or when distributed separately",
    "or when used in",
    "when used as part of",
    "when used as a standalone",
    "when used to build",
    "by your choice when distributed",
];

/// "Distributed under the Boost Software License .. or (at your option) under: the MIT License".
fn is_joined_by_or(page: &Page<'_>, first: &Detection, second: &Detection) -> bool {
    let (from, to) = (first.lines.last, second.lines.first);
    if first.class == Witness::Text || first.expr == second.expr || from >= to || to - from > BELOW_OFFER {
        return false;
    }
    let between = (from..=to).map(|number| line(page, number)).collect::<Vec<_>>().join(" ").to_lowercase();
    let words: Vec<&str> =
        between.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let words = format!(" {} ", words.join(" "));
    OR_UNDER.iter().any(|phrase| words.contains(&format!(" {phrase} ")))
}

/// How the items of a list belong together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum List {
    Choice,
    Parts,
}

/// Announcement at the top of a license document, or a readme, with the list below it.
pub(super) fn announced(page: &Page<'_>, role: Role, seen: &mut Seen) {
    let class = match role {
        _ if seen.detections.is_empty() => return,
        Role::LicenseText => Witness::Grant,
        _ if is_readme(page.path) => Witness::Readme,
        _ => return enumerated(page, &mut seen.detections),
    };
    let (most, below) = if class == Witness::Readme { (MOST_OF_README, BELOW_WORDS) } else { (TOP, BELOW_OFFER) };
    let Some((list, words)) = announcement(page, &seen.detections, most) else { return };
    let items = items(page, words.last + 1, below);
    let licenses: Option<Vec<LicenseExpr>> = items.iter().map(|item| license(page, &seen.detections, *item)).collect();
    let join = |licenses| match list {
        List::Choice => LicenseExpr::any(licenses),
        List::Parts => LicenseExpr::all(licenses),
    };
    let joined = licenses.filter(|licenses| licenses.len() > 1).and_then(join);
    let said = (words.first..=words.last).map(|number| line(page, number)).collect::<Vec<_>>().join(" ");
    let quote = quote(&said);
    let is_choice_known = seen.detections.iter().any(|one| matches!(one.expr, LicenseExpr::Or(_)));
    let seen = &mut seen.detections;
    match joined.filter(|joined| joined.terms().len() > 1) {
        Some(expr) => {
            // The rest of the document speaks of the same licenses, or of smaller parts.
            seen.iter_mut().filter(|one| one.class == class).for_each(|one| one.class = Witness::Clue);
            let lines = LineRange::new(words.first, items.last().map_or(words.last, |item| item.last));
            seen.push(Detection { expr, class, by: CHOICE, lines, score: Score::FULL, quote, note: None });
        }
        None if list == List::Choice && !is_choice_known => {
            let note = Some("offers a choice".into());
            let expr = seen[0].expr.clone();
            seen.push(Detection { expr, class: Witness::Clue, by: CHOICE, lines: words, score: Score(0), quote, note });
        }
        None => {}
    }
    Detection::sort(seen);
}

/// The lines of the paragraph that announces a list, above all texts.
fn announcement(page: &Page<'_>, seen: &[Detection], most: u32) -> Option<(List, LineRange)> {
    let texts = seen.iter().filter(|one| one.class == Witness::Text).map(|one| one.lines.first);
    let end = texts.min().unwrap_or(u32::MAX).min(most).min(u32::try_from(page.lines().len()).unwrap_or(most) + 1);
    let mut first = 1;
    while first < end {
        let last = (first..end).take_while(|number| !line(page, *number).trim().is_empty()).last();
        let Some(last) = last else {
            first += 1;
            continue;
        };
        // The list may begin without an empty line before it.
        let last = (first..last).find(|number| mark(line(page, number + 1)).is_some()).unwrap_or(last);
        let words = (first..=last).flat_map(|number| line(page, number).split_whitespace());
        let paragraph = words.collect::<Vec<_>>().join(" ").replace('*', "").to_lowercase();
        let list = if offers(&paragraph) { Some(List::Choice) } else { parts(&paragraph) };
        if let Some(list) = list {
            return Some((list, LineRange::new(first, last)));
        }
        first = last + 1;
    }
    None
}

/// Bytes of the line in which such an offer ends; a longer one is no comment.
const LONGEST_OFFER: usize = 200;

/// The sides of "modify it under the terms of EITHER: (1) the LGPL .. (2) the BSD-style license in .." in the comment at
/// the top of code, where each is understood.
fn enumerated(page: &Page<'_>, seen: &mut Vec<Detection>) {
    let head: Vec<&str> = page.text.lines().take(TOP as usize).map(without_signs).collect();
    let head = head.join("\n");
    let head = Page::new(page.path, &head);
    let is_offer = |number: &u32| {
        let text = line(&head, *number);
        text.len() < LONGEST_OFFER && ends_in_either(&text.to_lowercase())
    };
    let Some(offer) = (1..TOP).find(|number| is_offer(number) && mark(line(&head, number + 1)).is_some()) else {
        return;
    };
    let items = items(&head, offer + 1, 0);
    let sides: Option<Vec<LicenseExpr>> = items.iter().map(|item| license(&head, seen, *item)).collect();
    let Some(expr) = sides.filter(|sides| sides.len() > 1).and_then(LicenseExpr::any) else { return };
    let lines = LineRange::new(offer, items.last().map_or(offer, |item| item.last));
    let is_side = |one: &&mut Detection| one.class == Witness::Grant && one.lines.last >= lines.first;
    seen.iter_mut()
        .filter(is_side)
        .filter(|one| one.lines.first <= lines.last)
        .for_each(|one| one.class = Witness::Clue);
    let (by, quote) = (CHOICE, quote(line(page, offer)));
    seen.push(Detection { expr, class: Witness::Grant, by, lines, score: Score::FULL, quote, note: None });
    Detection::sort(seen);
}

/// A line without the signs of a comment.
fn without_signs(line: &str) -> &str {
    line.trim_matches(|sign: char| sign.is_whitespace() || matches!(sign, '*' | '/' | '#' | ';'))
}

fn ends_in_either(paragraph: &str) -> bool {
    paragraph.ends_with("under the terms of either:") || paragraph.ends_with("under either:")
}

fn offers(paragraph: &str) -> bool {
    if ends_in_either(paragraph) {
        return true;
    }
    let alone = OFFERS.iter().any(|words| paragraph.contains(words)) && paragraph.contains("licen");
    alone
        || OFFERS_OF.iter().any(|words| {
            let behind = paragraph.split_once(words).map(|(_, behind)| behind).unwrap_or_default();
            behind.split('.').next().unwrap_or_default().chars().take(NEAR).collect::<String>().contains("licen")
        })
}

/// "This repository uses 2 different licenses", "covered by three licenses:".
fn parts(paragraph: &str) -> Option<List> {
    let words: Vec<&str> = paragraph.split(|letter: char| !letter.is_alphanumeric()).collect();
    let is_count =
        |word: &&str| ["two", "three", "four", "five", "2", "3", "4", "5", "several", "different"].contains(word);
    let counted = words
        .iter()
        .enumerate()
        .filter(|(_, word)| is_count(word))
        .any(|(at, _)| words.iter().skip(at + 1).take(6).any(|word| ["licenses", "licences"].contains(word)));
    (counted && !words.contains(&"either") && !words.contains(&"or") && !words.contains(&"choose"))
        .then_some(List::Parts)
}

/// How the items of a list begin.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// `- `
    Bullet,
    /// `1. `, `(b) `
    Number,
    /// `[LICENSE #1]`
    Name,
}

/// The mark that an item of a list begins with, and how far it is indented.
fn mark(line: &str) -> Option<(usize, Mark)> {
    let text = line.trim_start();
    let indent = line.len() - text.len();
    let lower = text.to_ascii_lowercase();
    if ["[license #", "license #", "[option ", "option "].iter().any(|word| lower.starts_with(word)) {
        return Some((indent, Mark::Name));
    }
    let (first, rest) = text.split_once([' ', '\t'])?;
    let number = first.trim_start_matches('(').strip_suffix(['.', ')']).unwrap_or_default();
    let is_number = number.len() == 1 || number.len() == 2 && number.bytes().all(|byte| byte.is_ascii_digit());
    match first {
        _ if rest.trim().is_empty() => None,
        "-" | "*" | "\u{2022}" => Some((indent, Mark::Bullet)),
        _ => is_number.then_some((indent, Mark::Number)),
    }
}

/// A list begins so near to its offer.
const BELOW_OFFER: u32 = 12;
/// In a readme other lists are near.
const BELOW_WORDS: u32 = 2;

/// The items of the list that begins within so many lines from `from`.
fn items(page: &Page<'_>, from: u32, below: u32) -> Vec<LineRange> {
    let end = u32::try_from(page.lines().len()).unwrap_or(u32::MAX);
    let Some(first) = (from..=end.min(from + below)).find(|number| mark(line(page, *number)).is_some()) else {
        return Vec::new();
    };
    let Some((indent, kind)) = mark(line(page, first)) else { return Vec::new() };
    let mut items = vec![LineRange::new(first, first)];
    let mut is_apart = false;
    for number in first + 1..=end {
        let written = line(page, number);
        let text = written.trim_start();
        match items.last_mut() {
            _ if mark(written) == Some((indent, kind)) => items.push(LineRange::new(number, number)),
            _ if text.is_empty() => {}
            _ if is_apart && kind != Mark::Name && written.len() - text.len() <= indent => break,
            Some(item) => item.last = number,
            None => {}
        }
        is_apart = text.is_empty();
    }
    items
}

/// The license that an item names: its text, else the first name in it that is no mere family.
fn license(page: &Page<'_>, seen: &[Detection], item: LineRange) -> Option<LicenseExpr> {
    let words = (item.first..=item.last).flat_map(|number| line(page, number).split_whitespace());
    let words = words.collect::<Vec<_>>().join(" ").to_lowercase();
    let holds = |line: u32| (item.first..=item.last).contains(&line);
    // Words of a grant may begin above the list.
    let within = |one: &&Detection| holds(one.lines.first) || one.class != Witness::Text && holds(one.lines.last);
    let rank = |one: &&Detection| (one.class != Witness::Text, one.is_family(), !holds(one.lines.first));
    let named = seen.iter().filter(within).min_by_key(rank);
    let Some(named) = named else {
        return if words.contains("public domain") { parse("LicenseRef-public-domain").ok() } else { None };
    };
    let is_later = words.contains("any later version");
    if let Some(exact) = named.is_family().then(|| numbered(&named.expr, &words, is_later)).flatten() {
        return Some(exact);
    }
    let later = |term: &Term| match term.suffix {
        Suffix::Only => term.clone().with_suffix(Suffix::OrLater),
        _ => term.clone(),
    };
    Some(if is_later { named.expr.map_terms(&mut |term| later(term)) } else { named.expr.clone() })
}

/// The member of the GNU family that an item means by a number which stands far from the name.
fn numbered(family: &LicenseExpr, words: &str, is_later: bool) -> Option<LicenseExpr> {
    let base = match family.to_string().as_str() {
        "GPL-1.0-or-later" => "GPL",
        "LGPL-2.0-or-later" => "LGPL",
        _ => return None,
    };
    let (_, behind) = words.split_once("version ")?;
    let number: String = behind.chars().take_while(|letter| letter.is_ascii_digit() || *letter == '.').collect();
    let number = number.trim_end_matches('.');
    let number = if number.contains('.') { number.to_owned() } else { format!("{number}.0") };
    parse(&format!("{base}-{number}-{}", if is_later { "or-later" } else { "only" })).ok()
}

#[cfg(test)]
mod tests {
    use crate::evidence::{Detector, Witness};
    use crate::license::license;
    use crate::text::RelPath;

    fn says(name: &str, text: &str) -> Vec<String> {
        let evidence = Detector::usual().read(&RelPath::new(name).expect("relative"), text.as_bytes());
        let found = evidence.detections.iter().filter(|one| one.class < Witness::Text);
        found.map(|one| one.expr.to_string()).collect()
    }

    #[test]
    fn a_list_below_an_offer_is_a_choice() {
        for text in [
            "You may use this under one of three licenses.\n\n1. The GNU General Public License, version 2\n2. The MIT License\n3. The ISC License, in LICENSE.isc\n\nThe license is chosen by the user. An author of GPL software would use the GPL.\n",
            "Foo is distributed under three licenses; you must choose one of these licenses:\n  - The GPL, version 2 only\n    (GNU General Public License).\n  - MIT license\n  - ISC license\n\nThe gzip part uses the zlib license.\n",
        ] {
            assert_eq!(says("LICENSE", text), ["GPL-2.0-only OR ISC OR MIT"], "{text}");
        }
        let later = "This is dual licensed. You must choose one license.\n\n* The GNU General Public License version 2 (any later version can be used also)\n* The zlib license\n";
        assert_eq!(says("COPYING", later), ["GPL-2.0-or-later OR Zlib"]);
        let wtfpl = license("WTFPL").expect("an id of the list").text;
        let named = format!(
            "Foo has DUAL licensing terms.\n\n[LICENSE #1]\n\nFoo is public domain.\n\n[/LICENSE #1]\n\n[LICENSE #2]\n\n{wtfpl}\n[/LICENSE #2]\n"
        );
        assert_eq!(says("LICENSE", &named), ["WTFPL OR LicenseRef-public-domain"]);
    }

    #[test]
    fn a_header_may_number_the_sides_of_a_choice() {
        let header = |second: &str| {
            format!(
                "/* This library is free software; you can redistribute it and/or     *\n \
                 * modify it under the terms of EITHER:                              *\n \
                 *   (1) The GNU Lesser General Public License as published by the   *\n \
                 *       Free Software Foundation; either version 2.1 of the         *\n \
                 *       License, or (at your option) any later version.             *\n \
                 *   (2) {second}\n \
                 *                                                                   *\n \
                 * It is distributed in the hope that it will be useful.             */\nint a;\n"
            )
        };
        let bsd = header("The BSD-style license in the file LICENSE-BSD.TXT.");
        assert_eq!(says("a.c", &bsd), ["BSD-3-Clause OR LGPL-2.1-or-later"]);
        assert_eq!(says("a.c", &header("The terms of the Frob license.")), ["LGPL-2.1-or-later"]);
    }

    #[test]
    fn a_readme_may_offer_a_choice_too() {
        let text = "foo\n===\n\n- a list\n\nYou can redistribute it and/or modify it under the terms of either:\n- the GNU General Public License as published by the Free Software Foundation\n  and can be found in \"COPYING\"; either version 2,\n  or (at your option) any later version, or\n- the ISC license\n\nEnjoy.\n";
        assert_eq!(says("README", text), Vec::<String>::new());
        let evidence = Detector::usual().read(&RelPath::new("README").expect("relative"), text.as_bytes());
        let found = evidence.detections.iter().filter(|one| one.class == Witness::Readme);
        assert_eq!(found.map(|one| one.expr.to_string()).collect::<Vec<_>>(), ["GPL-2.0-or-later OR ISC"]);
    }

    #[test]
    fn a_list_of_which_one_item_is_unknown_is_only_a_sign() {
        let text = "You must choose one of the two licenses:\n\n- the MIT license\n- the license of our company\n";
        assert!(!says("LICENSE", text).iter().any(|said| said.contains("OR")));
    }

    #[test]
    fn parts_and_later_versions_are_no_choice() {
        let parts = "Foo is covered by two compatible licenses:\n\n- The MIT license, for the library\n- The ISC license, for the tools\n";
        assert_eq!(says("LICENSE", parts), ["ISC AND MIT"]);
        let later = "under the terms of the GNU General Public License; either version 2, or (at your option) any later version.\n\n- MIT license\n";
        assert!(!says("LICENSE", later).iter().any(|said| said.contains(" OR ")), "{later}");
    }

    #[test]
    fn two_grants_with_an_or_between_them_are_a_choice() {
        let text = |or: &str| {
            format!(
                "//  Distributed under:\n//\n//     the Boost Software License, Version 1.0.\n//  (See accompanying file LICENSE_1_0.txt)\n//\n//  {or} under:\n//\n//     The MIT License\n//  (See accompanying file MIT.txt)\n"
            )
        };
        assert_eq!(says("a.cpp", &text("or (at your option)")), ["BSL-1.0 OR MIT"]);
        assert_eq!(says("a.cpp", &text("and")), ["BSL-1.0", "MIT"]);
    }

    #[test]
    fn what_may_be_used_alternatively_is_one_of_two() {
        let bsd = license("BSD-3-Clause").expect("an id of the list").text;
        let gpl = "Alternatively, this software may be distributed under the terms of the\nGNU General Public License version 2.\n";
        assert_eq!(says("a.c", &format!("/*\n{bsd}\n\n{gpl}*/\n")), ["BSD-3-Clause OR GPL-2.0-only"]);
        let mpl = "The contents of this file are subject to the Mozilla Public License Version\n1.1.\n\nAlternatively, the contents of this file may be used under the terms of\neither the GNU General Public License Version 2 or later (the \"GPL\"), or\nthe GNU Lesser General Public License Version 2.1 or later (the \"LGPL\").\n";
        assert_eq!(says("a.c", mpl), ["GPL-2.0-or-later OR LGPL-2.1-or-later OR MPL-1.1"]);
    }
}
