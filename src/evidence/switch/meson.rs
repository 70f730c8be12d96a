//! `meson_options.txt` and `meson.build`: options that are off, and what `if get_option('name')` puts behind them.

use std::collections::BTreeMap;

use super::guards::{Guards, is_file, is_plain};
use crate::evidence::detection::{Seen, Switch};
use crate::evidence::page::Page;

/// Reads the options of a project.
pub(super) fn read_options(page: &Page<'_>, seen: &mut Seen) {
    for call in page.text.split("option(").skip(1) {
        let Some(name) = quoted(call).next() else { continue };
        let value = call.split("value").nth(1).map(|rest| rest.trim_start_matches([' ', '\t', ':', '\'', '"']));
        if value.is_some_and(|value| value.starts_with("false") || value.starts_with("disabled")) {
            seen.switches.push(Switch::Off { name: name.to_owned(), flag: format!("-D{name}=true") });
        }
    }
    seen.switches.sort();
}

/// Reads the build of a folder.
pub(super) fn read_build(page: &Page<'_>, seen: &mut Seen) {
    if !page.text.contains("get_option") {
        return;
    }
    let mut guards = Guards::default();
    let mut options: BTreeMap<&str, &str> = BTreeMap::new();
    for line in page.text.lines().map(|line| line.split('#').next().unwrap_or("").trim()) {
        match line.split([' ', '(']).next() {
            Some("if") => guards.enter(needed(&line[2..], &options).map(str::to_owned).into_iter().collect()),
            Some("else" | "elif") => guards.turn(),
            Some("endif") => guards.leave(),
            _ => {}
        }
        options.extend(variable(line));
        let is_folder = line.starts_with("subdir(");
        for word in quoted(line).filter(|word| is_plain(word) && (is_folder || is_file(word))) {
            guards.name(word);
        }
    }
    guards.tell(seen);
}

/// `name = get_option('option')`.
fn variable(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once('=')?;
    let option = value.trim().strip_prefix("get_option(").filter(|rest| rest.ends_with(')'))?;
    Some((name.trim(), quoted(option).next()?))
}

/// The option that a condition asks for, and nothing else.
fn needed<'l>(condition: &'l str, options: &BTreeMap<&str, &'l str>) -> Option<&'l str> {
    let condition = condition.trim();
    let condition = condition.strip_suffix(".enabled()").unwrap_or(condition);
    match condition.strip_prefix("get_option(").and_then(|rest| rest.strip_suffix(')')) {
        Some(option) => quoted(option).next(),
        None => options.get(condition).copied(),
    }
}

/// The words in single or double quotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split(['\'', '"']).skip(1).step_by(2)
}
