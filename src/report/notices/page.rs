//! Notices as one page: what ships of each package, then each license text once.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{PackageReport, Shipped, title};
use crate::report::html::Document;

/// Writes the page.
pub(super) fn render(
    all: &[(&PackageReport, Shipped)],
    texts: &BTreeMap<String, &'static str>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut page = Document::begin("Third-party notices", out)?;
    all.iter().try_for_each(|(package, shipped)| about(package, shipped, &mut page))?;
    if !texts.is_empty() {
        page.leaf("h2", "License texts")?;
    }
    for (id, text) in texts {
        page.leaf("h3", id)?;
        page.lines(text.trim_end())?;
    }
    page.finish(std::iter::empty())
}

fn about(package: &PackageReport, shipped: &Shipped, page: &mut Document<'_>) -> io::Result<()> {
    page.open("section class=\"card\"")?;
    page.leaf("h2", &title(package))?;
    shipped.about.iter().try_for_each(|line| page.leaf("p", line))?;
    page.list(shipped.linked.iter().cloned())?;
    for (expr, group) in &shipped.groups {
        page.leaf("h3", &expr.to_string())?;
        page.list(group.holders.iter().map(|holder| format!("Copyright: {holder}")))?;
        page.list(group.files.iter().cloned())?;
    }
    shipped.rest().map_or(Ok(()), |line| page.leaf("p", &line))?;
    page.close("section")
}
