//! Effect of the rows that match a passage on the names in it.
//!
//! One order decides: what takes back a name itself, then what grants it, then what takes back its whole sentence.

use super::frame::Standing;
use super::meaning::{Effect, Match, Why};
use super::mention::{Mention, Tie};
use super::names::Names;
use super::version;
use super::words::{Gap, Words};
use crate::license::{LicenseExpr, Suffix, parse};

/// Words between a statement and one that is an alternative to it.
const NEAR: usize = 80;

/// Gives `mentions` the standing, versions and ties that the matches say.
pub(super) fn apply(names: &Names, words: &Words, mentions: &mut Vec<Mention>, found: &[Match]) {
    for one in found.iter().filter(|one| one.effect == Effect::Version) {
        versioned(names, words, mentions, one);
    }
    for one in found {
        match one.effect {
            Effect::OrLater => suffix(mentions, one, Suffix::OrLater),
            Effect::Only => suffix(mentions, one, Suffix::Only),
            _ => {}
        }
    }
    stand(mentions, found);
    for one in found {
        match one.effect {
            Effect::Choice => tie(mentions, one, Tie::Or),
            Effect::Parts => tie(mentions, one, Tie::And),
            Effect::ChoiceAbove => choose_above(mentions, one),
            Effect::Alternative => alternative(mentions, one),
            _ => {}
        }
    }
    for one in found {
        if let Effect::States(expr) = one.effect {
            state(mentions, one, expr);
        }
    }
}

fn stand(mentions: &mut [Mention], found: &[Match]) {
    let mut firm = vec![false; mentions.len()];
    let grants = |effect| found.iter().filter(move |one| one.effect == effect).map(|one| (one, None));
    let named = takers(found).map(|(one, why)| (one, Some(why)));
    for (one, why) in grants(Effect::Affirms).chain(named).chain(grants(Effect::Grants)) {
        for &name in &one.names {
            if !std::mem::replace(&mut firm[name], true) {
                match why {
                    Some(why) => take(&mut mentions[name], one.id, why),
                    None => give(&mut mentions[name], one),
                }
            }
        }
    }
    for (one, why) in takers(found).filter(|(one, _)| one.names.is_empty()) {
        for (mention, _) in mentions.iter_mut().zip(&firm).filter(|(_, firm)| !**firm) {
            if one.reach.0 <= mention.first && mention.first < one.reach.1 {
                take(mention, one.id, why);
            }
        }
    }
}

fn give(mention: &mut Mention, one: &Match) {
    if mention.standing < Standing::Grant && mention.standing != Standing::Denied {
        mention.standing = if one.is_line { Standing::Field } else { Standing::Grant };
        (mention.row, mention.from) = (Some(one.id), mention.from.min(one.first));
    }
}

fn takers(found: &[Match]) -> impl Iterator<Item = (&Match, Why)> {
    found.iter().filter_map(|one| match one.effect {
        Effect::Takes(why) => Some((one, why)),
        _ => None,
    })
}

fn take(mention: &mut Mention, row: &'static str, why: Why) {
    (mention.standing, mention.row, mention.why) = (Standing::Denied, Some(row), Some(why));
}

fn suffix(mentions: &mut [Mention], one: &Match, suffix: Suffix) {
    let Some(mention) = one.names.last().map(|name| &mut mentions[*name]) else { return };
    mention.expr = mention.expr.map_terms(&mut |term| match term.suffix {
        Suffix::None => term.clone(),
        _ => term.clone().with_suffix(suffix),
    });
    mention.row = mention.row.or(Some(one.id));
}

/// Gives a family the version that stands elsewhere in its sentence.
fn versioned(names: &Names, words: &Words, mentions: &mut [Mention], one: &Match) {
    let Some((name, number)) = one.names.last().copied().zip(one.version) else { return };
    let mention = &mut mentions[name];
    let LicenseExpr::Term(term) = &mention.expr else { return };
    let Some(family) = names.family_of(&super::family(term)).filter(|_| mention.note.is_some()) else { return };
    let Some(expr) = version::at_number(words, number, family) else { return };
    (mention.expr, mention.note, mention.row) = (expr, None, Some(one.id));
}

