//! Keys that a configuration file in the scanned tree may not set.
//!
//! The author of the tree is not the person who runs clarity. Such a file may silence, which the report counts; it may
//! not start programs, send requests, read outside of its folder, or raise a limit. Each key of the file is in exactly
//! one of the lists here: a test says so.

use std::path::{Component, Path, PathBuf};

use crate::source;

use super::file::File;
use super::{ConfigError, Forbidden};

/// A key that only a trusted file or the command line sets.
struct Guarded {
    table: &'static str,
    key: &'static str,
    /// Effect of the fix, as the end of a sentence.
    why: &'static str,
    /// The option of the command line, where there is one.
    option: Option<&'static str>,
    /// True where the file uses it; `false` and empty values only narrow.
    is_used: fn(&File) -> bool,
}

const GUARDED: &[Guarded] = &[
    Guarded {
        table: "fetch",
        key: "nix",
        why: "it runs the tree's code",
        option: Some("--nix"),
        is_used: |file| file.fetch.nix == Some(true),
    },
    Guarded {
        table: "fetch",
        key: "enabled",
        why: "it sends requests",
        option: Some("--fetch"),
        is_used: |file| file.fetch.enabled,
    },
    Guarded {
        table: "fetch",
        key: "rewrite",
        why: "it decides where requests go",
        option: None,
        is_used: |file| !file.fetch.rewrite.is_empty(),
    },
    Guarded {
        table: "fetch",
        key: "pypi_index",
        why: "it decides where requests go",
        option: None,
        is_used: |file| file.fetch.pypi_index.is_some(),
    },
    Guarded {
        table: "fetch",
        key: "binary_cache",
        why: "it decides where requests go",
        option: None,
        is_used: |file| file.fetch.binary_cache.is_some(),
    },
    Guarded {
        table: "fetch",
        key: "binary_cache_keys",
        why: "it decides whose sources are trusted",
        option: None,
        is_used: |file| !file.fetch.binary_cache_keys.is_empty(),
    },
    Guarded {
        table: "merge",
        key: "keys",
        why: "it decides whose results are trusted",
        option: None,
        is_used: |file| !file.merge.keys.is_empty(),
    },
    Guarded {
        table: "fetch",
        key: "allow_private",
        why: "it decides where requests go",
        option: None,
        is_used: |file| file.fetch.allow_private.is_some(),
    },
    Guarded {
        table: "fetch",
        key: "least_rate",
        why: "it decides how long a slow server is waited for",
        option: None,
        is_used: |file| file.fetch.least_rate.is_some(),
    },
    Guarded {
        table: "sources",
        key: "trust",
        why: "it decides whose sources are trusted",
        option: Some("--trust-sources"),
        is_used: |file| file.sources.trust,
    },
    Guarded {
        table: "sources",
        key: "nix_store",
        why: "it reads outside of the tree",
        option: None,
        is_used: |file| file.sources.nix_store.is_some(),
    },
];

/// A number that a file in the tree may lower.
pub(super) struct Number {
    table: &'static str,
    key: &'static str,
    /// The value in the file.
    said: Option<u64>,
    /// The most that it may be: what trusted files say, else the default.
    most: u64,
}

/// Keys with paths, which of a file in the tree lead nowhere out of its folder.
pub(super) const LEADING: [&str; 2] = ["include", "sources.dirs"];

/// Why only trusted files set `key` of `table`; `None` where every file may.
pub(super) fn guarded(table: &str, key: &str) -> Option<&'static str> {
    GUARDED.iter().find(|guarded| guarded.table == table && guarded.key == key).map(|guarded| guarded.why)
}

impl Number {
    /// True for the number of this key.
    pub(super) fn is(&self, table: &str, key: &str) -> bool {
        self.table == table && self.key == key
    }

    /// The most that it may be.
    pub(super) fn most(&self) -> u64 {
        self.most
    }

    /// The key and its value, where it is lower than what holds otherwise.
    pub(super) fn lowered(self) -> Option<(String, u64)> {
        let said = self.said.filter(|said| *said < self.most)?;
        Some((format!("{}.{}", self.table, self.key), said))
    }
}

/// The values that a file in the tree may lower and not raise.
pub(super) struct Bounds {
    pub(super) net: source::NetOptions,
    pub(super) limits: source::Limits,
    /// Seconds for the source of one package.
    pub(super) seconds: u64,
}

/// All numbers of `file` with their bounds.
pub(super) fn numbers(file: &File, bounds: &Bounds) -> Vec<Number> {
    let (fetch, net, limits, most) = (&file.fetch, &bounds.net, &file.limits, &bounds.limits);
    let of = |table, key, said: Option<u64>, most| Number { table, key, said, most };
    let wide = |number: usize| number as u64;
    vec![
        of("fetch", "per_host", fetch.per_host.map(wide), wide(net.per_host)),
        of("fetch", "attempts", fetch.attempts.map(u64::from), net.attempts.into()),
        of("fetch", "host_failures", fetch.host_failures.map(u64::from), net.host_failures.into()),
        of("fetch", "redirects", fetch.redirects.map(wide), wide(net.redirects)),
        of("fetch", "connect_seconds", fetch.connect_seconds, net.connect.as_secs()),
        of("fetch", "stall_seconds", fetch.stall_seconds, net.stall.as_secs()),
        of("fetch", "pause_seconds", fetch.pause_seconds, net.longest_pause.as_secs()),
        of("fetch", "max_bytes", fetch.max_bytes, net.max_bytes),
        of("fetch", "minutes", fetch.minutes, net.most_time.as_secs() / 60),
        of("limits", "bytes", limits.bytes, most.bytes),
        of("limits", "entries", limits.entries, most.entries),
        of("limits", "ratio", limits.ratio, most.ratio),
        of("limits", "depth", limits.depth.map(wide), wide(most.depth)),
        of("limits", "seconds", limits.seconds, bounds.seconds),
    ]
}

