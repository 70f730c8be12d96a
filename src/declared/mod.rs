//! The license that nixpkgs declares for a package.
//!
//! Reads values and spans only; it never opens a source and never guesses.
//! A name that cannot be resolved here ends in `Declared::Partial`: a wrong license is worse than an open question.

mod alike;
mod coverage;
pub mod evaluated;
mod facts;
mod flags;
mod kept;
mod names;
mod operators;
mod patches;
mod phases;
mod platforms;
mod resolve;
mod sources;
mod survey;
mod terms;
mod unknown;

pub use crate::tree::Selection;
pub use alike::says_the_same;
pub use coverage::{Bindings, Elsewhere, NoPackage, Stated, account};
pub use kept::{Facts, Kept};
pub use platforms::on_platforms;
pub use survey::{Part, Row, survey, survey_part};
pub use unknown::{Unknown, all_unknown};

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::license::LicenseExpr;
use crate::tree::Site;

/// The statement of `meta.license`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Declared {
    /// There is no `meta.license`: known, not merely unread.
    Absent,
    /// It is known.
    Resolved {
        /// The license value.
        site: Site,
        /// Message.
        statement: Statement,
    },
    /// It depends on a condition that is not known, or on the platform: all cases are kept.
    Branches {
        /// The license value.
        site: Site,
        /// Each condition with what is stated then.
        cases: Vec<(When, Statement)>,
    },
    /// Some of it is known.
    Partial {
        /// The license value.
        site: Site,
        /// The known members.
        known: Vec<Member>,
        /// Unknown members, e.g. the name `foo` in `[ mit foo ]`, with the reason.
        unknown: Vec<Unknown>,
    },
    /// It is evaluated, and no value that nixpkgs accepts.
    Malformed {
        /// The value that is wrong.
        site: Site,
        /// The licenses in it.
        known: Vec<Member>,
        /// Flaw.
        flaw: Flaw,
    },
    /// It could not be evaluated.
    Computed {
        /// The license value, where there is one to point at.
        site: Option<Site>,
        /// Why not.
        why: Unknown,
    },
}

/// The condition of one of several statements.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum When {
    /// A condition that is not known, in words.
    Unknown(String),
    /// On these platforms, of several that were asked for.
    Platforms(Vec<String>),
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            When::Unknown(condition) => f.write_str(condition),
            When::Platforms(platforms) => write!(f, "the platform is {}", platforms.join(" or ")),
        }
    }
}

/// Flaw of a license value that nixpkgs refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Flaw {
    /// `null` in a list.
    Null,
    /// A list in a list.
    NestedList,
    /// `licenses = ..`, and no `license`.
    Misnamed,
    /// An attribute set with none of the attributes of a license.
    NoLicense,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Flaw::Null => "the list has `null` in it",
            Flaw::NestedList => "the list has a list in it",
            Flaw::Misnamed => "`meta` has `licenses`, which nothing reads, and no `license`",
            Flaw::NoLicense => {
                "the attribute set is no license: it has no `spdxId`, `shortName`, `fullName`, `url` or `free`"
            }
        })
    }
}

impl Declared {
    /// The names of the license table that it states, as they are written, where that is known.
    pub fn written_names(&self) -> Vec<&str> {
        let members: Vec<&Member> = match self {
            Declared::Absent | Declared::Computed { .. } => Vec::new(),
            Declared::Malformed { known, .. } | Declared::Partial { known, .. } => known.iter().collect(),
            Declared::Resolved { statement, .. } => statement.members().iter().collect(),
            Declared::Branches { cases, .. } => cases.iter().flat_map(|(_, statement)| statement.members()).collect(),
        };
        members.into_iter().filter_map(|member| member.attr.as_deref()).collect()
    }

    /// True where it states something that could not be read in full.
    pub fn is_open(&self) -> bool {
        matches!(self, Declared::Partial { .. } | Declared::Computed { .. })
    }

    /// The names that stand where a license should and that no license is called.
    pub fn unlisted(&self) -> Vec<&str> {
        let whys = match self {
            Declared::Partial { unknown, .. } => unknown.as_slice(),
            Declared::Computed { why, .. } => std::slice::from_ref(why),
            _ => &[],
        };
        whys.iter().filter_map(Unknown::unlisted).collect()
    }
}

/// The shape and the content of a known license value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Statement {
    /// One record of the table, or one inline record.
    One(Member),
    /// A list: these terms, operator unstated. `[ ]` is a list without members. An exception that follows a license
    /// as a member of its own has been joined with it (`WITH`).
    List(Vec<Member>),
    /// `OR`, `AND`, `WITH`, `PLUS`: members where the operators left them, and the whole.
    Operator {
        /// The records that were combined.
        members: Vec<Member>,
        /// The whole.
        expr: LicenseExpr,
    },
    /// A bare string, as written.
    Text(String, Option<LicenseExpr>),
}

impl Statement {
    /// The records that it is made of; a bare string has none.
    pub fn members(&self) -> &[Member] {
        match self {
            Statement::One(member) => std::slice::from_ref(member),
            Statement::List(members) | Statement::Operator { members, .. } => members,
            Statement::Text(..) => &[],
        }
    }

    /// The whole as an expression: all of a list. `None` for an empty list, and for a text that names no license.
    pub fn expr(&self) -> Option<LicenseExpr> {
        match self {
            Statement::One(member) => Some(member.expr.clone()),
            Statement::List(members) => LicenseExpr::all(members.iter().map(|member| member.expr.clone())),
            Statement::Operator { expr, .. } => Some(expr.clone()),
            Statement::Text(_, expr) => expr.clone(),
        }
    }
}

/// In SPDX terms: an expression, a list in brackets, a text in quotes.
impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Statement::One(member) => write!(f, "{}", member.expr),
            Statement::List(members) => {
                let names: Vec<String> = members.iter().map(|member| member.expr.to_string()).collect();
                if names.len() == 1 { f.write_str(&names[0]) } else { write!(f, "[ {} ]", names.join(", ")) }
            }
            Statement::Operator { expr, .. } => write!(f, "{expr}"),
            Statement::Text(text, _) => write!(f, "{text:?}"),
        }
    }
}

/// One license of a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The attribute name in the table (`gpl2Plus`); `None` for an inline record or a string.
    pub attr: Option<String>,
    /// The SPDX id where the record has one, else the short name or the string as written.
    pub label: String,
    /// The license. Records without an SPDX id are `LicenseRef-nixpkgs-<shortName>`.
    pub expr: LicenseExpr,
    /// Where this member is written, when that is narrower than the whole value.
    pub site: Option<Site>,
    /// `free`.
    pub free: bool,
    /// `deprecated`.
    pub deprecated: bool,
    /// True where it was written as a string.
    pub text: bool,
}
