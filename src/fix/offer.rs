//! The edits of a remedy as one line to read: the binding as it stands in the file afterwards.

use super::gather::{Group, Target};
use super::{Proposal, held_because};
use crate::check::{Doubt, Offer, Safety};
use crate::table::HOME;
use crate::text::{Edit, EditSet, Span};

/// An offer of nothing, because of `why`.
pub(super) fn nothing(why: String) -> Offer {
    Offer { line: None, argument: None, safety: Safety::DisplayOnly, why: Some(why) }
}

/// The offer that `proposal` for `group` comes to; `text` is that of its file.
pub(super) fn of(group: &Group<'_>, proposal: Proposal, text: &str) -> Offer {
    match proposal {
        Proposal::Explained(why) | Proposal::Refused(why) => nothing(why),
        Proposal::Edits(edits) if edits.is_empty() => nothing("the value says so already, in its own words".to_owned()),
        Proposal::Edits(_) if group.doubt.is_some_and(Doubt::leaves_words_open) => {
            let unasked = super::Options { safety: Safety::Safe, limit: None };
            nothing(held_because(group, 0, &unasked).unwrap_or_default())
        }
        Proposal::Edits(edits) => Offer {
            line: Some(line(&group.place, &edits, text)),
            argument: argument(&group.place, &edits),
            safety: group.safety(),
            why: group.doubt.map(|doubt| doubt.to_string()),
        },
    }
}

/// The root of the names, where an edit adds it to the arguments of a function.
fn argument(place: &Target, edits: &EditSet) -> Option<String> {
    let [root, _] = HOME;
    let adds = |edit: &Edit| edit.span.end <= place.site().span.start && is_argument(edit);
    edits.iter().any(adds).then(|| root.to_owned())
}

fn is_argument(edit: &Edit) -> bool {
    let [root, _] = HOME;
    let names = edit.text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty());
    edit.span.start == edit.span.end && names.eq([root])
}

/// The binding after `edits`.
fn line(place: &Target, edits: &EditSet, text: &str) -> String {
    let binds = |edit: &&Edit| edit.text.contains("license =");
    match edits.iter().find(binds) {
        Some(edit) => on_one_line(&edit.text),
        None => format!("license = {};", on_one_line(&value(place.site().span, edits, text))),
    }
}

/// The value at `span` after `edits`, with the blanks before it that they change.
fn value(span: Span, edits: &EditSet, text: &str) -> String {
    let touches = |edit: &&Edit| edit.span.start <= span.end && span.start < edit.span.end.max(edit.span.start + 1);
    let start = edits.iter().filter(touches).map(|edit| edit.span.start).min().unwrap_or(span.start);
    let span = Span::new(start.min(span.start), span.end);
    let mut inside = EditSet::new();
    for edit in edits.iter().filter(|edit| span.start <= edit.span.start && edit.span.end <= span.end) {
        let own = Span::new(edit.span.start - span.start, edit.span.end - span.start);
        inside.add(Edit { span: own, text: edit.text.clone() }).expect("they are disjoint in the whole file");
    }
    inside.apply(span.of(text))
}

/// `text` without comments and line breaks.
fn on_one_line(text: &str) -> String {
    let code = |line: &str| line.split_once(" #").map_or(line, |(code, _)| code).trim().to_owned();
    let lines: Vec<String> = text.lines().map(code).filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    lines.join(" ")
}

#[cfg(test)]
mod tests {
    use super::on_one_line;

    #[test]
    fn comments_and_line_breaks_are_left_out() {
        let text = "with lib.licenses; [\n  # the library\n  mit # see COPYING\n  asl20\n]";
        assert_eq!(on_one_line(text), "with lib.licenses; [ mit asl20 ]");
    }
}
