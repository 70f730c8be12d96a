//! Listings of git, as it prints them with `-z`: names are bytes, and each line ends with NUL.

use super::ObjectId;

/// A line of `git ls-tree -r -z`, with or without `-l`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeEntry<'s> {
    /// Digits: `100644` is a file, `120000` a link, `160000` a submodule.
    pub mode: &'s str,
    /// Name of the object.
    pub id: ObjectId,
    /// Bytes of the object, where git was asked for them and knows them.
    pub size: Option<u64>,
    /// From the root of the tree.
    pub path: &'s [u8],
}

impl<'s> TreeEntry<'s> {
    /// The entry in `line`; `None` where it is none.
    pub fn parse(line: &'s [u8]) -> Option<TreeEntry<'s>> {
        let tab = line.iter().position(|byte| *byte == b'\t')?;
        let mut words = std::str::from_utf8(&line[..tab]).ok()?.split_ascii_whitespace();
        let (mode, _kind, id) = (words.next()?, words.next()?, words.next()?);
        let size = words.next().and_then(|size| size.parse().ok());
        Some(TreeEntry { mode, id: ObjectId::parse(id)?, size, path: &line[tab + 1..] })
    }

    /// True for a repository inside of this one.
    pub fn is_submodule(&self) -> bool {
        self.mode == "160000"
    }

    /// True for a symbolic link.
    pub fn is_link(&self) -> bool {
        self.mode == "120000"
    }
}

/// A line of `git ls-files -t -z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexEntry<'s> {
    /// True where a sparse checkout leaves the file out.
    pub is_left_out: bool,
    /// From the folder that git works in.
    pub path: &'s [u8],
}

impl<'s> IndexEntry<'s> {
    /// The entry in `line`; `None` where it is none.
    pub fn parse(line: &'s [u8]) -> Option<IndexEntry<'s>> {
        let (tag, path) = line.split_at_checked(2)?;
        (tag[1] == b' ').then_some(IndexEntry { is_left_out: tag[0].eq_ignore_ascii_case(&b'S'), path })
    }
}

/// The lines of a whole listing.
pub fn lines(said: &[u8]) -> impl Iterator<Item = &[u8]> {
    said.split(|byte| *byte == 0).filter(|line| !line.is_empty())
}

/// The sizes in the answers of `git cat-file --batch-check`, one for each question; `None` for an object that is not
/// there.
pub fn sizes(said: &str) -> impl Iterator<Item = Option<u64>> {
    said.lines().map(|line| line.rsplit_once(' ').and_then(|(_, size)| size.parse().ok()))
}

/// Bytes of a line. A path is at most 4,096 bytes long; a line above this is not waited for.
const LONGEST: usize = 1 << 20;

/// The lines of a listing that comes in pieces.
#[derive(Default)]
pub struct Lines {
    rest: Vec<u8>,
}

impl Lines {
    /// Shows the lines that `bytes` ends. An error where `see` has one, or a line does not end.
    pub fn add(
        &mut self,
        bytes: &[u8],
        see: &mut (dyn FnMut(&[u8]) -> Result<(), String> + Send),
    ) -> Result<(), String> {
        let mut pieces = bytes.split(|byte| *byte == 0);
        let last = pieces.next_back().unwrap_or_default();
        for piece in pieces {
            self.rest.extend_from_slice(piece);
            see(&std::mem::take(&mut self.rest))?;
        }
        if self.rest.len() + last.len() > LONGEST {
            return Err("lists a path that does not end".to_owned());
        }
        self.rest.extend_from_slice(last);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "ce013625030ba8dba906f756967f9e9ca394464a";

    #[test]
    fn entries_of_trees_are_read_with_and_without_size() {
        let line = format!("100644 blob {ID}      12\ta b\tc\n");
        let entry = TreeEntry::parse(line.as_bytes()).expect("an entry");
        assert_eq!((entry.mode, entry.size, entry.path), ("100644", Some(12), &b"a b\tc\n"[..]));
        let line = format!("160000 commit {ID}       -\tsub");
        let entry = TreeEntry::parse(line.as_bytes()).expect("an entry");
        assert!(entry.is_submodule() && entry.size.is_none());
        for line in ["", "\t", "100644 blob\ta", "100644 blob ce01\ta"] {
            assert_eq!(TreeEntry::parse(line.as_bytes()), None, "{line:?}");
        }
    }

    #[test]
    fn pieces_make_the_lines_of_the_whole() {
        for size in 1..6 {
            let (mut lines, mut seen) = (Lines::default(), Vec::new());
            for piece in b"one\0two\0\0three".chunks(size) {
                lines
                    .add(piece, &mut |line| {
                        seen.push(line.to_vec());
                        Ok(())
                    })
                    .expect("short lines");
            }
            assert_eq!(seen, [&b"one"[..], b"two", b""]);
        }
        let long = vec![b'a'; LONGEST];
        let mut lines = Lines::default();
        lines.add(&long, &mut |_| Ok(())).expect("as long as allowed");
        assert!(lines.add(b"a", &mut |_| Ok(())).is_err());
    }
}