/// The first thing in `raw`, the text of `file` in the tree, that it may not say.
pub(super) fn refuse(raw: &File, file: &Path, text: &str, bounds: &Bounds) -> Result<(), ConfigError> {
    let refused = |table, key, why: String, option| {
        let line = line_of(text, table, key);
        Err(ConfigError::Forbidden(Box::new(Forbidden { file: file.to_owned(), line, table, key, why, option })))
    };
    if let Some(Guarded { table, key, why, option, .. }) = GUARDED.iter().find(|guarded| (guarded.is_used)(raw)) {
        return refused(table, key, (*why).to_owned(), *option);
    }
    let raised = |number: &Number| number.said.is_some_and(|said| said > number.most);
    if let Some(Number { table, key, most, .. }) = numbers(raw, bounds).into_iter().find(raised) {
        let option = (key == "seconds").then_some("--time-limit");
        return refused(table, key, format!("it raises a limit, which is {most}"), option);
    }
    let folder = file.parent().unwrap_or(Path::new("/"));
    match raw.sources.dirs.iter().find(|dir| !is_below(&folder.join(dir), folder)) {
        Some(dir) => {
            let why = format!("`{}` leads out of the folder of the file", dir.display());
            refused("sources", "dirs", why, Some("--sources"))
        }
        None => Ok(()),
    }
}

/// True for a relative path without `..`, which means the same at every revision.
pub(super) fn is_plain(path: &Path) -> bool {
    path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}

/// True where `path` leads below `folder`, links followed. Of a path that is not there, as far as it is.
pub(super) fn is_below(path: &Path, folder: &Path) -> bool {
    let mut missing = Vec::new();
    let mut there: PathBuf = path.to_owned();
    let real = loop {
        match there.canonicalize() {
            Ok(real) => break real,
            Err(_) => match (there.components().next_back(), there.parent()) {
                (Some(last @ Component::Normal(_)), Some(parent)) if there.symlink_metadata().is_err() => {
                    missing.push(PathBuf::from(last.as_os_str()));
                    there = parent.to_owned();
                }
                // A link to nowhere, or `..` behind what is not there: nobody knows where that leads later.
                _ => return false,
            },
        }
    };
    folder.canonicalize().is_ok_and(|folder| real.starts_with(folder))
}

/// The line of `key` in `[table]`, from 1; 0 where it is not found.
fn line_of(text: &str, table: &str, key: &str) -> usize {
    let Ok(whole) = toml::de::DeTable::parse(text) else { return 0 };
    let inner = whole.get_ref().get(table).and_then(|value| value.get_ref().as_table());
    let place = inner.and_then(|inner| inner.iter().find(|(name, _)| name.get_ref() == key));
    place.map_or(0, |(name, _)| text[..name.span().start].matches('\n').count() + 1)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Keys that only narrow, or silence what the report counts.
    const FREE: &[&str] = &[
        "curate",
        "gate.confidence",
        "gate.fail_on",
        "gate.strict",
        "ignore.attrs",
        "ignore.files",
        "platform",
        "role",
        "severity",
        "policy.allow",
        "policy.deny",
        "policy.exceptions",
        "policy.of",
        "sources.vendored",
        "suppress",
    ];

    #[test]
    fn each_key_is_free_guarded_or_bounded() {
        let schema = super::super::schema();
        let mut keys = BTreeSet::new();
        for (name, property) in schema["properties"].as_object().expect("an object") {
            let reference = property["$ref"].as_str().and_then(|path| path.rsplit('/').next());
            let inner = reference.and_then(|reference| schema["$defs"][reference]["properties"].as_object());
            match inner {
                Some(inner) => keys.extend(inner.keys().map(|key| format!("{name}.{key}"))),
                None => drop(keys.insert(name.clone())),
            }
        }
        let bounds = Bounds { net: source::NetOptions::default(), limits: source::Limits::default(), seconds: 300 };
        let guarded = GUARDED.iter().map(|guarded| format!("{}.{}", guarded.table, guarded.key));
        let numbers = numbers(&File::default(), &bounds).into_iter().map(|one| format!("{}.{}", one.table, one.key));
        let known = guarded.chain(numbers).chain(FREE.iter().map(|key| (*key).to_owned()));
        let known: BTreeSet<String> = known.chain(LEADING.map(str::to_owned)).collect();
        assert_eq!(keys, known, "decide whether a file in the scanned tree may set it");
    }

    #[test]
    fn paths_below_are_told_from_those_that_lead_out() {
        let root = tempfile::tempdir().expect("a folder");
        let folder = root.path().join("tree");
        std::fs::create_dir_all(folder.join("in")).expect("writable");
        std::fs::create_dir_all(root.path().join("out")).expect("writable");
        let below = |path: &str| is_below(&folder.join(path), &folder);
        assert!(below("in") && below("in/../in") && below(".") && below("not/there"));
        assert!(!below("..") && !below("../out") && !below("/etc") && !below("in/../../out") && !below("no/../../out"));
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("../out", folder.join("link")).expect("writable");
            std::os::unix::fs::symlink("../later", folder.join("dangling")).expect("writable");
            assert!(!below("link") && !below("link/more") && !below("dangling") && !below("dangling/x"));
        }
    }
}
