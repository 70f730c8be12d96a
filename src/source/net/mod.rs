//! The network: one file from one url, whatever it takes.
//!
//! A download is written to a file that outlives it, and goes on where it stopped: after a cut connection, a stalled
//! one, or a killed process. Nothing is believed but the hash, which is not checked here. Nobody is asked too often:
//! requests per host are bounded, `Retry-After` is honoured, and a host that keeps failing is given up for the run.

mod address;
mod headers;
mod hosts;
mod request;

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

pub use address::PrivateHosts;
pub use headers::Headers;
use hosts::Hosts;
pub use hosts::Permit;
use request::{Answer, Requests};

use super::urls;
use crate::text::regular::{self, Links};

/// How the network is used.
#[derive(Clone, Debug)]
pub struct NetOptions {
    /// Requests to one host at a time.
    pub per_host: usize,
    /// Tries for one url that bring no new byte.
    pub attempts: u32,
    /// Failed urls in a row after which a host is given up.
    pub host_failures: u32,
    /// The pause after the first failure; it doubles, and a random part is added.
    pub backoff: Duration,
    /// The longest pause that is made, also when `Retry-After` asks for more.
    pub longest_pause: Duration,
    /// How long to wait for a connection.
    pub connect: Duration,
    /// How long to wait for the next bytes.
    pub stall: Duration,
    /// The largest file that is downloaded, in bytes.
    pub max_bytes: u64,
    /// Redirects that are followed.
    pub redirects: usize,
    /// Hosts that may have an address that is not public.
    pub private: PrivateHosts,
    /// Bytes per second that a server must send on average, looked at once every `stall`.
    pub least_rate: u64,
    /// Tries for one url, also such that bring new bytes.
    pub most_tries: u32,
    /// The most time for all tries for one url, and for a clone.
    pub most_time: Duration,
}

impl Default for NetOptions {
    fn default() -> Self {
        NetOptions {
            per_host: 4,
            attempts: 4,
            host_failures: 3,
            backoff: Duration::from_millis(500),
            longest_pause: Duration::from_secs(60),
            connect: Duration::from_secs(15),
            stall: Duration::from_secs(60),
            max_bytes: 16 << 30,
            redirects: 10,
            private: PrivateHosts::default(),
            // A modem of 56 kbit/s is faster; a server that sends one byte a minute is not.
            least_rate: 4 << 10,
            most_tries: 30,
            most_time: Duration::from_secs(2 * 60 * 60),
        }
    }
}

/// Why a url gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum NetError {
    /// The server says that it is not there (or not for us).
    #[error("{url}: HTTP {status}")]
    Status {
        /// The url.
        url: String,
        /// The status.
        status: u16,
    },
    /// It failed in a way that may pass.
    #[error("{url}: {why}")]
    Failed {
        /// The url.
        url: String,
        /// Last event.
        why: String,
    },
    /// Asking again will not help: TLS, too many redirects, a url that cannot be asked.
    #[error("{url}: {why}")]
    Refused {
        /// The url.
        url: String,
        /// Why.
        why: String,
    },
    /// The host was given up.
    #[error("{host} was given up ({why})")]
    GivenUp {
        /// The host.
        host: String,
        /// Last action.
        why: String,
    },
    /// The file could not be written.
    #[error("{0}")]
    Disk(io::Error),
    /// The run was ended.
    #[error("cancelled")]
    Cancelled,
}

/// Traffic, for progress.
#[derive(Debug, Default)]
pub struct Traffic {
    /// Bytes received.
    pub bytes: AtomicU64,
    /// Requests sent.
    pub requests: AtomicU64,
}

/// A client for all threads.
pub struct Net {
    requests: Requests,
    hosts: Hosts,
    options: NetOptions,
    cancel: Arc<AtomicBool>,
    /// Traffic so far.
    pub traffic: Traffic,
}

/// Result of one try.
enum Try {
    Whole,
    // Worth another try, perhaps not before a pause.
    Again { why: String, pause: Option<Duration> },
}

impl Net {
    /// A client; `cancel` ends its waits and downloads.
    pub fn new(options: NetOptions, cancel: Arc<AtomicBool>) -> Net {
        Net {
            requests: Requests::new(&options),
            hosts: Hosts::new(options.per_host, options.host_failures),
            options,
            cancel,
            traffic: Traffic::default(),
        }
    }

    /// Waits until one more request to `host` may run, for those who ask it with a program of their own.
    pub fn enter(&self, host: &str) -> Result<Permit, NetError> {
        self.hosts.enter(host, &self.cancel)
    }

    /// Set when the run is cancelled.
    pub fn cancel(&self) -> &AtomicBool {
        &self.cancel
    }

    /// Where `url` leads after its redirects. Who holds the right to ask a host already does not wait for it again.
    pub fn destination(&self, url: &str, held: Option<&Permit>) -> Result<String, NetError> {
        let answer = self.ask_beside(url, 0, "*/*", held)?;
        Ok(answer.body.url)
    }

