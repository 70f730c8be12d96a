//! tar: v7, ustar, pax and GNU, with their long names and their sparse files.
//!
//! Own code, because what is read before an entry is shown (long names, pax records, sparse maps) must be bounded.

use std::io::{self, Read};

use super::{ArchiveError, RawKind, Sink};

const BLOCK: usize = 512;
// A path has at most 4096 bytes on Linux; pax records may carry attributes beside it.
const MAX_NAME: u64 = 1 << 16;
const MAX_PAX: u64 = 1 << 20;
const MAX_SEGMENTS: usize = 200_000;

/// True where `block` is a tar header: its checksum is right.
pub(super) fn is_header(block: &[u8]) -> bool {
    block.len() == BLOCK && block.iter().any(|byte| *byte != 0) && has_right_sum(block)
}

/// Shows the entries of a tar stream, up to its end mark.
pub(super) fn walk(from: &mut dyn Read, sink: &mut Sink<'_>) -> Result<(), ArchiveError> {
    let mut from = Blocks { from };
    let mut extra = Extra::default();
    while let Some(block) = from.header()? {
        let header = Header(&block);
        let size = extra.size.map_or_else(|| header.number(124, 12), Ok)?;
        match header.kind() {
            b'L' => extra.name = Some(cut_at_nul(from.whole(size, MAX_NAME)?)),
            b'K' => extra.link = Some(cut_at_nul(from.whole(size, MAX_NAME)?)),
            b'x' => extra.read_pax(&from.whole(header.number(124, 12)?, MAX_PAX)?)?,
            // Global headers hold comments and times: the commit of a forge's archive.
            b'g' => drop(from.whole(header.number(124, 12)?, MAX_PAX)?),
            // Labels of volumes and lists of folders are no entries.
            b'V' | b'M' | b'D' | b'N' => from.skip(padded(size))?,
            _ => {
                let extra = std::mem::take(&mut extra);
                entry(&mut from, &header, size, extra, sink)?;
            }
        }
    }
    Ok(())
}

fn entry(
    from: &mut Blocks<'_>,
    header: &Header<'_>,
    size: u64,
    extra: Extra,
    sink: &mut Sink<'_>,
) -> Result<(), ArchiveError> {
    let name = extra.sparse.name.clone().or(extra.name).unwrap_or_else(|| header.name());
    let target = || extra.link.clone().unwrap_or_else(|| cut_at_nul(header.0[157..257].to_vec()));
    let executable = header.number(100, 8).unwrap_or(0) & 0o100 != 0;
    let special = |what| (RawKind::Special(what), 0);
    let (kind, stored) = match header.kind() {
        b'1' => (RawKind::HardLink(target()), 0),
        b'2' => (RawKind::Link(target()), 0),
        b'3' => special("character device"),
        b'4' => special("block device"),
        b'6' => special("pipe"),
        b'5' => (RawKind::Folder, size),
        b'S' => {
            let map = from.old_sparse_map(header)?;
            return sparse(from, &name, executable, size, map, sink);
        }
        _ if name.ends_with(b"/") => (RawKind::Folder, size),
        _ if extra.sparse.is_used() => {
            let (map, stored) = extra.sparse.map(from, size)?;
            return sparse(from, &name, executable, stored, map, sink);
        }
        _ => (RawKind::File { executable, size: Some(size) }, size),
    };
    let mut body = Body { from, left: stored };
    sink(&name, kind, &mut body)?;
    let left = body.left;
    from.skip(left + padded(stored) - stored)
}

/// A file with holes: `stored` bytes of data for the segments of `map`.
fn sparse(
    from: &mut Blocks<'_>,
    name: &[u8],
    executable: bool,
    stored: u64,
    map: SparseMap,
    sink: &mut Sink<'_>,
) -> Result<(), ArchiveError> {
    map.check(stored)?;
    let kind = RawKind::File { executable, size: Some(map.size) };
    let mut holes = Holes {
        body: Body { from, left: stored },
        at: 0,
        size: map.size,
        segments: map.segments.into_iter().peekable(),
    };
    sink(name, kind, &mut holes)?;
    let left = holes.body.left;
    from.skip(left + padded(stored) - stored)
}

