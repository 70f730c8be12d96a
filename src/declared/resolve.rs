//! `meta.license` as a value, to what it states.

use std::cell::Cell;

use super::terms::{Parsed, compound, joined, reference};
use super::unknown::{shown, why};
use super::{Declared, Flaw, Member, Statement, Unknown, When};
use crate::license::LicenseExpr;
use crate::nix::{Attr, Error, ErrorKind, Eval, Loc, Opaque, R, Shape, Thunk, Value, lookup};
use crate::tree::{Checkout, Site};

/// Declaration of the package `value`.
pub(super) fn declared<'a>(checkout: &Checkout, eval: &Eval<'a>, parsed: &Parsed, package: Value<'a>) -> Declared {
    let thunk = match license_of(eval, package) {
        Ok(Some(thunk)) => thunk,
        Ok(None) => return misnamed(checkout, eval, package).unwrap_or(Declared::Absent),
        Err(error) => return Declared::Computed { site: None, why: why(error).into() },
    };
    let reader = Reader { checkout, eval, parsed, terms: Cell::new(0), flaw: Cell::new(None) };
    match eval.force(thunk) {
        Ok(value) => reader.declare(value, reader.site(thunk.origin.get())),
        Err(error) => Declared::Computed { site: reader.site(thunk.origin.get()), why: reader.why_not(thunk, error) },
    }
}

fn license_of<'a>(eval: &Eval<'a>, package: Value<'a>) -> R<'a, Option<&'a Thunk<'a>>> {
    let Some(meta) = attr_of(eval, package, eval.known.meta)? else { return Ok(None) };
    attr_of(eval, eval.force(meta)?, eval.known.license)
}

/// `licenses = ..` where `license` is meant.
fn misnamed<'a>(checkout: &Checkout, eval: &Eval<'a>, package: Value<'a>) -> Option<Declared> {
    let meta = attr_of(eval, package, eval.known.meta).ok()??;
    let Value::Attrs(attrs) = eval.force(meta).ok()? else { return None };
    let site = checkout.site(lookup(attrs, eval.sym_of_static("licenses"))?.value.origin.get())?;
    Some(Declared::Malformed { site, known: Vec::new(), flaw: Flaw::Misnamed })
}

/// The attribute `name` of a set or of something opaque.
pub(super) fn attr_of<'a>(eval: &Eval<'a>, value: Value<'a>, name: crate::nix::Sym) -> R<'a, Option<&'a Thunk<'a>>> {
    match value {
        Value::Attrs(attrs) => Ok(lookup(attrs, name).map(|attr| attr.value)),
        Value::Opaque(opaque) => match eval.known_attr(opaque, name)? {
            Some(value) => Ok(Some(eval.thunk(crate::nix::State::Done(value), eval.last_origin()))),
            None => eval.unknown_because(opaque.why),
        },
        _ => Ok(None),
    }
}

/// The statement of all cases, where they say the same.
fn one_of(cases: &[(String, Statement)]) -> Option<Statement> {
    let is_same = |a: &Member, b: &Member| (&a.attr, &a.label, &a.expr) == (&b.attr, &b.label, &b.expr);
    let say_the_same = |a: &Statement, b: &Statement| match (a, b) {
        (Statement::One(a), Statement::One(b)) => is_same(a, b),
        (Statement::List(a), Statement::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b)),
        (Statement::Operator { expr: a, .. }, Statement::Operator { expr: b, .. }) => a == b,
        (Statement::Text(a, _), Statement::Text(b, _)) => a == b,
        _ => false,
    };
    let ((_, first), others) = cases.split_first()?;
    others.iter().all(|(_, other)| say_the_same(first, other)).then(|| first.clone())
}

/// So many conditions are followed, one inside of the other: a value may depend on itself.
const MOST_CONDITIONS: usize = 1_000;

/// Operators or lists inside of each other; real ones stay below 5. A value may hold itself.
pub(super) const MOST_NESTED: u32 = 32;

/// A license of more terms is not read: comparing takes the square of their number, and every finding shows all.
/// The longest of nixpkgs has 60.
const MOST_TERMS: usize = 1_000;

/// Longer texts are no name of a license; some packages write a whole license there.
const LONGEST_NAME: usize = 4 << 10;

/// One member, or why it is not known.
pub(super) type Read = Result<Member, String>;