    /// How the network is used.
    pub fn options(&self) -> &NetOptions {
        &self.options
    }

    /// The hosts that are being asked now.
    pub fn busy(&self) -> Vec<String> {
        self.hosts.busy()
    }

    /// The hosts that were given up, with what each did last.
    pub fn given_up(&self) -> std::collections::BTreeMap<String, String> {
        self.hosts.given_up()
    }

    /// Notes that `host` answers.
    pub fn succeeded(&self, host: &str) {
        self.hosts.succeeded(host);
    }

    /// Notes that `host` does not answer.
    pub fn failed(&self, host: &str, why: &str) {
        self.hosts.failed(host, why);
    }

    /// Downloads `url` to `target`, going on where `target` ends.
    pub fn download(&self, url: &str, target: &Path) -> Result<(), NetError> {
        let url = urls::without_credentials(url);
        let host = self.host_of(&url)?;
        let mut barren = 0;
        let mut tries = 0;
        let begun = Instant::now();
        loop {
            tries += 1;
            let before = size_of(target);
            match self.try_once(&url, target) {
                Ok(Try::Whole) => {
                    self.hosts.succeeded(&host);
                    return Ok(());
                }
                Ok(Try::Again { why, pause }) => {
                    barren = if size_of(target) > before { 0 } else { barren + 1 };
                    let is_hopeless = barren >= self.options.attempts
                        || pause.is_some_and(|pause| pause > self.options.longest_pause)
                        || tries >= self.options.most_tries
                        || begun.elapsed() >= self.options.most_time;
                    if is_hopeless {
                        self.hosts.failed(&host, &why);
                        return Err(NetError::Failed { url, why });
                    }
                    self.pause(barren, pause)?;
                }
                Err(error) => {
                    match &error {
                        NetError::Status { .. } => self.hosts.succeeded(&host),
                        NetError::Refused { why, .. } => self.hosts.failed(&host, why),
                        _ => {}
                    }
                    return Err(error);
                }
            }
        }
    }

