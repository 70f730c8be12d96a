//! Files of a binary cache on this disk, each with the keys that signed it.
//!
//! `nix copy --to file://FOLDER` writes such a cache. It may come from anybody: a path counts for what its signatures
//! say, and only where the bytes have the signed hash.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::archive::{self, ArchiveError, Kind, Limits};
use super::binary_cache::NarInfo;
use super::hash::{FixedHash, Hasher};
use super::signature::PublicKey;
use super::urls;
use crate::text::RelPath;
use crate::text::regular::{self, Links};

/// The file that makes a folder a binary cache.
const CACHE_INFO: &str = "nix-cache-info";

/// No narinfo is longer.
const MAX_NARINFO: u64 = 1 << 20;

/// No file that is read into memory is larger, unpacked.
const MAX_FILE: u64 = 1 << 28;

/// A file that was built elsewhere.
#[derive(Clone, Debug)]
pub struct SignedFile {
    /// Its path in the Nix store.
    pub store_path: String,
    /// The keys whose signatures hold.
    pub keys: Vec<PublicKey>,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Why a file of a binary cache cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SignedError {
    /// The file system refused.
    #[error("{}: {error}", .0.display(), error = .1)]
    Io(PathBuf, io::Error),
    /// Its NAR is not readable.
    #[error("{}: {error}", .0.display(), error = .1)]
    Nar(PathBuf, ArchiveError),
    /// It is not what its narinfo says.
    #[error("{}: its NAR is not the one that its narinfo describes; copy it again", .0.display())]
    Differs(PathBuf),
}

/// True where `folder` is a binary cache.
pub fn is_binary_cache(folder: &Path) -> bool {
    folder.join(CACHE_INFO).is_file()
}

/// Calls `each` with the files of the cache in `folder` whose names in the store begin with `prefix`, in the order of
/// their narinfos. A path with no signature of `keys` is not read.
pub fn signed_files<E: From<SignedError>>(
    folder: &Path,
    prefix: &str,
    keys: &[PublicKey],
    each: &mut dyn FnMut(SignedFile) -> Result<(), E>,
) -> Result<(), E> {
    let failed = |error: io::Error| SignedError::Io(folder.to_owned(), error);
    let entries = std::fs::read_dir(folder).map_err(failed)?;
    let mut infos: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    infos.retain(|path| path.extension().is_some_and(|extension| extension == "narinfo"));
    infos.sort();
    for path in infos {
        let info = NarInfo::parse(&text_of(&path).map_err(|error| SignedError::Io(path.clone(), error))?);
        let signers = info.signers(keys);
        if is_called(&info.store_path, prefix) && !signers.is_empty() {
            let bytes = content(folder, &path, &info)?;
            each(SignedFile { store_path: info.store_path, keys: signers, bytes })?;
        }
    }
    Ok(())
}

fn text_of(path: &Path) -> io::Result<String> {
    let (file, _) = regular::open(path, Links::Refused)?;
    let mut text = String::new();
    file.take(MAX_NARINFO).read_to_string(&mut text).map(|_| text)
}

/// True where the name behind the hash begins with `prefix`.
fn is_called(store_path: &str, prefix: &str) -> bool {
    let name = store_path.rsplit('/').next().and_then(|name| name.split_once('-'));
    name.is_some_and(|(_, name)| name.starts_with(prefix))
}

/// The content of a file whose NAR has the hash of `info`.
fn content(folder: &Path, path: &Path, info: &NarInfo) -> Result<Vec<u8>, SignedError> {
    let differs = || SignedError::Differs(path.to_owned());
    let nar = RelPath::new(&info.url).ok_or_else(differs)?.under(folder);
    if std::fs::symlink_metadata(&nar).map_or(true, |meta| !meta.is_file()) {
        return Err(differs());
    }
    let broken = |error| SignedError::Nar(nar.clone(), error);
    let want = FixedHash::parse(Some(&info.hash), None).map_err(|_| differs())?;
    let (name, limits) = (urls::file_name(&info.url), Limits { bytes: MAX_FILE, ..Limits::default() });
    let mut hasher = Hasher::new(want.algo);
    archive::copy_unpacked(&nar, &name, &limits, &mut hasher).map_err(broken)?;
    if hasher.finish() != want {
        return Err(differs());
    }
    let mut bytes = None;
    archive::walk(&nar, &name, &limits, &mut |item| match item.kind {
        Kind::File { .. } => {
            let read = bytes.insert(Vec::new());
            item.body.take(MAX_FILE).read_to_end(read)?;
            Ok(())
        }
        _ => Err(ArchiveError::Corrupt("the NAR of a file holds something else".to_owned())),
    })
    .map_err(broken)?;
    bytes.ok_or_else(differs)
}
