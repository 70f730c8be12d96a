//! Evidence of one source: kept from an earlier run, else detected, and then kept.

use rayon::ThreadPool;

use crate::evidence::{Detector, Evidence};
use crate::kept::{self, Earlier, SourceKey};
use crate::source::{Origin, SourceTree};
use crate::text::stop;
use crate::tree::Package;

use super::Watch;
use super::acquire::{Feed, OwnSource};
use super::source_scan::{SourceScan, Stopped};

/// Recalls the evidence of sources; shared by all threads of a run.
pub(super) struct Recall<'r> {
    pub(super) detector: &'r Detector,
    pub(super) pool: &'r ThreadPool,
    pub(super) watch: &'r Watch,
    pub(super) feed: &'r Feed,
}

impl Recall<'_> {
    /// Evidence of the source of `package` with this number.
    pub(super) fn own(&self, package: &Package, index: usize, own: &OwnSource) -> Result<Evidence, Stopped> {
        let again = || self.feed.tree(package, index);
        let is_still = |tree: &SourceTree| again().is_ok_and(|now| now.identity == tree.identity);
        let lineage = format!("{} {index}", project(package));
        match own {
            OwnSource::Tree(tree) => self.of(tree, &lineage, &is_still),
            OwnSource::Seen(_, entry) => match self.feed.kept.as_ref().and_then(|kept| kept.load(entry)) {
                Some(files) => Ok(kept::evidence(files)),
                // The entry decayed: the source itself is asked.
                None => {
                    let missed = |error: &dyn std::fmt::Display| Stopped::Broken(error.to_string());
                    let tree = again().map_err(|error| stop::over().map_or_else(|| missed(&error), Stopped::from))?;
                    self.of(&tree, &lineage, &is_still)
                }
            },
        }
    }

    /// Evidence of a dependency that is brought along to `package`.
    pub(super) fn brought(&self, package: &Package, tree: &SourceTree) -> Result<Evidence, Stopped> {
        self.of(tree, &format!("{} {}", project(package), tree.name), &|_| false)
    }

    fn of(
        &self,
        tree: &SourceTree,
        lineage: &str,
        is_still: &dyn Fn(&SourceTree) -> bool,
    ) -> Result<Evidence, Stopped> {
        let (kept, key) = (self.feed.kept.as_ref(), SourceKey::of(tree));
        if let Some(files) = kept.and_then(|kept| kept.load(&kept.find(&key)?)) {
            return Ok(kept::evidence(files));
        }
        let earlier = kept.map_or_else(Earlier::default, |kept| kept.earlier(lineage));
        let scan = SourceScan { detector: self.detector, pool: self.pool, watch: self.watch, earlier };
        let scanned = scan.of(tree)?;
        if let Some(kept) = kept
            && scanned.is_whole
            && (is_lasting(&tree.origin) || is_still(tree))
        {
            kept.save(&key, lineage, &scanned.files);
        }
        Ok(kept::evidence(scanned.files))
    }
}

/// False where the files lie open to changes: what was hashed need not be what was read.
fn is_lasting(origin: &Origin) -> bool {
    !matches!(origin, Origin::SourcesFolder(_) | Origin::Checkout(_))
}

/// The name that the versions of a package have in common.
fn project(package: &Package) -> &str {
    package.pname.as_deref().unwrap_or(&package.attr.0)
}
