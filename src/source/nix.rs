//! The local Nix: asked for a source, and for nothing else.

use std::path::Path;
use std::process::{Command, Stdio};

use super::error::SourceError;
use super::fetch;
use super::hash::FixedHash;
use super::tree::SourceTree;
use super::{Request, Sources};

/// The source, realised by the local Nix and verified.
pub(super) fn realise(sources: &Sources, request: &Request<'_>, hash: &FixedHash) -> Result<SourceTree, SourceError> {
    let failed = |why: String| SourceError::Tool { what: request.what(), tool: "nix-build", why };
    let checkout = sources.options.checkout.as_deref();
    let checkout = checkout.ok_or_else(|| failed("needs a checkout to evaluate".to_owned()))?;
    let named = |part: &str| build(checkout, &format!("{}.{part}", request.attr));
    let in_list = || named(&format!("srcs.{}", request.index));
    let source = request.source;
    let built = if fetch::is_vendored(source) {
        named(&source.fetcher)
    } else if request.index > 0 {
        in_list()
    } else {
        named("src").or_else(|why| in_list().map_err(|_| why))
    };
    sources.of_store_path(request, hash, Path::new(&built.map_err(failed)?))
}

/// The store path of `attribute`, or what Nix said.
fn build(checkout: &Path, attribute: &str) -> Result<String, String> {
    let mut command = Command::new("nix-build");
    command.arg("--no-out-link").arg("--attr").arg(attribute).arg(checkout).stdin(Stdio::null());
    let output = command.output().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "is not on PATH; install Nix or pass --sources DIR".to_owned(),
        _ => format!("could not be run: {error}"),
    })?;
    let said = String::from_utf8_lossy(&output.stdout);
    if let Some(path) = said.lines().rfind(|line| line.starts_with('/')).filter(|_| output.status.success()) {
        return Ok(path.to_owned());
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    let last = errors.lines().rfind(|line| line.contains("error")).unwrap_or("no reason was given");
    Err(format!("could not realise {attribute}: {}", last.trim()))
}
