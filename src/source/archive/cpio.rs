//! cpio (`newc`), and the headers of rpm around it.

use std::io::{self, Read};

use super::{ArchiveError, RawKind, Sink};

const MAX_NAME: u64 = 1 << 16;
const MAX_RPM_HEADER: u64 = 256 << 20;

/// Shows the entries of a `newc` stream, up to its trailer.
pub(super) fn walk(from: &mut dyn Read, sink: &mut Sink<'_>) -> Result<(), ArchiveError> {
    loop {
        let mut header = [0; 110];
        from.read_exact(&mut header)?;
        if !header.starts_with(b"070701") && !header.starts_with(b"070702") {
            return Err(ArchiveError::Unsupported("a kind of cpio other than newc".to_owned()));
        }
        let [mode, size, name_len] = [14, 54, 94].map(|at| hex(&header[at..at + 8]));
        let (mode, size, name_len) = (mode?, size?, name_len?);
        let mut name = take(from, name_len, MAX_NAME)?;
        skip(from, padding(110 + name_len))?;
        name.retain(|byte| *byte != 0);
        if name == b"TRAILER!!!" {
            return Ok(());
        }
        show(from, &name, mode, size, sink)?;
        skip(from, padding(size))?;
    }
}

fn show(from: &mut dyn Read, name: &[u8], mode: u64, size: u64, sink: &mut Sink<'_>) -> Result<(), ArchiveError> {
    // rpm writes `./usr/..`, and older ones `/usr/..`: in a package both mean the root of the system it is for.
    let name = name.strip_prefix(b"/").unwrap_or(name);
    let mut body = from.take(size);
    match mode & 0o170_000 {
        0o040_000 => sink(name, RawKind::Folder, &mut io::empty())?,
        0o120_000 => {
            let target = take(&mut body, size, MAX_NAME)?;
            sink(name, RawKind::Link(target), &mut io::empty())?;
        }
        0o100_000 => {
            let executable = mode & 0o100 != 0;
            sink(name, RawKind::File { executable, size: Some(size) }, &mut body)?;
        }
        _ => sink(name, RawKind::Special("device, pipe or socket"), &mut io::empty())?,
    }
    let left = body.limit();
    skip(from, left)
}

/// Reads past the lead, the signature and the header of an rpm: the payload is next.
pub(super) fn skip_rpm_headers(from: &mut dyn Read) -> Result<(), ArchiveError> {
    skip(from, 96)?;
    let signature = skip_rpm_section(from)?;
    skip(from, (8 - signature % 8) % 8)?;
    skip_rpm_section(from)?;
    Ok(())
}

/// Reads past one section: a magic number, a number of index entries and a size of data. Returns its length.
fn skip_rpm_section(from: &mut dyn Read) -> Result<u64, ArchiveError> {
    let mut intro = [0; 16];
    from.read_exact(&mut intro)?;
    if !intro.starts_with(&[0x8e, 0xad, 0xe8]) {
        return Err(ArchiveError::Corrupt("an rpm header does not begin as it must".to_owned()));
    }
    let word = |at: usize| u64::from(u32::from_be_bytes(intro[at..at + 4].try_into().expect("four bytes")));
    let len = word(8) * 16 + word(12);
    if len > MAX_RPM_HEADER {
        return Err(ArchiveError::Limit(format!("an rpm header of {len} bytes")));
    }
    skip(from, len)?;
    Ok(16 + len)
}

fn hex(field: &[u8]) -> Result<u64, ArchiveError> {
    let number = std::str::from_utf8(field).ok().and_then(|text| u64::from_str_radix(text, 16).ok());
    number.ok_or_else(|| ArchiveError::Corrupt("a number in a cpio header is not one".to_owned()))
}

fn padding(len: u64) -> u64 {
    (4 - len % 4) % 4
}

fn take(from: &mut dyn Read, len: u64, max: u64) -> Result<Vec<u8>, ArchiveError> {
    if len > max {
        return Err(ArchiveError::Limit(format!("a name of {len} bytes")));
    }
    let mut bytes = vec![0; len as usize];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn skip(from: &mut dyn Read, count: u64) -> Result<(), ArchiveError> {
    let skipped = io::copy(&mut from.take(count), &mut io::sink())?;
    if skipped == count { Ok(()) } else { Err(ArchiveError::Truncated(" inside an entry".to_owned())) }
}
