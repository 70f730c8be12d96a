//! The threads of a run: sources are acquired on some, looked at on others, and answers come out in order.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use crate::report::Outcome;

use super::audit::Audit;
use super::package::{Acquired, Inspector, not_its_turn};
use super::request::ScanError;
use super::survey::Found;

/// Threads that wait for disks and servers; they do not compute.
const FETCHERS: usize = 12;
/// How often the bars show what came over the network, while nothing else happens.
const BEAT: Duration = Duration::from_millis(250);

/// The part of a run that looks at sources.
pub(super) struct Run<'r> {
    pub(super) inspector: Inspector<'r>,
    pub(super) packages: &'r [Found],
}

impl Run<'_> {
    /// One audit for each package, in their order. Sources are acquired on threads of their own behind a bounded
    /// queue; as many are read at a time as there are jobs, each on a thread of its own, the caller's among them: reading
    /// blocks.
    pub(super) fn audit_all(&self) -> Result<Vec<Audit>, ScanError> {
        self.inspector.watch.expect_packages(self.packages.len());
        let audits: Vec<OnceLock<Audit>> = self.packages.iter().map(|_| OnceLock::new()).collect();
        let next = AtomicUsize::new(0);
        let (send, receive) = mpsc::sync_channel(self.inspector.request.jobs * 2);
        let receive = Mutex::new(receive);
        let started = thread::scope(|threads| {
            let mut fetchers = (0..FETCHERS.min(self.packages.len().max(1))).map(|_| {
                let (send, next) = (send.clone(), &next);
                thread::Builder::new().spawn_scoped(threads, move || self.acquire_some(next, &send))
            });
            let started = fetchers.next().transpose().map(drop);
            // Fewer threads do the same work: the machine may not give all of them.
            fetchers.take_while(Result::is_ok).for_each(drop);
            drop(send);
            (1..self.inspector.request.jobs)
                .map(|_| thread::Builder::new().spawn_scoped(threads, || self.audit_some(&receive, &audits)))
                .take_while(Result::is_ok)
                .for_each(drop);
            self.audit_some(&receive, &audits);
            started
        });
        started.map_err(ScanError::Workers)?;
        let ended = || Audit::unseen(Outcome::Skipped(not_its_turn()));
        Ok(audits.into_iter().map(|audit| audit.into_inner().unwrap_or_else(ended)).collect())
    }

    fn audit_some(&self, receive: &Mutex<mpsc::Receiver<(usize, Acquired)>>, audits: &[OnceLock<Audit>]) {
        loop {
            let received = receive.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(BEAT);
            self.inspector.watch.received(self.inspector.sources.traffic().bytes);
            match received {
                Ok((index, acquired)) => {
                    let _ = audits[index].set(self.inspector.audit(&self.packages[index], acquired));
                    self.inspector.watch.package_done();
                }
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn acquire_some(&self, next: &AtomicUsize, send: &mpsc::SyncSender<(usize, Acquired)>) {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some((package, _)) = self.packages.get(index) else { return };
            if self.inspector.watch.is_ended() || send.send((index, self.inspector.acquire(package))).is_err() {
                return;
            }
        }
    }
}
