//! One package: its sources acquired, looked at, and judged.

use std::sync::Arc;

use crate::check::{self, Earlier, Finding, Judged, Subject};
use crate::conclusion::{Linked, conclude, prebuilt, restrictions, unknown_texts};
use crate::declared::Declared;
use crate::evidence::{Curated, Evidence, curate};
use crate::kept::MissedSource;
use crate::report::{Outcome, Why, WhyKind};
use crate::source::{FixedHash, Identity, SourceTree, Verification};
use crate::table::LicenseTable;
use crate::text::RelPath;
use crate::text::stop::{self, Stop};
use crate::tree::{Checkout, Package, SourceRef};
use crate::verdict::{Outline, compare};

use super::Watch;
use super::acquire::{Acquired, Missed, OwnSource, folders};
use super::audit::{Audit, Seen};
use super::compared::compared;
use super::conclusions::Conclusions;
use super::in_flight::InFlight;
use super::patches::{named, patched};
use super::recall::Recall;
use super::request::Request;
use super::source_scan::Stopped;
use super::surveyed::Found;
use super::vendored::looked_at;

/// Looks at packages, one at a time; shared by all threads of a run.
pub(super) struct Inspector<'r> {
    pub(super) checkout: &'r Checkout,
    pub(super) request: &'r Request,
    pub(super) watch: &'r Watch,
    pub(super) table: &'r LicenseTable,
    pub(super) recall: Recall<'r>,
    pub(super) in_flight: &'r InFlight,
    pub(super) conclusions: &'r Conclusions,
}

impl Inspector<'_> {
    /// Conclusions for the sources of the package.
    pub(super) fn audit(&self, found: &Found, acquired: Acquired) -> Audit {
        let clock = Stop::new(self.watch.cancel(), self.request.time_limit);
        stop::under(Some(clock), || self.audit_in_time(found, acquired))
    }

    fn audit_in_time(&self, (package, declared): &Found, acquired: Acquired) -> Audit {
        let own = match acquired.own {
            Ok(own) if own.is_empty() => return Audit::without_source(Outcome::Skipped(no_source(package))),
            Ok(own) => own,
            Err(Missed::Stopped(over)) => return Audit::unseen(self.stopped(&over.into())),
            Err(Missed::Source(error)) if error.is_skipped() => {
                return Audit::unseen(Outcome::Skipped(Why::from(&error)));
            }
            Err(Missed::Source(error)) => return Audit::unseen(Outcome::Failed(Why::from(&error))),
            Err(Missed::Told(missed)) => return Audit::unseen(told(&missed)),
        };
        let mut gathered = Vec::new();
        for (index, (one, folder)) in own.iter().zip(folders(&own)).enumerate() {
            match self.look(one.identity(), &|| self.recall.own(package, index, one)) {
                // Equal bytes may be declared by one package and not by another.
                Ok(evidence) => {
                    let evidence = Evidence { verification: one.verification(), ..evidence };
                    gathered.push((folder, evidence));
                }
                Err(outcome) => return Audit::unseen(outcome),
            }
        }
        let look = |tree: &SourceTree| {
            let evidence = self.look(&tree.identity, &|| self.recall.brought(package, tree))?;
            Ok(Evidence { verification: tree.verification, ..evidence })
        };
        let copies = looked_at(package, acquired.brought, &look);
        let linked = copies.linked();
        let apart = copies.rows;
        let (evidence, unread) = patched(package, joined(gathered), self.checkout, self.recall.detector);
        let evidence = Evidence { flags: package.flags.clone(), ..evidence };
        let evidence = evidence.without(&package.removed).with_copies(copies.seen);
        let hashes = declared_hashes(package);
        let curated = Curated { attr: &package.attr.0, hashes: &hashes };
        let used = self.request.curations.used(&evidence, curated);
        let evidence = curate(evidence, curated, &self.request.curations);
        let outcome = self.judge(package, declared, (&evidence, linked), &unread);
        let outline = self.request.since.is_some().then(|| Outline::of(&evidence));
        let trees = own.iter().filter_map(OwnSource::tree).filter(|_| self.request.keep_evidence);
        let found = trees.map(|tree| tree.origin.to_string()).collect();
        let seen = Seen { used, outline, apart, found, ..Seen::of(&evidence) };
        let compared = match &outcome {
            Outcome::Audited(Some(judged)) if self.request.compare_texts => {
                compared(&own, judged, &evidence, self.recall.detector)
            }
            _ => Vec::new(),
        };
        let evidence = self.request.keep_evidence.then_some(evidence);
        Audit { outcome, seen: Some(Box::new(Seen { evidence, compared, ..seen })) }
    }

    /// Evidence of a source that other packages of the run may have looked at.
    fn look(&self, identity: &Identity, recall: &dyn Fn() -> Result<Evidence, Stopped>) -> Result<Evidence, Outcome> {
        match self.in_flight.seen(identity, || recall().map(Arc::new)) {
            Ok(evidence) => Ok(Arc::unwrap_or_clone(evidence)),
            Err(stop) => Err(self.stopped(&stop)),
        }
    }

    fn judge(
        &self,
        package: &Package,
        declared: &Declared,
        (evidence, linked): (&Evidence, Vec<Linked>),
        unread: &[&str],
    ) -> Outcome {
        let root = package.built_part();
        let conclusion = self.conclusions.share(named(conclude(evidence, &root), unread));
        Outcome::Audited(Some(Box::new(Judged {
            verdict: compare(declared, &conclusion, self.table),
            conclusion,
            prebuilt: prebuilt(evidence, &root),
            unknown: unknown_texts(evidence, &root),
            restricted: restrictions(evidence, &root),
            linked,
            verification: evidence.verification,
        })))
    }

    fn stopped(&self, stop: &Stopped) -> Outcome {
        match stop {
            Stopped::Ended => Outcome::Skipped(not_its_turn()),
            Stopped::Broken(why) => Outcome::Failed(Why::new(WhyKind::Unreadable, why)),
            Stopped::Late => {
                let limit = self.request.time_limit.as_secs();
                let why = format!("its source took longer than {limit} s to hash and read; raise --time-limit");
                Outcome::Failed(Why::new(WhyKind::Late, why))
            }
        }
    }
}

