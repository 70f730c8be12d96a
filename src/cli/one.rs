//! A scan of one package, for the commands about a finding of it.

use std::path::{Path, PathBuf};

use anyhow::bail;

use super::names::TreeArg;
use super::what::{What, check_named, configuration, request_by};
use super::{Output, stream};
use crate::engine::{self, Watch};
use crate::report::{self, Located, Report};

/// A package, a check, and where they are looked for.
#[derive(Debug, clap::Args)]
pub(super) struct OneFinding {
    /// The package.
    #[arg(value_name = "ATTR")]
    pub(super) package: String,
    /// The check, e.g. LIC010.
    #[arg(value_name = "CHECK", value_parser = check_named)]
    pub(super) check: String,
    #[command(flatten)]
    tree: TreeArg,
    #[command(flatten)]
    pub(super) what: What,
}

impl OneFinding {
    /// The tree, and the report about the package; an error where there is no such package.
    pub(super) fn scan(&self, output: &Output) -> anyhow::Result<(PathBuf, Report)> {
        let path = self.tree.path();
        let report = self.report(&path, output)?;
        if let Some(line) = report::unmatched(&report).first() {
            bail!("{line}");
        }
        Ok((path, report))
    }

    fn report(&self, path: &Path, output: &Output) -> anyhow::Result<Report> {
        let config = configuration(path, &self.what, None)?;
        let request = request_by(path, &self.what, std::slice::from_ref(&self.package), &config)?;
        let watch = Watch::new(stream::watched() && !output.quiet);
        let report = engine::scan(&request, &watch)?;
        watch.finish();
        Ok(report)
    }

    /// True for a finding of the check.
    pub(super) fn is_meant(&self, located: &Located) -> bool {
        located.finding.check.id == self.check
    }
}
