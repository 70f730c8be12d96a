//! Fixed-output hashes: how Nix writes them, and computing them.
//!
//! The forms are those of the Nix manual ("hashes"): SRI, and `algo:value` or a bare value in base 16, Nix' own base 32
//! or base 64, told apart by their length.

use std::fmt;
use std::io::{self, Read, Write};
use std::path::Path;

use sha2::Digest as _;

use crate::text::regular::{self, Links};
use crate::text::{Digest, stop};

/// The letters of Nix' base 32: without `e`, `o`, `t`, `u`.
const BASE32: &[u8; 32] = b"0123456789abcdfghijklmnpqrsvwxyz";
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// A hash algorithm of fixed-output derivations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Algo {
    /// Accepted for old packages.
    Md5,
    /// Accepted for old packages.
    Sha1,
    /// The usual one.
    Sha256,
    /// Also usual.
    Sha512,
    /// New.
    Blake3,
}

impl Algo {
    const ALL: [Algo; 5] = [Algo::Md5, Algo::Sha1, Algo::Sha256, Algo::Sha512, Algo::Blake3];

    /// The name, as Nix writes it.
    pub fn name(self) -> &'static str {
        match self {
            Algo::Md5 => "md5",
            Algo::Sha1 => "sha1",
            Algo::Sha256 => "sha256",
            Algo::Sha512 => "sha512",
            Algo::Blake3 => "blake3",
        }
    }

    fn len(self) -> usize {
        match self {
            Algo::Md5 => 16,
            Algo::Sha1 => 20,
            Algo::Sha256 | Algo::Blake3 => 32,
            Algo::Sha512 => 64,
        }
    }

    fn named(name: &str) -> Option<Algo> {
        Algo::ALL.into_iter().find(|algo| algo.name() == name)
    }
}

/// A hash with its algorithm. Shown as `sha256-<base64>` (SRI).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FixedHash {
    /// The algorithm.
    pub algo: Algo,
    /// As many bytes as it gives.
    pub bytes: Vec<u8>,
}

/// Why a hash as written cannot be verified against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadHash {
    /// There is none.
    Absent,
    /// `lib.fakeHash` or `""`: a placeholder of whoever writes the package.
    Fake,
    /// Not a hash; the text.
    Malformed(String),
}

impl FixedHash {
    /// The hash that `text` writes; `algo` where it is stated apart from it.
    pub fn parse(text: Option<&str>, algo: Option<&str>) -> Result<FixedHash, BadHash> {
        let Some(text) = text else { return Err(BadHash::Absent) };
        let text = text.trim();
        if text.is_empty() {
            return Err(BadHash::Fake);
        }
        // SRI allows several, separated by space: the strongest counts, and Nix takes one only.
        let text = text.split_whitespace().next().unwrap_or(text);
        let hash = parse_one(text, algo).ok_or_else(|| BadHash::Malformed(text.to_owned()))?;
        // All bytes equal: `fakeHash` is all zeros, in each of its forms.
        if hash.bytes.iter().all(|byte| *byte == 0) { Err(BadHash::Fake) } else { Ok(hash) }
    }

    /// The hash in base 16.
    pub fn hex(&self) -> String {
        self.bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The hash in Nix' base 32.
    pub fn base32(&self) -> String {
        base32(&self.bytes)
    }
}

impl fmt::Display for FixedHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.algo.name(), base64(&self.bytes))
    }
}

impl fmt::Debug for FixedHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn parse_one(text: &str, algo: Option<&str>) -> Option<FixedHash> {
    let prefixed = text.split_once(':').and_then(|(name, rest)| Some((Algo::named(name)?, rest)));
    if let Some((algo, rest)) = prefixed {
        return decode(algo, rest);
    }
    let sri = text.split_once('-').and_then(|(name, rest)| Some((Algo::named(name)?, rest)));
    if let Some((algo, rest)) = sri {
        // The specification allows options after `?`.
        let value = rest.split('?').next().unwrap_or(rest);
        return bytes_of(algo, from_base64(value)?);
    }
    match algo.filter(|name| !name.is_empty()) {
        Some(name) => decode(Algo::named(name)?, text),
        None => Algo::ALL.into_iter().find_map(|algo| decode(algo, text)),
    }
}

