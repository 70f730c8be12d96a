//! Evidence that is kept: seen once in a source, known for ever.
//!
//! Two layers, both in the store. An entry belongs to the identity of a verified source and to the state of detection
//! (`state.rs`), and holds each file as detectors left it, before files are held against each other; so curations, roles
//! and judgement never make it out of date. Below that each file stands under the BLAKE3 of its path and bytes: the next
//! version of a package looks into the entry of the last one (`last`), and only files that changed are detected.
//!
//! It refuses to know how a source is had and what its evidence means. It is never in the way: an entry that cannot be
//! written or read is detected anew. Invariant: files that are read back are those that detection would give.

mod agreement;
mod entry;
mod file;
mod results;
#[cfg(test)]
mod state;

use std::io::Write as _;
use std::sync::Arc;

pub use agreement::{Agreement, Dissent};
pub use entry::{MOST_BYTES, read, write};
pub use file::{Content, Earlier, FileSeen, evidence};
pub use results::{MissedSource, Place, Results, ResultsError, add, begin};

use crate::source::{Identity, Request, SourceTree};
use crate::store::{Held, Key, Store};
use crate::text::Digest;

const SHELF: &str = "evidence";
const LAST: &str = "last";

/// Name of a source under which its evidence stands: equal keys are equal files at equal paths.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceKey {
    /// The hash of its bytes.
    pub identity: Identity,
    /// The name of its file: says how an archive is read, and is the path of a source that is one file.
    pub name: String,
}

/// Place of kept evidence.
#[derive(Clone, Debug)]
pub enum Entry {
    /// In the store.
    Stored(Held),
    /// In a file of results.
    Result(Place),
}

impl SourceKey {
    /// A number that spreads sources evenly.
    pub fn number(&self) -> u64 {
        self.digest().as_bytes()[..8].iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    /// The digest of hash and name.
    pub fn digest(&self) -> Digest {
        Digest::of(format!("{} {}", self.identity, self.name).as_bytes())
    }

    /// The key of a source at hand.
    pub fn of(tree: &SourceTree) -> SourceKey {
        SourceKey { identity: tree.identity.clone(), name: tree.name.clone() }
    }

    /// The key that a request declares; `None` where it has no hash, or lies in the checkout.
    pub fn declared(request: &Request<'_>) -> Option<SourceKey> {
        let (identity, name) = request.declared()?;
        Some(SourceKey { identity, name })
    }
}

/// Evidence of sources between runs.
#[derive(Clone, Debug)]
pub struct KeptEvidence {
    store: Option<Arc<Store>>,
    results: Option<Arc<Results>>,
    detection: Digest,
}

impl KeptEvidence {
    /// The evidence in `store` that this state of detection left.
    pub fn new(store: Arc<Store>, detection: Digest) -> KeptEvidence {
        KeptEvidence { store: Some(store), results: None, detection }
    }

    /// The evidence in `store` and in `results`; `None` where there is neither.
    pub fn of(store: Option<Arc<Store>>, results: Option<Arc<Results>>, detection: Digest) -> Option<KeptEvidence> {
        (store.is_some() || results.is_some()).then_some(KeptEvidence { store, results, detection })
    }

    /// Why a source has no evidence, where a result says so.
    pub fn missed(&self, source: &SourceKey) -> Option<&MissedSource> {
        self.results.as_ref()?.missed(source)
    }

    /// The entry of a source, if there is one; it may still turn out to be unreadable.
    pub fn find(&self, source: &SourceKey) -> Option<Entry> {
        let result = self.results.as_ref().and_then(|results| results.find(source));
        result.map(Entry::Result).or_else(|| self.store.as_ref()?.get(&self.key(source)).map(Entry::Stored))
    }

    /// The files of an entry; `None` where it is not what was written.
    pub fn load(&self, entry: &Entry) -> Option<Vec<FileSeen>> {
        read(&self.bytes(entry)?)
    }

    /// The bytes of an entry; `None` where they are not what was written.
    pub fn bytes(&self, entry: &Entry) -> Option<Vec<u8>> {
        match entry {
            Entry::Stored(held) => {
                Some(std::fs::read(&held.path).ok()?).filter(|bytes| Digest::of(bytes) == held.digest)
            }
            Entry::Result(place) => self.results.as_ref()?.read(place),
        }
    }

    /// Keeps the files of a source, where that is possible, as the last version of `lineage`.
    pub fn save(&self, source: &SourceKey, lineage: &str, files: &[FileSeen]) {
        let _ = self.write(source, lineage, files);
    }

    /// The files of the last version of `lineage`; none where there is no other.
    pub fn earlier(&self, lineage: &str) -> Earlier {
        let files = || {
            let store = self.store.as_ref()?;
            let last = store.get(&self.last(lineage))?;
            self.load(&Entry::Stored(store.get(&Key::new(SHELF, &last.note))?))
        };
        Earlier::new(files().unwrap_or_default())
    }

