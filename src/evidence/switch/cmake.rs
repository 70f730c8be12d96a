//! `CMakeLists.txt`: `option(NAME "words" OFF)`, and what `if(NAME)` puts behind it.

use std::collections::BTreeMap;

use super::guards::{Guards, is_file, is_plain};
use crate::evidence::detection::{Seen, Switch};
use crate::evidence::page::Page;

/// Reads one.
pub(super) fn read(page: &Page<'_>, seen: &mut Seen) {
    let text = without_comments(page.text);
    let mut guards = Guards::default();
    let mut options: BTreeMap<String, bool> = BTreeMap::new();
    for (command, arguments) in commands(&text) {
        match command.to_ascii_lowercase().as_str() {
            "option" => is_on(&arguments).into_iter().for_each(|(name, on)| *options.entry(name).or_default() |= on),
            // Something else decides.
            "set" | "cmake_dependent_option" if arguments.len() > 1 && !is_false(&arguments[1]) => {
                options.insert(arguments[0].clone(), true);
            }
            "if" => guards.enter(needed(&arguments)),
            "else" | "elseif" => guards.turn(),
            "endif" => guards.leave(),
            "add_subdirectory" => name_all(&mut guards, arguments.iter().take(1)),
            "subdirs" => name_all(&mut guards, arguments.iter()),
            _ => {}
        }
        let files = arguments.iter().filter(|word| is_file(word));
        name_all(&mut guards, files);
    }
    let off = options.into_iter().filter(|(_, on)| !on);
    seen.switches.extend(off.map(|(name, _)| Switch::Off { flag: format!("-D{name}=ON"), name }));
    guards.tell(seen);
}

fn name_all<'w>(guards: &mut Guards, words: impl Iterator<Item = &'w String>) {
    for word in words {
        let path = word.strip_prefix("${CMAKE_CURRENT_SOURCE_DIR}/").unwrap_or(word);
        if is_plain(path) {
            guards.name(path);
        }
    }
}

/// The name of an option, and whether it is on by default: off where no value is given, and unknown values are on.
fn is_on(arguments: &[String]) -> Option<(String, bool)> {
    let value = arguments.get(2).map_or("OFF", String::as_str);
    Some((arguments.first()?.clone(), !is_false(value)))
}

fn is_false(value: &str) -> bool {
    ["off", "no", "false", "0", "n"].iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// The switches that must all be on: `A AND B`; none where another word decides.
fn needed(arguments: &[String]) -> Vec<String> {
    let decides_otherwise = |word: &String| ["OR", "NOT"].iter().any(|other| word.eq_ignore_ascii_case(other));
    if arguments.iter().any(decides_otherwise) {
        return Vec::new();
    }
    let sides = arguments.split(|word| word.eq_ignore_ascii_case("AND"));
    sides.filter_map(|side| if let [name] = side { Some(name.clone()) } else { None }).collect()
}

fn without_comments(text: &str) -> String {
    let plain = text.lines().map(|line| line.split('#').next().unwrap_or(""));
    plain.collect::<Vec<_>>().join("\n")
}

/// The commands of a file, each with its arguments; parentheses within arguments are left out.
fn commands(text: &str) -> impl Iterator<Item = (&str, Vec<String>)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let open = rest.find('(')?;
        let command =
            rest[..open].trim_end().rsplit(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').next();
        let length = closing(&rest[open..])?;
        let arguments = words(&rest[open + 1..open + length]);
        rest = &rest[open + length + 1..];
        Some((command.unwrap_or(""), arguments))
    })
}

/// Where the parenthesis at the beginning of `text` is closed.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut is_quoted) = (0_u32, false);
    for (at, letter) in text.char_indices() {
        match letter {
            '"' => is_quoted = !is_quoted,
            '(' if !is_quoted => depth += 1,
            ')' if !is_quoted => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// The arguments: words, and quoted texts as one.
fn words(text: &str) -> Vec<String> {
    let parts = text.split('"').enumerate().flat_map(|(place, part)| match place % 2 {
        0 => part.split(|letter: char| letter.is_whitespace() || "();".contains(letter)).map(str::to_owned).collect(),
        _ => vec![format!("\"{part}")],
    });
    parts
        .filter(|word| !word.is_empty())
        .map(|word| word.strip_prefix('"').map_or(word.clone(), str::to_owned))
        .collect()
}
