//! `clarity fix`: a scan, a plan, and the edited checkout evaluated again until nothing in it is a surprise.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::thread;

use crate::check::Finding;
use crate::fix::{self, Case, Declarations, Plan};
use crate::nix;
use crate::report::Report;
use crate::text::RelPath;
use crate::tree::Checkout;
use crate::triage::State;

use super::Watch;
use super::scan::{Found, Request, ScanError, declarations, scan_checkout};

/// What a scan found, and what can be done about it.
#[derive(Debug)]
pub struct Proposal {
    /// The root of the checkout.
    pub root: PathBuf,
    /// The scan.
    pub report: Report,
    /// The fixes, each of them evaluated.
    pub plan: Plan,
}

/// Scans a checkout and plans the fixes of what counts. Nothing is written.
pub fn propose(request: &Request, options: &fix::Options, watch: &Watch) -> Result<Proposal, ScanError> {
    let checkout = Checkout::open(&request.path, &request.tree)?;
    let report = scan_checkout(&checkout, request, watch)?;
    watch.stage("planning");
    let all = declarations(&checkout, request, watch);
    let findings = counting(&report);
    let cases: Vec<Case<'_>> = all.iter().map(|found| case(found, &findings)).collect();
    let table = checkout.license_table();
    let mut plan = with_stack(|| fix::plan(&checkout, &cases, &table, options));
    let before = by_attr(&all);
    while !plan.fixes.is_empty() && !watch.is_ended() {
        watch.stage("evaluating the edited checkout");
        let texts: Vec<(RelPath, String)> = plan.files().map(|(file, _, after)| (file.clone(), after)).collect();
        let edited = checkout.with_texts(texts.iter().map(|(file, text)| (file, text.as_str())));
        let after = by_attr(&declarations(&edited, request, watch));
        if fix::verify(&mut plan, &before, &after, &table) {
            break;
        }
    }
    if watch.is_ended() {
        // What was not evaluated again is not offered.
        plan.fixes.clear();
    }
    watch.finish();
    Ok(Proposal { root: checkout.root().to_owned(), report, plan })
}

/// The findings that count, by package.
fn counting(report: &Report) -> BTreeMap<&str, Vec<&Finding>> {
    let mut findings: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for located in report.findings().filter(|located| located.state == State::New) {
        findings.entry(&located.finding.attr.0).or_default().push(&located.finding);
    }
    findings
}

fn case<'c>((package, declared): &'c Found, findings: &BTreeMap<&str, Vec<&'c Finding>>) -> Case<'c> {
    Case { package, declared, findings: findings.get(package.attr.0.as_str()).cloned().unwrap_or_default() }
}

fn by_attr(all: &[Found]) -> Declarations {
    all.iter().map(|(package, declared)| (package.attr.clone(), declared.clone())).collect()
}

/// Runs `work` with room for deeply nested files.
fn with_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let deep = thread::Builder::new().stack_size(nix::STACK).spawn_scoped(scope, work);
        deep.expect("a thread can be had: the evaluator had some")
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
