//! The lists of npins and niv: one pin a name.

use serde_json::Value as Json;

use super::{Lock, Pin, archive, revision, text};
use crate::tree::SourceRef;

/// The pins of `npins/sources.json`.
pub(super) fn npins(lock: &Json) -> Vec<Pin> {
    let pins = lock.get("pins").and_then(Json::as_object);
    let pin = |(name, pin): (&String, &Json)| {
        let version = text(pin, "version").or(text(pin, "name"));
        let revision = text(pin, "revision").or(version).map(str::to_owned);
        Pin { revision, ..Pin::new(Lock::Npins, name, of_npins(pin)) }
    };
    pins.into_iter().flatten().map(pin).collect()
}

fn of_npins(pin: &Json) -> Result<SourceRef, String> {
    let hash = text(pin, "hash").ok_or("the lock has no hash for it")?;
    let has_submodules = pin.get("submodules").and_then(Json::as_bool).unwrap_or(false);
    match (text(pin, "type"), text(pin, "locked_url").or(text(pin, "url"))) {
        (Some("PyPi" | "Container"), _) => Err("not a tree of files".to_owned()),
        (_, Some(url)) if !has_submodules => Ok(archive(url.to_owned(), Some(hash))),
        _ => {
            let repository = pin.get("repository").and_then(|repository| text(repository, "url"));
            let found = repository.or(text(pin, "url")).zip(text(pin, "revision"));
            let found = found.map(|(url, rev)| revision(url, rev, Some(hash), has_submodules));
            found.ok_or_else(|| "the lock has no usable address for it".to_owned())
        }
    }
}

/// The pins of `nix/sources.json`.
pub(super) fn niv(lock: &Json) -> Vec<Pin> {
    let is_pin = |(_, pin): &(&String, &Json)| text(pin, "url").or(text(pin, "repo")).is_some();
    let pin = |(name, pin): (&String, &Json)| {
        let revision = text(pin, "rev").or(text(pin, "version")).map(str::to_owned);
        let source = match (text(pin, "type").unwrap_or("tarball"), text(pin, "url"), text(pin, "sha256")) {
            ("tarball", Some(url), Some(hash)) => Ok(archive(url.to_owned(), Some(hash))),
            ("tarball", ..) => Err("the lock has no hash for it".to_owned()),
            (other, ..) => Err(format!("a pin of the kind `{other}` has no hash; name a folder with --input")),
        };
        Pin { revision, ..Pin::new(Lock::Niv, name, source) }
    };
    lock.as_object().into_iter().flatten().filter(is_pin).map(pin).collect()
}