/// The names of one match as one statement; without names those of its sentence are alternatives.
fn tie(mentions: &mut [Mention], one: &Match, tie: Tie) {
    if one.names.is_empty() {
        let inside = |mention: &&mut Mention| one.reach.0 <= mention.first && mention.first < one.reach.1;
        return mentions.iter_mut().filter(inside).for_each(|mention| mention.is_choice = tie == Tie::Or);
    }
    for pair in one.names.windows(2).filter(|pair| pair[0] < pair[1]) {
        // "the MIT license, found in LICENSE-MIT, or ...": the name of the file says the same.
        let between = pair[0] + 1..pair[1];
        if between.clone().all(|at| mentions[at].expr == mentions[pair[0]].expr) {
            between.chain([pair[1]]).for_each(|at| mentions[at].tied = Some(tie));
            mentions[pair[1]].row = mentions[pair[1]].row.or(Some(one.id));
        }
    }
}

/// "You may choose either of them": what was granted right before is a choice.
fn choose_above(mentions: &mut [Mention], one: &Match) {
    let granted = |mention: &Mention| mention.standing > Standing::Mention && mention.first < one.first;
    let near = |mention: &Mention| one.first - mention.first < NEAR;
    let above: Vec<usize> = (0..mentions.len()).filter(|at| granted(&mentions[*at]) && near(&mentions[*at])).collect();
    for pair in above.windows(2) {
        if pair[0] + 1 == pair[1] {
            (mentions[pair[1]].tied, mentions[pair[1]].row) = (Some(Tie::Or), Some(one.id));
        }
    }
    above.into_iter().for_each(|at| mentions[at].is_choice = true);
}

/// "Alternatively, it may be used under ...": one of two, whatever was granted before.
fn alternative(mentions: &mut [Mention], one: &Match) {
    let Some(name) = one.names.first().copied() else { return };
    let Some(before) = name.checked_sub(1).map(|before| &mentions[before]) else {
        return mentions[name].row = Some(one.id);
    };
    if before.standing > Standing::Mention && mentions[name].first - before.end.min(mentions[name].first) < NEAR {
        mentions[name].tied = Some(Tie::Or);
        // "the Apache License (LICENSE-APACHE, or a copy at http://...)" is named more than once.
        let again = (1..name).rev().take_while(|at| mentions[at - 1].expr == mentions[name - 1].expr).count();
        mentions[name - again..name].iter_mut().for_each(|mention| mention.tied = Some(Tie::Or));
    } else {
        mentions[name].row = Some(one.id);
    }
}

/// Words that state a license without its name.
fn state(mentions: &mut Vec<Mention>, one: &Match, expr: &str) {
    let Ok(expr) = parse(expr) else { return };
    let inside = |mention: &Mention| mention.first < one.end && one.first < mention.end;
    if let Some(mention) = mentions.iter_mut().find(|mention| inside(mention)) {
        if mention.expr == expr && mention.standing != Standing::Denied {
            (mention.standing, mention.row) = (Standing::Grant, Some(one.id));
        }
        return;
    }
    let at = mentions.partition_point(|mention| mention.first < one.first);
    mentions.insert(at, Mention::stated(expr, one));
}

/// Takes back names in lines that answer to somebody: `> it is under the GPL`.
pub(super) fn quoted(words: &Words, mentions: &mut [Mention]) {
    for mention in mentions {
        let least = mention.first.saturating_sub(LINE);
        let start = (least..=mention.first).rev().find(|at| words.gap(*at).has(Gap::NEWLINE)).unwrap_or(least);
        if words.gap(start).has(Gap::CITED) {
            take(mention, "cited-line", Why::Quoted);
        }
    }
}

/// Takes back what the messages of a catalogue say from the byte `from` on, but for the notice in which GNU programs
/// state their own license.
pub(super) fn translated(words: &Words, mentions: &mut [Mention], from: u32) {
    for mention in mentions {
        let is_message = words.get(mention.first).is_some_and(|word| word.span.start >= from);
        if is_message && !super::frame::declared(words, mention.first, mention.end) {
            take(mention, "catalogue", Why::Quoted);
        }
    }
}

/// Words of a line at most.
const LINE: usize = 40;