fn decode(algo: Algo, text: &str) -> Option<FixedHash> {
    let bytes = match text.len() {
        len if len == algo.len() * 2 => from_hex(text)?,
        len if len == base32_len(algo.len()) => from_base32(text, algo.len())?,
        len if len == algo.len().div_ceil(3) * 4 => from_base64(text)?,
        _ => return None,
    };
    bytes_of(algo, bytes)
}

fn bytes_of(algo: Algo, bytes: Vec<u8>) -> Option<FixedHash> {
    (bytes.len() == algo.len()).then_some(FixedHash { algo, bytes })
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    text.as_bytes().chunks(2).map(|pair| Some(digit(pair[0])? << 4 | digit(*pair.get(1)?)?)).collect()
}

fn base32_len(bytes: usize) -> usize {
    (bytes * 8).div_ceil(5)
}

/// `bytes` in Nix' base 32: the last five bits come first.
pub fn base32(bytes: &[u8]) -> String {
    let letter = |at: usize| {
        let (byte, bit) = (at * 5 / 8, at * 5 % 8);
        let high = bytes.get(byte + 1).map_or(0, |next| u16::from(*next) << 8);
        let five = (high | u16::from(bytes[byte])) >> bit & 31;
        char::from(BASE32[usize::from(five)])
    };
    (0..base32_len(bytes.len())).rev().map(letter).collect()
}

/// The `len` bytes that `text` writes in Nix' base 32; `None` where it has other letters or bits left over.
pub fn from_base32(text: &str, len: usize) -> Option<Vec<u8>> {
    if text.len() != base32_len(len) {
        return None;
    }
    let mut bytes = vec![0_u8; len];
    for (at, letter) in text.bytes().rev().enumerate() {
        let five = BASE32.iter().position(|have| *have == letter)? as u16;
        let (byte, bit) = (at * 5 / 8, at * 5 % 8);
        let shifted = five << bit;
        bytes[byte] |= shifted as u8;
        let high = (shifted >> 8) as u8;
        match bytes.get_mut(byte + 1) {
            Some(next) => *next |= high,
            None if high != 0 => return None,
            None => {}
        }
    }
    Some(bytes)
}

/// `bytes` in base 64, padded.
pub fn base64(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let at = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for position in 0..4 {
            let letter = BASE64[(bits >> (18 - 6 * position) & 63) as usize];
            out.push(if position <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    out
}

pub(super) fn from_base64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=');
    let (mut bits, mut count) = (0_u32, 0);
    let mut out = Vec::with_capacity(text.len() * 3 / 4);
    for letter in text.bytes() {
        let six = BASE64.iter().position(|have| *have == letter)? as u32;
        bits = (bits << 6 | six) & 0xff_ffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    Some(out)
}

/// A hash in the making; takes bytes as a writer.
#[derive(Clone, Debug)]
pub enum Hasher {
    /// MD5.
    Md5(md5::Md5),
    /// SHA-1.
    Sha1(sha1::Sha1),
    /// SHA-256.
    Sha256(sha2::Sha256),
    /// SHA-512.
    Sha512(sha2::Sha512),
    /// BLAKE3.
    Blake3(Box<blake3::Hasher>),
}

impl Hasher {
    /// An empty hash of `algo`.
    pub fn new(algo: Algo) -> Hasher {
        match algo {
            Algo::Md5 => Hasher::Md5(md5::Md5::new()),
            Algo::Sha1 => Hasher::Sha1(sha1::Sha1::new()),
            Algo::Sha256 => Hasher::Sha256(sha2::Sha256::new()),
            Algo::Sha512 => Hasher::Sha512(sha2::Sha512::new()),
            Algo::Blake3 => Hasher::Blake3(Box::default()),
        }
    }

    /// Adds bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match self {
            Hasher::Md5(hash) => hash.update(bytes),
            Hasher::Sha1(hash) => hash.update(bytes),
            Hasher::Sha256(hash) => hash.update(bytes),
            Hasher::Sha512(hash) => hash.update(bytes),
            Hasher::Blake3(hash) => {
                hash.update(bytes);
            }
        }
    }

    /// The hash of all bytes.
    pub fn finish(self) -> FixedHash {
        match self {
            Hasher::Md5(hash) => FixedHash { algo: Algo::Md5, bytes: hash.finalize().to_vec() },
            Hasher::Sha1(hash) => FixedHash { algo: Algo::Sha1, bytes: hash.finalize().to_vec() },
            Hasher::Sha256(hash) => FixedHash { algo: Algo::Sha256, bytes: hash.finalize().to_vec() },
            Hasher::Sha512(hash) => FixedHash { algo: Algo::Sha512, bytes: hash.finalize().to_vec() },
            Hasher::Blake3(hash) => FixedHash { algo: Algo::Blake3, bytes: hash.finalize().as_bytes().to_vec() },
        }
    }
}

