//! Package urls of packages and sources.

use std::str::FromStr;

use packageurl::PackageUrl;

use crate::source::FixedHash;
use crate::tree::{HashMode, SourceRef};

/// e.g. `pkg:nix/hello@2.12?attr=hello`
pub(super) fn of_package(name: &str, version: Option<&str>, attr: &str) -> Option<String> {
    let mut purl = PackageUrl::new("nix", name.to_owned()).ok()?;
    if let Some(version) = version {
        purl.with_version(version.to_owned()).ok()?;
    }
    purl.add_qualifier("attr", attr.to_owned()).ok()?;
    Some(purl.to_string())
}

/// True for a package url of the form that readers take.
pub(super) fn is_valid(purl: &str) -> bool {
    PackageUrl::from_str(purl).is_ok()
}

/// The url of the source in its own ecosystem, where its fetcher names one; else a generic one with what was downloaded.
pub(super) fn of_source(
    source: &SourceRef,
    name: &str,
    version: Option<&str>,
    hash: Option<&FixedHash>,
) -> Option<String> {
    let known = match source.fetcher.as_str() {
        "fetchFromGitHub" => of_forge("github", source),
        "fetchFromBitbucket" => of_forge("bitbucket", source),
        "fetchPypi" => of_registry("pypi", name, version),
        "fetchCrate" => of_registry("cargo", name, version),
        "fetchHex" => of_registry("hex", name, version),
        _ => None,
    };
    known.or_else(|| generic(source, name, version, hash))
}

fn of_registry(kind: &str, name: &str, version: Option<&str>) -> Option<String> {
    let mut purl = PackageUrl::new(kind.to_owned(), name.to_owned()).ok()?;
    purl.with_version(version?.to_owned()).ok()?;
    Some(purl.to_string())
}

/// Owner and repository are the first two parts of the path.
fn of_forge(kind: &str, source: &SourceRef) -> Option<String> {
    let (_, rest) = source.urls.first()?.split_once("://")?;
    let mut path = rest.split('/').skip(1);
    let (owner, name) = (path.next()?, path.next()?.trim_end_matches(".git"));
    let mut purl = PackageUrl::new(kind.to_owned(), name.to_owned()).ok()?;
    purl.with_namespace(owner.to_owned()).ok()?;
    purl.with_version(source.rev.as_deref()?.to_owned()).ok()?;
    Some(purl.to_string())
}

fn generic(source: &SourceRef, name: &str, version: Option<&str>, hash: Option<&FixedHash>) -> Option<String> {
    let url = source.urls.first()?;
    let mut purl = PackageUrl::new("generic", name.to_owned()).ok()?;
    if let Some(version) = version {
        purl.with_version(version.to_owned()).ok()?;
    }
    purl.add_qualifier("download_url", url.clone()).ok()?;
    if let Some(hash) = hash.filter(|_| source.mode == HashMode::Flat) {
        purl.add_qualifier("checksum", format!("{}:{}", hash.algo.name(), hash.hex())).ok()?;
    }
    Some(purl.to_string())
}
