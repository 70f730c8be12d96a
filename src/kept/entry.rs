//! The bytes of an entry: postcard, packed with zstd. Lists that many files share are written once.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::file::{Content, FileSeen};
use crate::evidence::{
    Annotation, Detection, FileEvidence, Name, Pointer, Restriction, Role, Shared, Switch, Unread, read_name,
};
use crate::text::RelPath;

/// Entries are read at each run and written once; higher levels gain a tenth and cost several times as much.
const COMPRESSION: i32 = 3;

/// No entry unpacks to more.
pub const MOST_BYTES: usize = 1 << 30;

/// Number of the list without elements.
const NONE: u32 = 0;

/// One file; lists are named by their numbers, from 1.
#[derive(Serialize, Deserialize)]
struct FileRow {
    path: RelPath,
    size: u64,
    role: Role,
    rule: u32,
    detections: u32,
    pointers: u32,
    copyrights: u32,
    annotations: Vec<Annotation>,
    restrictions: Vec<Restriction>,
    switches: Vec<Switch>,
    unread: Option<Unread>,
    is_read: bool,
}

/// An entry, unpacked: rules, the lists that files share, the files, and their contents one after the other.
type Plain<'p> = (Vec<Rule>, Vec<Vec<Detection>>, Vec<Vec<Pointer>>, Vec<Vec<String>>, Vec<FileRow>, &'p [u8]);

/// A rule by its name.
#[derive(Serialize, Deserialize)]
struct Rule(#[serde(deserialize_with = "read_name")] Name);

/// Lists in the order in which they were first seen, and their numbers.
struct Numbered<'f, T> {
    numbers: HashMap<&'f [T], u32>,
    lists: Vec<&'f [T]>,
}

impl<'f, T: Eq + Hash> Numbered<'f, T> {
    fn new() -> Self {
        Numbered { numbers: HashMap::new(), lists: Vec::new() }
    }

    fn number(&mut self, list: &'f [T]) -> u32 {
        if list.is_empty() {
            return NONE;
        }
        *self.numbers.entry(list).or_insert_with(|| {
            self.lists.push(list);
            self.lists.len() as u32
        })
    }
}

/// The bytes of an entry with `files`; `None` where it would be too large.
pub fn write(files: &[FileSeen]) -> Option<Vec<u8>> {
    let (mut detections, mut pointers, mut copyrights) = (Numbered::new(), Numbered::new(), Numbered::new());
    let mut rules: Vec<Rule> = Vec::new();
    let mut contents: Vec<u8> = Vec::new();
    let mut rows = Vec::with_capacity(files.len());
    for FileSeen { content, evidence } in files {
        contents.extend(content.iter().flat_map(|content| content.bytes()));
        let known = rules.iter().position(|rule| rule.0 == evidence.role_rule);
        let rule = known.unwrap_or_else(|| {
            rules.push(Rule(evidence.role_rule));
            rules.len() - 1
        });
        rows.push(FileRow {
            path: evidence.path.clone(),
            size: evidence.size,
            role: evidence.role,
            rule: rule as u32,
            detections: detections.number(&evidence.detections),
            pointers: pointers.number(&evidence.pointers),
            copyrights: copyrights.number(&evidence.copyrights),
            annotations: evidence.annotations.clone(),
            restrictions: evidence.restrictions.clone(),
            switches: evidence.switches.clone(),
            unread: evidence.unread.clone(),
            is_read: content.is_some(),
        });
    }
    let plain =
        postcard::to_stdvec(&(rules, detections.lists, pointers.lists, copyrights.lists, rows, contents)).ok()?;
    let packed = zstd::bulk::compress(&plain, COMPRESSION).ok().filter(|_| plain.len() <= MOST_BYTES)?;
    Some([&(plain.len() as u64).to_le_bytes()[..], &packed].concat())
}

/// The files of an entry; `None` where `bytes` are not one.
pub fn read(bytes: &[u8]) -> Option<Vec<FileSeen>> {
    let (length, packed) = bytes.split_first_chunk()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok().filter(|length| *length <= MOST_BYTES)?;
    let plain = zstd::bulk::decompress(packed, length).ok()?;
    let (rules, detections, pointers, copyrights, rows, contents): Plain<'_> = postcard::from_bytes(&plain).ok()?;
    let (detections, pointers, copyrights) = (shared(detections), shared(pointers), shared(copyrights));
    let mut contents = contents.as_chunks::<32>().0.iter();
    let mut files = Vec::with_capacity(rows.len());
    for row in rows {
        let content = match row.is_read {
            true => Some(Content::from_bytes(*contents.next()?)),
            false => None,
        };
        let evidence = FileEvidence {
            role_rule: rules.get(row.rule as usize)?.0,
            detections: list(&detections, row.detections)?,
            pointers: list(&pointers, row.pointers)?,
            copyrights: list(&copyrights, row.copyrights)?,
            path: row.path,
            role: row.role,
            size: row.size,
            annotations: row.annotations,
            restrictions: row.restrictions,
            switches: row.switches,
            unread: row.unread,
        };
        files.push(FileSeen { content, evidence });
    }
    Some(files)
}

fn shared<T>(lists: Vec<Vec<T>>) -> Vec<Arc<Vec<T>>> {
    lists.into_iter().map(Arc::new).collect()
}

fn list<T>(lists: &[Arc<Vec<T>>], number: u32) -> Option<Shared<T>> {
    match number {
        NONE => Some(Shared::default()),
        number => Some(Arc::clone(lists.get(number as usize - 1)?).into()),
    }
}
