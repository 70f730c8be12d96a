//! A binary cache: files that somebody else's Nix has made.
//!
//! The hash that the package declares is stronger than any signature, and always checked. Signatures are shown; where the
//! user names keys, one of them must have signed: then it is also known who delivered.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::archive::{self, ArchiveError, Kind};
use super::cached::{key_of, write_note};
use super::error::SourceError;
use super::hash::{Algo, FixedHash, Hasher, hash_file};
use super::net::NetError;
use super::signature::{self, PublicKey, Signature};
use super::tree::{Identity, Origin, SourceTree, Strip};
use super::{Network, Request, Sources, fixed_output, urls};
use crate::store::Staged;
use crate::tree::HashMode;

const MAX_NARINFO: u64 = 1 << 20;

/// The source, from the binary cache that the user names; `None` where there is none or it does not have it.
pub(super) fn find(
    sources: &Sources,
    request: &Request<'_>,
    hash: &FixedHash,
) -> Result<Option<SourceTree>, SourceError> {
    let options = &sources.options;
    let Some(base) = options.binary_cache.as_ref().filter(|_| options.network != Network::Offline) else {
        return Ok(None);
    };
    let store = options.nix_store.clone().unwrap_or_else(|| PathBuf::from("/nix/store"));
    let Some(path) = fixed_output(&store, &request.name(), request.source.mode, hash) else { return Ok(None) };
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let digest = name.split('-').next().unwrap_or("");
    let identity = Identity { mode: request.source.mode, hash: hash.clone() };
    let key = key_of(&identity);
    let _lock = options.store.lock(&key)?;
    let info_url = format!("{}/{digest}.narinfo", base.trim_end_matches('/'));
    let partial = options.store.partial(&key).with_extension("nar");
    let info = match sources.net.text(&info_url, "*/*", &partial.with_extension("narinfo"), MAX_NARINFO) {
        Ok(text) => NarInfo::parse(&text),
        Err(NetError::Cancelled) => return Err(SourceError::Cancelled(request.what())),
        // The cache is a short cut: where it fails, the other ways are open.
        Err(_) => return Ok(None),
    };
    let signatures = info.signatures(&path, &options.binary_cache_keys);
    if !options.binary_cache_keys.is_empty() && !signatures.iter().any(|one| one.holds == Some(true)) {
        // Unsigned content is fetched elsewhere, where that is allowed.
        let is_open = options.network == Network::Fetch || options.nix;
        let refused = || SourceError::Unsigned { what: request.what(), url: info_url };
        return if is_open { Ok(None) } else { Err(refused()) };
    }
    let Some(nar_url) = urls::join(&info_url, &info.url) else { return Ok(None) };
    if sources.net.download(&nar_url, &partial).is_err() {
        return Ok(None);
    }
    let kept = keep(sources, request, hash, &partial, &info);
    let _ = std::fs::remove_file(&partial);
    let origin = Origin::BinaryCache { url: info_url, signatures };
    kept.map(|()| sources.of_cache(request, hash, origin))
}

/// Verifies a NAR and keeps what it holds: the file of a flat source, or the NAR itself.
fn keep(
    sources: &Sources,
    request: &Request<'_>,
    hash: &FixedHash,
    nar: &Path,
    info: &NarInfo,
) -> Result<(), SourceError> {
    let options = &sources.options;
    let mut staged = options.store.stage()?;
    let identity = Identity { mode: request.source.mode, hash: hash.clone() };
    // Some compressions are told by their name only.
    let nar_name = urls::file_name(&info.url);
    let (got, note) = match request.source.mode {
        HashMode::Flat => {
            let got = copy_single_file(nar, &nar_name, hash, &mut staged, options);
            (got.map_err(SourceError::archive(&request.what()))?, write_note(request.strip(), &request.file_name()))
        }
        HashMode::Nar => {
            let got = hash_packed(nar, &nar_name, hash, options).map_err(SourceError::archive(&request.what()))?;
            (got, write_note(Strip::Never, &nar_name))
        }
    };
    if got != *hash {
        let from = info.url.clone();
        return Err(SourceError::HashMismatch { what: request.what(), want: hash.clone(), got, from });
    }
    let key = key_of(&identity);
    if request.source.mode == HashMode::Flat {
        staged.commit(&options.store, &key, &note)?;
        return Ok(());
    }
    let (_, digest) = hash_file(nar, Algo::Sha256).map_err(SourceError::io(nar, "could not be read"))?;
    sources.proven.remember(&identity, digest);
    let adopted = staged.adopt(nar, digest).map_err(SourceError::io(nar, "could not be moved"))?;
    staged.commit_adopted(&options.store, &key, &note, adopted)?;
    Ok(())
}

