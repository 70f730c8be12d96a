//! `DESCRIPTION` of R packages: `License: GPL (>= 2) | file LICENSE`; `|` parts alternatives.

use super::claim::{claim, place, understood};
use super::fields;
use crate::evidence::detection::Seen;
use crate::evidence::page::Page;
use crate::license::LicenseExpr;

pub(super) fn read(page: &Page<'_>, seen: &mut Seen) {
    let fields = fields::fields(page.text);
    if fields::value(&fields, "Package").is_none() {
        return;
    }
    let Some(value) = fields::value(&fields, "License") else { return };
    let parts = value
        .split('|')
        .map(|part| part.split('+').next().unwrap_or(part).trim())
        .filter(|part| !part.starts_with("file "));
    let read: Vec<LicenseExpr> = parts.filter_map(named).collect();
    let Some(expr) = LicenseExpr::any(read) else { return };
    if claim(page, seen, "manifest/r", "License:", &expr.to_string())
        && let Some(last) = seen.detections.last_mut()
    {
        last.lines = page.line_range(place(page.text, "License:", value));
        last.quote = format!("License: {value}");
    }
}

/// R's own short names leave the number of clauses and versions to the manual "Writing R Extensions".
fn named(part: &str) -> Option<LicenseExpr> {
    let known = match part {
        "Unlimited" => "LicenseRef-R-Unlimited",
        "BSD_2_clause" => "BSD-2-Clause",
        "BSD_3_clause" => "BSD-3-Clause",
        "ACM" => "ACM",
        other => return understood(other).map(|said| said.expr),
    };
    crate::license::parse(known).ok()
}
