//! Whether two versions of a package say the same, places left aside.

use super::{Declared, Member, Statement};
use crate::tree::Package;

/// True where the definitions of a package in two versions of a checkout state the same facts, wherever they are
/// written and whoever maintains them.
pub fn says_the_same((old, old_declared): (&Package, &Declared), (new, new_declared): (&Package, &Declared)) -> bool {
    facts(old) == facts(new) && content(old_declared) == content(new_declared)
}

fn facts(package: &Package) -> Package {
    Package {
        site: None,
        digest: None,
        maintainers: Vec::new(),
        identifiers: None,
        source_unknown: package.source_unknown.as_deref().map(without_lines),
        ..package.clone()
    }
}

pub(super) fn content(declared: &Declared) -> (Vec<String>, Vec<Statement>) {
    match declared {
        Declared::Absent => (vec!["absent".to_owned()], Vec::new()),
        Declared::Resolved { statement, .. } => (Vec::new(), vec![bare(statement)]),
        Declared::Branches { cases, .. } => {
            cases.iter().map(|(condition, statement)| (without_lines(&condition.to_string()), bare(statement))).unzip()
        }
        Declared::Partial { known, unknown, .. } => (
            unknown.iter().map(|why| without_lines(&why.to_string())).collect(),
            vec![Statement::List(without_sites(known))],
        ),
        Declared::Malformed { known, flaw, .. } => {
            (vec![flaw.to_string()], vec![Statement::List(without_sites(known))])
        }
        Declared::Computed { why, .. } => (vec![without_lines(&why.to_string())], Vec::new()),
    }
}

fn bare(statement: &Statement) -> Statement {
    match statement {
        Statement::One(member) => Statement::One(Member { site: None, ..member.clone() }),
        Statement::List(members) => Statement::List(without_sites(members)),
        Statement::Operator { members, expr } => {
            Statement::Operator { members: without_sites(members), expr: expr.clone() }
        }
        text @ Statement::Text(..) => text.clone(),
    }
}

fn without_sites(members: &[Member]) -> Vec<Member> {
    members.iter().map(|member| Member { site: None, ..member.clone() }).collect()
}

/// A reason may name a place as `file:line:column`, which moves; any other number is part of what it says.
fn without_lines(why: &str) -> String {
    let mut in_place = false;
    why.chars()
        .filter(|letter| {
            let is_moving = in_place && letter.is_ascii_digit();
            in_place = is_moving || *letter == ':';
            !is_moving
        })
        .collect()
}