fn copy_single_file(
    nar: &Path,
    name: &str,
    hash: &FixedHash,
    staged: &mut Staged,
    options: &super::Options,
) -> Result<FixedHash, ArchiveError> {
    let mut hasher = Hasher::new(hash.algo);
    archive::walk(nar, name, &options.limits, &mut |item| match item.kind {
        Kind::File { .. } => {
            let mut both = Both { first: &mut *staged, second: &mut hasher };
            std::io::copy(item.body, &mut both)?;
            Ok(())
        }
        _ => Err(ArchiveError::Corrupt("the NAR of a file holds something else".to_owned())),
    })?;
    Ok(hasher.finish())
}

/// The hash of what is inside of a packed NAR, which is the NAR itself.
pub(super) fn hash_packed(
    nar: &Path,
    name: &str,
    hash: &FixedHash,
    options: &super::Options,
) -> Result<FixedHash, ArchiveError> {
    let mut hasher = Hasher::new(hash.algo);
    archive::copy_unpacked(nar, name, &options.limits, &mut hasher)?;
    Ok(hasher.finish())
}

struct Both<'a> {
    first: &'a mut dyn std::io::Write,
    second: &'a mut dyn std::io::Write,
}

impl std::io::Write for Both<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.first.write_all(bytes)?;
        self.second.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.first.flush()
    }
}

/// The lines of a narinfo that count here.
pub struct NarInfo {
    /// The path that it speaks of.
    pub(super) store_path: String,
    /// Where the NAR is, relative to the cache.
    pub(super) url: String,
    pub(super) hash: String,
    size: String,
    references: Vec<String>,
    signatures: Vec<String>,
}

impl NarInfo {
    /// The narinfo in `text`; what is not there is empty.
    pub fn parse(text: &str) -> NarInfo {
        let lines = || text.lines().filter_map(|line| line.split_once(':')).map(|(key, value)| (key, value.trim()));
        let fields: BTreeMap<&str, &str> = lines().collect();
        let field = |key: &str| fields.get(key).map_or("", |value| value).to_owned();
        NarInfo {
            store_path: field("StorePath"),
            url: field("URL"),
            hash: field("NarHash"),
            size: field("NarSize"),
            references: field("References").split_whitespace().map(str::to_owned).collect(),
            signatures: lines().filter(|(key, _)| *key == "Sig").map(|(_, value)| value.to_owned()).collect(),
        }
    }

    /// The signatures, for what they are when said of `path`.
    pub fn signatures(&self, path: &Path, keys: &[PublicKey]) -> Vec<Signature> {
        let statement = self.statement(path);
        self.signatures.iter().map(|text| signature::check(text, &statement, keys)).collect()
    }

    /// Those of `keys` whose signatures hold for the path that it speaks of.
    pub fn signers(&self, keys: &[PublicKey]) -> Vec<PublicKey> {
        let path = Path::new(&self.store_path);
        let holds = |key: &&PublicKey| {
            let signatures = self.signatures(path, std::slice::from_ref(*key));
            signatures.iter().any(|one| one.holds == Some(true))
        };
        keys.iter().filter(holds).cloned().collect()
    }

    /// The line that is signed, for `path`: a narinfo of another path has signatures that do not hold for this one.
    fn statement(&self, path: &Path) -> String {
        let hash = FixedHash::parse(Some(&self.hash), None);
        let hash = hash.map_or_else(|_| self.hash.clone(), |hash| format!("{}:{}", hash.algo.name(), hash.base32()));
        let store = path.parent().unwrap_or(Path::new(""));
        let references: Vec<String> =
            self.references.iter().map(|name| store.join(name).display().to_string()).collect();
        format!("1;{};{hash};{};{}", path.display(), self.size, references.join(","))
    }
}
