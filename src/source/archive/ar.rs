//! ar: the outer layer of deb; also of static libraries.

use std::io::{self, Read};

use super::{ArchiveError, RawKind, Sink};

const HEADER: usize = 60;
const MAX_NAMES: u64 = 1 << 20;

/// Shows the members. Names are GNU's (`name/`, a table for long ones) or BSD's (`#1/len`).
pub(super) fn walk(from: &mut dyn Read, sink: &mut Sink<'_>) -> Result<(), ArchiveError> {
    let mut magic = [0; 8];
    from.read_exact(&mut magic)?;
    let mut long_names = Vec::new();
    while let Some(header) = read_header(from)? {
        let stated = text(&header[..16]);
        let size = text(&header[48..58]).parse::<u64>();
        let size = size.map_err(|_| ArchiveError::Corrupt("the size of an ar member is not a number".to_owned()))?;
        let mut member = from.take(size);
        match stated {
            "//" if size <= MAX_NAMES => drop(member.read_to_end(&mut long_names)?),
            "/" | "//" | "/SYM64/" | "__.SYMDEF" => {}
            _ => {
                let name = name_of(stated, &long_names, &mut member)?;
                let left = member.limit();
                sink(&name, RawKind::File { executable: false, size: Some(left) }, &mut member)?;
            }
        }
        let padding = size % 2;
        let left = member.limit();
        let skipped = io::copy(&mut from.take(left + padding), &mut io::sink())?;
        if skipped < left {
            return Err(ArchiveError::Truncated(" inside an ar member".to_owned()));
        }
    }
    Ok(())
}

fn read_header(from: &mut dyn Read) -> Result<Option<[u8; HEADER]>, ArchiveError> {
    let mut header = [0; HEADER];
    let mut first = [0; 1];
    if from.read(&mut first)? == 0 {
        return Ok(None);
    }
    header[0] = first[0];
    from.read_exact(&mut header[1..])?;
    if &header[58..] != b"`\n" || !header.is_ascii() {
        return Err(ArchiveError::Corrupt("an ar header does not end as it must".to_owned()));
    }
    Ok(Some(header))
}

fn text(field: &[u8]) -> &str {
    std::str::from_utf8(field).unwrap_or("").trim()
}

fn name_of(stated: &str, long_names: &[u8], member: &mut dyn Read) -> Result<Vec<u8>, ArchiveError> {
    let damaged = || ArchiveError::Corrupt("the name of an ar member is not in its table".to_owned());
    if let Some(len) = stated.strip_prefix("#1/") {
        let len = len.parse::<usize>().ok().filter(|len| *len <= 4096).ok_or_else(damaged)?;
        let mut name = vec![0; len];
        member.read_exact(&mut name)?;
        name.retain(|byte| *byte != 0);
        return Ok(name);
    }
    if let Some(offset) = stated.strip_prefix('/') {
        let offset = offset.parse::<usize>().map_err(|_| damaged())?;
        let rest = long_names.get(offset..).ok_or_else(damaged)?;
        let end = rest.iter().position(|byte| matches!(byte, b'/' | b'\n')).unwrap_or(rest.len());
        return Ok(rest[..end].to_vec());
    }
    Ok(stated.strip_suffix('/').unwrap_or(stated).as_bytes().to_vec())
}
