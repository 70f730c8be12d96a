//! `meta.identifiers`: names of a package in other registries.

use super::resolve::attr_of;
use super::sources::{LONGEST_FACT, MOST_FACTS};
use crate::nix::{Eval, Value};
use crate::tree::{CPE_PARTS, Identifiers, cpe_of, possible_cpe};

/// The names that `stated`, the value of `meta.identifiers`, gives to a package, itself or in its `v1`; `None` where it
/// gives none.
pub(super) fn identifiers<'a>(
    eval: &Eval<'a>,
    stated: Value<'a>,
    package: (Option<&str>, Option<&str>),
) -> Option<Box<Identifiers>> {
    let reader = Names { eval };
    let v1 = || reader.of(reader.get(stated, "v1")?, package);
    reader.of(stated, package).or_else(v1).map(Box::new)
}

struct Names<'e, 'a> {
    eval: &'e Eval<'a>,
}

impl<'a> Names<'_, 'a> {
    fn of(&self, stated: Value<'a>, (pname, version): (Option<&str>, Option<&str>)) -> Option<Identifiers> {
        let parts = self.get(stated, "cpeParts");
        let part = |name: &&'static str| parts.and_then(|parts| self.text(parts, name));
        let parts = CPE_PARTS.each_ref().map(part);
        let cpe = self.text(stated, "cpe").or_else(|| cpe_of(&parts, pname));
        let listed: Vec<String> = self.list(stated, "possibleCPEs").filter_map(|one| self.text(one, "cpe")).collect();
        let guessed = possible_cpe(&parts, pname, version).filter(|_| cpe.is_none() && listed.is_empty());
        let names = Identifiers {
            possible_cpes: listed.into_iter().chain(guessed).filter(|one| Some(one) != cpe.as_ref()).collect(),
            purls: self.purls(stated),
            cpe,
        };
        (!names.is_empty()).then_some(names)
    }

    fn get(&self, value: Value<'a>, name: &'static str) -> Option<Value<'a>> {
        let thunk = attr_of(self.eval, value, self.eval.sym_of_static(name)).ok()??;
        self.eval.force(thunk).ok()
    }

    fn text(&self, value: Value<'a>, name: &'static str) -> Option<String> {
        short(self.get(value, name)?)
    }

    fn list(&self, value: Value<'a>, name: &'static str) -> impl Iterator<Item = Value<'a>> {
        let items = match self.get(value, name) {
            Some(Value::List(items)) => *items,
            _ => &[][..],
        };
        items.iter().take(MOST_FACTS).filter_map(|item| self.eval.force(item).ok())
    }

    /// All of `purls`, else `purl`, else the one that `purlParts` make.
    fn purls(&self, stated: Value<'a>) -> Vec<String> {
        let all: Vec<String> = self.list(stated, "purls").filter_map(short).collect();
        if !all.is_empty() {
            return all;
        }
        let made = || {
            let parts = self.get(stated, "purlParts")?;
            Some(format!("pkg:{}/{}", self.text(parts, "type")?, self.text(parts, "spec")?))
        };
        self.text(stated, "purl").or_else(made).into_iter().collect()
    }
}

fn short(value: Value<'_>) -> Option<String> {
    match value {
        Value::Str(text) if text.len() <= LONGEST_FACT => Some((*text).to_owned()),
        _ => None,
    }
}