/// The known members and the others, where not all are known.
type Rest = (Vec<Member>, Vec<Unknown>);

pub(super) struct Reader<'e, 'a> {
    checkout: &'e Checkout,
    pub(super) eval: &'e Eval<'a>,
    parsed: &'e Parsed,
    /// Terms of this license that were read so far.
    terms: Cell<usize>,
    /// Flaws of the value, seen on the way.
    flaw: Cell<Option<Flaw>>,
}

impl<'a> Reader<'_, 'a> {
    fn site(&self, loc: Loc) -> Option<Site> {
        self.checkout.site(loc)
    }

    /// Why a license could not be evaluated; a name that `lib.licenses` does not have is told as such.
    fn why_not(&self, thunk: &Thunk<'a>, error: &Error<'_>) -> Unknown {
        let written = self.eval.files.text(thunk.origin.get()).unwrap_or_default();
        let name = match error.kind {
            ErrorKind::Missing(name) => Some(self.eval.name(name)),
            _ => None,
        };
        let before = name.and_then(|name| Some((name, written.strip_suffix(name)?.trim_end())));
        match before {
            Some((name, before)) if before.is_empty() || before.ends_with("licenses.") || before.ends_with(';') => {
                Unknown::Unlisted(name.to_owned())
            }
            _ => why(error).into(),
        }
    }

    /// Why nothing can be said of a license that no file of the checkout states.
    fn without_place(&self, value: Value<'a>) -> String {
        let stated = self.eval.nixpkgs.get().and_then(|_| self.statement(value).ok().flatten());
        match stated {
            Some(stated) => format!("nixpkgs states it and not this tree: {stated}"),
            None => "the license value has no place in the checkout".to_owned(),
        }
    }

    fn declare(&self, value: Value<'a>, site: Option<Site>) -> Declared {
        let Some(site) = site else {
            return Declared::Computed { site: None, why: self.without_place(value).into() };
        };
        if let Value::Opaque(Opaque { shape: Shape::Cases(..), .. }) = value {
            return self.branches(value, site);
        }
        let stated = self.statement(value);
        if let Some(flaw) = self.flaw.get() {
            let known = match stated {
                Ok(Some(Statement::List(members))) | Err((members, _)) => members,
                _ => Vec::new(),
            };
            return Declared::Malformed { site, known, flaw };
        }
        match stated {
            Ok(Some(statement)) => Declared::Resolved { site, statement },
            Ok(None) => Declared::Absent,
            Err((known, unknown)) if known.is_empty() && unknown.len() < 2 => {
                let why = unknown.into_iter().next().unwrap_or_else(|| String::new().into());
                Declared::Computed { site: Some(site), why }
            }
            Err((known, unknown)) => Declared::Partial { site, known, unknown },
        }
    }

    fn branches(&self, value: Value<'a>, site: Site) -> Declared {
        let mut cases = Vec::new();
        match self.collect_cases(value, String::new(), &mut cases, 0) {
            Ok(states_always) => match one_of(&cases).filter(|_| states_always) {
                Some(statement) => Declared::Resolved { site, statement },
                None => {
                    let cases = cases.into_iter().map(|(when, statement)| (When::Unknown(when), statement)).collect();
                    Declared::Branches { site, cases }
                }
            },
            Err(why) => match self.extremes(value) {
                Some((known, unknown)) => Declared::Partial { site, known, unknown },
                None => Declared::Computed { site: Some(site), why },
            },
        }
    }

    /// Of a list with too many members that depend on conditions: those that no condition adds, and the others.
    fn extremes(&self, value: Value<'a>) -> Option<Rest> {
        let (least, most) = (self.case(value, 1)?, self.case(value, 0)?);
        let is_in = |items: &[&'a Thunk<'a>], item: &Thunk<'a>| items.iter().any(|other| std::ptr::eq(*other, item));
        let (always, sometimes): (Vec<_>, Vec<_>) = most.iter().copied().partition(|item| is_in(least, item));
        let known = self.members(self.eval.bump.alloc_slice_copy(&always), None, 0).ok()?;
        let written = |item: &&'a Thunk<'a>| self.eval.files.text(item.origin.get()).unwrap_or("a license");
        let unknown = sometimes.iter().map(|item| Unknown::Conditional(written(item).to_owned()));
        Some((joined(known), unknown.collect()))
    }

    /// The list that `value` is where each condition that is not known holds (side 0) or does not (side 1).
    fn case(&self, mut value: Value<'a>, side: usize) -> Option<&'a [&'a Thunk<'a>]> {
        for _ in 0..MOST_CONDITIONS {
            value = match value {
                Value::Opaque(Opaque { shape: Shape::Cases(_, sides), .. }) => self.eval.force(sides[side]).ok()?,
                Value::List(items) => return Some(items),
                _ => return None,
            };
        }
        None
    }

    /// True where each case states a license.
    fn collect_cases(
        &self,
        value: Value<'a>,
        condition: String,
        cases: &mut Vec<(String, Statement)>,
        depth: u32,
    ) -> Result<bool, Unknown> {
        let Value::Opaque(Opaque { shape: Shape::Cases(loc, sides), .. }) = value else {
            return match self.statement(value) {
                Ok(Some(statement)) => {
                    cases.push((condition, statement));
                    Ok(true)
                }
                Ok(None) => Ok(false),
                Err((_, unknown)) => Err(unknown.into_iter().next().unwrap_or_else(|| String::new().into())),
            };
        };
        if depth > 4 {
            return Err("too many conditions that are not known".to_owned().into());
        }
        let text = shown(self.eval.files.text(*loc).unwrap_or("a condition"));
        let mut states_always = true;
        let and = if condition.is_empty() { String::new() } else { format!("{condition} && ") };
        for (side, words) in sides.iter().zip([format!("{and}{text}"), format!("{and}!({text})")]) {
            let value = self.eval.force(side).map_err(why)?;
            states_always &= self.collect_cases(value, words, cases, depth + 1)?;
        }
        Ok(states_always)
    }

    /// `Ok(None)` for `null`; what is known and unknown where it is not all known.
    fn statement(&self, value: Value<'a>) -> Result<Option<Statement>, Rest> {
        match value {
            Value::Null => Ok(None),
            Value::Str(text) => match self.count(text) {
                Ok(()) => Ok(Some(Statement::Text((*text).to_owned(), self.parsed.get(text)))),
                Err(why) => Err((Vec::new(), vec![why.into()])),
            },
            Value::List(items) => self.members(items, None, 0).map(|members| Some(Statement::List(joined(members)))),
            Value::Opaque(Opaque { why, shape: Shape::Members(items) }) => {
                self.members(items, Some(why.text), 0).map(|members| Some(Statement::List(joined(members))))
            }
            Value::Attrs(attrs) if self.kind_of(attrs).is_some() => match self.operator(attrs, 0) {
                Ok((members, expr)) => Ok(Some(Statement::Operator { members, expr })),
                Err(why) => Err((Vec::new(), vec![why.into()])),
            },
            value => match self.member(value, None) {
                Ok(member) => Ok(Some(Statement::One(member))),
                Err(why) => Err((Vec::new(), vec![why.into()])),
            },
        }
    }

    fn members(&self, items: &'a [&'a Thunk<'a>], rest: Option<&str>, depth: u32) -> Result<Vec<Member>, Rest> {
        if depth > MOST_NESTED {
            return Err((Vec::new(), vec!["lists nested too deeply".to_owned().into()]));
        }
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for item in items {
            if self.terms.get() >= MOST_TERMS {
                return Err((Vec::new(), vec![too_many_terms().into()]));
            }
            match self.eval.force(item).map_err(|error| self.why_not(item, error)) {
                Ok(Value::List(inner)) => {
                    self.flaw.set(Some(Flaw::NestedList));
                    match self.members(inner, None, depth + 1) {
                        Ok(members) => known.extend(members),
                        Err((members, whys)) => {
                            known.extend(members);
                            unknown.extend(whys);
                        }
                    }
                }
                Ok(Value::Null) => self.flaw.set(Some(Flaw::Null)),
                Ok(Value::Attrs(attrs)) if self.kind_of(attrs).is_some() => match self.operator(attrs, 0) {
                    Ok((_, expr)) => known.push(compound(expr, self.site(item.origin.get()))),
                    Err(why) => unknown.push(why.into()),
                },
                Ok(value) => match self.member(value, self.site(item.origin.get())) {
                    Ok(member) => known.push(member),
                    Err(why) => unknown.push(self.named(item, why.into())),
                },
                Err(why) => unknown.push(self.named(item, why)),
            }
        }
        unknown.extend(rest.map(|why| Unknown::Unread(why.to_owned())));
        if unknown.is_empty() { Ok(known) } else { Err((known, unknown)) }
    }

    /// The reason with the member that it is about, where that is short.
    fn named(&self, item: &Thunk<'a>, why: Unknown) -> Unknown {
        match (why, self.eval.files.text(item.origin.get())) {
            (Unknown::Unread(why), Some(text)) if text.len() < 80 => Unknown::Unread(format!("`{text}`: {why}")),
            (why, _) => why,
        }
    }

    /// One record or string.
    pub(super) fn member(&self, value: Value<'a>, site: Option<Site>) -> Read {
        match value {
            Value::Str(text) => {
                self.count(text)?;
                let expr = self.parsed.get(text).unwrap_or_else(|| LicenseExpr::from(reference(text)));
                Ok(Member {
                    attr: None,
                    label: (*text).to_owned(),
                    expr,
                    site,
                    free: true,
                    deprecated: false,
                    text: true,
                })
            }
            Value::Attrs(attrs) => {
                self.count("")?;
                self.record(attrs, site)
            }
            Value::Opaque(opaque) => Err(opaque.why.text.to_owned()),
            other => Err(format!("a {} is not a license", other.type_name())),
        }
    }

    /// Counts a term of this license, which is written as `text` where that is all of it.
    fn count(&self, text: &str) -> Result<(), String> {
        self.terms.set(self.terms.get() + 1);
        match text.len() {
            _ if self.terms.get() > MOST_TERMS => Err(too_many_terms()),
            len if len > LONGEST_NAME => Err(format!("a text of {len} bytes is not the name of a license")),
            _ => Ok(()),
        }
    }

    fn record(&self, attrs: &'a [Attr<'a>], site: Option<Site>) -> Read {
        let spdx = self.text(attrs, "spdxId")?;
        let short = self.text(attrs, "shortName")?;
        let full = self.text(attrs, "fullName")?;
        let free = self.flag(attrs, "free")?;
        let label = match (&spdx, &short, &full) {
            (Some(label), ..) | (None, Some(label), _) | (None, None, Some(label)) => label.clone(),
            _ => match (self.text(attrs, "url")?, free) {
                (Some(url), _) => url,
                // It says no more than that it is not free: unfree, of unknown name.
                (None, Some(false)) => "unfree".to_owned(),
                (None, Some(true)) => "<attrs>".to_owned(),
                (None, None) => {
                    self.flaw.set(Some(Flaw::NoLicense));
                    return Err(Flaw::NoLicense.to_string());
                }
            },
        };
        let expr = match spdx.as_deref().and_then(|id| self.parsed.get(id)) {
            Some(expr) => expr,
            _ => LicenseExpr::from(reference(short.as_deref().unwrap_or(&label))),
        };
        let free = free.unwrap_or(true);
        let deprecated = self.flag(attrs, "deprecated")?.unwrap_or(false);
        Ok(Member { attr: short, label, expr, site, free, deprecated, text: false })
    }

    pub(super) fn field(&self, attrs: &'a [Attr<'a>], name: &'static str) -> Result<Option<Value<'a>>, String> {
        match lookup(attrs, self.eval.sym_of_static(name)) {
            Some(attr) => self.eval.force(attr.value).map(Some).map_err(why),
            None => Ok(None),
        }
    }

    pub(super) fn text(&self, attrs: &'a [Attr<'a>], name: &'static str) -> Result<Option<String>, String> {
        match self.field(attrs, name)? {
            Some(Value::Str(text)) if text.len() > LONGEST_NAME => Err(format!("`{name}` has {} bytes", text.len())),
            Some(Value::Str(text)) => Ok(Some((*text).to_owned())),
            Some(Value::Opaque(opaque)) => Err(opaque.why.text.to_owned()),
            _ => Ok(None),
        }
    }

    fn flag(&self, attrs: &'a [Attr<'a>], name: &'static str) -> Result<Option<bool>, String> {
        match self.field(attrs, name)? {
            Some(Value::Opaque(opaque)) => Err(opaque.why.text.to_owned()),
            value => Ok(value.and_then(Value::as_bool)),
        }
    }
}

fn too_many_terms() -> String {
    format!("a license of more than {MOST_TERMS} terms is not read")
}
