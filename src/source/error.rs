//! Why a source could not be had.

use std::io;
use std::path::Path;

use super::archive::ArchiveError;
use super::hash::{BadHash, FixedHash};
use super::links;
use crate::store::StoreError;

/// Why a source could not be had: one line that says what to do. It names the source where the fault is in that one;
/// what holds for many packages alike reads the same for all of them, so that reports say it once.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// Nothing local has it, and the network was not to be asked.
    #[error("source not available locally; {why}")]
    NotAtHand {
        /// Where it was looked for, and what to do.
        why: String,
    },
    /// Its fetcher does what clarity does not do.
    #[error("its source is not fetched: {fetcher} {why}")]
    Unfetchable {
        /// The fetcher.
        fetcher: String,
        /// Effect, and the alternative.
        why: String,
    },
    /// There is nothing to verify it against.
    #[error("{what}: {}", unverifiable(.hash))]
    Unverifiable {
        /// The source.
        what: String,
        /// Flaw of the hash.
        hash: BadHash,
    },
    /// It is not what the package declares.
    #[error(
        "{what}: hash mismatch, declared {want}, got {got} from {from}; upstream changed the file, or the package is wrong"
    )]
    HashMismatch {
        /// The source.
        what: String,
        /// Declaration of the package.
        want: FixedHash,
        /// Result.
        got: FixedHash,
        /// Where.
        from: String,
    },
    /// The source found in a folder of `--sources` is not the declared one.
    #[error(
        "{what}: hash mismatch, declared {want}, got {got} from {from}; put the declared source there, or use this one as \
         unverified with --trust-sources"
    )]
    Differs {
        /// The source.
        what: String,
        /// Declaration of the package.
        want: FixedHash,
        /// Result.
        got: FixedHash,
        /// Where.
        from: String,
    },
    /// No url has it.
    #[error("{what}: not found {}; the last said {last}", tried_urls(*tried))]
    NotFound {
        /// The source.
        what: String,
        /// Number of urls.
        tried: usize,
        /// The last answer, with its url.
        last: String,
    },
    /// The network did not do what it should.
    #[error("{what}: {why}; try again, or put the file into a folder for --sources")]
    Network {
        /// The source.
        what: String,
        /// Error, with the url.
        why: String,
    },
    /// Its host failed too often in this run.
    #[error("{host} was given up in this run ({why}); try again later, or name a mirror under [fetch] in clarity.toml")]
    HostGivenUp {
        /// The host.
        host: String,
        /// Last action.
        why: String,
    },
    /// A link of the checkout leads out of it.
    #[error("its source `{what}` {why}; a link of the checkout is followed inside of it only")]
    Outside {
        /// The source.
        what: String,
        /// Where it leads.
        why: links::Leaves,
    },
    /// It cannot be read as an archive, or is refused.
    #[error("{what}: {error}")]
    Archive {
        /// The source.
        what: String,
        /// Why.
        error: ArchiveError,
    },
    /// Its binary cache has it, and nobody who is trusted vouches for it.
    #[error(
        "{what}: {url} carries no signature that holds of a key in `binary_cache_keys`; name its key, or pass --fetch"
    )]
    Unsigned {
        /// The source.
        what: String,
        /// The narinfo.
        url: String,
    },
    /// The file system refused.
    #[error("{path}: {what}: {error}; check its permissions, or leave the package out")]
    Io {
        /// The name of the file or folder; where it lies is not said.
        path: String,
        /// Attempts.
        what: &'static str,
        /// Why it did not work.
        error: io::Error,
    },
    /// The cache refused.
    #[error("{}", .0.without_place())]
    Store(#[from] StoreError),
    /// A tool that was needed did not do it.
    #[error("{what}: {tool} {why}")]
    Tool {
        /// The source.
        what: String,
        /// The tool.
        tool: &'static str,
        /// Message.
        why: String,
    },
    /// The run was ended.
    #[error("{0}: cancelled")]
    Cancelled(String),
}

impl SourceError {
    pub(super) fn io(path: &Path, what: &'static str) -> impl FnOnce(io::Error) -> SourceError {
        move |error| SourceError::Io { path: links::named(path), what, error }
    }

    pub(super) fn archive(what: &str) -> impl FnOnce(ArchiveError) -> SourceError {
        move |error| SourceError::Archive { what: what.to_owned(), error }
    }

    /// True where clarity chose not to get the source, false where it could not.
    pub fn is_skipped(&self) -> bool {
        matches!(
            self,
            SourceError::NotAtHand { .. } | SourceError::Unfetchable { .. } | SourceError::Unverifiable { .. }
        )
    }
}

fn unverifiable(hash: &BadHash) -> String {
    match hash {
        BadHash::Absent => {
            "declares no hash that is known, so nothing could be verified; pass --sources DIR to use what you have, unverified".to_owned()
        }
        BadHash::Fake => "declares a placeholder hash (`lib.fakeHash` or empty); put the real one in".to_owned(),
        BadHash::Malformed(text) => format!("declares `{text}`, which is not a hash; correct it"),
    }
}
/// Where a file was looked for in vain.
fn tried_urls(count: usize) -> String {
    if count == 1 { "at its url".to_owned() } else { format!("at any of its {count} urls") }
}
