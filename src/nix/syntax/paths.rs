//! Path literals.

use rnix::SyntaxKind as K;

use super::ast::{Kind, Part};
use super::reader::Reader;
use super::refusal::Fail;

/// The path that is read next.
pub(super) fn literal(reader: &mut Reader<'_>) -> Result<Kind, Fail> {
    let is_home = reader.peek() == K::TOKEN_PATH_HOME;
    let first = reader.bump();
    let mut parts: Vec<Part> = Vec::new();
    // A word that follows without a blank in between belongs to it.
    while reader.here() == reader.end() {
        match reader.peek() {
            K::TOKEN_INTERPOL_START => parts.push(Part::Expr(reader.interpolated()?)),
            K::TOKEN_PATH_ABS | K::TOKEN_PATH_REL | K::TOKEN_PATH_HOME if !parts.is_empty() => {
                parts.push(Part::Text(reader.bump().into()));
            }
            _ => break,
        }
    }
    if is_home {
        return Ok(Kind::Search(first.into()));
    }
    let whole = absolute(reader.dir, first);
    if parts.is_empty() {
        return Ok(Kind::Path(whole.into()));
    }
    // A slash at the end of the first part must survive: `./a/${b}`.
    let slash = if first.ends_with('/') { "/" } else { "" };
    parts.insert(0, Part::Text(format!("{whole}{slash}").into()));
    Ok(Kind::PathInterp(parts.into()))
}

/// `path` below `dir`, without `.`, `..` and empty parts.
pub fn absolute(dir: &str, path: &str) -> String {
    let mut out: Vec<&str> = if path.starts_with('/') { Vec::new() } else { parts(dir).collect() };
    for part in parts(path) {
        match part {
            "." => {}
            ".." => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    format!("/{}", out.join("/"))
}

fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty())
}