struct Header<'b>(&'b [u8; BLOCK]);

impl Header<'_> {
    fn kind(&self) -> u8 {
        self.0[156]
    }

    fn name(&self) -> Vec<u8> {
        let name = cut_at_nul(self.0[..100].to_vec());
        let prefix = cut_at_nul(self.0[345..500].to_vec());
        // GNU tar keeps other things in the place of the prefix.
        let is_posix = &self.0[257..263] == b"ustar\0";
        if is_posix && !prefix.is_empty() { [prefix, b"/".to_vec(), name].concat() } else { name }
    }

    /// A number: octal digits, or the bytes themselves where the first bit is set.
    fn number(&self, start: usize, len: usize) -> Result<u64, ArchiveError> {
        number(&self.0[start..start + len])
    }
}

fn number(field: &[u8]) -> Result<u64, ArchiveError> {
    let damaged = || ArchiveError::Corrupt("a number in a tar header is not one".to_owned());
    if field[0] & 0x80 != 0 {
        let first = u64::from(field[0] & 0x7f);
        let value = field[1..]
            .iter()
            .try_fold(first, |value, byte| (value >> 54 == 0).then_some(value << 8 | u64::from(*byte)));
        return value.filter(|value| value >> 62 == 0).ok_or_else(damaged);
    }
    let digits = field.iter().skip_while(|byte| **byte == b' ').take_while(|byte| !matches!(byte, 0 | b' '));
    digits.copied().try_fold(0_u64, |value, digit| match digit {
        b'0'..=b'7' => Ok(value << 3 | u64::from(digit - b'0')),
        _ => Err(damaged()),
    })
}

fn has_right_sum(block: &[u8]) -> bool {
    let Ok(stated) = number(&block[148..156]) else { return false };
    let without_field =
        || block.iter().enumerate().map(|(at, byte)| if (148..156).contains(&at) { b' ' } else { *byte });
    let unsigned: u64 = without_field().map(u64::from).sum();
    // Some old tars summed signed characters.
    let signed: i64 = without_field().map(|byte| i64::from(byte as i8)).sum();
    stated == unsigned || i64::try_from(stated) == Ok(signed)
}

fn padded(size: u64) -> u64 {
    size.div_ceil(BLOCK as u64) * BLOCK as u64
}

fn cut_at_nul(mut text: Vec<u8>) -> Vec<u8> {
    if let Some(end) = text.iter().position(|byte| *byte == 0) {
        text.truncate(end);
    }
    text
}

/// The stream, read in blocks.
struct Blocks<'r> {
    from: &'r mut dyn Read,
}