impl Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The hash of a file by `algo`, and its SHA-256, in one reading.
pub fn hash_file(path: &Path, algo: Algo) -> io::Result<(FixedHash, Digest)> {
    let (mut file, _) = regular::open(path, Links::Followed)?;
    let mut wanted = (algo != Algo::Sha256).then(|| Hasher::new(algo));
    let mut sha256 = sha2::Sha256::new();
    let mut buffer = vec![0; 1 << 17];
    loop {
        stop::check()?;
        let count = file.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        sha256.update(&buffer[..count]);
        if let Some(hash) = &mut wanted {
            hash.update(&buffer[..count]);
        }
    }
    let digest: [u8; 32] = sha256.finalize().into();
    let same = || FixedHash { algo: Algo::Sha256, bytes: digest.to_vec() };
    Ok((wanted.map_or_else(same, Hasher::finish), Digest::from_bytes(digest)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{any, prop};

    const EMPTY_SRI: &str = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    const EMPTY_HEX: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    const EMPTY_B32: &str = "0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73";

    fn parse(text: &str, algo: Option<&str>) -> Result<FixedHash, BadHash> {
        FixedHash::parse(Some(text), algo)
    }

    #[test]
    fn every_way_to_write_a_hash_gives_the_same_hash() {
        let want = Hasher::new(Algo::Sha256).finish();
        for text in [EMPTY_SRI, EMPTY_HEX, EMPTY_B32, &EMPTY_SRI[7..]] {
            assert_eq!(parse(text, Some("sha256")), Ok(want.clone()), "{text}");
            assert_eq!(parse(text, None), Ok(want.clone()), "{text}");
        }
        assert_eq!(parse(&format!("sha256:{EMPTY_B32}"), None), Ok(want.clone()));
        assert_eq!(
            (want.to_string(), want.hex(), want.base32()),
            (EMPTY_SRI.into(), EMPTY_HEX.into(), EMPTY_B32.into())
        );
    }

    #[test]
    fn placeholders_are_told_from_broken_hashes() {
        assert_eq!(FixedHash::parse(None, None), Err(BadHash::Absent));
        assert_eq!(parse("", Some("sha256")), Err(BadHash::Fake));
        assert_eq!(parse(&"0".repeat(52), Some("sha256")), Err(BadHash::Fake));
        assert_eq!(parse("sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", None), Err(BadHash::Fake));
        assert!(matches!(parse("sha256-abc", None), Err(BadHash::Malformed(_))));
        assert!(matches!(parse("zzz", Some("sha256")), Err(BadHash::Malformed(_))));
    }

    proptest::proptest! {
        #[test]
        fn base32_and_base64_read_what_they_write(bytes in prop::collection::vec(any::<u8>(), 1..70)) {
            assert_eq!(from_base32(&base32(&bytes), bytes.len()), Some(bytes.clone()));
            assert_eq!(from_base64(&base64(&bytes)), Some(bytes));
        }

        #[test]
        fn parsing_never_panics(text in ".{0,100}") {
            let _ = parse(&text, Some("sha256"));
            let _ = parse(&text, None);
        }
    }
}
