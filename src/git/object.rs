//! The names that git gives to contents.
//!
//! A filter, an encoding or a stale index can make git call a file unchanged whose bytes are other ones, so bytes that
//! were read are compared by name: no program and no attribute has a say in that.

use std::fmt;
use std::fs;
use std::io::{self, Read};
use std::path::Path;

use sha1::{Digest as _, Sha1};
use sha2::Sha256;

use crate::text::regular::{self, Links};

/// The name of an object, in hexadecimal: 40 digits, or 64 in repositories that use SHA-256.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId(String);

impl ObjectId {
    /// The name that these digits spell; `None` where they spell none.
    pub fn parse(digits: &str) -> Option<ObjectId> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        (matches!(digits.len(), 40 | 64) && digits.bytes().all(is_digit)).then(|| ObjectId(digits.to_owned()))
    }

    /// True where a file with the bytes of `reader`, of which there are `length`, has this name.
    fn names(&self, length: u64, reader: &mut dyn Read) -> io::Result<bool> {
        let mut hash = Hash::of(self);
        hash.add(format!("blob {length}\0").as_bytes());
        let (mut buffer, mut rest) = (vec![0; 1 << 16], length);
        while let count @ 1.. = reader.read(&mut buffer)? {
            hash.add(&buffer[..count]);
            rest = match rest.checked_sub(count as u64) {
                Some(rest) => rest,
                // It grows while it is read.
                None => return Ok(false),
            };
        }
        Ok(rest == 0 && hash.end() == self.0)
    }

    /// True where what lies at `path` has this name: the target of a link, or the bytes of a file.
    pub fn is_at(&self, path: &Path, is_link: bool) -> bool {
        if is_link {
            return fs::read_link(path).is_ok_and(|target| self.is_of(target.as_os_str().as_encoded_bytes()));
        }
        let read = regular::open(path, Links::Refused).and_then(|(mut file, found)| self.names(found.len(), &mut file));
        read.unwrap_or(false)
    }

    /// True where a file with these bytes has this name.
    pub fn is_of(&self, mut bytes: &[u8]) -> bool {
        self.names(bytes.len() as u64, &mut bytes).unwrap_or(false)
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The hash that makes the names of a repository.
enum Hash {
    Sha1(Sha1),
    Sha256(Sha256),
}

impl Hash {
    fn of(id: &ObjectId) -> Hash {
        if id.0.len() == 64 { Hash::Sha256(Sha256::new()) } else { Hash::Sha1(Sha1::new()) }
    }

    fn add(&mut self, bytes: &[u8]) {
        match self {
            Hash::Sha1(hash) => hash.update(bytes),
            Hash::Sha256(hash) => hash.update(bytes),
        }
    }

    fn end(self) -> String {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        match self {
            Hash::Sha1(hash) => hex(&hash.finalize()),
            Hash::Sha256(hash) => hex(&hash.finalize()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_git() {
        for (bytes, sha1, sha256) in [
            (
                "",
                "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
                "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
            ),
            (
                "hello\n",
                "ce013625030ba8dba906f756967f9e9ca394464a",
                "2cf8d83d9ee29543b34a87727421fdecb7e3f3a183d337639025de576db9ebb4",
            ),
        ] {
            for digits in [sha1, sha256] {
                let id = ObjectId::parse(digits).expect("a name");
                assert!(id.is_of(bytes.as_bytes()), "{digits}");
                assert!(!id.is_of(b"other"), "{digits}");
            }
        }
        assert!(ObjectId::parse("e69de29").is_none() && ObjectId::parse(&"G".repeat(40)).is_none());
    }
}
