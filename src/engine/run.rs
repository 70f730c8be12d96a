//! The threads of a run: sources are acquired on some, looked at on others, and answers come out in order.

use std::sync::{Arc, Mutex, OnceLock, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use crate::report::{Outcome, Why, WhyKind};
use crate::tree::Package;

use super::acquire::{Acquired, Feed, Fetchers};
use super::audit::Audit;
use super::package::{Inspector, not_its_turn};
use super::request::ScanError;

/// How often the bars show what came over the network, while nothing else happens.
const BEAT: Duration = Duration::from_millis(250);

/// The part of a run that looks at sources.
pub(super) struct Run<'r> {
    pub(super) inspector: Inspector<'r>,
    pub(super) feed: Arc<Feed>,
}

type Queue = Mutex<mpsc::Receiver<(usize, Acquired)>>;

impl Run<'_> {
    /// One audit for each package, in their order. Sources are acquired on threads of their own behind a bounded
    /// queue; as many are read at a time as there are jobs, each on a thread of its own, the caller's among them: reading
    /// blocks.
    pub(super) fn audit_all(&self) -> Result<Vec<Audit>, ScanError> {
        let Inspector { watch, request, .. } = self.inspector;
        let packages = &self.feed.packages;
        watch.expect_packages(packages.len());
        let audits: Vec<OnceLock<Audit>> = packages.iter().map(|_| OnceLock::new()).collect();
        let (send, receive) = mpsc::sync_channel(request.jobs * 2);
        let fetchers = Fetchers::start(&self.feed, send).map_err(ScanError::Workers)?;
        let receive = Mutex::new(receive);
        thread::scope(|threads| {
            // Fewer threads do the same work: the machine may not give all of them.
            (1..request.jobs)
                .map(|_| thread::Builder::new().spawn_scoped(threads, || self.audit_some(&receive, &audits)))
                .take_while(Result::is_ok)
                .for_each(drop);
            self.audit_some(&receive, &audits);
        });
        // Who still has something to send learns that nobody takes it.
        drop(receive);
        fetchers.finish(watch);
        let ended = || Audit::unseen(Outcome::Skipped(not_its_turn()));
        let audits = audits.into_iter().map(|audit| audit.into_inner().unwrap_or_else(ended));
        Ok(audits.zip(packages.iter()).map(|(audit, (package, _))| self.settled(audit, package)).collect())
    }

    /// A host that was given up is one reason for all its packages, whichever was asked first.
    fn settled(&self, mut audit: Audit, package: &Package) -> Audit {
        if let Outcome::Failed(why) = &mut audit.outcome
            && why.kind == WhyKind::Download
            && let Some(error) = package.sources.iter().find_map(|source| self.feed.sources.given_up(source))
        {
            *why = Why::from(&error);
        }
        audit
    }

    fn audit_some(&self, receive: &Queue, audits: &[OnceLock<Audit>]) {
        let watch = self.inspector.watch;
        while !watch.is_ended() {
            let received = receive.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(BEAT);
            let traffic = self.feed.sources.traffic();
            watch.received(traffic.bytes, &traffic.hosts);
            match received {
                Ok((index, acquired)) => {
                    let _ = audits[index].set(self.inspector.audit(&self.feed.packages[index], acquired));
                    watch.package_done();
                }
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => return,
            }
        }
    }
}