    /// The body of `url`, which must be short: an index, a narinfo.
    pub fn text(&self, url: &str, accept: &str, scratch: &Path, max: u64) -> Result<String, NetError> {
        let url = urls::without_credentials(url);
        let _ = std::fs::remove_file(scratch);
        let limited = |size: u64| size <= max;
        self.fetch_text(&url, accept, scratch)?;
        let read = if limited(size_of(scratch)) { std::fs::read(scratch) } else { Err(io::Error::other("too long")) };
        let _ = std::fs::remove_file(scratch);
        let bytes = read.map_err(|error| NetError::Failed { url, why: error.to_string() })?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn fetch_text(&self, url: &str, accept: &str, scratch: &Path) -> Result<(), NetError> {
        let host = self.host_of(url)?;
        for attempt in 1..=self.options.attempts {
            let why = match self.ask(url, 0, accept)? {
                Answer { status: 200, body, .. } => match self.save(body, None, scratch, 0)? {
                    Try::Whole => return Ok(()),
                    Try::Again { why, .. } => why,
                },
                answer if answer.is_passing() => format!("HTTP {}", answer.status),
                answer => return Err(NetError::Status { url: url.to_owned(), status: answer.status }),
            };
            if attempt == self.options.attempts {
                self.hosts.failed(&host, &why);
                return Err(NetError::Failed { url: url.to_owned(), why });
            }
            self.pause(attempt, None)?;
        }
        Err(NetError::Failed { url: url.to_owned(), why: "no attempt is allowed".to_owned() })
    }

    fn host_of(&self, url: &str) -> Result<String, NetError> {
        let refused = |why: &str| NetError::Refused { url: url.to_owned(), why: why.to_owned() };
        if !url.starts_with("http://") && !url.starts_with("https://") {
            return Err(refused("only http and https are asked"));
        }
        urls::host(url).ok_or_else(|| refused("has no host"))
    }

    fn try_once(&self, url: &str, target: &Path) -> Result<Try, NetError> {
        let have = size_of(target);
        let answer = match self.ask(url, have, "*/*") {
            Ok(answer) => answer,
            Err(NetError::Failed { why, .. }) => return Ok(Try::Again { why, pause: None }),
            Err(error) => return Err(error),
        };
        match answer.status {
            200 => {
                remove(target)?;
                self.save(answer.body, answer.headers.len, target, 0)
            }
            206 if answer.headers.range_start == Some(have) => self.save(answer.body, answer.headers.len, target, have),
            // The bytes at hand are complete, or do not fit this server's file.
            416 if have > 0 && answer.headers.range_total == Some(have) => Ok(Try::Whole),
            206 | 416 => {
                remove(target)?;
                Ok(Try::Again { why: "answered with another range than was asked for".to_owned(), pause: None })
            }
            status if answer.is_passing() => {
                Ok(Try::Again { why: format!("HTTP {status}"), pause: answer.headers.retry_after })
            }
            status => Err(NetError::Status { url: url.to_owned(), status }),
        }
    }

    /// The answer to a request, redirects followed; each host on the way counts for itself.
    fn ask(&self, url: &str, from: u64, accept: &str) -> Result<Answer, NetError> {
        self.ask_beside(url, from, accept, None)
    }

    fn ask_beside(&self, url: &str, from: u64, accept: &str, held: Option<&Permit>) -> Result<Answer, NetError> {
        let mut at = url.to_owned();
        for _ in 0..=self.options.redirects {
            let host = self.host_of(&at)?;
            let is_held = held.is_some_and(|held| held.is_for(&host));
            let permit = if is_held { None } else { Some(self.hosts.enter(&host, &self.cancel)?) };
            self.traffic.requests.fetch_add(1, Ordering::Relaxed);
            let mut answer = self.requests.get(&at, from, accept)?;
            let Some(location) = answer.headers.location.take() else {
                answer.permit = permit;
                return Ok(answer);
            };
            let refused =
                || NetError::Refused { url: at.clone(), why: "redirects to something that is no url".to_owned() };
            at = urls::without_credentials(&urls::join(&at, &location).ok_or_else(refused)?);
        }
        let why = format!("redirects more than {} times", self.options.redirects);
        Err(NetError::Refused { url: url.to_owned(), why })
    }

    fn save(&self, mut body: request::Body, len: Option<u64>, target: &Path, from: u64) -> Result<Try, NetError> {
        let mut file = open_partial(target).map_err(NetError::Disk)?;
        let mut buffer = vec![0; 1 << 16];
        let mut received = 0;
        let mut rate = Rate::new(&self.options);
        loop {
            if self.cancel.load(Ordering::Relaxed) {
                return Err(NetError::Cancelled);
            }
            let count = match body.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) => return Ok(Try::Again { why: request::explain_io(&error), pause: None }),
            };
            file.write_all(&buffer[..count]).map_err(NetError::Disk)?;
            received += count as u64;
            self.traffic.bytes.fetch_add(count as u64, Ordering::Relaxed);
            if from + received > self.options.max_bytes {
                remove(target)?;
                let why = format!("sends more than {} bytes", self.options.max_bytes);
                return Err(NetError::Refused { url: body.url.clone(), why });
            }
            if rate.is_too_low(count as u64) {
                let why = format!("sends less than {} bytes a second", self.options.least_rate);
                return Ok(Try::Again { why, pause: None });
            }
        }
        match len {
            Some(len) if received < len => {
                Ok(Try::Again { why: format!("ended after {received} of {len} bytes"), pause: None })
            }
            _ => Ok(Try::Whole),
        }
    }

    fn pause(&self, attempt: u32, asked: Option<Duration>) -> Result<(), NetError> {
        let backoff = self.options.backoff.saturating_mul(1 << attempt.saturating_sub(1).min(10));
        let pause = asked.unwrap_or(backoff).min(self.options.longest_pause) + jitter(self.options.backoff);
        let until = Instant::now() + pause;
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            if self.cancel.load(Ordering::Relaxed) {
                return Err(NetError::Cancelled);
            }
            std::thread::sleep(left.min(Duration::from_millis(50)));
        }
        Ok(())
    }
}

/// A random part of `most`, so that many clients do not come back together.
fn jitter(most: Duration) -> Duration {
    use std::hash::{BuildHasher, RandomState};
    most.mul_f64(f64::from(RandomState::new().hash_one(0) as u32) / f64::from(u32::MAX))
}

/// How fast a server sends, measured from one look to the next.
struct Rate {
    least: u64,
    every: Duration,
    since: Instant,
    bytes: u64,
}

impl Rate {
    fn new(options: &NetOptions) -> Rate {
        Rate { least: options.least_rate, every: options.stall, since: Instant::now(), bytes: 0 }
    }

    /// Counts `bytes` more; true where a look is due and too few came since the last.
    fn is_too_low(&mut self, bytes: u64) -> bool {
        self.bytes += bytes;
        let passed = self.since.elapsed();
        if passed < self.every {
            return false;
        }
        let is_low = (self.bytes as f64) < self.least as f64 * passed.as_secs_f64();
        (self.since, self.bytes) = (Instant::now(), 0);
        is_low
    }
}

/// The file of a download, at its end. It is a regular file of its own: a link that somebody put there is not followed,
/// and what else lies there is not written to.
fn open_partial(target: &Path) -> io::Result<File> {
    match regular::open(target, Links::Refused) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => File::create_new(target),
        Err(error) => Err(error),
        Ok(_) => OpenOptions::new().append(true).open(target),
    }
}

fn size_of(path: &Path) -> u64 {
    std::fs::symlink_metadata(path).ok().filter(std::fs::Metadata::is_file).map_or(0, |meta| meta.len())
}

fn remove(path: &Path) -> Result<(), NetError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(NetError::Disk(error)),
        _ => Ok(()),
    }
}
