//! Where the Nix store keeps a fixed output: its path follows from name and hash alone.
//!
//! The rule is that of the Nix manual ("Store path specification", fixed outputs and `source`).

use std::path::{Path, PathBuf};

use super::hash::{Algo, FixedHash, Hasher, base32};
use crate::tree::HashMode;

/// The path of the fixed output `name` in the store at `store` (its logical place is always `store`).
pub fn fixed_output(store: &Path, name: &str, mode: HashMode, hash: &FixedHash) -> Option<PathBuf> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"+-._?=".contains(&byte);
    if name.is_empty() || name.len() > 211 || !name.bytes().all(allowed) {
        return None;
    }
    let (kind, inner) = match (mode, hash.algo) {
        (HashMode::Nar, Algo::Sha256) => ("source", hash.hex()),
        _ => {
            let recursive = if mode == HashMode::Nar { "r:" } else { "" };
            let outer = format!("fixed:out:{recursive}{}:{}:", hash.algo.name(), hash.hex());
            ("output:out", sha256(outer.as_bytes()).hex())
        }
    };
    let text = format!("{kind}:sha256:{inner}:{}:{name}", store.display());
    let digest = sha256(text.as_bytes());
    let mut folded = [0_u8; 20];
    for (at, byte) in digest.bytes.iter().enumerate() {
        folded[at % 20] ^= byte;
    }
    Some(store.join(format!("{}-{name}", base32(&folded))))
}

fn sha256(bytes: &[u8]) -> FixedHash {
    let mut hasher = Hasher::new(Algo::Sha256);
    hasher.update(bytes);
    hasher.finish()
}
