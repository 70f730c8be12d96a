//! Sources that are on the machine already.

use std::fs;
use std::path::Path;

use clarity::source::{Network, Request, SourceError, SourceTree, Unproven, Verification, fixed_output, hash_nar};
use clarity::text::RelPath;
use clarity::tree::{HashMode, SourceRef};

use super::server::Server;
use super::{acquire, files, flat, names, options, sha256, sources, unpacked};

fn write(root: &Path, path: &str, text: &str) {
    let place = root.join(path);
    fs::create_dir_all(place.parent().expect("below the root")).expect("made");
    fs::write(place, text).expect("written");
}

fn tar_gz(files: &[(&str, &str)]) -> Vec<u8> {
    let encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let mut builder = tar::Builder::new(encoder);
    for (path, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, path, text.as_bytes()).expect("in memory");
    }
    builder.into_inner().and_then(flate2::write::GzEncoder::finish).expect("in memory")
}

fn find(folder: &Path, source: &SourceRef, index: usize) -> Result<SourceTree, SourceError> {
    let mut options = options(folder);
    options.network = Network::NotAsked;
    options.folders = vec![folder.join("sources")];
    let request = Request { attr: "set.pkg", pname: Some("pkg"), version: Some("1.0"), index, source };
    sources(options).acquire(&request)
}

#[test]
fn a_sources_folder_is_searched_by_attribute_then_version_then_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = flat("https://h.example/file-1.0.tar.gz", &sha256(b"not at hand"));
    assert!(find(folder.path(), &source, 0).expect_err("nothing is there").is_skipped());
    for name in ["pkg", "pkg-1.0", "set.pkg"] {
        write(folder.path(), &format!("sources/{name}/{name}.c"), "int x;");
        let tree = find(folder.path(), &source, 0).expect("there");
        assert_eq!(names(&tree), [format!("{name}.c")]);
        assert!(tree.verification == Verification::Unverified(Unproven::Unpacked) && tree.root.is_some());
    }
    // The second source of a package is not its first.
    assert!(find(folder.path(), &source, 1).expect_err("another file").is_skipped());
}

#[test]
fn an_archive_in_a_sources_folder_is_verified() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = tar_gz(&[("pkg-1.0/a.c", "int a;"), ("pkg-1.0/LICENSE", "MIT")]);
    fs::create_dir_all(folder.path().join("sources")).expect("made");
    fs::write(folder.path().join("sources/pkg-1.0.tar.gz"), &archive).expect("written");
    let tree = find(folder.path(), &flat("https://h.example/x", &sha256(&archive)), 0).expect("there");
    assert_eq!(tree.verification, Verification::Verified);
    assert_eq!(names(&tree), ["LICENSE", "a.c"]);
    let error = find(folder.path(), &flat("https://h.example/x", &sha256(b"else")), 0).expect_err("must fail");
    assert!(matches!(error, SourceError::Differs { .. }) && !error.is_skipped(), "{error}");
}

#[test]
fn names_from_a_checkout_do_not_lead_out_of_the_sources_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "secret", "x");
    fs::create_dir_all(folder.path().join("sources")).expect("made");
    let mut options = options(folder.path());
    options.network = Network::NotAsked;
    options.folders = vec![folder.path().join("sources")];
    let source = flat("https://h.example/x", &sha256(b"x"));
    let request = Request { attr: "../secret", pname: Some(".."), version: None, index: 0, source: &source };
    assert!(sources(options).acquire(&request).expect_err("nothing is there").is_skipped());
}

#[test]
fn a_path_source_is_read_in_the_checkout() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "pkgs/a/src/main.c", "int main;");
    let mut source = flat("", "");
    source.fetcher = "path".to_owned();
    source.local = RelPath::new("pkgs/a/src");
    let mut options = options(folder.path());
    options.checkout = Some(folder.path().to_owned());
    let tree = acquire(&sources(options), &source).expect("there");
    assert_eq!(names(&tree), ["main.c"]);
}

#[cfg(unix)]
#[test]
fn links_out_of_a_folder_are_named_and_not_followed() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "secret", "do not read");
    write(folder.path(), "sources/pkg/a/b.c", "int b;");
    let link = |target: &str, name: &str| {
        std::os::unix::fs::symlink(target, folder.path().join("sources/pkg").join(name)).expect("linked");
    };
    link("../../secret", "out");
    link("/etc", "etc");
    link("a/b.c", "inside");
    let tree = find(folder.path(), &flat("https://h.example/x", &sha256(b"x")), 0).expect("there");
    let (files, notes) = files(&tree).expect("readable");
    assert_eq!(files.into_keys().collect::<Vec<_>>(), ["a/b.c"]);
    assert_eq!(notes.len(), 2);
    assert!(notes[0].starts_with("etc: a link out of the source, to `/etc`"), "{notes:?}");
}

#[test]
fn a_store_path_is_found_by_name_and_hash_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("store");
    let tree = folder.path().join("tree");
    write(&tree, "COPYING", "text");
    let hash = hash_nar(&tree, clarity::source::Algo::Sha256).expect("readable");
    let path = fixed_output(&store, "source", HashMode::Nar, &hash).expect("a name");
    fs::create_dir(&store).expect("made");
    fs::rename(&tree, &path).expect("moved");
    let mut source = unpacked("https://h.example/archive/v1.tar.gz", &hash.to_string());
    source.name = Some("source".to_owned());
    let mut options = options(folder.path());
    options.network = Network::Offline;
    options.nix_store = Some(store);
    assert_eq!(names(&acquire(&sources(options.clone()), &source).expect("in the store")), ["COPYING"]);
    write(&path, "COPYING", "changed");
    let error = acquire(&sources(options), &source).expect_err("decayed");
    assert!(matches!(error, SourceError::HashMismatch { .. }), "{error}");
}