impl Blocks<'_> {
    /// The next header; `None` at the end mark, or where the stream ends between two entries, as some do.
    fn header(&mut self) -> Result<Option<[u8; BLOCK]>, ArchiveError> {
        let mut block = [0; BLOCK];
        let mut filled = 0;
        while filled < BLOCK {
            match self.from.read(&mut block[filled..]) {
                Ok(0) if filled == 0 => return Ok(None),
                Ok(0) => return Err(ArchiveError::Truncated(" inside a header".to_owned())),
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        if block.iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        if !has_right_sum(&block) {
            return Err(ArchiveError::Corrupt("a tar header has a wrong checksum".to_owned()));
        }
        Ok(Some(block))
    }

    /// `size` bytes and their padding, all in memory.
    fn whole(&mut self, size: u64, max: u64) -> Result<Vec<u8>, ArchiveError> {
        if size > max {
            return Err(ArchiveError::Limit(format!("a tar header of {size} bytes")));
        }
        let mut bytes = vec![0; size as usize];
        self.from.read_exact(&mut bytes)?;
        self.skip(padded(size) - size)?;
        Ok(bytes)
    }

    fn skip(&mut self, count: u64) -> Result<(), ArchiveError> {
        let skipped = io::copy(&mut (&mut *self.from).take(count), &mut io::sink())?;
        if skipped == count { Ok(()) } else { Err(ArchiveError::Truncated(" inside an entry".to_owned())) }
    }

    /// The map of a GNU sparse file: four segments in the header, more in the blocks after it.
    fn old_sparse_map(&mut self, header: &Header<'_>) -> Result<SparseMap, ArchiveError> {
        let mut map = SparseMap { size: header.number(483, 12)?, segments: Vec::new() };
        map.push_fields(&header.0[386..482])?;
        let mut has_more = header.0[482] != 0;
        while has_more {
            let mut block = [0; BLOCK];
            self.from.read_exact(&mut block)?;
            map.push_fields(&block[..504])?;
            has_more = block[504] != 0;
        }
        Ok(map)
    }
}

struct Body<'b, 'r> {
    from: &'b mut Blocks<'r>,
    left: u64,
}

impl Read for Body<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        // Some decoders take an empty buffer for a sign that nothing moves.
        if most == 0 {
            return Ok(0);
        }
        let count = self.from.from.read(&mut buffer[..most])?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= count as u64;
        Ok(count)
    }
}

/// Statements of the headers before an entry.
#[derive(Default)]
struct Extra {
    name: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
    sparse: PaxSparse,
}

impl Extra {
    fn read_pax(&mut self, mut records: &[u8]) -> Result<(), ArchiveError> {
        while !records.is_empty() {
            let (record, rest) = split_record(records)
                .ok_or_else(|| ArchiveError::Corrupt("a pax record does not have the length it states".to_owned()))?;
            let Some(equals) = record.iter().position(|byte| *byte == b'=') else { break };
            self.set(&record[..equals], &record[equals + 1..])?;
            records = rest;
        }
        Ok(())
    }

    fn set(&mut self, key: &[u8], value: &[u8]) -> Result<(), ArchiveError> {
        match key {
            b"path" => self.name = Some(value.to_vec()),
            b"linkpath" => self.link = Some(value.to_vec()),
            b"size" => self.size = Some(decimal(value)?),
            b"GNU.sparse.name" => self.sparse.name = Some(value.to_vec()),
            b"GNU.sparse.major" => self.sparse.in_data = value == b"1",
            b"GNU.sparse.size" | b"GNU.sparse.realsize" => self.sparse.size = Some(decimal(value)?),
            b"GNU.sparse.map" => {
                for number in value.split(|byte| *byte == b',') {
                    self.sparse.numbers.push(decimal(number)?);
                }
            }
            b"GNU.sparse.offset" | b"GNU.sparse.numbytes" => self.sparse.numbers.push(decimal(value)?),
            _ => {}
        }
        Ok(())
    }
}

/// The first record without its length and line break, and what follows.
fn split_record(records: &[u8]) -> Option<(&[u8], &[u8])> {
    let space = records.iter().position(|byte| *byte == b' ')?;
    let len = decimal(&records[..space]).ok()? as usize;
    if len <= space + 1 || len > records.len() {
        return None;
    }
    Some((&records[space + 1..len - 1], &records[len..]))
}

fn decimal(text: &[u8]) -> Result<u64, ArchiveError> {
    let number = std::str::from_utf8(text).ok().and_then(|text| text.trim().parse::<u64>().ok());
    let number = number.filter(|number| number >> 62 == 0);
    number.ok_or_else(|| ArchiveError::Corrupt("a number in a pax record is not one".to_owned()))
}

/// A sparse file in the ways of pax (0.0, 0.1 and 1.0).
#[derive(Default)]
struct PaxSparse {
    name: Option<Vec<u8>>,
    size: Option<u64>,
    numbers: Vec<u64>,
    in_data: bool,
}

