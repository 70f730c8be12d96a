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
    /// True where it is pinned to hashes of sources.
    is_pinned: bool,
    /// The block in the config file.
    site: Site,
}

impl Idle {
    /// A role that no file has.
    pub fn role(rule: &RoleRule) -> Idle {
        let attr = rule.attr.as_ref().map(|glob| glob.glob().glob().to_owned());
        let (path, is_pinned) = (rule.glob.glob().glob().to_owned(), !rule.sources.is_empty());
        Idle { table: "role", attr, path, is_pinned, site: rule.site.clone() }
    }

    /// A curation of what nothing says.
    pub fn curation(curation: &Curation) -> Idle {
        let attr = curation.attr.as_ref().map(|glob| glob.glob().glob().to_owned());
        let (path, is_pinned) = (curation.path.glob().glob().to_owned(), !curation.sources.is_empty());
        Idle { table: "curate", attr, path, is_pinned, site: curation.site.clone() }
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
            message: match self.is_pinned {
                true => format!("the [[{table}]] for `{path}`{of} matches nothing in the sources that it is pinned to"),
                false => format!("the [[{table}]] for `{path}`{of} matches nothing in any source"),
            },
            place: Some(self.site.clone()),
            label: "not used",
            declared: format!("{table} {path}"),
            concluded: String::new(),
            evidence: Vec::new(),
            against: Vec::new(),
            help: vec![match self.is_pinned {
                true => "look at the new source; where the block still holds, write its hash into `source`".to_owned(),
                false => "delete the block, or look at the paths that `clarity explain` shows".to_owned(),
            }],
            remedy: None,
            verification: Verification::Verified,
        })
    }
}
