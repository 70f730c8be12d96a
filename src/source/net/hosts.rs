//! State of each host: running requests, failures.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::NetError;

#[derive(Debug, Default)]
struct Host {
    running: usize,
    failures: u32,
    last: String,
}

/// All hosts of a run.
#[derive(Debug)]
pub(super) struct Hosts {
    inner: Arc<Inner>,
    per_host: usize,
    most_failures: u32,
}

#[derive(Debug, Default)]
struct Inner {
    hosts: Mutex<BTreeMap<String, Host>>,
    freed: Condvar,
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Host>> {
        // Counters stay right when a thread panics: its permit is dropped on the way out.
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to have one request run; given back when dropped.
#[derive(Debug)]
pub struct Permit {
    inner: Arc<Inner>,
    host: String,
}

impl Permit {
    /// True where the request goes to `host`.
    pub(super) fn is_for(&self, host: &str) -> bool {
        self.host == host
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(host) = self.inner.lock().get_mut(&self.host) {
            host.running -= 1;
        }
        self.inner.freed.notify_all();
    }
}

impl Hosts {
    pub(super) fn new(per_host: usize, most_failures: u32) -> Hosts {
        Hosts { inner: Arc::default(), per_host: per_host.max(1), most_failures: most_failures.max(1) }
    }

    /// Waits until a request to `host` may run.
    pub(super) fn enter(&self, name: &str, cancel: &AtomicBool) -> Result<Permit, NetError> {
        let mut hosts = self.inner.lock();
        loop {
            if cancel.load(Ordering::Relaxed) {
                return Err(NetError::Cancelled);
            }
            let host = hosts.entry(name.to_owned()).or_default();
            if host.failures >= self.most_failures {
                return Err(NetError::GivenUp { host: name.to_owned(), why: host.last.clone() });
            }
            if host.running < self.per_host {
                host.running += 1;
                return Ok(Permit { inner: Arc::clone(&self.inner), host: name.to_owned() });
            }
            // Looks up now and then, because nobody wakes it when the run is cancelled.
            let waited = self.inner.freed.wait_timeout(hosts, Duration::from_millis(100));
            hosts = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The hosts that are being asked.
    pub(super) fn busy(&self) -> Vec<String> {
        self.inner.lock().iter().filter(|(_, host)| host.running > 0).map(|(name, _)| name.clone()).collect()
    }

    /// The hosts that were given up, with what each did last.
    pub(super) fn given_up(&self) -> BTreeMap<String, String> {
        let hosts = self.inner.lock();
        let given_up = hosts.iter().filter(|(_, host)| host.failures >= self.most_failures);
        given_up.map(|(name, host)| (name.clone(), host.last.clone())).collect()
    }

    pub(super) fn succeeded(&self, name: &str) {
        if let Some(host) = self.inner.lock().get_mut(name) {
            host.failures = 0;
        }
    }

    pub(super) fn failed(&self, name: &str, why: &str) {
        let mut hosts = self.inner.lock();
        let host = hosts.entry(name.to_owned()).or_default();
        host.failures += 1;
        host.last = why.to_owned();
    }
}
