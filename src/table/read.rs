//! The license table of an evaluated `lib`.

use std::collections::BTreeMap;

use super::LicenseRecord;
use crate::nix::{Attr, Eval, Value, lookup};

/// The license table of a library.
pub(crate) struct Read {
    pub(crate) records: BTreeMap<String, LicenseRecord>,
    pub(crate) has_operators: bool,
    pub(crate) has_source_types: bool,
}

/// The table of the library whose file is `lib`; `None` where it has none.
pub(crate) fn read(eval: &Eval<'_>, lib: &str) -> Option<Read> {
    let Ok(Value::Attrs(lib)) = eval.import(eval.str(lib)) else { return None };
    let Ok(Value::Attrs(table)) = eval.force(lookup(lib, eval.sym("licenses"))?.value) else { return None };
    let has_source_types = lookup(lib, eval.sym("sourceTypes")).is_some();
    let mut records = BTreeMap::new();
    let mut operators = 0;
    for (name, attr) in eval.sorted_names(table) {
        match eval.force(attr.value) {
            Ok(Value::Attrs(record)) => {
                records.insert(name.to_string(), record_of(eval, name, record));
            }
            Ok(Value::Lambda(_) | Value::Prim(_)) => operators += usize::from(["OR", "AND", "WITH"].contains(&name)),
            _ => {}
        }
    }
    (!records.is_empty()).then_some(Read { records, has_operators: operators == 3, has_source_types })
}

fn record_of<'a>(eval: &Eval<'a>, name: &str, record: &'a [Attr<'a>]) -> LicenseRecord {
    let field = |name: &str| lookup(record, eval.sym(name)).and_then(|attr| eval.force(attr.value).ok());
    let text = |name: &str| match field(name) {
        Some(Value::Str(text)) => Some((*text).to_owned()),
        _ => None,
    };
    let flag = |name: &str| field(name).and_then(Value::as_bool);
    let free = flag("free").unwrap_or(true);
    LicenseRecord {
        short_name: text("shortName").unwrap_or_else(|| name.to_owned()),
        spdx_id: text("spdxId"),
        full_name: text("fullName"),
        url: text("url"),
        free,
        redistributable: flag("redistributable").unwrap_or(free),
        deprecated: flag("deprecated").unwrap_or(false),
    }
}
