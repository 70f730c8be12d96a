//! `clarity fix --for-upstream`: what only upstream can tell, as a question.

use std::process::ExitCode;

use anyhow::bail;

use crate::check::Judged;
use crate::cli::{FOUND, INTERRUPTED, interrupt, stream};
use crate::conclusion::Conclusion;
use crate::declared::Selection;
use crate::engine::{self, Watch};
use crate::fix;
use crate::report::{Outcome, PackageReport, Style};
use crate::text::Escape;

/// Prints the question about `attr`.
pub(super) fn run(args: &super::Args, attr: &str, watch: &Watch) -> anyhow::Result<ExitCode> {
    let (_, mut request) = super::request(args)?;
    if request.sources.is_none() {
        bail!("--for-upstream looks at the source; leave out --metadata-only");
    }
    request.selection = Selection::only([attr.to_owned()]);
    request.keep_evidence = true;
    interrupt::begin(watch, args.what.time_left())?;
    let report = engine::scan(&request, watch)?;
    if watch.is_ended() {
        return Ok(ExitCode::from(INTERRUPTED));
    }
    match (report.packages.first(), report.rest.first()) {
        (Some(package), _) => ask(package),
        (None, Some(rest)) => cannot(&rest.name, &rest.why),
        (None, None) => {
            bail!("{attr}: {} has no such attribute; `clarity scan` without --attr lists what there is", report.tree)
        }
    }
}

fn ask(report: &PackageReport) -> anyhow::Result<ExitCode> {
    let attr = &report.package.attr.0;
    match (&report.outcome, &report.evidence) {
        (Outcome::Audited(Some(judged)), Some(evidence)) => {
            match fix::question(&report.package, &report.declared, judged, evidence) {
                Some(question) => {
                    stream::to_stdout(Escape::Text, Style::default(), |out| out.write_all(question.as_bytes()))?
                }
                None => return nothing_open(attr, judged),
            }
            Ok(ExitCode::SUCCESS)
        }
        (Outcome::Skipped(why) | Outcome::Failed(why), _) => cannot(attr, &why.text),
        (Outcome::Audited(_), _) => cannot(attr, "its source was not looked at"),
    }
}

fn nothing_open(attr: &str, judged: &Judged) -> anyhow::Result<ExitCode> {
    match &*judged.conclusion {
        Conclusion::NoAssertion(why) => cannot(attr, &why.to_string()),
        Conclusion::Concluded(concluded) => {
            stream::remark(&format!("{attr}: nothing is open, the source says {}", concluded.expr));
            Ok(ExitCode::SUCCESS)
        }
        _ => Ok(ExitCode::SUCCESS),
    }
}

/// A source that was not looked at is not for upstream to answer.
fn cannot(attr: &str, why: &str) -> anyhow::Result<ExitCode> {
    stream::remark(&format!("{attr}: cannot tell what to ask: {why}"));
    Ok(ExitCode::from(FOUND))
}
