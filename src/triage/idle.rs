//! Rules of `clarity.toml` about files of sources that matched nothing.

use crate::check::{Finding, STALE_SUPPRESSION};
use crate::conclusion::Confidence;
use crate::evidence::{Curation, RoleRule};
use crate::source::Verification;
use crate::tree::{AttrPath, Site};

use super::Scope;

/// A `[[role]]` or `[[curate]]` without use.
#[derive(Clone, Debug)]
pub struct Idle {
    /// The name of its table.
    table: &'static str,
    /// The glob over packages, where it has one.
    attr: Option<String>,
    /// The glob over files.
    path: String,
    /// The block in the config file.
    site: Site,
}

impl Idle {
    /// A role that no file has.
    pub fn role(rule: &RoleRule) -> Idle {
        let attr = rule.attr.as_ref().map(|glob| glob.glob().glob().to_owned());
        Idle { table: "role", attr, path: rule.glob.glob().glob().to_owned(), site: rule.site.clone() }
    }

    /// A curation of what nothing says.
    pub fn curation(curation: &Curation) -> Idle {
        let attr = curation.attr.as_ref().map(|glob| glob.glob().glob().to_owned());
        Idle { table: "curate", attr, path: curation.path.glob().glob().to_owned(), site: curation.site.clone() }
    }

    /// The finding about it.
    pub(super) fn finding(&self, scope: &Scope<'_>) -> Option<Finding> {
        let Idle { table, path, .. } = self;
        let of = self.attr.as_ref().map(|attr| format!(" of `{attr}`")).unwrap_or_default();
        Some(Finding {
            check: &STALE_SUPPRESSION,
            severity: scope.checks.severity_of(&STALE_SUPPRESSION)?,
            attr: AttrPath(self.attr.clone().unwrap_or_else(|| "*".to_owned())),
            others: Vec::new(),
            rests_on_source: !STALE_SUPPRESSION.metadata_only,
            confidence: Confidence::High,
            message: format!("the [[{table}]] for `{path}`{of} matches nothing in any source"),
            place: Some(self.site.clone()),
            label: "not used",
            declared: format!("{table} {path}"),
            concluded: String::new(),
            evidence: Vec::new(),
            against: Vec::new(),
            help: vec!["delete the block, or look at the paths that `clarity explain` shows".to_owned()],
            remedy: None,
            verification: Verification::Verified,
        })
    }
}
