//! Signatures of binary caches: who vouches for a path of the Nix store.
//!
//! The rule is that of the Nix manual ("nix-store-path signatures"): Ed25519 over a line that states path, hash, size and
//! references.

use std::fmt;
use std::str::FromStr;

use ring::signature::{ED25519, UnparsedPublicKey};

use super::hash::from_base64;

const KEY_LEN: usize = 32;

/// A public key as Nix writes it: `name:base64`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PublicKey {
    /// Its name, by which signatures say whose they are.
    pub name: String,
    bytes: Vec<u8>,
}

impl PublicKey {
    /// True where both are one key, whatever their names.
    pub fn is_same(&self, other: &PublicKey) -> bool {
        self.bytes == other.bytes
    }
}

impl FromStr for PublicKey {
    type Err = BadKey;

    fn from_str(text: &str) -> Result<Self, BadKey> {
        let (name, key) = text.trim().split_once(':').ok_or(BadKey)?;
        let bytes = from_base64(key).filter(|bytes| bytes.len() == KEY_LEN && !name.is_empty()).ok_or(BadKey)?;
        Ok(PublicKey { name: name.to_owned(), bytes })
    }
}

/// A text that is no public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not a public key; write it as Nix does, `name:base64`")]
pub struct BadKey;

/// A signature of a path, and whether it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The name of its key.
    pub key: String,
    /// `Some` where a key of that name is known: true where it holds.
    pub holds: Option<bool>,
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = match self.holds {
            Some(true) => "verified",
            Some(false) => "does not hold",
            None => "not verified, its key is not named",
        };
        write!(f, "{} ({said})", self.key)
    }
}

/// The verdict on the signature `text` of a narinfo for `statement`; of several keys of one name any may have made it.
pub(super) fn check(text: &str, statement: &str, keys: &[PublicKey]) -> Signature {
    let (name, signature) = text.split_once(':').unwrap_or((text, ""));
    let signature = from_base64(signature).unwrap_or_default();
    let made_it =
        |key: &PublicKey| UnparsedPublicKey::new(&ED25519, &key.bytes).verify(statement.as_bytes(), &signature).is_ok();
    let mut named = keys.iter().filter(|key| key.name == name).peekable();
    let holds = named.peek().is_some().then(|| named.any(made_it));
    Signature { key: name.to_owned(), holds }
}