#[test]
fn a_binary_cache_serves_files_and_trees() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "tree/src/a.c", "int a;");
    write(folder.path(), "file", "the file");
    let nar = |path: &str| {
        let mut nar = Vec::new();
        clarity::source::write_nar(&folder.path().join(path), &mut nar).expect("in memory");
        zstd::encode_all(&*nar, 1).expect("in memory")
    };
    let (tree, file) = (nar("tree"), nar("file"));
    let store = Path::new("/nix/store");
    let tree_hash = hash_nar(&folder.path().join("tree"), clarity::source::Algo::Sha256).expect("readable");
    let mut of_tree = unpacked("https://h.example/v1.tar.gz", &tree_hash.to_string());
    of_tree.name = Some("source".to_owned());
    let of_file = flat("https://h.example/file-1.0.txt", &sha256(b"the file"));
    let info_of = |source: &SourceRef, name: &str| {
        let hash = clarity::source::FixedHash::parse(source.hash.as_deref(), None).expect("a hash");
        let path = fixed_output(store, name, source.mode, &hash).expect("a name");
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        format!("/{}.narinfo", name.split('-').next().expect("a hash"))
    };
    let (tree_info, file_info) = (info_of(&of_tree, "source"), info_of(&of_file, "file-1.0.txt"));
    let server = Server::new(move |asked| match asked.path.as_str() {
        path if path == tree_info => super::server::Reply::ok(b"StorePath: x\nURL: nar/tree.nar.zst\nSig: key:abc\n"),
        path if path == file_info => super::server::Reply::ok(b"URL: nar/file.nar.zst\n"),
        "/nar/tree.nar.zst" => super::server::Reply::ok(&tree),
        "/nar/file.nar.zst" => super::server::Reply::ok(&file),
        _ => super::server::Reply::status(404),
    });
    let mut options = options(folder.path());
    options.network = Network::NotAsked;
    options.binary_cache = Some(server.base.clone());
    let sources = sources(options);
    let tree = acquire(&sources, &of_tree).expect("a tree");
    assert_eq!(names(&tree), ["src/a.c"]);
    assert!(tree.origin.to_string().ends_with("signed by key (not verified, its key is not named)"), "{}", tree.origin);
    let (files, _) = files(&acquire(&sources, &of_file).expect("a file")).expect("readable");
    assert_eq!(files["file-1.0.txt"], b"the file");
    let missing = flat("https://h.example/other", &sha256(b"other"));
    assert!(acquire(&sources, &missing).expect_err("not there").is_skipped());
}

/// What a binary cache says of a file, signed as Nix signs with a key of that name made of `seed`.
pub fn signed_info(path: &Path, nar: &[u8], name: &str, seed: u8) -> (String, String) {
    use clarity::source::base64;
    use ring::signature::{Ed25519KeyPair, KeyPair};
    let mut hasher = clarity::source::Hasher::new(clarity::source::Algo::Sha256);
    hasher.update(nar);
    let (hash, store) = (hasher.finish().base32(), path.parent().expect("a store").display());
    let statement = format!("1;{};sha256:{hash};{};{store}/r-a,{store}/r-b", path.display(), nar.len());
    let pair = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).expect("a seed");
    let signature = base64(pair.sign(statement.as_bytes()).as_ref());
    let info = format!(
        "StorePath: {}\nURL: nar/x.nar\nCompression: none\nNarHash: sha256:{hash}\nNarSize: {}\nReferences: r-a r-b\n\
         Sig: {name}:{signature}\n",
        path.display(),
        nar.len()
    );
    (info, format!("{name}:{}", base64(pair.public_key().as_ref())))
}

#[test]
fn where_keys_are_named_only_what_they_signed_is_taken_from_a_binary_cache() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "file", "the file");
    let mut nar = Vec::new();
    clarity::source::write_nar(&folder.path().join("file"), &mut nar).expect("in memory");
    let source = flat("https://h.example/file-1.0.txt", &sha256(b"the file"));
    let hash = clarity::source::FixedHash::parse(source.hash.as_deref(), None).expect("a hash");
    let path = fixed_output(Path::new("/nix/store"), "file-1.0.txt", source.mode, &hash).expect("a name");
    let (info, key) = signed_info(&path, &nar, "cache.example-1", 7);
    let (_, other_key) = signed_info(&path, &nar, "cache.example-1", 8);
    let (of_another_path, _) = signed_info(Path::new("/nix/store/x-y"), &nar, "cache.example-1", 7);
    let get = |info: &str, keys: &[&str]| {
        let (info, nar) = (info.to_owned(), nar.clone());
        let server = Server::new(move |asked| match asked.path.as_str() {
            path if path.ends_with(".narinfo") => super::server::Reply::ok(info.as_bytes()),
            _ => super::server::Reply::ok(&nar),
        });
        let cache = tempfile::tempdir().expect("a folder");
        let mut options = options(cache.path());
        options.network = Network::NotAsked;
        options.binary_cache = Some(server.base.clone());
        options.binary_cache_keys = keys.iter().map(|key| key.parse().expect("a key")).collect();
        acquire(&sources(options), &source).map(|tree| tree.origin.to_string())
    };
    let shown = get(&info, &[&other_key, &key]).expect("signed");
    assert!(shown.ends_with("signed by cache.example-1 (verified)"), "{shown}");
    for (info, keys) in [(&info, &other_key), (&of_another_path, &key), (&info.replace("Sig: ", "Sig: other"), &key)] {
        let error = get(info, &[keys]).expect_err("not signed by it");
        assert!(matches!(error, SourceError::Unsigned { .. }), "{error}");
    }
    assert!("no key".parse::<clarity::source::PublicKey>().is_err());
}