    fn write(&self, source: &SourceKey, lineage: &str, files: &[FileSeen]) -> Option<()> {
        let store = self.store.as_ref()?;
        let name = self.name(source);
        let key = Key::new(SHELF, &name);
        if store.get(&key).is_some_and(|held| self.load(&Entry::Stored(held)).is_none()) {
            store.remove(&key).ok()?;
        }
        let mut staged = store.stage().ok()?;
        staged.write_all(&write(files)?).ok()?;
        staged.commit(store, &key, &source.name).ok()?;
        let last = self.last(lineage);
        if store.get(&last).is_none_or(|held| held.note != name) {
            store.remove(&last).ok()?;
            store.stage().ok()?.commit(store, &last, &name).ok()?;
        }
        Some(())
    }

    fn key(&self, source: &SourceKey) -> Key {
        Key::new(SHELF, &self.name(source))
    }

    fn name(&self, source: &SourceKey) -> String {
        let parts = format!("{} {} {}", self.detection, source.identity, source.name);
        format!("sha256-{}", Digest::of(parts.as_bytes()))
    }

    fn last(&self, lineage: &str) -> Key {
        Key::new(LAST, &format!("sha256-{}", Digest::of(format!("{} {lineage}", self.detection).as_bytes())))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::state;

    #[test]
    fn the_state_changes_with_every_file_that_decides_and_with_no_other() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let copy = tempfile::tempdir().expect("a folder");
        for entry in walkdir::WalkDir::new(root.join("src")).into_iter().flatten().filter(|one| one.path().is_file()) {
            let to = copy.path().join(entry.path().strip_prefix(root).expect("below the root"));
            std::fs::create_dir_all(to.parent().expect("in a folder")).expect("made");
            std::fs::copy(entry.path(), to).expect("copied");
        }
        let lock = std::fs::read_to_string(root.join(state::LOCK)).expect("a lock file");
        let write = |path: &str, text: &str| std::fs::write(copy.path().join(path), text).expect("written");
        let state = || state::of_detection(copy.path()).expect("readable");
        write(state::LOCK, &lock);
        let before = state();
        assert_eq!(before, env!("CLARITY_DETECTION"), "the build script reads the same");
        let program = || state::of_program(copy.path()).expect("readable");
        assert_eq!(program(), env!("CLARITY_PROGRAM"), "the build script reads the same");
        write("src/cli/mod.rs", "// another command");
        assert_ne!(program(), env!("CLARITY_PROGRAM"), "another program");
        let own = format!("name = \"nixpkgs-clarity\"\nversion = \"{}\"", env!("CARGO_PKG_VERSION"));
        assert!(lock.contains(&own));
        write(state::LOCK, &lock.replace(&own, "name = \"nixpkgs-clarity\"\nversion = \"99.0.0\""));
        assert_eq!(state(), before, "another version of the program with the same detectors");
        write(state::LOCK, &lock.replace("name = \"spdx\"\nversion = \"", "name = \"spdx\"\nversion = \"9"));
        assert_ne!(state(), before, "another license list");
        write(state::LOCK, &lock);
        for path in ["src/evidence/role/roles.toml", "src/evidence/restriction/restrictions.toml", "src/source/tree.rs"]
        {
            let text = std::fs::read_to_string(root.join(path)).expect("readable");
            write(path, &format!("{text}\n"));
            assert_ne!(state(), before, "{path}");
            write(path, &text);
        }
        assert_eq!(state(), before);
    }

    /// Crates that the rooms of detection name and that decide nothing.
    const INDIFFERENT: &[&str] = &[
        "serde",
        "schemars",
        "blake3",
        "rustc_hash",
        "thiserror",
        "sha2",
        "globset",
        "percent_encoding",
        "rayon",
        "proptest",
        "tempfile",
        "walkdir",
    ];

    #[test]
    fn the_state_counts_every_crate_that_detection_uses() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let manifest: toml::Table =
            std::fs::read_to_string(root.join("Cargo.toml")).expect("readable").parse().expect("TOML");
        let crates = manifest["dependencies"].as_table().expect("a table").keys();
        let mut missing = BTreeSet::new();
        for name in crates.filter(|name| !state::CRATES.contains(&name.as_str())) {
            let word = name.replace('-', "_");
            let named = [format!("{word}::"), format!("use {word};")];
            let files = state::SEEN_BY.iter().flat_map(|path| walkdir::WalkDir::new(root.join(path))).flatten();
            let code = files.filter(|file| file.path().extension().is_some_and(|end| end == "rs"));
            let mut texts = code.map(|file| std::fs::read_to_string(file.path()).expect("readable"));
            let is_start =
                |text: &str, at: usize| !text[..at].ends_with(|c: char| c.is_alphanumeric() || "_:".contains(c));
            let uses = |text: &String| {
                named.iter().any(|word| text.match_indices(word.as_str()).any(|(at, _)| is_start(text, at)))
            };
            if texts.any(|text| uses(&text)) && !INDIFFERENT.contains(&word.as_str()) {
                missing.insert(name.clone());
            }
        }
        assert!(missing.is_empty(), "name them in state.rs: {missing:?}");
    }
}