impl PaxSparse {
    fn is_used(&self) -> bool {
        self.in_data || !self.numbers.is_empty()
    }

    /// The map, and how many bytes of data follow it.
    fn map(self, from: &mut Blocks<'_>, stored: u64) -> Result<(SparseMap, u64), ArchiveError> {
        let damaged = || ArchiveError::Corrupt("the map of a sparse file is damaged".to_owned());
        let size = self.size.ok_or_else(damaged)?;
        let (numbers, used) = if self.in_data { read_map(from)? } else { (self.numbers, 0) };
        let pairs = numbers.chunks_exact(2).map(|pair| (pair[0], pair[1]));
        let map = SparseMap { size, segments: pairs.collect() };
        Ok((map, stored.checked_sub(used).ok_or_else(damaged)?))
    }
}

/// The numbers at the begin of the data, one a line, and the bytes they take with their padding.
fn read_map(from: &mut Blocks<'_>) -> Result<(Vec<u64>, u64), ArchiveError> {
    let (mut numbers, mut wanted, mut used) = (Vec::new(), None, 0_u64);
    let mut line = Vec::new();
    while wanted.is_none_or(|wanted| (numbers.len() as u64) < wanted) {
        let mut block = [0; BLOCK];
        from.from.read_exact(&mut block)?;
        used += BLOCK as u64;
        for byte in block {
            let is_done = wanted.is_some_and(|wanted| numbers.len() as u64 >= wanted);
            match byte {
                _ if is_done => break,
                b'\n' if wanted.is_none() => wanted = Some(decimal(&std::mem::take(&mut line))?.saturating_mul(2)),
                b'\n' => numbers.push(decimal(&std::mem::take(&mut line))?),
                _ => line.push(byte),
            }
        }
        if numbers.len() > MAX_SEGMENTS || line.len() > BLOCK {
            return Err(ArchiveError::Limit("the map of a sparse file".to_owned()));
        }
    }
    Ok((numbers, used))
}

struct SparseMap {
    size: u64,
    segments: Vec<(u64, u64)>,
}

impl SparseMap {
    fn push_fields(&mut self, fields: &[u8]) -> Result<(), ArchiveError> {
        for pair in fields.chunks_exact(24).filter(|pair| pair[0] != 0) {
            self.segments.push((number(&pair[..12])?, number(&pair[12..])?));
        }
        if self.segments.len() > MAX_SEGMENTS {
            return Err(ArchiveError::Limit("the map of a sparse file".to_owned()));
        }
        Ok(())
    }

    /// Segments must run forward, inside the file, and have the data they need.
    fn check(&self, stored: u64) -> Result<(), ArchiveError> {
        let damaged = || ArchiveError::Corrupt("the map of a sparse file contradicts its sizes".to_owned());
        let (mut end, mut data) = (0_u64, 0_u64);
        for (offset, len) in &self.segments {
            if *offset < end {
                return Err(damaged());
            }
            end = offset.checked_add(*len).ok_or_else(damaged)?;
            data += len;
        }
        if end > self.size || data > stored { Err(damaged()) } else { Ok(()) }
    }
}

/// Reads a sparse file as if it had no holes.
struct Holes<'b, 'r> {
    body: Body<'b, 'r>,
    at: u64,
    size: u64,
    segments: std::iter::Peekable<std::vec::IntoIter<(u64, u64)>>,
}

impl Read for Holes<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.segments.next_if(|(offset, len)| offset + len <= self.at).is_some() {}
        let next = self.segments.peek().copied().unwrap_or((self.size, 0));
        let is_hole = self.at < next.0;
        let until = if is_hole { next.0 } else { next.0 + next.1 };
        let most = usize::try_from(until - self.at).unwrap_or(usize::MAX).min(buffer.len());
        let count = if is_hole {
            buffer[..most].fill(0);
            most
        } else {
            self.body.read(&mut buffer[..most])?
        };
        self.at += count as u64;
        Ok(count)
    }
}
