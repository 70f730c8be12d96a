//! The license table as the checkout's own `lib` evaluates to.

use super::{Checkout, LicenseRecord, LicenseTable, TableOrigin};
use crate::nix::{Attr, Eval, Value, lookup};

impl Checkout {
    /// `lib.licenses` of the checkout, or of the tree that stands in for its `lib`; the embedded table where there is
    /// none or it cannot be evaluated.
    pub fn license_table(&self) -> LicenseTable {
        self.lib_folder()
            .and_then(|folder| self.evaluate(|eval| self.read_table(eval, &folder)).flatten())
            .unwrap_or_else(LicenseTable::embedded)
    }

    /// The folder of the `lib` that is meant.
    fn lib_folder(&self) -> Option<String> {
        let own = self.root().join("lib");
        let own = own.join("default.nix").is_file().then(|| own.to_string_lossy().into_owned());
        own.or_else(|| self.lib.clone())
    }

    fn read_table(&self, eval: &Eval<'_>, folder: &str) -> Option<LicenseTable> {
        let Ok(Value::Attrs(lib)) = eval.import(eval.str(folder)) else { return None };
        let licenses = lookup(lib, eval.sym("licenses"))?;
        let Ok(Value::Attrs(licenses)) = eval.force(licenses.value) else { return None };
        let named = |attr: &Attr<'_>| eval.name(attr.name).to_string();
        let records = licenses.iter().filter_map(|attr| Some((named(attr), record(eval, attr)?))).collect();
        let has = |name: &str| lookup(licenses, eval.sym(name)).is_some();
        let has_operators = has("OR") && has("AND") && has("WITH");
        Some(LicenseTable { origin: TableOrigin::Checkout(self.table_file(folder)), records, has_operators })
    }

    /// The file that the table is written in, below the root where it lies there.
    fn table_file(&self, folder: &str) -> String {
        let names = ["licenses.nix", "licenses/licenses.nix", "licenses/default.nix", "default.nix"];
        let files = names.map(|name| std::path::Path::new(folder).join(name));
        let file = files.iter().find(|file| file.is_file()).unwrap_or(&files[3]);
        file.strip_prefix(self.root()).unwrap_or(file).display().to_string()
    }
}

/// The record of one name; `None` for functions and for what is not known.
fn record<'a>(eval: &Eval<'a>, attr: &Attr<'a>) -> Option<LicenseRecord> {
    let Ok(Value::Attrs(fields)) = eval.force(attr.value) else { return None };
    let field = |name: &str| lookup(fields, eval.sym(name)).and_then(|attr| eval.force(attr.value).ok());
    let text = |name: &str| match field(name) {
        Some(Value::Str(text)) => Some(text.to_owned()),
        _ => None,
    };
    let flag = |name: &str| match field(name) {
        Some(Value::Bool(value)) => Some(value),
        _ => None,
    };
    let free = flag("free").unwrap_or(true);
    Some(LicenseRecord {
        short_name: text("shortName").unwrap_or_else(|| eval.name(attr.name).to_string()),
        spdx_id: text("spdxId"),
        full_name: text("fullName"),
        url: text("url"),
        free,
        redistributable: flag("redistributable").unwrap_or(free),
        deprecated: flag("deprecated").unwrap_or(false),
    })
}
