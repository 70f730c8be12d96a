//! Combined terms: the license of a package, and those of the parts that are linked into what it ships.
//!
//! Parts are the dependencies that a package manager brings along, where they were looked at (`--vendored`), and the
//! copies of other projects in the source. Nobody here knows which of the copies are built, so they count.

use crate::conclusion::{Conclusion, Linked, Part};
use crate::evidence::Role;
use crate::license::LicenseExpr;
use crate::text::one_line;

use super::counted::counted;
use super::{Outcome, PackageReport};

/// The terms of what a package ships, where something is linked into it.
pub(super) struct Combined<'r> {
    /// The license of the package itself, where it is concluded.
    own: Option<&'r LicenseExpr>,
    /// Dependencies that are brought along.
    linked: &'r [Linked],
    /// Copies of other projects in the source.
    bundled: Vec<&'r Part>,
    /// Kinds of dependencies that nobody looked at, e.g. `cargoDeps`.
    unseen: Vec<&'r str>,
}

impl<'r> Combined<'r> {
    /// The combined terms of `package`; `None` where nothing is linked into it.
    pub(super) fn of(package: &'r PackageReport) -> Option<Combined<'r>> {
        let Outcome::Audited(Some(judged)) = &package.outcome else { return None };
        let own = match &*judged.conclusion {
            Conclusion::Concluded(concluded) => Some(&concluded.expr),
            _ => None,
        };
        let linked = &judged.linked[..];
        let is_linked = |part: &Part| linked.iter().any(|one| part.path.is_below(&one.path));
        let is_bundled = |part: &&Part| matches!(part.role, Role::Vendored | Role::ThirdParty) && !is_linked(part);
        let bundled: Vec<&Part> = parts(package).iter().filter(is_bundled).collect();
        let brought = package.package.vendored.iter().map(|vendored| vendored.source.fetcher.as_str());
        let unseen: Vec<&str> = if linked.is_empty() { brought.collect() } else { Vec::new() };
        let is_alone = linked.is_empty() && bundled.is_empty() && unseen.is_empty();
        (!is_alone).then_some(Combined { own, linked, bundled, unseen })
    }

    /// All licenses that are known, joined by AND.
    pub(super) fn expr(&self) -> Option<LicenseExpr> {
        let linked = self.linked.iter().filter_map(|one| one.expr.as_ref());
        let bundled = self.bundled.iter().map(|part| &part.expr);
        LicenseExpr::all(self.own.into_iter().chain(linked).chain(bundled).cloned())
    }

    /// e.g. `Apache-2.0 AND MIT, and 2 parts whose license is not known`
    pub(super) fn in_words(&self) -> String {
        let linked = self.linked.iter().filter(|one| one.expr.is_none()).count();
        let unknown = linked + self.unseen.len() + usize::from(self.own.is_none());
        let known = self.expr().map_or_else(|| "not known".to_owned(), |expr| expr.to_string());
        match unknown {
            0 => known,
            1 => format!("{known}, and 1 part whose license is not known"),
            more => format!("{known}, and {more} parts whose license is not known"),
        }
    }

    /// One line for each part, e.g. `vendor/cargoDeps/birch-1.0 MIT`.
    pub(super) fn lines(&self) -> impl Iterator<Item = String> {
        let license = |expr: &Option<LicenseExpr>| expr.as_ref().map_or("not known".to_owned(), LicenseExpr::to_string);
        let linked = self.linked.iter().map(move |one| format!("{} {}", one.path, license(&one.expr)));
        let bundled = self.bundled.iter().map(|part| {
            let files = counted(part.files, "file");
            format!("{} {} (a copy in the source, {files})", part.path, part.expr)
        });
        let unseen = self.unseen.iter().map(|scope| format!("{scope}: not looked at; `--vendored` does"));
        linked.chain(bundled).chain(unseen).map(|line| one_line(&line))
    }

    /// The licenses of the parts, without that of the package itself.
    pub(super) fn exprs(&self) -> impl Iterator<Item = &LicenseExpr> {
        self.linked.iter().filter_map(|one| one.expr.as_ref()).chain(self.bundled.iter().map(|part| &part.expr))
    }
}

/// Licenses of parts of the source of a package.
pub(super) fn parts(package: &PackageReport) -> &[Part] {
    match &package.outcome {
        Outcome::Audited(Some(judged)) => match &*judged.conclusion {
            Conclusion::Concluded(concluded) => &concluded.parts,
            Conclusion::Conflicting { parts, .. } => parts,
            Conclusion::NoneFound | Conclusion::NoAssertion(_) => &[],
        },
        _ => &[],
    }
}
