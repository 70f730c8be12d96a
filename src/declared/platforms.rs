//! A license that was evaluated for several platforms: one declaration that names each where they differ.

use super::alike::content;
use super::{Declared, Member, Statement, Unknown, When};
use crate::tree::Site;

/// Declarations of one package, each with its platform, as one: the first where all say the same.
pub fn on_platforms(all: &[(&str, &Declared)]) -> Declared {
    let mut groups: Vec<(Vec<&str>, &Declared)> = Vec::new();
    for (platform, declared) in all {
        match groups.iter_mut().find(|(_, other)| content(other) == content(declared)) {
            Some((platforms, _)) => platforms.push(platform),
            None => groups.push((vec![platform], declared)),
        }
    }
    match &groups[..] {
        [] => Declared::Absent,
        [(_, same)] => (*same).clone(),
        differing => joined(differing),
    }
}

fn joined(groups: &[(Vec<&str>, &Declared)]) -> Declared {
    let mut parts = Parts::default();
    groups.iter().for_each(|(platforms, declared)| parts.add(platforms, declared));
    match (parts.site, parts.unknown) {
        (Some(site), unknown) if unknown.is_empty() => Declared::Branches { site, cases: parts.cases },
        (Some(site), unknown) => {
            let known = parts.cases.iter().flat_map(|(_, statement)| known(statement)).collect();
            Declared::Partial { site, known, unknown }
        }
        (None, unknown) => {
            let why: Vec<String> = unknown.iter().map(Unknown::to_string).collect();
            Declared::Computed { site: None, why: why.join("; ").into() }
        }
    }
}

/// Statements of some platforms, and why others have none that is known.
#[derive(Default)]
struct Parts {
    /// The place of the first that has one.
    site: Option<Site>,
    cases: Vec<(When, Statement)>,
    unknown: Vec<Unknown>,
}

impl Parts {
    fn add(&mut self, platforms: &[&str], declared: &Declared) {
        let names = || platforms.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let on = names().join(" and ");
        let site = match declared {
            Declared::Absent => {
                self.unknown.push(format!("on {on} none is declared").into());
                None
            }
            Declared::Resolved { site, statement } => {
                self.cases.push((When::Platforms(names()), statement.clone()));
                Some(site)
            }
            Declared::Branches { site, cases } => {
                let both = |(when, statement): &(When, Statement)| {
                    (When::Unknown(format!("{when} on {on}")), statement.clone())
                };
                self.cases.extend(cases.iter().map(both));
                Some(site)
            }
            Declared::Partial { site, known, unknown } => {
                self.cases.push((When::Platforms(names()), Statement::List(known.clone())));
                self.unknown.extend(unknown.iter().map(|why| format!("on {on}: {why}").into()));
                Some(site)
            }
            Declared::Malformed { site, flaw, .. } => {
                self.unknown.push(format!("on {on} it is malformed: {flaw}").into());
                Some(site)
            }
            Declared::Computed { site, why } => {
                self.unknown.push(format!("on {on}: {why}").into());
                site.as_ref()
            }
        };
        self.site = self.site.take().or_else(|| site.cloned());
    }
}

/// The members of a statement; for a string, one of its license.
fn known(statement: &Statement) -> Vec<Member> {
    match statement {
        Statement::Text(text, expr) => {
            let member = |expr| Member {
                attr: None,
                label: text.clone(),
                expr,
                site: None,
                free: true,
                deprecated: false,
                text: true,
            };
            expr.clone().map(member).into_iter().collect()
        }
        other => other.members().to_vec(),
    }
}
