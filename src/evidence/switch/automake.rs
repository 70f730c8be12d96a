//! `Makefile.am`: what `if NAME` puts behind a conditional of `configure.ac`.

use std::collections::BTreeMap;

use super::guards::{Guards, is_file, is_plain};
use crate::evidence::detection::Seen;
use crate::evidence::page::Page;

/// A list of words that is given to a variable, and the switches it is behind.
struct Given<'p> {
    variable: &'p str,
    words: Vec<&'p str>,
    switches: Vec<String>,
}

/// Reads one.
pub(super) fn read(page: &Page<'_>, seen: &mut Seen) {
    if !page.text.contains("if ") {
        return;
    }
    let text = page.text.replace("\\\r\n", " ").replace("\\\n", " ");
    let (mut guards, mut given) = listed(&text);
    given.retain(|one| !is_of_release(one.variable));
    let targets = targets(&given);
    for one in &given {
        let of_target = one.variable.strip_suffix("_SOURCES").and_then(|target| targets.get(target));
        let switches: Vec<String> = one.switches.iter().chain(of_target.into_iter().flatten()).cloned().collect();
        let is_subdirs = one.variable == "SUBDIRS";
        for word in one.words.iter().filter(|word| is_plain(word) && (is_subdirs || is_file(word))) {
            guards.name_behind(word, &switches);
        }
    }
    guards.tell(seen);
}

fn listed(text: &str) -> (Guards, Vec<Given<'_>>) {
    let (mut guards, mut given) = (Guards::default(), Vec::new());
    // A line of a recipe begins with a tab, and its `if` is the shell's.
    for line in text.lines().filter(|line| !line.starts_with('\t')) {
        let mut words = line.split_whitespace();
        match words.next() {
            Some("if") => guards
                .enter(words.next().filter(|name| !name.starts_with('!')).map(str::to_owned).into_iter().collect()),
            Some("else") => guards.turn(),
            Some("endif") => guards.leave(),
            _ => given.extend(assignment(line).map(|(variable, words)| Given {
                variable,
                words,
                switches: guards.now(),
            })),
        }
    }
    (guards, given)
}

/// `VARIABLE = words`, `VARIABLE += words`.
fn assignment(line: &str) -> Option<(&str, Vec<&str>)> {
    let (left, right) = line.split_once('=')?;
    let variable = left.trim_end_matches(['+', ':', '?']).trim();
    let is_name = !variable.is_empty() && variable.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_name.then(|| (variable, right.split('#').next().unwrap_or("").split_whitespace().collect()))
}

/// Programs and libraries that are named nowhere else than behind a conditional, as in the names of their variables.
fn targets(given: &[Given<'_>]) -> BTreeMap<String, Vec<String>> {
    let mut targets: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
    let uses = ["_SOURCES", "ADD", "_DEPENDENCIES"];
    for one in given.iter().filter(|one| !uses.iter().any(|end| one.variable.ends_with(end))) {
        for word in one.words.iter().filter(|word| is_plain(word)) {
            targets.entry(canonical(word)).or_default().push(one.switches.clone());
        }
    }
    let is_behind = |places: &Vec<Vec<String>>| places.iter().all(|switches| !switches.is_empty());
    targets
        .into_iter()
        .filter(|(_, places)| is_behind(places))
        .map(|(target, places)| (target, places.concat()))
        .collect()
}

/// True for lists of files that are packed into a release, or may be built: they are not built by that.
fn is_of_release(variable: &str) -> bool {
    variable.starts_with("EXTRA_") || variable == "DIST_SUBDIRS"
}

/// `libfrob.la` as `libfrob_la`.
fn canonical(target: &str) -> String {
    target.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect()
}
