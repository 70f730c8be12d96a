//! `configure.ac`: conditionals that are off unless `--enable-name` or `--with-name` is given.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::shell::{Asked, Assignment, asked, assignments, branches, calls, is_off};
use crate::evidence::detection::{Seen, Switch};
use crate::evidence::page::Page;

/// An option of `configure`.
struct Choice {
    /// The variable that the option sets.
    variable: String,
    flag: String,
    /// The commands for who gives it.
    given: Range<usize>,
}

/// Reads one.
pub(super) fn read(page: &Page<'_>, seen: &mut Seen) {
    if !page.text.contains("AM_CONDITIONAL") {
        return;
    }
    let text = without_comments(page.text);
    let Some(script) = Script::of(&text) else { return };
    let flags = script.flags();
    for call in calls(&text, "AM_CONDITIONAL") {
        let [(name, _), (condition, _), ..] = &call.arguments[..] else { continue };
        if let Some(flag) = script.flag_for(&flags, condition) {
            seen.switches.push(Switch::Off { name: (*name).to_owned(), flag });
        }
    }
    seen.switches.sort();
    seen.switches.dedup();
}

/// Comments of m4 reach from `dnl` to the end of the line.
fn without_comments(text: &str) -> String {
    let plain = text.lines().map(|line| match line.find("dnl") {
        Some(at) if at == 0 || line[..at].ends_with([' ', '\t', ')', ']']) => &line[..at],
        _ => line,
    });
    plain.collect::<Vec<_>>().join("\n")
}

/// A script with more of these is not looked into: no hand writes it.
const MOST: usize = 3_000;

/// The commands that decide about variables, and where they stand.
struct Script<'t> {
    choices: Vec<Choice>,
    assignments: BTreeMap<&'t str, Vec<Assignment<'t>>>,
    branches: Vec<(&'t str, Range<usize>)>,
    /// Variables of which something says no before anybody is asked.
    off: BTreeSet<&'t str>,
}

impl<'t> Script<'t> {
    /// The script; `None` where it is too long to be looked into.
    fn of(text: &'t str) -> Option<Script<'t>> {
        let of_kind = |name: &str, kind: &str| {
            let options = calls(text, name).into_iter().filter_map(|call| choice(&call.arguments, kind));
            options.collect::<Vec<_>>()
        };
        let choices = [of_kind("AC_ARG_ENABLE", "enable"), of_kind("AC_ARG_WITH", "with")];
        let conditional = calls(text, "AS_IF").into_iter().filter_map(|call| {
            let [(condition, _), (_, then), ..] = &call.arguments[..] else { return None };
            Some((*condition, then.clone()))
        });
        let mut script = Script {
            choices: choices.into_iter().flatten().collect(),
            assignments: BTreeMap::new(),
            branches: branches(text).into_iter().chain(conditional).collect(),
            off: BTreeSet::new(),
        };
        let assigned: Vec<Assignment<'t>> = assignments(text).take(MOST + 1).collect();
        if [script.choices.len(), script.branches.len(), assigned.len()].iter().any(|many| *many > MOST) {
            return None;
        }
        for one in assigned {
            if !one.value.is_empty() && is_off(one.value) && script.option_around(&one).is_none() {
                script.off.insert(one.variable);
            }
            script.assignments.entry(one.variable).or_default().push(one);
        }
        Some(script)
    }

    /// The variables that only an option can turn on, each with that option.
    fn flags(&self) -> BTreeMap<&str, String> {
        let own = self.choices.iter().map(|choice| (choice.variable.as_str(), choice.flag.clone()));
        let mut flags: BTreeMap<&str, String> = own
            .filter(|(variable, _)| self.turning_on(variable).all(|one| self.option_around(one).is_some()))
            .collect();
        // A variable may depend on one that depends on an option.
        for _ in 0..3 {
            let open = self.assignments.keys().filter(|variable| !flags.contains_key(**variable));
            let more: Vec<_> = open.filter_map(|variable| Some((*variable, self.flag_of(&flags, variable)?))).collect();
            flags.extend(more);
        }
        flags
    }

    /// The assignments that turn a variable on.
    fn turning_on<'s>(&'s self, variable: &str) -> impl Iterator<Item = &'s Assignment<'t>> + use<'s, 't> {
        let all = self.assignments.get(variable).into_iter().flatten();
        all.filter(|one| !is_off(one.value))
    }

    fn option_around(&self, one: &Assignment<'_>) -> Option<&Choice> {
        self.choices.iter().find(|choice| choice.given.contains(&one.at))
    }

    /// The option without which no assignment turns `variable` on.
    fn flag_of(&self, flags: &BTreeMap<&str, String>, variable: &str) -> Option<String> {
        let flag = |one: &Assignment<'_>| {
            let mut around = self.branches.iter().filter(|(_, range)| range.contains(&one.at));
            let of_option = self.option_around(one).map(|choice| choice.flag.clone());
            of_option.or_else(|| around.find_map(|(condition, _)| self.flag_for(flags, condition)))
        };
        self.turning_on(variable).map(flag).collect::<Option<Vec<String>>>()?.into_iter().next()
    }

    /// The option without which `condition` does not hold.
    fn flag_for(&self, flags: &BTreeMap<&str, String>, condition: &str) -> Option<String> {
        asked(condition).into_iter().find_map(|asked| match asked {
            Asked::Yes(variable) => flags.get(variable).cloned(),
            Asked::NotNo(variable) => flags.get(variable).filter(|_| self.off.contains(variable)).cloned(),
        })
    }
}

fn choice(arguments: &[(&str, Range<usize>)], kind: &str) -> Option<Choice> {
    let (name, _) = arguments.first()?;
    let variable: String =
        name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect();
    let given = arguments.get(2).map_or(0..0, |(_, range)| range.clone());
    Some(Choice { variable: format!("{kind}_{variable}"), flag: format!("--{kind}-{name}"), given })
}
