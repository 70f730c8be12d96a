//! Evidence that several packages of a run share: kept until the last of them was judged, and not longer.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::evidence::Evidence;
use crate::source::{FixedHash, Identity};
use crate::tree::SourceRef;

use super::source_scan::Stopped;

/// State of one source.
pub(super) type Seen = Result<Arc<Evidence>, Stopped>;

/// Evidence of sources, for later users.
pub(super) struct InFlight {
    places: Mutex<BTreeMap<Identity, Place>>,
}

struct Place {
    seen: Arc<OnceLock<Seen>>,
    /// How many packages have yet to ask.
    left: usize,
}

impl InFlight {
    /// The evidence in flight for these sources, each as often as a package has it.
    pub(super) fn new<'s>(sources: impl Iterator<Item = &'s SourceRef>) -> InFlight {
        let mut places = BTreeMap::new();
        for source in sources {
            if let Ok(hash) = FixedHash::parse(source.hash.as_deref(), source.algo.as_deref()) {
                let place = places.entry(Identity { mode: source.mode, hash }).or_insert_with(Place::new);
                place.left += 1;
            }
        }
        InFlight { places: Mutex::new(places) }
    }

    /// Evidence of the source, or else the result of `look`: a second caller waits for the first.
    ///
    /// `look` must not ask the in_flight, and is not run where others wait for the same thread.
    pub(super) fn seen(&self, identity: &Identity, look: impl FnOnce() -> Seen) -> Seen {
        self.ask(identity).get_or_init(look).clone()
    }

    /// The place of the source; the last that asks takes it away. One that nobody announced stays.
    fn ask(&self, identity: &Identity) -> Arc<OnceLock<Seen>> {
        let mut places = self.lock();
        let place = places.entry(identity.clone()).or_insert_with(Place::new);
        if place.left == 1 {
            return places.remove(identity).map(|place| place.seen).unwrap_or_default();
        }
        place.left = place.left.saturating_sub(1);
        Arc::clone(&place.seen)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Identity, Place>> {
        // A thread that panics leaves whole places behind.
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    fn new() -> Place {
        Place { seen: Arc::default(), left: 0 }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;
    use std::time::Duration;

    use super::*;
    use crate::tree::HashMode;

    fn source(hash: &str) -> SourceRef {
        SourceRef {
            fetcher: "fetchurl".to_owned(),
            name: None,
            urls: Vec::new(),
            hash: Some(hash.to_owned()),
            algo: Some("sha256".to_owned()),
            mode: HashMode::Flat,
            rev: None,
            flags: Vec::new(),
            git: None,
            strip_root: true,
            root: None,
            local: None,
        }
    }

    #[test]
    fn evidence_is_looked_for_once_and_forgotten_after_the_last_that_asks() {
        let sources = [source(&"a".repeat(64)), source(&"a".repeat(64))];
        let in_flight = InFlight::new(sources.iter());
        let hash = FixedHash::parse(sources[0].hash.as_deref(), sources[0].algo.as_deref()).expect("a hash");
        let identity = Identity { mode: HashMode::Flat, hash };
        let mut looks = 0;
        let mut ask = || {
            let seen = in_flight.seen(&identity, || {
                looks += 1;
                Ok(Arc::default())
            });
            seen.expect("it was seen")
        };
        let (first, second) = (ask(), ask());
        assert!(Arc::ptr_eq(&first, &second));
        assert_eq!((looks, Arc::strong_count(&first), in_flight.lock().len()), (1, 2, 0));
    }

    #[test]
    fn packages_that_begin_at_once_on_one_source_read_it_once() {
        let sources: Vec<_> = (0..8).map(|_| source(&"b".repeat(64))).collect();
        let in_flight = InFlight::new(sources.iter());
        let hash = FixedHash::parse(sources[0].hash.as_deref(), sources[0].algo.as_deref()).expect("a hash");
        let identity = Identity { mode: HashMode::Flat, hash };
        let (looks, together) = (AtomicUsize::new(0), Barrier::new(sources.len()));
        thread::scope(|threads| {
            for _ in &sources {
                threads.spawn(|| {
                    together.wait();
                    in_flight.seen(&identity, || {
                        looks.fetch_add(1, Ordering::Relaxed);
                        thread::sleep(Duration::from_millis(50));
                        Ok(Arc::default())
                    })
                });
            }
        });
        assert_eq!(looks.into_inner(), 1);
    }
}
