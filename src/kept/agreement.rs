//! Results that several builders signed: a source counts where enough of them say the same of it.
//!
//! A result is what some machine claims. Where the same bytes are signed by several keys that the user trusts, one
//! builder alone, broken or bought, cannot make a license up.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::SourceKey;
use super::results::{MissedSource, Results, ResultsError};
use crate::source::{PublicKey, is_binary_cache, signed_files};
use crate::text::Digest;

/// Names of the derivations of `clarity nix` begin with this.
const PREFIX: &str = "evidence-";

/// How many of which keys must have signed the same.
#[derive(Clone, Debug)]
pub struct Agreement {
    /// The keys that count.
    pub keys: Vec<PublicKey>,
    /// The least number of them.
    pub least: usize,
}

/// Keys that signed another result of a source than the one that is used, or than each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dissent {
    /// The name of the source.
    pub source_name: String,
    /// The names of the keys, those that said the same together.
    pub sides: Vec<Vec<String>>,
}

/// A result of one source, as far as it must be the same.
type Said = Result<Digest, MissedSource>;

/// Who says it, and one of those who do.
struct Side {
    keys: Vec<PublicKey>,
    results: usize,
}

impl Agreement {
    /// The results in the binary caches `folders` that enough keys agree about, and who differs. A source of which too
    /// few say the same is missed, and says so.
    pub fn open(&self, folders: &[PathBuf], detection: Digest) -> Result<(Results, Vec<Dissent>), ResultsError> {
        let mut all = Vec::new();
        let mut said: BTreeMap<SourceKey, BTreeMap<Said, Side>> = BTreeMap::new();
        for folder in folders {
            if !is_binary_cache(folder) {
                return Err(ResultsError::NoCache(folder.clone()));
            }
            signed_files(folder, PREFIX, &self.keys, &mut |file| {
                let results = Results::of_bytes(file.store_path, file.bytes, detection)?;
                let mut is_new = false;
                for (source, one) in results.sources() {
                    let sides = said.entry(source.clone()).or_default();
                    let side = sides.entry(one.map_err(Clone::clone)).or_insert_with(|| {
                        is_new = true;
                        Side { keys: Vec::new(), results: all.len() }
                    });
                    side.add(&file.keys);
                }
                // Of those that say the same one is enough.
                if is_new {
                    all.push(results);
                }
                Ok::<(), ResultsError>(())
            })?;
        }
        Ok(self.count(&said, &all))
    }

    fn count(&self, said: &BTreeMap<SourceKey, BTreeMap<Said, Side>>, all: &[Results]) -> (Results, Vec<Dissent>) {
        let mut agreed = Results::default();
        let mut dissents = Vec::new();
        for (source, sides) in said {
            if sides.len() > 1 {
                let sides = sides.values().map(Side::names).collect();
                dissents.push(Dissent { source_name: source.name.clone(), sides });
            }
            let enough: Vec<&Side> = sides.values().filter(|side| side.keys.len() >= self.least).collect();
            match enough[..] {
                [side] => agreed.take(&all[side.results], source),
                [] => agreed.miss(source.clone(), missed(self.too_few(sides))),
                [..] => agreed.miss(source.clone(), missed(several(&enough))),
            }
        }
        (agreed, dissents)
    }

    fn too_few(&self, sides: &BTreeMap<Said, Side>) -> String {
        let names = sides.values().max_by_key(|side| side.keys.len()).map(Side::names).unwrap_or_default();
        format!("{} of {} keys signed the same result ({})", names.len(), self.least, names.join(", "))
    }
}

/// Where several results have enough keys, none is believed.
fn several(enough: &[&Side]) -> String {
    let sides: Vec<String> = enough.iter().map(|side| side.names().join(" and ")).collect();
    format!("enough keys signed each of several results: {}; ask for more with --agree", sides.join(" against "))
}

fn missed(why: String) -> MissedSource {
    MissedSource { failed: true, kind: KIND.to_owned(), why }
}

/// The kind of reason of a source about which no result is agreed.
const KIND: &str = "not-agreed";

impl Side {
    fn add(&mut self, keys: &[PublicKey]) {
        for key in keys {
            if !self.keys.iter().any(|known| known.is_same(key)) {
                self.keys.push(key.clone());
            }
        }
    }

    fn names(&self) -> Vec<String> {
        self.keys.iter().map(|key| key.name.clone()).collect()
    }
}
