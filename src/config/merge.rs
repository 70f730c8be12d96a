//! Several configurations as one.

use crate::evidence::Curations;

use super::file::{Fetch, Limits};
use super::{Config, Statements};

impl Config {
    /// This configuration, and `weaker` where this one says nothing.
    pub(super) fn before(self, weaker: Config) -> Config {
        let (fetch, limits) = (self.fetch.clone().or(weaker.fetch.clone()), self.limits.clone().or(&weaker.limits));
        let time_limit = self.time_limit.or(weaker.time_limit);
        Config { fetch, limits, time_limit, ..self.joined(weaker) }
    }

    /// This configuration, and `tree` where this one says nothing; its limits hold, for they are lower.
    pub(super) fn narrowed_by(self, tree: Config) -> Config {
        let (fetch, limits) = (tree.fetch.clone().or(self.fetch.clone()), tree.limits.clone().or(&self.limits));
        let time_limit = tree.time_limit.or(self.time_limit);
        // Contradictions in the tree are told of it alone: the blocks of this one go before them.
        let tree = Config { decided: Statements::default(), included: Statements::default(), ..tree };
        Config { fetch, limits, time_limit, ..self.joined(tree) }
    }

    /// Everything but numbers: lists are joined so that the blocks of this one decide.
    fn joined(mut self, weaker: Config) -> Config {
        let mut severity = weaker.severity;
        severity.append(&mut self.severity);
        Config {
            file: self.file.or(weaker.file),
            platform: self.platform.or(weaker.platform),
            severity,
            strict: self.strict || weaker.strict,
            license_policy: self.license_policy.or(weaker.license_policy),
            source_dirs: chained(self.source_dirs, weaker.source_dirs),
            trust_sources: self.trust_sources || weaker.trust_sources,
            vendored: self.vendored || weaker.vendored,
            curations: Curations {
                // The last role that matches decides, and the first curation.
                roles: chained(weaker.curations.roles, self.curations.roles),
                findings: chained(self.curations.findings, weaker.curations.findings),
            },
            suppressions: chained(self.suppressions, weaker.suppressions),
            repositories: chained(self.repositories, weaker.repositories),
            files: chained(self.files, weaker.files),
            decided: self.decided.followed_by(weaker.decided),
            included: self.included.followed_by(weaker.included),
            lowered: chained(self.lowered, weaker.lowered),
            ignored_attrs: chained(self.ignored_attrs, weaker.ignored_attrs),
            ignored_files: chained(self.ignored_files, weaker.ignored_files),
            fail_on: self.fail_on.or(weaker.fail_on),
            confidence: self.confidence.or(weaker.confidence),
            nix_store: self.nix_store.or(weaker.nix_store),
            merge_keys: chained(self.merge_keys, weaker.merge_keys),
            time_limit: self.time_limit,
            fetch: self.fetch,
            limits: self.limits,
        }
    }
}

fn chained<T>(mut first: Vec<T>, then: Vec<T>) -> Vec<T> {
    first.extend(then);
    first
}

impl Fetch {
    fn or(self, other: Fetch) -> Fetch {
        let mut rewrite = other.rewrite;
        rewrite.extend(self.rewrite);
        Fetch {
            enabled: self.enabled || other.enabled,
            rewrite,
            pypi_index: self.pypi_index.or(other.pypi_index),
            binary_cache: self.binary_cache.or(other.binary_cache),
            binary_cache_keys: chained(self.binary_cache_keys, other.binary_cache_keys),
            nix: self.nix.filter(|nix| *nix).or(other.nix),
            per_host: self.per_host.or(other.per_host),
            attempts: self.attempts.or(other.attempts),
            host_failures: self.host_failures.or(other.host_failures),
            redirects: self.redirects.or(other.redirects),
            connect_seconds: self.connect_seconds.or(other.connect_seconds),
            stall_seconds: self.stall_seconds.or(other.stall_seconds),
            pause_seconds: self.pause_seconds.or(other.pause_seconds),
            max_bytes: self.max_bytes.or(other.max_bytes),
            least_rate: self.least_rate.or(other.least_rate),
            minutes: self.minutes.or(other.minutes),
            allow_private: self.allow_private.or(other.allow_private),
        }
    }
}

impl Limits {
    fn or(self, other: &Limits) -> Limits {
        Limits {
            bytes: self.bytes.or(other.bytes),
            entries: self.entries.or(other.entries),
            ratio: self.ratio.or(other.ratio),
            depth: self.depth.or(other.depth),
            seconds: self.seconds.or(other.seconds),
        }
    }
}