fn told(missed: &MissedSource) -> Outcome {
    let why = Why::new(WhyKind::named(&missed.kind), &missed.why);
    if missed.failed { Outcome::Failed(why) } else { Outcome::Skipped(why) }
}

/// The reason of a package that the run did not come to.
pub(super) fn not_its_turn() -> Why {
    Why::new(WhyKind::Ended, "the run was ended before its turn")
}

fn no_source(package: &Package) -> Why {
    match &package.source_unknown {
        Some(why) => Why::new(WhyKind::UnknownSource, format!("its source could not be evaluated: {why}")),
        None => Why::new(WhyKind::NoSource, "it has no source of its own"),
    }
}

fn declared_hashes(package: &Package) -> Vec<FixedHash> {
    let parsed = |source: &SourceRef| FixedHash::parse(source.hash.as_deref(), source.algo.as_deref()).ok();
    package.sources.iter().filter_map(parsed).collect()
}

/// The evidence of all sources as one tree, with the folder of each.
fn joined(parts: Vec<(RelPath, Evidence)>) -> Evidence {
    let mut all = Evidence { verification: Verification::Verified, ..Evidence::default() };
    for (folder, evidence) in parts {
        all.verification = all.verification.max(evidence.verification);
        all.files.extend(evidence.files.into_iter().filter_map(|mut file| {
            file.path = folder.join(file.path.as_str())?;
            Some(file)
        }));
    }
    all.files.sort_by(|a, b| a.path.cmp(&b.path));
    all
}

/// Findings about one package.
pub(super) fn findings(
    (package, declared): &Found,
    audit: &Audit,
    earlier: Earlier<'_>,
    table: &LicenseTable,
    checks: &check::Options,
) -> Vec<Finding> {
    let policy = checks.policy.as_ref();
    check::run(&Subject { package, declared, judged: audit.judged(), table, earlier, policy }, checks)
}
